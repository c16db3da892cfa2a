//! Failures that a test asks for: what the edge, the network or a bad day of the service would do.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use futures_util::{StreamExt as _, stream};
use serde_json::{Value, json};
use tokio::sync::watch;

use super::locked;

/// How long a connection that is to break stays open after its first bytes.
const BEFORE_RESET: Duration = Duration::from_millis(50);

/// One way to fail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// A status with `{"status", "error"}`, or without a body.
    Status(u16, Option<String>),
    /// 429; with `Retry-After` as a used-up quota sends it, without as the rate limit does.
    RateLimited { retry_after: Option<String> },
    /// A page of the edge instead of JSON.
    Html(u16),
    /// No answer at all.
    Hang,
    /// The right answer, but not before the faults are cleared.
    Held,
    /// The right answer, cut in the middle.
    TruncatedJson,
    /// The right answer with every value null except ids.
    AllNulls,
    /// A JSON array of at least this many bytes, streamed.
    HugeBody(usize),
    /// 200 without a body.
    EmptyBody,
    /// 200 with this JSON instead.
    Body(String),
    /// The connection breaks in the middle of the body.
    Reset,
    /// What was asked is done, and then the answer is that of another fault.
    Done(Box<Fault>),
    /// Another fault, but only after so many requests that fit.
    Later(usize, Box<Fault>),
    /// A list that is written is refused with this status after so many of its rows were.
    DoneInPart(usize, u16),
}

/// Which requests a fault hits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FaultScope {
    /// Only paths that contain this, or end with it where it ends with `$`; `None` is all. With a method and a blank in
    /// front, `PUT /events/`, only requests with that method.
    pub path_contains: Option<String>,
    /// How many requests; `None` is until cleared.
    pub times: Option<usize>,
}

/// The faults that are set; clones share them.
#[derive(Clone, Debug, Default)]
pub struct Faults(Arc<Set>);

#[derive(Debug, Default)]
struct Set {
    faults: Mutex<Vec<(Fault, FaultScope)>>,
    /// Told while `faults` is locked.
    cleared: watch::Sender<()>,
}

/// A fault that hits a request.
pub(super) struct Taken {
    pub(super) fault: Fault,
    cleared: watch::Receiver<()>,
}

impl Faults {
    /// Adds a fault; of several that fit a request the one set first is used.
    pub fn set(&self, fault: Fault, scope: FaultScope) {
        locked(&self.0.faults).push((fault, scope));
    }

    /// Forgets all faults.
    pub fn clear(&self) {
        let mut faults = locked(&self.0.faults);
        faults.clear();
        self.0.cleared.send_replace(());
    }

    /// The fault for a request, counted as used.
    pub(super) fn take(&self, method: &str, path: &str) -> Option<Taken> {
        let mut faults = locked(&self.0.faults);
        let place = faults.iter_mut().position(|(fault, scope)| {
            let fits = scope.times != Some(0)
                && scope
                    .path_contains
                    .as_deref()
                    .is_none_or(|part| fits(part, method, path));
            fits && fault.is_due()
        })?;
        let (fault, scope) = &mut faults[place];
        if let Some(times) = &mut scope.times {
            *times -= 1;
        }
        let fault = match fault {
            Fault::Later(_, fault) => fault,
            fault => fault,
        };
        Some(Taken {
            fault: fault.clone(),
            cleared: self.0.cleared.subscribe(),
        })
    }
}

impl Taken {
    /// The answer that replaces the right one; `None` when the fault only spoils or delays it.
    pub(super) async fn replace(&self) -> Option<Response> {
        match &self.fault {
            Fault::Held => {
                let _ = self.cleared.clone().changed().await;
                None
            }
            fault => fault.replace().await,
        }
    }
}

impl Fault {
    /// Whether it hits the request that has come now.
    fn is_due(&mut self) -> bool {
        match self {
            Self::Later(0, _) => true,
            Self::Later(before, _) => {
                *before -= 1;
                false
            }
            _ => true,
        }
    }

    /// After so many rows of a list nothing more is written.
    pub(super) fn rows(&self) -> Option<(usize, u16)> {
        match self {
            Self::DoneInPart(rows, status) => Some((*rows, *status)),
            _ => None,
        }
    }

