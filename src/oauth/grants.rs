//! What is remembered of grants, over [`Store`]: where each chain of refresh tokens stands, and which grants are over.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::error::Error;
use super::grant::{Approval, CODE_LIFETIME, Chain, Refreshed};
use super::refresh::{LONGEST, RefreshToken, RefreshTokens};
use crate::clock::Clock;
use crate::state::{Durability, StateError, Store};

/// Attempts at a compare-and-swap before giving up: each failure means that somebody else got through.
const MAX_ATTEMPTS: usize = 64;
/// How long another process's revocation may go unnoticed.
const RECHECK_AFTER_MS: i64 = 1000;
const MAX_SEEN: usize = 10_000;

/// The stored form of a grant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Record {
    standing: Standing,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    about: Option<About>,
    begun_at: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Standing {
    /// Approved, its code not yet redeemed.
    Reserved,
    Live(Chain),
    Revoked,
}

/// Who has it; unknown for a grant that was taken up again after a restart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct About {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    client_name: Option<String>,
    redirect_host: String,
    scope: String,
}

/// Whether a token's grant lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Life {
    Live,
    Over,
}

/// The last look at a grant, so that the store is not asked at every request.
#[derive(Debug, Clone, Copy)]
struct Seen {
    standing: Standing,
    at_ms: i64,
}

/// Grants over the store.
pub struct Grants {
    store: Arc<dyn Store>,
    clock: Clock,
    tokens: Arc<RefreshTokens>,
    access_ttl: i64,
    seen: Mutex<HashMap<String, Seen>>,
}

/// The part of a grant id that log lines show: enough to tell grants apart, and not a credential.
pub fn session_id(grant_id: &str) -> &str {
    grant_id.get(..8).unwrap_or(grant_id)
}

fn key(grant_id: &str) -> String {
    format!("grant/{grant_id}")
}

impl Grants {
    pub fn new(
        store: Arc<dyn Store>,
        clock: Clock,
        tokens: Arc<RefreshTokens>,
        access_ttl: i64,
    ) -> Self {
        Self {
            store,
            clock,
            tokens,
            access_ttl,
            seen: Mutex::default(),
        }
    }

    /// Makes room for a grant before its code is handed out, so that a full or failing store says so on the owner's page and not
    /// to a program behind his back.
    pub async fn reserve(&self, approval: &Approval) -> Result<(), Error> {
        let now = self.clock.unix_seconds();
        let record = Record {
            standing: Standing::Reserved,
            about: Some(About {
                client_name: approval.client_name.clone(),
                redirect_host: approval.redirect_host.clone(),
                scope: approval.scopes.to_string(),
            }),
            begun_at: now,
        };
        let expires_at = timestamp(now.saturating_add(CODE_LIFETIME));
        self.store
            .put(&key(&approval.grant_id), bytes(&record)?, expires_at)
            .await?;
        Ok(())
    }

    /// The grant of a redeemed code begins. `Over` when a replay revoked it in the same instant.
    pub async fn begin(&self, grant_id: &str) -> Result<(Life, Chain), Error> {
        let now = self.clock.unix_seconds();
        let chain = Chain::begin(now);
        let life = self
            .change(grant_id, |current| match current {
                Some(Record {
                    standing: Standing::Reserved,
                    about,
                    ..
                }) => Some(Record {
                    standing: Standing::Live(chain),
                    about,
                    begun_at: now,
                }),
                // Redeemed in the last second of its life.
                None => Some(Record {
                    standing: Standing::Live(chain),
                    about: None,
                    begun_at: now,
                }),
                Some(_) => None,
            })
            .await?;
        Ok((life, chain))
    }

