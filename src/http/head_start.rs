//! What a proxy needs to see that it has sent a request before the answer comes.
//!
//! Proxies in Go (Caddy, Traefik and most others are built on its `net/http`) write a body and then look once more whether there
//! is more of it. Over HTTP/1.1 the beginning of an answer closes that body, and a proxy that has not looked by then takes this
//! for a failure and cuts the answer off, but for what it has in its buffer (golang/go#40747; seen with Debian's Caddy). Between
//! the two there are microseconds, more on a busy machine, and our answers can be as fast.

use std::time::Duration;

use axum::http::HeaderMap;
use axum::http::header::{FORWARDED, VIA};
use axum::response::Response;
use http_body::Body as _;
use tokio::time::{Instant, Sleep, sleep_until};

/// From the end of a request's body to the beginning of its answer. Whatever asks Intervals.icu takes longer by itself.
const HEAD_START: Duration = Duration::from_millis(5);
/// Such an answer fits into the 4 KiB of the proxy's buffer together with its headers.
const SHORT: u64 = 2 * 1024;

/// Whether a proxy passed the request on, as far as it says so.
pub(super) fn is_passed_on(headers: &HeaderMap) -> bool {
    headers.contains_key("x-forwarded-for")
        || headers.contains_key(FORWARDED)
        || headers.contains_key(VIA)
}

/// The wait until `answer` can begin, when the body that it answers ended at `since`.
pub(super) fn before(answer: &Response, since: Instant) -> Option<Sleep> {
    let size = answer.body().size_hint().exact();
    let is_short = size.is_some_and(|size| size <= SHORT);
    (!is_short).then(|| sleep_until(since + HEAD_START))
}
