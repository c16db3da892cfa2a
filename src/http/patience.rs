//! A connection that does not wait for ever, neither for the rest of a request's headers nor for a peer that does not read.
//!
//! hyper has one timer for both "the headers are slow" and "the connection rests between requests". Slow headers are an
//! attack and end after seconds; a resting connection belongs to a proxy that may use it again a minute later. So hyper
//! gets the long time, and this wrapper around the socket the short one.
//!
//! It also sees a peer hang up whose request is being answered and who has sent more than that request: hyper has no room
//! for what follows, does not read, and would only notice when it answers.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::FutureExt as _;
use tokio::io::{AsyncRead, AsyncWrite, Interest, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep};

/// How often it is looked whether the peer is still there while it is being answered.
const LOOK_AFTER: Duration = Duration::from_millis(250);

/// Counts the beginnings and ends of requests of one connection: odd while one is being answered.
#[derive(Clone, Default)]
pub(super) struct Phase(Arc<AtomicUsize>);

/// While this lives, what arrives is a body, which has its own time limit, or waits for its turn.
pub(super) struct Answering(Phase);

impl Phase {
    pub(super) fn answering(&self) -> Answering {
        self.0.fetch_add(1, Ordering::AcqRel);
        Answering(self.clone())
    }
}

const fn is_answering(phase: usize) -> bool {
    phase % 2 == 1
}

impl Drop for Answering {
    fn drop(&mut self) {
        self.0.0.fetch_add(1, Ordering::AcqRel);
    }
}

pub(super) struct Patient {
    stream: TcpStream,
    patience: Duration,
    phase: Phase,
    seen: usize,
    deadline: Option<Pin<Box<Sleep>>>,
    /// Runs while what we say finds no room: a peer that does not read would otherwise keep its place for good.
    write_patience: Duration,
    stalled: Option<Pin<Box<Sleep>>>,
    look: Option<Pin<Box<Sleep>>>,
}

impl Patient {
    pub(super) fn new(
        stream: TcpStream,
        patience: Duration,
        write_patience: Duration,
        phase: Phase,
    ) -> Self {
        Self {
            stream,
            patience,
            phase,
            seen: 0,
            // Who connects has something to say.
            deadline: Some(Box::pin(sleep(patience))),
            write_patience,
            stalled: None,
            look: None,
        }
    }

    pub(super) fn into_inner(self) -> TcpStream {
        self.stream
    }

    /// Passes on what a write came to, and ends the wait of one that has been stuck for too long.
    fn written<T>(
        &mut self,
        cx: &mut Context<'_>,
        outcome: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if outcome.is_ready() {
            self.stalled = None;
            return outcome;
        }
        let patience = self.write_patience;
        let stalled = self
            .stalled
            .get_or_insert_with(|| Box::pin(sleep(patience)));
        match stalled.as_mut().poll(cx) {
            Poll::Ready(()) => Poll::Ready(Err(io::ErrorKind::TimedOut.into())),
            Poll::Pending => Poll::Pending,
        }
    }

    /// Whether the peer has hung up in the middle of an answer, which is seen although what it sent before is not read.
    fn has_hung_up(&mut self, cx: &mut Context<'_>) -> bool {
        if !is_answering(self.phase.0.load(Ordering::Acquire)) {
            self.look = None;
            return false;
        }
        let look = self.look.get_or_insert_with(|| Box::pin(sleep(LOOK_AFTER)));
        while look.as_mut().poll(cx).is_ready() {
            let ready = self.stream.ready(Interest::READABLE).now_or_never();
            if ready.is_some_and(|ready| ready.is_ok_and(|ready| ready.is_read_closed())) {
                return true;
            }
            look.as_mut().reset(Instant::now() + LOOK_AFTER);
        }
        false
    }

    fn is_over(&mut self, cx: &mut Context<'_>) -> bool {
        self.deadline
            .as_mut()
            .is_some_and(|deadline| deadline.as_mut().poll(cx).is_ready())
    }
}

impl AsyncRead for Patient {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let phase = this.phase.0.load(Ordering::Acquire);
        if phase != this.seen {
            this.seen = phase;
            this.deadline = None;
        }
        let before = buf.filled().len();
        let read = Pin::new(&mut this.stream).poll_read(cx, buf);
        if is_answering(phase) {
            return read;
        }
        if buf.filled().len() > before && this.deadline.is_none() {
            this.deadline = Some(Box::pin(sleep(this.patience)));
        }
        if this.is_over(cx) {
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
        read
    }
}

impl AsyncWrite for Patient {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let outcome = Pin::new(&mut this.stream).poll_write(cx, buf);
        this.written(cx, outcome)
    }

    /// hyper comes here whenever it is woken, whether there is something to write or not.
    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.has_hung_up(cx) {
            return Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()));
        }
        let outcome = Pin::new(&mut this.stream).poll_flush(cx);
        this.written(cx, outcome)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let outcome = Pin::new(&mut this.stream).poll_shutdown(cx);
        this.written(cx, outcome)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let outcome = Pin::new(&mut this.stream).poll_write_vectored(cx, bufs);
        this.written(cx, outcome)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
