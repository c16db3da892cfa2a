//! Parameter types that tools share.
//!
//! Clients write what they like: numbers and lists arrive as strings, a single value where a list is wanted. What can be
//! understood is; what cannot is answered with the right values. The schemas show the strict form only.

mod category;
mod choice;
mod compare_to;
mod date;
mod event;
mod id;
mod lenient;
mod page;
mod secs;
mod sport;
mod steps;
mod wellness;
mod what_if;
mod zones;

pub use category::Category;
pub(crate) use choice::choice;
pub use choice::{Choice, Choices};
pub use compare_to::CompareTo;
pub use date::{DateSpec, Window, WindowError};
pub use event::{Availability, EventSpec, Kind};
pub use id::{ActivityId, EventId, WorkoutId};
pub use lenient::{Flag, Int, List, Num, Object, Text};
pub use page::Page;
pub use secs::{Lasting, Secs};
pub use sport::{Sport, family};
pub use steps::Steps;
pub use wellness::WellnessEntry;
pub use what_if::{Supposed, WhatIf};
pub use zones::Zones;
