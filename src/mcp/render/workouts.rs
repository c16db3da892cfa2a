//! Workouts of the library, as rows and one in full.

use super::table::Table;
use super::{library, steps};
use crate::intervals::library::Workout;
use crate::intervals::sports::SportSettings;
use crate::mcp::library::Found;
use crate::mcp::reply::Reply;
use crate::mcp::{resolve, text, thresholds};
use crate::units::{self, Units, number};

#[expect(
    clippy::cast_precision_loss,
    reason = "seconds and joules of one workout"
)]
fn float(value: i64) -> f64 {
    value as f64
}

/// One row a workout, of which the first goes by the cursor `start`; `with_folder` where they come from several.
#[must_use]
pub fn table(found: &[Found<'_>], units: Units, start: usize, with_folder: bool) -> Table {
    let mut table = Table::new([
        "id",
        "folder",
        "plan day",
        "sport",
        "name",
        "time",
        units.distance_name(),
        "load",
        "IF%",
        "flags",
    ]);
    for (cursor, Found { folder, workout }) in (start..).zip(found) {
        let sport = workout.sport.as_deref().unwrap_or_default();
        table.row([
            Some(workout.id.to_string()),
            folder
                .filter(|_| with_folder)
                .map(|folder| folder.name.as_deref().map(text::name).unwrap_or_default()),
            plan_day(workout),
            workout.sport.as_deref().map(text::name),
            workout.name.as_deref().map(text::name),
            workout
                .moving_time
                .filter(|secs| *secs > 0)
                .map(|secs| units::clock(float(secs))),
            workout
                .distance
                .filter(|metres| *metres > 0.0)
                .map(|metres| units.way(sport, metres, 1)),
            workout.icu_training_load.map(|load| load.to_string()),
            workout
                .icu_intensity
                .filter(|percent| *percent > 0.0)
                .map(|percent| number(percent, 0)),
            Some(flags(workout).join(" ")),
        ]);
        table.goes_by(format!("cursor {cursor}"));
    }
    table
}

/// `w2 d3`: the third day of the second week; days of a plan count from 0 on the wire.
fn plan_day(workout: &Workout) -> Option<String> {
    let day = workout.day.filter(|day| *day >= 0)?;
    Some(format!("w{} d{}", day / 7 + 1, day % 7 + 1))
}

fn flags(workout: &Workout) -> Vec<String> {
    let mut flags = Vec::new();
    for (set, name) in [
        (workout.for_week, "for the week"),
        (workout.indoor, "indoor"),
        (workout.hide_from_athlete, "hidden from the athlete"),
    ] {
        if set == Some(true) {
            flags.push(name.to_owned());
        }
    }
    let kind = workout.sub_type.as_deref().filter(|kind| *kind != "NONE");
    flags.extend(kind.map(|kind| text::name(kind).to_lowercase()));
    flags.extend(
        workout
            .days
            .filter(|days| *days > 1)
            .map(|days| format!("{days} days")),
    );
    flags.extend(
        workout
            .carbs_per_hour
            .filter(|grams| *grams > 0)
            .map(|grams| format!("{grams} g carbs/h")),
    );
    let tags = workout.tags.iter().flatten().map(|tag| text::name(tag));
    flags.extend(
        tags.filter(|tag| !tag.is_empty())
            .map(|tag| format!("#{tag}")),
    );
    flags
}

/// Where it stands and what it comes to.
pub fn numbers(reply: &mut Reply, found: &Found<'_>, units: Units) {
    let Found { folder, workout } = found;
    let sport = workout.sport.as_deref().unwrap_or_default();
    let mut place: Vec<String> = Vec::new();
    match (folder, workout.folder_id) {
        (Some(folder), _) => place.push(library::named(folder)),
        (None, Some(id)) => place.push(format!("folder {id}")),
        (None, None) => {}
    }
    place.extend(plan_day(workout).map(|day| format!("plan day {day}")));
    place.extend(flags(workout));
    reply.line_if(place.join(" · "));

    let mut facts: Vec<String> = Vec::new();
    let time = workout.moving_time.filter(|secs| *secs > 0);
    facts.extend(time.map(|secs| units::clock(float(secs))));
    let metres = workout.distance.filter(|metres| *metres > 0.0);
    facts.extend(metres.map(|metres| units.named_way(sport, metres, 1)));
    facts.extend(workout.icu_training_load.map(|load| format!("load {load}")));
    let intensity = workout.icu_intensity.filter(|percent| *percent > 0.0);
    facts.extend(
        intensity.map(|percent| format!("intensity {} % of threshold", number(percent, 0))),
    );
    let joules = workout.joules.filter(|joules| *joules > 0);
    facts.extend(joules.map(|joules| format!("work {} kJ", number(float(joules) / 1e3, 0))));
    let target = workout.target.as_deref().and_then(|target| match target {
        "POWER" => Some("power"),
        "HR" => Some("HR"),
        "PACE" => Some("pace"),
        _ => None,
    });
    facts.extend(target.map(|target| format!("target {target}")));
    reply.line_if(facts.join(" · "));
}

/// The head of an answer about one workout: `workout "Openers" 62700028 · Ride`.
#[must_use]
pub fn name(workout: &Workout) -> String {
    let mut facts = vec![format!(
        "library workout \"{}\" {}",
        workout.name.as_deref().map(text::name).unwrap_or_default(),
        workout.id
    )];
    facts.extend(workout.sport.as_deref().map(text::name));
    facts.join(" · ")
}

/// The steps, resolved by `settings` where there are some, and the text as it was written.
pub fn content(
    reply: &mut Reply,
    workout: &Workout,
    settings: Option<&SportSettings>,
    units: Units,
) {
    let sport = workout.sport.as_deref().unwrap_or_default();
    // What is ridden indoors goes by the indoor FTP, where the athlete has one.
    let indoor = workout.indoor == Some(true) || sport.starts_with("Virtual");
    let lines = workout.workout_doc.clone().map(|mut doc| {
        if let Some(settings) = settings {
            resolve::resolve(&mut doc, indoor, settings);
        }
        steps::lines(&doc, sport, units)
    });
    let lines = lines.unwrap_or_default();
    if !lines.is_empty() {
        reply.line("steps:");
    }
    for line in &lines {
        reply.line(format!("- {line}"));
    }
    let written = workout.description.as_deref().unwrap_or_default();
    if lines.is_empty() && !text::block(written).is_empty() {
        reply.footer("Intervals.icu reads no steps in the text of this workout.");
    }
    if let Some(settings) = settings.filter(|_| !lines.is_empty()) {
        let basis = basis(&lines.join(" "), indoor, settings, sport, units);
        if !basis.is_empty() {
            reply.footer(basis);
        }
    }
    reply.quote(format!("text of workout {}", workout.id), written);
}

/// The thresholds that the targets in `shown` were resolved by; on another day they may be others.
fn basis(shown: &str, indoor: bool, settings: &SportSettings, sport: &str, units: Units) -> String {
    let mut facts: Vec<String> = Vec::new();
    let is_indoor = indoor && settings.indoor_ftp.is_some();
    let ftp = if is_indoor { "indoor FTP" } else { "FTP" };
    let watts = thresholds::ftp(settings, indoor).filter(|_| shown.contains(" W)"));
    facts.extend(watts.map(|watts| format!("{ftp} {watts} W")));
    let lthr = settings.lthr.filter(|_| shown.contains("LTHR ("));
    facts.extend(lthr.map(|bpm| format!("LTHR {bpm} bpm")));
    let most = settings.max_hr.filter(|_| shown.contains("max HR ("));
    facts.extend(most.map(|bpm| format!("max HR {bpm} bpm")));
    let unit = units.pace_of(sport);
    let unit = unit.filter(|unit| shown.contains(&format!("{})", unit.name())));
    let pace = settings.threshold_pace.zip(unit);
    facts.extend(pace.and_then(|(speed, unit)| {
        let pace = unit.show(speed)?;
        Some(format!("threshold pace {pace}{}", unit.name()))
    }));
    match (facts.is_empty(), shown.contains(" bpm)")) {
        (false, _) => format!("Targets by today's thresholds: {}.", facts.join(", ")),
        (true, true) => "Targets by today's zones.".to_owned(),
        (true, false) => String::new(),
    }
}
