//! Deleting events of the calendar.

use intervals_mcp_server::demo::{Fault, FaultScope};
use serde_json::{Value, json};

use crate::support::process::Room;
use crate::support::{Said, ServerOptions, World};

const AHEAD: (&str, &str) = ("2026-03-19", "2026-04-30");

async fn delete(world: &World, arguments: Value) -> Said {
    world.owner().call_tool("delete_events", arguments).await
}

fn ids(events: &[Value]) -> Vec<Value> {
    events.iter().map(|event| event["id"].clone()).collect()
}

/// Workouts that lie ahead.
async fn planned(world: &World) -> Vec<Value> {
    let mut events = world.calendar(AHEAD.0, AHEAD.1).await;
    events.retain(|event| event["category"] == "WORKOUT");
    world.demo.clear_journal();
    events
}

#[tokio::test]
async fn what_is_deleted_is_gone_and_nothing_else() {
    let world = World::start().await;
    let before = planned(&world).await;
    let doomed = [before[0]["id"].clone(), before[2]["id"].clone()];
    let text = delete(&world, json!({ "ids": doomed })).await.ok();
    println!("{text}");
    assert_eq!(world.writes(), ["PUT /events/bulk-delete"]);
    let left = planned(&world).await;
    let mut expected = ids(&before);
    expected.retain(|id| !doomed.contains(id));
    assert_eq!(ids(&left), expected);
    assert!(
        text.starts_with("Wrote to the calendar: 2 deleted"),
        "{text}"
    );
    assert!(
        text.contains(&format!("- {} ", doomed[0])) && text.contains("undo_change "),
        "{text}"
    );
    assert!(text.contains("Form, evening: "), "{text}");
    world.assert_well_behaved();
}

#[tokio::test]
async fn a_dry_run_deletes_nothing_and_its_token_holds_until_something_changes() {
    let world = World::start().await;
    let before = planned(&world).await;
    let id = &before[0]["id"];
    let dry = delete(&world, json!({ "ids": [id], "dry_run": true }))
        .await
        .ok();
    assert!(
        dry.starts_with("Dry run, nothing written: 1 event to delete"),
        "{dry}"
    );
    let token = dry.split("if_unchanged ").nth(1).unwrap().trim().to_owned();
    let shown = world
        .owner()
        .call_tool("get_event", json!({ "id": id }))
        .await
        .ok();
    assert!(shown.contains(&format!("if_unchanged {token}")), "{shown}");
    world
        .put(
            &format!("/athlete/{{id}}/events/{id}"),
            json!({ "name": "Mine" }),
        )
        .await;
    world.demo.clear_journal();
    let wet = json!({ "ids": [id], "if_unchanged": token });
    let said = delete(&world, wet).await.error();
    assert!(said.contains("is not as it was when you looked"), "{said}");
    assert_eq!(world.writes(), Vec::<String>::new());
    world
        .put(
            &format!("/athlete/{{id}}/events/{id}"),
            json!({ "name": before[0]["name"] }),
        )
        .await;
    let wet = json!({ "ids": [id], "if_unchanged": token });
    delete(&world, wet).await.ok();
    assert_eq!(planned(&world).await.len() + 1, before.len());
}

#[tokio::test]
async fn what_is_past_or_done_stays_unless_told() {
    let world = World::start().await;
    let week = world.calendar("2026-03-09", "2026-03-15").await;
    let week: Vec<Value> = week
        .into_iter()
        .filter(|e| e["category"] == "WORKOUT")
        .collect();
    let past = ids(&week);
    world.demo.clear_journal();
    let said = delete(&world, json!({ "ids": past })).await.error();
    println!("{said}");
    assert!(
        said.starts_with("Nothing was deleted: ") && said.contains("include_past"),
        "{said}"
    );
    assert_eq!(world.writes(), Vec::<String>::new());
    let ahead = planned(&world).await;
    let mixed = json!({ "ids": [past[0], ahead[0]["id"]] });
    let text = delete(&world, mixed).await.ok();
    assert!(
        text.contains("1 event deleted")
            && text.contains("1 event past or done and left as it is: "),
        "{text}"
    );
    assert_eq!(world.event(&past[0]).await, week[0]);
    let all = json!({ "ids": past, "include_past": true });
    let text = delete(&world, all).await.ok();
    assert!(text.contains(&format!("{} deleted", past.len())), "{text}");
    let left = world.calendar("2026-03-09", "2026-03-15").await;
    assert!(
        left.iter().all(|event| event["category"] != "WORKOUT"),
        "{left:?}"
    );
    // The activities stay.
    let activities = world
        .raw("/athlete/{id}/activities?oldest=2026-03-09&newest=2026-03-15")
        .await;
    assert!(activities.as_array().unwrap().len() >= 3);
}

