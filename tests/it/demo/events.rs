//! The calendar takes and refuses writes as the real one does.

use intervals_mcp_server::demo::{ATHLETE_ID, Fault, FaultScope};
use reqwest::{Method, StatusCode};
use serde_json::{Map, Value, json};

use super::service::{Service, number, text};

const INTERVALS: &str =
    "Warmup\n- 10m ramp 50-70%\n\n4x\n- Hard 4m 105%\n- 2m 50%\n\nCooldown\n- 10m 50%";

impl Service {
    /// A write under the athlete that succeeds.
    async fn wrote(&self, method: Method, path: &str, body: Value) -> Value {
        let path = format!("/athlete/{ATHLETE_ID}{path}");
        let body = (!body.is_null()).then_some(body);
        let (status, text) = self.send(method, &path, body).await;
        assert_eq!(status, StatusCode::OK, "{path}: {text}");
        serde_json::from_str(&text).unwrap_or_default()
    }

    async fn create(&self, body: Value) -> Value {
        self.wrote(Method::POST, "/events", body).await
    }

    async fn event(&self, id: &Value) -> Value {
        self.mine(&format!("/events/{id}")).await
    }

    async fn window(&self) -> Vec<Value> {
        self.rows("/events?oldest=2026-03-01&newest=2026-07-31&resolve=true")
            .await
    }

    async fn refuses(&self, method: Method, path: &str, body: Value) -> (u16, String) {
        let path = format!("/athlete/{ATHLETE_ID}{path}");
        self.refused(method, &path, Some(body)).await
    }

    /// An event of the generated calendar that is still ahead.
    async fn planned(&self, sport: &str) -> Value {
        let rows = self.window().await;
        let ahead = |row: &&Value| {
            row["category"] == "WORKOUT"
                && row["type"] == sport
                && text(&row["start_date_local"]) > "2026-03-18T23"
        };
        rows.iter().find(ahead).unwrap().clone()
    }
}

fn ride(day: &str) -> Value {
    json!({"category": "WORKOUT", "type": "Ride", "name": "Over-unders", "start_date_local": format!("{day}T00:00:00"),
        "description": INTERVALS})
}

/// The members of two documents that differ.
fn differences(one: &Value, other: &Value) -> Vec<String> {
    let (one, other) = (one.as_object().unwrap(), other.as_object().unwrap());
    let keys = one.keys().filter(|key| one.get(*key) != other.get(*key));
    keys.cloned().collect()
}

/// Whether two documents say the same, to the last digits of a 32-bit float. How far a repeat goes is not compared: the
/// generator leaves it out.
fn alike(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(_), Value::Number(_)) => {
            let (one, other) = (number(one), number(other));
            (one - other).abs() <= 1e-6 * one.abs()
        }
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| alike(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            let is_compared = |key: &str| key != "distance" || !one.contains_key("reps");
            one.len() == other.len()
                && one.iter().all(|(key, value)| {
                    !is_compared(key) || other.get(key).is_some_and(|other| alike(value, other))
                })
        }
        _ => one == other,
    }
}

#[tokio::test]
async fn a_written_workout_is_read_back_with_what_the_service_works_out() {
    let service = Service::start().await;
    let before = service.window().await.len();
    let written = service.create(ride("2026-03-24")).await;
    // 600 s + 4 × (240 + 120) s + 600 s
    assert_eq!(written["moving_time"], 2640);
    assert_eq!(written["end_date_local"], "2026-03-25T00:00:00");
    assert_eq!(written["workout_doc"]["duration"], 2640);
    assert!(written["workout_doc"]["steps"][0].get("_power").is_none());
    assert!(number(&written["icu_training_load"]) > 30.0 && number(&written["joules"]) > 300_000.0);
    assert!(!text(&written["uid"]).is_empty());
    assert_eq!(service.event(&written["id"]).await, written);
    let rows = service.window().await;
    assert_eq!(rows.len(), before + 1);
    let listed = rows.iter().find(|row| row["id"] == written["id"]).unwrap();
    let hard = &listed["workout_doc"]["steps"][1]["steps"][0];
    // 105 % of 262 W, and 1.25 % of FTP to either side: 271.8 and 278.4
    assert_eq!(
        hard["_power"],
        json!({"value": 275.0, "start": 272.0, "end": 278.0})
    );
    assert_eq!(
        (&hard["text"], &hard["duration"]),
        (&json!("Hard"), &json!(240))
    );
    let days: Vec<&str> = rows
        .iter()
        .map(|row| text(&row["start_date_local"]))
        .collect();
    assert!(days.is_sorted_by_key(|day| &day[..10]));
    assert_eq!(
        listed.as_object().unwrap().len(),
        rows[0].as_object().unwrap().len()
    );
    assert!(service.demo.violations().is_empty());
}

