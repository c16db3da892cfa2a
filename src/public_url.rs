//! The public origin of this server, from which every URL that it tells anybody is built.
//!
//! Nothing is ever derived from `Host` or `X-Forwarded-*`: behind a TLS-terminating proxy those say something else than
//! what the client typed, and a stranger can write them.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use url::{Host, Url};

/// A normalised origin: lower-case scheme and host, no default port, no path, no trailing slash.
#[derive(Clone, PartialEq, Eq)]
pub struct PublicUrl(Arc<Parts>);

#[derive(PartialEq, Eq)]
struct Parts {
    origin: String,
    host: String,
    authority: String,
    https: bool,
    loopback: bool,
}

/// Why a text is not a public origin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PublicUrlError {
    #[error("is not a URL")]
    NotAUrl,
    #[error(
        "must start with https:// (http:// is accepted for localhost, 127.0.0.1 and [::1] only)"
    )]
    NotHttps,
    #[error("must not carry a user name or password")]
    Userinfo,
    #[error("must be an origin without path, query or fragment")]
    NotAnOrigin,
}

impl PublicUrl {
    /// Parses and normalises `text`; one trailing slash is tolerated.
    ///
    /// # Errors
    /// [`PublicUrlError`] says which rule `text` breaks.
    pub fn parse(text: &str) -> Result<Self, PublicUrlError> {
        let text = text.trim();
        if !text.contains("://") {
            return Err(PublicUrlError::NotAUrl);
        }
        let url = Url::parse(text).map_err(|_| PublicUrlError::NotAUrl)?;
        let host = url.host().ok_or(PublicUrlError::NotAUrl)?;
        let loopback = match &host {
            Host::Domain(name) => *name == "localhost",
            Host::Ipv4(ip) => IpAddr::V4(*ip).is_loopback(),
            Host::Ipv6(ip) => IpAddr::V6(*ip).is_loopback(),
        };
        let https = match url.scheme() {
            "https" => true,
            "http" if loopback => false,
            "http" => return Err(PublicUrlError::NotHttps),
            _ => return Err(PublicUrlError::NotHttps),
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(PublicUrlError::Userinfo);
        }
        if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
            return Err(PublicUrlError::NotAnOrigin);
        }
        let host = host.to_string();
        let authority = match url.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.clone(),
        };
        let origin = format!("{}://{authority}", url.scheme());
        Ok(Self(Arc::new(Parts {
            origin,
            host,
            authority,
            https,
            loopback,
        })))
    }

    /// `https://mcp.example.com`, the OAuth issuer and the resource of a client that was given the bare URL.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.0.origin
    }

    /// `https://mcp.example.com/mcp`, the URL to paste into a client.
    #[must_use]
    pub fn mcp(&self) -> String {
        self.at("/mcp")
    }

    /// The absolute URL of `path`, which starts with a slash.
    #[must_use]
    pub fn at(&self, path: &str) -> String {
        format!("{}{path}", self.0.origin)
    }

    /// `mcp.example.com`, IPv6 in brackets.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.0.host
    }

    /// `mcp.example.com` or `localhost:8000`.
    #[must_use]
    pub fn authority(&self) -> &str {
        &self.0.authority
    }

    #[must_use]
    pub fn is_https(&self) -> bool {
        self.0.https
    }

    #[must_use]
    pub fn is_loopback(&self) -> bool {
        self.0.loopback
    }
}

impl fmt::Debug for PublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.origin)
    }
}

impl fmt::Display for PublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.origin)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_normalised() {
        for (text, origin) in [
            ("https://MCP.Example.com/", "https://mcp.example.com"),
            ("https://mcp.example.com:443", "https://mcp.example.com"),
            (
                "https://mcp.example.com:8443",
                "https://mcp.example.com:8443",
            ),
            ("http://localhost:8000/", "http://localhost:8000"),
            ("http://[::1]:8000", "http://[::1]:8000"),
        ] {
            assert_eq!(PublicUrl::parse(text).unwrap().origin(), origin);
        }
    }

    #[test]
    fn what_is_not_a_safe_origin_is_refused_with_its_reason() {
        for (text, why) in [
            ("mcp.example.com", PublicUrlError::NotAUrl),
            ("http://mcp.example.com", PublicUrlError::NotHttps),
            ("http://127.evil.example", PublicUrlError::NotHttps),
            ("ftp://localhost", PublicUrlError::NotHttps),
            ("https://user:pw@mcp.example.com", PublicUrlError::Userinfo),
            ("https://mcp.example.com/mcp", PublicUrlError::NotAnOrigin),
            ("https://mcp.example.com/?x=1", PublicUrlError::NotAnOrigin),
            ("https://mcp.example.com/#x", PublicUrlError::NotAnOrigin),
        ] {
            assert_eq!(PublicUrl::parse(text).unwrap_err(), why, "{text}");
        }
    }
}
