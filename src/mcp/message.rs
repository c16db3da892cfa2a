//! What of an incoming JSON-RPC message must be known before rmcp sees it.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

/// `_meta` key of the protocol version that a request is written in (2026-07-28).
pub const META_VERSION: &str = "io.modelcontextprotocol/protocolVersion";
/// `_meta` key of what the client can do (2026-07-28).
pub const META_CAPABILITIES: &str = "io.modelcontextprotocol/clientCapabilities";

/// Longest method and id that are taken.
const MAX_WORD_BYTES: usize = 256;

/// The head of a JSON-RPC message.
#[derive(Debug)]
pub struct Message {
    pub kind: Kind,
    /// Of a request, as it was sent; otherwise null.
    pub id: Value,
    pub method: String,
    pub params: Params,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Request,
    Notification,
    /// An answer to a request of ours; we send none.
    Response,
}

/// The members of `params` that routing and validation read.
#[derive(Debug, Default)]
pub struct Params {
    pub name: Option<Value>,
    pub uri: Option<Value>,
    pub has_bad_arguments: bool,
    pub meta: Meta,
}

/// The parts of `_meta` that 2026-07-28 demands.
#[derive(Debug, Default)]
pub struct Meta {
    pub version: Option<Value>,
    pub capabilities: Option<Value>,
}

/// A body that is no JSON-RPC message.
#[derive(Debug, PartialEq, Eq)]
pub enum Malformed {
    NotJson,
    Batch,
    /// JSON, but not a message; the id if there was a usable one.
    NotAMessage {
        id: Value,
        why: &'static str,
    },
}

#[derive(Deserialize)]
struct RawMessage<'a> {
    #[serde(borrow, default)]
    jsonrpc: Option<Cow<'a, str>>,
    #[serde(borrow, default, deserialize_with = "present")]
    id: Option<&'a RawValue>,
    #[serde(borrow, default)]
    method: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    params: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    result: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    error: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct RawParams<'a> {
    #[serde(default)]
    name: Option<Value>,
    #[serde(default)]
    uri: Option<Value>,
    #[serde(borrow, default)]
    arguments: Option<&'a RawValue>,
    #[serde(borrow, default, rename = "_meta")]
    meta: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct RawMeta {
    #[serde(default, rename = "io.modelcontextprotocol/protocolVersion")]
    version: Option<Value>,
    #[serde(default, rename = "io.modelcontextprotocol/clientCapabilities")]
    capabilities: Option<Value>,
}

/// A member that is there, even if it is null.
fn present<'de: 'a, 'a, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<&'a RawValue>, D::Error> {
    <&RawValue>::deserialize(deserializer).map(Some)
}

impl Message {
    /// Reads the head of `body`.
    ///
    /// # Errors
    /// [`Malformed`] says which rule of JSON-RPC 2.0 the body breaks.
    pub fn read(body: &[u8]) -> Result<Self, Malformed> {
        let first = body.iter().find(|b| !b.is_ascii_whitespace());
        if first == Some(&b'[') {
            return Err(match serde_json::from_slice::<&RawValue>(body) {
                Ok(_) => Malformed::Batch,
                Err(_) => Malformed::NotJson,
            });
        }
        let raw: RawMessage<'_> = serde_json::from_slice(body).map_err(|error| {
            if error.is_data() {
                Malformed::NotAMessage {
                    id: Value::Null,
                    why: "a JSON-RPC 2.0 object is wanted",
                }
            } else {
                Malformed::NotJson
            }
        })?;
        let id = raw
            .id
            .and_then(|id| serde_json::from_str::<Value>(id.get()).ok())
            .unwrap_or(Value::Null);
        let not_a_message = |why| Malformed::NotAMessage {
            id: match &id {
                Value::String(_) | Value::Number(_) => id.clone(),
                _ => Value::Null,
            },
            why,
        };
        if raw.jsonrpc.as_deref() != Some("2.0") {
            return Err(not_a_message("\"jsonrpc\" must be \"2.0\""));
        }
        let kind = match (&raw.method, raw.id) {
            (None, _) if raw.result.is_some() || raw.error.is_some() => Kind::Response,
            (None, _) => return Err(not_a_message("\"method\" is missing")),
            (Some(_), None) => Kind::Notification,
            (Some(_), Some(_)) => match &id {
                Value::String(_) => Kind::Request,
                Value::Number(n) if n.is_i64() || n.is_u64() => Kind::Request,
                _ => return Err(not_a_message("\"id\" must be a string or an integer")),
            },
        };
        let too_long = |text: &str| text.len() > MAX_WORD_BYTES;
        if raw.method.as_deref().is_some_and(too_long) || id.as_str().is_some_and(too_long) {
            // Both are repeated in answers and logs.
            return Err(Malformed::NotAMessage {
                id: Value::Null,
                why: "\"id\" or \"method\" is too long",
            });
        }
        let params = match raw.params {
            None => Params::default(),
            Some(params) if params.get() == "null" => Params::default(),
            Some(params) if params.get().starts_with('{') => Params::read(params.get())
                .ok_or_else(|| not_a_message("\"params\" holds a member twice"))?,
            Some(_) => return Err(not_a_message("\"params\" must be an object")),
        };
        Ok(Self {
            kind,
            id: if kind == Kind::Request {
                id
            } else {
                Value::Null
            },
            method: raw.method.map(Cow::into_owned).unwrap_or_default(),
            params,
        })
    }

    /// What the `Mcp-Name` header must repeat, for the methods that have one.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        match self.method.as_str() {
            "tools/call" | "prompts/get" => self.params.name.as_ref()?.as_str(),
            "resources/read" => self.params.uri.as_ref()?.as_str(),
            _ => None,
        }
    }

    /// What is wrong with the parameters of a method that rmcp would otherwise take for an unknown one.
    #[must_use]
    pub fn bad_params(&self) -> Option<&'static str> {
        match self.method.as_str() {
            "tools/call" | "prompts/get" if self.name().is_none() => {
                Some("params.name must be a string")
            }
            "tools/call" | "prompts/get" if self.params.has_bad_arguments => {
                Some("params.arguments must be an object")
            }
            "resources/read" if self.name().is_none() => Some("params.uri must be a string"),
            _ => None,
        }
    }
}

