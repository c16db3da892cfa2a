//! What was planned beside what was done.

use std::collections::BTreeMap;

use intervals_mcp_server::demo::{Fault, FaultScope};
use serde_json::{Value, json};

use crate::support::{World, table};

type Row = BTreeMap<String, String>;

async fn activities(world: &World, window: &str) -> Vec<Value> {
    let path = format!("/athlete/{{id}}/activities?{window}");
    world.raw(&path).await.as_array().unwrap().clone()
}

const YEAR: &str = "oldest=2025-04-01&newest=2026-03-18";

/// An activity with its intervals, and the workout that it was.
struct Pair {
    activity: Value,
    event: Value,
}

impl Pair {
    fn id(&self) -> &str {
        self.activity["id"].as_str().unwrap()
    }

    fn intervals(&self) -> &Vec<Value> {
        self.activity["icu_intervals"].as_array().unwrap()
    }

    /// The steps with repeats written out.
    fn steps(&self) -> Vec<Value> {
        let mut all = Vec::new();
        for step in self.event["workout_doc"]["steps"].as_array().unwrap() {
            let reps = step["reps"].as_i64().unwrap_or(1);
            let inner = step["steps"].as_array();
            let inner = inner.map_or_else(|| vec![step.clone()], Clone::clone);
            for _ in 0..reps {
                all.extend(inner.clone());
            }
        }
        all
    }
}

/// The first of the list that `wanted` holds for and that was planned, with all about it.
async fn planned(world: &World, sport: &str, wanted: impl Fn(&Value, &Value) -> bool) -> Pair {
    let list = activities(world, YEAR).await;
    let events = world.raw(&format!("/athlete/{{id}}/events?{YEAR}")).await;
    for activity in list {
        if activity["type"] != sport || activity["paired_event_id"].is_null() {
            continue;
        }
        let mut events = events.as_array().unwrap().iter();
        let event = events.find(|event| event["id"] == activity["paired_event_id"]);
        let event = event.unwrap().clone();
        if wanted(&activity, &event) {
            let id = activity["id"].as_str().unwrap();
            let path = format!("/activity/{id}?intervals=true");
            return Pair {
                activity: world.raw(&path).await,
                event,
            };
        }
    }
    panic!("no such {sport}");
}

fn has(event: &Value, measure: &str) -> bool {
    let steps = event["workout_doc"]["steps"].as_array();
    steps.is_some_and(|steps| {
        steps
            .iter()
            .any(|step| step[measure].is_object() || step["steps"][0][measure].is_object())
    })
}

fn repeats(event: &Value) -> bool {
    let steps = event["workout_doc"]["steps"].as_array();
    steps.is_some_and(|steps| steps.iter().any(|step| step["reps"].is_i64()))
}

/// Lets the service say `body` at paths that end like this.
fn says(world: &World, path: String, body: &Value) {
    let scope = FaultScope {
        path_contains: Some(path + "$"),
        times: None,
    };
    world
        .demo
        .faults()
        .set(Fault::Body(body.to_string()), scope);
}

fn refuses(world: &World, path: String, status: u16) {
    let scope = FaultScope {
        path_contains: Some(path + "$"),
        times: None,
    };
    world.demo.faults().set(Fault::Status(status, None), scope);
}

async fn told(world: &World, id: &str) -> String {
    let arguments = json!({ "id": id, "include": ["plan"] });
    let said = world.owner().call_tool("get_activity", arguments).await;
    said.ok()
}

fn rows(text: &str) -> Vec<Row> {
    table(text, "#|step")
}

fn data(text: &str) -> &str {
    let mut lines = text.lines();
    lines.find(|line| line.starts_with("Data: ")).unwrap()
}

fn clock(seconds: f64) -> String {
    let whole = seconds.round();
    format!("{}:{:02}", (whole / 60.0).floor(), whole % 60.0)
}

async fn stream(world: &World, id: &str, kind: &str) -> Vec<Option<f64>> {
    let path = format!("/activity/{id}/streams?types={kind}");
    let found = world.raw(&path).await;
    let data = found[0]["data"].as_array().unwrap();
    data.iter().map(Value::as_f64).collect()
}

