//! Why the program ends early, and with which code.

use std::io::{self, Write};
use std::process::ExitCode;

use intervals_mcp_server::app::BuildError;
use intervals_mcp_server::config::Problem;
use intervals_mcp_server::{state, telemetry};

/// Everything that ends the program with another code than 0, but for what clap says about flags.
pub enum Failure {
    /// What was asked about is not as it should be.
    Found(String),
    Configuration(Vec<Problem>),
    State(state::OpenError),
    Listening(String),
    Telemetry(telemetry::InitError),
    /// The machine's fault, or ours.
    Machine(String),
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
            other => Self::Machine(other.to_string()),
        }
    }
}

impl Failure {
    /// The exit code, as `--help` lists them.
    const fn code(&self) -> u8 {
        match self {
            Self::Found(_) => 1,
            Self::Configuration(_) | Self::Telemetry(telemetry::InitError::Filter) => 2,
            Self::State(_) => 3,
            Self::Listening(_) => 4,
            Self::Telemetry(telemetry::InitError::Directory(_)) => 5,
            // EX_SOFTWARE of sysexits.h.
            Self::Machine(_) | Self::Telemetry(telemetry::InitError::Twice) => 70,
        }
    }

    /// Tells the person at the terminal what is wrong, one line per problem.
    pub fn tell(&self) -> ExitCode {
        let lines = match self {
            Self::Configuration(problems) => problems.iter().map(ToString::to_string).collect(),
            Self::Telemetry(error) => vec![error.to_string()],
            Self::State(error) => vec![error.to_string()],
            Self::Found(why) | Self::Listening(why) | Self::Machine(why) => vec![why.clone()],
        };
        for line in lines {
            let _ = writeln!(io::stderr(), "{line}");
        }
        ExitCode::from(self.code())
    }
}
