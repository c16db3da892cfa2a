//! What is to be written of an entry of the sport settings, checked.

use serde_json::{Value, json};

use super::params::{Int, Text, Zones};
use super::text;
use crate::intervals::Members;
use crate::intervals::sports::SportSettings;
use crate::units::number;
use crate::workout;

/// Upper bound of a zone without an end.
const OPEN: f64 = 999.0;
const MOST_ZONES: usize = 12;
/// W; what people hold for an hour.
const FTP: (i64, i64) = (40, 600);
/// bpm
const LTHR: (i64, i64) = (80, 220);
/// bpm
const MAX_HR: (i64, i64) = (100, 240);
/// m/s; beyond it the service refuses.
const PACE: (f64, f64) = (0.3, 8.0);

/// What the caller gave.
#[derive(Default)]
pub struct Given {
    pub ftp: Option<Int>,
    pub indoor_ftp: Option<Int>,
    pub lthr: Option<Int>,
    pub max_hr: Option<Int>,
    pub threshold_pace: Option<Text>,
    pub zones: Option<Zones>,
}

/// What is to be sent.
#[derive(Debug, PartialEq)]
pub struct Draft {
    pub members: Members,
    /// Whether the service moves the HR zones by itself.
    pub moves_hr_zones: bool,
    /// What was added to what was given.
    pub notes: Vec<String>,
}

/// The entry of the sport that is meant.
///
/// # Errors
/// A sentence that lists the entries.
pub fn entry<'s>(all: &'s [SportSettings], sport: &str) -> Result<&'s SportSettings, String> {
    let named = workout::sport(sport);
    let is_named = |entry: &&SportSettings| {
        let mut types = entry.types.iter().flatten();
        types.any(|kind| kind.eq_ignore_ascii_case(&named))
    };
    let is_rest = |entry: &&SportSettings| {
        entry.other == Some(true) && sport.trim().eq_ignore_ascii_case("other")
    };
    let found = all
        .iter()
        .find(is_named)
        .or_else(|| all.iter().find(is_rest));
    found.ok_or_else(|| {
        let listed: Vec<String> = all.iter().map(name).collect();
        format!(
            "{} has no sport settings of its own. There are: {}. Nothing was written.",
            text::name(sport),
            listed.join("; ")
        )
    })
}

/// `Ride, VirtualRide`
#[must_use]
pub fn name(entry: &SportSettings) -> String {
    let mut names: Vec<String> = entry
        .types
        .iter()
        .flatten()
        .map(|kind| text::name(kind))
        .collect();
    if entry.other == Some(true) {
        names.push("all other sports".to_owned());
    }
    names.join(", ")
}

impl Given {
    /// What it comes to for `entry`, whose sport was named `sport`.
    ///
    /// # Errors
    /// A sentence that says what is wrong and that nothing was written.
    pub fn draft(&self, entry: &SportSettings, sport: &str) -> Result<Draft, String> {
        let mut draft = Draft {
            members: Members::new(),
            moves_hr_zones: false,
            notes: Vec::new(),
        };
        draft.put("ftp", whole("ftp in W", self.ftp, FTP)?);
        draft.put(
            "indoor_ftp",
            whole("indoor_ftp in W", self.indoor_ftp, FTP)?,
        );
        draft.put("lthr", whole("lthr in bpm", self.lthr, LTHR)?);
        draft.put("max_hr", whole("max_hr in bpm", self.max_hr, MAX_HR)?);
        if let Some(Text(pace)) = &self.threshold_pace {
            draft.put("threshold_pace", Some(json!(speed(pace, entry, sport)?)));
        }
        let lthr = self.lthr.map(|lthr| lthr.0).or(entry.lthr);
        let max_hr = self.max_hr.map(|max| max.0).or(entry.max_hr);
        let is_given = self.lthr.is_some() || self.max_hr.is_some();
        if let (Some(lthr), Some(max), true) = (lthr, max_hr, is_given)
            && lthr >= max
        {
            return Err(format!(
                "lthr {lthr} bpm must be below max_hr {max} bpm. Nothing was written."
            ));
        }
        let zones = self.zones.clone().unwrap_or_default();
        if let Some(bounds) = zones.power {
            let bounds = percents("power", bounds, &mut draft.notes)?;
            draft.rename("power", entry.power_zone_names.as_ref(), bounds.len());
            draft.put(
                "power_zones",
                Some(bounds.iter().map(|b| json!(rounded(*b))).collect()),
            );
        }
        if let Some(bounds) = zones.pace {
            let bounds = percents("pace", bounds, &mut draft.notes)?;
            draft.rename("pace", entry.pace_zone_names.as_ref(), bounds.len());
            draft.put("pace_zones", Some(json!(bounds)));
        }
        match zones.hr {
            Some(bounds) => {
                let bounds = beats(bounds, max_hr, &mut draft.notes)?;
                draft.rename("hr", entry.hr_zone_names.as_ref(), bounds.len());
                draft.put("hr_zones", Some(json!(bounds)));
                // The service insists on both being the same.
                draft.put("max_hr", bounds.last().map(|last| json!(last)));
            }
            None => draft.moves_hr_zones = is_given,
        }
        if draft.members.is_empty() {
            return Err(
                "Nothing to change: give ftp, indoor_ftp, lthr, max_hr, threshold_pace or zones."
                    .to_owned(),
            );
        }
        Ok(draft)
    }
}

