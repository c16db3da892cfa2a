//! Takes back what a change wrote.
//!
//! Reads how its objects are now (`present`), judges each against how the change found and left it (`verdict`; by kind:
//! `event`, `record`), writes what is to be restored (`write`, a piece of `work` an object) as a change of its own, reads it
//! back and tells what became of it (`report`). What somebody changed since stays as it is, and so does what is as before
//! already: an undo that stopped in the middle goes on when it is called again. `recent` lists what can be taken back.

mod effect;
mod event;
mod present;
pub mod recent;
mod record;
mod report;
mod rights;
mod verdict;
mod work;
mod write;

use super::changes::{Change, ChangeId, Changes, Item, Object};
use super::context::{Context, Local};
use super::error::ToolError;
use super::render::members::{Kind, Words};
use super::reply::Reply;
use crate::intervals::Members;
use effect::Effect;
use present::{Found, Look};
use report::{Line, Report};
use verdict::Verdict;
use work::{Fate, Work};

const TOOL: &str = "undo_change";

/// Takes the change called `id` back, or with `dry_run` says what that would do.
///
/// # Errors
/// There is no such change, it was undone before, nothing of it can be restored, or not everything was.
pub async fn undo(
    context: &Context,
    local: &Local,
    id: &ChangeId,
    dry_run: bool,
) -> Result<Reply, ToolError> {
    let changes = context.changes();
    let _turn = changes.turn().await?;
    let change = match changes.get(id).await? {
        Some(change) => change,
        None => return Err(recent::unknown(context, local, id.as_str()).await?),
    };
    if let Some(by) = &change.undone_by {
        return Err(ToolError::Invalid(format!(
            "{id} was undone already, by {by}; undo_change {by} brings it back."
        )));
    }
    context.client().forget();
    let items: Vec<&Item> = change.items.iter().collect();
    let found = present::read(context.client(), &items, Look::First).await?;
    let rights = rights::Rights::of(context, &change).await?;
    let mut since = None;
    let mut work = Vec::new();
    let mut lines = Vec::new();
    for (place, (item, found)) in change.items.iter().zip(found).enumerate() {
        let words = words(&item.object, local);
        let verdict = judge(item, &found, was_read_back(&change, item), words);
        let verdict = rights.check(item, verdict);
        if since.is_none() && matches!(verdict, Verdict::Changed(_)) {
            since = Some(recent::since(changes, &change).await);
        }
        let mut later = since.iter().flatten();
        let by = later.find(|later| recent::touches(later, item));
        lines.push(Line::of(item, &found, &verdict, by, words));
        if let Verdict::Restore(step) = verdict {
            work.push(Work::new(place, found, step, &change.id));
        }
    }
    let report = Report {
        change: &change,
        local,
        lines,
    };
    if dry_run {
        return report.planned();
    }
    if work.is_empty() {
        return report.nothing();
    }
    restore(context, report, work).await
}

fn words<'l>(object: &Object, local: &'l Local) -> Words<'l> {
    let kind = match object {
        Object::Event { .. } => Kind::Event,
        Object::Wellness { .. } => Kind::Wellness,
        _ => Kind::Other,
    };
    Words { local, kind }
}

/// Whether how an object was left is known; else what was sent is.
fn was_read_back(change: &Change, item: &Item) -> bool {
    let is_whole = |after: &Members| after.contains_key("start_date_local");
    let is_known = match &item.object {
        // One of several may not have been found again.
        Object::Event { id, .. } => id.is_some() && item.after.as_ref().is_none_or(is_whole),
        Object::Activity { .. } if item.before.is_none() => {
            let after = item.after.as_ref();
            after.is_none_or(|after| after.contains_key("type"))
        }
        _ => true,
    };
    change.is_settled && is_known
}

fn judge(item: &Item, found: &Found, is_settled: bool, words: Words<'_>) -> Verdict {
    match item.object {
        Object::Event { .. } => event::verdict(item, found, is_settled, words),
        Object::Wellness { .. } => record::wellness(item, found, is_settled, words),
        Object::Activity { .. } => record::activity(item, found, is_settled, words),
        Object::Sport { .. } => record::sport(item, found, is_settled, words),
        Object::Message { .. } => record::message(item, found),
    }
}

async fn restore(
    context: &Context,
    mut report: Report<'_>,
    mut work: Vec<Work>,
) -> Result<Reply, ToolError> {
    let (changes, client) = (context.changes(), context.client());
    let change = report.change;
    let mut effect = Effect::before(context, report.local, &work).await;
    let label = |piece: &Work| change.items.get(piece.place).map_or("", |item| &item.label);
    let items = work.iter().map(|piece| piece.item(label(piece))).collect();
    let mut undo = changes.begin_undo(TOOL, items, &change.id).await?;
    write::carry_out(client, &mut work).await;
    client.forget();
    let sent: Vec<&Item> = undo.items.iter().collect();
    let found = present::read(client, &sent, Look::Back).await;
    let mut kept = Vec::new();
    for (place, (piece, mut item)) in work.iter().zip(std::mem::take(&mut undo.items)).enumerate() {
        let found = found.as_ref().ok().and_then(|found| found.get(place));
        let fate = found.map_or(Fate::Unknown, |found| piece.fate(found));
        if let Some(line) = report.lines.get_mut(piece.place) {
            line.came_to(piece, fate, found, report.local);
        }
        if let Some(found) = found.filter(|_| matches!(fate, Fate::Done | Fate::Otherwise)) {
            if let Some(effect) = &mut effect {
                effect.add(&piece.found, found);
            }
            item.after = piece.left(found);
            item.object = found.object.clone();
        }
        // What may still arrive is known by what was sent.
        let may_arrive = piece
            .error
            .as_ref()
            .is_some_and(|error| error.leaves_write_uncertain());
        if fate != Fate::Undone || may_arrive {
            kept.push(item);
        }
    }
    undo.items = kept;
    if undo.items.is_empty() {
        changes.drop_record(&undo.id).await;
        return report.failed(None);
    }
    if found.is_ok() {
        changes.settle(&mut undo).await;
    }
    if report.is_complete() {
        mark(changes, change, &undo).await;
    }
    report.done(&undo, effect.as_ref())
}

/// Says of the change which one took it back, and of the one that it had taken back itself that this holds again.
async fn mark(changes: &Changes, change: &Change, undo: &Change) {
    let mut undone = change.clone();
    undone.undone_by = Some(undo.id.clone());
    changes.update(&undone).await;
    if let Some(first) = &change.undoes
        && let Ok(Some(mut first)) = changes.get(first).await
    {
        first.undone_by = None;
        changes.update(&first).await;
    }
}
