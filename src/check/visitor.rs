//! Asks as a stranger would: no credentials, no redirects, a few seconds and a few kilobytes each.

use std::error::Error as _;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use http::{HeaderMap, HeaderName, Method, header};
use reqwest::Response;
use rustls::CertificateError;
use serde_json::Value;
use tokio::time::{Instant, timeout};

use crate::roots;

const CONNECTING: Duration = Duration::from_secs(4);
/// From the name to the last byte.
const PATIENCE: Duration = Duration::from_secs(8);
const MAX_BODY: usize = 64 * 1024;

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// Nothing listens there, or no way leads there.
    Refused,
    Timeout,
    Certificate(Flaw),
    /// Something listens there, and it does not speak TLS or another one.
    Tls(String),
    /// The connection broke, or what came is not HTTP.
    Broken,
}

/// What is wrong with a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Flaw {
    Expired,
    NotYetValid,
    /// And the names that it is for.
    OtherName(Vec<String>),
    /// Self-signed, of an authority that this machine does not know, or without the certificates in between.
    UnknownIssuer,
    /// There is none for this name, or none that this machine could take.
    Missing,
    Other(String),
}

/// What came back.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    /// The header as text; empty when it is missing or is none.
    pub fn header(&self, name: impl http::header::AsHeaderName) -> &str {
        let value = self.headers.get(name);
        value
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }

    /// `Null` for what is no JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    pub fn is_html(&self) -> bool {
        let said = self.header(header::CONTENT_TYPE).to_ascii_lowercase();
        said.contains("html")
    }

    /// Whether a cache answered instead of who was asked.
    pub fn is_from_cache(&self) -> bool {
        let hit = |name: &str| self.header(name).to_ascii_lowercase().contains("hit");
        self.headers.contains_key(header::AGE) || hit("cf-cache-status") || hit("x-cache")
    }
}

/// What is sent beside the target.
#[derive(Debug, Default)]
pub struct Ask<'a> {
    pub headers: &'a [(HeaderName, &'a str)],
    /// A body makes it a POST.
    pub body: Option<String>,
}

/// Somebody who asks one origin.
pub struct Visitor {
    http: reqwest::Client,
    origin: String,
}

impl Visitor {
    /// To `origin`, whose `host` has these addresses.
    ///
    /// # Errors
    /// Why no TLS can be spoken here, such as a machine without certificate authorities.
    pub fn to(origin: &str, host: &str, addresses: &[SocketAddr]) -> Result<Self, String> {
        let builder = builder().no_proxy();
        let builder = match host.parse::<std::net::IpAddr>() {
            Ok(_) => builder,
            Err(_) => builder.resolve_to_addrs(host, addresses),
        };
        Self::built(builder, origin)
    }

    /// To a service on the internet, the way that the system's settings name.
    ///
    /// # Errors
    /// As [`Self::to`].
    pub fn abroad(origin: &str, is_loopback: bool) -> Result<Self, String> {
        let builder = if is_loopback {
            builder().no_proxy()
        } else {
            builder()
        };
        Self::built(builder, origin)
    }

    fn built(builder: reqwest::ClientBuilder, origin: &str) -> Result<Self, String> {
        let roots = roots::authorities().map_err(|error| error.to_string())?;
        let roots: Result<Vec<_>, _> = roots
            .iter()
            .map(|der| reqwest::Certificate::from_der(der))
            .collect();
        Ok(Self {
            http: roots
                .and_then(|roots| builder.tls_certs_only(roots).build())
                .map_err(|error| error.without_url().to_string())?,
            origin: origin.trim_end_matches('/').to_owned(),
        })
    }

    pub async fn get(&self, path: &str) -> Result<Answer, Failure> {
        self.ask(path, Ask::default()).await
    }

    pub async fn head(&self, path: &str) -> Result<Answer, Failure> {
        let request = self
            .http
            .request(Method::HEAD, format!("{}{path}", self.origin));
        in_time(request.send()).await
    }

    pub async fn ask(&self, path: &str, ask: Ask<'_>) -> Result<Answer, Failure> {
        in_time(self.request(path, ask).send()).await
    }

