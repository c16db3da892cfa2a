//! What the specification says about a request, written without a look at how the server does it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::json::Json;

const VERSIONS: [&str; 4] = ["2026-07-28", "2025-11-25", "2025-06-18", "2025-03-26"];
const MODERN: &str = VERSIONS[0];
const META_VERSION: &str = "io.modelcontextprotocol/protocolVersion";
const META_CAPABILITIES: &str = "io.modelcontextprotocol/clientCapabilities";

const IN_BOTH_ERAS: [&str; 8] = [
    "tools/list",
    "tools/call",
    "resources/list",
    "resources/templates/list",
    "resources/read",
    "prompts/list",
    "prompts/get",
    "completion/complete",
];

/// A request as it was sent; names of headers in lower case.
#[derive(Debug)]
pub struct Sent<'a> {
    pub headers: &'a [(String, Vec<u8>)],
    pub body: &'a [u8],
    pub has_credential: bool,
    pub is_strict: bool,
    pub tools: &'a [String],
}

/// An answer that is allowed.
#[derive(Debug, Clone, PartialEq)]
pub enum Expected {
    /// Nobody is told anything without a credential.
    Challenge,
    /// 202 without a body.
    Accepted,
    /// A JSON-RPC error with this status.
    Error { status: u16, id: Value, code: i64 },
    /// Nothing under this URI.
    Miss { id: Value, code: i64, uri: String },
    /// A JSON-RPC result with status 200.
    Result {
        id: Value,
        method: String,
        /// What version its shape belongs to; `None` where it may be either.
        is_modern: Option<bool>,
    },
}

/// Every answer that `sent` may get.
pub fn expected(sent: &Sent<'_>) -> Vec<Expected> {
    match judge(sent) {
        Ok(all) | Err(all) => all,
    }
}

fn refused(status: u16, id: &Value, code: i64) -> Vec<Expected> {
    let id = id.clone();
    vec![Expected::Error { status, id, code }]
}

fn judge(sent: &Sent<'_>) -> Result<Vec<Expected>, Vec<Expected>> {
    if !sent.has_credential {
        return Ok(vec![Expected::Challenge]);
    }
    if !is_json(sent) {
        return Err(refused(415, &Value::Null, -32600));
    }
    let Some(message) = Json::read(sent.body) else {
        return Err(refused(400, &Value::Null, -32700));
    };
    if !message.is_object() {
        return Err(refused(400, &Value::Null, -32600));
    }
    let envelope = envelope(&message)?;
    let era = classify(sent, &envelope)?;
    let Some(id) = &envelope.id else {
        return Ok(vec![Expected::Accepted]);
    };
    let mut allowed = answers(sent, &envelope, id, era);
    if era.is_modern && era.has_odd_capabilities {
        allowed.extend(refused(400, id, -32602));
    }
    Ok(allowed)
}

fn is_json(sent: &Sent<'_>) -> bool {
    let mut kinds = values(sent, "content-type").peekable();
    kinds.peek().is_some()
        && kinds.all(|kind| {
            let essence = kind.split(|b| *b == b';').next().unwrap_or_default();
            kind.iter().all(|b| b.is_ascii() && *b != 0x7f)
                && essence
                    .split(|b| *b == b',')
                    .all(|part| part.trim_ascii().eq_ignore_ascii_case(b"application/json"))
        })
}

struct Envelope<'a> {
    /// Of a request.
    id: Option<Value>,
    method: &'a str,
    params: Option<&'a Json>,
}

/// JSON-RPC 2.0 as MCP narrows it: ids are strings or integers, `params` is an object.
fn envelope(message: &Json) -> Result<Envelope<'_>, Vec<Expected>> {
    let ids: Vec<&Json> = message.all("id").collect();
    let readable = match ids.as_slice() {
        [id] => usable(id),
        _ => None,
    };
    let echo = readable.clone().unwrap_or(Value::Null);
    let wrong = || refused(400, &echo, -32600);
    for name in ["jsonrpc", "id", "method", "params", "result", "error"] {
        if message.all(name).count() > 1 {
            return Err(wrong());
        }
    }
    if message.get("jsonrpc").and_then(Json::as_str) != Some("2.0") {
        return Err(wrong());
    }
    let outcomes = message.all("result").count() + message.all("error").count();
    let Some(method) = message.get("method") else {
        let is_answer = outcomes == 1 && !ids.is_empty();
        return if is_answer {
            Ok(Envelope {
                id: None,
                method: "",
                params: None,
            })
        } else {
            Err(wrong())
        };
    };
    let Some(method) = method.as_str().filter(|_| outcomes == 0) else {
        return Err(wrong());
    };
    if !ids.is_empty() && readable.is_none() {
        return Err(wrong());
    }
    let params = message.given("params");
    if let Some(params) = params {
        let twice = ["name", "uri", "arguments", "cursor", "_meta"]
            .iter()
            .any(|name| params.all(name).count() > 1);
        let meta_twice = params.get("_meta").is_some_and(|meta| {
            [META_VERSION, META_CAPABILITIES]
                .iter()
                .any(|name| meta.all(name).count() > 1)
        });
        if !params.is_object() || twice || meta_twice {
            return Err(wrong());
        }
    }
    Ok(Envelope {
        id: readable,
        method,
        params,
    })
}

