//! Shifting and copying events of the calendar.

use serde_json::json;

use crate::support::World;

#[tokio::test]
async fn an_event_is_on_another_day() {
    let world = World::start().await;
    let list = "/athlete/{id}/events?oldest=2026-03-19&newest=2026-04-30&category=WORKOUT";
    let planned = world.raw(list).await;
    let id = &planned[0]["id"];
    let text = world
        .owner()
        .call_tool("move_events", json!({ "ids": [id], "shift_days": 2 }))
        .await
        .ok();
    let after = world.event(id).await;
    assert_ne!(after["start_date_local"], planned[0]["start_date_local"]);
    assert!(text.contains("undo_change "), "{text}");
    world.assert_well_behaved();
}
