//! The calendar as it stands, and its events, read.

use std::collections::BTreeMap;

use jiff::ToSpan as _;
use serde_json::{Map, Value};

use super::{Call, locked, print};
use crate::demo::athlete::{Event, Projection, Year, strip_resolved, uid};
use crate::demo::rules::{self, Refusal};

/// Days after today that a list without bounds shows.
const DEFAULT_DAYS: i32 = 6;
/// Ids of events that were written count from here.
const FIRST_WRITTEN_ID: u32 = 41_500_000;

/// What was written over the generated calendar.
#[derive(Clone, Default)]
pub struct Calendar {
    /// By id; `None` is deleted.
    written: BTreeMap<u32, Option<Written>>,
    created: u32,
    batches: u32,
    /// The plan that was applied last: its folder, and the members of `GET training-plan`.
    pub plan: Option<(Value, Map<String, Value>)>,
}

/// An event that a client wrote or changed.
#[derive(Clone)]
pub struct Written {
    /// As the API prints it, with resolved targets.
    pub row: Map<String, Value>,
    /// Events that were created by one request share it; 0 is none.
    pub batch: u32,
}

impl Calendar {
    /// An event with resolved targets, as it stands.
    pub fn find(&self, year: &Year, id: u32) -> Option<Written> {
        match self.written.get(&id) {
            Some(written) => written.clone(),
            None => {
                let event = year.events.iter().find(|event| event.id == id)?;
                Some(Written {
                    row: year.event(event, true),
                    batch: 0,
                })
            }
        }
    }

    /// Every event that `wanted` says, with resolved targets.
    pub fn all(
        &self,
        year: &Year,
        wanted: impl Fn(&Map<String, Value>) -> bool,
    ) -> Vec<(u32, Written)> {
        let generated = year.events.iter().map(|event| event.id);
        let created = self.written.keys().copied().filter(|id| !is_generated(*id));
        generated
            .chain(created)
            .filter_map(|id| Some((id, self.find(year, id)?)))
            .filter(|(_, written)| wanted(&written.row))
            .collect()
    }

    /// The event with an `external_id`; generated ones have none.
    pub fn with_external_id(&self, text: &str) -> Option<u32> {
        self.written_with("external_id", text)
    }

    pub fn with_uid(&self, year: &Year, text: &str) -> Option<u32> {
        let generated = || {
            let mut ids = year.events.iter().map(|event| event.id);
            ids.find(|id| !self.written.contains_key(id) && uid(*id) == text)
        };
        self.written_with("uid", text).or_else(generated)
    }

    fn written_with(&self, key: &str, text: &str) -> Option<u32> {
        let written = self.written.iter();
        let mut fits = written.filter(|(_, written)| {
            let row = written.as_ref().map(|written| &written.row);
            row.and_then(|row| row.get(key)).and_then(Value::as_str) == Some(text)
        });
        fits.next().map(|(id, _)| *id)
    }

    pub fn next_id(&mut self) -> u32 {
        self.created += 1;
        FIRST_WRITTEN_ID + 2 * self.created
    }

    /// A number for events that are created together.
    pub fn next_batch(&mut self) -> u32 {
        self.batches += 1;
        self.batches
    }

    pub fn put(&mut self, id: u32, written: Written) {
        self.written.insert(id, Some(written));
    }

    pub fn delete(&mut self, id: u32) {
        if is_generated(id) {
            self.written.insert(id, None);
        } else {
            self.written.remove(&id);
        }
    }

    /// Load that was added to days or taken from them.
    fn changes(&self, call: &Call<'_>) -> Vec<(i32, i64)> {
        let mut changes = Vec::new();
        for (id, written) in &self.written {
            let event = call.year.events.iter().find(|event| event.id == *id);
            if let Some(event) = event {
                let load = call.year.planned_load(event);
                changes.push((event.start, -i64::from(load)));
            }
            let Some(written) = written else { continue };
            let (day, load) = planned(call, &written.row);
            // What was missed, or is replaced by an activity, counts no more for having been renamed.
            let is_past = |event: &Event| event.start == day && !call.year.is_ahead(event);
            if day >= 0 && !event.is_some_and(is_past) {
                changes.push((day, load));
            }
        }
        changes
    }
}

fn is_generated(id: u32) -> bool {
    id < FIRST_WRITTEN_ID
}

/// The day and the load of a planned session.
fn planned(call: &Call<'_>, row: &Map<String, Value>) -> (i32, i64) {
    let (day, _) = days(call, row);
    let counts = is_session(row)
        && row.get("paired_activity_id").is_none_or(Value::is_null)
        && row.get("not_on_fitness_chart") != Some(&Value::Bool(true));
    let load = row.get("icu_training_load").and_then(Value::as_i64);
    (day, if counts { load.unwrap_or(0) } else { 0 })
}

