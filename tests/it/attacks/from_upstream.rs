//! What an Intervals.icu that was taken over, or whoever stands in front of it, can do to the server.

use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::caller::{Caller, calling};
use super::policy::{LONGEST_ANSWER, UPSTREAM_DEADLINE};
use super::target::{Profile, Target};
use super::upstream::{Says, Upstream, basic};
use crate::support::asked::Asked;
use crate::support::certificates::{Authority, expired, self_signed};
use crate::support::process::Room;

async fn before(base_url: &str, variables: &[(&str, &str)]) -> Target {
    let mut all = vec![("INTERVALS_BASE_URL", base_url), ("RUST_LOG", "info")];
    all.extend(variables);
    Target::with(Profile::Keyed, &all).await
}

/// One call of every kind: a read of one thing, of many, several at once, and a write.
const CALLS: [(&str, &str); 5] = [
    (
        "get_activity",
        r#"{"id":"i1","include":["messages","weather","segments","custom","intervals"]}"#,
    ),
    ("list_activities", "{}"),
    ("get_today", "{}"),
    ("get_wellness", "{}"),
    (
        "update_wellness",
        r#"{"entries":[{"date":"today","mood":"good"}]}"#,
    ),
];

async fn everything_fails(caller: &Caller) -> Vec<String> {
    let mut sentences = Vec::new();
    for (tool, arguments) in CALLS {
        let arguments = serde_json::from_str(arguments).unwrap();
        sentences.push(caller.call(tool, arguments).await.error());
    }
    sentences
}

#[tokio::test]
async fn ups_03_a_redirect_is_never_followed() {
    for status in [301, 302, 303, 307, 308, 300, 305] {
        let spots: [fn(&str, &str) -> String; 10] = [
            |canary, _| canary.to_owned(),
            |canary, _| canary.replace("http:", ""),
            |canary, _| canary.replace("http://", "http://user:password@"),
            |canary, _| canary.replace("http:", "https:"),
            |_, own| format!("{own}/elsewhere"),
            |_, _| "/api/v1/athlete/0/profile".to_owned(),
            |_, own| own.to_owned(),
            |_, _| "https://evil.invalid/".to_owned(),
            |_, _| "file:///etc/passwd".to_owned(),
            |_, _| "\\\\evil.invalid\\share".to_owned(),
        ];
        let turn = Arc::new(AtomicUsize::new(0));
        let places = Arc::new(std::sync::Mutex::new(Vec::<String>::new()));
        let script = {
            let (turn, places) = (Arc::clone(&turn), Arc::clone(&places));
            move |asked: &Asked| {
                let at = asked.path().contains("elsewhere");
                assert!(!at, "a redirect was followed");
                let places = places.lock().unwrap();
                let place = &places[turn.load(Ordering::SeqCst)];
                Says::status(status, "{}").with("location", place)
            }
        };
        let upstream = Upstream::start(script).await;
        let target = before(&upstream.base_url, &[]).await;
        let caller = Caller::new(&target, &target.mcp_api_key);
        *places.lock().unwrap() = spots
            .map(|spot| spot(&target.canary.url("/"), &upstream.base_url))
            .to_vec();
        for spot in 0..spots.len() {
            turn.store(spot, Ordering::SeqCst);
            for sentence in everything_fails(&caller).await {
                assert!(!sentence.contains("evil"), "{sentence}");
                assert!(!sentence.contains("127.0.0.1"), "{sentence}");
            }
        }
        for asked in upstream.journal() {
            let own = asked.path() == "/api/v1/athlete/i424242"
                || asked.path().starts_with("/api/v1/athlete/i424242/")
                || asked.path().starts_with("/api/v1/activity/i1");
            assert!(own, "{}", asked.target);
        }
        target.finish().await;
    }
}

