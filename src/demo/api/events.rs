//! Events, written.

use jiff::ToSpan as _;
use jiff::civil::DateTime;
use serde_json::{Map, Value, json};

use super::calendar::{self, Calendar, Written, is_session};
use super::members::{self, Shape};
use super::routes::{ACTIVITY_TYPE_NAMES, CATEGORY_NAMES};
use super::{Call, locked, print, settings};
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

/// How a new event finds the one that it replaces.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Match {
    Never,
    ExternalId,
    Uid,
}

pub fn create(call: &Call<'_>) -> Result<String, Refusal> {
    let by = if call.query.flag("upsertOnUid") {
        Match::Uid
    } else {
        Match::Never
    };
    let body = call.json()?;
    let mut calendar = locked(&call.writes.calendar);
    let id = save(call, &mut calendar, &body, by, 0)?;
    let rows = calendar::answer(call, &calendar, &[id]);
    print(rows.into_iter().next().unwrap_or_default())
}

/// Nothing is written when one row is refused.
pub fn create_bulk(call: &Call<'_>) -> Result<String, Refusal> {
    let by = if call.query.flag("upsert") {
        Match::ExternalId
    } else if call.query.flag("upsertOnUid") {
        Match::Uid
    } else {
        Match::Never
    };
    let body = call.json()?;
    let rows = members::rows(&body, "POST events/bulk")?;
    let mut calendar = locked(&call.writes.calendar);
    let mut draft = calendar.clone();
    let batch = draft.next_batch();
    let mut ids = Vec::new();
    for row in rows {
        if let Some(refusal) = call.stopped(ids.len()) {
            *calendar = draft;
            return Err(refusal);
        }
        let id = save(call, &mut draft, row, by, batch).map_err(|mut refusal| {
            refusal.body = json!([refusal.body]);
            refusal
        })?;
        ids.push(id);
    }
    if call.query.flag("updatePlanApplied") {
        for id in &ids {
            if let Some(mut written) = draft.find(call.year, *id) {
                let now = Value::from(call.timestamp);
                written.row.insert("plan_applied".to_owned(), now);
                draft.put(*id, written);
            }
        }
    }
    *calendar = draft;
    print(calendar::answer(call, &calendar, &ids))
}

/// Changes what was sent; null is ignored. The answer lacks fitness, as the service's was seen to.
pub fn update(call: &Call<'_>) -> Result<String, Refusal> {
    let id = calendar::id(call)?;
    let body = call.json()?;
    if body.get("id").is_some_and(|sent| *sent != id) {
        return Err(Refusal::unprocessable("id does not match the path")
            .violating("PUT event: id is not the path's"));
    }
    let mut calendar = locked(&call.writes.calendar);
    let before = calendar
        .find(call.year, id)
        .ok_or_else(|| calendar::missing(id))?;
    let row = merged(call, Some(&before.row), &body)?;
    let batch = before.batch;
    calendar.put(id, Written { row, batch });
    let mut rows = calendar::answer(call, &calendar, &[id]);
    if let Some(row) = rows.first_mut().and_then(Value::as_object_mut) {
        for key in ["icu_ctl", "icu_atl"] {
            row.insert(key.to_owned(), Value::Null);
        }
    }
    print(rows.into_iter().next().unwrap_or_default())
}

/// `others` also deletes what was created together with it, but nothing before `notBefore`.
pub fn delete(call: &Call<'_>) -> Result<String, Refusal> {
    let id = calendar::id(call)?;
    let mut calendar = locked(&call.writes.calendar);
    let doomed = calendar
        .find(call.year, id)
        .ok_or_else(|| calendar::missing(id))?;
    let mut ids = vec![id];
    if call.query.flag("others") && doomed.batch != 0 {
        let from = call.query.day("notBefore").map(|day| call.day(day));
        let late =
            |row: &Map<String, Value>| from.is_none_or(|from| calendar::days(call, row).0 >= from);
        let others = calendar.all(call.year, late).into_iter();
        ids.extend(
            others
                .filter(|(other, written)| *other != id && written.batch == doomed.batch)
                .map(|(other, _)| other),
        );
    }
    for id in ids {
        remove(call, &mut calendar, id);
    }
    print(json!({}))
}