/// An id that can be repeated: a short string, or an integer in any notation.
fn usable(id: &Json) -> Option<Value> {
    match id {
        Json::Scalar(Value::String(text)) if text.len() <= 256 => Some(json!(text)),
        Json::Scalar(Value::Number(number)) => {
            let whole = number
                .as_f64()
                .filter(|f| f.fract() == 0.0 && f.abs() < 2_f64.powi(53));
            let written = whole.map(|f| format!("{f:.0}").parse::<i64>().unwrap());
            number.as_i64().or(written).map(Value::from)
        }
        _ => None,
    }
}

#[derive(Clone, Copy)]
struct Era {
    is_modern: bool,
    /// Of 2026-07-28 itself.
    is_latest: bool,
    has_odd_capabilities: bool,
}

fn classify(sent: &Sent<'_>, message: &Envelope<'_>) -> Result<Era, Vec<Expected>> {
    let echo = message.id.clone().unwrap_or(Value::Null);
    let meta = message.params.and_then(|params| params.get("_meta"));
    let version = meta.and_then(|meta| meta.given(META_VERSION));
    let named = versions(sent);
    let is_handshake = message.method == "initialize";
    let is_modern = version.is_some()
        || message.method == "server/discover"
        || (named == [MODERN] && !is_handshake);
    if !is_modern {
        match named.as_slice() {
            _ if is_handshake => {}
            [] => {}
            [one] if VERSIONS.contains(&one.as_str()) || one == "2024-11-05" => {}
            [_] => return Err(refused(400, &echo, -32022)),
            _ => return Err(refused(400, &echo, -32020)),
        }
        let exists = is_handshake || message.method == "ping";
        if message.id.is_some() && !exists && !IN_BOTH_ERAS.contains(&message.method) {
            return Err(refused(200, &echo, -32601));
        }
        return Ok(Era {
            is_modern,
            is_latest: false,
            has_odd_capabilities: false,
        });
    }
    let capabilities = meta.and_then(|meta| meta.given(META_CAPABILITIES));
    let era = Era {
        is_modern,
        is_latest: version.and_then(Json::as_str) == Some(MODERN),
        has_odd_capabilities: capabilities != Some(&Json::Members(Vec::new())),
    };
    if message.id.is_none() {
        return Ok(era);
    }
    // Required _meta, header against _meta, version, standard headers, method: in this order.
    let refuse = |status, code| {
        let mut all = refused(status, &echo, code);
        if era.has_odd_capabilities {
            all.extend(refused(400, &echo, -32602));
        }
        Err(all)
    };
    let Some(version) = version.and_then(Json::as_str) else {
        return Err(refused(400, &echo, -32602));
    };
    if !capabilities.is_some_and(Json::is_object) {
        return Err(refused(400, &echo, -32602));
    }
    let is_tolerated = !sent.is_strict
        && version == MODERN
        && matches!(named.as_slice(), [old] if VERSIONS[1..].contains(&old.as_str()));
    if named != [version] && !is_tolerated {
        return refuse(400, -32020);
    }
    if !VERSIONS.contains(&version) {
        return refuse(400, -32022);
    }
    if !repeats(sent, "mcp-method", Some(message.method), is_tolerated) {
        return refuse(400, -32020);
    }
    let source = match message.method {
        "tools/call" | "prompts/get" => Some("name"),
        "resources/read" => Some("uri"),
        _ => None,
    };
    if let Some(source) = source {
        let name = message.params.and_then(|p| p.get(source)?.as_str());
        if !repeats(sent, "mcp-name", name, is_tolerated) {
            return refuse(400, -32020);
        }
    }
    if message.method != "server/discover" && !IN_BOTH_ERAS.contains(&message.method) {
        return refuse(404, -32601);
    }
    Ok(era)
}

/// The different versions that the headers name.
fn versions(sent: &Sent<'_>) -> Vec<String> {
    let mut named: Vec<String> = Vec::new();
    for value in values(sent, "mcp-protocol-version") {
        for part in String::from_utf8_lossy(value).split(',') {
            let part = part.trim().to_owned();
            if !part.is_empty() && !named.contains(&part) {
                named.push(part);
            }
        }
    }
    named
}

