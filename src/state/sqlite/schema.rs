//! What stands in the file, by version.

use rusqlite::{Connection, TransactionBehavior};

use super::file::OpenError;

/// "ICUM", at byte 68 of the file.
pub(super) const APPLICATION_ID: i32 = 0x4943_554d;
/// The schema that this server writes: how many of [`MIGRATIONS`] were applied.
pub(super) const VERSION: i32 = 1;

/// Each takes a file from the version before it; one that was released never changes.
const MIGRATIONS: [&str; VERSION as usize] = [
    // Milliseconds since 1970. Text compares by its bytes, as strings do in Rust.
    "CREATE TABLE entries (
         key TEXT PRIMARY KEY,
         value BLOB NOT NULL,
         expires_at INTEGER NOT NULL
     ) STRICT, WITHOUT ROWID;
     CREATE INDEX entries_by_expiry ON entries (expires_at);",
];

/// Whether a file with this stamp may be touched.
pub(super) fn accept(application_id: i32, version: i32) -> Result<(), OpenError> {
    match (application_id, version) {
        (APPLICATION_ID, 0..=VERSION) => Ok(()),
        (APPLICATION_ID, newer) if newer > VERSION => Err(OpenError::Newer { found: newer }),
        _ => Err(OpenError::Foreign),
    }
}

/// As [`accept`], of a file that is open: what was written last may stand in the log alone.
pub(super) fn accept_open(connection: &Connection) -> Result<(), OpenError> {
    let (application_id, version) = stamp(connection)?;
    accept(application_id, version)
}

/// Brings the file to [`VERSION`], all or nothing. An empty one becomes ours.
pub(super) fn migrate(connection: &mut Connection) -> Result<(), OpenError> {
    if stamp(connection)? == (APPLICATION_ID, VERSION) {
        return Ok(());
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Read again: another process may have been faster.
    let (application_id, version) = stamp(&transaction)?;
    let is_new = (application_id, version) == (0, 0);
    if !is_new {
        accept(application_id, version)?;
    }
    for (number, statements) in (1..).zip(MIGRATIONS) {
        if number > version {
            transaction.execute_batch(statements)?;
        }
    }
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", VERSION)?;
    Ok(transaction.commit()?)
}

fn stamp(connection: &Connection) -> rusqlite::Result<(i32, i32)> {
    let read = |name| connection.pragma_query_value(None, name, |row| row.get(0));
    Ok((read("application_id")?, read("user_version")?))
}
