//! A limit as one process knows it.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::hits::{Hits, Rule};

/// More addresses than this are not told apart: the global limit still holds.
const MAX_ADDRESSES: usize = 4096;

/// One limit for everybody and, where the address is known, one for each address.
#[derive(Debug, Clone, Copy)]
pub struct Rules {
    pub all: &'static [Rule],
    pub each: &'static [Rule],
    /// In place of `each` for an address that is not public: behind a proxy that we were not told of everybody has its address.
    pub each_of_ours: &'static [Rule],
}

impl Rules {
    /// Those of one address.
    pub fn of(&self, address: IpAddr) -> &'static [Rule] {
        if is_public(address) {
            self.each
        } else {
            self.each_of_ours
        }
    }
}

#[derive(Debug, Default)]
struct Counted {
    all: Hits,
    by_address: HashMap<IpAddr, Hits>,
}

/// What this process counted.
pub struct Local {
    rules: Rules,
    counted: Mutex<Counted>,
}

impl Local {
    pub fn new(rules: Rules) -> Self {
        Self {
            rules,
            counted: Mutex::default(),
        }
    }

    fn counted(&self) -> MutexGuard<'_, Counted> {
        self.counted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Checks and counts in one step, so that parallel requests cannot slip through between the two. What is refused
    /// is not counted: a client that keeps trying gets through when its time has come.
    pub fn take(&self, address: Option<IpAddr>, now: i64) -> Result<(), Duration> {
        let each = address.map_or(self.rules.each, |address| self.rules.of(address));
        let mut counted = self.counted();
        let Counted { all, by_address } = &mut *counted;
        let own = address.and_then(|address| by_address.get_mut(&address));
        let wait = all
            .wait(self.rules.all, now)
            .max(own.and_then(|own| own.wait(each, now)));
        if let Some(wait) = wait {
            return Err(wait);
        }
        all.add(self.rules.all, now);
        if let (Some(address), false) = (address, each.is_empty()) {
            let known = by_address.contains_key(&address);
            if !known {
                let longest = Rule::longest(self.rules.each.iter().chain(self.rules.each_of_ours));
                let over = now.saturating_sub(longest);
                by_address.retain(|_, own| own.last() > over);
            }
            if known || by_address.len() < MAX_ADDRESSES {
                by_address.entry(address).or_default().add(each, now);
            }
        }
        Ok(())
    }

    /// Takes back the hit that was made at `at`: it was an honest one, or came to nothing.
    pub fn give_back(&self, address: Option<IpAddr>, at: i64) {
        let mut counted = self.counted();
        let Counted { all, by_address } = &mut *counted;
        all.remove(at);
        let Some(address) = address else { return };
        if let Some(own) = by_address.get_mut(&address) {
            own.remove(at);
            if own.is_empty() {
                by_address.remove(&address);
            }
        }
    }

    #[cfg(test)]
    pub fn addresses(&self) -> usize {
        self.counted().by_address.len()
    }
}

/// Whether an address is one that strangers come from, and not of the machine or network that the server runs in.
///
/// Not the question of [`special_addresses`](crate::oauth::special_addresses), where nothing may be fetched: a stranger behind
/// 6to4 or Teredo is a stranger, and nobody's proxy has a multicast or documentation address.
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
    use super::super::{MINUTE, OWNER, OWNER_OF_ONE};
    use super::*;

    const fn rules(all: &'static [Rule]) -> Rules {
        Rules {
            all,
            each: OWNER_OF_ONE,
            each_of_ours: OWNER_OF_ONE,
        }
    }

    #[test]
    fn a_clock_that_is_set_back_makes_nobody_wait_longer_and_gives_nobody_more() {
        let limit = Local::new(rules(OWNER));
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
    fn addresses_are_remembered_in_bounded_number_and_for_an_hour() {
        let limit = Local::new(rules(&[]));
        let now = 1_790_000_000_000;
        for n in 0..6000_u32 {
            let address = IpAddr::from(n.to_be_bytes());
            limit.take(Some(address), now).unwrap();
        }
        assert_eq!(limit.addresses(), MAX_ADDRESSES);
        let one = IpAddr::from([192, 0, 2, 1]);
        limit.take(Some(one), now + 3_601_000).unwrap();
        assert_eq!(limit.addresses(), 1);
        assert!(limit.counted().all.is_empty());
    }

    #[test]
    fn what_is_given_back_is_the_hit_that_was_made_then() {
        let limit = Local::new(rules(OWNER));
        for at in [0, 30_000] {
            for _ in 0..5 {
                limit.take(None, at).unwrap();
            }
        }
        limit.give_back(None, 0);
        assert_eq!(limit.take(None, 30_000), Ok(()));
        // Four were made at 0.
        assert_eq!(
            (0..9).filter(|_| limit.take(None, 60_000).is_ok()).count(),
            4
        );
    }
}
