//! Formulas over plain series; each names its source.

pub mod baseline;
pub mod fitness;
pub mod projection;
pub mod splits;
pub mod taper;
