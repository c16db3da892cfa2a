//! The authorization server and the guard, black box.

mod cimd;
mod connections;
mod consent;
mod discovery;
mod forgery;
mod guard;
mod logs;
mod owner;
mod pages;
mod refresh;
mod registration;
mod requests;
mod restart;
mod revocation;
mod tokens;
