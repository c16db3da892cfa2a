//! Kinds of calendar events, as people say them.

use super::choice;

choice! {
    pub enum Category {
        Workout = "workout",
        Race = "race",
        Note = "note",
        Holiday = "holiday",
        Sick = "sick",
        Injured = "injured",
        Target = "target",
        Plan = "plan",
        Other = "other",
    }
}

impl Category {
    /// Whether there are only a few of them in a year.
    #[must_use]
    pub const fn is_rare(self) -> bool {
        matches!(
            self,
            Self::Race | Self::Holiday | Self::Sick | Self::Injured
        )
    }

    /// The names of the service.
    #[must_use]
    pub const fn upstream(self) -> &'static [&'static str] {
        match self {
            Self::Workout => &["WORKOUT"],
            Self::Race => &["RACE_A", "RACE_B", "RACE_C"],
            Self::Note => &["NOTE"],
            Self::Holiday => &["HOLIDAY"],
            Self::Sick => &["SICK"],
            Self::Injured => &["INJURED"],
            Self::Target => &["TARGET"],
            Self::Plan => &["PLAN"],
            Self::Other => &["SEASON_START", "SET_EFTP", "FITNESS_DAYS", "SET_FITNESS"],
        }
    }
}
