//! The parts of an activity that are asked for by name.

use std::sync::Arc;

use super::days;
use super::table::Table;
use crate::intervals::activities::{
    Activity, BestEfforts, EffortSpan, HistogramBucket, Message, Segment, WeatherSummary,
};
use crate::mcp::context::Local;
use crate::mcp::measure::custom::CustomField;
use crate::mcp::reply::Reply;
use crate::mcp::text;
use crate::units::{self, METRES_PER_MILE, METRES_PER_YARD, Units, number};

/// Segments named at most.
const MAX_SEGMENTS: usize = 50;
/// Rows of a histogram at most.
const MAX_BUCKETS: usize = 30;

#[expect(
    clippy::cast_precision_loss,
    reason = "seconds and watts of one activity"
)]
fn float(value: i64) -> f64 {
    value as f64
}

/// Which stream carries the best efforts of a sport, and over what.
#[must_use]
pub fn effort_spans(a: &Activity, units: Units) -> (&'static str, Vec<EffortSpan>) {
    use EffortSpan::{Metres, Seconds};
    let sport = a.sport.as_deref().unwrap_or_default();
    // A run or swim with a power meter is still judged by its pace.
    if sport.ends_with("Run") {
        let middle = if units.imperial {
            METRES_PER_MILE
        } else {
            1000.0
        };
        let metres = [400.0, middle, 5000.0, 10_000.0];
        ("velocity_smooth", metres.map(Metres).to_vec())
    } else if sport.ends_with("Swim") {
        let metres = if units.imperial {
            [
                100.0 * METRES_PER_YARD,
                500.0 * METRES_PER_YARD,
                1650.0 * METRES_PER_YARD,
            ]
        } else {
            [100.0, 400.0, 1500.0]
        };
        ("velocity_smooth", metres.map(Metres).to_vec())
    } else if a.icu_weighted_avg_watts.is_some_and(|w| w > 0.0) {
        ("watts", [5, 60, 300, 1200].map(Seconds).to_vec())
    } else {
        ("heartrate", [60, 300, 1200].map(Seconds).to_vec())
    }
}

/// `5:00`, `400 m`, `1 mi`, `500 y`.
fn over(span: EffortSpan, sport: &str, units: Units) -> String {
    match span {
        EffortSpan::Seconds(secs) => units::clock(f64::from(secs)),
        EffortSpan::Metres(m) if units.imperial && sport.ends_with("Swim") => {
            format!("{} y", number(m / METRES_PER_YARD, 0))
        }
        EffortSpan::Metres(m) if (m - METRES_PER_MILE).abs() < 1.0 => "1 mi".to_owned(),
        EffortSpan::Metres(m) => format!("{} m", number(m, 0)),
    }
}

/// The best effort over each span.
#[must_use]
pub fn best_efforts(
    a: &Activity,
    efforts: &[(EffortSpan, Arc<BestEfforts>)],
    units: Units,
) -> String {
    let (stream, _) = effort_spans(a, units);
    let sport = a.sport.as_deref().unwrap_or_default();
    let unit = units.pace_of(sport);
    let mut table = Table::new(["best over", "value"]);
    for (span, found) in efforts {
        let Some(average) = found.efforts.iter().flatten().find_map(|e| e.average) else {
            continue;
        };
        let value = match (stream, unit) {
            ("watts", _) => format!("{} W", number(average, 0)),
            ("velocity_smooth", Some(unit)) => match unit.show(average) {
                Some(pace) => pace + unit.name(),
                None => continue,
            },
            _ => format!("{} bpm", number(average, 0)),
        };
        table.row([Some(over(*span, sport, units)), Some(value)]);
    }
    if table.is_empty() {
        String::new()
    } else {
        table.render()
    }
}

/// What a histogram counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HistogramKind {
    Power,
    HeartRate,
    Pace,
}

/// The histogram that says most about an activity.
#[must_use]
pub fn histogram_kind(a: &Activity, units: Units) -> HistogramKind {
    if units
        .pace_of(a.sport.as_deref().unwrap_or_default())
        .is_some()
    {
        HistogramKind::Pace
    } else if a.icu_weighted_avg_watts.is_some_and(|w| w > 0.0) {
        HistogramKind::Power
    } else {
        HistogramKind::HeartRate
    }
}

