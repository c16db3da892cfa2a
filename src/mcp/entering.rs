//! Days of wellness, entered: what is there, what is to be changed, the write, and what came of it.

use std::sync::Arc;

use jiff::civil::Date;

use super::changes::{self, Change, Changes, Item, Object, holds};
use super::context::{Context, Local};
use super::error::ToolError;
use super::params::Text;
use super::render::wellness_change::{Entered, Outcome, locked};
use super::render::{count, days};
use super::reply::Reply;
use crate::intervals::wellness::{Wellness, WellnessUpdate};
use crate::intervals::{Error, Members};

const TOOL: &str = "update_wellness";

/// A day that is to be changed, with how it was.
struct Day {
    date: Date,
    update: WellnessUpdate,
    /// The same as it is sent.
    sent: Members,
    /// `None` when the service has no row of the day.
    old: Option<Wellness>,
    object: Object,
    present: Members,
}

impl Day {
    fn of(date: Date, update: WellnessUpdate, rows: &[Wellness]) -> Self {
        let old = rows.iter().find(|row| row.date == date).cloned();
        Self {
            date,
            sent: update.members(),
            present: old.as_ref().map(own).unwrap_or_default(),
            update,
            old,
            object: Object::Wellness { date },
        }
    }

    fn is_locked(&self) -> bool {
        self.old
            .as_ref()
            .is_some_and(|old| old.locked == Some(true))
    }

    fn is_already_so(&self) -> bool {
        holds(&self.present, &self.sent)
    }

    fn is_written(&self, rows: &[Wellness]) -> bool {
        let row = rows.iter().find(|row| row.date == self.date);
        row.is_some_and(|row| holds(&own(row), &self.sent))
    }

    fn entered<'a>(&'a self, outcome: Outcome<'a>) -> Entered<'a> {
        Entered {
            date: self.date,
            old: self.old.as_ref(),
            update: &self.update,
            outcome,
        }
    }

    /// Of the day only what this changes: a device goes on filling in the rest.
    fn item(&self) -> Item {
        Item {
            object: self.object.clone(),
            label: format!("wellness of {}", days::full(self.date)),
            before: Some(part(&self.present, &self.sent)),
            after: Some(self.sent.clone()),
        }
    }
}

/// What a client can write of a day, without what was copied from the settings instead of measured.
pub fn own(day: &Wellness) -> Members {
    let mut members = day.members();
    for (key, copied) in [
        ("weight", day.temp_weight),
        ("restingHR", day.temp_resting_hr),
    ] {
        if copied == Some(true) {
            members.remove(key);
        }
    }
    members
}

/// Those of `whole` that `asked` has too.
fn part(whole: &Members, asked: &Members) -> Members {
    let found = whole.iter().filter(|(key, _)| asked.contains_key(*key));
    found
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect()
}

/// Writes the days of `updates`, which come in their order, or only says what would change.
///
/// # Errors
/// Nothing could be written, or not everything; the text says what was.
pub async fn enter(
    context: &Context,
    local: &Local,
    updates: Vec<(Date, WellnessUpdate)>,
    dry_run: bool,
    if_unchanged: Option<&Text>,
) -> Result<Reply, ToolError> {
    let changes = context.changes();
    let _turn = changes.turn().await?;
    context.client().forget();
    let rows = read(context, &updates).await?;
    let days = updates.into_iter();
    let days: Vec<Day> = days
        .map(|(date, update)| Day::of(date, update, &rows))
        .collect();
    let token = changes::token(days.iter().map(|day| (&day.object, Some(&day.present))));
    changes::check(if_unchanged, &token)?;
    let (closed, open): (Vec<Day>, Vec<Day>) = days.into_iter().partition(Day::is_locked);
    let closed: Vec<String> = closed.iter().map(|day| locked(day.date)).collect();
    if open.is_empty() {
        return Err(ToolError::Invalid(format!(
            "Nothing was written. {}",
            closed.join(" ")
        )));
    }
    let (same, open): (Vec<Day>, Vec<Day>) = open.into_iter().partition(Day::is_already_so);
    let mut reply = if dry_run {
        planned(&open, local)
    } else if open.is_empty() {
        Reply::new(format!("Nothing to write ({})", local.zone_name()))
    } else {
        write(context, local, &open).await?
    };
    for day in same {
        reply.line(format!("{}: already so", days::full(day.date)));
    }
    for sentence in closed {
        reply.footer(sentence);
    }
    if dry_run {
        reply.footer(format!("if_unchanged {token}"));
    }
    Ok(reply)
}

async fn read(
    context: &Context,
    updates: &[(Date, WellnessUpdate)],
) -> Result<Arc<Vec<Wellness>>, Error> {
    let dates = || updates.iter().map(|(date, _)| *date);
    match dates().min().zip(dates().max()) {
        Some((first, last)) => context.client().wellness().list(first, last, &[]).await,
        None => Ok(Arc::default()),
    }
}

