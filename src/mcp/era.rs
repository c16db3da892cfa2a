//! Which revision of the protocol a request speaks, and whether it speaks it right.
//!
//! One endpoint serves both eras: revisions up to 2025-11-25 begin with `initialize`; 2026-07-28 has no handshake, every
//! request describes itself in `params._meta` and repeats it in headers.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use rmcp::model::ClientCapabilities;
use serde::Deserialize;
use serde_json::{Value, json};

use super::message::{Kind, META_CAPABILITIES, META_VERSION, Message};

pub const LATEST: &str = "2026-07-28";
/// Newest first, as `server/discover` lists them.
pub const SUPPORTED: [&str; 4] = [LATEST, "2025-11-25", "2025-06-18", "2025-03-26"];

pub const PROTOCOL_VERSION: HeaderName = HeaderName::from_static("mcp-protocol-version");
pub const METHOD: HeaderName = HeaderName::from_static("mcp-method");
pub const NAME: HeaderName = HeaderName::from_static("mcp-name");

/// What this server answers in either era, and what only in one.
const METHODS: [&str; 8] = [
    "tools/list",
    "tools/call",
    "resources/list",
    "resources/templates/list",
    "resources/read",
    "prompts/list",
    "prompts/get",
    "completion/complete",
];
const LEGACY_METHODS: [&str; 2] = ["initialize", "ping"];
const DISCOVER: &str = "server/discover";

/// How a request is to be served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Era {
    /// 2025-03-26 to 2025-11-25.
    Legacy,
    /// 2026-07-28.
    Modern,
}

impl Era {
    /// One word, for counting.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Legacy => "legacy",
            Self::Modern => "modern",
        }
    }
}

/// The method of `message` if this server knows it, else what kind of message it is: never a word of the caller's.
#[must_use]
pub fn known_method(message: &Message) -> &'static str {
    if message.kind != Kind::Request {
        return "notification";
    }
    let known = METHODS.iter().chain(&LEGACY_METHODS).chain([&DISCOVER]);
    let mut known = known.filter(|method| **method == message.method);
    known.next().map_or("unknown", |method| method)
}

/// A request that breaks the rules of its revision.
#[derive(Debug, Clone, PartialEq)]
pub struct Violation {
    pub status: StatusCode,
    /// A JSON-RPC error code.
    pub code: i32,
    pub message: String,
    pub data: Option<Value>,
}

impl Violation {
    pub const INVALID_REQUEST: i32 = -32600;
    pub const METHOD_NOT_FOUND: i32 = -32601;
    pub const INVALID_PARAMS: i32 = -32602;
    pub const HEADER_MISMATCH: i32 = -32020;
    pub const UNSUPPORTED_VERSION: i32 = -32022;

    fn new(code: i32, message: impl Into<String>) -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            code,
            message: message.into(),
            data: None,
        }
    }

    fn unsupported(requested: &str) -> Self {
        Self {
            data: Some(json!({ "supported": SUPPORTED, "requested": requested })),
            ..Self::new(Self::UNSUPPORTED_VERSION, "Unsupported protocol version")
        }
    }

    fn no_such_method(era: Era, method: &str) -> Self {
        Self {
            status: match era {
                Era::Legacy => StatusCode::OK,
                Era::Modern => StatusCode::NOT_FOUND,
            },
            ..Self::new(
                Self::METHOD_NOT_FOUND,
                format!("Method not found: {method:.64}"),
            )
        }
    }

    fn several_versions() -> Self {
        Self::new(
            Self::HEADER_MISMATCH,
            "Header mismatch: MCP-Protocol-Version was sent with different values",
        )
    }
}

/// What the version headers say together; proxies repeat them, so equal copies count as one.
#[derive(Debug, PartialEq, Eq)]
enum Named {
    Nothing,
    One(String),
    Several,
}

/// Classifies `message` and checks it; what it leaves in `headers` is what rmcp, which is stricter, accepts.
///
/// # Errors
/// The first [`Violation`] in the order that the conformance suite expects: required `_meta`, header against `_meta`,
/// version supported, standard headers, method.
pub fn admit(message: &Message, headers: &mut HeaderMap, strict: bool) -> Result<Era, Violation> {
    let named = Named::by(headers);
    let is_initialize = message.method == "initialize";
    let is_modern = message.params.meta.version.is_some()
        || message.method == DISCOVER
        || (!is_initialize && matches!(&named, Named::One(version) if version == LATEST));
    if is_modern {
        modern(message, named, headers, strict)
    } else {
        legacy(message, named, headers)
    }
}

