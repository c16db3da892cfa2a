//! The intervals of an activity as rows.

use super::table::Table;
use crate::intervals::activities::{Activity, Interval};
use crate::mcp::text;
use crate::units::{self, Units, number};

/// Intervals shown at most.
const MAX_INTERVALS: usize = 120;
/// With more rows than these the columns that say least are left out.
const WIDE_ROWS: usize = 12;

#[expect(
    clippy::cast_precision_loss,
    reason = "seconds and watts of one activity"
)]
fn float(value: i64) -> f64 {
    value as f64
}

/// Intervals as rows; gradient in percent, intensity in percent of threshold.
#[must_use]
pub fn show(a: &Activity, units: Units) -> String {
    let found = a.icu_intervals.as_deref().unwrap_or_default();
    if found.is_empty() {
        return String::new();
    }
    let sport = a.sport.as_deref().unwrap_or_default();
    let unit = units.pace_of(sport);
    let steps = super::activity::counts_steps(sport);
    let swim = sport.ends_with("Swim");
    let wide = found.len() <= WIDE_ROWS;
    let mut table = Table::new([
        "#".to_owned(),
        "interval".to_owned(),
        "start".to_owned(),
        "time".to_owned(),
        // Swims have the unit in every cell.
        if swim { "way" } else { units.distance_name() }.to_owned(),
        "avg W".to_owned(),
        "NP W".to_owned(),
        "max W".to_owned(),
        "IF%".to_owned(),
        "HR".to_owned(),
        "max HR".to_owned(),
        match (steps, swim) {
            (true, _) => "steps/min",
            (_, true) => "strokes/min",
            _ => "rpm",
        }
        .to_owned(),
        unit.map_or_else(String::new, |unit| format!("pace{}", unit.name())),
        "grade%".to_owned(),
        "decoupling%".to_owned(),
        "W' end kJ".to_owned(),
    ]);
    for (i, lap) in found.iter().take(MAX_INTERVALS).enumerate() {
        let whole = |v: Option<i64>| v.map(|v| v.to_string());
        table.row([
            Some((i + 1).to_string()),
            called(lap),
            lap.start_time
                .filter(|_| wide)
                .map(|s| units::clock(float(s))),
            lap.moving_time.map(|s| units::clock(float(s))),
            lap.distance
                .filter(|m| *m > 0.0)
                .map(|m| units.way(sport, m, 2)),
            whole(lap.average_watts),
            whole(lap.weighted_average_watts.filter(|_| wide)),
            whole(lap.max_watts.filter(|_| wide)),
            whole(lap.intensity),
            whole(lap.average_heartrate),
            whole(lap.max_heartrate),
            lap.average_cadence
                .map(|c| number(if steps { c * 2.0 } else { c }, 0)),
            unit.zip(lap.average_speed)
                .and_then(|(unit, v)| unit.show(v)),
            lap.average_gradient
                .filter(|_| wide)
                .map(|g| number(g * 100.0, 1)),
            lap.decoupling.filter(|_| wide).map(|d| number(d, 1)),
            lap.wbal_end
                .map(|j| number(float(j) / 1e3, usize::from(wide))),
        ]);
    }
    let mut out = table.render();
    if found.len() > MAX_INTERVALS {
        out.push_str(&format!(
            "\n{} more intervals are not shown.",
            found.len() - MAX_INTERVALS
        ));
    }
    if !wide {
        out.push_str("\nget_activity_streams by interval has peaks, NP and drift of each.");
    }
    out
}

/// What the athlete calls it, or else work or recovery.
fn called(lap: &Interval) -> Option<String> {
    let label = lap.label.as_deref().map(text::name);
    let kind = lap.kind.as_deref().map(|k| text::name(k).to_lowercase());
    label.filter(|label| !label.is_empty()).or(kind)
}
