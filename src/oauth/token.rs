//! The token endpoint (RFC 6749 section 3.2): a code or a refresh token in, an access token out.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, Request, StatusCode, header};
use serde::Serialize;

use super::client::Client;
use super::codes::{Codes, Outcome};
use super::error::{self, Error};
use super::form::{self, Form};
use super::grant::{Approval, Redemption};
use super::grants::{self, Grants, Life};
use super::jwt::{Access, AccessTokens};
use super::keys::Keys;
use super::refresh::{Granted, RefreshTokens};
use super::resource::Resource;
use super::scope;
use crate::clock::Clock;
use crate::identity::Scopes;
use crate::public_url::PublicUrl;

const MAX_BODY: usize = 64 * 1024;

/// A parameter that stands there twice is refused, whichever it is (RFC 6749 section 3.2).
const PARAMETERS: [&str; 8] = [
    "grant_type",
    "code",
    "redirect_uri",
    "client_id",
    "client_secret",
    "code_verifier",
    "refresh_token",
    "scope",
];

/// What the token endpoint needs.
pub struct Token {
    pub clock: Clock,
    pub public_url: PublicUrl,
    pub keys: Arc<Keys>,
    pub access: Arc<AccessTokens>,
    pub refresh: Arc<RefreshTokens>,
    pub codes: Arc<Codes>,
    pub grants: Arc<Grants>,
}

/// RFC 6749 section 5.1
#[derive(Serialize)]
struct Issued {
    access_token: String,
    token_type: &'static str,
    expires_in: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<String>,
    scope: String,
}

pub async fn post(State(token): State<Arc<Token>>, request: Request<Body>) -> Response {
    match token.answer(request).await {
        Ok(issued) => error::json(StatusCode::OK, &issued),
        Err(error) => {
            tracing::info!(error = error.code(), "a token request was refused");
            error.into_response()
        }
    }
}

impl Token {
    async fn answer(&self, request: Request<Body>) -> Result<Issued, Error> {
        let headers = request.headers().clone();
        let form = form::posted(request, MAX_BODY).await?;
        for name in PARAMETERS {
            form.one(name)?;
        }
        let grant_type = form
            .one("grant_type")?
            .ok_or(Error::InvalidRequest("grant_type is required"))?;
        if !matches!(grant_type, "authorization_code" | "refresh_token") {
            return Err(Error::UnsupportedGrantType);
        }
        let client = self.client(&headers, &form)?;
        // Checked before anything is consumed. The answer is for the resource that was approved: both names are ours.
        Resource::of_request(&self.public_url, form.all("resource")).ok_or(Error::InvalidTarget)?;
        if grant_type == "authorization_code" {
            self.redeem(&client, &form).await
        } else {
            self.refresh(&client, &form).await
        }
    }

    /// The authenticated client (RFC 6749 section 2.3).
    fn client(&self, headers: &HeaderMap, form: &Form) -> Result<Client, Error> {
        let basic = basic_credentials(headers)?;
        let tried_basic = basic.is_some();
        let unknown = Error::InvalidClient { basic: tried_basic };
        let (id, secret) = match (&basic, form.one("client_id")?, form.one("client_secret")?) {
            // RFC 6749 section 2.3: one method a request.
            (Some(_), _, Some(_)) => {
                return Err(Error::InvalidRequest(
                    "Send the client secret in one way only",
                ));
            }
            (Some((id, _)), Some(in_body), None) if id != in_body => return Err(unknown),
            (Some((id, secret)), _, None) => (id.as_str(), Some(secret.as_str())),
            (None, Some(id), secret) => (id, secret),
            (None, None, _) => return Err(Error::InvalidRequest("client_id is required")),
        };
        // A public client may name itself by Basic with an empty password.
        let secret = secret.filter(|secret| !secret.is_empty());
        Client::known(&self.keys, id)
            .filter(|client| client.authenticates(&self.keys, secret))
            .ok_or(unknown)
    }

    async fn redeem(&self, client: &Client, form: &Form) -> Result<Issued, Error> {
        let code = form
            .one("code")?
            .ok_or(Error::InvalidRequest("code is required"))?;
        let redemption = Redemption {
            client_id: &client.id,
            redirect_uri: form.one("redirect_uri")?,
            verifier: form
                .one("code_verifier")?
                .ok_or(Error::InvalidRequest("code_verifier is required"))?,
        };
        let now = self.clock.unix_seconds();
        match self.codes.redeem(code, &redemption, now) {
            Outcome::Granted(approval) => self.begin(client, code, &approval, now).await,
            Outcome::Refused => Err(Error::InvalidCode),
            Outcome::Replayed(grant_id) => {
                tracing::warn!(
                    session_id = %grants::session_id(&grant_id),
                    "a code was used again; its grant is revoked"
                );
                self.grants.revoke(&grant_id).await?;
                Err(Error::InvalidCode)
            }
        }
    }

