//! Starts the real server for a test and speaks to it as a client would.

mod account;
mod altered;
pub mod asked;
mod caller;
pub mod certificates;
pub mod documents;
pub mod environment;
pub mod flow;
pub mod process;
pub mod redis;
mod replicas;
mod server;
mod turns;
mod twist;
mod world;

pub use account::{Account, day, days};
pub use altered::{altered, altered_with};
pub use caller::{Answer, Caller, LEGACY, MODERN, Said, meta};
pub use replicas::Replicas;
pub use server::{Server, ServerOptions, secrets};
pub use twist::Twisted;
pub use world::{NOW, World, table};
