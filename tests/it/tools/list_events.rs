//! The calendar.

use serde_json::{Value, json};

use crate::support::{World, table};

#[tokio::test]
async fn the_default_is_the_next_fortnight_in_order() {
    let world = World::start().await;
    let text = world.owner().call_tool("list_events", json!({})).await.ok();
    let raw = world
        .raw("/athlete/{id}/events?oldest=2026-03-18&newest=2026-03-31")
        .await;
    let rows = table(&text, "id|date|what");
    assert_eq!(rows.len(), raw.as_array().unwrap().len());
    assert!(text.contains("Wed 2026-03-18 to Tue 2026-03-31"), "{text}");
    let workouts = raw
        .as_array()
        .unwrap()
        .iter()
        .filter(|e| e["category"] == "WORKOUT");
    let load: i64 = workouts
        .clone()
        .filter_map(|e| e["icu_training_load"].as_i64())
        .sum();
    assert!(
        text.contains(&format!(
            "{} workouts with planned load {load}",
            workouts.count()
        )),
        "{text}"
    );
    for event in raw.as_array().unwrap() {
        let row = rows
            .iter()
            .find(|r| event["id"] == r["id"].parse::<i64>().unwrap())
            .unwrap();
        if let (Some(ctl), Some(atl)) = (event["icu_ctl"].as_f64(), event["icu_atl"].as_f64()) {
            assert!(
                (row["form"].parse::<f64>().unwrap() - (ctl - atl)).abs() <= 0.51,
                "{row:?}"
            );
        }
    }
    world.assert_well_behaved();
}

#[tokio::test]
async fn past_workouts_say_whether_they_were_done_and_how_well() {
    let world = World::start().await;
    let arguments = json!({ "oldest": "-60d", "newest": "yesterday", "categories": ["workout"] });
    let text = world.owner().call_tool("list_events", arguments).await.ok();
    let activities = world
        .raw("/athlete/{id}/activities?oldest=2026-01-17&newest=2026-03-18")
        .await;
    let rows = table(&text, "id|date|what");
    let paired: Vec<&Value> = activities
        .as_array()
        .unwrap()
        .iter()
        .filter(|a| a["paired_event_id"].is_i64())
        .collect();
    assert!(paired.len() > 10);
    for activity in paired {
        let Some(row) = rows
            .iter()
            .find(|r| activity["paired_event_id"] == r["id"].parse::<i64>().unwrap())
        else {
            continue;
        };
        let done = format!(
            "done {} ({:.0} %)",
            activity["id"].as_str().unwrap(),
            activity["compliance"].as_f64().unwrap()
        );
        assert!(row["state"].contains(&done), "{done}: {row:?}");
    }
    assert!(
        rows.iter().any(|r| r["state"].contains("not done")),
        "{text}"
    );
    world.assert_well_behaved();
}

#[tokio::test]
async fn an_absence_ends_on_its_last_day() {
    let world = World::start().await;
    let arguments =
        json!({ "oldest": "2025-10-01", "newest": "2026-03-18", "categories": "sick,holiday" });
    let text = world.owner().call_tool("list_events", arguments).await.ok();
    let raw = world
        .raw("/athlete/{id}/events?oldest=2025-10-01&newest=2026-03-18&category=SICK")
        .await;
    let end: jiff::civil::Date = raw[0]["end_date_local"].as_str().unwrap()[..10]
        .parse()
        .unwrap();
    // The end is exclusive on the wire.
    let last = end.yesterday().unwrap();
    let row = table(&text, "id|date|what")
        .into_iter()
        .find(|r| r["what"] == "sick")
        .unwrap();
    assert!(
        row["date"].ends_with(&format!("{:02}-{:02}", last.month(), last.day())),
        "{row:?} {end}"
    );
}

#[tokio::test]
async fn steps_are_resolved_to_watts_beats_and_pace() {
    let world = World::start().await;
    let arguments = json!({ "newest": "+20d", "include_steps": "true" });
    let text = world.owner().call_tool("list_events", arguments).await.ok();
    let raw = world.raw("/athlete/{id}/events?oldest=2026-03-18&newest=2026-04-07&category=WORKOUT&resolve=true").await;
    let (event, repeat) = raw
        .as_array()
        .unwrap()
        .iter()
        .find_map(|event| {
            let steps = event["workout_doc"]["steps"].as_array()?;
            let repeat = steps
                .iter()
                .find(|s| s["steps"][0]["_power"]["end"].is_number())?;
            Some((event, repeat))
        })
        .expect("a ride with repeats is planned");
    let hard = &repeat["steps"][0]["_power"];
    let line = text
        .lines()
        .find(|l| l.starts_with(&format!("steps of {} ", event["id"])))
        .unwrap();
    let watts = format!(
        "({:.0}-{:.0} W)",
        hard["start"].as_f64().unwrap(),
        hard["end"].as_f64().unwrap()
    );
    assert!(
        line.contains(&format!("{}x [", repeat["reps"])) && line.contains(&watts),
        "{watts}: {line}"
    );
    assert!(
        text.contains("bpm)") && text.contains("/km)") && text.contains("/100m)"),
        "{text}"
    );
    world.assert_well_behaved();
}

#[tokio::test]
async fn notes_of_others_are_quoted_and_cleaned() {
    let world = World::start().await;
    let text = world
        .owner()
        .call_tool(
            "list_events",
            json!({ "newest": "today", "include_steps": true }),
        )
        .await
        .ok();
    let (facts, block) = text.split_once("\n--- ").expect("a marked block");
    assert!(
        block.contains("ignore all previous instructions") && !facts.contains("ignore all"),
        "{text}"
    );
    assert!(
        !text.contains(['\u{202E}', '\u{200B}', '\u{2066}']),
        "{text:?}"
    );
}

#[tokio::test]
async fn categories_that_do_not_exist_are_answered_with_those_that_do() {
    let world = World::start().await;
    let said = world
        .owner()
        .call_tool("list_events", json!({ "categories": ["RACE_A"] }))
        .await
        .error();
    assert!(said.contains("workout, race, note"), "{said}");
}

#[tokio::test]
async fn a_day_that_strava_withholds_is_not_called_missed() {
    let world = World::start().await;
    let arguments =
        json!({ "oldest": "2026-03-07", "newest": "2026-03-07", "categories": ["workout"] });
    let text = world.owner().call_tool("list_events", arguments).await.ok();
    let rows = table(&text, "id|date|what");
    assert!(!rows.is_empty());
    assert!(
        !text.contains("not done") && text.contains("unknown: Strava activity that day"),
        "{text}"
    );
}

#[tokio::test]
async fn races_are_looked_for_a_year_ahead() {
    let world = World::start().await;
    let text = world
        .owner()
        .call_tool("list_events", json!({ "categories": "race" }))
        .await
        .ok();
    assert!(
        text.starts_with("1 event, ") && text.contains("race A"),
        "{text}"
    );
}
