//! Training summed up.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::Request;
use intervals_mcp_server::clock::Clock;
use jiff::civil::Date;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::support::{Caller, NOW, Server, ServerOptions, World, secrets, table};

const TOOL: &str = "get_training_summary";
/// 2026-03-18 is a Wednesday.
const TODAY: &str = "2026-03-18";

async fn said(world: &World, arguments: Value) -> String {
    world.owner().call_tool(TOOL, arguments).await.ok()
}

type Row = BTreeMap<String, String>;

#[track_caller]
fn cell(row: &Row, column: &str) -> f64 {
    let text = row
        .get(column)
        .unwrap_or_else(|| panic!("no {column} in {row:?}"));
    text.parse()
        .unwrap_or_else(|_| panic!("{column}: {text:?} in {row:?}"))
}

#[track_caller]
fn near(ours: f64, expected: f64, within: f64) {
    assert!(
        (ours - expected).abs() <= within,
        "{ours} instead of {expected}"
    );
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
    number
        .trim_end_matches('.')
        .parse()
        .unwrap_or_else(|_| panic!("{label:?} {number:?} in {text}"))
}

fn get(row: &Value, key: &str) -> f64 {
    row[key].as_f64().unwrap_or_default()
}

fn back(days: i64) -> Date {
    let today: Date = TODAY.parse().unwrap();
    today.checked_sub(jiff::ToSpan::days(days)).unwrap()
}

/// The demo's own rows of these days that are not withheld.
async fn raw(world: &World, oldest: &str, newest: &str) -> Vec<Value> {
    let path = format!("/athlete/{{id}}/activities?oldest={oldest}&newest={newest}");
    let rows = world.raw(&path).await;
    let rows = rows.as_array().unwrap().iter();
    rows.filter(|a| a["type"].is_string()).cloned().collect()
}

fn date(a: &Value) -> &str {
    &a["start_date_local"].as_str().unwrap()[..10]
}

fn sum(rows: &[&Value], key: &str) -> f64 {
    rows.iter().map(|a| get(a, key)).sum()
}

/// What the cells of a row have to be for these activities.
#[track_caller]
fn assert_sums(row: &Row, rows: &[&Value]) {
    assert_eq!(cell(row, "sessions"), rows.len() as f64, "{row:?}");
    near(cell(row, "h"), sum(rows, "moving_time") / 3600.0, 0.051);
    let km = sum(rows, "distance") / 1000.0;
    if km > 0.0 {
        near(cell(row, "km"), km, 0.51);
    }
    let climb = sum(rows, "total_elevation_gain");
    if climb > 0.0 {
        near(cell(row, "up m"), climb, 0.51);
    }
    assert_eq!(cell(row, "load"), sum(rows, "icu_training_load"), "{row:?}");
    let joules = sum(rows, "icu_joules");
    if joules > 0.0 {
        near(cell(row, "kJ"), joules / 1000.0, 0.51);
    }
}

#[tokio::test]
async fn weeks_are_the_sums_of_their_local_days() {
    let world = World::start().await;
    let arguments = json!({ "oldest": "2025-11-03", "newest": "2025-12-14", "include": ["load"] });
    let text = said(&world, arguments).await;
    let all = raw(&world, "2025-11-03", "2025-12-14").await;
    let rows = table(&text, "week of|");
    assert_eq!(rows.len(), 6, "{text}");
    for (week, row) in rows.iter().enumerate() {
        let first: Date = "2025-11-03".parse().unwrap();
        let first = first.checked_add(jiff::ToSpan::weeks(week as i64)).unwrap();
        assert_eq!(row["week of"], first.to_string()[5..]);
        let days: Vec<String> = (0..7)
            .map(|d| {
                first
                    .checked_add(jiff::ToSpan::days(d))
                    .unwrap()
                    .to_string()
            })
            .collect();
        let rows: Vec<&Value> = all
            .iter()
            .filter(|a| days.iter().any(|d| d == date(a)))
            .collect();
        assert_sums(row, &rows);
        let loads: Vec<f64> = days
            .iter()
            .map(|d| {
                let of_day: Vec<&Value> = rows.iter().copied().filter(|a| date(a) == d).collect();
                sum(&of_day, "icu_training_load")
            })
            .collect();
        let mean = loads.iter().sum::<f64>() / 7.0;
        let deviation = (loads.iter().map(|l| (l - mean).powi(2)).sum::<f64>() / 7.0).sqrt();
        near(cell(row, "monotony"), mean / deviation, 0.051);
        near(cell(row, "strain"), mean * 7.0 * mean / deviation, 0.51);
    }
    let head = text.lines().next().unwrap();
    let of_all: Vec<&Value> = all.iter().collect();
    assert!(
        head.starts_with(&format!("{} sessions · ", all.len())),
        "{head}"
    );
    assert_eq!(number(head, "load "), sum(&of_all, "icu_training_load"));
    world.assert_well_behaved();
}

#[tokio::test]
async fn every_grouping_adds_up_to_the_same() {
    let world = World::start().await;
    let all = raw(&world, "2026-01-01", "2026-02-28").await;
    let window = |group_by: &str| json!({ "oldest": "2026-01-01", "newest": "2026-02-28", "group_by": group_by, "include": ["fuel"] });
    for (group_by, head, count) in [
        ("day", "date|", None),
        ("week", "week of|", Some(9)),
        ("Month", "month|", Some(2)),
        ("sport", "sport|", None),
    ] {
        let text = said(&world, window(group_by)).await;
        let rows = table(&text, head);
        if let Some(count) = count {
            assert_eq!(rows.len(), count, "{text}");
        }
        let of_all: Vec<&Value> = all.iter().collect();
        let total = |column: &str| -> f64 {
            let cells = rows.iter().filter_map(|row| row.get(column));
            cells.filter_map(|cell| cell.parse::<f64>().ok()).sum()
        };
        assert_eq!(total("sessions"), all.len() as f64, "{text}");
        assert_eq!(total("load"), sum(&of_all, "icu_training_load"), "{text}");
        near(
            total("kJ"),
            sum(&of_all, "icu_joules") / 1000.0,
            rows.len() as f64,
        );
    }
    let text = said(&world, window("month")).await;
    let rows = table(&text, "month|");
    assert_eq!(rows[0]["month"], "2026-01");
    let january: Vec<&Value> = all.iter().filter(|a| date(a) < "2026-02").collect();
    assert_sums(&rows[0], &january);
    let text = said(&world, window("day")).await;
    let row = &table(&text, "date|")[0];
    let first = all.iter().map(date).min().unwrap();
    assert!(row["date"].ends_with(&first[5..]), "{row:?}");
    assert_sums(
        row,
        &all.iter().filter(|a| date(a) == first).collect::<Vec<_>>(),
    );
    let text = said(&world, window("sport")).await;
    for row in table(&text, "sport|") {
        let rows: Vec<&Value> = all
            .iter()
            .filter(|a| a["type"] == row["sport"].as_str())
            .collect();
        assert_sums(&row, &rows);
    }
}

