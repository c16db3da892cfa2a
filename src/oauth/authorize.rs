//! The authorization endpoint (RFC 6749 section 3.1): the one place where the owner says yes.
//!
//! GET shows the question and has no effect. POST answers it, and no code leaves this server unless the owner secret was
//! typed in that very transaction (security.md section 4, rule 1).

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, Request, StatusCode, header};
use serde::Serialize;

use super::answer::{Answer, Expected};
use super::cimd::ClientDocuments;
use super::client::{Asker, Client};
use super::codes::{Codes, Over};
use super::consent::{Notice, Page};
use super::cookie::{self, Cookies};
use super::error::{self, Error};
use super::grant::Approval;
use super::grants::{self, Grants};
use super::keys::Keys;
use super::limits::{Guesser, Limits, Refused};
use super::outbound::Failure;
use super::page::Problem;
use super::request::{AuthorizationRequest, Refusal, ReturnTo};
use super::scope;
use super::secret::{self, Owner};
use super::transaction::{self, Transaction};
use super::wording::Language;
use crate::clock::Clock;
use crate::identity::{Scope, Scopes};
use crate::metrics::{self, Limit, OAuthEvent};
use crate::public_url::PublicUrl;

/// What the authorization endpoint needs.
pub struct Authorize {
    pub clock: Clock,
    pub public_url: PublicUrl,
    pub keys: Arc<Keys>,
    pub owner: Owner,
    pub cookies: Cookies,
    pub trusted_proxy_hops: usize,
    pub limits: Arc<Limits>,
    pub documents: Arc<ClientDocuments>,
    pub codes: Arc<Codes>,
    pub grants: Arc<Grants>,
}

/// Shows the question.
pub async fn get(State(authorize): State<Arc<Authorize>>, request: Request<Body>) -> Response {
    let (parts, _) = request.into_parts();
    let language = Language::preferred(&parts.headers);
    let query = parts.uri.query().unwrap_or_default();
    let asked = AuthorizationRequest::read(
        &authorize.keys,
        &authorize.documents,
        &authorize.public_url,
        query,
    );
    match asked.await {
        Ok(asked) => authorize
            .ask(&parts.headers, language, asked)
            .unwrap_or_else(IntoResponse::into_response),
        Err(refusal) => authorize.refuse(&parts.headers, language, refusal),
    }
}

/// Takes the answer.
pub async fn post(State(authorize): State<Arc<Authorize>>, request: Request<Body>) -> Response {
    let headers = request.headers().clone();
    let language = Language::preferred(&headers);
    match authorize.answer(&headers, language, request).await {
        Ok(response) => response,
        Err(notice) => notice.response(language),
    }
}

/// What mcp-remote reads to heal itself from a registration that this server does not know (mcp-oauth.md Z-7).
#[derive(Serialize)]
struct UnknownClient {
    error: &'static str,
    error_description: &'static str,
    registration_endpoint: String,
}

impl Authorize {
    fn ask(
        &self,
        headers: &HeaderMap,
        language: Language,
        asked: AuthorizationRequest,
    ) -> Result<Response, Error> {
        let nonce = self.cookies.nonce_or_new(headers)?;
        let transaction = Transaction {
            id: secret::random_text::<16>()?,
            client_id: asked.asker.id().to_owned(),
            redirect_uri: asked.redirect_uri,
            proved: matches!(asked.asker, Asker::Known(_)),
            state: asked.state,
            challenge: asked.challenge,
            resource: asked.resource,
            requested: asked.requested,
            expires_at: self
                .clock
                .unix_seconds()
                .saturating_add(transaction::LIFETIME),
        };
        let sealed = transaction.seal(&self.keys, &nonce)?;
        // Deleting and settings are never ticked beforehand: they are worth a decision of their own.
        let ticked = transaction.requested.scopes.intersection(scope::DEFAULT);
        let page = self.page(language, &transaction, &asked.asker, &sealed, ticked, None);
        let mut response = page.response()?;
        cookie::set(&mut response, self.cookies.set_nonce(&nonce));
        Ok(response)
    }

