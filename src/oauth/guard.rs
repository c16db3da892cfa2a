//! The bearer guard: a request is what one valid credential says it is, and nothing else (security.md section 4, rule 6).

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode, header};

use super::address::{Family, client_address};
use super::challenge::Challenges;
use super::error::Error;
use super::grants::{self, Grants, Life};
use super::jwt::AccessTokens;
use super::keys::Keys;
use super::limits::Limits;
use super::probe;
use super::secret::Expected;
use crate::clock::Clock;
use crate::identity::{Caller, MissingScopes, Scopes};
use crate::metrics::{self, GuardRefusal, Limit};

const X_API_KEY: HeaderName = HeaderName::from_static("x-api-key");
/// The principal of the fallback credential in log lines.
const API_KEY_SESSION: &str = "api-key";

/// What the guard needs to know a credential.
pub struct Guard {
    pub clock: Clock,
    pub keys: Arc<Keys>,
    pub access: Arc<AccessTokens>,
    pub grants: Arc<Grants>,
    pub limits: Arc<Limits>,
    pub challenges: Challenges,
    pub trusted_proxy_hops: usize,
    /// `None` is closed.
    pub api_key: Option<Expected>,
}

/// Why a request does not pass.
enum Refusal {
    NoCredential,
    Wrong,
    Revoked,
    WrongApiKey,
    /// The store of grants did not answer, so nobody can say whether this grant lives.
    Unknown(Error),
}

impl Refusal {
    const fn counted(&self) -> GuardRefusal {
        match self {
            Self::NoCredential => GuardRefusal::NoCredential,
            Self::Wrong => GuardRefusal::Invalid,
            Self::Revoked => GuardRefusal::Revoked,
            Self::WrongApiKey => GuardRefusal::WrongApiKey,
            Self::Unknown(_) => GuardRefusal::Unknown,
        }
    }
}

impl Guard {
    async fn identify(
        &self,
        headers: &HeaderMap,
        family: Option<Family>,
    ) -> Result<Caller, Refusal> {
        let authorization = only(headers, &header::AUTHORIZATION)?;
        let api_key = only(headers, &X_API_KEY)?;
        match (authorization, api_key) {
            (None, None) => Err(Refusal::NoCredential),
            (None, Some(key)) if self.is_api_key(key.as_bytes()) => self.api_key_caller().await,
            (None, Some(_)) => Err(Refusal::WrongApiKey),
            (Some(authorization), None) => self.bearer(authorization, family).await,
            // Two credentials pass only when they are one.
            (Some(authorization), Some(key)) => {
                let bearer = bearer_token(authorization).ok_or(Refusal::Wrong)?;
                if self.is_api_key(bearer) && self.is_api_key(key.as_bytes()) {
                    self.api_key_caller().await
                } else {
                    Err(Refusal::Wrong)
                }
            }
        }
    }

    fn is_api_key(&self, presented: &[u8]) -> bool {
        self.api_key
            .as_ref()
            .is_some_and(|expected| expected.is(presented))
    }

    async fn bearer(
        &self,
        authorization: &HeaderValue,
        family: Option<Family>,
    ) -> Result<Caller, Refusal> {
        let token = bearer_token(authorization).ok_or(Refusal::Wrong)?;
        if self.is_api_key(token) {
            return self.api_key_caller().await;
        }
        let token = std::str::from_utf8(token).map_err(|_| Refusal::Wrong)?;
        let verified = self
            .access
            .verify(token, self.clock.unix_seconds())
            .ok_or(Refusal::Wrong)?;
        let life = self
            .grants
            .look(&verified, family)
            .await
            .map_err(Refusal::Unknown)?;
        let session_id = grants::session_id(&verified.grant_id);
        match life {
            Life::Live => {
                tracing::info!(%session_id, "JWT decoded successfully");
                Ok(Caller {
                    session_id: session_id.into(),
                    scopes: verified.scopes,
                })
            }
            Life::Over => {
                tracing::info!(%session_id, "a token of a revoked grant was refused");
                Err(Refusal::Revoked)
            }
        }
    }

