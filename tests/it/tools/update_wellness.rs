//! Entering wellness.

use std::time::Duration;

use intervals_mcp_server::clock::Clock;
use intervals_mcp_server::demo::{ATHLETE_ID, Fault, FaultScope};
use serde_json::json;

use crate::support::{NOW, ServerOptions, World};

#[tokio::test]
async fn what_is_entered_stands_in_the_service_and_what_is_not_given_stays() {
    let world = World::start().await;
    let owner = world.owner();
    let before = world.raw("/athlete/{id}/wellness/2026-03-17").await;
    let entry = json!({
        "date": "yesterday", "weight": "67.4", "sleep_hours": 7.5, "mood": "poor", "fatigue": "none", "injury": 1,
        "comments": "Slept badly", "custom": { "CaffeineMg": 160 },
    });
    let text = owner
        .call_tool("update_wellness", json!({ "entries": [entry] }))
        .await
        .ok();
    let after = world.raw("/athlete/{id}/wellness/2026-03-17").await;
    for (key, value) in [
        ("weight", json!(67.4)),
        ("sleepSecs", json!(27_000)),
        // On every scale 1 is the best.
        ("mood", json!(4)),
        ("fatigue", json!(0)),
        ("injury", json!(1)),
        ("comments", json!("Slept badly")),
        ("CaffeineMg", json!(160)),
    ] {
        assert_eq!(after[key], value, "{key}");
    }
    for key in ["hrv", "restingHR", "soreness", "ctl", "steps"] {
        assert_eq!(after[key], before[key], "{key}");
    }
    assert!(
        text.contains("Tue 2026-03-17: ") && text.contains("→ poor") || text.contains("mood poor"),
        "{text}"
    );
    // What was asked before the write is not repeated after it.
    let seen = owner
        .call_tool(
            "get_wellness",
            json!({ "oldest": "yesterday", "fields": ["weight", "mood"] }),
        )
        .await
        .ok();
    assert!(seen.contains("67.4") && seen.contains("poor"), "{seen}");
    world.assert_well_behaved();
}

#[tokio::test]
async fn the_answer_says_what_was_there_before() {
    let world = World::start().await;
    let owner = world.owner();
    let enter = |weight: f64| json!({ "entries": [{ "date": "2026-03-16", "weight": weight }] });
    owner.call_tool("update_wellness", enter(68.0)).await.ok();
    let text = owner.call_tool("update_wellness", enter(67.5)).await.ok();
    assert!(text.contains("weight kg 68 → 67.5"), "{text}");
}

#[tokio::test]
async fn many_days_are_written_in_one_request() {
    let world = World::start().await;
    let owner = world.owner();
    owner.call_tool("get_today", json!({})).await.ok();
    world.demo.clear_journal();
    let entries = json!([{ "date": "-1d", "resting_hr": 54 }, { "date": "-2d", "resting_hr": 55 }, { "date": "-3d", "resting_hr": 56 }]);
    // A list that arrives as a string is a list.
    let text = owner
        .call_tool("update_wellness", json!({ "entries": entries.to_string() }))
        .await
        .ok();
    assert!(text.starts_with("Wrote wellness of 3 days"), "{text}");
    let writes: Vec<_> = world
        .demo
        .journal()
        .into_iter()
        .filter(|r| r.method != "GET")
        .collect();
    assert_eq!(writes.len(), 1, "{writes:?}");
    assert!(writes[0].path.ends_with("/wellness-bulk"));
    assert_eq!(
        world.raw("/athlete/{id}/wellness/2026-03-15").await["restingHR"],
        56
    );
    world.assert_well_behaved();
}

