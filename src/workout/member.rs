//! Members of structured steps: numbers, texts and targets, however they are written.

use serde_json::{Map, Value};

use super::ast::{Metric, Span, Target, Unit};
use super::lexer::{self, Kind, Lost, Token};

pub type Object = Map<String, Value>;

/// The first of `names` that is there and not null.
pub fn get<'o>(object: &'o Object, names: &[&str]) -> Option<&'o Value> {
    names
        .iter()
        .find_map(|name| object.get(*name).filter(|value| !value.is_null()))
}

pub fn words(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.trim().to_owned()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

pub fn number(value: &Value) -> Option<f64> {
    let number = match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    // More places than two mean nothing, and the language reads only some.
    number
        .filter(|number| number.is_finite() && (0.0..1e7).contains(number))
        .map(|number| (number * 100.0).round() / 100.0)
}

/// The only piece of `text`, all of it.
pub fn only(text: &str) -> Option<Kind> {
    match lexer::tokens(text).as_slice() {
        [
            Token {
                start: 0,
                end,
                kind,
                has_foreign_dash: false,
            },
        ] if *end == text.len() => Some(*kind),
        _ => None,
    }
}

/// The target in a member for `metric`; `lthr` turns beats a minute into percent.
pub fn target(value: &Value, metric: Metric, lthr: Option<f64>) -> Option<Target> {
    if let Value::Object(object) = value {
        let units = get(object, &["units", "unit"]).and_then(words)?;
        let span = span(value)?;
        let text = match units.to_ascii_lowercase().as_str() {
            "%ftp" => format!("{}%", show(span)),
            "w" => format!("{}w", show(span)),
            "power_zone" => zones(span),
            "%lthr" => format!("{}% LTHR", show(span)),
            "%hr" => format!("{}% HR", show(span)),
            "hr_zone" => format!("{} HR", zones(span)),
            "%pace" => format!("{}% Pace", show(span)),
            "pace_zone" => format!("{} Pace", zones(span)),
            "bpm" => format!("{}bpm", show(span)),
            _ => return None,
        };
        return of_text(&text, metric, lthr);
    }
    let mut text = match value {
        Value::Number(_) => number(value)?.to_string(),
        _ => joined(words(value)?),
    };
    if value.is_number() || text.bytes().all(|b| b.is_ascii_digit() || b == b'-') {
        text.push_str(match metric {
            Metric::Power => "w",
            Metric::Hr => "bpm",
            Metric::Pace => return None,
        });
    }
    of_text(&text, metric, lthr)
}

/// `136 bpm` and `220 W` as the language has them, without the blank.
fn joined(text: String) -> String {
    let unit = ["bpm", "w", "W"].into_iter().find_map(|unit| {
        let number = text.strip_suffix(unit)?.strip_suffix(' ')?;
        number
            .ends_with(|c: char| c.is_ascii_digit())
            .then(|| format!("{number}{unit}"))
    });
    unit.unwrap_or(text)
}

/// What `text` says, where the name of the member may stand for the word behind.
fn of_text(text: &str, metric: Metric, lthr: Option<f64>) -> Option<Target> {
    let suffixes: &[&str] = match metric {
        Metric::Power => &[""],
        Metric::Hr if text.ends_with('%') => &[" LTHR"],
        Metric::Hr => &["", " HR"],
        Metric::Pace => &[" Pace", ""],
    };
    suffixes
        .iter()
        .find_map(|suffix| match only(&format!("{text}{suffix}"))? {
            Kind::Target(target) if metric == Metric::Power || target.unit.metric() == metric => {
                Some(target)
            }
            Kind::Lost(Lost::Beats(beats)) => {
                let lthr = lthr.filter(|lthr| *lthr > 0.0)?;
                Some(Target {
                    span: beats.map(|bpm| (bpm / lthr * 100.0).round()),
                    unit: Unit::PercentLthr,
                    shown: None,
                })
            }
            _ => None,
        })
}

/// `{value}` or `{start, end}`.
pub fn span(value: &Value) -> Option<Span> {
    let member = |name| value.get(name).and_then(number);
    match (member("start"), member("end"), member("value")) {
        (Some(start), Some(end), _) => Some(Span::Range(start, end)),
        (_, _, Some(value)) => Some(Span::One(value)),
        _ => None,
    }
}

pub fn show(span: Span) -> String {
    match span {
        Span::One(value) => value.to_string(),
        Span::Range(from, to) => format!("{from}-{to}"),
    }
}

fn zones(span: Span) -> String {
    match span {
        Span::One(zone) => format!("Z{zone}"),
        Span::Range(from, to) => format!("Z{from}-Z{to}"),
    }
}
