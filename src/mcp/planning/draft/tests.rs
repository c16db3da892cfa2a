use super::*;
use crate::units::Units;
use serde_json::json;

fn local() -> Local {
    Local {
        now: "2026-03-18T09:30[Europe/Zurich]".parse().unwrap(),
        units: Units::default(),
        units_known: true,
    }
}

fn settings() -> Vec<SportSettings> {
    let rides = json!({ "id": 1, "types": ["Ride", "VirtualRide"], "ftp": 250, "indoor_ftp": 240, "lthr": 170 });
    // 4 m/s.
    let runs = json!({ "id": 2, "types": ["Run"], "lthr": 175, "threshold_pace": 4.0 });
    vec![
        SportSettings::of_document(&rides),
        SportSettings::of_document(&runs),
    ]
}

fn spec(value: Value) -> EventSpec {
    serde_json::from_value(value).unwrap()
}

fn new(value: Value) -> Result<Draft, String> {
    Draft::new_event(&spec(value), &local(), &settings())
}

/// What a new event of `value` sends.
fn sent(value: Value) -> Value {
    Value::Object(new(value).unwrap().members)
}

const TEXT: &str = "Ride by feel.\n\nWarmup\n- 10m 50%\n\n4x\n- 5m 100%\n- 5m 50%";

fn ride() -> Event {
    Event::of_document(&json!({
        "id": 4711, "category": "WORKOUT", "type": "Ride", "name": "Threshold", "description": TEXT,
        "start_date_local": "2026-03-24T07:30:00", "end_date_local": "2026-03-25T00:00:00", "moving_time": 3000,
        "icu_training_load": 60, "tags": ["key"], "indoor": false, "external_id": "plan-1",
    }))
}

fn change(value: Value) -> Result<Draft, String> {
    Draft::of_existing(&spec(value), &ride(), &local(), &settings())
}

fn changed(value: Value) -> Value {
    Value::Object(change(value).unwrap().members)
}

#[test]
fn a_new_workout_sends_what_was_given_under_the_names_of_the_service() {
    let draft = new(json!({
        "date": "tomorrow", "sport": "run", "name": " 6 x 800 m ", "description": "Stay tall.",
        "workout": "- 10m 70% Pace\\n- 800mtr 100% Pace", "target": "pace", "tags": "key", "external_id": "a-1",
        "indoor": false, "for_week": false,
    }))
    .unwrap();
    assert_eq!(
        Value::Object(draft.members),
        json!({
            "category": "WORKOUT", "start_date_local": "2026-03-19T00:00:00", "type": "Run", "name": "6 x 800 m",
            "description": "Stay tall.\n\n- 10m 70% Pace\n- 800mtr 100% Pace", "target": "PACE", "tags": ["key"],
            "external_id": "a-1",
        })
    );
    // 600 s at 2.8 m/s are 1680 m, and 800 m at 4 m/s take 200 s.
    assert_eq!(draft.expected["moving_time"], 800);
    assert_eq!(draft.expected["distance"], 2480.0);
    assert!(draft.expected.contains_key("icu_training_load"));
    assert!(draft.notes.is_empty(), "{:?}", draft.notes);
}

