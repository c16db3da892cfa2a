//! The documents: what is generated in them is fresh, the guide says the same in both languages, links lead somewhere, and
//! commands are ones that exist.

mod commands;
mod generated;
mod links;
mod markdown;
mod translation;
