//! Calls with all they hold, made of what is there, and what each of them is to come to.

use jiff::ToSpan as _;
use jiff::civil::{Date, Time};
use serde_json::{Value, json};

use super::model::{Calendar, Event, Members, are_twins, moment, plain, shifted, written};
use super::steps::{Act, Entry, New, Patch, Spec, What, Which};

/// Texts of workouts for runs.
const TEXTS: [&str; 3] = [
    "- 10m 70% Pace\n\n4x\n- 3m 95% Pace\n- 2m 60% Pace",
    "- 45m Z2 HR",
    "- 1km 80% Pace\n- 2km 90% Pace",
];
const PROSE: &str = "Stay relaxed.";
const MOODS: [(&str, i64); 4] = [("excellent", 1), ("good", 2), ("avg", 3), ("poor", 4)];
const KINDS: [(&str, &[&str]); 3] = [
    ("workout", &["WORKOUT"]),
    ("race", &["RACE_A", "RACE_B", "RACE_C"]),
    ("target", &["TARGET"]),
];
/// What belongs to one event and not to its copy.
const OF_ONE: [&str; 6] = [
    "external_id",
    "plan_applied",
    "plan_athlete_id",
    "plan_folder_id",
    "plan_workout_id",
    "entered",
];

/// A call that can be made again.
#[derive(Clone, Debug)]
pub enum Call {
    Save(Vec<Wanted>),
    Move { of: Meant, shift: i64, copy: bool },
    Delete { of: Meant, include_past: bool },
    Undo(String),
    Wellness(Vec<(String, Value, Members)>),
}

#[derive(Clone, Debug)]
pub enum Meant {
    Ids(Vec<i64>),
    Window(Date, Date, usize),
}

/// One event of a call.
#[derive(Clone, Debug)]
pub struct Wanted {
    spec: Value,
    id: Option<i64>,
    external_id: Option<String>,
    set: Members,
    date: Option<Date>,
    time: Option<u8>,
    /// Days, where an end is given.
    length: Option<i64>,
}

/// What becomes of one event.
#[derive(Clone, Debug)]
pub enum Intent {
    Create(Members),
    /// What differs.
    Change(String, Members),
    Delete(String),
}

/// What a call comes to when nothing fails.
pub enum Foreseen {
    /// Nothing is written, and it is said why.
    Refused,
    Events(Vec<Intent>),
    Days(Vec<(String, Members)>),
    Undo(String),
}

/// What a call is made of.
pub struct Maker<'a> {
    pub calendar: &'a Calendar,
    pub today: Date,
    pub changes: &'a [String],
    /// For names that nothing else has.
    pub names: &'a mut usize,
}

