//! The authorization server and the bearer guard.
//!
//! One file per endpoint (`metadata`, `register`, `authorize`, `token`, `revoke`, `connections`) and the `guard`; they never import one another. Below them
//! what they share: `codes` and `grants` (what is remembered), `grant` (what may follow what), then the pure pieces. The walk is
//! told in the crate's documentation.
#![deny(clippy::indexing_slicing)]

mod address;
mod answer;
mod authorize;
mod challenge;
mod cimd;
mod client;
mod client_auth;
mod client_metadata;
mod client_url;
mod codes;
mod connections;
mod connections_page;
mod connections_words;
mod consent;
mod cookie;
mod epoch;
mod error;
mod form;
mod grant;
mod grants;
mod guard;
mod jwt;
mod keys;
mod limits;
mod metadata;
pub mod outbound;
mod page;
mod pkce;
pub mod probe;
mod record;
mod records;
mod redirect;
mod refresh;
mod register;
mod request;
mod resource;
mod revoke;
mod same_site;
mod scope;
mod secret;
mod seen;
mod special_addresses;
mod ticket;
mod to_the_end;
mod token;
mod transaction;
mod wording;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post};
use jiff::Timestamp;
use secrecy::{ExposeSecret as _, SecretString};

use crate::clock::Clock;
use crate::public_url::PublicUrl;
use crate::state::Store;

const MIN_SIGNING_SECRET: usize = 32;

/// What the owner types on the consent page.
#[derive(Clone)]
pub enum OwnerSecret {
    /// `OWNER_PASSWORD`
    Password(SecretString),
    /// `API_KEY`, when no password is set
    ApiKey(SecretString),
}

impl OwnerSecret {
    const fn secret(&self) -> &SecretString {
        match self {
            Self::Password(secret) | Self::ApiKey(secret) => secret,
        }
    }
}

pub struct Settings {
    pub public_url: PublicUrl,
    /// Input keying material, at least 32 characters.
    pub signing_secret: SecretString,
    /// Verifies and never signs, during a rotation.
    pub previous_signing_secret: Option<SecretString>,
    /// Goes into the key derivation, so that tokens do not cross deployments; never shown before the owner secret.
    pub athlete_id: String,
    pub owner_secret: OwnerSecret,
    /// A fallback credential with all scopes; `None` is closed.
    pub mcp_api_key: Option<SecretString>,
    pub access_token_ttl: Duration,
    /// Since last use.
    pub refresh_token_ttl: Duration,
    /// Everything issued before is dead.
    pub tokens_not_before: Option<Timestamp>,
    /// How many proxies stand in front: the client's address is that many entries from the right of `X-Forwarded-For`.
    pub trusted_proxy_hops: usize,
    /// Where client metadata documents may be fetched from.
    pub outbound: outbound::Settings,
}

#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct BuildError(pub String);

/// The endpoints and the guard, each with what it needs and nothing else.
#[derive(Clone)]
pub struct OAuth {
    documents: Arc<metadata::Documents>,
    register: Arc<register::Register>,
    authorize: Arc<authorize::Authorize>,
    token: Arc<token::Token>,
    revoke: Arc<revoke::Revoke>,
    connections: Arc<connections::Connections>,
    guard: Arc<guard::Guard>,
}

impl OAuth {
    /// # Errors
    /// [`BuildError`] when a secret is one that would leave the door open.
    pub fn new(
        settings: Settings,
        store: Arc<dyn Store>,
        clock: Clock,
    ) -> Result<Self, BuildError> {
        check(&settings)?;
        let public_url = settings.public_url;
        let keys = Arc::new(keys::Keys::derive(
            &settings.signing_secret,
            settings.previous_signing_secret.as_ref(),
            public_url.origin(),
            &settings.athlete_id,
        )?);
        let access = Arc::new(jwt::AccessTokens::new(
            &keys,
            &public_url,
            settings.access_token_ttl,
            settings.tokens_not_before,
        ));
        let refresh = Arc::new(refresh::RefreshTokens::new(
            settings.refresh_token_ttl,
            settings.tokens_not_before,
        ));
        let home = home(&public_url, &settings.athlete_id);
        let limits = limits::Limits::new(clock.clone(), &store, &keys, &home);
        let limits = Arc::new(limits);
        let codes = Arc::new(codes::Codes::new(&store, clock.clone(), &home));
        let grants = Arc::new(grants::Grants::new(
            store,
            clock.clone(),
            Arc::clone(&refresh),
            access.ttl(),
            &home,
        ));
        let outbound = outbound::Outbound::new(&settings.outbound)?;
        let client_documents = Arc::new(cimd::ClientDocuments::new(
            clock.clone(),
            Arc::new(outbound),
            Arc::clone(&limits),
            settings.outbound.page_patience,
        ));
        let documents = metadata::Documents::new(&public_url)
            .map_err(|error| BuildError(format!("the metadata could not be written: {error}")))?;
        Ok(Self {
            documents: Arc::new(documents),
            register: Arc::new(register::Register {
                clock: clock.clone(),
                keys: Arc::clone(&keys),
                limits: Arc::clone(&limits),
                trusted_proxy_hops: settings.trusted_proxy_hops,
            }),
            authorize: Arc::new(authorize::Authorize {
                clock: clock.clone(),
                public_url: public_url.clone(),
                keys: Arc::clone(&keys),
                owner: secret::Owner::new(&settings.owner_secret),
                cookies: cookie::Cookies::new(public_url.is_https()),
                trusted_proxy_hops: settings.trusted_proxy_hops,
                limits: Arc::clone(&limits),
                documents: client_documents,
                codes: Arc::clone(&codes),
                grants: Arc::clone(&grants),
            }),
            token: Arc::new(token::Token {
                clock: clock.clone(),
                public_url: public_url.clone(),
                trusted_proxy_hops: settings.trusted_proxy_hops,
                keys: Arc::clone(&keys),
                access: Arc::clone(&access),
                refresh,
                codes,
                grants: Arc::clone(&grants),
            }),
            connections: Arc::new(connections::Connections {
                clock: clock.clone(),
                public_url: public_url.clone(),
                athlete_id: settings.athlete_id,
                trusted_proxy_hops: settings.trusted_proxy_hops,
                keys: Arc::clone(&keys),
                owner: secret::Owner::new(&settings.owner_secret),
                cookies: cookie::Cookies::new(public_url.is_https()),
                limits: Arc::clone(&limits),
                grants: Arc::clone(&grants),
            }),
            revoke: Arc::new(revoke::Revoke {
                keys: Arc::clone(&keys),
                access: Arc::clone(&access),
                grants: Arc::clone(&grants),
            }),
            guard: Arc::new(guard::Guard {
                clock,
                keys,
                trusted_proxy_hops: settings.trusted_proxy_hops,
                access,
                grants,
                limits,
                challenges: challenge::Challenges::new(&public_url),
                api_key: settings.mcp_api_key.as_ref().map(secret::Expected::new),
            }),
        })
    }

