//! Activities of a window, found by text, tag, sport or neighbourhood.

use std::cmp::Reverse;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::intervals::activities::{Activity, ListActivities as Query};
use crate::mcp::context::{Context, Local};
use crate::mcp::error::ToolError;
use crate::mcp::params::{ActivityId, Choice, DateSpec, Int, Sport, Text, Window, choice};
use crate::mcp::registry::{Access, Tool};
use crate::mcp::render::{activities, days};
use crate::mcp::reply::Reply;

const DEFAULT_ROWS: usize = 60;
const MAX_ROWS: usize = 200;
const MAX_DAYS: i32 = 731;

choice! {
    pub enum Sort { Newest = "newest", Oldest = "oldest", Load = "load", Time = "time", Distance = "distance" }
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// default -27d
    oldest: Option<DateSpec>,
    newest: Option<DateSpec>,
    /// e.g. ride, run, VirtualRide
    sport: Option<Sport>,
    /// part of the name; without dates searches all time
    query: Option<Text>,
    tag: Option<Text>,
    /// neighbours in time of this activity
    around_id: Option<ActivityId>,
    sort: Option<Choice<Sort>>,
    /// default 60
    limit: Option<Int>,
    cursor: Option<Text>,
}

pub struct ListActivities;

impl Tool for ListActivities {
    const NAME: &'static str = "list_activities";
    const TITLE: &'static str = "List activities";
    const ACCESS: Access = Access::Read;
    const DESCRIPTION: &'static str = "Activities by local day with ids and totals: time, distance, load, intensity (% of \
                                       threshold), power, HR, pace, RPE, feel.";
    type Params = Params;

    async fn run(context: &Context, params: Params) -> Result<Reply, ToolError> {
        let limit = match params.limit {
            None => DEFAULT_ROWS,
            Some(Int(n)) => usize::try_from(n)
                .ok()
                .filter(|n| (1..=MAX_ROWS).contains(n))
                .ok_or_else(|| ToolError::Invalid(format!("limit must be 1 to {MAX_ROWS}.")))?,
        };
        let start = cursor(params.cursor.as_ref())?;
        let local = context.local().await?;
        let (scope, found) = fetch(context, &params, &local).await?;
        let mut rows: Vec<&Activity> = found.iter().filter(|a| wanted(a, &params)).collect();
        sort(&mut rows, params.sort.map_or(Sort::Newest, |s| s.0));
        let shown: Vec<&Activity> = rows
            .iter()
            .copied()
            .filter(|a| !a.is_stub())
            .skip(start)
            .take(limit)
            .collect();
        let totals = activities::totals(rows.iter().copied());
        let year = local.today().year();
        let mut reply = Reply::new(format!("{} · {scope}", totals.show(local.units)));
        if !shown.is_empty() {
            reply.line(activities::table(shown.iter().copied(), local.units, year).render());
        } else if let Some(sport) = &params.sport {
            let mut sports: Vec<&str> = found.iter().filter_map(|a| a.sport.as_deref()).collect();
            sports.sort_unstable();
            sports.dedup();
            reply.footer(format!(
                "No '{}' here; sports in this window: {}.",
                crate::mcp::text::name(sport.name()),
                if sports.is_empty() {
                    "none".to_owned()
                } else {
                    sports.join(", ")
                }
            ));
        }
        let end = start + shown.len();
        if end < totals.count {
            reply.footer(format!(
                "{} more: call again with cursor {end}.",
                totals.count - end
            ));
        }
        let note = activities::stub_note(rows.iter().copied(), year);
        if !note.is_empty() {
            reply.footer(note);
        }
        Ok(reply)
    }
}

/// What was searched, in words, and everything that was found there.
async fn fetch(
    context: &Context,
    params: &Params,
    local: &Local,
) -> Result<(String, Arc<Vec<Activity>>), ToolError> {
    let client = context.client().activities();
    if let Some(id) = &params.around_id {
        let found = client.around(&id.0, 20).await?;
        return Ok((format!("around {} ({})", id.0, local.zone_name()), found));
    }
    let text = params.query.as_ref().map(|q| q.0.trim().to_owned());
    let tag = params
        .tag
        .as_ref()
        .map(|t| format!("#{}", t.0.trim().trim_start_matches('#')));
    if let Some(search) = text.or(tag).filter(|s| s.len() > 1)
        && params.oldest.is_none()
        && params.newest.is_none()
    {
        let found = client.search(&search, 100).await?;
        let scope = format!("all time, at most 100 ({})", local.zone_name());
        return Ok((scope, found));
    }
    let default = (DateSpec::Days(-27), DateSpec::Days(0));
    let window = Window::resolve(
        params.oldest,
        params.newest,
        default,
        local.today(),
        MAX_DAYS,
    )?;
    let query = Query {
        oldest: window.oldest,
        newest: window.newest,
        limit: None,
        fields: activities::ROW_FIELDS,
    };
    Ok((days::window(window, local), client.list(&query).await?))
}

fn wanted(activity: &Activity, params: &Params) -> bool {
    let has = |text: Option<&str>, part: &str| {
        text.is_some_and(|text| text.to_lowercase().contains(&part.trim().to_lowercase()))
    };
    let sport = params.sport.as_ref();
    sport.is_none_or(|s| activity.sport.as_deref().is_some_and(|kind| s.covers(kind)))
        && params
            .query
            .as_ref()
            .is_none_or(|q| match q.0.trim().strip_prefix('#') {
                Some(tag) => tagged(activity, tag),
                None => has(activity.name.as_deref(), &q.0),
            })
        && params.tag.as_ref().is_none_or(|t| tagged(activity, &t.0))
}

fn tagged(activity: &Activity, tag: &str) -> bool {
    let tag = tag.trim().trim_start_matches('#');
    activity
        .tags
        .iter()
        .flatten()
        .any(|t| t.eq_ignore_ascii_case(tag))
}

fn sort(rows: &mut [&Activity], by: Sort) {
    match by {
        Sort::Newest => rows.sort_by_key(|a| Reverse(a.started())),
        Sort::Oldest => rows.sort_by_key(|a| a.started()),
        Sort::Load => rows.sort_by_key(|a| Reverse(a.icu_training_load)),
        Sort::Time => rows.sort_by_key(|a| Reverse(a.moving_time)),
        Sort::Distance => rows.sort_by(|a, b| {
            let metres = |a| activities::metres(a).unwrap_or_default();
            metres(b).total_cmp(&metres(a))
        }),
    }
}

fn cursor(cursor: Option<&Text>) -> Result<usize, ToolError> {
    cursor.map_or(Ok(0), |text| {
        text.0.trim().parse().map_err(|_| {
            ToolError::Invalid("cursor must be the one that the previous answer named.".to_owned())
        })
    })
}
