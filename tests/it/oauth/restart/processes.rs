//! Two processes at once on one file, as when a new deployment starts before the old one has ended.

use std::process::Stdio;
use std::time::{Duration, Instant};

use reqwest::header::{HOST, HeaderMap};

use crate::support::Server;
use crate::support::flow::{self, Tokens, is_let_in};
use crate::support::process::{Room, Running, free_port, program, wait_for};
use crate::support::secrets;

/// A process on the file in `room`, which believes that it is reached at `public`.
fn start(room: &Room, port: u16, public: u16) -> (Running, Server) {
    let child = program(&room.0)
        .args(["demo", "--port", &port.to_string()])
        .env("BASE_URL", format!("http://127.0.0.1:{public}"))
        .env("DATA_DIR", "data")
        .env("JWT_SECRET_KEY", secrets::SIGNING)
        .env("OWNER_PASSWORD", secrets::OWNER)
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    wait_for(port);
    let front = Server::elsewhere(public);
    let host = front.public_url.authority().parse().unwrap();
    let headers: HeaderMap = std::iter::once((HOST, host)).collect();
    let http = reqwest::Client::builder().default_headers(headers);
    let mut server = Server::elsewhere(port);
    server.public_url = front.public_url.clone();
    server.http = http
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .build()
        .unwrap();
    (Running(child), server)
}

#[tokio::test]
async fn two_processes_on_one_file_keep_one_chain_and_hear_of_each_others_revocations() {
    let room = Room::new();
    let public = free_port();
    let (_one, one) = start(&room, public, public);
    let (_other, other) = start(&room, free_port(), public);
    let servers = [&one, &other];
    let first = flow::connect(&one).await;
    let mut newest = vec![first.clone()];
    for _ in 0..5 {
        // All hold the same generation, whoever issued it.
        let racers = newest.iter().cycle().take(16).enumerate();
        let refreshes = racers.map(|(number, tokens)| tokens.refresh(servers[number % 2]));
        let answers = futures_util::future::join_all(refreshes).await;
        newest = answers
            .iter()
            .map(|answer| Tokens::of(answer, &first.client))
            .collect();
        for (number, tokens) in newest.iter().enumerate() {
            assert!(is_let_in(servers[(number + 1) % 2], &tokens.access_token).await);
        }
    }
    assert_eq!(first.refresh(&one).await.error(), "invalid_grant");
    assert!(!is_let_in(&one, &newest[0].access_token).await);
    let since = Instant::now();
    while is_let_in(&other, &newest[0].access_token).await {
        assert!(since.elapsed() < Duration::from_secs(10), "it never hears");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(newest[0].refresh(&other).await.error(), "invalid_grant");
}
