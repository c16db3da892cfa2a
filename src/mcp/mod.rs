//! The MCP endpoint: tools and how they answer.

use axum::Router;
use axum::routing::any;

use crate::clock::Clock;
use crate::intervals;
use crate::public_url::PublicUrl;

pub struct Settings {
    pub public_url: PublicUrl,
    pub read_only: bool,
    pub strict_protocol_headers: bool,
}

pub struct Mcp {}

impl Mcp {
    pub fn new(_settings: Settings, _client: intervals::Client, _clock: Clock) -> Self {
        Self {}
    }

    /// The MCP endpoint at `/`, `/mcp` and `/mcp/`.
    pub fn router(&self) -> Router {
        let endpoint = any(|| async { "{}" });
        Router::new()
            .route("/", endpoint.clone())
            .route("/mcp", endpoint.clone())
            .route("/mcp/", endpoint)
    }
}
