//! A request in the making: sound at first, then with whatever a test wants wrong.

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::{Value, json};

use crate::support::{Answer, LEGACY, MODERN, Server, meta, secrets};

#[derive(Clone, Debug)]
pub struct Ask {
    headers: HeaderMap,
    bearer: String,
    pub body: Value,
}

impl Ask {
    fn new(method: &str, params: Value) -> Self {
        let asked = Self {
            headers: HeaderMap::new(),
            bearer: secrets::MCP_API_KEY.to_owned(),
            body: json!({ "jsonrpc": "2.0", "id": "the-id", "method": method, "params": params }),
        };
        asked.and("content-type", "application/json")
    }

    /// A sound request of 2025-11-25.
    pub fn legacy(method: &str, params: Value) -> Self {
        Self::new(method, params).and("mcp-protocol-version", LEGACY)
    }

    /// A sound request of 2026-07-28.
    pub fn modern(method: &str, mut params: Value) -> Self {
        params["_meta"] = meta(MODERN);
        let name = params.get("name").or(params.get("uri")).cloned();
        let asked = Self::new(method, params)
            .and("mcp-protocol-version", MODERN)
            .and("mcp-method", method);
        match name {
            Some(Value::String(name)) => asked.and("mcp-name", &name),
            _ => asked,
        }
    }

    /// With the token of somebody else than the owner.
    pub fn by(mut self, token: &str) -> Self {
        token.clone_into(&mut self.bearer);
        self
    }

    /// With one header more, which may be a copy.
    pub fn and(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
        let value = HeaderValue::from_bytes(value.as_ref()).unwrap();
        self.headers.append(name, value);
        self
    }

    pub fn without(mut self, name: &str) -> Self {
        self.headers.remove(name);
        self
    }

    /// With this value of the header and no other.
    pub fn with(self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.without(name).and(name, value)
    }

    /// The header as text; empty when there is none.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |v| v.to_str().unwrap())
    }

    /// With this name in the body only.
    pub fn named(mut self, name: &str) -> Self {
        self.body["params"]["name"] = json!(name);
        self
    }

    /// With this member of the body, which takes the place of one that is there.
    pub fn with_member(mut self, name: &str, value: Value) -> Self {
        self.body[name] = value;
        self
    }

    /// With this member of `_meta`; null takes it away.
    pub fn with_meta(mut self, name: &str, value: Value) -> Self {
        let name = format!("io.modelcontextprotocol/{name}");
        let meta = &mut self.body["params"]["_meta"];
        if value.is_null() {
            meta.as_object_mut().unwrap().remove(&name);
        } else {
            meta[name] = value;
        }
        self
    }

    pub async fn to(&self, server: &Server) -> Answer {
        self.to_with(server, self.body.to_string()).await
    }

    /// With a body of any bytes.
    pub async fn to_with(&self, server: &Server, body: impl Into<Vec<u8>>) -> Answer {
        let request = server
            .http
            .post(server.url("/mcp"))
            .headers(self.headers.clone())
            .bearer_auth(&self.bearer)
            .body(body.into());
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().await.unwrap();
        assert!(!headers.contains_key("mcp-session-id"), "{text}");
        Answer {
            status,
            headers,
            body: serde_json::from_str(&text).unwrap_or(Value::String(text)),
        }
    }
}

impl Answer {
    /// Status, error code and id.
    pub fn refusal(&self) -> (u16, i64, Value) {
        let code = self.body["error"]["code"].as_i64().unwrap_or_default();
        (self.status, code, self.body["id"].clone())
    }

    pub fn is_result(&self) -> bool {
        self.status == 200 && self.body["result"].is_object()
    }
}