#[test]
fn what_is_missing_is_said_with_its_remedy() {
    for (given, said) in [
        (json!({ "sport": "Run" }), "date is missing"),
        (
            json!({ "date": "today", "name": "Easy" }),
            "sport is missing",
        ),
        (
            json!({ "date": "today", "category": "race_a" }),
            "sport is missing",
        ),
        (
            json!({ "date": "today", "category": "note" }),
            "name is missing",
        ),
        (
            json!({ "date": "today", "category": "target" }),
            "needs load, duration or distance",
        ),
        (
            json!({ "date": "this_week", "sport": "Run" }),
            "one day, not a week",
        ),
        (
            json!({ "date": "today", "sport": "Quidditch" }),
            "no sport of Intervals.icu",
        ),
        (
            json!({ "date": "today", "sport": "Run", "time": "25:00" }),
            "write HH:MM",
        ),
        (
            json!({ "date": "today", "sport": "Run", "end": "yesterday" }),
            "is before date",
        ),
        (
            json!({ "date": "today", "sport": "Run", "end": "2027-03-19" }),
            "longer than 366 days",
        ),
        (
            json!({ "date": "today", "sport": "Run", "load": 2001 }),
            "0 to 2000",
        ),
        (
            json!({ "date": "today", "sport": "Run", "load": -1 }),
            "0 to 2000",
        ),
        (
            json!({ "date": "today", "sport": "Run", "duration": "49h" }),
            "at most 48 h",
        ),
        (
            json!({ "date": "today", "sport": "Run", "distance": "2001 km" }),
            "at most 2000 km",
        ),
        (
            json!({ "date": "today", "sport": "Run", "name": "x".repeat(201) }),
            "at most 200",
        ),
        (
            json!({ "date": "today", "sport": "Run", "name": "a\u{7}b" }),
            "control characters",
        ),
        (
            json!({ "date": "today", "sport": "Run", "name": " " }),
            "name is empty",
        ),
        (
            json!({ "date": "today", "sport": "Run", "description": "a\u{0}" }),
            "control characters",
        ),
        (
            json!({ "date": "today", "sport": "Run", "description": "x".repeat(70_000) }),
            "at most 65536",
        ),
        (
            json!({ "date": "today", "sport": "Run", "workout": "- 1h Z2 HR", "steps": [] }),
            "not both",
        ),
        (
            json!({ "date": "today", "category": "note", "name": "a", "load": 50 }),
            "load is for workouts",
        ),
        (
            json!({ "date": "today", "category": "sick", "workout": "- 1h" }),
            "workout is for workouts and races",
        ),
        (
            json!({ "date": "today", "sport": "Run", "availability": "limited" }),
            "holiday, sick and injured",
        ),
    ] {
        let error = new(given.clone()).unwrap_err();
        assert!(error.contains(said), "{given}: {error}");
    }
}

#[test]
fn a_mistake_in_the_workout_refuses_it_with_its_place_and_fix() {
    let error = new(json!({ "date": "today", "sport": "Run", "workout": "- 10m Z2 HR\n\n4x\n- 400m 100% Pace\n- 90s easy" }))
        .unwrap_err();
    assert!(
        error.contains("workout 4:3 error: 400m means minutes. Write 400mtr"),
        "{error}"
    );
    let error =
        new(json!({ "date": "today", "sport": "Run", "workout": "Jog easily" })).unwrap_err();
    assert!(error.contains("belongs into description"), "{error}");
    let error = new(json!({ "date": "today", "sport": "Ride", "steps": [{ "power": "90%" }] }))
        .unwrap_err();
    assert!(error.starts_with("steps[0]"), "{error}");
    // Warnings do not refuse.
    let draft =
        new(json!({ "date": "today", "sport": "Ride", "workout": "- 40m ramp 50-75%" })).unwrap();
    assert!(
        draft.notes[0].starts_with("workout 1:3 warning:"),
        "{:?}",
        draft.notes
    );
}

#[test]
fn steps_become_text_and_beats_percent_of_the_threshold() {
    let draft = new(json!({ "date": "today", "sport": "Ride", "description": "Spin.",
        "steps": [{ "reps": 3, "steps": [{ "duration": "8m", "power": "95-100%" }, { "duration": "4m", "hr": "136 bpm" }] }] }))
    .unwrap();
    // 136 of 170 bpm are 80 %.
    assert_eq!(
        draft.members["description"],
        "Spin.\n\n3x\n- 8m 95-100%\n- 4m 80% LTHR"
    );
    assert_eq!(draft.session.unwrap().estimate.seconds, 2160);
}

#[test]
fn indoors_the_indoor_ftp_counts() {
    let load = |indoor: bool| {
        let draft = new(
            json!({ "date": "today", "sport": "Ride", "indoor": indoor, "workout": "- 1h 240w" }),
        );
        draft.unwrap().expected["icu_training_load"].clone()
    };
    // 240 of 240 W for an hour are 100 points; of 250 W 92.16.
    assert_eq!((load(true), load(false)), (json!(100), json!(92)));
}