    fn page<'a>(
        &'a self,
        language: Language,
        transaction: &'a Transaction,
        asker: &'a Asker,
        sealed: &'a str,
        ticked: Scopes,
        problem: Option<Problem>,
    ) -> Page<'a> {
        Page {
            language,
            redirect_uri: &transaction.redirect_uri,
            asker,
            ticked,
            asks_for: self.owner.asks_for,
            origin: self.public_url.origin(),
            transaction: sealed,
            problem,
        }
    }

    fn refuse(&self, headers: &HeaderMap, language: Language, refusal: Refusal) -> Response {
        let error = refusal.error();
        tracing::info!(error = error.code(), "an authorization request was refused");
        match refusal {
            Refusal::Error(_, to) if to.redirect_uri.may_receive_errors() => {
                see_other(&to.error_location(self.public_url.origin(), error))
            }
            Refusal::UnknownClient if prefers_json(headers) => {
                let body = UnknownClient {
                    error: error.code(),
                    error_description: error.description(),
                    registration_endpoint: self.public_url.at("/register"),
                };
                error::json(StatusCode::BAD_REQUEST, &body)
            }
            _ if prefers_json(headers) => error.into_response(),
            Refusal::Local(_) | Refusal::Error(..) => {
                Notice::RequestError(error).response(language)
            }
            Refusal::UnknownClient => Notice::UnknownClient.response(language),
            Refusal::BadRedirect => Notice::BadRedirect(error).response(language),
            Refusal::Malformed => Notice::Malformed(error).response(language),
        }
    }

    async fn answer(
        &self,
        headers: &HeaderMap,
        language: Language,
        request: Request<Body>,
    ) -> Result<Response, Notice> {
        let now = self.clock.unix_seconds();
        let expected = Expected {
            keys: &self.keys,
            cookies: &self.cookies,
            documents: &self.documents,
            origin: self.public_url.origin(),
            trusted_proxy_hops: self.trusted_proxy_hops,
            now,
        };
        let answer = expected.read(request).await?;
        let transaction = &answer.transaction;
        self.codes.is_open(&transaction.id).await.map_err(over)?;
        match answer.form.only("decision") {
            Some("approve") => {}
            Some("deny") => return self.deny(&answer, language).await,
            _ => {
                return Err(Notice::Malformed(Error::InvalidRequest(
                    "decision is required",
                )));
            }
        }
        let ticked: Scopes = Scope::ALL
            .into_iter()
            .filter(|scope| answer.form.all("scope").any(|name| name == scope.as_str()))
            .collect();
        let ticked = scope::granted(ticked);
        let guesser = Guesser {
            known_device: self.cookies.is_known_device(headers, &self.keys, now),
            address: answer.address,
        };
        if let Some(problem) = self.problem(&answer, guesser).await? {
            return self
                .page(
                    language,
                    transaction,
                    &answer.asker,
                    &answer.sealed,
                    ticked,
                    Some(problem),
                )
                .response()
                .map_err(|_| Notice::Unavailable);
        }
        let client = self.proved_client(&answer).await?;
        self.approve(&answer, &client, ticked).await
    }

    /// The client, now that the owner has proved to be there: a document may be fetched, and says whether the redirect URI is
    /// the client's.
    async fn proved_client(&self, answer: &Answer) -> Result<Client, Notice> {
        let url = match &answer.asker {
            Asker::Known(client) => match &client.url {
                None => return Ok(client.clone()),
                Some(url) => url,
            },
            Asker::Unread(url) => url,
        };
        let client =
            self.documents
                .read(url, answer.address)
                .await
                .map_err(|failure| match failure {
                    Failure::Unreachable(_) => Notice::AppUnreachable,
                    Failure::Wrong(why) => Notice::AppRefused(Error::InvalidClientMetadata(why)),
                })?;
        let requested = answer.transaction.redirect_uri.as_str();
        match client.redirect(Some(requested)) {
            Some(_) => Ok(client),
            None => Err(Notice::BadRedirect(Error::InvalidRequest(
                "redirect_uri is not in the client metadata document",
            ))),
        }
    }

    async fn deny(&self, answer: &Answer, language: Language) -> Result<Response, Notice> {
        let transaction = &answer.transaction;
        self.codes
            .deny(&transaction.id, transaction.expires_at)
            .await
            .map_err(over)?;
        metrics::oauth(OAuthEvent::Denied);
        tracing::info!(
            redirect_host = transaction.redirect_uri.shown_host(),
            "an app was denied"
        );
        // Whoever denied has proved nothing, so it is no reason to send a browser to a stranger's address.
        if !transaction.proved || !transaction.redirect_uri.may_receive_errors() {
            return Ok(Notice::Denied.response(language));
        }
        let to = ReturnTo {
            redirect_uri: transaction.redirect_uri.clone(),
            state: transaction.state.clone(),
        };
        Ok(see_other(&to.error_location(
            self.public_url.origin(),
            Error::AccessDenied,
        )))
    }

    /// What is wrong with the typed secret; `None` when it is right.
    async fn problem(&self, answer: &Answer, guesser: Guesser) -> Result<Option<Problem>, Notice> {
        let Some(typed) = answer.form.only("secret") else {
            return Ok(Some(Problem::EmptySecret));
        };
        let guessed = self.limits.guess(guesser, || self.owner.is(typed)).await;
        match guessed {
            Ok(true) => Ok(None),
            Ok(false) => {
                metrics::oauth(OAuthEvent::WrongSecret);
                let transaction = &answer.transaction;
                tracing::warn!(
                    redirect_host = transaction.redirect_uri.shown_host(),
                    "a wrong owner secret was typed"
                );
                self.codes
                    .wrong(&transaction.id, transaction.expires_at)
                    .await
                    .map_err(over)?;
                Ok(Some(Problem::WrongSecret))
            }
            Err(Refused::Wait(wait)) => {
                metrics::limited(Limit::OwnerSecret);
                tracing::warn!("the consent page makes its visitors wait: too many wrong secrets");
                Ok(Some(Problem::Wait(wait)))
            }
            Err(Refused::Unavailable) => Err(Notice::Unavailable),
        }
    }

    async fn approve(
        &self,
        answer: &Answer,
        client: &Client,
        scopes: Scopes,
    ) -> Result<Response, Notice> {
        let transaction = &answer.transaction;
        let now = self.clock.unix_seconds();
        let grant_id = secret::random_text::<16>().map_err(|_| Notice::Unavailable)?;
        let approval = Approval {
            grant_id: grant_id.clone(),
            client: secret::fingerprint(&transaction.client_id),
            client_name: client.name.clone(),
            redirect: secret::fingerprint(transaction.redirect_uri.as_str()),
            redirect_host: transaction.redirect_uri.shown_host().to_owned(),
            challenge: transaction.challenge.clone(),
            resource: transaction.resource,
            scopes,
            offline: transaction.requested.offline && client.refreshes,
            refreshes: client.refreshes,
        };
        self.grants
            .reserve(&approval)
            .await
            .map_err(|_| Notice::Unavailable)?;
        let code = self
            .codes
            .issue(&transaction.id, transaction.expires_at, &approval, now)
            .await
            .map_err(over)?;
        metrics::oauth(OAuthEvent::Approved);
        tracing::info!(
            session_id = %grants::session_id(&grant_id),
            client = client.name.as_deref().unwrap_or_default(),
            client_host = client.url.as_ref().map_or("", |url| url.host()),
            redirect_host = transaction.redirect_uri.shown_host(),
            scopes = %scopes,
            "the owner approved an app"
        );
        let to = ReturnTo {
            redirect_uri: transaction.redirect_uri.clone(),
            state: transaction.state.clone(),
        };
        let mut response = see_other(&to.location(self.public_url.origin(), &[("code", &code)]));
        cookie::set(
            &mut response,
            self.cookies.set_known_device(&self.keys, now),
        );
        Ok(response)
    }
}

const fn over(over: Over) -> Notice {
    match over {
        Over::Answered => Notice::Answered,
        Over::TooManyWrong => Notice::TooManyWrong,
        Over::Unknown => Notice::Unavailable,
    }
}

/// 303: a 307 would post the owner secret to the client (RFC 9700 section 4.12).
fn see_other(location: &str) -> Response {
    let Ok(location) = HeaderValue::try_from(location) else {
        return Error::Unavailable.into_response();
    };
    let headers = [
        (header::LOCATION, location),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        // The URL of the consent page carries the request; the client has no use for it.
        (
            header::REFERRER_POLICY,
            HeaderValue::from_static("no-referrer"),
        ),
    ];
    (StatusCode::SEE_OTHER, headers).into_response()
}

/// mcp-remote fetches the page before it opens a browser on it.
fn prefers_json(headers: &HeaderMap) -> bool {
    headers
        .get(header::ACCEPT)
        .and_then(|accept| accept.to_str().ok())
        .is_some_and(|accept| accept.contains("application/json") && !accept.contains("text/html"))
}
