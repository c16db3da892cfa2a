//! What the targets of a workout are in W, bpm and m/s for this athlete, where the service does not say it: it resolves
//! those of events, but not those of the library.

use crate::intervals::sports::SportSettings;
use crate::intervals::workout_doc::{Step, Target, WorkoutDoc};
use crate::units::speed_of_pace;

/// Above this the upper bound of the last zone means "open" (the service writes 999).
const OPEN: f64 = 900.0;
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

/// The thresholds that were used, as far as there are any: `FTP 262 W`, for people.
#[must_use]
pub fn used_ftp(indoor: bool, settings: &SportSettings) -> Option<i64> {
    let ftp = match indoor {
        true => settings.indoor_ftp.or(settings.ftp),
        false => settings.ftp,
    };
    ftp.filter(|watts| *watts > 0)
}

#[expect(clippy::cast_precision_loss, reason = "watts and beats")]
fn float(value: Option<i64>) -> Option<f64> {
    value.filter(|v| *v > 0).map(|v| v as f64)
}

struct Limits {
    ftp: Option<f64>,
    lthr: Option<f64>,
    max_hr: Option<f64>,
    /// m/s
    pace: Option<f64>,
    /// Upper bounds, percent of FTP.
    power_zones: Vec<f64>,
    /// Upper bounds, bpm.
    hr_zones: Vec<f64>,
    /// Upper bounds, percent of the threshold speed.
    pace_zones: Vec<f64>,
}

impl Limits {
    fn of(settings: &SportSettings, indoor: bool) -> Self {
        let floats = |bounds: &Option<Vec<i64>>| {
            let bounds = bounds.iter().flatten();
            bounds.filter_map(|bound| float(Some(*bound))).collect()
        };
        Self {
            ftp: float(used_ftp(indoor, settings)),
            lthr: float(settings.lthr),
            max_hr: float(settings.max_hr),
            pace: settings.threshold_pace.filter(|speed| *speed > 0.0),
            power_zones: floats(&settings.power_zones),
            hr_zones: floats(&settings.hr_zones),
            pace_zones: settings.pace_zones.clone().unwrap_or_default(),
        }
    }

    fn resolve(&self, step: &mut Step, depth: usize) {
        if step.resolved_power.is_none() {
            step.resolved_power = step.power.as_ref().and_then(|target| self.power(target));
        }
        if step.resolved_hr.is_none() {
            step.resolved_hr = step.hr.as_ref().and_then(|target| self.heart_rate(target));
        }
        if step.resolved_pace.is_none() {
            step.resolved_pace = step.pace.as_ref().and_then(|target| self.speed(target));
        }
        if depth < MAX_DEPTH {
            for inner in step.steps.iter_mut().flatten() {
                self.resolve(inner, depth + 1);
            }
        }
    }

    fn power(&self, target: &Target) -> Option<Target> {
        let ftp = self.ftp?;
        match target.units.as_deref()? {
            "%ftp" => Some(scaled(target, ftp / 100.0)),
            // As the service does it: both bounds of a zone are whole watts before anything is made of them.
            "power_zone" => zoned(
                target,
                &self.power_zones,
                |low| (low * ftp / 100.0).floor() + 1.0,
                |high| (high * ftp / 100.0).floor(),
            ),
            _ => None,
        }
    }

    fn heart_rate(&self, target: &Target) -> Option<Target> {
        match target.units.as_deref()? {
            "%lthr" => Some(scaled(target, self.lthr? / 100.0)),
            "%hr" => Some(scaled(target, self.max_hr? / 100.0)),
            "hr_zone" => zoned(target, &self.hr_zones, |low| low + 1.0, |high| high),
            _ => None,
        }
    }

    fn speed(&self, target: &Target) -> Option<Target> {
        let units = target.units.as_deref()?;
        match units {
            "%pace" => Some(scaled(target, self.pace? / 100.0)),
            "pace_zone" => {
                let speed = |percent: f64| self.pace.unwrap_or_default() * percent / 100.0;
                self.pace?;
                zoned(target, &self.pace_zones, speed, speed)
            }
            _ => {
                let units = units.to_lowercase();
                speed_of_pace(1.0, &units)?;
                Some(mapped(target, |pace| speed_of_pace(pace, &units)))
            }
        }
    }
}

fn scaled(target: &Target, factor: f64) -> Target {
    mapped(target, |percent| Some(percent * factor))
}

fn mapped(target: &Target, convert: impl Fn(f64) -> Option<f64>) -> Target {
    Target {
        value: target.value.and_then(&convert),
        start: target.start.and_then(&convert),
        end: target.end.and_then(&convert),
        units: None,
        averaging: None,
    }
}

