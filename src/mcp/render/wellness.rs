//! Wellness as rows.

use jiff::civil::Date;

use super::days;
use super::table::Table;
use crate::intervals::wellness::Wellness;
use crate::mcp::measure::custom::{self, CustomField, Place};
use crate::mcp::measure::{MEASURES, Measure, find, folded};
use crate::mcp::reply::Reply;
use crate::mcp::text;
use crate::units::{Units, number, signed};

/// What nearly everybody looks at, when no field is named.
const USUAL: [&str; 8] = [
    "hrv",
    "resting_hr",
    "sleep",
    "sleep_quality",
    "fatigue",
    "soreness",
    "mood",
    "weight",
];
/// Custom fields that are shown at most.
const MOST_CUSTOM: usize = 20;
/// Comments are quoted at most this often; the newest win.
const MOST_COMMENTS: usize = 14;
/// Under so many days a column that never changes is still a column.
const SOME_DAYS: usize = 4;
/// What of a day says how its values are to be taken.
const ABOUT: [&str; 3] = ["locked", "tempWeight", "tempRestingHR"];

/// What of a day is to be shown.
pub struct Wanted {
    pub measures: Vec<&'static Measure>,
    pub custom: Vec<CustomField>,
    pub comments: bool,
    /// `all` was named: columns that never change take one line.
    pub everything: bool,
    /// What is shown was named.
    pub named: bool,
    /// What nobody named, which has something all the same.
    others: Vec<String>,
}

/// The names in `names`; `all` and none at all are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked<'a> {
    Usual,
    Everything,
    Named(&'a [String]),
}

impl<'a> Asked<'a> {
    #[must_use]
    pub fn of(names: &'a [String]) -> Self {
        if names.is_empty() {
            Self::Usual
        } else if names.iter().any(|name| folded(name) == "all") {
            Self::Everything
        } else {
            Self::Named(names)
        }
    }

    /// The fields that the service is asked for; empty for everything, when only that tells what else there is.
    #[must_use]
    pub fn wire(self) -> Vec<&'static str> {
        let Self::Named(names) = self else {
            return Vec::new();
        };
        let mut wire: Vec<&'static str> = ABOUT.to_vec();
        for name in names {
            match find(name) {
                Some(measure) => wire.extend(measure.wire),
                None if is_comments(name) => wire.push("comments"),
                None => return Vec::new(),
            }
        }
        wire.sort_unstable();
        wire.dedup();
        wire
    }

    /// Whether custom fields may be meant.
    #[must_use]
    pub fn may_be_custom(self) -> bool {
        self.wire().is_empty()
    }
}

fn is_comments(name: &str) -> bool {
    matches!(folded(name).as_str(), "comment" | "comments")
}

impl Wanted {
    /// What of `found` is to be shown; `fields` are the custom fields that are known.
    ///
    /// # Errors
    /// A sentence that lists the right names.
    pub fn choose(
        asked: Asked<'_>,
        found: &[Wellness],
        fields: Vec<CustomField>,
    ) -> Result<Self, String> {
        let has = |measure: &Measure| found.iter().any(|day| (measure.get)(day).is_some());
        let filled = |field: &CustomField| found.iter().any(|day| filled(day, field).is_some());
        let mut wanted = Self {
            measures: Vec::new(),
            custom: Vec::new(),
            comments: asked == Asked::Everything,
            everything: asked == Asked::Everything,
            named: matches!(asked, Asked::Named(_)),
            others: Vec::new(),
        };
        match asked {
            Asked::Everything => {
                wanted.measures = MEASURES.iter().collect();
                wanted.custom = fields.into_iter().filter(filled).collect();
                wanted.custom.truncate(MOST_CUSTOM);
            }
            Asked::Usual => {
                let (usual, others): (Vec<&Measure>, Vec<&Measure>) =
                    MEASURES.iter().partition(|m| USUAL.contains(&m.name));
                wanted.measures = usual;
                let others = others.iter().filter(|m| has(m)).map(|m| m.name.to_owned());
                let custom = fields.iter().filter(|field| filled(field));
                let comments = found.iter().filter(|day| day.comments.is_some()).count();
                wanted.others = others
                    .chain(custom.map(|field| field.name.clone()).take(MOST_CUSTOM))
                    .chain((comments > 0).then(|| format!("comments ({comments})")))
                    .collect();
            }
            Asked::Named(names) => {
                for name in names {
                    if let Some(measure) = find(name) {
                        if wanted.measures.iter().all(|m| m.name != measure.name) {
                            wanted.measures.push(measure);
                        }
                    } else if let Some(field) = fields.iter().find(|f| f.is_called(name)) {
                        if !wanted.custom.contains(field) {
                            wanted.custom.push(field.clone());
                        }
                    } else if is_comments(name) {
                        wanted.comments = true;
                    } else {
                        return Err(unknown(name, &fields));
                    }
                }
            }
        }
        Ok(wanted)
    }

