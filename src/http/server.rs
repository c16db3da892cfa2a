//! The socket: accepting, and stopping without cutting anybody off.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::ConnectInfo;
use axum::http::HeaderValue;
use axum::http::header::CONNECTION;
use futures_util::FutureExt as _;
use http_body::{Body as _, Frame, SizeHint};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::Service;

use super::Limits;
use super::head_start;
use super::lingering::{self, Unfinished};
use super::patience::{Answering, Patient, Phase};
use super::unread::{Settled, Unread};
use crate::metrics::GoingOn;

/// Railway's edge takes 32 KiB of headers; nobody sends more. Every connection may hold as much before anybody knows whose it
/// is, so that this times [`Limits::connections`] is what strangers can fill.
const MAX_HEADERS: usize = 32 * 1024;

/// How long connections are read from after the last was accepted: a request may have come with it.
const LAST_CALL: Duration = Duration::from_millis(250);

/// Answers connections until `shutdown`, and then ends without losing a request: for a moment everybody is still let in, since
/// proxies learn late that a server goes, and every answer says that its connection ends; then nobody new is, and what runs
/// finishes. `limits` say how long each may take.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    limits: Limits,
    shutdown: CancellationToken,
) {
    let mut protocol = http1::Builder::new();
    protocol
        .timer(TokioTimer::new())
        .header_read_timeout(limits.keep_alive)
        .max_buf_size(MAX_HEADERS);
    let door = Door {
        listener,
        router,
        limits,
        shutdown,
        protocol,
        slots: Arc::new(Semaphore::new(limits.connections)),
        closing: CancellationToken::new(),
        open: TaskTracker::new(),
    };
    door.open_until(door.shutdown.cancelled()).await;
    let grace = sleep(limits.drain);
    door.open_until(sleep(limits.linger)).await;
    let (closing, connections) = door.close();
    let open = connections.len();
    let finished = async {
        if open > 0 {
            sleep(LAST_CALL).await;
        }
        closing.cancel();
        connections.wait().await;
    };
    tokio::select! {
        () = finished => tracing::info!(open, "stopped"),
        () = grace => tracing::warn!("stopped before every call had finished"),
    }
}

/// Where connections come in.
struct Door {
    listener: TcpListener,
    router: Router,
    limits: Limits,
    shutdown: CancellationToken,
    protocol: http1::Builder,
    slots: Arc<Semaphore>,
    /// Tells every connection to end with the request that it is at.
    closing: CancellationToken,
    open: TaskTracker,
}

impl Door {
    /// Lets connections in until `end`.
    async fn open_until(&self, end: impl Future<Output = ()>) {
        tokio::pin!(end);
        loop {
            let accepted = async {
                let slot = Arc::clone(&self.slots).acquire_owned().await;
                (slot, self.listener.accept().await)
            };
            tokio::select! {
                () = &mut end => break,
                (slot, accepted) = accepted => match accepted {
                    Ok((stream, peer)) => self.let_in(stream, peer, slot),
                    Err(error) => rest_after(&error).await,
                },
            }
        }
    }

    /// Closes the door behind those whom the system has connected already.
    fn close(self) -> (CancellationToken, TaskTracker) {
        while let Some(Ok((stream, peer))) = self.listener.accept().now_or_never() {
            let Ok(slot) = Arc::clone(&self.slots).try_acquire_owned() else {
                break;
            };
            self.let_in(stream, peer, slot);
        }
        self.open.close();
        (self.closing, self.open)
    }

    fn let_in(&self, stream: TcpStream, peer: SocketAddr, slot: impl Send + 'static) {
        // Small answers in two writes otherwise wait 40 ms for the client's delayed acknowledgement.
        if stream.set_nodelay(true).is_err() {
            return;
        }
        let phase = Phase::default();
        let unfinished = Unfinished::default();
        let io = TokioIo::new(Patient::new(
            stream,
            self.limits.header_read,
            self.limits.write_stall,
            phase.clone(),
        ));
        let (router, shutdown) = (self.router.clone(), self.shutdown.clone());
        let left = unfinished.clone();
        let service = service_fn(move |request| {
            answer(
                router.clone(),
                peer,
                phase.clone(),
                unfinished.clone(),
                shutdown.clone(),
                request,
            )
        });
        let mut connection = self.protocol.serve_connection(io, service);
        let closing = self.closing.clone();
        let open = GoingOn::connection();
        self.open.spawn(async move {
            let ended = tokio::select! {
                biased;
                ended = &mut connection => ended,
                () = closing.cancelled() => {
                    Pin::new(&mut connection).graceful_shutdown();
                    (&mut connection).await
                }
            };
            // Nobody has seen a request whose head is too large or makes no sense. How else it ended concerns nobody.
            if ended.is_err_and(|error| error.is_parse()) {
                left.tell();
            }
            // The socket alone: who is still sending is not worth the buffers of a conversation.
            let stream = connection.into_parts().io.into_inner().into_inner();
            lingering::close(stream, &left).await;
            drop((slot, open));
        });
    }
}

async fn answer(
    mut router: Router,
    peer: SocketAddr,
    phase: Phase,
    unfinished: Unfinished,
    shutdown: CancellationToken,
    request: hyper::Request<Incoming>,
) -> Result<axum::response::Response, std::convert::Infallible> {
    let answering = phase.answering();
    let (head, body) = request.into_parts();
    let is_passed_on = head_start::is_passed_on(&head.headers);
    let (body, unread) = Unread::watch(&head.headers, body);
    let mut request = hyper::Request::from_parts(head, body);
    request.extensions_mut().insert(ConnectInfo(peer));
    let mut response = router.call(request).await?;
    let Settled { is_read, since } = unread.settle().await;
    if !is_read {
        unfinished.tell();
    }
    let since = since.filter(|_| is_passed_on);
    if let Some(wait) = since.and_then(|since| head_start::before(&response, since)) {
        wait.await;
    }
    if !is_read || shutdown.is_cancelled() {
        let close = HeaderValue::from_static("close");
        response.headers_mut().insert(CONNECTION, close);
    }
    Ok(response.map(|body| match body.size_hint().exact() {
        Some(_) => body,
        None => Body::new(Streamed {
            body,
            _answering: answering,
        }),
    }))
}

/// An answer that takes its time: it lasts to the end of its body.
struct Streamed {
    body: Body,
    _answering: Answering,
}

impl http_body::Body for Streamed {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// A client that left before it was accepted is no reason to rest; having no descriptors left is.
async fn rest_after(error: &io::Error) {
    let harmless = [
        io::ErrorKind::ConnectionAborted,
        io::ErrorKind::ConnectionReset,
        io::ErrorKind::ConnectionRefused,
        io::ErrorKind::Interrupted,
    ];
    if !harmless.contains(&error.kind()) {
        tracing::warn!(%error, "a connection could not be accepted");
        sleep(Duration::from_millis(100)).await;
    }
}
