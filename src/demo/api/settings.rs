//! Sport settings, read and written.

use serde_json::{Map, Value, json};

use super::members::{self, Shape};
use super::{Call, locked, print, recorded};
use crate::demo::athlete::profile;
use crate::demo::document::{float, merge, round};
use crate::demo::rules::Refusal;

/// Metres a second between which a threshold pace is believed.
const PACES: std::ops::RangeInclusive<f64> = 0.3..=8.0;
/// Members that no client changes.
const FIXED: [&str; 5] = ["id", "athlete_id", "created", "updated", "mmp_model"];

/// Every group as it stands.
pub fn all(call: &Call<'_>) -> Vec<Value> {
    let written = locked(&call.writes.settings);
    let mut groups = profile::sport_settings();
    for group in &mut groups {
        let changes = group["id"].as_u64().and_then(|id| written.get(&id));
        merge(group, changes.cloned().map_or(Value::Null, Value::Object));
    }
    groups
}

/// The group of an activity type; types that no group names belong to the fallback.
pub fn of_sport(call: &Call<'_>, name: &str) -> Option<Value> {
    let groups = all(call);
    let named = groups.iter().find(|group| {
        let types = group["types"].as_array();
        types.is_some_and(|types| types.iter().any(|kind| kind == name))
    });
    named.or_else(|| groups.last()).cloned()
}

/// By id or by activity type.
fn found(call: &Call<'_>) -> Result<Value, Refusal> {
    let wanted = call.value(0);
    let group = match wanted.parse::<u64>() {
        Ok(id) => all(call)
            .into_iter()
            .find(|group| group["id"].as_u64() == Some(id)),
        Err(_) => of_sport(call, wanted),
    };
    group.ok_or_else(|| Refusal::not_found("Sport settings not found"))
}

pub fn list(call: &Call<'_>) -> Result<String, Refusal> {
    print(all(call))
}

pub fn one(call: &Call<'_>) -> Result<String, Refusal> {
    print(found(call)?)
}

/// Past activities keep their numbers until they are asked for by [`apply`].
pub fn put(call: &Call<'_>) -> Result<String, Refusal> {
    let body = call.json()?;
    let before = found(call)?;
    let id = before["id"].as_u64().unwrap_or(0);
    let sent = members::members(&body, "PUT sport-settings", |key| shape(&before, key))?;
    let mut changes = Map::new();
    for (key, value) in sent {
        if !value.is_null() && !FIXED.contains(&key.as_str()) {
            changes.insert(key.clone(), value.clone());
        }
    }
    let recalculate = call.query.flag("recalcHrZones") && !changes.contains_key("hr_zones");
    if recalculate && let Some(zones) = recalculated(&before, &changes) {
        changes.insert("hr_zones".to_owned(), zones);
    }
    let mut written = locked(&call.writes.settings);
    let all = written.entry(id).or_default();
    let mut after = before;
    merge(&mut after, Value::Object(all.clone()));
    merge(&mut after, Value::Object(changes.clone()));
    check(&after)?;
    if let Some(pace) = changes.get("threshold_pace").and_then(Value::as_f64) {
        changes.insert("threshold_pace".to_owned(), float(pace));
    }
    changes.insert("updated".to_owned(), Value::from(call.timestamp));
    all.extend(changes.clone());
    merge(&mut after, Value::Object(changes));
    print(after)
}

/// The service works on past activities by and by.
pub fn apply(call: &Call<'_>) -> Result<String, Refusal> {
    let wanted = call.value(0);
    if wanted.parse::<i32>().is_err() {
        return Err(
            Refusal::unprocessable(format!("For input string: \"{wanted}\""))
                .violating(format!("sport settings id {wanted}")),
        );
    }
    found(call)?;
    print(json!({}))
}

/// The activities that [`apply`] works on, newest first.
pub fn matching(call: &Call<'_>) -> Result<String, Refusal> {
    let group = found(call)?;
    let rows = recorded::newest_first(call, |_| true);
    let rows = rows.into_iter().filter_map(|(_, row)| {
        let row: Map<String, Value> = serde_json::from_str(&row).ok()?;
        let of = of_sport(call, row.get("type")?.as_str()?)?;
        (of["id"] == group["id"]).then(|| {
            let keys = ["id", "start_date_local", "type", "name"];
            Value::Object(Map::from_iter(keys.map(|key| {
                (key.to_owned(), row.get(key).cloned().unwrap_or_default())
            })))
        })
    });
    print(rows.collect::<Value>())
}

fn shape(group: &Value, key: &str) -> Option<Shape> {
    let known = group.get(key)?;
    Some(match key {
        "threshold_pace" | "hrrc_min_percent" | "pace_curve_start" => Shape::Number,
        "types" | "power_zone_names" | "hr_zone_names" | "pace_zone_names" => Shape::Texts,
        "power_zones" | "hr_zones" | "pace_zones" | "best_effort_distances" => Shape::List,
        "ftp"
        | "indoor_ftp"
        | "w_prime"
        | "p_max"
        | "lthr"
        | "max_hr"
        | "sweet_spot_min"
        | "sweet_spot_max"
        | "warmup_time"
        | "cooldown_time"
        | "after_kj0"
        | "after_kj1"
        | "power_spike_threshold"
        | "default_workout_time" => Shape::Whole,
        "custom_field_values" | "mmp_model" => Shape::Object,
        _ if known.is_boolean() => Shape::Flag,
        _ if known.is_number() => Shape::Whole,
        _ => Shape::Text,
    })
}

/// Zones stretched as LTHR was, the last one up to the maximum.
fn recalculated(before: &Value, changes: &Map<String, Value>) -> Option<Value> {
    let now = |key: &str| {
        let changed = changes.get(key).and_then(Value::as_f64);
        changed.or_else(|| before[key].as_f64())
    };
    let ratio = now("lthr")? / before["lthr"].as_f64()?;
    let highest = round(now("max_hr")?);
    let zones = before["hr_zones"].as_array()?;
    let last = zones.len().checked_sub(1)?;
    let bounds = zones.iter().enumerate().map(|(place, bound)| {
        let stretched = round(bound.as_f64().unwrap_or(0.0) * ratio);
        if place == last {
            highest
        } else {
            stretched.min(highest - 1)
        }
    });
    Some(bounds.collect())
}

fn check(after: &Value) -> Result<(), Refusal> {
    let last = after["hr_zones"].as_array().and_then(|zones| zones.last());
    if last.and_then(Value::as_f64) != after["max_hr"].as_f64() {
        return Err(Refusal::unprocessable(
            "Max HR must be the same as the last HR zone",
        ));
    }
    if let Some(pace) = after["threshold_pace"].as_f64()
        && !PACES.contains(&pace)
    {
        return Err(Refusal::unprocessable("Invalid threshold pace"));
    }
    Ok(())
}
