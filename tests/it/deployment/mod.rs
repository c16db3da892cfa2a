//! The files that platforms read: of their formats, about variables and addresses that this server has.

mod dockerfile;
mod keys;
mod platforms;

use std::path::PathBuf;

/// A file of the repository.
pub fn read(path: &str) -> String {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(root.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}
