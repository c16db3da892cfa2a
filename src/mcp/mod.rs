//! The MCP endpoint: tools, resources, prompts, completions, and how they answer.
//!
//! A request comes in through `front`, which knows both eras of the protocol (`era`), goes through rmcp to `server`, finds
//! its tool in the `registry` by the name in the body, is carried out by `call` with `progress` told to those who ask, and
//! leaves as a `reply`. `resources` are answers of tools under URIs, `prompts` texts that name tools, `completion` the values
//! that both can be filled with. `planning` writes the calendar, `rewrite` and `entering` everything else, `changes` remembers what they
//! replaced and `restoring` takes it back; `news` tells
//! replicas of each other's writes. `fixtures` exist in builds for the conformance suite alone.

#![deny(clippy::indexing_slicing)]

mod activity_change;
mod activity_parts;
mod alike;
mod analysis;
mod calendar;
mod call;
mod changes;
mod comment;
mod comparing;
mod completion;
mod context;
mod cursor;
mod curve;
mod efforts;
mod entering;
mod era;
mod error;
mod event_lookup;
mod execution;
mod filter;
mod finding;
#[cfg(feature = "conformance")]
mod fixtures;
mod forecast;
mod front;
mod gear;
mod help;
mod instructions;
mod interval_finding;
mod library;
mod lists;
mod measure;
mod message;
mod news;
mod outlook;
mod params;
mod planned;
mod planning;
mod progress;
mod prompts;
mod registry;
mod render;
mod reply;
mod resolve;
mod resources;
mod restoring;
mod rewrite;
mod scales;
mod server;
mod sport_apply;
mod sport_change;
mod stream_window;
mod targets;
mod text;
mod thresholds;
mod tools;
mod training;

use std::sync::Arc;

use axum::Router;
use axum::routing::any;
use rmcp::transport::streamable_http_server::session::never::NeverSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};

use resources::Resource;
use secrecy::SecretString;

pub use front::MAX_BODY_BYTES;
pub use registry::{Access, Entry, Registry};
pub use tools::Toolset;

use crate::clock::Clock;
use crate::intervals;
use crate::state::Store;

/// What the endpoint can be told.
pub struct Settings {
    pub toolsets: Vec<Toolset>,
    /// Hides and refuses everything but reading.
    pub read_only: bool,
    /// Refuses the one contradiction between header and body that real clients send.
    pub strict_protocol_headers: bool,
    /// Seals what is kept for undoing.
    pub signing_secret: SecretString,
    /// Opens what was sealed before a rotation.
    pub previous_signing_secret: Option<SecretString>,
}

/// Why the endpoint could not be put together.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct BuildError(#[from] changes::KeyError);

/// The MCP side of the server.
pub struct Mcp {
    endpoint: front::Endpoint,
}

impl Mcp {
    /// # Errors
    /// [`BuildError`] when the key for recorded changes cannot be derived.
    pub fn new(
        settings: Settings,
        client: intervals::Client,
        store: Arc<dyn Store>,
        clock: Clock,
    ) -> Result<Self, BuildError> {
        let registry = Arc::new(registry(&settings));
        let news = news::News::new(&store, &clock, client.athlete_id().as_str());
        news.spread(&client);
        let changes = changes::Changes::new(
            store,
            clock.clone(),
            &settings.signing_secret,
            settings.previous_signing_secret.as_ref(),
            client.athlete_id().as_str(),
        )?;
        let home = context::Home::new(client, clock, Arc::clone(&registry), changes, news);
        let resources: Vec<Resource> = resources::all()
            .into_iter()
            .filter(|resource| resource.is_offered(&registry))
            .collect();
        let prompts = prompts::all();
        let lists = Arc::new(lists::Lists::new(&resources, &prompts));
        let handler = server::Handler::new(Arc::clone(&registry), resources, prompts, home);
        let service = StreamableHttpService::new(
            move || Ok(handler.clone()),
            Arc::new(NeverSessionManager::default()),
            StreamableHttpServerConfig::default()
                .with_legacy_session_mode(false)
                .with_json_response(true)
                // Host and Origin are checked in front of every route, not only of this one.
                .disable_allowed_hosts()
                .with_max_request_body_bytes(MAX_BODY_BYTES),
        );
        Ok(Self {
            endpoint: front::Endpoint {
                service,
                registry,
                lists,
                strict: settings.strict_protocol_headers,
            },
        })
    }

    /// The MCP endpoint at `/`, `/mcp` and `/mcp/`, the same service on each, without redirects.
    pub fn router(&self) -> Router {
        let endpoint = any(front::handle).with_state(self.endpoint.clone());
        Router::new()
            .route("/", endpoint.clone())
            .route("/mcp", endpoint.clone())
            .route("/mcp/", endpoint)
    }
}

/// The tools of the chosen sets.
#[must_use]
pub fn registry(settings: &Settings) -> Registry {
    let tools = tools::of(&settings.toolsets);
    #[cfg(feature = "conformance")]
    let tools = fixtures::with_tools(tools);
    Registry::new(tools, settings.read_only)
}
