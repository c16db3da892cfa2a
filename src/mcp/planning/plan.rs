//! Carries edits of the calendar out, or says what they would do.

use jiff::civil::Date;
use tokio::time::{Instant, timeout_at};

use super::edit::Edit;
use super::effect::{self, Around};
use super::times::{Times, late};
use super::write::{self, Outcome, Sent, Stop};
use crate::intervals::events::Event;
use crate::intervals::{EventId, Members};
use crate::mcp::changes::{self, Changes, Item, Object};
use crate::mcp::context::{Context, Local};
use crate::mcp::error::ToolError;
use crate::mcp::params::Text;
use crate::mcp::render::{change, days};
use crate::mcp::reply::Reply;

/// Rows of an answer; behind them they are counted.
const MOST_ROWS: usize = 15;

/// How a tool wants its edits carried out.
pub struct Ask<'a> {
    /// Its name, for the record.
    pub tool: &'static str,
    /// When its call began.
    pub since: Instant,
    pub dry_run: bool,
    pub if_unchanged: Option<&'a Text>,
    /// What is to be said above the effect besides: what was left out, and why.
    pub notes: Vec<String>,
}

/// Writes `edits`, or says what they would do. `around` are the calendar and the days they touch, read in this turn.
///
/// # Errors
/// When what they would overwrite is no longer as the caller saw it, when it cannot be recorded, and when not all of it is
/// written; [`ToolError::Unfinished`] says what was written all the same.
pub async fn carry_out(
    context: &Context,
    local: &Local,
    around: &Around,
    edits: Vec<Edit>,
    ask: Ask<'_>,
) -> Result<Reply, ToolError> {
    let times = Times::of(ask.since);
    carry_out_by(times, context, local, around, edits, ask).await
}

async fn carry_out_by(
    times: Times,
    context: &Context,
    local: &Local,
    around: &Around,
    edits: Vec<Edit>,
    ask: Ask<'_>,
) -> Result<Reply, ToolError> {
    let images: Vec<(Object, Members)> = edits
        .iter()
        .filter_map(|edit| Some((edit.object(), edit.before.as_ref()?.members())))
        .collect();
    let token = changes::token(images.iter().map(|(object, image)| (object, Some(image))));
    changes::check(ask.if_unchanged, &token)?;
    let (idle, mut edits): (Vec<Edit>, Vec<Edit>) =
        edits.into_iter().partition(Edit::changes_nothing);
    edits.sort_by_key(Edit::day);
    let mut told = Told {
        local,
        around,
        notes: ask.notes,
    };
    for edit in idle {
        let label = edit.label(local.today());
        told.notes.push(format!("{label} is so already."));
        told.notes
            .extend(edit.after.into_iter().flat_map(|after| after.notes));
    }
    if edits.is_empty() {
        let mut reply = Reply::new("Nothing to write.");
        for note in &told.notes {
            reply.line(note);
        }
        return Ok(reply);
    }
    if ask.dry_run {
        return Ok(told.rehearsal(&edits, (!images.is_empty()).then_some(&token)));
    }

    let items = edits.iter().map(|edit| edit.item(local.today())).collect();
    let changes = context.changes();
    let mut change = changes.begin(ask.tool, items).await?;
    let sent = write::send(context.client(), &edits, times.begin_by).await;
    let read_back = match sent.wrote_nothing() {
        true => None,
        false => {
            let (oldest, newest) = around.window();
            let events = context.client().events();
            let read_back = events.list(oldest, newest, &[], false);
            let read_back = timeout_at(times.read_back_by, read_back).await;
            read_back.ok().and_then(Result::ok)
        }
    };
    let calendar = read_back.as_ref().map(|events| events.as_slice());
    let outcomes = sent.outcomes(&edits, calendar);
    if outcomes
        .iter()
        .all(|outcome| matches!(outcome, Outcome::NotWritten))
    {
        changes.drop_record(&change.id).await;
        return Err(nothing(sent.stopped));
    }
    change.items = settled(change.items, &outcomes);
    changes.settle(&mut change).await;
    let mut reply = told.outcome(&edits, &outcomes, &sent, calendar.is_some());
    reply.footer(Changes::undo_hint(&change));
    if outcomes.iter().all(Outcome::is_done) {
        Ok(reply)
    } else {
        Err(ToolError::Unfinished(reply.into_text()))
    }
}

