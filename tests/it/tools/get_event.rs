//! One event of the calendar.

use intervals_mcp_server::demo::{Fault, FaultScope};
use serde_json::{Value, json};

use crate::support::{Caller, World, altered};

/// What the service lists in this window, with resolved steps.
async fn listed(world: &World, window: &str) -> Vec<Value> {
    let path = format!("/athlete/{{id}}/events?{window}&resolve=true");
    world.raw(&path).await.as_array().unwrap().clone()
}

/// The first of them that `wanted` holds for.
async fn find(world: &World, window: &str, wanted: impl Fn(&Value) -> bool) -> Value {
    let events = listed(world, window).await;
    events.into_iter().find(|event| wanted(event)).unwrap()
}

const AHEAD: &str = "oldest=2026-03-18&newest=2026-04-07";
const YEAR: &str = "oldest=2025-04-01&newest=2026-03-18";

fn has_repeats_in_watts(event: &Value) -> bool {
    let steps = event["workout_doc"]["steps"].as_array();
    steps.is_some_and(|steps| {
        steps
            .iter()
            .any(|step| step["steps"][0]["_power"]["end"].is_number())
    })
}

async fn said(world: &World, event: &Value) -> String {
    let arguments = json!({ "id": event["id"] });
    world.owner().call_tool("get_event", arguments).await.ok()
}

/// How many requests the service got since, by their path behind the athlete.
fn asked(world: &World) -> Vec<String> {
    let journal = world.demo.journal();
    let mut asked: Vec<String> = journal
        .iter()
        .map(|request| request.path.rsplit('/').next().unwrap().to_owned())
        .collect();
    asked.sort();
    asked
}

#[tokio::test]
async fn a_planned_workout_is_told_with_day_numbers_and_steps_in_watts() {
    let world = World::start().await;
    let event = find(&world, AHEAD, has_repeats_in_watts).await;
    let text = said(&world, &event).await;
    let head = text.lines().next().unwrap();
    let day: jiff::civil::Date = event["start_date_local"].as_str().unwrap()[..10]
        .parse()
        .unwrap();
    let name = event["name"].as_str().unwrap();
    assert!(
        head.starts_with(&format!("workout \"{name}\" {} · Ride · ", event["id"])),
        "{head}"
    );
    assert!(
        head.ends_with(&format!(" {day} (Europe/Zurich, today is Wed 2026-03-18)")),
        "{head}"
    );
    assert!(
        text.lines().nth(1).unwrap().starts_with("planned"),
        "{text}"
    );
    let load = format!(" · load {} · intensity ", event["icu_training_load"]);
    assert!(text.contains(&load), "{text}");
    let form = event["icu_ctl"].as_f64().unwrap() - event["icu_atl"].as_f64().unwrap();
    assert!(
        text.contains(&format!(", form {form:+.1}")),
        "{form}: {text}"
    );
    let steps = event["workout_doc"]["steps"].as_array().unwrap();
    let lines: Vec<&str> = text.lines().filter(|line| line.starts_with("- ")).collect();
    let shown: Vec<&&str> = lines.iter().take(steps.len()).collect();
    for (step, line) in steps.iter().zip(shown) {
        let inner = if step["reps"].is_i64() {
            assert!(
                line.starts_with(&format!("- {}x [", step["reps"])),
                "{line}"
            );
            &step["steps"][0]
        } else {
            step
        };
        let watts = &inner["_power"];
        let watts = format!(
            "({:.0}-{:.0} W)",
            watts["start"].as_f64().unwrap(),
            watts["end"].as_f64().unwrap()
        );
        assert!(line.contains(&watts), "{watts}: {line}");
    }
    world.assert_well_behaved();
}

#[tokio::test]
async fn steps_of_runs_and_swims_are_in_beats_and_pace() {
    let world = World::start().await;
    let events = listed(&world, AHEAD).await;
    let mut seen = String::new();
    for event in events.iter().filter(|e| e["workout_doc"].is_object()) {
        seen.push_str(&said(&world, event).await);
    }
    assert!(
        seen.contains(" bpm)") && seen.contains("/km)") && seen.contains("/100m)"),
        "{seen}"
    );
    assert!(!seen.contains("could not be read"), "{seen}");
}

