//! What may follow what: a code that is redeemed once, a chain of refresh tokens that moves one way.
//!
//! Pure: no clock, no store. A step takes the state by value and gives back the next one; what was redeemed has no value
//! left to redeem.

use serde::{Deserialize, Serialize};

use super::pkce::Challenge;
use super::resource::Resource;
use super::{scope, secret};
use crate::identity::Scopes;

/// Seconds that a code lives.
pub const CODE_LIFETIME: i64 = 120;
/// A spent code is remembered for as long as its transaction could be sent again, so that a replay is recognised.
pub const SPENT_LIFETIME: i64 = 15 * 60;
/// Seconds after a rotation during which the superseded refresh token still works: Claude refreshes in parallel.
pub const ROTATION_GRACE: i64 = 5 * 60;
/// Failed redemptions that a code survives.
const MAX_FAILURES: u8 = 5;

/// What the owner approved: enough to know the client again, and nothing that a reader of the store could redeem.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    pub grant_id: String,
    /// [`secret::fingerprint`] of the client id.
    pub client: String,
    pub client_name: Option<String>,
    /// [`secret::fingerprint`] of the redirect URI.
    pub redirect: String,
    pub redirect_host: String,
    pub challenge: Challenge,
    pub resource: Resource,
    #[serde(with = "scope::text")]
    pub scopes: Scopes,
    pub offline: bool,
    /// Whether the client wants refresh tokens.
    pub refreshes: bool,
}

/// What a client shows at the token endpoint together with a code.
#[derive(Debug, Clone, Copy)]
pub struct Redemption<'a> {
    pub client_id: &'a str,
    pub redirect_uri: Option<&'a str>,
    pub verifier: &'a str,
}

impl Approval {
    /// RFC 6749 section 4.1.3 and RFC 7636 section 4.6. The redirect URI is compared when it is there: OAuth 2.1 dropped it.
    fn is_met_by(&self, redemption: &Redemption<'_>) -> bool {
        secret::fingerprint(redemption.client_id) == self.client
            && redemption
                .redirect_uri
                .is_none_or(|uri| secret::fingerprint(uri) == self.redirect)
            && self.challenge.is_met_by(redemption.verifier)
    }
}

/// A code that has not been redeemed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LiveCode {
    approval: Approval,
    expires_at: i64,
    failures: u8,
}

/// A code that has been.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpentCode {
    approval: Approval,
    pub forget_at: i64,
    pub replayed: bool,
}

/// What became of an attempt to redeem a code.
#[derive(Debug)]
pub enum Redeemed {
    Granted(Approval, SpentCode),
    /// Something did not fit. One such try does not consume the code: a client may send a mended request. Whoever saw the code
    /// can burn it with a few more, but not guess at the rest for as long as it lives.
    Refused(LiveCode),
    Dead,
}

impl LiveCode {
    pub const fn new(approval: Approval, now: i64) -> Self {
        Self {
            approval,
            expires_at: now + CODE_LIFETIME,
            failures: 0,
        }
    }

    pub const fn expires_at(&self) -> i64 {
        self.expires_at
    }

    const fn is_over(&self, now: i64) -> bool {
        now >= self.expires_at
    }

    pub fn redeem(self, redemption: &Redemption<'_>, now: i64) -> Redeemed {
        if self.is_over(now) {
            return Redeemed::Dead;
        }
        if self.approval.is_met_by(redemption) {
            let spent = SpentCode {
                approval: self.approval.clone(),
                forget_at: now + SPENT_LIFETIME,
                replayed: false,
            };
            return Redeemed::Granted(self.approval, spent);
        }
        let failures = self.failures + 1;
        if failures >= MAX_FAILURES {
            return Redeemed::Dead;
        }
        Redeemed::Refused(Self { failures, ..self })
    }
}

impl SpentCode {
    /// The grant to revoke, when this is a true replay: whoever does not know the verifier cannot end somebody's grant with a
    /// code that was seen in a log.
    pub fn replayed_by(&self, redemption: &Redemption<'_>) -> Option<&str> {
        self.approval
            .is_met_by(redemption)
            .then_some(self.approval.grant_id.as_str())
    }
}

/// Where the refresh tokens of a grant stand: all copies of one generation are the same token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chain {
    #[serde(rename = "c")]
    current: u32,
    #[serde(rename = "t")]
    rotated_at: i64,
    /// The current generation has been used, so its holder has it and the one before is over.
    #[serde(rename = "u")]
    used: bool,
}

/// What a refresh token does to the chain.
#[derive(Debug, PartialEq, Eq)]
pub enum Refreshed {
    /// Issue tokens of this chain's current generation.
    Issue(Chain),
    /// A superseded token after its time: somebody else has a copy.
    Reused,
}

impl Chain {
    pub const fn begin(now: i64) -> Self {
        Self {
            current: 1,
            rotated_at: now,
            used: false,
        }
    }

    /// Where the chain must have stood, judged by a token that this process does not remember having issued.
    pub const fn resumed_at(generation: u32, issued_at: i64) -> Self {
        Self {
            current: generation,
            rotated_at: issued_at,
            used: true,
        }
    }

