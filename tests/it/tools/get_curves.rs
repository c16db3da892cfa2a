//! Best efforts side by side.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::Request;
use intervals_mcp_server::clock::Clock;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::support::{Caller, NOW, Server, ServerOptions, World, secrets};

async fn said(world: &World, arguments: Value) -> String {
    world.owner().call_tool("get_curves", arguments).await.ok()
}

/// The cells of the rows under the head that begins with `time|` or `distance|`.
fn rows(text: &str) -> Vec<Vec<&str>> {
    text.lines()
        .skip_while(|line| !line.starts_with("time|") && !line.starts_with("distance|"))
        .skip(1)
        .take_while(|line| line.contains('|'))
        .map(|line| line.split('|').collect())
        .collect()
}

/// `2min` in seconds.
fn seconds(text: &str) -> f64 {
    let (number, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap());
    let number: f64 = number.parse().unwrap();
    match unit {
        "s" => number,
        "min" => number * 60.0,
        "h" => number * 3600.0,
        _ => panic!("{text}"),
    }
}

/// `1:02:03` in seconds.
fn clock(text: &str) -> f64 {
    let parts = text.trim_start_matches(['+', '-']).split(':');
    parts.fold(0.0, |sum, part| sum * 60.0 + part.parse::<f64>().unwrap())
}

/// The service's own value at a place, who set it, and its index.
fn point(curve: &Value, axis: &str, at: f64) -> (f64, String, usize) {
    let places = curve[axis].as_array().unwrap();
    let index = places
        .iter()
        .position(|place| (place.as_f64().unwrap() - at).abs() < 1.0)
        .unwrap_or_else(|| panic!("no {at}"));
    let id = curve["activity_id"][index].as_str().unwrap();
    (
        curve["values"][index].as_f64().unwrap(),
        id.to_owned(),
        index,
    )
}

/// The entry of the legend under `letter`.
fn entry<'t>(text: &'t str, letter: &str) -> &'t str {
    let legend = text
        .lines()
        .find_map(|line| line.strip_prefix("By: "))
        .unwrap();
    let of = legend
        .split("; ")
        .find_map(|entry| entry.strip_prefix(letter));
    of.unwrap_or_else(|| panic!("no {letter} in {legend}"))
        .trim()
}

#[tokio::test]
async fn power_is_that_of_the_service_with_its_changes_and_who_set_it() {
    let world = World::start().await;
    let text = said(&world, json!({ "ranges": ["42d", "1y", "last_season"] })).await;
    let raw = world
        .raw("/athlete/{id}/power-curves?type=Ride&curves=42d,1y,s1&now=2026-03-18")
        .await;
    let rows = rows(&text);
    assert_eq!(rows.len(), 9, "{text}");
    assert!(
        text.contains("time|42d W|W/kg|by|1y W|diff, %|last season W|diff, %"),
        "{text}"
    );
    for row in &rows {
        let at = seconds(row[0]);
        let (watts, id, index) = point(&raw["list"][0], "secs", at);
        assert_eq!(row[1], format!("{watts}"), "{row:?}");
        let per_kg = raw["list"][0]["watts_per_kg"][index].as_f64().unwrap();
        assert!(
            (row[2].parse::<f64>().unwrap() - per_kg).abs() < 0.0051,
            "{row:?}"
        );
        let told = entry(&text, row[3]);
        let activity = &raw["activities"][id.as_str()];
        assert!(told.starts_with(&id), "{row:?}: {told}");
        assert!(
            told.contains(&activity["start_date_local"].as_str().unwrap()[5..10]),
            "{told}"
        );
        assert!(told.ends_with(activity["name"].as_str().unwrap()), "{told}");
        for (other, column) in [(1, 4), (2, 6)] {
            let (theirs, _, _) = point(&raw["list"][other], "secs", at);
            assert_eq!(row[column], format!("{theirs}"), "{row:?}");
            let change = watts - theirs;
            if change == 0.0 {
                assert_eq!(row[column + 1], "=", "{row:?}");
                continue;
            }
            let (absolute, percent) = row[column + 1].split_once(' ').unwrap();
            assert_eq!(absolute.parse::<f64>().unwrap(), change, "{row:?}");
            let percent: f64 = percent.trim_end_matches('%').parse().unwrap();
            assert!(
                (percent - change / theirs * 100.0).abs()
                    < if percent.abs() < 5.0 { 0.051 } else { 0.51 },
                "{row:?}"
            );
        }
    }
    assert!(rows.iter().any(|row| row[5] != "=") && rows.iter().any(|row| row[5] == "="));
    assert!(
        text.starts_with(
            "Best power · Ride · 42d since 2026-02-04, 1y since 2025-03-18, last season 2024-09-09 to 2025-09-07 \
             (Europe/Zurich, today is Wed 2026-03-18)"
        ),
        "{text}"
    );
    let models = &raw["list"][0]["powerModels"][0];
    let reported = format!(
        "42d eFTP {} W, CP {} W, W' 19.5 kJ",
        models["ftp"], models["criticalPower"]
    );
    assert!(text.contains(&reported), "{reported}: {text}");
    world.assert_well_behaved();
}

