//! What was asked, and what became of it.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use super::{REMEMBERED, locked};

/// A request as it was received.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    pub method: String,
    /// As sent, without the query.
    pub path: String,
    /// As sent, empty when there was none.
    pub query: String,
    pub body: String,
    pub fate: Fate,
}

/// What became of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is being worked on.
    Open,
    /// It was worked on to its end, and its answer has begun.
    Answered,
    /// Who asked hung up before.
    Abandoned {
        /// Since it was received.
        after: Duration,
    },
}

/// The last requests; clones share them.
#[derive(Clone, Default)]
pub(super) struct Journal(Arc<Mutex<Entries>>);

#[derive(Default)]
struct Entries {
    /// How many came before those that are kept.
    forgotten: usize,
    kept: VecDeque<Request>,
}

/// A request that is being worked on. Dropped before it is [answered](Self::answered) it was abandoned: the web
/// framework drops what it was doing for a connection that is gone.
pub(super) struct Open {
    journal: Journal,
    number: usize,
    since: Instant,
    answered: bool,
}

impl Journal {
    /// Writes down a request that begins now.
    pub(super) fn begin(&self, request: Request) -> Open {
        let mut entries = locked(&self.0);
        if entries.kept.len() >= REMEMBERED {
            entries.kept.pop_front();
            entries.forgotten += 1;
        }
        let number = entries.forgotten + entries.kept.len();
        entries.kept.push_back(request);
        drop(entries);
        Open {
            journal: self.clone(),
            number,
            since: Instant::now(),
            answered: false,
        }
    }

    pub(super) fn requests(&self) -> Vec<Request> {
        locked(&self.0).kept.iter().cloned().collect()
    }

    pub(super) fn clear(&self) {
        let mut entries = locked(&self.0);
        entries.forgotten += entries.kept.len();
        entries.kept.clear();
    }

    fn end(&self, number: usize, fate: Fate) {
        let mut entries = locked(&self.0);
        let place = number.checked_sub(entries.forgotten);
        if let Some(request) = place.and_then(|place| entries.kept.get_mut(place)) {
            request.fate = fate;
        }
    }
}

impl Open {
    pub(super) fn answered(mut self) {
        self.answered = true;
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        let fate = if self.answered {
            Fate::Answered
        } else {
            Fate::Abandoned {
                after: self.since.elapsed(),
            }
        };
        self.journal.end(self.number, fate);
    }
}
