//! Configuration: flags, environment and `.env`, read into the settings of each part.
//!
//! [`Config::load`] is a function of its inputs alone; only [`environment`] and [`command_line`] touch the process.

pub mod command_line;
mod container;
mod disk;
pub mod environment;
mod secrets;
mod sources;
mod values;
pub mod variables;
mod warnings;

use std::net::SocketAddr;
use std::time::Duration;

use jiff::Timestamp;
use secrecy::SecretString;
use serde_json::{Value, json};
use url::Url;

use sources::Reader;
pub use sources::{Problem, Sources, Values};
use variables::Variable;

use crate::public_url::PublicUrl;
use crate::state::RedisUrl;
use crate::{http, intervals, mcp, oauth, state, telemetry};

/// A configuration that can be started.
pub struct Config {
    /// Where to listen.
    pub listen: SocketAddr,
    pub telemetry: telemetry::Settings,
    pub http: http::Settings,
    pub oauth: oauth::Settings,
    pub mcp: mcp::Settings,
    pub intervals: intervals::Settings,
    pub state: state::Settings,
    /// What is legal and yet worth a line in the log.
    pub warnings: Vec<String>,
}

/// Where Railway mounts a volume, if it does: stands in for `DATA_DIR`.
pub const RAILWAY_VOLUME: &str = "RAILWAY_VOLUME_MOUNT_PATH";

/// By how many seconds the clock that `TOKENS_NOT_BEFORE` was read from may be ahead of this machine's.
const CLOCKS_DIFFER: i64 = 5 * 60;

/// Variables that hold secrets of this server, with the least length of each.
const SECRETS: [(&Variable, usize); 6] = [
    (&variables::API_KEY, 1),
    (&variables::JWT_SECRET_KEY, 32),
    (&variables::JWT_SECRET_KEY_PREVIOUS, 32),
    (&variables::OWNER_PASSWORD, 12),
    (&variables::MCP_API_KEY, 24),
    (&variables::METRICS_TOKEN, 24),
];

impl Config {
    /// Reads everything and reports every problem at once.
    ///
    /// # Errors
    /// The problems, in the order in which the variables are read.
    pub fn load(sources: &Sources) -> Result<Self, Vec<Problem>> {
        let mut reader = Reader::new(sources);
        let config = read(&mut reader);
        match config {
            Some(config) if reader.problems.is_empty() => Ok(config),
            _ => Err(reader.problems),
        }
    }

    /// The same at `now`, the time of the start.
    ///
    /// # Errors
    /// When `TOKENS_NOT_BEFORE` is still to come, by more than clocks differ: all that is issued until then would be dead.
    pub fn at(mut self, now: Timestamp) -> Result<Self, Vec<Problem>> {
        let line = self.oauth.tokens_not_before;
        let ahead = line.map_or(0, |line| line.as_second() - now.as_second());
        if ahead > CLOCKS_DIFFER {
            return Err(vec![Problem::of(
                &variables::TOKENS_NOT_BEFORE,
                "lies in the future: no app could use what it is given",
            )]);
        }
        if ahead > 0 {
            self.warnings.push(
                "TOKENS_NOT_BEFORE lies a little in the future: what apps are given until then is dead"
                    .to_owned(),
            );
        }
        Ok(self)
    }

    /// The same on the machine that this process runs on.
    #[must_use]
    pub fn here(mut self, sources: &Sources) -> Self {
        if let state::Settings::Sqlite { directory } = &self.state
            && container::discards(directory, sources)
        {
            self.warnings.push(
                "DATA_DIR is inside the container: what is kept there is discarded with it, and after the next deployment \
                 every app has to be connected again; mount a volume there, or set DATA_DIR empty"
                    .to_owned(),
            );
        }
        self
    }

    /// Only where to listen, which is all that a health check needs to know.
    ///
    /// # Errors
    /// As [`Self::load`], of `HOST` and `PORT` alone.
    pub fn listen(sources: &Sources) -> Result<SocketAddr, Vec<Problem>> {
        let mut reader = Reader::new(sources);
        let host = reader.read(&variables::HOST, values::host);
        let port = reader.read(&variables::PORT, values::port);
        host.zip(port)
            .map(|(host, port)| SocketAddr::new(host, port))
            .ok_or(reader.problems)
    }
}