impl Params {
    fn read(json: &str) -> Option<Self> {
        let raw: RawParams<'_> = serde_json::from_str(json).ok()?;
        let meta = match raw.meta {
            Some(meta) if meta.get().starts_with('{') => {
                let meta: RawMeta = serde_json::from_str(meta.get()).ok()?;
                Meta {
                    version: meta.version,
                    capabilities: meta.capabilities,
                }
            }
            _ => Meta::default(),
        };
        Some(Self {
            name: raw.name,
            uri: raw.uri,
            has_bad_arguments: raw
                .arguments
                .is_some_and(|a| !a.get().starts_with('{') && a.get() != "null"),
            meta,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_kind_follows_from_method_and_id() {
        let kind = |body: &str| Message::read(body.as_bytes()).map(|m| m.kind);
        assert_eq!(
            kind(r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#),
            Ok(Kind::Request)
        );
        assert_eq!(
            kind(r#"{"jsonrpc":"2.0","id":"a","method":"ping","params":null}"#),
            Ok(Kind::Request)
        );
        assert_eq!(
            kind(r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#),
            Ok(Kind::Notification)
        );
        assert_eq!(
            kind(r#"{"jsonrpc":"2.0","id":1,"result":{}}"#),
            Ok(Kind::Response)
        );
    }

    #[test]
    fn what_is_no_message_is_told_apart() {
        let read = |body: &str| Message::read(body.as_bytes()).unwrap_err();
        assert_eq!(read("{"), Malformed::NotJson);
        assert_eq!(read("[1,2"), Malformed::NotJson);
        assert_eq!(read(""), Malformed::NotJson);
        assert_eq!(
            read(r#" [{"jsonrpc":"2.0","id":1,"method":"ping"}]"#),
            Malformed::Batch
        );
        for body in [
            "5",
            r#"{"id":1,"method":"ping"}"#,
            r#"{"jsonrpc":"2.0","id":1}"#,
            r#"{"jsonrpc":"2.0","id":null,"method":"ping"}"#,
            r#"{"jsonrpc":"2.0","id":1.5,"method":"ping"}"#,
            r#"{"jsonrpc":"2.0","id":1,"method":"ping","params":[]}"#,
            r#"{"jsonrpc":"2.0","id":1,"method":"ping","method":"pong"}"#,
        ] {
            assert!(
                matches!(read(body), Malformed::NotAMessage { .. }),
                "{body}"
            );
        }
    }

    #[test]
    fn the_name_comes_from_the_body_only() {
        let call = Message::read(
            br#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"get_today","arguments":{},"_meta":{
            "io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}}}"#,
        )
        .unwrap();
        assert_eq!(call.name(), Some("get_today"));
        assert_eq!(call.params.meta.version, Some("2026-07-28".into()));
        assert_eq!(call.bad_params(), None);
        let bad =
            Message::read(br#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":7}}"#)
                .unwrap();
        assert_eq!(bad.bad_params(), Some("params.name must be a string"));
    }

    proptest! {
        #[test]
        fn no_body_makes_the_reader_panic(body in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = Message::read(&body);
        }
    }
}