    /// The fields that were named and have no value in any day.
    #[must_use]
    pub fn missing(&self, found: &[Wellness]) -> Vec<String> {
        if !self.named {
            return Vec::new();
        }
        let measures = self
            .measures
            .iter()
            .filter(|m| found.iter().all(|day| (m.get)(day).is_none()))
            .map(|m| m.name.to_owned());
        let custom = self
            .custom
            .iter()
            .filter(|field| found.iter().all(|day| filled(day, field).is_none()))
            .map(|field| field.name.clone());
        let comments = self.comments && found.iter().all(|day| day.comments.is_none());
        let comments = comments.then(|| "comments".to_owned());
        measures.chain(custom).chain(comments).collect()
    }

    /// What there is none of, when nothing is.
    #[must_use]
    pub const fn what(&self) -> &'static str {
        if self.named {
            "values of these fields"
        } else {
            "wellness data"
        }
    }

    /// What else these days hold.
    #[must_use]
    pub fn others(&self) -> Option<String> {
        (!self.others.is_empty())
            .then(|| format!("Also there (fields): {}.", self.others.join(", ")))
    }
}

fn unknown(name: &str, fields: &[CustomField]) -> String {
    let known = MEASURES.iter().map(|m| m.name.to_owned());
    let custom = fields.iter().map(|field| field.name.clone());
    let known: Vec<String> = known.chain(custom.take(MOST_CUSTOM)).collect();
    format!(
        "'{}' is not a wellness field; there are all, comments, {}.",
        text::name(name),
        known.join(", ")
    )
}

fn filled(day: &Wellness, field: &CustomField) -> Option<String> {
    field.show(day.custom.get(&field.code)?)
}

/// The codes of the custom fields that hold something.
#[must_use]
pub fn custom_codes(found: &[Wellness]) -> Vec<String> {
    let mut codes = custom::codes(found.iter().map(|day| &day.custom));
    codes.truncate(MOST_CUSTOM);
    codes
}

/// Where custom fields of days are defined.
pub const PLACE: Place = Place::Wellness;

/// Rows, and the columns that are the same in all of them.
pub struct Rows {
    pub table: Table,
    /// `injury none`
    pub constant: Vec<String>,
    /// Whether a figure may count what is only planned; such are marked with `*`.
    pub with_plan: bool,
}

/// One row a day that has any of what is wanted.
#[must_use]
pub fn rows(found: &[Wellness], wanted: &Wanted, units: Units, today: Date) -> Rows {
    let mut columns: Vec<(String, Vec<Option<String>>)> = Vec::new();
    let mut with_plan = false;
    for measure in &wanted.measures {
        let cells = found.iter().map(|day| {
            let value = measure.value(day, units)?;
            let shown = match measure.name {
                // Beside everything else their decimals would say nothing new, and every one costs tokens.
                "ctl" | "atl" if wanted.everything => number(value, 0),
                "form" if wanted.everything => signed(value, 0),
                "ramp" if wanted.everything => number(value, 1),
                _ => measure.show(value, units),
            };
            let is_marked = day.date == today && measure.counts_the_plan();
            with_plan |= is_marked;
            Some(if is_marked { shown + "*" } else { shown })
        });
        columns.push((measure.head(units), cells.collect()));
    }
    for field in &wanted.custom {
        let cells = found.iter().map(|day| filled(day, field));
        columns.push((field.head(), cells.collect()));
    }
    if wanted.everything {
        let phases = found.iter().map(|day| {
            let phase = day
                .menstrual_phase
                .as_deref()
                .filter(|phase| *phase != "NONE");
            phase.map(|phase| text::name(phase).to_lowercase())
        });
        columns.push(("cycle".to_owned(), phases.collect()));
    }
    let mut constant = Vec::new();
    if wanted.everything && found.len() >= SOME_DAYS {
        columns.retain(|(head, cells)| {
            let mut filled = cells.iter().flatten();
            let first = filled.next();
            let is_constant = first.is_some() && filled.all(|cell| Some(cell) == first);
            let days = cells.iter().flatten().count();
            if let Some(value) = first.filter(|_| is_constant && days >= SOME_DAYS) {
                let of = match days == found.len() {
                    true => String::new(),
                    false => format!(" ({days} of {} days)", found.len()),
                };
                constant.push(format!("{head} {value}{of}"));
                return false;
            }
            true
        });
    }
    // The header names the year of the last day.
    let year = found.last().map_or(today, |day| day.date).year();
    let heads = std::iter::once("date")
        .chain(columns.iter().map(|(head, _)| head.as_str()))
        .chain(std::iter::once("flags"));
    let mut table = Table::new(heads);
    for (place, day) in found.iter().enumerate() {
        let cells: Vec<Option<String>> = columns
            .iter()
            .map(|(_, cells)| cells.get(place).cloned().flatten())
            .collect();
        if cells.iter().all(Option::is_none) && constant.is_empty() {
            continue;
        }
        let locked = (day.locked == Some(true)).then(|| "locked".to_owned());
        table.row(
            std::iter::once(Some(days::short(day.date, year)))
                .chain(cells)
                .chain(std::iter::once(locked)),
        );
        table.goes_by(format!("oldest {}", day.date));
    }
    Rows {
        table,
        constant,
        with_plan,
    }
}