#[tokio::test]
async fn a_written_workout_is_parsed_as_the_generated_one_with_the_same_text() {
    let service = Service::start().await;
    for sport in ["Ride", "VirtualRide", "Run", "Swim"] {
        let planned = service.planned(sport).await;
        let mut body = Map::new();
        for key in [
            "category",
            "type",
            "name",
            "start_date_local",
            "description",
            "indoor",
        ] {
            body.insert(key.to_owned(), planned[key].clone());
        }
        let written = service.create(Value::Object(body)).await;
        let rows = service.window().await;
        let written = rows.iter().find(|row| row["id"] == written["id"]).unwrap();
        let (ours, theirs) = (&planned["workout_doc"], &written["workout_doc"]);
        for key in [
            "steps",
            "duration",
            "target",
            "zoneTimes",
            "ftp",
            "lthr",
            "threshold_pace",
            "pace_units",
            "options",
            "locales",
        ] {
            assert!(
                alike(&ours[key], &theirs[key]),
                "{sport} {key}: {}\n{}\n{}",
                text(&planned["description"]),
                ours[key],
                theirs[key]
            );
        }
        assert_eq!(planned["moving_time"], written["moving_time"], "{sport}");
        let (one, other) = (
            number(&planned["icu_training_load"]),
            number(&written["icu_training_load"]),
        );
        assert!((one - other).abs() <= one * 0.2, "{sport}: {one} {other}");
    }
}

#[tokio::test]
async fn a_partial_update_keeps_every_other_member() {
    let service = Service::start().await;
    let planned = service.planned("VirtualRide").await;
    for event in [planned, service.create(ride("2026-04-20")).await] {
        let id = &event["id"];
        let before = service.event(id).await;
        let path = format!("/events/{id}");
        let answer = service
            .wrote(
                Method::PUT,
                &path,
                json!({"name": "Renamed", "description": null, "icu_ctl": 1.0, "icu_ftp": 300}),
            )
            .await;
        assert!(answer["icu_ctl"].is_null() && answer["icu_atl"].is_null());
        let after = service.event(id).await;
        let mut changed = differences(&before, &after);
        changed.retain(|key| key != "updated");
        assert_eq!(changed, ["name"]);
        assert!(text(&after["updated"]).starts_with("2026-03-18T09:30:00"));
        assert_eq!(after["name"], "Renamed");
        // Moving it keeps its length and changes the fitness of its day.
        let moved = json!({"start_date_local": "2026-04-22T09:00:00"});
        service.wrote(Method::PUT, &path, moved).await;
        let moved = service.event(id).await;
        assert_eq!(moved["end_date_local"], "2026-04-23T00:00:00");
        assert_eq!(moved["workout_doc"], before["workout_doc"]);
        assert_eq!(moved["icu_training_load"], before["icu_training_load"]);
    }
    let missing = service
        .refuses(Method::PUT, "/events/123", json!({"name": "x"}))
        .await;
    assert_eq!(missing, (404, "Event 123 not found".to_owned()));
    assert!(service.demo.violations().is_empty());
}

