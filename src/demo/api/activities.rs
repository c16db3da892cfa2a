//! Lists of activities.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use super::{Call, array, check_fields, locked, print, recorded};
use crate::demo::athlete::{ACTIVITY_KEYS, Activity, Year, profile};
use crate::demo::document::{float, round};
use crate::demo::rules::{self, Refusal};

/// `limit` of the searches when none is sent.
const DEFAULT_LIMIT: usize = 30;

pub fn list(call: &Call<'_>) -> Result<String, Refusal> {
    let oldest = call.query.require("oldest")?;
    let newest = call.query.get("newest");
    let from = rules::moment(oldest).unwrap_or_default();
    let to = match newest {
        Some(day) if day.len() == 10 => {
            rules::moment(day).map(|start| start.date().at(23, 59, 59, 999_999_999))
        }
        Some(moment) => rules::moment(moment),
        None => Some(call.now),
    }
    .unwrap_or_default();
    let fields = call.query.list("fields");
    if let Some(fields) = &fields {
        check_fields(fields, ACTIVITY_KEYS)?;
    }
    // No activity belongs to a route.
    let limit = if call.query.get("route_id").is_some() {
        0
    } else {
        call.query.count("limit").unwrap_or(usize::MAX)
    };
    let rows = recorded::newest_first(call, |start| start >= from && start <= to);
    let rows = rows
        .into_iter()
        .take(limit)
        .map(|(is_stub, row)| match &fields {
            // A stub is given out as it is.
            Some(fields) if !is_stub => Cow::Owned(picked(&row, fields)),
            _ => row,
        });
    Ok(array(rows))
}

pub fn by_ids(call: &Call<'_>) -> Result<String, Refusal> {
    let intervals = call.query.flag("intervals");
    let rows = call
        .value(0)
        .split(',')
        .filter_map(|id| one(call, id, intervals));
    Ok(array(rows))
}

/// The row of an activity as it stands, with `icu_intervals` and `icu_groups` if wanted.
pub fn one<'a>(call: &Call<'a>, id: &str, intervals: bool) -> Option<Cow<'a, str>> {
    let recorded = locked(&call.writes.activities);
    let row = match call.year.find(id) {
        Some(place) => recorded.row(call, place),
        None => Cow::Owned(Value::Object(recorded.added(id)?.clone()).to_string()),
    };
    match call.year.find(id).filter(|_| intervals) {
        Some(place) => {
            let whole = with_intervals(call.year, place, &row);
            Some(Cow::Owned(Value::Object(whole).to_string()))
        }
        None => Some(row),
    }
}

fn with_intervals(year: &Year, place: usize, row: &str) -> Map<String, Value> {
    let mut whole: Map<String, Value> = serde_json::from_str(row).unwrap_or_default();
    let activity = &year.activities[place];
    if !activity.is_stub() {
        let mut intervals = activity.intervals();
        for key in ["icu_intervals", "icu_groups"] {
            whole.insert(
                key.to_owned(),
                intervals.get_mut(key).map_or(Value::Null, Value::take),
            );
        }
    }
    whole
}

/// Closest first, without the one in the middle. No activity belongs to a route.
pub fn around(call: &Call<'_>) -> Result<String, Refusal> {
    let id = call.query.require("activity_id")?;
    let place = call
        .year
        .find(id)
        .ok_or_else(|| Refusal::not_found(format!("Activity {id} not found")))?;
    let limit = call.query.count("limit").unwrap_or(DEFAULT_LIMIT);
    let start = |place: usize| call.year.activities[place].session.start;
    let mut others: Vec<usize> = (0..call.year.activities.len())
        .filter(|other| *other != place && call.query.get("route_id").is_none())
        .collect();
    others.sort_by_key(|other| start(*other).duration_since(start(place)).abs());
    let rows = others.into_iter().take(limit);
    let recorded = locked(&call.writes.activities);
    Ok(array(rows.map(|other| recorded.row(call, other))))
}

