//! The whole server on a free loopback port, with a clock that the test moves.

use std::num::NonZeroU32;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use intervals_mcp_server::app::{App, Settings};
use intervals_mcp_server::clock::Clock;
use intervals_mcp_server::public_url::PublicUrl;
use intervals_mcp_server::{http, intervals, mcp, oauth, state};
use secrecy::SecretString;
use tokio::net::TcpListener;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::turns;

/// Values that must never be seen where they do not belong.
pub mod secrets {
    pub const SIGNING: &str = "S1gning-secret-of-the-tests-0123456789";
    pub const OWNER: &str = "0wner password of the tests";
    pub const MCP_API_KEY: &str = "mcp-api-key-of-the-tests-0123";
}

/// What differs between tests; everything else is as in production.
#[derive(Clone)]
pub struct ServerOptions {
    pub clock: Clock,
    pub upstream: String,
    pub athlete_id: String,
    pub api_key: String,
    pub signing_secret: String,
    pub previous_signing_secret: Option<String>,
    /// `None`: the consent page asks for `api_key`.
    pub owner_password: Option<String>,
    pub mcp_api_key: Option<String>,
    pub allowed_origins: http::AllowedOrigins,
    pub public_url: Option<String>,
    pub read_only: bool,
    pub strict_protocol_headers: bool,
    pub trusted_proxy_hops: usize,
    pub access_token_ttl: Duration,
    pub refresh_token_ttl: Duration,
    pub tokens_not_before: Option<jiff::Timestamp>,
    /// Requests to Intervals.icu a second; `None` is as many as there are.
    pub rate: Option<NonZeroU32>,
    pub deadline: Duration,
    pub limits: http::Limits,
    /// Where client metadata documents come from; nowhere, unless a test serves some.
    pub outbound: oauth::outbound::Settings,
    /// `None`: state is kept in memory.
    pub data_dir: Option<PathBuf>,
    /// A Redis and a namespace in it, in place of both.
    pub redis: Option<(state::RedisUrl, String)>,
    /// A store of the test's, in place of all of them.
    pub store: Option<Arc<dyn state::Store>>,
}

impl Default for ServerOptions {
    fn default() -> Self {
        Self {
            clock: Clock::manual("2026-03-18T09:30:00Z".parse().unwrap()),
            // The discard port: nobody answers there.
            upstream: "http://127.0.0.1:9".to_owned(),
            athlete_id: intervals_mcp_server::demo::ATHLETE_ID.to_owned(),
            api_key: intervals_mcp_server::demo::API_KEY.to_owned(),
            signing_secret: secrets::SIGNING.to_owned(),
            previous_signing_secret: None,
            owner_password: Some(secrets::OWNER.to_owned()),
            mcp_api_key: None,
            allowed_origins: http::AllowedOrigins::Any,
            public_url: None,
            read_only: false,
            strict_protocol_headers: false,
            trusted_proxy_hops: 0,
            access_token_ttl: Duration::from_secs(3600),
            refresh_token_ttl: Duration::from_secs(90 * 86_400),
            tokens_not_before: None,
            rate: None,
            deadline: Duration::from_secs(15),
            limits: http::Limits::default(),
            outbound: nowhere(),
            data_dir: None,
            redis: None,
            store: None,
        }
    }
}

impl ServerOptions {
    /// The settings of a server at `public_url`.
    pub fn settings(self, public_url: &PublicUrl) -> Settings {
        let signing_secret = SecretString::from(self.signing_secret);
        let previous_signing_secret = self.previous_signing_secret.map(SecretString::from);
        Settings {
            http: http::Settings {
                metrics_token: None,
                public_url: public_url.clone(),
                allowed_origins: self.allowed_origins,
                server_config: serde_json::json!({}),
                limits: self.limits,
            },
            oauth: oauth::Settings {
                public_url: public_url.clone(),
                signing_secret: signing_secret.clone(),
                previous_signing_secret: previous_signing_secret.clone(),
                athlete_id: self.athlete_id.clone(),
                owner_secret: match self.owner_password {
                    Some(password) => oauth::OwnerSecret::Password(password.into()),
                    None => oauth::OwnerSecret::ApiKey(self.api_key.clone().into()),
                },
                mcp_api_key: self.mcp_api_key.map(SecretString::from),
                access_token_ttl: self.access_token_ttl,
                refresh_token_ttl: self.refresh_token_ttl,
                tokens_not_before: self.tokens_not_before,
                trusted_proxy_hops: self.trusted_proxy_hops,
                outbound: self.outbound,
            },
            mcp: mcp::Settings {
                toolsets: vec![mcp::Toolset::Core],
                read_only: self.read_only,
                strict_protocol_headers: self.strict_protocol_headers,
                signing_secret,
                previous_signing_secret,
            },
            intervals: intervals::Settings {
                base_url: self.upstream.parse().unwrap(),
                athlete_id: self.athlete_id.parse().unwrap(),
                api_key: self.api_key.into(),
                rate: self.rate,
                deadline: self.deadline,
            },
            state: match (self.redis, self.data_dir) {
                (Some((url, namespace)), _) => state::Settings::Redis { url, namespace },
                (None, Some(directory)) => state::Settings::Sqlite { directory },
                (None, None) => state::Settings::Memory,
            },
        }
    }
}

