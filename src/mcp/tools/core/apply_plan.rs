//! A workout or a plan of the library on the calendar.

use schemars::JsonSchema;
use serde::Deserialize;
use tokio::time::Instant;

use crate::mcp::context::Context;
use crate::mcp::error::ToolError;
use crate::mcp::params::{DateSpec, Flag, Text};
use crate::mcp::planning::applying::Applying;
use crate::mcp::planning::{self, Ask};
use crate::mcp::registry::{Access, Tool};
use crate::mcp::reply::Reply;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// id or name of a workout or plan
    id: Text,
    /// of a plan: its day 1
    start_date: DateSpec,
    dry_run: Option<Flag>,
    if_unchanged: Option<Text>,
}

pub struct ApplyPlan;

impl Tool for ApplyPlan {
    const NAME: &'static str = "apply_plan";
    const TITLE: &'static str = "Put a plan on the calendar";
    const ACCESS: Access = Access::Write;
    const SUMMARY: &'static str = "puts a workout or a plan of the library on the calendar";
    const DESCRIPTION: &'static str = "Put a library workout, or every workout of a plan, on the calendar. Nothing is doubled; \
        days before today are left out.";
    type Params = Params;

    async fn run(context: &Context, params: Params) -> Result<Reply, ToolError> {
        let since = Instant::now();
        let (local, _turn, applying) = planning::before_writing(since, async {
            let local = context.local().await?;
            let turn = context.changes().turn().await?;
            let start = params.start_date.day(local.today());
            let applying = Applying::of(context, &local, &params.id.0, start).await?;
            Ok((local, turn, applying))
        })
        .await?;
        let ask = Ask {
            tool: Self::NAME,
            since,
            dry_run: params.dry_run.is_some_and(|Flag(dry)| dry),
            if_unchanged: params.if_unchanged.as_ref(),
            notes: applying.notes,
        };
        planning::carry_out(context, &local, &applying.around, applying.edits, ask).await
    }
}
