//! Activities, sport settings and plans take and refuse writes as the real ones do.

use intervals_mcp_server::demo::{ATHLETE_ID, Fault, FaultScope};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::service::{Service, number, text};

async fn write(service: &Service, method: Method, path: &str, body: Option<Value>) -> Value {
    let (status, text) = service.send(method, path, body).await;
    assert_eq!(status, StatusCode::OK, "{path}: {text}");
    serde_json::from_str(&text).unwrap()
}

fn mine(path: &str) -> String {
    format!("/athlete/{ATHLETE_ID}{path}")
}

#[tokio::test]
async fn an_activity_takes_what_was_sent_and_keeps_the_rest() {
    let service = Service::start().await;
    let rows = service.activities().await;
    let before = rows.iter().find(|row| row["type"] == "Run").unwrap();
    let path = format!("/activity/{}", text(&before["id"]));
    let body = json!({"name": "With Ada", "description": "", "icu_rpe": 7, "feel": 2, "gear": {"id": "31003"},
        "tags": ["key", "track"], "carbs_ingested": 60, "type": "TrailRun", "sub_type": "RACE", "trainer": null, "GelCount": 2});
    let answer = write(&service, Method::PUT, &path, Some(body.clone())).await;
    let after = service.get(&path).await;
    assert_eq!(after, answer);
    let sent = body.as_object().unwrap();
    for (key, value) in before.as_object().unwrap() {
        match sent.get(key).filter(|sent| !sent.is_null()) {
            Some(sent) if key == "gear" => assert_eq!(after[key]["id"], sent["id"]),
            Some(sent) => assert_eq!(after[key], *sent),
            None if key == "session_rpe" => {
                let minutes = number(&before["moving_time"]) / 60.0;
                assert_eq!(number(&after[key]), (7.0 * minutes).floor());
            }
            None => assert_eq!(after[key], *value, "{key}"),
        }
    }
    assert_eq!(after["GelCount"], 2);
    let day = &text(&before["start_date_local"])[..10];
    let listed = service
        .rows(&format!(
            "/activities?oldest={day}&newest={day}&fields=id,name,icu_rpe"
        ))
        .await;
    assert!(
        listed.contains(&json!({"id": before["id"], "name": "With Ada", "icu_rpe": 7})),
        "{listed:?}"
    );
    let cleared = json!({"icu_rpe": -1, "carbs_ingested": -1, "name": null});
    let cleared = write(&service, Method::PUT, &path, Some(cleared)).await;
    assert_eq!(
        [
            &cleared["icu_rpe"],
            &cleared["session_rpe"],
            &cleared["carbs_ingested"]
        ],
        [&Value::Null; 3]
    );
    assert_eq!(cleared["name"], "With Ada");
    assert!(service.demo.violations().is_empty());
}

#[tokio::test]
async fn an_activity_refuses_what_the_service_refuses() {
    let service = Service::start().await;
    let row = service.activities().await[0].clone();
    let path = format!("/activity/{}", text(&row["id"]));
    for (body, status) in [
        (json!({"icu_rpe": 11}), 422),
        (json!({"icu_rpe": 0}), 422),
        (json!({"feel": 6}), 422),
        (json!({"gear": {"id": "9"}}), 404),
        (json!({"rpe": 3}), 422),
        (json!({"name": 3}), 422),
        (json!({"tags": "key"}), 422),
        (json!({"type": "Running"}), 422),
        (json!({"icu_rpe": "7"}), 422),
    ] {
        let refused = service
            .refused(Method::PUT, &path, Some(body.clone()))
            .await;
        assert_eq!(refused.0, status, "{body}: {refused:?}");
    }
    let rows = service.rows("/activities?oldest=2025-01-01").await;
    let stub = rows.iter().find(|row| row["source"] == "STRAVA").unwrap();
    let stub = format!("/activity/{}", text(&stub["id"]));
    let refused = service
        .refused(Method::PUT, &stub, Some(json!({"name": "x"})))
        .await;
    assert_eq!(
        refused,
        (422, "Strava activities cannot be updated".to_owned())
    );
    let missing = service
        .refused(Method::PUT, "/activity/i1", Some(json!({"name": "x"})))
        .await;
    assert_eq!(missing.0, 404);
    assert_eq!(service.refused(Method::DELETE, &path, None).await.0, 403);
    assert_eq!(service.get(&path).await, row);
    assert_eq!(service.rows("/activities?oldest=2025-01-01").await, rows);
}