impl Maker<'_> {
    fn name(&mut self, what: &str) -> String {
        *self.names += 1;
        format!("{what} {:04}", self.names)
    }

    /// What is to come, under names that answers show as they are.
    fn upcoming(&self) -> Vec<&Event> {
        let is_plain = |event: &Event| {
            let kind = event.text("category");
            event.text("name").is_ascii()
                && !event.text("name").is_empty()
                && !["PLAN", "SEASON_START", "SET_EFTP", "FITNESS_DAYS"].contains(&kind)
                && !event.members.contains_key("for_week")
        };
        let since = self.today.checked_sub(2.days()).unwrap();
        let until = self.today.checked_add(30.days()).unwrap();
        let all = self.calendar.values();
        let mut found: Vec<&Event> = all
            .filter(|event| is_plain(event) && (since..=until).contains(&event.day()))
            .collect();
        // What was made here comes first, so that it is picked more often.
        found.sort_by_key(|event| std::cmp::Reverse(event.id));
        found
    }

    fn pick(&self, number: usize) -> Option<Event> {
        let all = self.upcoming();
        let few = if number.is_multiple_of(3) {
            all.len()
        } else {
            all.len().min(12)
        };
        Some(all.get(number.checked_rem(few)?)?.to_owned().clone())
    }

    pub fn call(&mut self, act: &Act) -> Option<Call> {
        Some(match act {
            Act::Save(specs) => {
                let wanted = specs.iter().filter_map(|spec| self.wanted(spec)).collect();
                Call::Save(wanted)
            }
            Act::Move { of, shift, copy } => Call::Move {
                of: self.meant(of)?,
                shift: *shift,
                copy: *copy,
            },
            Act::Delete { of, include_past } => Call::Delete {
                of: self.meant(of)?,
                include_past: *include_past,
            },
            Act::Undo(pick) => {
                let place = pick.checked_rem(self.changes.len())?;
                // The latest are the likeliest.
                let place = if pick.is_multiple_of(2) {
                    place
                } else {
                    self.changes.len() - 1
                };
                Call::Undo(self.changes.get(place)?.clone())
            }
            Act::Wellness(entries) => Call::Wellness(self.days(entries)),
        })
    }

    fn meant(&self, which: &Which) -> Option<Meant> {
        Some(match which {
            Which::Ids(picks) => {
                let ids = picks.iter().filter_map(|pick| Some(self.pick(*pick)?.id));
                let mut ids: Vec<i64> = ids.collect();
                ids.sort_unstable();
                ids.dedup();
                if ids.is_empty() {
                    return None;
                }
                Meant::Ids(ids)
            }
            Which::Window(from, days, kind) => {
                let first = self.today.checked_add(from.days()).ok()?;
                let last = first.checked_add(days.days()).ok()?;
                Meant::Window(first, last, *kind)
            }
            Which::Nowhere => Meant::Ids(vec![77_777_777]),
        })
    }

    fn days(&mut self, entries: &[(i64, Entry)]) -> Vec<(String, Value, Members)> {
        let mut days: Vec<(String, Value, Members)> = Vec::new();
        for (back, entry) in entries {
            let date = self.today.checked_sub(back.days()).unwrap().to_string();
            if days.iter().any(|(other, ..)| *other == date) {
                continue;
            }
            let mood = |pick: &usize| (json!(MOODS[*pick].0), json!(MOODS[*pick].1));
            let (given, stored) = match entry {
                Entry::Steps(n) => (json!({ "steps": n }), json!({ "steps": n })),
                Entry::Mood(pick) => {
                    let (word, number) = mood(pick);
                    (json!({ "mood": word }), json!({ "mood": number }))
                }
                Entry::Hrv(ms) => (json!({ "hrv": ms }), json!({ "hrv": ms })),
                Entry::Sleep(h) => (
                    json!({ "sleep_hours": h }),
                    json!({ "sleepSecs": h * 3600 }),
                ),
                Entry::Comments => {
                    let text = json!(self.name("Slept"));
                    (json!({ "comments": text }), json!({ "comments": text }))
                }
                Entry::Both(n, pick) => {
                    let (word, number) = mood(pick);
                    let given = json!({ "steps": n, "mood": word });
                    (given, json!({ "steps": n, "mood": number }))
                }
            };
            let mut given = given;
            given["date"] = json!(date);
            days.push((date, given, members(&stored)));
        }
        days
    }

    fn wanted(&mut self, spec: &Spec) -> Option<Wanted> {
        match spec {
            Spec::New(new) => Some(self.new_event(new)),
            Spec::Update {
                pick,
                by_external_id,
                patches,
            } => {
                let event = self.pick(*pick)?;
                Some(self.update(&event, *by_external_id, patches))
            }
        }
    }

    fn new_event(&mut self, new: &New) -> Wanted {
        let name = self.name("New");
        let date = self.today.checked_add(new.day.days()).unwrap();
        let mut spec = json!({ "date": date.to_string(), "name": name });
        let mut set = json!({ "name": name, "category": "WORKOUT", "type": "Run" });
        let external = new.external_id;
        let mut length = None;
        let mut description = None;
        let mut time = new.time;
        match new.what {
            What::Text(pick) => {
                spec["sport"] = json!("Run");
                spec["workout"] = json!(TEXTS[pick]);
                description = Some(TEXTS[pick]);
            }
            What::Steps => {
                spec["sport"] = json!("Ride");
                spec["steps"] = json!([{ "reps": 3, "steps": [
                    { "duration": "8m", "power": "95-100%" }, { "duration": "4m", "power": "50%" } ] }]);
                set["type"] = json!("Ride");
                description = Some("3x\n- 8m 95-100%\n- 4m 50%");
            }
            What::Loose { load, minutes } => {
                spec["sport"] = json!("Run");
                spec["load"] = json!(load);
                spec["duration"] = json!(format!("{minutes}m"));
                set["icu_training_load"] = json!(load);
                set["moving_time"] = json!(minutes * 60);
            }
            What::Race(load) => {
                spec["sport"] = json!("Run");
                spec["category"] = json!("race_c");
                spec["load"] = json!(load);
                set["category"] = json!("RACE_C");
                set["icu_training_load"] = json!(load);
            }
            What::Note => {
                spec["category"] = json!("note");
                set["category"] = json!("NOTE");
                set["type"] = Value::Null;
            }
            What::Holiday(days) => {
                let last = date.checked_add((days - 1).days()).unwrap();
                spec["category"] = json!("holiday");
                spec["end"] = json!(last.to_string());
                spec["availability"] = json!("limited");
                set["category"] = json!("HOLIDAY");
                set["training_availability"] = json!("LIMITED");
                set["type"] = Value::Null;
                length = Some(days);
                time = None;
            }
            What::Target(load) => {
                spec["category"] = json!("target");
                spec["sport"] = json!("Run");
                spec["load"] = json!(load);
                set["category"] = json!("TARGET");
                set["load_target"] = json!(load);
                time = None;
            }
        }
        if new.tag {
            spec["tags"] = json!(["key", "hard"]);
            set["tags"] = json!(["key", "hard"]);
        }
        let prose = (new.prose && external.is_none()).then_some(PROSE);
        if let Some(prose) = prose {
            spec["description"] = json!(prose);
        }
        set["description"] = match (prose, description) {
            (Some(prose), Some(text)) => json!(format!("{prose}\n\n{text}")),
            (prose, text) => json!(prose.or(text)),
        };
        if let Some(hour) = time {
            spec["time"] = json!(format!("{hour:02}:30"));
        }
        // One kind of event stays one.
        let external = external.map(|number| {
            format!(
                "{:?}-{number}",
                set["category"].as_str().unwrap_or_default()
            )
        });
        let external = external.map(|text| format!("{text}{}", u8::from(description.is_some())));
        if let Some(external) = &external {
            spec["external_id"] = json!(external);
            set["external_id"] = json!(external);
        }
        Wanted {
            spec,
            id: None,
            external_id: external,
            set: members(&set),
            date: Some(date),
            time,
            length,
        }
    }

    fn update(&mut self, event: &Event, by_external_id: bool, patches: &[Patch]) -> Wanted {
        let kind = event.text("category").to_owned();
        let is_session = kind == "WORKOUT" || kind.starts_with("RACE");
        let is_own = event.text("name").starts_with("New");
        let external = event.members.get("external_id").and_then(Value::as_str);
        let external = external.filter(|_| by_external_id).map(str::to_owned);
        let mut wanted = Wanted {
            spec: json!({}),
            id: external.is_none().then_some(event.id),
            external_id: external,
            set: Members::new(),
            date: None,
            time: None,
            length: None,
        };
        let mut is_structured = event.is_structured;
        match &wanted.external_id {
            Some(external) => {
                wanted.spec["external_id"] = json!(external);
                // So that it is looked for where it is.
                wanted.date = Some(event.day());
            }
            None => wanted.spec["id"] = json!(event.id),
        }
        let put = |wanted: &mut Wanted, key: &str, value: Value| {
            wanted
                .set
                .insert(key.to_owned(), plain(key, &value).unwrap_or(Value::Null));
        };
        for patch in patches {
            match patch {
                Patch::Name => {
                    let name = self.name("New");
                    wanted.spec["name"] = json!(name);
                    put(&mut wanted, "name", json!(name));
                }
                Patch::Day(days) => wanted.date = event.day().checked_add(days.days()).ok(),
                Patch::Time(hour) if is_session => wanted.time = Some(*hour),
                Patch::Tags(some) => {
                    let tags = if *some { json!(["easy"]) } else { json!([]) };
                    wanted.spec["tags"] = tags.clone();
                    put(&mut wanted, "tags", tags);
                }
                Patch::Load(load) if is_session && !is_structured => {
                    wanted.spec["load"] = json!(load);
                    put(&mut wanted, "icu_training_load", json!(load));
                }
                Patch::Load(load) if kind == "TARGET" => {
                    wanted.spec["load"] = json!(load);
                    put(&mut wanted, "load_target", json!(load));
                }
                Patch::Minutes(minutes) if is_session && !is_structured => {
                    wanted.spec["duration"] = json!(minutes * 60);
                    put(&mut wanted, "moving_time", json!(minutes * 60));
                }
                Patch::Minutes(minutes) if kind == "TARGET" => {
                    wanted.spec["duration"] = json!(minutes * 60);
                    put(&mut wanted, "time_target", json!(minutes * 60));
                }
                Patch::Prose if kind == "NOTE" || kind == "HOLIDAY" => {
                    let text = self.name("Text");
                    wanted.spec["description"] = json!(text);
                    put(&mut wanted, "description", json!(text));
                }
                Patch::Text(pick) if is_own && kind == "WORKOUT" && event.text("type") == "Run" => {
                    let text = TEXTS[*pick];
                    let text_of = |prose: &str| format!("{prose}\n\n{text}");
                    let has_prose = event.text("description").starts_with(PROSE);
                    let whole = if has_prose {
                        text_of(PROSE)
                    } else {
                        text.to_owned()
                    };
                    wanted.spec["workout"] = json!(text);
                    put(&mut wanted, "description", json!(whole));
                    for key in ["load", "duration"] {
                        wanted.spec.as_object_mut().unwrap().remove(key);
                    }
                    is_structured = true;
                }
                Patch::Race if is_session && !is_structured => {
                    wanted.spec["category"] = json!("race_b");
                    put(&mut wanted, "category", json!("RACE_B"));
                }
                Patch::Carbs(grams) if is_session => {
                    wanted.spec["carbs_per_hour"] = json!(grams);
                    put(&mut wanted, "carbs_per_hour", json!(grams));
                }
                _ => {}
            }
        }
        if let Some(date) = wanted.date {
            wanted.spec["date"] = json!(date.to_string());
        }
        if let Some(hour) = wanted.time {
            wanted.spec["time"] = json!(format!("{hour:02}:30"));
        }
        wanted
    }
}

