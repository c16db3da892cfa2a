//! The library.

use intervals_mcp_server::demo::{Fault, FaultScope};
use serde_json::{Value, json};

use crate::support::{Caller, World, altered, table};

const ROWS: &str = "id|plan day|";

async fn listed(world: &World, arguments: Value) -> String {
    let said = world.owner().call_tool("list_workouts", arguments).await;
    said.ok()
}

async fn folders(world: &World) -> Vec<Value> {
    let folders = world.raw("/athlete/{id}/folders").await;
    folders.as_array().unwrap().clone()
}

/// The folder of the service whose name has `part`.
async fn folder(world: &World, part: &str) -> Value {
    let all = folders(world).await;
    let named = |folder: &&Value| folder["name"].as_str().unwrap().contains(part);
    all.iter().find(named).unwrap().clone()
}

fn asked(world: &World) -> Vec<String> {
    let journal = world.demo.journal();
    let paths = journal.iter().map(|request| &request.path);
    let mut asked: Vec<String> = paths
        .filter(|path| path.matches('/').count() > 4)
        .map(|path| path.splitn(6, '/').last().unwrap().to_owned())
        .collect();
    asked.sort();
    asked
}

#[tokio::test]
async fn without_arguments_it_lists_folders_and_plans_with_their_size() {
    let world = World::start().await;
    let text = listed(&world, json!({})).await;
    let raw = folders(&world).await;
    let rows = table(&text, "id|what|name");
    assert_eq!(rows.len(), raw.len());
    let mut workouts = 0;
    for (row, folder) in rows.iter().zip(&raw) {
        let children = folder["children"].as_array().unwrap();
        workouts += children.len();
        assert_eq!(row["id"], folder["id"].to_string());
        assert_eq!(row["what"], folder["type"].as_str().unwrap().to_lowercase());
        assert_eq!(row["workouts"], children.len().to_string());
        let load: i64 = children
            .iter()
            .map(|w| w["icu_training_load"].as_i64().unwrap())
            .sum();
        let expected = match children.is_empty() {
            true => String::new(),
            false => load.to_string(),
        };
        assert_eq!(row["load"], expected, "{row:?}");
        match folder["duration_weeks"].as_i64() {
            Some(weeks) => assert_eq!(row["length"], format!("{weeks} weeks")),
            None => assert_eq!(row["length"], ""),
        }
    }
    let head = format!("Library: 4 folders and 2 plans with {workouts} workouts");
    assert_eq!(text.lines().next().unwrap(), head);
    let shared = rows
        .iter()
        .find(|row| row["name"].starts_with("Coach"))
        .unwrap();
    assert_eq!(shared["state"], "shared by Rosa Bergdorf, read only");
    let lent = rows
        .iter()
        .find(|row| row["name"].starts_with("Four"))
        .unwrap();
    assert_eq!(
        (lent["state"].as_str(), lent["h/week"].as_str()),
        ("shared with 2", "5-8")
    );
    assert!(!text.contains(['\u{202E}', '\u{200B}']), "{text:?}");
    world.assert_well_behaved();
}

#[tokio::test]
async fn a_folder_is_found_by_id_by_name_and_by_a_part_of_it() {
    let world = World::start().await;
    let raw = folder(&world, "Bike").await;
    let by_id = listed(&world, json!({ "folder": raw["id"] })).await;
    for name in [
        json!(raw["id"].to_string()),
        json!("Bike intervals"),
        json!(" bike "),
        json!("INTERVALS"),
    ] {
        assert_eq!(
            listed(&world, json!({ "folder": name })).await,
            by_id,
            "{name}"
        );
    }
    let rows = table(&by_id, "id|sport|");
    let children = raw["children"].as_array().unwrap();
    assert_eq!(rows.len(), children.len());
    for (row, workout) in rows.iter().zip(children) {
        assert_eq!(row["id"], workout["id"].to_string());
        assert_eq!(row["name"], workout["name"].as_str().unwrap());
        assert_eq!(row["load"], workout["icu_training_load"].to_string());
        // Percent, and not a factor.
        let percent = workout["icu_intensity"].as_f64().unwrap();
        assert_eq!(row["IF%"], format!("{percent:.0}"));
        assert_eq!(row["flags"].contains("indoor"), workout["indoor"] == true);
    }
    world.assert_well_behaved();
}

