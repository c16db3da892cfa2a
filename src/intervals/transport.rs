//! One request to Intervals.icu, from target to decoded answer.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use reqwest::Method;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use secrecy::ExposeSecret;
use serde::Serialize;
use url::{Host, Url};

use super::cache::Freshness;
use super::error::Error;
use super::ids::AthleteId;
use super::lenient::Document;
use super::target::Target;
use super::{BuildError, Settings};
use crate::clock::Clock;

pub(super) struct Transport {
    http: reqwest::Client,
    base: String,
    athlete: AthleteId,
    authorization: HeaderValue,
    deadline: Duration,
}

impl Transport {
    pub(super) fn new(settings: Settings, _clock: Clock) -> Result<Self, BuildError> {
        let loopback = is_loopback(&settings.base_url);
        let http = reqwest::Client::builder()
            .user_agent(concat!("intervals-mcp-server/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .https_only(!loopback)
            .http1_only()
            .connect_timeout(Duration::from_secs(5));
        let http = if loopback { http.no_proxy() } else { http };
        let http = http
            .build()
            .map_err(|error| BuildError(error.without_url().to_string()))?;
        use base64::Engine as _;
        let credentials = base64::engine::general_purpose::STANDARD
            .encode(format!("API_KEY:{}", settings.api_key.expose_secret()));
        let mut authorization = HeaderValue::try_from(format!("Basic {credentials}"))
            .map_err(|_| BuildError("the API key cannot be sent in a header".to_owned()))?;
        authorization.set_sensitive(true);
        Ok(Self {
            http,
            base: format!(
                "{}/api/v1",
                settings.base_url.as_str().trim_end_matches('/')
            ),
            athlete: settings.athlete_id,
            authorization,
            deadline: settings.deadline,
        })
    }

    /// `/athlete/{id}`
    pub(super) fn athlete(&self) -> Target {
        Target::new("athlete").id(&self.athlete)
    }

    pub(super) async fn get<T: Document>(
        &self,
        target: Target,
        _: Freshness,
    ) -> Result<Arc<T>, Error> {
        let body = self.send(Method::GET, &target, None).await?;
        decode(&body).map(Arc::new)
    }

    pub(super) async fn put<T: Document>(
        &self,
        target: Target,
        body: &impl Serialize,
    ) -> Result<T, Error> {
        let body = serde_json::to_vec(body).map_err(|_| Error::Malformed {
            path: String::new(),
        })?;
        let answer = self.send(Method::PUT, &target, Some(body)).await?;
        decode(&answer)
    }

    pub(super) async fn put_unanswered(
        &self,
        target: Target,
        body: &impl Serialize,
    ) -> Result<(), Error> {
        let body = serde_json::to_vec(body).map_err(|_| Error::Malformed {
            path: String::new(),
        })?;
        self.send(Method::PUT, &target, Some(body)).await?;
        Ok(())
    }

    async fn send(
        &self,
        method: Method,
        target: &Target,
        body: Option<Vec<u8>>,
    ) -> Result<Vec<u8>, Error> {
        let mut request = self
            .http
            .request(method, format!("{}{}", self.base, target.as_str()))
            .timeout(self.deadline)
            .header(AUTHORIZATION, self.authorization.clone());
        if let Some(body) = body {
            request = request.header(CONTENT_TYPE, "application/json").body(body);
        }
        let response = request.send().await.map_err(|error| {
            if error.is_timeout() {
                Error::Timeout
            } else {
                Error::Connect
            }
        })?;
        let status = response.status().as_u16();
        let bytes = response.bytes().await.map_err(|_| Error::TruncatedBody)?;
        match status {
            200..=299 => Ok(bytes.to_vec()),
            401 => Err(Error::Unauthorized),
            402 => Err(Error::PaymentRequired { message: None }),
            403 => Err(Error::Forbidden { message: None }),
            404 => Err(Error::NotFound { message: None }),
            429 => Err(Error::RateLimited { retry_after: None }),
            400..=499 => Err(Error::Rejected {
                status,
                message: None,
            }),
            500.. => Err(Error::Unavailable {
                status,
                retry_after: None,
            }),
            _ => Err(Error::Blocked { status }),
        }
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => IpAddr::V4(address).is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::V6(address).is_loopback(),
        None => false,
    }
}

fn decode<T: Document>(body: &[u8]) -> Result<T, Error> {
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    T::read(&mut deserializer).map_err(|_| Error::Malformed {
        path: String::new(),
    })
}
