//! Wellness by week.

use jiff::ToSpan;
use jiff::civil::Date;

use super::days;
use super::table::Table;
use super::wellness::{Kind, Wanted};
use crate::analytics::baseline::mean;
use crate::intervals::wellness::Wellness;
use crate::mcp::context::Local;
use crate::mcp::reply::Reply;
use crate::mcp::text;
use crate::units::{number, signed};

/// Weekly means, Monday to Sunday, and the change from the first week to the last.
#[must_use]
pub fn weekly(found: &[Wellness], wanted: &Wanted, local: &Local, range: &str) -> Reply {
    let past: Vec<&Wellness> = found.iter().filter(|d| d.date <= local.today()).collect();
    let mut weeks: Vec<Date> = past.iter().map(|d| monday(d.date)).collect();
    weeks.dedup();
    let heads = std::iter::once("measure".to_owned())
        .chain(weeks.iter().map(|w| days::short(*w, local.today().year())))
        .chain(["change".to_owned(), "days".to_owned()]);
    let mut table = Table::new(heads);
    for measure in &wanted.measures {
        let series = Series::of(&past, &weeks, &|day| (measure.get)(day));
        let change = series.change().map(|change| match measure.kind {
            Kind::Sleep => format!("{} min", signed(change / 60.0, 0)),
            Kind::Weight => signed(local.units.weight(change), 1),
            _ => signed(change, 1),
        });
        let head = match measure.name {
            "load" => "load a day".to_owned(),
            _ => measure.head(local.units),
        };
        series.show(&mut table, head, change, &|mean| {
            measure.show_mean(mean, local.units)
        });
    }
    for code in &wanted.custom {
        let series = Series::of(&past, &weeks, &|day| day.custom.get(code)?.as_f64());
        let change = series.change().map(|change| signed(change, 1));
        series.show(&mut table, text::name(code), change, &|mean| {
            number(mean, 1)
        });
    }
    let mut reply = Reply::new(format!("Weekly means (weeks from Monday) · {range}"));
    if !table.is_empty() {
        reply.line(table.render());
        reply.footer("The first and the last week may be incomplete.");
    }
    if wanted
        .measures
        .iter()
        .any(|m| matches!(m.kind, Kind::Labels(_)))
    {
        reply.footer(
            "What was felt as numbers, lower is better: fatigue, soreness, stress 0 none to 4 extreme; others from 1.",
        );
    }
    reply
}

/// One measure over the weeks.
struct Series {
    means: Vec<Option<f64>>,
    days: usize,
}

impl Series {
    fn of(past: &[&Wellness], weeks: &[Date], get: &dyn Fn(&Wellness) -> Option<f64>) -> Self {
        let values = |week: Date| -> Vec<f64> {
            past.iter()
                .filter(|day| monday(day.date) == week)
                .filter_map(|day| get(day))
                .collect()
        };
        let values: Vec<Vec<f64>> = weeks.iter().map(|week| values(*week)).collect();
        Self {
            means: values.iter().map(|week| mean(week)).collect(),
            days: values.iter().map(Vec::len).sum(),
        }
    }

    /// From the first week with a value to the last, if those are two.
    fn change(&self) -> Option<f64> {
        let mut weeks = self.means.iter().flatten();
        let first = weeks.next()?;
        weeks.next_back().map(|last| last - first)
    }

    fn show(
        &self,
        table: &mut Table,
        head: String,
        change: Option<String>,
        mean: &dyn Fn(f64) -> String,
    ) {
        if self.days > 0 {
            table.row(
                std::iter::once(Some(head))
                    .chain(self.means.iter().map(|m| m.map(mean)))
                    .chain([change, Some(self.days.to_string())]),
            );
        }
    }
}

/// The first day of the week.
fn monday(day: Date) -> Date {
    let back = i32::from(day.weekday().to_monday_zero_offset());
    day.checked_sub(back.days()).unwrap_or(day)
}
