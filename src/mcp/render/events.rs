//! The calendar as rows.

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};

use super::table::Table;
use super::{count, days, outcome, progress, steps};
use crate::intervals::activities::Activity;
use crate::intervals::events::Event;
use crate::mcp::cursor::events::Place;
use crate::mcp::reply::Reply;
use crate::mcp::text;
use crate::units::{self, Units, number, signed};

/// What is needed of an activity to say how a workout went.
pub const PAIR_FIELDS: &[&str] = &[
    "paired_event_id",
    "compliance",
    "type",
    "moving_time",
    "distance",
    "icu_distance",
    "icu_training_load",
    "start_date_local",
    "source",
];

/// By day and time, then by id.
pub fn sort(rows: &mut [&Event]) {
    rows.sort_by_key(|event| Place::of(event));
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

/// The days that an event is about: all of its week where it is for the week, and stands on one of its days.
#[must_use]
pub fn period(event: &Event) -> Option<(Date, Date)> {
    let (first, last) = span(event)?;
    if event.for_week != Some(true) {
        return Some((first, last));
    }
    let monday = week_start(first);
    // Where weeks begin on Sunday, that is where it stands.
    let monday = if first.weekday() == Weekday::Sunday {
        first
    } else {
        monday
    };
    Some((monday, monday.checked_add(6.days()).unwrap_or(last)))
}

/// The Monday of the week of `day`.
#[must_use]
pub fn week_start(day: Date) -> Date {
    let back = i32::from(day.weekday().to_monday_zero_offset());
    day.checked_sub(back.days()).unwrap_or(day)
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

/// Whether it is something to reach.
#[must_use]
pub fn is_target(event: &Event) -> bool {
    event.category.as_deref() == Some("TARGET")
}

/// `18 events, 14 workouts with planned load 766`
#[must_use]
pub fn totals(found: &[&Event]) -> String {
    let workouts = found.iter().filter(|event| is_workout(event));
    let loads = workouts.clone().filter_map(|event| event.icu_training_load);
    let load = loads.fold(0, i64::saturating_add);
    let events = count(found.len(), "event");
    match workouts.count() {
        0 => events,
        workouts => format!(
            "{events}, {} with planned load {load}",
            count(workouts, "workout")
        ),
    }
}

/// The load that is planned or to be reached; 0 is a plan too, but only of what is there to be done.
#[must_use]
pub fn load(event: &Event) -> Option<i64> {
    let least = i64::from(!is_session(event));
    let load = event.icu_training_load.or(event.load_target);
    load.filter(|load| *load >= least)
}

/// Rows in the order of days, which go by `cursors`. `done` are the activities that may have
/// carried the workouts out, and all of the [`period`]s of the targets; `None` when what was done is unknown.
#[must_use]
pub fn table(
    found: &[&Event],
    done: Option<&[Activity]>,
    units: Units,
    today: Date,
    cursors: &[String],
) -> Table {
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
        units.form_name(),
        "state",
    ]);
    for (cursor, event) in cursors.iter().zip(found) {
        let span = span(event);
        let day = |day| days::short(day, today.year());
        let date = span.map(|(first, last)| match first == last {
            true => day(first),
            false => format!("{} to {}", day(first), day(last)),
        });
        let is_ahead = span.is_some_and(|(first, _)| first >= today);
        let form = event.icu_ctl.zip(event.icu_atl).filter(|_| is_ahead);
        #[expect(clippy::cast_precision_loss, reason = "seconds of one event")]
        let time = event
            .moving_time
            .or(event.time_target)
            .filter(|s| *s > 0)
            .map(|s| s as f64);
        table.row([
            Some(event.id.to_string()),
            date,
            Some(category(event)),
            event.sport.as_deref().map(text::name),
            event.name.as_deref().map(text::name),
            time.map(units::clock),
            event
                .distance
                .or(event.distance_target)
                .filter(|m| *m > 0.0)
                .map(|m| units.way(event.sport.as_deref().unwrap_or_default(), m, 1)),
            load(event).map(|l| l.to_string()),
            event
                .icu_intensity
                .filter(|p| *p > 0.0)
                .map(|p| number(p, 0)),
            form.map(|(ctl, atl)| signed(units.form(ctl, atl), 0)),
            Some(state(event, done, units, today)),
        ]);
        table.goes_by(format!("cursor {cursor}"));
    }
    table
}

/// All that a row says beside its numbers.
fn state(event: &Event, done: Option<&[Activity]>, units: Units, today: Date) -> String {
    let Some((first, last)) = span(event) else {
        return String::new();
    };
    let mut words: Vec<String> = Vec::new();
    if is_race(event) && first > today {
        words.push(days::distance(today, first));
    }
    words.extend(week_of_phase(event, first, last, today));
    words.extend(outcome::of(event, done, today).map(|outcome| outcome.to_string()));
    words.extend(done.and_then(|done| progress::of(event, done, units, today)));
    words.extend(conditions(event));
    words.extend(push_errors(event).next());
    words.join(", ")
}

/// `week 3 of 6` of a phase that is on.
fn week_of_phase(event: &Event, first: Date, last: Date, today: Date) -> Option<String> {
    let is_on = event.category.as_deref() == Some("PLAN") && first <= today && today <= last;
    let weeks = |from: Date, to: Date| {
        let days = to.since(from).map_or(0, |span| span.get_days());
        days / 7 + 1
    };
    (is_on && weeks(first, last) > 1)
        .then(|| format!("week {} of {}", weeks(first, today), weeks(first, last)))
}

/// Where and under what limits: indoors, how much an absence allows, with what on the plate.
#[must_use]
pub fn conditions(event: &Event) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for (set, name) in [
        (event.for_week, "for the week"),
        (event.hide_from_athlete, "hidden from the athlete"),
    ] {
        if set == Some(true) {
            words.push(name.to_owned());
        }
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

/// The steps of a workout below the rows, or what it says when it has none; `from` is the call that begins with it.
pub fn details(reply: &mut Reply, event: &Event, units: Units, from: &str) {
    let sport = event.sport.as_deref().unwrap_or_default();
    let parsed = event
        .workout_doc
        .as_ref()
        .map(|doc| steps::lines(doc, sport, units))
        .unwrap_or_default();
    if !parsed.is_empty() {
        let name = event.name.as_deref().map(text::name).unwrap_or_default();
        let line = format!("steps of {} {name}: {}", event.id, parsed.join("; "));
        reply.line_from(line, from);
        return;
    }
    if let Some(description) = &event.description {
        reply.quote(
            format!("text of {} {}", category(event), event.id),
            description,
        );
    }
}
