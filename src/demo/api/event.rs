//! What becomes of an event that a client writes.

use jiff::ToSpan as _;
use jiff::civil::DateTime;
use serde_json::{Map, Value, json};

use super::calendar::is_session;
use super::members::{self, Shape};
use super::{Call, names, settings};
use crate::demo::ATHLETE_ID;
use crate::demo::athlete::{EVENT_KEYS, planned};
use crate::demo::document::{document, float};
use crate::demo::rules::{self, Refusal};

/// Members that the service decides itself; sending them changes nothing.
const COMPUTED: [&str; 22] = [
    "id",
    "icu_atl",
    "icu_ctl",
    "carbs_used",
    "calendar_id",
    "athlete_id",
    "updated",
    "joules",
    "joules_above_ftp",
    "workout_doc",
    "push_errors",
    "created_by_id",
    "shared_event_id",
    "oauth_client_id",
    "icu_intensity",
    "plan_name",
    "paired_activity_id",
    "p_max",
    "ss_cp",
    "ss_p_max",
    "ss_w_prime",
    "strain_score",
];
/// What is computed for a session with steps, and kept as sent for one without.
const OF_THE_SESSION: [&str; 3] = ["icu_training_load", "moving_time", "distance"];

fn shape(key: &str) -> Option<Shape> {
    match key {
        "id" | "icu_training_load" | "carbs_used" | "calendar_id" | "moving_time" | "icu_ftp"
        | "w_prime" | "p_max" | "atl_days" | "ctl_days" | "joules" | "joules_above_ftp"
        | "shared_event_id" | "carbs_per_hour" | "oauth_client_id" | "load_target"
        | "time_target" | "max_training_time" | "plan_folder_id" | "plan_workout_id" => {
            Some(Shape::Whole)
        }
        "icu_atl" | "icu_ctl" | "ss_cp" | "ss_p_max" | "ss_w_prime" | "strain_score"
        | "distance" | "distance_target" | "icu_intensity" => Some(Shape::Number),
        "indoor"
        | "not_on_fitness_chart"
        | "show_as_note"
        | "show_on_ctl_line"
        | "for_week"
        | "athlete_cannot_edit"
        | "hide_from_athlete"
        | "structure_read_only"
        | "entered" => Some(Shape::Flag),
        "tags" | "can_train_sports" => Some(Shape::Texts),
        "push_errors" | "attachments" => Some(Shape::List),
        "workout_doc" => Some(Shape::Object),
        _ => EVENT_KEYS.contains(&key).then_some(Shape::Text),
    }
}

/// What an event becomes when a body is written over it, or a new one without `before`.
pub fn merged(
    call: &Call<'_>,
    before: Option<&Map<String, Value>>,
    body: &Value,
) -> Result<Map<String, Value>, Refusal> {
    let sent = members::members(body, "event", shape)?;
    check(sent)?;
    let mut row = before.cloned().unwrap_or_else(|| fresh(call));
    let category = sent.get("category").or_else(|| row.get("category"));
    let of_eftp = category.is_some_and(|category| category == "SET_EFTP");
    for (key, value) in sent {
        let ignored =
            value.is_null() || COMPUTED.contains(&key.as_str()) || (key == "icu_ftp" && !of_eftp);
        if !ignored {
            row.insert(key.clone(), value.clone());
        }
    }
    let text = |key: &str| row.get(key).and_then(Value::as_str).unwrap_or_default();
    if text("start_date_local").is_empty() {
        return Err(Refusal::unprocessable("start_date_local is required")
            .violating("event without start_date_local"));
    }
    if text("category").is_empty() {
        return Err(
            Refusal::unprocessable("category is required").violating("event without category")
        );
    }
    if is_session(&row) && text("type").is_empty() {
        return Err(Refusal::unprocessable("Missing type"));
    }
    if text("category") == "NOTE" && text("name").is_empty() {
        return Err(Refusal::unprocessable("Name is required"));
    }
    end(before, sent, &mut row)?;
    if is_session(&row) {
        session(call, before, sent, &mut row);
    } else {
        row.insert("workout_doc".to_owned(), Value::Null);
    }
    row.insert("updated".to_owned(), Value::from(call.timestamp));
    Ok(row)
}

fn fresh(call: &Call<'_>) -> Map<String, Value> {
    let values = json!({
        "athlete_id": ATHLETE_ID, "calendar_id": 1, "created_by_id": ATHLETE_ID, "athlete_cannot_edit": false,
        "hide_from_athlete": false, "structure_read_only": false, "not_on_fitness_chart": false, "show_as_note": false,
        "show_on_ctl_line": false, "for_week": false, "entered": false, "training_availability": "NORMAL",
        "updated": call.timestamp,
    });
    document(EVENT_KEYS, values)
}

fn check(sent: &Map<String, Value>) -> Result<(), Refusal> {
    for (key, value) in sent {
        if let Some(text) = value.as_str() {
            match key.as_str() {
                "start_date_local" | "end_date_local" => {
                    moment(text, key)?;
                }
                "category" => members::choice(text, names::CATEGORIES, "event", key)?,
                "type" => members::choice(text, names::ACTIVITY_TYPES, "event", key)?,
                "target" => members::choice(text, &["AUTO", "POWER", "HR", "PACE"], "event", key)?,
                "sub_type" => members::choice(
                    text,
                    &["NONE", "COMMUTE", "WARMUP", "COOLDOWN", "RACE"],
                    "event",
                    key,
                )?,
                "training_availability" => {
                    members::choice(text, &["NORMAL", "LIMITED", "UNAVAILABLE"], "event", key)?;
                }
                _ => {}
            }
        }
        // That -1 clears is known of activities alone.
        let is_negative = value.as_f64().is_some_and(|number| number < 0.0);
        if is_negative && !COMPUTED.contains(&key.as_str()) {
            return Err(Refusal::unprocessable(format!("Invalid value for [{key}]"))
                .violating(format!("event: {key} is {value}")));
        }
    }
    Ok(())
}

