//! Tokens by somebody who knows how ours are made and shares no code with them.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hkdf::Hkdf;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::Value;
use sha2::Sha256;

/// The key of one purpose, derived as documented: HKDF-SHA256 of the signing secret, with the purpose, the issuer and the
/// athlete in the info.
pub fn key(secret: &str, purpose: &str, issuer: &str, athlete: &str) -> Vec<u8> {
    let hkdf = Hkdf::<Sha256>::new(Some(b"intervals-mcp-server/v1"), secret.as_bytes());
    let mut key = vec![0; 64];
    hkdf.expand(
        format!("{purpose}\0{issuer}\0{athlete}").as_bytes(),
        &mut key,
    )
    .unwrap();
    key
}

pub fn b64(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

pub fn json64(value: &Value) -> String {
    b64(value.to_string())
}

/// `signed` with the HMAC-SHA256 of it after a dot.
pub fn sign(key: &[u8], signed: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(signed.as_bytes());
    format!("{signed}.{}", b64(mac.finalize().into_bytes()))
}

/// Segment `n` of a token, read as JSON.
pub fn part(token: &str, n: usize) -> Value {
    let bytes = URL_SAFE_NO_PAD
        .decode(token.split('.').nth(n).unwrap())
        .unwrap();
    serde_json::from_slice(&bytes).unwrap()
}

/// A real token taken apart, to be put together differently.
#[derive(Clone)]
pub struct Forger {
    pub header: Value,
    pub claims: Value,
    pub key: Vec<u8>,
}

impl Forger {
    pub fn of(token: &str, key: Vec<u8>) -> Self {
        Self {
            header: part(token, 0),
            claims: part(token, 1),
            key,
        }
    }

    /// The two segments that are signed.
    pub fn signed(&self) -> String {
        format!("{}.{}", json64(&self.header), json64(&self.claims))
    }

    pub fn token(&self) -> String {
        self.token_by(&self.key)
    }

    pub fn token_by(&self, key: &[u8]) -> String {
        sign(key, &self.signed())
    }

    pub fn header(&self, name: &str, value: impl Into<Value>) -> Self {
        let mut changed = self.clone();
        changed.header[name] = value.into();
        changed
    }

    pub fn without_header(&self, name: &str) -> Self {
        let mut changed = self.clone();
        changed.header.as_object_mut().unwrap().remove(name);
        changed
    }

    pub fn claim(&self, name: &str, value: impl Into<Value>) -> Self {
        let mut changed = self.clone();
        changed.claims[name] = value.into();
        changed
    }

    pub fn without_claim(&self, name: &str) -> Self {
        let mut changed = self.clone();
        changed.claims.as_object_mut().unwrap().remove(name);
        changed
    }
}