#[tokio::test]
async fn an_event_that_is_marked_done_has_an_activity_of_its_own() {
    let service = Service::start().await;
    let events = service
        .rows("/events?oldest=2026-03-19&newest=2026-04-30")
        .await;
    let event = events
        .iter()
        .find(|row| row["category"] == "WORKOUT")
        .unwrap();
    let wellness = service.mine("/wellness/2026-03-25").await;
    let done = write(
        &service,
        Method::POST,
        &mine(&format!("/events/{}/mark-done", event["id"])),
        None,
    )
    .await;
    for key in [
        "name",
        "type",
        "start_date_local",
        "moving_time",
        "icu_training_load",
    ] {
        assert_eq!(done[key], event[key], "{key}");
    }
    assert_eq!(
        (&done["source"], &done["paired_event_id"]),
        (&json!("MANUAL"), &event["id"])
    );
    let id = text(&done["id"]);
    assert_eq!(service.get(&format!("/activity/{id}")).await, done);
    let newest = service
        .rows("/activities?oldest=2026-03-10&newest=2026-04-30")
        .await;
    assert_eq!(newest[0], done);
    let paired = service.mine(&format!("/events/{}", event["id"])).await;
    assert_eq!(paired["paired_activity_id"], id);
    // What was planned is what was done.
    assert_eq!(service.mine("/wellness/2026-03-25").await, wellness);
    let said = json!({"content": "Wet feet"});
    let messages = format!("/activity/{id}/messages");
    write(&service, Method::POST, &messages, Some(said)).await;
    assert_eq!(service.get(&messages).await[0]["content"], "Wet feet");
    let rpe = write(
        &service,
        Method::PUT,
        &format!("/activity/{id}"),
        Some(json!({"icu_rpe": 4})),
    )
    .await;
    assert_eq!(
        number(&rpe["session_rpe"]),
        (number(&done["moving_time"]) * 4.0 / 60.0).floor()
    );
    write(&service, Method::DELETE, &format!("/activity/{id}"), None).await;
    assert_eq!(
        service
            .refused(Method::GET, &format!("/activity/{id}"), None)
            .await
            .0,
        404
    );
    let paired = service.mine(&format!("/events/{}", event["id"])).await;
    assert!(paired["paired_activity_id"].is_null());
    let note = service
        .rows("/events?oldest=2026-03-18&newest=2026-03-18&category=NOTE")
        .await;
    for (id, status) in [
        (note[0]["id"].clone(), 422),
        (json!(7), 404),
        (json!("x"), 422),
    ] {
        let id = id.to_string().replace('"', "");
        let refused = service
            .refused(
                Method::POST,
                &mine(&format!("/events/{id}/mark-done")),
                None,
            )
            .await;
        assert_eq!(refused.0, status, "{id}");
    }
}

#[tokio::test]
async fn a_deleted_event_leaves_its_activity_alone() {
    let service = Service::start().await;
    let rows = service.activities().await;
    let activity = rows
        .iter()
        .find(|row| row["paired_event_id"].is_number())
        .unwrap();
    let event = format!("/events/{}", activity["paired_event_id"]);
    write(&service, Method::DELETE, &mine(&event), None).await;
    let after = service
        .get(&format!("/activity/{}", text(&activity["id"])))
        .await;
    assert!(after["paired_event_id"].is_null());
    assert_eq!(after["icu_training_load"], activity["icu_training_load"]);
}

