//! How well it was done: the plan, long sessions, fuel.

use std::collections::{BTreeMap, BTreeSet};

use jiff::ToSpan;
use jiff::civil::Date;

use crate::analytics::baseline::mean;
use crate::analytics::durability::{STEADY, change, efficiency, median};
use crate::intervals::activities::Activity;
use crate::intervals::events::Event;
use crate::mcp::params::{Sport, Window};
use crate::mcp::render::activities::{day, moving_seconds};
use crate::mcp::render::count;
use crate::mcp::render::events::is_workout;
use crate::mcp::text;
use crate::mcp::training::Sessions;
use crate::units::{self, Units, number, signed};

/// s from which a session is long.
const LONG: f64 = 3_600.0;
/// Percent of threshold up to which it is steady.
const EASY: f64 = 80.0;
/// Sports of which long sessions are told.
const MOST_SPORTS: usize = 3;

/// What became of the plan up to today.
#[derive(Debug, Default)]
struct Plan {
    done: usize,
    missed: usize,
    /// Withheld sessions on its day may have been it.
    unknown: usize,
    ahead: usize,
    percents: Vec<f64>,
}

/// One line on planned workouts: done, missed, and how close. `activities` are all that may have carried them out.
#[must_use]
pub fn plan(
    events: &[Event],
    activities: &[Activity],
    sessions: &Sessions<'_>,
    sport: Option<&Sport>,
    today: Date,
) -> String {
    let mut plan = Plan::default();
    let pairs: BTreeMap<_, _> = activities
        .iter()
        .filter_map(|a| Some((a.paired_event_id?.to_string(), a)))
        .collect();
    let withheld: BTreeSet<Date> = sessions.withheld.iter().filter_map(|a| day(a)).collect();
    let window = sessions.window;
    for event in events.iter().filter(|event| is_workout(event)) {
        let Some(date) = event.starts().map(|at| at.date()) else {
            continue;
        };
        let wanted = sport.is_none_or(|s| event.sport.as_deref().is_some_and(|k| s.covers(k)));
        if !wanted || !(window.oldest..=window.newest).contains(&date) {
            continue;
        }
        let pair = pairs.get(&event.id.to_string());
        if let Some(a) = pair {
            plan.done += 1;
            plan.percents.extend(compliance(a));
        } else if event.paired_activity_id.is_some() {
            plan.done += 1;
        } else if date >= today {
            plan.ahead += 1;
        } else if withheld.contains(&date) {
            plan.unknown += 1;
        } else {
            plan.missed += 1;
        }
    }
    let unplanned = sessions
        .done
        .iter()
        .filter(|a| a.paired_event_id.is_none())
        .count();
    show(&plan, unplanned)
}

/// Percent of what was planned.
fn compliance(a: &Activity) -> Option<f64> {
    a.compliance
        .filter(|percent| (0.0..1_000.0).contains(percent))
}

fn show(plan: &Plan, unplanned: usize) -> String {
    let due = plan.done + plan.missed + plan.unknown;
    if due + plan.ahead == 0 {
        return "Plan: no workouts in the calendar.".to_owned();
    }
    if due == 0 {
        let ahead = count(plan.ahead, "workout");
        let unplanned = count(unplanned, "session");
        return format!("Plan: {ahead} still ahead today; {unplanned} unplanned.");
    }
    let mut out = format!("Plan: {} of {due} workouts done", plan.done);
    #[expect(clippy::cast_precision_loss, reason = "a count of workouts")]
    let share = plan.done as f64 * 100.0 / due as f64;
    out.push_str(&format!(" ({} %)", number(share, 0)));
    for (n, what) in [
        (plan.missed, "missed"),
        (plan.unknown, "unknown (withheld session that day)"),
        (plan.ahead, "still ahead today"),
    ] {
        if n > 0 {
            out.push_str(&format!(", {n} {what}"));
        }
    }
    if let Some(percent) = mean(&plan.percents) {
        out.push_str(&format!("; compliance {} % on average", number(percent, 0)));
    }
    out.push_str(&format!("; {} unplanned.", count(unplanned, "session")));
    out
}

/// Without the calendar: what is known from the sessions alone.
#[must_use]
pub fn plan_of_years(done: &[&Activity], most_days: i32) -> String {
    let paired: Vec<_> = done
        .iter()
        .filter(|a| a.paired_event_id.is_some())
        .collect();
    let percents: Vec<f64> = paired.iter().filter_map(|a| compliance(a)).collect();
    let mut out = format!("Plan: {} done to plan", count(paired.len(), "session"));
    if let Some(percent) = mean(&percents) {
        out.push_str(&format!(
            ", compliance {} % on average ({})",
            number(percent, 0),
            percents.len()
        ));
    }
    out.push_str(&format!(
        "; what was missed is told over windows of up to {most_days} days."
    ));
    out
}

