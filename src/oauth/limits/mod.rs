//! How often strangers may try. Limits delay; they never lock anybody out for good.
//!
//! Replicas that share a store share the limits: what one process refuses by itself never reaches the store, and what it would
//! allow is counted there too.

mod hits;
mod local;
mod shared;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use super::error::Error;
use super::keys::Keys;
use crate::clock::Clock;
use crate::metrics;
use crate::state::{Durability, StateError, Store};
use hits::Rule;
use local::{Local, Rules};
use shared::Shared;

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);

/// Guesses of the owner secret, over all pages, transactions, cookies and addresses together: the wait grows from none to a minute
/// to the rest of the hour.
const OWNER: &[Rule] = &[
    Rule {
        max: 10,
        span: MINUTE,
    },
    Rule {
        max: 50,
        span: HOUR,
    },
];
/// One stranger cannot use up the guesses of all who never approved here.
const OWNER_OF_ONE: &[Rule] = &[
    Rule {
        max: 5,
        span: MINUTE,
    },
    Rule {
        max: 20,
        span: HOUR,
    },
];
/// A registration stores nothing and costs one HMAC, so the total only keeps the processor for others, and it takes many
/// addresses to use it up: Claude registers for everybody from a few of its own and must not meet a 429.
const REGISTRATIONS: &[Rule] = &[Rule {
    max: 600,
    span: MINUTE,
}];
const REGISTRATIONS_AT_ONCE: Rule = Rule {
    max: 25,
    span: Duration::from_secs(10),
};
const REGISTRATIONS_OF_ONE: &[Rule] = &[
    REGISTRATIONS_AT_ONCE,
    Rule {
        max: 40,
        span: MINUTE,
    },
];
/// An address of our own network may be a proxy that we were not told of, and then it is everybody's. A flood from there
/// must be slowed down like any, but those who share the address with it shall wait for seconds, not for the rest of a minute:
/// a burst is all that is limited, and 150 a minute get through.
const REGISTRATIONS_OF_OURS: &[Rule] = &[REGISTRATIONS_AT_ONCE];
/// Metadata documents of clients, which only somebody who knows the owner secret can ask for: enough for a very busy owner.
const DOCUMENTS: &[Rule] = &[Rule {
    max: 20,
    span: MINUTE,
}];
const DOCUMENTS_OF_ONE: &[Rule] = &[Rule {
    max: 10,
    span: MINUTE,
}];
const WRONG_API_KEYS: &[Rule] = &[Rule {
    max: 20,
    span: MINUTE,
}];

/// Why something is not allowed now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// Until then.
    Wait(Duration),
    /// Nobody can say: the store did not answer.
    Unavailable,
}

impl Refused {
    /// Counts whoever met `limit`; for want of the store nobody did.
    pub fn counted(self, limit: metrics::Limit) {
        if matches!(self, Self::Wait(_)) {
            metrics::limited(limit);
        }
    }
}

impl From<StateError> for Refused {
    fn from(error: StateError) -> Self {
        tracing::debug!(%error, "the store did not answer");
        Self::Unavailable
    }
}

impl From<Refused> for Error {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Wait(wait) => Self::TooManyRequests(wait),
            Refused::Unavailable => Self::Unavailable,
        }
    }
}

/// What is limited under one name.
struct Limit {
    name: &'static str,
    rules: Rules,
    local: Local,
}

impl Limit {
    fn new(name: &'static str, rules: Rules) -> Self {
        Self {
            name,
            rules,
            local: Local::new(rules),
        }
    }
}

/// Who guesses at the owner secret.
#[derive(Debug, Clone, Copy)]
pub struct Guesser {
    /// Somebody approved in this browser before.
    pub known_device: bool,
    pub address: Option<IpAddr>,
}

/// The limits of the authorization server.
pub struct Limits {
    clock: Clock,
    shared: Option<Shared>,
    registrations: Limit,
    documents: Limit,
    strangers: Limit,
    known_devices: Limit,
    wrong_api_keys: Limit,
}

