//! The demo's athlete and its API, over HTTP as the client sees them.
mod api;
mod athlete;
mod curves;
mod events;
mod recorded;
mod service;
