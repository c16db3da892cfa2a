//! A redeploy: everything signed survives, everything with another key dies.

mod durable;
mod full_disk;
mod journey;
mod processes;

use std::time::Duration;

use jiff::Timestamp;

use crate::support::flow::{self, Tokens, VERIFIER, is_let_in};
use crate::support::process::{Room, Running, free_port, program, wait_for};
use crate::support::{Caller, Server, ServerOptions};

fn options() -> ServerOptions {
    ServerOptions {
        public_url: Some("https://mcp.example.com".to_owned()),
        ..ServerOptions::default()
    }
}

#[tokio::test]
async fn a_restart_with_the_same_variables_disconnects_nobody() {
    let before = Server::with(options()).await;
    let client = flow::register(&before).await;
    let tokens = flow::connect(&before).await;
    let code = flow::approved_code(&before, &client).await;
    drop(before);
    let after = Server::with(options()).await;
    assert!(is_let_in(&after, &tokens.access_token).await);
    let refreshed = Tokens::of(&tokens.refresh(&after).await, &tokens.client);
    assert!(is_let_in(&after, &refreshed.access_token).await);
    // A client that registered before can ask the owner now, and a code in flight is lost.
    assert_eq!(
        flow::exchange(&after, &client, &code, VERIFIER)
            .await
            .error(),
        "invalid_grant"
    );
    let code = flow::approved_code(&after, &client).await;
    assert_eq!(
        flow::exchange(&after, &client, &code, VERIFIER)
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn a_page_that_was_open_during_a_restart_still_works() {
    let before = Server::with(options()).await;
    let client = flow::register(&before).await;
    let browser = flow::Browser::new(&before);
    let page = browser.open(&flow::Request::of(&before, &client)).await;
    let cookie = browser.cookie("__Host-mcp_csrf").unwrap();
    let after = Server::with(options()).await;
    let browser =
        flow::Browser::new(&after).with_header("cookie", &format!("__Host-mcp_csrf={cookie}"));
    let answer = browser.approve(&page, crate::support::secrets::OWNER).await;
    let code = answer.code().unwrap();
    assert_eq!(
        flow::exchange(&after, &client, &code, VERIFIER)
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn reuse_is_detected_again_as_soon_as_the_newest_token_was_seen() {
    let before = Server::with(options()).await;
    let first = flow::connect(&before).await;
    let second = Tokens::of(&first.refresh(&before).await, &first.client);
    drop(before);
    let after = Server::with(options()).await;
    assert!(is_let_in(&after, &second.access_token).await);
    after.clock.advance(Duration::from_secs(301));
    assert_eq!(first.refresh(&after).await.error(), "invalid_grant");
    assert!(!is_let_in(&after, &second.access_token).await);
}

#[tokio::test]
async fn another_secret_another_address_or_another_athlete_share_nothing() {
    let before = Server::with(options()).await;
    let tokens = flow::connect(&before).await;
    for other in [
        ServerOptions {
            signing_secret: "another-signing-secret-of-the-tests-01".to_owned(),
            ..options()
        },
        ServerOptions {
            public_url: Some("https://other.example.com".to_owned()),
            ..options()
        },
        ServerOptions {
            athlete_id: "i1".to_owned(),
            ..options()
        },
    ] {
        let server = Server::with(other).await;
        assert!(!is_let_in(&server, &tokens.access_token).await);
        assert_eq!(tokens.refresh(&server).await.error(), "invalid_client");
    }
}

#[tokio::test]
async fn during_a_rotation_of_the_secret_old_connections_go_on() {
    let before = Server::with(options()).await;
    let tokens = flow::connect(&before).await;
    let rotated = Server::with(ServerOptions {
        signing_secret: "another-signing-secret-of-the-tests-01".to_owned(),
        previous_signing_secret: Some(options().signing_secret),
        ..options()
    })
    .await;
    assert!(is_let_in(&rotated, &tokens.access_token).await);
    let refreshed = Tokens::of(&tokens.refresh(&rotated).await, &tokens.client);
    assert!(is_let_in(&rotated, &refreshed.access_token).await);
    // New tokens are signed with the new secret alone.
    assert!(!is_let_in(&before, &refreshed.access_token).await);
}

#[tokio::test]
async fn everything_issued_before_the_epoch_is_dead_and_clients_are_not() {
    let before = Server::with(options()).await;
    let tokens = flow::connect(&before).await;
    let now = before.clock.unix_seconds();
    let epoch = |seconds| Some(Timestamp::from_second(seconds).unwrap());
    let same = Server::with(ServerOptions {
        tokens_not_before: epoch(now),
        ..options()
    })
    .await;
    assert!(is_let_in(&same, &tokens.access_token).await);
    let later = Server::with(ServerOptions {
        tokens_not_before: epoch(now + 1),
        ..options()
    })
    .await;
    assert!(!is_let_in(&later, &tokens.access_token).await);
    assert_eq!(tokens.refresh(&later).await.error(), "invalid_grant");
    // Nor does the grant outlive the line by having been refreshed since.
    same.clock.advance(Duration::from_secs(5));
    let refreshed = Tokens::of(&tokens.refresh(&same).await, &tokens.client);
    later.clock.advance(Duration::from_secs(5));
    assert_eq!(refreshed.refresh(&later).await.error(), "invalid_grant");
    later.clock.advance(Duration::from_secs(1));
    let code = flow::approved_code(&later, &tokens.client).await;
    let again = Tokens::of(
        &flow::exchange(&later, &tokens.client, &code, VERIFIER).await,
        &tokens.client,
    );
    assert!(is_let_in(&later, &again.access_token).await);
}

/// The binary in demo mode with these variables, as often as it is started.
fn process(port: u16, room: &Room) -> Running {
    let child = program(&room.0)
        .args(["demo", "--port", &port.to_string()])
        .env("JWT_SECRET_KEY", crate::support::secrets::SIGNING)
        .env("OWNER_PASSWORD", crate::support::secrets::OWNER)
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    wait_for(port);
    Running(child)
}

#[tokio::test]
async fn a_killed_process_comes_back_as_if_nothing_had_happened() {
    let (port, room) = (free_port(), Room::new());
    let killed = process(port, &room);
    let server = Server::elsewhere(port);
    let client = flow::register(&server).await;
    let tokens = flow::connect(&server).await;
    // SIGKILL: nothing can be saved on the way out.
    drop(killed);
    let _running = process(port, &room);
    let server = Server::elsewhere(port);
    let caller = Caller::with_token(&server, &tokens.access_token);
    caller
        .call_tool("get_today", serde_json::json!({}))
        .await
        .ok();
    let refreshed = Tokens::of(&tokens.refresh(&server).await, &tokens.client);
    assert!(is_let_in(&server, &refreshed.access_token).await);
    let code = flow::approved_code(&server, &client).await;
    let answer = flow::exchange(&server, &client, &code, VERIFIER).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
}
