//! Numbers, flags, lists and objects that arrive as texts, in every parameter of every tool.
//!
//! Tools and parameters are those that the server lists; their values come from [`super::calls`] and, where a parameter has
//! none there, from [`more`].

use serde_json::{Value, json};

use super::{Ids, calls, ids};
use crate::support::World;

/// Values of the parameters to which [`calls`] gives none, or gives them as text.
async fn more(world: &World, ids: &Ids) -> Vec<(&'static str, Value)> {
    let rides = world
        .raw("/athlete/{id}/activities?oldest=2026-01-01&newest=2026-03-18")
        .await;
    let mut rides = rides.as_array().unwrap().iter();
    let other = rides
        .find(|a| a["type"] == "Ride" && a["id"] != json!(ids.activity))
        .map(|a| a["id"].clone());
    vec![
        (
            "get_activity_streams",
            json!({ "id": ids.activity, "types": ["power", "hr"] }),
        ),
        (
            "compare_activities",
            json!({ "ids": [ids.activity, other] }),
        ),
        (
            "get_curves",
            json!({ "durations": ["5s", "20min"], "ranges": ["42d"] }),
        ),
        (
            "get_curves",
            json!({ "metric": "pace", "sport": "Run", "distances": ["1km", "5km"], "gap": true }),
        ),
        (
            "get_training_summary",
            json!({ "include": ["zones", "fuel"] }),
        ),
        (
            "search_intervals",
            json!({ "min_secs": 60, "max_secs": 1200, "min_intensity": 80.5, "max_intensity": 130, "reps": 2 }),
        ),
        (
            "get_fitness",
            json!({ "scenario": [{ "date": "+1d", "load": 50.5, "replace": true }, { "date": "+2d", "load": 20 }] }),
        ),
        ("get_wellness", json!({ "fields": ["hrv", "weight"] })),
        (
            "update_wellness",
            json!({ "entries": [
                { "date": "today", "weight": 70.5, "resting_hr": 48, "hrv": 62.5, "sleep_hours": 7.5, "sleep_score": 81,
                  "sleep_quality": "good", "hydration_l": 2.5, "readiness": 71, "body_fat": 14.5, "spo2": 97, "systolic": 121,
                  "diastolic": 74, "glucose": 5.2, "lactate": 1.4, "steps": 9000, "kcal": 2900, "carbs": 410, "protein": 130.5,
                  "fat": 80, "custom": { "CaffeineMg": 160 } },
                { "date": "yesterday", "mood": "good" },
            ] }),
        ),
        (
            "list_events",
            json!({ "categories": ["workout", "race"], "limit": 5, "include_steps": false }),
        ),
        ("list_workouts", json!({ "sport": "Ride", "limit": 3 })),
        (
            "save_events",
            json!({ "events": [
                { "date": "+2d", "sport": "Ride", "name": "Steady", "load": 55, "duration": 3600, "indoor": true,
                  "for_week": false, "tags": ["long", "base"], "carbs_per_hour": 60 },
                { "date": "+3d", "sport": "Ride", "name": "Hard", "steps": [{ "duration": "10m", "power": "60%", "ramp": false },
                  { "reps": 5, "steps": [{ "duration": 60, "power": "110%" }, { "duration": 60, "power": "50%", "cadence": 90 }] }] },
            ], "dry_run": true }),
        ),
        (
            "move_events",
            json!({ "oldest": "today", "newest": "+10d", "categories": ["workout", "race"], "shift_days": 7, "copy": true,
                "dry_run": true }),
        ),
        (
            "delete_events",
            json!({ "oldest": "-7d", "newest": "+10d", "categories": ["workout", "note"], "include_past": true, "dry_run": true }),
        ),
        (
            "validate_workout",
            json!({ "steps": [{ "duration": "10m", "power": "60%", "ramp": true },
                { "reps": 5, "steps": [{ "duration": 60, "power": 300 }, { "distance": 400, "hr": "80% LTHR", "cadence": 90 }] }],
                "sport": "Ride", "ftp": 251.5, "lthr": 164 }),
        ),
    ]
}

