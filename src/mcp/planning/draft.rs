//! From one event as a model sends it to the members that are sent to the service: only what was given, and nothing that is
//! already so.

use serde_json::{Map, Value};

use super::session::{self, Session};
use super::sort::Sort;
use super::{read_back, values, when};
use crate::intervals::events::Event;
use crate::intervals::sports::SportSettings;
use crate::mcp::context::Local;
use crate::mcp::curve::ask;
use crate::mcp::params::{Choice, EventSpec, Flag, Kind, Sport, Text};
use crate::mcp::render::days;
use crate::mcp::text;
use crate::workout;

/// Members of an object under the service's names.
pub(super) type Members = Map<String, Value>;

const LONGEST_ID: usize = 100;

/// What is to be sent, and what is known of what comes of it.
#[derive(Debug, Default)]
pub struct Draft {
    /// What to send. Empty if everything is so already.
    pub members: Members,
    /// What the service will compute of the steps: load, time, distance.
    pub expected: Members,
    /// Of a workout or race: the whole of it as it will be.
    pub session: Option<Session>,
    /// Warnings, a sentence each.
    pub notes: Vec<String>,
}

impl Draft {
    /// An event that is not there yet; `sports` are the athlete's settings, empty if they cannot be read.
    ///
    /// # Errors
    /// What is missing or wrong, and what to give; a mistake of the workout text a line.
    pub fn new_event(
        spec: &EventSpec,
        local: &Local,
        sports: &[SportSettings],
    ) -> Result<Self, String> {
        Drafting::of(spec, None, local).draft(sports)
    }

    /// The changes to `before` that are meant.
    ///
    /// # Errors
    /// As [`Draft::new_event`].
    pub fn of_existing(
        spec: &EventSpec,
        before: &Event,
        local: &Local,
        sports: &[SportSettings],
    ) -> Result<Self, String> {
        Drafting::of(spec, Some(before), local).draft(sports)
    }

    /// What the service read otherwise than we do, a line each; empty if the text was not written.
    #[must_use]
    pub fn differences(&self, after: &Event) -> Vec<String> {
        let is_written = ["description", "type"]
            .iter()
            .any(|key| self.members.contains_key(*key));
        let session = self.session.as_ref().filter(|_| is_written);
        session.map_or_else(Vec::new, |session| {
            read_back::differences(
                &session.workout,
                &session.athlete,
                after.workout_doc.as_ref(),
            )
        })
    }
}

/// `events[2] "Long run" Thu 2026-03-26`: how an event of a call is called in what is said about it.
#[must_use]
pub fn called(spec: &EventSpec, index: usize, local: &Local) -> String {
    let mut said = format!("events[{index}]");
    if let Some(Text(name)) = &spec.name {
        said = format!("{said} \"{}\"", text::name(name));
    }
    if let Some(id) = spec.id {
        said = format!("{said} {}", id.0);
    }
    if let Some(date) = spec.date {
        said = format!("{said} {}", days::full(date.day(local.today())));
    }
    said
}

/// A draft in the making.
pub(super) struct Drafting<'a> {
    pub(super) spec: &'a EventSpec,
    pub(super) before: Option<&'a Event>,
    pub(super) local: &'a Local,
    /// The service's name of what it will be.
    pub(super) category: String,
    sort: Sort,
    pub(super) draft: Draft,
}

impl<'a> Drafting<'a> {
    fn of(spec: &'a EventSpec, before: Option<&'a Event>, local: &'a Local) -> Self {
        let asked = spec.category.map(|Choice(kind)| kind.upstream());
        let present = before.and_then(|event| event.category.as_deref());
        let category = asked.or(present).unwrap_or(Kind::Workout.upstream());
        Self {
            spec,
            before,
            local,
            category: category.to_owned(),
            sort: Sort::of(category),
            draft: Draft::default(),
        }
    }

    fn draft(mut self, sports: &[SportSettings]) -> Result<Draft, String> {
        self.sort.refuse_misplaced(self.spec, &self.category)?;
        let category = self.category.clone();
        self.put("category", category, |event| event.category.clone());
        self.dates()?;
        self.labels()?;
        match self.sort {
            Sort::Session => self.session(sports)?,
            Sort::Note | Sort::Mark => {
                self.sport()?;
                self.prose()?;
            }
            Sort::Absence => {
                self.absence()?;
                self.prose()?;
            }
            Sort::Target => {
                self.target()?;
                self.prose()?;
            }
        }
        Ok(self.draft)
    }

    /// Takes `wanted` unless it is so already.
    pub(super) fn put<T>(&mut self, key: &str, wanted: T, present: impl FnOnce(&Event) -> Option<T>)
    where
        T: PartialEq + Into<Value>,
    {
        if self.before.and_then(present).as_ref() != Some(&wanted) {
            self.draft.members.insert(key.to_owned(), wanted.into());
        }
    }

    /// What is not said is false.
    fn flag(
        &mut self,
        key: &str,
        wanted: Option<Flag>,
        present: impl FnOnce(&Event) -> Option<bool>,
    ) {
        if let Some(Flag(wanted)) = wanted {
            let is_new = self.before.is_none();
            self.put(key, wanted, |event| Some(present(event).unwrap_or(false)));
            if is_new && !wanted {
                self.draft.members.remove(key);
            }
        }
    }

    fn dates(&mut self) -> Result<(), String> {
        let today = self.local.today();
        let when = match self.before {
            Some(before) => when::changed(self.spec, before, today)?,
            None => when::fresh(self.spec, today, self.sort == Sort::Absence)?,
        };
        for (key, at) in [
            ("start_date_local", when.start),
            ("end_date_local", when.end),
        ] {
            if let Some(at) = at {
                self.draft
                    .members
                    .insert(key.to_owned(), at.to_string().into());
            }
        }
        Ok(())
    }