#[tokio::test]
async fn a_locked_day_is_reported_and_not_silently_lost() {
    let world = World::start().await;
    let owner = world.owner();
    let entries =
        json!([{ "date": "2026-02-26", "mood": "good" }, { "date": "2026-02-25", "mood": "poor" }]);
    let text = owner
        .call_tool("update_wellness", json!({ "entries": entries }))
        .await
        .ok();
    assert!(
        text.contains("Thu 2026-02-26 is locked in Intervals.icu and was not changed"),
        "{text}"
    );
    assert!(text.starts_with("Wrote wellness of 1 day "), "{text}");
    assert!(
        world
            .demo
            .journal()
            .iter()
            .filter(|r| r.method == "PUT")
            .all(|r| !r.body.contains("2026-02-26") && !r.path.contains("2026-02-26"))
    );
}

#[tokio::test]
async fn pounds_are_taken_where_pounds_are_shown() {
    let world = World::start().await;
    world.demo.prefer_imperial(true);
    let entries = json!([{ "date": "yesterday", "weight": 150 }]);
    let text = world
        .owner()
        .call_tool("update_wellness", json!({ "entries": entries }))
        .await
        .ok();
    assert!(text.contains("weight lb") && text.contains("150"), "{text}");
    let kg = world.raw("/athlete/{id}/wellness/2026-03-17").await["weight"]
        .as_f64()
        .unwrap();
    assert!((kg - 68.0389).abs() < 0.001, "{kg}");
}

/// From now on nothing tells the athlete's units.
fn hide_units(world: &World) {
    world.demo.faults().set(
        Fault::Status(403, None),
        FaultScope {
            path_contains: Some(format!("/athlete/{ATHLETE_ID}$")),
            times: None,
        },
    );
}

#[tokio::test]
async fn pounds_stay_pounds_when_the_units_cannot_be_read_again() {
    let clock = Clock::manual(NOW.parse().unwrap());
    let world = World::with(ServerOptions {
        clock: clock.clone(),
        ..ServerOptions::default()
    })
    .await;
    world.demo.prefer_imperial(true);
    let owner = world.owner();
    owner.call_tool("get_wellness", json!({})).await.ok();
    hide_units(&world);
    // A write empties the cache, so that the units have to be asked for.
    let mood = json!({ "entries": [{ "date": "2026-03-17", "mood": "good" }] });
    owner.call_tool("update_wellness", mood).await.ok();
    clock.advance(Duration::from_secs(90_000));
    let entries = json!([{ "date": "2026-03-17", "weight": 150 }]);
    owner
        .call_tool("update_wellness", json!({ "entries": entries }))
        .await
        .ok();
    let kg = world.raw("/athlete/{id}/wellness/2026-03-17").await["weight"]
        .as_f64()
        .unwrap();
    assert!((kg - 68.0389).abs() < 0.001, "{kg}");
}

#[tokio::test]
async fn a_weight_is_not_written_while_its_unit_is_unknown() {
    let clock = Clock::manual(NOW.parse().unwrap());
    let world = World::with(ServerOptions {
        clock: clock.clone(),
        ..ServerOptions::default()
    })
    .await;
    world.demo.prefer_imperial(true);
    hide_units(&world);
    let owner = world.owner();
    let before = world.raw("/athlete/{id}/wellness/2026-03-17").await;
    let entries = json!([{ "date": "2026-03-17", "weight": 150 }]);
    let arguments = json!({ "entries": entries });
    let text = owner
        .call_tool("update_wellness", arguments.clone())
        .await
        .error();
    assert!(text.contains("kg or lb"), "{text}");
    assert_eq!(world.raw("/athlete/{id}/wellness/2026-03-17").await, before);
    let mood = json!({ "entries": [{ "date": "2026-03-17", "mood": "good" }] });
    owner.call_tool("update_wellness", mood).await.ok();
    world.demo.faults().clear();
    clock.advance(Duration::from_secs(31));
    let text = owner.call_tool("update_wellness", arguments).await.ok();
    assert!(text.contains("weight lb"), "{text}");
}

