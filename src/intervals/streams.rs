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

/// Values by index; what was not recorded is NaN.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Series(pub Vec<f32>);

impl Series {
    /// The value at `index`, if there is one.
    #[must_use]
    pub fn at(&self, index: usize) -> Option<f64> {
        self.0
            .get(index)
            .map(|value| f64::from(*value))
            .filter(|value| value.is_finite())
    }
}

impl Lenient for Series {
    fn from_seq<'de, A: SeqAccess<'de>>(mut seq: A) -> Result<Option<Self>, A::Error> {
        let mut values = Vec::new();
        while let Some(Lax(value)) = seq.next_element::<Lax<f64>>()? {
            #[expect(
                clippy::cast_possible_truncation,
                reason = "the service computes in single precision"
            )]
            values.push(value.map_or(f32::NAN, |value| value as f32));
        }
        Ok(Some(Self(values)))
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
