//! Activities of a window, found by text, tag, sport or neighbourhood.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::intervals::activities::Activity;
use crate::mcp::context::Context;
use crate::mcp::cursor::activities::{Cursor, Pages};
use crate::mcp::error::ToolError;
use crate::mcp::filter::{self, Filter, Sort};
use crate::mcp::finding::Scope;
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
    const SUMMARY: &'static str =
        "activities of a time range, by text, tag or sport, or the neighbours of one";
    const DESCRIPTION: &'static str = "Activities by local day with ids and totals: time, distance, load, intensity (% of \
                                       threshold), power, HR, pace, RPE, feel.";
    type Params = Params;

    async fn run(context: &Context, params: Params) -> Result<Reply, ToolError> {
        let limit = params.limit.map(|Int(n)| rows(n)).transpose()?;
        let cursor = params.cursor.filter(|Text(text)| !text.trim().is_empty());
        let cursor = cursor.map(|Text(text)| Cursor::read(&text)).transpose()?;
        let wanted = Filter::new(
            params.sport,
            params.query.map(|q| q.0),
            params.tag.map(|t| t.0),
        );
        let sort = params.sort.map_or(Sort::Newest, |s| s.0);
        if let Some(cursor) = &cursor {
            cursor.check(&wanted, sort)?;
        }
        let local = context.local().await?;
        let ends = (params.oldest, params.newest);
        let around = params.around_id.map(|id| id.0);
        let scope = Scope::resolve(&wanted, around, ends, cursor.as_ref(), &local)?;
        let found = scope.find(context, &wanted, limit, &local).await?;
        let matching = found
            .activities
            .iter()
            .filter(|a| !a.is_stub() && found.wanted.matches(a));
        let mut rows: Vec<&Activity> = matching.collect();
        filter::sort(&mut rows, sort);
        let pages = Pages::new(scope.window, &wanted, sort);
        let start = pages.before(cursor.as_ref(), &rows)?;
        let shown = rows.iter().copied().skip(start);
        let shown: Vec<&Activity> = shown.take(limit.unwrap_or(DEFAULT_ROWS)).collect();
        let totals = activities::totals(rows.iter().copied());
        let year = local.today().year();
        let least = if found.cut.is_some() { "at least " } else { "" };
        let head = format!("{least}{} · {}", totals.show(local.units), found.scope);
        let mut reply = Reply::new(head);
        if let Some(last) = shown.last() {
            let rows = shown.iter().copied();
            let behind = |row: &Activity| Some(pages.behind(row));
            reply.table(&activities::table(rows, local.units, year, behind));
            let more = totals.count - start - shown.len();
            if more > 0 {
                let cursor = pages.behind(last);
                reply.footer_unless_cut(format!("{more} more: the same call with cursor {cursor}"));
            }
        } else if start > 0 {
            reply.footer("Nothing is behind this cursor: the list is at its end.");
        } else if !wanted.is_empty() {
            reply.footer(wanted.nothing_found(found.activities.iter(), scope.is_search()));
        }
        if let Some(cut) = found.cut {
            reply.footer(cut);
        }
        // Before any filter: what is withheld has neither sport nor name, and may be what was asked for.
        let note = activities::stub_note(found.activities.iter(), year, !wanted.is_empty());
        if !note.is_empty() {
            reply.footer(note);
        }
        Ok(reply)
    }
}

fn rows(limit: i64) -> Result<usize, ToolError> {
    let rows = usize::try_from(limit).ok();
    rows.filter(|n| (1..=MAX_ROWS).contains(n))
        .ok_or_else(|| ToolError::Invalid(format!("limit must be 1 to {MAX_ROWS}.")))
}
