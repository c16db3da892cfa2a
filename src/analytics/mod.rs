//! Formulas over plain series; each names its source.

pub mod baseline;
pub mod buckets;
pub mod fitness;
pub mod normalized_power;
pub mod outliers;
pub mod projection;
pub mod recording;
pub mod spearman;
pub mod splits;
pub mod taper;
pub mod theil_sen;
