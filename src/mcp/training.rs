//! What a training summary rests on: sessions, the plan, and the load of every day.

use std::sync::Arc;

use jiff::ToSpan;
use jiff::civil::Date;

use super::context::Context;
use super::error::ToolError;
use super::params::{Sport, Window, choice};
use super::render::activities::{day, load};
use crate::intervals::activities::{Activity, ListActivities};
use crate::intervals::events::Event;
use crate::intervals::wellness::Wellness;

const FIELDS: &[&str] = &[
    "type",
    "start_date_local",
    "moving_time",
    "distance",
    "icu_distance",
    "total_elevation_gain",
    "icu_training_load",
    "icu_joules",
    "icu_intensity",
    "average_heartrate",
    "icu_efficiency_factor",
    "decoupling",
    "average_speed",
    "pace",
    "gap",
    "icu_zone_times",
    "icu_hr_zone_times",
    "pace_zone_times",
    "gap_zone_times",
    "tiz_order",
    "carbs_ingested",
    "paired_event_id",
    "compliance",
    "race",
    "source",
];
/// Days behind a ratio of acute to chronic load: what the first of them leaves in an exponential mean is nothing by then.
const RUN_UP: i32 = 84;
/// Ranges are asked for together when that is at most so long, and so few days between them are for nothing.
const TOGETHER: i32 = 1_100;
const GAP: i32 = 60;

/// Five years.
pub const MAX_DAYS: i32 = 1_830;
/// The calendar of longer windows is not read: it comes with every step of every workout.
pub const PLAN_DAYS: i32 = 371;

choice! {
    pub enum GroupBy { Day = "day", Week = "week", Month = "month", Sport = "sport" }
}

choice! {
    pub enum Part {
        Zones = "zones",
        Distribution = "distribution",
        Load = "load",
        Compliance = "compliance",
        Durability = "durability",
        Fuel = "fuel",
    }
}

/// What is summed up.
pub struct Ask {
    /// Ends today at the latest.
    pub window: Window,
    pub sport: Option<Sport>,
    pub against: Option<Window>,
    pub group_by: GroupBy,
    /// `None`: what is usually told.
    pub parts: Option<Vec<Part>>,
}

/// All that was read.
pub struct Found {
    near: Arc<Vec<Activity>>,
    /// A range that was read on its own.
    apart: Option<(Window, Arc<Vec<Activity>>)>,
    /// `None` when the plan was not wanted.
    pub events: Option<Arc<Vec<Event>>>,
    /// `None` when it was not wanted.
    pub daily: Option<Daily>,
}

/// What was done in a range, and what is known to have been done.
pub struct Sessions<'a> {
    pub window: Window,
    pub done: Vec<&'a Activity>,
    pub withheld: Vec<&'a Activity>,
}

impl Found {
    /// What of it belongs to `window` and `sport`. What is withheld may be of any sport.
    #[must_use]
    pub fn sessions(&self, window: Window, sport: Option<&Sport>) -> Sessions<'_> {
        let (mut done, mut withheld) = (Vec::new(), Vec::new());
        let apart = self.apart.as_ref().filter(|(range, _)| *range == window);
        let list = apart.map_or(&self.near, |(_, list)| list);
        for a in list.iter().filter(|a| inside(window, a)) {
            if a.is_stub() {
                withheld.push(a);
            } else if covers(sport, a) {
                done.push(a);
            }
        }
        Sessions {
            window,
            done,
            withheld,
        }
    }

    /// Every activity that may have carried out a plan.
    #[must_use]
    pub fn near(&self) -> &[Activity] {
        &self.near
    }
}

fn inside(window: Window, a: &Activity) -> bool {
    day(a).is_some_and(|day| (window.oldest..=window.newest).contains(&day))
}

fn covers(sport: Option<&Sport>, a: &Activity) -> bool {
    sport.is_none_or(|sport| a.sport.as_deref().is_some_and(|kind| sport.covers(kind)))
}

/// The load of days, up to the last that is over.
pub struct Daily {
    first: Date,
    loads: Vec<f64>,
    /// How many days have the service's figure, since something of them is withheld.
    pub borrowed: usize,
    /// How many withheld sessions' load is in none of them.
    pub unknown: usize,
}

impl Daily {
    fn new(first: Date, last: Date) -> Self {
        let days = days_between(first, last).map_or(0, |days| days + 1);
        Self {
            first,
            loads: vec![0.0; days],
            borrowed: 0,
            unknown: 0,
        }
    }

    /// The loads of whole days; `None` when not all of them are known.
    #[must_use]
    pub fn of(&self, oldest: Date, newest: Date) -> Option<&[f64]> {
        let from = days_between(self.first, oldest)?;
        self.loads.get(from..=days_between(self.first, newest)?)
    }

    /// The loads from the first day that has any: what was before may be before everything.
    #[must_use]
    pub fn begun(&self) -> &[f64] {
        let first = self.loads.iter().position(|load| *load > 0.0);
        first
            .and_then(|first| self.loads.get(first..))
            .unwrap_or_default()
    }

