//! What an undo did or would do, a line an object.

use serde_json::Value;

use super::effect::Effect;
use super::present::Found;
use super::recent;
use super::verdict::{Step, Verdict, cannot_be_emptied, member};
use super::words;
use super::work::{Fate, Work};
use crate::intervals::Members;
use crate::mcp::changes::{Change, Changes, Item, Object};
use crate::mcp::context::Local;
use crate::mcp::error::ToolError;
use crate::mcp::render::count;
use crate::mcp::render::members::Words;
use crate::mcp::reply::Reply;
use crate::mcp::text;

/// Longest label, in characters.
const LABEL: usize = 80;
/// Objects told of in an error.
const MOST: usize = 60;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// It was as before already.
    Before,
    /// It is to be restored.
    Planned,
    Restored,
    /// It was to be restored and is not as before, for all that is known.
    Failed,
    /// It was left alone.
    Refused,
}

/// One object.
pub struct Line {
    label: String,
    state: State,
    said: String,
    object: Object,
}

/// All of them.
pub struct Report<'a> {
    pub change: &'a Change,
    pub local: &'a Local,
    pub lines: Vec<Line>,
}

impl Line {
    /// What is to become of `item`; `by` is a later change of it.
    pub fn of(
        item: &Item,
        found: &Found,
        verdict: &Verdict,
        by: Option<&Change>,
        words: Words<'_>,
    ) -> Self {
        let (state, said) = match verdict {
            Verdict::AsBefore => (State::Before, "as before already".to_owned()),
            Verdict::Restore(step) => (State::Planned, planned(step, found, words)),
            Verdict::Changed(what) => {
                let by = by.map(|by| format!(" (by {}, {}: undo that first)", by.id, by.tool));
                let by = by.unwrap_or_default();
                (
                    State::Refused,
                    format!("left alone, changed since: {what}{by}"),
                )
            }
            Verdict::Impossible(why) => (State::Refused, format!("left alone: {why}")),
        };
        Self {
            label: text::line(&item.label, LABEL),
            state,
            said,
            object: item.object.clone(),
        }
    }

    /// What became of it.
    pub fn came_to(&mut self, work: &Work, fate: Fate, found: Option<&Found>, local: &Local) {
        let words = words(&self.object, local);
        let why = || match &work.error {
            Some(error) => ToolError::Upstream(error.clone()).sentence(),
            None => "Intervals.icu did not take it.".to_owned(),
        };
        let now = found.and_then(|found| found.members.as_ref());
        (self.state, self.said) = match fate {
            Fate::Done => (State::Restored, done(work, found, words)),
            Fate::Undone => (State::Failed, format!("not restored: {}", why())),
            Fate::Unknown => (
                State::Failed,
                "could not be read back: not known".to_owned(),
            ),
            Fate::Otherwise => {
                let differs = sent(&work.step).zip(now).map(|(wanted, now)| {
                    words.changes(wanted.keys().map(String::as_str), wanted, now)
                });
                let differs = differs.unwrap_or_default();
                (
                    State::Failed,
                    format!("restored, but Intervals.icu made of it: {differs}"),
                )
            }
        };
    }
}

fn sent(step: &Step) -> Option<&Members> {
    match step {
        Step::Create(members) | Step::Change { members, .. } => Some(members),
        Step::Delete => None,
    }
}

fn planned(step: &Step, found: &Found, words: Words<'_>) -> String {
    match step {
        Step::Delete => format!("to be deleted{}", parted(found)),
        Step::Create(members) => format!("to be created again{}", unpaired(members, words)),
        Step::Change { .. } => changed(step, found, words),
    }
}

fn done(work: &Work, now: Option<&Found>, words: Words<'_>) -> String {
    match (&work.step, now.map(|now| &now.object)) {
        (Step::Delete, _) => format!("deleted{}", parted(&work.found)),
        (Step::Create(members), Some(Object::Event { id: Some(id), .. })) => {
            format!("created again, now {id}{}", unpaired(members, words))
        }
        (Step::Create(_), _) => "created again".to_owned(),
        (step @ Step::Change { .. }, Some(Object::Sport { .. })) => format!(
            "{} (past activities keep what they were analysed with)",
            changed(step, &work.found, words)
        ),
        (step @ Step::Change { .. }, _) => changed(step, &work.found, words),
    }
}

/// What becomes of the activity of an event that goes.
fn parted(found: &Found) -> String {
    let paired = found.paired.as_ref();
    let said = paired.map(|id| format!(" (activity {id} stays, without it)"));
    said.unwrap_or_default()
}

