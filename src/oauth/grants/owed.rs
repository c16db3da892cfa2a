//! Ends that could not be stored, so that they are stored later: until then other replicas, and this one after a restart, do not
//! know of them.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Only ends of grants that exist get in here; more than this are ended by "end all", which owes one line.
const MOST: usize = 1000;

/// The grants whose end is owed to the store.
#[derive(Default)]
pub struct Owed(Mutex<Debts>);

#[derive(Default)]
struct Debts {
    grants: BTreeSet<String>,
    tried_at_ms: i64,
}

impl Owed {
    fn debts(&self) -> MutexGuard<'_, Debts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn owe(&self, grant_id: &str) {
        let mut debts = self.debts();
        if debts.grants.len() < MOST {
            debts.grants.insert(grant_id.to_owned());
        }
    }

    pub fn is_paid(&self, grant_id: &str) {
        self.debts().grants.remove(grant_id);
    }

    /// What is to be tried now, if it was not tried less than `pause_ms` ago.
    pub fn due(&self, now_ms: i64, pause_ms: i64) -> Vec<String> {
        let mut debts = self.debts();
        let age = now_ms.saturating_sub(debts.tried_at_ms);
        if debts.grants.is_empty() || (0..pause_ms).contains(&age) {
            return Vec::new();
        }
        debts.tried_at_ms = now_ms;
        debts.grants.iter().cloned().collect()
    }
}
