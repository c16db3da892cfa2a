//! The load that lies ahead: what is planned and not done, what is supposed, and how sports are weighted.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::params::Supposed;
use super::render::events;
use super::text;
use crate::analytics::fitness::{Load, Model};
use crate::intervals::events::Event;
use crate::intervals::preferences::Preferences;

/// How much of a sport's load goes into fitness and into fatigue.
#[derive(Debug, Clone, Default)]
pub struct Weights(Vec<(String, Load)>);

impl Weights {
    /// Those of the athlete's settings; sports that count in full are left out.
    #[must_use]
    pub fn of(preferences: &Preferences) -> Self {
        let settings = preferences.type_settings.iter().flatten();
        let weights = settings.filter_map(|setting| {
            let weight = Load {
                ctl: setting.ctl_factor.unwrap_or(1.0),
                atl: setting.atl_factor.unwrap_or(1.0),
            };
            let sport = setting.sport.clone()?;
            (weight != Load::even(1.0)).then_some((sport, weight))
        });
        Self(weights.collect())
    }

    /// `Run 0.8 (fatigue 1.2)`, one for each sport that does not count in full.
    pub fn describe(&self) -> impl Iterator<Item = String> {
        self.0.iter().map(|(sport, weight)| {
            format!(
                "{} {} in fitness, {} in fatigue",
                text::name(sport),
                weight.ctl,
                weight.atl
            )
        })
    }

    fn weigh(&self, load: f64, is_sport: impl Fn(&str) -> bool) -> Load {
        let weight = self.0.iter().find(|(sport, _)| is_sport(sport));
        weight.map_or(Load::even(load), |(_, weight)| weight.times(load))
    }

    /// The sum of loads of sports; what has no load counts nothing.
    pub fn sum<'a>(&self, loads: impl Iterator<Item = (&'a Option<String>, Option<i64>)>) -> Load {
        loads
            .map(|(sport, load)| self.weigh(points(load), |known| sport.as_deref() == Some(known)))
            .fold(Load::default(), std::ops::Add::add)
    }

    fn supposed(&self, what: &Supposed) -> Load {
        let Some(sport) = &what.sport else {
            return Load::even(what.load);
        };
        let exact = self
            .0
            .iter()
            .any(|(known, _)| known.eq_ignore_ascii_case(sport.name()));
        self.weigh(what.load, |known| {
            if exact {
                known.eq_ignore_ascii_case(sport.name())
            } else {
                sport.covers(known)
            }
        })
    }
}

#[expect(clippy::cast_precision_loss, reason = "load points")]
fn points(load: Option<i64>) -> f64 {
    load.map_or(0.0, |load| load as f64)
}

/// What is to be done on a day.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Due {
    /// As the calendar has it.
    pub load: f64,
    /// As it goes into the averages.
    pub weighted: Load,
    /// Planned sessions behind it.
    sessions: usize,
}

/// The days after today.
#[derive(Debug, Clone, Default)]
pub struct Outlook {
    days: BTreeMap<Date, Due>,
    /// Sessions without one, by day and name.
    pub without_load: Vec<(Date, String)>,
    /// From when which time constants hold.
    models: Vec<(Date, Model)>,
    /// Days on which fitness is set to figures that the calendar does not tell.
    pub set_anew: Vec<Date>,
}

impl Outlook {
    /// What `plan` holds after `today`; `model` holds until the plan changes it.
    #[must_use]
    pub fn of(plan: &[Event], today: Date, model: Model, weights: &Weights) -> Self {
        let mut outlook = Self {
            models: vec![(today, model)],
            ..Self::default()
        };
        for event in plan {
            let Some(date) = event.starts().map(|at| at.date()).filter(|d| *d > today) else {
                continue;
            };
            if events::is_session(event) && event.paired_activity_id.is_none() {
                outlook.session(date, event, weights);
            }
            match event.category.as_deref() {
                Some("FITNESS_DAYS") => outlook.constants(date, event),
                Some("SET_FITNESS") => outlook.set_anew.push(date),
                _ => {}
            }
        }
        outlook
    }

    fn session(&mut self, date: Date, event: &Event, weights: &Weights) {
        let Some(load) = event.icu_training_load else {
            let name = event.name.as_deref().map(text::name).unwrap_or_default();
            self.without_load.push((date, name));
            return;
        };
        let day = self.days.entry(date).or_default();
        day.sessions += 1;
        day.load += points(Some(load));
        day.weighted = day.weighted + weights.sum(std::iter::once((&event.sport, Some(load))));
    }

    fn constants(&mut self, date: Date, event: &Event) {
        let days = |days: Option<i64>, before: f64| match days {
            Some(days) if days > 0 => points(Some(days)),
            _ => before,
        };
        let before = self.model(date);
        let model = Model {
            ctl_days: days(event.ctl_days, before.ctl_days),
            atl_days: days(event.atl_days, before.atl_days),
        };
        self.models.push((date, model));
        self.models.sort_by_key(|(from, _)| *from);
    }

    /// The same with `supposed` sessions after `today`.
    #[must_use]
    pub fn with(mut self, supposed: &[Supposed], today: Date, weights: &Weights) -> Self {
        let ahead = || supposed.iter().filter(|what| what.date > today);
        for what in ahead().filter(|what| what.replaces_plan) {
            self.days.remove(&what.date);
        }
        for what in ahead() {
            let day = self.days.entry(what.date).or_default();
            day.load += what.load;
            day.weighted = day.weighted + weights.supposed(what);
        }
        self
    }

    /// Planned sessions with a load.
    #[must_use]
    pub fn counted(&self) -> usize {
        self.days.values().map(|day| day.sessions).sum()
    }

    /// What is due on `date`.
    #[must_use]
    pub fn due(&self, date: Date) -> Due {
        self.days.get(&date).copied().unwrap_or_default()
    }

    /// The time constants that hold on `date`.
    #[must_use]
    pub fn model(&self, date: Date) -> Model {
        let held = self.models.iter().rev().find(|(from, _)| *from <= date);
        held.or(self.models.first())
            .map_or(Model::USUAL, |(_, model)| *model)
    }

    /// The last day before `end` on which there is load.
    #[must_use]
    pub fn last_load_before(&self, end: Date) -> Option<Date> {
        let days = self.days.range(..end).rev();
        days.filter(|(_, due)| due.load > 0.0)
            .map(|(date, _)| *date)
            .next()
    }
}

/// What is supposed for `today` itself: its load, and whether it takes the place of the plan.
#[must_use]
pub fn supposed_today(supposed: &[Supposed], today: Date, weights: &Weights) -> (Due, bool) {
    let mut due = Due::default();
    let mut replaces = false;
    for what in supposed.iter().filter(|what| what.date == today) {
        due.load += what.load;
        due.weighted = due.weighted + weights.supposed(what);
        replaces |= what.replaces_plan;
    }
    (due, replaces)
}
