//! Settings per sport: thresholds and zones.

use std::sync::Arc;

use jiff::civil::DateTime;
use serde_json::{Map, Value};

use super::Members;
use super::cache::Freshness;
use super::dates::wall_time;
use super::error::Error;
use super::ids::ActivityId;
use super::lenient::record;
use super::members::Written as _;
use super::target::Target;
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

    /// `GET /athlete/{id}/sport-settings/{id}`
    pub async fn get(&self, id: i64) -> Result<Arc<SportSettings>, Error> {
        self.transport
            .get(self.entry(id), Freshness::Settings)
            .await
    }

    /// `PUT /athlete/{id}/sport-settings/{id}`: changes what is given and answers with the whole entry. Past activities
    /// keep what they were analysed with.
    ///
    /// `max_hr` must be the last bound of `hr_zones`; with `recalc_hr_zones` the service moves the bounds by itself.
    pub async fn put(
        &self,
        id: i64,
        members: &Members,
        recalc_hr_zones: bool,
    ) -> Result<SportSettings, Error> {
        let target = self.entry(id).query("recalcHrZones", recalc_hr_zones);
        self.transport.put(target, members).await
    }

    /// `GET /athlete/{id}/sport-settings/{id}/matching-activities`: what [`Sports::apply`] would work on.
    pub async fn matching(&self, id: i64) -> Result<Arc<Vec<Matching>>, Error> {
        let target = self.entry(id).then("matching-activities");
        self.transport.get(target, Freshness::Volatile).await
    }

    /// `PUT /athlete/{id}/sport-settings/{id}/apply`: has the service analyse the matching activities by these settings, by
    /// and by; it does not say when that is done.
    pub async fn apply(&self, id: i64) -> Result<(), Error> {
        self.transport
            .put_nothing(self.entry(id).then("apply"))
            .await
    }

    fn entry(&self, id: i64) -> Target {
        self.transport.athlete().then("sport-settings").id(&id)
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
    pub struct SportSettings [id: i64] writable {
        /// The sports covered.
        types: Vec<String> => written,
        /// Whether this entry is for every sport that no other covers.
        other: bool,
        /// W
        ftp: i64 => written,
        /// W; absent means the same as `ftp`.
        indoor_ftp: i64 => written,
        /// J
        w_prime: i64 => written,
        /// W
        p_max: i64 => written,
        /// Upper bounds, percent of FTP; the last is 999.
        power_zones: Vec<i64> => written,
        power_zone_names: Vec<String> => written,
        /// Percent of FTP, inclusive.
        sweet_spot_min: i64 => written,
        /// Percent of FTP, inclusive.
        sweet_spot_max: i64 => written,
        /// Percent by which a reading counts as a spike.
        power_spike_threshold: i64 => written,
        /// s
        ftp_est_min_secs: i64 => written,
        /// kJ of work before the first fatigued power curve.
        after_kj0: i64 => written,
        /// kJ of work before the second fatigued power curve.
        after_kj1: i64 => written,
        /// bpm
        lthr: i64 => written,
        /// bpm
        max_hr: i64 => written,
        /// Upper bounds, bpm; the last is `max_hr`.
        hr_zones: Vec<i64> => written,
        hr_zone_names: Vec<String> => written,
        /// `AVG_HR`, `HR_ZONES` or `HRSS`.
        hr_load_type: String => written,
        /// Percent.
        hrrc_min_percent: f64 => written,
        /// m/s, for swimming too.
        threshold_pace: f64 => written,
        /// How pace is shown: `MINS_KM`, `MINS_MILE`, `SECS_100M`, `SECS_100Y`, `SECS_500M` and others.
        pace_units: String => written,
        /// Upper bounds, percent of the threshold speed; the last is 999.
        pace_zones: Vec<f64> => written,
        pace_zone_names: Vec<String> => written,
        /// `SWIM` or `RUN`.
        pace_load_type: String => written,
        /// `NONE` or `STRAVA_RUN`.
        gap_model: String => written,
        use_gap_zone_times: bool => written,
        /// `NO`, `AUTO` or `YES`.
        elevation_correction: String => written,
        /// m
        best_effort_distances: Vec<f64> => written,
        /// m
        pace_curve_start: f64 => written,
        /// Which load wins, such as `POWER_HR_PACE`.
        load_order: String => written,
        /// Which metric wins for time in zones.
        tiz_order: String => written,
        /// Which target wins in planned workouts.
        workout_order: String => written,
        /// Which metric wins in the list of intervals.
        interval_display: String => written,
        /// s at the start that analyses leave out.
        warmup_time: i64 => written,
        /// s at the end that analyses leave out.
        cooldown_time: i64 => written,
        /// s
        show_pauses: i64 => written,
        default_gear_id: String => written,
        default_indoor_gear_id: String => written,
        /// Power model over the recent past.
        mmp_model: PowerModel,
        /// Values of custom fields by code.
        custom_field_values: Map<String, Value> => written,
        /// Whether an eFTP is estimated for these sports.
        eftp_supported ("eFTPSupported"): bool,
        /// Instant of the last change.
        updated: String,
    }
}

impl SportSettings {
    /// What a client can write of it.
    #[must_use]
    pub fn members(&self) -> Members {
        self.written()
    }

    /// The entry as it would be after a write of these members, but for what the service works out of them.
    #[must_use]
    pub fn with(&self, members: &Members) -> Self {
        let mut changed = self.clone();
        changed.overlay(members);
        changed
    }
}

record! {
    /// An activity that an entry of the settings is for.
    pub struct Matching [id: ActivityId] {
        /// Wall time where it took place; see [`Matching::started`].
        start_date_local: String,
        /// Sport, such as `Run`.
        sport ("type"): String,
        name: String,
    }
}

impl Matching {
    /// The start on the clock at the place of the activity.
    #[must_use]
    pub fn started(&self) -> Option<DateTime> {
        self.start_date_local.as_deref().and_then(wall_time)
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
