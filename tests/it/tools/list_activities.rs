//! Activities of a window.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::support::{World, table};

fn shown(activities: &Value) -> Vec<&Value> {
    activities
        .as_array()
        .unwrap()
        .iter()
        .filter(|a| a["type"].is_string())
        .collect()
}

/// What the owner is told, which must not be an error.
async fn listed(world: &World, arguments: Value) -> String {
    let owner = world.owner();
    owner.call_tool("list_activities", arguments).await.ok()
}

#[tokio::test]
async fn rows_and_totals_are_those_of_the_service() {
    let world = World::start().await;
    let text = listed(&world, json!({ "oldest": "-13d" })).await;
    let raw = world
        .raw("/athlete/{id}/activities?oldest=2026-03-05&newest=2026-03-18")
        .await;
    let raw = shown(&raw);
    let rows = table(&text, "id|");
    assert_eq!(rows.len(), raw.len());
    let head = text.lines().next().unwrap();
    assert!(
        head.contains("Thu 2026-03-05 to Wed 2026-03-18 (Europe/Zurich, today is Wed 2026-03-18)"),
        "{head}"
    );
    let load: i64 = raw
        .iter()
        .filter_map(|a| a["icu_training_load"].as_i64())
        .sum();
    assert!(
        head.contains(&format!("{} activities", raw.len()))
            && head.contains(&format!("load {load} ")),
        "{head}"
    );
    for (row, activity) in rows.iter().zip(&raw) {
        assert_eq!(row["id"], activity["id"].as_str().unwrap());
        assert_eq!(row["sport"], activity["type"].as_str().unwrap());
        let start = activity["start_date_local"].as_str().unwrap();
        assert!(
            row["date"].ends_with(&format!("{} {}", &start[5..10], &start[11..16])),
            "{row:?}"
        );
        assert_eq!(
            row["load"],
            activity["icu_training_load"]
                .as_i64()
                .map(|l| l.to_string())
                .unwrap_or_default()
        );
        // Percent, not a fraction: 92.19 is an intensity factor of 0.92.
        let intensity = activity["icu_intensity"]
            .as_f64()
            .map(|p| format!("{p:.0}"))
            .unwrap_or_default();
        assert_eq!(row["IF%"], intensity);
        let seconds = activity["moving_time"].as_i64().unwrap();
        let clock = if seconds >= 3600 {
            format!(
                "{}:{:02}:{:02}",
                seconds / 3600,
                seconds / 60 % 60,
                seconds % 60
            )
        } else {
            format!("{}:{:02}", seconds / 60, seconds % 60)
        };
        assert_eq!(row["time"], clock);
    }
    world.assert_well_behaved();
}

#[tokio::test]
async fn one_request_serves_a_window() {
    let world = World::start().await;
    listed(&world, json!({})).await;
    world.demo.clear_journal();
    listed(
        &world,
        json!({ "oldest": "2025-09-01", "newest": "2025-09-30" }),
    )
    .await;
    let journal = world.demo.journal();
    assert_eq!(journal.len(), 1, "{journal:?}");
    assert!(
        journal[0]
            .query
            .contains("oldest=2025-09-01&newest=2025-09-30"),
        "{journal:?}"
    );
}

#[tokio::test]
async fn strava_stubs_are_counted_once_and_never_shown_as_data() {
    let world = World::start().await;
    let year = world
        .raw("/athlete/{id}/activities?oldest=2025-04-01&newest=2026-03-18")
        .await;
    let stubs: Vec<&Value> = year
        .as_array()
        .unwrap()
        .iter()
        .filter(|a| !a["type"].is_string())
        .collect();
    assert!(stubs.len() >= 3);
    let arguments = json!({ "oldest": "2025-04-01", "newest": "2026-03-18", "limit": 200 });
    let text = listed(&world, arguments).await;
    assert!(
        text.contains(&format!(
            "{} activities that came through Strava",
            stubs.len()
        )),
        "{text}"
    );
    for stub in stubs {
        assert!(
            !text.contains(&format!("{}|", stub["id"].as_str().unwrap())),
            "{stub}"
        );
    }
}

