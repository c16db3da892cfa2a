//! Can state be kept where the settings say?

use std::path::Path;

use super::finding::{Finding, Severity};
use crate::state::{self, OpenError, Probed, Settings, SqliteStore};

/// State and its log fit into less; a disk with less free than this is about to fill up.
const LITTLE_SPACE: u64 = 100 * 1024 * 1024;

/// What is to be said about it, without changing what is there. `is_elsewhere`: the server was seen to run on another machine
/// than this one.
pub async fn examine(settings: &Settings, is_elsewhere: bool) -> Vec<Finding> {
    let found = look(settings).await.unwrap_or_else(|error| {
        let remedy = "The server does not start before this is mended; nothing that is kept there was changed.";
        vec![Finding::problem(error.to_string(), remedy)]
    });
    found
        .into_iter()
        .map(|finding| match finding.severity {
            Severity::Problem if is_elsewhere => Finding::warning(
                finding.text,
                "The server runs on another machine, where this may be different: run the check there.",
            ),
            _ => finding,
        })
        .collect()
}

async fn look(settings: &Settings) -> Result<Vec<Finding>, OpenError> {
    Ok(match settings {
        Settings::Memory => vec![Finding::ok(
            "State is kept in memory: a restart forgets which apps were revoked. DATA_DIR names a directory for it.",
        )],
        Settings::Sqlite { directory } => {
            SqliteStore::check(directory)?;
            vec![on_disk(directory)]
        }
        Settings::Redis { .. } => of_redis(state::probe(settings).await?),
    })
}

fn on_disk(directory: &Path) -> Finding {
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

fn of_redis(probed: Probed) -> Vec<Finding> {
    match probed {
        Probed::Usable { warnings } => {
            let well = Finding::ok("State is kept in Redis, which answers and can be written.");
            let warnings = warnings
                .into_iter()
                .map(|warning| Finding::warning(warning, "Change that setting of Redis."));
            std::iter::once(well).chain(warnings).collect()
        }
        Probed::Unusable { why } => vec![Finding::problem(
            format!(
                "State is kept in Redis, which cannot be used now ({why}): apps are answered 503."
            ),
            "Start Redis and look at REDIS_URL and at the network between the two; the server recovers by itself.",
        )],
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