fn mean(values: &[Option<f64>]) -> f64 {
    let known: Vec<f64> = values.iter().flatten().copied().collect();
    #[expect(clippy::cast_precision_loss, reason = "few")]
    let count = known.len() as f64;
    known.iter().sum::<f64>() / count
}

#[tokio::test]
async fn each_step_is_held_against_the_thresholds_of_its_day() {
    let world = World::start().await;
    // Months ago, when the FTP was another.
    let then = |activity: &Value, event: &Value| {
        activity["icu_ftp"].as_i64() < Some(255) && repeats(event) && has(event, "power")
    };
    let pair = planned(&world, "Ride", then).await;
    let ftp = pair.activity["icu_ftp"].as_f64().unwrap();
    let text = told(&world, pair.id()).await;
    let (steps, laps, rows) = (pair.steps(), pair.intervals(), rows(&text));
    assert_eq!(rows.len(), steps.len(), "{text}");
    let mut within = 0;
    for ((row, step), lap) in rows.iter().zip(&steps).zip(laps) {
        let target = &step["power"];
        assert_eq!(target["units"], "%ftp");
        let watts = |key: &str| (target[key].as_f64().unwrap() * ftp / 100.0).round();
        let shown = if target["value"].is_number() {
            watts("value").to_string()
        } else {
            let ramp = if step["ramp"] == true { "ramp " } else { "" };
            format!("{ramp}{}-{}", watts("start"), watts("end"))
        };
        assert_eq!(row["target W"], shown, "{text}");
        assert_eq!(row["mean W"], lap["average_watts"].to_string(), "{text}");
        within += usize::from(row["verdict"] == "within");
    }
    let said = data(&text);
    assert!(said.contains(&format!("that day's FTP {ftp} W")), "{said}");
    assert!(
        said.contains(&format!(
            "Data: {within} of {} judged steps within",
            steps.len()
        )) && said.contains("steps are the recorded intervals")
            && said.contains("±5 % power"),
        "{said}"
    );
    let head = format!(
        "plan: workout \"{}\" {} ",
        pair.event["name"].as_str().unwrap(),
        pair.event["id"]
    );
    assert!(text.contains(&head), "{head}: {text}");
    world.assert_well_behaved();
}

#[tokio::test]
async fn what_was_over_or_under_says_by_how_much() {
    let world = World::start().await;
    let fits = |activity: &Value, event: &Value| {
        activity["icu_ftp"].is_i64() && repeats(event) && has(event, "power")
    };
    let mut pair = planned(&world, "VirtualRide", fits).await;
    let ftp = pair.activity["icu_ftp"].as_f64().unwrap();
    let steps = pair.steps();
    let range = steps
        .iter()
        .position(|step| step["power"]["start"].is_number() && step["ramp"] != true)
        .unwrap();
    let bound = |key: &str| {
        let percent = steps[range]["power"][key].as_f64().unwrap();
        #[expect(clippy::cast_possible_truncation, reason = "watts")]
        let watts = (percent * ftp / 100.0).round() as i64;
        watts
    };
    for (watts, verdict) in [
        (bound("end") + 12, "over by 12 W"),
        (bound("end"), "within"),
        (bound("start"), "within"),
        (bound("start") - 30, "under by 30 W"),
        // Coasting is a value.
        (0, &*format!("under by {} W", bound("start"))),
    ] {
        world.demo.faults().clear();
        pair.activity["icu_intervals"][range]["average_watts"] = json!(watts);
        says(&world, format!("/activity/{}", pair.id()), &pair.activity);
        // A day later, so that no answer is remembered.
        let fresh = World::start().await;
        says(&fresh, format!("/activity/{}", pair.id()), &pair.activity);
        let text = told(&fresh, pair.id()).await;
        assert_eq!(rows(&text)[range]["verdict"], verdict, "{text}");
    }
}