impl Draft {
    fn put(&mut self, key: &str, value: Option<Value>) {
        self.members
            .extend(value.map(|value| (key.to_owned(), value)));
    }

    /// Names of another number of zones no longer fit.
    fn rename(&mut self, kind: &str, names: Option<&Vec<String>>, count: usize) {
        let Some(names) = names.filter(|names| names.len() != count) else {
            return;
        };
        let new: Vec<String> = (1..=count).map(|zone| format!("Z{zone}")).collect();
        self.put(&format!("{kind}_zone_names"), Some(json!(new)));
        self.notes.push(format!(
            "The {} names of {} zones are replaced by Z1 to Z{count}.",
            names.len(),
            if kind == "hr" { "HR" } else { kind }
        ));
    }
}

#[expect(clippy::cast_possible_truncation, reason = "checked to be below 1,000")]
fn rounded(value: f64) -> i64 {
    value.round() as i64
}

fn whole(name: &str, value: Option<Int>, (low, high): (i64, i64)) -> Result<Option<Value>, String> {
    match value {
        Some(Int(value)) if !(low..=high).contains(&value) => Err(format!(
            "{name} {value} is outside {low} to {high}. Nothing was written."
        )),
        value => Ok(value.map(|value| json!(value.0))),
    }
}

fn speed(pace: &str, entry: &SportSettings, sport: &str) -> Result<f64, String> {
    let nothing = "Nothing was written.";
    let paced = entry.threshold_pace.is_some()
        || entry
            .pace_units
            .as_deref()
            .is_some_and(|unit| unit != "NONE");
    if !paced {
        return Err(format!(
            "{} has no pace: leave threshold_pace out. {nothing}",
            name(entry)
        ));
    }
    let speed = workout::threshold_pace(pace, &workout::sport(sport))
        .map_err(|why| format!("{why} {nothing}"))?;
    let (low, high) = PACE;
    if (low..=high).contains(&speed) {
        Ok(speed)
    } else {
        Err(format!(
            "threshold_pace {} is {} m/s, outside {low} to {high}: check the unit, such as 4:00/km or 1:35/100m. {nothing}",
            text::name(pace),
            number(speed, 2)
        ))
    }
}

/// Bounds in percent, the last of them open.
fn percents(kind: &str, mut bounds: Vec<f64>, notes: &mut Vec<String>) -> Result<Vec<f64>, String> {
    if bounds.last().is_some_and(|last| *last < 900.0) {
        bounds.push(OPEN);
        notes.push(format!("The top {kind} zone is open above the last bound."));
    }
    if let Some(last) = bounds.last_mut() {
        *last = OPEN;
    }
    ascending(kind, &bounds, 1.0, OPEN)?;
    Ok(bounds)
}

/// Bounds in bpm, the last of them the maximum.
fn beats(
    bounds: Vec<f64>,
    max_hr: Option<i64>,
    notes: &mut Vec<String>,
) -> Result<Vec<i64>, String> {
    ascending("hr", &bounds, 40.0, 240.0)?;
    let mut bounds: Vec<i64> = bounds.into_iter().map(rounded).collect();
    match (bounds.last().copied(), max_hr) {
        (Some(last), Some(max)) if last < max => {
            bounds.push(max);
            notes.push(format!("The top HR zone ends at max HR, {max} bpm."));
        }
        (Some(last), Some(max)) if last > max => {
            return Err(format!(
                "zones: the last HR bound {last} is above max HR {max}; give max_hr {last} too if that is the maximum. \
                 Nothing was written."
            ));
        }
        _ => {}
    }
    Ok(bounds)
}

fn ascending(kind: &str, bounds: &[f64], low: f64, high: f64) -> Result<(), String> {
    let rising = bounds
        .iter()
        .zip(bounds.iter().skip(1))
        .all(|(one, next)| one.round() < next.round());
    let inside = bounds.iter().all(|bound| (low..=high).contains(bound));
    let counted = (2..=MOST_ZONES).contains(&bounds.len());
    if rising && inside && counted {
        return Ok(());
    }
    Err(format!(
        "zones: {kind} needs 2 to {MOST_ZONES} rising upper bounds between {low} and {high}. Nothing was written."
    ))
}