/// That an event of the past may have had an activity, which nothing pairs with the new one.
fn unpaired(members: &Members, words: Words<'_>) -> &'static str {
    let text = |key: &str| member(members, key).as_str().unwrap_or_default();
    let is_session = text("category") == "WORKOUT" || text("category").starts_with("RACE");
    let tomorrow = words.local.today().tomorrow().map(|day| day.to_string());
    let is_past = tomorrow.is_ok_and(|day| text("start_date_local") < day.as_str());
    if is_session && is_past {
        " (paired with no activity: complete_event pairs)"
    } else {
        ""
    }
}

/// `load 60 → 45; mood stays: …`
fn changed(step: &Step, found: &Found, words: Words<'_>) -> String {
    let Step::Change {
        members,
        stays,
        zeros,
    } = step
    else {
        return String::new();
    };
    let empty = Members::new();
    let from = found.members.as_ref().unwrap_or(&empty);
    let mut to = members.clone();
    // This is how a number is emptied.
    for value in to.values_mut().filter(|value| value.as_i64() == Some(-1)) {
        *value = Value::Null;
    }
    let mut said = words.changes(members.keys().map(String::as_str), from, &to);
    if !zeros.is_empty() {
        said = format!(
            "{said} ({} had no value: 0 stands for that)",
            zeros.join(", ")
        );
    }
    if !stays.is_empty() {
        said = format!("{said}; {}", cannot_be_emptied(stays));
    }
    said
}

impl Report<'_> {
    fn count(&self, state: State) -> usize {
        self.lines.iter().filter(|line| line.state == state).count()
    }

    /// Whether everything is as before now, as far as that can be.
    pub fn is_complete(&self) -> bool {
        let is_done = |line: &Line| matches!(line.state, State::Before | State::Restored);
        self.lines.iter().all(is_done)
    }

    /// `save_events of Wed 03-18 10:30`
    fn name(&self) -> String {
        let at = recent::time(self.change.at, self.local);
        format!("{} of {at}", self.change.tool)
    }

    fn rows(&self) -> impl Iterator<Item = String> {
        self.lines
            .iter()
            .map(|line| format!("{}: {}", line.label, line.said))
    }

    fn text(&self, head: &str) -> String {
        let mut rows: Vec<String> = std::iter::once(head.to_owned())
            .chain(self.rows().take(MOST))
            .collect();
        if self.lines.len() > MOST {
            rows.push(format!("and {} more", self.lines.len() - MOST));
        }
        rows.join("\n")
    }

    fn reply(&self, head: &str) -> Reply {
        let mut reply = Reply::new(head);
        for row in self.rows() {
            reply.line(row);
        }
        reply
    }

    /// A dry run.
    pub fn planned(&self) -> Result<Reply, ToolError> {
        let planned = self.count(State::Planned);
        if planned == 0 {
            return self.nothing();
        }
        let head = format!(
            "Dry run, nothing was written: undoing {} would restore {} of {} ({})",
            self.name(),
            planned,
            count(self.lines.len(), "object"),
            self.local.zone_name()
        );
        Ok(self.reply(&head))
    }

    /// There is nothing to write.
    pub fn nothing(&self) -> Result<Reply, ToolError> {
        if self.count(State::Refused) > 0 {
            let head = format!(
                "Nothing of {} can be undone; nothing was written.",
                self.name()
            );
            return Err(ToolError::Invalid(self.text(&head)));
        }
        let head = format!(
            "Nothing to undo: everything of {} is as it was before",
            self.name()
        );
        Ok(self.reply(&head))
    }

    /// What was written; `undo` is its own change, `None` when nothing was.
    pub fn failed(&self, undo: Option<&Change>) -> Result<Reply, ToolError> {
        let head = match undo {
            None => format!("Undoing {} failed; nothing was written.", self.name()),
            Some(_) => format!(
                "Undoing {} stopped: {} of {} restored. undo_change {} again does the rest.",
                self.name(),
                self.count(State::Restored),
                count(self.lines.len(), "object"),
                self.change.id
            ),
        };
        let mut text = self.text(&head);
        if let Some(undo) = undo {
            text = format!(
                "{text}\n{} takes back what was restored.",
                Changes::undo_hint(undo)
            );
        }
        Err(ToolError::Unfinished(text))
    }

    /// The end of an undo that wrote something.
    pub fn done(&self, undo: &Change, effect: Option<&Effect>) -> Result<Reply, ToolError> {
        if self.count(State::Failed) > 0 {
            return self.failed(Some(undo));
        }
        let head = format!(
            "Undid {}: {} of {} restored ({})",
            self.name(),
            self.count(State::Restored),
            count(self.lines.len(), "object"),
            self.local.zone_name()
        );
        let mut reply = self.reply(&head);
        if let Some(effect) = effect {
            effect.show(&mut reply, self.local);
        }
        if self.count(State::Refused) > 0 {
            reply.footer(format!(
                "undo_change {} again tries the rest.",
                self.change.id
            ));
        }
        reply.footer(Changes::undo_hint(undo));
        Ok(reply)
    }
}
