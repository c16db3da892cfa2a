//! Creating and changing events of the calendar.

use std::time::Duration;

use intervals_mcp_server::demo::{Fault, FaultScope};
use serde_json::{Value, json};

use crate::support::{Said, ServerOptions, World};

const REPEATS: &str = "- 15m Z2 Pace\n\n6x\n- 800mtr Z5 Pace\n- 2m Z1 Pace\n\n- 10m Z1 Pace";

async fn save(world: &World, events: Value) -> Said {
    world
        .owner()
        .call_tool("save_events", json!({ "events": events }))
        .await
}

/// A run in May, where the invented athlete has no plan yet, with something in every field.
async fn run(world: &World) -> Value {
    let run = json!({ "date": "2026-05-05", "time": "07:30", "sport": "Run", "name": "Track", "workout": REPEATS,
        "description": "Stay tall.\nCount the laps.", "tags": ["key", "track"], "carbs_per_hour": 30, "target": "pace",
        "external_id": "plan-7" });
    save(world, json!([run])).await.ok();
    only(&world.calendar("2026-05-05", "2026-05-05").await)
}

#[track_caller]
fn only(events: &[Value]) -> Value {
    assert_eq!(events.len(), 1, "{events:?}");
    events[0].clone()
}

#[track_caller]
fn differing(one: &Value, other: &Value) -> Vec<String> {
    let (one, other) = (one.as_object().unwrap(), other.as_object().unwrap());
    assert!(one.keys().eq(other.keys()));
    let keys = one.keys().filter(|key| one[*key] != other[*key]);
    keys.cloned().collect()
}

#[tokio::test]
async fn what_is_saved_stands_in_the_calendar_and_the_answer_says_what_it_does() {
    let world = World::start().await;
    let event =
        json!({ "date": "2026-03-24", "sport": "Run", "name": "6 x 800 m", "workout": REPEATS });
    let text = save(&world, json!([event])).await.ok();
    println!("{text}");
    let day = world.calendar("2026-03-24", "2026-03-24").await;
    let made = day.iter().find(|event| event["name"] == "6 x 800 m");
    let made = made.unwrap_or_else(|| panic!("{day:?}"));
    assert_eq!(
        (&made["type"], &made["category"]),
        (&json!("Run"), &json!("WORKOUT"))
    );
    assert_eq!(made["workout_doc"]["steps"][1]["reps"], 6);
    let load = format!("load {}", made["icu_training_load"]);
    assert!(
        text.starts_with("Wrote to the calendar: 1 event created"),
        "{text}"
    );
    assert!(
        text.contains(&made["id"].to_string()) && text.contains(&load),
        "{text}"
    );
    assert!(text.contains("Week of Mon 03-23: load "), "{text}");
    assert!(text.contains("Form, evening: Tue 03-24 "), "{text}");
    assert!(text.contains("Undo: undo_change "), "{text}");
    world.assert_well_behaved();
}