    /// Moves the chain by one refresh token. A superseded one after its time revokes the grant (OAuth 2.1 section 4.3.1).
    pub async fn refresh(&self, token: &RefreshToken) -> Result<Chain, Error> {
        let now = self.clock.unix_seconds();
        for _ in 0..MAX_ATTEMPTS {
            let stored = self.store.get(&key(&token.grant_id)).await?;
            let record = match &stored {
                Some(stored) => parse(stored)?,
                None if self.forgets() => Record {
                    standing: Standing::Live(Chain::resumed_at(token.generation, token.issued_at)),
                    about: None,
                    begun_at: token.begun_at,
                },
                None => return Err(Error::InvalidRefreshToken),
            };
            let Standing::Live(chain) = record.standing else {
                return Err(Error::InvalidRefreshToken);
            };
            let Refreshed::Issue(next) = chain.refresh(token.generation, now) else {
                tracing::warn!(
                    session_id = %session_id(&token.grant_id),
                    "a superseded refresh token was used again; its grant is revoked"
                );
                self.revoke(&token.grant_id).await?;
                return Err(Error::InvalidRefreshToken);
            };
            let next_record = Record {
                standing: Standing::Live(next),
                ..record
            };
            // Written even when nothing moved: what is about to be issued lives longer than the entry was to.
            match self
                .swap(&token.grant_id, stored.as_deref(), &next_record)
                .await
            {
                Ok(true) => return Ok(next),
                Ok(false) => {}
                Err(_) if next == chain && stored.is_some() => return Ok(chain),
                Err(error) => return Err(error.into()),
            }
        }
        Err(Error::Unavailable)
    }

    /// Ends a grant: its refresh tokens and its access tokens, at once.
    pub async fn revoke(&self, grant_id: &str) -> Result<(), Error> {
        let now = self.clock.unix_seconds();
        // First here, so that this process refuses it even if the store does not answer.
        self.note(grant_id, Standing::Revoked);
        self.change(grant_id, |current| match current {
            Some(Record {
                standing: Standing::Revoked,
                ..
            }) => None,
            other => Some(Record {
                standing: Standing::Revoked,
                begun_at: other.as_ref().map_or(now, |record| record.begun_at),
                about: other.and_then(|record| record.about),
            }),
        })
        .await?;
        Ok(())
    }

    /// Whether the grant of a verified access token lives; notes that its generation has been used, which ends the grace of the
    /// refresh token before it.
    pub async fn look(
        &self,
        grant_id: &str,
        generation: u32,
        issued_at: i64,
    ) -> Result<Life, Error> {
        let now_ms = self.clock.now().as_millisecond();
        let seen = self.seen().get(grant_id).copied();
        if let Some(seen) = seen {
            let fresh = now_ms.saturating_sub(seen.at_ms) < RECHECK_AFTER_MS;
            match seen.standing {
                Standing::Revoked => return Ok(Life::Over),
                Standing::Live(chain) if fresh && chain.seen(generation, issued_at).is_none() => {
                    return Ok(Life::Live);
                }
                Standing::Live(_) | Standing::Reserved => {}
            }
        }
        match self.look_up(grant_id, generation, issued_at).await {
            // A failing store keeps serving those who were seen alive.
            Err(_)
                if matches!(
                    seen,
                    Some(Seen {
                        standing: Standing::Live(_),
                        ..
                    })
                ) =>
            {
                Ok(Life::Live)
            }
            answer => answer,
        }
    }

    async fn look_up(
        &self,
        grant_id: &str,
        generation: u32,
        issued_at: i64,
    ) -> Result<Life, Error> {
        for _ in 0..MAX_ATTEMPTS {
            let stored = self.store.get(&key(grant_id)).await?;
            let record = match &stored {
                Some(stored) => parse(stored)?,
                None if self.forgets() => Record {
                    standing: Standing::Live(Chain::resumed_at(generation, issued_at)),
                    about: None,
                    begun_at: issued_at,
                },
                None => return Ok(Life::Over),
            };
            let Standing::Live(chain) = record.standing else {
                if record.standing == Standing::Revoked {
                    self.note(grant_id, Standing::Revoked);
                }
                return Ok(Life::Over);
            };
            let next = match (chain.seen(generation, issued_at), &stored) {
                (Some(next), _) => next,
                (None, None) => chain,
                (None, Some(_)) => {
                    self.note(grant_id, record.standing);
                    return Ok(Life::Live);
                }
            };
            let next_record = Record {
                standing: Standing::Live(next),
                ..record
            };
            match self.swap(grant_id, stored.as_deref(), &next_record).await {
                Ok(true) => return Ok(Life::Live),
                Ok(false) => {}
                // No room to remember is no reason to turn a live grant away.
                Err(_) => return Ok(Life::Live),
            }
        }
        Err(Error::Unavailable)
    }

