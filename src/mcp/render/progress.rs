//! How far a target is reached.

use jiff::civil::Date;

use super::{activities, events};
use crate::intervals::activities::Activity;
use crate::intervals::events::Event;
use crate::mcp::params::Sport;
use crate::units::{self, Units, number};

/// `so far load 142 of 260 (55 %), 3:10 of 6:00 h (53 %) in 3 activities`; `None` for what is no target or not yet on.
///
/// `done` holds all activities of the target's days.
#[must_use]
pub fn of(event: &Event, done: &[Activity], units: Units, today: Date) -> Option<String> {
    if !events::is_target(event) {
        return None;
    }
    let (first, last) = events::period(event).filter(|(first, _)| *first <= today)?;
    let sport = event.sport.as_deref().map(Sport::of);
    let in_time = done
        .iter()
        .filter(|a| activities::day(a).is_some_and(|day| first <= day && day <= last));
    let (stubs, readable): (Vec<&Activity>, Vec<&Activity>) = in_time.partition(|a| a.is_stub());
    let counted = readable.into_iter().filter(|a| {
        let kind = a.sport.as_deref().unwrap_or_default();
        sport.as_ref().is_none_or(|sport| sport.covers(kind))
    });
    let totals = activities::totals(counted);
    #[expect(clippy::cast_precision_loss, reason = "load and seconds of a target")]
    let float = |value: i64| value as f64;
    let percent = |done: f64, target: f64| format!(" ({} %)", number(done * 100.0 / target, 0));
    let mut parts: Vec<String> = Vec::new();
    let load = event.load_target.or(event.icu_training_load);
    parts.extend(load.filter(|target| *target > 0).map(|target| {
        let share = percent(float(totals.load), float(target));
        format!("load {} of {target}{share}", totals.load)
    }));
    let time = event.time_target.or(event.moving_time);
    parts.extend(time.filter(|target| *target > 0).map(|target| {
        let share = percent(totals.moving_seconds, float(target));
        let done = units::hours(totals.moving_seconds);
        let done = done.trim_end_matches(" h");
        format!("{done} of {}{share}", units::hours(float(target)))
    }));
    let metres = event.distance_target.or(event.distance);
    parts.extend(metres.filter(|target| *target >= 1.0).map(|target| {
        let share = percent(totals.metres, target);
        let (done, target) = (units.distance(totals.metres), units.distance(target));
        let name = units.distance_name();
        format!("{} of {} {name}{share}", number(done, 1), number(target, 1))
    }));
    if parts.is_empty() {
        return None;
    }
    let when = if last < today { "reached" } else { "so far" };
    let noun = if totals.count == 1 {
        "activity"
    } else {
        "activities"
    };
    let mut text = format!("{when} {} in {} {noun}", parts.join(", "), totals.count);
    if !stubs.is_empty() {
        text.push_str(&format!(", {} through Strava not counted", stubs.len()));
    }
    Some(text)
}
