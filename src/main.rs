//! The binary: reads what was asked for and does it.
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::exit,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::disallowed_methods
)]

mod command;

use std::process::ExitCode;

use command::Failure;
use intervals_mcp_server::config::{Sources, command_line, environment};

#[cfg(not(target_env = "msvc"))]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    let invocation = match command_line::parse(std::env::args_os()) {
        Ok(invocation) => invocation,
        Err(help) => {
            let _ = help.print();
            return ExitCode::from(u8::try_from(help.exit_code()).unwrap_or(2));
        }
    };
    let sources = Sources {
        flags: invocation.flags,
        environment: environment::read(),
        ..Sources::default()
    };
    std::panic::catch_unwind(|| command::run(invocation.action, sources))
        .unwrap_or_else(|_| Err(Failure::Machine("a mistake of this program".to_owned())))
        .unwrap_or_else(|failure| failure.tell())
}
