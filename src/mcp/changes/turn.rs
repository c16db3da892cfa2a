//! One write at a time decides on what it finds: two that run beside each other would both find nothing and create twice.
//!
//! Within a process that is a lock. Where replicas share the store it is also a lease in it, an entry with a word that only its
//! holder knows. The holder gives it back, and a holder that is no more loses it after a while.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::SignedDuration;
use tokio::runtime::Handle;
use tokio::sync::OwnedMutexGuard;
use tokio::time::{Instant, sleep, sleep_until, timeout_at};

use crate::clock::Clock;
use crate::mcp::error::ToolError;
use crate::state::{Durability, StateError, Store};

/// Longer than any write: a call is given up after 50 s, and the request that it had sent last ends within 15 s more.
const LEASE: SignedDuration = SignedDuration::from_secs(75);
/// Beyond this there would be no time left to write in.
const PATIENCE: Duration = Duration::from_secs(20);
/// How often a replica looks whether it is its turn.
const POLL: Duration = Duration::from_millis(40);
/// Between two turns of one process, so that another one that waits finds its own.
const COURTESY: Duration = Duration::from_millis(60);
/// What is given back expires before now by every clock of a replica.
const LONG_AGO: SignedDuration = SignedDuration::from_secs(60);
/// Attempts at giving back.
const ATTEMPTS: u32 = 3;

/// The turns of one athlete's writes.
pub struct Turns {
    local: Arc<tokio::sync::Mutex<()>>,
    lease: Option<Arc<Lease>>,
}

/// Somebody's turn, until it is dropped.
pub struct Turn {
    local: Option<OwnedMutexGuard<()>>,
    held: Option<Held>,
}

struct Lease {
    store: Arc<dyn Store>,
    clock: Clock,
    key: String,
    given_back_at: Mutex<Option<Instant>>,
}

struct Held {
    lease: Arc<Lease>,
    word: Vec<u8>,
}

impl Turns {
    pub fn new(store: &Arc<dyn Store>, clock: &Clock, athlete: &str) -> Self {
        let lease = (store.durability() == Durability::Shared).then(|| {
            Arc::new(Lease {
                store: Arc::clone(store),
                clock: clock.clone(),
                key: format!("write-turn/{athlete}"),
                given_back_at: Mutex::default(),
            })
        });
        Self {
            local: Arc::default(),
            lease,
        }
    }

    pub async fn take(&self) -> Result<Turn, ToolError> {
        let local = Arc::clone(&self.local).lock_owned();
        let Some(lease) = &self.lease else {
            return Ok(Turn {
                local: Some(local.await),
                held: None,
            });
        };
        let until = Instant::now() + PATIENCE;
        let local = timeout_at(until, local).await.map_err(|_| busy())?;
        let word = word().ok_or_else(away)?;
        let mut turn = Turn {
            local: Some(local),
            held: Some(Held {
                lease: Arc::clone(lease),
                word,
            }),
        };
        // From here on it is given back whatever happens, also when nobody knows whether it was taken.
        let taken = match &turn.held {
            Some(held) => held.take(until).await,
            None => Ok(()),
        };
        if matches!(taken, Err(Failure::Busy)) {
            turn.held = None;
        }
        match taken {
            Ok(()) => Ok(turn),
            Err(Failure::Busy) => Err(busy()),
            Err(Failure::Away(error)) => {
                tracing::warn!(%error, "the turn to write could not be taken");
                Err(away())
            }
        }
    }
}

enum Failure {
    Busy,
    Away(StateError),
}

impl From<StateError> for Failure {
    fn from(error: StateError) -> Self {
        Self::Away(error)
    }
}

impl Held {
    async fn take(&self, until: Instant) -> Result<(), Failure> {
        let lease = &self.lease;
        let given_back_at = *lease.given_back_at();
        if let Some(at) = given_back_at {
            sleep_until(at + COURTESY).await;
        }
        loop {
            match lease.store.get(&lease.key).await? {
                // It was taken and only the answer was lost.
                Some(word) if word == self.word => return Ok(()),
                Some(_) => {}
                None => {
                    let ends_at = lease.clock.now() + LEASE;
                    let word = self.word.clone();
                    let swap = lease
                        .store
                        .compare_and_swap(&lease.key, None, word, ends_at);
                    if swap.await? {
                        return Ok(());
                    }
                }
            }
            if Instant::now() + POLL > until {
                return Err(Failure::Busy);
            }
            sleep(POLL).await;
        }
    }

