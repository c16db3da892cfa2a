//! One event of the calendar.

use super::{Reads, Resource, arguments, leading_id};
use crate::mcp::completion::Source;

pub const RESOURCE: Resource = Resource {
    uri: "intervals://event/{id}",
    name: "event",
    title: "Calendar event",
    description: "One planned workout, race or note, with its steps in absolute units.",
    completes: Some(Source::Events),
    fixed: false,
    reads: Reads::Tool {
        name: "get_event",
        arguments: |value| arguments([("id", leading_id(value))]),
    },
};
