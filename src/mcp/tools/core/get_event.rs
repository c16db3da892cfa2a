//! One event of the calendar with its steps in absolute units.

use std::sync::Arc;

use jiff::ToSpan;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::intervals::Error;
use crate::intervals::activities::{Activity, ListActivities};
use crate::intervals::events::Event;
use crate::mcp::changes::{self, Object};
use crate::mcp::context::Context;
use crate::mcp::error::ToolError;
use crate::mcp::event_lookup;
use crate::mcp::params::EventId;
use crate::mcp::registry::{Access, Tool};
use crate::mcp::render::{event, events};
use crate::mcp::reply::Reply;

/// Where an event is looked for that the service does not find by its id.
const SEARCHED_BACK: i64 = 42;
const SEARCHED_AHEAD: i64 = 180;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    id: EventId,
}

pub struct GetEvent;

impl Tool for GetEvent {
    const NAME: &'static str = "get_event";
    const TITLE: &'static str = "Get one calendar event";
    const ACCESS: Access = Access::Read;
    const SUMMARY: &'static str =
        "one planned workout, race or note, its steps in watts, bpm and pace";
    const DESCRIPTION: &'static str =
        "One event: state, load, steps in watts, bpm, pace, its text, failed uploads.";
    type Params = Params;

    async fn run(context: &Context, params: Params) -> Result<Reply, ToolError> {
        let EventId(id) = params.id;
        let events = context.client().events();
        let (local, found) = tokio::join!(context.local(), events.get(id));
        let local = local?;
        let today = local.today();
        let (found, searched) = match found {
            Ok(event) => (Event::clone(&event), false),
            Err(absent @ Error::NotFound { .. }) => {
                let day = |offset: i64| today.checked_add(offset.days()).unwrap_or(today);
                let (oldest, newest) = (day(-SEARCHED_BACK), day(SEARCHED_AHEAD));
                let listed = event_lookup::listed(context, id, oldest, newest).await?;
                (listed.ok_or(absent)?, true)
            }
            Err(error) => return Err(error.into()),
        };
        let has_steps = found
            .workout_doc
            .as_ref()
            .and_then(|doc| doc.steps.as_ref())
            .is_some_and(|steps| !steps.is_empty());
        let (resolved, done) = tokio::join!(
            async {
                match found.starts() {
                    Some(start) if has_steps && !searched => {
                        // Only the list resolves.
                        event_lookup::listed(context, id, start.date(), start.date()).await
                    }
                    _ => Ok(None),
                }
            },
            pairs(context, &found, today),
        );
        let done = done.ok();
        // What a write would compute of what it finds; the list with resolved targets may differ.
        let object = Object::Event {
            id: Some(found.id.0),
            uid: found.uid.clone(),
        };
        let token = changes::token([(&object, Some(&found.members()))]);
        let unresolved = resolved.is_err();
        let shown = resolved.ok().flatten().unwrap_or(found);
        let mut reply = event::whole(&shown, done.as_deref().map(Vec::as_slice), &local);
        if unresolved {
            reply.footer("What the targets are in W, bpm and pace could not be read just now.");
        }
        if done.is_none() {
            reply.footer("Whether it was done, and how well, could not be read just now.");
        }
        reply.footer(format!("if_unchanged {token}"));
        Ok(reply)
    }
}

/// The activities that may have carried `event` out.
async fn pairs(context: &Context, event: &Event, today: Date) -> Result<Arc<Vec<Activity>>, Error> {
    let is_carried_out = events::is_session(event) || events::is_target(event);
    let Some((oldest, newest)) = events::period(event).filter(|_| is_carried_out) else {
        return Ok(Arc::default());
    };
    // Only what lies behind can have been done.
    if oldest > today {
        return Ok(Arc::default());
    }
    let query = ListActivities {
        oldest,
        newest: newest.min(today),
        limit: None,
        fields: events::PAIR_FIELDS,
    };
    context.client().activities().list(&query).await
}
