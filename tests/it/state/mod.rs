//! The store by itself: one contract for every backend, and what is particular to the file and to Redis.

mod contract;
mod file;
mod model;
mod redis;
mod refusals;

use std::sync::Arc;

use intervals_mcp_server::clock::Clock;
use intervals_mcp_server::state::{MemoryStore, RedisStore, SqliteStore, Store};

use crate::support::NOW;
use crate::support::process::Room;
use crate::support::redis::namespace;

/// A kind of store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    Memory,
    Sqlite,
    Redis,
}

/// Those that can be had here.
pub fn backends() -> Vec<Backend> {
    let mut backends = vec![Backend::Memory, Backend::Sqlite];
    backends.extend(namespace().map(|_| Backend::Redis));
    backends
}

/// An empty store of some kind, with a clock that the test moves.
pub struct Fresh {
    pub clock: Clock,
    pub store: Arc<dyn Store>,
    /// After the store, so that the file is closed before it is removed.
    _room: Room,
}

impl Fresh {
    pub fn of(backend: Backend) -> Self {
        Self::with_capacity(backend, 1000)
    }

    pub fn with_capacity(backend: Backend, capacity: usize) -> Self {
        let (room, clock) = (Room::new(), Clock::manual(NOW.parse().unwrap()));
        let store: Arc<dyn Store> = match backend {
            Backend::Memory => Arc::new(MemoryStore::with_capacity(clock.clone(), capacity)),
            Backend::Sqlite => {
                Arc::new(SqliteStore::with_capacity(&room.0, clock.clone(), capacity).unwrap())
            }
            Backend::Redis => {
                let (url, namespace) = namespace().unwrap();
                let clock = clock.clone();
                Arc::new(RedisStore::with_capacity(&url, &namespace, clock, capacity))
            }
        };
        Self {
            clock,
            store,
            _room: room,
        }
    }

    /// An instant `seconds` from now.
    pub fn after(&self, seconds: i64) -> jiff::Timestamp {
        self.clock.now() + jiff::SignedDuration::from_secs(seconds)
    }
}
