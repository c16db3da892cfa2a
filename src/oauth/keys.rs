//! One key per purpose, derived from the signing secret; what is signed with them.
//!
//! The issuer and the athlete go into the derivation: two deployments that share a secret do not accept each other's
//! tokens, and a token of one purpose is never valid as another (security.md section 4, rule 7).

use hkdf::Hkdf;
use hmac::{Hmac, KeyInit as _, Mac as _};
use secrecy::{ExposeSecret as _, SecretString};
use sha2::Sha256;

use super::BuildError;
use super::secret;

const SALT: &[u8] = b"intervals-mcp-server/v1";

/// As long as SHA-256's block, so that HMAC takes it as it is.
pub type Key = [u8; 64];

#[derive(Debug, Clone, Copy)]
pub enum Purpose {
    Access,
    Refresh,
    ClientId,
    ClientSecret,
    Transaction,
    Csrf,
    Device,
    Connections,
    Probe,
    Address,
}

impl Purpose {
    const fn label(self) -> &'static str {
        match self {
            Self::Access => "access",
            Self::Refresh => "refresh",
            Self::ClientId => "client-id",
            Self::ClientSecret => "client-secret",
            Self::Transaction => "txn",
            Self::Csrf => "csrf",
            Self::Device => "device",
            Self::Connections => "connections",
            Self::Probe => "probe",
            Self::Address => "address",
        }
    }
}

struct Ring {
    access: Key,
    refresh: Key,
    client_id: Key,
    client_secret: Key,
    transaction: Key,
    csrf: Key,
    device: Key,
    connections: Key,
    probe: Key,
    address: Key,
}

impl Ring {
    fn derive(secret: &SecretString, issuer: &str, athlete: &str) -> Result<Self, BuildError> {
        let hkdf = Hkdf::<Sha256>::new(Some(SALT), secret.expose_secret().as_bytes());
        let key = |purpose: Purpose| {
            let mut key = [0; 64];
            // The zero byte separates: no label, origin or id contains it.
            hkdf.expand_multi_info(
                &[
                    purpose.label().as_bytes(),
                    b"\0",
                    issuer.as_bytes(),
                    b"\0",
                    athlete.as_bytes(),
                ],
                &mut key,
            )
            .map(|()| key)
            .map_err(|_| BuildError("the signing keys could not be derived".to_owned()))
        };
        Ok(Self {
            access: key(Purpose::Access)?,
            refresh: key(Purpose::Refresh)?,
            client_id: key(Purpose::ClientId)?,
            client_secret: key(Purpose::ClientSecret)?,
            transaction: key(Purpose::Transaction)?,
            csrf: key(Purpose::Csrf)?,
            device: key(Purpose::Device)?,
            connections: key(Purpose::Connections)?,
            probe: key(Purpose::Probe)?,
            address: key(Purpose::Address)?,
        })
    }

    const fn key(&self, purpose: Purpose) -> &Key {
        match purpose {
            Purpose::Access => &self.access,
            Purpose::Refresh => &self.refresh,
            Purpose::ClientId => &self.client_id,
            Purpose::ClientSecret => &self.client_secret,
            Purpose::Transaction => &self.transaction,
            Purpose::Csrf => &self.csrf,
            Purpose::Device => &self.device,
            Purpose::Connections => &self.connections,
            Purpose::Probe => &self.probe,
            Purpose::Address => &self.address,
        }
    }

    fn mac(&self, purpose: Purpose, message: &[u8]) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new(self.key(purpose).into());
        mac.update(message);
        mac
    }
}

/// The current keys sign and verify; those of the previous secret only verify, during a rotation.
pub struct Keys {
    current: Ring,
    previous: Option<Ring>,
}

impl Keys {
    pub fn derive(
        secret: &SecretString,
        previous: Option<&SecretString>,
        issuer: &str,
        athlete: &str,
    ) -> Result<Self, BuildError> {
        Ok(Self {
            current: Ring::derive(secret, issuer, athlete)?,
            previous: previous
                .map(|secret| Ring::derive(secret, issuer, athlete))
                .transpose()?,
        })
    }

