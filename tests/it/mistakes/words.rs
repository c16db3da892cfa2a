//! What is not there is not spelled out, what went wrong is an error, and names stay our own.

use intervals_mcp_server::demo::API_KEY;
use serde_json::{Value, json};

use super::{every, ids, objects, said};
use crate::support::{World, secrets};

/// Members that say what a row is, which even a row without data has.
const KEPT: [&str; 8] = [
    "id",
    "type",
    "category",
    "start_date_local",
    "end_date_local",
    "types",
    "timezone",
    "athlete",
];

#[tokio::test]
async fn a_gap_is_an_empty_place_and_not_a_word() {
    let answers = said(|path, body| {
        if path.ends_with("/profile") || path.ends_with("/streams") {
            return;
        }
        objects(body, &mut |members| {
            for (name, value) in members.iter_mut() {
                let is_row = value.is_object() || value.is_array();
                if !KEPT.contains(&name.as_str()) && !is_row {
                    *value = Value::Null;
                }
            }
        });
    })
    .await;
    for (ask, said) in answers {
        // What it explains is ours, and names such words.
        if ask.tool == "get_help" {
            continue;
        }
        let text = said.text;
        assert!(
            !text.contains("The server made a mistake"),
            "{ask:?}: {text}"
        );
        for word in [
            "N/A",
            "null",
            "None",
            "undefined",
            "NaN",
            "[object",
            "Infinity",
            "0 W",
            "0 bpm",
        ] {
            assert!(!super::has(&text, word), "{ask:?}: {word}: {text}");
        }
    }
}

#[tokio::test]
async fn no_answer_holds_a_secret_or_a_name_of_the_service() {
    let answers = said(|_, body| {
        // What the athlete made up is shown in a line of its own, or not at all.
        objects(body, &mut |members| {
            if members.contains_key("icu_training_load") && members.contains_key("moving_time") {
                members.insert("MyThing".to_owned(), json!({ "deep": [{ "er": 1 }] }));
            }
        });
    })
    .await;
    for (ask, said) in answers {
        let text = said.ok();
        for word in [
            API_KEY,
            secrets::SIGNING,
            secrets::OWNER,
            secrets::MCP_API_KEY,
            "[object",
            "icu_",
            "start_date",
            "_local",
            "training_load",
            "workout_doc",
            "sportInfo",
            "athlete_id",
            "127.0.0.1",
        ] {
            assert!(!text.contains(word), "{ask:?}: {word}: {text}");
        }
    }
}

#[tokio::test]
async fn a_wrong_argument_is_an_error_that_says_which() {
    let world = World::start().await;
    let caller = world.owner();
    for ask in every(&caller, &ids().await).await {
        let said = ask.with("wrong", true).ask(&caller).await;
        let sentence = said.error();
        assert!(sentence.contains("wrong"), "{ask:?}: {sentence}");
        for (parameter, value) in [
            ("oldest", "someday"),
            ("sport", ""),
            ("id", "x y"),
            ("limit", "many"),
        ] {
            if !ask.takes(parameter) || parameter == "sport" {
                continue;
            }
            let sentence = ask.with(parameter, value).ask(&caller).await.error();
            assert!(sentence.len() > 20, "{ask:?}: {parameter}: {sentence}");
        }
    }
    world.assert_well_behaved();
}