#[tokio::test]
async fn a_past_workout_names_what_carried_it_out_and_how_well_or_was_not_done() {
    let world = World::start().await;
    let activities = world
        .raw("/athlete/{id}/activities?oldest=2026-02-01&newest=2026-03-17")
        .await;
    let paired = activities
        .as_array()
        .unwrap()
        .iter()
        .find(|activity| activity["paired_event_id"].is_i64())
        .unwrap();
    let text = said(&world, &json!({ "id": paired["paired_event_id"] })).await;
    let done = format!(
        "done {} ({:.0} %)",
        paired["id"].as_str().unwrap(),
        paired["compliance"].as_f64().unwrap()
    );
    assert!(text.lines().nth(1).unwrap().starts_with(&done), "{text}");

    let strava: Vec<&str> = activities
        .as_array()
        .unwrap()
        .iter()
        .filter(|activity| !activity["type"].is_string())
        .map(|activity| &activity["start_date_local"].as_str().unwrap()[..10])
        .collect();
    let missed = find(&world, "oldest=2026-02-01&newest=2026-03-17", |event| {
        event["category"] == "WORKOUT"
            && event["paired_activity_id"].is_null()
            && !strava.contains(&&event["start_date_local"].as_str().unwrap()[..10])
    })
    .await;
    let text = said(&world, &missed).await;
    assert!(
        text.lines().nth(1).unwrap().starts_with("not done"),
        "{text}"
    );
    assert!(!text.contains("projected"), "it is over: {text}");
}

#[tokio::test]
async fn a_race_is_named_by_its_importance() {
    let world = World::start().await;
    let window = "oldest=2026-03-18&newest=2027-03-01";
    let race = find(&world, window, |event| event["category"] == "RACE_A").await;
    let text = said(&world, &race).await;
    assert!(text.starts_with("race A \""), "{text}");
    assert!(
        text.lines().nth(1).unwrap().starts_with("planned"),
        "{text}"
    );
}

#[tokio::test]
async fn an_absence_says_its_days_and_what_it_leaves_room_for() {
    let world = World::start().await;
    let holiday = find(&world, YEAR, |event| event["category"] == "HOLIDAY").await;
    let text = said(&world, &holiday).await;
    let day =
        |key: &str| -> jiff::civil::Date { holiday[key].as_str().unwrap()[..10].parse().unwrap() };
    // The end is exclusive on the wire.
    let last = day("end_date_local").yesterday().unwrap();
    assert!(
        text.contains(&format!("{} to ", day("start_date_local")))
            && text.contains(&format!("{last} (Europe")),
        "{text}"
    );
    assert!(
        text.contains("training limited · at most 1:00:00 · only Run"),
        "{text}"
    );
}

#[tokio::test]
async fn a_workout_that_did_not_reach_the_watch_says_so() {
    let world = World::start().await;
    let window = "oldest=2026-03-18&newest=2027-03-01";
    let event = find(&world, window, |event| event["push_errors"].is_array()).await;
    let text = said(&world, &event).await;
    let error = &event["push_errors"][0];
    let line = format!(
        "not on {}: {}",
        error["service"].as_str().unwrap(),
        error["message"].as_str().unwrap()
    );
    assert!(text.lines().any(|l| l == line), "{line}: {text}");
}

#[tokio::test]
async fn the_text_of_others_is_quoted_and_cleaned() {
    let world = World::start().await;
    let note = find(&world, AHEAD, |event| {
        event["description"]
            .as_str()
            .is_some_and(|text| text.contains("ignore all"))
    })
    .await;
    let text = said(&world, &note).await;
    let (facts, block) = text.split_once("\n--- ").expect("a marked block");
    assert!(
        block.contains("ignore all previous") && !facts.contains("ignore all"),
        "{text}"
    );
    assert!(
        !text.contains(['\u{202E}', '\u{200B}', '\u{2066}']),
        "{text:?}"
    );
}

#[tokio::test]
async fn nothing_is_asked_that_is_not_needed() {
    let world = World::start().await;
    world.owner().call_tool("get_athlete", json!({})).await.ok();
    let planned = find(&world, AHEAD, |event| {
        has_repeats_in_watts(event) && event["start_date_local"].as_str() > Some("2026-03-19")
    })
    .await;
    let note = find(&world, AHEAD, |event| event["category"] == "NOTE").await;
    let past = find(&world, "oldest=2026-02-01&newest=2026-03-10", |event| {
        has_repeats_in_watts(event)
    })
    .await;
    for (event, others) in [
        (&note, &[][..]),
        (&planned, &["events"]),
        (&past, &["activities", "events"]),
    ] {
        world.demo.clear_journal();
        said(&world, event).await;
        let mut expected = vec![event["id"].to_string()];
        expected.extend(others.iter().map(|other| (*other).to_owned()));
        assert_eq!(asked(&world), expected);
        // Asked again at once, everything is known.
        said(&world, event).await;
        assert_eq!(asked(&world), expected);
    }
}

#[tokio::test]
async fn an_event_that_only_the_list_has_is_found_there() {
    let world = World::start().await;
    let event = find(&world, AHEAD, has_repeats_in_watts).await;
    let before = said(&world, &event).await;
    let world = World::start().await;
    let one = FaultScope {
        path_contains: Some("/events/".to_owned()),
        times: None,
    };
    world.demo.faults().set(Fault::Status(404, None), one);
    let after = said(&world, &event).await;
    let facts = |text: &str| text.split("\n---").next().unwrap().to_owned();
    assert_eq!(facts(&after), facts(&before));
    world.assert_well_behaved();
}