#[test]
fn load_and_time_beside_steps_are_left_to_the_service_and_that_is_said() {
    let draft = new(json!({ "date": "today", "sport": "Ride", "workout": "- 1h 70%", "load": 120, "duration": "2h",
        "distance": 40 }))
    .unwrap();
    assert!(
        !draft.members.contains_key("icu_training_load")
            && !draft.members.contains_key("moving_time")
    );
    assert!(
        draft.notes[0].starts_with("load, duration"),
        "{:?}",
        draft.notes
    );
    // What says the same as the steps needs no word: 0.7 squared is 49 points.
    let draft = new(
        json!({ "date": "today", "sport": "Ride", "workout": "- 1h 70%", "load": 49, "duration": 3600 }),
    );
    assert!(draft.unwrap().notes.is_empty());
    // Of steps without targets no load is computed.
    let given = json!({ "date": "today", "sport": "WeightTraining", "workout": "- Squats 20m", "load": 30 });
    assert_eq!(sent(given)["icu_training_load"], 30);
    let given = json!({ "date": "today", "sport": "Swim", "duration": "45m", "distance": 2000, "load": "40" });
    let draft = sent(given);
    assert_eq!(draft["moving_time"], 2700);
    assert_eq!(
        (&draft["distance"], &draft["icu_training_load"]),
        (&json!(2000.0), &json!(40))
    );
    let draft = new(json!({ "date": "today", "sport": "Yoga" })).unwrap();
    assert!(
        draft.notes[0].contains("does not count"),
        "{:?}",
        draft.notes
    );
}

#[test]
fn absences_and_targets_fold_their_members_into_the_common_names() {
    let given = json!({ "date": "2026-04-03", "end": "2026-04-06", "category": "vacation", "name": "Alps",
        "availability": "limited", "duration": "45m", "sport": "run, swim", "description": "- bring 10m of rope" });
    assert_eq!(
        sent(given),
        json!({
            "category": "HOLIDAY", "start_date_local": "2026-04-03T00:00:00", "end_date_local": "2026-04-07T00:00:00",
            "name": "Alps", "training_availability": "LIMITED", "max_training_time": 2700,
            "can_train_sports": ["Run", "Swim"], "description": "- bring 10m of rope",
        })
    );
    let sick = sent(json!({ "date": "today", "category": "sick" }));
    assert_eq!(sick["end_date_local"], "2026-03-19T00:00:00");
    let given = json!({ "date": "next_monday", "category": "target", "sport": "Run", "for_week": true, "load": 300,
        "duration": "60h", "distance": "50 km" });
    assert_eq!(
        sent(given),
        json!({
            "category": "TARGET", "start_date_local": "2026-03-23T00:00:00", "type": "Run", "for_week": true,
            "load_target": 300, "time_target": 216_000, "distance_target": 50_000.0,
        })
    );
    let note = json!({ "date": "today", "category": "note", "name": "Rest", "indoor": false });
    let wanted =
        json!({ "category": "NOTE", "name": "Rest", "start_date_local": "2026-03-18T00:00:00" });
    assert_eq!(sent(note), wanted);
}

#[test]
fn an_update_sends_only_what_differs() {
    assert_eq!(changed(json!({ "id": 4711 })), json!({}));
    let same = json!({ "id": 4711, "date": "2026-03-24", "time": "07:30", "sport": "cycling", "name": "Threshold",
        "category": "workout", "tags": ["key"], "indoor": "false", "external_id": "plan-1", "description": "Ride by feel.",
        "workout": "Warmup\n- 10m 50%\n\n4x\n- 5m 100%\n- 5m 50%\n" });
    assert_eq!(changed(same), json!({}));
    assert_eq!(
        changed(json!({ "name": "VO2max" })),
        json!({ "name": "VO2max" })
    );
    assert_eq!(changed(json!({ "tags": [] })), json!({ "tags": [] }));
    assert_eq!(
        changed(json!({ "category": "race_b" })),
        json!({ "category": "RACE_B" })
    );
    // Sessions with steps keep what is computed of them.
    let draft = change(json!({ "load": 90, "duration": 3000 })).unwrap();
    assert!(draft.members.is_empty() && draft.expected.is_empty());
    assert_eq!(draft.notes.len(), 1, "{:?}", draft.notes);
}

#[test]
fn another_day_keeps_the_time_of_day_and_the_length() {
    assert_eq!(
        changed(json!({ "date": "2026-03-26" })),
        json!({ "start_date_local": "2026-03-26T07:30:00", "end_date_local": "2026-03-27T00:00:00" })
    );
    assert_eq!(
        changed(json!({ "time": "18:05" })),
        json!({ "start_date_local": "2026-03-24T18:05:00" })
    );
    assert_eq!(
        changed(json!({ "time": "" })),
        json!({ "start_date_local": "2026-03-24T00:00:00" })
    );
    let week = Event::of_document(&json!({ "id": 9, "category": "HOLIDAY", "name": "Alps",
        "start_date_local": "2026-03-23T00:00:00", "end_date_local": "2026-03-28T00:00:00" }));
    let of = |value: Value| {
        Draft::of_existing(&spec(value), &week, &local(), &[])
            .unwrap()
            .members
    };
    assert_eq!(
        Value::Object(of(json!({ "date": "2026-03-30" }))),
        json!({ "start_date_local": "2026-03-30T00:00:00", "end_date_local": "2026-04-04T00:00:00" })
    );
    assert_eq!(
        Value::Object(of(json!({ "end": "2026-03-28" }))),
        json!({ "end_date_local": "2026-03-29T00:00:00" })
    );
    assert_eq!(Value::Object(of(json!({ "end": "2026-03-27" }))), json!({}));
}

