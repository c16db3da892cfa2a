//! What headers say, and how they say it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::ask::Ask;
use super::server;
use crate::support::{MODERN, Server, ServerOptions, secrets};

fn encoded(text: &str) -> String {
    format!("=?base64?{}?=", STANDARD.encode(text))
}

fn call(name: &str) -> Ask {
    Ask::modern("tools/call", json!({})).named(name)
}

#[tokio::test]
async fn copies_of_a_header_count_as_one() {
    let server = server().await;
    let legacy = Ask::legacy("tools/list", json!({})).without("mcp-protocol-version");
    for copies in [
        vec!["2025-11-25, 2025-11-25"],
        vec!["2025-11-25,2025-11-25 ,\t2025-11-25"],
        vec!["2025-11-25", "2025-11-25"],
        vec!["2025-11-25", "2025-11-25, 2025-11-25"],
        vec!["2025-11-25,"],
        vec!["", "2025-11-25"],
    ] {
        let ask = copies.iter().fold(legacy.clone(), |ask, copy| {
            ask.and("mcp-protocol-version", copy)
        });
        assert!(ask.to(&server).await.is_result(), "{copies:?}");
    }
    let modern = Ask::modern("tools/call", json!({ "name": "get_help" }))
        .and("mcp-protocol-version", MODERN)
        .and("mcp-method", "tools/call")
        .and("mcp-name", "get_help")
        .and("content-type", "application/json");
    assert!(modern.to(&server).await.is_result());
    let joined = Ask::modern("tools/call", json!({ "name": "get_help" }))
        .with("mcp-protocol-version", format!("{MODERN}, {MODERN}"))
        .with("mcp-method", "tools/call, tools/call")
        .with("mcp-name", "get_help,get_help")
        .with("content-type", "application/json, application/json");
    assert!(joined.to(&server).await.is_result());
}

#[tokio::test]
async fn contradicting_copies_are_a_mismatch() {
    let server = server().await;
    let legacy = Ask::legacy("tools/list", json!({}));
    let call = Ask::modern("tools/call", json!({ "name": "get_help" }));
    for ask in [
        legacy.clone().and("mcp-protocol-version", "2025-06-18"),
        legacy
            .clone()
            .with("mcp-protocol-version", "2025-11-25, 2025-06-18"),
        legacy.and("mcp-protocol-version", MODERN),
        call.clone().and("mcp-protocol-version", "2025-11-25"),
        call.clone().and("mcp-method", "tools/list"),
        call.clone().with("mcp-method", "tools/call, tools/list"),
        call.clone().and("mcp-name", "get_today"),
        call.clone().and("mcp-name", ""),
        call.clone().with("mcp-name", "get_help, get_today"),
    ] {
        let answer = ask.to(&server).await;
        assert_eq!(answer.refusal(), (400, -32020, json!("the-id")), "{ask:?}");
    }
    let kinds = call.and("content-type", "text/plain").to(&server).await;
    assert_eq!(kinds.refusal(), (415, -32600, Value::Null));
}

#[tokio::test]
async fn a_name_may_be_encoded_and_must_be_where_a_header_cannot_carry_it() {
    let server = server().await;
    assert!(
        call("get_help")
            .with("mcp-name", encoded("get_help"))
            .to(&server)
            .await
            .is_result()
    );
    // Admitted, hence refused by name and not by header.
    for name in [
        "名前",
        "two words",
        " padded ",
        "line\nbreak",
        "=?base64?Z2V0?=",
        "",
        "get_help\u{0}",
        "a,b",
    ] {
        let answer = call(name).with("mcp-name", encoded(name)).to(&server).await;
        assert_eq!(
            answer.refusal(),
            (200, -32602, json!("the-id")),
            "{name:?}: {answer:?}"
        );
    }
    for name in ["two words", "a,b", "a,b,a,b", "", "=?base64?open"] {
        let answer = call(name).with("mcp-name", name).to(&server).await;
        assert_eq!(answer.refusal(), (200, -32602, json!("the-id")), "{name:?}");
    }
    for (name, header) in [
        ("名前", "名前".to_owned()),
        ("=?base64?Z2V0?=", "=?base64?Z2V0?=".to_owned()),
        ("get_help", "=?base64?Z2V0X2hlbHA?=".to_owned()),
        ("get_help", "=?base64?!?=".to_owned()),
        ("get_help", "=?base64?gICA?=".to_owned()),
        ("get_help", "=?BASE64?Z2V0X2hlbHA=?=".to_owned()),
        ("get_help", encoded("get_today")),
        ("get_help", encoded(" get_help")),
        ("get_help", "GET_HELP".to_owned()),
        ("get_help", String::new()),
        ("get_help", "\u{e9}".to_owned()),
    ] {
        let answer = call(name).with("mcp-name", &header).to(&server).await;
        assert_eq!(
            answer.refusal(),
            (400, -32020, json!("the-id")),
            "{name:?} {header:?}"
        );
    }
    let latin = call("é").with("mcp-name", [0xe9]).to(&server).await;
    assert_eq!(latin.refusal(), (400, -32020, json!("the-id")));
}

