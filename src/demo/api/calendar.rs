//! Events.

use jiff::ToSpan as _;
use serde_json::Value;

use super::{Call, print};
use crate::demo::rules::Refusal;

/// Days after today that a list without bounds shows.
const DEFAULT_DAYS: i32 = 6;

pub fn list(call: &Call<'_>) -> Result<String, Refusal> {
    let today = call.now.date();
    let oldest = call.query.day("oldest").unwrap_or(today);
    let newest = match call.query.day("newest") {
        Some(day) => day,
        None => oldest.checked_add(DEFAULT_DAYS.days()).unwrap_or(oldest),
    };
    let (first, last) = (call.day(oldest), call.day(newest));
    let categories = call.query.list("category");
    let limit = call.query.count("limit").unwrap_or(usize::MAX);
    let resolve = call.query.flag("resolve");
    let rows: Vec<Value> = call
        .year
        .events
        .iter()
        .filter(|event| event.start <= last && event.end > first)
        .filter(|event| {
            categories
                .as_ref()
                .is_none_or(|wanted| wanted.contains(&event.category))
        })
        .take(limit)
        .map(|event| Value::Object(call.year.event(event, resolve)))
        .collect();
    print(rows)
}

pub fn one(call: &Call<'_>) -> Result<String, Refusal> {
    let wanted = call.value(0);
    let id: i32 = wanted.parse().map_err(|_| {
        Refusal::unprocessable(format!("For input string: \"{wanted}\""))
            .violating(format!("event id {wanted}"))
    })?;
    let event = call
        .year
        .events
        .iter()
        .find(|event| i32::try_from(event.id) == Ok(id));
    event.map_or_else(
        || Err(Refusal::not_found(format!("Event {id} not found"))),
        |event| print(Value::Object(call.year.event(event, false))),
    )
}
