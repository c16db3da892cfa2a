//! 2025-03-26 to 2025-11-25.

use serde_json::json;

use super::server;
use crate::support::{Caller, LEGACY};

#[tokio::test]
async fn initialize_answers_in_the_version_that_was_asked_for_without_a_session() {
    let server = server().await;
    let owner = Caller::owner(&server);
    for (asked, answered) in [
        ("2025-11-25", "2025-11-25"),
        ("2025-06-18", "2025-06-18"),
        ("2025-03-26", "2025-03-26"),
        // There is no handshake in 2026-07-28.
        ("2026-07-28", LEGACY),
        ("1999-01-01", LEGACY),
    ] {
        let params = json!({ "protocolVersion": asked, "capabilities": {}, "clientInfo": { "name": "t", "version": "1" } });
        let answer = owner.legacy("initialize", params).await;
        assert_eq!(answer.status, 200, "{:?}", answer.body);
        let result = &answer.body["result"];
        assert_eq!(result["protocolVersion"], answered, "asked for {asked}");
        assert_eq!(result["serverInfo"]["name"], "intervals-mcp-server");
        assert!(result["capabilities"]["tools"].is_object());
        assert!(
            result["instructions"]
                .as_str()
                .unwrap()
                .contains("get_today")
        );
        assert!(!answer.headers.contains_key("mcp-session-id"));
    }
}

#[tokio::test]
async fn a_session_id_or_event_id_that_a_client_makes_up_changes_nothing() {
    let server = server().await;
    let headers = [
        ("Content-Type", "application/json"),
        ("Accept", "application/json, text/event-stream"),
        ("Mcp-Session-Id", "stolen"),
        ("Last-Event-ID", "7"),
    ];
    let body = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/list" }).to_string();
    let answer = Caller::owner(&server)
        .post_raw("/mcp", &headers, body)
        .await;
    assert_eq!(answer.status, 200);
    assert!(!answer.headers.contains_key("mcp-session-id"));
}

#[tokio::test]
async fn notifications_are_accepted_without_a_body() {
    let server = server().await;
    let headers = [
        ("Content-Type", "application/json"),
        ("MCP-Protocol-Version", LEGACY),
    ];
    for body in [
        json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }),
        json!({ "jsonrpc": "2.0", "id": 3, "result": {} }),
    ] {
        let answer = Caller::owner(&server)
            .post_raw("/mcp", &headers, body.to_string())
            .await;
        assert_eq!((answer.status, answer.body), (202, json!("")));
    }
}

#[tokio::test]
async fn a_ping_is_answered() {
    let server = server().await;
    let answer = Caller::owner(&server).legacy("ping", json!({})).await;
    assert_eq!((answer.status, &answer.body["result"]), (200, &json!({})));
}

#[tokio::test]
async fn an_unknown_method_and_an_unknown_tool_are_told_apart_from_a_failing_one() {
    let server = server().await;
    let owner = Caller::owner(&server);
    let method = owner.legacy("tools/destroy", json!({})).await;
    assert_eq!(
        (method.status, &method.body["error"]["code"]),
        (200, &json!(-32601))
    );
    let tool = owner
        .legacy("tools/call", json!({ "name": "get_api_key" }))
        .await;
    assert_eq!(
        (tool.status, &tool.body["error"]["code"]),
        (200, &json!(-32602))
    );
    for method in ["resources/subscribe", "logging/setLevel", "tasks/get"] {
        let params =
            json!({ "uri": "intervals://athlete/profile", "level": "info", "taskId": "1" });
        let answer = owner.legacy(method, params).await;
        assert_eq!(
            answer.body["error"]["code"], -32601,
            "{method} is not declared"
        );
    }
}

#[tokio::test]
async fn an_unknown_version_is_refused_with_those_that_are_spoken() {
    let server = server().await;
    let headers = [
        ("Content-Type", "application/json"),
        ("MCP-Protocol-Version", "2031-01-01"),
    ];
    let body = json!({ "jsonrpc": "2.0", "id": "a", "method": "tools/list" }).to_string();
    let answer = Caller::owner(&server)
        .post_raw("/mcp", &headers, body)
        .await;
    assert_eq!(answer.status, 400);
    assert_eq!(answer.body["id"], "a");
    assert_eq!(answer.body["error"]["code"], -32022);
    assert_eq!(answer.body["error"]["data"]["requested"], "2031-01-01");
    assert_eq!(answer.body["error"]["data"]["supported"][0], "2026-07-28");
}
