//! Training over a window, summed up.

mod execution;
mod groups;
mod load;
mod sums;
mod versus;
mod zones;

use jiff::ToSpan;
use jiff::civil::Date;

use super::activities::{self, day, moving_seconds};
use super::{count, days};
use crate::intervals::activities::Activity;
use crate::mcp::context::Local;
use crate::mcp::filter::Filter;
use crate::mcp::params::{Sport, Window};
use crate::mcp::reply::Reply;
use crate::mcp::text;
use crate::mcp::training::{Ask, Daily, Found, GroupBy, PLAN_DAYS, Part, Sessions};
use crate::units::{self, Units, number};

use groups::Stretch;
use sums::Sums;

/// Days without a session at the begin of a window that are said.
const LATE_DAYS: i32 = 28;

/// The whole answer.
#[must_use]
pub fn answer(found: &Found, ask: &Ask, local: &Local) -> Reply {
    let (today, units) = (local.today(), local.units);
    let (window, sport) = (ask.window, ask.sport.as_ref());
    let now = found.sessions(window, sport);
    let then = ask.against.map(|range| found.sessions(range, sport));
    let is_empty = now.done.is_empty() && now.withheld.is_empty();
    let head = totals(&now, sport, units);
    let mut reply = Reply::new(format!("{head} · {}", days::window(window, local)));
    if now.done.is_empty() && sport.is_some() {
        let all = found.sessions(window, None).done;
        if !all.is_empty() {
            let wanted = Filter::new(ask.sport.clone(), None, None);
            reply.line(wanted.nothing_found(all, false));
        }
    } else if !is_empty {
        reply.line_if(typical(&now, sport, today));
        rows(&mut reply, found, ask, (&now, then.as_ref()), local);
    }
    if let Some(then) = &then {
        versus::add(&mut reply, &now, then, local, sport.is_some());
    }
    if !is_empty {
        parts(&mut reply, found, ask, &now, local);
        let note =
            activities::stub_note(now.withheld.iter().copied(), today.year(), sport.is_some());
        if !note.is_empty() {
            reply.footer(note);
        }
        reply.footer(quality(&now, found.daily.as_ref(), today.year()));
    }
    reply
}

/// The rows by day, week or month, and those by sport.
fn rows(
    reply: &mut Reply,
    found: &Found,
    ask: &Ask,
    (now, then): (&Sessions<'_>, Option<&Sessions<'_>>),
    local: &Local,
) {
    let (today, units) = (local.today(), local.units);
    let stretch = match ask.group_by {
        GroupBy::Day => Some(Stretch::Day),
        GroupBy::Week => Some(Stretch::Week),
        GroupBy::Month => Some(Stretch::Month),
        GroupBy::Sport => None,
    };
    if let Some(stretch) = stretch {
        let daily = (found.daily.as_ref(), ask.parts.is_some());
        let (rows, left_out) = groups::stretches(stretch, now, daily, units, today);
        reply.table(&rows).line_if(left_out);
    }
    let (rows, left_out) = groups::sports(now, then, units, stretch.is_none());
    if rows.len() > 1 || then.is_some() || stretch.is_none() {
        if stretch.is_some() {
            reply.line("");
        }
        reply.table(&rows).line_if(left_out);
    }
}

/// What is told beside the rows.
fn parts(reply: &mut Reply, found: &Found, ask: &Ask, now: &Sessions<'_>, local: &Local) {
    let (today, units) = (local.today(), local.units);
    if ask.wants(Part::Distribution) {
        reply.line_if(zones::distribution(&now.done).unwrap_or_default());
    }
    if ask.wants(Part::Zones) {
        let (rows, left_out) = zones::table(&now.done);
        if !rows.is_empty() {
            reply.line("").table(&rows).line_if(left_out);
        }
    }
    if let Some(daily) = &found.daily {
        reply.line(load::line(daily, ask.window, today.year()));
    }
    if let Some(events) = &found.events {
        let sport = ask.sport.as_ref();
        reply.line(execution::plan(events, found.near(), now, sport, today));
    } else if ask.wants(Part::Compliance) {
        reply.line(execution::plan_of_years(&now.done, PLAN_DAYS));
    }
    if ask.wants(Part::Durability) {
        reply.line_if(execution::durability(&now.done, ask.window, units).unwrap_or_default());
    }
    if ask.wants(Part::Fuel) {
        reply.line_if(execution::fuel(&now.done).unwrap_or_default());
    }
}

