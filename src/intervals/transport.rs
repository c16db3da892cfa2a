//! One request to Intervals.icu, from target to decoded answer.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, HeaderValue};
use reqwest::{Method, Response};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Serialize;
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep, timeout_at};

use super::agent;
use super::cache::{Cache, Fetched, Freshness};
use super::error::Error;
use super::ids::AthleteId;
use super::lenient::{Document, decode};
use super::limiter::Limiter;
use super::origin;
use super::refusal;
use super::retry;
use super::target::Target;
use super::watch::Watch;
use super::{AfterWrite, BuildError, Settings};
use crate::clock::Clock;
use crate::metrics::{self, UpstreamCall};

/// Largest decoded body that is taken.
const MAX_BODY_BYTES: usize = 16 * 1024 * 1024;
/// Up to here a body is read beside others.
const LARGE_BODY_BYTES: usize = 1024 * 1024;
/// As much of an error's body is read.
const MAX_ERROR_BODY_BYTES: usize = 64 * 1024;
/// From this size on decoding would hold up a worker thread noticeably.
const DECODED_ASIDE_BYTES: usize = 512 * 1024;

#[derive(Clone)]
pub(super) struct Transport {
    core: Arc<Core>,
    watch: Option<Watch>,
}

struct Core {
    http: reqwest::Client,
    /// Origin and `/api/v1`.
    base: String,
    athlete: AthleteId,
    api_key: SecretString,
    authorization: HeaderValue,
    deadline: Duration,
    limiter: Limiter,
    cache: Cache,
    after_write: OnceLock<AfterWrite>,
    clock: Clock,
    /// Large bodies are read one at a time: a tool asks for several things at once, and each may turn out huge.
    large_body: Semaphore,
}

impl Transport {
    pub(super) fn new(settings: Settings, clock: Clock) -> Result<Self, BuildError> {
        let base_url = &settings.base_url;
        let loopback = origin::is_trusted_on_loopback(base_url)?;
        let credentials = STANDARD.encode(format!("API_KEY:{}", settings.api_key.expose_secret()));
        let mut authorization = HeaderValue::try_from(format!("Basic {credentials}"))
            .map_err(|_| BuildError("the API key cannot be sent in a header".to_owned()))?;
        authorization.set_sensitive(true);
        let origin = base_url.as_str().trim_end_matches('/');
        let core = Core {
            http: agent::agent(loopback)?,
            base: format!("{origin}/api/v1"),
            athlete: settings.athlete_id,
            authorization,
            api_key: settings.api_key,
            deadline: settings.deadline,
            limiter: Limiter::new(settings.rate, clock.clone()),
            cache: Cache::new(),
            after_write: OnceLock::new(),
            clock,
            large_body: Semaphore::new(1),
        };
        Ok(Self {
            core: Arc::new(core),
            watch: None,
        })
    }

    /// The same with somebody who wants to know how far it is.
    pub(super) fn watched(&self, watch: Watch) -> Self {
        Self {
            core: Arc::clone(&self.core),
            watch: Some(watch),
        }
    }

    pub(super) fn athlete_id(&self) -> &AthleteId {
        &self.core.athlete
    }

    /// `/athlete/{id}`
    pub(super) fn athlete(&self) -> Target {
        Target::new("athlete").id(&self.core.athlete)
    }

    /// Forgets every remembered answer.
    pub(super) fn forget(&self) {
        self.core.cache.forget();
    }

    /// The first to say it is the one who is told.
    pub(super) fn after_writes(&self, then: AfterWrite) {
        let _ = self.core.after_write.set(then);
    }

    /// Reads: remembered, shared and tried again where that makes sense; stops when nobody waits for it any more.
    pub(super) async fn get<T: Document>(
        &self,
        target: Target,
        freshness: Freshness,
    ) -> Result<Arc<T>, Error> {
        let core = Arc::clone(&self.core);
        let asked = target.clone();
        let fetch = async move {
            let body = core.read(&asked).await?;
            let size = body.len();
            let answer: T = decode_aside(body).await?;
            let weight = size.saturating_add(answer.footprint());
            Ok(Fetched { answer, weight })
        };
        let answer = self.core.cache.get(target, freshness, fetch);
        match &self.watch {
            Some(watch) => watch.over(answer).await,
            None => answer.await,
        }
    }

