//! Creating and changing events of the calendar.

use serde_json::json;

use crate::support::World;

#[tokio::test]
async fn what_is_saved_stands_in_the_calendar_and_the_answer_says_what_it_does() {
    let world = World::start().await;
    let event = json!({ "date": "2026-03-24", "sport": "Run", "name": "6 x 800 m",
        "workout": "- 15m Z2 Pace\n\n6x\n- 800mtr Z5 Pace\n- 2m Z1 Pace\n\n- 10m Z1 Pace" });
    let text = world
        .owner()
        .call_tool("save_events", json!({ "events": [event] }))
        .await
        .ok();
    let day = world.calendar("2026-03-24", "2026-03-24").await;
    let made = day.iter().find(|event| event["name"] == "6 x 800 m");
    let made = made.unwrap_or_else(|| panic!("{day:?}"));
    assert_eq!(made["workout_doc"]["steps"][1]["reps"], 6);
    assert!(
        text.contains("undo_change ") && text.contains(&made["id"].to_string()),
        "{text}"
    );
    world.assert_well_behaved();
}
