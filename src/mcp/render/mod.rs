//! How data becomes text: what the model reads is decided here, in a tool's description and in `error`.

pub mod activities;
pub mod activity;
pub mod activity_change;
pub mod agenda;
pub mod analysis;
pub mod athlete;
pub mod change;
pub mod changes_by_week;
pub mod channel;
pub mod clashes;
pub mod compare;
pub mod compare_intervals;
pub mod curve_models;
pub mod curves;
pub mod days;
pub mod effect;
pub mod efforts;
pub mod event;
pub mod events;
pub mod fitness;
pub mod intervals;
pub mod library;
pub mod members;
pub mod outcome;
pub mod parts;
pub mod plan;
mod plan_quality;
pub mod progress;
pub mod projection;
pub mod splits;
pub mod sport_change;
pub mod steps;
pub mod streams;
pub mod summary;
pub mod table;
pub mod taper;
pub mod today;
pub mod trend;
pub mod wellness;
pub mod wellness_change;
pub mod wellness_trend;
pub mod workout;
pub mod workouts;
pub mod zones;

/// `1 event`, `2 events`.
#[must_use]
pub fn count(n: usize, noun: &str) -> String {
    format!("{n} {noun}{}", if n == 1 { "" } else { "s" })
}
