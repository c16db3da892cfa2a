//! Can state be kept where the settings say?

use std::path::Path;

use super::finding::Finding;
use crate::state::{self, OpenError, Probed, Settings, SqliteStore};

/// State and its log fit into less; a disk with less free than this is about to fill up.
const LITTLE_SPACE: u64 = 100 * 1024 * 1024;

/// Whether state can be kept where the settings say, without making or changing anything there; says what that means.
pub async fn examine(settings: &Settings) -> Vec<Finding> {
    match settings {
        Settings::Memory => vec![Finding::ok(
            "State is kept in memory: a restart forgets which apps were revoked. DATA_DIR names a directory for it.",
        )],
        Settings::Sqlite { directory } => vec![in_directory(directory)],
        Settings::Redis { .. } => in_redis(settings).await,
    }
}

fn refused(error: &OpenError) -> Finding {
    Finding::problem(
        error.to_string(),
        "The server does not start before this is mended, and nothing that is kept was changed.",
    )
}

fn in_directory(directory: &Path) -> Finding {
    if let Err(error) = SqliteStore::check(directory) {
        return refused(&error.into());
    }
    match free_space(directory) {
        Some(free) if free < LITTLE_SPACE => Finding::warning(
            format!(
                "State is kept in DATA_DIR, whose disk has only {} MiB left.",
                free / (1024 * 1024)
            ),
            "Make room there: without it apps can neither connect nor be disconnected.",
        ),
        _ => Finding::ok("State is kept in DATA_DIR, which can be used."),
    }
}

async fn in_redis(settings: &Settings) -> Vec<Finding> {
    match state::probe(settings).await {
        Err(error) => vec![refused(&error)],
        Ok(Probed::Unusable { why }) => vec![Finding::problem(
            format!("State is kept in Redis, which cannot be used now ({why})."),
            "Start Redis, or correct REDIS_URL. Until then everything that needs a credential is answered 503; the server \
             starts all the same and recovers by itself.",
        )],
        Ok(Probed::Usable { warnings }) => {
            let usable = Finding::ok("State is kept in Redis, which answers and can be written.");
            let risks = warnings.into_iter().map(|warning| {
                Finding::warning(warning, "Change it in the configuration of Redis.")
            });
            std::iter::once(usable).chain(risks).collect()
        }
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
