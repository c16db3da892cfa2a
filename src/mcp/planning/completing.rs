//! What was planned and is done: by an activity that is there, or entered as it was planned.

use super::edit::label;
use super::effect::Around;
use super::lookup;
use crate::intervals::activities::Activity;
use crate::intervals::events::Event;
use crate::intervals::{ActivityId, Error, EventId};
use crate::mcp::context::{Context, Local};
use crate::mcp::error::ToolError;
use crate::mcp::measure::hours_minutes;
use crate::mcp::params::Sport;
use crate::mcp::render::{activities, days, events, outcome};
use crate::mcp::text;

/// Candidates that are named.
const NAMED: usize = 4;

/// What a call says about who carried the event out.
#[derive(Debug, Clone)]
pub enum By {
    /// Nothing: entered, unless an activity of the day may have been it.
    Unsaid,
    /// Entered, whatever else was done that day.
    New,
    Activity(ActivityId),
}

impl By {
    /// # Errors
    /// A sentence when it is neither an id nor `new`.
    pub fn parse(written: Option<&str>) -> Result<Self, ToolError> {
        match written.map(str::trim).unwrap_or_default() {
            "" => Ok(Self::Unsaid),
            new if new.eq_ignore_ascii_case("new") => Ok(Self::New),
            id => id.parse().map(Self::Activity).map_err(|_| {
                ToolError::Invalid(
                    "activity_id is like i12345678, digits only, or new to enter one by hand; list_activities shows ids. \
                     Nothing was written."
                        .to_owned(),
                )
            }),
        }
    }
}

/// What is to be done so that an event is carried out.
pub enum Step {
    /// It is already; in words.
    Nothing(String),
    /// This activity did it.
    Pair(Box<Activity>),
    /// One is to be entered as the event says.
    Enter,
}

/// An event that is done.
pub struct Completing {
    pub around: Around,
    pub event: Event,
    pub step: Step,
    /// What does not fit, a sentence each.
    pub warnings: Vec<String>,
}

impl Completing {
    /// Reads the event, its day and the activity, and decides.
    ///
    /// # Errors
    /// A sentence when the event is nothing that can be done, not yet, or by another activity, and when it is open by which.
    pub async fn of(
        context: &Context,
        local: &Local,
        id: EventId,
        by: &By,
    ) -> Result<Self, ToolError> {
        context.client().forget();
        let activity = async {
            match by {
                By::Activity(id) => context.client().activities().get(id).await.map(Some),
                By::Unsaid | By::New => Ok(None),
            }
        };
        let ids = [id];
        let (found, activity) =
            tokio::join!(lookup::find(context, local, &ids, &[], |_| None), activity);
        let (around, found) = found?;
        let activity = activity.map_err(no_activity)?;
        let Some(event) = found.into_iter().next() else {
            return Err(refusal(format!("the calendar has no event {id}")));
        };
        let mut this = Self {
            around,
            event,
            step: Step::Enter,
            warnings: Vec::new(),
        };
        this.check_event(local)?;
        if let Some(said) = this.done_already(by, local)? {
            this.step = Step::Nothing(said);
            return Ok(this);
        }
        match activity {
            Some(activity) => this.pair(Activity::clone(&activity), local)?,
            None => this.enter(by, local)?,
        }
        Ok(this)
    }

    fn label(&self, local: &Local) -> String {
        let label = label(&self.event, local.today());
        match label.is_empty() {
            true => format!("event {}", self.event.id),
            false => label,
        }
    }

    fn check_event(&self, local: &Local) -> Result<(), ToolError> {
        let label = self.label(local);
        if !events::is_session(&self.event) {
            let category = match self.event.category {
                Some(_) => format!("category {}", events::category(&self.event)),
                None => "no known category".to_owned(),
            };
            return Err(refusal(format!(
                "{label} is of {category}, only workouts and races can be done"
            )));
        }
        let first = events::period(&self.event).map(|(first, _)| first);
        if first.is_none_or(|first| first > local.today()) {
            return Err(refusal(format!(
                "{label} is {}, only what is not ahead can be done. move_events brings it to another day",
                first.map_or_else(
                    || "without a day".to_owned(),
                    |first| days::distance(local.today(), first)
                )
            )));
        }
        Ok(())
    }

    /// That nothing is left to be done, in words.
    fn done_already(&self, by: &By, local: &Local) -> Result<Option<String>, ToolError> {
        let done = self.around.done();
        let pair = done.into_iter().flatten();
        let pair = pair.filter(|a| a.paired_event_id == Some(self.event.id));
        let pairs: Vec<&ActivityId> = self
            .event
            .paired_activity_id
            .iter()
            .chain(pair.map(|a| &a.id))
            .collect();
        let Some(first) = pairs.first() else {
            return Ok(None);
        };
        let label = self.label(local);
        match by {
            By::Activity(id) if !pairs.contains(&id) => Err(refusal(format!(
                "{label} is done by {first} already, and cannot be by {id} too"
            ))),
            _ => {
                let outcome = outcome::of(&self.event, done, local.today());
                let outcome = outcome.map_or_else(|| format!("done {first}"), |o| o.to_string());
                Ok(Some(format!("{label} is so already: {outcome}.")))
            }
        }
    }

