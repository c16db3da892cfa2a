//! What a write to the settings of a sport changed.

use super::athlete;
use crate::intervals::Members;
use crate::intervals::sports::SportSettings;
use crate::mcp::reply::Reply;
use crate::units::{Units, signed};

/// A change of power or pace beyond this is more often a slip than a gain, in percent.
const LEAP: f64 = 15.0;
/// The same of heart rate.
const LEAP_OF_HR: f64 = 8.0;

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
                reply.line(format!("{name} {old} → {new} {unit}"));
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
    #[expect(clippy::cast_precision_loss, reason = "watts and beats")]
    let float = |value: Option<i64>| value.map(|value| value as f64);
    let indoor = (float(before.indoor_ftp), float(after.indoor_ftp));
    let leaps = [
        ("FTP", (float(before.ftp), float(after.ftp)), LEAP),
        ("indoor FTP", indoor, LEAP),
        ("LTHR", (float(before.lthr), float(after.lthr)), LEAP_OF_HR),
        (
            "max HR",
            (float(before.max_hr), float(after.max_hr)),
            LEAP_OF_HR,
        ),
        (
            "threshold speed",
            (before.threshold_pace, after.threshold_pace),
            LEAP,
        ),
    ];
    for (name, (old, new), most) in leaps {
        let change = old
            .zip(new)
            .map(|(old, new)| (new - old) / old.max(0.01) * 100.0);
        if let Some(change) = change.filter(|change| change.abs() > most) {
            let change = signed(change, 0);
            reply.footer(format!(
                "{name} changes by {change} %: make sure that it is no slip."
            ));
        }
    }
    if let Some(indoor) = after
        .indoor_ftp
        .filter(|_| sent.contains_key("ftp") && !sent.contains_key("indoor_ftp"))
    {
        reply.footer(format!("Indoor FTP stays {indoor} W."));
    }
}
