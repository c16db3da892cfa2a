//! Wellness: one table of what can be measured, from which rows, trends and the names of parameters follow.

use jiff::civil::Date;

use super::days;
use super::table::Table;
use crate::intervals::wellness::Wellness;
use crate::mcp::scales::{self, BURDEN, Scale};
use crate::mcp::text;
use crate::units::{Units, number, signed};

/// How a measure is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A number with this unit and so many decimals.
    Number(&'static str, usize),
    /// As a number, with its sign.
    Signed(&'static str, usize),
    /// Seconds, shown in hours and minutes.
    Sleep,
    /// Kilograms, shown in the athlete's unit.
    Weight,
    Labels(Scale),
}

/// Something that a day has or has not.
pub struct Measure {
    /// The name under which tools take and show it.
    pub name: &'static str,
    pub kind: Kind,
    pub get: fn(&Wellness) -> Option<f64>,
}

const fn measure(name: &'static str, kind: Kind, get: fn(&Wellness) -> Option<f64>) -> Measure {
    Measure { name, kind, get }
}

#[expect(clippy::cast_precision_loss, reason = "counts and beats")]
fn float(value: Option<i64>) -> Option<f64> {
    value.map(|v| v as f64)
}

use Kind::{Labels, Number, Signed, Sleep, Weight};

/// Every measure, in the order of the columns.
pub const MEASURES: &[Measure] = &[
    measure("ctl", Number("", 1), |w| w.ctl),
    measure("atl", Number("", 1), |w| w.atl),
    measure("form", Signed("", 1), |w| Some(w.ctl? - w.atl?)),
    measure("ramp", Signed("", 1), |w| w.ramp_rate),
    measure("load", Number("", 0), |w| w.ctl_load),
    measure("hrv", Number("ms", 0), |w| w.hrv),
    measure("hrv_sdnn", Number("ms", 0), |w| w.hrv_sdnn),
    // A value that was copied from the settings was not measured on that day.
    measure("resting_hr", Number("bpm", 0), |w| {
        float(w.resting_hr).filter(|_| w.temp_resting_hr != Some(true))
    }),
    measure("sleeping_hr", Number("bpm", 0), |w| w.avg_sleeping_hr),
    measure("sleep", Sleep, |w| float(w.sleep_secs)),
    measure("sleep_score", Number("", 0), |w| w.sleep_score),
    measure("sleep_quality", Labels(scales::QUALITY), |w| {
        float(w.sleep_quality)
    }),
    measure("fatigue", Labels(BURDEN), |w| float(w.fatigue)),
    measure("soreness", Labels(BURDEN), |w| float(w.soreness)),
    measure("stress", Labels(BURDEN), |w| float(w.stress)),
    measure("mood", Labels(scales::QUALITY), |w| float(w.mood)),
    measure("motivation", Labels(scales::QUALITY), |w| {
        float(w.motivation)
    }),
    measure("injury", Labels(scales::INJURY), |w| float(w.injury)),
    measure("hydration", Labels(scales::HYDRATION), |w| {
        float(w.hydration)
    }),
    measure("hydration_l", Number("l", 1), |w| w.hydration_volume),
    measure("readiness", Number("", 0), |w| w.readiness),
    measure("weight", Weight, |w| {
        w.weight.filter(|_| w.temp_weight != Some(true))
    }),
    measure("body_fat", Number("%", 1), |w| w.body_fat),
    measure("abdomen", Number("cm", 1), |w| w.abdomen),
    measure("vo2max", Number("", 1), |w| w.vo2max),
    measure("spo2", Number("%", 0), |w| w.sp_o2),
    measure("systolic", Number("mmHg", 0), |w| float(w.systolic)),
    measure("diastolic", Number("mmHg", 0), |w| float(w.diastolic)),
    measure("glucose", Number("mmol/l", 1), |w| w.blood_glucose),
    measure("lactate", Number("mmol/l", 1), |w| w.lactate),
    measure("respiration", Number("/min", 1), |w| w.respiration),
    measure("steps", Number("", 0), |w| float(w.steps)),
    measure("kcal", Number("", 0), |w| float(w.kcal_consumed)),
    measure("carbs", Number("g", 0), |w| w.carbohydrates),
    measure("protein", Number("g", 0), |w| w.protein),
    measure("fat", Number("g", 0), |w| w.fat_total),
    measure("baevsky_si", Number("", 0), |w| w.baevsky_si),
];

impl Measure {
    /// Whether the service's figure of today may count what is only planned.
    #[must_use]
    pub fn counts_the_plan(&self) -> bool {
        matches!(self.name, "ctl" | "atl" | "form" | "ramp" | "load")
    }

    /// `weight kg`
    #[must_use]
    pub fn head(&self, units: Units) -> String {
        match self.kind {
            Number(unit, _) | Signed(unit, _) if !unit.is_empty() => {
                format!("{} {unit}", self.name)
            }
            Sleep => format!("{} h:m", self.name),
            Weight => format!("{} {}", self.name, units.weight_name()),
            _ => self.name.to_owned(),
        }
    }

    /// A stored value as it is shown in a column, without its unit.
    #[must_use]
    pub fn show(&self, value: f64, units: Units) -> String {
        match self.kind {
            Number(_, decimals) => number(value, decimals),
            Signed(_, decimals) => signed(value, decimals),
            Sleep => hours_minutes(value),
            Weight => number(units.weight(value), 1),
            Labels(scale) => {
                #[expect(clippy::cast_possible_truncation, reason = "a scale has five steps")]
                let step = value.round() as i64;
                scale.label(step)
            }
        }
    }

    /// A stored value with all that was entered, for telling a change.
    #[must_use]
    pub fn show_exactly(&self, value: f64, units: Units) -> String {
        match self.kind {
            Number(..) => number(value, 2),
            Weight => number(units.weight(value), 2),
            _ => self.show(value, units),
        }
    }

    /// A mean as it is shown: labels do not average, so scales are shown as numbers.
    #[must_use]
    pub fn show_mean(&self, value: f64, units: Units) -> String {
        match self.kind {
            Labels(_) => number(value, 1),
            Number(_, 0) => number(value, 1),
            _ => self.show(value, units),
        }
    }
}

/// `7:05` of seconds.
#[must_use]
pub fn hours_minutes(seconds: f64) -> String {
    let shown = crate::units::hours(seconds);
    shown.trim_end_matches(" h").to_owned()
}

/// What of a day is to be shown.
pub struct Wanted {
    pub measures: Vec<&'static Measure>,
    /// Codes of custom fields.
    pub custom: Vec<String>,
    pub comments: bool,
    /// Nothing was named, so everything is meant.
    pub everything: bool,
}

impl Wanted {
    /// The fields called `names`, or all there are in `found`.
    ///
    /// # Errors
    /// A sentence that lists the right names.
    pub fn choose(names: &[String], found: &[Wellness]) -> Result<Self, String> {
        let codes = custom_codes(found);
        if names.is_empty() {
            return Ok(Self {
                measures: MEASURES.iter().collect(),
                custom: codes,
                comments: true,
                everything: true,
            });
        }
        let mut wanted = Self {
            measures: Vec::new(),
            custom: Vec::new(),
            comments: false,
            everything: false,
        };
        for name in names {
            let folded_name = folded(name);
            if let Some(measure) = MEASURES.iter().find(|m| folded(m.name) == folded_name) {
                wanted.measures.push(measure);
            } else if let Some(code) = codes.iter().find(|c| folded(c) == folded_name) {
                wanted.custom.push(code.clone());
            } else if folded_name == "comments" {
                wanted.comments = true;
            } else {
                let known: Vec<&str> = MEASURES.iter().map(|m| m.name).collect();
                return Err(format!(
                    "'{}' is not a wellness field of these days; there are {}, comments, and custom fields by their code \
                     (get_athlete lists them).",
                    text::name(name),
                    known.join(", ")
                ));
            }
        }
        Ok(wanted)
    }

    /// The fields that were named and have no value in any day.
    #[must_use]
    pub fn missing(&self, found: &[Wellness]) -> Vec<&'static str> {
        if self.everything {
            return Vec::new();
        }
        self.measures
            .iter()
            .filter(|m| found.iter().all(|day| (m.get)(day).is_none()))
            .map(|m| m.name)
            .collect()
    }
}