#[tokio::test]
async fn ups_03_a_refresh_or_link_header_is_no_redirect() {
    let canary = super::canary::Canary::start().await;
    let (url, link) = (canary.url("/"), canary.url("/next"));
    let upstream = Upstream::start(move |asked| {
        let page = format!("<meta http-equiv=refresh content=\"0;url={url}\">");
        let says = if asked.path().ends_with("/profile") {
            Says::json(r#"{"athlete":{"id":"i424242","name":"Ada"}}"#)
        } else {
            Says::json(page)
        };
        says.with("refresh", &format!("0; url={url}"))
            .with("link", &format!("<{link}>; rel=\"next\""))
            .with("alt-svc", "h2=\":1\"")
            .with("set-cookie", "a=b")
    })
    .await;
    let target = before(&upstream.base_url, &[]).await;
    let caller = Caller::new(&target, &target.mcp_api_key);
    for _ in 0..2 {
        for (tool, _) in CALLS {
            let _ = caller.post(calling(tool, &json!({}))).await;
        }
    }
    assert_eq!(canary.hits(), 0);
    for asked in upstream.journal() {
        assert_eq!(asked.header("cookie"), None);
        assert_eq!(asked.header("referer"), None);
    }
    target.finish().await;
}

fn packed(bytes: &[u8], times: usize) -> Vec<u8> {
    let mut to = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    to.write_all(b"[\"").unwrap();
    for _ in 0..times {
        to.write_all(bytes).unwrap();
    }
    to.finish().unwrap()
}

fn head(more: &str) -> Vec<u8> {
    format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n{more}\r\n").into_bytes()
}

fn endless(head: Vec<u8>, piece: impl Into<Vec<u8>>, pause: Duration) -> Says {
    Says::Endless {
        head,
        piece: piece.into(),
        pause,
    }
}

/// Answers that must end as an error of the tool, whatever was asked.
fn poison() -> Vec<(&'static str, Says)> {
    let mebibyte = vec![b' '; 1 << 20];
    let bomb = packed(&mebibyte, 512);
    assert!(bomb.len() < 1 << 20, "{}", bomb.len());
    let twice = {
        let mut to = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        to.write_all(&bomb).unwrap();
        to.finish().unwrap()
    };
    let json = |text: &str| Says::json(text);
    let raw = |headers: &str, body: &[u8]| Says::Raw([&head(headers)[..], body].concat());
    let mut array = b"[".to_vec();
    array.extend(b"{\"id\":1},".repeat(2_000_000));
    array.extend(b"null]");
    vec![
        ("a gzip bomb", Says::json(bomb.clone()).with("content-encoding", "gzip")),
        ("a bomb in a bomb", Says::json(twice).with("content-encoding", "gzip, gzip")),
        ("a bomb that says brotli", Says::json(bomb.clone()).with("content-encoding", "br")),
        ("a bomb that says zstd", Says::json(bomb.clone()).with("content-encoding", "zstd")),
        ("a bomb that says deflate", Says::json(bomb.clone()).with("content-encoding", "deflate")),
        ("a bomb with an error status", Says::status(400, bomb).with("content-encoding", "gzip")),
        ("a body without end", endless(head(""), mebibyte.clone(), Duration::ZERO)),
        (
            "chunks without end",
            endless(head("transfer-encoding: chunked\r\n"), [b"100000\r\n", &mebibyte[..], b"\r\n"].concat(), Duration::ZERO),
        ),
        ("headers without end", endless(b"HTTP/1.1 200 OK\r\n".to_vec(), "x-more: 0123456789abcdef\r\n".repeat(1_000), Duration::ZERO)),
        ("interim answers without end", endless(Vec::new(), "HTTP/1.1 100 Continue\r\n\r\n", Duration::from_millis(1))),
        ("an array of 18 MB", Says::json(array)),
        ("a length of 100 MiB", raw("content-length: 104857600\r\n", b"[]")),
        ("a length beyond all", raw("content-length: 18446744073709551615\r\n", b"[]")),
        ("a length that is more than there is", raw("content-length: 50\r\n", b"[]")),
        ("two lengths", raw("content-length: 2\r\ncontent-length: 3\r\n", b"[]")),
        ("10,000 brackets", json(&"[".repeat(10_000))),
        ("10,000 objects", json(&format!("{}1{}", "{\"a\":".repeat(10_000), "}".repeat(10_000)))),
        ("a page", Says::json("<!doctype html><html><body>secret page</body></html>").with("content-type", "text/html")),
        ("a page that says it is JSON", json("<html>secret page</html>")),
        ("NaN", json("NaN")),
        ("Infinity", json("[Infinity]")),
        ("a string", json("\"i1\"")),
        ("a number", json("17")),
        ("nothing", json("")),
        ("invalid UTF-8", Says::json([b"[{\"id\":\"i1\",\"name\":\"", &[0xff_u8, 0xfe, 0xc0][..], b"\"}"].concat())),
        ("half of it", json("[{\"id\":\"i1\",\"name\":\"hal")),
        ("more than it", json("[]]")),
        ("no HTTP at all", Says::Raw(b"SSH-2.0-OpenSSH_9.6\r\n".to_vec())),
        ("nothing and the end", Says::Raw(Vec::new())),
        ("a status that does not exist", Says::Raw(b"HTTP/1.1 999 Odd\r\ncontent-length: 0\r\n\r\n".to_vec())),
        ("an upgrade", Says::Raw(b"HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n".to_vec())),
    ]
}

/// Everything but what each call needs first.
fn profile_or(asked: &Asked, says: &Says) -> Says {
    if asked.path().ends_with("/profile") || asked.path().ends_with("/athlete/i424242") {
        Says::Honest
    } else {
        says.clone()
    }
}

#[tokio::test]
async fn ups_04_a_poisoned_answer_is_an_error_of_the_tool_and_fills_no_memory() {
    let says = Arc::new(std::sync::Mutex::new(Says::Honest));
    let script = Arc::clone(&says);
    let upstream = Upstream::start(move |asked| profile_or(asked, &script.lock().unwrap())).await;
    let target = before(&upstream.base_url, &[]).await;
    let caller = Caller::new(&target, &target.mcp_api_key);
    caller.call("get_today", json!({})).await.ok();
    let before = target.resident();
    for (n, (what, poison)) in poison().into_iter().enumerate() {
        *says.lock().unwrap() = poison;
        // Another activity and another window each time, so that nothing is remembered.
        let detail = caller.call(
            "get_activity",
            json!({ "id": format!("i{}", 90 + n), "include": ["messages", "segments", "weather"] }),
        );
        let window =
            json!({ "oldest": format!("-{}d", 30 + n), "newest": format!("-{}d", 10 + n) });
        let rows = caller.call("list_activities", window.clone());
        let days = caller.call("get_wellness", window.clone());
        let events = caller.call("list_events", window);
        let (detail, rows, days, events) = tokio::join!(detail, rows, days, events);
        for said in [detail, rows, days, events] {
            assert!(said.is_error, "{what}: {}", said.text);
            assert!(!said.text.contains("secret page"), "{what}: {}", said.text);
            assert!(said.text.len() < 1_000, "{what}: {}", said.text.len());
        }
        let grown = target.resident().saturating_sub(before);
        assert!(grown < 64 << 20, "{what}: {grown} bytes more");
    }
    target.finish().await;
}

/// A row that cannot be read does not lose the list, so that these are no errors everywhere; they must do no harm.
#[tokio::test]
async fn ups_04_depth_is_skipped_and_not_climbed_into() {
    let says = Arc::new(std::sync::Mutex::new(Says::Honest));
    let script = Arc::clone(&says);
    let upstream = Upstream::start(move |asked| profile_or(asked, &script.lock().unwrap())).await;
    let target = before(&upstream.base_url, &[]).await;
    let caller = Caller::new(&target, &target.mcp_api_key);
    for (n, depth) in [200, 10_000, 1_000_000, 6_000_000].into_iter().enumerate() {
        let brackets = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        let member =
            format!(r#"{{"id":"i1","name":"x","type":"Ride","Custom":{brackets},"z":{brackets}}}"#);
        for (m, body) in [brackets.clone(), member.clone(), format!("[{member}]")]
            .into_iter()
            .enumerate()
        {
            *says.lock().unwrap() = Says::json(body);
            let window =
                json!({ "oldest": format!("-{}d", 40 + n), "newest": format!("-{}d", 10 + m) });
            for (tool, arguments) in [
                (
                    "get_activity",
                    json!({ "id": format!("i{}", 10 * n + m + 100), "include": ["custom", "messages"] }),
                ),
                ("list_activities", window.clone()),
                ("get_wellness", window.clone()),
                ("list_events", window),
            ] {
                let said = caller.call(tool, arguments).await;
                assert!(
                    said.text.len() < 2_000,
                    "{tool} at {depth}: {}",
                    said.text.len()
                );
            }
        }
    }
    target.finish().await;
}

#[tokio::test]
async fn ups_04_an_answer_that_trickles_ends_at_the_deadline() {
    let says = Arc::new(std::sync::Mutex::new(Says::Honest));
    let script = Arc::clone(&says);
    let upstream = Upstream::start(move |asked| match asked.path() {
        path if path.contains("/activity/i1") => endless(
            head("transfer-encoding: chunked\r\n"),
            "1\r\n[\r\n",
            Duration::from_secs(1),
        ),
        path if path.contains("/activity/i2") => endless(Vec::new(), "H", Duration::from_secs(1)),
        path if path.contains("/activity/i3") => Says::Silence,
        path if path.contains("/activity/i4") => endless(
            head("content-encoding: gzip\r\n"),
            packed(b"", 0),
            Duration::from_secs(1),
        ),
        _ => script.lock().unwrap().clone(),
    })
    .await;
    let target = before(&upstream.base_url, &[]).await;
    let caller = Caller::new(&target, &target.mcp_api_key);
    caller.call("get_athlete", json!({})).await.ok();
    let started = std::time::Instant::now();
    let ids = ["i1", "i2", "i3", "i4"];
    let calls = ids.map(|id| caller.call("get_activity", json!({ "id": id })));
    for (id, said) in ids.iter().zip(futures_util::future::join_all(calls).await) {
        assert!(said.is_error, "{id}: {}", said.text);
    }
    // Twice the deadline: not each byte has its own.
    assert!(
        started.elapsed() < 2 * UPSTREAM_DEADLINE,
        "{:?}",
        started.elapsed()
    );
    target.finish().await;
}

#[tokio::test]
async fn ups_04_odd_values_are_no_error_of_the_server() {
    let name = "n".repeat(5 << 20);
    let row = |id: &str, name: &str| {
        format!(
            r#"{{"id":{id},"type":"Ride","name":"{name}","moving_time":3600,"start_date_local":"2026-03-17T08:00:00","source":"GARMIN_CONNECT"}}"#
        )
    };
    let body = format!(
        "[{}]",
        [
            row("\"i1\"", "as text"),
            row("2", "as number"),
            row("null", "as null"),
            row("1e400", "as infinity").replace("1e400", "1e300"),
            row("-5", "below zero"),
            row("\"i3\",\"id\":\"../x\"", "twice"),
            row("[\"i4\"]", "as list"),
            row("\"i5\"", &name),
            row("\"i6\"", "\\ud83d half a pair"),
            row("\"i7\"", "old").replace("2026-03-17", "-9999-01-01"),
            row("\"i8\"", "long").replace("3600", "9223372036854775807"),
            row("\"i9\"", "far").replace(
                "\"source\"",
                "\"distance\":1e308,\"icu_training_load\":-9223372036854775808,\"source\""
            ),
            "null".to_owned(),
            "[]".to_owned(),
            "\"row\"".to_owned(),
        ]
        .join(",")
    );
    let without_halves = body.replace("\\ud83d", "");
    let bodies = [body, without_halves];
    let turn = Arc::new(AtomicUsize::new(0));
    let served = (Arc::clone(&turn), bodies.clone());
    let upstream = Upstream::start(move |asked| {
        if asked.path().ends_with("/activities") {
            Says::json(served.1[served.0.load(Ordering::SeqCst)].clone())
        } else {
            Says::Honest
        }
    })
    .await;
    let target = before(&upstream.base_url, &[]).await;
    let caller = Caller::new(&target, &target.mcp_api_key);
    for n in 0..bodies.len() {
        turn.store(n, Ordering::SeqCst);
        let window = json!({ "oldest": format!("2026-0{}-01", n + 1), "newest": "2026-03-31" });
        for tool in ["list_activities", "list_events", "get_today"] {
            let arguments = if tool == "get_today" {
                json!({})
            } else {
                window.clone()
            };
            let said = caller.call(tool, arguments).await;
            assert!(
                said.text.len() < LONGEST_ANSWER,
                "{tool}: {}",
                said.text.len()
            );
        }
    }
    target.finish().await;
}

/// Recordings that no device made.
fn impossible_recordings() -> Vec<(&'static str, String)> {
    let stream = |kind: &str, data: &str| format!(r#"{{"type":"{kind}","data":{data}}}"#);
    let all = |time: &str, data: &str| {
        let kinds = [
            "distance",
            "watts",
            "heartrate",
            "cadence",
            "velocity_smooth",
            "altitude",
            "w_bal",
            "temp",
            "hrv",
            "Own",
        ];
        let others: Vec<String> = kinds.iter().map(|kind| stream(kind, data)).collect();
        let place = format!(r#"{{"type":"latlng","data":{data},"data2":{data}}}"#);
        format!("[{},{},{place}]", stream("time", time), others.join(","))
    };
    let list = |value: fn(i64) -> String, length: i64| {
        let values: Vec<String> = (0..length).map(value).collect();
        format!("[{}]", values.join(","))
    };
    let seconds = |length| list(|i| i.to_string(), length);
    vec![
        (
            "huge values",
            all(&seconds(100), "[1e308,-1e308,1e38,-1e38,3e38,0]"),
        ),
        ("a leap into space", all(&seconds(4), "[0,3.4e38,10,20]")),
        ("huge at the end", all(&seconds(4), "[0,1,2,3.4e38]")),
        ("huge times", all("[0,1e308,1e38,2e38,-1e308]", &seconds(5))),
        ("negative times", all("[-5,-4,-3,-2,-1]", &seconds(5))),
        (
            "a clock that runs back",
            all(&list(|i| (1000 - i).to_string(), 1000), &seconds(1000)),
        ),
        (
            "a clock that stands",
            all(&list(|_| "7".to_owned(), 1000), &seconds(1000)),
        ),
        (
            "a clock that jumps to and fro",
            all(
                &list(|i| (i * 7919 % 1000).to_string(), 1000),
                &seconds(1000),
            ),
        ),
        ("more values than times", all(&seconds(3), &seconds(10_000))),
        ("more times than values", all(&seconds(10_000), "[1,2]")),
        ("no values", all(&seconds(1000), "[]")),
        ("no times", all("[]", &seconds(1000))),
        (
            "nulls",
            all(
                &list(|_| "null".to_owned(), 500),
                &list(|_| "null".to_owned(), 500),
            ),
        ),
        (
            "words",
            all(
                "[\"0\",\"one\",\"2\",\"NaN\",\"Infinity\"]",
                "[\"-Infinity\",\"\\u202e\",\"1\",\"2\",\"|\"]",
            ),
        ),
        (
            "lists in lists",
            all(
                &seconds(50),
                &list(|i| format!("[{i},[{i}],{{}},\"x\",1e308]"), 50),
            ),
        ),
        (
            "lists as times",
            all(&list(|i| format!("[{i}]"), 50), &seconds(50)),
        ),
        ("objects", all("{}", "{\"0\":1}")),
        (
            "each twice",
            format!(
                "[{0},{0},{1},{1}]",
                stream("time", &seconds(50)),
                stream("watts", &seconds(50))
            ),
        ),
        (
            "no kinds",
            format!("[{{\"data\":{}}},null,5,\"x\",[]]", seconds(50)),
        ),
        (
            "tiny steps",
            all(
                &list(
                    |i| format!("{}", f64::from(i32::try_from(i).unwrap()) * 1e-6),
                    20_000,
                ),
                &seconds(20_000),
            ),
        ),
        (
            "a way back",
            all(
                &seconds(1000),
                &list(|i| (-i * 1_000_000).to_string(), 1000),
            ),
        ),
        (
            "a million beats in a second",
            all(
                &seconds(3),
                &format!("[[{}],[],[800]]", vec!["800"; 1_000_000].join(",")),
            ),
        ),
    ]
}

#[tokio::test]
async fn ups_04_a_recording_that_no_device_made_does_no_harm() {
    let says = Arc::new(std::sync::Mutex::new(String::new()));
    let script = Arc::clone(&says);
    let steps = json!([
        { "duration": i64::MAX, "power": { "value": 1e308, "units": "%ftp" } },
        { "distance": 1e300, "pace": { "start": 1e-300, "end": 1e300, "units": "secs/km" } },
        { "reps": i64::MAX, "steps": [{ "duration": 60, "hr": { "value": 2, "units": "hr_zone" } }, { "duration": -1 }] },
    ]);
    let upstream = Upstream::start(move |asked| {
        let path = asked.path();
        if path.ends_with("/streams") {
            Says::json(script.lock().unwrap().clone())
        } else if path.contains("/activity/i") {
            let id = path.rsplit('/').next().unwrap();
            let lap = json!({ "id": 1, "start_index": -5, "end_index": i64::MAX, "start_time": i64::MIN, "moving_time": i64::MAX });
            Says::json(json!({
                "id": id, "type": if id.ends_with('1') { "Run" } else { "Ride" }, "name": "x", "moving_time": 3600,
                "start_date_local": "2026-03-17T08:00:00", "paired_event_id": 5, "icu_ftp": i64::MAX, "lthr": -1,
                "threshold_pace": 1e308, "icu_hr_zones": [i64::MIN, i64::MAX], "icu_intervals": [lap, lap],
                "total_elevation_gain": 1e308,
            }).to_string())
        } else if path.contains("/events/") {
            let event = json!({ "id": 5, "category": "WORKOUT", "workout_doc": { "steps": steps } });
            Says::json(event.to_string())
        } else {
            Says::Honest
        }
    })
    .await;
    let target = before(&upstream.base_url, &[]).await;
    let caller = Caller::new(&target, &target.mcp_api_key);
    caller.call("get_athlete", json!({})).await.ok();
    let rested = target.resident();
    for (n, (what, body)) in impossible_recordings().into_iter().enumerate() {
        *says.lock().unwrap() = body;
        for (m, (tool, mut arguments)) in [
            ("get_activity_streams", json!({})),
            ("get_activity_streams", json!({ "max_points": 1000 })),
            (
                "get_activity_streams",
                json!({ "types": ["hrv", "position", "w_bal", "temperature", "Own"] }),
            ),
            (
                "get_activity_streams",
                json!({ "by": "distance", "start": 0, "end": 5000 }),
            ),
            (
                "get_activity_streams",
                json!({ "by": "interval", "start": 1, "end": 2 }),
            ),
            ("get_activity", json!({ "include": ["splits", "plan"] })),
            (
                "get_activity",
                json!({ "include": ["splits", "plan", "intervals"] }),
            ),
        ]
        .into_iter()
        .enumerate()
        {
            // Another activity each time, so that nothing is remembered.
            arguments["id"] = json!(format!("i{}{m}1", 1000 + n));
            let asked = tokio::time::timeout(UPSTREAM_DEADLINE, caller.call(tool, arguments)).await;
            let said = asked.unwrap_or_else(|_| panic!("{what}: {tool} never ends"));
            assert!(
                said.text.len() < LONGEST_ANSWER,
                "{what}: {}",
                said.text.len()
            );
            for word in ["NaN", "inf ", "inf|", "-inf", "\u{202e}"] {
                assert!(
                    !said.text.contains(word),
                    "{what}: {tool} says {word}: {}",
                    said.text
                );
            }
        }
        let grown = target.resident().saturating_sub(rested);
        assert!(grown < 64 << 20, "{what}: {grown} bytes more");
    }
    target.finish().await;
}

/// As much text as the service could ever hand out, in every place that quotes it.
#[tokio::test]
async fn ups_04_no_answer_is_longer_than_a_client_takes_and_what_was_cut_is_said() {
    let upstream = Upstream::start(|asked| {
        let words = "Long words of somebody else. ".repeat(300);
        if asked.path().ends_with("/messages") {
            let message = json!({ "id": 1, "name": "Coach", "created": "2026-03-17T10:00:00Z", "content": words });
            return Says::json(json!(vec![message; 50]).to_string());
        }
        Says::twisted(move |document| lengthen(document, &words))
    })
    .await;
    let target = before(&upstream.base_url, &[]).await;
    let caller = Caller::new(&target, &target.mcp_api_key);
    let id = {
        let rows = caller
            .call("list_activities", json!({ "limit": 5 }))
            .await
            .ok();
        let row = rows
            .lines()
            .find(|line| line.starts_with('i') && line.contains('|') && !line.starts_with("id|"));
        row.unwrap().split('|').next().unwrap().to_owned()
    };
    for (tool, arguments) in [
        (
            "get_activity",
            json!({ "id": id, "include": ["messages", "custom", "intervals", "segments", "weather"] }),
        ),
        (
            "list_events",
            json!({ "oldest": "-199d", "newest": "+199d", "include_steps": true }),
        ),
        (
            "get_wellness",
            json!({ "oldest": "-399d", "newest": "today" }),
        ),
        (
            "list_activities",
            json!({ "oldest": "-700d", "newest": "today", "limit": 200 }),
        ),
        ("get_athlete", json!({})),
        ("get_today", json!({ "days_ahead": 28 })),
    ] {
        let text = caller.call(tool, arguments).await.ok();
        let length = text.chars().count();
        assert!(length < LONGEST_ANSWER, "{tool}: {length} characters");
        let cut = text.contains("(cut") || text.contains('…') || text.contains("not shown");
        assert!(cut, "{tool} does not say that something was cut");
        // What began as a quotation ends as one, however much was cut.
        assert_eq!(
            text.matches(": text from the athlete's account").count(),
            text.lines()
                .filter(|line| line.starts_with("--- end "))
                .count(),
            "{tool}"
        );
    }
    target.finish().await;
}

/// Gives everything that people write the same long text.
fn lengthen(value: &mut serde_json::Value, words: &str) {
    match value {
        serde_json::Value::Array(items) => items.iter_mut().for_each(|item| lengthen(item, words)),
        serde_json::Value::Object(members) => {
            for key in ["description", "comments", "name", "content"] {
                if members
                    .get(key)
                    .is_some_and(|member| member.is_string() || member.is_null())
                {
                    members.insert(key.to_owned(), words.into());
                }
            }
            if members.contains_key("category") {
                members.insert("description".to_owned(), words.into());
                members.remove("workout_doc");
            }
            if members.contains_key("ctl") && members.contains_key("id") {
                members.insert("comments".to_owned(), words.into());
            }
            members.values_mut().for_each(|member| {
                if member.is_object() || member.is_array() {
                    lengthen(member, words);
                }
            });
        }
        _ => {}
    }
}

#[tokio::test]
async fn ups_05_a_certificate_that_does_not_hold_gets_no_request() {
    let authority = Authority::new();
    let stranger = Authority::new();
    let room = Room::new();
    let trusted = authority.write(&room.0);
    let trusted = ("SSL_CERT_FILE", trusted.to_str().unwrap());
    for (what, config) in [
        ("self-signed", self_signed("localhost")),
        (
            "signed by a stranger",
            stranger.certify("localhost", |_| {}),
        ),
        ("expired", authority.certify("localhost", expired)),
        (
            "of another host",
            authority.certify("intervals.icu", |_| {}),
        ),
        ("of a host below", authority.certify("x.localhost", |_| {})),
        (
            "of a client",
            authority.certify("localhost", |params| {
                params.extended_key_usages = vec![rcgen::ExtendedKeyUsagePurpose::ClientAuth];
            }),
        ),
    ] {
        let upstream = Upstream::behind_tls(config, |_| Says::Honest).await;
        let target = before(&upstream.base_url, &[trusted]).await;
        let caller = Caller::new(&target, &target.mcp_api_key);
        for sentence in everything_fails(&caller).await {
            assert!(
                sentence.contains("could not be reached"),
                "{what}: {sentence}"
            );
        }
        assert!(
            upstream.journal().is_empty(),
            "{what}: {:?}",
            upstream.journal()
        );
        target.finish().await;
    }
    // It is the certificate that makes the difference.
    let upstream =
        Upstream::behind_tls(authority.certify("localhost", |_| {}), |_| Says::Honest).await;
    let target = before(&upstream.base_url, &[trusted]).await;
    let caller = Caller::new(&target, &target.mcp_api_key);
    caller.call("get_athlete", json!({})).await.ok();
    let key = basic(intervals_mcp_server::demo::API_KEY);
    assert!(
        upstream
            .journal()
            .iter()
            .all(|asked| asked.header("authorization") == Some(&key))
    );
    target.finish().await;
}

/// The beginning of a handshake in the protocol of 1999, as a server would answer one.
fn server_hello_of_1999() -> Vec<u8> {
    let mut hello = vec![0x03, 0x01];
    hello.extend([7; 32]);
    hello.extend([0, 0x00, 0x2f, 0]);
    let mut message = vec![2, 0, 0, u8::try_from(hello.len()).unwrap()];
    message.extend(hello);
    let mut record = vec![0x16, 0x03, 0x01, 0, u8::try_from(message.len()).unwrap()];
    record.extend(message);
    record
}

#[tokio::test]
async fn ups_05_an_old_protocol_gets_an_alert_and_no_request() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base_url = format!(
        "https://localhost:{}",
        listener.local_addr().unwrap().port()
    );
    let heard = Arc::new(std::sync::Mutex::new(Vec::<Vec<u8>>::new()));
    let record = Arc::clone(&heard);
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let mut hello = vec![0; 16 * 1024];
            let _ = socket.read(&mut hello).await;
            let _ = socket.write_all(&server_hello_of_1999()).await;
            let mut after = Vec::new();
            let _ = socket.read_to_end(&mut after).await;
            record.lock().unwrap().push(after);
        }
    });
    let target = before(&base_url, &[]).await;
    let caller = Caller::new(&target, &target.mcp_api_key);
    everything_fails(&caller).await;
    target.finish().await;
    let heard = heard.lock().unwrap();
    assert!(!heard.is_empty());
    for after in heard.iter() {
        // One alert record and the end.
        assert!(
            after.len() <= 16 && after.first().is_none_or(|kind| *kind == 0x15),
            "{after:?}"
        );
    }
}

