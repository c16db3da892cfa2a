//! A written workout as the service has read it, held against how we read it.

use crate::intervals::workout_doc::{Step, Target, WorkoutDoc};
use crate::units::{clock, number, speed_of_pace};
use crate::workout::{Athlete, Workout, document};

/// Differences told at most.
const MOST: usize = 6;
/// Times and distances that rest on an assumed pace may differ by this share.
const NEAR: f64 = 0.02;
/// s
const NEAR_SECONDS: f64 = 2.0;
/// m
const NEAR_METRES: f64 = 1.0;

/// What differs, a line each (`step 3: 8:00 here, 0:08 there`): number of steps, repeats, length and targets of each step,
/// totals. Empty when both say the same.
#[must_use]
pub fn differences(ours: &Workout, athlete: &Athlete, theirs: Option<&WorkoutDoc>) -> Vec<String> {
    let Some(here) = WorkoutDoc::of(&document(ours, athlete)) else {
        return Vec::new();
    };
    let of_ours = flat(&here);
    let of_theirs = theirs.map(flat).unwrap_or_default();
    let mut found = Vec::new();
    match (of_ours.len(), of_theirs.len()) {
        (0, 0) => return found,
        (_, 0) => {
            found.push(
                "no step was read: Intervals.icu shows this workout without steps".to_owned(),
            );
            return found;
        }
        (here, there) if here != there => {
            found.push(format!("{here} steps here, {there} there"));
        }
        _ => {}
    }
    for (at, (here, there)) in of_ours.iter().zip(&of_theirs).enumerate() {
        let differs = difference(here, there);
        if !differs.is_empty() {
            found.push(format!("step {}: {}", at + 1, differs.join("; ")));
            // Behind a step too many or too few everything is shifted.
            if of_ours.len() != of_theirs.len() {
                break;
            }
        }
    }
    if found.is_empty() {
        found.extend(theirs.and_then(|theirs| totals(&here, theirs)));
    }
    if found.len() > MOST {
        let more = found.len() - MOST;
        found.truncate(MOST);
        found.push(format!("and {more} more"));
    }
    found
}

/// A step, and how often the repeat around it is done.
struct Flat<'d> {
    step: &'d Step,
    reps: Option<i64>,
}

fn flat(doc: &WorkoutDoc) -> Vec<Flat<'_>> {
    let mut all = Vec::new();
    for step in doc.steps.iter().flatten() {
        match step.steps.as_deref().filter(|inner| !inner.is_empty()) {
            Some(inner) => {
                let reps = Some(step.reps.unwrap_or(1));
                all.extend(inner.iter().map(|step| Flat { step, reps }));
            }
            None => all.push(Flat { step, reps: None }),
        }
    }
    all
}

fn difference(here: &Flat<'_>, there: &Flat<'_>) -> Vec<String> {
    let mut found = Vec::new();
    let mut report = |here: String, there: String| {
        if here != there {
            found.push(format!("{here} here, {there} there"));
        }
    };
    if here.reps != there.reps {
        let times = |reps: Option<i64>| reps.map_or("once".to_owned(), |reps| format!("{reps}x"));
        report(times(here.reps), times(there.reps));
    }
    if !same_length(here.step, there.step) {
        report(length(here.step), length(there.step));
    }
    for (name, of) in [
        (
            "power",
            (|step| step.power.as_ref()) as fn(&Step) -> Option<&Target>,
        ),
        ("HR", |step| step.hr.as_ref()),
        ("pace", |step| step.pace.as_ref()),
        ("cadence", |step| step.cadence.as_ref()),
    ] {
        let (here, there) = (of(here.step), of(there.step));
        if !same_target(here, there) {
            report(said(name, here), said(name, there));
        }
    }
    for (name, of) in [
        ("ramp", (|step| step.ramp) as fn(&Step) -> Option<bool>),
        ("freeride", |step| step.freeride),
        ("maxeffort", |step| step.maxeffort),
        ("lap press", |step| step.until_lap_press),
    ] {
        let is = |step| match of(step) {
            Some(true) => name.to_owned(),
            _ => format!("no {name}"),
        };
        report(is(here.step), is(there.step));
    }
    found
}

