//! Targets as the service writes them, in the terms of the language of workouts, which knows what they come to.

use crate::analytics::execution::Measure;
use crate::units::speed_of_pace;
use crate::workout::ast::Unit;
use crate::workout::{Athlete, Ends};

/// Zones at most.
const MOST_ZONES: u8 = 20;

/// What the numbers of a target count in.
#[derive(Debug, Clone, PartialEq)]
pub enum Scale {
    /// Zones by their numbers.
    Zones(Unit),
    /// Parts of a threshold.
    Percent(Unit),
    /// W or bpm.
    Absolute,
    /// Time over a distance, by the name of its unit.
    Pace(String),
}

impl Scale {
    /// By the service's name of the unit of a target of `measure`; `None` of what nobody can resolve.
    #[must_use]
    pub fn of(measure: Measure, units: &str) -> Option<Self> {
        let units = units.to_lowercase();
        Some(match (measure, units.as_str()) {
            (Measure::Power, "%ftp") => Self::Percent(Unit::PercentFtp),
            (Measure::Power, "power_zone") => Self::Zones(Unit::PowerZone),
            (Measure::Power, "w") | (Measure::HeartRate, "bpm") => Self::Absolute,
            (Measure::HeartRate, "%lthr") => Self::Percent(Unit::PercentLthr),
            (Measure::HeartRate, "%hr") => Self::Percent(Unit::PercentMaxHr),
            (Measure::HeartRate, "hr_zone") => Self::Zones(Unit::HrZone),
            (Measure::Speed, "%pace") => Self::Percent(Unit::PercentPace),
            (Measure::Speed, "pace_zone") => Self::Zones(Unit::PaceZone),
            (Measure::Speed, _) => {
                speed_of_pace(1.0, &units)?;
                Self::Pace(units)
            }
            _ => return None,
        })
    }

    /// W, bpm or m/s of a number that is no zone.
    #[must_use]
    pub fn value(&self, athlete: &Athlete, value: f64) -> Option<f64> {
        match self {
            Self::Percent(unit) => athlete.absolute(*unit, value),
            Self::Absolute => Some(value),
            Self::Pace(units) => speed_of_pace(value, units),
            Self::Zones(_) => None,
        }
    }

    /// W, bpm or m/s of the zones with these numbers.
    #[must_use]
    pub fn zones(&self, athlete: &Athlete, first: f64, last: f64) -> Option<Ends> {
        match self {
            Self::Zones(unit) => athlete.zones(*unit, whole(first)?, whole(last)?),
            _ => None,
        }
    }
}

/// A zone by its number.
fn whole(value: f64) -> Option<usize> {
    (1..=MOST_ZONES)
        .find(|zone| (f64::from(*zone) - value).abs() < 0.01)
        .map(usize::from)
}