#[tokio::test]
async fn a_heart_is_judged_from_the_second_minute_on() {
    let world = World::start().await;
    let fits = |activity: &Value, event: &Value| {
        activity["average_heartrate"].is_number() && has(event, "hr")
    };
    let pair = planned(&world, "Run", fits).await;
    let text = told(&world, pair.id()).await;
    let beats = stream(&world, pair.id(), "heartrate").await;
    let lthr = pair.activity["lthr"].as_f64().unwrap();
    let rows = rows(&text);
    for ((row, step), lap) in rows.iter().zip(pair.steps()).zip(pair.intervals()) {
        let index = |key: &str| usize::try_from(lap[key].as_i64().unwrap()).unwrap();
        let span = index("start_index") + 60..index("end_index");
        let followed = mean(&beats[span]).round();
        assert_eq!(row["mean bpm"], followed.to_string(), "{text}");
        let bpm = |key: &str| (step["hr"][key].as_f64().unwrap() * lthr / 100.0).round();
        let target = format!("{}-{}", bpm("start"), bpm("end"));
        assert_eq!(row["target bpm"], target, "{text}");
    }
    assert!(
        data(&text).contains("HR from the second minute on"),
        "{text}"
    );
}

#[tokio::test]
async fn without_laps_that_fit_the_recorded_time_decides_and_a_pause_shifts_nothing() {
    let world = World::start().await;
    let fits = |activity: &Value, event: &Value| {
        // It stood for a while.
        let idle = activity["elapsed_time"].as_i64() > activity["moving_time"].as_i64();
        idle && has(event, "power") && activity["device_name"].is_string()
    };
    let mut pair = planned(&world, "Ride", fits).await;
    let watts = stream(&world, pair.id(), "watts").await;
    let times = stream(&world, pair.id(), "time").await;
    let pause = times.windows(2).position(|pair| {
        let jump = pair[1].unwrap() - pair[0].unwrap();
        jump > 30.0
    });
    let pause = pause.expect("a pause");
    pair.activity["icu_intervals"] = json!([]);
    says(&world, format!("/activity/{}", pair.id()), &pair.activity);
    let text = told(&world, pair.id()).await;
    let (mut at, mut behind) = (0, 0);
    for (row, step) in rows(&text).iter().zip(pair.steps()) {
        let seconds = usize::try_from(step["duration"].as_i64().unwrap()).unwrap();
        let end = (at + seconds).min(watts.len());
        let expected = mean(&watts[at..end]).round();
        assert_eq!(row["mean W"], expected.to_string(), "{at}: {text}");
        behind += usize::from(at > pause);
        at = end;
    }
    assert!(behind > 0, "no step behind the pause: {text}");
    let said = data(&text);
    assert!(
        said.contains("cut by the recorded time") && said.contains("pauses left out"),
        "{said}"
    );
    // Every kilometre is no step.
    let fresh = World::start().await;
    let laps: Vec<Value> = (0..50)
        .map(|lap| json!({ "id": lap + 1, "type": "WORK", "moving_time": 120, "elapsed_time": 120, "distance": 1000.0,
            "average_watts": 1, "start_index": lap * 120, "end_index": lap * 120 + 120 }))
        .collect();
    pair.activity["icu_intervals"] = json!(laps);
    says(&fresh, format!("/activity/{}", pair.id()), &pair.activity);
    assert_eq!(rows(&told(&fresh, pair.id()).await), rows(&text));
}

