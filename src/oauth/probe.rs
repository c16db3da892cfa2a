//! An answer that comes in two pieces, for whoever wants to know whether a proxy holds streams back.
//!
//! Only who knows the signing secret can ask for it, with a ticket that is good for a minute and for nothing else. The ticket
//! travels as a bearer token does and the answer as an MCP answer does, so that what happens to both on the way is what
//! happens to an app.

use std::convert::Infallible;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::response::{IntoResponse as _, Response};
use futures_util::stream;
use http::header;
use serde::{Deserialize, Serialize};

use super::keys::{Keys, Purpose};
use super::{BuildError, Settings};

const PREFIX: &str = "prb1";
/// Seconds.
const LIFETIME: i64 = 60;
const MAX_LENGTH: usize = 256;

/// What lies between the two pieces.
pub const PAUSE: Duration = Duration::from_millis(1500);

#[derive(Serialize, Deserialize)]
struct Payload {
    e: i64,
}

/// What a server with these settings answers in two pieces until a minute after `now`, in seconds since 1970.
///
/// # Errors
/// When the key cannot be derived.
pub fn ticket(settings: &Settings, now: i64) -> Result<String, BuildError> {
    let keys = Keys::derive(
        &settings.signing_secret,
        None,
        settings.public_url.origin(),
        &settings.athlete_id,
    )?;
    let payload = Payload {
        e: now.saturating_add(LIFETIME),
    };
    let bytes =
        serde_json::to_vec(&payload).map_err(|error| BuildError(format!("no ticket: {error}")))?;
    Ok(keys.seal(Purpose::Probe, PREFIX, &bytes))
}

/// Whether `token` is such a ticket. One from far ahead is none: nothing that lives long is ever made.
pub(super) fn is_ticket(keys: &Keys, token: &[u8], now: i64) -> bool {
    let Some(token) = std::str::from_utf8(token)
        .ok()
        .filter(|token| token.len() <= MAX_LENGTH && token.starts_with(PREFIX))
    else {
        return false;
    };
    keys.open(Purpose::Probe, PREFIX, token)
        .and_then(|bytes| serde_json::from_slice::<Payload>(&bytes).ok())
        .is_some_and(|payload| now < payload.e && payload.e <= now.saturating_add(2 * LIFETIME))
}

/// The two pieces, under the headers of every stream of this server.
pub(super) fn answer() -> Response {
    let pieces = stream::unfold(0_u8, |piece| async move {
        match piece {
            0 => {}
            1 => tokio::time::sleep(PAUSE).await,
            _ => return None,
        }
        let text = Bytes::from(format!(": piece {}\n\n", piece + 1));
        Some((Ok::<_, Infallible>(text), piece + 1))
    });
    let headers = [
        (header::CONTENT_TYPE.as_str(), "text/event-stream"),
        (header::CACHE_CONTROL.as_str(), "no-store, no-transform"),
        ("x-accel-buffering", "no"),
    ];
    (headers, Body::from_stream(pieces)).into_response()
}
