//! What the model cannot know otherwise.

use serde_json::json;

use crate::support::{Caller, World, flow};

#[tokio::test]
async fn every_topic_has_a_text_and_none_asks_the_service() {
    let world = World::start().await;
    let owner = world.owner();
    let overview = owner.call_tool("get_help", json!({})).await.ok();
    for topic in [
        "tools",
        "streams",
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

#[tokio::test]
async fn every_tool_is_named_with_what_it_answers_and_no_other() {
    let world = World::start().await;
    let owner = world.owner();
    let said = owner
        .call_tool("get_help", json!({ "topic": "tools" }))
        .await;
    let text = said.ok();
    let mut named: Vec<&str> = text
        .lines()
        .filter_map(|line| Some(line.split_once(": ")?.0))
        .collect();
    named.sort_unstable();
    let tools = owner.list_tools().await;
    let mut offered: Vec<&str> = tools
        .iter()
        .map(|tool| tool["name"].as_str().unwrap())
        .filter(|name| *name != "get_help")
        .collect();
    offered.sort_unstable();
    assert_eq!(named, offered);
    let tokens = flow::connect_with(&world.server, &[]).await;
    let reader = Caller::with_token(&world.server, &tokens.access_token);
    let said = reader
        .call_tool("get_help", json!({ "topic": "tools" }))
        .await;
    assert!(!said.ok().contains("save_events"));
}

#[tokio::test]
async fn the_series_that_help_names_are_those_that_can_be_asked_for() {
    let world = World::start().await;
    let owner = world.owner();
    let said = owner
        .call_tool("get_help", json!({ "topic": "streams" }))
        .await;
    let text = said.ok();
    let (_, rest) = text.split_once("get_activity_streams: ").unwrap();
    let names: Vec<&str> = rest.split_once('.').unwrap().0.split(", ").collect();
    assert!(names.len() > 20 && names.contains(&"power"), "{text}");
    let id = crate::answers::ids(&world).await.activity;
    let arguments = json!({ "id": id, "types": ["smo2"] });
    let refused = owner.call_tool("get_activity_streams", arguments).await;
    let sentence = refused.error();
    let (_, rest) = sentence.split_once("This activity has ").unwrap();
    let offered: Vec<&str> = rest.split_once(';').unwrap().0.split(", ").collect();
    assert!(offered.len() > 4, "{sentence}");
    for name in offered {
        assert!(names.contains(&name), "{name}: {text}");
    }
    world.assert_well_behaved();
}

#[tokio::test]
async fn a_text_that_was_confirmed_names_where_it_was_published() {
    let world = World::start().await;
    let said = world
        .owner()
        .call_tool("get_help", json!({ "topic": "formulas" }))
        .await;
    let text = said.ok();
    for source in [
        "Med Sci Sports Exerc 39:1358, 2007",
        "Sports Medicine 43:773, 2013",
        "Front Physiol 10:707, 2019",
        "J Strength Cond Res 15:109, 2001",
    ] {
        assert!(text.contains(source), "{source}: {text}");
    }
}
