//! Best efforts over periods: the most power or heart rate for a time, the least time for a distance.

use std::fmt;
use std::sync::Arc;

use jiff::civil::Date;
use serde::de::{Error as _, MapAccess, SeqAccess};

use super::cache::Freshness;
use super::error::Error;
use super::lenient::{Key, Lax, Lenient, MAX_DECODED_BYTES, record};
use super::target::Target;
use super::transport::Transport;

/// Calls about curves; all fail as [`Error`] says.
#[derive(Clone, Copy)]
pub struct Curves<'a> {
    transport: &'a Transport,
}

/// Which activities a curve is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Period {
    /// The past days, up to today.
    Days(u32),
    /// The past years, up to today.
    Years(u32),
    /// 0 is the season that runs, 1 the one before.
    Season(u32),
    All,
    /// Both ends inclusive.
    Range(Date, Date),
}

/// Work done before an effort counts, as the sport settings have it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fatigue {
    /// `after_kj0`
    First,
    /// `after_kj1`
    Second,
}

/// One curve: efforts of a period, for power also after work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CurveName {
    pub period: Period,
    /// Power only.
    pub fatigue: Option<Fatigue>,
}

impl fmt::Display for CurveName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.period {
            Period::Days(days) => write!(f, "{days}d"),
            Period::Years(years) => write!(f, "{years}y"),
            Period::Season(back) => write!(f, "s{back}"),
            Period::All => f.write_str("all"),
            Period::Range(from, to) => write!(f, "r.{from}.{to}"),
        }?;
        match self.fatigue {
            None => Ok(()),
            Some(Fatigue::First) => f.write_str("-kj0"),
            Some(Fatigue::Second) => f.write_str("-kj1"),
        }
    }
}

/// Which curves are wanted.
#[derive(Clone, Copy, Debug)]
pub struct CurveQuery<'a> {
    pub curves: &'a [CurveName],
    /// An activity type; the types that share its settings are included.
    pub sport: &'a str,
}

impl<'a> Curves<'a> {
    pub(super) const fn new(transport: &'a Transport) -> Self {
        Self { transport }
    }

    /// `GET /athlete/{id}/power-curves`: the most watts for a time.
    pub async fn power(&self, query: &CurveQuery<'_>) -> Result<Arc<CurveSet>, Error> {
        self.read(self.target("power-curves", query)).await
    }

    /// `GET /athlete/{id}/hr-curves`: the highest mean heart rate for a time.
    pub async fn heart_rate(&self, query: &CurveQuery<'_>) -> Result<Arc<CurveSet>, Error> {
        self.read(self.target("hr-curves", query)).await
    }

    /// `GET /athlete/{id}/pace-curves`: the least time for a distance; `gap`: as if on the flat.
    pub async fn pace(&self, query: &CurveQuery<'_>, gap: bool) -> Result<Arc<CurveSet>, Error> {
        let target = self.target("pace-curves", query);
        let target = if gap {
            target.query("gap", true)
        } else {
            target
        };
        self.read(target).await
    }

    fn target(&self, which: &'static str, query: &CurveQuery<'_>) -> Target {
        let names: Vec<String> = query.curves.iter().map(CurveName::to_string).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        self.transport
            .athlete()
            .then(which)
            .query("type", query.sport)
            .list("curves", &names)
    }

    async fn read(&self, target: Target) -> Result<Arc<CurveSet>, Error> {
        self.transport.get(target, Freshness::Volatile).await
    }
}

record! {
    /// Curves, and the activities that set their points.
    pub struct CurveSet {
        list: Vec<Curve>,
        activities: CurveActivities,
    }
}

record! {
    /// One curve: series of the same length, sparse where efforts are long.
    pub struct Curve {
        /// As it was asked for, such as `42d-kj0`.
        id: String,
        /// kJ
        after_kj: i64,
        /// First local day.
        start_date_local: Date,
        /// Last local day, inclusive.
        end_date_local: Date,
        /// kg
        weight: f64,
        /// s; of power and heart rate.
        secs: Numbers,
        /// m; of pace.
        distance: Numbers,
        /// W, bpm, or s for the distance.
        values: Numbers,
        /// W; what `values` was called before.
        watts: Numbers,
        watts_per_kg: Numbers,
        /// Who set each point.
        activity_id: Names,
        power_models ("powerModels"): Vec<CurvePowerModel>,
        pace_models ("paceModels"): Vec<PaceModel>,
    }
}

