//! Events, written.

use serde_json::{Map, Value, json};

use super::calendar::{self, Calendar, Written};
use super::event::merged;
use super::members::{self, Shape};
use super::{Call, locked, print};
use crate::demo::rules::Refusal;

/// How a new event finds the one that it replaces.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Match {
    Never,
    ExternalId,
    Uid,
}

pub fn create(call: &Call<'_>) -> Result<String, Refusal> {
    let by = if call.query.flag("upsertOnUid") {
        Match::Uid
    } else {
        Match::Never
    };
    let body = call.json()?;
    let mut calendar = locked(&call.writes.calendar);
    let id = save(call, &mut calendar, &body, by, 0)?;
    let rows = calendar::answer(call, &calendar, &[id]);
    print(rows.into_iter().next().unwrap_or_default())
}

/// Nothing is written when one row is refused.
pub fn create_bulk(call: &Call<'_>) -> Result<String, Refusal> {
    let by = if call.query.flag("upsert") {
        Match::ExternalId
    } else if call.query.flag("upsertOnUid") {
        Match::Uid
    } else {
        Match::Never
    };
    let body = call.json()?;
    let rows = members::rows(&body, "POST events/bulk")?;
    let mut calendar = locked(&call.writes.calendar);
    let mut draft = calendar.clone();
    let batch = draft.next_batch();
    let mut ids = Vec::new();
    for row in rows {
        if let Some(refusal) = call.stopped(ids.len()) {
            *calendar = draft;
            return Err(refusal);
        }
        let id = save(call, &mut draft, row, by, batch).map_err(|mut refusal| {
            refusal.body = json!([refusal.body]);
            refusal
        })?;
        ids.push(id);
    }
    if call.query.flag("updatePlanApplied") {
        for id in &ids {
            if let Some(mut written) = draft.find(call.year, *id) {
                let now = Value::from(call.timestamp);
                written.row.insert("plan_applied".to_owned(), now);
                draft.put(*id, written);
            }
        }
    }
    *calendar = draft;
    print(calendar::answer(call, &calendar, &ids))
}

/// Changes what was sent; null is ignored. The answer lacks fitness, as the service's was seen to.
pub fn update(call: &Call<'_>) -> Result<String, Refusal> {
    let id = calendar::id(call)?;
    let body = call.json()?;
    if body.get("id").is_some_and(|sent| *sent != id) {
        return Err(Refusal::unprocessable("id does not match the path")
            .violating("PUT event: id is not the path's"));
    }
    let mut calendar = locked(&call.writes.calendar);
    let before = calendar
        .find(call.year, id)
        .ok_or_else(|| calendar::missing(id))?;
    let row = merged(call, Some(&before.row), &body)?;
    let batch = before.batch;
    calendar.put(id, Written { row, batch });
    let mut rows = calendar::answer(call, &calendar, &[id]);
    if let Some(row) = rows.first_mut().and_then(Value::as_object_mut) {
        for key in ["icu_ctl", "icu_atl"] {
            row.insert(key.to_owned(), Value::Null);
        }
    }
    print(rows.into_iter().next().unwrap_or_default())
}

/// `others` also deletes what was created together with it, but nothing before `notBefore`.
pub fn delete(call: &Call<'_>) -> Result<String, Refusal> {
    let id = calendar::id(call)?;
    let mut calendar = locked(&call.writes.calendar);
    let doomed = calendar
        .find(call.year, id)
        .ok_or_else(|| calendar::missing(id))?;
    let mut ids = vec![id];
    if call.query.flag("others") && doomed.batch != 0 {
        let from = call.query.day("notBefore").map(|day| call.day(day));
        let late =
            |row: &Map<String, Value>| from.is_none_or(|from| calendar::days(call, row).0 >= from);
        let others = calendar.all(call.year, late).into_iter();
        ids.extend(
            others
                .filter(|(other, written)| *other != id && written.batch == doomed.batch)
                .map(|(other, _)| other),
        );
    }
    for id in ids {
        remove(call, &mut calendar, id);
    }
    print(json!({}))
}

