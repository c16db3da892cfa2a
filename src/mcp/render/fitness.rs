//! Fitness, fatigue and form over a window.

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};

use super::table::Table;
use super::today::{Standing, fitness_of};
use super::{count, days};
use crate::analytics::fitness::{Fitness, Load, Model, form_zone};
use crate::intervals::wellness::Wellness;
use crate::mcp::params::Window;
use crate::mcp::reply::Reply;
use crate::units::{Units, number, signed};

/// Windows up to so many days have a row a day, and a row a week; longer ones have one a month.
const DAILY: i32 = 21;
const WEEKLY: i32 = 200;
/// Days of a ramp.
pub const RAMP_DAYS: i32 = 7;

/// One day as it was.
#[derive(Debug, Clone, Copy)]
pub struct Day {
    pub date: Date,
    pub state: Fitness,
    load: Option<f64>,
}

/// The days up to today, in their order, that have figures. Of today only what is done counts.
#[must_use]
pub fn past(rows: &[Wellness], standing: Option<&Standing>, today: Date) -> Vec<Day> {
    let days = rows
        .iter()
        .filter(|row| row.date <= today)
        .filter_map(|row| {
            let mut day = Day {
                date: row.date,
                state: fitness_of(row)?,
                load: row.ctl_load,
            };
            if let Some(standing) = standing.filter(|_| row.date == today) {
                day.state = standing.state.now;
                day.load = standing.state.load.map(|load| load.ctl);
            }
            Some(day)
        });
    days.collect()
}

/// The time constants behind the days before `today`, if enough of them tell.
#[must_use]
pub fn model(rows: &[Wellness], today: Date) -> Option<Model> {
    let past = rows.iter().filter(|row| row.date < today);
    let steps: Vec<(Fitness, Fitness, Load)> = past
        .clone()
        .zip(past.skip(1))
        .filter(|(before, after)| before.date.tomorrow().ok() == Some(after.date))
        .filter_map(|(before, after)| {
            let load = Load {
                ctl: after.ctl_load?,
                atl: after.atl_load?,
            };
            Some((fitness_of(before)?, fitness_of(after)?, load))
        })
        .collect();
    Model::observed(&steps)
}

/// Change of fitness in the week before `date`.
fn ramp(series: &[Day], day: &Day) -> Option<f64> {
    let before = day.date.checked_sub(RAMP_DAYS.days()).ok()?;
    let place = series.binary_search_by_key(&before, |day| day.date).ok()?;
    series
        .get(place)
        .map(|before| day.state.ctl - before.state.ctl)
}

/// What a ramp means; 5 to 8 a week is the most that is usually advised.
#[must_use]
pub fn ramp_words(ramp: f64) -> &'static str {
    match ramp {
        r if r > 8.0 => "too steep to hold for long",
        r if r > 5.0 => "steep",
        r if r > 1.0 => "building",
        r if r >= -1.0 => "holding",
        _ => "falling",
    }
}

/// How things stand now, with what is done today and with what is still planned beside it.
#[must_use]
pub fn now(standing: &Standing, units: Units) -> String {
    let state = &standing.state;
    let mut out = format!(
        "Now CTL {}, ATL {}, form {} with {} done today",
        number(state.now.ctl, 1),
        number(state.now.atl, 1),
        form(state.now, units),
        standing.done
    );
    match state.with_plan {
        Some(with) => out.push_str(&format!(
            "; {} with the {} still planned",
            form(with, units),
            standing.planned
        )),
        None if state.mixed => out.push_str(&format!(
            ", and maybe the {} still planned today",
            standing.planned
        )),
        None => {}
    }
    if let Some(ramp) = standing.ramp {
        out.push_str(&format!(
            "; 7-day ramp {} ({})",
            signed(ramp, 1),
            ramp_words(ramp)
        ));
    }
    out.push('.');
    if state.hidden_load {
        out.push_str(" It holds load of activities that are not shown (Strava).");
    }
    out
}

/// `-8.3 (grey zone)`, `-15% (optimal)`
#[must_use]
pub fn form(state: Fitness, units: Units) -> String {
    let form = units.form(state.ctl, state.atl);
    format!("{} ({})", units.named_form(form), form_zone(form))
}

/// The same for a column, without its unit.
#[must_use]
pub fn form_cell(state: Fitness, units: Units) -> String {
    let form = units.form(state.ctl, state.atl);
    signed(form, usize::from(!units.form_percent))
}

