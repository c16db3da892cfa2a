//! What answers cost, in tokens as a model counts them (o200k).

use std::sync::LazyLock;

use intervals_mcp_server::demo::{Fault, FaultScope};
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
    for tool in &list {
        let name = tool["name"].as_str().unwrap();
        println!("{name}: {} tokens", tokens(&tool.to_string()));
    }
    let cost = tokens(&serde_json::to_string(&list).unwrap());
    println!("tools/list: {cost} tokens for {} tools", list.len());
    assert!(cost <= list.len() * 5_000 / 27, "{cost} tokens");
}

#[tokio::test]
async fn the_calendar_tools_leave_room_for_the_others() {
    let world = World::start().await;
    let tools = world.owner().list_tools().await;
    for (name, most) in [
        ("save_events", 400),
        ("move_events", 150),
        ("delete_events", 140),
    ] {
        let tool = tools.iter().find(|tool| tool["name"] == name).unwrap();
        let cost = tokens(&tool.to_string());
        println!("{name}: {cost} tokens with title and annotations");
        assert!(cost <= most, "{name}: {cost} tokens");
    }
}

#[tokio::test]
async fn a_week_that_is_saved_moved_and_deleted_is_told_tersely() {
    let world = World::start().await;
    let owner = world.owner();
    let run = |day: u32, name: &str| json!({ "date": format!("2026-03-{day}"), "sport": "Run", "name": name, "duration": "50m", "load": 45 });
    let week = json!([
        run(23, "Easy"),
        run(25, "Tempo"),
        run(27, "Jog"),
        run(29, "Long run")
    ]);
    let saved = owner
        .call_tool("save_events", json!({ "events": week }))
        .await
        .ok();
    let ids: Vec<&str> = saved
        .split("(id ")
        .skip(1)
        .filter_map(|rest| rest.split(')').next())
        .collect();
    assert_eq!(ids.len(), 4, "{saved}");
    let moved = json!({ "ids": [ids[1]], "shift_days": 1 });
    let moved = owner.call_tool("move_events", moved).await.ok();
    let deleted = owner
        .call_tool("delete_events", json!({ "ids": ids }))
        .await
        .ok();
    for (text, most) in [(&saved, 500), (&moved, 400), (&deleted, 500)] {
        let cost = tokens(text);
        println!("{cost} tokens\n{text}\n");
        assert!(cost <= most, "{cost}: {text}");
    }
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
    calls.push((
        "get_wellness",
        json!({ "oldest": "-364d", "fields": "all" }),
    ));
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
    // A day with what was done before breakfast, one in an illness, the eve of a race week.
    for now in [
        "2026-03-18T09:30:00Z",
        "2026-02-04T09:30:00Z",
        "2026-03-14T17:00:00Z",
        "2025-11-20T06:00:00Z",
    ] {
        for imperial in [false, true] {
            let world = World::seen_from(now).await;
            world.demo.prefer_imperial(imperial);
            let text = world.owner().call_tool("get_today", json!({})).await.ok();
            let cost = tokens(&text);
            println!("get_today at {now}: {cost} tokens");
            assert!(cost <= 600, "{cost}: {text}");
        }
    }
}

#[tokio::test]
async fn two_weeks_of_wellness_are_terse_and_so_is_all_there_is() {
    for imperial in [false, true] {
        let world = World::start().await;
        world.demo.prefer_imperial(imperial);
        for oldest in ["2026-03-05", "2026-01-10", "2025-08-04"] {
            let first: jiff::civil::Date = oldest.parse().unwrap();
            let newest = first.checked_add(jiff::ToSpan::days(13)).unwrap();
            let window = json!({ "oldest": oldest, "newest": newest.to_string() });
            let usual = world
                .owner()
                .call_tool("get_wellness", window.clone())
                .await
                .ok();
            let mut all = window;
            all["fields"] = json!("all");
            let all = world.owner().call_tool("get_wellness", all).await.ok();
            assert_eq!(table(&usual, "date|").len(), 14, "{usual}");
            assert_eq!(table(&all, "date|").len(), 14, "{all}");
            // What the athlete wrote comes on top of the columns.
            let all = all.split("\n--- ").next().unwrap();
            let (of_usual, of_all) = (tokens(&usual), tokens(all));
            println!("get_wellness from {oldest}: {of_usual} tokens, {of_all} with all columns");
            assert!(of_usual <= 500, "{of_usual}: {usual}");
            assert!(of_all <= 950, "{of_all}: {all}");
        }
    }
}