#[tokio::test]
async fn a_name_in_the_header_only_is_a_mismatch_and_one_that_nobody_needs_is_ignored() {
    let server = server().await;
    let nameless = Ask::modern("tools/call", json!({})).and("mcp-name", "get_help");
    assert_eq!(
        nameless.to(&server).await.refusal(),
        (400, -32020, json!("the-id"))
    );
    let needless = Ask::modern("tools/list", json!({})).and("mcp-name", "get_help");
    assert!(needless.to(&server).await.is_result());
}

#[tokio::test]
async fn padding_around_values_and_the_case_of_names_do_not_matter() {
    let mut server = server().await;
    let padded = Ask::modern("tools/call", json!({ "name": "get_help" }))
        .with("mcp-protocol-version", format!(" \t{MODERN}  "))
        .with("mcp-method", "  tools/call\t")
        .with("mcp-name", "\tget_help ");
    assert!(padded.to(&server).await.is_result());
    server.http = reqwest::Client::builder()
        .no_proxy()
        .http1_title_case_headers()
        .build()
        .unwrap();
    let ask = Ask::modern("tools/call", json!({ "name": "get_help" }));
    assert!(ask.to(&server).await.is_result());
    for header in ["mcp-method", "mcp-protocol-version"] {
        let other_case = if header == "mcp-method" {
            "Tools/Call"
        } else {
            "2026-07-28Z"
        };
        let answer = ask.clone().with(header, other_case).to(&server).await;
        assert_eq!(answer.refusal(), (400, -32020, json!("the-id")), "{header}");
    }
}

#[tokio::test]
async fn headers_that_are_not_ours_change_nothing() {
    let server = server().await;
    for (name, value) in [
        // No tool declares one.
        ("mcp-param-region", "us-west1"),
        ("mcp-param-topic", "=?base64?!?="),
        ("mcp-param-topic", "\u{e9}"),
        ("mcp-session-id", "made-up"),
        ("mcp-session-id", ""),
        ("last-event-id", "7"),
        ("x-forwarded-proto", "http"),
    ] {
        for ask in [
            Ask::legacy("tools/call", json!({ "name": "get_help" })),
            Ask::modern("tools/call", json!({ "name": "get_help" })),
            Ask::modern("server/discover", json!({})),
        ] {
            let answer = ask.and(name, value).to(&server).await;
            assert!(answer.is_result(), "{name}: {answer:?}");
        }
    }
    // Legacy requests are not bound to headers of the other era, not even by wrong ones.
    let ask = Ask::legacy("tools/call", json!({ "name": "get_help" }))
        .and("mcp-method", "tools/list")
        .and("mcp-name", "\u{e9}");
    assert!(ask.to(&server).await.is_result());
}

