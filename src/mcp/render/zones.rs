//! Zones with their bounds in absolute units.

use super::table::Table;
use crate::intervals::activities::Activity;
use crate::units::{self, Pace, Units, number};
use crate::workout::Athlete;
use crate::workout::ast::Unit;

/// Lower bound, upper bound; the last zone is open.
type Bounds = (f64, Option<f64>);

/// Above this the upper bound of the last zone means "open" (the service writes 999).
const OPEN: f64 = 900.0;
/// More zones than this are a mistake.
const MOST: usize = 20;

#[expect(clippy::cast_precision_loss, reason = "watts, beats and seconds")]
fn floats(values: &[i64]) -> Vec<f64> {
    values.iter().map(|v| *v as f64).collect()
}

/// Turns upper bounds into ranges.
fn ranges(upper: &[f64]) -> Vec<Bounds> {
    let mut low = 0.0;
    upper
        .iter()
        .map(|high| {
            let open = *high > OPEN;
            let range = (low, (!open).then_some(*high));
            low = *high;
            range
        })
        .collect()
}

/// Power zones, upper bounds in percent of FTP, as watts: `Z2 145-196`.
#[must_use]
pub fn power(percent: &[i64], ftp: i64) -> Vec<String> {
    let athlete = Athlete {
        ftp: floats(&[ftp]).first().copied(),
        power_zones: floats(percent),
        ..Athlete::without_zones("")
    };
    (1..=percent.len())
        .filter_map(|zone| athlete.zones(Unit::PowerZone, zone, zone))
        .map(|ends| {
            let low = number(ends.low.unwrap_or_default(), 0);
            match ends.high {
                Some(high) => format!("{low}-{} W", number(high, 0)),
                None => format!("{low}+ W"),
            }
        })
        .collect()
}

/// Heart rate zones, upper bounds in bpm, the last of which is the maximum.
#[must_use]
pub fn heart_rate(bpm: &[i64]) -> Vec<String> {
    let athlete = Athlete {
        hr_zones: floats(bpm),
        ..Athlete::without_zones("")
    };
    (1..=bpm.len())
        .filter_map(|zone| athlete.zones(Unit::HrZone, zone, zone))
        .map(|ends| {
            let bpm = |bound: Option<f64>| number(bound.unwrap_or_default(), 0);
            match (ends.low, ends.high) {
                (None, Some(_)) => format!("up to {} bpm", bpm(ends.high)),
                (_, Some(_)) => format!("{}-{} bpm", bpm(ends.low), bpm(ends.high)),
                (_, None) => format!("{}+ bpm", bpm(ends.low)),
            }
        })
        .collect()
}

/// Pace zones, upper bounds in percent of the threshold speed (m/s).
#[must_use]
pub fn pace(percent: &[f64], threshold: f64, unit: Pace) -> Vec<String> {
    let show = |p: f64| unit.show(threshold * p / 100.0).unwrap_or_default();
    ranges(percent)
        .into_iter()
        .map(|(low, high)| match high {
            Some(high) if low == 0.0 => format!("slower than {}{}", show(high), unit.name()),
            Some(high) => format!("{}-{}{}", show(low), show(high), unit.name()),
            None => format!("faster than {}{}", show(low), unit.name()),
        })
        .collect()
}

/// Time in zones of one activity, by whatever it was measured; the overlapping sweet spot stands apart.
#[must_use]
pub fn times(a: &Activity, units: Units) -> String {
    let mut parts: Vec<String> = Vec::new();
    let empty = Vec::new();
    if let Some(times) = &a.icu_zone_times {
        let seconds: Vec<i64> = times
            .iter()
            .filter(|z| z.id.as_deref().is_some_and(|id| id.starts_with('Z')))
            .map(|z| z.secs.unwrap_or_default())
            .collect();
        let bounds = a
            .icu_ftp
            .map(|ftp| power(a.icu_power_zones.as_ref().unwrap_or(&empty), ftp))
            .unwrap_or_default();
        parts.extend(section("power", &seconds, &bounds));
        let sweet = times.iter().find(|z| z.id.as_deref() == Some("SS"));
        if let Some(secs) = sweet.and_then(|z| z.secs).filter(|s| *s > 0) {
            parts.push(format!(
                "sweet spot (overlaps Z3 and Z4) {}",
                units::clock(floats(&[secs]).iter().sum())
            ));
        }
    }
    if let Some(seconds) = &a.icu_hr_zone_times {
        let bounds = heart_rate(a.icu_hr_zones.as_ref().unwrap_or(&empty));
        parts.extend(section("HR", seconds, &bounds));
    }
    let sport = a.sport.as_deref().unwrap_or_default();
    for (what, seconds) in [
        ("pace", &a.pace_zone_times),
        ("gradient-adjusted pace", &a.gap_zone_times),
    ] {
        if let (Some(seconds), Some(unit)) = (seconds, units.pace_of(sport)) {
            let bounds = a
                .threshold_pace
                .map(|t| pace(a.pace_zones.as_deref().unwrap_or_default(), t, unit))
                .unwrap_or_default();
            parts.extend(section(what, seconds, &bounds));
        }
    }
    parts.join("\n\n")
}

fn section(what: &str, seconds: &[i64], bounds: &[String]) -> Option<String> {
    let total: f64 = floats(seconds).iter().sum();
    if total <= 0.0 || seconds.len() > MOST {
        return None;
    }
    let mut table = Table::new([&format!("{what} zone"), "range", "time", "%"]);
    // Zones above the highest that was reached say nothing.
    let reached = seconds
        .iter()
        .rposition(|s| *s > 0)
        .map_or(0, |last| last + 1);
    for (i, secs) in floats(seconds).into_iter().take(reached).enumerate() {
        let percent = secs * 100.0 / total;
        table.row([
            Some(format!("Z{}", i + 1)),
            bounds.get(i).cloned(),
            Some(units::clock(secs)),
            Some(number(percent, 0)),
        ]);
    }
    Some(table.render())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_are_shown_in_absolute_units() {
        // FTP 250 W with the classic Coggan levels.
        assert_eq!(
            power(&[55, 75, 90, 105, 120, 150, 999], 250),
            [
                "0-137 W",
                "138-187 W",
                "188-225 W",
                "226-262 W",
                "263-300 W",
                "301-375 W",
                "376+ W"
            ]
        );
        assert_eq!(
            heart_rate(&[136, 150, 190]),
            ["up to 136 bpm", "137-150 bpm", "151-190 bpm"]
        );
        // Threshold 4:00/km: 80 % of the speed is 5:00/km.
        assert_eq!(
            pace(&[80.0, 100.0, 999.0], 1000.0 / 240.0, Pace::PerKm),
            ["slower than 5:00/km", "5:00-4:00/km", "faster than 4:00/km"]
        );
    }
}
