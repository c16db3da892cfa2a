//! The library: its folders and plans, their workouts, one workout with its steps.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::intervals::library::Folder;
use crate::intervals::sports;
use crate::mcp::context::Context;
use crate::mcp::error::ToolError;
use crate::mcp::library::{self, Found, Wanted};
use crate::mcp::params::{Int, Page, Sport, Text, WorkoutId};
use crate::mcp::registry::{Access, Tool};
use crate::mcp::render::{count, library as render, workouts};
use crate::mcp::reply::Reply;

const DEFAULT_ROWS: usize = 60;
const MAX_ROWS: usize = 200;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// id or name of a folder or plan
    folder: Option<Text>,
    /// part of a workout's name, or #tag
    query: Option<Text>,
    sport: Option<Sport>,
    /// one workout: steps, text
    id: Option<WorkoutId>,
    /// default 60
    limit: Option<Int>,
    cursor: Option<Text>,
}

pub struct ListWorkouts;

impl Tool for ListWorkouts {
    const NAME: &'static str = "list_workouts";
    const TITLE: &'static str = "List library workouts";
    const ACCESS: Access = Access::Read;
    const SUMMARY: &'static str =
        "the workout library: folders, training plans, their workouts and steps";
    const DESCRIPTION: &'static str = "The workout library: folders and training plans; with folder, query or sport their \
        workouts; with id one workout, its steps in watts, bpm, pace.";
    type Params = Params;

    async fn run(context: &Context, params: Params) -> Result<Reply, ToolError> {
        if let Some(WorkoutId(id)) = params.id {
            let (workout, folder) = library::one(context, id).await?;
            let found = Found {
                folder: folder.as_ref(),
                workout: &workout,
            };
            let reply = Reply::new(workouts::name(&workout));
            return with_content(context, reply, &found).await;
        }
        let page = Page::of(params.limit, params.cursor.as_ref(), DEFAULT_ROWS, MAX_ROWS)?;
        let Page { start, limit } = page;
        let wanted = Wanted::new(params.sport, params.query.map(|query| query.0));
        let named = params.folder.map(|folder| folder.0);
        let named = named.filter(|name| !name.trim().is_empty());
        let (local, folders) = tokio::join!(context.local(), library::folders(context));
        let (local, folders) = (local?, folders?);
        if named.is_none() && wanted.is_empty() {
            return Ok(render::overview(&folders, start, limit));
        }
        let chosen: Vec<&Folder> = match &named {
            Some(name) => vec![library::pick(&folders, name)?],
            None => folders.iter().collect(),
        };
        let found = library::workouts(&chosen, &wanted);
        let one = chosen.first().copied().filter(|_| named.is_some());
        let mut reply = Reply::new(one.map_or_else(
            || {
                format!(
                    "{} found in the whole library",
                    count(found.len(), "workout")
                )
            },
            render::head,
        ));
        let shown = found.iter().skip(start).take(limit).copied();
        let shown: Vec<Found<'_>> = shown.collect();
        if !shown.is_empty() {
            reply.table(&workouts::table(&shown, local.units, start, one.is_none()));
        } else if !wanted.is_empty() && found.is_empty() {
            reply.footer(library::nothing_found(&chosen));
        }
        render::go_on(&mut reply, start, shown.len(), found.len());
        if let ([only], false) = (found.as_slice(), wanted.is_empty()) {
            return with_content(context, reply, only).await;
        }
        if let Some(folder) = one {
            for written in [&folder.blurb, &folder.description].into_iter().flatten() {
                reply.quote(format!("text of {}", render::named(folder)), written);
            }
        }
        Ok(reply)
    }
}

/// Adds where one workout stands, its steps and its text.
async fn with_content(
    context: &Context,
    mut reply: Reply,
    found: &Found<'_>,
) -> Result<Reply, ToolError> {
    let client = context.client();
    let (local, settings) = tokio::join!(context.local(), async { client.sports().list().await });
    let local = local?;
    workouts::numbers(&mut reply, found, local.units);
    let sport = found.workout.sport.as_deref().unwrap_or_default();
    let settings = settings.ok();
    let own = settings
        .as_deref()
        .and_then(|all| sports::for_sport(all, sport));
    workouts::content(&mut reply, found.workout, own, local.units);
    if settings.is_none() {
        reply.footer("What the targets are in W, bpm and pace could not be read just now.");
    }
    Ok(reply)
}
