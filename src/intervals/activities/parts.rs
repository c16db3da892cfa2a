//! What is asked for beside an activity: messages, weather, segments, histograms, best efforts, power against heart rate.

use crate::intervals::lenient::record;

record! {
    /// A comment on an activity; text written by others.
    pub struct Message [id: i64] {
        athlete_id: String,
        /// Who wrote it.
        name: String,
        /// Instant, with an offset.
        created: String,
        /// `TEXT` and others.
        kind ("type"): String,
        content: String,
        /// Index into the streams, when the comment is about a part.
        start_index: i64,
        /// Index into the streams, when the comment is about a part.
        end_index: i64,
        /// Instant of the deletion.
        deleted: String,
        seen: bool,
    }
}

record! {
    /// A comment that was just written.
    pub struct NewMessage [id: i64] {
        /// The conversation that it opened, if it is the first.
        new_chat: Chat,
    }
}

record! {
    /// The conversation about an activity.
    pub struct Chat [id: i64] {}
}

record! {
    /// Weather along an activity.
    pub struct WeatherSummary {
        /// A sentence.
        description: String,
        /// s
        moving_time: i64,
        /// °C by the device.
        average_temp: f64,
        /// °C
        average_weather_temp: f64,
        /// °C
        min_weather_temp: f64,
        /// °C
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
        max_wind_speed: f64,
        /// m/s
        average_wind_gust: f64,
        /// m/s
        max_wind_gust: f64,
        /// Degrees from north.
        prevailing_wind_deg: i64,
        /// Percent of the time.
        headwind_percent: f64,
        /// Percent of the time.
        tailwind_percent: f64,
        /// Degrees.
        average_yaw: f64,
        /// mm
        max_rain: f64,
        /// mm
        max_showers: f64,
        /// cm
        max_snow: f64,
        /// Percent of the sky.
        average_clouds: i64,
    }
}

record! {
    /// A known stretch that was ridden or run.
    pub struct Segment [id: i64] {
        name: String,
        segment_id: i64,
        /// Index into the streams.
        start_index: i64,
        /// Index into the streams.
        end_index: i64,
        starred: bool,
    }
}

record! {
    /// Time between two values.
    pub struct HistogramBucket {
        /// W, bpm or m/s.
        min: f64,
        /// W, bpm or m/s.
        max: f64,
        /// s
        secs: i64,
    }
}

record! {
    /// Best efforts over one duration or distance, best first.
    pub struct BestEfforts {
        efforts: Vec<Effort>,
    }
}

record! {
    /// One best effort.
    pub struct Effort {
        /// Index into the streams, inclusive.
        start_index: i64,
        /// Index into the streams, exclusive.
        end_index: i64,
        /// In the unit of the stream.
        average: f64,
        /// s
        duration: i64,
        /// m
        distance: f64,
    }
}

record! {
    /// Power against heart rate over an activity; the plot itself is left out.
    pub struct PowerVersusHeartRate {
        /// Percent.
        decoupling: f64,
        /// W/bpm
        power_hr ("powerHr"): f64,
        /// W/bpm in the first half.
        power_hr_first ("powerHrFirst"): f64,
        /// W/bpm in the second half.
        power_hr_second ("powerHrSecond"): f64,
        /// W/bpm in zone 2.
        power_hr_z2 ("powerHrZ2"): f64,
        /// rpm
        median_cadence_z2 ("medianCadenceZ2"): i64,
        /// s by which the heart rate follows the power.
        hr_lag ("hrLag"): i64,
        /// s left out at the start.
        warmup: i64,
        /// s left out at the end.
        cooldown: i64,
        /// s
        elapsed_time ("elapsedTime"): i64,
    }
}
