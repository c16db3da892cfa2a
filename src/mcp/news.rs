//! News of writes between replicas: answers of Intervals.icu that one of them remembers are old as soon as another one has
//! changed something.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::ToSpan as _;

use crate::clock::Clock;
use crate::intervals::Client;
use crate::state::{Durability, StateError, Store};

/// Longer than any answer is remembered.
const HOURS: i64 = 24;

/// What replicas tell each other about one athlete. A process that shares its store with nobody has nobody to tell.
pub struct News(Option<Shared>);

struct Shared {
    store: Arc<dyn Store>,
    clock: Clock,
    /// Under it stands a word that is another one after every write.
    key: String,
    heard: Mutex<Option<Vec<u8>>>,
    /// A write that the others could not be told of.
    is_owed: AtomicBool,
}

impl News {
    #[must_use]
    pub fn new(store: &Arc<dyn Store>, clock: &Clock, athlete: &str) -> Arc<Self> {
        let shared = (store.durability() == Durability::Shared).then(|| Shared {
            store: Arc::clone(store),
            clock: clock.clone(),
            key: format!("written/{athlete}"),
            heard: Mutex::default(),
            is_owed: AtomicBool::new(false),
        });
        Arc::new(Self(shared))
    }

    /// Has every change that `client` sends told to the others, before its outcome is known here.
    pub fn spread(self: &Arc<Self>, client: &Client) {
        if self.0.is_none() {
            return;
        }
        let news = Arc::clone(self);
        client.after_writes(Arc::new(move || {
            let news = Arc::clone(&news);
            Box::pin(async move {
                if let Some(shared) = &news.0 {
                    shared.tell().await;
                }
            })
        }));
    }

    /// Makes `client` forget what it remembers, if another replica has written since.
    pub async fn hear(&self, client: &Client) {
        if let Some(shared) = &self.0 {
            shared.hear(client).await;
        }
    }
}

impl Shared {
    async fn tell(&self) {
        self.is_owed.store(true, Ordering::SeqCst);
        if let Err(error) = self.put().await {
            tracing::warn!(%error, "other replicas could not be told of a write yet");
        }
    }

    async fn put(&self) -> Result<(), StateError> {
        let mut word = vec![0; 16];
        getrandom::fill(&mut word).map_err(|error| StateError::Failed(error.to_string()))?;
        let ends_at = self.clock.now() + HOURS.hours();
        // Before it is told: a write that comes in between owes anew.
        self.is_owed.store(false, Ordering::SeqCst);
        let told = self.store.put(&self.key, word, ends_at).await;
        if told.is_err() {
            self.is_owed.store(true, Ordering::SeqCst);
        }
        told
    }

    async fn hear(&self, client: &Client) {
        if self.is_owed.load(Ordering::SeqCst) {
            // It is owed until it works.
            let _ = self.put().await;
        }
        let Ok(word) = self.store.get(&self.key).await else {
            // Whether there is news is not known.
            client.forget();
            return;
        };
        let mut heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        if *heard != word {
            // While it is locked, so that nobody who hears the same goes on with what is old.
            client.forget();
            *heard = word;
        }
    }
}
