//! Activities of a window, found by text, tag, sport or neighbourhood.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::intervals::activities::Activity;
use crate::mcp::context::Context;
use crate::mcp::error::ToolError;
use crate::mcp::filter::{self, Filter, Sort};
use crate::mcp::finding;
use crate::mcp::params::{ActivityId, Choice, DateSpec, Int, Sport, Text};
use crate::mcp::registry::{Access, Tool};
use crate::mcp::render::activities;
use crate::mcp::reply::Reply;

const DEFAULT_ROWS: usize = 60;
const MAX_ROWS: usize = 200;

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
        let around = params.around_id.map(|id| id.0);
        let found = finding::find(context, &wanted, around, ends, limit, &local).await?;
        let mut rows: Vec<&Activity> = found
            .activities
            .iter()
            .filter(|a| wanted.matches(a))
            .collect();
        filter::sort(&mut rows, params.sort.map_or(Sort::Newest, |s| s.0));
        let totals = activities::totals(rows.iter().copied());
        let full = rows.iter().copied().filter(|a| !a.is_stub());
        let shown: Vec<&Activity> = full.skip(start).take(limit).collect();
        let year = local.today().year();
        let least = if found.cut { "at least " } else { "" };
        let head = format!("{least}{} · {}", totals.show(local.units), found.scope);
        let mut reply = Reply::new(head);
        if !shown.is_empty() {
            let rows = shown.iter().copied();
            reply.table(&activities::table(rows, local.units, year, start));
        } else if start > 0 {
            reply.footer("The cursor is past the end.");
        } else if !wanted.is_empty() {
            reply.footer(wanted.nothing_found(&found.activities));
        }
        let end = start + shown.len();
        if end < totals.count {
            let more = totals.count - end;
            reply.footer_unless_cut(format!("{more} more: call again with cursor {end}."));
        }
        if found.cut {
            reply.footer(format!(
                "Only the newest {} matches were searched; give oldest and newest for others.",
                finding::SEARCHED
            ));
        }
        // Before any filter: what is withheld has neither sport nor name, and may be what was asked for.
        let note = activities::stub_note(found.activities.iter(), year, !wanted.is_empty());
        if !note.is_empty() {
            reply.footer(note);
        }
        Ok(reply)
    }
}

fn cursor(cursor: Option<&Text>) -> Result<usize, ToolError> {
    cursor.map_or(Ok(0), |text| {
        text.0.trim().parse().map_err(|_| {
            ToolError::Invalid("cursor must be the one that the previous answer named.".to_owned())
        })
    })
}