#[tokio::test]
async fn nothing_is_written_when_anything_is_wrong() {
    let world = World::start().await;
    let owner = world.owner();
    for (entries, says) in [
        (json!([]), "1 to 60"),
        (json!([{ "date": "tomorrow", "mood": "good" }]), "future"),
        (json!([{ "date": "today" }]), "changes nothing"),
        (
            json!([{ "date": "today", "weight": 680 }]),
            "outside 20 to 350",
        ),
        (
            json!([{ "date": "today", "sleep_hours": 27_000 }]),
            "outside 0 to 24",
        ),
        (
            json!([{ "date": "today", "mood": "great" }]),
            "1 excellent, 2 good, 3 avg, 4 poor",
        ),
        (
            json!([{ "date": "today", "feel": 3 }]),
            "unknown field `feel`",
        ),
        (
            json!([{ "date": "today", "mood": "good" }, { "date": "today", "stress": "low" }]),
            "stands twice",
        ),
        (json!([{ "mood": "good" }]), "date"),
        (json!([{ "date": "last_week", "mood": "good" }]), "one day"),
    ] {
        let said = owner
            .call_tool("update_wellness", json!({ "entries": entries.clone() }))
            .await
            .error();
        assert!(said.contains(says), "{entries}: {said}");
    }
    assert!(world.demo.journal().iter().all(|r| r.method == "GET"));
}

#[tokio::test]
async fn a_custom_code_that_does_not_exist_is_answered_in_the_words_of_the_service() {
    let world = World::start().await;
    let entries = json!([{ "date": "today", "custom": { "NoSuchField": 1 } }]);
    let said = world
        .owner()
        .call_tool("update_wellness", json!({ "entries": entries }))
        .await
        .error();
    assert!(
        said.contains("NoSuchField") && said.contains("422"),
        "{said}"
    );
}

#[tokio::test]
async fn a_small_change_is_a_change_and_a_replaced_comment_is_given_back() {
    let world = World::start().await;
    let owner = world.owner();
    let enter = |hrv: f64, comment: &str| json!({ "entries": [{ "date": "2026-03-16", "hrv": hrv, "comments": comment }] });
    owner
        .call_tool("update_wellness", enter(62.4, "Heavy legs"))
        .await
        .ok();
    let text = owner
        .call_tool("update_wellness", enter(61.5, "Better now"))
        .await
        .ok();
    assert!(text.contains("hrv ms 62.4 → 61.5"), "{text}");
    assert!(
        text.contains("[former comment of Mon 2026-03-16]\nHeavy legs"),
        "{text}"
    );
}

fn put_paths(world: &World) -> Vec<String> {
    let requests = world.demo.journal().into_iter();
    let writes = requests.filter(|r| r.method != "GET").map(|r| r.path);
    writes.collect()
}

fn fail(world: &World, path: &str, fault: Fault) {
    let scope = FaultScope {
        path_contains: Some(path.to_owned()),
        times: None,
    };
    world.demo.faults().set(fault, scope);
}

/// The word behind `before` in an answer.
pub fn word_after<'t>(text: &'t str, before: &str) -> &'t str {
    let (_, rest) = text
        .split_once(before)
        .unwrap_or_else(|| panic!("no {before} in {text}"));
    let end = rest
        .find(|c: char| !c.is_alphanumeric())
        .unwrap_or(rest.len());
    &rest[..end]
}

