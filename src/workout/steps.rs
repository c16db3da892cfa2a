//! Structured steps, as a model writes them, to a workout. Lenient: numbers and texts, several names for one thing; what cannot be
//! said in the language is refused with the place.

use serde_json::Value;

use super::ast::{DistanceUnit, Intensity, Item, Length, Metric, Repeat, Section, Step, Workout};
use super::error::Severity;
use super::lexer::{self, Kind};
use super::member::{Object, get, number, only, show, span, target, words};
use super::review::whole;

/// Steps in one call at most.
const MOST_STEPS: usize = 500;
/// Longest label, in characters.
const LONGEST_LABEL: usize = 200;
const KEYS: &str = "text, duration (10m), distance (400mtr), power (95-105%, 220w, Z2), hr (80% LTHR, Z2), pace (95% or \
    4:00/km), cadence, ramp, freeride, maxeffort, intensity, section (warmup, cooldown), press_lap, reps with steps";

/// The workout of `steps`; `lthr` turns beats a minute into percent.
///
/// # Errors
/// One sentence with the place: `steps[2].power: …`.
pub fn from_steps(steps: &[Value], lthr: Option<f64>) -> Result<Workout, String> {
    let mut reader = Reader { lthr, count: 0 };
    let mut items = Vec::new();
    for (at, value) in steps.iter().enumerate() {
        let place = format!("steps[{at}]");
        items.push(reader.item(value, &place)?);
    }
    if reader.count == 0 {
        return Err(format!("steps: there are none. A step has {KEYS}."));
    }
    Ok(Workout {
        items,
        ..Workout::default()
    })
}

struct Reader {
    lthr: Option<f64>,
    count: usize,
}

fn flag(object: &Object, names: &[&str]) -> bool {
    match get(object, names) {
        Some(Value::Bool(flag)) => *flag,
        Some(Value::String(text)) => matches!(text.trim(), "true" | "True" | "yes" | "1"),
        Some(Value::Number(number)) => number.as_f64() == Some(1.0),
        _ => false,
    }
}

impl Reader {
    fn item(&mut self, value: &Value, place: &str) -> Result<Item, String> {
        if let Value::Object(object) = value
            && let Some(inner) = get(object, &["steps"])
        {
            return self.repeat(object, inner, place);
        }
        self.step(value, place).map(Item::Step)
    }

    fn repeat(&mut self, object: &Object, inner: &Value, place: &str) -> Result<Item, String> {
        let times = get(object, &["reps", "repeat", "times"]).and_then(number);
        let times = times
            .filter(|times| (1.0..=999.0).contains(times) && times.fract() == 0.0)
            .ok_or_else(|| format!("{place}.reps: how often, 1 to 999, is wanted beside steps."))?;
        let Value::Array(inner) = inner else {
            return Err(format!("{place}.steps: a list of steps is wanted."));
        };
        let mut steps = Vec::new();
        for (at, value) in inner.iter().enumerate() {
            let place = format!("{place}.steps[{at}]");
            if value.get("steps").is_some_and(|steps| !steps.is_null()) {
                return Err(format!(
                    "{place}: repeats do not nest. Write the inner steps out."
                ));
            }
            let mut step = self.step(value, &place)?;
            if step.section.take().is_some() {
                return Err(format!("{place}.section: a repeat has no section."));
            }
            steps.push(step);
        }
        if steps.is_empty() {
            return Err(format!("{place}.steps: there are none."));
        }
        let title = get(object, &["text", "label", "name"]).and_then(words);
        let title = title.filter(|title| !title.is_empty());
        if let Some(title) = &title
            && (title.contains('\n')
                || title.starts_with('-')
                || title.chars().count() > LONGEST_LABEL)
        {
            return Err(format!(
                "{place}.text: one short line that does not begin with a hyphen is wanted."
            ));
        }
        // `4x` at the end of the title is what we write ourselves.
        let bare = format!("{times}x");
        let title = title
            .map(|title| {
                title
                    .strip_suffix(&bare)
                    .unwrap_or(&title)
                    .trim()
                    .to_owned()
            })
            .filter(|title| !title.is_empty());
        Ok(Item::Repeat(Repeat {
            title,
            times: whole(times),
            steps,
        }))
    }

    fn step(&mut self, value: &Value, place: &str) -> Result<Step, String> {
        self.count += 1;
        if self.count > MOST_STEPS {
            return Err(format!("steps: more than {MOST_STEPS}."));
        }
        match value {
            Value::String(line) => {
                let body = line.trim().trim_start_matches('-').trim();
                let read = super::step::read(body);
                let wrong = super::review::step(body, &read)
                    .into_iter()
                    .find(|(_, problem)| problem.severity() == Severity::Error);
                if let Some((_, problem)) = wrong {
                    return Err(format!("{place}: {problem}"));
                }
                read.step.filter(|_| !body.contains('\n')).ok_or_else(|| {
                    format!("{place}: {body:.60?} has no length, such as 10m or 1km.")
                })
            }
            Value::Object(object) => self.of_object(object, place),
            _ => Err(format!("{place}: an object is wanted, with {KEYS}.")),
        }
    }

