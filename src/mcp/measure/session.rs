//! What can be followed from one activity to the next.

use super::{Kind, folded};
use crate::intervals::activities::Activity;
use crate::mcp::render::activities;
use crate::mcp::render::activity::counts_steps;
use crate::mcp::scales::FEEL;
use crate::units::Units;

/// Something that an activity has or has not.
pub struct SessionMeasure {
    /// The name under which tools take and show it.
    pub name: &'static str,
    /// Other names for it, folded.
    aliases: &'static [&'static str],
    how: How,
    /// The fields of the service that it is made of.
    pub wire: &'static [&'static str],
    get: fn(&Activity) -> Option<f64>,
}

/// How it is shown.
#[derive(Clone, Copy)]
enum How {
    As(Kind),
    /// A speed, as the pace of the sport.
    Pace,
    /// By steps, strokes or turns, as the sport has it.
    Cadence,
}

const fn measure(
    name: &'static str,
    aliases: &'static [&'static str],
    how: How,
    wire: &'static [&'static str],
    get: fn(&Activity) -> Option<f64>,
) -> SessionMeasure {
    SessionMeasure {
        name,
        aliases,
        how,
        wire,
        get,
    }
}

const fn number(unit: &'static str, decimals: usize) -> How {
    How::As(Kind::Number(unit, decimals))
}

#[expect(clippy::cast_precision_loss, reason = "seconds, joules and beats")]
fn float(value: Option<i64>) -> Option<f64> {
    value.map(|v| v as f64)
}

/// What a sensor that is not there writes as 0.
fn positive(value: Option<f64>) -> Option<f64> {
    value.filter(|v| *v > 0.0)
}

fn speed(a: &Activity) -> Option<f64> {
    positive(a.pace.or(a.average_speed))
}

/// Every one, in the order in which they are listed.
#[rustfmt::skip]
pub const SESSION_MEASURES: &[SessionMeasure] = &[
    measure("session_load", &["activityload"], number("", 0), &["icu_training_load"], |a| float(a.icu_training_load)),
    measure("moving_time", &["time", "duration"], How::As(Kind::Hours), &["moving_time"], |a| positive(float(a.moving_time))),
    measure("distance", &["km", "miles"], How::As(Kind::Distance), &["distance", "icu_distance"], activities::metres),
    measure("climbing", &["elevation", "elevationgain", "ascent"], How::As(Kind::Height), &["total_elevation_gain"], |a| a.total_elevation_gain),
    measure("np", &["normalizedpower", "weightedpower"], number("W", 0), &["icu_weighted_avg_watts"], |a| positive(a.icu_weighted_avg_watts)),
    measure("avg_power", &["power", "watts", "avgwatts", "averagepower"], number("W", 0), &["icu_average_watts"], |a| positive(a.icu_average_watts)),
    measure("intensity", &["if", "intensityfactor"], number("%", 0), &["icu_intensity"], |a| positive(a.icu_intensity)),
    measure("avg_hr", &["hr", "heartrate", "averagehr", "averageheartrate"], number("bpm", 0), &["average_heartrate"], |a| positive(a.average_heartrate)),
    measure("max_hr", &["maxheartrate"], number("bpm", 0), &["max_heartrate"], |a| positive(a.max_heartrate)),
    measure("pace", &["avgpace"], How::Pace, &["pace", "average_speed"], speed),
    measure("gap", &["gradeadjustedpace", "gradientadjustedpace"], How::Pace, &["gap"], |a| positive(a.gap)),
    measure("speed", &["avgspeed", "averagespeed"], How::As(Kind::Speed), &["average_speed", "pace"], |a| positive(a.average_speed.or(a.pace))),
    measure("cadence", &["avgcadence"], How::Cadence, &["average_cadence"], |a| positive(a.average_cadence)),
    measure("efficiency_factor", &["ef", "efficiency", "aerobicefficiency"], number("W/bpm", 2), &["icu_efficiency_factor"], |a| positive(a.icu_efficiency_factor)),
    measure("metres_per_beat", &["speedperbeat"], number("m", 2), &["pace", "average_speed", "average_heartrate"], |a| Some(speed(a)? * 60.0 / positive(a.average_heartrate)?)),
    measure("decoupling", &["drift", "hrdrift", "aerobicdecoupling"], number("%", 1), &["decoupling"], |a| a.decoupling),
    measure("variability_index", &["vi", "variability"], number("", 2), &["icu_variability_index"], |a| positive(a.icu_variability_index)),
    measure("rpe", &["exertion"], number("", 0), &["icu_rpe"], |a| positive(float(a.icu_rpe))),
    measure("feel", &["feeling"], How::As(Kind::Labels(FEEL)), &["feel"], |a| positive(float(a.feel))),
    measure("session_rpe", &["srpe"], number("", 0), &["session_rpe"], |a| positive(float(a.session_rpe))),
    measure("eftp", &["estimatedftp", "rollingftp"], number("W", 0), &["icu_rolling_ftp"], |a| positive(float(a.icu_rolling_ftp))),
    measure("work", &["kilojoules", "kj"], number("kJ", 0), &["icu_joules"], |a| positive(float(a.icu_joules)).map(|joules| joules / 1000.0)),
    measure("calories", &["burned"], number("kcal", 0), &["calories"], |a| positive(float(a.calories))),
    measure("trimp", &[], number("", 0), &["trimp"], |a| positive(a.trimp)),
    measure("compliance", &[], number("%", 0), &["compliance"], |a| positive(a.compliance)),
];

