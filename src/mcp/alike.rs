//! Which sessions are like another one.

use super::measure::effort::{float, same_kind};
use crate::intervals::activities::Activity;

/// What is looked at.
pub const FIELDS: &[&str] = &[
    "name",
    "type",
    "start_date_local",
    "moving_time",
    "icu_intensity",
    "interval_summary",
    "source",
];

/// Times are alike up to this factor.
const TIME_FACTOR: f64 = 1.2;
/// Sessions of one name or structure are still not alike beyond this factor.
const FAR_FACTOR: f64 = 2.0;
/// Intensities are alike up to so many percent of threshold.
const INTENSITY_POINTS: f64 = 7.0;
/// Repeats are as long as others up to this factor.
const REPEAT_FACTOR: f64 = 1.1;

/// In what a session is like the one that was asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Likeness {
    name: bool,
    intervals: bool,
    time: bool,
    intensity: bool,
    /// Ride and ride, not ride and indoor ride.
    sport: bool,
}

impl Likeness {
    /// `None` when both are not alike: another kind of sport, or neither name nor intervals nor both time and intensity.
    #[must_use]
    pub fn of(reference: &Activity, other: &Activity) -> Option<Self> {
        if other.is_stub() || !same_kind(reference, other) {
            return None;
        }
        let secs = |a: &Activity| a.moving_time.filter(|s| *s > 0).map(float);
        let factor = secs(reference).zip(secs(other));
        let factor = factor.map(|(a, b)| (a / b).max(b / a));
        let apart = reference.icu_intensity.zip(other.icu_intensity);
        let name = name(reference);
        let repeats = repeats(reference);
        let found = Self {
            name: !name.is_empty() && name == self::name(other),
            intervals: !repeats.is_empty() && match_up(&repeats, &self::repeats(other)),
            time: factor.is_some_and(|f| f <= TIME_FACTOR),
            intensity: apart.is_some_and(|(a, b)| (a - b).abs() <= INTENSITY_POINTS),
            sport: reference.sport == other.sport,
        };
        let named = (found.name || found.intervals) && factor.is_none_or(|f| f <= FAR_FACTOR);
        (named || (found.time && found.intensity)).then_some(found)
    }

    /// The more, the more alike.
    #[must_use]
    pub fn score(self) -> u8 {
        4 * u8::from(self.intervals)
            + 2 * u8::from(self.name)
            + u8::from(self.time)
            + u8::from(self.intensity)
            + u8::from(self.sport)
    }

    /// `name, intervals, time`
    #[must_use]
    pub fn words(self) -> String {
        let words = [
            ("name", self.name),
            ("intervals", self.intervals),
            ("time", self.time),
            ("intensity", self.intensity),
        ];
        let words: Vec<&str> = words
            .into_iter()
            .filter_map(|(word, is_alike)| is_alike.then_some(word))
            .collect();
        words.join(", ")
    }
}

/// How [`Likeness::of`] decides, in words.
pub const RULE: &str = "same kind of sport, and same name or intervals, or time within 20 % and intensity within 7 points";

fn name(a: &Activity) -> String {
    let name = a.name.as_deref().unwrap_or_default();
    name.trim().to_lowercase()
}

/// Count and length in s of what was repeated, from lines such as `3x 8m30s 262w`.
fn repeats(a: &Activity) -> Vec<(u32, f64)> {
    let lines = a.interval_summary.iter().flatten();
    lines
        .filter_map(|line| {
            let mut words = line.split_whitespace();
            let count = words.next()?.strip_suffix('x')?.parse().ok()?;
            Some((count, length(words.next()?)?))
        })
        .filter(|(count, _)| *count > 1)
        .collect()
}

/// `1h2m3s` in s.
fn length(text: &str) -> Option<f64> {
    let parts = text.split_inclusive(|c: char| !c.is_ascii_digit());
    parts
        .map(|part| {
            let (digits, unit) = part.split_at_checked(part.len().checked_sub(1)?)?;
            let digits: u32 = digits.parse().ok()?;
            let factor = match unit {
                "h" => 3600.0,
                "m" => 60.0,
                "s" => 1.0,
                _ => return None,
            };
            Some(f64::from(digits) * factor)
        })
        .sum()
}

fn match_up(these: &[(u32, f64)], those: &[(u32, f64)]) -> bool {
    these.len() == those.len()
        && these.iter().zip(those).all(|((n, a), (m, b))| {
            n == m && *a > 0.0 && *b > 0.0 && (a / b).max(b / a) <= REPEAT_FACTOR
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_a_summary_are_read() {
        assert_eq!(length("8m"), Some(480.0));
        assert_eq!(length("1h2m3s"), Some(3723.0));
        assert_eq!(length("45s"), Some(45.0));
        for text in ["", "m", "8", "8km", "8€", "€"] {
            assert!(length(text).is_none_or(|secs| secs == 0.0), "{text}");
        }
    }

    #[test]
    fn repeats_match_by_count_and_about_by_length() {
        assert!(match_up(&[(3, 720.0)], &[(3, 700.0)]));
        assert!(!match_up(&[(3, 720.0)], &[(4, 720.0)]));
        assert!(!match_up(&[(3, 720.0)], &[(3, 600.0)]));
        assert!(!match_up(&[(3, 720.0)], &[(3, 720.0), (2, 60.0)]));
    }
}
