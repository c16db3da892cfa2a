//! A remote MCP server for Intervals.icu with built-in OAuth.
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::exit,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::disallowed_methods
)]

pub mod analytics;
pub mod app;
pub mod check;
pub mod clock;
pub mod config;
pub mod demo;
pub mod http;
pub mod identity;
pub mod intervals;
pub mod mcp;
pub mod oauth;
pub mod public_url;
pub mod state;
pub mod telemetry;
pub mod units;
