//! Lets a sequence happen, and holds what is there, and what answers say is there, to the model.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::calls::{Call, Foreseen, Intent, Maker, called, overlaid};
use super::claims::{self, Claim};
use super::model::{Event, Members, OF_THE_STEPS, State, differences, shifted};
use super::record::{Change, Fate, Item, is_zero};
use super::rig::Rig;
use super::steps::{Manner, Meddling, Step, Trouble};
use crate::support::Said;

/// Days before and after the first that are looked at after every step; nothing reaches further.
const BACK: i64 = 12;
const AHEAD: i64 = 70;
/// The same, before and after all of it.
const FAR_BACK: i64 = 50;
const FAR_AHEAD: i64 = 300;
const DAY: i64 = 24 * 3600;
/// A move that comes again within so many seconds is taken for the same.
const AGAIN: i64 = 600;

pub struct Play {
    rig: Rig,
    state: State,
    changes: Vec<Change>,
    last: Option<Call>,
    names: usize,
    /// What was said to stay although it was taken back.
    declared: BTreeSet<&'static str>,
    /// Whether all can be had back.
    is_alone: bool,
    pub log: Vec<String>,
}

type Outcome = Result<(), String>;

fn ensure(holds: bool, why: impl FnOnce() -> String) -> Outcome {
    if holds { Ok(()) } else { Err(why()) }
}

impl Play {
    pub async fn start() -> Result<Self, String> {
        let rig = Rig::start().await;
        // The year begins with the first request.
        rig.raw("GET", "/events", None).await;
        let state = rig.state(BACK, AHEAD).await?;
        Ok(Self {
            rig,
            state,
            changes: Vec::new(),
            last: None,
            names: 0,
            declared: BTreeSet::new(),
            is_alone: true,
            log: Vec::new(),
        })
    }

    /// All of it, and at the end everything that was changed is taken back, the last first.
    pub async fn all(&mut self, steps: &[Step]) -> Outcome {
        let (began, whole) = (
            self.state.clone(),
            self.rig.state(FAR_BACK, FAR_AHEAD).await?,
        );
        for step in steps {
            self.step(step).await?;
        }
        self.log.push("--- taking all back".to_owned());
        let ids: Vec<String> = self
            .changes
            .iter()
            .map(|change| change.id.clone())
            .collect();
        for id in ids.into_iter().rev() {
            let is_open = self
                .changes
                .iter()
                .any(|c| c.id == id && c.undone_by.is_none());
            if is_open {
                self.call(Call::Undo(id), Manner::Plain, &Trouble::None)
                    .await?;
            }
        }
        if self.is_alone {
            self.is_as_it_began(&began)?;
        }
        self.reaches_no_further(&began, &whole).await?;
        let violations = self.rig.demo.violations();
        ensure(violations.is_empty(), || format!("{violations:?}"))
    }

    /// Whatever was not looked at in between is as it was.
    async fn reaches_no_further(&self, began: &State, whole: &State) -> Outcome {
        let mut should = whole.clone();
        should
            .calendar
            .retain(|uid, _| !began.calendar.contains_key(uid));
        should.calendar.extend(self.state.calendar.clone());
        let now = self.rig.state(FAR_BACK, FAR_AHEAD).await?;
        should.days.clone_from(&now.days);
        let said = differences(&should, &now);
        ensure(said.is_empty(), || {
            format!("elsewhere: {}", said.join("\n"))
        })
    }

    fn is_as_it_began(&self, began: &State) -> Outcome {
        let mut should = began.clone();
        for (uid, event) in &mut should.calendar {
            let Some(now) = self.state.calendar.get(uid) else {
                continue;
            };
            // An event that was made again has another id and stands alone.
            (event.id, event.is_done) = (now.id, now.is_done);
            self.allow_zeros(event, now);
            adopt_computed(event, now);
        }
        for (date, now) in &self.state.days {
            let day = should.days.entry(date.clone()).or_default();
            for (key, value) in now {
                if self.declared.contains("stays") && key != "comments" {
                    day.entry(key.clone()).or_insert_with(|| value.clone());
                }
            }
        }
        let said = differences(&should, &self.state);
        ensure(said.is_empty(), || {
            format!("at the end: {}", said.join("\n"))
        })
    }

