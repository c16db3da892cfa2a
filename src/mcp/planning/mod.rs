//! Writing the calendar: from what a model sends to what is sent to Intervals.icu.

mod clashes;
pub mod draft;
pub mod effect;
mod numbers;
pub mod prose;
pub mod read_back;
pub mod session;
mod sort;
mod values;
mod week_load;
mod when;

pub use clashes::{Clash, Limit};
pub use week_load::{Goal, Sum, Week};
