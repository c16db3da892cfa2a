//! What is made of answers, whole, odd and broken.

use std::time::{Duration, Instant};

use intervals_mcp_server::intervals::activities::ListActivities;
use intervals_mcp_server::intervals::sports::for_sport;
use intervals_mcp_server::intervals::{Error, EventId};
use jiff::civil::date;

use super::upstream::{API_KEY, Reply, Upstream, clock};

const WINDOW: ListActivities<'_> = ListActivities {
    oldest: date(2026, 1, 1),
    newest: date(2026, 1, 31),
    limit: None,
    fields: &[],
};

/// The error of a list that must fail.
async fn failure(upstream: &Upstream) -> Error {
    let client = upstream.client();
    client.activities().list(&WINDOW).await.unwrap_err()
}

#[tokio::test]
async fn one_odd_row_does_not_lose_the_list() {
    let upstream = Upstream::answering(Reply::json(
        r#"[
            {"id":"i1","name":"Tempo","type":"Ride","moving_time":"3600","distance":{"x":[1]},"tags":["a",null,"b"],
             "icu_training_load":71.6,"average_speed":"Infinity","icu_intensity":"NaN","race":"yes",
             "start_date_local":"2026-01-31T07:05:00","icu_hr_zone_times":[10,null,30],"pace_zone_times":[1,2.0,"3"],
             "gear":"b1","icu_zone_times":[{"id":"Z1","secs":60},"odd",{"id":"SS","secs":null}]},
            {"name":"no id"}, null, 7, [], {"id":"../x"}, {"id":{"a":1}},
            {"id":12345,"name":"by number","type":"Parkour","a_new_key":{"deep":[null]}}
        ]"#,
    ))
    .await;
    let rows = upstream.client().activities().list(&WINDOW).await.unwrap();
    assert_eq!(rows.len(), 2);
    let tempo = &rows[0];
    assert_eq!(tempo.id.as_str(), "i1");
    assert_eq!(tempo.moving_time, Some(3600));
    assert_eq!(tempo.distance, None);
    assert_eq!(tempo.icu_training_load, Some(72));
    assert_eq!(tempo.average_speed, None);
    assert_eq!(tempo.icu_intensity, None);
    assert_eq!(tempo.race, None);
    assert_eq!(
        tempo.tags.as_deref(),
        Some(&["a".to_owned(), "b".to_owned()][..])
    );
    // A hole would shift every zone after it.
    assert_eq!(tempo.icu_hr_zone_times, None);
    assert_eq!(tempo.pace_zone_times, Some(vec![1, 2, 3]));
    assert!(tempo.gear.is_none());
    assert_eq!(tempo.icu_zone_times.as_ref().unwrap().len(), 2);
    assert_eq!(tempo.started().unwrap().to_string(), "2026-01-31T07:05:00");
    let other = &rows[1];
    assert_eq!(other.id.as_str(), "12345");
    assert_eq!(other.sport.as_deref(), Some("Parkour"));
    assert!(other.custom.contains_key("a_new_key"));
}

