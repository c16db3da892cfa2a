//! Activities as they stand: what was changed, and what was entered by hand.

use std::borrow::Cow;
use std::collections::BTreeMap;

use jiff::civil::DateTime;
use serde_json::{Map, Value};

use super::{Call, locked};
use crate::demo::rules;

/// What was written to activities.
#[derive(Default)]
pub struct Recorded {
    /// Changed members by id.
    changed: BTreeMap<String, Map<String, Value>>,
    /// Activities entered by hand, in the order of their entry.
    added: Vec<Map<String, Value>>,
    /// How many were ever entered.
    pub entered: u32,
}

impl Recorded {
    pub fn change(&mut self, id: &str, members: Map<String, Value>) {
        match self.added.iter_mut().find(|row| row["id"] == id) {
            Some(row) => row.extend(members),
            None => self
                .changed
                .entry(id.to_owned())
                .or_default()
                .extend(members),
        }
    }

    pub fn add(&mut self, row: Map<String, Value>) {
        self.added.push(row);
    }

    /// Takes an activity that was entered by hand.
    pub fn take(&mut self, id: &str) -> Option<Map<String, Value>> {
        let place = self.added.iter().position(|row| row["id"] == id)?;
        Some(self.added.remove(place))
    }

    pub fn added(&self, id: &str) -> Option<&Map<String, Value>> {
        self.added.iter().find(|row| row["id"] == id)
    }

    /// The activities of an event lose it.
    pub fn unpair(&mut self, call: &Call<'_>, event: u32) {
        let alone = Map::from_iter([
            ("paired_event_id".to_owned(), Value::Null),
            ("compliance".to_owned(), Value::Null),
        ]);
        for row in &mut self.added {
            if row.get("paired_event_id") == Some(&Value::from(event)) {
                row.extend(alone.clone());
            }
        }
        let paired = |id: Option<(u32, u32)>| id.is_some_and(|(id, _)| id == event);
        let recorded = call.year.activities.iter();
        for activity in recorded.filter(|activity| paired(activity.paired)) {
            self.change(&activity.id, alone.clone());
        }
    }

    /// The load of what was entered, by day from today.
    pub fn loads(&self, call: &Call<'_>) -> Vec<(i32, i64)> {
        let rows = self.added.iter();
        rows.map(|row| {
            let load = row.get("icu_training_load").and_then(Value::as_i64);
            (call.day(start(row).date()), load.unwrap_or(0))
        })
        .collect()
    }

    /// The row of a generated activity as JSON text.
    pub fn row<'a>(&self, call: &Call<'a>, place: usize) -> Cow<'a, str> {
        let text = call.year.row(place);
        let id = &call.year.activities[place].id;
        match self.changed.get(id) {
            None => Cow::Borrowed(text),
            Some(changes) => {
                let mut row: Map<String, Value> = serde_json::from_str(text).unwrap_or_default();
                row.extend(changes.clone());
                Cow::Owned(Value::Object(row).to_string())
            }
        }
    }
}

/// When an activity began, on the athlete's clock.
pub fn start(row: &Map<String, Value>) -> DateTime {
    let start = row.get("start_date_local").and_then(Value::as_str);
    start.and_then(rules::moment).unwrap_or_default()
}

/// Every activity that began when it was wanted, newest first, and whether it is a stub.
pub fn newest_first<'a>(
    call: &Call<'a>,
    wanted: impl Fn(DateTime) -> bool,
) -> Vec<(bool, Cow<'a, str>)> {
    let recorded = locked(&call.writes.activities);
    let generated = call.year.activities.iter().enumerate().rev();
    let mut rows: Vec<(DateTime, bool, Cow<'a, str>)> = generated
        .filter(|(_, activity)| wanted(activity.session.start))
        .map(|(place, activity)| {
            let row = recorded.row(call, place);
            (activity.session.start, activity.is_stub(), row)
        })
        .collect();
    let entered = recorded.added.iter().filter(|row| wanted(start(row)));
    rows.extend(entered.map(|row| {
        (
            start(row),
            false,
            Cow::Owned(Value::Object(row.clone()).to_string()),
        )
    }));
    if !recorded.added.is_empty() {
        rows.sort_by_key(|(start, ..)| std::cmp::Reverse(*start));
    }
    rows.into_iter()
        .map(|(_, is_stub, row)| (is_stub, row))
        .collect()
}