#[tokio::test]
async fn search_by_name_tag_and_sport() {
    let world = World::start().await;
    let by_sport = listed(&world, json!({ "oldest": "-60d", "sport": "ride" })).await;
    let rows = table(&by_sport, "id|");
    assert!(
        rows.len() > 5 && rows.iter().all(|r| r["sport"].ends_with("Ride")),
        "{by_sport}"
    );
    assert!(rows.iter().any(|r| r["sport"] == "VirtualRide"));

    let by_name = listed(&world, json!({ "query": "long run" })).await;
    let rows = table(&by_name, "id|");
    assert!(
        !rows.is_empty()
            && rows
                .iter()
                .all(|r| r["name"].to_lowercase().contains("long run")),
        "{by_name}"
    );
    assert!(
        by_name.contains("all time"),
        "without dates the search is not bound to four weeks: {by_name}"
    );

    for tag in ["key", "#key"] {
        let by_tag = listed(&world, json!({ "oldest": "-60d", "tag": tag })).await;
        let rows = table(&by_tag, "id|");
        assert!(
            !rows.is_empty() && rows.iter().all(|r| r["flags"].contains("#key")),
            "{by_tag}"
        );
    }
    let none = listed(&world, json!({ "sport": "kitesurf" })).await;
    assert!(
        none.starts_with("0 activities") && none.contains("sports found: "),
        "{none}"
    );
    world.assert_well_behaved();
}

#[tokio::test]
async fn neighbours_of_an_activity() {
    let world = World::start().await;
    let rows = table(&listed(&world, json!({})).await, "id|");
    let id = &rows[5]["id"];
    let around = table(&listed(&world, json!({ "around_id": id })).await, "id|");
    assert!(
        around.iter().any(|r| r["id"] == rows[4]["id"])
            && around.iter().any(|r| r["id"] == rows[6]["id"])
    );
    world.assert_well_behaved();
}

#[tokio::test]
async fn a_long_list_goes_on_where_it_stopped() {
    let world = World::start().await;
    let all = table(&listed(&world, json!({})).await, "id|");
    let first = listed(&world, json!({ "limit": "10" })).await;
    assert!(
        first.contains(&format!(
            "{} more: call again with cursor 10.",
            all.len() - 10
        )),
        "{first}"
    );
    let second = listed(&world, json!({ "limit": 10, "cursor": "10" })).await;
    let ids = |text: &str| {
        table(text, "id|")
            .into_iter()
            .map(|r| r["id"].clone())
            .collect::<Vec<_>>()
    };
    let both: Vec<String> = ids(&first).into_iter().chain(ids(&second)).collect();
    assert_eq!(
        both,
        all.iter()
            .take(20)
            .map(|r| r["id"].clone())
            .collect::<Vec<_>>()
    );
    // The totals are those of the window, not of the page.
    let activities = |text: &str| text.split(" activities").next().unwrap().to_owned();
    assert_eq!(activities(&first), all.len().to_string());
}

#[tokio::test]
async fn sorting_changes_the_order_only() {
    let world = World::start().await;
    let by_load = table(&listed(&world, json!({ "sort": "load" })).await, "id|");
    let loads: Vec<i64> = by_load.iter().map(|r| r["load"].parse().unwrap()).collect();
    assert!(loads.windows(2).all(|pair| pair[0] >= pair[1]), "{loads:?}");
    let oldest = table(&listed(&world, json!({ "sort": "oldest" })).await, "id|");
    let newest = table(&listed(&world, json!({})).await, "id|");
    assert_eq!(oldest.first().unwrap()["id"], newest.last().unwrap()["id"]);
    let ids = |rows: &[BTreeMap<String, String>]| -> BTreeSet<String> {
        rows.iter().map(|row| row["id"].clone()).collect()
    };
    assert!(newest.len() > 10, "{newest:?}");
    assert_eq!(ids(&by_load), ids(&newest));
    assert_eq!(ids(&oldest), ids(&newest));
}

