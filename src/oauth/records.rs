//! The records of grants in the store: under which keys, and for how long.

use std::sync::Arc;

use jiff::Timestamp;

use super::error::Error;
use super::grant::CODE_LIFETIME;
use super::record::{Record, Standing};
use super::refresh::{LONGEST, RefreshTokens};
use crate::clock::Clock;
use crate::state::{Durability, StateError, Store};

/// The records of one deployment.
pub struct Records {
    store: Arc<dyn Store>,
    clock: Clock,
    tokens: Arc<RefreshTokens>,
    access_ttl: i64,
    /// What all keys begin with.
    prefix: String,
}

impl Records {
    pub fn new(
        store: Arc<dyn Store>,
        clock: Clock,
        tokens: Arc<RefreshTokens>,
        access_ttl: i64,
        home: &str,
    ) -> Self {
        Self {
            store,
            clock,
            tokens,
            access_ttl,
            prefix: format!("{home}grant/"),
        }
    }

    pub fn durability(&self) -> Durability {
        self.store.durability()
    }

    /// Whether a missing entry may have been forgotten rather than never made.
    pub fn forget(&self) -> bool {
        self.durability() == Durability::Process
    }

    fn key(&self, grant_id: &str) -> String {
        format!("{}{grant_id}", self.prefix)
    }

    /// The stored form, which [`Self::swap`] compares.
    pub async fn get(&self, grant_id: &str) -> Result<Option<Vec<u8>>, StateError> {
        self.store.get(&self.key(grant_id)).await
    }

    /// Writes a new one.
    pub async fn put(&self, grant_id: &str, record: &Record) -> Result<(), Error> {
        let ends_at = self.ends_at(record);
        self.store
            .put(&self.key(grant_id), record.bytes()?, ends_at)
            .await?;
        Ok(())
    }

    /// Writes `next` only if the entry is still `expected`; says whether it did.
    pub async fn swap(
        &self,
        grant_id: &str,
        expected: Option<&[u8]>,
        next: &Record,
    ) -> Result<bool, StateError> {
        let value = next
            .bytes()
            .map_err(|_| StateError::Failed("not serializable".to_owned()))?;
        let ends_at = self.ends_at(next);
        self.store
            .compare_and_swap(&self.key(grant_id), expected, value, ends_at)
            .await
    }

    /// All that can be read, by grant id.
    pub async fn list(&self) -> Result<Vec<(String, Record)>, StateError> {
        let stored = self.store.list(&self.prefix).await?;
        Ok(stored
            .into_iter()
            .filter_map(|(key, bytes)| {
                let grant_id = key.strip_prefix(&self.prefix)?.to_owned();
                Some((grant_id, Record::parse(&bytes).ok()?))
            })
            .collect())
    }

    /// When nothing that was issued for it can be used any more.
    fn ends_at(&self, record: &Record) -> Timestamp {
        let now = self.clock.unix_seconds();
        let tokens_end = match record.standing {
            Standing::Reserved => return timestamp(now.saturating_add(CODE_LIFETIME)),
            Standing::Revoked => now.saturating_add(LONGEST),
            Standing::Live(_) if record.once => record.begun_at,
            Standing::Live(_) => self.tokens.ends_at(record.begun_at, now),
        };
        timestamp(tokens_end.saturating_add(self.access_ttl))
    }
}

/// Seconds since 1970 as a time; the end of time when there is no such.
pub fn timestamp(seconds: i64) -> Timestamp {
    Timestamp::from_second(seconds).unwrap_or(Timestamp::MAX)
}