    fn pair(&mut self, activity: Activity, local: &Local) -> Result<(), ToolError> {
        let id = &activity.id;
        if activity.is_stub() {
            return Err(refusal(format!(
                "{id} came through Strava, and Intervals.icu lets nobody change that through its API. Pair them on \
                 intervals.icu itself"
            )));
        }
        if let Some(other) = activity
            .paired_event_id
            .filter(|other| *other != self.event.id)
        {
            let known = self.around.events.iter().find(|event| event.id == other);
            let known = known.map(|event| format!(", {}", label(event, local.today())));
            return Err(refusal(format!(
                "{id} is paired with another event already: {other}{}",
                known.unwrap_or_default()
            )));
        }
        let (planned, done) = (self.event.sport.as_deref(), activity.sport.as_deref());
        if let Some((planned, done)) = planned.zip(done).filter(|(p, d)| !same_sport(p, d)) {
            self.warnings.push(format!(
                "Another sport: planned {}, done {}.",
                text::name(planned),
                text::name(done)
            ));
        }
        let period = events::period(&self.event);
        let day = activities::day(&activity);
        if let Some(day) =
            day.filter(|day| period.is_none_or(|(first, last)| *day < first || last < *day))
        {
            let day = days::short(day, local.today().year());
            self.warnings.push(format!("Another day: done {day}."));
        }
        self.step = Step::Pair(Box::new(activity));
        Ok(())
    }

    fn enter(&mut self, by: &By, local: &Local) -> Result<(), ToolError> {
        let label = self.label(local);
        if self.event.sport.as_deref().is_none_or(str::is_empty) {
            return Err(refusal(format!(
                "{label} has no sport, so no activity can be entered for it. save_events can set one"
            )));
        }
        if matches!(by, By::Unsaid) {
            self.refuse_candidates(&label, local)?;
        }
        if self.event.icu_training_load.is_none() {
            self.warnings.push(
                "It is planned without load, so it counts for nothing in fitness.".to_owned(),
            );
        }
        self.step = Step::Enter;
        Ok(())
    }

    /// Refuses when something that was done on its days may have been it: entered once more, its load would count twice.
    fn refuse_candidates(&self, label: &str, local: &Local) -> Result<(), ToolError> {
        let Some(done) = self.around.done() else {
            return Err(refusal(format!(
                "what was done on the day of {label} cannot be read now. Give activity_id, or new to enter one whatever was done"
            )));
        };
        let period = events::period(&self.event);
        let planned = self.event.sport.as_deref().unwrap_or_default();
        let may_be_it = |a: &&Activity| {
            let in_time = activities::day(a).zip(period);
            let in_time = in_time.is_some_and(|(day, (first, last))| first <= day && day <= last);
            let sport = a
                .sport
                .as_deref()
                .is_some_and(|done| same_sport(planned, done));
            in_time && a.paired_event_id.is_none() && (sport || a.is_stub())
        };
        let all: Vec<&Activity> = done.iter().filter(may_be_it).collect();
        let (stubs, known): (Vec<&Activity>, Vec<&Activity>) =
            all.iter().partition(|a| a.is_stub());
        let twice = "activity_id new enters one as planned, whose load counts on top";
        if !known.is_empty() {
            let names: Vec<String> = known.iter().take(NAMED).map(|a| named(a, local)).collect();
            return Err(refusal(format!(
                "{label} may have been {}, not paired yet. Give its activity_id to pair them; {twice}",
                names.join(" or ")
            )));
        }
        if let Some(stub) = stubs.first() {
            return Err(refusal(format!(
                "{label} may have been {}, which came through Strava: Intervals.icu withholds it and lets it be paired on \
                 intervals.icu alone; {twice}",
                stub.id
            )));
        }
        Ok(())
    }
}

fn refusal(why: String) -> ToolError {
    ToolError::Invalid(format!("Nothing was written: {why}."))
}

fn no_activity(error: Error) -> ToolError {
    match error {
        Error::NotFound { .. } => {
            refusal("there is no such activity; list_activities shows ids".to_owned())
        }
        error => error.into(),
    }
}

fn same_sport(one: &str, other: &str) -> bool {
    Sport::of(one).covers(other) || Sport::of(other).covers(one)
}

/// `i97000011 Ride Lunch ride (Tue 03-17, 1:02, load 60)`
fn named(activity: &Activity, local: &Local) -> String {
    let words = [activity.sport.as_deref(), activity.name.as_deref()];
    let words = words.into_iter().flatten().map(text::name);
    let day = activities::day(activity).map(|day| days::short(day, local.today().year()));
    #[expect(clippy::cast_precision_loss, reason = "seconds of one activity")]
    let time = activity
        .moving_time
        .filter(|s| *s > 0)
        .map(|s| hours_minutes(s as f64));
    let load = activities::load(activity).map(|load| format!("load {load}"));
    let facts: Vec<String> = [day, time, load].into_iter().flatten().collect();
    format!(
        "{} {} ({})",
        activity.id,
        words.collect::<Vec<_>>().join(" "),
        facts.join(", ")
    )
}
