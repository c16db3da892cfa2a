//! Access tokens: JWTs in the profile of RFC 9068, signed with HS256 because issuer and verifier are the same process.

use std::time::Duration;

use jiff::Timestamp;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};

use super::error::Error;
use super::keys::{Keys, Purpose};
use super::resource::Resource;
use super::secret;
use crate::identity::Scopes;
use crate::public_url::PublicUrl;

const TYP: &str = "at+jwt";
const SUBJECT: &str = "owner";
const MAX_LENGTH: usize = 2048;

/// Every claim is required and has one type: the library's own checks let missing ones pass (security.md Appendix A). A claim that
/// we never write, such as a `nbf`, would be one that nobody checks.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Claims {
    iss: String,
    sub: String,
    aud: String,
    /// A digest of the client id, which may be 1 KB long.
    client_id: String,
    scope: String,
    iat: i64,
    exp: i64,
    jti: String,
    /// When the owner approved the grant (RFC 9068 section 2.2.1).
    auth_time: i64,
    gid: String,
    seq: u32,
}

/// What a new access token says.
pub struct Access<'a> {
    pub grant_id: &'a str,
    /// The generation of the refresh token that came with it.
    pub generation: u32,
    pub client_digest: &'a str,
    pub resource: Resource,
    pub scopes: Scopes,
    pub begun_at: i64,
}

/// An access token that holds by itself; whether its grant lives is another question.
#[derive(Debug)]
pub struct Verified {
    pub grant_id: String,
    pub client_digest: String,
    pub generation: u32,
    /// When its grant began.
    pub begun_at: i64,
    pub issued_at: i64,
    pub scopes: Scopes,
}

/// Mints and verifies access tokens.
pub struct AccessTokens {
    issuer: String,
    root: String,
    mcp: String,
    ttl: i64,
    not_before: i64,
    header: Header,
    /// The encoded header with its dot. A token of ours has exactly this one, which leaves no room for another `alg`, `typ`, `kid`
    /// or `crit`.
    header_text: String,
    signing: EncodingKey,
    verifying: Vec<DecodingKey>,
    validation: Validation,
}

impl AccessTokens {
    pub fn new(
        keys: &Keys,
        public_url: &PublicUrl,
        ttl: Duration,
        not_before: Option<Timestamp>,
    ) -> Self {
        let mut header = Header::new(Algorithm::HS256);
        header.typ = Some(TYP.to_owned());
        let header_text = serde_json::to_vec(&header)
            .map(|json| format!("{}.", secret::encode(json)))
            .unwrap_or_default();
        // Only the signature is left to the library: time comes from our clock, and the claims are compared below.
        let mut validation = Validation::new(Algorithm::HS256);
        validation.required_spec_claims.clear();
        validation.validate_exp = false;
        validation.validate_aud = false;
        let verifying = [
            Some(keys.current(Purpose::Access)),
            keys.previous(Purpose::Access),
        ];
        Self {
            issuer: public_url.origin().to_owned(),
            root: Resource::Root.url(public_url),
            mcp: Resource::Mcp.url(public_url),
            ttl: i64::try_from(ttl.as_secs()).unwrap_or(i64::MAX),
            not_before: not_before.map_or(i64::MIN, Timestamp::as_second),
            header,
            header_text,
            signing: EncodingKey::from_secret(keys.current(Purpose::Access)),
            verifying: verifying
                .into_iter()
                .flatten()
                .map(|key| DecodingKey::from_secret(key))
                .collect(),
            validation,
        }
    }

    /// Seconds that a new token lives.
    pub const fn ttl(&self) -> i64 {
        self.ttl
    }

    pub fn mint(&self, access: &Access<'_>, now: i64) -> Result<String, Error> {
        let aud = match access.resource {
            Resource::Root => &self.root,
            Resource::Mcp => &self.mcp,
        };
        let claims = Claims {
            iss: self.issuer.clone(),
            sub: SUBJECT.to_owned(),
            aud: aud.clone(),
            client_id: access.client_digest.to_owned(),
            scope: access.scopes.to_string(),
            iat: now,
            exp: now.saturating_add(self.ttl),
            jti: secret::random_text::<16>()?,
            auth_time: access.begun_at,
            gid: access.grant_id.to_owned(),
            seq: access.generation,
        };
        jsonwebtoken::encode(&self.header, &claims, &self.signing).map_err(|_| Error::Unavailable)
    }

