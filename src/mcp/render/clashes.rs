//! What a change of the calendar comes in the way of, as lines.

use super::effect::{hours, name, named, some};
use super::{activities, count, days, events};
use crate::intervals::activities::Activity;
use crate::intervals::events::Event;
use crate::mcp::planning::{Clash, Limit};
use crate::mcp::reply::Reply;
use crate::mcp::text;
use crate::units::number;

/// Told one by one.
const MOST: usize = 6;

/// Adds what is in the way, one line each.
pub fn show(reply: &mut Reply, clashes: &[Clash<'_>], year: i16) {
    for clash in clashes.iter().take(MOST) {
        reply.line(format!("Clash: {}.", line(clash, year)));
    }
    let more = clashes.len().saturating_sub(MOST);
    if more > 0 {
        let noun = if more == 1 { "clash" } else { "clashes" };
        reply.line(format!("And {more} more {noun}."));
    }
}

fn line(clash: &Clash<'_>, year: i16) -> String {
    match clash {
        Clash::Past(event) => format!("{} is in the past", named(event, year)),
        Clash::Absence { absence, sessions } => {
            let sessions = sessions.iter().map(|(session, limit)| match limit {
                Limit::Absent => named(session, year),
                Limit::Sport => {
                    let sport = session.sport.as_deref().map(text::name).unwrap_or_default();
                    format!("{} (no {sport})", named(session, year))
                }
                Limit::Time { planned, most } => format!(
                    "{} ({} h that day, at most {})",
                    named(session, year),
                    hours(*planned),
                    hours(*most)
                ),
            });
            format!("{}: {}", absent(absence, year), some(sessions))
        }
        Clash::BeforeRace {
            session,
            race,
            days,
            usual,
        } => format!(
            "{}, load {} (usual day {}), is {} before {}",
            named(session, year),
            session.icu_training_load.unwrap_or_default(),
            number(*usual, 0),
            count(usize::try_from(*days).unwrap_or_default(), "day"),
            named(race, year)
        ),
        Clash::SameDay {
            session,
            planned,
            done,
        } => {
            let planned = planned
                .iter()
                .map(|other| with_size(name(other), other.icu_training_load, other.moving_time));
            let done = done.iter().map(|a| self::done(a));
            let others: Vec<String> = planned.chain(done).collect();
            format!(
                "{}: that day also {}",
                named(session, year),
                some(others.into_iter())
            )
        }
    }
}

/// `Long ride (load 120, 3:00 h)`
fn with_size(name: String, load: Option<i64>, seconds: Option<i64>) -> String {
    let mut size = Vec::new();
    size.extend(
        load.filter(|load| *load > 0)
            .map(|load| format!("load {load}")),
    );
    size.extend(
        seconds
            .filter(|s| *s > 0)
            .map(|s| format!("{} h", hours(s))),
    );
    if size.is_empty() {
        return name;
    }
    format!("{name} ({})", size.join(", "))
}

fn done(activity: &Activity) -> String {
    if activity.is_stub() {
        return "an activity through Strava, withheld".to_owned();
    }
    let name = activity.name.as_deref().map(text::name);
    let name = name.filter(|name| !name.is_empty());
    let name = name.or_else(|| activity.sport.as_deref().map(text::name));
    let name = format!("done {}", name.unwrap_or_default());
    with_size(name, activities::load(activity), activity.moving_time)
}

/// `holiday Lake week, Mon 11-23 to Sun 11-29, training limited`
fn absent(absence: &Event, year: i16) -> String {
    let name = absence.name.as_deref().map(text::name).unwrap_or_default();
    let mut parts = vec![
        format!("{} {name}", events::category(absence))
            .trim_end()
            .to_owned(),
    ];
    if let Some((first, last)) = events::span(absence) {
        parts.push(match first == last {
            true => days::short(first, year),
            false => format!(
                "{} to {}",
                days::short(first, year),
                days::short(last, year)
            ),
        });
    }
    if let Some(availability) = absence.training_availability.as_deref() {
        parts.push(format!(
            "training {}",
            text::name(availability).to_lowercase()
        ));
    }
    parts.join(", ")
}