impl Limits {
    /// Counts in `store` too, if replicas share it. `home` is what its keys begin with.
    pub fn new(clock: Clock, store: &Arc<dyn Store>, keys: &Arc<Keys>, home: &str) -> Self {
        let shared = (store.durability() == Durability::Shared).then(|| Shared {
            store: Arc::clone(store),
            keys: Arc::clone(keys),
            home: home.to_owned(),
        });
        let rules = |all, each| Rules {
            all,
            each,
            each_of_ours: each,
        };
        Self {
            clock,
            shared,
            registrations: Limit::new(
                "registrations",
                Rules {
                    each_of_ours: REGISTRATIONS_OF_OURS,
                    ..rules(REGISTRATIONS, REGISTRATIONS_OF_ONE)
                },
            ),
            documents: Limit::new("documents", rules(DOCUMENTS, DOCUMENTS_OF_ONE)),
            // A share of the guesses for an address that may be everybody's would be the budget of all.
            strangers: Limit::new(
                "strangers",
                Rules {
                    each_of_ours: &[],
                    ..rules(OWNER, OWNER_OF_ONE)
                },
            ),
            known_devices: Limit::new("known-devices", rules(OWNER, &[])),
            wrong_api_keys: Limit::new("wrong-api-keys", rules(WRONG_API_KEYS, &[])),
        }
    }

    /// When it was counted, for [`Self::give_back`].
    async fn take(&self, limit: &Limit, address: Option<IpAddr>) -> Result<i64, Refused> {
        let now = self.clock.now().as_millisecond();
        limit.local.take(address, now).map_err(Refused::Wait)?;
        if let Some(shared) = &self.shared
            && let Err(refused) = shared.take(limit.name, &limit.rules, address, now).await
        {
            limit.local.give_back(address, now);
            return Err(refused);
        }
        Ok(now)
    }

    async fn give_back(&self, limit: &Limit, address: Option<IpAddr>, at: i64) {
        limit.local.give_back(address, at);
        if let Some(shared) = &self.shared {
            shared
                .give_back(limit.name, &limit.rules, address, at)
                .await;
        }
    }

    /// Before a registration is accepted; one that is refused for what it says is not counted.
    pub async fn registration(&self, address: Option<IpAddr>) -> Result<(), Refused> {
        self.take(&self.registrations, address).await.map(drop)
    }

    /// Before a client metadata document is fetched.
    pub async fn document(&self, address: Option<IpAddr>) -> Result<(), Refused> {
        self.take(&self.documents, address).await.map(drop)
    }

    /// Runs `check` as one guess of the owner secret, if a guess is allowed now; a right one costs nothing.
    ///
    /// Browsers that were approved in before have a budget of their own, so that a stranger who burns the common one
    /// does not keep the owner out.
    pub async fn guess(
        &self,
        guesser: Guesser,
        check: impl FnOnce() -> bool,
    ) -> Result<bool, Refused> {
        let limit = if guesser.known_device {
            &self.known_devices
        } else {
            &self.strangers
        };
        // Counted before it is looked at, everywhere: guesses that arrive at once cannot all be looked at first.
        let at = self.take(limit, guesser.address).await?;
        let right = check();
        if right {
            self.give_back(limit, guesser.address, at).await;
        }
        Ok(right)
    }

