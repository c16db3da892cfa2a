//! Changing what the athlete says about an activity.

use intervals_mcp_server::demo::{Fault, FaultScope};
use serde_json::{Value, json};

use crate::support::World;

/// The newest activity that `wanted` holds for.
async fn find(world: &World, wanted: impl Fn(&Value) -> bool) -> Value {
    let rows = world
        .raw("/athlete/{id}/activities?oldest=2026-01-01&newest=2026-03-18")
        .await;
    let mut rows = rows.as_array().unwrap().iter();
    rows.find(|row| wanted(row)).unwrap().clone()
}

async fn run(world: &World) -> Value {
    find(world, |row| {
        row["type"] == "Run" && row["icu_rpe"].is_number() && row["gear"]["id"] == "31002"
    })
    .await
}

async fn now(world: &World, row: &Value) -> Value {
    world
        .raw(&format!("/activity/{}", row["id"].as_str().unwrap()))
        .await
}

fn writes(world: &World) -> Vec<String> {
    let journal = world.demo.journal();
    let writes = journal.iter().filter(|request| request.method != "GET");
    writes
        .map(|request| format!("{} {}", request.method, request.body))
        .collect()
}

fn change(row: &Value, members: &Value) -> Value {
    let mut arguments = members.clone();
    arguments["id"] = row["id"].clone();
    arguments
}

