//! One activity.

use super::{Reads, Resource, arguments, leading_id};
use crate::mcp::completion::Source;

pub const RESOURCE: Resource = Resource {
    uri: "intervals://activity/{id}",
    name: "activity",
    title: "Activity",
    description: "One activity: totals, load, intervals, how it felt.",
    completes: Some(Source::Activities),
    fixed: false,
    reads: Reads::Tool {
        name: "get_activity",
        arguments: |value| arguments([("id", leading_id(value))]),
    },
};
