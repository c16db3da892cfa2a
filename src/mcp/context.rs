//! What a tool works with.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

use super::changes::Changes;
use super::error::ToolError;
use super::news::News;
use super::registry::Registry;
use crate::clock::Clock;
use crate::identity::Scopes;
use crate::intervals::{Client, Error, Watch};
use crate::units::Units;

/// How long what is known of the athlete is used before it is asked for again, in the background.
const FRESH_SECONDS: i64 = 600;
/// How long nothing is known of the athlete's units before they are asked for again.
const UNKNOWN_SECONDS: i64 = 30;
/// Beyond this it is asked for before the call goes on.
const STALE_SECONDS: i64 = 86_400;

/// Shared by all calls: the client, the clock, the tools and what is known of the athlete.
pub struct Home {
    client: Client,
    clock: Clock,
    registry: Arc<Registry>,
    changes: Changes,
    news: Arc<News>,
    athlete: Mutex<Option<Known>>,
}

/// What one call works with.
pub struct Context {
    home: Arc<Home>,
    client: Client,
    /// What the caller may do.
    pub scopes: Scopes,
}

#[derive(Clone)]
struct Known {
    zone: TimeZone,
    /// `None` as long as they could not be read.
    units: Option<Units>,
    at: Timestamp,
    refreshing: bool,
}

/// The athlete's here and now.
#[derive(Debug, Clone)]
pub struct Local {
    pub now: Zoned,
    /// What numbers are shown in; metric as long as the athlete's preference could not be read.
    pub units: Units,
    /// Whether `units` are the athlete's own, so that a number given without a unit can be taken for one of them.
    pub units_known: bool,
}

impl Local {
    /// The athlete's local day.
    #[must_use]
    pub fn today(&self) -> Date {
        self.now.date()
    }

    /// `Europe/Zurich`.
    #[must_use]
    pub fn zone_name(&self) -> &str {
        self.now.time_zone().iana_name().unwrap_or("UTC")
    }
}

impl Context {
    /// The client of the REST API.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// All tools, those the caller cannot see included.
    #[must_use]
    pub fn registry(&self) -> &Registry {
        &self.home.registry
    }

    /// What was written in the last day.
    #[must_use]
    pub fn changes(&self) -> &Changes {
        &self.home.changes
    }

    /// The same, to keep longer than the context.
    #[must_use]
    pub fn shared_registry(&self) -> Arc<Registry> {
        Arc::clone(&self.home.registry)
    }

    /// The athlete's local time and units. One round trip at first; later answers come from memory and are renewed
    /// behind the caller's back, so that a tool call costs one round trip and not two.
    ///
    /// # Errors
    /// When the profile was never read and cannot be read now.
    pub async fn local(&self) -> Result<Local, ToolError> {
        let home = &self.home;
        let now = home.clock.now();
        let known = home.lock().clone();
        let known = match known {
            Some(known) if known.age(now) < known.fresh_seconds() => known,
            Some(known) if known.units.is_some() && known.age(now) < STALE_SECONDS => {
                home.renew_later();
                known
            }
            _ => home.read().await?,
        };
        Ok(Local {
            now: now.to_zoned(known.zone),
            units: known.units.unwrap_or_default(),
            units_known: known.units.is_some(),
        })
    }
}

impl Context {
    /// The athlete's units, if they are known already: for tools that ask the service nothing.
    #[must_use]
    pub fn known_units(&self) -> Option<Units> {
        self.home.lock().as_ref().and_then(|known| known.units)
    }
}

impl Known {
    fn age(&self, now: Timestamp) -> i64 {
        now.duration_since(self.at).as_secs()
    }

    const fn fresh_seconds(&self) -> i64 {
        match self.units {
            Some(_) => FRESH_SECONDS,
            None => UNKNOWN_SECONDS,
        }
    }
}

impl Home {
    #[must_use]
    pub fn new(
        client: Client,
        clock: Clock,
        registry: Arc<Registry>,
        changes: Changes,
        news: Arc<News>,
    ) -> Arc<Self> {
        Arc::new(Self {
            client,
            clock,
            registry,
            changes,
            news,
            athlete: Mutex::new(None),
        })
    }

    /// Forgets what is remembered of Intervals.icu, if another replica has written since.
    pub async fn hear_news(&self) {
        self.news.hear(&self.client).await;
    }

    /// What a call of somebody with `scopes` works with; `watch` is told how far its reads are.
    #[must_use]
    pub fn call(self: &Arc<Self>, scopes: Scopes, watch: Option<Watch>) -> Context {
        Context {
            home: Arc::clone(self),
            client: watch.map_or_else(|| self.client.clone(), |watch| self.client.watched(watch)),
            scopes,
        }
    }

    async fn read(&self) -> Result<Known, Error> {
        let (profile, preferences) =
            tokio::join!(async { self.client.athlete().profile().await }, async {
                self.client.preferences().get().await
            },);
        let profile = profile?;
        let zone = profile
            .athlete
            .timezone
            .as_deref()
            .and_then(|name| TimeZone::get(name).ok())
            .unwrap_or(TimeZone::UTC);
        // Where they cannot be read, what was known of them holds.
        let units = preferences.map_or_else(
            |_| self.lock().as_ref().and_then(|known| known.units),
            |preferences| {
                Some(Units {
                    imperial: preferences.is_imperial(),
                    pounds: preferences.weight_pref_lb == Some(true),
                    fahrenheit: preferences.fahrenheit == Some(true),
                    form_percent: preferences.icu_form_as_percent == Some(true),
                })
            },
        );
        let known = Known {
            zone,
            units,
            at: self.clock.now(),
            refreshing: false,
        };
        *self.lock() = Some(known.clone());
        Ok(known)
    }

    fn renew_later(self: &Arc<Self>) {
        {
            let mut athlete = self.lock();
            match athlete.as_mut() {
                Some(known) if !known.refreshing => known.refreshing = true,
                _ => return,
            }
        }
        let home = Arc::clone(self);
        tokio::spawn(async move {
            if let Err(error) = home.read().await {
                tracing::debug!(%error, "the athlete's profile could not be renewed");
                if let Some(known) = home.lock().as_mut() {
                    known.refreshing = false;
                }
            }
        });
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Known>> {
        self.athlete.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
