//! A server in front of the invented athlete, with faults just where a test wants them.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use base64::Engine as _;
use intervals_mcp_server::clock::Clock;
use intervals_mcp_server::demo::{API_KEY, ATHLETE_ID, Demo, Fault, FaultScope};
use jiff::ToSpan as _;
use jiff::civil::Date;
use serde_json::Value;
use tokio::net::TcpListener;
use tower::ServiceExt as _;

use super::model::{self, State};
use super::steps::Trouble;
use crate::support::process::Room;
use crate::support::{Caller, NOW, Said, Server, ServerOptions, secrets};

/// Longer than any step takes on a busy machine.
const DEADLINE: Duration = Duration::from_secs(4);

/// What is going to fail.
#[derive(Default)]
struct Plan {
    trouble: Option<Trouble>,
    writes: usize,
}

pub struct Rig {
    pub demo: Demo,
    clock: Clock,
    room: Room,
    upstream: String,
    plan: Arc<Mutex<Plan>>,
    server: Server,
}

fn set(demo: &Demo, fault: &Fault, path: &str, times: Option<usize>) {
    let path_contains = Some(path.to_owned());
    demo.faults().set(
        fault.clone(),
        FaultScope {
            path_contains,
            times,
        },
    );
}

impl Rig {
    pub async fn start() -> Self {
        let clock = Clock::manual(NOW.parse().unwrap());
        let demo = Demo::new(clock.clone());
        let plan: Arc<Mutex<Plan>> = Arc::default();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let upstream = format!("http://{}", listener.local_addr().unwrap());
        let (told, watched) = (demo.clone(), Arc::clone(&plan));
        let layer = from_fn(move |request: Request, next: Next| {
            let (demo, plan) = (told.clone(), Arc::clone(&watched));
            async move {
                if request.method() != "GET" {
                    plan.lock()
                        .unwrap()
                        .write_comes(&demo, request.method().as_str());
                }
                next.run(request).await
            }
        });
        let router = demo.router().layer(layer);
        tokio::spawn(async move { axum::serve(listener, router).await });
        let room = Room::new();
        let server = serve(&clock, &upstream, &room).await;
        Self {
            demo,
            clock,
            room,
            upstream,
            plan,
            server,
        }
    }

    /// Another process over the same directory.
    pub async fn restart(&mut self) {
        self.server = serve(&self.clock, &self.upstream, &self.room).await;
    }

    pub fn wait(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    pub fn now(&self) -> jiff::Timestamp {
        self.clock.now()
    }

    pub fn today(&self) -> Date {
        let zone = jiff::tz::TimeZone::get("Europe/Zurich").unwrap();
        self.clock.now_in(&zone).date()
    }

    pub async fn call(&self, tool: &str, arguments: &Value, trouble: &Trouble) -> Said {
        if let Trouble::Reads(fault) = trouble {
            set(&self.demo, fault, "GET /", None);
        }
        *self.plan.lock().unwrap() = Plan {
            trouble: Some(trouble.clone()),
            writes: 0,
        };
        let owner = Caller::owner(&self.server);
        let said = owner.call_tool(tool, arguments.clone()).await;
        *self.plan.lock().unwrap() = Plan::default();
        self.demo.faults().clear();
        said
    }

    /// What the service itself says, or does, past our server.
    pub async fn raw(&self, method: &str, path: &str, body: Option<&Value>) -> Value {
        let pair = base64::engine::general_purpose::STANDARD.encode(format!("API_KEY:{API_KEY}"));
        let request = Request::builder()
            .method(method)
            .uri(format!("/api/v1/athlete/{ATHLETE_ID}{path}"))
            .header("Authorization", format!("Basic {pair}"))
            .header("User-Agent", "somebody else")
            .header("Content-Type", "application/json")
            .body(body.map_or_else(Body::empty, |body| Body::from(body.to_string())))
            .unwrap();
        let answer = self.demo.router().oneshot(request).await.unwrap();
        let status = answer.status();
        let bytes = to_bytes(answer.into_body(), usize::MAX).await.unwrap();
        assert_eq!(status, 200, "{method} {path}: {bytes:?}");
        serde_json::from_slice(&bytes).unwrap_or_default()
    }

    /// Everything from `back` days before to `ahead` days after the day on which it all began.
    pub async fn state(&self, back: i64, ahead: i64) -> Result<State, String> {
        let first = self.demo.today();
        let oldest = first.checked_sub(back.days()).unwrap();
        let newest = first.checked_add(ahead.days()).unwrap();
        let window = format!("?oldest={oldest}&newest={newest}");
        let rows = self.raw("GET", &format!("/events{window}"), None).await;
        let (since, until) = (
            first.checked_sub(6.days()).unwrap(),
            first.checked_add(30.days()).unwrap(),
        );
        let window = format!("?oldest={since}&newest={until}");
        let days = self.raw("GET", &format!("/wellness{window}"), None).await;
        Ok(State {
            calendar: model::calendar(&rows)?,
            days: model::days(&days),
        })
    }
}

impl Plan {
    fn write_comes(&mut self, demo: &Demo, method: &str) {
        let number = self.writes;
        self.writes += 1;
        let path = format!("{method} /");
        match &self.trouble {
            Some(Trouble::Write(nth, fault)) if *nth == number => set(demo, fault, &path, Some(1)),
            Some(Trouble::ReadsBack(fault)) if number == 0 => set(demo, fault, "GET /", None),
            Some(Trouble::Both(write, reads)) if number == 0 => {
                set(demo, write, &path, Some(1));
                set(demo, reads, "GET /", None);
            }
            _ => {}
        }
    }
}

async fn serve(clock: &Clock, upstream: &str, room: &Room) -> Server {
    Server::with(ServerOptions {
        clock: clock.clone(),
        upstream: upstream.to_owned(),
        mcp_api_key: Some(secrets::MCP_API_KEY.to_owned()),
        deadline: DEADLINE,
        data_dir: Some(room.0.clone()),
        ..ServerOptions::default()
    })
    .await
}
