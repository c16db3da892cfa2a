//! The end of a connection whose peer is still sending.
//!
//! Whoever closes a socket before everything that arrived was read resets it, and a reset takes along what the other side has
//! not read yet: a client, or nginx on its behalf, that goes on with a large body would never see the answer that refuses it.
//! So the sending side is closed first, and what still comes is thrown away for a while (RFC 9112 section 9.6).

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, ReadBuf};
use tokio::time::{Sleep, sleep};

/// How long and how much is thrown away; who still sends then is cut off.
const LONGEST: Duration = Duration::from_secs(5);
const MOST: usize = 16 << 20;

/// Told by whoever answers without the body, asked by whoever closes.
#[derive(Clone, Default)]
pub(super) struct Unfinished(Arc<AtomicBool>);

impl Unfinished {
    pub(super) fn tell(&self) {
        self.0.store(true, Ordering::Release);
    }

    pub(super) fn is_told(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

pub(super) struct Lingering {
    deadline: Pin<Box<Sleep>>,
    left: usize,
}

impl Lingering {
    pub(super) fn new() -> Self {
        Self {
            deadline: Box::pin(sleep(LONGEST)),
            left: MOST,
        }
    }

    /// Ready when the peer has closed too, or has had its time.
    pub(super) fn poll<S: AsyncRead + Unpin>(
        &mut self,
        stream: &mut S,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<()>> {
        let mut thrown_away = [0; 8 * 1024];
        while self.left > 0 && self.deadline.as_mut().poll(cx).is_pending() {
            let mut buffer = ReadBuf::new(&mut thrown_away);
            match Pin::new(&mut *stream).poll_read(cx, &mut buffer) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(Ok(())) if !buffer.filled().is_empty() => {
                    self.left = self.left.saturating_sub(buffer.filled().len());
                }
                Poll::Ready(_) => break,
            }
        }
        Poll::Ready(Ok(()))
    }
}
