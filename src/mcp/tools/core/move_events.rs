//! Shifting and copying events of the calendar.

use jiff::Span;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::Deserialize;
use tokio::time::Instant;

use crate::intervals::events::Event;
use crate::mcp::context::Context;
use crate::mcp::error::ToolError;
use crate::mcp::params::{Category, Choice, DateSpec, EventId, Flag, Int, List, Text};
use crate::mcp::planning::moving::{Copied, JustNow, copied, moved, moved_just_now};
use crate::mcp::planning::saving::{few, not_doubled};
use crate::mcp::planning::selection::Wanted;
use crate::mcp::planning::{self, Ask, Edit, label};
use crate::mcp::registry::{Access, Tool};
use crate::mcp::reply::Reply;

/// A year either way.
const MOST_DAYS: i32 = 366;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    ids: Option<List<EventId>>,
    oldest: Option<DateSpec>,
    newest: Option<DateSpec>,
    #[schemars(with = "Option<List<Text>>")]
    categories: Option<List<Choice<Category>>>,
    shift_days: Int,
    copy: Option<Flag>,
    dry_run: Option<Flag>,
    if_unchanged: Option<Text>,
}

pub struct MoveEvents;

impl Tool for MoveEvents {
    const NAME: &'static str = "move_events";
    const TITLE: &'static str = "Move events";
    const ACCESS: Access = Access::Write;
    const SUMMARY: &'static str = "shifts or copies calendar events by days";
    const DESCRIPTION: &'static str = "Shift or copy events by days: ids, or workouts (or other categories) of a window not done.";
    type Params = Params;

    async fn run(context: &Context, params: Params) -> Result<Reply, ToolError> {
        let since = Instant::now();
        let Int(shift) = params.shift_days;
        let shift = i32::try_from(shift)
            .ok()
            .filter(|days| *days != 0 && (-MOST_DAYS..=MOST_DAYS).contains(days))
            .ok_or_else(|| {
                let said = format!("shift_days {shift}: give -{MOST_DAYS} to {MOST_DAYS}, not 0; negative is earlier.");
                ToolError::Invalid(said)
            })?;
        let copy = params.copy.is_some_and(|Flag(copy)| copy);
        let dry_run = params.dry_run.is_some_and(|Flag(dry)| dry);
        let (local, _turn, wanted, around, mut found) = planning::before_writing(since, async {
            let local = context.local().await?;
            let window = (params.oldest, params.newest);
            let kinds = (params.categories, &[Category::Workout]);
            let wanted = Wanted::of(params.ids, window, kinds.0, kinds.1, local.today())?;
            let turn = context.changes().turn().await?;
            let there = |date: Date| date.checked_add(Span::new().days(shift)).ok();
            let (around, found) = wanted.find(context, &local, there).await?;
            Ok((local, turn, wanted, around, found))
        })
        .await?;
        let today = local.today();
        let mut notes = Vec::new();
        if !copy {
            let is_done = |event: &Event| event.paired_activity_id.is_some();
            let done = found.iter().filter(|event| is_done(event));
            let done: Vec<String> = done.map(|event| label(event, today)).collect();
            let by_id = wanted.is_by_id();
            if !done.is_empty() {
                let said = if by_id {
                    "Done, and its activity stays where it is"
                } else {
                    "Done, and not moved"
                };
                notes.push(format!("{said}: {}.", few(&done)));
            }
            found.retain(|event| by_id || !is_done(event));
        }
        if !copy && !dry_run && params.if_unchanged.is_none() {
            let again = moved_just_now(context, &local, Self::NAME, &found, shift).await?;
            if let Some(again) = again {
                return Err(refusal(&again, shift));
            }
        }
        let mut edits: Vec<Edit> = Vec::with_capacity(found.len());
        let mut twins = Vec::new();
        for event in &found {
            if copy {
                match copied(event, shift, &around.events, today)? {
                    Copied::Edit(edit) => edits.push(*edit),
                    Copied::Twin(twin) => twins.push(twin),
                    Copied::Dayless => {}
                }
            } else {
                edits.extend(moved(event, shift));
            }
        }
        notes.extend(not_doubled(&twins));
        let ask = Ask {
            tool: Self::NAME,
            since,
            dry_run,
            if_unchanged: params.if_unchanged.as_ref(),
            notes,
        };
        planning::carry_out(context, &local, &around, edits, ask).await
    }
}

/// Why a move that looks like one sent twice is not made.
fn refusal(again: &JustNow, shift: i32) -> ToolError {
    let ids = |ids: &[crate::intervals::EventId]| {
        let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
        ids.join(", ")
    };
    let (which, others) = match again.others.as_slice() {
        [] => ("these events".to_owned(), String::new()),
        others => (
            ids(&again.moved),
            format!(" To move only the others give the ids {}.", ids(others)),
        ),
    };
    let days = if shift.abs() == 1 { "day" } else { "days" };
    ToolError::Invalid(format!(
        "Nothing was written: change {} has just moved {which} by {shift} {days}.{others} To move all once more, call with dry_run \
         and then with its if_unchanged.",
        again.change
    ))
}
