//! Commenting on an activity.

use intervals_mcp_server::demo::{Fault, FaultScope};
use serde_json::{Value, json};

use crate::support::World;

/// The newest run, and one that nobody commented on.
async fn run(world: &World) -> String {
    let rows = world
        .raw("/athlete/{id}/activities?oldest=2026-01-01&newest=2026-02-28")
        .await;
    let mut rows = rows.as_array().unwrap().iter();
    let row = rows.find(|row| row["type"] == "Run").unwrap();
    row["id"].as_str().unwrap().to_owned()
}

async fn comments(world: &World, id: &str) -> Vec<Value> {
    let rows = world.raw(&format!("/activity/{id}/messages")).await;
    rows.as_array().unwrap().clone()
}

fn posts(world: &World) -> usize {
    world
        .demo
        .journal()
        .iter()
        .filter(|r| r.method == "POST")
        .count()
}

#[tokio::test]
async fn a_comment_stands_on_the_activity_once() {
    let world = World::start().await;
    let id = run(&world).await;
    let owner = world.owner();
    owner.call_tool("get_today", json!({})).await.ok();
    world.demo.clear_journal();
    let arguments = json!({ "id": id, "text": " Felt \"easy\".\nAgain on Friday ✓ " });
    let text = owner
        .call_tool("add_activity_message", arguments.clone())
        .await
        .ok();
    assert_eq!(world.demo.journal().len(), 3, "activity, comments, write");
    assert!(text.starts_with("Commented on Run \""), "{text}");
    assert!(
        text.contains("30 characters, the first comment") && text.contains("Undo: undo_change "),
        "{text}"
    );
    let there = comments(&world, &id).await;
    assert_eq!(there.len(), 1);
    assert_eq!(there[0]["content"], "Felt \"easy\".\nAgain on Friday ✓");
    // Called again it is not doubled.
    let again = owner
        .call_tool("add_activity_message", arguments)
        .await
        .ok();
    assert!(
        again.starts_with("Nothing was written: the athlete's comment says this already"),
        "{again}"
    );
    let other = json!({ "id": id, "text": "Second" });
    let text = owner.call_tool("add_activity_message", other).await.ok();
    assert!(text.contains("6 characters, after 1 comment"), "{text}");
    assert_eq!(posts(&world), 2);
    let seen = json!({ "id": id, "include": ["messages"] });
    let seen = owner.call_tool("get_activity", seen).await.ok();
    assert!(seen.contains("Again on Friday"), "{seen}");
    world.assert_well_behaved();
}

#[tokio::test]
async fn a_dry_run_writes_nothing_and_its_token_holds_until_somebody_comments() {
    let world = World::start().await;
    let id = run(&world).await;
    let owner = world.owner();
    let mut arguments = json!({ "id": id, "text": "Strong", "dry_run": true });
    let text = owner
        .call_tool("add_activity_message", arguments.clone())
        .await
        .ok();
    assert!(
        text.starts_with("Dry run, nothing was written: a comment on Run \""),
        "{text}"
    );
    assert_eq!((posts(&world), comments(&world, &id).await.len()), (0, 0));
    let token = text.rsplit("if_unchanged ").next().unwrap().to_owned();
    let other = json!({ "id": id, "text": "Me first" });
    owner.call_tool("add_activity_message", other).await.ok();
    arguments["dry_run"] = json!(false);
    arguments["if_unchanged"] = json!(token);
    let said = owner
        .call_tool("add_activity_message", arguments)
        .await
        .error();
    assert!(
        said.starts_with("Nothing was written: what this would overwrite"),
        "{said}"
    );
    assert_eq!(posts(&world), 1);
}

#[tokio::test]
async fn a_comment_that_cannot_be_is_refused() {
    let world = World::start().await;
    let id = run(&world).await;
    for text in [String::new(), " \n ".to_owned(), "x".repeat(4_001)] {
        let arguments = json!({ "id": id, "text": text });
        let said = world
            .owner()
            .call_tool("add_activity_message", arguments)
            .await
            .error();
        assert!(
            said.contains("text must have 1 to 4000 characters"),
            "{said}"
        );
    }
    let missing = json!({ "id": "i1", "text": "x" });
    let said = world
        .owner()
        .call_tool("add_activity_message", missing)
        .await
        .error();
    assert!(said.contains("404"), "{said}");
    assert_eq!(posts(&world), 0);
}

#[tokio::test]
async fn a_comment_whose_answer_is_lost_is_found_again() {
    let world = World::start().await;
    let id = run(&world).await;
    let owner = world.owner();
    let scope = || FaultScope {
        path_contains: Some("POST /activity/".to_owned()),
        times: Some(1),
    };
    let faults = world.demo.faults();
    faults.set(Fault::Done(Box::new(Fault::Reset)), scope());
    let call =
        |text: &str| owner.call_tool("add_activity_message", json!({ "id": id, "text": text }));
    let said = call("Lost and found").await.ok();
    assert!(
        said.contains("did not answer the write; read again, it is there"),
        "{said}"
    );
    faults.set(Fault::Status(503, None), scope());
    let said = call("Never arrived").await.error();
    assert!(
        said.contains("may have been made") && said.contains("undo_change "),
        "{said}"
    );
    faults.set(Fault::Status(403, None), scope());
    let said = call("Forbidden").await.error();
    assert!(
        said.contains("403") && !said.contains("undo_change"),
        "{said}"
    );
    assert_eq!((posts(&world), comments(&world, &id).await.len()), (3, 1));
}

#[tokio::test]
async fn a_comment_is_taken_back() {
    let world = World::start().await;
    let id = run(&world).await;
    let owner = world.owner();
    let mut undo = Vec::new();
    for text in ["First", "Second"] {
        let arguments = json!({ "id": id, "text": text });
        let said = owner
            .call_tool("add_activity_message", arguments)
            .await
            .ok();
        undo.push(said.rsplit("undo_change ").next().unwrap().to_owned());
    }
    let arguments = json!({ "change_id": undo[1] });
    owner.call_tool("undo_change", arguments).await.ok();
    let rows = comments(&world, &id).await;
    let live: Vec<&Value> = rows.iter().filter(|row| row["deleted"].is_null()).collect();
    assert_eq!(live.len(), 1);
    assert_eq!(live[0]["content"], "First");
    let shown = json!({ "id": id, "include": ["messages"] });
    let shown = owner.call_tool("get_activity", shown).await.ok();
    assert!(
        shown.contains("First") && !shown.contains("Second"),
        "{shown}"
    );
    // What was taken back can be written again.
    let again = json!({ "id": id, "text": "Second" });
    let said = owner.call_tool("add_activity_message", again).await.ok();
    assert!(said.starts_with("Commented on"), "{said}");
    world.assert_well_behaved();
}
