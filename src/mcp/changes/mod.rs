//! What writes replaced, so that they can be taken back.
//!
//! A tool that writes takes its turn ([`Changes::turn`]), reads what is there, records it ([`Changes::begin`]), writes, reads
//! the outcome back and settles the record ([`Changes::settle`]), or drops it when nothing came to be written
//! ([`Changes::drop_record`]). Recorded first and written then, whatever was written can be taken back, also when the process
//! ends in the middle: such a record knows what was sent instead of what was left.
//!
//! [`token()`] stands for how the objects of a write were; [`check`] refuses a write (`if_unchanged`) when they are no longer so.
//! A write that fails for sure before anything was written drops its record; one that stops in the middle, or whose answer
//! did not come, is read back, settled and told as [`ToolError::Unfinished`].
//!
//! Records live a day in the [`Store`], sealed, under keys with the athlete's id: a head for lists and a body. They hold
//! health data.

mod change;
mod seal;
mod token;
mod turn;

use std::sync::Arc;

use jiff::ToSpan as _;
use secrecy::SecretString;
use serde::Serialize;
use serde::de::DeserializeOwned;

pub use change::{Change, ChangeId, Head, Item, Object, holds, is_nothing, same};
pub use seal::KeyError;
pub use token::{check, token};
pub use turn::Turn;

use super::error::ToolError;
use crate::clock::Clock;
use crate::state::{StateError, Store};
use seal::Seal;
use turn::Turns;

/// How long a change can be taken back.
pub const HOURS: i64 = 24;
/// More are not kept; the oldest goes first.
const MOST: usize = 200;
/// Bytes of one record before it is written; whoever needs more is to write in parts.
const LARGEST: usize = 4 * 1024 * 1024;
/// Bytes of all of them; the oldest goes first.
const LARGEST_SUM: usize = 32 * 1024 * 1024;

/// The record of changes of one athlete.
pub struct Changes {
    store: Arc<dyn Store>,
    clock: Clock,
    seal: Seal,
    athlete: String,
    turns: Turns,
}

impl Changes {
    /// # Errors
    /// When the sealing key cannot be derived.
    pub fn new(
        store: Arc<dyn Store>,
        clock: Clock,
        secret: &SecretString,
        previous: Option<&SecretString>,
        athlete: &str,
    ) -> Result<Self, KeyError> {
        Ok(Self {
            turns: Turns::new(&store, &clock, athlete),
            store,
            clock,
            seal: Seal::derive(secret, previous, athlete)?,
            athlete: athlete.to_owned(),
        })
    }

    /// What ends the answer of a write.
    #[must_use]
    pub fn undo_hint(change: &Change) -> String {
        format!("Undo: undo_change {}", change.id)
    }

    /// One write at a time decides on what it finds, over all replicas that share the store.
    ///
    /// # Errors
    /// Another one does not end, or the store that replicas share does not answer; then nothing may be written.
    pub async fn turn(&self) -> Result<Turn, ToolError> {
        Box::pin(self.turns.take()).await
    }

    /// Records what a call of `tool` is about to write, before it is written.
    ///
    /// # Errors
    /// When it cannot be recorded; then nothing may be written.
    pub async fn begin(&self, tool: &str, items: Vec<Item>) -> Result<Change, ToolError> {
        self.record(tool, items, None).await
    }

    /// The same for what takes the change `undoes` back.
    ///
    /// # Errors
    /// As [`Changes::begin`].
    pub async fn begin_undo(
        &self,
        tool: &str,
        items: Vec<Item>,
        undoes: &ChangeId,
    ) -> Result<Change, ToolError> {
        self.record(tool, items, Some(undoes.clone())).await
    }

    async fn record(
        &self,
        tool: &str,
        items: Vec<Item>,
        undoes: Option<ChangeId>,
    ) -> Result<Change, ToolError> {
        let id = ChangeId::random().ok_or_else(unrecorded)?;
        let change = Change {
            id,
            at: self.clock.now(),
            tool: tool.to_owned(),
            items,
            undone_by: None,
            undoes,
            is_settled: false,
        };
        let bytes = serde_json::to_vec(&change).map_or(usize::MAX, |plain| plain.len());
        // A way back is never refused: it holds little more than what it takes back.
        if bytes > LARGEST && change.undoes.is_none() {
            return Err(too_large());
        }
        self.make_room(bytes).await;
        self.save(&change).await.map_err(|error| {
            tracing::warn!(%error, "a change could not be recorded");
            unrecorded()
        })?;
        Ok(change)
    }

