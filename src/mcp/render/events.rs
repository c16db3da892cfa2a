//! The calendar as rows.

use jiff::ToSpan;
use jiff::civil::Date;

use super::table::Table;
use super::{days, steps};
use crate::intervals::activities::Activity;
use crate::intervals::events::Event;
use crate::mcp::reply::Reply;
use crate::mcp::text;
use crate::units::{self, Units, number, signed};

/// What is needed of an activity to say how a workout went.
pub const PAIR_FIELDS: &[&str] = &[
    "paired_event_id",
    "compliance",
    "type",
    "moving_time",
    "start_date_local",
    "source",
];

/// By day and time, then by id.
pub fn sort(rows: &mut [&Event]) {
    rows.sort_by(|a, b| {
        a.start_date_local
            .cmp(&b.start_date_local)
            .then(a.id.cmp(&b.id))
    });
}

/// The first and the last day of an event; its end is exclusive on the wire.
#[must_use]
pub fn span(event: &Event) -> Option<(Date, Date)> {
    let first = event.starts()?.date();
    let last = event
        .ends()
        .map(|end| {
            let day = end.date();
            // Midnight belongs to the day before.
            if end.time() == jiff::civil::Time::midnight() {
                day.checked_sub(1.days()).unwrap_or(day)
            } else {
                day
            }
        })
        .filter(|last| *last > first)
        .unwrap_or(first);
    Some((first, last))
}

/// `WORKOUT` as people say it.
#[must_use]
pub fn category(event: &Event) -> String {
    match event.category.as_deref() {
        Some("RACE_A") => "race A".to_owned(),
        Some("RACE_B") => "race B".to_owned(),
        Some("RACE_C") => "race C".to_owned(),
        Some("SET_EFTP") => "eFTP set".to_owned(),
        Some("FITNESS_DAYS") => "fitness days".to_owned(),
        Some("SEASON_START") => "season start".to_owned(),
        Some("SET_FITNESS") => "fitness set".to_owned(),
        Some(other) => text::name(other).to_lowercase().replace('_', " "),
        None => "event".to_owned(),
    }
}

#[must_use]
pub fn is_workout(event: &Event) -> bool {
    event.category.as_deref() == Some("WORKOUT")
}

#[must_use]
pub fn is_race(event: &Event) -> bool {
    event
        .category
        .as_deref()
        .is_some_and(|c| c.starts_with("RACE_"))
}

/// Whether it is there to be done.
#[must_use]
pub fn is_session(event: &Event) -> bool {
    is_workout(event) || is_race(event)
}

/// Whether it keeps the athlete from training.
#[must_use]
pub fn is_absence(event: &Event) -> bool {
    matches!(
        event.category.as_deref(),
        Some("SICK" | "INJURED" | "HOLIDAY")
    )
}

/// Rows in the order of days. `done` are the activities that may have carried the workouts out.
#[must_use]
pub fn table(found: &[&Event], done: Option<&[Activity]>, units: Units, today: Date) -> Table {
    let mut table = Table::new([
        "id",
        "date",
        "what",
        "sport",
        "name",
        "time",
        units.distance_name(),
        "load",
        "IF%",
        "form",
        "state",
    ]);
    for event in found {
        let Some((first, last)) = span(event) else {
            continue;
        };
        let date = if first == last {
            days::short(first, today.year())
        } else {
            format!(
                "{} to {}",
                days::short(first, today.year()),
                days::short(last, today.year())
            )
        };
        let form = event.icu_ctl.zip(event.icu_atl).filter(|_| first >= today);
        #[expect(clippy::cast_precision_loss, reason = "seconds of one event")]
        let time = event
            .moving_time
            .or(event.time_target)
            .filter(|s| *s > 0)
            .map(|s| s as f64);
        table.row([
            Some(event.id.to_string()),
            Some(date),
            Some(category(event)),
            event.sport.as_deref().map(text::name),
            event.name.as_deref().map(text::name),
            time.map(units::clock),
            event
                .distance
                .or(event.distance_target)
                .filter(|m| *m > 0.0)
                .map(|m| units.way(event.sport.as_deref().unwrap_or_default(), m, 1)),
            event
                .icu_training_load
                .or(event.load_target)
                .filter(|l| *l > 0)
                .map(|l| l.to_string()),
            event
                .icu_intensity
                .filter(|p| *p > 0.0)
                .map(|p| number(p, 0)),
            form.map(|(ctl, atl)| signed(ctl - atl, 0)),
            Some(state(event, done, last, today)),
        ]);
        table.goes_by(format!("oldest {first}"));
    }
    table
}

