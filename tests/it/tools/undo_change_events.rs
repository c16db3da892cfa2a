//! Taking changes of the calendar back.

use std::time::Duration;

use intervals_mcp_server::clock::Clock;
use intervals_mcp_server::demo::{Fault, FaultScope};
use serde_json::{Value, json};

use super::update_wellness::word_after;
use crate::support::process::Room;
use crate::support::{Caller, NOW, Server, ServerOptions, World, flow, secrets, table};

const WEEK: &str = "/athlete/{id}/events?oldest=2026-04-20&newest=2026-05-17";

/// Four weeks that lie ahead, without what tells when something was written.
async fn calendar(world: &World) -> Vec<Value> {
    let rows = world.raw(WEEK).await;
    let mut rows = rows.as_array().unwrap().clone();
    for row in &mut rows {
        row.as_object_mut().unwrap().remove("updated");
    }
    rows.sort_by_key(|row| row["uid"].as_str().unwrap_or_default().to_owned());
    rows
}

/// The same but for the ids, which what is made again has anew.
async fn contents(world: &World) -> Vec<Value> {
    let mut rows = calendar(world).await;
    for row in &mut rows {
        row.as_object_mut().unwrap().remove("id");
    }
    rows
}

fn id_of(row: &Value) -> String {
    row["id"].to_string()
}

fn change_in(text: &str) -> String {
    word_after(text, "Undo: undo_change ").to_owned()
}

async fn call(caller: &Caller<'_>, tool: &str, arguments: Value) -> String {
    change_in(&caller.call_tool(tool, arguments).await.ok())
}

async fn undone(caller: &Caller<'_>, id: &str) -> String {
    let arguments = json!({ "change_id": id });
    caller.call_tool("undo_change", arguments).await.ok()
}

async fn refused(caller: &Caller<'_>, id: &str) -> String {
    let arguments = json!({ "change_id": id });
    caller.call_tool("undo_change", arguments).await.error()
}

fn fail(world: &World, path: &str, times: Option<usize>, fault: Fault) {
    let path_contains = Some(path.to_owned());
    let scope = FaultScope {
        path_contains,
        times,
    };
    world.demo.faults().set(fault, scope);
}

fn two_runs() -> Value {
    json!({ "events": [
        { "date": "2026-04-21", "sport": "Run", "name": "Hills", "workout": "- 15m Z1 Pace\n\n6x\n- 1m 110% Pace\n- 2m 60% Pace\n\n- 10m Z1 Pace" },
        { "date": "2026-04-23", "sport": "Run", "name": "Easy", "duration": "45m", "load": 35, "tags": ["base"] },
    ] })
}

/// Two runs in an empty April, and the change that made them.
async fn with_two_runs(world: &World) -> String {
    call(&world.owner(), "save_events", two_runs()).await
}

#[tokio::test]
async fn what_was_created_is_deleted_and_comes_back_as_it_was() {
    let world = World::start().await;
    let owner = world.owner();
    let empty = calendar(&world).await;
    let id = with_two_runs(&world).await;
    let created = contents(&world).await;
    assert_eq!(created.len(), empty.len() + 2);
    world.demo.clear_journal();
    let text = undone(&owner, &id).await;
    let journal = world.demo.journal();
    assert_eq!(calendar(&world).await, empty);
    assert!(text.contains("2 of 2 objects restored"), "{text}");
    assert!(text.contains("Tue 04-21 Run Hills: deleted"), "{text}");
    // What it means for the plan.
    assert!(text.contains("\nWeek of Mon 04-20: load "), "{text}");
    assert_eq!(world.writes().len(), 1, "{journal:#?}");
    // Before and after, and four for what surrounds them.
    assert_eq!(journal.len(), 7, "{journal:#?}");
    let text = undone(&owner, &change_in(&text)).await;
    assert_eq!(contents(&world).await, created);
    let (_, said) = text.split_once("Run Easy: created again, now ").unwrap();
    let rows = calendar(&world).await;
    assert!(
        rows.iter()
            .any(|row| said.starts_with(&id_of(row)) && row["name"] == "Easy"),
        "{text}"
    );
    // They have other ids now and are still the same.
    undone(&owner, &id).await;
    assert_eq!(calendar(&world).await, empty);
    world.assert_well_behaved();
}

