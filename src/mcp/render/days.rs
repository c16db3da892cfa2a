//! Days and windows, always with their weekday, so that nobody has to work it out.

use jiff::civil::{Date, DateTime, Weekday};

use crate::mcp::context::Local;
use crate::mcp::params::Window;

const fn weekday(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => "Mon",
        Weekday::Tuesday => "Tue",
        Weekday::Wednesday => "Wed",
        Weekday::Thursday => "Thu",
        Weekday::Friday => "Fri",
        Weekday::Saturday => "Sat",
        Weekday::Sunday => "Sun",
    }
}

/// `Wed 2026-03-18`
#[must_use]
pub fn full(date: Date) -> String {
    format!("{} {date}", weekday(date.weekday()))
}

/// `Wed 03-18` in a row whose head names the year; the full date when `year` is another.
#[must_use]
pub fn short(date: Date, year: i16) -> String {
    if date.year() == year {
        format!(
            "{} {:02}-{:02}",
            weekday(date.weekday()),
            date.month(),
            date.day()
        )
    } else {
        full(date)
    }
}

/// `Wed 03-18 07:12`
#[must_use]
pub fn short_time(at: DateTime, year: i16) -> String {
    format!(
        "{} {:02}:{:02}",
        short(at.date(), year),
        at.hour(),
        at.minute()
    )
}

/// `Thu 2026-02-19 to Wed 2026-03-18 (Europe/Zurich, today is Wed 2026-03-18)`
#[must_use]
pub fn window(window: Window, local: &Local) -> String {
    let range = if window.oldest == window.newest {
        full(window.oldest)
    } else {
        format!("{} to {}", full(window.oldest), full(window.newest))
    };
    format!("{range} {}", zone_and_today(local))
}

/// `(Europe/Zurich, today is Wed 2026-03-18)`
#[must_use]
pub fn zone_and_today(local: &Local) -> String {
    format!("({}, today is {})", local.zone_name(), full(local.today()))
}

/// `tomorrow`, `in 12 days`, `3 days ago`.
#[must_use]
pub fn distance(from: Date, to: Date) -> String {
    let days = to.since(from).map_or(0, |span| span.get_days());
    match days {
        0 => "today".to_owned(),
        1 => "tomorrow".to_owned(),
        -1 => "yesterday".to_owned(),
        2.. => format!("in {days} days"),
        _ => format!("{} days ago", -days),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn days_carry_their_weekday() {
        assert_eq!(full(date(2026, 3, 18)), "Wed 2026-03-18");
        assert_eq!(short(date(2026, 3, 1), 2026), "Sun 03-01");
        assert_eq!(short(date(2025, 12, 31), 2026), "Wed 2025-12-31");
        assert_eq!(
            short_time(date(2026, 3, 18).at(7, 5, 0, 0), 2026),
            "Wed 03-18 07:05"
        );
        assert_eq!(distance(date(2026, 2, 27), date(2026, 3, 1)), "in 2 days");
        assert_eq!(distance(date(2026, 3, 1), date(2026, 2, 27)), "2 days ago");
    }
}
