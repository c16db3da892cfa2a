//! When an event is: its day, time of day and end, as the service writes them.

use jiff::ToSpan;
use jiff::civil::{Date, DateTime, Time};

use crate::intervals::events::Event;
use crate::mcp::params::{DateSpec, EventSpec, Flag, Text};
use crate::mcp::text;

/// Nothing in a calendar lasts longer.
const MOST_DAYS: i32 = 366;

/// What of an event's dates is to be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct When {
    pub start: Option<DateTime>,
    /// Exclusive.
    pub end: Option<DateTime>,
}

/// Start and end of a new event; `has_end` where the service is to be told that it ends with its day.
pub fn fresh(spec: &EventSpec, today: Date, has_end: bool) -> Result<When, String> {
    let date = spec
        .date
        .ok_or("date is missing: the day it is on, such as 2026-03-26, tomorrow or next_monday.")?;
    let date = day(spec, date, today)?;
    let time = time(spec)?.unwrap_or_else(Time::midnight);
    let end = last_day(spec, date, today)?.or_else(|| has_end.then_some(date));
    Ok(When {
        start: Some(date.to_datetime(time)),
        end: end.map(behind),
    })
}

/// What is to change of the dates of `before`: another day keeps the time of day and the length.
pub fn changed(spec: &EventSpec, before: &Event, today: Date) -> Result<When, String> {
    let Some(old) = before.starts() else {
        return match spec.date {
            Some(_) => fresh(spec, today, false),
            None => Ok(When::default()),
        };
    };
    let date = spec.date.map(|date| day(spec, date, today));
    let date = date.transpose()?.unwrap_or_else(|| old.date());
    let start = date.to_datetime(time(spec)?.unwrap_or_else(|| old.time()));
    let moved = old.date().until(date).map_or(0, |span| span.get_days());
    let kept = before
        .ends()
        .and_then(|end| end.checked_add(moved.days()).ok());
    let end = last_day(spec, date, today)?.map(behind).or(kept);
    Ok(When {
        start: Some(start).filter(|start| *start != old),
        end: end.filter(|end| Some(*end) != before.ends()),
    })
}

/// Of what is for a week the week may be named; it stands on its Monday.
fn day(spec: &EventSpec, date: DateSpec, today: Date) -> Result<Date, String> {
    if spec.for_week == Some(Flag(true)) {
        Ok(date.day(today))
    } else {
        one_day("date", date, today)
    }
}

fn one_day(field: &str, date: DateSpec, today: Date) -> Result<Date, String> {
    match date {
        DateSpec::Week(_) => Err(format!("{field} must be one day, not a week.")),
        date => Ok(date.day(today)),
    }
}

fn last_day(spec: &EventSpec, first: Date, today: Date) -> Result<Option<Date>, String> {
    let Some(end) = spec.end else { return Ok(None) };
    let last = one_day("end", end, today)?;
    if last < first {
        return Err(format!(
            "end ({last}) is before date ({first}); end is the last day."
        ));
    }
    let days = first.until(last).map_or(0, |span| span.get_days());
    if days >= MOST_DAYS {
        return Err(format!(
            "{first} to {last} is longer than {MOST_DAYS} days."
        ));
    }
    Ok(Some(last))
}

/// The midnight at which `last` is over.
fn behind(last: Date) -> DateTime {
    let next = last.checked_add(1.days()).unwrap_or(last);
    next.to_datetime(Time::midnight())
}

/// An empty text is no time of day.
fn time(spec: &EventSpec) -> Result<Option<Time>, String> {
    let Some(Text(written)) = &spec.time else {
        return Ok(None);
    };
    let clean = written.trim();
    if clean.is_empty() {
        return Ok(Some(Time::midnight()));
    }
    let parts: Vec<Option<i8>> = clean
        .split(':')
        .map(|part| part.parse().ok().filter(|_| (1..=2).contains(&part.len())))
        .collect();
    let time = match parts.as_slice() {
        [Some(hour), Some(minute)] | [Some(hour), Some(minute), Some(_)] => {
            Time::new(*hour, *minute, 0, 0).ok()
        }
        _ => None,
    };
    time.map(Some).ok_or_else(|| {
        let shown = text::line(clean, 20);
        format!("time '{shown}' is not understood: write HH:MM, such as 07:30.")
    })
}
