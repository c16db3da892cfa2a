//! Activities, written: changed, entered by hand for an event, and deleted again.

use serde_json::{Map, Value, json};

use super::calendar::{self, Calendar, is_session};
use super::members::{self, Shape};
use super::recorded::{self, Recorded};
use super::{Call, locked, names, print};
use crate::demo::ATHLETE_ID;
use crate::demo::athlete::{ACTIVITY_KEYS, profile};
use crate::demo::document::{document, float};
use crate::demo::rules::Refusal;

/// Ids of activities entered by hand count from here.
const FIRST_ENTERED_ID: u32 = 97_500_000;
const GEAR: [&str; 3] = ["31001", "31002", "31003"];

fn shape(key: &str) -> Option<Shape> {
    match key {
        "name" | "description" | "type" | "sub_type" => Some(Shape::Text),
        "icu_rpe" | "feel" | "carbs_ingested" | "paired_event_id" => Some(Shape::Whole),
        "trainer" | "commute" | "race" => Some(Shape::Flag),
        "tags" => Some(Shape::Texts),
        "gear" => Some(Shape::Object),
        profile::ACTIVITY_FIELD => Some(Shape::Number),
        _ => None,
    }
}

/// Changes what was sent; null is ignored and -1 clears a number.
pub fn put(call: &Call<'_>) -> Result<String, Refusal> {
    let id = call.value(0);
    let body = call.json()?;
    let sent = members::members(&body, "PUT activity", shape)?;
    let place = call.year.find(id);
    let stub = place.is_some_and(|place| call.year.activities[place].is_stub());
    if stub {
        return Err(Refusal::unprocessable(
            "Strava activities cannot be updated",
        ));
    }
    let mut calendar = locked(&call.writes.calendar);
    let mut recorded = locked(&call.writes.activities);
    let before: Map<String, Value> = match (place, recorded.added(id)) {
        (Some(place), _) => serde_json::from_str(&recorded.row(call, place)).unwrap_or_default(),
        (None, Some(row)) => row.clone(),
        (None, None) => return Err(Refusal::not_found(format!("Activity {id} not found"))),
    };
    let mut changes = changes(&before, sent)?;
    if let Some(event) = changes.get("paired_event_id").cloned() {
        let compliance = pair(call, &mut calendar, &mut recorded, &before, &event)?;
        changes.insert("compliance".to_owned(), compliance);
    }
    recorded.change(id, changes.clone());
    let mut after = before;
    after.extend(changes);
    print(after)
}

fn changes(
    before: &Map<String, Value>,
    sent: &Map<String, Value>,
) -> Result<Map<String, Value>, Refusal> {
    let mut changes = Map::new();
    for (key, value) in sent {
        if value.is_null() {
            continue;
        }
        let cleared = value.as_f64() == Some(-1.0);
        let range = match key.as_str() {
            "icu_rpe" => Some(1.0..=10.0),
            "feel" => Some(1.0..=5.0),
            "carbs_ingested" => Some(0.0..=f64::MAX),
            _ => None,
        };
        let number = value.as_f64().unwrap_or(0.0);
        if range.is_some_and(|range| !cleared && !range.contains(&number)) {
            return Err(Refusal::unprocessable(format!("Invalid value for [{key}]")));
        }
        let value = match key.as_str() {
            _ if cleared => Value::Null,
            "gear" => gear(value)?,
            "type" => {
                members::choice(
                    value.as_str().unwrap_or_default(),
                    names::ACTIVITY_TYPES,
                    "activity",
                    key,
                )?;
                value.clone()
            }
            _ => value.clone(),
        };
        changes.insert(key.clone(), value);
    }
    if let Some(rpe) = changes.get("icu_rpe") {
        let secs = before.get("moving_time").and_then(Value::as_i64);
        let effort = rpe
            .as_i64()
            .zip(secs)
            .map(|(rpe, secs)| json!(rpe * secs / 60));
        changes.insert("session_rpe".to_owned(), effort.unwrap_or_default());
    }
    Ok(changes)
}

