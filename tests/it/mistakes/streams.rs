//! Streams come in any order, and histograms as bare lists.

use serde_json::{Value, json};

use super::{ids, newest, said, said_about};
use crate::support::World;

#[tokio::test]
async fn streams_are_known_by_their_names_and_not_by_their_order() {
    let world = World::start().await;
    for sport in ["Ride", "Run", "Swim"] {
        let mut answers = Vec::new();
        for reversed in [false, true] {
            let mut ids = ids().await;
            ids.activity = newest(&world, sport).await;
            let said = said_about(ids, move |path, body| {
                if path.ends_with("/streams") && reversed {
                    body.as_array_mut().unwrap().reverse();
                }
            })
            .await;
            answers.push(said);
        }
        for ((ask, first), (_, second)) in answers[0].iter().zip(&answers[1]) {
            let facts = |text: &str| text.split("\n---").next().unwrap().to_owned();
            assert_eq!(facts(&first.text), facts(&second.text), "{ask:?}");
        }
    }
}

/// Whether a line stands above a histogram: what is counted, and for how long.
fn is_head(line: &str) -> bool {
    line.split('|').count() == 2 && line.ends_with("|time")
}

#[tokio::test]
async fn a_histogram_is_a_bare_list_of_buckets() {
    let world = World::start().await;
    let id = ids().await.activity;
    let buckets = world.raw(&format!("/activity/{id}/power-histogram")).await;
    assert!(buckets.is_array());
    let arguments = json!({ "id": id, "include": ["histogram"] });
    let text = world
        .owner()
        .call_tool("get_activity", arguments)
        .await
        .ok();
    let shown = text.lines().skip_while(|line| !is_head(line)).skip(1);
    let shown = shown.take_while(|line| line.contains('|')).count();
    let filled = buckets.as_array().unwrap().iter();
    let filled = filled
        .filter(|bucket| bucket["secs"].as_f64().unwrap_or_default() > 0.0)
        .count();
    assert!(shown > 3 && shown <= filled, "{shown} of {filled}: {text}");

    // Wrapped as somebody might expect it, it is none, and no other part is lost.
    let answers = said(|path, body| {
        if path.ends_with("-histogram") {
            *body = json!({ "buckets": Value::Array(Vec::new()) });
        }
    })
    .await;
    let (_, said) = answers
        .iter()
        .find(|(ask, _)| ask.tool == "get_activity")
        .unwrap();
    assert!(
        said.text.contains("intensity") && !said.text.lines().any(is_head),
        "{}",
        said.text
    );
}
