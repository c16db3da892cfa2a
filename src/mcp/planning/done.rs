//! Writes that an event is done, and says what became of it.

use jiff::civil::Date;
use tokio::time::{Instant, timeout_at};

use super::Ask;
use super::completed::Telling;
use super::completing::{Completing, Step};
use super::plan;
use super::times::Times;
use crate::analytics::fitness::Fitness;
use crate::intervals::activities::{Activity, ListActivities};
use crate::intervals::events::Event;
use crate::intervals::{ActivityId, Error, Members};
use crate::mcp::changes::{self, Change, Changes, Item, Object};
use crate::mcp::context::{Context, Local};
use crate::mcp::error::ToolError;
use crate::mcp::render::events;
use crate::mcp::reply::Reply;

/// The member that pairs.
const PAIR: &str = "paired_event_id";

/// Writes what was decided, or says what that would be.
///
/// # Errors
/// When things are no longer as the caller saw them, when it cannot be recorded, and when writing fails;
/// [`ToolError::Unfinished`] says what is known all the same.
pub async fn complete(
    context: &Context,
    local: &Local,
    completing: Completing,
    ask: Ask<'_>,
) -> Result<Reply, ToolError> {
    let Completing {
        around,
        event,
        step,
        warnings,
    } = completing;
    if let Step::Nothing(said) = step {
        return Ok(Reply::new(format!("Nothing to write: {said}")));
    }
    let token = token(&event, &step, &ask)?;
    let telling = Telling {
        local,
        around,
        event,
        warnings,
    };
    let times = Times::of(ask.since);
    if ask.dry_run {
        return Ok(telling.rehearsal(&step, &token));
    }
    if let Step::Pair(activity) = step {
        let (change, done) = pair(
            context,
            telling.label(),
            &telling.event,
            &activity,
            ask.tool,
            times,
        )
        .await?;
        return Ok(telling.paired(&done, &change));
    }
    let today = local.today();
    let is_past = telling.is_past();
    let before = fitness_of(context, today, is_past, times.begin_by).await;
    let (change, id, done) =
        enter(context, telling.label(), &telling.event, ask.tool, times).await?;
    let after = fitness_of(context, today, is_past, times.read_back_by).await;
    Ok(telling.entered(&id, done.as_ref(), before.zip(after), &change))
}

/// What stands for how the objects are, checked against what the caller saw: the event as get_event shows it counts too.
fn token(event: &Event, step: &Step, ask: &Ask<'_>) -> Result<String, ToolError> {
    let object = Object::Event {
        id: Some(event.id.0),
        uid: event.uid.clone(),
    };
    let image = event.members();
    let alone = changes::token([(&object, Some(&image))]);
    let Step::Pair(activity) = step else {
        changes::check(ask.if_unchanged, &alone)?;
        return Ok(alone);
    };
    let other = Object::Activity {
        id: activity.id.to_string(),
    };
    let members = activity.members();
    let both = changes::token([(&object, Some(&image)), (&other, Some(&members))]);
    if changes::check(ask.if_unchanged, &alone).is_err() {
        changes::check(ask.if_unchanged, &both)?;
    }
    Ok(both)
}

/// What `read` gives until `by`.
async fn until<T>(by: Instant, read: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    timeout_at(by, read).await.unwrap_or(Err(Error::Timeout))
}

async fn fitness_of(context: &Context, day: Date, is_wanted: bool, by: Instant) -> Option<Fitness> {
    if !is_wanted {
        return None;
    }
    let client = context.client();
    client.forget();
    let wellness = client.wellness();
    let days = until(by, wellness.list(day, day, &["ctl", "atl"]))
        .await
        .ok()?;
    let today = days.first()?;
    Some(Fitness {
        ctl: today.ctl?,
        atl: today.atl?,
    })
}

fn pairs(event: &Event) -> Members {
    Members::from_iter([(PAIR.to_owned(), event.id.0.into())])
}

