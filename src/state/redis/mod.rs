//! State in a Redis that several processes share.

mod failure;
mod link;
mod probe;
mod scripts;
mod url;

use ::redis::{FromRedisValue, ScriptInvocation};
use jiff::Timestamp;

pub use self::failure::OpenError;
use self::link::Link;
pub use self::probe::{Probed, probe};
use self::scripts::{FULL, SWAPPED, Scripts};
pub use self::url::RedisUrl;
use super::outage::Outage;
use super::{CAPACITY, Durability, StateError, Store, StoreFuture};
use crate::clock::Clock;

/// Three keys of a Redis, used over one connection that is made again when it is lost.
///
/// Every operation is one script, which Redis carries out as a whole before it looks at anything else. What is expired is decided
/// by the caller's clock, as everywhere. A command that may write is sent once: when its answer is lost, whether it was carried
/// out is unknown, and the caller is told that it failed.
///
/// The keys have no lifetime of their own in Redis: those that have one are what a Redis that runs out of memory throws away
/// first, under most of its policies. Expired entries are taken away by writes.
pub struct RedisStore {
    clock: Clock,
    capacity: usize,
    scripts: Scripts,
    link: Link,
    outage: Outage,
}

impl RedisStore {
    /// A store that connects in the background, now and whenever it has to.
    ///
    /// The names of its keys begin with `{namespace}`, braces included, so that a Redis in parts keeps them in one.
    ///
    /// # Panics
    /// Outside a Tokio runtime.
    #[must_use]
    pub fn connecting(url: &RedisUrl, namespace: &str, clock: Clock) -> Self {
        Self::with_capacity(url, namespace, clock, CAPACITY)
    }

    /// As [`Self::connecting`], with a bound of its own on the number of entries.
    ///
    /// # Panics
    /// As [`Self::connecting`].
    #[must_use]
    pub fn with_capacity(url: &RedisUrl, namespace: &str, clock: Clock, capacity: usize) -> Self {
        let unanswered = Outage::new(
            clock.clone(),
            "Redis cannot be used: what needs a credential is answered 503 until it can",
            "Redis can be used again",
        );
        let refused =
            "state cannot be kept: what has to be remembered is answered 503 until it can";
        Self {
            capacity,
            scripts: Scripts::of(&format!("{{{namespace}}}:")),
            link: Link::keep(url, unanswered),
            outage: Outage::new(clock.clone(), refused, "state can be kept again"),
            clock,
        }
    }

    fn now(&self) -> i64 {
        self.clock.now().as_millisecond()
    }

    async fn read<T: FromRedisValue>(
        &self,
        invocation: &ScriptInvocation<'_>,
    ) -> Result<T, StateError> {
        Ok(self.link.read(invocation).await?)
    }

    async fn write<T: FromRedisValue>(
        &self,
        invocation: &ScriptInvocation<'_>,
    ) -> Result<T, StateError> {
        self.link.write(invocation).await.map_err(|failure| {
            let answered = failure.is_answer();
            let error = StateError::from(failure);
            if answered {
                self.outage.failed(&error);
            }
            error
        })
    }

    /// What a script that writes says: whether it did.
    fn verdict(&self, said: i64) -> Result<bool, StateError> {
        match said {
            SWAPPED => {
                self.outage.is_over();
                Ok(true)
            }
            FULL => {
                self.outage.failed(&StateError::Full);
                Err(StateError::Full)
            }
            _ => Ok(false),
        }
    }
}

impl Store for RedisStore {
    fn durability(&self) -> Durability {
        Durability::Shared
    }

    fn get<'a>(&'a self, key: &'a str) -> StoreFuture<'a, Option<Vec<u8>>> {
        Box::pin(async move {
            let get = self.scripts.get(self.now(), key);
            self.read(&get).await
        })
    }

    fn put<'a>(
        &'a self,
        key: &'a str,
        value: Vec<u8>,
        expires_at: Timestamp,
    ) -> StoreFuture<'a, ()> {
        Box::pin(async move {
            let at = expires_at.as_millisecond();
            let put = self.scripts.put(self.now(), key, &value, at, self.capacity);
            self.verdict(self.write(&put).await?).map(drop)
        })
    }

    fn take<'a>(&'a self, key: &'a str) -> StoreFuture<'a, Option<Vec<u8>>> {
        Box::pin(async move {
            let take = self.scripts.take(self.now(), key);
            self.write(&take).await
        })
    }

    fn compare_and_swap<'a>(
        &'a self,
        key: &'a str,
        expected: Option<&'a [u8]>,
        new: Vec<u8>,
        expires_at: Timestamp,
    ) -> StoreFuture<'a, bool> {
        Box::pin(async move {
            let at = expires_at.as_millisecond();
            let swap = self
                .scripts
                .swap(self.now(), key, expected, &new, at, self.capacity);
            self.verdict(self.write(&swap).await?)
        })
    }

    fn list<'a>(&'a self, prefix: &'a str) -> StoreFuture<'a, Vec<(String, Vec<u8>)>> {
        Box::pin(async move {
            let list = self.scripts.list(self.now(), prefix);
            self.read(&list).await
        })
    }
}
