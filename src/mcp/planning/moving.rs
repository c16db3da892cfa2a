//! Events on other days.

use jiff::civil::{Date, DateTime};
use jiff::{Span, ToSpan as _};
use serde_json::Value;

use super::draft::Draft;
use super::edit::{Edit, label};
use crate::intervals::EventId;
use crate::intervals::Members;
use crate::intervals::events::Event;
use crate::mcp::changes::Object;
use crate::mcp::context::{Context, Local};
use crate::mcp::error::ToolError;
use crate::mcp::text;

/// A call that comes again within so many seconds may be a repeated one.
const AGAIN_WITHIN: i64 = 600;
/// What belongs to one event and not to a copy of it.
const OF_ONE: [&str; 7] = [
    "uid",
    "external_id",
    "plan_applied",
    "plan_athlete_id",
    "plan_folder_id",
    "plan_workout_id",
    "entered",
];

/// `event` so many days later. `None` when it has no day, or there is no such day.
#[must_use]
pub fn moved(event: &Event, shift: i32) -> Option<Edit> {
    let draft = Draft {
        members: days(event, shift)?,
        ..Draft::default()
    };
    Some(Edit::update(event.clone(), draft))
}

/// A copy of `event` so many days later, unless the day holds the same already: then why it is left out.
///
/// # Errors
/// When the system gives no randomness.
pub fn copied(
    event: &Event,
    shift: i32,
    calendar: &[Event],
    today: Date,
) -> Result<Result<Edit, String>, ToolError> {
    let mut members = event.members();
    for key in OF_ONE {
        members.remove(key);
    }
    let Some(days) = days(event, shift) else {
        return Ok(Err(format!(
            "{} has no day to be copied to.",
            label(event, today)
        )));
    };
    members.extend(days);
    let copy = Event::of(EventId(0), &members);
    let twin = calendar
        .iter()
        .find(|other| super::saving::are_twins(&copy, other));
    if let Some(twin) = twin {
        return Ok(Err(format!(
            "Not doubled: {} is there already (id {}).",
            label(twin, today),
            twin.id
        )));
    }
    let mut expected = Members::new();
    let number = |value: Option<i64>| value.map(Value::from);
    for (key, value) in [
        ("icu_training_load", number(event.icu_training_load)),
        ("moving_time", number(event.moving_time)),
        ("distance", event.distance.map(Value::from)),
    ] {
        expected.extend(value.map(|value| (key.to_owned(), value)));
    }
    let draft = Draft {
        members,
        expected,
        ..Draft::default()
    };
    Edit::create(draft).map(Ok)
}

fn days(event: &Event, shift: i32) -> Option<Members> {
    let shift: Span = i64::from(shift).days();
    let mut members = Members::new();
    let mut put = |key: &str, at: Option<DateTime>| {
        let at = at?.checked_add(shift).ok()?;
        let at = at.strftime("%Y-%m-%dT%H:%M:%S").to_string();
        members.insert(key.to_owned(), at.into())
    };
    put("start_date_local", event.starts());
    put("end_date_local", event.ends());
    members.contains_key("start_date_local").then_some(members)
}

/// The change, made a moment ago, that moved just these events by just so many days: asked for again it may be the same
/// wish, sent twice.
///
/// # Errors
/// When the record cannot be read.
pub async fn moved_just_now(
    context: &Context,
    local: &Local,
    tool: &str,
    found: &[Event],
    shift: i32,
) -> Result<Option<String>, ToolError> {
    let changes = context.changes();
    let now = local.now.timestamp();
    for head in changes.recent().await? {
        let age = now.duration_since(head.at).as_secs();
        if head.tool != tool || head.undone_by.is_some() || age > AGAIN_WITHIN {
            continue;
        }
        let Some(change) = changes.get(&head.id).await? else {
            continue;
        };
        let moved = |event: &Event| {
            let was = days(event, -shift);
            change.items.iter().any(|item| {
                let is_it =
                    matches!(item.object, Object::Event { id: Some(id), .. } if id == event.id.0);
                let from = item
                    .before
                    .as_ref()
                    .and_then(|before| before.get("start_date_local"));
                let to = item
                    .after
                    .as_ref()
                    .and_then(|after| after.get("start_date_local"));
                let is = to.and_then(Value::as_str) == event.start_date_local.as_deref();
                is_it
                    && is
                    && from.is_some()
                    && from == was.as_ref().and_then(|was| was.get("start_date_local"))
            })
        };
        if !found.is_empty() && found.iter().all(moved) {
            return Ok(Some(text::line(&format!("{} ({age} s ago)", head.id), 60)));
        }
    }
    Ok(None)
}
