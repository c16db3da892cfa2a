//! A proxy with TLS in front of a server, which can do everything that proxies do wrong.

use std::convert::Infallible;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use http::{HeaderValue, StatusCode, header};
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;

/// Passes everything on to a port of this machine; 502 when nothing listens there.
pub fn passing_to(port: u16) -> Router {
    let http = reqwest::Client::builder()
        .no_proxy()
        .no_gzip()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap();
    Router::new().fallback(move |request: Request| pass(http.clone(), port, request))
}

async fn pass(http: reqwest::Client, port: u16, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap();
    let url = format!("http://127.0.0.1:{port}{}", parts.uri);
    let sent = http
        .request(parts.method, url)
        .headers(parts.headers)
        .body(body)
        .send()
        .await;
    let Ok(mut answer) = sent else {
        return (StatusCode::BAD_GATEWAY, "<h1>502 Bad Gateway</h1>").into_response();
    };
    let mut response = Response::builder().status(answer.status());
    *response.headers_mut().unwrap() = std::mem::take(answer.headers_mut());
    let pieces = stream::unfold(answer, |mut answer| async move {
        let piece = answer.chunk().await.ok()??;
        Some((Ok::<_, Infallible>(piece), answer))
    });
    let mut response = response.body(Body::from_stream(pieces)).unwrap();
    response.headers_mut().remove(header::TRANSFER_ENCODING);
    response
}

/// The same, but each request is changed first.
pub fn changing_requests(
    router: Router,
    change: impl Fn(&mut Request) + Clone + Send + Sync + 'static,
) -> Router {
    router.layer(from_fn(move |mut request: Request, next: Next| {
        change(&mut request);
        next.run(request)
    }))
}

/// The same, but each answer is changed before it leaves.
pub fn changing_answers(
    router: Router,
    change: impl Fn(&mut Response) + Clone + Send + Sync + 'static,
) -> Router {
    router.layer(from_fn(move |request: Request, next: Next| {
        let change = change.clone();
        async move {
            let mut response = next.run(request).await;
            change(&mut response);
            response
        }
    }))
}

/// The same, but what `answer` has something for is not passed on.
pub fn answering(
    router: Router,
    answer: impl Fn(&Request) -> Option<Response> + Clone + Send + Sync + 'static,
) -> Router {
    router.layer(from_fn(move |request: Request, next: Next| {
        let own = answer(&request);
        async move {
            match own {
                Some(own) => own,
                None => next.run(request).await,
            }
        }
    }))
}

/// The same, but each answer waits until it is complete.
pub fn buffering(router: Router) -> Router {
    router.layer(from_fn(|request: Request, next: Next| async move {
        let (parts, body) = next.run(request).await.into_parts();
        let whole: Bytes = to_bytes(body, usize::MAX).await.unwrap();
        Response::from_parts(parts, Body::from(whole))
    }))
}

pub fn page(status: u16, text: &str) -> Response {
    let mut response = Response::new(Body::from(text.to_owned()));
    *response.status_mut() = StatusCode::from_u16(status).unwrap();
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/html; charset=utf-8"),
    );
    response
}

pub fn redirect(status: u16, to: &str) -> Response {
    let mut response = page(status, "<h1>Moved</h1>");
    let to = HeaderValue::from_str(to).unwrap();
    response.headers_mut().insert(header::LOCATION, to);
    response
}

/// Serves `router` under `tls` for as long as the test runs; without `tls` in the clear.
pub fn serve(listener: TcpListener, tls: Option<ServerConfig>, router: Router) {
    let acceptor = tls.map(|config| TlsAcceptor::from(Arc::new(config)));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (acceptor, router) = (acceptor.clone(), router.clone());
            tokio::spawn(async move {
                let service = TowerToHyperService::new(router);
                let protocol = http1::Builder::new();
                // Who hangs up ends a connection as well.
                let _ = match acceptor {
                    Some(acceptor) => match acceptor.accept(stream).await {
                        Ok(stream) => {
                            protocol
                                .serve_connection(TokioIo::new(stream), service)
                                .await
                        }
                        Err(_) => return,
                    },
                    None => {
                        protocol
                            .serve_connection(TokioIo::new(stream), service)
                            .await
                    }
                };
            });
        }
    });
}
