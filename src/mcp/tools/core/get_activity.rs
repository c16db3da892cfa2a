//! One activity with chosen parts.

use futures_util::future::OptionFuture;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::intervals::Error;
use crate::mcp::activity_parts;
use crate::mcp::context::Context;
use crate::mcp::error::ToolError;
use crate::mcp::params::{ActivityId, Choice, List, choice};
use crate::mcp::registry::{Access, Tool};
use crate::mcp::render::{activity, parts, zones};
use crate::mcp::reply::Reply;

choice! {
    pub enum Part {
        Intervals = "intervals",
        Splits = "splits",
        Zones = "zones",
        BestEfforts = "best_efforts",
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
    const DESCRIPTION: &'static str = "One activity: power, HR, pace, load, efficiency, how it felt, notes; include adds \
                                       parts.";
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
            if has(Part::Intervals) {
                client.get_with_intervals(&id).await
            } else {
                client.get(&id).await
            }
        };
        let when = |part: Part| has(part).then_some(());
        let (local, found, weather, segments, messages, profile) = tokio::join!(
            context.local(),
            detail,
            OptionFuture::from(when(Part::Weather).map(|()| client.weather(&id))),
            OptionFuture::from(when(Part::Segments).map(|()| client.segments(&id))),
            OptionFuture::from(when(Part::Messages).map(|()| client.messages(&id, 50))),
            async {
                match when(Part::Custom) {
                    Some(()) => context.client().athlete().profile().await.ok(),
                    None => None,
                }
            },
        );
        let (local, found) = (local?, found?);
        if found.is_stub() {
            return Ok(activity::stub(&found, &local));
        }
        let mut reply = activity::summary(&found, &local);
        let units = local.units;
        if has(Part::Zones) {
            add(&mut reply, "zones", Ok(zones::times(&found, units)));
        }
        if has(Part::Intervals) {
            add(&mut reply, "intervals", Ok(parts::intervals(&found, units)));
        }
        if has(Part::Splits) {
            let text = activity_parts::even_splits(context, &found, units).await;
            add(&mut reply, "splits", text);
        }
        if has(Part::BestEfforts) {
            let text = activity_parts::best_efforts(context, &found, units).await;
            add(&mut reply, "best efforts", text);
        }
        if has(Part::Histogram) {
            let text = activity_parts::histogram(context, &found, units).await;
            add(&mut reply, "histogram", text);
        }
        if let Some(weather) = weather {
            add(
                &mut reply,
                "weather",
                weather.map(|w| parts::weather(&w, units)),
            );
        }
        if let Some(segments) = segments {
            add(
                &mut reply,
                "segments",
                segments.map(|s| parts::segments(&s)),
            );
        }
        if has(Part::Custom) {
            let fields = profile.as_deref();
            add(
                &mut reply,
                "custom fields",
                Ok(parts::custom(&found, fields)),
            );
        }
        match messages {
            Some(Ok(messages)) => parts::messages(&mut reply, &messages, &local),
            Some(Err(error)) => add(&mut reply, "messages", Err(error)),
            None => {}
        }
        Ok(reply)
    }
}

/// Adds a part, or says why it is missing: one part that fails does not take the others with it.
fn add(reply: &mut Reply, what: &str, text: Result<String, Error>) {
    match text {
        Ok(text) if text.is_empty() => reply.footer(format!("No {what} recorded.")),
        // A blank line, so that the rows of one part do not run into those of the next.
        Ok(text) => reply.line("").line(text),
        Err(error) => reply.footer(format!("No {what}: {}", ToolError::from(error).sentence())),
    };
}
