//! A planned workout beside what was done.

use super::table::Table;
use super::{count, days, events, steps};
use crate::analytics::execution::{Aim, Measure, Verdict};
use crate::intervals::EventId;
use crate::intervals::activities::Activity;
use crate::intervals::events::Event;
use crate::mcp::context::Local;
use crate::mcp::execution::{Done, How, Row};
use crate::mcp::planned::Thresholds;
use crate::mcp::text;
use crate::units::{self, Pace, Units, number};

/// Steps shown at most.
const MOST_ROWS: usize = 80;
/// A step that was this much shorter or longer (s, share) is said to be.
const OFF_SECONDS: f64 = 5.0;
const OFF_SHARE: f64 = 0.03;

/// What is said of an activity without a plan.
pub const UNPLANNED: &str =
    "plan: none; this activity is not paired with a workout of the calendar.";

/// What is said when the calendar has lost the workout.
#[must_use]
pub fn gone(id: EventId) -> String {
    format!("plan: the workout {id} that it was paired with is no longer in the calendar.")
}

/// Plan and execution.
pub struct Plan<'d> {
    pub event: &'d Event,
    pub activity: &'d Activity,
    pub thresholds: &'d Thresholds,
    pub rows: Vec<Row<'d>>,
    pub how: How,
    /// s recorded outside of the steps.
    pub beyond: f64,
    /// Samples that nobody can have measured, in words.
    pub left_out: Option<String>,
}

#[expect(clippy::cast_precision_loss, reason = "seconds of one session")]
fn clock(seconds: i64) -> String {
    units::clock(seconds as f64)
}

