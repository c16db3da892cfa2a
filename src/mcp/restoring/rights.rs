//! To take something back takes the rights that writing it took.

use super::TOOL;
use super::verdict::{Step, Verdict};
use crate::identity::Scope;
use crate::mcp::changes::{Change, Item, Object};
use crate::mcp::context::Context;
use crate::mcp::error::ToolError;

/// What the caller may restore of a change.
pub struct Rights {
    settings: bool,
    /// To delete what a deletion had deleted before.
    delete_again: bool,
}

impl Rights {
    /// # Errors
    /// When the store cannot be read.
    pub async fn of(context: &Context, change: &Change) -> Result<Self, ToolError> {
        let may = |scope| context.scopes.contains(scope);
        Ok(Self {
            settings: may(Scope::Settings),
            delete_again: may(Scope::Delete) || !repeats_a_deletion(context, change).await?,
        })
    }

    /// What is left of a verdict.
    pub fn check(&self, item: &Item, verdict: Verdict) -> Verdict {
        let lacking = match (&item.object, &verdict) {
            (Object::Sport { .. }, Verdict::Restore(_)) if !self.settings => Scope::Settings,
            (Object::Event { .. }, Verdict::Restore(Step::Delete)) if !self.delete_again => {
                Scope::Delete
            }
            _ => return verdict,
        };
        Verdict::Impossible(format!(
            "this connection lacks the scope {}",
            lacking.as_str()
        ))
    }
}

/// Whether taking `change` back repeats a deletion that was taken back.
async fn repeats_a_deletion(context: &Context, change: &Change) -> Result<bool, ToolError> {
    let mut undoes = change.undoes.clone();
    let mut times = 0;
    while let Some(id) = undoes {
        times += 1;
        // What is not known any more may have been one.
        let Some(earlier) = context.changes().get(&id).await? else {
            return Ok(true);
        };
        if earlier.tool != TOOL {
            return Ok(times % 2 == 1 && earlier.tool == "delete_events");
        }
        undoes = earlier.undoes;
    }
    Ok(false)
}