#[tokio::test]
async fn explicit_load_and_time_count_only_without_steps() {
    let service = Service::start().await;
    let mut body = json!({"category": "WORKOUT", "type": "WeightTraining", "name": "Gym", "description": "Legs, as you like",
        "start_date_local": "2026-03-25T00:00:00", "moving_time": 2700, "icu_training_load": 32});
    let gym = service.create(body.clone()).await;
    assert_eq!(
        (&gym["moving_time"], &gym["icu_training_load"]),
        (&json!(2700), &json!(32))
    );
    assert_eq!(gym["workout_doc"]["steps"], json!([]));
    // √(32 / 0.75) × 10
    assert!((number(&gym["icu_intensity"]) - 65.32).abs() < 0.01);
    let path = format!("/events/{}", gym["id"]);
    let eased = service
        .wrote(Method::PUT, &path, json!({"icu_training_load": 20}))
        .await;
    assert_eq!(
        (&eased["moving_time"], &eased["icu_training_load"]),
        (&json!(2700), &json!(20))
    );
    body["type"] = json!("Ride");
    body["description"] = json!("- 30m 60%");
    let ride = service.create(body).await;
    // 0.5 h × 0.6² × 100
    assert_eq!(
        (&ride["moving_time"], &ride["icu_training_load"]),
        (&json!(1800), &json!(18))
    );
    let path = format!("/events/{}", ride["id"]);
    let same = service
        .wrote(
            Method::PUT,
            &path,
            json!({"icu_training_load": 99, "moving_time": 1}),
        )
        .await;
    assert_eq!(
        (&same["moving_time"], &same["icu_training_load"]),
        (&json!(1800), &json!(18))
    );
    let prose = service
        .wrote(Method::PUT, &path, json!({"description": "As you like"}))
        .await;
    assert_eq!(
        (&prose["moving_time"], &prose["icu_training_load"]),
        (&Value::Null, &Value::Null)
    );
}

#[tokio::test]
async fn fitness_follows_what_is_written_and_is_as_before_when_it_goes() {
    let service = Service::start().await;
    let (window, day) = (
        service.window().await,
        service.mine("/wellness/2026-03-25").await,
    );
    let yesterday = service.mine("/wellness/2026-03-17").await;
    let written = service.create(ride("2026-03-24")).await;
    let load = number(&written["icu_training_load"]);
    let after = service.mine("/wellness/2026-03-25").await;
    // A day later 1/42 of the load has decayed once.
    let share = 1.0 - (-1.0_f64 / 42.0).exp();
    let rise = number(&after["ctl"]) - number(&day["ctl"]);
    assert!((rise - load * share * (1.0 - share)).abs() < 1e-4, "{rise}");
    let later = |rows: &[Value]| -> Vec<f64> {
        let rows = rows.iter().filter(|row| {
            text(&row["start_date_local"]) > "2026-03-24" && row["icu_ctl"].is_number()
        });
        rows.filter(|row| row["id"] != written["id"])
            .map(|row| number(&row["icu_ctl"]))
            .collect()
    };
    let now = service.window().await;
    assert!(
        later(&window)
            .iter()
            .zip(later(&now))
            .all(|(before, now)| now > *before)
    );
    assert_eq!(yesterday, service.mine("/wellness/2026-03-17").await);
    // Far beyond the race it is still projected.
    let far = service.create(ride("2026-09-01")).await;
    assert!(number(&service.event(&far["id"]).await["icu_ctl"]) > 0.0);
    for id in [&written["id"], &far["id"]] {
        service
            .wrote(Method::DELETE, &format!("/events/{id}"), Value::Null)
            .await;
    }
    assert_eq!(service.window().await, window);
    assert_eq!(service.mine("/wellness/2026-03-25").await, day);
}

#[tokio::test]
async fn only_what_is_still_to_be_done_adds_to_fitness() {
    let service = Service::start().await;
    let ctl = async || number(&service.mine("/wellness/2026-03-30").await["ctl"]);
    let calm = ctl().await;
    let rows = service
        .rows("/events?oldest=2026-01-01&newest=2026-03-15&category=WORKOUT")
        .await;
    let stubs = service.rows("/activities?oldest=2026-01-01").await;
    let of_a_stub = |row: &Value| {
        let day = &text(&row["start_date_local"])[..10];
        let mut stubs = stubs.iter().filter(|row| row["type"].is_null());
        stubs.any(|stub| text(&stub["start_date_local"]).starts_with(day))
    };
    let missed = rows
        .iter()
        .find(|row| row["paired_activity_id"].is_null() && !of_a_stub(row))
        .unwrap();
    let path = format!("/events/{}", missed["id"]);
    let change = async |body: Value| service.wrote(Method::PUT, &path, body).await;
    change(json!({"name": "Missed"})).await;
    assert_eq!(ctl().await, calm);
    change(json!({"start_date_local": "2026-03-24T00:00:00"})).await;
    assert!(ctl().await > calm);
    change(json!({"not_on_fitness_chart": true})).await;
    assert_eq!(ctl().await, calm);
    change(json!({"start_date_local": missed["start_date_local"]})).await;
    // Done after all, it counts on its own day.
    service
        .wrote(Method::POST, &format!("{path}/mark-done"), Value::Null)
        .await;
    assert!(ctl().await > calm);
}

