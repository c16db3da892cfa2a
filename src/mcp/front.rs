//! The HTTP face of the endpoint: what rmcp would refuse or answer in plain text is put right here.

use std::sync::Arc;
use std::time::Instant;

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::response::Response;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use http_body_util::{BodyExt, Full};
use rmcp::transport::streamable_http_server::StreamableHttpService;
use rmcp::transport::streamable_http_server::session::never::NeverSessionManager;
use serde_json::{Value, json};
use tower::ServiceExt;

use super::call::Outcome;
use super::era::{self, Violation};
use super::lists::Lists;
use super::message::{Kind, Malformed, Message};
use super::progress::Whole;
use super::registry::Registry;
use super::server::Handler;
use crate::identity::{Caller, MissingScopes, Scope, Scopes};
use crate::metrics;

/// The largest message that is read.
pub const MAX_BODY_BYTES: usize = 1024 * 1024;

/// What the endpoint needs to answer a request.
#[derive(Clone)]
pub struct Endpoint {
    pub service: StreamableHttpService<Handler, NeverSessionManager>,
    pub registry: Arc<Registry>,
    pub lists: Arc<Lists>,
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
    if !is_type(&parts.headers, "application/json") {
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
        Err(malformed) => {
            metrics::rpc("malformed", "none");
            return refuse(malformed);
        }
    };

    let tool = message.name().and_then(|name| endpoint.registry.find(name));
    let line = Line::begin(&message, tool.map(|tool| tool.name), session_id);
    let response = dispatch(&endpoint, message, parts, body, line.outcome.clone()).await;
    line.end(response)
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
            metrics::rpc(era::known_method(&message), "none");
            outcome.refuse();
            return rpc_error(
                violation.status,
                &message.id,
                violation.code,
                &violation.message,
                violation.data,
            );
        }
    };
    metrics::rpc(era::known_method(&message), era.name());
    if message.kind != Kind::Request {
        // Nothing of ours waits for a notification or an answer.
        return empty(StatusCode::ACCEPTED);
    }
    if let Some(why) = message.bad_params() {
        outcome.refuse();
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
    if let Some(caller) = parts.extensions.get::<Caller>()
        && let Some(list) = endpoint.lists.answer(
            &message.method,
            &endpoint.registry,
            caller.scopes,
            era,
            &message.id,
        )
    {
        return json_body(StatusCode::OK, Body::from(list));
    }
    if !takes_streams(&parts.headers) {
        parts.extensions.insert(Whole);
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
    if is_plain_error && !is_type(response.headers(), "application/json") {
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

/// A request for which the token lacks a scope: 403 with a challenge, which the guard adds.
fn refuse_scope(
    endpoint: &Endpoint,
    message: &Message,
    parts: &http::request::Parts,
) -> Option<Response> {
    let scopes = parts.extensions.get::<Caller>()?.scopes;
    let (what, missing) = match message.method.as_str() {
        "tools/call" => {
            let entry = endpoint.registry.find(message.name()?)?;
            (entry.name, endpoint.registry.missing(entry, scopes)?)
        }
        // Both give the athlete's data.
        "resources/read" | "completion/complete" if !scopes.contains(Scope::Read) => {
            (message.method.as_str(), Scopes::of(Scope::Read))
        }
        _ => return None,
    };
    let mut response = rpc_error(
        StatusCode::FORBIDDEN,
        &message.id,
        Violation::INVALID_REQUEST,
        &format!(
            "{what} needs the scopes {missing}, which the owner has not given to this connection"
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
fn is_type(headers: &HeaderMap, wanted: &str) -> bool {
    let mut values = headers.get_all(header::CONTENT_TYPE).iter().peekable();
    values.peek().is_some()
        && values.all(|value| {
            let essence = value.to_str().ok().and_then(|v| v.split(';').next());
            essence.is_some_and(|essence| {
                essence
                    .split(',')
                    .all(|part| part.trim().eq_ignore_ascii_case(wanted))
            })
        })
}

/// Whether a stream of events may be the answer; who names no type at all takes any.
fn takes_streams(headers: &HeaderMap) -> bool {
    let values = headers.get_all(header::ACCEPT).iter();
    let mut types = values
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|part| part.split(';').next())
        .map(|essence| essence.trim().to_ascii_lowercase())
        .filter(|essence| !essence.is_empty())
        .peekable();
    types.peek().is_none()
        || types.any(|essence| matches!(essence.as_str(), "text/event-stream" | "text/*" | "*/*"))
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

/// The line that operators grep for, written when the answer is complete or nobody waits for it any more; its wording is
/// kept stable.
struct Line {
    method: String,
    tool: Option<String>,
    call: Option<metrics::ToolCall>,
    session_id: Option<Arc<str>>,
    outcome: Outcome,
    /// What the answer says as long as no work was done for it.
    otherwise: &'static str,
    started: Instant,
}

impl Line {
    /// `registered` is the name of the tool that is called, if there is such a tool.
    fn begin(
        message: &Message,
        registered: Option<&'static str>,
        session_id: Option<Arc<str>>,
    ) -> Self {
        let tool = (message.method == "tools/call").then(|| message.name().unwrap_or_default());
        Self {
            method: message.method.clone(),
            tool: tool.map(str::to_owned),
            call: tool.map(|_| metrics::ToolCall::begin(registered)),
            session_id,
            outcome: Outcome::default(),
            otherwise: "cancelled",
            started: Instant::now(),
        }
    }

    /// Ends with `response`: now, or if it is a stream at its end.
    fn end(mut self, mut response: Response) -> Response {
        if is_type(response.headers(), "text/event-stream") {
            response.headers_mut().insert(
                header::CACHE_CONTROL,
                HeaderValue::from_static("no-store, no-transform"),
            );
            return response.map(|body| {
                Body::new(body.map_frame(move |frame| {
                    // The line goes with the stream.
                    let _ = &self;
                    frame
                }))
            });
        }
        self.otherwise = match response.status().as_u16() {
            200..=299 => "ok",
            403 => "forbidden",
            _ => "refused",
        };
        response
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a call ends within a minute"
        )]
        let duration_ms = self.started.elapsed().as_millis() as u64;
        // The method and the name come from the caller: what does not look like one is not written.
        let known = |word: &'_ str| {
            if is_word(word) {
                word.to_owned()
            } else {
                "(unknown)".to_owned()
            }
        };
        let outcome = self.outcome.get().unwrap_or(self.otherwise);
        if let Some(call) = self.call.take() {
            call.end(outcome);
        }
        // As Display: operators look for `session_id=` and `tool=` without quotes.
        tracing::info!(
            session_id = self.session_id.as_deref().map(display),
            tool = self.tool.as_deref().map(known).map(display),
            outcome = display(outcome),
            duration_ms,
            "Processing request of type {}",
            known(&self.method)
        );
    }
}

fn is_word(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'/' | b'.'))
}