fn members(value: &Value) -> Members {
    let all = value.as_object().unwrap().iter();
    all.filter_map(|(key, value)| Some((key.clone(), plain(key, value)?)))
        .collect()
}

impl Meant {
    fn arguments(&self, arguments: &mut Value) {
        match self {
            Self::Ids(ids) => arguments["ids"] = json!(ids),
            Self::Window(first, last, kind) => {
                arguments["oldest"] = json!(first.to_string());
                arguments["newest"] = json!(last.to_string());
                arguments["categories"] = json!([KINDS[*kind].0]);
            }
        }
    }

    /// `None` when one of them is not there, or none is.
    fn find<'c>(&self, calendar: &'c Calendar) -> Option<Vec<(&'c String, &'c Event)>> {
        let all = || calendar.iter();
        match self {
            Self::Ids(ids) => ids
                .iter()
                .map(|id| all().find(|(_, event)| event.id == *id))
                .collect(),
            Self::Window(first, last, kind) => {
                let is_meant = |event: &Event| {
                    (*first..=*last).contains(&event.day())
                        && KINDS[*kind].1.contains(&event.text("category"))
                };
                let found: Vec<_> = all().filter(|(_, event)| is_meant(event)).collect();
                (!found.is_empty()).then_some(found)
            }
        }
    }
}