/// A ride whose plan and laps are made of these: a step, and what the lap of it measured.
async fn invented(world: &World, sport: &str, parts: &[(Value, Value)]) -> String {
    let list = activities(world, YEAR).await;
    let mut found = list.iter();
    let found = found.find(|a| a["type"] == sport && a["paired_event_id"].is_i64());
    let mut activity = found.unwrap().clone();
    let event_id = activity["paired_event_id"].clone();
    activity["icu_ftp"] = json!(200);
    activity["icu_power_zones"] = json!([55, 75, 90, 105, 120, 150, 999]);
    activity["lthr"] = json!(160);
    activity["athlete_max_hr"] = json!(190);
    activity["icu_hr_zones"] = json!([120, 140, 150, 160, 190]);
    activity["threshold_pace"] = json!(4.0);
    activity["pace_zones"] = json!([77.5, 87.7, 94.3, 100.0, 103.4, 111.5, 999.0]);
    let steps: Vec<&Value> = parts.iter().map(|(step, _)| step).collect();
    let mut laps = Vec::new();
    for (index, (step, lap)) in parts.iter().enumerate() {
        let mut lap = lap.clone();
        let seconds = step["duration"].clone();
        for (key, value) in [
            ("id", json!(index + 1)),
            ("moving_time", seconds.clone()),
            ("elapsed_time", seconds),
        ] {
            lap.as_object_mut().unwrap().entry(key).or_insert(value);
        }
        laps.push(lap);
    }
    activity["icu_intervals"] = json!(laps);
    let event = json!({
        "id": event_id, "category": "WORKOUT", "type": sport, "name": "Invented",
        "start_date_local": "2026-03-10T00:00:00", "moving_time": 3600, "icu_training_load": 50,
        "workout_doc": { "steps": steps, "ftp": 999, "lthr": 99, "threshold_pace": 9.9 },
    });
    let id = activity["id"].as_str().unwrap().to_owned();
    says(world, format!("/activity/{id}"), &activity);
    says(world, format!("/activity/{id}/streams"), &json!([]));
    says(world, format!("/events/{event_id}"), &event);
    told(world, &id).await
}

#[tokio::test]
async fn every_kind_of_target_is_told_in_absolute_units() {
    let world = World::start().await;
    let parts = [
        // Zone 2 of 200 W: from the watt above 110 to 150.
        (
            json!({"text": "Z2", "duration": 600, "power": {"value": 2, "units": "power_zone"}}),
            json!({"average_watts": 111}),
        ),
        (
            json!({"text": "Z1", "duration": 600, "power": {"value": 1, "units": "power_zone"}}),
            json!({"average_watts": 40}),
        ),
        (
            json!({"text": "Z7", "duration": 30, "power": {"value": 7, "units": "power_zone"}}),
            json!({"average_watts": 900}),
        ),
        (
            json!({"text": "watts", "duration": 300, "power": {"value": 220, "units": "w"}}),
            json!({"average_watts": 231}),
        ),
        (
            json!({"text": "percent", "duration": 300, "power": {"value": 100, "units": "%ftp"}}),
            json!({"average_watts": 211}),
        ),
        (
            json!({"text": "ramp", "duration": 600, "ramp": true, "power": {"start": 50, "end": 75, "units": "%ftp"}}),
            json!({"average_watts": 126}),
        ),
        (
            json!({"text": "lthr", "duration": 600, "hr": {"start": 75, "end": 80, "units": "%lthr"}}),
            json!({"average_heartrate": 131}),
        ),
        (
            json!({"text": "max", "duration": 600, "hr": {"start": 70, "end": 80, "units": "%hr"}}),
            json!({"average_heartrate": 133}),
        ),
        (
            json!({"text": "zone", "duration": 600, "hr": {"start": 2, "end": 3, "units": "hr_zone"}}),
            json!({"average_heartrate": 121}),
        ),
        (
            json!({"text": "short", "duration": 60, "hr": {"value": 90, "units": "%lthr"}}),
            json!({"average_heartrate": 120}),
        ),
        (
            json!({"text": "free", "duration": 300, "freeride": true}),
            json!({"average_watts": 77}),
        ),
        (
            json!({"text": "all out", "duration": 30, "maxeffort": true}),
            json!({"average_watts": 700}),
        ),
        (
            json!({"text": "best", "duration": 300, "power": {"value": 90, "units": "%mmp"}}),
            json!({"average_watts": 250}),
        ),
        (
            json!({"text": "no meter", "duration": 300, "power": {"value": 90, "units": "%ftp"}}),
            json!({}),
        ),
        (
            json!({"text": "open", "duration": 300, "until_lap_press": true, "power": {"value": 50, "units": "%ftp"}}),
            json!({"average_watts": 100, "moving_time": 900, "elapsed_time": 900}),
        ),
    ];
    let text = invented(&world, "Ride", &parts).await;
    let told: Vec<(String, String, String)> = rows(&text)
        .into_iter()
        .map(|row| {
            (
                row["target"].clone(),
                row["mean"].clone(),
                row["verdict"].clone(),
            )
        })
        .collect();
    let expected = [
        ("111-150 W", "111 W", "within"),
        ("up to 110 W", "40 W", "within"),
        ("over 301 W", "900 W", "within"),
        ("220 W", "231 W", "within"),
        ("200 W", "211 W", "over by 11 W"),
        ("ramp 100-150 W", "126 W", "within"),
        ("120-128 bpm", "131 bpm", "over by 3 bpm"),
        ("133-152 bpm", "133 bpm", "within"),
        ("121-150 bpm", "121 bpm", "within"),
        ("144 bpm", "120 bpm", "too short for HR"),
        ("free", "77 W", ""),
        ("max effort", "700 W", ""),
        ("90% of best", "250 W", ""),
        ("180 W", "", "not recorded"),
        ("100 W", "100 W", "within"),
    ];
    let expected = expected.map(|(a, b, c)| (a.to_owned(), b.to_owned(), c.to_owned()));
    assert_eq!(told, expected, "{text}");
    assert!(text.contains("15:00 (+10:00)"), "{text}");
    // The recording is not there to tell the minute that a heart needs.
    assert!(data(&text).contains("±3 % HR of the whole step"), "{text}");
    // At the thresholds of the activity, not at those that the workout was written with.
    assert!(
        data(&text).contains("that day's FTP 200 W, LTHR 160, max HR 190"),
        "{text}"
    );
}

