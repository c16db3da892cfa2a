//! Changes of the calendar.
//!
//! `effect` says what a change does, before or after it was made: the load of its weeks (`week_load`), fitness and form on the
//! days that matter, and what it comes in the way of (`clashes`).

mod clashes;
pub mod effect;
mod week_load;

pub use clashes::{Clash, Limit};
pub use week_load::{Goal, Sum, Week};
