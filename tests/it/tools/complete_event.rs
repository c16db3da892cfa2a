//! What was planned and is done.

use std::sync::atomic::{AtomicBool, Ordering};

use intervals_mcp_server::demo::{Fault, FaultScope};
use serde_json::{Value, json};

use crate::support::{Caller, World, altered};

/// [`crate::support::NOW`] is in it.
const TODAY: &str = "2026-03-18";
const NOTHING: [&str; 0] = [];

async fn activity(world: &World, id: &Value) -> Value {
    let id = id.as_str().unwrap();
    world.raw(&format!("/activity/{id}")).await
}

async fn activities(world: &World, oldest: &str, newest: &str) -> Vec<Value> {
    let path = format!("/athlete/{{id}}/activities?oldest={oldest}&newest={newest}T23:59:59");
    world.raw(&path).await.as_array().unwrap().clone()
}

fn start(row: &Value) -> &str {
    row["start_date_local"].as_str().unwrap()
}

/// A workout of the last weeks with the activity that did it, no longer paired.
async fn parted(world: &World) -> (Value, Value) {
    let planned = world.calendar("2026-03-02", "2026-03-17").await;
    let paired = |event: &&Value| event["paired_activity_id"].is_string();
    let planned = planned.iter().rev().find(paired).unwrap();
    part(world, planned["paired_activity_id"].as_str().unwrap()).await;
    let done = activity(world, &planned["paired_activity_id"]).await;
    (world.event(&planned["id"]).await, done)
}

async fn part(world: &World, id: &str) {
    world
        .put(&format!("/activity/{id}"), json!({ "paired_event_id": -1 }))
        .await;
}

/// A new workout of a day on which nothing was done in that sport.
async fn planned(world: &World, date: &str) -> Value {
    let session = json!({ "date": date, "sport": "Rowing", "name": "Ergometer", "duration": "30m", "load": 30 });
    let arguments = json!({ "events": [session] });
    world.owner().call_tool("save_events", arguments).await.ok();
    let there = world.calendar(date, date).await;
    there
        .iter()
        .find(|event| event["name"] == "Ergometer")
        .unwrap()
        .clone()
}

async fn says(world: &World, arguments: Value) -> String {
    world
        .owner()
        .call_tool("complete_event", arguments)
        .await
        .ok()
}

async fn refuses(world: &World, arguments: Value) -> String {
    let said = world.owner().call_tool("complete_event", arguments).await;
    said.error()
}

fn id_of_change(text: &str) -> String {
    let (_, id) = text
        .split_once("undo_change ")
        .unwrap_or_else(|| panic!("{text}"));
    id.split_whitespace().next().unwrap().to_owned()
}

async fn undo(world: &World, text: &str) {
    let arguments = json!({ "change_id": id_of_change(text) });
    world.owner().call_tool("undo_change", arguments).await.ok();
}

fn once(path: &str) -> FaultScope {
    FaultScope {
        path_contains: Some(path.to_owned()),
        times: Some(1),
    }
}

#[tokio::test]
async fn a_workout_is_paired_with_the_activity_that_did_it() {
    let world = World::start().await;
    let (planned, done) = parted(&world).await;
    world.demo.clear_journal();
    let text = says(
        &world,
        json!({ "id": planned["id"], "activity_id": done["id"] }),
    )
    .await;
    let id = done["id"].as_str().unwrap();
    let journal = world.demo.journal();
    let sent: Vec<_> = journal.iter().filter(|r| r.method != "GET").collect();
    assert_eq!(world.writes(), [format!("PUT /api/v1/activity/{id}")]);
    assert_eq!(
        sent[0].body,
        format!("{{\"paired_event_id\":{}}}", planned["id"])
    );
    assert_eq!(
        activity(&world, &done["id"]).await["paired_event_id"],
        planned["id"]
    );
    assert_eq!(
        world.event(&planned["id"]).await["paired_activity_id"],
        done["id"]
    );
    assert!(
        text.starts_with("Paired ") && text.contains(&format!("(id {}) with {id} ", planned["id"])),
        "{text}"
    );
    let loads = format!("load {}; done ", planned["icu_training_load"]);
    assert!(text.contains("planned ") && text.contains(&loads), "{text}");
    assert!(
        text.contains(&format!("load {}; compliance ", done["icu_training_load"])),
        "{text}"
    );
    id_of_change(&text);
    world.assert_well_behaved();
}

