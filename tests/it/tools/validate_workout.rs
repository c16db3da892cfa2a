//! A workout's text, checked without being written.

use intervals_mcp_server::demo::{Fault, FaultScope};
use serde_json::{Value, json};

use crate::support::World;

const INTERVALS: &str = "Warmup\n- 10m ramp 50-75% 85-95rpm\n\nMain set 4x\n- Hard 8m 95-105% 90rpm\n- Easy 4m 55%\n\nCooldown\n- 10m ramp 60-45%";

async fn said(world: &World, arguments: Value) -> String {
    let owner = world.owner();
    owner.call_tool("validate_workout", arguments).await.ok()
}

#[tokio::test]
async fn a_right_text_is_told_with_totals_and_steps_in_watts_from_the_athletes_settings() {
    let world = World::start().await;
    let text = said(&world, json!({ "text": INTERVALS, "sport": "Ride" })).await;
    let lines: Vec<&str> = text.lines().collect();
    // 10 + 4 x (8 + 4) + 10 minutes.
    assert!(
        lines[0].starts_with("ok · Ride · 1:08:00 · load ") && lines[0].contains(" · NP "),
        "{text}"
    );
    // The demo athlete's FTP is 262 W: 50 % is 131, 75 % 196.5, 95 % 248.9, 105 % 275.1.
    assert!(
        text.contains("10:00 warmup ramp 50-75% FTP (131-197 W) 85-95 rpm"),
        "{text}"
    );
    assert!(
        text.contains(
            "- 4x [8:00 Hard 95-105% FTP (249-275 W) 90 rpm + 4:00 Easy 55% FTP (144 W)]"
        ),
        "{text}"
    );
    assert!(
        lines
            .last()
            .unwrap()
            .starts_with("FTP 262 W (from the settings); load from power"),
        "{text}"
    );
    assert!(!text.contains("text:"), "{text}");
    world.assert_well_behaved();
}

#[tokio::test]
async fn mistakes_come_first_with_place_and_fix() {
    let world = World::start().await;
    let written = "- Warm up 10m 60%\n4x\n- 400m 95-105%\n- Easy Z1 2m\n\n- 10m 145bpm";
    let text = said(
        &world,
        json!({ "text": written, "sport": "Ride", "lthr": 165, "ftp": 250 }),
    )
    .await;
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines[0].starts_with("4 errors · Ride · "), "{text}");
    assert_eq!(
        lines[1],
        "2:1 error: a repeat without a blank line before it is done once. Put a blank line before it."
    );
    assert_eq!(
        lines[2],
        "3:3 error: 400m means minutes. Write 400mtr, or 6h40m if minutes are meant."
    );
    assert!(
        lines[3].starts_with("4:3 error: the zone before the length clears the label \"Easy\"."),
        "{text}"
    );
    // 145 of 165 beats are 87.9 %.
    assert!(
        lines[4].starts_with("6:7 error: ") && lines[4].ends_with("Write 88% LTHR."),
        "{text}"
    );
}

#[tokio::test]
async fn the_service_is_asked_for_thresholds_only_when_one_is_missing() {
    let world = World::start().await;
    world.owner().call_tool("get_help", json!({})).await.ok();
    world.demo.clear_journal();
    let run = "- 10m 90% Pace";
    for arguments in [
        json!({ "text": INTERVALS, "sport": "Ride", "ftp": "250" }),
        json!({ "text": run, "sport": "run", "threshold_pace": "4:00/km" }),
        json!({ "text": "- 10m freeride", "sport": "Ride" }),
        json!({ "text": "no step at all", "sport": "Ride" }),
    ] {
        said(&world, arguments).await;
    }
    assert_eq!(world.demo.journal().len(), 0);
    let text = said(&world, json!({ "text": run, "sport": "Run" })).await;
    assert!(
        text.contains("threshold pace 4:05/km (from the settings)"),
        "{text}"
    );
    let asked: Vec<String> = world
        .demo
        .journal()
        .iter()
        .map(|r| r.path.clone())
        .collect();
    let settings = asked
        .iter()
        .filter(|path| path.ends_with("/sport-settings"));
    assert_eq!(settings.count(), 1, "{asked:?}");
}

#[tokio::test]
async fn runs_and_swims_are_told_in_pace_and_beats() {
    let world = World::start().await;
    let run = "3x\n- 1km 4:00/km-4:10/km Pace\n- 2m Z1 HR intensity=rest";
    let text = said(&world, json!({ "text": run, "sport": "Run" })).await;
    assert!(
        text.contains("1 km 4:00-4:10/km + 2:00 Z1 (") && text.contains(" bpm) rest]"),
        "{text}"
    );
    // 3 x (1000 m + nothing known of the rest).
    assert!(text.contains(" · 3 km · "), "{text}");
    let swim = "4x\n- 100mtr 100% Pace\n- 15s intensity=rest";
    let text = said(
        &world,
        json!({ "text": swim, "sport": "Swim", "threshold_pace": "1:35/100m" }),
    )
    .await;
    // 4 x (95 s + 15 s).
    assert!(
        text.starts_with("ok · Swim · 7:20 · 400m · load "),
        "{text}"
    );
    assert!(text.contains("100 m 100% pace (1:35/100m)"), "{text}");
    assert!(text.contains("threshold pace 1:35/100m (given)"), "{text}");
}

