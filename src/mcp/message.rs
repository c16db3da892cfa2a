//! What of an incoming JSON-RPC message must be known before rmcp sees it.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

/// `_meta` key of the protocol version that a request is written in (2026-07-28).
pub const META_VERSION: &str = "io.modelcontextprotocol/protocolVersion";
/// `_meta` key of what the client can do (2026-07-28).
pub const META_CAPABILITIES: &str = "io.modelcontextprotocol/clientCapabilities";

/// Longest id that is taken, since answers repeat it.
pub const MAX_ID_BYTES: usize = 256;
/// From here on, several integers are the same `f64`.
const INEXACT: f64 = 9_007_199_254_740_992.0;

/// The head of a JSON-RPC message.
#[derive(Debug)]
pub struct Message {
    pub kind: Kind,
    /// Of a request, a string or an integer; otherwise null.
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
    pub cursor: Option<Value>,
    pub has_bad_arguments: bool,
    pub has_bad_meta: bool,
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

/// JSON that whoever comes later can read, too: Unicode in every string, every number within range, not nested too deeply.
/// Members that are skipped are otherwise not looked at.
struct Readable;

impl<'de> Deserialize<'de> for Readable {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Self)
    }
}

impl<'de> Visitor<'de> for Readable {
    type Value = Self;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }
    fn visit_unit<E>(self) -> Result<Self, E> {
        Ok(self)
    }
    fn visit_bool<E>(self, _: bool) -> Result<Self, E> {
        Ok(self)
    }
    fn visit_i64<E>(self, _: i64) -> Result<Self, E> {
        Ok(self)
    }
    fn visit_u64<E>(self, _: u64) -> Result<Self, E> {
        Ok(self)
    }
    fn visit_f64<E>(self, _: f64) -> Result<Self, E> {
        Ok(self)
    }
    fn visit_str<E>(self, _: &str) -> Result<Self, E> {
        Ok(self)
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self, A::Error> {
        while items.next_element::<Self>()?.is_some() {}
        Ok(self)
    }
    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self, A::Error> {
        while members.next_entry::<Self, Self>()?.is_some() {}
        Ok(self)
    }
}

/// The members of the outermost object, as they were sent.
#[derive(Default)]
struct Members<'a> {
    jsonrpc: Option<&'a RawValue>,
    id: Option<&'a RawValue>,
    method: Option<&'a RawValue>,
    params: Option<&'a RawValue>,
    result: Option<&'a RawValue>,
    error: Option<&'a RawValue>,
    has_id_twice: bool,
    has_other_twice: bool,
}

#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "lowercase")]
enum Member {
    Jsonrpc,
    Id,
    Method,
    Params,
    Result,
    Error,
    #[serde(other)]
    Other,
}

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Members::default())
    }
}

impl<'de: 'a, 'a> Visitor<'de> for Members<'a> {
    type Value = Self;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut members: A) -> Result<Self, A::Error> {
        while let Some(member) = members.next_key()? {
            let held = match member {
                Member::Jsonrpc => &mut self.jsonrpc,
                Member::Id => &mut self.id,
                Member::Method => &mut self.method,
                Member::Params => &mut self.params,
                Member::Result => &mut self.result,
                Member::Error => &mut self.error,
                Member::Other => {
                    members.next_value::<IgnoredAny>()?;
                    continue;
                }
            };
            if held.replace(members.next_value()?).is_some() {
                match member {
                    Member::Id => self.has_id_twice = true,
                    _ => self.has_other_twice = true,
                }
            }
        }
        Ok(self)
    }
}

impl Members<'_> {
    /// The id, if it can be repeated in an answer.
    fn usable_id(&self) -> Option<Value> {
        if self.has_id_twice {
            return None;
        }
        match serde_json::from_str(self.id?.get()).ok()? {
            Value::String(id) if id.len() <= MAX_ID_BYTES => Some(Value::String(id)),
            Value::Number(id) => id
                .as_i64()
                .or_else(|| integer(id.as_f64()?))
                .map(Value::from),
            _ => None,
        }
    }
}

/// The integer that was written as `1.0` or `1e2`.
fn integer(number: f64) -> Option<i64> {
    (number.fract() == 0.0 && number.abs() < INEXACT)
        .then(|| format!("{number:.0}").parse().ok())
        .flatten()
}

fn string(raw: Option<&RawValue>) -> Option<String> {
    serde_json::from_str(raw?.get()).ok()
}

#[derive(Deserialize)]
struct RawParams<'a> {
    #[serde(default)]
    name: Option<Value>,
    #[serde(default)]
    uri: Option<Value>,
    #[serde(default)]
    cursor: Option<Value>,
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

