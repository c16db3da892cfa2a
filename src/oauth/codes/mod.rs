//! Codes and the transactions they come from, over [`Store`].
//!
//! Where replicas share a store they live in it, and any replica redeems what another one issued. Everywhere else they live in a
//! memory of their own and end with the process: a code that is in flight during a restart fails, and is never redeemed twice.
//!
//! A transaction with a code is one entry, found by the digest of the code and changed by compare-and-swap only: of all
//! redemptions, wherever they arrive, one is first. A transaction without a code has no more than its count of wrong answers or
//! that it was denied, and anybody can make such: they share a fixed number of slots. What is forgotten when two meet in one slot is
//! harmless, since the owner secret and its limit stand before a code all the same. One with a code must be kept, else its form
//! would get a second one, and only the owner makes them.

mod progress;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::error::Error;
use super::grant::{Approval, CODE_LIFETIME, Redemption, SPENT_LIFETIME};
use super::records::timestamp;
use super::secret;
use crate::clock::Clock;
use crate::state::{Durability, MemoryStore, SWAP_ATTEMPTS, StateError, Store};
use progress::Progress;

/// For the transactions without a code.
const SLOTS: u16 = 8192;
/// In a memory of our own: only the owner makes codes; a bound all the same.
const MAX_CODES: usize = 1000;

/// Why a transaction cannot go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Over {
    /// Denied, or its code was redeemed.
    Answered,
    TooManyWrong,
    /// Nobody can say: the store did not answer.
    Unknown,
}

impl From<Error> for Over {
    fn from(_: Error) -> Self {
        Self::Unknown
    }
}

impl From<StateError> for Over {
    fn from(error: StateError) -> Self {
        Error::from(error).into()
    }
}

/// The outcome at the token endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    Granted(Approval),
    Refused,
    /// A true replay: this grant is to be revoked.
    Replayed(String),
}

/// Codes and transactions of one deployment.
pub struct Codes {
    store: Arc<dyn Store>,
    home: String,
}

/// A transaction without a code.
#[derive(Serialize, Deserialize)]
struct Slot {
    transaction: String,
    progress: Progress,
}

/// A transaction as it is stored, and where.
struct Found {
    key: String,
    /// What a compare-and-swap expects to find.
    stored: Option<Vec<u8>>,
    progress: Progress,
    is_in_slot: bool,
}

impl Codes {
    /// In `store` if replicas share it. `home` is what its keys begin with.
    pub fn new(store: &Arc<dyn Store>, clock: Clock, home: &str) -> Self {
        let store = match store.durability() {
            Durability::Shared => Arc::clone(store),
            Durability::Process | Durability::Durable => {
                // A code is an entry and what leads to it.
                let capacity = usize::from(SLOTS) + 2 * MAX_CODES;
                Arc::new(MemoryStore::with_capacity(clock, capacity))
            }
        };
        Self {
            store,
            home: home.to_owned(),
        }
    }

    fn transaction_key(&self, transaction: &str) -> String {
        format!("{}transaction/{transaction}", self.home)
    }

    fn slot_key(&self, transaction: &str) -> String {
        let [high, low, ..] = secret::digest(transaction);
        let slot = u16::from_be_bytes([high, low]) % SLOTS;
        format!("{}attempt/{slot}", self.home)
    }

    fn code_key(&self, digest: &str) -> String {
        format!("{}code/{digest}", self.home)
    }

    /// Whether the transaction may still be answered.
    pub async fn is_open(&self, transaction: &str) -> Result<(), Over> {
        self.find(transaction, 0).await?.progress.is_open()
    }

    /// Notes a wrong secret.
    pub async fn wrong(&self, transaction: &str, expires_at: i64) -> Result<(), Over> {
        self.change(transaction, expires_at, |progress| Ok(progress.wrong()))
            .await?
            .is_open()
    }

