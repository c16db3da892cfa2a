//! What strangers cost who register and ask and never come back.

use std::process::Command;
use std::time::Duration;

use futures_util::stream::{self, StreamExt as _};
use serde_json::json;

use super::inside::Inside;
use crate::support::flow::{self, Client, Request};
use crate::support::process::{Room, Running, free_port, resident_kib, serving, wait_for};
use crate::support::{Server, ServerOptions, secrets};

const MOST_GROWTH_KIB: u64 = 20 * 1024;
/// What a run in CI sends of each kind.
const SOME: usize = 5_000;
/// For a run by hand on a release build.
const MANY: usize = 100_000;
/// Connections of the flood at a time.
const CONNECTIONS: usize = 32;

fn process(port: u16, room: &Room) -> Running {
    let child = serving(room, port)
        .env("OWNER_PASSWORD", secrets::OWNER)
        // Each stranger comes from an address of his own.
        .env("TRUST_PROXY", "1")
        .env("RUST_LOG", "off")
        .spawn()
        .unwrap();
    wait_for(port);
    Running(child)
}

fn address(n: usize) -> String {
    format!("10.{}.{}.{}", n >> 16, (n >> 8) & 255, n & 255)
}

/// Registers `many` clients, each with a name and a callback of its own, and counts who got in.
async fn register(server: &Server, from: usize, many: usize) -> usize {
    let requests = (from..from + many).map(|n| async move {
        let body = json!({
            "client_name": format!("Stranger {n}"),
            "redirect_uris": [format!("https://client-{n}.test/cb")],
            "token_endpoint_auth_method": "none",
        });
        let response = server
            .http
            .post(server.url("/register"))
            .header("X-Forwarded-For", address(n))
            .body(body.to_string())
            .send()
            .await
            .unwrap();
        let status = response.status();
        response.bytes().await.unwrap();
        assert!(status == 201 || status == 429, "{status}");
        usize::from(status == 201)
    });
    stream::iter(requests)
        .buffer_unordered(CONNECTIONS)
        .fold(0, |sum, one| async move { sum + one })
        .await
}

/// Opens the consent page `many` times, each time for a request of its own and in a browser of its own.
async fn ask(server: &Server, client: &Client, from: usize, many: usize) {
    let requests = (from..from + many).map(|n| async move {
        let query = Request::of(server, client)
            .with("state", &format!("state-{n}-{}", "s".repeat(100)))
            .query();
        let url = server.url(&format!("/authorize?{query}"));
        let response = server.http.get(url).send().await.unwrap();
        assert_eq!(response.status(), 200);
        response.bytes().await.unwrap();
    });
    stream::iter(requests)
        .buffer_unordered(CONNECTIONS)
        .for_each(|()| async {})
        .await;
}

async fn flood(many: usize) {
    let (port, room) = (free_port(), Room::new());
    let running = process(port, &room);
    let server = Server::elsewhere(port);
    let tokens = flow::connect(&server).await;
    // The first requests pay for what every later one uses again.
    register(&server, 0, 10).await;
    ask(&server, &tokens.client, 0, 200).await;
    let before = resident_kib(running.0.id());
    let accepted = register(&server, 200, many).await;
    ask(&server, &tokens.client, 200, many).await;
    let after = resident_kib(running.0.id());
    let grown = after.saturating_sub(before);
    println!(
        "{many} registrations ({accepted} accepted) and {many} abandoned requests: from {before} to {after} KiB"
    );
    assert!(grown < MOST_GROWTH_KIB, "{grown} KiB");
    // Whoever was connected noticed nothing.
    assert_eq!(tokens.refresh(&server).await.status, 200);
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn five_thousand_strangers_raise_memory_by_less_than_20_megabytes() {
    flood(SOME).await;
}

#[cfg(target_os = "linux")]
#[tokio::test]
#[ignore = "minutes long; by hand with --release"]
async fn a_hundred_thousand_strangers_raise_memory_by_less_than_20_megabytes() {
    flood(MANY).await;
}

/// The limit on registrations keeps most of the flood out above. Here time passes, so that every registration is accepted and
/// every one of the clients asks. Memory is that of this process, so it must have the process for itself.
async fn accepted_flood(many: usize) {
    let server = Inside::app(ServerOptions {
        trusted_proxy_hops: 1,
        ..ServerOptions::default()
    });
    let visit = async |n: usize| {
        server.clock.advance(Duration::from_secs(2));
        let uri = format!("https://client-{n}.test/cb");
        let body = json!({ "redirect_uris": [&uri], "token_endpoint_auth_method": "none" });
        let request = Inside::request("POST", "/register")
            .header("X-Forwarded-For", address(n))
            .body(body.to_string().into())
            .unwrap();
        let answer = server.send(request).await;
        assert_eq!(answer.status, 201, "{}", answer.body);
        let client = Client {
            id: answer.json()["client_id"].as_str().unwrap().to_owned(),
            secret: None,
            redirect_uri: uri,
        };
        let state = format!("state-{n}-{}", "s".repeat(100));
        let answer = server.authorize(&client, &[("state", &state)]).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
    };
    for n in 0..200 {
        visit(n).await;
    }
    let before = resident_kib(std::process::id());
    for n in 200..200 + many {
        visit(n).await;
    }
    let after = resident_kib(std::process::id());
    println!(
        "{many} accepted registrations, each with an abandoned request: from {before} to {after} KiB"
    );
    let grown = after.saturating_sub(before);
    assert!(grown < MOST_GROWTH_KIB, "{grown} KiB");
}

/// Runs an ignored test of this binary in a process of its own.
fn alone(test: &str) {
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--ignored", "--nocapture"])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    println!("{said}");
    assert!(output.status.success(), "{said}");
    assert!(said.contains("1 passed"), "{said}");
}

#[cfg(target_os = "linux")]
#[tokio::test]
#[ignore = "run by the next test, in a process of its own"]
async fn accepted_strangers() {
    accepted_flood(SOME).await;
}

#[cfg(target_os = "linux")]
#[test]
fn five_thousand_accepted_strangers_raise_memory_by_less_than_20_megabytes() {
    alone("oauth::memory::accepted_strangers");
}

#[cfg(target_os = "linux")]
#[tokio::test]
#[ignore = "minutes long; by hand with --release and alone"]
async fn a_hundred_thousand_accepted_strangers() {
    accepted_flood(MANY).await;
}
