//! The first lines of the log: what was configured, what of it is risky, and the URL to paste. Their wording is kept stable.

use intervals_mcp_server::clock::Clock;
use intervals_mcp_server::config::Config;
use intervals_mcp_server::http::AllowedOrigins;
use intervals_mcp_server::metrics;
use intervals_mcp_server::oauth::OwnerSecret;
use intervals_mcp_server::public_url::PublicUrl;
use intervals_mcp_server::state::Durability;
use tokio::net::TcpListener;

/// What is merely so, in one line.
pub fn tell_facts(config: &Config) {
    let toolsets: Vec<&str> = config.mcp.toolsets.iter().map(|set| set.name()).collect();
    tracing::info!(
        version = env!("CARGO_PKG_VERSION"),
        base_url = config.http.public_url.origin(),
        state = config.state.name(),
        toolsets = toolsets.join(","),
        read_only = config.mcp.read_only,
        allowed_origins = match &config.http.allowed_origins {
            AllowedOrigins::Any => "*".to_owned(),
            AllowedOrigins::Listed(origins) => origins.join(","),
        },
        trusted_proxies = config.oauth.trusted_proxy_hops,
        owner_secret = match config.oauth.owner_secret {
            OwnerSecret::Password(_) => "OWNER_PASSWORD",
            OwnerSecret::ApiKey(_) => "API_KEY",
        },
        mcp_api_key = config.oauth.mcp_api_key.is_some(),
        metrics = config.http.metrics_token.is_some(),
        access_token_s = config.oauth.access_token_ttl.as_secs(),
        refresh_token_s = config.oauth.refresh_token_ttl.as_secs(),
        upstream = config.intervals.base_url.as_str().trim_end_matches('/'),
        upstream_rate = config.intervals.rate.map_or(0, u32::from),
        "configured"
    );
}

/// What is risky, a line each.
pub fn tell_warnings(config: &Config) {
    for warning in &config.warnings {
        tracing::warn!("{warning}");
    }
}

/// What a restart means.
pub fn tell_state(durability: Durability) {
    match durability {
        Durability::Process => tracing::warn!(
            "state is kept in memory: a restart keeps apps connected but forgets which were revoked; TOKENS_NOT_BEFORE \
             ends everything issued before it, and DATA_DIR keeps state on a disk"
        ),
        Durability::Durable => tracing::info!(
            "state is kept in DATA_DIR: a restart keeps apps connected and revoked ones out; only an approval that is \
             under way has to be started again"
        ),
        Durability::Shared => tracing::info!(
            "state is kept in Redis and shared: other servers on it with the same configuration are as this one"
        ),
    }
}

/// From here on somebody answers.
pub fn tell_listening(listener: &TcpListener, public_url: &PublicUrl) {
    metrics::started(Clock::system().now());
    let address = listener.local_addr().map(|a| a.to_string()).ok();
    let url = public_url.mcp();
    tracing::info!(
        version = env!("CARGO_PKG_VERSION"),
        address,
        url,
        "listening; the URL {} is {url}",
        if public_url.is_loopback() {
            "for apps on this machine"
        } else {
            "to paste into Claude"
        }
    );
}
