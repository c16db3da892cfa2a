//! Where a platform keeps what is written, so that state never lands on a disk that the next deployment throws away: an app whose
//! grant is missing from a state file is disconnected, while memory that was emptied lets every app go on.

use std::path::Path;

use super::variables::DATA_DIR;
use super::{RAILWAY_VOLUME, Sources};

/// The directory for state, and what is worth saying about the choice.
pub(super) fn directory(sources: &Sources) -> (Option<&str>, Option<String>) {
    let named = sources.get(DATA_DIR.name);
    let volume = sources.set(RAILWAY_VOLUME);
    match (named, volume) {
        (Some(named), Some(volume)) if !Path::new(named).starts_with(volume) => (
            Some(volume),
            Some(
                "DATA_DIR is not on the volume that Railway mounts: state is kept on the volume instead"
                    .to_owned(),
            ),
        ),
        (Some(_), None) => match platform_without_disk(sources) {
            Some(platform) => (
                None,
                Some(format!(
                    "DATA_DIR is not used: {platform}, so that what is written there is gone with the next deployment"
                )),
            ),
            None => (named, None),
        },
        _ => (named.or(volume), None),
    }
}

fn platform_without_disk(sources: &Sources) -> Option<&'static str> {
    if sources.set("RAILWAY_ENVIRONMENT_ID").is_some() {
        Some("no volume of Railway is attached")
    } else if sources.set("DYNO").is_some() {
        Some("Heroku has no disk")
    } else {
        None
    }
}
