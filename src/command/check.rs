//! `check`: the doctor's words at a terminal.

use intervals_mcp_server::check;
use intervals_mcp_server::clock::Clock;
use intervals_mcp_server::config::{Config, Sources};

use super::failure::Failure;
use super::{load, say};

/// Whether the server of this configuration is alive; says nothing when it is.
pub async fn health(sources: &Sources) -> Result<(), Failure> {
    let listen = Config::listen(sources)?;
    check::health(listen).await.map_err(Failure::Found)
}

/// What keeps Claude from connecting, from the outside in.
pub async fn whole(sources: &Sources) -> Result<(), Failure> {
    let config = load(sources)?;
    let report = check::examine(config, Clock::system()).await;
    say(&report.to_string());
    let verdict = report.verdict().map_err(Failure::Found)?;
    say(&verdict);
    Ok(())
}
