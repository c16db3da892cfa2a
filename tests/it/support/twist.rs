//! An Intervals.icu that answers as a test wants it to.

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use intervals_mcp_server::clock::Clock;
use intervals_mcp_server::demo::Demo;
use serde_json::Value;
use tokio::net::TcpListener;

use super::{Caller, NOW, Server, ServerOptions, secrets};

/// A server, and what it asks.
pub struct Twisted {
    pub demo: Demo,
    pub server: Server,
}

impl Twisted {
    /// `twist`s every JSON answer whose path contains `path`, or ends with it where it ends with `$`.
    pub async fn start(
        path: &'static str,
        twist: impl Fn(&mut Value) + Clone + Send + Sync + 'static,
    ) -> Self {
        let clock = Clock::manual(NOW.parse().unwrap());
        let demo = Demo::new(clock.clone());
        let layer = from_fn(move |request: Request, next: Next| {
            let twist = twist.clone();
            async move {
                let asked = request.uri().path();
                let hit = path
                    .strip_suffix('$')
                    .map_or(asked.contains(path), |end| asked.ends_with(end));
                let response = next.run(request).await;
                if !hit || response.status() != 200 {
                    return response;
                }
                let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
                let mut value: Value = serde_json::from_slice(&bytes).unwrap();
                twist(&mut value);
                Response::builder()
                    .header("Content-Type", "application/json")
                    .body(Body::from(value.to_string()))
                    .unwrap()
            }
        });
        let router = demo.router().layer(layer);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let upstream = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        let server = Server::with(ServerOptions {
            clock,
            upstream,
            mcp_api_key: Some(secrets::MCP_API_KEY.to_owned()),
            ..ServerOptions::default()
        })
        .await;
        Self { demo, server }
    }

    /// What the owner is told by `tool`, which must not be an error.
    pub async fn told(&self, tool: &str, arguments: Value) -> String {
        let owner = Caller::owner(&self.server);
        owner.call_tool(tool, arguments).await.ok()
    }
}
