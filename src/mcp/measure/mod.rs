//! What can be measured, shown and followed. Of days: one table here, from which rows, trends and the names of parameters
//! follow; of activities: `session`; of them and of their intervals side by side: `effort`; the athlete's own fields:
//! `custom`; any of them by its name: `metric`.

pub mod custom;
pub mod effort;
pub mod metric;
pub mod session;

use crate::intervals::wellness::Wellness;
use crate::mcp::scales::{self, BURDEN, Scale};
use crate::units::{Pace, Units, number, signed};

/// How a measure is shown.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kind {
    /// A number with this unit and so many decimals.
    Number(&'static str, usize),
    /// As a number, with its sign.
    Signed(&'static str, usize),
    /// In the athlete's scale, with its sign.
    Form,
    /// Seconds, shown in hours and minutes.
    Hours,
    /// Kilograms, shown in the athlete's unit.
    Weight,
    /// Metres, shown in the athlete's unit.
    Distance,
    /// Metres of climbing, shown in the athlete's unit.
    Height,
    /// Metres a second, shown in the athlete's unit.
    Speed,
    /// Seconds over the distance of a pace.
    Pace(Pace),
    Labels(Scale),
}

impl Kind {
    /// The unit, or nothing.
    #[must_use]
    pub const fn unit(self, units: Units) -> &'static str {
        match self {
            Number(unit, _) | Signed(unit, _) => unit,
            Self::Form if units.form_percent => "%",
            Self::Form | Labels(_) => "",
            Hours => "h:m",
            Weight => units.weight_name(),
            Self::Distance => units.distance_name(),
            Self::Height => units.height_name(),
            Self::Speed => units.speed_name(),
            Self::Pace(pace) => pace.name(),
        }
    }

    /// A value as it is shown in a column, without its unit.
    #[must_use]
    pub fn show(self, value: f64, units: Units) -> String {
        match self {
            Number(_, decimals) => number(value, decimals),
            Signed(_, decimals) => signed(value, decimals),
            Self::Form => signed(value, usize::from(!units.form_percent)),
            Hours => hours_minutes(value),
            Weight => number(units.weight(value), 1),
            Self::Distance => number(units.distance(value), 1),
            Self::Height => number(units.height(value), 0),
            Self::Speed => number(units.speed(value), 1),
            Self::Pace(_) => crate::units::clock(value),
            Labels(scale) => {
                #[expect(clippy::cast_possible_truncation, reason = "a scale has five steps")]
                let step = value.round() as i64;
                scale.label(step)
            }
        }
    }

    /// A mean as it is shown: labels do not average, so scales are shown as numbers.
    #[must_use]
    pub fn show_mean(self, value: f64, units: Units) -> String {
        match self {
            Labels(_) => number(value, 1),
            Number(_, 0) if value.abs() < 200.0 => number(value, 1),
            _ => self.show(value, units),
        }
    }

    /// The difference of two values, with its sign and unit: `+1.2 ms`, `-10 min`.
    #[must_use]
    pub fn change(self, difference: f64, units: Units) -> String {
        // Two digits that say something, of small steps as of large ones.
        let plain = |value: f64| {
            let decimals = match value.abs() {
                v if v >= 100.0 => 0,
                v if v >= 1.0 => 1,
                v if v >= 0.1 => 2,
                v if v >= 0.01 => 3,
                _ => 4,
            };
            signed(value, decimals)
        };
        let (value, unit) = match self {
            Number(unit, _) | Signed(unit, _) => (plain(difference), unit),
            Self::Form => (plain(difference), self.unit(units)),
            Hours => (signed(difference / 60.0, 0), "min"),
            Weight => (plain(units.weight(difference)), units.weight_name()),
            Self::Distance => (plain(units.distance(difference)), units.distance_name()),
            Self::Height => (plain(units.height(difference)), units.height_name()),
            Self::Speed => (plain(units.speed(difference)), units.speed_name()),
            Self::Pace(pace) => (format!("{} s", plain(difference)), pace.name()),
            Labels(_) => (plain(difference), ""),
        };
        match unit {
            "" => value,
            "%" => format!("{value}%"),
            unit if unit.starts_with('/') => format!("{value}{unit}"),
            unit => format!("{value} {unit}"),
        }
    }
}

/// Something that a day has or has not.
pub struct Measure {
    /// The name under which tools take and show it.
    pub name: &'static str,
    pub kind: Kind,
    /// The fields of the service that it is made of.
    pub wire: &'static [&'static str],
    /// In the units of the service; form in points.
    pub get: fn(&Wellness) -> Option<f64>,
}