/// All that a row says beside its numbers.
fn state(event: &Event, done: Option<&[Activity]>, last: Date, today: Date) -> String {
    let mut words: Vec<String> = outcome(event, done, last, today).into_iter().collect();
    words.extend(conditions(event));
    words.extend(push_errors(event).next());
    words.join(", ")
}

/// Done, with what and how well; missed; `None` when it is neither. `done` is `None` when what was done is unknown.
#[must_use]
pub fn outcome(
    event: &Event,
    done: Option<&[Activity]>,
    last: Date,
    today: Date,
) -> Option<String> {
    let pair = done
        .into_iter()
        .flatten()
        .find(|a| a.paired_event_id == Some(event.id))
        .map(|a| (a.id.to_string(), a.compliance))
        .or_else(|| {
            event
                .paired_activity_id
                .as_ref()
                .map(|id| (id.to_string(), None))
        });
    match pair {
        Some((id, Some(percent))) => Some(format!("done {id} ({} %)", number(percent, 0))),
        Some((id, None)) => Some(format!("done {id}")),
        None if is_workout(event) && last < today => {
            // What came through Strava cannot be paired here: it may have been this workout.
            let strava = done?
                .iter()
                .any(|a| a.is_stub() && super::activities::day(a) == Some(last));
            let word = if strava {
                "unknown: Strava activity that day"
            } else {
                "not done"
            };
            Some(word.to_owned())
        }
        None => None,
    }
}

/// Where and under what limits: indoors, how much an absence allows, with what on the plate.
#[must_use]
pub fn conditions(event: &Event) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    if event.for_week == Some(true) {
        words.push("for the week".to_owned());
    }
    if event.indoor == Some(true) {
        words.push("indoor".to_owned());
    }
    if let Some(kind) = event
        .training_availability
        .as_deref()
        .filter(|k| *k != "NORMAL")
    {
        words.push(format!("training {}", text::name(kind).to_lowercase()));
    }
    #[expect(clippy::cast_precision_loss, reason = "seconds of a day")]
    if let Some(most) = event.max_training_time.filter(|s| *s > 0) {
        words.push(format!("at most {}", units::clock(most as f64)));
    }
    if let Some(sports) = event.can_train_sports.as_deref().filter(|s| !s.is_empty()) {
        let sports: Vec<String> = sports.iter().map(|s| text::name(s)).collect();
        words.push(format!("only {}", sports.join(" ")));
    }
    if let Some(ftp) = event
        .icu_ftp
        .filter(|_| event.category.as_deref() == Some("SET_EFTP"))
    {
        words.push(format!("{ftp} W"));
    }
    if let Some(grams) = event.carbs_per_hour.filter(|g| *g > 0) {
        words.push(format!("{grams} g carbs/h"));
    }
    if let Some(plan) = event.plan_name.as_deref() {
        words.push(format!("plan {}", text::name(plan)));
    }
    words
}

/// `not on GARMIN: …`, once for each upload that failed.
pub fn push_errors(event: &Event) -> impl Iterator<Item = String> {
    event.push_errors.iter().flatten().map(|error| {
        let service = error.service.as_deref().map(text::name).unwrap_or_default();
        let why = error
            .message
            .as_deref()
            .map(text::name)
            .filter(|w| !w.is_empty());
        match why {
            Some(why) => format!("not on {service}: {why}"),
            None => format!("not on {service}"),
        }
    })
}

/// The steps of a workout below the rows, or what it says when it has none.
pub fn details(reply: &mut Reply, event: &Event, units: Units) {
    let sport = event.sport.as_deref().unwrap_or_default();
    let parsed = event
        .workout_doc
        .as_ref()
        .map(|doc| steps::lines(doc, sport, units))
        .unwrap_or_default();
    if !parsed.is_empty() {
        let name = event.name.as_deref().map(text::name).unwrap_or_default();
        let line = format!("steps of {} {name}: {}", event.id, parsed.join("; "));
        match event.starts() {
            Some(at) => reply.line_from(line, &format!("oldest {}", at.date())),
            None => reply.line(line),
        };
        return;
    }
    if let Some(description) = &event.description {
        reply.quote(
            format!("text of {} {}", category(event), event.id),
            description,
        );
    }
}
