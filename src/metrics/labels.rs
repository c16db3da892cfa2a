//! What things are told apart by: names from closed sets.

use prometheus_client::encoding::EncodeLabelSet;

use super::template::Template;

/// The routes of this server, as its routers write them.
const ROUTES: [&str; 20] = [
    "/",
    "/.well-known/oauth-authorization-server",
    "/.well-known/oauth-authorization-server/mcp",
    "/.well-known/oauth-protected-resource",
    "/.well-known/oauth-protected-resource/mcp",
    "/.well-known/oauth-protected-resource/mcp/",
    "/authorize",
    "/config",
    "/connections",
    "/health",
    "/mcp",
    "/mcp/",
    "/metrics",
    "/oauth/authorize",
    "/oauth/register",
    "/oauth/revoke",
    "/oauth/token",
    "/register",
    "/revoke",
    "/token",
];

const METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/// `template` if it is one of ours.
pub(super) fn route(template: Option<&str>) -> &'static str {
    let known = ROUTES.into_iter().find(|route| Some(*route) == template);
    known.unwrap_or("none")
}

/// `verb` if it is a usual one.
pub(super) fn method(verb: &str) -> &'static str {
    let known = METHODS.into_iter().find(|method| *method == verb);
    known.unwrap_or("other")
}

macro_rules! names {
    ($(#[$doc:meta])* $kind:ident { $($(#[$about:meta])* $variant:ident = $name:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $kind {
            $($(#[$about])* $variant,)*
        }

        impl $kind {
            pub(super) const ALL: &[Self] = &[$(Self::$variant,)*];

            pub(super) const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }
        }
    };
}

names! {
    /// How an answer that may be remembered was come by.
    Lookup {
        Hit = "hit",
        Miss = "miss",
        /// Somebody else was already asking.
        Shared = "shared",
    }
}

names! {
    /// What happens to apps and their grants.
    OAuthEvent {
        Registered = "registered",
        Approved = "approved",
        Denied = "denied",
        WrongSecret = "wrong_secret",
        CodeRedeemed = "code_redeemed",
        CodeReplayed = "code_replayed",
        TokenRefreshed = "token_refreshed",
        /// A superseded refresh token came back, and its grant ended.
        RefreshReused = "refresh_reused",
        /// By the app.
        GivenBack = "given_back",
        /// By the owner.
        Ended = "ended",
        /// By the owner, all of them.
        AllEnded = "all_ended",
    }
}

names! {
    /// Why a request did not get past the guard.
    GuardRefusal {
        NoCredential = "no_credential",
        /// Not ours, or past its time.
        Invalid = "invalid",
        Revoked = "revoked",
        WrongApiKey = "wrong_api_key",
        MissingScope = "missing_scope",
        /// The store did not answer.
        Unknown = "unknown",
    }
}

names! {
    /// What has a limit.
    Limit {
        Registrations = "registrations",
        ClientDocuments = "client_documents",
        OwnerSecret = "owner_secret",
        ApiKey = "api_key",
    }
}

macro_rules! label_sets {
    ($($set:ident { $($label:ident: $kind:ty),* })*) => {
        $(
            #[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
            pub(super) struct $set {
                $(pub(super) $label: $kind,)*
            }
        )*
    };
}

label_sets! {
    Request { route: &'static str, method: &'static str, status: u16 }
    Route { route: &'static str }
    Rpc { method: &'static str, era: &'static str }
    Call { tool: &'static str, outcome: &'static str }
    Tool { tool: &'static str }
    Sent { resource: Template, method: &'static str, outcome: &'static str }
    Verb { method: &'static str }
    Found { result: &'static str }
    Event { event: &'static str }
    Refused { reason: &'static str }
    Limited { limit: &'static str }
    Operation { backend: &'static str, operation: &'static str, outcome: &'static str }
    Build { version: &'static str }
}
