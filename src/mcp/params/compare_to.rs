//! The other range of a comparison.

use std::borrow::Cow;

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::Error;
use serde::{Deserialize, Deserializer};

use super::{DateSpec, Window, WindowError};

/// A range that may depend on the window it is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CompareTo {
    /// As much time, just before.
    Previous,
    /// The same time a year before.
    LastYear,
    Range(DateSpec, DateSpec),
}

/// What it may look like, for errors.
const FORMS: &str = "previous, last_year, YYYY-MM-DD..YYYY-MM-DD, YYYY-MM, YYYY or last_week";

impl CompareTo {
    /// Parses `text`.
    ///
    /// # Errors
    /// A sentence with the accepted forms.
    pub fn parse(text: &str) -> Result<Self, String> {
        let lower = text.trim().to_ascii_lowercase();
        let wrong = || format!("'{text:.40}' is no range: write {FORMS}");
        match lower.replace([' ', '-'], "_").as_str() {
            "previous" | "previous_period" | "prior" | "before" => return Ok(Self::Previous),
            "last_year" | "previous_year" | "year_ago" | "a_year_ago" => return Ok(Self::LastYear),
            _ => {}
        }
        if let Some((first, last)) = ["...", "..", " to ", "/", ","]
            .iter()
            .find_map(|between| lower.split_once(between))
        {
            let end = |text: &str| DateSpec::parse(text).map_err(|_| wrong());
            return Ok(Self::Range(end(first)?, end(last)?));
        }
        let whole = |first: Option<Date>, last: fn(Date) -> Date| {
            first.map(|first| Self::Range(DateSpec::On(first), DateSpec::On(last(first))))
        };
        let named = match lower.len() {
            4 => whole(format!("{lower}-01-01").parse().ok(), Date::last_of_year),
            7 => whole(format!("{lower}-01").parse().ok(), Date::last_of_month),
            _ => None,
        };
        match named.or_else(|| {
            DateSpec::parse(&lower)
                .ok()
                .map(|spec| Self::Range(spec, spec))
        }) {
            Some(range) => Ok(range),
            None => Err(wrong()),
        }
    }

    /// The days that `window` is compared with, seen from `today`.
    ///
    /// # Errors
    /// As [`Window::resolve`]; a range that has not begun is one too.
    pub fn resolve(
        self,
        window: Window,
        today: Date,
        max_days: i32,
    ) -> Result<Window, CompareError> {
        let (oldest, newest) = match self {
            Self::Previous => previous(window),
            Self::LastYear => last_year(window),
            Self::Range(first, last) => (first.span(today).0, last.span(today).1.min(today)),
        };
        if oldest > today {
            return Err(CompareError::Ahead(oldest));
        }
        let range = Window { oldest, newest };
        if oldest > newest {
            return Err(CompareError::Window(WindowError::Reversed {
                oldest,
                newest,
            }));
        }
        if range.days() > max_days {
            return Err(CompareError::Window(WindowError::TooLong {
                days: range.days(),
                max: max_days,
            }));
        }
        Ok(range)
    }
}

/// A range that nothing can be compared with.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CompareError {
    #[error("compare_to: {0}")]
    Window(WindowError),
    #[error("compare_to begins on {0}, which is still to come; name a range that has begun")]
    Ahead(Date),
}

fn back(day: Date, days: i32) -> Date {
    day.checked_sub(days.days()).unwrap_or(day)
}

/// A day so many months before; the last of a month stays the last of one.
fn months_back(day: Date, months: i32) -> Date {
    let earlier = day.checked_sub(months.months()).unwrap_or(day);
    if day == day.last_of_month() {
        earlier.last_of_month()
    } else {
        earlier
    }
}

/// Whether it is made of whole weeks rather than of months.
fn is_weekly(window: Window) -> bool {
    window.oldest.weekday() == Weekday::Monday
        && (window.oldest.day() != 1 || window.days() % 7 == 0)
}

/// Weeks go back by weeks and months by months, so that like is compared with like.
fn previous(window: Window) -> (Date, Date) {
    let Window { oldest, newest } = window;
    let days = window.days();
    if is_weekly(window) {
        let whole = (days + 6) / 7 * 7;
        return (back(oldest, whole), back(newest, whole));
    }
    if oldest.day() == 1 {
        let months = i32::from(newest.year() - oldest.year()) * 12
            + i32::from(newest.month() - oldest.month())
            + 1;
        return (months_back(oldest, months), months_back(newest, months));
    }
    (back(oldest, days), back(newest, days))
}

