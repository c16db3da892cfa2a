//! What a connection is promised, told as a list of what the server has witnessed and questions to that list. Nothing here knows
//! how the server counts.

/// Seconds after a rotation in which the token that it superseded still works, whatever became of the successor.
const GRACE: i64 = 5 * 60;
const DAY: i64 = 86_400;
/// Seconds that a refresh token lives unused, and that a connection lives at all.
const IDLE: i64 = 90 * DAY;
const LONGEST: i64 = 365 * DAY;
const ACCESS_LIFETIME: i64 = 3600;
/// Seconds in which a code that was redeemed is recognised when it comes again.
const REPLAY_IS_RECOGNISED: i64 = 15 * 60;

/// What is left of the server's knowledge after a restart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keeping {
    Nothing,
    Everything,
}

/// A token as its holder knows it: which rotation it came from, and when it was handed out.
#[derive(Debug, Clone, Copy)]
pub struct Token {
    pub rotation: u32,
    pub issued_at: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Witnessed {
    /// The tokens of this rotation exist since then.
    Rotation {
        number: u32,
        at: i64,
    },
    /// Somebody showed an access token of this rotation, so its answer has arrived.
    Use {
        number: u32,
    },
    Revocation,
}

/// Why a refresh goes the way it goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refresh {
    Rotates(u32),
    /// The superseded token is given the tokens of the newest rotation again.
    Repeats(u32),
    Expired,
    Revoked,
    /// A superseded token after its time: the connection ends.
    Reused,
}

impl Refresh {
    /// The rotation of the tokens in the answer, if there are any.
    pub fn rotation(self) -> Option<u32> {
        match self {
            Self::Rotates(number) | Self::Repeats(number) => Some(number),
            Self::Expired | Self::Revoked | Self::Reused => None,
        }
    }
}

/// One connection from the redemption of its code on.
#[derive(Debug)]
pub struct Connection {
    keeping: Keeping,
    begun_at: i64,
    /// Whether this process redeemed the code.
    knows_code: bool,
    witnessed: Vec<Witnessed>,
}

impl Connection {
    pub fn begin(keeping: Keeping, now: i64) -> Self {
        Self {
            keeping,
            begun_at: now,
            knows_code: true,
            witnessed: vec![Witnessed::Rotation { number: 1, at: now }],
        }
    }

    /// The newest rotation that is known, and since when it exists.
    fn newest(&self) -> Option<(u32, i64)> {
        let rotations = self.witnessed.iter().filter_map(|event| match event {
            Witnessed::Rotation { number, at } => Some((*number, *at)),
            _ => None,
        });
        rotations.max_by_key(|(number, _)| *number)
    }

    fn has(&self, event: Witnessed) -> bool {
        self.witnessed.contains(&event)
    }

    pub fn is_revoked(&self) -> bool {
        self.has(Witnessed::Revocation)
    }

    pub fn refresh(&mut self, token: Token, now: i64) -> Refresh {
        if now >= (token.issued_at + IDLE).min(self.begun_at + LONGEST) {
            return Refresh::Expired;
        }
        if self.is_revoked() {
            return Refresh::Revoked;
        }
        match self.newest() {
            Some((newest, since)) if token.rotation < newest => {
                let last = token.rotation + 1 == newest;
                let successor_is_unused = !self.has(Witnessed::Use { number: newest });
                if last && (successor_is_unused || now <= since + GRACE) {
                    Refresh::Repeats(newest)
                } else {
                    self.revoke();
                    Refresh::Reused
                }
            }
            // Nothing newer is known, or nothing at all.
            _ => {
                let number = token.rotation + 1;
                self.witnessed.push(Witnessed::Rotation { number, at: now });
                Refresh::Rotates(number)
            }
        }
    }

    /// Whether an access token is let in.
    pub fn call(&mut self, token: Token, now: i64) -> bool {
        if now >= token.issued_at + ACCESS_LIFETIME || self.is_revoked() {
            return false;
        }
        let number = token.rotation;
        if self.newest().is_none_or(|(newest, _)| newest < number) {
            let at = token.issued_at;
            self.witnessed.push(Witnessed::Rotation { number, at });
        }
        self.witnessed.push(Witnessed::Use { number });
        true
    }

    pub fn revoke(&mut self) {
        self.witnessed.push(Witnessed::Revocation);
    }

    /// The code comes a second time.
    pub fn replay(&mut self, now: i64) {
        if self.knows_code && now < self.begun_at + REPLAY_IS_RECOGNISED {
            self.revoke();
        }
    }

    pub fn restart(&mut self) {
        self.knows_code = false;
        if self.keeping == Keeping::Nothing {
            self.witnessed.clear();
        }
    }
}