/// Time between values.
#[must_use]
pub fn histogram(
    buckets: &[HistogramBucket],
    kind: HistogramKind,
    a: &Activity,
    units: Units,
) -> String {
    let unit = units.pace_of(a.sport.as_deref().unwrap_or_default());
    let head = match (kind, unit) {
        (HistogramKind::Power, _) => "W".to_owned(),
        (HistogramKind::Pace, Some(unit)) => format!("pace{}", unit.name()),
        _ => "HR".to_owned(),
    };
    let mut table = Table::new([head.as_str(), "time"]);
    let used: Vec<(f64, f64, i64)> = buckets
        .iter()
        .filter_map(|b| Some((b.min?, b.max?, b.secs.filter(|s| *s > 0)?)))
        .collect();
    // Too many for one answer: neighbours are taken together, none is dropped.
    let together = used.len().div_ceil(MAX_BUCKETS).max(1);
    for group in used.chunks(together) {
        let (Some((min, _, _)), Some((_, max, _))) = (group.first(), group.last()) else {
            continue;
        };
        let (min, max) = (*min, *max);
        let secs: f64 = group.iter().map(|(_, _, secs)| float(*secs)).sum();
        let range = match (kind, unit) {
            (HistogramKind::Pace, Some(unit)) => {
                let show = |v| unit.show(v).unwrap_or_else(|| "standing".to_owned());
                format!("{}-{}", show(min), show(max))
            }
            _ => format!("{}-{}", number(min, 0), number(max, 0)),
        };
        table.row([Some(range), Some(units::clock(secs))]);
    }
    if table.is_empty() {
        String::new()
    } else {
        table.render()
    }
}

/// Weather along the way.
#[must_use]
pub fn weather(w: &WeatherSummary, units: Units) -> String {
    let degrees = |t: f64| {
        format!(
            "{} {}",
            number(units.temperature(t), 0),
            units.temperature_name()
        )
    };
    let speed = |v: f64| format!("{} {}", number(units.speed(v), 0), units.speed_name());
    let mut facts: Vec<String> = Vec::new();
    // What the device measured indoors, or in the sun, is no weather.
    facts.extend(w.average_weather_temp.map(|air| {
        let span = w.min_weather_temp.zip(w.max_weather_temp);
        let span = span.filter(|(low, high)| high - low >= 2.0);
        let span = span.map(|(low, high)| {
            let show = |t: f64| number(units.temperature(t), 0);
            format!(" ({} to {})", show(low), show(high))
        });
        degrees(air) + span.unwrap_or_default().as_str()
    }));
    facts.extend(
        w.average_feels_like
            .map(|t| format!("feels like {}", degrees(t))),
    );
    facts.extend(w.average_wind_speed.map(|v| format!("wind {}", speed(v))));
    facts.extend(
        w.max_wind_gust
            .or(w.average_wind_gust)
            .map(|v| format!("gusts {}", speed(v))),
    );
    facts.extend(w.prevailing_wind_deg.map(|d| format!("from {d}°")));
    facts.extend(
        w.headwind_percent
            .map(|p| format!("headwind {} % of the time", number(p, 0))),
    );
    facts.extend(
        w.max_rain
            .filter(|mm| *mm > 0.0)
            .map(|mm| format!("rain up to {}", units.rain(mm))),
    );
    facts.extend(w.average_clouds.map(|p| format!("clouds {p} %")));
    if facts.is_empty() {
        String::new()
    } else {
        format!("weather: {}", facts.join(" · "))
    }
}

/// Known stretches.
#[must_use]
pub fn segments(found: &[Segment]) -> String {
    let mut names: Vec<String> = found
        .iter()
        .filter_map(|s| s.name.as_deref())
        .take(MAX_SEGMENTS)
        .map(text::name)
        .collect();
    if found.len() > MAX_SEGMENTS {
        names.push(format!("{} more", found.len() - MAX_SEGMENTS));
    }
    if names.is_empty() {
        String::new()
    } else {
        format!("segments: {}", names.join("; "))
    }
}

/// The custom values of an activity, by the definitions of its fields.
#[must_use]
pub fn custom(a: &Activity, fields: &[CustomField]) -> String {
    let facts = fields
        .iter()
        .filter_map(|field| field.fact(a.custom.get(&field.code)?));
    facts.collect::<Vec<_>>().join(" · ")
}

/// Comments, quoted: others wrote them. How many there are.
pub fn messages(reply: &mut Reply, found: &[Message], local: &Local) -> usize {
    let mut shown = 0;
    for message in found.iter().filter(|m| m.deleted.is_none()) {
        let Some(content) = &message.content else {
            continue;
        };
        let who = message.name.as_deref().map(text::name).unwrap_or_default();
        let when = message
            .created
            .as_deref()
            .and_then(|at| at.parse::<jiff::Timestamp>().ok())
            .map(|at| at.to_zoned(local.now.time_zone().clone()).datetime())
            .map_or_else(String::new, |at| format!(", {}", days::short_time(at, 0)));
        reply.quote(format!("comment by {who}{when}"), content);
        shown += 1;
    }
    shown
}