    /// The answer that follows when everything was done.
    pub(super) async fn afterwards(&self) -> Option<Response> {
        match self {
            Self::Done(fault) => fault.replace().await,
            _ => None,
        }
    }

    async fn replace(&self) -> Option<Response> {
        Some(match self {
            Self::Status(status, error) => {
                let body = error
                    .as_ref()
                    .map(|error| json!({"status": status, "error": error}).to_string());
                answer(
                    *status,
                    "application/json",
                    Body::from(body.unwrap_or_default()),
                )
            }
            Self::RateLimited { retry_after } => rate_limited(retry_after.as_deref()),
            Self::Html(status) => {
                let page = "<!DOCTYPE html><html><head><title>Just a moment...</title></head><body>Checking</body></html>";
                answer(*status, "text/html; charset=UTF-8", Body::from(page))
            }
            Self::Hang => std::future::pending().await,
            Self::HugeBody(bytes) => huge(*bytes),
            Self::EmptyBody => answer(200, "application/json", Body::empty()),
            Self::Body(text) => answer(200, "application/json", Body::from(text.clone())),
            Self::Reset => {
                let start = stream::iter([Ok(Bytes::from_static(b"[{\"id\":"))]);
                let end = stream::once(async {
                    // The first bytes are to be seen before the connection breaks.
                    tokio::time::sleep(BEFORE_RESET).await;
                    Err(std::io::Error::from(std::io::ErrorKind::ConnectionReset))
                });
                answer(200, "application/json", Body::from_stream(start.chain(end)))
            }
            Self::Held
            | Self::TruncatedJson
            | Self::AllNulls
            | Self::Done(_)
            | Self::Later(..)
            | Self::DoneInPart(..) => return None,
        })
    }

    /// The right answer as this fault leaves it.
    pub(super) fn spoil(&self, body: String) -> String {
        match self {
            Self::TruncatedJson => {
                let mut cut = body.len() / 2;
                while !body.is_char_boundary(cut) {
                    cut -= 1;
                }
                body[..cut].to_owned()
            }
            Self::AllNulls => {
                let mut value = serde_json::from_str(&body).unwrap_or(Value::Null);
                match &mut value {
                    Value::Array(rows) => rows.iter_mut().for_each(blank),
                    other => blank(other),
                }
                value.to_string()
            }
            Self::Done(fault) => fault.spoil(body),
            _ => body,
        }
    }
}

fn fits(part: &str, method: &str, path: &str) -> bool {
    let part = match part.split_once(' ') {
        Some((wanted, _)) if wanted != method => return false,
        Some((_, rest)) => rest,
        None => part,
    };
    match part.strip_suffix('$') {
        Some(end) => path.ends_with(end),
        None => path.contains(part),
    }
}

/// Every member of an object null, but its id.
fn blank(value: &mut Value) {
    match value {
        Value::Object(map) => map
            .iter_mut()
            .filter(|(key, _)| *key != "id")
            .for_each(|(_, value)| *value = Value::Null),
        other => *other = Value::Null,
    }
}

fn rate_limited(retry_after: Option<&str>) -> Response {
    let Some(after) = retry_after else {
        return answer(429, "application/json", Body::empty());
    };
    let secs = after.parse::<u64>().ok();
    let body = json!({"status": 429, "error": "Too many requests", "retry_after_seconds": secs})
        .to_string();
    let mut response = answer(429, "application/json", Body::from(body));
    if let Ok(value) = HeaderValue::from_str(after) {
        response.headers_mut().insert(header::RETRY_AFTER, value);
    }
    response
}

fn huge(bytes: usize) -> Response {
    const ROW: &[u8] = br#"{"id":"i1","name":"a row that never ends","moving_time":3600},"#;
    const ROWS: usize = 1024;
    let chunk = Bytes::from(ROW.repeat(ROWS));
    let chunks = bytes.div_ceil(chunk.len());
    let rows = (0..=chunks).map(move |index| {
        Ok::<_, std::io::Error>(if index == 0 {
            Bytes::from_static(b"[")
        } else {
            chunk.clone()
        })
    });
    answer(
        200,
        "application/json",
        Body::from_stream(stream::iter(rows)),
    )
}

pub(super) fn answer(status: u16, content_type: &'static str, body: Body) -> Response {
    let mut response = Response::new(body);
    *response.status_mut() =
        StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}