    fn allow_zeros(&self, should: &mut Event, now: &Event) {
        for (key, value) in &now.members {
            let was_nothing = !should.members.contains_key(key);
            if was_nothing && is_zero(key, Some(value)) && self.declared.contains("zero") {
                should.members.insert(key.clone(), value.clone());
            }
        }
    }

    async fn step(&mut self, step: &Step) -> Outcome {
        match step {
            Step::Call {
                act,
                manner,
                trouble,
            } => {
                let changes: Vec<String> = self.changes.iter().map(|c| c.id.clone()).collect();
                let mut maker = Maker {
                    calendar: &self.state.calendar,
                    today: self.rig.today(),
                    changes: &changes,
                    names: &mut self.names,
                };
                let Some(call) = maker.call(act) else {
                    return Ok(());
                };
                self.call(call, *manner, trouble).await
            }
            Step::Retry(trouble) => match self.last.clone() {
                Some(call) => self.call(call, Manner::Plain, trouble).await,
                None => Ok(()),
            },
            Step::Stranger(meddling) => self.meddle(meddling).await,
            Step::Restart => {
                self.log.push("--- restart".to_owned());
                self.rig.restart().await;
                Ok(())
            }
            Step::Wait(seconds) => {
                self.log.push(format!("--- {seconds} s later"));
                self.rig.wait(*seconds);
                self.is_alone &= *seconds < 86_400 && !self.has_expired();
                Ok(())
            }
        }
    }

    fn has_expired(&self) -> bool {
        self.changes.iter().any(|change| self.is_expired(change))
    }

    fn is_expired(&self, change: &Change) -> bool {
        self.rig.now().duration_since(change.at).as_secs() >= DAY
    }

    async fn meddle(&mut self, meddling: &Meddling) -> Outcome {
        let future: Vec<&Event> = self.state.calendar.values().collect();
        let mut future: Vec<&Event> = future
            .into_iter()
            .filter(|event| event.day() >= self.rig.today())
            .collect();
        future.sort_by_key(|event| std::cmp::Reverse(event.id));
        let pick = |number: &usize| {
            let few = future.len().min(12);
            (*future[number % few]).clone()
        };
        self.log.push(format!("--- somebody else: {meddling:?}"));
        self.is_alone = false;
        let path = |event: &Event| format!("/events/{}", event.id);
        match meddling {
            Meddling::Renames(number) => {
                let body = json!({ "name": format!("Theirs {}", number % 97) });
                self.rig.raw("PUT", &path(&pick(number)), Some(&body)).await;
            }
            Meddling::Colors(number) => {
                let body = json!({ "color": "red" });
                self.rig.raw("PUT", &path(&pick(number)), Some(&body)).await;
            }
            Meddling::Moves(number) => {
                let event = pick(number);
                let days = json!(shifted(&event.members, 1));
                self.rig.raw("PUT", &path(&event), Some(&days)).await;
            }
            Meddling::Deletes(number) => {
                self.rig.raw("DELETE", &path(&pick(number)), None).await;
            }
            Meddling::Feels(back, mood) => {
                let date = self
                    .rig
                    .today()
                    .checked_sub(jiff::Span::new().days(*back))
                    .unwrap();
                let body = json!({ "mood": mood });
                self.rig
                    .raw("PUT", &format!("/wellness/{date}"), Some(&body))
                    .await;
            }
        }
        self.state = self.rig.state(BACK, AHEAD).await?;
        Ok(())
    }

