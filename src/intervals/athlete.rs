//! The athlete's profile, with the definitions of custom fields that come with it.

use std::sync::Arc;

use super::cache::Freshness;
use super::custom_item::CustomItem;
use super::error::Error;
use super::ids::AthleteId;
use super::lenient::record;
use super::transport::Transport;

/// Calls about the athlete; all fail as [`Error`] says.
#[derive(Clone, Copy)]
pub struct Profiles<'a> {
    transport: &'a Transport,
}

impl<'a> Profiles<'a> {
    pub(super) const fn new(transport: &'a Transport) -> Self {
        Self { transport }
    }

    /// `GET /athlete/{id}/profile`: who the athlete is, without the key and personal data of `GET /athlete/{id}`.
    pub async fn profile(&self) -> Result<Arc<Profile>, Error> {
        self.transport
            .get(
                self.transport.athlete().then("profile"),
                Freshness::Settings,
            )
            .await
    }
}

record! {
    /// The athlete and what belongs to the account.
    pub struct Profile [athlete: Athlete] {
        /// Definitions of charts, fields and zones; see [`Profile::custom_fields`].
        custom_items ("customItems"): Vec<CustomItem>,
    }
}

impl Profile {
    /// The custom fields of wellness, activities and intervals; charts and the like are left out.
    pub fn custom_fields(&self) -> impl Iterator<Item = &CustomItem> {
        self.custom_items.iter().flatten().filter(|item| {
            matches!(
                item.kind.as_deref(),
                Some("INPUT_FIELD" | "ACTIVITY_FIELD" | "INTERVAL_FIELD")
            )
        })
    }
}

record! {
    /// The athlete.
    ///
    /// The description of the API promises from `bio` upwards only; the units, weight and heart rate below are read when
    /// they come and are otherwise absent.
    pub struct Athlete [id: AthleteId] {
        name: String,
        /// `M` or `F`.
        sex: String,
        city: String,
        state: String,
        country: String,
        /// IANA name.
        timezone: String,
        bio: String,
        /// Whether the account coaches others.
        icu_coach: bool,
        /// `meters` or the other, presumably `feet`.
        measurement_preference: String,
        /// Weights in pounds.
        weight_pref_lb: bool,
        /// Temperatures in °F.
        fahrenheit: bool,
        /// Unit of wind speeds.
        wind_speed: String,
        /// Unit of rain.
        rain: String,
        locale: String,
        /// kg
        icu_weight: f64,
        /// bpm
        icu_resting_hr: i64,
        /// In `height_units`.
        height: f64,
        /// `CM` or `FEET`.
        height_units: String,
        /// Local day.
        date_of_birth ("icu_date_of_birth"): jiff::civil::Date,
        /// Form as percent of fitness rather than as a difference.
        icu_form_as_percent: bool,
        /// `FREE`, `PREMIUM`, `SUPPORTER` or `WHITELABEL`.
        plan: String,
    }
}