#[tokio::test]
async fn imperial_units_are_used_where_the_athlete_wants_them() {
    let world = World::start().await;
    world.demo.prefer_imperial(true);
    let text = listed(&world, json!({})).await;
    let raw = world
        .raw("/athlete/{id}/activities?oldest=2026-02-19&newest=2026-03-18")
        .await;
    assert!(text.contains("|mi|up ft|"), "{text}");
    let rows = table(&text, "id|");
    assert_eq!(rows.len(), shown(&raw).len());
    for (row, activity) in rows.iter().zip(shown(&raw)) {
        if let Some(metres) = activity["icu_distance"].as_f64().filter(|m| *m > 0.0) {
            if activity["type"] == "Swim" {
                assert_eq!(row["mi"], format!("{:.0}y", metres / 0.9144));
            } else {
                let miles: f64 = row["mi"].parse().unwrap();
                assert!(
                    (miles - metres / 1609.344).abs() < 0.051,
                    "{row:?} {metres}"
                );
            }
        }
        match activity["type"].as_str().unwrap() {
            "Run" | "TrailRun" => assert!(row["pace"].ends_with("/mi"), "{row:?}"),
            "Swim" => assert!(row["pace"].ends_with("/100y"), "{row:?}"),
            _ => assert_eq!(row["pace"], ""),
        }
    }
}

#[tokio::test]
async fn wrong_arguments_are_answered_with_the_right_ones() {
    let world = World::start().await;
    let owner = world.owner();
    for (arguments, says) in [
        (json!({ "oldest": "soon" }), "YYYY-MM-DD, today, yesterday"),
        (json!({ "oldest": "today", "newest": "-3d" }), "swap them"),
        (json!({ "oldest": "-900d" }), "at most 731 days"),
        (json!({ "limit": 0 }), "1 to 200"),
        (json!({ "limit": "many" }), "whole number"),
        (
            json!({ "sort": "size" }),
            "newest, oldest, load, time, distance",
        ),
        (json!({ "around_id": "../athlete/0" }), "i12345678"),
        (json!({ "athlete_id": "i1" }), "oldest"),
    ] {
        let said = owner
            .call_tool("list_activities", arguments.clone())
            .await
            .error();
        assert!(said.contains(says), "{arguments}: {said}");
    }
    let asked = world
        .demo
        .journal()
        .iter()
        .filter(|r| r.path.contains("activit"))
        .count();
    assert_eq!(asked, 0, "nothing wrong reaches the service");
}

#[tokio::test]
async fn what_strava_withholds_is_named_even_when_a_filter_cannot_see_it() {
    let world = World::start().await;
    let arguments = json!({ "oldest": "2026-03-07", "newest": "2026-03-07", "sport": "ride" });
    let text = listed(&world, arguments).await;
    assert!(
        text.contains("they may be among what was asked for"),
        "{text}"
    );
}

#[tokio::test]
async fn a_search_over_all_time_says_where_it_ends() {
    let world = World::start().await;
    let text = listed(&world, json!({ "query": "r" })).await;
    assert!(
        text.starts_with("at least ") && text.contains("Only the newest 100 matches"),
        "{text}"
    );
}

#[tokio::test]
async fn a_few_neighbours_are_the_nearest_ones() {
    let world = World::start().await;
    let rows = table(&listed(&world, json!({})).await, "id|");
    let text = listed(&world, json!({ "around_id": rows[8]["id"], "limit": 3 })).await;
    let near: Vec<String> = table(&text, "id|")
        .into_iter()
        .map(|r| r["id"].clone())
        .collect();
    // The third is the one that the service withholds.
    assert_eq!(near.len(), 2, "{text}");
    assert!(
        text.contains("Withheld by the service: 1 activity"),
        "{text}"
    );
    assert!(near.contains(&rows[8]["id"]), "{text}");
    assert!(
        near.iter().all(|id| (6..=10).any(|i| rows[i]["id"] == *id)),
        "{text}"
    );
}