/// Pairs `activity` with `event`; what it is then.
async fn pair(
    context: &Context,
    label: String,
    event: &Event,
    activity: &Activity,
    tool: &str,
    times: Times,
) -> Result<(Change, Activity), ToolError> {
    let (changes, client) = (context.changes(), context.client());
    let item = Item {
        object: Object::Activity {
            id: activity.id.to_string(),
        },
        label,
        before: Some(activity.members()),
        after: Some(pairs(event)),
    };
    let mut change = changes.begin(tool, vec![item]).await?;
    let is_paired = |activity: &Activity| activity.paired_event_id == Some(event.id);
    let answer = client.activities().put(&activity.id, &pairs(event)).await;
    let done = match answer {
        Ok(done) if is_paired(&done) => done,
        Err(error) if !error.leaves_write_uncertain() => {
            changes.drop_record(&change.id).await;
            return Err(refused(error));
        }
        answer => {
            client.forget();
            match until(times.read_back_by, client.activities().get(&activity.id)).await {
                Ok(now) if is_paired(&now) => Activity::clone(&now),
                Ok(_) => {
                    changes.drop_record(&change.id).await;
                    return Err(nothing(answer.err()));
                }
                Err(_) => return Err(unknown(&change, answer.err())),
            }
        }
    };
    if let Some(item) = change.items.first_mut() {
        item.after = Some(done.members());
    }
    changes.settle(&mut change).await;
    Ok((change, done))
}

/// Enters an activity for `event`: its id, and as far as it can be read back the activity.
async fn enter(
    context: &Context,
    label: String,
    event: &Event,
    tool: &str,
    times: Times,
) -> Result<(Change, ActivityId, Option<Activity>), ToolError> {
    let (changes, client) = (context.changes(), context.client());
    let item = Item {
        // Not known before it is there; what it is paired with says which it is.
        object: Object::Activity { id: String::new() },
        label: format!("activity entered for {label}"),
        before: None,
        after: Some(pairs(event)),
    };
    let mut change = changes.begin(tool, vec![item]).await?;
    let id = match client.events().mark_done(event.id).await {
        Ok(entered) => entered.id,
        Err(error) if !error.leaves_write_uncertain() => {
            changes.drop_record(&change.id).await;
            return Err(refused(error));
        }
        Err(error) => match until(times.read_back_by, find(context, event)).await {
            Ok(Some(id)) => id,
            Ok(None) => {
                changes.drop_record(&change.id).await;
                return Err(nothing(Some(error)));
            }
            Err(_) => return Err(unknown(&change, Some(error))),
        },
    };
    let done = until(times.read_back_by, client.activities().get(&id)).await;
    let done = done.ok();
    let done = done.map(|activity| Activity::clone(&activity));
    if let Some(item) = change.items.first_mut() {
        item.object = Object::Activity { id: id.to_string() };
        item.after = done.as_ref().map(Activity::members).or(item.after.take());
    }
    changes.settle(&mut change).await;
    Ok((change, id, done))
}

/// The activity that is paired with `event` now.
async fn find(context: &Context, event: &Event) -> Result<Option<ActivityId>, Error> {
    context.client().forget();
    let Some((oldest, newest)) = events::span(event) else {
        return Ok(None);
    };
    let query = ListActivities {
        oldest,
        newest,
        limit: None,
        fields: events::PAIR_FIELDS,
    };
    let done = context.client().activities().list(&query).await?;
    let mut pairs = done.iter().filter(|a| a.paired_event_id == Some(event.id));
    Ok(pairs.next().map(|activity| activity.id.clone()))
}

/// The error of a write that surely wrote nothing.
fn refused(error: Error) -> ToolError {
    let why = ToolError::from(error).sentence();
    ToolError::Unfinished(format!("Nothing was written. {why}"))
}

fn nothing(error: Option<Error>) -> ToolError {
    let why = error.map_or_else(
        || {
            "It took the request and left things as they were; pair them on intervals.icu itself."
                .to_owned()
        },
        |error| plan::why(&error),
    );
    ToolError::Invalid(format!(
        "Nothing was written, as Intervals.icu shows. {why}"
    ))
}

fn unknown(change: &Change, error: Option<Error>) -> ToolError {
    let why = error.map(|error| ToolError::from(error).sentence());
    ToolError::Unfinished(format!(
        "Not known whether it was written, and it cannot be read now: look at get_event before trying again. {} {}",
        why.unwrap_or_default(),
        Changes::undo_hint(change)
    ))
}
