//! Everything that can go wrong, with one table from what happened to what is answered.

use std::time::Duration;

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;

use crate::state::StateError;

/// A store that was restarted is back by then.
pub const TRY_AGAIN_AFTER: Duration = Duration::from_secs(5);

/// Why a request of the OAuth endpoints is refused.
///
/// Texts stay within the characters of RFC 6749 section 5.2 and never repeat what was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Error {
    InvalidRequest(&'static str),
    /// Unknown client, wrong secret and wrong method look the same.
    InvalidClient {
        basic: bool,
    },
    /// Unknown, expired, used and revoked codes look the same; so do refresh tokens.
    InvalidCode,
    InvalidRefreshToken,
    InvalidScope,
    /// RFC 8707 section 2
    InvalidTarget,
    UnsupportedGrantType,
    UnsupportedResponseType,
    /// OpenID Connect Core section 6: named so that a client does not believe its request object was read.
    RequestNotSupported,
    RequestUriNotSupported,
    /// RFC 7591 section 3.2.2
    InvalidRedirectUri(&'static str),
    InvalidClientMetadata(&'static str),
    AccessDenied,
    TooLarge,
    TooManyRequests(Duration),
    /// The store is full or does not answer, or the system has no randomness.
    Unavailable,
}

impl Error {
    /// Status at an endpoint that answers in JSON, code, description.
    const fn row(self) -> (StatusCode, &'static str, &'static str) {
        const BAD: StatusCode = StatusCode::BAD_REQUEST;
        match self {
            Self::InvalidRequest(why) => (BAD, "invalid_request", why),
            // 401 even without Basic: Claude registers again on it (mcp-oauth.md T-9).
            Self::InvalidClient { .. } => (
                StatusCode::UNAUTHORIZED,
                "invalid_client",
                "Client ID is not registered with this server",
            ),
            Self::InvalidCode => (
                BAD,
                "invalid_grant",
                "The authorization code is invalid, expired or already used",
            ),
            Self::InvalidRefreshToken => (
                BAD,
                "invalid_grant",
                "The refresh token is invalid, expired or revoked",
            ),
            Self::InvalidScope => (BAD, "invalid_scope", "None of these scopes was granted"),
            Self::InvalidTarget => (BAD, "invalid_target", "Unknown resource"),
            Self::UnsupportedGrantType => (
                BAD,
                "unsupported_grant_type",
                "Use authorization_code or refresh_token",
            ),
            Self::UnsupportedResponseType => {
                (BAD, "unsupported_response_type", "Use response_type=code")
            }
            Self::RequestNotSupported => (
                BAD,
                "request_not_supported",
                "Request objects are not supported",
            ),
            Self::RequestUriNotSupported => (
                BAD,
                "request_uri_not_supported",
                "Request objects are not supported",
            ),
            Self::InvalidRedirectUri(why) => (BAD, "invalid_redirect_uri", why),
            Self::InvalidClientMetadata(why) => (BAD, "invalid_client_metadata", why),
            Self::AccessDenied => (
                StatusCode::FORBIDDEN,
                "access_denied",
                "The owner refused the request",
            ),
            Self::TooLarge => (
                StatusCode::PAYLOAD_TOO_LARGE,
                "invalid_request",
                "The body is too large",
            ),
            // Neither RFC 6749 nor 7591 has a code for it; the authorization endpoint's comes closest.
            Self::TooManyRequests(_) => (
                StatusCode::TOO_MANY_REQUESTS,
                "temporarily_unavailable",
                "Too many requests; try again later",
            ),
            Self::Unavailable => (
                StatusCode::SERVICE_UNAVAILABLE,
                "temporarily_unavailable",
                "The server cannot do this at the moment; try again in a few seconds",
            ),
        }
    }

    pub const fn status(self) -> StatusCode {
        self.row().0
    }

    pub const fn code(self) -> &'static str {
        self.row().1
    }

    pub const fn description(self) -> &'static str {
        self.row().2
    }
}

impl From<StateError> for Error {
    fn from(error: StateError) -> Self {
        // The store says it loudly, and not once a request.
        tracing::debug!(%error, "the store did not answer");
        Self::Unavailable
    }
}

#[derive(Serialize)]
struct Body {
    error: &'static str,
    error_description: &'static str,
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let body = Body {
            error: self.code(),
            error_description: self.description(),
        };
        let mut response = json(self.status(), &body);
        let headers = response.headers_mut();
        match self {
            // RFC 6749 section 5.2: only when the client tried it.
            Self::InvalidClient { basic: true } => {
                headers.insert(
                    header::WWW_AUTHENTICATE,
                    HeaderValue::from_static("Basic realm=\"token\""),
                );
            }
            Self::TooManyRequests(wait) => {
                headers.insert(header::RETRY_AFTER, seconds(wait).into());
            }
            Self::Unavailable => {
                headers.insert(header::RETRY_AFTER, seconds(TRY_AGAIN_AFTER).into());
            }
            _ => {}
        }
        response
    }
}

/// Whole seconds, at least one.
pub fn seconds(wait: Duration) -> u64 {
    wait.as_millis()
        .div_ceil(1000)
        .max(1)
        .try_into()
        .unwrap_or(u64::MAX)
}

/// A JSON answer that no cache keeps (RFC 6749 section 5.1).
pub fn json(status: StatusCode, body: &impl Serialize) -> Response {
    let Ok(bytes) = serde_json::to_vec(body) else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, "no-store"),
        (header::PRAGMA, "no-cache"),
    ];
    (status, headers, bytes).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn descriptions_stay_within_the_characters_of_the_specification() {
        for error in [
            Error::InvalidClient { basic: true },
            Error::InvalidCode,
            Error::InvalidRefreshToken,
            Error::InvalidScope,
            Error::InvalidTarget,
            Error::UnsupportedGrantType,
            Error::UnsupportedResponseType,
            Error::AccessDenied,
            Error::TooLarge,
            Error::Unavailable,
        ] {
            assert!(
                error
                    .description()
                    .bytes()
                    .all(|b| (0x20..0x7f).contains(&b) && b != b'"' && b != b'\\')
            );
        }
    }
}
