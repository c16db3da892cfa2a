//! Which intervals of a session are those that were searched for.

use super::measure::effort::{Metric, bpm, float, is_recovery};
use crate::intervals::activities::{Activity, Interval};

/// What was searched for; bounds are inclusive.
#[derive(Debug, Clone, Copy)]
pub struct Wanted {
    /// s
    pub secs: (i64, i64),
    /// Percent of threshold.
    pub intensity: (i64, i64),
    pub metric: Option<Metric>,
    pub reps: i64,
}

/// The efforts of one session.
#[derive(Debug, Clone)]
pub struct Efforts<'a> {
    pub found: Vec<&'a Interval>,
    /// None was of the intensity by our reading, so that these were chosen by their length.
    pub by_length: bool,
}

impl Wanted {
    /// As hard as anything, percent of threshold.
    pub const HARDEST: i64 = 1000;

    /// The intervals of `activity` that the service must have meant. It says which sessions match and not by which
    /// intervals, so that its own rating of each is looked at, beside the plain percentage of the threshold.
    #[must_use]
    pub fn among<'a>(&self, activity: &'a Activity) -> Efforts<'a> {
        let all = || activity.icu_intervals.iter().flatten();
        let long_enough: Vec<&Interval> = all().filter(|i| self.is_long_enough(i)).collect();
        let work: Vec<&Interval> = long_enough
            .iter()
            .copied()
            .filter(|i| !is_recovery(i))
            .collect();
        for candidates in [&work, &long_enough] {
            let hard = candidates.iter().copied();
            let hard: Vec<&Interval> = hard.filter(|i| self.is_hard_enough(i, activity)).collect();
            if !hard.is_empty() {
                return Efforts {
                    found: hard,
                    by_length: false,
                };
            }
        }
        Efforts {
            found: work,
            by_length: true,
        }
    }

    fn is_long_enough(&self, interval: &Interval) -> bool {
        let (least, most) = self.secs;
        let lengths = [interval.moving_time, interval.elapsed_time];
        let mut lengths = lengths.into_iter().flatten();
        lengths.any(|secs| (least..=most).contains(&secs))
    }

    fn is_hard_enough(&self, interval: &Interval, activity: &Activity) -> bool {
        let (least, most) = (float(self.intensity.0), float(self.intensity.1));
        let within = |percent: f64, spare: f64| (least - spare..=most + spare).contains(&percent);
        let rated = interval.intensity.map(float);
        let is_rated = || rated.is_some_and(|percent| within(percent, 0.0));
        let is_plain = |value: Option<f64>, threshold: Option<f64>| {
            let plain = value.zip(threshold.filter(|t| *t > 0.0));
            // Rounded twice: one percent more or less is the same.
            plain.is_some_and(|(value, threshold)| within(value * 100.0 / threshold, 1.0))
        };
        match self.metric {
            None => is_rated(),
            Some(Metric::Power) => {
                let watts = interval.average_watts.map(float);
                is_rated() || is_plain(watts, activity.icu_ftp.map(float))
            }
            Some(Metric::Pace) => {
                is_rated() || is_plain(interval.average_speed, activity.threshold_pace)
            }
            Some(Metric::Hr) => is_plain(bpm(interval), activity.lthr.map(float)),
        }
    }
}
