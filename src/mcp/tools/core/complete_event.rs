//! What was planned and is done.

use schemars::JsonSchema;
use serde::Deserialize;
use tokio::time::Instant;

use crate::mcp::context::Context;
use crate::mcp::error::ToolError;
use crate::mcp::params::{EventId, Flag, Text};
use crate::mcp::planning::completing::{By, Completing};
use crate::mcp::planning::{self, Ask, complete};
use crate::mcp::registry::{Access, Tool};
use crate::mcp::reply::Reply;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    id: EventId,
    /// what did it; new: enter one as planned
    activity_id: Option<Text>,
    dry_run: Option<Flag>,
    if_unchanged: Option<Text>,
}

pub struct CompleteEvent;

impl Tool for CompleteEvent {
    const NAME: &'static str = "complete_event";
    const TITLE: &'static str = "Complete an event";
    const ACCESS: Access = Access::Write;
    const SUMMARY: &'static str =
        "pairs a planned workout with the activity that did it, or enters it as done";
    const DESCRIPTION: &'static str = "Pair a planned workout or race with the activity that did it; without one, enter it by hand as \
        planned, unless an activity of the day may be it.";
    type Params = Params;

    async fn run(context: &Context, params: Params) -> Result<Reply, ToolError> {
        let since = Instant::now();
        let EventId(id) = params.id;
        let by = By::parse(
            params
                .activity_id
                .as_ref()
                .map(|Text(written)| written.as_str()),
        )?;
        let (local, _turn, completing) = planning::before_writing(since, async {
            let local = context.local().await?;
            let turn = context.changes().turn().await?;
            let completing = Completing::of(context, &local, id, &by).await?;
            Ok((local, turn, completing))
        })
        .await?;
        let ask = Ask {
            tool: Self::NAME,
            since,
            dry_run: params.dry_run.is_some_and(|Flag(dry)| dry),
            if_unchanged: params.if_unchanged.as_ref(),
            notes: Vec::new(),
        };
        complete(context, &local, completing, ask).await
    }
}
