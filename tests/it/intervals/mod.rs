//! The client of Intervals.icu against an upstream that says whatever a test wants.

mod answers;
mod limits;
mod requests;
mod sharing;
mod upstream;
mod writes;