#[tokio::test]
async fn a_legacy_header_with_modern_meta_is_the_one_mismatch_that_is_served_and_never_when_strict()
{
    let lenient = server().await;
    let strict = Server::with(ServerOptions {
        mcp_api_key: Some(secrets::MCP_API_KEY.to_owned()),
        strict_protocol_headers: true,
        ..ServerOptions::default()
    })
    .await;
    let bare = Ask::modern("tools/call", json!({ "name": "get_help" }))
        .without("mcp-method")
        .without("mcp-name");
    for version in ["2025-11-25", "2025-06-18", "2025-03-26"] {
        let ask = bare.clone().with("mcp-protocol-version", version);
        let answer = ask.to(&lenient).await;
        assert!(answer.is_result(), "{version}: {answer:?}");
        assert_eq!(answer.body["result"]["resultType"], "complete");
        assert_eq!(
            ask.to(&strict).await.refusal(),
            (400, -32020, json!("the-id"))
        );
        // Presence is not asked for, truth is.
        let whole = ask
            .clone()
            .and("mcp-method", "tools/call")
            .and("mcp-name", "get_help");
        assert!(whole.to(&lenient).await.is_result());
        for lie in [
            ask.clone().and("mcp-method", "tools/list"),
            ask.clone().and("mcp-name", "get_today"),
        ] {
            assert_eq!(
                lie.to(&lenient).await.refusal(),
                (400, -32020, json!("the-id"))
            );
        }
    }
    for header in ["2024-11-05", "v999.0.0", "2027-01-01", "1999-01-01", ""] {
        let ask = bare.clone().with("mcp-protocol-version", header);
        assert_eq!(
            ask.to(&lenient).await.refusal(),
            (400, -32020, json!("the-id")),
            "{header}"
        );
    }
    let older =
        Ask::modern("tools/list", json!({})).with_meta("protocolVersion", json!("2025-11-25"));
    assert_eq!(
        older.to(&lenient).await.refusal(),
        (400, -32020, json!("the-id"))
    );
    let unspoken = bare
        .with("mcp-protocol-version", "2025-11-25")
        .with_meta("protocolVersion", json!("v999.0.0"));
    assert_eq!(
        unspoken.to(&lenient).await.refusal(),
        (400, -32020, json!("the-id"))
    );
}

#[tokio::test]
async fn any_accept_header_or_none_is_served() {
    let server = server().await;
    for ask in [
        Ask::legacy("tools/list", json!({})),
        Ask::modern("tools/list", json!({})),
    ] {
        assert!(ask.to(&server).await.is_result());
        for accept in [
            "application/json, text/event-stream",
            "application/json",
            "text/event-stream",
            "*/*",
            "text/html",
            "application/json;q=0, text/event-stream;q=0",
            "",
            "nonsense",
            "\u{e9}",
        ] {
            let answer = ask.clone().and("accept", accept).to(&server).await;
            assert!(answer.is_result(), "{accept}: {answer:?}");
            assert_eq!(answer.headers["content-type"], "application/json");
        }
    }
}

#[tokio::test]
async fn a_body_is_json_whatever_the_case_and_the_charset_and_nothing_else() {
    let server = server().await;
    let ask = Ask::legacy("ping", json!({}));
    for kind in [
        "application/json",
        "application/json; charset=utf-8",
        "application/json;charset=UTF-8",
        "APPLICATION/JSON",
        "Application/Json ; Charset=\"utf-8\"",
    ] {
        assert!(
            ask.clone()
                .with("content-type", kind)
                .to(&server)
                .await
                .is_result(),
            "{kind}"
        );
    }
    for kind in [
        "",
        "text/plain",
        "text/json",
        "application/jsonx",
        "application/json-rpc",
        "application/vnd.api+json",
        "application/x-www-form-urlencoded",
        "text/plain, application/json",
        "*/*",
        "\u{e9}",
    ] {
        let answer = ask.clone().with("content-type", kind).to(&server).await;
        assert_eq!(answer.refusal(), (415, -32600, Value::Null), "{kind}");
    }
    let without = ask.without("content-type").to(&server).await;
    assert_eq!(without.refusal(), (415, -32600, Value::Null));
}

/// Or the next request on the connection, likely the right one, finds it closed.
#[tokio::test]
async fn a_refused_body_is_read_so_that_the_connection_lives_on() {
    let server = server().await;
    let ask = Ask::legacy("ping", json!({ "padding": "p".repeat(900_000) }));
    for _ in 0..8 {
        let answer = ask
            .clone()
            .with("content-type", "text/plain")
            .to(&server)
            .await;
        assert_eq!(answer.status, 415);
        assert!(Ask::legacy("ping", json!({})).to(&server).await.is_result());
    }
}