fn legacy(message: &Message, named: Named, headers: &mut HeaderMap) -> Result<Era, Violation> {
    match named {
        // The handshake carries its version in the body; some clients send another in the header.
        _ if message.method == "initialize" => {
            headers.remove(PROTOCOL_VERSION);
        }
        Named::Several => return Err(Violation::several_versions()),
        Named::One(version) if !is_supported(&version) && version != "2024-11-05" => {
            return Err(Violation::unsupported(&version));
        }
        Named::One(version) => set(headers, PROTOCOL_VERSION, &version),
        Named::Nothing => {
            headers.remove(PROTOCOL_VERSION);
        }
    }
    let method = message.method.as_str();
    let exists = METHODS.contains(&method) || LEGACY_METHODS.contains(&method);
    if message.kind == Kind::Request && !exists {
        return Err(Violation::no_such_method(Era::Legacy, method));
    }
    Ok(Era::Legacy)
}

fn modern(
    message: &Message,
    named: Named,
    headers: &mut HeaderMap,
    strict: bool,
) -> Result<Era, Violation> {
    // The revision says nothing about the headers of notifications.
    if message.kind != Kind::Request {
        return Ok(Era::Modern);
    }
    let meta = &message.params.meta;
    let Some(Value::String(version)) = &meta.version else {
        return Err(missing_meta(META_VERSION));
    };
    if !meta.capabilities.as_ref().is_some_and(is_capabilities) {
        return Err(missing_meta(META_CAPABILITIES));
    }
    let header = match named {
        Named::Nothing => String::new(),
        Named::One(header) => header,
        Named::Several => return Err(Violation::several_versions()),
    };
    // Claude's connectors send a legacy header with a modern body (anthropics/claude-code#93290). Nobody routes on the
    // header in front of a single binary, so this one combination is served unless the operator forbids it.
    let tolerated =
        !strict && version == LATEST && header.as_str() < LATEST && is_supported(&header);
    if header != *version && !tolerated {
        return Err(Violation::new(
            Violation::HEADER_MISMATCH,
            format!(
                "Header mismatch: MCP-Protocol-Version header value '{header:.40}' does not match body value \
                 '{version:.40}'"
            ),
        ));
    }
    if !is_supported(version) {
        return Err(Violation::unsupported(version));
    }
    standard_header(headers, METHOD, Some(&message.method), tolerated)?;
    if message.is_named() {
        standard_header(headers, NAME, message.name(), tolerated)?;
    }
    let method = message.method.as_str();
    if method != DISCOVER && !METHODS.contains(&method) {
        return Err(Violation::no_such_method(Era::Modern, method));
    }
    set(headers, PROTOCOL_VERSION, version);
    Ok(Era::Modern)
}

fn is_supported(version: &str) -> bool {
    SUPPORTED.contains(&version)
}

/// As rmcp reads them, which takes what it cannot read for absent.
fn is_capabilities(value: &Value) -> bool {
    value.is_object() && ClientCapabilities::deserialize(value).is_ok()
}

fn missing_meta(key: &str) -> Violation {
    Violation::new(
        Violation::INVALID_PARAMS,
        format!("Missing required _meta field {key}"),
    )
}

impl Named {
    fn by(headers: &HeaderMap) -> Self {
        let mut named = Self::Nothing;
        for value in headers.get_all(PROTOCOL_VERSION) {
            let value = String::from_utf8_lossy(value.as_bytes());
            for part in value.split(',').map(str::trim).filter(|p| !p.is_empty()) {
                match &named {
                    Self::One(version) if version != part => return Self::Several,
                    _ => named = Self::One(part.to_owned()),
                }
            }
        }
        named
    }
}

/// Checks `Mcp-Method` or `Mcp-Name` against the body and normalises it.
fn standard_header(
    headers: &mut HeaderMap,
    name: HeaderName,
    body: Option<&str>,
    may_be_absent: bool,
) -> Result<(), Violation> {
    let mismatch = |what: &str| {
        Violation::new(
            Violation::HEADER_MISMATCH,
            format!("Header mismatch: {name} {what}"),
        )
    };
    let mut seen = false;
    for value in headers.get_all(&name) {
        seen = true;
        let text = value
            .to_str()
            .map_err(|_| mismatch("is not readable text"))?;
        if !body.is_some_and(|body| says(text, body)) {
            return Err(mismatch("does not match the body"));
        }
    }
    let Some(body) = body else { return Ok(()) };
    if !seen && !may_be_absent {
        return Err(mismatch("is missing"));
    }
    let plain = body.bytes().all(|b| (0x21..0x7f).contains(&b)) && !body.starts_with("=?");
    if plain {
        set(headers, name, body);
    } else {
        set(
            headers,
            name,
            &format!("=?base64?{}?=", STANDARD.encode(body)),
        );
    }
    Ok(())
}

