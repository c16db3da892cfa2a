//! J are not kJ, a percentage is no factor and no watts, and legs take two steps a stride.

use std::collections::BTreeMap;

use serde_json::json;

use super::{cells, has, ids, newest, said, said_about, set};
use crate::support::{World, table};

#[tokio::test]
async fn work_is_in_kilojoules_everywhere() {
    let joules = [
        ("icu_joules", 1_234_567),
        ("joules", 1_234_567),
        ("icu_joules_above_ftp", 234_561),
        ("joules_above_ftp", 234_561),
        ("w_prime", 19_876),
        ("icu_w_prime", 19_876),
        ("wPrime", 19_876),
        ("icu_max_wbal_depletion", 12_345),
        ("wbal_start", 17_654),
        ("wbal_end", 16_543),
    ];
    let answers = said(move |_, body| {
        for (name, value) in joules {
            set(body, name, &json!(value));
        }
    })
    .await;
    let mut shown = Vec::new();
    for (ask, said) in answers {
        let text = said.ok();
        for (name, value) in joules {
            assert!(
                !has(&text, &value.to_string()),
                "{ask:?} shows {name} in J: {text}"
            );
        }
        if has(&text, "1235 kJ") {
            shown.push(ask.tool);
        }
    }
    for tool in ["get_activity", "get_event", "list_workouts"] {
        assert!(shown.iter().any(|name| name == tool), "{tool}: {shown:?}");
    }
}

/// The rows of sessions in `text` that have an intensity.
fn sessions(text: &str) -> Vec<BTreeMap<String, String>> {
    let has = |line: &str, head: &str| line.split('|').any(|cell| cell == head);
    let heads = text
        .lines()
        .filter(|line| has(line, "IF%") && has(line, "load"));
    let rows = heads.flat_map(|head| table(text, head));
    rows.filter(|row| !row["IF%"].is_empty()).collect()
}

#[tokio::test]
async fn intensity_is_a_percentage_everywhere() {
    let answers = said(|_, body| set(body, "icu_intensity", &json!(88.4))).await;
    let mut seen = Vec::new();
    for (ask, said) in answers {
        let text = said.ok();
        // Rows of intervals have an intensity of their own, and no load.
        for row in sessions(&text) {
            assert_eq!(row["IF%"], "88", "{ask:?}: {text}");
            seen.push(ask.tool.clone());
        }
        for factor in ["IF 0.", "intensity 0.", "8840"] {
            assert!(!text.contains(factor), "{ask:?}: {factor}: {text}");
        }
        if text.contains("intensity 88 % of threshold") {
            seen.push(ask.tool.clone());
        }
    }
    for tool in [
        "list_activities",
        "get_activity",
        "list_events",
        "get_event",
        "list_workouts",
        "get_today",
    ] {
        assert!(seen.iter().any(|name| name == tool), "{tool}: {seen:?}");
    }
}

#[tokio::test]
async fn zones_are_watts_and_beats_and_not_percent() {
    let answers = said(|_, body| {
        for zones in ["power_zones", "icu_power_zones"] {
            set(body, zones, &json!([51, 72, 88, 103, 117, 149, 999]));
        }
        for ftp in ["ftp", "icu_ftp", "indoor_ftp"] {
            set(body, ftp, &json!(300));
        }
    })
    .await;
    let mut seen = Vec::new();
    for (ask, said) in answers {
        let text = said.ok();
        let zones = text
            .lines()
            .filter(|line| line.contains("Z2") && line.contains(" W"));
        for line in zones {
            for percent in ["51-72 W", "52-72 W", "72 W", "999"] {
                assert!(!has(line, percent), "{ask:?}: {percent}: {line}");
            }
            // 51 and 72 % of 300 W.
            if has(line, "154-216 W") {
                seen.push(ask.tool.clone());
            }
        }
    }
    for tool in ["get_athlete", "get_activity"] {
        assert!(seen.iter().any(|name| name == tool), "{tool}: {seen:?}");
    }
}

#[tokio::test]
async fn runners_count_steps_and_riders_turns() {
    let world = World::start().await;
    for (sport, column, expected) in [("Run", "steps/min", "166"), ("Ride", "rpm", "83")] {
        let mut ids = ids().await;
        ids.activity = newest(&world, sport).await;
        let answers = said_about(ids, |path, body| {
            if !path.ends_with("/streams") {
                for name in ["average_cadence", "min_cadence", "max_cadence"] {
                    set(body, name, &json!(83.0));
                }
            }
        })
        .await;
        let mut seen = 0;
        for (ask, said) in answers {
            // A recording is measured on its own.
            if ask.tool == "get_activity_streams" {
                continue;
            }
            let text = said.ok();
            for cell in cells(&text, column) {
                assert_eq!(cell, expected, "{ask:?}: {text}");
                seen += 1;
            }
            if ask.tool == "get_activity" {
                assert!(
                    text.contains(&format!("cadence {expected} {column}")),
                    "{text}"
                );
            }
        }
        assert!(seen > 0, "{sport}");
    }
}