/// Every name is unknown, so that no test asks the machine's resolver.
fn nowhere() -> oauth::outbound::Settings {
    oauth::outbound::Settings {
        names: oauth::outbound::Names::Table(Arc::new(|_| Vec::new())),
        ..oauth::outbound::Settings::default()
    }
}

fn client() -> reqwest::ClientBuilder {
    let builder = reqwest::Client::builder();
    // Replicas take turns by the connection.
    let builder = match turns::are_wanted() {
        true => builder.pool_max_idle_per_host(0),
        false => builder,
    };
    builder
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .timeout(Duration::from_secs(60))
}

fn build(options: ServerOptions, public_url: &PublicUrl) -> App {
    let (clock, store) = (options.clock.clone(), options.store.clone());
    let settings = options.settings(public_url);
    let app = match store {
        Some(store) => App::over(settings, store, clock),
        None => App::build(settings, clock),
    };
    app.unwrap()
}

/// Two servers at the address of `listener`, over a namespace of their own.
async fn serve_twice(
    listener: TcpListener,
    mut options: ServerOptions,
    public_url: &PublicUrl,
    stop: &CancellationToken,
) {
    let chosen = options.data_dir.is_some();
    assert!(
        !chosen,
        "a test with state of its own choice is for one server"
    );
    options.redis = super::redis::namespace();
    let mut servers = Vec::new();
    for options in [options.clone(), options] {
        let app = build(options, public_url);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        servers.push(listener.local_addr().unwrap());
        tokio::spawn(app.serve(listener, stop.clone()));
    }
    let servers = [servers[0], servers[1]];
    tokio::spawn(turns::take(listener, servers, stop.clone()));
}

/// A running server; it stops when this value is dropped.
pub struct Server {
    /// Where it listens: `http://127.0.0.1:PORT`.
    pub address: String,
    /// What it believes its origin to be; the same as `address` unless the test said otherwise.
    pub public_url: PublicUrl,
    pub clock: Clock,
    pub http: reqwest::Client,
    _stop: DropGuard,
}

impl Server {
    pub async fn start() -> Self {
        Self::with(ServerOptions::default()).await
    }

    pub async fn with(options: ServerOptions) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        Self::on(listener, options).await
    }

    /// On a given listener, so that a test can restart a server at the same address.
    pub async fn on(listener: TcpListener, options: ServerOptions) -> Self {
        let address = format!("http://{}", listener.local_addr().unwrap());
        let public_url =
            PublicUrl::parse(options.public_url.as_deref().unwrap_or(&address)).unwrap();
        let clock = options.clock.clone();
        let host = public_url.authority().parse().unwrap();
        let stop = CancellationToken::new();
        if turns::are_wanted() && options.redis.is_none() && options.store.is_none() {
            serve_twice(listener, options, &public_url, &stop).await;
        } else {
            let app = build(options, &public_url);
            tokio::spawn(app.serve(listener, stop.clone()));
        }
        Self {
            address,
            public_url,
            clock,
            http: client()
                // As a proxy would pass it on: the host that the client typed.
                .default_headers(std::iter::once((reqwest::header::HOST, host)).collect())
                .build()
                .unwrap(),
            _stop: stop.drop_guard(),
        }
    }

    /// A server that runs elsewhere, such as in a process of its own.
    pub fn elsewhere(port: u16) -> Self {
        let address = format!("http://127.0.0.1:{port}");
        Self {
            public_url: PublicUrl::parse(&address).unwrap(),
            address,
            clock: Clock::system(),
            http: client().build().unwrap(),
            _stop: CancellationToken::new().drop_guard(),
        }
    }

    /// The absolute URL of `path` at the address where the server listens.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.address)
    }
}
