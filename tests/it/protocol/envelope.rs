//! JSON-RPC: what is a message, and what is said to everything else.

use serde_json::{Value, json};

use super::ask::Ask;
use super::server;

#[tokio::test]
async fn a_body_that_cannot_be_read_is_a_parse_error_whose_id_is_null() {
    let server = server().await;
    let around = |inner: &str| format!(r#"{{"jsonrpc":"2.0","id":1,"method":"ping","x":{inner}}}"#);
    let deep = |levels: usize| around(&format!("{}1{}", "[".repeat(levels), "]".repeat(levels)));
    let mut bodies: Vec<Vec<u8>> = [
        "",
        " ",
        "{",
        "[1,",
        "nothing",
        "'a'",
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}}",
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\",}",
        "{\"jsonrpc\":\"2.0\",\"id\":01,\"method\":\"ping\"}",
    ]
    .map(|body| body.as_bytes().to_vec())
    .to_vec();
    // Wherever it hides: in what nobody reads, too.
    for inner in [
        "\"\\ud800\"",
        "1e400",
        "NaN",
        "\"\u{1}\"",
        "{\"\\udfff\":1}",
    ] {
        bodies.push(around(inner).into_bytes());
    }
    bodies.push(deep(127).into_bytes());
    bodies.push(deep(100_000).into_bytes());
    let mut not_utf8 = around("\"x\"").into_bytes();
    let at = not_utf8.iter().rposition(|b| *b == b'x').unwrap();
    not_utf8[at] = 0xff;
    bodies.push(not_utf8);
    for body in bodies {
        for ask in [
            Ask::legacy("ping", json!({})),
            Ask::modern("tools/list", json!({})),
        ] {
            let answer = ask.to_with(&server, body.clone()).await;
            let told = String::from_utf8_lossy(&body);
            assert_eq!(answer.refusal(), (400, -32700, Value::Null), "{told:.80}");
            assert_eq!(answer.headers["content-type"], "application/json");
        }
    }
    let answer = Ask::legacy("ping", json!({}))
        .to_with(&server, deep(126))
        .await;
    assert!(answer.is_result(), "{answer:?}");
}

#[tokio::test]
async fn a_batch_is_refused_in_both_eras() {
    let server = server().await;
    for ask in [
        Ask::legacy("ping", json!({})),
        Ask::modern("tools/list", json!({})),
    ] {
        for batch in [
            json!([]),
            json!([1]),
            json!([ask.body]),
            json!([ask.body, ask.body]),
        ] {
            let answer = ask.to_with(&server, batch.to_string()).await;
            assert_eq!(answer.refusal(), (400, -32600, Value::Null), "{batch}");
        }
    }
}