#[tokio::test]
async fn pace_is_time_over_distance_and_never_the_seconds_of_one_taken_for_the_other() {
    let world = World::start().await;
    for (sport, path, unit, metres, row_count) in [
        ("Run", "Run", "/km", 1000.0, 7),
        ("swim", "Swim", "/100m", 100.0, 7),
    ] {
        let text = said(
            &world,
            json!({ "metric": "pace", "sport": sport, "ranges": "42d,1y" }),
        )
        .await;
        let raw = world
            .raw(&format!(
                "/athlete/{{id}}/pace-curves?type={path}&curves=42d,1y&now=2026-03-18"
            ))
            .await;
        assert!(
            text.contains(&format!("distance|42d|{unit}|by|1y|diff, %")),
            "{text}"
        );
        let rows = rows(&text);
        assert_eq!(rows.len(), row_count, "{text}");
        for row in &rows {
            let at = match row[0] {
                "1mi" => 1609.34,
                km if km.ends_with("km") => {
                    km.trim_end_matches("km").parse::<f64>().unwrap() * 1000.0
                }
                m => m.trim_end_matches('m').parse().unwrap(),
            };
            if row[1].is_empty() {
                // Nobody went that far in the first range.
                assert_eq!(row[2..].iter().filter(|cell| !cell.is_empty()).count(), 1);
                continue;
            }
            let (secs, id, _) = point(&raw["list"][0], "distance", at);
            assert_eq!(clock(row[1]), secs, "{row:?}");
            assert!((clock(row[2]) - secs / at * metres).abs() < 0.51, "{row:?}");
            assert!(entry(&text, row[3]).starts_with(&id), "{row:?}");
            let (theirs, _, _) = point(&raw["list"][1], "distance", at);
            if secs == theirs {
                assert_eq!(row[5], "=");
            } else {
                let (absolute, percent) = row[5].split_once(' ').unwrap();
                assert_eq!(clock(absolute), (secs - theirs).abs(), "{row:?}");
                assert_eq!(absolute.starts_with('-'), secs < theirs, "{row:?}");
                let percent: f64 = percent.trim_end_matches('%').parse().unwrap();
                assert!(
                    (percent - (secs - theirs) / theirs * 100.0).abs()
                        < if percent.abs() < 5.0 { 0.051 } else { 0.51 },
                    "{row:?}"
                );
            }
        }
        assert!(rows.iter().any(|row| row[5] != "="), "{text}");
        assert!(text.contains("so that minus is faster"), "{text}");
        let speed = raw["list"][0]["paceModels"][0]["criticalSpeed"]
            .as_f64()
            .unwrap();
        let told = text.split_once("42d critical speed ").unwrap().1;
        let told = clock(told.split_once('/').unwrap().0);
        assert!((told - metres / speed).abs() < 0.51, "{told}: {text}");
    }
    world.assert_well_behaved();
}

#[tokio::test]
async fn gradient_adjusted_pace_is_asked_for_as_such() {
    let world = World::start().await;
    let arguments = |gap: bool| json!({ "metric": "pace", "sport": "Run", "ranges": "all", "distances": "5km", "gap": gap });
    let plain = said(&world, arguments(false)).await;
    let graded = said(&world, arguments(true)).await;
    let raw = world
        .raw("/athlete/{id}/pace-curves?type=Run&curves=all&gap=true")
        .await;
    let (secs, _, _) = point(&raw["list"][0], "distance", 5000.0);
    assert_eq!(clock(rows(&graded)[0][1]), secs);
    assert!(
        graded.starts_with("Best gradient-adjusted pace · Run"),
        "{graded}"
    );
    assert_ne!(rows(&plain)[0][1], rows(&graded)[0][1]);
}

