//! Typed client of the Intervals.icu REST API.

use std::time::Duration;

use secrecy::SecretString;
use url::Url;

use crate::clock::Clock;

pub struct Settings {
    /// `https://intervals.icu`
    pub base_url: Url,
    pub athlete_id: String,
    pub api_key: SecretString,
    /// Requests per second; `None` is unlimited.
    pub rate: Option<std::num::NonZeroU32>,
    /// Deadline of one request, connecting and retries included.
    pub deadline: Duration,
}

#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct BuildError(pub String);

#[derive(Clone)]
pub struct Client {}

impl Client {
    pub fn new(_settings: Settings, _clock: Clock) -> Result<Self, BuildError> {
        Ok(Self {})
    }
}
