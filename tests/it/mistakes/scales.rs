//! On every subjective scale 1 is the best, which nobody guesses: labels are shown, and never the bare number.

use serde_json::json;

use super::{cells, said, set};

const ANSWERS_OF_WELLNESS: [(&str, &str, &str, &str); 7] = [
    ("sleepQuality", "sleep_quality", "excellent", "poor"),
    ("mood", "mood", "excellent", "poor"),
    ("motivation", "motivation", "excellent", "poor"),
    ("fatigue", "fatigue", "low", "extreme"),
    ("soreness", "soreness", "low", "extreme"),
    ("stress", "stress", "low", "extreme"),
    ("hydration", "hydration", "well hydrated", "very dehydrated"),
];

#[tokio::test]
async fn feel_is_strong_at_one_and_weak_at_five() {
    for (value, label, other) in [
        (1, "very strong", "very weak"),
        (5, "very weak", "very strong"),
    ] {
        let answers = said(move |_, body| set(body, "feel", &json!(value))).await;
        let mut seen = Vec::new();
        for (ask, said) in answers {
            if ask.tool == "get_help" {
                continue;
            }
            let text = said.ok();
            assert!(!text.contains(other), "{ask:?}: {text}");
            for cell in cells(&text, "feel") {
                assert_eq!(cell, label, "{ask:?}");
            }
            if text.contains(label) {
                seen.push(ask.tool);
            }
        }
        for tool in ["list_activities", "get_activity", "get_today"] {
            assert!(seen.iter().any(|name| name == tool), "{tool}: {seen:?}");
        }
    }
}

#[tokio::test]
async fn scales_of_wellness_are_best_at_one() {
    for (value, best) in [(1, true), (4, false)] {
        let answers = said(move |path, body| {
            if path.contains("/wellness") {
                for (name, ..) in ANSWERS_OF_WELLNESS {
                    set(body, name, &json!(value));
                }
            }
        })
        .await;
        let mut seen = 0;
        for (ask, said) in answers {
            let text = said.ok();
            for (_, column, good, bad) in ANSWERS_OF_WELLNESS {
                let right = if best { good } else { bad };
                // Of an activity's own fatigue and the like nothing is meant here.
                if ask.tool == "get_wellness" {
                    for cell in cells(&text, column) {
                        assert_eq!(cell, right, "{ask:?} {column}");
                        seen += 1;
                    }
                }
                let said = format!("quality {}", if best { "poor" } else { "excellent" });
                assert!(!text.to_lowercase().contains(&said), "{ask:?}: {text}");
            }
        }
        assert!(seen > 100, "{seen}");
    }
}
