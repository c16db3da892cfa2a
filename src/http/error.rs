//! Answers that say no. One shape for all of them, that of OAuth, since its clients read it and nobody else minds.

use std::any::Any;

use axum::body::Body;
use axum::http::header::{ALLOW, CONNECTION, CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

/// Everything that this module refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    NotFound,
    Credential,
    Method,
    Host,
    SeveralHosts,
    Origin,
    TooLarge,
    Encoding,
    BodyTooSlow,
    Crowded,
    Panic,
    TooLong,
}

impl Refusal {
    const fn parts(self) -> (StatusCode, &'static str, &'static str) {
        match self {
            Self::NotFound => (StatusCode::NOT_FOUND, "not_found", "There is nothing here."),
            Self::Credential => (
                StatusCode::UNAUTHORIZED,
                "invalid_token",
                "This path takes the METRICS_TOKEN as a bearer token.",
            ),
            Self::Method => (
                StatusCode::METHOD_NOT_ALLOWED,
                "method_not_allowed",
                "This path does not take this method.",
            ),
            Self::Host => (
                StatusCode::MISDIRECTED_REQUEST,
                "misdirected_request",
                "The Host header is not the host of BASE_URL.",
            ),
            Self::SeveralHosts => (
                StatusCode::BAD_REQUEST,
                "invalid_request",
                "A request needs exactly one Host header.",
            ),
            Self::Origin => (
                StatusCode::FORBIDDEN,
                "origin_not_allowed",
                "ALLOWED_ORIGINS does not allow this Origin.",
            ),
            Self::TooLarge => (
                StatusCode::PAYLOAD_TOO_LARGE,
                // The one code that the OAuth endpoints have for it, too.
                "invalid_request",
                "The body is larger than this path takes.",
            ),
            Self::Encoding => (
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "unsupported_encoding",
                "Bodies are taken without Content-Encoding only.",
            ),
            Self::BodyTooSlow => (
                StatusCode::REQUEST_TIMEOUT,
                "request_timeout",
                "The body did not arrive in time.",
            ),
            Self::Crowded => (
                StatusCode::SERVICE_UNAVAILABLE,
                "temporarily_unavailable",
                "Too many large requests at once; try again in a moment.",
            ),
            Self::Panic => (
                StatusCode::INTERNAL_SERVER_ERROR,
                "server_error",
                "The server made a mistake; its log says which.",
            ),
            Self::TooLong => (
                StatusCode::GATEWAY_TIMEOUT,
                "timeout",
                "The answer took too long.",
            ),
        }
    }

    /// Whether the rest of the request is left unread, so that the connection cannot be used again.
    const fn closes(self) -> bool {
        matches!(
            self,
            Self::TooLarge
                | Self::BodyTooSlow
                | Self::Crowded
                | Self::SeveralHosts
                | Self::Encoding
        )
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (status, error, description) = self.parts();
        let mut response = json(status, error, description);
        if self.closes() {
            response
                .headers_mut()
                .insert(CONNECTION, HeaderValue::from_static("close"));
        }
        response
    }
}

fn json(status: StatusCode, error: &str, description: &str) -> Response {
    let body = serde_json::json!({"error": error, "error_description": description}).to_string();
    (
        status,
        [(CONTENT_TYPE, HeaderValue::from_static("application/json"))],
        body,
    )
        .into_response()
}

/// The fallback of the router: JSON and never 401, since clients probe paths and take 401 for a challenge.
pub(super) async fn not_found() -> Response {
    Refusal::NotFound.into_response()
}

/// What a panic in a handler becomes; the panic hook has logged it.
pub(super) fn panicked(_: Box<dyn Any + Send + 'static>) -> Response {
    Refusal::Panic.into_response()
}

/// Gives the router's own empty refusals (405 above all) the shape of every other.
pub(super) fn with_body(response: Response) -> Response {
    let refusal = match response.status() {
        StatusCode::NOT_FOUND => Refusal::NotFound,
        StatusCode::METHOD_NOT_ALLOWED => Refusal::Method,
        _ => return response,
    };
    let empty = http_body::Body::size_hint(response.body()).exact() == Some(0);
    if !empty || response.headers().contains_key(CONTENT_TYPE) {
        return response;
    }
    let (mut parts, _) = response.into_parts();
    let (shape, body) = refusal.into_response().into_parts();
    parts.headers.remove(CONTENT_LENGTH);
    if let Some(kind) = shape.headers.get(CONTENT_TYPE) {
        parts.headers.insert(CONTENT_TYPE, kind.clone());
    }
    Response::from_parts(parts, Body::new(body))
}

/// The answer to a method that no path takes.
pub(super) fn no_such_method() -> Response {
    let mut response = Refusal::Method.into_response();
    response.headers_mut().insert(
        ALLOW,
        HeaderValue::from_static("GET, HEAD, POST, DELETE, OPTIONS"),
    );
    response
}
