//! One activity, in a list and in full: the service uses the same shape for both.

use jiff::civil::DateTime;
use serde_json::{Value, json};

use super::interval::{Interval, IntervalGroup};
use crate::intervals::Members;
use crate::intervals::dates::wall_time;
use crate::intervals::ids::{ActivityId, EventId};
use crate::intervals::lenient::record;
use crate::intervals::members::{Writable, Written as _};

record! {
    /// An activity. Metric throughout: seconds, metres, metres per second, degrees Celsius.
    ///
    /// The frequent fields come first, since names are compared in this order.
    pub struct Activity
    [id: ActivityId]
    writable
    (custom except
        "icu_ignore_time" | "icu_ignore_power" | "icu_ignore_hr" | "ignore_velocity" | "ignore_pace"
        | "ignore_parts" | "icu_pm_cp" | "icu_pm_w_prime" | "icu_pm_p_max" | "icu_pm_ftp" | "icu_pm_ftp_secs"
        | "icu_pm_ftp_watts" | "icu_rolling_cp" | "icu_rolling_w_prime" | "icu_rolling_p_max" | "ss_p_max"
        | "ss_w_prime" | "ss_cp" | "coasting_time" | "device_watts" | "has_heartrate" | "average_stance_time_balance"
        | "average_vertical_speed" | "average_leg_spring_stiffness" | "average_impact_loading_rate"
        | "use_elevation_correction" | "perceived_exertion" | "power_meter_serial" | "power_meter_battery"
        | "external_id" | "file_sport_index" | "file_type" | "icu_athlete_id" | "created" | "icu_sync_date"
        | "analyzed" | "icu_power_spike_threshold" | "icu_training_load_data"
        | "skyline_chart_bytes" | "power_field_names" | "power_field" | "use_gap_zone_times" | "custom_zones"
        | "icu_intervals_edited" | "lock_intervals" | "icu_sync_error" | "icu_color" | "icu_power_hr_z2_mins"
        | "icu_cadence_z2" | "icu_median_time_delta" | "p30s_exponent" | "workout_shift_secs" | "strava_id"
        | "coach_tick" | "oauth_client_id" | "oauth_client_name" | "attachments" | "recording_stops" | "route_id"
        | "analysis_issues" | "group" | "submax_fatigue_test" | "max_snow" | "gap_model")
    {
        name: String => written,
        /// Sport, such as `Run`; see [`Activity::is_stub`] for when it is missing.
        sport ("type"): String => written,
        /// Wall time where it took place, `2026-05-25T09:30:00`; see [`Activity::started`].
        start_date_local: String,
        /// s
        moving_time: i64,
        /// s
        elapsed_time: i64,
        /// m; [`Activity::icu_distance`] is preferred.
        distance: f64,
        /// m
        icu_distance: f64,
        /// Load points: the one of `power_load`, `hr_load` and `pace_load` that was chosen.
        icu_training_load: i64,
        /// Percent of threshold: 92.0 is an intensity factor of 0.92.
        icu_intensity: f64,
        /// bpm
        average_heartrate: f64,
        /// bpm
        max_heartrate: f64,
        /// W
        icu_average_watts: f64,
        /// Normalized power, W.
        icu_weighted_avg_watts: f64,
        /// m/s
        average_speed: f64,
        /// m/s over the moving time.
        pace: f64,
        /// Gradient-adjusted speed, m/s.
        gap: f64,
        /// m
        total_elevation_gain: f64,
        /// 1 to 10.
        icu_rpe: i64 => written,
        /// 1 (best) to 5 (worst).
        feel: i64 => written,
        /// rpm; strides (not steps) a minute for a run.
        average_cadence: f64,
        /// `STRAVA`, `UPLOAD`, `MANUAL`, `GARMIN_CONNECT` and others.
        source: String,
        /// Why there is nothing else in this row; only on stubs.
        note ("_note"): String,
        /// Percent of the planned workout that it is paired with.
        compliance: f64,
        paired_event_id: EventId => written,
        /// What Garmin asks to be named with its data.
        device_name: String,
        tags: Vec<String> => written,
        race: bool => written,
        commute: bool => written,
        trainer: bool => written,
        /// `NONE`, `COMMUTE`, `WARMUP`, `COOLDOWN` or `RACE`.
        sub_type: String => written,
        /// Fitness after this activity.
        icu_ctl: f64,
        /// Fatigue after this activity.
        icu_atl: f64,
        /// Lines such as `3x 8m 262w`.
        interval_summary: Vec<String>,
        description: String => written,
        /// Heart rate drift against power or pace, percent.
        decoupling: f64,
        /// Normalized power through average heart rate, W/bpm.
        icu_efficiency_factor: f64,
        /// Normalized through average power.
        icu_variability_index: f64,
        /// Average power through average heart rate, W/bpm.
        icu_power_hr: f64,
        /// As `icu_power_hr`, in zone 2 only.
        icu_power_hr_z2: f64,
        /// s recorded, pauses of the device left out.
        icu_recording_time: i64,
        /// Instant of the start in UTC, with `Z`.
        start_date: String,
        /// IANA name of the zone where it took place; often missing.
        timezone: String,
        power_load: i64,
        hr_load: i64,
        pace_load: i64,
        /// `AVG_HR`, `HR_ZONES` or `HRSS`.
        hr_load_type: String,
        /// `SWIM` or `RUN`.
        pace_load_type: String,
        /// FTP that was used for the analysis, W.
        icu_ftp: i64,
        /// eFTP after this activity, W.
        icu_rolling_ftp: i64,
        /// Change of the eFTP by this activity, W.
        icu_rolling_ftp_delta: i64,
        /// W' used for the analysis, J.
        icu_w_prime: i64,
        /// Pmax used for the analysis, W.
        p_max: i64,
        /// J
        icu_joules: i64,
        /// J
        icu_joules_above_ftp: i64,
        /// J
        icu_max_wbal_depletion: i64,
        /// Threshold speed used for the analysis, m/s.
        threshold_pace: f64,
        /// bpm
        lthr: i64,
        /// bpm
        athlete_max_hr: i64,
        /// bpm
        icu_resting_hr: i64,
        /// kg
        icu_weight: f64,
        /// Power zones by name, with the overlapping `SS` (sweet spot) that must not be added to the others.
        icu_zone_times: Vec<ZoneTime>,
        /// s in each heart rate zone.
        icu_hr_zone_times: Vec<i64>,
        /// s in each pace zone.
        pace_zone_times: Vec<i64>,
        /// s in each pace zone by gradient-adjusted pace.
        gap_zone_times: Vec<i64>,
        /// Upper bounds, bpm.
        icu_hr_zones: Vec<i64>,
        /// Upper bounds, percent of FTP.
        icu_power_zones: Vec<i64>,
        /// Upper bounds, percent of threshold speed.
        pace_zones: Vec<f64>,
        /// Percent of FTP.
        icu_sweet_spot_min: i64,
        /// Percent of FTP.
        icu_sweet_spot_max: i64,
        /// Which metric wins for time in zones, such as `POWER_HR_PACE`.
        tiz_order: String,
        /// m/s
        max_speed: f64,
        /// m
        total_elevation_loss: f64,
        /// m
        average_altitude: f64,
        /// m
        min_altitude: f64,
        /// m
        max_altitude: f64,
        /// m a step.
        average_stride: f64,
        /// mm
        average_step_length: f64,
        /// ms
        average_stance_time: f64,
        /// Percent.
        average_stance_time_percent: f64,
        /// mm
        average_vertical_oscillation: f64,
        /// Percent.
        average_vertical_ratio: f64,
        /// RPE times minutes moving.
        session_rpe: i64,
        trimp: f64,
        strain_score: f64,
        polarization_index: f64,
        /// kcal
        calories: i64,
        /// g
        carbs_used: i64,
        /// g
        carbs_ingested: i64 => written,
        /// kg
        kg_lifted: f64,
        /// The greatest fall of the heart rate after an effort.
        icu_hrr: HeartRateRecovery,
        /// Left through right, percent; which side the number stands for is not said.
        avg_lr_balance: f64,
        /// mm
        crank_length: f64,
        power_meter: String,
        /// m
        pool_length: f64,
        /// Count.
        lengths: i64,
        /// Count.
        icu_lap_count: i64,
        /// s at the start that analyses leave out.
        icu_warmup_time: i64,
        /// s at the end that analyses leave out.
        icu_cooldown_time: i64,
        icu_achievements: Vec<Achievement>,
        gear: Gear => written,
        /// Which series are stored.
        stream_types: Vec<String>,
        has_weather: bool,
        has_segments: bool,
        /// Where its comments stand; absent as long as there are none.
        icu_chat_id: i64,
        /// °C by the device.
        average_temp: f64,
        /// °C by the device.
        min_temp: f64,
        /// °C by the device.
        max_temp: f64,
        /// °C by the weather service.
        average_weather_temp: f64,
        /// °C by the weather service.
        min_weather_temp: f64,
        /// °C by the weather service.
        max_weather_temp: f64,
        /// °C
        average_feels_like: f64,
        /// °C
        min_feels_like: f64,
        /// °C
        max_feels_like: f64,
        /// m/s
        average_wind_speed: f64,
        /// m/s
        average_wind_gust: f64,
        /// Degrees from north.
        prevailing_wind_deg: i64,
        /// Percent of the time.
        headwind_percent: f64,
        /// Percent of the time.
        tailwind_percent: f64,
        /// Percent of the sky.
        average_clouds: i64,
        /// mm
        max_rain: f64,
        /// Only with [`super::Activities::get_with_intervals`].
        icu_intervals: Vec<Interval>,
        /// Repeats that belong together; only with [`super::Activities::get_with_intervals`].
        icu_groups: Vec<IntervalGroup>,
    }
}

