//! Which era a request belongs to, when its parts disagree.

use serde_json::{Value, json};

use super::ask::Ask;
use super::server;
use crate::support::{LEGACY, MODERN};

fn handshake() -> Value {
    json!({ "protocolVersion": LEGACY, "capabilities": {}, "clientInfo": { "name": "t", "version": "1" } })
}

#[tokio::test]
async fn a_version_in_meta_makes_a_request_modern_whatever_the_header_says() {
    let server = server().await;
    // `ping` was taken away: its answer tells the era.
    let ask = Ask::modern("ping", json!({}));
    assert_eq!(
        ask.to(&server).await.refusal(),
        (404, -32601, json!("the-id"))
    );
    let headless = ask.without("mcp-protocol-version").to(&server).await;
    assert_eq!(headless.refusal(), (400, -32020, json!("the-id")));
}

#[tokio::test]
async fn a_modern_header_without_meta_is_told_what_is_missing() {
    let server = server().await;
    for method in [
        "server/discover",
        "tools/list",
        "tools/call",
        "ping",
        "no/such",
    ] {
        for params in [
            json!({}),
            json!({ "_meta": {} }),
            json!({ "_meta": null }),
            json!({ "_meta": 5 }),
        ] {
            let ask = Ask::legacy(method, params.clone()).with("mcp-protocol-version", MODERN);
            let answer = ask.to(&server).await;
            assert_eq!(
                answer.refusal(),
                (400, -32602, json!("the-id")),
                "{method} {params}"
            );
            let says = answer.body["error"]["message"].as_str().unwrap();
            assert!(
                says.contains("io.modelcontextprotocol/protocolVersion"),
                "{says}"
            );
        }
    }
}

#[tokio::test]
async fn an_unknown_version_without_meta_is_told_the_known_ones() {
    let server = server().await;
    for version in [
        "2027-01-01",
        "2026-07-29",
        "v999.0.0",
        "1999-01-01",
        "LATEST",
        "2025-11-25x",
    ] {
        for method in ["tools/list", "ping", "no/such"] {
            let ask = Ask::legacy(method, json!({})).with("mcp-protocol-version", version);
            let answer = ask.to(&server).await;
            assert_eq!(
                answer.refusal(),
                (400, -32022, json!("the-id")),
                "{version} {method}"
            );
            let data = &answer.body["error"]["data"];
            assert_eq!(data["requested"], version);
            assert_eq!(
                data["supported"],
                json!([MODERN, "2025-11-25", "2025-06-18", "2025-03-26"])
            );
        }
    }
}

#[tokio::test]
async fn the_handshake_exists_without_modern_meta_only() {
    let server = server().await;
    let modern = Ask::modern("initialize", handshake()).to(&server).await;
    assert_eq!(modern.refusal(), (404, -32601, json!("the-id")));
    // Its version stands in the body; the header is nobody's business.
    for header in [
        "2025-03-26",
        "2024-11-05",
        MODERN,
        "v999.0.0",
        "",
        "2025-06-18, 2025-11-25",
        "\u{e9}",
    ] {
        let ask = Ask::legacy("initialize", handshake()).with("mcp-protocol-version", header);
        let answer = ask.to(&server).await;
        assert!(answer.is_result(), "{header}: {answer:?}");
        assert_eq!(answer.body["result"]["protocolVersion"], LEGACY);
    }
    let twice = Ask::legacy("initialize", handshake()).and("mcp-protocol-version", MODERN);
    assert!(twice.to(&server).await.is_result());
    let plain_meta = json!({ "progressToken": 1 });
    let mut params = handshake();
    params["_meta"] = plain_meta;
    assert!(
        Ask::legacy("initialize", params)
            .to(&server)
            .await
            .is_result()
    );
}

#[tokio::test]
async fn discovery_is_modern_under_any_header() {
    let server = server().await;
    for header in ["2025-11-25", "2025-03-26", "2024-11-05", "v999.0.0"] {
        let ask = Ask::legacy("server/discover", json!({})).with("mcp-protocol-version", header);
        assert_eq!(
            ask.to(&server).await.refusal(),
            (400, -32602, json!("the-id")),
            "{header}"
        );
    }
}

#[tokio::test]
async fn methods_that_are_not_offered_do_not_exist_in_either_era() {
    let server = server().await;
    for method in [
        "logging/setLevel",
        "resources/subscribe",
        "resources/unsubscribe",
        "subscriptions/listen",
        "tasks/get",
        "tasks/list",
        "sampling/createMessage",
        "roots/list",
        "skills/list",
        "notifications/initialized",
        "tools/list ",
        "Tools/List",
        "",
    ] {
        let legacy = Ask::legacy(method, json!({ "level": "info", "uri": "x://y" }));
        assert_eq!(
            legacy.to(&server).await.refusal(),
            (200, -32601, json!("the-id")),
            "{method}"
        );
        let modern = Ask::modern(method, json!({ "level": "info", "notifications": {} }))
            .with("mcp-method", format!("=?base64?{}?=", base64(method)));
        assert_eq!(
            modern.to(&server).await.refusal(),
            (404, -32601, json!("the-id")),
            "{method}"
        );
    }
    for method in ["ping", "initialize"] {
        let answer = Ask::modern(method, json!({})).to(&server).await;
        assert_eq!(answer.refusal(), (404, -32601, json!("the-id")), "{method}");
    }
}

fn base64(text: &str) -> String {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.encode(text)
}

#[tokio::test]
async fn a_legacy_request_is_served_under_any_known_version_and_without_one() {
    let server = server().await;
    for method in ["ping", "tools/list", "prompts/list"] {
        let ask = Ask::legacy(method, json!({}));
        assert!(
            ask.clone()
                .without("mcp-protocol-version")
                .to(&server)
                .await
                .is_result()
        );
        for version in ["2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05", ""] {
            let answer = ask
                .clone()
                .with("mcp-protocol-version", version)
                .to(&server)
                .await;
            assert!(answer.is_result(), "{version}: {answer:?}");
        }
    }
}

#[tokio::test]
async fn notifications_and_answers_are_accepted_in_silence_whatever_they_say() {
    let server = server().await;
    for (ask, is_modern) in [
        (Ask::legacy("x", json!({})), false),
        (Ask::modern("x", json!({})), true),
    ] {
        let meta = if is_modern {
            ask.body["params"]["_meta"].clone()
        } else {
            json!({})
        };
        for body in [
            json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }),
            json!({ "jsonrpc": "2.0", "method": "notifications/cancelled", "params": { "requestId": 1, "_meta": meta } }),
            json!({ "jsonrpc": "2.0", "method": "notifications/of/tomorrow", "params": { "_meta": meta } }),
            // A request without an id asks for nothing.
            json!({ "jsonrpc": "2.0", "method": "tools/call", "params": { "name": "get_today", "_meta": meta } }),
            json!({ "jsonrpc": "2.0", "id": 1, "result": {} }),
            json!({ "jsonrpc": "2.0", "id": 1, "error": { "code": -1, "message": "no" } }),
            json!({ "jsonrpc": "2.0", "id": null, "error": { "code": -32700, "message": "no" } }),
        ] {
            let answer = ask.to_with(&server, body.to_string()).await;
            assert_eq!((answer.status, &answer.body), (202, &json!("")), "{body}");
        }
    }
    let unknown = Ask::legacy("x", json!({})).with("mcp-protocol-version", "v999.0.0");
    let body = json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }).to_string();
    let answer = unknown.to_with(&server, body).await;
    assert_eq!(answer.refusal(), (400, -32022, Value::Null));
}
