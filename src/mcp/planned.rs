//! A planned workout step by step, its targets in absolute units at the thresholds of one activity.

use crate::analytics::execution::{Aim, Length, Measure};
use crate::intervals::activities::Activity;
use crate::intervals::workout_doc::{Step, Target, WorkoutDoc};
use crate::mcp::targets::Scale;
use crate::workout::Athlete;

/// Steps at most; devices take 50.
const MOST_STEPS: usize = 200;

/// A target beyond these (W, bpm, m/s) is none.
const MOST_WATTS: f64 = 5_000.0;
const MOST_BEATS: f64 = 300.0;
const MOST_SPEED: f64 = 50.0;

/// What a target is a percentage or a zone of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    Ftp,
    Lthr,
    MaxHeartRate,
    ThresholdPace,
}

/// What the athlete could do that day, as the analysis of the activity took it, or else as the plan did.
#[derive(Debug, Clone)]
pub struct Thresholds(pub Athlete);

impl Default for Thresholds {
    fn default() -> Self {
        Self(Athlete::without_zones(""))
    }
}

/// One step, repeats written out.
#[derive(Debug)]
pub struct PlannedStep<'d> {
    pub step: &'d Step,
    /// Which of how many repeats; `None` outside of one.
    pub turn: Option<(i64, i64)>,
    pub length: Length,
    /// Its targets in absolute units, the one that counts first; empty where there is none or it cannot be resolved.
    pub aims: Vec<Aim>,
}

#[expect(clippy::cast_precision_loss, reason = "watts, beats and seconds")]
fn float(value: i64) -> f64 {
    value as f64
}

fn positive(value: Option<f64>) -> Option<f64> {
    value.filter(|v| *v > 0.0)
}

impl Thresholds {
    #[must_use]
    pub fn of(activity: &Activity, doc: &WorkoutDoc) -> Self {
        let floats = |zones: Option<&Vec<i64>>| {
            let zones = zones.map(Vec::as_slice).unwrap_or_default();
            zones.iter().map(|v| float(*v)).collect()
        };
        let sport = activity.sport.as_deref().unwrap_or_default();
        Self(Athlete {
            ftp: positive(activity.icu_ftp.or(doc.ftp).map(float)),
            lthr: positive(activity.lthr.or(doc.lthr).map(float)),
            max_hr: positive(activity.athlete_max_hr.map(float)),
            threshold_pace: positive(activity.threshold_pace.or(doc.threshold_pace)),
            power_zones: floats(activity.icu_power_zones.as_ref()),
            hr_zones: floats(activity.icu_hr_zones.as_ref()),
            pace_zones: activity.pace_zones.clone().unwrap_or_default(),
            ..Athlete::without_zones(sport)
        })
    }

