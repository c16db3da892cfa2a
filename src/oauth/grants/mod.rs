//! What is remembered of grants, over [`Store`]: where each chain of refresh tokens stands, and which grants are over.

mod ending;
mod owed;

use std::sync::Arc;

use self::owed::Owed;
use super::address::Family;
use super::epoch::Epoch;
use super::error::Error;
use super::grant::{Approval, CODE_LIFETIME, Chain, Refreshed};
use super::jwt::Verified;
use super::record::{About, Record, Standing, Used};
use super::records::Records;
use super::refresh::{RefreshToken, RefreshTokens};
use super::seen::{Seen, SeenGrants};
use crate::clock::Clock;
use crate::metrics::{self, OAuthEvent};
use crate::state::{Durability, SWAP_ATTEMPTS, StateError, Store};

/// How long another process's revocation may go unnoticed.
const RECHECK_AFTER_MS: i64 = 1000;

/// Whether a token's grant lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Life {
    Live,
    Over,
}

/// A live grant, as the owner sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connection {
    pub grant_id: String,
    pub about: Option<About>,
    pub begun_at: i64,
    pub used: Option<Used>,
}

/// Grants over the store.
pub struct Grants {
    records: Records,
    clock: Clock,
    tokens: Arc<RefreshTokens>,
    access_ttl: i64,
    seen: SeenGrants,
    owed: Owed,
    epoch: Epoch,
}

/// The part of a grant id that log lines show: enough to tell grants apart, and not a credential.
pub fn session_id(grant_id: &str) -> &str {
    grant_id.get(..8).unwrap_or(grant_id)
}

impl Grants {
    /// `home` keeps deployments apart that share a store: none sees or ends what belongs to another.
    pub fn new(
        store: Arc<dyn Store>,
        clock: Clock,
        tokens: Arc<RefreshTokens>,
        access_ttl: i64,
        home: &str,
    ) -> Self {
        Self {
            seen: SeenGrants::new(clock.clone()),
            owed: Owed::default(),
            epoch: Epoch::new(Arc::clone(&store), clock.clone(), home),
            records: Records::new(store, clock.clone(), Arc::clone(&tokens), access_ttl, home),
            clock,
            tokens,
            access_ttl,
        }
    }

    /// Makes room for a grant before its code is handed out, so that a full or failing store says so on the owner's page and not
    /// to a program behind his back.
    pub async fn reserve(&self, approval: &Approval) -> Result<(), Error> {
        let now = self.clock.unix_seconds();
        let record = Record {
            standing: Standing::Reserved,
            about: Some(About::of(approval)),
            begun_at: now,
            used: None,
            once: !approval.refreshes,
        };
        self.records.put(&approval.grant_id, &record).await
    }

    /// The grant of a code that was redeemed at `now` begins. `Over` when it was revoked in between: by a replay in the same
    /// instant, or by the owner.
    pub async fn begin(
        &self,
        approval: &Approval,
        family: Option<Family>,
        now: i64,
    ) -> Result<(Life, Chain), Error> {
        let chain = Chain::begin(now);
        let epoch = self.epoch.read().await?;
        let begun = Record {
            standing: Standing::Live(chain),
            about: Some(About::of(approval)),
            begun_at: now,
            used: Some(Used { at: now, family }),
            once: !approval.refreshes,
        };
        let life = self
            .change(&approval.grant_id, |current| {
                let approved_at = match &current {
                    Some(Record {
                        standing: Standing::Reserved,
                        begun_at,
                        ..
                    }) => *begun_at,
                    // Redeemed in the last second of its life.
                    None => now.saturating_sub(CODE_LIFETIME),
                    Some(_) => return None,
                };
                if approved_at <= epoch {
                    tracing::warn!(
                        "an approval from before all connections were ended is void; if it came afterwards, the clock was set back"
                    );
                    return None;
                }
                Some(begun.clone())
            })
            .await?;
        Ok((life, chain))
    }