/// All calls of a world; those of another are at the same places.
async fn table(world: &World) -> Vec<(&'static str, Value)> {
    let ids = ids(world).await;
    let mut table = calls(&ids);
    table.extend(more(world, &ids).await);
    table
}

/// What the parameters under `schema` that are no text are called: `entries`, `entries[]`, `entries[].weight`.
fn wanted(schema: &Value, name: &str, out: &mut Vec<String>) {
    if schema["type"] != "string" && !name.is_empty() {
        out.push(name.to_owned());
    }
    if schema["items"].is_object() && schema["items"]["type"] != "string" {
        wanted(&schema["items"], &format!("{name}[]"), out);
    }
    for (member, schema) in schema["properties"].as_object().into_iter().flatten() {
        let dot = if name.is_empty() { "" } else { "." };
        wanted(schema, &format!("{name}{dot}{member}"), out);
    }
}

/// Where `value` holds what might be written otherwise: the parameter's name, and the pointer to its value. A value that is
/// not of the type in `schema` is none.
fn places(schema: &Value, value: &Value, name: &str, pointer: &str, out: &mut Vec<[String; 2]>) {
    let fits = match value {
        Value::Number(_) => schema["type"] == "number" || schema["type"] == "integer",
        Value::Bool(_) => schema["type"] == "boolean",
        Value::Array(_) => schema["type"] == "array",
        Value::Object(_) => schema["type"] == "object",
        _ => schema["type"] == "string",
    };
    // Below an object whose members are not listed there is only what is said in words.
    if !fits && !schema.is_null() {
        return;
    }
    if !pointer.is_empty() {
        out.push([name.to_owned(), pointer.to_owned()]);
    }
    match value {
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                let (name, pointer) = (format!("{name}[]"), format!("{pointer}/{index}"));
                places(&schema["items"], item, &name, &pointer, out);
            }
        }
        // Of what type the athlete's own fields are only the athlete knows.
        Value::Object(members) if !name.ends_with("custom") => {
            let dot = if name.is_empty() { "" } else { "." };
            for (member, value) in members {
                let (name, pointer) = (
                    format!("{name}{dot}{member}"),
                    format!("{pointer}/{member}"),
                );
                places(&schema["properties"][member], value, &name, &pointer, out);
            }
        }
        _ => {}
    }
}

/// The other ways in which clients write `value`.
fn spellings(value: &Value) -> Vec<Value> {
    let text = json!(value.to_string());
    match value {
        Value::Bool(true) => vec![text, json!("True"), json!(1)],
        Value::Bool(false) => vec![text, json!("FALSE"), json!(0)],
        Value::Array(items) => {
            let words: Option<Vec<&str>> = items.iter().map(Value::as_str).collect();
            let mut spellings = vec![text];
            if let Some(words) = words.filter(|words| words.iter().all(|w| !w.contains(','))) {
                spellings.extend([
                    json!(words.join(",")),
                    json!(words.join(", ")),
                    json!(format!("['{}']", words.join("', '"))),
                ]);
            }
            if let [single] = items.as_slice() {
                spellings.push(single.clone());
                spellings.push(json!(single.to_string()));
            }
            spellings
        }
        // Ids of digits.
        Value::String(word) if !word.starts_with('0') => word
            .parse::<u32>()
            .map_or_else(|_| Vec::new(), |id| vec![json!(id)]),
        Value::Number(_) | Value::Object(_) => vec![text],
        _ => Vec::new(),
    }
}

/// `text` without what differs from call to call: the marker around texts of others, the id of a change.
fn lasting(text: &str) -> String {
    let mut text = text.to_owned();
    for before in ["\n--- ", "undo_change "] {
        let word = text.split_once(before).map(|(_, rest)| {
            let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '-');
            rest[..end.unwrap_or(rest.len())].to_owned()
        });
        if let Some(word) = word.filter(|word| !word.is_empty()) {
            text = text.replace(&word, "…");
        }
    }
    text
}

