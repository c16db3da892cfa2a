//! One activity with chosen parts.

use futures_util::future::OptionFuture;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::intervals::Error;
use crate::mcp::context::Context;
use crate::mcp::error::ToolError;
use crate::mcp::measure::custom::{self, Place};
use crate::mcp::params::{ActivityId, Choice, List, choice};
use crate::mcp::registry::{Access, Tool};
use crate::mcp::render::{activity, intervals, parts, zones};
use crate::mcp::reply::Reply;
use crate::mcp::{activity_parts, execution};

choice! {
    pub enum Part {
        Intervals = "intervals",
        Splits = "splits",
        Zones = "zones",
        BestEfforts = "best_efforts",
        Plan = "plan",
        Weather = "weather",
        Segments = "segments",
        Histogram = "histogram",
        Messages = "messages",
        Custom = "custom",
    }
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    id: ActivityId,
    include: Option<List<Choice<Part>>>,
}

pub struct GetActivity;

impl Tool for GetActivity {
    const NAME: &'static str = "get_activity";
    const TITLE: &'static str = "Get one activity";
    const ACCESS: Access = Access::Read;
    const SUMMARY: &'static str = "one activity with chosen parts: intervals, splits, zones, best efforts, the plan step by step beside what was done, weather, segments, histogram, comments, own fields";
    const DESCRIPTION: &'static str =
        "One activity: power, HR, pace, load, efficiency, how it felt, notes; include adds parts.";
    type Params = Params;

    async fn run(context: &Context, params: Params) -> Result<Reply, ToolError> {
        let ActivityId(id) = params.id;
        let wanted: Vec<Part> = params
            .include
            .map(|list| list.0.into_iter().map(|choice| choice.0).collect())
            .unwrap_or_default();
        let has = |part: Part| wanted.contains(&part);
        let client = context.client().activities();
        let detail = async {
            // The plan is held against them.
            if has(Part::Intervals) || has(Part::Plan) {
                client.get_with_intervals(&id).await
            } else {
                client.get(&id).await
            }
        };
        let when = |part: Part| has(part).then_some(());
        let (local, found, weather, segments, messages) = tokio::join!(
            context.local(),
            detail,
            OptionFuture::from(when(Part::Weather).map(|()| client.weather(&id))),
            OptionFuture::from(when(Part::Segments).map(|()| client.segments(&id))),
            OptionFuture::from(when(Part::Messages).map(|()| client.messages(&id, 50))),
        );
        let (local, found) = (local?, found?);
        if found.is_stub() {
            return Ok(activity::stub(&found, &local));
        }
        let units = local.units;
        let codes = custom::codes(std::iter::once(&found.custom));
        let (plan, splits, best_efforts, histogram, fields) = tokio::join!(
            OptionFuture::from(
                when(Part::Plan).map(|()| execution::beside(context, &found, &local))
            ),
            OptionFuture::from(
                when(Part::Splits).map(|()| activity_parts::even_splits(context, &found, units))
            ),
            OptionFuture::from(
                when(Part::BestEfforts)
                    .map(|()| activity_parts::best_efforts(context, &found, units))
            ),
            OptionFuture::from(
                when(Part::Histogram).map(|()| activity_parts::histogram(context, &found, units))
            ),
            OptionFuture::from(when(Part::Custom).map(|()| custom::fields(
                context,
                Place::Activity,
                &codes
            ))),
        );
        let mut reply = activity::summary(&found, &local);
        let fields = fields.unwrap_or_default();
        let weather = weather.map(|found| found.map(|w| parts::weather(&w, units)));
        let segments = segments.map(|found| found.map(|s| parts::segments(&s)));
        let now = |part: Part, text: &dyn Fn() -> String| when(part).map(|()| Ok(text()));
        let mut empty = Vec::new();
        for (what, part) in [
            ("plan", plan),
            ("zones", now(Part::Zones, &|| zones::times(&found, units))),
            (
                "intervals",
                now(Part::Intervals, &|| intervals::show(&found, units)),
            ),
            ("splits", splits),
            ("best efforts", best_efforts),
            ("histogram", histogram),
            ("weather", weather),
            ("segments", segments),
            (
                "custom fields",
                now(Part::Custom, &|| parts::custom(&found, &fields)),
            ),
        ] {
            match part {
                None => {}
                Some(Ok(text)) if text.is_empty() => empty.push(what),
                // A blank line, so that the rows of one part do not run into those of the next.
                Some(Ok(text)) => {
                    reply.line("").line(text);
                }
                Some(Err(error)) => missing(&mut reply, what, error),
            }
        }
        match messages {
            Some(Ok(messages)) if parts::messages(&mut reply, &messages, &local) == 0 => {
                empty.push("messages");
            }
            Some(Err(error)) => missing(&mut reply, "messages", error),
            _ => {}
        }
        if !empty.is_empty() {
            reply.footer(format!("Nothing recorded: {}.", empty.join(", ")));
        }
        Ok(reply)
    }
}

/// Says why a part is missing: one that fails does not take the others with it.
fn missing(reply: &mut Reply, what: &str, error: Error) {
    reply.footer(format!("No {what}: {}", ToolError::from(error).sentence()));
}