#[tokio::test]
async fn nulls_everywhere_are_read_as_nothing() {
    let upstream = Upstream::start(|request, _| {
        let nulls = r#""name":null,"type":null,"moving_time":null,"distance":null,"tags":null,"gear":null,"workout_doc":null,
            "icu_intervals":null,"sportInfo":null,"weight":null,"types":null,"power_zones":null,"mmp_model":null,
            "custom_field_values":null,"other":null,"Custom":null"#;
        Reply::json(if request.target.contains("/profile") {
            format!(r#"{{"athlete":{{"id":"i77",{nulls}}},"sharedFolders":null,"customItems":null}}"#)
        } else if request.target.contains("/wellness") {
            format!(r#"[{{"id":"2026-01-01",{nulls}}}]"#)
        } else if request.target.contains("/activity/") {
            format!(r#"{{"id":"i1",{nulls}}}"#)
        } else {
            format!(r#"[{{"id":1,{nulls}}}]"#)
        })
    })
    .await;
    let client = upstream.client();
    let profile = client.athlete().profile().await.unwrap();
    assert_eq!(profile.athlete.id.as_str(), "i77");
    assert_eq!(profile.custom_fields().count(), 0);
    let days = client
        .wellness()
        .list(WINDOW.oldest, WINDOW.newest, &[])
        .await
        .unwrap();
    assert_eq!(
        (days[0].date, days[0].weight, days[0].custom.len()),
        (date(2026, 1, 1), None, 0)
    );
    let activity = client
        .activities()
        .get(&"i1".parse().unwrap())
        .await
        .unwrap();
    assert!(activity.is_stub());
    assert!(activity.custom.is_empty());
    assert!(
        client
            .events()
            .list(WINDOW.oldest, WINDOW.newest, &[], true)
            .await
            .unwrap()[0]
            .workout_doc
            .is_none()
    );
    let settings = client.sports().list().await.unwrap();
    assert!(for_sport(&settings, "Run").is_none());
}

#[tokio::test]
async fn custom_fields_survive_and_internals_do_not() {
    let upstream = Upstream::answering(Reply::json(
        r#"{"id":"i1","type":"Swim","moving_time":1800,"SWOLF":38.5,"Ratio":"-Infinity","Mood\u0020note":"calm",
            "skyline_chart_bytes":"AAAA","icu_sync_date":"2026-01-01","icu_intervals":[{"id":3,"type":"WORK","decoupling":
            "-Infinity","average_watts":251,"SWOLF":37}]}"#,
    ))
    .await;
    let activity = upstream
        .client()
        .activities()
        .get_with_intervals(&"i1".parse().unwrap())
        .await
        .unwrap();
    let names: Vec<&String> = activity.custom.keys().collect();
    assert_eq!(names, ["SWOLF", "Ratio", "Mood note"]);
    let intervals = activity.icu_intervals.as_ref().unwrap();
    assert_eq!(
        (intervals[0].average_watts, intervals[0].decoupling),
        (Some(251), None)
    );
}

#[tokio::test]
async fn the_profile_tells_who_the_athlete_is_and_what_custom_fields_mean() {
    let upstream = Upstream::answering(Reply::json(
        r##"{"athlete":{"id":"i77","name":"Ada","timezone":"Africa/Johannesburg","sex":"F","measurement_preference":"meters"},
            "sharedFolders":[{"id":1}],
            "customItems":[
                {"id":1,"type":"FITNESS_CHART","name":"Chart","content":{"script":"x"}},
                {"id":2,"type":"INPUT_FIELD","name":"Legs","content":{"code":"Legs","type":"select","units":null,
                 "options":[{"text":"Fresh","value":1.0,"color":"#fff"},{"text":"Heavy","value":2}]}},
                {"id":3,"type":"ACTIVITY_FIELD","name":"Swolf","content":{"code":"SWOLF","type":"numeric","units":"pts"}}]}"##,
    ))
    .await;
    let profile = upstream.client().athlete().profile().await.unwrap();
    assert_eq!(
        profile.athlete.timezone.as_deref(),
        Some("Africa/Johannesburg")
    );
    let fields: Vec<_> = profile
        .custom_fields()
        .map(|item| item.content.as_ref().unwrap())
        .collect();
    let codes: Vec<_> = fields
        .iter()
        .map(|field| field.code.as_deref().unwrap())
        .collect();
    assert_eq!(codes, ["Legs", "SWOLF"]);
    let heavy = &fields[0].options.as_ref().unwrap()[1];
    assert_eq!(
        (heavy.value, heavy.text.as_deref()),
        (Some(2.0), Some("Heavy"))
    );
}

#[tokio::test]
async fn stubs_of_strava_are_recognised() {
    let upstream = Upstream::answering(Reply::json(
        r#"[{"id":"9001","source":"STRAVA","_note":"not available","start_date_local":"2026-01-03T10:00:00"},
            {"id":"9002","source":null,"type":null},
            {"id":"9003","source":"STRAVA","type":"Run","moving_time":60}]"#,
    ))
    .await;
    let rows = upstream.client().activities().list(&WINDOW).await.unwrap();
    let stubs: Vec<bool> = rows.iter().map(|row| row.is_stub()).collect();
    assert_eq!(stubs, [true, true, false]);
}

#[tokio::test]
async fn a_planned_workout_keeps_its_tree_and_its_resolved_targets() {
    let upstream = Upstream::answering(Reply::json(
        r#"[{"id":41,"category":"RACE_Z","type":"Run","start_date_local":"2026-02-01T00:00:00",
             "end_date_local":"2026-02-02T00:00:00","paired_activity_id":null,
             "workout_doc":{"duration":1500.0,"zoneTimes":[{"id":"Z1","secs":900,"minWatts":1}],"options":{"pool_length":"25m"},
             "steps":[{"text":"Easy","duration":600,"pace":{"start":70,"end":80,"units":"%pace"},
                       "_pace":{"value":2.4,"start":2.3,"end":2.5},"_distance":1440.0,"warmup":true},
                      {"reps":3,"text":"3x","steps":[{"distance":400,"hr":{"value":95,"units":"%lthr"}},"odd",
                       {"duration":60,"freeride":true,"until_lap_press":true}]}]}}]"#,
    ))
    .await;
    let client = upstream.client();
    let events = client
        .events()
        .list(WINDOW.oldest, WINDOW.newest, &[], true)
        .await
        .unwrap();
    let event = &events[0];
    assert_eq!(event.id, EventId(41));
    assert_eq!(event.category.as_deref(), Some("RACE_Z"));
    assert_eq!(event.ends().unwrap().date(), date(2026, 2, 2));
    let doc = event.workout_doc.as_ref().unwrap();
    assert_eq!(doc.duration, Some(1500));
    let steps = doc.steps.as_ref().unwrap();
    assert_eq!(
        steps[0].pace.as_ref().unwrap().units.as_deref(),
        Some("%pace")
    );
    assert_eq!(steps[0].resolved_pace.as_ref().unwrap().value, Some(2.4));
    assert_eq!(steps[0].resolved_distance.unwrap().0, 1440.0);
    assert_eq!(steps[1].reps, Some(3));
    let repeated = steps[1].steps.as_ref().unwrap();
    assert_eq!(repeated.len(), 2);
    assert_eq!(repeated[1].until_lap_press, Some(true));
}