    /// Ends the transaction without a code; an earlier code of it is void too.
    pub async fn deny(&self, transaction: &str, expires_at: i64) -> Result<(), Over> {
        self.change(transaction, expires_at, Progress::denied)
            .await?;
        Ok(())
    }

    /// A new code for an approved transaction. A second approval voids the code of the first while that is unredeemed (a double
    /// click), and is refused afterwards: one approval, one grant.
    pub async fn issue(
        &self,
        transaction: &str,
        expires_at: i64,
        approval: &Approval,
        now: i64,
    ) -> Result<String, Over> {
        let code = secret::random_text::<32>()?;
        let digest = secret::fingerprint(&code);
        self.find(transaction, expires_at)
            .await?
            .progress
            .is_open()?;
        let forget_at = now.saturating_add(CODE_LIFETIME + SPENT_LIFETIME);
        self.store
            .put(
                &self.code_key(&digest),
                transaction.as_bytes().to_vec(),
                timestamp(forget_at),
            )
            .await?;
        for _ in 0..SWAP_ATTEMPTS {
            let found = self.find(transaction, expires_at).await?;
            let next = found
                .progress
                .clone()
                .approved(digest.clone(), approval.clone(), now)?;
            let entry = Found {
                key: self.transaction_key(transaction),
                stored: found.stored.filter(|_| !found.is_in_slot),
                is_in_slot: false,
                ..found
            };
            if !self.swap(&entry, transaction, &next).await? {
                continue;
            }
            if found.is_in_slot {
                self.is_not_overtaken(transaction, expires_at).await?;
            }
            return Ok(code);
        }
        Err(Over::Unknown)
    }

    /// A denial that arrived elsewhere may have looked for the entry before it was there, and then it is in the slot by now.
    async fn is_not_overtaken(&self, transaction: &str, expires_at: i64) -> Result<(), Over> {
        let (_, earlier) = self.slot(transaction, expires_at).await?;
        let Err(over) = earlier.is_open() else {
            return Ok(());
        };
        let void = |progress: Progress| Ok(progress.overtaken_by(&earlier));
        self.change(transaction, expires_at, void).await?;
        Err(over)
    }

    /// Whether a redeemed code came a second time.
    pub async fn is_replayed(&self, code: &str) -> Result<bool, Error> {
        let digest = secret::fingerprint(code);
        let Some(key) = self.transaction_of(&digest).await? else {
            return Ok(false);
        };
        let Some(stored) = self.store.get(&key).await? else {
            return Ok(false);
        };
        Ok(Progress::parse(&stored)?.is_replayed(&digest))
    }

    pub async fn redeem(
        &self,
        code: &str,
        redemption: &Redemption<'_>,
        now: i64,
    ) -> Result<Outcome, Error> {
        let digest = secret::fingerprint(code);
        let Some(key) = self.transaction_of(&digest).await? else {
            return Ok(Outcome::Refused);
        };
        let by = secret::random_text::<16>()?;
        let mut granted = None;
        for _ in 0..SWAP_ATTEMPTS {
            let Some(stored) = self.store.get(&key).await? else {
                return Ok(Outcome::Refused);
            };
            let progress = Progress::parse(&stored)?;
            if let Some(granted) = granted.take()
                && progress.was_spent(&digest, &by)
            {
                return Ok(granted);
            }
            let attempt = progress.redeemed(&digest, redemption, &by, now);
            let Some(next) = attempt.next else {
                return Ok(attempt.outcome);
            };
            let ends_at = timestamp(next.forget_at());
            let swapped = self
                .store
                .compare_and_swap(&key, Some(&stored), next.bytes()?, ends_at)
                .await;
            match swapped {
                Ok(true) => return Ok(attempt.outcome),
                // It may have been written all the same and only the answer is lost: not a replay of what is ours.
                Ok(false) => granted = Some(attempt.outcome),
                // The grant is to be ended, whether or not that can be noted here.
                Err(_) if matches!(attempt.outcome, Outcome::Replayed(_)) => {
                    return Ok(attempt.outcome);
                }
                Err(error) if !self.was_spent(&key, &digest, &by).await => {
                    return Err(error.into());
                }
                Err(_) => return Ok(attempt.outcome),
            }
        }
        Err(Error::Unavailable)
    }

