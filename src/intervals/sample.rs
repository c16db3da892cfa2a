//! Rows as the service sends them, for tests of what is made of them.
#![cfg(test)]

use serde_json::Value;

use super::activities::Activity;
use super::events::Event;
use super::lenient::Document;
use super::preferences::Preferences;
use super::wellness::Wellness;

fn read<T: Document>(answer: &Value) -> T {
    T::read(answer).expect("an answer of the right kind")
}

/// A list of calendar entries.
pub fn events(answer: &Value) -> Vec<Event> {
    read(answer)
}

/// A list of activities.
pub fn activities(answer: &Value) -> Vec<Activity> {
    read(answer)
}

/// A list of days.
pub fn wellness(answer: &Value) -> Vec<Wellness> {
    read(answer)
}

/// The athlete's settings.
pub fn preferences(answer: &Value) -> Preferences {
    read(answer)
}
