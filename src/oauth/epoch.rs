//! Where everything before is over: what "end all connections" leaves behind, for grants that no process remembers too.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

use super::error::Error;
use crate::clock::Clock;
use crate::state::Store;

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
            }),
        }
    }

    /// Where the store says that it stands; as far as it is known when the store does not answer.
    pub async fn read(&self) -> Result<i64, Error> {
        match self.store.get(&self.key).await {
            Ok(stored) => {
                let seconds = stored
                    .and_then(|bytes| String::from_utf8(bytes).ok()?.parse().ok())
                    .unwrap_or(i64::MIN);
                Ok(self.note(seconds))
            }
            Err(error) => {
                let mut known = self.known();
                let seconds = known.seconds.ok_or(error)?;
                // A store that hangs is not waited for at every request.
                known.asked_at_ms = self.clock.now().as_millisecond();
                Ok(seconds)
            }
        }
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

    /// Moves it to `now`, here even if the store does not answer.
    pub async fn move_to(&self, now: i64, expires_at: Timestamp) -> Result<(), Error> {
        self.note(now);
        self.store
            .put(&self.key, now.to_string().into_bytes(), expires_at)
            .await?;
        Ok(())
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