#[tokio::test]
async fn an_analysis_of_a_trend_is_terse() {
    let world = World::start().await;
    for arguments in [
        json!({ "metric": "hrv" }),
        json!({ "metric": "hrv", "versus": "load", "oldest": "-364d" }),
        json!({ "metric": "efficiency_factor", "versus": "hrv", "sport": "Ride", "oldest": "-364d" }),
        json!({ "metric": "hrv", "versus": "decoupling" }),
        json!({ "metric": "pace", "versus": "avg_hr", "sport": "run", "oldest": "-180d" }),
        json!({ "metric": "weight" }),
    ] {
        let said = world
            .owner()
            .call_tool("analyze_trend", arguments.clone())
            .await;
        let text = said.ok();
        let cost = tokens(&text);
        println!("analyze_trend {arguments}: {cost} tokens");
        assert!(cost <= 400, "{arguments} costs {cost}: {text}");
    }
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
async fn curves_over_three_ranges_are_terse() {
    let world = World::start().await;
    let seasons = ["90d", "season", "last_season"];
    for arguments in [
        json!({}),
        json!({ "ranges": seasons }),
        json!({ "ranges": ["2026", "2025-09-01..2025-11-30", "2025-06"] }),
        json!({ "after_kj": 1500 }),
        json!({ "metric": "pace" }),
        json!({ "metric": "pace", "ranges": seasons, "gap": true }),
        json!({ "metric": "pace", "sport": "Swim", "ranges": seasons }),
        json!({ "metric": "hr" }),
        json!({ "metric": "hr", "sport": "Run", "ranges": seasons }),
    ] {
        let text = world
            .owner()
            .call_tool("get_curves", arguments.clone())
            .await
            .ok();
        let cost = tokens(&text);
        println!("get_curves {arguments}: {cost} tokens");
        assert!(cost <= 600, "{arguments} costs {cost}: {text}");
    }
}

#[tokio::test]
async fn a_training_summary_is_terse() {
    let world = World::start().await;
    for (arguments, most) in [
        (json!({}), 900),
        (json!({ "compare_to": "previous" }), 1_200),
        (
            json!({ "include": ["zones", "distribution", "load", "compliance", "durability", "fuel"] }),
            1_250,
        ),
        (
            json!({ "oldest": "-27d", "group_by": "sport", "compare_to": "last_year" }),
            700,
        ),
        (json!({ "oldest": "-364d", "group_by": "month" }), 1_000),
        (json!({ "oldest": "-6d", "group_by": "day" }), 600),
    ] {
        let text = world
            .owner()
            .call_tool("get_training_summary", arguments.clone())
            .await
            .ok();
        let cost = tokens(&text);
        println!("get_training_summary {arguments}: {cost} tokens\n{text}\n");
        assert!(cost <= most, "{arguments} costs {cost}: {text}");
    }
}

#[tokio::test]
async fn a_training_summary_is_terse_on_any_day() {
    for now in [
        "2026-01-11T20:00:00Z",
        "2026-06-28T20:00:00Z",
        "2026-10-04T20:00:00Z",
    ] {
        let world = World::at(now).await;
        let owner = world.owner();
        let said = owner.call_tool("get_training_summary", json!({})).await;
        let text = said.ok();
        let cost = tokens(&text);
        println!("get_training_summary on {now}: {cost} tokens\n{text}\n");
        assert!(cost <= 900, "{cost}: {text}");
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

/// An outing with so many intervals, about each of which everything is known.
async fn with_intervals(world: &World, sport: &str, count: usize) -> String {
    let list = world
        .raw("/athlete/{id}/activities?oldest=2025-12-01&newest=2026-03-18")
        .await;
    let found = list.as_array().unwrap().iter().find(|a| {
        a["type"] == sport && a["paired_event_id"].is_i64() && a["interval_summary"].is_array()
    });
    let id = found.unwrap()["id"].as_str().unwrap().to_owned();
    let mut whole = world.raw(&format!("/activity/{id}?intervals=true")).await;
    let model = whole["icu_intervals"][0].clone();
    let laps: Vec<Value> = (0..count)
        .map(|index| {
            let mut lap = model.clone();
            for (key, value) in [
                ("id", json!(index + 1)),
                ("label", Value::Null),
                (
                    "type",
                    json!(if index % 2 == 0 { "WORK" } else { "RECOVERY" }),
                ),
                ("start_time", json!(index * 247)),
                ("moving_time", json!(180 + index)),
                (
                    "distance",
                    json!(1234.5 + 10.0 * f64::from(u32::try_from(index).unwrap())),
                ),
                ("max_watts", json!(345 + index)),
                ("average_gradient", json!(0.0123)),
                ("decoupling", json!(-2.34)),
                ("wbal_end", json!(14_321)),
            ] {
                lap[key] = value;
            }
            lap
        })
        .collect();
    whole["icu_intervals"] = json!(laps);
    let scope = FaultScope {
        path_contains: Some(format!("/activity/{id}$")),
        times: None,
    };
    let fault = Fault::Body(whole.to_string());
    world.demo.faults().set(fault, scope);
    id
}

#[tokio::test]
async fn an_activity_with_17_intervals_costs_at_most_750_tokens() {
    for sport in ["Ride", "VirtualRide", "Run", "TrailRun", "Swim"] {
        let world = World::start().await;
        let id = with_intervals(&world, sport, 17).await;
        let arguments = json!({ "id": id, "include": ["intervals"] });
        let said = world.owner().call_tool("get_activity", arguments).await;
        let text = said.ok();
        // Without the athlete's notes, which may be of any length.
        let facts = text.split("\n---").next().unwrap();
        assert_eq!(table(facts, "#|interval").len(), 17, "{text}");
        let cost = tokens(facts);
        println!("get_activity of a {sport} with 17 intervals: {cost} tokens\n{facts}");
        assert!(cost <= 750, "{sport}: {cost}: {text}");
    }
}
