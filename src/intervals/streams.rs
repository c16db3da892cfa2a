//! Second-by-second series of an activity.

use std::ops::Range;
use std::sync::Arc;

use serde::de::{MapAccess, SeqAccess};

use super::cache::Freshness;
use super::error::Error;
use super::ids::ActivityId;
use super::lenient::{Lax, Lenient};
use super::target::Target;
use super::transport::Transport;

/// Calls about streams; all fail as [`Error`] says.
#[derive(Clone, Copy)]
pub struct Streams<'a> {
    transport: &'a Transport,
}

impl<'a> Streams<'a> {
    pub(super) const fn new(transport: &'a Transport) -> Self {
        Self { transport }
    }

    /// `GET /activity/{id}/streams`: the named series, in any order; those that were not recorded are left out.
    ///
    /// The service refuses unknown names as [`Error::Rejected`].
    pub async fn get(&self, id: &ActivityId, types: &[&str]) -> Result<Arc<Vec<Stream>>, Error> {
        let target = Target::new("activity")
            .id(id)
            .then("streams")
            .list("types", types);
        self.transport.get(target, Freshness::Volatile).await
    }
}

mod wire {
    use super::Series;
    use crate::intervals::lenient::record;

    record! {
        pub struct Stream {
            kind ("type"): String,
            data: Series,
            data2: Series,
        }
    }
}

/// One series. All series of an activity have the same length; the index is not the second, since the clock jumps at
/// pauses: read `time`. What no sensor can have measured is not in it.
#[derive(Clone, Debug, Default)]
pub struct Stream {
    /// `time` (s from the start), `distance` (m), `watts`, `heartrate` (bpm), `cadence` (rpm, strides a minute for a
    /// run), `velocity_smooth` (m/s), `altitude` (m) and others.
    pub kind: Option<String>,
    pub data: Option<Series>,
    /// The longitudes of `latlng`, whose latitudes are `data`.
    pub data2: Option<Series>,
    /// The indices at which something impossible stood, which is now missing.
    pub impossible: Vec<u32>,
}

/// What a sensor can have measured, from and to, by the name of the series. One reading far beyond spoils every mean that it is
/// in, so the bounds need to be sure and not close: at least what any athlete, machine or weather on record has reached.
const POSSIBLE: &[(&str, f64, f64)] = &[
    // s: a year, to both sides of the start.
    ("time", -31_622_400.0, 31_622_400.0),
    // m: four times the longest of races.
    ("distance", 0.0, 2e7),
    // W: about twice the peak of the strongest sprinters.
    ("watts", 0.0, 5_000.0),
    ("raw_watts", 0.0, 5_000.0),
    // bpm: no ventricle follows a faster rhythm.
    ("heartrate", 0.0, 300.0),
    ("raw_heartrate", 0.0, 300.0),
    // A minute: legs spin 300 times without load, arms less.
    ("cadence", 0.0, 400.0),
    // m/s: speed skiers reach 71.
    ("velocity_smooth", 0.0, 100.0),
    ("ga_velocity", 0.0, 100.0),
    // m: the shore of the Dead Sea and the summit of Everest, with what weather does to a barometer.
    ("altitude", -1_000.0, 11_000.0),
    ("fixed_altitude", -1_000.0, 11_000.0),
    // %: steeper is a fall.
    ("grade_smooth", -500.0, 500.0),
    // J: several times the largest W'.
    ("w_bal", -500_000.0, 500_000.0),
    // °C: a pole in winter, a device on asphalt in the sun.
    ("temp", -90.0, 100.0),
    ("core_temperature", -90.0, 100.0),
    ("skin_temperature", -90.0, 100.0),
    ("weather_temp", -90.0, 100.0),
    ("feels_like", -120.0, 100.0),
    // m/s: the strongest gust on record had 113.
    ("wind_speed", 0.0, 150.0),
    ("wind_gust", 0.0, 150.0),
    // Degrees.
    ("latlng", -180.0, 180.0),
    // Nm: 5,000 W at 10 rpm.
    ("torque", -5_000.0, 5_000.0),
    // Breaths a minute.
    ("respiration", 0.0, 200.0),
];

