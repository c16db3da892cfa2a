//! Whether a form was posted by a page of ours.

use http::{HeaderMap, HeaderValue, header};

/// Second line behind the cookie. `null` is what in-app browsers send; what is sealed into the form and the cookie vouch for it.
pub fn is_same_site(headers: &HeaderMap, own_origin: &str) -> bool {
    let origin = headers.get(header::ORIGIN).map(HeaderValue::as_bytes);
    let site = headers.get("sec-fetch-site").map(HeaderValue::as_bytes);
    origin.is_none_or(|origin| origin == own_origin.as_bytes() || origin == b"null")
        && site.is_none_or(|site| site == b"same-origin" || site == b"none")
}
