//! `check`: the doctor's words at a terminal.

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

/// Everything that can be known before the server starts.
pub async fn whole(sources: &Sources) -> Result<(), Failure> {
    let config = Config::load(sources)?.at(Clock::system().now())?;
    for warning in &config.warnings {
        say(&format!("Warning: {warning}"));
    }
    let kept = check::state(&config.state).await.map_err(Failure::State)?;
    let said = check::account(config.intervals, &config.http.public_url).await;
    said.map(|text| say(&format!("{text}\n{kept}")))
        .map_err(Failure::Found)
}