    async fn was_spent(&self, key: &str, digest: &str, by: &str) -> bool {
        let stored = self.store.get(key).await.ok().flatten();
        stored
            .and_then(|stored| Progress::parse(&stored).ok())
            .is_some_and(|progress| progress.was_spent(digest, by))
    }

    /// The key of the transaction that a code belongs to.
    async fn transaction_of(&self, digest: &str) -> Result<Option<String>, StateError> {
        let stored = self.store.get(&self.code_key(digest)).await?;
        let transaction = stored.and_then(|bytes| String::from_utf8(bytes).ok());
        Ok(transaction.map(|transaction| self.transaction_key(&transaction)))
    }

    async fn find(&self, transaction: &str, expires_at: i64) -> Result<Found, Over> {
        let key = self.transaction_key(transaction);
        if let Some(stored) = self.store.get(&key).await? {
            return Ok(Found {
                key,
                progress: Progress::parse(&stored)?,
                stored: Some(stored),
                is_in_slot: false,
            });
        }
        let (stored, progress) = self.slot(transaction, expires_at).await?;
        Ok(Found {
            key: self.slot_key(transaction),
            stored,
            progress,
            is_in_slot: true,
        })
    }

    /// What stands in the slot, and how far it says that `transaction` is: at the beginning, if it holds another.
    async fn slot(
        &self,
        transaction: &str,
        expires_at: i64,
    ) -> Result<(Option<Vec<u8>>, Progress), StateError> {
        let stored = self.store.get(&self.slot_key(transaction)).await?;
        let slot: Option<Slot> = stored
            .as_deref()
            .and_then(|bytes| serde_json::from_slice(bytes).ok());
        let progress = slot
            .filter(|slot| slot.transaction == transaction)
            .map_or_else(|| Progress::begun(expires_at), |slot| slot.progress);
        Ok((stored, progress))
    }

    /// Applies `step` until it is stored.
    async fn change(
        &self,
        transaction: &str,
        expires_at: i64,
        step: impl Fn(Progress) -> Result<Progress, Over>,
    ) -> Result<Progress, Over> {
        let mut is_noted = false;
        for _ in 0..SWAP_ATTEMPTS {
            let found = self.find(transaction, expires_at).await?;
            let next = match step(found.progress.clone()) {
                // By the approval, which found it in the slot.
                Err(_) if is_noted && found.progress.denied => return Ok(found.progress),
                stepped => stepped?,
            };
            if !self.swap(&found, transaction, &next).await? {
                continue;
            }
            is_noted = true;
            // An approval that arrived elsewhere may have moved it out of the slot meanwhile.
            if found.is_in_slot
                && self
                    .store
                    .get(&self.transaction_key(transaction))
                    .await?
                    .is_some()
            {
                continue;
            }
            return Ok(next);
        }
        Err(Over::Unknown)
    }

