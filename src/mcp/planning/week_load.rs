//! The load of the weeks that a change touches, before and after it.

use std::collections::BTreeSet;

use jiff::ToSpan;
use jiff::civil::Date;

use super::effect::Change;
use crate::intervals::ActivityId;
use crate::intervals::activities::Activity;
use crate::intervals::events::Event;
use crate::mcp::params::Sport;
use crate::mcp::render::activities;
use crate::mcp::render::events::{is_session, is_target, period, week_start};

/// A load beyond it is a mistake, and would be all that is left of a sum.
const LOADS: std::ops::Range<i64> = 0..20_000;
/// s; the same of a time.
const TIMES: std::ops::Range<i64> = 0..8_000_000;
/// Days of the longest target that is told beside a week.
const TARGET_DAYS: i32 = 7;

/// Load points and s moving.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sum {
    pub load: i64,
    pub seconds: i64,
    /// Load of it that is done.
    pub done: i64,
}

/// What a target is reached with.
#[derive(Debug, Clone, Copy)]
pub struct Goal<'a> {
    pub target: &'a Event,
    pub days: (Date, Date),
    pub sum: Sum,
}

/// A week that is touched.
#[derive(Debug, Clone)]
pub struct Week<'a> {
    pub monday: Date,
    pub was: Sum,
    pub is: Sum,
    /// The week before it, unless that is touched too.
    pub eve: Option<Sum>,
    pub goals: Vec<Goal<'a>>,
}

/// What counts of a day: what is done, and what is still to be done.
#[derive(Debug, Clone, Copy)]
pub struct Tally<'a> {
    /// `None` when it is not known.
    pub done: Option<&'a [Activity]>,
    pub today: Date,
}

impl Tally<'_> {
    /// Whether a session can still be done, which one for the week can until its end.
    #[must_use]
    pub fn is_open(&self, session: &Event) -> bool {
        let is_paired = |a: &Activity| a.paired_event_id == Some(session.id);
        let is_done = session.paired_activity_id.is_some()
            || self.done.unwrap_or_default().iter().any(is_paired);
        !is_done && period(session).is_some_and(|(_, last)| last >= self.today)
    }

    /// Whether it is done by an activity that is not among the known ones, so that only the plan tells its load.
    #[must_use]
    pub fn is_done_by_unknown(&self, session: &Event) -> bool {
        let is_known = |id: &ActivityId| {
            let mut known = self.done.unwrap_or_default().iter();
            known.any(|a| a.id == *id)
        };
        let pair = session.paired_activity_id.as_ref();
        pair.is_some_and(|id| !is_known(id))
    }

    /// What `first` to `last` come to, of one sport or of all.
    #[must_use]
    pub fn sum(&self, plan: &[Event], (first, last): (Date, Date), sport: Option<&Sport>) -> Sum {
        let inside = |date: Option<Date>| date.is_some_and(|date| first <= date && date <= last);
        let meant = |kind: Option<&str>| {
            sport.is_none_or(|sport| kind.is_some_and(|kind| sport.covers(kind)))
        };
        let mut sum = Sum::default();
        for a in self.done.unwrap_or_default() {
            if !inside(activities::day(a)) || !meant(a.sport.as_deref()) {
                continue;
            }
            let load = activities::load(a).unwrap_or_default();
            sum.load += load;
            sum.done += load;
            sum.seconds += a
                .moving_time
                .filter(|s| TIMES.contains(s))
                .unwrap_or_default();
        }
        for event in plan.iter().filter(|event| is_session(event)) {
            let starts = event.starts().map(|at| at.date());
            if !inside(starts) || !meant(event.sport.as_deref()) {
                continue;
            }
            // These look through all that is done.
            let is_done = self.is_done_by_unknown(event);
            if !is_done && !self.is_open(event) {
                continue;
            }
            let load = event.icu_training_load.filter(|load| LOADS.contains(load));
            let load = load.unwrap_or_default();
            let time = event.moving_time.filter(|s| TIMES.contains(s));
            sum.load += load;
            sum.done += if is_done { load } else { 0 };
            sum.seconds += time.unwrap_or_default();
        }
        sum
    }
}

fn whole(monday: Date) -> (Date, Date) {
    (monday, monday.checked_add(6.days()).unwrap_or(monday))
}

/// The weeks in which sessions or targets change, of what is known from `oldest` on.
#[must_use]
pub fn weeks<'a>(change: &'a Change<'_>, tally: &Tally<'_>, oldest: Date) -> Vec<Week<'a>> {
    let mondays: BTreeSet<Date> = change
        .touched()
        .filter(|event| is_session(event) || is_target(event))
        .filter_map(|event| match is_target(event) {
            // Where weeks begin on Sunday, most of its days are behind that.
            true => period(event).map(|(_, last)| last),
            false => event.starts().map(|at| at.date()),
        })
        .map(week_start)
        .collect();
    let goals: Vec<Goal<'a>> = change
        .is
        .iter()
        .filter(|event| is_target(event))
        .filter_map(|target| {
            let days = period(target).filter(|(first, _)| *first >= oldest)?;
            let length = days.1.since(days.0).map_or(0, |span| span.get_days()) + 1;
            let sport = target.sport.as_deref().map(Sport::of);
            (2..=TARGET_DAYS).contains(&length).then(|| Goal {
                target,
                days,
                sum: tally.sum(&change.is, days, sport.as_ref()),
            })
        })
        .collect();
    // Where weeks begin on Sunday a target is that of two of ours.
    let told_with = |(first, last): (Date, Date)| {
        let overlaps = |monday: &&Date| {
            let (start, end) = whole(**monday);
            first <= end && start <= last
        };
        mondays.iter().rev().find(overlaps)
    };
    let week = |monday: &Date| {
        let days = whole(*monday);
        let before = monday.checked_sub(7.days()).unwrap_or(*monday);
        // Of what lies before `oldest` nothing is known.
        let eve = before >= oldest && !mondays.contains(&before);
        Week {
            monday: *monday,
            was: tally.sum(&change.was, days, None),
            is: tally.sum(&change.is, days, None),
            eve: eve.then(|| tally.sum(&change.is, whole(before), None)),
            goals: goals
                .iter()
                .filter(|goal| told_with(goal.days) == Some(monday))
                .copied()
                .collect(),
        }
    };
    mondays.iter().map(week).collect()
}

/// Those that lie in a week, or in the one before it where that is told.
pub fn within<'a>(
    activities: impl Iterator<Item = &'a Activity>,
    weeks: &[Week<'_>],
) -> impl Iterator<Item = &'a Activity> {
    activities.filter(|a| {
        let monday = activities::day(a).map(week_start);
        monday.is_some_and(|monday| {
            weeks.iter().any(|week| {
                let is_eve = monday
                    .checked_add(7.days())
                    .is_ok_and(|next| next == week.monday);
                monday == week.monday || (is_eve && week.eve.is_some())
            })
        })
    })
}