#[tokio::test]
async fn what_the_service_refuses_is_not_written() {
    let service = Service::start().await;
    let before = service.window().await;
    let with = |key: &str, value: Value| {
        let mut body = ride("2026-03-24");
        body[key] = value;
        body
    };
    let note = json!({"category": "NOTE", "start_date_local": "2026-03-24T00:00:00", "description": "nameless"});
    let cases = [
        (
            with("start_date_local", json!("2026-03-24")),
            "Text '2026-03-24' could not be parsed at index 10",
            true,
        ),
        (
            with("start_date_local", Value::Null),
            "start_date_local is required",
            true,
        ),
        (with("type", Value::Null), "Missing type", false),
        (note, "Name is required", false),
        (
            with("category", json!("Workout")),
            "JSON parse error: Cannot deserialize value of type `category`",
            true,
        ),
        (
            with("type", json!("Cycling")),
            "JSON parse error: Cannot deserialize value of type `type`",
            true,
        ),
        (
            with("duration", json!(3600)),
            "Unrecognized field \"duration\"",
            true,
        ),
        (
            with("moving_time", json!("3600")),
            "JSON parse error: Cannot deserialize value of type `java.lang.Integer`",
            true,
        ),
        (
            with("indoor", json!(1)),
            "JSON parse error: Cannot deserialize value of type `java.lang.Boolean`",
            true,
        ),
        (
            with("icu_training_load", json!(-1)),
            "Invalid value for [icu_training_load]",
            true,
        ),
        (
            with("end_date_local", json!("2026-03-23T00:00:00")),
            "End date must be after start date",
            false,
        ),
        (json!([]), "JSON parse error", true),
    ];
    let mut violations = 0;
    for (body, error, is_violation) in cases {
        let refused = service.refuses(Method::POST, "/events", body.clone()).await;
        assert!(
            refused.0 == 422 && refused.1.starts_with(error),
            "{body}: {refused:?}"
        );
        violations += usize::from(is_violation);
        assert_eq!(service.demo.violations().len(), violations, "{body}");
        // In a list nothing else is written, and the refusal is in a list.
        let path = format!("/athlete/{ATHLETE_ID}/events/bulk");
        let (status, text) = service
            .send(Method::POST, &path, Some(json!([ride("2026-03-25"), body])))
            .await;
        let answer: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(status, 422);
        assert!(
            answer[0]["error"].as_str().unwrap().starts_with(error),
            "{answer}"
        );
        violations += usize::from(is_violation);
    }
    let id = &service.planned("Ride").await["id"];
    for body in [
        json!({"start_date_local": "2026-03-24"}),
        json!({"category": "X"}),
        json!({"type": 3}),
        json!({"id": 1}),
    ] {
        let (status, _) = service
            .refuses(Method::PUT, &format!("/events/{id}"), body)
            .await;
        assert_eq!(status, 422);
    }
    let not_a_number = service
        .refuses(Method::PUT, "/events/tomorrow", json!({}))
        .await;
    assert_eq!(
        not_a_number,
        (422, "For input string: \"tomorrow\"".to_owned())
    );
    assert_eq!(service.window().await, before);
}

