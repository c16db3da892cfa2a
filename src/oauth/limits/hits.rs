//! A sliding window over exact times. Pure.

use std::collections::VecDeque;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// `max` hits within the last `span`.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    pub max: usize,
    pub span: Duration,
}

impl Rule {
    fn millis(&self) -> i64 {
        i64::try_from(self.span.as_millis()).unwrap_or(i64::MAX)
    }

    /// Milliseconds after which a hit means nothing any more to any of `rules`.
    pub fn longest<'a>(rules: impl IntoIterator<Item = &'a Self>) -> i64 {
        rules.into_iter().map(Self::millis).max().unwrap_or(0)
    }
}

/// The exact times of recent hits, in milliseconds since 1970: bounded by the largest `max`.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hits(VecDeque<i64>);

impl Hits {
    /// How long until one more is allowed, if it is not allowed now.
    pub fn wait(&mut self, rules: &[Rule], now: i64) -> Option<Duration> {
        // After the clock was set back, or by a replica whose clock is ahead: they still count, but for no longer than if they were
        // made now.
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

    pub fn add(&mut self, rules: &[Rule], now: i64) {
        let keep = rules.iter().map(|rule| rule.max).max().unwrap_or(0);
        self.0.push_back(now);
        while self.0.len() > keep {
            self.0.pop_front();
        }
    }

    /// Takes the hit that was made at `at` back; the latest, if its time was moved.
    pub fn remove(&mut self, at: i64) {
        match self.0.iter().rposition(|hit| *hit == at) {
            Some(index) => self.0.remove(index),
            None => self.0.pop_back(),
        };
    }

    pub fn last(&self) -> i64 {
        self.0.back().copied().unwrap_or(i64::MIN)
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
