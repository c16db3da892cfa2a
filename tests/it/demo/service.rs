//! Starts the demo on a free loopback port and asks it as a client would.

use std::time::Duration;

use intervals_mcp_server::clock::Clock;
use intervals_mcp_server::demo::{API_KEY, ATHLETE_ID, Demo};
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::Value;
use tokio::net::TcpListener;

/// A Wednesday in winter time, half past ten in Zurich.
pub const NOW: &str = "2026-03-18T09:30:00Z";

pub struct Service {
    pub demo: Demo,
    address: String,
    http: reqwest::Client,
}

impl Service {
    pub async fn start() -> Self {
        Self::at(NOW).await
    }

    pub async fn at(now: &str) -> Self {
        let clock = Clock::manual(now.parse().unwrap());
        let demo = Demo::new(clock);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}/api/v1", listener.local_addr().unwrap());
        tokio::spawn(demo.clone().serve(listener));
        let http = reqwest::Client::builder()
            .user_agent("demo tests")
            .no_proxy()
            .timeout(Duration::from_secs(20))
            .build()
            .unwrap();
        Self {
            demo,
            address,
            http,
        }
    }

    /// A request without credentials.
    pub fn bare(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.address))
    }

    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.bare(method, path).basic_auth("API_KEY", Some(API_KEY))
    }

    pub async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> (StatusCode, String) {
        let mut request = self.request(method, path);
        if let Some(body) = body {
            request = request
                .header("content-type", "application/json")
                .body(body.to_string());
        }
        let response = request.send().await.unwrap();
        let status = response.status();
        (status, response.text().await.unwrap())
    }

    /// The document at a path; anything but 200 fails the test.
    pub async fn get(&self, path: &str) -> Value {
        let (status, text) = self.send(Method::GET, path, None).await;
        assert_eq!(status, StatusCode::OK, "{path}: {text}");
        serde_json::from_str(&text).unwrap()
    }

    /// The same under the athlete.
    pub async fn mine(&self, path: &str) -> Value {
        self.get(&format!("/athlete/{ATHLETE_ID}{path}")).await
    }

    pub async fn rows(&self, path: &str) -> Vec<Value> {
        match self.mine(path).await {
            Value::Array(rows) => rows,
            other => panic!("{path} is not a list: {other}"),
        }
    }

    /// All activities of the year that are more than a stub, newest first.
    pub async fn activities(&self) -> Vec<Value> {
        let rows = self
            .rows("/activities?oldest=2025-01-01&newest=2026-12-31")
            .await;
        rows.into_iter()
            .filter(|row| !row["type"].is_null())
            .collect()
    }

    /// The refusal at a path: its status and its `error`.
    pub async fn refused(&self, method: Method, path: &str, body: Option<Value>) -> (u16, String) {
        let (status, text) = self.send(method, path, body).await;
        let document: Value = serde_json::from_str(&text).unwrap_or_default();
        (
            status.as_u16(),
            document["error"].as_str().unwrap_or_default().to_owned(),
        )
    }
}

pub fn number(value: &Value) -> f64 {
    value
        .as_f64()
        .unwrap_or_else(|| panic!("{value} is not a number"))
}

pub fn text(value: &Value) -> &str {
    value
        .as_str()
        .unwrap_or_else(|| panic!("{value} is not a text"))
}
