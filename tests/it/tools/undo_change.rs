//! Taking changes back.

use std::time::Duration;

use intervals_mcp_server::clock::Clock;
use intervals_mcp_server::demo::{Fault, FaultScope};
use rusqlite::Connection;
use serde_json::{Value, json};

use super::update_wellness::word_after;
use crate::support::process::Room;
use crate::support::{Caller, NOW, Server, ServerOptions, World, flow, secrets, table};

const DAY: &str = "/athlete/{id}/wellness/2026-03-17";

fn entry(fields: Value) -> Value {
    let mut entry = fields;
    entry["date"] = json!("2026-03-17");
    json!({ "entries": [entry] })
}

/// Enters wellness, and gives the id of the change.
async fn enter(caller: &Caller<'_>, arguments: Value) -> String {
    let text = caller.call_tool("update_wellness", arguments).await.ok();
    word_after(&text, "Undo: undo_change ").to_owned()
}

fn undo(id: &str) -> Value {
    json!({ "change_id": id })
}

async fn undone(caller: &Caller<'_>, id: &str) -> String {
    caller.call_tool("undo_change", undo(id)).await.ok()
}

async fn refused(caller: &Caller<'_>, id: &str) -> String {
    caller.call_tool("undo_change", undo(id)).await.error()
}

/// A day without the time of its last change.
async fn day(world: &World) -> Value {
    let mut day = world.raw(DAY).await;
    day.as_object_mut().unwrap().remove("updated");
    day
}

fn writes(world: &World) -> usize {
    let journal = world.demo.journal();
    journal.iter().filter(|r| r.method != "GET").count()
}

fn fail(world: &World, path: &str, times: Option<usize>, fault: Fault) {
    let path_contains = Some(path.to_owned());
    let scope = FaultScope {
        path_contains,
        times,
    };
    world.demo.faults().set(fault, scope);
}

#[tokio::test]
async fn what_was_entered_is_taken_back_and_can_be_had_again() {
    let world = World::start().await;
    let owner = world.owner();
    enter(
        &owner,
        entry(json!({ "weight": 68.0, "mood": "good", "steps": 9_000 })),
    )
    .await;
    let before = day(&world).await;
    let id = enter(&owner, entry(json!({ "weight": 67.2, "mood": "poor" }))).await;
    let after = day(&world).await;
    assert_ne!(before, after);
    world.demo.clear_journal();
    let text = undone(&owner, &id).await;
    assert_eq!(day(&world).await, before);
    assert_eq!(writes(&world), 1);
    assert!(
        text.starts_with(
            "Undid update_wellness of Wed 03-18 10:30: 1 of 1 object restored (Europe/Zurich)\n\
             wellness of Tue 2026-03-17: mood poor → good, weight kg 67.2 → 68\n\
             Undo: undo_change "
        ),
        "{text}"
    );
    let redo = word_after(&text, "Undo: undo_change ").to_owned();
    let again = refused(&owner, &id).await;
    assert!(
        again.contains(&format!("undone already, by {redo}")),
        "{again}"
    );
    let text = undone(&owner, &redo).await;
    assert!(text.contains("mood good → poor"), "{text}");
    assert_eq!(day(&world).await, after);
    // Since it holds again, it can be taken back once more.
    undone(&owner, &id).await;
    assert_eq!(day(&world).await, before);
    world.assert_well_behaved();
}

#[tokio::test]
async fn a_dry_run_says_what_would_be_restored_and_writes_nothing() {
    let world = World::start().await;
    let owner = world.owner();
    enter(&owner, entry(json!({ "mood": "good" }))).await;
    let id = enter(&owner, entry(json!({ "mood": "poor" }))).await;
    world.demo.clear_journal();
    let arguments = json!({ "change_id": id, "dry_run": true });
    let text = owner.call_tool("undo_change", arguments).await.ok();
    assert!(
        text.starts_with("Dry run, nothing was written: undoing update_wellness"),
        "{text}"
    );
    assert!(text.contains("mood poor → good"), "{text}");
    assert_eq!(writes(&world), 0);
    let listed = owner.call_tool("undo_change", json!({})).await.ok();
    assert!(!listed.contains("undone by"), "{listed}");
}