impl Stream {
    fn of(stream: wire::Stream) -> Self {
        let wire::Stream {
            kind,
            mut data,
            mut data2,
        } = stream;
        let mut impossible = Vec::new();
        let bounds = POSSIBLE
            .iter()
            .find(|(name, ..)| Some(*name) == kind.as_deref());
        if let Some((_, low, high)) = bounds {
            for series in [&mut data, &mut data2].into_iter().flatten() {
                for (index, value) in series.0.iter_mut().enumerate() {
                    if !value.is_nan() && !(*low..=*high).contains(&f64::from(*value)) {
                        *value = f32::NAN;
                        impossible.extend(u32::try_from(index));
                    }
                }
            }
        }
        impossible.sort_unstable();
        impossible.dedup();
        Self {
            kind,
            data,
            data2,
            impossible,
        }
    }

    /// How many samples of `range` were left out since nobody can have measured them.
    #[must_use]
    pub fn left_out(&self, range: Range<usize>) -> usize {
        let place = |index: usize| {
            let index = u32::try_from(index).unwrap_or(u32::MAX);
            self.impossible.partition_point(|at| *at < index)
        };
        place(range.end).saturating_sub(place(range.start))
    }
}

impl Lenient for Stream {
    fn from_map<'de, A: MapAccess<'de>>(map: A) -> Result<Option<Self>, A::Error> {
        Ok(wire::Stream::from_map(map)?.map(Self::of))
    }
}

/// Values by index; what was not recorded is NaN. Where an index holds a list of values, as that of `hrv` the time in ms
/// between the beats of a second, the second field has them one by one, each with its index.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Series(pub Vec<f32>, pub Vec<(u32, f32)>);

impl From<Vec<f32>> for Series {
    fn from(values: Vec<f32>) -> Self {
        Self(values, Vec::new())
    }
}

impl Series {
    /// The values of the lists that stand in `range`.
    pub fn listed(&self, range: Range<usize>) -> impl Iterator<Item = f64> {
        let place = |index: usize| {
            let index = u32::try_from(index).unwrap_or(u32::MAX);
            self.1.partition_point(|(at, _)| *at < index)
        };
        let found = self.1.get(place(range.start)..place(range.end));
        found
            .unwrap_or_default()
            .iter()
            .map(|(_, value)| f64::from(*value))
    }

    /// The value at `index`, if there is one.
    #[must_use]
    pub fn at(&self, index: usize) -> Option<f64> {
        self.0
            .get(index)
            .map(|value| f64::from(*value))
            .filter(|value| value.is_finite())
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "the service computes in single precision"
)]
const fn single(value: f64) -> f32 {
    value as f32
}

/// What stands at one index.
enum Sample {
    One(f64),
    List(Vec<f32>),
}

impl Lenient for Sample {
    #[expect(clippy::cast_precision_loss, reason = "single precision in the end")]
    fn from_integer(value: i64) -> Option<Self> {
        Self::from_float(value as f64)
    }

    // However large: what is impossible is counted.
    fn from_float(value: f64) -> Option<Self> {
        value.is_finite().then_some(Self::One(value))
    }

    fn from_text(text: &str) -> Option<Self> {
        text.trim().parse().ok().and_then(Self::from_float)
    }

    fn from_seq<'de, A: SeqAccess<'de>>(mut seq: A) -> Result<Option<Self>, A::Error> {
        let mut values = Vec::new();
        while let Some(Lax(value)) = seq.next_element::<Lax<f64>>()? {
            values.extend(value.map(single));
        }
        Ok(Some(Self::List(values)))
    }
}

impl Lenient for Series {
    fn from_seq<'de, A: SeqAccess<'de>>(mut seq: A) -> Result<Option<Self>, A::Error> {
        let (mut values, mut lists) = (Vec::new(), Vec::new());
        while let Some(Lax(sample)) = seq.next_element::<Lax<Sample>>()? {
            match sample {
                Some(Sample::One(value)) => values.push(single(value)),
                Some(Sample::List(list)) => {
                    let index = u32::try_from(values.len()).unwrap_or(u32::MAX);
                    lists.extend(list.into_iter().map(|value| (index, value)));
                    values.push(f32::NAN);
                }
                None => values.push(f32::NAN),
            }
        }
        Ok(Some(Self(values, lists)))
    }
}

/// The stream called `kind`.
#[must_use]
pub fn stream<'s>(streams: &'s [Stream], kind: &str) -> Option<&'s Stream> {
    streams
        .iter()
        .find(|stream| stream.kind.as_deref() == Some(kind))
}

/// The series called `kind`.
#[must_use]
pub fn series<'s>(streams: &'s [Stream], kind: &str) -> Option<&'s Series> {
    stream(streams, kind).and_then(|stream| stream.data.as_ref())
}
