//! What answers say was written.

use super::calls::{Intent, called};
use super::model::Event;
use crate::support::Said;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claim {
    Done,
    NotDone,
    Unknown,
}

/// The word after `before`.
pub fn after(text: &str, before: &str) -> Option<String> {
    let (_, rest) = text.rsplit_once(before)?;
    let word = rest.split(|c: char| !c.is_ascii_alphanumeric()).next()?;
    (!word.is_empty()).then(|| word.to_owned())
}

/// The change that can be taken back.
pub fn change_id(text: &str) -> Option<String> {
    let is_own = text.contains("Undo: undo_change ");
    let words = if is_own {
        "Undo: undo_change "
    } else {
        "undo_change "
    };
    // Refusals name other changes.
    let is_told = is_own || text.contains("takes back") || text.contains("takes it back");
    after(text, words).filter(|id| is_told && id.len() == 8)
}

/// Objects that an undo says it restored.
pub fn restored(text: &str) -> usize {
    let Some((head, _)) = text.split_once(" restored") else {
        return 0;
    };
    let words: Vec<&str> = head.split_whitespace().rev().collect();
    match words.as_slice() {
        ["object" | "objects", _, "of", amount, ..] => amount.parse().unwrap(),
        _ => 0,
    }
}

/// What an answer says about an intent; `before` is the event as it was.
pub fn of(intent: &Intent, before: Option<&Event>, said: &Said) -> Option<Claim> {
    if !said.is_error {
        return Some(Claim::Done);
    }
    let is_told = ["Stopped in the middle", "Not all is known to be written"]
        .iter()
        .any(|head| said.text.starts_with(head));
    if !is_told {
        // An error that is no report wrote nothing.
        return Some(Claim::NotDone);
    }
    let (day, name) = match (intent, before) {
        (Intent::Create(members), _) => called(members),
        (_, before) => called(&before?.members),
    };
    let is_about = |line: &str| line.contains(&day) && line.contains(&name);
    let id = before.map(|event| event.id).unwrap_or_default();
    let is_done = |line: &str| match intent {
        Intent::Create(_) => line.starts_with("+ ") && is_about(line),
        Intent::Change(..) => {
            line.starts_with(&format!("~ {id} ")) || line.starts_with(&format!("= {id} "))
        }
        Intent::Delete(_) => line.starts_with(&format!("- {id} ")),
    };
    let lines = || said.text.lines();
    let begins = |head: &str| lines().any(|line| line.starts_with(head) && is_about(line));
    if lines().any(is_done) {
        Some(Claim::Done)
    } else if begins("NOT written: ") {
        Some(Claim::NotDone)
    } else if begins("Not known whether written: ") {
        Some(Claim::Unknown)
    } else if is_idle(intent, before) {
        Some(Claim::Done)
    } else {
        None
    }
}

fn is_idle(intent: &Intent, before: Option<&Event>) -> bool {
    match (intent, before) {
        (Intent::Change(_, changes), Some(event)) => {
            super::calls::overlaid(&event.members, changes) == event.members
        }
        _ => false,
    }
}

/// What an answer says about a day of wellness.
pub fn of_day(date: &str, said: &Said) -> Option<Claim> {
    if !said.is_error {
        return Some(Claim::Done);
    }
    let part = |from: &str, to: &str| {
        let (_, rest) = said.text.split_once(from)?;
        Some(rest.split(to).next().unwrap_or_default().contains(date))
    };
    if said.text.contains("is not known") {
        return Some(Claim::Unknown);
    }
    if part(" Written: ", ". ") == Some(true) {
        return Some(Claim::Done);
    }
    let is_told = said.text.contains(" Not written: ");
    if !is_told || part(" Not written: ", ". ") == Some(true) {
        return Some(Claim::NotDone);
    }
    None
}
