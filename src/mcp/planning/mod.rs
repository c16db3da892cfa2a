//! Writing the calendar: from what a model sends to what is sent to Intervals.icu.

pub mod draft;
mod numbers;
pub mod prose;
pub mod read_back;
pub mod session;
mod sort;
mod values;
mod when;
