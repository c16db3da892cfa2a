//! Puts the parts together; the only place where http, oauth, mcp and intervals meet.

use std::sync::Arc;

use axum::Router;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::state::{MemoryStore, Store};
use crate::{http, intervals, mcp, oauth};

/// Everything that the parts need to know; `config` fills it from the environment, tests write it down.
pub struct Settings {
    pub http: http::Settings,
    pub oauth: oauth::Settings,
    pub mcp: mcp::Settings,
    pub intervals: intervals::Settings,
}

/// Why the server could not be put together.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    #[error("the HTTP client for Intervals.icu could not be built: {0}")]
    Intervals(#[from] intervals::BuildError),
    #[error("the authorization server could not be built: {0}")]
    OAuth(#[from] oauth::BuildError),
}

/// The whole server, ready to be served.
pub struct App {
    router: Router,
}

impl App {
    /// # Errors
    /// [`BuildError`] when a part refuses its settings.
    pub fn build(settings: Settings, clock: Clock) -> Result<Self, BuildError> {
        let store: Arc<dyn Store> = Arc::new(MemoryStore::new(clock.clone()));
        let client = intervals::Client::new(settings.intervals, clock.clone())?;
        let oauth = oauth::OAuth::new(settings.oauth, Arc::clone(&store), clock.clone())?;
        let mcp = mcp::Mcp::new(settings.mcp, client, clock);
        let router = http::layered(
            oauth.router().merge(oauth.guarded(mcp.router())),
            settings.http,
        );
        Ok(Self { router })
    }

    /// Answers connections of `listener` until `shutdown` is cancelled, then lets running calls finish.
    pub async fn serve(self, listener: TcpListener, shutdown: CancellationToken) {
        http::serve(listener, self.router, shutdown).await;
    }
}
