//! Resource indicators (RFC 8707): which of our two names for the same resource server a token is for.

use serde::{Deserialize, Serialize};

use crate::public_url::PublicUrl;

/// The audience of a token: the URL that the user typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Resource {
    #[serde(rename = "r")]
    Root,
    #[serde(rename = "m")]
    Mcp,
}

impl Resource {
    /// Reads a `resource` parameter; case of scheme and host, the default port and one trailing slash do not matter
    /// (mcp-oauth.md A-2). Everything after the authority is compared as it stands: `/%6dcp` is not ours.
    pub fn parse(public_url: &PublicUrl, text: &str) -> Option<Self> {
        let (scheme, rest) = text.split_once("://")?;
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at_checked(end)?;
        let scheme = scheme.to_ascii_lowercase();
        let authority = authority.to_ascii_lowercase();
        let default_port = if scheme == "https" { ":443" } else { ":80" };
        let authority = authority.strip_suffix(default_port).unwrap_or(&authority);
        if format!("{scheme}://{authority}") != public_url.origin() {
            return None;
        }
        match path {
            "" | "/" => Some(Self::Root),
            "/mcp" | "/mcp/" => Some(Self::Mcp),
            _ => None,
        }
    }

    /// The audience of an authorization request: its first `resource`, all of which must be ours (A-3); none means `/mcp` (A-1).
    pub fn of_request<'a>(
        public_url: &PublicUrl,
        values: impl Iterator<Item = &'a str>,
    ) -> Option<Self> {
        let mut first = None;
        for value in values.filter(|value| !value.is_empty()) {
            let resource = Self::parse(public_url, value)?;
            first.get_or_insert(resource);
        }
        Some(first.unwrap_or(Self::Mcp))
    }

    /// The `aud` claim.
    pub fn url(self, public_url: &PublicUrl) -> String {
        match self {
            Self::Root => public_url.origin().to_owned(),
            Self::Mcp => public_url.mcp(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_urls_name_a_resource() {
        let url = PublicUrl::parse("https://mcp.example.com").unwrap();
        for (text, resource) in [
            ("https://mcp.example.com", Some(Resource::Root)),
            ("https://mcp.example.com/", Some(Resource::Root)),
            ("https://mcp.example.com/mcp", Some(Resource::Mcp)),
            ("https://mcp.example.com/mcp/", Some(Resource::Mcp)),
            ("HTTPS://MCP.Example.com:443/mcp", Some(Resource::Mcp)),
            ("https://mcp.example.com/MCP", None),
            ("https://mcp.example.com/mcp//", None),
            ("https://mcp.example.com/mcp#f", None),
            ("https://mcp.example.com/mcp?x", None),
            ("https://mcp.example.com/mcp-evil", None),
            ("https://mcp.example.com/other", None),
            ("https://mcp.example.com/%6dcp", None),
            ("https://mcp.example.com:444/mcp", None),
            ("https://mcp.example.com.evil.test/mcp", None),
            ("https://evil.test@mcp.example.com/mcp", None),
            ("http://mcp.example.com/mcp", None),
            ("mcp.example.com/mcp", None),
            ("", None),
        ] {
            assert_eq!(Resource::parse(&url, text), resource, "{text}");
        }
    }

    #[test]
    fn one_foreign_resource_spoils_all() {
        let url = PublicUrl::parse("https://mcp.example.com").unwrap();
        let of = |values: &[&str]| Resource::of_request(&url, values.iter().copied());
        assert_eq!(of(&[]), Some(Resource::Mcp));
        assert_eq!(
            of(&["https://mcp.example.com", "https://mcp.example.com/mcp"]),
            Some(Resource::Root)
        );
        assert_eq!(
            of(&["https://mcp.example.com/mcp", "https://evil.test"]),
            None
        );
    }
}