fn planned(open: &[Day], local: &Local) -> Reply {
    let mut reply = Reply::new(format!(
        "Dry run, nothing was written: {} would change ({})",
        count(open.len(), "day"),
        local.zone_name()
    ));
    for day in open {
        day.entered(Outcome::Planned).show(&mut reply, local.units);
    }
    reply
}

async fn write(context: &Context, local: &Local, open: &[Day]) -> Result<Reply, ToolError> {
    let (changes, client) = (context.changes(), context.client().wellness());
    let mut change = changes
        .begin(TOOL, open.iter().map(Day::item).collect())
        .await?;
    let sent: Vec<(Date, WellnessUpdate)> = open
        .iter()
        .map(|day| (day.date, day.update.clone()))
        .collect();
    let written = match sent.as_slice() {
        [(date, update)] => client.put(*date, update).await.map(|day| vec![day]),
        many => client.put_many(many).await.map(|()| Vec::new()),
    };
    let rows = match &written {
        Ok(rows) if !rows.is_empty() => Ok(Arc::new(rows.clone())),
        // One day that was refused is not written; of many some may be.
        Err(error) if sent.len() == 1 && !error.leaves_write_uncertain() => Ok(Arc::default()),
        _ => read(context, &sent).await,
    };
    if let Ok(rows) = &rows {
        for (item, day) in change.items.iter_mut().zip(open) {
            let row = rows.iter().find(|row| row.date == day.date);
            // One that is not there yet may still arrive: it is known by what was sent.
            if let Some(row) = row.filter(|_| written.is_ok() || day.is_written(rows)) {
                item.after = Some(part(&own(row), &day.sent));
            }
        }
    }
    let mut late = None;
    if let Err(error) = written {
        if !is_all_written(changes, &change, open, &rows, &error).await? {
            if rows.is_ok() {
                changes.settle(&mut change).await;
            }
            return Err(stopped(&change, open, &rows, &error));
        }
        late = Some(error);
    }
    if rows.is_ok() {
        changes.settle(&mut change).await;
    }
    let mut reply = Reply::new(format!(
        "Wrote wellness of {} ({})",
        count(open.len(), "day"),
        local.zone_name()
    ));
    let rows = rows.unwrap_or_default();
    for day in open {
        let row = rows.iter().find(|row| row.date == day.date);
        day.entered(Outcome::Read(row))
            .show(&mut reply, local.units);
    }
    if late.is_some() {
        reply.footer("Intervals.icu did not confirm the write, but the days read back are as they were to be.");
    }
    reply.footer(undo_hint(&change, open));
    Ok(reply)
}

/// Whether a write that failed did all of its work; the error, when it did nothing for sure.
async fn is_all_written(
    changes: &Changes,
    change: &Change,
    open: &[Day],
    rows: &Result<Arc<Vec<Wellness>>, Error>,
    error: &Error,
) -> Result<bool, ToolError> {
    let Ok(rows) = rows else {
        return Ok(false);
    };
    let written = open.iter().filter(|day| day.is_written(rows)).count();
    if written == 0 && !error.leaves_write_uncertain() {
        changes.drop_record(&change.id).await;
        return Err(ToolError::Upstream(error.clone()));
    }
    Ok(written == open.len())
}

fn stopped(
    change: &Change,
    open: &[Day],
    rows: &Result<Arc<Vec<Wellness>>, Error>,
    error: &Error,
) -> ToolError {
    let why = ToolError::Upstream(error.clone()).sentence();
    let id = &change.id;
    let names = |days: &[&Day]| {
        let names: Vec<String> = days.iter().map(|day| days::full(day.date)).collect();
        names.join(", ")
    };
    let Ok(rows) = rows else {
        let days: Vec<&Day> = open.iter().collect();
        return ToolError::Unfinished(format!(
            "{why} Whether {} was written is not known, since it could not be read back either: look at it before trying \
             again. undo_change {id} takes back whatever was written.",
            names(&days)
        ));
    };
    let (written, missing): (Vec<&Day>, Vec<&Day>) =
        open.iter().partition(|day| day.is_written(rows));
    ToolError::Unfinished(if written.is_empty() {
        format!(
            "{why} As read back just now nothing was written: {}. Should it still arrive, undo_change {id} takes it back.",
            names(&missing)
        )
    } else {
        format!(
            "{why} Written: {}. Not written: {}. undo_change {id} takes back what was written.",
            names(&written),
            names(&missing)
        )
    })
}

/// What was empty stays filled: the service clears nothing.
fn undo_hint(change: &Change, open: &[Day]) -> String {
    let is_new = |day: &Day| {
        let mut values = day.sent.keys().filter(|key| *key != "comments");
        values.any(|key| !day.present.contains_key(key))
    };
    let hint = Changes::undo_hint(change);
    if open.iter().any(is_new) {
        format!("{hint} (new values stay: Intervals.icu clears none of wellness)")
    } else {
        hint
    }
}