#[tokio::test]
async fn a_dry_run_writes_nothing_and_says_the_same() {
    let world = World::start().await;
    let event =
        json!({ "date": "2026-03-24", "sport": "Run", "name": "6 x 800 m", "workout": REPEATS });
    let dry = json!({ "events": [event], "dry_run": true });
    let text = world.owner().call_tool("save_events", dry).await.ok();
    println!("{text}");
    assert_eq!(world.writes(), Vec::<String>::new());
    assert!(
        text.starts_with("Dry run, nothing written: 1 event to create"),
        "{text}"
    );
    assert!(
        !text.contains("undo_change") && !text.contains("if_unchanged"),
        "{text}"
    );
    let wet = save(&world, json!([event])).await.ok();
    let facts = |text: &str| {
        let effect = |line: &&str| line.starts_with("Week of") || line.starts_with("Form");
        text.lines()
            .filter(effect)
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    assert!(!facts(&text).is_empty());
    assert_eq!(facts(&text), facts(&wet), "{text}\n{wet}");
}

#[tokio::test]
async fn a_change_of_one_field_keeps_every_other() {
    let world = World::start().await;
    let before = run(&world).await;
    let id = &before["id"];
    for (change, fields) in [
        (json!({ "name": "Track, evening" }), &["name"][..]),
        (json!({ "tags": ["key"] }), &["tags"]),
        (json!({ "indoor": true }), &["indoor"]),
        (json!({ "carbs_per_hour": 45 }), &["carbs_per_hour"]),
        (json!({ "time": "18:00" }), &["start_date_local"]),
        (
            json!({ "date": "2026-05-07" }),
            &["end_date_local", "start_date_local"],
        ),
        (json!({ "category": "race_c" }), &["category"]),
        (json!({ "description": "Relax." }), &["description"]),
    ] {
        let before = world.event(id).await;
        let mut spec = change.clone();
        spec["id"] = id.clone();
        let text = save(&world, json!([spec])).await.ok();
        let mut after = world.event(id).await;
        after["updated"] = before["updated"].clone();
        let differ = differing(&before, &after);
        let computed = [
            "icu_intensity",
            "sub_type",
            "workout_doc",
            "icu_ctl",
            "icu_atl",
        ];
        let differ: Vec<&str> = differ
            .iter()
            .map(String::as_str)
            .filter(|key| !computed.contains(key))
            .collect();
        let wanted: Vec<&str> = fields.to_vec();
        assert!(
            differ.iter().all(|key| wanted.contains(key))
                && differ.contains(wanted.last().unwrap()),
            "{change}: {differ:?}\n{text}"
        );
        assert!(
            text.starts_with("Wrote to the calendar: 1 event changed"),
            "{text}"
        );
    }
    let last = world.event(id).await;
    assert_eq!(last["start_date_local"], "2026-05-07T18:00:00");
    // The steps stay where only the prose is another.
    let text = last["description"].as_str().unwrap();
    assert!(
        text.starts_with("Relax.") && text.contains("800mtr") && !text.contains("tall"),
        "{text}"
    );
    world.assert_well_behaved();
}

#[tokio::test]
async fn prose_stays_when_only_the_workout_is_another() {
    let world = World::start().await;
    let before = run(&world).await;
    let spec = json!({ "id": before["id"], "workout": "- 10m Z2 Pace\n- 20m Z3 Pace" });
    let text = save(&world, json!([spec])).await.ok();
    let after = world.event(&before["id"]).await;
    let description = after["description"].as_str().unwrap();
    assert!(
        description.starts_with("Stay tall.\nCount the laps.\n"),
        "{description}"
    );
    assert!(
        !description.contains("800mtr") && description.contains("- 20m Z3 Pace"),
        "{description}"
    );
    assert_eq!(after["moving_time"], 1_800);
    assert!(text.contains("workout text changed: 4 → 2 steps"), "{text}");
}

#[tokio::test]
async fn steps_are_as_good_as_text() {
    let world = World::start().await;
    let steps = json!([{ "duration": "10m", "power": "60%" },
        { "reps": 4, "steps": [{ "duration": "8m", "power": "95-105%" }, { "duration": 240, "power": "55%" }] }]);
    let event =
        json!({ "date": "2026-05-06", "sport": "Ride", "name": "Threshold", "steps": steps });
    let text = save(&world, json!([event])).await.ok();
    let made = only(&world.calendar("2026-05-06", "2026-05-06").await);
    assert_eq!(made["workout_doc"]["steps"][1]["reps"], 4);
    assert_eq!(made["moving_time"], 600 + 4 * 720);
    assert!(!text.contains("differently"), "{text}");
}

#[tokio::test]
async fn nothing_is_written_when_anything_is_wrong() {
    let world = World::start().await;
    let before = run(&world).await;
    let id = &before["id"];
    world.demo.clear_journal();
    let good = json!({ "date": "2026-05-06", "sport": "Run", "name": "Easy", "duration": "1h" });
    let with = |key: &str, value: Value| {
        let mut event = good.clone();
        event[key] = value;
        event
    };
    let many: Vec<Value> = (0..51)
        .map(|n| with("name", json!(format!("Run {n}"))))
        .collect();
    for (events, says) in [
        (json!([]), "1 to 50 events"),
        (json!(many), "1 to 50 events"),
        (
            json!([good, { "sport": "Run" }]),
            "events[1]: date is missing",
        ),
        (json!([good, { "date": "2026-05-07" }]), "sport is missing"),
        (json!([good, good]), "twice in events"),
        (
            json!([with("external_id", json!("x")), { "date": "2026-05-07", "sport": "Run", "external_id": "x" }]),
            "external_id stands twice",
        ),
        (
            json!([{ "id": id, "name": "a" }, { "id": id, "name": "b" }]),
            "stands twice",
        ),
        (
            json!([{ "id": id, "name": "a" }, { "external_id": "plan-7", "name": "b" }]),
            "stands twice",
        ),
        (json!([with("date", json!("next_week"))]), "must be one day"),
        (json!([with("date", json!("someday"))]), "someday"),
        (
            json!([with("end", json!("2026-05-01"))]),
            "end is the last day",
        ),
        (json!([with("category", json!("party"))]), "workout, race_a"),
        (json!([with("sport", json!("Quidditch"))]), "is no sport of"),
        (json!([with("load", json!(99_999))]), "0 to 2000"),
        (json!([with("time", json!("noon"))]), "HH:MM"),
        (
            json!([{ "date": "2026-05-06", "sport": "Run", "workout": "- 10m Z2 Pace", "steps": [{ "duration": "10m" }] }]),
            "either workout or steps",
        ),
        (
            json!([with("icu_training_load", json!(5))]),
            "icu_training_load",
        ),
        (json!([{ "id": 999_999, "name": "a" }]), "no event 999999"),
        (
            json!([{ "id": 999_999, "name": "a" }, good]),
            "nothing was written",
        ),
        (
            json!([good, { "date": "2027-09-01", "sport": "Run", "name": "Far" }]),
            "at most 400 days",
        ),
        (
            json!([{ "date": "2026-05-06", "category": "note" }]),
            "a note needs one",
        ),
        (
            json!([{ "date": "2026-05-06", "category": "target", "sport": "Ride" }]),
            "needs load, duration or distance",
        ),
    ] {
        let said = save(&world, events.clone()).await.error();
        assert!(said.contains(says), "{events}: {said}");
    }
    assert_eq!(world.writes(), Vec::<String>::new());
    assert_eq!(world.event(id).await, before);
}

#[tokio::test]
async fn a_workout_that_does_not_parse_is_refused_with_its_line_and_the_fix() {
    let world = World::start().await;
    let good = json!({ "date": "2026-05-06", "sport": "Run", "name": "Easy", "duration": "1h" });
    let wrong = json!({ "date": "2026-05-07", "sport": "Run", "name": "Fast", "workout": "- 10m Z2 Pace\n- 400m Z5 Pace\n- fast" });
    let said = save(&world, json!([good, wrong])).await.error();
    println!("{said}");
    assert!(
        said.starts_with("Nothing was written. events[1] \"Fast\""),
        "{said}"
    );
    assert!(said.contains("workout 3:"), "{said}");
    assert_eq!(world.writes(), Vec::<String>::new());
}

#[tokio::test]
async fn an_overwrite_goes_on_only_while_the_event_is_as_it_was_seen() {
    let world = World::start().await;
    let owner = world.owner();
    let before = run(&world).await;
    let id = &before["id"];
    let change =
        |token: &str| json!({ "events": [{ "id": id, "name": "New" }], "if_unchanged": token });
    let mut dry = change("");
    dry.as_object_mut().unwrap().remove("if_unchanged");
    dry["dry_run"] = json!(true);
    let said = owner.call_tool("save_events", dry).await.ok();
    let token = said
        .split("if_unchanged ")
        .nth(1)
        .unwrap()
        .trim()
        .to_owned();
    let shown = owner.call_tool("get_event", json!({ "id": id })).await.ok();
    assert!(shown.contains(&format!("if_unchanged {token}")), "{shown}");

    // Somebody else is faster.
    world
        .put(
            &format!("/athlete/{{id}}/events/{id}"),
            json!({ "carbs_per_hour": 60 }),
        )
        .await;
    world.demo.clear_journal();
    let said = owner.call_tool("save_events", change(&token)).await.error();
    assert!(
        said.starts_with("Nothing was written") && said.contains("if_unchanged would be "),
        "{said}"
    );
    let said = owner
        .call_tool("save_events", change("00000000"))
        .await
        .error();
    assert_eq!(world.writes(), Vec::<String>::new());
    let now = said.split("would be ").nth(1).unwrap();
    let now = now.split(' ').next().unwrap();
    owner.call_tool("save_events", change(now)).await.ok();
    let after = world.event(id).await;
    assert_eq!(
        (&after["name"], &after["carbs_per_hour"]),
        (&json!("New"), &json!(60))
    );
}

#[tokio::test]
async fn a_call_that_is_sent_again_does_not_double() {
    let world = World::start().await;
    let week = json!([
        { "date": "2026-05-04", "sport": "Run", "name": "Easy", "duration": "45m" },
        { "date": "2026-05-06", "sport": "Run", "name": "Track", "workout": REPEATS },
        { "date": "2026-05-08", "sport": "Ride", "external_id": "w1-3", "name": "Long", "duration": "3h" },
        { "date": "2026-05-04", "category": "target", "sport": "Run", "distance": "40 km", "for_week": true },
    ]);
    save(&world, week.clone()).await.ok();
    let first = world.calendar("2026-05-01", "2026-05-31").await;
    assert_eq!(first.len(), 4);
    world.demo.clear_journal();
    let said = save(&world, week).await.ok();
    println!("{said}");
    assert!(said.starts_with("Nothing to write."), "{said}");
    assert!(
        said.contains("Not doubled, there already: Mon 05-04 Run Easy (id "),
        "{said}"
    );
    assert_eq!(world.writes(), Vec::<String>::new());
    assert_eq!(world.calendar("2026-05-01", "2026-05-31").await, first);
    // However the name is spelled; another name is another session.
    let again = json!([{ "date": "2026-05-04", "sport": "Run", "name": " easy", "duration": "1h" },
        { "date": "2026-05-04", "sport": "Run", "name": "Easy, evening", "duration": "30m" }]);
    let said = save(&world, again).await.ok();
    assert!(
        said.contains("1 event created") && said.contains("Not doubled"),
        "{said}"
    );
    assert_eq!(world.calendar("2026-05-01", "2026-05-31").await.len(), 5);
    // The external id is known again wherever it stands.
    let moved = json!([{ "external_id": "w1-3", "date": "2026-05-09", "sport": "Ride" }]);
    let said = save(&world, moved).await.ok();
    assert!(said.contains("1 event changed"), "{said}");
    assert_eq!(world.calendar("2026-05-01", "2026-05-31").await.len(), 5);
}

#[tokio::test]
async fn two_calls_at_once_make_one_event() {
    let world = World::start().await;
    let event = json!([{ "date": "2026-05-05", "sport": "Run", "name": "Easy", "duration": "1h" }]);
    let said = tokio::join!(
        save(&world, event.clone()),
        save(&world, event.clone()),
        save(&world, event)
    );
    let said = [said.0.ok(), said.1.ok(), said.2.ok()];
    assert_eq!(world.calendar("2026-05-05", "2026-05-05").await.len(), 1);
    let wrote = said.iter().filter(|text| text.contains("undo_change"));
    assert_eq!(wrote.count(), 1, "{said:?}");
}

#[tokio::test]
async fn absences_races_notes_and_targets_are_told_in_the_words_of_the_athlete() {
    let world = World::start().await;
    let events = json!([
        { "date": "2026-05-11", "end": "2026-05-14", "category": "holiday", "name": "Lake week", "availability": "limited" },
        { "date": "2026-05-17", "time": "09:00", "category": "race_a", "sport": "Run", "name": "City 10", "distance": "10 km", "duration": "42m" },
        { "date": "2026-05-18", "category": "note", "name": "Rest", "description": "Sleep in." },
        { "date": "2026-05-18", "category": "target", "sport": "Run", "load": 300, "for_week": true },
    ]);
    let text = save(&world, events).await.ok();
    println!("{text}");
    let made = world.calendar("2026-05-10", "2026-05-20").await;
    let of = |category: &str| {
        only(
            &made
                .iter()
                .filter(|e| e["category"] == category)
                .cloned()
                .collect::<Vec<_>>(),
        )
    };
    let holiday = of("HOLIDAY");
    // The last day is the last for a reader, and the service wants the one behind it.
    assert_eq!(holiday["start_date_local"], "2026-05-11T00:00:00");
    assert_eq!(holiday["end_date_local"], "2026-05-15T00:00:00");
    assert_eq!(holiday["training_availability"], "LIMITED");
    assert!(
        text.contains("Mon 05-11 to Thu 05-14 holiday Lake week"),
        "{text}"
    );
    let race = of("RACE_A");
    assert_eq!(race["start_date_local"], "2026-05-17T09:00:00");
    assert_eq!(
        (&race["distance"], &race["moving_time"]),
        (&json!(10_000.0), &json!(2_520))
    );
    assert!(
        text.contains("Sun 05-17 09:00 race A Run City 10"),
        "{text}"
    );
    assert_eq!(of("NOTE")["description"], "Sleep in.");
    let target = of("TARGET");
    assert_eq!(
        (&target["load_target"], &target["for_week"]),
        (&json!(300), &json!(true))
    );
    world.assert_well_behaved();
}

#[tokio::test]
async fn a_target_of_the_week_is_replaced_only_knowingly() {
    let world = World::start().await;
    let target = |load: i64| json!({ "date": "2026-05-18", "category": "target", "sport": "Run", "load": load, "for_week": true });
    save(&world, json!([target(300)])).await.ok();
    world.demo.clear_journal();
    let said = save(&world, json!([target(350)])).await.ok();
    assert!(
        said.contains("Not doubled") && said.contains("Give the id"),
        "{said}"
    );
    assert_eq!(world.writes(), Vec::<String>::new());
    let there = only(&world.calendar("2026-05-18", "2026-05-18").await);
    assert_eq!(there["load_target"], 300);
    let said = save(&world, json!([{ "id": there["id"], "load": 350 }]))
        .await
        .ok();
    assert!(said.contains("300") && said.contains("350"), "{said}");
    assert_eq!(world.event(&there["id"]).await["load_target"], 350);
}

#[tokio::test]
async fn miles_are_taken_and_told_where_miles_are_shown() {
    let world = World::start().await;
    world.demo.prefer_imperial(true);
    let event = json!([{ "date": "2026-05-05", "sport": "Run", "name": "Easy", "duration": "50m", "distance": 6 }]);
    let text = save(&world, event).await.ok();
    let made = only(&world.calendar("2026-05-05", "2026-05-05").await);
    // 6 mi = 9656.064 m.
    assert!(
        (made["distance"].as_f64().unwrap() - 9_656.1).abs() < 0.2,
        "{made}"
    );
    assert!(text.contains("6.0 mi") || text.contains("6 mi"), "{text}");
}

#[tokio::test]
async fn a_week_costs_one_round_of_reads_one_write_and_one_look_at_what_came_of_it() {
    let world = World::start().await;
    world.owner().call_tool("get_athlete", json!({})).await.ok();
    world.demo.clear_journal();
    let week: Vec<Value> = (4..11)
        .map(|day| json!({ "date": format!("2026-05-{day:02}"), "sport": "Run", "name": "Easy", "duration": "45m" }))
        .collect();
    let text = save(&world, json!(week)).await.ok();
    println!("{text}");
    assert_eq!(world.writes(), ["POST /events/bulk"]);
    let mut reads: Vec<String> = world
        .demo
        .journal()
        .iter()
        .filter(|request| request.method == "GET")
        .map(|request| request.path.rsplit('/').next().unwrap().to_owned())
        .collect();
    reads.sort();
    let athlete = reads.iter().position(|name| name.starts_with('i'));
    athlete.map(|at| reads.remove(at));
    assert_eq!(
        reads,
        [
            "activities",
            "events",
            "events",
            "sport-settings",
            "wellness"
        ]
    );
    world.assert_well_behaved();
}

#[tokio::test]
async fn many_events_are_told_in_few_lines() {
    let world = World::start().await;
    let plan: Vec<Value> = (0..40)
        .map(|day| json!({ "date": format!("+{}d", 40 + day), "sport": "Run", "name": format!("Run {day}"), "duration": "45m", "load": 40 }))
        .collect();
    let text = save(&world, json!(plan)).await.ok();
    println!("{text}");
    assert!(text.contains("40 created"), "{text}");
    assert!(text.contains("undo_change "), "{text}");
    assert!(text.lines().count() < 50, "{text}");
    let again = save(&world, json!(plan)).await.ok();
    assert!(
        again.contains(" and 35 more") && again.len() < 700,
        "{again}"
    );
}

/// Four new events.
fn four() -> Value {
    (4..8)
        .map(|day| json!({ "date": format!("2026-05-{day:02}"), "sport": "Run", "name": format!("Run {day}"), "duration": "45m" }))
        .collect()
}

fn only_at(path: &str, times: Option<usize>) -> FaultScope {
    FaultScope {
        path_contains: Some(path.to_owned()),
        times,
    }
}

async fn names(world: &World) -> Vec<String> {
    let may = world.calendar("2026-05-01", "2026-05-31").await;
    may.iter()
        .map(|event| event["name"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn when_the_calendar_cannot_be_read_nothing_is_written() {
    for fault in [
        Fault::Status(500, None),
        Fault::Status(403, None),
        Fault::RateLimited {
            retry_after: Some("60".to_owned()),
        },
        Fault::TruncatedJson,
        Fault::EmptyBody,
        Fault::Reset,
    ] {
        let world = World::start().await;
        world
            .demo
            .faults()
            .set(fault.clone(), only_at("GET /events$", None));
        let said = save(&world, four()).await.error();
        assert!(
            said.starts_with("Nothing was written. "),
            "{fault:?}: {said}"
        );
        assert_eq!(world.writes(), Vec::<String>::new(), "{fault:?}");
    }
}

#[tokio::test]
async fn a_write_that_is_refused_or_never_arrives_leaves_nothing() {
    for (fault, says) in [
        (Fault::Status(422, Some("No room".to_owned())), "No room"),
        (
            Fault::RateLimited {
                retry_after: Some("60".to_owned()),
            },
            "429",
        ),
        (Fault::Status(401, None), "API_KEY"),
        (Fault::Status(500, None), "500"),
        (Fault::TruncatedJson, "Try again"),
    ] {
        let world = World::start().await;
        // A truncated answer follows a write.
        if fault == Fault::TruncatedJson {
            continue;
        }
        world
            .demo
            .faults()
            .set(fault.clone(), only_at("POST /events/bulk", None));
        let said = save(&world, four()).await.error();
        assert!(
            said.starts_with("Nothing was written. ") && said.contains(says),
            "{fault:?}: {said}"
        );
        assert!(!said.contains("undo_change"), "{said}");
        assert_eq!(names(&world).await, Vec::<String>::new());
        world.demo.faults().clear();
        world.server.clock.advance(Duration::from_secs(61));
    }
}

#[tokio::test]
async fn a_write_whose_answer_is_lost_is_found_in_the_calendar() {
    for fault in [
        Fault::Done(Box::new(Fault::Status(502, None))),
        Fault::Done(Box::new(Fault::Reset)),
        Fault::Done(Box::new(Fault::Html(503))),
        Fault::TruncatedJson,
        Fault::EmptyBody,
    ] {
        let world = World::start().await;
        world
            .demo
            .faults()
            .set(fault.clone(), only_at("POST /events/bulk", Some(1)));
        let said = save(&world, four()).await;
        if fault == Fault::EmptyBody {
            // It says that all is well, and nothing was done.
            assert_eq!(names(&world).await, Vec::<String>::new());
            assert!(said.error().starts_with("Nothing was written. "));
            continue;
        }
        let said = said.ok();
        assert!(
            said.starts_with("Wrote to the calendar: 4 created"),
            "{fault:?}: {said}"
        );
        assert!(
            said.contains("answer was lost") && said.contains("undo_change "),
            "{said}"
        );
        assert_eq!(names(&world).await, ["Run 4", "Run 5", "Run 6", "Run 7"]);
        let again = save(&world, four()).await.ok();
        assert!(again.starts_with("Nothing to write."), "{again}");
        assert_eq!(names(&world).await.len(), 4);
    }
}

#[tokio::test]
async fn a_write_that_is_never_answered_is_found_in_the_calendar_or_not() {
    for (fault, events) in [(Fault::Done(Box::new(Fault::Hang)), 4), (Fault::Hang, 0)] {
        let world = World::with(ServerOptions {
            deadline: Duration::from_secs(3),
            ..ServerOptions::default()
        })
        .await;
        world
            .demo
            .faults()
            .set(fault, only_at("POST /events/bulk", Some(1)));
        let said = save(&world, four()).await;
        assert_eq!(said.is_error, events == 0, "{}", said.text);
        // What is not there may arrive later than it was looked for.
        let (_, change) = said.text.split_once("undo_change ").unwrap();
        let (change, dry) = (&change[..8], events == 4);
        let undo = json!({ "change_id": change, "dry_run": dry });
        let undo = world.owner().call_tool("undo_change", undo).await.ok();
        let head = match dry {
            true => "Dry run, nothing was written: undoing save_events",
            false => "Nothing to undo",
        };
        assert!(undo.starts_with(head), "{undo}");
        assert_eq!(said.text.contains("It may still arrive"), events == 0);
        assert_eq!(names(&world).await.len(), events);
        save(&world, four()).await.ok();
        assert_eq!(names(&world).await.len(), 4);
    }
}

#[tokio::test]
async fn of_a_write_that_breaks_in_the_middle_it_is_said_what_was_written() {
    for status in [500, 422] {
        let world = World::start().await;
        world.demo.faults().set(
            Fault::DoneInPart(2, status),
            only_at("POST /events/bulk", Some(1)),
        );
        let said = save(&world, four()).await.error();
        println!("{said}");
        assert!(
            said.starts_with("Stopped in the middle: 2 created, 2 NOT written"),
            "{said}"
        );
        assert!(
            said.contains("+ Mon 05-04 Run Run 4 ")
                && said.contains("NOT written: Wed 05-06 Run Run 6"),
            "{said}"
        );
        assert!(
            said.contains("Why: ") && said.contains("Undo: undo_change "),
            "{said}"
        );
        assert_eq!(names(&world).await, ["Run 4", "Run 5"]);
        let again = save(&world, four()).await.ok();
        assert!(
            again.contains("2 created") && again.contains("Not doubled"),
            "{again}"
        );
        assert_eq!(names(&world).await, ["Run 4", "Run 5", "Run 6", "Run 7"]);
        world.assert_well_behaved();
    }
}

#[tokio::test]
async fn when_the_third_of_four_changes_fails_two_are_written() {
    for (fault, is_third_done) in [
        (Fault::Status(422, Some("No".to_owned())), false),
        (Fault::Status(500, None), false),
        (
            Fault::RateLimited {
                retry_after: Some("1".to_owned()),
            },
            false,
        ),
        (Fault::Done(Box::new(Fault::Reset)), true),
        (Fault::TruncatedJson, true),
    ] {
        let world = World::start().await;
        save(&world, four()).await.ok();
        let made = world.calendar("2026-05-01", "2026-05-31").await;
        let changes: Value = made
            .iter()
            .map(|e| json!({ "id": e["id"], "indoor": true }))
            .collect();
        let third = format!("PUT /events/{}$", made[2]["id"]);
        world
            .demo
            .faults()
            .set(fault.clone(), only_at(&third, Some(1)));
        let said = save(&world, changes.clone()).await.error();
        let done = if is_third_done { 3 } else { 2 };
        let head = format!(
            "Stopped in the middle: {done} changed, {} NOT written",
            4 - done
        );
        assert!(said.starts_with(&head), "{fault:?}: {said}");
        assert!(
            said.contains("NOT written: Thu 05-07 Run Run 7") && said.contains("undo_change "),
            "{said}"
        );
        let now = world.calendar("2026-05-01", "2026-05-31").await;
        let indoor: Vec<bool> = now.iter().map(|e| e["indoor"] == true).collect();
        assert_eq!(indoor, [true, true, is_third_done, false], "{fault:?}");
        world.server.clock.advance(Duration::from_secs(5));
        let again = save(&world, changes).await.ok();
        assert!(again.contains("So already: "), "{again}");
        let now = world.calendar("2026-05-01", "2026-05-31").await;
        assert!(
            now.len() == 4 && now.iter().all(|e| e["indoor"] == true),
            "{fault:?}"
        );
        // What the first call did not write is not its to take back.
        let change = super::update_wellness::word_after(&said, "Undo: undo_change ");
        let arguments = json!({ "change_id": change });
        let owner = world.owner();
        owner.call_tool("undo_change", arguments).await.ok();
        let now = world.calendar("2026-05-01", "2026-05-31").await;
        let indoor: Vec<bool> = now.iter().map(|e| e["indoor"] == true).collect();
        assert_eq!(indoor, [false, false, !is_third_done, true], "{fault:?}");
    }
}

#[tokio::test]
async fn what_cannot_be_read_back_is_told_by_the_answers_of_the_write() {
    let world = World::start().await;
    let read_back = Fault::Later(1, Box::new(Fault::Status(403, None)));
    world
        .demo
        .faults()
        .set(read_back.clone(), only_at("GET /events$", None));
    let said = save(&world, four()).await.ok();
    assert!(
        said.starts_with("Wrote to the calendar: 4 created"),
        "{said}"
    );
    assert!(
        said.contains("could not be read back") && said.contains("undo_change "),
        "{said}"
    );
    world.demo.faults().clear();
    assert_eq!(names(&world).await.len(), 4);

    // Neither an answer nor a look: it may or may not be there, and can be taken back.
    let world = World::start().await;
    world
        .demo
        .faults()
        .set(read_back, only_at("GET /events$", None));
    world.demo.faults().set(
        Fault::Done(Box::new(Fault::Reset)),
        only_at("POST /events/bulk", None),
    );
    let said = save(&world, four()).await.error();
    println!("{said}");
    assert!(
        said.starts_with("Stopped in the middle: 4 unknown"),
        "{said}"
    );
    assert!(
        said.contains("Not known whether written: Mon 05-04 Run Run 4"),
        "{said}"
    );
    assert!(said.contains("undo_change "), "{said}");
    world.demo.faults().clear();
    let again = save(&world, four()).await.ok();
    assert!(again.starts_with("Nothing to write."), "{again}");
    assert_eq!(names(&world).await.len(), 4);
}

#[tokio::test]
async fn what_the_service_reads_otherwise_or_does_not_take_is_told() {
    use crate::support::{Caller, Twisted};
    let twisted = Twisted::start("/events", |answer| {
        let rows = answer.as_array_mut().into_iter().flatten();
        for row in rows.filter(|row| row["name"] == "Track") {
            row["workout_doc"]["steps"][1]["reps"] = json!(5);
            row["carbs_per_hour"] = json!(10);
        }
    })
    .await;
    let event = json!({ "date": "2026-05-05", "sport": "Run", "name": "Track", "workout": REPEATS, "carbs_per_hour": 30 });
    let owner = Caller::owner(&twisted.server);
    let text = owner
        .call_tool("save_events", json!({ "events": [event] }))
        .await
        .ok();
    println!("{text}");
    assert!(
        text.contains("Intervals.icu read it differently: step 2: 6x here, 5x there"),
        "{text}"
    );
    assert!(text.contains("did not take: g carbs/h 10 → 30"), "{text}");
}

#[tokio::test]
async fn what_holds_for_several_events_is_remarked_once() {
    let world = World::start().await;
    let ride = |day: u32, load: u32| json!({ "date": format!("2026-05-{day:02}"), "sport": "Ride", "name": format!("Steady {day}"), "workout": "- 1h 65%", "load": load });
    let text = save(&world, json!([ride(4, 200), ride(6, 200), ride(8, 42)]))
        .await
        .ok();
    assert_eq!(text.matches("load not sent").count(), 1, "{text}");
    assert!(
        text.contains("Ride Steady 4, Wed 05-06 Ride Steady 6: load not sent"),
        "{text}"
    );
    let easy = |day: u32| json!({ "date": format!("2026-05-{day}"), "sport": "Run", "name": "Easy", "duration": "45m" });
    let text = save(&world, json!([easy(12), easy(14)])).await.ok();
    assert!(
        text.contains("No load, counted as 0 (workout, steps or load would change that): Tue 05-12 Easy, Thu 05-14 Easy."),
        "{text}"
    );
}

#[tokio::test]
async fn an_absence_is_in_the_way_of_the_plan_before_it_is_written_and_after() {
    let world = World::start().await;
    let run = json!({ "date": "2026-05-12", "sport": "Run", "name": "Easy", "duration": "45m", "load": 35 });
    save(&world, json!([run])).await.ok();
    let flu =
        json!([{ "date": "2026-05-11", "end": "2026-05-13", "category": "sick", "name": "Flu" }]);
    let arguments = json!({ "events": flu, "dry_run": true });
    let dry = world.owner().call_tool("save_events", arguments).await.ok();
    let wrote = save(&world, flu).await.ok();
    for text in [dry, wrote] {
        assert!(
            text.contains(
                "Clash: sick Flu, Mon 05-11 to Wed 05-13, training unavailable: Tue 05-12 Easy."
            ),
            "{text}"
        );
    }
}

#[tokio::test]
async fn a_length_that_may_be_minutes_or_hours_is_asked_about_before_anything_is_written() {
    let world = World::start().await;
    let lasting = |length: Value| json!([{ "date": "2026-05-05", "sport": "Run", "name": "Easy", "duration": length }]);
    for (length, said) in [
        (json!(45), "duration: 45 may be 45m or 45s"),
        (json!("1:10"), "duration: 1:10 may be 1h10m or 1m10s"),
    ] {
        let error = save(&world, lasting(length)).await.error();
        assert!(error.contains(said), "{error}");
    }
    assert!(world.writes().is_empty());
    save(&world, lasting(json!("45:00"))).await.ok();
    let made = only(&world.calendar("2026-05-05", "2026-05-05").await);
    assert_eq!(made["moving_time"], 2_700);
}

#[tokio::test]
async fn the_same_name_on_a_day_is_another_session_in_another_sport() {
    let world = World::start().await;
    for sport in ["Run", "Swim"] {
        let event =
            json!([{ "date": "2026-05-04", "sport": sport, "name": "Easy", "duration": "45m" }]);
        let said = save(&world, event).await.ok();
        assert!(said.contains("1 event created"), "{said}");
    }
    assert_eq!(names(&world).await, ["Easy", "Easy"]);
}

#[tokio::test]
async fn a_change_of_several_fields_makes_them_all() {
    let world = World::start().await;
    let id = run(&world).await["id"].clone();
    let change = json!([{ "id": id, "date": "2026-05-06", "time": "18:00", "name": "Hills", "tags": ["hills"], "indoor": true,
        "carbs_per_hour": 60, "external_id": "plan-8" }]);
    let said = save(&world, change).await.ok();
    assert!(!said.contains("did not take"), "{said}");
    let now = world.event(&id).await;
    for (key, value) in [
        ("start_date_local", json!("2026-05-06T18:00:00")),
        ("name", json!("Hills")),
        ("tags", json!(["hills"])),
        ("indoor", json!(true)),
        ("carbs_per_hour", json!(60)),
        ("external_id", json!("plan-8")),
    ] {
        assert_eq!(now[key], value, "{key}: {said}");
    }
}

#[tokio::test]
async fn a_new_event_whose_uid_is_not_kept_is_known_by_its_place() {
    use crate::support::{Caller, Twisted};
    let twisted = Twisted::start("/events", |answer| {
        for row in answer.as_array_mut().into_iter().flatten() {
            row["uid"] = Value::Null;
        }
    })
    .await;
    let owner = Caller::owner(&twisted.server);
    let event = json!({ "date": "2026-05-05", "sport": "Run", "name": "Track", "duration": "45m" });
    let arguments = json!({ "events": [event] });
    let text = owner.call_tool("save_events", arguments).await.ok();
    assert!(
        text.starts_with("Wrote to the calendar: 1 event created"),
        "{text}"
    );
}

#[tokio::test]
async fn rows_are_in_the_order_of_their_days_however_they_were_sent() {
    let world = World::start().await;
    let mut events = four();
    events.as_array_mut().unwrap().reverse();
    let text = save(&world, events).await.ok();
    let rows: Vec<&str> = text.lines().filter(|line| line.starts_with("+ ")).collect();
    let days = ["05-04", "05-05", "05-06", "05-07"];
    let sorted = rows
        .iter()
        .map(|row| days.iter().position(|day| row.contains(day)));
    assert!(rows.len() == 4 && sorted.is_sorted(), "{text}");
}

#[tokio::test]
async fn a_race_counts_in_the_load_of_its_week() {
    let world = World::start().await;
    let race = json!([{ "date": "2026-05-09", "category": "race_b", "sport": "Ride", "name": "Hill climb", "duration": "1h", "load": 90 }]);
    let text = save(&world, race).await.ok();
    assert!(
        text.contains("Week of Mon 05-04: load 0 → 90 (0:00 → 1:00 h)"),
        "{text}"
    );
}