#[tokio::test]
async fn runs_go_by_pace_and_by_distance() {
    let world = World::start().await;
    let parts = [
        (
            json!({"text": "km", "duration": 250, "distance": 1000.0, "pace": {"value": 250, "units": "secs/km"}}),
            json!({"distance": 1000.0, "moving_time": 262, "elapsed_time": 262}),
        ),
        (
            json!({"text": "easy", "duration": 600, "pace": {"start": 70, "end": 80, "units": "%pace"}}),
            json!({"distance": 1800.0}),
        ),
        (
            json!({"text": "zone", "duration": 600, "pace": {"value": 4, "units": "pace_zone"}}),
            json!({"distance": 2460.0}),
        ),
        (
            json!({"text": "stopped", "duration": 100, "distance": 400.0, "pace": {"value": 100, "units": "%pace"}}),
            json!({"distance": 380.0, "moving_time": 90, "elapsed_time": 90}),
        ),
    ];
    let text = invented(&world, "Run", &parts).await;
    let rows = rows(&text);
    let told: Vec<(&str, &str, &str, &str)> = rows
        .iter()
        .map(|row| {
            let cell = |head: &str| row[head].as_str();
            (
                cell("took"),
                cell("target/km"),
                cell("mean/km"),
                cell("verdict"),
            )
        })
        .collect();
    // Threshold 4 m/s is 4:10/km; 70 % of it 5:57, 80 % 5:13; zone 4 begins one percent above the 94.3 % of
    // zone 3, at 3.812 m/s, as the service plans it.
    assert_eq!(
        told,
        [
            ("4:22", "4:10", "4:22", "slower by 0:12"),
            ("10:00", "5:57-5:13", "5:33", "within"),
            ("10:00", "4:22-4:10", "4:04", "faster by 0:06"),
            ("1:30, 0.38 km", "4:10", "3:57", "faster by 0:13"),
        ],
        "{text}"
    );
    assert!(data(&text).contains("2 faster, 1 slower"), "{text}");
    assert!(data(&text).contains("threshold 4:10/km"), "{text}");
    let imperial = World::start().await;
    imperial.demo.prefer_imperial(true);
    let text = invented(&imperial, "Run", &parts).await;
    // 250 s for a kilometre are 402 s for a mile.
    assert!(
        text.contains("|target/mi|") && text.contains("|6:42|"),
        "{text}"
    );
    assert!(!text.contains("/km"), "{text}");
    // Who writes kilometres runs kilometres.
    assert!(text.contains("|1 km|4:22|"), "{text}");
}

