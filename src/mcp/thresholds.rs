//! What targets of a planned workout are resolved with: what the caller gave, else the athlete's sport settings.

use crate::intervals::sports::SportSettings;
use crate::units::number;
use crate::workout::ast::Metric;
use crate::workout::{Athlete, Workout};

/// Thresholds that the caller gave.
#[derive(Debug, Clone, Copy, Default)]
pub struct Given {
    /// W
    pub ftp: Option<f64>,
    /// bpm
    pub lthr: Option<f64>,
    /// m/s
    pub pace: Option<f64>,
}

impl Given {
    /// `sport` with these thresholds and the usual zones.
    #[must_use]
    pub fn athlete(self, sport: &str) -> Athlete {
        Athlete {
            ftp: self.ftp,
            lthr: self.lthr,
            threshold_pace: self.pace,
            ..Athlete::of(sport)
        }
    }
}

/// Whether the targets of `workout` need a threshold that `athlete` does not have.
#[must_use]
pub fn are_missing(workout: &Workout, athlete: &Athlete) -> bool {
    workout.metrics().any(|metric| match metric {
        Metric::Power => athlete.ftp.is_none(),
        Metric::Hr => athlete.lthr.is_none(),
        Metric::Pace => athlete.threshold_pace.is_none(),
    })
}

/// W: what is ridden indoors goes by the indoor FTP, where the athlete has one.
#[must_use]
pub fn ftp(settings: &SportSettings, indoor: bool) -> Option<i64> {
    let positive = |ftp: Option<i64>| ftp.filter(|watts| *watts > 0);
    positive(settings.indoor_ftp.filter(|_| indoor)).or(positive(settings.ftp))
}

/// Fills in what is missing from the athlete's `settings`, zones included.
#[expect(clippy::cast_precision_loss, reason = "watts and beats a minute")]
pub fn fill(athlete: &mut Athlete, settings: &SportSettings, indoor: bool) {
    let positive = |value: Option<i64>| value.filter(|v| *v > 0).map(|v| v as f64);
    athlete.ftp = athlete.ftp.or(positive(ftp(settings, indoor)));
    athlete.lthr = athlete.lthr.or(positive(settings.lthr));
    athlete.max_hr = athlete.max_hr.or(positive(settings.max_hr));
    let pace = settings.threshold_pace.filter(|speed| *speed > 0.1);
    athlete.threshold_pace = athlete.threshold_pace.or(pace);
    let floats = |zones: &Option<Vec<i64>>| -> Option<Vec<f64>> {
        let zones = zones.as_ref().filter(|zones| !zones.is_empty())?;
        Some(zones.iter().map(|bound| *bound as f64).collect())
    };
    if let Some(zones) = floats(&settings.power_zones) {
        athlete.power_zones = zones;
    }
    if let Some(zones) = floats(&settings.hr_zones) {
        athlete.hr_zones = zones;
    }
    if let Some(zones) = settings.pace_zones.as_ref().filter(|z| !z.is_empty()) {
        athlete.pace_zones.clone_from(zones);
    }
    if let (Some(low), Some(high)) = (settings.sweet_spot_min, settings.sweet_spot_max) {
        athlete.sweet_spot = (low as f64, high as f64);
    }
}

/// `FTP 262 W (given)` of the thresholds that `workout` rests on; `speed` says a pace.
#[must_use]
pub fn said(
    workout: &Workout,
    athlete: &Athlete,
    given: Given,
    speed: impl Fn(f64) -> String,
) -> Vec<String> {
    let from = |given: Option<f64>| {
        if given.is_some() {
            "given"
        } else {
            "from the settings"
        }
    };
    workout
        .metrics()
        .filter_map(|metric| {
            Some(match metric {
                Metric::Power => {
                    format!("FTP {} W ({})", number(athlete.ftp?, 0), from(given.ftp))
                }
                Metric::Hr => {
                    format!(
                        "LTHR {} bpm ({})",
                        number(athlete.lthr?, 0),
                        from(given.lthr)
                    )
                }
                Metric::Pace => format!(
                    "threshold pace {} ({})",
                    speed(athlete.threshold_pace?),
                    from(given.pace)
                ),
            })
        })
        .collect()
}
