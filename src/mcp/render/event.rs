//! One event of the calendar in full.

use jiff::civil::{Date, Time};

use super::{days, events, outcome, progress, steps};
use crate::intervals::activities::Activity;
use crate::intervals::events::Event;
use crate::mcp::context::Local;
use crate::mcp::params::Window;
use crate::mcp::reply::Reply;
use crate::mcp::text;
use crate::units::{self, Units, number};

/// What was planned, what came of it and its steps; `done` are the activities that may have carried it out,
/// `None` if they are unknown.
pub fn whole(event: &Event, done: Option<&[Activity]>, local: &Local) -> Reply {
    let mut reply = Reply::new(head(event, local));
    reply.line_if(standing(event, done, local));
    reply.line_if(numbers(event, local.units));
    reply.line_if(form(event, local.units, local.today()));
    for error in events::push_errors(event) {
        reply.line(error);
    }
    let sport = event.sport.as_deref().unwrap_or_default();
    let lines = event
        .workout_doc
        .as_ref()
        .map(|doc| steps::lines(doc, sport, local.units))
        .unwrap_or_default();
    if !lines.is_empty() {
        reply.line("steps:");
    }
    for line in &lines {
        reply.line(format!("- {line}"));
    }
    let written = event.description.as_deref().unwrap_or_default();
    if lines.is_empty() && events::is_workout(event) && !text::block(written).is_empty() {
        reply.footer("Intervals.icu reads no steps in the text of this workout.");
    }
    reply.quote(
        format!("text of {} {}", events::category(event), event.id),
        written,
    );
    reply
}

/// `workout "Threshold" 4711 · Ride · Thu 2026-03-19 (Europe/Zurich, today is Wed 2026-03-18)`
fn head(event: &Event, local: &Local) -> String {
    let name = event.name.as_deref().map(text::name).unwrap_or_default();
    let mut facts = vec![format!(
        "{} \"{name}\" {}",
        events::category(event),
        event.id
    )];
    facts.extend(event.sport.as_deref().map(text::name));
    if let Some((oldest, newest)) = events::span(event) {
        facts.push(days::window(Window { oldest, newest }, local));
    }
    let clock = event.starts().map(|at| at.time());
    facts.extend(
        clock
            .filter(|time| *time != Time::midnight())
            .map(|time| format!("at {:02}:{:02}", time.hour(), time.minute())),
    );
    facts.join(" · ")
}

fn standing(event: &Event, done: Option<&[Activity]>, local: &Local) -> String {
    let today = local.today();
    let mut facts: Vec<String> = Vec::new();
    if let Some((_, last)) = events::period(event) {
        let ahead = events::is_session(event) && last >= today;
        let ahead = ahead.then(|| "planned".to_owned());
        let outcome = outcome::of(event, done, today);
        facts.extend(outcome.map(|outcome| outcome.to_string()).or(ahead));
    }
    let progress = done.and_then(|done| progress::of(event, done, local.units, today));
    facts.extend(progress);
    facts.extend(events::conditions(event));
    // Of a race the category says it.
    let kind = event
        .sub_type
        .as_deref()
        .filter(|kind| *kind != "NONE" && (*kind != "RACE" || !events::is_race(event)));
    facts.extend(kind.map(|kind| text::name(kind).to_lowercase()));
    let tags = event.tags.iter().flatten().map(|tag| text::name(tag));
    facts.extend(
        tags.filter(|tag| !tag.is_empty())
            .map(|tag| format!("#{tag}")),
    );
    if event.athlete_cannot_edit == Some(true) {
        facts.push("the athlete cannot edit it".to_owned());
    }
    facts.join(" · ")
}

#[expect(
    clippy::cast_precision_loss,
    reason = "seconds and joules of one event"
)]
fn numbers(event: &Event, units: Units) -> String {
    let sport = event.sport.as_deref().unwrap_or_default();
    let mut facts: Vec<String> = Vec::new();
    let time = event.moving_time.or(event.time_target);
    facts.extend(time.filter(|s| *s > 0).map(|s| units::clock(s as f64)));
    let metres = event.distance.or(event.distance_target);
    facts.extend(
        metres
            .filter(|m| *m > 0.0)
            .map(|m| units.named_way(sport, m, 1)),
    );
    facts.extend(events::load(event).map(|l| format!("load {l}")));
    facts.extend(
        event
            .icu_intensity
            .filter(|p| *p > 0.0)
            .map(|p| format!("intensity {} % of threshold", number(p, 0))),
    );
    facts.extend(event.joules.filter(|j| *j > 0).map(|joules| {
        let work = format!("work {} kJ", number(joules as f64 / 1e3, 0));
        match event.joules_above_ftp.filter(|above| *above > 0) {
            Some(above) => format!("{work} ({} above FTP)", number(above as f64 / 1e3, 0)),
            None => work,
        }
    }));
    let target = event.target.as_deref().and_then(|target| match target {
        "POWER" => Some("power"),
        "HR" => Some("HR"),
        "PACE" => Some("pace"),
        _ => None,
    });
    facts.extend(target.map(|target| format!("target {target}")));
    facts.extend(
        event
            .carbs_used
            .filter(|g| *g > 0)
            .map(|g| format!("burns {g} g carbs")),
    );
    for (name, value) in [("CTL", event.ctl_days), ("ATL", event.atl_days)] {
        facts.extend(value.map(|days| format!("{name} over {days} days")));
    }
    facts.join(" · ")
}

/// The projection of a day that is not over; what was projected for others is known by now.
fn form(event: &Event, units: Units, today: Date) -> String {
    let ahead = event.starts().is_some_and(|at| at.date() >= today);
    event
        .icu_ctl
        .zip(event.icu_atl)
        .filter(|_| ahead)
        .map(|(ctl, atl)| {
            format!(
                "projected for the end of the day: fitness {}, fatigue {}, form {}",
                number(ctl, 1),
                number(atl, 1),
                units.named_form(units.form(ctl, atl))
            )
        })
        .unwrap_or_default()
}
