//! How things stand today.

use serde_json::json;

use crate::support::{Account, World, day, days, table};

/// The number that follows `label`.
fn number(text: &str, label: &str) -> f64 {
    let rest = text
        .split_once(label)
        .unwrap_or_else(|| panic!("no {label:?} in {text}"))
        .1;
    let end = rest
        .find(|c: char| !(c.is_ascii_digit() || "+-.".contains(c)))
        .unwrap_or(rest.len());
    rest[..end]
        .trim_end_matches('.')
        .parse()
        .unwrap_or_else(|_| panic!("{label:?} in {text}"))
}

#[tokio::test]
async fn the_day_is_the_athletes_and_not_that_of_utc() {
    // 23:30 UTC is half past midnight in Zurich.
    let world = World::at("2026-01-13T23:30:00Z").await;
    let text = world.owner().call_tool("get_today", json!({})).await.ok();
    assert!(
        text.starts_with("Wed 2026-01-14 00:30 (Europe/Zurich)\n"),
        "{text}"
    );
    world.assert_well_behaved();
}

#[tokio::test]
async fn form_leaves_out_what_is_only_planned_and_shows_it_beside() {
    let world = World::start().await;
    let text = world.owner().call_tool("get_today", json!({})).await.ok();
    let rows = world
        .raw("/athlete/{id}/wellness?oldest=2026-03-17&newest=2026-03-18")
        .await;
    let activities = world
        .raw("/athlete/{id}/activities?oldest=2026-03-18&newest=2026-03-18")
        .await;
    let done: f64 = activities
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|a| a["icu_training_load"].as_f64())
        .sum();
    let day = |i: usize, key: &str| rows[i][key].as_f64().unwrap();
    // The recursion of the service, written out once more.
    let step = |x: f64, load: f64, days: f64| x + (load - x) * (1.0 - (-1.0_f64 / days).exp());
    let (ctl, atl) = (
        step(day(0, "ctl"), done, 42.0),
        step(day(0, "atl"), done, 7.0),
    );
    assert!(
        (number(&text, "Fitness (CTL) ") - ctl).abs() < 0.06,
        "{ctl}: {text}"
    );
    assert!(
        (number(&text, "fatigue (ATL) ") - atl).abs() < 0.06,
        "{atl}: {text}"
    );
    assert!(
        (number(&text, "form ") - (ctl - atl)).abs() < 0.11,
        "{text}"
    );
    let planned = day(1, "ctlLoad") - done;
    if planned > 1.5 {
        let with = day(1, "ctl") - day(1, "atl");
        assert!(
            (number(&text, "so far; ") - with).abs() < 0.06,
            "{with}: {text}"
        );
        assert!(
            text.contains(&format!("with the {planned:.0} still planned today")),
            "{text}"
        );
    } else {
        assert!(text.contains("nothing more planned today"), "{text}");
    }
}

#[tokio::test]
async fn recovery_is_judged_against_the_athletes_own_range_with_its_size() {
    let world = World::start().await;
    let text = world.owner().call_tool("get_today", json!({})).await.ok();
    let rows = world
        .raw("/athlete/{id}/wellness?oldest=2026-01-17&newest=2026-03-18")
        .await;
    let hrv: Vec<f64> = rows
        .as_array()
        .unwrap()
        .iter()
        .rev()
        .take(60)
        .filter_map(|r| r["hrv"].as_f64())
        .collect();
    let n = format!("(60 days, n {})", hrv.len());
    assert!(text.contains(&n), "{n}: {text}");
    let week: Vec<f64> = rows
        .as_array()
        .unwrap()
        .iter()
        .rev()
        .take(7)
        .filter_map(|r| r["hrv"].as_f64().map(f64::ln))
        .collect();
    let mean = (week.iter().sum::<f64>() / f64::from(u32::try_from(week.len()).unwrap())).exp();
    assert!(
        (number(&text, "7-day mean ") - mean).abs() < 0.06,
        "{mean}: {text}"
    );
    assert!(
        text.contains("Resting HR: ") && text.contains("Sleep: "),
        "{text}"
    );
    assert!(text.contains("(42 days, n "), "{text}");
}

