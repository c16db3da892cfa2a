//! Where activities are looked for.

use std::sync::Arc;

use jiff::ToSpan;

use super::context::{Context, Local};
use super::cursor::activities::Cursor;
use super::error::ToolError;
use super::filter::Filter;
use super::params::{DateSpec, Window};
use super::render::{activities, days};
use crate::intervals::ActivityId;
use crate::intervals::activities::{Activity, ListActivities};

/// What the service's search over all time is asked for at most.
const SEARCHED: u32 = 100;
/// Neighbours that are shown unless a limit says otherwise.
const NEIGHBOURS: usize = 20;
/// Neighbours that are asked for when not all of them are wanted.
const MOST_NEIGHBOURS: u32 = 200;
const MAX_DAYS: i32 = 731;
/// Longer than any life: the window only picks among what a search found.
const ANY_DAYS: i32 = i32::MAX;

/// Where to look.
#[derive(Debug, Clone)]
pub struct Scope {
    place: Place,
    /// The local days that count; `None` is all time.
    pub window: Option<Window>,
}

#[derive(Debug, Clone)]
enum Place {
    Around(ActivityId),
    /// The service's own search, which takes no dates.
    Search(String),
    Window(Window),
}

/// Everything that was found before filtering.
pub struct Found {
    /// Where it was searched, in words.
    pub scope: String,
    pub activities: Arc<Vec<Activity>>,
    /// What is still to be looked at.
    pub wanted: Filter,
    /// Why there may be more than were found, and what to do about it.
    pub cut: Option<String>,
}

impl Scope {
    /// Around an activity, all time or a window, whichever is meant; `cursor` knows best.
    ///
    /// # Errors
    /// When the window is none, or too long to be listed.
    pub fn resolve(
        wanted: &Filter,
        around: Option<ActivityId>,
        (oldest, newest): (Option<DateSpec>, Option<DateSpec>),
        cursor: Option<&Cursor>,
        local: &Local,
    ) -> Result<Self, ToolError> {
        if around.is_some() && cursor.is_some() {
            return Err(ToolError::Invalid(
                "around_id has no pages: leave out cursor and raise limit.".to_owned(),
            ));
        }
        let default = (DateSpec::Days(-27), DateSpec::Days(0));
        let asked = Window::resolve(oldest, newest, default, local.today(), ANY_DAYS)?;
        let is_dated = oldest.is_some() || newest.is_some();
        let window = cursor.map_or_else(|| is_dated.then_some(asked), |cursor| cursor.window);
        let place = match (around, wanted.search()) {
            (Some(id), _) => Place::Around(id),
            (None, Some(search)) if window.is_none_or(|w| w.days() > MAX_DAYS) => {
                Place::Search(search)
            }
            _ => Place::Window(short_enough(window.unwrap_or(asked))?),
        };
        let window = match place {
            Place::Window(window) => Some(window),
            _ => window,
        };
        Ok(Self { place, window })
    }

    /// Whether only what has the name or tag is found at all.
    #[must_use]
    pub const fn is_search(&self) -> bool {
        matches!(self.place, Place::Search(_))
    }

    /// Asks for what is there, in one request.
    ///
    /// # Errors
    /// As the client.
    pub async fn find(
        &self,
        context: &Context,
        wanted: &Filter,
        limit: Option<usize>,
        local: &Local,
    ) -> Result<Found, ToolError> {
        let client = context.client().activities();
        let mut found = match &self.place {
            Place::Around(id) => {
                let most = limit.unwrap_or(NEIGHBOURS);
                let asked = u32::try_from(most).unwrap_or(MOST_NEIGHBOURS);
                let all = wanted.is_empty() && self.window.is_none();
                let asked = if all { asked } else { MOST_NEIGHBOURS };
                let near = client.around(id, asked).await?;
                // Closest first. What is withheld may be what was asked for.
                let fits = |a: &&Activity| {
                    a.id != *id && self.covers(a) && (a.is_stub() || wanted.matches(a))
                };
                let fitting: Vec<Activity> = near.iter().filter(fits).take(most).cloned().collect();
                let is_cut = fitting.len() < most && near.len() >= MOST_NEIGHBOURS as usize;
                let cut = format!("Only the nearest {MOST_NEIGHBOURS} of any kind were searched.");
                Found {
                    scope: format!("nearest to {id} in time, itself not listed"),
                    activities: Arc::new(fitting),
                    wanted: wanted.clone(),
                    cut: is_cut.then_some(cut),
                }
            }
            Place::Search(search) => {
                let hits = client.search(search, SEARCHED).await?;
                let days = if self.window.is_some() {
                    format!("at most {MAX_DAYS} days between oldest and newest")
                } else {
                    "oldest and newest".to_owned()
                };
                let cut = format!(
                    "Only the newest {SEARCHED} matches of all time were searched; give {days} for others."
                );
                Found {
                    scope: format!("all time {}", days::zone_and_today(local)),
                    cut: (hits.len() >= SEARCHED as usize).then_some(cut),
                    activities: Arc::new(hits.iter().filter(|a| self.covers(a)).cloned().collect()),
                    wanted: wanted.after_search(),
                }
            }
            Place::Window(window) => {
                let query = ListActivities {
                    oldest: window.oldest,
                    newest: window.newest,
                    limit: None,
                    fields: activities::ROW_FIELDS,
                };
                Found {
                    scope: String::new(),
                    activities: client.list(&query).await?,
                    wanted: wanted.clone(),
                    cut: None,
                }
            }
        };
        if let Place::Around(_) = self.place {
            let within = self.window.map_or_else(
                || days::zone_and_today(local),
                |window| format!("within {}", days::window(window, local)),
            );
            found.scope = format!("{} {within}", found.scope);
        } else if let Some(window) = self.window {
            found.scope = days::window(window, local);
            if window.oldest > local.today() {
                found
                    .scope
                    .push_str(", still to come: list_events has the plan");
            }
        }
        Ok(found)
    }

    fn covers(&self, activity: &Activity) -> bool {
        self.window.is_none_or(|window| {
            activities::day(activity)
                .is_some_and(|day| window.oldest <= day && day <= window.newest)
        })
    }
}

/// `window` if it can be listed at once.
fn short_enough(window: Window) -> Result<Window, ToolError> {
    if window.days() <= MAX_DAYS {
        return Ok(window);
    }
    let last = window.oldest.checked_add((MAX_DAYS - 1).days());
    Err(ToolError::Invalid(format!(
        "{} days is too much for one answer; ask for at most {MAX_DAYS} days at a time, such as oldest {} and newest {}, or \
         for a name or tag with query.",
        window.days(),
        window.oldest,
        last.unwrap_or(window.newest)
    )))
}
