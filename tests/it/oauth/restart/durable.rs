//! What only a disk remembers.

use std::time::Duration;

use crate::support::flow::{self, Tokens, is_let_in};
use crate::support::process::Room;
use crate::support::{Server, ServerOptions};

fn options(room: &Room) -> ServerOptions {
    ServerOptions {
        public_url: Some("https://mcp.example.com".to_owned()),
        data_dir: Some(room.0.clone()),
        ..ServerOptions::default()
    }
}

/// A new server on the same file at the same time of day.
async fn restarted(server: Server, room: &Room) -> Server {
    let clock = server.clock.clone();
    drop(server);
    Server::with(ServerOptions {
        clock,
        ..options(room)
    })
    .await
}

async fn refreshed(server: &Server, tokens: &Tokens) -> Tokens {
    Tokens::of(&tokens.refresh(server).await, &tokens.client)
}

async fn assert_dead(server: &Server, tokens: &Tokens) {
    assert!(!is_let_in(server, &tokens.access_token).await);
    assert_eq!(tokens.refresh(server).await.error(), "invalid_grant");
}

#[tokio::test]
async fn a_token_that_was_rotated_away_stays_so_and_its_reuse_is_noticed_after_a_restart() {
    let room = Room::new();
    let server = Server::with(options(&room)).await;
    let first = flow::connect(&server).await;
    let second = refreshed(&server, &first).await;
    assert!(is_let_in(&server, &second.access_token).await);
    // Nobody shows the newer token to the new process, so only the disk can know of it.
    let server = restarted(server, &room).await;
    server.clock.advance(Duration::from_secs(301));
    assert_eq!(first.refresh(&server).await.error(), "invalid_grant");
    assert_dead(&server, &second).await;
}

#[tokio::test]
async fn the_grace_of_a_superseded_token_is_neither_lost_nor_prolonged_by_a_restart() {
    let room = Room::new();
    let server = Server::with(options(&room)).await;
    let first = flow::connect(&server).await;
    let second = refreshed(&server, &first).await;
    assert!(is_let_in(&server, &second.access_token).await);
    server.clock.advance(Duration::from_secs(299));
    let server = restarted(server, &room).await;
    let again = refreshed(&server, &first).await;
    assert!(is_let_in(&server, &again.access_token).await);
    server.clock.advance(Duration::from_secs(2));
    let server = restarted(server, &room).await;
    assert_eq!(first.refresh(&server).await.error(), "invalid_grant");
    assert_dead(&server, &again).await;
}

#[tokio::test]
async fn a_successor_that_nobody_used_leaves_its_predecessor_alive_over_a_restart() {
    let room = Room::new();
    let server = Server::with(options(&room)).await;
    let first = flow::connect(&server).await;
    // The answer was lost together with the process.
    refreshed(&server, &first).await;
    let server = restarted(server, &room).await;
    server.clock.advance(Duration::from_secs(86_400));
    let second = refreshed(&server, &first).await;
    assert!(is_let_in(&server, &second.access_token).await);
}

#[tokio::test]
async fn a_revoked_grant_stays_revoked_for_as_long_as_its_tokens_could_live() {
    let room = Room::new();
    let server = Server::with(options(&room)).await;
    let first = flow::connect(&server).await;
    let second = refreshed(&server, &first).await;
    let third = refreshed(&server, &second).await;
    assert_eq!(first.refresh(&server).await.error(), "invalid_grant");
    let server = restarted(server, &room).await;
    assert_dead(&server, &third).await;
    server.clock.advance(Duration::from_secs(89 * 86_400));
    let server = restarted(server, &room).await;
    assert_eq!(third.refresh(&server).await.error(), "invalid_grant");
}

#[tokio::test]
async fn a_grant_that_the_disk_does_not_know_is_dead() {
    let (room, empty) = (Room::new(), Room::new());
    let known = Server::with(options(&room)).await;
    let memory = Server::with(ServerOptions {
        data_dir: None,
        ..options(&room)
    })
    .await;
    let unknown = Server::with(options(&empty)).await;
    for server in [&known, &memory] {
        let tokens = flow::connect(server).await;
        assert!(is_let_in(server, &tokens.access_token).await);
        assert_dead(&unknown, &tokens).await;
        // The app is still known, so connecting again is one approval.
        let code = flow::approved_code(&unknown, &tokens.client).await;
        let answer = flow::exchange(&unknown, &tokens.client, &code, flow::VERIFIER).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
    }
}

#[tokio::test]
async fn two_servers_on_one_file_keep_one_chain() {
    let room = Room::new();
    let one = Server::with(options(&room)).await;
    let other = Server::with(ServerOptions {
        clock: one.clock.clone(),
        ..options(&room)
    })
    .await;
    let first = flow::connect(&one).await;
    let servers = [&one, &other];
    let refreshes = (0..16).map(|number| first.refresh(servers[number % 2]));
    let answers = futures_util::future::join_all(refreshes).await;
    let newest: Vec<Tokens> = answers
        .iter()
        .map(|answer| Tokens::of(answer, &first.client))
        .collect();
    for (number, tokens) in newest.iter().enumerate() {
        assert!(is_let_in(servers[(number + 1) % 2], &tokens.access_token).await);
    }
    let again = newest.iter().enumerate();
    let again = again.map(|(number, tokens)| tokens.refresh(servers[number % 2]));
    for answer in futures_util::future::join_all(again).await {
        assert_eq!(answer.status, 200, "{}", answer.body);
    }
    // Two generations back now: noticed by one, and by the other within a second.
    assert_eq!(first.refresh(&one).await.error(), "invalid_grant");
    one.clock.advance(Duration::from_secs(1));
    assert_dead(&other, &newest[0]).await;
}
