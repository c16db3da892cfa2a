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

    /// What opens and what closes the words of somebody else.
    #[must_use]
    pub const fn quotation_marks(self) -> (char, char) {
        match self {
            Self::English => ('"', '"'),
            Self::Japanese => ('「', '」'),
        }
    }

    /// What holds for the answer to every prompt.
    #[must_use]
    pub const fn rules(self) -> &'static str {
        match self {
            Self::English => {
                "Use only numbers from the answers, with units; say what is missing (Strava sessions without data, days \
                 without HRV) instead of guessing. Before you write anything to Intervals.icu, say what and wait for my yes."
            }
            Self::Japanese => {
                "数値はツールの回答にあるものだけを単位つきで使い、欠けているもの(Strava経由で中身の見えない練習、\
                 HRVのない日など)は推測で埋めず、欠けていると書いてください。Intervals.icuに書き込む前には、\
                 内容を示して必ず私の了承を得てください。回答は日本語でお願いします。"
            }
        }
    }
}