#[tokio::test]
async fn a_dry_run_says_what_would_change_and_writes_nothing() {
    let world = World::start().await;
    let owner = world.owner();
    let before = world.raw("/athlete/{id}/wellness/2026-03-17").await;
    let was = before["restingHR"].as_i64().unwrap();
    world.demo.clear_journal();
    let entries = json!([{ "date": "2026-03-17", "resting_hr": was + 2, "mood": "poor" }]);
    let arguments = json!({ "entries": entries, "dry_run": true });
    let text = owner.call_tool("update_wellness", arguments).await.ok();
    assert!(
        text.starts_with("Dry run, nothing was written: 1 day would change"),
        "{text}"
    );
    let line = format!("resting_hr bpm {was} → {}", was + 2);
    assert!(text.contains(&line) && text.contains("poor"), "{text}");
    assert!(!text.contains("undo_change"), "{text}");
    assert_eq!(put_paths(&world), Vec::<String>::new());
    assert_eq!(world.raw("/athlete/{id}/wellness/2026-03-17").await, before);

    let token = word_after(&text, "if_unchanged ");
    let arguments = json!({ "entries": entries, "if_unchanged": token });
    let text = owner
        .call_tool("update_wellness", arguments.clone())
        .await
        .ok();
    assert!(
        text.contains(&line) && text.contains("\nUndo: undo_change "),
        "{text}"
    );
    // What was there when the token was given is there no more.
    let refused = owner.call_tool("update_wellness", arguments).await.error();
    assert!(
        refused.starts_with("Nothing was written: what this would overwrite"),
        "{refused}"
    );
    assert_eq!(put_paths(&world).len(), 1);
    world.assert_well_behaved();
}

#[tokio::test]
async fn what_is_already_so_is_not_written_again() {
    let world = World::start().await;
    let owner = world.owner();
    let entry = |mood: &str| json!({ "entries": [{ "date": "-1d", "mood": mood }, { "date": "-2d", "mood": "poor" }] });
    owner.call_tool("update_wellness", entry("poor")).await.ok();
    world.demo.clear_journal();
    let text = owner.call_tool("update_wellness", entry("poor")).await.ok();
    assert_eq!(
        text,
        "Nothing to write (Europe/Zurich)\nMon 2026-03-16: already so\nTue 2026-03-17: already so"
    );
    assert_eq!(put_paths(&world), Vec::<String>::new());
    let text = owner.call_tool("update_wellness", entry("good")).await.ok();
    assert!(text.starts_with("Wrote wellness of 1 day "), "{text}");
    assert!(
        text.contains("mood poor → good") && text.contains("Mon 2026-03-16: already so"),
        "{text}"
    );
    assert!(put_paths(&world)[0].ends_with("/wellness/2026-03-17"));
}

#[tokio::test]
async fn a_write_to_locked_days_alone_is_a_mistake() {
    let world = World::start().await;
    let entries = json!([{ "date": "2026-02-26", "mood": "good" }]);
    let arguments = json!({ "entries": entries });
    let text = world
        .owner()
        .call_tool("update_wellness", arguments)
        .await
        .error();
    assert!(
        text.starts_with("Nothing was written. Thu 2026-02-26 is locked"),
        "{text}"
    );
    assert_eq!(put_paths(&world), Vec::<String>::new());
    let changes = world.owner().call_tool("undo_change", json!({})).await.ok();
    assert!(
        changes.starts_with("No change of the last 24 hours"),
        "{changes}"
    );
}

/// Three days in March, the first of which the bulk has written when it stops after one.
fn three_days() -> serde_json::Value {
    json!({ "entries": [
        { "date": "2026-03-15", "mood": "poor", "steps": 1_111 },
        { "date": "2026-03-16", "mood": "poor", "steps": 2_222 },
        { "date": "2026-03-17", "mood": "poor", "steps": 3_333 },
    ] })
}

async fn days(world: &World) -> serde_json::Value {
    let mut rows = world
        .raw("/athlete/{id}/wellness?oldest=2026-03-15&newest=2026-03-17")
        .await;
    for row in rows.as_array_mut().unwrap() {
        row.as_object_mut().unwrap().remove("updated");
    }
    rows
}