    /// Replaces the record by what is known now that it was read back. Whether that worked: without it the change can still
    /// be taken back by what was sent.
    pub async fn settle(&self, change: &mut Change) -> bool {
        change.is_settled = true;
        self.update(change).await
    }

    /// Replaces the record, settled or not.
    pub async fn update(&self, change: &Change) -> bool {
        let saved = self.save(change).await;
        if let Err(error) = &saved {
            tracing::warn!(%error, "the record of a change could not be renewed");
        }
        saved.is_ok()
    }

    /// Forgets a change that was not made.
    pub async fn drop_record(&self, id: &ChangeId) {
        for key in [self.body_key(id.as_str()), self.head_key(id.as_str())] {
            if let Err(error) = self.store.take(&key).await {
                tracing::warn!(%error, "the record of a change could not be dropped");
            }
        }
    }

    /// The change called `id`; `None` when there is none, or no longer.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn get(&self, id: &ChangeId) -> Result<Option<Change>, ToolError> {
        let key = self.body_key(id.as_str());
        let sealed = self.store.get(&key).await.map_err(|e| unreadable(&e))?;
        Ok(sealed.and_then(|sealed| self.open(&key, &sealed)))
    }

    /// All changes of the last day, the newest first.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn recent(&self) -> Result<Vec<Head>, ToolError> {
        let prefix = self.head_key("");
        let sealed = self.store.list(&prefix).await.map_err(|e| unreadable(&e))?;
        let mut heads: Vec<Head> = sealed
            .iter()
            .filter_map(|(key, sealed)| self.open(key, sealed))
            .collect();
        heads.sort_by_key(|head| std::cmp::Reverse(head.at));
        Ok(heads)
    }

    /// For one more of so many bytes.
    async fn make_room(&self, bytes: usize) {
        let Ok(heads) = self.recent().await else {
            return;
        };
        let mut sum = bytes;
        for (newer, head) in heads.iter().enumerate() {
            sum = sum.saturating_add(head.bytes);
            if newer + 1 >= MOST || sum > LARGEST_SUM {
                self.drop_record(&head.id).await;
            }
        }
    }

    async fn save(&self, change: &Change) -> Result<(), StateError> {
        let id = change.id.as_str();
        let (head, body) = (self.head_key(id), self.body_key(id));
        let expires_at = change.at + HOURS.hours();
        let sealed = self.close(&body, change)?;
        let bytes = sealed.len();
        self.store.put(&body, sealed, expires_at).await?;
        let sealed = self.close(&head, &change.head(bytes))?;
        self.store.put(&head, sealed, expires_at).await
    }

    fn close(&self, key: &str, value: &impl Serialize) -> Result<Vec<u8>, StateError> {
        let plain = serde_json::to_vec(value).map_err(|e| StateError::Failed(e.to_string()))?;
        let sealed = self.seal.close(key, plain);
        sealed.map_err(|error| StateError::Failed(error.to_string()))
    }

    fn open<T: DeserializeOwned>(&self, key: &str, sealed: &[u8]) -> Option<T> {
        let plain = self.seal.open(key, sealed)?;
        serde_json::from_slice(&plain).ok()
    }

    fn head_key(&self, id: &str) -> String {
        format!("change-head/{}/{id}", self.athlete)
    }

    fn body_key(&self, id: &str) -> String {
        format!("change/{}/{id}", self.athlete)
    }
}

fn too_large() -> ToolError {
    ToolError::Invalid(
        "Nothing was written: what would be replaced is too large to be recorded, so that it could not be undone. Write fewer \
         objects in one call."
            .to_owned(),
    )
}

fn unrecorded() -> ToolError {
    ToolError::Invalid(
        "Nothing was written: what would be replaced could not be recorded, so that it could not be undone. The owner should look \
         at the server's disk and log; try again later."
            .to_owned(),
    )
}

