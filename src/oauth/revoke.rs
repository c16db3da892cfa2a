//! The revocation endpoint (RFC 7009): a client gives back what it was given.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::{Request, StatusCode, header};

use super::client_auth;
use super::error::Error;
use super::form;
use super::grants::{self, Grants};
use super::jwt::AccessTokens;
use super::keys::Keys;
use super::refresh::RefreshTokens;
use crate::metrics::{self, OAuthEvent};

const MAX_BODY: usize = 64 * 1024;

/// A parameter that stands there twice is refused, whichever it is (RFC 6749 section 3.2).
const PARAMETERS: [&str; 4] = ["token", "token_type_hint", "client_id", "client_secret"];

/// What the revocation endpoint needs.
pub struct Revoke {
    pub keys: Arc<Keys>,
    pub access: Arc<AccessTokens>,
    pub grants: Arc<Grants>,
}

pub async fn post(State(revoke): State<Arc<Revoke>>, request: Request<Body>) -> Response {
    match revoke.answer(request).await {
        // Whether there was anything to revoke is not for the client to learn (RFC 7009 section 2.2).
        Ok(()) => (StatusCode::OK, [(header::CACHE_CONTROL, "no-store")]).into_response(),
        Err(error) => {
            tracing::info!(error = error.code(), "a revocation was refused");
            error.into_response()
        }
    }
}

impl Revoke {
    async fn answer(&self, request: Request<Body>) -> Result<(), Error> {
        let headers = request.headers().clone();
        let form = form::posted(request, MAX_BODY).await?;
        for name in PARAMETERS {
            form.one(name)?;
        }
        let client = client_auth::authenticate(&self.keys, &headers, &form)?;
        let token = form
            .one("token")?
            .ok_or(Error::InvalidRequest("token is required"))?;
        let Some(grant_id) = self.grant_of(token, &client.digest()) else {
            return Ok(());
        };
        self.grants.revoke(&grant_id).await?;
        metrics::oauth(OAuthEvent::GivenBack);
        tracing::info!(
            session_id = %grants::session_id(&grant_id),
            "an app gave its grant back"
        );
        Ok(())
    }

    /// The grant of a token of this client. A token that is superseded or past its time names its grant as well as a fresh one: who
    /// signs out with it means the connection, whose newer tokens are in the same hands or in those of a thief. The hint
    /// is not needed, since the two kinds cannot be taken for each other.
    fn grant_of(&self, token: &str, client_digest: &str) -> Option<String> {
        let (grant_id, holder) = match RefreshTokens::open(&self.keys, token) {
            Some(token) => (token.grant_id, token.client_digest),
            None => {
                let token = self.access.open(token)?;
                (token.grant_id, token.client_digest)
            }
        };
        (holder == client_digest).then_some(grant_id)
    }
}