#[tokio::test]
async fn what_was_changed_since_stays_and_what_a_device_filled_in_is_no_reason() {
    let clock = Clock::manual(NOW.parse().unwrap());
    let options = ServerOptions {
        clock: clock.clone(),
        ..ServerOptions::default()
    };
    let world = World::with(options).await;
    let owner = world.owner();
    enter(&owner, entry(json!({ "mood": "good" }))).await;
    clock.advance(Duration::from_secs(60));
    let id = enter(&owner, entry(json!({ "mood": "poor" }))).await;
    clock.advance(Duration::from_secs(60));
    let later = enter(&owner, entry(json!({ "mood": "excellent" }))).await;
    world.demo.clear_journal();
    let text = refused(&owner, &id).await;
    assert!(
        text.contains("Nothing of update_wellness of Wed 03-18 10:31 can be undone; nothing was written.")
            && text.contains(&format!(
                "wellness of Tue 2026-03-17: left alone, changed since: mood poor → excellent (by {later}, update_wellness: \
                 undo that first)"
            )),
        "{text}"
    );
    assert_eq!(writes(&world), 0);
    undone(&owner, &later).await;
    // Something else of the same day.
    enter(&owner, entry(json!({ "steps": 12_345 }))).await;
    undone(&owner, &id).await;
    let day = day(&world).await;
    assert_eq!((&day["mood"], &day["steps"]), (&json!(2), &json!(12_345)));
}

#[tokio::test]
async fn of_several_days_those_are_restored_that_are_as_they_were_left() {
    let world = World::start().await;
    let owner = world.owner();
    let two = |mood: &str| json!({ "entries": [{ "date": "2026-03-16", "mood": mood }, { "date": "2026-03-17", "mood": mood }] });
    enter(&owner, two("good")).await;
    let id = enter(&owner, two("poor")).await;
    let later = enter(&owner, entry(json!({ "mood": "avg" }))).await;
    let text = undone(&owner, &id).await;
    assert!(text.contains("1 of 2 objects restored"), "{text}");
    assert!(
        text.contains("wellness of Mon 2026-03-16: mood poor → good"),
        "{text}"
    );
    assert!(
        text.contains("Tue 2026-03-17: left alone, changed since: mood poor → avg"),
        "{text}"
    );
    assert_eq!(day(&world).await["mood"], 3);
    // The rest, once it is as it was left.
    undone(&owner, &later).await;
    let text = undone(&owner, &id).await;
    assert!(text.contains("Mon 2026-03-16: as before already"), "{text}");
    assert_eq!(day(&world).await["mood"], 2);
    refused(&owner, &id).await;
}

#[tokio::test]
async fn what_was_empty_before_is_said_to_stay() {
    let world = World::start().await;
    let owner = world.owner();
    let before = day(&world).await;
    assert!(before["bloodGlucose"].is_null() && before["comments"].is_null());
    let id = enter(&owner, entry(json!({ "glucose": 5.1 }))).await;
    let text = refused(&owner, &id).await;
    assert!(
        text.contains("left alone: glucose mmol/l stays: empty before"),
        "{text}"
    );
    let id = enter(
        &owner,
        entry(json!({ "lactate": 1.1, "comments": "Tired", "mood": "poor" })),
    )
    .await;
    let text = undone(&owner, &id).await;
    assert!(text.contains("comments \"Tired\" → none"), "{text}");
    assert!(
        text.contains("; lactate mmol/l stays: empty before")
            || text.contains("lactate mmol/l, mood stays"),
        "{text}"
    );
    let day = day(&world).await;
    assert_eq!(
        (&day["comments"], &day["lactate"]),
        (&json!(""), &json!(1.1))
    );
}

