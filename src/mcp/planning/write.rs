//! Sends edits to the calendar, and finds out what became of them.

use tokio::time::Instant;

use super::edit::Edit;
use crate::intervals::events::Event;
use crate::intervals::{Client, Error, EventId, Members};
use crate::mcp::changes::same;

/// What was heard while writing.
pub struct Sent {
    /// In the order of the edits.
    heard: Vec<Heard>,
    /// Why it stopped before the end.
    pub stopped: Option<Stop>,
}

#[derive(Clone)]
enum Heard {
    /// It was not sent, or refused.
    Nothing,
    /// It may have been carried out all the same.
    Uncertain,
    /// It was carried out; of a deletion there is no event.
    Done(Option<Box<Event>>),
}

/// Why no more was written.
pub enum Stop {
    Failed(Error),
    /// There was no time for the others.
    OutOfTime,
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

impl Outcome {
    /// Whether it became what was asked for.
    #[must_use]
    pub const fn is_done(&self) -> bool {
        matches!(self, Self::Written(_) | Self::Deleted)
    }
}

/// Sends `edits`: what is new in one request, then changes one by one, then deletions in one. Stops at the first failure, and
/// begins nothing after `until`.
pub async fn send(client: &Client, edits: &[Edit], until: Instant) -> Sent {
    let mut sent = Sent {
        heard: vec![Heard::Nothing; edits.len()],
        stopped: None,
    };
    sent.stopped = sent.go(client, edits, until).await.err();
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
            in_time(until)?;
            let (places, bodies): (Vec<usize>, Vec<Members>) = new.into_iter().unzip();
            let answers = events.create(&bodies).await;
            let answers = answers.map_err(|error| self.stop(&places, error))?;
            let is_complete = answers.len() == places.len();
            for (nth, at) in places.into_iter().enumerate() {
                let named = edits.get(at).and_then(|edit| edit.find(&answers));
                // Without its uid it is known by its place, if it is on the day that was sent.
                let in_order = answers.get(nth).filter(|event| {
                    let day = edits.get(at).and_then(Edit::day);
                    is_complete && event.starts().map(|at| at.date()) == day
                });
                let event = named.or(in_order).cloned();
                self.note(at, Heard::Done(event.map(Box::new)));
            }
        }
        for (at, edit) in edits.iter().enumerate() {
            let (Some(before), Some(after)) = (&edit.before, &edit.after) else {
                continue;
            };
            in_time(until)?;
            let answer = events.put(before.id, &after.members).await;
            let event = answer.map_err(|error| self.stop(&[at], error))?;
            self.note(at, Heard::Done(Some(Box::new(event))));
        }
        let doomed: Vec<(usize, EventId)> = edits
            .iter()
            .enumerate()
            .filter(|(_, edit)| edit.after.is_none())
            .filter_map(|(at, edit)| Some((at, edit.before.as_ref()?.id)))
            .collect();
        if !doomed.is_empty() {
            in_time(until)?;
            let (places, ids): (Vec<usize>, Vec<EventId>) = doomed.into_iter().unzip();
            let answer = events.delete_many(&ids).await;
            answer.map_err(|error| self.stop(&places, error))?;
            for at in places {
                self.note(at, Heard::Done(None));
            }
        }
        Ok(())
    }

    fn note(&mut self, at: usize, heard: Heard) {
        if let Some(place) = self.heard.get_mut(at) {
            *place = heard;
        }
    }

    /// The request about the edits at `places` failed.
    fn stop(&mut self, places: &[usize], error: Error) -> Stop {
        if may_be_done(&error, places.len()) {
            for at in places {
                self.note(*at, Heard::Uncertain);
            }
        }
        Stop::Failed(error)
    }

    /// Whether it is sure that nothing was written.
    #[must_use]
    pub fn wrote_nothing(&self) -> bool {
        let is_nothing = |heard: &Heard| matches!(heard, Heard::Nothing);
        self.heard.iter().all(is_nothing)
    }

    /// Whether an event at this place may still come or go, later than it was looked for: it belongs into the record.
    #[must_use]
    pub fn is_awaited(&self, at: usize, edit: &Edit) -> bool {
        let is_late = matches!(&self.stopped, Some(Stop::Failed(error)) if error.may_arrive_late());
        let comes_or_goes = edit.before.is_none() || edit.after.is_none();
        is_late && comes_or_goes && matches!(self.heard.get(at), Some(Heard::Uncertain))
    }

    /// What became of each edit; `calendar` is what was read back, `None` when that failed.
    #[must_use]
    pub fn outcomes(&self, edits: &[Edit], calendar: Option<&[Event]>) -> Vec<Outcome> {
        let both = edits.iter().zip(&self.heard);
        both.map(|(edit, heard)| outcome(edit, heard, calendar))
            .collect()
    }
}

fn in_time(until: Instant) -> Result<(), Stop> {
    if Instant::now() < until {
        Ok(())
    } else {
        Err(Stop::OutOfTime)
    }
}

/// Whether a request that failed like this may have been carried out: what is refused was not, but of several the first may
/// have been before one of them was refused.
fn may_be_done(error: &Error, events: usize) -> bool {
    let is_refusal = matches!(
        error,
        Error::Rejected { .. }
            | Error::NotFound { .. }
            | Error::Forbidden { .. }
            | Error::PaymentRequired { .. }
    );
    error.leaves_write_uncertain() || is_refusal && events > 1
}

