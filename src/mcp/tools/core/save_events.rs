//! Creating and changing events of the calendar.

use schemars::JsonSchema;
use serde::Deserialize;
use tokio::time::Instant;

use crate::mcp::context::Context;
use crate::mcp::error::ToolError;
use crate::mcp::params::{EventSpec, Flag, List, Text};
use crate::mcp::planning::saving::Saving;
use crate::mcp::planning::{self, Ask};
use crate::mcp::registry::{Access, Tool};
use crate::mcp::reply::Reply;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    events: List<EventSpec>,
    dry_run: Option<Flag>,
    if_unchanged: Option<Text>,
}

pub struct SaveEvents;

impl Tool for SaveEvents {
    const NAME: &'static str = "save_events";
    const TITLE: &'static str = "Save events";
    const ACCESS: Access = Access::Write;
    const SUMMARY: &'static str = "creates or changes many calendar events: workouts checked before they are written, \
        races, notes, targets, absences; shows first what it would do";
    const DESCRIPTION: &'static str = "Create calendar events, or change those with id or external_id: what is not given stays. dry_run shows load, form, \
        clashes without writing.";
    type Params = Params;

    async fn run(context: &Context, params: Params) -> Result<Reply, ToolError> {
        let since = Instant::now();
        let (local, _turn, saving) = planning::before_writing(since, async {
            let local = context.local().await?;
            let turn = context.changes().turn().await?;
            let saving = Box::pin(Saving::of(context, &local, &params.events.0)).await?;
            Ok((local, turn, saving))
        })
        .await?;
        let notes = saving.notes();
        let ask = Ask {
            tool: Self::NAME,
            since,
            dry_run: params.dry_run.is_some_and(|Flag(dry)| dry),
            if_unchanged: params.if_unchanged.as_ref(),
            notes,
        };
        planning::carry_out(context, &local, &saving.around, saving.edits, ask).await
    }
}
