//! Typed client of the Intervals.icu REST API.
//!
//! One file per resource group ([`activities`], [`athlete`], [`curves`], [`custom_items`], [`events`], [`gear`], [`library`], [`preferences`], [`sports`], [`streams`], [`wellness`]) with its types and
//! calls; a group only builds a path and query. Below them `transport` does the rest: answers that are remembered
//! (`cache`), how far a caller is (`watch`), pace (`limiter`), second attempts (`retry`), what a refusal means (`refusal`), reading (`lenient`). Files import only downward and groups
//! never one another.
#![deny(clippy::indexing_slicing)]

pub mod activities;
mod agent;
pub mod athlete;
mod cache;
pub mod curves;
pub mod custom_item;
pub mod custom_items;
mod dates;
mod error;
pub mod events;
pub mod gear;
mod ids;
mod key;
mod lenient;
pub mod library;
mod limiter;
mod members;
mod origin;
pub mod preferences;
mod refusal;
mod retry;
pub mod sample;
pub mod sports;
pub mod streams;
mod target;
mod transport;
mod watch;
pub mod wellness;
pub mod workout_doc;

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use secrecy::SecretString;
use url::Url;

pub use error::Error;
pub use ids::{ActivityId, AthleteId, EventId, FolderId, InvalidId, WorkoutId};
pub use lenient::is_quantity;
pub use watch::Watch;

use crate::clock::Clock;
use transport::Transport;

/// Members of an object under the names of the service.
pub type Members = serde_json::Map<String, serde_json::Value>;

/// What somebody wants to be done after a change was sent.
pub type AfterWrite = Arc<dyn Fn() -> BoxFuture<'static, ()> + Send + Sync>;

/// What the client has to know.
pub struct Settings {
    /// `https://intervals.icu`; plain http only on loopback.
    pub base_url: Url,
    pub athlete_id: AthleteId,
    pub api_key: SecretString,
    /// Requests per second; `None` is unlimited.
    pub rate: Option<std::num::NonZeroU32>,
    /// Deadline of one request, connecting and retries included.
    pub deadline: Duration,
}

/// Why the client cannot be built.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct BuildError(pub String);

/// A client for one athlete and key; cheap to clone, every clone shares limits and remembered answers.
#[derive(Clone)]
pub struct Client {
    transport: Transport,
}

impl Client {
    /// Prepares the client; nothing is sent yet.
    pub fn new(settings: Settings, clock: Clock) -> Result<Self, BuildError> {
        Ok(Self {
            transport: Transport::new(settings, clock)?,
        })
    }

    /// The same client with somebody who wants to know how far its reads are.
    #[must_use]
    pub fn watched(&self, watch: Watch) -> Self {
        Self {
            transport: self.transport.watched(watch),
        }
    }

    /// Whose data this client reads and writes.
    #[must_use]
    pub fn athlete_id(&self) -> &AthleteId {
        self.transport.athlete_id()
    }

    /// Makes the next reads ask Intervals.icu again, for when a change must be decided on what is there now. Writes do
    /// this by themselves.
    pub fn forget(&self) {
        self.transport.forget();
    }

    /// Has `then` run after every change that was sent, however it ended, before its outcome is answered. To be said once.
    pub fn after_writes(&self, then: AfterWrite) {
        self.transport.after_writes(then);
    }

    /// Profile and custom fields.
    #[must_use]
    pub fn athlete(&self) -> athlete::Profiles<'_> {
        athlete::Profiles::new(&self.transport)
    }

    /// Definitions of custom fields that the profile does not tell.
    #[must_use]
    pub fn custom_items(&self) -> custom_items::CustomItems<'_> {
        custom_items::CustomItems::new(&self.transport)
    }

    /// Units.
    #[must_use]
    pub fn preferences(&self) -> preferences::AthletePreferences<'_> {
        preferences::AthletePreferences::new(&self.transport)
    }

    /// Thresholds and zones.
    #[must_use]
    pub fn sports(&self) -> sports::Sports<'_> {
        sports::Sports::new(&self.transport)
    }

    /// Second-by-second series.
    #[must_use]
    pub fn streams(&self) -> streams::Streams<'_> {
        streams::Streams::new(&self.transport)
    }

    /// Best efforts over periods.
    #[must_use]
    pub fn curves(&self) -> curves::Curves<'_> {
        curves::Curves::new(&self.transport)
    }

    /// Activities and what hangs on them.
    #[must_use]
    pub fn activities(&self) -> activities::Activities<'_> {
        activities::Activities::new(&self.transport)
    }

    /// Days of wellness, fitness and fatigue.
    #[must_use]
    pub fn wellness(&self) -> wellness::WellnessDays<'_> {
        wellness::WellnessDays::new(&self.transport)
    }

    /// Bikes, shoes and their components.
    #[must_use]
    pub fn gear(&self) -> gear::GearList<'_> {
        gear::GearList::new(&self.transport)
    }

    /// The calendar.
    #[must_use]
    pub fn events(&self) -> events::Events<'_> {
        events::Events::new(&self.transport)
    }

    /// Folders, plans and their workouts.
    #[must_use]
    pub fn library(&self) -> library::Library<'_> {
        library::Library::new(&self.transport)
    }
}
