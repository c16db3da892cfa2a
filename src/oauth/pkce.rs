//! Proof Key for Code Exchange (RFC 7636), S256 only.

use serde::{Deserialize, Serialize};

use super::secret;

/// A `code_challenge` for S256.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Challenge(String);

impl Challenge {
    /// 43 characters of base64url: anything else is no SHA-256.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = secret::decode(text)?;
        (bytes.len() == 32).then(|| Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// RFC 7636 section 4.6.
    pub fn is_met_by(&self, verifier: &str) -> bool {
        let well_formed = (43..=128).contains(&verifier.len())
            && verifier
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"-._~".contains(&b));
        well_formed && secret::same(secret::encode(secret::digest(verifier)), &self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_specification_holds() {
        let challenge = Challenge::parse("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM").unwrap();
        assert!(challenge.is_met_by("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"));
        assert!(!challenge.is_met_by("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXl"));
        assert!(!challenge.is_met_by(""));
    }

    #[test]
    fn an_ill_formed_verifier_meets_not_even_its_own_challenge() {
        let meets_its_own = |verifier: &str| {
            let own = secret::encode(secret::digest(verifier));
            Challenge::parse(&own).unwrap().is_met_by(verifier)
        };
        for length in [43, 128] {
            assert!(meets_its_own(&"~".repeat(length)), "{length}");
        }
        for length in [0, 42, 129] {
            assert!(!meets_its_own(&"a".repeat(length)), "{length}");
        }
        for odd in ["+", "/", "=", " ", "\0", "é"] {
            assert!(
                !meets_its_own(&format!("{odd}{}", "a".repeat(43))),
                "{odd:?}"
            );
        }
    }

    #[test]
    fn what_is_not_a_digest_is_no_challenge() {
        for text in [
            "",
            &"a".repeat(42),
            &"A".repeat(44),
            &"A".repeat(129),
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw+cM",
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-c=",
        ] {
            assert!(Challenge::parse(text).is_none(), "{text}");
        }
    }
}