#[tokio::test]
async fn it_names_the_plan_the_next_race_and_the_last_sessions() {
    let world = World::start().await;
    let text = world
        .owner()
        .call_tool("get_today", json!({ "days_ahead": "3" }))
        .await
        .ok();
    let races = world.raw("/athlete/{id}/events?oldest=2026-03-18&newest=2027-03-18&category=RACE_A,RACE_B,RACE_C").await;
    let race = &races[0];
    assert!(
        text.contains(&format!("Next race A: {}", race["name"].as_str().unwrap())),
        "{text}"
    );
    let plan = table(&text, "id|date|what");
    assert!(!plan.is_empty());
    let day = world
        .raw("/athlete/{id}/events?oldest=2026-03-16&newest=2026-03-21")
        .await;
    // From today on, and what is for this week.
    let events = day.as_array().unwrap().iter();
    let ids: Vec<String> = events
        .filter(|e| e["for_week"] == true || e["start_date_local"].as_str() >= Some("2026-03-18"))
        .map(|e| e["id"].to_string())
        .collect();
    assert!(
        plan.iter().all(|row| ids.contains(&row["id"])),
        "{plan:?} {ids:?}"
    );
    assert_eq!(table(&text, "id|date|sport").len(), 3, "{text}");
    world.assert_well_behaved();
}

#[tokio::test]
async fn an_illness_is_named_while_it_lasts() {
    let world = World::seen_from("2026-02-04T09:30:00Z").await;
    let text = world.owner().call_tool("get_today", json!({})).await.ok();
    assert!(text.contains("sick now: "), "{text}");
    let healthy = World::start()
        .await
        .owner()
        .call_tool("get_today", json!({}))
        .await
        .ok();
    assert!(!healthy.contains("sick"), "{healthy}");
}

#[tokio::test]
async fn days_ahead_has_bounds() {
    let world = World::start().await;
    let said = world
        .owner()
        .call_tool("get_today", json!({ "days_ahead": 90 }))
        .await
        .error();
    assert!(said.contains("0 to 28"), "{said}");
}

#[tokio::test]
async fn ramp_is_that_of_now_and_not_of_the_plan() {
    let world = World::start().await;
    let text = world.owner().call_tool("get_today", json!({})).await.ok();
    let before = world.raw("/athlete/{id}/wellness/2026-03-11").await;
    let expected = number(&text, "Fitness (CTL) ") - before["ctl"].as_f64().unwrap();
    assert!(
        (number(&text, "Ramp ") - expected).abs() < 0.11,
        "{expected}: {text}"
    );
}

#[tokio::test]
async fn rows_are_capped_and_the_rest_is_said() {
    let world = World::start().await;
    let text = world.owner().call_tool("get_today", json!({})).await.ok();
    let shown = table(&text, "id|date|what").len();
    assert_eq!(shown, 5, "{text}");
    let events = world
        .raw("/athlete/{id}/events?oldest=2026-03-18&newest=2026-03-24")
        .await;
    let phases = events.as_array().unwrap().iter();
    let phases = phases.filter(|e| e["category"] == "PLAN").count();
    // Beside these days the target of the week, which stands on its Monday.
    let more = events.as_array().unwrap().len() + 1 - phases - shown;
    assert!(more > 0);
    assert!(
        text.contains(&format!("{more} more from Thu 03-19 on: list_events.")),
        "{text}"
    );
    assert!(
        text.contains("\nPlan (phase Peak to Sun 04-05):\n"),
        "{text}"
    );
    let asked = json!({ "days_ahead": 6 });
    let all = world.owner().call_tool("get_today", asked).await.ok();
    assert_eq!(table(&all, "id|date|what").len(), shown + more, "{all}");
}

#[tokio::test]
async fn nothing_is_asked_twice() {
    let world = World::start().await;
    world.owner().call_tool("get_today", json!({})).await.ok();
    let mut paths: Vec<String> = world
        .demo
        .journal()
        .iter()
        .map(|r| r.path.rsplit('/').next().unwrap().to_owned())
        .collect();
    paths.sort();
    assert_eq!(
        paths,
        [
            "activities",
            "events",
            "events",
            "i424242",
            "profile",
            "wellness"
        ]
    );
    world.assert_well_behaved();
}

#[tokio::test]
async fn it_closes_with_what_it_rests_on() {
    let world = World::start().await;
    let text = world.owner().call_tool("get_today", json!({})).await.ok();
    let last = text.lines().last().unwrap();
    assert_eq!(
        last,
        "Rests on fitness time constants 42 and 7 days; HRV on 59 of 60 days; nothing entered today."
    );
    let gap = World::seen_from("2026-01-18T09:30:00Z").await;
    let text = gap.owner().call_tool("get_today", json!({})).await.ok();
    assert!(
        text.contains("last HRV value is from Wed 2026-01-14"),
        "{text}"
    );
}

