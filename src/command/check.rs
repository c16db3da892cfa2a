//! `check`: the doctor's words at a terminal.

use std::process::ExitCode;

use intervals_mcp_server::check;
use intervals_mcp_server::clock::Clock;
use intervals_mcp_server::config::{Config, Sources};

use super::failure::Failure;
use super::say;

/// Whether the server of this configuration is alive; says nothing when it is.
pub async fn health(sources: &Sources) -> Result<(), Failure> {
    let listen = Config::listen(sources)?;
    check::health(listen).await.map_err(Failure::Found)
}

/// What keeps Claude from connecting, from the outside in; code 1 says that something does.
pub async fn whole(sources: &Sources) -> Result<ExitCode, Failure> {
    let config = Config::load(sources)?.at(Clock::system().now())?;
    let report = check::examine(config, Clock::system()).await;
    say(&report.to_string());
    Ok(ExitCode::from(u8::from(report.problems() > 0)))
}
