//! On every subjective scale 1 is the best, which nobody guesses: labels are shown, and never the bare number.

use serde_json::json;

use super::{cells, said, set};

/// The name upstream, our column, the better two of four labels and the worse two.
type Scale = (
    &'static str,
    &'static str,
    [&'static str; 2],
    [&'static str; 2],
);

const QUALITY: [[&str; 2]; 2] = [["excellent", "good"], ["avg", "poor"]];
const BURDEN: [[&str; 2]; 2] = [["low", "avg"], ["high", "extreme"]];
const SCALES: [Scale; 7] = [
    ("sleepQuality", "sleep_quality", QUALITY[0], QUALITY[1]),
    ("mood", "mood", QUALITY[0], QUALITY[1]),
    ("motivation", "motivation", QUALITY[0], QUALITY[1]),
    ("fatigue", "fatigue", BURDEN[0], BURDEN[1]),
    ("soreness", "soreness", BURDEN[0], BURDEN[1]),
    ("stress", "stress", BURDEN[0], BURDEN[1]),
    (
        "hydration",
        "hydration",
        ["well hydrated", "hydrated"],
        ["dehydrated", "very dehydrated"],
    ),
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
    for (first, best) in [(1, true), (3, false)] {
        let answers = said(move |path, body| {
            let Some(days) = body.as_array_mut().filter(|_| path.ends_with("/wellness")) else {
                return;
            };
            // Days differ: what is always the same may be said in one word.
            for (nth, day) in days.iter_mut().enumerate() {
                for (name, ..) in SCALES {
                    set(day, name, &json!(first + nth % 2));
                }
            }
        })
        .await;
        let mut seen = 0;
        for (ask, said) in answers {
            if ask.tool == "get_help" {
                continue;
            }
            let text = said.ok();
            // Activities have no such columns, but for their own fatigue in numbers.
            for (_, column, better, worse) in SCALES.iter().filter(|_| ask.tool == "get_wellness") {
                let right = if best { better } else { worse };
                for cell in cells(&text, column) {
                    assert!(right.contains(&cell.as_str()), "{ask:?} {column} {cell}");
                    seen += 1;
                }
            }
            let wrong = if best {
                "quality poor"
            } else {
                "quality excellent"
            };
            assert!(!text.to_lowercase().contains(wrong), "{ask:?}: {text}");
        }
        assert!(seen > 100, "{seen}");
    }
}