#[tokio::test]
async fn targets_that_cannot_be_resolved_are_shown_as_written() {
    let world = World::start().await;
    let event = find(&world, AHEAD, has_repeats_in_watts).await;
    let list = FaultScope {
        path_contains: Some("/events$".to_owned()),
        times: None,
    };
    world.demo.faults().set(Fault::Status(500, None), list);
    let text = said(&world, &event).await;
    assert!(
        text.contains("% FTP") && !text.contains(" W)") && text.contains("could not be read"),
        "{text}"
    );
}

#[tokio::test]
async fn nothing_is_called_not_done_while_what_was_done_cannot_be_read() {
    let world = World::start().await;
    let missed = find(&world, "oldest=2026-02-01&newest=2026-03-17", |event| {
        event["category"] == "WORKOUT" && event["paired_activity_id"].is_null()
    })
    .await;
    let done = FaultScope {
        path_contains: Some("/activities".to_owned()),
        times: None,
    };
    world.demo.faults().set(Fault::Status(403, None), done);
    let day = &missed["start_date_local"].as_str().unwrap()[..10];
    let arguments = json!({ "oldest": day, "newest": day });
    let owner = world.owner();
    let listed = owner.call_tool("list_events", arguments).await.ok();
    for text in [said(&world, &missed).await, listed] {
        assert!(
            !text.contains("not done") && text.contains("could not be read"),
            "{text}"
        );
    }
}

#[tokio::test]
async fn what_is_no_event_is_answered_with_where_ids_come_from() {
    let world = World::start().await;
    let owner = world.owner();
    for id in [
        json!("i77"),
        json!(""),
        json!("-4"),
        json!(1.5),
        json!("4294967297"),
    ] {
        let said = owner.call_tool("get_event", json!({ "id": id })).await;
        let sentence = said.error();
        assert!(sentence.contains("list_events"), "{id}: {sentence}");
    }
    let said = owner.call_tool("get_event", json!({ "id": "7" })).await;
    let sentence = said.error();
    assert!(sentence.contains("(404"), "{sentence}");
    world.assert_well_behaved();
}

#[tokio::test]
async fn planned_cadence_is_steps_on_foot_and_revolutions_elsewhere() {
    for (sport, cadence, shown) in [
        ("Ride", json!({"value": 90, "units": "rpm"}), "90 rpm"),
        ("Swim", json!({"value": 30, "units": "rpm"}), "30 rpm"),
        (
            "Run",
            json!({"start": 85, "end": 90, "units": "rpm"}),
            "170-180 steps/min (85-90 rpm)",
        ),
        // Nobody makes 180 strides a minute.
        (
            "TrailRun",
            json!({"value": 180, "units": "rpm"}),
            "180 steps/min",
        ),
    ] {
        let world = World::start().await;
        let mut event = find(&world, AHEAD, has_repeats_in_watts).await;
        let id = event["id"].to_string();
        event["type"] = json!(sport);
        let step = json!({"duration": 600, "text": "Legs", "cadence": cadence});
        event["workout_doc"]["steps"] = json!([step, {"reps": 2, "steps": [step]}]);
        for (path, body) in [
            (format!("/events/{id}$"), event.to_string()),
            ("/events$".to_owned(), json!([event]).to_string()),
        ] {
            let scope = FaultScope {
                path_contains: Some(path),
                times: None,
            };
            world.demo.faults().set(Fault::Body(body), scope);
        }
        let text = said(&world, &event).await;
        assert!(
            text.contains(&format!("\n- 10:00 Legs {shown}\n")),
            "{text}"
        );
        assert!(
            text.contains(&format!("\n- 2x [10:00 Legs {shown}]")),
            "{text}"
        );
    }
}

#[tokio::test]
async fn projected_form_is_shown_as_the_athlete_has_it() {
    let (_demo, server) = altered(|path, body| {
        if path.contains("/events/") {
            body["icu_ctl"] = json!(50.0);
            body["icu_atl"] = json!(60.0);
        } else if body["icu_form_as_percent"].is_boolean() {
            body["icu_form_as_percent"] = json!(true);
        }
        if path.ends_with("/events") {
            *body = json!([]);
        }
    })
    .await;
    let world = World::start().await;
    let workout = find(&world, AHEAD, |event| event["category"] == "WORKOUT").await;
    let arguments = json!({ "id": workout["id"] });
    let text = Caller::owner(&server)
        .call_tool("get_event", arguments)
        .await
        .ok();
    assert!(text.contains("fitness 50, fatigue 60, form -20%"), "{text}");
}
