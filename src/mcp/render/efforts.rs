//! Sessions with the intervals that were searched for.

use super::table::Table;
use super::{count, days};
use crate::intervals::activities::Activity;
use crate::mcp::efforts::{Efforts, Wanted};
use crate::mcp::measure::effort::{Measure, Metric, bpm, float, mean, seconds};
use crate::mcp::text;
use crate::units::{self, Units, number};

/// Intervals of one session that are shown at most.
const MOST_EACH: usize = 12;
/// Lengths that differ by no more than this are one length, s.
const SAME_LENGTH: f64 = 3.0;

/// A session, and its intervals where they could be read.
#[derive(Debug, Clone, Copy)]
pub struct Session<'a> {
    /// As the search has it: start, sport and name alone.
    pub row: &'a Activity,
    /// As it is in full.
    pub whole: Option<&'a Activity>,
}

/// `3+ work intervals of 4:00 to 5:00 at 105 to 120 % of threshold power`
#[must_use]
pub fn words(wanted: &Wanted) -> String {
    let clock = |secs: i64| units::clock(float(secs));
    let of = match wanted.metric {
        None => "",
        Some(Metric::Power) => " power",
        Some(Metric::Hr) => " HR",
        Some(Metric::Pace) => " pace",
    };
    let intensity = match wanted.intensity {
        (0, most) if most >= Wanted::HARDEST => "any intensity".to_owned(),
        (least, most) if most >= Wanted::HARDEST => format!("{least} % of threshold{of} or more"),
        (least, most) => format!("{least} to {most} % of threshold{of}"),
    };
    format!(
        "{}+ intervals of {} to {} at {intensity}",
        wanted.reps,
        clock(wanted.secs.0),
        clock(wanted.secs.1)
    )
}

/// Rows of sessions. `each` are the intervals in their order, `avg`, `IF%` and `HR` their means by length.
#[must_use]
pub fn table(sessions: &[Session<'_>], wanted: &Wanted, units: Units, year: i16) -> Table {
    let mut table = Table::new([
        "id", "date", "sport", "name", "reps", "length", "avg", "each", "IF%", "HR", "fade%",
    ]);
    for session in sessions {
        let row = session.row;
        let efforts = session.whole.map(|whole| wanted.among(whole));
        let measure = session.whole.map(|w| Measure::of(w, wanted.metric, units));
        let found = efforts
            .as_ref()
            .map(|e| e.found.as_slice())
            .unwrap_or_default();
        let values = |m: Measure| {
            found
                .iter()
                .filter_map(|i| m.value(i))
                .collect::<Vec<f64>>()
        };
        let shown = measure.and_then(|m| {
            let average = m.show(mean(found, |i| m.value(i))?)?;
            Some(average + m.unit())
        });
        table.row([
            Some(row.id.to_string()),
            row.started().map(|at| days::short_time(at, year)),
            row.sport.as_deref().map(text::name),
            row.name.as_deref().map(text::name),
            efforts.as_ref().filter(|e| !e.found.is_empty()).map(reps),
            lengths(found.iter().filter_map(|i| seconds(i))),
            shown,
            measure
                .filter(|_| found.len() > 1)
                .and_then(|m| each(values(m).into_iter().filter_map(|v| m.show(v)))),
            mean(found, |i| i.intensity.map(float)).map(|p| number(p, 0)),
            // Beside a heart rate it would say the same twice.
            (measure != Some(Measure::Bpm))
                .then(|| mean(found, bpm).map(|b| number(b, 0)))
                .flatten(),
            measure
                .and_then(|m| m.fade(&values(m)))
                .map(|p| number(p, 1)),
        ]);
    }
    table
}

fn reps(efforts: &Efforts<'_>) -> String {
    let mark = if efforts.by_length { "~" } else { "" };
    format!("{mark}{}", efforts.found.len())
}

/// One length where all are the same, else all of them.
fn lengths(found: impl Iterator<Item = f64>) -> Option<String> {
    let found: Vec<f64> = found.collect();
    let first = *found.first()?;
    if found.iter().all(|secs| (secs - first).abs() <= SAME_LENGTH) {
        return Some(units::clock(first));
    }
    each(found.into_iter().map(units::clock))
}

fn each(found: impl Iterator<Item = String>) -> Option<String> {
    let found: Vec<String> = found.collect();
    let (first, others) = found.split_first()?;
    if others.len() > 1 && others.iter().all(|other| other == first) {
        return Some(format!("all {first}"));
    }
    let mut shown = found.iter().take(MOST_EACH).cloned().collect::<Vec<_>>();
    if found.len() > MOST_EACH {
        shown.push("…".to_owned());
    }
    Some(shown.join(" "))
}

/// What the rows rest on.
#[must_use]
pub fn rests_on(sessions: &[Session<'_>], wanted: &Wanted) -> String {
    let read: Vec<Efforts<'_>> = sessions
        .iter()
        .filter_map(|s| s.whole)
        .map(|whole| wanted.among(whole))
        .collect();
    let intervals: usize = read.iter().map(|efforts| efforts.found.len()).sum();
    let mut facts = vec![format!(
        "{} in {}",
        count(intervals, "interval"),
        count(sessions.len(), "session")
    )];
    let unread = sessions.len() - read.len();
    if unread > 0 {
        facts.push(format!("{unread} without their intervals"));
    }
    let by_length = read.iter().filter(|e| e.by_length && !e.found.is_empty());
    let by_length = by_length.count();
    if by_length > 0 {
        facts.push(format!(
            "in {by_length} (~) the intervals were told by their length alone"
        ));
    }
    let nothing = read.iter().filter(|e| e.found.is_empty()).count();
    if nothing > 0 {
        facts.push(format!("in {nothing} none could be told"));
    }
    facts.push("means by length; IF% as the service rated each interval on its day".to_owned());
    facts.push("fade: power or speed lost from the first to the last".to_owned());
    facts.push("what came through Strava is not searched".to_owned());
    format!("Data: {}.", facts.join("; "))
}