/// Whether an event is something to train.
pub fn is_session(row: &Map<String, Value>) -> bool {
    let category = row.get("category").and_then(Value::as_str);
    category.is_some_and(|name| name == "WORKOUT" || name.starts_with("RACE_"))
}

/// The first day of an event and the day after its last, from today.
pub fn days(call: &Call<'_>, row: &Map<String, Value>) -> (i32, i32) {
    let day = |key: &str| {
        let moment = row
            .get(key)
            .and_then(Value::as_str)
            .and_then(rules::moment)?;
        let part = moment.time() != jiff::civil::Time::midnight();
        Some((call.day(moment.date()), part))
    };
    let (start, _) = day("start_date_local").unwrap_or_default();
    // An event that ends in the course of a day touches that day.
    let end = day("end_date_local").map(|(end, part)| end + i32::from(part));
    (start, end.unwrap_or(start + 1).max(start + 1))
}

/// Fitness with what was written; `None` while nothing was.
pub fn projection(call: &Call<'_>) -> Option<Projection> {
    let calendar = locked(&call.writes.calendar);
    projected(call, &calendar)
}

fn projected(call: &Call<'_>, calendar: &Calendar) -> Option<Projection> {
    let mut changes = calendar.changes(call);
    changes.extend(locked(&call.writes.activities).loads(call));
    (!changes.is_empty()).then(|| call.year.projected(&changes))
}

/// An event as it is answered: with the fitness of now, and resolved targets only when asked for.
pub fn shown(
    call: &Call<'_>,
    mut row: Map<String, Value>,
    projection: Option<&Projection>,
    resolve: bool,
) -> Value {
    if let Some(projection) = projection
        && is_session(&row)
    {
        projection.on_event(days(call, &row).0, &mut row);
    }
    if !resolve && let Some(document) = row.get_mut("workout_doc") {
        strip_resolved(document);
    }
    Value::Object(row)
}

/// Events after they were written, as they are answered.
pub fn answer(call: &Call<'_>, calendar: &Calendar, ids: &[u32]) -> Vec<Value> {
    let projection = projected(call, calendar);
    ids.iter()
        .filter_map(|id| calendar.find(call.year, *id))
        .map(|written| shown(call, written.row, projection.as_ref(), false))
        .collect()
}

pub fn list(call: &Call<'_>) -> Result<String, Refusal> {
    let today = call.now.date();
    let oldest = call.query.day("oldest").unwrap_or(today);
    let newest = match call.query.day("newest") {
        Some(day) => day,
        None => oldest.checked_add(DEFAULT_DAYS.days()).unwrap_or(oldest),
    };
    let (first, last) = (call.day(oldest), call.day(newest));
    let categories = call.query.list("category");
    let limit = call.query.count("limit").unwrap_or(usize::MAX);
    let resolve = call.query.flag("resolve");
    let calendar = locked(&call.writes.calendar);
    let projection = projected(call, &calendar);
    let wanted = |category: &str| {
        categories
            .as_ref()
            .is_none_or(|all| all.contains(&category))
    };
    let generated = call.year.events.iter().filter(|event| {
        event.start <= last
            && event.end > first
            && wanted(event.category)
            && !calendar.written.contains_key(&event.id)
    });
    let generated = generated.map(|event| (event.start, event.id, call.year.event(event, true)));
    let written = calendar.written.iter().filter_map(|(id, written)| {
        let row = &written.as_ref()?.row;
        let (start, end) = days(call, row);
        let category = row.get("category")?.as_str()?;
        (start <= last && end > first && wanted(category)).then(|| (start, *id, row.clone()))
    });
    let mut rows: Vec<_> = generated.chain(written).collect();
    rows.sort_by_key(|(start, id, _)| (*start, *id));
    let rows: Vec<Value> = rows
        .into_iter()
        .take(limit)
        .map(|(_, _, row)| shown(call, row, projection.as_ref(), resolve))
        .collect();
    print(rows)
}

pub fn one(call: &Call<'_>) -> Result<String, Refusal> {
    let id = id(call)?;
    let calendar = locked(&call.writes.calendar);
    let projection = projected(call, &calendar);
    let found = calendar.find(call.year, id).ok_or_else(|| missing(id))?;
    print(shown(call, found.row, projection.as_ref(), false))
}

/// The event that a path names.
pub fn id(call: &Call<'_>) -> Result<u32, Refusal> {
    let wanted = call.value(0);
    let id: i32 = wanted.parse().map_err(|_| {
        Refusal::unprocessable(format!("For input string: \"{wanted}\""))
            .violating(format!("event id {wanted}"))
    })?;
    u32::try_from(id).map_err(|_| Refusal::not_found(format!("Event {id} not found")))
}

pub fn missing(id: u32) -> Refusal {
    Refusal::not_found(format!("Event {id} not found"))
}
