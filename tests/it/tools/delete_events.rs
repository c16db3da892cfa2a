//! Deleting events of the calendar.

use serde_json::json;

use crate::support::World;

#[tokio::test]
async fn what_is_deleted_is_gone() {
    let world = World::start().await;
    let list = "/athlete/{id}/events?oldest=2026-03-19&newest=2026-04-30&category=WORKOUT";
    let planned = world.raw(list).await;
    let id = &planned[0]["id"];
    let text = world
        .owner()
        .call_tool("delete_events", json!({ "ids": [id] }))
        .await
        .ok();
    let left = world.raw(list).await;
    let mut left = left.as_array().unwrap().iter();
    assert!(left.all(|event| event["id"] != *id));
    assert!(text.contains("undo_change "), "{text}");
    world.assert_well_behaved();
}
