//! What the program can be asked to do.

mod banner;
mod check;
mod demo;
mod docs;
mod failure;
mod listening;
mod serve;
mod signals;
mod workout;

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use intervals_mcp_server::clock::Clock;
use intervals_mcp_server::config::command_line::Action;
use intervals_mcp_server::config::{Config, Sources, Values, environment};
use tokio::runtime::Builder;

pub use failure::Failure;

/// Does what was asked for, until it is done or a signal says stop.
///
/// # Errors
/// Why that could not be.
pub fn run(action: Action, mut sources: Sources) -> Result<ExitCode, Failure> {
    if let Action::Workout(options) = &action {
        return workout::show(options).map_err(Failure::Found);
    }
    if let Action::Docs { check } = action {
        return Ok(docs::write(check));
    }
    let dotenv = || environment::read_dotenv(Path::new(".env"));
    sources.dotenv = match action {
        // It is there for the real server: a try-out must not write where that keeps its state.
        Action::Demo { .. } => Values::new(),
        // A health check must not fail over a line that the running server has long read.
        Action::Check { health: true } => dotenv().unwrap_or_default(),
        _ => dotenv()?,
    };
    // Two threads answer thousands of requests a second; each more would cost memory for nothing.
    let runtime = Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| {
            Failure::Machine(format!(
                "the runtime cannot start: {error}; give the process more threads and open files"
            ))
        })?;
    let done = runtime.block_on(async {
        match action {
            Action::Serve => serve::serve(load(&sources)?).await?,
            Action::Demo { api } => demo::serve(sources, api).await?,
            Action::Check { health: true } => check::health(&sources).await?,
            Action::Check { health: false } => check::whole(&sources).await?,
            Action::Workout(_) | Action::Docs { .. } => {}
        }
        Ok(ExitCode::SUCCESS)
    });
    // What still runs had its time to finish.
    runtime.shutdown_background();
    done
}

/// The configuration as it is now and here.
fn load(sources: &Sources) -> Result<Config, Failure> {
    let config = Config::load(sources)?.at(Clock::system().now())?;
    Ok(config.here(sources))
}

/// Tells the person at the terminal. Not a print macro: those panic when nobody reads.
fn say(text: &str) {
    let _ = writeln!(io::stdout(), "{text}");
}
