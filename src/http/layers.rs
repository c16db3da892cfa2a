//! The two layers around everything: who is let in, and what is noted and added on the way out.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::{MatchedPath, Request, State};
use axum::http::header::{
    ACCEPT, CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY,
    VARY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tracing::Instrument;

use super::{MCP_PATHS, Shell, cors, error, health, host, metrics};
use crate::metrics as counted;

const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Ties the log lines of one request together and to what its caller was told. Never taken from the caller, who could
/// forge the lines of others with it.
#[derive(Clone, Copy)]
struct RequestId(u64);

impl RequestId {
    fn random() -> Self {
        Self(getrandom::u64().unwrap_or_default() >> 24)
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:010x}", self.0)
    }
}

/// Gives the request an id and a span, logs one line when it is answered, adds the headers that no answer goes without.
pub(super) async fn observe(
    State(shell): State<Arc<Shell>>,
    request: Request,
    next: Next,
) -> Response {
    let id = RequestId::random();
    let span = tracing::info_span!("request", %id);
    let method = request.method().clone();
    // Without the query, in which codes and tokens travel.
    let path: String = request.uri().path().chars().take(100).collect();
    let route = request.extensions().get::<MatchedPath>().cloned();
    async move {
        let started = Instant::now();
        let mut response = next.run(request).await;
        let (status, took) = (response.status(), started.elapsed());
        let template = route.as_ref().map(MatchedPath::as_str);
        counted::http_answered(template, method.as_str(), status.as_u16(), took);
        log(&method, &path, status, took);
        secure(response.headers_mut(), shell.public_url.is_https());
        if let Ok(id) = HeaderValue::try_from(id.to_string()) {
            response.headers_mut().insert(X_REQUEST_ID, id);
        }
        response
    }
    .instrument(span)
    .await
}

/// Health checks, scrapes and answered MCP calls are too many for the usual level; the last have a line of their own.
fn log(method: &Method, path: &str, status: StatusCode, took: Duration) {
    let status_code = status.as_u16();
    let ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    if status.is_server_error() {
        tracing::warn!(%method, path, status = status_code, ms, "answered");
    } else if path == health::PATH
        || (status.is_success() && (path == metrics::PATH || MCP_PATHS.contains(&path)))
    {
        tracing::debug!(%method, path, status = status_code, ms, "answered");
    } else {
        tracing::info!(%method, path, status = status_code, ms, "answered");
    }
}

/// Whatever the inner answer set stays: the consent page has a policy of its own, the metadata their own caching.
fn secure(headers: &mut HeaderMap, https: bool) {
    let mut default = |name: HeaderName, value: &'static str| {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    };
    default(X_CONTENT_TYPE_OPTIONS, "nosniff");
    default(REFERRER_POLICY, "no-referrer");
    default(X_FRAME_OPTIONS, "DENY");
    default(
        CONTENT_SECURITY_POLICY,
        "default-src 'none'; frame-ancestors 'none'",
    );
    default(CACHE_CONTROL, "no-store");
    if https {
        default(STRICT_TRANSPORT_SECURITY, "max-age=31536000");
    }
}

/// Lets in what has a known method, our host and an allowed origin; answers preflights and browsers at the door.
pub(super) async fn admit(
    State(shell): State<Arc<Shell>>,
    request: Request,
    next: Next,
) -> Response {
    let path = request.uri().path();
    let known = [
        Method::GET,
        Method::HEAD,
        Method::POST,
        Method::PUT,
        Method::PATCH,
        Method::DELETE,
        Method::OPTIONS,
    ];
    if !known.contains(request.method()) {
        return error::no_such_method();
    }
    // Platforms probe it by address or under names of their own, and it says nothing that could be stolen.
    if path != health::PATH
        && let Err(refusal) = host::check(&shell.public_url, request.uri(), request.headers())
    {
        return refusal.into_response();
    }
    let grant = match shell.cors.judge(path, request.headers()) {
        Ok(grant) => grant,
        Err(refusal) => return refusal.into_response(),
    };
    if request.method() == Method::OPTIONS && cors::takes_part(path) {
        return grant.preflight(request.headers());
    }
    let negotiated = path == "/" && matches!(*request.method(), Method::GET | Method::HEAD);
    let page = if negotiated {
        shell.landing.answer(&request)
    } else {
        None
    };
    let mut response = match page {
        Some(page) => page,
        None => next.run(request).await,
    };
    if negotiated {
        response
            .headers_mut()
            .append(VARY, HeaderValue::from(ACCEPT));
    }
    grant.apply(&mut response);
    response
}