/// Reads all variables before the first `?`, so that no problem hides another.
fn read(reader: &mut Reader<'_>) -> Option<Config> {
    use variables as v;

    let athlete_id = reader.read(&v::ATHLETE_ID, values::athlete_id);
    let [
        api_key,
        signing,
        previous,
        owner_password,
        mcp_api_key,
        metrics_token,
    ] = read_secrets(reader);
    let public_url = read_base_url(reader);
    let port = reader.read(&v::PORT, values::port);
    let host = reader.read(&v::HOST, values::host);
    let allowed_origins = reader.read(&v::ALLOWED_ORIGINS, values::allowed_origins);
    let proxies = reader.read(&v::TRUST_PROXY, values::proxies);
    let toolsets = reader.read(&v::TOOLSETS, values::toolsets);
    let read_only = reader.read(&v::READ_ONLY, values::flag);
    let access_token_ttl = reader.read(&v::ACCESS_TOKEN_TTL, |text| values::duration(text, 1));
    let refresh_token_ttl = reader.read(&v::REFRESH_TOKEN_TTL, |text| values::duration(text, 365));
    let tokens_not_before = reader.read(&v::TOKENS_NOT_BEFORE, values::timestamp);
    let format = reader.read(&v::LOG_FORMAT, telemetry::Format::parse);
    let filter = reader.read(&v::RUST_LOG, telemetry::filter);
    let upstream = reader.read(&v::INTERVALS_BASE_URL, PublicUrl::parse);
    let strict_protocol_headers = reader.read(&v::STRICT_PROTOCOL_HEADERS, values::flag);
    let rate = read_rate(reader, upstream.as_ref());

    let redis = reader.read(&v::REDIS_URL, RedisUrl::parse);
    let state = state(reader.sources, redis);

    let public_url = public_url?;
    let allowed_origins = allowed_origins?;
    let read_only = read_only?;
    let athlete_id = athlete_id?;
    let api_key = SecretString::from(api_key?);
    let signing = SecretString::from(signing?);
    let previous = previous.map(SecretString::from);
    let toolsets = toolsets?;
    let server_config = server_config(
        reader.sources,
        &public_url,
        &allowed_origins,
        &toolsets,
        read_only,
        &state,
    );
    let mut config = Config {
        listen: SocketAddr::new(host?, port?),
        telemetry: telemetry::Settings {
            format: format?,
            filter: filter?,
            directory: reader.sources.get(v::LOG_DIR.name).map(Into::into),
        },
        http: http::Settings {
            public_url: public_url.clone(),
            allowed_origins,
            server_config,
            metrics_token: metrics_token.map(Into::into),
            limits: limits(&public_url),
        },
        oauth: oauth::Settings {
            public_url: public_url.clone(),
            signing_secret: signing.clone(),
            previous_signing_secret: previous.clone(),
            athlete_id: athlete_id.to_string(),
            owner_secret: match owner_password {
                Some(password) => oauth::OwnerSecret::Password(password.into()),
                None => oauth::OwnerSecret::ApiKey(api_key.clone()),
            },
            mcp_api_key: mcp_api_key.map(Into::into),
            access_token_ttl: access_token_ttl?,
            refresh_token_ttl: refresh_token_ttl?,
            tokens_not_before,
            trusted_proxy_hops: proxies?.unwrap_or_else(|| proxies_of_platform(reader.sources)),
            outbound: oauth::outbound::Settings::default(),
        },
        mcp: mcp::Settings {
            toolsets,
            read_only,
            strict_protocol_headers: strict_protocol_headers?,
            signing_secret: signing,
            previous_signing_secret: previous,
        },
        intervals: intervals::Settings {
            base_url: Url::parse(upstream?.origin()).ok()?,
            athlete_id,
            api_key,
            rate: rate?,
            deadline: Duration::from_secs(15),
        },
        state,
        warnings: Vec::new(),
    };
    config.warnings = warnings::of(reader.sources, &config);
    Some(config)
}

/// In front of a loopback address there is no proxy that would go on sending to a server that was told to stop.
fn limits(public_url: &PublicUrl) -> http::Limits {
    let mut limits = http::Limits::default();
    if public_url.is_loopback() {
        limits.linger = Duration::ZERO;
    }
    limits
}

