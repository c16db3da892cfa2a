//! How often strangers may try. Limits delay; they never lock anybody out for good.

use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::clock::Clock;

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);

/// More addresses than this are not told apart: the global limit still holds.
const MAX_ADDRESSES: usize = 4096;

/// `max` hits within the last `span`.
#[derive(Debug, Clone, Copy)]
struct Rule {
    max: usize,
    span: Duration,
}

impl Rule {
    fn millis(&self) -> i64 {
        i64::try_from(self.span.as_millis()).unwrap_or(i64::MAX)
    }
}

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

/// The exact times of recent hits: bounded by the largest `max`.
#[derive(Debug, Default)]
struct Hits(VecDeque<i64>);

impl Hits {
    /// How long until one more is allowed, if it is not allowed now.
    fn wait(&mut self, rules: &[Rule], now: i64) -> Option<Duration> {
        // After the clock was set back: they still count, but for no longer than if they were made now.
        for hit in self.0.iter_mut().rev().take_while(|hit| **hit > now) {
            *hit = now;
        }
        rules
            .iter()
            .filter_map(|rule| {
                let oldest = self.0.len().checked_sub(rule.max)?;
                let free_at = self.0.get(oldest)?.saturating_add(rule.millis());
                let wait = u64::try_from(free_at.saturating_sub(now)).ok()?;
                (wait > 0).then(|| Duration::from_millis(wait))
            })
            .max()
    }

    fn add(&mut self, rules: &[Rule], now: i64) {
        let keep = rules.iter().map(|rule| rule.max).max().unwrap_or(0);
        self.0.push_back(now);
        while self.0.len() > keep {
            self.0.pop_front();
        }
    }

    fn last(&self) -> i64 {
        self.0.back().copied().unwrap_or(i64::MIN)
    }
}

/// One limit for everybody and, where the address is known, one for each address.
struct Limit {
    rules: &'static [Rule],
    each: &'static [Rule],
    /// In place of `each` for an address that is not public: behind a proxy that we were not told of everybody has its address.
    each_of_ours: &'static [Rule],
    hits: Mutex<(Hits, HashMap<IpAddr, Hits>)>,
}

impl Limit {
    fn new(rules: &'static [Rule], each: &'static [Rule]) -> Self {
        Self {
            rules,
            each,
            each_of_ours: each,
            hits: Mutex::default(),
        }
    }

    fn hits(&self) -> MutexGuard<'_, (Hits, HashMap<IpAddr, Hits>)> {
        self.hits.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Checks and counts in one step, so that parallel requests cannot slip through between the two. What is refused
    /// is not counted: a client that keeps trying gets through when its time has come.
    fn take(&self, address: Option<IpAddr>, now: i64) -> Result<(), Duration> {
        let each = match address {
            Some(address) if !is_public(address) => self.each_of_ours,
            _ => self.each,
        };
        let mut hits = self.hits();
        let (all, by_address) = &mut *hits;
        let own = address.and_then(|address| by_address.get_mut(&address));
        let wait = all
            .wait(self.rules, now)
            .max(own.and_then(|own| own.wait(each, now)));
        if let Some(wait) = wait {
            return Err(wait);
        }
        all.add(self.rules, now);
        if let (Some(address), false) = (address, each.is_empty()) {
            let known = by_address.contains_key(&address);
            if !known {
                let over = now.saturating_sub(self.longest_of_one());
                by_address.retain(|_, own| own.last() > over);
            }
            if known || by_address.len() < MAX_ADDRESSES {
                by_address.entry(address).or_default().add(each, now);
            }
        }
        Ok(())
    }

    /// Milliseconds after which a hit of one address means nothing any more.
    fn longest_of_one(&self) -> i64 {
        let rules = self.each.iter().chain(self.each_of_ours);
        rules.map(|rule| rule.millis()).max().unwrap_or(0)
    }