    /// Whether a missing entry may have been forgotten rather than never made.
    fn forgets(&self) -> bool {
        self.store.durability() == Durability::Process
    }

    /// Applies `step` until it is stored; `Over` when it declines.
    async fn change(
        &self,
        grant_id: &str,
        step: impl Fn(Option<Record>) -> Option<Record>,
    ) -> Result<Life, Error> {
        for _ in 0..MAX_ATTEMPTS {
            let stored = self.store.get(&key(grant_id)).await?;
            let current = stored.as_deref().map(parse).transpose()?;
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
        let now = self.clock.unix_seconds();
        let chain_ends = match next.standing {
            // Longer than any token of it could live.
            Standing::Revoked => now.saturating_add(LONGEST),
            Standing::Live(_) | Standing::Reserved => self.tokens.ends_at(next.begun_at, now),
        };
        let expires_at = timestamp(chain_ends.saturating_add(self.access_ttl));
        let value = bytes(next).map_err(|_| StateError::Failed("not serializable".to_owned()))?;
        let done = self
            .store
            .compare_and_swap(&key(grant_id), expected, value, expires_at)
            .await?;
        if done {
            self.note(grant_id, next.standing);
        }
        Ok(done)
    }

    fn seen(&self) -> MutexGuard<'_, HashMap<String, Seen>> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, grant_id: &str, standing: Standing) {
        let at_ms = self.clock.now().as_millisecond();
        let mut seen = self.seen();
        // A slower look that began before a revocation must not undo it.
        if let Some(Seen {
            standing: Standing::Revoked,
            ..
        }) = seen.get(grant_id)
        {
            return;
        }
        if seen.len() >= MAX_SEEN {
            seen.retain(|_, seen| at_ms.saturating_sub(seen.at_ms) < RECHECK_AFTER_MS);
        }
        seen.insert(grant_id.to_owned(), Seen { standing, at_ms });
    }
}

fn bytes(record: &Record) -> Result<Vec<u8>, Error> {
    serde_json::to_vec(record).map_err(|_| Error::Unavailable)
}

fn parse(bytes: &[u8]) -> Result<Record, Error> {
    serde_json::from_slice(bytes).map_err(|_| {
        tracing::error!("a stored grant cannot be read");
        Error::Unavailable
    })
}

