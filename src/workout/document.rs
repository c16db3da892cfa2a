//! A workout in the shape of the service's own `workout_doc`.

use serde_json::{Map, Number, Value, json};

use super::ast::{Item, Length, Metric, Per, Section, Span, Step, Target, Unit, Workout};
use super::athlete::{Athlete, middle};
use super::estimate::{Estimate, estimate};

/// The document; members that begin with `_` are the targets in W, bpm and m/s, as the service resolves them on request.
/// `icu_training_load` is the load, which the service keeps beside its document.
#[must_use]
pub fn document(workout: &Workout, athlete: &Athlete) -> Value {
    let found = estimate(workout, athlete);
    let steps: Vec<Value> = workout
        .items
        .iter()
        .filter_map(|item| match item {
            Item::Text(_) => None,
            Item::Step(one) => Some(step(one, athlete)),
            Item::Repeat(repeat) => {
                let extents = repeat.steps.iter().map(|step| athlete.extent(step));
                let (seconds, metres) = extents.fold((0_u64, 0.0), |(s, m), (seconds, metres)| {
                    (s + u64::from(seconds), m + metres.unwrap_or(0.0))
                });
                let title = repeat.title.as_deref().map(escape);
                let times = repeat.times;
                Some(json!({
                    "reps": times,
                    "text": title.map_or_else(|| format!("{times}x"), |title| format!("{title} {times}x")),
                    "steps": repeat.steps.iter().map(|one| step(one, athlete)).collect::<Vec<_>>(),
                    "distance": number(metres * f64::from(times)),
                    "duration": seconds * u64::from(times),
                }))
            }
        })
        .collect();
    let mut document = Map::new();
    document.insert("steps".into(), Value::Array(steps));
    document.insert("duration".into(), json!(found.seconds));
    document.insert("distance".into(), number(found.metres));
    for (key, value) in [
        ("ftp", athlete.ftp),
        ("lthr", athlete.lthr),
        ("threshold_pace", athlete.threshold_pace),
        ("normalized_power", found.normalized_watts.map(f64::round)),
        ("average_watts", found.average_watts.map(f64::round)),
        ("icu_training_load", found.load.map(f64::from)),
        ("icu_intensity", found.intensity),
    ] {
        if let Some(value) = value {
            document.insert(key.into(), number(value));
        }
    }
    document.insert("target".into(), json!(aim(&found)));
    document.insert("options".into(), options(workout));
    Value::Object(document)
}

fn aim(found: &Estimate) -> &'static str {
    match found.metric {
        Some(Metric::Power) => "POWER",
        Some(Metric::Hr) => "HR",
        Some(Metric::Pace) => "PACE",
        None => "AUTO",
    }
}

fn options(workout: &Workout) -> Value {
    let mut options = Map::new();
    for (key, value) in [
        ("category", &workout.category),
        ("pool_length", &workout.pool_length),
    ] {
        if let Some(value) = value {
            options.insert(key.into(), json!(value));
        }
    }
    Value::Object(options)
}

fn step(step: &Step, athlete: &Athlete) -> Value {
    let mut document = Map::new();
    if let Some(label) = &step.label {
        document.insert("text".into(), json!(escape(label)));
    }
    let (seconds, metres) = athlete.extent(step);
    document.insert("duration".into(), json!(seconds));
    match step.length {
        Length::Distance(..) => {
            document.insert("distance".into(), number(metres.unwrap_or(0.0)));
        }
        Length::Seconds(_) => {
            if let Some(metres) = metres {
                document.insert("_distance".into(), number(metres));
            }
        }
    }
    for target in step.targets() {
        let key = match target.unit.metric() {
            Metric::Power => "power",
            Metric::Hr => "hr",
            Metric::Pace => "pace",
        };
        document.insert(key.into(), goal(target, athlete));
        if let Some(span) = athlete.resolve(target) {
            document.insert(format!("_{key}"), resolved(span, target.unit));
        }
    }
    if let Some(cadence) = step.cadence {
        document.insert("cadence".into(), value(cadence, "rpm"));
    }
    for (key, is_so) in [
        ("ramp", step.ramp),
        ("freeride", step.freeride),
        ("maxeffort", step.max_effort),
        ("warmup", step.section == Some(Section::Warmup)),
        ("cooldown", step.section == Some(Section::Cooldown)),
        ("hidepower", step.hides_power),
        ("until_lap_press", step.until_lap_press),
    ] {
        if is_so {
            document.insert(key.into(), json!(true));
        }
    }
    if let Some(intensity) = step.intensity {
        document.insert("intensity".into(), json!(intensity.name()));
    }
    Value::Object(document)
}

fn goal(target: &Target, athlete: &Athlete) -> Value {
    let (low, high) = athlete.sweet_spot;
    let (span, units) = match target.unit {
        Unit::PercentFtp => (target.span, "%ftp"),
        Unit::Watts => (target.span, "w"),
        Unit::PowerZone => (target.span, "power_zone"),
        Unit::CustomZone => (target.span, "custom_zone"),
        Unit::SweetSpot => (Span::Range(low, high), "%ftp"),
        Unit::PercentBest(_) => (target.span, "%mmp"),
        Unit::PercentLthr => (target.span, "%lthr"),
        Unit::PercentMaxHr => (target.span, "%hr"),
        Unit::HrZone => (target.span, "hr_zone"),
        Unit::PercentPace => (target.span, "%pace"),
        Unit::PaceZone => (target.span, "pace_zone"),
        Unit::Pace(per) => (target.span, seconds_per(per, &athlete.sport)),
    };
    let mut goal = value(span, units);
    if let (Some(shown), Value::Object(members)) = (target.shown, &mut goal) {
        members.insert("target".into(), json!(shown.name()));
    }
    goal
}

fn seconds_per(per: Per, sport: &str) -> &'static str {
    match per {
        Per::Kilometre => "secs/km",
        Per::Mile => "secs/mi",
        Per::Metres100 => "secs/100m",
        Per::Yards100 => "secs/100y",
        Per::Metres500 => "secs/500m",
        Per::Metres400 => "secs/400m",
        Per::Metres250 => "secs/250m",
        Per::Unsaid => match Per::of_sport(sport) {
            Per::Metres100 => "secs/100m",
            Per::Metres500 => "secs/500m",
            _ => "secs/km",
        },
    }
}

fn value(span: Span, units: &str) -> Value {
    match span {
        Span::One(value) => json!({ "value": number(value), "units": units }),
        Span::Range(start, end) => {
            json!({ "start": number(start), "end": number(end), "units": units })
        }
    }
}

/// Watts and beats are whole; the last zone has no upper bound worth showing.
fn resolved(span: Span, unit: Unit) -> Value {
    let round = |value: f64| match unit.metric() {
        Metric::Pace => number(value),
        Metric::Power | Metric::Hr => number(value.round()),
    };
    let (start, end) = span.ends();
    match span {
        Span::One(value) => json!({ "value": round(value) }),
        Span::Range(..) if unit == Unit::PowerZone && end > 3.0 * start => {
            json!({ "value": round(start) })
        }
        Span::Range(..) => {
            json!({ "value": round(middle(span)), "start": round(start), "end": round(end) })
        }
    }
}

/// Whole numbers without a point.
fn number(value: f64) -> Value {
    #[expect(clippy::cast_possible_truncation, reason = "whole and bounded")]
    if value.fract() == 0.0 && value.abs() < 1e12 {
        json!(value as i64)
    } else {
        Number::from_f64(value).map_or(Value::Null, Value::Number)
    }
}

/// As the service stores what is written in labels.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
