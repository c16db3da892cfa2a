//! What the model cannot know otherwise.

use serde_json::json;

use crate::support::{Caller, World, flow};

#[tokio::test]
async fn every_topic_has_a_text_and_none_asks_the_service() {
    let world = World::start().await;
    let owner = world.owner();
    let overview = owner.call_tool("get_help", json!({})).await.ok();
    for topic in [
        "scales",
        "units",
        "formulas",
        "dates",
        "categories",
        "workouts",
        "strava",
        "hidden",
    ] {
        assert!(overview.contains(topic), "{topic}");
        let text = owner
            .call_tool("get_help", json!({ "topic": topic }))
            .await
            .ok();
        assert!(text.len() > 60, "{topic}: {text}");
    }
    assert!(world.demo.journal().is_empty());
}

#[tokio::test]
async fn scales_say_that_one_is_the_best() {
    let world = World::start().await;
    let text = world
        .owner()
        .call_tool("get_help", json!({ "topic": "scales" }))
        .await
        .ok();
    assert!(
        text.contains("1 excellent, 2 good, 3 avg, 4 poor") && text.contains("1 very strong"),
        "{text}"
    );
}

#[tokio::test]
async fn a_reader_learns_which_tools_are_hidden_and_how_to_get_them() {
    let world = World::start().await;
    let tokens = flow::connect_with(&world.server, &[]).await;
    let reader = Caller::with_token(&world.server, &tokens.access_token);
    let text = reader
        .call_tool("get_help", json!({ "topic": "hidden" }))
        .await
        .ok();
    assert!(
        text.contains("update_wellness: needs the scope intervals:write"),
        "{text}"
    );
    let owner = world
        .owner()
        .call_tool("get_help", json!({ "topic": "hidden" }))
        .await
        .ok();
    assert!(owner.contains("Nothing is hidden"), "{owner}");
}
