//! The daily load before a day on which a form is wanted.

use jiff::ToSpan;
use jiff::civil::Date;

use super::days;
use super::fitness::form;
use super::projection::Day;
use super::table::Table;
use crate::analytics::fitness::{Fitness, Load, Model};
use crate::analytics::taper::{self, Taper, Target, Way};
use crate::mcp::outlook::Outlook;
use crate::mcp::reply::Reply;
use crate::units::{Units, number, signed};

/// The cut of load that a taper is advised to make, percent.
const ADVISED_CUT: f64 = 50.0;
/// How long it is advised to be, days.
const ADVISED_DAYS: usize = 14;

/// A form wanted on the morning of a day, in the athlete's scale.
pub struct Wanted {
    pub form: f64,
    pub on: Date,
    pub units: Units,
}

/// Adds the ways that lead to `wanted`. `days` is the projection without a taper; `usual` the daily load of the last weeks,
/// which goes on where the plan has ended.
pub fn show(
    reply: &mut Reply,
    wanted: &Wanted,
    (today, start): (Date, Fitness),
    days: &[Day],
    outlook: &Outlook,
    usual: f64,
) {
    let model = outlook.model(wanted.on);
    let without = days.iter().find(|day| day.date == wanted.on);
    let without = without.map(|day| form(day.ahead.morning, wanted.units));
    reply.line(format!(
        "Taper to form {} on the morning of {}, before that day's load (projected there: {}):",
        wanted.units.named_form(wanted.form),
        days::full(wanted.on),
        without.unwrap_or_default()
    ));
    let (evenings, usual_from) = evenings(start, days, outlook, wanted.on, usual);
    let nearest = |reached: Fitness| format!("the nearest is {}", form(reached, wanted.units));
    let target = match wanted.units.form_percent {
        true => Target::Percent(wanted.form),
        false => Target::Points(wanted.form),
    };
    match taper::ways(model, &evenings, target) {
        None => {
            reply.line("There is no whole day in between to change anything.");
        }
        Some(Way::Rest { days, reached }) => {
            reply.line(format!(
                "Out of reach: even with full rest, {}, with {days} days of it.",
                nearest(reached)
            ));
        }
        Some(Way::Load { daily, reached }) => {
            reply.line(format!(
                "Out of reach: even with {} a day {}.",
                number(daily, 0),
                nearest(reached)
            ));
        }
        Some(Way::Tapers(tapers)) => {
            reply.line(table(&tapers, wanted.on, usual, today).render());
            reply.line_if(advice(&tapers, usual));
            let until = match usual_from {
                None => "the plan goes on".to_owned(),
                Some(from) if from.yesterday().ok() == Some(today) => {
                    "load goes on as usual, since nothing is planned".to_owned()
                }
                Some(from) => format!(
                    "the plan goes on, and from {} the usual load",
                    days::short(from, today.year())
                ),
            };
            reply.line(format!(
                "These days replace the plan; until then {until}. Usual: {} a day, the mean of the last 28 days. \
                 Falling: evenly from the first load to the last.",
                number(usual, 0)
            ));
        }
    }
}

/// The days before `on` as they end without a taper, today's first; and from when the usual load stands in for a plan.
fn evenings(
    start: Fitness,
    days: &[Day],
    outlook: &Outlook,
    on: Date,
    usual: f64,
) -> (Vec<Fitness>, Option<Date>) {
    let planned_to = outlook.last_load_before(on);
    let mut state = start;
    let mut from = None;
    let mut evenings = vec![start];
    for day in days.iter().take_while(|day| day.date < on) {
        let is_planned = planned_to.is_some_and(|last| day.date <= last);
        let load = if is_planned {
            outlook.due(day.date).weighted
        } else {
            from.get_or_insert(day.date);
            Load::even(usual)
        };
        let model: Model = outlook.model(day.date);
        state = model.next(state, load);
        evenings.push(state);
    }
    (evenings, from)
}

fn table(tapers: &[Taper], on: Date, usual: f64, today: Date) -> Table {
    let mut table = Table::new([
        "days",
        "from",
        "load a day",
        "or falling",
        "against usual",
        "CTL then",
    ]);
    for taper in tapers {
        let days = i32::try_from(taper.days).unwrap_or_default();
        let first = on.checked_sub(days.days()).unwrap_or(on);
        table.row([
            Some(taper.days.to_string()),
            Some(days::short(first, today.year())),
            Some(number(taper.daily, 0)),
            Some(format!(
                "{} to {}",
                number(taper.falling.0, 0),
                number(taper.falling.1, 0)
            )),
            cut(taper, usual).map(|cut| format!("{}%", signed(-cut, 0))),
            Some(number(taper.reached.ctl, 1)),
        ]);
    }
    table
}

/// How much less than usual, percent.
fn cut(taper: &Taper, usual: f64) -> Option<f64> {
    (usual >= 1.0).then(|| (1.0 - taper.daily / usual) * 100.0)
}

/// Which of them comes nearest to what studies found best.
fn advice(tapers: &[Taper], usual: f64) -> String {
    let far = |taper: &&Taper| {
        let cut = cut(taper, usual).map_or(100.0, |cut| (cut - ADVISED_CUT).abs());
        #[expect(clippy::cast_precision_loss, reason = "a few days")]
        let days = taper.days.abs_diff(ADVISED_DAYS) as f64;
        cut + 3.0 * days
    };
    let best = tapers.iter().min_by(|a, b| far(a).total_cmp(&far(b)));
    let is_cut = |taper: &&Taper| cut(taper, usual).is_some_and(|cut| cut > 0.0);
    best.filter(is_cut).map_or_else(String::new, |best| {
        format!(
            "Nearest to what studies favour (about 2 weeks, 41-60% less): {} days.",
            best.days
        )
    })
}