#[tokio::test]
async fn sport_settings_take_a_part_and_hold_zones_to_the_maximum() {
    let service = Service::start().await;
    let before = service.mine("/sport-settings/Run").await;
    let path = mine("/sport-settings/Run");
    let after = write(
        &service,
        Method::PUT,
        &path,
        Some(json!({"lthr": 176, "ftp": null})),
    )
    .await;
    assert_eq!(
        (&after["lthr"], &after["hr_zones"]),
        (&json!(176), &before["hr_zones"])
    );
    assert_eq!(after["threshold_pace"], before["threshold_pace"]);
    let zones = write(
        &service,
        Method::PUT,
        &format!("{path}?recalcHrZones=true"),
        Some(json!({"max_hr": 194, "lthr": 180})),
    )
    .await;
    // 143, 156, 165, 174 × 180 / 176
    assert_eq!(zones["hr_zones"], json!([146, 160, 169, 178, 194]));
    let by_id = format!("/sport-settings/{}", before["id"]);
    assert_eq!(service.mine(&by_id).await, zones);
    assert_eq!(service.rows("/sport-settings").await[1], zones);
    for (body, error) in [
        (
            json!({"max_hr": 200}),
            "Max HR must be the same as the last HR zone",
        ),
        (
            json!({"hr_zones": [140, 150, 160]}),
            "Max HR must be the same as the last HR zone",
        ),
        (json!({"threshold_pace": 8.5}), "Invalid threshold pace"),
        (json!({"threshold_pace": 0.2}), "Invalid threshold pace"),
        (
            json!({"treshold_pace": 4.0}),
            "Unrecognized field \"treshold_pace\"",
        ),
    ] {
        let refused = service.refused(Method::PUT, &path, Some(body)).await;
        assert_eq!(refused, (422, error.to_owned()));
    }
    assert_eq!(service.mine(&by_id).await, zones);
    assert_eq!(
        service
            .refused(Method::PUT, &mine("/sport-settings/5"), Some(json!({})))
            .await
            .0,
        404
    );
    write(
        &service,
        Method::PUT,
        &mine(&format!("{by_id}/apply")),
        None,
    )
    .await;
    assert_eq!(
        service
            .refused(Method::PUT, &mine("/sport-settings/Run/apply"), None)
            .await
            .0,
        422
    );
    assert_eq!(
        service
            .refused(Method::POST, &mine(&format!("{by_id}/apply")), None)
            .await
            .0,
        405
    );
    // What is planned from now on rests on them.
    write(
        &service,
        Method::PUT,
        &mine("/sport-settings/Ride"),
        Some(json!({"ftp": 300})),
    )
    .await;
    let body = json!({"category": "WORKOUT", "type": "Ride", "start_date_local": "2026-03-24T00:00:00", "description": "- 1h 200w"});
    let ride = write(&service, Method::POST, &mine("/events"), Some(body)).await;
    // (200 / 300)² × 100
    assert_eq!(ride["icu_training_load"], 44);
}

