//! Taking back what was changed of activities, comments and sport settings.

use intervals_mcp_server::demo::{Fault, FaultScope};
use serde_json::{Value, json};

use super::update_wellness::word_after;
use crate::support::{Caller, World, flow};

async fn call(caller: &Caller<'_>, tool: &str, arguments: Value) -> String {
    let text = caller.call_tool(tool, arguments).await.ok();
    word_after(&text, "Undo: undo_change ").to_owned()
}

async fn undone(caller: &Caller<'_>, id: &str) -> String {
    let arguments = json!({ "change_id": id });
    caller.call_tool("undo_change", arguments).await.ok()
}

async fn refused(caller: &Caller<'_>, id: &str) -> String {
    let arguments = json!({ "change_id": id });
    caller.call_tool("undo_change", arguments).await.error()
}

/// A run with shoes, and one that nobody commented on.
async fn run(world: &World) -> Value {
    let rows = world
        .raw("/athlete/{id}/activities?oldest=2026-01-01&newest=2026-02-28")
        .await;
    let mut rows = rows.as_array().unwrap().iter();
    let wanted = |row: &&Value| {
        row["type"] == "Run" && row["icu_rpe"].is_number() && row["gear"]["id"] == "31002"
    };
    rows.find(wanted).unwrap().clone()
}

async fn activity(world: &World, id: &Value) -> Value {
    world
        .raw(&format!("/activity/{}", id.as_str().unwrap()))
        .await
}

async fn rides(world: &World) -> Value {
    let mut settings = world.raw("/athlete/{id}/sport-settings/Ride").await;
    settings.as_object_mut().unwrap().remove("updated");
    settings
}

