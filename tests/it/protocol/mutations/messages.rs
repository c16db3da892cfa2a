//! Valid messages of both eras, with their headers: where every mutation begins.

use serde_json::{Value, json};

use super::json::Json;
use crate::support::{LEGACY, MODERN, meta};

/// A message as a well-behaved client sends it.
#[derive(Clone, Debug)]
pub struct Message {
    pub headers: Vec<(String, Vec<u8>)>,
    pub body: Json,
}

/// One of each kind that the server answers.
pub fn all() -> Vec<Message> {
    let client = json!({ "name": "tests", "version": "1" });
    let handshake = json!({ "protocolVersion": LEGACY, "capabilities": {}, "clientInfo": client });
    let mut all = vec![
        legacy("initialize", handshake),
        legacy("ping", json!({})),
        legacy("tools/list", Value::Null),
        modern("server/discover", json!({})),
        notification("notifications/initialized", json!({})),
        notification(
            "notifications/cancelled",
            json!({ "requestId": 7, "reason": "enough" }),
        ),
        answer(),
    ];
    let wellness = json!({ "entries": [{ "date": "yesterday", "mood": "good", "hrv": 61 }] });
    for (name, arguments) in [
        ("get_today", json!({ "days_ahead": 3 })),
        ("get_help", json!({ "topic": "scales" })),
        (
            "get_wellness",
            json!({ "oldest": "-14d", "newest": "today" }),
        ),
        (
            "list_activities",
            json!({ "oldest": "-28d", "sport": "Ride", "limit": 5 }),
        ),
        ("update_wellness", wellness),
    ] {
        let mut params = json!({ "name": name, "arguments": arguments });
        all.push(modern("tools/call", params.clone()));
        if name == "get_wellness" {
            params["_meta"] = json!({ "progressToken": "p-1" });
        }
        all.push(legacy("tools/call", params));
    }
    for (method, params) in [
        ("tools/list", json!({})),
        ("resources/list", json!({})),
        ("resources/templates/list", json!({})),
        (
            "resources/read",
            json!({ "uri": "intervals://help/metrics" }),
        ),
        ("prompts/list", json!({})),
        (
            "prompts/get",
            json!({ "name": "weekly_review", "arguments": {} }),
        ),
        (
            "completion/complete",
            json!({
                "ref": { "type": "ref/prompt", "name": "weekly_review" },
                "argument": { "name": "language", "value": "e" }
            }),
        ),
    ] {
        all.push(legacy(method, params.clone()));
        all.push(modern(method, params));
    }
    all
}

fn legacy(method: &str, params: Value) -> Message {
    let mut body = json!({ "jsonrpc": "2.0", "id": 7, "method": method });
    if !params.is_null() {
        body["params"] = params;
    }
    Message {
        headers: headers(&[("mcp-protocol-version", LEGACY)]),
        body: Json::of(body),
    }
}

fn modern(method: &str, mut params: Value) -> Message {
    params["_meta"] = meta(MODERN);
    let name = params.get("name").or(params.get("uri")).cloned();
    let mut own = vec![("mcp-protocol-version", MODERN), ("mcp-method", method)];
    if let Some(Value::String(name)) = &name {
        own.push(("mcp-name", name));
    }
    Message {
        headers: headers(&own),
        body: Json::of(
            json!({ "jsonrpc": "2.0", "id": "the-id", "method": method, "params": params }),
        ),
    }
}

fn notification(method: &str, params: Value) -> Message {
    Message {
        headers: headers(&[("mcp-protocol-version", LEGACY)]),
        body: Json::of(json!({ "jsonrpc": "2.0", "method": method, "params": params })),
    }
}

fn answer() -> Message {
    Message {
        headers: headers(&[("mcp-protocol-version", LEGACY)]),
        body: Json::of(json!({ "jsonrpc": "2.0", "id": 3, "result": {} })),
    }
}

fn headers(own: &[(&str, &str)]) -> Vec<(String, Vec<u8>)> {
    let shared = [
        ("content-type", "application/json"),
        ("accept", "application/json, text/event-stream"),
    ];
    shared
        .iter()
        .chain(own)
        .map(|(name, value)| ((*name).to_owned(), value.as_bytes().to_vec()))
        .collect()
}
