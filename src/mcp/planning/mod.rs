//! Writing into the calendar: what is meant, what it does, and how it is carried out.
//!
//! A tool reads what surrounds the days it touches (`effect`, through `lookup`), makes [`Edit`]s (`draft` turns what the model
//! sent into members of an event) and hands both to [`carry_out`], which does all the rest for every tool alike: dry runs,
//! `if_unchanged`, recording for undo, writing (`write`), reading back (`read_back` compares the service's parse with ours)
//! and the answer.

mod clashes;
pub mod draft;
mod edit;
pub mod effect;
mod lookup;
pub mod moving;
mod numbers;
mod plan;
pub mod prose;
pub mod read_back;
pub mod saving;
pub mod selection;
pub mod session;
mod sort;
mod times;
mod values;
mod week_load;
mod when;
mod write;

pub use clashes::{Clash, Limit};
pub use edit::{Edit, label};
pub use plan::{Ask, carry_out};
pub use times::before_writing;
pub use week_load::{Goal, Sum, Week};
