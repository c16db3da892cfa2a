//! `GET /metrics`: what the server has counted, for whoever has the token.
//!
//! Not the guard of the MCP endpoint: a monitor is no app, and an app must not read how often others call.

use axum::Router;
use axum::extract::State;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use super::error::Refusal;
use crate::metrics;

pub(super) const PATH: &str = "/metrics";

/// A digest, so that neither content nor length of the token shows in the time that a comparison takes.
type Expected = [u8; 32];

pub(super) fn router(token: &SecretString) -> Router {
    let expected = digest(token.expose_secret().as_bytes());
    Router::new().route(PATH, get(answer)).with_state(expected)
}

fn digest(bytes: &[u8]) -> Expected {
    Sha256::digest(bytes).into()
}

async fn answer(State(expected): State<Expected>, headers: HeaderMap) -> Response {
    let mut credentials = headers.get_all(AUTHORIZATION).iter();
    let presented = match (credentials.next(), credentials.next()) {
        (None, _) => return challenge("Bearer realm=\"metrics\""),
        (Some(only), None) => bearer(only),
        (Some(_), Some(_)) => None,
    };
    let is_right = presented.is_some_and(|token| digest(token).ct_eq(&expected).into());
    if !is_right {
        return challenge("Bearer realm=\"metrics\", error=\"invalid_token\"");
    }
    match metrics::text() {
        Ok(text) => (
            [(
                CONTENT_TYPE,
                HeaderValue::from_static(metrics::CONTENT_TYPE),
            )],
            text,
        )
            .into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// RFC 6750, section 3: no error code for who presented nothing.
fn challenge(scheme: &'static str) -> Response {
    let mut response = Refusal::Credential.into_response();
    response
        .headers_mut()
        .insert(WWW_AUTHENTICATE, HeaderValue::from_static(scheme));
    response
}

/// What follows `Bearer` and one space.
fn bearer(value: &HeaderValue) -> Option<&[u8]> {
    let (scheme, rest) = value.as_bytes().split_at_checked(6)?;
    let token = rest.strip_prefix(b" ")?;
    scheme.eq_ignore_ascii_case(b"bearer").then_some(token)
}
