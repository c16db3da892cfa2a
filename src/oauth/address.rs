//! Where a request came from: for limits, and to tell the owner over which kind of address an app called.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use axum::extract::ConnectInfo;
use http::Request;
use serde::{Deserialize, Serialize};

/// All that is remembered of an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Family {
    #[serde(rename = "4")]
    V4,
    #[serde(rename = "6")]
    V6,
}

impl Family {
    /// Of an address as [`client_address`] gives it.
    pub const fn of(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(_) => Self::V4,
            IpAddr::V6(_) => Self::V6,
        }
    }

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::V4 => "IPv4",
            Self::V6 => "IPv6",
        }
    }
}

/// The client's address: `hops` entries from the right of `X-Forwarded-For`, since everything further left is written by
/// strangers; without proxies, the peer. `None` when neither is known.
pub fn client_address<B>(request: &Request<B>, hops: usize) -> Option<IpAddr> {
    let address = if hops == 0 {
        request
            .extensions()
            .get::<ConnectInfo<SocketAddr>>()
            .map(|ConnectInfo(peer)| peer.ip())
    } else {
        // Lossily: a stranger's odd byte on the left must not hide what our proxy wrote on the right.
        let values: Vec<_> = request
            .headers()
            .get_all("x-forwarded-for")
            .iter()
            .map(|value| String::from_utf8_lossy(value.as_bytes()))
            .collect();
        let entries: Vec<&str> = values.iter().flat_map(|value| value.split(',')).collect();
        let at = entries.len().checked_sub(hops)?;
        entries.get(at)?.trim().parse().ok()
    };
    address.map(network)
}

/// Any rented server has several /64, and a household has up to a /48: less is no obstacle to whoever guesses.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(ip) => {
            let mask = u128::MAX << 80;
            IpAddr::V6(Ipv6Addr::from_bits(ip.to_bits() & mask))
        }
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(forwarded: &[&str], hops: usize) -> Option<String> {
        let mut request = Request::builder();
        for value in forwarded {
            request = request.header("X-Forwarded-For", *value);
        }
        client_address(&request.body(()).unwrap(), hops).map(|ip| ip.to_string())
    }

    #[test]
    fn only_what_our_own_proxies_wrote_is_believed() {
        let seen = ["10.0.0.1, 192.0.2.9"];
        assert_eq!(address(&seen, 1).as_deref(), Some("192.0.2.9"));
        assert_eq!(address(&seen, 2).as_deref(), Some("10.0.0.1"));
        assert_eq!(address(&seen, 3), None);
        assert_eq!(address(&seen, 0), None);
        assert_eq!(
            address(&["10.0.0.1", "2001:db8:1:2:3:4:5:6"], 1).as_deref(),
            Some("2001:db8:1::")
        );
        assert_eq!(address(&["not an address"], 1), None);
        let mut request = Request::new(());
        let odd = http::HeaderValue::from_bytes(b"\xff, 192.0.2.9").unwrap();
        request.headers_mut().insert("x-forwarded-for", odd);
        let seen = client_address(&request, 1).map(|ip| ip.to_string());
        assert_eq!(seen.as_deref(), Some("192.0.2.9"));
    }
}
