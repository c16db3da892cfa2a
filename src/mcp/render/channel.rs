//! The series of a recording: what people call them, and how their values are shown.

use std::ops::Range;

use super::count;
use crate::analytics::heartbeats::{Heartbeats, heartbeats};
use crate::intervals::streams::{Series, Stream};
use crate::mcp::text;
use crate::units::{Pace, Units, number};

/// What is asked for unless something is chosen; what a sport does not record is left out by the service.
pub const USUAL: &[&str] = &[
    "distance",
    "watts",
    "heartrate",
    "cadence",
    "velocity_smooth",
    "altitude",
];

/// What is computed for any recording that has what it takes.
pub const COMPUTED: &str = "grade, gap and w_bal are computed where they can be";

/// What a series measures, which decides its unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Measure {
    /// So many decimals.
    Plain(usize),
    HeartRate,
    Cadence,
    /// m/s, shown as pace where the sport has one.
    Speed,
    /// m/s of air.
    Wind,
    /// m
    Height,
    /// m from the start.
    Way,
    /// °C
    Temperature,
    /// J
    Work,
    /// Degrees from north, of which there is no mean.
    Direction,
    /// Latitude and longitude.
    Position,
    /// Lists of ms between heartbeats.
    Beats,
}

use Measure::{
    Beats, Cadence, Direction, HeartRate, Height, Plain, Position, Speed, Temperature, Way, Wind,
    Work,
};

/// The name upstream, our name, what stands above a column, what it measures.
type Row = (&'static str, &'static str, &'static str, Measure);

const CHANNELS: &[Row] = &[
    ("distance", "distance", "", Way),
    ("watts", "power", "W", Plain(0)),
    ("heartrate", "hr", "HR", HeartRate),
    ("cadence", "cadence", "", Cadence),
    ("velocity_smooth", "speed", "", Speed),
    ("altitude", "altitude", "altitude", Height),
    ("ga_velocity", "gap", "gradient-adjusted", Speed),
    ("grade_smooth", "grade", "grade%", Plain(1)),
    ("w_bal", "w_bal", "W' kJ", Work),
    ("temp", "temperature", "device", Temperature),
    ("latlng", "position", "lat,lng", Position),
    ("hrv", "hrv", "RR/rMSSD ms", Beats),
    ("raw_watts", "raw_power", "raw W", Plain(0)),
    ("raw_heartrate", "raw_hr", "raw HR", HeartRate),
    (
        "fixed_altitude",
        "fixed_altitude",
        "corrected altitude",
        Height,
    ),
    ("torque", "torque", "torque Nm", Plain(1)),
    ("left_right_balance", "balance", "L/R balance%", Plain(1)),
    ("respiration", "respiration", "breaths/min", Plain(0)),
    ("smo2", "smo2", "SmO2%", Plain(1)),
    ("thb", "thb", "tHb g/dl", Plain(2)),
    ("dfa_a1", "dfa_a1", "DFA a1", Plain(2)),
    ("core_temperature", "core_temperature", "core", Temperature),
    ("skin_temperature", "skin_temperature", "skin", Temperature),
    ("weather_temp", "air_temperature", "air", Temperature),
    ("feels_like", "feels_like", "feels like", Temperature),
    ("wind_speed", "wind_speed", "wind", Wind),
    ("wind_gust", "wind_gust", "gusts", Wind),
    ("wind_deg", "wind_direction", "wind from°", Direction),
    ("bearing", "bearing", "bearing°", Direction),
    ("step_length", "step_length", "step mm", Plain(0)),
    ("stance_time", "stance_time", "ground contact ms", Plain(0)),
    (
        "vertical_oscillation",
        "vertical_oscillation",
        "vertical oscillation mm",
        Plain(1),
    ),
    (
        "vertical_ratio",
        "vertical_ratio",
        "vertical ratio%",
        Plain(1),
    ),
];

/// Other names that people use.
const ALIASES: &[(&str, &str)] = &[
    ("heart_rate", "heartrate"),
    ("pace", "velocity_smooth"),
    ("velocity", "velocity_smooth"),
    ("elevation", "altitude"),
    ("gradient", "grade_smooth"),
    ("slope", "grade_smooth"),
    ("w_prime_balance", "w_bal"),
    ("gps", "latlng"),
];

/// What we call the series that are known.
#[must_use]
pub fn known() -> Vec<&'static str> {
    CHANNELS.iter().map(|row| row.1).collect()
}

