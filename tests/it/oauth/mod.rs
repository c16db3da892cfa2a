//! The authorization server and the guard, black box.

mod chain;
mod consent;
mod discovery;
mod forgery;
mod guard;
mod inside;
mod logs;
mod memory;
mod owner;
mod races;
mod redirects;
mod refresh;
mod registration;
mod requests;
mod requirements;
mod restart;
mod scopes;
mod specification;
mod tokens;
