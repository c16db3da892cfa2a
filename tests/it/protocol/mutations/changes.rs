//! What can go wrong on the way from a valid message to the bytes that are sent.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Value, json};

use super::json::Json;
use super::messages::Message;

/// Another meaning: still JSON, unless a value was written that is none.
#[derive(Clone, Debug)]
pub enum Change {
    Replace(Index, Json),
    Remove(Index, Index),
    /// A member once more, with the same value or another one.
    Repeat(Index, Index, Option<Json>),
    Rename(Index, Index, String),
    Add(Index, String, Json),
    /// A value inside so many lists or objects.
    Nest(Index, usize, bool),
}

/// Other bytes, whatever they mean.
#[derive(Clone, Debug)]
pub enum Damage {
    Flip(Index, u8),
    Delete(Index, usize),
    Insert(Index, Vec<u8>),
    Truncate(Index),
    /// The whole body twice.
    Twice,
}

/// Headers that are missing, repeated or not true.
#[derive(Clone, Debug)]
pub enum Lie {
    Remove(&'static str),
    Replace(&'static str, Vec<u8>),
    Add(&'static str, Vec<u8>),
    CopyApart(&'static str),
    CopyJoined(&'static str),
    Pad(&'static str),
    Encode(&'static str),
    OtherCase(&'static str),
}

const WORDS: [&str; 40] = [
    "2026-07-28",
    "2025-11-25",
    "2025-06-18",
    "2025-03-26",
    "2024-11-05",
    "2027-01-01",
    "v999.0.0",
    "",
    "2.0",
    "initialize",
    "ping",
    "server/discover",
    "tools/list",
    "tools/call",
    "resources/read",
    "resources/subscribe",
    "subscriptions/listen",
    "prompts/get",
    "completion/complete",
    "logging/setLevel",
    "notifications/initialized",
    "tasks/get",
    "get_today",
    "get_help",
    "Get_help",
    "update_wellness",
    "get_api_key",
    "intervals://help/metrics",
    "intervals://activity/i999",
    "intervals://wellness/2026-03-01",
    "file:///etc/passwd",
    "weekly_review",
    "application/json",
    "Application/JSON; charset=UTF-8",
    "text/plain",
    "application/json, application/json",
    "*/*",
    "=?base64?Z2V0X2hlbHA=?=",
    "=?base64?!?=",
    "名前\u{0}\u{202e}",
];

const MEMBERS: [&str; 16] = [
    "jsonrpc",
    "id",
    "method",
    "params",
    "result",
    "error",
    "name",
    "uri",
    "arguments",
    "cursor",
    "_meta",
    "io.modelcontextprotocol/protocolVersion",
    "io.modelcontextprotocol/clientCapabilities",
    "progressToken",
    "ref",
    "sampling",
];

const HEADERS: [&str; 10] = [
    "content-type",
    "accept",
    "mcp-protocol-version",
    "mcp-protocol-version",
    "mcp-method",
    "mcp-name",
    "mcp-session-id",
    "last-event-id",
    "mcp-param-region",
    "x-unknown",
];

fn value() -> impl Strategy<Value = Json> {
    let long = select(vec![255_usize, 256, 257, 5_000, 60_000])
        .prop_map(|length| Json::text(&"m".repeat(length)));
    let number = select(vec![
        "0",
        "-0",
        "-1",
        "1.0",
        "1e2",
        "1.5",
        "9007199254740991",
        "9007199254740992.0",
        "9223372036854775807",
        "9223372036854775808",
        "18446744073709551615",
        "123456789012345678901234567890",
        "-9223372036854775809",
        "1e30",
        "1e400",
        "-1E-7",
        "01",
        "NaN",
    ])
    .prop_map(|written| Json::Raw(written.to_owned()));
    let odd = select(vec![
        "\"\\ud800\"",
        "\"\\u0000\\n\"",
        "'a'",
        "undefined",
        "",
        "{\"a\":1,}",
        "\"\\x\"",
        "\"\u{1}\"",
        "// no",
    ])
    .prop_map(|written| Json::Raw(written.to_owned()));
    let plain = select(vec![
        json!(null),
        json!(true),
        json!([]),
        json!({}),
        json!(["2026-07-28"]),
        json!({ "a": { "a": [1] } }),
    ])
    .prop_map(Json::of);
    prop_oneof![
        5 => plain,
        5 => select(WORDS.to_vec()).prop_map(Json::text),
        4 => number,
        2 => odd,
        1 => long,
        1 => any::<String>().prop_map(|text| Json::text(&text)),
    ]
}

fn member() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => select(MEMBERS.to_vec()).prop_map(str::to_owned),
        1 => any::<String>(),
    ]
}

pub fn change() -> impl Strategy<Value = Change> {
    let at = any::<Index>;
    prop_oneof![
        6 => (at(), value()).prop_map(|(at, value)| Change::Replace(at, value)),
        4 => (at(), at()).prop_map(|(object, member)| Change::Remove(object, member)),
        2 => (at(), at(), prop::option::of(value()))
            .prop_map(|(object, member, value)| Change::Repeat(object, member, value)),
        2 => (at(), at(), member()).prop_map(|(object, at, name)| Change::Rename(object, at, name)),
        3 => (at(), member(), value()).prop_map(|(object, name, value)| Change::Add(object, name, value)),
        1 => (at(), prop_oneof![1..8_usize, 118..132_usize, Just(5_000)], any::<bool>())
            .prop_map(|(at, levels, lists)| Change::Nest(at, levels, lists)),
    ]
}

pub fn damage() -> impl Strategy<Value = Damage> {
    let at = any::<Index>;
    prop_oneof![
        4 => (at(), 0..8_u8).prop_map(|(at, bit)| Damage::Flip(at, bit)),
        2 => (at(), 1..20_usize).prop_map(|(at, length)| Damage::Delete(at, length)),
        2 => (at(), prop::collection::vec(any::<u8>(), 1..6)).prop_map(|(at, bytes)| Damage::Insert(at, bytes)),
        1 => at().prop_map(Damage::Truncate),
        1 => Just(Damage::Twice),
    ]
}

pub fn lie() -> impl Strategy<Value = Lie> {
    let name = || select(HEADERS.to_vec());
    let value = || {
        prop_oneof![
            6 => select(WORDS.to_vec()).prop_map(sendable),
            1 => prop::collection::vec(prop_oneof![0x20..0x7f_u8, 0x80..=0xff_u8], 0..12),
            1 => Just(vec![b'a'; 2_000]),
        ]
    };
    prop_oneof![
        4 => name().prop_map(Lie::Remove),
        5 => (name(), value()).prop_map(|(name, value)| Lie::Replace(name, value)),
        3 => (name(), value()).prop_map(|(name, value)| Lie::Add(name, value)),
        1 => name().prop_map(Lie::CopyApart),
        1 => name().prop_map(Lie::CopyJoined),
        1 => name().prop_map(Lie::Pad),
        1 => name().prop_map(Lie::Encode),
        1 => name().prop_map(Lie::OtherCase),
    ]
}

impl Change {
    pub fn apply(&self, body: &mut Json) {
        match self {
            Self::Replace(at, value) => {
                body.change(at.index(1 << 20), &mut |held| *held = value.clone())
            }
            Self::Nest(at, levels, lists) => body.change(at.index(1 << 20), &mut |held| {
                let mut inner = String::new();
                held.write(&mut inner);
                let (open, close) = if *lists { ("[", "]") } else { ("{\"a\":", "}") };
                *held = Json::Raw(format!(
                    "{}{inner}{}",
                    open.repeat(*levels),
                    close.repeat(*levels)
                ));
            }),
            Self::Remove(object, at) => members(body, *object, &mut |held| {
                if !held.is_empty() {
                    held.remove(at.index(held.len()));
                }
            }),
            Self::Repeat(object, at, value) => members(body, *object, &mut |held| {
                if !held.is_empty() {
                    let (name, same) = held[at.index(held.len())].clone();
                    held.push((name, value.clone().unwrap_or(same)));
                }
            }),
            Self::Rename(object, at, name) => members(body, *object, &mut |held| {
                if !held.is_empty() {
                    let at = at.index(held.len());
                    held[at].0.clone_from(name);
                }
            }),
            Self::Add(object, name, value) => members(body, *object, &mut |held| {
                held.push((name.clone(), value.clone()));
            }),
        }
    }
}

fn members(body: &mut Json, object: Index, change: &mut dyn FnMut(&mut Vec<(String, Json)>)) {
    body.change_members(object.index(1 << 20), change);
}

impl Damage {
    pub fn apply(&self, body: &mut Vec<u8>) {
        if body.is_empty() {
            return;
        }
        match self {
            Self::Flip(at, bit) => {
                let at = at.index(body.len());
                body[at] ^= 1 << bit;
            }
            Self::Delete(at, length) => {
                let from = at.index(body.len());
                let to = (from + length).min(body.len());
                body.drain(from..to);
            }
            Self::Insert(at, bytes) => {
                let at = at.index(body.len());
                body.splice(at..at, bytes.iter().copied());
            }
            Self::Truncate(at) => body.truncate(at.index(body.len())),
            Self::Twice => body.extend_from_within(..),
        }
    }
}

impl Lie {
    pub fn apply(&self, headers: &mut Vec<(String, Vec<u8>)>) {
        let each =
            |headers: &mut Vec<(String, Vec<u8>)>, name: &str, change: &dyn Fn(&mut Vec<u8>)| {
                for (held, value) in headers {
                    if held == name {
                        change(value);
                    }
                }
            };
        match self {
            Self::Remove(name) => headers.retain(|(held, _)| held != name),
            Self::Replace(name, value) => {
                headers.retain(|(held, _)| held != name);
                headers.push(((*name).to_owned(), value.clone()));
            }
            Self::Add(name, value) => headers.push(((*name).to_owned(), value.clone())),
            Self::CopyApart(name) => {
                let copies: Vec<_> = headers
                    .iter()
                    .filter(|(held, _)| held == name)
                    .cloned()
                    .collect();
                headers.extend(copies);
            }
            Self::CopyJoined(name) => each(headers, name, &|value| {
                let copy = value.clone();
                value.extend_from_slice(b", ");
                value.extend(copy);
            }),
            Self::Pad(name) => each(headers, name, &|value| {
                value.splice(0..0, *b" \t ");
                value.extend_from_slice(b"  ");
            }),
            Self::Encode(name) => each(headers, name, &|value| {
                *value = format!("=?base64?{}?=", STANDARD.encode(&*value)).into_bytes();
            }),
            Self::OtherCase(name) => each(headers, name, &|value| value.make_ascii_uppercase()),
        }
    }
}

/// `word` without what no HTTP client lets into a header.
fn sendable(word: &str) -> Vec<u8> {
    word.bytes().filter(|b| !b.is_ascii_control()).collect()
}

/// A message and what happened to it.
#[derive(Clone, Debug)]
pub struct Case {
    pub message: Message,
    /// Where another message's headers took the place of its own.
    pub other: Option<Message>,
    pub changes: Vec<Change>,
    pub damages: Vec<Damage>,
    pub lies: Vec<Lie>,
    pub path: &'static str,
    pub has_credential: bool,
    pub is_strict: bool,
}

pub fn case(messages: &[Message]) -> impl Strategy<Value = Case> + use<> {
    let message = || select(messages.to_vec());
    (
        message(),
        prop::option::weighted(0.1, message()),
        prop_oneof![
            2 => Just(Vec::new()),
            6 => prop::collection::vec(change(), 1..4),
        ],
        prop_oneof![
            8 => Just(Vec::new()),
            2 => prop::collection::vec(damage(), 1..3),
        ],
        prop_oneof![
            5 => Just(Vec::new()),
            5 => prop::collection::vec(lie(), 1..4),
        ],
        select(vec!["/mcp", "/mcp", "/mcp/", "/"]),
        prop::bool::weighted(0.97),
        prop::bool::weighted(0.2),
    )
        .prop_map(
            |(message, other, changes, damages, lies, path, has_credential, is_strict)| Case {
                message,
                other,
                changes,
                damages,
                lies,
                path,
                has_credential,
                is_strict,
            },
        )
}

impl Case {
    /// The headers and the body that are sent.
    pub fn build(&self) -> (Vec<(String, Vec<u8>)>, Vec<u8>) {
        let mut body = self.message.body.clone();
        for change in &self.changes {
            change.apply(&mut body);
        }
        let mut text = String::new();
        body.write(&mut text);
        let mut bytes = text.into_bytes();
        for damage in &self.damages {
            damage.apply(&mut bytes);
        }
        let mut headers = self.other.as_ref().unwrap_or(&self.message).headers.clone();
        for lie in &self.lies {
            lie.apply(&mut headers);
        }
        (headers, bytes)
    }
}

/// What a JSON-RPC answer may hold at its top.
pub fn is_answer(body: &Value) -> bool {
    let Some(members) = body.as_object() else {
        return false;
    };
    members
        .keys()
        .all(|k| ["jsonrpc", "id", "result", "error"].contains(&k.as_str()))
        && members.get("jsonrpc") == Some(&json!("2.0"))
        && members.contains_key("id")
        && members.contains_key("result") != members.contains_key("error")
}