/// A name without case, blanks and underscores: `restingHR` is `resting_hr`.
#[must_use]
pub fn folded(name: &str) -> String {
    name.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

/// A custom value as it is shown.
#[must_use]
pub fn custom_value(value: &serde_json::Value) -> Option<String> {
    match value {
        serde_json::Value::Number(n) => n.as_f64().map(|n| number(n, 2)),
        // What the service writes for a division by zero.
        serde_json::Value::String(s) if matches!(s.as_str(), "Infinity" | "-Infinity" | "NaN") => {
            None
        }
        serde_json::Value::String(s) => Some(text::name(s)).filter(|s| !s.is_empty()),
        serde_json::Value::Bool(b) => Some(b.to_string()),
        _ => None,
    }
}

/// The codes of the custom fields that hold something, at most twenty.
#[must_use]
pub fn custom_codes(found: &[Wellness]) -> Vec<String> {
    let mut codes: Vec<String> = found
        .iter()
        .flat_map(|day| day.custom.iter())
        .filter(|(_, value)| custom_value(value).is_some())
        .map(|(code, _)| code.clone())
        .collect();
    codes.sort_unstable();
    codes.dedup();
    codes.truncate(20);
    codes
}

/// One row a day that has any of what is wanted.
#[must_use]
pub fn rows(found: &[Wellness], wanted: &Wanted, units: Units, today: Date) -> Table {
    let (measures, custom) = (&wanted.measures, &wanted.custom);
    let heads = std::iter::once("date".to_owned())
        .chain(measures.iter().map(|m| m.head(units)))
        .chain(custom.iter().map(|code| text::name(code)))
        .chain(["cycle".to_owned(), "flags".to_owned()]);
    let mut table = Table::new(heads);
    for day in found {
        let cells = measures
            .iter()
            .map(|m| (m.get)(day).map(|v| m.show(v, units)))
            .chain(
                custom
                    .iter()
                    .map(|code| day.custom.get(code).and_then(custom_value)),
            )
            .collect::<Vec<_>>();
        if cells.iter().all(Option::is_none) {
            continue;
        }
        let mut flags = Vec::new();
        if day.date > today {
            flags.push("projected");
        }
        if day.locked == Some(true) {
            flags.push("locked");
        }
        let is_today = day.date == today;
        if is_today && measures.iter().any(|m| m.counts_the_plan()) {
            flags.push("with today's plan");
        }
        let cycle = day
            .menstrual_phase
            .as_deref()
            .filter(|phase| wanted.everything && *phase != "NONE")
            .map(|phase| text::name(phase).to_lowercase());
        table.row(
            std::iter::once(Some(days::short(day.date, today.year())))
                .chain(cells)
                .chain([cycle, Some(flags.join(" "))]),
        );
        table.goes_by(format!("oldest {}", day.date));
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_wrong_ones_are_answered_with_them() {
        let mut names: Vec<&str> = MEASURES.iter().map(|m| m.name).collect();
        names.sort_unstable();
        let count = names.len();
        names.dedup();
        assert_eq!(names.len(), count);
        let choose = |name: &str| Wanted::choose(&[name.to_owned()], &[]);
        assert!(choose("HRV").is_ok() && choose("restingHR").is_ok() && choose("comments").is_ok());
        assert!(choose("pulse").err().unwrap().contains("resting_hr"));
    }

    #[test]
    fn scales_are_labels_in_rows_and_numbers_in_means() {
        let mood = MEASURES.iter().find(|m| m.name == "mood").unwrap();
        let units = Units::default();
        assert_eq!(mood.show(4.0, units), "poor");
        assert_eq!(mood.show_mean(2.25, units), "2.2");
        let sleep = MEASURES.iter().find(|m| m.name == "sleep").unwrap();
        assert_eq!(sleep.show(25_500.0, units), "7:05");
    }
}
