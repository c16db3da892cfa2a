//! What a write to wellness changed.

use jiff::civil::Date;

use super::days;
use crate::intervals::wellness::{Wellness, WellnessUpdate};
use crate::mcp::measure::MEASURES;
use crate::mcp::measure::custom::plain as custom_value;
use crate::mcp::reply::Reply;
use crate::mcp::text;
use crate::units::Units;

/// What is known of a day after a write.
#[derive(Clone, Copy)]
pub enum Outcome<'a> {
    /// Nothing was written yet.
    Planned,
    /// As read back; `None` when that failed.
    Read(Option<&'a Wellness>),
}

/// A day that is to be changed, or was.
pub struct Entered<'a> {
    pub date: Date,
    /// As it was before, if the service has a row of it.
    pub old: Option<&'a Wellness>,
    pub update: &'a WellnessUpdate,
    pub outcome: Outcome<'a>,
}

impl Entered<'_> {
    /// Adds what changes, or changed; the comment that is replaced, and what did not arrive.
    pub fn show(&self, reply: &mut Reply, units: Units) {
        let date = days::full(self.date);
        let (changed, lost) = changes(self.old, self.outcome, self.update, units);
        reply.line(format!("{date}: {changed}"));
        let former = self.old.and_then(|old| old.comments.as_deref());
        if let Some(former) = former.filter(|_| self.update.comments.is_some()) {
            reply.quote(format!("former comment of {date}"), former);
        }
        if !lost.is_empty() {
            reply.footer(format!("{date}: the service did not take {lost}."));
        }
    }
}

/// What changed (`mood good → poor`), and the names of what was sent but did not arrive.
fn changes(
    old: Option<&Wellness>,
    outcome: Outcome<'_>,
    update: &WellnessUpdate,
    units: Units,
) -> (String, String) {
    let new = match outcome {
        Outcome::Planned => None,
        Outcome::Read(Some(new)) => Some(new),
        Outcome::Read(None) => {
            return (
                "written; the service did not show the day again".to_owned(),
                String::new(),
            );
        }
    };
    let sent = serde_json::to_value(update).unwrap_or_default();
    let mut changed = Vec::new();
    let mut lost = Vec::new();
    for measure in MEASURES {
        let Some(wire) = wire_name(measure.name) else {
            continue;
        };
        let Some(wanted) = sent.get(wire).and_then(serde_json::Value::as_f64) else {
            continue;
        };
        // As it is shown: a value that is still marked as copied from the settings was not taken.
        let got = new.map_or(Some(wanted), measure.get);
        if got.is_none_or(|got| (got - wanted).abs() > 1e-3 * wanted.abs().max(1.0)) {
            lost.push(measure.name.to_owned());
            continue;
        }
        let before = old
            .and_then(measure.get)
            .map(|v| measure.show_exactly(v, units));
        changed.push(line(
            &measure.head(units),
            before,
            measure.show_exactly(wanted, units),
        ));
    }
    for (code, wanted) in &update.custom {
        let got = new.map_or(Some(wanted), |new| new.custom.get(code));
        let got = got.and_then(custom_value);
        if got != custom_value(wanted) {
            lost.push(text::name(code));
            continue;
        }
        let before = old.and_then(|o| o.custom.get(code)).and_then(custom_value);
        changed.push(line(&text::name(code), before, got.unwrap_or_default()));
    }
    if let Some(comment) = &update.comments {
        let got = new.map_or(Some(comment), |new| new.comments.as_ref());
        if got.map(|got| got.trim()) == Some(comment.trim()) {
            let replaced = old.and_then(|o| o.comments.as_deref()).is_some();
            let what = if replaced {
                "comment replaced, the former is below"
            } else {
                "comment (new)"
            };
            changed.push(what.to_owned());
        } else {
            lost.push("comments".to_owned());
        }
    }
    let changed = if changed.is_empty() {
        "nothing".to_owned()
    } else {
        changed.join(", ")
    };
    (changed, lost.join(", "))
}

fn line(name: &str, before: Option<String>, after: String) -> String {
    match before {
        Some(before) if before == after => format!("{name} {after} (as before)"),
        Some(before) => format!("{name} {before} → {after}"),
        None => format!("{name} {after} (new)"),
    }
}

/// The name on the wire of what can be written.
fn wire_name(name: &str) -> Option<&str> {
    Some(match name {
        "weight" | "hrv" | "fatigue" | "soreness" | "stress" | "mood" | "motivation" | "injury"
        | "hydration" | "readiness" | "systolic" | "diastolic" | "lactate" | "steps"
        | "protein" => name,
        "resting_hr" => "restingHR",
        "sleep" => "sleepSecs",
        "sleep_score" => "sleepScore",
        "sleep_quality" => "sleepQuality",
        "hydration_l" => "hydrationVolume",
        "body_fat" => "bodyFat",
        "spo2" => "spO2",
        "glucose" => "bloodGlucose",
        "kcal" => "kcalConsumed",
        "carbs" => "carbohydrates",
        "fat" => "fatTotal",
        _ => return None,
    })
}

/// What to say about a day that the service will not change.
#[must_use]
pub fn locked(date: Date) -> String {
    format!(
        "{} is locked in Intervals.icu and was not changed: the service ignores writes to it. The athlete can unlock it in \
         the web app.",
        days::full(date)
    )
}