#[tokio::test]
async fn a_morning_without_anything_says_so() {
    let text = Account::default().says("get_today", json!({})).await;
    for words in [
        "no fitness figures for today",
        "Plan: nothing in the calendar",
        "Last 7 days: 0 activities",
        "no HRV in the last 60 days",
        "HRV on 0 of 60 days",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
    assert!(!text.contains("HRV: "), "{text}");
}

#[tokio::test]
async fn a_zero_heart_rate_variability_is_a_gap() {
    let account = Account {
        wellness: days(
            "2026-03-18",
            61,
            |place| json!({ "hrv": if place == 60 { 0 } else { 55 + place % 5 }, "locked": place == 60 }),
        ),
        ..Account::default()
    };
    let text = account.says("get_today", json!({})).await;
    assert!(text.contains("This morning no value."), "{text}");
    assert!(text.contains("HRV on 59 of 60 days"), "{text}");
    assert!(text.contains("today's wellness is locked"), "{text}");
}

#[tokio::test]
async fn long_names_are_cut_and_strava_is_said_once() {
    let date = "2026-03-18";
    let run = |n: usize| {
        json!({ "id": format!("i{n}"), "type": "Run", "moving_time": 3000, "icu_training_load": 40,
            "name": "A name that goes on and on and on and on and on and on", "start_date_local": format!("{}T07:00:00", day(date, n)) })
    };
    let mut activities: Vec<_> = (0..6).map(run).collect();
    activities.push(json!({ "id": "77", "source": "STRAVA", "_note": "no", "start_date_local": "2026-03-16T07:00:00" }));
    let account = Account {
        activities,
        ..Account::default()
    };
    let text = account.says("get_today", json!({})).await;
    let rows = table(&text, "id|date|sport");
    assert_eq!(rows.len(), 3);
    assert!(
        rows.iter().all(|r| r["name"].chars().count() <= 25),
        "{text}"
    );
    assert!(text.contains("Last 7 days: 6 activities"), "{text}");
    assert_eq!(text.matches("came through Strava").count(), 1, "{text}");
}

fn event(id: i64, category: &str, day: &str, more: &serde_json::Value) -> serde_json::Value {
    let mut event = json!({
        "id": id, "category": category, "name": format!("No {id}"),
        "start_date_local": format!("{day}T00:00:00"),
    });
    for (name, value) in more.as_object().unwrap() {
        event[name] = value.clone();
    }
    event
}

#[tokio::test]
async fn what_is_for_this_week_stays_in_the_plan_until_it_is_over() {
    let account = |now: &str| Account {
        now: now.to_owned(),
        events: vec![
            event(
                1,
                "TARGET",
                "2026-03-16",
                &json!({ "for_week": true, "load_target": 200 }),
            ),
            event(
                2,
                "WORKOUT",
                "2026-03-16",
                &json!({ "for_week": true, "type": "Run" }),
            ),
            event(3, "WORKOUT", "2026-03-16", &json!({ "type": "Run" })),
        ],
        activities: vec![json!({
            "id": "i5", "type": "Ride", "start_date_local": "2026-03-17T08:00:00", "moving_time": 3600,
            "icu_training_load": 50, "source": "GARMIN_CONNECT",
        })],
        ..Account::default()
    };
    // Wednesday.
    let text = account("2026-03-18T09:30:00Z")
        .says("get_today", json!({}))
        .await;
    let rows = table(&text, "id|date|what");
    let states: Vec<(&str, &str)> = rows
        .iter()
        .map(|row| (&*row["id"], &*row["state"]))
        .collect();
    assert_eq!(
        states,
        [
            (
                "1",
                "so far load 50 of 200 (25 %) in 1 activity, for the week"
            ),
            ("2", "for the week")
        ],
        "{text}"
    );
    let next_week = account("2026-03-23T09:30:00Z");
    let text = next_week.says("get_today", json!({})).await;
    assert!(text.contains("\nPlan: nothing in the calendar"), "{text}");
}

#[tokio::test]
async fn loads_beyond_all_measure_break_nothing() {
    let today = "2026-03-18";
    let huge = |id: i64| {
        event(
            id,
            "WORKOUT",
            today,
            &json!({ "type": "Run", "icu_training_load": i64::MAX }),
        )
    };
    let account = Account {
        wellness: days(today, 20, |_| json!({ "ctl": 50.0, "atl": 60.0 })),
        events: vec![huge(1), huge(2)],
        ..Account::default()
    };
    let text = account.says("get_today", json!({})).await;
    assert!(text.contains("Fitness (CTL) 50"), "{text}");
}
