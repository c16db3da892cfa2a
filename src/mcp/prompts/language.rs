//! The language that a prompt is written in, and that the answer is to be in.

use super::{Argument, Given};
use crate::mcp::completion::Source;

const NAMES: &[&str] = &["en", "ja"];

pub const ARGUMENT: Argument = Argument {
    name: "language",
    description: "en or ja, default en",
    required: false,
    completes: Source::Fixed(NAMES),
};

/// A language that prompts are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    English,
    Japanese,
}

impl Language {
    /// What was chosen; English otherwise.
    ///
    /// # Errors
    /// Which ones there are.
    pub fn of(given: &Given) -> Result<Self, String> {
        let chosen = given.or(ARGUMENT.name, "en").to_ascii_lowercase();
        // `ja-JP` is Japanese too (BCP 47).
        match chosen.split(['-', '_']).next() {
            Some("en") => Ok(Self::English),
            Some("ja") => Ok(Self::Japanese),
            _ => Err("language must be en or ja".to_owned()),
        }
    }
}
