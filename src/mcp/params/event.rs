//! One event of the calendar, as it is to be.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Category, Choice, Choices, DateSpec, EventId, Flag, Int, Lasting, List, Steps, Text};

// No doc comment: the tool says it, and every word here costs tokens in every conversation. So do lists of names as JSON, for
// which `with` puts one line of prose; wrong names are answered with the right ones all the same.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EventSpec {
    /// of list_events
    pub id: Option<EventId>,
    pub external_id: Option<Text>,
    pub date: Option<DateSpec>,
    /// last day
    pub end: Option<DateSpec>,
    /// HH:MM
    pub time: Option<Text>,
    /// workout, race_a/b/c, note, holiday, sick, injured, target
    #[schemars(with = "Option<Text>")]
    pub category: Option<Choice<Kind>>,
    pub sport: Option<Text>,
    pub name: Option<Text>,
    /// see get_help workouts
    pub workout: Option<Text>,
    /// as in validate_workout
    pub steps: Option<Steps>,
    /// prose
    pub description: Option<Text>,
    /// e.g. 1h30m
    pub duration: Option<Lasting>,
    /// e.g. 10km, 1500m
    pub distance: Option<Text>,
    pub load: Option<Int>,
    pub indoor: Option<Flag>,
    /// power, hr, pace
    #[schemars(with = "Option<Text>")]
    pub target: Option<Choice<Aim>>,
    /// of a target or note: its whole week
    pub for_week: Option<Flag>,
    pub tags: Option<List<Text>>,
    pub carbs_per_hour: Option<Int>,
    /// of absences: unavailable (default), limited, normal
    #[schemars(with = "Option<Text>")]
    pub availability: Option<Choice<Availability>>,
}

/// What an event can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Workout,
    RaceA,
    RaceB,
    RaceC,
    Note,
    Holiday,
    Sick,
    Injured,
    Target,
    SeasonStart,
}

impl Choices for Kind {
    const ALL: &'static [(&'static str, Self)] = &[
        ("workout", Self::Workout),
        ("race_a", Self::RaceA),
        ("race_b", Self::RaceB),
        ("race_c", Self::RaceC),
        ("note", Self::Note),
        ("holiday", Self::Holiday),
        ("sick", Self::Sick),
        ("injured", Self::Injured),
        ("target", Self::Target),
        ("season_start", Self::SeasonStart),
    ];

    /// What other tools understand of one kind.
    fn understood(text: &str) -> Option<Self> {
        if text.replace([' ', '-'], "_") == "season_start" {
            return Some(Self::SeasonStart);
        }
        match Category::understood(text)?.upstream().as_slice() {
            [one] => Self::of(one),
            _ => None,
        }
    }
}

impl Kind {
    /// Of the service's name; `None` of what cannot be made.
    #[must_use]
    pub fn of(upstream: &str) -> Option<Self> {
        let mut all = Self::ALL.iter().map(|(_, kind)| *kind);
        all.find(|kind| kind.upstream() == upstream)
    }

    /// The service's name.
    #[must_use]
    pub const fn upstream(self) -> &'static str {
        match self {
            Self::Workout => "WORKOUT",
            Self::RaceA => "RACE_A",
            Self::RaceB => "RACE_B",
            Self::RaceC => "RACE_C",
            Self::Note => "NOTE",
            Self::Holiday => "HOLIDAY",
            Self::Sick => "SICK",
            Self::Injured => "INJURED",
            Self::Target => "TARGET",
            Self::SeasonStart => "SEASON_START",
        }
    }
}

/// What devices and the load go by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Aim {
    Auto,
    Power,
    Hr,
    Pace,
}

impl Choices for Aim {
    const ALL: &'static [(&'static str, Self)] = &[
        ("auto", Self::Auto),
        ("power", Self::Power),
        ("hr", Self::Hr),
        ("pace", Self::Pace),
    ];

    fn understood(text: &str) -> Option<Self> {
        matches!(text, "heart rate" | "heart_rate" | "heartrate").then_some(Self::Hr)
    }
}

impl Aim {
    /// The service's name.
    #[must_use]
    pub const fn upstream(self) -> &'static str {
        match self {
            Self::Auto => "AUTO",
            Self::Power => "POWER",
            Self::Hr => "HR",
            Self::Pace => "PACE",
        }
    }
}

/// How much an absence leaves of training.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Availability {
    Normal,
    Limited,
    Unavailable,
}

impl Choices for Availability {
    const ALL: &'static [(&'static str, Self)] = &[
        ("normal", Self::Normal),
        ("limited", Self::Limited),
        ("unavailable", Self::Unavailable),
    ];

    fn understood(text: &str) -> Option<Self> {
        match text {
            "none" | "no" => Some(Self::Unavailable),
            "full" => Some(Self::Normal),
            _ => None,
        }
    }
}

impl Availability {
    /// The service's name.
    #[must_use]
    pub const fn upstream(self) -> &'static str {
        match self {
            Self::Normal => "NORMAL",
            Self::Limited => "LIMITED",
            Self::Unavailable => "UNAVAILABLE",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_event_is_read_however_its_values_are_written() {
        let spec: EventSpec = serde_json::from_value(json!({
            "id": 40_101_242, "date": "next_monday", "category": "A race", "load": "72", "duration": "1h30m",
            "indoor": "true", "target": "Heart rate", "tags": "key, long", "steps": "[{\"duration\":\"10m\"}]",
            "distance": 12, "availability": "none",
        }))
        .unwrap();
        assert_eq!(spec.id.unwrap().0.0, 40_101_242);
        assert_eq!(spec.category, Some(Choice(Kind::RaceA)));
        assert_eq!(
            (spec.load, spec.duration),
            (Some(Int(72)), Some(Lasting(5400)))
        );
        assert_eq!(spec.target, Some(Choice(Aim::Hr)));
        assert_eq!(spec.tags.unwrap().0.len(), 2);
        assert_eq!(spec.steps.unwrap().0.len(), 1);
        assert_eq!(spec.distance, Some(Text("12".to_owned())));
        assert_eq!(spec.availability, Some(Choice(Availability::Unavailable)));
    }

    #[test]
    fn what_cannot_be_made_is_answered_with_what_can() {
        for (wrong, right) in [
            (json!({ "category": "race" }), "race_a, race_b, race_c"),
            (json!({ "category": "plan" }), "season_start"),
            (json!({ "target": "rpe" }), "auto, power, hr, pace"),
            (json!({ "start_date_local": "2026-03-20" }), "`date`"),
        ] {
            let error = serde_json::from_value::<EventSpec>(wrong.clone()).unwrap_err();
            assert!(error.to_string().contains(right), "{wrong}: {error}");
        }
    }

    #[test]
    fn the_kinds_are_those_of_the_service() {
        for (_, kind) in Kind::ALL {
            assert_eq!(Kind::of(kind.upstream()), Some(*kind));
        }
        assert_eq!(Kind::of("SET_EFTP"), None);
    }
}