/// Of an id and an external id the latter counts; what is not there is no mistake.
pub fn delete_bulk(call: &Call<'_>) -> Result<String, Refusal> {
    const WHAT: &str = "PUT events/bulk-delete";
    let body = call.json()?;
    let rows = members::rows(&body, WHAT)?;
    let mut doomed = Vec::new();
    for row in rows {
        let members = members::members(row, WHAT, |key| match key {
            "id" => Some(Shape::Whole),
            "external_id" => Some(Shape::Text),
            _ => None,
        })?;
        let id = members.get("id").and_then(Value::as_u64);
        let external = members.get("external_id").and_then(Value::as_str);
        if id.is_none() && external.is_none() {
            return Err(Refusal::unprocessable("id or external_id is required")
                .violating(format!("{WHAT}: {row} names no event")));
        }
        doomed.push((
            id.and_then(|id| u32::try_from(id).ok()),
            external.map(str::to_owned),
        ));
    }
    let mut calendar = locked(&call.writes.calendar);
    let mut deleted = 0;
    for (done, (id, external)) in doomed.into_iter().enumerate() {
        if let Some(refusal) = call.stopped(done) {
            return Err(refusal);
        }
        let found = match external {
            Some(external) => calendar.with_external_id(&external),
            None => id.filter(|id| calendar.find(call.year, *id).is_some()),
        };
        if let Some(id) = found {
            remove(call, &mut calendar, id);
            deleted += 1;
        }
    }
    print(json!({"eventsDeleted": deleted}))
}

/// Without `newest` everything from `oldest` on goes.
pub fn delete_range(call: &Call<'_>) -> Result<String, Refusal> {
    call.query.require("oldest")?;
    call.query.require("category")?;
    let first = call.query.day("oldest").map_or(0, |day| call.day(day));
    let last = call
        .query
        .day("newest")
        .map_or(i32::MAX, |day| call.day(day));
    let categories = call.query.list("category").unwrap_or_default();
    let creator = call.query.get("createdById");
    let mut calendar = locked(&call.writes.calendar);
    let doomed = calendar.all(call.year, |row| {
        let text = |key: &str| row.get(key).and_then(Value::as_str);
        (first..=last).contains(&calendar::days(call, row).0)
            && text("category").is_some_and(|category| categories.contains(&category))
            && creator.is_none_or(|creator| text("created_by_id") == Some(creator))
    });
    for (id, _) in doomed {
        remove(call, &mut calendar, id);
    }
    Ok(String::new())
}

/// An activity stays when its event goes, without the pair.
fn remove(call: &Call<'_>, calendar: &mut Calendar, id: u32) {
    calendar.delete(id);
    locked(&call.writes.activities).unpair(call, id);
}

/// The target of the same day and type, which a target replaces.
fn same_target(call: &Call<'_>, calendar: &Calendar, body: &Value) -> Option<u32> {
    let fits = |row: &Map<String, Value>| {
        ["category", "type", "start_date_local"]
            .iter()
            .all(|key| row.get(*key) == body.get(*key))
    };
    (body["category"] == "TARGET")
        .then(|| calendar.all(call.year, fits).first().map(|(id, _)| *id))
        .flatten()
}

/// Creates an event, or updates the one that it matches.
fn save(
    call: &Call<'_>,
    calendar: &mut Calendar,
    body: &Value,
    by: Match,
    batch: u32,
) -> Result<u32, Refusal> {
    let text = |key: &str| body.get(key).and_then(Value::as_str);
    let mut found = match by {
        Match::Never => None,
        Match::ExternalId => text("external_id").and_then(|id| calendar.with_external_id(id)),
        Match::Uid => text("uid").and_then(|uid| calendar.with_uid(call.year, uid)),
    };
    if by == Match::Uid && found.is_none() {
        found = same_target(call, calendar, body);
    }
    if let Some(id) = found
        && let Some(before) = calendar.find(call.year, id)
    {
        let row = merged(call, Some(&before.row), body)?;
        let batch = before.batch;
        calendar.put(id, Written { row, batch });
        return Ok(id);
    }
    let row = merged(call, None, body)?;
    Ok(add(calendar, row, batch))
}

/// Puts a new event into the calendar.
pub fn add(calendar: &mut Calendar, mut row: Map<String, Value>, batch: u32) -> u32 {
    let id = calendar.next_id();
    row.insert("id".to_owned(), json!(id));
    if row.get("uid").is_none_or(Value::is_null) {
        let uid = format!("7c2e9a40-3d1f-4b68-8a57-{id:012}");
        row.insert("uid".to_owned(), Value::from(uid));
    }
    calendar.put(id, Written { row, batch });
    id
}
