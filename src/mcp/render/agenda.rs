//! What lies around today: absences, races, the plan, the last sessions.

use jiff::civil::Date;

use super::table::Table;
use super::{activities, days, events, outcome, progress};
use crate::intervals::activities::Activity;
use crate::intervals::events::Event;
use crate::mcp::measure::hours_minutes;
use crate::mcp::reply::Reply;
use crate::mcp::{scales, text};
use crate::units::{Units, number};

/// Sessions shown at most.
const SHOWN_SESSIONS: usize = 3;
/// Longest name in a row, in characters.
const NAME_LIMIT: usize = 24;
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
            days::short(first, today.year()),
            days::short(last, today.year())
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
            "Next {}: {}, {}, {}",
            events::category(race),
            race.name.as_deref().map(text::name).unwrap_or_default(),
            days::short(first, today.year()),
            days::distance(today, first)
        ));
    }
}

/// The rows of the plan, `most` at most: what it takes to know what is to be done.
pub fn planned(
    reply: &mut Reply,
    plan: &[Event],
    done: &[Activity],
    (units, today): (Units, Date),
    most: usize,
) {
    let mut rows: Vec<&Event> = plan
        .iter()
        .filter(|e| !events::is_absence(e))
        .filter(|e| events::period(e).is_some_and(|(_, last)| last >= today))
        .collect();
    events::sort(&mut rows);
    let (phases, rows): (Vec<&Event>, Vec<&Event>) =
        rows.into_iter().partition(|event| is_phase(event));
    let phases: Vec<String> = phases
        .iter()
        .filter_map(|phase| Some((named(phase), events::span(phase)?.1)))
        .map(|(name, last)| format!("{name} to {}", days::short(last, today.year())))
        .collect();
    let phase = match phases.is_empty() {
        true => String::new(),
        false => format!(" (phase {})", phases.join(", ")),
    };
    if rows.is_empty() {
        reply.line(format!(
            "Plan{phase}: nothing in the calendar for these days."
        ));
        return;
    }
    reply.line(format!("Plan{phase}:"));
    let mut table = Table::new(["id", "date", "what", "name", "h:mm", "load", "state"]);
    for event in rows.iter().take(most) {
        let Some((first, _)) = events::span(event) else {
            continue;
        };
        let outcome = outcome::of(event, Some(done), today);
        let mut state: Vec<String> = outcome.iter().map(ToString::to_string).collect();
        state.extend(progress::of(event, done, units, today));
        for (word, set) in [("indoor", event.indoor), ("for the week", event.for_week)] {
            state.extend((set == Some(true)).then(|| word.to_owned()));
        }
        state.extend(events::push_errors(event).next());
        #[expect(clippy::cast_precision_loss, reason = "seconds of one event")]
        let time = event.moving_time.or(event.time_target).map(|s| s as f64);
        let load = event.icu_training_load.or(event.load_target);
        table.row([
            Some(event.id.to_string()),
            Some(days::short(first, today.year())),
            Some(what(event)),
            Some(named(event)),
            time.filter(|s| *s > 0.0).map(hours_minutes),
            load.filter(|load| *load > 0).map(|load| load.to_string()),
            Some(state.join(", ")),
        ]);
    }
    reply.line(table.render());
    if let Some(next) = rows.get(most).and_then(|event| events::span(event)) {
        reply.footer(format!(
            "{} more from {} on: list_events.",
            rows.len() - most,
            days::short(next.0, today.year())
        ));
    }
}

fn is_phase(event: &Event) -> bool {
    event.category.as_deref() == Some("PLAN")
}

/// `Run`, `race A Ride`, `note`.
fn what(event: &Event) -> String {
    let sport = event.sport.as_deref().map(text::name).unwrap_or_default();
    match (events::is_workout(event), sport.is_empty()) {
        (true, false) => sport,
        (_, true) => events::category(event),
        (false, false) => format!("{} {sport}", events::category(event)),
    }
}

fn named(event: &Event) -> String {
    let name = event.name.as_deref().unwrap_or_default();
    text::line(name, NAME_LIMIT)
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
        match rows.len() > SHOWN_SESSIONS {
            true => "; newest:",
            false => "",
        }
    ));
    let mut table = Table::new(["id", "date", "sport", "name", "h:mm", "load", "IF%", "feel"]);
    for a in rows.into_iter().take(SHOWN_SESSIONS) {
        let name = a.name.as_deref().unwrap_or_default();
        #[expect(clippy::cast_precision_loss, reason = "seconds of one activity")]
        let time = a.moving_time.map(|s| s as f64);
        table.row([
            Some(a.id.to_string()),
            activities::day(a).map(|day| days::short(day, today.year())),
            a.sport.as_deref().map(text::name),
            Some(text::line(name, NAME_LIMIT)),
            time.map(hours_minutes),
            a.icu_training_load.map(|load| load.to_string()),
            a.icu_intensity.map(|percent| number(percent, 0)),
            a.feel.map(|feel| scales::FEEL.label(feel)),
        ]);
    }
    if !table.is_empty() {
        reply.line(table.render());
    }
}
