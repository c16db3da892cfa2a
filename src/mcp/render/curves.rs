//! Best efforts side by side.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::table::Table;
use super::{count, curve_models, days};
use crate::intervals::curves::CurveActivities;
use crate::mcp::context::Local;
use crate::mcp::curve::ask::Metric;
use crate::mcp::curve::places;
use crate::mcp::curve::{self, Column, Point};
use crate::mcp::reply::Reply;
use crate::mcp::text;
use crate::units::{Pace, clock, number, signed};

/// Curves, and how they are to be shown.
pub struct View<'v> {
    pub metric: Metric,
    pub sport: &'v str,
    pub gap: bool,
    /// kJ
    pub after: Option<f64>,
    /// bpm
    pub lthr: Option<i64>,
    pub columns: Vec<Column>,
    pub activities: Option<&'v CurveActivities>,
    /// Where to read them: s or m; `None` is where one usually does.
    pub places: Option<Vec<f64>>,
    pub local: &'v Local,
}

impl View<'_> {
    /// The answer.
    #[must_use]
    pub fn show(mut self) -> Reply {
        if self.after.is_some() && self.is_only_fresh() {
            self.columns.pop();
            return Reply::new(self.nothing(&self.windows()));
        }
        let empty: Vec<String> = self
            .columns
            .iter()
            .filter(|column| column.points.is_empty())
            .map(|column| column.label.clone())
            .collect();
        let windows = self.windows();
        self.columns.retain(|column| !column.points.is_empty());
        let Some((first, others)) = self.columns.split_first() else {
            return Reply::new(self.nothing(&windows));
        };
        let mut reply = Reply::new(format!("{} · {} · {windows}", self.title(), self.sport));
        let (places, notes) = self.rows();
        let mut table = Table::new(self.heads(first, others));
        let mut setters: Vec<&str> = Vec::new();
        let mut told: Vec<&Point> = Vec::new();
        for place in &places {
            let point = first.at(*place);
            told.extend(point);
            let letter = point.and_then(|p| p.activity.as_deref()).map(|id| {
                let known = setters.iter().position(|other| *other == id);
                letter(known.unwrap_or_else(|| {
                    setters.push(id);
                    setters.len() - 1
                }))
            });
            let mut cells = vec![
                Some(self.place_name(*place)),
                point.map(|p| self.value(p.value)),
                point.and_then(|p| self.beside(p)),
                letter,
            ];
            for other in others {
                let theirs = other.at(*place);
                cells.push(theirs.map(|p| self.value(p.value)));
                cells.push(
                    point
                        .zip(theirs)
                        .map(|(a, b)| self.change(a.value, b.value)),
                );
            }
            table.row(cells);
        }
        if places.is_empty() {
            reply.line("No points at what was asked for.");
        } else {
            reply.table(&table);
        }
        reply.line_if(self.legend(&setters));
        // What is left after work is no basis of a model of fresh legs.
        let mut models = Vec::new();
        if self.after.is_none() {
            let (metric, units) = (self.metric, self.local.units);
            models = curve_models::lines(&self.columns, metric, self.sport, units);
        }
        for line in &models {
            reply.line(line);
        }
        for note in notes {
            reply.footer(note);
        }
        if !empty.is_empty() {
            reply.footer(format!("No data: {}.", empty.join(", ")));
        }
        let stubs = self.stubs(&told);
        if stubs > 0 {
            reply.footer(format!(
                "{} set by an activity that came through Strava: only its day is known. get_help strava says what helps.",
                count(stubs, "point")
            ));
        }
        let doubts = models.iter().any(|line| line.contains('?'));
        reply.footer(self.quality(first, told.len(), &setters, doubts));
        reply
    }

    /// Whether nothing was done after work: only the last column, without work, has points.
    fn is_only_fresh(&self) -> bool {
        let tired = self.columns.split_last().map(|(_, tired)| tired);
        tired.is_some_and(|tired| tired.iter().all(|column| column.points.is_empty()))
    }

    fn title(&self) -> String {
        match (self.metric, self.after) {
            (Metric::Power, None) => "Best power".to_owned(),
            (Metric::Power, Some(kj)) => format!("Best power after {} kJ of work", number(kj, 0)),
            (Metric::HeartRate, _) => "Highest mean heart rate".to_owned(),
            (Metric::Pace, _) if self.gap => "Best gradient-adjusted pace".to_owned(),
            (Metric::Pace, _) if self.pace().is_none() => "Best speed".to_owned(),
            (Metric::Pace, _) => "Best pace".to_owned(),
        }
    }

    /// `42d since 2026-02-04, 2024 (Europe/Zurich, today is Wed 2026-03-18)`
    fn windows(&self) -> String {
        let today = self.local.today();
        let shown: Vec<String> = self
            .columns
            .iter()
            .map(|column| match column.window {
                // A year or a month by its name.
                Some(_)
                    if column.label.starts_with(|c: char| c.is_ascii_digit())
                        && column.label.ends_with(|c: char| c.is_ascii_digit()) =>
                {
                    column.label.clone()
                }
                Some((from, to)) if to == today => format!("{} since {from}", column.label),
                Some((from, to)) => format!("{} {from} to {to}", column.label),
                None => column.label.clone(),
            })
            .collect();
        format!(
            "{} ({}, today is {})",
            shown.join(", "),
            self.local.zone_name(),
            days::full(today)
        )
    }

    fn nothing(&self, windows: &str) -> String {
        let (what, else_ask) = match self.metric {
            Metric::Power => ("power", "hr or pace"),
            Metric::HeartRate => ("heart rate", "power or pace"),
            Metric::Pace => ("pace", "power or hr"),
        };
        let after = self.after.map(|kj| format!(" after {} kJ", number(kj, 0)));
        format!(
            "No {what}{} was recorded in {} over {windows}. Metric {else_ask} may have some, or another sport.",
            after.unwrap_or_default(),
            self.sport
        )
    }

    fn heads(&self, first: &Column, others: &[Column]) -> Vec<String> {
        let unit = match self.metric {
            Metric::Power => " W",
            Metric::HeartRate => " bpm",
            Metric::Pace => "",
        };
        let beside = match self.metric {
            Metric::Power => "W/kg".to_owned(),
            Metric::HeartRate => "%LTHR".to_owned(),
            Metric::Pace => self.pace_name(),
        };
        let at = if self.metric == Metric::Pace {
            "distance"
        } else {
            "time"
        };
        let mut heads = vec![
            at.to_owned(),
            format!("{}{unit}", first.label),
            beside,
            "by".to_owned(),
        ];
        for other in others {
            heads.push(format!("{}{unit}", other.label));
            heads.push("diff, %".to_owned());
        }
        heads
    }

    /// Where the curves are read, and what to say of what was asked.
    fn rows(&self) -> (Vec<f64>, Vec<String>) {
        let is_asked = self.places.is_some();
        let usual = || match self.metric {
            Metric::Pace => places::usual_distances(self.sport, self.local.units).to_vec(),
            _ => places::USUAL_DURATIONS.to_vec(),
        };
        let wanted = self.places.clone().unwrap_or_else(usual);
        let (mut places, mut none, mut moved): (Vec<f64>, Vec<String>, Vec<String>) =
            Default::default();
        for at in wanted {
            match curve::place(&self.columns, at) {
                None => none.push(self.place_name(at)),
                Some(place) => {
                    if is_asked && !curve::is_same(place, at) {
                        moved.push(format!(
                            "{} for {}",
                            self.place_name(place),
                            self.place_name(at)
                        ));
                    }
                    if !places.contains(&place) {
                        places.push(place);
                    }
                }
            }
        }
        let mut notes = Vec::new();
        if !moved.is_empty() {
            notes.push(format!(
                "The nearest point that there is, nothing interpolated: {}.",
                moved.join(", ")
            ));
        }
        if is_asked && !none.is_empty() {
            notes.push(format!("No point near {}.", none.join(", ")));
        }
        (places, notes)
    }

    fn place_name(&self, at: f64) -> String {
        if self.metric == Metric::Pace {
            places::way(at, self.sport, self.local.units)
        } else {
            places::duration(at)
        }
    }

    fn value(&self, value: f64) -> String {
        match self.metric {
            Metric::Pace => clock(value),
            _ => number(value, 0),
        }
    }

    fn pace(&self) -> Option<Pace> {
        self.local.units.pace_of(self.sport)
    }

    fn pace_name(&self) -> String {
        let name = self
            .pace()
            .map_or(self.local.units.speed_name(), Pace::name);
        name.to_owned()
    }

    /// W/kg, percent of LTHR, or the pace.
    fn beside(&self, point: &Point) -> Option<String> {
        match self.metric {
            Metric::Power => point.per_kg.map(|watts| number(watts, 2)),
            Metric::HeartRate => {
                #[expect(clippy::cast_precision_loss, reason = "bpm")]
                let lthr = self.lthr.filter(|bpm| *bpm > 0)? as f64;
                Some(number(point.value / lthr * 100.0, 0))
            }
            Metric::Pace => {
                let speed = point.at / point.value;
                match self.pace() {
                    Some(pace) => pace.show(speed),
                    None => Some(number(self.local.units.speed(speed), 1)),
                }
            }
        }
    }

    /// `+12 +4.1`, `-0:07 -0.6`, `=`: the change and its percent.
    fn change(&self, ours: f64, theirs: f64) -> String {
        let change = ours - theirs;
        let shown = match self.metric {
            Metric::Pace if change > 0.0 => format!("+{}", clock(change)),
            Metric::Pace => clock(change),
            _ => signed(change, 0),
        };
        if change.abs() < 0.5 {
            return "=".to_owned();
        }
        if theirs <= 0.0 {
            return shown;
        }
        let percent = change / theirs * 100.0;
        let decimals = usize::from(percent.abs() < 5.0);
        format!("{shown} {}", signed(percent, decimals))
    }

    /// Who set the points.
    fn legend(&self, setters: &[&str]) -> String {
        if setters.is_empty() {
            return String::new();
        }
        let year = self.local.today().year();
        let shown: Vec<String> = setters
            .iter()
            .enumerate()
            .map(|(place, id)| {
                let known = self.activities.and_then(|all| all.find(id));
                let day = known.and_then(|a| a.start_date_local);
                let mut parts = vec![letter(place), text::name(id)];
                parts.extend(day.map(|day| days::short(day, year)));
                match known {
                    None => parts.push("(nothing told)".to_owned()),
                    Some(activity) if activity.is_stub() => parts.push("(Strava)".to_owned()),
                    Some(activity) => parts.extend(activity.name.as_deref().map(text::name)),
                }
                parts.join(" ")
            })
            .collect();
        format!("By: {}", shown.join("; "))
    }

    fn stubs(&self, told: &[&Point]) -> usize {
        let is_stub = |point: &&&Point| {
            let id = point.activity.as_deref();
            let known = id.and_then(|id| self.activities?.find(id));
            known.is_some_and(|activity| activity.is_stub())
        };
        told.iter().filter(is_stub).count()
    }

    fn quality(&self, first: &Column, points: usize, setters: &[&str], doubts: bool) -> String {
        let days: BTreeSet<Date> = setters
            .iter()
            .filter_map(|id| self.activities?.find(id)?.start_date_local)
            .collect();
        let mut out = String::new();
        if self.columns.len() > 1 {
            let faster = match self.metric {
                Metric::Pace => ", so that minus is faster",
                _ => "",
            };
            out = format!("diff: {} minus the column before{faster}. ", first.label);
        }
        out.push_str(&format!("Rests on {} of ", count(points, "point")));
        out.push_str(&match setters.len() {
            1 => "1 activity".to_owned(),
            n => format!("{n} activities"),
        });
        if let Some(day) = days.last() {
            let shown = days::short(*day, self.local.today().year());
            out.push_str(&format!(", the newest of {shown}"));
        }
        if !["Ride", "Run", "Swim"].contains(&self.sport) {
            out.push_str(", every sport that shares its settings included");
        }
        out.push_str(match self.metric {
            Metric::HeartRate => "; a higher one means harder efforts, not better form.",
            _ if doubts => "; ? is unlikely, not all were all-out; formulas: get_help.",
            _ => "; they need not have been all-out; formulas: get_help.",
        });
        out
    }
}

/// `a`, `b`, and beyond `z` a number.
fn letter(place: usize) -> String {
    let letter = u8::try_from(place).ok().filter(|place| *place < 26);
    letter.map_or_else(
        || place.to_string(),
        |place| char::from(b'a' + place).to_string(),
    )
}
