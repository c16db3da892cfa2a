//! What is wrong with a workout in a sport, for an athlete.

use std::collections::HashSet;

use super::ast::{DistanceUnit, Length, Metric, Step, Target, Unit, Workout};
use super::athlete::Athlete;
use super::error::{Mistake, Problem};
use super::estimate::steps;
use super::lexer::{self, Kind, Lost};
use super::parser::{BareMinutes, Parsed};
use super::print;

/// Steps that devices take.
const MOST_STEPS: usize = 50;

/// All mistakes of a text: those of the way it is written and those that the sport and the athlete make of it, in the order of
/// the lines.
#[must_use]
pub fn validate(parsed: &Parsed, athlete: &Athlete) -> Vec<Mistake> {
    let mut found = parsed.mistakes.clone();
    for mistake in &mut found {
        if let Problem::Beats { written, percent } = &mut mistake.problem {
            *percent = athlete.lthr.and_then(|lthr| percent_of(written, lthr));
        }
    }
    let minutes = parsed.bare_minutes.iter();
    found.extend(minutes.filter_map(|length| as_metres(*length, athlete)));
    let percent_of_other: HashSet<usize> = found
        .iter()
        .filter(|mistake| matches!(mistake.problem, Problem::PercentOfOther { .. }))
        .map(|mistake| mistake.line)
        .collect();
    let mut seen = Once::default();
    for ((step, _), (line, column)) in steps(&parsed.workout).zip(&parsed.places) {
        let is_explained = percent_of_other.contains(line);
        let problems = of_step(step, athlete, &mut seen)
            .into_iter()
            .filter(|problem| {
                !(is_explained && matches!(problem, Problem::PowerWithoutFtp { .. }))
            });
        found.extend(problems.map(|problem| Mistake {
            line: *line,
            column: *column,
            problem,
        }));
    }
    found.extend(of_whole(&parsed.workout, &parsed.places));
    found.sort_by_key(|mistake| (mistake.line, mistake.column));
    found
}

/// `145bpm` as percent of `lthr`.
fn percent_of(written: &str, lthr: f64) -> Option<String> {
    let tokens = lexer::tokens(written);
    let Kind::Lost(Lost::Beats(beats)) = tokens.first()?.kind else {
        return None;
    };
    let span = beats.map(|bpm| (bpm / lthr * 100.0).round());
    Some(print::target(&Target {
        span,
        unit: Unit::PercentLthr,
        shown: None,
    }))
}

/// `400m`, unless so many minutes are likely.
fn as_metres(length: BareMinutes, athlete: &Athlete) -> Option<Mistake> {
    let BareMinutes { minutes, .. } = length;
    let is_distance = minutes >= 300
        || (length.is_repeated && minutes >= 100)
        || (athlete.is_run() && minutes >= 100 && minutes % 100 == 0)
        || (athlete.is_swim() && minutes >= 50 && minutes % 25 == 0);
    let metres = Length::Distance(f64::from(minutes), DistanceUnit::Metres);
    is_distance.then(|| Mistake {
        line: length.line,
        column: length.column,
        problem: Problem::MetresAsMinutes {
            written: format!("{minutes}m"),
            metres: print::length(metres),
            minutes: format!("{}h{}m", minutes / 60, minutes % 60),
        },
    })
}

/// What is said once, however many steps it holds for.
#[derive(Default)]
struct Once {
    without: Vec<&'static str>,
    garmin: bool,
    guessed: bool,
}

fn of_step(step: &Step, athlete: &Athlete, seen: &mut Once) -> Vec<Problem> {
    let mut found = Vec::new();
    let is_on_foot_or_in_water = athlete.is_run() || athlete.is_swim();
    for target in step.targets() {
        let is_zero = is_on_foot_or_in_water && athlete.ftp.is_none();
        if is_zero && target.unit == Unit::PowerZone {
            let written = print::target(target);
            found.push(Problem::ZoneWithoutWord { written });
            continue;
        }
        if is_zero && matches!(target.unit, Unit::PercentFtp | Unit::SweetSpot) {
            let written = print::target(target);
            found.push(Problem::PowerWithoutFtp { written });
            continue;
        }
        let metric = target.unit.metric();
        if metric == Metric::Pace && athlete.threshold_pace.is_none() && !seen.garmin {
            seen.garmin = true;
            found.push(Problem::PaceWithoutThreshold);
        }
        let threshold = match target.unit {
            Unit::CustomZone | Unit::PercentBest(_) => continue,
            _ => match metric {
                Metric::Power => "an FTP",
                Metric::Hr => "a threshold heart rate",
                Metric::Pace => "a threshold pace",
            },
        };
        if athlete.resolve(target).is_none() && !seen.without.contains(&threshold) {
            seen.without.push(threshold);
            found.push(Problem::NoThreshold { threshold });
        }
    }
    let pace = step.pace.as_ref().and_then(|pace| athlete.resolve(pace));
    if matches!(step.length, Length::Distance(..)) && pace.is_none() && !seen.guessed {
        seen.guessed = true;
        found.push(Problem::GuessedTime);
    }
    found
}

fn of_whole(workout: &Workout, places: &[(usize, usize)]) -> Vec<Mistake> {
    use super::ast::Item;
    let mut found = Vec::new();
    let mut report = |at: usize, problem| {
        let (line, column) = places.get(at).copied().unwrap_or((1, 1));
        found.push(Mistake {
            line,
            column,
            problem,
        });
    };
    let heads = workout
        .items
        .iter()
        .filter(|item| matches!(item, Item::Repeat(_)));
    let count = steps(workout).count() + heads.count();
    if count > MOST_STEPS {
        report(
            places.len().saturating_sub(1),
            Problem::TooManySteps { steps: count },
        );
    }
    let mut first = None;
    let mixed = steps(workout).position(|(step, _)| {
        step.targets().any(|target| {
            let metric = target.unit.metric();
            *first.get_or_insert(metric) != metric
        })
    });
    if let Some(at) = mixed {
        report(at, Problem::MixedTargets);
    }
    found
}
