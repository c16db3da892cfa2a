//! One session, looked at closely.

use super::{Argument, Given, Language, Prompt, Says};
use crate::mcp::completion::Source;

pub const PROMPT: Prompt = Prompt {
    name: "how_did_it_go",
    title: "How did this session go?",
    description: "Judges one session: execution, effort, what to take from it.",
    arguments: &[Argument {
        name: "activity",
        description: "id or name, default the last session",
        required: false,
        completes: Source::Activities,
    }],
    says: Says::Text(says),
};

fn says(given: &Given, language: Language) -> String {
    match language {
        Language::English => {
            let activity = given.or("activity", "my last session");
            format!("How did this session go: {activity}?")
        }
        Language::Japanese => {
            let activity = given.or("activity", "直近のセッション");
            format!("{activity}はどうでしたか。")
        }
    }
}