    /// After a wrong `X-API-Key`. The right one is never kept waiting: its length leaves nothing to guess.
    pub async fn wrong_api_key(&self) -> Result<(), Refused> {
        self.take(&self.wrong_api_keys, None).await.map(drop)
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::sync::atomic::Ordering;

    use futures_util::FutureExt as _;
    use proptest::prelude::*;

    use super::*;
    use crate::oauth::grants::tests::Disk;

    const STRANGER: Guesser = Guesser {
        known_device: false,
        address: None,
    };
    const OWNER_BEFORE: Guesser = Guesser {
        known_device: true,
        address: None,
    };

    fn at(address: &str) -> Guesser {
        Guesser {
            known_device: false,
            address: Some(address.parse().unwrap()),
        }
    }

    fn clock() -> Clock {
        Clock::manual("2026-03-18T09:30:00Z".parse().unwrap())
    }

    fn limits(clock: &Clock, store: &Arc<Disk>) -> Limits {
        let keys = Keys::derive(&"k".repeat(32).into(), None, "https://a.example", "i1").unwrap();
        let store: Arc<dyn Store> = Arc::clone(store) as Arc<dyn Store>;
        Limits::new(clock.clone(), &store, &Arc::new(keys), "home/")
    }

    /// Processes of one deployment, which are asked in turn.
    struct Processes {
        limits: Vec<Limits>,
        next: Cell<usize>,
        store: Arc<Disk>,
    }

    impl Processes {
        fn new(clocks: &[Clock], durability: Durability) -> Self {
            let store = Arc::new(Disk::new(&clocks[0], durability));
            Self {
                limits: clocks.iter().map(|clock| limits(clock, &store)).collect(),
                next: Cell::new(0),
                store,
            }
        }

        /// One process, and three that share a store: both must behave as one server.
        fn alone_and_replicas(clock: &Clock) -> [Self; 2] {
            [
                Self::new(std::slice::from_ref(clock), Durability::Process),
                Self::new(
                    &[clock.clone(), clock.clone(), clock.clone()],
                    Durability::Shared,
                ),
            ]
        }

        fn next(&self) -> &Limits {
            let next = self.next.get();
            self.next.set(next + 1);
            &self.limits[next % self.limits.len()]
        }

        fn guess(&self, guesser: Guesser, right: bool) -> Result<bool, Refused> {
            let guess = self.next().guess(guesser, || right);
            guess.now_or_never().unwrap()
        }

        fn wait(&self, guesser: Guesser) -> Duration {
            match self.guess(guesser, true) {
                Err(Refused::Wait(wait)) => wait,
                other => panic!("{other:?}"),
            }
        }

        fn registration(&self, address: Option<IpAddr>) -> Result<(), Refused> {
            self.next().registration(address).now_or_never().unwrap()
        }

        fn registered(&self, address: Option<IpAddr>, tries: usize) -> usize {
            let accepted = (0..tries).filter(|_| self.registration(address).is_ok());
            accepted.count()
        }

        fn wrong(&self, guesser: Guesser, tries: usize) -> usize {
            let looked_at = (0..tries).filter(|_| self.guess(guesser, false).is_ok());
            looked_at.count()
        }
    }

    #[test]
    fn ten_guesses_a_minute_and_fifty_an_hour() {
        for replicas in [0, 1] {
            let clock = clock();
            let limits = &Processes::alone_and_replicas(&clock)[replicas];
            let mut waits = Vec::new();
            for _ in 0..5 {
                assert_eq!(limits.wrong(STRANGER, 10), 10);
                let wait = limits.wait(STRANGER);
                clock.advance(wait);
                waits.push(wait.as_secs());
            }
            assert_eq!(waits, [60, 60, 60, 60, 3600 - 240]);
            assert_eq!(limits.guess(STRANGER, true), Ok(true));
        }
    }

    #[test]
    fn right_answers_cost_nothing_and_known_browsers_have_their_own_budget() {
        for limits in Processes::alone_and_replicas(&clock()) {
            for _ in 0..100 {
                assert_eq!(limits.guess(STRANGER, true), Ok(true));
                assert_eq!(limits.guess(at("192.0.2.1"), true), Ok(true));
            }
            assert_eq!(limits.limits[0].strangers.local.addresses(), 0);
            assert_eq!(limits.wrong(STRANGER, 10), 10);
            assert!(limits.guess(STRANGER, true).is_err());
            assert_eq!(limits.guess(OWNER_BEFORE, true), Ok(true));
        }
    }

    #[test]
    fn one_address_cannot_use_up_the_registrations_of_all() {
        for replicas in [0, 1] {
            let clock = clock();
            let limits = &Processes::alone_and_replicas(&clock)[replicas];
            let one = Some("192.0.2.1".parse().unwrap());
            let mut done = 0;
            for _ in 0..60 {
                done += limits.registered(one, 1);
                clock.advance(Duration::from_millis(500));
            }
            assert_eq!(done, 40);
            let other = Some("192.0.2.2".parse().unwrap());
            assert_eq!(limits.registered(other, 60), 25);
        }
    }

    #[test]
    fn an_address_that_may_be_that_of_a_proxy_is_slowed_down_for_seconds() {
        for ours in ["127.0.0.1", "172.20.0.1", "::1", "fd12::"] {
            for replicas in [0, 1] {
                let clock = clock();
                let limits = &Processes::alone_and_replicas(&clock)[replicas];
                let began = clock.unix_seconds();
                let ours = Some(ours.parse().unwrap());
                for _ in 0..6 {
                    assert_eq!(limits.registered(ours, 60), 25);
                    let Err(Refused::Wait(wait)) = limits.registration(ours) else {
                        panic!("not refused");
                    };
                    clock.advance(wait);
                }
                assert_eq!(clock.unix_seconds() - began, 60);
            }
        }
    }

    #[test]
    fn all_addresses_together_register_600_times_a_minute_and_each_is_told_apart() {
        for replicas in [0, 1] {
            let clock = clock();
            let limits = &Processes::alone_and_replicas(&clock)[replicas];
            for minute in 0..4_u8 {
                let address = |n: usize| {
                    let [.., high, low] = n.to_be_bytes();
                    Some(IpAddr::from([198, minute, high, low]))
                };
                let accepted = (0..700).filter(|n| limits.registration(address(*n)).is_ok());
                assert_eq!(accepted.count(), 600);
                clock.advance(MINUTE);
            }
            let one = Some(IpAddr::from([192, 0, 2, 1]));
            assert_eq!(limits.registered(one, 60), 25);
        }
    }

    #[test]
    fn one_address_has_a_share_of_the_guesses_and_all_together_no_more_than_the_total() {
        for replicas in [0, 1] {
            let clock = clock();
            let limits = &Processes::alone_and_replicas(&clock)[replicas];
            assert_eq!(limits.wrong(at("192.0.2.1"), 9), 5);
            assert_eq!(limits.wrong(at("192.0.2.2"), 9), 5);
            assert_eq!(limits.wrong(at("192.0.2.3"), 1), 0);
            let mut of_one = 5;
            for _ in 0..50 {
                clock.advance(Duration::from_secs(65));
                of_one += limits.wrong(at("192.0.2.1"), 9);
            }
            assert_eq!(of_one, 20);
            assert_eq!(limits.wrong(at("192.0.2.3"), 1), 1);
        }
    }

    #[test]
    fn an_address_of_our_own_network_is_no_stranger() {
        for ours in [
            "127.0.0.1",
            "10.1.2.3",
            "192.168.0.9",
            "172.20.0.1",
            "169.254.1.1",
            "100.100.1.1",
            "::1",
            "fd12::",
            "fe80::",
        ] {
            for limits in Processes::alone_and_replicas(&clock()) {
                assert_eq!(limits.wrong(at(ours), 20), 10, "{ours}");
            }
        }
        for theirs in ["100.63.0.1", "100.128.0.1", "172.32.0.1", "2001:db8::"] {
            for limits in Processes::alone_and_replicas(&clock()) {
                assert_eq!(limits.wrong(at(theirs), 20), 5, "{theirs}");
            }
        }
    }

    #[test]
    fn clocks_that_differ_by_a_second_neither_open_a_door_nor_lock_one() {
        for ahead in [0, 1] {
            let clocks = [clock(), clock()];
            clocks[ahead].advance(Duration::from_secs(1));
            let limits = Processes::new(&clocks, Durability::Shared);
            let mut looked_at = 0;
            for _ in 0..10 * 60 {
                looked_at += limits.wrong(STRANGER, 3);
                for clock in &clocks {
                    clock.advance(Duration::from_secs(1));
                }
            }
            assert_eq!(looked_at, 50);
            let wait = limits.wait(STRANGER).max(limits.wait(STRANGER));
            assert!(wait <= HOUR + Duration::from_secs(1), "{wait:?}");
            for clock in &clocks {
                clock.advance(wait);
            }
            assert_eq!(limits.guess(STRANGER, true), Ok(true));
        }
    }

    #[test]
    fn a_flood_that_a_process_refuses_by_itself_does_not_reach_the_store() {
        let limits = Processes::new(&[clock()], Durability::Shared);
        assert_eq!(limits.wrong(STRANGER, 10), 10);
        limits.store.broken.store(true, Ordering::SeqCst);
        assert!(matches!(
            limits.guess(STRANGER, true),
            Err(Refused::Wait(_))
        ));
        assert_eq!(limits.guess(OWNER_BEFORE, true), Err(Refused::Unavailable));
    }

    #[test]
    fn without_the_shared_store_nothing_is_allowed_and_nothing_is_counted() {
        let limits = Processes::new(&[clock()], Durability::Shared);
        limits.store.broken.store(true, Ordering::SeqCst);
        for _ in 0..100 {
            assert_eq!(limits.guess(STRANGER, true), Err(Refused::Unavailable));
        }
        limits.store.broken.store(false, Ordering::SeqCst);
        limits.store.full.store(true, Ordering::SeqCst);
        assert_eq!(limits.guess(STRANGER, true), Err(Refused::Unavailable));
        limits.store.full.store(false, Ordering::SeqCst);
        assert_eq!(limits.wrong(STRANGER, 20), 10);
    }

    #[test]
    fn no_address_stands_in_the_store() {
        let limits = Processes::new(&[clock()], Durability::Shared);
        assert_eq!(limits.wrong(at("192.0.2.77"), 1), 1);
        let rows = limits.store.entries.list("").now_or_never().unwrap();
        let keys: Vec<String> = rows.unwrap().into_iter().map(|(key, _)| key).collect();
        assert_eq!(keys.len(), 2);
        for key in keys {
            assert!(key.starts_with("home/limit/strangers"), "{key}");
            assert!(!key.contains("192"), "{key}");
        }
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn guesses_that_arrive_at_once_everywhere_cannot_slip_through_together() {
        for _ in 0..50 {
            let clock = clock();
            let store = Arc::new(Disk::new(&clock, Durability::Shared));
            let replicas = [(); 2].map(|()| Arc::new(limits(&clock, &store)));
            let guesses = (0..40).map(|n: usize| {
                let limits = Arc::clone(&replicas[n % 2]);
                tokio::spawn(async move { limits.guess(STRANGER, || false).await })
            });
            let guesses: Vec<_> = guesses.collect();
            let mut looked_at = 0;
            for guess in guesses {
                looked_at += usize::from(guess.await.unwrap() == Ok(false));
            }
            assert_eq!(looked_at, 10);
        }
    }

    /// Who does what.
    #[derive(Debug, Clone)]
    enum Step {
        Guess(usize, bool, bool),
        Register(usize),
        WrongApiKey,
        Later(u64),
    }

    const WHENCE: [Option<&str>; 4] =
        [None, Some("192.0.2.1"), Some("10.0.0.1"), Some("192.0.2.2")];

    fn steps() -> impl Strategy<Value = Vec<Step>> {
        let step = prop_oneof![
            8 => (0..4_usize, any::<bool>(), prop::bool::weighted(0.2))
                .prop_map(|(whence, known, right)| Step::Guess(whence, known, right)),
            8 => (0..4_usize).prop_map(Step::Register),
            4 => Just(Step::WrongApiKey),
            2 => (1..40_u64).prop_map(Step::Later),
        ];
        prop::collection::vec(step, 1..300)
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn replicas_allow_and_refuse_exactly_what_one_process_does(steps in steps()) {
            let clock = clock();
            let [alone, replicas] = Processes::alone_and_replicas(&clock);
            for step in steps {
                match step {
                    Step::Guess(whence, known_device, right) => {
                        let address = WHENCE[whence].map(|address| address.parse().unwrap());
                        let guesser = Guesser { known_device, address };
                        let (one, other) = (alone.guess(guesser, right), replicas.guess(guesser, right));
                        prop_assert_eq!(one.ok(), other.ok());
                    }
                    Step::Register(whence) => {
                        let address = WHENCE[whence].map(|address| address.parse().unwrap());
                        let (one, other) = (alone.registration(address), replicas.registration(address));
                        prop_assert_eq!(one.is_ok(), other.is_ok());
                    }
                    Step::WrongApiKey => {
                        let of = |processes: &Processes| {
                            processes.next().wrong_api_key().now_or_never().unwrap().is_ok()
                        };
                        prop_assert_eq!(of(&alone), of(&replicas));
                    }
                    Step::Later(seconds) => clock.advance(Duration::from_secs(seconds)),
                }
            }
        }
    }
}