#[tokio::test]
async fn heart_rate_stands_beside_its_share_of_the_threshold() {
    let world = World::start().await;
    for (sport, path, lthr) in [
        ("Ride", "Ride", 167.0),
        ("run", "Run", 174.0),
        ("strength", "WeightTraining", 167.0),
    ] {
        let text = said(
            &world,
            json!({ "metric": "hr", "sport": sport, "ranges": "1y" }),
        )
        .await;
        let raw = world
            .raw(&format!("/athlete/{{id}}/hr-curves?type={path}&curves=1y"))
            .await;
        assert!(text.contains("time|1y bpm|%LTHR|by\n"), "{text}");
        for row in rows(&text) {
            let (bpm, id, _) = point(&raw["list"][0], "secs", seconds(row[0]));
            assert_eq!(row[1], format!("{bpm}"));
            assert_eq!(row[2], format!("{:.0}", bpm / lthr * 100.0), "{row:?}");
            assert!(entry(&text, row[3]).starts_with(&id), "{row:?}");
        }
        assert!(
            !text.contains("CP ") && text.contains("not better form"),
            "{text}"
        );
    }
}

#[tokio::test]
async fn power_after_work_stands_beside_the_fresh() {
    let world = World::start().await;
    let text = said(&world, json!({ "after_kj": "1500", "ranges": ["1y"] })).await;
    let raw = world
        .raw("/athlete/{id}/power-curves?type=Ride&curves=1y-kj0,1y")
        .await;
    assert!(
        text.starts_with("Best power after 1500 kJ of work · Ride"),
        "{text}"
    );
    assert!(
        text.contains("time|1y W|W/kg|by|1y fresh W|diff, %\n"),
        "{text}"
    );
    assert_eq!(rows(&text).len(), 9, "{text}");
    for row in rows(&text) {
        let at = seconds(row[0]);
        let (tired, _, _) = point(&raw["list"][0], "secs", at);
        let (fresh, _, _) = point(&raw["list"][1], "secs", at);
        assert_eq!([row[1], row[4]], [format!("{tired}"), format!("{fresh}")]);
        assert!(
            row[5].starts_with(&format!("{} -", tired - fresh)),
            "{row:?}"
        );
    }
    let none = said(&world, json!({ "after_kj": 2500, "ranges": ["1y"] })).await;
    assert!(
        none.starts_with("No power after 2500 kJ was recorded in Ride over 1y since 2025-03-18 ("),
        "{none}"
    );
    let asked = world.demo.journal().pop().unwrap();
    assert!(asked.query.ends_with("curves=1y-kj1,1y"), "{}", asked.query);
    let owner = world.owner();
    let other = owner
        .call_tool("get_curves", json!({ "after_kj": 1000 }))
        .await
        .error();
    assert!(other.contains("after 1500 and 2500 kJ only"), "{other}");
    let none = json!({ "metric": "power", "sport": "Run", "after_kj": 1500 });
    let none = owner.call_tool("get_curves", none).await.error();
    assert!(none.contains("name no work"), "{none}");
    world.assert_well_behaved();
}