#[tokio::test]
async fn an_activity_is_as_the_athlete_had_it() {
    let world = World::start().await;
    let owner = world.owner();
    let id = run(&world).await["id"].clone();
    let before = activity(&world, &id).await;
    assert!(before["carbs_ingested"].is_null() && before["description"].is_null());
    let edit = json!({ "id": id, "name": "Windy", "rpe": 10, "feel": "weak", "gear": "Old trainers", "tags": ["key"],
        "carbs_g": 45, "description": "Cramp." });
    let change = call(&owner, "update_activity", edit).await;
    let text = undone(&owner, &change).await;
    let mut after = activity(&world, &id).await;
    for (key, was) in before.as_object().unwrap() {
        if was.is_null() && (after[key] == "" || after[key] == json!([])) {
            after[key] = Value::Null;
        }
    }
    after["gear"]["name"] = before["gear"]["name"].clone();
    assert_eq!(after["carbs_ingested"], Value::Null);
    assert_eq!(after["gear"]["id"], "31002");
    for key in [
        "name",
        "icu_rpe",
        "feel",
        "tags",
        "description",
        "session_rpe",
    ] {
        assert_eq!(after[key], before[key], "{key}");
    }
    for part in [
        "carbs g 45 → none",
        "RPE 10 → ",
        "feel weak → ",
        "tags key → none",
        "1 of 1 object restored",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    // And once more the other way.
    undone(&owner, word_after(&text, "Undo: undo_change ")).await;
    let again = activity(&world, &id).await;
    assert_eq!(
        (&again["icu_rpe"], &again["carbs_ingested"]),
        (&json!(10), &json!(45))
    );
    world.assert_well_behaved();
}

#[tokio::test]
async fn a_comment_goes_and_can_be_written_again() {
    let world = World::start().await;
    let owner = world.owner();
    let id = run(&world).await["id"].clone();
    let path = format!("/activity/{}/messages", id.as_str().unwrap());
    let standing = async || {
        let all = world.raw(&path).await;
        let all = all.as_array().unwrap().iter();
        let standing = all.filter(|m| m["deleted"].is_null());
        standing
            .map(|m| m["content"].clone())
            .collect::<Vec<Value>>()
    };
    let comment = json!({ "id": id, "text": "Strong finish" });
    let change = call(&owner, "add_activity_message", comment).await;
    assert_eq!(standing().await, [json!("Strong finish")]);
    let text = undone(&owner, &change).await;
    assert!(
        text.contains("\": deleted") || text.contains(": deleted"),
        "{text}"
    );
    assert!(standing().await.is_empty());
    undone(&owner, word_after(&text, "Undo: undo_change ")).await;
    assert_eq!(standing().await, [json!("Strong finish")]);
    world.assert_well_behaved();
}

#[tokio::test]
async fn thresholds_go_back_with_the_zones_that_moved_along() {
    let world = World::start().await;
    let owner = world.owner();
    let before = rides(&world).await;
    let lthr = before["lthr"].as_i64().unwrap();
    let max = before["max_hr"].as_i64().unwrap();
    let ftp = before["ftp"].as_i64().unwrap();
    let edit = json!({ "sport": "Ride", "ftp": ftp + 12, "lthr": lthr + 4, "max_hr": max + 3 });
    let change = call(&owner, "update_sport_settings", edit.clone()).await;
    assert_ne!(rides(&world).await["hr_zones"], before["hr_zones"]);
    let tokens = flow::connect(&world.server).await;
    let writer = Caller::with_token(&world.server, &tokens.access_token);
    let text = refused(&writer, &change).await;
    assert!(
        text.contains("lacks the scope intervals:settings"),
        "{text}"
    );
    let text = undone(&owner, &change).await;
    assert_eq!(rides(&world).await, before);
    assert!(
        text.contains(&format!("FTP W {} → {ftp}", ftp + 12)),
        "{text}"
    );
    assert!(
        text.contains("past activities keep what they were analysed with"),
        "{text}"
    );

    // Without an answer, and without a look at what came of it.
    let lost = Fault::Done(Box::new(Fault::Status(503, None)));
    let settings = |method: &str| FaultScope {
        path_contains: Some(format!("{method} /sport-settings/")),
        times: Some(3),
    };
    world.demo.faults().set(lost, settings("PUT"));
    world
        .demo
        .faults()
        .set(Fault::Status(404, None), settings("GET"));
    let text = owner.call_tool("update_sport_settings", edit).await.error();
    world.demo.faults().clear();
    assert_ne!(rides(&world).await, before);
    // What somebody set since is his.
    let own = json!({ "w_prime": 17_350, "warmup_time": 840 });
    world
        .put("/athlete/{id}/sport-settings/Ride", own.clone())
        .await;
    undone(&owner, word_after(&text, "undo_change ")).await;
    let mut after = before;
    for (key, value) in own.as_object().unwrap() {
        after[key] = value.clone();
    }
    assert_eq!(rides(&world).await, after);
    world.assert_well_behaved();
}

#[tokio::test]
async fn of_a_day_only_what_was_entered_is_taken_back() {
    let world = World::start().await;
    let owner = world.owner();
    let path = "/athlete/{id}/wellness/2026-03-16";
    let there = json!({ "comments": "Heavy legs", "mood": 3, "weight": 68.0 });
    world.put(path, there).await;
    let entry = json!({ "entries": [{ "date": "2026-03-16", "weight": 67.0 }] });
    let text = owner.call_tool("update_wellness", entry).await.ok();
    let change = word_after(&text, "Undo: undo_change ");
    let arguments = json!({ "change_id": change });
    owner.call_tool("undo_change", arguments).await.ok();
    let now = world.raw(path).await;
    assert_eq!(
        (&now["comments"], &now["mood"], &now["weight"]),
        (&json!("Heavy legs"), &json!(3), &json!(68.0))
    );
}

#[tokio::test]
async fn a_day_that_was_locked_since_stays_as_it_is() {
    let world = World::start().await;
    let owner = world.owner();
    let path = "/athlete/{id}/wellness/2026-03-16";
    world.put(path, json!({ "weight": 68.0 })).await;
    let entry = json!({ "entries": [{ "date": "2026-03-16", "weight": 67.0 }] });
    let text = owner.call_tool("update_wellness", entry).await.ok();
    let change = word_after(&text, "Undo: undo_change ");
    world.put(path, json!({ "locked": true })).await;
    world.demo.clear_journal();
    let arguments = json!({ "change_id": change });
    let text = owner.call_tool("undo_change", arguments).await.error();
    assert!(text.contains("the day is locked"), "{text}");
    assert_eq!(world.writes(), Vec::<String>::new());
}
