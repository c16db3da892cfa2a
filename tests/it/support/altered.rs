//! A server in front of an Intervals.icu whose answers a test rewrites.

use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use intervals_mcp_server::demo::Demo;
use serde_json::Value;
use tokio::net::TcpListener;

use super::{Server, ServerOptions, secrets};

/// A server in front of the invented athlete's service after `alter` has seen the path and the body of every answer.
pub async fn altered(alter: impl Fn(&str, &mut Value) + Send + Sync + 'static) -> (Demo, Server) {
    altered_with(ServerOptions::default(), alter).await
}

/// The same with other options.
pub async fn altered_with(
    options: ServerOptions,
    alter: impl Fn(&str, &mut Value) + Send + Sync + 'static,
) -> (Demo, Server) {
    let demo = Demo::new(options.clock.clone());
    let alter = Arc::new(alter);
    let router = demo
        .router()
        .layer(from_fn(move |request: Request, next: Next| {
            let alter = Arc::clone(&alter);
            async move {
                let path = request.uri().path().to_owned();
                let response = next.run(request).await;
                let (parts, body) = response.into_parts();
                let bytes = to_bytes(body, usize::MAX).await.unwrap();
                let Ok(mut value) = serde_json::from_slice(&bytes) else {
                    return Response::from_parts(parts, Body::from(bytes));
                };
                if parts.status.is_success() {
                    alter(&path, &mut value);
                }
                let mut altered = Response::new(Body::from(value.to_string()));
                *altered.status_mut() = parts.status;
                altered
                    .headers_mut()
                    .insert("content-type", "application/json".parse().unwrap());
                altered
            }
        }));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let upstream = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    let server = Server::with(ServerOptions {
        upstream,
        mcp_api_key: Some(secrets::MCP_API_KEY.to_owned()),
        ..options
    })
    .await;
    (demo, server)
}