#[tokio::test]
async fn what_was_changed_is_as_it_was_member_by_member() {
    let world = World::start().await;
    let owner = world.owner();
    with_two_runs(&world).await;
    let before = calendar(&world).await;
    let of = |name: &str| id_of(before.iter().find(|row| row["name"] == name).unwrap());
    let edits = json!({ "events": [
        { "id": of("Hills"), "workout": "- 40m Z2 Pace", "name": "No hills", "carbs_per_hour": 50 },
        { "id": of("Easy"), "date": "2026-04-25", "indoor": true, "workout": "- 30m Z1 Pace", "tags": ["base", "home"] },
    ] });
    let id = call(&owner, "save_events", edits).await;
    assert_ne!(calendar(&world).await, before);
    let text = undone(&owner, &id).await;
    let mut after = calendar(&world).await;
    // What was empty is 0 or says nothing.
    for row in &mut after {
        let was = before.iter().find(|old| old["id"] == row["id"]).unwrap();
        for (key, value) in row.as_object_mut().unwrap() {
            if was[key].is_null() && (*value == 0 || *value == false || *value == "") {
                *value = Value::Null;
            }
        }
    }
    assert_eq!(after, before);
    assert!(
        text.contains("Run Hills: ") && text.contains("name → \"Hills\""),
        "{text}"
    );
    assert!(text.contains("Sat 04-25 → Thu 04-23"), "{text}");
    assert!(text.contains("0 stands for that"), "{text}");
    world.assert_well_behaved();
}

#[tokio::test]
async fn what_was_deleted_or_moved_is_back_where_it_was() {
    let world = World::start().await;
    let owner = world.owner();
    with_two_runs(&world).await;
    let before = calendar(&world).await;
    let moved = json!({ "oldest": "2026-04-20", "newest": "2026-04-26", "shift_days": 7 });
    let id = call(&owner, "move_events", moved).await;
    assert_ne!(calendar(&world).await, before);
    undone(&owner, &id).await;
    assert_eq!(calendar(&world).await, before);

    let before = contents(&world).await;
    let window = json!({ "oldest": "2026-04-20", "newest": "2026-05-17", "categories": ["workout", "race", "note", "target"] });
    let id = call(&owner, "delete_events", window).await;
    assert!(contents(&world).await.len() <= before.len() - 2);
    world.demo.clear_journal();
    let text = undone(&owner, &id).await;
    assert_eq!(contents(&world).await, before, "{text}");
    let journal = world.demo.journal();
    assert_eq!(journal.iter().filter(|r| r.method != "GET").count(), 1);
    // Hundreds may be deleted at once: none is asked for by an id that is gone.
    let by_id = |path: &str| path.contains("/events/");
    let one_by_one = journal
        .iter()
        .filter(|r| r.method == "GET" && by_id(&r.path));
    assert_eq!(one_by_one.count(), 0, "{journal:#?}");
    world.assert_well_behaved();
}

