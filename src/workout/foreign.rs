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

/// The first number with a unit of another language, or a blank before its unit, that means a wanted unit: as it is written and
/// as it should be.
pub fn miswritten(body: &str, wanted: impl Fn(&str) -> bool) -> Option<(String, String)> {
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
        let (written, unit) = if unit.is_empty() {
            let unit = words.peek().copied().unwrap_or_default();
            let unit = unit.trim_matches(|c: char| !c.is_alphanumeric());
            (format!("{number} {unit}"), unit)
        } else {
            (word.to_owned(), unit)
        };
        let unit = unit.to_lowercase();
        let known = ["h", "m", "s", "km", "mi", "mtr", "yrd", "w", "rpm"];
        let right = UNITS
            .iter()
            .find_map(|(name, right)| (*name == unit).then_some(*right))
            .or_else(|| known.into_iter().find(|name| *name == unit));
        match right {
            // The service counts the strides of one leg.
            Some(right) if wanted(right) && unit == "spm" => {
                return Some((written, format!("{}{right}", halved(number))));
            }
            Some(right) if wanted(right) => {
                return Some((written, with_unit(number, right)?));
            }
            _ => {}
        }
    }
    None
}

/// `170-180` as `85-90`.
fn halved(numbers: &str) -> String {
    let half = |text: &str| {
        text.parse::<f64>()
            .map(|value| (value / 2.0).round().to_string())
    };
    let halves: Result<Vec<String>, _> = numbers.split('-').map(half).collect();
    halves.map_or_else(|_| numbers.to_owned(), |halves| halves.join("-"))
}

/// `3x8m`, `3 x 8m` at the beginning of a step: how often.
pub fn inline_repeat(body: &str) -> Option<u32> {
    let end = body.find(|c: char| !c.is_ascii_digit())?;
    let times = body.get(..end)?.parse().ok()?;
    let rest = body.get(end..)?.trim_start();
    let rest = rest.strip_prefix(['x', 'X', '×'])?.trim_start();
    rest.starts_with(|c: char| c.is_ascii_digit())
        .then_some(times)
}

/// `50% to 75%`, `50% - 75%` as one range.
pub fn split_range(first: &str, between: &str, last: &str) -> Option<String> {
    let unit = |text: &str| {
        text.trim_start_matches(|c: char| !c.is_alphabetic() && c != '%')
            .to_owned()
    };
    let joins = ["to", "-", "\u{2013}", "\u{2014}", "..", "until"];
    let number = first.trim_end_matches(|c: char| !c.is_ascii_digit());
    let is_range = joins.contains(&between.trim())
        && unit(first) == unit(last)
        && last.starts_with(|c: char| c.is_ascii_digit())
        && !first.contains('-');
    is_range.then(|| format!("{number}-{last}"))
}

/// `1.5` and `h` as `1h30m`: durations have no decimals.
fn with_unit(number: &str, unit: &str) -> Option<String> {
    let seconds = match unit {
        "h" => 3600.0,
        "m" => 60.0,
        "s" => 1.0,
        _ => return Some(format!("{number}{unit}")),
    };
    let value = number.parse::<f64>().ok().filter(|value| *value < 1e5)?;
    Some(print::duration(whole(value * seconds)))
}
