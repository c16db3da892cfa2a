//! Which events a call is about: those with these ids, or those of these kinds in a window.

use jiff::civil::Date;

use super::effect::Around;
use super::lookup;
use crate::intervals::EventId;
use crate::intervals::events::Event;
use crate::mcp::context::{Context, Local};
use crate::mcp::error::ToolError;
use crate::mcp::params::{self, Category, Choice, DateSpec, List, Window};
use crate::mcp::render::events;

/// Events that one call may touch.
pub const MOST: usize = 100;
/// Days of a window.
const MAX_DAYS: i32 = 366;

/// What a call says about which events it means.
pub struct Wanted {
    ids: Vec<EventId>,
    window: Option<Window>,
    categories: Vec<Category>,
}

impl Wanted {
    /// # Errors
    /// A sentence unless there are either ids or both ends of a window. `default` are the kinds that a window means by
    /// itself; when it is empty they must be said.
    pub fn of(
        ids: Option<List<params::EventId>>,
        (oldest, newest): (Option<DateSpec>, Option<DateSpec>),
        categories: Option<List<Choice<Category>>>,
        default: &[Category],
        today: Date,
    ) -> Result<Self, ToolError> {
        let wrong = |text: &str| Err(ToolError::Invalid(text.to_owned()));
        let mut wanted: Vec<EventId> = ids
            .into_iter()
            .flat_map(|ids| ids.0)
            .map(|id| id.0)
            .collect();
        wanted.sort_unstable();
        wanted.dedup();
        if wanted.len() > MOST {
            return Err(ToolError::Invalid(format!(
                "ids: at most {MOST} events in one call."
            )));
        }
        let mut kinds: Vec<Category> = categories
            .into_iter()
            .flat_map(|list| list.0)
            .map(|choice| choice.0)
            .collect();
        let window = match (oldest, newest) {
            (None, None) => None,
            (Some(_), Some(_)) => {
                // Both are there, so that no default can take the place of one.
                let none = (DateSpec::Days(0), DateSpec::Days(0));
                Some(Window::resolve(oldest, newest, none, today, MAX_DAYS)?)
            }
            (Some(week @ DateSpec::Week(_)), None) | (None, Some(week @ DateSpec::Week(_))) => {
                let (oldest, newest) = week.span(today);
                Some(Window { oldest, newest })
            }
            _ => return wrong("Give both oldest and newest, or ids; nothing was written."),
        };
        match (wanted.is_empty(), window.is_some()) {
            (true, false) => {
                return wrong("Give ids, or oldest and newest; list_events shows ids.");
            }
            (false, true) => {
                return wrong(
                    "Give either ids or oldest and newest, not both; nothing was written.",
                );
            }
            (false, false) if !kinds.is_empty() => {
                return wrong(
                    "categories go with oldest and newest; ids need none. Nothing was written.",
                );
            }
            _ => {}
        }
        if window.is_some() && kinds.is_empty() {
            if default.is_empty() {
                return wrong(
                    "A window needs categories: workout, race, note, holiday, sick, injured, target, plan. Nothing was written.",
                );
            }
            kinds.extend_from_slice(default);
        }
        Ok(Self {
            ids: wanted,
            window,
            categories: kinds,
        })
    }

    /// Whether the events are named one by one.
    #[must_use]
    pub const fn is_by_id(&self) -> bool {
        self.window.is_none()
    }

    /// The events, and the calendar around them and `also`, as they are now.
    ///
    /// # Errors
    /// A sentence when an id does not exist, nothing matches, or too much does.
    pub async fn find(
        &self,
        context: &Context,
        local: &Local,
        also: impl Fn(Date) -> Option<Date>,
    ) -> Result<(Around, Vec<Event>), ToolError> {
        let mut dates: Vec<Date> = self
            .window
            .iter()
            .flat_map(|w| [w.oldest, w.newest])
            .collect();
        let others: Vec<Date> = dates.iter().copied().filter_map(&also).collect();
        dates.extend(others);
        let (around, mut found) = lookup::find(context, local, &self.ids, &dates, &also).await?;
        if let Some(window) = self.window {
            let names: Vec<&str> = self
                .categories
                .iter()
                .flat_map(|kind| kind.upstream())
                .collect();
            let is_meant = |event: &&Event| {
                let day = event.starts().map(|at| at.date());
                let begins = day.is_some_and(|day| (window.oldest..=window.newest).contains(&day));
                begins
                    && event
                        .category
                        .as_deref()
                        .is_some_and(|category| names.contains(&category))
            };
            found = around.events.iter().filter(is_meant).cloned().collect();
            if found.is_empty() {
                return Err(ToolError::Invalid(format!(
                    "No such event begins from {} to {}; nothing was written. list_events shows what there is.",
                    window.oldest, window.newest
                )));
            }
        }
        if found.len() > MOST {
            return Err(ToolError::Invalid(format!(
                "{} events match, at most {MOST} can be written in one call. Nothing was written; take a shorter window.",
                found.len()
            )));
        }
        let mut rows: Vec<&Event> = found.iter().collect();
        events::sort(&mut rows);
        let found = rows.into_iter().cloned().collect();
        Ok((around, found))
    }
}