/// 52 weeks for weeks, so that weekdays stay in place.
fn last_year(window: Window) -> (Date, Date) {
    let Window { oldest, newest } = window;
    if is_weekly(window) {
        return (back(oldest, 364), back(newest, 364));
    }
    (
        oldest.checked_sub(1.year()).unwrap_or(oldest),
        months_back(newest, 12),
    )
}

impl<'de> Deserialize<'de> for CompareTo {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl serde::de::Visitor<'_> for Visitor {
            type Value = CompareTo;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "a range: {FORMS}")
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<CompareTo, E> {
                CompareTo::parse(text).map_err(E::custom)
            }
            fn visit_u64<E: Error>(self, year: u64) -> Result<CompareTo, E> {
                CompareTo::parse(&year.to_string()).map_err(E::custom)
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

impl JsonSchema for CompareTo {
    fn schema_name() -> Cow<'static, str> {
        "CompareTo".into()
    }
    fn inline_schema() -> bool {
        true
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    /// A Wednesday.
    const TODAY: Date = date(2026, 3, 18);

    fn against(text: &str, oldest: Date, newest: Date) -> (Date, Date) {
        let range = CompareTo::parse(text).unwrap();
        let range = range
            .resolve(Window { oldest, newest }, TODAY, 2_000)
            .unwrap();
        (range.oldest, range.newest)
    }

    #[test]
    fn what_came_before_is_like_the_window() {
        // Eleven weeks and three days of a twelfth: the same days of the twelve weeks before.
        assert_eq!(
            against("previous", date(2025, 12, 29), TODAY),
            (date(2025, 10, 6), date(2025, 12, 24))
        );
        assert_eq!(
            against("previous", date(2026, 3, 2), date(2026, 3, 8)),
            (date(2026, 2, 23), date(2026, 3, 1))
        );
        assert_eq!(
            against("previous", date(2026, 1, 1), date(2026, 2, 28)),
            (date(2025, 11, 1), date(2025, 12, 31))
        );
        assert_eq!(
            against("previous", date(2026, 3, 1), TODAY),
            (date(2026, 2, 1), date(2026, 2, 18))
        );
        assert_eq!(
            against("previous", date(2026, 3, 12), date(2026, 3, 14)),
            (date(2026, 3, 9), date(2026, 3, 11))
        );
    }

    #[test]
    fn a_year_before_keeps_weekdays_of_weeks_and_dates_of_months() {
        assert_eq!(
            against("last_year", date(2026, 3, 2), date(2026, 3, 8)),
            (date(2025, 3, 3), date(2025, 3, 9))
        );
        assert_eq!(
            against("Last year", date(2024, 2, 1), date(2024, 2, 29)),
            (date(2023, 2, 1), date(2023, 2, 28))
        );
        assert_eq!(
            against("last-year", date(2025, 2, 1), date(2025, 2, 28)),
            (date(2024, 2, 1), date(2024, 2, 29))
        );
    }

    #[test]
    fn ranges_are_read_in_many_forms() {
        let week = (date(2024, 5, 6), date(2024, 5, 12));
        for text in [
            "2024-05-06..2024-05-12",
            "2024-05-06 .. 2024-05-12",
            "2024-05-06 to 2024-05-12",
            "2024-05-06/2024-05-12",
            "2024-05-06...2024-05-12",
        ] {
            assert_eq!(against(text, TODAY, TODAY), week, "{text}");
        }
        assert_eq!(
            against("2024", TODAY, TODAY),
            (date(2024, 1, 1), date(2024, 12, 31))
        );
        assert_eq!(
            against("2024-02", TODAY, TODAY),
            (date(2024, 2, 1), date(2024, 2, 29))
        );
        assert_eq!(
            against("last_week", TODAY, TODAY),
            (date(2026, 3, 9), date(2026, 3, 15))
        );
        assert_eq!(
            against("-28d..-15d", TODAY, TODAY),
            (date(2026, 2, 18), date(2026, 3, 3))
        );
    }

    #[test]
    fn what_is_no_range_is_refused_with_the_forms() {
        for text in ["", "sometime", "2024-13", "20x4", "2024-05-06..soon"] {
            let error = CompareTo::parse(text).unwrap_err();
            assert!(error.contains("previous, last_year"), "{text}: {error}");
        }
        let window = Window {
            oldest: TODAY,
            newest: TODAY,
        };
        for (text, says) in [
            ("2024-05-12..2024-05-06", "swap them"),
            ("2027", "still to come"),
            ("2015-01-01..2024-01-01", "at most 2000 days"),
        ] {
            let error = CompareTo::parse(text)
                .unwrap()
                .resolve(window, TODAY, 2_000)
                .unwrap_err();
            assert!(error.to_string().contains(says), "{text}: {error}");
        }
    }
}
