//! The routes, by resource group; a route that is not in the table does not exist.

mod account;
mod activities;
mod activity;
mod analysis;
mod athlete;
mod calendar;
mod curves;
mod done;
mod event;
mod events;
mod library;
mod members;
mod names;
mod plans;
mod recorded;
mod routes;
mod settings;
mod streams;
mod wellness;

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize};

use axum::http::{Method, StatusCode};
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use serde_json::{Map, Value};

use super::athlete::{Activity, Year};
use super::locked;
use super::rules::{Kind, Query, Refusal};
use calendar::Calendar;
use recorded::Recorded;

/// What was written since the start.
#[derive(Default)]
pub struct Writes {
    /// Changed members by day.
    wellness: Mutex<BTreeMap<Date, Map<String, Value>>>,
    /// New messages.
    messages: Mutex<Vec<Value>>,
    /// The calendar; locked before `activities` where both are needed.
    calendar: Mutex<Calendar>,
    activities: Mutex<Recorded>,
    /// Changed members by the id of a group of sport settings.
    settings: Mutex<BTreeMap<u64, Map<String, Value>>>,
    /// Whether the athlete wants miles, pounds and °F.
    pub imperial: AtomicBool,
    /// How long recordings are, s; 0 for as long as the session was.
    pub recorded_for: AtomicUsize,
}

/// A request that passed the rules.
pub struct Call<'a> {
    pub year: &'a Year,
    pub writes: &'a Writes,
    /// The athlete's wall clock.
    pub now: DateTime,
    /// The same instant as the service prints it.
    pub timestamp: &'a str,
    /// What stands in the variable segments of the path, in order.
    pub values: &'a [String],
    pub query: &'a Query,
    pub body: &'a str,
    pub zone: &'a TimeZone,
    /// How many rows of a list are written before the rest is refused with this status.
    pub rows: Option<(usize, u16)>,
}

impl Call<'_> {
    fn value(&self, index: usize) -> &str {
        self.values.get(index).map_or("", String::as_str)
    }

    /// Days from the year's today.
    fn day(&self, date: Date) -> i32 {
        const FAR: i32 = 100_000;
        self.year
            .season
            .today
            .until(date)
            .map_or(FAR, |span| span.get_days().clamp(-FAR, FAR))
    }

    /// The activity of an `/activity/{id}` path.
    fn activity(&self) -> Result<&Activity, Refusal> {
        let id = self.value(0);
        let place = self.year.find(id);
        place
            .map(|place| &self.year.activities[place])
            .ok_or_else(|| Refusal::not_found(format!("Activity {id} not found")))
    }

    /// The same, when its recording is asked for.
    fn recorded(&self) -> Result<&Activity, Refusal> {
        let activity = self.activity()?;
        if activity.is_stub() {
            return Err(Refusal::unprocessable(
                "Cannot read Strava activities via the API",
            ));
        }
        Ok(activity)
    }

    /// The refusal of the next row of a list, after so many.
    fn stopped(&self, rows: usize) -> Option<Refusal> {
        let (most, status) = self.rows?;
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let reason = status.canonical_reason().unwrap_or_default();
        (rows >= most).then(|| Refusal::new(status, reason))
    }

    /// The body as JSON.
    fn json(&self) -> Result<Value, Refusal> {
        serde_json::from_str(self.body).map_err(|error| {
            Refusal::unprocessable("Invalid JSON").violating(format!("body is not JSON: {error}"))
        })
    }
}

type Handler = fn(&Call<'_>) -> Result<String, Refusal>;

struct Entry {
    method: Method,
    /// Segments after `/`; those in braces vary.
    pattern: &'static str,
    parameters: &'static [(&'static str, Kind)],
    handler: Handler,
}

/// A route that a request found.
pub struct Route {
    entry: &'static Entry,
    values: Vec<String>,
}

impl Route {
    pub fn parameters(&self) -> &'static [(&'static str, Kind)] {
        self.entry.parameters
    }

    pub fn pattern(&self) -> &'static str {
        self.entry.pattern
    }

    /// The athlete that the path names.
    pub fn athlete(&self) -> Option<&str> {
        let named = self.entry.pattern.starts_with("api/v1/athlete/");
        named.then(|| self.values.first().map_or("", String::as_str))
    }

    /// The variable segments, without the athlete.
    pub fn values(&self) -> &[String] {
        let skip = usize::from(self.athlete().is_some());
        self.values.get(skip..).unwrap_or_default()
    }

    pub fn answer(&self, call: &Call<'_>) -> Result<String, Refusal> {
        (self.entry.handler)(call)
    }
}

/// # Errors
/// 404 when no route has this path, 405 when one has but not with this method.
pub fn find(method: &Method, segments: &[String]) -> Result<Route, StatusCode> {
    let mut known = false;
    for entry in routes::ROUTES {
        let Some(values) = matched(entry.pattern, segments) else {
            continue;
        };
        if entry.method == *method {
            return Ok(Route { entry, values });
        }
        known = true;
    }
    Err(if known {
        StatusCode::METHOD_NOT_ALLOWED
    } else {
        StatusCode::NOT_FOUND
    })
}

fn matched(pattern: &str, segments: &[String]) -> Option<Vec<String>> {
    let parts: Vec<&str> = pattern.split('/').collect();
    if parts.len() != segments.len() {
        return None;
    }
    let mut values = Vec::new();
    for (part, segment) in parts.iter().zip(segments) {
        if part.starts_with('{') {
            if segment.is_empty() {
                return None;
            }
            values.push(segment.clone());
        } else if part != segment {
            return None;
        }
    }
    Some(values)
}

/// Only the members that were asked for and have a value.
fn pick(row: &Map<String, Value>, fields: &[&str]) -> Map<String, Value> {
    let wanted = row
        .iter()
        .filter(|(key, value)| fields.contains(&key.as_str()) && !value.is_null());
    wanted
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect()
}

/// Refuses names of fields that the service does not have; custom ones begin with a capital letter.
fn check_fields(fields: &[&str], known: &[&str]) -> Result<(), Refusal> {
    let custom = |name: &str| name.starts_with(|first: char| first.is_ascii_uppercase());
    match fields
        .iter()
        .find(|field| !known.contains(*field) && !custom(field))
    {
        Some(field) => Err(Refusal::unprocessable(format!("Unknown field [{field}]"))
            .violating(format!("fields: unknown field {field}"))),
        None => Ok(()),
    }
}

fn array<T: AsRef<str>>(rows: impl IntoIterator<Item = T>) -> String {
    let mut text = String::from("[");
    for (index, row) in rows.into_iter().enumerate() {
        if index > 0 {
            text.push(',');
        }
        text.push_str(row.as_ref());
    }
    text.push(']');
    text
}

fn print(value: impl Into<Value>) -> Result<String, Refusal> {
    Ok(value.into().to_string())
}