#[tokio::test]
async fn the_workouts_of_a_plan_stand_on_their_days_counted_from_one() {
    let world = World::start().await;
    let raw = folder(&world, "Four weeks").await;
    let text = listed(&world, json!({ "folder": "four weeks" })).await;
    assert!(
        text.starts_with(&format!(
            "plan \"Four weeks to a hilly ride\" {} · 4 weeks · 5-8 h a week · 12 workouts · ",
            raw["id"]
        )),
        "{text}"
    );
    let rows = table(&text, ROWS);
    let children = raw["children"].as_array().unwrap();
    assert_eq!(rows.len(), children.len());
    for (row, workout) in rows.iter().zip(children) {
        let day = workout["day"].as_i64().unwrap();
        assert_eq!(
            row["plan day"],
            format!("w{} d{}", day / 7 + 1, day % 7 + 1)
        );
    }
    // Day 1 of the service is the second day.
    assert_eq!(rows[0]["plan day"], "w1 d2");
    let (facts, quoted) = text.split_once("\n--- ").unwrap();
    assert!(
        quoted.contains("Three weeks that build") && !facts.contains("Three weeks"),
        "{text}"
    );
}

#[tokio::test]
async fn a_plan_that_does_not_say_its_weeks_is_as_long_as_its_last_day() {
    let (_demo, server) = altered(|path, body| {
        if path.ends_with("/folders") {
            for folder in body.as_array_mut().unwrap() {
                folder["duration_weeks"] = Value::Null;
            }
        }
    })
    .await;
    let text = Caller::owner(&server)
        .call_tool("list_workouts", json!({}))
        .await
        .ok();
    let rows = table(&text, "id|what|name");
    let row = rows
        .iter()
        .find(|row| row["name"].starts_with("Four"))
        .unwrap();
    assert_eq!(row["length"], "27 days");
}

#[tokio::test]
async fn one_workout_is_told_with_steps_at_the_thresholds_of_today() {
    let world = World::start().await;
    let bike = folder(&world, "Bike").await;
    let workout = &bike["children"][1];
    let text = listed(&world, json!({ "id": workout["id"] })).await;
    assert!(
        text.starts_with(&format!(
            "library workout \"Threshold 3x10\" {} · Ride\n",
            workout["id"]
        )),
        "{text}"
    );
    // FTP 262 W: 96 and 101 % are 251.5 and 264.6 W, 55 % 144.1 W, 50 and 80 % 131 and 209.6 W.
    for step in [
        "- 15:00 warmup ramp 50-80% FTP (131-210 W)",
        "- 3x [10:00 Hard but steady 96-101% FTP (252-265 W) + 5:00 Easy 55% FTP (144 W)]",
    ] {
        assert!(text.lines().any(|line| line == step), "{step}: {text}");
    }
    assert!(
        text.contains("\nTargets by today's thresholds: FTP 262 W.\n"),
        "{text}"
    );
    let kilojoules = workout["joules"].as_f64().unwrap() / 1000.0;
    assert!(
        text.contains(&format!(" · work {kilojoules:.0} kJ")),
        "{text}"
    );
    let quoted = text.split_once("\n--- ").unwrap().1;
    assert!(quoted.contains("- Hard but steady 10m 96-101%"), "{text}");
    world.assert_well_behaved();
}

#[tokio::test]
async fn indoors_the_indoor_ftp_counts() {
    let world = World::start().await;
    let bike = folder(&world, "Bike").await;
    let workout = &bike["children"][2];
    assert_eq!(workout["indoor"], true);
    let text = listed(&world, json!({ "id": workout["id"] })).await;
    // 255 W: 112 and 117 % are 285.6 and 298.4 W.
    assert!(text.contains("112-117% FTP (286-298 W)"), "{text}");
    assert!(text.contains("indoor FTP 255 W"), "{text}");
}