#[tokio::test]
async fn what_is_no_message_is_told_so_under_the_id_that_could_be_read() {
    let server = server().await;
    let ask = Ask::legacy("ping", json!({}));
    for (body, id) in [
        ("5", json!(null)),
        ("null", json!(null)),
        ("\"ping\"", json!(null)),
        ("{}", json!(null)),
        (r#"{"id":1,"method":"ping"}"#, json!(1)),
        (r#"{"jsonrpc":"1.0","id":1,"method":"ping"}"#, json!(1)),
        (r#"{"jsonrpc":2.0,"id":1,"method":"ping"}"#, json!(1)),
        (r#"{"jsonrpc":"2.0","id":"a"}"#, json!("a")),
        (r#"{"jsonrpc":"2.0","id":"a","method":null}"#, json!("a")),
        (
            r#"{"jsonrpc":"2.0","id":"a","method":["ping"]}"#,
            json!("a"),
        ),
        (
            r#"{"jsonrpc":"2.0","id":"a","method":"ping","params":[]}"#,
            json!("a"),
        ),
        (
            r#"{"jsonrpc":"2.0","id":"a","method":"ping","params":"x"}"#,
            json!("a"),
        ),
        (
            r#"{"jsonrpc":"2.0","id":"a","method":"ping","result":{}}"#,
            json!("a"),
        ),
        (
            r#"{"jsonrpc":"2.0","id":"a","method":"ping","error":{}}"#,
            json!("a"),
        ),
        (
            r#"{"jsonrpc":"2.0","id":"a","result":{},"error":{}}"#,
            json!("a"),
        ),
        (r#"{"jsonrpc":"2.0","result":{}}"#, json!(null)),
        (
            r#"{"jsonrpc":"2.0","method":"notifications/x","params":[]}"#,
            json!(null),
        ),
    ] {
        let answer = ask.to_with(&server, body).await;
        assert_eq!(answer.refusal(), (400, -32600, id), "{body}");
    }
}

#[tokio::test]
async fn a_member_that_is_there_twice_is_refused() {
    let server = server().await;
    let ask = Ask::legacy("tools/call", json!({}));
    for (body, id) in [
        (
            r#"{"jsonrpc":"2.0","id":1,"method":"ping","method":"tools/list"}"#,
            json!(1),
        ),
        (
            r#"{"jsonrpc":"2.0","id":1,"method":"ping","jsonrpc":"2.0"}"#,
            json!(1),
        ),
        (
            r#"{"jsonrpc":"2.0","id":1,"method":"ping","params":{},"params":{}}"#,
            json!(1),
        ),
        (
            r#"{"jsonrpc":"2.0","id":1,"method":"ping","\u0069d":2}"#,
            json!(null),
        ),
        (
            r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"get_help","name":"update_wellness"}}"#,
            json!(1),
        ),
        (
            r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"get_help","arguments":{},"arguments":{}}}"#,
            json!(1),
        ),
        (
            r#"{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"_meta":{},"_meta":{}}}"#,
            json!(1),
        ),
    ] {
        let answer = ask.to_with(&server, body).await;
        assert_eq!(answer.refusal(), (400, -32600, id), "{body}");
    }
}

#[tokio::test]
async fn an_id_comes_back_as_it_was_sent() {
    let server = server().await;
    for id in [
        json!(0),
        json!(-1),
        json!(i64::MAX),
        json!(i64::MIN),
        json!(""),
        json!("1"),
        json!("\u{0}\n\u{1f}\"\\"),
        json!("名前 \u{202e}\u{1f6b4}"),
        json!("i".repeat(256)),
    ] {
        for ask in [
            Ask::legacy("ping", json!({})),
            Ask::legacy("tools/list", json!({})),
            Ask::modern("server/discover", json!({})),
            Ask::modern("tools/call", json!({ "name": "get_help" })),
            // And in refusals.
            Ask::legacy("no/such", json!({})),
            Ask::modern("no/such", json!({})),
            Ask::modern("tools/list", json!({})).without("mcp-method"),
        ] {
            let answer = ask.with_member("id", id.clone()).to(&server).await;
            assert_eq!(answer.body["id"], id, "{answer:?}");
        }
    }
    // The same integer, written otherwise.
    for (written, id) in [("1.0", 1), ("-0", 0), ("12e1", 120)] {
        let body = format!(r#"{{"jsonrpc":"2.0","id":{written},"method":"ping"}}"#);
        let answer = Ask::legacy("ping", json!({})).to_with(&server, body).await;
        assert!(
            answer.is_result() && answer.body["id"] == json!(id),
            "{answer:?}"
        );
    }
}

#[tokio::test]
async fn an_id_that_cannot_be_repeated_is_refused_under_null() {
    let server = server().await;
    for id in [
        "null",
        "true",
        "[]",
        "{}",
        "1.5",
        "9223372036854775808",
        "18446744073709551615",
        "-9223372036854775809",
        "9007199254740992.0",
        "123456789012345678901234567890",
        &format!("\"{}\"", "i".repeat(257)),
    ] {
        for method in ["ping", "tools/list", "no/such"] {
            let body = format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"{method}"}}"#);
            let answer = Ask::legacy(method, json!({})).to_with(&server, body).await;
            assert_eq!(answer.refusal(), (400, -32600, Value::Null), "{id:.80}");
        }
    }
}

#[tokio::test]
async fn an_endless_method_is_an_unknown_one_and_not_repeated_whole() {
    let server = server().await;
    let method = "m".repeat(100_000);
    let legacy = Ask::legacy(&method, json!({})).to(&server).await;
    assert_eq!(legacy.refusal(), (200, -32601, json!("the-id")));
    let answer = Ask::modern("x", json!({}))
        .with_member("method", json!("m".repeat(5_000)))
        .with("mcp-method", "m".repeat(5_000))
        .to(&server)
        .await;
    assert_eq!(answer.refusal(), (404, -32601, json!("the-id")));
    assert!(legacy.body.to_string().len() < 300 && answer.body.to_string().len() < 300);
}

#[tokio::test]
async fn parameters_may_be_absent_or_null() {
    let server = server().await;
    for method in [
        "ping",
        "tools/list",
        "prompts/list",
        "resources/list",
        "resources/templates/list",
    ] {
        let ask = Ask::legacy(method, json!({}));
        assert!(
            ask.clone()
                .with_member("params", json!(null))
                .to(&server)
                .await
                .is_result(),
            "{method}"
        );
        let body = json!({ "jsonrpc": "2.0", "id": 1, "method": method }).to_string();
        assert!(ask.to_with(&server, body).await.is_result(), "{method}");
    }
    for params in [
        json!({ "name": "get_help" }),
        json!({ "name": "get_help", "arguments": null }),
    ] {
        assert!(
            Ask::legacy("tools/call", params.clone())
                .to(&server)
                .await
                .is_result(),
            "{params}"
        );
        assert!(
            Ask::modern("tools/call", params.clone())
                .to(&server)
                .await
                .is_result(),
            "{params}"
        );
    }
}

/// Not 400 in either era: a client that speaks both takes a 400 without a code of the transport for a sign of the older.
#[tokio::test]
async fn wrong_parameters_of_a_method_that_exists_are_never_an_unknown_method() {
    let server = server().await;
    let prompt = json!({ "type": "ref/prompt", "name": "weekly_review" });
    for (method, params) in [
        ("tools/call", json!({})),
        ("tools/call", json!({ "name": 5 })),
        (
            "tools/call",
            json!({ "name": "get_help", "arguments": [1] }),
        ),
        (
            "tools/call",
            json!({ "name": "get_help", "arguments": "{}" }),
        ),
        ("tools/call", json!({ "name": "no_such_tool" })),
        ("prompts/get", json!({})),
        ("prompts/get", json!({ "name": "no_such_prompt" })),
        (
            "prompts/get",
            json!({ "name": "weekly_review", "arguments": "week" }),
        ),
        ("resources/read", json!({ "uri": ["x"] })),
        ("completion/complete", json!({})),
        (
            "completion/complete",
            json!({ "ref": { "type": "ref/planet" }, "argument": { "name": "a", "value": "" } }),
        ),
        (
            "completion/complete",
            json!({ "ref": prompt, "argument": { "name": "week", "value": 7 } }),
        ),
        ("tools/list", json!({ "cursor": 5 })),
        ("tools/list", json!({ "cursor": "of somebody else" })),
        ("prompts/list", json!({ "cursor": "of somebody else" })),
        ("resources/list", json!({ "cursor": "of somebody else" })),
        (
            "resources/templates/list",
            json!({ "cursor": "of somebody else" }),
        ),
    ] {
        for ask in [
            Ask::legacy(method, params.clone()),
            Ask::modern(method, params.clone()),
        ] {
            let answer = ask.to(&server).await;
            assert_eq!(
                answer.refusal(),
                (200, -32602, json!("the-id")),
                "{method} {params}: {answer:?}"
            );
        }
    }
    for params in [
        json!({}),
        json!({ "protocolVersion": 5, "capabilities": {}, "clientInfo": { "name": "t", "version": "1" } }),
        json!({ "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": "t" }),
        json!({ "_meta": 5 }),
    ] {
        let answer = Ask::legacy("initialize", params.clone()).to(&server).await;
        assert_eq!(answer.refusal(), (200, -32602, json!("the-id")), "{params}");
    }
    let odd_meta = Ask::legacy("ping", json!({ "_meta": [] }))
        .to(&server)
        .await;
    assert_eq!(odd_meta.refusal(), (200, -32602, json!("the-id")));
}
