//! What a change of the calendar does, as lines.

use jiff::ToSpan;
use jiff::civil::Date;

use super::{count, days, events, fitness};
use crate::analytics::fitness::{Fitness, form_zone};
use crate::intervals::events::Event;
use crate::mcp::forecast::Course;
use crate::mcp::planning::{Goal, Sum, Week};
use crate::mcp::reply::Reply;
use crate::mcp::text;
use crate::units::{self, Units, signed};

/// Weeks told one by one.
const MOST_WEEKS: usize = 16;
const MOST_RACES: usize = 4;
/// Sessions named in one line.
const NAMED: usize = 3;
/// CTL points a week from which on a ramp is called steep.
const STEEP: f64 = 5.0;
/// The lowest zone of form.
const HIGH_RISK: &str = "high risk";
/// CTL points under which two ramps are the same.
const SAME_RAMP: f64 = 0.05;

/// `310 → 382`, or what both are.
fn change(was: &str, is: &str) -> String {
    if was == is {
        is.to_owned()
    } else {
        format!("{was} → {is}")
    }
}

#[expect(clippy::cast_precision_loss, reason = "seconds of some weeks")]
pub(super) fn hours(seconds: i64) -> String {
    let hours = units::hours(seconds as f64);
    hours.trim_end_matches(" h").to_owned()
}

/// The name of a session, or what it is.
pub(super) fn name(event: &Event) -> String {
    let name = event.name.as_deref().map(text::name).unwrap_or_default();
    let kind = events::is_race(event).then(|| events::category(event));
    match (kind, name.is_empty()) {
        (Some(kind), false) => format!("{kind} {name}"),
        (Some(kind), true) => kind,
        (None, false) => name,
        (None, true) => event
            .sport
            .as_deref()
            .map_or_else(|| events::category(event), text::name),
    }
}

/// `Wed 11-25 Tempo`
pub(super) fn named(event: &Event, year: i16) -> String {
    match event.starts() {
        Some(at) => format!("{} {}", days::short(at.date(), year), name(event)),
        None => name(event),
    }
}

/// The first of `all`, and how many there are beside them.
pub(super) fn some(all: impl ExactSizeIterator<Item = String>) -> String {
    let more = all.len().saturating_sub(NAMED);
    let mut some: Vec<String> = all.take(NAMED).collect();
    if more > 0 {
        some.push(format!("{more} more"));
    }
    some.join(", ")
}

