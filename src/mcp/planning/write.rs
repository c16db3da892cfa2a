//! Sends edits to the calendar, and finds out what became of them.

use std::time::Duration;

use tokio::time::Instant;

use super::edit::Edit;
use crate::intervals::events::Event;
use crate::intervals::{Client, Error, EventId, Members};
use crate::mcp::changes::holds;

/// After so long no further write is begun: the answer must be out before the caller gives up.
const BEGIN_WITHIN: Duration = Duration::from_secs(25);

/// What was heard while writing.
pub struct Sent {
    /// The answers, in the order of the edits; of a deletion there is none.
    answers: Vec<Heard>,
    /// Why it stopped before the end.
    pub stopped: Option<Stop>,
}

#[derive(Clone)]
enum Heard {
    Nothing,
    /// It was carried out.
    Done(Option<Box<Event>>),
}

/// Why no more was written.
pub enum Stop {
    Failed(Error),
    /// There was no time for the others.
    OutOfTime,
}

impl Stop {
    /// Whether what was being written may have been written all the same.
    fn is_uncertain(&self) -> bool {
        match self {
            Self::Failed(error) => error.leaves_write_uncertain(),
            Self::OutOfTime => false,
        }
    }
}

/// What became of one edit.
#[derive(Debug)]
pub enum Outcome {
    /// The event is there as it was meant to be, or as the service made it.
    Written(Box<Event>),
    Deleted,
    NotWritten,
    /// Nobody can tell.
    Unknown,
}

/// Sends `edits`: what is new in one request, then changes one by one, then deletions in one. Stops at the first failure.
pub async fn send(client: &Client, edits: &[Edit], since: Instant) -> Sent {
    let mut sent = Sent {
        answers: vec![Heard::Nothing; edits.len()],
        stopped: None,
    };
    let stopped = sent.go(client, edits, since + BEGIN_WITHIN).await;
    sent.stopped = stopped.err();
    sent
}

impl Sent {
    async fn go(&mut self, client: &Client, edits: &[Edit], until: Instant) -> Result<(), Stop> {
        let events = client.events();
        let new: Vec<(usize, Members)> = edits
            .iter()
            .enumerate()
            .filter(|(_, edit)| edit.before.is_none())
            .filter_map(|(at, edit)| Some((at, edit.after.as_ref()?.members.clone())))
            .collect();
        if !new.is_empty() {
            let (places, bodies): (Vec<usize>, Vec<Members>) = new.into_iter().unzip();
            let answers = events.create(&bodies).await.map_err(Stop::Failed)?;
            for at in places {
                let found = edits.get(at).and_then(|edit| edit.find(&answers));
                self.heard(at, found.cloned());
            }
        }
        for (at, edit) in edits.iter().enumerate() {
            let (Some(before), Some(after)) = (&edit.before, &edit.after) else {
                continue;
            };
            if Instant::now() >= until {
                return Err(Stop::OutOfTime);
            }
            let answer = events.put(before.id, &after.members).await;
            self.heard(at, Some(answer.map_err(Stop::Failed)?));
        }
        let doomed: Vec<(usize, EventId)> = edits
            .iter()
            .enumerate()
            .filter(|(_, edit)| edit.after.is_none())
            .filter_map(|(at, edit)| Some((at, edit.before.as_ref()?.id)))
            .collect();
        if !doomed.is_empty() {
            if Instant::now() >= until {
                return Err(Stop::OutOfTime);
            }
            let (places, ids): (Vec<usize>, Vec<EventId>) = doomed.into_iter().unzip();
            events.delete_many(&ids).await.map_err(Stop::Failed)?;
            for at in places {
                self.heard(at, None);
            }
        }
        Ok(())
    }

    fn heard(&mut self, at: usize, event: Option<Event>) {
        if let Some(place) = self.answers.get_mut(at) {
            *place = Heard::Done(event.map(Box::new));
        }
    }

    /// Whether it is sure that nothing was written.
    #[must_use]
    pub fn wrote_nothing(&self) -> bool {
        let is_quiet = |heard: &Heard| matches!(heard, Heard::Nothing);
        self.answers.iter().all(is_quiet)
            && self
                .stopped
                .as_ref()
                .is_some_and(|stop| !stop.is_uncertain())
    }

    /// What became of each edit; `calendar` is what was read back, `None` when that failed.
    #[must_use]
    pub fn outcomes(&self, edits: &[Edit], calendar: Option<&[Event]>) -> Vec<Outcome> {
        let both = edits.iter().zip(&self.answers);
        both.map(|(edit, heard)| self.outcome(edit, heard, calendar))
            .collect()
    }

    fn outcome(&self, edit: &Edit, heard: &Heard, calendar: Option<&[Event]>) -> Outcome {
        let answer = match heard {
            Heard::Done(answer) => answer.clone(),
            Heard::Nothing => None,
        };
        let is_done = matches!(heard, Heard::Done(_));
        let Some(calendar) = calendar else {
            return match (answer, &edit.after) {
                (Some(event), Some(_)) => Outcome::Written(event),
                (_, None) if is_done => Outcome::Deleted,
                _ if is_done || self.stopped.as_ref().is_none_or(Stop::is_uncertain) => {
                    Outcome::Unknown
                }
                _ => Outcome::NotWritten,
            };
        };
        let found = edit.find(calendar);
        match (&edit.after, found) {
            (None, None) => Outcome::Deleted,
            (None, Some(_)) | (Some(_), None) if !is_done => Outcome::NotWritten,
            (None, Some(_)) => Outcome::Unknown,
            // Beyond the days that were read.
            (Some(_), None) => answer.map_or(Outcome::Unknown, Outcome::Written),
            (Some(after), Some(event)) => {
                let is_as_sent = edit.before.is_none() || holds(&event.members(), &after.members);
                if is_done || is_as_sent {
                    Outcome::Written(Box::new(event.clone()))
                } else {
                    Outcome::NotWritten
                }
            }
        }
    }
}