    pub const fn current(self) -> u32 {
        self.current
    }

    pub const fn refresh(self, generation: u32, now: i64) -> Refreshed {
        // Ahead of us: signed by us, so it is our memory that is behind.
        if generation >= self.current {
            return Refreshed::Issue(Self {
                current: generation.saturating_add(1),
                rotated_at: now,
                used: false,
            });
        }
        let previous = generation.saturating_add(1) == self.current;
        // A replay does not restart the window.
        if previous && (!self.used || now - self.rotated_at <= ROTATION_GRACE) {
            return Refreshed::Issue(self);
        }
        Refreshed::Reused
    }

    /// The chain after an access token of `generation` was seen, if that changes it.
    pub const fn seen(self, generation: u32, issued_at: i64) -> Option<Self> {
        if generation > self.current {
            Some(Self::resumed_at(generation, issued_at))
        } else if generation == self.current && !self.used {
            Some(Self { used: true, ..self })
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

    fn live() -> LiveCode {
        let approval = Approval {
            grant_id: "g".to_owned(),
            client: secret::fingerprint("c"),
            client_name: None,
            redirect: secret::fingerprint("https://client.test/cb"),
            redirect_host: "client.test".to_owned(),
            challenge: Challenge::parse(&secret::encode(secret::digest(VERIFIER))).unwrap(),
            resource: Resource::Mcp,
            scopes: Scopes::ALL,
            offline: false,
            refreshes: true,
        };
        LiveCode::new(approval, 0)
    }

    fn with(client_id: &'static str, verifier: &'static str) -> Redemption<'static> {
        Redemption {
            client_id,
            redirect_uri: Some("https://client.test/cb"),
            verifier,
        }
    }

    #[test]
    fn a_code_survives_four_failures_and_not_the_fifth() {
        let mut code = live();
        for _ in 0..4 {
            match code.redeem(&with("other", VERIFIER), 1) {
                Redeemed::Refused(same) => code = same,
                other => panic!("{other:?}"),
            }
        }
        assert!(matches!(
            code.redeem(&with("other", VERIFIER), 1),
            Redeemed::Dead
        ));
    }

    #[test]
    fn a_code_lives_120_seconds() {
        assert!(matches!(
            live().redeem(&with("c", VERIFIER), 119),
            Redeemed::Granted(..)
        ));
        assert!(matches!(
            live().redeem(&with("c", VERIFIER), 120),
            Redeemed::Dead
        ));
    }

    #[test]
    fn only_a_replay_with_the_verifier_names_the_grant() {
        let Redeemed::Granted(_, spent) = live().redeem(&with("c", VERIFIER), 1) else {
            panic!("not granted");
        };
        assert_eq!(spent.replayed_by(&with("c", VERIFIER)), Some("g"));
        assert_eq!(spent.replayed_by(&with("other", VERIFIER)), None);
        let wrong = "wrong-wrong-wrong-wrong-wrong-wrong-wrong-wrong";
        assert_eq!(spent.replayed_by(&with("c", wrong)), None);
    }

    #[test]
    fn a_superseded_token_works_while_its_successor_is_unused() {
        let Refreshed::Issue(chain) = Chain::begin(0).refresh(1, 100) else {
            panic!("not issued");
        };
        assert_eq!(chain.current(), 2);
        assert_eq!(chain.refresh(1, 1_000_000), Refreshed::Issue(chain));
    }

    #[test]
    fn once_the_successor_is_used_the_grace_is_five_minutes_from_the_rotation() {
        let Refreshed::Issue(chain) = Chain::begin(0).refresh(1, 100) else {
            panic!("not issued");
        };
        let chain = chain.seen(2, 100).unwrap();
        assert!(chain.seen(2, 100).is_none());
        assert_eq!(chain.refresh(1, 399), Refreshed::Issue(chain));
        assert_eq!(chain.refresh(1, 400), Refreshed::Issue(chain));
        assert_eq!(chain.refresh(1, 401), Refreshed::Reused);
    }

    #[test]
    fn two_generations_back_is_always_reuse() {
        let Refreshed::Issue(chain) = Chain::begin(0).refresh(1, 0) else {
            panic!("not issued");
        };
        let Refreshed::Issue(chain) = chain.refresh(2, 0) else {
            panic!("not issued");
        };
        assert_eq!(chain.refresh(1, 0), Refreshed::Reused);
    }

    #[test]
    fn a_token_from_before_a_restart_takes_the_chain_up_again() {
        let chain = Chain::resumed_at(4, 50);
        assert_eq!(chain.refresh(3, 60), Refreshed::Issue(chain));
        assert_eq!(chain.refresh(3, 351), Refreshed::Reused);
        assert_eq!(chain.seen(6, 70), Some(Chain::resumed_at(6, 70)));
        let Refreshed::Issue(chain) = chain.refresh(9, 70) else {
            panic!("not issued");
        };
        assert_eq!(chain.current(), 10);
    }
}
