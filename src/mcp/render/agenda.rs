//! What lies around today: absences, races, the plan, the last sessions.

use jiff::civil::Date;

use super::{activities, days, events};
use crate::intervals::activities::Activity;
use crate::intervals::events::Event;
use crate::mcp::context::Local;
use crate::mcp::reply::Reply;
use crate::mcp::text;
use crate::units::Units;

/// Sessions shown at most.
const SHOWN_SESSIONS: usize = 5;
/// Days before today whose sessions are shown.
pub const SESSION_DAYS: i64 = 6;

/// What keeps the athlete from training, now or soon.
pub fn absences(reply: &mut Reply, plan: &[Event], today: Date) {
    for event in plan.iter().filter(|e| events::is_absence(e)) {
        let Some((first, last)) = events::span(event) else {
            continue;
        };
        let name = event.name.as_deref().map(text::name).unwrap_or_default();
        let when = match () {
            () if last < today => "until lately",
            () if first <= today => "now",
            () => "coming",
        };
        reply.line(format!(
            "{} {when}: {name}, {} to {}",
            events::category(event),
            days::full(first),
            days::full(last)
        ));
    }
}

/// The next race of any importance.
pub fn next_race(reply: &mut Reply, races: &[Event], today: Date) {
    let next = races
        .iter()
        .filter(|e| events::is_race(e))
        .filter_map(|e| Some((events::span(e)?.0, e)))
        .filter(|(first, _)| *first >= today)
        .min_by_key(|(first, _)| *first);
    if let Some((first, race)) = next {
        reply.line(format!(
            "Next {}: {} on {} ({})",
            events::category(race),
            race.name.as_deref().map(text::name).unwrap_or_default(),
            days::full(first),
            days::distance(today, first)
        ));
    }
}

/// The rows of the plan.
pub fn planned(reply: &mut Reply, plan: &[Event], done: &[Activity], local: &Local) {
    let mut rows: Vec<&Event> = plan
        .iter()
        .filter(|e| !events::is_absence(e))
        .filter(|e| events::span(e).is_some_and(|(_, last)| last >= local.today()))
        .collect();
    events::sort(&mut rows);
    if rows.is_empty() {
        reply.line("Plan: nothing in the calendar for these days.");
        return;
    }
    reply.line("Plan (form: projected, end of day):");
    reply.line(events::table(&rows, Some(done), local.units, local.today(), 0).render());
}

/// Totals of the last days and the newest sessions.
pub fn last_sessions(reply: &mut Reply, sessions: &[Activity], units: Units, today: Date) {
    let mut rows: Vec<&Activity> = sessions.iter().filter(|a| !a.is_stub()).collect();
    rows.sort_by_key(|a| std::cmp::Reverse(a.started()));
    let totals = activities::totals(rows.iter().copied());
    reply.line(format!(
        "Last {} days: {}{}",
        SESSION_DAYS + 1,
        totals.show(units),
        if rows.len() > SHOWN_SESSIONS {
            "; the newest, list_activities has all:"
        } else {
            ""
        }
    ));
    if !rows.is_empty() {
        let shown = rows.into_iter().take(SHOWN_SESSIONS);
        reply.line(activities::table(shown, units, today.year()).render());
    }
}
