//! Answers that are remembered for a short while, and questions that are asked only once at a time.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, Shared, WeakShared};

use super::error::Error;
use super::target::Target;
use crate::metrics::{self, Lookup};

/// Bytes of answers that are kept at most.
const CAPACITY_BYTES: u64 = 8 * 1024 * 1024;

/// How long an answer may be repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Freshness {
    /// Activities, wellness, calendar: 30 s.
    Volatile,
    /// Profile and sport settings: 5 min.
    Settings,
}

/// An answer as it is read from upstream, with what it weighs.
pub(super) struct Fetched<T> {
    pub answer: T,
    /// Bytes in memory, roughly.
    pub weight: usize,
}

#[derive(Clone)]
struct Kept {
    answer: Arc<dyn Any + Send + Sync>,
    weight_bytes: u32,
    freshness: Freshness,
}

#[derive(Clone, PartialEq, Eq, Hash)]
struct Key {
    generation: u64,
    kind: TypeId,
    target: Target,
}

type Flight = BoxFuture<'static, Result<Kept, Error>>;

/// Decoded answers by target. A hit costs no decoding and no copy.
///
/// Whoever asks what is already being asked joins that request. It belongs to all who wait for it: it goes on while one
/// of them is left and stops with the last.
pub(super) struct Cache {
    kept: moka::future::Cache<Key, Kept>,
    flights: Mutex<HashMap<Key, WeakShared<Flight>>>,
    /// Part of every key. A write raises it, so that an answer from before the write, even one still on its way, is
    /// never found again.
    generation: AtomicU64,
}

impl Cache {
    pub(super) fn new() -> Self {
        Self {
            kept: moka::future::Cache::builder()
                .max_capacity(CAPACITY_BYTES)
                .weigher(|_, kept: &Kept| kept.weight_bytes)
                .expire_after(ByFreshness)
                .build(),
            flights: Mutex::default(),
            generation: AtomicU64::new(0),
        }
    }

    /// The remembered answer for `target`, else what `fetch` brings. Errors are not remembered.
    pub(super) async fn get<T, F>(
        &self,
        target: Target,
        freshness: Freshness,
        fetch: F,
    ) -> Result<Arc<T>, Error>
    where
        T: Any + Send + Sync,
        F: Future<Output = Result<Fetched<T>, Error>> + Send + 'static,
    {
        let key = Key {
            generation: self.generation.load(Ordering::SeqCst),
            kind: TypeId::of::<T>(),
            target,
        };
        let kept = match self.kept.get(&key).await {
            Some(kept) => {
                metrics::cache(Lookup::Hit);
                kept
            }
            None => self.join(key, freshness, fetch).await?,
        };
        kept.answer.downcast().map_err(|_| Error::Malformed {
            path: String::new(),
        })
    }

    /// Forgets everything, also what is still on its way.
    pub(super) fn forget(&self) {
        self.generation.fetch_add(1, Ordering::SeqCst);
        self.kept.invalidate_all();
    }

    fn join<T, F>(&self, key: Key, freshness: Freshness, fetch: F) -> Shared<Flight>
    where
        T: Any + Send + Sync,
        F: Future<Output = Result<Fetched<T>, Error>> + Send + 'static,
    {
        let mut flights = self.flights.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(flight) = flights.get(&key).and_then(WeakShared::upgrade) {
            metrics::cache(Lookup::Shared);
            return flight;
        }
        metrics::cache(Lookup::Miss);
        let store = self.kept.clone();
        let stored_as = key.clone();
        let flight = async move {
            let fetched = fetch.await?;
            let kept = Kept {
                answer: Arc::new(fetched.answer),
                weight_bytes: u32::try_from(fetched.weight).unwrap_or(u32::MAX),
                freshness,
            };
            // Larger than all room there is: moka would hold it until its next round of cleaning.
            if u64::from(kept.weight_bytes) <= CAPACITY_BYTES {
                store.insert(stored_as, kept.clone()).await;
            }
            Ok(kept)
        }
        .boxed()
        .shared();
        flights.retain(|_, flight| flight.upgrade().is_some());
        if let Some(weak) = flight.downgrade() {
            flights.insert(key, weak);
        }
        flight
    }
}

struct ByFreshness;

impl moka::Expiry<Key, Kept> for ByFreshness {
    fn expire_after_create(&self, _: &Key, kept: &Kept, _: Instant) -> Option<Duration> {
        Some(match kept.freshness {
            Freshness::Volatile => Duration::from_secs(30),
            Freshness::Settings => Duration::from_secs(5 * 60),
        })
    }
}
