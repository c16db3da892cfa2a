//! Wellness by day and its trend.

use serde_json::{Value, json};

use crate::support::{Account, World, days, table};

#[tokio::test]
async fn rows_are_those_of_the_service_with_labels_for_scales() {
    let world = World::start().await;
    let text = world
        .owner()
        .call_tool("get_wellness", json!({ "oldest": "-27d", "fields": "all" }))
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
            .map(|v| format!("{:.0}", v.round()))
            .unwrap_or_default();
        assert_eq!(row["hrv ms"], hrv);
        let sleep = day["sleepSecs"].as_f64().map(|s| {
            let minutes = (s / 60.0).round();
            format!("{:.0}:{:02.0}", (minutes / 60.0).floor(), minutes % 60.0)
        });
        assert_eq!(row["sleep h:m"], sleep.unwrap_or_default());
        let form = day["ctl"].as_f64().unwrap() - day["atl"].as_f64().unwrap();
        assert!(
            (row["form"].trim_end_matches('*').parse::<f64>().unwrap() - form).abs() < 0.501,
            "{row:?}"
        );
    }
    let locked: Vec<_> = rows
        .iter()
        .filter(|r| r["flags"].contains("locked"))
        .collect();
    assert_eq!(locked.len(), 1);
    assert!(
        text.contains("|Caffeine mg"),
        "custom fields are shown as the athlete calls them: {text}"
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
    assert!(
        text.contains("Left out: weight of 1 day copied from settings."),
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
    assert!(text.contains("\ndate|hrv ms|Caffeine mg\n"), "{text}");
    let only = owner
        .call_tool("get_wellness", json!({ "fields": ["CaffeineMg"] }))
        .await
        .ok();
    assert!(only.contains("\ndate|Caffeine mg\n"), "{only}");
    let named = owner
        .call_tool("get_wellness", json!({ "fields": ["caffeine"] }))
        .await
        .ok();
    assert_eq!(named, only);
    let said = owner
        .call_tool("get_wellness", json!({ "fields": ["pulse"] }))
        .await
        .error();
    assert!(
        said.contains("resting_hr, sleeping_hr") && said.contains("Caffeine"),
        "{said}"
    );
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
async fn days_ahead_are_no_data_and_todays_plan_is_marked() {
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
    assert_eq!(rows.len(), 1, "{text}");
    assert!(
        text.contains("3 days ahead hold only a projection: get_fitness(project_to)."),
        "{text}"
    );
    let arguments = json!({ "oldest": "today", "fields": "ctl, form, hrv" });
    let text = world
        .owner()
        .call_tool("get_wellness", arguments)
        .await
        .ok();
    // The service counts today's plan as done; that is said.
    let row = &table(&text, "date|")[0];
    assert!(row["ctl"].ends_with('*') && row["form"].ends_with('*'));
    assert!(!row["hrv ms"].ends_with('*'), "{text}");
    assert!(text.contains("get_today has the state now"), "{text}");
    let ahead = json!({ "oldest": "+1d", "newest": "+3d" });
    let text = world.owner().call_tool("get_wellness", ahead).await.ok();
    assert!(text.starts_with("No wellness data · "), "{text}");
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
        text.contains("\nCaffeine mg|") && text.contains("\nresting_hr bpm|"),
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

#[tokio::test]
async fn what_nobody_named_is_said_to_be_there() {
    let world = World::start().await;
    let text = world
        .owner()
        .call_tool("get_wellness", json!({}))
        .await
        .ok();
    let heads =
        "date|hrv ms|resting_hr bpm|sleep h:m|sleep_quality|fatigue|soreness|mood|weight kg";
    assert!(text.contains(&format!("\n{heads}\n")), "{text}");
    let others = text.lines().last().unwrap();
    for name in ["ctl", "form", "sleep_score", "steps", "vo2max", "Caffeine"] {
        assert!(others.contains(name), "{name}: {others}");
    }
    assert!(!others.contains("glucose"), "nobody measured it: {others}");
    assert_eq!(table(&text, "date|").len(), 14);
}

#[tokio::test]
async fn days_without_anything_are_no_data_and_what_they_have_is_said() {
    let bare = || Account {
        wellness: days(
            "2026-03-17",
            8,
            |place| json!({ "ctl": 50 + place, "atl": 40 }),
        ),
        ..Account::default()
    };
    for mode in ["days", "trend"] {
        let arguments = json!({ "oldest": "-8d", "mode": mode });
        let text = bare().says("get_wellness", arguments).await;
        assert!(
            text.starts_with("No wellness data · Tue 2026-03-10 to "),
            "{text}"
        );
        assert!(
            text.ends_with("Also there (fields): ctl, atl, form."),
            "{text}"
        );
        let arguments = json!({ "oldest": "-8d", "mode": mode, "fields": "hrv" });
        let text = bare().says("get_wellness", arguments).await;
        assert!(text.starts_with("No values of these fields · "), "{text}");
        assert!(text.ends_with("No hrv in these days."), "{text}");
    }
    // Days that are all alike are shown all the same.
    let account = Account {
        wellness: days("2026-03-17", 8, |_| json!({ "hrv": 60 })),
        ..Account::default()
    };
    let arguments = json!({ "oldest": "-8d", "fields": "all" });
    let text = account.says("get_wellness", arguments).await;
    assert!(text.contains("Always: hrv ms 60."), "{text}");
}

#[tokio::test]
async fn a_column_that_never_changes_takes_one_line() {
    let world = World::start().await;
    let text = world
        .owner()
        .call_tool("get_wellness", json!({ "fields": "all" }))
        .await
        .ok();
    let always = text.lines().find(|l| l.starts_with("Always: ")).unwrap();
    assert!(
        always.contains("injury none (12 of 14 days)") && always.contains("vo2max 55"),
        "{always}"
    );
    assert!(!text.contains("|injury"), "{text}");
}

#[tokio::test]
async fn a_zero_that_nobody_has_is_no_value_and_any_other_is() {
    let account = Account {
        wellness: days("2026-03-18", 6, |place| {
            json!({ "hrv": if place == 2 { 0 } else { 60 }, "restingHR": 48, "steps": 0, "sleepSecs": 0,
                "kcalConsumed": 0, "fatigue": 0, "spO2": 0, "rampRate": "Infinity", "bodyFat": "NaN" })
        }),
        ..Account::default()
    };
    let arguments = json!({ "fields": "hrv, steps, sleep, kcal, fatigue, spo2, ramp, body_fat", "oldest": "-5d" });
    let text = account.says("get_wellness", arguments).await;
    let rows = table(&text, "date|");
    assert_eq!(rows.len(), 6);
    for (place, row) in rows.iter().enumerate() {
        assert_eq!(row["hrv ms"], if place == 2 { "" } else { "60" }, "{text}");
        assert_eq!(row["steps"], "0");
        assert_eq!(row["sleep h:m"], "0:00");
        assert_eq!(row["kcal"], "0");
        assert_eq!(row["fatigue"], "none");
    }
    assert!(
        text.contains("No spo2, ramp, body_fat in these days."),
        "{text}"
    );
    assert!(text.contains("Left out: hrv 0 on 1 day."), "{text}");
}

#[tokio::test]
async fn only_what_is_named_is_asked_for_and_windows_go_back_for_years() {
    let world = World::start().await;
    world
        .owner()
        .call_tool("get_wellness", json!({}))
        .await
        .ok();
    world.demo.clear_journal();
    let arguments =
        json!({ "fields": "hrv, form", "oldest": "2021-04-01", "newest": "2021-04-14" });
    let text = world
        .owner()
        .call_tool("get_wellness", arguments)
        .await
        .ok();
    assert!(
        text.starts_with("No wellness data · Thu 2021-04-01 to Wed 2021-04-14"),
        "{text}"
    );
    let asked = world.demo.journal();
    assert_eq!(asked.len(), 1);
    assert_eq!(
        asked[0].query,
        "oldest=2021-04-01&newest=2021-04-14&fields=id,atl,ctl,hrv,locked,tempRestingHR,tempWeight"
    );
    world.assert_well_behaved();
}

/// A field of wellness as the service defines it, with a script that is nobody's business.
fn field(code: &str, name: &str, more: Value) -> Value {
    let mut content = json!({ "code": code, "type": "numeric", "script": "{ secret() }" });
    for (key, value) in more.as_object().unwrap() {
        content[key] = value.clone();
    }
    json!({ "id": 5, "type": "INPUT_FIELD", "name": name, "content": content })
}

#[tokio::test]
async fn custom_fields_are_named_as_the_athlete_named_them_wherever_they_are_defined() {
    let account = || Account {
        wellness: days(
            "2026-03-18",
            5,
            |place| json!({ "Jump": 40 + place, "Legs": 1 + place % 2, "Undefined": 3, "Ratio": "Infinity" }),
        ),
        told: json!([field("Jump", "Jump height", json!({ "units": "cm" }))]),
        listed: json!([field(
            "Legs",
            "Leg feeling",
            json!({ "type": "select",
            "options": [{ "value": 1.0, "text": "Fresh" }, { "value": 2.0, "text": "Dead" }] })
        )]),
        ..Account::default()
    };
    let served = account().serve().await;
    served.asked();
    let text = served
        .says("get_wellness", json!({ "fields": "all" }))
        .await;
    assert!(
        text.contains("\ndate|Jump height cm|Leg feeling\n"),
        "{text}"
    );
    let rows = table(&text, "date|");
    assert_eq!(rows[0]["Leg feeling"], "Fresh");
    assert_eq!(rows[1]["Leg feeling"], "Dead");
    assert!(text.contains("Always: Undefined 3."), "{text}");
    assert!(
        !text.contains("secret") && !text.contains("Ratio"),
        "{text}"
    );
    // The long list is asked for because the profile does not tell all, and once.
    let asked = served.asked();
    let lists = |asked: &[String]| asked.iter().filter(|t| t.ends_with("/custom-item")).count();
    assert_eq!(lists(&asked), 1, "{asked:?}");
    served
        .says("get_wellness", json!({ "fields": "leg feeling" }))
        .await;
    assert_eq!(lists(&served.asked()), 0);

    let mut known = account();
    known.told = json!([
        field("Jump", "Jump height", json!({})),
        field("Legs", "Legs", json!({})),
        field("Undefined", "Now defined", json!({}))
    ]);
    let served = known.serve().await;
    served
        .says("get_wellness", json!({ "fields": "all" }))
        .await;
    assert_eq!(lists(&served.asked()), 0, "the profile told all");
}

#[tokio::test]
async fn a_trend_says_its_slope_and_where_the_last_week_stands() {
    let world = World::start().await;
    let arguments = json!({ "oldest": "-41d", "mode": "trend", "fields": "hrv, mood, form" });
    let text = world
        .owner()
        .call_tool("get_wellness", arguments)
        .await
        .ok();
    let rows = table(&text, "measure|");
    let analysis = async |metric: &str| {
        let arguments = json!({ "metric": metric, "oldest": "-41d" });
        let said = world.owner().call_tool("analyze_trend", arguments).await;
        said.ok()
    };
    for (row, name) in rows.iter().zip(["hrv", "mood", "form"]) {
        let of_analysis = analysis(name).await;
        let slope = format!(": {} a week (95 % ", row["a week"]);
        assert!(of_analysis.contains(&slope), "{slope}: {of_analysis}");
        assert!(
            of_analysis
                .to_lowercase()
                .contains(&format!("\n{}", row["trend"])),
            "{row:?}: {of_analysis}"
        );
        let normal = format!("normal {} (", row["normal"]);
        assert!(of_analysis.contains(&normal), "{normal}: {of_analysis}");
        let that_is = format!("): {}.", row["that is"]);
        assert!(of_analysis.contains(&that_is), "{that_is}: {of_analysis}");
    }
    assert!(text.contains("Theil-Sen"), "{text}");
}

#[tokio::test]
async fn a_long_trend_has_a_dozen_columns() {
    let world = World::start().await;
    let arguments = json!({ "oldest": "-364d", "mode": "trend", "fields": "hrv" });
    let text = world
        .owner()
        .call_tool("get_wellness", arguments)
        .await
        .ok();
    assert!(
        text.starts_with("Means of 5 weeks (from Monday) · "),
        "{text}"
    );
    let head = text.lines().nth(1).unwrap();
    assert!(head.split('|').count() <= 12 + 7, "{head}");
}

#[tokio::test]
async fn weight_and_form_are_shown_as_the_athlete_has_them() {
    let account = Account {
        wellness: days(
            "2026-03-17",
            3,
            |_| json!({ "weight": 70.0, "ctl": 50.0, "atl": 60.0 }),
        ),
        preferences: json!({ "weight_pref_lb": true, "icu_form_as_percent": true }),
        ..Account::default()
    };
    let arguments = json!({ "oldest": "-3d", "fields": "weight, form" });
    let text = account.says("get_wellness", arguments).await;
    let rows = table(&text, "date|");
    assert_eq!(
        (rows[0]["weight lb"].as_str(), rows[0]["form %"].as_str()),
        ("154.3", "-20")
    );
}

#[tokio::test]
async fn what_is_named_twice_is_shown_once() {
    let world = World::start().await;
    let arguments = json!({ "fields": "hrv, rMSSD, HRV, Caffeine, caffeine" });
    let said = world.owner().call_tool("get_wellness", arguments).await;
    let text = said.ok();
    assert!(text.contains("\ndate|hrv ms|Caffeine mg\n"), "{text}");
}

#[tokio::test]
async fn comments_are_quoted_by_week_too_and_said_to_be_missing() {
    let account = || Account {
        wellness: days("2026-03-18", 10, |place| match place {
            2 => json!({ "hrv": 50.0, "comments": "Slept in a tent" }),
            _ => json!({ "hrv": 50.0 }),
        }),
        ..Account::default()
    };
    let range = "Mon 2026-03-09 to Wed 2026-03-18 (Europe/Zurich, today is Wed 2026-03-18)";
    for mode in ["days", "trend"] {
        let arguments = json!({ "oldest": "-9d", "fields": "comments", "mode": mode });
        let text = account().says("get_wellness", arguments).await;
        assert!(
            text.starts_with(&format!("1 comment · {range}\n")),
            "{text}"
        );
        assert!(text.contains("\nSlept in a tent\n"), "{text}");
        let arguments = json!({ "oldest": "-9d", "fields": "hrv, comments", "mode": mode });
        let text = account().says("get_wellness", arguments).await;
        assert!(text.contains("\nSlept in a tent\n"), "{text}");
        let arguments = json!({ "oldest": "-5d", "fields": "hrv, comments", "mode": mode });
        let text = account().says("get_wellness", arguments).await;
        assert!(text.contains("\nNo comments in these days."), "{text}");
    }
    // Who names all measures wants their trends.
    let arguments = json!({ "oldest": "-9d", "fields": "all", "mode": "trend" });
    let text = account().says("get_wellness", arguments).await;
    assert!(!text.contains("tent"), "{text}");
}
