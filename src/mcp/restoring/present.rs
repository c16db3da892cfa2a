//! How the objects of a change are now.

use std::sync::Arc;

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use jiff::ToSpan as _;
use jiff::civil::{Date, DateTime};

use super::verdict::member;
use crate::intervals::activities::Message;
use crate::intervals::events::Event;
use crate::intervals::sports::SportSettings;
use crate::intervals::wellness::Wellness;
use crate::intervals::{ActivityId, Client, Error, EventId, Members};
use crate::mcp::changes::{Item, Object};
use crate::mcp::entering;
use crate::mcp::text;

/// Days that are read at once; what lies further apart is read one by one.
const LONGEST: i32 = 400;
/// Days around an event whose id is not known, in case it was moved.
const AROUND: i32 = 60;
/// Objects that are asked for beside each other.
const BESIDE: usize = 16;
/// Comments that are looked through.
const MESSAGES: u32 = 100;

/// An object as it is now.
#[derive(Debug, Clone)]
pub struct Found {
    /// An event that was made again has another id.
    pub object: Object,
    /// What a client can write of it; `None` when it is not there.
    pub members: Option<Members>,
    /// Whether the service works out the load, time and distance of a workout from its steps.
    pub is_structured: bool,
    /// Whether the service ignores writes to it.
    pub is_locked: bool,
    /// All of an event.
    pub event: Option<Box<Event>>,
    /// The activity that carried an event out.
    pub paired: Option<String>,
    /// What stands where it was, of which the service keeps only one.
    pub rival: Option<String>,
    /// Where the comments of an activity stand.
    pub chat: Option<i64>,
}

impl Found {
    pub fn of(object: Object, members: Option<Members>) -> Self {
        Self {
            object,
            members,
            is_structured: false,
            is_locked: false,
            event: None,
            paired: None,
            rival: None,
            chat: None,
        }
    }
}

/// Why objects are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// To see what became of them since: an event may be anywhere.
    First,
    /// To see what a write came to: an event is where it was or where it was put.
    Back,
}

/// Reads the objects of `items`, in their order.
///
/// # Errors
/// As the client; that something is not there is no error.
pub async fn read(client: &Client, items: &[&Item], look: Look) -> Result<Vec<Found>, Error> {
    let (calendar, days, sports) = tokio::try_join!(
        calendar(client, items),
        days(client, items),
        sports(client, items)
    )?;
    let (calendar, days, sports) = (calendar.as_ref(), &days, &sports);
    let reads = items.iter().map(async |item| match &item.object {
        Object::Event { .. } => event(client, calendar.map(|all| all.as_slice()), item, look).await,
        Object::Wellness { date } => match days.iter().find(|day| day.date == *date) {
            Some(day) => Ok(wellness(*date, day)),
            None => Ok(wellness(
                *date,
                client.wellness().get(*date).await?.as_ref(),
            )),
        },
        Object::Activity { id } if id.is_empty() => entered(client, item).await,
        Object::Activity { id } => activity(client, id).await,
        Object::Sport { id } => {
            let entry = sports.iter().find(|entry| entry.id == *id);
            Ok(Found::of(
                item.object.clone(),
                entry.map(SportSettings::members),
            ))
        }
        Object::Message { activity, id } => message(client, activity, *id, item).await,
    });
    // The time of a request begins with its wait for its turn.
    let reads: Vec<_> = reads.collect();
    stream::iter(reads).buffered(BESIDE).try_collect().await
}

/// The window that holds `dates`; `None` when there are none or it would be too long.
fn window(dates: &[Date]) -> Option<(Date, Date)> {
    let (first, last) = dates.iter().min().zip(dates.iter().max())?;
    let limit = first.checked_add(LONGEST.days()).ok()?;
    (*last <= limit).then_some((*first, *last))
}

/// The day of an event.
pub fn start(members: &Members) -> Option<Date> {
    let at: DateTime = member(members, "start_date_local").as_str()?.parse().ok()?;
    Some(at.date())
}

/// The days on which an event was and is, with some around them as long as its id is not known.
fn dates(item: &Item) -> Vec<Date> {
    let Object::Event { id, .. } = &item.object else {
        return Vec::new();
    };
    let images = [item.before.as_ref(), item.after.as_ref()].into_iter();
    let dates = images.flatten().filter_map(start);
    let around = if id.is_none() { AROUND } else { 0 };
    let around = |date: Date| {
        [
            date.checked_sub(around.days()),
            date.checked_add(around.days()),
        ]
    };
    dates.flat_map(around).flatten().collect()
}

/// What is in the calendar around `items`; `None` when they lie too far apart.
async fn calendar(client: &Client, items: &[&Item]) -> Result<Option<Arc<Vec<Event>>>, Error> {
    let dates: Vec<Date> = items.iter().flat_map(|item| dates(item)).collect();
    match window(&dates) {
        Some((first, last)) => {
            let events = client.events();
            events.list(first, last, &[], false).await.map(Some)
        }
        None => Ok(None),
    }
}

