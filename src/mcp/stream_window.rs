//! Which part of a recording is meant.

use std::ops::Range;

use super::error::ToolError;
use super::params::{Text, choice};
use super::text;
use crate::analytics::recording::Recording;
use crate::intervals::activities::{Activity, Interval};
use crate::intervals::streams::Series;
use crate::units::{self, METRES_PER_MILE, Units, number};

choice! {
    pub enum By { Time = "time", Distance = "distance", Interval = "interval" }
}

/// What was asked, read as far as it can be without the recording.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Asked {
    /// s from the start, pauses counted.
    Time(Option<f64>, Option<f64>),
    /// m from the start.
    Distance(Option<f64>, Option<f64>),
    /// The first and the last, by their number in the list or their id.
    Intervals(i64, i64),
}

/// A part of a recording.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    pub samples: Range<usize>,
    /// `interval 3 "Threshold"`; empty for the whole.
    pub words: String,
}

impl Asked {
    /// Reads the ends of a window.
    ///
    /// # Errors
    /// What an end may look like, or that they are the wrong way round.
    pub fn read(by: Option<By>, start: Option<Text>, end: Option<Text>) -> Result<Self, ToolError> {
        let (start, end) = (given(start), given(end));
        let asked = match by.unwrap_or(By::Time) {
            By::Time => Self::Time(read(start, seconds, TIMES)?, read(end, seconds, TIMES)?),
            By::Distance => Self::Distance(read(start, metres, WAYS)?, read(end, metres, WAYS)?),
            By::Interval => {
                let first = read(start, whole, NUMBERS)?
                    .ok_or_else(|| ToolError::Invalid(format!("{}.", wanted("start", NUMBERS))))?;
                Self::Intervals(first, read(end, whole, NUMBERS)?.unwrap_or(first))
            }
        };
        let reversed = match asked {
            Self::Time(Some(start), Some(end)) | Self::Distance(Some(start), Some(end)) => {
                start >= end
            }
            Self::Intervals(first, last) => first > last,
            _ => false,
        };
        if reversed {
            return Err(ToolError::Invalid(
                "start is not before end; swap them.".to_owned(),
            ));
        }
        Ok(asked)
    }

    /// The samples that are meant.
    ///
    /// # Errors
    /// What there is instead.
    pub fn find(
        self,
        recording: &Recording,
        way: Option<&Series>,
        activity: &Activity,
        units: Units,
    ) -> Result<Part, ToolError> {
        match self {
            Self::Time(None, None) | Self::Distance(None, None) => Ok(Part {
                samples: 0..recording.len(),
                words: String::new(),
            }),
            Self::Time(start, end) => by_time(recording, start, end),
            Self::Distance(start, end) => by_distance(recording, way, start, end, activity, units),
            Self::Intervals(first, last) => by_intervals(recording, first, last, activity),
        }
    }
}

const TIMES: &str = "seconds, mm:ss or h:mm:ss from the start, pauses counted";
const WAYS: &str = "metres from the start, or a number with km or mi";
const NUMBERS: &str =
    "the number of an interval as get_activity with include intervals lists them, or its id";

fn given(text: Option<Text>) -> Option<String> {
    text.map(|Text(text)| text.trim().to_owned())
        .filter(|text| !text.is_empty())
}

fn wanted(which: &str, forms: &str) -> String {
    format!("{which} is {forms}")
}

fn read<T>(
    text: Option<String>,
    reader: fn(&str) -> Option<T>,
    forms: &str,
) -> Result<Option<T>, ToolError> {
    text.map(|text| {
        reader(&text).ok_or_else(|| {
            let shown = text::line(&text, 30);
            ToolError::Invalid(format!(
                "'{shown}' is no place in the recording: start and end are {forms}."
            ))
        })
    })
    .transpose()
}

fn positive(text: &str) -> Option<f64> {
    let value: f64 = text.trim().parse().ok()?;
    (0.0..1e9).contains(&value).then_some(value)
}

fn seconds(text: &str) -> Option<f64> {
    let parts: Vec<&str> = text.split(':').collect();
    if parts.len() > 3 {
        return None;
    }
    parts
        .iter()
        .try_fold(0.0, |sum, part| Some(sum * 60.0 + positive(part)?))
}

fn metres(text: &str) -> Option<f64> {
    let lower = text.to_ascii_lowercase();
    for (unit, metres) in [("km", 1000.0), ("mi", METRES_PER_MILE), ("m", 1.0)] {
        if let Some(number) = lower.strip_suffix(unit) {
            return Some(positive(number)? * metres);
        }
    }
    positive(&lower)
}

fn whole(text: &str) -> Option<i64> {
    text.trim_start_matches('#')
        .parse()
        .ok()
        .filter(|n: &i64| *n >= 0)
}

fn by_time(recording: &Recording, start: Option<f64>, end: Option<f64>) -> Result<Part, ToolError> {
    let from = start.unwrap_or_default();
    if from > recording.end() {
        return Err(ToolError::Invalid(format!(
            "{} is behind the end: the recording goes from 0:00 to {}.",
            units::clock(from),
            units::clock(recording.end())
        )));
    }
    let samples = recording.within(from, end.unwrap_or(f64::INFINITY));
    if samples.is_empty() {
        let pause = recording
            .pauses()
            .iter()
            .find(|pause| pause.index == samples.start);
        return Err(ToolError::Invalid(pause.map_or_else(
            || "Nothing was recorded there: make the window longer.".to_owned(),
            |pause| {
                format!(
                    "Nothing was recorded there: the recording paused from {} to {}.",
                    units::clock(pause.from),
                    units::clock(recording.at(pause.index))
                )
            },
        )));
    }
    Ok(Part {
        words: "window by time".to_owned(),
        samples,
    })
}

