//! What an answer about fitness is made of: how it was, what is asked about the days to come, and what is known for them.

use std::cmp::Ordering;

use jiff::ToSpan;
use jiff::civil::Date;

use super::context::Local;
use super::outlook::{Outlook, Weights, supposed_today};
use super::params::{DateSpec, Supposed, WhatIf, Window};
use super::render::projection::{self, Projection};
use super::render::taper::{self, Wanted};
use super::render::{days, fitness, today};
use super::reply::Reply;
use crate::analytics::baseline::mean;
use crate::analytics::fitness::{Fitness, Model};
use crate::intervals::activities::Activity;
use crate::intervals::events::Event;
use crate::intervals::preferences::Preferences;
use crate::intervals::wellness::Wellness;
use crate::units::Units;

/// Days ahead at most.
const MAX_DAYS: i32 = 366;
/// Days of a projection that only what-if sessions ask for.
const DAYS_OF_SCENARIO: i64 = 13;
const MAX_SUPPOSED: usize = 60;
/// The last weeks, for time constants and the usual load.
pub const RECENT: i64 = 49;
/// Days behind the usual load.
const USUAL_DAYS: i64 = 28;
/// Forms that somebody may want to have.
const FORMS: std::ops::RangeInclusive<f64> = -60.0..=60.0;

/// The rows of a window, or that there are none.
#[must_use]
pub fn series(
    rows: &[Wellness],
    standing: Option<&today::Standing>,
    window: Window,
    local: &Local,
) -> Reply {
    let today = local.today();
    let range = days::window(window, local);
    let past = fitness::past(rows, standing, today);
    let inside = |date: Date| (window.oldest..=window.newest).contains(&date);
    let has_rows = past.iter().any(|day| inside(day.date));
    let mut reply = Reply::new(if has_rows {
        format!("Fitness · {range}")
    } else {
        format!("No fitness data · {range}")
    });
    if let Some(standing) = standing {
        reply.line(fitness::now(standing, local.units));
    }
    if has_rows {
        fitness::rows(&mut reply, &past, window, today, local.units);
        reply.footer(fitness::quality(rows, &past, window, today));
    }
    reply
}

/// What is asked about the days to come.
pub struct Ask {
    pub project_to: Option<Date>,
    pub scenario: Vec<WhatIf>,
    pub form: Option<f64>,
    pub date: Option<DateSpec>,
}

/// The days to come that an answer is about.
pub struct Horizon {
    pub last: Date,
    supposed: Vec<Supposed>,
    target: Option<Date>,
    form: Option<f64>,
}

impl Ask {
    /// What is meant, seen from `today`; `None` when nothing is asked.
    ///
    /// # Errors
    /// A sentence that says what is wrong.
    pub fn check(self, today: Date) -> Result<Option<Horizon>, String> {
        let target = match self.date {
            Some(DateSpec::Week(_)) => {
                return Err("target_date must be one day, not a week.".to_owned());
            }
            date => date.map(|date| date.day(today)),
        };
        if self.form.is_some() && target.is_none() {
            return Err("target_form needs target_date, a day after today.".to_owned());
        }
        if let Some(form) = self.form.filter(|form| !FORMS.contains(form)) {
            return Err(format!(
                "target_form {form} is no form that can be wanted: give -60 to 60; +5 to +20 is fresh."
            ));
        }
        for (name, date) in [("project_to", self.project_to), ("target_date", target)] {
            if let Some(date) = date.filter(|date| *date <= today) {
                return Err(format!("{name} ({date}) must be after today ({today})."));
            }
        }
        if self.scenario.len() > MAX_SUPPOSED {
            return Err(format!("scenario: at most {MAX_SUPPOSED} sessions."));
        }
        let supposed: Vec<Supposed> = self
            .scenario
            .into_iter()
            .map(|what| what.check(today))
            .collect::<Result<_, _>>()?;
        let default = today.checked_add(DAYS_OF_SCENARIO.days()).unwrap_or(today);
        let asked = self.project_to.max(target);
        let last = supposed.iter().map(|what| what.date).max();
        let last = match (asked, last) {
            (None, None) => return Ok(None),
            (None, Some(last)) => last.max(default),
            (Some(asked), last) => last.map_or(asked, |last| last.max(asked)),
        };
        if last.since(today).map_or(0, |span| span.get_days()) > MAX_DAYS {
            return Err(format!("{last} is too far ahead: at most {MAX_DAYS} days."));
        }
        Ok(Some(Horizon {
            last,
            supposed,
            target,
            form: self.form,
        }))
    }
}

/// What is known of today, the last weeks and the plan.
pub struct Found<'a> {
    pub standing: Option<today::Standing>,
    /// And whether the time constants were read from the series.
    model: (Model, bool),
    weights: Option<Weights>,
    plan: &'a [Event],
    past: Vec<fitness::Day>,
    /// A day's load in the last weeks.
    usual: f64,
    today: Date,
    units: Units,
}

