//! Activities of a window, found by text, tag, sport or neighbourhood.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::intervals::activities::{Activity, ListActivities as Query};
use crate::mcp::context::{Context, Local};
use crate::mcp::error::ToolError;
use crate::mcp::filter::{self, Filter, Sort};
use crate::mcp::params::{ActivityId, Choice, DateSpec, Int, Sport, Text, Window};
use crate::mcp::registry::{Access, Tool};
use crate::mcp::render::{activities, days};
use crate::mcp::reply::Reply;
use crate::mcp::text;

const DEFAULT_ROWS: usize = 60;
const MAX_ROWS: usize = 200;
const MAX_DAYS: i32 = 731;
/// What the service's search over all time is asked for at most.
const SEARCHED: u32 = 100;
const NEIGHBOURS: u32 = 20;

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
        let wanted = Filter::new(
            params.sport,
            params.query.map(|q| q.0),
            params.tag.map(|t| t.0),
        );
        let local = context.local().await?;
        let ends = (params.oldest, params.newest);
        let (scope, found) = fetch(context, &wanted, params.around_id, ends, &local).await?;
        let mut rows: Vec<&Activity> = found.iter().filter(|a| wanted.matches(a)).collect();
        filter::sort(&mut rows, params.sort.map_or(Sort::Newest, |s| s.0));
        let totals = activities::totals(rows.iter().copied());
        let full = rows.iter().copied().filter(|a| !a.is_stub());
        let shown: Vec<&Activity> = full.skip(start).take(limit).collect();
        let year = local.today().year();
        let mut reply = Reply::new(format!("{} · {scope}", totals.show(local.units)));
        if !shown.is_empty() {
            reply.line(activities::table(shown.iter().copied(), local.units, year).render());
        } else if let Some(sport) = &wanted.sport {
            reply.footer(other_sports(sport, &found));
        }
        let end = start + shown.len();
        if end < totals.count {
            let more = totals.count - end;
            reply.footer(format!("{more} more: call again with cursor {end}."));
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
    wanted: &Filter,
    around: Option<ActivityId>,
    (oldest, newest): (Option<DateSpec>, Option<DateSpec>),
    local: &Local,
) -> Result<(String, Arc<Vec<Activity>>), ToolError> {
    let client = context.client().activities();
    if let Some(ActivityId(id)) = around {
        let found = client.around(&id, NEIGHBOURS).await?;
        return Ok((format!("around {id} ({})", local.zone_name()), found));
    }
    if oldest.is_none()
        && newest.is_none()
        && let Some(search) = wanted.search()
    {
        let found = client.search(&search, SEARCHED).await?;
        let scope = format!("all time, at most {SEARCHED} ({})", local.zone_name());
        return Ok((scope, found));
    }
    let default = (DateSpec::Days(-27), DateSpec::Days(0));
    let window = Window::resolve(oldest, newest, default, local.today(), MAX_DAYS)?;
    let query = Query {
        oldest: window.oldest,
        newest: window.newest,
        limit: None,
        fields: activities::ROW_FIELDS,
    };
    Ok((days::window(window, local), client.list(&query).await?))
}

fn other_sports(sport: &Sport, found: &[Activity]) -> String {
    let mut sports: Vec<&str> = found.iter().filter_map(|a| a.sport.as_deref()).collect();
    sports.sort_unstable();
    sports.dedup();
    let sports = if sports.is_empty() {
        "none".to_owned()
    } else {
        sports.join(", ")
    };
    format!(
        "No '{}' here; sports in this window: {sports}.",
        text::name(sport.name())
    )
}

fn cursor(cursor: Option<&Text>) -> Result<usize, ToolError> {
    cursor.map_or(Ok(0), |text| {
        text.0.trim().parse().map_err(|_| {
            ToolError::Invalid("cursor must be the one that the previous answer named.".to_owned())
        })
    })
}
