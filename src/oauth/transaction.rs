//! The authorization request between the page and the answer: sealed into the form, bound to the browser by a cookie, and so
//! nothing that a stranger could fill the server with.

use serde::{Deserialize, Serialize};

use super::error::Error;
use super::keys::{Keys, Purpose};
use super::pkce::Challenge;
use super::redirect::RedirectUri;
use super::resource::Resource;
use super::scope::Requested;
use super::secret;
use crate::identity::Scopes;

const PREFIX: &str = "txn1";
/// Seconds that the page may stay open.
pub const LIFETIME: i64 = 600;
const MAX_LENGTH: usize = 32 * 1024;

/// Everything that was asked for, fixed when the page was shown.
#[derive(Debug, Clone)]
pub struct Transaction {
    pub id: String,
    pub client_id: String,
    pub redirect_uri: RedirectUri,
    /// Whether the redirect URI is known to be the client's. If not, nothing is sent there before its document says so.
    pub proved: bool,
    pub state: Option<String>,
    pub challenge: Challenge,
    pub resource: Resource,
    pub requested: Requested,
    pub expires_at: i64,
}

#[derive(Serialize, Deserialize)]
struct Payload {
    i: String,
    c: String,
    r: String,
    /// The redirect URI is not proved.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    u: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    s: Option<String>,
    k: String,
    a: Resource,
    q: String,
    o: bool,
    e: i64,
    /// The tag of the browser's nonce.
    n: String,
}

/// What a browser carries between the page and the answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Nonce(String);

impl Nonce {
    pub fn new() -> Result<Self, Error> {
        secret::random_text::<32>().map(Self)
    }

    /// One of ours by its looks; taking up a chosen one is harmless, since `__Host-` cookies cannot be planted by a neighbour.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = secret::decode(text)?;
        (bytes.len() == 32).then(|| Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Why a form is not the answer to a page of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Foreign {
    /// Not sealed by us, or for another browser.
    Forged,
    Expired,
}

impl Transaction {
    pub fn seal(&self, keys: &Keys, nonce: &Nonce) -> Result<String, Error> {
        let payload = Payload {
            i: self.id.clone(),
            c: self.client_id.clone(),
            r: self.redirect_uri.as_str().to_owned(),
            u: !self.proved,
            s: self.state.clone(),
            k: self.challenge.as_str().to_owned(),
            a: self.resource,
            q: self.requested.scopes.to_string(),
            o: self.requested.offline,
            e: self.expires_at,
            n: keys.tag(Purpose::Csrf, nonce.as_str().as_bytes()),
        };
        let bytes = serde_json::to_vec(&payload).map_err(|_| Error::Unavailable)?;
        Ok(keys.seal(Purpose::Transaction, PREFIX, &bytes))
    }

    pub fn open(
        keys: &Keys,
        sealed: &str,
        nonce: Option<&Nonce>,
        now: i64,
    ) -> Result<Self, Foreign> {
        if sealed.len() > MAX_LENGTH {
            return Err(Foreign::Forged);
        }
        let payload: Payload = keys
            .open(Purpose::Transaction, PREFIX, sealed)
            .and_then(|bytes| serde_json::from_slice(&bytes).ok())
            .ok_or(Foreign::Forged)?;
        let same_browser = nonce.is_some_and(|nonce| {
            keys.verifies(Purpose::Csrf, nonce.as_str().as_bytes(), &payload.n)
        });
        if !same_browser {
            return Err(Foreign::Forged);
        }
        if now >= payload.e {
            return Err(Foreign::Expired);
        }
        Ok(Self {
            id: payload.i,
            client_id: payload.c,
            redirect_uri: RedirectUri::parse(&payload.r).map_err(|_| Foreign::Forged)?,
            proved: !payload.u,
            state: payload.s,
            challenge: Challenge::parse(&payload.k).ok_or(Foreign::Forged)?,
            resource: payload.a,
            requested: Requested {
                scopes: Scopes::parse(&payload.q),
                offline: payload.o,
            },
            expires_at: payload.e,
        })
    }
}