    async fn begin(
        &self,
        client: &Client,
        code: &str,
        approval: &Approval,
        now: i64,
    ) -> Result<Issued, Error> {
        let (life, chain) = self.grants.begin(&approval.grant_id).await?;
        // A replay that overtook this redemption has ended the grant. One of the two was the first and is answered as such; had
        // the other come a moment later, these tokens would be as dead.
        if life == Life::Over && !self.codes.is_replayed(code) {
            return Err(Error::InvalidCode);
        }
        let client_digest = client.digest();
        let granted = Granted {
            grant_id: &approval.grant_id,
            client_digest: &client_digest,
            resource: approval.resource,
            scopes: approval.scopes,
            offline: approval.offline,
            begun_at: now,
        };
        tracing::info!(
            session_id = %grants::session_id(&approval.grant_id),
            "a code was redeemed"
        );
        self.issue(
            &granted,
            approval.scopes,
            client.refreshes,
            chain.current(),
            now,
        )
    }

    async fn refresh(&self, client: &Client, form: &Form) -> Result<Issued, Error> {
        let text = form
            .one("refresh_token")?
            .ok_or(Error::InvalidRequest("refresh_token is required"))?;
        let now = self.clock.unix_seconds();
        let token = self
            .refresh
            .verify(&self.keys, text, now)
            .filter(|token| token.client_digest == client.digest())
            .ok_or(Error::InvalidRefreshToken)?;
        let scopes = narrowed(form.one("scope")?, token.scopes())?;
        let chain = self.grants.refresh(&token).await?;
        tracing::info!(
            session_id = %grants::session_id(&token.grant_id),
            "a token was refreshed"
        );
        self.issue(&token.granted(), scopes, true, chain.current(), now)
    }

    fn issue(
        &self,
        granted: &Granted<'_>,
        scopes: Scopes,
        refreshes: bool,
        generation: u32,
        now: i64,
    ) -> Result<Issued, Error> {
        let access = Access {
            grant_id: granted.grant_id,
            generation,
            client_digest: granted.client_digest,
            resource: granted.resource,
            scopes,
        };
        let refresh_token = refreshes
            .then(|| self.refresh.mint(&self.keys, granted, generation, now))
            .transpose()?;
        Ok(Issued {
            access_token: self.access.mint(&access, now)?,
            token_type: "Bearer",
            expires_in: self.access.ttl(),
            refresh_token,
            scope: scope::answer(scopes, granted.offline),
        })
    }
}

/// RFC 6749 section 6: a refresh may ask for less. Clients repeat what they asked for at first, although the owner gave less, so
/// what goes beyond the grant is dropped and not refused.
fn narrowed(asked: Option<&str>, granted: Scopes) -> Result<Scopes, Error> {
    let asked = Scopes::parse(asked.unwrap_or_default());
    if asked.is_empty() {
        return Ok(granted);
    }
    let scopes = asked.intersection(granted);
    if scopes.is_empty() {
        return Err(Error::InvalidScope);
    }
    Ok(scope::granted(scopes))
}

/// Id and secret from `Authorization: Basic`, both form-encoded within (RFC 6749 section 2.3.1).
fn basic_credentials(headers: &HeaderMap) -> Result<Option<(String, String)>, Error> {
    const WRONG: Error = Error::InvalidClient { basic: true };
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let Some(value) = values.next() else {
        return Ok(None);
    };
    if values.next().is_some() {
        return Err(WRONG);
    }
    let (scheme, encoded) = value
        .to_str()
        .ok()
        .and_then(|text| text.split_once(' '))
        .ok_or(WRONG)?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return Err(WRONG);
    }
    let decoded = STANDARD.decode(encoded.trim()).map_err(|_| WRONG)?;
    let colon = decoded.iter().position(|b| *b == b':').ok_or(WRONG)?;
    let (id, secret) = decoded.split_at_checked(colon).ok_or(WRONG)?;
    let id = form::unescape(id).ok_or(WRONG)?;
    let secret = form::unescape(secret.get(1..).unwrap_or_default()).ok_or(WRONG)?;
    Ok(Some((id, secret)))
}