    /// Moves the chain by one refresh token. A superseded one after its time revokes the grant (OAuth 2.1 section 4.3.1).
    ///
    /// A rotation that cannot be stored does not happen: the answer stays at the generation that was shown, so that a full disk
    /// ends no connection. Where replicas share the store there is no answer without it: another one may have rotated.
    pub async fn refresh(&self, token: &RefreshToken) -> Result<Chain, Error> {
        let now = self.clock.unix_seconds();
        if token.begun_at <= self.epoch.read().await? {
            return Err(Error::InvalidRefreshToken);
        }
        let unrotated = Chain::resumed_at(token.generation, token.issued_at);
        for _ in 0..SWAP_ATTEMPTS {
            let seen = self.seen.get(&token.grant_id);
            if self.is_revoked(&token.grant_id, seen).await {
                return Err(Error::InvalidRefreshToken);
            }
            let seen = seen.map(|seen| seen.standing);
            let (stored, is_away) = match self.records.get(&token.grant_id).await {
                Ok(stored) => (stored, false),
                Err(error) if seen.is_none() || self.is_shared() => return Err(error.into()),
                Err(_) => (None, true),
            };
            let record = match &stored {
                Some(stored) => Record::parse(stored)?,
                None if is_away || self.records.forget() => Record {
                    standing: seen
                        .filter(|_| is_away)
                        .unwrap_or(Standing::Live(unrotated)),
                    ..Record::resumed(unrotated, token.about(), token.begun_at)
                },
                None => return Err(Error::InvalidRefreshToken),
            };
            let Standing::Live(chain) = record.standing else {
                return Err(Error::InvalidRefreshToken);
            };
            let Refreshed::Issue(next) = chain.refresh(token.generation, now) else {
                metrics::oauth(OAuthEvent::RefreshReused);
                tracing::warn!(
                    session_id = %session_id(&token.grant_id),
                    "a superseded refresh token was used again; its grant is revoked"
                );
                self.revoke(&token.grant_id).await?;
                return Err(Error::InvalidRefreshToken);
            };
            if is_away {
                return Ok(if next == chain { chain } else { unrotated });
            }
            let next_record = Record {
                standing: Standing::Live(next),
                about: Some(About::fuller(record.about, token.about())),
                used: Some(Used::noted(record.used, None, now)),
                ..record
            };
            // Written even when nothing moved: what is about to be issued lives longer than the entry was to.
            match self
                .swap(&token.grant_id, stored.as_deref(), &next_record)
                .await
            {
                Ok(true) => return Ok(next),
                Ok(false) => {}
                Err(error) if self.is_shared() => return Err(error.into()),
                Err(_) if next == chain && stored.is_some() => return Ok(chain),
                Err(_) => return Ok(unrotated),
            }
        }
        Err(Error::Unavailable)
    }

    /// For how long what was seen is believed: not at all where replicas may have changed it since, so that what one of them ends
    /// is over at all of them.
    fn believed_for_ms(&self) -> i64 {
        match self.durability() {
            Durability::Shared => 0,
            Durability::Process | Durability::Durable => RECHECK_AFTER_MS,
        }
    }

    /// Whether what was seen then is still believed. A clock that was set back makes nothing fresh.
    fn is_fresh(&self, at_ms: i64) -> bool {
        let age = self.clock.now().as_millisecond().saturating_sub(at_ms);
        (0..self.believed_for_ms()).contains(&age)
    }

    /// The grants that live in the store, the one used last first: also one whose end could not be stored, so that it can be
    /// ended again.
    pub async fn connections(&self) -> Result<Vec<Connection>, Error> {
        self.settle().await;
        let epoch = self.epoch.known_to_all().await?;
        let mut connections: Vec<Connection> = self
            .records
            .list()
            .await?
            .into_iter()
            .filter_map(|(grant_id, record)| {
                let lives = matches!(record.standing, Standing::Live(_))
                    && record.begun_at > epoch
                    && self.tokens.accepts_begun(record.begun_at);
                lives.then_some(Connection {
                    grant_id,
                    about: record.about,
                    begun_at: record.begun_at,
                    used: record.used,
                })
            })
            .collect();
        connections.sort_by_cached_key(|connection| {
            let used = connection.used.map_or(connection.begun_at, |used| used.at);
            let host = connection
                .about
                .as_ref()
                .and_then(|about| about.redirect_host.clone());
            (std::cmp::Reverse((used, connection.begun_at)), host)
        });
        Ok(connections)
    }