/// A local date-time; a day alone is refused in the words of Java.
fn moment(text: &str, key: &str) -> Result<DateTime, Refusal> {
    let parsed = (text.len() > 10).then(|| rules::moment(text)).flatten();
    parsed.ok_or_else(|| {
        let index = if rules::day(text).is_some() { 10 } else { 0 };
        Refusal::unprocessable(format!(
            "Text '{text}' could not be parsed at index {index}"
        ))
        .violating(format!("event: {key} is {text:?}"))
    })
}

/// An event without an end ends with its day; one that moves keeps its length.
fn end(
    before: Option<&Map<String, Value>>,
    sent: &Map<String, Value>,
    row: &mut Map<String, Value>,
) -> Result<(), Refusal> {
    let at = |row: &Map<String, Value>, key: &str| {
        row.get(key).and_then(Value::as_str).and_then(rules::moment)
    };
    let Some(start) = at(row, "start_date_local") else {
        return Ok(());
    };
    if sent.get("end_date_local").is_none_or(Value::is_null) {
        let length = before
            .and_then(|before| {
                Some((
                    at(before, "start_date_local")?,
                    at(before, "end_date_local")?,
                ))
            })
            .and_then(|(start, end)| start.date().until(end.date()).ok())
            .map_or(1, |span| span.get_days());
        let end = start.date().checked_add(length.days());
        let end = end.unwrap_or(start.date());
        row.insert(
            "end_date_local".to_owned(),
            json!(format!("{end}T00:00:00")),
        );
    }
    match at(row, "end_date_local") {
        Some(end) if end > start => Ok(()),
        _ => Err(Refusal::unprocessable("End date must be after start date")),
    }
}

/// What the service works out for something to train.
fn session(
    call: &Call<'_>,
    before: Option<&Map<String, Value>>,
    sent: &Map<String, Value>,
    row: &mut Map<String, Value>,
) {
    let is_structured = |row: &Map<String, Value>| {
        let steps = row
            .get("workout_doc")
            .and_then(|doc| doc["steps"].as_array());
        steps.is_some_and(|steps| !steps.is_empty())
    };
    let was_structured = before.is_some_and(is_structured);
    let same = ["description", "type", "indoor"]
        .iter()
        .all(|key| before.and_then(|before| before.get(*key)) == row.get(*key));
    let was_session = before.is_some_and(is_session);
    if same && was_session {
        if let Some(before) = before.filter(|_| was_structured) {
            for key in OF_THE_SESSION {
                let value = before.get(key).cloned().unwrap_or_default();
                row.insert(key.to_owned(), value);
            }
        } else if OF_THE_SESSION.iter().any(|key| sent.contains_key(*key)) {
            intensity(row);
        }
        return;
    }
    let text = |key: &str| row.get(key).and_then(Value::as_str).unwrap_or_default();
    let indoor = row.get("indoor") == Some(&Value::Bool(true));
    let group = settings::of_sport(call, text("type")).unwrap_or_default();
    let found = planned(text("description"), text("type"), indoor, &group);
    if found.is_structured {
        if found.metres > 0.0 || !sent.contains_key("distance") {
            row.insert("distance".to_owned(), float(found.metres.round()));
        }
        row.insert("moving_time".to_owned(), json!(found.secs));
        row.insert("joules".to_owned(), json!(found.joules));
        row.insert("joules_above_ftp".to_owned(), json!(0));
        if let (Some(load), Some(intensity)) = (found.load, found.intensity) {
            row.insert("icu_training_load".to_owned(), json!(load));
            row.insert("icu_intensity".to_owned(), float(intensity));
        } else {
            let load = sent.get("icu_training_load").cloned().unwrap_or_default();
            row.insert("icu_training_load".to_owned(), load);
            intensity(row);
        }
    } else {
        if was_structured {
            for key in OF_THE_SESSION {
                let value = sent.get(key).cloned().unwrap_or_default();
                row.insert(key.to_owned(), value);
            }
        }
        for key in ["joules", "joules_above_ftp"] {
            row.insert(key.to_owned(), Value::Null);
        }
        intensity(row);
    }
    let has_text = !row
        .get("description")
        .and_then(Value::as_str)
        .unwrap_or_default()
        .is_empty();
    let document = if has_text {
        found.document
    } else {
        Value::Null
    };
    row.insert("workout_doc".to_owned(), document);
}

/// Percent, from load and time.
fn intensity(row: &mut Map<String, Value>) {
    let number = |key: &str| row.get(key).and_then(Value::as_f64);
    let hours = number("moving_time")
        .map(|secs| secs / 3600.0)
        .filter(|hours| *hours > 0.0);
    let intensity = number("icu_training_load")
        .zip(hours)
        .map(|(load, hours)| float((load / hours).sqrt() * 10.0));
    row.insert("icu_intensity".to_owned(), intensity.unwrap_or_default());
}
