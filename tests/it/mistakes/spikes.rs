//! One reading that nobody can have is no part of any figure.

use serde_json::{Value, json};

use super::newest;
use crate::support::{Caller, World, altered};

/// Where something impossible stands, and what.
fn spikes() -> [(&'static str, usize, Value); 8] {
    [
        ("watts", 700, json!(1e30)),
        ("watts", 701, json!(-300)),
        ("watts", 1400, json!("1e300")),
        ("heartrate", 900, json!(65_535)),
        ("cadence", 900, json!(1e9)),
        ("velocity_smooth", 800, json!(4_294_967)),
        ("altitude", 1000, json!(-32_768)),
        ("distance", 1100, json!(1e12)),
    ]
}

/// Writes the spikes, or holes where they would be, into a recording.
fn write(path: &str, body: &mut Value, as_holes: bool) {
    if path.ends_with("/streams") {
        for stream in body.as_array_mut().unwrap() {
            for (kind, index, spike) in spikes() {
                if stream["type"] == kind {
                    stream["data"][index] = if as_holes { Value::Null } else { spike };
                }
            }
        }
    }
}

/// What a tool says, with the spikes and with holes; without `laps` no step of a workout is one.
async fn both(tool: &str, arguments: Value, laps: bool) -> [String; 2] {
    let mut texts = [const { String::new() }; 2];
    for (text, as_holes) in texts.iter_mut().zip([false, true]) {
        let (_demo, server) = altered(move |path, body| {
            write(path, body, as_holes);
            if body["icu_intervals"].is_array() && !laps {
                body["icu_intervals"] = json!([]);
            }
        })
        .await;
        let caller = Caller::owner(&server);
        let said = caller.call_tool(tool, arguments.clone()).await.ok();
        // Without the athlete's notes, whose frame is another each time.
        said.split("\n---").next().unwrap().clone_into(text);
    }
    texts
}

#[tokio::test]
async fn an_impossible_sample_is_a_hole_in_the_recording_and_counted() {
    let id = newest(&World::start().await, "Ride").await;
    let arguments = json!({ "id": id });
    let [spoilt, holed] = both("get_activity_streams", arguments, true).await;
    let said = "; left out as impossible: 1 sample of distance, 3 of power, 1 of hr, 1 of cadence, 1 of speed, 1 of altitude.";
    assert!(spoilt.contains(said), "{spoilt}");
    assert_eq!(spoilt.replace(said, "."), holed);
    // Of a window only what is in it.
    let arguments =
        json!({ "id": id, "types": ["power", "hr"], "by": "time", "start": 650, "end": 750 });
    let [spoilt, holed] = both("get_activity_streams", arguments, true).await;
    let said = "; left out as impossible: 2 samples of power.";
    assert!(spoilt.contains(said), "{spoilt}");
    assert_eq!(spoilt.replace(said, "."), holed);
}

#[tokio::test]
async fn splits_are_without_impossible_samples_and_say_so() {
    let id = newest(&World::start().await, "Ride").await;
    let arguments = json!({ "id": id, "include": ["splits"] });
    let [spoilt, holed] = both("get_activity", arguments, true).await;
    let said = "\nleft out as impossible: 1 sample of distance, 3 of power, 1 of hr, 1 of altitude";
    assert!(spoilt.contains(said), "{spoilt}");
    assert_eq!(spoilt.replace(said, ""), holed);
}

/// A planned activity whose workout has a target of this kind.
async fn planned(world: &World, target: &str) -> Value {
    let window = "oldest=2025-04-01&newest=2026-03-18";
    let path = |what| format!("/athlete/{{id}}/{what}?{window}");
    let list = world.raw(&path("activities")).await;
    let events = world.raw(&path("events")).await;
    let aims = |event: &Value| {
        let mut steps = event["workout_doc"]["steps"]
            .as_array()
            .into_iter()
            .flatten();
        steps.any(|step| step[target].is_object() || step["steps"][0][target].is_object())
    };
    let mut list = list.as_array().unwrap().iter();
    let found = list.find(|a| {
        let mut events = events.as_array().unwrap().iter();
        events.any(|event| event["id"] == a["paired_event_id"] && aims(event))
    });
    found.unwrap()["id"].clone()
}

#[tokio::test]
async fn what_was_done_of_a_plan_is_without_impossible_samples_and_says_so() {
    let world = World::start().await;
    for (target, laps, said) in [
        // Cut by the clock, all comes from the recording; of laps only how the heart followed does.
        (
            "power",
            false,
            "; left out as impossible: 1 sample of distance, 3 of power, 1 of hr",
        ),
        ("hr", true, "; left out as impossible: 1 sample of hr"),
    ] {
        let id = planned(&world, target).await;
        let arguments = json!({ "id": id, "include": ["plan"] });
        let [spoilt, holed] = both("get_activity", arguments, laps).await;
        assert_eq!(
            spoilt.contains("are the recorded intervals"),
            laps,
            "{spoilt}"
        );
        let (before, after) = spoilt
            .split_once(said)
            .unwrap_or_else(|| panic!("{spoilt}"));
        let rest = after.strip_prefix(", 1 of altitude").unwrap_or(after);
        assert!(rest.starts_with([';', '.']), "{spoilt}");
        assert_eq!(format!("{before}{rest}"), holed);
    }
}
