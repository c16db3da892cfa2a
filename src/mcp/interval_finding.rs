//! Which of the sessions that a search for intervals found are shown, and what is said about the others.

use std::sync::Arc;

use jiff::civil::Date;

use super::context::Local;
use super::efforts::Wanted;
use super::error::ToolError;
use super::params::{DateSpec, Sport, Window, WindowError};
use super::render::efforts::{self, Session};
use super::render::{activities, count, days};
use super::reply::Reply;
use super::text;
use crate::intervals::Error;
use crate::intervals::activities::Activity;

/// What the service is asked for at most; its search takes neither dates nor sports.
pub const SEARCHED: u32 = 200;
/// Sessions whose intervals are read at once: 3.5 KB an interval, and a session of the pool or the track has a hundred.
pub const MAX_ROWS: i64 = 30;

/// Before anything that anybody recorded.
const BEGINNING: Date = Date::constant(1900, 1, 1);
/// The window only picks among what the search found.
const ANY_DAYS: i32 = i32::MAX;

/// The local days that count; all time when there are no ends.
///
/// # Errors
/// When the ends are the wrong way round.
pub fn window(
    (oldest, newest): (Option<DateSpec>, Option<DateSpec>),
    today: Date,
) -> Result<Option<Window>, WindowError> {
    if oldest.is_none() && newest.is_none() {
        return Ok(None);
    }
    let default = (DateSpec::On(BEGINNING), DateSpec::Days(0));
    Window::resolve(oldest, newest, default, today, ANY_DAYS).map(Some)
}

/// What is left of a search.
#[derive(Debug)]
pub struct Chosen<'a> {
    pub shown: Vec<&'a Activity>,
    /// Of the sport and in the window, shown or not.
    matching: usize,
    /// Of any sport, at any time.
    found: usize,
    /// Those that match outside of the window or in other sports.
    sports: Vec<&'a str>,
    /// The last day that was searched, when the service had more than it was asked for.
    back_to: Option<Date>,
    /// Those in the window of which only the date is known.
    withheld: Vec<&'a Activity>,
}

/// The newest `limit` of `hits` in the window and of the sport.
#[must_use]
pub fn choose<'a>(
    hits: &'a [Activity],
    sport: Option<&Sport>,
    window: Option<Window>,
    limit: usize,
) -> Chosen<'a> {
    let of_sport = |a: &Activity| {
        sport.is_none_or(|sport| a.sport.as_deref().is_some_and(|kind| sport.covers(kind)))
    };
    let in_time = |a: &Activity| {
        let within = |day| window.is_none_or(|w| w.oldest <= day && day <= w.newest);
        window.is_none() || activities::day(a).is_some_and(within)
    };
    let fits = |a: &&Activity| !a.is_stub() && of_sport(a) && in_time(a);
    let mut rows: Vec<&Activity> = hits.iter().filter(fits).collect();
    rows.sort_by_key(|a| std::cmp::Reverse(a.started()));
    let mut sports: Vec<&str> = hits.iter().filter_map(|a| a.sport.as_deref()).collect();
    sports.sort_unstable();
    sports.dedup();
    let is_cut = hits.len() >= SEARCHED as usize;
    Chosen {
        matching: rows.len(),
        shown: rows.into_iter().take(limit).collect(),
        found: hits.iter().filter(|a| !a.is_stub()).count(),
        withheld: hits.iter().filter(|a| a.is_stub() && in_time(a)).collect(),
        sports,
        back_to: if is_cut {
            hits.iter().filter_map(activities::day).min()
        } else {
            None
        },
    }
}

/// The answer. `whole`: the shown sessions in full, `None` when there are none.
#[must_use]
pub fn tell(
    wanted: &Wanted,
    chosen: &Chosen<'_>,
    whole: Option<Result<Arc<Vec<Activity>>, Error>>,
    window: Option<Window>,
    local: &Local,
) -> Reply {
    let today = local.today();
    let around = days::zone_and_today(local);
    let scope = match window {
        Some(w) if w.oldest > BEGINNING => days::window(w, local),
        Some(w) if w.newest < today => format!("until {} {around}", days::full(w.newest)),
        _ => format!("all time {around}"),
    };
    let least = if chosen.back_to.is_some() && chosen.matching > 0 {
        "at least "
    } else {
        ""
    };
    let mut reply = Reply::new(format!(
        "{least}{} with {} · {scope}",
        count(chosen.matching, "session"),
        efforts::words(wanted)
    ));
    let (whole, failure) = match whole {
        Some(Ok(whole)) => (whole, None),
        Some(Err(error)) => (Arc::default(), Some(ToolError::from(error).sentence())),
        None => (Arc::default(), None),
    };
    let sessions: Vec<Session<'_>> = chosen
        .shown
        .iter()
        .map(|row| Session {
            row,
            whole: whole.iter().find(|w| w.id == row.id),
        })
        .collect();
    let year = today.year();
    if let Some(last) = chosen.shown.last() {
        reply.table(&efforts::table(&sessions, wanted, local.units, year));
        let more = chosen.matching - chosen.shown.len();
        if more > 0 {
            // The rows of that day come again: with no other day among them it would lead nowhere.
            let first = chosen.shown.first().and_then(|a| activities::day(a));
            let newest = activities::day(last)
                .filter(|day| first != Some(*day))
                .map(|day| format!(" with newest {day}, or"));
            reply.footer(format!(
                "{more} more: the same call{} with a limit up to {MAX_ROWS}.",
                newest.unwrap_or_default()
            ));
        }
    } else if chosen.found > 0 {
        let sports: Vec<String> = chosen
            .sports
            .iter()
            .map(|sport| text::name(sport))
            .collect();
        reply.footer(format!(
            "{} at other times or in other sports ({}).",
            count(chosen.found, "such session"),
            sports.join(", ")
        ));
    } else {
        reply.footer(
            "Nothing found: widen the length or the intensity (105 is 5 % above threshold), or ask for fewer reps.",
        );
    }
    if let Some(day) = chosen.back_to {
        reply.footer(format!(
            "The service was asked for its newest {SEARCHED} matches, which reach back to {}; ask for more reps or a narrower \
             intensity to look further back.",
            days::full(day)
        ));
    }
    if let Some(failure) = failure {
        reply.footer(format!(
            "The intervals themselves could not be read: {failure}"
        ));
    }
    let withheld = activities::stub_note(chosen.withheld.iter().copied(), year, true);
    if !withheld.is_empty() {
        reply.footer(withheld);
    }
    if !sessions.is_empty() {
        reply.footer(efforts::rests_on(&sessions, wanted));
    }
    reply
}
