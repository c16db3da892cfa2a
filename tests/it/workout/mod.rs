//! The text language of planned workouts.

mod command;
mod grammar;
mod mistakes;
mod numbers;
mod printing;
mod season;

use intervals_mcp_server::workout::{self, Athlete};
use serde_json::{Map, Value};

/// What the service's document says of every step, in few words: `10m Label %ftp 50-75 ramp`; repeats as `4x[ … + … ]`.
pub fn outline(text: &str) -> String {
    let document = workout::document(&workout::parse(text).workout, &Athlete::of("Ride"));
    let steps = document["steps"].as_array().unwrap();
    let steps: Vec<String> = steps.iter().map(step).collect();
    steps.join(" | ")
}

fn step(step: &Value) -> String {
    let members = step.as_object().unwrap();
    if let Some(reps) = members.get("reps") {
        let inner = members["steps"].as_array().unwrap();
        let inner: Vec<String> = inner.iter().map(self::step).collect();
        return format!("{reps}x[{}]", inner.join(" + "));
    }
    let mut words = vec![length(members)];
    words.extend(
        members
            .get("text")
            .map(|t| format!("'{}'", t.as_str().unwrap())),
    );
    for key in ["power", "hr", "pace", "cadence"] {
        words.extend(members.get(key).map(target));
    }
    for key in [
        "ramp",
        "freeride",
        "maxeffort",
        "warmup",
        "cooldown",
        "hidepower",
        "until_lap_press",
    ] {
        if members.get(key) == Some(&Value::Bool(true)) {
            words.push(key.to_owned());
        }
    }
    words.extend(
        members
            .get("intensity")
            .map(|i| i.as_str().unwrap().to_owned()),
    );
    words.join(" ")
}

fn length(step: &Map<String, Value>) -> String {
    match step.get("distance") {
        Some(metres) => format!("{metres} m"),
        None => format!("{} s", step["duration"]),
    }
}

fn target(target: &Value) -> String {
    let range = match target.get("value") {
        Some(value) => value.to_string(),
        None => format!("{}..{}", target["start"], target["end"]),
    };
    let shown = target
        .get("target")
        .map(|t| format!(" by {}", t.as_str().unwrap()));
    let units = target["units"].as_str().unwrap();
    format!("{units} {range}{}", shown.unwrap_or_default())
}
