//! An Intervals.icu that answers from memory, so that little but our own work is measured.

use axum::Router;
use axum::body::Bytes;
use axum::extract::Path;
use axum::routing::{MethodRouter, get};
use serde_json::{Value, json};
use tokio::net::TcpListener;

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
        .route("/api/v1/athlete/{id}/activities", answer(activities()))
        .route("/api/v1/activity/{id}", answer(activity(7)))
        .route("/api/v1/activity/{id}/streams", streams());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    address
}

/// Sixty rows with the fields that the list asks for.
fn activities() -> Value {
    (0..60).map(activity).collect()
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
