//! What results carry, by era and by caller.

use serde_json::{Value, json};

use super::ask::Ask;
use crate::support::{World, flow};

const READABLE: [(&str, &str); 7] = [
    ("tools/list", "{}"),
    ("prompts/list", "{}"),
    ("resources/list", "{}"),
    ("resources/templates/list", "{}"),
    ("resources/read", r#"{"uri":"intervals://help/metrics"}"#),
    ("prompts/get", r#"{"name":"weekly_review"}"#),
    ("tools/call", r#"{"name":"get_help"}"#),
];

#[tokio::test]
async fn what_only_one_era_knows_is_said_in_that_era_only() {
    let world = World::start().await;
    for (method, params) in READABLE {
        let params: Value = serde_json::from_str(params).unwrap();
        let legacy = Ask::legacy(method, params.clone()).to(&world.server).await;
        assert!(legacy.is_result(), "{method}: {legacy:?}");
        for name in ["resultType", "ttlMs", "cacheScope"] {
            assert!(legacy.body["result"].get(name).is_none(), "{method} {name}");
        }
        let modern = Ask::modern(method, params).to(&world.server).await;
        assert_eq!(modern.body["result"]["resultType"], "complete", "{method}");
        let keeps = !["prompts/get", "tools/call"].contains(&method);
        assert_eq!(modern.body["result"]["ttlMs"].is_u64(), keeps, "{method}");
        assert_eq!(
            modern.body["result"].get("cacheScope").is_some(),
            keeps,
            "{method}"
        );
    }
}

#[tokio::test]
async fn what_depends_on_the_caller_is_private_and_in_the_same_order_for_all() {
    let world = World::start().await;
    let reader = flow::connect_with(&world.server, &[]).await.access_token;
    let list = Ask::modern("tools/list", json!({}));
    let names = |answer: &Value| -> Vec<String> {
        let tools = answer["result"]["tools"].as_array().unwrap();
        tools
            .iter()
            .map(|t| t["name"].as_str().unwrap().to_owned())
            .collect()
    };
    let all = list.to(&world.server).await.body;
    let some = list.clone().by(&reader).to(&world.server).await.body;
    for answer in [&all, &some] {
        assert_eq!(answer["result"]["cacheScope"], "private");
    }
    let (all, some) = (names(&all), names(&some));
    assert!(some.len() < all.len());
    let kept: Vec<String> = all.into_iter().filter(|name| some.contains(name)).collect();
    assert_eq!(kept, some);
    let profile = json!({ "uri": "intervals://athlete/profile" });
    let read = Ask::modern("resources/read", profile)
        .to(&world.server)
        .await;
    assert_eq!(read.body["result"]["cacheScope"], "private", "{read:?}");
    let discovery = Ask::modern("server/discover", json!({}))
        .to(&world.server)
        .await;
    assert_eq!(discovery.body["result"]["cacheScope"], "private");
}

#[tokio::test]
async fn a_resource_that_is_not_there_is_named_in_the_error_of_its_era() {
    let world = World::start().await;
    for uri in [
        "test://nonexistent-resource-for-conformance-testing",
        "intervals://nowhere",
        "intervals://activity/i99999999",
        "intervals://wellness/yesteryear",
        "file:///etc/passwd",
        "",
    ] {
        let params = json!({ "uri": uri });
        let legacy = Ask::legacy("resources/read", params.clone())
            .to(&world.server)
            .await;
        assert_eq!(legacy.refusal(), (200, -32002, json!("the-id")), "{uri}");
        let modern = Ask::modern("resources/read", params)
            .to(&world.server)
            .await;
        assert_eq!(modern.refusal(), (200, -32602, json!("the-id")), "{uri}");
        for answer in [legacy, modern] {
            assert_eq!(answer.body["error"]["data"]["uri"], uri, "{answer:?}");
            assert!(answer.body.get("result").is_none());
        }
    }
}

#[tokio::test]
async fn what_is_declared_is_what_is_answered() {
    let world = World::start().await;
    let discovery = Ask::modern("server/discover", json!({}))
        .to(&world.server)
        .await;
    let handshake = json!({ "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": { "name": "t", "version": "1" } });
    let legacy = Ask::legacy("initialize", handshake).to(&world.server).await;
    for capabilities in [
        &discovery.body["result"]["capabilities"],
        &legacy.body["result"]["capabilities"],
    ] {
        let names: Vec<&String> = capabilities.as_object().unwrap().keys().collect();
        for (capability, method) in [
            ("tools", "tools/list"),
            ("prompts", "prompts/list"),
            ("resources", "resources/list"),
        ] {
            assert!(capabilities[capability].is_object(), "{names:?}");
            assert!(
                Ask::legacy(method, json!({}))
                    .to(&world.server)
                    .await
                    .is_result()
            );
            assert!(
                Ask::modern(method, json!({}))
                    .to(&world.server)
                    .await
                    .is_result()
            );
            // Nobody is told of changes.
            for promise in ["listChanged", "subscribe"] {
                assert!(
                    capabilities[capability][promise].as_bool() != Some(true),
                    "{capability}"
                );
            }
        }
        assert!(capabilities["completions"].is_object() && capabilities.get("logging").is_none());
    }
}
