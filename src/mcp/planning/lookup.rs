//! The events that a call names, and the calendar around them.

use futures_util::{StreamExt as _, stream};
use jiff::ToSpan as _;
use jiff::civil::Date;

use super::effect::Around;
use crate::intervals::events::Event;
use crate::intervals::{Error, EventId};
use crate::mcp::context::{Context, Local};
use crate::mcp::error::ToolError;
use crate::mcp::render::events::week_start;

/// Without days of its own, a call is looked at with so many days from today.
const DAYS_AHEAD: i64 = 28;
/// Requests for single events that run beside each other.
const AT_ONCE: usize = 4;
/// Where an event is looked for that the service does not find by its id.
const SEARCHED_BACK: i64 = 42;
const SEARCHED_AHEAD: i64 = 180;
/// Ids that do not exist, of which a call need not know all.
const ABSENT_MOST: usize = 5;
/// Between the first and the last day that one call touches.
const MOST_DAYS: i32 = 400;

/// The calendar around `dates` and the events called `ids`, wherever they stand, as they are now. `also` is the day that an
/// event's day touches besides itself. One round of requests; more for what stands elsewhere.
///
/// # Errors
/// A sentence that names the ids that do not exist, and when the days lie too far apart.
pub async fn find(
    context: &Context,
    local: &Local,
    ids: &[EventId],
    dates: &[Date],
    also: impl Fn(Date) -> Option<Date>,
) -> Result<(Around, Vec<Event>), ToolError> {
    context.client().forget();
    let today = local.today();
    let ahead = today.checked_add(DAYS_AHEAD.days()).unwrap_or(today);
    let (first, last) = bounds(dates)?.unwrap_or((today, ahead));
    let around = Around::read(context, local, first, last).await?;
    let is_known = |id: &EventId| around.events.iter().any(|event| event.id == *id);
    let missing: Vec<EventId> = ids.iter().copied().filter(|id| !is_known(id)).collect();
    let mut known = Vec::clone(&around.events);
    known.extend(elsewhere(context, today, &missing).await?);
    let found = pick(ids, &known);
    let own: Vec<Date> = found
        .iter()
        .filter_map(|event| Some(event.starts()?.date()))
        .collect();
    let others = own.iter().copied().filter_map(also);
    let touched: Vec<Date> = own.iter().copied().chain(others).collect();
    let is_read = |date: &Date| (week_start(first)..=last).contains(date);
    if touched.iter().all(is_read) {
        return Ok((around, found));
    }
    let all: Vec<Date> = touched.into_iter().chain(dates.iter().copied()).collect();
    let around = match bounds(&all)? {
        Some((first, last)) => Around::read(context, local, first, last).await?,
        None => around,
    };
    Ok((around, found))
}

/// The events called `ids`, asked for one by one.
async fn elsewhere(
    context: &Context,
    today: Date,
    ids: &[EventId],
) -> Result<Vec<Event>, ToolError> {
    let client = context.client();
    let mut answers = stream::iter(ids.iter().copied())
        .map(|id| async move { (id, client.events().get(id).await) })
        .buffered(AT_ONCE);
    let (mut found, mut absent) = (Vec::new(), Vec::new());
    while let Some((id, answer)) = answers.next().await {
        match answer {
            Ok(event) => found.push(Event::clone(&event)),
            Err(Error::NotFound { .. }) => absent.push(id),
            Err(error) => return Err(error.into()),
        }
        if absent.len() >= ABSENT_MOST {
            break;
        }
    }
    if absent.is_empty() {
        return Ok(found);
    }
    // Of some that are there the service knows nothing but in the list.
    let day = |offset: i64| today.checked_add(offset.days()).unwrap_or(today);
    let (oldest, newest) = (day(-SEARCHED_BACK), day(SEARCHED_AHEAD));
    let listed = client.events().list(oldest, newest, &[], false).await?;
    found.extend(pick(&absent, &listed));
    absent.retain(|id| !found.iter().any(|event| event.id == *id));
    if absent.is_empty() && found.len() == ids.len() {
        return Ok(found);
    }
    let named: Vec<String> = absent.iter().map(ToString::to_string).collect();
    Err(ToolError::Invalid(format!(
        "The calendar has no event {}; nothing was written. list_events shows ids.",
        named.join(", ")
    )))
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
