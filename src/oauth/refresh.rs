//! Refresh tokens: self-contained and signed, so that they outlive the process; what generation is current is for
//! [`Grants`](super::grants::Grants) to say.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::error::Error;
use super::keys::{Keys, Purpose};
use super::record::About;
use super::resource::Resource;
use crate::identity::Scopes;

const PREFIX: &str = "rt1";
const MAX_LENGTH: usize = 1536;
/// That of a domain name with a port; what is longer is left out.
const LONGEST_HOST: usize = 260;
/// Seconds after which the owner is asked again, however often the token was used.
pub const LONGEST: i64 = 365 * 86_400;

/// What a refresh token carries: all of its grant but the owner's mind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefreshToken {
    #[serde(rename = "g")]
    pub grant_id: String,
    #[serde(rename = "q")]
    pub generation: u32,
    #[serde(rename = "c")]
    pub client_digest: String,
    #[serde(rename = "r")]
    pub resource: Resource,
    #[serde(rename = "s")]
    scope: String,
    #[serde(rename = "o", default, skip_serializing_if = "std::ops::Not::not")]
    pub offline: bool,
    #[serde(rename = "b")]
    pub begun_at: i64,
    #[serde(rename = "i")]
    pub issued_at: i64,
    #[serde(rename = "e")]
    expires_at: i64,
    /// What the owner reads on the connections page, so that a process without memory of the grant can tell it.
    #[serde(rename = "n", default, skip_serializing_if = "Option::is_none")]
    pub client_name: Option<String>,
    #[serde(rename = "h", default, skip_serializing_if = "Option::is_none")]
    pub redirect_host: Option<String>,
}

/// What does not change along a chain of refresh tokens.
pub struct Granted<'a> {
    pub grant_id: &'a str,
    pub client_digest: &'a str,
    pub resource: Resource,
    pub scopes: Scopes,
    pub offline: bool,
    pub begun_at: i64,
    pub client_name: Option<&'a str>,
    pub redirect_host: Option<&'a str>,
}

impl RefreshToken {
    pub fn scopes(&self) -> Scopes {
        Scopes::parse(&self.scope)
    }

    pub fn granted(&self) -> Granted<'_> {
        Granted {
            grant_id: &self.grant_id,
            client_digest: &self.client_digest,
            resource: self.resource,
            scopes: self.scopes(),
            offline: self.offline,
            begun_at: self.begun_at,
            client_name: self.client_name.as_deref(),
            redirect_host: self.redirect_host.as_deref(),
        }
    }

    pub fn about(&self) -> About {
        About::new(
            self.client_name.as_deref(),
            self.redirect_host.as_deref(),
            self.scopes(),
        )
    }
}

/// Mints and verifies refresh tokens.
pub struct RefreshTokens {
    ttl: i64,
    not_before: i64,
}

impl RefreshTokens {
    pub fn new(ttl: Duration, not_before: Option<Timestamp>) -> Self {
        Self {
            ttl: i64::try_from(ttl.as_secs()).unwrap_or(LONGEST),
            not_before: not_before.map_or(i64::MIN, Timestamp::as_second),
        }
    }

    /// When a chain that began at `begun_at` and was used now ends.
    pub fn ends_at(&self, begun_at: i64, now: i64) -> i64 {
        now.saturating_add(self.ttl)
            .min(begun_at.saturating_add(LONGEST))
    }

    pub fn mint(
        &self,
        keys: &Keys,
        granted: &Granted<'_>,
        generation: u32,
        now: i64,
    ) -> Result<String, Error> {
        let token = RefreshToken {
            grant_id: granted.grant_id.to_owned(),
            generation,
            client_digest: granted.client_digest.to_owned(),
            resource: granted.resource,
            scope: granted.scopes.to_string(),
            offline: granted.offline,
            begun_at: granted.begun_at,
            issued_at: now,
            expires_at: self.ends_at(granted.begun_at, now),
            client_name: granted.client_name.map(str::to_owned),
            redirect_host: granted
                .redirect_host
                .filter(|host| host.len() <= LONGEST_HOST)
                .map(str::to_owned),
        };
        let payload = serde_json::to_vec(&token).map_err(|_| Error::Unavailable)?;
        Ok(keys.seal(Purpose::Refresh, PREFIX, &payload))
    }

    /// The token, if it is ours and its time is not over.
    pub fn verify(&self, keys: &Keys, text: &str, now: i64) -> Option<RefreshToken> {
        let token = Self::open(keys, text)?;
        let holds = now < token.expires_at
            && token.issued_at >= self.not_before
            // A grant from before the line does not outlive it by having been refreshed since.
            && self.accepts_begun(token.begun_at)
            && !token.scopes().is_empty();
        holds.then_some(token)
    }

    /// The token, if it is ours, however old it is.
    pub fn open(keys: &Keys, text: &str) -> Option<RefreshToken> {
        if text.len() > MAX_LENGTH {
            return None;
        }
        let payload = keys.open(Purpose::Refresh, PREFIX, text)?;
        serde_json::from_slice(&payload).ok()
    }

    /// Whether a grant that began then is not over by the configured line.
    pub const fn accepts_begun(&self, begun_at: i64) -> bool {
        begun_at >= self.not_before
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 86_400;

    #[test]
    fn a_refresh_token_ends_a_while_after_its_last_use_and_never_after_a_year() {
        let keys = Keys::derive(
            &"a-signing-secret-that-is-long-enough".into(),
            None,
            "https://a.example",
            "i1",
        )
        .unwrap();
        let tokens = RefreshTokens::new(Duration::from_secs(90 * 86_400), None);
        let granted = Granted {
            grant_id: "g",
            client_digest: "c",
            resource: Resource::Mcp,
            scopes: Scopes::ALL,
            offline: true,
            begun_at: 0,
            client_name: None,
            redirect_host: None,
        };
        let early = tokens.mint(&keys, &granted, 1, 0).unwrap();
        assert!(early.len() < 512);
        assert!(tokens.verify(&keys, &early, 90 * DAY - 1).is_some());
        assert!(tokens.verify(&keys, &early, 90 * DAY).is_none());
        let late = tokens.mint(&keys, &granted, 5, 300 * DAY).unwrap();
        assert!(tokens.verify(&keys, &late, 365 * DAY - 1).is_some());
        assert!(tokens.verify(&keys, &late, 365 * DAY).is_none());
    }

    #[test]
    fn the_longest_name_and_host_fit_into_a_token() {
        let keys = Keys::derive(
            &"a-signing-secret-that-is-long-enough".into(),
            None,
            "https://a.example",
            "i1",
        )
        .unwrap();
        let tokens = RefreshTokens::new(Duration::from_secs(90 * 86_400), None);
        let (name, digest) = ("\u{1f6b4}".repeat(64), "d".repeat(22));
        let now = 1_790_000_000;
        for (host, kept) in [("h".repeat(260), true), ("h".repeat(261), false)] {
            let granted = Granted {
                grant_id: &digest,
                client_digest: &digest,
                resource: Resource::Mcp,
                scopes: Scopes::ALL,
                offline: true,
                begun_at: now,
                client_name: Some(&name),
                redirect_host: Some(&host),
            };
            let text = tokens.mint(&keys, &granted, u32::MAX, now).unwrap();
            let token = tokens.verify(&keys, &text, now).unwrap();
            assert_eq!(token.client_name.as_deref(), Some(name.as_str()));
            assert_eq!(token.redirect_host.is_some(), kept);
        }
    }
}
