//! Formulas against what Intervals.icu itself computed.

mod fitness;
mod power;
