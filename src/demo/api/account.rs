//! The athlete's whole account: units, and beside them what no client should want.

use std::sync::atomic::Ordering;

use serde_json::{Value, json};

use super::{Call, print, settings};
use crate::demo::API_KEY;
use crate::demo::athlete::profile;
use crate::demo::document::merge;
use crate::demo::rules::Refusal;

/// As the real one does, this answer holds the API key, an invitation token and personal data.
pub fn account(call: &Call<'_>) -> Result<String, Refusal> {
    let imperial = call.writes.imperial.load(Ordering::Relaxed);
    let mut account = profile::profile()["athlete"].take();
    merge(
        &mut account,
        json!({
            "measurement_preference": if imperial { "feet" } else { "meters" },
            "weight_pref_lb": imperial, "fahrenheit": imperial, "wind_speed": "KMH", "rain": "MM",
            "icu_api_key": API_KEY, "icu_friend_invite_token": "invite-token-that-is-nobody-s-business",
            "icu_date_of_birth": "1986-04-11", "icu_weight": profile::WEIGHT, "icu_resting_hr": profile::RESTING_HR,
            "locale": "en", "icu_type_settings": [], "icu_form_as_percent": false, "plan": "SUPPORTER",
            "sportSettings": settings::all(call),
            "custom_items": [{ "id": 7003, "type": "FITNESS_CHART", "content": { "script": "x".repeat(20_000) } }],
        }),
    );
    print(Value::take(&mut account))
}
