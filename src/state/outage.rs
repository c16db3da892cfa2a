//! A failing store is said once, and not at every request.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;

use super::StateError;
use crate::clock::Clock;

/// A store that goes on failing says so again after this long.
const REMINDER: Duration = Duration::from_secs(60);

/// What was last said about a store.
pub(super) struct Outage {
    clock: Clock,
    /// What it means that the store fails, and that it does no more.
    means: &'static str,
    over: &'static str,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    is_failing: bool,
    said_at: Option<Timestamp>,
}

impl Outage {
    /// Of a store within this process, which a caller who needs nothing remembered does without.
    pub(super) fn within(clock: Clock) -> Self {
        Self::new(
            clock,
            "state cannot be kept: new apps are refused, those that are connected go on",
            "state can be kept again",
        )
    }

    pub(super) fn new(clock: Clock, means: &'static str, over: &'static str) -> Self {
        Self {
            clock,
            means,
            over,
            state: Mutex::default(),
        }
    }

    pub(super) fn failed(&self, error: &StateError) {
        let now = self.clock.now();
        let mut state = self.state();
        let is_due = state
            .said_at
            .is_none_or(|at| now.duration_since(at).unsigned_abs() >= REMINDER);
        if is_due {
            state.said_at = Some(now);
            state.is_failing = true;
            tracing::error!(%error, "{}", self.means);
        }
    }

    /// Something was written. That something was read proves nothing: on a full disk that works too.
    pub(super) fn is_over(&self) {
        let mut state = self.state();
        if state.is_failing {
            state.is_failing = false;
            tracing::info!("{}", self.over);
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