#[tokio::test]
async fn what_is_given_is_written_and_all_else_stays() {
    let world = World::start().await;
    let before = run(&world).await;
    let arguments = change(
        &before,
        &json!({ "name": "Hills, windy", "rpe": "10", "feel": "very weak", "gear": "Old trainers",
        "tags": ["key", "#wind"], "carbs_g": 45, "description": "Cramp on the last one." }),
    );
    world.owner().call_tool("get_today", json!({})).await.ok();
    world.demo.clear_journal();
    let text = world
        .owner()
        .call_tool("update_activity", arguments)
        .await
        .ok();
    assert_eq!(
        world.demo.journal().len(),
        3,
        "activity, gear, write: {:?}",
        world.demo.journal()
    );
    let after = now(&world, &before).await;
    let minutes = before["moving_time"].as_i64().unwrap() / 6;
    let expected = json!({ "name": "Hills, windy", "icu_rpe": 10, "feel": 5, "tags": ["key", "wind"], "carbs_ingested": 45,
        "description": "Cramp on the last one.", "session_rpe": minutes });
    for (key, value) in before.as_object().unwrap() {
        match expected.get(key) {
            Some(expected) => assert_eq!(after[key], *expected, "{key}"),
            None if key == "gear" => assert_eq!(after[key]["id"], "31003"),
            None => assert_eq!(after[key], *value, "{key}"),
        }
    }
    assert!(text.starts_with("Changed Run \"Hills, windy\" i"), "{text}");
    let rpe = format!("RPE {} → 10", before["icu_rpe"]);
    for part in [
        &*rpe,
        "gear Blue trainers → Old trainers",
        "tags key, wind (new)",
        "carbs 45 g (new)",
        "→ very weak",
        &format!("session RPE {minutes} (RPE × minutes)"),
        "Undo: undo_change ",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    world.assert_well_behaved();
}

#[tokio::test]
async fn only_what_differs_is_sent_and_nothing_when_nothing_does() {
    let world = World::start().await;
    let before = run(&world).await;
    let same = change(
        &before,
        &json!({ "name": before["name"], "rpe": before["icu_rpe"] }),
    );
    world.demo.clear_journal();
    let text = world
        .owner()
        .call_tool("update_activity", same.clone())
        .await
        .ok();
    assert!(text.starts_with("Nothing was written: Run \""), "{text}");
    assert_eq!(writes(&world), [""; 0]);
    let mut other = same;
    other["carbs_g"] = json!(33);
    world.owner().call_tool("update_activity", other).await.ok();
    assert_eq!(writes(&world), [r#"PUT {"carbs_ingested":33}"#]);
}

#[tokio::test]
async fn numbers_and_the_description_are_cleared_and_the_former_description_is_told() {
    let world = World::start().await;
    let before = run(&world).await;
    let owner = world.owner();
    let filled = change(
        &before,
        &json!({ "rpe": 7, "feel": 2, "carbs_g": 50, "description": "Line one\nLine two" }),
    );
    owner.call_tool("update_activity", filled).await.ok();
    let cleared = change(
        &before,
        &json!({ "rpe": -1, "feel": "-1", "carbs_g": -1, "description": "" }),
    );
    let text = owner.call_tool("update_activity", cleared).await.ok();
    let after = now(&world, &before).await;
    for key in ["icu_rpe", "feel", "carbs_ingested"] {
        assert!(after[key].is_null(), "{key}: {}", after[key]);
    }
    assert_eq!(after["description"], "");
    for part in [
        "RPE 7 → none",
        "feel strong → none",
        "carbs 50 g → none",
        "description cleared",
        "[former description]\nLine one\nLine two\n",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[tokio::test]
async fn a_dry_run_writes_nothing_and_its_token_holds_until_somebody_else_writes() {
    let world = World::start().await;
    let before = run(&world).await;
    let owner = world.owner();
    let mut arguments = change(
        &before,
        &json!({ "rpe": 9, "gear": "allroad", "dry_run": "true" }),
    );
    let text = owner
        .call_tool("update_activity", arguments.clone())
        .await
        .ok();
    assert!(
        text.starts_with("Dry run, nothing was written: Run \"") && text.contains(" would change"),
        "{text}"
    );
    assert!(
        text.contains("→ 9") && text.contains("gear Blue trainers → Grey allroad"),
        "{text}"
    );
    assert_eq!(writes(&world), [""; 0]);
    let token = text
        .rsplit("if_unchanged ")
        .next()
        .unwrap()
        .trim()
        .to_owned();
    assert_eq!(token.len(), 8, "{text}");
    // Somebody else names it.
    let path = format!("/activity/{}", before["id"].as_str().unwrap());
    let other = change(&before, &json!({ "name": "Somebody else's" }));
    owner.call_tool("update_activity", other).await.ok();
    arguments["dry_run"] = json!(false);
    arguments["if_unchanged"] = json!(token);
    let refused = owner
        .call_tool("update_activity", arguments.clone())
        .await
        .error();
    assert!(
        refused.starts_with("Nothing was written: what this would overwrite"),
        "{refused}"
    );
    assert_eq!(world.raw(&path).await["icu_rpe"], before["icu_rpe"]);
    let fresh = refused.split("if_unchanged would be ").nth(1).unwrap();
    arguments["if_unchanged"] = json!(fresh[..8]);
    owner.call_tool("update_activity", arguments).await.ok();
    assert_eq!(world.raw(&path).await["icu_rpe"], 9);
}

#[tokio::test]
async fn bad_values_write_nothing_and_are_told_the_right_ones() {
    let world = World::start().await;
    let row = run(&world).await;
    for (members, told) in [
        (json!({}), "Nothing to change: give name"),
        (json!({ "rpe": 11 }), "rpe 11 is outside 1 to 10"),
        (json!({ "rpe": 7.5 }), "a whole number is wanted"),
        (
            json!({ "feel": "great" }),
            "1 very strong, 2 strong, 3 normal, 4 weak, 5 very weak",
        ),
        (
            json!({ "carbs_g": 5000 }),
            "carbs_g 5000 is outside 0 to 2000",
        ),
        (json!({ "name": " " }), "name must be one line"),
        (
            json!({ "gear": "trainers (blue)" }),
            "Grey allroad (Bike, 31001), Blue trainers (Shoes, 31002)",
        ),
        (json!({ "gear": "" }), "gear cannot be cleared"),
        (json!({ "icu_rpe": 3 }), "unknown field"),
    ] {
        let said = world
            .owner()
            .call_tool("update_activity", change(&row, &members))
            .await
            .error();
        assert!(said.contains(told), "{members}: {said}");
    }
    let said = world
        .owner()
        .call_tool("update_activity", json!({ "id": "i1", "rpe": 3 }))
        .await
        .error();
    assert!(said.contains("404"), "{said}");
    assert_eq!(writes(&world), [""; 0]);
    assert_eq!(now(&world, &row).await, row);
}

#[tokio::test]
async fn what_strava_withholds_cannot_be_changed_and_is_told_why() {
    let world = World::start().await;
    let rows = world
        .raw("/athlete/{id}/activities?oldest=2025-04-01&newest=2026-03-18")
        .await;
    let stub = rows
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["source"] == "STRAVA")
        .unwrap();
    for (tool, arguments) in [
        ("update_activity", json!({ "id": stub["id"], "rpe": 3 })),
        (
            "add_activity_message",
            json!({ "id": stub["id"], "text": "Nice" }),
        ),
    ] {
        let said = world.owner().call_tool(tool, arguments).await.error();
        assert!(
            said.starts_with("Nothing was written. Activity ")
                && said.contains("Strava, whose terms"),
            "{said}"
        );
    }
    assert_eq!(writes(&world), [""; 0]);
}

#[tokio::test]
async fn what_the_service_does_not_take_is_reported() {
    let world = World::start().await;
    let row = run(&world).await;
    let id = row["id"].as_str().unwrap();
    // It answers with the activity as it is, but for the new name.
    let mut answer = row.clone();
    answer["name"] = json!("New");
    let scope = |method: &str| FaultScope {
        path_contains: Some(format!("{method} /activity/{id}$")),
        times: Some(1),
    };
    world
        .demo
        .faults()
        .set(Fault::Body(answer.to_string()), scope("PUT"));
    let owner = world.owner();
    let arguments = change(&row, &json!({ "name": "New", "feel": 5 }));
    // The first read is before the write, the second looks again because of what the answer lacks.
    let said = owner
        .call_tool("update_activity", arguments.clone())
        .await
        .error();
    assert!(
        said.starts_with("Intervals.icu accepted the change and did not make it"),
        "{said}"
    );
    let faults = world.demo.faults();
    faults.set(Fault::Body(answer.to_string()), scope("PUT"));
    faults.set(Fault::Body(row.to_string()), scope("GET"));
    faults.set(Fault::Body(answer.to_string()), scope("GET"));
    let said = owner.call_tool("update_activity", arguments).await.ok();
    assert!(
        said.contains("Intervals.icu did not take feel.") && said.contains("→ \"New\""),
        "{said}"
    );
    assert!(!said.contains("very weak"), "{said}");
}

#[tokio::test]
async fn a_write_without_an_answer_is_looked_after() {
    let world = World::start().await;
    let row = run(&world).await;
    let scope = |path: &str, times| FaultScope {
        path_contains: Some(path.to_owned()),
        times,
    };
    let owner = world.owner();
    world.demo.faults().set(
        Fault::Done(Box::new(Fault::Reset)),
        scope("PUT /activity/", Some(1)),
    );
    let arguments = |rpe: i64| change(&row, &json!({ "rpe": rpe }));
    let said = owner.call_tool("update_activity", arguments(9)).await.ok();
    assert!(
        said.contains("did not answer the write; read again, it is there")
            && said.contains("Undo: "),
        "{said}"
    );
    // Not made.
    world
        .demo
        .faults()
        .set(Fault::Status(503, None), scope("PUT /activity/", Some(1)));
    let said = owner
        .call_tool("update_activity", arguments(2))
        .await
        .error();
    assert!(
        said.contains("read again, nothing has changed") && said.contains("undo_change "),
        "{said}"
    );
    assert_eq!(now(&world, &row).await["icu_rpe"], 9);
    // Nobody knows.
    let reads = FaultScope {
        path_contains: Some(format!("GET /activity/{}$", row["id"].as_str().unwrap())),
        times: None,
    };
    world.demo.faults().set(
        Fault::Done(Box::new(Fault::Reset)),
        scope("PUT /activity/", Some(1)),
    );
    let sent = writes(&world).len();
    let call = owner.call_tool("update_activity", arguments(3));
    let lost = async {
        while writes(&world).len() == sent {
            tokio::time::sleep(std::time::Duration::from_millis(1)).await;
        }
        world.demo.faults().set(Fault::Status(500, None), reads);
    };
    let (said, ()) = tokio::join!(call, lost);
    let said = said.error();
    assert!(
        said.contains("The change may have been made all the same")
            && said.contains("undo_change "),
        "{said}"
    );
    // Refused for sure.
    world.demo.faults().clear();
    world.demo.faults().set(
        Fault::Status(422, Some("Not today".to_owned())),
        scope("PUT /activity/", Some(1)),
    );
    let said = owner
        .call_tool("update_activity", arguments(4))
        .await
        .error();
    assert!(
        said.contains("Not today") && !said.contains("undo_change"),
        "{said}"
    );
}

#[tokio::test]
async fn a_change_is_taken_back_and_what_cannot_be_is_told() {
    let world = World::start().await;
    let owner = world.owner();
    let undo = async |text: &str| {
        let id = text.rsplit("undo_change ").next().unwrap().to_owned();
        let arguments = json!({ "change_id": id });
        owner.call_tool("undo_change", arguments).await
    };
    let before = run(&world).await;
    let arguments = change(
        &before,
        &json!({ "name": "Other", "rpe": 10, "carbs_g": 45, "description": "Cramp.", "gear": "Old trainers",
            "tags": ["key", "wind"] }),
    );
    let text = owner.call_tool("update_activity", arguments).await.ok();
    undo(&text).await.ok();
    let after = now(&world, &before).await;
    for (key, value) in before.as_object().unwrap() {
        let is_nothing = |value: &Value| value.is_null() || *value == "" || *value == json!([]);
        let same = after[key] == *value || (is_nothing(&after[key]) && is_nothing(value));
        assert!(same, "{key}: {} for {value}", after[key]);
    }
    // Gear that was none cannot be made none again.
    let is_bare = |row: &Value| row["gear"].is_null() && row["source"] != "STRAVA";
    let bare = find(&world, is_bare).await;
    let arguments = change(&bare, &json!({ "gear": "allroad", "rpe": 2 }));
    let text = owner.call_tool("update_activity", arguments).await.ok();
    assert!(text.contains("gear Grey allroad (new)"), "{text}");
    let said = undo(&text).await.ok();
    assert!(said.contains("gear"), "{said}");
    let after = now(&world, &bare).await;
    assert_eq!(
        (&after["icu_rpe"], &after["gear"]["id"]),
        (&bare["icu_rpe"], &json!("31001"))
    );
    world.assert_well_behaved();
}

#[tokio::test]
async fn what_was_refused_is_not_listed_as_a_change() {
    let world = World::start().await;
    let row = run(&world).await;
    let path_contains = Some("PUT /activity/".to_owned());
    let scope = FaultScope {
        path_contains,
        times: Some(1),
    };
    let refusal = Fault::Status(422, Some("No".to_owned()));
    world.demo.faults().set(refusal, scope);
    let owner = world.owner();
    let arguments = change(&row, &json!({ "name": "Hills" }));
    owner.call_tool("update_activity", arguments).await.error();
    let listed = owner.call_tool("undo_change", json!({})).await.ok();
    assert!(!listed.contains("update_activity"), "{listed}");
}
