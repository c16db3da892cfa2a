//! One odd row does not lose a list, and a word that nobody knows is shown as it came.

use serde_json::{Value, json};

use super::{cells, has, said, set};

/// What stood beside good rows in lists of the service, or may.
fn odd(day: &str) -> Vec<Value> {
    vec![
        Value::Null,
        json!(7),
        json!("nothing"),
        json!([]),
        json!({ "name": "without an id" }),
        json!({
            "id": "i600600", "type": "Ride", "name": "Numbers as words", "start_date_local": format!("{day}T10:00:00"),
            "moving_time": "3600", "elapsed_time": "3700", "distance": "30000.5", "icu_training_load": "55",
            "icu_intensity": "-Infinity", "icu_weighted_avg_watts": "NaN", "decoupling": "-Infinity",
            "average_heartrate": "140", "feel": "2", "icu_rpe": "6", "tags": "none", "icu_zone_times": {},
            "icu_hr_zone_times": "x", "compliance": "Infinity", "Custom": { "a": [1] },
        }),
    ]
}

#[tokio::test]
async fn one_odd_row_does_not_lose_a_list() {
    let before = said(|_, _| ()).await;
    let after = said(|path, body| {
        let Some(rows) = body.as_array_mut() else {
            return;
        };
        if path.ends_with("/activities") || path.ends_with("-search") {
            rows.extend(odd("2026-03-11"));
        } else if path.ends_with("/wellness") {
            rows.extend([Value::Null, json!("x"), json!({ "id": "no day", "ctl": 5 })]);
            for day in rows.iter_mut().filter(|day| day["id"] == "2026-03-05") {
                day["hrv"] = json!("-Infinity");
                day["weight"] = json!("68.5");
                day["sportInfo"] = json!("none");
            }
        } else if path.ends_with("/events") {
            rows.extend([
                Value::Null,
                json!({ "category": "WORKOUT" }),
                json!({ "id": 77, "category": null, "start_date_local": "2026-03-19", "icu_intensity": "NaN",
                    "moving_time": "1800", "workout_doc": [], "push_errors": {}, "tags": [null, 3] }),
            ]);
        } else if path.ends_with("/sport-settings") || path.ends_with("/intervals") {
            rows.extend([Value::Null, json!("x"), json!({ "types": null })]);
        }
    })
    .await;
    for ((ask, before), (_, after)) in before.iter().zip(&after) {
        let text = &after.text;
        assert!(!after.is_error, "{ask:?}: {text}");
        for word in ["Infinity", "NaN", "[object", "without an id", "null"] {
            assert!(!text.contains(word), "{ask:?}: {word}: {text}");
        }
        assert!(!has(text, "inf"), "{ask:?}: {text}");
        // What was there is still there, a day of wellness with a value less.
        let rows = |text: &str| text.lines().filter(|line| line.contains('|')).count();
        assert!(rows(text) >= rows(&before.text), "{ask:?}: {text}");
    }
    let list = after
        .iter()
        .find(|(ask, _)| ask.tool == "list_activities")
        .unwrap();
    let row = list
        .1
        .text
        .lines()
        .find(|line| line.starts_with("i600600|"))
        .unwrap();
    assert!(
        row.contains("|1:00:00|30|") && row.contains("|55|"),
        "{row}"
    );
}

#[tokio::test]
async fn words_that_nobody_knows_are_shown_as_they_came() {
    let answers = said(|path, body| {
        if path.contains("/activit") {
            set(body, "type", &json!("SnowBike"));
            set(body, "source", &json!("MOONBASE"));
            set(body, "sub_type", &json!("ODDITY"));
            set(body, "icu_rpe", &json!(11));
            set(body, "feel", &json!(9));
        }
        if path.contains("/events") || path.ends_with("/folders") || path.contains("/workouts") {
            set(body, "category", &json!("BLOCK_OF_ICE"));
            set(body, "target", &json!("MAGIC"));
            set(body, "sub_type", &json!("ODDITY"));
            set(body, "units", &json!("parsecs"));
            set(body, "intensity", &json!("sublime"));
            set(body, "training_availability", &json!("DREAMING"));
        }
        if path.contains("/wellness") {
            set(body, "mood", &json!(8));
            set(body, "menstrualPhase", &json!("UNHEARD_OF"));
        }
    })
    .await;
    for (ask, said) in answers {
        // A recording of no known sport has its series all the same.
        let text = said.ok();
        match ask.tool.as_str() {
            "list_activities" => {
                let sports = cells(&text, "sport");
                assert!(
                    !sports.is_empty() && sports.iter().all(|sport| sport == "SnowBike"),
                    "{text}"
                );
                assert!(
                    cells(&text, "feel").iter().all(|feel| feel == "9"),
                    "{text}"
                );
            }
            "get_activity" => assert!(text.contains("SnowBike"), "{text}"),
            "list_events" => {
                assert!(
                    cells(&text, "what")
                        .iter()
                        .all(|what| what == "block of ice"),
                    "{text}"
                );
            }
            "get_event" => assert!(text.starts_with("block of ice \""), "{text}"),
            "list_workouts" => assert!(text.contains("parsecs"), "{text}"),
            "get_wellness" => assert!(
                cells(&text, "mood").iter().all(|mood| mood == "8"),
                "{text}"
            ),
            _ => {}
        }
    }
}
