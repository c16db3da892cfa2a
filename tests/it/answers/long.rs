//! Answers that do not fit: what they cost, and how the rest is found.

use std::collections::BTreeSet;

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use intervals_mcp_server::demo::{API_KEY, ATHLETE_ID, Demo};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::budget::tokens;
use crate::support::{Caller, Server, ServerOptions, World, secrets, table};

/// Claude Code's limit.
const MOST_TOKENS: usize = 25_000;

/// A server in front of an Intervals.icu that `twist`s every item of the lists at `path`.
async fn twisted(path: &'static str, twist: fn(&mut Value)) -> Server {
    let options = ServerOptions::default();
    let demo = Demo::new(options.clock.clone());
    let router = demo
        .router()
        .layer(from_fn(move |request: Request, next: Next| async move {
            let is_list = request.uri().path().ends_with(path);
            let response = next.run(request).await;
            if !is_list {
                return response;
            }
            let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
            let mut items: Vec<Value> = serde_json::from_slice(&bytes).unwrap();
            items.iter_mut().for_each(twist);
            let body = Body::from(json!(items).to_string());
            Response::builder()
                .header("Content-Type", "application/json")
                .body(body)
                .unwrap()
        }));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let upstream = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    let mcp_api_key = Some(secrets::MCP_API_KEY.to_owned());
    Server::with(ServerOptions {
        upstream,
        mcp_api_key,
        ..options
    })
    .await
}

/// What `text` says to call again with: `oldest`, `2026-03-01`.
fn goes_on(text: &str) -> Option<(String, String)> {
    if let Some((_, rest)) = text.split_once(" more: call again with cursor ") {
        let (cursor, _) = rest.split_once('.')?;
        return Some(("cursor".to_owned(), cursor.to_owned()));
    }
    if let Some((_, rest)) = text.split_once(" more: the same call with cursor ") {
        let cursor = rest.lines().next()?;
        return Some(("cursor".to_owned(), cursor.to_owned()));
    }
    let (_, rest) = text.split_once("the same call with ")?;
    let (call, _) = rest.split_once(" goes on")?;
    let (name, value) = call.split_once(' ')?;
    Some((name.to_owned(), value.to_owned()))
}

/// The answers of `tool` when it is called until nothing is cut, at least two.
async fn answers(caller: &Caller<'_>, tool: &str, mut arguments: Value) -> Vec<String> {
    let mut found = Vec::new();
    for _ in 1..20 {
        let text = caller.call_tool(tool, arguments.clone()).await.ok();
        let cost = tokens(&text);
        println!("{tool} {arguments}: {} bytes, {cost} tokens", text.len());
        assert!(cost <= MOST_TOKENS, "{tool}: {cost} tokens");
        let more = goes_on(&text);
        found.push(text);
        match more {
            Some((name, value)) => arguments[name] = json!(value),
            None => {
                assert!(found.len() > 1, "{}", found[0]);
                return found;
            }
        }
    }
    panic!("{tool} never ends");
}

/// The cells of the first column in all of `answers`.
fn keys(answers: &[String], head: &str) -> Vec<String> {
    let key = head.split('|').next().unwrap();
    let rows = answers.iter().flat_map(|text| table(text, head));
    rows.map(|row| row[key].clone()).collect()
}

