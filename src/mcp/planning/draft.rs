//! From one event as a model sends it to the members that are sent to the service: only what was given, and nothing that is
//! already so.

use serde_json::Value;

use super::session::{self, Session};
use super::sort::Sort;
use super::{read_back, values, when};
use crate::intervals::Members;
use crate::intervals::events::Event;
use crate::intervals::sports::SportSettings;
use crate::mcp::context::Local;
use crate::mcp::curve::ask;
use crate::mcp::params::{Availability, Choice, EventSpec, Flag, Kind, Sport, Text};
use crate::mcp::render::days;
use crate::mcp::text;
use crate::workout;

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
        let present = self.before.and_then(|event| event.description.as_deref());
        // Line ends around a text are no change.
        if present.unwrap_or_default().trim() != text.trim() {
            self.put("description", text, |_| None);
        }
    }

    fn absence(&mut self) -> Result<(), String> {
        let spec = self.spec;
        let given = spec.availability.map(|Choice(availability)| availability);
        // Of a new one the service would make "train as usual", which nobody means who is silent about it.
        let silent = || match (spec.duration, &spec.sport) {
            (None, None) => Availability::Unavailable,
            _ => Availability::Limited,
        };
        let availability = given.or_else(|| self.before.is_none().then(silent));
        if let Some(availability) = availability {
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
mod tests {
    use super::*;
    use crate::units::Units;
    use proptest::prelude::*;
    use serde_json::json;

    fn local() -> Local {
        Local {
            now: "2026-03-18T09:30[Europe/Zurich]".parse().unwrap(),
            units: Units::default(),
            units_known: true,
        }
    }

    fn settings() -> Vec<SportSettings> {
        let rides = json!({ "id": 1, "types": ["Ride", "VirtualRide"], "ftp": 250, "indoor_ftp": 240, "lthr": 170 });
        // 4 m/s.
        let runs = json!({ "id": 2, "types": ["Run"], "lthr": 175, "threshold_pace": 4.0 });
        vec![
            SportSettings::of_document(&rides),
            SportSettings::of_document(&runs),
        ]
    }

    fn spec(value: Value) -> EventSpec {
        serde_json::from_value(value).unwrap()
    }

    fn new(value: Value) -> Result<Draft, String> {
        Draft::new_event(&spec(value), &local(), &settings())
    }

    /// What a new event of `value` sends.
    fn sent(value: Value) -> Value {
        Value::Object(new(value).unwrap().members)
    }

    const TEXT: &str = "Ride by feel.\n\nWarmup\n- 10m 50%\n\n4x\n- 5m 100%\n- 5m 50%";

    fn ride() -> Event {
        Event::of_document(&json!({
            "id": 4711, "category": "WORKOUT", "type": "Ride", "name": "Threshold", "description": TEXT,
            "start_date_local": "2026-03-24T07:30:00", "end_date_local": "2026-03-25T00:00:00", "moving_time": 3000,
            "icu_training_load": 60, "tags": ["key"], "indoor": false, "external_id": "plan-1",
        }))
    }

    fn change(value: Value) -> Result<Draft, String> {
        Draft::of_existing(&spec(value), &ride(), &local(), &settings())
    }

    fn changed(value: Value) -> Value {
        Value::Object(change(value).unwrap().members)
    }

    #[test]
    fn a_new_workout_sends_what_was_given_under_the_names_of_the_service() {
        let draft = new(json!({
            "date": "tomorrow", "sport": "run", "name": " 6 x 800 m ", "description": "Stay tall.",
            "workout": "- 10m 70% Pace\\n- 800mtr 100% Pace", "target": "pace", "tags": "key", "external_id": "a-1",
            "indoor": false, "for_week": false,
        }))
        .unwrap();
        assert_eq!(
            Value::Object(draft.members),
            json!({
                "category": "WORKOUT", "start_date_local": "2026-03-19T00:00:00", "type": "Run", "name": "6 x 800 m",
                "description": "Stay tall.\n\n- 10m 70% Pace\n- 800mtr 100% Pace", "target": "PACE", "tags": ["key"],
                "external_id": "a-1",
            })
        );
        // 600 s at 2.8 m/s are 1680 m, and 800 m at 4 m/s take 200 s.
        assert_eq!(draft.expected["moving_time"], 800);
        assert_eq!(draft.expected["distance"], 2480.0);
        assert!(draft.expected.contains_key("icu_training_load"));
        assert!(draft.notes.is_empty(), "{:?}", draft.notes);
    }

    #[test]
    fn what_is_missing_is_said_with_its_remedy() {
        for (given, said) in [
            (json!({ "sport": "Run" }), "date is missing"),
            (
                json!({ "date": "today", "name": "Easy" }),
                "sport is missing",
            ),
            (
                json!({ "date": "today", "category": "race_a" }),
                "sport is missing",
            ),
            (
                json!({ "date": "today", "category": "note" }),
                "name is missing",
            ),
            (
                json!({ "date": "today", "category": "target" }),
                "needs load, duration or distance",
            ),
            (
                json!({ "date": "this_week", "sport": "Run" }),
                "one day, not a week",
            ),
            (
                json!({ "date": "today", "sport": "Quidditch" }),
                "no sport of Intervals.icu",
            ),
            (
                json!({ "date": "today", "sport": "Run", "time": "25:00" }),
                "write HH:MM",
            ),
            (
                json!({ "date": "today", "sport": "Run", "end": "yesterday" }),
                "is before date",
            ),
            (
                json!({ "date": "today", "sport": "Run", "end": "2027-03-19" }),
                "longer than 366 days",
            ),
            (
                json!({ "date": "today", "sport": "Run", "load": 2001 }),
                "0 to 2000",
            ),
            (
                json!({ "date": "today", "sport": "Run", "load": -1 }),
                "0 to 2000",
            ),
            (
                json!({ "date": "today", "sport": "Run", "duration": "49h" }),
                "at most 48 h",
            ),
            (
                json!({ "date": "today", "sport": "Run", "distance": "2001 km" }),
                "at most 2000 km",
            ),
            (
                json!({ "date": "today", "sport": "Run", "name": "x".repeat(201) }),
                "at most 200",
            ),
            (
                json!({ "date": "today", "sport": "Run", "name": "a\u{7}b" }),
                "control characters",
            ),
            (
                json!({ "date": "today", "sport": "Run", "name": " " }),
                "name is empty",
            ),
            (
                json!({ "date": "today", "sport": "Run", "description": "a\u{0}" }),
                "control characters",
            ),
            (
                json!({ "date": "today", "sport": "Run", "description": "x".repeat(70_000) }),
                "at most 65536",
            ),
            (
                json!({ "date": "today", "sport": "Run", "workout": "- 1h Z2 HR", "steps": [] }),
                "not both",
            ),
            (
                json!({ "date": "today", "category": "note", "name": "a", "load": 50 }),
                "load is for workouts",
            ),
            (
                json!({ "date": "today", "category": "sick", "workout": "- 1h" }),
                "workout is for workouts and races",
            ),
            (
                json!({ "date": "today", "sport": "Run", "availability": "limited" }),
                "holiday, sick and injured",
            ),
        ] {
            let error = new(given.clone()).unwrap_err();
            assert!(error.contains(said), "{given}: {error}");
        }
    }

    #[test]
    fn a_mistake_in_the_workout_refuses_it_with_its_place_and_fix() {
        let error = new(json!({ "date": "today", "sport": "Run", "workout": "- 10m Z2 HR\n\n4x\n- 400m 100% Pace\n- 90s easy" }))
            .unwrap_err();
        assert!(
            error.contains("workout 4:3 error: 400m means minutes. Write 400mtr"),
            "{error}"
        );
        let error =
            new(json!({ "date": "today", "sport": "Run", "workout": "Jog easily" })).unwrap_err();
        assert!(error.contains("belongs into description"), "{error}");
        let given = json!({ "date": "today", "sport": "Run", "workout": "45m Z2 HR" });
        let error = new(given).unwrap_err();
        assert!(
            error.contains("Begin it with \"- \"") && !error.contains("description"),
            "{error}"
        );
        let error = new(json!({ "date": "today", "sport": "Ride", "steps": [{ "power": "90%" }] }))
            .unwrap_err();
        assert!(error.starts_with("steps[0]"), "{error}");
        // Warnings do not refuse.
        let draft =
            new(json!({ "date": "today", "sport": "Ride", "workout": "- 40m ramp 50-75%" }))
                .unwrap();
        assert!(
            draft.notes[0].starts_with("workout 1:3 warning:"),
            "{:?}",
            draft.notes
        );
    }

    #[test]
    fn steps_become_text_and_beats_percent_of_the_threshold() {
        let draft = new(json!({ "date": "today", "sport": "Ride", "description": "Spin.",
            "steps": [{ "reps": 3, "steps": [{ "duration": "8m", "power": "95-100%" }, { "duration": "4m", "hr": "136 bpm" }] }] }))
        .unwrap();
        // 136 of 170 bpm are 80 %.
        assert_eq!(
            draft.members["description"],
            "Spin.\n\n3x\n- 8m 95-100%\n- 4m 80% LTHR"
        );
        assert_eq!(draft.session.unwrap().estimate.seconds, 2160);
    }

    #[test]
    fn indoors_the_indoor_ftp_counts() {
        let load = |indoor: bool| {
            let draft = new(
                json!({ "date": "today", "sport": "Ride", "indoor": indoor, "workout": "- 1h 240w" }),
            );
            draft.unwrap().expected["icu_training_load"].clone()
        };
        // 240 of 240 W for an hour are 100 points; of 250 W 92.16.
        assert_eq!((load(true), load(false)), (json!(100), json!(92)));
    }

    #[test]
    fn load_and_time_beside_steps_are_left_to_the_service_and_that_is_said() {
        let draft = new(json!({ "date": "today", "sport": "Ride", "workout": "- 1h 70%", "load": 120, "duration": "2h",
            "distance": 40 }))
        .unwrap();
        assert!(
            !draft.members.contains_key("icu_training_load")
                && !draft.members.contains_key("moving_time")
        );
        assert!(
            draft.notes[0].starts_with("load, duration"),
            "{:?}",
            draft.notes
        );
        // What says the same as the steps needs no word: 0.7 squared is 49 points.
        let draft = new(
            json!({ "date": "today", "sport": "Ride", "workout": "- 1h 70%", "load": 49, "duration": 3600 }),
        );
        assert!(draft.unwrap().notes.is_empty());
        // Of steps without targets no load is computed.
        let given = json!({ "date": "today", "sport": "WeightTraining", "workout": "- Squats 20m", "load": 30 });
        assert_eq!(sent(given)["icu_training_load"], 30);
        let given = json!({ "date": "today", "sport": "Swim", "duration": "45m", "distance": 2000, "load": "40" });
        let draft = sent(given);
        assert_eq!(draft["moving_time"], 2700);
        assert_eq!(
            (&draft["distance"], &draft["icu_training_load"]),
            (&json!(2000.0), &json!(40))
        );
    }

    #[test]
    fn absences_and_targets_fold_their_members_into_the_common_names() {
        let given = json!({ "date": "2026-04-03", "end": "2026-04-06", "category": "vacation", "name": "Alps",
            "availability": "limited", "duration": "45m", "sport": "run, swim", "description": "- bring 10m of rope" });
        assert_eq!(
            sent(given),
            json!({
                "category": "HOLIDAY", "start_date_local": "2026-04-03T00:00:00", "end_date_local": "2026-04-07T00:00:00",
                "name": "Alps", "training_availability": "LIMITED", "max_training_time": 2700,
                "can_train_sports": ["Run", "Swim"], "description": "- bring 10m of rope",
            })
        );
        let sick = sent(json!({ "date": "today", "category": "sick" }));
        assert_eq!(sick["end_date_local"], "2026-03-19T00:00:00");
        assert_eq!(sick["training_availability"], "UNAVAILABLE");
        let knee = json!({ "date": "today", "category": "injured", "sport": "swim" });
        assert_eq!(sent(knee)["training_availability"], "LIMITED");
        let normal = json!({ "date": "today", "category": "holiday", "availability": "normal" });
        assert_eq!(sent(normal)["training_availability"], "NORMAL");
        let given = json!({ "date": "next_week", "category": "target", "sport": "Run", "for_week": true, "load": 300,
            "duration": "60h", "distance": "50 km" });
        assert_eq!(
            sent(given),
            json!({
                "category": "TARGET", "start_date_local": "2026-03-23T00:00:00", "type": "Run", "for_week": true,
                "load_target": 300, "time_target": 216_000, "distance_target": 50_000.0,
            })
        );
        let note = json!({ "date": "today", "category": "note", "name": "Rest", "indoor": false });
        let wanted = json!({ "category": "NOTE", "name": "Rest", "start_date_local": "2026-03-18T00:00:00" });
        assert_eq!(sent(note), wanted);
    }

    #[test]
    fn an_update_sends_only_what_differs() {
        let note = Event::of_document(
            &json!({ "id": 8, "category": "NOTE", "name": "Rest", "description": "Feet up.\n",
            "start_date_local": "2026-03-24T00:00:00" }),
        );
        let same = spec(json!({ "id": 8, "description": "Feet up.\n" }));
        let draft = Draft::of_existing(&same, &note, &local(), &[]).unwrap();
        assert!(draft.members.is_empty() && draft.session.is_none());
        assert_eq!(changed(json!({ "id": 4711 })), json!({}));
        let same = json!({ "id": 4711, "date": "2026-03-24", "time": "07:30", "sport": "cycling", "name": "Threshold",
            "category": "workout", "tags": ["key"], "indoor": "false", "external_id": "plan-1", "description": "Ride by feel.",
            "workout": "Warmup\n- 10m 50%\n\n4x\n- 5m 100%\n- 5m 50%\n" });
        assert_eq!(changed(same), json!({}));
        assert_eq!(
            changed(json!({ "name": "VO2max" })),
            json!({ "name": "VO2max" })
        );
        assert_eq!(changed(json!({ "tags": [] })), json!({ "tags": [] }));
        assert_eq!(
            changed(json!({ "category": "race_b" })),
            json!({ "category": "RACE_B" })
        );
        // Sessions with steps keep what is computed of them.
        let draft = change(json!({ "load": 90, "duration": 3000 })).unwrap();
        assert!(draft.members.is_empty() && draft.expected.is_empty());
        assert_eq!(draft.notes.len(), 1, "{:?}", draft.notes);
    }

    #[test]
    fn another_day_keeps_the_time_of_day_and_the_length() {
        assert_eq!(
            changed(json!({ "date": "2026-03-26" })),
            json!({ "start_date_local": "2026-03-26T07:30:00", "end_date_local": "2026-03-27T00:00:00" })
        );
        assert_eq!(
            changed(json!({ "time": "18:05" })),
            json!({ "start_date_local": "2026-03-24T18:05:00" })
        );
        assert_eq!(
            changed(json!({ "time": "" })),
            json!({ "start_date_local": "2026-03-24T00:00:00" })
        );
        let week = Event::of_document(&json!({ "id": 9, "category": "HOLIDAY", "name": "Alps",
            "start_date_local": "2026-03-23T00:00:00", "end_date_local": "2026-03-28T00:00:00" }));
        let of = |value: Value| {
            Draft::of_existing(&spec(value), &week, &local(), &[])
                .unwrap()
                .members
        };
        assert_eq!(
            Value::Object(of(json!({ "date": "2026-03-30" }))),
            json!({ "start_date_local": "2026-03-30T00:00:00", "end_date_local": "2026-04-04T00:00:00" })
        );
        assert_eq!(
            Value::Object(of(json!({ "end": "2026-03-28" }))),
            json!({ "end_date_local": "2026-03-29T00:00:00" })
        );
        assert_eq!(Value::Object(of(json!({ "end": "2026-03-27" }))), json!({}));
    }

    #[test]
    fn prose_and_steps_are_changed_apart() {
        let text = |value: Value| changed(value)["description"].clone();
        let steps = "Warmup\n- 10m 50%\n\n4x\n- 5m 100%\n- 5m 50%";
        assert_eq!(
            text(json!({ "workout": "- 1h 65%" })),
            "Ride by feel.\n\n- 1h 65%"
        );
        assert_eq!(
            text(json!({ "description": "Hold back." })),
            format!("Hold back.\n\n{steps}")
        );
        assert_eq!(text(json!({ "description": "" })), steps);
        assert_eq!(text(json!({ "workout": "" })), "Ride by feel.");
        assert_eq!(text(json!({ "workout": "", "description": "" })), "");
        assert_eq!(
            text(json!({ "workout": "", "description": "Rest." })),
            "Rest."
        );
        // Who sends the whole text back means the whole text.
        assert_eq!(
            text(json!({ "workout": format!("Spin.\n\n{steps}") })),
            format!("Spin.\n\n{steps}")
        );
        assert_eq!(changed(json!({ "workout": TEXT })), json!({}));
        let draft = change(json!({ "workout": "- 1h 65%" })).unwrap();
        // 0.65 squared is 42.25 points an hour; 65 % of 250 W are 162.5 W, which is weighed as 163: 42.5.
        assert_eq!(draft.expected["moving_time"], 3600);
        assert!(matches!(
            draft.expected["icu_training_load"].as_u64(),
            Some(42 | 43)
        ));
        let cleared = change(json!({ "workout": "", "load": 50 })).unwrap();
        assert_eq!(cleared.members["icu_training_load"], 50);
        assert!(cleared.expected.is_empty());
    }

    #[test]
    fn prose_that_is_read_as_a_step_is_told() {
        let prose = "Before:\n- 10m stretching";
        let error = change(json!({ "description": prose })).unwrap_err();
        assert!(
            error.starts_with("description line 2 \"- 10m stretching\" would be added"),
            "{error}"
        );
        let draft = change(json!({ "description": prose, "workout": "- 1h 65%" })).unwrap();
        assert!(
            draft.notes[0].contains("is read as a step, added"),
            "{:?}",
            draft.notes
        );
        assert_eq!(changed(json!({ "description": TEXT })), json!({}));
        let draft =
            new(json!({ "date": "today", "sport": "Ride", "description": "- 1h 65%" })).unwrap();
        assert!(
            draft.notes[0].contains("as the whole workout"),
            "{:?}",
            draft.notes
        );
        assert_eq!(draft.expected["moving_time"], 3600);
        let draft = new(
            json!({ "date": "today", "sport": "Ride", "load": 1, "description": "Bring:\n- gels" }),
        )
        .unwrap();
        assert!(draft.notes.is_empty(), "{:?}", draft.notes);
    }

    #[test]
    fn another_sport_says_what_becomes_of_the_steps() {
        let draft = change(json!({ "sport": "Run" })).unwrap();
        assert_eq!(Value::Object(draft.members), json!({ "type": "Run" }));
        assert!(
            draft.notes[0].contains("percent of FTP"),
            "{:?}",
            draft.notes
        );
        let draft = change(json!({ "sport": "VirtualRide" })).unwrap();
        assert!(draft.notes.is_empty(), "{:?}", draft.notes);
        assert!(draft.expected.contains_key("icu_training_load"));
    }

    #[test]
    fn what_was_read_back_is_compared_where_a_text_was_written() {
        let after =
            Event::of_document(&json!({ "id": 1, "workout_doc": { "steps": [], "duration": 0 } }));
        let draft =
            new(json!({ "date": "today", "sport": "Ride", "workout": "- 1h 65%" })).unwrap();
        assert!(draft.differences(&after)[0].starts_with("no step was read"));
        assert!(
            change(json!({ "name": "x" }))
                .unwrap()
                .differences(&after)
                .is_empty()
        );
    }

    #[test]
    fn an_event_of_a_call_is_called_by_what_was_given_of_it() {
        let called = |value: Value| super::called(&spec(value), 2, &local());
        assert_eq!(
            called(json!({ "name": "Long run", "date": "2026-03-26" })),
            "events[2] \"Long run\" Thu 2026-03-26"
        );
        assert_eq!(called(json!({ "id": 4711 })), "events[2] 4711");
    }

    fn text() -> impl Strategy<Value = Option<String>> {
        let lines = prop_oneof![
            Just(String::new()),
            Just("4x".to_owned()),
            Just("Warmup".to_owned()),
            "- (Easy )?[1-9]m [5-9]0%",
            "- gels",
            "[A-Za-z .]{0,12}",
        ];
        let text = proptest::collection::vec(lines, 0..6).prop_map(|lines| lines.join("\n"));
        proptest::option::of(text)
    }

    fn after(before: &Event, draft: Draft) -> Event {
        let mut row = json!({ "id": 4711, "category": "WORKOUT", "type": "Ride",
            "start_date_local": before.start_date_local, "end_date_local": before.end_date_local,
            "description": before.description });
        row.as_object_mut().unwrap().extend(draft.members);
        Event::of_document(&row)
    }

    proptest! {
        #[test]
        fn what_is_saved_again_changes_nothing(
            (first, second) in ((text(), text()), (text(), text())),
        ) {
            let given = |(description, workout): (Option<String>, Option<String>)| {
                let mut given = json!({ "date": "2026-03-24", "sport": "Ride" });
                for (key, text) in [("description", description), ("workout", workout)] {
                    if let Some(text) = text {
                        given[key] = text.into();
                    }
                }
                spec(given)
            };
            let (first, second) = (given(first), given(second));
            let Ok(draft) = Draft::new_event(&first, &local(), &settings()) else {
                return Ok(());
            };
            let mut event = after(&ride(), Draft { members: Members::new(), ..Draft::default() });
            event.description = None;
            event.start_date_local = None;
            let made = after(&event, draft);
            let retried = Draft::of_existing(&first, &made, &local(), &settings());
            prop_assert_eq!(retried.map(|draft| draft.members), Ok(Members::new()));
            let Ok(draft) = Draft::of_existing(&second, &made, &local(), &settings()) else {
                return Ok(());
            };
            let changed = after(&made, draft);
            let retried = Draft::of_existing(&second, &changed, &local(), &settings());
            prop_assert_eq!(retried.map(|draft| draft.members), Ok(Members::new()));
        }
    }
}
