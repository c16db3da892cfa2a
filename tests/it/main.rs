//! One integration binary over the real server: only the network edge, Intervals.icu, is the demo's.
mod analytics;
mod answers;
mod attacks;
mod browser;
mod configuration;
mod demo;
mod http;
mod intervals;
mod mistakes;
mod oauth;
mod protocol;
mod sequences;
mod state;
mod support;
mod tools;
mod tree;
mod workout;