#[tokio::test]
async fn runs_go_by_beats_or_pace_and_swims_by_the_hundred() {
    let world = World::start().await;
    let running = folder(&world, "Running").await;
    let easy = listed(&world, json!({ "id": running["children"][0]["id"] })).await;
    // LTHR 174: 80 and 84 % are 139.2 and 146.2.
    assert!(easy.contains("80-84% LTHR (139-146 bpm)"), "{easy}");
    let tempo = listed(&world, json!({ "id": running["children"][1]["id"] })).await;
    // Threshold 4:05/km: at 90 % of the speed 245 s / 0.9 = 272 s, at 94 % 261 s.
    assert!(tempo.contains("90-94% pace (4:32-4:21/km)"), "{tempo}");
    let pool = folder(&world, "Pool").await;
    let swim = listed(&world, json!({ "id": pool["children"][0]["id"] })).await;
    // Threshold 1:35/100m: 95 s / 0.97 = 98 s.
    assert!(
        swim.contains("100 m Threshold 97-100% pace (1:38-1:35/100m)"),
        "{swim}"
    );
    world.demo.prefer_imperial(true);
    let world = World::start().await;
    world.demo.prefer_imperial(true);
    let tempo = listed(&world, json!({ "id": running["children"][1]["id"] })).await;
    // 245 s / km is 394 s / mi; / 0.9 = 438 s.
    assert!(tempo.contains("90-94% pace (7:18-6:59/mi)"), "{tempo}");
}

#[tokio::test]
async fn a_workout_of_prose_has_its_text_and_says_that_it_has_no_steps() {
    let world = World::start().await;
    let pool = folder(&world, "Pool").await;
    let text = listed(&world, json!({ "id": pool["children"][2]["id"] })).await;
    let (facts, quoted) = text.split_once("\n--- ").unwrap();
    assert!(
        facts.contains("45:00 · load 22") && facts.contains("reads no steps"),
        "{text}"
    );
    assert!(
        !facts.contains("thresholds") && quoted.contains("Squat 4 sets"),
        "{text}"
    );
}

#[tokio::test]
async fn workouts_are_searched_by_name_and_sport_in_every_folder() {
    let world = World::start().await;
    let runs = listed(&world, json!({ "sport": "run" })).await;
    let rows = table(&runs, "id|folder|");
    assert!(
        rows.len() > 8 && rows.iter().all(|row| row["sport"].ends_with("Run")),
        "{runs}"
    );
    assert!(rows.iter().any(|row| row["folder"] == "Running"), "{runs}");
    let kilometres = listed(&world, json!({ "query": "KILOMETRE", "folder": "running" })).await;
    assert_eq!(table(&kilometres, "id|sport|").len(), 1);
    // The only one that is meant is told at once.
    assert!(
        kilometres.contains("5x [1 km Fast 101-104% pace"),
        "{kilometres}"
    );
    let none = listed(&world, json!({ "folder": "running", "sport": "swim" })).await;
    assert!(
        none.contains("No workout here matches; sports found: Run, TrailRun."),
        "{none}"
    );
}

#[tokio::test]
async fn an_empty_folder_is_said_to_be_empty() {
    let world = World::start().await;
    let empty = folder(&world, "sorted").await;
    let text = listed(&world, json!({ "folder": "To be sorted" })).await;
    assert_eq!(
        text,
        format!("folder \"To be sorted\" {} · 0 workouts", empty["id"])
    );
}

#[tokio::test]
async fn an_empty_library_is_said_to_be_empty() {
    let (_demo, server) = altered(|path, body| {
        if path.ends_with("/folders") {
            *body = json!([]);
        }
    })
    .await;
    let caller = Caller::owner(&server);
    let text = caller.call_tool("list_workouts", json!({})).await.ok();
    assert_eq!(text, "Library: 0 folders and 0 plans with 0 workouts");
    let said = caller
        .call_tool("list_workouts", json!({ "folder": "x" }))
        .await;
    assert_eq!(said.error(), "The library has no folders yet.");
}

