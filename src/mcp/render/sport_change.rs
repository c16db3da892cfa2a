//! What a write to the settings of a sport changed.

use super::athlete;
use crate::intervals::Members;
use crate::intervals::sports::SportSettings;
use crate::mcp::reply::Reply;
use crate::units::{Units, number, signed};

/// A change of FTP beyond this is more often a slip than a gain, in percent.
const SUSPICIOUS: f64 = 15.0;

/// What a write is called, by the members on the wire.
const NAMES: [(&str, &str); 11] = [
    ("ftp", "ftp"),
    ("indoor_ftp", "indoor_ftp"),
    ("lthr", "lthr"),
    ("max_hr", "max_hr"),
    ("threshold_pace", "threshold_pace"),
    ("power_zones", "power zones"),
    ("hr_zones", "HR zones"),
    ("pace_zones", "pace zones"),
    ("power_zone_names", "names of power zones"),
    ("hr_zone_names", "names of HR zones"),
    ("pace_zone_names", "names of pace zones"),
];

/// What people call the members `keys`, with a comma between them.
#[must_use]
pub fn names(keys: &[String]) -> String {
    let names = NAMES
        .iter()
        .filter(|(key, _)| keys.iter().any(|lost| lost == key));
    names.map(|(_, name)| *name).collect::<Vec<_>>().join(", ")
}

/// Thresholds that differ, and the zones that moved with them.
pub fn lines(reply: &mut Reply, before: &SportSettings, after: &SportSettings, units: Units) {
    let thresholds = [
        ("FTP", before.ftp, after.ftp, "W"),
        ("indoor FTP", before.indoor_ftp, after.indoor_ftp, "W"),
        ("LTHR", before.lthr, after.lthr, "bpm"),
        ("max HR", before.max_hr, after.max_hr, "bpm"),
    ];
    for (name, old, new, unit) in thresholds {
        match (old, new) {
            (Some(old), Some(new)) if old != new => {
                reply.line(format!(
                    "{name} {old} → {new} {unit} ({} %)",
                    signed(percent(old, new), 1)
                ));
            }
            (None, Some(new)) => {
                reply.line(format!("{name} {new} {unit} (new)"));
            }
            _ => {}
        }
    }
    if before.threshold_pace != after.threshold_pace {
        let shown = |settings| athlete::threshold_pace(settings, units);
        let old = shown(before).unwrap_or_else(|| "none".to_owned());
        let new = shown(after).unwrap_or_else(|| "none".to_owned());
        reply.line(format!("threshold pace {old} → {new}"));
    }
    let zones =
        |old: Option<String>, new: Option<String>| new.filter(|new| old.as_ref() != Some(new));
    reply.line_if(
        zones(athlete::power_zones(before), athlete::power_zones(after)).unwrap_or_default(),
    );
    reply.line_if(zones(athlete::hr_zones(before), athlete::hr_zones(after)).unwrap_or_default());
    let pace = |settings| athlete::pace_zones(settings, units);
    reply.line_if(zones(pace(before), pace(after)).unwrap_or_default());
}

/// What the athlete should know besides.
pub fn notes(
    reply: &mut Reply,
    before: &SportSettings,
    after: &SportSettings,
    sent: &Members,
    drafted: &[String],
) {
    for note in drafted {
        reply.footer(note.clone());
    }
    let both = before
        .ftp
        .zip(after.ftp)
        .map(|(old, new)| percent(old, new));
    if let Some(change) = both.filter(|change| change.abs() > SUSPICIOUS) {
        reply.footer(format!(
            "FTP changes by {} %: make sure that it is no slip.",
            number(change, 0)
        ));
    }
    if let Some(indoor) = after
        .indoor_ftp
        .filter(|_| sent.contains_key("ftp") && !sent.contains_key("indoor_ftp"))
    {
        reply.footer(format!("Indoor FTP stays {indoor} W."));
    }
}

#[expect(clippy::cast_precision_loss, reason = "watts and beats")]
fn percent(old: i64, new: i64) -> f64 {
    (new - old) as f64 / old.max(1) as f64 * 100.0
}