/// Whether every copy of the header says what the body says.
fn repeats(sent: &Sent<'_>, header: &str, body: Option<&str>, may_be_absent: bool) -> bool {
    let mut copies = values(sent, header).peekable();
    let Some(body) = body else {
        return copies.peek().is_none();
    };
    let says = |text: &str| {
        let text = text.trim_matches([' ', '\t']);
        let inner = text
            .strip_prefix("=?base64?")
            .and_then(|rest| rest.strip_suffix("?="));
        match inner {
            Some(encoded) => STANDARD
                .decode(encoded)
                .is_ok_and(|bytes| bytes == body.as_bytes()),
            None => text == body,
        }
    };
    if copies.peek().is_none() {
        return may_be_absent;
    }
    copies.all(|copy| {
        let is_plain = copy.iter().all(|b| matches!(b, b'\t' | b' '..=b'~'));
        let text = String::from_utf8_lossy(copy);
        is_plain && (says(&text) || (text.contains(',') && text.split(',').all(says)))
    })
}

fn values<'a>(sent: &'a Sent<'_>, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
    sent.headers
        .iter()
        .filter(move |(held, _)| held == name)
        .map(|(_, value)| value.trim_ascii())
}

/// What a method that exists may answer to its parameters.
fn answers(sent: &Sent<'_>, message: &Envelope<'_>, id: &Value, era: Era) -> Vec<Expected> {
    let result = || Expected::Result {
        id: id.clone(),
        method: message.method.to_owned(),
        is_modern: (!era.is_modern || era.is_latest).then_some(era.is_modern),
    };
    let invalid = || refused(200, id, -32602);
    let either = || [vec![result()], invalid()].concat();
    let none = Json::Members(Vec::new());
    let params = message.params.unwrap_or(&none);
    let only = |names: &[&str]| match params {
        Json::Members(members) => members
            .iter()
            .all(|(name, _)| names.contains(&name.as_str())),
        _ => false,
    };
    if params.given("_meta").is_some_and(|meta| !meta.is_object()) {
        return invalid();
    }
    match message.method {
        "ping" | "server/discover" => vec![result()],
        "tools/list" | "prompts/list" | "resources/list" | "resources/templates/list" => {
            match params.given("cursor") {
                None => vec![result()],
                Some(cursor) if cursor.as_str() == Some("") => vec![result()],
                Some(_) => invalid(),
            }
        }
        "initialize" => {
            let text = |of: Option<&Json>, name: &str| {
                of.and_then(|of| of.get(name))
                    .is_some_and(|v| v.as_str().is_some())
            };
            let client = params.get("clientInfo");
            let is_whole = text(Some(params), "protocolVersion")
                && params.get("capabilities").is_some_and(Json::is_object)
                && text(client, "name")
                && text(client, "version");
            let is_plain = ["protocolVersion", "capabilities", "clientInfo"]
                .iter()
                .all(|name| params.all(name).count() == 1)
                && params.get("capabilities") == Some(&Json::Members(Vec::new()))
                && matches!(client, Some(Json::Members(members)) if members.len() == 2)
                && only(&["protocolVersion", "capabilities", "clientInfo", "_meta"]);
            match (is_whole, is_plain) {
                (false, _) => invalid(),
                (true, true) => vec![result()],
                (true, false) => either(),
            }
        }
        "tools/call" => {
            let name = params.get("name").and_then(Json::as_str);
            let has_bad_arguments = params.given("arguments").is_some_and(|a| !a.is_object());
            match name {
                Some(name) if !has_bad_arguments && sent.tools.iter().any(|t| t == name) => {
                    if only(&["name", "arguments", "_meta"]) {
                        vec![result()]
                    } else {
                        either()
                    }
                }
                _ => invalid(),
            }
        }
        "prompts/get" => match params.get("name").and_then(Json::as_str) {
            Some(_) if params.given("arguments").is_none_or(Json::is_object) => either(),
            _ => invalid(),
        },
        "resources/read" => {
            let Some(uri) = params.get("uri").and_then(Json::as_str) else {
                return invalid();
            };
            let miss = |code| Expected::Miss {
                id: id.clone(),
                code,
                uri: uri.to_owned(),
            };
            let mut allowed = vec![result()];
            if era.is_modern {
                allowed.push(miss(-32602));
            }
            if !era.is_latest {
                allowed.push(miss(-32002));
            }
            if !only(&["uri", "_meta"]) {
                allowed.extend(invalid());
            }
            allowed
        }
        "completion/complete" => either(),
        _ => Vec::new(),
    }
}
