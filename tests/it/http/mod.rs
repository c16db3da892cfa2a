//! What the server does over HTTP whoever is calling.

mod bounds;
mod cors;
mod host;
mod paths;
mod raw;
mod stopping;
mod unread;
