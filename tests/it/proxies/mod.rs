//! The real binary behind the real nginx and the real Caddy, with the site files that are shipped.
//!
//! Needs `nginx`, `caddy` and `curl`. Without them these tests say so and pass, except when `CI=true`.

mod bodies;
mod curl;
mod front;
mod login;
mod shipped;
mod site_files;
mod streams;
mod visitors;
