//! Dynamic client registration (RFC 7591). Anybody may register; it costs nothing and means nothing until the owner approves.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{Request, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::address::client_address;
use super::client::{AuthMethod, Client, Registration};
use super::client_metadata;
use super::error::{self, Error};
use super::form;
use super::keys::Keys;
use super::limits::Limits;
use super::redirect::RedirectUri;
use super::scope;
use crate::clock::Clock;
use crate::identity::Scopes;
use crate::metrics::{self, Limit, OAuthEvent};

const MAX_BODY: usize = 16 * 1024;
const MAX_REDIRECT_URIS: usize = 10;

/// What registration needs.
pub struct Register {
    pub clock: Clock,
    pub keys: Arc<Keys>,
    pub limits: Arc<Limits>,
    pub trusted_proxy_hops: usize,
}

/// Only `redirect_uris` is insisted on. The rest may be missing, null, empty or of a wrong type, because clients send all of
/// these; a member that stands there twice is refused by serde.
#[derive(Deserialize)]
struct Asked {
    redirect_uris: Option<Value>,
    client_name: Option<Value>,
    token_endpoint_auth_method: Option<Value>,
    grant_types: Option<Value>,
    application_type: Option<Value>,
    scope: Option<Value>,
}

/// RFC 7591 section 3.2.1: what was registered, which may differ from what was asked. No member is ever null or empty: clients
/// validate this with strict schemas.
#[derive(Serialize)]
struct Registered<'a> {
    client_id: &'a str,
    client_id_issued_at: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_secret: Option<String>,
    /// Required beside a secret; 0 is never.
    #[serde(skip_serializing_if = "Option::is_none")]
    client_secret_expires_at: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_name: Option<&'a str>,
    redirect_uris: Vec<&'a str>,
    grant_types: &'a [&'a str],
    response_types: [&'a str; 1],
    token_endpoint_auth_method: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    application_type: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<String>,
}

pub async fn post(State(register): State<Arc<Register>>, request: Request<Body>) -> Response {
    match register.answer(request).await {
        Ok(response) => response,
        Err(error) => {
            tracing::info!(error = error.code(), "a registration was refused");
            error.into_response()
        }
    }
}

impl Register {
    async fn answer(&self, request: Request<Body>) -> Result<Response, Error> {
        let address = client_address(&request, self.trusted_proxy_hops);
        let body = form::body(request.into_body(), MAX_BODY).await?;
        // What else the body said is let go: who is told to wait below would hold many times its size.
        let Wish {
            registration,
            application_type,
            scope,
        } = wish(&body)?;
        drop(body);
        let now = self.clock.unix_seconds();
        let client = Client::register(&self.keys, registration, now)?;
        // Only here, so that what is no registration takes nobody's turn.
        self.limits
            .registration(address)
            .await
            .inspect_err(|refused| refused.counted(Limit::Registrations))?;
        metrics::oauth(OAuthEvent::Registered);
        let client_secret = client.secret(&self.keys);
        let answer = Registered {
            client_id: &client.id,
            client_id_issued_at: now,
            client_secret_expires_at: client_secret.as_ref().map(|_| 0),
            client_secret,
            client_name: client.name.as_deref(),
            redirect_uris: client
                .redirect_uris
                .iter()
                .map(RedirectUri::as_str)
                .collect(),
            grant_types: if client.refreshes {
                &["authorization_code", "refresh_token"]
            } else {
                &["authorization_code"]
            },
            response_types: ["code"],
            token_endpoint_auth_method: client.auth_method.as_str(),
            application_type,
            scope,
        };
        Ok(error::json(StatusCode::CREATED, &answer))
    }
}

/// What is taken over of a registration's body.
struct Wish {
    registration: Registration,
    application_type: Option<&'static str>,
    scope: Option<String>,
}

fn wish(body: &[u8]) -> Result<Wish, Error> {
    let asked: Asked = serde_json::from_slice(body).map_err(|_| {
        Error::InvalidClientMetadata("The body must be a JSON object without repeated members")
    })?;
    let application_type = asked.application_type.as_ref().and_then(Value::as_str);
    Ok(Wish {
        registration: Registration {
            name: asked
                .client_name
                .as_ref()
                .and_then(client_metadata::clean_name),
            redirect_uris: redirect_uris(asked.redirect_uris.as_ref())?,
            auth_method: auth_method(asked.token_endpoint_auth_method.as_ref()),
            refreshes: client_metadata::refreshes(asked.grant_types.as_ref()),
        },
        application_type: ["native", "web"]
            .into_iter()
            .find(|kind| application_type == Some(kind)),
        scope: asked.scope.as_ref().and_then(Value::as_str).and_then(echo),
    })
}

fn redirect_uris(asked: Option<&Value>) -> Result<Vec<RedirectUri>, Error> {
    let list = asked
        .and_then(Value::as_array)
        .filter(|list| !list.is_empty())
        .ok_or(Error::InvalidClientMetadata(
            "redirect_uris is required and must be a list",
        ))?;
    if list.len() > MAX_REDIRECT_URIS {
        return Err(Error::InvalidClientMetadata(
            "At most 10 redirect URIs can be registered",
        ));
    }
    client_metadata::redirect_uris(list).map_err(Error::InvalidRedirectUri)
}

/// The default is that of RFC 7591 section 2; a method that we do not have becomes `none`, which section 3.2.1 allows when the
/// answer says so.
fn auth_method(asked: Option<&Value>) -> AuthMethod {
    match asked.and_then(Value::as_str) {
        None | Some("" | "client_secret_basic") => AuthMethod::SecretBasic,
        Some("client_secret_post") => AuthMethod::SecretPost,
        Some(_) => AuthMethod::None,
    }
}

fn echo(asked: &str) -> Option<String> {
    let scopes = Scopes::parse(asked);
    (!scopes.is_empty()).then(|| scope::answer(scopes, scope::asks_offline(asked)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn unknown_methods_become_public_and_the_default_is_basic() {
        assert_eq!(auth_method(None), AuthMethod::SecretBasic);
        assert_eq!(auth_method(Some(&json!(null))), AuthMethod::SecretBasic);
        assert_eq!(
            auth_method(Some(&json!("private_key_jwt"))),
            AuthMethod::None
        );
    }
}