    async fn give_back(&self) {
        let lease = &self.lease;
        for attempt in 1..=ATTEMPTS {
            let expired = lease.clock.now() - LONG_AGO;
            let swap =
                lease
                    .store
                    .compare_and_swap(&lease.key, Some(&self.word), Vec::new(), expired);
            match swap.await {
                Ok(_) => break,
                Err(error) if attempt == ATTEMPTS => {
                    tracing::warn!(%error, "the turn to write could not be given back; it ends by itself");
                }
                Err(_) => sleep(POLL).await,
            }
        }
        *lease.given_back_at() = Some(Instant::now());
    }
}

impl Lease {
    fn given_back_at(&self) -> std::sync::MutexGuard<'_, Option<Instant>> {
        self.given_back_at
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let (Some(held), local) = (self.held.take(), self.local.take()) else {
            return;
        };
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(async move {
                held.give_back().await;
                drop(local);
            });
        }
    }
}

fn word() -> Option<Vec<u8>> {
    let mut word = vec![0; 16];
    getrandom::fill(&mut word).ok()?;
    Some(word)
}

fn busy() -> ToolError {
    ToolError::Unfinished(
        "Nothing was written: another change is under way, and it did not end in time. Try again in a minute."
            .to_owned(),
    )
}

fn away() -> ToolError {
    ToolError::Unfinished(
        "Nothing was written: the server's storage does not answer, so that nobody can say whether another change is under way. \
         Try again in a minute; if it stays, the owner should look at the server's log."
            .to_owned(),
    )
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use futures_util::FutureExt as _;

    use super::*;
    use crate::state::{MemoryStore, StoreFuture};
    use jiff::Timestamp;

    /// What replicas share; from a given call on it does not answer.
    struct Hub {
        entries: MemoryStore,
        answers: AtomicUsize,
    }

    impl Hub {
        fn ask<'a, T: Send + 'a>(&self, answer: StoreFuture<'a, T>) -> StoreFuture<'a, T> {
            let left = |left: usize| left.checked_sub(1);
            let left = self
                .answers
                .fetch_update(Ordering::SeqCst, Ordering::SeqCst, left);
            match left {
                Ok(_) => answer,
                // Done, but not told.
                Err(_) => Box::pin(answer.map(|_| Err(StateError::Failed("away".to_owned())))),
            }
        }
    }

    impl Store for Hub {
        fn durability(&self) -> Durability {
            Durability::Shared
        }
        fn get<'a>(&'a self, key: &'a str) -> StoreFuture<'a, Option<Vec<u8>>> {
            self.ask(self.entries.get(key))
        }
        fn put<'a>(&'a self, key: &'a str, value: Vec<u8>, at: Timestamp) -> StoreFuture<'a, ()> {
            self.ask(self.entries.put(key, value, at))
        }
        fn take<'a>(&'a self, key: &'a str) -> StoreFuture<'a, Option<Vec<u8>>> {
            self.ask(self.entries.take(key))
        }
        fn compare_and_swap<'a>(
            &'a self,
            key: &'a str,
            expected: Option<&'a [u8]>,
            new: Vec<u8>,
            at: Timestamp,
        ) -> StoreFuture<'a, bool> {
            self.ask(self.entries.compare_and_swap(key, expected, new, at))
        }
        fn list<'a>(&'a self, prefix: &'a str) -> StoreFuture<'a, Vec<(String, Vec<u8>)>> {
            self.ask(self.entries.list(prefix))
        }
    }

    struct World {
        clock: Clock,
        hub: Arc<Hub>,
        here: Turns,
        there: Turns,
    }

    fn world() -> World {
        let clock = Clock::manual("2026-03-18T09:30:00Z".parse().unwrap());
        let hub = Arc::new(Hub {
            entries: MemoryStore::new(clock.clone()),
            answers: AtomicUsize::new(usize::MAX),
        });
        let store: Arc<dyn Store> = Arc::clone(&hub) as Arc<dyn Store>;
        World {
            here: Turns::new(&store, &clock, "i1"),
            there: Turns::new(&store, &clock, "i1"),
            clock,
            hub,
        }
    }

    async fn refused(turns: &Turns) -> String {
        turns.take().await.err().unwrap().sentence()
    }

    #[tokio::test(start_paused = true)]
    async fn while_one_has_its_turn_no_other_has_wherever_it_is() {
        let world = Arc::new(world());
        let inside = Arc::new(AtomicUsize::new(0));
        let writes = (0..20).map(|n| {
            let (world, inside) = (Arc::clone(&world), Arc::clone(&inside));
            tokio::spawn(async move {
                let turns = if n % 3 == 0 {
                    &world.there
                } else {
                    &world.here
                };
                let _turn = turns.take().await.unwrap();
                assert_eq!(inside.fetch_add(1, Ordering::SeqCst), 0);
                sleep(Duration::from_millis(200)).await;
                inside.fetch_sub(1, Ordering::SeqCst);
            })
        });
        for write in writes.collect::<Vec<_>>() {
            write.await.unwrap();
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_replica_with_much_to_write_lets_another_one_in_between() {
        let world = Arc::new(world());
        let busy = Arc::clone(&world);
        let writes = (0..30).map(move |_| {
            let world = Arc::clone(&busy);
            tokio::spawn(async move {
                let _turn = world.here.take().await.unwrap();
                sleep(Duration::from_millis(300)).await;
            })
        });
        let writes: Vec<_> = writes.collect();
        sleep(Duration::from_millis(10)).await;
        let since = Instant::now();
        let _turn = world.there.take().await.unwrap();
        assert!(since.elapsed() < Duration::from_secs(1));
        for write in writes {
            write.abort();
        }
    }

    #[tokio::test(start_paused = true)]
    async fn who_waits_in_vain_is_told_that_nothing_was_written() {
        let world = world();
        let _turn = world.here.take().await.unwrap();
        for turns in [&world.there, &world.here] {
            let since = Instant::now();
            let said = refused(turns).await;
            assert!(
                said.starts_with("Nothing was written: another change"),
                "{said}"
            );
            assert!(since.elapsed() <= PATIENCE);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn the_turn_of_a_process_that_is_no_more_ends_by_itself() {
        let world = world();
        std::mem::forget(world.here.take().await.unwrap());
        world.clock.advance(Duration::from_secs(74));
        refused(&world.there).await;
        world.clock.advance(Duration::from_secs(1));
        world.there.take().await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn a_turn_that_was_lost_is_not_taken_from_its_next_holder() {
        let world = world();
        let slow = world.here.take().await.unwrap();
        world.clock.advance(Duration::from_secs(75));
        let _next = world.there.take().await.unwrap();
        drop(slow);
        sleep(Duration::from_secs(1)).await;
        refused(&world.here).await;
    }

    #[tokio::test(start_paused = true)]
    async fn without_the_store_nothing_is_written_and_no_turn_is_left_behind() {
        // The store goes away at the first question, or when the turn was taken and only the answer is lost.
        for answers in [0, 1] {
            let world = world();
            world.hub.answers.store(answers, Ordering::SeqCst);
            let said = refused(&world.here).await;
            assert!(
                said.starts_with("Nothing was written: the server's storage"),
                "{said}"
            );
            world.hub.answers.store(usize::MAX, Ordering::SeqCst);
            sleep(POLL).await;
            world.there.take().await.unwrap();
        }
    }

    #[tokio::test]
    async fn a_process_of_its_own_asks_no_store() {
        let store: Arc<dyn Store> = Arc::new(MemoryStore::new(Clock::system()));
        let turns = Turns::new(&store, &Clock::system(), "i1");
        let turn = turns.take().await.unwrap();
        assert!(turns.take().now_or_never().is_none());
        drop(turn);
        assert!(turns.take().now_or_never().is_some());
        assert!(store.list("").await.unwrap().is_empty());
    }
}
