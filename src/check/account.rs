//! Does Intervals.icu know the key and the athlete?

use std::time::Duration;

use super::finding::Finding;
use crate::clock::Clock;
use crate::intervals::{self, Error};

/// From the question to the last byte.
const PATIENCE: Duration = Duration::from_secs(8);

/// Asks Intervals.icu who the athlete is.
pub async fn examine(mut settings: intervals::Settings, clock: Clock) -> Finding {
    settings.deadline = PATIENCE;
    let service = settings.base_url.to_string();
    let id = settings.athlete_id.to_string();
    let client = match intervals::Client::new(settings, clock) {
        Ok(client) => client,
        Err(why) => {
            return Finding::problem(
                format!("Intervals.icu cannot be asked: {why}."),
                "Look at INTERVALS_BASE_URL.",
            );
        }
    };
    match client.athlete().profile().await {
        Ok(profile) => {
            let athlete = &profile.athlete;
            Finding::ok(format!(
                "Intervals.icu knows the key: {} ({}).",
                athlete
                    .name
                    .as_deref()
                    .unwrap_or("an athlete without a name"),
                athlete.timezone.as_deref().unwrap_or("no time zone set")
            ))
        }
        Err(error) => {
            let remedy = remedy(&error, &id, service.trim_end_matches('/'));
            Finding::problem(format!("{error}."), remedy)
        }
    }
}

fn remedy(error: &Error, id: &str, service: &str) -> String {
    match error {
        Error::Unauthorized => {
            "Copy API_KEY again, whole and without blanks: Intervals.icu shows it under Settings, Developer Settings. A new \
             key replaces the old one."
                .to_owned()
        }
        Error::Forbidden { .. } | Error::NotFound { .. } => format!(
            "Compare ATHLETE_ID, now {id}, with the one under Settings, Developer Settings: it must be the athlete whose \
             API_KEY this is."
        ),
        Error::Connect | Error::Timeout | Error::Disconnected => format!(
            "Check that this machine is on the internet and reaches {service} (a firewall or a DNS fault may stand in the \
             way), and INTERVALS_BASE_URL if it is set."
        ),
        Error::RateLimited { .. } => {
            "Wait a minute and run the check again; other programs may be using the same key.".to_owned()
        }
        _ => format!(
            "Intervals.icu seems to have trouble, or something else answers at {service}: the configuration may be right all \
             the same. Try again in a few minutes."
        ),
    }
}
