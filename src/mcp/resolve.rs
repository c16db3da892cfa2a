//! What the targets of a workout are in W, bpm and m/s for this athlete, where the service does not say it: it resolves
//! those of events, but not those of the library.

use super::targets::Scale;
use super::thresholds;
use crate::analytics::execution::Measure;
use crate::intervals::sports::SportSettings;
use crate::intervals::workout_doc::{Step, Target, WorkoutDoc};
use crate::workout::Athlete;

/// The service knows no repeats within repeats.
const MAX_DEPTH: usize = 2;

/// Fills in the resolved targets of every step from the athlete's thresholds and zones of today. What they do not cover
/// (percent of a best, a zone that does not exist) stays as written.
pub fn resolve(doc: &mut WorkoutDoc, indoor: bool, settings: &SportSettings) {
    let limits = Limits::of(settings, indoor);
    for step in doc.steps.iter_mut().flatten() {
        limits.resolve(step, 0);
    }
}

struct Limits(Athlete);

impl Limits {
    fn of(settings: &SportSettings, indoor: bool) -> Self {
        let mut athlete = Athlete::without_zones("");
        thresholds::fill(&mut athlete, settings, indoor);
        Self(athlete)
    }

    fn resolve(&self, step: &mut Step, depth: usize) {
        if step.resolved_power.is_none() {
            step.resolved_power = step
                .power
                .as_ref()
                .and_then(|target| self.of_target(target, Measure::Power));
        }
        if step.resolved_hr.is_none() {
            step.resolved_hr = step
                .hr
                .as_ref()
                .and_then(|target| self.of_target(target, Measure::HeartRate));
        }
        if step.resolved_pace.is_none() {
            step.resolved_pace = step
                .pace
                .as_ref()
                .and_then(|target| self.of_target(target, Measure::Speed));
        }
        if depth < MAX_DEPTH {
            for inner in step.steps.iter_mut().flatten() {
                self.resolve(inner, depth + 1);
            }
        }
    }

