//! Wellness by day and its trend.

use serde_json::{Value, json};

use crate::support::{World, table};

#[tokio::test]
async fn rows_are_those_of_the_service_with_labels_for_scales() {
    let world = World::start().await;
    let text = world
        .owner()
        .call_tool("get_wellness", json!({ "oldest": "-27d" }))
        .await
        .ok();
    let raw = world
        .raw("/athlete/{id}/wellness?oldest=2026-02-19&newest=2026-03-18")
        .await;
    let rows = table(&text, "date|");
    assert_eq!(rows.len(), 28);
    let burden = ["none", "low", "avg", "high", "extreme"];
    let quality = ["", "excellent", "good", "avg", "poor"];
    let at = |labels: [&str; 5], value: &Value| {
        value
            .as_u64()
            .map(|v| labels[usize::try_from(v).unwrap()].to_owned())
            .unwrap_or_default()
    };
    for (row, day) in rows.iter().zip(raw.as_array().unwrap()) {
        assert!(
            row["date"].ends_with(&day["id"].as_str().unwrap()[5..]),
            "{row:?}"
        );
        assert_eq!(row["fatigue"], at(burden, &day["fatigue"]));
        assert_eq!(row["soreness"], at(burden, &day["soreness"]));
        assert_eq!(row["mood"], at(quality, &day["mood"]));
        assert_eq!(row["sleep_quality"], at(quality, &day["sleepQuality"]));
        let hrv = day["hrv"]
            .as_f64()
            .map(|v| format!("{v:.0}"))
            .unwrap_or_default();
        assert_eq!(row["hrv ms"], hrv);
        let sleep = day["sleepSecs"].as_f64().map(|s| {
            let minutes = (s / 60.0).round();
            format!("{:.0}:{:02.0}", (minutes / 60.0).floor(), minutes % 60.0)
        });
        assert_eq!(row["sleep h:m"], sleep.unwrap_or_default());
        let form = day["ctl"].as_f64().unwrap() - day["atl"].as_f64().unwrap();
        assert!(
            (row["form"].parse::<f64>().unwrap() - form).abs() < 0.051,
            "{row:?}"
        );
    }
    let locked: Vec<_> = rows
        .iter()
        .filter(|r| r["flags"].contains("locked"))
        .collect();
    assert_eq!(locked.len(), 1);
    assert!(
        text.contains("CaffeineMg"),
        "custom fields are shown under their code: {text}"
    );
    world.assert_well_behaved();
}

#[tokio::test]
async fn a_weight_that_was_copied_from_the_settings_is_no_measurement() {
    let world = World::start().await;
    let raw = world
        .raw("/athlete/{id}/wellness?oldest=2025-06-01&newest=2026-03-18")
        .await;
    let copied = raw
        .as_array()
        .unwrap()
        .iter()
        .find(|d| d["tempWeight"] == true && d["weight"].is_number());
    let day = copied.expect("the demo has such a day")["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let arguments = json!({ "oldest": day, "newest": day, "fields": ["weight", "ctl"] });
    let text = world
        .owner()
        .call_tool("get_wellness", arguments)
        .await
        .ok();
    assert!(
        !text.contains("|weight") && text.contains("No weight in these days"),
        "{text}"
    );
}

#[tokio::test]
async fn fields_choose_columns_and_wrong_ones_are_answered_with_the_right_ones() {
    let world = World::start().await;
    let owner = world.owner();
    let text = owner
        .call_tool("get_wellness", json!({ "fields": "hrv, CaffeineMg" }))
        .await
        .ok();
    assert!(text.contains("\ndate|hrv ms|CaffeineMg\n"), "{text}");
    let only = owner
        .call_tool("get_wellness", json!({ "fields": ["CaffeineMg"] }))
        .await
        .ok();
    assert!(only.contains("\ndate|CaffeineMg\n"), "{only}");
    let said = owner
        .call_tool("get_wellness", json!({ "fields": ["pulse"] }))
        .await
        .error();
    assert!(said.contains("resting_hr, sleeping_hr"), "{said}");
}

#[tokio::test]
async fn a_trend_is_made_of_weekly_means() {
    let world = World::start().await;
    let arguments = json!({ "oldest": "2026-02-16", "newest": "2026-03-15", "mode": "trend", "fields": ["hrv", "sleep", "mood"] });
    let text = world
        .owner()
        .call_tool("get_wellness", arguments)
        .await
        .ok();
    let raw = world
        .raw("/athlete/{id}/wellness?oldest=2026-02-16&newest=2026-02-22")
        .await;
    let week: Vec<f64> = raw
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|d| d["hrv"].as_f64())
        .collect();
    let mean = week.iter().sum::<f64>() / f64::from(u32::try_from(week.len()).unwrap());
    let rows = table(&text, "measure|");
    let hrv = rows.iter().find(|r| r["measure"] == "hrv ms").unwrap();
    assert!(
        (hrv["Mon 02-16"].parse::<f64>().unwrap() - mean).abs() < 0.051,
        "{mean}: {text}"
    );
    assert!(text.contains("lower is better"), "{text}");
}

#[tokio::test]
async fn days_ahead_are_marked_as_projected() {
    let world = World::start().await;
    let text = world
        .owner()
        .call_tool(
            "get_wellness",
            json!({ "oldest": "today", "newest": "+3d" }),
        )
        .await
        .ok();
    let rows = table(&text, "date|");
    // The service counts today's plan as done; that is said.
    assert_eq!(rows[0]["flags"], "with today's plan");
    assert!(text.contains("get_today has the state now"), "{text}");
    assert!(
        rows[1..].iter().all(|r| r["flags"] == "projected"),
        "{text}"
    );
}

#[tokio::test]
async fn a_window_without_data_says_so() {
    let world = World::start().await;
    let arguments = json!({ "oldest": "2019-01-01", "newest": "2019-01-31" });
    let text = world
        .owner()
        .call_tool("get_wellness", arguments)
        .await
        .ok();
    assert!(
        text.starts_with("No wellness data · Tue 2019-01-01 to Thu 2019-01-31"),
        "{text}"
    );
}

#[tokio::test]
async fn a_field_without_values_is_said_and_custom_fields_have_trends() {
    let world = World::start().await;
    let arguments = json!({ "oldest": "-20d", "mode": "trend", "fields": ["CaffeineMg", "body_fat", "restingHR"] });
    let text = world
        .owner()
        .call_tool("get_wellness", arguments)
        .await
        .ok();
    assert!(
        text.contains("\nCaffeineMg|") && text.contains("\nresting_hr bpm|"),
        "{text}"
    );
    assert!(text.contains("No body_fat in these days."), "{text}");
    assert!(
        !text.contains("lower is better"),
        "no scale is shown: {text}"
    );
    let only = world
        .owner()
        .call_tool("get_wellness", json!({ "fields": "body_fat" }))
        .await
        .ok();
    assert!(!only.contains("|\n") && only.lines().count() == 2, "{only}");
}

#[tokio::test]
async fn comments_are_quoted_when_they_are_meant() {
    let world = World::start().await;
    let owner = world.owner();
    let window = |fields: Value| json!({ "oldest": "-60d", "fields": fields });
    let asked = owner
        .call_tool("get_wellness", window(json!(["comments"])))
        .await
        .ok();
    assert!(asked.contains("[comment on "), "{asked}");
    let not_asked = owner
        .call_tool("get_wellness", window(json!(["hrv"])))
        .await
        .ok();
    assert!(!not_asked.contains("[comment on "), "{not_asked}");
}