#[tokio::test]
async fn a_window_deletes_the_kinds_it_names_and_nothing_else() {
    let world = World::start().await;
    let before = world.calendar(AHEAD.0, AHEAD.1).await;
    let window = |categories: Value| json!({ "oldest": AHEAD.0, "newest": AHEAD.1, "categories": categories });
    let said = delete(&world, json!({ "oldest": AHEAD.0, "newest": AHEAD.1 }))
        .await
        .error();
    assert!(
        said.contains("A window needs categories: workout, race, note"),
        "{said}"
    );
    delete(&world, window(json!("note"))).await.ok();
    let after = world.calendar(AHEAD.0, AHEAD.1).await;
    let others = before.iter().filter(|event| event["category"] != "NOTE");
    assert_eq!(
        ids(&after),
        others.map(|event| event["id"].clone()).collect::<Vec<_>>()
    );
    delete(&world, window(json!(["workout", "race"])))
        .await
        .ok();
    let left = world.calendar(AHEAD.0, AHEAD.1).await;
    assert!(!left.is_empty());
    for event in left {
        let category = event["category"].as_str().unwrap();
        assert!(
            category != "WORKOUT" && !category.starts_with("RACE"),
            "{event}"
        );
    }
    world.assert_well_behaved();
}

#[tokio::test]
async fn nothing_is_deleted_when_anything_is_wrong() {
    let world = World::start().await;
    let before = planned(&world).await;
    let id = &before[0]["id"];
    let many: Vec<u32> = (1..=101).collect();
    for (arguments, says) in [
        (json!({}), "Give ids, or oldest and newest"),
        (json!({ "ids": [] }), "Give ids, or oldest and newest"),
        (json!({ "ids": many }), "at most 100"),
        (
            json!({ "ids": [id, 999_999] }),
            "no event 999999; nothing was written",
        ),
        (json!({ "ids": ["../.."] }), "ids"),
        (
            json!({ "oldest": "today" , "categories": ["workout"] }),
            "both oldest and newest",
        ),
        (
            json!({ "oldest": "-2d", "newest": "+400d", "categories": ["workout"] }),
            "366 days",
        ),
        (
            json!({ "oldest": "+100d", "newest": "+120d", "categories": ["workout"] }),
            "No such event",
        ),
        (json!({ "ids": [id], "all": true }), "all"),
    ] {
        let said = delete(&world, arguments.clone()).await.error();
        assert!(said.contains(says), "{arguments}: {said}");
    }
    assert_eq!(world.writes(), Vec::<String>::new());
    assert_eq!(planned(&world).await, before);
}

#[tokio::test]
async fn a_year_of_plans_is_too_much_for_one_call() {
    let world = World::start().await;
    let said = delete(
        &world,
        json!({ "oldest": "-360d", "newest": "+5d", "categories": ["workout"], "include_past": true }),
    )
    .await
    .error();
    assert!(
        said.contains("at most 100 can be written in one call"),
        "{said}"
    );
    assert_eq!(world.writes(), Vec::<String>::new());
}

fn at(path: &str) -> FaultScope {
    FaultScope {
        path_contains: Some(path.to_owned()),
        times: Some(1),
    }
}

#[tokio::test]
async fn of_a_deletion_that_breaks_in_the_middle_it_is_said_what_is_gone() {
    for (fault, gone) in [
        (Fault::Status(500, None), 0),
        (Fault::Status(422, Some("No".to_owned())), 0),
        (Fault::DoneInPart(1, 500), 1),
        (Fault::DoneInPart(2, 422), 2),
        (Fault::Done(Box::new(Fault::Reset)), 3),
        (Fault::TruncatedJson, 3),
    ] {
        let world = World::start().await;
        let before = planned(&world).await;
        let doomed = ids(&before[..3]);
        world
            .demo
            .faults()
            .set(fault.clone(), at("PUT /events/bulk-delete"));
        let said = delete(&world, json!({ "ids": doomed })).await;
        let left = planned(&world).await;
        assert_eq!(left.len() + gone, before.len(), "{fault:?}");
        match gone {
            0 => {
                assert!(
                    said.text.starts_with("Nothing was written. "),
                    "{fault:?}: {}",
                    said.text
                );
                assert!(
                    said.is_error && !said.text.contains("undo_change"),
                    "{}",
                    said.text
                );
            }
            3 => {
                let text = said.ok();
                assert!(
                    text.contains("3 deleted") && text.contains("answer was lost"),
                    "{text}"
                );
            }
            _ => {
                let text = said.error();
                let head = format!(
                    "Stopped in the middle: {gone} deleted, {} NOT written",
                    3 - gone
                );
                assert!(
                    text.starts_with(&head)
                        || gone == 1 && text.contains("1 deleted, 2 NOT written"),
                    "{text}"
                );
                assert!(text.contains("undo_change "), "{text}");
            }
        }
        if gone < 3 {
            let rest: Vec<Value> = doomed[gone..].to_vec();
            delete(&world, json!({ "ids": rest })).await.ok();
            assert_eq!(planned(&world).await.len() + 3, before.len());
        }
    }
}

