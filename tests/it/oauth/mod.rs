//! The authorization server and the guard, black box.

mod chain;
mod cimd;
mod connections;
mod consent;
mod discovery;
mod forgery;
mod guard;
mod inside;
mod logs;
mod memory;
mod owner;
mod pages;
mod probe;
mod races;
mod redirects;
mod refresh;
mod registration;
mod replicas;
mod requests;
mod requirements;
mod restart;
mod revocation;
mod scopes;
mod specification;
mod tokens;
