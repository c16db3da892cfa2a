//! Codes and the transactions they come from. Both end with the process: a code that is in flight during a restart fails, and
//! is never redeemed twice.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::error::Error;
use super::grant::{Approval, LiveCode, Redeemed, Redemption, SpentCode};
use super::secret::{self, Digest};

/// Wrong secrets that a transaction survives.
const MAX_WRONG: u8 = 5;
/// Only those who answer a page get in here, but that is anybody.
const MAX_TRANSACTIONS: usize = 10_000;
/// Only the owner makes codes; a bound all the same.
const MAX_CODES: usize = 1000;

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
        let tables = self.tables();
        match tables.transactions.get(transaction) {
            Some(progress) => progress.is_open(&tables.codes),
            None => Ok(()),
        }
    }

    /// Notes a wrong secret.
    pub fn wrong(&self, transaction: &str, expires_at: i64, now: i64) -> Result<(), Over> {
        let mut tables = self.tables();
        let (progress, codes) = tables.progress(transaction, expires_at, now);
        progress.wrong = progress.wrong.saturating_add(1);
        progress.is_open(codes)
    }

    /// Ends the transaction without a code; an earlier code of it is void too.
    pub fn deny(&self, transaction: &str, expires_at: i64, now: i64) -> Result<(), Over> {
        let mut tables = self.tables();
        let (progress, codes) = tables.progress(transaction, expires_at, now);
        progress.is_open(codes)?;
        progress.replace_code(None, codes);
        progress.denied = true;
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
        tables.make_room_for_a_code(now);
        let (progress, codes) = tables.progress(transaction, expires_at, now);
        if let Err(over) = progress.is_open(codes) {
            return Ok(Err(over));
        }
        progress.replace_code(Some(digest), codes);
        codes.insert(digest, Code::Live(LiveCode::new(approval, now)));
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

impl Progress {
    fn is_open(&self, codes: &HashMap<Digest, Code>) -> Result<(), Over> {
        let redeemed = self
            .code
            .and_then(|digest| codes.get(&digest))
            .is_some_and(|code| matches!(code, Code::Spent(_)));
        if self.denied || redeemed {
            Err(Over::Answered)
        } else if self.wrong >= MAX_WRONG {
            Err(Over::TooManyWrong)
        } else {
            Ok(())
        }
    }

    fn replace_code(&mut self, new: Option<Digest>, codes: &mut HashMap<Digest, Code>) {
        if let Some(earlier) = std::mem::replace(&mut self.code, new) {
            codes.remove(&earlier);
        }
    }
}

impl Code {
    const fn forget_at(&self) -> i64 {
        match self {
            Self::Live(live) => live.expires_at(),
            Self::Spent(spent) => spent.forget_at,
        }
    }
}

impl Tables {
    /// The progress of a transaction, made if need be. When the table is full one is forgotten, first of those without a code,
    /// which strangers make: what it loses is its count of wrong answers or that it was denied, and the owner secret and its
    /// global limit stand before a code all the same. One with a code must be kept, else its form would get a second one, and
    /// only the owner makes them.
    fn progress(
        &mut self,
        transaction: &str,
        expires_at: i64,
        now: i64,
    ) -> (&mut Progress, &mut HashMap<Digest, Code>) {
        if self.transactions.len() >= MAX_TRANSACTIONS
            && !self.transactions.contains_key(transaction)
        {
            self.sweep(now);
            make_room(&mut self.transactions, MAX_TRANSACTIONS, |progress| {
                (progress.code.is_some(), progress.forget_at)
            });
        }
        let progress = self
            .transactions
            .entry(transaction.to_owned())
            .or_insert_with(|| Progress {
                forget_at: expires_at,
                ..Progress::default()
            });
        (progress, &mut self.codes)
    }

    fn make_room_for_a_code(&mut self, now: i64) {
        if self.codes.len() >= MAX_CODES {
            self.sweep(now);
            make_room(&mut self.codes, MAX_CODES, Code::forget_at);
        }
    }

    fn sweep(&mut self, now: i64) {
        self.codes.retain(|_, code| code.forget_at() > now);
        self.transactions
            .retain(|_, progress| progress.forget_at > now);
    }
}

/// Drops the entry of the least `worth`, if the table is full.
fn make_room<K: Clone + Eq + Hash, V, W: Ord>(
    table: &mut HashMap<K, V>,
    max: usize,
    worth: impl Fn(&V) -> W,
) {
    if table.len() >= max {
        let first = table.iter().min_by_key(|(_, value)| worth(value));
        let first = first.map(|(key, _)| key.clone());
        first.and_then(|key| table.remove(&key));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::Scopes;
    use crate::oauth::pkce::Challenge;
    use crate::oauth::resource::Resource;

    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

    fn approval() -> Approval {
        Approval {
            grant_id: "g".to_owned(),
            client_id: "c".to_owned(),
            client_name: None,
            redirect_uri: "https://client.test/cb".to_owned(),
            redirect_host: "client.test".to_owned(),
            challenge: Challenge::parse(&secret::encode(secret::digest(VERIFIER))).unwrap(),
            resource: Resource::Mcp,
            scopes: Scopes::ALL,
            offline: false,
            refreshes: true,
        }
    }

    fn sizes(codes: &Codes) -> (usize, usize) {
        let tables = codes.tables();
        (tables.transactions.len(), tables.codes.len())
    }

    #[test]
    fn transactions_and_codes_are_bounded_and_forgotten_after_their_time() {
        let codes = Codes::default();
        for n in 0..MAX_TRANSACTIONS + 50 {
            codes.wrong(&format!("t{n}"), 600, 0).unwrap();
        }
        assert_eq!(sizes(&codes), (MAX_TRANSACTIONS, 0));
        for n in 0..MAX_CODES + 50 {
            let issued = codes.issue(&format!("a{n}"), 600, approval(), 0);
            issued.unwrap().unwrap();
        }
        assert_eq!(sizes(&codes), (MAX_TRANSACTIONS, MAX_CODES));
        let redemption = Redemption {
            client_id: "c",
            redirect_uri: None,
            verifier: VERIFIER,
        };
        assert!(matches!(
            codes.redeem("none", &redemption, 600),
            Outcome::Refused
        ));
        assert_eq!(sizes(&codes), (0, 0));
    }

    #[test]
    fn strangers_cannot_make_a_redeemed_transaction_forgotten() {
        let codes = Codes::default();
        let code = codes.issue("redeemed", 600, approval(), 0);
        let redemption = Redemption {
            client_id: "c",
            redirect_uri: None,
            verifier: VERIFIER,
        };
        assert!(matches!(
            codes.redeem(&code.unwrap().unwrap(), &redemption, 1),
            Outcome::Granted(_)
        ));
        for n in 0..MAX_TRANSACTIONS + 50 {
            codes.deny(&format!("d{n}"), 601, 1).unwrap();
        }
        assert_eq!(sizes(&codes), (MAX_TRANSACTIONS, 1));
        assert_eq!(codes.is_open("redeemed"), Err(Over::Answered));
        let again = codes.issue("redeemed", 600, approval(), 2).unwrap();
        assert_eq!(again, Err(Over::Answered));
    }

    #[test]
    fn a_spent_code_is_remembered_for_as_long_as_its_page_could_be_sent_again() {
        let codes = Codes::default();
        let redemption = Redemption {
            client_id: "c",
            redirect_uri: None,
            verifier: VERIFIER,
        };
        let code = codes.issue("t", 600, approval(), 0).unwrap().unwrap();
        assert!(matches!(
            codes.redeem(&code, &redemption, 1),
            Outcome::Granted(_)
        ));
        assert_eq!(codes.is_open("t"), Err(Over::Answered));
        assert!(matches!(
            codes.redeem(&code, &redemption, 900),
            Outcome::Replayed(_)
        ));
        assert!(matches!(
            codes.redeem(&code, &redemption, 901),
            Outcome::Refused
        ));
    }
}
