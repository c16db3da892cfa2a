//! The events that a call names, and the calendar around them.

use futures_util::{StreamExt as _, stream};
use jiff::ToSpan as _;
use jiff::civil::Date;

use super::effect::Around;
use crate::intervals::events::Event;
use crate::intervals::{Error, EventId};
use crate::mcp::context::{Context, Local};
use crate::mcp::error::ToolError;

/// Without days of its own, a call is looked at with so many days from today.
const DAYS_AHEAD: i64 = 14;
/// Requests for single events that run beside each other.
const AT_ONCE: usize = 4;
/// Between the first and the last day that one call touches.
const MOST_DAYS: i32 = 400;

/// The calendar around `dates` and the events called `ids`, wherever they stand, as they are now. One round of requests;
/// more for ids that stand elsewhere.
///
/// # Errors
/// A sentence that names the ids that do not exist, and when the days lie too far apart.
pub async fn find(
    context: &Context,
    local: &Local,
    ids: &[EventId],
    dates: &[Date],
) -> Result<(Around, Vec<Event>), ToolError> {
    let client = context.client();
    client.forget();
    let today = local.today();
    let ahead = today.checked_add(DAYS_AHEAD.days()).unwrap_or(today);
    let (first, last) = bounds(dates)?.unwrap_or((today, ahead));
    let around = Around::read(context, local, first, last).await?;
    let is_known = |id: &EventId| around.events.iter().any(|event| event.id == *id);
    let missing: Vec<EventId> = ids.iter().copied().filter(|id| !is_known(id)).collect();
    if missing.is_empty() {
        let found = pick(ids, &around.events);
        return Ok((around, found));
    }
    let fetched: Vec<(EventId, Result<_, Error>)> = stream::iter(missing)
        .map(|id| async move { (id, client.events().get(id).await) })
        .buffered(AT_ONCE)
        .collect()
        .await;
    let mut elsewhere: Vec<Event> = Vec::new();
    let mut absent: Vec<String> = Vec::new();
    for (id, answer) in fetched {
        match answer {
            Ok(event) => elsewhere.push(Event::clone(&event)),
            Err(Error::NotFound { .. }) => absent.push(id.to_string()),
            Err(error) => return Err(error.into()),
        }
    }
    if !absent.is_empty() {
        return Err(ToolError::Invalid(format!(
            "The calendar has no event {}; nothing was written. list_events shows ids.",
            absent.join(", ")
        )));
    }
    let days = |event: &Event| event.starts().map(|at| at.date());
    let all: Vec<Date> = dates
        .iter()
        .copied()
        .chain(elsewhere.iter().filter_map(days))
        .chain(pick(ids, &around.events).iter().filter_map(days))
        .collect();
    let around = match bounds(&all)? {
        Some((first, last)) => Around::read(context, local, first, last).await?,
        None => around,
    };
    let mut known = Vec::clone(&around.events);
    known.extend(elsewhere);
    Ok((around, pick(ids, &known)))
}

/// The events called `ids`, in their order.
fn pick(ids: &[EventId], calendar: &[Event]) -> Vec<Event> {
    let found = |id: &EventId| calendar.iter().find(|event| event.id == *id);
    ids.iter().filter_map(found).cloned().collect()
}

/// The first and the last of `dates`.
fn bounds(dates: &[Date]) -> Result<Option<(Date, Date)>, ToolError> {
    let Some((first, last)) = dates.iter().min().copied().zip(dates.iter().max().copied()) else {
        return Ok(None);
    };
    if last.since(first).map_or(0, |span| span.get_days()) > MOST_DAYS {
        return Err(ToolError::Invalid(format!(
            "From {first} to {last} is too long for one call: at most {MOST_DAYS} days. Nothing was written; split it."
        )));
    }
    Ok(Some((first, last)))
}
