//! Splits of a session by kilometre or mile, 100 m in the pool.

use super::channel;
use super::table::Table;
use crate::analytics::splits::splits;
use crate::intervals::activities::Activity;
use crate::intervals::streams::{Stream, series};
use crate::units::{self, Units, number, signed};

/// The series that splits are made of.
pub const STREAMS: &[&str] = &["time", "distance", "heartrate", "watts", "altitude"];
/// Rows at most; longer sessions get longer splits.
const MAX_ROWS: f64 = 60.0;

/// Rows of splits; empty when there is no distance to split.
#[must_use]
pub fn show(a: &Activity, streams: &[Stream], units: Units) -> String {
    let (Some(time), Some(distance)) = (series(streams, "time"), series(streams, "distance"))
    else {
        return String::new();
    };
    let sport = a.sport.as_deref().unwrap_or_default();
    let total = (0..distance.0.len())
        .rev()
        .find_map(|i| distance.at(i))
        .unwrap_or_default();
    let base = units.split_metres(sport);
    let factor = [1.0, 2.0, 5.0, 10.0, 20.0, 50.0]
        .into_iter()
        .find(|factor| total / (base * factor) <= MAX_ROWS)
        .unwrap_or(100.0);
    let every = base * factor;
    let (heart_rate, power, altitude) = (
        series(streams, "heartrate"),
        series(streams, "watts"),
        series(streams, "altitude"),
    );
    let found = splits(
        time.0.len().min(distance.0.len()),
        every,
        &|i| time.at(i),
        &|i| distance.at(i),
        &|i| heart_rate?.at(i),
        &|i| power?.at(i),
        &|i| altitude?.at(i),
    );
    let pace = units.pace_of(sport);
    let is_swim = sport.ends_with("Swim");
    let mut table = Table::new([
        format!("to {}", if is_swim { "" } else { units.distance_name() })
            .trim()
            .to_owned(),
        "time".to_owned(),
        pace.map_or_else(
            || units.speed_name().to_owned(),
            |unit| format!("pace{}", unit.name()),
        ),
        "HR".to_owned(),
        "avg W".to_owned(),
        format!("up {}", units.height_name()),
    ]);
    // Every rise of a barometer counts in a raw sum; the service's own figure is smoothed.
    let raw: f64 = found.iter().filter_map(|s| s.climb).sum();
    let climb_factor = a
        .total_elevation_gain
        .filter(|_| raw > 0.0)
        .map_or(1.0, |gain| gain / raw);
    let mut done = 0.0;
    for split in &found {
        done += split.metres;
        let speed = split.metres / split.seconds.max(0.1);
        table.row([
            Some(units.way(sport, done, 2)),
            Some(units::clock(split.seconds)),
            match pace {
                Some(unit) => unit.show(speed),
                None => Some(number(units.speed(speed), 1)),
            },
            split.heart_rate.map(|v| number(v, 0)),
            split.power.map(|v| number(v, 0)),
            split
                .climb
                .filter(|_| !is_swim)
                .map(|m| number(units.height(m * climb_factor), 0)),
        ]);
    }
    if table.is_empty() {
        return String::new();
    }
    let halves = halves(&found);
    let mut text = format!(
        "splits every {}\n{}",
        units.named_way(sport, every, 2),
        table.render()
    );
    if let Some(left_out) = channel::left_out(streams, &(0..time.0.len())) {
        text = format!("{text}\n{left_out}");
    }
    match halves {
        Some(change) => format!(
            "{text}\nsecond half {} % {} than the first (pauses left out)",
            number(change.abs(), 1),
            if signed(change, 1).starts_with('-') {
                "slower"
            } else {
                "faster"
            }
        ),
        None => text,
    }
}

/// By how many percent the second half of the splits was faster.
fn halves(found: &[crate::analytics::splits::Split]) -> Option<f64> {
    if found.len() < 4 {
        return None;
    }
    let (first, second) = found.split_at(found.len() / 2);
    let speed = |part: &[crate::analytics::splits::Split]| {
        part.iter().map(|s| s.metres).sum::<f64>()
            / part.iter().map(|s| s.seconds).sum::<f64>().max(0.1)
    };
    Some((speed(second) / speed(first) - 1.0) * 100.0)
}
