//! An Intervals.icu in process, and its invented athlete.
//!
//! [`Demo`] answers the endpoints that the client uses with documents of its own making, so that a wrong model in the
//! client is caught; it keeps writes in memory and refuses what the real API refuses. Tests read what was asked from
//! [`Demo::journal`], hold the client to [`Demo::violations`] and break the service with [`Demo::faults`].

mod api;
mod athlete;
mod document;
mod faults;
mod journal;
mod rules;

use std::collections::VecDeque;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::request::Parts;
use axum::http::{Method, StatusCode, Uri, header};
use axum::response::Response;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use tokio::net::TcpListener;

use crate::clock::Clock;
use api::{Call, Writes};
use athlete::{Year, profile};
pub use faults::{Fault, FaultScope, Faults};
use journal::Journal;
pub use journal::{Fate, Request};
use rules::{Query, Refusal};

/// The demo athlete and the key that its API accepts.
pub const ATHLETE_ID: &str = "i424242";
pub const API_KEY: &str = "demo-key-of-the-invented-athlete";

/// Most requests and violations that are remembered.
const REMEMBERED: usize = 2000;
/// Largest request body that is read, bytes.
const LARGEST_BODY: usize = 4 << 20;
/// The local hour after which today's early run has been done.
const BREAKFAST: i8 = 8;

/// The service; clones share everything.
#[derive(Clone)]
pub struct Demo(Arc<Service>);

struct Service {
    clock: Clock,
    zone: TimeZone,
    year: OnceLock<Arc<Year>>,
    writes: Writes,
    faults: Faults,
    journal: Journal,
    violations: Mutex<VecDeque<String>>,
}

impl Demo {
    /// A service whose year ends on the athlete's today, in Zurich, at the time of the first request. It stays that
    /// year while the clock moves on, so that ids keep their meaning.
    #[must_use]
    pub fn new(clock: Clock) -> Self {
        Self(Arc::new(Service {
            clock,
            zone: TimeZone::get(profile::TIME_ZONE).unwrap_or(TimeZone::UTC),
            year: OnceLock::new(),
            writes: Writes::default(),
            faults: Faults::default(),
            journal: Journal::default(),
            violations: Mutex::default(),
        }))
    }

    /// The API under `/api/v1`.
    pub fn router(&self) -> Router {
        Router::new().fallback(receive).with_state(self.clone())
    }

    /// Answers the connections of `listener` until the task is dropped.
    pub async fn serve(self, listener: TcpListener) {
        use axum::serve::ListenerExt as _;
        let listener = listener.tap_io(|stream| {
            // Without it small answers wait for the peer's delayed acknowledgement.
            let _ = stream.set_nodelay(true);
        });
        let _ = axum::serve(listener, self.router()).await;
    }

    /// Breaks the service on purpose.
    #[must_use]
    pub fn faults(&self) -> &Faults {
        &self.0.faults
    }

    /// Lets the athlete want miles, pounds and °F, or metres again.
    pub fn prefer_imperial(&self, imperial: bool) {
        self.0.writes.imperial.store(imperial, Ordering::Relaxed);
    }

    /// Lets every recording go on for so many seconds, by repeating itself; with 0 they are as long as the session again.
    pub fn record_for(&self, seconds: usize) {
        self.0.writes.recorded_for.store(seconds, Ordering::Relaxed);
    }

    /// Every request received, oldest first; the last 2,000 are kept.
    #[must_use]
    pub fn journal(&self) -> Vec<Request> {
        self.0.journal.requests()
    }

    /// Forgets the requests received so far.
    pub fn clear_journal(&self) {
        self.0.journal.clear();
    }

    /// What no correct client sends: unknown paths, methods, parameters and members, each by name.
    #[must_use]
    pub fn violations(&self) -> Vec<String> {
        locked(&self.0.violations).iter().cloned().collect()
    }

    /// The calendar day on which the athlete's year ends.
    #[must_use]
    pub fn today(&self) -> Date {
        self.0.year().season.today
    }
}

impl Service {
    fn year(&self) -> &Year {
        self.year.get_or_init(|| {
            let now = self.clock.now_in(&self.zone);
            athlete::year(now.date(), now.hour() >= BREAKFAST)
        })
    }

    fn violation(&self, what: String) {
        remember(&self.violations, what);
    }

