//! Carries out steps: what is to be there again comes first, what is to go comes last, so that nothing is lost in between.

use futures_util::future::join_all;
use jiff::civil::Date;

use super::present::Found;
use super::verdict::{Step, member};
use super::work::Work;
use crate::intervals::{ActivityId, Client, Error, EventId, Members};
use crate::mcp::changes::Object;

/// Requests at once.
const BESIDE: usize = 4;

/// Carries out `work`, and notes with each piece the error that it ended with. What comes after an error that is not about
/// one object is not begun.
pub async fn carry_out(client: &Client, work: &mut [Work]) {
    let mut stopped = None;
    create_events(client, work, &mut stopped).await;
    change_days(client, work, &mut stopped).await;
    one_by_one(client, work, &mut stopped).await;
    delete_events(client, work, &mut stopped).await;
}

/// Whether others may fare better.
const fn is_about_one(error: &Error) -> bool {
    matches!(
        error,
        Error::NotFound { .. } | Error::Rejected { .. } | Error::Forbidden { .. }
    )
}

/// Notes the outcome of what was written together. Refused for one, the others are to be written by themselves.
fn note<T>(
    work: &mut [Work],
    is_meant: impl Fn(&Work) -> bool,
    outcome: Result<T, Error>,
    stopped: &mut Option<Error>,
) {
    let Err(error) = outcome else {
        return;
    };
    let is_about_one = is_about_one(&error);
    for piece in work.iter_mut().filter(|piece| is_meant(piece)) {
        piece.error = Some(error.clone());
        piece.is_alone = is_about_one;
    }
    if !is_about_one {
        *stopped = Some(error);
    }
}

fn is_created_event(work: &Work) -> bool {
    matches!(
        (&work.found.object, &work.step),
        (Object::Event { .. }, Step::Create(_))
    )
}

fn is_deleted_event(work: &Work) -> bool {
    matches!(
        (&work.found.object, &work.step),
        (Object::Event { .. }, Step::Delete)
    )
}

fn is_day(work: &Work) -> bool {
    matches!(work.found.object, Object::Wellness { .. })
}

async fn create_events(client: &Client, work: &mut [Work], stopped: &mut Option<Error>) {
    let bodies = work.iter().filter(|piece| is_created_event(piece));
    let bodies = bodies.filter_map(|piece| match &piece.step {
        Step::Create(members) => Some(members.clone()),
        _ => None,
    });
    let bodies: Vec<Members> = bodies.collect();
    if !bodies.is_empty() {
        let outcome = client.events().create(&bodies).await;
        note(work, is_created_event, outcome, stopped);
    }
}

async fn delete_events(client: &Client, work: &mut [Work], stopped: &mut Option<Error>) {
    let ids = work.iter().filter(|piece| is_deleted_event(piece));
    let ids = ids.filter_map(|piece| match piece.found.object {
        Object::Event { id, .. } => id.map(EventId),
        _ => None,
    });
    let ids: Vec<EventId> = ids.collect();
    if !ids.is_empty() {
        let outcome = match stopped.clone() {
            Some(error) => Err(error),
            None => client.events().delete_many(&ids).await.map(drop),
        };
        note(work, is_deleted_event, outcome, stopped);
    }
}

async fn change_days(client: &Client, work: &mut [Work], stopped: &mut Option<Error>) {
    let rows = work
        .iter()
        .filter_map(|piece| match (&piece.found.object, &piece.step) {
            (Object::Wellness { date }, Step::Change { members, .. }) => {
                Some((*date, members.clone()))
            }
            _ => None,
        });
    let rows: Vec<(Date, Members)> = rows.collect();
    let wellness = client.wellness();
    let outcome = match (stopped.clone(), rows.as_slice()) {
        (_, []) => return,
        (Some(error), _) => Err(error),
        (None, [(date, members)]) => wellness.put(*date, members).await.map(drop),
        (None, rows) => wellness.put_many(rows).await,
    };
    note(work, is_day, outcome, stopped);
}

/// What the service takes one at a time.
async fn one_by_one(client: &Client, work: &mut [Work], stopped: &mut Option<Error>) {
    let is_meant = |piece: &Work| {
        let together = is_created_event(piece) || is_deleted_event(piece) || is_day(piece);
        piece.is_alone || !together
    };
    let mut waiting: Vec<&mut Work> = work.iter_mut().filter(|piece| is_meant(piece)).collect();
    for pieces in waiting.chunks_mut(BESIDE) {
        if let Some(error) = &*stopped {
            for piece in pieces {
                piece.error = Some(error.clone());
            }
            continue;
        }
        let requests = pieces
            .iter()
            .map(|piece| single(client, &piece.found, &piece.step));
        let requests: Vec<_> = requests.collect();
        let outcomes = join_all(requests).await;
        for (piece, outcome) in pieces.iter_mut().zip(outcomes) {
            piece.error = outcome.err();
        }
        let mut errors = pieces.iter().filter_map(|piece| piece.error.as_ref());
        *stopped = errors.find(|error| !is_about_one(error)).cloned();
    }
}

async fn single(client: &Client, found: &Found, step: &Step) -> Result<(), Error> {
    let activities = client.activities();
    match (&found.object, step) {
        (Object::Event { id: Some(id), .. }, Step::Change { members, .. }) => {
            client.events().put(EventId(*id), members).await.map(drop)
        }
        (Object::Event { .. }, Step::Create(members)) => {
            let body = std::slice::from_ref(members);
            client.events().create(body).await.map(drop)
        }
        (Object::Wellness { date }, Step::Change { members, .. }) => {
            client.wellness().put(*date, members).await.map(drop)
        }
        (Object::Activity { id }, step) => {
            let id: ActivityId = id.parse().map_err(|_| nowhere())?;
            match step {
                Step::Change { members, .. } => activities.put(&id, members).await.map(drop),
                Step::Delete => activities.delete(&id).await,
                Step::Create(_) => Err(nowhere()),
            }
        }
        (Object::Sport { id }, Step::Change { members, .. }) => {
            client.sports().put(*id, members, false).await.map(drop)
        }
        (Object::Message { activity, id }, step) => {
            let of: ActivityId = activity.parse().map_err(|_| nowhere())?;
            match (step, found.chat.zip(*id)) {
                (Step::Delete, Some((chat, id))) => activities.delete_message(chat, id).await,
                (Step::Create(members), _) => {
                    let text = member(members, "content").as_str().unwrap_or_default();
                    activities.message(&of, text).await.map(drop)
                }
                _ => Err(nowhere()),
            }
        }
        _ => Err(nowhere()),
    }
}

/// A step that its object does not take.
const fn nowhere() -> Error {
    Error::NotFound { message: None }
}
