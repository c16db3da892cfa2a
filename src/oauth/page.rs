//! What all pages that the owner sees have in common.
//!
//! No script, nothing loaded from anywhere, and no `form-action`: browsers apply that to the whole chain of redirects, which on the
//! consent page ends at the client (mcp-oauth.md Z-8).

use std::time::Duration;

use axum::response::{IntoResponse as _, Response};
use http::{HeaderValue, StatusCode, header};

use super::error::{self, Error};

/// Why a page asks for the owner secret again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Problem {
    EmptySecret,
    WrongSecret,
    Wait(Duration),
}

/// A page that asks for the owner secret, for the first time or again.
pub fn asked_again(
    problem: Option<Problem>,
    nonce: &str,
    html: Result<String, askama::Error>,
) -> Result<Response, Error> {
    let status = match problem {
        None => StatusCode::OK,
        Some(Problem::EmptySecret | Problem::WrongSecret) => StatusCode::FORBIDDEN,
        Some(Problem::Wait(_)) => StatusCode::TOO_MANY_REQUESTS,
    };
    let mut response = shown(status, nonce, html)?;
    if let Some(Problem::Wait(wait)) = problem {
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, error::seconds(wait).into());
    }
    Ok(response)
}

/// `html` with the headers that protect it; `nonce` is the one of its style.
pub fn shown(
    status: StatusCode,
    nonce: &str,
    html: Result<String, askama::Error>,
) -> Result<Response, Error> {
    let html = html.map_err(|error| {
        tracing::error!(%error, "a page could not be written");
        Error::Unavailable
    })?;
    let policy = format!(
        "default-src 'none'; style-src 'nonce-{nonce}'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'"
    );
    let policy = HeaderValue::try_from(policy).map_err(|_| Error::Unavailable)?;
    let fixed = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        // Not `no-referrer`: that makes the form's Origin `null`.
        (header::REFERRER_POLICY, "same-origin"),
        (header::VARY, "Accept-Language"),
    ];
    let mut response = (status, fixed, html).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    if status == StatusCode::SERVICE_UNAVAILABLE {
        let wait = error::seconds(error::TRY_AGAIN_AFTER);
        headers.insert(header::RETRY_AFTER, wait.into());
    }
    Ok(response)
}