#[tokio::test]
async fn the_changes_of_a_day_are_listed_and_those_of_yesterday_are_gone() {
    let clock = Clock::manual(NOW.parse().unwrap());
    let options = ServerOptions {
        clock: clock.clone(),
        ..ServerOptions::default()
    };
    let world = World::with(options).await;
    let owner = world.owner();
    let none = owner.call_tool("undo_change", json!({})).await.ok();
    assert_eq!(
        none,
        "No change of the last 24 hours is recorded (Europe/Zurich, today is Wed 2026-03-18)"
    );
    let two = json!({ "entries": [{ "date": "2026-03-16", "mood": "avg" }, { "date": "2026-03-17", "mood": "avg" }] });
    let first = enter(&owner, two).await;
    clock.advance(Duration::from_secs(3_600));
    let second = enter(&owner, entry(json!({ "mood": "good" }))).await;
    let text = undone(&owner, &second).await;
    let third = word_after(&text, "Undo: undo_change ").to_owned();
    let listed = owner.call_tool("undo_change", json!({})).await.ok();
    assert!(
        listed
            .starts_with("3 changes of the last 24 hours (Europe/Zurich, today is Wed 2026-03-18)"),
        "{listed}"
    );
    let rows = table(&listed, "change_id|");
    let of = |id: &str| rows.iter().find(|row| row["change_id"] == id).unwrap();
    assert_eq!(of(&first)["at"], "Wed 03-18 10:30");
    assert_eq!(of(&first)["what"], "wellness of Mon 2026-03-16 and 1 more");
    assert_eq!(
        (&*of(&second)["at"], &*of(&second)["undone by"]),
        ("Wed 03-18 11:30", &*third)
    );
    assert_eq!(
        (&*of(&third)["tool"], &*of(&third)["undoes"]),
        ("undo_change", &*second)
    );

    let unknown = refused(&owner, "zzzzzzzz").await;
    assert!(
        unknown.contains("No change of the last 24 hours is called 'zzzzzzzz'"),
        "{unknown}"
    );
    assert!(
        unknown.contains(&first) && !unknown.contains(&second),
        "{unknown}"
    );
    let odd = refused(&owner, "the last one, please").await;
    assert!(
        odd.contains("is called 'the last one") && odd.contains(&first),
        "{odd}"
    );

    clock.advance(Duration::from_secs(24 * 3_600 - 3_599));
    let expired = refused(&owner, &first).await;
    assert!(
        expired.contains(&format!("is called '{first}'")) && !expired.contains("wellness of Mon"),
        "{expired}"
    );
    assert_eq!(day(&world).await["mood"], 3);
}

async fn restarted(world: &World, room: &Room, options: ServerOptions) -> Server {
    Server::with(ServerOptions {
        upstream: world.upstream(),
        mcp_api_key: Some(secrets::MCP_API_KEY.to_owned()),
        data_dir: Some(room.0.clone()),
        ..options
    })
    .await
}

#[tokio::test]
async fn a_change_outlives_the_process_and_a_rotated_secret_and_is_the_athletes_alone() {
    let room = Room::new();
    let world = World::with(ServerOptions {
        data_dir: Some(room.0.clone()),
        ..ServerOptions::default()
    })
    .await;
    enter(&world.owner(), entry(json!({ "mood": "good" }))).await;
    let id = enter(&world.owner(), entry(json!({ "mood": "poor" }))).await;

    let other = ServerOptions {
        athlete_id: "i999999".to_owned(),
        ..ServerOptions::default()
    };
    let stranger = restarted(&world, &room, other).await;
    let said = Caller::owner(&stranger)
        .call_tool("undo_change", undo(&id))
        .await;
    assert!(
        said.is_error && !said.text.contains("update_wellness"),
        "{}",
        said.text
    );

    let rotated = ServerOptions {
        signing_secret: "another-secret-of-the-tests-9876543210".to_owned(),
        previous_signing_secret: Some(secrets::SIGNING.to_owned()),
        ..ServerOptions::default()
    };
    let server = restarted(&world, &room, rotated).await;
    let text = undone(&Caller::owner(&server), &id).await;
    assert!(text.contains("mood poor → good"), "{text}");
    assert_eq!(day(&world).await["mood"], 2);

    let forgotten = ServerOptions {
        signing_secret: "a-third-secret-of-the-tests-9876543210".to_owned(),
        ..ServerOptions::default()
    };
    let server = restarted(&world, &room, forgotten).await;
    let text = refused(&Caller::owner(&server), &id).await;
    assert!(text.contains("there is none that can be undone"), "{text}");
}