/// Of an id and an external id the latter counts; what is not there is no mistake.
pub fn delete_bulk(call: &Call<'_>) -> Result<String, Refusal> {
    const WHAT: &str = "PUT events/bulk-delete";
    let body = call.json()?;
    let rows = members::rows(&body, WHAT)?;
    let mut doomed = Vec::new();
    for row in rows {
        let members = members::members(row, WHAT, |key| match key {
            "id" => Some(Shape::Whole),
            "external_id" => Some(Shape::Text),
            _ => None,
        })?;
        let id = members.get("id").and_then(Value::as_u64);
        let external = members.get("external_id").and_then(Value::as_str);
        if id.is_none() && external.is_none() {
            return Err(Refusal::unprocessable("id or external_id is required")
                .violating(format!("{WHAT}: {row} names no event")));
        }
        doomed.push((
            id.and_then(|id| u32::try_from(id).ok()),
            external.map(str::to_owned),
        ));
    }
    let mut calendar = locked(&call.writes.calendar);
    let mut deleted = 0;
    for (done, (id, external)) in doomed.into_iter().enumerate() {
        if let Some(refusal) = call.stopped(done) {
            return Err(refusal);
        }
        let found = match external {
            Some(external) => with(call, &calendar, "external_id", &external),
            None => id.filter(|id| calendar.find(call.year, *id).is_some()),
        };
        if let Some(id) = found {
            remove(call, &mut calendar, id);
            deleted += 1;
        }
    }
    print(json!({"eventsDeleted": deleted}))
}

/// Without `newest` everything from `oldest` on goes.
pub fn delete_range(call: &Call<'_>) -> Result<String, Refusal> {
    call.query.require("oldest")?;
    call.query.require("category")?;
    let first = call.query.day("oldest").map_or(0, |day| call.day(day));
    let last = call
        .query
        .day("newest")
        .map_or(i32::MAX, |day| call.day(day));
    let categories = call.query.list("category").unwrap_or_default();
    let creator = call.query.get("createdById");
    let mut calendar = locked(&call.writes.calendar);
    let doomed = calendar.all(call.year, |row| {
        let text = |key: &str| row.get(key).and_then(Value::as_str);
        (first..=last).contains(&calendar::days(call, row).0)
            && text("category").is_some_and(|category| categories.contains(&category))
            && creator.is_none_or(|creator| text("created_by_id") == Some(creator))
    });
    for (id, _) in doomed {
        remove(call, &mut calendar, id);
    }
    Ok(String::new())
}

/// An activity stays when its event goes, without the pair.
fn remove(call: &Call<'_>, calendar: &mut Calendar, id: u32) {
    calendar.delete(id);
    locked(&call.writes.activities).unpair(call, id);
}

/// The event with this text in one of its members.
fn with(call: &Call<'_>, calendar: &Calendar, key: &str, text: &str) -> Option<u32> {
    let fits = |row: &Map<String, Value>| row.get(key).and_then(Value::as_str) == Some(text);
    calendar.all(call.year, fits).first().map(|(id, _)| *id)
}

/// The target of the same day and type, which a target replaces.
fn same_target(call: &Call<'_>, calendar: &Calendar, body: &Value) -> Option<u32> {
    let fits = |row: &Map<String, Value>| {
        ["category", "type", "start_date_local"]
            .iter()
            .all(|key| row.get(*key) == body.get(*key))
    };
    (body["category"] == "TARGET")
        .then(|| calendar.all(call.year, fits).first().map(|(id, _)| *id))
        .flatten()
}

/// Creates an event, or updates the one that it matches.
fn save(
    call: &Call<'_>,
    calendar: &mut Calendar,
    body: &Value,
    by: Match,
    batch: u32,
) -> Result<u32, Refusal> {
    let key = match by {
        Match::Never => None,
        Match::ExternalId => Some("external_id"),
        Match::Uid => Some("uid"),
    };
    let text = key.and_then(|key| Some((key, body.get(key)?.as_str()?)));
    let mut found = text.and_then(|(key, text)| with(call, calendar, key, text));
    if by == Match::Uid && found.is_none() {
        found = same_target(call, calendar, body);
    }
    if let Some(id) = found
        && let Some(before) = calendar.find(call.year, id)
    {
        let row = merged(call, Some(&before.row), body)?;
        let batch = before.batch;
        calendar.put(id, Written { row, batch });
        return Ok(id);
    }
    let row = merged(call, None, body)?;
    Ok(add(calendar, row, batch))
}

/// Puts a new event into the calendar.
pub fn add(calendar: &mut Calendar, mut row: Map<String, Value>, batch: u32) -> u32 {
    let id = calendar.next_id();
    row.insert("id".to_owned(), json!(id));
    if row.get("uid").is_none_or(Value::is_null) {
        let uid = format!("7c2e9a40-3d1f-4b68-8a57-{id:012}");
        row.insert("uid".to_owned(), Value::from(uid));
    }
    calendar.put(id, Written { row, batch });
    id
}

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
                "category" => members::choice(text, CATEGORY_NAMES, "event", key)?,
                "type" => members::choice(text, ACTIVITY_TYPE_NAMES, "event", key)?,
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
