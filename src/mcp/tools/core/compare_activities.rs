//! Sessions side by side.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::mcp::comparing::{self, Compared};
use crate::mcp::context::Context;
use crate::mcp::error::ToolError;
use crate::mcp::params::{ActivityId, List};
use crate::mcp::registry::{Access, Tool};
use crate::mcp::render::{activities, compare};
use crate::mcp::reply::Reply;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// 2 to 10; the first is compared with
    ids: Option<List<ActivityId>>,
    /// without ids: finds sessions like this one
    reference_id: Option<ActivityId>,
}

pub struct CompareActivities;

impl Tool for CompareActivities {
    const NAME: &'static str = "compare_activities";
    const TITLE: &'static str = "Compare activities";
    const ACCESS: Access = Access::Read;
    const SUMMARY: &'static str =
        "sessions side by side, named or found by likeness, with their intervals";
    const DESCRIPTION: &'static str = "Sessions side by side with differences: time, load, power, pace, HR, efficiency, feel, \
                                       heat, and like intervals one by one.";
    type Params = Params;

    async fn run(context: &Context, params: Params) -> Result<Reply, ToolError> {
        let reference = params.reference_id.map(|id| id.0);
        let named = params.ids.map(|list| list.0).unwrap_or_default();
        let asked = named.len();
        let mut ids = Vec::new();
        for id in reference
            .iter()
            .cloned()
            .chain(named.into_iter().map(|id| id.0))
        {
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
        if ids.len() > comparing::MOST {
            return Err(ToolError::Invalid(format!(
                "{} sessions are too many: compare {} to {}.",
                ids.len(),
                comparing::LEAST,
                comparing::MOST
            )));
        }
        let (compared, local) = match reference {
            Some(id) if asked == 0 => {
                let local = context.local().await?;
                (comparing::like(context, id, &local).await?, local)
            }
            _ if ids.len() < comparing::LEAST => return Err(too_few(asked)),
            _ => {
                let (compared, local) =
                    tokio::join!(comparing::named(context, ids), context.local());
                (compared?, local?)
            }
        };
        let year = local.today().year();
        if compared.sessions.len() < comparing::LEAST {
            let lost = lost(&compared, year);
            // What does not exist was asked for wrongly; what is withheld, or like nothing else, was not.
            return if compared.unknown.is_empty() {
                Ok(Reply::new(lost))
            } else {
                Err(ToolError::Invalid(lost))
            };
        }
        let mut reply = compare::table(&compared, &local);
        for line in missing(&compared, year) {
            reply.footer(line);
        }
        reply.footer(compare::rests_on(&compared.sessions, local.units));
        Ok(reply)
    }
}

fn too_few(asked: usize) -> ToolError {
    ToolError::Invalid(
        match asked {
            0 => {
                "Give ids of 2 to 10 activities, or reference_id to find sessions like one; list_activities shows ids."
            }
            _ => {
                "Two different activities are needed; with one alone, give it as reference_id to find sessions like it."
            }
        }
        .to_owned(),
    )
}

/// What was asked for and cannot be compared.
fn missing(compared: &Compared, year: i16) -> Vec<String> {
    let mut lines = compared.notes.clone();
    let unknown: Vec<&str> = compared.unknown.iter().map(|id| id.as_str()).collect();
    if !unknown.is_empty() {
        lines.push(format!(
            "Not found: {}; list_activities shows ids.",
            unknown.join(", ")
        ));
    }
    let note = activities::stub_note(&compared.withheld, year, false);
    lines.extend((!note.is_empty()).then_some(note));
    lines
}

fn lost(compared: &Compared, year: i16) -> String {
    let left = compared.sessions.first().map_or_else(
        || "Nothing to compare.".to_owned(),
        |only| format!("Nothing to compare {} with.", only.id),
    );
    let mut lines = vec![left];
    lines.extend(missing(compared, year));
    lines.join(" ")
}