    /// As [`Self::ask`], with the time that passed between the first and the last piece of the body.
    pub async fn watch(&self, path: &str, ask: Ask<'_>) -> Result<(Answer, Duration), Failure> {
        let watching = async {
            let response = self.request(path, ask).send().await?;
            let mut arrivals = Vec::new();
            let answer = read(response, |_| arrivals.push(Instant::now())).await?;
            let between = match arrivals.as_slice() {
                [first, .., last] => last.duration_since(*first),
                _ => Duration::ZERO,
            };
            Ok((answer, between))
        };
        timeout(PATIENCE, watching)
            .await
            .map_or(Err(Failure::Timeout), |done| done.map_err(|e| failure(&e)))
    }

    fn request(&self, path: &str, ask: Ask<'_>) -> reqwest::RequestBuilder {
        let method = if ask.body.is_some() {
            Method::POST
        } else {
            Method::GET
        };
        let mut request = self.http.request(method, format!("{}{path}", self.origin));
        for (name, value) in ask.headers {
            request = request.header(name, *value);
        }
        match ask.body {
            Some(body) => request.body(body),
            None => request,
        }
    }
}

fn builder() -> reqwest::ClientBuilder {
    reqwest::Client::builder()
        .user_agent(concat!(
            "intervals-mcp-server/",
            env!("CARGO_PKG_VERSION"),
            " (check)"
        ))
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .http1_only()
        .no_gzip()
        .connect_timeout(CONNECTING)
        // Nothing of one examination tells on the next.
        .pool_max_idle_per_host(0)
}

async fn in_time(
    sent: impl Future<Output = Result<Response, reqwest::Error>>,
) -> Result<Answer, Failure> {
    let exchange = async { read(sent.await?, |_| {}).await };
    timeout(PATIENCE, exchange)
        .await
        .map_or(Err(Failure::Timeout), |done| done.map_err(|e| failure(&e)))
}

async fn read(
    mut response: Response,
    mut arrived: impl FnMut(&[u8]),
) -> Result<Answer, reqwest::Error> {
    let mut answer = Answer {
        status: response.status().as_u16(),
        headers: std::mem::take(response.headers_mut()),
        body: Vec::new(),
    };
    while let Some(piece) = response.chunk().await? {
        arrived(&piece);
        answer.body.extend_from_slice(&piece);
        if answer.body.len() > MAX_BODY {
            break;
        }
    }
    Ok(answer)
}

fn failure(error: &reqwest::Error) -> Failure {
    let mut cause = error.source();
    while let Some(inner) = cause {
        if let Some(tls) = within(inner) {
            return of_tls(tls);
        }
        cause = inner.source();
    }
    if error.is_timeout() {
        Failure::Timeout
    } else if error.is_connect() {
        Failure::Refused
    } else {
        Failure::Broken
    }
}

/// What I/O errors wrap is not among their sources.
fn within<'a>(error: &'a (dyn std::error::Error + 'static)) -> Option<&'a rustls::Error> {
    if let Some(tls) = error.downcast_ref() {
        return Some(tls);
    }
    within(error.downcast_ref::<io::Error>()?.get_ref()?)
}

fn of_tls(error: &rustls::Error) -> Failure {
    let flaw = match error {
        rustls::Error::InvalidCertificate(flaw) => flaw,
        // The other side understood and had nothing to show.
        rustls::Error::AlertReceived(_) => return Failure::Certificate(Flaw::Missing),
        _ => return Failure::Tls(error.to_string()),
    };
    Failure::Certificate(match flaw {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => Flaw::Expired,
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            Flaw::NotYetValid
        }
        CertificateError::NotValidForName => Flaw::OtherName(Vec::new()),
        CertificateError::NotValidForNameContext { presented, .. } => {
            Flaw::OtherName(presented.iter().map(|name| plain(name)).collect())
        }
        // The second is an authority that has the name of a known one and not its key.
        CertificateError::UnknownIssuer | CertificateError::BadSignature => Flaw::UnknownIssuer,
        other => Flaw::Other(other.to_string()),
    })
}

/// `DnsName("mcp.example.com")` without what only programmers want.
fn plain(name: &str) -> String {
    let inner = name
        .split_once('"')
        .and_then(|(_, rest)| rest.split('"').next());
    inner.unwrap_or(name).to_owned()
}
