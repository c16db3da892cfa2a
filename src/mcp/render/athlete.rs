//! The athlete's profile, thresholds and zones.

use super::zones;
use crate::intervals::sports::SportSettings;
use crate::mcp::measure::custom::CustomField;
use crate::mcp::text;
use crate::units::{Pace, Units, number};

/// Thresholds and zones of one group of sports, in absolute units.
#[must_use]
pub fn sport(s: &SportSettings, units: Units) -> String {
    let types = s.types.as_deref().unwrap_or_default();
    let mut names: Vec<String> = types.iter().map(|t| text::name(t)).collect();
    if s.other == Some(true) {
        names.push("all other sports".to_owned());
    }
    let mut facts: Vec<String> = Vec::new();
    facts.extend(s.ftp.map(|w| match s.indoor_ftp {
        Some(indoor) if indoor != w => format!("FTP {w} W (indoor {indoor} W)"),
        _ => format!("FTP {w} W"),
    }));
    #[expect(clippy::cast_precision_loss, reason = "joules")]
    facts.extend(
        s.w_prime
            .map(|j| format!("W' {} kJ", number(j as f64 / 1e3, 1))),
    );
    facts.extend(s.p_max.map(|w| format!("Pmax {w} W")));
    facts.extend(s.lthr.map(|b| format!("LTHR {b} bpm")));
    facts.extend(s.max_hr.map(|b| format!("max HR {b} bpm")));
    let unit = pace_unit(s, units);
    let threshold = s.threshold_pace.zip(unit).filter(|(v, _)| *v > 0.0);
    facts.extend(threshold.and_then(|(v, unit)| {
        unit.show(v)
            .map(|p| format!("threshold pace {p}{}", unit.name()))
    }));
    let mut lines = vec![format!(
        "{}: {}",
        names.join(", "),
        if facts.is_empty() {
            "no thresholds set".to_owned()
        } else {
            facts.join(", ")
        }
    )];
    if let (Some(ftp), Some(bounds)) = (s.ftp, &s.power_zones) {
        lines.push(zone_line(
            &format!("power (of {ftp} W)"),
            &zones::power(bounds, ftp),
            s.power_zone_names.as_deref(),
        ));
        if let (Some(low), Some(high)) = (s.sweet_spot_min, s.sweet_spot_max) {
            lines.push(format!(
                "  sweet spot {low}-{high} % FTP ({}-{} W)",
                low.saturating_mul(ftp) / 100,
                high.saturating_mul(ftp) / 100
            ));
        }
    }
    if let Some(bounds) = &s.hr_zones {
        lines.push(zone_line(
            "HR",
            &zones::heart_rate(bounds),
            s.hr_zone_names.as_deref(),
        ));
    }
    if let (Some((threshold, unit)), Some(bounds)) = (threshold, &s.pace_zones) {
        lines.push(zone_line(
            "pace",
            &zones::pace(bounds, threshold, unit),
            s.pace_zone_names.as_deref(),
        ));
    }
    lines.join("\n")
}

/// `  power zones: Z1 0-144 W, …`; names only where the athlete gave some.
fn zone_line(what: &str, ranges: &[String], names: Option<&[String]>) -> String {
    let zones: Vec<String> = ranges
        .iter()
        .enumerate()
        .map(|(i, range)| {
            let number = i + 1;
            match names.and_then(|n| n.get(i)).map(|n| text::name(n)) {
                Some(name) if !is_plain(&name, number) => format!("Z{number} {name} {range}"),
                _ => format!("Z{number} {range}"),
            }
        })
        .collect();
    format!("  {what} zones: {}", zones.join(", "))
}

fn is_plain(name: &str, number: usize) -> bool {
    name.is_empty() || name == format!("Z{number}") || name == format!("Zone {number}")
}

/// How the athlete has the pace of these sports shown.
fn pace_unit(s: &SportSettings, units: Units) -> Option<Pace> {
    // The athlete's preference decides everywhere; what it does not cover the sport says itself.
    s.types
        .iter()
        .flatten()
        .find_map(|t| units.pace_of(t))
        .or(match s.pace_units.as_deref() {
            Some("MINS_KM") => Some(Pace::PerKm),
            Some("MINS_MILE") => Some(Pace::PerMile),
            Some("SECS_100M") => Some(Pace::Per100Metres),
            Some("SECS_100Y") => Some(Pace::Per100Yards),
            Some("SECS_500M") => Some(Pace::Per500Metres),
            _ => None,
        })
}

/// Custom fields by where they stand: `custom wellness fields: CaffeineMg "Caffeine" mg`.
#[must_use]
pub fn custom_fields(defined: &[(&str, Vec<CustomField>)]) -> String {
    let places = defined.iter().filter(|(_, fields)| !fields.is_empty());
    let lines = places.map(|(place, fields)| {
        let fields = fields.iter().map(CustomField::definition);
        let fields: Vec<String> = fields.collect();
        format!("custom {place} fields: {}", fields.join(", "))
    });
    lines.collect::<Vec<_>>().join("\n")
}
