//! Can state be kept where the settings say?

use std::path::Path;

use super::finding::Finding;
use crate::state::{OpenError, Settings, SqliteStore};

/// State and its log fit into less; a disk with less free than this is about to fill up.
const LITTLE_SPACE: u64 = 100 * 1024 * 1024;

/// Whether state can be kept where the settings say, without making or changing anything there; says what that means.
///
/// # Errors
/// As the server would refuse to start.
pub fn state(settings: &Settings) -> Result<&'static str, OpenError> {
    match settings {
        Settings::Memory => Ok(
            "State is kept in memory: a restart forgets which apps were revoked. DATA_DIR names a directory for it.",
        ),
        Settings::Sqlite { directory } => {
            SqliteStore::check(directory)?;
            Ok("State is kept in DATA_DIR, which can be used.")
        }
    }
}

/// What is to be said about it. `is_elsewhere`: the server was seen to run on another machine than this one.
pub fn examine(settings: &Settings, is_elsewhere: bool) -> Finding {
    let kept = match state(settings) {
        Ok(kept) => kept,
        Err(error) if is_elsewhere => {
            return Finding::warning(
                format!("{error} (on this machine)."),
                "The server runs on another machine: run the check there to know whether state can be kept.",
            );
        }
        Err(error) => {
            return Finding::problem(
                error.to_string(),
                "The server does not start before this is mended, and nothing in the directory was changed.",
            );
        }
    };
    let Settings::Sqlite { directory } = settings else {
        return Finding::ok(kept);
    };
    match free_space(directory) {
        Some(free) if free < LITTLE_SPACE => Finding::warning(
            format!(
                "State is kept in DATA_DIR, whose disk has only {} MiB left.",
                free / (1024 * 1024)
            ),
            "Make room there: without it apps can neither connect nor be disconnected.",
        ),
        _ => Finding::ok(kept),
    }
}

/// Bytes that may still be written on the disk of `directory`, or of the nearest directory above it that exists.
#[cfg(unix)]
fn free_space(directory: &Path) -> Option<u64> {
    let there = directory.ancestors().find(|path| path.exists())?;
    let disk = rustix::fs::statvfs(there).ok()?;
    Some(disk.f_bavail.saturating_mul(disk.f_frsize))
}

#[cfg(not(unix))]
fn free_space(_: &Path) -> Option<u64> {
    None
}
