//! What the week was like.

use super::{Argument, Given, Language, Prompt, Says};
use crate::mcp::completion::Source;

pub const PROMPT: Prompt = Prompt {
    name: "weekly_review",
    title: "Weekly review",
    description: "Looks back on a week of training and recovery and names what to change.",
    arguments: &[Argument {
        name: "week",
        description: "this_week, last_week or a day of it, default last_week",
        required: false,
        completes: Source::Fixed(&["last_week", "this_week"]),
    }],
    says: Says::Text(says),
};

fn says(given: &Given, language: Language) -> String {
    let week = given.or("week", "last_week");
    match language {
        Language::English => format!("Review my training of {week}."),
        Language::Japanese => format!("{week}のトレーニングを振り返ってください。"),
    }
}
