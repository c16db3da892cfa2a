//! The answer in two pieces, by which the doctor sees what a proxy does to streams.

use std::time::{Duration, Instant};

use intervals_mcp_server::oauth::probe::{PAUSE, ticket};
use intervals_mcp_server::public_url::PublicUrl;
use serde_json::{Value, json};

use crate::support::{Answer, Caller, Server, ServerOptions, World, secrets};

const PUBLIC: &str = "https://mcp.test";
/// What a call of a tool would be.
const CALL: &str = r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"get_today","arguments":{}}}"#;

fn options(change: impl FnOnce(&mut ServerOptions)) -> ServerOptions {
    let mut options = ServerOptions {
        public_url: Some(PUBLIC.to_owned()),
        ..ServerOptions::default()
    };
    change(&mut options);
    options
}

/// What somebody with these settings makes, so many seconds after the server's clock.
fn made(server: &Server, change: impl FnOnce(&mut ServerOptions), later: i64) -> String {
    let options = options(change);
    let public_url = PublicUrl::parse(options.public_url.as_deref().unwrap()).unwrap();
    let settings = options.settings(&public_url);
    ticket(&settings.oauth, server.clock.unix_seconds() + later).unwrap()
}

async fn ask(server: &Server, bearer: &str, headers: &[(&str, &str)]) -> Answer {
    let caller = Caller {
        server,
        bearer: Some(bearer.to_owned()),
    };
    let mut all = vec![
        ("Content-Type", "application/json"),
        ("Accept", "application/json, text/event-stream"),
    ];
    all.extend(headers);
    caller.post_raw("/mcp", &all, CALL).await
}

#[track_caller]
fn is_refused(answer: &Answer, what: &str) {
    assert_eq!(answer.status, 401, "{what}");
    assert_eq!(answer.body["error"], "invalid_token", "{what}");
}

#[tokio::test]
async fn a_ticket_is_answered_in_two_pieces_under_the_headers_of_every_stream() {
    let world = World::start().await;
    let settings = ServerOptions::default().settings(&world.server.public_url);
    let ticket = ticket(&settings.oauth, world.server.clock.unix_seconds()).unwrap();
    let request = world.server.http.post(world.server.url("/mcp"));
    let mut probed = request
        .header("Authorization", format!("Bearer {ticket}"))
        .header("Content-Type", "application/json")
        .body(CALL)
        .send()
        .await
        .unwrap();
    let mut arrivals = Vec::new();
    while let Some(piece) = probed.chunk().await.unwrap() {
        assert!(piece.starts_with(b": "), "{piece:?}");
        arrivals.push(Instant::now());
    }
    assert_eq!(arrivals.len(), 2);
    assert!(arrivals[1] - arrivals[0] > PAUSE / 2);
    // The call was not read, and nobody was asked.
    assert_eq!(world.demo.journal().len(), 0);

    let body: Value = json!({
        "jsonrpc": "2.0", "id": 1, "method": "tools/call",
        "params": { "name": "get_today", "arguments": {}, "_meta": { "progressToken": "t" } },
    });
    let real = Caller::owner(&world.server)
        .post_raw(
            "/mcp",
            &[("Content-Type", "application/json")],
            body.to_string(),
        )
        .await;
    for name in ["content-type", "cache-control", "x-accel-buffering"] {
        assert_eq!(probed.headers()[name], real.headers[name], "{name}");
    }
}

#[tokio::test]
async fn a_ticket_is_good_for_a_minute_and_only_where_its_maker_belongs() {
    let server = Server::with(options(|options| {
        options.mcp_api_key = Some(secrets::MCP_API_KEY.to_owned());
    }))
    .await;
    let good = made(&server, |_| {}, 0);
    assert_eq!(ask(&server, &good, &[]).await.status, 200);

    let other = "Another-secret-of-the-tests-0123456789";
    for (what, token) in [
        (
            "of another secret",
            made(&server, |o| o.signing_secret = other.to_owned(), 0),
        ),
        (
            "of another origin",
            made(
                &server,
                |o| o.public_url = Some("https://other.test".to_owned()),
                0,
            ),
        ),
        (
            "of another athlete",
            made(&server, |o| o.athlete_id = "i2".to_owned(), 0),
        ),
        ("of tomorrow", made(&server, |_| {}, 86_400)),
        ("changed", format!("{good}A")),
        ("cut", good[..good.len() - 2].to_owned()),
    ] {
        is_refused(&ask(&server, &token, &[]).await, what);
    }
    // Beside a credential it is a contradiction, as any second one.
    let both = [("X-API-Key", secrets::MCP_API_KEY)];
    is_refused(&ask(&server, &good, &both).await, "beside a key");
    let got = server.http.get(server.url("/mcp")).bearer_auth(&good);
    assert_eq!(got.send().await.unwrap().status(), 401);

    server.clock.advance(Duration::from_secs(59));
    assert_eq!(ask(&server, &good, &[]).await.status, 200);
    server.clock.advance(Duration::from_secs(1));
    is_refused(&ask(&server, &good, &[]).await, "too old");
}

/// The doctor may still have the former secret.
#[tokio::test]
async fn a_ticket_of_the_former_secret_is_good_during_a_rotation() {
    let server = Server::with(options(|options| {
        options.previous_signing_secret = Some(secrets::SIGNING.to_owned());
        options.signing_secret = "Another-secret-of-the-tests-0123456789".to_owned();
    }))
    .await;
    let former = made(&server, |_| {}, 0);
    assert_eq!(ask(&server, &former, &[]).await.status, 200);
}

#[tokio::test]
async fn a_ticket_is_no_token_of_any_other_kind() {
    let server = Server::with(options(|_| {})).await;
    let good = made(&server, |_| {}, 0);
    for (path, form) in [
        (
            "/token",
            format!("grant_type=refresh_token&client_id=x&refresh_token={good}"),
        ),
        (
            "/token",
            format!("grant_type=authorization_code&client_id={good}&code={good}"),
        ),
    ] {
        let answer = server
            .http
            .post(server.url(path))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .body(form)
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 401, "{path}");
    }
}
