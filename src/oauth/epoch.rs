//! Where everything before is over: what "end all connections" leaves behind, for grants that no process remembers too.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

use super::error::Error;
use crate::clock::Clock;
use crate::state::{Durability, SWAP_ATTEMPTS, Store};

/// Holds seconds in decimal: every grant that began then or earlier is over.
const NAME: &str = "revoked-before";

/// The epoch of all grants, as far as this process knows it.
pub struct Epoch {
    store: Arc<dyn Store>,
    clock: Clock,
    key: String,
    known: Mutex<Known>,
}

#[derive(Debug, Clone, Copy)]
struct Known {
    /// `None` until the store answered once: before that nobody can say that nothing was ended.
    seconds: Option<i64>,
    asked_at_ms: i64,
    /// What could not be stored: to where it was moved, and for how long that is to be kept.
    owed: Option<(i64, Timestamp)>,
}

impl Epoch {
    pub fn new(store: Arc<dyn Store>, clock: Clock, home: &str) -> Self {
        Self {
            store,
            clock,
            key: format!("{home}{NAME}"),
            known: Mutex::new(Known {
                seconds: None,
                asked_at_ms: i64::MIN,
                owed: None,
            }),
        }
    }

    /// Where the store says that it stands; as far as it is known when the store does not answer, unless others may have moved it.
    pub async fn read(&self) -> Result<i64, Error> {
        match self.store.get(&self.key).await {
            Ok(stored) => {
                let seconds = self.note(parsed(stored.as_deref()));
                match self.settle().await {
                    // Others would go on letting in what was ended here.
                    Err(error) if self.is_shared() => Err(error),
                    _ => Ok(seconds),
                }
            }
            Err(error) if self.is_shared() => Err(error.into()),
            Err(error) => {
                let mut known = self.known();
                let seconds = known.seconds.ok_or(error)?;
                // A store that hangs is not waited for at every request.
                known.asked_at_ms = self.clock.now().as_millisecond();
                Ok(seconds)
            }
        }
    }

    /// Where it stands for every replica, although this one may have moved it further and not been able to say so.
    pub async fn known_to_all(&self) -> Result<i64, Error> {
        if !self.is_shared() {
            return self.read().await;
        }
        // What still cannot be stored is what the owner is to see.
        let _ = self.settle().await;
        Ok(parsed(self.store.get(&self.key).await?.as_deref()))
    }

    /// As it stood at most `max_age_ms` ago.
    pub async fn recent(&self, max_age_ms: i64) -> Result<i64, Error> {
        let known = *self.known();
        let age = self
            .clock
            .now()
            .as_millisecond()
            .saturating_sub(known.asked_at_ms);
        match known.seconds {
            // A clock that was set back makes nothing fresh.
            Some(seconds) if (0..max_age_ms).contains(&age) => Ok(seconds),
            _ => self.read().await,
        }
    }

    /// Moves it to `now`, here even if the store does not answer; it is then told later.
    pub async fn move_to(&self, now: i64, expires_at: Timestamp) -> Result<(), Error> {
        self.note(now);
        self.known().owed = Some((now, expires_at));
        self.settle().await
    }

    /// Stores what could not be stored before.
    async fn settle(&self) -> Result<(), Error> {
        let owed = self.known().owed;
        let Some((seconds, expires_at)) = owed else {
            return Ok(());
        };
        self.store_line(seconds, expires_at).await?;
        let mut known = self.known();
        if known.owed == owed {
            known.owed = None;
        }
        Ok(())
    }

    async fn store_line(&self, line: i64, expires_at: Timestamp) -> Result<(), Error> {
        for _ in 0..SWAP_ATTEMPTS {
            let stored = self.store.get(&self.key).await?;
            // Another replica's clock may be ahead, and what it ended stays ended.
            let seconds = parsed(stored.as_deref()).max(line);
            let text = seconds.to_string().into_bytes();
            let moved = self
                .store
                .compare_and_swap(&self.key, stored.as_deref(), text, expires_at)
                .await?;
            if moved {
                self.note(seconds);
                return Ok(());
            }
        }
        Err(Error::Unavailable)
    }

    fn is_shared(&self) -> bool {
        self.store.durability() == Durability::Shared
    }

    /// It never moves back.
    fn note(&self, seconds: i64) -> i64 {
        let mut known = self.known();
        let seconds = known.seconds.map_or(seconds, |known| known.max(seconds));
        known.seconds = Some(seconds);
        known.asked_at_ms = self.clock.now().as_millisecond();
        seconds
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn parsed(stored: Option<&[u8]>) -> i64 {
    stored
        .and_then(|bytes| std::str::from_utf8(bytes).ok()?.parse().ok())
        .unwrap_or(i64::MIN)
}
