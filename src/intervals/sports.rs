//! Settings per sport: thresholds and zones.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::cache::Freshness;
use super::error::Error;
use super::lenient::record;
use super::transport::Transport;

/// Calls about sport settings; all fail as [`Error`] says.
#[derive(Clone, Copy)]
pub struct Sports<'a> {
    transport: &'a Transport,
}

impl<'a> Sports<'a> {
    pub(super) const fn new(transport: &'a Transport) -> Self {
        Self { transport }
    }

    /// `GET /athlete/{id}/sport-settings`: one entry for each group of sports.
    pub async fn list(&self) -> Result<Arc<Vec<SportSettings>>, Error> {
        let target = self.transport.athlete().then("sport-settings");
        self.transport.get(target, Freshness::Settings).await
    }
}

/// The entry that covers `sport`, such as `Run`, else the one for all other sports.
#[must_use]
pub fn for_sport<'s>(settings: &'s [SportSettings], sport: &str) -> Option<&'s SportSettings> {
    let covers =
        |entry: &&SportSettings| entry.types.iter().flatten().any(|covered| covered == sport);
    let rest = |entry: &&SportSettings| entry.other == Some(true);
    settings
        .iter()
        .find(covers)
        .or_else(|| settings.iter().find(rest))
}

record! {
    /// Thresholds and zones of a group of sports.
    pub struct SportSettings [id: i64] {
        /// The sports covered.
        types: Vec<String>,
        /// Whether this entry is for every sport that no other covers.
        other: bool,
        /// W
        ftp: i64,
        /// W; absent means the same as `ftp`.
        indoor_ftp: i64,
        /// J
        w_prime: i64,
        /// W
        p_max: i64,
        /// Upper bounds, percent of FTP; the last is 999.
        power_zones: Vec<i64>,
        power_zone_names: Vec<String>,
        /// Percent of FTP, inclusive.
        sweet_spot_min: i64,
        /// Percent of FTP, inclusive.
        sweet_spot_max: i64,
        /// Percent by which a reading counts as a spike.
        power_spike_threshold: i64,
        /// s
        ftp_est_min_secs: i64,
        /// kJ of work before the first fatigued power curve.
        after_kj0: i64,
        /// kJ of work before the second fatigued power curve.
        after_kj1: i64,
        /// bpm
        lthr: i64,
        /// bpm
        max_hr: i64,
        /// Upper bounds, bpm; the last is `max_hr`.
        hr_zones: Vec<i64>,
        hr_zone_names: Vec<String>,
        /// `AVG_HR`, `HR_ZONES` or `HRSS`.
        hr_load_type: String,
        /// Percent.
        hrrc_min_percent: f64,
        /// m/s, for swimming too.
        threshold_pace: f64,
        /// How pace is shown: `MINS_KM`, `MINS_MILE`, `SECS_100M`, `SECS_100Y`, `SECS_500M` and others.
        pace_units: String,
        /// Upper bounds, percent of the threshold speed; the last is 999.
        pace_zones: Vec<f64>,
        pace_zone_names: Vec<String>,
        /// `SWIM` or `RUN`.
        pace_load_type: String,
        /// `NONE` or `STRAVA_RUN`.
        gap_model: String,
        use_gap_zone_times: bool,
        /// `NO`, `AUTO` or `YES`.
        elevation_correction: String,
        /// m
        best_effort_distances: Vec<f64>,
        /// m
        pace_curve_start: f64,
        /// Which load wins, such as `POWER_HR_PACE`.
        load_order: String,
        /// Which metric wins for time in zones.
        tiz_order: String,
        /// Which target wins in planned workouts.
        workout_order: String,
        /// Which metric wins in the list of intervals.
        interval_display: String,
        /// s at the start that analyses leave out.
        warmup_time: i64,
        /// s at the end that analyses leave out.
        cooldown_time: i64,
        /// s
        show_pauses: i64,
        default_gear_id: String,
        default_indoor_gear_id: String,
        /// Power model over the recent past.
        mmp_model: PowerModel,
        /// Values of custom fields by code.
        custom_field_values: Map<String, Value>,
        /// Whether an eFTP is estimated for these sports.
        eftp_supported ("eFTPSupported"): bool,
        /// Instant of the last change.
        updated: String,
    }
}

record! {
    /// A model of the power curve.
    pub struct PowerModel {
        /// `MS_2P`, `MORTON_3P`, `FFT_CURVES` or `ECP`.
        kind ("type"): String,
        /// W
        critical_power ("criticalPower"): i64,
        /// J
        w_prime ("wPrime"): i64,
        /// W
        p_max ("pMax"): i64,
        /// W
        ftp: i64,
    }
}

#[cfg(test)]
impl SportSettings {
    /// As the service writes it.
    #[must_use]
    pub fn of_document(document: &Value) -> Self {
        <Self as super::lenient::Document>::read(document).expect("an object with an id")
    }
}
