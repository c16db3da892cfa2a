//! The parts of an activity that are asked for by name.

use std::sync::Arc;

use super::days;
use super::table::Table;
use crate::intervals::activities::{
    Activity, BestEfforts, EffortSpan, HistogramBucket, Message, Segment, WeatherSummary,
};
use crate::intervals::athlete::Profile;
use crate::mcp::context::Local;
use crate::mcp::reply::Reply;
use crate::mcp::text;
use crate::units::{self, Units, number};

/// Intervals shown at most.
const MAX_INTERVALS: usize = 120;
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

/// Intervals as rows; gradient in percent, intensity in percent of threshold.
#[must_use]
pub fn intervals(a: &Activity, units: Units) -> String {
    let found = a.icu_intervals.as_deref().unwrap_or_default();
    if found.is_empty() {
        return String::new();
    }
    let sport = a.sport.as_deref().unwrap_or_default();
    let unit = units.pace_of(sport);
    let steps = super::activity::counts_steps(sport);
    let mut table = Table::new([
        "#",
        "kind",
        "label",
        "start",
        "time",
        units.distance_name(),
        "avg W",
        "NP W",
        "max W",
        "IF%",
        "HR",
        "max HR",
        if steps { "steps/min" } else { "rpm" },
        "pace",
        "grade%",
        "decoupling%",
        "W' end kJ",
    ]);
    for (i, lap) in found.iter().take(MAX_INTERVALS).enumerate() {
        let whole = |v: Option<i64>| v.map(|v| v.to_string());
        table.row([
            Some((i + 1).to_string()),
            lap.kind.as_deref().map(|k| text::name(k).to_lowercase()),
            lap.label.as_deref().map(text::name),
            lap.start_time.map(|s| units::clock(float(s))),
            lap.moving_time.map(|s| units::clock(float(s))),
            lap.distance
                .filter(|m| *m > 0.0)
                .map(|m| units.way(sport, m, 2)),
            whole(lap.average_watts),
            whole(lap.weighted_average_watts),
            whole(lap.max_watts),
            whole(lap.intensity),
            whole(lap.average_heartrate),
            whole(lap.max_heartrate),
            lap.average_cadence
                .map(|c| number(if steps { c * 2.0 } else { c }, 0)),
            unit.zip(lap.average_speed)
                .and_then(|(unit, v)| unit.show(v).map(|p| p + unit.name())),
            lap.average_gradient.map(|g| number(g * 100.0, 1)),
            lap.decoupling.map(|d| number(d, 1)),
            lap.wbal_end.map(|j| number(float(j) / 1e3, 1)),
        ]);
    }
    let mut out = table.render();
    if found.len() > MAX_INTERVALS {
        out.push_str(&format!(
            "\n{} more intervals are not shown.",
            found.len() - MAX_INTERVALS
        ));
    }
    out
}

/// Which stream carries the best efforts of a sport, and over what.
#[must_use]
pub fn effort_spans(a: &Activity) -> (&'static str, &'static [EffortSpan]) {
    use EffortSpan::{Metres, Seconds};
    let sport = a.sport.as_deref().unwrap_or_default();
    // A run or swim with a power meter is still judged by its pace.
    if sport.ends_with("Run") {
        (
            "velocity_smooth",
            &[
                Metres(400.0),
                Metres(1000.0),
                Metres(5000.0),
                Metres(10_000.0),
            ],
        )
    } else if sport.ends_with("Swim") {
        (
            "velocity_smooth",
            &[Metres(100.0), Metres(400.0), Metres(1500.0)],
        )
    } else if a.icu_weighted_avg_watts.is_some_and(|w| w > 0.0) {
        (
            "watts",
            &[Seconds(5), Seconds(60), Seconds(300), Seconds(1200)],
        )
    } else {
        ("heartrate", &[Seconds(60), Seconds(300), Seconds(1200)])
    }
}

/// The best effort over each span.
#[must_use]
pub fn best_efforts(
    a: &Activity,
    efforts: &[(EffortSpan, Arc<BestEfforts>)],
    units: Units,
) -> String {
    let (stream, _) = effort_spans(a);
    let unit = units.pace_of(a.sport.as_deref().unwrap_or_default());
    let mut table = Table::new(["best over", "value"]);
    for (span, found) in efforts {
        let Some(average) = found.efforts.iter().flatten().find_map(|e| e.average) else {
            continue;
        };
        let over = match span {
            EffortSpan::Seconds(secs) => units::clock(f64::from(*secs)),
            EffortSpan::Metres(m) => format!("{} m", number(*m, 0)),
        };
        let value = match (stream, unit) {
            ("watts", _) => format!("{} W", number(average, 0)),
            ("velocity_smooth", Some(unit)) => match unit.show(average) {
                Some(pace) => pace + unit.name(),
                None => continue,
            },
            _ => format!("{} bpm", number(average, 0)),
        };
        table.row([Some(over), Some(value)]);
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
    let mut table = Table::new(["from-to", "time"]);
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
        let secs: i64 = group.iter().map(|(_, _, secs)| secs).sum();
        let range = match (kind, unit) {
            (HistogramKind::Power, _) => format!("{}-{} W", number(min, 0), number(max, 0)),
            (HistogramKind::Pace, Some(unit)) => {
                let show = |v| unit.show(v).unwrap_or_else(|| "standing".to_owned());
                format!("{}-{}{}", show(min), show(max), unit.name())
            }
            _ => format!("{}-{} bpm", number(min, 0), number(max, 0)),
        };
        table.row([Some(range), Some(units::clock(float(secs)))]);
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
    facts.extend(match (w.average_weather_temp, w.average_temp) {
        (Some(air), _) => Some(degrees(air)),
        (None, device) => device.map(|t| format!("device {}", degrees(t))),
    });
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
            .map(|mm| format!("rain up to {} mm", number(mm, 1))),
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

/// Custom fields with the names and units that the athlete gave them.
#[must_use]
pub fn custom(a: &Activity, profile: Option<&Profile>) -> String {
    let mut facts: Vec<String> = Vec::new();
    for (code, value) in a.custom.iter().take(60) {
        let Some(shown) = crate::mcp::custom::plain(value) else {
            continue;
        };
        let known = profile.and_then(|p| {
            p.custom_fields()
                .find(|f| f.content.as_ref().and_then(|c| c.code.as_deref()) == Some(code))
        });
        let name = known.and_then(|f| f.name.as_deref()).unwrap_or(code);
        let unit = known
            .and_then(|f| f.content.as_ref()?.units.as_deref())
            .map(|u| format!(" {}", text::name(u)))
            .unwrap_or_default();
        facts.push(format!("{} {shown}{unit}", text::name(name)));
    }
    facts.join(" · ")
}

/// Comments, quoted: others wrote them.
pub fn messages(reply: &mut Reply, found: &[Message], local: &Local) {
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
    if shown == 0 {
        reply.footer("No messages.");
    }
}