fn timestamp(seconds: i64) -> Timestamp {
    Timestamp::from_second(seconds).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::time::Duration;

    use super::*;
    use crate::identity::Scopes;
    use crate::oauth::keys::Keys;
    use crate::oauth::pkce::Challenge;
    use crate::oauth::refresh::Granted;
    use crate::oauth::resource::Resource;
    use crate::oauth::secret;
    use crate::state::{MemoryStore, StoreFuture};

    /// A store that outlives processes, and can be broken.
    struct Disk {
        entries: MemoryStore,
        broken: AtomicBool,
    }

    impl Disk {
        fn or_broken<'a, T: Send + 'a>(&self, answer: StoreFuture<'a, T>) -> StoreFuture<'a, T> {
            if self.broken.load(Ordering::SeqCst) {
                Box::pin(std::future::ready(Err(StateError::Failed(
                    "unplugged".to_owned(),
                ))))
            } else {
                answer
            }
        }
    }

    impl Store for Disk {
        fn durability(&self) -> Durability {
            Durability::Durable
        }
        fn get<'a>(&'a self, key: &'a str) -> StoreFuture<'a, Option<Vec<u8>>> {
            self.or_broken(self.entries.get(key))
        }
        fn put<'a>(&'a self, key: &'a str, value: Vec<u8>, at: Timestamp) -> StoreFuture<'a, ()> {
            self.or_broken(self.entries.put(key, value, at))
        }
        fn take<'a>(&'a self, key: &'a str) -> StoreFuture<'a, Option<Vec<u8>>> {
            self.or_broken(self.entries.take(key))
        }
        fn compare_and_swap<'a>(
            &'a self,
            key: &'a str,
            expected: Option<&'a [u8]>,
            new: Vec<u8>,
            at: Timestamp,
        ) -> StoreFuture<'a, bool> {
            self.or_broken(self.entries.compare_and_swap(key, expected, new, at))
        }
        fn list<'a>(&'a self, prefix: &'a str) -> StoreFuture<'a, Vec<(String, Vec<u8>)>> {
            self.or_broken(self.entries.list(prefix))
        }
    }

    struct World {
        clock: Clock,
        disk: Arc<Disk>,
        tokens: Arc<RefreshTokens>,
    }

    impl World {
        fn new() -> Self {
            let clock = Clock::manual("2026-03-18T09:30:00Z".parse().unwrap());
            let disk = Arc::new(Disk {
                entries: MemoryStore::new(clock.clone()),
                broken: AtomicBool::new(false),
            });
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
            Grants::new(store, self.clock.clone(), Arc::clone(&self.tokens), 3600)
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
            };
            let text = self.tokens.mint(&keys, &granted, generation, now).unwrap();
            self.tokens.verify(&keys, &text, now).unwrap()
        }

        fn approval(&self) -> Approval {
            Approval {
                grant_id: "g".to_owned(),
                client_id: "c".to_owned(),
                client_name: Some("Claude".to_owned()),
                redirect_uri: "https://client.test/cb".to_owned(),
                redirect_host: "client.test".to_owned(),
                challenge: Challenge::parse(&secret::encode([0; 32])).unwrap(),
                resource: Resource::Mcp,
                scopes: Scopes::ALL,
                offline: false,
            }
        }

        async fn begun(&self) -> Grants {
            let grants = self.process();
            grants.reserve(&self.approval()).await.unwrap();
            assert_eq!(grants.begin("g").await.unwrap().0, Life::Live);
            grants
        }

        fn now(&self) -> i64 {
            self.clock.unix_seconds()
        }
    }

    #[tokio::test]
    async fn with_a_disk_an_unknown_grant_is_dead() {
        let world = World::new();
        let grants = world.process();
        assert_eq!(grants.look("g", 1, world.now()).await.unwrap(), Life::Over);
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
        assert_eq!(second.look("g", 2, world.now()).await.unwrap(), Life::Live);
        world.clock.advance(Duration::from_secs(301));
        assert!(second.refresh(&world.token("g", 1)).await.is_err());
        assert_eq!(
            world.process().look("g", 2, world.now()).await.unwrap(),
            Life::Over
        );
    }

    #[tokio::test]
    async fn a_revocation_by_another_process_is_noticed_within_a_second() {
        let world = World::new();
        let (here, there) = (world.begun().await, world.process());
        assert_eq!(here.look("g", 1, world.now()).await.unwrap(), Life::Live);
        there.revoke("g").await.unwrap();
        world.clock.advance(Duration::from_secs(1));
        assert_eq!(here.look("g", 1, world.now()).await.unwrap(), Life::Over);
    }

    #[tokio::test]
    async fn a_revocation_before_the_exchange_wins() {
        let world = World::new();
        let grants = world.process();
        grants.reserve(&world.approval()).await.unwrap();
        grants.revoke("g").await.unwrap();
        assert_eq!(grants.begin("g").await.unwrap().0, Life::Over);
        assert_eq!(grants.look("g", 1, world.now()).await.unwrap(), Life::Over);
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
        assert_eq!(grants.look("g", 1, world.now()).await, Ok(Life::Live));
        assert_eq!(
            grants.look("other", 1, world.now()).await,
            Err(Error::Unavailable)
        );
        assert!(grants.revoke("g").await.is_err());
        assert_eq!(grants.look("g", 1, world.now()).await, Ok(Life::Over));
    }

    #[tokio::test]
    async fn a_request_does_not_write_when_nothing_changed() {
        let world = World::new();
        let grants = world.begun().await;
        assert_eq!(grants.look("g", 1, world.now()).await, Ok(Life::Live));
        let before = world.disk.get("grant/g").await.unwrap();
        for _ in 0..3 {
            world.clock.advance(Duration::from_secs(2));
            assert_eq!(grants.look("g", 1, world.now()).await, Ok(Life::Live));
        }
        assert_eq!(world.disk.get("grant/g").await.unwrap(), before);
    }
}