#[tokio::test]
async fn a_swimmer_in_yards_reads_yards() {
    let world = World::start().await;
    world.demo.prefer_imperial(true);
    let parts = [(
        json!({"text": "CSS", "duration": 87, "distance": 91.44, "pace": {"value": 100, "units": "%pace"}}),
        json!({"distance": 91.44, "moving_time": 90, "elapsed_time": 90}),
    )];
    let text = invented(&world, "Swim", &parts).await;
    let row = &rows(&text)[0];
    // 91.44 m at 4 m/s are 23 s.
    assert_eq!(row["planned"], "100y", "{text}");
    assert_eq!((&*row["target/100y"], &*row["mean/100y"]), ("0:23", "1:30"));
}

#[tokio::test]
async fn a_workout_that_was_given_up_says_what_was_not_done() {
    let world = World::start().await;
    let fits = |_: &Value, event: &Value| repeats(event) && has(event, "power");
    let mut pair = planned(&world, "VirtualRide", fits).await;
    let all = pair.intervals().len();
    let laps = pair.activity["icu_intervals"].as_array_mut().unwrap();
    laps.truncate(3);
    says(&world, format!("/activity/{}", pair.id()), &pair.activity);
    let text = told(&world, pair.id()).await;
    let undone = rows(&text)
        .iter()
        .filter(|row| row["took"] == "not done")
        .count();
    assert_eq!(undone, all - 3, "{text}");
    assert!(
        data(&text).contains(&format!("{undone} steps not done")),
        "{text}"
    );
}

#[tokio::test]
async fn what_was_not_planned_or_has_no_steps_says_so() {
    let world = World::start().await;
    let list = activities(&world, YEAR).await;
    let alone = list
        .iter()
        .find(|a| a["type"].is_string() && a["paired_event_id"].is_null());
    let text = told(&world, alone.unwrap()["id"].as_str().unwrap()).await;
    assert!(
        text.contains("plan: none") && !text.contains("not recorded"),
        "{text}"
    );
    let pair = planned(&world, "WeightTraining", |_, _| true).await;
    let text = told(&world, pair.id()).await;
    let planned = format!("load {}", pair.event["icu_training_load"]);
    let done = format!("load {}", pair.activity["icu_training_load"]);
    let line = text
        .lines()
        .find(|line| line.starts_with("planned "))
        .unwrap();
    assert!(line.contains(&planned) && line.contains(&done), "{line}");
    assert!(
        line.contains(&format!(
            "done {}",
            clock(pair.activity["moving_time"].as_f64().unwrap())
        )),
        "{line}"
    );
    assert!(
        text.contains("This workout has no steps: only the totals can be compared."),
        "{text}"
    );
    // A race is called one.
    let races = world
        .raw(&format!("/athlete/{{id}}/events?{YEAR}&category=RACE_B"))
        .await;
    let race = &races[0]["id"];
    let mut ran = list.iter();
    let ran = ran.find(|a| a["paired_event_id"] == *race).unwrap();
    let text = told(&world, ran["id"].as_str().unwrap()).await;
    assert!(text.contains("plan: race B"), "{text}");
}

#[tokio::test]
async fn an_event_that_its_id_does_not_find_is_found_in_the_list_or_is_gone() {
    let world = World::start().await;
    let fits = |_: &Value, event: &Value| has(event, "power");
    let pair = planned(&world, "VirtualRide", fits).await;
    let before = told(&world, pair.id()).await;
    let fresh = World::start().await;
    refuses(&fresh, format!("/events/{}", pair.event["id"]), 404);
    assert_eq!(told(&fresh, pair.id()).await, before);
    fresh.assert_well_behaved();
    let empty = World::start().await;
    refuses(&empty, format!("/events/{}", pair.event["id"]), 404);
    says(&empty, "/events".to_owned(), &json!([]));
    let text = told(&empty, pair.id()).await;
    assert!(text.contains("no longer in the calendar"), "{text}");
    // One that cannot be read takes nothing else with it.
    let broken = World::start().await;
    refuses(&broken, format!("/events/{}", pair.event["id"]), 403);
    let text = told(&broken, pair.id()).await;
    assert!(
        text.contains("No plan: ") && text.contains("moving"),
        "{text}"
    );
}

