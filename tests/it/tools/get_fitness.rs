//! Fitness over time, over the plan, with what-if sessions and tapers.

use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use intervals_mcp_server::clock::Clock;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::support::{Caller, NOW, Server, ServerOptions, World, secrets, table};

/// The recursion of the service, written out once more.
fn step(x: f64, load: f64, days: f64) -> f64 {
    x + (load - x) * (1.0 - (-1.0 / days).exp())
}

async fn said(world: &World, arguments: Value) -> String {
    world.owner().call_tool("get_fitness", arguments).await.ok()
}

#[track_caller]
fn cell(row: &std::collections::BTreeMap<String, String>, column: &str) -> f64 {
    let text = &row[column];
    text.trim_end_matches('%')
        .parse()
        .unwrap_or_else(|_| panic!("{column}: {text:?} in {row:?}"))
}

/// The number that follows `label`.
#[track_caller]
fn number(text: &str, label: &str) -> f64 {
    let rest = text
        .split_once(label)
        .unwrap_or_else(|| panic!("no {label:?} in {text}"))
        .1;
    let end = rest.find(|c: char| !(c.is_ascii_digit() || "+-.".contains(c)));
    let number = &rest[..end.unwrap_or(rest.len())];
    number.trim_end_matches('.').parse().unwrap()
}

/// The service's own rows by day.
async fn raw(world: &World, oldest: &str, newest: &str) -> Vec<Value> {
    let path = format!("/athlete/{{id}}/wellness?oldest={oldest}&newest={newest}");
    world.raw(&path).await.as_array().unwrap().clone()
}

fn get(row: &Value, key: &str) -> f64 {
    row[key]
        .as_f64()
        .unwrap_or_else(|| panic!("{key} of {row}"))
}

#[tokio::test]
async fn weeks_are_those_of_the_service_with_their_load_and_ramp() {
    let world = World::start().await;
    let text = said(
        &world,
        json!({ "oldest": "2026-01-05", "newest": "2026-03-15" }),
    )
    .await;
    let days = raw(&world, "2025-12-29", "2026-03-15").await;
    let rows = table(&text, "week to|");
    assert_eq!(rows.len(), 10, "{text}");
    for (week, row) in rows.iter().enumerate() {
        let sunday = 13 + week * 7;
        let date = days[sunday]["id"].as_str().unwrap();
        assert_eq!(row["week to"], date[5..], "{text}");
        let load: f64 = days[sunday - 6..=sunday]
            .iter()
            .map(|day| get(day, "ctlLoad"))
            .sum();
        assert_eq!(cell(row, "load"), load, "{row:?}");
        let (ctl, atl) = (get(&days[sunday], "ctl"), get(&days[sunday], "atl"));
        assert!((cell(row, "CTL") - ctl).abs() < 0.051, "{row:?}");
        assert!((cell(row, "ATL") - atl).abs() < 0.501, "{row:?}");
        assert!((cell(row, "form") - (ctl - atl)).abs() < 0.051, "{row:?}");
        let ramp = ctl - get(&days[sunday - 7], "ctl");
        assert!((cell(row, "ramp") - ramp).abs() < 0.051, "{ramp}: {row:?}");
    }
    assert!(text.contains("Rests on 70 daily figures"), "{text}");
    world.assert_well_behaved();
}

#[tokio::test]
async fn now_is_without_the_plan_as_get_today_has_it() {
    let world = World::start().await;
    let text = said(&world, json!({ "oldest": "-6d" })).await;
    let today = world.owner().call_tool("get_today", json!({})).await.ok();
    for (ours, theirs) in [
        ("Now CTL ", "Fitness (CTL) "),
        ("ATL ", "fatigue (ATL) "),
        ("form ", "form "),
    ] {
        assert_eq!(
            number(&text, ours),
            number(&today, theirs),
            "{text}\n{today}"
        );
    }
    let rows = table(&text, "date|");
    assert_eq!(rows.len(), 7, "a day of each: {text}");
    let last = &rows[6];
    assert_eq!(last["date"], "Wed 03-18");
    assert_eq!(
        cell(last, "CTL"),
        number(&text, "Now CTL "),
        "not the service's figure with the plan"
    );
    // The service's own figure of today counts the plan as done.
    let row = &raw(&world, "2026-03-18", "2026-03-18").await[0];
    assert!(cell(last, "load") < get(row, "ctlLoad") - 10.0, "{text}");
    assert!(
        (number(&text, "ramp ") - number(&today, "Ramp ")).abs() < 1e-9,
        "{text}"
    );
}