impl<'a> Found<'a> {
    /// `recent` are the days up to today, of which no more than [`RECENT`] tell the time constants and the usual load; `done`
    /// and `plan` hold today's.
    #[must_use]
    pub fn of(
        recent: &[Wellness],
        done: &[Activity],
        plan: &'a [Event],
        preferences: Option<&Preferences>,
        local: &Local,
    ) -> Self {
        let today = local.today();
        let since = today.checked_sub(RECENT.days()).unwrap_or(today);
        let first = recent.partition_point(|row| row.date < since);
        let recent = recent.get(first..).unwrap_or_default();
        let read = fitness::model(recent, today);
        let model = read.unwrap_or(Model::USUAL);
        let weights = preferences.map(Weights::of);
        let in_full = Weights::default();
        let first = today.checked_sub(USUAL_DAYS.days()).unwrap_or(today);
        let loads: Vec<f64> = recent
            .iter()
            .filter(|row| (first..today).contains(&row.date))
            .filter_map(|row| row.ctl_load)
            .collect();
        Self {
            standing: today::standing(
                recent,
                done,
                plan,
                today,
                model,
                weights.as_ref().unwrap_or(&in_full),
            ),
            model: (model, read.is_some()),
            weights,
            plan,
            past: fitness::past(recent, None, today),
            usual: mean(&loads).unwrap_or_default(),
            today,
            units: local.units,
        }
    }

    /// `42 and 7 days`, and how sports are weighted.
    #[must_use]
    pub fn rests_on(&self) -> String {
        let (model, is_read) = self.model;
        let mut parts = vec![projection::constants(model, is_read)];
        match &self.weights {
            Some(weights) => parts.extend(weights.describe()),
            None => parts.push(projection::UNWEIGHTED.to_owned()),
        }
        parts.join(", ")
    }

    /// How today ends with what `supposed` adds to it.
    fn evening(&self, supposed: &[Supposed], weights: &Weights) -> Option<Fitness> {
        let state = &self.standing.as_ref()?.state;
        let (due, replaces) = supposed_today(supposed, self.today, weights);
        let end = match state.with_plan {
            Some(with_plan) if !replaces => with_plan,
            _ => state.now,
        };
        Some(self.model.0.with(end, due.weighted))
    }

    /// The load of a day of the last weeks, on average.
    #[must_use]
    pub const fn usual(&self) -> f64 {
        self.usual
    }

    /// How fitness goes up to `last` with `plan` in place of the one that was found; `done` as it was found. `None` without
    /// figures of today.
    #[must_use]
    pub fn course(&self, plan: &[Event], done: &[Activity], last: Date) -> Option<Course<'_>> {
        let weights = self.weights.clone().unwrap_or_default();
        let open = |plan: &[Event]| {
            let open = today::open(plan, done, self.today);
            weights.sum(open.iter().map(|e| (&e.sport, e.icu_training_load)))
        };
        // Today's figures were sorted out by the plan that they may hold; what another one adds goes on top.
        let more = open(plan) + open(self.plan).times(-1.0);
        let start = self.model.0.with(self.evening(&[], &weights)?, more);
        let outlook = Outlook::of(plan, self.today, self.model.0, &weights);
        let days = projection::over(start, &outlook, self.today, last);
        Some(Course {
            today: self.today,
            past: &self.past,
            start,
            days,
            set_anew: outlook.set_anew,
        })
    }
}

/// How fitness goes: as it was, and as it will be by a plan.
pub struct Course<'a> {
    today: Date,
    past: &'a [fitness::Day],
    start: Fitness,
    days: Vec<projection::Day>,
    /// Days on which fitness is set to figures that the calendar does not tell.
    pub set_anew: Vec<Date>,
}

impl Course<'_> {
    /// The end of a day.
    #[must_use]
    pub fn evening(&self, date: Date) -> Option<Fitness> {
        match date.cmp(&self.today) {
            Ordering::Less => self.past.iter().find(|d| d.date == date).map(|d| d.state),
            Ordering::Equal => Some(self.start),
            Ordering::Greater => self.ahead(date).map(|day| day.ahead.evening),
        }
    }

    /// A day after today before its load.
    #[must_use]
    pub fn morning(&self, date: Date) -> Option<Fitness> {
        self.ahead(date).map(|day| day.ahead.morning)
    }

    fn ahead(&self, date: Date) -> Option<&projection::Day> {
        self.days.iter().find(|day| day.date == date)
    }
}

/// Adds the days to come.
pub fn add(reply: &mut Reply, found: &Found<'_>, horizon: Horizon) {
    let today = found.today;
    let weights = found.weights.clone().unwrap_or_default();
    let Some((planned, start)) = found
        .evening(&[], &weights)
        .zip(found.evening(&horizon.supposed, &weights))
    else {
        reply.line("Nothing to project from: Intervals.icu has no fitness figures for today.");
        return;
    };
    let outlook = Outlook::of(found.plan, today, found.model.0, &weights);
    let as_planned = projection::over(planned, &outlook, today, horizon.last);
    let outlook = outlook.with(&horizon.supposed, today, &weights);
    let days = projection::over(start, &outlook, today, horizon.last);
    Projection {
        today,
        past: &found.past,
        start,
        days: &days,
        as_planned: (!horizon.supposed.is_empty()).then_some(&as_planned),
        plan: found.plan,
        target: horizon.target,
        units: found.units,
    }
    .show(reply);
    if let Some((form, on)) = horizon.form.zip(horizon.target) {
        let wanted = Wanted {
            form,
            on,
            units: found.units,
        };
        taper::show(reply, &wanted, (today, start), &days, &outlook, found.usual);
    }
    let weights = found.weights.as_ref();
    reply.footer(projection::quality(
        &outlook,
        found.model,
        weights,
        today,
        horizon.last,
    ));
}
