//! Where the API key may be sent.

use std::net::IpAddr;

use url::{Host, Url};

use super::BuildError;

/// Whether `base_url` is on this machine; an error when the key must not go there.
pub(super) fn is_trusted_on_loopback(base_url: &Url) -> Result<bool, BuildError> {
    let loopback = is_loopback(base_url);
    if base_url.scheme() != "https" && !(loopback && base_url.scheme() == "http") {
        return Err(BuildError(
            "the address of Intervals.icu must be https, or http on loopback".to_owned(),
        ));
    }
    if !base_url.username().is_empty() || base_url.password().is_some() {
        return Err(BuildError(
            "the address of Intervals.icu must not contain credentials".to_owned(),
        ));
    }
    Ok(loopback)
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => IpAddr::V4(address).is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::V6(address).is_loopback(),
        None => false,
    }
}
