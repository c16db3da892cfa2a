//! What the numbers are, how they are computed and by whom.

use super::{Reads, Resource, arguments};

pub const RESOURCE: Resource = Resource {
    uri: "intervals://help/metrics",
    name: "help_metrics",
    title: "Metrics",
    description: "Units, formulas with their sources, and what every scale means.",
    completes: None,
    fixed: true,
    reads: Reads::Tool {
        name: "get_help",
        arguments: |_| arguments([("topic", "formulas")]),
    },
};