#[tokio::test]
async fn a_projection_is_the_services_own() {
    let world = World::start().await;
    let text = said(&world, json!({ "oldest": "-1d", "project_to": "+10d" })).await;
    let rows = table(&text[text.find("Projection to").unwrap()..], "date|");
    let days = raw(&world, "2026-03-19", "2026-03-28").await;
    assert_eq!(rows.len(), 10, "{text}");
    for (row, day) in rows.iter().zip(&days) {
        assert!(
            row["date"].ends_with(&day["id"].as_str().unwrap()[5..]),
            "{row:?}"
        );
        assert_eq!(cell(row, "load"), get(day, "ctlLoad"), "{row:?}");
        assert!(
            (cell(row, "CTL") - get(day, "ctl")).abs() < 0.06,
            "{day}: {row:?}"
        );
        assert!(
            (cell(row, "ATL") - get(day, "atl")).abs() < 0.06,
            "{day}: {row:?}"
        );
    }
    assert!(
        text.contains("time constants 42 and 7 days;")
            || text.contains("time constants 42 and 7 days."),
        "{text}"
    );
}

#[tokio::test]
async fn weeks_ahead_hold_their_sum_and_races_their_morning() {
    let world = World::start().await;
    let text = said(&world, json!({ "oldest": "-1d", "project_to": "+40d" })).await;
    let ahead = &text[text.find("Projection to").unwrap()..];
    let rows = table(ahead, "date|");
    let days = raw(&world, "2026-03-19", "2026-04-12").await;
    let planned: f64 = days.iter().map(|day| get(day, "ctlLoad")).sum();
    let shown: f64 = rows.iter().map(|row| cell(row, "load")).sum();
    assert_eq!(shown, planned, "{text}");
    let race = rows
        .iter()
        .find(|row| row["what"].starts_with("race A Tannsee"))
        .unwrap();
    let day = race["date"][4..].to_owned();
    let eve = days
        .iter()
        .position(|d| d["id"].as_str().unwrap().ends_with(&day))
        .unwrap()
        - 1;
    let morning = step(get(&days[eve], "ctl"), 0.0, 42.0) - step(get(&days[eve], "atl"), 0.0, 7.0);
    assert!(
        (number(&race["what"], "morning ") - morning).abs() < 0.06,
        "{morning}: {race:?}"
    );
    assert!(ahead.contains("no load after Sun 04-05"), "{text}");
}

#[tokio::test]
async fn the_highest_ramp_ahead_looks_back_over_today() {
    let world = World::start().await;
    let text = said(&world, json!({ "oldest": "-1d", "project_to": "+20d" })).await;
    let days = raw(&world, "2026-03-12", "2026-04-07").await;
    let ramps = days
        .windows(8)
        .map(|week| get(&week[7], "ctl") - get(&week[0], "ctl"));
    let highest = ramps.fold(f64::MIN, f64::max);
    assert!(
        (number(&text, "Highest ramp ") - highest).abs() < 0.06,
        "{highest}: {text}"
    );
}

#[tokio::test]
async fn a_first_week_that_is_not_whole_is_said() {
    let world = World::start().await;
    let text = said(
        &world,
        json!({ "oldest": "2026-01-08", "newest": "2026-03-01" }),
    )
    .await;
    assert!(
        text.contains("The first row has the load from Thu 01-08 on only."),
        "{text}"
    );
    let days = raw(&world, "2026-01-08", "2026-01-11").await;
    let load: f64 = days.iter().map(|day| get(day, "ctlLoad")).sum();
    assert_eq!(cell(&table(&text, "week to|")[0], "load"), load, "{text}");
}

#[tokio::test]
async fn a_what_if_of_nothing_changes_nothing() {
    let world = World::start().await;
    let arguments =
        json!({ "oldest": "-1d", "project_to": "+9d", "scenario": [{ "date": "+2d", "load": 0 }] });
    let text = said(&world, arguments).await;
    let rows = table(&text[text.find("Projection to").unwrap()..], "date|");
    assert_eq!(rows.len(), 9);
    for row in rows {
        assert_eq!(row["form"], row["as planned"], "{row:?}");
    }
}

#[tokio::test]
async fn a_what_if_session_counts_from_its_day_on() {
    let world = World::start().await;
    // As Claude.ai sends it: lists and numbers as strings.
    let arguments = json!({ "oldest": "-1d", "project_to": "+6d", "scenario": "[{\"date\":\"+2d\",\"load\":\"100\"}]" });
    let text = said(&world, arguments).await;
    let rows = table(&text[text.find("Projection to").unwrap()..], "date|");
    assert_eq!(rows[0]["form"], rows[0]["as planned"]);
    let change = step(0.0, 100.0, 42.0) - step(0.0, 100.0, 7.0);
    let seen = cell(&rows[1], "form") - cell(&rows[1], "as planned");
    assert!((seen - change).abs() < 0.11, "{change}: {text}");
    let today = json!({ "oldest": "-1d", "project_to": "+6d", "scenario": [{ "date": "today", "load": 100 }] });
    let text = said(&world, today).await;
    let rows = table(&text[text.find("Projection to").unwrap()..], "date|");
    let tomorrow = step(0.0, 100.0, 42.0) * (-1.0_f64 / 42.0).exp()
        - step(0.0, 100.0, 7.0) * (-1.0_f64 / 7.0).exp();
    let seen = cell(&rows[0], "form") - cell(&rows[0], "as planned");
    assert!(
        (seen - tomorrow).abs() < 0.11 && tomorrow > change,
        "{tomorrow}: {text}"
    );
}

