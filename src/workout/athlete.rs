//! What targets are resolved with, and what they come to.

use super::ast::{Length, Per, Span, Step, Target, Unit};
use super::zones::{self, Ends};

/// Upper bounds of the power zones that Intervals.icu starts with, percent of FTP (Coggan).
const POWER_ZONES: [f64; 7] = [55.0, 75.0, 90.0, 105.0, 120.0, 150.0, 999.0];
/// The same of pace, percent of the threshold speed.
const PACE_ZONES: [f64; 7] = [77.5, 87.7, 94.3, 100.0, 103.4, 111.5, 999.0];
/// The same of heart rate, percent of LTHR (Friel).
const HR_ZONES: [f64; 7] = [81.0, 89.0, 93.0, 99.0, 102.0, 106.0, 112.0];
const SWEET_SPOT: (f64, f64) = (84.0, 97.0);
/// The first zone begins at this part of its upper bound, as the service has it.
const FIRST_ZONE: f64 = 0.8;
/// The last zone ends at this percentage or heart rate, as the service has it.
const HIGHEST: f64 = 999.0;

/// Thresholds and zones of an athlete in one sport; what is unknown is `None` or, of zones, the usual ones.
#[derive(Debug, Clone, PartialEq)]
pub struct Athlete {
    /// The service's name, such as `Ride`.
    pub sport: String,
    /// W
    pub ftp: Option<f64>,
    /// bpm
    pub lthr: Option<f64>,
    /// bpm
    pub max_hr: Option<f64>,
    /// m/s
    pub threshold_pace: Option<f64>,
    /// Upper bounds, percent of FTP.
    pub power_zones: Vec<f64>,
    /// Upper bounds, bpm.
    pub hr_zones: Vec<f64>,
    /// Upper bounds, percent of the threshold speed.
    pub pace_zones: Vec<f64>,
    /// Percent of FTP.
    pub sweet_spot: (f64, f64),
}

impl Athlete {
    /// Of `sport`, without any threshold and with the usual zones.
    #[must_use]
    pub fn of(named: &str) -> Self {
        Self {
            sport: sport(named),
            ftp: None,
            lthr: None,
            max_hr: None,
            threshold_pace: None,
            power_zones: POWER_ZONES.to_vec(),
            hr_zones: Vec::new(),
            pace_zones: PACE_ZONES.to_vec(),
            sweet_spot: SWEET_SPOT,
        }
    }

    /// Of `sport`, without any threshold and without zones.
    #[must_use]
    pub fn without_zones(sport: &str) -> Self {
        Self {
            power_zones: Vec::new(),
            pace_zones: Vec::new(),
            ..Self::of(sport)
        }
    }

    #[must_use]
    pub fn is_run(&self) -> bool {
        self.sport.ends_with("Run")
    }

    #[must_use]
    pub fn is_swim(&self) -> bool {
        self.sport.ends_with("Swim")
    }

    /// Maximum heart rate; where it is not known, that of the highest usual zone.
    #[must_use]
    pub fn highest_hr(&self) -> Option<f64> {
        self.max_hr.or_else(|| Some(self.lthr? * 1.12))
    }

    /// W, bpm or m/s of a number that is no zone; `None` where the threshold for it is not known.
    #[must_use]
    pub fn absolute(&self, unit: Unit, value: f64) -> Option<f64> {
        let percent_of = |threshold: Option<f64>| threshold.map(|of| of * value / 100.0);
        match unit {
            Unit::PercentFtp => percent_of(self.ftp),
            Unit::Watts => Some(value),
            Unit::PercentLthr => percent_of(self.lthr),
            Unit::PercentMaxHr => percent_of(self.max_hr),
            Unit::PercentPace => percent_of(self.threshold_pace),
            Unit::Pace(per) => Some(per.metres(&self.sport) / value.max(1.0)),
            Unit::PowerZone | Unit::HrZone | Unit::PaceZone => None,
            Unit::SweetSpot | Unit::CustomZone | Unit::PercentBest(_) => None,
        }
    }

