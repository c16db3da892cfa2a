//! Formulas over plain series; each names its source.

pub mod baseline;
pub mod buckets;
pub mod critical_power;
pub mod distribution;
pub mod durability;
pub mod execution;
pub mod fitness;
pub mod heartbeats;
pub mod load;
pub mod normalized_power;
pub mod outliers;
pub mod projection;
pub mod recording;
pub mod spearman;
pub mod splits;
pub mod taper;
pub mod theil_sen;