#[tokio::test]
async fn nothing_is_written_that_could_not_be_recorded() {
    let room = Room::new();
    let world = World::with(ServerOptions {
        data_dir: Some(room.0.clone()),
        ..ServerOptions::default()
    })
    .await;
    let owner = world.owner();
    enter(&owner, entry(json!({ "mood": "good" }))).await;
    let id = enter(&owner, entry(json!({ "mood": "poor" }))).await;
    let before = day(&world).await;
    world.demo.clear_journal();
    let file = std::fs::read_dir(&room.0)
        .unwrap()
        .map(|file| file.unwrap().path());
    let file = file.filter(|path| path.is_file()).min().unwrap();
    let disk = Connection::open(file).unwrap();
    disk.execute_batch(
        "CREATE TRIGGER full BEFORE INSERT ON entries BEGIN SELECT RAISE(FAIL, 'disk full'); END;",
    )
    .unwrap();
    let said = owner
        .call_tool("update_wellness", entry(json!({ "mood": "avg" })))
        .await
        .error();
    assert!(
        said.contains("Nothing was written: what would be replaced could not be recorded"),
        "{said}"
    );
    let said = refused(&owner, &id).await;
    assert!(
        said.contains("Nothing was written: what would be replaced could not be recorded"),
        "{said}"
    );
    assert_eq!((writes(&world), day(&world).await), (0, before));

    disk.execute_batch("DROP TABLE entries;").unwrap();
    let said = refused(&owner, &id).await;
    assert!(
        said.contains("cannot be read now; nothing was changed"),
        "{said}"
    );
    let said = owner.call_tool("undo_change", json!({})).await.error();
    assert!(said.contains("cannot be read now"), "{said}");
    assert_eq!(writes(&world), 0);
}

#[tokio::test]
async fn an_undo_that_stops_in_the_middle_goes_on_when_it_is_called_again() {
    let world = World::start().await;
    let owner = world.owner();
    let three = |mood: &str| {
        let days = ["2026-03-15", "2026-03-16", "2026-03-17"];
        json!({ "entries": days.map(|date| json!({ "date": date, "mood": mood })) })
    };
    enter(&owner, three("good")).await;
    let id = enter(&owner, three("poor")).await;
    fail(
        &world,
        "PUT /wellness-bulk",
        None,
        Fault::DoneInPart(1, 503),
    );
    let text = refused(&owner, &id).await;
    assert!(text.contains("stopped: 1 of 3 objects restored"), "{text}");
    assert!(
        text.contains("wellness of Sun 2026-03-15: mood poor → good"),
        "{text}"
    );
    assert!(
        text.contains(
            "wellness of Tue 2026-03-17: not restored: Intervals.icu failed to answer (503)"
        ),
        "{text}"
    );
    assert!(
        text.contains(&format!("undo_change {id} again does the rest")),
        "{text}"
    );
    world.demo.faults().clear();
    let text = undone(&owner, &id).await;
    assert!(text.contains("Sun 2026-03-15: as before already"), "{text}");
    assert!(text.contains("2 of 3 objects restored"), "{text}");
    assert_eq!(day(&world).await["mood"], 2);
    world.assert_well_behaved();
}

#[tokio::test]
async fn an_undo_that_was_not_confirmed_is_looked_for() {
    let world = World::start().await;
    let owner = world.owner();
    enter(&owner, entry(json!({ "mood": "good" }))).await;
    let id = enter(&owner, entry(json!({ "mood": "poor" }))).await;
    let lost = Fault::Done(Box::new(Fault::Status(503, None)));
    fail(&world, "PUT /wellness/", None, lost);
    let text = undone(&owner, &id).await;
    assert!(text.contains("1 of 1 object restored"), "{text}");
    world.demo.faults().clear();
    let id = enter(&owner, entry(json!({ "mood": "avg" }))).await;
    fail(&world, "PUT /wellness/", None, Fault::Status(403, None));
    let text = refused(&owner, &id).await;
    assert!(
        text.contains("failed; nothing was written") && text.contains("denied access (403)"),
        "{text}"
    );
    world.demo.faults().clear();
    let listed = owner.call_tool("undo_change", json!({})).await.ok();
    assert!(
        table(&listed, "change_id|")
            .iter()
            .all(|row| row.get("undoes") != Some(&id)),
        "{listed}"
    );
    undone(&owner, &id).await;
    assert_eq!(day(&world).await["mood"], 2);
}

#[tokio::test]
async fn a_reader_neither_sees_nor_calls_it() {
    let world = World::start().await;
    let id = enter(&world.owner(), entry(json!({ "mood": "poor" }))).await;
    let tokens = flow::connect_with(&world.server, &[]).await;
    let reader = Caller::with_token(&world.server, &tokens.access_token);
    assert!(
        reader
            .list_tools()
            .await
            .iter()
            .all(|tool| tool["name"] != "undo_change")
    );
    let params = json!({ "name": "undo_change", "arguments": undo(&id) });
    assert_eq!(reader.legacy("tools/call", params).await.status, 403);
    assert_eq!(day(&world).await["mood"], 4);
}
