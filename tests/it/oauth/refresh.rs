//! Refresh tokens: rotation, grace, reuse.

use std::time::Duration;

use crate::support::flow::{self, Answer, Tokens, is_let_in, token_raw};
use crate::support::{Server, ServerOptions};

async fn refreshed(server: &Server, tokens: &Tokens) -> Tokens {
    Tokens::of(&tokens.refresh(server).await, &tokens.client)
}

fn is_refused(answer: &Answer) -> bool {
    answer.status == 400 && answer.error() == "invalid_grant"
}

#[tokio::test]
async fn a_refresh_rotates_and_leaves_the_old_access_token_alone() {
    let server = Server::start().await;
    let first = flow::connect(&server).await;
    server.clock.advance(Duration::from_secs(1));
    let second = refreshed(&server, &first).await;
    assert_ne!(second.refresh_token, first.refresh_token);
    assert_eq!(second.scope, first.scope);
    assert!(is_let_in(&server, &first.access_token).await);
    assert!(is_let_in(&server, &second.access_token).await);
}

#[tokio::test]
async fn a_superseded_token_works_as_long_as_its_successor_is_unused() {
    let server = Server::start().await;
    let first = flow::connect(&server).await;
    // The answer to this one was lost.
    refreshed(&server, &first).await;
    server.clock.advance(Duration::from_secs(7 * 86_400));
    let second = refreshed(&server, &first).await;
    assert!(is_let_in(&server, &second.access_token).await);
}

#[tokio::test]
async fn a_used_successor_leaves_five_minutes_from_the_rotation() {
    let server = Server::start().await;
    let first = flow::connect(&server).await;
    let second = refreshed(&server, &first).await;
    assert!(is_let_in(&server, &second.access_token).await);
    server.clock.advance(Duration::from_secs(200));
    // A replay within the window does not restart it.
    let replayed = refreshed(&server, &first).await;
    assert!(is_let_in(&server, &replayed.access_token).await);
    server.clock.advance(Duration::from_secs(101));
    assert!(is_refused(&first.refresh(&server).await));
    for tokens in [&second, &replayed] {
        assert!(is_refused(&tokens.refresh(&server).await));
        assert!(!is_let_in(&server, &tokens.access_token).await);
    }
    assert!(!is_let_in(&server, &first.access_token).await);
}

#[tokio::test]
async fn a_token_two_generations_old_revokes_the_grant() {
    let server = Server::start().await;
    let first = flow::connect(&server).await;
    let second = refreshed(&server, &first).await;
    let third = refreshed(&server, &second).await;
    assert!(is_let_in(&server, &third.access_token).await);
    assert!(is_refused(&first.refresh(&server).await));
    assert!(is_refused(&third.refresh(&server).await));
    assert!(!is_let_in(&server, &third.access_token).await);
}

#[tokio::test]
async fn one_revoked_grant_leaves_the_others_alone() {
    let server = Server::start().await;
    let (one, other) = (flow::connect(&server).await, flow::connect(&server).await);
    let second = refreshed(&server, &one).await;
    refreshed(&server, &second).await;
    assert!(is_refused(&one.refresh(&server).await));
    assert!(is_let_in(&server, &other.access_token).await);
    assert_eq!(other.refresh(&server).await.status, 200);
}

#[tokio::test]
async fn ten_refreshes_of_one_token_at_once_all_succeed() {
    let server = Server::start().await;
    let first = flow::connect(&server).await;
    let answers = futures_util::future::join_all((0..10).map(|_| first.refresh(&server))).await;
    let mut newest = Vec::new();
    for answer in &answers {
        let tokens = Tokens::of(answer, &first.client);
        assert!(is_let_in(&server, &tokens.access_token).await);
        newest.push(tokens);
    }
    // All racers hold the same generation, so each of them can go on.
    let again =
        futures_util::future::join_all(newest.iter().map(|tokens| tokens.refresh(&server))).await;
    assert!(again.iter().all(|answer| answer.status == 200));
    assert!(is_let_in(&server, &first.access_token).await);
}