    /// Zones `first` to `last`, counted from 1, in W, bpm or m/s. `None` where the threshold or the zones are not known, and of
    /// zones that do not exist.
    #[must_use]
    pub fn zones(&self, unit: Unit, first: usize, last: usize) -> Option<Ends> {
        let Ends { low, high } = zones::ends(&self.bounds(unit)?, first, last)?;
        Some(Ends {
            low: low.map(|low| self.of_bound(unit, low)),
            high: high.map(|high| self.of_bound(unit, high)),
        })
    }

    /// Upper bounds in whole watts, bpm or percent of the threshold speed.
    fn bounds(&self, unit: Unit) -> Option<Vec<f64>> {
        match unit {
            Unit::PowerZone => {
                let ftp = self.ftp?;
                Some(zones::bounds(&self.power_zones, |percent| {
                    (percent * ftp / 100.0).floor()
                }))
            }
            Unit::HrZone => {
                (!self.hr_zones.is_empty()).then(|| zones::bounds(&self.hr_zones, |bpm| bpm))
            }
            Unit::PaceZone => {
                self.threshold_pace?;
                Some(zones::bounds(&self.pace_zones, |percent| percent))
            }
            _ => None,
        }
    }

    /// One of the [`Self::bounds`] in W, bpm or m/s.
    fn of_bound(&self, unit: Unit, bound: f64) -> f64 {
        match (unit, self.threshold_pace) {
            (Unit::PaceZone, Some(speed)) => bound * speed / 100.0,
            _ => bound,
        }
    }

    /// W, bpm or m/s, from one end to the other also where a zone is open: as the service plans it. `None` where the threshold
    /// for it is not known.
    #[must_use]
    pub fn resolve(&self, target: &Target) -> Option<Span> {
        let span = target.span;
        match target.unit {
            Unit::PowerZone | Unit::HrZone | Unit::PaceZone => self.closed(target.unit, span),
            Unit::SweetSpot => {
                let (low, high) = self.sweet_spot;
                let ftp = self.ftp?;
                Some(Span::Range(low * ftp / 100.0, high * ftp / 100.0))
            }
            Unit::PercentMaxHr => {
                let highest = self.highest_hr()?;
                Some(span.map(|percent| percent * highest / 100.0))
            }
            unit => Some(match span {
                Span::One(value) => Span::One(self.absolute(unit, value)?),
                Span::Range(from, to) => {
                    Span::Range(self.absolute(unit, from)?, self.absolute(unit, to)?)
                }
            }),
        }
    }

    /// Zones with the ends that the service gives those that have none. Zones of heart rate that are not known are the usual ones.
    fn closed(&self, unit: Unit, zones: Span) -> Option<Span> {
        let usual = || {
            let lthr = self.lthr.filter(|_| unit == Unit::HrZone)?;
            Some(zones::bounds(&HR_ZONES, |percent| {
                (percent * lthr / 100.0).round()
            }))
        };
        let bounds = self.bounds(unit).or_else(usual)?;
        let number = |value: f64| usize::try_from(super::review::whole(value)).ok();
        let (first, last) = zones.ends();
        let ends = zones::ends(&bounds, number(first)?, number(last)?)?;
        let first = bounds.first()?;
        let low = ends.low.unwrap_or((first * FIRST_ZONE).floor());
        let high = ends.high.unwrap_or(match unit {
            Unit::PowerZone => (HIGHEST * self.ftp? / 100.0).floor(),
            // Where the last zone ends nobody says.
            Unit::PaceZone => low * 1.1,
            _ => HIGHEST,
        });
        Some(Span::Range(low, high).map(|bound| self.of_bound(unit, bound)))
    }

    /// m/s of a step that says nothing of its pace. For rides it is the service's own guess of 30 km/h.
    #[must_use]
    pub fn guessed_speed(&self) -> f64 {
        if self.is_run() {
            self.threshold_pace.map_or(3.0, |speed| speed * 0.8)
        } else if self.is_swim() {
            self.threshold_pace.map_or(0.9, |speed| speed * 0.85)
        } else {
            match self.sport.as_str() {
                "Walk" | "Hike" | "Snowshoe" => 1.4,
                "Rowing" | "VirtualRow" | "Kayaking" | "Canoeing" => 3.5,
                _ => 30.0 / 3.6,
            }
        }
    }

