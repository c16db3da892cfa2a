//! The operations of the store, in SQL. Each is one transaction, so that two processes may share a file.

use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Transaction, TransactionBehavior, params};

use crate::clock::Clock;
use crate::state::StateError;

/// Expired entries that one write takes away at most.
const SWEPT_AT_ONCE: u32 = 256;
const SWEEP_EVERY: Duration = Duration::from_secs(60);

pub(super) struct Entries {
    connection: Connection,
    clock: Clock,
    capacity: i64,
    swept_at: Option<Timestamp>,
}

impl Entries {
    pub(super) fn new(connection: Connection, clock: Clock, capacity: usize) -> Self {
        Self {
            connection,
            clock,
            capacity: capacity.try_into().unwrap_or(i64::MAX),
            swept_at: None,
        }
    }

    pub(super) fn get(&self, key: &str) -> Result<Option<Vec<u8>>, StateError> {
        Ok(live(&self.connection, key, self.now())?)
    }

    pub(super) fn put(
        &mut self,
        key: &str,
        value: &[u8],
        expires_at: Timestamp,
    ) -> Result<(), StateError> {
        let now = self.clock.now();
        let (capacity, sweeps) = (self.capacity, self.sweeps(now));
        let transaction = self.begin()?;
        if sweeps {
            sweep(&transaction, now)?;
        }
        write(&transaction, key, value, expires_at, now, capacity)?;
        Ok(transaction.commit()?)
    }

    pub(super) fn take(&mut self, key: &str) -> Result<Option<Vec<u8>>, StateError> {
        let now = self.now();
        let taken = self
            .connection
            .prepare_cached("DELETE FROM entries WHERE key = ?1 RETURNING value, expires_at")?
            .query_row([key], |row| Ok((row.get(0)?, row.get::<_, i64>(1)?)))
            .optional()?;
        Ok(taken.and_then(|(value, expires_at)| (expires_at > now).then_some(value)))
    }

    pub(super) fn compare_and_swap(
        &mut self,
        key: &str,
        expected: Option<&[u8]>,
        new: &[u8],
        expires_at: Timestamp,
    ) -> Result<bool, StateError> {
        let now = self.clock.now();
        let (capacity, sweeps) = (self.capacity, self.sweeps(now));
        let transaction = self.begin()?;
        if live(&transaction, key, now.as_millisecond())?.as_deref() != expected {
            return Ok(false);
        }
        if sweeps {
            sweep(&transaction, now)?;
        }
        write(&transaction, key, new, expires_at, now, capacity)?;
        transaction.commit()?;
        Ok(true)
    }

    pub(super) fn list(&self, prefix: &str) -> Result<Vec<(String, Vec<u8>)>, StateError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT key, value FROM entries
             WHERE key >= ?1 AND (?2 IS NULL OR key < ?2) AND expires_at > ?3 ORDER BY key",
        )?;
        let rows = statement.query_map(params![prefix, after(prefix), self.now()], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Moves everything from the log into the file, so that a copy of the file alone is whole.
    pub(super) fn close(self) {
        let moved = self
            .connection
            .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
        if let Err(error) = moved {
            tracing::debug!(%error, "the log of the state file stays as it is");
        }
    }

    fn begin(&mut self) -> rusqlite::Result<Transaction<'_>> {
        self.connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
    }

    fn now(&self) -> i64 {
        self.clock.now().as_millisecond()
    }

    /// Whether it is time to take away expired entries.
    fn sweeps(&mut self, now: Timestamp) -> bool {
        let is_due = self
            .swept_at
            .is_none_or(|at| now.duration_since(at).unsigned_abs() >= SWEEP_EVERY);
        if is_due {
            self.swept_at = Some(now);
        }
        is_due
    }
}

fn live(connection: &Connection, key: &str, now: i64) -> rusqlite::Result<Option<Vec<u8>>> {
    connection
        .prepare_cached("SELECT value FROM entries WHERE key = ?1 AND expires_at > ?2")?
        .query_row(params![key, now], |row| row.get(0))
        .optional()
}

fn write(
    transaction: &Transaction<'_>,
    key: &str,
    value: &[u8],
    expires_at: Timestamp,
    now: Timestamp,
    capacity: i64,
) -> Result<(), StateError> {
    let is_new = !transaction
        .prepare_cached("SELECT 1 FROM entries WHERE key = ?1")?
        .exists([key])?;
    if is_new && count(transaction)? >= capacity {
        sweep(transaction, now)?;
        if count(transaction)? >= capacity {
            return Err(StateError::Full);
        }
    }
    transaction
        .prepare_cached(
            "INSERT INTO entries (key, value, expires_at) VALUES (?1, ?2, ?3)
             ON CONFLICT (key) DO UPDATE SET value = excluded.value, expires_at = excluded.expires_at",
        )?
        .execute(params![key, value, expires_at.as_millisecond()])?;
    Ok(())
}

