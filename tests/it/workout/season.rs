//! The workouts that the demo invents are written by another hand, and this reader agrees with what it says of them.

use intervals_mcp_server::workout::{self, Athlete};
use serde_json::Value;

use crate::support::World;

const FLAGS: [&str; 4] = ["ramp", "warmup", "cooldown", "freeride"];

fn athlete(sport: &str, document: &Value) -> Athlete {
    Athlete {
        ftp: document["ftp"].as_f64(),
        lthr: document["lthr"].as_f64(),
        threshold_pace: document["threshold_pace"].as_f64(),
        ..Athlete::of(sport)
    }
}

/// Where two lists of steps differ in what the text says.
fn compare(mine: &Value, theirs: &Value, place: &str) {
    let (mine, theirs) = (mine.as_array().unwrap(), theirs.as_array().unwrap());
    assert_eq!(mine.len(), theirs.len(), "{place}");
    for (at, (mine, theirs)) in mine.iter().zip(theirs).enumerate() {
        let place = format!("{place}[{at}]");
        for key in ["reps", "text", "intensity"].iter().chain(&FLAGS) {
            assert_eq!(mine[key], theirs[key], "{place}.{key}");
        }
        for key in ["power", "hr", "pace"] {
            for member in ["value", "start", "end"] {
                let (mine, theirs) = (&mine[key][member], &theirs[key][member]);
                assert_eq!(mine.as_f64(), theirs.as_f64(), "{place}.{key}.{member}");
            }
            assert_eq!(mine[key]["units"], theirs[key]["units"], "{place}.{key}");
        }
        let seconds = |step: &Value| step["duration"].as_i64().unwrap();
        // A swim by heart rate or a ride over a distance is timed by a guess; there are none.
        assert!(
            (seconds(mine) - seconds(theirs)).abs() <= 1,
            "{place}: {mine} {theirs}"
        );
        if mine["steps"].is_array() {
            compare(&mine["steps"], &theirs["steps"], &place);
        }
    }
}

#[tokio::test]
async fn the_demos_texts_are_read_as_its_documents_say() {
    let world = World::start().await;
    let events = world
        .raw("/athlete/{id}/events?oldest=2025-04-01&newest=2027-03-01&category=WORKOUT&resolve=true")
        .await;
    let mut seen = 0;
    for event in events.as_array().unwrap() {
        let theirs = &event["workout_doc"];
        let is_structured = theirs["steps"].as_array().is_some_and(|s| !s.is_empty());
        let Some(text) = event["description"].as_str().filter(|_| is_structured) else {
            continue;
        };
        let sport = event["type"].as_str().unwrap();
        let parsed = workout::parse(text);
        let athlete = athlete(sport, theirs);
        let mine = workout::document(&parsed.workout, &athlete);
        compare(&mine["steps"], &theirs["steps"], text);
        let mistakes = workout::validate(&parsed, &athlete);
        let errors = mistakes
            .iter()
            .filter(|m| m.severity() == workout::Severity::Error);
        assert_eq!(errors.count(), 0, "{text}: {mistakes:?}");
        let load = event["icu_training_load"].as_f64().unwrap();
        if theirs["target"] != "HR" {
            let mine = mine["icu_training_load"].as_f64().unwrap();
            assert!(
                (mine - load).abs() <= (0.05 * load).max(3.0),
                "{text}: {mine} {load}"
            );
        }
        seen += 1;
    }
    assert!(seen > 50, "{seen}");
}
