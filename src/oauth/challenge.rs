//! What a request without a usable token is told (RFC 6750 section 3, RFC 9728 section 5.1).
//!
//! One header line with one `Bearer` challenge: clients take the first they find. `resource_metadata` names the document of the
//! very path that was called, because clients compare its `resource` with the URL that the user typed.

use axum::response::Response;
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;

use super::{error, scope};
use crate::identity::Scopes;
use crate::public_url::PublicUrl;

/// The challenges of both endpoints, written once.
pub struct Challenges {
    root: Texts,
    mcp: Texts,
}

struct Texts {
    metadata: String,
    missing: Option<HeaderValue>,
    invalid: Option<HeaderValue>,
}

impl Texts {
    fn new(metadata: String) -> Self {
        let wanted = scope::DEFAULT;
        let missing = format!("Bearer resource_metadata=\"{metadata}\", scope=\"{wanted}\"");
        let invalid = format!(
            "Bearer error=\"invalid_token\", error_description=\"The access token is expired or invalid\", \
             resource_metadata=\"{metadata}\", scope=\"{wanted}\""
        );
        Self {
            missing: HeaderValue::try_from(missing).ok(),
            invalid: HeaderValue::try_from(invalid).ok(),
            metadata,
        }
    }
}

#[derive(Serialize)]
struct Body {
    error: &'static str,
    error_description: &'static str,
}

impl Challenges {
    pub fn new(public_url: &PublicUrl) -> Self {
        let metadata = "/.well-known/oauth-protected-resource";
        Self {
            root: Texts::new(public_url.at(metadata)),
            mcp: Texts::new(public_url.at(&format!("{metadata}/mcp"))),
        }
    }

    fn of(&self, path: &str) -> &Texts {
        if path == "/" { &self.root } else { &self.mcp }
    }

    /// No credential was sent: no `error`, which would make some clients give up (RFC 6750 section 3.1).
    pub fn missing(&self, path: &str) -> Response {
        let body = Body {
            error: "unauthorized",
            error_description: "Authentication required",
        };
        unauthorized(&body, self.of(path).missing.clone())
    }

    /// A credential was sent, and it is wrong, expired or revoked; which of these is nobody's business.
    pub fn invalid(&self, path: &str) -> Response {
        let body = Body {
            error: "invalid_token",
            error_description: "The access token is expired or invalid",
        };
        unauthorized(&body, self.of(path).invalid.clone())
    }

    /// Turns the refusal of a call into a step-up challenge. It lists the scopes that the token has as well, so that the client
    /// does not lose them by asking for the new ones only.
    pub fn insufficient(
        &self,
        path: &str,
        has: Scopes,
        missing: Scopes,
        mut response: Response,
    ) -> Response {
        let wanted: Scopes = has.iter().chain(missing.iter()).collect();
        let challenge = format!(
            "Bearer error=\"insufficient_scope\", scope=\"{wanted}\", resource_metadata=\"{}\", \
             error_description=\"The owner has not given this app the permission for it\"",
            self.of(path).metadata
        );
        *response.status_mut() = StatusCode::FORBIDDEN;
        if let Ok(value) = HeaderValue::try_from(challenge) {
            response
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, value);
        }
        response
    }
}

fn unauthorized(body: &Body, challenge: Option<HeaderValue>) -> Response {
    let mut response = error::json(StatusCode::UNAUTHORIZED, body);
    if let Some(value) = challenge {
        response
            .headers_mut()
            .insert(header::WWW_AUTHENTICATE, value);
    }
    response
}
