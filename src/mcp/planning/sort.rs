//! What an event of each kind holds.

use crate::mcp::params::{EventSpec, Flag};
use crate::mcp::text;

/// What kinds of events hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    Session,
    Note,
    Absence,
    Target,
    /// A day in the life of the fitness chart, or what only the service makes.
    Mark,
}

impl Sort {
    /// Of the service's name of a category.
    #[must_use]
    pub fn of(category: &str) -> Self {
        match category {
            "WORKOUT" | "RACE_A" | "RACE_B" | "RACE_C" => Self::Session,
            "NOTE" => Self::Note,
            "HOLIDAY" | "SICK" | "INJURED" => Self::Absence,
            "TARGET" => Self::Target,
            _ => Self::Mark,
        }
    }

    /// Refuses what an event of this kind does not hold; `category` is the service's name of it.
    pub fn refuse_misplaced(self, spec: &EventSpec, category: &str) -> Result<(), String> {
        use Sort::{Absence, Mark, Note, Session, Target};
        let is_set = |flag: Option<Flag>| flag == Some(Flag(true));
        let sessions: &[Sort] = &[Session];
        let fields: [(&str, bool, &[Sort]); 10] = [
            ("workout", spec.workout.is_some(), sessions),
            ("steps", spec.steps.is_some(), sessions),
            ("indoor", is_set(spec.indoor), sessions),
            ("target", spec.target.is_some(), sessions),
            ("carbs_per_hour", spec.carbs_per_hour.is_some(), sessions),
            ("load", spec.load.is_some(), &[Session, Target]),
            ("distance", spec.distance.is_some(), &[Session, Target]),
            (
                "duration",
                spec.duration.is_some(),
                &[Session, Target, Absence],
            ),
            ("availability", spec.availability.is_some(), &[Absence]),
            ("for_week", is_set(spec.for_week), &[Note, Target, Mark]),
        ];
        let misplaced = fields
            .iter()
            .find(|(_, is_given, sorts)| *is_given && !sorts.contains(&self));
        let Some((field, _, sorts)) = misplaced else {
            return Ok(());
        };
        let kinds: Vec<&str> = sorts
            .iter()
            .filter_map(|sort| match sort {
                Session => Some("workouts and races"),
                Note => Some("notes"),
                Absence => Some("holiday, sick and injured"),
                Target => Some("category target"),
                Mark => None,
            })
            .collect();
        let category = text::name(category).to_lowercase().replace('_', " ");
        Err(format!(
            "{field} is for {}; this is a {category}. Leave it out or give another category.",
            kinds.join(", ")
        ))
    }
}
