//! Having the service analyse past activities by changed sport settings.

use jiff::civil::Date;

use super::context::Context;
use super::error::ToolError;
use super::render::days;
use crate::intervals::sports::Matching;

/// The activities that the settings would be applied to.
pub struct Reach {
    activities: usize,
    first: Date,
    last: Date,
}

impl Reach {
    /// What the service would analyse anew by the entry `id`, `None` for nothing. The service takes no date, so that all of
    /// it must lie behind `from`.
    ///
    /// # Errors
    /// When it does not, or cannot be read.
    pub async fn of(context: &Context, id: i64, from: Date) -> Result<Option<Self>, ToolError> {
        let matching = context.client().sports().matching(id).await?;
        let started = matching.iter().filter_map(Matching::started);
        let mut days: Vec<Date> = started.map(|started| started.date()).collect();
        days.sort_unstable();
        let (Some(first), Some(last)) = (days.first(), days.last()) else {
            return Ok(None);
        };
        let reach = Self {
            activities: days.len(),
            first: *first,
            last: *last,
        };
        if reach.first >= from {
            return Ok(Some(reach));
        }
        Err(ToolError::Invalid(format!(
            "Nothing was written: Intervals.icu applies settings to all activities of the sport or to none, that is to {}. \
             Leave apply_from out, or give {} or earlier if the athlete wants that.",
            reach.shown(),
            reach.first
        )))
    }

    /// `52 activities from Wed 2025-03-19 to Tue 2026-03-17`
    #[must_use]
    pub fn shown(&self) -> String {
        format!(
            "{} {} from {} to {}",
            self.activities,
            if self.activities == 1 {
                "activity"
            } else {
                "activities"
            },
            days::full(self.first),
            days::full(self.last)
        )
    }

    /// Starts it; `undo` takes back the settings that were just changed, if they were.
    ///
    /// # Errors
    /// When the service does not take it up.
    pub async fn apply(&self, context: &Context, id: i64, undo: &str) -> Result<String, ToolError> {
        match context.client().sports().apply(id).await {
            Ok(()) => Ok(format!(
                "Intervals.icu now analyses {} anew, by and by; undo_change takes back the settings, not that.",
                self.shown()
            )),
            Err(error) => Err(ToolError::Unfinished(format!(
                "{} The settings could not be applied to past activities: {} The same call tries it again.",
                match undo {
                    "" => "Nothing else was to change.".to_owned(),
                    undo => format!("The settings are changed ({undo})."),
                },
                ToolError::write(error).sentence()
            ))),
        }
    }
}
