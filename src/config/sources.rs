//! Where a value comes from, and the reading that collects every problem before it gives up.

use std::collections::BTreeMap;
use std::fmt;

use super::variables::Variable;

/// Values by variable name.
pub type Values = BTreeMap<String, String>;

/// Everything that a configuration is made of, the strongest first.
#[derive(Default, Clone)]
pub struct Sources {
    /// Hold whatever else is said: the demo must never see a real key.
    pub fixed: Values,
    pub flags: Values,
    pub environment: Values,
    pub dotenv: Values,
    /// Hold where nothing else is said, before the table's defaults.
    pub fallback: Values,
}

impl Sources {
    /// The value of `name` wherever it is set; a blank value is as good as none, since hosting panels and compose files
    /// set empty ones.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.set(name)
            .or_else(|| non_blank(self.fallback.get(name)))
    }

    /// As [`Self::get`], without the fallbacks.
    pub(super) fn set(&self, name: &str) -> Option<&str> {
        [&self.fixed, &self.flags, &self.environment, &self.dotenv]
            .into_iter()
            .find_map(|values| non_blank(values.get(name)))
    }
}

fn non_blank(value: Option<&String>) -> Option<&str> {
    value.map(|v| v.trim()).filter(|v| !v.is_empty())
}

/// One thing that is wrong. Says which variable, what and how it would be right, and never repeats the value: people
/// paste keys into the wrong line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub variable: String,
    pub wrong: String,
    pub right: String,
}

impl Problem {
    pub(super) fn of(variable: &Variable, wrong: impl Into<String>) -> Self {
        Self {
            variable: variable.name.to_owned(),
            wrong: wrong.into(),
            right: variable.example.to_owned(),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}: {}; right would be, for example, {}",
            self.variable, self.wrong, self.right
        )
    }
}

/// Reads values one by one and remembers what was wrong.
pub(super) struct Reader<'a> {
    pub(super) sources: &'a Sources,
    pub(super) problems: Vec<Problem>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(sources: &'a Sources) -> Self {
        Self {
            sources,
            problems: Vec::new(),
        }
    }

    pub(super) fn wrong(&mut self, variable: &Variable, wrong: impl Into<String>) {
        self.problems.push(Problem::of(variable, wrong));
    }

    /// The parsed value, or `None` after a problem was noted or when an optional variable is unset.
    pub(super) fn read<T, E: fmt::Display>(
        &mut self,
        variable: &Variable,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        let Some(text) = self.sources.get(variable.name).or(variable.default) else {
            if variable.required {
                self.wrong(variable, "is not set");
            }
            return None;
        };
        match parse(text) {
            Ok(value) => Some(value),
            Err(why) => {
                self.wrong(variable, why.to_string());
                None
            }
        }
    }
}
