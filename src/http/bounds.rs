//! How large a request may be and how long it may take.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_ENCODING, CONTENT_LENGTH};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http_body::Body as _;
use tokio::time::timeout;

use super::bodies::{Breach, Whole};
use super::error::{self, Refusal};
use super::{MCP_PATHS, Shell};

const KIB: u64 = 1024;

/// The largest body that `path` takes.
fn largest_body(path: &str) -> u64 {
    match path {
        _ if MCP_PATHS.contains(&path) => 1024 * KIB,
        "/register" | "/oauth/register" => 16 * KIB,
        _ => 64 * KIB,
    }
}

/// Refuses a body that says it is too large before a byte of it is read, one that turns out to be while it is read, and
/// an answer that does not begin in time. What an answer streams once it has begun has the time that it needs.
pub(super) async fn bound(
    State(shell): State<Arc<Shell>>,
    request: Request,
    next: Next,
) -> Response {
    let most = largest_body(request.uri().path());
    if let Err(refusal) = announced(request.headers(), most) {
        return refusal.into_response();
    }
    let breach = Breach::default();
    // Also held here, since whoever has read the body keeps it until the answer is there.
    let share = shell.held.share(request.uri().path());
    let request = request.map(|body| {
        if body.is_end_stream() {
            return body;
        }
        let patience = shell.limits.body_read;
        Body::new(Whole::new(
            body,
            most,
            patience,
            breach.clone(),
            Arc::clone(&share),
        ))
    });
    let Ok(response) = timeout(shell.limits.request, next.run(request)).await else {
        return Refusal::TooLong.into_response();
    };
    // Whoever read the body only saw it fail, and each reader words that differently.
    match breach.get() {
        Some(refusal) => refusal.into_response(),
        None => error::with_body(response),
    }
}

fn announced(headers: &HeaderMap, most: u64) -> Result<(), Refusal> {
    let length = headers
        .get(CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if length.is_some_and(|length| length > most) {
        return Err(Refusal::TooLarge);
    }
    match headers.get(CONTENT_ENCODING) {
        Some(encoding) if encoding != "identity" => Err(Refusal::Encoding),
        _ => Ok(()),
    }
}