    /// Changes and answers with the outcome.
    pub(super) async fn put<T: Document>(
        &self,
        target: Target,
        body: &impl Serialize,
    ) -> Result<T, Error> {
        let answer = self.write(Method::PUT, target, json(body)?).await?;
        decode(&answer)
    }

    /// Changes where the service answers with nothing of interest.
    pub(super) async fn put_unanswered(
        &self,
        target: Target,
        body: &impl Serialize,
    ) -> Result<(), Error> {
        self.write(Method::PUT, target, json(body)?).await.map(drop)
    }

    /// Adds and answers with what came of it.
    pub(super) async fn post<T: Document>(
        &self,
        target: Target,
        body: &impl Serialize,
    ) -> Result<T, Error> {
        let answer = self.write(Method::POST, target, json(body)?).await?;
        decode(&answer)
    }

    /// Has the service do something that its path says all about, and answers with what came of it.
    pub(super) async fn order<T: Document>(&self, target: Target) -> Result<T, Error> {
        let answer = self.write(Method::POST, target, Vec::new()).await?;
        decode(&answer)
    }

    /// As [`Transport::order`], where the service wants PUT and answers with nothing of interest.
    pub(super) async fn put_nothing(&self, target: Target) -> Result<(), Error> {
        self.write(Method::PUT, target, Vec::new()).await.map(drop)
    }

    /// Deletes; what the service says about it is of no interest.
    pub(super) async fn delete(&self, target: Target) -> Result<(), Error> {
        self.write(Method::DELETE, target, Vec::new())
            .await
            .map(drop)
    }

    /// Sends a change once. It runs on by itself, so that a caller who goes away does not stop it half-way, and
    /// whatever becomes of it nothing read before it is repeated.
    async fn write(&self, method: Method, target: Target, body: Vec<u8>) -> Result<Vec<u8>, Error> {
        let core = Arc::clone(&self.core);
        let write = tokio::spawn(async move {
            let deadline = Instant::now() + core.deadline;
            // What never had its turn was not sent, and nothing can have become of it.
            let _turn = timeout_at(deadline, core.limiter.admit(deadline))
                .await
                .unwrap_or(Err(Error::RateLimited { retry_after: None }))?;
            let outcome = timeout_at(deadline, core.exchange(method, &target, Some(body)))
                .await
                .unwrap_or(Err(Error::Timeout));
            core.cache.forget();
            if let Some(then) = core.after_write.get() {
                then().await;
            }
            outcome
        });
        write.await.unwrap_or(Err(Error::Disconnected))
    }
}

impl Core {
    /// The body of a successful GET, within the deadline whatever happens on the way.
    async fn read(&self, target: &Target) -> Result<Vec<u8>, Error> {
        let deadline = Instant::now() + self.deadline;
        let attempts = async {
            let mut retries = 0;
            loop {
                let turn = self.limiter.admit(deadline).await?;
                let error = match self.exchange(Method::GET, target, None).await {
                    Ok(body) => return Ok(body),
                    Err(error) => error,
                };
                drop(turn);
                match retry::pause(&error, retries) {
                    Some(pause) if Instant::now() + pause < deadline => sleep(pause).await,
                    _ => return Err(error),
                }
                retries += 1;
                metrics::upstream_retried();
            }
        };
        timeout_at(deadline, attempts)
            .await
            .unwrap_or(Err(Error::Timeout))
    }

