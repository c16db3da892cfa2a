//! The API answers and refuses as the real one does.

use intervals_mcp_server::demo::{API_KEY, ATHLETE_ID, Fault, FaultScope};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::service::{Service, number, text};

#[tokio::test]
async fn windows_include_both_ends_and_the_newest_comes_first() {
    let service = Service::start().await;
    let rows = service
        .rows("/activities?oldest=2026-03-15&newest=2026-03-17")
        .await;
    let days: Vec<&str> = rows
        .iter()
        .map(|row| &text(&row["start_date_local"])[..10])
        .collect();
    assert_eq!(
        (days[0], days[days.len() - 1]),
        ("2026-03-17", "2026-03-15")
    );
    let start = text(&rows[0]["start_date_local"]);
    let exact = service
        .rows(&format!("/activities?oldest={start}&newest={start}"))
        .await;
    assert_eq!(exact.len(), 1);
    let wellness = service
        .rows("/wellness?oldest=2026-03-15&newest=2026-03-17")
        .await;
    assert_eq!(
        (wellness.len(), text(&wellness[0]["id"])),
        (3, "2026-03-15")
    );
    let newest = service.rows("/activities?oldest=2026-01-01&limit=2").await;
    assert_eq!(newest.len(), 2);
    assert_eq!(newest[1]["id"], rows[0]["id"]);
}

#[tokio::test]
async fn every_member_is_there_and_fields_leave_only_what_has_a_value() {
    let service = Service::start().await;
    let rows = service.activities().await;
    assert!(rows[0].as_object().unwrap().len() >= 182);
    assert!(rows[0]["icu_pm_cp"].is_null());
    let day = service.mine("/wellness/2026-03-17").await;
    assert!(day.as_object().unwrap().len() >= 46);
    let rows = service
        .rows("/activities?oldest=2026-03-01&fields=name,icu_ftp,icu_average_watts")
        .await;
    for row in rows.iter().filter(|row| row["source"] != "STRAVA") {
        let members = row.as_object().unwrap();
        assert!(members.values().all(|value| !value.is_null()), "{row}");
        assert!(
            members
                .keys()
                .all(|key| ["name", "icu_ftp", "icu_average_watts"].contains(&key.as_str())),
            "{row}"
        );
    }
    assert!(
        rows.iter()
            .any(|row| row["source"] == "STRAVA" && row["_note"].is_string())
    );
}

#[tokio::test]
async fn a_strava_activity_is_a_stub_without_a_recording() {
    let service = Service::start().await;
    let rows = service.rows("/activities?oldest=2026-02-16").await;
    let stub = rows.iter().find(|row| row["source"] == "STRAVA").unwrap();
    assert_eq!(stub.as_object().unwrap().len(), 5);
    let id = text(&stub["id"]);
    assert!(id.bytes().all(|byte| byte.is_ascii_digit()));
    assert_eq!(service.get(&format!("/activity/{id}")).await, *stub);
    for part in ["streams?types=time", "intervals"] {
        let refused = service
            .refused(Method::GET, &format!("/activity/{id}/{part}"), None)
            .await;
        assert_eq!(
            refused,
            (422, "Cannot read Strava activities via the API".to_owned())
        );
    }
    let rows = service.rows("/activities?oldest=2025-01-01").await;
    assert_eq!(
        rows.iter()
            .filter(|row| row.get("source") == Some(&Value::Null))
            .count(),
        1
    );
    assert!(service.demo.violations().is_empty());
}

#[tokio::test]
async fn credentials_are_basic_and_the_athlete_is_the_owner() {
    let service = Service::start().await;
    let path = format!("/athlete/{ATHLETE_ID}/profile");
    let status = |request: reqwest::RequestBuilder| async {
        request.send().await.unwrap().status().as_u16()
    };
    assert_eq!(status(service.bare(Method::GET, &path)).await, 401);
    assert_eq!(
        status(service.bare(Method::GET, &path).bearer_auth(API_KEY)).await,
        403
    );
    assert_eq!(
        status(
            service
                .bare(Method::GET, &path)
                .basic_auth("API_KEY", Some("wrong"))
        )
        .await,
        401
    );
    assert_eq!(
        status(
            service
                .bare(Method::GET, &path)
                .basic_auth("me", Some(API_KEY))
        )
        .await,
        401
    );
    assert_eq!(status(service.request(Method::GET, &path)).await, 200);
    assert_eq!(
        status(service.request(Method::GET, "/athlete/0/profile")).await,
        200
    );
    let refused = service
        .refused(Method::GET, "/athlete/i1/profile", None)
        .await;
    assert_eq!(refused, (403, "Access denied".to_owned()));
}