#[tokio::test]
async fn half_a_year_of_full_wellness_is_read_in_pieces_without_a_gap() {
    let world = World::start().await;
    let days = world
        .raw("/athlete/{id}/wellness?oldest=2025-09-20&newest=2026-03-17")
        .await;
    let mut days = days.as_array().unwrap().clone();
    for (n, day) in days.iter_mut().enumerate() {
        let m = [0.1, 0.2, 0.3][n % 3];
        *day = json!({
            // A column that never changes would not be a column.
            "id": day["id"], "weight": 71.4 + m, "restingHR": 44 + n % 9, "hrv": 61.5 + m, "hrvSDNN": 88.2 + m,
            "sleepSecs": 27_000 + n, "sleepScore": 81 + n % 3, "sleepQuality": 2 + n % 2, "avgSleepingHR": 47.5 + m, "soreness": 2 + n % 2,
            "fatigue": 2 + n % 2, "stress": 2 + n % 3, "mood": 2 + n % 2, "motivation": 1 + n % 2, "injury": 1 + n % 2, "hydration": 2 + n % 2,
            "hydrationVolume": 2.4 + m, "readiness": 71 + n % 4, "bodyFat": 12.7 + m, "abdomen": 81.5 + m, "vo2max": 56.3 + m, "spO2": 95 + n % 4,
            "systolic": 118 + n % 5, "diastolic": 76 + n % 4, "bloodGlucose": 5.2 + m, "lactate": 1.3 + m, "respiration": 14.6 + m,
            "steps": 11_284 + n, "kcalConsumed": 2_731 + n, "carbohydrates": 342 + n % 9, "protein": 131 + n % 8, "fatTotal": 84 + n % 7,
            "baevskySI": 63 + n % 6,
        });
    }
    let url = format!(
        "{}/api/v1/athlete/{ATHLETE_ID}/wellness-bulk",
        world.upstream()
    );
    let request = world.server.http.put(url).body(json!(days).to_string());
    let answer = request
        .basic_auth("API_KEY", Some(API_KEY))
        .header("Content-Type", "application/json")
        .header("User-Agent", "tests")
        .send();
    assert_eq!(answer.await.unwrap().status(), 200);

    let window = json!({ "oldest": "2025-09-20", "fields": "all" });
    let found = answers(&world.owner(), "get_wellness", window).await;
    let dates = keys(&found, "date|");
    let days: BTreeSet<&String> = dates.iter().collect();
    assert_eq!((dates.len(), days.len()), (180, 180));
}

#[tokio::test]
async fn activities_with_long_names_are_listed_to_the_end_and_none_twice() {
    let server = twisted("/activities", |activity| {
        if activity["type"].is_string() {
            activity["name"] = json!("朝の閾値走と流し".repeat(9));
            activity["tags"] = json!(["インターバル", "ペース走", "坂道", "仲間と一緒に", "雨"]);
        }
    })
    .await;
    let caller = Caller::owner(&server);
    let arguments = json!({ "oldest": "-179d", "limit": 200 });
    let found = answers(&caller, "list_activities", arguments).await;
    let ids = keys(&found, "id|");
    let unique: BTreeSet<&String> = ids.iter().collect();
    let count: usize = found[0].split(' ').next().unwrap().parse().unwrap();
    assert_eq!((ids.len(), unique.len()), (count, count));
}

/// Reads the workouts of half a year with their steps, to the end.
async fn assert_all_steps_are_found(caller: &Caller<'_>) {
    let world = World::start().await;
    let workouts = world
        .raw("/athlete/{id}/events?oldest=2025-10-01&newest=2026-04-01&category=WORKOUT")
        .await;
    let workouts = workouts.as_array().unwrap().iter();
    let with_steps = workouts.filter(|w| !w["workout_doc"]["steps"][0].is_null());
    let ids: Vec<String> = with_steps.map(|w| w["id"].to_string()).collect();
    assert!(ids.len() > 100, "{}", ids.len());
    let arguments = json!({ "oldest": "2025-10-01", "newest": "2026-04-01", "include_steps": true, "categories": "workout" });
    let found = answers(caller, "list_events", arguments).await;
    for id in ids {
        let steps = format!("\nsteps of {id} ");
        assert!(found.iter().any(|text| text.contains(&steps)), "{id}");
    }
}

#[tokio::test]
async fn the_steps_of_many_workouts_are_found() {
    let world = World::start().await;
    assert_all_steps_are_found(&world.owner()).await;
}

#[tokio::test]
async fn the_steps_of_many_long_workouts_are_found() {
    let server = twisted("/events", |event| {
        if let Some(steps) = event
            .pointer_mut("/workout_doc/steps")
            .and_then(Value::as_array_mut)
        {
            *steps = vec![steps.clone(); 8].concat();
        }
    })
    .await;
    assert_all_steps_are_found(&Caller::owner(&server)).await;
}