#[tokio::test]
async fn a_bulk_that_stops_says_which_days_it_wrote_and_can_be_undone() {
    // Refused for good in the middle, and with no word on what was done.
    for status in [422, 503] {
        let world = World::start().await;
        let before = days(&world).await;
        fail(&world, "PUT /wellness-bulk", Fault::DoneInPart(1, status));
        let text = world
            .owner()
            .call_tool("update_wellness", three_days())
            .await
            .error();
        assert!(
            text.contains("Written: Sun 2026-03-15. Not written: Mon 2026-03-16, Tue 2026-03-17."),
            "{text}"
        );
        let id = word_after(&text, "undo_change ").to_owned();
        assert_eq!(days(&world).await[0]["steps"], 1_111);
        world.demo.faults().clear();
        let undo = json!({ "change_id": id });
        let text = world.owner().call_tool("undo_change", undo).await.ok();
        assert!(text.contains("Mon 2026-03-16: as before already"), "{text}");
        assert_eq!(days(&world).await, before);
        world.assert_well_behaved();
    }
}

#[tokio::test]
async fn a_bulk_that_was_refused_before_its_first_row_leaves_nothing_to_undo() {
    let world = World::start().await;
    fail(&world, "PUT /wellness-bulk", Fault::DoneInPart(0, 422));
    let text = world
        .owner()
        .call_tool("update_wellness", three_days())
        .await
        .error();
    assert!(text.contains("rejected the request (422"), "{text}");
    assert!(!text.contains("undo_change"), "{text}");
    let changes = world.owner().call_tool("undo_change", json!({})).await.ok();
    assert!(
        changes.starts_with("No change of the last 24 hours"),
        "{changes}"
    );
}

#[tokio::test]
async fn a_write_that_was_not_confirmed_is_looked_for() {
    let world = World::start().await;
    let owner = world.owner();
    let lost = Fault::Done(Box::new(Fault::Status(503, None)));
    fail(&world, "PUT /wellness-bulk", lost.clone());
    let text = owner.call_tool("update_wellness", three_days()).await.ok();
    assert!(text.starts_with("Wrote wellness of 3 days"), "{text}");
    assert!(text.contains("did not confirm the write"), "{text}");
    assert_eq!(put_paths(&world).len(), 1, "a write is never repeated");

    // Not confirmed, and not to be read back.
    world.demo.faults().clear();
    fail(&world, "PUT /wellness/2026-03-17", lost);
    let entry = |mood: &str| json!({ "entries": [{ "date": "2026-03-17", "mood": mood }] });
    let rows = Fault::Body(days(&world).await.to_string());
    let first = FaultScope {
        path_contains: Some("GET /wellness$".to_owned()),
        times: Some(1),
    };
    world.demo.faults().set(rows, first);
    fail(&world, "GET /wellness$", Fault::Status(404, None));
    let text = owner
        .call_tool("update_wellness", entry("good"))
        .await
        .error();
    assert!(
        text.contains("Whether Tue 2026-03-17 was written is not known"),
        "{text}"
    );
    let id = word_after(&text, "undo_change ").to_owned();
    world.demo.faults().clear();
    assert_eq!(days(&world).await[2]["mood"], 2);
    let text = owner
        .call_tool("undo_change", json!({ "change_id": id }))
        .await
        .ok();
    assert!(text.contains("mood good → poor"), "{text}");
    assert_eq!(days(&world).await[2]["mood"], 4);
}

#[tokio::test]
async fn what_did_not_arrive_can_be_sent_again() {
    let world = World::start().await;
    let owner = world.owner();
    fail(&world, "PUT /wellness/2026-03-17", Fault::Status(503, None));
    let entry = json!({ "entries": [{ "date": "2026-03-17", "mood": "poor" }] });
    let text = owner
        .call_tool("update_wellness", entry.clone())
        .await
        .error();
    assert!(
        text.contains("nothing was written: Tue 2026-03-17"),
        "{text}"
    );
    let first = word_after(&text, "undo_change ").to_owned();
    let text = owner
        .call_tool("undo_change", json!({ "change_id": first }))
        .await
        .ok();
    assert!(text.starts_with("Nothing to undo"), "{text}");
    world.demo.faults().clear();
    owner.call_tool("update_wellness", entry).await.ok();
}

