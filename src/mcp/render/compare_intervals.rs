//! The intervals of sessions side by side, where they are the same.

use super::table::Table;
use crate::intervals::activities::{Activity, Interval};
use crate::mcp::measure::effort::{Measure, bpm, is_recovery, mean, same_kind, seconds};
use crate::units::{self, Units, number, signed};

/// Intervals that are shown at most.
const MOST: usize = 20;
/// Intervals are the same up to this factor in length, or in way.
const FACTOR: f64 = 1.15;
/// Or up to so many seconds.
const SECONDS: f64 = 5.0;
/// Repeats that one session may have more than the other.
const SPARE: usize = 2;

/// Adds rows of work intervals to `table`; what is to be said about those that are not shown.
pub fn add(table: &mut Table, sessions: &[Activity], units: Units) -> Option<String> {
    let first = sessions.first()?;
    let measure = Measure::of(first, None, units);
    let work: Vec<Vec<&Interval>> = sessions.iter().map(work).collect();
    let reference = work.first()?;
    if !work.iter().any(|w| w.len() > 1) {
        return None;
    }
    let counts = work
        .iter()
        .map(|w| (!w.is_empty()).then(|| w.len().to_string()));
    table.row(std::iter::once(Some("work intervals".to_owned())).chain(counts));
    let alike: Vec<&[&Interval]> = sessions
        .iter()
        .zip(&work)
        .map(|(session, found)| {
            let is_alike = same_kind(first, session)
                && Measure::of(session, None, units) == measure
                && match_up(reference, found);
            if is_alike { found.as_slice() } else { &[] }
        })
        .collect();
    if alike.iter().filter(|found| !found.is_empty()).count() < 2 {
        return Some(
            "The intervals differ in number or length and are not put side by side.".to_owned(),
        );
    }
    let rows = alike
        .iter()
        .map(|found| found.len())
        .max()
        .unwrap_or_default();
    for n in 0..rows.min(MOST) {
        let length = alike
            .iter()
            .find_map(|found| found.get(n))
            .and_then(|i| seconds(i));
        let head = format!(
            "{}: {}",
            n + 1,
            length.map(units::clock).unwrap_or_default()
        );
        let base = alike
            .first()
            .and_then(|found| found.get(n))
            .and_then(|i| measure.value(i));
        let cells = alike.iter().enumerate().map(|(place, found)| {
            let interval = found.get(n)?;
            let base = base.filter(|_| place > 0);
            cell(measure, measure.value(interval), bpm(interval), base)
        });
        table.row(std::iter::once(Some(head)).chain(cells));
    }
    let average = |found: &[&Interval]| mean(found, |i| measure.value(i));
    let base = alike.first().and_then(|found| average(found));
    let means = alike.iter().enumerate().map(|(place, found)| {
        let base = base.filter(|_| place > 0);
        cell(measure, average(found), mean(found, bpm), base)
    });
    table.row(std::iter::once(Some("mean".to_owned())).chain(means));
    let fades = alike.iter().map(|found| {
        let values: Vec<f64> = found.iter().filter_map(|i| measure.value(i)).collect();
        measure.fade(&values).map(|percent| number(percent, 1))
    });
    table.row(std::iter::once(Some("fade%".to_owned())).chain(fades));
    let unit = measure.unit().trim();
    let heart = if measure == Measure::Bpm {
        ""
    } else {
        ", then HR"
    };
    let mut note = format!(
        "Intervals: {unit}, difference from the first session{heart}; fade: lost from the first to the last."
    );
    if rows > MOST {
        note.push_str(&format!(" {} more are not shown.", rows - MOST));
    }
    if alike.iter().any(|found| found.is_empty()) {
        note.push_str(" Empty: another structure.");
    }
    Some(note)
}

fn work(session: &Activity) -> Vec<&Interval> {
    let all = session.icu_intervals.iter().flatten();
    all.filter(|i| !is_recovery(i) && i.kind.is_some())
        .collect()
}

/// Whether one is the other up to a few repeats at the end.
fn match_up(these: &[&Interval], those: &[&Interval]) -> bool {
    let both = these.len().min(those.len());
    let pairs = these.iter().zip(those);
    both > 1
        && these.len().abs_diff(those.len()) <= SPARE.min(both / 2)
        && pairs.into_iter().all(|(a, b)| is_same(a, b))
}

fn is_same(a: &Interval, b: &Interval) -> bool {
    let alike = |a: f64, b: f64| a > 0.0 && b > 0.0 && (a / b).max(b / a) <= FACTOR;
    let in_time = seconds(a).zip(seconds(b));
    let in_way = a.distance.zip(b.distance);
    in_time.is_some_and(|(a, b)| alike(a, b) || (a - b).abs() <= SECONDS)
        || in_way.is_some_and(|(a, b)| alike(a, b))
}

/// `258 -4 169`: value, difference and heart rate.
fn cell(
    measure: Measure,
    value: Option<f64>,
    heart: Option<f64>,
    base: Option<f64>,
) -> Option<String> {
    let shown = value.and_then(|v| measure.show(v));
    let apart = value
        .zip(base)
        .map(|(v, base)| difference(measure, base, v));
    let heart = heart
        .filter(|_| measure != Measure::Bpm)
        .map(|b| number(b, 0));
    let known = shown.is_some() || heart.is_some();
    let parts = [
        Some(shown.unwrap_or_else(|| "?".to_owned())),
        apart.filter(|a| a != "0" && a != "0:00"),
        heart,
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    known.then(|| parts.join(" "))
}

fn difference(measure: Measure, base: f64, value: f64) -> String {
    match measure {
        Measure::Pace(pace) => {
            let seconds = |v: f64| (pace.metres() / v.max(0.01)).round();
            let apart = seconds(value) - seconds(base);
            let sign = if apart > 0.0 { "+" } else { "" };
            format!("{sign}{}", units::clock(apart))
        }
        Measure::Watts | Measure::Bpm => signed(value.round() - base.round(), 0),
    }
}
