//! Pages of the calendar.

use std::fmt;
use std::str::FromStr;

use jiff::civil::{DateTime, Time};

use crate::intervals::EventId;
use crate::intervals::events::Event;
use crate::mcp::error::ToolError;
use crate::mcp::params::{Category, DateSpec, Window};

/// A place behind an event.
pub type Cursor = super::Cursor<Place>;

/// Where an event stands in the calendar: by day and second, then by id. A place is one whether or not its event is still there.
///
/// Written as `20260320-40101245`, with a time of day as `20260320T070000-40101245`, without a day as `0-40101245`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    at: Option<DateTime>,
    id: EventId,
}

impl Place {
    /// Before all events.
    const FIRST: Self = Self {
        at: None,
        id: EventId(0),
    };

    /// Where `event` stands.
    #[must_use]
    pub fn of(event: &Event) -> Self {
        let second = |at: DateTime| {
            let time = at.time().with().subsec_nanosecond(0).build();
            at.date().to_datetime(time.unwrap_or(Time::midnight()))
        };
        Self {
            at: event.starts().map(second),
            id: event.id,
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.at {
            None => f.write_str("0")?,
            Some(at) if at.time() == Time::midnight() => write!(f, "{}", at.strftime("%Y%m%d"))?,
            Some(at) => write!(f, "{}", at.strftime("%Y%m%dT%H%M%S"))?,
        }
        write!(f, "-{}", self.id)
    }
}

impl FromStr for Place {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (at, id) = text.rsplit_once('-').ok_or(())?;
        Ok(Self {
            at: match at {
                "0" => None,
                day if day.len() == 8 => {
                    let at = DateTime::strptime("%Y%m%d %H", format!("{day} 00"));
                    Some(at.map_err(|_| ())?)
                }
                at => Some(DateTime::strptime("%Y%m%dT%H%M%S", at).map_err(|_| ())?),
            },
            id: id.parse().map_err(|_| ())?,
        })
    }
}

/// What all pages of a calendar have in common, and where this one begins.
#[derive(Debug, Clone)]
pub struct Pages {
    window: Window,
    asked: String,
    after: Place,
}

/// The ends of the window that `cursor` goes on in; without one, those that were asked for.
#[must_use]
pub fn ends(
    cursor: Option<&Cursor>,
    asked: (Option<DateSpec>, Option<DateSpec>),
) -> (Option<DateSpec>, Option<DateSpec>) {
    match cursor.and_then(|cursor| cursor.window) {
        Some(Window { oldest, newest }) => (Some(DateSpec::On(oldest)), Some(DateSpec::On(newest))),
        None => asked,
    }
}

impl Cursor {
    /// Makes sure that the list is the one that named this cursor.
    ///
    /// # Errors
    /// When other categories were asked for.
    pub fn check(&self, wanted: &[Category]) -> Result<(), ToolError> {
        self.check_asked(&asked(wanted), "categories")
    }
}

fn asked(wanted: &[Category]) -> String {
    let mut names: Vec<&str> = wanted.iter().flat_map(|c| c.upstream()).collect();
    names.sort_unstable();
    names.dedup();
    names.join(",")
}

impl Pages {
    /// The pages of the `wanted` categories in `window`, from `cursor` on.
    #[must_use]
    pub fn new(window: Window, wanted: &[Category], cursor: Option<&Cursor>) -> Self {
        Self {
            window,
            asked: asked(wanted),
            after: cursor.map_or(Place::FIRST, |cursor| cursor.after),
        }
    }

    /// How to go on behind `row`.
    #[must_use]
    pub fn behind(&self, row: &Event) -> String {
        self.at(Place::of(row))
    }

    /// How many of `rows`, which are in the order of their places, stand before this page.
    #[must_use]
    pub fn before(&self, rows: &[&Event]) -> usize {
        rows.partition_point(|row| Place::of(row) <= self.after)
    }

    /// The cursors by which the rows of this page go, each behind the one before it.
    #[must_use]
    pub fn cursors(&self, shown: &[&Event]) -> Vec<String> {
        let before = shown.iter().map(|row| Place::of(row));
        let places = std::iter::once(self.after).chain(before);
        places
            .take(shown.len())
            .map(|place| self.at(place))
            .collect()
    }

    fn at(&self, place: Place) -> String {
        Cursor::behind(place, Some(self.window), &self.asked).to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_as_it_was_written_and_places_are_in_the_order_of_the_calendar() {
        let texts = [
            "0-0",
            "0-7",
            "20260320-12",
            "20260320-123",
            "20260320T070000-5",
            "20260320T070001-4",
            "20260321-1",
        ];
        let places: Vec<Place> = texts.iter().map(|text| text.parse().unwrap()).collect();
        assert!(places.is_sorted(), "{places:?}");
        let written: Vec<String> = places.iter().map(ToString::to_string).collect();
        assert_eq!(written, texts);
        for wrong in [
            "",
            "7",
            "20260320",
            "20261320-7",
            "20260320T07-7",
            "1-7",
            "20260320-x",
            "20260320--7",
        ] {
            assert!(wrong.parse::<Place>().is_err(), "{wrong}");
        }
    }
}