    /// What is in W or bpm already stays as it is written.
    fn of_target(&self, target: &Target, measure: Measure) -> Option<Target> {
        let scale = Scale::of(measure, target.units.as_deref()?)?;
        let resolved = |value: Option<f64>, start: Option<f64>, end: Option<f64>| Target {
            value,
            start,
            end,
            units: None,
            averaging: None,
        };
        match &scale {
            Scale::Absolute => None,
            Scale::Zones(_) => {
                let first = target.start.or(target.value)?;
                let last = target.end.or(target.value)?;
                let ends = scale.zones(&self.0, first, last)?;
                Some(resolved(None, ends.low, ends.high))
            }
            Scale::Percent(_) | Scale::Pace(_) => {
                // Any number tells whether the threshold is known.
                scale.value(&self.0, 1.0)?;
                let of = |value: Option<f64>| value.and_then(|value| scale.value(&self.0, value));
                Some(resolved(of(target.value), of(target.start), of(target.end)))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits() -> Limits {
        Limits(Athlete {
            ftp: Some(286.0),
            lthr: Some(170.0),
            max_hr: Some(190.0),
            threshold_pace: Some(4.0),
            power_zones: vec![55.0, 75.0, 90.0, 105.0, 120.0, 150.0, 999.0],
            hr_zones: vec![140.0, 155.0, 165.0, 175.0, 190.0],
            pace_zones: vec![77.5, 87.7, 94.3, 100.0, 103.4, 111.5, 999.0],
            ..Athlete::of("Run")
        })
    }

    impl Limits {
        fn of_power(&self, target: &Target) -> Option<Target> {
            self.of_target(target, Measure::Power)
        }

        fn of_heart_rate(&self, target: &Target) -> Option<Target> {
            self.of_target(target, Measure::HeartRate)
        }

        fn of_speed(&self, target: &Target) -> Option<Target> {
            self.of_target(target, Measure::Speed)
        }
    }

    fn target(units: &str, start: f64, end: f64) -> Target {
        Target {
            value: None,
            start: Some(start),
            end: Some(end),
            units: Some(units.to_owned()),
            averaging: None,
        }
    }

    fn ends(resolved: Option<Target>) -> (Option<f64>, Option<f64>) {
        resolved.map_or((None, None), |target| (target.start, target.end))
    }

    /// What the service itself made of one step in each zone, in August 2026, at an FTP of 286 W: the middle of the zone.
    #[test]
    fn power_zones_are_those_of_the_service() {
        for (zone, middle) in [
            (2.0, 186.0),
            (3.0, 236.0),
            (4.0, 279.0),
            (5.0, 322.0),
            (6.0, 387.0),
        ] {
            let (start, end) = ends(limits().of_power(&target("power_zone", zone, zone)));
            let found = f64::midpoint(start.unwrap(), end.unwrap()).round();
            assert!((found - middle).abs() < 0.1, "Z{zone}: {found}");
        }
        let percent = ends(limits().of_power(&target("%ftp", 55.0, 75.0)));
        let found = f64::midpoint(percent.0.unwrap(), percent.1.unwrap()).round();
        assert!((found - 186.0).abs() < 0.1, "{found}");
    }

    #[test]
    fn the_lowest_and_the_highest_zone_are_open() {
        let lowest = ends(limits().of_power(&target("power_zone", 1.0, 1.0)));
        assert_eq!(lowest, (None, Some(157.0)));
        let highest = ends(limits().of_power(&target("power_zone", 7.0, 7.0)));
        assert_eq!(highest, (Some(430.0), None));
        assert!(limits().of_power(&target("power_zone", 8.0, 8.0)).is_none());
        assert!(limits().of_power(&target("power_zone", 0.0, 0.0)).is_none());
    }

    #[test]
    fn hearts_go_by_their_threshold_or_their_maximum_as_written() {
        // 170 x 0.8 = 136, 190 x 0.8 = 152.
        assert_eq!(
            ends(limits().of_heart_rate(&target("%lthr", 80.0, 100.0))),
            (Some(136.0), Some(170.0))
        );
        assert_eq!(
            ends(limits().of_heart_rate(&target("%hr", 80.0, 100.0))),
            (Some(152.0), Some(190.0))
        );
        assert_eq!(
            ends(limits().of_heart_rate(&target("hr_zone", 2.0, 3.0))),
            (Some(141.0), Some(165.0))
        );
    }

    #[test]
    fn paces_are_speeds() {
        // Threshold 4 m/s: 90 % is 3.6 m/s; 4:00 a kilometre is 1000 m in 240 s; 8:02.8 a mile in 482.8032 s is 3.333 m/s.
        assert_eq!(
            ends(limits().of_speed(&target("%pace", 90.0, 100.0))),
            (Some(3.6), Some(4.0))
        );
        let (start, _) = ends(limits().of_speed(&target("secs/km", 240.0, 250.0)));
        assert!((start.unwrap() - 1000.0 / 240.0).abs() < 1e-9);
        let (start, _) = ends(limits().of_speed(&target("secs/mi", 482.8032, 482.8032)));
        assert!((start.unwrap() - 10.0 / 3.0).abs() < 1e-9);
        let (start, end) = ends(limits().of_speed(&target("pace_zone", 4.0, 4.0)));
        // One percent above the 94.3 % of the zone below, as the service has it.
        assert!((start.unwrap() - 3.812).abs() < 1e-9 && (end.unwrap() - 4.0).abs() < 1e-9);
    }

    #[test]
    fn what_no_threshold_covers_stays_as_written() {
        for units in ["%mmp", "w", "rpm", "%map"] {
            assert!(
                limits().of_power(&target(units, 80.0, 90.0)).is_none(),
                "{units}"
            );
        }
        let bare = Limits(Athlete {
            ftp: None,
            lthr: None,
            threshold_pace: None,
            ..limits().0
        });
        assert!(bare.of_power(&target("%ftp", 80.0, 90.0)).is_none());
        assert!(bare.of_heart_rate(&target("%lthr", 80.0, 90.0)).is_none());
        assert!(bare.of_speed(&target("%pace", 80.0, 90.0)).is_none());
        assert!(bare.of_speed(&target("pace_zone", 2.0, 2.0)).is_none());
    }
}
