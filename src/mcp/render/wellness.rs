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
    measure("fitness", Number("", 1), |w| w.ctl),
    measure("fatigue_load", Number("", 1), |w| w.atl),
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

/// The measures called `names`, or all when there are none.
///
/// # Errors
/// A sentence that lists the right names.
pub fn chosen(names: &[String]) -> Result<Vec<&'static Measure>, String> {
    if names.is_empty() {
        return Ok(MEASURES.iter().collect());
    }
    names
        .iter()
        .map(|name| {
            let wanted = name.trim().to_ascii_lowercase();
            MEASURES.iter().find(|m| m.name == wanted).ok_or_else(|| {
                let known: Vec<&str> = MEASURES.iter().map(|m| m.name).collect();
                format!(
                    "'{}' is not a wellness field; there are {}, and custom fields by their code.",
                    text::name(name),
                    known.join(", ")
                )
            })
        })
        .collect()
}

/// A custom value as it is shown.
#[must_use]
pub fn custom_value(value: &serde_json::Value) -> Option<String> {
    match value {
        serde_json::Value::Number(n) => n.as_f64().map(|n| number(n, 2)),
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

/// One row a day; `custom` are the codes of custom fields to show.
#[must_use]
pub fn rows(
    found: &[Wellness],
    measures: &[&Measure],
    custom: &[String],
    units: Units,
    today: Date,
) -> Table {
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
        let mut flags = Vec::new();
        if day.date > today {
            flags.push("projected");
        }
        if day.locked == Some(true) {
            flags.push("locked");
        }
        let cycle = day
            .menstrual_phase
            .as_deref()
            .filter(|phase| *phase != "NONE")
            .map(|phase| text::name(phase).to_lowercase());
        table.row(
            std::iter::once(Some(days::short(day.date, today.year())))
                .chain(cells)
                .chain([cycle, Some(flags.join(" "))]),
        );
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
        assert!(chosen(&["HRV".to_owned()]).is_ok());
        assert!(
            chosen(&["restingHR".to_owned()])
                .err()
                .unwrap()
                .contains("resting_hr")
        );
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
