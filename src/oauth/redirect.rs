//! Redirect URIs: which are accepted, which match, which hosts are known.
//!
//! Validated and compared as raw text. A URL parser repairs what it reads (`https:claude.ai`, tabs, `127.1`), and the browser may
//! repair it differently; here what is not already canonical is refused (security.md section 4, rule 3).

use std::net::{Ipv4Addr, Ipv6Addr};

use super::form;

const MAX_LENGTH: usize = 512;

/// Private-use schemes without a dot that known clients use; every other one must be a reversed domain name (RFC 8252 section 7.1).
const PRIVATE_SCHEMES: [&str; 6] = [
    "cursor",
    "vscode",
    "vscode-insiders",
    "windsurf",
    "zed",
    "claude",
];

const LOOPBACK_HOSTS: [&str; 3] = ["127.0.0.1", "localhost", "[::1]"];

/// Callbacks of clients that we know, exactly, and who they are (mcp-oauth.md X-6).
const KNOWN_CALLBACKS: [(&str, &str); 6] = [
    ("https://claude.ai/api/mcp/auth_callback", "Claude"),
    ("https://claude.com/api/mcp/auth_callback", "Claude"),
    (
        "https://chatgpt.com/connector_platform_oauth_redirect",
        "ChatGPT",
    ),
    ("https://vscode.dev/redirect", "VS Code"),
    ("https://insiders.vscode.dev/redirect", "VS Code"),
    ("https://www.cursor.com/agents/mcp/oauth/callback", "Cursor"),
];
const KNOWN_PREFIX: (&str, &str) = ("https://chatgpt.com/connector/oauth/", "ChatGPT");

/// Names of the authorization response; in a redirect URI they would appear twice.
const RESPONSE_PARAMETERS: [&str; 5] = ["code", "state", "iss", "error", "error_description"];

/// An acceptable redirect URI, exactly as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RedirectUri {
    text: String,
    kind: Kind,
    /// The host as shown to the owner: ASCII, with the port; for a private-use scheme, the scheme.
    shown: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Https,
    Loopback,
    PrivateUse,
}

/// What is known about where a code would go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Destination {
    /// A client on the built-in list.
    Known(&'static str),
    /// A program on the owner's own machine, whichever it is.
    Loopback,
    /// An installed app that claims this scheme.
    App,
    Unknown,
}