    fn answer(
        &self,
        method: &Method,
        path: &str,
        raw_query: &str,
        body: &str,
        rows: Option<(usize, u16)>,
    ) -> Result<String, Refusal> {
        let timestamp = self
            .clock
            .now()
            .strftime("%Y-%m-%dT%H:%M:%S%.3f+00:00")
            .to_string();
        let segments = segments(path)?;
        let route = api::find(method, &segments).map_err(|status| {
            Refusal::of_framework(status, &timestamp, path).violating(format!(
                "{method} {path}: {}",
                status.canonical_reason().unwrap_or_default()
            ))
        })?;
        if let Some(id) = route.athlete() {
            rules::own_athlete(id)?;
        }
        let query = Query::parse(
            raw_query,
            route.parameters(),
            &format!("{method} {}", route.pattern()),
        )?;
        let call = Call {
            year: self.year(),
            writes: &self.writes,
            now: self.clock.now_in(&self.zone).datetime(),
            timestamp: &timestamp,
            values: route.values(),
            query: &query,
            body,
            rows,
            zone: &self.zone,
        };
        route.answer(&call)
    }
}

async fn receive(State(demo): State<Demo>, request: axum::extract::Request) -> Response {
    let service = &demo.0;
    let (parts, body) = request.into_parts();
    let bytes = axum::body::to_bytes(body, LARGEST_BODY)
        .await
        .unwrap_or_default();
    let body = String::from_utf8_lossy(&bytes).into_owned();
    let (path, query) = split(&parts.uri);
    let open = service.journal.begin(Request {
        method: parts.method.to_string(),
        path: path.to_owned(),
        query: query.to_owned(),
        body: body.clone(),
        fate: Fate::Open,
    });
    let response = respond(service, &parts, &body).await;
    open.answered();
    response
}

async fn respond(service: &Service, parts: &Parts, body: &str) -> Response {
    let (path, query) = split(&parts.uri);
    let agent = parts.headers.get(header::USER_AGENT);
    if agent.is_none_or(|agent| agent.is_empty()) {
        service.violation(format!("{} {path}: no User-Agent", parts.method));
    }
    let fault = service.faults.take(parts.method.as_str(), path);
    if let Some(fault) = &fault
        && let Some(response) = fault.replace().await
    {
        return response;
    }
    let fault = fault.map(|taken| taken.fault);
    let answer = rules::authenticate(&parts.headers)
        .and_then(|()| rules::content_type(&parts.headers, body))
        .and_then(|()| {
            let rows = fault.as_ref().and_then(Fault::rows);
            service.answer(&parts.method, path, query, body, rows)
        });
    let (status, body) = match answer {
        Ok(body) => (StatusCode::OK, body),
        Err(refusal) => {
            if let Some(violation) = refusal.violation {
                service.violation(violation);
            }
            (refusal.status, refusal.body.to_string())
        }
    };
    if let Some(fault) = &fault
        && let Some(response) = fault.afterwards().await
    {
        return response;
    }
    let body = match fault {
        Some(fault) => fault.spoil(body),
        None => body,
    };
    faults::answer(status.as_u16(), "application/json", Body::from(body))
}

fn split(uri: &Uri) -> (&str, &str) {
    (uri.path(), uri.query().unwrap_or_default())
}

/// The decoded segments after `/api/v1`.
fn segments(path: &str) -> Result<Vec<String>, Refusal> {
    let mut segments = Vec::new();
    for raw in path.trim_start_matches('/').split('/') {
        let segment: String = url::form_urlencoded::parse(
            format!("x={}", raw.replace('+', "%2B").replace('&', "%26")).as_bytes(),
        )
        .next()
        .map(|(_, value)| value.into_owned())
        .unwrap_or_default();
        if segment == "."
            || segment == ".."
            || segment.contains(['/', '\\'])
            || segment.contains("..")
        {
            return Err(
                Refusal::new(StatusCode::BAD_REQUEST, "Bad Request").violating(format!(
                    "{path}: dot segment or separator in a path segment"
                )),
            );
        }
        segments.push(segment);
    }
    Ok(segments)
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn remember<T>(log: &Mutex<VecDeque<T>>, entry: T) {
    let mut log = locked(log);
    if log.len() >= REMEMBERED {
        log.pop_front();
    }
    log.push_back(entry);
}
