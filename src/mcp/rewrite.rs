//! A write to one object outside the calendar: recorded, sent once, and read back where the answer leaves doubt.

use std::sync::Arc;

use serde_json::Value;

use super::changes::{self, Change, Changes, Item, Object, holds, same};
use super::error::ToolError;
use super::reply::Reply;
use crate::intervals::{Error, Members};

/// What is about to be written.
pub struct Rewrite {
    pub tool: &'static str,
    pub object: Object,
    /// What people call it.
    pub label: String,
    /// What a client can write of it, as it is.
    pub before: Members,
    /// The members that differ, as they should stand afterwards, null for what is cleared.
    pub wanted: Members,
}

/// What came of it.
pub struct Rewritten<T> {
    pub now: Arc<T>,
    pub change: Change,
    /// The members of `wanted` that do not stand as they should.
    pub lost: Vec<String>,
    /// Whether the answer to the write did not come and it was read back instead.
    pub unanswered: bool,
}

impl Rewrite {
    /// A write that brings `wanted` about where it differs from `before`.
    #[must_use]
    pub fn of(
        tool: &'static str,
        object: Object,
        label: String,
        before: Members,
        mut wanted: Members,
    ) -> Self {
        wanted.retain(|key, value| !took(&before, key, value));
        Self {
            tool,
            object,
            label,
            before,
            wanted,
        }
    }

    /// Stands for how the object is.
    #[must_use]
    pub fn token(&self) -> String {
        changes::token([(&self.object, Some(&self.before))])
    }

    /// Records, sends and looks at what came of it; `read` is asked when the answer leaves doubt.
    ///
    /// # Errors
    /// When nothing was written, or when it is not known whether it was.
    pub async fn carry_out<T>(
        self,
        changes: &Changes,
        send: impl Future<Output = Result<T, Error>>,
        read: impl Future<Output = Result<Arc<T>, Error>>,
        members: fn(&T) -> Members,
    ) -> Result<Rewritten<T>, ToolError> {
        let item = Item {
            object: self.object,
            label: self.label,
            before: Some(self.before.clone()),
            after: Some(self.wanted.clone()),
        };
        let mut change = changes.begin(self.tool, vec![item]).await?;
        let lost = |now: &T| -> Vec<String> {
            let image = members(now);
            let lost = self
                .wanted
                .iter()
                .filter(|(key, value)| !took(&image, key, value));
            lost.map(|(key, _)| key.clone()).collect()
        };
        let (now, unanswered) = match send.await {
            Ok(answer) if lost(&answer).is_empty() => (Arc::new(answer), false),
            // What the answer does not show may stand there all the same.
            Ok(answer) => (read.await.unwrap_or_else(|_| Arc::new(answer)), false),
            Err(error) if error.leaves_write_uncertain() => match read.await {
                Ok(now) => (now, true),
                Err(_) => {
                    return Err(ToolError::Unfinished(format!(
                        "{} Should it have been made, undo_change {} takes it back.",
                        ToolError::UncertainWrite(error).sentence(),
                        change.id
                    )));
                }
            },
            Err(error) => {
                changes.drop_record(&change.id).await;
                return Err(ToolError::Upstream(error));
            }
        };
        let image = members(&now);
        let unchanged = holds(&image, &self.before) && holds(&self.before, &image);
        if unchanged && unanswered {
            return Err(ToolError::Unfinished(format!(
                "Intervals.icu did not answer the write; read again, nothing has changed. Should it still arrive, \
                 undo_change {} takes it back.",
                change.id
            )));
        }
        if unchanged {
            changes.drop_record(&change.id).await;
            return Err(ToolError::Unfinished(
                "Intervals.icu accepted the change and did not make it: nothing has changed."
                    .to_owned(),
            ));
        }
        let lost = lost(&now);
        for item in &mut change.items {
            item.after = Some(image.clone());
        }
        changes.settle(&mut change).await;
        Ok(Rewritten {
            now,
            change,
            lost,
            unanswered,
        })
    }
}

impl<T> Rewritten<T> {
    /// Says what did not go as it should; `names` are what people call members.
    pub fn tell(&self, reply: &mut Reply, names: impl Fn(&[String]) -> String) {
        if self.unanswered {
            reply.footer("Intervals.icu did not answer the write; read again, it is there.");
        }
        if !self.lost.is_empty() {
            reply.footer(format!("Intervals.icu did not take {}.", names(&self.lost)));
        }
    }
}

/// Whether a member stands as it should. The service trims texts.
fn took(image: &Members, key: &str, value: &Value) -> bool {
    match (image.get(key), value) {
        (Some(Value::String(now)), Value::String(wanted)) => {
            let plain = |text: &str| text.replace("\r\n", "\n").trim().to_owned();
            plain(now) == plain(wanted)
        }
        (now, wanted) => same(now.unwrap_or(&Value::Null), wanted),
    }
}