/// What every activity is asked for: who it is, and whether it may be read.
pub const ABOUT: &[&str] = &["type", "start_date_local", "moving_time", "source"];

/// The one called `name`, however it is written.
#[must_use]
pub fn find(name: &str) -> Option<&'static SessionMeasure> {
    let wanted = folded(name);
    SESSION_MEASURES
        .iter()
        .find(|m| folded(m.name) == wanted || m.aliases.contains(&wanted.as_str()))
}

impl SessionMeasure {
    /// How values of `sport` are shown; `None` where the sport has no such thing.
    #[must_use]
    pub fn kind(&self, sport: &str, units: Units) -> Option<Kind> {
        match self.how {
            How::As(kind) => Some(kind),
            How::Pace => units.pace_of(sport).map(Kind::Pace),
            How::Cadence if counts_steps(sport) => Some(Kind::Number("steps/min", 0)),
            How::Cadence if sport.ends_with("Swim") => Some(Kind::Number("strokes/min", 0)),
            How::Cadence => Some(Kind::Number("rpm", 0)),
        }
    }

    /// The value of an activity in the unit of its [`kind`](Self::kind).
    #[must_use]
    pub fn value(&self, activity: &Activity, units: Units) -> Option<f64> {
        let sport = activity.sport.as_deref()?;
        let value = (self.get)(activity)?;
        match self.how {
            How::As(_) => Some(value),
            How::Pace => units.pace_of(sport)?.seconds(value),
            // Strides upstream; runners count steps.
            How::Cadence if counts_steps(sport) => Some(value * 2.0),
            How::Cadence => Some(value),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mcp::measure;

    #[test]
    fn no_name_means_two_things() {
        let mut names: Vec<String> = Vec::new();
        for m in SESSION_MEASURES {
            names.push(folded(m.name));
            names.extend(m.aliases.iter().map(|alias| (*alias).to_owned()));
            for name in m.aliases.iter().chain([&m.name]) {
                assert!(measure::find(name).is_none(), "{name} is one of a day too");
                assert_eq!(find(name).map(|m| m.name), Some(m.name));
            }
        }
        names.sort_unstable();
        let count = names.len();
        names.dedup();
        assert_eq!(names.len(), count);
        assert_eq!(find("Intensity Factor").map(|m| m.name), Some("intensity"));
    }
}
