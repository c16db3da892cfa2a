//! A limit as all replicas know it: the same windows, in the store that they share.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use super::Refused;
use super::hits::{Hits, Rule};
use super::local::Rules;
use crate::oauth::keys::{Keys, Purpose};
use crate::oauth::records::timestamp;
use crate::state::{SWAP_ATTEMPTS, StateError, Store};

/// Between attempts there is no sense in waiting longer.
const LONGEST_PAUSE_MS: u64 = 10;
/// Seconds that an entry outlives its meaning, for clocks that differ.
const SLACK: i64 = 10;

/// The counts of a deployment.
pub struct Shared {
    pub store: Arc<dyn Store>,
    pub keys: Arc<Keys>,
    /// What all keys begin with.
    pub home: String,
}

/// Hits under one key.
struct Window {
    key: String,
    rules: &'static [Rule],
}

impl Shared {
    fn all(&self, name: &str, rules: &Rules) -> Window {
        Window {
            key: format!("{}limit/{name}", self.home),
            rules: rules.all,
        }
    }

    /// Whoever reads the store does not learn who came.
    fn of(&self, name: &str, rules: &Rules, address: IpAddr) -> Option<Window> {
        let each = rules.of(address);
        if each.is_empty() {
            return None;
        }
        let digest = self
            .keys
            .tag(Purpose::Address, address.to_string().as_bytes());
        Some(Window {
            key: format!("{}limit/{name}/{digest}", self.home),
            rules: each,
        })
    }

    /// Checks and counts. What is refused is counted nowhere.
    pub async fn take(
        &self,
        name: &str,
        rules: &Rules,
        address: Option<IpAddr>,
        now: i64,
    ) -> Result<(), Refused> {
        let all = self.all(name, rules);
        let Some(own) = address.and_then(|address| self.of(name, rules, address)) else {
            return self.count(&all, now).await;
        };
        if let Some(wait) = self.wait(&all, now).await? {
            let own = self.wait(&own, now).await?;
            return Err(Refused::Wait(own.map_or(wait, |own| own.max(wait))));
        }
        self.count(&own, now).await?;
        let counted = self.count(&all, now).await;
        if counted.is_err() {
            self.forget(&own, now).await;
        }
        counted
    }

    /// Takes back the hit that was made at `at`.
    pub async fn give_back(&self, name: &str, rules: &Rules, address: Option<IpAddr>, at: i64) {
        self.forget(&self.all(name, rules), at).await;
        if let Some(own) = address.and_then(|address| self.of(name, rules, address)) {
            self.forget(&own, at).await;
        }
    }

    async fn wait(&self, window: &Window, now: i64) -> Result<Option<Duration>, Refused> {
        let (_, mut hits) = self.hits(window).await?;
        Ok(hits.wait(window.rules, now))
    }

    async fn hits(&self, window: &Window) -> Result<(Option<Vec<u8>>, Hits), StateError> {
        let stored = self.store.get(&window.key).await?;
        let hits = match stored.as_deref().map(serde_json::from_slice) {
            None => Hits::default(),
            Some(Ok(hits)) => hits,
            Some(Err(_)) => return Err(StateError::Failed("a limit cannot be read".to_owned())),
        };
        Ok((stored, hits))
    }

    async fn count(&self, window: &Window, now: i64) -> Result<(), Refused> {
        let counted = self
            .change(window, now, |hits| match hits.wait(window.rules, now) {
                Some(wait) => Err(Refused::Wait(wait)),
                None => {
                    hits.add(window.rules, now);
                    Ok(())
                }
            })
            .await;
        if let Err(Refused::Unavailable) = counted {
            tracing::warn!("a limit could not be counted: the store did not answer or is too busy");
        }
        counted
    }

    async fn forget(&self, window: &Window, at: i64) {
        let forgotten = self.change(window, at, |hits| {
            hits.remove(at);
            Ok(())
        });
        if forgotten.await.is_err() {
            // It counts as one that was not honest: the limit is stricter than it must be, for as long as its window.
            tracing::debug!("a limit could not be given back");
        }
    }

    async fn change(
        &self,
        window: &Window,
        now: i64,
        step: impl Fn(&mut Hits) -> Result<(), Refused>,
    ) -> Result<(), Refused> {
        let seconds = now.saturating_add(Rule::longest(window.rules)) / 1000;
        let ends_at = timestamp(seconds.saturating_add(SLACK));
        for attempt in 0..SWAP_ATTEMPTS {
            if attempt > 0 {
                let pause = Duration::from_millis(attempt.min(LONGEST_PAUSE_MS));
                tokio::time::sleep(pause).await;
            }
            let (stored, mut hits) = self.hits(window).await?;
            step(&mut hits)?;
            let next = serde_json::to_vec(&hits).map_err(|_| Refused::Unavailable)?;
            let swapped = self
                .store
                .compare_and_swap(&window.key, stored.as_deref(), next, ends_at)
                .await?;
            if swapped {
                return Ok(());
            }
        }
        Err(Refused::Unavailable)
    }
}
