//! Pages of activities.

use crate::intervals::ActivityId;
use crate::intervals::activities::Activity;
use crate::mcp::error::ToolError;
use crate::mcp::filter::{Filter, Sort};
use crate::mcp::params::Window;

/// A place behind an activity.
pub type Cursor = super::Cursor<ActivityId>;

/// What all pages of a list have in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pages {
    window: Option<Window>,
    asked: String,
}

impl Pages {
    /// The pages of what `wanted` finds in `window`, in the order of `sort`.
    #[must_use]
    pub fn new(window: Option<Window>, wanted: &Filter, sort: Sort) -> Self {
        Self {
            window,
            asked: asked(wanted, sort),
        }
    }

    /// How to go on behind `row`.
    #[must_use]
    pub fn behind(&self, row: &Activity) -> String {
        super::Cursor::behind(&row.id, self.window, &self.asked).to_string()
    }

    /// How many of `rows` stand before what `cursor` goes on with.
    ///
    /// # Errors
    /// When the row of the cursor is gone.
    pub fn before(&self, cursor: Option<&Cursor>, rows: &[&Activity]) -> Result<usize, ToolError> {
        let Some(cursor) = cursor else {
            return Ok(0);
        };
        let place = rows.iter().position(|row| row.id == cursor.after);
        place.map(|place| place + 1).ok_or_else(|| {
            ToolError::Invalid(format!(
                "{} is no longer in this list, so that it is unknown where to go on: call again without cursor.",
                cursor.after
            ))
        })
    }
}

impl Cursor {
    /// Makes sure that the list is the one that named this cursor.
    ///
    /// # Errors
    /// When something else was asked for.
    pub fn check(&self, wanted: &Filter, sort: Sort) -> Result<(), ToolError> {
        self.check_asked(&asked(wanted, sort), "sport, query, tag and sort")
    }
}

fn asked(wanted: &Filter, sort: Sort) -> String {
    let sport = wanted.sport.as_ref().map(|sport| sport.name());
    format!("{sport:?}{:?}{:?}{sort:?}", wanted.name, wanted.tags)
}