#[tokio::test]
async fn a_dry_run_writes_nothing_and_its_token_holds_as_long_as_nothing_changes() {
    let world = World::start().await;
    let (planned, done) = parted(&world).await;
    world.demo.clear_journal();
    let pair = json!({ "id": planned["id"], "activity_id": done["id"], "dry_run": true });
    let text = says(&world, pair.clone()).await;
    assert!(
        text.starts_with("Dry run, nothing written: ") && text.contains("would be paired with"),
        "{text}"
    );
    let (_, token) = text.split_once("if_unchanged ").unwrap();
    let token = token.split_whitespace().next().unwrap();
    assert_eq!(world.writes(), NOTHING);
    let write = json!({ "id": planned["id"], "activity_id": done["id"], "if_unchanged": token });
    let id = done["id"].as_str().unwrap();
    world
        .put(&format!("/activity/{id}"), json!({ "name": "Renamed" }))
        .await;
    world.demo.clear_journal();
    let said = refuses(&world, write).await;
    assert!(said.contains("not as it was when you looked"), "{said}");
    assert_eq!(world.writes(), NOTHING);
    let text = says(&world, pair).await;
    let (_, token) = text.split_once("if_unchanged ").unwrap();
    let token = token.split_whitespace().next().unwrap();
    let write = json!({ "id": planned["id"], "activity_id": done["id"], "if_unchanged": token });
    assert!(says(&world, write).await.starts_with("Paired "));
}

#[tokio::test]
async fn an_activity_of_the_day_is_named_before_another_is_entered() {
    let world = World::start().await;
    let (planned, done) = parted(&world).await;
    let (id, name) = (done["id"].as_str().unwrap(), done["name"].as_str().unwrap());
    world.demo.clear_journal();
    for dry_run in [false, true] {
        let said = refuses(&world, json!({ "id": planned["id"], "dry_run": dry_run })).await;
        assert!(
            said.contains(id) && said.contains(name) && said.contains("activity_id new"),
            "{said}"
        );
    }
    assert_eq!(world.writes(), NOTHING);
    let text = says(&world, json!({ "id": planned["id"], "activity_id": "New" })).await;
    assert!(text.starts_with("Entered i"), "{text}");
    assert_eq!(world.writes().len(), 1);
    world.assert_well_behaved();
}

#[tokio::test]
async fn what_nothing_was_done_for_is_entered_as_planned_and_once() {
    let world = World::start().await;
    for date in ["2026-03-12", TODAY] {
        let planned = planned(&world, date).await;
        let before = activities(&world, date, date).await;
        let dry = says(&world, json!({ "id": planned["id"], "dry_run": true })).await;
        assert!(
            dry.contains("an activity as planned would be entered"),
            "{dry}"
        );
        assert!(dry.contains("planned 0:30 · load 30"), "{dry}");
        assert_eq!(world.writes().len(), 1);
        world.demo.clear_journal();
        let text = says(&world, json!({ "id": planned["id"].to_string() })).await;
        let sent = world.writes();
        assert_eq!(sent.len(), 1, "{sent:?}");
        assert!(sent[0].ends_with("/mark-done"), "{sent:?}");
        let after = activities(&world, date, date).await;
        assert_eq!(after.len(), before.len() + 1);
        let entered = after
            .iter()
            .find(|a| a["paired_event_id"] == planned["id"])
            .unwrap();
        assert_eq!(
            (&entered["source"], start(entered)),
            (&json!("MANUAL"), start(&planned))
        );
        let id = entered["id"].as_str().unwrap();
        assert!(
            text.starts_with(&format!("Entered {id} by hand, as planned, for ")),
            "{text}"
        );
        for line in ["Form today: ", "Week of Mon 03-09: load "] {
            assert_eq!(text.contains(line), date < TODAY, "{text}");
        }
        world.demo.clear_journal();
        for again in [
            json!({ "id": planned["id"] }),
            json!({ "id": planned["id"], "activity_id": "new" }),
        ] {
            let text = says(&world, again).await;
            assert!(
                text.starts_with("Nothing to write: ") && text.contains(id),
                "{text}"
            );
        }
        assert_eq!(world.writes(), NOTHING);
    }
    world.assert_well_behaved();
}

#[tokio::test]
async fn a_pair_is_left_alone() {
    let world = World::start().await;
    let paired = world.calendar("2026-03-02", "2026-03-17").await;
    let mut paired = paired
        .iter()
        .filter(|event| event["paired_activity_id"].is_string());
    let (one, other) = (paired.next().unwrap(), paired.next().unwrap());
    world.demo.clear_journal();
    let same = json!({ "id": one["id"], "activity_id": one["paired_activity_id"] });
    let text = says(&world, same).await;
    assert!(
        text.starts_with("Nothing to write: ") && text.contains("is so already: done "),
        "{text}"
    );
    let said = refuses(
        &world,
        json!({ "id": one["id"], "activity_id": other["paired_activity_id"] }),
    )
    .await;
    let id = one["paired_activity_id"].as_str().unwrap();
    assert!(said.contains(&format!("is done by {id} already")), "{said}");
    world.demo.faults().clear();
    let free = planned(&world, TODAY).await;
    world.demo.clear_journal();
    let said = refuses(
        &world,
        json!({ "id": free["id"], "activity_id": other["paired_activity_id"] }),
    )
    .await;
    assert!(
        said.contains(&format!(
            "paired with another event already: {}",
            other["id"]
        )),
        "{said}"
    );
    assert_eq!(world.writes(), NOTHING);
}

