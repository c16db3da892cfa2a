//! Which web pages may call, and how that is said.
//!
//! By hand and not with a library's layer: libraries mirror the asking origin, `null` too, and offer credentials. Here
//! `*` is answered with a literal `*`, credentials never, and the consent page has no CORS at all: it asks for the owner
//! secret, and no other page has any business there.

use axum::body::Body;
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_HEADERS, ALLOW,
    ORIGIN, VARY,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::Response;

use super::error::Refusal;
use super::host::is_loopback;
use super::{AllowedOrigins, MCP_PATHS};
use crate::public_url::PublicUrl;

const METHODS: HeaderValue = HeaderValue::from_static("GET, POST, DELETE, OPTIONS");
const HEADERS: &str = "Authorization, Content-Type, Accept, MCP-Protocol-Version, Mcp-Session-Id, Mcp-Method, Mcp-Name, \
                       Last-Event-ID, X-API-Key";
const EXPOSED: HeaderValue =
    HeaderValue::from_static("WWW-Authenticate, MCP-Protocol-Version, Mcp-Session-Id");

pub(super) struct Policy {
    allowed: AllowedOrigins,
    own: String,
    on_loopback: bool,
}

/// What an answer says about the origin that asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Grant {
    /// The path takes no part in CORS.
    Silent,
    /// Every origin, whoever asked.
    Everybody,
    /// `*` or the origin itself, and caches must know that others are answered otherwise.
    This(HeaderValue),
    /// Nobody asked, or an origin that may not read the answer.
    Nothing,
}

impl Policy {
    pub(super) fn new(public_url: &PublicUrl, allowed: AllowedOrigins) -> Self {
        Self {
            allowed,
            own: public_url.origin().to_owned(),
            on_loopback: public_url.is_loopback(),
        }
    }

    /// What to say to the origin in `headers`. On the MCP endpoint an origin that is not allowed is refused outright, as
    /// its specification demands; elsewhere it just cannot read the answer.
    pub(super) fn judge(&self, path: &str, headers: &HeaderMap) -> Result<Grant, Refusal> {
        if !takes_part(path) {
            return Ok(Grant::Silent);
        }
        if self.allowed == AllowedOrigins::Any && !self.on_loopback {
            return Ok(Grant::Everybody);
        }
        let mut origins = headers.get_all(ORIGIN).iter();
        let Some(origin) = origins.next() else {
            return Ok(Grant::Nothing);
        };
        let only = origins.next().is_none();
        let granted = origin
            .to_str()
            .ok()
            .filter(|_| only)
            .and_then(|text| self.grant(text, origin));
        match granted {
            Some(value) => Ok(Grant::This(value)),
            None if MCP_PATHS.contains(&path) => Err(Refusal::Origin),
            None => Ok(Grant::Nothing),
        }
    }

    fn grant(&self, text: &str, origin: &HeaderValue) -> Option<HeaderValue> {
        match &self.allowed {
            AllowedOrigins::Any => {
                let authority = text
                    .strip_prefix("http://")
                    .or_else(|| text.strip_prefix("https://"))?;
                is_loopback(authority).then(|| HeaderValue::from_static("*"))
            }
            AllowedOrigins::Listed(origins) => {
                let listed = text == self.own || origins.iter().any(|allowed| allowed == text);
                listed.then(|| origin.clone())
            }
        }
    }
}

/// Pages never read the consent page, `/connections`, `/health` or `/config`.
pub(super) fn takes_part(path: &str) -> bool {
    let endpoint = path.strip_prefix("/oauth").unwrap_or(path);
    MCP_PATHS.contains(&path)
        || path.starts_with("/.well-known/")
        || ["/register", "/token", "/revoke"].contains(&endpoint)
}

impl Grant {
    /// The answer to `OPTIONS`, which comes before any credential is looked at: browsers send none with it.
    pub(super) fn preflight(&self, asked: &HeaderMap) -> Response {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::NO_CONTENT;
        let headers = response.headers_mut();
        headers.insert(ALLOW, METHODS);
        if !matches!(self, Self::Silent | Self::Nothing) {
            headers.insert(ACCESS_CONTROL_ALLOW_METHODS, METHODS);
            headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, allowed_headers(asked));
            headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("86400"));
            headers.append(
                VARY,
                HeaderValue::from_static("Access-Control-Request-Headers"),
            );
        }
        self.apply(&mut response);
        response
    }

    pub(super) fn apply(&self, response: &mut Response) {
        let headers = response.headers_mut();
        match self {
            Self::Silent => return,
            Self::Everybody => {
                headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
            }
            Self::This(value) => {
                headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, value.clone());
                headers.append(VARY, HeaderValue::from_static("Origin"));
            }
            Self::Nothing => {
                headers.append(VARY, HeaderValue::from_static("Origin"));
                return;
            }
        }
        headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
    }
}

/// The headers that clients are known to send, and those that this one asks for: `Mcp-Param-*` cannot be listed.
fn allowed_headers(asked: &HeaderMap) -> HeaderValue {
    let mut list = HEADERS.to_owned();
    let asked = asked
        .get(ACCESS_CONTROL_REQUEST_HEADERS)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    for name in asked.split(',').map(str::trim).take(64) {
        let known = HEADERS
            .split(", ")
            .any(|header| header.eq_ignore_ascii_case(name));
        if !known && HeaderName::from_bytes(name.as_bytes()).is_ok() {
            list.push_str(", ");
            list.push_str(name);
        }
    }
    HeaderValue::try_from(list).unwrap_or_else(|_| HeaderValue::from_static(HEADERS))
}