fn outcome(edit: &Edit, heard: &Heard, calendar: Option<&[Event]>) -> Outcome {
    let answer = match heard {
        Heard::Nothing => return Outcome::NotWritten,
        Heard::Uncertain => None,
        Heard::Done(answer) => Some(answer.as_deref()),
    };
    let found = calendar.map(|calendar| {
        let by_answer = || {
            let id = answer.flatten()?.id;
            calendar.iter().find(|event| event.id == id)
        };
        edit.find(calendar).or_else(by_answer)
    });
    let written = |event: &Event| Outcome::Written(Box::new(event.clone()));
    match (&edit.after, answer, found) {
        // Nothing read back, and no answer.
        (_, None, None) => Outcome::Unknown,
        (None, Some(_), Some(Some(_))) => Outcome::Unknown,
        (None, None, Some(Some(_))) => Outcome::NotWritten,
        (None, _, _) => Outcome::Deleted,
        (Some(_), Some(answer), found) => {
            found.flatten().or(answer).map_or(Outcome::Unknown, written)
        }
        (Some(after), None, Some(Some(event))) => match &edit.before {
            Some(before) if !is_touched(before, event, &after.members) => Outcome::NotWritten,
            _ => written(event),
        },
        (Some(_), None, Some(None)) => match &edit.before {
            Some(_) => Outcome::Unknown,
            None => Outcome::NotWritten,
        },
    }
}

/// Whether any of `members` is another than it was.
fn is_touched(before: &Event, now: &Event, members: &Members) -> bool {
    let (before, now) = (before.members(), now.members());
    let none = serde_json::Value::Null;
    members.keys().any(|key| {
        !same(
            before.get(key).unwrap_or(&none),
            now.get(key).unwrap_or(&none),
        )
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::mcp::planning::draft::Draft;

    fn event(members: &Value) -> Event {
        let mut row = json!({ "id": 7, "uid": "u7", "category": "WORKOUT", "type": "Run", "name": "Easy",
            "start_date_local": "2026-03-24T00:00:00" });
        let members = members.as_object().unwrap().clone();
        row.as_object_mut().unwrap().extend(members);
        Event::of_document(&row)
    }

    fn update() -> Edit {
        let members = json!({ "name": "Tempo" });
        let draft = Draft {
            members: members.as_object().unwrap().clone(),
            ..Draft::default()
        };
        Edit::update(event(&json!({})), draft)
    }

    #[test]
    fn an_uncertain_change_is_what_the_calendar_shows() {
        let of = |now: &Value| outcome(&update(), &Heard::Uncertain, Some(&[event(now)]));
        assert!(matches!(of(&json!({})), Outcome::NotWritten));
        assert!(matches!(
            of(&json!({ "name": "Tempo" })),
            Outcome::Written(_)
        ));
        // However the service spells it.
        assert!(matches!(
            of(&json!({ "name": "TEMPO" })),
            Outcome::Written(_)
        ));
        // What somebody else changes meanwhile says nothing about this.
        assert!(matches!(
            of(&json!({ "indoor": true })),
            Outcome::NotWritten
        ));
        assert!(matches!(
            outcome(&update(), &Heard::Uncertain, Some(&[])),
            Outcome::Unknown
        ));
        assert!(matches!(
            outcome(&update(), &Heard::Uncertain, None),
            Outcome::Unknown
        ));
    }

    #[test]
    fn an_uncertain_deletion_or_creation_is_what_the_calendar_shows() {
        let there = [event(&json!({}))];
        let delete = Edit::delete(event(&json!({})));
        assert!(matches!(
            outcome(&delete, &Heard::Uncertain, Some(&there)),
            Outcome::NotWritten
        ));
        assert!(matches!(
            outcome(&delete, &Heard::Uncertain, Some(&[])),
            Outcome::Deleted
        ));
        assert!(matches!(
            outcome(&delete, &Heard::Uncertain, None),
            Outcome::Unknown
        ));
        assert!(matches!(
            outcome(&delete, &Heard::Done(None), Some(&there)),
            Outcome::Unknown
        ));
        assert!(matches!(
            outcome(&delete, &Heard::Nothing, Some(&[])),
            Outcome::NotWritten
        ));
        let members = json!({ "uid": "u7", "name": "Easy" });
        let create = Edit::create(Draft {
            members: members.as_object().unwrap().clone(),
            ..Draft::default()
        })
        .unwrap();
        assert!(matches!(
            outcome(&create, &Heard::Uncertain, Some(&there)),
            Outcome::Written(_)
        ));
        assert!(matches!(
            outcome(&create, &Heard::Uncertain, Some(&[])),
            Outcome::NotWritten
        ));
        assert!(matches!(
            outcome(&create, &Heard::Uncertain, None),
            Outcome::Unknown
        ));
        let answered = Heard::Done(Some(Box::new(event(&json!({ "uid": "other" })))));
        assert!(matches!(
            outcome(&create, &answered, None),
            Outcome::Written(_)
        ));
    }

    #[test]
    fn a_refusal_of_many_may_come_after_some_of_them() {
        let rejected = Error::Rejected {
            status: 422,
            message: None,
        };
        assert!(!may_be_done(&rejected, 1) && may_be_done(&rejected, 2));
        let limited = Error::RateLimited { retry_after: None };
        assert!(!may_be_done(&limited, 9) && !may_be_done(&Error::Unauthorized, 9));
        assert!(may_be_done(&Error::Timeout, 1));
    }
}