#[tokio::test]
async fn a_refresh_may_narrow_the_access_token_and_never_widen_it() {
    let server = Server::start().await;
    let tokens = flow::connect(&server).await;
    let with_scope = |token: String, scope: &'static str| {
        let (server, id) = (&server, tokens.client.id.clone());
        async move {
            token_raw(
                server,
                &[
                    ("grant_type", "refresh_token"),
                    ("refresh_token", &token),
                    ("client_id", &id),
                    ("scope", scope),
                ],
            )
            .await
        }
    };
    let narrowed = with_scope(tokens.refresh_token.clone(), "intervals:read").await;
    assert_eq!(narrowed.json()["scope"], "intervals:read");
    let token = narrowed.json()["refresh_token"]
        .as_str()
        .unwrap()
        .to_owned();
    let wide = with_scope(
        token.clone(),
        "intervals:read intervals:write intervals:delete offline_access",
    )
    .await;
    assert_eq!(wide.json()["scope"], "intervals:read intervals:write");
    let token = wide.json()["refresh_token"].as_str().unwrap().to_owned();
    assert_eq!(
        with_scope(token.clone(), "intervals:settings")
            .await
            .error(),
        "invalid_scope"
    );
    assert_eq!(
        with_scope(token, "openid").await.json()["scope"],
        "intervals:read intervals:write"
    );
}

#[tokio::test]
async fn a_refresh_token_belongs_to_its_client() {
    let server = Server::start().await;
    let tokens = flow::connect(&server).await;
    let other = flow::register(&server).await;
    assert!(is_refused(
        &flow::refresh(&server, &other, &tokens.refresh_token).await
    ));
    assert_eq!(tokens.refresh(&server).await.status, 200);
}

#[tokio::test]
async fn the_resource_is_checked_and_inherited() {
    let server = Server::start().await;
    let tokens = flow::connect(&server).await;
    let fields = |resource| {
        [
            ("grant_type", "refresh_token"),
            ("refresh_token", tokens.refresh_token.as_str()),
            ("client_id", tokens.client.id.as_str()),
            ("resource", resource),
        ]
    };
    assert_eq!(
        token_raw(&server, &fields("https://evil.test"))
            .await
            .error(),
        "invalid_target"
    );
    let answer = token_raw(&server, &fields(server.public_url.origin())).await;
    assert!(is_let_in(&server, answer.json()["access_token"].as_str().unwrap()).await);
}

#[tokio::test]
async fn an_idle_refresh_token_ends_and_a_used_one_ends_after_a_year() {
    let day = Duration::from_secs(86_400);
    let server = Server::start().await;
    let idle = flow::connect(&server).await;
    let mut used = flow::connect(&server).await;
    server.clock.advance(90 * day);
    assert!(is_refused(&idle.refresh(&server).await));
    assert!(is_refused(&used.refresh(&server).await));
    used = flow::connect(&server).await;
    for _ in 0..6 {
        server.clock.advance(60 * day);
        used = refreshed(&server, &used).await;
    }
    server.clock.advance(5 * day);
    assert!(is_refused(&used.refresh(&server).await));
}

#[tokio::test]
async fn nothing_else_passes_for_a_refresh_token_or_a_bearer() {
    let server = Server::with(ServerOptions {
        mcp_api_key: Some(crate::support::secrets::MCP_API_KEY.to_owned()),
        ..ServerOptions::default()
    })
    .await;
    let tokens = flow::connect(&server).await;
    let code = flow::approved_code(&server, &tokens.client).await;
    let browser = flow::Browser::new(&server);
    let page = browser
        .open(&flow::Request::of(&server, &tokens.client))
        .await;
    let cookie = browser.cookie("mcp_csrf").unwrap();
    for other in [
        &tokens.access_token,
        &code,
        &tokens.client.id,
        &page.transaction,
        &cookie,
        crate::support::secrets::MCP_API_KEY,
    ] {
        assert!(
            is_refused(&flow::refresh(&server, &tokens.client, other).await),
            "{other}"
        );
    }
    for other in [
        &tokens.refresh_token,
        &code,
        &tokens.client.id,
        &page.transaction,
        &cookie,
    ] {
        assert!(!is_let_in(&server, other).await, "{other}");
    }
}