    async fn call(&mut self, call: Call, manner: Manner, trouble: &Trouble) -> Outcome {
        let mut arguments = call.arguments();
        let has_token = !matches!(call, Call::Undo(_));
        if manner != Manner::Plain {
            let mut dry = arguments.clone();
            dry["dry_run"] = json!(true);
            let of_dry = if manner == Manner::Dry {
                trouble
            } else {
                &Trouble::None
            };
            let said = self.ask(call.tool(), &dry, of_dry).await;
            self.is_unchanged()
                .await
                .map_err(|why| format!("a dry run: {why}"))?;
            if manner == Manner::Dry {
                return Ok(());
            }
            if let Some(token) = claims::after(&said.text, "if_unchanged ").filter(|_| has_token) {
                arguments["if_unchanged"] = json!(token);
            }
            if manner == Manner::Overtaken && arguments.get("if_unchanged").is_some() {
                return self.overtaken(&call, &arguments).await;
            }
        }
        let foreseen = self.foreseen(&call, arguments.get("if_unchanged").is_some());
        let said = self.ask(call.tool(), &arguments, trouble).await;
        let is_calm = matches!(trouble, Trouble::None);
        let at = self.log.len();
        let tool = call.tool();
        self.last = Some(call);
        let outcome = match foreseen {
            Foreseen::Refused => {
                ensure(said.is_error || !is_calm, || {
                    "it should have been refused".to_owned()
                })?;
                self.is_unchanged().await
            }
            Foreseen::Events(intents) => self.events(tool, &said, &intents, is_calm).await,
            Foreseen::Days(days) => self.days(tool, &said, days, is_calm).await,
            Foreseen::Undo(id) => self.undo(&id, &said, is_calm).await,
        };
        outcome.map_err(|why| format!("(step {at}) {why}"))
    }

    /// Somebody else changes what the dry run saw.
    async fn overtaken(&mut self, call: &Call, arguments: &Value) -> Outcome {
        let Foreseen::Events(intents) = self.foreseen(call, true) else {
            return Ok(());
        };
        let uid = intents.iter().find_map(|intent| match intent {
            Intent::Change(uid, _) | Intent::Delete(uid) => Some(uid.clone()),
            Intent::Create(_) => None,
        });
        let Some(event) = uid.and_then(|uid| self.state.calendar.get(&uid).cloned()) else {
            return Ok(());
        };
        self.is_alone = false;
        let body = json!({ "color": format!("c{}", self.log.len()) });
        self.rig
            .raw("PUT", &format!("/events/{}", event.id), Some(&body))
            .await;
        self.state = self.rig.state(BACK, AHEAD).await?;
        let said = self.ask(call.tool(), arguments, &Trouble::None).await;
        ensure(said.is_error, || {
            "what was changed since was overwritten".to_owned()
        })?;
        self.is_unchanged().await
    }

    async fn ask(&mut self, tool: &str, arguments: &Value, trouble: &Trouble) -> Said {
        let said = self.rig.call(tool, arguments, trouble).await;
        let kind = if said.is_error { "ERROR " } else { "" };
        self.log.push(format!(
            "--- {tool} {arguments} during {trouble:?}\n{kind}{}",
            said.text
        ));
        if said.text.contains("0 stands for that") || said.text.contains("not known") {
            self.declared.insert("zero");
        }
        if said.text.contains(" stays") || said.text.contains("not what is new") {
            self.declared.insert("stays");
        }
        said
    }

    fn foreseen(&self, call: &Call, has_token: bool) -> Foreseen {
        let today = self.rig.today();
        let foreseen = call.foresee(&self.state.calendar, today);
        let Call::Move {
            copy: false, shift, ..
        } = call
        else {
            return foreseen;
        };
        match &foreseen {
            Foreseen::Events(intents) if !has_token && self.was_just_moved(intents, *shift) => {
                Foreseen::Refused
            }
            _ => foreseen,
        }
    }

    fn was_just_moved(&self, intents: &[Intent], shift: i64) -> bool {
        let is_recent = |change: &&Change| {
            let age = self.rig.now().duration_since(change.at).as_secs();
            change.tool == "move_events" && change.undone_by.is_none() && age <= AGAIN
        };
        let moved = |change: &Change| {
            intents.iter().any(|intent| {
                let Intent::Change(uid, _) = intent else {
                    return false;
                };
                let now = &self.state.calendar[uid];
                change.items.iter().any(|item| match item {
                    Item::Event {
                        uid: other,
                        before: Some(before),
                        after: Some(after),
                    } => {
                        let way = before.day().until(now.day()).unwrap().get_days();
                        other == uid
                            && after.id == now.id
                            && after.starts() == now.starts()
                            && before.starts().time() == now.starts().time()
                            && i64::from(way) == shift
                    }
                    _ => false,
                })
            })
        };
        self.changes.iter().filter(is_recent).any(moved)
    }

    async fn is_unchanged(&self) -> Outcome {
        let now = self.rig.state(BACK, AHEAD).await?;
        let said = differences(&self.state, &now);
        ensure(said.is_empty(), || {
            format!("nothing should be another: {}", said.join("\n"))
        })
    }