/// Pairs an activity with an event, or parts it from its own for null; the compliance that comes of it.
fn pair(
    call: &Call<'_>,
    calendar: &mut Calendar,
    recorded: &mut Recorded,
    activity: &Map<String, Value>,
    event: &Value,
) -> Result<Value, Refusal> {
    const KEY: &str = "paired_activity_id";
    let known = |event: &Value| event.as_u64().and_then(|id| u32::try_from(id).ok());
    let chosen = known(event)
        .map(|id| {
            let found = calendar.find(call.year, id);
            let session = found.filter(|written| is_session(&written.row));
            session
                .map(|written| (id, written))
                .ok_or_else(|| calendar::missing(id))
        })
        .transpose()?;
    let old = activity.get("paired_event_id").and_then(known);
    if let Some((id, mut written)) = old.and_then(|id| Some((id, calendar.find(call.year, id)?))) {
        written.row.insert(KEY.to_owned(), Value::Null);
        calendar.put(id, written);
    }
    let Some((id, mut written)) = chosen else {
        return Ok(Value::Null);
    };
    recorded.unpair(call, id);
    let name = activity.get("id").cloned().unwrap_or_default();
    let secs = |row: &Map<String, Value>| row.get("moving_time").and_then(Value::as_f64);
    let done = secs(activity).zip(secs(&written.row).filter(|secs| *secs > 0.0));
    written.row.insert(KEY.to_owned(), name);
    calendar.put(id, written);
    let percent = done.map(|(done, planned)| float(done * 100.0 / planned));
    Ok(percent.unwrap_or_default())
}

fn gear(sent: &Value) -> Result<Value, Refusal> {
    let id = sent["id"].as_str().unwrap_or_default();
    if GEAR.contains(&id) {
        Ok(json!({"id": id, "name": null, "distance": null, "primary": null}))
    } else {
        Err(Refusal::not_found(format!("Gear {id} not found")))
    }
}

/// Enters an activity as it was planned. Nothing is known to keep the service from doing it twice.
pub fn mark_done(call: &Call<'_>) -> Result<String, Refusal> {
    let id = calendar::id(call)?;
    let mut calendar = locked(&call.writes.calendar);
    let mut event = calendar
        .find(call.year, id)
        .ok_or_else(|| calendar::missing(id))?;
    if !is_session(&event.row) {
        return Err(Refusal::unprocessable("Missing type"));
    }
    let mut recorded = locked(&call.writes.activities);
    recorded.entered += 1;
    let activity = format!("i{}", FIRST_ENTERED_ID + 11 * recorded.entered);
    let start = recorded::start(&event.row);
    let moment = start.to_zoned(call.zone.clone());
    let start_utc = moment.map(|start| start.timestamp().to_string()).ok();
    let of_event = |key: &str| event.row.get(key).cloned().unwrap_or_default();
    let secs = of_event("moving_time");
    let values = json!({
        "id": activity, "start_date_local": start.to_string(), "start_date": start_utc, "type": of_event("type"),
        "name": of_event("name"), "description": of_event("description"), "moving_time": secs, "elapsed_time": secs,
        "icu_recording_time": secs, "distance": of_event("distance"), "icu_distance": of_event("distance"),
        "icu_training_load": of_event("icu_training_load"), "icu_intensity": of_event("icu_intensity"),
        "paired_event_id": id, "compliance": float(100.0), "source": "MANUAL", "icu_athlete_id": ATHLETE_ID,
        "created": call.timestamp, "icu_sync_date": call.timestamp, "analyzed": call.timestamp,
        "sub_type": of_event("sub_type"), "tags": of_event("tags"), "icu_ignore_time": false,
        "has_heartrate": false, "trainer": of_event("indoor"), "commute": false,
        "race": of_event("category") != "WORKOUT", "timezone": profile::TIME_ZONE,
    });
    let row = document(ACTIVITY_KEYS, values);
    recorded.add(row.clone());
    event
        .row
        .insert("paired_activity_id".to_owned(), json!(activity));
    calendar.put(id, event);
    print(row)
}

/// What was entered by hand goes; a recording cannot be had back, so no client deletes one.
pub fn delete(call: &Call<'_>) -> Result<String, Refusal> {
    let id = call.value(0);
    if call.year.find(id).is_some() {
        return Err(
            Refusal::new(axum::http::StatusCode::FORBIDDEN, "Access denied")
                .violating(format!("DELETE activity {id}: it is a recording")),
        );
    }
    let mut calendar = locked(&call.writes.calendar);
    let row = locked(&call.writes.activities)
        .take(id)
        .ok_or_else(|| Refusal::not_found(format!("Activity {id} not found")))?;
    let event = row.get("paired_event_id").and_then(Value::as_u64);
    if let Some(event) = event.and_then(|event| u32::try_from(event).ok())
        && let Some(mut written) = calendar.find(call.year, event)
        && written.row.get("paired_activity_id") == Some(&json!(id))
    {
        let free = written.row.entry("paired_activity_id");
        *free.or_insert(Value::Null) = Value::Null;
        calendar.put(event, written);
    }
    print(json!({"id": id, "icu_athlete_id": ATHLETE_ID}))
}
