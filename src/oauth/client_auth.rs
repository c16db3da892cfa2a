//! How a client proves at the token and revocation endpoints who it is.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, header};

use super::client::Client;
use super::error::Error;
use super::form::{self, Form};
use super::keys::Keys;

/// The authenticated client (RFC 6749 section 2.3).
pub fn authenticate(keys: &Keys, headers: &HeaderMap, form: &Form) -> Result<Client, Error> {
    let basic = basic_credentials(headers)?;
    let tried_basic = basic.is_some();
    let unknown = Error::InvalidClient { basic: tried_basic };
    let (id, secret) = match (&basic, form.one("client_id")?, form.one("client_secret")?) {
        // RFC 6749 section 2.3: one method a request.
        (Some(_), _, Some(_)) => {
            return Err(Error::InvalidRequest(
                "Send the client secret in one way only",
            ));
        }
        (Some((id, _)), Some(in_body), None) if id != in_body => return Err(unknown),
        (Some((id, secret)), _, None) => (id.as_str(), Some(secret.as_str())),
        (None, Some(id), secret) => (id, secret),
        (None, None, _) => return Err(Error::InvalidRequest("client_id is required")),
    };
    // A public client may name itself by Basic with an empty password.
    let secret = secret.filter(|secret| !secret.is_empty());
    Client::presented(keys, id)
        .filter(|client| client.authenticates(keys, secret))
        .ok_or(unknown)
}

/// Id and secret from `Authorization: Basic`, both form-encoded within (RFC 6749 section 2.3.1).
fn basic_credentials(headers: &HeaderMap) -> Result<Option<(String, String)>, Error> {
    const WRONG: Error = Error::InvalidClient { basic: true };
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let Some(value) = values.next() else {
        return Ok(None);
    };
    if values.next().is_some() {
        return Err(WRONG);
    }
    let (scheme, encoded) = value
        .to_str()
        .ok()
        .and_then(|text| text.split_once(' '))
        .ok_or(WRONG)?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return Err(WRONG);
    }
    let decoded = STANDARD.decode(encoded.trim()).map_err(|_| WRONG)?;
    let colon = decoded.iter().position(|b| *b == b':').ok_or(WRONG)?;
    let (id, secret) = decoded.split_at_checked(colon).ok_or(WRONG)?;
    let id = form::unescape(id).ok_or(WRONG)?;
    let secret = form::unescape(secret.get(1..).unwrap_or_default()).ok_or(WRONG)?;
    Ok(Some((id, secret)))
}
