//! How grants end before their time.

use super::{Grants, RECHECK_AFTER_MS};
use crate::oauth::error::Error;
use crate::oauth::record::{Record, Standing};
use crate::oauth::records::timestamp;
use crate::oauth::refresh::LONGEST;
use crate::oauth::seen::Seen;

impl Grants {
    /// Ends a grant: its refresh tokens and its access tokens, at once.
    pub async fn revoke(&self, grant_id: &str) -> Result<(), Error> {
        let now = self.clock.unix_seconds();
        // First here, so that this process refuses it even if the store does not answer.
        self.seen.note(grant_id, Standing::Revoked, None);
        let stored = self
            .change(grant_id, |current| match current {
                Some(Record {
                    standing: Standing::Revoked,
                    ..
                }) => None,
                other => Some(Record {
                    standing: Standing::Revoked,
                    begun_at: other.as_ref().map_or(now, |record| record.begun_at),
                    used: other.as_ref().and_then(|record| record.used),
                    once: other.as_ref().is_some_and(|record| record.once),
                    about: other.and_then(|record| record.about),
                }),
            })
            .await;
        match stored {
            Ok(_) => self.owed.is_paid(grant_id),
            Err(_) => self.owed.owe(grant_id),
        }
        stored.map(drop)
    }

    /// Stores the ends that could not be stored before. It is tried again at a later request if it fails again.
    pub(super) async fn settle(&self) {
        let now_ms = self.clock.now().as_millisecond();
        for grant_id in self.owed.due(now_ms, RECHECK_AFTER_MS) {
            if self.revoke(&grant_id).await.is_err() {
                return;
            }
        }
    }

    /// Whether this process knows it as revoked. The store may not: it was full or away, so it is told again, once in a while.
    pub(super) async fn is_revoked(&self, grant_id: &str, seen: Option<Seen>) -> bool {
        let Some(Seen {
            standing: Standing::Revoked,
            at_ms,
            ..
        }) = seen
        else {
            return false;
        };
        if !self.is_fresh(at_ms) {
            // It holds here either way.
            let _ = self.revoke(grant_id).await;
        }
        true
    }

    /// Ends every grant that began until now, also those that this process does not know.
    pub async fn revoke_all(&self) -> Result<(), Error> {
        let now = self.clock.unix_seconds();
        let expires_at = timestamp(now.saturating_add(LONGEST).saturating_add(self.access_ttl));
        self.epoch.move_to(now, expires_at).await?;
        if self.is_shared() {
            self.revoke_later_than(now).await?;
        }
        Ok(())
    }

    /// Ends those that began before this moment and by the clock of another replica after it.
    async fn revoke_later_than(&self, now: i64) -> Result<(), Error> {
        for (grant_id, record) in self.records.list().await? {
            if record.begun_at > now && record.standing != Standing::Revoked {
                self.revoke(&grant_id).await?;
            }
        }
        Ok(())
    }
}
