//! The way to a race.

use super::{Argument, Given, Language, Prompt, Says};
use crate::mcp::completion::Source;

pub const PROMPT: Prompt = Prompt {
    name: "build_to_race",
    title: "Build to a race",
    description: "Sketches the weeks from today to a race: phases, load, key sessions, taper.",
    arguments: &[Argument {
        name: "race",
        description: "name or date, default the next race in the calendar",
        required: false,
        completes: Source::Races,
    }],
    says: Says::Text(says),
};

fn says(given: &Given, language: Language) -> String {
    match language {
        Language::English => {
            let race = given.or("race", "my next race");
            format!("Plan the way to {race}.")
        }
        Language::Japanese => {
            let race = given.or("race", "次のレース");
            format!("{race}までの計画を立ててください。")
        }
    }
}