/// The head of an answer without rows: there may be comments all the same.
#[must_use]
pub fn without_rows(found: &[Wellness], wanted: &Wanted, range: &str) -> Reply {
    let comments = found.iter().filter(|day| day.comments.is_some()).count();
    Reply::new(match wanted.comments && comments > 0 {
        true => format!("{} · {range}", super::count(comments, "comment")),
        false => format!("No {} · {range}", wanted.what()),
    })
}

/// The comments of the newest days, quoted.
pub fn comments(reply: &mut Reply, shown: &[Wellness], wanted: &Wanted) {
    if !wanted.comments {
        return;
    }
    let comments = shown
        .iter()
        .rev()
        .filter_map(|day| Some((day, day.comments.as_deref()?)));
    for (day, comment) in comments.take(MOST_COMMENTS) {
        reply.quote(format!("comment on {}", days::full(day.date)), comment);
    }
}

/// What of the shown days was not measured: copied values, and a 0 where nobody has one.
#[must_use]
pub fn not_measured(found: &[Wellness], is_wanted: impl Fn(&str) -> bool) -> Vec<String> {
    let mut said = Vec::new();
    let copied = |name: &str, is: fn(&Wellness) -> bool| {
        let days = found.iter().filter(|day| is(day)).count();
        (days > 0 && is_wanted(name)).then(|| {
            format!(
                "{name} of {} copied from settings",
                super::count(days, "day")
            )
        })
    };
    said.extend(copied("weight", |day| {
        day.temp_weight == Some(true) && day.weight.is_some()
    }));
    said.extend(copied("resting_hr", |day| {
        day.temp_resting_hr == Some(true) && day.resting_hr.is_some()
    }));
    let zero = |name: &str, is: fn(&Wellness) -> bool| {
        let days = found.iter().filter(|day| is(day)).count();
        (days > 0 && is_wanted(name)).then(|| format!("{name} 0 on {}", super::count(days, "day")))
    };
    said.extend(zero("hrv", |day| day.hrv == Some(0.0)));
    said.extend(zero("resting_hr", |day| day.resting_hr == Some(0)));
    said.extend(zero("weight", |day| day.weight == Some(0.0)));
    said
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choose(names: &[&str]) -> Result<Wanted, String> {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        Wanted::choose(Asked::of(&names), &[], Vec::new())
    }

    #[test]
    fn wrong_names_are_answered_with_the_right_ones() {
        assert!(choose(&["HRV", "restingHR", "comments"]).is_ok());
        let said = choose(&["hrv", "pulse"]).err().unwrap();
        assert!(
            said.contains("resting_hr") && said.contains("'pulse'"),
            "{said}"
        );
        assert_eq!(choose(&["All"]).unwrap().measures.len(), MEASURES.len());
        assert_eq!(choose(&[]).unwrap().measures.len(), USUAL.len());
    }

    #[test]
    fn only_what_is_named_is_asked_for() {
        let names = vec!["hrv".to_owned(), "form".to_owned()];
        assert_eq!(
            Asked::of(&names).wire(),
            ["atl", "ctl", "hrv", "locked", "tempRestingHR", "tempWeight"]
        );
        let custom = vec!["hrv".to_owned(), "Caffeine".to_owned()];
        assert!(Asked::of(&custom).wire().is_empty(), "it may be custom");
    }
}