    async fn events(
        &mut self,
        tool: &'static str,
        said: &Said,
        intents: &[Intent],
        is_calm: bool,
    ) -> Outcome {
        if is_calm {
            ensure(!said.is_error, || {
                "it should have been carried out".to_owned()
            })?;
        }
        let now = self.rig.state(BACK, AHEAD).await?;
        let mut should = self.state.clone();
        let mut items = Vec::new();
        let mut is_vague = false;
        let mut late = BTreeSet::new();
        let mut taken = BTreeSet::new();
        for intent in intents {
            let before = match intent {
                Intent::Create(_) => None,
                Intent::Change(uid, _) | Intent::Delete(uid) => self.state.calendar.get(uid),
            };
            let claim = claims::of(intent, before, said)
                .ok_or_else(|| format!("the answer does not say what became of {intent:?}"))?;
            is_vague |= claim == Claim::Unknown;
            match intent {
                Intent::Create(members) => {
                    let found = now.calendar.iter().find(|(uid, event)| {
                        !self.state.calendar.contains_key(*uid)
                            && !taken.contains(*uid)
                            && called(&event.members) == called(members)
                            && event.members.get("category") == members.get("category")
                    });
                    let is_there = found.is_some();
                    agree(claim, is_there, || format!("create {members:?}"))?;
                    if let Some((uid, event)) = found {
                        taken.insert(uid.clone());
                        let mut made = event.clone();
                        made.members.clone_from(members);
                        made.is_done = false;
                        adopt_computed(&mut made, event);
                        should.calendar.insert(uid.clone(), made.clone());
                        items.push(Item::Event {
                            uid: uid.clone(),
                            before: None,
                            after: Some(made),
                        });
                    }
                }
                Intent::Change(uid, changes) => {
                    let before = &self.state.calendar[uid];
                    let mut after = before.clone();
                    after.members = overlaid(&before.members, changes);
                    let actual = now.calendar.get(uid);
                    if let Some(actual) = actual {
                        after.is_structured = actual.is_structured;
                        if changes
                            .keys()
                            .any(|key| ["description", "type", "category"].contains(&key.as_str()))
                        {
                            adopt_computed(&mut after, actual);
                        } else if after.is_structured {
                            for key in OF_THE_STEPS {
                                restore(&mut after, key, before.members.get(key));
                            }
                        }
                    }
                    let is_there = actual == Some(&after) && after != *before;
                    if claim == Claim::Done || is_there {
                        should.calendar.insert(uid.clone(), after.clone());
                    }
                    let is_late = claim == Claim::Unknown && !is_there && after != *before;
                    if is_late {
                        late.insert(uid.clone());
                    }
                    if after != *before && claim != Claim::NotDone {
                        agree(claim, is_there || after == *before, || {
                            format!("change {changes:?}")
                        })?;
                        items.push(Item::Event {
                            uid: uid.clone(),
                            before: Some(before.clone()),
                            after: Some(after),
                        });
                    }
                }
                Intent::Delete(uid) => {
                    let is_gone = !now.calendar.contains_key(uid);
                    agree(claim, is_gone, || format!("delete {uid}"))?;
                    if is_gone {
                        should.calendar.remove(uid);
                    }
                    let is_awaited = said.text.contains("It may still arrive");
                    if is_gone || claim == Claim::Unknown || is_awaited {
                        let before = self.state.calendar.get(uid).cloned();
                        if !is_gone {
                            late.insert(uid.clone());
                        }
                        items.push(Item::Event {
                            uid: uid.clone(),
                            before,
                            after: None,
                        });
                    }
                }
            }
        }
        self.compare(&should, now)?;
        self.note(tool, said, items, (is_vague, late), None)
    }

    fn compare(&mut self, should: &State, now: State) -> Outcome {
        let differ = differences(should, &now);
        ensure(differ.is_empty(), || differ.join("\n"))?;
        self.state = now;
        Ok(())
    }

