//! From events as a model sends them to edits of the calendar.

use jiff::ToSpan as _;
use jiff::civil::Date;

use super::draft::{self, Draft};
use super::edit::{Edit, label};
use super::effect::Around;
use super::lookup;
use crate::intervals::EventId;
use crate::intervals::events::Event;
use crate::intervals::sports::SportSettings;
use crate::mcp::context::{Context, Local};
use crate::mcp::error::ToolError;
use crate::mcp::params::{DateSpec, EventSpec, Text};
use crate::mcp::text;

/// Events that one call may hold.
pub const MOST: usize = 50;
/// How far before the given days an external id is looked for; behind them the calendar is read anyway.
const LOOK_BACK: i64 = 60;

/// What a call of `save_events` comes to.
pub struct Saving {
    pub around: Around,
    pub edits: Vec<Edit>,
    /// What is there already and was not doubled.
    pub notes: Vec<String>,
}

impl Saving {
    /// Reads what is there and decides what `specs` mean: a change of the event with that id or external id, or a new event
    /// unless there is one of the same day, sport and name.
    ///
    /// # Errors
    /// The first thing that is wrong with any of them, as a sentence; nothing was written then.
    pub async fn of(
        context: &Context,
        local: &Local,
        specs: &[EventSpec],
    ) -> Result<Self, ToolError> {
        if !(1..=MOST).contains(&specs.len()) {
            return Err(ToolError::Invalid(format!(
                "events must hold 1 to {MOST} events."
            )));
        }
        let ids: Vec<EventId> = specs.iter().filter_map(|spec| Some(spec.id?.0)).collect();
        no_id_twice(&ids)?;
        no_external_id_twice(specs)?;
        let sports = async { context.client().sports().list().await };
        let dates = days(specs, local.today());
        let (found, sports) = tokio::join!(lookup::find(context, local, &ids, &dates), sports);
        let ((around, found), sports) = (found?, sports?);
        let mut saving = Self {
            around,
            edits: Vec::new(),
            notes: Vec::new(),
        };
        for (index, spec) in specs.iter().enumerate() {
            saving
                .add(spec, &found, &sports, local)
                .map_err(|why| said(spec, index, local, why))?;
        }
        Ok(saving)
    }

    fn add(
        &mut self,
        spec: &EventSpec,
        found: &[Event],
        sports: &[SportSettings],
        local: &Local,
    ) -> Result<(), ToolError> {
        let before = match (&spec.id, &spec.external_id) {
            (Some(id), _) => found.iter().find(|event| event.id == id.0),
            (None, Some(Text(external))) => {
                let mut all = self.around.events.iter();
                all.find(|event| event.external_id.as_deref() == Some(external.trim()))
            }
            (None, None) => None,
        };
        if let Some(before) = before.cloned() {
            if self
                .edits
                .iter()
                .any(|edit| edit.before.as_ref().is_some_and(|b| b.id == before.id))
            {
                return Err(ToolError::Invalid(format!(
                    "{} stands twice in events.",
                    before.id
                )));
            }
            let draft =
                Draft::of_existing(spec, &before, local, sports).map_err(ToolError::Invalid)?;
            self.edits.push(Edit::update(before, draft));
            return Ok(());
        }
        let draft = Draft::new_event(spec, local, sports).map_err(ToolError::Invalid)?;
        let edit = Edit::create(draft)?;
        // No event of the service has the id 0.
        let Some(planned) = edit.planned(EventId(0)) else {
            return Ok(());
        };
        if self.edits.iter().any(|other| {
            let other = other.planned(EventId(0));
            other.is_some_and(|other| are_twins(&planned, &other))
        }) {
            return Err(ToolError::Invalid(
                "the same day, sport and name stand twice in events.".to_owned(),
            ));
        }
        let twin = self
            .around
            .events
            .iter()
            .find(|event| are_twins(&planned, event));
        // Who gives an external id knows what is his, but a second target of a day and sport would replace the first.
        let is_target = planned.category.as_deref() == Some("TARGET");
        match twin.filter(|_| spec.external_id.is_none() || is_target) {
            Some(twin) => self.notes.push(format!(
                "Not doubled: {} is there already (id {}). Give this id to change it, or another name to add one.",
                label(twin, local.today()),
                twin.id
            )),
            None => self.edits.push(edit),
        }
        Ok(())
    }
}

/// Whether two events would be taken for one: of a target the service itself keeps one a day and sport.
pub fn are_twins(one: &Event, other: &Event) -> bool {
    let is_target = one.category.as_deref() == Some("TARGET");
    let day = |event: &Event| event.starts().map(|at| at.date());
    let name = |event: &Event| {
        event
            .name
            .as_deref()
            .map(|name| text::line(name, 200).to_lowercase())
    };
    one.category == other.category
        && one.sport == other.sport
        && day(one) == day(other)
        && (is_target || name(one) == name(other))
}

fn days(specs: &[EventSpec], today: Date) -> Vec<Date> {
    let one = |spec: DateSpec| spec.day(today);
    let ends = specs.iter().filter_map(|spec| spec.end);
    let mut dates: Vec<Date> = specs
        .iter()
        .filter_map(|spec| spec.date)
        .chain(ends)
        .map(one)
        .collect();
    let looks_back = specs
        .iter()
        .any(|spec| spec.external_id.is_some() && spec.id.is_none());
    if let Some(first) = dates.iter().min().filter(|_| looks_back) {
        dates.extend(first.checked_sub(LOOK_BACK.days()));
    }
    dates
}

fn no_id_twice(ids: &[EventId]) -> Result<(), ToolError> {
    let twice = ids
        .iter()
        .enumerate()
        .find(|(at, id)| ids.iter().take(*at).any(|other| other == *id));
    twice.map_or(Ok(()), |(_, id)| {
        Err(ToolError::Invalid(format!(
            "{id} stands twice in events; nothing was written."
        )))
    })
}

fn no_external_id_twice(specs: &[EventSpec]) -> Result<(), ToolError> {
    let mut seen: Vec<&str> = Vec::new();
    for spec in specs.iter().filter(|spec| spec.id.is_none()) {
        let Some(Text(external)) = &spec.external_id else {
            continue;
        };
        let external = external.trim();
        if seen.contains(&external) {
            return Err(ToolError::Invalid(format!(
                "external_id {} stands twice in events; nothing was written.",
                text::line(external, 100)
            )));
        }
        seen.push(external);
    }
    Ok(())
}

fn said(spec: &EventSpec, index: usize, local: &Local, why: ToolError) -> ToolError {
    match why {
        ToolError::Invalid(why) => ToolError::Invalid(format!(
            "Nothing was written. {}: {why}",
            draft::called(spec, index, local)
        )),
        other => other,
    }
}