#[tokio::test]
async fn what_is_ahead_no_session_or_unknown_is_refused() {
    let world = World::start().await;
    let all = world.calendar("2026-01-01", "2026-05-31").await;
    let find = |wanted: &dyn Fn(&Value) -> bool| {
        all.iter().find(|event| wanted(event)).unwrap()["id"].clone()
    };
    let ahead = find(&|e| e["category"] == "WORKOUT" && start(e) > "2026-03-19");
    let note = find(&|e| e["category"] == "NOTE");
    world.demo.clear_journal();
    for (arguments, says) in [
        (json!({ "id": ahead }), "only what is not ahead can be done"),
        (
            json!({ "id": note }),
            "is of category note, only workouts and races can be done",
        ),
        (json!({ "id": 123 }), "The calendar has no event 123"),
        (
            json!({ "id": ahead, "activity_id": "i1" }),
            "there is no such activity",
        ),
        (
            json!({ "id": ahead, "activity_id": "yes" }),
            "or new to enter one by hand",
        ),
        (json!({ "id": "one" }), "an event id is digits"),
        (json!({}), "id"),
    ] {
        let said = refuses(&world, arguments).await;
        assert!(said.contains(says), "{said}");
    }
    assert_eq!(world.writes(), NOTHING);
}

#[tokio::test]
async fn what_came_through_strava_is_not_paired_and_may_have_been_it() {
    let world = World::start().await;
    let all = activities(&world, "2025-12-01", "2026-03-17").await;
    let stub = all
        .iter()
        .find(|a| a["source"] == "STRAVA" && a["type"].is_null())
        .unwrap();
    let date = start(stub).get(..10).unwrap();
    let planned = planned(&world, date).await;
    world.demo.clear_journal();
    let said = refuses(
        &world,
        json!({ "id": planned["id"], "activity_id": stub["id"] }),
    )
    .await;
    assert!(
        said.contains("came through Strava") && said.contains("on intervals.icu itself"),
        "{said}"
    );
    let said = refuses(&world, json!({ "id": planned["id"] })).await;
    assert!(
        said.contains(stub["id"].as_str().unwrap()) && said.contains("withholds"),
        "{said}"
    );
    assert_eq!(world.writes(), NOTHING);
    says(&world, json!({ "id": planned["id"], "activity_id": "new" })).await;
}

#[tokio::test]
async fn another_sport_and_another_day_are_remarked() {
    let world = World::start().await;
    let (_, done) = parted(&world).await;
    let planned = planned(&world, TODAY).await;
    let text = says(
        &world,
        json!({ "id": planned["id"], "activity_id": done["id"] }),
    )
    .await;
    let sport = done["type"].as_str().unwrap();
    assert!(
        text.contains(&format!("Another sport: planned Rowing, done {sport}.")),
        "{text}"
    );
    assert!(text.contains("Another day: done "), "{text}");
    // What was still to be done today is no longer.
    let line = |head: &str| text.lines().find(|line| line.starts_with(head)).unwrap();
    assert!(line("Week of Mon 03-16: load ").contains(" → "), "{text}");
    assert!(line("Form, evening: Wed 03-18 ").contains(" → "), "{text}");
    world.assert_well_behaved();
}

#[tokio::test]
async fn a_lost_answer_is_found_out_about() {
    let lost = || Fault::Done(Box::new(Fault::Status(504, None)));
    let world = World::start().await;
    let (planned_one, done) = parted(&world).await;
    let entered = planned(&world, "2026-03-12").await;
    world.demo.faults().set(lost(), once("PUT /activity/"));
    let pair = json!({ "id": planned_one["id"], "activity_id": done["id"] });
    let text = says(&world, pair).await;
    assert!(
        text.starts_with("Paired ") && text.contains("undo_change"),
        "{text}"
    );
    world.demo.faults().set(lost(), once("mark-done"));
    let text = says(&world, json!({ "id": entered["id"] })).await;
    assert!(
        text.starts_with("Entered i") && text.contains("undo_change"),
        "{text}"
    );
    let there = activities(&world, "2026-03-12", "2026-03-12").await;
    let there = there
        .iter()
        .filter(|a| a["paired_event_id"] == entered["id"]);
    assert_eq!(there.count(), 1);
}