#[tokio::test]
async fn an_upsert_twice_makes_one_event() {
    let service = Service::start().await;
    let before = service.window().await.len();
    for (query, key) in [("upsert=true", "external_id"), ("upsertOnUid=true", "uid")] {
        let mut body = ride("2026-03-24");
        body[key] = json!(format!("plan-{key}"));
        let path = format!("/events/bulk?{query}");
        let first = service.wrote(Method::POST, &path, json!([body])).await;
        let second = service
            .wrote(Method::POST, &path, json!([{key: body[key], "name": "Twice", "start_date_local": "2026-03-26T00:00:00"}]))
            .await;
        assert_eq!(first[0]["id"], second[0]["id"]);
        assert_eq!(
            (&second[0]["name"], &second[0]["moving_time"]),
            (&json!("Twice"), &json!(2640))
        );
        // Twice in one list is one, too; without the flag it is doubled.
        let third = service
            .wrote(Method::POST, &path, json!([body, body]))
            .await;
        assert_eq!(
            (&third[0]["id"], &third[1]["id"]),
            (&first[0]["id"], &first[0]["id"])
        );
        assert_eq!(service.window().await.len(), before + 1);
        service
            .wrote(Method::POST, "/events/bulk", json!([body]))
            .await;
        assert_eq!(service.window().await.len(), before + 2);
        let doomed: Vec<Value> = service
            .window()
            .await
            .into_iter()
            .filter(|row| row[key] == body[key])
            .collect();
        for event in doomed {
            service
                .wrote(
                    Method::DELETE,
                    &format!("/events/{}", event["id"]),
                    Value::Null,
                )
                .await;
        }
    }
    let mut single = ride("2026-03-24");
    single["uid"] = json!("one of a kind");
    let first = service
        .wrote(Method::POST, "/events?upsertOnUid=true", single.clone())
        .await;
    let second = service
        .wrote(Method::POST, "/events?upsertOnUid=true", single)
        .await;
    assert_eq!(first["id"], second["id"]);
    let generated = service.planned("Ride").await;
    let body = json!({"uid": generated["uid"], "name": "Mine now"});
    let mine = service
        .wrote(Method::POST, "/events?upsertOnUid=true", body)
        .await;
    assert_eq!(
        (&mine["id"], &mine["moving_time"]),
        (&generated["id"], &generated["moving_time"])
    );
    let target = json!({"category": "TARGET", "type": "Run", "start_date_local": "2026-03-23T00:00:00", "load_target": 90});
    let path = "/events/bulk?upsertOnUid=true&updatePlanApplied=true";
    let one = service.wrote(Method::POST, path, json!([target])).await;
    let other = service.wrote(Method::POST, path, json!([target])).await;
    assert_eq!(one[0]["id"], other[0]["id"]);
    assert!(one[0]["plan_applied"].is_string());
}

#[tokio::test]
async fn deleting_takes_what_is_named_and_nothing_else() {
    let service = Service::start().await;
    let before = service.window().await;
    let note = json!({"category": "NOTE", "name": "Away", "start_date_local": "2026-03-25T00:00:00", "external_id": "n1"});
    let made = service
        .wrote(
            Method::POST,
            "/events/bulk",
            json!([ride("2026-03-24"), note, ride("2026-03-26")]),
        )
        .await;
    let gone = json!([{"id": made[0]["id"]}, {"external_id": "n1", "id": before[0]["id"]}, {"id": 5}, {"external_id": "nobody's"}]);
    let answer = service
        .wrote(Method::PUT, "/events/bulk-delete", gone)
        .await;
    assert_eq!(answer, json!({"eventsDeleted": 2}));
    let path = format!("/athlete/{ATHLETE_ID}/events/{}", made[0]["id"]);
    let again = service.refused(Method::DELETE, &path, None).await;
    assert_eq!(again.0, 404);
    service
        .wrote(
            Method::DELETE,
            &format!("/events/{}", made[2]["id"]),
            Value::Null,
        )
        .await;
    assert_eq!(service.window().await, before);
    // Together with the others of the same request, but not the early ones.
    let week: Vec<Value> = (23..27)
        .map(|day| ride(&format!("2026-03-{day}")))
        .collect();
    let made = service
        .wrote(Method::POST, "/events/bulk", json!(week))
        .await;
    let path = format!("/events/{}?others=true&notBefore=2026-03-24", made[1]["id"]);
    service.wrote(Method::DELETE, &path, Value::Null).await;
    let left = service.window().await;
    assert_eq!(left.len(), before.len() + 1);
    assert!(left.iter().any(|row| row["id"] == made[0]["id"]));
    for body in [
        json!([{}]),
        json!([{"name": "x"}]),
        json!({"id": 1}),
        json!([{"id": "1"}]),
    ] {
        assert_eq!(
            service
                .refuses(Method::PUT, "/events/bulk-delete", body)
                .await
                .0,
            422
        );
    }
}