/// Adds the load of the touched weeks.
pub fn weeks(reply: &mut Reply, weeks: &[Week<'_>], year: i16) {
    for week in weeks.iter().take(MOST_WEEKS) {
        reply.line(self::week(week, year));
    }
    let rest = weeks.get(MOST_WEEKS..).unwrap_or_default();
    if let Some(last) = rest.last() {
        let total = |of: fn(&Week<'_>) -> i64| rest.iter().map(of).fold(0, i64::saturating_add);
        reply.line(format!(
            "{} to that of {}: load {}",
            count(rest.len(), "more week"),
            days::short(last.monday, year),
            change(
                &total(|week| week.was.load).to_string(),
                &total(|week| week.is.load).to_string()
            )
        ));
    }
}

/// `Week of Mon 11-23: load 310 → 382 (5:10 → 6:02 h), 120 of it done; week before 283; target 300 (82 over)`
fn week(week: &Week<'_>, year: i16) -> String {
    let Week { was, is, .. } = week;
    let load = change(&was.load.to_string(), &is.load.to_string());
    let mut line = format!("Week of {}: load {load}", days::short(week.monday, year));
    if was.seconds > 0 || is.seconds > 0 {
        let time = change(&hours(was.seconds), &hours(is.seconds));
        line.push_str(&format!(" ({time} h)"));
    }
    if is.done > 0 && is.done < is.load {
        line.push_str(&format!(", {} of it done", is.done));
    }
    if let Some(eve) = week.eve {
        line.push_str(&format!("; week before {}", eve.load));
    }
    for goal in &week.goals {
        line.push_str(&self::goal(goal, week.monday, year));
    }
    line
}

/// `; target Ride 300 (82 over)`
fn goal(goal: &Goal<'_>, monday: Date, year: i16) -> String {
    let off = |is: i64, wanted: i64, show: fn(i64) -> String| match is - wanted {
        0 => "met".to_owned(),
        more @ 1.. => format!("{} over", show(more)),
        less => format!("{} short", show(-less)),
    };
    let Sum { load, seconds, .. } = goal.sum;
    let target = goal.target;
    let mut parts = Vec::new();
    let wanted = target.load_target.or(target.icu_training_load);
    parts.extend(wanted.filter(|wanted| *wanted > 0).map(|wanted| {
        let off = off(load, wanted, |load| load.to_string());
        format!("{wanted} ({off})")
    }));
    let wanted = target.time_target.or(target.moving_time);
    parts.extend(wanted.filter(|wanted| *wanted > 0).map(|wanted| {
        let off = off(seconds / 60, wanted / 60, |minutes| hours(minutes * 60));
        format!("{} h ({off})", hours(wanted))
    }));
    if parts.is_empty() {
        return String::new();
    }
    let mut line = "; target ".to_owned();
    if let Some(sport) = target.sport.as_deref() {
        line.push_str(&format!("{} ", text::name(sport)));
    }
    let (first, last) = goal.days;
    let sunday = monday.checked_add(6.days()).unwrap_or(monday);
    if (first, last) != (monday, sunday) {
        let (first, last) = (days::short(first, year), days::short(last, year));
        line.push_str(&format!("{first} to {last} "));
    }
    line.push_str(&parts.join(", "));
    line
}

/// Fitness without and with the change.
pub struct Forms<'a> {
    pub was: &'a Course<'a>,
    pub is: &'a Course<'a>,
    /// Days whose form is told, in their order, none before today.
    pub touched: Vec<Date>,
    pub today: Date,
    pub units: Units,
}

impl Forms<'_> {
    /// Adds the form on the touched days, at the end of their last week, and of races behind them that it changes.
    pub fn show(&self, reply: &mut Reply, plan: &[Event]) {
        let Some(last) = self.touched.last() else {
            return;
        };
        let year = self.today.year();
        let sunday = events::week_start(*last).checked_add(6.days());
        let sunday = sunday.ok().filter(|sunday| sunday != last);
        let told: Vec<Date> = self.touched.iter().copied().chain(sunday).collect();
        let evenings: Vec<String> = told
            .iter()
            .filter_map(|date| {
                let (was, is) = (self.was.evening(*date)?, self.is.evening(*date)?);
                let form = self.form(was, is);
                Some(format!("{} {form}", days::short(*date, year)))
            })
            .collect();
        let mut races: Vec<&Event> = plan.iter().filter(|e| events::is_race(e)).collect();
        events::sort(&mut races);
        let races: Vec<String> = races
            .into_iter()
            .filter_map(|race| {
                let date = race.starts()?.date();
                let (was, is) = (self.was.morning(date)?, self.is.morning(date)?);
                let is_same = self.shown(was) == self.shown(is);
                (!is_same || self.touched.contains(&date))
                    .then(|| format!("{} {}", named(race, year), self.form(was, is)))
            })
            .collect();
        let mut line = format!("Form, evening: {}", evenings.join(", "));
        if !races.is_empty() {
            let more = races.len().saturating_sub(MOST_RACES);
            let told = races.get(..MOST_RACES).unwrap_or(&races);
            line.push_str(&format!("; morning: {}", told.join(", ")));
            if more > 0 {
                line.push_str(&format!(", and of {}", count(more, "more race")));
            }
        }
        line.push_str(&self.lowest(&told));
        reply.line(line);
    }

    /// The lowest form up to the last of the days that are `told`, if it is a risk that was none before.
    fn lowest(&self, told: &[Date]) -> String {
        let form = |state: Fitness| self.units.form(state.ctl, state.atl);
        let end = told.last().copied().unwrap_or(self.today);
        let days = self.today.series(1.day()).take_while(|date| *date <= end);
        let forms = days.filter_map(|date| Some((form(self.is.evening(date)?), date)));
        let Some((lowest, date)) = forms.min_by(|a, b| a.0.total_cmp(&b.0)) else {
            return String::new();
        };
        let is_risk = |form: f64| form_zone(form) == HIGH_RISK;
        let was_risk = self.was.evening(date).is_some_and(|was| is_risk(form(was)));
        if told.contains(&date) || was_risk || !is_risk(lowest) {
            return String::new();
        }
        let day = days::short(date, self.today.year());
        format!(
            "; lowest {day} {} ({HIGH_RISK})",
            self.units.named_form(lowest)
        )
    }

    fn shown(&self, state: Fitness) -> String {
        self.units.named_form(self.units.form(state.ctl, state.atl))
    }

    /// `-4.1 → -12.3 (optimal)`
    fn form(&self, was: Fitness, is: Fitness) -> String {
        let named = fitness::form(is, self.units);
        match self.shown(was) == self.shown(is) {
            true => named,
            false => format!("{} → {named}", self.shown(was)),
        }
    }

    /// Adds the steepest of the touched weeks, if the change makes one steep.
    pub fn ramp(&self, reply: &mut Reply, mondays: impl Iterator<Item = Date>) {
        let ramp = |course: &Course<'_>, monday: Date| {
            let sunday = monday.checked_add(6.days()).ok()?;
            let before = monday.yesterday().ok()?;
            Some(course.evening(sunday)?.ctl - course.evening(before)?.ctl)
        };
        let ramps = mondays
            .filter_map(|monday| Some((ramp(self.is, monday)?, ramp(self.was, monday)?, monday)));
        let steep = ramps.filter(|(is, was, _)| *is > STEEP && *is > *was + SAME_RAMP);
        if let Some((is, was, monday)) = steep.max_by(|a, b| a.0.total_cmp(&b.0)) {
            reply.line(format!(
                "Ramp: CTL {} → {} in the week of {} ({}).",
                signed(was, 1),
                signed(is, 1),
                days::short(monday, self.today.year()),
                fitness::ramp_words(is)
            ));
        }
    }

    /// What the forms rest on.
    #[must_use]
    pub fn basis(&self, rests_on: &str) -> String {
        let mut basis = format!("Form projected over the plan, {rests_on}");
        if let Some(date) = self.is.set_anew.first() {
            basis.push_str(&format!(
                "; fitness is set anew on {}, which is not in it",
                days::short(*date, self.today.year())
            ));
        }
        basis
    }
}

/// Adds which of the sessions have no load.
pub fn without_load(reply: &mut Reply, sessions: &[&Event], year: i16) {
    if !sessions.is_empty() {
        let named = sessions.iter().map(|session| named(session, year));
        reply.line(format!(
            "No load, counted as 0 (workout, steps or load would change that): {}.",
            some(named)
        ));
    }
}

/// What the load of the weeks rests on; `withheld` activities are known by their date only, `None` when none could be read.
#[must_use]
pub fn load_basis(withheld: Option<usize>) -> String {
    match withheld {
        None => "Load as planned: what is done could not be read just now".to_owned(),
        Some(0) => "Load done, and planned from today on".to_owned(),
        Some(n) => format!(
            "Load done, and planned from today on, without {} through Strava, whose load is withheld",
            if n == 1 {
                "1 activity".to_owned()
            } else {
                format!("{n} activities")
            }
        ),
    }
}