record! {
    /// The service's model of a power curve.
    pub struct CurvePowerModel {
        /// `MS_2P`, `MORTON_3P`, `FFT_CURVES` or `ECP`.
        kind ("type"): String,
        /// W
        critical_power ("criticalPower"): f64,
        /// J
        w_prime ("wPrime"): f64,
        /// W
        p_max ("pMax"): f64,
        /// W: the eFTP.
        ftp: f64,
    }
}

record! {
    /// The service's model of a pace curve.
    pub struct PaceModel {
        /// `CS`
        kind ("type"): String,
        /// m/s
        critical_speed ("criticalSpeed"): f64,
        /// m
        d_prime ("dPrime"): f64,
        r2: f64,
    }
}

record! {
    /// An activity that set points, in short.
    pub struct CurveActivity {
        name: String,
        /// Local day of the start.
        start_date_local: Date,
        /// s
        moving_time: i64,
        source: String,
        note ("_note"): String,
    }
}

impl CurveActivity {
    /// Whether the service holds the data back: it came through Strava, whose terms forbid to hand it on.
    #[must_use]
    pub fn is_stub(&self) -> bool {
        let empty = self.name.is_none() && self.moving_time.is_none();
        empty || (self.source.as_deref() == Some("STRAVA") && self.note.is_some())
    }
}

/// Activities by their id.
#[derive(Clone, Debug, Default)]
pub struct CurveActivities(pub Vec<(String, CurveActivity)>);

impl CurveActivities {
    /// The activity called `id`.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<&CurveActivity> {
        self.0
            .iter()
            .find(|(known, _)| known == id)
            .map(|(_, activity)| activity)
    }
}

impl Lenient for CurveActivities {
    fn from_map<'de, A: MapAccess<'de>>(mut map: A) -> Result<Option<Self>, A::Error> {
        let mut found = Vec::new();
        while let Some(Key(id)) = map.next_key::<Key<'de>>()? {
            if let Lax(Some(activity)) = map.next_value::<Lax<CurveActivity>>()? {
                found.push((id.into_owned(), activity));
            }
            if found.len() > MAX_DECODED_BYTES / size_of::<(String, CurveActivity)>() {
                return Err(A::Error::custom("more activities than anybody has"));
            }
        }
        Ok(Some(Self(found)))
    }
}

/// Numbers by index; a hole is NaN.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Numbers(pub Vec<f64>);

impl Numbers {
    /// The number at `index`, if there is one.
    #[must_use]
    pub fn at(&self, index: usize) -> Option<f64> {
        self.0
            .get(index)
            .copied()
            .filter(|number| number.is_finite())
    }
}

impl Lenient for Numbers {
    fn from_seq<'de, A: SeqAccess<'de>>(mut seq: A) -> Result<Option<Self>, A::Error> {
        let mut numbers = Vec::new();
        while let Some(Lax(number)) = seq.next_element::<Lax<f64>>()? {
            numbers.push(number.unwrap_or(f64::NAN));
        }
        Ok(Some(Self(numbers)))
    }
}

/// Names by index.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names(pub Vec<Option<String>>);

impl Names {
    /// The name at `index`, if there is one.
    #[must_use]
    pub fn at(&self, index: usize) -> Option<&str> {
        self.0.get(index)?.as_deref()
    }
}

impl Lenient for Names {
    fn from_seq<'de, A: SeqAccess<'de>>(mut seq: A) -> Result<Option<Self>, A::Error> {
        let mut names = Vec::new();
        while let Some(Lax(name)) = seq.next_element::<Lax<String>>()? {
            names.push(name);
            if names.len() > MAX_DECODED_BYTES / size_of::<Option<String>>() {
                return Err(A::Error::custom("more names than anybody has"));
            }
        }
        Ok(Some(Self(names)))
    }
}