    /// The steps of a workout in their order, each repeat as often as it is to be done.
    #[must_use]
    pub fn expand<'d>(&self, doc: &'d WorkoutDoc) -> Vec<PlannedStep<'d>> {
        let order = order(doc.target.as_deref());
        let mut out = Vec::new();
        for step in doc.steps.iter().flatten() {
            match step.steps.as_deref().filter(|inner| !inner.is_empty()) {
                None => out.push(self.planned(step, None, order)),
                Some(inner) => {
                    let reps = step.reps.unwrap_or(1).max(1);
                    for turn in 1..=reps {
                        out.extend(
                            inner
                                .iter()
                                .map(|step| self.planned(step, Some((turn, reps)), order)),
                        );
                        if out.len() > MOST_STEPS {
                            break;
                        }
                    }
                }
            }
            if out.len() > MOST_STEPS {
                out.truncate(MOST_STEPS);
                break;
            }
        }
        out
    }

    fn planned<'d>(
        &self,
        step: &'d Step,
        turn: Option<(i64, i64)>,
        order: [Measure; 3],
    ) -> PlannedStep<'d> {
        let open_effort = step.freeride == Some(true) || step.maxeffort == Some(true);
        let aims = order
            .into_iter()
            .filter(|_| !open_effort)
            .filter_map(|measure| {
                let (from, to) = self.resolve(target(step, measure)?, measure)?;
                Some(Aim {
                    measure,
                    from,
                    to,
                    ramp: step.ramp == Some(true),
                })
            });
        PlannedStep {
            step,
            turn,
            length: Length {
                seconds: positive(step.duration.map(float)),
                metres: positive(step.distance),
                open: step.until_lap_press == Some(true),
            },
            aims: aims.collect(),
        }
    }

    /// A target from one value to the other in W, bpm or m/s.
    fn resolve(&self, target: &Target, measure: Measure) -> Option<(f64, f64)> {
        let (from, to) = match (target.start, target.end, target.value) {
            (Some(start), Some(end), _) => (start, end),
            (_, _, Some(value)) | (Some(value), None, None) => (value, value),
            _ => return None,
        };
        let scale = Scale::of(measure, target.units.as_deref().unwrap_or_default())?;
        let open = matches!(scale, Scale::Zones(_));
        let found = if open {
            let ends = scale.zones(&self.0, from.min(to), from.max(to))?;
            let low = ends.low.unwrap_or_default();
            Some((low, ends.high.unwrap_or(f64::INFINITY)))
        } else {
            let value = |value| scale.value(&self.0, value);
            value(from).zip(value(to))
        };
        let most = match measure {
            Measure::Power => MOST_WATTS,
            Measure::HeartRate => MOST_BEATS,
            Measure::Speed => MOST_SPEED,
        };
        found.filter(|(from, to)| {
            let (low, high) = (from.min(*to), from.max(*to));
            let top = high <= most || (open && high.is_infinite());
            0.0 <= low && low <= most && 0.0 < high && top
        })
    }

    /// What the targets of these steps rest on, each once.
    #[must_use]
    pub fn basis<'p>(steps: impl IntoIterator<Item = &'p PlannedStep<'p>>) -> Vec<Basis> {
        let mut found = Vec::new();
        for step in steps {
            let units = step
                .aims
                .iter()
                .filter_map(|aim| target(step.step, aim.measure)?.units.as_deref());
            for unit in units {
                let basis = match unit {
                    "%ftp" | "power_zone" => Basis::Ftp,
                    "%lthr" => Basis::Lthr,
                    "%hr" => Basis::MaxHeartRate,
                    "%pace" | "pace_zone" => Basis::ThresholdPace,
                    _ => continue,
                };
                if !found.contains(&basis) {
                    found.push(basis);
                }
            }
        }
        found
    }
}

fn target(step: &Step, measure: Measure) -> Option<&Target> {
    match measure {
        Measure::Power => step.power.as_ref(),
        Measure::HeartRate => step.hr.as_ref(),
        Measure::Speed => step.pace.as_ref(),
    }
}