/// Rows of the window, and what they come to. `series` begins a week before the window.
pub fn rows(reply: &mut Reply, series: &[Day], window: Window, today: Date, units: Units) {
    let shown = |day: &&Day| (window.oldest..=window.newest).contains(&day.date);
    let shown: Vec<&Day> = series.iter().filter(shown).collect();
    let (Some(first), Some(last)) = (shown.first(), shown.last()) else {
        return;
    };
    reply.line(summary(&shown, first, last, today, units));
    let (head, is_end): (_, fn(Date) -> bool) = if window.days() <= DAILY {
        ("date", |_| true)
    } else if window.days() <= WEEKLY {
        ("week to", |date| date.weekday() == Weekday::Sunday)
    } else {
        ("month to", |date| date.day() == date.days_in_month())
    };
    let mut table = Table::new([head, "load", "CTL", "ATL", units.form_name(), "ramp"]);
    let mut load = None;
    for day in &shown {
        if let Some(of_day) = day.load {
            load = Some(load.unwrap_or(0.0) + of_day);
        }
        if !is_end(day.date) && day.date != last.date {
            continue;
        }
        table.row([
            Some(match head {
                "date" => days::short(day.date, today.year()),
                _ => plain(day.date, today),
            }),
            load.take().map(|load| number(load, 0)),
            Some(number(day.state.ctl, 1)),
            // Beside CTL and form its decimals would say nothing new, and every one costs tokens.
            Some(number(day.state.atl, usize::from(head == "date"))),
            Some(form_cell(day.state, units)),
            ramp(series, day).map(|ramp| signed(ramp, 1)),
        ]);
        table.goes_by(format!("oldest {}", day.date));
    }
    reply.table(&table);
    let is_whole = match head {
        "date" => true,
        "week to" => first.date.weekday() == Weekday::Monday,
        _ => first.date.day() == 1,
    };
    if !is_whole {
        reply.footer(format!(
            "The first row has the load from {} on only.",
            days::short(first.date, today.year())
        ));
    }
}

/// `03-15`: the head says which day of the week or month it is.
fn plain(date: Date, today: Date) -> String {
    if date.year() == today.year() {
        format!("{:02}-{:02}", date.month(), date.day())
    } else {
        date.to_string()
    }
}

fn summary(shown: &[&Day], first: &Day, last: &Day, today: Date, units: Units) -> String {
    let mut zones: Vec<(&str, usize)> = Vec::new();
    for day in shown {
        let zone = form_zone(units.form(day.state.ctl, day.state.atl));
        match zones.iter_mut().find(|(known, _)| *known == zone) {
            Some((_, days)) => *days += 1,
            None => zones.push((zone, 1)),
        }
    }
    zones.sort_by_key(|(_, days)| std::cmp::Reverse(*days));
    let zones: Vec<String> = zones
        .iter()
        .map(|(zone, days)| format!("{zone} {days}"))
        .collect();
    let highest = shown
        .iter()
        .max_by(|a, b| a.state.ctl.total_cmp(&b.state.ctl))
        .map_or(first, |day| *day);
    format!(
        "CTL {}, highest {} on {}. Days by form: {}.",
        signed(last.state.ctl - first.state.ctl, 1),
        number(highest.state.ctl, 1),
        days::short(highest.date, today.year()),
        zones.join(", ")
    )
}

/// What the rows rest on.
#[must_use]
pub fn quality(rows: &[Wellness], series: &[Day], window: Window, today: Date) -> String {
    let inside = |date: Date| (window.oldest..=window.newest.min(today)).contains(&date);
    let found = series.iter().filter(|day| inside(day.date)).count();
    let wanted = Window {
        newest: window.newest.min(today),
        ..window
    };
    let wanted = usize::try_from(wanted.days()).unwrap_or_default();
    let mut out = format!("Rests on {}, Strava included", count(found, "daily figure"));
    if wanted > found {
        out.push_str(&format!("; {} without", count(wanted - found, "day")));
    }
    let weighted = rows.iter().filter(|row| inside(row.date));
    let weighted =
        weighted.filter(|row| row.ctl_load.zip(row.atl_load).is_some_and(|(c, a)| c != a));
    if weighted.count() > 0 {
        out.push_str("; load is as weighted per sport for CTL");
    }
    out.push('.');
    out
}