/// Variables that ordinary programs obey must not put somebody between the server and the service.
#[tokio::test]
async fn ups_05_a_proxy_of_the_environment_never_hears_the_key() {
    let proxy = Upstream::start(|_| Says::status(403, "no")).await;
    let names = [
        "HTTP_PROXY",
        "HTTPS_PROXY",
        "ALL_PROXY",
        "http_proxy",
        "https_proxy",
        "all_proxy",
    ];
    let variables = names.map(|name| (name, proxy.base_url.as_str()));
    // Straight to an address of this machine, whatever the environment says.
    let upstream = Upstream::honest().await;
    let target = before(&upstream.base_url, &variables).await;
    let caller = Caller::new(&target, &target.mcp_api_key);
    caller.call("get_athlete", json!({})).await.ok();
    assert!(proxy.journal().is_empty());
    target.finish().await;
    // To the service only through a tunnel, in which the proxy sees nothing.
    let target = before("https://intervals.invalid", &variables).await;
    let caller = Caller::new(&target, &target.mcp_api_key);
    everything_fails(&caller).await;
    assert!(!proxy.journal().is_empty(), "the proxy was not used");
    for asked in proxy.journal() {
        assert_eq!(
            (asked.method.as_str(), asked.target.as_str()),
            ("CONNECT", "intervals.invalid:443")
        );
        assert_eq!(asked.header("authorization"), None);
        assert!(asked.body.is_empty());
    }
    target.finish().await;
}
