//! How long a document is kept: what its site says (RFC 9111), within bounds of our own.

use http::{HeaderMap, HeaderName, header};

/// Seconds. Less would let a site have itself asked again and again.
const LEAST: i64 = 5 * 60;
const MOST: i64 = 24 * 3600;
/// When the site says nothing.
const UNSAID: i64 = 3600;
/// How old a document may be that stands in for one that cannot be fetched.
const STALE: i64 = 7 * 86_400;

/// Two instants in unix seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Freshness {
    /// Until then it is used without asking.
    pub fresh_until: i64,
    /// Until then it is better than nothing.
    pub stale_until: i64,
}

impl Freshness {
    pub fn of(headers: &HeaderMap, now: i64) -> Self {
        let directives = || {
            headers
                .get_all(header::CACHE_CONTROL)
                .iter()
                .filter_map(|value| value.to_str().ok())
                .flat_map(|line| line.split(','))
                .map(|directive| directive.trim().to_ascii_lowercase())
        };
        let says = |name: &str| {
            directives().any(|directive| directive.split('=').next().is_some_and(|n| n == name))
        };
        let age = number(headers, &header::AGE).unwrap_or(0);
        let asked = directives()
            .find_map(|directive| {
                let seconds = directive.strip_prefix("max-age=")?.trim_matches('"');
                seconds.parse::<u32>().ok().map(i64::from)
            })
            .map_or(UNSAID, |seconds| seconds.saturating_sub(age));
        let no_store = says("no-store");
        let lifetime = if no_store || says("no-cache") {
            LEAST
        } else {
            asked.clamp(LEAST, MOST)
        };
        let fresh_until = now.saturating_add(lifetime);
        Self {
            fresh_until,
            stale_until: if no_store {
                fresh_until
            } else {
                now.saturating_add(STALE)
            },
        }
    }
}

fn number(headers: &HeaderMap, name: &HeaderName) -> Option<i64> {
    let text = headers.get(name)?.to_str().ok()?;
    text.parse::<u32>().ok().map(i64::from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    #[test]
    fn the_site_is_heard_within_our_bounds() {
        for (cache_control, age, fresh, stale) in [
            ("", "", 3600, STALE),
            ("public, max-age=7200", "", 7200, STALE),
            ("max-age=7200", "3600", 3600, STALE),
            ("max-age=7200", "90000", LEAST, STALE),
            ("max-age=0", "", LEAST, STALE),
            ("max-age=31536000, immutable", "", MOST, STALE),
            ("max-age=-1", "", 3600, STALE),
            ("max-age=99999999999999", "", 3600, STALE),
            ("Max-Age=\"600\"", "", 600, STALE),
            ("no-cache, max-age=7200", "", LEAST, STALE),
            ("no-store", "", LEAST, LEAST),
            ("private, no-store, max-age=7200", "", LEAST, LEAST),
        ] {
            let headers = HeaderMap::from_iter([
                (
                    header::CACHE_CONTROL,
                    HeaderValue::from_static(cache_control),
                ),
                (header::AGE, HeaderValue::from_static(age)),
            ]);
            let expected = Freshness {
                fresh_until: 1000 + fresh,
                stale_until: 1000 + stale,
            };
            assert_eq!(
                Freshness::of(&headers, 1000),
                expected,
                "{cache_control} {age}"
            );
        }
    }
}
