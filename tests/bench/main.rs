//! What the hot paths cost: `cargo bench`. Everything but the sockets towards the client is as in production; the upstream
//! is on loopback and answers from memory, and its share is measured on its own.

#[path = "../it/support/mod.rs"]
#[expect(dead_code, unused_imports, reason = "the tests use more of it")]
mod support;
mod upstream;

use std::sync::atomic::{AtomicU32, Ordering};

use axum::Router;
use axum::body::{Body, Bytes};
use divan::Bencher;
use http::Request;
use http_body_util::BodyExt as _;
use intervals_mcp_server::app::App;
use intervals_mcp_server::clock::Clock;
use serde_json::{Value, json};
use support::{Server, ServerOptions, flow};
use tokio::runtime::Runtime;
use tower::ServiceExt as _;

fn main() {
    divan::main();
}

/// The server's router with a token that it accepts.
struct Bench {
    runtime: Runtime,
    router: Router,
    host: String,
    token: String,
    upstream: String,
}

impl Bench {
    fn new() -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let (router, host, token, upstream) = runtime.block_on(async {
            let upstream = upstream::serve().await;
            let options = || ServerOptions {
                clock: Clock::system(),
                upstream: upstream.clone(),
                ..ServerOptions::default()
            };
            let server = Server::with(options()).await;
            let token = flow::connect(&server).await.access_token;
            let app = App::build(options().settings(&server.public_url), Clock::system()).unwrap();
            (
                app.router(),
                server.public_url.authority().to_owned(),
                token,
                upstream,
            )
        });
        Self {
            runtime,
            router,
            host,
            token,
            upstream,
        }
    }

    fn send(&self, method: &str, body: String) -> Bytes {
        let request = Request::builder()
            .method(method)
            .uri("/mcp")
            .header("Host", &self.host)
            .header("Authorization", format!("Bearer {}", self.token))
            .header("Content-Type", "application/json")
            .body(Body::from(body))
            .unwrap();
        self.runtime.block_on(async {
            let answer = self.router.clone().oneshot(request).await.unwrap();
            answer.into_body().collect().await.unwrap().to_bytes()
        })
    }

    fn call(&self, tool: &str, arguments: &Value) -> Bytes {
        let params = json!({ "name": tool, "arguments": arguments });
        let answer = self.send("POST", rpc("tools/call", &params));
        assert!(
            !answer.windows(14).any(|w| w == br#""isError":true"#),
            "{answer:?}"
        );
        answer
    }

    fn fetch(&self, path: &str) -> Bytes {
        let url = format!("{}{path}", self.upstream);
        self.runtime
            .block_on(async { CLIENT.get(url).send().await.unwrap().bytes().await.unwrap() })
    }
}

static CLIENT: std::sync::LazyLock<reqwest::Client> =
    std::sync::LazyLock::new(|| reqwest::Client::builder().no_proxy().build().unwrap());

fn rpc(method: &str, params: &Value) -> String {
    json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params }).to_string()
}

/// Another number each time, so that no answer is remembered.
fn fresh() -> u32 {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// All layers and the guard on a valid token; the endpoint itself only says 405.
#[divan::bench]
fn guard_on_a_valid_token(bencher: Bencher<'_, '_>) {
    let bench = Bench::new();
    bencher.bench_local(|| bench.send("GET", String::new()));
}

#[divan::bench]
fn tools_list(bencher: Bencher<'_, '_>) {
    let bench = Bench::new();
    let body = rpc("tools/list", &json!({}));
    bencher.bench_local(|| bench.send("POST", body.clone()));
}

/// Fetched, decoded and rendered anew every time; compare with the next one, which only fetches.
#[divan::bench]
fn sixty_activities(bencher: Bencher<'_, '_>) {
    let bench = Bench::new();
    bench.call("list_activities", &json!({}));
    bencher.bench_local(|| {
        let oldest = format!("-{}d", 30 + fresh() % 700);
        bench.call("list_activities", &json!({ "oldest": oldest }))
    });
}

#[divan::bench]
fn sixty_activities_fetched_only(bencher: Bencher<'_, '_>) {
    let bench = Bench::new();
    bencher.bench_local(|| bench.fetch("/api/v1/athlete/i424242/activities"));
}

/// 24 hours at one sample a second in five series, cut into splits.
#[divan::bench(sample_count = 20)]
fn a_day_of_streams(bencher: Bencher<'_, '_>) {
    let bench = Bench::new();
    bencher.bench_local(|| {
        let id = format!("i{}", 1_000_000 + fresh());
        bench.call("get_activity", &json!({ "id": id, "include": ["splits"] }))
    });
}

#[divan::bench(sample_count = 20)]
fn a_day_of_streams_fetched_only(bencher: Bencher<'_, '_>) {
    let bench = Bench::new();
    bencher.bench_local(|| bench.fetch("/api/v1/activity/i1/streams"));
}

/// 36,000 samples in twelve series, told in rows; compare with the next one, which only fetches.
#[divan::bench(sample_count = 20)]
fn ten_hours_of_twelve_streams(bencher: Bencher<'_, '_>) {
    let bench = Bench::new();
    let types = [
        "power",
        "hr",
        "cadence",
        "speed",
        "altitude",
        "distance",
        "grade",
        "temperature",
        "torque",
        "balance",
        "respiration",
    ];
    bencher.bench_local(|| {
        let id = format!("i{}{}", upstream::TEN_HOURS, fresh());
        let arguments = json!({ "id": id, "types": types });
        bench.call("get_activity_streams", &arguments)
    });
}

#[divan::bench(sample_count = 20)]
fn ten_hours_of_twelve_streams_fetched_only(bencher: Bencher<'_, '_>) {
    let bench = Bench::new();
    let path = format!("/api/v1/activity/i{}1/streams", upstream::TEN_HOURS);
    bencher.bench_local(|| bench.fetch(&path));
}

/// Three years of sessions summed up, all of it remembered.
#[divan::bench(sample_count = 20)]
fn three_years_of_training(bencher: Bencher<'_, '_>) {
    let bench = Bench::new();
    let arguments = json!({ "oldest": "-1095d", "group_by": "month", "include": ALL_PARTS });
    bench.call("get_training_summary", &arguments);
    bencher.bench_local(|| bench.call("get_training_summary", &arguments));
}

/// The same read and decoded anew every time; compare with the next one, which only fetches.
#[divan::bench(sample_count = 20)]
fn three_years_of_training_anew(bencher: Bencher<'_, '_>) {
    let bench = Bench::new();
    bencher.bench_local(|| {
        let oldest = format!("-{}d", 1095 + fresh() % 700);
        let arguments = json!({ "oldest": oldest, "group_by": "month", "include": ALL_PARTS });
        bench.call("get_training_summary", &arguments)
    });
}

#[divan::bench(sample_count = 20)]
fn three_years_of_training_fetched_only(bencher: Bencher<'_, '_>) {
    let bench = Bench::new();
    bencher.bench_local(|| bench.fetch("/api/v1/athlete/i424242/activities?fields=icu_zone_times"));
}

const ALL_PARTS: [&str; 6] = [
    "zones",
    "distribution",
    "load",
    "compliance",
    "durability",
    "fuel",
];
