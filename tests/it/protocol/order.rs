//! Which of several defects of a modern request is told: the first in the order of the specification.

use serde_json::{Value, json};

use super::ask::Ask;
use super::server;
use crate::support::{Server, World, flow};

/// Spoils a sound `tools/call`, and what is answered when nothing before it is wrong.
struct Defect {
    what: &'static str,
    spoil: fn(Ask) -> Ask,
    refusal: (u16, i64),
}

const DEFECTS: [Defect; 8] = [
    Defect {
        what: "no version in _meta",
        spoil: |ask| ask.with_meta("protocolVersion", json!(7)),
        refusal: (400, -32602),
    },
    Defect {
        what: "no capabilities in _meta",
        spoil: |ask| ask.with_meta("clientCapabilities", Value::Null),
        refusal: (400, -32602),
    },
    Defect {
        what: "a header that is not the version in _meta",
        spoil: |ask| ask.with("mcp-protocol-version", "2027-01-01"),
        refusal: (400, -32020),
    },
    Defect {
        what: "a version that is not spoken",
        spoil: |ask| {
            // Unless the header contradicts already, it says the same.
            let contradicts = ask.header("mcp-protocol-version") == "2027-01-01";
            let ask = if ask.body["params"]["_meta"]["io.modelcontextprotocol/protocolVersion"]
                == json!(7)
            {
                ask
            } else {
                ask.with_meta("protocolVersion", json!("v999.0.0"))
            };
            if contradicts {
                ask
            } else {
                ask.with("mcp-protocol-version", "v999.0.0")
            }
        },
        refusal: (400, -32022),
    },
    Defect {
        what: "another method in the header",
        spoil: |ask| ask.with("mcp-method", "tools/list"),
        refusal: (400, -32020),
    },
    Defect {
        what: "no name in the header",
        spoil: |ask| ask.without("mcp-name"),
        refusal: (400, -32020),
    },
    Defect {
        what: "a method that does not exist",
        spoil: |ask| {
            let ask = ask.with_member("method", json!("tools/destroy"));
            if ask.header("mcp-method") == "tools/call" {
                ask.with("mcp-method", "tools/destroy")
            } else {
                ask
            }
        },
        refusal: (404, -32601),
    },
    Defect {
        what: "wrong parameters",
        spoil: |mut ask| {
            ask.body["params"]["arguments"] = json!("none");
            ask
        },
        refusal: (200, -32602),
    },
];

#[tokio::test]
async fn of_several_defects_the_first_in_the_order_of_the_specification_is_told() {
    let server = server().await;
    for chosen in 1..1_u32 << DEFECTS.len() {
        let mut ask = Ask::modern("tools/call", json!({ "name": "get_help" }));
        let mut all: Vec<&Defect> = Vec::new();
        for (at, defect) in DEFECTS.iter().enumerate() {
            if chosen & (1 << at) != 0 {
                ask = (defect.spoil)(ask);
                all.push(defect);
            }
        }
        // A method that does not exist has no name to repeat.
        let unknown = all.iter().any(|d| d.what == "a method that does not exist");
        let first = all
            .iter()
            .find(|d| !(unknown && d.what == "no name in the header"))
            .unwrap();
        let answer = ask.to(&server).await;
        let (status, code) = first.refusal;
        let told: Vec<&str> = all.iter().map(|d| d.what).collect();
        assert_eq!(
            answer.refusal(),
            (status, code, json!("the-id")),
            "{told:?}: {answer:?}"
        );
    }
}

#[tokio::test]
async fn every_refusal_of_a_modern_request_repeats_its_id() {
    let world = World::start().await;
    let reader = flow::connect_with(&world.server, &[]).await.access_token;
    let write = json!({ "name": "update_wellness", "arguments": { "entries": [{ "date": "today", "mood": "good" }] } });
    let refusals = [
        (
            Ask::modern("tools/list", json!({})).with_meta("clientCapabilities", json!(1)),
            400,
            -32602,
        ),
        (
            Ask::modern("tools/list", json!({})).with("mcp-protocol-version", "2025-11-24"),
            400,
            -32020,
        ),
        (
            Ask::modern("tools/list", json!({}))
                .with("mcp-protocol-version", "2031-01-01")
                .with_meta("protocolVersion", json!("2031-01-01")),
            400,
            -32022,
        ),
        (Ask::modern("tools/listen", json!({})), 404, -32601),
        (
            Ask::modern("tools/call", json!({ "name": "no_such_tool" })),
            200,
            -32602,
        ),
        (
            Ask::modern("resources/read", json!({ "uri": "intervals://nowhere" })),
            200,
            -32602,
        ),
        (Ask::modern("tools/call", write).by(&reader), 403, -32600),
        (
            Ask::modern("tools/list", json!({})).with_member("jsonrpc", json!("3")),
            400,
            -32600,
        ),
    ];
    for (ask, status, code) in refusals {
        for id in [json!(0), json!("a-42")] {
            let answer = ask
                .clone()
                .with_member("id", id.clone())
                .to(&world.server)
                .await;
            assert_eq!(answer.refusal(), (status, code, id), "{answer:?}");
        }
    }
}

#[tokio::test]
async fn whether_a_token_suffices_is_asked_of_a_sound_request_only() {
    let world = World::start().await;
    let server: &Server = &world.server;
    let reader = flow::connect_with(server, &[]).await.access_token;
    let write = |arguments: Value| {
        Ask::modern(
            "tools/call",
            json!({ "name": "update_wellness", "arguments": arguments }),
        )
        .by(&reader)
    };
    assert_eq!(write(json!({})).to(server).await.status, 403);
    assert_eq!(write(json!([])).to(server).await.refusal().1, -32602);
    assert_eq!(
        write(json!({}))
            .without("mcp-name")
            .to(server)
            .await
            .refusal()
            .1,
        -32020
    );
    assert_eq!(
        write(json!({}))
            .with_meta("clientCapabilities", Value::Null)
            .to(server)
            .await
            .refusal()
            .1,
        -32602
    );
    let legacy = Ask::legacy("tools/call", json!({ "name": "update_wellness" })).by(&reader);
    assert_eq!(
        legacy.to(server).await.refusal(),
        (403, -32600, json!("the-id"))
    );
}
