//! How each kind of value is written. The errors continue the sentence that starts with the variable's name.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::time::Duration;

use url::{Host, Url};

use crate::http::AllowedOrigins;
use crate::intervals::AthleteId;
use crate::mcp::Toolset;

pub(super) fn athlete_id(text: &str) -> Result<AthleteId, &'static str> {
    text.parse()
        .map_err(|_| "must be digits, with or without a leading i")
}

pub(super) fn port(text: &str) -> Result<u16, &'static str> {
    match text.parse() {
        Ok(0) | Err(_) => Err("must be a number from 1 to 65535"),
        Ok(port) => Ok(port),
    }
}

pub(super) fn host(text: &str) -> Result<IpAddr, &'static str> {
    if text == "localhost" {
        return Ok(IpAddr::from([127, 0, 0, 1]));
    }
    text.trim_start_matches('[')
        .trim_end_matches(']')
        .parse()
        .map_err(|_| "must be an IP address")
}

pub(super) fn flag(text: &str) -> Result<bool, &'static str> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" | "on" => Ok(true),
        "false" | "0" | "no" | "off" => Ok(false),
        _ => Err("must be true or false"),
    }
}

/// `45s`, `30m`, `12h`, `90d`, up to `most` days.
pub(super) fn duration(text: &str, most_days: u64) -> Result<Duration, String> {
    let wrong = || format!("must be a number with s, m, h or d, from 1s to {most_days}d");
    let (unit_at, unit) = text.char_indices().next_back().ok_or_else(wrong)?;
    let seconds = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3_600,
        'd' => 86_400,
        _ => return Err(wrong()),
    };
    let number: u64 = text
        .get(..unit_at)
        .and_then(|digits| digits.parse().ok())
        .ok_or_else(wrong)?;
    match number.checked_mul(seconds) {
        Some(total) if (1..=most_days * 86_400).contains(&total) => Ok(Duration::from_secs(total)),
        _ => Err(wrong()),
    }
}

pub(super) fn timestamp(text: &str) -> Result<jiff::Timestamp, &'static str> {
    text.parse()
        .map_err(|_| "must be a time as in RFC 3339, with its zone")
}

pub(super) fn rate(text: &str) -> Result<Option<NonZeroU32>, &'static str> {
    text.parse()
        .ok()
        .filter(|rate| *rate <= 1_000)
        .map(NonZeroU32::new)
        .ok_or("must be a whole number from 0 to 1000")
}

/// How many proxies to believe; `None` is `auto`.
pub(super) fn proxies(text: &str) -> Result<Option<usize>, &'static str> {
    match text {
        "auto" => Ok(None),
        "none" => Ok(Some(0)),
        number => match number.parse() {
            Ok(hops) if hops <= 10 => Ok(Some(hops)),
            _ => Err("must be auto, none or a number from 0 to 10"),
        },
    }
}

pub(super) fn toolsets(text: &str) -> Result<Vec<Toolset>, String> {
    Toolset::parse(text)
}

pub(super) fn allowed_origins(text: &str) -> Result<AllowedOrigins, &'static str> {
    if text == "*" {
        return Ok(AllowedOrigins::Any);
    }
    let mut origins = Vec::new();
    for entry in text
        .split(',')
        .map(str::trim)
        .filter(|entry| !entry.is_empty())
    {
        if entry == "*" {
            return Err("must be * alone or a list of origins, not both");
        }
        origins.push(origin(entry).ok_or(
            "must be * or origins with their scheme and without a path, separated by commas",
        )?);
    }
    if origins.is_empty() {
        return Err("names no origin");
    }
    Ok(AllowedOrigins::Listed(origins))
}

/// The origin as browsers send it.
fn origin(text: &str) -> Option<String> {
    if !text.contains("://") {
        return None;
    }
    let url = Url::parse(text).ok()?;
    let bare = url.path() == "/"
        && url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none();
    let web = matches!(url.scheme(), "http" | "https")
        && !matches!(url.host(), None | Some(Host::Domain("")));
    (bare && web).then(|| url.origin().ascii_serialization())
}
