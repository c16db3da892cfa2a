//! Fitness over the plan, and with what-if sessions.

use std::collections::BTreeMap;

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};

use super::fitness::{self, RAMP_DAYS, form, form_cell, ramp_words};
use super::table::Table;
use super::{count, days, events};
use crate::analytics::fitness::{Fitness, Model, form_zone};
use crate::analytics::projection::{Ahead, project};
use crate::intervals::events::Event;
use crate::mcp::outlook::{Outlook, Weights};
use crate::mcp::reply::Reply;
use crate::mcp::text;
use crate::units::{Units, number, signed};

/// Projections up to so many days have a row a day, and a row a week; longer ones have one a month.
const DAILY: usize = 10;
const WEEKLY: usize = 126;
/// Names of sessions without load that are told.
const NAMED: usize = 2;

/// A day to come.
#[derive(Debug, Clone, Copy)]
pub struct Day {
    pub date: Date,
    pub load: f64,
    pub ahead: Ahead,
}

/// The days after `today`, which ends in `start`, up to `last`.
#[must_use]
pub fn over(start: Fitness, outlook: &Outlook, today: Date, last: Date) -> Vec<Day> {
    let dates: Vec<Date> = today
        .series(1.day())
        .skip(1)
        .take_while(|date| *date <= last)
        .collect();
    let due = dates
        .iter()
        .map(|date| (outlook.model(*date), outlook.due(*date).weighted));
    let ahead = project(start, due);
    dates
        .iter()
        .zip(ahead)
        .map(|(date, ahead)| Day {
            date: *date,
            load: outlook.due(*date).load,
            ahead,
        })
        .collect()
}

/// A projection to show.
pub struct Projection<'a> {
    pub today: Date,
    /// The days before it, as far as they are known.
    pub past: &'a [fitness::Day],
    /// How today ends.
    pub start: Fitness,
    pub days: &'a [Day],
    /// The same days without the what-if sessions, when there are some.
    pub as_planned: Option<&'a [Day]>,
    pub plan: &'a [Event],
    pub target: Option<Date>,
    pub units: Units,
}

impl Projection<'_> {
    /// Adds what comes, at the end of key days.
    pub fn show(&self, reply: &mut Reply) {
        let Some(last) = self.days.last() else {
            return;
        };
        let what = self.what();
        reply.line(format!(
            "Projection to {} over {}, at the end of each day (load: since the row before; morning: before the day's \
             load):",
            days::full(last.date),
            if self.as_planned.is_some() {
                "the plan and the what-if sessions"
            } else {
                "the planned load"
            }
        ));
        let mut table = Table::new([
            "date",
            "load",
            "CTL",
            "ATL",
            self.units.form_name(),
            "zone",
            "as planned",
            "what",
        ]);
        let mut load = 0.0;
        for (place, day) in self.days.iter().enumerate() {
            load += day.load;
            let is_end = if self.days.len() <= DAILY {
                true
            } else if self.days.len() <= WEEKLY {
                day.date.weekday() == Weekday::Sunday
            } else {
                day.date.day() == day.date.days_in_month()
            };
            if !is_end && day.date != last.date && !what.contains_key(&day.date) {
                continue;
            }
            let state = day.ahead.evening;
            let planned = self.as_planned.and_then(|days| days.get(place));
            table.row([
                Some(days::short(day.date, self.today.year())),
                Some(number(std::mem::take(&mut load), 0)),
                Some(number(state.ctl, 1)),
                Some(number(state.atl, 1)),
                Some(form_cell(state, self.units)),
                Some(form_zone(self.units.form(state.ctl, state.atl)).to_owned()),
                planned.map(|day| form_cell(day.ahead.evening, self.units)),
                what.get(&day.date)
                    .map(|what| format!("{what}, morning {}", form(day.ahead.morning, self.units))),
            ]);
        }
        reply.table(&table);
        reply.line_if(self.steepest());
    }

    /// Races and the target, by day.
    fn what(&self) -> BTreeMap<Date, String> {
        let mut what = BTreeMap::new();
        if let Some(target) = self.target {
            what.insert(target, "target".to_owned());
        }
        for race in self.plan.iter().filter(|event| events::is_race(event)) {
            if let Some(at) = race.starts().filter(|at| at.date() > self.today) {
                let name = race.name.as_deref().map(text::name).unwrap_or_default();
                what.insert(at.date(), format!("{} {name}", events::category(race)));
            }
        }
        what
    }

    /// The week in which fitness rises most; the first of them began before today.
    fn steepest(&self) -> String {
        let was = self.past.iter().map(|day| (day.date, day.state.ctl));
        let is = std::iter::once((self.today, self.start.ctl));
        let will = self
            .days
            .iter()
            .map(|day| (day.date, day.ahead.evening.ctl));
        let known: BTreeMap<Date, f64> = was.chain(is).chain(will).collect();
        let ramps = self.days.iter().filter_map(|day| {
            let before = day.date.checked_sub(RAMP_DAYS.days()).ok()?;
            Some((day.ahead.evening.ctl - known.get(&before)?, day.date))
        });
        let steepest = ramps.max_by(|a, b| a.0.total_cmp(&b.0));
        steepest.map_or_else(String::new, |(ramp, date)| {
            format!(
                "Highest ramp {} in the 7 days to {} ({}).",
                signed(ramp, 1),
                days::short(date, self.today.year()),
                ramp_words(ramp)
            )
        })
    }
}

/// Said when the athlete's weights are not known.
pub const UNWEIGHTED: &str = "weights per sport could not be read, all sports count in full";

/// `time constants 42 and 7 days`, and whether they were read from the series.
#[must_use]
pub fn constants(model: Model, is_read: bool) -> String {
    format!(
        "time constants {} and {} days{}",
        number(model.ctl_days, 1),
        number(model.atl_days, 1),
        if is_read { "" } else { " (assumed)" }
    )
}

/// What a projection rests on.
#[must_use]
pub fn quality(
    outlook: &Outlook,
    (model, is_read): (Model, bool),
    weights: Option<&Weights>,
    today: Date,
    last: Date,
) -> String {
    let year = today.year();
    let mut parts = vec![format!(
        "{} with load counted",
        count(outlook.counted(), "planned session")
    )];
    let without = &outlook.without_load;
    if !without.is_empty() {
        let named: Vec<String> = without
            .iter()
            .take(NAMED)
            .map(|(date, name)| format!("{name} {}", days::short(*date, year)))
            .collect();
        let more = if without.len() > NAMED { " …" } else { "" };
        parts.push(format!(
            "{} without load count 0 ({}{more})",
            without.len(),
            named.join(", ")
        ));
    }
    parts.push(
        match last
            .tomorrow()
            .ok()
            .and_then(|end| outlook.last_load_before(end))
        {
            Some(end) if end < last => format!("no load after {}", days::short(end, year)),
            Some(_) => "load up to the last day".to_owned(),
            None => "no load ahead, so that this is rest".to_owned(),
        },
    );
    parts.push(constants(model, is_read));
    match weights {
        Some(weights) => parts.extend(weights.describe()),
        None => parts.push(UNWEIGHTED.to_owned()),
    }
    if let Some(date) = outlook.set_anew.first() {
        parts.push(format!(
            "fitness is set anew on {}, which is not in it",
            days::short(*date, year)
        ));
    }
    format!("Projection: {}.", parts.join("; "))
}
