//! `.env.example` says what the table says.

use std::collections::BTreeMap;

use intervals_mcp_server::config::environment::parse_dotenv;
use intervals_mcp_server::config::{Config, Sources, variables};

const EXAMPLE: &str = include_str!("../../../.env.example");

/// Every assignment, whether commented out or not: the value, and whether it is set.
fn assignments() -> BTreeMap<&'static str, (&'static str, bool)> {
    let mut found = BTreeMap::new();
    for line in EXAMPLE.lines() {
        let (text, set) = match line.strip_prefix("# ") {
            Some(text) => (text, false),
            None => (line, true),
        };
        let Some((name, value)) = text.split_once('=') else {
            continue;
        };
        if name.chars().all(|c| c.is_ascii_uppercase() || c == '_') {
            assert!(
                found.insert(name, (value, set)).is_none(),
                "{name} stands twice"
            );
        }
    }
    found
}

#[test]
fn the_example_names_every_variable_and_no_other() {
    let example: Vec<&str> = assignments().into_keys().collect();
    let mut table: Vec<&str> = variables::ALL.iter().map(|v| v.name).collect();
    table.sort_unstable();
    assert_eq!(example, table);
}

#[test]
fn the_example_sets_what_is_required_and_shows_the_defaults_of_the_rest() {
    let example = assignments();
    for variable in variables::ALL {
        let (value, set) = example[variable.name];
        assert_eq!(set, variable.required, "{}", variable.name);
        if !variable.required {
            assert_eq!(
                value,
                variable.default.unwrap_or_default(),
                "{}",
                variable.name
            );
        }
        let line = format!("# {}\n", variable.doc);
        assert!(
            EXAMPLE.contains(&line),
            "{} is described otherwise",
            variable.name
        );
    }
}

#[test]
fn a_copy_of_the_example_does_not_start_until_every_sample_is_replaced() {
    let dotenv = parse_dotenv(EXAMPLE).unwrap();
    let sources = Sources {
        dotenv,
        ..Sources::default()
    };
    let problems = Config::load(&sources).err().unwrap();
    let mut refused: Vec<&str> = problems.iter().map(|p| p.variable.as_str()).collect();
    refused.sort_unstable();
    assert_eq!(
        refused,
        ["API_KEY", "ATHLETE_ID", "BASE_URL", "JWT_SECRET_KEY"]
    );
}