#[tokio::test]
async fn a_failure_that_wrote_nothing_leaves_no_record() {
    let world = World::start().await;
    let (planned_one, done) = parted(&world).await;
    let entered = planned(&world, "2026-03-12").await;
    let pair = json!({ "id": planned_one["id"], "activity_id": done["id"] });
    for (fault, says) in [
        (
            Fault::Status(504, None),
            "Nothing was written, as Intervals.icu shows.",
        ),
        (
            Fault::Status(422, Some("No".to_owned())),
            "Nothing was written. Intervals.icu rejected the request (422",
        ),
        // What the service leaves as it was is not told as written.
        (Fault::Body(done.to_string()), "left things as they were"),
    ] {
        for (path, arguments) in [
            ("PUT /activity/", pair.clone()),
            ("mark-done", json!({ "id": entered["id"] })),
        ] {
            if path == "mark-done" && matches!(fault, Fault::Body(_)) {
                continue;
            }
            let scope = FaultScope {
                path_contains: Some(path.to_owned()),
                times: None,
            };
            world.demo.faults().set(fault.clone(), scope);
            let said = refuses(&world, arguments).await;
            assert!(
                said.contains(says) && !said.contains("undo_change"),
                "{said}"
            );
            world.demo.faults().clear();
        }
    }
    assert!(world.event(&planned_one["id"]).await["paired_activity_id"].is_null());
    assert!(world.event(&entered["id"]).await["paired_activity_id"].is_null());
}

#[tokio::test]
async fn what_cannot_be_found_out_is_said_and_kept_on_record() {
    let is_entered = AtomicBool::new(false);
    let (demo, server) = altered(move |path, body| {
        let mark = path.ends_with("/mark-done");
        if mark {
            is_entered.store(true, Ordering::Relaxed);
        }
        let is_read_back = path.ends_with("/activities") && is_entered.load(Ordering::Relaxed);
        if mark || is_read_back {
            *body = json!(7);
        }
    })
    .await;
    let owner = Caller::owner(&server);
    let session = json!({ "events": [{ "date": "-6d", "sport": "Rowing", "name": "Ergometer", "load": 30 }] });
    let saved = owner.call_tool("save_events", session).await.ok();
    let (_, id) = saved.split_once("(id ").unwrap();
    let (id, _) = id.split_once(')').unwrap();
    let said = owner
        .call_tool("complete_event", json!({ "id": id }))
        .await
        .error();
    assert!(
        said.starts_with("Not known whether it was written"),
        "{said}"
    );
    assert!(
        said.contains("look at get_event before trying again"),
        "{said}"
    );
    id_of_change(&said);
    let marks = demo.journal().into_iter();
    let marks = marks.filter(|request| request.path.ends_with("/mark-done"));
    assert_eq!(marks.count(), 1);
    // What it was is found by the event that it was entered for.
    let change = json!({ "change_id": id_of_change(&said) });
    owner.call_tool("undo_change", change).await.ok();
    let last = demo.journal().into_iter().rfind(|r| r.method != "GET");
    let last = last.unwrap();
    assert!(
        last.method == "DELETE" && last.path.contains("/activity/i975"),
        "{last:?}"
    );
}

#[tokio::test]
async fn completing_is_taken_back() {
    let world = World::start().await;
    let (planned_one, done) = parted(&world).await;
    let pair = json!({ "id": planned_one["id"], "activity_id": done["id"] });
    let text = says(&world, pair).await;
    undo(&world, &text).await;
    assert!(activity(&world, &done["id"]).await["paired_event_id"].is_null());
    assert!(world.event(&planned_one["id"]).await["paired_activity_id"].is_null());
    let entered = planned(&world, "2026-03-12").await;
    let before = activities(&world, "2026-03-12", "2026-03-12").await.len();
    let text = says(&world, json!({ "id": entered["id"] })).await;
    let change = json!({ "change_id": id_of_change(&text) });
    let undone = world.owner().call_tool("undo_change", change).await.ok();
    assert!(
        undone.contains("activity entered for Thu 03-12 Rowing Ergometer: deleted"),
        "{undone}"
    );
    assert_eq!(
        activities(&world, "2026-03-12", "2026-03-12").await.len(),
        before
    );
    assert!(world.event(&entered["id"]).await["paired_activity_id"].is_null());
}

#[tokio::test]
async fn nothing_is_entered_for_an_event_that_is_not_as_it_was_seen() {
    let world = World::start().await;
    let event = planned(&world, TODAY).await;
    world.demo.clear_journal();
    let arguments = json!({ "id": event["id"], "activity_id": "new", "if_unchanged": "0123abcd" });
    let said = world.owner().call_tool("complete_event", arguments).await;
    let said = said.error();
    assert!(said.contains("not as it was when you looked"), "{said}");
    assert_eq!(world.writes(), NOTHING);
}
