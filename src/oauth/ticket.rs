//! What the owner's page carries once the secret was right, so that ending connections does not ask for it again.

use serde::{Deserialize, Serialize};

use super::error::Error;
use super::keys::{Keys, Purpose};
use super::transaction::{Foreign, Nonce};

const PREFIX: &str = "own1";
/// Seconds after the secret was typed; what is done with the page does not prolong it.
const LIFETIME: i64 = 600;
const MAX_LENGTH: usize = 512;

#[derive(Serialize, Deserialize)]
struct Payload {
    e: i64,
    /// The tag of the browser's nonce.
    n: String,
}

pub fn seal(keys: &Keys, nonce: &Nonce, now: i64) -> Result<String, Error> {
    let payload = Payload {
        e: now.saturating_add(LIFETIME),
        n: keys.tag(Purpose::Csrf, nonce.as_str().as_bytes()),
    };
    let bytes = serde_json::to_vec(&payload).map_err(|_| Error::Unavailable)?;
    Ok(keys.seal(Purpose::Connections, PREFIX, &bytes))
}

/// Whether `sealed` still opens the page in this browser.
pub fn check(keys: &Keys, sealed: &str, nonce: &Nonce, now: i64) -> Result<(), Foreign> {
    if sealed.len() > MAX_LENGTH {
        return Err(Foreign::Forged);
    }
    let payload: Payload = keys
        .open(Purpose::Connections, PREFIX, sealed)
        .and_then(|bytes| serde_json::from_slice(&bytes).ok())
        .ok_or(Foreign::Forged)?;
    if !keys.verifies(Purpose::Csrf, nonce.as_str().as_bytes(), &payload.n) {
        return Err(Foreign::Forged);
    }
    if now >= payload.e {
        return Err(Foreign::Expired);
    }
    Ok(())
}
