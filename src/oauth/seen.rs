//! The last look at each grant, so that the store is not asked at every request.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::record::{Standing, Used};
use crate::clock::Clock;

/// Only grants that were approved get in here; the store knows the rest.
const MAX_SEEN: usize = 10_000;

#[derive(Debug, Clone, Copy)]
pub struct Seen {
    pub standing: Standing,
    pub used: Option<Used>,
    pub at_ms: i64,
}

pub struct SeenGrants {
    clock: Clock,
    grants: Mutex<HashMap<String, Seen>>,
}

impl SeenGrants {
    pub fn new(clock: Clock) -> Self {
        Self {
            clock,
            grants: Mutex::default(),
        }
    }

    fn grants(&self) -> MutexGuard<'_, HashMap<String, Seen>> {
        self.grants.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn get(&self, grant_id: &str) -> Option<Seen> {
        self.grants().get(grant_id).copied()
    }

    pub fn note(&self, grant_id: &str, standing: Standing, used: Option<Used>) {
        let at_ms = self.clock.now().as_millisecond();
        let mut grants = self.grants();
        let known = grants.get(grant_id).copied();
        // A slower look that began before a revocation must not undo it.
        if let Some(seen) = known
            && seen.standing == Standing::Revoked
        {
            grants.insert(grant_id.to_owned(), Seen { at_ms, ..seen });
            return;
        }
        if known.is_none() && grants.len() >= MAX_SEEN {
            let oldest = grants.iter().min_by_key(|(_, seen)| seen.at_ms);
            let oldest = oldest.map(|(id, _)| id.clone());
            oldest.and_then(|id| grants.remove(&id));
        }
        let seen = Seen {
            standing,
            used,
            at_ms,
        };
        grants.insert(grant_id.to_owned(), seen);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::oauth::grant::Chain;

    #[test]
    fn the_one_seen_longest_ago_makes_room() {
        let clock = Clock::manual("2026-03-18T09:30:00Z".parse().unwrap());
        let seen = SeenGrants::new(clock.clone());
        for n in 0..=MAX_SEEN {
            seen.note(&n.to_string(), Standing::Live(Chain::begin(0)), None);
            clock.advance(Duration::from_millis(1));
        }
        assert_eq!(seen.grants().len(), MAX_SEEN);
        assert!(seen.get("0").is_none() && seen.get("1").is_some());
    }

    #[test]
    fn what_is_revoked_stays_revoked() {
        let seen = SeenGrants::new(Clock::manual("2026-03-18T09:30:00Z".parse().unwrap()));
        seen.note("g", Standing::Revoked, None);
        seen.note("g", Standing::Live(Chain::begin(0)), None);
        assert_eq!(seen.get("g").unwrap().standing, Standing::Revoked);
    }
}
