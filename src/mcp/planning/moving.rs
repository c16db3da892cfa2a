//! Events on other days.

use jiff::civil::{Date, DateTime};
use jiff::{Span, ToSpan as _};
use serde_json::Value;

use super::draft::Draft;
use super::edit::Edit;
use super::saving::{are_twins, told};
use crate::intervals::EventId;
use crate::intervals::Members;
use crate::intervals::events::Event;
use crate::mcp::changes::{Item, Object};
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

/// What becomes of an event that is to be copied.
pub enum Copied {
    Edit(Box<Edit>),
    /// The day holds the same already.
    Twin(String),
    /// It has no day to be copied from.
    Dayless,
}

/// A copy of `event` so many days later, unless the day holds the same already.
///
/// # Errors
/// When the system gives no randomness.
pub fn copied(
    event: &Event,
    shift: i32,
    calendar: &[Event],
    today: Date,
) -> Result<Copied, ToolError> {
    let mut members = event.members();
    for key in OF_ONE {
        members.remove(key);
    }
    let Some(days) = days(event, shift) else {
        return Ok(Copied::Dayless);
    };
    members.extend(days);
    let copy = Event::of(EventId(0), &members);
    let twin = calendar.iter().find(|other| are_twins(&copy, other));
    if let Some(twin) = twin {
        return Ok(Copied::Twin(told(twin, today)));
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
    Edit::create(draft).map(|edit| Copied::Edit(Box::new(edit)))
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

/// A change, made a moment ago, that moved some of these events by just so many days: asked for again it may be the same wish,
/// sent twice.
pub struct JustNow {
    /// `bcdfghjk (12 s ago)`
    pub change: String,
    /// What it moved, and what it did not.
    pub moved: Vec<EventId>,
    pub others: Vec<EventId>,
}

/// What moved any of `found` by `shift` days a moment ago.
///
/// # Errors
/// When the record cannot be read.
pub async fn moved_just_now(
    context: &Context,
    local: &Local,
    tool: &str,
    found: &[Event],
    shift: i32,
) -> Result<Option<JustNow>, ToolError> {
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
        let is_moved =
            |event: &&Event| change.items.iter().any(|item| moved_so(item, event, shift));
        let (moved, others): (Vec<&Event>, Vec<&Event>) = found.iter().partition(is_moved);
        if !moved.is_empty() {
            return Ok(Some(JustNow {
                change: text::line(&format!("{} ({age} s ago)", head.id), 60),
                moved: moved.iter().map(|event| event.id).collect(),
                others: others.iter().map(|event| event.id).collect(),
            }));
        }
    }
    Ok(None)
}

/// Whether `item` brought `event` to where it is, from so many days before.
fn moved_so(item: &Item, event: &Event, shift: i32) -> bool {
    let start = |members: Option<&Members>| Some(members?.get("start_date_local")?.clone());
    let is_it = matches!(item.object, Object::Event { id: Some(id), .. } if id == event.id.0);
    let from = start(item.before.as_ref());
    let is_here = start(item.after.as_ref()) == event.start_date_local.clone().map(Value::from);
    is_it && is_here && from.is_some() && from == start(days(event, -shift).as_ref())
}