impl RedirectUri {
    /// # Errors
    /// A sentence that says what is wrong, without repeating the input.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        check_characters(text)?;
        let (scheme, rest) = text
            .split_once(':')
            .ok_or("A redirect URI must be absolute")?;
        let (kind, shown, tail) = match scheme {
            "https" => {
                let (authority, tail) = authority(rest)?;
                let host = host_of(authority)?;
                check_host(host)?;
                (Kind::Https, authority.to_owned(), tail)
            }
            "http" => {
                let (authority, tail) = authority(rest)?;
                let host = host_of(authority)?;
                if !LOOPBACK_HOSTS.contains(&host) {
                    return Err("A redirect URI must use https or a loopback address");
                }
                (Kind::Loopback, authority.to_owned(), tail)
            }
            _ => (
                Kind::PrivateUse,
                format!("{scheme}:"),
                private_use(scheme, rest)?,
            ),
        };
        check_tail(tail)?;
        Ok(Self {
            text: text.to_owned(),
            kind,
            shown,
        })
    }

    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The host to show in large letters.
    pub fn shown_host(&self) -> &str {
        &self.shown
    }

    /// The host without its port, if it is one of the web.
    pub fn web_host(&self) -> Option<&str> {
        match self.kind {
            Kind::Https => host_of(&self.shown).ok(),
            Kind::Loopback | Kind::PrivateUse => None,
        }
    }

    pub fn destination(&self) -> Destination {
        match self.kind {
            Kind::Loopback => Destination::Loopback,
            Kind::PrivateUse => Destination::App,
            Kind::Https => {
                let plain = self.text.split('?').next().unwrap_or_default();
                let (prefix, name) = KNOWN_PREFIX;
                KNOWN_CALLBACKS
                    .iter()
                    .find(|(uri, _)| *uri == plain)
                    .map(|(_, name)| *name)
                    .or_else(|| plain.starts_with(prefix).then_some(name))
                    .map_or(Destination::Unknown, Destination::Known)
            }
        }
    }

    /// Whether a browser may be sent there before the owner proved anything. Registration is open, so a registered URI is
    /// still the choice of a stranger (RFC 9700 section 4.11, mcp-oauth.md X-4).
    pub fn may_receive_errors(&self) -> bool {
        matches!(
            self.destination(),
            Destination::Known(_) | Destination::Loopback
        )
    }

    /// Whether a request for this URI is covered by `registered`: the same text, or on loopback the same but for the port
    /// (RFC 8252 section 7.3).
    pub fn is_covered_by(&self, registered: &Self) -> bool {
        self.text == registered.text
            || (self.kind == Kind::Loopback
                && registered.kind == Kind::Loopback
                && self.without_port() == registered.without_port())
    }

    fn without_port(&self) -> Option<(&str, &str)> {
        let (authority, tail) = authority(self.text.split_once(':')?.1).ok()?;
        let host = host_of(authority).ok()?;
        Some((host, tail))
    }

    /// The URI with response parameters after those that it already has (RFC 6749 section 4.1.2).
    pub fn with_parameters(&self, parameters: &[(&str, &str)]) -> String {
        let mut out = self.text.clone();
        let mut separator = match self.text.split_once('?') {
            None => "?",
            Some((_, query)) if query.is_empty() || query.ends_with('&') => "",
            Some(_) => "&",
        };
        for (name, value) in parameters {
            out.push_str(separator);
            out.push_str(name);
            out.push('=');
            out.push_str(&form::escape(value));
            separator = "&";
        }
        out
    }
}

fn check_characters(text: &str) -> Result<(), &'static str> {
    if text.is_empty() || text.len() > MAX_LENGTH {
        return Err("A redirect URI must have between 1 and 512 characters");
    }
    if text.contains('#') {
        return Err("A redirect URI must not have a fragment");
    }
    if text.contains('*') {
        return Err("A redirect URI must not have a wildcard");
    }
    let plain = |b: u8| b.is_ascii_graphic() && !br#"\<>"^`{}|"#.contains(&b);
    if !text.bytes().all(plain) {
        return Err("A redirect URI must be written in plain ASCII, without spaces or backslashes");
    }
    let mut rest = text;
    while let Some((_, after)) = rest.split_once('%') {
        let byte = after
            .get(..2)
            .filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()))
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match byte {
            None => return Err("A redirect URI has a broken percent escape"),
            Some(byte) if byte.is_ascii_control() || byte == b'\\' => {
                return Err("A redirect URI must not escape control characters or backslashes");
            }
            Some(_) => rest = after,
        }
    }
    Ok(())
}

/// `//authority` and what follows it.
fn authority(rest: &str) -> Result<(&str, &str), &'static str> {
    const MALFORMED: &str = "A redirect URI must have a host";
    let rest = rest.strip_prefix("//").ok_or(MALFORMED)?;
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, tail) = rest.split_at_checked(end).ok_or(MALFORMED)?;
    if authority.is_empty() {
        return Err(MALFORMED);
    }
    if authority.contains('@') {
        return Err("A redirect URI must not have a user name");
    }
    Ok((authority, tail))
}

