//! Sums by day, week, month and sport.

use std::collections::BTreeMap;

use jiff::ToSpan;
use jiff::civil::Date;

use super::sums::Sums;
use super::zones::percents;
use crate::analytics::distribution::Distribution;
use crate::analytics::load::{monotony, strain};
use crate::mcp::params::Window;
use crate::mcp::render::activities::day;
use crate::mcp::render::days;
use crate::mcp::render::table::Table;
use crate::mcp::text;
use crate::mcp::training::{Daily, Sessions};
use crate::units::{Units, number};

/// Rows at most, the newest.
const MOST_ROWS: usize = 60;
/// Sports at most beside other rows.
const MOST_SPORTS: usize = 8;

/// A stretch of days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stretch {
    Day,
    Week,
    Month,
}

impl Stretch {
    const fn head(self) -> &'static str {
        match self {
            Self::Day => "date",
            Self::Week => "week of",
            Self::Month => "month",
        }
    }

    /// The first and the last day of the one that holds `date`. Weeks begin on Monday, as those of the service.
    #[must_use]
    pub fn around(self, date: Date) -> (Date, Date) {
        match self {
            Self::Day => (date, date),
            Self::Week => {
                let back = i32::from(date.weekday().to_monday_zero_offset());
                let monday = date.checked_sub(back.days()).unwrap_or(date);
                (monday, monday.checked_add(6.days()).unwrap_or(monday))
            }
            Self::Month => (date.first_of_month(), date.last_of_month()),
        }
    }

    fn label(self, (first, last): (Date, Date), window: Window, today: Date) -> String {
        let name = match self {
            Self::Day => days::short(first, today.year()),
            // The head has the years of a window that holds no day twice.
            Self::Week if window.days() < 360 => {
                format!("{:02}-{:02}", first.month(), first.day())
            }
            Self::Week => first.to_string(),
            Self::Month => format!("{}-{:02}", first.year(), first.month()),
        };
        let part = Window {
            oldest: first.max(window.oldest),
            newest: last.min(window.newest),
        };
        let whole = Window {
            oldest: first,
            newest: last,
        };
        if part == whole && last == today {
            format!("{name} (so far)")
        } else if part == whole {
            name
        } else {
            format!("{name} ({} of {} days)", part.days(), whole.days())
        }
    }
}

/// What the rows of any grouping show.
fn cells(sums: &Sums, units: Units) -> [Option<String>; 7] {
    let whole = |value: Option<f64>| value.map(|value| number(value, 0));
    [
        Some(sums.sessions.to_string()),
        (sums.withheld > 0).then(|| sums.withheld.to_string()),
        Some(number(sums.seconds / 3600.0, 1)),
        sums.metres.map(|m| {
            let way = units.distance(m);
            number(way, usize::from(way < 30.0))
        }),
        whole(sums.climb.map(|m| units.height(m))),
        whole(sums.load),
        whole(sums.joules.map(|joules| joules / 1000.0)),
    ]
}

fn heads(first: &str, units: Units) -> Vec<String> {
    let heads = [
        first,
        "sessions",
        "withheld",
        "h",
        units.distance_name(),
        &format!("up {}", units.height_name()),
        "load",
        "kJ",
    ];
    heads.map(str::to_owned).to_vec()
}

/// The share of time in low intensity.
fn low(zones: &Distribution) -> Option<String> {
    let [low, ..] = zones.shares()?;
    Some(number(low * 100.0, 0))
}

