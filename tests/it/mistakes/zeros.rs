//! 0 is a value: a ride without load, a night of frost, a day without a step.

use serde_json::{Value, json};

use super::{cells, set};
use crate::support::{Caller, altered};

#[tokio::test]
async fn a_zero_is_shown_and_a_null_is_not() {
    for (value, shown) in [(json!(0), Some("0")), (Value::Null, None)] {
        let zero = value.clone();
        let (_demo, server) = altered(move |_, body| {
            for name in [
                "icu_training_load",
                "steps",
                "kcalConsumed",
                "average_temp",
                "average_weather_temp",
                "average_feels_like",
                "min_temp",
                "max_temp",
            ] {
                set(body, name, &zero);
            }
        })
        .await;
        let caller = Caller::owner(&server);
        for (tool, arguments, column) in [
            ("list_activities", json!({}), "load"),
            (
                "list_events",
                json!({ "categories": ["workout", "race"] }),
                "load",
            ),
            ("list_workouts", json!({ "folder": "bike" }), "load"),
            (
                "get_wellness",
                json!({ "oldest": "-7d", "fields": ["steps", "hrv"] }),
                "steps",
            ),
        ] {
            let text = caller.call_tool(tool, arguments).await.ok();
            let found = cells(&text, column);
            match shown {
                Some(zero) => {
                    assert!(
                        !found.is_empty() && found.iter().all(|cell| cell == zero),
                        "{tool}: {text}"
                    );
                }
                None => assert!(found.is_empty(), "{tool}: {text}"),
            }
        }
        let id = super::ids().await.activity;
        let text = caller
            .call_tool("get_activity", json!({ "id": id }))
            .await
            .ok();
        assert_eq!(has_degrees(&text), shown.is_some(), "{text}");
        assert_eq!(text.contains("\nload 0 "), shown.is_some(), "{text}");
    }
}

fn has_degrees(text: &str) -> bool {
    super::has(text, "0 °C")
}

#[tokio::test]
async fn the_watts_of_coasting_count_in_every_mean() {
    let ids = super::ids().await;
    let (_demo, server) = altered(|path, body| {
        if path.ends_with("/streams") {
            for stream in body.as_array_mut().unwrap() {
                if stream["type"] == "watts" {
                    let data = stream["data"].as_array_mut().unwrap();
                    for (second, watts) in data.iter_mut().enumerate() {
                        *watts = json!(if second % 2 == 0 { 0 } else { 200 });
                    }
                }
            }
        }
    })
    .await;
    let caller = Caller::owner(&server);
    let arguments = json!({ "id": ids.activity, "types": ["power"] });
    let text = caller
        .call_tool("get_activity_streams", arguments)
        .await
        .ok();
    // Half of the seconds at 200 W and half at none: mean, least, most.
    assert!(text.contains("\nW|100|0|200|"), "{text}");
}
