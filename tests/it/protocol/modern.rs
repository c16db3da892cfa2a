//! 2026-07-28: no handshake, every request describes itself.

use serde_json::{Value, json};

use super::server;
use crate::support::{Answer, Caller, MODERN, Server, ServerOptions, meta, secrets};

async fn post(server: &Server, headers: &[(&str, &str)], body: Value) -> Answer {
    let mut all = vec![("Content-Type", "application/json")];
    all.extend(headers);
    Caller::owner(server)
        .post_raw("/mcp", &all, body.to_string())
        .await
}

fn request(method: &str, params: Value) -> Value {
    json!({ "jsonrpc": "2.0", "id": "the-id", "method": method, "params": params })
}

#[tokio::test]
async fn discovery_lists_both_eras_and_who_answers() {
    let server = server().await;
    let answer = Caller::owner(&server)
        .modern("server/discover", json!({}))
        .await;
    assert_eq!(answer.status, 200, "{:?}", answer.body);
    let result = &answer.body["result"];
    assert_eq!(
        result["supportedVersions"],
        json!([MODERN, "2025-11-25", "2025-06-18", "2025-03-26"])
    );
    assert!(result["capabilities"]["tools"].is_object());
    assert_eq!(result["resultType"], "complete");
    assert!(
        result["ttlMs"].is_u64() && result["cacheScope"] == "private",
        "{result}"
    );
    assert_eq!(
        result["_meta"]["io.modelcontextprotocol/serverInfo"]["name"],
        "intervals-mcp-server"
    );
}

#[tokio::test]
async fn a_list_carries_private_caching_hints_and_the_same_tools_as_before() {
    let server = server().await;
    let owner = Caller::owner(&server);
    let modern = owner.modern("tools/list", json!({})).await.body;
    assert_eq!(modern["result"]["resultType"], "complete");
    assert_eq!(modern["result"]["cacheScope"], "private");
    assert!(modern["result"]["ttlMs"].as_u64().unwrap() > 0);
    assert_eq!(
        modern["result"]["tools"],
        Value::Array(owner.list_tools().await)
    );
}

#[tokio::test]
async fn legacy_answers_do_not_carry_what_their_revision_does_not_know() {
    let server = server().await;
    let answer = Caller::owner(&server).legacy("tools/list", json!({})).await;
    let result = answer.body["result"].as_object().unwrap();
    assert!(
        ["ttlMs", "cacheScope", "resultType"]
            .iter()
            .all(|key| !result.contains_key(*key)),
        "{result:?}"
    );
}

#[tokio::test]
async fn a_request_that_does_not_describe_itself_is_refused() {
    let server = server().await;
    let headers = [
        ("MCP-Protocol-Version", MODERN),
        ("Mcp-Method", "server/discover"),
    ];
    for params in [
        json!({}),
        json!({ "_meta": {} }),
        json!({ "_meta": { "io.modelcontextprotocol/protocolVersion": MODERN } }),
        json!({ "_meta": { "io.modelcontextprotocol/clientCapabilities": {} } }),
    ] {
        let answer = post(&server, &headers, request("server/discover", params)).await;
        assert_eq!(
            (answer.status, &answer.body["error"]["code"]),
            (400, &json!(-32602))
        );
        assert_eq!(answer.body["id"], "the-id");
    }
}

#[tokio::test]
async fn headers_must_repeat_the_body() {
    let server = server().await;
    let call = |version: &str| {
        request(
            "tools/call",
            json!({ "name": "get_help", "_meta": meta(version) }),
        )
    };
    let version = ("MCP-Protocol-Version", MODERN);
    let method = ("Mcp-Method", "tools/call");
    let name = ("Mcp-Name", "get_help");
    let ok = post(&server, &[version, method, name], call(MODERN)).await;
    assert_eq!(ok.status, 200, "{:?}", ok.body);
    for headers in [
        vec![version, name],
        vec![version, method],
        vec![method, name],
        vec![version, ("Mcp-Method", "tools/list"), name],
        vec![version, method, ("Mcp-Name", "get_today")],
        vec![version, method, ("Mcp-Name", "GET_HELP")],
    ] {
        let answer = post(&server, &headers, call(MODERN)).await;
        assert_eq!(
            (answer.status, &answer.body["error"]["code"]),
            (400, &json!(-32020)),
            "{headers:?}"
        );
        assert_eq!(answer.body["id"], "the-id");
    }
    let mismatch = post(&server, &[version, method, name], call("v999.0.0")).await;
    assert_eq!(
        (mismatch.status, &mismatch.body["error"]["code"]),
        (400, &json!(-32020))
    );
    let future = post(
        &server,
        &[("MCP-Protocol-Version", "v999.0.0"), method, name],
        call("v999.0.0"),
    )
    .await;
    assert_eq!(
        (future.status, &future.body["error"]["code"]),
        (400, &json!(-32022))
    );
}

#[tokio::test]
async fn methods_of_the_other_era_do_not_exist() {
    let server = server().await;
    for method in [
        "initialize",
        "ping",
        "logging/setLevel",
        "resources/subscribe",
        "no/such",
    ] {
        let mut params = match method {
            "initialize" => {
                json!({ "protocolVersion": MODERN, "capabilities": {}, "clientInfo": { "name": "t", "version": "1" } })
            }
            "logging/setLevel" => json!({ "level": "info" }),
            "resources/subscribe" => json!({ "uri": "x://y" }),
            _ => json!({}),
        };
        params["_meta"] = meta(MODERN);
        let headers = [("MCP-Protocol-Version", MODERN), ("Mcp-Method", method)];
        let answer = post(&server, &headers, request(method, params)).await;
        assert_eq!(
            (answer.status, &answer.body["error"]["code"]),
            (404, &json!(-32601)),
            "{method}"
        );
    }
}

#[tokio::test]
async fn a_legacy_header_with_a_modern_body_works_unless_the_operator_is_strict() {
    let body = request(
        "tools/call",
        json!({ "name": "get_help", "_meta": meta(MODERN) }),
    );
    let headers = [("MCP-Protocol-Version", "2025-11-25")];
    let lenient = server().await;
    assert_eq!(post(&lenient, &headers, body.clone()).await.status, 200);
    let strict = Server::with(ServerOptions {
        mcp_api_key: Some(secrets::MCP_API_KEY.to_owned()),
        strict_protocol_headers: true,
        ..ServerOptions::default()
    })
    .await;
    let answer = post(&strict, &headers, body).await;
    assert_eq!(
        (answer.status, &answer.body["error"]["code"]),
        (400, &json!(-32020))
    );
}
