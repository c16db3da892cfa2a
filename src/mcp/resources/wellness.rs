//! One day of wellness.

use rmcp::model::JsonObject;

use super::{Reads, Resource, arguments};
use crate::mcp::completion::Source;
use crate::mcp::error::ToolError;
use crate::mcp::params::DateSpec;

pub const RESOURCE: Resource = Resource {
    uri: "intervals://wellness/{date}",
    name: "wellness",
    title: "Wellness of a day",
    description: "Sleep, HRV, resting HR, weight, how the athlete felt, fitness and fatigue of one local day.",
    completes: Some(Source::Days),
    fixed: false,
    reads: Reads::Tool {
        name: "get_wellness",
        arguments: of_one_day,
    },
};

fn of_one_day(value: &str) -> Result<JsonObject, ToolError> {
    match DateSpec::parse(value) {
        Ok(DateSpec::Week(_)) | Err(_) => Err(ToolError::Invalid(
            "This is not a day: write YYYY-MM-DD, today, yesterday, -3d or last_monday.".to_owned(),
        )),
        Ok(_) => Ok(arguments([
            ("oldest", value),
            ("newest", value),
            ("fields", "all"),
        ])),
    }
}