#[tokio::test]
async fn a_what_if_session_can_stand_for_the_plan_of_its_day() {
    let world = World::start().await;
    let days = raw(&world, "2026-03-19", "2026-03-28").await;
    let place = days
        .iter()
        .position(|day| get(day, "ctlLoad") > 30.0)
        .unwrap();
    let date = days[place]["id"].as_str().unwrap();
    let arguments = json!({ "oldest": "-1d", "project_to": "+10d", "scenario": { "date": date, "load": 0, "replace": "true" } });
    let text = said(&world, arguments).await;
    let rows = table(&text[text.find("Projection to").unwrap()..], "date|");
    assert_eq!(cell(&rows[place], "load"), 0.0, "{text}");
    let with_all = json!({ "oldest": "-1d", "project_to": "+10d" });
    let counted = |text: &str| number(text, "Projection: ");
    let all = counted(&said(&world, with_all).await);
    assert!(
        counted(&text) < all,
        "what is replaced is not counted: {text}"
    );
    assert!(
        cell(&rows[place], "form") > cell(&rows[place], "as planned") + 2.0,
        "{text}"
    );
}

#[tokio::test]
async fn a_taper_reaches_its_form_by_the_recursion() {
    let world = World::start().await;
    let arguments = json!({ "oldest": "-1d", "target_form": "12", "target_date": "2026-04-05" });
    let text = said(&world, arguments).await;
    let rows = table(&text, "days|");
    assert!(rows.len() >= 2, "{text}");
    // The plan until the taper, from the service's own figures.
    let days = raw(&world, "2026-03-18", "2026-04-05").await;
    for row in rows {
        let length = row["days"].parse::<usize>().unwrap();
        let eve = &days[days.len() - 2 - length];
        let first = days[days.len() - 1 - length]["id"].as_str().unwrap();
        assert!(row["from"].ends_with(&first[5..]), "{row:?}");
        let (mut ctl, mut atl) = (get(eve, "ctl"), get(eve, "atl"));
        let (mut falling_ctl, mut falling_atl) = (ctl, atl);
        let (from, to) = row["or falling"].split_once(" to ").unwrap();
        let (from, to): (f64, f64) = (from.parse().unwrap(), to.parse().unwrap());
        for day in 0..length {
            ctl = step(ctl, cell(&row, "load a day"), 42.0);
            atl = step(atl, cell(&row, "load a day"), 7.0);
            let share = f64::from(u32::try_from(day).unwrap())
                / f64::from(u32::try_from(length - 1).unwrap());
            falling_ctl = step(falling_ctl, from + share * (to - from), 42.0);
            falling_atl = step(falling_atl, from + share * (to - from), 7.0);
        }
        let morning = step(ctl, 0.0, 42.0) - step(atl, 0.0, 7.0);
        assert!((morning - 12.0).abs() < 0.5, "{morning}: {row:?}");
        let morning = step(falling_ctl, 0.0, 42.0) - step(falling_atl, 0.0, 7.0);
        assert!((morning - 12.0).abs() < 0.7, "falling {morning}: {row:?}");
    }
}

#[tokio::test]
async fn a_form_out_of_reach_is_said_with_the_nearest() {
    let world = World::start().await;
    let arguments = json!({ "oldest": "-1d", "target_form": 50, "target_date": "+5d" });
    let text = said(&world, arguments).await;
    assert!(
        text.contains("Out of reach: even with full rest, the nearest is +"),
        "{text}"
    );
    assert!(table(&text, "days|").is_empty(), "{text}");
    let tomorrow = json!({ "oldest": "-1d", "target_form": 10, "target_date": "tomorrow" });
    assert!(
        said(&world, tomorrow)
            .await
            .contains("no whole day in between")
    );
}

#[tokio::test]
async fn a_window_years_back_asks_for_nothing_but_its_days() {
    let world = World::start().await;
    world.owner().call_tool("get_athlete", json!({})).await.ok();
    world.demo.clear_journal();
    let text = said(
        &world,
        json!({ "oldest": "2025-06-02", "newest": "2025-06-15" }),
    )
    .await;
    assert!(
        text.starts_with("Fitness · Mon 2025-06-02 to Sun 2025-06-15 (Europe/Zurich"),
        "{text}"
    );
    assert!(!text.contains("Now "), "{text}");
    let asked = world.demo.journal();
    assert_eq!(asked.len(), 1, "{asked:?}");
    assert!(
        asked[0]
            .query
            .contains("oldest=2025-05-26&newest=2025-06-15"),
        "{asked:?}"
    );
    assert!(
        asked[0].query.contains("fields="),
        "only what is needed: {asked:?}"
    );
    let older = said(
        &world,
        json!({ "oldest": "2023-06-02", "newest": "2023-06-15" }),
    )
    .await;
    assert!(
        older.starts_with("No fitness data · Fri 2023-06-02") && older.lines().count() == 1,
        "{older}"
    );
}

