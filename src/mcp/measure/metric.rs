//! A metric by its name, and its values: of days or of activities.

use std::collections::BTreeMap;

use jiff::ToSpan;
use jiff::civil::Date;

use super::custom::{self, CustomField, Place, quantity};
use super::session::{self, ABOUT, SESSION_MEASURES, SessionMeasure};
use super::{Kind, MEASURES, Measure};
use crate::analytics::theil_sen::median;
use crate::intervals::activities::Activity;
use crate::intervals::wellness::Wellness;
use crate::mcp::context::Context;
use crate::mcp::error::ToolError;
use crate::mcp::params::{Sport, Window};
use crate::mcp::render::activities;
use crate::mcp::render::trend::Point;
use crate::mcp::text;
use crate::units::Units;

/// Measures that grow over the day, so that today's is not yet whole.
const GROWING: [&str; 6] = ["steps", "kcal", "carbs", "protein", "fat", "hydration_l"];

/// What is followed.
#[derive(Clone)]
pub enum Metric {
    Day(&'static Measure),
    DayField(CustomField),
    Session(&'static SessionMeasure),
    SessionField(CustomField),
}

/// The metric called `name`. With a sport, load is that of its activities.
///
/// # Errors
/// A sentence that lists what there is.
pub async fn find(context: &Context, name: &str, has_sport: bool) -> Result<Metric, ToolError> {
    let day = super::find(name);
    if has_sport && day.is_some_and(|m| m.name == "load") {
        let of_session = session::find("session_load");
        return of_session
            .map(Metric::Session)
            .ok_or_else(|| unknown(name, &[]));
    }
    if let Some(measure) = day {
        return Ok(Metric::Day(measure));
    }
    if let Some(measure) = session::find(name) {
        return Ok(Metric::Session(measure));
    }
    let pick = |days: &[CustomField], sessions: &[CustomField]| {
        let day = days.iter().find(|field| field.is_called(name));
        let session = sessions.iter().find(|field| field.is_called(name));
        day.cloned()
            .map(Metric::DayField)
            .or_else(|| session.cloned().map(Metric::SessionField))
    };
    let days = custom::told(context, Place::Wellness).await;
    let sessions = custom::told(context, Place::Activity).await;
    if let Some(found) = pick(&days, &sessions) {
        return Ok(found);
    }
    let days = custom::listed(context, Place::Wellness).await;
    let sessions = custom::listed(context, Place::Activity).await;
    pick(&days, &sessions).ok_or_else(|| unknown(name, &[days, sessions].concat()))
}

fn unknown(name: &str, fields: &[CustomField]) -> ToolError {
    let days: Vec<&str> = MEASURES.iter().map(|m| m.name).collect();
    let sessions: Vec<&str> = SESSION_MEASURES.iter().map(|m| m.name).collect();
    let custom: Vec<&str> = fields.iter().map(|field| field.name.as_str()).collect();
    let custom = match custom.is_empty() {
        true => String::new(),
        false => format!("; custom: {}", custom.join(", ")),
    };
    ToolError::Invalid(format!(
        "'{}' is no metric. Of days: {}; of activities: {}{custom}.",
        text::name(name),
        days.join(", "),
        sessions.join(", ")
    ))
}

impl Metric {
    /// The name under which it is shown.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Day(measure) => measure.name,
            Self::Session(measure) => measure.name,
            Self::DayField(field) | Self::SessionField(field) => &field.name,
        }
    }

    /// Whether days have it, and not activities.
    #[must_use]
    pub const fn is_of_days(&self) -> bool {
        matches!(self, Self::Day(_) | Self::DayField(_))
    }

    /// Whether it is judged as heart rate variability is.
    #[must_use]
    pub fn is_hrv(&self) -> bool {
        self.name() == "hrv" && self.is_of_days()
    }

    /// Whether today's value is not yet what it will be: it grows, or may hold what is only planned.
    #[must_use]
    pub fn is_open_today(&self) -> bool {
        matches!(self, Self::Day(m) if m.counts_the_plan() || GROWING.contains(&m.name))
    }

    /// The fields that the service is asked for; `None` for all of them, where the service may not know the name.
    #[must_use]
    pub const fn wire(&self) -> Option<&'static [&'static str]> {
        match self {
            Self::Day(measure) => Some(measure.wire),
            Self::Session(measure) => Some(measure.wire),
            Self::DayField(_) | Self::SessionField(_) => None,
        }
    }

    /// The value of a day.
    fn of_day(&self, day: &Wellness, units: Units) -> Option<f64> {
        match self {
            Self::Day(measure) => measure.value(day, units),
            Self::DayField(field) => quantity(day.custom.get(&field.code)?),
            _ => None,
        }
    }

    /// The value of an activity.
    #[must_use]
    pub fn of_session(&self, activity: &Activity, units: Units) -> Option<f64> {
        match self {
            Self::Session(measure) => measure.value(activity, units),
            Self::SessionField(field) => quantity(activity.custom.get(&field.code)?),
            _ => None,
        }
    }

    /// How values are shown, of activities those of `sport`.
    #[must_use]
    pub fn kind(&self, sport: &str, units: Units) -> Kind {
        match self {
            Self::Day(measure) => measure.kind,
            Self::Session(measure) => measure.kind(sport, units).unwrap_or(Kind::Number("", 1)),
            Self::DayField(field) | Self::SessionField(field) => field.kind(),
        }
    }

    /// `hrv (ms)`
    #[must_use]
    pub fn head(&self, sport: &str, units: Units) -> String {
        let unit = match self {
            Self::DayField(field) | Self::SessionField(field) => field.unit(),
            _ => self.kind(sport, units).unit(units),
        };
        match unit {
            "" => self.name().to_owned(),
            unit => format!("{} ({unit})", self.name()),
        }
    }
}

