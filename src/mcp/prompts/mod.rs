//! Conversations that people start from a menu: short instructions that name the tools to use and what to ask back.

mod build_to_race;
mod how_did_it_go;
mod language;
mod monthly_report;
mod plan_my_week;
mod ready_for_intensity;
mod weekly_review;

use std::collections::HashMap;

use rmcp::model::{JsonObject, Prompt as Listed, PromptArgument, PromptMessage, Role};
use serde_json::Value;

use super::completion::Source;
use super::text;
pub use language::Language;

/// Longest value of an argument that is taken over, in characters.
const VALUE_LIMIT: usize = 200;
const QUOTATION_MARKS: [char; 12] = [
    '"', '“', '”', '„', '「', '」', '『', '』', '｢', '｣', '＂', '`',
];

/// A conversation to start.
pub struct Prompt {
    pub name: &'static str,
    pub title: &'static str,
    pub description: &'static str,
    /// What can be said beforehand, besides the language.
    pub arguments: &'static [Argument],
    pub says: Says,
}

/// What the person says by choosing the prompt.
pub enum Says {
    /// The rules of the house follow by themselves. Calls stand there as `tool(parameter=value, parameter)`: bare parameters
    /// are left to the model.
    Text(fn(&Given, Language) -> String),
    #[cfg(feature = "conformance")]
    Fixture(fn(&Given) -> Vec<PromptMessage>),
}

/// Something that a person can fill in.
pub struct Argument {
    pub name: &'static str,
    pub description: &'static str,
    pub required: bool,
    pub completes: Source,
}

/// What a person filled in, by name; cleaned, never empty.
#[derive(Debug, Default)]
pub struct Given(HashMap<&'static str, String>);

impl Given {
    /// What was filled in as `name`.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// What was filled in as `name`, in quotation marks that it cannot leave.
    #[must_use]
    pub fn quoted(&self, name: &str, language: Language) -> Option<String> {
        let (open, close) = language.quotation_marks();
        let value = self.get(name)?.replace(QUOTATION_MARKS, "'");
        Some(format!("{open}{value}{close}"))
    }

    /// What was filled in as `name`, else `otherwise`.
    #[must_use]
    pub fn or<'g>(&'g self, name: &str, otherwise: &'g str) -> &'g str {
        self.get(name).unwrap_or(otherwise)
    }
}

/// All of them, in the order of listing.
#[must_use]
pub fn all() -> Vec<Prompt> {
    let prompts = vec![
        weekly_review::PROMPT,
        plan_my_week::PROMPT,
        how_did_it_go::PROMPT,
        ready_for_intensity::PROMPT,
        build_to_race::PROMPT,
        monthly_report::PROMPT,
    ];
    #[cfg(feature = "conformance")]
    let prompts = super::fixtures::with_prompts(prompts);
    prompts
}

impl Prompt {
    /// The arguments; the language is one of every prompt.
    pub fn arguments(&self) -> impl Iterator<Item = &Argument> {
        self.arguments.iter().chain(match self.says {
            Says::Text(_) => Some(&language::ARGUMENT),
            #[cfg(feature = "conformance")]
            Says::Fixture(_) => None,
        })
    }

    /// As `prompts/list` shows it.
    #[must_use]
    pub fn listed(&self) -> Listed {
        let arguments = self.arguments().map(|argument| {
            let listed = PromptArgument::new(argument.name).with_description(argument.description);
            if argument.required {
                listed.with_required(true)
            } else {
                listed
            }
        });
        let arguments: Vec<PromptArgument> = arguments.collect();
        let arguments = (!arguments.is_empty()).then_some(arguments);
        Listed::new(self.name, Some(self.description), arguments).with_title(self.title)
    }

    /// The messages to start with.
    ///
    /// # Errors
    /// Which argument is missing or wrong, and what would be right.
    pub fn messages(&self, filled_in: &JsonObject) -> Result<Vec<PromptMessage>, String> {
        let given = self.given(filled_in)?;
        match self.says {
            Says::Text(says) => {
                let language = Language::of(&given)?;
                let text = format!("{}\n\n{}", says(&given, language), language.rules());
                Ok(vec![PromptMessage::new_text(Role::User, text)])
            }
            #[cfg(feature = "conformance")]
            Says::Fixture(says) => Ok(says(&given)),
        }
    }

    fn given(&self, filled_in: &JsonObject) -> Result<Given, String> {
        let mut given = Given::default();
        for argument in self.arguments() {
            let name = argument.name;
            let value = match filled_in.get(name) {
                None | Some(Value::Null) => String::new(),
                Some(Value::String(value)) => text::line(value, VALUE_LIMIT),
                Some(_) => return Err(format!("{name} must be a string")),
            };
            if !value.is_empty() {
                given.0.insert(name, value);
            } else if argument.required {
                return Err(format!("{name} is missing: {}", argument.description));
            }
        }
        Ok(given)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_has_to_be_filled_in_is_listed_so_and_asked_for() {
        let prompt = Prompt {
            name: "greet",
            title: "Greet",
            description: "Says hello.",
            arguments: &[Argument {
                name: "who",
                description: "a name",
                required: true,
                completes: Source::Days,
            }],
            says: Says::Text(|given, language| given.quoted("who", language).unwrap_or_default()),
        };
        let listed = serde_json::to_value(prompt.listed()).unwrap();
        assert_eq!(
            listed.pointer("/arguments/0"),
            Some(&json!({ "name": "who", "description": "a name", "required": true }))
        );
        for nobody in [json!({}), json!({ "who": null }), json!({ "who": " \n" })] {
            let refused = prompt.messages(nobody.as_object().unwrap());
            assert_eq!(refused.unwrap_err(), "who is missing: a name");
        }
        let somebody = json!({ "who": "Ann \"A\"" });
        let said = prompt.messages(somebody.as_object().unwrap()).unwrap();
        let said = serde_json::to_value(said).unwrap();
        let text = said.pointer("/0/content/text").and_then(Value::as_str);
        assert!(text.unwrap().starts_with("\"Ann 'A'\"\n\n"), "{text:?}");
    }
}