fn unreadable(error: &StateError) -> ToolError {
    tracing::warn!(%error, "recorded changes could not be read");
    ToolError::Invalid(
        "Recorded changes cannot be read now; nothing was changed. The owner should look at the server's disk and log; try \
         again later."
            .to_owned(),
    )
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::json;

    use super::*;
    use crate::state::MemoryStore;

    const SECRET: &str = "a secret of thirty-two characters";

    fn clock() -> Clock {
        Clock::manual("2026-11-22T10:00:00Z".parse().unwrap())
    }

    fn changes(store: &Arc<dyn Store>, clock: &Clock, athlete: &str) -> Changes {
        let secret = SecretString::from(SECRET);
        Changes::new(Arc::clone(store), clock.clone(), &secret, None, athlete).unwrap()
    }

    fn item(name: &str) -> Item {
        let image = json!({"name": name});
        Item {
            object: Object::Event {
                id: Some(7),
                uid: None,
            },
            label: format!("Tue {name}"),
            before: image.as_object().cloned(),
            after: None,
        }
    }

    #[tokio::test]
    async fn a_change_is_found_for_a_day_by_its_athlete_alone_and_lies_sealed() {
        let clock = clock();
        let store: Arc<dyn Store> = Arc::new(MemoryStore::new(clock.clone()));
        let ours = changes(&store, &clock, "i1");
        let change = ours
            .begin("delete_events", vec![item("Tempo")])
            .await
            .unwrap();
        let found = ours.get(&change.id).await.unwrap().unwrap();
        assert_eq!(
            (found.items, found.is_settled),
            (change.items.clone(), false)
        );
        assert!(
            changes(&store, &clock, "i2")
                .get(&change.id)
                .await
                .unwrap()
                .is_none()
        );
        for (_, bytes) in store.list("change").await.unwrap() {
            assert!(!bytes.windows(5).any(|part| part == b"Tempo"));
        }
        clock.advance(Duration::from_secs(24 * 3600 + 1));
        assert!(ours.get(&change.id).await.unwrap().is_none());
        assert!(ours.recent().await.unwrap().is_empty());
    }

    #[tokio::test]
    async fn the_newest_changes_come_first_and_the_oldest_make_room() {
        let clock = clock();
        let store: Arc<dyn Store> = Arc::new(MemoryStore::new(clock.clone()));
        let ours = changes(&store, &clock, "i1");
        for number in 0..MOST + 3 {
            clock.advance(Duration::from_secs(1));
            let item = item(&format!("Run {number}"));
            ours.begin("save_events", vec![item]).await.unwrap();
        }
        let heads = ours.recent().await.unwrap();
        assert_eq!(heads.len(), MOST);
        assert_eq!(heads[0].label, format!("Tue Run {}", MOST + 2));
        assert_eq!(store.list("change/").await.unwrap().len(), MOST);
    }

    #[tokio::test]
    async fn what_is_too_large_is_not_begun_and_much_makes_room_for_more() {
        let clock = clock();
        let store: Arc<dyn Store> = Arc::new(MemoryStore::new(clock.clone()));
        let ours = changes(&store, &clock, "i1");
        let said = ours.begin("delete_events", vec![item(&"x".repeat(LARGEST))]);
        let said = said.await.unwrap_err().sentence();
        assert!(said.contains("Write fewer objects"), "{said}");
        assert!(ours.recent().await.unwrap().is_empty());
        // The name stands in the label and in the image.
        let large = || item(&"x".repeat(LARGEST / 2 - 1_000));
        let first = ours.begin("delete_events", vec![large()]).await.unwrap();
        for _ in 0..LARGEST_SUM / LARGEST {
            clock.advance(Duration::from_secs(1));
            ours.begin("delete_events", vec![large()]).await.unwrap();
        }
        assert_eq!(ours.recent().await.unwrap().len(), LARGEST_SUM / LARGEST);
        assert!(ours.get(&first.id).await.unwrap().is_none());
        let twice = vec![large(), large()];
        let undo = ours.begin_undo("undo_change", twice, &first.id).await;
        assert!(undo.is_ok());
    }

    #[tokio::test]
    async fn what_was_not_made_is_forgotten_and_what_was_read_back_is_kept() {
        let clock = clock();
        let store: Arc<dyn Store> = Arc::new(MemoryStore::new(clock.clone()));
        let ours = changes(&store, &clock, "i1");
        let dropped = ours.begin("save_events", vec![item("A")]).await.unwrap();
        ours.drop_record(&dropped.id).await;
        let mut kept = ours.begin("save_events", vec![item("B")]).await.unwrap();
        kept.items[0].after = json!({"name": "C"}).as_object().cloned();
        assert!(ours.settle(&mut kept).await);
        assert!(ours.get(&dropped.id).await.unwrap().is_none());
        let found = ours.get(&kept.id).await.unwrap().unwrap();
        assert!(found.is_settled);
        assert_eq!(found.items, kept.items);
        assert_eq!(ours.recent().await.unwrap().len(), 1);
    }
}
