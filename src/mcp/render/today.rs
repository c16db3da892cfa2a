//! How an athlete stands today, against what is normal for them.

use jiff::ToSpan;
use jiff::civil::Date;

use super::{activities, days, fitness};
use crate::analytics::baseline::{self, Baseline};
use crate::analytics::fitness::{Fitness, Load, Model, Today};
use crate::intervals::activities::Activity;
use crate::intervals::events::Event;
use crate::intervals::wellness::Wellness;
use crate::mcp::forecast::Found;
use crate::mcp::measure::{MEASURES, Measure, find, hours_minutes};
use crate::mcp::outlook::Weights;
use crate::units::{Units, number, signed};

/// Days behind the normal range of resting HR and sleep.
const BASELINE_DAYS: i32 = 42;

fn at(rows: &[Wellness], day: Date) -> Option<&Wellness> {
    rows.iter().find(|row| row.date == day)
}

/// What a row says of fitness and fatigue.
#[must_use]
pub fn fitness_of(row: &Wellness) -> Option<Fitness> {
    Some(Fitness {
        ctl: row.ctl?,
        atl: row.atl?,
    })
}

/// Fitness today, and what of the plan is in it.
pub struct Standing {
    pub state: Today,
    /// Load of what is done, as the activities have it.
    pub done: i64,
    /// Load of what is still planned.
    pub planned: i64,
    /// Sessions that are still planned.
    pub open: usize,
    /// Change over 7 days.
    pub ramp: Option<f64>,
}

/// Sorts out what today's figures hold; `None` without any.
#[must_use]
pub fn standing(
    rows: &[Wellness],
    sessions: &[Activity],
    plan: &[Event],
    today: Date,
    model: Model,
    weights: &Weights,
) -> Option<Standing> {
    let row = at(rows, today)?;
    let figures = fitness_of(row)?;
    let yesterday = at(rows, today.checked_sub(1.day()).unwrap_or(today)).and_then(fitness_of);
    let done: Vec<&Activity> = sessions
        .iter()
        .filter(|a| activities::day(a) == Some(today))
        .collect();
    let open = open(plan, sessions, today);
    let done = done.iter().map(|a| (&a.sport, a.icu_training_load));
    let planned = open.iter().map(|e| (&e.sport, e.icu_training_load));
    let row_load = row.ctl_load.map(|ctl| Load {
        ctl,
        atl: row.atl_load.unwrap_or(ctl),
    });
    let state = crate::analytics::fitness::today(
        model,
        yesterday,
        figures,
        row_load,
        weights.sum(done.clone()),
        weights.sum(planned.clone()),
    );
    // The service's own ramp counts the plan as done.
    let week_ago = at(rows, today.checked_sub(7.days()).unwrap_or(today)).and_then(|r| r.ctl);
    Some(Standing {
        ramp: week_ago.map(|before| state.now.ctl - before),
        state,
        done: total(done),
        planned: total(planned),
        open: open.len(),
    })
}

/// The sessions that `plan` has for today and that `sessions` did not carry out.
#[must_use]
pub fn open<'p>(plan: &'p [Event], sessions: &[Activity], today: Date) -> Vec<&'p Event> {
    let is_done = |event: &Event| {
        event.paired_activity_id.is_some()
            || sessions
                .iter()
                .filter(|a| activities::day(a) == Some(today))
                .any(|a| a.paired_event_id == Some(event.id))
    };
    plan.iter()
        .filter(|e| super::events::is_session(e))
        .filter(|e| e.starts().is_some_and(|s| s.date() == today) && !is_done(e))
        .collect()
}

fn total<'a>(loads: impl Iterator<Item = (&'a Option<String>, Option<i64>)>) -> i64 {
    loads
        .filter_map(|(_, load)| load)
        .fold(0, i64::saturating_add)
}

/// Fitness, fatigue and form with what is done, and with what is planned for today beside it.
#[must_use]
pub fn form(found: Option<&Standing>, units: Units) -> String {
    let Some(Standing {
        state,
        done,
        planned,
        open,
        ramp,
    }) = found
    else {
        return "Form: Intervals.icu has no fitness figures for today.".to_owned();
    };
    let mut out = format!(
        "Fitness (CTL) {}, fatigue (ATL) {}, form {}",
        number(state.now.ctl, 1),
        number(state.now.atl, 1),
        fitness::form(state.now, units)
    );
    out.push_str(&match state.with_plan {
        Some(with) => format!(
            " with today's load of {done} so far; {} with the {planned} still planned today",
            fitness::form(with, units)
        ),
        None if state.mixed => format!(
            " as Intervals.icu has it, which may count the {planned} still planned today as done"
        ),
        None if *open == 0 => {
            format!(" with today's load of {done}, nothing more planned today")
        }
        None => format!(" with today's load of {done}, no more load planned today"),
    });
    if let Some(ramp) = ramp {
        out.push_str(&format!(
            ". Ramp {} in 7 days ({})",
            signed(*ramp, 1),
            fitness::ramp_words(*ramp)
        ));
    }
    if state.hidden_load {
        out.push_str(". Today's figure holds load of activities that are not shown (Strava)");
    }
    out.push('.');
    out
}

/// The values of a measure from `days` ago up to and including today, oldest first.
fn values(rows: &[Wellness], measure: &Measure, today: Date, days: i32) -> Vec<f64> {
    let first = today.checked_sub((days - 1).days()).unwrap_or(today);
    rows.iter()
        .filter(|row| (first..=today).contains(&row.date))
        .filter_map(measure.get)
        .collect()
}

