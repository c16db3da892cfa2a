//! Where does the name lead?

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use tokio::net::lookup_host;
use tokio::time::timeout;

use super::finding::Finding;
use crate::oauth::outbound::is_public;
use crate::public_url::PublicUrl;

const PATIENCE: Duration = Duration::from_secs(5);

/// The addresses of the public URL's host, and what is to be said about them.
pub async fn examine(public_url: &PublicUrl) -> Result<(Vec<SocketAddr>, Finding), Finding> {
    let host = bare_host(public_url);
    let addresses = match find(host).await {
        Ok(addresses) if !addresses.is_empty() => addresses,
        _ => return Err(unknown(host)),
    };
    let finding = judge(public_url, host, &addresses);
    Ok((addresses, finding))
}

/// The host as a resolver or an address parser takes it.
pub fn bare_host(public_url: &PublicUrl) -> &str {
    let host = public_url.host();
    host.trim_start_matches('[').trim_end_matches(']')
}

async fn find(host: &str) -> std::io::Result<Vec<SocketAddr>> {
    if let Ok(ip) = host.parse::<IpAddr>() {
        return Ok(vec![SocketAddr::new(ip, 0)]);
    }
    // Names that mean this machine whatever the resolver knows (RFC 6761, section 6.3).
    if is_local_name(host) {
        return Ok(vec![SocketAddr::from((Ipv4Addr::LOCALHOST, 0))]);
    }
    // And one that never is anybody's (section 6.4).
    if host.ends_with(".invalid") {
        return Ok(Vec::new());
    }
    let found = timeout(PATIENCE, lookup_host((host, 0))).await;
    Ok(found.map_err(|_| std::io::ErrorKind::TimedOut)??.collect())
}

fn is_local_name(host: &str) -> bool {
    host == "localhost" || host.ends_with(".localhost")
}

fn judge(public_url: &PublicUrl, host: &str, addresses: &[SocketAddr]) -> Finding {
    let shown: Vec<String> = addresses.iter().map(|a| a.ip().to_string()).collect();
    let shown = shown.join(", ");
    if public_url.is_loopback() || is_local_name(host) {
        return Finding::ok(format!(
            "{host} is this machine: only apps on it can connect."
        ));
    }
    if addresses.iter().any(|address| !is_public(address.ip())) {
        return Finding::warning(
            format!("{host} leads to {shown} here, an address that the internet cannot reach."),
            "For Claude.ai the name must lead to a public address. Apps in your own network can connect all the same.",
        );
    }
    Finding::ok(format!("{host} leads to {shown}."))
}

fn unknown(host: &str) -> Finding {
    Finding::problem(
        format!("The name {host} does not exist, or this machine cannot look names up."),
        format!(
            "Look for a typing error in BASE_URL. If it is right, make a DNS record (A or AAAA) for {host} that leads to the \
             server; a new record can take an hour to be known everywhere."
        ),
    )
}
