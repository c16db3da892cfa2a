//! What a caller may do.

use serde_json::json;

use crate::support::{Caller, Server, ServerOptions, World, flow};

#[tokio::test]
async fn a_reader_sees_and_calls_only_what_reads() {
    let world = World::start().await;
    let tokens = flow::connect_with(&world.server, &[]).await;
    assert_eq!(
        tokens
            .scope
            .split(' ')
            .filter(|s| s.starts_with("intervals:"))
            .collect::<Vec<_>>(),
        ["intervals:read"]
    );
    let reader = Caller::with_token(&world.server, &tokens.access_token);
    let names: Vec<String> = reader
        .list_tools()
        .await
        .iter()
        .map(|t| t["name"].as_str().unwrap().to_owned())
        .collect();
    assert!(
        names.contains(&"get_today".to_owned()) && !names.contains(&"update_wellness".to_owned()),
        "{names:?}"
    );
    reader.call_tool("get_today", json!({})).await.ok();

    let arguments = json!({ "name": "update_wellness", "arguments": { "entries": [{ "date": "today", "mood": "good" }] } });
    for answer in [
        reader.legacy("tools/call", arguments.clone()).await,
        reader.modern("tools/call", arguments.clone()).await,
    ] {
        assert_eq!(answer.status, 403, "{:?}", answer.body);
        let challenge = answer.headers["www-authenticate"].to_str().unwrap();
        assert!(
            challenge.contains("error=\"insufficient_scope\""),
            "{challenge}"
        );
        assert!(
            challenge.contains("scope=\"intervals:read intervals:write\""),
            "{challenge}"
        );
        assert!(challenge.contains("resource_metadata=\""), "{challenge}");
    }
    assert!(world.demo.journal().iter().all(|r| r.method == "GET"));
}

#[tokio::test]
async fn a_header_that_names_another_tool_opens_nothing() {
    let world = World::start().await;
    let tokens = flow::connect_with(&world.server, &[]).await;
    let reader = Caller::with_token(&world.server, &tokens.access_token);
    let body = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call",
        "params": { "name": "update_wellness", "arguments": { "entries": [{ "date": "today", "mood": "good" }] } } });
    let headers = [
        ("Content-Type", "application/json"),
        ("Mcp-Method", "tools/list"),
        ("Mcp-Name", "get_today"),
    ];
    let answer = reader.post_raw("/mcp", &headers, body.to_string()).await;
    assert_eq!(answer.status, 403);
    // A second name in the body is no way round either.
    let twice = r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"get_today","name":"update_wellness","arguments":{"entries":[{"date":"today","mood":"good"}]}}}"#;
    let answer = reader
        .post_raw("/mcp", &[("Content-Type", "application/json")], twice)
        .await;
    assert!(answer.status >= 400, "{:?}", answer.body);
    assert!(world.demo.journal().iter().all(|r| r.method == "GET"));
}

#[tokio::test]
async fn a_writer_writes() {
    let world = World::start().await;
    let tokens = flow::connect(&world.server).await;
    let writer = Caller::with_token(&world.server, &tokens.access_token);
    let arguments = json!({ "entries": [{ "date": "today", "mood": "good" }] });
    writer.call_tool("update_wellness", arguments).await.ok();
}

#[tokio::test]
async fn who_may_write_may_not_delete() {
    let world = World::start().await;
    let tokens = flow::connect_with(&world.server, &["intervals:write"]).await;
    let writer = Caller::with_token(&world.server, &tokens.access_token);
    let tools = writer.list_tools().await;
    let names: Vec<&str> = tools.iter().map(|t| t["name"].as_str().unwrap()).collect();
    assert!(names.contains(&"save_events") && names.contains(&"move_events"));
    assert!(!names.contains(&"delete_events"), "{names:?}");
    let arguments = json!({ "oldest": "today", "newest": "+20d", "categories": ["workout"] });
    let arguments = json!({ "name": "delete_events", "arguments": arguments });
    let answer = writer.legacy("tools/call", arguments).await;
    assert_eq!(answer.status, 403, "{:?}", answer.body);
    let challenge = answer.headers["www-authenticate"].to_str().unwrap();
    assert!(challenge.contains("intervals:delete"), "{challenge}");
    assert!(world.demo.journal().iter().all(|r| r.method == "GET"));
}

#[tokio::test]
async fn a_read_only_server_offers_nobody_a_write() {
    let world = World::with(ServerOptions {
        read_only: true,
        ..ServerOptions::default()
    })
    .await;
    let names: Vec<String> = world
        .owner()
        .list_tools()
        .await
        .iter()
        .map(|t| t["name"].as_str().unwrap().to_owned())
        .collect();
    let full = World::start().await;
    let reading = full.owner().list_tools().await;
    let reading = reading
        .iter()
        .filter(|t| t["annotations"]["readOnlyHint"] == true)
        .map(|t| t["name"].as_str().unwrap());
    assert!(reading.eq(names.iter().map(String::as_str)), "{names:?}");
    assert!(!names.contains(&"update_wellness".to_owned()), "{names:?}");
    let answer = world
        .owner()
        .legacy(
            "tools/call",
            json!({ "name": "update_wellness", "arguments": { "entries": [] } }),
        )
        .await;
    assert_eq!(
        answer.body["error"]["code"], -32602,
        "as if it did not exist"
    );
    let hidden = world
        .owner()
        .call_tool("get_help", json!({ "topic": "hidden" }))
        .await
        .ok();
    assert!(hidden.contains("READ_ONLY=true"), "{hidden}");
}

#[tokio::test]
async fn nobody_without_a_credential_learns_anything() {
    let server = Server::start().await;
    let nobody = Caller::anonymous(&server);
    for method in [
        "initialize",
        "tools/list",
        "tools/call",
        "server/discover",
        "ping",
    ] {
        let answer = nobody.legacy(method, json!({ "name": "get_today" })).await;
        assert_eq!(answer.status, 401, "{method}");
        assert!(!answer.body.to_string().contains("get_"), "{method}");
    }
}
