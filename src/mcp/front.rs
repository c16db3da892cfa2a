//! The HTTP face of the endpoint: what rmcp would refuse or answer in plain text is put right here.

use std::sync::Arc;
use std::time::Instant;

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::response::Response;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use http_body_util::Full;
use rmcp::transport::streamable_http_server::StreamableHttpService;
use rmcp::transport::streamable_http_server::session::never::NeverSessionManager;
use serde_json::{Value, json};
use tower::ServiceExt;

use super::era::{self, Era, Violation};
use super::message::{Kind, Malformed, Message};
use super::registry::Registry;
use super::server::{Handler, Outcome};
use super::tool_list::ToolLists;
use crate::identity::{Caller, MissingScopes};

/// The largest message that is read.
pub const MAX_BODY_BYTES: usize = 1024 * 1024;

/// What the endpoint needs to answer a request.
#[derive(Clone)]
pub struct Endpoint {
    pub service: StreamableHttpService<Handler, NeverSessionManager>,
    pub registry: Arc<Registry>,
    pub lists: Arc<ToolLists>,
    pub strict: bool,
}

/// Answers one HTTP request at the MCP endpoint, which the guard has let through.
pub async fn handle(State(endpoint): State<Endpoint>, request: Request) -> Response {
    if request.method() != Method::POST {
        return method_not_allowed();
    }
    let session_id = request
        .extensions()
        .get::<Caller>()
        .map(|caller| Arc::clone(&caller.session_id));
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, MAX_BODY_BYTES).await else {
        return rpc_error(
            StatusCode::PAYLOAD_TOO_LARGE,
            &Value::Null,
            Violation::INVALID_REQUEST,
            "the body is larger than 1 MiB or broke off",
            None,
        );
    };
    // The body is read even so: unread, it would cost the client its connection.
    if !is_json(&parts.headers) {
        return rpc_error(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            &Value::Null,
            Violation::INVALID_REQUEST,
            "Content-Type must be application/json",
            None,
        );
    }
    let message = match Message::read(&body) {
        Ok(message) => message,
        Err(malformed) => return refuse(malformed),
    };

    let started = Instant::now();
    let outcome = Outcome::default();
    let tool =
        (message.method == "tools/call").then(|| message.name().unwrap_or_default().to_owned());
    let method = message.method.clone();
    let response = dispatch(&endpoint, message, parts, body, outcome.clone()).await;
    let outcome = outcome.get().unwrap_or(match response.status().as_u16() {
        200..=299 => "ok",
        403 => "forbidden",
        _ => "refused",
    });
    log(
        &method,
        tool.as_deref(),
        session_id.as_deref(),
        outcome,
        started,
    );
    response
}

async fn dispatch(
    endpoint: &Endpoint,
    message: Message,
    mut parts: http::request::Parts,
    body: Bytes,
    outcome: Outcome,
) -> Response {
    let era = match era::admit(&message, &mut parts.headers, endpoint.strict) {
        Ok(era) => era,
        Err(violation) => {
            return rpc_error(
                violation.status,
                &message.id,
                violation.code,
                &violation.message,
                violation.data,
            );
        }
    };
    if message.kind != Kind::Request {
        // Nothing of ours waits for a notification or an answer.
        return empty(StatusCode::ACCEPTED);
    }
    if let Some(why) = message.bad_params() {
        // Not 400: clients that speak both eras take one without a code of the transport for a sign of the older era.
        return rpc_error(
            StatusCode::OK,
            &message.id,
            Violation::INVALID_PARAMS,
            why,
            None,
        );
    }
    if let Some(refusal) = refuse_scope(endpoint, &message, &parts) {
        return refusal;
    }
    if message.method == "tools/list"
        && let Some(caller) = parts.extensions.get::<Caller>()
    {
        let registry = &endpoint.registry;
        let list = endpoint
            .lists
            .answer(registry, caller.scopes, era, &message.id);
        return json_body(StatusCode::OK, Body::from(list));
    }
    // Clients leave `Accept` out or name only one type (claude.ai among them); rmcp insists on both.
    parts.headers.insert(
        header::ACCEPT,
        HeaderValue::from_static("application/json, text/event-stream"),
    );
    parts.headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    );
    parts.extensions.insert(outcome);
    let request = http::Request::from_parts(parts, Full::new(body));
    let response = match endpoint.service.clone().oneshot(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    };
    let is_plain_error = response.status().is_client_error() || response.status().is_server_error();
    let is_json = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|v| v.as_bytes().starts_with(b"application/json"));
    if is_plain_error && !is_json {
        // The content type was right, so 415 is rmcp's word for JSON that it cannot read, such as too deep a nesting.
        let status = match response.status() {
            StatusCode::UNSUPPORTED_MEDIA_TYPE => StatusCode::BAD_REQUEST,
            status => status,
        };
        return rpc_error(
            status,
            &message.id,
            if response.status().is_server_error() {
                -32603
            } else {
                Violation::INVALID_REQUEST
            },
            "the request could not be served",
            None,
        );
    }
    response.map(Body::new)
}

