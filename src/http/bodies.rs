//! What requests hold of their bodies.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes};
use http_body::{Body as _, Frame, SizeHint};
use tokio::time::{Sleep, sleep};

use super::MCP_PATHS;
use super::error::Refusal;

const KIB: u64 = 1024;
const MIB: u64 = 1024 * KIB;

/// As much of a body is counted for nothing: what honest requests send passes even in a crowd.
const FREE: u64 = 8 * KIB;
/// What all bodies at the MCP endpoint may hold at a time beyond that, and those at all other paths.
const MOST_AT_MCP: u64 = 64 * MIB;
const MOST_ELSEWHERE: u64 = 16 * MIB;
/// The least that is made room for at a time.
const STEP: u64 = KIB;

/// What requests hold of bodies at this moment. Each may be as large as its path allows, but not thousands at a time: slow
/// senders of many large bodies would fill the memory.
#[derive(Default)]
pub(super) struct Held {
    at_mcp: Arc<AtomicU64>,
    elsewhere: Arc<AtomicU64>,
}

impl Held {
    pub(super) fn share(&self, path: &str) -> Arc<Share> {
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
pub(super) struct Share {
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

/// What went wrong with the body, told past whoever read it.
#[derive(Clone, Default)]
pub(super) struct Breach(Arc<AtomicU8>);

impl Breach {
    const TOO_LARGE: u8 = 1;
    const TOO_SLOW: u8 = 2;
    const CROWDED: u8 = 3;

    fn set(&self, what: u8) -> BodyError {
        self.0.store(what, Ordering::Release);
        BodyError
    }

    pub(super) fn get(&self) -> Option<Refusal> {
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

/// A body that is handed on in one piece once it is whole.
///
/// Every piece that hyper reads keeps the buffer alive into which it was read, which is 8 KiB and more for a single byte: a
/// stranger who sends a byte at a time would hold thousands of times what was sent, and counted. So the pieces are copied
/// and let go, and what is counted is the room that was made for them.
pub(super) struct Whole {
    body: Body,
    gathered: Vec<u8>,
    most: u64,
    patience: Duration,
    /// Begins when the body is first waited for.
    deadline: Option<Pin<Box<Sleep>>>,
    breach: Breach,
    share: Arc<Share>,
    is_handed_on: bool,
}

impl Whole {
    /// `body` of at most `most` bytes that comes within `patience`, what it holds counted in `share`.
    pub(super) fn new(
        body: Body,
        most: u64,
        patience: Duration,
        breach: Breach,
        share: Arc<Share>,
    ) -> Self {
        Self {
            body,
            gathered: Vec::new(),
            most,
            patience,
            deadline: None,
            breach,
            share,
            is_handed_on: false,
        }
    }

    /// Ready when everything is there.
    fn poll_gathering(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), axum::BoxError>> {
        loop {
            match Pin::new(&mut self.body).poll_frame(cx) {
                Poll::Ready(Some(Ok(frame))) => {
                    // Trailers say nothing that anybody here asks for.
                    if let Some(data) = frame.data_ref() {
                        self.gather(data)?;
                    }
                }
                Poll::Ready(Some(Err(error))) => return Poll::Ready(Err(error.into())),
                Poll::Ready(None) => return Poll::Ready(Ok(())),
                Poll::Pending => {
                    let patience = self.patience;
                    let deadline = self
                        .deadline
                        .get_or_insert_with(|| Box::pin(sleep(patience)));
                    return if deadline.as_mut().poll(cx).is_ready() {
                        Poll::Ready(Err(self.breach.set(Breach::TOO_SLOW).into()))
                    } else {
                        Poll::Pending
                    };
                }
            }
        }
    }

    fn gather(&mut self, data: &Bytes) -> Result<(), BodyError> {
        let (held, room) = (self.gathered.len() as u64, self.gathered.capacity() as u64);
        let needed = held + data.len() as u64;
        if needed > self.most {
            return Err(self.breach.set(Breach::TOO_LARGE));
        }
        if needed > room {
            let rest = self.body.size_hint().exact();
            let announced = rest.map(|rest| (needed + rest).min(self.most));
            let wanted = match announced {
                // What grows by and by leaves its smaller pieces of memory behind.
                Some(whole) if needed > FREE => whole,
                _ => {
                    let most = announced.unwrap_or(self.most);
                    needed.max(2 * room).max(STEP).min(most)
                }
            };
            let more = wanted - held;
            self.gathered.reserve_exact(more as usize);
            let grown = self.gathered.capacity() as u64 - room;
            if !self.share.take(grown) {
                return Err(self.breach.set(Breach::CROWDED));
            }
        }
        self.gathered.extend_from_slice(data);
        Ok(())
    }
}

impl http_body::Body for Whole {
    type Data = Bytes;
    type Error = axum::BoxError;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let this = self.get_mut();
        if this.is_handed_on {
            return Poll::Ready(None);
        }
        match this.poll_gathering(cx) {
            Poll::Pending => return Poll::Pending,
            Poll::Ready(Err(error)) => {
                this.gathered = Vec::new();
                return Poll::Ready(Some(Err(error)));
            }
            Poll::Ready(Ok(())) => {}
        }
        this.is_handed_on = true;
        let gathered = std::mem::take(&mut this.gathered);
        if gathered.is_empty() {
            return Poll::Ready(None);
        }
        Poll::Ready(Some(Ok(Frame::data(gathered.into()))))
    }

    fn is_end_stream(&self) -> bool {
        self.is_handed_on || (self.gathered.is_empty() && self.body.is_end_stream())
    }

    fn size_hint(&self) -> SizeHint {
        if self.is_handed_on {
            return SizeHint::with_exact(0);
        }
        let (held, left) = (self.gathered.len() as u64, self.body.size_hint());
        let mut hint = SizeHint::new();
        hint.set_lower(held.saturating_add(left.lower()));
        if let Some(upper) = left.upper() {
            hint.set_upper(held.saturating_add(upper));
        }
        hint
    }
}
