//! When a read is worth a second attempt.

use std::time::Duration;

use http::HeaderMap;
use http::header::RETRY_AFTER;
use jiff::Timestamp;

use super::error::Error;
use super::limiter::PATIENCE;

/// Attempts beyond the first.
const MAX_RETRIES: u32 = 2;

/// How long to wait before the next attempt after `retries` of them; `None` when the error stands.
///
/// Only for reads. Of a 429 the limiter knows already and makes every request wait, so that nothing is added here.
pub(super) fn pause(error: &Error, retries: u32) -> Option<Duration> {
    if retries >= MAX_RETRIES {
        return None;
    }
    match error {
        Error::RateLimited { retry_after } => retry_after
            .is_none_or(|wait| wait <= PATIENCE)
            .then_some(Duration::ZERO),
        Error::Unavailable {
            retry_after: Some(wait),
            ..
        } => (*wait <= PATIENCE).then_some(*wait),
        Error::Unavailable { .. } | Error::Blocked { status: 500.. } => Some(back_off(retries)),
        Error::Connect | Error::Disconnected if retries == 0 => Some(back_off(retries)),
        _ => None,
    }
}

/// 250 ms, 750 ms.
pub(super) const fn back_off(retries: u32) -> Duration {
    Duration::from_millis(250 * 3_u64.pow(retries))
}

/// `Retry-After` in either of its forms: seconds, or an HTTP date (RFC 9110, section 10.2.3).
pub(super) fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = value.parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let until = jiff::fmt::rfc2822::parse(value).ok()?.timestamp();
    Some(Duration::try_from(until.duration_since(now)).unwrap_or(Duration::ZERO))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wait_of(value: &str) -> Option<Duration> {
        let mut headers = HeaderMap::new();
        headers.insert(RETRY_AFTER, value.parse().unwrap());
        retry_after(&headers, "2026-03-18T09:30:00Z".parse().unwrap())
    }

    #[test]
    fn a_wait_is_read_in_seconds_or_as_a_date() {
        assert_eq!(wait_of("18000"), Some(Duration::from_secs(18_000)));
        assert_eq!(
            wait_of("Wed, 18 Mar 2026 09:31:30 GMT"),
            Some(Duration::from_secs(90))
        );
        assert_eq!(
            wait_of("Wed, 18 Mar 2026 09:00:00 GMT"),
            Some(Duration::ZERO)
        );
        assert_eq!(wait_of("soon"), None);
        assert_eq!(wait_of("-1"), None);
    }

    #[test]
    fn only_what_may_pass_by_itself_is_tried_again() {
        let unavailable = Error::Unavailable {
            status: 503,
            retry_after: None,
        };
        assert_eq!(pause(&unavailable, 0), Some(Duration::from_millis(250)));
        assert_eq!(pause(&unavailable, 1), Some(Duration::from_millis(750)));
        assert_eq!(pause(&unavailable, 2), None);
        assert_eq!(pause(&Error::Connect, 1), None);
        assert_eq!(pause(&Error::Timeout, 0), None);
        assert_eq!(pause(&Error::Blocked { status: 403 }, 0), None);
        let long = Some(Duration::from_secs(60));
        assert_eq!(pause(&Error::RateLimited { retry_after: long }, 0), None);
        assert_eq!(
            pause(
                &Error::Unavailable {
                    status: 503,
                    retry_after: long
                },
                0
            ),
            None
        );
    }
}
