//! The text language of planned workouts.

use super::{Reads, Resource, arguments};

pub const RESOURCE: Resource = Resource {
    uri: "intervals://help/workout-syntax",
    name: "help_workout_syntax",
    title: "Workout syntax",
    description: "How to write a planned workout as text: steps, lengths, targets, repeats, and what is misread.",
    completes: None,
    fixed: true,
    reads: Reads::Tool {
        name: "get_help",
        arguments: |_| arguments([("topic", "workouts")]),
    },
};
