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
    facts.extend(threshold_pace(s, units).map(|pace| format!("threshold pace {pace}")));
    let mut lines = vec![format!(
        "{}: {}",
        names.join(", "),
        if facts.is_empty() {
            "no thresholds set".to_owned()
        } else {
            facts.join(", ")
        }
    )];
    lines.extend(power_zones(s));
    if let (Some(ftp), Some(_), Some(low), Some(high)) =
        (s.ftp, &s.power_zones, s.sweet_spot_min, s.sweet_spot_max)
    {
        lines.push(format!(
            "  sweet spot {low}-{high} % FTP ({}-{} W)",
            low.saturating_mul(ftp) / 100,
            high.saturating_mul(ftp) / 100
        ));
    }
    lines.extend(hr_zones(s));
    lines.extend(pace_zones(s, units));
    lines.join("\n")
}

/// The threshold pace, as `4:00/km`.
#[must_use]
pub fn threshold_pace(s: &SportSettings, units: Units) -> Option<String> {
    let (speed, unit) = paced(s, units)?;
    unit.show(speed)
        .map(|pace| format!("{pace}{}", unit.name()))
}

fn paced(s: &SportSettings, units: Units) -> Option<(f64, Pace)> {
    let speed = s.threshold_pace.filter(|speed| *speed > 0.0)?;
    Some((speed, pace_unit(s, units)?))
}

/// The power zones in watts, if there are any.
#[must_use]
pub fn power_zones(s: &SportSettings) -> Option<String> {
    let (ftp, bounds) = (s.ftp?, s.power_zones.as_ref()?);
    let what = format!("power (of {ftp} W)");
    let names = s.power_zone_names.as_deref();
    Some(zone_line(&what, &zones::power(bounds, ftp), names))
}

/// The heart rate zones, if there are any.
#[must_use]
pub fn hr_zones(s: &SportSettings) -> Option<String> {
    let bounds = zones::heart_rate(s.hr_zones.as_ref()?);
    Some(zone_line("HR", &bounds, s.hr_zone_names.as_deref()))
}

/// The pace zones as paces, if there are any.
#[must_use]
pub fn pace_zones(s: &SportSettings, units: Units) -> Option<String> {
    let ((threshold, unit), bounds) = (paced(s, units)?, s.pace_zones.as_ref()?);
    let bounds = zones::pace(bounds, threshold, unit);
    Some(zone_line("pace", &bounds, s.pace_zone_names.as_deref()))
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
