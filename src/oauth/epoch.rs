//! Where everything before is over: what "end all connections" leaves behind, for grants that no process remembers too.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

use super::error::Error;
use crate::clock::Clock;
use crate::state::Store;

/// Holds seconds in decimal: every grant that began then or earlier is over.
const KEY: &str = "revoked-before";

/// The epoch of all grants, as far as this process knows it.
pub struct Epoch {
    store: Arc<dyn Store>,
    clock: Clock,
    known: Mutex<Known>,
}

#[derive(Debug, Clone, Copy)]
struct Known {
    seconds: i64,
    read_at_ms: i64,
}

impl Epoch {
    pub fn new(store: Arc<dyn Store>, clock: Clock) -> Self {
        Self {
            store,
            clock,
            known: Mutex::new(Known {
                seconds: i64::MIN,
                read_at_ms: i64::MIN,
            }),
        }
    }

    /// Where the store says that it stands; as far as it is known when the store does not answer.
    pub async fn read(&self) -> i64 {
        match self.store.get(KEY).await {
            Ok(stored) => {
                let seconds = stored
                    .and_then(|bytes| String::from_utf8(bytes).ok()?.parse().ok())
                    .unwrap_or(i64::MIN);
                self.note(seconds)
            }
            Err(error) => {
                tracing::debug!(%error, "the store did not answer");
                self.known().seconds
            }
        }
    }

    /// As it stood at most `max_age_ms` ago.
    pub async fn recent(&self, max_age_ms: i64) -> i64 {
        let known = *self.known();
        let now_ms = self.clock.now().as_millisecond();
        if now_ms.saturating_sub(known.read_at_ms) < max_age_ms {
            return known.seconds;
        }
        self.read().await
    }

    /// Moves it to `now`, here even if the store does not answer.
    pub async fn move_to(&self, now: i64, expires_at: Timestamp) -> Result<(), Error> {
        self.note(now);
        self.store
            .put(KEY, now.to_string().into_bytes(), expires_at)
            .await?;
        Ok(())
    }

    /// It never moves back.
    fn note(&self, seconds: i64) -> i64 {
        let mut known = self.known();
        known.seconds = known.seconds.max(seconds);
        known.read_at_ms = self.clock.now().as_millisecond();
        known.seconds
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
