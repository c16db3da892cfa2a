//! Sessions side by side: a row for each number, a column for each session.

use super::compare_intervals;
use super::table::Table;
use super::{activities, count, days};
use crate::analytics::durability::efficiency;
use crate::intervals::activities::Activity;
use crate::mcp::comparing::Compared;
use crate::mcp::context::Local;
use crate::mcp::measure::effort::{self, float, same_kind};
use crate::mcp::reply::Reply;
use crate::mcp::{scales, text};
use crate::units::{self, Units, number, signed};

type Value = Box<dyn Fn(&Activity) -> Option<f64>>;
type Show = Box<dyn Fn(f64, &Activity) -> String>;
type Differ = Box<dyn Fn(f64, f64) -> String>;

/// A number that sessions are compared by.
struct Row {
    head: String,
    value: Value,
    /// The value as it is shown, and a difference with its sign.
    show: Show,
    differ: Differ,
    /// Means nothing from one kind of sport to another.
    within_sport: bool,
    /// 0 in all sessions says that it does not apply; beside another number it is a value.
    may_be_zero: bool,
}

impl Row {
    fn new(
        head: impl Into<String>,
        decimals: usize,
        value: impl Fn(&Activity) -> Option<f64> + 'static,
    ) -> Self {
        Self {
            head: head.into(),
            value: Box::new(value),
            show: Box::new(move |v, _| number(v, decimals)),
            differ: Box::new(move |a, b| {
                // As the numbers stand there, or their difference would not add up.
                let round = |v: f64| number(v, decimals).parse().unwrap_or(v);
                signed(round(b) - round(a), decimals)
            }),
            within_sport: false,
            may_be_zero: true,
        }
    }

    fn clock(mut self) -> Self {
        self.show = Box::new(|v, _| units::clock(v));
        self.differ = Box::new(|a, b| {
            let apart = b.round() - a.round();
            let sign = if apart > 0.0 { "+" } else { "" };
            format!("{sign}{}", units::clock(apart))
        });
        self
    }

    fn shown(mut self, show: impl Fn(f64, &Activity) -> String + 'static) -> Self {
        self.show = Box::new(show);
        self
    }

    fn within_sport(mut self) -> Self {
        self.within_sport = true;
        self
    }

    fn unless_zero(mut self) -> Self {
        self.may_be_zero = false;
        self
    }

    /// The cells of this row; `None` when there is nothing to compare.
    fn cells(&self, sessions: &[Activity]) -> Option<Vec<Option<String>>> {
        let first = sessions.first()?;
        let alike: Vec<bool> = sessions.iter().map(|s| same_kind(first, s)).collect();
        let values: Vec<Option<f64>> = sessions.iter().map(|s| (self.value)(s)).collect();
        let known = values.iter().flatten().count();
        let mixed = alike.contains(&false);
        let mut given = values.iter().flatten();
        let applies = given.any(|v| self.may_be_zero || *v > 0.0);
        if !applies || (mixed && known < 2) {
            return None;
        }
        let base = values.first().copied().flatten();
        let cells = sessions.iter().zip(&values).zip(&alike).enumerate();
        let cells = cells.map(|(place, ((session, value), alike))| {
            let value = (*value)?;
            let mut cell = (self.show)(value, session);
            if let Some(base) = base
                && place > 0
                && (*alike || !self.within_sport)
            {
                let difference = (self.differ)(base, value);
                if difference != "0" && difference != "0:00" {
                    cell = format!("{cell} {difference}");
                }
            }
            Some(cell)
        });
        Some(cells.collect())
    }
}

/// Rows under construction: what is the same in all sessions is said once.
struct Sheet {
    table: Table,
    same: Vec<String>,
}

impl Sheet {
    fn row(&mut self, head: &str, cells: Vec<Option<String>>) {
        let first = cells.first().cloned().flatten();
        match first.filter(|first| cells.iter().all(|cell| cell.as_ref() == Some(first))) {
            Some(value) => self.same.push(format!("{head} {value}")),
            None if cells.iter().any(Option::is_some) => {
                self.table
                    .row(std::iter::once(Some(head.to_owned())).chain(cells));
            }
            None => {}
        }
    }
}

