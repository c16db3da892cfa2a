//! Puts the parts together; the only place where http, oauth, mcp and intervals meet.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use axum::Router;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::config::Config;
use crate::state::{Counted, Durability, MemoryStore, Probed, RedisStore, SqliteStore, Store};
use crate::{demo, http, intervals, mcp, oauth, state};

/// Everything that the parts need to know; `config` fills it from the environment, tests write it down.
pub struct Settings {
    pub http: http::Settings,
    pub oauth: oauth::Settings,
    pub mcp: mcp::Settings,
    pub intervals: intervals::Settings,
    pub state: state::Settings,
}

impl From<Config> for Settings {
    fn from(config: Config) -> Self {
        Self {
            http: config.http,
            oauth: config.oauth,
            mcp: config.mcp,
            intervals: config.intervals,
            state: config.state,
        }
    }
}

/// Why the server could not be put together.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    #[error("the HTTP client for Intervals.icu could not be built: {0}")]
    Intervals(#[from] intervals::BuildError),
    #[error("the authorization server could not be built: {0}")]
    OAuth(#[from] oauth::BuildError),
    #[error("the MCP endpoint could not be built: {0}")]
    Mcp(#[from] mcp::BuildError),
    #[error(transparent)]
    State(#[from] state::OpenError),
}

/// The whole server, ready to be served.
pub struct App {
    router: Router,
    limits: http::Limits,
    durability: Durability,
}

impl App {
    /// As [`Self::build`], after a look at the store that is outside of this process.
    ///
    /// # Errors
    /// As [`Self::build`], and when that store cannot be used until somebody changes something. One that does not answer is no
    /// error.
    pub async fn open(settings: Settings, clock: Clock) -> Result<Self, BuildError> {
        match state::probe(&settings.state).await? {
            Probed::Usable { warnings } => {
                for warning in warnings {
                    tracing::warn!("{warning}");
                }
            }
            Probed::Unusable { why } => tracing::warn!("Redis cannot be used yet: {why}"),
        }
        Self::build(settings, clock)
    }

    /// # Errors
    /// [`BuildError`] when a part refuses its settings.
    pub fn build(settings: Settings, clock: Clock) -> Result<Self, BuildError> {
        let backend = settings.state.name();
        let store: Arc<dyn Store> = match &settings.state {
            state::Settings::Memory => Arc::new(MemoryStore::new(clock.clone())),
            state::Settings::Sqlite { directory } => Arc::new(
                SqliteStore::open(directory, clock.clone()).map_err(state::OpenError::from)?,
            ),
            state::Settings::Redis { url, namespace } => {
                Arc::new(RedisStore::connecting(url, namespace, clock.clone()))
            }
        };
        Self::over(settings, Arc::new(Counted::new(store, backend)), clock)
    }

    /// The same over a store that is open already, whatever `settings.state` says.
    ///
    /// # Errors
    /// [`BuildError`] when a part refuses its settings.
    pub fn over(
        settings: Settings,
        store: Arc<dyn Store>,
        clock: Clock,
    ) -> Result<Self, BuildError> {
        let durability = store.durability();
        let client = intervals::Client::new(settings.intervals, clock.clone())?;
        let oauth = oauth::OAuth::new(settings.oauth, Arc::clone(&store), clock.clone())?;
        let mcp = mcp::Mcp::new(settings.mcp, client, store, clock)?;
        let limits = settings.http.limits;
        let router = http::layered(
            oauth.router().merge(oauth.guarded(mcp.router())),
            settings.http,
        );
        Ok(Self {
            router,
            limits,
            durability,
        })
    }

    /// What a restart forgets.
    pub const fn durability(&self) -> Durability {
        self.durability
    }

    /// Every route behind every layer, for callers that have no socket.
    pub fn router(&self) -> Router {
        self.router.clone()
    }

    /// Answers connections of `listener` until `shutdown` is cancelled, then lets running calls finish.
    pub async fn serve(self, listener: TcpListener, shutdown: CancellationToken) {
        http::serve(listener, self.router, self.limits, shutdown).await;
    }
}

/// Whose data the demo serves, by the names of the variables.
pub const INVENTED_ATHLETE: [(&str, &str); 2] =
    [("ATHLETE_ID", demo::ATHLETE_ID), ("API_KEY", demo::API_KEY)];

/// Serves the invented athlete's Intervals.icu on loopback for as long as the process lives, on a port of the system's
/// choice unless one is given, and says where.
///
/// # Errors
/// When the port cannot be listened on.
pub async fn serve_invented_api(clock: Clock, port: Option<u16>) -> io::Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port.unwrap_or(0))).await?;
    let address = listener.local_addr()?;
    tokio::spawn(demo::Demo::new(clock).serve(listener));
    Ok(address)
}