/// `REDIS_URL`, or `DATA_DIR`, or the volume of the platform, or memory.
fn state(sources: &Sources, redis: Option<RedisUrl>) -> state::Settings {
    if let Some(url) = redis {
        return state::Settings::Redis {
            url,
            namespace: env!("CARGO_PKG_NAME").to_owned(),
        };
    }
    let (directory, _) = disk::directory(sources);
    directory.map_or(state::Settings::Memory, |directory| {
        state::Settings::Sqlite {
            directory: directory.into(),
        }
    })
}

/// The secrets in the order of [`SECRETS`]; one that equals another is a problem of the later one.
fn read_secrets(reader: &mut Reader<'_>) -> [Option<String>; 6] {
    let mut earlier: Vec<(&str, String)> = Vec::new();
    SECRETS.map(|(variable, least)| {
        let value = reader.read(variable, |text| match secrets::refusal(text, least) {
            Some(why) => Err(why),
            None => Ok(text.to_owned()),
        })?;
        if let Some((twin, _)) = earlier.iter().find(|(_, other)| *other == value) {
            reader.wrong(variable, format!("is the same as {twin}"));
        }
        earlier.push((variable.name, value.clone()));
        Some(value)
    })
}

/// `BASE_URL`, or what the platform says about itself.
fn read_base_url(reader: &mut Reader<'_>) -> Option<PublicUrl> {
    let sources = reader.sources;
    let told = sources
        .set(variables::BASE_URL.name)
        .map(str::to_owned)
        .or_else(|| {
            sources
                .set("RAILWAY_PUBLIC_DOMAIN")
                .map(|domain| format!("https://{domain}"))
        })
        .or_else(|| sources.set("RENDER_EXTERNAL_URL").map(str::to_owned))
        .or_else(|| {
            sources
                .set("FLY_APP_NAME")
                .map(|name| format!("https://{name}.fly.dev"))
        });
    match told {
        Some(text) => PublicUrl::parse(&text)
            .map_err(|why| reader.wrong(&variables::BASE_URL, why.to_string()))
            .ok(),
        None => reader.read(&variables::BASE_URL, PublicUrl::parse),
    }
}

/// `INTERVALS_RATE`; nobody needs protection from ourselves on loopback.
fn read_rate(
    reader: &mut Reader<'_>,
    upstream: Option<&PublicUrl>,
) -> Option<Option<std::num::NonZeroU32>> {
    let told = reader.sources.get(variables::INTERVALS_RATE.name).is_some();
    if !told && upstream.is_some_and(PublicUrl::is_loopback) {
        return Some(None);
    }
    reader.read(&variables::INTERVALS_RATE, values::rate)
}

/// Variables that platforms set themselves whose edge is known to append one address to `X-Forwarded-For`.
const PLATFORM: [&str; 8] = [
    "RAILWAY_ENVIRONMENT",
    "RAILWAY_ENVIRONMENT_ID",
    "RAILWAY_PROJECT_ID",
    "RAILWAY_PUBLIC_DOMAIN",
    "RENDER",
    "RENDER_EXTERNAL_URL",
    "FLY_APP_NAME",
    "DYNO",
];

/// How many proxies the platform puts in front, if it is one that is known.
fn proxies_of_platform(sources: &Sources) -> usize {
    usize::from(PLATFORM.iter().any(|name| sources.set(name).is_some()))
}

/// What `/config` tells everybody: choices, and of secrets only whether they are set.
fn server_config(
    sources: &Sources,
    public_url: &PublicUrl,
    allowed_origins: &http::AllowedOrigins,
    toolsets: &[mcp::Toolset],
    read_only: bool,
    state: &state::Settings,
) -> Value {
    let secrets: serde_json::Map<String, Value> = SECRETS
        .iter()
        .map(|(variable, _)| {
            let is_set = sources.get(variable.name).is_some();
            (variable.name.to_ascii_lowercase(), Value::from(is_set))
        })
        .collect();
    json!({
        "version": env!("CARGO_PKG_VERSION"),
        "base_url": public_url.origin(),
        "mcp_url": public_url.mcp(),
        "allowed_origins": match allowed_origins {
            http::AllowedOrigins::Any => json!(["*"]),
            http::AllowedOrigins::Listed(origins) => json!(origins),
        },
        "toolsets": toolsets.iter().map(|set| set.name()).collect::<Vec<_>>(),
        "read_only": read_only,
        "secrets_set": secrets,
        "state": state.name(),
    })
}
