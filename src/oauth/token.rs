//! The token endpoint (RFC 6749 section 3.2): a code or a refresh token in, an access token out.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{Request, StatusCode};
use serde::Serialize;

use super::address::{Family, client_address};
use super::client::Client;
use super::client_auth;
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
use crate::metrics::{self, OAuthEvent};
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
    pub trusted_proxy_hops: usize,
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
        let family = client_address(&request, self.trusted_proxy_hops).map(Family::of);
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
        let client = client_auth::authenticate(&self.keys, &headers, &form)?;
        // Checked before anything is consumed. The answer is for the resource that was approved: both names are ours.
        Resource::of_request(&self.public_url, form.all("resource")).ok_or(Error::InvalidTarget)?;
        if grant_type == "authorization_code" {
            self.redeem(&client, &form, family).await
        } else {
            self.refresh(&client, &form).await
        }
    }

    async fn redeem(
        &self,
        client: &Client,
        form: &Form,
        family: Option<Family>,
    ) -> Result<Issued, Error> {
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
        match self.codes.redeem(code, &redemption, now).await? {
            Outcome::Granted(approval) => self.begin(client, code, &approval, family, now).await,
            Outcome::Refused => Err(Error::InvalidCode),
            Outcome::Replayed(grant_id) => {
                metrics::oauth(OAuthEvent::CodeReplayed);
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
        family: Option<Family>,
        now: i64,
    ) -> Result<Issued, Error> {
        let (life, chain) = self.grants.begin(approval, family, now).await?;
        // A replay that overtook this redemption has ended the grant. One of the two was the first and is answered as such; had
        // the other come a moment later, these tokens would be as dead.
        if life == Life::Over && !self.codes.is_replayed(code).await? {
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
            client_name: approval.client_name.as_deref(),
            redirect_host: Some(&approval.redirect_host),
        };
        metrics::oauth(OAuthEvent::CodeRedeemed);
        tracing::info!(
            session_id = %grants::session_id(&approval.grant_id),
            "a code was redeemed"
        );
        self.issue(
            &granted,
            approval.scopes,
            approval.refreshes,
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
        metrics::oauth(OAuthEvent::TokenRefreshed);
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
            begun_at: granted.begun_at,
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
