//! The owner's page: which apps are connected, and the buttons that end it.
//!
//! GET asks for the owner secret and says nothing else. POST with the right one shows the list, and a sealed ticket in it stands
//! for the secret for ten minutes in this browser.

use std::net::IpAddr;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, Request};

use super::address::client_address;
use super::connections_page::{AskPage, Asking, ListPage, Outcome};
use super::cookie::{self, Cookies};
use super::error::Error;
use super::form::{self, Form};
use super::grants::{self, Connection, Grants};
use super::keys::Keys;
use super::limits::{Guesser, Limits, Refused};
use super::page::Problem;
use super::same_site::is_same_site;
use super::secret::Owner;
use super::ticket;
use super::transaction::{Foreign, Nonce};
use crate::clock::Clock;
use crate::language::Language;
use crate::metrics::{self, Limit, OAuthEvent};
use crate::public_url::PublicUrl;

const MAX_BODY: usize = 16 * 1024;
const PARAMETERS: [&str; 5] = ["secret", "ticket", "action", "grant", "sure"];

/// What the owner's page needs.
pub struct Connections {
    pub clock: Clock,
    pub public_url: PublicUrl,
    pub athlete_id: String,
    pub trusted_proxy_hops: usize,
    pub keys: Arc<Keys>,
    pub owner: Owner,
    pub cookies: Cookies,
    pub limits: Arc<Limits>,
    pub grants: Arc<Grants>,
}

/// Asks who is there.
pub async fn get(State(connections): State<Arc<Connections>>, request: Request<Body>) -> Response {
    let language = Language::preferred(request.headers());
    connections.ask(request.headers(), language, Asking::First)
}

/// Shows the list, and ends what is to be ended.
pub async fn post(State(connections): State<Arc<Connections>>, request: Request<Body>) -> Response {
    let headers = request.headers().clone();
    let language = Language::preferred(&headers);
    let address = client_address(&request, connections.trusted_proxy_hops);
    match connections
        .answer(&headers, language, address, request)
        .await
    {
        Ok(response) => response,
        Err(asking) => connections.ask(&headers, language, asking),
    }
}

impl Connections {
    fn ask(&self, headers: &HeaderMap, language: Language, asking: Asking) -> Response {
        let page = AskPage {
            language,
            asks_for: self.owner.asks_for,
            origin: self.public_url.origin(),
            asking,
        };
        self.cookies
            .nonce_or_new(headers)
            .and_then(|nonce| {
                let mut response = page.response()?;
                cookie::set(&mut response, self.cookies.set_nonce(&nonce));
                Ok(response)
            })
            .unwrap_or_else(Error::into_response)
    }

    async fn answer(
        &self,
        headers: &HeaderMap,
        language: Language,
        address: Option<IpAddr>,
        request: Request<Body>,
    ) -> Result<Response, Asking> {
        if !is_same_site(headers, self.public_url.origin()) {
            tracing::warn!("a form of the connections page from another site was refused");
            return Err(Asking::Foreign);
        }
        // A page of ours came with the cookie, and without it no ticket would hold.
        let nonce = self.cookies.nonce(headers).ok_or(Asking::Foreign)?;
        let form = form::posted(request, MAX_BODY)
            .await
            .map_err(Asking::Malformed)?;
        for name in PARAMETERS {
            form.one(name).map_err(Asking::Malformed)?;
        }
        let now = self.clock.unix_seconds();
        let Some(ticket) = form.only("ticket") else {
            let guesser = Guesser {
                known_device: self.cookies.is_known_device(headers, &self.keys, now),
                address,
            };
            self.prove(form.only("secret"), guesser).await?;
            return self.open(language, &nonce, now).await;
        };
        ticket::check(&self.keys, ticket, &nonce, now).map_err(|foreign| match foreign {
            Foreign::Forged => {
                tracing::warn!("a ticket of the connections page that is not ours was refused");
                Asking::Foreign
            }
            Foreign::Expired => Asking::Expired,
        })?;
        let outcome = self.act(&form).await?;
        self.list(language, ticket, outcome).await
    }

    async fn prove(&self, typed: Option<&str>, guesser: Guesser) -> Result<(), Asking> {
        let typed = typed.ok_or(Asking::Again(Problem::EmptySecret))?;
        let guessed = self.limits.guess(guesser, || self.owner.is(typed)).await;
        match guessed {
            Ok(true) => Ok(()),
            Ok(false) => {
                metrics::oauth(OAuthEvent::WrongSecret);
                tracing::warn!("a wrong owner secret was typed on the connections page");
                Err(Asking::Again(Problem::WrongSecret))
            }
            Err(Refused::Wait(wait)) => {
                metrics::limited(Limit::OwnerSecret);
                tracing::warn!(
                    "the connections page makes its visitors wait: too many wrong secrets"
                );
                Err(Asking::Again(Problem::Wait(wait)))
            }
            Err(Refused::Unavailable) => Err(Asking::Malformed(Error::Unavailable)),
        }
    }

    /// The secret was right.
    async fn open(&self, language: Language, nonce: &Nonce, now: i64) -> Result<Response, Asking> {
        tracing::info!("the owner opened the connections page");
        let ticket = ticket::seal(&self.keys, nonce, now).map_err(Asking::Malformed)?;
        let mut response = self.list(language, &ticket, Outcome::Nothing).await?;
        // As long as the ticket, however long the question stood there.
        cookie::set(&mut response, self.cookies.set_nonce(nonce));
        let device = self.cookies.set_known_device(&self.keys, now);
        cookie::set(&mut response, device);
        Ok(response)
    }

    async fn act(&self, form: &Form) -> Result<Outcome, Asking> {
        match form.only("action") {
            None => Ok(Outcome::Nothing),
            Some("end") => self.end(form.only("grant").unwrap_or_default()).await,
            Some("end-all") if form.only("sure") != Some("yes") => Ok(Outcome::NotSure),
            Some("end-all") => {
                let outcome = self.grants.revoke_all().await;
                metrics::oauth(OAuthEvent::AllEnded);
                tracing::warn!("the owner ended all connections");
                Ok(outcome.map_or(Outcome::NotStored, |()| Outcome::EndedAll))
            }
            Some(_) => Err(Asking::Malformed(Error::InvalidRequest("Unknown action"))),
        }
    }

    async fn end(&self, grant_id: &str) -> Result<Outcome, Asking> {
        let Some(connection) = self
            .connections()
            .await?
            .into_iter()
            .find(|connection| connection.grant_id == grant_id)
        else {
            return Ok(Outcome::Gone);
        };
        let outcome = self.grants.revoke(grant_id).await;
        metrics::oauth(OAuthEvent::Ended);
        tracing::info!(
            session_id = %grants::session_id(grant_id),
            "the owner ended a connection"
        );
        Ok(match outcome {
            Ok(()) => Outcome::Ended(connection.about.and_then(|about| about.redirect_host)),
            Err(_) => Outcome::NotStored,
        })
    }

    async fn connections(&self) -> Result<Vec<Connection>, Asking> {
        self.grants.connections().await.map_err(Asking::Malformed)
    }

    async fn list(
        &self,
        language: Language,
        ticket: &str,
        outcome: Outcome,
    ) -> Result<Response, Asking> {
        ListPage {
            language,
            origin: self.public_url.origin(),
            athlete_id: &self.athlete_id,
            ticket,
            connections: &self.connections().await?,
            durability: self.grants.durability(),
            knows_all: self.grants.knows_all().await,
            now: self.clock.now(),
            outcome,
        }
        .response()
        .map_err(Asking::Malformed)
    }
}