impl Message {
    /// Reads the head of `body`.
    ///
    /// # Errors
    /// [`Malformed`] says which rule of JSON-RPC 2.0 the body breaks.
    pub fn read(body: &[u8]) -> Result<Self, Malformed> {
        let body = std::str::from_utf8(body).map_err(|_| Malformed::NotJson)?;
        serde_json::from_str::<Readable>(body).map_err(|_| Malformed::NotJson)?;
        if body.trim_start().starts_with('[') {
            return Err(Malformed::Batch);
        }
        let members: Members<'_> =
            serde_json::from_str(body).map_err(|_| Malformed::NotAMessage {
                id: Value::Null,
                why: "a JSON-RPC 2.0 object is wanted",
            })?;
        let id = members.usable_id();
        Self::of(&members, id.as_ref()).map_err(|why| Malformed::NotAMessage {
            id: id.unwrap_or_default(),
            why,
        })
    }

    fn of(members: &Members<'_>, id: Option<&Value>) -> Result<Self, &'static str> {
        if members.has_id_twice || members.has_other_twice {
            return Err("a member is there twice");
        }
        if string(members.jsonrpc).as_deref() != Some("2.0") {
            return Err("\"jsonrpc\" must be \"2.0\"");
        }
        let is_outcome = members.result.is_some() || members.error.is_some();
        if members.method.is_none() && is_outcome {
            let has_both = members.result.is_some() && members.error.is_some();
            if has_both || members.id.is_none() {
                return Err("an answer has an \"id\" and either \"result\" or \"error\"");
            }
            return Ok(Self {
                kind: Kind::Response,
                id: Value::Null,
                method: String::new(),
                params: Params::default(),
            });
        }
        if is_outcome {
            return Err("\"method\" and \"result\" or \"error\" exclude each other");
        }
        let Some(method) = string(members.method) else {
            return Err("\"method\" must be a string");
        };
        let kind = match (members.id, id) {
            (None, _) => Kind::Notification,
            (Some(_), Some(_)) => Kind::Request,
            (Some(_), None) => {
                return Err("\"id\" must be a string of at most 256 bytes or a 64-bit integer");
            }
        };
        let params = match members.params.map(RawValue::get) {
            None | Some("null") => Params::default(),
            Some(params) if params.starts_with('{') => {
                Params::read(params).ok_or("\"params\" holds a member twice")?
            }
            Some(_) => return Err("\"params\" must be an object"),
        };
        Ok(Self {
            kind,
            id: id.cloned().unwrap_or_default(),
            method,
            params,
        })
    }

    /// What the `Mcp-Name` header must repeat, if this method has a name and the name is text.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        match self.method.as_str() {
            "tools/call" | "prompts/get" => self.params.name.as_ref()?.as_str(),
            "resources/read" => self.params.uri.as_ref()?.as_str(),
            _ => None,
        }
    }

    /// Whether the `Mcp-Name` header belongs to this method.
    #[must_use]
    pub fn is_named(&self) -> bool {
        matches!(
            self.method.as_str(),
            "tools/call" | "prompts/get" | "resources/read"
        )
    }

    /// What is wrong with the parameters, as far as it can be seen from here.
    #[must_use]
    pub fn bad_params(&self) -> Option<&'static str> {
        let params = &self.params;
        if params.has_bad_meta {
            return Some("params._meta must be an object");
        }
        match self.method.as_str() {
            "tools/call" | "prompts/get" if self.name().is_none() => {
                Some("params.name must be a string")
            }
            "tools/call" | "prompts/get" if params.has_bad_arguments => {
                Some("params.arguments must be an object")
            }
            "resources/read" if self.name().is_none() => Some("params.uri must be a string"),
            // Every list is given whole, so that there is no cursor to come back with; some clients send an empty one.
            "tools/list" | "prompts/list" | "resources/list" | "resources/templates/list"
                if params.cursor.as_ref().is_some_and(|c| c != "") =>
            {
                Some("params.cursor is none that this server gave")
            }
            _ => None,
        }
    }
}

impl Params {
    fn read(json: &str) -> Option<Self> {
        let raw: RawParams<'_> = serde_json::from_str(json).ok()?;
        let is_object = |raw: &RawValue| raw.get().starts_with('{');
        let is_bad =
            |raw: Option<&RawValue>| raw.is_some_and(|raw| !is_object(raw) && raw.get() != "null");
        let meta = match raw.meta {
            Some(meta) if is_object(meta) => {
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
            cursor: raw.cursor,
            has_bad_arguments: is_bad(raw.arguments),
            has_bad_meta: is_bad(raw.meta),
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

        #[test]
        fn what_is_json_is_decided_as_by_whoever_reads_it_next(
            words in prop::collection::vec(
                prop::sample::select(vec![
                    "{", "}", "[", "]", ",", ":", "1", "-0", "1e400", "1.5e3", "null", "tru", "\"id\"", "\"\\ud800\"",
                    "\"\\ud83d\\ude00\"", "\"\\x\"", "\"", " ", "\t", "\u{feff}",
                ]),
                0..12,
            )
        ) {
            let body = words.concat();
            prop_assert_eq!(
                Message::read(body.as_bytes()).is_err_and(|error| error == Malformed::NotJson),
                serde_json::from_str::<Value>(&body).is_err()
            );
        }
    }
}
