//! Randomness, digests and comparisons that take the same time whatever they find.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use super::OwnerSecret;
use super::error::Error;

/// SHA-256 of something that must not be kept itself.
pub type Digest = [u8; 32];

/// What is typed may be longer than any real secret, but not without bound.
const MAX_TYPED: usize = 1024;

/// `N` unpredictable bytes; the only call of the system's generator in `oauth`.
pub fn random<const N: usize>() -> Result<[u8; N], Error> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|_| Error::Unavailable)?;
    Ok(bytes)
}

/// `N` unpredictable bytes in base64url.
pub fn random_text<const N: usize>() -> Result<String, Error> {
    random::<N>().map(encode)
}

pub fn digest(bytes: impl AsRef<[u8]>) -> Digest {
    Sha256::digest(bytes).into()
}

/// The digest of something that is to be known again, in base64url.
pub fn fingerprint(text: &str) -> String {
    encode(digest(text))
}

/// base64url without padding, as everything in OAuth and JOSE is written.
pub fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Strict: no padding, no stray bits at the end, so that one value has one spelling.
pub fn decode(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

/// Compares digests, so that neither content nor length shows in the time it takes.
pub fn same(left: impl AsRef<[u8]>, right: impl AsRef<[u8]>) -> bool {
    digest(left).ct_eq(&digest(right)).into()
}

/// A secret of the configuration, kept as its digest.
pub struct Expected(Digest);

impl Expected {
    pub fn new(secret: &SecretString) -> Self {
        Self(digest(secret.expose_secret().trim()))
    }

    /// Byte-exact: a credential in a header.
    pub fn is(&self, presented: &[u8]) -> bool {
        digest(presented).ct_eq(&self.0).into()
    }

    /// As a person types it: phones add a space after a pasted word.
    pub fn is_typed(&self, typed: &str) -> bool {
        typed.len() <= MAX_TYPED && self.is(typed.trim().as_bytes())
    }
}

/// What the owner has to type, and what the page calls it.
pub struct Owner {
    expected: Expected,
    pub asks_for: AsksFor,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AsksFor {
    Password,
    ApiKey,
}

impl Owner {
    pub fn new(secret: &OwnerSecret) -> Self {
        let (secret, asks_for) = match secret {
            OwnerSecret::Password(secret) => (secret, AsksFor::Password),
            OwnerSecret::ApiKey(secret) => (secret, AsksFor::ApiKey),
        };
        Self {
            expected: Expected::new(secret),
            asks_for,
        }
    }

    pub fn is(&self, typed: &str) -> bool {
        self.expected.is_typed(typed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_owner_secret_is_compared_as_typed_and_bounded() {
        let owner = Owner::new(&OwnerSecret::Password("correct horse battery".into()));
        assert!(owner.is("correct horse battery"));
        assert!(owner.is(" correct horse battery\n"));
        assert!(!owner.is("Correct horse battery"));
        assert!(!owner.is(""));
        assert!(!owner.is(&format!("correct horse battery{}", " ".repeat(2000))));
    }

    #[test]
    fn one_value_has_one_spelling_in_base64url() {
        assert_eq!(decode("AA"), Some(vec![0]));
        for other in ["AB", "AA==", "AA\n", "A", "+/"] {
            assert_eq!(decode(other), None, "{other:?}");
        }
    }
}
