//! Days and windows of days, as people and models write them. All are the athlete's local days.

use std::borrow::Cow;

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::Error;
use serde::{Deserialize, Deserializer};

/// A day that may depend on today: `2026-03-14`, `today`, `-28d`, `this_week`, `next_monday`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateSpec {
    On(Date),
    /// Days from today.
    Days(i32),
    /// Whole Monday-to-Sunday weeks from the one that holds today.
    Week(i32),
    /// The first such weekday after today (`next`), or before it.
    Weekday {
        day: Weekday,
        next: bool,
    },
}

/// What a day may look like, for errors.
const FORMS: &str = "YYYY-MM-DD, today, yesterday, tomorrow, -28d, +7d, this_week, next_week, last_week, next_monday or \
                     last_monday";

/// Furthest offset in days: a hundred years.
const MAX_OFFSET: i32 = 36_500;

impl DateSpec {
    /// Parses `text`.
    ///
    /// # Errors
    /// A sentence with the accepted forms.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        // `next monday` is as good as `next_monday`.
        let lower = text.to_ascii_lowercase().replace(' ', "_");
        let wrong = || format!("'{text:.40}' is not a day: write {FORMS}");
        match lower.as_str() {
            "today" | "now" => return Ok(Self::Days(0)),
            "yesterday" => return Ok(Self::Days(-1)),
            "tomorrow" => return Ok(Self::Days(1)),
            "this_week" => return Ok(Self::Week(0)),
            "next_week" => return Ok(Self::Week(1)),
            "last_week" => return Ok(Self::Week(-1)),
            _ => {}
        }
        if let Some((which, name)) = lower.split_once('_')
            && let Some(day) = weekday(name)
        {
            return match which {
                "next" => Ok(Self::Weekday { day, next: true }),
                "last" => Ok(Self::Weekday { day, next: false }),
                _ => Err(wrong()),
            };
        }
        if lower.starts_with(['-', '+'])
            && let Some(unit) = lower.chars().last()
            && let Ok(count) = lower.trim_end_matches(['d', 'w']).parse::<i32>()
        {
            let days = match unit {
                'w' => count.checked_mul(7),
                _ => Some(count),
            };
            return days
                .filter(|days| (-MAX_OFFSET..=MAX_OFFSET).contains(days))
                .map(Self::Days)
                .ok_or_else(wrong);
        }
        // A date-time is cut to its day: the service's own timestamps are local.
        let day = lower.split_once('t').map_or(lower.as_str(), |(day, _)| day);
        if day.len() == 10
            && let Ok(date) = day.parse::<Date>()
            && (1900..=2200).contains(&date.year())
        {
            return Ok(Self::On(date));
        }
        Err(wrong())
    }

    /// The first and last day that is meant, seen from `today`.
    #[must_use]
    pub fn span(self, today: Date) -> (Date, Date) {
        let from = |day: Date, days: i32| day.checked_add(days.days()).unwrap_or(day);
        match self {
            Self::On(date) => (date, date),
            Self::Days(days) => {
                let day = from(today, days);
                (day, day)
            }
            Self::Week(weeks) => {
                let monday = from(
                    today,
                    weeks * 7 - i32::from(today.weekday().to_monday_zero_offset()),
                );
                (monday, from(monday, 6))
            }
            Self::Weekday { day, next } => {
                let day = if next {
                    i32::from(today.weekday().until(day))
                } else {
                    -i32::from(today.weekday().since(day))
                };
                let day = from(
                    today,
                    match (day, next) {
                        (0, true) => 7,
                        (0, false) => -7,
                        (days, _) => days,
                    },
                );
                (day, day)
            }
        }
    }

    /// The one day that is meant; of a week, its first.
    #[must_use]
    pub fn day(self, today: Date) -> Date {
        self.span(today).0
    }
}

