//! What is written to one object, and what came of it.

use jiff::civil::Date;

use super::present::{Found, start};
use super::verdict::{Step, member};
use crate::intervals::{Error, Members};
use crate::mcp::changes::{ChangeId, Item, Object, same};

/// One object that is restored.
#[derive(Debug)]
pub struct Work {
    /// Where it stands in the change that is taken back.
    pub place: usize,
    pub found: Found,
    pub step: Step,
    /// What the write ended with.
    pub error: Option<Error>,
    /// Whether it is written by itself, since something that was written with it was refused.
    pub is_alone: bool,
}

/// What became of a piece of work, as read back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    Done,
    /// Something was written, and it is still not as before.
    Otherwise,
    /// Nothing was written.
    Undone,
    /// It could not be read back.
    Unknown,
}

impl Work {
    /// An event that is made again is known by its uid, so that it is not made twice.
    pub fn new(place: usize, found: Found, step: Step, change: &ChangeId) -> Self {
        let mut work = Self {
            place,
            found,
            step,
            error: None,
            is_alone: false,
        };
        if let (Object::Event { uid, .. }, Step::Create(members)) =
            (&mut work.found.object, &mut work.step)
        {
            let known = member(members, "uid").as_str().map(str::to_owned);
            let known = known.unwrap_or_else(|| format!("{change}-{place}"));
            members.insert("uid".to_owned(), known.clone().into());
            *uid = Some(known);
        }
        work
    }

    /// The days on which an event is and will be.
    pub fn days(&self) -> Vec<Date> {
        let Object::Event { .. } = self.found.object else {
            return Vec::new();
        };
        let sent = match &self.step {
            Step::Create(members) | Step::Change { members, .. } => Some(members),
            Step::Delete => None,
        };
        let images = [self.found.members.as_ref(), sent].into_iter();
        images.flatten().filter_map(start).collect()
    }

    /// What this is going to do, as it is recorded before it is done.
    pub fn item(&self, label: &str) -> Item {
        let now = self.found.members.as_ref();
        let (object, before, after) = match (&self.found.object, &self.step) {
            (object, Step::Delete) => (object.clone(), now.cloned(), None),
            (Object::Event { uid, .. }, Step::Create(members)) => {
                let uid = uid.clone();
                (Object::Event { id: None, uid }, None, Some(members.clone()))
            }
            (Object::Message { activity, .. }, Step::Create(members)) => {
                let activity = activity.clone();
                (
                    Object::Message { activity, id: None },
                    None,
                    Some(members.clone()),
                )
            }
            (object, Step::Create(members)) => (object.clone(), None, Some(members.clone())),
            (object @ Object::Event { .. }, Step::Change { members, .. }) => {
                (object.clone(), now.cloned(), Some(members.clone()))
            }
            // Of what others go on filling in, only what is written.
            (object, Step::Change { members, .. }) => (
                object.clone(),
                now.map(|now| part(now, members)),
                Some(members.clone()),
            ),
        };
        Item {
            object,
            label: label.to_owned(),
            before,
            after,
        }
    }

    /// How it is recorded once it was read back.
    pub fn left(&self, found: &Found) -> Option<Members> {
        let now = found.members.as_ref();
        match (&self.found.object, &self.step) {
            (Object::Event { .. }, _) | (_, Step::Create(_)) => now.cloned(),
            (_, Step::Delete) => now.cloned(),
            (_, Step::Change { members, .. }) => now.map(|now| part(now, members)),
        }
    }

    /// What became of it, `found` being how it is now.
    pub fn fate(&self, found: &Found) -> Fate {
        match (&self.step, &found.members) {
            (Step::Delete, None) => Fate::Done,
            (Step::Delete, Some(_)) | (_, None) => Fate::Undone,
            (Step::Create(members) | Step::Change { members, .. }, Some(now)) => {
                let was = self.found.members.as_ref();
                let keys = || members.iter().filter(|(key, _)| !is_computed(key, found));
                let is_now = |(key, value): (&String, _)| same(member(now, key), value);
                let stayed = |(key, _): (&String, _)| {
                    was.is_some_and(|was| same(member(was, key), member(now, key)))
                };
                if keys().all(|(key, value)| is_now((key, value)) || is_cleared(key, value, now)) {
                    Fate::Done
                } else if keys().all(stayed) {
                    Fate::Undone
                } else {
                    Fate::Otherwise
                }
            }
        }
    }
}

/// -1 is how a number is emptied.
fn is_cleared(key: &str, sent: &serde_json::Value, now: &Members) -> bool {
    sent.as_i64() == Some(-1) && member(now, key).is_null()
}

fn is_computed(key: &str, found: &Found) -> bool {
    found.is_structured && super::event::OF_THE_STEPS.contains(&key)
}

fn part(whole: &Members, asked: &Members) -> Members {
    let found = whole.iter().filter(|(key, _)| asked.contains_key(*key));
    found
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect()
}
