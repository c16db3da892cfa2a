//! The process's environment and `.env`, as they are.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::Path;

use super::{Problem, Values};

/// The environment of this process; what is not Unicode is no value of ours.
#[must_use]
pub fn read() -> Values {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect()
}

/// The values of the file at `path`, or none when there is no such file.
///
/// # Errors
/// A problem for each line that cannot be read. A line is named by its number, never by its text: it may hold a secret.
pub fn read_dotenv(path: &Path) -> Result<Values, Vec<Problem>> {
    match std::fs::read_to_string(path) {
        Ok(text) => parse_dotenv(&text),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(BTreeMap::new()),
        Err(error) => Err(vec![problem(format!("cannot be read ({})", error.kind()))]),
    }
}

/// As [`read_dotenv`], of the file's text.
///
/// # Errors
/// As [`read_dotenv`].
pub fn parse_dotenv(text: &str) -> Result<Values, Vec<Problem>> {
    let mut values = BTreeMap::new();
    let mut problems = Vec::new();
    for entry in dotenvy::from_read_iter(text.as_bytes()) {
        match entry {
            // The first of two lines holds, as in every other reader of this format.
            Ok((name, value)) => {
                values.entry(name).or_insert(value);
            }
            Err(dotenvy::Error::LineParse(line, _)) => {
                // What cannot be understood is the line or its value, which may go on over several lines.
                let first = line.lines().next().unwrap_or_default();
                let number = text.lines().position(|candidate| candidate.contains(first));
                problems.push(problem(match number {
                    Some(index) => format!("line {} cannot be understood", index + 1),
                    None => "a line cannot be understood".to_owned(),
                }));
            }
            Err(_) => problems.push(problem("cannot be read".to_owned())),
        }
    }
    if problems.is_empty() {
        Ok(values)
    } else {
        Err(problems)
    }
}

fn problem(wrong: String) -> Problem {
    Problem {
        variable: ".env".to_owned(),
        wrong,
        right: "NAME=value, with single quotes around a value that has blanks, # or $ in it"
            .to_owned(),
    }
}
