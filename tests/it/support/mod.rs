//! Starts the real server for a test and speaks to it as a client would.

mod caller;
pub mod flow;
mod server;

pub use caller::{Answer, Caller, LEGACY, MODERN, Said, meta};
pub use server::{Server, ServerOptions, secrets};