    fn labels(&mut self) -> Result<(), String> {
        let spec = self.spec;
        if let Some(name) = &spec.name {
            self.put("name", values::name(name)?, |event| event.name.clone());
        }
        let has_name = spec.name.is_some() || self.before.is_some_and(|event| event.name.is_some());
        if self.sort == Sort::Note && !has_name {
            return Err("name is missing: a note needs one.".to_owned());
        }
        if let Some(id) = &spec.external_id {
            let id = values::words("external_id", id, LONGEST_ID)?;
            self.put("external_id", id, |event| event.external_id.clone());
        }
        if let Some(tags) = &spec.tags {
            let tags = values::tags(tags)?;
            let has_tags =
                !tags.is_empty() || self.before.is_some_and(|event| event.tags.is_some());
            if has_tags {
                self.put("tags", tags, |event| event.tags.clone());
            }
        }
        self.flag("for_week", spec.for_week, |event| event.for_week);
        Ok(())
    }

    /// The sport it will be of, under the service's name.
    fn sport(&mut self) -> Result<Option<String>, String> {
        let Some(Text(named)) = &self.spec.sport else {
            return Ok(self.before.and_then(|event| event.sport.clone()));
        };
        let sport = known_sport(named)?;
        self.put("type", sport.clone(), |event| event.sport.clone());
        Ok(Some(sport))
    }

    /// The text of what is not to be done.
    fn prose(&mut self) -> Result<(), String> {
        let Some(text) = &self.spec.description else {
            return Ok(());
        };
        let text = values::lines("description", text)?;
        if text.len() > workout::MAX_BYTES {
            let most = workout::MAX_BYTES;
            return Err(format!(
                "description has {} bytes, at most {most} are taken.",
                text.len()
            ));
        }
        self.describe(text);
        Ok(())
    }

    fn describe(&mut self, text: String) {
        let was_empty = self
            .before
            .and_then(|event| event.description.as_deref())
            .is_none_or(str::is_empty);
        if !(was_empty && text.is_empty()) {
            self.put("description", text, |event| event.description.clone());
        }
    }

    fn absence(&mut self) -> Result<(), String> {
        let spec = self.spec;
        if let Some(Choice(availability)) = spec.availability {
            self.put(
                "training_availability",
                availability.upstream().to_owned(),
                |event| event.training_availability.clone(),
            );
        }
        if let Some(duration) = spec.duration {
            let most = values::duration(duration, 24)?;
            self.put("max_training_time", most, |event| event.max_training_time);
        }
        if let Some(Text(sports)) = &spec.sport {
            let sports = sports
                .split(',')
                .map(known_sport)
                .collect::<Result<Vec<_>, _>>()?;
            self.put("can_train_sports", sports, |event| {
                event.can_train_sports.clone()
            });
        }
        Ok(())
    }

    fn target(&mut self) -> Result<(), String> {
        let spec = self.spec;
        let sport = self.sport()?.unwrap_or_default();
        if let Some(load) = spec.load {
            self.put("load_target", values::load(load)?, |event| {
                event.load_target
            });
        }
        if let Some(duration) = spec.duration {
            let time = values::duration(duration, values::HOURS_OF_A_WEEK)?;
            self.put("time_target", time, |event| event.time_target);
        }
        if let Some(distance) = &spec.distance {
            let metres = values::metres(distance, &sport, self.local)?;
            self.put("distance_target", metres, |event| event.distance_target);
        }
        let has_goal = spec.load.is_some() || spec.duration.is_some() || spec.distance.is_some();
        if self.before.is_none() && !has_goal {
            return Err("A target needs load, duration or distance.".to_owned());
        }
        Ok(())
    }

    fn session(&mut self, sports: &[SportSettings]) -> Result<(), String> {
        let spec = self.spec;
        let Some(sport) = self.sport()? else {
            return Err(
                "sport is missing: Ride, Run, Swim … For a note give category note.".to_owned(),
            );
        };
        self.flag("indoor", spec.indoor, |event| event.indoor);
        if let Some(Choice(aim)) = spec.target {
            self.put("target", aim.upstream().to_owned(), |event| {
                event.target.clone()
            });
        }
        if let Some(carbs) = spec.carbs_per_hour {
            self.put("carbs_per_hour", values::carbs(carbs)?, |event| {
                event.carbs_per_hour
            });
        }
        let was_indoor = self.before.is_some_and(|event| event.indoor == Some(true));
        let indoor = spec.indoor.map_or(was_indoor, |Flag(indoor)| indoor);
        let athlete = session::athlete(&sport, indoor, sports);
        let text = session::description(spec, self.before, &athlete, &mut self.draft.notes)?;
        if let Some(text) = &text {
            self.describe(text.clone());
        }
        let kept = self.before.and_then(|event| event.description.as_deref());
        let kept = kept.unwrap_or_default();
        let session = Session::of(text.as_deref().unwrap_or(kept), athlete);
        if self.before.is_some() && self.draft.members.contains_key("type") && text.is_none() {
            self.draft
                .notes
                .extend(session::mistakes(kept, &session.athlete));
        }
        self.numbers(&session, &sport)?;
        self.draft.session = Some(session);
        Ok(())
    }
}

/// The service's name of a sport.
fn known_sport(named: &str) -> Result<String, String> {
    let sport = Sport::of(&workout::sport(named));
    ask::sport(Some(&sport), ask::Metric::Power)
        .map(str::to_owned)
        .map_err(|error| error.sentence())
}

#[cfg(test)]
mod tests;