/// The host of an authority, whose port is checked.
fn host_of(authority: &str) -> Result<&str, &'static str> {
    const BAD_PORT: &str = "A redirect URI has an invalid port";
    let after_ip = authority.rfind(']').map_or(0, |end| end + 1);
    let (bracketed, rest) = authority.split_at_checked(after_ip).ok_or(BAD_PORT)?;
    let Some(colon) = rest.find(':') else {
        return if bracketed.is_empty() || rest.is_empty() {
            Ok(authority)
        } else {
            Err("A redirect URI has an invalid host")
        };
    };
    let (host, port) = authority
        .split_at_checked(after_ip + colon)
        .ok_or(BAD_PORT)?;
    let port = port.strip_prefix(':').ok_or(BAD_PORT)?;
    if port.starts_with('0') || !port.bytes().all(|b| b.is_ascii_digit()) {
        return Err(BAD_PORT);
    }
    port.parse::<u16>().map(|_| host).map_err(|_| BAD_PORT)
}

/// A canonical IP address or a domain name in lower case.
fn check_host(host: &str) -> Result<(), &'static str> {
    const BAD_HOST: &str = "A redirect URI has an invalid host";
    if let Some(inner) = host.strip_prefix('[').and_then(|h| h.strip_suffix(']')) {
        let ip: Ipv6Addr = inner.parse().map_err(|_| BAD_HOST)?;
        // `::ffff:127.0.0.1` has two spellings; nobody needs either.
        return (ip.to_string() == inner && ip.to_ipv4_mapped().is_none())
            .then_some(())
            .ok_or(BAD_HOST);
    }
    let label_ok = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    if host.len() > 253 || !host.split('.').all(label_ok) {
        return Err(BAD_HOST);
    }
    let last = host.rsplit('.').next().unwrap_or_default();
    // A host that ends in a number is an IPv4 address to every browser (WHATWG URL section 3.5).
    let numeric = last.bytes().all(|b| b.is_ascii_digit())
        || last
            .strip_prefix("0x")
            .is_some_and(|hex| hex.bytes().all(|b| b.is_ascii_hexdigit()));
    if numeric {
        let ip: Ipv4Addr = host.parse().map_err(|_| BAD_HOST)?;
        return (ip.to_string() == host).then_some(()).ok_or(BAD_HOST);
    }
    // Punycode that does not decode has no meaning that could be shown to anybody.
    if host.contains("xn--") && url::Host::parse(host).is_err() {
        return Err(BAD_HOST);
    }
    Ok(())
}