    fn of_object(&self, object: &Object, place: &str) -> Result<Step, String> {
        let mut step = Step::of(length(object, place)?);
        step.label = label(object, place)?;
        for (names, metric) in [
            (&["power", "target"][..], Metric::Power),
            (&["hr", "heart_rate"], Metric::Hr),
            (&["pace"], Metric::Pace),
        ] {
            let Some(value) = get(object, names) else {
                continue;
            };
            let name = names.first().copied().unwrap_or_default();
            let target = target(value, metric, self.lthr).ok_or_else(|| {
                let right = match metric {
                    Metric::Power => "75%, 95-105%, 220w, 200-240w, Z2 or SS",
                    Metric::Hr => {
                        "75-82% LTHR, 85% HR or Z2 (beats a minute only with a known LTHR)"
                    }
                    Metric::Pace => "95%, 95-100%, Z2, 4:00/km or 4:00/km-4:10/km",
                };
                format!("{place}.{name}: write {right}.")
            })?;
            match target.unit.metric() {
                Metric::Power => step.power = Some(target),
                Metric::Hr => step.hr = Some(target),
                Metric::Pace => step.pace = Some(target),
            }
        }
        step.cadence = get(object, &["cadence"])
            .map(|value| {
                let text = words(value)
                    .or_else(|| span(value).map(show))
                    .unwrap_or_default();
                let text = text.trim_end_matches("rpm").trim_end().to_owned() + "rpm";
                match only(&text) {
                    Some(Kind::Cadence(span)) => Ok(span),
                    _ => Err(format!("{place}.cadence: write 90 or 85-95.")),
                }
            })
            .transpose()?;
        step.intensity = get(object, &["intensity"])
            .map(|value| {
                let text = words(value).unwrap_or_default();
                let mut known = Intensity::ALL.into_iter();
                known
                    .find(|intensity| intensity.name().eq_ignore_ascii_case(&text))
                    .ok_or_else(|| {
                        format!("{place}.intensity: write warmup, active, rest or cooldown.")
                    })
            })
            .transpose()?;
        let section = get(object, &["section"]).and_then(words);
        step.section = section
            .map(|text| {
                let mut known = Section::ALL.into_iter();
                known
                    .find(|section| section.name().eq_ignore_ascii_case(&text))
                    .ok_or_else(|| format!("{place}.section: write warmup or cooldown."))
            })
            .transpose()?
            .or_else(|| flag(object, &["warmup"]).then_some(Section::Warmup))
            .or_else(|| flag(object, &["cooldown"]).then_some(Section::Cooldown));
        step.ramp = flag(object, &["ramp"]);
        step.freeride = flag(object, &["freeride", "free"]);
        step.max_effort = flag(object, &["maxeffort", "max_effort"]);
        step.hides_power = flag(object, &["hidepower", "hide_power"]);
        step.until_lap_press = flag(object, &["press_lap", "until_lap_press", "lap_press"]);
        Ok(step)
    }
}

fn length(object: &Object, place: &str) -> Result<Length, String> {
    let wrong = |name: &str, right: &str| Err(format!("{place}.{name}: write {right}."));
    let found = if let Some(value) = get(object, &["distance"]) {
        let metres = number(value).map(|metres| Length::Distance(metres, DistanceUnit::Metres));
        let said = words(value).and_then(|text| match only(&text)? {
            Kind::Length {
                length: length @ Length::Distance(..),
                ..
            } => Some(length),
            _ => None,
        });
        match metres.or(said) {
            Some(length) => length,
            None => {
                return wrong(
                    "distance",
                    "metres as a number, or 400mtr, 1.5km, 1mi, 100yrd",
                );
            }
        }
    } else if let Some(value) = get(object, &["duration", "time"]) {
        let seconds = number(value).map(|seconds| Length::Seconds(whole(seconds)));
        let said = words(value).and_then(|text| match only(&text)? {
            Kind::Length {
                length: length @ Length::Seconds(_),
                ..
            } => Some(length),
            _ => None,
        });
        match seconds.or(said) {
            Some(length) => length,
            None => return wrong("duration", "seconds as a number, or 10m, 1h30m, 45s"),
        }
    } else {
        return Err(format!(
            "{place}: duration or distance is missing. A step has {KEYS}."
        ));
    };
    if found.is_zero() {
        return Err(format!("{place}: a length of zero is no step."));
    }
    Ok(found)
}

fn label(object: &Object, place: &str) -> Result<Option<String>, String> {
    let Some(text) = get(object, &["text", "label", "name"]).and_then(words) else {
        return Ok(None);
    };
    if text.is_empty() {
        return Ok(None);
    }
    if text.contains(['\n', '\r', '<', '>']) || text.chars().count() > LONGEST_LABEL {
        return Err(format!(
            "{place}.text: one line of at most {LONGEST_LABEL} characters without < and > is wanted."
        ));
    }
    // What the service would read as a length or a target ends the label there.
    let found = lexer::tokens(&text);
    let piece = found
        .iter()
        .find(|token| !matches!(token.kind, Kind::Ramp | Kind::Free | Kind::Lost(_)));
    match piece {
        Some(piece) => Err(format!(
            "{place}.text: the label would end at {:?}. Write it in words, or in the member for it.",
            text.get(piece.start..piece.end).unwrap_or_default()
        )),
        None => Ok(Some(text)),
    }
}
