//! The authorization server and the guard, black box.

mod consent;
mod discovery;
mod forgery;
mod guard;
mod logs;
mod owner;
mod refresh;
mod registration;
mod requests;
mod restart;
mod tokens;