/// Nothing was written, because of `stopped`.
fn nothing(stopped: Option<Stop>) -> ToolError {
    match stopped {
        Some(Stop::Failed(error)) => ToolError::Unfinished(format!(
            "Nothing was written. {}",
            ToolError::from(error).sentence()
        )),
        _ => late(),
    }
}

/// What is recorded now that the outcome is known: what was not written is no part of the change.
fn settled(items: Vec<Item>, outcomes: &[Outcome]) -> Vec<Item> {
    let both = items.into_iter().zip(outcomes);
    both.filter_map(|(mut item, outcome)| {
        match outcome {
            Outcome::Written(event) => {
                item.object = Object::Event {
                    id: Some(event.id.0),
                    uid: event.uid.clone(),
                };
                item.after = Some(event.members());
            }
            Outcome::Deleted | Outcome::Unknown => {}
            Outcome::NotWritten => return None,
        }
        Some(item)
    })
    .collect()
}

struct Told<'a> {
    local: &'a Local,
    around: &'a Around,
    notes: Vec<String>,
}

impl Told<'_> {
    fn zone(&self) -> String {
        days::zone_and_today(self.local)
    }

    /// What `edits` would do.
    fn rehearsal(&self, edits: &[Edit], token: Option<&String>) -> Reply {
        let is = |count: fn(&&Edit) -> bool| edits.iter().filter(count).count();
        let parts = [
            (is(|e| e.before.is_none()), "to create"),
            (is(|e| e.before.is_some() && e.after.is_some()), "to change"),
            (is(|e| e.after.is_none()), "to delete"),
        ];
        let mut reply = Reply::new(format!(
            "Dry run, nothing written: {} {}",
            amounts(parts),
            self.zone()
        ));
        let planned: Vec<Option<Event>> = (1_i64..)
            .zip(edits)
            // No event of the service has a negative id.
            .map(|(at, edit)| edit.planned(EventId(-at)))
            .collect();
        let mut rows = Rows::of(edits.len(), true);
        for (edit, planned) in edits.iter().zip(&planned) {
            let line = change::line(edit.before.as_ref(), planned.as_ref(), self.local);
            let notes = edit.after.iter().flat_map(|after| after.notes.clone());
            rows.row(&mut reply, edit.day(), line, notes.collect());
        }
        rows.rest(&mut reply, self.local.today());
        self.say_effect(&mut reply, edits, planned.iter().flatten());
        if let Some(token) = token {
            reply.footer(format!(
                "To write just this: the same with if_unchanged {token}"
            ));
        }
        reply
    }

    /// What became of `edits`.
    fn outcome(
        &self,
        edits: &[Edit],
        outcomes: &[Outcome],
        sent: &Sent,
        was_read_back: bool,
    ) -> Reply {
        let both = || edits.iter().zip(outcomes);
        let is = |holds: fn(&Edit, &Outcome) -> bool| both().filter(|(e, o)| holds(e, o)).count();
        let parts = [
            (is(|e, o| e.before.is_none() && is_written(o)), "created"),
            (is(|e, o| e.before.is_some() && is_written(o)), "changed"),
            (is(|_, o| matches!(o, Outcome::Deleted)), "deleted"),
            (is(|_, o| matches!(o, Outcome::NotWritten)), "NOT written"),
            (is(|_, o| matches!(o, Outcome::Unknown)), "unknown"),
        ];
        let is_whole = outcomes.iter().all(Outcome::is_done);
        let head = match (is_whole, &sent.stopped) {
            (true, _) => "Wrote to the calendar",
            (false, Some(_)) => "Stopped in the middle",
            (false, None) => "Not all is known to be written",
        };
        let mut reply = Reply::new(format!("{head}: {} {}", amounts(parts), self.zone()));
        let mut rows = Rows::of(edits.len(), is_whole);
        let mut carried_out: Vec<&Edit> = Vec::new();
        let mut now: Vec<&Event> = Vec::new();
        for (edit, outcome) in both() {
            let before = edit.before.as_ref();
            match outcome {
                Outcome::Written(event) => {
                    let said = self.differences(edit, event);
                    let line = change::line(before, Some(event), self.local);
                    rows.row(&mut reply, edit.day(), line, said);
                    now.push(event);
                    carried_out.push(edit);
                }
                Outcome::Deleted => {
                    let line = change::line(before, None, self.local);
                    rows.row(&mut reply, edit.day(), line, Vec::new());
                    carried_out.push(edit);
                }
                Outcome::NotWritten => {
                    reply.line(format!("NOT written: {}", edit.label(self.local.today())));
                }
                Outcome::Unknown => {
                    reply.line(format!(
                        "Not known whether written: {}",
                        edit.label(self.local.today())
                    ));
                }
            }
        }
        rows.rest(&mut reply, self.local.today());
        match &sent.stopped {
            Some(_) if is_whole => {
                reply
                    .line("Intervals.icu's answer was lost, but all of it stands in the calendar.");
            }
            Some(Stop::Failed(error)) => {
                reply.line(format!(
                    "Why: {}",
                    ToolError::from(error.clone()).sentence()
                ));
            }
            Some(Stop::OutOfTime) => {
                reply.line("Why: there was no time left for the others; call again for them.");
            }
            None => {}
        }
        if !was_read_back {
            reply.line("The calendar could not be read back; list_events shows what is there.");
        }
        self.say_effect(&mut reply, carried_out, now);
        reply
    }

    /// What is to be said about a written event besides what it is.
    fn differences(&self, edit: &Edit, written: &Event) -> Vec<String> {
        let Some(after) = &edit.after else {
            return Vec::new();
        };
        let mut said = after.notes.clone();
        for difference in after.differences(written) {
            said.push(format!("Intervals.icu read it differently: {difference}"));
        }
        let not_taken = change::not_taken(&after.members, written, self.local);
        if !not_taken.is_empty() {
            let not_taken = not_taken.join(", ");
            said.push(format!("Intervals.icu did not take: {not_taken}"));
        }
        said
    }

    fn say_effect<'e>(
        &self,
        reply: &mut Reply,
        edits: impl IntoIterator<Item = &'e Edit>,
        now: impl IntoIterator<Item = &'e Event>,
    ) {
        for note in &self.notes {
            reply.line(note);
        }
        let before: Vec<Event> = edits
            .into_iter()
            .filter_map(|edit| edit.before.clone())
            .collect();
        let after: Vec<Event> = now.into_iter().cloned().collect();
        effect::show(reply, self.around, self.local, &before, &after);
    }
}

