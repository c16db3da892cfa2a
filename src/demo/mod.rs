//! An Intervals.icu in process, and its invented athlete.

/// The demo athlete and the key that its API accepts.
pub const ATHLETE_ID: &str = "i424242";
pub const API_KEY: &str = "demo-key-of-the-invented-athlete";
