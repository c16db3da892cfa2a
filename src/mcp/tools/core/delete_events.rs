//! Deleting events of the calendar.

use schemars::JsonSchema;
use serde::Deserialize;
use tokio::time::Instant;

use crate::mcp::context::Context;
use crate::mcp::error::ToolError;
use crate::mcp::params::{Category, Choice, DateSpec, EventId, Flag, List, Text};
use crate::mcp::planning::saving::few;
use crate::mcp::planning::selection::Wanted;
use crate::mcp::planning::{self, Ask, Edit, label};
use crate::mcp::registry::{Access, Tool};
use crate::mcp::render::count;
use crate::mcp::reply::Reply;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    ids: Option<List<EventId>>,
    oldest: Option<DateSpec>,
    newest: Option<DateSpec>,
    #[schemars(with = "Option<List<Text>>")]
    categories: Option<List<Choice<Category>>>,
    include_past: Option<Flag>,
    dry_run: Option<Flag>,
    if_unchanged: Option<Text>,
}

pub struct DeleteEvents;

impl Tool for DeleteEvents {
    const NAME: &'static str = "delete_events";
    const TITLE: &'static str = "Delete events";
    const ACCESS: Access = Access::Delete;
    const SUMMARY: &'static str = "deletes calendar events, past ones only when told";
    const DESCRIPTION: &'static str = "Delete calendar events: ids, or categories in a window. Past and done ones only with include_past.";
    type Params = Params;

    async fn run(context: &Context, params: Params) -> Result<Reply, ToolError> {
        let since = Instant::now();
        let (local, _turn, around, found) = planning::before_writing(since, async {
            let local = context.local().await?;
            let window = (params.oldest, params.newest);
            let wanted = Wanted::of(params.ids, window, params.categories, &[], local.today())?;
            let turn = context.changes().turn().await?;
            let (around, found) = wanted.find(context, &local, |_| None).await?;
            Ok((local, turn, around, found))
        })
        .await?;
        let today = local.today();
        let with_past = params.include_past.is_some_and(|Flag(past)| past);
        let (past, doomed): (Vec<_>, Vec<_>) = found.into_iter().partition(|event| {
            let day = event.starts().map(|at| at.date());
            !with_past && (event.paired_activity_id.is_some() || day.is_none_or(|day| day < today))
        });
        let names: Vec<String> = past.iter().map(|event| label(event, today)).collect();
        let kept = format!(
            "past or done and left as {}: {}. include_past deletes such too.",
            if past.len() == 1 { "it is" } else { "they are" },
            few(&names)
        );
        if doomed.is_empty() {
            let said = format!("Nothing was deleted: {} {kept}", count(past.len(), "event"));
            return Err(ToolError::Invalid(said));
        }
        let mut notes = Vec::new();
        if !past.is_empty() {
            notes.push(format!("{} {kept}", count(past.len(), "event")));
        }
        let ask = Ask {
            tool: Self::NAME,
            since,
            dry_run: params.dry_run.is_some_and(|Flag(dry)| dry),
            if_unchanged: params.if_unchanged.as_ref(),
            notes,
        };
        let edits = doomed.into_iter().map(Edit::delete).collect();
        planning::carry_out(context, &local, &around, edits, ask).await
    }
}