    /// Takes down a change under the id that the answer gives.
    fn note(
        &mut self,
        tool: &'static str,
        said: &Said,
        items: Vec<Item>,
        (is_vague, late): (bool, BTreeSet<String>),
        undoes: Option<String>,
    ) -> Outcome {
        let Some(id) = claims::change_id(&said.text) else {
            return ensure(items.is_empty(), || {
                "written, and no way back is told".to_owned()
            });
        };
        self.changes.push(Change {
            id,
            tool,
            at: self.rig.now(),
            items,
            undone_by: None,
            undoes,
            late,
            is_vague: is_vague
                || said.text.contains("not be read back")
                || said.text.contains("not known"),
        });
        Ok(())
    }

    async fn days(
        &mut self,
        tool: &'static str,
        said: &Said,
        days: Vec<(String, Members)>,
        is_calm: bool,
    ) -> Outcome {
        if is_calm {
            ensure(!said.is_error, || {
                "it should have been carried out".to_owned()
            })?;
        }
        let now = self.rig.state(BACK, AHEAD).await?;
        let mut should = self.state.clone();
        let mut items = Vec::new();
        let mut late = BTreeSet::new();
        for (date, entered) in days {
            let before = self.state.days.get(&date).cloned().unwrap_or_default();
            let after = overlaid(&before, &entered);
            if after == before {
                continue;
            }
            let is_there = now.days.get(&date) == Some(&after);
            let claim = claims::of_day(&date, said)
                .ok_or_else(|| format!("the answer does not say what became of {date}"))?;
            agree(claim, is_there, || format!("{date} {entered:?}"))?;
            if is_there {
                should.days.insert(date.clone(), after.clone());
            }
            if !is_there {
                late.insert(date.clone());
            }
            items.push(Item::Day {
                date,
                keys: entered.keys().cloned().collect(),
                after,
                before,
            });
        }
        self.compare(&should, now)?;
        let was_written = claims::change_id(&said.text).is_some();
        let items = if was_written { items } else { Vec::new() };
        self.note(tool, said, items, (false, late), None)
    }

    async fn undo(&mut self, id: &str, said: &Said, is_calm: bool) -> Outcome {
        let Some(place) = self.changes.iter().position(|change| change.id == id) else {
            return self.is_unchanged().await;
        };
        let change = self.changes[place].clone();
        if self.is_expired(&change) || change.undone_by.is_some() {
            ensure(said.is_error, || format!("{id} cannot be undone any more"))?;
            return self.is_unchanged().await;
        }
        let now = self.rig.state(BACK, AHEAD).await?;
        let mut should = self.state.clone();
        let mut items = Vec::new();
        let mut late = BTreeSet::new();
        let (mut restored, mut left, mut refused, mut open) = (0, 0, 0, 0);
        for item in &change.items {
            let fate = item.fate(&self.state);
            if matches!(fate, Fate::Same) {
                continue;
            }
            let outcome = self.came_back(item, &fate, &change, said, &now)?;
            match outcome {
                Some(done) => {
                    restored += 1;
                    apply(&mut should, &done);
                    items.push(done);
                }
                None if matches!(fate, Fate::Refused) => refused += 1,
                None if change.late.contains(item.key()) => open += 1,
                None => {
                    left += 1;
                    late.insert(item.key().clone());
                    items.push(item.not_yet(&self.state, fate));
                }
            }
        }
        self.compare(&should, now)?;
        let claimed = claims::restored(&said.text);
        let unknown = said
            .text
            .matches("could not be read back: not known")
            .count();
        ensure(claimed <= restored && restored <= claimed + unknown, || {
            format!("{restored} restored, {claimed} claimed, {unknown} not known")
        })?;
        let has_trace = claims::change_id(&said.text).is_some();
        if !has_trace && restored == 0 {
            items.clear();
        }
        let undo = claims::change_id(&said.text);
        if is_calm {
            ensure(left == 0, || format!("{left} not restored"))?;
            let is_refusal = restored == 0 && refused > 0;
            ensure(said.is_error == is_refusal || open > 0, || {
                "a refusal or none".to_owned()
            })?;
        }
        let is_complete = !said.is_error && left + refused == 0 && restored > 0;
        self.note(
            "undo_change",
            said,
            items,
            (unknown > 0, late),
            Some(id.to_owned()),
        )?;
        if is_complete {
            self.mark(place, undo);
        }
        Ok(())
    }

