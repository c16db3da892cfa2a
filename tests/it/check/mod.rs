//! The doctor: the real `check` against a real server behind a proxy with TLS, well and with one thing wrong at a time.

mod inside;
mod outside;
mod proxy;
mod site;
mod well;
