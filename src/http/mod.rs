//! HTTP that knows nothing of us.

use axum::Router;
use axum::routing::get;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::public_url::PublicUrl;

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
}

/// Adds the routes and layers that are the same for every server.
pub fn layered(router: Router, _settings: Settings) -> Router {
    router.route("/health", get(|| async { "ok" }))
}

/// Answers connections until `shutdown`, then lets running calls finish.
pub async fn serve(listener: TcpListener, router: Router, shutdown: CancellationToken) {
    let _ = axum::serve(listener, router)
        .with_graceful_shutdown(shutdown.cancelled_owned())
        .await;
}
