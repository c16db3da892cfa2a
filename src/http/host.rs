//! Is the request meant for this server? The defence against DNS rebinding, where a web page gives its own name to our
//! address.

use std::net::IpAddr;

use axum::http::header::HOST;
use axum::http::uri::Authority;
use axum::http::{HeaderMap, Uri};

use super::error::Refusal;
use crate::public_url::PublicUrl;

/// Whether the one `Host` line, and the target when it is absolute, name this server.
pub(super) fn check(public_url: &PublicUrl, uri: &Uri, headers: &HeaderMap) -> Result<(), Refusal> {
    let mut hosts = headers.get_all(HOST).iter();
    let (Some(host), None) = (hosts.next(), hosts.next()) else {
        return Err(Refusal::SeveralHosts);
    };
    let named = host.to_str().map_err(|_| Refusal::Host)?;
    // An absolute target takes the place of `Host` (RFC 9112, 3.2.2); both must be right.
    let target = uri.authority().map(Authority::as_str);
    if is_ours(public_url, named) && target.is_none_or(|target| is_ours(public_url, target)) {
        Ok(())
    } else {
        Err(Refusal::Host)
    }
}

fn is_ours(public_url: &PublicUrl, authority: &str) -> bool {
    let authority = authority.to_ascii_lowercase();
    if public_url.is_loopback() {
        // Whatever port: forwarded ports of containers and proxies of developers differ from ours.
        return is_loopback(&authority);
    }
    authority == public_url.authority()
        || (public_url.authority() == public_url.host()
            && authority.strip_suffix(":443") == Some(public_url.host()))
}

/// Whether `authority`, a host with or without a port, is this machine by a name that nobody else can own.
pub(super) fn is_loopback(authority: &str) -> bool {
    if authority.contains('@') {
        return false;
    }
    let Ok(authority) = authority.parse::<Authority>() else {
        return false;
    };
    let host = authority.host();
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost"
        || address
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ours(base_url: &str, authority: &str) -> bool {
        is_ours(&PublicUrl::parse(base_url).unwrap(), authority)
    }

    #[test]
    fn only_the_authority_of_base_url_is_this_server() {
        for right in ["mcp.example.com", "MCP.example.com", "mcp.example.com:443"] {
            assert!(ours("https://mcp.example.com", right), "{right}");
        }
        for wrong in [
            "",
            "evil.test",
            "mcp.example.com.evil.test",
            "mcp.example.com:9999",
            "mcp.example.com:80",
            "user@mcp.example.com",
            "localhost",
        ] {
            assert!(!ours("https://mcp.example.com", wrong), "{wrong}");
        }
        assert!(ours("https://mcp.example.com:8443", "mcp.example.com:8443"));
        assert!(!ours("https://mcp.example.com:8443", "mcp.example.com"));
    }

    #[test]
    fn on_loopback_every_loopback_name_and_port_is_this_server() {
        for right in [
            "localhost:8000",
            "127.0.0.1:9999",
            "127.0.0.2",
            "[::1]:8000",
            "LOCALHOST",
        ] {
            assert!(ours("http://localhost:8000", right), "{right}");
        }
        for wrong in [
            "",
            "evil.test:8000",
            "localhost.evil.test",
            "127.evil.test",
            "user@localhost",
            "0.0.0.0:8000",
        ] {
            assert!(!ours("http://localhost:8000", wrong), "{wrong}");
        }
    }
}