/// The sessions; a number that none of them has is left out.
#[must_use]
pub fn table(compared: &Compared, local: &Local) -> Reply {
    let sessions = compared.sessions.as_slice();
    let (units, year) = (local.units, local.today().year());
    let mut heads: Vec<String> = vec!["session".to_owned()];
    heads.extend(sessions.iter().map(|s| s.id.to_string()));
    let mut sheet = Sheet {
        table: Table::new(heads),
        same: Vec::new(),
    };
    let each = |cell: &dyn Fn(&Activity) -> Option<String>| sessions.iter().map(cell).collect();
    let date = |s: &Activity| {
        let day = activities::day(s).map(|day| days::short(day, year));
        // In its own row whatever it is: a column without a cell would be left out.
        Some(day.unwrap_or_else(|| "no date".to_owned()))
    };
    let dates = std::iter::once(Some("date".to_owned())).chain(sessions.iter().map(date));
    sheet.table.row(dates);
    sheet.row("sport", each(&|s| s.sport.as_deref().map(text::name)));
    sheet.row("name", each(&|s| s.name.as_deref().map(text::name)));
    if let Some(words) = one(&compared.alike) {
        sheet.same.push(format!("alike in {words}"));
    } else {
        sheet.row("alike in", compared.alike.clone());
    }
    let flags = |s: &Activity| Some(activities::flags(s)).filter(|f| !f.is_empty());
    sheet.row("flags", each(&flags));
    for row in rows(sessions, units) {
        if let Some(cells) = row.cells(sessions) {
            sheet.row(&row.head, cells);
        }
    }
    sheet.row(
        "feel",
        each(&|s| s.feel.map(|feel| scales::FEEL.label(feel))),
    );
    let temperature = |s: &Activity| {
        let degrees = |t| number(units.temperature(t), 0);
        let device = || s.average_temp.map(|t| format!("{} device", degrees(t)));
        s.average_weather_temp.map(degrees).or_else(device)
    };
    let head = format!("temp {}", units.temperature_name());
    sheet.row(&head, each(&temperature));
    let note = compare_intervals::add(&mut sheet.table, sessions, units);
    let mut reply = Reply::new(format!(
        "{} · differences from the first behind the values · today is {} ({})",
        count(sessions.len(), "session"),
        days::full(local.today()),
        local.zone_name()
    ));
    reply.table(&sheet.table);
    if !sheet.same.is_empty() {
        reply.line(format!("same in all: {}", sheet.same.join("; ")));
    }
    if sessions
        .first()
        .is_some_and(|a| sessions.iter().any(|b| !same_kind(a, b)))
    {
        reply.footer(
            "Different sports: time, load, IF% and HR can be compared; power, pace, speed, cadence and efficiency stand there \
             without a difference.",
        );
    }
    if let Some(note) = note {
        reply.footer(note);
    }
    reply
}

/// What all but the first have in common.
fn one(alike: &[Option<String>]) -> Option<&str> {
    let mut others = alike.iter().skip(1);
    let first = others.next()?.as_deref()?;
    others
        .all(|other| other.as_deref() == Some(first))
        .then_some(first)
}

fn positive(value: Option<f64>) -> Option<f64> {
    value.filter(|v| *v > 0.0)
}

fn rows(sessions: &[Activity], units: Units) -> Vec<Row> {
    let sport_of = |s: &Activity| s.sport.clone().unwrap_or_default();
    let pace_of = move |s: &Activity| units.pace_of(&sport_of(s));
    // The unit stands in the head where it is the same for all.
    let first = sessions.first().and_then(pace_of);
    let one_pace = first.filter(|_| sessions.iter().all(|s| pace_of(s) == first));
    let pace = move |head: &str, value: fn(&Activity) -> Option<f64>| {
        let head = one_pace.map_or_else(|| head.to_owned(), |p| format!("{head} {}", p.name()));
        let seconds = move |s: &Activity| {
            let metres_per_second = value(s).filter(|v| *v > 0.01)?;
            Some(pace_of(s)?.metres() / metres_per_second)
        };
        let show = move |v: f64, s: &Activity| match (one_pace, pace_of(s)) {
            (None, Some(pace)) => format!("{}{}", units::clock(v), pace.name()),
            _ => units::clock(v),
        };
        Row::new(head, 0, seconds)
            .clock()
            .shown(show)
            .within_sport()
    };
    let speed = move |s: &Activity| {
        let is_slow = pace_of(s).is_some();
        positive(s.average_speed)
            .filter(|_| !is_slow)
            .map(|v| units.speed(v))
    };
    vec![
        Row::new("time", 0, |s| s.moving_time.map(float)).clock(),
        distance(sessions, units),
        Row::new(format!("up {}", units.height_name()), 0, move |s| {
            s.total_elevation_gain.map(|m| units.height(m))
        })
        .unless_zero(),
        Row::new("load", 0, |s| s.icu_training_load.map(float)),
        Row::new("IF%", 0, |s| s.icu_intensity),
        Row::new("avg W", 0, |s| s.icu_average_watts)
            .within_sport()
            .unless_zero(),
        Row::new("NP W", 0, |s| s.icu_weighted_avg_watts)
            .within_sport()
            .unless_zero(),
        Row::new("VI", 2, |s| positive(s.icu_variability_index)).within_sport(),
        Row::new("work kJ", 0, |s| s.icu_joules.map(|j| float(j) / 1e3))
            .within_sport()
            .unless_zero(),
        pace("pace", |s| s.pace.or(s.average_speed)),
        pace("GAP", |s| s.gap),
        Row::new(units.speed_name(), 1, speed).within_sport(),
        Row::new("HR", 0, |s| positive(s.average_heartrate)),
        Row::new("max HR", 0, |s| positive(s.max_heartrate)),
        Row::new("EF W/bpm", 2, |s| positive(s.icu_efficiency_factor)).within_sport(),
        Row::new("avg W/HR", 2, |s| positive(s.icu_power_hr)).within_sport(),
        Row::new(format!("{}/beat", units.height_name()), 2, move |s| {
            let metres = pace_of(s).and_then(|_| metres_per_beat(s))?;
            Some(units.height(metres))
        })
        .within_sport(),
        Row::new("decoupling%", 1, |s| s.decoupling).within_sport(),
        Row::new(cadence_name(sessions), 0, effort::cadence).within_sport(),
        Row::new("RPE", 0, |s| s.icu_rpe.map(float)),
    ]
}