/// From the lower bound of the first zone to the upper bound of the last; open where the zones are.
fn zoned(
    target: &Target,
    upper: &[f64],
    low: impl Fn(f64) -> f64,
    high: impl Fn(f64) -> f64,
) -> Option<Target> {
    let first = zone(upper, target.start.or(target.value)?)?;
    let last = zone(upper, target.end.or(target.value)?)?;
    Some(Target {
        value: None,
        start: first.0.map(low),
        end: last.1.map(high),
        units: None,
        averaging: None,
    })
}

/// The bounds of the zone with this number, counted from 1.
fn zone(upper: &[f64], number: f64) -> Option<(Option<f64>, Option<f64>)> {
    let mut low = None;
    for (index, high) in (1_u32..).zip(upper) {
        if (f64::from(index) - number).abs() < 0.01 {
            return Some((low, Some(*high).filter(|high| *high < OPEN)));
        }
        low = Some(*high);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits() -> Limits {
        Limits {
            ftp: Some(286.0),
            lthr: Some(170.0),
            max_hr: Some(190.0),
            pace: Some(4.0),
            power_zones: vec![55.0, 75.0, 90.0, 105.0, 120.0, 150.0, 999.0],
            hr_zones: vec![140.0, 155.0, 165.0, 175.0, 190.0],
            pace_zones: vec![77.5, 87.7, 94.3, 100.0, 103.4, 111.5, 999.0],
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
            let (start, end) = ends(limits().power(&target("power_zone", zone, zone)));
            let found = f64::midpoint(start.unwrap(), end.unwrap()).round();
            assert!((found - middle).abs() < 0.1, "Z{zone}: {found}");
        }
        let percent = ends(limits().power(&target("%ftp", 55.0, 75.0)));
        let found = f64::midpoint(percent.0.unwrap(), percent.1.unwrap()).round();
        assert!((found - 186.0).abs() < 0.1, "{found}");
    }

    #[test]
    fn the_lowest_and_the_highest_zone_are_open() {
        let lowest = ends(limits().power(&target("power_zone", 1.0, 1.0)));
        assert_eq!(lowest, (None, Some(157.0)));
        let highest = ends(limits().power(&target("power_zone", 7.0, 7.0)));
        assert_eq!(highest, (Some(430.0), None));
        assert!(limits().power(&target("power_zone", 8.0, 8.0)).is_none());
        assert!(limits().power(&target("power_zone", 0.0, 0.0)).is_none());
    }

    #[test]
    fn hearts_go_by_their_threshold_or_their_maximum_as_written() {
        // 170 x 0.8 = 136, 190 x 0.8 = 152.
        assert_eq!(
            ends(limits().heart_rate(&target("%lthr", 80.0, 100.0))),
            (Some(136.0), Some(170.0))
        );
        assert_eq!(
            ends(limits().heart_rate(&target("%hr", 80.0, 100.0))),
            (Some(152.0), Some(190.0))
        );
        assert_eq!(
            ends(limits().heart_rate(&target("hr_zone", 2.0, 3.0))),
            (Some(141.0), Some(165.0))
        );
    }

    #[test]
    fn paces_are_speeds() {
        // Threshold 4 m/s: 90 % is 3.6 m/s; 4:00 a kilometre is 1000 m in 240 s; 8:02.8 a mile in 482.8032 s is 3.333 m/s.
        assert_eq!(
            ends(limits().speed(&target("%pace", 90.0, 100.0))),
            (Some(3.6), Some(4.0))
        );
        let (start, _) = ends(limits().speed(&target("secs/km", 240.0, 250.0)));
        assert!((start.unwrap() - 1000.0 / 240.0).abs() < 1e-9);
        let (start, _) = ends(limits().speed(&target("secs/mi", 482.8032, 482.8032)));
        assert!((start.unwrap() - 10.0 / 3.0).abs() < 1e-9);
        let (start, end) = ends(limits().speed(&target("pace_zone", 4.0, 4.0)));
        assert!((start.unwrap() - 3.772).abs() < 1e-9 && (end.unwrap() - 4.0).abs() < 1e-9);
    }

    #[test]
    fn what_no_threshold_covers_stays_as_written() {
        for units in ["%mmp", "w", "rpm", "%map"] {
            assert!(
                limits().power(&target(units, 80.0, 90.0)).is_none(),
                "{units}"
            );
        }
        let bare = Limits {
            ftp: None,
            lthr: None,
            pace: None,
            ..limits()
        };
        assert!(bare.power(&target("%ftp", 80.0, 90.0)).is_none());
        assert!(bare.heart_rate(&target("%lthr", 80.0, 90.0)).is_none());
        assert!(bare.speed(&target("%pace", 80.0, 90.0)).is_none());
        assert!(bare.speed(&target("pace_zone", 2.0, 2.0)).is_none());
    }
}