/// By its id, else by the uid that it keeps when it is made again.
async fn event(
    client: &Client,
    calendar: Option<&[Event]>,
    item: &Item,
    look: Look,
) -> Result<Found, Error> {
    let Object::Event { id, uid } = &item.object else {
        return Ok(Found::of(item.object.clone(), None));
    };
    let listed = match calendar {
        Some(_) => None,
        None => self::calendar(client, &[item]).await?,
    };
    let calendar = calendar.or(listed.as_ref().map(|all| all.as_slice()));
    // What is deleted is under its id nowhere: it need not be looked for.
    let elsewhere = calendar.is_none() || look == Look::First && item.after.is_some();
    let calendar = calendar.unwrap_or_default();
    let by_id = calendar.iter().find(|event| Some(event.id.0) == *id);
    let is_it = |event: &&Event| uid.is_some() && event.uid == *uid;
    let read;
    let event = match (by_id.or_else(|| calendar.iter().find(is_it)), id) {
        (Some(event), _) => Some(event),
        (None, Some(id)) if elsewhere => {
            read = found(client.events().get(EventId(*id)).await)?;
            read.as_deref()
        }
        (None, _) => None,
    };
    let Some(event) = event else {
        let mut gone = Found::of(item.object.clone(), None);
        gone.rival = item
            .before
            .as_ref()
            .and_then(|before| rival(calendar, before));
        return Ok(gone);
    };
    let steps = event
        .workout_doc
        .as_ref()
        .and_then(|doc| doc.steps.as_ref());
    let object = Object::Event {
        id: Some(event.id.0),
        uid: event.uid.clone(),
    };
    let mut found = Found::of(object, Some(event.members()));
    found.paired = event.paired_activity_id.as_ref().map(ToString::to_string);
    found.event = Some(Box::new(event.clone()));
    found.is_structured = steps.is_some_and(|steps| !steps.is_empty());
    Ok(found)
}

/// The target that a target of the same day and sport would replace.
fn rival(calendar: &[Event], target: &Members) -> Option<String> {
    let is = |key: &str, value: Option<&str>| member(target, key).as_str() == value;
    if !is("category", Some("TARGET")) {
        return None;
    }
    let other = calendar.iter().find(|event| {
        event.category.as_deref() == Some("TARGET")
            && is("type", event.sport.as_deref())
            && event.starts().map(|at| at.date()) == start(target)
    })?;
    let name = other.name.as_deref().map(text::name).unwrap_or_default();
    Some(format!(
        "another target {name} ({}) is in its place",
        other.id
    ))
}

async fn days(client: &Client, items: &[&Item]) -> Result<Arc<Vec<Wellness>>, Error> {
    let dates = items.iter().filter_map(|item| match item.object {
        Object::Wellness { date } => Some(date),
        _ => None,
    });
    match window(&dates.collect::<Vec<Date>>()) {
        Some((first, last)) => client.wellness().list(first, last, &[]).await,
        None => Ok(Arc::default()),
    }
}

fn wellness(date: Date, day: &Wellness) -> Found {
    let mut found = Found::of(Object::Wellness { date }, Some(entering::own(day)));
    found.is_locked = day.locked == Some(true);
    found
}

async fn sports(client: &Client, items: &[&Item]) -> Result<Arc<Vec<SportSettings>>, Error> {
    if items
        .iter()
        .any(|item| matches!(item.object, Object::Sport { .. }))
    {
        client.sports().list().await
    } else {
        Ok(Arc::default())
    }
}

async fn activity(client: &Client, id: &str) -> Result<Found, Error> {
    let object = Object::Activity { id: id.to_owned() };
    let Ok(id) = id.parse::<ActivityId>() else {
        return Ok(Found::of(object, None));
    };
    let activity = found(client.activities().get(&id).await)?;
    Ok(Found::of(
        object,
        activity.map(|activity| activity.members()),
    ))
}

/// What was entered by hand for an event, as long as its id is not known.
async fn entered(client: &Client, item: &Item) -> Result<Found, Error> {
    let gone = Found::of(item.object.clone(), None);
    let sent = item.after.as_ref();
    let event = sent.and_then(|after| member(after, "paired_event_id").as_i64());
    let Some(event) = event.map(EventId) else {
        return Ok(gone);
    };
    let event = found(client.events().get(event).await)?;
    let Some(id) = event.and_then(|event| event.paired_activity_id.clone()) else {
        return Ok(gone);
    };
    let activity = found(client.activities().get(&id).await)?;
    // A recording that was paired with it since is another.
    let activity = activity.filter(|a| a.source.as_deref() == Some("MANUAL"));
    Ok(activity.map_or(gone, |activity| {
        let object = Object::Activity { id: id.to_string() };
        Found::of(object, Some(activity.members()))
    }))
}

/// By its id, or as long as that is not known, the newest with its text.
async fn message(
    client: &Client,
    activity: &str,
    id: Option<i64>,
    item: &Item,
) -> Result<Found, Error> {
    let gone = Found::of(item.object.clone(), None);
    let Ok(of) = activity.parse::<ActivityId>() else {
        return Ok(gone);
    };
    let Some(messages) = found(client.activities().messages(&of, MESSAGES).await)? else {
        return Ok(gone);
    };
    let sent = item
        .after
        .as_ref()
        .and_then(|after| member(after, "content").as_str());
    let is_it = |message: &&Message| match id {
        Some(id) => message.id == id,
        None => {
            let text = message.content.as_deref().map(str::trim);
            sent.is_some()
                && text == sent.map(str::trim)
                && message.athlete_id.as_deref() == Some(client.athlete_id().as_str())
        }
    };
    let message = messages
        .iter()
        .filter(|m| m.deleted.is_none())
        .filter(is_it);
    let Some(message) = message.max_by_key(|message| message.id) else {
        return Ok(gone);
    };
    let object = Object::Message {
        activity: activity.to_owned(),
        id: Some(message.id),
    };
    let content = message
        .content
        .clone()
        .map(|text| ("content".to_owned(), text.into()));
    let mut present = Found::of(object, Some(content.into_iter().collect()));
    let activity = found(client.activities().get(&of).await)?;
    present.chat = activity.and_then(|activity| activity.icu_chat_id);
    Ok(present)
}

/// What is there, `None` when the service has no such thing.
fn found<T>(answer: Result<T, Error>) -> Result<Option<T>, Error> {
    match answer {
        Ok(found) => Ok(Some(found)),
        Err(Error::NotFound { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}
