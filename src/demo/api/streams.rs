//! Streams, and what is computed from them.

use std::sync::atomic::Ordering;

use serde_json::{Value, json};

use super::{Call, print};
use crate::demo::athlete::Activity;
use crate::demo::athlete::profile::{self, Thresholds};
use crate::demo::athlete::streams::Samples;
use crate::demo::document::{decimals, round};
use crate::demo::rules::Refusal;

/// Names that the service takes; those an activity lacks are left out of the answer.
const KNOWN: &[&str] = &[
    "time",
    "watts",
    "cadence",
    "heartrate",
    "distance",
    "altitude",
    "latlng",
    "velocity_smooth",
    "moving",
    "grade_smooth",
    "temp",
    "torque",
    "raw_watts",
    "fixed_watts",
    "raw_heartrate",
    "fixed_heartrate",
    "left_right_balance",
    "left_pedal_smoothness",
    "right_pedal_smoothness",
    "left_torque_effectiveness",
    "right_torque_effectiveness",
    "smo2",
    "thb",
    "smo2_2",
    "thb_2",
    "dfa_a1",
    "epoc",
    "hrv",
    "ga_velocity",
    "fixed_altitude",
    "core_temperature",
    "skin_temperature",
    "stride_length",
    "w_bal",
    "respiration",
    "tidal_volume",
    "tidal_volume_min",
    "watts_alt",
    "watts_alt_acc",
    "bloodglucose",
    "artifacts",
    "heat_strain_index",
    "weather_temp",
    "feels_like",
    "wind_speed",
    "wind_gust",
    "wind_deg",
    "bearing",
    "apparent_wind_deg",
    "yaw",
    "secondary_power",
    "mpa",
    "strain",
    "p_cp",
    "p_wprime",
    "p_pmax",
    "stance_time",
    "vertical_oscillation",
    "vertical_ratio",
    "step_length",
    "stance_time_percent",
];
/// The order of the answer, whatever was asked.
const ORDER: [&str; 15] = [
    "time",
    "watts",
    "raw_watts",
    "fixed_watts",
    "cadence",
    "heartrate",
    "distance",
    "altitude",
    "latlng",
    "velocity_smooth",
    "temp",
    "hrv",
    "grade_smooth",
    "ga_velocity",
    "w_bal",
];
/// Samples before the sensors were found, on every other activity.
const SEARCHING: usize = 3;

pub fn streams(call: &Call<'_>) -> Result<String, Refusal> {
    let activity = call.recorded()?;
    let stored = activity.stream_types();
    let wanted = call.query.list("types").unwrap_or_else(|| stored.to_vec());
    if let Some(unknown) = wanted.iter().find(|name| !KNOWN.contains(*name)) {
        return Err(Refusal::unprocessable("Invalid stream type")
            .violating(format!("streams: unknown type {unknown}")));
    }
    let samples = match call.writes.recorded_for.load(Ordering::Relaxed) {
        0 => activity.samples(),
        seconds => activity.samples().repeated(seconds),
    };
    let rows: Vec<Value> = ORDER
        .iter()
        .filter(|name| wanted.contains(*name))
        .filter_map(|name| stream(activity, &samples, name))
        .collect();
    print(rows)
}

