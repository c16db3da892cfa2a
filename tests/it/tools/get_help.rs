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
        "metrics",
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
async fn metrics_are_units_formulas_and_scales_in_one_text() {
    let world = World::start().await;
    let owner = world.owner();
    let said = async |topic: &str| {
        let arguments = json!({ "topic": topic });
        owner.call_tool("get_help", arguments).await.ok()
    };
    let metrics = said("metrics").await;
    for part in ["units", "formulas", "scales"] {
        assert!(metrics.contains(&said(part).await), "{part}: {metrics}");
    }
}

#[tokio::test]
async fn workout_text_warns_of_what_is_lost_or_misread_in_silence() {
    let world = World::start().await;
    let said = world
        .owner()
        .call_tool("get_help", json!({ "topic": "workouts" }))
        .await;
    let text = said.ok();
    for trap in [
        "400 MINUTES",
        "blank line before and after",
        "do not nest",
        "without a length",
        "absolute bpm",
        "the word Pace",
        "without HR or Pace",
        "intensity=rest",
        "at most 50 steps",
        "no error: look at the event",
    ] {
        assert!(text.contains(trap), "{trap}: {text}");
    }
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