/// `52 sessions · 61:20 h · 1402 km · up 12300 m · load 3812 · 27400 kJ`
fn totals(sessions: &Sessions<'_>, sport: Option<&Sport>, units: Units) -> String {
    let sums = Sums::of(sessions);
    let mut parts = vec![count(sums.sessions, "session")];
    if let Some(sport) = sport {
        parts.push(format!("sport {}", text::name(sport.name())));
    }
    if sums.sessions > 0 {
        parts.push(units::hours(sums.seconds));
    }
    if let Some(metres) = sums.metres {
        let way = units.distance(metres);
        let decimals = usize::from(way < 100.0);
        parts.push(format!(
            "{} {}",
            number(way, decimals),
            units.distance_name()
        ));
    }
    if let Some(climb) = sums.climb {
        let up = number(units.height(climb), 0);
        parts.push(format!("up {up} {}", units.height_name()));
    }
    if let Some(load) = sums.load {
        parts.push(format!("load {}", number(load, 0)));
    }
    if let Some(joules) = sums.joules {
        parts.push(format!("{} kJ", number(joules / 1000.0, 0)));
    }
    parts.join(" · ")
}

/// What a week of it was like, rest, and the longest session.
fn typical(sessions: &Sessions<'_>, sport: Option<&Sport>, today: Date) -> String {
    let sums = Sums::of(sessions);
    let window = sessions.window;
    let mut parts = Vec::new();
    // It may be that nothing was recorded before: then all means of the window are too low.
    let first = sessions.done.iter().chain(&sessions.withheld);
    let first = first.filter_map(|a| day(a)).min().filter(|first| {
        let late = window.oldest.checked_add(LATE_DAYS.days());
        late.is_ok_and(|late| *first > late)
    });
    parts.extend(first.map(|first| format!("first session only on {}", days::full(first))));
    // A day that is not over is no day of rest yet.
    let over = window.newest.min(today.yesterday().unwrap_or(today));
    if over > window.oldest {
        let whole = Window {
            newest: over,
            ..window
        };
        let all = usize::try_from(whole.days()).unwrap_or_default();
        let inside = |a: &&&Activity| day(a).is_some_and(|day| day <= over);
        let part = Sessions {
            window: whole,
            done: sessions.done.iter().filter(inside).copied().collect(),
            withheld: sessions.withheld.iter().filter(inside).copied().collect(),
        };
        let rest = all.saturating_sub(versus::active(&part));
        let what = match sport {
            Some(_) => "days without",
            None => "rest days",
        };
        parts.push(format!("{what} {rest} of {all}"));
    }
    let weeks = f64::from(window.days()) / 7.0;
    if weeks >= 2.0 && sums.sessions > 0 {
        let load = sums.load.map_or(String::new(), |load| {
            format!(", load {}", number(load / weeks, 0))
        });
        let hours = units::hours(sums.seconds / weeks);
        parts.push(format!("a week {hours}{load}"));
    }
    let longest = sessions
        .done
        .iter()
        .max_by(|a, b| moving_seconds(a).total_cmp(&moving_seconds(b)));
    if let Some(a) = longest.filter(|a| moving_seconds(a) > 0.0) {
        let on = day(a).map_or(String::new(), |date| days::short(date, today.year()));
        parts.push(format!(
            "longest {} {} on {on} ({})",
            text::name(a.sport.as_deref().unwrap_or("session")),
            units::clock(moving_seconds(a)),
            a.id
        ));
    }
    match parts.is_empty() {
        true => String::new(),
        false => format!("In all: {}.", parts.join("; ")),
    }
}

/// What all of it rests on.
fn quality(sessions: &Sessions<'_>, daily: Option<&Daily>, year: i16) -> String {
    let sums = Sums::of(sessions);
    let mut out = format!("Rests on {}", count(sums.sessions, "session"));
    let without = sums.sessions - sums.loaded;
    if without > 0 {
        out.push_str(&format!(" ({without} without load)"));
    }
    if sums.withheld > 0 {
        out.push_str(&format!(", {} withheld", sums.withheld));
    }
    out.push_str(&format!("; {}", zones::coverage(&sessions.done)));
    if let Some(daily) = daily {
        match (daily.borrowed, daily.unknown) {
            (0, 0) => {}
            (borrowed, 0) => out.push_str(&format!(
                "; daily load since {} is the service's on {} with withheld sessions",
                days::short(daily.first(), year),
                count(borrowed, "day")
            )),
            (_, unknown) => out.push_str(&format!(
                "; daily load since {} lacks {}",
                days::short(daily.first(), year),
                count(unknown, "withheld session")
            )),
        }
    }
    out.push_str(". Sources: get_help formulas.");
    out
}
