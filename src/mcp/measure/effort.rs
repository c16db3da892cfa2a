//! What the effort of an activity and of its intervals is measured by.

use crate::intervals::activities::{Activity, Interval};
use crate::mcp::params::{choice, family};
use crate::mcp::render::activity::counts_steps;
use crate::units::{Pace, Units, number};

choice! {
    pub enum Metric { Power = "power", Hr = "hr", Pace = "pace" }
}

impl Metric {
    /// The name of the service.
    #[must_use]
    pub const fn upstream(self) -> &'static str {
        match self {
            Self::Power => "POWER",
            Self::Hr => "HR",
            Self::Pace => "PACE",
        }
    }
}

/// What is shown of an effort.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    Watts,
    Pace(Pace),
    Bpm,
}

impl Measure {
    /// What says most about `activity`, or what was asked for where it is there: pace on foot and in the water, also
    /// where power was recorded.
    #[must_use]
    pub fn of(activity: &Activity, asked: Option<Metric>, units: Units) -> Self {
        let sport = activity.sport.as_deref().unwrap_or_default();
        let mut intervals = activity.icu_intervals.iter().flatten();
        let has_watts = intervals.any(|i| i.average_watts.is_some_and(|w| w > 0))
            || activity.icu_average_watts.is_some_and(|w| w > 0.0);
        match (asked, units.pace_of(sport)) {
            (Some(Metric::Hr), _) => Self::Bpm,
            (Some(Metric::Power), _) if has_watts => Self::Watts,
            (_, Some(pace)) => Self::Pace(pace),
            _ if has_watts => Self::Watts,
            _ => Self::Bpm,
        }
    }

    /// W, m/s or bpm of an interval; standing still and a lost strap are no value, coasting is.
    #[must_use]
    pub fn value(self, interval: &Interval) -> Option<f64> {
        match self {
            Self::Watts => interval.average_watts.map(float).filter(|w| *w >= 0.0),
            Self::Pace(_) => interval.average_speed.filter(|v| *v > 0.01),
            Self::Bpm => bpm(interval),
        }
    }

    /// `262`, `3:52`
    #[must_use]
    pub fn show(self, value: f64) -> Option<String> {
        match self {
            Self::Watts | Self::Bpm => Some(number(value, 0)),
            Self::Pace(pace) => pace.show(value),
        }
    }

    /// What stands behind the number: ` W`, `/km`, ` bpm`.
    #[must_use]
    pub const fn unit(self) -> &'static str {
        match self {
            Self::Watts => " W",
            Self::Pace(pace) => pace.name(),
            Self::Bpm => " bpm",
        }
    }

    /// How much was lost from the first to the last, in percent of the first; a heart rate that falls is no loss.
    #[must_use]
    pub fn fade(self, values: &[f64]) -> Option<f64> {
        if self == Self::Bpm || values.len() < 2 {
            return None;
        }
        let (first, last) = (*values.first()?, *values.last()?);
        (first > 0.0).then(|| (first - last) / first * 100.0)
    }
}

/// The heart rate of an interval, bpm.
#[must_use]
pub fn bpm(interval: &Interval) -> Option<f64> {
    interval.average_heartrate.map(float).filter(|b| *b > 0.0)
}

/// s moving, or elapsed where that is all that is known.
#[must_use]
pub fn seconds(interval: &Interval) -> Option<f64> {
    let seconds = interval.moving_time.filter(|s| *s > 0);
    seconds.or(interval.elapsed_time).map(float)
}

/// Whether it was rest between efforts.
#[must_use]
pub fn is_recovery(interval: &Interval) -> bool {
    let kind = interval.kind.as_deref();
    kind.is_some_and(|kind| kind.eq_ignore_ascii_case("RECOVERY"))
}

/// The mean of `value` over `intervals`, each by its length.
#[must_use]
pub fn mean(intervals: &[&Interval], value: impl Fn(&Interval) -> Option<f64>) -> Option<f64> {
    let (sum, weight) = intervals
        .iter()
        .filter_map(|i| Some((value(i)?, seconds(i).filter(|s| *s > 0.0).unwrap_or(1.0))))
        .fold((0.0, 0.0), |(sum, all), (value, secs)| {
            (sum + value * secs, all + secs)
        });
    (weight > 0.0).then(|| sum / weight)
}

/// What runners know cadence as: two steps are one stride.
#[must_use]
pub fn cadence(activity: &Activity) -> Option<f64> {
    let sport = activity.sport.as_deref().unwrap_or_default();
    let factor = if counts_steps(sport) { 2.0 } else { 1.0 };
    activity
        .average_cadence
        .filter(|c| *c > 0.0)
        .map(|c| c * factor)
}

/// Whether numbers of both may be held against each other: rides with rides, runs with runs.
#[must_use]
pub fn same_kind(a: &Activity, b: &Activity) -> bool {
    fn of(activity: &Activity) -> Option<&str> {
        activity.sport.as_deref().map(family)
    }
    of(a).is_some_and(|kind| of(b) == Some(kind))
}

#[expect(clippy::cast_precision_loss, reason = "whole seconds, watts and beats")]
pub(in crate::mcp) const fn float(value: i64) -> f64 {
    value as f64
}