fn weekday(name: &str) -> Option<Weekday> {
    let day = match name {
        "monday" | "mon" => Weekday::Monday,
        "tuesday" | "tue" => Weekday::Tuesday,
        "wednesday" | "wed" => Weekday::Wednesday,
        "thursday" | "thu" => Weekday::Thursday,
        "friday" | "fri" => Weekday::Friday,
        "saturday" | "sat" => Weekday::Saturday,
        "sunday" | "sun" => Weekday::Sunday,
        _ => return None,
    };
    Some(day)
}

impl<'de> Deserialize<'de> for DateSpec {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl serde::de::Visitor<'_> for Visitor {
            type Value = DateSpec;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "a day: {FORMS}")
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<DateSpec, E> {
                DateSpec::parse(text).map_err(E::custom)
            }
        }
        deserializer.deserialize_str(Visitor)
    }
}

impl JsonSchema for DateSpec {
    fn schema_name() -> Cow<'static, str> {
        "DateSpec".into()
    }
    fn inline_schema() -> bool {
        true
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string" })
    }
}

/// An inclusive range of local days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    pub oldest: Date,
    pub newest: Date,
}

/// A window that cannot be answered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WindowError {
    #[error("oldest ({oldest}) is after newest ({newest}); swap them")]
    Reversed { oldest: Date, newest: Date },
    #[error("{days} days is too much for one answer; ask for at most {max} days at a time")]
    TooLong { days: i32, max: i32 },
}

impl Window {
    /// Resolves what was asked: of a week that is named as one end the near side completes the window.
    ///
    /// # Errors
    /// [`WindowError`] when the ends are reversed or further apart than `max_days`.
    pub fn resolve(
        oldest: Option<DateSpec>,
        newest: Option<DateSpec>,
        default: (DateSpec, DateSpec),
        today: Date,
        max_days: i32,
    ) -> Result<Self, WindowError> {
        let (oldest, newest) = match (oldest, newest) {
            (Some(oldest), Some(newest)) => (oldest.span(today).0, newest.span(today).1),
            // A single named week means that week.
            (Some(week @ DateSpec::Week(_)), None) => week.span(today),
            (None, Some(week @ DateSpec::Week(_))) => week.span(today),
            (Some(oldest), None) => {
                let oldest = oldest.span(today).0;
                (oldest, default.1.span(today).1.max(oldest))
            }
            (None, Some(newest)) => {
                let newest = newest.span(today).1;
                let oldest = default.0.span(today).0;
                if newest >= oldest {
                    (oldest, newest)
                } else {
                    // An end before the default's beginning: as long a window, further back.
                    let length = default.1.span(today).1.since(oldest);
                    let length = length.map_or(0, |span| span.get_days());
                    (newest.checked_sub(length.days()).unwrap_or(newest), newest)
                }
            }
            (None, None) => (default.0.span(today).0, default.1.span(today).1),
        };
        if oldest > newest {
            return Err(WindowError::Reversed { oldest, newest });
        }
        let window = Self { oldest, newest };
        if window.days() > max_days {
            return Err(WindowError::TooLong {
                days: window.days(),
                max: max_days,
            });
        }
        Ok(window)
    }