/// Series at most in one answer.
const MOST: usize = 20;

/// One series.
#[derive(Debug, Clone, PartialEq)]
pub struct Channel {
    /// The name upstream.
    pub kind: String,
    row: Option<&'static Row>,
}

impl Channel {
    /// The series that somebody calls `name`: ours, the service's, or one of the athlete's own.
    ///
    /// `None` when this can be no name at all.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let name = name.trim();
        let lower = name.to_ascii_lowercase();
        let alias = ALIASES.iter().find(|(alias, _)| *alias == lower);
        let lower = alias.map_or(lower.as_str(), |(_, kind)| kind);
        let row = CHANNELS
            .iter()
            .find(|(kind, ours, ..)| *kind == lower || *ours == lower);
        let possible = (1..=40).contains(&name.len())
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        possible.then(|| Self {
            kind: row.map_or_else(|| name.to_owned(), |row| row.0.to_owned()),
            row,
        })
    }

    /// What we call it.
    #[must_use]
    pub fn name(&self) -> String {
        self.row
            .map_or_else(|| text::name(&self.kind), |row| row.1.to_owned())
    }

    fn measure(&self) -> Measure {
        self.row.map_or(Plain(2), |row| row.3)
    }

    /// Whether a mean says something; of the others the first value of a piece is shown.
    #[must_use]
    pub fn has_mean(&self) -> bool {
        !matches!(self.measure(), Way | Direction | Position | Beats)
    }

    /// The value at `index`; `None` where nothing was read. A heart that stands still is a strap that slipped.
    #[must_use]
    pub fn at(&self, series: &Series, index: usize) -> Option<f64> {
        let silent = self.measure() == HeartRate;
        series.at(index).filter(|value| !silent || *value > 0.0)
    }

    /// Whether anything was read at `index`.
    #[must_use]
    pub fn has(&self, series: &Series, index: usize) -> bool {
        if self.measure() == Beats {
            series.listed(index..index + 1).next().is_some()
        } else {
            self.at(series, index).is_some()
        }
    }

    /// What the heartbeats of some samples say; `None` for every other series.
    #[must_use]
    pub fn heartbeats(&self, stream: &Stream, piece: Range<usize>) -> Option<Heartbeats> {
        let series = stream.data.as_ref().filter(|_| self.measure() == Beats)?;
        heartbeats(series.listed(piece))
    }

    /// What stands above its column.
    #[must_use]
    pub fn head(&self, sport: &str, units: Units) -> String {
        let called = self.row.map_or("", |row| row.2);
        let with = |unit: &str| format!("{called} {unit}").trim().to_owned();
        match self.measure() {
            Cadence if super::activity::counts_steps(sport) => "steps/min".to_owned(),
            Cadence if sport.ends_with("Swim") => "strokes/min".to_owned(),
            Cadence => "rpm".to_owned(),
            Speed => match units.pace_of(sport) {
                Some(pace) => with(&format!("pace{}", pace.name())),
                None => with(units.speed_name()),
            },
            Wind => with(units.speed_name()),
            Height => with(units.height_name()),
            Way if sport.ends_with("Swim") => "way".to_owned(),
            Way => units.distance_name().to_owned(),
            Temperature => with(units.temperature_name()),
            _ if called.is_empty() => self.name(),
            _ => called.to_owned(),
        }
    }

    /// A value in the athlete's units.
    #[must_use]
    pub fn show(&self, value: f64, sport: &str, units: Units) -> String {
        match self.measure() {
            Plain(decimals) => number(value, decimals),
            HeartRate | Direction => number(value, 0),
            Cadence if super::activity::counts_steps(sport) => number(value * 2.0, 0),
            Cadence => number(value, 0),
            Speed => match units.pace_of(sport) {
                Some(pace) => on_foot(pace, value),
                None => number(units.speed(value), 1),
            },
            Wind => number(units.speed(value), 0),
            Height => number(units.height(value), 0),
            Way => units.way(sport, value, 1),
            Temperature => number(units.temperature(value), 1),
            Work => number(value / 1e3, 1),
            Position => number(value, 4),
            Beats => number(value, 0),
        }
    }

    /// The first value of a piece, where there is no mean.
    #[must_use]
    pub fn show_first(
        &self,
        stream: &Stream,
        piece: Range<usize>,
        sport: &str,
        units: Units,
    ) -> Option<String> {
        if let Some(beats) = self.heartbeats(stream, piece.clone()) {
            let rmssd = beats.rmssd.map(|ms| format!("/{}", number(ms, 0)));
            return Some(number(beats.mean, 0) + rmssd.unwrap_or_default().as_str());
        }
        let series = stream.data.as_ref()?;
        piece.into_iter().find_map(|index| {
            let value = self.show(series.at(index)?, sport, units);
            if self.measure() != Position {
                return Some(value);
            }
            let other = stream.data2.as_ref()?.at(index)?;
            Some(format!("{value},{}", self.show(other, sport, units)))
        })
    }
}