    fn mark(&mut self, place: usize, undo: Option<String>) {
        self.changes[place].undone_by = undo;
        let Some(first) = self.changes[place].undoes.clone() else {
            return;
        };
        if let Some(first) = self.changes.iter_mut().find(|change| change.id == first) {
            first.undone_by = None;
        }
    }

    /// What an item became, `None` when it was left as it was.
    fn came_back(
        &self,
        item: &Item,
        fate: &Fate,
        change: &Change,
        said: &Said,
        now: &State,
    ) -> Result<Option<Item>, String> {
        match item {
            Item::Event { uid, .. } => {
                let (was, is) = (self.state.calendar.get(uid), now.calendar.get(uid));
                if was == is {
                    return Ok(None);
                }
                let vague = || item.touched_only(&self.state).filter(|_| change.is_vague);
                let should = match fate {
                    Fate::Goes => None,
                    Fate::Back(event) => Some((**event).clone()),
                    Fate::Refused if change.is_vague && is.is_none() => None,
                    _ => Some(vague().ok_or_else(|| format!("{uid} should have been left alone"))?),
                };
                let should = should.map(|mut event| {
                    if let Some(is) = is {
                        if was.is_none() {
                            (event.id, event.is_done) = (is.id, is.is_done);
                        }
                        if said.text.contains("0 stands for that")
                            || said.text.contains("not known")
                        {
                            self.allow_zeros(&mut event, is);
                        }
                        adopt_computed(&mut event, is);
                    }
                    event
                });
                Ok(Some(Item::Event {
                    uid: uid.clone(),
                    before: was.cloned(),
                    after: should,
                }))
            }
            Item::Day { date, keys, .. } => {
                let none = BTreeMap::new();
                let was = self.state.days.get(date).unwrap_or(&none);
                let is = now.days.get(date).unwrap_or(&none);
                if was == is {
                    return Ok(None);
                }
                let Fate::Day(should) = fate else {
                    return Err(format!("{date} should have been left alone"));
                };
                let written = keys.iter().filter(|key| was.get(*key) != should.get(*key));
                Ok(Some(Item::Day {
                    date: date.clone(),
                    keys: written.cloned().collect(),
                    before: was.clone(),
                    after: should.clone(),
                }))
            }
        }
    }
}

impl Item {
    /// As it is, and as it is going to be should what was sent still arrive.
    fn not_yet(&self, state: &State, fate: Fate) -> Self {
        match self {
            Self::Event { uid, .. } => Self::Event {
                uid: uid.clone(),
                before: state.calendar.get(uid).cloned(),
                after: match fate {
                    Fate::Back(event) => Some(*event),
                    _ => None,
                },
            },
            Self::Day { date, keys, .. } => {
                let now = state.days.get(date).cloned().unwrap_or_default();
                Self::Day {
                    date: date.clone(),
                    keys: keys.clone(),
                    before: now.clone(),
                    after: match fate {
                        Fate::Day(then) => then,
                        _ => now,
                    },
                }
            }
        }
    }
}

fn apply(state: &mut State, item: &Item) {
    match item {
        Item::Event {
            uid,
            after: Some(after),
            ..
        } => {
            state.calendar.insert(uid.clone(), after.clone());
        }
        Item::Event {
            uid, after: None, ..
        } => {
            state.calendar.remove(uid);
        }
        Item::Day { date, after, .. } => {
            state.days.insert(date.clone(), after.clone());
        }
    }
}

fn agree(claim: Claim, is_there: bool, what: impl Fn() -> String) -> Outcome {
    let holds = match claim {
        Claim::Done => is_there,
        Claim::NotDone => !is_there,
        Claim::Unknown => true,
    };
    ensure(holds, || {
        format!("the answer says {claim:?}, which is not so: {}", what())
    })
}

/// What the service works out of steps is not the model's to know.
fn adopt_computed(should: &mut Event, actual: &Event) {
    should.is_structured = actual.is_structured;
    if actual.is_structured {
        for key in OF_THE_STEPS {
            restore(should, key, actual.members.get(key));
        }
    }
}

fn restore(event: &mut Event, key: &str, value: Option<&Value>) {
    match value {
        Some(value) => event.members.insert(key.to_owned(), value.clone()),
        None => event.members.remove(key),
    };
}
