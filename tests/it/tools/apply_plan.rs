//! The library on the calendar.

use intervals_mcp_server::demo::{ATHLETE_ID, Fault, FaultScope};
use serde_json::{Value, json};

use crate::answers::budget::tokens;
use crate::support::World;

/// The Monday behind the week of [`crate::support::NOW`].
const MONDAY: &str = "2026-03-23";
const NOTHING: [&str; 0] = [];

async fn folder(world: &World, part: &str) -> Value {
    let all = world.raw("/athlete/{id}/folders").await;
    let named = |folder: &&Value| folder["name"].as_str().unwrap().contains(part);
    all.as_array().unwrap().iter().find(named).unwrap().clone()
}

/// Everything from a year before to a year behind.
async fn everything(world: &World) -> Vec<Value> {
    world.calendar("2025-03-01", "2027-12-31").await
}

/// What came through `apply_plan`.
fn applied(events: &[Value]) -> Vec<&Value> {
    let of_library = |event: &&Value| event["plan_workout_id"].is_i64();
    events.iter().filter(of_library).collect()
}

async fn says(world: &World, arguments: Value) -> String {
    world.owner().call_tool("apply_plan", arguments).await.ok()
}

async fn refuses(world: &World, arguments: Value) -> String {
    let said = world.owner().call_tool("apply_plan", arguments).await;
    said.error()
}

fn day(start: &str, days: i64) -> String {
    let start: jiff::civil::Date = start.parse().unwrap();
    use jiff::ToSpan as _;
    start.checked_add(days.days()).unwrap().to_string()
}

fn id_of_change(text: &str) -> String {
    let (_, id) = text
        .split_once("undo_change ")
        .unwrap_or_else(|| panic!("{text}"));
    id.split_whitespace().next().unwrap().to_owned()
}

/// A library of this one folder instead of the athlete's.
fn library(world: &World, kind: &str, workouts: &[Value]) {
    let folders = json!([{ "id": 5, "type": kind, "name": "Block", "num_workouts": workouts.len(), "children": workouts,
        "athlete_id": ATHLETE_ID }]);
    let scope = FaultScope {
        path_contains: Some("/folders".to_owned()),
        times: None,
    };
    world
        .demo
        .faults()
        .set(Fault::Body(folders.to_string()), scope);
}

fn workout(id: i64, day: i64, name: &str) -> Value {
    json!({ "id": id, "folder_id": 5, "day": day, "name": name, "type": "Ride", "description": "- 40m 60%",
        "moving_time": 2400, "icu_training_load": 24 })
}

#[tokio::test]
async fn every_workout_of_a_plan_stands_on_its_day_as_the_library_has_it() {
    let world = World::start().await;
    let plan = folder(&world, "Four weeks").await;
    world.demo.clear_journal();
    let text = says(
        &world,
        json!({ "id": plan["id"], "start_date": "next_monday" }),
    )
    .await;
    let sent = world.writes();
    assert_eq!(sent.len(), 1, "{sent:?}");
    assert_eq!(sent[0], "POST /events/bulk");
    let workouts = plan["children"].as_array().unwrap();
    assert!(
        text.starts_with(&format!(
            "Wrote to the calendar: {} created",
            workouts.len()
        )),
        "{text}"
    );
    assert!(
        text.contains(&format!("plan \"Four weeks to a hilly ride\" {}: day 1 is Mon {MONDAY}, the last Sat 2026-04-18.", plan["id"])),
        "{text}"
    );
    let events = everything(&world).await;
    let events = applied(&events);
    assert_eq!(events.len(), workouts.len());
    for workout in workouts {
        let event = events
            .iter()
            .find(|event| event["plan_workout_id"] == workout["id"])
            .unwrap();
        let at = day(MONDAY, workout["day"].as_i64().unwrap());
        assert_eq!(event["start_date_local"], format!("{at}T00:00:00"));
        assert_eq!(event["category"], "WORKOUT");
        for key in ["name", "type", "description", "moving_time", "target"] {
            assert_eq!(event[key], workout[key], "{key} of {}", workout["name"]);
        }
        assert_eq!(event["indoor"] == true, workout["indoor"] == true);
        // It is computed anew, with the thresholds of today.
        let load = |row: &Value| row["icu_training_load"].as_i64().unwrap();
        assert!((load(event) - load(workout)).abs() <= 1, "{event}");
        assert_eq!(event["plan_folder_id"], plan["id"]);
        assert_eq!(event["plan_athlete_id"], plan["athlete_id"]);
        assert_eq!(event["plan_applied"], "2026-03-18T09:30:00.000+00:00");
    }
    id_of_change(&text);
    world.assert_well_behaved();
}

