//! What was changed in the last day.

use crate::mcp::changes::{Change, Changes, HOURS, Head, Item, Object};
use crate::mcp::context::{Context, Local};
use crate::mcp::error::ToolError;
use crate::mcp::render::days;
use crate::mcp::render::table::Table;
use crate::mcp::reply::Reply;
use crate::mcp::text;
use jiff::Timestamp;

/// Changes named in an error.
const FEW: usize = 5;
/// Longest label, in characters.
const LABEL: usize = 80;

/// The changes of the last day, the newest first.
///
/// # Errors
/// When the store cannot be read.
pub async fn list(context: &Context, local: &Local) -> Result<Reply, ToolError> {
    let heads = context.changes().recent().await?;
    if heads.is_empty() {
        return Ok(Reply::new(format!(
            "No change of the last {HOURS} hours is recorded {}",
            days::zone_and_today(local)
        )));
    }
    let mut reply = Reply::new(format!(
        "{} of the last {HOURS} hours {}; undo_change with change_id takes one back",
        crate::mcp::render::count(heads.len(), "change"),
        days::zone_and_today(local)
    ));
    let mut table = Table::new(["change_id", "at", "tool", "what", "undoes", "undone by"]);
    for head in &heads {
        table.row([
            Some(head.id.to_string()),
            Some(time(head.at, local)),
            Some(head.tool.clone()),
            Some(what(head)),
            head.undoes.as_ref().map(ToString::to_string),
            head.undone_by.as_ref().map(ToString::to_string),
        ]);
    }
    reply.table(&table);
    Ok(reply)
}

/// That there is no change called `id`, and which there are.
///
/// # Errors
/// When the store cannot be read.
pub async fn unknown(context: &Context, local: &Local, id: &str) -> Result<ToolError, ToolError> {
    let heads = context.changes().recent().await?;
    let open = heads.iter().filter(|head| head.undone_by.is_none());
    let named: Vec<String> = open
        .take(FEW)
        .map(|head| {
            format!(
                "{} ({}, {}, {})",
                head.id,
                time(head.at, local),
                head.tool,
                what(head)
            )
        })
        .collect();
    let known = if named.is_empty() {
        "there is none that can be undone".to_owned()
    } else {
        format!("the latest are {}", named.join("; "))
    };
    Ok(ToolError::Invalid(format!(
        "No change of the last {HOURS} hours is called '{}'; {known}. Nothing was changed.",
        text::line(id, 20)
    )))
}

/// `Wed 03-18 10:30`
pub fn time(at: Timestamp, local: &Local) -> String {
    let at = at.to_zoned(local.now.time_zone().clone()).datetime();
    days::short_time(at, local.today().year())
}

/// `Thu 03-19 Run Tempo and 6 more`
fn what(head: &Head) -> String {
    let label = text::line(&head.label, LABEL);
    match head.objects {
        0 | 1 => label,
        more => format!("{label} and {} more", more - 1),
    }
}

/// The changes after `change` that still hold, the newest first; none when they cannot be read.
pub async fn since(changes: &Changes, change: &Change) -> Vec<Change> {
    let heads = changes.recent().await.unwrap_or_default();
    let later = heads
        .iter()
        .filter(|head| head.at > change.at && head.undone_by.is_none());
    let mut found = Vec::new();
    for head in later {
        found.extend(changes.get(&head.id).await.ok().flatten());
    }
    found
}

/// Whether a change wrote to the object of `item`.
pub fn touches(change: &Change, item: &Item) -> bool {
    change
        .items
        .iter()
        .any(|other| match (&other.object, &item.object) {
            (
                Object::Event { id, uid },
                Object::Event {
                    id: of_id,
                    uid: of_uid,
                },
            ) => (id.is_some() && id == of_id) || (uid.is_some() && uid == of_uid),
            (one, other) => one == other,
        })
}
