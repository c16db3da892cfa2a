//! What a tool works with.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

use super::error::ToolError;
use super::registry::Registry;
use crate::clock::Clock;
use crate::identity::Scopes;
use crate::intervals::{Client, Error};
use crate::units::Units;

/// How long what is known of the athlete is used before it is asked for again, in the background.
const FRESH_SECONDS: i64 = 600;
/// Beyond this it is asked for before the call goes on.
const STALE_SECONDS: i64 = 86_400;

/// Shared by all calls: the client, the clock, the tools and what is known of the athlete.
pub struct Home {
    client: Client,
    clock: Clock,
    registry: Arc<Registry>,
    athlete: Mutex<Option<Known>>,
}

/// What one call works with.
pub struct Context {
    home: Arc<Home>,
    /// What the caller may do.
    pub scopes: Scopes,
}

#[derive(Clone)]
struct Known {
    zone: TimeZone,
    units: Units,
    at: Timestamp,
    refreshing: bool,
}

/// The athlete's here and now.
#[derive(Debug, Clone)]
pub struct Local {
    pub now: Zoned,
    pub units: Units,
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
        &self.home.client
    }

    /// All tools, those the caller cannot see included.
    #[must_use]
    pub fn registry(&self) -> &Registry {
        &self.home.registry
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
            Some(known) if now.duration_since(known.at).as_secs() < FRESH_SECONDS => known,
            Some(known) if now.duration_since(known.at).as_secs() < STALE_SECONDS => {
                home.renew_later();
                known
            }
            _ => home.read().await?,
        };
        Ok(Local {
            now: now.to_zoned(known.zone),
            units: known.units,
        })
    }
}

impl Home {
    #[must_use]
    pub fn new(client: Client, clock: Clock, registry: Arc<Registry>) -> Arc<Self> {
        Arc::new(Self {
            client,
            clock,
            registry,
            athlete: Mutex::new(None),
        })
    }

    /// What a call of somebody with `scopes` works with.
    #[must_use]
    pub fn call(self: &Arc<Self>, scopes: Scopes) -> Context {
        Context {
            home: Arc::clone(self),
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
        // Without them the numbers are still right, in metric.
        let units = preferences.map_or_else(
            |_| Units::default(),
            |preferences| Units {
                imperial: preferences.is_imperial(),
                pounds: preferences.weight_pref_lb == Some(true),
                fahrenheit: preferences.fahrenheit == Some(true),
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