#[tokio::test]
async fn what_is_there_is_not_doubled_also_when_it_was_renamed() {
    let world = World::start().await;
    let arguments = json!({ "id": "four weeks", "start_date": MONDAY });
    says(&world, arguments.clone()).await;
    let before = everything(&world).await;
    let one = applied(&before)[0]["id"].clone();
    let renamed = json!({ "events": [{ "id": one, "name": "Another name" }] });
    world.owner().call_tool("save_events", renamed).await.ok();
    world.demo.clear_journal();
    let text = says(&world, arguments.clone()).await;
    assert!(
        text.starts_with("Nothing to write.") && text.contains("Not doubled, there already: "),
        "{text}"
    );
    assert!(
        text.contains("Another name (id ") && text.contains(", 7 more."),
        "{text}"
    );
    assert_eq!(world.writes(), NOTHING);
    let doomed = json!({ "ids": [one] });
    world.owner().call_tool("delete_events", doomed).await.ok();
    let text = says(&world, arguments).await;
    assert!(
        text.starts_with("Wrote to the calendar: 1 event created"),
        "{text}"
    );
    assert_eq!(everything(&world).await.len(), before.len());
}

#[tokio::test]
async fn the_same_workout_twice_on_a_day_is_there_twice_and_not_four_times() {
    let world = World::start().await;
    library(
        &world,
        "PLAN",
        &[workout(71, 0, "Spin"), workout(72, 0, "Spin")],
    );
    let arguments = json!({ "id": 5, "start_date": "+9d" });
    for _ in 0..2 {
        says(&world, arguments.clone()).await;
        let events = everything(&world).await;
        assert_eq!(applied(&events).len(), 2);
    }
}

#[tokio::test]
async fn a_dry_run_says_what_would_be_and_writes_nothing() {
    let world = World::start().await;
    let before = everything(&world).await;
    world.demo.clear_journal();
    let arguments = json!({ "id": "four weeks", "start_date": MONDAY, "dry_run": true });
    let text = says(&world, arguments).await;
    assert!(
        text.starts_with("Dry run, nothing written: 12 to create"),
        "{text}"
    );
    assert!(
        text.contains("Week of Mon 03-23: load ") && text.contains("Form, evening: "),
        "{text}"
    );
    assert!(!text.contains("undo_change"), "{text}");
    assert_eq!(world.writes(), NOTHING);
    assert_eq!(everything(&world).await, before);
    world.assert_well_behaved();
}

#[tokio::test]
async fn one_workout_goes_on_its_day_by_id_by_name_and_by_a_part_of_it() {
    let world = World::start().await;
    let running = folder(&world, "Running").await;
    let tempo = &running["children"][1];
    let name = tempo["name"].as_str().unwrap();
    for (id, date) in [
        (tempo["id"].clone(), "2026-04-20"),
        (json!(name.to_uppercase()), "2026-04-21"),
        (json!(name.split_at(name.len() - 2).0), "2026-04-22"),
    ] {
        let text = says(&world, json!({ "id": id, "start_date": date })).await;
        assert!(
            text.starts_with("Wrote to the calendar: 1 event created"),
            "{id}: {text}"
        );
        let there = world.calendar(date, date).await;
        let event = applied(&there)[0];
        assert_eq!(event["name"], name);
        assert_eq!(event["plan_workout_id"], tempo["id"]);
        assert!(event["plan_applied"].is_null(), "{event}");
        assert_eq!(event["icu_training_load"], tempo["icu_training_load"]);
    }
    world.assert_well_behaved();
}

#[tokio::test]
async fn what_is_no_plan_empty_unknown_or_several_is_refused_with_what_there_is() {
    let world = World::start().await;
    let running = folder(&world, "Running").await;
    let first = running["children"][0]["id"].to_string();
    world.demo.clear_journal();
    for (id, says) in [
        (
            "running",
            vec!["is no plan, its workouts have no days", first.as_str()],
        ),
        ("to be sorted", vec!["folder \"To be sorted\"", "is empty"]),
        (
            "marathon in a week",
            vec![
                "No folder or plan is called 'marathon in a week'",
                "Four weeks to a hilly ride",
            ],
        ),
        ("61309999", vec!["No folder or plan is called '61309999'"]),
        (
            "sweet spot",
            vec![
                "Several workouts fit 'sweet spot'",
                "(Bike intervals)",
                "Give the id of one",
            ],
        ),
        ("", vec!["No folder or plan is called ''"]),
    ] {
        let said = refuses(&world, json!({ "id": id, "start_date": "next_monday" })).await;
        assert!(said.contains("othing was written"), "{said}");
        for part in says {
            assert!(said.contains(part), "{id}: {said}");
        }
    }
    for wrong in [
        json!({ "id": "four weeks" }),
        json!({ "start_date": "today" }),
        json!({ "id": "four weeks", "start_date": "soon" }),
        json!({ "id": "four weeks", "start_date": "today", "weeks": 2 }),
        json!({ "id": "four weeks", "start_date": "next_monday", "if_unchanged": "00000000" }),
    ] {
        refuses(&world, wrong).await;
    }
    assert_eq!(world.writes(), NOTHING);
}