/// The target that counts first.
fn order(wanted: Option<&str>) -> [Measure; 3] {
    use Measure::{HeartRate, Power, Speed};
    match wanted {
        Some("HR") => [HeartRate, Power, Speed],
        Some("PACE") => [Speed, Power, HeartRate],
        _ => [Power, HeartRate, Speed],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(start: Option<f64>, end: Option<f64>, value: Option<f64>, units: &str) -> Target {
        Target {
            value,
            start,
            end,
            units: Some(units.to_owned()),
            averaging: None,
        }
    }

    fn range(start: f64, end: f64, units: &str) -> Target {
        target(Some(start), Some(end), None, units)
    }

    fn value(value: f64, units: &str) -> Target {
        target(None, None, Some(value), units)
    }

    /// What the live service resolved these to, by the thresholds of the same documents.
    #[test]
    fn targets_resolve_as_the_service_resolves_them() {
        let then = Thresholds(Athlete {
            ftp: Some(240.0),
            lthr: Some(170.0),
            threshold_pace: Some(2.631_579),
            power_zones: vec![55.0, 75.0, 90.0, 105.0, 120.0, 150.0, 999.0],
            hr_zones: vec![115.0, 140.0, 155.0, 178.0, 190.0],
            pace_zones: vec![77.5, 87.7, 94.3, 100.0, 103.4, 111.5, 999.0],
            max_hr: Some(190.0),
            ..Athlete::of("Run")
        });
        let of = |target: &Target, measure| {
            let (from, to) = then.resolve(target, measure).unwrap();
            (from.round(), to.round())
        };
        use Measure::{HeartRate, Power, Speed};
        assert_eq!(of(&range(10.0, 30.0, "%ftp"), Power), (24.0, 72.0));
        assert_eq!(of(&value(40.0, "%ftp"), Power), (96.0, 96.0));
        assert_eq!(of(&range(50.0, 70.0, "%lthr"), HeartRate), (85.0, 119.0));
        assert_eq!(of(&value(2.0, "hr_zone"), HeartRate), (116.0, 140.0));
        assert_eq!(of(&range(3.0, 4.0, "hr_zone"), HeartRate), (141.0, 178.0));
        assert_eq!(of(&value(160.0, "w"), Power), (160.0, 160.0));
        assert_eq!(of(&range(80.0, 85.0, "%hr"), HeartRate), (152.0, 162.0));
        let (from, to) = then.resolve(&range(80.0, 110.0, "%pace"), Speed).unwrap();
        assert!((from - 2.105_263).abs() < 1e-4 && (to - 2.894_737).abs() < 1e-4);
        // Z2 begins one percent of the threshold above Z1.
        let (from, to) = then.resolve(&value(2.0, "pace_zone"), Speed).unwrap();
        assert!((from - 2.065_789).abs() < 1e-4 && (to - 2.307_895).abs() < 1e-4);
        let zones = range(3.0, 5.0, "pace_zone");
        let (from, to) = then.resolve(&zones, Speed).unwrap();
        assert!((from - 2.334_210).abs() < 1e-4 && (to - 2.721_053).abs() < 1e-4);
        // 5:55 for a mile.
        let (from, _) = then.resolve(&value(355.0, "secs/mi"), Speed).unwrap();
        assert!((from - 4.5334).abs() < 1e-3, "{from}");
        for unknown in [
            value(90.0, "%mmp"),
            value(8.0, "power_zone"),
            value(1.5, "power_zone"),
            value(f64::NAN, "%ftp"),
            value(1e308, "%ftp"),
            value(-10.0, "%ftp"),
        ] {
            assert_eq!(then.resolve(&unknown, Power), None, "{unknown:?}");
        }
    }

    /// One event per zone was written to the live service at FTP 286; the middle of each zone is what it planned for it.
    #[test]
    fn zones_are_the_watts_that_the_service_plans_for_them() {
        let then = Thresholds(Athlete {
            ftp: Some(286.0),
            power_zones: vec![55.0, 75.0, 90.0, 105.0, 120.0, 150.0, 999.0],
            ..Athlete::of("Ride")
        });
        for (zone, watts) in [(2, 186), (3, 236), (4, 279), (5, 322), (6, 387)] {
            let target = value(f64::from(zone), "power_zone");
            let (low, high) = then.resolve(&target, Measure::Power).unwrap();
            let middle = f64::midpoint(low, high);
            assert_eq!(middle.round(), f64::from(watts), "Z{zone} {low} {high}");
        }
        // Percentages are not rounded by themselves: a watt less than Z6.
        let (low, high) = then
            .resolve(&range(120.0, 150.0, "%ftp"), Measure::Power)
            .unwrap();
        assert_eq!(f64::midpoint(low, high).round(), 386.0);
        let (low, high) = then
            .resolve(&range(55.0, 75.0, "%ftp"), Measure::Power)
            .unwrap();
        assert_eq!(f64::midpoint(low, high).round(), 186.0);
        // Of the lowest, the service plans the middle between four fifths of its bound and the bound.
        let (low, high) = then
            .resolve(&value(1.0, "power_zone"), Measure::Power)
            .unwrap();
        assert_eq!((low, high), (0.0, 157.0));
        assert_eq!((high * 0.9).round(), 141.0);
    }
}
