//! The two cookies of the pages. Neither of them approves anything or shows anything.

use axum::response::Response;
use http::{HeaderMap, HeaderValue, header};

use super::error::Error;
use super::keys::{Keys, Purpose};
use super::transaction::Nonce;

const NONCE: &str = "mcp_csrf";
/// A little longer than a page is valid, so that it is the page that expires first.
const NONCE_MAX_AGE: i64 = 900;
const DEVICE: &str = "mcp_device";
const DEVICE_PREFIX: &str = "dev1";
const DEVICE_MAX_AGE: i64 = 365 * 86_400;

/// Reads and writes the cookies of one origin.
pub struct Cookies {
    https: bool,
}

impl Cookies {
    pub const fn new(https: bool) -> Self {
        Self { https }
    }

    /// `__Host-` keeps neighbours from planting a cookie; browsers accept it over https only.
    fn name(&self, plain: &str) -> String {
        if self.https {
            format!("__Host-{plain}")
        } else {
            plain.to_owned()
        }
    }

    fn set(&self, plain: &str, value: &str, max_age: i64) -> Option<HeaderValue> {
        let secure = if self.https { " Secure;" } else { "" };
        let name = self.name(plain);
        HeaderValue::try_from(format!(
            "{name}={value}; Path=/;{secure} HttpOnly; SameSite=Lax; Max-Age={max_age}"
        ))
        .ok()
    }

    fn values<'a>(&self, headers: &'a HeaderMap, plain: &str) -> Vec<&'a str> {
        let name = self.name(plain);
        headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|line| line.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .filter(|(key, _)| *key == name)
            .map(|(_, value)| value)
            .collect()
    }

    /// The browser's nonce.
    pub fn nonce(&self, headers: &HeaderMap) -> Option<Nonce> {
        self.values(headers, NONCE)
            .into_iter()
            .find_map(Nonce::parse)
    }

    /// The browser's nonce, or a new one. Taken up again, so that a page that is loaded twice works in both tabs.
    pub fn nonce_or_new(&self, headers: &HeaderMap) -> Result<Nonce, Error> {
        self.nonce(headers).map_or_else(Nonce::new, Ok)
    }

    pub fn set_nonce(&self, nonce: &Nonce) -> Option<HeaderValue> {
        self.set(NONCE, nonce.as_str(), NONCE_MAX_AGE)
    }

    /// Whether somebody typed the owner secret in this browser before. It buys a budget of attempts of its own and nothing else.
    pub fn is_known_device(&self, headers: &HeaderMap, keys: &Keys, now: i64) -> bool {
        self.values(headers, DEVICE).into_iter().any(|value| {
            keys.open(Purpose::Device, DEVICE_PREFIX, value)
                .and_then(|since| String::from_utf8(since).ok()?.parse::<i64>().ok())
                .is_some_and(|since| now.saturating_sub(since) < DEVICE_MAX_AGE)
        })
    }

    pub fn set_known_device(&self, keys: &Keys, now: i64) -> Option<HeaderValue> {
        let value = keys.seal(Purpose::Device, DEVICE_PREFIX, now.to_string().as_bytes());
        self.set(DEVICE, &value, DEVICE_MAX_AGE)
    }
}

/// Sends a cookie along with an answer.
pub fn set(response: &mut Response, cookie: Option<HeaderValue>) {
    if let Some(cookie) = cookie {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
}