/// The series that are called `names`, each once and without the clock, which is in every answer.
///
/// # Errors
/// Which of them can be none, in a sentence.
pub fn chosen<'a>(names: impl ExactSizeIterator<Item = &'a str>) -> Result<Vec<Channel>, String> {
    if names.len() > MOST {
        return Err(format!(
            "types has {} names; ask for at most {MOST}.",
            names.len()
        ));
    }
    let mut channels: Vec<Channel> = Vec::new();
    for name in names {
        let channel = Channel::named(name).ok_or_else(|| {
            format!(
                "'{}' is no name of a series: types are names such as power, hr, cadence, speed, altitude.",
                text::line(name, 40)
            )
        })?;
        if channel.kind != "time" && !channels.contains(&channel) {
            channels.push(channel);
        }
    }
    Ok(channels)
}

/// Slower than this is no pace that anybody would read: an hour for a kilometre.
const STANDING: f64 = 1.0 / 3.6;

fn on_foot(pace: Pace, metres_per_second: f64) -> String {
    if metres_per_second < STANDING {
        "standing".to_owned()
    } else {
        pace.show(metres_per_second).unwrap_or_default()
    }
}

/// `left out as impossible: 3 samples of power, 1 of hr`; `None` when all of `range` can be.
#[must_use]
pub fn left_out<'s>(
    streams: impl IntoIterator<Item = &'s Stream>,
    range: &Range<usize>,
) -> Option<String> {
    let counts = streams.into_iter().filter_map(|stream| {
        let kind = stream.kind.as_deref()?;
        let place = CHANNELS.iter().position(|row| row.0 == kind);
        let count = stream.left_out(range.clone());
        (count > 0).then_some((place, count, Channel::named(kind)?.name()))
    });
    // The service has no order.
    let mut counts: Vec<_> = counts.collect();
    counts.sort_unstable();
    let words: Vec<String> = counts
        .iter()
        .enumerate()
        .map(|(place, (_, n, name))| match place {
            0 => format!("{} of {name}", count(*n, "sample")),
            _ => format!("{n} of {name}"),
        })
        .collect();
    (!words.is_empty()).then(|| format!("left out as impossible: {}", words.join(", ")))
}