    /// Takes back the latest hit: it was an honest one.
    fn give_back(&self, address: Option<IpAddr>) {
        let mut hits = self.hits();
        let (all, by_address) = &mut *hits;
        all.0.pop_back();
        let Some(address) = address else { return };
        if let Some(own) = by_address.get_mut(&address) {
            own.0.pop_back();
            if own.0.is_empty() {
                by_address.remove(&address);
            }
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
    registrations: Limit,
    documents: Limit,
    strangers: Limit,
    known_devices: Limit,
    wrong_api_keys: Limit,
}

impl Limits {
    pub fn new(clock: Clock) -> Self {
        Self {
            clock,
            registrations: Limit {
                each_of_ours: REGISTRATIONS_OF_OURS,
                ..Limit::new(REGISTRATIONS, REGISTRATIONS_OF_ONE)
            },
            documents: Limit::new(DOCUMENTS, DOCUMENTS_OF_ONE),
            // A share of the guesses for an address that may be everybody's would be the budget of all.
            strangers: Limit {
                each_of_ours: &[],
                ..Limit::new(OWNER, OWNER_OF_ONE)
            },
            known_devices: Limit::new(OWNER, &[]),
            wrong_api_keys: Limit::new(WRONG_API_KEYS, &[]),
        }
    }

    fn now(&self) -> i64 {
        self.clock.now().as_millisecond()
    }

    /// Before a registration is accepted; one that is refused for what it says is not counted.
    pub fn registration(&self, address: Option<IpAddr>) -> Result<(), Duration> {
        self.registrations.take(address, self.now())
    }

    /// Before a client metadata document is fetched.
    pub fn document(&self, address: Option<IpAddr>) -> Result<(), Duration> {
        self.documents.take(address, self.now())
    }

    /// Runs `check` as one guess of the owner secret, if a guess is allowed now; a right one costs nothing.
    ///
    /// Browsers that were approved in before have a budget of their own, so that a stranger who burns the common one
    /// does not keep the owner out.
    pub fn guess(&self, guesser: Guesser, check: impl FnOnce() -> bool) -> Result<bool, Duration> {
        let limit = if guesser.known_device {
            &self.known_devices
        } else {
            &self.strangers
        };
        limit.take(guesser.address, self.now())?;
        let right = check();
        if right {
            limit.give_back(guesser.address);
        }
        Ok(right)
    }

    /// After a wrong `X-API-Key`. The right one is never kept waiting: its length leaves nothing to guess.
    pub fn wrong_api_key(&self) -> Result<(), Duration> {
        self.wrong_api_keys.take(None, self.now())
    }
}

/// Whether an address is one that strangers come from, and not of the machine or network that the server runs in.
///
/// Not the question of [`super::special_addresses`], where nothing may be fetched: a stranger behind 6to4 or Teredo is a
/// stranger, and nobody's proxy has a multicast or documentation address.
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(ip) => {
            let [first, second, ..] = ip.octets();
            let shared = first == 100 && (64..128).contains(&second);
            !(ip.is_loopback() || ip.is_private() || ip.is_link_local() || shared)
        }
        IpAddr::V6(ip) => {
            !(ip.is_loopback()
                || ip.is_unspecified()
                || ip.is_unique_local()
                || ip.is_unicast_link_local())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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

    #[test]
    fn ten_guesses_a_minute_and_fifty_an_hour() {
        let clock = clock();
        let limits = Limits::new(clock.clone());
        let mut waits = Vec::new();
        for _ in 0..5 {
            for _ in 0..10 {
                assert_eq!(limits.guess(STRANGER, || false), Ok(false));
            }
            let wait = limits.guess(STRANGER, || true).unwrap_err();
            clock.advance(wait);
            waits.push(wait.as_secs());
        }
        assert_eq!(waits, [60, 60, 60, 60, 3600 - 240]);
        assert_eq!(limits.guess(STRANGER, || true), Ok(true));
    }

    #[test]
    fn right_answers_cost_nothing_and_known_browsers_have_their_own_budget() {
        let limits = Limits::new(clock());
        for _ in 0..100 {
            assert_eq!(limits.guess(STRANGER, || true), Ok(true));
        }
        for _ in 0..10 {
            assert_eq!(limits.guess(STRANGER, || false), Ok(false));
        }
        assert!(limits.guess(STRANGER, || true).is_err());
        assert_eq!(limits.guess(OWNER_BEFORE, || true), Ok(true));
    }

    #[test]
    fn one_address_cannot_use_up_the_registrations_of_all() {
        let clock = clock();
        let limits = Limits::new(clock.clone());
        let one = Some("192.0.2.1".parse().unwrap());
        let mut done = 0;
        for _ in 0..60 {
            done += usize::from(limits.registration(one).is_ok());
            clock.advance(Duration::from_millis(500));
        }
        assert_eq!(done, 40);
        let other = Some("192.0.2.2".parse().unwrap());
        let accepted = (0..60).filter(|_| limits.registration(other).is_ok());
        assert_eq!(accepted.count(), 25);
    }

    #[test]
    fn an_address_that_may_be_that_of_a_proxy_is_slowed_down_for_seconds() {
        for ours in ["127.0.0.1", "172.20.0.1", "::1", "fd12::"] {
            let clock = clock();
            let limits = Limits::new(clock.clone());
            let began = clock.unix_seconds();
            let ours = Some(ours.parse().unwrap());
            for _ in 0..6 {
                let accepted = (0..60).filter(|_| limits.registration(ours).is_ok());
                assert_eq!(accepted.count(), 25);
                clock.advance(limits.registration(ours).unwrap_err());
            }
            let waited = clock.unix_seconds() - began;
            assert_eq!(waited, 60);
        }
    }

    #[test]
    fn all_addresses_together_register_600_times_a_minute_and_each_is_told_apart() {
        let clock = clock();
        let limits = Limits::new(clock.clone());
        for minute in 0..10_u8 {
            let address = |n: usize| {
                let [.., high, low] = n.to_be_bytes();
                Some(IpAddr::from([198, minute, high, low]))
            };
            let accepted = (0..700).filter(|n| limits.registration(address(*n)).is_ok());
            assert_eq!(accepted.count(), 600);
            clock.advance(MINUTE);
        }
        let one = Some(IpAddr::from([192, 0, 2, 1]));
        let accepted = (0..60).filter(|_| limits.registration(one).is_ok());
        assert_eq!(accepted.count(), 25);
    }

    #[test]
    fn one_address_has_a_share_of_the_guesses_and_all_together_no_more_than_the_total() {
        let clock = clock();
        let limits = Limits::new(clock.clone());
        let wrong = |guesser| limits.guess(guesser, || false).is_ok();
        assert_eq!((0..9).filter(|_| wrong(at("192.0.2.1"))).count(), 5);
        assert_eq!((0..9).filter(|_| wrong(at("192.0.2.2"))).count(), 5);
        assert!(!wrong(at("192.0.2.3")));
        let mut of_one = 5;
        for _ in 0..50 {
            clock.advance(Duration::from_secs(65));
            of_one += (0..9).filter(|_| wrong(at("192.0.2.1"))).count();
        }
        assert_eq!(of_one, 20);
        assert!(wrong(at("192.0.2.3")));
    }

    #[test]
    fn a_clock_that_is_set_back_makes_nobody_wait_longer_and_gives_nobody_more() {
        let limit = Limit::new(OWNER, OWNER_OF_ONE);
        let one = Some(IpAddr::from([192, 0, 2, 1]));
        let (hour, minute) = (3_600_000, 60_000);
        for n in 0..10 {
            limit.take(one.filter(|_| n < 5), hour).unwrap();
        }
        assert_eq!(limit.take(None, 0), Err(MINUTE));
        assert_eq!(limit.take(one, 0), Err(MINUTE));
        assert_eq!(limit.take(one, minute), Ok(()));
        // As many as if the clock had never gone wrong, once it is right again.
        assert_eq!(limit.take(None, hour), Ok(()));
        assert_eq!(
            (0..60).filter(|_| limit.take(None, hour).is_ok()).count(),
            9
        );
    }

    #[test]
    fn a_right_answer_costs_its_address_nothing() {
        let limits = Limits::new(clock());
        for _ in 0..30 {
            assert_eq!(limits.guess(at("192.0.2.1"), || true), Ok(true));
        }
        assert!(limits.strangers.hits().1.is_empty());
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
            let limits = Limits::new(clock());
            let allowed = (0..20).filter(|_| limits.guess(at(ours), || false).is_ok());
            assert_eq!(allowed.count(), 10, "{ours}");
        }
        for theirs in ["100.63.0.1", "100.128.0.1", "172.32.0.1", "2001:db8::"] {
            let limits = Limits::new(clock());
            let allowed = (0..20).filter(|_| limits.guess(at(theirs), || false).is_ok());
            assert_eq!(allowed.count(), 5, "{theirs}");
        }
    }

    #[test]
    fn addresses_are_remembered_in_bounded_number_and_for_an_hour() {
        let clock = clock();
        let limit = Limit::new(&[], OWNER_OF_ONE);
        for n in 0..6000_u32 {
            let address = IpAddr::from(n.to_be_bytes());
            limit
                .take(Some(address), clock.unix_seconds() * 1000)
                .unwrap();
        }
        assert_eq!(limit.hits().1.len(), MAX_ADDRESSES);
        let later = (clock.unix_seconds() + 3601) * 1000;
        limit
            .take(Some(IpAddr::from([192, 0, 2, 1])), later)
            .unwrap();
        assert_eq!(limit.hits().1.len(), 1);
        assert!(limit.hits().0.0.is_empty());
    }
}
