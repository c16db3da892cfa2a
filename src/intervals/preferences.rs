//! How the athlete wants quantities shown, the two body measures of the settings, and how sports are weighted in fitness.

use std::sync::Arc;

use super::cache::Freshness;
use super::error::Error;
use super::lenient::record;
use super::transport::Transport;

/// Calls about preferences; all fail as [`Error`] says.
#[derive(Clone, Copy)]
pub struct AthletePreferences<'a> {
    transport: &'a Transport,
}

impl<'a> AthletePreferences<'a> {
    pub(super) const fn new(transport: &'a Transport) -> Self {
        Self { transport }
    }

    /// `GET /athlete/{id}`: units, the scale of form, weight, resting heart rate and the weights of sports only.
    ///
    /// No other endpoint tells them. The answer also holds the API key and personal data and may be large: nothing of it
    /// but these fields is kept, and it is asked for rarely.
    pub async fn get(&self) -> Result<Arc<Preferences>, Error> {
        self.transport
            .get(self.transport.athlete(), Freshness::Settings)
            .await
    }
}

record! {
    /// The athlete's choice of units, and what the settings say of the body.
    pub struct Preferences {
        /// `meters`, or the other, which is taken for imperial.
        measurement_preference: String,
        /// Weights in pounds.
        weight_pref_lb: bool,
        /// Temperatures in °F.
        fahrenheit: bool,
        /// Form as percent of fitness rather than as a difference.
        icu_form_as_percent: bool,
        /// kg
        icu_weight: f64,
        /// bpm
        icu_resting_hr: i64,
        /// How the load of a sport is weighted in fitness and fatigue; sports that are not in it count in full.
        type_settings ("icu_type_settings"): Vec<TypeSetting>,
    }
}

record! {
    /// Weights of one sport's load.
    pub struct TypeSetting {
        /// Such as `Ride`.
        sport ("type"): String,
        ctl_factor ("ctlFactor"): f64,
        atl_factor ("atlFactor"): f64,
    }
}

impl Preferences {
    /// Whether distances are wanted in miles and feet.
    #[must_use]
    pub fn is_imperial(&self) -> bool {
        self.measurement_preference
            .as_deref()
            .is_some_and(|preference| preference != "meters")
    }
}