#[tokio::test]
async fn copies_and_plans_come_onto_their_days() {
    let service = Service::start().await;
    let window = "/events?oldest=2026-03-19&newest=2026-12-31";
    let before = service.rows(window).await;
    let original = before
        .iter()
        .find(|row| row["category"] == "WORKOUT")
        .unwrap();
    let body = json!({"numCopies": 2, "weeksBetween": 3, "eventIds": [original["id"]]});
    let copies = write(
        &service,
        Method::POST,
        &mine("/duplicate-events"),
        Some(body),
    )
    .await;
    let start: jiff::civil::DateTime = text(&original["start_date_local"]).parse().unwrap();
    for (copy, weeks) in copies.as_array().unwrap().iter().zip([3, 6]) {
        let later = start + jiff::Span::new().weeks(weeks);
        assert_eq!(copy["start_date_local"], later.to_string());
        assert_eq!(copy["icu_training_load"], original["icu_training_load"]);
        assert!(copy["id"] != original["id"] && copy["uid"] != original["uid"]);
    }
    assert_eq!(service.rows(window).await.len(), before.len() + 2);
    for (body, status) in [
        (
            json!({"numCopies": 0, "weeksBetween": 1, "eventIds": []}),
            422,
        ),
        (
            json!({"numCopies": 1, "weeksBetween": 1, "eventIds": [5]}),
            404,
        ),
        (json!({"numCopies": 1, "weeksBetween": 1}), 422),
    ] {
        let refused = service
            .refused(Method::POST, &mine("/duplicate-events"), Some(body))
            .await;
        assert_eq!(refused.0, status);
    }
    assert!(service.mine("/training-plan").await["training_plan_id"].is_null());
    let folders = service.rows("/folders").await;
    let plan = folders
        .iter()
        .find(|folder| folder["type"] == "PLAN")
        .unwrap();
    let body = json!({"start_date_local": "2026-06-01T00:00:00", "folder_id": plan["id"], "extra_workouts": []});
    let calendar = service.rows(window).await.len();
    write(
        &service,
        Method::POST,
        &mine("/events/apply-plan"),
        Some(body),
    )
    .await;
    let after = service.rows(window).await;
    let workouts = plan["children"].as_array().unwrap();
    assert_eq!(after.len(), calendar + workouts.len());
    let june: jiff::civil::DateTime = "2026-06-01T00:00:00".parse().unwrap();
    for workout in workouts {
        let event = after
            .iter()
            .find(|row| row["plan_workout_id"] == workout["id"])
            .unwrap();
        let day = june + jiff::Span::new().days(workout["day"].as_i64().unwrap());
        assert_eq!(event["start_date_local"], day.to_string());
        assert_eq!(
            (&event["name"], &event["plan_name"]),
            (&workout["name"], &plan["name"])
        );
        assert!(event["plan_applied"].is_string());
    }
    let active = service.mine("/training-plan").await;
    assert_eq!(
        (
            &active["training_plan_id"],
            &active["training_plan"]["name"]
        ),
        (&plan["id"], &plan["name"])
    );
    let folder = folders
        .iter()
        .find(|folder| folder["type"] == "FOLDER")
        .unwrap();
    for (id, status) in [(&folder["id"], 422), (&json!(3), 404)] {
        let body = json!({"start_date_local": "2026-06-01T00:00:00", "folder_id": id});
        let refused = service
            .refused(Method::POST, &mine("/events/apply-plan"), Some(body))
            .await;
        assert_eq!(refused.0, status);
    }
}

#[tokio::test]
async fn a_fault_can_follow_a_write_that_was_done() {
    let service = Service::start().await;
    let row = service.activities().await[0].clone();
    let path = format!("/activity/{}", text(&row["id"]));
    let scope = FaultScope {
        path_contains: Some(format!("PUT {path}")),
        times: Some(1),
    };
    let fault = Fault::Done(Box::new(Fault::Status(500, Some("oops".to_owned()))));
    service.demo.faults().set(fault, scope);
    assert_eq!(service.get(&path).await, row);
    let refused = service
        .refused(Method::PUT, &path, Some(json!({"name": "Done"})))
        .await;
    assert_eq!(refused, (500, "oops".to_owned()));
    assert_eq!(service.get(&path).await["name"], "Done");
    let scope = FaultScope {
        path_contains: Some("wellness-bulk".to_owned()),
        times: Some(1),
    };
    service.demo.faults().set(Fault::DoneInPart(1, 502), scope);
    let days = json!([{"id": "2026-03-16", "mood": 4}, {"id": "2026-03-17", "mood": 4, "comments": "second"}]);
    let refused = service
        .refused(Method::PUT, &mine("/wellness-bulk"), Some(days))
        .await;
    assert_eq!(refused.0, 502);
    let comments = [
        service.mine("/wellness/2026-03-16").await["mood"].clone(),
        service.mine("/wellness/2026-03-17").await["comments"].clone(),
    ];
    assert!(comments[0] == 4 && comments[1] != "second", "{comments:?}");
}
