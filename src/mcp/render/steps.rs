//! The steps of a planned workout, on one line each.

use crate::intervals::workout_doc::{Step, Target, WorkoutDoc};
use crate::mcp::text;
use crate::units::{self, Pace, Units, number};

/// Steps shown at most; devices take 50.
const MAX_STEPS: usize = 60;

/// `10m ramp 50-75% (131-197 W)`; repeats as `4x [ … + … ]`. Empty when nothing was parsed.
#[must_use]
pub fn lines(doc: &WorkoutDoc, sport: &str, units: Units) -> Vec<String> {
    let steps = doc.steps.as_deref().unwrap_or_default();
    let mut lines: Vec<String> = steps
        .iter()
        .take(MAX_STEPS)
        .map(|step| show(step, sport, units, 0))
        .collect();
    if steps.len() > MAX_STEPS {
        lines.push(format!("… {} more steps", steps.len() - MAX_STEPS));
    }
    lines
}

fn show(step: &Step, sport: &str, units: Units, depth: usize) -> String {
    if let Some(children) = step.steps.as_deref().filter(|c| !c.is_empty()) {
        // The service knows no repeats within repeats; a document that nests deeper is not followed.
        if depth >= 2 {
            return "…".to_owned();
        }
        let inner: Vec<String> = children
            .iter()
            .take(MAX_STEPS)
            .map(|s| show(s, sport, units, depth + 1))
            .collect();
        return format!("{}x [{}]", step.reps.unwrap_or(1), inner.join(" + "));
    }
    let mut words: Vec<String> = Vec::new();
    words.extend(length(step, sport, units));
    words.extend(
        step.text
            .as_deref()
            .map(text::name)
            .filter(|t| !t.is_empty()),
    );
    for (flag, name) in [
        (step.warmup, "warmup"),
        (step.cooldown, "cooldown"),
        (step.ramp, "ramp"),
        (step.freeride, "free"),
        (step.maxeffort, "max effort"),
        (step.until_lap_press, "until lap press"),
    ] {
        if flag == Some(true) {
            words.push(name.to_owned());
        }
    }
    words.extend(Some(targets(step, sport, units)).filter(|t| !t.is_empty()));
    words.extend(cadence(step, sport));
    words.extend(
        step.intensity
            .as_deref()
            .filter(|kind| matches!(*kind, "rest" | "recovery"))
            .map(str::to_owned),
    );
    words.join(" ")
}

/// What the step aims at, as written and in absolute units where those were resolved.
#[must_use]
pub fn targets(step: &Step, sport: &str, units: Units) -> String {
    let pace = units.pace_of(sport).unwrap_or(Pace::PerKm);
    let mut words: Vec<String> = Vec::new();
    words.extend(target(
        step.power.as_ref(),
        step.resolved_power.as_ref(),
        &|v| number(v, 0),
        "W",
    ));
    words.extend(target(
        step.hr.as_ref(),
        step.resolved_hr.as_ref(),
        &|v| number(v, 0),
        "bpm",
    ));
    let speed = |v: f64| pace.show(v).unwrap_or_else(|| "0".to_owned());
    words.extend(target(
        step.pace.as_ref(),
        step.resolved_pace.as_ref(),
        &speed,
        pace.name(),
    ));
    words.join(" ")
}

/// Nobody runs as few steps a minute, nor as many strides.
const STRIDES_BELOW: f64 = 120.0;

/// The planned cadence. On foot `90rpm` can only be strides, as the service counts what was run: their double is what
/// runners know. A number that no stride reaches was meant as steps.
fn cadence(step: &Step, sport: &str) -> Option<String> {
    let target = step.cadence.as_ref()?;
    let written = range(target, &|v| number(v, 0))?;
    if !super::activity::counts_steps(sport) {
        return Some(format!("{written} rpm"));
    }
    let highest = target.end.or(target.value).or(target.start)?;
    if highest < STRIDES_BELOW {
        let steps = range(target, &|v| number(v * 2.0, 0))?;
        Some(format!("{steps} steps/min ({written} rpm)"))
    } else {
        Some(format!("{written} steps/min"))
    }
}

/// Who writes a workout in metres means a multiple of the shortest pool.
const POOL: f64 = 25.0;

/// `8:00`, `400 m`, `2 km`, `100y`: how long a step is. What was written in metres stays in metres.
#[must_use]
pub fn length(step: &Step, sport: &str, units: Units) -> Option<String> {
    if let Some(metres) = step.distance.filter(|m| *m > 0.0) {
        let metric = (metres / POOL - (metres / POOL).round()).abs() < 1e-3;
        let units = Units {
            imperial: units.imperial && !metric,
            ..units
        };
        return Some(match (units.imperial, metres < 1000.0) {
            (true, _) if sport.ends_with("Swim") => units.way(sport, metres, 0),
            (_, true) => format!("{} m", number(metres, 0)),
            _ => format!(
                "{} {}",
                number(units.distance(metres), 2),
                units.distance_name()
            ),
        });
    }
    #[expect(clippy::cast_precision_loss, reason = "seconds of a workout")]
    let seconds = step.duration.filter(|s| *s > 0)? as f64;
    Some(units::clock(seconds))
}

/// `95-105% FTP (249-275 W)`: as written, and what it means for this athlete.
fn target(
    written: Option<&Target>,
    resolved: Option<&Target>,
    show: &dyn Fn(f64) -> String,
    unit: &str,
) -> Option<String> {
    let absolute = resolved.and_then(|t| range(t, show)).map(|r| {
        let space = if unit.starts_with('/') { "" } else { " " };
        format!("{r}{space}{unit}")
    });
    let relative = written.and_then(|t| {
        let shown = range(t, &|v| number(v, 0))?;
        Some(match t.units.as_deref() {
            Some("%ftp") => format!("{shown}% FTP"),
            Some("%lthr") => format!("{shown}% LTHR"),
            Some("%hr") => format!("{shown}% max HR"),
            Some("%pace") => format!("{shown}% pace"),
            Some("%mmp") => format!("{shown}% of best"),
            Some("power_zone" | "hr_zone" | "pace_zone") => format!("Z{shown}"),
            Some("w") => format!("{shown} W"),
            // An absolute pace is written in its own unit; resolved it says the same.
            _ if absolute.is_some() => return None,
            Some(other) => format!("{shown} {}", text::name(other)),
            None => shown,
        })
    });
    match (relative, absolute) {
        (Some(relative), Some(absolute)) if relative != absolute => {
            Some(format!("{relative} ({absolute})"))
        }
        (Some(one), _) | (None, Some(one)) => Some(one),
        (None, None) => None,
    }
}

fn range(target: &Target, show: &dyn Fn(f64) -> String) -> Option<String> {
    match (target.start, target.end, target.value) {
        (Some(start), Some(end), _) => Some(format!("{}-{}", show(start), show(end))),
        (_, _, Some(value)) => Some(show(value)),
        // The lowest zone has no lower bound and the highest no upper one.
        (None, Some(end), None) => Some(format!("up to {}", show(end))),
        (Some(start), None, None) => Some(format!("from {}", show(start))),
        (None, None, None) => None,
    }
}
