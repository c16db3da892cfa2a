//! What is written, and what objects say that a client can write of them.

use intervals_mcp_server::clock::Clock;
use intervals_mcp_server::demo::{ATHLETE_ID, Demo};
use intervals_mcp_server::intervals::activities::{Activity, ListActivities};
use intervals_mcp_server::intervals::events::Event;
use intervals_mcp_server::intervals::sports::for_sport;
use intervals_mcp_server::intervals::wellness::WellnessUpdate;
use intervals_mcp_server::intervals::{ActivityId, Client, Error, EventId, Members, Settings};
use jiff::civil::date;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio_util::task::AbortOnDropHandle;

use super::upstream::{ATHLETE, Reply, Upstream};

const NOW: &str = "2026-03-18T09:30:00Z";

fn members(value: Value) -> Members {
    match value {
        Value::Object(members) => members,
        other => panic!("{other} is no object"),
    }
}

fn activity(id: &str) -> ActivityId {
    id.parse().unwrap()
}

/// The demo and a client of it.
async fn demo() -> (Demo, Client, AbortOnDropHandle<()>) {
    let clock = Clock::manual(NOW.parse().unwrap());
    let demo = Demo::new(clock.clone());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let settings = Settings {
        base_url: format!("http://{}", listener.local_addr().unwrap())
            .parse()
            .unwrap(),
        athlete_id: ATHLETE_ID.parse().unwrap(),
        api_key: intervals_mcp_server::demo::API_KEY.into(),
        rate: None,
        deadline: std::time::Duration::from_secs(15),
    };
    let server = AbortOnDropHandle::new(tokio::spawn(demo.clone().serve(listener)));
    (demo, Client::new(settings, clock).unwrap(), server)
}