    /// Sends once and reads the body, and counts what came of it.
    async fn exchange(
        &self,
        method: Method,
        target: &Target,
        body: Option<Vec<u8>>,
    ) -> Result<Vec<u8>, Error> {
        let call = UpstreamCall::begin(method.as_str(), target.template());
        let outcome = self.send(method, target, body).await;
        call.end(outcome.as_ref().map_or_else(Error::kind, |_| "ok"));
        outcome
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
            .header(AUTHORIZATION, self.authorization.clone())
            .header(ACCEPT, "application/json");
        match body {
            Some(body) if body.is_empty() => request = request.header(CONTENT_LENGTH, "0"),
            Some(body) => request = request.header(CONTENT_TYPE, "application/json").body(body),
            None => {}
        }
        let mut response = request.send().await.map_err(|error| unanswered(&error))?;
        self.limiter.learn(response.headers());
        let status = response.status().as_u16();
        let html = is_html(&response);
        if response.status().is_success() {
            if html {
                return Err(Error::Blocked { status });
            }
            let body = read_body(&mut response, &self.large_body).await?;
            if refusal::looks_like_html(&body) {
                return Err(Error::Blocked { status });
            }
            return Ok(body);
        }
        let retry_after = retry::retry_after(response.headers(), self.clock.now());
        let body = read_error_body(&mut response).await;
        let error = refusal::error(
            status,
            html,
            retry_after,
            &body,
            self.api_key.expose_secret(),
        );
        if let Error::RateLimited { retry_after } = &error {
            self.limiter.hold(retry_after.unwrap_or(retry::back_off(1)));
        }
        Err(error)
    }
}

fn json(body: &impl Serialize) -> Result<Vec<u8>, Error> {
    serde_json::to_vec(body).map_err(|_| Error::Rejected {
        status: 400,
        message: None,
    })
}

fn is_html(response: &Response) -> bool {
    let content_type = response
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    content_type.is_some_and(|value| value.to_ascii_lowercase().contains("html"))
}

fn unanswered(error: &reqwest::Error) -> Error {
    if error.is_timeout() {
        Error::Timeout
    } else if error.is_connect() {
        Error::Connect
    } else {
        Error::Disconnected
    }
}

/// Counts what decompression yields, piece by piece, so that neither a huge nor a densely packed body fills the memory.
async fn read_body(response: &mut Response, large: &Semaphore) -> Result<Vec<u8>, Error> {
    let too_large = Error::TooLarge {
        limit_bytes: MAX_BODY_BYTES,
    };
    let announced = response.content_length().unwrap_or(0);
    let announced = match usize::try_from(announced) {
        Ok(announced) if announced <= MAX_BODY_BYTES => announced,
        _ => return Err(too_large),
    };
    let mut body = Vec::with_capacity(announced.min(LARGE_BODY_BYTES));
    let mut turn = None;
    while let Some(chunk) = response.chunk().await.map_err(|error| broken(&error))? {
        if chunk.len() > MAX_BODY_BYTES - body.len() {
            return Err(too_large);
        }
        if turn.is_none() && chunk.len() + body.len() > LARGE_BODY_BYTES {
            // The deadline of the request ends the wait; nobody closes the semaphore.
            turn = large.acquire().await.ok();
            // At once and not by doubling, which would hold the old and the new half. Pages cost nothing until written.
            body.reserve_exact(MAX_BODY_BYTES - body.len());
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

async fn read_error_body(response: &mut Response) -> Vec<u8> {
    let mut body = Vec::new();
    while let Ok(Some(chunk)) = response.chunk().await {
        body.extend_from_slice(&chunk);
        if body.len() > MAX_ERROR_BODY_BYTES {
            body.truncate(MAX_ERROR_BODY_BYTES);
            break;
        }
    }
    body
}

fn broken(error: &reqwest::Error) -> Error {
    if error.is_timeout() {
        Error::Timeout
    } else {
        Error::TruncatedBody
    }
}

async fn decode_aside<T: Document>(body: Vec<u8>) -> Result<T, Error> {
    if body.len() < DECODED_ASIDE_BYTES {
        return decode(&body);
    }
    let decoding = tokio::task::spawn_blocking(move || decode(&body));
    decoding.await.unwrap_or(Err(Error::TruncatedBody))
}