/// The fields that several metrics need, those of `about` among them; empty when all are needed.
#[must_use]
pub fn wire<'m>(
    metrics: impl Iterator<Item = &'m Metric>,
    about: &[&'static str],
) -> Vec<&'static str> {
    let mut all = about.to_vec();
    for metric in metrics {
        match metric.wire() {
            Some(wire) => all.extend(wire),
            None => return Vec::new(),
        }
    }
    all.sort_unstable();
    all.dedup();
    all
}

/// What the activities of a metric are asked for.
pub const SESSION_FIELDS: &[&str] = ABOUT;

/// The values by day up to `today`, oldest first; today's only when it is whole.
#[must_use]
pub fn by_day(metric: &Metric, days: &[Wellness], today: Date, units: Units) -> Vec<Point> {
    let is_there =
        |day: &&Wellness| day.date < today || (day.date == today && !metric.is_open_today());
    days.iter()
        .filter(is_there)
        .filter_map(|day| Some((day.date, metric.of_day(day, units)?)))
        .collect()
}

/// The activities that a metric rests on.
pub struct Sessions<'a> {
    /// Of one sport or of the sports that were asked for, oldest first.
    pub rows: Vec<&'a Activity>,
    /// Their sports, the most frequent first.
    pub sports: Vec<(String, usize)>,
    /// Sports with values that were left out.
    pub others: Vec<(String, usize)>,
}

impl<'a> Sessions<'a> {
    /// Those of `sport`, counted in the window; without one, those of the sport that has most values, since sports do not compare.
    #[must_use]
    pub fn choose(
        metrics: &[&Metric],
        sport: Option<&Sport>,
        found: &'a [Activity],
        window: Window,
        units: Units,
    ) -> Self {
        let is_inside = |a: &&Activity| {
            activities::day(a).is_some_and(|day| (window.oldest..=window.newest).contains(&day))
        };
        let has = |a: &&Activity| {
            !a.is_stub()
                && metrics
                    .iter()
                    .all(|metric| metric.is_of_days() || metric.of_session(a, units).is_some())
        };
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for activity in found.iter().filter(is_inside).filter(has) {
            *counts
                .entry(activity.sport.as_deref().unwrap_or_default())
                .or_default() += 1;
        }
        let mut counts: Vec<(String, usize)> = counts
            .into_iter()
            .map(|(name, n)| (name.to_owned(), n))
            .collect();
        counts.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
        let (sports, others): (Vec<_>, Vec<_>) = match sport {
            Some(sport) => counts.into_iter().partition(|(kind, _)| sport.covers(kind)),
            None => {
                let rest = counts.split_off(counts.len().min(1));
                (counts, rest)
            }
        };
        let is_chosen = |a: &&Activity| {
            let kind = a.sport.as_deref().unwrap_or_default();
            !a.is_stub() && sports.iter().any(|(name, _)| name == kind)
        };
        let mut rows: Vec<&Activity> = found.iter().filter(is_chosen).collect();
        rows.sort_by_key(|a| a.started());
        Self {
            rows,
            sports,
            others,
        }
    }

    /// The sport whose units hold for all.
    #[must_use]
    pub fn sport(&self) -> &str {
        self.sports.first().map_or("", |(name, _)| name.as_str())
    }

    /// The values of a metric with their days.
    #[must_use]
    pub fn points(&self, metric: &Metric, units: Units) -> Vec<Point> {
        self.rows
            .iter()
            .filter_map(|a| Some((activities::day(a)?, metric.of_session(a, units)?)))
            .collect()
    }
}

/// One value a day, the middle one of several.
#[must_use]
pub fn daily(points: &[Point]) -> BTreeMap<Date, f64> {
    let mut days: BTreeMap<Date, Vec<f64>> = BTreeMap::new();
    for (date, value) in points {
        days.entry(*date).or_default().push(*value);
    }
    days.into_iter()
        .filter_map(|(date, values)| Some((date, median(&values)?)))
        .collect()
}

/// Pairs of `points` with the value that `other` had `days` earlier.
#[must_use]
pub fn paired(points: &[Point], other: &BTreeMap<Date, f64>, days: i64) -> Vec<(f64, f64)> {
    points
        .iter()
        .filter_map(|(date, value)| {
            let before = date.checked_sub(days.days()).ok()?;
            Some((*other.get(&before)?, *value))
        })
        .collect()
}
