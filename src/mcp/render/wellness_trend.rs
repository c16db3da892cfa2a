//! Wellness by week.

use super::days;
use super::table::Table;
use super::trend::{self, Point, Weeks};
use super::wellness::{self, Wanted};
use crate::analytics::baseline::mean;
use crate::intervals::wellness::Wellness;
use crate::mcp::context::Local;
use crate::mcp::measure::Kind;
use crate::mcp::measure::custom::quantity;
use crate::mcp::params::Window;
use crate::mcp::reply::Reply;
use crate::units::Units;

/// Columns of weeks at most; longer windows have several weeks in one.
const COLUMNS: i32 = 12;

/// Means by week, Monday to Sunday, the change a week, and the last days against what is normal. `found` begins before the
/// window where normal does, `shown` are the days of it.
#[must_use]
pub fn weekly(
    found: &[Wellness],
    shown: &[Wellness],
    wanted: &Wanted,
    window: Window,
    local: &Local,
) -> Reply {
    let today = local.today();
    let last = window.newest.min(today);
    let weeks = Weeks::of(window.oldest, last, COLUMNS);
    let heads = std::iter::once("measure".to_owned())
        .chain(weeks.starts.iter().map(|w| days::short(*w, today.year())))
        .chain(["a week", "trend", "last 7 d", "normal", "that is", "days"].map(str::to_owned));
    let mut table = Table::new(heads);
    let mut labels = false;
    for measure in &wanted.measures {
        // What may be only planned has not happened.
        let is_past =
            |day: &&Wellness| day.date < today || (day.date == today && !measure.counts_the_plan());
        let points = found
            .iter()
            .filter(is_past)
            .filter_map(|day| Some((day.date, measure.value(day, local.units)?)));
        let head = match measure.name {
            "load" => "load a day".to_owned(),
            _ => measure.head(local.units),
        };
        let line = Line {
            head,
            kind: measure.kind,
            is_hrv: measure.name == "hrv",
        };
        let is_there = line.show(&mut table, &points.collect::<Vec<_>>(), &weeks, local.units);
        labels |= is_there && matches!(measure.kind, Kind::Labels(_));
    }
    for field in &wanted.custom {
        let points = found.iter().filter(|day| day.date <= today);
        let points =
            points.filter_map(|day| Some((day.date, quantity(day.custom.get(&field.code)?)?)));
        let line = Line {
            head: field.head(),
            kind: field.kind(),
            is_hrv: false,
        };
        line.show(&mut table, &points.collect::<Vec<_>>(), &weeks, local.units);
    }
    let of = match weeks.each {
        1 => "Weekly means (weeks from Monday)".to_owned(),
        each => format!("Means of {each} weeks (from Monday)"),
    };
    let range = days::window(window, local);
    if table.is_empty() {
        let mut reply = wellness::without_rows(shown, wanted, &range);
        wellness::comments(&mut reply, shown, wanted);
        return reply;
    }
    let mut reply = Reply::new(format!("{of} · {range}"));
    reply.line(table.render());
    if labels {
        reply.footer(
            "What was felt as numbers, lower is better: fatigue, soreness, stress 0 none to 4 extreme; others from 1.",
        );
    }
    reply.footer(
        "Rests on the days counted; first and last column may be incomplete. a week: Theil-Sen slope, trend by Mann-Kendall at \
         95 %; normal: mean ± 0.5 SD of 42 days to the end (hrv: of ln over 60, as get_today).",
    );
    if wanted.named {
        wellness::comments(&mut reply, shown, wanted);
    }
    reply
}

/// One measure over the weeks.
struct Line {
    head: String,
    kind: Kind,
    is_hrv: bool,
}

impl Line {
    /// Adds the row; whether there was anything to add.
    fn show(&self, table: &mut Table, points: &[Point], weeks: &Weeks, units: Units) -> bool {
        let columns = weeks.split(points);
        let days = columns.iter().map(Vec::len).sum::<usize>();
        if days == 0 {
            return false;
        }
        let kind = self.kind;
        let means = columns.iter().map(|column| mean(column));
        let inside: Vec<Point> = weeks.inside(points).copied().collect();
        let found = trend::of(&inside);
        let against = trend::against(points, weeks.last(), trend::spans(self.is_hrv));
        table.row(
            std::iter::once(Some(self.head.clone()))
                .chain(means.map(|mean| mean.map(|mean| kind.show_mean(mean, units))))
                .chain([
                    found.map(|found| trend::per_week(&found, kind, units)),
                    found.map(|found| trend::direction(&found, kind)),
                    against.map(|against| kind.show_mean(against.recent, units)),
                    against.map(|against| against.normal(kind, units)),
                    against.map(|against| against.words(kind).to_owned()),
                    Some(days.to_string()),
                ]),
        );
        true
    }
}