/// Whether `header` is `body`, or several copies of it that a proxy joined.
fn says(header: &str, body: &str) -> bool {
    let is_body = |text: &str| decode(text.trim()).is_some_and(|decoded| decoded == body);
    is_body(header) || (header.contains(',') && header.split(',').all(is_body))
}

/// `=?base64?…?=` carries what a header cannot; `None` when it carries nothing readable.
fn decode(text: &str) -> Option<Cow<'_, str>> {
    match text
        .strip_prefix("=?base64?")
        .and_then(|rest| rest.strip_suffix("?="))
    {
        Some(encoded) => String::from_utf8(STANDARD.decode(encoded).ok()?)
            .ok()
            .map(Cow::Owned),
        None => Some(Cow::Borrowed(text)),
    }
}

fn set(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::sample::select;

    use super::*;

    fn request(method: &str, version: Option<&str>) -> Message {
        let meta = version.map_or(String::new(), |version| {
            format!(r#","_meta":{{"{META_VERSION}":"{version}","{META_CAPABILITIES}":{{}}}}"#)
        });
        let body = format!(
            r#"{{"jsonrpc":"2.0","id":1,"method":"{method}","params":{{"name":"get_today"{meta}}}}}"#
        );
        Message::read(body.as_bytes()).unwrap()
    }

    fn headers(pairs: &[(HeaderName, &str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (name.clone(), HeaderValue::from_str(value).unwrap()))
            .collect()
    }

    fn code(message: &Message, pairs: &[(HeaderName, &str)]) -> Result<Era, i32> {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(name, HeaderValue::from_str(value).unwrap());
        }
        admit(message, &mut headers, false).map_err(|v| v.code)
    }

    #[test]
    fn legacy_requests_are_served_whatever_known_version_they_name() {
        let list = request("tools/list", None);
        for header in [
            None,
            Some("2025-03-26"),
            Some("2025-11-25"),
            Some("2024-11-05"),
            Some("2025-06-18, 2025-06-18"),
        ] {
            let pairs: Vec<_> = header.iter().map(|v| (PROTOCOL_VERSION, *v)).collect();
            assert_eq!(code(&list, &pairs), Ok(Era::Legacy), "{header:?}");
        }
        assert_eq!(code(&list, &[(PROTOCOL_VERSION, "v999.0.0")]), Err(-32022));
        assert_eq!(
            code(
                &list,
                &[
                    (PROTOCOL_VERSION, "2025-06-18"),
                    (PROTOCOL_VERSION, "2025-11-25")
                ]
            ),
            Err(-32020)
        );
    }

    #[test]
    fn the_handshake_ignores_the_version_header() {
        let mut headers = headers(&[(PROTOCOL_VERSION, "2025-03-26")]);
        assert_eq!(
            admit(&request("initialize", None), &mut headers, true),
            Ok(Era::Legacy)
        );
        assert!(headers.is_empty());
    }

    #[test]
    fn modern_requests_are_checked_in_the_order_of_the_specification() {
        let call = request("tools/call", Some(LATEST));
        let all = [
            (PROTOCOL_VERSION, LATEST),
            (METHOD, "tools/call"),
            (NAME, "get_today"),
        ];
        assert_eq!(code(&call, &all), Ok(Era::Modern));
        assert_eq!(
            code(&request("tools/list", None), &[(PROTOCOL_VERSION, LATEST)]),
            Err(-32602)
        );
        assert_eq!(code(&request("server/discover", None), &[]), Err(-32602));
        assert_eq!(
            code(&call, &[(METHOD, "tools/call"), (NAME, "get_today")]),
            Err(-32020)
        );
        let future = request("tools/call", Some("v999.0.0"));
        assert_eq!(
            code(&future, &all),
            Err(-32020),
            "equality comes before support"
        );
        assert_eq!(
            code(&future, &[(PROTOCOL_VERSION, "v999.0.0")]),
            Err(-32022)
        );
        assert_eq!(
            code(&call, &[(PROTOCOL_VERSION, LATEST), (NAME, "get_today")]),
            Err(-32020)
        );
        assert_eq!(
            code(
                &call,
                &[
                    (PROTOCOL_VERSION, LATEST),
                    (METHOD, "tools/list"),
                    (NAME, "get_today")
                ]
            ),
            Err(-32020)
        );
        assert_eq!(
            code(&call, &[(PROTOCOL_VERSION, LATEST), (METHOD, "tools/call")]),
            Err(-32020)
        );
        assert_eq!(
            code(
                &call,
                &[
                    (PROTOCOL_VERSION, LATEST),
                    (METHOD, "tools/call"),
                    (NAME, "Get_today")
                ]
            ),
            Err(-32020)
        );
        assert_eq!(
            code(
                &request("initialize", Some(LATEST)),
                &[(PROTOCOL_VERSION, LATEST), (METHOD, "initialize")]
            ),
            Err(-32601)
        );
    }

    #[test]
    fn a_name_may_be_sent_in_base64() {
        let call = request("tools/call", Some(LATEST));
        let encoded = format!("=?base64?{}?=", STANDARD.encode("get_today"));
        let all = [
            (PROTOCOL_VERSION, LATEST),
            (METHOD, " tools/call "),
            (NAME, encoded.as_str()),
        ];
        assert_eq!(code(&call, &all), Ok(Era::Modern));
    }

    #[test]
    fn a_legacy_header_with_a_modern_body_is_served_unless_forbidden() {
        let call = request("tools/call", Some(LATEST));
        let mut lenient = headers(&[(PROTOCOL_VERSION, "2025-11-25")]);
        assert_eq!(admit(&call, &mut lenient, false), Ok(Era::Modern));
        assert_eq!(lenient.get(PROTOCOL_VERSION).unwrap(), LATEST);
        assert_eq!(lenient.get(NAME).unwrap(), "get_today");
        let mut strict = headers(&[(PROTOCOL_VERSION, "2025-11-25")]);
        assert_eq!(admit(&call, &mut strict, true).unwrap_err().code, -32020);
        let contradiction = [(PROTOCOL_VERSION, "2025-11-25"), (NAME, "list_activities")];
        assert_eq!(code(&call, &contradiction), Err(-32020));
    }

    fn values() -> impl Strategy<Value = Vec<&'static str>> {
        let value = select(vec![
            LATEST,
            "2025-11-25",
            "2024-11-05",
            "v999.0.0",
            "2026-07-28, 2026-07-28",
            "2025-11-25,",
            "",
            " tools/call ",
            "tools/call, tools/call",
            "tools/list",
            "get_today",
            "=?base64?Z2V0X3RvZGF5?=",
            "=?base64?!?=",
        ]);
        prop::collection::vec(value, 0..3)
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn what_is_admitted_says_the_same_in_header_and_body_and_is_admitted_again(
            method in select(vec!["tools/call", "tools/list", "initialize", "ping", "server/discover"]),
            version in prop::option::of(select(vec![LATEST, "2025-11-25", "v999.0.0"])),
            named in prop_oneof![2 => Just(vec![LATEST]), 1 => Just(vec!["2025-11-25"]), 2 => values()],
            methods in prop_oneof![2 => Just(vec!["tools/call"]), 2 => values()],
            names in prop_oneof![2 => Just(vec!["get_today"]), 2 => values()],
        ) {
            let message = request(method, version);
            let mut headers = HeaderMap::new();
            for (name, values) in [(PROTOCOL_VERSION, named), (METHOD, methods), (NAME, names)] {
                for value in values {
                    headers.append(name.clone(), HeaderValue::from_static(value));
                }
            }
            let Ok(era) = admit(&message, &mut headers, false) else { return Ok(()) };
            let left: Vec<&str> = headers.get_all(PROTOCOL_VERSION).iter().map(|v| v.to_str().unwrap()).collect();
            match era {
                Era::Modern => {
                    prop_assert_eq!(left, version.into_iter().collect::<Vec<_>>());
                    prop_assert_eq!(headers.get_all(METHOD).iter().collect::<Vec<_>>(), [method]);
                    if message.is_named() {
                        prop_assert_eq!(headers.get_all(NAME).iter().collect::<Vec<_>>(), ["get_today"]);
                    }
                }
                Era::Legacy => {
                    let old = ["2025-11-25", "2024-11-05"];
                    prop_assert!(left.is_empty() || (left.len() == 1 && old.contains(&left[0])), "{left:?}");
                }
            }
            let before = headers.clone();
            prop_assert_eq!(admit(&message, &mut headers, true), Ok(era));
            prop_assert_eq!(headers, before);
        }
    }
}
