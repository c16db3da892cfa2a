//! The only way out of the authorization server: client metadata documents of strangers, fetched so that a stranger cannot point
//! this server at its own neighbourhood (SSRF).
//!
//! A name is resolved once, all of its addresses are checked, and the connection goes to exactly these: a name that changes its
//! mind between the check and the connection (DNS rebinding) gains nothing. No redirects, no proxy, no cookies, no credentials, no
//! decompression, one deadline for everything, a cap on the body while it arrives.

use std::error::Error as _;
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use bytes::BytesMut;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use reqwest::Response;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::sync::Semaphore;

use super::BuildError;
use super::client_url::ClientUrl;
use super::special_addresses::is_special;
use crate::roots;

/// The draft recommends 5 KB; a cap of that size shut out documents that are served today (mcp-oauth.md C-4).
const MAX_BODY: usize = 64 * 1024;
const MAX_AT_ONCE: usize = 4;

/// The addresses of a name. Port 0 stands for 443.
pub type Table = dyn Fn(&str) -> Vec<SocketAddr> + Send + Sync;

/// Who answers for names.
#[derive(Clone, Default)]
pub enum Names {
    #[default]
    System,
    /// A table in place of the domain name system. Its addresses are checked like any others.
    Table(Arc<Table>),
}

/// Where requests may go. The default is the public internet and nothing else; only whoever builds these settings in code can
/// widen it, no variable does.
#[derive(Clone)]
pub struct Settings {
    pub names: Names,
    /// Reachable although they are not public, with exactly this port.
    pub trusted: Vec<SocketAddr>,
    /// Certificate authorities (DER) that are believed beside those of [`crate::roots`].
    pub roots: Vec<Vec<u8>>,
    /// From the wait for a free slot to the last byte.
    pub deadline: Duration,
    /// How long the consent page of a built-in client waits for its document, before it is shown from the built-in copy.
    pub page_patience: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            names: Names::System,
            trusted: Vec::new(),
            roots: Vec::new(),
            deadline: Duration::from_secs(5),
            page_patience: Duration::from_secs(2),
        }
    }
}

/// Whether `address` is one that the whole internet can reach.
#[must_use]
pub fn is_public(address: IpAddr) -> bool {
    !is_special(address)
}

