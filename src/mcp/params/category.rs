//! Kinds of calendar events, as people say them.

use super::Choices;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Category {
    Workout,
    Race,
    /// Of one importance, as the service names them.
    RaceOf(&'static str),
    Note,
    Holiday,
    Sick,
    Injured,
    Target,
    Plan,
    Other,
}

impl Choices for Category {
    const ALL: &'static [(&'static str, Self)] = &[
        ("workout", Self::Workout),
        ("race", Self::Race),
        ("note", Self::Note),
        ("holiday", Self::Holiday),
        ("sick", Self::Sick),
        ("injured", Self::Injured),
        ("target", Self::Target),
        ("plan", Self::Plan),
        ("other", Self::Other),
    ];

    /// Plurals, what people also say, and the names of the service.
    fn understood(text: &str) -> Option<Self> {
        let text = text.replace([' ', '-'], "_");
        Some(match text.as_str() {
            "race_a" | "a_race" => Self::RaceOf("RACE_A"),
            "race_b" | "b_race" => Self::RaceOf("RACE_B"),
            "race_c" | "c_race" => Self::RaceOf("RACE_C"),
            "holidays" | "vacation" => Self::Holiday,
            "sickness" | "illness" | "ill" => Self::Sick,
            "injury" | "injuries" => Self::Injured,
            "phase" | "phases" => Self::Plan,
            "goal" | "goals" => Self::Target,
            "season_start" | "set_eftp" | "fitness_days" | "set_fitness" => Self::Other,
            plural => {
                let one = plural.strip_suffix('s')?;
                let offered = Self::ALL.iter().find(|(name, _)| *name == one);
                return offered.map(|(_, category)| *category);
            }
        })
    }
}

impl Category {
    /// Whether there are only a few of them in a year.
    #[must_use]
    pub const fn is_rare(self) -> bool {
        matches!(
            self,
            Self::Race | Self::RaceOf(_) | Self::Holiday | Self::Sick | Self::Injured | Self::Plan
        )
    }

    /// Whether activities tell what became of it.
    #[must_use]
    pub const fn is_carried_out(self) -> bool {
        matches!(
            self,
            Self::Workout | Self::Race | Self::RaceOf(_) | Self::Target
        )
    }

    /// Whether it may be about a whole week and stand on the first of its days.
    #[must_use]
    pub const fn may_be_for_a_week(self) -> bool {
        matches!(self, Self::Target | Self::Note)
    }

    /// The names of the service.
    #[must_use]
    pub fn upstream(self) -> Vec<&'static str> {
        match self {
            Self::Workout => vec!["WORKOUT"],
            Self::Race => vec!["RACE_A", "RACE_B", "RACE_C"],
            Self::RaceOf(one) => vec![one],
            Self::Note => vec!["NOTE"],
            Self::Holiday => vec!["HOLIDAY"],
            Self::Sick => vec!["SICK"],
            Self::Injured => vec!["INJURED"],
            Self::Target => vec!["TARGET"],
            Self::Plan => vec!["PLAN"],
            Self::Other => vec!["SEASON_START", "SET_EFTP", "FITNESS_DAYS", "SET_FITNESS"],
        }
    }
}