    async fn swap(&self, found: &Found, transaction: &str, next: &Progress) -> Result<bool, Over> {
        let value = if found.is_in_slot {
            let slot = Slot {
                transaction: transaction.to_owned(),
                progress: next.clone(),
            };
            serde_json::to_vec(&slot).map_err(|_| Over::Unknown)?
        } else {
            next.bytes()?
        };
        let ends_at = timestamp(next.forget_at());
        let done = self
            .store
            .compare_and_swap(&found.key, found.stored.as_deref(), value, ends_at)
            .await?;
        Ok(done)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;
    use std::sync::atomic::{AtomicU64, Ordering};

    use futures_util::FutureExt as _;
    use jiff::Timestamp;
    use proptest::prelude::*;

    use super::*;
    use crate::identity::Scopes;
    use crate::oauth::grant::{LiveCode, Redeemed, SpentCode};
    use crate::oauth::grants::tests::Disk;
    use crate::oauth::pkce::Challenge;
    use crate::oauth::resource::Resource;
    use crate::state::StoreFuture;

    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const RIGHT: Redemption<'_> = Redemption {
        client_id: "c",
        redirect_uri: None,
        verifier: VERIFIER,
    };
    const WRONG: Redemption<'_> = Redemption {
        client_id: "other",
        ..RIGHT
    };

    fn approval(grant_id: &str) -> Approval {
        Approval {
            grant_id: grant_id.to_owned(),
            client: secret::fingerprint("c"),
            client_name: None,
            redirect: secret::fingerprint("https://client.test/cb"),
            redirect_host: "client.test".to_owned(),
            challenge: Challenge::parse(&secret::fingerprint(VERIFIER)).unwrap(),
            resource: Resource::Mcp,
            scopes: Scopes::ALL,
            offline: false,
            refreshes: true,
        }
    }

    /// A clock that shows seconds since 1970.
    fn clock() -> Clock {
        Clock::manual(Timestamp::UNIX_EPOCH)
    }

    fn later(clock: &Clock, seconds: i64) {
        clock.advance(std::time::Duration::from_secs(seconds.unsigned_abs()));
    }

    fn alone(clock: &Clock) -> Codes {
        let store: Arc<dyn Store> = Arc::new(Disk::new(clock, Durability::Durable));
        Codes::new(&store, clock.clone(), "home/")
    }

    /// Of one deployment.
    fn replicas(clock: &Clock) -> (Arc<Disk>, [Codes; 2]) {
        let disk = Arc::new(Disk::new(clock, Durability::Shared));
        let store: Arc<dyn Store> = Arc::clone(&disk) as Arc<dyn Store>;
        let codes = [(); 2].map(|()| Codes::new(&store, clock.clone(), "home/"));
        (disk, codes)
    }

    async fn size(codes: &Codes) -> usize {
        codes.store.list("").await.unwrap().len()
    }

    #[tokio::test]
    async fn what_strangers_make_is_bounded_and_forgotten_after_its_time() {
        let clock = clock();
        let codes = alone(&clock);
        for n in 0..5 * u32::from(SLOTS) {
            codes.wrong(&format!("t{n}"), 600).await.unwrap();
        }
        let most = usize::from(SLOTS);
        assert!((most - 200..=most).contains(&size(&codes).await));
        // Room is left for the owner.
        for n in 0..MAX_CODES {
            let issued = codes.issue(&format!("a{n}"), 600, &approval("g"), 0).await;
            issued.unwrap();
        }
        let full = codes.issue("one more", 600, &approval("g"), 0).await;
        assert!(full.is_ok() || full == Err(Over::Unknown));
        later(&clock, 1020);
        assert_eq!(size(&codes).await, 0);
    }

    #[tokio::test]
    async fn strangers_cannot_make_a_redeemed_transaction_forgotten() {
        let clock = clock();
        let (_, [codes, other]) = replicas(&clock);
        let code = codes.issue("redeemed", 600, &approval("g"), 0).await;
        let code = code.unwrap();
        let granted = other.redeem(&code, &RIGHT, 1).await;
        assert_eq!(granted, Ok(Outcome::Granted(approval("g"))));
        for n in 0..3 * u32::from(SLOTS) {
            codes.deny(&format!("d{n}"), 601).await.unwrap();
        }
        for codes in [&codes, &other] {
            assert_eq!(codes.is_open("redeemed").await, Err(Over::Answered));
            let again = codes.issue("redeemed", 600, &approval("g"), 2).await;
            assert_eq!(again, Err(Over::Answered));
        }
    }

    #[tokio::test]
    async fn a_spent_code_is_remembered_for_as_long_as_its_page_could_be_sent_again() {
        let clock = clock();
        let codes = alone(&clock);
        let code = codes.issue("t", 600, &approval("g"), 0).await.unwrap();
        let granted = codes.redeem(&code, &RIGHT, 1).await;
        assert!(matches!(granted, Ok(Outcome::Granted(_))));
        assert_eq!(codes.is_open("t").await, Err(Over::Answered));
        assert_eq!(codes.is_replayed(&code).await, Ok(false));
        later(&clock, 900);
        let replayed = codes.redeem(&code, &RIGHT, 900).await;
        assert_eq!(replayed, Ok(Outcome::Replayed("g".to_owned())));
        assert_eq!(codes.is_replayed(&code).await, Ok(true));
        let forgotten = codes.redeem(&code, &RIGHT, 901).await;
        assert_eq!(forgotten, Ok(Outcome::Refused));
    }

    #[tokio::test]
    async fn no_code_stands_in_the_store_nor_anything_to_redeem_it_with() {
        let (disk, [codes, _]) = replicas(&clock());
        let code = codes.issue("t", 600, &approval("g"), 0).await.unwrap();
        let rows = disk.entries.list("").await.unwrap();
        assert_eq!(rows.len(), 2);
        for (key, value) in rows {
            assert!(key.starts_with("home/"), "{key}");
            let text = format!("{key} {}", String::from_utf8(value).unwrap());
            for secret in [code.as_str(), VERIFIER, "https://client.test/cb"] {
                assert!(!text.contains(secret), "{text}");
            }
        }
    }

    #[tokio::test]
    async fn codes_of_a_process_do_not_touch_the_store_of_the_server() {
        let clock = clock();
        let disk = Arc::new(Disk::new(&clock, Durability::Durable));
        let store: Arc<dyn Store> = Arc::clone(&disk) as Arc<dyn Store>;
        disk.broken.store(true, Ordering::SeqCst);
        let codes = Codes::new(&store, clock, "home/");
        let code = codes.issue("t", 600, &approval("g"), 0).await.unwrap();
        let granted = codes.redeem(&code, &RIGHT, 1).await;
        assert!(matches!(granted, Ok(Outcome::Granted(_))));
    }

    #[tokio::test]
    async fn without_the_shared_store_nobody_can_say_and_nothing_is_lost() {
        let (disk, [codes, _]) = replicas(&clock());
        let code = codes.issue("t", 600, &approval("g"), 0).await.unwrap();
        disk.broken.store(true, Ordering::SeqCst);
        assert_eq!(codes.is_open("t").await, Err(Over::Unknown));
        assert_eq!(codes.wrong("t", 600).await, Err(Over::Unknown));
        assert_eq!(codes.deny("t", 600).await, Err(Over::Unknown));
        let issued = codes.issue("t", 600, &approval("g"), 0).await;
        assert_eq!(issued, Err(Over::Unknown));
        let redeemed = codes.redeem(&code, &RIGHT, 1).await;
        assert_eq!(redeemed, Err(Error::Unavailable));
        disk.broken.store(false, Ordering::SeqCst);
        let granted = codes.redeem(&code, &RIGHT, 1).await;
        assert!(matches!(granted, Ok(Outcome::Granted(_))));
    }

    /// The semantics of one process, in its plainest form.
    #[derive(Default)]
    struct Model {
        codes: HashMap<usize, ModelCode>,
        transactions: HashMap<usize, ModelTransaction>,
    }

    enum ModelCode {
        Live(LiveCode),
        Spent(SpentCode),
    }

    #[derive(Default)]
    struct ModelTransaction {
        wrong: u8,
        denied: bool,
        code: Option<usize>,
    }

    impl Model {
        fn is_open(&self, transaction: usize) -> Result<(), Over> {
            let Some(progress) = self.transactions.get(&transaction) else {
                return Ok(());
            };
            let code = progress.code.and_then(|code| self.codes.get(&code));
            if progress.denied || matches!(code, Some(ModelCode::Spent(_))) {
                Err(Over::Answered)
            } else if progress.wrong >= 5 {
                Err(Over::TooManyWrong)
            } else {
                Ok(())
            }
        }

        fn wrong(&mut self, transaction: usize) -> Result<(), Over> {
            self.transactions.entry(transaction).or_default().wrong += 1;
            self.is_open(transaction)
        }

        fn replace_code(&mut self, transaction: usize, code: Option<usize>) {
            let progress = self.transactions.entry(transaction).or_default();
            if let Some(earlier) = std::mem::replace(&mut progress.code, code) {
                self.codes.remove(&earlier);
            }
        }

        fn deny(&mut self, transaction: usize) -> Result<(), Over> {
            self.is_open(transaction)?;
            self.replace_code(transaction, None);
            self.transactions.entry(transaction).or_default().denied = true;
            Ok(())
        }

        fn issue(&mut self, transaction: usize, code: usize, approval: Approval, now: i64) {
            self.replace_code(transaction, Some(code));
            let live = ModelCode::Live(LiveCode::new(approval, now));
            self.codes.insert(code, live);
        }

        fn redeem(&mut self, code: usize, redemption: &Redemption<'_>, now: i64) -> Outcome {
            match self.codes.remove(&code) {
                None => Outcome::Refused,
                Some(ModelCode::Spent(spent)) if spent.forget_at <= now => Outcome::Refused,
                Some(ModelCode::Spent(mut spent)) => {
                    let replayed = spent.replayed_by(redemption).map(str::to_owned);
                    spent.replayed |= replayed.is_some();
                    self.codes.insert(code, ModelCode::Spent(spent));
                    replayed.map_or(Outcome::Refused, Outcome::Replayed)
                }
                Some(ModelCode::Live(live)) => match live.redeem(redemption, now) {
                    Redeemed::Granted(approval, spent) => {
                        self.codes.insert(code, ModelCode::Spent(spent));
                        Outcome::Granted(approval)
                    }
                    Redeemed::Refused(live) => {
                        self.codes.insert(code, ModelCode::Live(live));
                        Outcome::Refused
                    }
                    Redeemed::Dead => Outcome::Refused,
                },
            }
        }

        fn is_replayed(&self, code: usize) -> bool {
            matches!(self.codes.get(&code), Some(ModelCode::Spent(spent)) if spent.replayed)
        }
    }

    /// At which replica, and to which transaction or code.
    #[derive(Debug, Clone)]
    enum Step {
        Look(usize, usize),
        Wrong(usize, usize),
        Deny(usize, usize),
        Issue(usize, usize),
        Redeem(usize, usize, bool),
        Later(i64),
    }

    fn steps() -> impl Strategy<Value = Vec<Step>> {
        let (at, which) = (0..2_usize, 0..3_usize);
        let step = prop_oneof![
            2 => (at.clone(), which.clone()).prop_map(|(at, t)| Step::Look(at, t)),
            4 => (at.clone(), which.clone()).prop_map(|(at, t)| Step::Wrong(at, t)),
            1 => (at.clone(), which.clone()).prop_map(|(at, t)| Step::Deny(at, t)),
            5 => (at.clone(), which).prop_map(|(at, t)| Step::Issue(at, t)),
            8 => (at, 0..5_usize, prop::bool::weighted(0.4))
                .prop_map(|(at, ago, right)| Step::Redeem(at, ago, right)),
            1 => (1..70_i64).prop_map(Step::Later),
        ];
        prop::collection::vec(step, 1..40)
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn two_replicas_do_what_one_process_does(steps in steps()) {
            let clock = clock();
            let (_, replicas) = replicas(&clock);
            let mut model = Model::default();
            let mut codes: Vec<String> = Vec::new();
            for step in steps {
                let now = clock.unix_seconds();
                // No page outlives its transaction.
                let name = |t: usize| format!("{t} of {}", now / 600);
                let id = |t: usize| t + 10 * usize::try_from(now / 600).unwrap();
                let ends_at = (now / 600 + 1) * 600;
                match step {
                    Step::Look(at, t) => {
                        let open = replicas[at].is_open(&name(t)).now_or_never().unwrap();
                        prop_assert_eq!(open, model.is_open(id(t)));
                    }
                    Step::Wrong(at, t) => {
                        let wrong = replicas[at].wrong(&name(t), ends_at).now_or_never().unwrap();
                        prop_assert_eq!(wrong, model.wrong(id(t)));
                    }
                    Step::Deny(at, t) => {
                        let denied = replicas[at].deny(&name(t), ends_at).now_or_never().unwrap();
                        prop_assert_eq!(denied, model.deny(id(t)));
                    }
                    Step::Issue(at, t) => {
                        let approval = approval(&format!("g{}", codes.len()));
                        let name = name(t);
                        let issued = replicas[at].issue(&name, ends_at, &approval, now);
                        let issued = issued.now_or_never().unwrap();
                        match model.is_open(id(t)) {
                            Ok(()) => {
                                model.issue(id(t), codes.len(), approval, now);
                                codes.push(issued.unwrap());
                            }
                            Err(over) => prop_assert_eq!(issued, Err(over)),
                        }
                    }
                    Step::Redeem(at, ago, right) => {
                        let Some(which) = codes.len().checked_sub(1 + ago) else { continue };
                        let redemption = if right { RIGHT } else { WRONG };
                        let outcome = replicas[at].redeem(&codes[which], &redemption, now);
                        let outcome = outcome.now_or_never().unwrap().unwrap();
                        prop_assert_eq!(outcome, model.redeem(which, &redemption, now));
                        let replayed = replicas[1 - at].is_replayed(&codes[which]);
                        let replayed = replayed.now_or_never().unwrap().unwrap();
                        prop_assert_eq!(replayed, model.is_replayed(which));
                    }
                    Step::Later(seconds) => later(&clock, seconds),
                }
            }
        }
    }

    /// Lets others in before and after every step, differently for every seed, and loses answers now and then.
    struct Busy {
        disk: Disk,
        seed: AtomicU64,
        /// Of so many swaps that were done one is not told.
        loses_one_of: Option<u64>,
    }

    impl Busy {
        fn random(&self) -> u64 {
            let next =
                |seed: u64| Some(seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1));
            let seed = self
                .seed
                .fetch_update(Ordering::SeqCst, Ordering::SeqCst, next);
            seed.unwrap() >> 33
        }

        fn busily<'a, T: Send + 'a>(
            &'a self,
            act: impl FnOnce() -> StoreFuture<'a, T> + Send + 'a,
        ) -> StoreFuture<'a, T> {
            Box::pin(async move {
                for _ in 0..self.random() % 4 {
                    tokio::task::yield_now().await;
                }
                let done = act().await;
                for _ in 0..self.random() % 4 {
                    tokio::task::yield_now().await;
                }
                done
            })
        }
    }

    impl Store for Busy {
        fn durability(&self) -> Durability {
            Durability::Shared
        }
        fn get<'a>(&'a self, key: &'a str) -> StoreFuture<'a, Option<Vec<u8>>> {
            self.busily(|| self.disk.get(key))
        }
        fn put<'a>(&'a self, key: &'a str, value: Vec<u8>, at: Timestamp) -> StoreFuture<'a, ()> {
            self.busily(move || self.disk.put(key, value, at))
        }
        fn take<'a>(&'a self, key: &'a str) -> StoreFuture<'a, Option<Vec<u8>>> {
            self.busily(|| self.disk.take(key))
        }
        fn compare_and_swap<'a>(
            &'a self,
            key: &'a str,
            expected: Option<&'a [u8]>,
            new: Vec<u8>,
            at: Timestamp,
        ) -> StoreFuture<'a, bool> {
            let lost = self
                .loses_one_of
                .is_some_and(|of| self.random().is_multiple_of(of));
            self.busily(move || {
                let done = self.disk.compare_and_swap(key, expected, new, at);
                if lost {
                    let told = StateError::Failed("the line is dead".to_owned());
                    return Box::pin(done.map(|_| Err(told)));
                }
                done
            })
        }
        fn list<'a>(&'a self, prefix: &'a str) -> StoreFuture<'a, Vec<(String, Vec<u8>)>> {
            self.busily(|| self.disk.list(prefix))
        }
    }

    fn busy(seed: u64, loses_one_of: Option<u64>) -> [Arc<Codes>; 2] {
        let clock = clock();
        let store: Arc<dyn Store> = Arc::new(Busy {
            disk: Disk::new(&clock, Durability::Shared),
            seed: AtomicU64::new(seed),
            loses_one_of,
        });
        [(); 2].map(|()| Arc::new(Codes::new(&store, clock.clone(), "")))
    }

    #[tokio::test]
    async fn a_denial_that_was_answered_leaves_no_code_however_the_two_cross() {
        let (mut denied_first, mut voided) = (0, 0);
        for seed in 0..2000 {
            let [here, there] = busy(seed, None);
            // Half of them had a code before.
            if seed % 2 == 1 {
                here.issue("t", 600, &approval("g0"), 0).await.unwrap();
            }
            let approval = approval("g");
            let deny = async {
                for _ in 0..seed % 29 {
                    tokio::task::yield_now().await;
                }
                there.deny("t", 600).await
            };
            let (denied, issued) = tokio::join!(deny, here.issue("t", 600, &approval, 0));
            let Ok(code) = issued else {
                assert_eq!(denied, Ok(()));
                denied_first += 1;
                continue;
            };
            assert_eq!(denied, Ok(()));
            let outcome = there.redeem(&code, &RIGHT, 1).await;
            assert_eq!(outcome, Ok(Outcome::Refused));
            voided += 1;
        }
        assert!(
            denied_first > 100 && voided > 100,
            "{denied_first} {voided}"
        );
    }

    #[tokio::test]
    async fn of_redemptions_at_once_everywhere_one_is_first_and_the_others_are_replays() {
        for seed in 0..300 {
            let [here, there] = busy(seed, None);
            let code = here.issue("t", 600, &approval("g"), 0).await.unwrap();
            let redemptions = (0..8).map(|n| {
                let codes = if n % 2 == 0 { &here } else { &there };
                codes.redeem(&code, &RIGHT, 1)
            });
            let outcomes = futures_util::future::join_all(redemptions).await;
            let granted = |o: &&Result<Outcome, Error>| matches!(o, Ok(Outcome::Granted(_)));
            assert_eq!(outcomes.iter().filter(granted).count(), 1);
            let replayed = Ok(Outcome::Replayed("g".to_owned()));
            assert_eq!(outcomes.iter().filter(|o| **o == replayed).count(), 7);
            assert_eq!(there.is_replayed(&code).await, Ok(true));
        }
    }

    #[tokio::test]
    async fn an_answer_that_is_lost_makes_nobody_a_thief_of_his_own_code() {
        let mut granted = 0;
        for seed in 0..300 {
            let [here, there] = busy(seed, Some(2));
            let Ok(code) = here.issue("t", 600, &approval("g"), 0).await else {
                continue;
            };
            let outcome = there.redeem(&code, &RIGHT, 1).await.unwrap();
            assert_eq!(outcome, Outcome::Granted(approval("g")));
            granted += 1;
        }
        assert!(granted > 50, "{granted}");
    }
}
