//! Carries edits of the calendar out, or says what they would do.

use tokio::time::Instant;

use super::edit::Edit;
use super::effect::{self, Around};
use super::write::{self, Outcome, Sent, Stop};
use crate::intervals::events::Event;
use crate::intervals::{EventId, Members};
use crate::mcp::changes::{self, Changes, Item, Object};
use crate::mcp::context::{Context, Local};
use crate::mcp::error::ToolError;
use crate::mcp::params::Text;
use crate::mcp::render::{change, days};
use crate::mcp::reply::Reply;

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
/// When what they would overwrite is no longer as the caller saw it, when it cannot be recorded, and when writing fails;
/// [`ToolError::Unfinished`] says what was written all the same.
pub async fn carry_out(
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
    let sent = write::send(context.client(), &edits, ask.since).await;
    if let (true, Some(stop)) = (sent.wrote_nothing(), &sent.stopped) {
        changes.drop_record(&change.id).await;
        return Err(match stop {
            Stop::Failed(error) => error.clone().into(),
            Stop::OutOfTime => late(),
        });
    }
    let (oldest, newest) = around.window();
    let events = context.client().events();
    let calendar = events.list(oldest, newest, &[], false).await;
    let calendar = calendar.as_ref().ok().map(|events| events.as_slice());
    let outcomes = sent.outcomes(&edits, calendar);
    if outcomes
        .iter()
        .all(|outcome| matches!(outcome, Outcome::NotWritten))
    {
        changes.drop_record(&change.id).await;
        return Err(sent.stopped.map_or_else(untaken, |stop| match stop {
            Stop::Failed(error) => nothing_after_all(error),
            Stop::OutOfTime => late(),
        }));
    }
    change.items = settled(change.items, &outcomes);
    if outcomes.iter().any(|o| matches!(o, Outcome::Unknown)) {
        // Of these only what was sent is known.
        changes.update(&change).await;
    } else {
        changes.settle(&mut change).await;
    }
    let is_whole = sent.stopped.is_none()
        && outcomes
            .iter()
            .all(|o| matches!(o, Outcome::Written(_) | Outcome::Deleted));
    let mut reply = told.outcome(&edits, &outcomes, &sent, calendar.is_some());
    reply.footer(Changes::undo_hint(&change));
    if is_whole {
        Ok(reply)
    } else {
        Err(ToolError::Unfinished(reply.into_text()))
    }
}

fn late() -> ToolError {
    ToolError::Invalid(
        "Nothing was written: reading took so long that there was no time left. Try again."
            .to_owned(),
    )
}

fn untaken() -> ToolError {
    ToolError::Invalid(
        "Intervals.icu answered as if it had written this, but the calendar does not have it. Look at list_events and try again."
            .to_owned(),
    )
}

/// An uncertain failure that the calendar shows to have written nothing.
fn nothing_after_all(error: crate::intervals::Error) -> ToolError {
    let sentence = ToolError::from(error).sentence();
    ToolError::Invalid(format!(
        "Nothing was written, as the calendar shows. {sentence}"
    ))
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
        for (edit, planned) in edits.iter().zip(&planned) {
            reply.line(change::line(
                edit.before.as_ref(),
                planned.as_ref(),
                self.local,
            ));
            for note in edit.after.iter().flat_map(|after| &after.notes) {
                reply.line(format!("  {note}"));
            }
        }
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
        let head = if sent.stopped.is_some() {
            "Stopped in the middle"
        } else {
            "Wrote to the calendar"
        };
        let mut reply = Reply::new(format!("{head}: {} {}", amounts(parts), self.zone()));
        let mut carried_out: Vec<&Edit> = Vec::new();
        let mut now: Vec<&Event> = Vec::new();
        for (edit, outcome) in both() {
            let before = edit.before.as_ref();
            match outcome {
                Outcome::Written(event) => {
                    reply.line(change::line(before, Some(event), self.local));
                    self.say_differences(&mut reply, edit, event);
                    now.push(event);
                    carried_out.push(edit);
                }
                Outcome::Deleted => {
                    reply.line(change::line(before, None, self.local));
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
        match &sent.stopped {
            Some(Stop::Failed(error)) => {
                reply.line(format!(
                    "Why: {}",
                    ToolError::from(error.clone()).sentence()
                ));
            }
            Some(Stop::OutOfTime) => {
                reply.line(
                    "Why: there was no time left for the others. The same call again writes them.",
                );
            }
            None => {}
        }
        if !was_read_back {
            reply.line("The calendar could not be read back; list_events shows what is there.");
        }
        self.say_effect(&mut reply, carried_out, now);
        reply
    }

    fn say_differences(&self, reply: &mut Reply, edit: &Edit, written: &Event) {
        let Some(after) = &edit.after else {
            return;
        };
        for note in &after.notes {
            reply.line(format!("  {note}"));
        }
        for difference in after.differences(written) {
            reply.line(format!("  Intervals.icu read it differently: {difference}"));
        }
        let not_taken = change::not_taken(&after.members, written, self.local);
        if !not_taken.is_empty() {
            let not_taken = not_taken.join(", ");
            reply.line(format!("  Intervals.icu did not take: {not_taken}"));
        }
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
