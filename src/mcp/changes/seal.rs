//! Keeps what lies in a store from everybody who does not hold the signing secret.

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use hkdf::Hkdf;
use secrecy::{ExposeSecret as _, SecretString};
use sha2::Sha256;

const SALT: &[u8] = b"intervals-mcp-server/v1";
const LABEL: &[u8] = b"changes";
const KEY_BYTES: usize = 32;

/// The keys could not be made.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("the key that seals recorded changes could not be derived")]
pub struct KeyError;

/// AES-256-GCM under a key of its own, derived from the signing secret and the athlete.
pub struct Seal {
    current: RandomizedNonceKey,
    /// Only opens, during a rotation of the secret.
    previous: Option<RandomizedNonceKey>,
}

impl Seal {
    pub fn derive(
        secret: &SecretString,
        previous: Option<&SecretString>,
        athlete: &str,
    ) -> Result<Self, KeyError> {
        Ok(Self {
            current: key(secret, athlete)?,
            previous: previous.map(|secret| key(secret, athlete)).transpose()?,
        })
    }

    /// Nonce, then ciphertext and tag. `place` is where it will lie: elsewhere it does not open.
    pub fn close(&self, place: &str, plain: Vec<u8>) -> Result<Vec<u8>, KeyError> {
        let mut sealed = plain;
        let place = Aad::from(place.as_bytes());
        let nonce = self
            .current
            .seal_in_place_append_tag(place, &mut sealed)
            .map_err(|_| KeyError)?;
        let mut out = Vec::with_capacity(NONCE_LEN + sealed.len());
        out.extend_from_slice(nonce.as_ref());
        out.append(&mut sealed);
        Ok(out)
    }

    /// What was closed for `place`; `None` for what was not, or under other keys.
    pub fn open(&self, place: &str, sealed: &[u8]) -> Option<Vec<u8>> {
        let (nonce, body) = sealed.split_at_checked(NONCE_LEN)?;
        std::iter::once(&self.current)
            .chain(&self.previous)
            .find_map(|key| {
                let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
                let mut body = body.to_vec();
                let place = Aad::from(place.as_bytes());
                let plain = key.open_in_place(nonce, place, &mut body).ok()?.len();
                body.truncate(plain);
                Some(body)
            })
    }
}

fn key(secret: &SecretString, athlete: &str) -> Result<RandomizedNonceKey, KeyError> {
    let hkdf = Hkdf::<Sha256>::new(Some(SALT), secret.expose_secret().as_bytes());
    let mut bytes = [0; KEY_BYTES];
    // The zero byte separates: neither label nor id contains it.
    hkdf.expand_multi_info(&[LABEL, b"\0", athlete.as_bytes()], &mut bytes)
        .map_err(|_| KeyError)?;
    RandomizedNonceKey::new(&AES_256_GCM, &bytes).map_err(|_| KeyError)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seal(secret: &str, previous: Option<&str>, athlete: &str) -> Seal {
        let previous = previous.map(SecretString::from);
        Seal::derive(&SecretString::from(secret), previous.as_ref(), athlete).unwrap()
    }

    const TEXT: &[u8] = b"slept badly, knee hurts";

    #[test]
    fn what_is_sealed_opens_again_and_does_not_show() {
        let seal = seal("a secret of thirty-two characters", None, "i1");
        let closed = seal.close("change/i1/a", TEXT.to_vec()).unwrap();
        assert!(!closed.windows(4).any(|part| part == b"knee"));
        assert_eq!(seal.open("change/i1/a", &closed).unwrap(), TEXT);
        let again = seal.close("change/i1/a", TEXT.to_vec()).unwrap();
        assert_ne!(closed, again, "a nonce was used twice");
    }

    #[test]
    fn it_opens_in_its_place_for_its_athlete_and_under_its_secret_alone() {
        let ours = seal("a secret of thirty-two characters", None, "i1");
        let closed = ours.close("change/i1/a", TEXT.to_vec()).unwrap();
        assert!(ours.open("change/i1/b", &closed).is_none());
        let other = seal("a secret of thirty-two characters", None, "i2");
        assert!(other.open("change/i1/a", &closed).is_none());
        let stranger = seal("another secret of thirty-two char", None, "i1");
        assert!(stranger.open("change/i1/a", &closed).is_none());
        for cut in [0, 1, NONCE_LEN, closed.len() - 1] {
            assert!(ours.open("change/i1/a", &closed[..cut]).is_none());
        }
        let mut bent = closed;
        bent[NONCE_LEN] ^= 1;
        assert!(ours.open("change/i1/a", &bent).is_none());
    }

    #[test]
    fn a_rotated_secret_still_opens_what_the_previous_one_closed() {
        let before = seal("a secret of thirty-two characters", None, "i1");
        let closed = before.close("change/i1/a", TEXT.to_vec()).unwrap();
        let after = seal(
            "another secret of thirty-two char",
            Some("a secret of thirty-two characters"),
            "i1",
        );
        assert_eq!(after.open("change/i1/a", &closed).unwrap(), TEXT);
    }
}
