//! Wellness, read and written.

use std::sync::PoisonError;

use jiff::ToSpan as _;
use jiff::civil::Date;
use serde_json::{Map, Value};

use super::{Call, calendar, check_fields, pick, print};
use crate::demo::athlete::{Projection, WELLNESS_KEYS, profile};
use crate::demo::rules::{self, Refusal};

/// Members that the service computes; writing them changes nothing.
const COMPUTED: [&str; 8] = [
    "id",
    "ctl",
    "atl",
    "rampRate",
    "ctlLoad",
    "atlLoad",
    "sportInfo",
    "updated",
];

pub fn list(call: &Call<'_>) -> Result<String, Refusal> {
    let projection = calendar::projection(call);
    let (first, last) = call.year.wellness_days();
    let last = last.max(projection.as_ref().map_or(last, Projection::last_day));
    let from = call.query.day("oldest").map_or(first, |day| call.day(day));
    let to = call.query.day("newest").map_or(0, |day| call.day(day));
    let fields = call.query.list("fields");
    if let Some(fields) = &fields {
        check_fields(fields, WELLNESS_KEYS)?;
    }
    let written: Vec<i32> = {
        let written = call
            .writes
            .wellness
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        written.keys().map(|date| call.day(*date)).collect()
    };
    let mut days: Vec<i32> = (from.max(first)..=to.min(last)).collect();
    days.extend(
        written
            .iter()
            .filter(|day| (from..=to).contains(day) && !(first..=last).contains(day)),
    );
    days.sort_unstable();
    let rows: Vec<Value> = days
        .into_iter()
        .filter_map(|day| call.year.season.today.checked_add(day.days()).ok())
        .map(|date| {
            let row = row(call, date, projection.as_ref());
            Value::Object(match &fields {
                Some(fields) => pick(&row, fields),
                None => row,
            })
        })
        .collect();
    print(rows)
}

pub fn one(call: &Call<'_>) -> Result<String, Refusal> {
    print(Value::Object(now(call, date(call.value(0))?)))
}

pub fn put_day(call: &Call<'_>) -> Result<String, Refusal> {
    let date = date(call.value(0))?;
    let body = call.json()?;
    if body
        .get("id")
        .is_some_and(|id| *id != date.to_string().as_str())
    {
        return Err(Refusal::unprocessable("id does not match the date")
            .violating("PUT wellness: id is not the path's date"));
    }
    check(&body)?;
    write(call, date, &body);
    print(Value::Object(now(call, date)))
}

pub fn put(call: &Call<'_>) -> Result<String, Refusal> {
    let body = call.json()?;
    let date = checked(&body)?;
    write(call, date, &body);
    print(Value::Object(now(call, date)))
}

/// All rows are checked before one is written; the answer has no body.
pub fn put_bulk(call: &Call<'_>) -> Result<String, Refusal> {
    let body = call.json()?;
    let rows = body.as_array().ok_or_else(|| {
        Refusal::unprocessable("Expected an array")
            .violating("PUT wellness-bulk: body is not a list")
    })?;
    let dates = rows.iter().map(checked).collect::<Result<Vec<_>, _>>()?;
    for (done, (date, row)) in dates.into_iter().zip(rows).enumerate() {
        if let Some(refusal) = call.stopped(done) {
            return Err(refusal);
        }
        write(call, date, row);
    }
    Ok(String::new())
}

fn checked(row: &Value) -> Result<Date, Refusal> {
    check(row)?;
    let id = row["id"]
        .as_str()
        .ok_or_else(|| Refusal::unprocessable("Missing id").violating("PUT wellness: no id"))?;
    date(id)
}

fn date(text: &str) -> Result<Date, Refusal> {
    rules::day(text).ok_or_else(|| {
        Refusal::unprocessable(format!("Invalid date [{text}]"))
            .violating(format!("wellness date {text}"))
    })
}

fn check(body: &Value) -> Result<(), Refusal> {
    let members = body.as_object().ok_or_else(|| {
        Refusal::unprocessable("Expected an object")
            .violating("PUT wellness: body is not an object")
    })?;
    for (key, value) in members {
        if !WELLNESS_KEYS.contains(&key.as_str()) && key != profile::WELLNESS_FIELD {
            return Err(Refusal::unprocessable(format!(
                "Unrecognized wellness field [{key}]"
            )));
        }
        let fits = match key.as_str() {
            "id" | "comments" | "updated" | "menstrualPhase" | "menstrualPhasePredicted" => {
                value.is_string()
            }
            "locked" | "tempWeight" | "tempRestingHR" => value.is_boolean(),
            "sportInfo" => value.is_array(),
            "hrv"
            | "hrvSDNN"
            | "weight"
            | "avgSleepingHR"
            | "spO2"
            | "hydrationVolume"
            | "readiness"
            | "sleepScore"
            | "baevskySI"
            | "bloodGlucose"
            | "lactate"
            | "bodyFat"
            | "abdomen"
            | "vo2max"
            | "respiration"
            | "carbohydrates"
            | "protein"
            | "fatTotal"
            | "ctl"
            | "atl"
            | "ctlLoad"
            | "atlLoad"
            | "rampRate"
            | profile::WELLNESS_FIELD => value.is_number(),
            _ => value.is_i64() || value.is_u64(),
        };
        if !fits && !value.is_null() {
            return Err(Refusal::unprocessable(format!("Invalid value for [{key}]"))
                .violating(format!("PUT wellness: {key} is {value}")));
        }
    }
    Ok(())
}

/// Changes what was sent. A locked day stays as it is, null changes nothing, and -1 clears a number.
fn write(call: &Call<'_>, date: Date, body: &Value) {
    if row(call, date, None).get("locked") == Some(&Value::Bool(true)) {
        return;
    }
    let mut written = call
        .writes
        .wellness
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    let changes = written.entry(date).or_default();
    for (key, value) in body.as_object().into_iter().flatten() {
        if value.is_null() || COMPUTED.contains(&key.as_str()) {
            continue;
        }
        let cleared = value.as_f64() == Some(-1.0);
        changes.insert(
            key.clone(),
            if cleared { Value::Null } else { value.clone() },
        );
    }
    // What was entered is no longer copied from the settings.
    for (key, mark) in [("weight", "tempWeight"), ("restingHR", "tempRestingHR")] {
        if body.get(key).is_some_and(|value| !value.is_null()) && body.get(mark).is_none() {
            changes.insert(mark.to_owned(), Value::from(false));
        }
    }
    changes.insert("updated".to_owned(), Value::from(call.timestamp));
}

fn now(call: &Call<'_>, date: Date) -> Map<String, Value> {
    row(call, date, calendar::projection(call).as_ref())
}

fn row(call: &Call<'_>, date: Date, projection: Option<&Projection>) -> Map<String, Value> {
    let mut row = call.year.wellness(call.day(date));
    if let Some(projection) = projection {
        projection.on_wellness(call.day(date), &mut row);
    }
    row.insert("id".to_owned(), Value::from(date.to_string()));
    let written = call
        .writes
        .wellness
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    if let Some(changes) = written.get(&date) {
        for (key, value) in changes {
            row.insert(key.clone(), value.clone());
        }
    }
    row
}
