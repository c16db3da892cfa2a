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
use http_body::{Body as _, Frame, SizeHint};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tower::Service;

use super::Limits;
use super::patience::{Answering, Patient, Phase};
use super::unread::Unread;
use crate::metrics::GoingOn;

/// Railway's edge takes 32 KiB of headers; nobody sends more. Every connection may hold as much before anybody knows whose it
/// is, so that this times [`Limits::connections`] is what strangers can fill.
const MAX_HEADERS: usize = 32 * 1024;

/// Answers connections until `shutdown`, then lets running calls finish for as long as `limits` allow.
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
    let graceful = GracefulShutdown::new();
    let slots = Arc::new(Semaphore::new(limits.connections));
    loop {
        let accepted = async {
            let slot = Arc::clone(&slots).acquire_owned().await;
            (slot, listener.accept().await)
        };
        let (slot, (stream, peer)) = tokio::select! {
            () = shutdown.cancelled() => break,
            (slot, accepted) = accepted => match accepted {
                Ok(accepted) => (slot, accepted),
                Err(error) => {
                    rest_after(&error).await;
                    continue;
                }
            },
        };
        // Small answers in two writes otherwise wait 40 ms for the client's delayed acknowledgement.
        if stream.set_nodelay(true).is_err() {
            continue;
        }
        let phase = Phase::default();
        let io = TokioIo::new(Patient::new(
            stream,
            limits.header_read,
            limits.write_stall,
            phase.clone(),
        ));
        let router = router.clone();
        let service =
            service_fn(move |request| answer(router.clone(), peer, phase.clone(), request));
        let connection = graceful.watch(protocol.serve_connection(io, service));
        let open = GoingOn::connection();
        tokio::spawn(async move {
            // How a connection ends, cut off or not, concerns nobody.
            let _ = connection.await;
            drop((slot, open));
        });
    }
    drop(listener);
    let open = graceful.count();
    tokio::select! {
        () = graceful.shutdown() => tracing::info!(open, "stopped"),
        () = sleep(limits.drain) => tracing::warn!("stopped before every call had finished"),
    }
}

async fn answer(
    mut router: Router,
    peer: SocketAddr,
    phase: Phase,
    request: hyper::Request<Incoming>,
) -> Result<axum::response::Response, std::convert::Infallible> {
    let answering = phase.answering();
    let (head, body) = request.into_parts();
    let (body, unread) = Unread::watch(&head.headers, body);
    let mut request = hyper::Request::from_parts(head, body);
    request.extensions_mut().insert(ConnectInfo(peer));
    let mut response = router.call(request).await?;
    if !unread.settle().await {
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
