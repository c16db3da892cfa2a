//! State that ends with the process.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

use super::outage::Outage;
use super::{CAPACITY, Durability, StateError, Store, StoreFuture};
use crate::clock::Clock;

/// A map in memory; expired entries are swept when it is about to be full.
pub struct MemoryStore {
    clock: Clock,
    capacity: usize,
    entries: Mutex<BTreeMap<String, Entry>>,
    outage: Outage,
}

struct Entry {
    value: Vec<u8>,
    expires_at: Timestamp,
}

impl MemoryStore {
    #[must_use]
    pub fn new(clock: Clock) -> Self {
        Self::with_capacity(clock, CAPACITY)
    }

    #[must_use]
    pub fn with_capacity(clock: Clock, capacity: usize) -> Self {
        Self {
            outage: Outage::within(clock.clone()),
            clock,
            capacity,
            entries: Mutex::default(),
        }
    }

    fn entries(&self) -> MutexGuard<'_, BTreeMap<String, Entry>> {
        // No operation leaves the map half-changed, so a poisoned lock is still good.
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn insert(
        &self,
        entries: &mut BTreeMap<String, Entry>,
        key: &str,
        value: Vec<u8>,
        expires_at: Timestamp,
    ) -> Result<(), StateError> {
        if entries.len() >= self.capacity && !entries.contains_key(key) {
            let now = self.clock.now();
            entries.retain(|_, entry| entry.expires_at > now);
            if entries.len() >= self.capacity {
                self.outage.failed(&StateError::Full);
                return Err(StateError::Full);
            }
        }
        entries.insert(key.to_owned(), Entry { value, expires_at });
        self.outage.is_over();
        Ok(())
    }
}

impl Store for MemoryStore {
    fn durability(&self) -> Durability {
        Durability::Process
    }

    fn get<'a>(&'a self, key: &'a str) -> StoreFuture<'a, Option<Vec<u8>>> {
        let now = self.clock.now();
        let value = self
            .entries()
            .get(key)
            .filter(|entry| entry.expires_at > now)
            .map(|entry| entry.value.clone());
        Box::pin(std::future::ready(Ok(value)))
    }

    fn put<'a>(
        &'a self,
        key: &'a str,
        value: Vec<u8>,
        expires_at: Timestamp,
    ) -> StoreFuture<'a, ()> {
        let done = self.insert(&mut self.entries(), key, value, expires_at);
        Box::pin(std::future::ready(done))
    }

    fn take<'a>(&'a self, key: &'a str) -> StoreFuture<'a, Option<Vec<u8>>> {
        let now = self.clock.now();
        let value = self
            .entries()
            .remove(key)
            .filter(|entry| entry.expires_at > now)
            .map(|entry| entry.value);
        Box::pin(std::future::ready(Ok(value)))
    }

    fn compare_and_swap<'a>(
        &'a self,
        key: &'a str,
        expected: Option<&'a [u8]>,
        new: Vec<u8>,
        expires_at: Timestamp,
    ) -> StoreFuture<'a, bool> {
        let now = self.clock.now();
        let mut entries = self.entries();
        let current = entries
            .get(key)
            .filter(|entry| entry.expires_at > now)
            .map(|entry| entry.value.as_slice());
        let done = if current == expected {
            self.insert(&mut entries, key, new, expires_at)
                .map(|()| true)
        } else {
            Ok(false)
        };
        drop(entries);
        Box::pin(std::future::ready(done))
    }

    fn list<'a>(&'a self, prefix: &'a str) -> StoreFuture<'a, Vec<(String, Vec<u8>)>> {
        let now = self.clock.now();
        let rows = self
            .entries()
            .range(prefix.to_owned()..)
            .take_while(|(key, _)| key.starts_with(prefix))
            .filter(|(_, entry)| entry.expires_at > now)
            .map(|(key, entry)| (key.clone(), entry.value.clone()))
            .collect();
        Box::pin(std::future::ready(Ok(rows)))
    }
}
