//! What the service makes of a workout's text that a client wrote.

use serde_json::{Map, Value, json};

use super::profile;
use crate::demo::document::{float, round};
use crate::workout::ast::{Item, Metric, Step, Workout};
use crate::workout::{self, Athlete};

/// Percent to either side of a single target.
const POWER_SPREAD: f64 = 1.25;
const HR_SPREAD: f64 = 1.75;
const PACE_SPREAD: f64 = 2.5;

/// A text that was read.
pub struct Planned {
    /// With resolved targets.
    pub document: Value,
    /// Whether there is any step.
    pub is_structured: bool,
    pub secs: u64,
    pub metres: f64,
    pub load: Option<u32>,
    pub intensity: Option<f64>,
    pub joules: i64,
}

/// Reads `text` for an activity type, with the thresholds of its group of sport settings.
pub fn planned(text: &str, sport: &str, indoor: bool, group: &Value) -> Planned {
    let athlete = athlete(sport, indoor, group);
    let workout = workout::parse(text).workout;
    let found = workout::estimate(&workout, &athlete);
    let is_structured = workout.steps().next().is_some();
    let mut document = workout::document(&workout, &athlete);
    if let Some(map) = document.as_object_mut() {
        for beside in ["icu_training_load", "icu_intensity"] {
            map.remove(beside);
        }
        if let (Some(normalized), Some(average)) = (found.normalized_watts, found.average_watts) {
            let ratio = normalized / average.max(1.0);
            map.insert("variability_index".into(), float(ratio));
        }
        if let Some(speed) = athlete.threshold_pace {
            map.insert("threshold_pace".into(), float(speed));
            map.insert("pace_units".into(), group["pace_units"].clone());
        }
        floats(map, &["distance", "_distance"]);
        map.insert(
            "zoneTimes".into(),
            zone_times(&workout, &athlete, found.metric),
        );
        map.insert("locales".into(), json!([]));
        steps(map, &athlete);
    }
    #[expect(clippy::cast_precision_loss, reason = "seconds of a workout")]
    let joules = found
        .average_watts
        .map_or(0, |watts| round(watts * found.seconds as f64));
    Planned {
        document,
        is_structured,
        secs: found.seconds,
        metres: found.metres,
        load: found.load,
        intensity: found.intensity,
        joules,
    }
}

fn athlete(sport: &str, indoor: bool, group: &Value) -> Athlete {
    let numbers = |key: &str| -> Vec<f64> {
        let rows = group[key].as_array().into_iter().flatten();
        rows.filter_map(Value::as_f64).collect()
    };
    let usual = Athlete::of(sport);
    let or_usual = |own: Vec<f64>, usual: Vec<f64>| if own.is_empty() { usual } else { own };
    let ftp = group["ftp"].as_f64();
    let is_indoor = indoor || sport.starts_with("Virtual");
    let bound = |key: &str, usual: f64| group[key].as_f64().unwrap_or(usual);
    Athlete {
        ftp: group["indoor_ftp"].as_f64().filter(|_| is_indoor).or(ftp),
        lthr: group["lthr"].as_f64(),
        max_hr: group["max_hr"].as_f64(),
        threshold_pace: group["threshold_pace"].as_f64(),
        power_zones: or_usual(numbers("power_zones"), usual.power_zones.clone()),
        hr_zones: numbers("hr_zones"),
        pace_zones: or_usual(numbers("pace_zones"), usual.pace_zones.clone()),
        sweet_spot: (
            bound("sweet_spot_min", usual.sweet_spot.0),
            bound("sweet_spot_max", usual.sweet_spot.1),
        ),
        ..usual
    }
}