impl Wanted {
    /// Start and end, with what is not said as it was.
    fn dates(&self, before: Option<&Event>) -> Members {
        let date = self.date.or(before.map(Event::day)).unwrap();
        let clock = |hour: u8| Time::new(i8::try_from(hour).unwrap(), 30, 0, 0).unwrap();
        let time = self
            .time
            .map(clock)
            .or(before.map(|event| event.starts().time()));
        let start = date.to_datetime(time.unwrap_or(Time::midnight()));
        let end = match (self.length, before) {
            (None, Some(before)) => {
                let moved = before.day().until(date).unwrap().get_days();
                before.ends().checked_add(moved.days()).unwrap()
            }
            (length, _) => {
                let end = date.checked_add(length.unwrap_or(1).days()).unwrap();
                end.to_datetime(Time::midnight())
            }
        };
        Members::from([
            ("start_date_local".to_owned(), written(start)),
            ("end_date_local".to_owned(), written(end)),
        ])
    }

    fn new_members(&self) -> Members {
        let mut members = self.set.clone();
        members.extend(self.dates(None));
        members
    }
}

/// Members of `event` with `changes`, in which null takes one away.
pub fn overlaid(event: &Members, changes: &Members) -> Members {
    let mut members = event.clone();
    for (key, value) in changes {
        if value.is_null() {
            members.remove(key);
        } else {
            members.insert(key.clone(), value.clone());
        }
    }
    members
}

