//! Members of an object in words, to tell what changed of it.

use jiff::civil::DateTime;
use serde_json::Value;

use super::{change, days};
use crate::intervals::events::Event;
use crate::intervals::{EventId, Members};
use crate::mcp::changes::{is_nothing, same};
use crate::mcp::context::Local;
use crate::mcp::measure::MEASURES;
use crate::mcp::scales::FEEL;
use crate::mcp::text;
use crate::units::{clock, number};

/// Differences told of one object; the others are counted.
const MOST: usize = 8;

/// Names that differ from those on the wire.
const NAMES: [(&str, &str); 18] = [
    ("start_date_local", "date"),
    ("end_date_local", "end"),
    ("type", "sport"),
    ("moving_time", "time"),
    ("icu_training_load", "load"),
    ("icu_rpe", "RPE"),
    ("carbs_ingested", "carbs g"),
    ("paired_event_id", "event"),
    ("trainer", "indoor"),
    ("ftp", "FTP W"),
    ("indoor_ftp", "indoor FTP W"),
    ("w_prime", "W' J"),
    ("p_max", "Pmax W"),
    ("lthr", "LTHR bpm"),
    ("max_hr", "max HR bpm"),
    ("hr_zones", "HR zones bpm"),
    ("power_zones", "power zones %"),
    ("pace_zones", "pace zones %"),
];

/// Of what the members are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Event,
    /// A day, with names and scales of its own.
    Wellness,
    /// An activity, settings of a sport, a comment.
    Other,
}

/// What members are called, and how their values are shown.
#[derive(Clone, Copy)]
pub struct Words<'l> {
    pub local: &'l Local,
    pub kind: Kind,
}

impl Words<'_> {
    /// `load 60 → 45, name → "Tempo"` of `keys`.
    #[must_use]
    pub fn changes<'k>(
        self,
        keys: impl IntoIterator<Item = &'k str>,
        from: &Members,
        to: &Members,
    ) -> String {
        let differs = |key: &&str| !same(member(from, key), member(to, key));
        let keys: Vec<&str> = keys.into_iter().filter(differs).collect();
        let mut said = match self.kind {
            Kind::Event => self.of_event(&keys, from, to),
            _ => Vec::new(),
        };
        if said.is_empty() {
            said = keys.iter().map(|key| self.change(key, from, to)).collect();
        }
        let more = said.len().saturating_sub(MOST);
        if more > 0 {
            said.truncate(MOST);
            said.push(format!("{more} more"));
        }
        said.join(", ")
    }

    fn of_event(self, keys: &[&str], from: &Members, to: &Members) -> Vec<String> {
        let mut left = from.clone();
        for key in keys {
            match to.get(*key) {
                Some(value) => left.insert((*key).to_owned(), value.clone()),
                None => left.remove(*key),
            };
        }
        let event = |members: &Members| Event::of(EventId(0), members);
        change::changes(&event(from), &event(&left), self.local)
    }

    fn change(self, key: &str, from: &Members, to: &Members) -> String {
        let old = self.value(key, member(from, key), from);
        let new = self.value(key, member(to, key), to);
        if old == new {
            return format!("{} changed", self.name(key));
        }
        format!("{} {old} → {new}", self.name(key))
    }

    /// What it is called in answers.
    #[must_use]
    pub fn name(self, key: &str) -> String {
        if self.kind == Kind::Wellness {
            let measure = MEASURES
                .iter()
                .find(|measure| measure.wire.first() == Some(&key));
            if let Some(measure) = measure {
                return measure.head(self.local.units);
            }
        }
        let known = NAMES.iter().find(|(wire, _)| *wire == key);
        known.map_or_else(
            || text::name(&key.trim_start_matches("icu_").replace('_', " ")),
            |(_, name)| (*name).to_owned(),
        )
    }

    fn value(self, key: &str, value: &Value, of: &Members) -> String {
        if is_nothing(value) {
            return "none".to_owned();
        }
        match value {
            Value::Number(found) => self.number(key, found.as_f64().unwrap_or_default(), of),
            Value::String(found) => words(key, found),
            Value::Bool(true) => "yes".to_owned(),
            Value::Bool(false) => "no".to_owned(),
            Value::Array(list) => {
                let values: Vec<String> = list.iter().map(|v| self.value("", v, of)).collect();
                text::line(&values.join(", "), 120)
            }
            Value::Object(members) => self.value("", member(members, "id"), members),
            Value::Null => "none".to_owned(),
        }
    }

    fn number(self, key: &str, found: f64, of: &Members) -> String {
        if self.kind == Kind::Wellness {
            let measure = MEASURES
                .iter()
                .find(|measure| measure.wire.first() == Some(&key));
            return measure.map_or_else(
                || number(found, 2),
                |measure| measure.show_exactly(found, self.local.units),
            );
        }
        let text_of = |key: &str| member(of, key).as_str().unwrap_or_default();
        match key {
            "moving_time" | "time_target" | "max_training_time" | "warmup_time"
            | "cooldown_time" => clock(found),
            "distance" | "distance_target" => self.local.units.named_way(text_of("type"), found, 2),
            "threshold_pace" => self.pace(found, of),
            #[expect(clippy::cast_possible_truncation, reason = "a scale has five steps")]
            "feel" => FEEL.label(found as i64),
            _ => number(found, 2),
        }
    }

    fn pace(self, speed: f64, of: &Members) -> String {
        let sports = member(of, "types").as_array();
        let sport = sports
            .and_then(|sports| sports.first())
            .and_then(Value::as_str);
        let pace = sport.and_then(|sport| self.local.units.pace_of(sport));
        let shown = pace.and_then(|pace| Some(format!("{}{}", pace.show(speed)?, pace.name())));
        shown.unwrap_or_else(|| {
            let units = self.local.units;
            format!("{} {}", number(units.speed(speed), 1), units.speed_name())
        })
    }
}