/// Prints the numbers of every step as the service does, and gives single targets their tolerance.
fn steps(map: &mut Map<String, Value>, athlete: &Athlete) {
    let rows = map.get_mut("steps").and_then(Value::as_array_mut);
    for step in rows.into_iter().flatten().filter_map(Value::as_object_mut) {
        // The distance of a repeat is printed as a whole number.
        if !step.contains_key("reps") {
            floats(step, &["distance", "_distance"]);
        }
        for (key, threshold, spread) in [
            ("power", athlete.ftp, POWER_SPREAD),
            ("hr", athlete.lthr, HR_SPREAD),
            ("pace", athlete.threshold_pace, PACE_SPREAD),
        ] {
            let percent = step.get(key).and_then(|goal| {
                let is_percent = ["%ftp", "%lthr", "%pace"].contains(&goal["units"].as_str()?);
                goal["value"].as_f64().filter(|_| is_percent)
            });
            let resolved = step
                .get_mut(&format!("_{key}"))
                .and_then(Value::as_object_mut);
            if let (Some(percent), Some(threshold), Some(resolved)) = (percent, threshold, resolved)
            {
                for (end, part) in [("start", percent - spread), ("end", percent + spread)] {
                    let value = threshold * part / 100.0;
                    let value = if key == "pace" { value } else { value.round() };
                    resolved.insert(end.to_owned(), float(value));
                }
            }
        }
        for key in [
            "power", "hr", "pace", "_power", "_hr", "_pace", "cadence", "_cadence",
        ] {
            if let Some(goal) = step.get_mut(key).and_then(Value::as_object_mut) {
                floats(goal, &["value", "start", "end"]);
            }
        }
        steps(step, athlete);
    }
}

fn floats(map: &mut Map<String, Value>, keys: &[&str]) {
    for key in keys {
        if let Some(value) = map.get_mut(*key)
            && let Some(number) = value.as_f64()
        {
            *value = float(number);
        }
    }
}

/// Seconds in each zone of the kind of target that the load rests on.
fn zone_times(workout: &Workout, athlete: &Athlete, metric: Option<Metric>) -> Value {
    let Some(metric) = metric else {
        return json!([]);
    };
    let threshold = match metric {
        Metric::Power => athlete.ftp,
        Metric::Hr => athlete.lthr,
        Metric::Pace => athlete.threshold_pace,
    }
    .unwrap_or(1.0);
    let bounds: Vec<f64> = match metric {
        Metric::Power => athlete.power_zones.clone(),
        Metric::Pace => athlete.pace_zones.clone(),
        Metric::Hr => {
            let zones = athlete.hr_zones.iter();
            zones.map(|bpm| bpm / threshold * 100.0).collect()
        }
    };
    let (mut secs, mut sweet) = (vec![0_u32; bounds.len()], 0);
    let mut count = |step: &Step, times: u32| {
        let target = step.targets().find(|t| t.unit.metric() == metric);
        let Some(span) = target.and_then(|target| athlete.resolve(target)) else {
            return;
        };
        let (long, _) = athlete.extent(step);
        let (from, to) = span.ends();
        let middle = f64::midpoint(from, to);
        for second in 0..long.min(86_400) {
            let along = f64::from(second) / f64::from(long);
            let level = if step.ramp {
                from + (to - from) * along
            } else {
                middle
            };
            let percent = level / threshold * 100.0;
            let zone = bounds.iter().position(|bound| percent <= *bound);
            if let Some(sum) = secs.get_mut(zone.unwrap_or(bounds.len().saturating_sub(1))) {
                *sum = sum.saturating_add(times);
            }
            if profile::is_sweet_spot(percent) {
                sweet += times;
            }
        }
    };
    for item in &workout.items {
        match item {
            Item::Text(_) => {}
            Item::Step(step) => count(step, 1),
            Item::Repeat(repeat) => repeat.steps.iter().for_each(|s| count(s, repeat.times)),
        }
    }
    let zones = secs.iter().enumerate();
    let mut rows: Vec<Value> = zones
        .map(|(index, secs)| json!({"id": format!("Z{}", index + 1), "secs": secs}))
        .collect();
    if metric == Metric::Power {
        rows.push(json!({"id": "SS", "secs": sweet}));
    }
    Value::Array(rows)
}
