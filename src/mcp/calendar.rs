//! Which days of the calendar are asked for, and what was done on them.

use std::sync::Arc;

use jiff::ToSpan;
use jiff::civil::Date;

use super::context::Context;
use super::params::{Category, Window};
use super::render::events;
use crate::intervals::Error;
use crate::intervals::activities::{Activity, ListActivities};
use crate::intervals::events::Event;

/// The days that are asked for: those of the window, and of the weeks at its ends for what is about a week.
pub struct Asked {
    events: Window,
    /// `None` where nothing asked for can have been carried out.
    done: Option<Window>,
}

impl Asked {
    /// What has to be read for `window`; `wanted` is empty for all categories.
    #[must_use]
    pub fn of(window: Window, wanted: &[Category], today: Date) -> Self {
        let any = |holds: fn(Category) -> bool| {
            wanted.is_empty() || wanted.iter().any(|category| holds(*category))
        };
        let monday = events::week_start(window.oldest);
        let sunday = events::week_start(window.newest).checked_add(6.days());
        let weeks = Window {
            oldest: monday,
            newest: sunday.unwrap_or(window.newest).min(today),
        };
        let for_week = any(Category::may_be_for_a_week);
        // Only what lies behind can have been done.
        let is_carried_out = any(Category::is_carried_out) && weeks.oldest <= today;
        Self {
            events: Window {
                oldest: if for_week { monday } else { window.oldest },
                ..window
            },
            done: is_carried_out.then_some(weeks),
        }
    }

    /// The events, and the activities that may have carried them out, side by side.
    pub async fn fetch(
        &self,
        context: &Context,
        wanted: &[Category],
        resolve: bool,
    ) -> (
        Result<Arc<Vec<Event>>, Error>,
        Result<Arc<Vec<Activity>>, Error>,
    ) {
        let mut upstream: Vec<&str> = wanted.iter().flat_map(|c| c.upstream()).collect();
        upstream.sort_unstable();
        upstream.dedup();
        let client = context.client();
        let Window { oldest, newest } = self.events;
        tokio::join!(
            async {
                client
                    .events()
                    .list(oldest, newest, &upstream, resolve)
                    .await
            },
            async {
                let Some(Window { oldest, newest }) = self.done else {
                    return Ok(Arc::default());
                };
                let query = ListActivities {
                    oldest,
                    newest,
                    limit: None,
                    fields: events::PAIR_FIELDS,
                };
                client.activities().list(&query).await
            },
        )
    }

    /// Whether `event` touches the window, or the week that it is about does.
    #[must_use]
    pub fn covers(event: &Event, window: Window) -> bool {
        events::period(event)
            .is_none_or(|(first, last)| first <= window.newest && window.oldest <= last)
    }
}