#[tokio::test]
async fn an_athlete_who_thinks_in_miles_reads_miles_and_yards() {
    let world = World::start().await;
    world.demo.prefer_imperial(true);
    let run = said(
        &world,
        json!({ "metric": "pace", "ranges": "1y", "distances": "1mi,5km,2.5mi" }),
    )
    .await;
    let raw = world
        .raw("/athlete/{id}/pace-curves?type=Run&curves=1y")
        .await;
    assert!(run.contains("distance|1y|/mi|by"), "{run}");
    let (secs, _, _) = point(&raw["list"][0], "distance", 5000.0);
    let five = rows(&run).into_iter().find(|row| row[0] == "5km").unwrap();
    assert_eq!(clock(five[1]), secs);
    assert!(
        (clock(five[2]) - secs / 5000.0 * 1609.344).abs() < 0.51,
        "{run}"
    );
    assert!(
        run.contains("4km for 2.5mi") || run.contains("4km for 2.50mi"),
        "{run}"
    );
    assert!(run.contains("/mi ±") && run.contains(" y ("), "{run}");
    let swim = said(&world, json!({ "sport": "swim", "ranges": "1y" })).await;
    let raw = world
        .raw("/athlete/{id}/pace-curves?type=Swim&curves=1y")
        .await;
    let rows = rows(&swim);
    let names: Vec<&str> = rows.iter().map(|row| row[0]).collect();
    assert_eq!(
        names,
        ["50y", "100y", "200y", "500y", "1000y", "1650y"],
        "{swim}"
    );
    let (secs, _, _) = point(&raw["list"][0], "distance", 914.4);
    assert_eq!(clock(rows[4][1]), secs);
    assert!((clock(rows[4][2]) - secs / 10.0).abs() < 0.51, "{swim}");
}

#[tokio::test]
async fn whoever_writes_a_range_is_understood() {
    let world = World::start().await;
    for (written, token, head) in [
        (json!("90 days"), "90d", "90d since"),
        (json!("-6w"), "42d", "6w since"),
        (json!("3mo"), "91d", "3mo since"),
        (json!("2 years"), "2y", "2y since"),
        (json!(["This Season"]), "s0", "season since"),
        (json!("s2"), "s2", "s2 2023"),
        (json!("all_time"), "all", "all since"),
        (
            json!("2024"),
            "r.2024-01-01.2024-12-31",
            "Ride over 2024 (Europe",
        ),
        (
            json!(2019),
            "r.2019-01-01.2019-12-31",
            "Ride over 2019 (Europe",
        ),
        (
            json!("2024-02"),
            "r.2024-02-01.2024-02-29",
            "Ride over 2024-02 (Europe",
        ),
        (
            json!("2025-06-01..2025-08-31"),
            "r.2025-06-01.2025-08-31",
            "r1 2025-06-01 to",
        ),
        (
            json!("2025-06-01 to 2025-08-31"),
            "r.2025-06-01.2025-08-31",
            "r1 2025-06-01 to",
        ),
        (
            json!("r.2025-06-01.2025-08-31"),
            "r.2025-06-01.2025-08-31",
            "r1 2025-06-01 to",
        ),
        (
            json!("-83d..-42d"),
            "r.2025-12-25.2026-02-04",
            "r1 2025-12-25 to 2026-02-04",
        ),
        (
            json!("last_month"),
            "r.2026-02-01.2026-02-28",
            "last month 2026-02-01 to",
        ),
        (
            json!("last_year"),
            "r.2025-01-01.2025-12-31",
            "last year 2025-01-01 to",
        ),
        (
            json!("last_week"),
            "r.2026-03-09.2026-03-15",
            "last week 2026-03-09 to",
        ),
        (
            json!("this year"),
            "r.2026-01-01.2026-03-18",
            "this year since 2026-01-01",
        ),
    ] {
        let world_text = said(&world, json!({ "ranges": written })).await;
        let asked = world.demo.journal().pop().unwrap();
        assert!(
            asked.query.ends_with(&format!("curves={token}")),
            "{written}: {}",
            asked.query
        );
        assert!(world_text.contains(head), "{written}: {world_text}");
    }
    let twice = said(&world, json!({ "ranges": "42d,6w,1y" })).await;
    assert!(
        twice.contains("time|42d W|W/kg|by|1y W|diff, %\n"),
        "{twice}"
    );
    world.assert_well_behaved();
}

