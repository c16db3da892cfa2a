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
/// Events that are named when they stay as they are.
const NAMED: usize = 5;
/// How far before the given days an external id is looked for; behind them the calendar is read anyway.
const LOOK_BACK: i64 = 60;

/// What a call of `save_events` comes to.
pub struct Saving {
    pub around: Around,
    pub edits: Vec<Edit>,
    /// What is there already and is not doubled.
    twins: Vec<String>,
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
        let sports = async { context.client().sports().list().await };
        let dates = days(specs, local.today());
        let found = lookup::find(context, local, &ids, &dates, |_| None);
        let (found, sports) = tokio::join!(found, sports);
        let ((around, found), sports) = (found?, sports?);
        let mut saving = Self {
            around,
            edits: Vec::new(),
            twins: Vec::new(),
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
        for other in self
            .edits
            .iter()
            .filter_map(|edit| edit.planned(EventId(0)))
        {
            let twice = if are_twins(&planned, &other) {
                "the same day, sport and name stand"
            } else if planned.external_id.is_some() && planned.external_id == other.external_id {
                "the same external_id stands"
            } else {
                continue;
            };
            return Err(ToolError::Invalid(format!("{twice} twice in events.")));
        }
        let twin = self
            .around
            .events
            .iter()
            .find(|event| are_twins(&planned, event));
        // Who gives an external id knows what is his, but a second target of a day and sport would replace the first.
        let is_target = planned.category.as_deref() == Some("TARGET");
        match twin.filter(|_| spec.external_id.is_none() || is_target) {
            Some(twin) => self.twins.push(told(twin, local.today())),
            None => self.edits.push(edit),
        }
        Ok(())
    }

    /// What of the call is left out, and what to do about it.
    #[must_use]
    pub fn notes(&self) -> Vec<String> {
        let twins = not_doubled(&self.twins);
        let advice = "Give the id to change one, or another name to add one.";
        twins
            .map(|said| format!("{said} {advice}"))
            .into_iter()
            .collect()
    }
}

/// `Tue 11-24 Run Tempo (id 40101)`.
pub fn told(event: &Event, today: Date) -> String {
    format!("{} (id {})", label(event, today), event.id)
}

/// Says which events are there already; `None` when none is.
pub fn not_doubled(twins: &[String]) -> Option<String> {
    (!twins.is_empty()).then(|| format!("Not doubled, there already: {}.", few(twins)))
}

/// The first of `events`, and how many more.
pub fn few(events: &[String]) -> String {
    let named: Vec<&str> = events.iter().take(NAMED).map(String::as_str).collect();
    match events.len().saturating_sub(NAMED) {
        0 => named.join("; "),
        more => format!("{} and {more} more", named.join("; ")),
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

fn said(spec: &EventSpec, index: usize, local: &Local, why: ToolError) -> ToolError {
    match why {
        ToolError::Invalid(why) => ToolError::Invalid(format!(
            "Nothing was written. {}: {why}",
            draft::called(spec, index, local)
        )),
        other => other,
    }
}
