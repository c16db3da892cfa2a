//! The calendar and the days of wellness as they should be.

use std::collections::BTreeMap;

use jiff::ToSpan as _;
use jiff::civil::{Date, DateTime};
use serde_json::Value;

pub type Members = BTreeMap<String, Value>;

/// What a client can write of an event.
const OF_AN_EVENT: [&str; 34] = [
    "category",
    "start_date_local",
    "end_date_local",
    "name",
    "type",
    "description",
    "moving_time",
    "distance",
    "icu_training_load",
    "indoor",
    "target",
    "sub_type",
    "tags",
    "carbs_per_hour",
    "load_target",
    "time_target",
    "distance_target",
    "for_week",
    "training_availability",
    "max_training_time",
    "can_train_sports",
    "color",
    "show_as_note",
    "show_on_ctl_line",
    "not_on_fitness_chart",
    "hide_from_athlete",
    "athlete_cannot_edit",
    "structure_read_only",
    "entered",
    "external_id",
    "plan_applied",
    "plan_athlete_id",
    "plan_folder_id",
    "plan_workout_id",
];
/// What the service works out of a day of wellness.
const COMPUTED: [&str; 9] = [
    "id",
    "ctl",
    "atl",
    "rampRate",
    "ctlLoad",
    "atlLoad",
    "sportInfo",
    "updated",
    "locked",
];
/// What the service works out of the steps of a workout.
pub const OF_THE_STEPS: [&str; 3] = ["icu_training_load", "moving_time", "distance"];

#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    pub id: i64,
    /// Without what says nothing.
    pub members: Members,
    pub is_structured: bool,
    /// Whether an activity carried it out.
    pub is_done: bool,
}

/// By what stays the same when an event is made again: its `uid`.
pub type Calendar = BTreeMap<String, Event>;
/// By their dates.
pub type Days = BTreeMap<String, Members>;

#[derive(Clone, Debug, Default, PartialEq)]
pub struct State {
    pub calendar: Calendar,
    pub days: Days,
}

/// The same in every spelling.
pub fn plain(key: &str, value: &Value) -> Option<Value> {
    let says_nothing = match (key, value) {
        (_, Value::Null | Value::Bool(false)) => true,
        (_, Value::String(text)) if text.is_empty() => true,
        (_, Value::Array(list)) if list.is_empty() => true,
        ("target", value) => value == "AUTO",
        ("sub_type", value) => value == "NONE",
        ("training_availability", value) => value == "NORMAL",
        _ => false,
    };
    let number = |value: &Value| value.as_f64().map(Value::from);
    (!says_nothing).then(|| number(value).unwrap_or_else(|| value.clone()))
}

impl Event {
    pub fn text(&self, key: &str) -> &str {
        self.members
            .get(key)
            .and_then(Value::as_str)
            .unwrap_or_default()
    }

    pub fn starts(&self) -> DateTime {
        moment(&self.members, "start_date_local")
    }

    pub fn ends(&self) -> DateTime {
        moment(&self.members, "end_date_local")
    }

    pub fn day(&self) -> Date {
        self.starts().date()
    }

    /// Whether both would be taken for one.
    pub fn is_twin(&self, other: &Members) -> bool {
        are_twins(&self.members, other)
    }
}

pub fn are_twins(one: &Members, other: &Members) -> bool {
    let same = |key: &str| one.get(key) == other.get(key);
    let day = |members: &Members| moment(members, "start_date_local").date();
    let is_target = one.get("category").is_some_and(|kind| kind == "TARGET");
    same("category") && same("type") && day(one) == day(other) && (is_target || same("name"))
}

pub fn moment(members: &Members, key: &str) -> DateTime {
    members[key].as_str().unwrap().parse().unwrap()
}

pub fn written(at: DateTime) -> Value {
    Value::from(at.strftime("%Y-%m-%dT%H:%M:%S").to_string())
}

/// Start and end of an event so many days later.
pub fn shifted(members: &Members, days: i64) -> Members {
    let later = |key: &str| {
        let at = moment(members, key).checked_add(days.days()).unwrap();
        (key.to_owned(), written(at))
    };
    Members::from([later("start_date_local"), later("end_date_local")])
}

/// The rows of `GET events`.
///
/// # Errors
/// When one stands there twice.
pub fn calendar(rows: &Value) -> Result<Calendar, String> {
    let mut calendar = Calendar::new();
    for row in rows.as_array().unwrap() {
        let uid = row["uid"]
            .as_str()
            .ok_or_else(|| format!("without a uid: {row}"))?;
        let members = OF_AN_EVENT.iter();
        let members = members
            .filter_map(|key| Some(((*key).to_owned(), plain(key, &row[*key])?)))
            .collect();
        let steps = row["workout_doc"]["steps"].as_array();
        let event = Event {
            id: row["id"].as_i64().unwrap(),
            members,
            is_structured: steps.is_some_and(|steps| !steps.is_empty()),
            is_done: !row["paired_activity_id"].is_null(),
        };
        if let Some(other) = calendar.insert(uid.to_owned(), event) {
            return Err(format!("{uid} is there twice: {other:?}, {row}"));
        }
    }
    Ok(calendar)
}

/// The rows of `GET wellness`.
pub fn days(rows: &Value) -> Days {
    let rows = rows.as_array().unwrap().iter();
    rows.map(|row| {
        let members = row.as_object().unwrap().iter();
        let members = members
            .filter(|(key, _)| !COMPUTED.contains(&key.as_str()))
            .filter_map(|(key, value)| Some((key.clone(), plain(key, value)?)));
        let date = row["id"].as_str().unwrap().to_owned();
        (date, members.collect())
    })
    .collect()
}

/// What is not as it should be, a line each.
pub fn differences(should: &State, is: &State) -> Vec<String> {
    let mut said = Vec::new();
    for (uid, event) in &should.calendar {
        match is.calendar.get(uid) {
            None => said.push(format!("LOST {} {:?}", event.id, event.members)),
            Some(now) if now == event => {}
            Some(now) => {
                if (now.id, now.is_structured, now.is_done)
                    != (event.id, event.is_structured, event.is_done)
                {
                    let of = |e: &Event| format!("{} {} {}", e.id, e.is_structured, e.is_done);
                    said.push(format!("{}: {} should be {}", event.id, of(now), of(event)));
                }
                said.extend(members(&event.id.to_string(), &event.members, &now.members));
            }
        }
    }
    for (uid, event) in &is.calendar {
        if !should.calendar.contains_key(uid) {
            said.push(format!("UNEXPECTED {} {:?}", event.id, event.members));
        }
    }
    let none = Members::new();
    let dates = should.days.keys().chain(is.days.keys());
    let dates: std::collections::BTreeSet<&String> = dates.collect();
    for date in dates {
        let (a, b) = (should.days.get(date), is.days.get(date));
        said.extend(members(date, a.unwrap_or(&none), b.unwrap_or(&none)));
    }
    said
}

fn members(what: &str, should: &Members, is: &Members) -> Vec<String> {
    let keys: std::collections::BTreeSet<&String> = should.keys().chain(is.keys()).collect();
    let differ = keys
        .into_iter()
        .filter(|key| should.get(*key) != is.get(*key));
    differ
        .map(|key| {
            let (is, should) = (is.get(key), should.get(key));
            format!("{what} {key}: {is:?} should be {should:?}")
        })
        .collect()
}
