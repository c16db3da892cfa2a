//! The recording of one activity, in few rows.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::analytics::recording::Recording;
use crate::intervals::activities::Activity;
use crate::intervals::streams::series;
use crate::intervals::{ActivityId as Id, Error};
use crate::mcp::context::Context;
use crate::mcp::error::ToolError;
use crate::mcp::params::{ActivityId, Choice, Int, List, Text};
use crate::mcp::registry::{Access, Tool};
use crate::mcp::render::channel::{self, Channel};
use crate::mcp::render::{activity, streams as recorded_rows};
use crate::mcp::reply::Reply;
use crate::mcp::stream_window::{Asked, By};

/// Points at most in one answer.
const MOST_POINTS: i64 = 1_000;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    id: ActivityId,
    types: Option<List<Text>>,
    by: Option<Choice<By>>,
    start: Option<Text>,
    end: Option<Text>,
    max_points: Option<Int>,
}

pub struct GetActivityStreams;

impl Tool for GetActivityStreams {
    const NAME: &'static str = "get_activity_streams";
    const TITLE: &'static str = "Get the recording of an activity";
    const ACCESS: Access = Access::Read;
    const SUMMARY: &'static str =
        "the recording of an activity in few rows, whole or by time, distance or interval";
    const DESCRIPTION: &'static str = "Power, hr, speed and so on along an activity, with statistics. start, end: h:mm:ss, \
                                       metres, or interval number.";
    type Params = Params;

    async fn run(context: &Context, params: Params) -> Result<Reply, ToolError> {
        let ActivityId(id) = params.id;
        let asked = Asked::read(params.by.map(|by| by.0), params.start, params.end)?;
        let most = params.max_points.map(points).transpose()?;
        let chosen = params.types.map(wanted).transpose()?;
        let chosen = chosen.filter(|channels| !channels.is_empty());
        let is_chosen = chosen.is_some();
        let channels = chosen.unwrap_or_else(usual);
        let mut kinds = vec!["time", "distance"];
        for channel in &channels {
            if !kinds.contains(&channel.kind.as_str()) {
                kinds.push(&channel.kind);
            }
        }
        let (activities, streams) = (context.client().activities(), context.client().streams());
        let (local, found, recorded) = tokio::join!(
            context.local(),
            async {
                match asked {
                    Asked::Intervals(..) => activities.get_with_intervals(&id).await,
                    _ => activities.get(&id).await,
                }
            },
            streams.get(&id, &kinds),
        );
        let (local, found) = (local?, found?);
        if found.is_stub() {
            return Ok(activity::stub(&found, &local));
        }
        let recorded = match recorded {
            Err(Error::Rejected { .. }) if is_chosen => {
                return Err(unknown(&found, &channels));
            }
            recorded => recorded?,
        };
        let length = series(&recorded, "time").map_or(0, |time| time.0.len());
        if length == 0 {
            return Ok(without(&found, &id));
        }
        let (time, way) = (series(&recorded, "time"), series(&recorded, "distance"));
        let recording = Recording::new(length, &|i| time?.at(i), &|i| way?.at(i));
        let view = recorded_rows::View {
            part: asked.find(&recording, way, &found, local.units)?,
            activity: &found,
            streams: &recorded,
            recording: &recording,
            channels: &channels,
            chosen: is_chosen,
            most,
            units: local.units,
        };
        match view.show() {
            Some(reply) => Ok(reply),
            None if is_chosen => Err(unknown(&found, &channels)),
            None => Ok(without(&found, &id)),
        }
    }
}

fn usual() -> Vec<Channel> {
    let kinds = channel::USUAL.iter();
    kinds.filter_map(|kind| Channel::named(kind)).collect()
}

fn points(Int(wanted): Int) -> Result<usize, ToolError> {
    usize::try_from(wanted)
        .ok()
        .filter(|_| (1..=MOST_POINTS).contains(&wanted))
        .ok_or_else(|| ToolError::Invalid(format!("max_points is 1 to {MOST_POINTS}.")))
}

/// The series that were named.
fn wanted(List(names): List<Text>) -> Result<Vec<Channel>, ToolError> {
    channel::chosen(names.iter().map(|Text(name)| name.as_str())).map_err(ToolError::Invalid)
}

/// What there is instead of what was asked for.
fn unknown(found: &Activity, channels: &[Channel]) -> ToolError {
    let stored = found.stream_types.as_deref().unwrap_or_default();
    let asked: Vec<String> = channels
        .iter()
        .filter(|channel| !stored.contains(&channel.kind))
        .map(Channel::name)
        .collect();
    ToolError::Invalid(format!(
        "{} cannot be had here. This activity has {}; {}.",
        asked.join(", "),
        channel::names(stored),
        channel::COMPUTED
    ))
}

/// An activity that was typed in.
fn without(found: &Activity, id: &Id) -> Reply {
    let mut reply = Reply::new(activity::title(found));
    reply.line(format!(
        "Nothing was recorded for {id}: it was entered by hand or its file held only totals. get_activity has what there is."
    ));
    reply
}