fn private_use<'a>(scheme: &str, rest: &'a str) -> Result<&'a str, &'static str> {
    let label_ok = |label: &str| {
        label.starts_with(|c: char| c.is_ascii_alphabetic())
            && label
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    let reversed_domain = scheme.contains('.') && scheme.split('.').all(label_ok);
    if !reversed_domain && !PRIVATE_SCHEMES.contains(&scheme) {
        return Err("A redirect URI must use https, a loopback address or a reversed domain name");
    }
    if !rest.starts_with('/') || rest.contains('@') {
        return Err("A redirect URI with a private-use scheme needs a path and no user name");
    }
    Ok(rest)
}

/// Path and query.
fn check_tail(tail: &str) -> Result<(), &'static str> {
    let (path, query) = tail.split_once('?').unwrap_or((tail, ""));
    let dots = |segment: &str| {
        let name = segment.split(';').next().unwrap_or_default();
        matches!(name, "." | "..")
    };
    let decoded = path.to_ascii_lowercase().replace("%2e", ".");
    if decoded.split('/').any(dots) || decoded.contains("%2f") {
        return Err("A redirect URI must not have dot segments");
    }
    let answers = |pair: &str| {
        let name = pair.split('=').next().unwrap_or_default();
        form::unescape(name.as_bytes())
            .is_none_or(|name| RESPONSE_PARAMETERS.contains(&name.as_str()))
    };
    if !query.is_empty() && query.split('&').any(answers) {
        return Err("A redirect URI must not carry response parameters such as code or state");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clients_in_the_field_are_accepted() {
        for (text, shown, destination) in [
            (
                "https://claude.ai/api/mcp/auth_callback",
                "claude.ai",
                Destination::Known("Claude"),
            ),
            (
                "https://chatgpt.com/connector/oauth/abc_DEF-1",
                "chatgpt.com",
                Destination::Known("ChatGPT"),
            ),
            (
                "http://localhost:33418/",
                "localhost:33418",
                Destination::Loopback,
            ),
            (
                "http://127.0.0.1/callback",
                "127.0.0.1",
                Destination::Loopback,
            ),
            (
                "http://[::1]:6274/oauth/callback",
                "[::1]:6274",
                Destination::Loopback,
            ),
            (
                "cursor://anysphere.cursor-mcp/oauth/callback",
                "cursor:",
                Destination::App,
            ),
            (
                "com.example.app:/oauth2redirect",
                "com.example.app:",
                Destination::App,
            ),
            (
                "https://client.test:8443/cb?tenant=1",
                "client.test:8443",
                Destination::Unknown,
            ),
            (
                "https://xn--bcher-kva.example/cb",
                "xn--bcher-kva.example",
                Destination::Unknown,
            ),
            ("https://192.0.2.7/cb", "192.0.2.7", Destination::Unknown),
        ] {
            let uri = RedirectUri::parse(text).unwrap_or_else(|why| panic!("{text}: {why}"));
            assert_eq!(uri.shown_host(), shown, "{text}");
            assert_eq!(uri.destination(), destination, "{text}");
        }
    }

    #[test]
    fn look_alikes_of_known_clients_are_unknown() {
        for text in [
            "https://claude.ai.evil.test/api/mcp/auth_callback",
            "https://claude.ai/api/mcp/auth_callback2",
            "https://claude.ai:8443/api/mcp/auth_callback",
            "https://chatgpt.com/connector/oauthx/",
        ] {
            let uri = RedirectUri::parse(text).unwrap();
            assert_eq!(uri.destination(), Destination::Unknown, "{text}");
            assert!(!uri.may_receive_errors());
        }
    }

    #[test]
    fn only_the_port_of_a_loopback_address_may_differ() {
        let covered = |requested: &str, registered: &str| {
            RedirectUri::parse(requested).is_ok_and(|requested| {
                requested.is_covered_by(&RedirectUri::parse(registered).unwrap())
            })
        };
        let registered = "http://127.0.0.1:3000/callback";
        for (requested, expected) in [
            ("http://127.0.0.1:51004/callback", true),
            ("http://127.0.0.1:1/callback", true),
            ("http://127.0.0.1/callback", true),
            ("http://localhost:3000/callback", false),
            ("http://[::1]:3000/callback", false),
            ("http://127.0.0.2:3000/callback", false),
            ("http://127.0.0.1:3000/callback?bar=foo", false),
            ("http://127.0.0.1:3000/callback/", false),
            ("https://127.0.0.1:3000/callback", false),
            ("http://127.0.0.1:80@evil.test/callback", false),
            ("http://127.0.0.1:0/callback", false),
            ("http://127.0.0.1:65536/callback", false),
        ] {
            assert_eq!(covered(requested, registered), expected, "{requested}");
        }
        assert!(!covered(
            "https://client.test:444/cb",
            "https://client.test/cb"
        ));
        assert!(!covered(
            "https://client.test:443/cb",
            "https://client.test/cb"
        ));
    }

    #[test]
    fn response_parameters_follow_the_query_that_is_there() {
        for (text, expected) in [
            ("https://a.test/cb", "https://a.test/cb?state=x%20%26y"),
            ("https://a.test/cb?", "https://a.test/cb?state=x%20%26y"),
            (
                "https://a.test/cb?t=1",
                "https://a.test/cb?t=1&state=x%20%26y",
            ),
            (
                "https://a.test/cb?t=1&",
                "https://a.test/cb?t=1&state=x%20%26y",
            ),
            ("com.a.b:/cb", "com.a.b:/cb?state=x%20%26y"),
        ] {
            let uri = RedirectUri::parse(text).unwrap();
            assert_eq!(uri.with_parameters(&[("state", "x &y")]), expected);
        }
    }
}