#[tokio::test]
async fn everything_is_asked_once() {
    let world = World::start().await;
    world.owner().call_tool("get_athlete", json!({})).await.ok();
    let ahead = json!({ "project_to": "+30d", "scenario": [{ "date": "+3d", "load": 80 }], "target_form": 8, "target_date": "+20d" });
    for (arguments, most) in [
        (json!({}), 3),
        (ahead, 3),
        (
            json!({ "oldest": "2025-06-02", "newest": "2025-06-15", "project_to": "+9d" }),
            4,
        ),
    ] {
        let world = World::start().await;
        world.owner().call_tool("get_athlete", json!({})).await.ok();
        world.demo.clear_journal();
        said(&world, arguments.clone()).await;
        let asked: Vec<String> = world.demo.journal().into_iter().map(|r| r.path).collect();
        assert_eq!(asked.len(), most, "{arguments}: {asked:?}");
    }
}

#[tokio::test]
async fn a_window_back_then_and_a_projection_stand_side_by_side() {
    let world = World::start().await;
    let text = said(
        &world,
        json!({ "oldest": "2025-06-02", "newest": "2025-06-15", "project_to": "+5d" }),
    )
    .await;
    assert_eq!(
        table(&text, "date|load|CTL|ATL|form|ramp").len(),
        14,
        "{text}"
    );
    let ahead = table(&text[text.find("Projection to").unwrap()..], "date|");
    let days = raw(&world, "2026-03-19", "2026-03-23").await;
    assert!(
        (cell(&ahead[4], "CTL") - get(&days[4], "ctl")).abs() < 0.06,
        "{text}"
    );
}

#[tokio::test]
async fn days_ahead_are_projected_and_never_shown_as_they_were() {
    let world = World::start().await;
    let text = said(&world, json!({ "oldest": "-3d", "newest": "+3d" })).await;
    let (before, ahead) = text.split_once("Projection to Sat 2026-03-21").unwrap();
    assert!(
        before.lines().next().unwrap().contains("to Wed 2026-03-18"),
        "{text}"
    );
    assert_eq!(table(before, "date|").len(), 4, "{text}");
    assert_eq!(table(ahead, "date|").len(), 3, "{text}");
    let wrong = world
        .owner()
        .call_tool("get_fitness", json!({ "oldest": "+2d", "newest": "+4d" }))
        .await
        .error();
    assert!(wrong.contains("project_to"), "{wrong}");
}

#[tokio::test]
async fn the_day_is_the_athletes_and_not_that_of_utc() {
    // 23:30 UTC is half past midnight in Zurich.
    let world = World::at("2026-01-13T23:30:00Z").await;
    let text = said(&world, json!({ "oldest": "-3d", "project_to": "tomorrow" })).await;
    assert!(
        text.contains("to Wed 2026-01-14 (Europe/Zurich, today is Wed 2026-01-14)"),
        "{text}"
    );
    assert!(text.contains("Projection to Thu 2026-01-15"), "{text}");
}

#[tokio::test]
async fn wrong_arguments_are_answered_with_the_right_ones() {
    let world = World::start().await;
    for (arguments, says) in [
        (
            json!({ "target_form": 10 }),
            "target_form needs target_date",
        ),
        (
            json!({ "target_form": 90, "target_date": "+9d" }),
            "-60 to 60",
        ),
        (
            json!({ "target_form": 5, "target_date": "next_week" }),
            "one day, not a week",
        ),
        (
            json!({ "project_to": "today" }),
            "project_to (2026-03-18) must be after today",
        ),
        (
            json!({ "target_form": 5, "target_date": "-3d" }),
            "must be after today (2026-03-18)",
        ),
        (json!({ "project_to": "+800d" }), "at most 366 days"),
        (
            json!({ "scenario": [{ "date": "-2d", "load": 50 }] }),
            "2026-03-16 is past",
        ),
        (
            json!({ "scenario": [{ "date": "+2d", "load": -50 }] }),
            "0 to 1000",
        ),
        (
            json!({ "scenario": [{ "date": "next_week", "load": 50 }] }),
            "one day, not a week",
        ),
        (json!({ "scenario": [{ "date": "+2d" }] }), "load"),
        (json!({ "scenario": "tempo" }), "scenario"),
        (json!({ "oldest": "today", "newest": "-3d" }), "swap them"),
        (json!({ "days": 30 }), "days"),
    ] {
        let text = world
            .owner()
            .call_tool("get_fitness", arguments.clone())
            .await
            .error();
        assert!(text.contains(says), "{arguments}: {text}");
    }
    let arguments = json!({ "scenario": (0..61).map(|_| json!({ "date": "+2d", "load": 5 })).collect::<Vec<_>>() });
    let text = world
        .owner()
        .call_tool("get_fitness", arguments)
        .await
        .error();
    assert!(text.contains("at most 60"), "{text}");
}