    /// How many days, both ends counted.
    #[must_use]
    pub fn days(self) -> i32 {
        self.newest
            .since(self.oldest)
            .map_or(0, |span| span.get_days())
            + 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    /// A Wednesday.
    const TODAY: Date = date(2026, 3, 18);

    fn day(text: &str) -> Date {
        DateSpec::parse(text).unwrap().day(TODAY)
    }

    #[test]
    fn every_form_of_a_day_is_understood() {
        for (text, expected) in [
            ("2026-02-28", date(2026, 2, 28)),
            ("2026-02-28T07:12:00", date(2026, 2, 28)),
            ("today", TODAY),
            ("Yesterday", date(2026, 3, 17)),
            ("tomorrow", date(2026, 3, 19)),
            ("-28d", date(2026, 2, 18)),
            ("+7d", date(2026, 3, 25)),
            ("-2w", date(2026, 3, 4)),
            ("this_week", date(2026, 3, 16)),
            ("next_week", date(2026, 3, 23)),
            ("last_week", date(2026, 3, 9)),
            ("next_monday", date(2026, 3, 23)),
            ("Next Monday", date(2026, 3, 23)),
            ("this week", date(2026, 3, 16)),
            ("next_wednesday", date(2026, 3, 25)),
            ("last_wednesday", date(2026, 3, 11)),
            ("last_sunday", date(2026, 3, 15)),
        ] {
            assert_eq!(day(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_not_a_day_is_refused_with_the_forms() {
        for text in [
            "",
            "soon",
            "2026-13-01",
            "26-01-01",
            "-d",
            "some_monday",
            "+99999999d",
            "-2147483648d",
            "20260101",
        ] {
            let error = DateSpec::parse(text).unwrap_err();
            assert!(error.contains("YYYY-MM-DD"), "{text}: {error}");
        }
    }

    #[test]
    fn a_named_week_is_a_whole_week_on_its_own_and_an_end_beside_another() {
        let default = (DateSpec::Days(-27), DateSpec::Days(0));
        let week = Window::resolve(Some(DateSpec::Week(1)), None, default, TODAY, 400).unwrap();
        assert_eq!(
            (week.oldest, week.newest),
            (date(2026, 3, 23), date(2026, 3, 29))
        );
        let both = Window::resolve(
            Some(DateSpec::Days(-7)),
            Some(DateSpec::Week(0)),
            default,
            TODAY,
            400,
        )
        .unwrap();
        assert_eq!(
            (both.oldest, both.newest),
            (date(2026, 3, 11), date(2026, 3, 22))
        );
    }

    #[test]
    fn a_window_years_back_keeps_its_default_length() {
        let default = (DateSpec::Days(-27), DateSpec::Days(0));
        let window = Window::resolve(
            None,
            Some(DateSpec::On(date(2023, 6, 30))),
            default,
            TODAY,
            400,
        )
        .unwrap();
        assert_eq!((window.oldest, window.days()), (date(2023, 6, 3), 28));
    }

    #[test]
    fn an_end_alone_moves_only_the_end() {
        let default = (DateSpec::Days(0), DateSpec::Days(13));
        let window = Window::resolve(None, Some(DateSpec::Days(20)), default, TODAY, 400).unwrap();
        assert_eq!((window.oldest, window.newest), (TODAY, date(2026, 4, 7)));
    }

    #[test]
    fn reversed_and_endless_windows_are_refused() {
        let default = (DateSpec::Days(-27), DateSpec::Days(0));
        assert!(matches!(
            Window::resolve(
                Some(DateSpec::Days(1)),
                Some(DateSpec::Days(0)),
                default,
                TODAY,
                400
            ),
            Err(WindowError::Reversed { .. })
        ));
        assert_eq!(
            Window::resolve(Some(DateSpec::Days(-400)), None, default, TODAY, 400),
            Err(WindowError::TooLong {
                days: 401,
                max: 400
            })
        );
    }

    proptest! {
        #[test]
        fn no_text_makes_a_day_panic(text in "\\PC{0,24}") {
            if let Ok(spec) = DateSpec::parse(&text) {
                let (first, last) = spec.span(TODAY);
                prop_assert!(first <= last);
            }
        }

        #[test]
        fn weekday_specs_lie_within_a_week(offset in 0i32..7, next: bool) {
            let day = [Weekday::Monday, Weekday::Tuesday, Weekday::Wednesday, Weekday::Thursday, Weekday::Friday,
                Weekday::Saturday, Weekday::Sunday][usize::try_from(offset).unwrap()];
            let found = DateSpec::Weekday { day, next }.day(TODAY);
            prop_assert_eq!(found.weekday(), day);
            let distance = found.since(TODAY).unwrap().get_days();
            let expected = if next { 1..=7 } else { -7..=-1 };
            prop_assert!(expected.contains(&distance));
        }
    }
}