fn by_distance(
    recording: &Recording,
    way: Option<&Series>,
    start: Option<f64>,
    end: Option<f64>,
    activity: &Activity,
    units: Units,
) -> Result<Part, ToolError> {
    let known = |index: usize| way.and_then(|way| way.at(index));
    let total = (0..recording.len()).rev().find_map(known);
    let Some(total) = total.filter(|total| *total > 0.0) else {
        return Err(ToolError::Invalid(
            "No distance was recorded: choose by time or interval.".to_owned(),
        ));
    };
    let (from, to) = (start.unwrap_or_default(), end.unwrap_or(f64::INFINITY));
    let sport = activity.sport.as_deref().unwrap_or_default();
    if from > total {
        return Err(ToolError::Invalid(format!(
            "{} m is behind the end: the way is {} m long ({}).",
            number(from, 0),
            number(total, 0),
            units.named_way(sport, total, 2)
        )));
    }
    let first = (0..recording.len()).find(|i| known(*i).is_some_and(|m| m >= from));
    let first = first.unwrap_or_default();
    let behind = (first..recording.len()).find(|i| known(*i).is_some_and(|m| m > to));
    let samples = first..behind.unwrap_or(recording.len());
    if samples.is_empty() {
        return Err(ToolError::Invalid(
            "No sample lies between these distances: make the window longer.".to_owned(),
        ));
    }
    Ok(Part {
        words: "window by distance".to_owned(),
        samples,
    })
}

fn by_intervals(
    recording: &Recording,
    first: i64,
    last: i64,
    activity: &Activity,
) -> Result<Part, ToolError> {
    let found = activity.icu_intervals.as_deref().unwrap_or_default();
    if found.is_empty() {
        return Err(ToolError::Invalid(
            "No intervals were found in this activity: choose by time or distance.".to_owned(),
        ));
    }
    let place = |wanted: i64| {
        let listed = usize::try_from(wanted)
            .ok()
            .and_then(|n| n.checked_sub(1))
            .filter(|n| *n < found.len());
        listed
            .or_else(|| found.iter().position(|lap| lap.id == Some(wanted)))
            .ok_or_else(|| {
                ToolError::Invalid(format!(
                    "There is no interval {wanted}: this activity has 1 to {}, as get_activity with include intervals lists \
                     them.",
                    found.len()
                ))
            })
    };
    let (first, last) = (place(first)?, place(last)?);
    let laps = found.get(first..=last).unwrap_or_default();
    let (Some(opening), Some(closing)) = (laps.first(), laps.last()) else {
        return Err(ToolError::Invalid(
            "start is not before end; swap them.".to_owned(),
        ));
    };
    let samples = edge(opening.start_index, opening.start_time, recording)
        ..edge(closing.end_index, closing.end_time, recording).min(recording.len());
    if samples.is_empty() {
        return Err(ToolError::Invalid(
            "Intervals.icu does not say where this interval lies: choose by time.".to_owned(),
        ));
    }
    Ok(Part {
        words: words(first, last, opening),
        samples,
    })
}

/// The sample at an index, or else at a second.
fn edge(index: Option<i64>, second: Option<i64>, recording: &Recording) -> usize {
    #[expect(clippy::cast_precision_loss, reason = "seconds of one activity")]
    let at = || second.map(|second| recording.within(second as f64, f64::INFINITY).start);
    index
        .and_then(|index| usize::try_from(index).ok())
        .or_else(at)
        .unwrap_or_default()
}

fn words(first: usize, last: usize, lap: &Interval) -> String {
    if first != last {
        return format!("intervals {} to {}", first + 1, last + 1);
    }
    let called = lap.label.as_deref().map(text::name).unwrap_or_default();
    let kind = lap.kind.as_deref().map(|k| text::name(k).to_lowercase());
    let kind = kind.map(|kind| format!(" ({kind})")).unwrap_or_default();
    if called.is_empty() {
        format!("interval {}{kind}", first + 1)
    } else {
        format!("interval {} \"{called}\"{kind}", first + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_ways_are_read_as_people_write_them() {
        for (text, expected) in [
            ("90", Some(90.0)),
            ("1:30", Some(90.0)),
            ("1:02:03", Some(3723.0)),
            ("0", Some(0.0)),
            ("-5", None),
            ("1:2:3:4", None),
            ("1:-2", None),
            ("soon", None),
            ("NaN", None),
            ("inf", None),
        ] {
            assert_eq!(seconds(text), expected, "{text}");
        }
        for (text, expected) in [
            ("5000", Some(5000.0)),
            ("5 km", Some(5000.0)),
            ("400m", Some(400.0)),
            ("1mi", Some(1609.344)),
            ("5 leagues", None),
        ] {
            assert_eq!(metres(text), expected, "{text}");
        }
    }

    #[test]
    fn a_window_is_forward() {
        let text = |t: &str| Some(Text(t.to_owned()));
        for (by, start, end) in [
            (By::Time, "20:00", "10:00"),
            (By::Time, "60", "1:00"),
            (By::Distance, "5 km", "4000"),
            (By::Interval, "3", "2"),
        ] {
            let said = Asked::read(Some(by), text(start), text(end)).unwrap_err();
            assert!(said.sentence().contains("swap them"), "{}", said.sentence());
        }
        assert_eq!(
            Asked::read(Some(By::Interval), text("3"), None).unwrap(),
            Asked::Intervals(3, 3)
        );
    }
}