    /// Whether the grant of a verified access token lives; notes that its generation has been used, which ends the grace of the
    /// refresh token before it, and once in a while when that was.
    pub async fn look(&self, token: &Verified, family: Option<Family>) -> Result<Life, Error> {
        self.settle().await;
        let seen = self.seen.get(&token.grant_id);
        if self.is_revoked(&token.grant_id, seen).await
            || token.begun_at <= self.epoch.recent(self.believed_for_ms()).await?
        {
            return Ok(Life::Over);
        }
        let Some(Seen {
            standing: Standing::Live(chain),
            used,
            at_ms,
        }) = seen
        else {
            return self.look_up(token, family).await;
        };
        let changes = chain.seen(token.generation, token.issued_at).is_some()
            || Used::is_due(used, family, self.clock.unix_seconds());
        if self.is_fresh(at_ms) && !changes {
            return Ok(Life::Live);
        }
        let life = self.look_up(token, family).await;
        if self.is_shared() {
            return life;
        }
        // A failing store of our own keeps serving those who were seen alive.
        Ok(life.unwrap_or(Life::Live))
    }

    /// Whether requests may be served that need nothing from the store but that it is there: one that replicas share must
    /// answer, one of our own need not.
    pub async fn is_store_there(&self) -> Result<(), Error> {
        if self.is_shared() {
            self.epoch.recent(self.believed_for_ms()).await?;
        }
        Ok(())
    }

    fn is_shared(&self) -> bool {
        self.durability() == Durability::Shared
    }

    async fn look_up(&self, token: &Verified, family: Option<Family>) -> Result<Life, Error> {
        let grant_id = &token.grant_id;
        for _ in 0..SWAP_ATTEMPTS {
            let stored = self.records.get(grant_id).await?;
            let record = match &stored {
                Some(stored) => Record::parse(stored)?,
                None if self.records.forget() => Record::resumed(
                    Chain::resumed_at(token.generation, token.issued_at),
                    About::new(None, None, token.scopes),
                    token.begun_at,
                ),
                None => return Ok(Life::Over),
            };
            let Standing::Live(chain) = record.standing else {
                if record.standing == Standing::Revoked {
                    self.seen.note(grant_id, Standing::Revoked, None);
                }
                return Ok(Life::Over);
            };
            let moved = chain.seen(token.generation, token.issued_at);
            let now = self.clock.unix_seconds();
            if moved.is_none() && !Used::is_due(record.used, family, now) && stored.is_some() {
                self.seen.note(grant_id, record.standing, record.used);
                return Ok(Life::Live);
            }
            let next_record = Record {
                standing: Standing::Live(moved.unwrap_or(chain)),
                used: Some(Used::noted(record.used, family, now)),
                ..record
            };
            match self.swap(grant_id, stored.as_deref(), &next_record).await {
                Ok(true) => return Ok(Life::Live),
                Ok(false) => {}
                // No room to remember is no reason to turn a live grant away.
                Err(_) => {
                    self.seen
                        .note(grant_id, next_record.standing, next_record.used);
                    return Ok(Life::Live);
                }
            }
        }
        Err(Error::Unavailable)
    }

    /// Whether there can be no live grant but those listed: none is forgotten, or all from before this process are over.
    pub async fn knows_all(&self) -> bool {
        !self.records.forget() || self.epoch.read().await.is_ok_and(|epoch| epoch > i64::MIN)
    }

    /// How long what is stored here lives.
    pub fn durability(&self) -> Durability {
        self.records.durability()
    }

    /// Applies `step` until it is stored; `Over` when it declines.
    async fn change(
        &self,
        grant_id: &str,
        step: impl Fn(Option<Record>) -> Option<Record>,
    ) -> Result<Life, Error> {
        for _ in 0..SWAP_ATTEMPTS {
            let stored = self.records.get(grant_id).await?;
            let current = stored.as_deref().map(Record::parse).transpose()?;
            let Some(next) = step(current) else {
                return Ok(Life::Over);
            };
            if self.swap(grant_id, stored.as_deref(), &next).await? {
                return Ok(Life::Live);
            }
        }
        Err(Error::Unavailable)
    }