#[tokio::test]
async fn a_range_without_an_end_takes_the_whole_future() {
    let service = Service::start().await;
    let before = service.window().await;
    let of = |rows: &[Value], category: &str| {
        rows.iter()
            .filter(|row| row["category"] == category)
            .count()
    };
    service
        .wrote(
            Method::DELETE,
            "/events?oldest=2026-03-20&newest=2026-03-22&category=WORKOUT,NOTE",
            Value::Null,
        )
        .await;
    let after = service.window().await;
    let within = |row: &&Value| {
        (row["category"] == "WORKOUT" || row["category"] == "NOTE")
            && ("2026-03-20".."2026-03-23").contains(&text(&row["start_date_local"]))
    };
    let taken = before.iter().filter(within).count();
    assert!(taken > 0 && before.len() - after.len() == taken);
    service
        .wrote(
            Method::DELETE,
            "/events?oldest=2026-03-20&category=WORKOUT",
            Value::Null,
        )
        .await;
    let rest = service.window().await;
    assert!(
        rest.iter().all(
            |row| row["category"] != "WORKOUT" || text(&row["start_date_local"]) < "2026-03-20"
        )
    );
    assert_eq!(of(&rest, "RACE_A"), of(&before, "RACE_A"));
    for path in ["/events?category=WORKOUT", "/events?oldest=2026-03-20"] {
        let path = format!("/athlete/{ATHLETE_ID}{path}");
        assert_eq!(service.refused(Method::DELETE, &path, None).await.0, 422);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn writers_at_once_lose_nothing() {
    let service = std::sync::Arc::new(Service::start().await);
    let before = service.window().await.len();
    let shared = service.create(ride("2026-04-20")).await;
    let path = format!("/events/{}", shared["id"]);
    let writers: Vec<_> = (0..12)
        .map(|number| {
            let (service, path) = (service.clone(), path.clone());
            tokio::spawn(async move {
                let members = ["name", "color", "external_id"];
                let change = json!({members[number % 3]: format!("by {}", number % 3)});
                service.wrote(Method::PUT, &path, change).await;
                service
                    .create(ride(&format!("2026-04-{}", 10 + number % 3)))
                    .await["id"]
                    .clone()
            })
        })
        .collect();
    let mut ids = Vec::new();
    for writer in writers {
        ids.push(writer.await.unwrap().to_string());
    }
    ids.sort();
    ids.dedup();
    assert_eq!((ids.len(), service.window().await.len()), (12, before + 13));
    let after = service.event(&shared["id"]).await;
    assert_eq!(
        [&after["name"], &after["color"], &after["external_id"]],
        ["by 0", "by 1", "by 2"]
    );
}

#[tokio::test]
async fn faults_hit_writes_before_and_after_they_are_done() {
    let service = Service::start().await;
    let before = service.window().await.len();
    let set = |fault: Fault, path: &str| {
        let scope = FaultScope {
            path_contains: Some(path.to_owned()),
            times: Some(1),
        };
        service.demo.faults().set(fault, scope);
    };
    set(Fault::Status(500, None), "POST /events$");
    assert_eq!(service.window().await.len(), before);
    assert_eq!(
        service
            .refuses(Method::POST, "/events", ride("2026-03-24"))
            .await
            .0,
        500
    );
    assert_eq!(service.window().await.len(), before);
    for (number, fault) in [
        Fault::Status(500, None),
        Fault::Html(502),
        Fault::TruncatedJson,
    ]
    .into_iter()
    .enumerate()
    {
        set(Fault::Done(Box::new(fault)), "POST /events$");
        let (_, error) = service
            .refuses(Method::POST, "/events", ride("2026-03-24"))
            .await;
        assert_eq!(error, "");
        assert_eq!(service.window().await.len(), before + number + 1);
    }
    set(Fault::DoneInPart(2, 503), "POST /events/bulk");
    let week: Vec<Value> = (23..27)
        .map(|day| ride(&format!("2026-03-{day}")))
        .collect();
    let cut = service
        .refuses(Method::POST, "/events/bulk", json!(week))
        .await;
    assert_eq!(cut, (503, "Service Unavailable".to_owned()));
    assert_eq!(service.window().await.len(), before + 5);
    let writes: Vec<String> = service
        .demo
        .journal()
        .into_iter()
        .filter(|request| request.method == "POST")
        .map(|request| request.body)
        .collect();
    assert_eq!(writes.len(), 5);
    assert_eq!(
        serde_json::from_str::<Value>(&writes[0]).unwrap(),
        ride("2026-03-24")
    );
}