#[tokio::test]
async fn a_folder_that_is_none_is_answered_with_those_that_are() {
    let world = World::start().await;
    let owner = world.owner();
    let said = async |arguments: Value| owner.call_tool("list_workouts", arguments).await.error();
    let sentence = said(json!({ "folder": "Sprints" })).await;
    assert!(
        sentence.contains("Bike intervals") && sentence.contains("To be sorted"),
        "{sentence}"
    );
    let sentence = said(json!({ "folder": "r" })).await;
    assert!(
        sentence.starts_with("Several folders fit 'r': "),
        "{sentence}"
    );
    for (arguments, words) in [
        (json!({ "id": "i77" }), "a workout id is digits"),
        (json!({ "id": "4294967297" }), "a workout id is digits"),
        (json!({ "id": 5 }), "(404"),
        (json!({ "limit": 0 }), "limit must be 1 to 200"),
        (json!({ "folder": "bike", "cursor": "x" }), "cursor must be"),
    ] {
        let sentence = said(arguments.clone()).await;
        assert!(sentence.contains(words), "{arguments}: {sentence}");
    }
    world.assert_well_behaved();
}

#[tokio::test]
async fn what_somebody_shares_is_found_by_id_too() {
    let world = World::start().await;
    let coachs = folder(&world, "half marathon").await;
    assert!(coachs["owner"].is_object());
    let workout = &coachs["children"][1];
    let text = listed(&world, json!({ "id": workout["id"] })).await;
    assert!(
        text.contains(&format!(
            "plan \"Coach half marathon nur\" {} · plan day w1 d3",
            coachs["id"]
        )),
        "{text}"
    );
    assert!(text.contains("4x [1 km Fast"), "{text}");
}

#[tokio::test]
async fn one_request_serves_a_list_and_two_a_workout() {
    let world = World::start().await;
    world.owner().call_tool("get_today", json!({})).await.ok();
    world.demo.clear_journal();
    listed(&world, json!({})).await;
    listed(&world, json!({ "folder": "bike" })).await;
    assert_eq!(asked(&world), ["folders"]);
    let bike = folder(&world, "Bike").await;
    world.demo.clear_journal();
    let id = bike["children"][0]["id"].clone();
    listed(&world, json!({ "id": id })).await;
    assert_eq!(asked(&world), ["sport-settings", &format!("workouts/{id}")]);
    world.assert_well_behaved();
}

#[tokio::test]
async fn targets_that_cannot_be_resolved_are_shown_as_written() {
    let world = World::start().await;
    let bike = folder(&world, "Bike").await;
    let scope = FaultScope {
        path_contains: Some("/sport-settings".to_owned()),
        times: None,
    };
    world.demo.faults().set(Fault::Status(500, None), scope);
    let text = listed(&world, json!({ "id": bike["children"][0]["id"] })).await;
    assert!(
        text.contains("88-93% FTP + ") && !text.contains(" W)"),
        "{text}"
    );
    assert!(text.contains("could not be read just now"), "{text}");
}

#[tokio::test]
async fn zones_and_absolute_targets_are_understood() {
    let (_demo, server) = altered(|path, body| {
        if path.ends_with("/folders") {
            let value = |units: &str, value: f64| json!({ "units": units, "value": value });
            let range = |units: &str, start: f64, end: f64| json!({ "units": units, "start": start, "end": end });
            body[0]["children"] = json!([{
                "id": 5, "name": "Mixed", "type": "Ride", "folder_id": body[0]["id"],
                "workout_doc": { "steps": [
                    { "duration": 600, "power": value("power_zone", 2.0) },
                    { "duration": 600, "power": range("power_zone", 2.0, 3.0) },
                    { "duration": 30, "power": value("power_zone", 7.0) },
                    { "duration": 60, "power": value("power_zone", 1.0) },
                    { "duration": 60, "power": range("w", 200.0, 220.0) },
                    { "duration": 60, "power": value("%mmp", 90.0) },
                    { "duration": 60, "hr": value("hr_zone", 2.0) },
                    { "duration": 60, "hr": range("%hr", 70.0, 80.0) },
                    { "duration": 60, "freeride": true },
                ] },
            }]);
        }
    })
    .await;
    let said = Caller::owner(&server)
        .call_tool("list_workouts", json!({ "query": "mixed" }))
        .await;
    let text = said.ok();
    // FTP 262 W, max HR 186 bpm.
    for step in [
        "- 10:00 Z2 (145-196 W)",
        "- 10:00 Z2-3 (145-235 W)",
        "- 0:30 Z7 (from 394 W)",
        "- 1:00 Z1 (up to 144 W)",
        "- 1:00 200-220 W",
        "- 1:00 90% of best",
        "- 1:00 Z2 (137-150 bpm)",
        "- 1:00 70-80% max HR (130-149 bpm)",
        "- 1:00 free",
    ] {
        assert!(text.lines().any(|line| line == step), "{step}: {text}");
    }
}