impl Plan<'_> {
    fn sport(&self) -> &str {
        self.activity.sport.as_deref().unwrap_or_default()
    }

    #[must_use]
    pub fn show(&self, local: &Local) -> String {
        let units = local.units;
        let mut lines = vec![self.head(), self.totals(units)];
        if self.rows.is_empty() {
            lines.push(format!(
                "This {} has no steps: only the totals can be compared.",
                events::category(self.event)
            ));
            return lines.join("\n");
        }
        if self.how == How::NotAtAll {
            lines.push(
                "What was done in each step is not known: nothing was recorded, or it cannot be read just now.".to_owned(),
            );
            lines.extend(self.event.workout_doc.iter().flat_map(|doc| {
                let lines = steps::lines(doc, self.sport(), units).into_iter();
                lines.map(|line| format!("- {line}"))
            }));
            return lines.join("\n");
        }
        lines.push(self.table(units));
        if self.rows.len() > MOST_ROWS {
            let more = count(self.rows.len() - MOST_ROWS, "more step");
            lines.push(format!("{more} not shown, but counted."));
        }
        lines.push(self.quality(units));
        lines.join("\n")
    }

    fn head(&self) -> String {
        let name = self.event.name.as_deref().map(text::name);
        let day = events::span(self.event).map(|(first, _)| format!(" {}", days::full(first)));
        format!(
            "plan: {} \"{}\" {}{}",
            events::category(self.event),
            name.unwrap_or_default(),
            self.event.id,
            day.unwrap_or_default()
        )
    }

    /// `planned 1:10:00 · load 82 · done 1:09:30 · load 80 · compliance 99 %`
    fn totals(&self, units: Units) -> String {
        let (event, done) = (self.event, self.activity);
        let facts = |seconds: Option<i64>, metres: Option<f64>, load: Option<i64>| {
            let mut facts: Vec<String> = Vec::new();
            facts.extend(seconds.filter(|s| *s > 0).map(clock));
            let metres = metres.filter(|m| *m > 0.0);
            facts.extend(metres.map(|m| units.named_way(self.sport(), m, 1)));
            facts.extend(load.map(|load| format!("load {load}")));
            facts.join(", ")
        };
        let way = event.distance.or(event.distance_target);
        let planned = facts(
            event.moving_time.or(event.time_target),
            way,
            event.icu_training_load.or(event.load_target),
        );
        // What was not planned cannot be compared.
        let metres = super::activities::metres(done).filter(|_| way.is_some_and(|m| m > 0.0));
        let did = facts(done.moving_time, metres, done.icu_training_load);
        let mut line = Vec::new();
        if !planned.is_empty() {
            line.push(format!("planned {planned}"));
        }
        line.push(format!("done {did}"));
        line.extend(
            done.compliance
                .map(|percent| format!("compliance {} %", number(percent, 0))),
        );
        line.join(" · ")
    }

    fn table(&self, units: Units) -> String {
        let unit = self.common(units);
        let head = |what: &str| format!("{what}{}", unit.unwrap_or_default());
        let mut table = Table::new([
            "#".to_owned(),
            "step".to_owned(),
            "planned".to_owned(),
            "took".to_owned(),
            head("target"),
            head("mean"),
            "verdict".to_owned(),
        ]);
        let short = |cell: String| match unit.and_then(|unit| cell.strip_suffix(unit)) {
            Some(number) => number.to_owned(),
            None => cell,
        };
        for (index, row) in self.rows.iter().take(MOST_ROWS).enumerate() {
            table.row([
                Some((index + 1).to_string()),
                Some(called(row)),
                steps::length(row.planned.step, self.sport(), units),
                Some(self.took(row, units)),
                Some(short(self.target(row, units))),
                row.done
                    .as_ref()
                    .and_then(|done| self.mean(row, done, units).map(short)),
                self.verdict(row, units),
            ]);
        }
        table.render()
    }

    /// The unit of all targets, when they have one only.
    fn common(&self, units: Units) -> Option<&'static str> {
        let mut aims = self.rows.iter().map(|row| row.aim.map(|aim| aim.measure));
        let first = aims.next()??;
        aims.all(|measure| measure == Some(first))
            .then(|| self.unit(first, units))
    }

    fn took(&self, row: &Row<'_>, units: Units) -> String {
        let Some(done) = row.done else {
            return "not done".to_owned();
        };
        let mut took = units::clock(done.seconds);
        let length = &row.planned.length;
        if let Some(planned) = length.metres {
            let off = done
                .metres
                .filter(|m| (m - planned).abs() > planned * OFF_SHARE);
            took.extend(off.map(|m| format!(", {}", units.named_way(self.sport(), m, 2))));
        } else if let Some(planned) = length.seconds {
            let off = done.seconds - planned;
            if off.abs() > OFF_SECONDS.max(planned * OFF_SHARE) {
                let sign = if off > 0.0 { "+" } else { "" };
                took.push_str(&format!(" ({sign}{})", units::clock(off)));
            }
        }
        took
    }

    fn target(&self, row: &Row<'_>, units: Units) -> String {
        let step = row.planned.step;
        if step.freeride == Some(true) {
            return "free".to_owned();
        }
        if step.maxeffort == Some(true) {
            return "max effort".to_owned();
        }
        row.aim.map_or_else(
            // As it is written, where it cannot be resolved.
            || steps::targets(step, self.sport(), units),
            |aim| self.aim(&aim, units),
        )
    }

    fn aim(&self, aim: &Aim, units: Units) -> String {
        let show = |value: f64| self.value(aim.measure, value, units);
        let unit = self.unit(aim.measure, units);
        let ramp = if aim.ramp { "ramp " } else { "" };
        let (low, high) = (aim.from.min(aim.to), aim.from.max(aim.to));
        if high.is_infinite() {
            format!("over {}{unit}", show(low))
        } else if low <= 0.0 {
            format!("up to {}{unit}", show(high))
        } else if show(low) == show(high) {
            format!("{}{unit}", show(low))
        } else {
            format!("{ramp}{}-{}{unit}", show(aim.from), show(aim.to))
        }
    }

    /// What was done in the measure of the target, or else in that which says most.
    fn mean(&self, row: &Row<'_>, done: &Done, units: Units) -> Option<String> {
        use Measure::{HeartRate, Power, Speed};
        let paced = units.pace_of(self.sport()).is_some();
        let order = if paced {
            [Speed, Power, HeartRate]
        } else {
            [Power, HeartRate, Speed]
        };
        let wanted = row.aim.map(|aim| aim.measure).into_iter().chain(order);
        let mut found = wanted.filter_map(|measure| Some((measure, done.of(measure)?)));
        let (measure, value) = found.next()?;
        Some(format!(
            "{}{}",
            self.value(measure, value, units),
            self.unit(measure, units)
        ))
    }

    /// How a step went by what is shown of it: a pace that reads as its bound does is that pace.
    pub(super) fn judged(&self, row: &Row<'_>, units: Units) -> Option<Verdict> {
        let verdict = row.verdict()?;
        let (Verdict::Over { of } | Verdict::Under { of }) = verdict else {
            return Some(verdict);
        };
        let measure = row.aim?.measure;
        let mean = row.done?.of(measure)?;
        let reads_alike = measure == Measure::Speed
            && self.value(measure, mean, units) == self.value(measure, of, units);
        Some(if reads_alike {
            Verdict::Within
        } else {
            verdict
        })
    }

    fn verdict(&self, row: &Row<'_>, units: Units) -> Option<String> {
        let (aim, done) = (row.aim?, row.done?);
        let Some(mean) = done.of(aim.measure) else {
            return Some("not recorded".to_owned());
        };
        let Some(verdict) = self.judged(row, units) else {
            return Some("too short for HR".to_owned());
        };
        let (word, of) = match verdict {
            Verdict::Within => return Some("within".to_owned()),
            Verdict::Over { of } => ("over", of),
            Verdict::Under { of } => ("under", of),
        };
        if aim.measure != Measure::Speed {
            let off = (mean.round() - of.round()).abs();
            let unit = self.unit(aim.measure, units);
            return Some(format!("{word} by {}{unit}", number(off, 0)));
        }
        // Of a pace nobody knows which way is over.
        let pace = self.pace(units);
        let seconds = |speed: f64| pace.seconds(speed).map(f64::round);
        let Some(off) = seconds(mean).zip(seconds(of)).map(|(is, was)| is - was) else {
            return Some("slower".to_owned());
        };
        let word = if off > 0.0 { "slower" } else { "faster" };
        Some(format!("{word} by {}", units::clock(off.abs())))
    }

    pub(super) fn pace(&self, units: Units) -> Pace {
        units.pace_of(self.sport()).unwrap_or(if units.imperial {
            Pace::PerMile
        } else {
            Pace::PerKm
        })
    }

    fn value(&self, measure: Measure, value: f64, units: Units) -> String {
        match measure {
            Measure::Power | Measure::HeartRate => number(value, 0),
            Measure::Speed => {
                let pace = self.pace(units).show(value);
                pace.unwrap_or_else(|| "standing ".to_owned())
            }
        }
    }

    fn unit(&self, measure: Measure, units: Units) -> &'static str {
        match measure {
            Measure::Power => " W",
            Measure::HeartRate => " bpm",
            Measure::Speed => self.pace(units).name(),
        }
    }
}

/// `Hard 2/4`, `Warmup`.
fn called(row: &Row<'_>) -> String {
    let step = row.planned.step;
    let label = step.text.as_deref().map(text::name).unwrap_or_default();
    let role = || {
        let role = [
            (step.warmup, "warmup"),
            (step.cooldown, "cooldown"),
            (step.until_lap_press, "until lap press"),
        ];
        let named = role.into_iter().find(|(is, _)| *is == Some(true));
        let rest = step.intensity.as_deref().filter(|kind| *kind == "rest");
        named.map(|(_, name)| name).or(rest).unwrap_or_default()
    };
    let label = if label.is_empty() {
        role().to_owned()
    } else {
        label
    };
    match row.planned.turn {
        Some((turn, of)) if label.is_empty() => format!("{turn}/{of}"),
        Some((turn, of)) => format!("{label} {turn}/{of}"),
        None => label,
    }
}
