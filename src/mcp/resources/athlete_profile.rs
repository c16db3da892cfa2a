//! Who the athlete is.

use super::{Reads, Resource, arguments};

pub const RESOURCE: Resource = Resource {
    uri: "intervals://athlete/profile",
    name: "athlete_profile",
    title: "Athlete profile",
    description: "Time zone, units, thresholds per sport, zones in absolute units.",
    completes: None,
    fixed: false,
    reads: Reads::Tool {
        name: "get_athlete",
        arguments: |_| arguments([]),
    },
};
