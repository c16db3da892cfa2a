//! What is said of an event that is done.

use super::completing::Step;
use super::edit::label;
use super::effect::{self, Around};
use crate::analytics::fitness::Fitness;
use crate::intervals::activities::Activity;
use crate::intervals::events::Event;
use crate::intervals::{ActivityId, Members};
use crate::mcp::changes::{Change, Changes};
use crate::mcp::context::Local;
use crate::mcp::measure::hours_minutes;
use crate::mcp::render::{activities, days, events, fitness};
use crate::mcp::reply::Reply;
use crate::mcp::text;
use crate::units::number;

/// `i97000011 Lunch ride`
fn named(activity: &Activity) -> String {
    let name = activity.name.as_deref().map(text::name).unwrap_or_default();
    format!("{} {name}", activity.id).trim_end().to_owned()
}

/// An event that is done, to be told about.
pub struct Telling<'a> {
    pub local: &'a Local,
    pub around: Around,
    pub event: Event,
    pub warnings: Vec<String>,
}

impl Telling<'_> {
    pub fn label(&self) -> String {
        label(&self.event, self.local.today())
    }

    fn called(&self) -> String {
        format!("{} (id {})", self.label(), self.event.id)
    }

    fn head(&self, what: &str) -> Reply {
        let mut reply = Reply::new(format!("{what} {}", days::zone_and_today(self.local)));
        for warning in &self.warnings {
            reply.line(warning);
        }
        reply
    }

    /// What `step` would do.
    pub fn rehearsal(&self, step: &Step, token: &str) -> Reply {
        let called = self.called();
        let what = match step {
            Step::Pair(activity) => format!("{called} would be paired with {}", named(activity)),
            _ => format!("an activity as planned would be entered for {called}"),
        };
        let mut reply = self.head(&format!("Dry run, nothing written: {what}"));
        if let Step::Pair(activity) = step {
            self.compare(&mut reply, activity);
            self.effect(&mut reply, &activity.id);
        } else {
            let planned = self.planned();
            if !planned.is_empty() {
                reply.line(format!("planned {planned}"));
            }
            // No activity of the service has the id 0.
            if let Ok(new) = "0".parse() {
                self.effect_of_new(&mut reply, &new);
            }
        }
        reply.footer(format!(
            "To write just this: the same with if_unchanged {token}"
        ));
        reply
    }

    /// That `done` did it.
    pub fn paired(&self, done: &Activity, change: &Change) -> Reply {
        let mut reply = self.head(&format!("Paired {} with {}", self.called(), named(done)));
        self.compare(&mut reply, done);
        self.effect(&mut reply, &done.id);
        reply.footer(Changes::undo_hint(change));
        reply
    }

    /// That the activity `id` was entered, and what that did to the fitness of today.
    pub fn entered(
        &self,
        id: &ActivityId,
        done: Option<&Activity>,
        today: Option<(Fitness, Fitness)>,
        change: &Change,
    ) -> Reply {
        let called = self.called();
        let mut reply = self.head(&format!("Entered {id} by hand, as planned, for {called}"));
        if let Some(done) = done {
            self.compare(&mut reply, done);
        } else {
            reply.line("It could not be read back; get_activity shows it.");
        }
        self.effect_of_new(&mut reply, id);
        if let Some((before, after)) = today {
            let form = |state| fitness::form(state, self.local.units);
            reply.line(format!("Form today: {} → {}", form(before), form(after)));
        }
        reply.footer(Changes::undo_hint(change));
        reply
    }

    /// Adds what was planned and what was done: `Planned 1:00 · 30.0 km · load 45; done 0:52 · 28.1 km · load 41; compliance 87 %`
    fn compare(&self, reply: &mut Reply, done: &Activity) {
        let planned = self.planned();
        let metres = activities::metres(done);
        let is = self.numbers(
            done.sport.as_deref(),
            done.moving_time,
            metres,
            activities::load(done),
        );
        let mut parts = Vec::new();
        parts.extend((!planned.is_empty()).then(|| format!("planned {planned}")));
        parts.extend((!is.is_empty()).then(|| format!("done {is}")));
        parts.extend(
            done.compliance
                .map(|percent| format!("compliance {} %", number(percent, 0))),
        );
        if !parts.is_empty() {
            reply.line(parts.join("; "));
        }
    }

    fn planned(&self) -> String {
        let event = &self.event;
        let load = events::load(event);
        self.numbers(
            event.sport.as_deref(),
            event.moving_time,
            event.distance,
            load,
        )
    }

    fn numbers(
        &self,
        sport: Option<&str>,
        seconds: Option<i64>,
        metres: Option<f64>,
        load: Option<i64>,
    ) -> String {
        #[expect(clippy::cast_precision_loss, reason = "seconds of one session")]
        let time = seconds.filter(|s| *s > 0).map(|s| hours_minutes(s as f64));
        let metres = metres.filter(|metres| *metres > 0.0);
        let way = metres.map(|metres| {
            self.local
                .units
                .named_way(sport.unwrap_or_default(), metres, 1)
        });
        let load = load.map(|load| format!("load {load}"));
        let all: Vec<String> = [time, way, load].into_iter().flatten().collect();
        all.join(" · ")
    }

    /// Adds what it does that an activity which counts already did what was still to be done: of what lies behind nothing
    /// counted as planned.
    fn effect(&self, reply: &mut Reply, done: &ActivityId) {
        if !self.is_past() {
            self.show(reply, done);
        }
    }

    /// Adds what it does that an activity is entered: of a day ahead the load was planned already.
    fn effect_of_new(&self, reply: &mut Reply, new: &ActivityId) {
        if self.is_past() {
            self.show(reply, new);
        }
    }

    pub fn is_past(&self) -> bool {
        let days = events::period(&self.event);
        days.is_none_or(|(_, last)| last < self.local.today())
    }

    fn show(&self, reply: &mut Reply, done: &ActivityId) {
        let pair = Members::from_iter([("paired_activity_id".to_owned(), done.to_string().into())]);
        let after = self.event.with(&pair);
        let before = self.event.clone();
        effect::show(reply, &self.around, self.local, &[before], &[after]);
    }
}