fn words(key: &str, found: &str) -> String {
    match key {
        "start_date_local" | "end_date_local" => found.parse::<DateTime>().map_or_else(
            |_| text::name(found),
            |at| {
                let date = days::full(at.date());
                if at.time() == jiff::civil::Time::midnight() {
                    date
                } else {
                    format!("{date} {:02}:{:02}", at.hour(), at.minute())
                }
            },
        ),
        "category" | "target" | "sub_type" | "training_availability" => {
            text::name(found).to_lowercase().replace('_', " ")
        }
        "name" | "description" | "comments" | "content" => format!("\"{}\"", text::name(found)),
        _ => text::name(found),
    }
}

fn member<'m>(members: &'m Members, key: &str) -> &'m Value {
    members.get(key).unwrap_or(&Value::Null)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::json;

    use super::*;
    use crate::units::Units;

    fn members(value: Value) -> Members {
        value.as_object().cloned().unwrap()
    }

    fn told(kind: Kind, from: Value, to: Value) -> String {
        let local = Local {
            now: "2026-03-18T09:30[Europe/Zurich]".parse().unwrap(),
            units: Units::default(),
            units_known: true,
        };
        let words = Words {
            local: &local,
            kind,
        };
        let (from, to) = (members(from), members(to));
        let keys: BTreeSet<&str> = from.keys().chain(to.keys()).map(String::as_str).collect();
        words.changes(keys, &from, &to)
    }

    #[test]
    fn differences_are_told_in_the_words_of_people() {
        let from = json!({"name": "Tempo", "icu_training_load": 60, "start_date_local": "2026-03-19T00:00:00", "tags": ["a"],
            "end_date_local": "2026-03-20T00:00:00", "category": "WORKOUT", "type": "Run", "uid": "x"});
        let to = json!({"name": "Tempo", "icu_training_load": 45, "start_date_local": "2026-03-20T07:30:00",
            "end_date_local": "2026-03-21T00:00:00", "category": "WORKOUT", "type": "Run", "uid": "x"});
        assert_eq!(
            told(Kind::Event, from, to),
            "Thu 03-19 → Fri 03-20 07:30, load 60 → 45, tags a → none"
        );
        let (from, to) = (
            json!({"threshold_pace": 4.0, "types": ["Run"]}),
            json!({"threshold_pace": 5.0, "types": ["Run"]}),
        );
        assert_eq!(
            told(Kind::Other, from, to),
            "threshold pace 4:10/km → 3:20/km"
        );
        let (from, to) = (
            json!({"feel": 2, "icu_rpe": 7}),
            json!({"feel": 4, "gear": {"id": "b5"}}),
        );
        assert_eq!(
            told(Kind::Other, from, to),
            "feel strong → weak, gear none → b5, RPE 7 → none"
        );
        let (from, to) = (
            json!({"mood": 2, "weight": 68.0, "CaffeineMg": 80}),
            json!({"mood": 4, "weight": 67.45, "CaffeineMg": 80.0}),
        );
        assert_eq!(
            told(Kind::Wellness, from, to),
            "mood good → poor, weight kg 68 → 67.45"
        );
    }

    #[test]
    fn what_has_no_word_of_its_own_is_still_named_and_much_is_counted() {
        assert_eq!(
            told(Kind::Event, json!({"uid": "a"}), json!({"uid": "b"})),
            "uid a → b"
        );
        let from: Members = (0..12).map(|n| (format!("k{n:02}"), json!(n))).collect();
        let said = told(Kind::Other, Value::Object(from), json!({}));
        assert!(said.ends_with("k07 7 → none, 4 more"), "{said}");
        let long = |end: &str| json!({"description": format!("{}{end}", "words ".repeat(20))});
        assert_eq!(
            told(Kind::Other, long("a"), long("b")),
            "description changed"
        );
    }
}
