//! Two servers of one deployment over one store, in one process.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use intervals_mcp_server::clock::Clock;
use intervals_mcp_server::state::{Durability, MemoryStore, StateError, Store, StoreFuture};
use jiff::Timestamp;

use super::{Caller, Server, ServerOptions};

/// What replicas share; it can be unplugged.
pub struct Hub {
    pub entries: MemoryStore,
    unplugged: AtomicBool,
    read_only: AtomicBool,
}

impl Hub {
    pub fn new(clock: Clock) -> Arc<Self> {
        Arc::new(Self {
            entries: MemoryStore::new(clock),
            unplugged: AtomicBool::new(false),
            read_only: AtomicBool::new(false),
        })
    }

    pub fn unplug(&self) {
        self.unplugged.store(true, Ordering::SeqCst);
    }

    /// From now on it can be read and not be written.
    pub fn make_read_only(&self) {
        self.read_only.store(true, Ordering::SeqCst);
    }

    pub fn plug_in(&self) {
        self.unplugged.store(false, Ordering::SeqCst);
        self.read_only.store(false, Ordering::SeqCst);
    }

    fn change<'a, T: Send + 'a>(
        &self,
        act: impl FnOnce() -> StoreFuture<'a, T>,
    ) -> StoreFuture<'a, T> {
        if self.read_only.load(Ordering::SeqCst) {
            let error = StateError::Failed("read-only".to_owned());
            return Box::pin(std::future::ready(Err(error)));
        }
        self.ask(act)
    }

    fn ask<'a, T: Send + 'a>(
        &self,
        act: impl FnOnce() -> StoreFuture<'a, T>,
    ) -> StoreFuture<'a, T> {
        if self.unplugged.load(Ordering::SeqCst) {
            let error = StateError::Failed("unplugged".to_owned());
            return Box::pin(std::future::ready(Err(error)));
        }
        act()
    }
}

impl Store for Hub {
    fn durability(&self) -> Durability {
        Durability::Shared
    }

    fn get<'a>(&'a self, key: &'a str) -> StoreFuture<'a, Option<Vec<u8>>> {
        self.ask(|| self.entries.get(key))
    }

    fn put<'a>(&'a self, key: &'a str, value: Vec<u8>, at: Timestamp) -> StoreFuture<'a, ()> {
        self.change(|| self.entries.put(key, value, at))
    }

    fn take<'a>(&'a self, key: &'a str) -> StoreFuture<'a, Option<Vec<u8>>> {
        self.change(|| self.entries.take(key))
    }

    fn compare_and_swap<'a>(
        &'a self,
        key: &'a str,
        expected: Option<&'a [u8]>,
        new: Vec<u8>,
        at: Timestamp,
    ) -> StoreFuture<'a, bool> {
        self.change(|| self.entries.compare_and_swap(key, expected, new, at))
    }

    fn list<'a>(&'a self, prefix: &'a str) -> StoreFuture<'a, Vec<(String, Vec<u8>)>> {
        self.ask(|| self.entries.list(prefix))
    }
}

/// Servers of one origin, as a load balancer would have them behind it.
pub struct Replicas {
    pub here: Server,
    pub there: Server,
    pub hub: Arc<Hub>,
    pub clock: Clock,
}

impl Replicas {
    pub async fn start() -> Self {
        Self::with(ServerOptions::default).await
    }

    /// Each with the options that `options` makes, but one clock.
    pub async fn with(options: impl Fn() -> ServerOptions) -> Self {
        let clock = options().clock;
        let hub = Hub::new(clock.clone());
        let replica = |public_url: Option<String>| {
            let store: Arc<dyn Store> = Arc::clone(&hub) as Arc<dyn Store>;
            Server::with(ServerOptions {
                clock: clock.clone(),
                store: Some(store),
                public_url,
                ..options()
            })
        };
        let here = replica(None).await;
        let there = replica(Some(here.address.clone())).await;
        Self {
            here,
            there,
            hub,
            clock,
        }
    }

    pub const fn both(&self) -> [&Server; 2] {
        [&self.here, &self.there]
    }

    /// Who may do everything, at each of the two.
    pub fn owners(&self) -> [Caller<'_>; 2] {
        self.both().map(Caller::owner)
    }
}
