//! Local calendar days and wall times as Intervals.icu writes them: without a zone.

use jiff::civil::{Date, DateTime};

use super::lenient::Lenient;

/// Reads `2026-05-25T09:30:00` or a bare day, which is its midnight.
pub(super) fn wall_time(text: &str) -> Option<DateTime> {
    match text.parse::<DateTime>() {
        Ok(time) => Some(time),
        Err(_) => text.parse::<Date>().ok().map(DateTime::from),
    }
}

impl Lenient for Date {
    fn from_text(text: &str) -> Option<Self> {
        wall_time(text).map(|time| time.date())
    }
}