/// In km or mi; in the water in whole metres or yards.
fn distance(sessions: &[Activity], units: Units) -> Row {
    let is_swim = |s: &Activity| {
        s.sport
            .as_deref()
            .is_some_and(|sport| sport.ends_with("Swim"))
    };
    let unit = if units.imperial { "y" } else { "m" };
    let head = if sessions.iter().all(is_swim) {
        "distance".to_owned()
    } else {
        format!("distance {}", units.distance_name())
    };
    let value = move |s: &Activity| {
        let metres = activities::metres(s)?;
        Some(if is_swim(s) {
            (metres * 100.0 / units.split_metres("Swim")).round()
        } else {
            units.distance(metres)
        })
    };
    let show = move |v: f64, s: &Activity| match is_swim(s) {
        true => format!("{}{unit}", number(v, 0)),
        false => number(v, 2),
    };
    Row::new(head, 2, value).shown(show).within_sport()
}

/// Metres per heartbeat, by gradient-adjusted speed where there is one: the efficiency factor of Friel ("The Efficiency
/// Factor in Running"), speed a minute through average heart rate.
fn metres_per_beat(s: &Activity) -> Option<f64> {
    let speed = positive(s.gap)
        .or(positive(s.pace))
        .or(positive(s.average_speed))?;
    efficiency(Some(speed * 60.0), s.average_heartrate)
}

fn cadence_name(sessions: &[Activity]) -> &'static str {
    let is_on_foot =
        |s: &Activity| super::activity::counts_steps(s.sport.as_deref().unwrap_or_default());
    let on_foot = sessions.iter().filter(|s| is_on_foot(s)).count();
    if on_foot == sessions.len() {
        "steps/min"
    } else if on_foot > 0 {
        "cadence (steps/min on foot)"
    } else {
        "cadence/min"
    }
}

/// What the comparison rests on.
#[must_use]
pub fn rests_on(sessions: &[Activity], units: Units) -> String {
    let mut facts = vec![count(sessions.len(), "session")];
    let without = |name: &str, has: &dyn Fn(&Activity) -> bool| {
        let lack = sessions.iter().filter(|s| !has(s)).count();
        (lack > 0).then(|| format!("{lack} without {name}"))
    };
    facts.extend(without("HR", &|s| positive(s.average_heartrate).is_some()));
    let is_powered = |s: &Activity| positive(s.icu_average_watts).is_some();
    if sessions.iter().any(is_powered) {
        facts.extend(without("power", &is_powered));
    }
    facts.extend(without("RPE", &|s| s.icu_rpe.is_some()));
    facts.extend(without("feel", &|s| s.feel.is_some()));
    let computed: Vec<&str> = [
        (
            "EF",
            sessions.iter().any(|s| s.icu_efficiency_factor.is_some()),
        ),
        (
            "VI",
            sessions.iter().any(|s| s.icu_variability_index.is_some()),
        ),
        (
            "decoupling",
            sessions.iter().any(|s| s.decoupling.is_some()),
        ),
    ]
    .into_iter()
    .filter_map(|(name, is_there)| is_there.then_some(name))
    .collect();
    if !computed.is_empty() {
        facts.push(format!(
            "{} as the service computed at the thresholds of each day",
            computed.join(", ")
        ));
    }
    if sessions.iter().any(|s| s.gap.is_some()) {
        facts.push(format!(
            "{}/beat from gradient-adjusted speed (Friel)",
            units.height_name()
        ));
    }
    format!("Data: {}.", facts.join("; "))
}
