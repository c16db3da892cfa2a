//! What the model cannot know otherwise: resources do not reach it on Claude.ai.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::identity::Scopes;
use crate::mcp::context::Context;
use crate::mcp::error::ToolError;
use crate::mcp::help;
use crate::mcp::params::{Choice, choice};
use crate::mcp::registry::{Access, Tool};
use crate::mcp::reply::Reply;

choice! {
    pub enum Topic {
        Tools = "tools",
        Scales = "scales",
        Units = "units",
        Formulas = "formulas",
        Metrics = "metrics",
        Dates = "dates",
        Categories = "categories",
        Streams = "streams",
        Workouts = "workouts",
        Writing = "writing",
        Strava = "strava",
        Hidden = "hidden",
    }
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    topic: Option<Choice<Topic>>,
}

pub struct GetHelp;

impl Tool for GetHelp {
    const NAME: &'static str = "get_help";
    const TITLE: &'static str = "Get help";
    const ACCESS: Access = Access::Read;
    const SUMMARY: &'static str = "scales, formulas and what else there is to know";
    const DESCRIPTION: &'static str = "Explains which tool answers what, scales, units, formulas and their sources, dates, event \
                                       categories, streams, workout text, writing and undo, Strava gaps, hidden tools.";
    type Params = Params;

    async fn run(context: &Context, params: Params) -> Result<Reply, ToolError> {
        Ok(match params.topic.map(|topic| topic.0) {
            None => Reply::new(help::OVERVIEW),
            Some(Topic::Tools) => Reply::new(help::tools(&visible(context))),
            Some(Topic::Streams) => Reply::new(help::streams()),
            Some(Topic::Scales) => Reply::new(help::scales()),
            Some(Topic::Units) => Reply::new(help::UNITS),
            Some(Topic::Formulas) => Reply::new(help::FORMULAS),
            Some(Topic::Metrics) => Reply::new(help::metrics()),
            Some(Topic::Dates) => Reply::new(help::DATES),
            Some(Topic::Categories) => Reply::new(help::CATEGORIES),
            Some(Topic::Workouts) => Reply::new(help::WORKOUTS),
            Some(Topic::Writing) => Reply::new(help::WRITING),
            Some(Topic::Strava) => Reply::new(help::STRAVA),
            Some(Topic::Hidden) => hidden(context),
        })
    }
}

/// The names of the tools that this caller sees.
fn visible(context: &Context) -> Vec<String> {
    let listed = context.registry().listed(context.scopes).into_iter();
    listed.map(|tool| tool.name.into_owned()).collect()
}

/// The tools that this caller does not see, and what would show them.
fn hidden(context: &Context) -> Reply {
    let visible = visible(context);
    let mut reply = Reply::new(format!(
        "This connection has the scopes: {}. It sees: {}.",
        if context.scopes == Scopes::ALL {
            "all".to_owned()
        } else {
            context.scopes.to_string()
        },
        visible.join(", ")
    ));
    let mut none = true;
    for (name, access, _) in context.registry().summary() {
        if !visible.iter().any(|v| v == name) {
            none = false;
            let why = if context.registry().is_read_only() {
                "the owner set READ_ONLY=true on the server".to_owned()
            } else {
                format!(
                    "needs the scope {}: disconnect, connect again and tick it on the consent page",
                    access.scope().as_str()
                )
            };
            reply.line(format!("{name}: {why}"));
        }
    }
    if none {
        reply.line("Nothing is hidden.");
    }
    reply
}