#[tokio::test]
async fn a_zone_without_its_word_is_an_error_in_a_run_and_right_in_a_ride() {
    let world = World::start().await;
    let arguments = |sport: &str| json!({ "text": "- 10m Z2", "sport": sport });
    let run = said(&world, arguments("Run")).await;
    assert!(
        run.contains("1:3 error: Z2 without HR or Pace is a power zone"),
        "{run}"
    );
    let ride = said(&world, arguments("Ride")).await;
    assert!(ride.starts_with("ok · Ride · 10:00 · load "), "{ride}");
}

#[tokio::test]
async fn steps_become_text_that_is_shown() {
    let world = World::start().await;
    let steps = json!([
        { "text": "Warm up", "duration": "10m", "power": "50-75%", "ramp": true, "section": "warmup" },
        { "reps": 4, "text": "Main set", "steps": [
            { "text": "Hard", "duration": 480, "power": { "start": 95, "end": 105, "units": "%ftp" } },
            { "duration": "4m", "power": 140 },
        ] },
        "5m Z1",
    ]);
    let expected = "text:\nWarmup\n- Warm up 10m ramp 50-75%\n\nMain set 4x\n- Hard 8m 95-105%\n- 4m 140w\n\n- 5m Z1\n";
    for steps in [steps.clone(), Value::from(steps.to_string())] {
        let text = said(&world, json!({ "steps": steps, "sport": "Ride" })).await;
        assert!(text.starts_with("ok · Ride · 1:03:00 · load "), "{text}");
        assert!(text.contains(expected), "{text}");
    }
    let beats = json!([{ "duration": "30m", "hr": 139 }]);
    let text = said(&world, json!({ "steps": beats, "sport": "Run" })).await;
    // The demo athlete's LTHR in runs is 174: 139 beats are 80 %.
    assert!(text.contains("- 30m 80% LTHR"), "{text}");
}

#[tokio::test]
async fn what_no_workout_can_be_made_of_is_an_error_with_the_way_out() {
    let world = World::start().await;
    let owner = world.owner();
    for (arguments, says) in [
        (json!({ "sport": "Ride" }), "either text or steps"),
        (
            json!({ "text": "- 10m", "steps": [], "sport": "Ride" }),
            "either text or steps",
        ),
        (json!({ "steps": [], "sport": "Ride" }), "there are none"),
        (
            json!({ "steps": [{ "power": "80%" }], "sport": "Ride" }),
            "steps[0]: duration or distance is missing",
        ),
        (
            json!({ "steps": [{ "duration": "10m", "power": "hard" }], "sport": "Ride" }),
            "steps[0].power: write 75%",
        ),
        (
            json!({ "steps": [{ "duration": "10m", "text": "best 60s" }], "sport": "Ride" }),
            "the label would end at \"60s\"",
        ),
        (
            json!({ "text": "- 10m", "sport": "Run", "threshold_pace": "fast" }),
            "4:00/km",
        ),
        (
            json!({ "text": "- 10m", "sport": "Ride", "ftp": -3 }),
            "ftp",
        ),
    ] {
        let said = owner.call_tool("validate_workout", arguments.clone()).await;
        let sentence = said.error();
        assert!(sentence.contains(says), "{arguments}: {sentence}");
    }
}

#[tokio::test]
async fn without_thresholds_the_text_is_checked_all_the_same() {
    let world = World::start().await;
    let settings = FaultScope {
        path_contains: Some("/sport-settings".to_owned()),
        times: None,
    };
    world.demo.faults().set(Fault::Status(500, None), settings);
    let text = said(&world, json!({ "text": INTERVALS, "sport": "Ride" })).await;
    assert!(
        text.starts_with("ok, 1 warning · Ride · 1:08:00\n"),
        "{text}"
    );
    assert!(
        text.contains("could not be read") && text.contains("no load"),
        "{text}"
    );
    assert!(text.contains("95-105% FTP 90 rpm"), "{text}");
}

#[tokio::test]
async fn line_ends_that_were_escaped_twice_are_line_ends() {
    let world = World::start().await;
    let text = said(
        &world,
        json!({ "text": "- 10m 60%\\n- 5m 50%", "sport": "Ride" }),
    )
    .await;
    assert!(text.starts_with("ok · Ride · 15:00 · "), "{text}");
}

#[tokio::test]
async fn who_prefers_miles_is_told_in_miles() {
    let world = World::start().await;
    world.demo.prefer_imperial(true);
    let text = "- 2mi 100% Pace\n- 5m 70% Pace";
    let text = said(&world, json!({ "text": text, "sport": "Run" })).await;
    // 4:05 /km over 1.609 km are 6:34 a mile.
    assert!(text.contains("2 mi 100% pace (6:34/mi)"), "{text}");
    assert!(
        text.contains("threshold pace 6:34/mi (from the settings)"),
        "{text}"
    );
}

#[tokio::test]
async fn an_endless_list_of_mistakes_is_cut() {
    let world = World::start().await;
    let text = "- Hard 145bpm\n".repeat(400);
    let text = said(&world, json!({ "text": text, "sport": "Ride" })).await;
    assert!(text.starts_with("800 errors · Ride\n"), "{text}");
    assert!(
        text.contains("more mistakes: mend these first.") && text.lines().count() < 40,
        "{text}"
    );
}
