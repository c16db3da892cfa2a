//! What became of what was planned.

use std::fmt;

use jiff::civil::Date;

use super::{activities, events};
use crate::intervals::activities::Activity;
use crate::intervals::events::Event;
use crate::units::number;

/// What became of a workout or race.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// By an activity, how well in percent, and with what load, as far as that is known.
    Done {
        activity: String,
        compliance: Option<f64>,
        load: Option<i64>,
        is_withheld: bool,
    },
    NotDone,
    /// What came through Strava cannot be paired here: it may have been this workout.
    Unknown,
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotDone => f.write_str("not done"),
            Self::Unknown => f.write_str("unknown: Strava activity that day"),
            Self::Done {
                activity,
                compliance,
                load,
                is_withheld,
            } => {
                write!(f, "done {activity}")?;
                if *is_withheld {
                    return f.write_str(" through Strava: withheld");
                }
                if let Some(percent) = compliance {
                    write!(f, " ({} %)", number(*percent, 0))?;
                }
                load.map_or(Ok(()), |load| write!(f, " load {load}"))
            }
        }
    }
}

/// What became of it; `None` when it is still to be done, cannot be, or nobody knows. `done` is `None` when what was
/// done is unknown.
#[must_use]
pub fn of(event: &Event, done: Option<&[Activity]>, today: Date) -> Option<Outcome> {
    let mut candidates = done.into_iter().flatten();
    let pair = candidates.find(|a| {
        a.paired_event_id == Some(event.id) || event.paired_activity_id.as_ref() == Some(&a.id)
    });
    match (pair, &event.paired_activity_id) {
        (Some(activity), _) => Some(Outcome::Done {
            activity: activity.id.to_string(),
            compliance: activity.compliance,
            load: activity.icu_training_load,
            is_withheld: activity.is_stub(),
        }),
        (None, Some(id)) => Some(Outcome::Done {
            activity: id.to_string(),
            compliance: None,
            load: None,
            is_withheld: false,
        }),
        (None, None) if events::is_workout(event) => {
            // What is for the week can be done until its end.
            let (first, last) = events::period(event).filter(|(_, last)| *last < today)?;
            let in_time =
                |a: &Activity| activities::day(a).is_some_and(|day| (first..=last).contains(&day));
            let strava = done?.iter().any(|a| a.is_stub() && in_time(a));
            Some(if strava {
                Outcome::Unknown
            } else {
                Outcome::NotDone
            })
        }
        (None, None) => None,
    }
}

/// `Past workouts: 11 of 13 done, 1 unknown; compliance 101 % on average (11 rated).` Empty when there are none.
#[must_use]
pub fn past(found: &[&Event], done: Option<&[Activity]>, today: Date) -> String {
    let workouts = found.iter().filter(|event| events::is_workout(event));
    let outcomes: Vec<Outcome> = workouts
        .filter_map(|event| {
            let (_, last) = events::period(event)?;
            of(event, done, today).filter(|_| last < today)
        })
        .collect();
    if outcomes.is_empty() {
        return String::new();
    }
    let how_many = |wanted: fn(&Outcome) -> bool| outcomes.iter().filter(|o| wanted(o)).count();
    let done = how_many(|outcome| matches!(outcome, Outcome::Done { .. }));
    let mut text = format!("Past workouts: {done} of {} done", outcomes.len());
    let unknown = how_many(|outcome| *outcome == Outcome::Unknown);
    if unknown > 0 {
        text.push_str(&format!(", {unknown} unknown"));
    }
    let rated: Vec<f64> = outcomes
        .iter()
        .filter_map(|outcome| match outcome {
            Outcome::Done { compliance, .. } => *compliance,
            _ => None,
        })
        .collect();
    #[expect(clippy::cast_precision_loss, reason = "a count of workouts")]
    let count = rated.len() as f64;
    if count > 0.0 {
        let mean = number(rated.iter().sum::<f64>() / count, 0);
        text.push_str(&format!("; compliance {mean} % on average (n {count})"));
    }
    text.push('.');
    text
}
