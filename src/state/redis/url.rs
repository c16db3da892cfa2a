//! The address of a Redis, with what it asks for.

use std::fmt;
use std::net::IpAddr;

use ::redis::{ConnectionInfo, IntoConnectionInfo};
use url::Url;

/// `redis://` or `rediss://`, user, password, host, port and number of a database; shown to nobody.
#[derive(Clone)]
pub struct RedisUrl {
    url: Url,
    info: Box<ConnectionInfo>,
}

impl RedisUrl {
    /// # Errors
    /// What is wrong with `text`, as the end of a sentence that starts with the name of the variable.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let url = Url::parse(text).map_err(
            |_| "must be a URL; special characters of the password are written percent-encoded",
        )?;
        if !matches!(url.scheme(), "redis" | "rediss") {
            return Err("must start with redis:// or rediss://");
        }
        if url.host_str().is_none_or(str::is_empty) {
            return Err(
                "must name a host; special characters of the password are written percent-encoded",
            );
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err("must have no ? and no #; in a password they are written %3F and %23");
        }
        let database = url.path().trim_start_matches('/');
        if !database.is_empty() && database.parse::<u16>().is_err() {
            return Err("must end after the port or with the number of a database");
        }
        let info = url
            .clone()
            .into_connection_info()
            .map_err(|_| "must name one host, with a user name and a password that are UTF-8")?;
        let info = Box::new(info);
        Ok(Self { url, info })
    }

    /// Whether what is said to Redis could be read on its way: without TLS, to a host that is neither this machine nor, by its
    /// address or name, within a private network.
    #[must_use]
    pub fn is_readable_on_the_way(&self) -> bool {
        let host = self.url.host_str().unwrap_or_default();
        !self.has_tls() && !is_near(host)
    }

    pub(super) fn has_tls(&self) -> bool {
        self.url.scheme() == "rediss"
    }

    pub(super) fn info(&self) -> ConnectionInfo {
        (*self.info).clone()
    }
}

/// Names that only a private network knows: those without a dot, and the endings that are set aside for it or that platforms
/// use inside.
fn is_near(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    match host.parse() {
        Ok(IpAddr::V4(ip)) => ip.is_loopback() || ip.is_private() || ip.is_link_local(),
        Ok(IpAddr::V6(ip)) => {
            ip.is_loopback() || ip.is_unique_local() || ip.is_unicast_link_local()
        }
        Err(_) => {
            let host = host.trim_end_matches('.').to_ascii_lowercase();
            let inside = [
                "localhost",
                "internal",
                "local",
                "lan",
                "home.arpa",
                "svc",
                "flycast",
            ];
            !host.contains('.') || inside.iter().any(|end| host.ends_with(&format!(".{end}")))
        }
    }
}

impl fmt::Debug for RedisUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RedisUrl(..)")
    }
}

impl PartialEq for RedisUrl {
    fn eq(&self, other: &Self) -> bool {
        self.url == other.url
    }
}

impl Eq for RedisUrl {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_names_a_redis_is_taken() {
        for text in [
            "redis://localhost",
            "redis://127.0.0.1:6379",
            "redis://[::1]:6380/3",
            "redis://:p%23ss@cache/0",
            "rediss://default:pass@redis.example.com:6379/",
        ] {
            let url = RedisUrl::parse(text).unwrap();
            assert_eq!(format!("{url:?}"), "RedisUrl(..)");
        }
    }

    #[test]
    fn what_does_not_is_refused() {
        for text in [
            "localhost:6379",
            "127.0.0.1",
            "http://cache",
            "unix:///run/redis.sock",
            "redis://",
            "redis:///0",
            "redis://:pa#ss@cache",
            "redis://:pa/ss@cache",
            "redis://cache/one",
            "redis://cache/-1",
            "redis://cache/0/1",
            "redis://cache?protocol=resp3",
            "rediss://cache#insecure",
            "redis://0.0.0.0",
            "redis://cache:99999",
        ] {
            assert!(RedisUrl::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn only_an_open_way_to_a_public_host_is_readable() {
        let readable = |text: &str| RedisUrl::parse(text).unwrap().is_readable_on_the_way();
        for near in [
            "redis://localhost",
            "redis://127.0.0.1",
            "redis://[::1]",
            "redis://[fd12:3456::1]",
            "redis://10.1.2.3",
            "redis://192.168.1.5",
            "redis://redis",
            "redis://red-abc123",
            "redis://redis.railway.internal",
            "redis://cache.prod.svc.cluster.local",
            "rediss://redis.example.com",
        ] {
            assert!(!readable(near), "{near}");
        }
        for far in [
            "redis://redis.example.com",
            "redis://203.0.113.9",
            "redis://[2001:db8::1]",
        ] {
            assert!(readable(far), "{far}");
        }
    }
}
