//! What of a request nobody has read when its answer is clear.
//!
//! hyper closes a connection on which a body is still on its way, without having said so: a client that goes on with its next
//! request, or a proxy with somebody else's, finds it broken. A refusal for the head alone is ready before a body that is
//! written after the head. So a small body that nobody began to read is awaited and thrown away; with any other the
//! answer says that the connection ends with it (RFC 9112 section 9.6).

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::HeaderMap;
use axum::http::header::EXPECT;
use http_body::{Body as _, Frame, SizeHint};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use tokio::time::{Instant, timeout};

/// More is cheaper to refuse with a new connection.
const MOST: u64 = 256 * 1024;
/// A body that follows its head is here by then.
const PATIENCE: Duration = Duration::from_secs(2);

/// What becomes of a body.
pub(super) struct Unread {
    fate: Arc<Mutex<Fate>>,
    /// The peer sends the body only when asked for it.
    held_back: bool,
}

#[derive(Default)]
enum Fate {
    /// There is none, or somebody holds it.
    #[default]
    Unknown,
    Left {
        body: Incoming,
        begun: bool,
    },
    Read {
        at: Instant,
    },
}

/// How it stands when the answer is clear.
pub(super) struct Settled {
    /// Whether the next request can follow on the connection.
    pub(super) is_read: bool,
    /// When the last of a body came.
    pub(super) since: Option<Instant>,
}

impl Unread {
    /// The body to hand on, and the place where it is left.
    pub(super) fn watch(headers: &HeaderMap, body: Incoming) -> (Body, Self) {
        let unread = Self {
            fate: Arc::default(),
            held_back: headers.contains_key(EXPECT),
        };
        if body.is_end_stream() {
            return (Body::new(body), unread);
        }
        let watched = Watched {
            body: Some(body),
            begun: false,
            fate: Arc::clone(&unread.fate),
        };
        (Body::new(watched), unread)
    }

    /// Waits for what was left.
    pub(super) async fn settle(self) -> Settled {
        let fate = std::mem::take(&mut *self.fate.lock().unwrap_or_else(PoisonError::into_inner));
        match fate {
            Fate::Unknown => Settled {
                is_read: true,
                since: None,
            },
            Fate::Read { at } => Settled {
                is_read: true,
                since: Some(at),
            },
            Fate::Left { body, begun } => {
                let is_read = !begun
                    && !self.held_back
                    && body.size_hint().lower() <= MOST
                    && timeout(PATIENCE, discard(body)).await.unwrap_or(false);
                Settled {
                    is_read,
                    since: is_read.then(Instant::now),
                }
            }
        }
    }
}

/// Whether `body` came to its end.
async fn discard(mut body: Incoming) -> bool {
    let mut left = MOST;
    while let Some(frame) = body.frame().await {
        let Ok(frame) = frame else {
            return false;
        };
        let size = frame.data_ref().map_or(0, |data| data.len() as u64);
        match left.checked_sub(size) {
            Some(rest) => left = rest,
            None => return false,
        }
    }
    true
}

struct Watched {
    /// `None` once it has come to its end.
    body: Option<Incoming>,
    begun: bool,
    fate: Arc<Mutex<Fate>>,
}

impl http_body::Body for Watched {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let this = self.get_mut();
        this.begun = true;
        let Some(body) = &mut this.body else {
            return Poll::Ready(None);
        };
        let frame = Pin::new(body).poll_frame(cx);
        if matches!(frame, Poll::Ready(None)) {
            this.body = None;
            this.tell(Fate::Read { at: Instant::now() });
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(Incoming::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body
            .as_ref()
            .map_or_else(|| SizeHint::with_exact(0), Incoming::size_hint)
    }
}

impl Watched {
    fn tell(&self, fate: Fate) {
        *self.fate.lock().unwrap_or_else(PoisonError::into_inner) = fate;
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        match self.body.take() {
            Some(body) if body.is_end_stream() => self.tell(Fate::Read { at: Instant::now() }),
            Some(body) => self.tell(Fate::Left {
                body,
                begun: self.begun,
            }),
            None => {}
        }
    }
}
