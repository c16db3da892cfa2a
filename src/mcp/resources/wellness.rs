//! One day of wellness.

use super::{Reads, Resource, arguments};
use crate::mcp::completion::Source;

pub const RESOURCE: Resource = Resource {
    uri: "intervals://wellness/{date}",
    name: "wellness",
    title: "Wellness of a day",
    description: "Sleep, HRV, resting HR, weight, how the athlete felt, fitness and fatigue of one local day.",
    completes: Some(Source::Days),
    fixed: false,
    reads: Reads::Tool {
        name: "get_wellness",
        arguments: |value| arguments([("oldest", value), ("newest", value)]),
    },
};
