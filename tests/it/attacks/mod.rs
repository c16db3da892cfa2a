//! The built binary as a stranger finds it: started with environment variables only, spoken to in bytes.
//!
//! A case starts a [`Target`](target::Target), does its worst and ends with `finish()`, which holds the server to what is true
//! after every case: it lives, it told no secret, it gave no code away, it called nobody. Cases that need another time than now run
//! in process, on a clock that the test moves.

mod apps;
mod canary;
mod client;
mod forge;
mod message;
mod owner;
mod page;
mod policy;
mod site;
mod target;
mod wire;

mod asking;
mod authorize;
mod claims;
mod client_authentication;
mod client_documents;
mod connections;
mod consent;
mod dependencies;
mod discovery;
mod floods;
mod guessing;
mod jwt;
mod on_disk;
mod races;
mod refresh;
mod registration;
mod revocation;
mod shown;
mod tokens;

mod authorities;
mod caller;
mod upstream;

mod from_upstream;
mod injection;
mod leaks;
mod load;
mod resource_server;
mod startup;
mod to_upstream;
mod web;