/// What an activity has recorded, in our names.
#[must_use]
pub fn names(kinds: &[String]) -> String {
    let mut names: Vec<String> = kinds
        .iter()
        .filter(|kind| *kind != "time")
        .filter_map(|kind| Channel::named(kind))
        .map(|channel| channel.name())
        .collect();
    names.sort_unstable();
    names.dedup();
    if names.is_empty() {
        "nothing".to_owned()
    } else {
        names.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const METRIC: Units = Units {
        imperial: false,
        pounds: false,
        fahrenheit: false,
        form_percent: false,
    };

    fn shown(name: &str, sport: &str, value: f64, units: Units) -> String {
        let channel = Channel::named(name).unwrap();
        format!(
            "{} {}",
            channel.show(value, sport, units),
            channel.head(sport, units)
        )
    }

    #[test]
    fn every_series_is_shown_in_a_unit_of_people() {
        let imperial = Units {
            imperial: true,
            fahrenheit: true,
            ..METRIC
        };
        for (name, sport, value, units, expected) in [
            ("w_bal", "Ride", 12_345.0, METRIC, "12.3 W' kJ"),
            ("cadence", "Run", 84.0, METRIC, "168 steps/min"),
            ("cadence", "Ride", 84.0, METRIC, "84 rpm"),
            ("velocity_smooth", "Ride", 10.0, METRIC, "36 km/h"),
            ("speed", "Run", 4.0, METRIC, "4:10 pace/km"),
            ("speed", "Run", 0.0, METRIC, "standing pace/km"),
            ("pace", "Swim", 1.25, METRIC, "1:20 pace/100m"),
            ("gap", "Run", 4.0, METRIC, "4:10 gradient-adjusted pace/km"),
            ("temp", "Ride", 20.0, imperial, "68 device °F"),
            ("altitude", "Ride", 100.0, imperial, "328 altitude ft"),
            ("wind_speed", "Run", 5.0, METRIC, "18 wind km/h"),
            ("grade", "Ride", 7.25, METRIC, "7.2 grade%"),
            ("MyMuscle", "Ride", 1.5, METRIC, "1.5 MyMuscle"),
        ] {
            assert_eq!(shown(name, sport, value, units), expected, "{name}");
        }
    }

    #[test]
    fn a_heart_at_zero_is_a_dropout_and_power_at_zero_is_coasting() {
        let series = Series::from(vec![0.0, 120.0, f32::NAN]);
        let at = |name: &str, index| Channel::named(name).unwrap().at(&series, index);
        assert_eq!((at("hr", 0), at("hr", 1)), (None, Some(120.0)));
        assert_eq!((at("power", 0), at("power", 2)), (Some(0.0), None));
        assert_eq!(at("cadence", 0), Some(0.0));
    }

    #[test]
    fn a_place_has_both_its_numbers() {
        let stream = Stream {
            kind: Some("latlng".to_owned()),
            data: Some(vec![f32::NAN, 47.5].into()),
            data2: Some(vec![f32::NAN, 8.25].into()),
            ..Stream::default()
        };
        let place = Channel::named("position").unwrap();
        let first = place.show_first(&stream, 0..2, "Ride", METRIC);
        assert_eq!(first.as_deref(), Some("47.5,8.25"));
        assert_eq!(place.show_first(&stream, 0..1, "Ride", METRIC), None);
    }

    #[test]
    fn names_are_those_of_people_of_the_service_or_of_the_athlete() {
        for (name, kind) in [
            ("HR", "heartrate"),
            ("heart_rate", "heartrate"),
            (" watts ", "watts"),
            ("elevation", "altitude"),
            ("SkinPatch1", "SkinPatch1"),
        ] {
            assert_eq!(Channel::named(name).unwrap().kind, kind);
        }
        let kinds = ["time", "watts", "heartrate", "watts"].map(str::to_owned);
        assert_eq!(names(&kinds), "hr, power");
        assert_eq!(names(&[]), "nothing");
    }
}