#[tokio::test]
async fn a_sport_is_a_family_or_one_of_its_own() {
    let world = World::start().await;
    let window = |sport: &str| json!({ "oldest": "2026-01-01", "newest": "2026-02-28", "group_by": "sport", "sport": sport });
    let all = raw(&world, "2026-01-01", "2026-02-28").await;
    let of = |sports: &[&str]| {
        all.iter()
            .filter(|a| sports.iter().any(|s| a["type"] == *s))
            .count()
    };
    let text = said(&world, window("ride")).await;
    let sports: Vec<String> = table(&text, "sport|")
        .iter()
        .map(|r| r["sport"].clone())
        .collect();
    assert_eq!(sports, ["Ride", "VirtualRide"], "{text}");
    assert!(text.starts_with(&format!(
        "{} sessions · sport ride · ",
        of(&["Ride", "VirtualRide"])
    )));
    let text = said(&world, window("VirtualRide")).await;
    assert!(
        text.starts_with(&format!("{} sessions · ", of(&["VirtualRide"]))),
        "{text}"
    );
    let text = said(&world, window("curling")).await;
    assert!(text.starts_with("0 sessions · sport curling · "), "{text}");
}

#[tokio::test]
async fn time_in_zones_is_without_the_overlapping_sweet_spot() {
    let world = World::start().await;
    let arguments = json!({ "oldest": "2026-01-01", "newest": "2026-02-28", "include": "zones" });
    let text = said(&world, arguments).await;
    let all = raw(&world, "2026-01-01", "2026-02-28").await;
    let rows = table(&text, "% of time in|");
    let rides: Vec<&Value> = all
        .iter()
        .filter(|a| a["type"].as_str().unwrap().ends_with("Ride"))
        .collect();
    let row = rows
        .iter()
        .find(|r| r["% of time in"] == "power Ride")
        .unwrap();
    let seconds = |zone: &str| -> f64 {
        let zones = rides
            .iter()
            .flat_map(|a| a["icu_zone_times"].as_array().unwrap());
        zones
            .filter(|z| z["id"] == zone)
            .map(|z| get(z, "secs"))
            .sum()
    };
    let in_all: f64 = (1..=7).map(|z| seconds(&format!("Z{z}"))).sum();
    assert!(seconds("SS") > 0.0);
    near(cell(row, "h"), in_all / 3600.0, 0.051);
    assert_eq!(cell(row, "n"), rides.len() as f64);
    for zone in 1..=7 {
        let share = seconds(&format!("Z{zone}")) / in_all * 100.0;
        near(cell(row, &format!("Z{zone}")), share, 0.51);
    }
    for (head, key, family) in [
        ("HR Run", "icu_hr_zone_times", "Run"),
        ("HR Swim", "icu_hr_zone_times", "Swim"),
        ("pace Swim", "pace_zone_times", "Swim"),
        ("gradient-adjusted pace Run", "gap_zone_times", "Run"),
    ] {
        let row = rows
            .iter()
            .find(|r| r["% of time in"] == head)
            .unwrap_or_else(|| panic!("{head}: {text}"));
        let of: Vec<&Value> = all
            .iter()
            .filter(|a| a["type"].as_str().unwrap().ends_with(family) && a[key].is_array())
            .collect();
        let secs = |zone: usize| -> f64 {
            of.iter()
                .map(|a| a[key][zone].as_f64().unwrap_or(0.0))
                .sum()
        };
        let in_all: f64 = (0..7).map(secs).sum();
        near(cell(row, "Z1"), secs(0) / in_all * 100.0, 0.51);
        near(cell(row, "Z4"), secs(3) / in_all * 100.0, 0.51);
    }
    assert!(
        !text.contains("Low/mid/high (") && !text.contains("Plan:"),
        "{text}"
    );
}

