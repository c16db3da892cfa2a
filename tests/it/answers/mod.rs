//! What holds for the answers of all tools.

pub mod budget;
mod faults;
mod long;
mod memory;
mod permissions;
mod schemas;
mod strings;

use serde_json::{Value, json};

use crate::support::World;

/// Every tool with arguments that make it say a lot.
pub fn calls(ids: &Ids) -> Vec<(&'static str, Value)> {
    vec![
        ("get_today", json!({ "days_ahead": 14 })),
        ("get_athlete", json!({})),
        (
            "list_activities",
            json!({ "oldest": "-180d", "limit": 200 }),
        ),
        (
            "get_activity",
            json!({ "id": ids.activity, "include": ["intervals", "splits", "zones", "best_efforts", "plan", "weather", "segments", "histogram", "messages", "custom"] }),
        ),
        (
            "get_activity_streams",
            json!({ "id": ids.activity, "by": "interval", "start": 1, "end": 2, "max_points": 200 }),
        ),
        (
            "get_curves",
            json!({ "ranges": ["42d", "1y", "season", "last_season", "all", "2025"], "after_kj": 1500 }),
        ),
        (
            "get_training_summary",
            json!({ "oldest": "-300d", "compare_to": "2025-04-01..2025-05-31" }),
        ),
        (
            "search_intervals",
            json!({ "min_secs": 60, "max_secs": "20m", "min_intensity": 80, "oldest": "-364d", "limit": 30 }),
        ),
        (
            "compare_activities",
            json!({ "reference_id": ids.activity }),
        ),
        (
            "get_fitness",
            json!({ "oldest": "-180d", "project_to": "+40d", "scenario": [{ "date": "+3d", "load": 90, "sport": "Ride" }],
                "target_form": 10, "target_date": "+18d" }),
        ),
        (
            "analyze_trend",
            json!({ "metric": "hrv", "versus": "decoupling", "sport": "Ride", "oldest": "-180d" }),
        ),
        ("get_wellness", json!({ "oldest": "-90d", "fields": "all" })),
        (
            "update_wellness",
            json!({ "entries": [{ "date": "today", "mood": "good", "comments": "Slept like a stone" }] }),
        ),
        (
            "update_activity",
            json!({ "id": ids.activity, "name": "Hills | and wind", "description": "Windy", "rpe": 8, "feel": "weak",
                "gear": "allroad", "tags": ["key", "hills"], "carbs_g": 80 }),
        ),
        (
            "add_activity_message",
            json!({ "id": ids.activity, "text": "Strong to the end" }),
        ),
        (
            "list_events",
            json!({ "oldest": "-200d", "newest": "+60d", "include_steps": true }),
        ),
        ("get_event", json!({ "id": ids.event })),
        ("undo_change", json!({})),
        (
            "save_events",
            json!({ "events": [
                { "date": "+2d", "sport": "Run", "name": "6 x 800 m", "workout": "- 15m Z2 Pace\n\n6x\n- 800mtr Z5 Pace\n- 2m Z1 Pace\n\n- 10m Z1 Pace" },
                { "date": "+4d", "sport": "Ride", "name": "Coffee ride", "duration": "1h30m", "load": 60 },
                { "date": "+9d", "end": "+12d", "category": "holiday", "name": "Lake week", "availability": "limited" },
            ] }),
        ),
        (
            "move_events",
            json!({ "ids": [ids.event], "shift_days": 1 }),
        ),
        ("delete_events", json!({ "ids": [ids.event] })),
        ("list_workouts", json!({ "id": ids.workout })),
        (
            "validate_workout",
            json!({ "text": "- 10m ramp 50-75%\n\n4x\n- Hard 8m 95-105%\n- 4m Z1\n\n- Easy 400m 145bpm", "sport": "Ride" }),
        ),
        (
            "update_sport_settings",
            json!({ "sport": "Ride", "ftp": 271, "indoor_ftp": 262, "lthr": 166, "max_hr": 189,
                "zones": { "power": [50, 70, 85, 100, 115, 140] } }),
        ),
        ("get_help", json!({ "topic": "workouts" })),
    ]
}

/// An activity, an event and a workout of the library with much to tell.
pub struct Ids {
    pub activity: String,
    pub event: String,
    pub workout: String,
}