/// A call for which the token lacks a scope: 403 with a challenge, which the guard adds.
fn refuse_scope(
    endpoint: &Endpoint,
    message: &Message,
    parts: &http::request::Parts,
) -> Option<Response> {
    if message.method != "tools/call" {
        return None;
    }
    let entry = endpoint.registry.find(message.name()?)?;
    let scopes = parts.extensions.get::<Caller>()?.scopes;
    let missing = endpoint.registry.missing(entry, scopes)?;
    let mut response = rpc_error(
        StatusCode::FORBIDDEN,
        &message.id,
        Violation::INVALID_REQUEST,
        &format!(
            "{} needs the scopes {missing}, which the owner has not given to this connection",
            entry.name
        ),
        None,
    );
    response.extensions_mut().insert(MissingScopes(missing));
    Some(response)
}

fn refuse(malformed: Malformed) -> Response {
    let (id, code, why) = match malformed {
        Malformed::NotJson => (
            Value::Null,
            -32700,
            "Parse error: the body is not JSON in UTF-8 of at most 127 levels",
        ),
        Malformed::Batch => (
            Value::Null,
            Violation::INVALID_REQUEST,
            "Batches are not supported; send one message at a time",
        ),
        Malformed::NotAMessage { id, why } => (id, Violation::INVALID_REQUEST, why),
    };
    rpc_error(StatusCode::BAD_REQUEST, &id, code, why, None)
}

/// Proxies repeat headers: equal copies, apart or joined, count as one.
fn is_json(headers: &HeaderMap) -> bool {
    let mut values = headers.get_all(header::CONTENT_TYPE).iter().peekable();
    values.peek().is_some()
        && values.all(|value| {
            let essence = value.to_str().ok().and_then(|v| v.split(';').next());
            essence.is_some_and(|essence| {
                essence
                    .split(',')
                    .all(|part| part.trim().eq_ignore_ascii_case("application/json"))
            })
        })
}

fn rpc_error(
    status: StatusCode,
    id: &Value,
    code: i32,
    message: &str,
    data: Option<Value>,
) -> Response {
    let mut error = json!({ "code": code, "message": message });
    if let (Some(data), Some(error)) = (data, error.as_object_mut()) {
        error.insert("data".to_owned(), data);
    }
    let body = json!({ "jsonrpc": "2.0", "id": id, "error": error }).to_string();
    json_body(status, Body::from(body))
}

fn json_body(status: StatusCode, body: Body) -> Response {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    );
    response
}

fn method_not_allowed() -> Response {
    let mut response = rpc_error(
        StatusCode::METHOD_NOT_ALLOWED,
        &Value::Null,
        Violation::INVALID_REQUEST,
        "This endpoint answers POST only",
        None,
    );
    response
        .headers_mut()
        .insert(header::ALLOW, HeaderValue::from_static("POST, OPTIONS"));
    response
}

fn empty(status: StatusCode) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}

/// The line that operators grep for; its wording is kept stable.
fn log(
    method: &str,
    tool: Option<&str>,
    session_id: Option<&str>,
    outcome: &'static str,
    started: Instant,
) {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a call ends within a minute"
    )]
    let duration_ms = started.elapsed().as_millis() as u64;
    // The method and the name come from the caller: what does not look like one is not written.
    let method = if is_word(method) { method } else { "(unknown)" };
    let tool = tool.map(|name| if is_word(name) { name } else { "(unknown)" });
    // As Display: operators look for `session_id=` and `tool=` without quotes.
    tracing::info!(
        session_id = session_id.map(display),
        tool = tool.map(display),
        outcome = display(outcome),
        duration_ms,
        "Processing request of type {method}"
    );
}

fn is_word(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'/' | b'.'))
}
