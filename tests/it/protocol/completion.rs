//! Values for what a person is typing.

use intervals_mcp_server::demo::{Fault, FaultScope};
use serde_json::{Value, json};

use crate::support::{Answer, Caller, World};

const ACTIVITY: &str = "intervals://activity/{id}";
const EVENT: &str = "intervals://event/{id}";
const WELLNESS: &str = "intervals://wellness/{date}";

fn params(reference: &Value, argument: &str, typed: &str) -> Value {
    json!({
        "ref": reference,
        "argument": { "name": argument, "value": typed },
        "context": { "arguments": { "language": "ja", "id": "i77" } },
    })
}

fn of_template(uri: &str) -> Value {
    json!({ "type": "ref/resource", "uri": uri })
}

fn of_prompt(name: &str) -> Value {
    json!({ "type": "ref/prompt", "name": name })
}

/// The completion, which is the same in both eras.
async fn complete(caller: &Caller<'_>, reference: &Value, argument: &str, typed: &str) -> Value {
    let params = params(reference, argument, typed);
    let legacy = caller.legacy("completion/complete", params.clone()).await;
    let modern = caller.modern("completion/complete", params).await;
    let found = |answer: &Answer| {
        assert_eq!(answer.status, 200, "{:?}", answer.body);
        answer.body["result"]["completion"].clone()
    };
    assert_eq!(found(&legacy), found(&modern));
    let completion = found(&legacy);
    let values = completion["values"].as_array().unwrap();
    assert!(
        values.len() <= 100 && values.iter().all(Value::is_string),
        "{completion}"
    );
    completion
}

async fn values(caller: &Caller<'_>, uri: &str, argument: &str, typed: &str) -> Vec<String> {
    let completion = complete(caller, &of_template(uri), argument, typed).await;
    serde_json::from_value(completion["values"].clone()).unwrap()
}

#[tokio::test]
async fn activities_are_named_newest_first_without_those_that_strava_withholds() {
    let world = World::start().await;
    let owner = world.owner();
    let raw = world
        .raw("/athlete/{id}/activities?oldest=2026-02-04&newest=2026-03-18")
        .await;
    let mut expected: Vec<(String, String)> = raw
        .as_array()
        .unwrap()
        .iter()
        .filter(|activity| activity["type"].is_string())
        .map(|activity| {
            let text = |key: &str| activity[key].as_str().unwrap().to_owned();
            let started = text("start_date_local");
            let id = format!("{} {} ", text("id"), &started[..10]);
            (started, id)
        })
        .collect();
    assert!(
        expected.len() < raw.as_array().unwrap().len(),
        "no stub to leave out"
    );
    expected.sort_by(|one, other| other.0.cmp(&one.0));
    let completion = complete(&owner, &of_template(ACTIVITY), "id", "").await;
    let values = completion["values"].as_array().unwrap();
    assert_eq!(completion["total"], json!(expected.len()));
    assert_eq!(completion["hasMore"], json!(false));
    for (value, (_, id)) in values.iter().zip(&expected) {
        assert!(value.as_str().unwrap().starts_with(id), "{value} {id}");
    }
    assert_eq!(values.len(), expected.len());
    world.assert_well_behaved();
}

#[tokio::test]
async fn every_value_leads_to_what_it_names() {
    let world = World::start().await;
    let owner = world.owner();
    for (uri, argument) in [(ACTIVITY, "id"), (EVENT, "id"), (WELLNESS, "date")] {
        let (before, _) = uri.split_once('{').unwrap();
        for value in values(&owner, uri, argument, "").await.iter().take(8) {
            let params = json!({ "uri": format!("{before}{value}") });
            let answer = owner.legacy("resources/read", params).await;
            let contents = &answer.body["result"]["contents"];
            assert!(
                contents[0]["text"].is_string(),
                "{value}: {:?}",
                answer.body
            );
        }
    }
}

#[tokio::test]
async fn what_is_typed_finds_ids_days_and_names() {
    let world = World::start().await;
    let owner = world.owner();
    let all = values(&owner, ACTIVITY, "id", "").await;
    let (id, rest) = all[0].split_once(' ').unwrap();
    let (date, name) = rest.split_once(' ').unwrap();
    for typed in [id, date, name, &name.to_uppercase(), &format!("  {id} ")] {
        let found = values(&owner, ACTIVITY, "id", typed).await;
        assert!(found.contains(&all[0]), "{typed}: {found:?}");
        let typed = typed.trim().to_lowercase();
        assert!(
            found
                .iter()
                .all(|value| value.to_lowercase().contains(&typed)),
            "{typed}: {found:?}"
        );
        assert!(found.len() < all.len(), "{typed}");
    }
    let nothing = complete(&owner, &of_template(ACTIVITY), "id", "no such session").await;
    assert_eq!(
        nothing,
        json!({ "values": [], "total": 0, "hasMore": false })
    );
}