#[tokio::test]
async fn a_plan_costs_one_more_call_and_the_recording_only_where_the_laps_do_not_do() {
    let world = World::start().await;
    world.owner().call_tool("get_athlete", json!({})).await.ok();
    let power = planned(&world, "VirtualRide", |_, event| has(event, "power")).await;
    let heart = planned(&world, "Run", |activity, event| {
        has(event, "hr") && activity["average_heartrate"].is_number()
    })
    .await;
    let none = planned(&world, "WeightTraining", |_, _| true).await;
    for (pair, streams) in [(&power, false), (&heart, true), (&none, false)] {
        world.demo.clear_journal();
        told(&world, pair.id()).await;
        let journal = world.demo.journal();
        let mut asked: Vec<String> = journal
            .iter()
            .map(|r| r.path.rsplit('/').next().unwrap().to_owned())
            .collect();
        asked.sort();
        let mut expected = vec![pair.id().to_owned(), pair.event["id"].to_string()];
        expected.extend(streams.then(|| "streams".to_owned()));
        expected.sort();
        assert_eq!(asked, expected);
    }
    // Without parts it is one, and splits share the recording with the plan.
    let other = planned(&world, "Swim", |_, event| has(event, "pace")).await;
    for (include, calls) in [(json!([]), 1), (json!(["splits", "plan"]), 3)] {
        let fresh = World::start().await;
        fresh.owner().call_tool("get_athlete", json!({})).await.ok();
        fresh.demo.clear_journal();
        let arguments = json!({ "id": other.id(), "include": include });
        fresh
            .owner()
            .call_tool("get_activity", arguments)
            .await
            .ok();
        assert_eq!(
            fresh.demo.journal().len(),
            calls,
            "{:?}",
            fresh.demo.journal()
        );
    }
}

#[tokio::test]
async fn a_plan_that_means_harm_is_bounded() {
    let world = World::start().await;
    let step = json!({"text": "|x\u{202E}", "duration": i64::MAX, "power": {"value": 1e308, "units": "%ftp"}});
    let parts = [(
        json!({"reps": i64::MAX, "steps": [step, {"duration": -5, "hr": {"start": "-Infinity", "end": "NaN", "units": "%lthr"}}],
            "duration": 60}),
        json!({"average_watts": 1, "average_heartrate": -7, "distance": -1e300, "moving_time": i64::MIN}),
    )];
    let text = invented(&world, "Ride", &parts).await;
    assert!(text.len() < 20_000, "{}", text.len());
    for word in ["NaN", "inf", "\u{202E}"] {
        assert!(!text.contains(word), "{word}: {text}");
    }
}

#[tokio::test]
async fn a_pace_that_reads_as_its_bound_is_within() {
    let world = World::start().await;
    // Of 4 m/s, 102.5 % are 243.9 s a kilometre and 105 % 238.1 s. 600 s over these metres are 244.49 s and 237.60 s: further
    // away than the same speed may be, and yet 4:04 and 3:58 as the bounds.
    let target = json!({"start": 102.5, "end": 105, "units": "%pace"});
    let step = |name: &str| json!({"text": name, "duration": 600, "pace": target});
    let parts = [
        (step("slow end"), json!({"distance": 2454.06})),
        (step("fast end"), json!({"distance": 2525.28})),
        (step("too slow"), json!({"distance": 2450.0})),
    ];
    let text = invented(&world, "Run", &parts).await;
    let told: Vec<(String, String, String)> = rows(&text)
        .iter()
        .map(|row| {
            let cell = |head: &str| row[head].clone();
            (cell("target/km"), cell("mean/km"), cell("verdict"))
        })
        .collect();
    let expected = [
        ("4:04-3:58", "4:04", "within"),
        ("4:04-3:58", "3:58", "within"),
        ("4:04-3:58", "4:05", "slower by 0:01"),
    ];
    let expected = expected.map(|(a, b, c)| (a.to_owned(), b.to_owned(), c.to_owned()));
    assert_eq!(told, expected, "{text}");
    assert!(
        data(&text).starts_with("Data: 2 of 3 judged steps within, 1 slower"),
        "{text}"
    );
}