#[tokio::test]
async fn what_the_real_api_does_not_have_is_refused_and_written_down() {
    let service = Service::start().await;
    let athlete = format!("/athlete/{ATHLETE_ID}");
    let cases = [
        (Method::GET, "/nope", 404, "Not Found"),
        (Method::DELETE, "/profile", 405, "Method Not Allowed"),
        (
            Method::GET,
            "/activities",
            422,
            "Missing parameter [oldest]",
        ),
        (
            Method::GET,
            "/activities?oldest=2026-03-01&colour=red",
            422,
            "Unknown parameter [colour]",
        ),
        (
            Method::GET,
            "/activities?oldest=yesterday",
            422,
            "Invalid value for [oldest]: yesterday",
        ),
        (
            Method::GET,
            "/activities?oldest=2026-03-01&limit=ten",
            422,
            "Invalid value for [limit]: ten",
        ),
        (
            Method::GET,
            "/activities?oldest=2026-03-01&fields=nmae",
            422,
            "Unknown field [nmae]",
        ),
        (
            Method::GET,
            "/events?category=PARTY",
            422,
            "Invalid value for [category]: PARTY",
        ),
        (
            Method::GET,
            "/wellness/2026-02-30",
            422,
            "Invalid date [2026-02-30]",
        ),
        (
            Method::GET,
            "/activities-around?id=i1",
            422,
            "Unknown parameter [id]",
        ),
    ];
    for (count, (method, path, status, error)) in (1..).zip(cases) {
        let refused = service
            .refused(method, &format!("{athlete}{path}"), None)
            .await;
        assert_eq!(refused, (status, error.to_owned()), "{path}");
        assert_eq!(
            service.demo.violations().len(),
            count,
            "{path}: {:?}",
            service.demo.violations()
        );
    }
    let missing = service.refused(Method::GET, "/activity/i1", None).await;
    assert_eq!(missing, (404, "Activity i1 not found".to_owned()));
    let missing = service
        .refused(Method::GET, &format!("{athlete}/events/7"), None)
        .await;
    assert_eq!(missing, (404, "Event 7 not found".to_owned()));
    let rows = service.activities().await;
    let path = format!("/activity/{}/streams?types=time,wats", text(&rows[0]["id"]));
    assert_eq!(
        service.refused(Method::GET, &path, None).await,
        (422, "Invalid stream type".to_owned())
    );
    let dots = service
        .refused(Method::GET, "/activity/%2e%2e%2fathlete", None)
        .await;
    assert_eq!(dots.0, 400);
}

#[tokio::test]
async fn a_request_without_a_user_agent_is_a_violation() {
    let service = Service::start().await;
    let request = service
        .request(Method::GET, "/athlete/0/gear")
        .header("user-agent", "");
    request.send().await.unwrap();
    assert_eq!(service.demo.violations().len(), 1);
}