fn stream(activity: &Activity, samples: &Samples, name: &str) -> Option<Value> {
    let stored = activity.stream_types();
    let power = matches!(name, "raw_watts" | "fixed_watts") && stored.contains(&"watts");
    let slope = name == "grade_smooth" && stored.contains(&"altitude");
    let graded = name == "ga_velocity" && !samples.graded.is_empty();
    let balance = name == "w_bal" && stored.contains(&"watts");
    if !stored.contains(&name) && !power && !slope && !graded && !balance {
        return None;
    }
    let late = if activity.session.seed.is_multiple_of(2) {
        SEARCHING
    } else {
        0
    };
    let found = |index: usize, value: Value| if index < late { Value::Null } else { value };
    let every = 0..samples.len;
    let (data, kind): (Vec<Value>, &str) = match name {
        "time" => (
            every.map(|index| json!(samples.time(index))).collect(),
            "java.lang.Integer",
        ),
        "watts" | "raw_watts" | "fixed_watts" => (
            samples.watts.iter().map(|watts| json!(watts)).collect(),
            "java.lang.Integer",
        ),
        "cadence" => (
            samples.cadence.iter().map(|rpm| json!(rpm)).collect(),
            "java.lang.Integer",
        ),
        "heartrate" => {
            let beats = samples.heartrate.iter().enumerate();
            (
                beats.map(|(index, bpm)| found(index, json!(bpm))).collect(),
                "java.lang.Integer",
            )
        }
        "distance" => {
            let mut metres = 0.0;
            let sum = samples.speed.iter().map(|speed| {
                metres += speed;
                decimals(metres, 2)
            });
            (sum.collect(), "java.lang.Float")
        }
        "altitude" => (
            samples
                .altitude
                .iter()
                .map(|metres| decimals(*metres, 1))
                .collect(),
            "java.lang.Float",
        ),
        "grade_smooth" => {
            let pairs = every.map(|index| {
                let from = index.saturating_sub(10);
                let run: f64 = samples.speed[from..index].iter().sum();
                let rise = samples.altitude[index] - samples.altitude[from];
                decimals(if run > 1.0 { rise / run * 100.0 } else { 0.0 }, 1)
            });
            (pairs.collect(), "java.lang.Float")
        }
        "temp" => {
            let mean = activity.row().get("average_temp").and_then(Value::as_f64);
            let degrees = |index: usize| mean.unwrap_or(20.0) + (index as f64 / 900.0).sin();
            (
                every.map(|index| json!(round(degrees(index)))).collect(),
                "java.lang.Integer",
            )
        }
        "latlng" => (
            places(samples).map(|(lat, _)| lat).collect(),
            "java.lang.Float",
        ),
        "hrv" => (
            samples.heartrate.iter().enumerate().map(beats).collect(),
            "java.lang.Integer",
        ),
        "w_bal" => (balances(activity, samples), "java.lang.Integer"),
        "ga_velocity" => (
            samples
                .graded
                .iter()
                .map(|speed| decimals(*speed, 3))
                .collect(),
            "java.lang.Float",
        ),
        _ => (
            samples
                .speed
                .iter()
                .map(|speed| decimals(*speed, 3))
                .collect(),
            "java.lang.Float",
        ),
    };
    let lists = name == "hrv";
    let other = (name == "latlng").then(|| places(samples).map(|(_, lng)| lng).collect::<Vec<_>>());
    Some(json!({
        "type": name, "name": null, "data": data, "data2": other, "valueType": kind, "valueTypeIsArray": lists,
        "anomalies": null, "custom": false, "allNull": false,
    }))
}

/// A loop of some kilometres near Winterthur, over and over.
fn places(samples: &Samples) -> impl Iterator<Item = (Value, Value)> {
    let mut metres = 0.0;
    samples.speed.iter().map(move |speed| {
        metres += speed;
        let turn = metres / 5_000.0;
        let (lat, lng) = (47.5 + 0.02 * turn.sin(), 8.72 + 0.03 * turn.cos());
        (decimals(lat, 5), decimals(lng, 5))
    })
}

/// The beats of a second, in ms: each a little longer or shorter than the one before.
fn beats((index, bpm): (usize, &u8)) -> Value {
    let interval = 60_000.0 / f64::from(*bpm).max(30.0);
    let first = round(interval) + [0, 8][index % 2];
    if *bpm > 100 && index.is_multiple_of(2) {
        json!([first, first - 6])
    } else {
        json!([first])
    }
}

/// What is left of W' in J: spent above FTP, filled again below it, the faster the more is missing.
fn balances(activity: &Activity, samples: &Samples) -> Vec<Value> {
    let sport = activity.session.workout.sport;
    let ftp = f64::from(Thresholds::on(activity.session.day).power(sport));
    let full = f64::from(profile::W_PRIME);
    let mut left = full;
    let spent = samples.watts.iter().map(|watts| {
        let over = f64::from(*watts) - ftp;
        left -= if over > 0.0 {
            over
        } else {
            over * (full - left) / full
        };
        json!(round(left))
    });
    spent.collect()
}