/// Rows in the order of days, and what to say of those that were left out. Weeks and months without sessions are rows too.
/// `is_full`: with work, and strain beside monotony, of which it is a product.
#[must_use]
pub fn stretches(
    stretch: Stretch,
    sessions: &Sessions<'_>,
    (daily, is_full): (Option<&Daily>, bool),
    units: Units,
    today: Date,
) -> (Table, String) {
    let window = sessions.window;
    let mut groups: BTreeMap<Date, Sums> = BTreeMap::new();
    if stretch != Stretch::Day {
        let mut first = stretch.around(window.oldest).0;
        while first <= window.newest {
            groups.insert(first, Sums::default());
            match stretch.around(first).1.tomorrow() {
                Ok(next) => first = next,
                Err(_) => break,
            }
        }
    }
    for a in &sessions.done {
        if let Some(date) = day(a) {
            groups.entry(stretch.around(date).0).or_default().add(a);
        }
    }
    for date in sessions.withheld.iter().filter_map(|a| day(a)) {
        let sums = groups.entry(stretch.around(date).0).or_default();
        sums.withheld += 1;
    }
    let cut = groups.len().saturating_sub(MOST_ROWS);
    let left_out = groups.keys().nth(cut).filter(|_| cut > 0).map(|first| {
        let before = first.yesterday().unwrap_or(*first);
        let wider = match stretch {
            Stretch::Day => ", or group_by week",
            Stretch::Week => ", or group_by month",
            Stretch::Month => "",
        };
        format!("{cut} earlier rows left out: the same call with newest {before}{wider}.")
    });
    let mut heads = heads(stretch.head(), units);
    heads.extend(["low %", "monotony", "strain"].map(str::to_owned));
    let mut table = Table::new(heads);
    for (first, sums) in groups.iter().skip(cut) {
        let whole = stretch.around(*first);
        let label = stretch.label(whole, window, today);
        let week = daily
            .filter(|_| stretch == Stretch::Week)
            .filter(|_| whole.0 >= window.oldest)
            .and_then(|daily| daily.of(whole.0, whole.1));
        let rest = [
            low(&sums.zones),
            week.and_then(monotony).map(|value| number(value, 1)),
            week.filter(|_| is_full)
                .and_then(strain)
                .map(|value| number(value, 0)),
        ];
        let mut cells = cells(sums, units);
        if let [.., work] = &mut cells
            && !is_full
        {
            *work = None;
        }
        table.row(std::iter::once(Some(label)).chain(cells).chain(rest));
    }
    (table, left_out.unwrap_or_default())
}

/// A row a sport, the one with most time first; with what it was in `before`, if that is compared.
#[must_use]
pub fn sports(
    sessions: &Sessions<'_>,
    before: Option<&Sessions<'_>>,
    units: Units,
    all: bool,
) -> (Table, String) {
    let now = by_sport(sessions);
    let before = before.filter(|before| !before.done.is_empty());
    let then = before.map(by_sport).unwrap_or_default();
    let mut names: Vec<&String> = now.keys().chain(then.keys()).collect();
    names.sort_unstable();
    names.dedup();
    let time = |sport: &String| now.get(sport).map_or(0.0, |sums| sums.seconds);
    names.sort_by(|a, b| time(b).total_cmp(&time(a)));
    let most = if all { MOST_ROWS } else { MOST_SPORTS };
    let cut = names.len().saturating_sub(most);
    let mut heads = heads("sport", units);
    let way = format!("{} then", units.distance_name());
    heads.extend(["low/mid/high %", "h then", way.as_str(), "load then"].map(str::to_owned));
    let mut table = Table::new(heads);
    for name in names.iter().take(most) {
        let sums = now.get(*name).cloned().unwrap_or_default();
        let was = then.get(*name).cloned().unwrap_or_default();
        let [_, _, hours, way, _, load, _] = cells(&was, units);
        let mut cells = cells(&sums, units);
        if !all && let [.., climb, _, work] = &mut cells {
            // Few of them say something; group_by sport has them.
            (*climb, *work) = (None, None);
        }
        let shown = before.is_some();
        table.row(
            std::iter::once(Some(text::name(name)))
                .chain(cells)
                .chain(std::iter::once(percents(&sums.zones)))
                .chain([hours, way, load].map(|cell| cell.filter(|_| shown))),
        );
    }
    let left_out = match cut {
        0 => String::new(),
        _ => format!("{cut} more sports with less time: group_by sport."),
    };
    (table, left_out)
}

fn by_sport(sessions: &Sessions<'_>) -> BTreeMap<String, Sums> {
    let mut sports: BTreeMap<String, Sums> = BTreeMap::new();
    for a in &sessions.done {
        let sport = a.sport.clone().unwrap_or_else(|| "unknown".to_owned());
        sports.entry(sport).or_default().add(a);
    }
    sports
}
