//! Taking back what a write changed.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::mcp::context::Context;
use crate::mcp::error::ToolError;
use crate::mcp::params::{Flag, Text};
use crate::mcp::registry::{Access, Tool};
use crate::mcp::reply::Reply;
use crate::mcp::restoring::{self, recent};

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    change_id: Option<Text>,
    dry_run: Option<Flag>,
}

pub struct UndoChange;

impl Tool for UndoChange {
    const NAME: &'static str = "undo_change";
    const TITLE: &'static str = "Undo a change";
    const ACCESS: Access = Access::Write;
    const SUMMARY: &'static str = "takes back what a write of the last 24 hours changed, created or deleted; lists \
        these writes";
    const DESCRIPTION: &'static str = "Restores what a write of the last 24 h changed, created or deleted, by the id at the end of its answer. \
        What was changed since stays. Without change_id lists the changes.";
    type Params = Params;

    async fn run(context: &Context, params: Params) -> Result<Reply, ToolError> {
        let local = context.local().await?;
        let Some(Text(asked)) = params.change_id else {
            return recent::list(context, &local).await;
        };
        let Ok(id) = asked.parse() else {
            return Err(recent::unknown(context, &local, &asked).await?);
        };
        let dry_run = params.dry_run.is_some_and(|Flag(dry_run)| dry_run);
        restoring::undo(context, &local, &id, dry_run).await
    }
}