#[tokio::test]
async fn a_sport_without_its_own_settings_has_those_of_the_others() {
    let upstream = Upstream::answering(Reply::json(
        r#"[{"id":1,"types":["Ride","VirtualRide"],"ftp":251,"eFTPSupported":true},{"id":2,"types":["Run"],"threshold_pace":3.9},
            {"id":3,"types":["Other"],"other":true}]"#,
    ))
    .await;
    let settings = upstream.client().sports().list().await.unwrap();
    assert_eq!(for_sport(&settings, "VirtualRide").unwrap().ftp, Some(251));
    assert_eq!(
        for_sport(&settings, "Run").unwrap().threshold_pace,
        Some(3.9)
    );
    assert_eq!(for_sport(&settings, "Yoga").unwrap().id, 3);
}

#[tokio::test]
async fn truncated_json_names_the_place_and_not_the_content() {
    let upstream = Upstream::answering(Reply::json(
        r#"[{"id":"i1"},{"id":"i2","gear":{"name":"Canyon"#,
    ))
    .await;
    let error = failure(&upstream).await;
    assert_eq!(
        error,
        Error::Malformed {
            path: "[1].gear.name".to_owned()
        }
    );
    let upstream = Upstream::answering(Reply::json(r#"{"a":"Canyon"}"#)).await;
    let error = failure(&upstream).await;
    assert!(
        matches!(&error, Error::Malformed { .. }) && !error.to_string().contains("Canyon"),
        "{error:?}"
    );
    let upstream = Upstream::answering(Reply::json("")).await;
    assert!(matches!(
        upstream.client().activities().list(&WINDOW).await,
        Err(Error::Malformed { .. })
    ));
    let upstream = Upstream::answering(Reply::json("[] []")).await;
    assert!(matches!(
        upstream.client().activities().list(&WINDOW).await,
        Err(Error::Malformed { .. })
    ));
}

#[tokio::test]
async fn a_body_that_breaks_off_is_said_to_have_ended_early() {
    let upstream = Upstream::answering(Reply::Raw(
        b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n[{\"id\":".to_vec(),
    ))
    .await;
    assert_eq!(failure(&upstream).await, Error::TruncatedBody);
    assert_eq!(upstream.requests().len(), 1);
    let upstream =
        Upstream::answering(Reply::json("no gzip at all").with("content-encoding", "gzip")).await;
    assert_eq!(failure(&upstream).await, Error::TruncatedBody);
}

#[tokio::test]
async fn gzip_is_unpacked() {
    let upstream = Upstream::answering(gzipped(br#"[{"id":"i1"}]"#)).await;
    assert_eq!(
        upstream
            .client()
            .activities()
            .list(&WINDOW)
            .await
            .unwrap()
            .len(),
        1
    );
}

#[tokio::test]
async fn a_page_instead_of_an_answer_is_blocked_and_never_shown() {
    for (status, requests) in [(200, 1), (403, 1), (404, 1), (503, 3)] {
        let upstream = Upstream::answering(Reply::html(status)).await;
        let error = failure(&upstream).await;
        assert_eq!(error, Error::Blocked { status });
        assert!(!format!("{error} {error:?}").contains("secret page"));
        assert_eq!(upstream.requests().len(), requests, "{status}");
    }
}

#[tokio::test]
async fn redirects_are_not_followed() {
    for status in [301, 302, 303, 307, 308] {
        let upstream = Upstream::start(move |request, _| {
            if request.target.contains("elsewhere") {
                return Reply::json("[]");
            }
            Reply::status(status, "").with("location", "/elsewhere")
        })
        .await;
        let error = failure(&upstream).await;
        assert_eq!(error, Error::Blocked { status });
        assert_eq!(upstream.requests().len(), 1);
    }
}

#[tokio::test]
async fn each_refusal_is_its_own_error_and_is_asked_once() {
    let said = |text: &str| Some(text.to_owned());
    for (status, text, expected) in [
        (401, "x", Error::Unauthorized),
        (
            402,
            "Subscribe",
            Error::PaymentRequired {
                message: said("Subscribe"),
            },
        ),
        (
            403,
            "Access denied",
            Error::Forbidden {
                message: said("Access denied"),
            },
        ),
        (
            404,
            "Not found",
            Error::NotFound {
                message: said("Not found"),
            },
        ),
        (
            405,
            "Method Not Allowed",
            Error::Rejected {
                status: 405,
                message: said("Method Not Allowed"),
            },
        ),
        (
            422,
            "Name is required",
            Error::Rejected {
                status: 422,
                message: said("Name is required"),
            },
        ),
    ] {
        let upstream = Upstream::answering(Reply::status(
            status,
            format!(r#"{{"status":{status},"error":"{text}"}}"#),
        ))
        .await;
        assert_eq!(failure(&upstream).await, expected);
        assert_eq!(upstream.requests().len(), 1, "{status}");
    }
}

#[tokio::test]
async fn the_key_is_in_no_error() {
    let echo = format!(r#"{{"error":"key {API_KEY} is odd"}}"#);
    for reply in [
        Reply::status(401, echo.clone()),
        Reply::status(403, echo.clone()),
        Reply::status(422, echo.clone()),
        Reply::status(500, echo.clone()),
        Reply::json(echo),
        Reply::json(format!(r#"[{{"{API_KEY}"#)),
        Reply::Close,
        Reply::Raw(API_KEY.as_bytes().to_vec()),
        Reply::html(403),
    ] {
        let upstream = Upstream::answering(reply).await;
        let error = failure(&upstream).await;
        let text = format!("{error} {error:?}");
        assert!(
            !text.contains(API_KEY) && !text.contains("QVBJX0tFWTpr"),
            "{text}"
        );
    }
}

#[tokio::test]
async fn a_body_of_50_mb_is_refused_by_its_length() {
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
        50 << 20
    );
    let upstream = Upstream::answering(Reply::Flood {
        head,
        chunk: vec![b' '; 1 << 16],
        times: 800,
    })
    .await;
    assert_eq!(too_large(), failure(&upstream).await);
}

#[tokio::test]
async fn a_body_of_50_mb_without_a_length_is_refused_at_16() {
    let head =
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n".to_owned();
    let upstream = Upstream::answering(Reply::Flood {
        head,
        chunk: vec![b' '; 1 << 16],
        times: 800,
    })
    .await;
    let before = resident_bytes();
    assert_eq!(too_large(), failure(&upstream).await);
    assert!(resident_bytes().saturating_sub(before) < 40 << 20);
}

#[tokio::test]
async fn a_small_body_that_unpacks_to_50_mb_is_refused_at_16() {
    let packed = spaces_packed_densely();
    let Reply::Answer { body, .. } = &packed else {
        unreachable!()
    };
    assert!(body.len() < 1 << 20);
    let upstream = Upstream::answering(packed).await;
    assert_eq!(too_large(), failure(&upstream).await);
}

#[tokio::test]
async fn silence_before_or_within_the_answer_is_a_timeout_at_the_deadline() {
    let half = b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n[";
    for said in [Vec::new(), half.to_vec()] {
        let upstream = Upstream::answering(Reply::Stall(said)).await;
        let client = upstream.client_with(Duration::from_millis(300), clock());
        let started = Instant::now();
        let error = client.activities().list(&WINDOW).await.unwrap_err();
        assert_eq!(error, Error::Timeout);
        let elapsed = started.elapsed();
        assert!(elapsed >= Duration::from_millis(290), "{elapsed:?}");
        assert!(elapsed < Duration::from_secs(2), "{elapsed:?}");
        assert_eq!(upstream.requests().len(), 1);
    }
}

#[tokio::test]
async fn nobody_at_home_is_a_failure_to_connect() {
    let mut upstream = Upstream::answering(Reply::Close).await;
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    upstream.base_url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    assert_eq!(failure(&upstream).await, Error::Connect);
}

fn too_large() -> Error {
    Error::TooLarge {
        limit_bytes: 16 << 20,
    }
}

/// RFC 1952 around one stored block of RFC 1951.
fn gzipped(plain: &[u8]) -> Reply {
    let length = u16::try_from(plain.len()).unwrap();
    let mut packed = GZIP_HEAD.to_vec();
    packed.push(1);
    packed.extend(length.to_le_bytes());
    packed.extend((!length).to_le_bytes());
    packed.extend(plain);
    let crc = plain.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            (crc >> 1) ^ (0xedb8_8320 * (crc & 1))
        })
    });
    packed.extend((!crc).to_le_bytes());
    packed.extend(u32::from(length).to_le_bytes());
    in_gzip(packed)
}

/// One block of fixed codes: a space, then "the 258 bytes one byte back" until there are 50 MB of spaces.
fn spaces_packed_densely() -> Reply {
    let bits = "110".chars().chain("01010000".chars());
    let bits = bits.chain("1100010100000".chars().cycle().take(13 * (50 << 20) / 258));
    let bits: Vec<u8> = bits
        .chain("0000000".chars())
        .map(|bit| u8::from(bit == '1'))
        .collect();
    let mut packed = GZIP_HEAD.to_vec();
    packed.extend(
        bits.chunks(8)
            .map(|eight| eight.iter().rev().fold(0, |byte, bit| byte << 1 | bit)),
    );
    packed.extend([0; 8]);
    in_gzip(packed)
}

const GZIP_HEAD: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];

fn in_gzip(packed: Vec<u8>) -> Reply {
    let mut reply = Reply::json("").with("content-encoding", "gzip");
    if let Reply::Answer { body, .. } = &mut reply {
        *body = packed;
    }
    reply
}

/// Linux only; elsewhere it is 0 and asserts nothing.
fn resident_bytes() -> usize {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    statm
        .split(' ')
        .nth(1)
        .and_then(|pages| pages.parse::<usize>().ok())
        .unwrap_or(0)
        * 4096
}

#[tokio::test]
async fn more_rows_than_anybody_has_are_not_decoded() {
    // A few bytes of JSON each, a row of every field each in memory.
    let rows = format!("[{}{{\"id\":1}}]", "{\"id\":1},".repeat(200_000));
    let upstream = Upstream::answering(Reply::json(&rows)).await;
    let error = failure(&upstream).await;
    assert!(matches!(error, Error::Malformed { .. }), "{error:?}");
}