    async fn swap(
        &self,
        grant_id: &str,
        expected: Option<&[u8]>,
        next: &Record,
    ) -> Result<bool, StateError> {
        let done = self.records.swap(grant_id, expected, next).await?;
        if done {
            self.seen.note(grant_id, next.standing, next.used);
        }
        Ok(done)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::time::Duration;

    use jiff::Timestamp;

    use super::*;
    use crate::identity::Scopes;
    use crate::oauth::keys::Keys;
    use crate::oauth::pkce::Challenge;
    use crate::oauth::refresh::Granted;
    use crate::oauth::resource::Resource;
    use crate::oauth::secret;
    use crate::state::{MemoryStore, StoreFuture};

    /// A store that outlives processes, and can be broken.
    pub struct Disk {
        pub entries: MemoryStore,
        durability: Durability,
        pub broken: AtomicBool,
        pub full: AtomicBool,
    }

    impl Disk {
        pub fn new(clock: &Clock, durability: Durability) -> Self {
            Self {
                entries: MemoryStore::new(clock.clone()),
                durability,
                broken: AtomicBool::new(false),
                full: AtomicBool::new(false),
            }
        }

        /// Does nothing at all when it fails.
        fn or_broken<'a, T: Send + 'a>(
            &self,
            act: impl FnOnce() -> StoreFuture<'a, T>,
        ) -> StoreFuture<'a, T> {
            if self.broken.load(Ordering::SeqCst) {
                Box::pin(std::future::ready(Err(StateError::Failed(
                    "unplugged".to_owned(),
                ))))
            } else {
                act()
            }
        }

        fn or_full<'a, T: Send + 'a>(
            &self,
            write: impl FnOnce() -> StoreFuture<'a, T>,
        ) -> StoreFuture<'a, T> {
            if self.full.load(Ordering::SeqCst) {
                Box::pin(std::future::ready(Err(StateError::Full)))
            } else {
                self.or_broken(write)
            }
        }
    }

    impl Store for Disk {
        fn durability(&self) -> Durability {
            self.durability
        }
        fn get<'a>(&'a self, key: &'a str) -> StoreFuture<'a, Option<Vec<u8>>> {
            self.or_broken(|| self.entries.get(key))
        }
        fn put<'a>(&'a self, key: &'a str, value: Vec<u8>, at: Timestamp) -> StoreFuture<'a, ()> {
            self.or_full(|| self.entries.put(key, value, at))
        }
        fn take<'a>(&'a self, key: &'a str) -> StoreFuture<'a, Option<Vec<u8>>> {
            self.or_broken(|| self.entries.take(key))
        }
        fn compare_and_swap<'a>(
            &'a self,
            key: &'a str,
            expected: Option<&'a [u8]>,
            new: Vec<u8>,
            at: Timestamp,
        ) -> StoreFuture<'a, bool> {
            self.or_full(|| self.entries.compare_and_swap(key, expected, new, at))
        }
        fn list<'a>(&'a self, prefix: &'a str) -> StoreFuture<'a, Vec<(String, Vec<u8>)>> {
            self.or_broken(|| self.entries.list(prefix))
        }
    }

    struct World {
        clock: Clock,
        disk: Arc<Disk>,
        tokens: Arc<RefreshTokens>,
    }

    impl World {
        fn new() -> Self {
            Self::of(Durability::Durable)
        }

        fn of(durability: Durability) -> Self {
            let clock = Clock::manual("2026-03-18T09:30:00Z".parse().unwrap());
            let disk = Arc::new(Disk::new(&clock, durability));
            let tokens = Arc::new(RefreshTokens::new(Duration::from_secs(86_400), None));
            Self {
                clock,
                disk,
                tokens,
            }
        }

        /// What one process would hold.
        fn process(&self) -> Grants {
            let store: Arc<dyn Store> = Arc::clone(&self.disk) as Arc<dyn Store>;
            let tokens = Arc::clone(&self.tokens);
            Grants::new(store, self.clock.clone(), tokens, 3600, "")
        }

        fn token(&self, grant_id: &str, generation: u32) -> RefreshToken {
            let keys =
                Keys::derive(&"k".repeat(32).into(), None, "https://a.example", "i1").unwrap();
            let now = self.clock.unix_seconds();
            let granted = Granted {
                grant_id,
                client_digest: "c",
                resource: Resource::Mcp,
                scopes: Scopes::ALL,
                offline: false,
                begun_at: now,
                client_name: None,
                redirect_host: None,
            };
            let text = self.tokens.mint(&keys, &granted, generation, now).unwrap();
            self.tokens.verify(&keys, &text, now).unwrap()
        }

        fn approval(&self) -> Approval {
            Approval {
                grant_id: "g".to_owned(),
                client: secret::fingerprint("c"),
                client_name: Some("Claude".to_owned()),
                redirect: secret::fingerprint("https://client.test/cb"),
                redirect_host: "client.test".to_owned(),
                challenge: Challenge::parse(&secret::encode([0; 32])).unwrap(),
                resource: Resource::Mcp,
                scopes: Scopes::ALL,
                offline: false,
                refreshes: true,
            }
        }

        async fn begun(&self) -> Grants {
            let grants = self.process();
            grants.reserve(&self.approval()).await.unwrap();
            assert_eq!(
                grants
                    .begin(&self.approval(), None, self.now())
                    .await
                    .unwrap()
                    .0,
                Life::Live
            );
            grants
        }

        /// What the guard does with an access token of this generation, issued now.
        async fn look(
            &self,
            grants: &Grants,
            grant_id: &str,
            generation: u32,
        ) -> Result<Life, Error> {
            let token = Verified {
                grant_id: grant_id.to_owned(),
                client_digest: "c".to_owned(),
                generation,
                begun_at: self.now(),
                issued_at: self.now(),
                scopes: Scopes::ALL,
            };
            grants.look(&token, Some(Family::V6)).await
        }

        fn now(&self) -> i64 {
            self.clock.unix_seconds()
        }
    }

    #[tokio::test]
    async fn with_a_disk_an_unknown_grant_is_dead() {
        let world = World::new();
        let grants = world.process();
        assert_eq!(world.look(&grants, "g", 1).await.unwrap(), Life::Over);
        let refused = grants.refresh(&world.token("g", 1)).await.unwrap_err();
        assert_eq!(refused, Error::InvalidRefreshToken);
    }

    #[tokio::test]
    async fn with_a_disk_a_restart_forgets_neither_generations_nor_revocations() {
        let world = World::new();
        let first = world.begun().await;
        let chain = first.refresh(&world.token("g", 1)).await.unwrap();
        assert_eq!(chain.current(), 2);
        let second = world.process();
        assert_eq!(world.look(&second, "g", 2).await.unwrap(), Life::Live);
        world.clock.advance(Duration::from_secs(301));
        assert!(second.refresh(&world.token("g", 1)).await.is_err());
        assert_eq!(
            world.look(&world.process(), "g", 2).await.unwrap(),
            Life::Over
        );
    }

    #[tokio::test]
    async fn a_revocation_by_another_process_is_noticed_within_a_second() {
        let world = World::new();
        let (here, there) = (world.begun().await, world.process());
        assert_eq!(world.look(&here, "g", 1).await.unwrap(), Life::Live);
        there.revoke("g").await.unwrap();
        world.clock.advance(Duration::from_secs(1));
        assert_eq!(world.look(&here, "g", 1).await.unwrap(), Life::Over);
    }

    #[tokio::test]
    async fn a_revocation_before_the_exchange_wins() {
        let world = World::new();
        let grants = world.process();
        grants.reserve(&world.approval()).await.unwrap();
        grants.revoke("g").await.unwrap();
        assert_eq!(
            grants
                .begin(&world.approval(), None, world.now())
                .await
                .unwrap()
                .0,
            Life::Over
        );
        assert_eq!(world.look(&grants, "g", 1).await.unwrap(), Life::Over);
    }

    #[tokio::test]
    async fn a_failing_disk_refuses_new_grants_and_serves_those_that_were_seen() {
        let world = World::new();
        let grants = world.begun().await;
        world.disk.broken.store(true, Ordering::SeqCst);
        world.clock.advance(Duration::from_secs(60));
        assert_eq!(
            grants.reserve(&world.approval()).await,
            Err(Error::Unavailable)
        );
        assert_eq!(world.look(&grants, "g", 1).await, Ok(Life::Live));
        assert_eq!(
            world.look(&grants, "other", 1).await,
            Err(Error::Unavailable)
        );
        assert!(grants.revoke("g").await.is_err());
        assert_eq!(world.look(&grants, "g", 1).await, Ok(Life::Over));
    }

    #[tokio::test]
    async fn a_use_is_written_once_an_hour() {
        let world = World::new();
        let grants = world.begun().await;
        let mut written = Vec::new();
        for _ in 0..180 {
            world.clock.advance(Duration::from_secs(60));
            assert_eq!(world.look(&grants, "g", 1).await, Ok(Life::Live));
            written.push(world.disk.get("grant/g").await.unwrap());
        }
        written.dedup();
        // The first tells the family and that the token arrived, then one after each hour.
        assert_eq!(written.len(), 3);
    }

    #[tokio::test]
    async fn the_end_of_everything_outlives_the_process_and_reaches_what_nobody_remembers() {
        let world = World::new();
        let first = world.begun().await;
        let early = world.token("g", 1);
        assert_eq!(first.connections().await.unwrap().len(), 1);
        first.revoke_all().await.unwrap();
        assert_eq!(world.look(&first, "g", 1).await, Ok(Life::Over));
        assert!(first.refresh(&early).await.is_err());
        assert!(first.connections().await.unwrap().is_empty());
        let second = world.process();
        assert_eq!(world.look(&second, "g", 1).await, Ok(Life::Over));
        assert!(second.refresh(&early).await.is_err());
        // Approved before and redeemed after.
        let approval = world.approval();
        second.reserve(&approval).await.unwrap();
        second.revoke_all().await.unwrap();
        world.clock.advance(Duration::from_secs(1));
        let begun = second.begin(&approval, None, world.now()).await.unwrap();
        assert_eq!(begun.0, Life::Over);
        // What begins afterwards lives, also in a year's time, when the epoch may be forgotten.
        second.reserve(&approval).await.unwrap();
        let begun = second.begin(&approval, None, world.now()).await.unwrap();
        assert_eq!(begun.0, Life::Live);
        assert_eq!(world.look(&second, "g", 1).await, Ok(Life::Live));
        world.clock.advance(Duration::from_secs(364 * 86_400));
        assert!(world.process().refresh(&early).await.is_err());
        assert!(world.disk.get("revoked-before").await.unwrap().is_some());
        world.clock.advance(Duration::from_secs(2 * 86_400));
        assert!(world.disk.get("revoked-before").await.unwrap().is_none());
    }

    #[tokio::test]
    async fn the_end_of_everything_in_another_process_is_noticed_within_a_second() {
        let world = World::new();
        let (here, there) = (world.begun().await, world.process());
        assert_eq!(world.look(&here, "g", 1).await, Ok(Life::Live));
        let begun_at = world.now();
        world.clock.advance(Duration::from_millis(100));
        there.revoke_all().await.unwrap();
        world.clock.advance(Duration::from_millis(1000));
        let token = Verified {
            grant_id: "g".to_owned(),
            client_digest: "c".to_owned(),
            generation: 1,
            begun_at,
            issued_at: begun_at,
            scopes: Scopes::ALL,
        };
        assert_eq!(here.look(&token, None).await, Ok(Life::Over));
    }

    #[tokio::test]
    async fn the_end_of_everything_holds_here_though_the_disk_fails() {
        let world = World::new();
        let grants = world.begun().await;
        assert_eq!(world.look(&grants, "g", 1).await, Ok(Life::Live));
        world.disk.broken.store(true, Ordering::SeqCst);
        assert_eq!(grants.revoke_all().await, Err(Error::Unavailable));
        assert_eq!(world.look(&grants, "g", 1).await, Ok(Life::Over));
        assert_eq!(grants.connections().await, Err(Error::Unavailable));
    }

    #[tokio::test]
    async fn a_full_disk_refreshes_live_grants_without_rotating() {
        let world = World::new();
        let grants = world.begun().await;
        world.disk.full.store(true, Ordering::SeqCst);
        for _ in 0..3 {
            let chain = grants.refresh(&world.token("g", 1)).await.unwrap();
            assert_eq!(chain.current(), 1);
            assert_eq!(world.look(&grants, "g", 1).await, Ok(Life::Live));
        }
        // A grant that never was does not begin by being refreshed.
        let refused = grants.refresh(&world.token("other", 1)).await;
        assert_eq!(refused, Err(Error::InvalidRefreshToken));
        world.disk.full.store(false, Ordering::SeqCst);
        let chain = grants.refresh(&world.token("g", 1)).await.unwrap();
        assert_eq!(chain.current(), 2);
        world.disk.full.store(true, Ordering::SeqCst);
        // Full or not, the one before still works while its successor is unused, and as the current one.
        let chain = grants.refresh(&world.token("g", 1)).await.unwrap();
        assert_eq!(chain.current(), 2);
    }

    #[tokio::test]
    async fn a_disk_that_is_away_refreshes_those_that_were_seen() {
        let world = World::new();
        let grants = world.begun().await;
        world.disk.broken.store(true, Ordering::SeqCst);
        let chain = grants.refresh(&world.token("g", 1)).await.unwrap();
        assert_eq!(chain.current(), 1);
        let unseen = world.process().refresh(&world.token("g", 1)).await;
        assert_eq!(unseen, Err(Error::Unavailable));
        world.disk.broken.store(false, Ordering::SeqCst);
        let second = grants.refresh(&world.token("g", 1)).await.unwrap();
        let third = grants.refresh(&world.token("g", second.current())).await;
        assert_eq!(third.unwrap().current(), 3);
        world.disk.broken.store(true, Ordering::SeqCst);
        let chain = grants.refresh(&world.token("g", 2)).await.unwrap();
        assert_eq!(chain.current(), 3);
        // Reuse is seen all the same, and holds although it cannot be stored.
        let refused = grants.refresh(&world.token("g", 1)).await;
        assert_eq!(refused, Err(Error::Unavailable));
        let refused = grants.refresh(&world.token("g", 3)).await;
        assert_eq!(refused, Err(Error::InvalidRefreshToken));
        assert_eq!(world.look(&grants, "g", 3).await, Ok(Life::Over));
    }

    #[tokio::test]
    async fn a_revocation_that_cannot_be_stored_says_so_and_holds_in_this_process() {
        let world = World::new();
        let grants = world.begun().await;
        world.disk.full.store(true, Ordering::SeqCst);
        assert_eq!(grants.revoke("g").await, Err(Error::Unavailable));
        assert_eq!(world.look(&grants, "g", 1).await, Ok(Life::Over));
        let refused = grants.refresh(&world.token("g", 1)).await;
        assert_eq!(refused, Err(Error::InvalidRefreshToken));
    }

    #[tokio::test]
    async fn a_revocation_that_could_not_be_stored_is_listed_until_it_is_and_stored_as_soon_as_it_can_be()
     {
        for by_owner in [true, false] {
            let world = World::new();
            let grants = world.begun().await;
            assert_eq!(world.look(&grants, "g", 1).await, Ok(Life::Live));
            world.disk.full.store(true, Ordering::SeqCst);
            assert_eq!(grants.revoke("g").await, Err(Error::Unavailable));
            assert_eq!(grants.connections().await.unwrap().len(), 1);
            world.disk.full.store(false, Ordering::SeqCst);
            world.clock.advance(Duration::from_secs(1));
            if by_owner {
                grants.revoke("g").await.unwrap();
            } else {
                assert_eq!(world.look(&grants, "g", 1).await, Ok(Life::Over));
            }
            assert!(grants.connections().await.unwrap().is_empty());
            let restarted = world.process();
            assert_eq!(world.look(&restarted, "g", 1).await, Ok(Life::Over));
        }
    }

    #[tokio::test]
    async fn until_the_store_has_answered_once_nobody_is_let_in() {
        let world = World::new();
        world.begun().await.revoke_all().await.unwrap();
        let restarted = world.process();
        world.disk.broken.store(true, Ordering::SeqCst);
        assert!(world.look(&restarted, "g", 1).await.is_err());
        assert!(restarted.refresh(&world.token("g", 1)).await.is_err());
        world.disk.broken.store(false, Ordering::SeqCst);
        assert_eq!(world.look(&restarted, "g", 1).await, Ok(Life::Over));
    }

    #[tokio::test]
    async fn an_app_without_refresh_tokens_is_listed_as_long_as_its_access_token_lives() {
        let world = World::new();
        let grants = world.process();
        let approval = Approval {
            refreshes: false,
            ..world.approval()
        };
        grants.reserve(&approval).await.unwrap();
        grants.begin(&approval, None, world.now()).await.unwrap();
        world.clock.advance(Duration::from_secs(1800));
        assert_eq!(world.look(&grants, "g", 1).await, Ok(Life::Live));
        world.clock.advance(Duration::from_secs(1799));
        assert_eq!(grants.connections().await.unwrap().len(), 1);
        world.clock.advance(Duration::from_secs(1));
        assert!(grants.connections().await.unwrap().is_empty());
    }

    #[tokio::test]
    async fn a_request_does_not_write_when_nothing_changed() {
        let world = World::new();
        let grants = world.begun().await;
        assert_eq!(world.look(&grants, "g", 1).await, Ok(Life::Live));
        let before = world.disk.get("grant/g").await.unwrap();
        for _ in 0..3 {
            world.clock.advance(Duration::from_secs(2));
            assert_eq!(world.look(&grants, "g", 1).await, Ok(Life::Live));
        }
        assert_eq!(world.disk.get("grant/g").await.unwrap(), before);
    }

    #[tokio::test]
    async fn nobody_is_served_without_the_shared_store() {
        let world = World::of(Durability::Shared);
        let grants = world.begun().await;
        assert_eq!(world.look(&grants, "g", 1).await, Ok(Life::Live));
        assert_eq!(grants.is_store_there().await, Ok(()));
        world.disk.broken.store(true, Ordering::SeqCst);
        let refused = Err(Error::Unavailable);
        for _ in 0..3 {
            assert_eq!(world.look(&grants, "g", 1).await, refused);
            assert_eq!(grants.is_store_there().await, Err(Error::Unavailable));
            assert_eq!(
                grants.refresh(&world.token("g", 1)).await,
                Err(Error::Unavailable)
            );
            world.clock.advance(Duration::from_millis(300));
        }
        world.disk.broken.store(false, Ordering::SeqCst);
        assert_eq!(world.look(&grants, "g", 1).await, Ok(Life::Live));
        assert_eq!(grants.is_store_there().await, Ok(()));
    }

    #[tokio::test]
    async fn a_rotation_that_the_shared_store_did_not_take_is_not_answered() {
        let world = World::of(Durability::Shared);
        let grants = world.begun().await;
        world.disk.full.store(true, Ordering::SeqCst);
        let refused = grants.refresh(&world.token("g", 1)).await;
        assert_eq!(refused, Err(Error::Unavailable));
        // A full store still says that it lives.
        assert_eq!(world.look(&grants, "g", 1).await, Ok(Life::Live));
        world.disk.full.store(false, Ordering::SeqCst);
        let chain = grants.refresh(&world.token("g", 1)).await.unwrap();
        assert_eq!(chain.current(), 2);
    }

    #[tokio::test]
    async fn a_store_of_our_own_is_not_asked_whether_it_is_there() {
        let world = World::new();
        world.disk.broken.store(true, Ordering::SeqCst);
        assert_eq!(world.process().is_store_there().await, Ok(()));
    }

    #[tokio::test]
    async fn the_end_of_everything_reaches_what_began_by_a_clock_that_is_ahead_and_is_not_undone_by_one_behind()
     {
        let world = World::of(Durability::Shared);
        let ahead = Clock::manual("2026-03-18T09:30:01Z".parse().unwrap());
        let store: Arc<dyn Store> = Arc::clone(&world.disk) as Arc<dyn Store>;
        let tokens = Arc::clone(&world.tokens);
        let there = Grants::new(Arc::clone(&store), ahead.clone(), tokens, 3600, "");
        there.reserve(&world.approval()).await.unwrap();
        let begun = there
            .begin(&world.approval(), None, ahead.unix_seconds())
            .await;
        assert_eq!(begun.unwrap().0, Life::Live);
        let here = world.process();
        here.revoke_all().await.unwrap();
        let token = Verified {
            grant_id: "g".to_owned(),
            client_digest: "c".to_owned(),
            generation: 1,
            begun_at: ahead.unix_seconds(),
            issued_at: ahead.unix_seconds(),
            scopes: Scopes::ALL,
        };
        assert_eq!(here.look(&token, None).await, Ok(Life::Over));
        assert!(here.connections().await.unwrap().is_empty());
        there.revoke_all().await.unwrap();
        here.revoke_all().await.unwrap();
        let line = store.get("revoked-before").await.unwrap().unwrap();
        assert_eq!(line, ahead.unix_seconds().to_string().into_bytes());
    }
}