struct Long {
    at: Date,
    decoupling: Option<f64>,
    efficiency: Option<f64>,
    by_power: bool,
}

/// Output of a heartbeat: W/bpm, or metres where there is no power and pace counts.
fn output(a: &Activity, units: Units) -> (Option<f64>, bool) {
    if let Some(factor) = a.icu_efficiency_factor.filter(|factor| *factor > 0.0) {
        return (Some(factor), true);
    }
    let sport = a.sport.as_deref().unwrap_or_default();
    let is_paced = units.pace_of(sport).is_some();
    let speed = a.gap.or(a.pace).or(a.average_speed).filter(|_| is_paced);
    (
        efficiency(speed.map(|speed| speed * 60.0), a.average_heartrate),
        false,
    )
}

/// One line on long, steady sessions by sport; `None` without any that tells something.
#[must_use]
pub fn durability(done: &[&Activity], window: Window, units: Units) -> Option<String> {
    let mut sports: BTreeMap<&str, Vec<Long>> = BTreeMap::new();
    for a in done {
        let is_steady = a.icu_intensity.is_none_or(|percent| percent <= EASY);
        let (Some(at), Some(sport)) = (day(a), a.sport.as_deref()) else {
            continue;
        };
        if moving_seconds(a) < LONG || !is_steady || a.race == Some(true) {
            continue;
        }
        let (efficiency, by_power) = output(a, units);
        if efficiency.is_some() || a.decoupling.is_some() {
            sports.entry(sport).or_default().push(Long {
                at,
                decoupling: a.decoupling,
                efficiency,
                by_power,
            });
        }
    }
    let mut sports: Vec<(&str, Vec<Long>)> = sports.into_iter().collect();
    sports.sort_by_key(|(_, long)| std::cmp::Reverse(long.len()));
    let middle = window
        .oldest
        .checked_add((window.days() / 2).days())
        .unwrap_or(window.oldest);
    let parts: Vec<String> = sports
        .iter()
        .take(MOST_SPORTS)
        .map(|(sport, long)| held(sport, long, middle, units))
        .collect();
    let is_halved = parts.iter().any(|part| part.contains(", EF "));
    let halves = if is_halved { ", EF by halves" } else { "" };
    (!parts.is_empty()).then(|| {
        format!(
            "Steady 60 min up (IF to {EASY} %), median decoupling{halves}: {}.",
            parts.join("; ")
        )
    })
}

fn held(sport: &str, long: &[Long], middle: Date, units: Units) -> String {
    let mut out = format!("{} {}", text::name(sport), long.len());
    let drift: Vec<f64> = long.iter().filter_map(|l| l.decoupling).collect();
    if let Some(typical) = median(&drift) {
        out.push_str(&format!(", decoupling {} %", number(typical, 1)));
        let over = drift.iter().filter(|percent| **percent >= STEADY).count();
        if over > 0 {
            out.push_str(&format!(" ({over} of {STEADY} or more)"));
        }
    }
    let by_power = long.iter().any(|l| l.by_power);
    let halves = |is_late: bool| -> Vec<f64> {
        long.iter()
            .filter(|l| l.by_power == by_power && (l.at >= middle) == is_late)
            .filter_map(|l| l.efficiency)
            .collect()
    };
    if let Some(found) = change(&halves(false), &halves(true)) {
        let show = |value: f64| match by_power {
            true => number(value, 2),
            false => number(units.height(value), 2),
        };
        let name = match by_power {
            true => "W/bpm".to_owned(),
            false => format!("{}/beat", units.height_name()),
        };
        out.push_str(&format!(
            ", EF {} to {} {name} ({} %)",
            show(found.early.0),
            show(found.late.0),
            signed(found.percent(), 1)
        ));
    }
    out
}

/// One line on carbohydrates; `None` where nobody wrote them down.
#[must_use]
pub fn fuel(done: &[&Activity]) -> Option<String> {
    let noted: Vec<_> = done
        .iter()
        .filter(|a| a.carbs_ingested.is_some() && moving_seconds(a) > 0.0)
        .collect();
    let time: f64 = noted.iter().map(|a| moving_seconds(a)).sum();
    #[expect(clippy::cast_precision_loss, reason = "grams")]
    let grams: f64 = noted
        .iter()
        .filter_map(|a| a.carbs_ingested)
        .map(|grams| grams as f64)
        .sum();
    (!noted.is_empty()).then(|| {
        format!(
            "Carbs: {} g/h over {} of {} where they were noted.",
            number(grams * 3600.0 / time, 0),
            count(noted.len(), "session"),
            units::hours(time)
        )
    })
}