#[tokio::test]
async fn a_body_that_is_not_said_to_be_json_is_refused() {
    let service = Service::start().await;
    let path = format!("/athlete/{ATHLETE_ID}/wellness/2026-03-18");
    let request = service.request(Method::PUT, &path).body(r#"{"mood":2}"#);
    assert_eq!(request.send().await.unwrap().status().as_u16(), 415);
    assert_eq!(service.demo.violations().len(), 1);
}

#[tokio::test]
async fn what_is_written_to_a_day_is_read_back_and_null_changes_nothing() {
    let service = Service::start().await;
    let path = format!("/athlete/{ATHLETE_ID}/wellness/2026-03-18");
    let before = service.get(&path).await;
    let body =
        json!({"fatigue": 3, "hrv": null, "comments": "tired", "CaffeineMg": 120, "ctl": 99.0});
    let (status, _) = service.send(Method::PUT, &path, Some(body)).await;
    assert_eq!(status, StatusCode::OK);
    let after = service.get(&path).await;
    assert_eq!(
        (&after["fatigue"], &after["comments"], &after["CaffeineMg"]),
        (&json!(3), &json!("tired"), &json!(120))
    );
    assert_eq!(
        (&after["hrv"], &after["ctl"]),
        (&before["hrv"], &before["ctl"])
    );
    let rows = service
        .rows("/wellness?oldest=2026-03-18&newest=2026-03-18&fields=id,fatigue")
        .await;
    assert_eq!(rows, [json!({"id": "2026-03-18", "fatigue": 3})]);
    let bulk = json!([{"id": "2026-03-16", "mood": 1}, {"id": "2026-03-17", "mood": 4}]);
    let path = format!("/athlete/{ATHLETE_ID}/wellness-bulk");
    assert_eq!(
        service.send(Method::PUT, &path, Some(bulk)).await,
        (StatusCode::OK, String::new())
    );
    assert_eq!(service.mine("/wellness/2026-03-17").await["mood"], 4);
    assert!(service.demo.violations().is_empty());
}

#[tokio::test]
async fn a_locked_day_keeps_what_it_has_and_an_unknown_field_is_refused() {
    let service = Service::start().await;
    let path = format!("/athlete/{ATHLETE_ID}/wellness/2026-02-26");
    let before = service.get(&path).await;
    assert_eq!(before["locked"], true);
    let (status, answer) = service
        .send(
            Method::PUT,
            &path,
            Some(json!({"fatigue": 4, "comments": "no"})),
        )
        .await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(serde_json::from_str::<Value>(&answer).unwrap(), before);
    assert_eq!(service.get(&path).await, before);
    let refused = service
        .refused(Method::PUT, &path, Some(json!({"feel": 2})))
        .await;
    assert_eq!(
        refused,
        (422, "Unrecognized wellness field [feel]".to_owned())
    );
}

#[tokio::test]
async fn events_default_to_a_week_and_include_what_overlaps() {
    let service = Service::start().await;
    let rows = service.rows("/events").await;
    assert!(rows.iter().any(|row| row["category"] == "PLAN"));
    assert!(rows.iter().any(|row| row["category"] == "NOTE"));
    for row in &rows {
        assert!(
            text(&row["start_date_local"]) <= "2026-03-24T00:00:00",
            "{row}"
        );
        assert!(
            text(&row["end_date_local"]) > "2026-03-18T00:00:00",
            "{row}"
        );
        assert_eq!(service.mine(&format!("/events/{}", row["id"])).await, *row);
    }
    let sick = service
        .rows("/events?oldest=2026-02-06&newest=2026-02-06&category=SICK")
        .await;
    assert_eq!(sick[0]["end_date_local"], "2026-02-07T00:00:00");
    let after = service
        .rows("/events?oldest=2026-02-07&newest=2026-02-07&category=SICK")
        .await;
    assert!(after.is_empty());
}

#[tokio::test]
async fn targets_are_resolved_only_when_asked_for() {
    let service = Service::start().await;
    let path = "/events?oldest=2026-03-19&newest=2026-04-05&category=WORKOUT";
    let plain = service.rows(path).await;
    assert!(
        plain
            .iter()
            .all(|row| !row["workout_doc"].to_string().contains("\"_"))
    );
    let resolved = service.rows(&format!("{path}&resolve=true")).await;
    let steps = resolved
        .iter()
        .filter(|row| row["type"] == "Run")
        .map(|row| &row["workout_doc"]);
    for document in steps {
        let first = &document["steps"][0];
        assert!(
            first.get("_pace").or(first.get("_hr")).is_some(),
            "{document}"
        );
        let zones = document["zoneTimes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|zone| number(&zone["secs"]));
        assert_eq!(zones.sum::<f64>(), number(&document["duration"]));
    }
}

#[tokio::test]
async fn the_smaller_endpoints_answer() {
    let service = Service::start().await;
    let profile = service.mine("/profile").await;
    assert_eq!(profile["athlete"]["timezone"], "Europe/Zurich");
    let settings = service.rows("/sport-settings").await;
    assert!(
        settings
            .iter()
            .all(|group| group["hr_zones"].as_array().unwrap().last() == Some(&group["max_hr"]))
    );
    assert_eq!(
        service.mine("/sport-settings/VirtualRide").await,
        settings[0]
    );
    assert_eq!(service.rows("/gear").await.len(), 3);
    let weeks = service
        .rows("/athlete-summary?start=2026-03-02&end=2026-03-15")
        .await;
    assert_eq!((weeks.len(), text(&weeks[0]["date"])), (2, "2026-03-09"));
    assert!(!service.rows("/activities/search?q=jürg").await.is_empty());
    assert!(
        !service
            .rows("/activities/search-full?q=%23key&limit=3")
            .await
            .is_empty()
    );
    let found = service
        .rows("/activities/interval-search?minSecs=590&maxSecs=610&minIntensity=90&maxIntensity=105&type=POWER")
        .await;
    assert_eq!(found[0].as_object().unwrap().len(), 7);
    let rows = service.activities().await;
    let id = text(&rows[10]["id"]);
    let around = service
        .rows(&format!("/activities-around?activity_id={id}&limit=5"))
        .await;
    // The neighbours, without the one in the middle.
    assert!(around.len() == 5 && around.iter().all(|row| row["id"] != id));
    let is_next = |row: &Value| row["id"] == rows[9]["id"] || row["id"] == rows[11]["id"];
    assert!(is_next(&around[0]), "closest first: {around:?}");
    let both = service
        .rows(&format!("/activities/{id},i1?intervals=true"))
        .await;
    assert!(both.len() == 1 && both[0].get("icu_intervals").is_some());
    let ride = rows
        .iter()
        .find(|row| row["type"] == "Ride" && row["has_segments"] == true)
        .unwrap();
    let ride = format!("/activity/{}", text(&ride["id"]));
    for part in [
        "segments",
        "power-histogram",
        "hr-histogram?bucketSize=10",
        "pace-histogram",
        "messages",
    ] {
        assert!(
            service.get(&format!("{ride}/{part}")).await.is_array(),
            "{part}"
        );
    }
    for part in [
        "weather-summary",
        "power-vs-hr",
        "best-efforts?stream=watts&duration=300&count=3",
    ] {
        assert!(
            service.get(&format!("{ride}/{part}")).await.is_object(),
            "{part}"
        );
    }
    let posted = service
        .send(
            Method::POST,
            &format!("{ride}/messages"),
            Some(json!({"content": "Nice"})),
        )
        .await;
    assert_eq!(posted.0, StatusCode::OK);
    let messages = service.get(&format!("{ride}/messages")).await;
    assert_eq!(
        messages.as_array().unwrap().last().unwrap()["content"],
        "Nice"
    );
    assert_eq!(service.demo.violations(), Vec::<String>::new());
}

#[tokio::test]
async fn faults_hit_the_requests_they_are_set_for() {
    let service = Service::start().await;
    let faults = service.demo.faults();
    let once = |part: &str| FaultScope {
        path_contains: Some(part.to_owned()),
        times: Some(1),
    };
    let path = format!("/athlete/{ATHLETE_ID}/gear");
    faults.set(Fault::Status(500, Some("Oops".to_owned())), once("gear"));
    assert_eq!(
        service
            .send(Method::GET, "/athlete/0/profile", None)
            .await
            .0,
        StatusCode::OK
    );
    assert_eq!(
        service.refused(Method::GET, &path, None).await,
        (500, "Oops".to_owned())
    );
    assert_eq!(
        service.send(Method::GET, &path, None).await.0,
        StatusCode::OK
    );
    faults.set(
        Fault::RateLimited {
            retry_after: Some("7".to_owned()),
        },
        once("gear"),
    );
    let limited = service.request(Method::GET, &path).send().await.unwrap();
    assert_eq!(
        (
            limited.status().as_u16(),
            limited.headers()["retry-after"].to_str().unwrap()
        ),
        (429, "7")
    );
    faults.set(Fault::Html(403), once("gear"));
    let (status, page) = service.send(Method::GET, &path, None).await;
    assert!(status == StatusCode::FORBIDDEN && page.starts_with("<!DOCTYPE"));
    faults.set(Fault::TruncatedJson, once("gear"));
    let (_, cut) = service.send(Method::GET, &path, None).await;
    assert!(serde_json::from_str::<Value>(&cut).is_err());
    faults.set(Fault::AllNulls, once("gear"));
    let rows = service.rows("/gear").await;
    assert!(rows[0]["id"].is_string() && rows[0]["name"].is_null());
    faults.set(Fault::EmptyBody, once("gear"));
    assert_eq!(service.send(Method::GET, &path, None).await.1, "");
    faults.set(Fault::HugeBody(300_000), once("gear"));
    assert!(service.send(Method::GET, &path, None).await.1.len() >= 300_000);
    faults.set(Fault::Reset, once("gear"));
    assert!(
        service
            .request(Method::GET, &path)
            .send()
            .await
            .unwrap()
            .text()
            .await
            .is_err()
    );
    faults.set(Fault::Hang, FaultScope::default());
    let waiting = service
        .request(Method::GET, &path)
        .timeout(std::time::Duration::from_millis(200))
        .send()
        .await;
    assert!(waiting.unwrap_err().is_timeout());
    faults.clear();
    assert_eq!(
        service.send(Method::GET, &path, None).await.0,
        StatusCode::OK
    );
}

#[tokio::test]
async fn the_journal_keeps_what_was_asked() {
    let service = Service::start().await;
    let path = format!("/athlete/{ATHLETE_ID}/wellness/2026-03-18");
    service
        .send(Method::PUT, &path, Some(json!({"mood": 2})))
        .await;
    let journal = service.demo.journal();
    assert_eq!(journal.len(), 1);
    assert_eq!(
        (journal[0].method.as_str(), journal[0].body.as_str()),
        ("PUT", r#"{"mood":2}"#)
    );
    assert_eq!(journal[0].path, format!("/api/v1{path}"));
    service.demo.clear_journal();
    assert!(service.demo.journal().is_empty());
}

#[tokio::test]
async fn folders_hold_their_workouts_and_what_others_share_is_in_no_other_list() {
    let service = Service::start().await;
    let folders = service.rows("/folders").await;
    let own = service.rows("/workouts").await;
    let inside = |folder: &Value| folder["children"].as_array().unwrap().clone();
    let mut seen = 0;
    for folder in &folders {
        assert_eq!(folder["num_workouts"], inside(folder).len());
        let is_plan = folder["type"] == "PLAN";
        for workout in inside(folder) {
            assert_eq!(workout["day"].is_i64(), is_plan);
            assert_eq!(workout["folder_id"], folder["id"]);
            let is_own = folder["owner"].is_null();
            assert_eq!(own.contains(&workout), is_own);
            let path = format!("/athlete/{ATHLETE_ID}/workouts/{}", workout["id"]);
            if is_own {
                assert_eq!(service.get(&path).await, workout);
                seen += 1;
            } else {
                let refused = service.refused(Method::GET, &path, None).await;
                assert_eq!(refused.0, 404);
            }
            // No target is resolved: nothing in this part of the service does that.
            assert!(!workout.to_string().contains("\"_power\""));
        }
    }
    assert_eq!(seen, own.len());
}

#[tokio::test]
async fn custom_items_are_those_of_the_profile_with_their_scripts() {
    let service = Service::start().await;
    let items = service.mine("/custom-item").await;
    assert_eq!(items, service.mine("/profile").await["customItems"]);
    let field = &items[0];
    assert_eq!(
        (&field["type"], &field["content"]["code"]),
        (&json!("INPUT_FIELD"), &json!("CaffeineMg"))
    );
    assert!(items[2]["content"]["script"].is_string());
}
