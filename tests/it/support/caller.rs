//! Callers as values: each speaks to the MCP endpoint with its own credential.

use serde_json::{Value, json};

use super::Server;

/// Somebody with, or without, a credential.
pub struct Caller<'s> {
    pub server: &'s Server,
    pub bearer: Option<String>,
}

/// An HTTP answer with its JSON body.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub body: Value,
}

/// What a tool said.
#[derive(Clone, Debug)]
pub struct Said {
    pub text: String,
    pub is_error: bool,
}

impl Said {
    /// The text of an answer that must not be an error.
    #[track_caller]
    pub fn ok(self) -> String {
        assert!(!self.is_error, "the tool failed: {}", self.text);
        self.text
    }

    /// The sentence of an answer that must be an error.
    #[track_caller]
    pub fn error(self) -> String {
        assert!(self.is_error, "the tool should have failed: {}", self.text);
        self.text
    }
}

pub const LEGACY: &str = "2025-11-25";
pub const MODERN: &str = "2026-07-28";

/// The `_meta` that a request of 2026-07-28 carries.
pub fn meta(version: &str) -> Value {
    json!({
        "io.modelcontextprotocol/protocolVersion": version,
        "io.modelcontextprotocol/clientInfo": { "name": "tests", "version": "1" },
        "io.modelcontextprotocol/clientCapabilities": {},
    })
}

impl<'s> Caller<'s> {
    pub fn anonymous(server: &'s Server) -> Self {
        Self {
            server,
            bearer: None,
        }
    }

    pub fn with_token(server: &'s Server, token: &str) -> Self {
        Self {
            server,
            bearer: Some(token.to_owned()),
        }
    }

    /// The holder of `MCP_API_KEY`, who may do everything.
    pub fn owner(server: &'s Server) -> Self {
        Self::with_token(server, super::secrets::MCP_API_KEY)
    }

    /// Posts `body` with these headers and nothing else but the credential.
    pub async fn post_raw(
        &self,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<reqwest::Body>,
    ) -> Answer {
        let mut request = self.server.http.post(self.server.url(path)).body(body);
        if let Some(bearer) = &self.bearer {
            request = request.header("Authorization", format!("Bearer {bearer}"));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        let text = response.text().await.unwrap();
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        Answer {
            status,
            headers,
            body,
        }
    }

    /// A request of the era that begins with `initialize`.
    pub async fn legacy(&self, method: &str, params: Value) -> Answer {
        let headers = [
            ("Content-Type", "application/json"),
            ("Accept", "application/json, text/event-stream"),
            ("MCP-Protocol-Version", LEGACY),
        ];
        let body = json!({ "jsonrpc": "2.0", "id": 7, "method": method, "params": params });
        self.post_raw("/mcp", &headers, body.to_string()).await
    }

    /// A request of 2026-07-28.
    pub async fn modern(&self, method: &str, mut params: Value) -> Answer {
        params["_meta"] = meta(MODERN);
        let name = params
            .get("name")
            .or(params.get("uri"))
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned();
        let mut headers = vec![
            ("Content-Type", "application/json"),
            ("Accept", "application/json, text/event-stream"),
            ("MCP-Protocol-Version", MODERN),
            ("Mcp-Method", method),
        ];
        if !name.is_empty() {
            headers.push(("Mcp-Name", &name));
        }
        let body = json!({ "jsonrpc": "2.0", "id": 7, "method": method, "params": params });
        self.post_raw("/mcp", &headers, body.to_string()).await
    }

    /// Calls a tool and expects that it ran, well or badly.
    pub async fn call_tool(&self, name: &str, arguments: Value) -> Said {
        let params = json!({ "name": name, "arguments": arguments });
        let answer = self.legacy("tools/call", params).await;
        assert_eq!(answer.status, 200, "{name}: {:?}", answer.body);
        let result = &answer.body["result"];
        let content = result["content"]
            .as_array()
            .unwrap_or_else(|| panic!("{name}: {:?}", answer.body));
        let texts: Vec<&str> = content.iter().filter_map(|c| c["text"].as_str()).collect();
        Said {
            text: texts.join("\n"),
            is_error: result["isError"].as_bool().unwrap_or_default(),
        }
    }

    /// The tools that this caller sees.
    pub async fn list_tools(&self) -> Vec<Value> {
        let answer = self.legacy("tools/list", json!({})).await;
        assert_eq!(answer.status, 200, "{:?}", answer.body);
        answer.body["result"]["tools"].as_array().unwrap().clone()
    }
}
