//! A window beside another.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::sums::Sums;
use crate::analytics::durability::median;
use crate::intervals::activities::Activity;
use crate::mcp::context::Local;
use crate::mcp::params::Window;
use crate::mcp::render::activities::{day, moving_seconds};
use crate::mcp::render::days;
use crate::mcp::render::table::Table;
use crate::mcp::reply::Reply;
use crate::mcp::training::Sessions;
use crate::units::{number, signed};

/// s from which the decoupling of a session says something.
const LONG: f64 = 3_600.0;

/// From here on a percentage says no more than the two numbers.
const MOST_PERCENT: f64 = 1_000.0;

/// What one side of a comparison comes to.
struct Side {
    sums: Sums,
    /// Days with at least one session; withheld ones too, unless it is about a sport: theirs is not known.
    days: usize,
    decoupling: Option<f64>,
}

impl Side {
    fn of(sessions: &Sessions<'_>, of_sport: bool) -> Self {
        let drift: Vec<f64> = sessions
            .done
            .iter()
            .filter(|a| moving_seconds(a) >= LONG)
            .filter_map(|a| a.decoupling)
            .collect();
        Self {
            sums: Sums::of(sessions),
            days: match of_sport {
                true => distinct(&sessions.done),
                false => active(sessions),
            },
            decoupling: median(&drift),
        }
    }
}

/// How many days have a session.
#[must_use]
pub fn active(sessions: &Sessions<'_>) -> usize {
    let all = sessions.done.iter().chain(&sessions.withheld);
    distinct(all)
}

fn distinct<'a>(all: impl IntoIterator<Item = &'a &'a Activity>) -> usize {
    let found: BTreeSet<Date> = all.into_iter().filter_map(|a| day(a)).collect();
    found.len()
}

/// Both ranges side by side; those of other lengths a week.
pub fn add(
    reply: &mut Reply,
    now: &Sessions<'_>,
    then: &Sessions<'_>,
    local: &Local,
    of_sport: bool,
) {
    let (units, has_today) = (local.units, now.window.newest == local.today());
    let Window { oldest, newest } = then.window;
    let is_even = now.window.days() == then.window.days();
    let mut head = format!(
        "Compared with {} to {} ({} days",
        days::full(oldest),
        days::full(newest),
        then.window.days()
    );
    head.push_str(&match is_even {
        true => " too)".to_owned(),
        false => format!(
            "; this window has {}), so per week, sports above in all",
            now.window.days()
        ),
    });
    if has_today {
        head.push_str("; today is not over");
    }
    head.push(':');
    if then.done.is_empty() {
        let what = match then.withheld.len() {
            0 => "no sessions there".to_owned(),
            n => format!("all {n} sessions there are withheld"),
        };
        reply.line(format!("{head} {what}."));
        return;
    }
    reply.line(head);
    let per = |window: Window| match is_even {
        true => 1.0,
        false => f64::from(window.days()) / 7.0,
    };
    let (a, b) = (Side::of(now, of_sport), Side::of(then, of_sport));
    let (weeks_a, weeks_b) = (per(now.window), per(then.window));
    let mut table = Table::new(["measure", "now", "then", "change"]);
    #[expect(clippy::cast_precision_loss, reason = "a count of days")]
    let count = |n: usize| Some(n as f64);
    let way = units.distance_name();
    let up = format!("up {}", units.height_name());
    let sums: [(&str, Option<f64>, Option<f64>, usize); 7] = [
        (
            "sessions",
            count(a.sums.sessions),
            count(b.sums.sessions),
            1,
        ),
        ("days with sessions", count(a.days), count(b.days), 1),
        (
            "h",
            Some(a.sums.seconds / 3600.0),
            Some(b.sums.seconds / 3600.0),
            1,
        ),
        (
            way,
            a.sums.metres.map(|m| units.distance(m)),
            b.sums.metres.map(|m| units.distance(m)),
            0,
        ),
        (
            &up,
            a.sums.climb.map(|m| units.height(m)),
            b.sums.climb.map(|m| units.height(m)),
            0,
        ),
        ("load", a.sums.load, b.sums.load, 0),
        (
            "kJ",
            a.sums.joules.map(|joules| joules / 1000.0),
            b.sums.joules.map(|joules| joules / 1000.0),
            0,
        ),
    ];
    for (name, now, then, decimals) in sums {
        let (now, then) = (now.map(|n| n / weeks_a), then.map(|n| n / weeks_b));
        row(&mut table, name, now, then, decimals, true);
    }
    let (zones_a, zones_b) = (a.sums.zones.shares(), b.sums.zones.shares());
    for (name, pick) in [("low %", 0), ("mid %", 1), ("high %", 2)] {
        let share = |zones: Option<[f64; 3]>| {
            zones.and_then(|zones| zones.get(pick).map(|share| share * 100.0))
        };
        row(&mut table, name, share(zones_a), share(zones_b), 0, false);
    }
    for (name, now, then, decimals) in [
        (
            "polarization index",
            a.sums.zones.polarization_index(),
            b.sums.zones.polarization_index(),
            2,
        ),
        (
            "decoupling % (median, 60 min up)",
            a.decoupling,
            b.decoupling,
            1,
        ),
    ] {
        row(&mut table, name, now, then, decimals, false);
    }
    reply.table(&table);
    if a.sums.withheld + b.sums.withheld > 0 {
        let place = match of_sport {
            true => "in neither",
            false => "in the days alone",
        };
        reply.line(format!(
            "Withheld, and {place}: {} now, {} then.",
            a.sums.withheld, b.sums.withheld
        ));
    }
}

/// A row of what at least one side has; `relative` where a percentage of it means something.
fn row(
    table: &mut Table,
    name: &str,
    now: Option<f64>,
    then: Option<f64>,
    decimals: usize,
    relative: bool,
) {
    if now.is_none() && then.is_none() {
        return;
    }
    let show = |value: Option<f64>| value.map(|value| number(value, decimals));
    let change = now.zip(then).map(|(now, then)| {
        // As the numbers stand there, or their difference would not add up.
        let round = |value: f64| number(value, decimals).parse().unwrap_or(value);
        let difference = signed(round(now) - round(then), decimals);
        let percent = (now / then - 1.0) * 100.0;
        match relative && then > 0.0 && percent < MOST_PERCENT {
            true => format!("{difference} ({}%)", signed(percent, 0)),
            false => difference,
        }
    });
    table.row([Some(name.to_owned()), show(now), show(then), change]);
}
