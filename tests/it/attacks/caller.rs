//! Somebody who speaks MCP with a credential of theirs, every request on a connection of its own.

use serde_json::{Value, json};

use super::message::{Ask, Reply};
use super::site::Site;
use crate::support::Said;

/// Of 2025, as the clients of that year send it.
pub const INITIALIZE: &str = r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"attacks","version":"0"}}}"#;
pub const LIST: &str = r#"{"jsonrpc":"2.0","id":2,"method":"tools/list"}"#;

/// A request to the MCP endpoint with a body as it is, and no credential.
pub fn mcp(body: impl Into<Vec<u8>>) -> Ask {
    Ask::post("/mcp")
        .header("Accept", "application/json, text/event-stream")
        .header("MCP-Protocol-Version", "2025-06-18")
        .json(body)
}

/// The body of a tool call.
pub fn calling(tool: &str, arguments: &Value) -> String {
    json!({ "jsonrpc": "2.0", "id": 3, "method": "tools/call", "params": { "name": tool, "arguments": arguments } })
        .to_string()
}

#[derive(Clone)]
pub struct Caller {
    site: Site,
    token: String,
}

impl Said {
    /// What a whole answer to `tools/call` says; a protocol error counts as an error.
    #[track_caller]
    pub fn of(reply: &Reply) -> Self {
        assert_eq!(reply.status, 200, "{}", reply.text());
        let body = reply.json();
        if let Some(message) = body["error"]["message"].as_str() {
            return Self {
                text: message.to_owned(),
                is_error: true,
            };
        }
        let result = &body["result"];
        let content = result["content"].as_array().unwrap();
        let texts: Vec<&str> = content.iter().filter_map(|c| c["text"].as_str()).collect();
        Self {
            text: texts.join("\n"),
            is_error: result["isError"] == true,
        }
    }
}

impl Caller {
    pub fn new(site: &Site, token: &str) -> Self {
        Self {
            site: site.clone(),
            token: token.to_owned(),
        }
    }

    /// Posts a body as it is.
    pub async fn post(&self, body: impl Into<Vec<u8>>) -> Reply {
        self.site.send(&mcp(body).bearer(&self.token)).await
    }

    pub async fn call(&self, tool: &str, arguments: Value) -> Said {
        Said::of(&self.post(calling(tool, &arguments)).await)
    }

    /// The tools that this caller sees.
    pub async fn tools(&self) -> Vec<Value> {
        let reply = self.post(LIST).await;
        assert_eq!(reply.status, 200, "{}", reply.text());
        reply.json()["result"]["tools"].as_array().unwrap().clone()
    }
}