#[tokio::test]
async fn days_before_today_are_left_out() {
    let world = World::start().await;
    let text = says(
        &world,
        json!({ "id": "four weeks", "start_date": "this_week" }),
    )
    .await;
    // The first workout is on the second day, yesterday.
    assert!(
        text.contains("Left out, before today: Tue 03-17 Sweet Spot"),
        "{text}"
    );
    assert!(
        text.starts_with("Wrote to the calendar: 11 created"),
        "{text}"
    );
    let events = everything(&world).await;
    let days = applied(&events);
    assert!(
        days.iter()
            .all(|event| event["start_date_local"].as_str().unwrap() >= "2026-03-18")
    );
    world.demo.clear_journal();
    let said = refuses(&world, json!({ "id": "four weeks", "start_date": "-60d" })).await;
    assert!(
        said.contains("all of it lies before today (2026-03-18)"),
        "{said}"
    );
    assert_eq!(world.writes(), NOTHING);
}

#[tokio::test]
async fn a_plan_of_weeks_that_does_not_begin_on_a_monday_is_remarked() {
    let world = World::start().await;
    let dry = |start: &str| json!({ "id": "four weeks", "start_date": start, "dry_run": true });
    let text = says(&world, dry("2026-03-26")).await;
    let remark = "Its weeks do not begin on a Monday then; with start_date 2026-03-30 they do.";
    assert!(
        text.contains("day 1 is Thu 2026-03-26") && text.contains(remark),
        "{text}"
    );
    assert!(!says(&world, dry(MONDAY)).await.contains("do not begin"));
    // A few days have no weeks.
    library(
        &world,
        "PLAN",
        &[workout(71, 0, "Spin"), workout(72, 2, "Spin")],
    );
    let text = says(
        &world,
        json!({ "id": "block", "start_date": "2026-03-26", "dry_run": true }),
    )
    .await;
    assert!(!text.contains("do not begin"), "{text}");
}

#[tokio::test]
async fn what_the_service_does_not_compute_is_taken_from_the_library() {
    let world = World::start().await;
    let gym = json!({ "id": 71, "day": 0, "name": "Gym", "type": "WeightTraining", "description": "Squats", "moving_time": 2700,
        "icu_training_load": 32, "tags": ["strength"], "time": "07:30", "color": "green", "sub_type": "NONE",
        "hide_from_athlete": true, "carbs_per_hour": 20 });
    let note = json!({ "id": 72, "day": 1, "days": 3, "name": "Easy days", "type": "NOTE", "description": "Sleep.",
        "for_week": false });
    let bare = json!({ "id": 73, "day": 2, "description": "No name", "for_week": true });
    let lost = json!({ "id": 74, "day": 3, "name": "From a file", "type": "Ride", "moving_time": 3600, "icu_training_load": 50,
        "workout_doc": { "steps": [{ "duration": 3600, "power": { "value": 70, "units": "%ftp" } }] } });
    let dayless = json!({ "id": 75, "name": "Some day", "type": "Run" });
    library(&world, "PLAN", &[gym, note, bare, lost, dayless]);
    let text = says(&world, json!({ "id": "5", "start_date": MONDAY })).await;
    assert!(
        text.contains("Left out: 1 workout without a day of the plan."),
        "{text}"
    );
    assert!(
        text.contains("its steps are not in its text, so the event has none."),
        "{text}"
    );
    let events = everything(&world).await;
    let of = |id: i64| {
        applied(&events)
            .into_iter()
            .find(|event| event["plan_workout_id"] == id)
            .unwrap()
    };
    for (id, key, value) in [
        (71, "start_date_local", json!("2026-03-23T07:30:00")),
        (71, "moving_time", json!(2700)),
        (71, "icu_training_load", json!(32)),
        (71, "tags", json!(["strength"])),
        (71, "color", json!("green")),
        (71, "hide_from_athlete", json!(true)),
        (71, "carbs_per_hour", json!(20)),
        (72, "category", json!("NOTE")),
        (72, "start_date_local", json!("2026-03-24T00:00:00")),
        (72, "end_date_local", json!("2026-03-27T00:00:00")),
        (72, "description", json!("Sleep.")),
        (73, "category", json!("NOTE")),
        (73, "name", json!("Note")),
        (73, "for_week", json!(true)),
        (74, "icu_training_load", json!(50)),
        (74, "moving_time", json!(3600)),
    ] {
        assert_eq!(of(id)[key], value, "{key} of {id}");
    }
    world.assert_well_behaved();
}