#[tokio::test]
async fn every_write_has_its_method_path_and_body() {
    let upstream = Upstream::start(|request, _| {
        let target = &request.target;
        Reply::json(if target.contains("/bulk?") {
            "[]"
        } else if target.contains("apply") {
            ""
        } else {
            r#"{"id":5}"#
        })
    })
    .await;
    let client = upstream.client();
    let events = client.events();
    let note = members(
        json!({"category": "NOTE", "start_date_local": "2026-03-20T00:00:00", "name": "Rest"}),
    );
    events
        .create(&[note.clone(), Members::new()])
        .await
        .unwrap();
    events.put(EventId(41), &note).await.unwrap();
    events
        .delete_many(&[EventId(41), EventId(42)])
        .await
        .unwrap();
    let entered = events.mark_done(EventId(41)).await.unwrap();
    assert_eq!(entered.id, activity("5"));
    let activities = client.activities();
    let id = activity("i9");
    activities
        .put(&id, &members(json!({"feel": 2})))
        .await
        .unwrap();
    activities.delete(&id).await.unwrap();
    activities.message(&id, "Well \"done\"\n✓").await.unwrap();
    activities.delete_message(61, 73).await.unwrap();
    let sports = client.sports();
    sports.get(7).await.unwrap();
    sports
        .put(7, &members(json!({"ftp": 260})), false)
        .await
        .unwrap();
    sports.apply(7).await.unwrap();
    let bulk = r#"[{"category":"NOTE","name":"Rest","start_date_local":"2026-03-20T00:00:00"},{}]"#;
    let expected = [
        ("POST", "/athlete/i77/events/bulk?upsertOnUid=true", bulk),
        (
            "PUT",
            "/athlete/i77/events/41",
            r#"{"category":"NOTE","name":"Rest","start_date_local":"2026-03-20T00:00:00"}"#,
        ),
        (
            "PUT",
            "/athlete/i77/events/bulk-delete",
            r#"[{"id":41},{"id":42}]"#,
        ),
        ("POST", "/athlete/i77/events/41/mark-done", ""),
        ("PUT", "/activity/i9", r#"{"feel":2}"#),
        ("DELETE", "/activity/i9", ""),
        (
            "POST",
            "/activity/i9/messages",
            r#"{"content":"Well \"done\"\n✓"}"#,
        ),
        ("DELETE", "/chats/61/messages/73", ""),
        ("GET", "/athlete/i77/sport-settings/7", ""),
        (
            "PUT",
            "/athlete/i77/sport-settings/7?recalcHrZones=false",
            r#"{"ftp":260}"#,
        ),
        ("PUT", "/athlete/i77/sport-settings/7/apply", ""),
    ];
    let requests = upstream.requests();
    assert_eq!(requests.len(), expected.len());
    for (request, (method, target, body)) in requests.iter().zip(expected) {
        assert_eq!(request.method, method, "{target}");
        assert_eq!(request.target, format!("/api/v1{target}"));
        let sorted = |text: &str| serde_json::from_str::<Value>(text).ok();
        assert_eq!(sorted(&request.body), sorted(body), "{target}");
        let kind = (!body.is_empty()).then_some("application/json");
        assert_eq!(request.header("content-type"), kind, "{target}");
        // A proxy may ask for a length where a body could be.
        if method != "GET" {
            let length = request.body.len().to_string();
            assert_eq!(request.header("content-length"), Some(&*length), "{target}");
        }
    }
    assert_eq!(ATHLETE, "i77");
}

#[tokio::test]
async fn a_refused_write_says_what_the_service_says_and_is_not_tried_again() {
    let refusal = Reply::status(422, r#"{"error":"Missing type"}"#);
    let upstream = Upstream::answering(refusal).await;
    let client = upstream.client();
    let empty = Members::new();
    let id = activity("i9");
    let errors = [
        client
            .events()
            .create(std::slice::from_ref(&empty))
            .await
            .unwrap_err(),
        client.events().put(EventId(1), &empty).await.unwrap_err(),
        client
            .events()
            .delete_many(&[EventId(1)])
            .await
            .unwrap_err(),
        client.events().mark_done(EventId(1)).await.unwrap_err(),
        client.activities().put(&id, &empty).await.unwrap_err(),
        client.activities().delete(&id).await.unwrap_err(),
        client.activities().message(&id, "").await.unwrap_err(),
        client.sports().put(1, &empty, true).await.unwrap_err(),
        client.sports().apply(1).await.unwrap_err(),
    ];
    let expected = Error::Rejected {
        status: 422,
        message: Some("Missing type".to_owned()),
    };
    for error in &errors {
        assert_eq!(*error, expected);
        assert!(!error.leaves_write_uncertain());
    }
    assert_eq!(upstream.requests().len(), errors.len());
}

#[tokio::test]
async fn a_write_without_an_answer_is_uncertain_and_sent_once() {
    let upstream = Upstream::answering(Reply::Close).await;
    let client = upstream.client();
    let id = activity("i9");
    let errors = [
        client.events().create(&[Members::new()]).await.unwrap_err(),
        client
            .events()
            .delete_many(&[EventId(1)])
            .await
            .unwrap_err(),
        client.events().mark_done(EventId(1)).await.unwrap_err(),
        client.activities().delete(&id).await.unwrap_err(),
        client.activities().message(&id, "x").await.unwrap_err(),
        client.sports().apply(1).await.unwrap_err(),
    ];
    for error in &errors {
        assert!(error.leaves_write_uncertain(), "{error}");
    }
    assert_eq!(upstream.requests().len(), errors.len());
}

#[tokio::test]
async fn an_event_that_was_deleted_is_the_same_when_it_is_created_from_its_members() {
    let (demo, client, _server) = demo().await;
    let window = (date(2026, 1, 1), date(2026, 6, 30));
    let events = client.events();
    let before = events.list(window.0, window.1, &[], false).await.unwrap();
    let own = members(
        json!({"category": "HOLIDAY", "start_date_local": "2026-05-04T00:00:00", "name": "Lake",
        "end_date_local": "2026-05-09T00:00:00", "training_availability": "LIMITED", "max_training_time": 2700,
        "can_train_sports": ["Run", "Swim"], "color": "#aabbcc", "hide_from_athlete": true, "external_id": "a-1"}),
    );
    let target = members(
        json!({"category": "TARGET", "start_date_local": "2026-05-11T00:00:00", "type": "Run",
        "load_target": 300, "time_target": 7200, "distance_target": 40000.5, "for_week": true}),
    );
    let eftp = members(
        json!({"category": "SET_EFTP", "start_date_local": "2026-05-12T00:00:00", "type": "Ride",
        "icu_ftp": 251}),
    );
    let plain = members(
        json!({"category": "WORKOUT", "start_date_local": "2026-05-13T06:15:00", "type": "Yoga",
        "name": "Stretch", "moving_time": 1500, "icu_training_load": 11, "tags": ["calm"], "sub_type": "COOLDOWN",
        "indoor": true, "show_on_ctl_line": true, "not_on_fitness_chart": true}),
    );
    let written = [own, target, eftp, plain];
    let created = events.create(&written).await.unwrap();
    for (event, members) in created.iter().zip(&written) {
        let read = event.members();
        for (key, value) in members {
            assert_eq!(&read[key], value, "{key}");
        }
    }
    let all: Vec<&Event> = before.iter().chain(&created).collect();
    assert!(all.iter().any(|event| event.workout_doc.is_some()));
    assert!(
        all.iter()
            .any(|event| event.category.as_deref() == Some("RACE_A"))
    );
    let ids: Vec<EventId> = all.iter().map(|event| event.id).collect();
    let deleted = events.delete_many(&ids).await.unwrap();
    assert_eq!(deleted, Some(i64::try_from(ids.len()).unwrap()));
    let none = events.list(window.0, window.1, &[], false).await.unwrap();
    assert!(none.is_empty());
    let bodies: Vec<Members> = all.iter().map(|event| event.members()).collect();
    let again = events.create(&bodies).await.unwrap();
    assert_eq!(again.len(), all.len());
    for (again, old) in again.iter().zip(all) {
        assert_ne!(again.id, old.id);
        let steps = |event: &Event| {
            let doc = event.workout_doc.as_ref();
            doc.and_then(|doc| doc.steps.as_ref()).map_or(0, Vec::len)
        };
        assert_eq!(steps(again), steps(old));
        let structured = steps(old) > 0;
        let (mut again, mut old) = (again.members(), old.members());
        if structured {
            // Of steps the service works these out anew, by the thresholds of today.
            for key in ["icu_training_load", "moving_time", "distance"] {
                again.remove(key);
                old.remove(key);
            }
        }
        assert_eq!(again, old);
    }
    assert!(demo.violations().is_empty(), "{:?}", demo.violations());
}

#[tokio::test]
async fn a_body_laid_over_an_event_is_what_the_service_makes_of_it() {
    let (_demo, client, _server) = demo().await;
    let events = client.events();
    let window = (date(2026, 3, 19), date(2026, 4, 30));
    let before = events
        .list(window.0, window.1, &["WORKOUT"], false)
        .await
        .unwrap();
    let before = &before[0];
    let body = members(
        json!({"name": "Other", "start_date_local": "2026-04-02T07:00:00",
        "end_date_local": "2026-04-03T00:00:00", "tags": [], "color": null, "carbs_per_hour": 60}),
    );
    let supposed = before.with(&body);
    let event = events.put(before.id, &body).await.unwrap();
    assert_eq!(event.members(), supposed.members());
    assert_ne!(event.members(), before.members());
    assert_eq!(supposed.icu_ctl, before.icu_ctl);
    let new = Event::of(EventId(0), &event.members());
    assert_eq!(new.members(), event.members());
    assert_eq!((new.id, new.icu_intensity), (EventId(0), None));
}

#[tokio::test]
async fn an_event_for_training_does_not_write_the_threshold_it_was_planned_with() {
    let planned = Event::of(
        EventId(1),
        &members(
            json!({"category": "WORKOUT", "icu_ftp": 250, "w_prime": 21000, "icu_ctl": 4.5, "workout_doc": {}}),
        ),
    );
    assert_eq!(planned.icu_ftp, Some(250));
    assert_eq!(
        Value::Object(planned.members()),
        json!({"category": "WORKOUT"})
    );
    let set = planned.with(&members(json!({"category": "SET_EFTP"})));
    assert_eq!(
        Value::Object(set.members()),
        json!({"category": "SET_EFTP", "icu_ftp": 250})
    );
}

#[tokio::test]
async fn what_was_written_over_an_activity_is_written_back_by_its_members() {
    let (demo, client, _server) = demo().await;
    let activities = client.activities();
    let rows = activities
        .list(
            &intervals_mcp_server::intervals::activities::ListActivities {
                oldest: date(2026, 1, 1),
                newest: date(2026, 3, 18),
                limit: None,
                fields: &[],
            },
        )
        .await
        .unwrap();
    let full = |row: &&Activity| row.gear.is_some() && row.icu_rpe.is_some() && row.tags.is_some();
    let before = rows
        .iter()
        .find(full)
        .expect("an activity with RPE and tags");
    let body = members(
        json!({"name": "Other", "description": "Wind", "icu_rpe": 9, "feel": 5, "tags": ["x"],
        "gear": {"id": "31003"}, "carbs_ingested": 45}),
    );
    let changed = activities.put(&before.id, &body).await.unwrap();
    for (key, value) in &body {
        assert_eq!(&changed.members()[key], value, "{key}");
    }
    let mut back = before.members();
    for key in changed
        .members()
        .keys()
        .filter(|key| body.contains_key(*key))
    {
        let cleared = if key == "description" {
            json!("")
        } else {
            json!(-1)
        };
        back.entry(key.clone()).or_insert(cleared);
    }
    let back = activities.put(&before.id, &back).await.unwrap();
    let mut expected = before.members();
    expected.entry("description").or_insert(json!(""));
    assert_eq!(back.members(), expected);
    let comment = activities.message(&before.id, "Strong").await.unwrap();
    let chat = comment.new_chat.unwrap().id;
    let second = activities.message(&before.id, "Very").await.unwrap();
    assert!(second.new_chat.is_none());
    let detail = activities.get(&before.id).await.unwrap();
    assert_eq!(detail.icu_chat_id, Some(chat));
    activities.delete_message(chat, comment.id).await.unwrap();
    let missing = activities.delete_message(chat + 1, second.id).await;
    assert!(matches!(missing, Err(Error::NotFound { .. })));
    let messages = activities.messages(&before.id, 9).await.unwrap();
    let live: Vec<i64> = messages
        .iter()
        .filter(|message| message.deleted.is_none() && message.id >= comment.id)
        .map(|message| message.id)
        .collect();
    assert_eq!(live, [second.id]);
    assert!(demo.violations().is_empty(), "{:?}", demo.violations());
}

#[tokio::test]
async fn settings_of_a_sport_are_written_back_by_their_members() {
    let (demo, client, _server) = demo().await;
    let sports = client.sports();
    let all = sports.list().await.unwrap();
    for before in all.iter() {
        let body = members(
            json!({"ftp": 300, "lthr": 160, "threshold_pace": 4.125, "sweet_spot_min": 80}),
        );
        let supposed = before.with(&body);
        let after = sports.put(before.id, &body, false).await.unwrap();
        assert_eq!(after.members(), supposed.members());
        let back = sports
            .put(before.id, &before.members(), false)
            .await
            .unwrap();
        let mut kept = after.members();
        kept.extend(before.members());
        assert_eq!(back.members(), kept);
        let matching = sports.matching(before.id).await.unwrap();
        for activity in matching.iter() {
            let covered = for_sport(&all, activity.sport.as_deref().unwrap()).unwrap();
            assert_eq!(covered.id, before.id);
        }
    }
    let run = for_sport(&all, "Run").unwrap();
    assert!(sports.matching(run.id).await.unwrap().len() > 10);
    sports.apply(run.id).await.unwrap();
    assert!(demo.violations().is_empty(), "{:?}", demo.violations());
}

#[tokio::test]
async fn a_day_says_all_that_an_update_can_and_nothing_else() {
    let update = r#"{"weight":70.5,"restingHR":48,"avgSleepingHR":50.5,"hrv":60.5,"hrvSDNN":70.5,"sleepSecs":27000,
        "sleepScore":81.5,"sleepQuality":1,"soreness":2,"fatigue":3,"stress":4,"mood":1,"motivation":2,"injury":3,
        "hydration":4,"hydrationVolume":1.5,"spO2":97.5,"systolic":120,"diastolic":70,"bloodGlucose":5.5,"lactate":1.5,
        "bodyFat":14.5,"abdomen":80.5,"vo2max":55.5,"respiration":13.5,"steps":9000,"baevskySI":40.5,"readiness":70.5,
        "kcalConsumed":2500,"carbohydrates":300.5,"protein":100.5,"fatTotal":80.5,"menstrualPhase":"LUTEAL",
        "comments":"fine","Caffeine":2}"#;
    let update: Value = serde_json::from_str(update).unwrap();
    let mut row = members(
        json!({"id": "2026-03-01", "ctl": 40.5, "atl": 30.5, "rampRate": 1.5, "locked": true,
        "tempWeight": true, "updated": "2026-03-01T00:00:00Z", "menstrualPhasePredicted": "NONE"}),
    );
    row.extend(members(update.clone()));
    let upstream = Upstream::answering(Reply::json(Value::Object(row).to_string())).await;
    let day = upstream
        .client()
        .wellness()
        .get(date(2026, 3, 1))
        .await
        .unwrap();
    assert_eq!(Value::Object(day.members()), update);
    let typed = WellnessUpdate {
        resting_hr: Some(48),
        custom: members(json!({"Caffeine": 2})),
        ..WellnessUpdate::default()
    };
    assert_eq!(
        Value::Object(typed.members()),
        json!({"restingHR": 48, "Caffeine": 2})
    );
}

#[tokio::test]
async fn an_activity_is_paired_with_an_event_and_parted_again() {
    let (demo, client, _server) = demo().await;
    let day = date(2026, 3, 17);
    let activities = client.activities();
    let query = ListActivities {
        oldest: date(2026, 1, 1),
        newest: day,
        limit: None,
        fields: &[],
    };
    let rows = activities.list(&query).await.unwrap();
    let done = rows
        .iter()
        .find(|row| row.paired_event_id.is_some())
        .unwrap();
    let old = done.paired_event_id.unwrap();
    let new = members(
        json!({"category": "WORKOUT", "start_date_local": "2026-03-17T00:00:00", "type": "Run",
        "moving_time": 3600}),
    );
    let events = client.events();
    let new = events.create(&[new]).await.unwrap().remove(0).id;
    let pair = |event: i64| members(json!({"paired_event_id": event}));
    let paired = activities.put(&done.id, &pair(new.0)).await.unwrap();
    assert_eq!(paired.members()["paired_event_id"], new.0);
    let percent = 100.0 * f64::from(i32::try_from(done.moving_time.unwrap()).unwrap()) / 3600.0;
    assert!((paired.compliance.unwrap() - percent).abs() < 0.01);
    let of =
        |event: EventId| async move { events.get(event).await.unwrap().paired_activity_id.clone() };
    assert_eq!(
        (of(old).await, of(new).await),
        (None, Some(done.id.clone()))
    );
    let parted = activities.put(&done.id, &pair(-1)).await.unwrap();
    assert_eq!((parted.paired_event_id, parted.compliance), (None, None));
    assert_eq!(of(new).await, None);
    let missing = activities.put(&done.id, &pair(1)).await;
    assert!(matches!(missing, Err(Error::NotFound { .. })));
    assert!(demo.violations().is_empty(), "{:?}", demo.violations());
}

#[tokio::test]
async fn gear_is_listed_with_what_is_retired() {
    let (_demo, client, _server) = demo().await;
    let gear = client.gear().list().await.unwrap();
    let shoes: Vec<_> = gear
        .iter()
        .filter(|item| item.kind.as_deref() == Some("Shoes"))
        .map(|item| (item.id.as_str(), item.retired.is_some()))
        .collect();
    assert_eq!(shoes, [("31002", false), ("31003", true)]);
}
