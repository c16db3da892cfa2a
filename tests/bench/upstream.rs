//! An Intervals.icu that answers from memory, so that little but our own work is measured.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, RawQuery};
use axum::routing::{MethodRouter, get};
use intervals_mcp_server::clock::Clock;
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// A little over three years.
const DAYS: i64 = 1_200;

/// Starts it and says where.
pub async fn serve() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let answer = |document: Value| {
        let bytes = Bytes::from(document.to_string());
        get(move || {
            let bytes = bytes.clone();
            async move { ([("content-type", "application/json")], bytes) }
        })
    };
    let athlete = json!({ "id": "i424242", "name": "Bench", "timezone": "Europe/Zurich", "measurement_preference": "meters" });
    let router = Router::new()
        .route("/api/v1/athlete/{id}", answer(athlete.clone()))
        .route(
            "/api/v1/athlete/{id}/profile",
            answer(json!({ "athlete": athlete, "customItems": [] })),
        )
        .route("/api/v1/athlete/{id}/activities", activities())
        .route("/api/v1/athlete/{id}/wellness", answer(wellness()))
        .route("/api/v1/activity/{id}", answer(activity(7)))
        .route("/api/v1/activity/{id}/streams", streams());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    address
}

/// Sixty rows with the fields that the list asks for; a session a day with those of a summary for whoever asks for zones.
fn activities() -> MethodRouter {
    let of = |rows: Vec<Value>| Bytes::from(Value::from(rows).to_string());
    let few = of((0..60).map(activity).collect());
    let today = today();
    let many = of((0..DAYS).map(|n| summed(n, today)).collect());
    get(move |RawQuery(query): RawQuery| {
        let is_summary = query.is_some_and(|query| query.contains("icu_zone_times"));
        let body = if is_summary { &many } else { &few }.clone();
        async move { ([("content-type", "application/json")], body) }
    })
}

fn today() -> jiff::civil::Date {
    Clock::system()
        .now()
        .to_zoned(jiff::tz::TimeZone::UTC)
        .date()
}

/// A session on the `n`th day before today, now and then one that is withheld.
fn summed(n: i64, today: jiff::civil::Date) -> Value {
    let day = today.checked_sub(jiff::ToSpan::days(n)).unwrap();
    let at = format!("{day}T07:12:31");
    if n % 50 == 7 {
        return json!({ "id": (80_000_000 + n).to_string(), "start_date_local": at, "source": "STRAVA",
            "_note": "STRAVA activities are not available via the API" });
    }
    let zones =
        (1..=7).map(|zone| json!({ "id": format!("Z{zone}"), "secs": 700 - zone * 60 + n % 9 }));
    let zones: Vec<Value> = zones.chain([json!({ "id": "SS", "secs": 300 })]).collect();
    let is_run = n % 3 == 0;
    json!({
        "id": format!("i{}", 80_000_000 + n), "type": if is_run { "Run" } else { "Ride" }, "start_date_local": at,
        "moving_time": 3_400 + n % 7 * 300, "distance": 41_230.5, "icu_distance": 41_230.5, "total_elevation_gain": 412.0,
        "icu_training_load": 60 + n % 40, "icu_joules": 1_081_400, "icu_intensity": 68.1 + (n % 20) as f64,
        "average_heartrate": 148, "icu_efficiency_factor": if is_run { Value::Null } else { json!(1.41) }, "decoupling": 3.2,
        "average_speed": 3.081, "pace": 3.081, "gap": 3.1, "icu_zone_times": if is_run { Value::Null } else { json!(zones) },
        "icu_hr_zone_times": [900, 1200, 600, 300, 200, 100, 20], "gap_zone_times": [900, 1200, 600, 300, 200, 100, 20],
        "tiz_order": "POWER_HR_PACE", "paired_event_id": 900_000 + n, "compliance": 97.4, "race": false,
        "carbs_ingested": 60, "source": "GARMIN_CONNECT",
    })
}

fn wellness() -> Value {
    let today = today();
    let day = |n: i64| today.checked_sub(jiff::ToSpan::days(n)).unwrap();
    (0..DAYS)
        .rev()
        .map(|n| json!({ "id": day(n).to_string(), "ctlLoad": 60.0 + (n % 40) as f64 }))
        .collect()
}

fn activity(n: i64) -> Value {
    json!({
        "id": format!("i{}", 70_000_000 + n), "name": format!("Endurance ride {n}"), "type": if n % 3 == 0 { "Run" } else { "Ride" },
        "start_date_local": format!("2026-02-{:02}T07:12:31", n % 28 + 1), "moving_time": 5_102 + n, "elapsed_time": 5_400 + n,
        "distance": 41_230.5, "icu_distance": 41_230.5, "total_elevation_gain": 412.0, "icu_training_load": 98, "icu_intensity": 88.1,
        "icu_weighted_avg_watts": 238, "icu_average_watts": 212, "average_heartrate": 148, "average_speed": 8.081, "pace": 8.081,
        "icu_rpe": 7, "feel": 2, "paired_event_id": 900_000 + n, "race": false, "commute": false, "trainer": n % 2 == 0,
        "sub_type": "NONE", "source": "GARMIN_CONNECT", "tags": ["key"],
    })
}

/// How the ids of activities begin that went on for ten hours; all others did for a day.
pub const TEN_HOURS: &str = "36";

fn streams() -> MethodRouter {
    let of = |document: Value| Bytes::from(document.to_string());
    let (day, ten_hours) = (of(five(86_400)), of(twelve(36_000)));
    get(move |Path(id): Path<String>| {
        let is_long = id.trim_start_matches('i').starts_with(TEN_HOURS);
        let body = if is_long { &ten_hours } else { &day }.clone();
        async move { ([("content-type", "application/json")], body) }
    })
}

fn series(length: u32, kind: &str, value: &dyn Fn(u32) -> Value) -> Value {
    let data: Vec<Value> = (0..length).map(value).collect();
    json!({ "type": kind, "name": null, "data": data, "data2": null, "valueType": "java.lang.Float", "custom": false })
}

/// At one sample a second.
fn five(length: u32) -> Value {
    json!([
        series(length, "time", &|s| json!(s)),
        series(length, "distance", &|s| json!(f64::from(s) * 2.9)),
        series(length, "heartrate", &|s| json!(120 + s % 40)),
        series(length, "watts", &|s| json!(150 + s % 90)),
        series(length, "altitude", &|s| json!(
            400.0 + f64::from(s % 600) / 10.0
        )),
    ])
}

/// The same with seven more.
fn twelve(length: u32) -> Value {
    let mut all = five(length);
    let tenths = |s: u32, most: u32| json!(f64::from(s % most) / 10.0);
    let more = [
        series(length, "cadence", &|s| json!(80 + s % 20)),
        series(length, "velocity_smooth", &|s| tenths(s, 130)),
        series(length, "grade_smooth", &|s| tenths(s, 90)),
        series(length, "temp", &|s| json!(12 + s / 6000)),
        series(length, "torque", &|s| tenths(s, 300)),
        series(length, "left_right_balance", &|s| json!(48 + s % 5)),
        series(length, "respiration", &|s| json!(22 + s % 18)),
    ];
    all.as_array_mut().unwrap().extend(more);
    all
}