    pub fn verify(&self, token: &str, now: i64) -> Option<Verified> {
        let (verified, expires_at) = self.read(token)?;
        let holds = verified.begun_at >= self.not_before
            && verified.issued_at >= self.not_before
            && now < expires_at;
        holds.then_some(verified)
    }

    /// The token, if it is ours, however old it is.
    pub fn open(&self, token: &str) -> Option<Verified> {
        self.read(token).map(|(verified, _)| verified)
    }

    /// What a token of ours says, and when it expires.
    fn read(&self, token: &str) -> Option<(Verified, i64)> {
        if token.len() > MAX_LENGTH || !token.starts_with(&self.header_text) {
            return None;
        }
        let claims = self.verifying.iter().find_map(|key| {
            jsonwebtoken::decode::<Claims>(token, key, &self.validation)
                .ok()
                .map(|data| data.claims)
        })?;
        let scopes = Scopes::parse(&claims.scope);
        let holds = claims.iss == self.issuer
            && claims.sub == SUBJECT
            && (claims.aud == self.mcp || claims.aud == self.root)
            && claims.iat < claims.exp
            && !claims.jti.is_empty()
            && !claims.gid.is_empty()
            && !claims.client_id.is_empty()
            && !scopes.is_empty();
        let verified = Verified {
            grant_id: claims.gid,
            client_digest: claims.client_id,
            generation: claims.seq,
            begun_at: claims.auth_time,
            issued_at: claims.iat,
            scopes,
        };
        holds.then_some((verified, claims.exp))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_790_000_000;

    fn tokens(not_before: Option<i64>) -> AccessTokens {
        let url = PublicUrl::parse("https://mcp.example.com").unwrap();
        let keys = Keys::derive(
            &"a-signing-secret-that-is-long-enough".into(),
            None,
            url.origin(),
            "i1",
        )
        .unwrap();
        let not_before = not_before.map(|at| Timestamp::from_second(at).unwrap());
        AccessTokens::new(&keys, &url, Duration::from_secs(3600), not_before)
    }

    fn token() -> String {
        token_of("grant")
    }

    fn token_of(grant_id: &str) -> String {
        let access = Access {
            grant_id,
            generation: 3,
            client_digest: "client",
            resource: Resource::Mcp,
            scopes: Scopes::ALL,
            begun_at: NOW,
        };
        tokens(None).mint(&access, NOW).unwrap()
    }

    #[test]
    fn a_token_says_what_was_minted_and_stays_short() {
        let token = token();
        let verified = tokens(None).verify(&token, NOW).unwrap();
        assert_eq!(verified.grant_id, "grant");
        assert_eq!(verified.generation, 3);
        assert_eq!(verified.scopes, Scopes::ALL);
        assert!(token.len() < 1024, "{}", token.len());
    }

    #[test]
    fn a_token_longer_than_any_of_ours_is_not_even_looked_at() {
        let of_length = |wanted: fn(usize) -> bool| {
            (1..MAX_LENGTH)
                .map(|length| token_of(&"g".repeat(length)))
                .find(|token| wanted(token.len()))
                .unwrap()
        };
        let longest = of_length(|length| length == MAX_LENGTH);
        assert!(tokens(None).verify(&longest, NOW).is_some());
        let longer = of_length(|length| length > MAX_LENGTH);
        assert!(tokens(None).verify(&longer, NOW).is_none());
    }

    #[test]
    fn a_token_ends_with_its_time_and_with_the_epoch() {
        let token = token();
        assert!(tokens(None).verify(&token, NOW + 3599).is_some());
        assert!(tokens(None).verify(&token, NOW + 3600).is_none());
        assert!(tokens(Some(NOW)).verify(&token, NOW).is_some());
        assert!(tokens(Some(NOW + 1)).verify(&token, NOW).is_none());
    }
}
