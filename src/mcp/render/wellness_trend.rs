//! Wellness by week.

use jiff::ToSpan;
use jiff::civil::Date;

use super::days;
use super::table::Table;
use super::wellness::{Kind, Measure};
use crate::analytics::baseline::mean;
use crate::intervals::wellness::Wellness;
use crate::mcp::context::Local;
use crate::mcp::reply::Reply;
use crate::units::signed;

/// Weekly means, Monday to Sunday, and the change from the first week to the last.
#[must_use]
pub fn weekly(found: &[Wellness], measures: &[&Measure], local: &Local, range: &str) -> Reply {
    let monday = |day: Date| {
        let back = i32::from(day.weekday().to_monday_zero_offset());
        day.checked_sub(back.days()).unwrap_or(day)
    };
    let past: Vec<&Wellness> = found.iter().filter(|d| d.date <= local.today()).collect();
    let mut weeks: Vec<Date> = past.iter().map(|d| monday(d.date)).collect();
    weeks.dedup();
    let heads = std::iter::once("measure".to_owned())
        .chain(weeks.iter().map(|w| days::short(*w, local.today().year())))
        .chain(["change".to_owned(), "days".to_owned()]);
    let mut table = Table::new(heads);
    for measure in measures {
        let values = |week: Option<Date>| -> Vec<f64> {
            past.iter()
                .filter(|d| week.is_none_or(|w| monday(d.date) == w))
                .filter_map(|d| (measure.get)(d))
                .collect()
        };
        let count = values(None).len();
        if count == 0 {
            continue;
        }
        let means: Vec<Option<f64>> = weeks.iter().map(|w| mean(&values(Some(*w)))).collect();
        let first = means.iter().flatten().next();
        let last = means.iter().flatten().next_back();
        let change = first
            .zip(last)
            .filter(|_| means.iter().flatten().count() > 1);
        table.row(
            std::iter::once(Some(measure.head(local.units)))
                .chain(
                    means
                        .iter()
                        .map(|m| m.map(|m| measure.show_mean(m, local.units))),
                )
                .chain([
                    change.map(|(a, b)| match measure.kind {
                        Kind::Sleep => format!("{} min", signed((b - a) / 60.0, 0)),
                        Kind::Weight => signed(local.units.weight(b - a), 1),
                        _ => signed(b - a, 1),
                    }),
                    Some(count.to_string()),
                ]),
        );
    }
    let mut reply = Reply::new(format!("Weekly means (weeks from Monday) · {range}"));
    reply.line(table.render());
    reply.footer("Scales as numbers: 1 is the best. The first and last week may be incomplete.");
    reply
}