pub async fn ids(world: &World) -> Ids {
    let found = |list: &Value, wanted: fn(&Value) -> bool| {
        let found = list.as_array().unwrap().iter().find(|row| wanted(row));
        let id = &found.unwrap()["id"];
        id.as_str().map_or_else(|| id.to_string(), str::to_owned)
    };
    let activities = world
        .raw("/athlete/{id}/activities?oldest=2026-02-01&newest=2026-03-18")
        .await;
    let events = world
        .raw("/athlete/{id}/events?oldest=2026-03-18&newest=2026-04-07&category=WORKOUT")
        .await;
    let workouts = world.raw("/athlete/{id}/workouts").await;
    Ids {
        workout: found(&workouts, |w| w["workout_doc"]["steps"][1]["reps"].is_i64()),
        activity: found(&activities, |a| a["type"] == "Ride"),
        event: found(&events, |e| {
            e["workout_doc"]["steps"]
                .as_array()
                .is_some_and(|steps| steps.iter().any(|step| step["reps"].is_i64()))
        }),
    }
}

#[tokio::test]
async fn no_answer_holds_what_is_hidden_null_or_named_as_upstream_names_it() {
    let world = World::start().await;
    let ids = ids(&world).await;
    for (tool, arguments) in calls(&ids) {
        let text = world.owner().call_tool(tool, arguments).await.ok();
        let hidden = |c: char| {
            matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}' | '\u{E0000}'..='\u{E007F}')
                && c != '\u{200D}'
                || (c.is_control() && c != '\n')
        };
        assert!(!text.contains(hidden), "{tool}: {text:?}");
        for word in [
            "null",
            "None",
            "NaN",
            "Infinity",
            "icu_",
            "restingHR",
            "_local",
            "undefined",
            "||||||||||||||||",
        ] {
            assert!(!text.contains(word), "{tool} says {word}: {text}");
        }
        assert!(
            !text
                .lines()
                .any(|line| line.ends_with('|') || line.trim_end() != line),
            "{tool}: {text}"
        );
    }
    world.assert_well_behaved();
}

#[tokio::test]
async fn windows_are_said_with_zone_and_weekday() {
    let world = World::start().await;
    for (tool, arguments) in [
        (
            "list_activities",
            json!({ "oldest": "2025-11-03", "newest": "2025-11-09" }),
        ),
        (
            "get_training_summary",
            json!({ "oldest": "2025-11-03", "newest": "2025-11-09" }),
        ),
        (
            "get_fitness",
            json!({ "oldest": "2025-11-03", "newest": "2025-11-09" }),
        ),
        (
            "get_wellness",
            json!({ "oldest": "2025-11-03", "newest": "2025-11-09" }),
        ),
        (
            "analyze_trend",
            json!({ "metric": "sleep", "oldest": "2025-11-03", "newest": "2025-11-09" }),
        ),
        (
            "list_events",
            json!({ "oldest": "2025-11-03", "newest": "2025-11-09" }),
        ),
    ] {
        let text = world.owner().call_tool(tool, arguments).await.ok();
        let head = text.lines().next().unwrap();
        assert!(
            head.ends_with(
                "Mon 2025-11-03 to Sun 2025-11-09 (Europe/Zurich, today is Wed 2026-03-18)"
            ),
            "{tool}: {head}"
        );
    }
}

#[tokio::test]
async fn a_tool_that_only_reads_sends_only_gets() {
    let world = World::start().await;
    let ids = ids(&world).await;
    let read_only: Vec<String> = world
        .owner()
        .list_tools()
        .await
        .iter()
        .filter(|t| t["annotations"]["readOnlyHint"] == true)
        .map(|t| t["name"].as_str().unwrap().to_owned())
        .collect();
    let mut change = String::new();
    for (tool, mut arguments) in calls(&ids) {
        if tool == "undo_change" {
            arguments = json!({ "change_id": change });
        }
        world.demo.clear_journal();
        let text = world.owner().call_tool(tool, arguments).await.ok();
        if let Some((_, id)) = text.split_once("undo_change ") {
            change = id.chars().take(8).collect();
        }
        let only_gets = world
            .demo
            .journal()
            .iter()
            .all(|request| request.method == "GET");
        assert_eq!(
            only_gets,
            read_only.iter().any(|name| name == tool),
            "{tool}"
        );
    }
}

#[tokio::test]
async fn an_empty_past_is_said_and_not_invented() {
    let world = World::start().await;
    let window = json!({ "oldest": "2018-05-01", "newest": "2018-05-31" });
    for (tool, says) in [
        ("list_activities", "0 activities"),
        ("get_training_summary", "0 sessions"),
        ("get_fitness", "No fitness data"),
        ("get_wellness", "No wellness data"),
        ("list_events", "0 events"),
    ] {
        let text = world.owner().call_tool(tool, window.clone()).await.ok();
        assert!(text.starts_with(says), "{tool}: {text}");
        assert!(text.lines().count() == 1, "{tool}: {text}");
    }
}