#[tokio::test]
async fn a_plan_of_twelve_weeks_is_answered_by_week() {
    let world = World::start().await;
    let all: Vec<Value> = (0..84)
        .map(|at| workout(100 + at, at, &format!("Session {at}")))
        .collect();
    library(&world, "PLAN", &all);
    let dry = says(
        &world,
        json!({ "id": "block", "start_date": MONDAY, "dry_run": true }),
    )
    .await;
    world.demo.clear_journal();
    let text = says(&world, json!({ "id": "block", "start_date": MONDAY })).await;
    assert_eq!(world.writes().len(), 1);
    for said in [&dry, &text] {
        println!("{} tokens\n{said}", tokens(said));
        assert!(said.contains("Mon 03-23 to Sun 03-29: + 7 Ride"), "{said}");
        assert!(!said.contains("Session 30"), "{said}");
        assert!(tokens(said) < 1_500, "{} tokens", tokens(said));
    }
    let events = everything(&world).await;
    assert_eq!(applied(&events).len(), 84);
    let many: Vec<Value> = (0..301).map(|at| workout(100 + at, at, "Spin")).collect();
    world.demo.faults().clear();
    library(&world, "PLAN", &many);
    let said = refuses(&world, json!({ "id": "block", "start_date": "+90d" })).await;
    assert!(
        said.contains("has 301 workouts, at most 300 are taken"),
        "{said}"
    );
}

#[tokio::test]
async fn what_was_written_before_a_failure_is_said_and_can_be_taken_back() {
    let scope = || FaultScope {
        path_contains: Some("POST /events/bulk".to_owned()),
        times: Some(1),
    };
    let lost = Fault::Done(Box::new(Fault::Status(504, None)));
    for (fault, parts, there) in [
        (Fault::DoneInPart(5, 500), ["5 created", "7 NOT written"], 5),
        (
            lost,
            ["Wrote to the calendar: 12 created", "answer was lost"],
            12,
        ),
    ] {
        let world = World::start().await;
        let before = everything(&world).await;
        let arguments = json!({ "id": "four weeks", "start_date": MONDAY });
        world.demo.faults().set(fault, scope());
        let said = match there {
            12 => says(&world, arguments.clone()).await,
            _ => refuses(&world, arguments.clone()).await,
        };
        for part in parts {
            assert!(said.contains(part), "{said}");
        }
        let events = everything(&world).await;
        assert_eq!(applied(&events).len(), there);
        let change = id_of_change(&said);
        // What is missing comes with the same call, and once.
        says(&world, arguments).await;
        let events = everything(&world).await;
        assert_eq!(applied(&events).len(), 12);
        undo(&world, &change).await;
        assert_eq!(everything(&world).await.len(), before.len() + 12 - there);
    }
}

#[tokio::test]
async fn a_refused_plan_leaves_nothing_and_no_record() {
    let world = World::start().await;
    let before = everything(&world).await;
    let wrong = json!({ "id": 71, "day": 0, "name": "Chess", "type": "Chess" });
    library(&world, "PLAN", &[workout(72, 0, "Spin"), wrong]);
    let said = refuses(&world, json!({ "id": 5, "start_date": MONDAY })).await;
    assert!(said.contains("rejected the request (4"), "{said}");
    assert!(!said.contains("undo_change"), "{said}");
    assert_eq!(everything(&world).await, before);
}

#[tokio::test]
async fn a_plan_is_taken_back_as_a_whole() {
    let world = World::start().await;
    let before = everything(&world).await;
    let text = says(&world, json!({ "id": "four weeks", "start_date": MONDAY })).await;
    undo(&world, &id_of_change(&text)).await;
    assert_eq!(everything(&world).await.len(), before.len());
}

async fn undo(world: &World, change: &str) {
    let arguments = json!({ "change_id": change });
    world.owner().call_tool("undo_change", arguments).await.ok();
}
