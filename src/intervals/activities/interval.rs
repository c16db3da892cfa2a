//! Intervals of an activity.

use crate::intervals::lenient::record;

record! {
    /// A part of an activity, found by the service or edited by the athlete. Its id changes with every analysis.
    pub struct Interval {
        id: i64,
        /// `WORK` or `RECOVERY`.
        kind ("type"): String,
        label: String,
        /// The group of like repeats, such as `480s@262w`.
        group_id: String,
        /// Index into the streams, inclusive.
        start_index: i64,
        /// Index into the streams, exclusive.
        end_index: i64,
        /// s from the start.
        start_time: i64,
        /// s from the start.
        end_time: i64,
        /// m
        distance: f64,
        /// s
        moving_time: i64,
        /// s
        elapsed_time: i64,
        /// Percent of threshold.
        intensity: i64,
        /// W
        average_watts: i64,
        /// W
        min_watts: i64,
        /// W
        max_watts: i64,
        /// W/kg
        average_watts_kg: f64,
        /// W/kg
        max_watts_kg: f64,
        /// Normalized power, W.
        weighted_average_watts: i64,
        /// Variability of the power in 5 s pieces.
        w5s_variability: f64,
        /// Load points.
        training_load: f64,
        strain_score: f64,
        /// J
        joules: i64,
        /// J
        joules_above_ftp: i64,
        /// Percent.
        decoupling: f64,
        /// W' left at the start, J.
        wbal_start: i64,
        /// W' left at the end, J.
        wbal_end: i64,
        /// Power zone, from 1.
        zone: i64,
        /// W
        zone_min_watts: i64,
        /// W
        zone_max_watts: i64,
        /// m/s
        average_speed: f64,
        /// m/s
        min_speed: f64,
        /// m/s
        max_speed: f64,
        /// Gradient-adjusted speed, m/s.
        gap: f64,
        /// bpm
        average_heartrate: i64,
        /// bpm
        min_heartrate: i64,
        /// bpm
        max_heartrate: i64,
        /// rpm; strides a minute for a run.
        average_cadence: f64,
        /// rpm; strides a minute for a run.
        min_cadence: i64,
        /// rpm; strides a minute for a run.
        max_cadence: i64,
        /// m a step.
        average_stride: f64,
        /// N·m
        average_torque: f64,
        /// m
        total_elevation_gain: f64,
        /// m
        min_altitude: f64,
        /// m
        max_altitude: f64,
        /// A fraction: 0.01 is 1 %.
        average_gradient: f64,
        /// Percent.
        avg_lr_balance: f64,
        average_dfa_a1: f64,
        /// Breaths a minute.
        average_respiration: f64,
        /// Percent.
        average_smo2: f64,
        average_thb: f64,
        /// mmol/L
        average_lactate: f64,
        /// ms
        average_stance_time: f64,
        /// mm
        average_vertical_oscillation: f64,
        /// Percent.
        average_vertical_ratio: f64,
        /// mm
        average_step_length: f64,
        /// °C
        average_temp: f64,
        /// °C
        average_weather_temp: f64,
        /// °C
        average_feels_like: f64,
        /// m/s
        average_wind_speed: f64,
        /// Percent of the time.
        headwind_percent: f64,
        /// Percent of the time.
        tailwind_percent: f64,
    }
}

record! {
    /// Like repeats taken together.
    pub struct IntervalGroup {
        /// Such as `480s@262w`.
        id: String,
        /// How many repeats.
        count: i64,
        /// m, average.
        distance: f64,
        /// s, average.
        moving_time: i64,
        /// s, average.
        elapsed_time: i64,
        /// Percent of threshold.
        intensity: i64,
        /// W
        average_watts: i64,
        /// W
        max_watts: i64,
        /// Normalized power, W.
        weighted_average_watts: i64,
        /// Load points.
        training_load: f64,
        /// J
        joules: i64,
        /// Percent.
        decoupling: f64,
        /// m/s
        average_speed: f64,
        /// m/s
        max_speed: f64,
        /// Gradient-adjusted speed, m/s.
        gap: f64,
        /// bpm
        average_heartrate: i64,
        /// bpm
        min_heartrate: i64,
        /// bpm
        max_heartrate: i64,
        /// rpm; strides a minute for a run.
        average_cadence: f64,
        /// m a step.
        average_stride: f64,
        /// m
        total_elevation_gain: f64,
        /// A fraction: 0.01 is 1 %.
        average_gradient: f64,
        /// Power zone, from 1.
        zone: i64,
        /// mmol/L
        average_lactate: f64,
    }
}