#[test]
fn prose_and_steps_are_changed_apart() {
    let text = |value: Value| changed(value)["description"].clone();
    let steps = "Warmup\n- 10m 50%\n\n4x\n- 5m 100%\n- 5m 50%";
    assert_eq!(
        text(json!({ "workout": "- 1h 65%" })),
        "Ride by feel.\n\n- 1h 65%"
    );
    assert_eq!(
        text(json!({ "description": "Hold back." })),
        format!("Hold back.\n\n{steps}")
    );
    assert_eq!(text(json!({ "description": "" })), steps);
    assert_eq!(text(json!({ "workout": "" })), "Ride by feel.");
    assert_eq!(text(json!({ "workout": "", "description": "" })), "");
    assert_eq!(
        text(json!({ "workout": "", "description": "Rest." })),
        "Rest."
    );
    // Who sends the whole text back means the whole text.
    assert_eq!(
        text(json!({ "workout": format!("Spin.\n\n{steps}") })),
        format!("Spin.\n\n{steps}")
    );
    assert_eq!(changed(json!({ "workout": TEXT })), json!({}));
    let draft = change(json!({ "workout": "- 1h 65%" })).unwrap();
    // 0.65 squared is 42.25 points an hour; 65 % of 250 W are 162.5 W, which is weighed as 163: 42.5.
    assert_eq!(draft.expected["moving_time"], 3600);
    assert!(matches!(
        draft.expected["icu_training_load"].as_u64(),
        Some(42 | 43)
    ));
    let cleared = change(json!({ "workout": "", "load": 50 })).unwrap();
    assert_eq!(cleared.members["icu_training_load"], 50);
    assert!(cleared.expected.is_empty());
}

#[test]
fn prose_that_is_read_as_a_step_is_told() {
    let draft = change(json!({ "description": "Before:\n- 10m stretching" })).unwrap();
    assert!(
        draft.notes[0]
            .starts_with("description line 2 \"- 10m stretching\" is read as a step, added")
    );
    let draft =
        new(json!({ "date": "today", "sport": "Ride", "description": "- 1h 65%" })).unwrap();
    assert!(
        draft.notes[0].contains("as the whole workout"),
        "{:?}",
        draft.notes
    );
    assert_eq!(draft.expected["moving_time"], 3600);
    let draft = new(
        json!({ "date": "today", "sport": "Ride", "load": 1, "description": "Bring:\n- gels" }),
    )
    .unwrap();
    assert!(draft.notes.is_empty(), "{:?}", draft.notes);
}

#[test]
fn another_sport_says_what_becomes_of_the_steps() {
    let draft = change(json!({ "sport": "Run" })).unwrap();
    assert_eq!(Value::Object(draft.members), json!({ "type": "Run" }));
    assert!(
        draft.notes[0].contains("percent of FTP"),
        "{:?}",
        draft.notes
    );
    let draft = change(json!({ "sport": "VirtualRide" })).unwrap();
    assert!(draft.notes.is_empty(), "{:?}", draft.notes);
    assert!(draft.expected.contains_key("icu_training_load"));
}

#[test]
fn what_was_read_back_is_compared_where_a_text_was_written() {
    let after =
        Event::of_document(&json!({ "id": 1, "workout_doc": { "steps": [], "duration": 0 } }));
    let draft = new(json!({ "date": "today", "sport": "Ride", "workout": "- 1h 65%" })).unwrap();
    assert!(draft.differences(&after)[0].starts_with("no step was read"));
    assert!(
        change(json!({ "name": "x" }))
            .unwrap()
            .differences(&after)
            .is_empty()
    );
}

#[test]
fn an_event_of_a_call_is_called_by_what_was_given_of_it() {
    let called = |value: Value| super::called(&spec(value), 2, &local());
    assert_eq!(
        called(json!({ "name": "Long run", "date": "2026-03-26" })),
        "events[2] \"Long run\" Thu 2026-03-26"
    );
    assert_eq!(called(json!({ "id": 4711 })), "events[2] 4711");
}
