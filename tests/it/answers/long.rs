//! Answers that do not fit: what they cost, and how the rest is found.

use std::collections::BTreeSet;

use intervals_mcp_server::demo::{API_KEY, ATHLETE_ID};
use serde_json::{Value, json};

use super::budget::tokens;
use crate::support::{World, table};

/// Claude Code's limit.
const MOST_TOKENS: usize = 25_000;

/// Sends `body` to the athlete's own Intervals.icu, past our server.
async fn put(world: &World, path: &str, body: &Value) {
    let url = format!("{}/api/v1/athlete/{ATHLETE_ID}/{path}", world.upstream());
    let request = world.server.http.put(url).body(body.to_string());
    let answer = request
        .basic_auth("API_KEY", Some(API_KEY))
        .header("Content-Type", "application/json")
        .header("User-Agent", "tests")
        .send()
        .await
        .unwrap();
    assert_eq!(
        answer.status(),
        200,
        "{path}: {}",
        answer.text().await.unwrap()
    );
}

/// What the cut of `text` says to call again with: `oldest`, `2026-03-01`.
fn goes_on(text: &str) -> Option<(String, String)> {
    let (_, rest) = text.split_once("the same call with ")?;
    let (call, _) = rest.split_once(" goes on from here)")?;
    let (name, value) = call.split_once(' ')?;
    Some((name.to_owned(), value.to_owned()))
}

/// The id, or date, of every row that `tool` shows when it is called until nothing is cut, at least twice.
async fn all_rows(world: &World, tool: &str, mut arguments: Value, head: &str) -> Vec<String> {
    let key = head.split('|').next().unwrap();
    let mut found = Vec::new();
    for call in 1..20 {
        let text = world.owner().call_tool(tool, arguments.clone()).await.ok();
        let cost = tokens(&text);
        println!("{tool} {arguments}: {} bytes, {cost} tokens", text.len());
        assert!(cost <= MOST_TOKENS, "{tool}: {cost} tokens");
        found.extend(table(&text, head).iter().map(|row| row[key].clone()));
        match goes_on(&text) {
            Some((name, value)) => arguments[name] = json!(value),
            None => {
                assert!(!text.contains("(cut: ") && call > 1, "{text:.300}");
                return found;
            }
        }
    }
    panic!("{tool} never ends");
}

#[tokio::test]
async fn half_a_year_of_full_wellness_is_read_in_pieces_without_a_gap() {
    let world = World::start().await;
    let days = world
        .raw("/athlete/{id}/wellness?oldest=2025-09-20&newest=2026-03-17")
        .await;
    let days: Vec<Value> = days.as_array().unwrap().iter().enumerate().map(|(n, day)| json!({
        "id": day["id"], "weight": 71.4, "restingHR": 44 + n % 9, "hrv": 61.5, "hrvSDNN": 88.2, "sleepSecs": 27_000 + n,
        "sleepScore": 81, "sleepQuality": 2, "avgSleepingHR": 47.5, "soreness": 2, "fatigue": 3, "stress": 2, "mood": 2,
        "motivation": 1, "injury": 1, "hydration": 2, "hydrationVolume": 2.4, "readiness": 71, "bodyFat": 12.7, "abdomen": 81.5,
        "vo2max": 56.3, "spO2": 97, "systolic": 118, "diastolic": 76, "bloodGlucose": 5.2, "lactate": 1.3, "respiration": 14.6,
        "steps": 11_284 + n, "kcalConsumed": 2_731, "carbohydrates": 342, "protein": 131, "fatTotal": 84, "baevskySI": 63,
    })).collect();
    let open: Vec<&Value> = days.iter().collect();
    assert_eq!(open.len(), 179);
    for part in open.chunks(60) {
        put(&world, "wellness-bulk", &json!(part)).await;
    }
    let window = json!({ "oldest": "2025-09-20" });
    let dates = all_rows(&world, "get_wellness", window, "date|").await;
    let days: BTreeSet<&String> = dates.iter().collect();
    assert_eq!((dates.len(), days.len()), (180, 180));
}