#[tokio::test]
async fn what_somebody_changed_since_stays_and_the_others_go() {
    let clock = Clock::manual(NOW.parse().unwrap());
    let options = ServerOptions {
        clock: clock.clone(),
        ..ServerOptions::default()
    };
    let world = World::with(options).await;
    let owner = world.owner();
    let empty = calendar(&world).await.len();
    let id = with_two_runs(&world).await;
    clock.advance(Duration::from_secs(60));
    let rows = calendar(&world).await;
    let hills = id_of(rows.iter().find(|row| row["name"] == "Hills").unwrap());
    let rename = json!({ "events": [{ "id": hills, "name": "Hills with Ana" }] });
    let later = call(&owner, "save_events", rename).await;
    let dry = json!({ "change_id": id, "dry_run": true });
    let text = owner.call_tool("undo_change", dry).await.ok();
    assert!(
        text.contains("would restore 1 of 2 objects") && text.contains("Run Easy: to be deleted"),
        "{text}"
    );
    let text = undone(&owner, &id).await;
    assert!(
        text.contains(&format!(
            "Tue 04-21 Run Hills: left alone, changed since: name → \"Hills with Ana\" (by {later}, save_events: undo that first)"
        )),
        "{text}"
    );
    assert_eq!(calendar(&world).await.len(), empty + 1);
    undone(&owner, &later).await;
    let text = undone(&owner, &id).await;
    assert!(text.contains("Run Easy: as before already"), "{text}");
    assert_eq!(calendar(&world).await.len(), empty);

    // Deleted in the app.
    let id = with_two_runs(&world).await;
    let rows = calendar(&world).await;
    let easy = id_of(rows.iter().find(|row| row["name"] == "Easy").unwrap());
    let edit = json!({ "events": [{ "id": easy, "load": 50 }] });
    let edited = call(&owner, "save_events", edit).await;
    undone(&owner, &id).await;
    call(&owner, "delete_events", json!({ "ids": [easy] })).await;
    let text = refused(&owner, &edited).await;
    assert!(
        text.contains("left alone, changed since: it was deleted"),
        "{text}"
    );
}

#[tokio::test]
async fn an_undo_that_fails_halfway_loses_and_doubles_nothing() {
    let world = World::start().await;
    let owner = world.owner();
    with_two_runs(&world).await;
    let three = json!({ "events": [{ "date": "2026-04-24", "sport": "Ride", "name": "Coffee", "duration": "1h" }] });
    call(&owner, "save_events", three).await;
    let before = contents(&world).await;
    let window =
        json!({ "oldest": "2026-04-20", "newest": "2026-04-26", "categories": ["workout"] });
    let id = call(&owner, "delete_events", window).await;
    fail(&world, "POST /events/bulk", None, Fault::DoneInPart(1, 503));
    let text = refused(&owner, &id).await;
    assert!(text.contains("stopped: 1 of "), "{text}");
    world.demo.faults().clear();
    // The whole bulk refused, as for one bad row: then one by one, with the middle one lost on its way back.
    fail(
        &world,
        "POST /events/bulk",
        Some(1),
        Fault::Status(422, None),
    );
    let lost = Fault::Done(Box::new(Fault::Status(422, None)));
    fail(&world, "POST /events/bulk", Some(1), lost);
    let text = undone(&owner, &id).await;
    assert!(text.contains("as before already"), "{text}");
    assert_eq!(contents(&world).await, before);
    world.assert_well_behaved();
}