#[tokio::test]
async fn values_that_were_empty_before_are_not_promised_to_go() {
    let world = World::start().await;
    let owner = world.owner();
    // Nobody was ever injured on that day, as the service has it.
    let entry =
        |field: &str, value: &str| json!({ "entries": [{ "date": "2026-03-17", field: value }] });
    let text = owner
        .call_tool("update_wellness", entry("glucose", "5.1"))
        .await
        .ok();
    assert!(
        text.contains("glucose mmol/l 5.1 (new)") && text.contains("clears none of wellness"),
        "{text}"
    );
    let text = owner
        .call_tool("update_wellness", entry("glucose", "5.3"))
        .await
        .ok();
    assert!(!text.contains("clears none of wellness"), "{text}");
}

#[tokio::test]
async fn a_weight_entered_over_one_that_was_copied_from_the_settings_is_new() {
    let world = World::start().await;
    let raw = world
        .raw("/athlete/{id}/wellness?oldest=2025-06-01&newest=2026-03-18")
        .await;
    let mut days = raw.as_array().unwrap().iter();
    let copied = days.find(|d| d["tempWeight"] == true && d["locked"] != true);
    let day = copied.expect("the demo has such a day")["id"].clone();
    let entry = json!({ "entries": [{ "date": day, "weight": 66.6 }] });
    let owner = world.owner();
    let text = owner.call_tool("update_wellness", entry).await.ok();
    assert!(text.contains("weight kg 66.6 (new)"), "{text}");
}

#[tokio::test]
async fn sleep_may_be_written_as_it_is_shown() {
    let world = World::start().await;
    let owner = world.owner();
    for (given, seconds) in [("7:30", 27_000), ("0:45", 2_700), ("8", 28_800)] {
        let entries = json!([{ "date": "yesterday", "sleep_hours": given }]);
        let arguments = json!({ "entries": entries });
        owner.call_tool("update_wellness", arguments).await.ok();
        let day = world.raw("/athlete/{id}/wellness/2026-03-17").await;
        assert_eq!(day["sleepSecs"], seconds, "{given}");
    }
    for wrong in ["7:5", "7:75", "NaN", "seven"] {
        let entries = json!([{ "date": "yesterday", "sleep_hours": wrong }]);
        let said = owner.call_tool("update_wellness", json!({ "entries": entries }));
        let said = said.await;
        assert!(said.error().contains("sleep_hours"), "{wrong}");
    }
}

#[tokio::test]
async fn what_the_service_rounds_can_be_taken_back() {
    use crate::support::Twisted;
    // It keeps half kilograms.
    let twisted = Twisted::start("/wellness", |answer| {
        let rows = match answer {
            serde_json::Value::Array(rows) => rows.iter_mut().collect(),
            row => vec![row],
        };
        for row in rows {
            if let Some(weight) = row["weight"].as_f64() {
                row["weight"] = json!((weight * 2.0).round() / 2.0);
            }
        }
    })
    .await;
    let enter = |weight: f64| json!({ "entries": [{ "date": "2026-03-16", "weight": weight }] });
    twisted.told("update_wellness", enter(68.0)).await;
    let text = twisted.told("update_wellness", enter(66.8)).await;
    let change = word_after(&text, "Undo: undo_change ");
    let text = twisted
        .told("undo_change", json!({ "change_id": change }))
        .await;
    assert!(text.contains("1 of 1 object restored"), "{text}");
}

#[tokio::test]
async fn a_weight_that_the_service_carried_over_is_not_taken_for_entered() {
    use crate::support::Twisted;
    let twisted = Twisted::start("/wellness", |answer| {
        for row in answer.as_array_mut().into_iter().flatten() {
            row["weight"] = json!(68.0);
            row["tempWeight"] = json!(true);
        }
    })
    .await;
    let entry = json!({ "entries": [{ "date": "2026-03-16", "weight": 68.0 }] });
    let text = twisted.told("update_wellness", entry).await;
    assert!(text.starts_with("Wrote wellness of 1 day"), "{text}");
}
