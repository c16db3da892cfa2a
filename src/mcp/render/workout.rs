//! A workout's text as the service will read it: mistakes first, then steps and totals.

use super::{count, steps};
use crate::intervals::workout_doc::WorkoutDoc;
use crate::mcp::reply::Reply;
use crate::mcp::text;
use crate::units::{self, Units, number};
use crate::workout::ast::Metric;
use crate::workout::{Athlete, Mistake, Severity, Workout, document, estimate};

/// Mistakes shown at most: who makes more makes the same again and again.
const MOST_MISTAKES: usize = 25;
/// Longest line of a mistake, in characters.
const LONGEST: usize = 300;

/// What `workout` is, and what is wrong with it.
#[must_use]
pub fn validated(
    workout: &Workout,
    mistakes: &[Mistake],
    athlete: &Athlete,
    units: Units,
) -> Reply {
    let of = |severity| mistakes.iter().filter(move |m| m.severity() == severity);
    let (errors, warnings) = (of(Severity::Error).count(), of(Severity::Warning).count());
    let verdict = match (errors, warnings) {
        (0, 0) => "ok".to_owned(),
        (0, _) => format!("ok, {}", count(warnings, "warning")),
        (_, 0) => count(errors, "error"),
        _ => format!("{}, {}", count(errors, "error"), count(warnings, "warning")),
    };
    let mut facts = vec![verdict, text::name(&athlete.sport)];
    facts.extend(totals(workout, athlete, units));
    let mut reply = Reply::new(facts.join(" · "));
    let worst_first = of(Severity::Error).chain(of(Severity::Warning));
    for mistake in worst_first.take(MOST_MISTAKES) {
        reply.line(text::line(&mistake.to_string(), LONGEST));
    }
    if mistakes.len() > MOST_MISTAKES {
        let more = count(mistakes.len() - MOST_MISTAKES, "more mistake");
        reply.line(format!("{more}: mend these first."));
    }
    let doc = WorkoutDoc::of(&document(workout, athlete));
    let lines = doc.map(|doc| steps::lines(&doc, &athlete.sport, units));
    let lines = lines.unwrap_or_default();
    if !lines.is_empty() {
        reply.line("steps as Intervals.icu will read them:");
    }
    for line in lines {
        reply.line(format!("- {line}"));
    }
    reply
}

fn totals(workout: &Workout, athlete: &Athlete, units: Units) -> Vec<String> {
    let found = estimate(workout, athlete);
    let mut facts = Vec::new();
    if found.seconds > 0 {
        #[expect(clippy::cast_precision_loss, reason = "seconds of a workout")]
        facts.push(units::clock(found.seconds as f64));
    }
    if found.metres >= 1.0 {
        facts.push(units.named_way(&athlete.sport, found.metres, 1));
    }
    facts.extend(found.load.map(|load| format!("load {load}")));
    let intensity = found.intensity.filter(|_| found.load > Some(0));
    facts.extend(intensity.map(|percent| format!("IF {}%", number(percent, 0))));
    let watts = found.normalized_watts.filter(|watts| *watts > 0.0);
    facts.extend(watts.map(|watts| format!("NP {} W", number(watts, 0))));
    facts
}

/// What the load rests on.
#[must_use]
pub fn basis(workout: &Workout, athlete: &Athlete) -> &'static str {
    match estimate(workout, athlete) {
        found if found.load.is_none() => {
            "no load: it needs targets of power, heart rate or pace and the threshold for them"
        }
        found => match found.metric {
            Some(Metric::Power) => {
                "load from power, within 2 points or 3 % of what Intervals.icu computes"
            }
            Some(Metric::Hr) => "load from heart rate: an estimate that may be several points off",
            _ => "load from pace",
        },
    }
}