/// Makes calls of the table: those that change something on a world of their own.
struct Bench {
    shared: World,
    table: Vec<(&'static str, Value)>,
}

impl Bench {
    /// What the call at `index` says, with another value at some place.
    async fn said(
        &self,
        tool: &Value,
        index: usize,
        edit: Option<(&str, &Value)>,
    ) -> (bool, String) {
        let own;
        let (world, table) = if tool["annotations"]["readOnlyHint"] == true || has_dry_run(tool) {
            (&self.shared, self.table.clone())
        } else {
            own = World::start().await;
            (&own, table(&own).await)
        };
        let (name, arguments) = &table[index];
        let mut arguments = asked(tool, arguments);
        if let Some((pointer, value)) = edit {
            *arguments.pointer_mut(pointer).unwrap() = value.clone();
        }
        let said = world.owner().call_tool(name, arguments).await;
        (said.is_error, lasting(&said.text))
    }
}

fn has_dry_run(tool: &Value) -> bool {
    tool["inputSchema"]["properties"]["dry_run"].is_object()
}

/// The arguments of a call that may be made again.
fn asked(tool: &Value, arguments: &Value) -> Value {
    let mut arguments = arguments.clone();
    if has_dry_run(tool) {
        arguments["dry_run"] = json!(true);
    }
    arguments
}

#[tokio::test]
async fn numbers_and_lists_sent_as_strings_work_in_every_parameter_of_every_tool() {
    let shared = World::start().await;
    let table = table(&shared).await;
    let bench = Bench { shared, table };
    let (mut compared, mut wrong) = (0, Vec::new());
    for tool in bench.shared.owner().list_tools().await {
        let name = tool["name"].as_str().unwrap();
        let schema = &tool["inputSchema"];
        let mut missing = Vec::new();
        wanted(schema, "", &mut missing);
        let calls = bench.table.iter().enumerate();
        let calls: Vec<usize> = calls
            .filter(|(_, (called, _))| *called == name)
            .map(|(index, _)| index)
            .collect();
        assert!(!calls.is_empty(), "answers::calls has no call of {name}");
        for index in calls {
            let arguments = asked(&tool, &bench.table[index].1);
            let (is_error, expected) = bench.said(&tool, index, None).await;
            assert!(!is_error, "{name} {arguments}: {expected}");
            let mut found = Vec::new();
            places(schema, &arguments, "", "", &mut found);
            for [parameter, pointer] in found {
                missing.retain(|name| *name != parameter);
                let value = arguments.pointer(&pointer).unwrap();
                let mut tries: Vec<(Value, String)> = spellings(value)
                    .into_iter()
                    .map(|spelling| (spelling, expected.clone()))
                    .collect();
                if let Value::Array(items) = value
                    && items.len() > 1
                {
                    let first = json!([items[0]]);
                    let (fails, said) = bench.said(&tool, index, Some((&pointer, &first))).await;
                    let alone = spellings(&first).into_iter().filter(|_| !fails);
                    tries.extend(alone.map(|spelling| (spelling, said.clone())));
                }
                for (spelling, expected) in tries {
                    let said = bench.said(&tool, index, Some((&pointer, &spelling))).await;
                    compared += 1;
                    if said != (false, expected.clone()) {
                        let line = said.1.lines().next().unwrap_or_default().to_owned();
                        wrong.push(format!("{name} {pointer} as {spelling}: {line}"));
                    }
                }
            }
        }
        assert!(
            missing.is_empty(),
            "{name}: no call in answers::calls or answers::strings::more has a value of its type for {}",
            missing.join(", ")
        );
    }
    println!("{compared} calls compared");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    bench.shared.assert_well_behaved();
}