impl Activity {
    /// What a client can write of it, without the athlete's own fields, which may be worked out by scripts. A number is
    /// cleared by -1 and a text by an empty one; gear cannot be cleared.
    #[must_use]
    pub fn members(&self) -> Members {
        self.written()
    }

    /// Whether the service holds the data back: it came through Strava, whose terms forbid to hand it on.
    #[must_use]
    pub fn is_stub(&self) -> bool {
        let empty = self.sport.is_none() && self.moving_time.is_none();
        empty || (self.source.as_deref() == Some("STRAVA") && self.note.is_some())
    }

    /// The start on the clock at the place of the activity.
    #[must_use]
    pub fn started(&self) -> Option<DateTime> {
        self.start_date_local.as_deref().and_then(wall_time)
    }
}

record! {
    /// Time in one power zone.
    pub struct ZoneTime {
        /// `Z1` to `Z7`, or `SS`.
        id: String,
        /// s
        secs: i64,
    }
}

record! {
    /// A fall of the heart rate after an effort.
    pub struct HeartRateRecovery {
        /// s from the start.
        start_time: i64,
        /// s from the start.
        end_time: i64,
        /// bpm
        start_bpm: i64,
        /// bpm
        end_bpm: i64,
        /// W
        average_watts: i64,
        /// bpm fallen.
        hrr: i64,
    }
}

record! {
    /// A best or a new threshold of this activity.
    pub struct Achievement {
        /// `BEST_POWER`, `FTP_UP`, `LTHR_UP`, `BEST_PACE` and others.
        kind ("type"): String,
        message: String,
        /// W
        watts: i64,
        /// s
        secs: i64,
        /// In the unit of the kind.
        value: i64,
        /// m
        distance: f64,
        /// m/s
        pace: f64,
    }
}

record! {
    /// Bike or shoe; the name is usually missing here and stands in the gear list.
    pub struct Gear {
        id: String,
        name: String,
        /// m in all.
        distance: f64,
        primary: bool,
    }
}

/// Gear is written by its id alone.
impl Writable for Gear {
    fn value(&self) -> Value {
        json!({"id": self.id})
    }
}
