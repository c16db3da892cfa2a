//! Starts the real server for a test and speaks to it as a client would.

pub mod flow;
mod server;

pub use server::{Server, ServerOptions, secrets};
