//! What the server remembers between requests, behind one small trait.
//!
//! Keys are paths such as `grant/<id>`; values are bytes that only their owner understands. Every entry has an expiry.
//! [`MemoryStore`] ends with the process, [`SqliteStore`] is a file, [`RedisStore`] is shared with other processes; all do the
//! same otherwise.

mod counted;
mod memory;
mod outage;
mod redis;
mod sqlite;

use std::future::Future;
use std::path::PathBuf;
use std::pin::Pin;

use jiff::Timestamp;

pub use self::redis::{Probed, RedisStore, RedisUrl};
pub use counted::Counted;
pub use memory::MemoryStore;
pub use sqlite::SqliteStore;

/// More live entries than this are refused: a stranger must not be able to fill the machine.
const CAPACITY: usize = 50_000;

/// Attempts at a [`Store::compare_and_swap`] before giving up: each failure means that somebody else got through.
pub const SWAP_ATTEMPTS: u64 = 64;

/// Where state is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Settings {
    Memory,
    Sqlite {
        directory: PathBuf,
    },
    /// Servers with the same namespace on the same Redis share everything.
    Redis {
        url: RedisUrl,
        namespace: String,
    },
}

impl Settings {
    /// The kind, in a word that may be told to everybody.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Memory => "memory",
            Self::Sqlite { .. } => "sqlite",
            Self::Redis { .. } => "redis",
        }
    }
}

/// Why state cannot be kept where the settings say, in one line with the remedy.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error(transparent)]
    Sqlite(#[from] sqlite::OpenError),
    #[error(transparent)]
    Redis(#[from] self::redis::OpenError),
}

/// Asks what is outside of this process and can only be asked, before the server listens. A Redis that does not answer is no
/// error: it may come later.
///
/// # Errors
/// [`OpenError`] when state cannot be kept there until somebody changes something.
pub async fn probe(settings: &Settings) -> Result<Probed, OpenError> {
    match settings {
        Settings::Memory | Settings::Sqlite { .. } => Ok(Probed::Usable {
            warnings: Vec::new(),
        }),
        Settings::Redis { url, namespace } => Ok(self::redis::probe(url, namespace).await?),
    }
}

/// How long what is stored lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// Until the process ends: an entry that is missing may have been forgotten.
    Process,
    /// Beyond restarts, for this process alone: an entry that is missing never was, or is over.
    Durable,
    /// Beyond restarts, and for other processes too, which may have changed it a moment ago: without the store nothing is known
    /// for certain.
    Shared,
}

/// A store that cannot do what was asked.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StateError {
    /// A new entry would exceed the bound on entries.
    #[error("the store is full")]
    Full,
    /// The medium failed; the text is for the log only.
    #[error("the store failed: {0}")]
    Failed(String),
}

/// The answer of a store.
pub type StoreFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T, StateError>> + Send + 'a>>;

/// Expiring byte values under string keys. An expired entry is as good as absent for every operation.
pub trait Store: Send + Sync + 'static {
    fn durability(&self) -> Durability;

    fn get<'a>(&'a self, key: &'a str) -> StoreFuture<'a, Option<Vec<u8>>>;

    fn put<'a>(
        &'a self,
        key: &'a str,
        value: Vec<u8>,
        expires_at: Timestamp,
    ) -> StoreFuture<'a, ()>;

    /// Removes and returns the entry: of two concurrent callers one gets it.
    fn take<'a>(&'a self, key: &'a str) -> StoreFuture<'a, Option<Vec<u8>>>;

    /// Writes `new` only if the entry is now exactly `expected` (`None`: absent); says whether it did.
    fn compare_and_swap<'a>(
        &'a self,
        key: &'a str,
        expected: Option<&'a [u8]>,
        new: Vec<u8>,
        expires_at: Timestamp,
    ) -> StoreFuture<'a, bool>;

    /// All live entries whose key starts with `prefix`, in key order.
    fn list<'a>(&'a self, prefix: &'a str) -> StoreFuture<'a, Vec<(String, Vec<u8>)>>;
}
