//! The one table of everything that can be configured.
//!
//! Names, defaults, flags, `.env.example` and the tables of the documentation all come from here.

/// One thing that can be configured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Variable {
    /// Name in the environment and in `.env`.
    pub name: &'static str,
    pub required: bool,
    /// What holds when it is not set, in the form in which it would be set.
    pub default: Option<&'static str>,
    /// Never shown, not even when it is wrong.
    pub secret: bool,
    /// One line for people.
    pub doc: &'static str,
    /// What a right value looks like, as the end of "for example …".
    pub example: &'static str,
}

impl Variable {
    /// The command-line flag without its dashes: `BASE_URL` is `base-url`.
    #[must_use]
    pub fn flag(&self) -> String {
        self.name.to_ascii_lowercase().replace('_', "-")
    }
}

macro_rules! variables {
    ($($name:ident: $required:ident, $secret:ident, $default:expr, $doc:literal, $example:literal;)*) => {
        $(
            #[doc = $doc]
            pub const $name: Variable = Variable {
                name: stringify!($name),
                required: variables!(@ $required),
                default: $default,
                secret: variables!(@ $secret),
                doc: $doc,
                example: $example,
            };
        )*
        /// Every variable, in the order in which people read about them.
        pub const ALL: &[Variable] = &[$($name),*];
    };
    (@ required) => { true };
    (@ optional) => { false };
    (@ secret) => { true };
    (@ open) => { false };
}

variables! {
    ATHLETE_ID: required, open, None,
        "Your athlete id, as on the settings page of Intervals.icu.",
        "i123456";
    API_KEY: required, secret, None,
        "Your API key, from \"Developer Settings\" on the settings page of Intervals.icu.",
        "the key exactly as \"Developer Settings\" of Intervals.icu shows it";
    JWT_SECRET_KEY: required, secret, None,
        "Signs what clients are given: at least 32 random characters, kept for good.",
        "the output of `openssl rand -base64 48`";
    BASE_URL: required, open, None,
        "The public origin: https, no path. Railway, Render and Fly tell theirs, so it can stay unset there.",
        "https://mcp.example.com";
    PORT: optional, open, Some("8000"),
        "The port to listen on.",
        "8000";
    HOST: optional, open, Some("0.0.0.0"),
        "The address to listen on.",
        "0.0.0.0 for every interface or 127.0.0.1 for this machine only";
    OWNER_PASSWORD: optional, secret, None,
        "What you type to approve an app, at least 12 characters; unset, the page asks for API_KEY.",
        "a passphrase of four random words";
    MCP_API_KEY: optional, secret, None,
        "A credential with all permissions for clients without OAuth, at least 24 characters; unset is closed.",
        "the output of `openssl rand -base64 32`";
    ALLOWED_ORIGINS: optional, open, Some("*"),
        "Web pages that may call: `*` or a list of origins. On a loopback BASE_URL `*` means loopback pages only.",
        "https://claude.ai,https://claude.com";
    TRUST_PROXY: optional, open, Some("auto"),
        "Proxies in front whose X-Forwarded-For is believed: `auto`, `none` or a number.",
        "1 behind one reverse proxy";
    TOOLSETS: optional, open, Some("core"),
        "Groups of tools to offer: `core`, or `all`.",
        "core";
    READ_ONLY: optional, open, Some("false"),
        "`true` offers no tool that changes anything.",
        "true";
    ACCESS_TOKEN_TTL: optional, open, Some("1h"),
        "How long an access token lives, at most 24h.",
        "1h";
    REFRESH_TOKEN_TTL: optional, open, Some("90d"),
        "How long an app stays connected without being used, at most 365d.",
        "90d";
    TOKENS_NOT_BEFORE: optional, open, None,
        "Everything issued before this time is dead.",
        "2026-03-01T00:00:00Z";
    JWT_SECRET_KEY_PREVIOUS: optional, secret, None,
        "The former JWT_SECRET_KEY during a rotation: what it signed stays valid.",
        "the value that JWT_SECRET_KEY had before";
    DATA_DIR: optional, open, None,
        "A directory for what must outlive a restart, such as which apps were revoked; unset, that is kept in memory.",
        "/data";
    REDIS_URL: optional, secret, None,
        "A Redis for what several servers with this configuration share, instead of DATA_DIR: `redis://` or `rediss://`.",
        "rediss://default:PASSWORD@redis.example.com:6379, special characters of the password percent-encoded";
    LOG_FORMAT: optional, open, Some("text"),
        "`text` or `json`.",
        "json";
    RUST_LOG: optional, open, Some("info"),
        "What is logged: a level, or levels by module.",
        "info,intervals_mcp_server::http=debug";
    LOG_DIR: optional, open, None,
        "A directory for daily log files, as well as standard output.",
        "/var/log/intervals-mcp-server";
    METRICS_TOKEN: optional, secret, None,
        "Opens `/metrics` to whoever sends it as a bearer token, at least 24 characters; unset, there is no such path.",
        "the output of `openssl rand -base64 32`";
    INTERVALS_BASE_URL: optional, open, Some("https://intervals.icu"),
        "Where Intervals.icu is: https, or http on loopback.",
        "https://intervals.icu";
    INTERVALS_RATE: optional, open, Some("8"),
        "Requests per second to Intervals.icu; 0 is unlimited, and the default on loopback.",
        "8";
    STRICT_PROTOCOL_HEADERS: optional, open, Some("false"),
        "`true` refuses MCP requests whose headers contradict their body or are missing.",
        "false";
}