fn count(connection: &Connection) -> rusqlite::Result<i64> {
    connection
        .prepare_cached("SELECT count(*) FROM entries")?
        .query_row([], |row| row.get(0))
}

fn sweep(connection: &Connection, now: Timestamp) -> rusqlite::Result<usize> {
    connection
        .prepare_cached(
            "DELETE FROM entries WHERE key IN
             (SELECT key FROM entries WHERE expires_at <= ?1 ORDER BY expires_at LIMIT ?2)",
        )?
        .execute(params![now.as_millisecond(), SWEPT_AT_ONCE])
}

/// The first text after every text that starts with `prefix`; `None` when there is none.
fn after(prefix: &str) -> Option<String> {
    let mut characters: Vec<char> = prefix.chars().collect();
    while let Some(last) = characters.pop() {
        if let Some(next) = (last..=char::MAX).nth(1) {
            characters.push(next);
            return Some(characters.into_iter().collect());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::sqlite::schema;

    fn entries(capacity: usize) -> (Entries, Clock) {
        let mut connection = Connection::open_in_memory().unwrap();
        schema::migrate(&mut connection).unwrap();
        let clock = Clock::manual("2026-03-18T09:30:00Z".parse().unwrap());
        (Entries::new(connection, clock.clone(), capacity), clock)
    }

    fn stored(entries: &Entries) -> i64 {
        count(&entries.connection).unwrap()
    }

    #[test]
    fn the_text_after_a_prefix_is_the_least_that_does_not_start_with_it() {
        assert_eq!(after(""), None);
        assert_eq!(after("a"), Some("b".to_owned()));
        assert_eq!(after("grant/"), Some("grant0".to_owned()));
        assert_eq!(after("\u{d7ff}"), Some("\u{e000}".to_owned()));
        assert_eq!(after("a\u{10ffff}\u{10ffff}"), Some("b".to_owned()));
        assert_eq!(after("\u{10ffff}"), None);
    }

    #[test]
    fn a_write_takes_away_a_bounded_number_of_expired_entries_once_a_minute() {
        let (mut entries, clock) = entries(1000);
        let soon = clock.now() + Duration::from_secs(10);
        let late = clock.now() + Duration::from_secs(1000);
        for number in 0..300 {
            entries.put(&format!("x/{number}"), b"", soon).unwrap();
        }
        clock.advance(Duration::from_secs(59));
        entries.put("a", b"", late).unwrap();
        assert_eq!(stored(&entries), 301);
        clock.advance(Duration::from_secs(1));
        entries.put("b", b"", late).unwrap();
        assert_eq!(stored(&entries), 302 - 256);
        clock.advance(Duration::from_secs(60));
        entries.compare_and_swap("c", None, b"", late).unwrap();
        assert_eq!(stored(&entries), 3);
    }

    #[test]
    fn a_full_disk_refuses_what_is_new_keeps_what_was_promised_and_recovers() {
        let (mut entries, clock) = entries(1000);
        let late = clock.now() + Duration::from_secs(1000);
        entries.put("kept", b"promised", late).unwrap();
        let pages: i64 = entries
            .connection
            .pragma_query_value(None, "page_count", |row| row.get(0))
            .unwrap();
        let limit = |entries: &Entries, pages: i64| {
            entries
                .connection
                .pragma_update_and_check(None, "max_page_count", pages, |row| row.get::<_, i64>(0))
                .unwrap()
        };
        limit(&entries, pages);
        let large = vec![7; 100_000];
        for _ in 0..3 {
            let refused = entries.put("new", &large, late).unwrap_err();
            assert!(matches!(refused, StateError::Failed(_)), "{refused}");
            let refused = entries.compare_and_swap("kept", Some(b"promised"), &large, late);
            assert!(refused.is_err());
            assert_eq!(entries.get("kept").unwrap().unwrap(), b"promised");
            assert_eq!(entries.get("new").unwrap(), None);
            assert!(entries.connection.is_autocommit());
        }
        limit(&entries, pages + 1000);
        assert!(
            entries
                .compare_and_swap("kept", Some(b"promised"), &large, late)
                .unwrap()
        );
        assert_eq!(entries.get("kept").unwrap().unwrap(), large);
    }
}
