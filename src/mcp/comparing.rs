//! Which sessions are put side by side.

use jiff::ToSpan;
use jiff::civil::Date;

use super::alike::{self, Likeness};
use super::context::{Context, Local};
use super::error::ToolError;
use super::params::Window;
use super::render::{activities, days};
use crate::intervals::ActivityId;
use crate::intervals::activities::{Activity, ListActivities};

pub const LEAST: usize = 2;
pub const MOST: usize = 10;
/// Sessions beside the reference that are chosen by themselves.
const CHOSEN: usize = 4;
/// How far from the reference, and from today, others are looked for.
const DAYS: i32 = 365;

/// Sessions to compare, the one that the others are measured by first.
#[derive(Debug, Default)]
pub struct Compared {
    pub sessions: Vec<Activity>,
    /// In what each is like the first; empty where they were named.
    pub alike: Vec<Option<String>>,
    /// Asked for and not known.
    pub unknown: Vec<ActivityId>,
    pub withheld: Vec<Activity>,
    /// How the sessions were chosen, and other things to say.
    pub notes: Vec<String>,
}

/// The sessions called `ids`, in one request.
///
/// # Errors
/// As the client.
pub async fn named(context: &Context, ids: Vec<ActivityId>) -> Result<Compared, ToolError> {
    let found = context.client().activities().several(&ids).await?;
    let mut compared = Compared::default();
    for id in ids {
        match found.iter().find(|activity| activity.id == id) {
            None => compared.unknown.push(id),
            Some(stub) if stub.is_stub() => compared.withheld.push(stub.clone()),
            Some(session) => compared.sessions.push(session.clone()),
        }
    }
    Ok(compared)
}

/// The session called `id` and those that are most like it, in two requests where it is of the last year. Alone when
/// nothing is like it.
///
/// # Errors
/// As the client, also when `id` is unknown.
pub async fn like(context: &Context, id: ActivityId, local: &Local) -> Result<Compared, ToolError> {
    let client = context.client().activities();
    let today = local.today();
    let mut window = Window {
        oldest: away(today, -DAYS),
        newest: today,
    };
    let mut found = client.list(&query(window)).await?;
    let reference = match found.iter().find(|a| a.id == id) {
        Some(reference) => reference.clone(),
        None => {
            let reference = client.get(&id).await?;
            if !reference.is_stub()
                && let Some(day) = activities::day(&reference)
            {
                window = Window {
                    oldest: away(day, -DAYS),
                    newest: away(day, DAYS).min(today.max(day)),
                };
                found = client.list(&query(window)).await?;
            }
            reference.as_ref().clone()
        }
    };
    if reference.is_stub() {
        return Ok(Compared {
            withheld: vec![reference],
            ..Compared::default()
        });
    }
    let mut others: Vec<(Likeness, &Activity)> = found
        .iter()
        .filter(|other| other.id != id)
        .filter_map(|other| Some((Likeness::of(&reference, other)?, other)))
        .collect();
    let at = activities::day(&reference);
    others.sort_by_key(|(likeness, other)| {
        let apart = at.zip(activities::day(other));
        let apart = apart.and_then(|(a, b)| a.since(b).ok());
        let apart = apart.map_or(i32::MAX, |span| span.get_days().abs());
        (std::cmp::Reverse(likeness.score()), apart)
    });
    let among = others.len();
    others.truncate(CHOSEN);
    others.sort_by_key(|(_, other)| std::cmp::Reverse(other.started()));
    if others.is_empty() {
        let nothing = format!(
            "Looked for in {}: {}. list_activities shows ids to compare it with.",
            days::window(window, local),
            alike::RULE
        );
        return Ok(Compared {
            sessions: vec![reference],
            notes: vec![nothing],
            ..Compared::default()
        });
    }
    let ids = std::iter::once(&id).chain(others.iter().map(|(_, other)| &other.id));
    let mut compared = named(context, ids.cloned().collect()).await?;
    compared.alike = compared
        .sessions
        .iter()
        .map(|session| {
            let likeness = others.iter().find(|(_, other)| other.id == session.id);
            likeness.map(|(likeness, _)| likeness.words())
        })
        .collect();
    compared.notes.push(format!(
        "Chosen: the {} most alike, nearest in time, of {among} from {} to {}: {}.",
        others.len(),
        window.oldest,
        window.newest,
        alike::RULE
    ));
    Ok(compared)
}

fn away(day: Date, days: i32) -> Date {
    day.checked_add(days.days()).unwrap_or(day)
}

const fn query(window: Window) -> ListActivities<'static> {
    ListActivities {
        oldest: window.oldest,
        newest: window.newest,
        limit: None,
        fields: alike::FIELDS,
    }
}
