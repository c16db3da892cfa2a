//! Where activities are looked for.

use std::sync::Arc;

use super::context::{Context, Local};
use super::error::ToolError;
use super::filter::{self, Filter};
use super::params::{DateSpec, Window};
use super::render::{activities, days};
use crate::intervals::ActivityId;
use crate::intervals::activities::{Activity, ListActivities};

/// What the service's search over all time is asked for at most.
pub const SEARCHED: u32 = 100;
const NEIGHBOURS: u32 = 20;
const MAX_DAYS: i32 = 731;

/// Everything that was found before filtering.
pub struct Found {
    /// Where it was searched, in words.
    pub scope: String,
    pub activities: Arc<Vec<Activity>>,
    /// Whether there may be more than were found.
    pub cut: bool,
}

/// Searches around an activity, all time or a window, whichever is meant, in one request.
///
/// # Errors
/// As the client, and when the window is none.
pub async fn find(
    context: &Context,
    wanted: &Filter,
    around: Option<ActivityId>,
    (oldest, newest): (Option<DateSpec>, Option<DateSpec>),
    limit: usize,
    local: &Local,
) -> Result<Found, ToolError> {
    let client = context.client().activities();
    if let Some(id) = around {
        let found = client.around(&id, NEIGHBOURS).await?;
        return Ok(Found {
            scope: format!("the nearest to {id} in time ({})", local.zone_name()),
            activities: Arc::new(filter::nearest(&found, &id, limit)),
            cut: false,
        });
    }
    if oldest.is_none()
        && newest.is_none()
        && let Some(search) = wanted.search()
    {
        let found = client.search(&search, SEARCHED).await?;
        return Ok(Found {
            scope: format!("all time ({})", local.zone_name()),
            cut: found.len() >= SEARCHED as usize,
            activities: found,
        });
    }
    let default = (DateSpec::Days(-27), DateSpec::Days(0));
    let window = Window::resolve(oldest, newest, default, local.today(), MAX_DAYS)?;
    let query = ListActivities {
        oldest: window.oldest,
        newest: window.newest,
        limit: None,
        fields: activities::ROW_FIELDS,
    };
    let found = client.list(&query).await?;
    let mut scope = days::window(window, local);
    if window.oldest > local.today() {
        scope.push_str(", still to come: list_events has the plan");
    }
    Ok(Found {
        scope,
        activities: found,
        cut: false,
    })
}
