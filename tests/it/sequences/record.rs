//! What was changed, and what taking it back is to come to.

use std::collections::BTreeSet;

use serde_json::Value;

use super::model::{Calendar, Event, Members, OF_THE_STEPS, State};

/// Numbers that are as good as absent at 0.
const NOTHING_AT_ZERO: [&str; 8] = [
    "icu_training_load",
    "moving_time",
    "distance",
    "carbs_per_hour",
    "load_target",
    "time_target",
    "distance_target",
    "max_training_time",
];

#[derive(Clone, Debug)]
pub struct Change {
    pub id: String,
    pub tool: &'static str,
    pub at: jiff::Timestamp,
    pub items: Vec<Item>,
    pub undone_by: Option<String>,
    pub undoes: Option<String>,
    /// The answer could not say what became of it all.
    pub is_vague: bool,
    /// Of these, by uid or date, nothing was written yet when it was last looked; should it stand there, it may have arrived.
    pub late: BTreeSet<String>,
}

#[derive(Clone, Debug)]
pub enum Item {
    Event {
        uid: String,
        before: Option<Event>,
        after: Option<Event>,
    },
    /// Of a day what was written.
    Day {
        date: String,
        keys: Vec<String>,
        before: Members,
        after: Members,
    },
}

/// What becomes of an item.
#[derive(Clone, Debug)]
pub enum Fate {
    Same,
    Refused,
    /// It is no longer there.
    Goes,
    /// It is as it was: created again, or changed back.
    Back(Box<Event>),
    Day(Members),
}

impl Item {
    /// Its uid or date.
    pub fn key(&self) -> &String {
        match self {
            Self::Event { uid, .. } => uid,
            Self::Day { date, .. } => date,
        }
    }

    pub fn fate(&self, now: &State) -> Fate {
        match self {
            Self::Event { uid, before, after } => {
                let event = now.calendar.get(uid);
                event_fate(before.as_ref(), after.as_ref(), event, &now.calendar)
            }
            Self::Day {
                date,
                keys,
                before,
                after,
            } => {
                let now = now.days.get(date).cloned().unwrap_or_default();
                day_fate(keys, before, after, &now)
            }
        }
    }

    /// Of what is not known how it was left, only what was sent is taken back.
    pub fn touched_only(&self, now: &State) -> Option<Event> {
        let Self::Event {
            uid,
            before: Some(before),
            after: Some(after),
        } = self
        else {
            return None;
        };
        let mut event = now.calendar.get(uid)?.clone();
        let keys = before.members.keys().chain(after.members.keys());
        let touched = keys.filter(|key| before.members.get(*key) != after.members.get(*key));
        for key in touched {
            match before.members.get(key) {
                Some(value) => event.members.insert(key.clone(), value.clone()),
                None => event.members.remove(key),
            };
        }
        Some(event)
    }
}

fn day_fate(keys: &[String], before: &Members, after: &Members, now: &Members) -> Fate {
    let is_before = |key: &&String| now.get(*key) == before.get(*key);
    let differ: Vec<&String> = keys.iter().filter(|key| !is_before(key)).collect();
    if differ.is_empty() {
        return Fate::Same;
    }
    if differ.iter().any(|key| now.get(*key) != after.get(*key)) {
        return Fate::Refused;
    }
    let mut then = now.clone();
    for key in differ {
        match before.get(key) {
            Some(value) => drop(then.insert(key.clone(), value.clone())),
            // Nothing else can be emptied.
            None if key == "comments" => drop(then.remove(key)),
            None => {}
        }
    }
    if then == *now {
        Fate::Refused
    } else {
        Fate::Day(then)
    }
}

fn event_fate(
    before: Option<&Event>,
    after: Option<&Event>,
    now: Option<&Event>,
    calendar: &Calendar,
) -> Fate {
    match (before, after, now) {
        (None, _, None) => Fate::Same,
        (None, Some(after), Some(now)) if is_left(after, now) => Fate::Goes,
        (Some(before), None, None) => {
            let is_rival = |event: &Event| {
                before.text("category") == "TARGET" && event.is_twin(&before.members)
            };
            if calendar.values().any(is_rival) {
                Fate::Refused
            } else {
                Fate::Back(Box::new(before.clone()))
            }
        }
        (Some(before), None, Some(now)) if is_left(before, now) => Fate::Same,
        (Some(before), Some(after), Some(now)) => changed_back(before, after, now),
        _ => Fate::Refused,
    }
}

/// Whether the steps of both are the same, so that what is worked out of them is nobody's doing.
fn is_computed(one: &Event, now: &Event) -> bool {
    now.is_structured && one.members.get("description") == now.members.get("description")
}

fn keys<'e>(events: &[&'e Event]) -> BTreeSet<&'e String> {
    events
        .iter()
        .flat_map(|event| event.members.keys())
        .collect()
}

fn is_left(left: &Event, now: &Event) -> bool {
    let is_same = |key: &String| {
        let (was, is) = (left.members.get(key), now.members.get(key));
        was == is || (was.is_none() && is_zero(key, is))
    };
    let passes = |key: &String| is_computed(left, now) && OF_THE_STEPS.contains(&key.as_str());
    keys(&[left, now])
        .into_iter()
        .all(|key| is_same(key) || passes(key))
}

/// Whether `value` stands for nothing.
pub fn is_zero(key: &str, value: Option<&Value>) -> bool {
    NOTHING_AT_ZERO.contains(&key) && value.and_then(Value::as_f64) == Some(0.0)
}

fn changed_back(before: &Event, after: &Event, now: &Event) -> Fate {
    let is_before = |key: &String| {
        let (was, is) = (before.members.get(key), now.members.get(key));
        was == is || (was.is_none() && is_zero(key, is))
    };
    let all = keys(&[before, after, now]);
    let counts = |event: &Event, key: &String| {
        !(is_computed(event, now) && OF_THE_STEPS.contains(&key.as_str()))
    };
    if all.iter().all(|key| is_before(key) || !counts(before, key)) {
        return Fate::Same;
    }
    let is_changed = |key: &&&String| {
        counts(after, key) && now.members.get(**key) != after.members.get(**key) && !is_before(key)
    };
    if all.iter().any(|key| is_changed(&key)) {
        return Fate::Refused;
    }
    let mut then = before.clone();
    then.id = now.id;
    then.is_done = now.is_done;
    // What was taken back before stands there still, unless it was worked out of steps that go.
    let steps_go = now.is_structured && !before.is_structured;
    for (key, value) in &now.members {
        let goes = steps_go && OF_THE_STEPS.contains(&key.as_str());
        if !before.members.contains_key(key)
            && !goes
            && is_zero(key, Some(value))
            && after
                .members
                .get(key)
                .is_none_or(|after| is_zero(key, Some(after)))
        {
            then.members.insert(key.clone(), value.clone());
        }
    }
    Fate::Back(Box::new(then))
}
