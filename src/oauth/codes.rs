//! Codes and the transactions they come from. Both end with the process: a code that is in flight during a restart fails, and
//! is never redeemed twice.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::error::Error;
use super::grant::{Approval, LiveCode, Redeemed, Redemption, SpentCode};
use super::secret::{self, Digest};

/// Wrong secrets that a transaction survives.
const MAX_WRONG: u8 = 5;
/// Only those who answer a page get in here, but that is anybody.
const MAX_TRANSACTIONS: usize = 10_000;

/// Why a transaction cannot go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Over {
    /// Denied, or its code was redeemed.
    Answered,
    TooManyWrong,
}

#[derive(Debug)]
enum Code {
    Live(LiveCode),
    Spent(SpentCode),
}

#[derive(Debug, Default)]
struct Progress {
    wrong: u8,
    denied: bool,
    code: Option<Digest>,
    forget_at: i64,
}

#[derive(Default)]
struct Tables {
    /// By the SHA-256 of the code.
    codes: HashMap<Digest, Code>,
    /// By transaction id; absent until the first answer.
    transactions: HashMap<String, Progress>,
}

/// The outcome at the token endpoint.
#[derive(Debug)]
pub enum Outcome {
    Granted(Approval),
    Refused,
    /// A true replay: this grant is to be revoked.
    Replayed(String),
}

/// Codes and transactions of this process.
#[derive(Default)]
pub struct Codes(Mutex<Tables>);

impl Codes {
    fn tables(&self) -> MutexGuard<'_, Tables> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the transaction may still be answered.
    pub fn is_open(&self, transaction: &str) -> Result<(), Over> {
        self.tables().open(transaction)
    }

    /// Notes a wrong secret.
    pub fn wrong(&self, transaction: &str, expires_at: i64, now: i64) -> Result<(), Over> {
        let mut tables = self.tables();
        let progress = tables.progress(transaction, expires_at, now);
        progress.wrong = progress.wrong.saturating_add(1);
        tables.open(transaction)
    }

    /// Ends the transaction without a code; an earlier code of it is void too.
    pub fn deny(&self, transaction: &str, expires_at: i64, now: i64) -> Result<(), Over> {
        let mut tables = self.tables();
        tables.progress(transaction, expires_at, now);
        tables.open(transaction)?;
        tables.void_earlier(transaction);
        tables.progress(transaction, expires_at, now).denied = true;
        Ok(())
    }

    /// A new code for an approved transaction. A second approval voids the code of the first while that is unredeemed (a double
    /// click), and is refused afterwards: one approval, one grant.
    pub fn issue(
        &self,
        transaction: &str,
        expires_at: i64,
        approval: Approval,
        now: i64,
    ) -> Result<Result<String, Over>, Error> {
        let code = secret::random_text::<32>()?;
        let digest = secret::digest(&code);
        let mut tables = self.tables();
        tables.progress(transaction, expires_at, now);
        if let Err(over) = tables.open(transaction) {
            return Ok(Err(over));
        }
        tables.void_earlier(transaction);
        tables
            .codes
            .insert(digest, Code::Live(LiveCode::new(approval, now)));
        tables.progress(transaction, expires_at, now).code = Some(digest);
        Ok(Ok(code))
    }

    /// Whether a redeemed code came a second time.
    pub fn is_replayed(&self, code: &str) -> bool {
        let tables = self.tables();
        let known = tables.codes.get(&secret::digest(code));
        matches!(known, Some(Code::Spent(spent)) if spent.replayed)
    }

    pub fn redeem(&self, code: &str, redemption: &Redemption<'_>, now: i64) -> Outcome {
        let digest = secret::digest(code);
        let mut tables = self.tables();
        tables.sweep(now);
        match tables.codes.remove(&digest) {
            None => Outcome::Refused,
            Some(Code::Spent(mut spent)) => {
                let replayed = spent.replayed_by(redemption).map(str::to_owned);
                spent.replayed |= replayed.is_some();
                tables.codes.insert(digest, Code::Spent(spent));
                replayed.map_or(Outcome::Refused, Outcome::Replayed)
            }
            Some(Code::Live(live)) => match live.redeem(redemption, now) {
                Redeemed::Granted(approval, spent) => {
                    tables.codes.insert(digest, Code::Spent(spent));
                    Outcome::Granted(approval)
                }
                Redeemed::Refused(live) => {
                    tables.codes.insert(digest, Code::Live(live));
                    Outcome::Refused
                }
                Redeemed::Dead => Outcome::Refused,
            },
        }
    }
}

impl Tables {
    /// The progress of a transaction, made if need be. When the table is full the one that ends first is forgotten: all that
    /// it loses is its count of wrong answers, and the global limit counts on.
    fn progress(&mut self, transaction: &str, expires_at: i64, now: i64) -> &mut Progress {
        if self.transactions.len() >= MAX_TRANSACTIONS
            && !self.transactions.contains_key(transaction)
        {
            self.sweep(now);
            if self.transactions.len() >= MAX_TRANSACTIONS {
                let first = self
                    .transactions
                    .iter()
                    .min_by_key(|(_, progress)| progress.forget_at)
                    .map(|(id, _)| id.clone());
                first.and_then(|id| self.transactions.remove(&id));
            }
        }
        self.transactions
            .entry(transaction.to_owned())
            .or_insert_with(|| Progress {
                forget_at: expires_at,
                ..Progress::default()
            })
    }

    fn open(&self, transaction: &str) -> Result<(), Over> {
        let Some(progress) = self.transactions.get(transaction) else {
            return Ok(());
        };
        let redeemed = progress
            .code
            .and_then(|digest| self.codes.get(&digest))
            .is_some_and(|code| matches!(code, Code::Spent(_)));
        if progress.denied || redeemed {
            Err(Over::Answered)
        } else if progress.wrong >= MAX_WRONG {
            Err(Over::TooManyWrong)
        } else {
            Ok(())
        }
    }

    fn void_earlier(&mut self, transaction: &str) {
        let earlier = self
            .transactions
            .get_mut(transaction)
            .and_then(|progress| progress.code.take());
        if let Some(digest) = earlier {
            self.codes.remove(&digest);
        }
    }

    fn sweep(&mut self, now: i64) {
        self.codes.retain(|_, code| match code {
            Code::Live(live) => !live.is_over(now),
            Code::Spent(spent) => spent.forget_at > now,
        });
        self.transactions
            .retain(|_, progress| progress.forget_at > now);
    }
}
