//! One activity with chosen parts.

use std::sync::Arc;

use futures_util::future::OptionFuture;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::intervals::Error;
use crate::intervals::activities::{Activity, EffortSpan};
use crate::mcp::context::Context;
use crate::mcp::error::ToolError;
use crate::mcp::params::{ActivityId, Choice, List, choice};
use crate::mcp::registry::{Access, Tool};
use crate::mcp::render::{activity, parts, splits, zones};
use crate::mcp::reply::Reply;
use crate::units::Units;

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
            let streams = context
                .client()
                .streams()
                .get(&found.id, splits::STREAMS)
                .await;
            add(
                &mut reply,
                "splits",
                streams.map(|s| splits::show(&found, &s, units)),
            );
        }
        if has(Part::BestEfforts) {
            add(
                &mut reply,
                "best efforts",
                best_efforts(context, &found, units).await,
            );
        }
        if has(Part::Histogram) {
            add(
                &mut reply,
                "histogram",
                histogram(context, &found, units).await,
            );
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
            Some(Ok(messages)) => parts::messages(&mut reply, &messages),
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
        Ok(text) => reply.line(text),
        Err(error) => reply.footer(format!("No {what}: {}", ToolError::from(error).sentence())),
    };
}

async fn best_efforts(context: &Context, found: &Activity, units: Units) -> Result<String, Error> {
    let client = context.client().activities();
    let (stream, spans) = parts::effort_spans(found);
    let calls = spans.iter().map(|span| async {
        let best = client.best_efforts(&found.id, stream, *span, 1).await?;
        Ok::<_, Error>((*span, best))
    });
    let results: Vec<(EffortSpan, Arc<_>)> = futures_util::future::try_join_all(calls).await?;
    Ok(parts::best_efforts(found, &results, units))
}

async fn histogram(context: &Context, found: &Activity, units: Units) -> Result<String, Error> {
    let client = context.client().activities();
    let kind = parts::histogram_kind(found, units);
    let buckets = match kind {
        parts::HistogramKind::Power => client.power_histogram(&found.id).await?,
        parts::HistogramKind::Pace => client.pace_histogram(&found.id).await?,
        parts::HistogramKind::HeartRate => client.hr_histogram(&found.id).await?,
    };
    Ok(parts::histogram(&buckets, kind, found, units))
}
