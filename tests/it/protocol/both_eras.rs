//! What holds whatever revision is spoken.

use serde_json::json;

use super::server;
use crate::support::{Caller, LEGACY};

#[tokio::test]
async fn the_endpoint_is_the_same_at_its_three_paths() {
    let server = server().await;
    let headers = [
        ("Content-Type", "application/json"),
        ("MCP-Protocol-Version", LEGACY),
    ];
    let body = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/list" }).to_string();
    let mut answers = Vec::new();
    for path in ["/", "/mcp", "/mcp/"] {
        let answer = Caller::owner(&server)
            .post_raw(path, &headers, body.clone())
            .await;
        assert_eq!(answer.status, 200, "{path}");
        answers.push(answer.body);
    }
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]));
}

#[tokio::test]
async fn any_accept_header_is_served_json() {
    let server = server().await;
    let body = json!({ "jsonrpc": "2.0", "id": 1, "method": "ping" }).to_string();
    for accept in [
        None,
        Some("*/*"),
        Some("application/json"),
        Some("text/event-stream"),
    ] {
        let mut headers = vec![("Content-Type", "application/json; charset=utf-8")];
        headers.extend(accept.map(|a| ("Accept", a)));
        let answer = Caller::owner(&server)
            .post_raw("/mcp", &headers, body.clone())
            .await;
        assert_eq!(answer.status, 200, "{accept:?}");
        assert_eq!(answer.headers["content-type"], "application/json");
    }
}

#[tokio::test]
async fn what_is_no_message_gets_the_error_of_json_rpc() {
    let server = server().await;
    let headers = [("Content-Type", "application/json")];
    for (body, code) in [
        ("{\"jsonrpc\":", -32700),
        ("", -32700),
        (
            "[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}]",
            -32600,
        ),
        ("{\"jsonrpc\":\"1.0\",\"id\":1,\"method\":\"ping\"}", -32600),
        ("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":7}", -32600),
        ("\"hello\"", -32600),
    ] {
        let answer = Caller::owner(&server)
            .post_raw("/mcp", &headers, body)
            .await;
        assert_eq!(
            (answer.status, &answer.body["error"]["code"]),
            (400, &json!(code)),
            "{body}"
        );
    }
    let deep = format!(
        "{{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"x\",\"params\":{{\"a\":{}1{}}}}}",
        "[".repeat(100_000),
        "]".repeat(100_000)
    );
    let answer = Caller::owner(&server)
        .post_raw("/mcp", &headers, deep)
        .await;
    assert_eq!(answer.status, 400);
    let text = [("Content-Type", "text/plain")];
    assert_eq!(
        Caller::owner(&server)
            .post_raw("/mcp", &text, "{}")
            .await
            .status,
        415
    );
}

#[tokio::test]
async fn only_post_is_answered() {
    let server = server().await;
    for method in [
        reqwest::Method::GET,
        reqwest::Method::HEAD,
        reqwest::Method::DELETE,
        reqwest::Method::PUT,
    ] {
        let answer = server
            .http
            .request(method.clone(), server.url("/mcp"))
            .bearer_auth(crate::support::secrets::MCP_API_KEY)
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 405, "{method}");
        assert_eq!(answer.headers()["allow"], "POST, OPTIONS", "{method}");
    }
}

#[tokio::test]
async fn wrong_parameters_of_the_protocol_are_protocol_errors() {
    let server = server().await;
    let owner = Caller::owner(&server);
    for params in [
        json!({}),
        json!({ "name": 5 }),
        json!({ "name": "get_help", "arguments": [1] }),
    ] {
        let legacy = owner.legacy("tools/call", params.clone()).await;
        assert_eq!(
            (legacy.status, &legacy.body["error"]["code"]),
            (200, &json!(-32602)),
            "{params}"
        );
    }
}

#[tokio::test]
async fn wrong_arguments_are_tool_errors_that_name_the_right_ones() {
    let server = server().await;
    let owner = Caller::owner(&server);
    let unknown = owner
        .call_tool("get_help", json!({ "subject": "scales" }))
        .await
        .error();
    assert!(
        unknown.contains("subject") && unknown.contains("topic"),
        "{unknown}"
    );
    let wrong = owner
        .call_tool("get_help", json!({ "topic": "weather" }))
        .await
        .error();
    assert!(
        wrong.contains("topic") && wrong.contains("scales, units, formulas"),
        "{wrong}"
    );
}

#[tokio::test]
async fn the_tool_list_never_changes_between_calls() {
    let server = server().await;
    let owner = Caller::owner(&server);
    let first = owner.list_tools().await;
    for _ in 0..20 {
        assert_eq!(owner.list_tools().await, first);
    }
}