#[tokio::test]
async fn a_huge_library_goes_on_where_it_stopped() {
    let (_demo, server) = altered(|path, body| {
        if path.ends_with("/folders") {
            let workout = body[0]["children"][0].clone();
            let many = (0..450).map(|n| {
                let mut workout = workout.clone();
                workout["id"] = json!(1000 + n);
                workout["name"] = json!(format!("{n} 坂道インターバルと流し|\u{202E}x"));
                workout
            });
            body[0]["children"] = many.collect();
        }
    })
    .await;
    let caller = Caller::owner(&server);
    let mut ids = Vec::new();
    let mut cursor = json!("0");
    for _ in 0..20 {
        let arguments = json!({ "folder": "bike", "limit": 200, "cursor": cursor });
        let text = caller.call_tool("list_workouts", arguments).await.ok();
        assert!(
            text.len() <= 31_000 && !text.contains('\u{202E}'),
            "{}",
            text.len()
        );
        ids.extend(
            table(&text, "id|sport|")
                .into_iter()
                .map(|row| row["id"].clone()),
        );
        let Some((_, rest)) = text.split_once("with cursor ") else {
            break;
        };
        let digits = rest.chars().take_while(char::is_ascii_digit);
        cursor = json!(digits.collect::<String>());
    }
    let expected: Vec<String> = (1000..1450).map(|id: i32| id.to_string()).collect();
    assert_eq!(ids, expected);
}

#[tokio::test]
async fn odd_rows_do_not_lose_the_library() {
    let (_demo, server) = altered(|path, body| {
        if path.ends_with("/folders") {
            let rows = body.as_array_mut().unwrap();
            rows.push(json!({ "id": 7, "name": null, "type": "BINDER", "children": [null, 3, {"name": "no id"}, {
                "id": 8, "name": "Odd", "type": null, "icu_training_load": 0, "moving_time": "3600",
                "icu_intensity": "-Infinity", "workout_doc": { "steps": "none" },
            }] }));
            rows.push(json!({ "id": 9, "name": "Without its workouts", "type": "FOLDER", "num_workouts": 1 }));
            rows.push(json!("nothing"));
        }
        if path.ends_with("/workouts") {
            *body = json!([{ "id": 10, "folder_id": 9, "name": "Apart", "type": "Ride" }]);
        }
    })
    .await;
    let caller = Caller::owner(&server);
    let text = caller.call_tool("list_workouts", json!({})).await.ok();
    let rows = table(&text, "id|what|name");
    let row = |id: &str| rows.iter().find(|row| row["id"] == id).unwrap();
    assert_eq!(
        (row("7")["what"].as_str(), row("7")["workouts"].as_str()),
        ("binder", "1")
    );
    assert_eq!(row("9")["workouts"], "1");
    let text = caller
        .call_tool("list_workouts", json!({ "folder": "7" }))
        .await
        .ok();
    // 0 is a value, and what is no number is none.
    assert!(
        text.contains("\nid|name|time|load\n8|Odd|1:00:00|0"),
        "{text}"
    );
    let text = caller
        .call_tool("list_workouts", json!({ "folder": "9" }))
        .await
        .ok();
    assert!(text.contains("10|Ride|Apart"), "{text}");
}
