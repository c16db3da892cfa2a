//! A server in front of the invented athlete's Intervals.icu.

use intervals_mcp_server::clock::Clock;
use intervals_mcp_server::demo::{API_KEY, ATHLETE_ID, Demo};
use serde_json::Value;
use tokio::net::TcpListener;

use super::{Caller, Server, ServerOptions, secrets};

/// Wednesday morning in Zurich, unless a test says otherwise.
pub const NOW: &str = "2026-03-18T09:30:00Z";

pub struct World {
    pub demo: Demo,
    pub server: Server,
    api: String,
}

impl World {
    pub async fn start() -> Self {
        Self::at(NOW).await
    }

    pub async fn at(now: &str) -> Self {
        Self::with(ServerOptions {
            clock: Clock::manual(now.parse().unwrap()),
            ..ServerOptions::default()
        })
        .await
    }

    pub async fn with(options: ServerOptions) -> Self {
        let demo = Demo::new(options.clock.clone());
        Self::of(demo, options).await
    }

    /// With the athlete whose year ends at [`NOW`], seen from an earlier day.
    pub async fn seen_from(now: &str) -> Self {
        let demo = Demo::new(Clock::manual(NOW.parse().unwrap()));
        let clock = Clock::manual(now.parse().unwrap());
        Self::of(
            demo,
            ServerOptions {
                clock,
                ..ServerOptions::default()
            },
        )
        .await
    }

    async fn of(demo: Demo, options: ServerOptions) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let api = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(demo.clone().serve(listener));
        let server = Server::with(ServerOptions {
            upstream: api.clone(),
            mcp_api_key: Some(secrets::MCP_API_KEY.to_owned()),
            ..options
        })
        .await;
        Self { demo, server, api }
    }

    /// Where the athlete's API listens.
    pub fn upstream(&self) -> String {
        self.api.clone()
    }

    /// Who may do everything.
    pub fn owner(&self) -> Caller<'_> {
        Caller::owner(&self.server)
    }

    /// What the service itself says, past our server.
    pub async fn raw(&self, path: &str) -> Value {
        let url = format!("{}/api/v1{}", self.api, path.replace("{id}", ATHLETE_ID));
        let answer = self
            .server
            .http
            .get(url)
            .basic_auth("API_KEY", Some(API_KEY))
            .header("User-Agent", "tests")
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        serde_json::from_str(&answer.text().await.unwrap()).unwrap()
    }

    /// The athlete's event.
    pub async fn event(&self, id: &Value) -> Value {
        self.raw(&format!("/athlete/{{id}}/events/{id}")).await
    }

    /// The athlete's calendar, both days inclusive.
    pub async fn calendar(&self, oldest: &str, newest: &str) -> Vec<Value> {
        let path = format!("/athlete/{{id}}/events?oldest={oldest}&newest={newest}");
        self.raw(&path).await.as_array().unwrap().clone()
    }

    /// Writes past our server, as the athlete's own hand does.
    pub async fn put(&self, path: &str, body: Value) {
        let url = format!("{}/api/v1{}", self.api, path.replace("{id}", ATHLETE_ID));
        let answer = self
            .server
            .http
            .put(url)
            .basic_auth("API_KEY", Some(API_KEY))
            .header("User-Agent", "tests")
            .header("Content-Type", "application/json")
            .body(body.to_string())
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 200, "{path}");
    }

    /// What was asked of the service that is no read, such as `PUT /events/40101`.
    pub fn writes(&self) -> Vec<String> {
        let about = format!("/api/v1/athlete/{ATHLETE_ID}");
        let journal = self.demo.journal();
        let writes = journal.iter().filter(|request| request.method != "GET");
        writes
            .map(|request| format!("{} {}", request.method, request.path.replace(&about, "")))
            .collect()
    }

    /// Fails the test if the server sent anything that no correct client sends.
    #[track_caller]
    pub fn assert_well_behaved(&self) {
        assert_eq!(self.demo.violations(), Vec::<String>::new());
    }
}

/// The cells of the table in `text` whose head begins with `head`, by column name.
pub fn table(text: &str, head: &str) -> Vec<std::collections::BTreeMap<String, String>> {
    let mut lines = text.lines().skip_while(|line| !line.starts_with(head));
    let heads: Vec<&str> = lines.next().unwrap_or_default().split('|').collect();
    lines
        .take_while(|line| line.contains('|'))
        .map(|line| {
            let cells = line.split('|').chain(std::iter::repeat(""));
            heads
                .iter()
                .zip(cells)
                .map(|(h, c)| ((*h).to_owned(), c.to_owned()))
                .collect()
        })
        .collect()
}
