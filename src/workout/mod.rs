//! The text language of planned workouts, as Intervals.icu reads it.
//!
//! ```text
//! text ──parser──► Parsed { Workout, mistakes } ──validate──► mistakes with place and fix
//!            │                 │
//!          lexer,         athlete (targets → W, bpm, m/s), estimate (time, load)
//!          step                │
//!   steps as JSON ──steps──► Workout ──print──► text;  ──document──► the service's `workout_doc`;  ──table──► for people
//! ```
//!
//! The parser never fails: it reads every text as the service does, which drops what it does not know, and reports that.
//! `parse(print(w))` is `w`.

pub mod ast;
mod athlete;
mod document;
mod error;
mod estimate;
mod foreign;
mod lexer;
mod member;
mod parser;
mod print;
mod quantity;
mod review;
mod step;
mod steps;
mod table;
mod validate;
mod zones;

pub use ast::Workout;
pub use athlete::{Athlete, sport, threshold_pace};
pub use document::document;
pub use error::{Mistake, Problem, Severity};
pub use estimate::{Estimate, estimate};
pub use parser::{MAX_BYTES, Parsed, parse};
pub use print::print;
pub use steps::from_steps;
pub use table::table;
pub use validate::validate;
pub use zones::Ends;
