//! A curve as it can be read: points in order, each with its value and who set it.

pub mod ask;
pub mod places;

use jiff::civil::Date;

use crate::intervals::curves::{Curve, CurveName, CurvePowerModel, CurveSet, PaceModel, Period};
use ask::Metric;

/// How far a point may be from where it was wanted to be taken for it, as a share.
const SAME: f64 = 0.005;
/// And to be shown instead.
const NEAR: f64 = 0.1;
/// Beyond this a number is a mistake: W, bpm, s or m.
const TOO_MUCH: f64 = 1e7;

/// One point of a curve.
#[derive(Debug, Clone, PartialEq)]
pub struct Point {
    /// s or m.
    pub at: f64,
    /// W, bpm, or s for the distance.
    pub value: f64,
    pub per_kg: Option<f64>,
    pub activity: Option<String>,
}

/// One curve under its name.
#[derive(Debug, Clone)]
pub struct Column {
    pub label: String,
    pub window: Option<(Date, Date)>,
    pub points: Vec<Point>,
    pub power_models: Vec<CurvePowerModel>,
    pub pace_models: Vec<PaceModel>,
}

impl Column {
    /// The curve of `set` that was asked for as the one at `place` of `names`; without points where there is none.
    #[must_use]
    pub fn of(
        set: &CurveSet,
        names: &[CurveName],
        place: usize,
        label: String,
        metric: Metric,
    ) -> Self {
        let list = set.list.as_deref().unwrap_or_default();
        let curve = names.get(place).and_then(|name| {
            let at_place = list.get(place);
            let is_nobodys = |curve: &&Curve| !names.iter().any(|name| is_of(curve, *name));
            at_place
                .filter(|curve| is_of(curve, *name))
                .or_else(|| list.iter().find(|curve| is_of(curve, *name)))
                .or_else(|| at_place.filter(is_nobodys))
        });
        let asked = || match names.get(place)?.period {
            Period::Range(from, to) => Some((from, to)),
            _ => None,
        };
        let told = curve.and_then(|c| c.start_date_local.zip(c.end_date_local));
        Self {
            label,
            window: told.or_else(asked),
            points: curve.map(|c| points(c, metric)).unwrap_or_default(),
            power_models: curve
                .and_then(|c| c.power_models.clone())
                .unwrap_or_default(),
            pace_models: curve
                .and_then(|c| c.pace_models.clone())
                .unwrap_or_default(),
        }
    }

    /// The point at `at`.
    #[must_use]
    pub fn at(&self, at: f64) -> Option<&Point> {
        self.near(at, SAME)
    }

    /// The point nearest to `at`, if it is no further from it than a share.
    #[must_use]
    pub fn near(&self, at: f64, share: f64) -> Option<&Point> {
        self.nearest(at)
            .filter(|point| is_within(point.at, at, share))
    }

    fn nearest(&self, at: f64) -> Option<&Point> {
        let place = self.points.partition_point(|point| point.at < at);
        let around = [place.checked_sub(1), Some(place)];
        let around = around
            .iter()
            .flatten()
            .filter_map(|place| self.points.get(*place));
        around.min_by(|a, b| (a.at - at).abs().total_cmp(&(b.at - at).abs()))
    }
}

/// Whether `curve` calls itself `name`; work done before may stand beside the period and not in it.
fn is_of(curve: &Curve, name: CurveName) -> bool {
    let Some(id) = curve.id.as_deref() else {
        return false;
    };
    let fresh = CurveName {
        fatigue: None,
        ..name
    };
    let is_fatigued = curve.after_kj.is_some_and(|kj| kj > 0);
    id == name.to_string() && (name.fatigue.is_some() || !is_fatigued)
        || id == fresh.to_string() && name.fatigue.is_some() && is_fatigued
}

fn is_within(a: f64, b: f64, share: f64) -> bool {
    (a - b).abs() <= share * b.max(1.0)
}

/// Where to read instead of `at`: the nearest place that one of the curves has; `None` if none is near.
#[must_use]
pub fn place(columns: &[Column], at: f64) -> Option<f64> {
    let places = columns.iter().filter_map(|column| column.nearest(at));
    places
        .map(|point| point.at)
        .min_by(|a, b| (a - at).abs().total_cmp(&(b - at).abs()))
        .filter(|place| is_within(*place, at, NEAR))
}

/// Whether `place` is what `at` asked for.
#[must_use]
pub fn is_same(place: f64, at: f64) -> bool {
    is_within(place, at, SAME)
}

fn points(curve: &Curve, metric: Metric) -> Vec<Point> {
    let places = match metric {
        Metric::Pace => curve.distance.as_ref(),
        _ => curve.secs.as_ref(),
    };
    let Some((places, values)) = places.zip(curve.values.as_ref().or(curve.watts.as_ref())) else {
        return Vec::new();
    };
    let least = match metric {
        // Nobody has no heart rate, and nothing is covered in no time.
        Metric::Power => 0.0,
        Metric::HeartRate | Metric::Pace => 1.0,
    };
    let mut found: Vec<Point> = (0..places.0.len())
        .filter_map(|index| {
            let at = places.at(index).filter(|at| (1.0..TOO_MUCH).contains(at))?;
            let value = values
                .at(index)
                .filter(|value| (least..TOO_MUCH).contains(value))?;
            let told = curve.watts_per_kg.as_ref().and_then(|all| all.at(index));
            let weight = curve.weight.filter(|kg| *kg > 0.0);
            Some(Point {
                at,
                value,
                per_kg: match metric {
                    Metric::Power => told
                        .filter(|w| (0.0..100.0).contains(w))
                        .or_else(|| weight.map(|kg| value / kg)),
                    _ => None,
                },
                activity: curve
                    .activity_id
                    .as_ref()
                    .and_then(|ids| ids.at(index))
                    .map(str::to_owned),
            })
        })
        .collect();
    // Of two for one place the better stands.
    found.sort_by(|a, b| {
        let better = match metric {
            Metric::Pace => a.value.total_cmp(&b.value),
            _ => b.value.total_cmp(&a.value),
        };
        a.at.total_cmp(&b.at).then(better)
    });
    found.dedup_by(|a, b| a.at == b.at);
    found
}