#[tokio::test]
async fn wrong_arguments_are_answered_with_the_right_ones() {
    let world = World::start().await;
    for (arguments, says) in [
        (json!({ "metric": "speed" }), "power, hr, pace"),
        (
            json!({ "ranges": ["lately"] }),
            "'lately' is no range: write 42d",
        ),
        (json!({ "ranges": "2025-08-31..2025-06-01" }), "is no range"),
        (json!({ "ranges": "0d" }), "is no range"),
        (json!({ "ranges": "7d,8d,9d,10d,11d,12d,13d" }), "at most 6"),
        (json!({ "sport": "quidditch" }), "Ride, Run, Swim"),
        (
            json!({ "durations": "soon" }),
            "durations: 'soon' is none; write 5s",
        ),
        (
            json!({ "metric": "pace", "distances": ["far"] }),
            "write 400m, 5km",
        ),
        (
            json!({ "metric": "pace", "durations": "5s" }),
            "goes by distances",
        ),
        (json!({ "distances": "5km" }), "goes by durations"),
        (json!({ "metric": "power", "gap": true }), "metric pace"),
        (json!({ "metric": "hr", "after_kj": 1500 }), "metric power"),
        (json!({ "pmType": "ECP" }), "pmType"),
    ] {
        let error = world
            .owner()
            .call_tool("get_curves", arguments.clone())
            .await
            .error();
        assert!(error.contains(says), "{arguments}: {error}");
    }
    let asked = world
        .demo
        .journal()
        .into_iter()
        .filter(|r| r.path.ends_with("-curves"));
    assert_eq!(asked.count(), 0);
}

#[tokio::test]
async fn one_call_brings_all_ranges_and_settings_come_only_where_they_are_needed() {
    for (arguments, expected) in [
        (json!({ "ranges": "42d,1y,all,2019" }), vec!["power-curves"]),
        (json!({ "metric": "pace" }), vec!["pace-curves"]),
        (
            json!({ "metric": "hr" }),
            vec!["hr-curves", "sport-settings"],
        ),
        (
            json!({ "after_kj": 2500 }),
            vec!["power-curves", "sport-settings"],
        ),
    ] {
        let world = World::start().await;
        world.owner().call_tool("get_today", json!({})).await.ok();
        world.demo.clear_journal();
        said(&world, arguments.clone()).await;
        let mut asked: Vec<String> = world
            .demo
            .journal()
            .iter()
            .map(|r| r.path.rsplit('/').next().unwrap().to_owned())
            .collect();
        asked.sort();
        assert_eq!(asked, expected, "{arguments}");
    }
}

#[tokio::test]
async fn empty_curves_are_said() {
    let world = World::start().await;
    let none = said(&world, json!({ "metric": "power", "sport": "Run" })).await;
    assert!(
        none.starts_with("No power was recorded in Run over 42d since"),
        "{none}"
    );
    assert_eq!(none.lines().count(), 1, "{none}");
    // Years ago there was nothing; the changes are then those from the next range on.
    let text = said(&world, json!({ "ranges": "2016,42d,1y" })).await;
    assert!(text.contains("time|42d W|W/kg|by|1y W|diff, %\n"), "{text}");
    assert!(text.contains("\nNo data: 2016.\n"), "{text}");
    assert!(
        text.contains("diff: 42d minus the column before."),
        "{text}"
    );
}

#[tokio::test]
async fn what_was_asked_for_is_shown_where_there_is_a_point_and_nothing_is_interpolated() {
    let world = World::start().await;
    let text = said(
        &world,
        json!({ "ranges": "1y", "durations": ["7s", "6:45", "20 min", 3600, "9h"] }),
    )
    .await;
    let places: Vec<&str> = rows(&text).iter().map(|row| row[0]).collect();
    // The service has a point every half a minute there, the nearer of two as near being the shorter.
    assert_eq!(places, ["7s", "6min30s", "20min", "1h"], "{text}");
    assert!(
        text.contains("nothing interpolated: 6min30s for 6min45s."),
        "{text}"
    );
    assert!(text.contains("No point near 9h."), "{text}");
    let raw = world
        .raw("/athlete/{id}/power-curves?type=Ride&curves=1y")
        .await;
    assert_eq!(
        rows(&text)[1][1],
        format!("{}", point(&raw["list"][0], "secs", 390.0).0)
    );
}

#[tokio::test]
async fn a_point_set_by_an_activity_that_is_withheld_says_so() {
    let world = World::start().await;
    let list = world
        .raw("/athlete/{id}/activities?oldest=2026-03-01&newest=2026-03-18")
        .await;
    let stub = list
        .as_array()
        .unwrap()
        .iter()
        .find(|a| a["source"] == "STRAVA")
        .unwrap();
    let day = &stub["start_date_local"].as_str().unwrap()[..10];
    let text = said(&world, json!({ "ranges": format!("{day}..{day}") })).await;
    let id = stub["id"].as_str().unwrap();
    assert!(
        text.contains(&format!("By: a {id} Sat {} (Strava)", &day[5..])),
        "{text}"
    );
    let points = rows(&text).len();
    assert!(
        text.contains(&format!(
            "{points} points set by an activity that came through Strava"
        )),
        "{text}"
    );
}

