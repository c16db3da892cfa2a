//! The athlete: profile, sport settings, gear and weekly totals.

use jiff::ToSpan as _;
use serde_json::{Value, json};

use super::{Call, print};
use crate::demo::ATHLETE_ID;
use crate::demo::athlete::{Activity, Sport, profile};
use crate::demo::document::{float, round};
use crate::demo::rules::{self, Refusal};

/// Whether a sport belongs to a category of the weekly totals.
type Belongs = fn(Sport) -> bool;

const FAMILIES: [(&str, Belongs); 4] = [
    ("Ride", Sport::is_ride),
    ("Run", Sport::is_run),
    ("Swim", |sport| matches!(sport, Sport::Swim)),
    ("WeightTraining", |sport| matches!(sport, Sport::Strength)),
];

pub fn profile(_: &Call<'_>) -> Result<String, Refusal> {
    print(profile::profile())
}

pub fn custom_items(_: &Call<'_>) -> Result<String, Refusal> {
    print(profile::profile()["customItems"].take())
}

pub fn gear(call: &Call<'_>) -> Result<String, Refusal> {
    let item = |id: &str, kind: &str, name: &str, before: f64, uses: fn(Sport) -> bool| {
        let used: Vec<&Activity> = call
            .year
            .activities
            .iter()
            .filter(|activity| !activity.is_stub() && uses(activity.session.workout.sport))
            .collect();
        let metres: f64 = used.iter().map(|activity| activity.summary.distance).sum();
        let secs: u32 = used.iter().map(|activity| activity.summary.moving).sum();
        json!({
            "id": id, "athlete_id": ATHLETE_ID, "type": kind, "name": name, "purchased": "2024-02-10", "notes": null,
            "distance": float(before + metres), "time": secs, "activities": used.len(), "use_elapsed_time": false,
            "retired": null, "component_ids": null, "reminders": [], "activity_filters": null, "component": false,
        })
    };
    let retired = json!({
        "id": "31003", "athlete_id": ATHLETE_ID, "type": "Shoes", "name": "Old trainers", "purchased": "2023-05-02T00:00:00",
        "notes": "Gave up at the heel", "distance": 812_400.0, "time": 291_000, "activities": 0, "use_elapsed_time": false,
        "retired": "2025-01-05", "component_ids": null, "reminders": [], "activity_filters": null, "component": false,
    });
    print(json!([
        item("31001", "Bike", "Grey allroad", 4_210_000.0, Sport::is_ride),
        item("31002", "Shoes", "Blue trainers", 0.0, Sport::is_run),
        retired,
    ]))
}

/// One row a week from the week of `start` to that of `end`, newest first, over all activities: Strava's too.
pub fn summary(call: &Call<'_>) -> Result<String, Refusal> {
    let today = call.year.season.today;
    let bound = |name: &str| {
        call.query
            .get(name)
            .and_then(rules::moment)
            .map_or(today, |moment| moment.date())
    };
    let monday = |date: jiff::civil::Date| {
        date.checked_sub(i32::from(date.weekday().to_monday_zero_offset()).days())
            .unwrap_or(date)
    };
    let (first, mut week) = (monday(bound("start")), monday(bound("end")));
    let mut rows = Vec::new();
    while week >= first && rows.len() < 120 {
        let start = call.day(week);
        let of_week: Vec<&Activity> = call
            .year
            .activities
            .iter()
            .filter(|activity| (start..start + 7).contains(&activity.session.day))
            .collect();
        let last = call.year.wellness((start + 6).min(0));
        let member = |name: &str| last.get(name).and_then(Value::as_f64);
        let form = member("ctl")
            .zip(member("atl"))
            .map(|(ctl, atl)| float(ctl - atl));
        let mut row = totals(&of_week);
        let categories: Vec<Value> = FAMILIES
            .iter()
            .filter_map(|(name, belongs)| {
                let part: Vec<&Activity> = of_week
                    .iter()
                    .copied()
                    .filter(|activity| belongs(activity.session.workout.sport))
                    .collect();
                let mut row = totals(&part);
                if let Some(map) = row.as_object_mut() {
                    map.retain(|key, _| !key.starts_with("timeInZones"));
                    map.insert("category".to_owned(), json!(name));
                }
                (!part.is_empty()).then_some(row)
            })
            .collect();
        if let Some(map) = row.as_object_mut() {
            for (key, value) in [
                ("date", json!(week.to_string())),
                ("athlete_id", json!(ATHLETE_ID)),
                ("athlete_name", json!(profile::NAME)),
                ("email", Value::Null),
                ("external_id", Value::Null),
                ("fitness", member("ctl").map_or(Value::Null, float)),
                ("fatigue", member("atl").map_or(Value::Null, float)),
                ("form", form.unwrap_or(Value::Null)),
                ("rampRate", member("rampRate").map_or(Value::Null, float)),
                ("weight", member("weight").map_or(Value::Null, float)),
                ("byCategory", Value::Array(categories)),
                (
                    "mostRecentWellnessId",
                    last.get("id").cloned().unwrap_or(Value::Null),
                ),
            ] {
                map.insert(key.to_owned(), value);
            }
        }
        rows.push(row);
        let Ok(before) = week.checked_sub(7.days()) else {
            break;
        };
        week = before;
    }
    print(rows)
}

fn totals(activities: &[&Activity]) -> Value {
    let sum = |pick: fn(&Activity) -> f64| {
        activities
            .iter()
            .map(|activity| pick(activity))
            .sum::<f64>()
    };
    let mut zones = [0u32; 7];
    for activity in activities {
        let times = activity
            .summary
            .power_zones
            .as_ref()
            .or(activity.summary.pace_zones.as_ref());
        for (zone, secs) in zones.iter_mut().zip(times.into_iter().flatten()) {
            *zone += secs;
        }
    }
    let eftp =
        profile::Thresholds::on(activities.last().map_or(0, |activity| activity.session.day)).ftp;
    json!({
        "count": activities.len(), "time": round(sum(|a| f64::from(a.summary.moving))),
        "moving_time": round(sum(|a| f64::from(a.summary.moving))),
        "elapsed_time": round(sum(|a| f64::from(a.summary.elapsed))),
        "calories": round(sum(|a| match a.summary.joules {
            0 => f64::from(a.summary.moving) * 11.0 / 60.0,
            joules => joules as f64 / 1000.0,
        })),
        "total_elevation_gain": float(sum(|a| a.summary.gain)), "training_load": round(sum(|a| f64::from(a.summary.load))),
        "srpe": round(sum(|a| f64::from(a.summary.rpe * a.summary.moving / 60))),
        "distance": float(sum(|a| a.summary.distance)), "eftp": float(f64::from(eftp) + 0.4),
        "eftpPerKg": float((f64::from(eftp) + 0.4) / profile::WEIGHT),
        "timeInZones": zones, "timeInZonesTot": zones.iter().sum::<u32>(),
    })
}