const fn measure(
    name: &'static str,
    kind: Kind,
    wire: &'static [&'static str],
    get: fn(&Wellness) -> Option<f64>,
) -> Measure {
    Measure {
        name,
        kind,
        wire,
        get,
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts and beats")]
fn float(value: Option<i64>) -> Option<f64> {
    value.map(|v| v as f64)
}

/// What no living body has at 0 was not measured.
fn vital(value: Option<f64>) -> Option<f64> {
    value.filter(|v| *v > 0.0)
}

use Kind::{Hours, Labels, Number, Signed, Weight};

/// Every measure, in the order of the columns.
#[rustfmt::skip]
pub const MEASURES: &[Measure] = &[
    measure("ctl", Number("", 1), &["ctl"], |w| w.ctl),
    measure("atl", Number("", 1), &["atl"], |w| w.atl),
    measure("form", Kind::Form, &["ctl", "atl"], |w| Some(w.ctl? - w.atl?)),
    measure("ramp", Signed("", 1), &["rampRate"], |w| w.ramp_rate),
    measure("load", Number("", 0), &["ctlLoad"], |w| w.ctl_load),
    measure("hrv", Number("ms", 0), &["hrv"], |w| vital(w.hrv)),
    measure("hrv_sdnn", Number("ms", 0), &["hrvSDNN"], |w| vital(w.hrv_sdnn)),
    // A value that was copied from the settings was not measured on that day.
    measure("resting_hr", Number("bpm", 0), &["restingHR", "tempRestingHR"], |w| {
        vital(float(w.resting_hr)).filter(|_| w.temp_resting_hr != Some(true))
    }),
    measure("sleeping_hr", Number("bpm", 0), &["avgSleepingHR"], |w| vital(w.avg_sleeping_hr)),
    measure("sleep", Hours, &["sleepSecs"], |w| float(w.sleep_secs)),
    measure("sleep_score", Number("", 0), &["sleepScore"], |w| w.sleep_score),
    measure("sleep_quality", Labels(scales::QUALITY), &["sleepQuality"], |w| float(w.sleep_quality)),
    measure("fatigue", Labels(BURDEN), &["fatigue"], |w| float(w.fatigue)),
    measure("soreness", Labels(BURDEN), &["soreness"], |w| float(w.soreness)),
    measure("stress", Labels(BURDEN), &["stress"], |w| float(w.stress)),
    measure("mood", Labels(scales::QUALITY), &["mood"], |w| float(w.mood)),
    measure("motivation", Labels(scales::QUALITY), &["motivation"], |w| float(w.motivation)),
    measure("injury", Labels(scales::INJURY), &["injury"], |w| float(w.injury)),
    measure("hydration", Labels(scales::HYDRATION), &["hydration"], |w| float(w.hydration)),
    measure("hydration_l", Number("l", 1), &["hydrationVolume"], |w| w.hydration_volume),
    measure("readiness", Number("", 0), &["readiness"], |w| w.readiness),
    measure("weight", Weight, &["weight", "tempWeight"], |w| {
        vital(w.weight).filter(|_| w.temp_weight != Some(true))
    }),
    measure("body_fat", Number("%", 1), &["bodyFat"], |w| vital(w.body_fat)),
    measure("abdomen", Number("cm", 1), &["abdomen"], |w| vital(w.abdomen)),
    measure("vo2max", Number("", 1), &["vo2max"], |w| vital(w.vo2max)),
    measure("spo2", Number("%", 0), &["spO2"], |w| vital(w.sp_o2)),
    measure("systolic", Number("mmHg", 0), &["systolic"], |w| vital(float(w.systolic))),
    measure("diastolic", Number("mmHg", 0), &["diastolic"], |w| vital(float(w.diastolic))),
    measure("glucose", Number("mmol/l", 1), &["bloodGlucose"], |w| vital(w.blood_glucose)),
    measure("lactate", Number("mmol/l", 1), &["lactate"], |w| w.lactate),
    measure("respiration", Number("/min", 1), &["respiration"], |w| vital(w.respiration)),
    measure("steps", Number("", 0), &["steps"], |w| float(w.steps)),
    measure("kcal", Number("", 0), &["kcalConsumed"], |w| float(w.kcal_consumed)),
    measure("carbs", Number("g", 0), &["carbohydrates"], |w| w.carbohydrates),
    measure("protein", Number("g", 0), &["protein"], |w| w.protein),
    measure("fat", Number("g", 0), &["fatTotal"], |w| w.fat_total),
    measure("baevsky_si", Number("", 0), &["baevskySI"], |w| w.baevsky_si),
];

/// Other names that people and devices have for measures.
const ALIASES: &[(&str, &str)] = &[
    ("fitness", "ctl"),
    ("tsb", "form"),
    ("ramprate", "ramp"),
    ("rmssd", "hrv"),
    ("hrvrmssd", "hrv"),
    ("sdnn", "hrv_sdnn"),
    ("rhr", "resting_hr"),
    ("restingheartrate", "resting_hr"),
    ("sleephours", "sleep"),
    ("sleepsecs", "sleep"),
    ("sleepduration", "sleep"),
    ("avgsleepinghr", "sleeping_hr"),
    ("bodyweight", "weight"),
    ("bloodglucose", "glucose"),
    ("respirationrate", "respiration"),
    ("kcalconsumed", "kcal"),
    ("trainingload", "load"),
];

/// The measure called `name`, however it is written.
#[must_use]
pub fn find(name: &str) -> Option<&'static Measure> {
    let wanted = folded(name);
    let alias = ALIASES.iter().find(|(alias, _)| *alias == wanted);
    let wanted = alias.map_or(wanted, |(_, name)| folded(name));
    MEASURES.iter().find(|m| folded(m.name) == wanted)
}

impl Measure {
    /// The value of a day as it is reckoned with and shown: in the units of the service, form in the athlete's scale.
    #[must_use]
    pub fn value(&self, day: &Wellness, units: Units) -> Option<f64> {
        match self.kind {
            Kind::Form => Some(units.form(day.ctl?, day.atl?)),
            _ => (self.get)(day),
        }
    }

    /// Whether the service's figure of today may count what is only planned.
    #[must_use]
    pub fn counts_the_plan(&self) -> bool {
        matches!(self.name, "ctl" | "atl" | "form" | "ramp" | "load")
    }

    /// `weight kg`
    #[must_use]
    pub fn head(&self, units: Units) -> String {
        match self.kind.unit(units) {
            "" => self.name.to_owned(),
            unit => format!("{} {unit}", self.name),
        }
    }

    /// A stored value as it is shown in a column, without its unit.
    #[must_use]
    pub fn show(&self, value: f64, units: Units) -> String {
        self.kind.show(value, units)
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
}

/// `7:05` of seconds.
#[must_use]
pub fn hours_minutes(seconds: f64) -> String {
    let shown = crate::units::hours(seconds);
    shown.trim_end_matches(" h").to_owned()
}

/// A name without case, blanks and underscores: `restingHR` is `resting_hr`.
#[must_use]
pub fn folded(name: &str) -> String {
    name.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_found_however_they_are_written() {
        let mut names: Vec<String> = MEASURES.iter().map(|m| folded(m.name)).collect();
        names.extend(ALIASES.iter().map(|(alias, _)| (*alias).to_owned()));
        names.sort_unstable();
        let count = names.len();
        names.dedup();
        assert_eq!(names.len(), count);
        for (written, name) in [
            ("HRV", "hrv"),
            ("restingHR", "resting_hr"),
            ("rMSSD", "hrv"),
            ("Fitness", "ctl"),
        ] {
            assert_eq!(find(written).map(|m| m.name), Some(name), "{written}");
        }
        assert!(ALIASES.iter().all(|(_, name)| find(name).is_some()));
        assert!(find("pulse").is_none() && find("").is_none());
    }

    #[test]
    fn scales_are_labels_in_rows_and_numbers_in_means() {
        let units = Units::default();
        let mood = find("mood").unwrap().kind;
        assert_eq!(mood.show(4.0, units), "poor");
        assert_eq!(mood.show_mean(2.25, units), "2.2");
        assert_eq!(Hours.show(25_500.0, units), "7:05");
    }

    #[test]
    fn a_difference_says_its_unit_in_the_athletes_own() {
        let units = Units::default();
        let pounds = Units {
            pounds: true,
            ..units
        };
        assert_eq!(Weight.change(-1.0, units), "-1 kg");
        assert_eq!(Weight.change(-1.0, pounds), "-2.2 lb");
        assert_eq!(Hours.change(-612.0, units), "-10 min");
        assert_eq!(Kind::Pace(Pace::PerKm).change(-2.13, units), "-2.1 s/km");
        assert_eq!(Number("ms", 0).change(0.123, units), "+0.12 ms");
        assert_eq!(Labels(BURDEN).change(0.5, units), "+0.5");
        assert_eq!(Number("m", 2).change(0.000_84, units), "+0.0008 m");
    }
}
