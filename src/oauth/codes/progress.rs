//! How far a transaction is. Pure: a step takes the state by value and gives back the next one.

use serde::{Deserialize, Serialize};

use super::{Outcome, Over};
use crate::oauth::error::Error;
use crate::oauth::grant::{Approval, LiveCode, Redeemed, Redemption, SpentCode};

/// Wrong secrets that a transaction survives.
const MAX_WRONG: u8 = 5;

/// What has become of a transaction since its page was shown.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    pub wrong: u8,
    pub denied: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    code: Option<Code>,
    /// When its page can be sent no more.
    expires_at: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Code {
    /// [`fingerprint`](crate::oauth::secret::fingerprint) of the code.
    digest: String,
    state: State,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum State {
    Live(LiveCode),
    Spent {
        code: SpentCode,
        /// Which request spent it.
        by: String,
    },
}

/// What an attempt to redeem comes to, once the next state is stored.
#[derive(Debug)]
pub struct Attempt {
    pub outcome: Outcome,
    /// `None` when nothing changes.
    pub next: Option<Progress>,
}

impl Attempt {
    const fn refused(next: Option<Progress>) -> Self {
        Self {
            outcome: Outcome::Refused,
            next,
        }
    }
}

impl Progress {
    pub fn begun(expires_at: i64) -> Self {
        Self {
            expires_at,
            ..Self::default()
        }
    }

    pub const fn is_open(&self) -> Result<(), Over> {
        let redeemed = matches!(
            self.code,
            Some(Code {
                state: State::Spent { .. },
                ..
            })
        );
        if self.denied || redeemed {
            Err(Over::Answered)
        } else if self.wrong >= MAX_WRONG {
            Err(Over::TooManyWrong)
        } else {
            Ok(())
        }
    }

    pub fn wrong(self) -> Self {
        Self {
            wrong: self.wrong.saturating_add(1),
            ..self
        }
    }

    /// An earlier code of it is void.
    pub fn denied(self) -> Result<Self, Over> {
        self.is_open()?;
        Ok(Self {
            denied: true,
            code: None,
            ..self
        })
    }

    /// An earlier code of it is void.
    pub fn approved(self, digest: String, approval: Approval, now: i64) -> Result<Self, Over> {
        self.is_open()?;
        let state = State::Live(LiveCode::new(approval, now));
        Ok(Self {
            code: Some(Code { digest, state }),
            ..self
        })
    }

    /// Void, since `other` is how far it was already.
    pub fn overtaken_by(self, other: &Self) -> Self {
        Self {
            wrong: self.wrong.max(other.wrong),
            denied: self.denied || other.denied,
            code: None,
            ..self
        }
    }

    /// What comes of showing the code of `digest` in a request called `by`.
    pub fn redeemed(
        self,
        digest: &str,
        redemption: &Redemption<'_>,
        by: &str,
        now: i64,
    ) -> Attempt {
        let Some(code) = self.code.clone().filter(|code| code.digest == digest) else {
            return Attempt::refused(None);
        };
        match code.state {
            State::Live(live) => self.first(code.digest, live, redemption, by, now),
            State::Spent { code: spent, .. } if now >= spent.forget_at => Attempt::refused(None),
            State::Spent { mut code, by } => {
                let Some(grant_id) = code.replayed_by(redemption).map(str::to_owned) else {
                    return Attempt::refused(None);
                };
                code.replayed = true;
                Attempt {
                    outcome: Outcome::Replayed(grant_id),
                    next: Some(self.with_code(digest.to_owned(), State::Spent { code, by })),
                }
            }
        }
    }

    fn first(
        self,
        digest: String,
        live: LiveCode,
        redemption: &Redemption<'_>,
        by: &str,
        now: i64,
    ) -> Attempt {
        match live.redeem(redemption, now) {
            Redeemed::Granted(approval, code) => {
                let by = by.to_owned();
                Attempt {
                    outcome: Outcome::Granted(approval),
                    next: Some(self.with_code(digest, State::Spent { code, by })),
                }
            }
            Redeemed::Refused(live) => {
                Attempt::refused(Some(self.with_code(digest, State::Live(live))))
            }
            Redeemed::Dead => Attempt::refused(Some(Self { code: None, ..self })),
        }
    }

    fn with_code(self, digest: String, state: State) -> Self {
        Self {
            code: Some(Code { digest, state }),
            ..self
        }
    }

    /// Whether the code of `digest` was spent by the request called `by`.
    pub fn was_spent(&self, digest: &str, by: &str) -> bool {
        self.code.as_ref().is_some_and(|code| {
            code.digest == digest
                && matches!(&code.state, State::Spent { by: spent_by, .. } if spent_by == by)
        })
    }

    pub fn is_replayed(&self, digest: &str) -> bool {
        self.code.as_ref().is_some_and(|code| {
            code.digest == digest
                && matches!(&code.state, State::Spent { code, .. } if code.replayed)
        })
    }

    /// When nothing depends on it any more.
    pub fn forget_at(&self) -> i64 {
        let code = self.code.as_ref().map(|code| match &code.state {
            State::Live(live) => live.expires_at(),
            State::Spent { code, .. } => code.forget_at,
        });
        code.map_or(self.expires_at, |at| at.max(self.expires_at))
    }

    pub fn bytes(&self) -> Result<Vec<u8>, Error> {
        serde_json::to_vec(self).map_err(|_| Error::Unavailable)
    }

    pub fn parse(bytes: &[u8]) -> Result<Self, Error> {
        serde_json::from_slice(bytes).map_err(|_| {
            tracing::error!("a stored transaction cannot be read");
            Error::Unavailable
        })
    }
}