    /// Whether this asks only for an answer in two pieces. It is nobody's credential: what is behind the guard is not reached.
    fn is_probe(&self, request: &Request<Body>) -> bool {
        let headers = request.headers();
        let authorization = only(headers, &header::AUTHORIZATION).ok().flatten();
        request.method() == Method::POST
            && !headers.contains_key(X_API_KEY)
            && authorization
                .and_then(bearer_token)
                .is_some_and(|token| probe::is_ticket(&self.keys, token, self.clock.unix_seconds()))
    }

    /// Revoked by nobody, and still not served without the store that replicas share: what it does there could not be kept apart
    /// from what they do.
    async fn api_key_caller(&self) -> Result<Caller, Refusal> {
        self.grants
            .is_store_there()
            .await
            .map_err(Refusal::Unknown)?;
        Ok(Caller {
            session_id: API_KEY_SESSION.into(),
            scopes: Scopes::ALL,
        })
    }

    async fn refuse(&self, refusal: &Refusal, path: &str) -> Response {
        match refusal {
            Refusal::NoCredential => self.challenges.missing(path),
            Refusal::Wrong | Refusal::Revoked => self.challenges.invalid(path),
            Refusal::WrongApiKey => match self.limits.wrong_api_key().await {
                Ok(()) => {
                    tracing::warn!("a wrong API key was presented");
                    self.challenges.invalid(path)
                }
                Err(refused) => {
                    refused.counted(Limit::ApiKey);
                    Error::from(refused).into_response()
                }
            },
            // Without a challenge: a client that begins a new login would meet the same store.
            Refusal::Unknown(error) => error.into_response(),
        }
    }
}

/// Lets a request with a live credential pass, as its [`Caller`].
pub async fn check(
    State(guard): State<Arc<Guard>>,
    mut request: Request<Body>,
    next: Next,
) -> Response {
    // Preflights are answered before this; any other OPTIONS asks nothing that needs a credential.
    if request.method() == Method::OPTIONS {
        return StatusCode::NO_CONTENT.into_response();
    }
    if guard.is_probe(&request) {
        return probe::answer();
    }
    let path = request.uri().path().to_owned();
    let family = client_address(&request, guard.trusted_proxy_hops).map(Family::of);
    let caller = match guard.identify(request.headers(), family).await {
        Ok(caller) => caller,
        Err(refusal) => {
            metrics::guard_refused(refusal.counted());
            return guard.refuse(&refusal, &path).await;
        }
    };
    // Nothing downstream can read, log or forward the credential.
    request.headers_mut().remove(header::AUTHORIZATION);
    request.headers_mut().remove(X_API_KEY);
    let scopes = caller.scopes;
    request.extensions_mut().insert(caller);
    let response = next.run(request).await;
    match response.extensions().get::<MissingScopes>().copied() {
        Some(MissingScopes(missing)) => {
            metrics::guard_refused(GuardRefusal::MissingScope);
            guard
                .challenges
                .insufficient(&path, scopes, missing, response)
        }
        None => response,
    }
}

/// The header's only value; two are a contradiction even if one of them is right.
fn only<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Result<Option<&'a HeaderValue>, Refusal> {
    let mut values = headers.get_all(name).iter();
    let first = values.next();
    if values.next().is_some() {
        return Err(Refusal::Wrong);
    }
    Ok(first)
}

/// What follows `Bearer` and one space.
fn bearer_token(value: &HeaderValue) -> Option<&[u8]> {
    let bytes = value.as_bytes();
    let (scheme, rest) = bytes.split_at_checked(6)?;
    let token = rest.strip_prefix(b" ")?;
    scheme.eq_ignore_ascii_case(b"bearer").then_some(token)
}