    /// Metadata, the endpoints of clients and the owner's page. The metadata advertises the root forms; `/oauth/…` keeps
    /// older URLs alive.
    pub fn router(&self) -> Router {
        let mut router = Router::new();
        let resource = "/.well-known/oauth-protected-resource";
        let server = "/.well-known/oauth-authorization-server";
        let root = get(metadata::get_root_resource).with_state(Arc::clone(&self.documents));
        let mcp = get(metadata::get_mcp_resource).with_state(Arc::clone(&self.documents));
        let metadata =
            get(metadata::get_authorization_server).with_state(Arc::clone(&self.documents));
        router = router.route(resource, root);
        for suffix in ["/mcp", "/mcp/"] {
            router = router.route(&format!("{resource}{suffix}"), mcp.clone());
        }
        for suffix in ["", "/mcp"] {
            router = router.route(&format!("{server}{suffix}"), metadata.clone());
        }
        let register = post(register::post).with_state(Arc::clone(&self.register));
        let authorize = get(authorize::get)
            .post(authorize::post)
            .layer(from_fn(to_the_end::run))
            .with_state(Arc::clone(&self.authorize));
        let token = post(token::post)
            .layer(from_fn(to_the_end::run))
            .with_state(Arc::clone(&self.token));
        let revoke = post(revoke::post)
            .layer(from_fn(to_the_end::run))
            .with_state(Arc::clone(&self.revoke));
        for prefix in ["", "/oauth"] {
            router = router
                .route(&format!("{prefix}/register"), register.clone())
                .route(&format!("{prefix}/authorize"), authorize.clone())
                .route(&format!("{prefix}/token"), token.clone())
                .route(&format!("{prefix}/revoke"), revoke.clone());
        }
        let connections = get(connections::get)
            .post(connections::post)
            .layer(from_fn(to_the_end::run))
            .with_state(Arc::clone(&self.connections));
        router.route("/connections", connections)
    }

    /// Wraps `router` so that only requests with a live credential reach it, with a
    /// [`Caller`](crate::identity::Caller) in their extensions. Paths that it does not know stay unknown.
    pub fn guarded(&self, router: Router) -> Router {
        router.route_layer(from_fn_with_state(Arc::clone(&self.guard), guard::check))
    }
}

/// Tells deployments apart in a store that they share. Not the signing secret: what is remembered outlives its rotation.
fn home(public_url: &PublicUrl, athlete_id: &str) -> String {
    let digest = secret::digest(format!("{}\0{athlete_id}", public_url.origin()));
    let name = secret::encode(digest.first_chunk::<12>().unwrap_or(&[0; 12]));
    format!("{name}/")
}

/// The configuration checks its values with better words; this holds whoever builds the settings.
fn check(settings: &Settings) -> Result<(), BuildError> {
    let length = |secret: &SecretString| secret.expose_secret().chars().count();
    let signing =
        std::iter::once(&settings.signing_secret).chain(&settings.previous_signing_secret);
    for secret in signing {
        if length(secret) < MIN_SIGNING_SECRET {
            return Err(BuildError(format!(
                "a signing secret must have at least {MIN_SIGNING_SECRET} characters"
            )));
        }
    }
    let typed = settings.owner_secret.secret();
    for secret in std::iter::once(typed).chain(&settings.mcp_api_key) {
        if secret.expose_secret().trim().is_empty() {
            return Err(BuildError("a secret must not be empty".to_owned()));
        }
    }
    Ok(())
}
