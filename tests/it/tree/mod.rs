//! Rules about the source that no compiler knows: who may import whom, which crate stays where, how large a file may be,
//! and that a tool is whole.

mod arrows;
mod files;
mod pipeline;
mod source;
mod tools;

pub use source::root;
