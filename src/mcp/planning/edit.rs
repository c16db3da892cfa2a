//! What shall become of an event.

use jiff::civil::Date;

use super::draft::Draft;
use crate::intervals::EventId;
use crate::intervals::events::Event;
use crate::mcp::changes::{Item, Object, holds};
use crate::mcp::error::ToolError;
use crate::mcp::render::{days, events};
use crate::mcp::text;

/// What one event was, and what shall become of it: with nothing before it is created, with nothing after deleted.
pub struct Edit {
    pub before: Option<Event>,
    pub after: Option<Draft>,
}

impl Edit {
    /// A new event. It gets a `uid` unless it has one, so that it is found again when the answer to its creation is lost.
    ///
    /// # Errors
    /// When the system gives no randomness.
    pub fn create(mut after: Draft) -> Result<Self, ToolError> {
        if !after.members.contains_key("uid") {
            let mut bytes = [0_u8; 16];
            getrandom::fill(&mut bytes).map_err(|_| {
                ToolError::Invalid(
                    "The server has no randomness now; nothing was written.".to_owned(),
                )
            })?;
            let uid = format!("{:032x}@intervals-mcp-server", u128::from_be_bytes(bytes));
            after.members.insert("uid".to_owned(), uid.into());
        }
        Ok(Self {
            before: None,
            after: Some(after),
        })
    }

    #[must_use]
    pub const fn update(before: Event, after: Draft) -> Self {
        Self {
            before: Some(before),
            after: Some(after),
        }
    }

    #[must_use]
    pub const fn delete(before: Event) -> Self {
        Self {
            before: Some(before),
            after: None,
        }
    }

    /// Whether nothing would be another than it is.
    #[must_use]
    pub fn changes_nothing(&self) -> bool {
        match (&self.before, &self.after) {
            (Some(before), Some(after)) => holds(&before.members(), &after.members),
            _ => false,
        }
    }

    /// The event as it will be; what is not there yet is called `placeholder`.
    #[must_use]
    pub fn planned(&self, placeholder: EventId) -> Option<Event> {
        let after = self.after.as_ref()?;
        let written = match &self.before {
            Some(before) => before.with(&after.members),
            None => Event::of(placeholder, &after.members),
        };
        Some(written.with(&after.expected))
    }

    fn uid(&self) -> Option<String> {
        let of_new = || {
            let uid = self.after.as_ref()?.members.get("uid")?;
            uid.as_str().map(str::to_owned)
        };
        match &self.before {
            Some(before) => before.uid.clone(),
            None => of_new(),
        }
    }

    /// The event this is about, among those of the calendar.
    #[must_use]
    pub fn find<'e>(&self, calendar: &'e [Event]) -> Option<&'e Event> {
        match &self.before {
            Some(before) => calendar.iter().find(|event| event.id == before.id),
            None => {
                let uid = self.uid()?;
                let mut all = calendar.iter();
                all.find(|event| event.uid.as_deref() == Some(&uid))
            }
        }
    }

    #[must_use]
    pub fn object(&self) -> Object {
        Object::Event {
            id: self.before.as_ref().map(|event| event.id.0),
            uid: self.uid(),
        }
    }

    /// What is recorded before it is written.
    #[must_use]
    pub fn item(&self, today: Date) -> Item {
        Item {
            object: self.object(),
            label: self.label(today),
            before: self.before.as_ref().map(Event::members),
            after: self.after.as_ref().map(|after| after.members.clone()),
        }
    }

    /// The day that it is on or goes to.
    #[must_use]
    pub fn day(&self) -> Option<Date> {
        let event = self.planned(EventId(0)).or_else(|| self.before.clone())?;
        Some(event.starts()?.date())
    }

    /// `Tue 11-24 Run Tempo`.
    #[must_use]
    pub fn label(&self, today: Date) -> String {
        let event = self.before.clone().or_else(|| self.planned(EventId(0)));
        event.map(|event| label(&event, today)).unwrap_or_default()
    }
}

/// `Tue 11-24 Run Tempo`, `Mon 11-23 target Run`, or what there is of it.
#[must_use]
pub fn label(event: &Event, today: Date) -> String {
    let day = event
        .starts()
        .map(|at| days::short(at.date(), today.year()));
    let sport = event.sport.as_deref().map(text::name);
    let category = (!events::is_workout(event) || sport.is_none())
        .then(|| events::category(event))
        .filter(|_| event.category.is_some());
    let name = event.name.as_deref().map(text::name);
    let parts = [day, category, sport, name].into_iter().flatten();
    let parts: Vec<String> = parts.filter(|part| !part.is_empty()).collect();
    parts.join(" ")
}
