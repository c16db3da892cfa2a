//! Lengths and units as other languages write them, and how this one does.

use super::ast::Length;
use super::print;
use super::review::whole;

/// Units of other languages, and what to write.
const UNITS: [(&str, &str); 26] = [
    ("min", "m"),
    ("mins", "m"),
    ("minute", "m"),
    ("minutes", "m"),
    ("sec", "s"),
    ("secs", "s"),
    ("second", "s"),
    ("seconds", "s"),
    ("hr", "h"),
    ("hrs", "h"),
    ("hour", "h"),
    ("hours", "h"),
    ("meter", "mtr"),
    ("meters", "mtr"),
    ("metre", "mtr"),
    ("metres", "mtr"),
    ("k", "km"),
    ("mile", "mi"),
    ("miles", "mi"),
    ("yd", "yrd"),
    ("yds", "yrd"),
    ("yards", "yrd"),
    ("watt", "w"),
    ("watts", "w"),
    ("spm", "rpm"),
    ("percent", "%"),
];

/// `5:00` as `5m`.
pub fn clock_as_length(written: &str) -> Option<String> {
    let (seconds, _, _) = super::quantity::clock(written)?;
    Some(print::length(Length::Seconds(whole(seconds))))
}

/// The first number with a unit of another language that means a wanted unit, as it should be written.
pub fn miswritten(body: &str, wanted: impl Fn(&str) -> bool) -> Option<String> {
    let mut words = body.split_whitespace().peekable();
    while let Some(word) = words.next() {
        let word = word.trim_matches(|c: char| !c.is_alphanumeric());
        let digits = word
            .find(|c: char| !c.is_ascii_digit() && c != '.' && c != '-')
            .unwrap_or(word.len());
        let (number, unit) = (word.get(..digits)?, word.get(digits..)?);
        if number.is_empty() {
            continue;
        }
        let unit = if unit.is_empty() {
            words.peek().copied().unwrap_or_default()
        } else {
            unit
        };
        let unit = unit
            .trim_matches(|c: char| !c.is_alphanumeric())
            .to_lowercase();
        let known = ["h", "m", "s", "km", "mi", "mtr", "yrd"];
        let right = UNITS
            .iter()
            .find_map(|(name, right)| (*name == unit).then_some(*right))
            .or_else(|| known.into_iter().find(|name| *name == unit));
        match right {
            Some(right) if wanted(right) => return Some(with_unit(number, right)),
            _ => {}
        }
    }
    None
}

/// `1.5` and `h` as `1h30m`: durations have no decimals.
fn with_unit(number: &str, unit: &str) -> String {
    let seconds = match unit {
        "h" => 3600.0,
        "m" => 60.0,
        "s" => 1.0,
        _ => return format!("{number}{unit}"),
    };
    match number.parse::<f64>() {
        Ok(value) if value < 1e5 => print::duration(whole(value * seconds)),
        _ => format!("{number}{unit}"),
    }
}