#[tokio::test]
async fn what_a_process_wrote_before_it_died_can_be_taken_back() {
    let room = Room::new();
    let options = || ServerOptions {
        data_dir: Some(room.0.clone()),
        ..ServerOptions::default()
    };
    let world = World::with(options()).await;
    let empty = calendar(&world).await;
    // The service creates them, and the process never learns of it.
    fail(
        &world,
        "POST /events/bulk",
        None,
        Fault::Done(Box::new(Fault::Hang)),
    );
    let owner = world.owner();
    let calling = owner.call_tool("save_events", two_runs());
    assert!(
        tokio::time::timeout(Duration::from_millis(2_000), calling)
            .await
            .is_err()
    );
    while calendar(&world).await.len() < empty.len() + 2 {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let server = Server::with(ServerOptions {
        upstream: world.upstream(),
        mcp_api_key: Some(secrets::MCP_API_KEY.to_owned()),
        ..options()
    })
    .await;
    let next = Caller::owner(&server);
    let listed = next.call_tool("undo_change", json!({})).await.ok();
    let row = table(&listed, "change_id|").remove(0);
    assert_eq!(row["what"], "Tue 04-21 Run Hills and 1 more");
    let text = undone(&next, &row["change_id"]).await;
    assert!(text.contains("2 of 2 objects restored"), "{text}");
    assert_eq!(calendar(&world).await, empty);
}

#[tokio::test]
async fn a_deletion_is_repeated_only_by_those_who_may_delete() {
    let world = World::start().await;
    let owner = world.owner();
    with_two_runs(&world).await;
    let before = contents(&world).await;
    let window =
        json!({ "oldest": "2026-04-20", "newest": "2026-04-26", "categories": ["workout"] });
    let deletion = call(&owner, "delete_events", window).await;
    let tokens = flow::connect(&world.server).await;
    let writer = Caller::with_token(&world.server, &tokens.access_token);
    let undo = change_in(&undone(&writer, &deletion).await);
    assert_eq!(contents(&world).await, before);
    let text = refused(&writer, &undo).await;
    assert!(text.contains("lacks the scope intervals:delete"), "{text}");
    assert_eq!(contents(&world).await, before);
    // What it created itself it may take back.
    let note =
        json!({ "events": [{ "date": "2026-04-22", "category": "note", "name": "Massage" }] });
    let id = call(&writer, "save_events", note).await;
    undone(&writer, &id).await;
    assert_eq!(contents(&world).await, before);
    undone(&owner, &undo).await;
    assert!(contents(&world).await.len() < before.len());
}

#[tokio::test]
async fn what_was_changed_in_the_app_stays() {
    let world = World::start().await;
    let owner = world.owner();
    let id = with_two_runs(&world).await;
    let rows = calendar(&world).await;
    let of = |name: &str| id_of(rows.iter().find(|row| row["name"] == name).unwrap());
    // Of one only what nobody wrote, of the other far away.
    let tags = json!({ "tags": ["with Ana"] });
    world
        .put(&format!("/athlete/{{id}}/events/{}", of("Hills")), tags)
        .await;
    let away = json!({ "start_date_local": "2026-08-01T00:00:00" });
    world
        .put(&format!("/athlete/{{id}}/events/{}", of("Easy")), away)
        .await;
    let text = refused(&owner, &id).await;
    assert!(
        text.contains("Run Hills: left alone, changed since: tags none → with Ana"),
        "{text}"
    );
    assert!(
        text.contains("Run Easy: left alone, changed since: Thu 04-23 → Sat 08-01"),
        "{text}"
    );
}

#[tokio::test]
async fn a_move_of_which_nothing_was_heard_can_be_taken_back() {
    let world = World::start().await;
    let owner = world.owner();
    with_two_runs(&world).await;
    let before = calendar(&world).await;
    let run = before.iter().find(|row| row["name"] == "Easy").unwrap();
    fail(
        &world,
        "PUT /events/",
        Some(1),
        Fault::Done(Box::new(Fault::Reset)),
    );
    // Both reads before the write are answered.
    let read_back = Fault::Later(2, Box::new(Fault::Status(403, None)));
    fail(&world, "GET /events$", None, read_back);
    let arguments = json!({ "ids": [run["id"]], "shift_days": 2 });
    let text = owner.call_tool("move_events", arguments).await.error();
    assert!(
        text.contains("1 unknown") || text.contains("1 event unknown"),
        "{text}"
    );
    world.demo.faults().clear();
    assert_ne!(calendar(&world).await, before);
    undone(&owner, &change_in(&text)).await;
    assert_eq!(calendar(&world).await, before);
}

#[tokio::test]
async fn a_target_does_not_come_back_where_another_is() {
    let world = World::start().await;
    let owner = world.owner();
    let target = |load: u32| json!({ "events": [{ "date": "2026-05-04", "category": "target", "sport": "Run", "load": load, "for_week": true }] });
    call(&owner, "save_events", target(300)).await;
    let window =
        json!({ "oldest": "2026-05-04", "newest": "2026-05-10", "categories": ["target"] });
    let deletion = call(&owner, "delete_events", window).await;
    call(&owner, "save_events", target(200)).await;
    let before = calendar(&world).await;
    let text = refused(&owner, &deletion).await;
    assert!(text.contains("another target"), "{text}");
    assert_eq!(calendar(&world).await, before);
}
