//! Second-by-second series of an activity.

use std::sync::Arc;

use serde::de::SeqAccess;

use super::cache::Freshness;
use super::error::Error;
use super::ids::ActivityId;
use super::lenient::{Lax, Lenient, record};
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

record! {
    /// One series. All series of an activity have the same length; the index is not the second, since the clock jumps at
    /// pauses: read `time`.
    pub struct Stream {
        /// `time` (s from the start), `distance` (m), `watts`, `heartrate` (bpm), `cadence` (rpm, strides a minute for a
        /// run), `velocity_smooth` (m/s), `altitude` (m) and others.
        kind ("type"): String,
        data: Series,
        /// The longitudes of `latlng`, whose latitudes are `data`.
        data2: Series,
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
    pub fn listed(&self, range: std::ops::Range<usize>) -> impl Iterator<Item = f64> {
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
    fn from_integer(value: i64) -> Option<Self> {
        f64::from_integer(value).map(Self::One)
    }

    fn from_float(value: f64) -> Option<Self> {
        f64::from_float(value).map(Self::One)
    }

    fn from_text(text: &str) -> Option<Self> {
        f64::from_text(text).map(Self::One)
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
