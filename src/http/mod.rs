//! HTTP that knows nothing of us: what is the same whoever is calling and whatever they want.
//!
//! A request passes, from the outside in: `layers::observe` (id, log line, security headers), `layers::admit`
//! (method, host, origin, landing page), the catcher of panics, `bounds::bound` (size and time; `bodies` is what is held), the
//! routes.
#![deny(clippy::indexing_slicing)]

mod bodies;
mod bounds;
mod cors;
mod error;
mod head_start;
mod health;
mod host;
mod landing;
mod layers;
mod lingering;
mod metrics;
mod patience;
mod server;
mod server_config;
mod unread;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::middleware::from_fn_with_state;
use secrecy::SecretString;
use tower_http::catch_panic::CatchPanicLayer;

use crate::public_url::PublicUrl;

pub use server::serve;

/// Which browser origins may call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AllowedOrigins {
    /// `*`: every origin, or loopback origins when the server itself is on loopback.
    Any,
    Listed(Vec<String>),
}

pub struct Settings {
    pub public_url: PublicUrl,
    pub allowed_origins: AllowedOrigins,
    /// The document that `/config` serves.
    pub server_config: serde_json::Value,
    /// Opens `/metrics`; without it there is no such path.
    pub metrics_token: Option<SecretString>,
    pub limits: Limits,
}

/// How long and how much. Sizes of bodies are not here: they belong to paths and never change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// From the first byte of a request, or from the connection's beginning, to the end of its headers.
    pub header_read: Duration,
    /// How long a connection may rest between two requests: longer than the 60 s for which proxies keep theirs, since a
    /// proxy that writes to a connection just closed answers its client with 502.
    pub keep_alive: Duration,
    /// From when a body is first waited for to its last byte.
    pub body_read: Duration,
    /// From the headers of a request to the headers of its answer.
    pub request: Duration,
    /// How long everybody is still let in when the server is told to stop.
    pub linger: Duration,
    /// How long after that word running calls may take, so that all is over within the 10 s after which `docker stop` kills.
    pub drain: Duration,
    /// How long a peer may take nothing of what is being sent to it.
    pub write_stall: Duration,
    /// Connections at a time; more wait to be accepted.
    pub connections: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            header_read: Duration::from_secs(15),
            keep_alive: Duration::from_secs(75),
            body_read: Duration::from_secs(30),
            request: Duration::from_secs(60),
            write_stall: Duration::from_secs(30),
            linger: Duration::from_secs(2),
            drain: Duration::from_secs(9),
            connections: 2048,
        }
    }
}

/// The paths of the MCP endpoint.
const MCP_PATHS: [&str; 3] = ["/", "/mcp", "/mcp/"];

/// What the layers share.
struct Shell {
    public_url: PublicUrl,
    cors: cors::Policy,
    landing: landing::Landing,
    limits: Limits,
    held: bodies::Held,
}

/// Adds the routes and layers that are the same for every server.
pub fn layered(router: Router, settings: Settings) -> Router {
    let shell = Arc::new(Shell {
        cors: cors::Policy::new(&settings.public_url, settings.allowed_origins),
        landing: landing::Landing::new(&settings.public_url),
        public_url: settings.public_url,
        limits: settings.limits,
        held: bodies::Held::default(),
    });
    let router = match &settings.metrics_token {
        Some(token) => router.merge(metrics::router(token)),
        None => router,
    };
    router
        .merge(health::router())
        .merge(server_config::router(&settings.server_config))
        .fallback(error::not_found)
        .layer(from_fn_with_state(Arc::clone(&shell), bounds::bound))
        .layer(CatchPanicLayer::custom(error::panicked))
        .layer(from_fn_with_state(Arc::clone(&shell), layers::admit))
        .layer(from_fn_with_state(shell, layers::observe))
}
