//! Counts what is asked of whichever store stands behind it.

use std::sync::Arc;

use jiff::Timestamp;

use super::{Durability, StateError, Store, StoreFuture};
use crate::metrics;

/// A store under its name.
pub struct Counted {
    store: Arc<dyn Store>,
    backend: &'static str,
}

impl Counted {
    pub fn new(store: Arc<dyn Store>, backend: &'static str) -> Self {
        metrics::state_begins(backend, &["get", "put", "take", "compare_and_swap", "list"]);
        Self { store, backend }
    }

    fn count<'a, T>(
        &'a self,
        operation: &'static str,
        asked: StoreFuture<'a, T>,
    ) -> StoreFuture<'a, T>
    where
        T: Send + 'a,
    {
        Box::pin(async move {
            let done = asked.await;
            let outcome = match &done {
                Ok(_) => "ok",
                Err(StateError::Full) => "full",
                Err(_) => "failed",
            };
            metrics::state(self.backend, operation, outcome);
            done
        })
    }
}

impl Store for Counted {
    fn durability(&self) -> Durability {
        self.store.durability()
    }

    fn get<'a>(&'a self, key: &'a str) -> StoreFuture<'a, Option<Vec<u8>>> {
        self.count("get", self.store.get(key))
    }

    fn put<'a>(
        &'a self,
        key: &'a str,
        value: Vec<u8>,
        expires_at: Timestamp,
    ) -> StoreFuture<'a, ()> {
        self.count("put", self.store.put(key, value, expires_at))
    }

    fn take<'a>(&'a self, key: &'a str) -> StoreFuture<'a, Option<Vec<u8>>> {
        self.count("take", self.store.take(key))
    }

    fn compare_and_swap<'a>(
        &'a self,
        key: &'a str,
        expected: Option<&'a [u8]>,
        new: Vec<u8>,
        expires_at: Timestamp,
    ) -> StoreFuture<'a, bool> {
        let asked = self.store.compare_and_swap(key, expected, new, expires_at);
        self.count("compare_and_swap", asked)
    }

    fn list<'a>(&'a self, prefix: &'a str) -> StoreFuture<'a, Vec<(String, Vec<u8>)>> {
        self.count("list", self.store.list(prefix))
    }
}
