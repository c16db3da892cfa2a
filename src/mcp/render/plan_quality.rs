//! What the verdicts on a plan rest on.

use super::count;
use super::plan::Plan;
use crate::analytics::execution::{Measure, Verdict};
use crate::mcp::execution::{How, Row};
use crate::mcp::planned::{Basis, Thresholds};
use crate::units::{self, Units, number};

/// More than this behind the last step is said (s).
const BEYOND_SECONDS: f64 = 60.0;

impl Plan<'_> {
    /// What the verdicts rest on.
    pub(super) fn quality(&self, units: Units) -> String {
        let judged: Vec<Verdict> = {
            let rows = self.rows.iter();
            rows.filter_map(|row| self.judged(row, units)).collect()
        };
        let within = judged.iter().filter(|v| **v == Verdict::Within).count();
        let over = judged
            .iter()
            .filter(|v| matches!(v, Verdict::Over { .. }))
            .count();
        let under = judged.len() - within - over;
        let mut facts = Vec::new();
        if judged.is_empty() {
            facts.push("no step has a target that could be judged".to_owned());
        } else {
            let steps = count(judged.len(), "judged step");
            let mut words = vec![format!("{within} of {steps} within")];
            let (above, below) = self.ways();
            for (n, word) in [(over, above), (under, below)] {
                words.extend((n > 0).then(|| format!("{n} {word}")));
            }
            facts.push(words.join(", "));
        }
        facts.push(match self.how {
            How::Laps => "steps are the recorded intervals".to_owned(),
            _ => "the intervals are other than the steps, so these are cut by the recorded time from the start, pauses left \
                  out: if the workout began later, all are shifted"
                .to_owned(),
        });
        if self.beyond > BEYOND_SECONDS {
            let beyond = units::clock(self.beyond);
            facts.push(format!("{beyond} recorded outside of the steps"));
        }
        let missed = self.rows.iter().filter(|row| row.done.is_none()).count();
        if missed > 0 {
            facts.push(format!("{} not done", count(missed, "step")));
        }
        facts.extend(self.left_out.clone());
        facts.extend(self.basis(units));
        facts.extend(self.tolerances());
        format!("Data: {}.", facts.join("; "))
    }

    /// What over and under are called.
    fn ways(&self) -> (&'static str, &'static str) {
        let paced = |row: &Row<'_>| row.aim.is_some_and(|aim| aim.measure == Measure::Speed);
        if self.rows.iter().any(paced) {
            ("faster", "slower")
        } else {
            ("over", "under")
        }
    }

    fn basis(&self, units: Units) -> Option<String> {
        let then = &self.thresholds.0;
        let words: Vec<String> = Thresholds::basis(self.rows.iter().map(|row| &row.planned))
            .into_iter()
            .filter_map(|basis| {
                Some(match basis {
                    Basis::Ftp => {
                        let own = self.activity.icu_ftp.is_some();
                        format!("FTP {} W{}", number(then.ftp?, 0), planned(own))
                    }
                    Basis::Lthr => {
                        let own = self.activity.lthr.is_some();
                        format!("LTHR {}{}", number(then.lthr?, 0), planned(own))
                    }
                    Basis::MaxHeartRate => format!("max HR {}", number(then.max_hr?, 0)),
                    Basis::ThresholdPace => {
                        let pace = self.pace(units);
                        let own = self.activity.threshold_pace.is_some();
                        let threshold = pace.show(then.threshold_pace?)?;
                        format!("threshold {threshold}{}{}", pace.name(), planned(own))
                    }
                })
            })
            .collect();
        (!words.is_empty()).then(|| format!("targets at that day's {}", words.join(", ")))
    }

    /// Whether the recording was there to leave out the minute that a heart needs.
    fn heart_followed(&self) -> bool {
        let judged = self.rows.iter().filter(|row| row.verdict().is_some());
        let mut hearts =
            judged.filter(|row| row.aim.is_some_and(|aim| aim.measure == Measure::HeartRate));
        hearts.all(|row| row.done.is_some_and(|done| done.heart_from > 0.0))
    }

    /// How far off still counts.
    fn tolerances(&self) -> Option<String> {
        let mut measures: Vec<Measure> = Vec::new();
        for row in self.rows.iter().filter(|row| row.verdict().is_some()) {
            let new = row.aim.map(|aim| aim.measure);
            measures.extend(new.filter(|measure| !measures.contains(measure)));
        }
        let words: Vec<String> = measures
            .iter()
            .map(|measure| {
                let percent = number(measure.tolerance() * 100.0, 0);
                let name = match measure {
                    Measure::Power => "power",
                    Measure::HeartRate if self.heart_followed() => "HR from the second minute on",
                    Measure::HeartRate => "HR of the whole step",
                    Measure::Speed => "pace",
                };
                format!("±{percent} % {name}")
            })
            .collect();
        (!words.is_empty()).then(|| {
            format!(
                "within is inside a range, and for single values and the mean of a ramp {}",
                words.join(", ")
            )
        })
    }
}

/// What is added to a threshold that the analysis of the activity does not know.
const fn planned(own: bool) -> &'static str {
    if own { "" } else { " (as planned with)" }
}