#[tokio::test]
async fn events_to_come_stand_before_those_that_are_over() {
    let world = World::start().await;
    let found = values(&world.owner(), EVENT, "id", "").await;
    let days: Vec<&str> = found
        .iter()
        .map(|value| value.split(' ').nth(1).unwrap())
        .collect();
    let first_past = days.iter().position(|day| *day < "2026-03-18").unwrap();
    let (ahead, past) = days.split_at(first_past);
    assert!(ahead.len() > 10 && ahead.is_sorted(), "{days:?}");
    assert!(past.len() > 3 && past.iter().rev().is_sorted(), "{days:?}");
    assert!(past.iter().all(|day| *day < "2026-03-18"), "{days:?}");
}

#[tokio::test]
async fn names_that_others_gave_are_cleaned() {
    let world = World::start().await;
    let found = values(&world.owner(), EVENT, "id", "coach").await;
    assert!(
        found
            .iter()
            .any(|value| value.ends_with("Coach note won daer")),
        "{found:?}"
    );
}

#[tokio::test]
async fn days_begin_with_today() {
    // 23:30 in London, the next day in Zurich.
    let world = World::at("2026-03-17T23:30:00Z").await;
    let owner = world.owner();
    let found = values(&owner, WELLNESS, "date", "").await;
    assert_eq!(
        found[..4],
        ["today", "yesterday", "2026-03-18", "2026-03-17"]
    );
    let february = values(&owner, WELLNESS, "date", "2026-02-").await;
    assert_eq!(february.len(), 28);
    assert_eq!(values(&owner, WELLNESS, "date", "to").await, ["today"]);
}

#[tokio::test]
async fn a_completion_asks_once_and_further_letters_ask_nothing() {
    let world = World::start().await;
    let owner = world.owner();
    // What is known of the athlete is asked for at first.
    owner.call_tool("get_athlete", json!({})).await.ok();
    for (uri, argument, requests) in [(ACTIVITY, "id", 1), (EVENT, "id", 1), (WELLNESS, "date", 0)]
    {
        world.demo.clear_journal();
        for typed in ["", "e", "ea", "eas", "ea", "e", ""] {
            values(&owner, uri, argument, typed).await;
        }
        assert_eq!(world.demo.journal().len(), requests, "{uri}");
    }
    world.assert_well_behaved();
}

#[tokio::test]
async fn what_has_no_values_is_no_error() {
    let world = World::start().await;
    let owner = world.owner();
    for (reference, argument) in [
        (of_template("intervals://activity/{uuid}"), "uuid"),
        (of_template("intervals://activity/i77"), "id"),
        (of_template("intervals://athlete/profile"), "id"),
        (of_template(ACTIVITY), "name"),
        (of_template(WELLNESS), "id"),
        (of_template(""), ""),
        (of_prompt("no_such_prompt"), "language"),
        (of_prompt("weekly_review"), "no_such_argument"),
    ] {
        let completion = complete(&owner, &reference, argument, "").await;
        assert_eq!(completion["values"], json!([]), "{reference}");
    }
    assert!(world.demo.journal().is_empty());
}

#[tokio::test]
async fn more_than_any_value_holds_is_not_even_compared() {
    let world = World::start().await;
    let owner = world.owner();
    // One letter that is eighteen when it is taken apart.
    let typed = "\u{FDFA}".repeat(300_000);
    for (uri, argument) in [(ACTIVITY, "id"), (EVENT, "id"), (WELLNESS, "date")] {
        let completion = complete(&owner, &of_template(uri), argument, &typed).await;
        assert_eq!(
            completion,
            json!({ "values": [], "total": 0, "hasMore": false })
        );
    }
    assert!(world.demo.journal().is_empty());
}

#[tokio::test]
async fn an_empty_account_has_no_values() {
    let world = World::seen_from("2019-06-01T09:00:00Z").await;
    let owner = world.owner();
    for uri in [ACTIVITY, EVENT] {
        let completion = complete(&owner, &of_template(uri), "id", "").await;
        assert_eq!(
            completion,
            json!({ "values": [], "total": 0, "hasMore": false })
        );
    }
}

#[tokio::test]
async fn a_failure_of_intervals_is_told_and_not_an_empty_list() {
    let world = World::start().await;
    let scope = FaultScope::default();
    world.demo.faults().set(Fault::Status(401, None), scope);
    let params = params(&of_template(ACTIVITY), "id", "");
    let owner = world.owner();
    for answer in [
        owner.legacy("completion/complete", params.clone()).await,
        owner.modern("completion/complete", params).await,
    ] {
        let error = &answer.body["error"];
        assert_eq!((answer.status, &error["code"]), (200, &json!(-32603)));
        assert!(
            error["message"].as_str().unwrap().contains("API key"),
            "{error}"
        );
    }
}