pub fn search(call: &Call<'_>) -> Result<String, Refusal> {
    let rows = found(call)?.into_iter().map(|(_, activity)| {
        let session = &activity.session;
        let tags = if session.race { json!(["race"]) } else if activity.is_key() { json!(["key"]) } else { Value::Null };
        json!({
            "id": activity.id, "name": session.name, "start_date_local": activity.start_local(),
            "type": session.workout.sport.name(), "race": session.race, "distance": float(activity.summary.distance),
            "moving_time": activity.summary.moving, "tags": tags, "description": session.description,
        })
        .to_string()
    });
    Ok(array(rows))
}

pub fn search_full(call: &Call<'_>) -> Result<String, Refusal> {
    let recorded = locked(&call.writes.activities);
    let places = found(call)?.into_iter();
    Ok(array(places.map(|(place, _)| recorded.row(call, place))))
}

/// By a part of the name, or by tag.
fn found<'a>(call: &Call<'a>) -> Result<Vec<(usize, &'a Activity)>, Refusal> {
    let query = call.query.require("q")?.to_lowercase();
    let limit = call.query.count("limit").unwrap_or(DEFAULT_LIMIT);
    let fits = |activity: &Activity| match query.strip_prefix('#') {
        Some("race") => activity.session.race,
        Some("key") => activity.is_key() && !activity.session.race,
        Some(_) => false,
        None => activity.session.name.to_lowercase().contains(&query),
    };
    let visible = newest_first(call.year).filter(|(_, activity)| !activity.is_stub());
    Ok(visible
        .filter(|(_, activity)| fits(activity))
        .take(limit)
        .collect())
}

/// Rows of seven members, as the live service answers.
pub fn interval_search(call: &Call<'_>) -> Result<String, Refusal> {
    let mut bounds = [0usize; 4];
    for (bound, name) in
        bounds
            .iter_mut()
            .zip(["minSecs", "maxSecs", "minIntensity", "maxIntensity"])
    {
        call.query.require(name)?;
        *bound = call.query.count(name).unwrap_or(0);
    }
    let kind = call.query.get("type").unwrap_or("AUTO");
    let reps = call.query.count("minReps").unwrap_or(1).max(1)
        ..=call.query.count("maxReps").unwrap_or(usize::MAX);
    let limit = call.query.count("limit").unwrap_or(DEFAULT_LIMIT);
    let matching = |activity: &Activity| {
        let sport = activity.session.workout.sport;
        let laps = activity.summary.laps.iter().filter(|lap| {
            let intensity = match kind {
                "HR" => round(lap.heartrate * 100.0 / f64::from(profile::lthr(sport))),
                "POWER" if !sport.is_ride() => return false,
                "PACE" if sport.is_ride() => return false,
                _ => i64::from(lap.intensity),
            };
            let secs = lap.end - lap.start;
            let intensity = usize::try_from(intensity).unwrap_or(0);
            lap.work
                && (bounds[0]..=bounds[1]).contains(&secs)
                && (bounds[2]..=bounds[3]).contains(&intensity)
        });
        reps.contains(&laps.count())
    };
    let rows = newest_first(call.year)
        .filter(|(_, activity)| !activity.is_stub() && matching(activity))
        .take(limit);
    let rows: Vec<Value> = rows
        .map(|(_, activity)| {
            json!({
                "id": activity.id, "start_date_local": activity.start_local(),
                "type": activity.session.workout.sport.name(), "name": activity.session.name,
                "description": activity.session.description, "distance": float(activity.summary.distance),
                "moving_time": activity.summary.moving,
            })
        })
        .collect();
    print(rows)
}

fn newest_first(year: &Year) -> impl Iterator<Item = (usize, &Activity)> {
    year.activities.iter().enumerate().rev()
}

/// The members of a row that were asked for and have a value, without building the rest.
fn picked(row: &str, fields: &[&str]) -> String {
    let members: BTreeMap<&str, &RawValue> = serde_json::from_str(row).unwrap_or_default();
    let wanted = members
        .iter()
        .filter(|(key, value)| fields.contains(*key) && value.get() != "null");
    let wanted: Vec<String> = wanted
        .map(|(key, value)| format!("\"{key}\":{value}"))
        .collect();
    format!("{{{}}}", wanted.join(","))
}
