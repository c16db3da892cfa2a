//! Events by their id, from the list: for some the service knows no other answer, and only the list resolves targets.

use jiff::civil::Date;

use super::context::Context;
use crate::intervals::events::Event;
use crate::intervals::{Error, EventId};

/// The event called `id` among those of a window of local days, both inclusive, with its targets in W, bpm and m/s.
///
/// # Errors
/// As the client.
pub async fn listed(
    context: &Context,
    id: EventId,
    oldest: Date,
    newest: Date,
) -> Result<Option<Event>, Error> {
    let events = context.client().events();
    let listed = events.list(oldest, newest, &[], true).await?;
    Ok(listed.iter().find(|event| event.id == id).cloned())
}
