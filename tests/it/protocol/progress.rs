//! News of how far a call is, for callers who asked for it.

use serde_json::{Value, json};

use crate::support::{Answer, Caller, LEGACY, MODERN, Server, World, meta};

/// Calls a tool with a progress token, in either era.
async fn call(server: &Server, version: &str, name: &str, arguments: Value) -> Answer {
    let accept = Some("application/json, text/event-stream");
    call_under("how-far", accept, server, version, name, arguments).await
}

async fn call_under(
    token: &str,
    accept: Option<&str>,
    server: &Server,
    version: &str,
    name: &str,
    arguments: Value,
) -> Answer {
    let mut headers = vec![
        ("Content-Type", "application/json"),
        ("MCP-Protocol-Version", version),
    ];
    headers.extend(accept.map(|accept| ("Accept", accept)));
    let mut meta = if version == MODERN {
        headers.extend([("Mcp-Method", "tools/call"), ("Mcp-Name", name)]);
        meta(version)
    } else {
        json!({})
    };
    meta["progressToken"] = json!(token);
    let params = json!({ "name": name, "arguments": arguments, "_meta": meta });
    let body = json!({ "jsonrpc": "2.0", "id": "a", "method": "tools/call", "params": params });
    Caller::owner(server)
        .post_raw("/mcp", &headers, body.to_string())
        .await
}

/// The messages of an event stream.
fn messages(answer: &Answer) -> Vec<Value> {
    let text = answer.body.as_str().expect("not an event stream");
    text.lines()
        .filter_map(|line| line.strip_prefix("data:"))
        .map(|data| serde_json::from_str(data.trim()).unwrap())
        .collect()
}

#[tokio::test]
async fn a_call_that_waits_for_several_answers_tells_how_many_are_here() {
    for version in [LEGACY, MODERN] {
        let world = World::start().await;
        let answer = call(&world.server, version, "get_today", json!({})).await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.headers["content-type"], "text/event-stream");
        assert_eq!(answer.headers["cache-control"], "no-store, no-transform");
        assert_eq!(answer.headers["x-accel-buffering"], "no");

        let mut messages = messages(&answer);
        let last = messages.pop().unwrap();
        assert_eq!(last["id"], "a");
        let text = last["result"]["content"][0]["text"].as_str().unwrap();
        assert!(
            text.contains("Fitness") || text.contains("fitness"),
            "{text}"
        );
        assert_eq!(
            last["result"].get("resultType").is_some(),
            version == MODERN,
            "{last}"
        );

        assert!(!messages.is_empty());
        let mut before = 0.0;
        for message in messages {
            assert_eq!(message["method"], "notifications/progress");
            let params = &message["params"];
            assert_eq!(params["progressToken"], "how-far");
            let progress = params["progress"].as_f64().unwrap();
            assert!(progress > before, "{params}");
            assert!(progress < params["total"].as_f64().unwrap(), "{params}");
            before = progress;
        }
    }
}

#[tokio::test]
async fn a_call_with_one_answer_or_a_remembered_one_is_plain_json() {
    let world = World::start().await;
    world.owner().call_tool("get_today", json!({})).await.ok();
    for (name, arguments) in [
        ("get_today", json!({})),
        ("get_wellness", json!({ "oldest": "-9d" })),
        ("get_help", json!({})),
        ("get_wellness", json!({ "oldest": "soon" })),
    ] {
        for version in [LEGACY, MODERN] {
            let answer = call(&world.server, version, name, arguments.clone()).await;
            assert_eq!(answer.status, 200);
            assert_eq!(answer.headers["content-type"], "application/json", "{name}");
            assert_eq!(answer.body["id"], "a");
        }
    }
}

/// What kind of answer a call that takes several steps gets.
async fn kind_under(token: &str, accept: Option<&str>, version: &str) -> String {
    let world = World::start().await;
    let today = json!({});
    let answer = call_under(token, accept, &world.server, version, "get_today", today).await;
    assert_eq!(answer.status, 200);
    answer.headers["content-type"].to_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_token_is_repeated_only_as_long_as_an_id_may_be() {
    for (length, kind) in [(256, "text/event-stream"), (257, "application/json")] {
        for version in [LEGACY, MODERN] {
            let token = "t".repeat(length);
            assert_eq!(kind_under(&token, Some("*/*"), version).await, kind);
        }
    }
}

#[tokio::test]
async fn who_names_no_streams_gets_the_answer_whole() {
    for (accept, kind) in [
        (None, "text/event-stream"),
        (Some(""), "text/event-stream"),
        (Some("*/*"), "text/event-stream"),
        (Some("application/json, Text/*;q=0.5"), "text/event-stream"),
        (Some("TEXT/EVENT-STREAM"), "text/event-stream"),
        (Some("application/json"), "application/json"),
        (
            Some("application/json, text/plain;q=0.1"),
            "application/json",
        ),
    ] {
        for version in [LEGACY, MODERN] {
            let found = kind_under("how-far", accept, version).await;
            assert_eq!(found, kind, "{accept:?}");
        }
    }
}

#[tokio::test]
async fn nobody_is_told_who_did_not_ask() {
    for is_modern in [false, true] {
        let world = World::start().await;
        let params = json!({ "name": "get_today", "arguments": {} });
        let answer = if is_modern {
            world.owner().modern("tools/call", params).await
        } else {
            world.owner().legacy("tools/call", params).await
        };
        assert_eq!(answer.headers["content-type"], "application/json");
        assert_eq!(answer.body["result"]["isError"], json!(false));
    }
}