fn metres(step: &Step) -> Option<f64> {
    step.distance.filter(|metres| *metres > 0.0)
}

#[expect(clippy::cast_precision_loss, reason = "seconds of a workout")]
fn seconds(step: &Step) -> f64 {
    step.duration.unwrap_or(0) as f64
}

/// The time of a distance is computed: where the distance is the same, so is the step.
fn same_length(here: &Step, there: &Step) -> bool {
    match (metres(here), metres(there)) {
        (Some(here), Some(there)) => (here - there).abs() <= NEAR_METRES,
        (None, None) => (seconds(here) - seconds(there)).abs() < 1.0,
        _ => false,
    }
}

fn length(step: &Step) -> String {
    match metres(step) {
        Some(metres) => format!("{} m", number(metres, 0)),
        None => clock(seconds(step)),
    }
}

fn ends(target: &Target) -> Option<(f64, f64)> {
    let from = target.start.or(target.value)?;
    Some((from, target.end.or(target.value).unwrap_or(from)))
}

fn same_target(here: Option<&Target>, there: Option<&Target>) -> bool {
    let (Some(here), Some(there)) = (here, there) else {
        return here.is_none() && there.is_none();
    };
    let units = |target: &Target| {
        target
            .units
            .clone()
            .unwrap_or_default()
            .to_ascii_lowercase()
    };
    let ((a, b), (c, d)) = match (ends(here), ends(there)) {
        (Some(here), Some(there)) => (here, there),
        (here, there) => return here.is_none() && there.is_none(),
    };
    let near = |one: f64, other: f64| (one - other).abs() <= NEAR * one.abs().max(other.abs());
    if units(here) == units(there) {
        return near(a, c) && near(b, d);
    }
    // The same pace may be told over another distance.
    let speed = |value: f64, target: &Target| speed_of_pace(value, &units(target));
    match (
        speed(a, here),
        speed(c, there),
        speed(b, here),
        speed(d, there),
    ) {
        (Some(a), Some(c), Some(b), Some(d)) => near(a, c) && near(b, d),
        _ => false,
    }
}

fn said(name: &str, target: Option<&Target>) -> String {
    let Some(target) = target else {
        return format!("no {name}");
    };
    let span = match ends(target) {
        Some((from, to)) if (from - to).abs() < 1e-9 => number(from, 1),
        Some((from, to)) => format!("{}-{}", number(from, 1), number(to, 1)),
        None => "?".to_owned(),
    };
    let units = target.units.as_deref().unwrap_or_default();
    let units = crate::mcp::text::name(units).replace('_', " ");
    format!("{name} {span} {units}").trim_end().to_owned()
}