    /// Seconds and, where it is known, metres of a step.
    #[must_use]
    pub fn extent(&self, step: &Step) -> (u32, Option<f64>) {
        let speed = step.pace.as_ref().and_then(|pace| self.resolve(pace));
        let speed = speed.map(middle).filter(|speed| *speed > 0.0);
        match step.length {
            Length::Seconds(seconds) => {
                let metres = speed.map(|speed| speed * f64::from(seconds));
                (seconds.saturating_add(step.rest), metres)
            }
            Length::Distance(value, unit) => {
                let metres = value * unit.metres();
                let seconds = metres / speed.unwrap_or_else(|| self.guessed_speed());
                let seconds = super::review::whole(seconds);
                (seconds.saturating_add(step.rest), Some(metres))
            }
        }
    }
}

/// The mean of both ends.
#[must_use]
pub fn middle(span: Span) -> f64 {
    let (from, to) = span.ends();
    f64::midpoint(from, to)
}

/// Names of the service, and names by which people call one of them.
const SPORTS: [(&str, &[&str]); 26] = [
    ("Ride", &["cycling", "bike", "biking"]),
    ("VirtualRide", &["indoorride", "zwift"]),
    ("GravelRide", &["gravel"]),
    ("MountainBikeRide", &["mtb"]),
    ("TrackRide", &[]),
    ("Cyclocross", &[]),
    ("EBikeRide", &[]),
    ("EMountainBikeRide", &[]),
    ("Velomobile", &[]),
    ("Handcycle", &[]),
    ("Run", &["running"]),
    ("TrailRun", &[]),
    ("VirtualRun", &["treadmill"]),
    ("Swim", &["swimming"]),
    ("OpenWaterSwim", &[]),
    ("Walk", &["walking"]),
    ("Hike", &["hiking"]),
    ("Snowshoe", &[]),
    ("Rowing", &["row"]),
    ("VirtualRow", &["erg"]),
    ("Kayaking", &[]),
    ("Canoeing", &[]),
    ("NordicSki", &["ski", "skiing"]),
    ("VirtualSki", &[]),
    ("RollerSki", &[]),
    ("WeightTraining", &["strength", "gym", "weights"]),
];

/// The service's name of a sport, however it is written; an unknown one stays as it is.
#[must_use]
pub fn sport(named: &str) -> String {
    let plain = named
        .trim()
        .to_ascii_lowercase()
        .replace([' ', '_', '-'], "");
    SPORTS
        .into_iter()
        .find(|(name, others)| {
            name.eq_ignore_ascii_case(&plain) || others.contains(&plain.as_str())
        })
        .map_or_else(|| named.trim().to_owned(), |(name, _)| name.to_owned())
}

/// `4:00/km`, `1:35/100m`, `4:00`, `4.2 m/s` as m/s.
///
/// # Errors
/// A sentence that says what is understood.
pub fn threshold_pace(text: &str, sport: &str) -> Result<f64, String> {
    let wrong = || {
        format!(
            "threshold pace {:?} is not understood: write 4:00/km, 6:26/mi, 1:35/100m, 1:27/100y, 2:00/500m or 4.17 m/s.",
            text.chars().take(40).collect::<String>()
        )
    };
    let text = text.trim();
    let speed = if let Some((seconds, per, rest)) = super::quantity::clock(text) {
        let per = per.unwrap_or_else(|| Per::of_sport(sport));
        let rest = rest.trim();
        (rest.is_empty() || rest.eq_ignore_ascii_case("pace"))
            .then(|| per.metres(sport) / seconds.max(1.0))
    } else {
        let number = text.strip_suffix("m/s").map(str::trim_end);
        number.and_then(|number| number.parse().ok())
    };
    speed
        .filter(|speed: &f64| (0.1..=40.0).contains(speed))
        .ok_or_else(wrong)
}
