//! What is legal and yet worth a line in the log: what it risks, and what to set instead.
//!
//! A configuration that is as safe as it can be has none, or nobody would read them.

use super::{Config, SECRETS, Sources, disk, proxies_of_platform, secrets, variables};
use crate::http::AllowedOrigins;
use crate::public_url::PublicUrl;
use crate::{state, telemetry};

/// Every warning about `config`, which was read from `sources`.
pub(super) fn of(sources: &Sources, config: &Config) -> Vec<String> {
    let mut warnings = weak_secrets(sources);
    if !matches!(&config.state, state::Settings::Redis { .. }) {
        warnings.extend(disk::directory(sources).1);
    }
    let mut warn = |risky: bool, text: &str| {
        if risky {
            warnings.push(text.to_owned());
        }
    };
    let is_set = |variable: &variables::Variable| sources.get(variable.name).is_some();
    warn(
        !is_set(&variables::OWNER_PASSWORD),
        "OWNER_PASSWORD is not set: the consent page asks for API_KEY instead; a password of its own keeps that key out of \
         the browser",
    );
    warn(
        config.oauth.mcp_api_key.is_some() && config.mcp.read_only,
        "MCP_API_KEY is set: whoever has it may read everything, without an approval and without an end; unset it when no \
         client needs it",
    );
    warn(
        config.oauth.mcp_api_key.is_some() && !config.mcp.read_only,
        "MCP_API_KEY is set: whoever has it may read, change and delete everything, without an approval and without an end; \
         unset it when no client needs it",
    );
    warn(
        config.oauth.previous_signing_secret.is_some(),
        "JWT_SECRET_KEY_PREVIOUS is set: what the former key signed is still accepted; unset it once REFRESH_TOKEN_TTL has \
         passed since the change",
    );
    warn(
        config.oauth.tokens_not_before.is_some(),
        "TOKENS_NOT_BEFORE is set: apps that were connected before it have to be connected again; unset it once \
         REFRESH_TOKEN_TTL has passed since that time",
    );
    let loopback = config.http.public_url.is_loopback();
    warn(
        loopback,
        "BASE_URL is this machine: programs on it can connect, Claude's apps and web pages cannot; set BASE_URL to the \
         public https address for them",
    );
    warn(
        !loopback && config.http.allowed_origins == AllowedOrigins::Any,
        "ALLOWED_ORIGINS is *: every web page may use a token that it has come by; set \
         ALLOWED_ORIGINS=https://claude.ai,https://claude.com and the pages of other clients that you use",
    );
    warn(
        matches!(&config.state, state::Settings::Redis { url, .. } if url.is_readable_on_the_way()),
        "REDIS_URL has no TLS and names a host that is not known to be private: unless the way to it is, others can read \
         its password and what is kept there; rediss:// encrypts",
    );
    proxies(sources, config, &mut warn);
    upstream(config, &mut warn);
    warn(
        config.mcp.strict_protocol_headers,
        "STRICT_PROTOCOL_HEADERS is on: clients whose headers lag behind their messages are refused, Claude's connectors \
         among them; unset it if Claude does not connect",
    );
    let log = sources.get(variables::RUST_LOG.name).unwrap_or_default();
    warn(
        telemetry::opens_libraries(log),
        "RUST_LOG names a library that logs requests with their contents, secrets among them; name intervals_mcp_server \
         instead",
    );
    warn(
        telemetry::is_verbose(log),
        "RUST_LOG is at debug or trace: the log grows with every request; set RUST_LOG=info when you have seen enough",
    );
    for name in sources.dotenv.keys() {
        if !variables::ALL.iter().any(|known| known.name == name) {
            warnings.push(format!(
                ".env sets {name:?}, which this server does not know"
            ));
        }
    }
    warnings
}

fn weak_secrets(sources: &Sources) -> Vec<String> {
    let mut warnings = Vec::new();
    for (variable, _) in SECRETS {
        // The key is Intervals.icu's work; a password is typed, which is why attempts at it are limited.
        let drawn = ![variables::API_KEY, variables::OWNER_PASSWORD].contains(variable);
        if drawn && sources.get(variable.name).is_some_and(secrets::looks_weak) {
            warnings.push(format!(
                "{} looks weak; better is {}",
                variable.name, variable.example
            ));
        }
    }
    warnings
}

/// The server speaks no TLS itself, so a public https address always has a proxy in front, and a loopback address none.
fn proxies(sources: &Sources, config: &Config, warn: &mut impl FnMut(bool, &str)) {
    let told = sources.get(variables::TRUST_PROXY.name).is_some();
    let hops = config.oauth.trusted_proxy_hops;
    let loopback = config.http.public_url.is_loopback();
    let on_platform = proxies_of_platform(sources) > 0;
    warn(
        hops == 0 && on_platform && !loopback,
        "TRUST_PROXY is none although this platform has a proxy in front: all callers count as one, and one who guesses \
         slows down the others; unset TRUST_PROXY",
    );
    warn(
        hops == 0 && !on_platform && !loopback,
        "TRUST_PROXY trusts no proxy, and something must be in front that speaks https: all callers count as one, and one \
         who guesses slows down the others; set TRUST_PROXY=1 behind one reverse proxy",
    );
    warn(
        hops > 0 && told && loopback,
        "TRUST_PROXY believes X-Forwarded-For although BASE_URL is this machine: with no proxy in front callers choose \
         their own address; unset TRUST_PROXY",
    );
}

fn upstream(config: &Config, warn: &mut impl FnMut(bool, &str)) {
    let real = variables::INTERVALS_BASE_URL
        .default
        .and_then(|url| PublicUrl::parse(url).ok());
    let is_real = real.is_some_and(|real| {
        config.intervals.base_url.as_str().trim_end_matches('/') == real.origin()
    });
    warn(
        !is_real,
        "INTERVALS_BASE_URL is not Intervals.icu: API_KEY goes there, and the answers come from there; unset it",
    );
    warn(
        is_real && config.intervals.rate.is_none(),
        "INTERVALS_RATE is 0: Intervals.icu limits each address and key, and turns away who goes beyond; unset it",
    );
}