/// Why there is no document. The reasons are for the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// Perhaps later: no such name, an address that is not public, no connection, an error of the site, out of time. To the outside
    /// these are one, since the difference would tell what the network of this server looks like.
    Unreachable(&'static str),
    /// The site answered, and not with a metadata document.
    Wrong(&'static str),
}

/// A body that may be a document, and how long it may be kept.
#[derive(Debug)]
pub struct Fetched {
    pub body: bytes::Bytes,
    pub headers: HeaderMap,
}

/// The one client for strangers' sites.
pub struct Outbound {
    http: reqwest::Client,
    slots: Semaphore,
    deadline: Duration,
}

impl Outbound {
    /// # Errors
    /// When the certificate authorities cannot be read.
    pub fn new(settings: &Settings) -> Result<Self, BuildError> {
        let roots = roots::authorities().map_err(|error| BuildError(error.to_string()))?;
        let roots = roots
            .iter()
            .chain(&settings.roots)
            .map(|der| reqwest::Certificate::from_der(der))
            .collect::<Result<Vec<_>, _>>()
            .map_err(|error| unusable(&error))?;
        let fixed = [
            (header::ACCEPT, HeaderValue::from_static("application/json")),
            (
                header::ACCEPT_ENCODING,
                HeaderValue::from_static("identity"),
            ),
        ];
        let http = reqwest::Client::builder()
            .user_agent(concat!("intervals-mcp-server/", env!("CARGO_PKG_VERSION")))
            .default_headers(HeaderMap::from_iter(fixed))
            .dns_resolver(PublicNames {
                names: settings.names.clone(),
                trusted: settings.trusted.clone().into(),
            })
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .https_only(true)
            .http1_only()
            .no_proxy()
            .no_gzip()
            // A connection that is kept would be one whose address was checked long ago.
            .pool_max_idle_per_host(0)
            .tls_certs_only(roots)
            .build()
            .map_err(|error| unusable(&error))?;
        Ok(Self {
            http,
            slots: Semaphore::new(MAX_AT_ONCE),
            deadline: settings.deadline,
        })
    }

    /// The JSON at `url`.
    ///
    /// # Errors
    /// [`Failure`], after at most the deadline.
    pub async fn get(&self, url: &ClientUrl) -> Result<Fetched, Failure> {
        tokio::time::timeout(self.deadline, self.fetch(url))
            .await
            .unwrap_or(Err(Failure::Unreachable("it did not answer in time")))
    }

    async fn fetch(&self, url: &ClientUrl) -> Result<Fetched, Failure> {
        let _slot = self
            .slots
            .acquire()
            .await
            .map_err(|_| Failure::Unreachable("the server is stopping"))?;
        let sent = self.http.get(url.as_str()).send().await;
        let mut response = sent.map_err(|error| unanswered(&error))?;
        judge(&response)?;
        let mut body = BytesMut::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| unanswered(&error))? {
            if body.len() + chunk.len() > MAX_BODY {
                return Err(Failure::Wrong("The client metadata document is too large"));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Fetched {
            body: body.freeze(),
            headers: std::mem::take(response.headers_mut()),
        })
    }
}

fn unusable(error: &reqwest::Error) -> BuildError {
    BuildError(format!(
        "the HTTP client for documents could not be built: {error}"
    ))
}

fn judge(response: &Response) -> Result<(), Failure> {
    let status = response.status();
    if status.is_server_error()
        || matches!(
            status,
            StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT
        )
    {
        return Err(Failure::Unreachable("it answered with an error of its own"));
    }
    if status.is_redirection() {
        return Err(Failure::Wrong(
            "The client metadata document must not be behind a redirect",
        ));
    }
    if status != StatusCode::OK {
        return Err(Failure::Wrong(
            "The client_id URL did not answer with status 200",
        ));
    }
    let headers = response.headers();
    if headers
        .get_all(header::CONTENT_ENCODING)
        .iter()
        .any(|value| !value.as_bytes().eq_ignore_ascii_case(b"identity"))
    {
        return Err(Failure::Wrong(
            "The client metadata document must not be compressed",
        ));
    }
    if !is_json(headers) {
        return Err(Failure::Wrong(
            "The client metadata document must be application/json",
        ));
    }
    Ok(())
}

/// `application/json` or a type with the suffix `+json`, once.
fn is_json(headers: &HeaderMap) -> bool {
    let mut values = headers.get_all(header::CONTENT_TYPE).iter();
    let (Some(value), None) = (values.next(), values.next()) else {
        return false;
    };
    value.to_str().is_ok_and(|text| {
        let media_type = text.split(';').next().unwrap_or_default();
        let media_type = media_type.trim().to_ascii_lowercase();
        media_type
            .strip_prefix("application/")
            .is_some_and(|subtype| subtype == "json" || subtype.ends_with("+json"))
    })
}

fn unanswered(error: &reqwest::Error) -> Failure {
    let mut cause = error.source();
    while let Some(inner) = cause {
        if inner.is::<NotPublic>() {
            return Failure::Unreachable("its name leads to an address that is not public");
        }
        cause = inner.source();
    }
    Failure::Unreachable(if error.is_connect() {
        "no connection"
    } else {
        "the connection broke"
    })
}

/// Hands on addresses only after all of them were checked.
struct PublicNames {
    names: Names,
    trusted: Arc<[SocketAddr]>,
}

#[derive(Debug)]
struct NotPublic;

impl fmt::Display for NotPublic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an address is not public")
    }
}

impl std::error::Error for NotPublic {}

impl Resolve for PublicNames {
    fn resolve(&self, name: Name) -> Resolving {
        let names = self.names.clone();
        let trusted = Arc::clone(&self.trusted);
        Box::pin(async move {
            let addresses: Vec<SocketAddr> = match names {
                // With a dot at the end the name is whole: a search list cannot turn it into one of the own network.
                Names::System => tokio::net::lookup_host((format!("{}.", name.as_str()), 0))
                    .await?
                    .collect(),
                Names::Table(table) => table(name.as_str()),
            };
            let checked = addresses
                .iter()
                .all(|address| trusted.contains(address) || !is_special(address.ip()));
            if !checked {
                return Err(NotPublic.into());
            }
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}
