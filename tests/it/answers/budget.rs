//! What answers cost, in tokens as a model counts them (o200k).

use std::sync::LazyLock;

use serde_json::{Value, json};
use tiktoken_rs::CoreBPE;

use super::{calls as all_calls, ids};
use crate::support::{World, table};

static O200K: LazyLock<CoreBPE> = LazyLock::new(|| tiktoken_rs::o200k_base().unwrap());

pub fn tokens(text: &str) -> usize {
    O200K.encode_ordinary(text).len()
}

#[tokio::test]
async fn the_tool_list_costs_at_most_5000_tokens_for_its_27_tools_to_be() {
    let world = World::start().await;
    // As a model sees it: names, descriptions, schemas.
    let list: Vec<Value> = world
        .owner()
        .list_tools()
        .await
        .iter()
        .map(|t| json!({ "name": t["name"], "description": t["description"], "inputSchema": t["inputSchema"] }))
        .collect();
    let cost = tokens(&serde_json::to_string(&list).unwrap());
    println!("tools/list: {cost} tokens for {} tools", list.len());
    assert!(cost <= list.len() * 5_000 / 27, "{cost} tokens");
}

#[tokio::test]
async fn a_row_of_an_activity_costs_at_most_60_tokens() {
    let world = World::start().await;
    let text = world
        .owner()
        .call_tool("list_activities", json!({ "oldest": "-29d" }))
        .await
        .ok();
    let (cost, rows) = (tokens(&text), table(&text, "id|").len());
    println!(
        "list_activities over 30 days: {cost} tokens for {rows} activities, {} each",
        cost / rows
    );
    assert!(
        rows > 20 && cost <= 60 * rows,
        "{cost} tokens for {rows} rows"
    );
}

#[tokio::test]
async fn no_answer_is_longer_than_a_client_takes() {
    let world = World::start().await;
    let found = ids(&world).await;
    let mut calls = all_calls(&found);
    calls.push((
        "list_events",
        json!({ "oldest": "-364d", "newest": "+30d", "include_steps": true }),
    ));
    calls.push(("get_wellness", json!({ "oldest": "-364d" })));
    for (tool, arguments) in calls {
        let text = world.owner().call_tool(tool, arguments).await.ok();
        let cost = tokens(&text);
        println!("{tool}: {cost} tokens, {} characters", text.chars().count());
        // Claude Code's limit, and Claude's.
        assert!(cost <= 25_000 && text.chars().count() < 150_000, "{tool}");
    }
}

#[tokio::test]
async fn the_first_answer_of_a_conversation_is_terse() {
    let world = World::start().await;
    let text = world.owner().call_tool("get_today", json!({})).await.ok();
    let cost = tokens(&text);
    println!("get_today: {cost} tokens");
    assert!(cost <= 1_200, "{cost}: {text}");
}

#[tokio::test]
async fn fitness_is_terse_whatever_is_asked() {
    let world = World::start().await;
    for (arguments, most) in [
        (json!({}), 400),
        (json!({ "project_to": "+28d" }), 600),
        (json!({ "oldest": "-7d", "project_to": "+7d" }), 600),
        (json!({ "oldest": "-364d" }), 500),
        (json!({ "target_form": 10, "target_date": "+18d" }), 800),
    ] {
        let text = world
            .owner()
            .call_tool("get_fitness", arguments.clone())
            .await
            .ok();
        let cost = tokens(&text);
        println!("get_fitness {arguments}: {cost} tokens\n{text}");
        assert!(cost <= most, "{arguments} costs {cost}: {text}");
    }
}

#[tokio::test]
async fn a_planned_workout_is_terse() {
    let world = World::start().await;
    let id = ids(&world).await.event;
    let said = world
        .owner()
        .call_tool("get_event", json!({ "id": id }))
        .await;
    let text = said.ok();
    let cost = tokens(&text);
    println!("get_event: {cost} tokens");
    assert!(cost <= 400, "{cost}: {text}");
}

#[tokio::test]
async fn a_validated_workout_is_terse() {
    let world = World::start().await;
    let text = "Warmup\n- 10m ramp 50-75% 90rpm\n\nMain set 4x\n- Hard 8m 95-105%\n- Easy 4m 55%\n\nCooldown\n- 10m ramp 60-45%";
    let wrong = "- Easy Z2 1h\n3x\n- 400m 145bpm\n- 90s Z1\n\n- 10 min 60%";
    let steps = json!([{ "duration": "10m", "power": "60%" }, { "reps": 5, "steps": [{ "duration": "1m", "power": "120%" }] }]);
    for arguments in [
        json!({ "text": text, "sport": "Ride" }),
        json!({ "text": wrong, "sport": "Run" }),
        json!({ "steps": steps, "sport": "Ride" }),
    ] {
        let said = world
            .owner()
            .call_tool("validate_workout", arguments.clone())
            .await;
        let text = said.ok();
        let cost = tokens(&text);
        println!("validate_workout: {cost} tokens\n{text}\n");
        assert!(cost <= 450, "{arguments} costs {cost}: {text}");
    }
}

#[tokio::test]
async fn a_recording_is_terse_whatever_its_length() {
    for sport in ["Ride", "Run", "VirtualRide", "Swim", "WeightTraining"] {
        for hours in [1, 5, 10] {
            let world = World::start().await;
            world.demo.record_for(hours * 3600);
            let list = world
                .raw("/athlete/{id}/activities?oldest=2025-12-01&newest=2026-03-18")
                .await;
            let recorded = list
                .as_array()
                .unwrap()
                .iter()
                .find(|a| a["type"] == sport && a["device_name"].is_string());
            let id = &recorded.unwrap()["id"];
            let said = world
                .owner()
                .call_tool("get_activity_streams", json!({ "id": id }))
                .await;
            let text = said.ok();
            assert!(
                text.contains(&format!(" · {hours}:00:00 recorded")),
                "{text}"
            );
            let cost = tokens(&text);
            println!("get_activity_streams of {hours} h of {sport}: {cost} tokens");
            assert!(cost <= 1_500, "{cost}: {text}");
        }
    }
}
