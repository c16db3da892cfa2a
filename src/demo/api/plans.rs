//! Plans of the library on the calendar, and copies of events.

use jiff::ToSpan as _;
use jiff::civil::Date;
use serde_json::{Map, Value, json};

use super::calendar::{self, Calendar};
use super::event::merged;
use super::events::add;
use super::members::{self, Shape};
use super::{Call, locked, print};
use crate::demo::ATHLETE_ID;
use crate::demo::athlete::{folders, profile};
use crate::demo::rules::{self, Refusal};

/// Members of a workout that its event takes over.
const OF_THE_WORKOUT: [&str; 11] = [
    "name",
    "description",
    "type",
    "indoor",
    "color",
    "moving_time",
    "distance",
    "icu_training_load",
    "target",
    "tags",
    "sub_type",
];
const MOST_COPIES: i64 = 100;

/// Copies come `weeksBetween` weeks after one another, without external ids and pairs.
pub fn duplicate(call: &Call<'_>) -> Result<String, Refusal> {
    const WHAT: &str = "POST duplicate-events";
    let body = call.json()?;
    let sent = members::members(&body, WHAT, |key| match key {
        "numCopies" | "weeksBetween" => Some(Shape::Whole),
        "eventIds" => Some(Shape::List),
        _ => None,
    })?;
    let number = |key: &str| sent.get(key).and_then(Value::as_i64).unwrap_or(0);
    let (copies, weeks) = (number("numCopies"), number("weeksBetween"));
    if !(1..=MOST_COPIES).contains(&copies) || weeks < 1 {
        return Err(Refusal::unprocessable(
            "numCopies and weeksBetween must be positive",
        ));
    }
    let ids = members::rows(sent.get("eventIds").unwrap_or(&Value::Null), WHAT)?;
    let mut calendar = locked(&call.writes.calendar);
    let mut originals = Vec::new();
    for id in ids {
        let known = id.as_u64().and_then(|id| u32::try_from(id).ok());
        let found = known.and_then(|id| calendar.find(call.year, id));
        let found = found.ok_or_else(|| Refusal::not_found(format!("Event {id} not found")))?;
        originals.push(found.row);
    }
    let mut draft = calendar.clone();
    let batch = draft.next_batch();
    let mut created = Vec::new();
    for copy in 1..=copies {
        for original in &originals {
            let row = moved(call, original, copy * weeks)?;
            created.push(add(&mut draft, row, batch));
        }
    }
    *calendar = draft;
    print(calendar::answer(call, &calendar, &created))
}

fn moved(
    call: &Call<'_>,
    original: &Map<String, Value>,
    weeks: i64,
) -> Result<Map<String, Value>, Refusal> {
    let mut row = original.clone();
    for key in ["uid", "external_id", "paired_activity_id", "push_errors"] {
        row.insert(key.to_owned(), Value::Null);
    }
    let start = row.get("start_date_local").and_then(Value::as_str);
    let start = start.and_then(rules::moment).unwrap_or_default();
    let later = start
        .checked_add(weeks.weeks())
        .map_err(|_| Refusal::unprocessable("Date is out of range"))?;
    merged(
        call,
        Some(&row),
        &json!({"start_date_local": later.to_string()}),
    )
}

/// Puts every workout of a plan on its day.
pub fn apply(call: &Call<'_>) -> Result<String, Refusal> {
    const WHAT: &str = "POST events/apply-plan";
    let body = call.json()?;
    let sent = members::members(&body, WHAT, |key| match key {
        "start_date_local" => Some(Shape::Text),
        "folder_id" => Some(Shape::Whole),
        "extra_workouts" => Some(Shape::List),
        _ => None,
    })?;
    let start = sent.get("start_date_local").and_then(Value::as_str);
    let start: Date = start
        .and_then(rules::moment)
        .ok_or_else(|| Refusal::unprocessable("start_date_local is required"))?
        .date();
    let id = sent.get("folder_id").cloned().unwrap_or_default();
    let folder = folders::all().into_iter().find(|folder| folder["id"] == id);
    let folder = folder.ok_or_else(|| Refusal::not_found(format!("Folder {id} not found")))?;
    if folder["type"] != "PLAN" {
        return Err(Refusal::unprocessable("Folder is not a plan"));
    }
    let extra = sent.get("extra_workouts").and_then(Value::as_array);
    let workouts = folder["children"].as_array().into_iter().flatten();
    let mut calendar = locked(&call.writes.calendar);
    let mut draft = calendar.clone();
    let batch = draft.next_batch();
    for workout in workouts.chain(extra.into_iter().flatten()) {
        let row = planned(call, &folder, workout, start)?;
        add(&mut draft, row, batch);
    }
    let printed = Map::from_iter([
        ("training_plan_id".to_owned(), id),
        (
            "training_plan_start_date".to_owned(),
            json!(start.to_string()),
        ),
        (
            "training_plan_last_applied".to_owned(),
            json!(call.timestamp),
        ),
    ]);
    draft.plan = Some((folder, printed));
    *calendar = draft;
    print(json!({}))
}

fn planned(
    call: &Call<'_>,
    folder: &Value,
    workout: &Value,
    start: Date,
) -> Result<Map<String, Value>, Refusal> {
    let day = workout["day"].as_i64().unwrap_or(0);
    let date = start
        .checked_add(day.days())
        .map_err(|_| Refusal::unprocessable("Date is out of range"))?;
    let mut body = json!({
        "category": "WORKOUT", "start_date_local": format!("{date}T00:00:00"),
        "plan_athlete_id": folder["athlete_id"], "plan_folder_id": folder["id"], "plan_workout_id": workout["id"],
        "plan_applied": call.timestamp,
    });
    if let Some(body) = body.as_object_mut() {
        for key in OF_THE_WORKOUT {
            body.insert(key.to_owned(), workout[key].clone());
        }
    }
    let mut row = merged(call, None, &body)?;
    row.insert("plan_name".to_owned(), folder["name"].clone());
    Ok(row)
}

/// The plan that was applied last; without one its members are null.
pub fn training_plan(call: &Call<'_>) -> Result<String, Refusal> {
    let calendar: &Calendar = &locked(&call.writes.calendar);
    let mut plan = json!({
        "athlete_id": ATHLETE_ID, "training_plan_id": null, "training_plan_start_date": null,
        "timezone": profile::TIME_ZONE, "training_plan_last_applied": null, "training_plan": null,
        "training_plan_alias": null,
    });
    if let (Some((folder, members)), Some(plan)) = (&calendar.plan, plan.as_object_mut()) {
        plan.extend(members.clone());
        plan.insert("training_plan".to_owned(), folder.clone());
    }
    print(plan)
}
