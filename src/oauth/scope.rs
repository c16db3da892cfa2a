//! What a client asks for and what the owner gives, in the words of OAuth.

use crate::identity::{Scope, Scopes};

/// Asks for a refresh token in OpenID Connect; clients send it because some servers insist on it. It is no permission of ours.
pub const OFFLINE_ACCESS: &str = "offline_access";

/// What the challenge asks for and what an authorization request without usable scopes means.
pub const DEFAULT: Scopes = Scopes::of(Scope::Read).with(Scope::Write);

/// The scopes of an authorization request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Requested {
    pub scopes: Scopes,
    pub offline: bool,
}

impl Requested {
    /// Unknown names are ignored, never an error: clients send `openid email profile` unasked (mcp-oauth.md Z-3).
    pub fn parse(text: &str) -> Self {
        let scopes = Scopes::parse(text);
        Self {
            scopes: if scopes.is_empty() { DEFAULT } else { scopes },
            offline: asks_offline(text),
        }
    }
}

pub fn asks_offline(text: &str) -> bool {
    text.split_ascii_whitespace()
        .any(|word| word == OFFLINE_ACCESS)
}

/// Reading is always part of it, in name too: every other scope answers with what it touched.
pub fn granted(ticked: Scopes) -> Scopes {
    ticked.with(Scope::Read)
}

/// The `scope` member of a token answer.
pub fn answer(scopes: Scopes, offline: bool) -> String {
    if offline {
        format!("{scopes} {OFFLINE_ACCESS}")
    } else {
        scopes.to_string()
    }
}

/// Scopes in a stored form: their names.
pub mod text {
    use serde::{Deserialize as _, Deserializer, Serializer};

    use crate::identity::Scopes;

    #[expect(
        clippy::trivially_copy_pass_by_ref,
        reason = "serde calls it with a reference"
    )]
    pub fn serialize<S: Serializer>(scopes: &Scopes, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(scopes)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Scopes, D::Error> {
        String::deserialize(deserializer).map(|text| Scopes::parse(&text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_without_known_scopes_means_read_and_write() {
        for text in [
            "",
            "openid email profile",
            "*",
            "INTERVALS:WRITE",
            "intervals:admin",
        ] {
            assert_eq!(Requested::parse(text).scopes, DEFAULT, "{text}");
        }
        assert_eq!(
            Requested::parse("intervals:read intervals:admin").scopes,
            Scopes::of(Scope::Read)
        );
    }

    #[test]
    fn offline_access_is_remembered_and_not_a_scope() {
        let requested = Requested::parse("offline_access intervals:read");
        assert!(requested.offline);
        assert_eq!(
            answer(requested.scopes, requested.offline),
            "intervals:read offline_access"
        );
    }
}