/// An account of our own making behind the server.
#[derive(Default)]
struct Account {
    activities: Vec<Value>,
    wellness: Vec<Value>,
    events: Vec<Value>,
    imperial: bool,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Account {
    async fn serve(self) -> Server {
        let account = Arc::new(self);
        let answer = move |request: Request| {
            let account = Arc::clone(&account);
            async move {
                let query = request.uri().query().unwrap_or_default().to_owned();
                let path = request.uri().path().to_owned();
                account
                    .asked
                    .lock()
                    .unwrap()
                    .push(format!("{path}?{query}"));
                let bound = |name: &str| {
                    let value = query.split('&').find_map(|pair| pair.strip_prefix(name));
                    value.unwrap_or_default().to_owned()
                };
                let within = |rows: &[Value], key: &str| -> Value {
                    let (oldest, newest) = (bound("oldest="), bound("newest="));
                    let inside = |row: &&Value| {
                        let day = &row[key].as_str().unwrap()[..10];
                        day >= oldest.as_str() && day <= newest.as_str()
                    };
                    rows.iter().filter(inside).cloned().collect()
                };
                let units = if account.imperial { "feet" } else { "meters" };
                let body = if path.ends_with("/profile") {
                    json!({ "athlete": { "id": "i1", "timezone": "Europe/Zurich" } })
                } else if path.ends_with("/wellness") {
                    within(&account.wellness, "id")
                } else if path.ends_with("/activities") {
                    within(&account.activities, "start_date_local")
                } else if path.ends_with("/events") {
                    within(&account.events, "start_date_local")
                } else {
                    json!({ "id": "i1", "measurement_preference": units })
                };
                body.to_string()
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
        self.calls(arguments).await.0
    }

    /// The answer, and what was asked for it beside profile and units.
    async fn calls(self, arguments: Value) -> (String, Vec<String>) {
        let asked = Arc::clone(&self.asked);
        let server = self.serve().await;
        let text = Caller::owner(&server).call_tool(TOOL, arguments).await.ok();
        let asked = asked.lock().unwrap();
        let calls = asked.iter().filter_map(|call| call.split_once("/i424242/"));
        let calls: Vec<String> = calls
            .map(|(_, call)| call.to_owned())
            .filter(|call| !call.starts_with("profile"))
            .collect();
        (text, calls)
    }
}

/// A session of an hour with `load`, and what is in `more`.
fn session(id: u32, at: &str, sport: &str, load: Option<i64>, more: Value) -> Value {
    let at = if at.len() == 10 {
        format!("{at}T07:00:00")
    } else {
        at.to_owned()
    };
    let mut row = json!({ "id": format!("i{id}"), "type": sport, "start_date_local": at, "moving_time": 3600, "icu_training_load": load });
    if let (Some(row), Some(more)) = (row.as_object_mut(), more.as_object()) {
        row.extend(more.clone());
    }
    row
}

fn stub(id: u32, at: &str) -> Value {
    json!({ "id": id.to_string(), "start_date_local": format!("{at}T07:00:00"), "source": "STRAVA",
        "_note": "STRAVA activities are not available via the API" })
}

/// One session a day: `loads` up to yesterday, the last first.
fn daily(loads: impl IntoIterator<Item = i64>) -> Vec<Value> {
    (1..)
        .zip(loads)
        .map(|(days, load)| {
            session(
                days,
                &back(i64::from(days)).to_string(),
                "Run",
                Some(load),
                json!({}),
            )
        })
        .collect()
}

#[tokio::test]
async fn the_load_of_today_is_in_no_ratio_and_no_monotony() {
    // 7 days of 100 after 21 of 50, and far too much today: 100 / (1750 / 28) = 1.6; exponential as by hand:
    // (100 - 50 x 0.75^7) / (100 - 50 x (27/29)^7) over 28 days.
    let mut activities = daily([100; 7].into_iter().chain([50; 21]));
    activities.push(session(99, TODAY, "Run", Some(900), json!({})));
    let account = Account {
        activities,
        ..Account::default()
    };
    let text = account.says(json!({ "oldest": "-27d" })).await;
    assert!(
        text.contains("Load of 7 days to Tue 03-17: 700 (28 days: 438 a week)"),
        "{text}"
    );
    assert_eq!(number(&text, "acute:chronic "), 1.6, "{text}");
    let exponential =
        (100.0 - 50.0 * 0.75_f64.powi(7)) / (100.0 - 50.0 * (27.0_f64 / 29.0).powi(7));
    near(number(&text, "(coupled), "), exponential, 0.0051);
    assert!(text.contains("no monotony, every day alike"), "{text}");
    let last = table(&text, "week of|").pop().unwrap();
    assert_eq!(last["week of"], "03-16 (3 of 7 days)");
    assert!(
        last.get("monotony").is_none_or(String::is_empty),
        "{last:?}"
    );
}

#[tokio::test]
async fn days_without_load_are_days_of_zero() {
    // Since Wed 03-11: 100, 0, 50, 0, 100, 0, 50, of which the mean is 300/7 and the deviation 41.65.
    let activities = [(6, 100), (4, 50), (2, 100), (0, 50)].map(|(days, load)| {
        session(
            days + 1,
            &back(i64::from(days) + 1).to_string(),
            "Run",
            Some(load),
            json!({}),
        )
    });
    let account = Account {
        activities: activities.to_vec(),
        ..Account::default()
    };
    let text = account.says(json!({ "oldest": "2026-03-11" })).await;
    assert!(text.contains("monotony 1, strain 309"), "{text}");
    assert!(
        text.contains("no acute:chronic ratio, fewer than 28 days since the first session"),
        "{text}"
    );
    assert!(text.contains("rest days 3 of 7"), "{text}");
}

#[tokio::test]
async fn a_ratio_looks_back_beyond_a_short_window_in_the_same_call() {
    let account = Account {
        activities: daily([60; 40]),
        ..Account::default()
    };
    let (text, calls) = account
        .calls(json!({ "oldest": "-2d", "include": "load" }))
        .await;
    assert!(text.starts_with("2 sessions · "), "{text}");
    assert_eq!(number(&text, "acute:chronic "), 1.0, "{text}");
    assert_eq!(calls.len(), 1, "{calls:?}");
    assert!(
        calls[0].starts_with("activities?oldest=2025-12-24&newest=2026-03-18&fields="),
        "{calls:?}"
    );
}

#[tokio::test]
async fn sessions_belong_to_the_day_on_the_athletes_clock() {
    // In UTC the first is of Sunday 03-08 and the second of Sunday 03-15.
    let activities = vec![
        session(
            1,
            "2026-03-09T00:10:00",
            "Run",
            Some(10),
            json!({ "start_date": "2026-03-08T23:10:00Z" }),
        ),
        session(
            2,
            "2026-03-15T23:50:00",
            "Run",
            Some(20),
            json!({ "start_date": "2026-03-15T22:50:00Z" }),
        ),
        session(
            3,
            "2026-03-16T00:10:00",
            "Run",
            Some(40),
            json!({ "start_date": "2026-03-15T23:10:00Z" }),
        ),
    ];
    let account = Account {
        activities,
        ..Account::default()
    };
    let text = account.says(json!({ "oldest": "2026-03-09" })).await;
    let rows = table(&text, "week of|");
    let loads: Vec<&str> = rows.iter().map(|r| r["load"].as_str()).collect();
    assert_eq!(loads, ["30", "40"], "{text}");
}

#[tokio::test]
async fn the_best_basis_of_each_session_counts_and_is_named() {
    let zones = |secs: [i64; 7]| -> Value {
        let named = (1..)
            .zip(secs)
            .map(|(n, secs)| json!({ "id": format!("Z{n}"), "secs": secs }));
        named.chain([json!({ "id": "SS", "secs": 3000 })]).collect()
    };
    let activities = vec![
        // Power counts, HR does not: 40, 10, 10 minutes.
        session(
            1,
            "2026-03-02",
            "Ride",
            Some(60),
            json!({ "icu_zone_times": zones([1200, 1200, 300, 300, 300, 200, 100]),
            "icu_hr_zone_times": [3600, 0, 0, 0, 0, 0, 0] }),
        ),
        // The athlete wants HR before all else: 50, 0, 10.
        session(
            2,
            "2026-03-03",
            "Run",
            Some(60),
            json!({ "icu_hr_zone_times": [2000, 1000, 0, 0, 600],
            "gap_zone_times": [0, 0, 3600, 0, 0, 0, 0], "icu_zone_times": zones([0, 0, 3600, 0, 0, 0, 0]), "tiz_order": "HR_PACE_POWER" }),
        ),
        // Only pace, and the gradient-adjusted one before the other: 60, 0, 0.
        session(
            3,
            "2026-03-04",
            "Run",
            Some(60),
            json!({ "gap_zone_times": [3600, 0, 0, 0, 0, 0, 0],
            "pace_zone_times": [0, 0, 0, 3600, 0, 0, 0] }),
        ),
        // Neither none nor zones that nobody can fold count as low.
        session(
            4,
            "2026-03-05",
            "Hike",
            Some(60),
            json!({ "icu_hr_zone_times": [0, 0, 0, 0, 0] }),
        ),
        session(
            5,
            "2026-03-06",
            "Hike",
            Some(60),
            json!({ "icu_hr_zone_times": [900, 900, 900, 900] }),
        ),
    ];
    let account = Account {
        activities,
        ..Account::default()
    };
    let text = account
        .says(json!({ "oldest": "2026-03-02", "newest": "2026-03-08" }))
        .await;
    assert!(
        text.contains(
            "83/6/11 % of 3:00 h, by power 1:00 h, HR 1:00 h, gradient-adjusted pace 1:00 h"
        ),
        "{text}"
    );
    // 150, 10 and 20 of 180 minutes: log10(15 x 20/180 x 100).
    near(
        number(&text, "polarization index "),
        (15.0 * 100.0 / 9.0_f64).log10(),
        0.0051,
    );
    assert!(text.contains("; polarized, "), "{text}");
    assert!(
        text.contains("zones: power 2, HR 3, pace 2, none 2;")
            || text.contains("zones: power 2, HR 3, pace 2, none 2."),
        "{text}"
    );
    let row = &table(&text, "week of|")[0];
    assert_eq!(row["low %"], "83", "{text}");
}

#[tokio::test]
async fn withheld_sessions_are_counted_and_their_load_is_the_services() {
    let mut activities = daily([50; 35]);
    // Two on the same day, of which the service knows the load, and one of which it does not.
    activities.extend([
        stub(501, "2026-03-15"),
        stub(502, "2026-03-15"),
        stub(503, "2026-03-16"),
    ]);
    let wellness = vec![json!({ "id": "2026-03-15", "ctlLoad": 200.0 })];
    let account = Account {
        activities,
        wellness,
        ..Account::default()
    };
    let (text, calls) = account.calls(json!({ "oldest": "2026-03-09" })).await;
    assert!(text.starts_with("9 sessions · "), "{text}");
    let rows = table(&text, "week of|");
    assert_eq!(
        (rows[0]["withheld"].as_str(), rows[1]["withheld"].as_str()),
        ("2", "1"),
        "{text}"
    );
    // 50 a day but for 200 on that one.
    assert!(text.contains("Load of 7 days to Tue 03-17: 500 "), "{text}");
    assert!(
        text.contains("Withheld by the service: 3 activities"),
        "{text}"
    );
    assert!(
        text.contains(", 3 withheld;") && text.contains("lacks 1 withheld session"),
        "{text}"
    );
    let wellness: Vec<&String> = calls.iter().filter(|c| c.starts_with("wellness")).collect();
    assert_eq!(
        wellness,
        ["wellness?oldest=2026-03-15&newest=2026-03-16&fields=id,ctlLoad"]
    );
    assert_eq!(calls.len(), 3, "{calls:?}");
}

#[tokio::test]
async fn load_of_withheld_sessions_is_of_no_known_sport() {
    let mut activities = daily([50; 35]);
    activities.push(stub(501, "2026-03-15"));
    let wellness = vec![json!({ "id": "2026-03-15", "ctlLoad": 200.0 })];
    let account = Account {
        activities,
        wellness,
        ..Account::default()
    };
    let (text, calls) = account
        .calls(json!({ "oldest": "2026-03-09", "sport": "run" }))
        .await;
    assert!(text.contains("Load of 7 days to Tue 03-17: 350 "), "{text}");
    assert!(text.contains("lacks 1 withheld session"), "{text}");
    assert!(text.contains("Sport and name are unknown"), "{text}");
    assert!(
        !calls.iter().any(|c| c.starts_with("wellness")),
        "{calls:?}"
    );
}

#[tokio::test]
async fn a_window_of_nothing_but_withheld_sessions_says_so() {
    let activities = vec![stub(501, "2026-03-03"), stub(502, "2026-03-05")];
    let wellness = vec![
        json!({ "id": "2026-03-03", "ctlLoad": 80.0 }),
        json!({ "id": "2026-03-05", "ctlLoad": 40.0 }),
    ];
    let account = Account {
        activities,
        wellness,
        ..Account::default()
    };
    let text = account
        .says(json!({ "oldest": "2026-03-02", "newest": "2026-03-15" }))
        .await;
    assert!(text.starts_with("0 sessions · Mon 2026-03-02"), "{text}");
    let rows = table(&text, "week of|");
    assert_eq!(
        (rows[0]["sessions"].as_str(), rows[0]["withheld"].as_str()),
        ("0", "2"),
        "{text}"
    );
    assert!(
        !text.contains("Low/mid/high (") && !text.contains("NaN"),
        "{text}"
    );
    assert!(text.contains("rest days 12 of 14"), "{text}");
    assert!(
        text.contains("Withheld by the service: 2 activities"),
        "{text}"
    );
    assert!(
        text.lines()
            .last()
            .unwrap()
            .starts_with("Rests on 0 sessions, 2 withheld"),
        "{text}"
    );
}

#[tokio::test]
async fn an_empty_window_is_one_line_and_an_empty_comparison_is_said() {
    let account = Account {
        activities: daily([50; 7]),
        ..Account::default()
    };
    let text = account
        .says(json!({ "oldest": "2019-05-01", "newest": "2019-05-31" }))
        .await;
    assert_eq!(
        text,
        "0 sessions · Wed 2019-05-01 to Fri 2019-05-31 (Europe/Zurich, today is Wed 2026-03-18)"
    );
    let account = Account {
        activities: daily([50; 7]),
        ..Account::default()
    };
    let text = account
        .says(json!({ "oldest": "-6d", "compare_to": "2019-05" }))
        .await;
    assert!(
        text.contains("Compared with Wed 2019-05-01 to Fri 2019-05-31"),
        "{text}"
    );
    assert!(text.contains("no sessions there."), "{text}");
    assert!(
        !text.contains("measure|") && !text.contains("h then"),
        "{text}"
    );
}

#[tokio::test]
async fn sparse_weeks_are_rows_with_nothing_in_them() {
    let activities = vec![session(1, "2026-02-03", "Run", None, json!({}))];
    let account = Account {
        activities,
        ..Account::default()
    };
    let text = account
        .says(json!({ "oldest": "2026-02-02", "newest": "2026-02-15" }))
        .await;
    let rows = table(&text, "week of|");
    assert_eq!(rows.len(), 2, "{text}");
    assert_eq!(
        (rows[1]["sessions"].as_str(), rows[1]["h"].as_str()),
        ("0", "0")
    );
    assert!(text.contains("Load to Sun 02-15: none known"), "{text}");
    assert!(
        text.contains("Rests on 1 session (1 without load)"),
        "{text}"
    );
}

#[tokio::test]
async fn zero_is_a_value_and_a_gap_is_none() {
    let activities = vec![
        session(
            1,
            "2026-03-02",
            "Ride",
            Some(0),
            json!({ "carbs_ingested": 0, "decoupling": 0.0, "moving_time": 7200 }),
        ),
        session(
            2,
            "2026-03-03",
            "Ride",
            Some(30),
            json!({ "carbs_ingested": 90, "decoupling": -4.0, "moving_time": 3600 }),
        ),
        session(
            3,
            "2026-03-04",
            "Ride",
            Some(30),
            json!({ "decoupling": 6.0 }),
        ),
    ];
    let account = Account {
        activities,
        ..Account::default()
    };
    let arguments = json!({ "oldest": "2026-03-02", "newest": "2026-03-08", "include": ["fuel", "durability"] });
    let text = account.says(arguments).await;
    // 90 g over three hours that note them, the hour without a note left out.
    assert!(
        text.contains("Carbs: 30 g/h over 2 sessions of 3:00 h"),
        "{text}"
    );
    assert!(
        text.contains("Ride 3, decoupling 0 % (1 of 5 or more)"),
        "{text}"
    );
    assert!(text.contains("Rests on 3 sessions;"), "{text}");
    let row = &table(&text, "week of|")[0];
    assert!(
        row.get("kJ").is_none() && row.get("km").is_none(),
        "{row:?}"
    );
}

#[tokio::test]
async fn joules_are_joules_and_intensity_is_percent() {
    let ride = |id: u32, at: &str, percent: f64| {
        session(
            id,
            at,
            "Ride",
            Some(50),
            json!({ "icu_joules": 1_081_400, "icu_intensity": percent, "decoupling": 3.0 }),
        )
    };
    let activities = vec![ride(1, "2026-03-02", 66.8), ride(2, "2026-03-03", 92.0)];
    let account = Account {
        activities,
        ..Account::default()
    };
    let arguments =
        json!({ "oldest": "2026-03-02", "newest": "2026-03-08", "include": "durability" });
    let text = account.says(arguments).await;
    assert!(
        text.lines().next().unwrap().contains(" · 2163 kJ · "),
        "{text}"
    );
    assert!(
        text.contains("Ride 1, decoupling 3 %"),
        "only the steady one: {text}"
    );
}

#[tokio::test]
async fn efficiency_is_compared_by_halves_of_the_window() {
    let ride = |id: u32, at: &str, factor: f64| {
        session(
            id,
            at,
            "Ride",
            Some(50),
            json!({ "icu_efficiency_factor": factor, "icu_intensity": 65.0 }),
        )
    };
    let run = |id: u32, at: &str, speed: f64| {
        session(
            id,
            at,
            "Run",
            Some(50),
            json!({ "pace": 2.0, "gap": speed, "average_heartrate": 150, "icu_intensity": 70.0 }),
        )
    };
    let mut activities = Vec::new();
    for (n, day) in (0..).zip(["02", "03", "04", "10", "11", "12"]) {
        let late = n >= 3;
        let at = format!("2026-03-{day}");
        activities.push(ride(10 + n, &at, if late { 1.47 } else { 1.40 }));
        activities.push(run(20 + n, &at, if late { 3.0 } else { 2.5 }));
    }
    // A race and a short one say nothing of it.
    activities.push(session(
        31,
        "2026-03-13",
        "Ride",
        Some(50),
        json!({ "icu_efficiency_factor": 9.0, "race": true }),
    ));
    activities.push(session(
        32,
        "2026-03-13",
        "Ride",
        Some(50),
        json!({ "icu_efficiency_factor": 9.0, "moving_time": 1800 }),
    ));
    let window = json!({ "oldest": "2026-03-02", "newest": "2026-03-15", "include": "durability" });
    let account = Account {
        activities: activities.clone(),
        ..Account::default()
    };
    let text = account.says(window.clone()).await;
    assert!(
        text.contains("Ride 6, EF 1.4 to 1.47 W/bpm (+5 %)"),
        "{text}"
    );
    // 2.5 m/s and 3 m/s at 150 beats a minute are 1 m and 1.2 m a beat.
    assert!(text.contains("Run 6, EF 1 to 1.2 m/beat (+20 %)"), "{text}");
    let account = Account {
        activities,
        imperial: true,
        ..Account::default()
    };
    let text = account.says(window).await;
    assert!(
        text.contains("Run 6, EF 3.28 to 3.94 ft/beat (+20 %)"),
        "{text}"
    );
}

fn workout(id: u32, at: &str, sport: &str) -> Value {
    json!({ "id": id, "category": "WORKOUT", "type": sport, "start_date_local": format!("{at}T00:00:00") })
}

#[tokio::test]
async fn the_plan_is_done_missed_unknown_or_still_ahead() {
    let mut on_a_device = workout(6, "2026-03-13", "Ride");
    on_a_device["paired_activity_id"] = json!("i77");
    let events = vec![
        workout(1, "2026-03-09", "Ride"),
        workout(2, "2026-03-10", "Ride"),
        workout(3, "2026-03-11", "Run"),
        workout(4, "2026-03-12", "Ride"),
        workout(5, TODAY, "Ride"),
        on_a_device,
        json!({ "id": 7, "category": "RACE_A", "type": "Ride", "start_date_local": "2026-03-14T00:00:00" }),
    ];
    let activities = vec![
        session(
            1,
            "2026-03-09",
            "Ride",
            Some(50),
            json!({ "paired_event_id": 1, "compliance": 80.0 }),
        ),
        // Done a day late.
        session(
            3,
            "2026-03-13",
            "Run",
            Some(50),
            json!({ "paired_event_id": 3, "compliance": 110.0 }),
        ),
        session(9, "2026-03-14", "Ride", Some(50), json!({})),
        stub(501, "2026-03-12"),
    ];
    let account = || Account {
        activities: activities.clone(),
        events: events.clone(),
        ..Account::default()
    };
    let window = json!({ "oldest": "2026-03-09", "include": "compliance" });
    let (text, calls) = account().calls(window).await;
    assert!(
        text.contains("Plan: 3 of 5 workouts done (60 %), 1 missed, 1 unknown (withheld session that day), 1 still ahead today; compliance 95 % on average; 1 session unplanned."),
        "{text}"
    );
    assert_eq!(calls.len(), 2, "{calls:?}");
    assert!(
        calls.contains(&"events?oldest=2026-03-09&newest=2026-03-18&category=WORKOUT".to_owned()),
        "{calls:?}"
    );
    let text = account()
        .says(json!({ "oldest": "2026-03-09", "sport": "run", "include": "compliance" }))
        .await;
    assert!(
        text.contains("Plan: 1 of 1 workouts done (100 %); compliance 110 %"),
        "{text}"
    );
}

#[tokio::test]
async fn ranges_side_by_side_have_their_difference() {
    let activities = vec![
        session(
            1,
            "2026-03-09",
            "Ride",
            Some(90),
            json!({ "distance": 40_000.0, "icu_joules": 600_000, "icu_zone_times": [{ "id": "Z1", "secs": 3000 }, { "id": "Z5", "secs": 600 }, { "id": "Z3", "secs": 0 }] }),
        ),
        session(
            2,
            "2026-03-10",
            "Run",
            Some(30),
            json!({ "distance": 10_000.0 }),
        ),
        session(
            3,
            "2026-03-03",
            "Ride",
            Some(100),
            json!({ "distance": 25_000.0, "icu_joules": 500_000, "icu_zone_times": [{ "id": "Z1", "secs": 1800 }, { "id": "Z5", "secs": 0 }, { "id": "Z3", "secs": 1800 }] }),
        ),
        stub(501, "2026-03-05"),
    ];
    let account = || Account {
        activities: activities.clone(),
        ..Account::default()
    };
    let arguments = json!({ "oldest": "2026-03-09", "newest": "2026-03-15", "compare_to": "previous", "include": "fuel" });
    let (text, calls) = account().calls(arguments).await;
    assert_eq!(calls.len(), 1, "neighbours are one call: {calls:?}");
    assert!(
        text.contains("Compared with Mon 2026-03-02 to Sun 2026-03-08 (7 days too):"),
        "{text}"
    );
    for line in [
        "sessions|2|1|+1 (+100%)",
        "days with sessions|2|2|0 (0%)",
        "h|2|1|+1 (+100%)",
        "km|50|25|+25 (+100%)",
        "load|120|100|+20 (+20%)",
        "kJ|600|500|+100 (+20%)",
        "low %|83|50|+33",
        "mid %|0|50|-50",
        "high %|17|0|+17",
        "Withheld, and in the days alone: 0 now, 1 then.",
    ] {
        assert!(text.lines().any(|l| l == line), "{line}: {text}");
    }
    let sports = table(&text, "sport|");
    assert_eq!(
        (sports[0]["sport"].as_str(), sports[0]["load then"].as_str()),
        ("Ride", "100"),
        "{text}"
    );
}

#[tokio::test]
async fn ranges_of_other_lengths_are_compared_per_week() {
    let world = World::start().await;
    let arguments = json!({ "oldest": "2026-02-02", "newest": "2026-03-01", "compare_to": "2025-05-05..2025-05-18" });
    world.owner().call_tool("get_athlete", json!({})).await.ok();
    world.demo.clear_journal();
    let text = said(&world, arguments).await;
    let asked: Vec<String> = world
        .demo
        .journal()
        .iter()
        .map(|r| r.path.rsplit('/').next().unwrap().to_owned())
        .collect();
    assert_eq!(
        asked.iter().filter(|path| *path == "activities").count(),
        2,
        "{asked:?}"
    );
    assert!(text.contains("Compared with Mon 2025-05-05 to Sun 2025-05-18 (14 days; this window has 28), so per week, sports above in all:"), "{text}");
    let rows = table(&text, "measure|");
    let load = rows.iter().find(|r| r["measure"] == "load").unwrap();
    let now = raw(&world, "2026-02-02", "2026-03-01").await;
    let then = raw(&world, "2025-05-05", "2025-05-18").await;
    let a_week = |rows: &[Value], weeks: f64| {
        sum(&rows.iter().collect::<Vec<_>>(), "icu_training_load") / weeks
    };
    near(cell(load, "now"), a_week(&now, 4.0), 0.51);
    near(cell(load, "then"), a_week(&then, 2.0), 0.51);
    world.assert_well_behaved();
}

#[tokio::test]
async fn one_call_is_as_few_as_can_serve_it() {
    let world = World::start().await;
    world.owner().call_tool("get_athlete", json!({})).await.ok();
    for (arguments, expected) in [
        (json!({}), &["activities", "events", "wellness"][..]),
        (
            json!({ "compare_to": "previous" }),
            &["activities", "events", "wellness"],
        ),
        (json!({ "include": "zones" }), &["activities"]),
        (
            json!({ "include": ["distribution", "durability"], "compare_to": "2025-05" }),
            &["activities", "activities"],
        ),
        (
            json!({ "oldest": "2025-11-03", "newest": "2025-11-30", "sport": "run" }),
            &["activities", "events"],
        ),
    ] {
        let server = &World::start().await;
        server
            .owner()
            .call_tool("get_athlete", json!({}))
            .await
            .ok();
        server.demo.clear_journal();
        said(server, arguments.clone()).await;
        let mut asked: Vec<String> = server
            .demo
            .journal()
            .iter()
            .map(|r| r.path.rsplit('/').next().unwrap().to_owned())
            .collect();
        asked.sort();
        assert_eq!(asked, expected, "{arguments}");
        for request in server
            .demo
            .journal()
            .iter()
            .filter(|r| r.path.ends_with("activities"))
        {
            assert!(request.query.contains("fields="), "{request:?}");
        }
        server.assert_well_behaved();
    }
}

/// A session on each of so many days before today.
fn years(days: u32) -> Vec<Value> {
    (0..days)
        .map(|n| {
            session(
                n + 1,
                &back(i64::from(n)).to_string(),
                "Ride",
                Some(50),
                json!({}),
            )
        })
        .collect()
}

#[tokio::test]
async fn three_years_are_one_answer_and_its_first_rows_can_be_asked_for() {
    let account = Account {
        activities: years(1_100),
        ..Account::default()
    };
    let (text, calls) = account.calls(json!({ "oldest": "2023-03-20" })).await;
    assert!(
        text.starts_with("1095 sessions · 1095:00 h · load 54750 · Mon 2023-03-20"),
        "{text}"
    );
    let rows = table(&text, "week of|");
    assert_eq!(rows.len(), 60, "{text}");
    assert_eq!(rows[59]["week of"], "2026-03-16 (3 of 7 days)");
    let first: Date = rows[0]["week of"].parse().unwrap();
    let before = first.yesterday().unwrap();
    assert!(
        text.contains(&format!(
            "97 earlier rows left out: the same call with newest {before}, or group_by month."
        )),
        "{text}"
    );
    assert!(
        text.contains("what was missed is told over windows of up to 371 days"),
        "{text}"
    );
    assert_eq!(calls.len(), 1, "no calendar of years: {calls:?}");
    let account = Account {
        activities: years(1_100),
        ..Account::default()
    };
    let text = account
        .says(json!({ "oldest": "2023-03-20", "newest": before.to_string() }))
        .await;
    let rows = table(&text, "week of|");
    assert_eq!(
        rows.last().unwrap()["week of"],
        before
            .checked_sub(jiff::ToSpan::days(6))
            .unwrap()
            .to_string()
    );
    let account = Account {
        activities: years(1_100),
        ..Account::default()
    };
    let text = account
        .says(json!({ "oldest": "2023-03-20", "group_by": "month" }))
        .await;
    let rows = table(&text, "month|");
    assert_eq!(rows.len(), 37, "{text}");
    assert_eq!(rows[0]["month"], "2023-03 (12 of 31 days)");
    assert_eq!(rows[36]["month"], "2026-03 (18 of 31 days)");
}

#[tokio::test]
async fn miles_and_feet_where_the_athlete_prefers_them() {
    let ride =
        json!({ "distance": 160_934.4, "icu_distance": 160_934.4, "total_elevation_gain": 304.8 });
    let activities = vec![
        session(1, "2026-03-09", "Ride", Some(90), ride),
        session(
            2,
            "2026-03-10",
            "Run",
            Some(30),
            json!({ "distance": 16_093.44 }),
        ),
        session(
            3,
            "2026-03-03",
            "Ride",
            Some(30),
            json!({ "distance": 80_467.2 }),
        ),
    ];
    let account = Account {
        activities,
        imperial: true,
        ..Account::default()
    };
    let text = account
        .says(json!({ "oldest": "2026-03-09", "newest": "2026-03-15", "compare_to": "previous" }))
        .await;
    assert!(
        text.starts_with("2 sessions · 2:00 h · 110 mi · up 1000 ft · load 120"),
        "{text}"
    );
    let row = &table(&text, "week of|")[0];
    assert_eq!(
        (row["mi"].as_str(), row["up ft"].as_str()),
        ("110", "1000"),
        "{text}"
    );
    assert!(
        text.lines().any(|line| line == "mi|110|50|+60 (+120%)"),
        "{text}"
    );
    assert!(!text.contains(" km") && !text.contains("|km"), "{text}");
}

#[tokio::test]
async fn parts_are_told_when_they_are_asked_for_and_the_last_line_says_what_they_rest_on() {
    let world = World::start().await;
    let words = [
        ("distribution", "Low/mid/high (zones"),
        ("zones", "% of time in|"),
        ("load", "acute:chronic"),
        ("compliance", "Plan: "),
        ("durability", "Steady 60 min up"),
        ("fuel", "Carbs: "),
    ];
    for (part, _) in words {
        let text = said(&world, json!({ "include": part })).await;
        for (other, word) in words {
            assert_eq!(
                text.contains(word),
                part == other,
                "{part}, {other}: {text}"
            );
        }
        let last = text.lines().last().unwrap();
        assert!(
            last.starts_with("Rests on ") && last.ends_with("Sources: get_help formulas."),
            "{text}"
        );
    }
}

#[tokio::test]
async fn what_is_wrong_is_refused_with_what_would_be_right() {
    let world = World::start().await;
    for (arguments, says) in [
        (json!({ "group_by": "year" }), "day, week, month, sport"),
        (
            json!({ "include": ["zones", "feelings"] }),
            "zones, distribution, load, compliance, durability, fuel",
        ),
        (json!({ "compare_to": "earlier" }), "previous, last_year"),
        (
            json!({ "compare_to": "2026-05-01..2026-04-01" }),
            "still to come",
        ),
        (
            json!({ "compare_to": "2025-05-01..2025-04-01" }),
            "swap them",
        ),
        (json!({ "oldest": "2010-01-01" }), "at most 1830 days"),
        (
            json!({ "oldest": "tomorrow", "newest": "+7d" }),
            "list_events",
        ),
        (
            json!({ "oldest": "2026-03-10", "newest": "2026-03-01" }),
            "swap them",
        ),
    ] {
        let error = world
            .owner()
            .call_tool(TOOL, arguments.clone())
            .await
            .error();
        assert!(error.contains(says), "{arguments}: {error}");
    }
    // Days ahead of a window that has begun are left out.
    let text = said(&world, json!({ "oldest": "this_week" })).await;
    assert!(
        text.lines()
            .next()
            .unwrap()
            .contains("Mon 2026-03-16 to Wed 2026-03-18"),
        "{text}"
    );
}

#[tokio::test]
async fn formulas_name_their_sources() {
    let world = World::start().await;
    let text = world
        .owner()
        .call_tool("get_help", json!({ "topic": "formulas" }))
        .await
        .ok();
    for word in [
        "Treff",
        "Foster",
        "Gabbett",
        "Williams",
        "Impellizzeri",
        "coupled",
        "population",
        "zones 1-2",
        "after_kj",
        "m/beat",
    ] {
        assert!(text.contains(word), "{word}: {text}");
    }
}

#[tokio::test]
async fn what_is_not_over_is_marked() {
    let said_on = async |now: &str, arguments: Value| {
        let world = World::at(now).await;
        world.owner().call_tool(TOOL, arguments).await.ok()
    };
    let sunday = said_on("2026-03-22T18:00:00Z", json!({})).await;
    let weeks = table(&sunday, "week of|");
    assert_eq!(weeks[11]["week of"], "03-16 (so far)", "{sunday}");
    assert_eq!(weeks[10]["week of"], "03-09", "{sunday}");
    assert!(weeks[11].get("monotony").is_none_or(String::is_empty));
    let days = said_on(NOW, json!({ "oldest": "-2d", "group_by": "day" })).await;
    let days = table(&days, "date|");
    assert_eq!(days.last().unwrap()["date"], "Wed 03-18 (so far)");
}

#[tokio::test]
async fn one_impossible_number_is_not_all_that_is_left_of_the_sums() {
    let sound = json!({ "distance": 30_000.0, "total_elevation_gain": 400.0, "icu_joules": 700_000, "paired_event_id": 1, "compliance": 90.0 });
    let mad = json!({ "distance": 1e300, "total_elevation_gain": 1e308, "icu_joules": i64::MIN, "moving_time": i64::MAX, "paired_event_id": 2, "compliance": -1e308 });
    let worse = json!({ "distance": -5.0, "total_elevation_gain": -1e308, "icu_joules": i64::MAX, "moving_time": i64::MIN, "paired_event_id": 3, "compliance": 1e308 });
    let account = Account {
        activities: vec![
            session(1, "2026-03-03", "Ride", Some(60), sound),
            session(2, "2026-03-04", "Ride", Some(i64::MAX), mad),
            session(3, "2026-03-05", "Ride", Some(i64::MIN), worse),
        ],
        events: [(1, "2026-03-03"), (2, "2026-03-04"), (3, "2026-03-05")]
            .map(|(id, at)| workout(id, at, "Ride"))
            .to_vec(),
        ..Account::default()
    };
    let text = account
        .says(json!({ "oldest": "2026-03-02", "newest": "2026-03-08" }))
        .await;
    assert!(
        text.starts_with("3 sessions · 1:00 h · 30 km · up 400 m · load 60 · 700 kJ · Mon"),
        "{text}"
    );
    assert!(text.contains("|1|30|400|60|"), "{text}");
    assert!(text.contains("compliance 90 % on average"), "{text}");
    assert!(text.contains("3 sessions (2 without load)"), "{text}");
}

#[tokio::test]
async fn a_sport_that_was_not_done_is_answered_with_those_that_were() {
    let account = || Account {
        activities: vec![
            session(1, "2026-03-03", "Ride", Some(60), json!({})),
            session(2, "2026-03-04", "Run", Some(40), json!({})),
            stub(501, "2026-03-05"),
        ],
        ..Account::default()
    };
    let text = account()
        .says(json!({ "oldest": "2026-03-02", "newest": "2026-03-15", "sport": "rowing" }))
        .await;
    assert!(
        text.starts_with("0 sessions · sport rowing · Mon"),
        "{text}"
    );
    assert!(
        text.contains("No 'rowing' here; sports found: Ride, Run."),
        "{text}"
    );
    // Rows of nothing would only be read.
    assert!(!text.contains("week of|"), "{text}");
    assert!(
        text.contains("they may be among what was asked for"),
        "{text}"
    );
}

#[tokio::test]
async fn a_difference_is_that_of_the_numbers_beside_it() {
    let ride = |id: u32, at: &str, metres: f64, load: i64| {
        session(id, at, "Ride", Some(load), json!({ "distance": metres }))
    };
    let account = Account {
        activities: vec![
            // 81 and 81 km; 13 times the load.
            ride(1, "2026-03-03", 81_400.0, 130),
            ride(2, "2026-02-24", 80_600.0, 10),
        ],
        ..Account::default()
    };
    let window =
        json!({ "oldest": "2026-03-02", "newest": "2026-03-08", "compare_to": "previous" });
    let text = account.says(window).await;
    for line in ["km|81|81|0 (+1%)", "load|130|10|+120"] {
        assert!(text.lines().any(|l| l == line), "{line}: {text}");
    }
}

#[tokio::test]
async fn of_a_sport_no_withheld_session_makes_a_day() {
    let account = Account {
        activities: vec![
            session(1, "2026-03-03", "Run", Some(40), json!({})),
            stub(501, "2026-03-05"),
            session(2, "2026-02-24", "Run", Some(40), json!({})),
        ],
        ..Account::default()
    };
    let arguments = json!({ "oldest": "2026-03-02", "newest": "2026-03-08", "compare_to": "previous", "sport": "run" });
    let text = account.says(arguments).await;
    for line in [
        "days with sessions|1|1|0 (0%)",
        "Withheld, and in neither: 1 now, 0 then.",
    ] {
        assert!(text.lines().any(|l| l == line), "{line}: {text}");
    }
}

#[tokio::test]
async fn a_window_from_before_the_first_session_says_so() {
    let window = json!({ "oldest": "2025-12-01", "newest": "2026-03-08" });
    let of = |day: &str| Account {
        activities: vec![
            session(1, day, "Run", Some(40), json!({})),
            session(2, "2026-03-03", "Run", Some(40), json!({})),
        ],
        ..Account::default()
    };
    let late = of("2026-02-10").says(window.clone()).await;
    assert!(
        late.contains("In all: first session only on Tue 2026-02-10; rest days"),
        "{late}"
    );
    let early = of("2025-12-20").says(window).await;
    assert!(!early.contains("first session only"), "{early}");
}
