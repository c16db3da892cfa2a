//! How large a request may be and how long it may take.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_ENCODING, CONTENT_LENGTH};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http_body::{Body as _, Frame, SizeHint};
use tokio::time::{Sleep, sleep, timeout};

use super::error::{self, Refusal};
use super::{MCP_PATHS, Shell};

const KIB: u64 = 1024;
const MIB: u64 = 1024 * KIB;

/// As much of a body is counted for nothing: what honest requests send passes even in a crowd.
const FREE: u64 = 8 * KIB;
/// What all bodies at the MCP endpoint may hold at a time beyond that, and those at all other paths.
const MOST_AT_MCP: u64 = 64 * MIB;
const MOST_ELSEWHERE: u64 = 32 * MIB;

/// The largest body that `path` takes.
fn largest_body(path: &str) -> u64 {
    match path {
        _ if MCP_PATHS.contains(&path) => 1024 * KIB,
        "/register" | "/oauth/register" => 16 * KIB,
        _ => 64 * KIB,
    }
}

/// What requests hold of bodies at this moment. Each may be as large as its path allows, but not thousands at a time: slow
/// senders of many large bodies would fill the memory.
#[derive(Default)]
pub(super) struct Held {
    at_mcp: Arc<AtomicU64>,
    elsewhere: Arc<AtomicU64>,
}

impl Held {
    fn share(&self, path: &str) -> Arc<Share> {
        let (all, most) = if MCP_PATHS.contains(&path) {
            (&self.at_mcp, MOST_AT_MCP)
        } else {
            (&self.elsewhere, MOST_ELSEWHERE)
        };
        Arc::new(Share {
            all: Arc::clone(all),
            most,
            own: AtomicU64::new(0),
        })
    }
}

/// The part of it that one request holds, until it is answered.
struct Share {
    all: Arc<AtomicU64>,
    most: u64,
    own: AtomicU64,
}

impl Share {
    /// Whether there is room for `size` bytes more.
    fn take(&self, size: u64) -> bool {
        let before = self.own.fetch_add(size, Ordering::AcqRel);
        let counted = charged(before + size) - charged(before);
        self.all.fetch_add(counted, Ordering::AcqRel) + counted <= self.most || counted == 0
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        let counted = charged(self.own.load(Ordering::Acquire));
        self.all.fetch_sub(counted, Ordering::AcqRel);
    }
}

const fn charged(size: u64) -> u64 {
    size.saturating_sub(FREE)
}

/// Refuses a body that says it is too large before a byte of it is read, one that turns out to be while it is read, and
/// an answer that does not begin in time. What an answer streams once it has begun has the time that it needs.
pub(super) async fn bound(
    State(shell): State<Arc<Shell>>,
    request: Request,
    next: Next,
) -> Response {
    let most = largest_body(request.uri().path());
    if let Err(refusal) = announced(request.headers(), most) {
        return refusal.into_response();
    }
    let breach = Breach::default();
    // Also held here, since whoever has read the body keeps it until the answer is there.
    let share = shell.held.share(request.uri().path());
    let request = request.map(|body| {
        if body.is_end_stream() {
            return body;
        }
        Body::new(BoundedBody {
            body,
            left: most,
            patience: shell.limits.body_read,
            deadline: None,
            breach: breach.clone(),
            share: Arc::clone(&share),
        })
    });
    let Ok(response) = timeout(shell.limits.request, next.run(request)).await else {
        return Refusal::TooLong.into_response();
    };
    // Whoever read the body only saw it fail, and each reader words that differently.
    match breach.get() {
        Some(refusal) => refusal.into_response(),
        None => error::with_body(response),
    }
}

fn announced(headers: &HeaderMap, most: u64) -> Result<(), Refusal> {
    let length = headers
        .get(CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if length.is_some_and(|length| length > most) {
        return Err(Refusal::TooLarge);
    }
    match headers.get(CONTENT_ENCODING) {
        Some(encoding) if encoding != "identity" => Err(Refusal::Encoding),
        _ => Ok(()),
    }
}

/// What went wrong with the body, told past whoever read it.
#[derive(Clone, Default)]
struct Breach(Arc<AtomicU8>);

impl Breach {
    const TOO_LARGE: u8 = 1;
    const TOO_SLOW: u8 = 2;
    const CROWDED: u8 = 3;

    fn set(&self, what: u8) -> BodyError {
        self.0.store(what, Ordering::Release);
        BodyError
    }

    fn get(&self) -> Option<Refusal> {
        match self.0.load(Ordering::Acquire) {
            Self::TOO_LARGE => Some(Refusal::TooLarge),
            Self::TOO_SLOW => Some(Refusal::BodyTooSlow),
            Self::CROWDED => Some(Refusal::Crowded),
            _ => None,
        }
    }
}

#[derive(Debug, thiserror::Error)]
#[error("the body is too large, too slow or one of too many")]
struct BodyError;

struct BoundedBody {
    body: Body,
    left: u64,
    patience: Duration,
    /// Begins when the body is first waited for.
    deadline: Option<Pin<Box<Sleep>>>,
    breach: Breach,
    share: Arc<Share>,
}

impl http_body::Body for BoundedBody {
    type Data = Bytes;
    type Error = axum::BoxError;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let this = self.get_mut();
        match Pin::new(&mut this.body).poll_frame(cx) {
            Poll::Pending => {
                let patience = this.patience;
                let deadline = this
                    .deadline
                    .get_or_insert_with(|| Box::pin(sleep(patience)));
                if deadline.as_mut().poll(cx).is_ready() {
                    return Poll::Ready(Some(Err(this.breach.set(Breach::TOO_SLOW).into())));
                }
                Poll::Pending
            }
            Poll::Ready(Some(Ok(frame))) => {
                let size = frame.data_ref().map_or(0, |data| data.len() as u64);
                match this.left.checked_sub(size) {
                    Some(left) => this.left = left,
                    None => {
                        return Poll::Ready(Some(Err(this.breach.set(Breach::TOO_LARGE).into())));
                    }
                }
                if !this.share.take(size) {
                    return Poll::Ready(Some(Err(this.breach.set(Breach::CROWDED).into())));
                }
                Poll::Ready(Some(Ok(frame)))
            }
            Poll::Ready(Some(Err(error))) => Poll::Ready(Some(Err(error.into()))),
            Poll::Ready(None) => Poll::Ready(None),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