const fn is_written(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Written(_))
}

/// The rows of an answer: of many events only the first, and those with something to say about them.
struct Rows {
    room: usize,
    left_out: Vec<Option<Date>>,
}

impl Rows {
    const fn of(events: usize, may_be_cut: bool) -> Self {
        Self {
            room: if may_be_cut { MOST_ROWS } else { events },
            left_out: Vec::new(),
        }
    }

    fn row(&mut self, reply: &mut Reply, day: Option<Date>, line: String, below: Vec<String>) {
        if self.room == 0 && below.is_empty() {
            self.left_out.push(day);
            return;
        }
        self.room = self.room.saturating_sub(1);
        reply.line(line);
        for said in below {
            reply.line(format!("  {said}"));
        }
    }

    fn rest(&self, reply: &mut Reply, today: Date) {
        let days = || self.left_out.iter().flatten();
        let Some((first, last)) = days().min().zip(days().max()) else {
            return;
        };
        let (first, last) = (
            days::short(*first, today.year()),
            days::short(*last, today.year()),
        );
        let more = self.left_out.len();
        reply.line(format!("and {more} more, {first} to {last}."));
    }
}

/// `2 to create, 1 to delete`.
fn amounts<const N: usize>(parts: [(usize, &str); N]) -> String {
    let parts = parts.into_iter().filter(|(amount, _)| *amount > 0);
    let parts: Vec<String> = parts
        .map(|(amount, what)| format!("{amount} {what}"))
        .collect();
    match parts.as_slice() {
        [only] if only.starts_with("1 ") => {
            format!("{} {}", "1 event", only.trim_start_matches("1 "))
        }
        _ => parts.join(", "),
    }
}
