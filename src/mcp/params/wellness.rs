//! A day of wellness, as it is entered.

use std::borrow::Cow;

use jiff::civil::Date;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

use super::{DateSpec, Int, Num, Object, Text};
use crate::intervals::wellness::WellnessUpdate;
use crate::mcp::scales::{BURDEN, HYDRATION, INJURY, QUALITY, Scale};
use crate::mcp::text;
use crate::units::Units;

/// What may be entered for one day; what is not given stays as it is.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WellnessEntry {
    date: DateSpec,
    weight: Option<Num>,
    resting_hr: Option<Int>,
    hrv: Option<Num>,
    sleep_hours: Option<Hours>,
    sleep_score: Option<Num>,
    sleep_quality: Option<Text>,
    fatigue: Option<Text>,
    soreness: Option<Text>,
    stress: Option<Text>,
    mood: Option<Text>,
    motivation: Option<Text>,
    injury: Option<Text>,
    hydration: Option<Text>,
    hydration_l: Option<Num>,
    readiness: Option<Num>,
    body_fat: Option<Num>,
    spo2: Option<Num>,
    systolic: Option<Int>,
    diastolic: Option<Int>,
    glucose: Option<Num>,
    lactate: Option<Num>,
    steps: Option<Int>,
    kcal: Option<Int>,
    carbs: Option<Num>,
    protein: Option<Num>,
    fat: Option<Num>,
    comments: Option<Text>,
    /// custom fields by code
    custom: Option<Object>,
}

/// Hours as 7.5, or as answers show them: 7:30.
struct Hours(f64);

impl<'de> Deserialize<'de> for Hours {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Text(text) = Text::deserialize(deserializer)?;
        let text = text.trim();
        let parsed = match text.split_once(':') {
            Some((hours, minutes)) => {
                let minutes = minutes
                    .parse::<u8>()
                    .ok()
                    .filter(|m| *m < 60 && minutes.len() == 2);
                let hours = hours.parse::<u8>().ok();
                hours
                    .zip(minutes)
                    .map(|(hours, minutes)| f64::from(hours) + f64::from(minutes) / 60.0)
            }
            None => text.parse().ok(),
        };
        let wrong = || D::Error::custom("hours are wanted, such as 7.5 or 7:30");
        parsed.map(Self).ok_or_else(wrong)
    }
}

impl JsonSchema for Hours {
    fn schema_name() -> Cow<'static, str> {
        "Hours".into()
    }
    fn inline_schema() -> bool {
        true
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "number" })
    }
}

impl WellnessEntry {
    /// The update that is meant, in the units of the service.
    ///
    /// # Errors
    /// A sentence that says what is wrong and that nothing was written.
    pub fn check(self, today: Date, units: Units) -> Result<(Date, WellnessUpdate), String> {
        if matches!(self.date, DateSpec::Week(_)) {
            return Err("date must be one day, not a week; nothing was written.".to_owned());
        }
        let date = self.date.day(today);
        if date > today {
            return Err(format!("{} is in the future; nothing was written.", date));
        }
        let Object(custom) = self.custom.unwrap_or_default();
        if let Some(code) = custom.keys().find(|code| !is_custom_code(code)) {
            return Err(format!(
                "custom: '{}' is no code of a custom field, which begins with a capital letter; get_athlete lists them. \
                 Nothing was written.",
                text::name(code)
            ));
        }
        let number =
            |name, value: Option<Num>, low, high| range(name, value.map(|n| n.0), low, high);
        let kilograms = self.weight.map(|Num(shown)| units.to_kilograms(shown));
        let update = WellnessUpdate {
            weight: range(
                &format!("weight in {}", units.weight_name()),
                self.weight.map(|n| n.0),
                units.weight(20.0).round(),
                units.weight(350.0).round(),
            )?
            .and(kilograms),
            resting_hr: whole("resting_hr in bpm", self.resting_hr, 20, 150)?,
            hrv: number("hrv (rMSSD) in ms", self.hrv, 1.0, 400.0)?,
            sleep_secs: range("sleep_hours", self.sleep_hours.map(|h| h.0), 0.0, 24.0)?
                .map(seconds),
            sleep_score: number("sleep_score", self.sleep_score, 0.0, 100.0)?,
            sleep_quality: label("sleep_quality", self.sleep_quality, QUALITY)?,
            fatigue: label("fatigue", self.fatigue, BURDEN)?,
            soreness: label("soreness", self.soreness, BURDEN)?,
            stress: label("stress", self.stress, BURDEN)?,
            mood: label("mood", self.mood, QUALITY)?,
            motivation: label("motivation", self.motivation, QUALITY)?,
            injury: label("injury", self.injury, INJURY)?,
            hydration: label("hydration", self.hydration, HYDRATION)?,
            hydration_volume: number("hydration_l", self.hydration_l, 0.0, 30.0)?,
            readiness: number("readiness", self.readiness, 0.0, 1000.0)?,
            body_fat: number("body_fat in %", self.body_fat, 1.0, 75.0)?,
            sp_o2: number("spo2 in %", self.spo2, 50.0, 100.0)?,
            systolic: whole("systolic in mmHg", self.systolic, 50, 260)?,
            diastolic: whole("diastolic in mmHg", self.diastolic, 30, 180)?,
            blood_glucose: number("glucose in mmol/l", self.glucose, 1.0, 40.0)?,
            lactate: number("lactate in mmol/l", self.lactate, 0.0, 40.0)?,
            steps: whole("steps", self.steps, 0, 300_000)?,
            kcal_consumed: whole("kcal", self.kcal, 0, 30_000)?,
            carbohydrates: number("carbs in g", self.carbs, 0.0, 4_000.0)?,
            protein: number("protein in g", self.protein, 0.0, 2_000.0)?,
            fat_total: number("fat in g", self.fat, 0.0, 2_000.0)?,
            comments: self.comments.map(|text| text.0),
            custom,
            ..WellnessUpdate::default()
        };
        if update == WellnessUpdate::default() {
            return Err(format!(
                "The entry of {} changes nothing; name a field.",
                date
            ));
        }
        Ok((date, update))
    }
}

/// The service's own fields begin with a small letter: among custom ones they would pass unchecked, the day itself (`id`)
/// and `locked` among them.
fn is_custom_code(code: &str) -> bool {
    let begins = code
        .chars()
        .next()
        .is_some_and(|first| first.is_alphabetic() && !first.is_lowercase());
    begins
        && code.chars().count() <= 64
        && code
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | ' '))
}

#[expect(clippy::cast_possible_truncation, reason = "at most a day")]
fn seconds(hours: f64) -> i64 {
    (hours * 3600.0).round() as i64
}

fn range(name: &str, value: Option<f64>, low: f64, high: f64) -> Result<Option<f64>, String> {
    match value {
        Some(v) if !(low..=high).contains(&v) => Err(format!(
            "{name} {v} is outside {low} to {high}; check the unit. Nothing was written."
        )),
        value => Ok(value),
    }
}

fn whole(name: &str, value: Option<Int>, low: i64, high: i64) -> Result<Option<i64>, String> {
    match value {
        Some(Int(v)) if !(low..=high).contains(&v) => Err(format!(
            "{name} {v} is outside {low} to {high}; check the unit. Nothing was written."
        )),
        value => Ok(value.map(|v| v.0)),
    }
}

fn label(name: &str, value: Option<Text>, scale: Scale) -> Result<Option<i64>, String> {
    value
        .map(|text| scale.value(&text.0))
        .transpose()
        .map_err(|why| format!("{name}: {why}. Nothing was written."))
}