    pub const fn current(&self, purpose: Purpose) -> &Key {
        self.current.key(purpose)
    }

    pub fn previous(&self, purpose: Purpose) -> Option<&Key> {
        self.previous.as_ref().map(|ring| ring.key(purpose))
    }

    /// base64url of the HMAC of `message`.
    pub fn tag(&self, purpose: Purpose, message: &[u8]) -> String {
        secret::encode(self.current.mac(purpose, message).finalize().into_bytes())
    }

    pub fn verifies(&self, purpose: Purpose, message: &[u8], tag: &str) -> bool {
        let Some(tag) = secret::decode(tag) else {
            return false;
        };
        std::iter::once(&self.current)
            .chain(&self.previous)
            .any(|ring| ring.mac(purpose, message).verify_slice(&tag).is_ok())
    }

    /// `prefix.payload.tag`: readable by anybody, writable by nobody else.
    pub fn seal(&self, purpose: Purpose, prefix: &str, payload: &[u8]) -> String {
        let signed = format!("{prefix}.{}", secret::encode(payload));
        let tag = self.tag(purpose, signed.as_bytes());
        format!("{signed}.{tag}")
    }

    /// The payload, if the seal is ours and for this purpose.
    pub fn open(&self, purpose: Purpose, prefix: &str, sealed: &str) -> Option<Vec<u8>> {
        let (signed, tag) = sealed.rsplit_once('.')?;
        let payload = signed.strip_prefix(prefix)?.strip_prefix('.')?;
        if !self.verifies(purpose, signed.as_bytes(), tag) {
            return None;
        }
        secret::decode(payload)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str = "a-signing-secret-that-is-long-enough";
    const B: &str = "b-signing-secret-that-is-long-enough";

    fn keys(secret: &str, previous: Option<&str>, issuer: &str) -> Keys {
        let previous = previous.map(SecretString::from);
        Keys::derive(&secret.into(), previous.as_ref(), issuer, "i1").unwrap()
    }

    #[test]
    fn what_is_sealed_opens_for_its_purpose_only() {
        let keys = keys(A, None, "https://a.example");
        let sealed = keys.seal(Purpose::Refresh, "rt1", b"payload");
        assert_eq!(
            keys.open(Purpose::Refresh, "rt1", &sealed).as_deref(),
            Some(b"payload".as_slice())
        );
        assert!(keys.open(Purpose::Transaction, "rt1", &sealed).is_none());
        assert!(keys.open(Purpose::Refresh, "dcr1", &sealed).is_none());
        for broken in [
            "",
            ".",
            "rt1",
            "rt1..",
            &sealed[1..],
            &sealed[..sealed.len() - 1],
            &format!("{sealed}="),
        ] {
            assert!(
                keys.open(Purpose::Refresh, "rt1", broken).is_none(),
                "{broken:?}"
            );
        }
    }

    #[test]
    fn another_deployment_does_not_accept_it() {
        let sealed = keys(A, None, "https://a.example").seal(Purpose::Refresh, "rt1", b"x");
        assert!(
            keys(A, None, "https://b.example")
                .open(Purpose::Refresh, "rt1", &sealed)
                .is_none()
        );
    }

    #[test]
    fn the_previous_secret_verifies_and_never_signs() {
        let old = keys(A, None, "https://a.example");
        let rotated = keys(B, Some(A), "https://a.example");
        assert!(
            rotated
                .open(
                    Purpose::Refresh,
                    "rt1",
                    &old.seal(Purpose::Refresh, "rt1", b"x")
                )
                .is_some()
        );
        assert!(
            old.open(
                Purpose::Refresh,
                "rt1",
                &rotated.seal(Purpose::Refresh, "rt1", b"x")
            )
            .is_none()
        );
    }
}