#[tokio::test]
async fn long_windows_have_a_row_a_month() {
    let world = World::start().await;
    let text = said(
        &world,
        json!({ "oldest": "2025-05-01", "newest": "2026-02-28" }),
    )
    .await;
    let rows = table(&text, "month to|");
    assert_eq!(rows.len(), 10, "{text}");
    assert_eq!(rows[1]["month to"], "2025-06-30");
    let june = raw(&world, "2025-06-01", "2025-06-30").await;
    let load: f64 = june.iter().map(|day| get(day, "ctlLoad")).sum();
    assert_eq!(cell(&rows[1], "load"), load, "{text}");
}

#[tokio::test]
async fn formulas_name_their_sources() {
    let world = World::start().await;
    let text = world
        .owner()
        .call_tool("get_help", json!({ "topic": "formulas" }))
        .await
        .ok();
    for word in ["projection", "ramp words", "taper", "Bosquet"] {
        assert!(text.contains(word), "{word}: {text}");
    }
}

/// An account of our own making behind the server.
struct Account {
    wellness: Vec<Value>,
    activities: Value,
    events: Value,
    /// `None`: it may not be read.
    settings: Option<Value>,
}

impl Account {
    async fn serve(self) -> Server {
        let account = Arc::new(self);
        let answer = move |request: Request| {
            let account = Arc::clone(&account);
            async move {
                let query = request.uri().query().unwrap_or_default().to_owned();
                let bound = |name: &str| {
                    let value = query.split('&').find_map(|pair| pair.strip_prefix(name));
                    value.unwrap_or_default().to_owned()
                };
                let path = request.uri().path();
                let body = if path.ends_with("/profile") {
                    json!({ "athlete": { "id": "i1", "timezone": "Europe/Zurich" } })
                } else if path.ends_with("/wellness") {
                    let (oldest, newest) = (bound("oldest="), bound("newest="));
                    let inside = |row: &&Value| {
                        let day = row["id"].as_str().unwrap();
                        day >= oldest.as_str() && day <= newest.as_str()
                    };
                    account.wellness.iter().filter(inside).cloned().collect()
                } else if path.ends_with("/activities") {
                    account.activities.clone()
                } else if path.ends_with("/events") {
                    account.events.clone()
                } else if let Some(settings) = &account.settings {
                    json!({ "id": "i1", "measurement_preference": "meters", "icu_type_settings": settings })
                } else {
                    return (axum::http::StatusCode::FORBIDDEN, "{}".to_owned());
                };
                (axum::http::StatusCode::OK, body.to_string())
            }
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let upstream = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().fallback(answer);
        tokio::spawn(async move { axum::serve(listener, router).await });
        Server::with(ServerOptions {
            clock: Clock::manual(NOW.parse().unwrap()),
            upstream,
            mcp_api_key: Some(secrets::MCP_API_KEY.to_owned()),
            ..ServerOptions::default()
        })
        .await
    }

    async fn says(self, arguments: Value) -> String {
        let server = self.serve().await;
        Caller::owner(&server)
            .call_tool("get_fitness", arguments)
            .await
            .ok()
    }
}

/// Sixty days up to today, made with `days` as time constants from `loads` in turn (into CTL, into ATL); today has `last`.
fn history(days: (f64, f64), loads: &[(f64, f64)], last: (f64, f64)) -> Vec<Value> {
    let today: jiff::civil::Date = "2026-03-18".parse().unwrap();
    let (mut ctl, mut atl) = (50.0, 50.0);
    let row = |back: i32| {
        let (to_ctl, to_atl) = match back {
            0 => last,
            _ => loads[usize::try_from(back).unwrap() % loads.len()],
        };
        ctl = step(ctl, to_ctl, days.0);
        atl = step(atl, to_atl, days.1);
        let date = today.checked_sub(jiff::ToSpan::days(back)).unwrap();
        json!({ "id": date.to_string(), "ctl": ctl, "atl": atl, "ctlLoad": to_ctl, "atlLoad": to_atl })
    };
    (0..60).rev().map(row).collect()
}

fn event(id: u32, date: &str, sport: &str, load: Option<u32>) -> Value {
    json!({ "id": id, "category": "WORKOUT", "type": sport, "name": format!("Session {id}"),
        "start_date_local": format!("{date}T00:00:00"), "icu_training_load": load })
}

#[tokio::test]
async fn the_athletes_own_time_constants_and_weights_are_kept() {
    let usual = [(90.0, 90.0), (0.0, 0.0), (40.0, 60.0)];
    // Today: a run of 50 done and a run of 30 planned; runs count half in fitness and twice in fatigue.
    let wellness = history((30.0, 5.0), &usual, (40.0, 160.0));
    let yesterday = wellness[58].clone();
    let account = Account {
        wellness,
        activities: json!([{ "id": "i7", "type": "Run", "moving_time": 3000, "start_date_local": "2026-03-18T07:00:00",
            "icu_training_load": 50 }]),
        events: json!([
            event(1, "2026-03-18", "Run", Some(30)),
            event(2, "2026-03-19", "Run", Some(60)),
            event(3, "2026-03-20", "Ride", Some(80)),
            event(4, "2026-03-20", "WeightTraining", None),
            { "id": 5, "category": "FITNESS_DAYS", "start_date_local": "2026-03-21T00:00:00", "ctl_days": 50, "atl_days": 8 },
            { "id": 6, "category": "TARGET", "start_date_local": "2026-03-19T00:00:00", "type": "Run", "load_target": 400 },
        ]),
        settings: Some(
            json!([{ "type": "Run", "ctlFactor": 0.5, "atlFactor": 2.0 }, { "type": "Ride", "ctlFactor": 1, "atlFactor": 1 }]),
        ),
    };
    let arguments = json!({ "oldest": "-2d", "project_to": "+3d", "scenario": [{ "date": "+2d", "load": 20, "sport": "run" }] });
    let text = account.says(arguments).await;
    let (mut ctl, mut atl) = (get(&yesterday, "ctl"), get(&yesterday, "atl"));
    let now = (step(ctl, 25.0, 30.0), step(atl, 100.0, 5.0));
    assert!(
        (number(&text, "Now CTL ") - now.0).abs() < 0.051,
        "{now:?}: {text}"
    );
    assert!(
        (number(&text, "ATL ") - now.1).abs() < 0.051,
        "{now:?}: {text}"
    );
    let rows = table(&text[text.find("Projection to").unwrap()..], "date|");
    (ctl, atl) = (step(ctl, 40.0, 30.0), step(atl, 160.0, 5.0));
    for (row, (load, to_ctl, to_atl, days)) in rows.iter().zip([
        (60.0, 30.0, 120.0, (30.0, 5.0)),
        (100.0, 90.0, 120.0, (30.0, 5.0)),
        (0.0, 0.0, 0.0, (50.0, 8.0)),
    ]) {
        (ctl, atl) = (step(ctl, to_ctl, days.0), step(atl, to_atl, days.1));
        assert_eq!(cell(row, "load"), load, "{text}");
        assert!((cell(row, "CTL") - ctl).abs() < 0.051, "{ctl}: {text}");
        assert!((cell(row, "ATL") - atl).abs() < 0.051, "{atl}: {text}");
    }
    for words in [
        "time constants 30 and 5 days",
        "Run 0.5 in fitness, 2 in fatigue",
        "2 planned sessions with load counted",
        "1 without load count 0 (Session 4 Fri 03-20)",
        "as weighted per sport",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
    assert!(
        !text.contains("Ride 1"),
        "what counts in full is not told: {text}"
    );
}

#[tokio::test]
async fn a_plan_that_is_done_is_not_counted_again() {
    let mut done = event(1, "2026-03-18", "Ride", Some(70));
    done["paired_activity_id"] = json!("i7");
    let account = Account {
        wellness: history((42.0, 7.0), &[(80.0, 80.0), (0.0, 0.0)], (75.0, 75.0)),
        activities: json!([{ "id": "i7", "type": "Ride", "moving_time": 3000, "start_date_local": "2026-03-18T07:00:00",
            "icu_training_load": 75, "paired_event_id": 1 }]),
        events: json!([done]),
        settings: Some(json!([])),
    };
    let row = account.wellness[59].clone();
    let text = account
        .says(json!({ "oldest": "-2d", "project_to": "tomorrow" }))
        .await;
    assert!(
        (number(&text, "Now CTL ") - get(&row, "ctl")).abs() < 0.051,
        "{text}"
    );
    assert!(
        text.contains("with 75 done today;") && !text.contains("still planned"),
        "{text}"
    );
    let rows = table(&text[text.find("Projection to").unwrap()..], "date|");
    assert!(
        (cell(&rows[0], "CTL") - step(get(&row, "ctl"), 0.0, 42.0)).abs() < 0.051,
        "{text}"
    );
    assert!(
        text.contains("no load ahead, so that this is rest"),
        "{text}"
    );
}

#[tokio::test]
async fn a_taper_without_a_plan_goes_on_as_usual_before_it() {
    let account = Account {
        wellness: history((42.0, 7.0), &[(120.0, 120.0), (0.0, 0.0)], (0.0, 0.0)),
        activities: json!([]),
        events: json!([{ "id": 9, "category": "RACE_A", "type": "Ride", "name": "Grand day", "icu_training_load": 250,
            "start_date_local": "2026-04-12T00:00:00" }]),
        settings: None,
    };
    let today = account.wellness[59].clone();
    let arguments = json!({ "oldest": "-2d", "target_form": 10, "target_date": "2026-04-12" });
    let text = account.says(arguments).await;
    assert!(
        text.contains(
            "until then load goes on as usual, since nothing is planned. Usual: 60 a day, the mean of the last 28 days"
        ),
        "{text}"
    );
    assert!(
        text.contains("weights per sport could not be read"),
        "{text}"
    );
    let rows = table(&text, "days|");
    let week = rows.iter().find(|row| row["days"] == "7").unwrap();
    // 25 days to the race: 17 as usual, 7 of taper, and the morning.
    let (mut ctl, mut atl) = (get(&today, "ctl"), get(&today, "atl"));
    for day in 0..24 {
        let load = if day < 17 {
            60.0
        } else {
            cell(week, "load a day")
        };
        (ctl, atl) = (step(ctl, load, 42.0), step(atl, load, 7.0));
    }
    let (ctl, atl) = (step(ctl, 0.0, 42.0), step(atl, 0.0, 7.0));
    assert!((ctl - atl - 10.0).abs() < 0.5, "{}: {text}", ctl - atl);
    let cut = (1.0 - cell(week, "load a day") / 60.0) * -100.0;
    assert!(
        (cell(week, "against usual") - cut).abs() < 1.5,
        "{cut}: {text}"
    );
}

#[tokio::test]
async fn an_empty_account_says_so_whatever_is_asked() {
    for wellness in [vec![], vec![json!({ "id": "2026-03-18" })]] {
        let account = Account {
            wellness,
            activities: json!([]),
            events: json!([event(2, "2026-03-20", "Ride", Some(80))]),
            settings: Some(json!([])),
        };
        let text = account
            .says(json!({ "project_to": "+5d", "target_form": 5, "target_date": "+4d" }))
            .await;
        assert!(text.starts_with("No fitness data · "), "{text}");
        assert!(
            text.contains("no fitness figures for today") && !text.contains('|'),
            "{text}"
        );
    }
}

#[tokio::test]
async fn days_without_figures_are_counted_and_no_ramp_is_invented() {
    let mut wellness = history((42.0, 7.0), &[(80.0, 80.0), (0.0, 0.0)], (0.0, 0.0));
    wellness.drain(..56);
    wellness[1].as_object_mut().unwrap().remove("ctl");
    let account = Account {
        wellness,
        activities: json!([]),
        events: json!([]),
        settings: Some(json!([])),
    };
    let text = account
        .says(json!({ "oldest": "-9d", "project_to": "+3d" }))
        .await;
    assert!(
        text.contains("Rests on 3 daily figures, Strava included; 7 days without."),
        "{text}"
    );
    assert_eq!(table(&text, "date|").len(), 3, "{text}");
    assert!(
        !text.contains("ramp|") && !text.contains("7-day ramp"),
        "{text}"
    );
    assert!(text.contains("42 and 7 days (assumed)"), "{text}");
}

#[tokio::test]
async fn load_that_came_through_strava_is_in_it_and_said() {
    let account = Account {
        wellness: history((42.0, 7.0), &[(80.0, 80.0), (0.0, 0.0)], (90.0, 90.0)),
        activities: json!([{ "id": "1234567", "start_date_local": "2026-03-18T07:00:00", "source": "STRAVA",
            "_note": "STRAVA activities are not available via the API" }]),
        events: json!([event(1, "2026-03-18", "Ride", Some(30))]),
        settings: Some(json!([])),
    };
    let yesterday = account.wellness[58].clone();
    let text = account.says(json!({ "oldest": "-2d" })).await;
    let now = step(get(&yesterday, "ctl"), 60.0, 42.0);
    assert!(
        (number(&text, "Now CTL ") - now).abs() < 0.051,
        "{now}: {text}"
    );
    assert!(text.contains("not shown (Strava)"), "{text}");
}

/// What get_today and get_fitness say of now.
#[track_caller]
fn assert_agree(today: &str, fitness: &str) {
    for (ours, theirs) in [
        ("Now CTL ", "Fitness (CTL) "),
        (", ATL ", "fatigue (ATL) "),
        (", form ", ", form "),
        ("7-day ramp ", "Ramp "),
    ] {
        let (ours, theirs) = (number(fitness, ours), number(today, theirs));
        assert!((ours - theirs).abs() < 1e-9, "{fitness}\n{today}");
    }
    let zone = |text: &str| {
        text.split_once(", form ")
            .unwrap()
            .1
            .split_once(')')
            .unwrap()
            .0
            .to_owned()
    };
    assert_eq!(zone(fitness), zone(today));
    let with_plan = |text: &str| {
        let (before, _) = text.split_once(" with the ").unwrap();
        before.rsplit_once("; ").unwrap().1.to_owned()
    };
    assert_eq!(with_plan(fitness), with_plan(today));
}

#[tokio::test]
async fn get_today_never_says_another_form() {
    for now in [
        "2026-03-18T09:30:00Z",
        "2026-03-18T04:00:00Z",
        "2026-03-17T15:00:00Z",
    ] {
        let world = World::seen_from(now).await;
        let today = world.owner().call_tool("get_today", json!({})).await.ok();
        if today.contains(" with the ") {
            assert_agree(&today, &said(&world, json!({})).await);
        }
    }
    for (weights, percent) in [
        (json!([]), false),
        (
            json!([{ "type": "Run", "ctlFactor": 0.5, "atlFactor": 2.0 }]),
            false,
        ),
        (
            json!([{ "type": "Run", "ctlFactor": 0.5, "atlFactor": 2.0 }]),
            true,
        ),
    ] {
        let factor = |name: &str| weights[0][name].as_f64().unwrap_or(1.0);
        let last = (80.0 * factor("ctlFactor"), 80.0 * factor("atlFactor"));
        let wellness = history((30.0, 5.0), &[(90.0, 90.0), (0.0, 0.0), (40.0, 60.0)], last);
        let yesterday = wellness[58].clone();
        let account = crate::support::Account {
            wellness,
            activities: vec![json!({ "id": "i7", "type": "Run", "moving_time": 3000,
                "start_date_local": "2026-03-18T07:00:00", "icu_training_load": 50 })],
            events: vec![event(1, "2026-03-18", "Run", Some(30))],
            preferences: json!({ "icu_type_settings": weights, "icu_form_as_percent": percent }),
            ..crate::support::Account::default()
        };
        let served = account.serve().await;
        let today = served.says("get_today", json!({})).await;
        assert_agree(&today, &served.says("get_fitness", json!({})).await);
        // By the athlete's own constants and weights, once more by hand.
        let (ctl, atl) = (
            step(get(&yesterday, "ctl"), 50.0 * factor("ctlFactor"), 30.0),
            step(get(&yesterday, "atl"), 50.0 * factor("atlFactor"), 5.0),
        );
        assert!(
            (number(&today, "Fitness (CTL) ") - ctl).abs() < 0.051,
            "{ctl}: {today}"
        );
        let form = match percent {
            true => (ctl - atl) / ctl * 100.0,
            false => ctl - atl,
        };
        assert!(
            (number(&today, ", form ") - form).abs() < 0.51,
            "{form}: {today}"
        );
        assert_eq!(percent, today.contains("% ("), "{today}");
        assert!(today.contains("time constants 30 and 5 days"), "{today}");
    }
}

#[tokio::test]
async fn an_athlete_who_has_form_in_percent_is_answered_in_percent() {
    let account = crate::support::Account {
        wellness: history((42.0, 7.0), &[(120.0, 120.0), (0.0, 0.0)], (0.0, 0.0)),
        preferences: json!({ "icu_form_as_percent": true }),
        ..crate::support::Account::default()
    };
    let row = account.wellness[58].clone();
    let served = account.serve().await;
    let arguments = json!({ "oldest": "-3d", "target_form": 20, "target_date": "+14d" });
    let text = served.says("get_fitness", arguments).await;
    let rows = table(&text, "date|");
    let percent = (get(&row, "ctl") - get(&row, "atl")) / get(&row, "ctl") * 100.0;
    assert!(
        (cell(&rows[2], "form %") - percent).abs() < 0.51,
        "{percent}: {text}"
    );
    assert!(
        text.contains("Taper to form +20% on the morning of "),
        "{text}"
    );
    // The last taper, walked once more: it ends at 20 % of the fitness there is then.
    let taper = table(&text, "days|");
    let taper = taper.last().unwrap();
    let days = cell(taper, "days") as usize;
    let (mut ctl, mut atl) = {
        let today = get(&row, "ctl");
        (step(today, 0.0, 42.0), step(get(&row, "atl"), 0.0, 7.0))
    };
    for ahead in 1..14 {
        let load = match ahead > 13 - days {
            true => cell(taper, "load a day"),
            false => number(&text, "Usual: "),
        };
        (ctl, atl) = (step(ctl, load, 42.0), step(atl, load, 7.0));
    }
    let (ctl, atl) = (step(ctl, 0.0, 42.0), step(atl, 0.0, 7.0));
    let reached = (ctl - atl) / ctl * 100.0;
    assert!((reached - 20.0).abs() < 1.0, "{reached}: {text}");
}