fn totals(here: &WorkoutDoc, there: &WorkoutDoc) -> Option<String> {
    #[expect(clippy::cast_precision_loss, reason = "seconds of a workout")]
    let (ours, theirs) = (here.duration? as f64, there.duration? as f64);
    let has_distances = flat(here).iter().any(|flat| metres(flat.step).is_some());
    let near = if has_distances {
        NEAR * ours.max(theirs)
    } else {
        0.0
    };
    let differs = (ours - theirs).abs() > near.max(NEAR_SECONDS);
    if differs {
        return Some(format!(
            "{} here in all, {} there",
            clock(ours),
            clock(theirs)
        ));
    }
    let (ours, theirs) = (here.distance.unwrap_or(0.0), there.distance.unwrap_or(0.0));
    // Without any distance in the text the service may leave it out.
    let differs = has_distances && (ours - theirs).abs() > NEAR * ours.max(theirs);
    differs.then(|| {
        format!(
            "{} m here in all, {} m there",
            number(ours, 0),
            number(theirs, 0)
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workout::parse;
    use serde_json::{Value, json};

    const TEXT: &str = "- 10m ramp 50-75%\n\n4x\n- Hard 8m 95-105%\n- Easy 4m 55%\n\n- 10m Z1\n";

    /// In the shape of the service, as it was seen to answer.
    fn doc() -> Value {
        json!({
            "steps": [
                { "duration": 600, "ramp": true, "power": { "start": 50, "end": 75, "units": "%ftp" } },
                { "reps": 4, "text": "4x", "distance": 0, "duration": 2880, "steps": [
                    { "text": "Hard", "duration": 480, "power": { "start": 95, "end": 105, "units": "%ftp" } },
                    { "text": "Easy", "duration": 240, "power": { "value": 55, "units": "%ftp" } },
                ] },
                { "duration": 600, "power": { "value": 1, "units": "power_zone" } },
            ],
            "duration": 4080, "distance": 0, "ftp": 250, "target": "AUTO", "options": {}, "locales": [],
        })
    }

    fn found(text: &str, sport: &str, doc: &Value) -> Vec<String> {
        let doc = WorkoutDoc::of(doc);
        differences(&parse(text).workout, &Athlete::of(sport), doc.as_ref())
    }

    #[test]
    fn nothing_is_said_when_both_read_the_same() {
        assert_eq!(found(TEXT, "Ride", &doc()), Vec::<String>::new());
        assert!(found("Only prose.", "Ride", &json!({ "steps": [] })).is_empty());
    }

    #[test]
    fn a_workout_of_which_no_step_was_read_is_told() {
        for nothing in [json!({}), json!({ "steps": [] }), Value::Null] {
            let said = found(TEXT, "Ride", &nothing).join("\n");
            assert!(said.starts_with("no step was read"), "{nothing}: {said}");
        }
    }

    #[test]
    fn each_difference_is_told_with_its_step() {
        for (path, value, wanted) in [
            ("/steps/1/reps", json!(1), "step 2: 4x here, 1x there"),
            (
                "/steps/1/steps/0/duration",
                json!(8),
                "step 2: 8:00 here, 0:08 there",
            ),
            (
                "/steps/0/ramp",
                json!(false),
                "step 1: ramp here, no ramp there",
            ),
            (
                "/steps/2/power",
                Value::Null,
                "step 4: power 1 power zone here, no power there",
            ),
            (
                "/steps/1/steps/0/power/units",
                json!("w"),
                "step 2: power 95-105 %ftp here, power 95-105 w there",
            ),
            (
                "/steps/1/steps/0/power/end",
                json!(150),
                "step 2: power 95-105 %ftp here, power 95-150 %ftp there",
            ),
            (
                "/duration",
                json!(4200),
                "1:08:00 here in all, 1:10:00 there",
            ),
        ] {
            let mut doc = doc();
            *doc.pointer_mut(path).unwrap() = value;
            let said = found(TEXT, "Ride", &doc);
            assert!(
                said.first().is_some_and(|said| said == wanted),
                "{path}: {said:?}"
            );
        }
    }

    #[test]
    fn a_step_that_is_missing_is_told_once() {
        let mut doc = doc();
        doc["steps"].as_array_mut().unwrap().remove(0);
        let said = found(TEXT, "Ride", &doc);
        assert_eq!(said.first().unwrap(), "4 steps here, 3 there");
        assert_eq!(said.len(), 2, "{said:?}");
        // Flattened, the steps are there without their repeat.
        let flat = json!({ "steps": [{ "duration": 60 }, { "duration": 60 }], "duration": 120 });
        let said = found("3x\n- 1m\n- 1m", "Ride", &flat);
        assert_eq!(
            said,
            ["step 1: 3x here, once there", "step 2: 3x here, once there"]
        );
    }

    #[test]
    fn the_time_of_a_distance_is_a_guess_and_a_pace_may_be_told_in_another_unit() {
        let doc = json!({
            "steps": [
                { "duration": 200, "distance": 800, "pace": { "value": 4, "units": "MINS_KM" } },
                { "duration": 410, "distance": 1000, "hr": { "value": 2, "units": "hr_zone" } },
            ],
            "duration": 610, "distance": 1800,
        });
        let text = "- 0.8km 4:00/km Pace\n- 1km Z2 HR";
        let said = found(text, "Run", &doc);
        assert!(said.len() == 1 && said[0].contains("in all"), "{said:?}");
        let mut other = doc;
        other["steps"][0]["distance"] = json!(400);
        let said = found(text, "Run", &other);
        assert_eq!(said, ["step 1: 800 m here, 400 m there"]);
    }
}