/// A server whose record lies in `room`, and the file.
async fn on_disk(room: &Room) -> (World, rusqlite::Connection) {
    let world = World::with(ServerOptions {
        data_dir: Some(room.0.clone()),
        ..ServerOptions::default()
    })
    .await;
    let file = rusqlite::Connection::open(room.0.join("state.sqlite3")).unwrap();
    (world, file)
}

fn records(file: &rusqlite::Connection) -> u32 {
    let sql = "SELECT count(*) FROM entries WHERE key LIKE 'change/%'";
    file.query_row(sql, [], |row| row.get(0)).unwrap()
}

#[tokio::test]
async fn what_cannot_be_recorded_is_not_written() {
    let room = Room::new();
    let (world, file) = on_disk(&room).await;
    file.execute_batch(
        "CREATE TRIGGER full BEFORE INSERT ON entries WHEN NEW.key LIKE 'change%' BEGIN SELECT RAISE(FAIL, 'full'); END",
    )
    .unwrap();
    let before = planned(&world).await;
    let ids = json!([before[0]["id"]]);
    let new = json!([{ "date": "+2d", "sport": "Run", "name": "New", "duration": "1h" }]);
    for (tool, arguments) in [
        ("delete_events", json!({ "ids": ids })),
        ("move_events", json!({ "ids": ids, "shift_days": 1 })),
        ("save_events", json!({ "events": new })),
    ] {
        let said = world.owner().call_tool(tool, arguments).await.error();
        assert!(
            said.starts_with("Nothing was written") && said.contains("recorded"),
            "{said}"
        );
    }
    assert_eq!(world.writes(), Vec::<String>::new());
    assert_eq!(planned(&world).await, before);
}

#[tokio::test]
async fn there_is_a_record_exactly_where_something_was_or_may_have_been_written() {
    for (fault, kept) in [
        (None, 1),
        (Some(Fault::Status(500, None)), 0),
        (Some(Fault::Status(401, None)), 0),
        (Some(Fault::DoneInPart(1, 422)), 1),
        (Some(Fault::Done(Box::new(Fault::Reset))), 1),
    ] {
        let room = Room::new();
        let (world, file) = on_disk(&room).await;
        let before = planned(&world).await;
        if let Some(fault) = &fault {
            world
                .demo
                .faults()
                .set(fault.clone(), at("PUT /events/bulk-delete"));
        }
        let said = delete(&world, json!({ "ids": ids(&before[..2]) })).await;
        assert_eq!(records(&file), kept, "{fault:?}: {}", said.text);
        assert_eq!(
            said.text.contains("undo_change "),
            kept == 1,
            "{}",
            said.text
        );
        delete(
            &world,
            json!({ "ids": ids(&before[2..3]), "dry_run": true }),
        )
        .await
        .ok();
        assert_eq!(records(&file), kept, "a dry run leaves none");
    }
    // Neither answered nor read back.
    let room = Room::new();
    let (world, file) = on_disk(&room).await;
    let before = planned(&world).await;
    let blind = Fault::Later(1, Box::new(Fault::Status(403, None)));
    let scope = FaultScope {
        times: None,
        ..at("GET /events$")
    };
    world.demo.faults().set(blind, scope);
    world.demo.faults().set(
        Fault::Done(Box::new(Fault::Reset)),
        at("PUT /events/bulk-delete"),
    );
    let said = delete(&world, json!({ "ids": ids(&before[..2]) }))
        .await
        .error();
    assert!(
        said.contains("2 unknown") && said.contains("undo_change "),
        "{said}"
    );
    assert_eq!(records(&file), 1);
}

/// A workout of a day on which nothing else is of its name.
async fn session(world: &World, date: &str) -> Value {
    let session = json!({ "date": date, "sport": "Rowing", "name": "Ergometer", "duration": "30m", "load": 30 });
    let arguments = json!({ "events": [session] });
    world.owner().call_tool("save_events", arguments).await.ok();
    let there = world.calendar(date, date).await;
    let made = there.iter().find(|event| event["name"] == "Ergometer");
    made.unwrap()["id"].clone()
}

#[tokio::test]
async fn what_is_past_stays_though_it_was_not_done() {
    let world = World::start().await;
    let id = session(&world, "2026-03-16").await;
    let said = delete(&world, json!({ "ids": [id] })).await.error();
    assert!(said.contains("past or done and left as it is"), "{said}");
    assert_eq!(world.event(&id).await["name"], "Ergometer");
}

#[tokio::test]
async fn what_is_done_today_stays_though_it_is_not_past() {
    let world = World::start().await;
    let id = session(&world, "2026-03-18").await;
    let done = json!({ "id": id, "activity_id": "new" });
    world.owner().call_tool("complete_event", done).await.ok();
    let said = delete(&world, json!({ "ids": [id] })).await.error();
    assert!(said.contains("past or done and left as it is"), "{said}");
    assert_eq!(world.event(&id).await["name"], "Ergometer");
}
