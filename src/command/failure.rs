//! Why the program ends early, and with which code.

use std::io::{self, Write};
use std::process::ExitCode;

use intervals_mcp_server::app::BuildError;
use intervals_mcp_server::config::Problem;
use intervals_mcp_server::{state, telemetry};

/// Why the process ends early, and with which code: 2 for a configuration that cannot be started, as for a wrong flag.
pub enum Failure {
    Configuration(Vec<Problem>),
    Telemetry(telemetry::InitError),
    State(state::OpenError),
    Other(String),
}

impl From<Vec<Problem>> for Failure {
    fn from(problems: Vec<Problem>) -> Self {
        Self::Configuration(problems)
    }
}

impl From<BuildError> for Failure {
    fn from(error: BuildError) -> Self {
        match error {
            BuildError::State(error) => Self::State(error),
            other => Self::Other(other.to_string()),
        }
    }
}

impl Failure {
    /// Tells the person at the terminal what is wrong, one line per problem.
    pub fn tell(&self) -> ExitCode {
        let (lines, code) = match self {
            Self::Configuration(problems) => {
                (problems.iter().map(ToString::to_string).collect(), 2)
            }
            Self::Telemetry(error) => (vec![error.to_string()], 2),
            Self::State(error) => (vec![error.to_string()], 2),
            Self::Other(error) => (vec![error.clone()], 1),
        };
        for line in lines {
            let _ = writeln!(io::stderr(), "{line}");
        }
        ExitCode::from(code)
    }
}