    #[must_use]
    pub const fn first(&self) -> Date {
        self.first
    }

    /// The last day that is over.
    #[must_use]
    pub fn last(&self) -> Date {
        let days = i64::try_from(self.loads.len()).unwrap_or_default() - 1;
        self.first.checked_add(days.days()).unwrap_or(self.first)
    }

    fn at(&mut self, date: Date) -> Option<&mut f64> {
        self.loads.get_mut(days_between(self.first, date)?)
    }

    #[expect(clippy::cast_precision_loss, reason = "load of one activity")]
    fn add(&mut self, a: &Activity) {
        let load = load(a).unwrap_or_default() as f64;
        if let Some(sum) = day(a).and_then(|date| self.at(date)) {
            *sum += load;
        }
    }

    /// Takes the service's figure where it has the load of what is withheld.
    fn borrow(&mut self, stubs: &[Date], rows: &[Wellness]) {
        let mut dates = stubs.to_vec();
        dates.dedup();
        for date in dates {
            let figure = rows.iter().find(|row| row.date == date);
            let figure = figure.and_then(|row| row.ctl_load);
            match (figure, self.at(date)) {
                (Some(figure), Some(sum)) => {
                    // A sport may be weighted less in it than it was done.
                    *sum = sum.max(figure);
                    self.borrowed += 1;
                }
                _ => self.unknown += stubs.iter().filter(|stub| **stub == date).count(),
            }
        }
    }
}

/// `None` when `day` is before `first`.
fn days_between(first: Date, day: Date) -> Option<usize> {
    let days = day.since(first).ok()?.get_days();
    usize::try_from(days).ok()
}

impl Ask {
    /// Whether `part` is to be told.
    #[must_use]
    pub fn wants(&self, part: Part) -> bool {
        match &self.parts {
            Some(parts) => parts.contains(&part),
            None => !matches!(part, Part::Zones | Part::Durability),
        }
    }

    /// Whether the plan is read.
    fn wants_plan(&self) -> bool {
        self.wants(Part::Compliance) && self.window.days() <= PLAN_DAYS
    }

    /// The last day of the window that is over; the day before it when none is.
    fn complete(&self, today: Date) -> Date {
        let yesterday = today.yesterday().unwrap_or(today);
        self.window.newest.min(yesterday)
    }

    /// The days whose load is told.
    fn days(&self, today: Date) -> (Date, Date) {
        let last = self.complete(today);
        let first = last.checked_sub((RUN_UP - 1).days()).unwrap_or(last);
        (first.min(self.window.oldest), last)
    }

    /// What is read at once, and what has to be read apart.
    fn ranges(&self, today: Date) -> (Window, Option<Window>) {
        let mut near = self.window;
        if self.wants(Part::Load) {
            near.oldest = self.days(today).0;
        }
        let Some(range) = self.against else {
            return (near, None);
        };
        let both = Window {
            oldest: near.oldest.min(range.oldest),
            newest: near.newest.max(range.newest),
        };
        let gap = both.days() - near.days() - range.days();
        if both.days() <= TOGETHER && gap <= GAP {
            (both, None)
        } else {
            (near, Some(range))
        }
    }
}

/// Reads all of it: side by side, but for the load of withheld sessions, whose days the list tells.
///
/// # Errors
/// As the client.
pub async fn find(context: &Context, ask: &Ask, today: Date) -> Result<Found, ToolError> {
    let client = context.client();
    let list = |window: Window| async move {
        let query = ListActivities {
            oldest: window.oldest,
            newest: window.newest,
            limit: None,
            fields: FIELDS,
        };
        client.activities().list(&query).await
    };
    let (near, apart) = ask.ranges(today);
    let (near, apart, events) = tokio::join!(
        list(near),
        async {
            match apart {
                Some(range) => list(range).await.map(|found| Some((range, found))),
                None => Ok(None),
            }
        },
        async {
            let Window { oldest, newest } = ask.window;
            match ask.wants_plan() {
                true => client
                    .events()
                    .list(oldest, newest, &["WORKOUT"], false)
                    .await
                    .map(Some),
                false => Ok(None),
            }
        },
    );
    let near = near?;
    let mut daily = None;
    if ask.wants(Part::Load) {
        let (first, last) = ask.days(today);
        let mut days = Daily::new(first, last);
        for a in near.iter().filter(|a| covers(ask.sport.as_ref(), a)) {
            days.add(a);
        }
        let stubs = near.iter().filter(|a| a.is_stub()).filter_map(day);
        let mut stubs: Vec<Date> = stubs.filter(|date| (first..=last).contains(date)).collect();
        stubs.sort_unstable();
        match (stubs.first(), stubs.last()) {
            // The service's figure is that of all sports.
            (Some(from), Some(to)) if ask.sport.is_none() => {
                let rows = client.wellness().list(*from, *to, &["ctlLoad"]).await?;
                days.borrow(&stubs, &rows);
            }
            _ => days.unknown = stubs.len(),
        }
        daily = Some(days);
    }
    Ok(Found {
        near,
        apart: apart?,
        events: events?,
        daily,
    })
}