/// HRV judged on its week, never on one morning.
#[must_use]
pub fn hrv(rows: &[Wellness], today: Date) -> String {
    let Some(measure) = find("hrv") else {
        return String::new();
    };
    let week = values(rows, measure, today, 7);
    let history = values(rows, measure, today, 60);
    let last = at(rows, today).and_then(measure.get);
    let morning = last.map_or_else(|| "no value".to_owned(), |v| format!("{} ms", number(v, 0)));
    match baseline::hrv_status(&week, &history) {
        Some(status) => format!(
            "HRV: 7-day mean {} ms (n {}), normal {}-{} (60 days, n {}): {}. This morning {morning}.",
            number(status.week_ms, 1),
            status.week_n,
            number(status.low_ms, 1),
            number(status.high_ms, 1),
            status.n,
            status.position.word()
        ),
        None if history.is_empty() => String::new(),
        None => format!(
            "HRV: this morning {morning}; too few values to judge (7 days n {}, 60 days n {}).",
            week.len(),
            history.len()
        ),
    }
}

/// `46.2 ± 2.1 (42 days, n 40)`
fn normal(
    rows: &[Wellness],
    measure: &Measure,
    today: Date,
    show: impl Fn(f64) -> String,
) -> Option<(Baseline, String)> {
    let base = baseline::baseline(&values(rows, measure, today, BASELINE_DAYS))?;
    let text = format!(
        "normal {} ± {} ({BASELINE_DAYS} days, n {})",
        show(base.mean),
        show(base.sd),
        base.n
    );
    Some((base, text))
}

/// Resting heart rate against 42 days.
#[must_use]
pub fn resting_hr(rows: &[Wellness], today: Date) -> String {
    against(rows, today, "resting_hr", "Resting HR", " bpm", |v| {
        number(v, 1)
    })
}

/// Sleep against 42 days.
#[must_use]
pub fn sleep(rows: &[Wellness], today: Date) -> String {
    let mut line = against(rows, today, "sleep", "Sleep", " h", hours_minutes);
    if line.is_empty() {
        return line;
    }
    if let Some(row) = at(rows, today) {
        line.extend(
            row.sleep_score
                .map(|score| format!(" Score {}.", number(score, 0))),
        );
        line.extend(
            row.sleep_quality
                .map(|q| format!(" Quality {}.", crate::mcp::scales::QUALITY.label(q))),
        );
    }
    line
}

fn against(
    rows: &[Wellness],
    today: Date,
    name: &str,
    title: &str,
    unit: &str,
    show: impl Fn(f64) -> String,
) -> String {
    let Some(measure) = find(name) else {
        return String::new();
    };
    let last = at(rows, today).and_then(measure.get);
    let week = values(rows, measure, today, 7);
    let Some((base, normal)) = normal(rows, measure, today, &show) else {
        return last.map_or_else(String::new, |v| {
            format!(
                "{title}: {}{unit} today; too few values for a normal range.",
                show(v)
            )
        });
    };
    let position =
        last.map(|v| baseline::position(v, base.mean - base.sd, base.mean + base.sd).word());
    let mean = baseline::mean(&week);
    format!(
        "{title}: {}{}, {normal}.",
        match (last, position) {
            (Some(v), Some(position)) => format!("{}{unit} today ({position})", show(v)),
            _ => "no value today".to_owned(),
        },
        mean.map(|m| format!(", 7-day mean {} (n {})", show(m), week.len()))
            .unwrap_or_default(),
    )
}

/// What the athlete entered about today, as labels.
#[must_use]
pub fn feelings(rows: &[Wellness], today: Date) -> String {
    let Some(row) = at(rows, today) else {
        return String::new();
    };
    let names = [
        "fatigue",
        "soreness",
        "stress",
        "mood",
        "motivation",
        "injury",
        "hydration",
    ];
    let entered: Vec<String> = MEASURES
        .iter()
        .filter(|m| names.contains(&m.name))
        .filter_map(|m| {
            Some(format!(
                "{} {}",
                m.name,
                m.show((m.get)(row)?, Units::default())
            ))
        })
        .collect();
    if entered.is_empty() {
        String::new()
    } else {
        format!("Entered today, as felt: {}.", entered.join(", "))
    }
}

/// What is missing and would change the picture.
#[must_use]
pub fn warnings(rows: &[Wellness], today: Date) -> Vec<String> {
    let mut warnings = Vec::new();
    for (name, title) in [("hrv", "HRV"), ("sleep", "sleep")] {
        let Some(measure) = find(name) else {
            continue;
        };
        let last = rows
            .iter()
            .rev()
            .find(|r| r.date <= today && (measure.get)(r).is_some());
        match last {
            None => warnings.push(format!("no {title} in the last 60 days")),
            Some(row) => {
                let gap = today.since(row.date).map_or(0, |s| s.get_days());
                if gap >= 2 {
                    warnings.push(format!(
                        "last {title} value is from {}",
                        days::full(row.date)
                    ));
                }
            }
        }
    }
    if at(rows, today).is_some_and(|r| r.locked == Some(true)) {
        warnings.push("today's wellness is locked, nothing can be entered".to_owned());
    }
    warnings
}

/// What the answer rests on, and what is missing.
#[must_use]
pub fn quality(found: &Found<'_>, rows: &[Wellness], today: Date, feelings: bool) -> String {
    let mut parts = Vec::new();
    if found.standing.is_some() {
        parts.push(format!("fitness {}", found.rests_on()));
    }
    let first = today.checked_sub(59.days()).unwrap_or(today);
    let nights = rows
        .iter()
        .filter(|row| (first..=today).contains(&row.date) && row.hrv.is_some_and(|hrv| hrv > 0.0));
    parts.push(format!("HRV on {} of 60 days", nights.count()));
    if !feelings {
        parts.push("nothing entered today".to_owned());
    }
    parts.extend(warnings(rows, today));
    format!("Rests on {}.", parts.join("; "))
}