#[tokio::test]
async fn the_day_is_the_athletes_and_not_that_of_utc() {
    let world = World::at("2026-03-18T23:30:00Z").await;
    said(&world, json!({ "ranges": "-6d..today" })).await;
    let asked = world.demo.journal().pop().unwrap();
    assert!(
        asked.query.ends_with("curves=r.2026-03-13.2026-03-19"),
        "{}",
        asked.query
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
    assert!(
        text.contains("Monod & Scherrer, Ergonomics 8:329, 1965"),
        "{text}"
    );
    assert!(text.contains("Morton, Ergonomics 39:611, 1996"), "{text}");
}

/// A service of our own making that answers every curve with `set`.
async fn service(set: Value) -> (Server, Arc<Mutex<Vec<String>>>) {
    let asked: Arc<Mutex<Vec<String>>> = Arc::default();
    let seen = Arc::clone(&asked);
    let body = set.to_string();
    let answer = move |request: Request| {
        let path = request.uri().path();
        let body = if path.ends_with("/profile") {
            json!({ "athlete": { "id": "i1", "timezone": "Europe/Zurich" } }).to_string()
        } else if path.ends_with("-curves") {
            seen.lock()
                .unwrap()
                .push(request.uri().query().unwrap().to_owned());
            body.clone()
        } else if path.ends_with("/sport-settings") {
            json!([{ "id": 1, "types": ["Ride"], "after_kj0": 1500 }]).to_string()
        } else {
            json!({ "id": "i1", "measurement_preference": "meters" }).to_string()
        };
        async move { body }
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let upstream = format!("http://{}", listener.local_addr().unwrap());
    let router = Router::new().fallback(answer);
    tokio::spawn(async move { axum::serve(listener, router).await });
    let server = Server::with(ServerOptions {
        clock: Clock::manual(NOW.parse().unwrap()),
        upstream,
        mcp_api_key: Some(secrets::MCP_API_KEY.to_owned()),
        ..ServerOptions::default()
    })
    .await;
    (server, asked)
}

async fn says(set: Value, arguments: Value) -> String {
    let (server, _) = service(set).await;
    let owner = Caller::owner(&server);
    owner.call_tool("get_curves", arguments).await.ok()
}

fn curve(id: &str, points: &[(f64, f64)]) -> Value {
    let (at, values): (Vec<f64>, Vec<f64>) = points.iter().copied().unzip();
    let ids: Vec<String> = (0..points.len()).map(|n| format!("i{}", n % 3)).collect();
    json!({ "id": id, "start_date_local": "2026-01-01T00:00:00", "end_date_local": "2026-03-18T00:00:00",
        "weight": 70, "secs": at, "distance": at, "values": values, "activity_id": ids })
}

const TIMES: [f64; 17] = [
    5.0, 10.0, 15.0, 20.0, 30.0, 45.0, 60.0, 120.0, 180.0, 240.0, 300.0, 360.0, 480.0, 600.0,
    720.0, 900.0, 1200.0,
];

#[tokio::test]
async fn models_find_the_power_that_a_curve_was_made_with() {
    // CP 255 W, W' 18 kJ, Pmax 1005 W: k = 18,000 / 750 = 24 s.
    let points = TIMES.map(|t| (t, 255.0 + 18_000.0 / (t + 24.0)));
    let mut bent = curve("42d", &points);
    bent["powerModels"] = json!([
        { "type": "FFT_CURVES", "criticalPower": 251, "wPrime": 17_460, "pMax": 905, "ftp": 262 },
        { "type": "MS_2P", "criticalPower": 249, "wPrime": 18_200, "pMax": null, "ftp": null },
    ]);
    let text = says(
        json!({ "list": [bent], "activities": {} }),
        json!({ "ranges": "42d" }),
    )
    .await;
    assert!(
        text.contains(
            "3-parameter fit, 5s-20min: 42d CP 255 W, W' 18 kJ, Pmax 1005 W, error 0 W (17 points of 3 activities)"
        ),
        "{text}"
    );
    assert!(
        text.contains(
            "Intervals.icu reports: 42d eFTP 262 W, CP 251 W, W' 17.5 kJ, Pmax 905 W (FFT_CURVES) / CP 249 W, W' 18.2 \
             kJ (MS_2P)"
        ),
        "{text}"
    );
    assert!(text.contains("By: a i0 (nothing told)"), "{text}");

    // CP 255 W, W' 18 kJ, with no limit of power: work = 255 t + 18,000.
    let points: Vec<_> = TIMES[7..]
        .iter()
        .map(|t| (*t, 255.0 + 18_000.0 / t))
        .collect();
    let text = says(
        json!({ "list": [curve("42d", &points)], "activities": {} }),
        json!({ "ranges": "42d" }),
    )
    .await;
    assert!(
        text.contains(
            "2-parameter fit, 2-20min: 42d CP 255 ±0 W, W' 18 ±0 kJ (10 points of 3 activities)"
        ),
        "{text}"
    );

    // 4 m/s and 150 m above it: 2,000 m take (2,000 - 150) / 4 = 462.5 s. 4 m/s are 4:10 a km.
    let points =
        [800.0, 1000.0, 1500.0, 2000.0, 3000.0, 5000.0, 10_000.0].map(|m| (m, (m - 150.0) / 4.0));
    let mut even = curve("42d", &points);
    even["paceModels"] =
        json!([{ "type": "CS", "criticalSpeed": 3.8, "dPrime": 120.4, "r2": 0.99 }]);
    let text = says(
        json!({ "list": [even], "activities": {} }),
        json!({ "metric": "pace", "ranges": "42d" }),
    )
    .await;
    // 800 to 4,950 m are covered within 2 to 20 minutes; 5,000 m take 1,212.5 s.
    assert!(
        text.contains(
            "Critical speed fit, 2-20min: 42d 4:10/km ±0%, D' 150 ±0 m (5 points of 3 activities)"
        ),
        "{text}"
    );
    // 1,000 / 3.8 = 263.2 s.
    assert!(
        text.contains("Intervals.icu reports: 42d critical speed 4:23/km, D' 120 m"),
        "{text}"
    );
}

#[tokio::test]
async fn a_curve_that_nobody_made_all_out_has_no_model_and_says_why() {
    let flat = TIMES.map(|t| (t, 200.0));
    let text = says(
        json!({ "list": [curve("42d", &flat)] }),
        json!({ "ranges": "42d" }),
    )
    .await;
    assert!(
        text.contains("2-parameter fit, 2-20min: 42d none (efforts not all-out)"),
        "{text}"
    );
    assert!(
        text.contains("3-parameter fit, 5s-20min: 42d none (efforts not all-out)"),
        "{text}"
    );
    let two = [(120.0, 400.0), (300.0, 330.0)];
    let text = says(
        json!({ "list": [curve("42d", &two)] }),
        json!({ "ranges": "42d" }),
    )
    .await;
    assert!(
        text.contains("2-parameter fit, 2-20min: 42d none (2 points)"),
        "{text}"
    );
    // 2 kJ above 240 W: nobody who went all-out for two minutes has so little.
    let tame: Vec<_> = TIMES[7..]
        .iter()
        .map(|t| (*t, 240.0 + 2_000.0 / t))
        .collect();
    let text = says(
        json!({ "list": [curve("42d", &tame)] }),
        json!({ "ranges": "42d" }),
    )
    .await;
    assert!(text.contains("W' 2 ±0 kJ? (10 points"), "{text}");
    assert!(
        text.contains("; ? is unlikely, not all were all-out;"),
        "{text}"
    );
}

#[tokio::test]
async fn odd_answers_of_the_service_are_read_as_far_as_they_make_sense() {
    let ids = json!(["i1", null, 7, "i\u{202E}2|x", "i1"]);
    let odd = json!({
        // Not in order, one place twice, of unequal lengths, with holes and words.
        "id": "42d", "weight": "70", "secs": [60, "5", 5, null, 1200, 300, -4, 1e99],
        "values": ["400.0", 800, 900, 1, "NaN", 330, 500, 500, 1], "activity_id": ids,
        "start_date_local": 7, "end_date_local": null, "watts_per_kg": [null, "11.4", "Infinity"],
        "powerModels": [null, 3, { "type": 5, "ftp": "NaN" }, { "ftp": "251.4" }], "ranks": "x",
    });
    let set = json!({ "list": [null, "x", odd, { "id": "1y" }], "activities": { "i1": { "name": "Sprints\n|now" }, "7": null, "x": [] } });
    let text = says(set, json!({ "ranges": "42d,1y" })).await;
    let rows = rows(&text);
    // 900 / 70 = 12.86; the service's Infinity is no number.
    assert_eq!(rows[0][..4], ["5s", "900", "12.86", "a"], "{text}");
    assert_eq!(rows[1][..4], ["1min", "400", "5.71", "b"], "{text}");
    assert_eq!(rows[2][..3], ["5min", "330", "4.71"], "{text}");
    assert_eq!(rows.len(), 3, "{text}");
    assert!(
        text.contains("a 7 (nothing told); b i1 Sprints /now"),
        "{text}"
    );
    assert!(
        text.contains("Intervals.icu reports: 42d eFTP 251 W"),
        "{text}"
    );
    assert!(text.contains("\nNo data: 1y.\n"), "{text}");

    for set in [
        json!({}),
        json!({ "list": "none", "activities": [] }),
        json!({ "list": [{ "id": "42d", "secs": [5], "values": null }] }),
        json!({ "list": [{ "id": "42d", "secs": { "a": 1 }, "values": [1] }] }),
    ] {
        let text = says(set.clone(), json!({ "ranges": "42d" })).await;
        assert!(
            text.starts_with("No power was recorded in Ride over 42d"),
            "{set}: {text}"
        );
    }
}

#[tokio::test]
async fn curves_are_told_apart_by_their_names_whatever_their_order() {
    let (fresh, tired) = ([(300.0, 330.0)], [(300.0, 290.0)]);
    let mut older = curve("42d", &fresh);
    older["watts"] = older["values"].take();
    let mut work = curve("42d", &tired);
    work["after_kj"] = json!(1500);
    for list in [
        json!([older, curve("1y", &[(300.0, 350.0)])]),
        json!([curve("1y", &[(300.0, 350.0)]), curve("42d", &fresh)]),
        // Under names that nobody asked for they stand in the order of asking.
        json!([
            curve("The last 42 days", &fresh),
            curve("A year", &[(300.0, 350.0)])
        ]),
        json!([work, curve("42d", &fresh), curve("1y", &[(300.0, 350.0)])]),
    ] {
        let text = says(json!({ "list": list }), json!({ "ranges": "42d,1y" })).await;
        assert_eq!(
            rows(&text)[0],
            ["5min", "330", "4.71", "a", "350", "-20 -6"],
            "{text}"
        );
    }
}

#[tokio::test]
async fn work_done_before_may_stand_beside_the_name_of_a_curve_or_in_it() {
    for name in ["42d", "42d-kj0"] {
        let mut work = curve(name, &[(300.0, 290.0)]);
        work["after_kj"] = json!(1500);
        let mut fresh = curve("42d", &[(300.0, 330.0)]);
        fresh["after_kj"] = json!(0);
        for list in [json!([work, fresh]), json!([fresh, work])] {
            let text = says(
                json!({ "list": list }),
                json!({ "ranges": "42d", "after_kj": 1500 }),
            )
            .await;
            assert_eq!(
                rows(&text)[0],
                ["5min", "290", "4.14", "a", "330", "-40 -12"],
                "{text}"
            );
        }
    }
}

#[tokio::test]
async fn a_window_that_the_service_says_nothing_of_is_still_named() {
    let list = json!([curve("42d", &[(300.0, 330.0)])]);
    let text = says(
        json!({ "list": list }),
        json!({ "ranges": "42d,2025-06-01..2025-08-31" }),
    )
    .await;
    assert!(text.contains(", r2 2025-06-01 to 2025-08-31 ("), "{text}");
    assert!(text.contains("\nNo data: r2.\n"), "{text}");
}
