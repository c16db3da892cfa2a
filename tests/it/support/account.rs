//! An account of a test's own making behind the server, for what the invented athlete does not have.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::Request;
use axum::http::StatusCode;
use intervals_mcp_server::clock::Clock;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::{Caller, NOW, Server, ServerOptions, secrets};

/// What the account holds; rows of wellness and activities are given out by their day.
pub struct Account {
    pub now: String,
    pub zone: String,
    pub wellness: Vec<Value>,
    pub activities: Vec<Value>,
    pub events: Vec<Value>,
    /// Merged into the preferences; null when they may not be read.
    pub preferences: Value,
    /// Custom items that come with the profile, and those that only their own list has.
    pub told: Value,
    pub listed: Value,
}

impl Default for Account {
    fn default() -> Self {
        Self {
            now: NOW.to_owned(),
            zone: "Europe/Zurich".to_owned(),
            wellness: Vec::new(),
            activities: Vec::new(),
            events: Vec::new(),
            preferences: json!({}),
            told: json!([]),
            listed: json!([]),
        }
    }
}

/// A server before an account.
pub struct Served {
    pub server: Server,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Served {
    pub async fn says(&self, tool: &str, arguments: Value) -> String {
        Caller::owner(&self.server)
            .call_tool(tool, arguments)
            .await
            .ok()
    }

    /// Paths and queries since the last time, without those of the athlete's profile and preferences.
    pub fn asked(&self) -> Vec<String> {
        let mut asked = std::mem::take(&mut *self.asked.lock().unwrap());
        asked.retain(|target| !target.ends_with("/profile") && target.matches('/').count() > 4);
        asked
    }
}

impl Account {
    pub async fn serve(self) -> Served {
        let clock = Clock::manual(self.now.parse().unwrap());
        let asked: Arc<Mutex<Vec<String>>> = Arc::default();
        let (journal, account) = (Arc::clone(&asked), Arc::new(self));
        let answer = move |request: Request| {
            let (journal, account) = (Arc::clone(&journal), Arc::clone(&account));
            async move {
                journal.lock().unwrap().push(request.uri().to_string());
                let query = request.uri().query().unwrap_or_default();
                match account.answer(request.uri().path(), query) {
                    Some(body) => (StatusCode::OK, body.to_string()),
                    None => (StatusCode::FORBIDDEN, "{}".to_owned()),
                }
            }
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let upstream = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().fallback(answer);
        tokio::spawn(async move { axum::serve(listener, router).await });
        let server = Server::with(ServerOptions {
            clock,
            upstream,
            mcp_api_key: Some(secrets::MCP_API_KEY.to_owned()),
            ..ServerOptions::default()
        })
        .await;
        Served { server, asked }
    }

    pub async fn says(self, tool: &str, arguments: Value) -> String {
        self.serve().await.says(tool, arguments).await
    }

    fn answer(&self, path: &str, query: &str) -> Option<Value> {
        let bound = |name: &str| {
            let mut pairs = query.split('&');
            let value = pairs.find_map(|pair| pair.strip_prefix(name));
            value.unwrap_or_default().to_owned()
        };
        let (oldest, newest) = (bound("oldest="), bound("newest="));
        let inside = |rows: &[Value], key: &str| -> Value {
            let is_inside = |row: &&Value| {
                let day = row[key].as_str().unwrap_or_default().get(..10);
                day.is_some_and(|day| day >= oldest.as_str() && day <= newest.as_str())
            };
            rows.iter().filter(is_inside).cloned().collect()
        };
        Some(if path.ends_with("/profile") {
            json!({ "athlete": { "id": "i1", "timezone": self.zone }, "customItems": self.told })
        } else if path.ends_with("/custom-item") {
            self.listed.clone()
        } else if path.ends_with("/wellness") {
            inside(&self.wellness, "id")
        } else if path.ends_with("/activities") {
            inside(&self.activities, "start_date_local")
        } else if path.ends_with("/events") {
            self.events.clone().into()
        } else {
            let mut preferences = json!({ "id": "i1", "measurement_preference": "meters" });
            for (name, value) in self.preferences.as_object()? {
                preferences[name] = value.clone();
            }
            preferences
        })
    }
}

/// A day `back` days before `last`.
pub fn day(last: &str, back: usize) -> String {
    let last: jiff::civil::Date = last.parse().unwrap();
    let back = i64::try_from(back).unwrap();
    last.checked_sub(jiff::ToSpan::days(back))
        .unwrap()
        .to_string()
}

/// `n` days up to `last`, oldest first, with what `of` gives them by their place.
pub fn days(last: &str, n: usize, of: impl Fn(usize) -> Value) -> Vec<Value> {
    let row = |place: usize| {
        let mut row = of(place);
        row["id"] = json!(day(last, n - 1 - place));
        row
    };
    (0..n).map(row).collect()
}