impl Call {
    pub fn tool(&self) -> &'static str {
        match self {
            Self::Save(_) => "save_events",
            Self::Move { .. } => "move_events",
            Self::Delete { .. } => "delete_events",
            Self::Undo(_) => "undo_change",
            Self::Wellness(_) => "update_wellness",
        }
    }

    pub fn arguments(&self) -> Value {
        let mut arguments = json!({});
        match self {
            Self::Save(wanted) => {
                let specs: Vec<Value> = wanted.iter().map(|one| one.spec.clone()).collect();
                arguments["events"] = json!(specs);
            }
            Self::Move { of, shift, copy } => {
                of.arguments(&mut arguments);
                arguments["shift_days"] = json!(shift);
                if *copy {
                    arguments["copy"] = json!(true);
                }
            }
            Self::Delete { of, include_past } => {
                of.arguments(&mut arguments);
                arguments["include_past"] = json!(include_past);
            }
            Self::Undo(id) => arguments["change_id"] = json!(id),
            Self::Wellness(days) => {
                let entries: Vec<&Value> = days.iter().map(|(_, given, _)| given).collect();
                arguments["entries"] = json!(entries);
            }
        }
        arguments
    }

    /// What it comes to on `calendar`.
    pub fn foresee(&self, calendar: &Calendar, today: Date) -> Foreseen {
        let intents = match self {
            Self::Undo(id) => return Foreseen::Undo(id.clone()),
            Self::Wellness(days) => {
                let days = days
                    .iter()
                    .map(|(date, _, set)| (date.clone(), set.clone()));
                return Foreseen::Days(days.collect());
            }
            Self::Save(wanted) => saved(wanted, calendar),
            Self::Move { of, shift, copy } => moved(of, *shift, *copy, calendar),
            Self::Delete { of, include_past } => of.find(calendar).and_then(|found| {
                let goes = |event: &Event| *include_past || !(event.is_done || event.day() < today);
                let doomed = found.into_iter().filter(|(_, event)| goes(event));
                let doomed: Vec<Intent> =
                    doomed.map(|(uid, _)| Intent::Delete(uid.clone())).collect();
                (!doomed.is_empty()).then_some(doomed)
            }),
        };
        intents.map_or(Foreseen::Refused, Foreseen::Events)
    }
}

fn saved(wanted: &[Wanted], calendar: &Calendar) -> Option<Vec<Intent>> {
    let mut intents: Vec<Intent> = Vec::new();
    if wanted.is_empty() {
        return None;
    }
    for (place, one) in wanted.iter().enumerate() {
        let is_it = |event: &Event| match (one.id, &one.external_id) {
            (Some(id), _) => event.id == id,
            (None, Some(text)) => event.text("external_id") == text,
            (None, None) => false,
        };
        let earlier = &wanted[..place];
        let twice =
            |other: &Wanted| other.external_id.is_some() && other.external_id == one.external_id;
        if earlier.iter().any(twice) {
            return None;
        }
        if let Some((uid, before)) = calendar.iter().find(|(_, event)| is_it(event)) {
            let is_meant_already =
                |intent: &Intent| matches!(intent, Intent::Change(other, _) if other == uid);
            if intents.iter().any(is_meant_already) {
                return None;
            }
            let mut changes = one.set.clone();
            changes.extend(one.dates(Some(before)));
            changes.retain(|key, value| before.members.get(key).unwrap_or(&Value::Null) != value);
            intents.push(Intent::Change(uid.clone(), changes));
            continue;
        }
        // An update of what is gone.
        if one.id.is_some() || !one.set.contains_key("category") && one.spec.get("sport").is_none()
        {
            return None;
        }
        let new = one.new_members();
        let is_twin = |intent: &Intent| match intent {
            Intent::Create(other) => are_twins(other, &new),
            Intent::Change(uid, changes) => {
                are_twins(&overlaid(&calendar[uid].members, changes), &new)
            }
            Intent::Delete(_) => false,
        };
        if intents.iter().any(is_twin) {
            return None;
        }
        let is_target = new["category"] == "TARGET";
        let has_twin = calendar.values().any(|event| event.is_twin(&new));
        if !has_twin || (one.external_id.is_some() && !is_target) {
            intents.push(Intent::Create(new));
        }
    }
    Some(intents)
}

fn moved(of: &Meant, shift: i64, copy: bool, calendar: &Calendar) -> Option<Vec<Intent>> {
    let mut intents = Vec::new();
    for (uid, event) in of.find(calendar)? {
        let days = shifted(&event.members, shift);
        if copy {
            let mut new = event.members.clone();
            new.retain(|key, _| !OF_ONE.contains(&key.as_str()));
            new.extend(days);
            if !calendar.values().any(|other| other.is_twin(&new)) {
                intents.push(Intent::Create(new));
            }
        } else if matches!(of, Meant::Ids(_)) || !event.is_done {
            intents.push(Intent::Change(uid.clone(), days));
        }
    }
    Some(intents)
}

/// How an answer calls the event of these members.
pub fn called(members: &Members) -> (String, String) {
    let day = moment(members, "start_date_local").date();
    let name = members
        .get("name")
        .and_then(Value::as_str)
        .unwrap_or_default();
    (
        format!("{:02}-{:02}", day.month(), day.day()),
        name.to_owned(),
    )
}
