//! A client gives back what it was given (RFC 7009).

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::header::HeaderMap;

use crate::support::flow::{self, Answer, Client, Tokens, encode, is_let_in};
use crate::support::{Server, ServerOptions};

async fn post(server: &Server, path: &str, headers: &[(&str, &str)], body: String) -> Answer {
    let mut request = server
        .http
        .post(server.url(path))
        .header("Content-Type", "application/x-www-form-urlencoded")
        .body(body);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    Answer::of(request.send().await.unwrap()).await
}

async fn revoke(server: &Server, client: &Client, token: &str) -> Answer {
    let mut fields = vec![("token", token), ("client_id", &client.id)];
    if let Some(secret) = &client.secret {
        fields.push(("client_secret", secret));
    }
    post(server, "/revoke", &[], encode(&fields)).await
}

#[track_caller]
fn assert_empty(answer: &Answer) {
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(answer.body, "");
    assert_eq!(answer.header("cache-control"), "no-store");
}

async fn is_over(server: &Server, tokens: &Tokens) -> bool {
    let refreshed = tokens.refresh(server).await;
    !is_let_in(server, &tokens.access_token).await && refreshed.error() == "invalid_grant"
}

async fn lives(server: &Server, tokens: &Tokens) -> bool {
    is_let_in(server, &tokens.access_token).await && tokens.refresh(server).await.status == 200
}

#[tokio::test]
async fn either_token_ends_the_whole_grant_at_once_whatever_the_hint() {
    let server = Server::start().await;
    for path in ["/revoke", "/oauth/revoke"] {
        for hint in ["", "access_token", "refresh_token", "id_token", "\u{1f6b4}"] {
            for refresh in [false, true] {
                let (tokens, other) = (flow::connect(&server).await, flow::connect(&server).await);
                assert!(is_let_in(&server, &tokens.access_token).await);
                let token = if refresh {
                    &tokens.refresh_token
                } else {
                    &tokens.access_token
                };
                let body = encode(&[
                    ("token", token),
                    ("token_type_hint", hint),
                    ("client_id", &tokens.client.id),
                ]);
                assert_empty(&post(&server, path, &[], body).await);
                // The clock stands still: not a moment later than at once.
                assert!(is_over(&server, &tokens).await, "{path} {hint} {refresh}");
                assert!(lives(&server, &other).await);
                server.clock.advance(Duration::from_secs(11));
            }
        }
    }
}

#[tokio::test]
async fn every_token_of_the_chain_ends_with_it() {
    let server = Server::start().await;
    let first = flow::connect(&server).await;
    let second = Tokens::of(&first.refresh(&server).await, &first.client);
    assert_empty(&revoke(&server, &first.client, &second.refresh_token).await);
    // The first is within its grace.
    assert!(is_over(&server, &first).await && is_over(&server, &second).await);
    assert_empty(&revoke(&server, &first.client, &second.refresh_token).await);
}

#[tokio::test]
async fn a_token_that_is_superseded_or_past_its_time_still_names_its_grant() {
    let server = Server::with(ServerOptions {
        refresh_token_ttl: Duration::from_secs(7200),
        ..ServerOptions::default()
    })
    .await;
    for which in ["superseded", "expired refresh", "expired access"] {
        let first = flow::connect(&server).await;
        let second = Tokens::of(&first.refresh(&server).await, &first.client);
        if which != "superseded" {
            server.clock.advance(Duration::from_secs(7199));
        }
        let third = Tokens::of(&second.refresh(&server).await, &first.client);
        server.clock.advance(Duration::from_secs(1));
        assert!(is_let_in(&server, &third.access_token).await);
        let token = match which {
            "expired access" => &first.access_token,
            _ => &first.refresh_token,
        };
        assert_empty(&revoke(&server, &first.client, token).await);
        assert!(is_over(&server, &third).await, "{which}");
    }
}

#[tokio::test]
async fn a_token_of_another_client_is_not_revoked() {
    let server = Server::start().await;
    let (mine, theirs) = (flow::connect(&server).await, flow::connect(&server).await);
    for token in [&theirs.access_token, &theirs.refresh_token] {
        assert_empty(&revoke(&server, &mine.client, token).await);
    }
    assert!(lives(&server, &theirs).await && lives(&server, &mine).await);
}

fn without_date(answer: &Answer) -> HeaderMap {
    let mut headers = answer.headers.clone();
    headers.remove("date");
    headers.remove("x-request-id");
    headers
}

#[tokio::test]
async fn nobody_learns_what_a_text_was() {
    let server = Server::start().await;
    let (mine, theirs) = (flow::connect(&server).await, flow::connect(&server).await);
    let code = flow::approved_code(&server, &mine.client).await;
    let cut = &mine.access_token[..mine.access_token.len() - 1];
    let right = revoke(&server, &mine.client, &mine.refresh_token).await;
    for token in [
        "x",
        "rt1.e30.AAAA",
        "a.b.c",
        "\u{0}",
        "日本",
        cut,
        &code,
        &mine.client.id,
        &theirs.access_token,
        &theirs.refresh_token,
        &mine.refresh_token,
        &"x".repeat(10_000),
    ] {
        let answer = revoke(&server, &mine.client, token).await;
        assert_empty(&answer);
        assert_eq!(without_date(&answer), without_date(&right), "{token}");
    }
    assert!(lives(&server, &theirs).await);
}

#[tokio::test]
async fn the_client_proves_itself_as_at_the_token_endpoint() {
    let server = Server::start().await;
    let tokens = flow::connect(&server).await;
    let post_client = flow::register_with(&server, flow::REDIRECT, "client_secret_post").await;
    let basic_client = flow::register_with(&server, flow::REDIRECT, "client_secret_basic").await;
    let (id, public) = (&basic_client.id, &tokens.client.id);
    let secret = basic_client.secret.as_deref().unwrap();
    let basic =
        |id: &str, secret: &str| format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")));
    let right = basic(id, secret);
    for (authorization, fields, status, error) in [
        (None, vec![], 400, "invalid_request"),
        (None, vec![("client_id", "unknown")], 401, "invalid_client"),
        (
            None,
            vec![("client_id", id.as_str())],
            401,
            "invalid_client",
        ),
        (
            None,
            vec![("client_id", id.as_str()), ("client_secret", "s1.x")],
            401,
            "invalid_client",
        ),
        (
            None,
            vec![("client_id", public.as_str()), ("client_secret", secret)],
            401,
            "invalid_client",
        ),
        (
            None,
            vec![
                ("client_id", post_client.id.as_str()),
                ("client_secret", secret),
            ],
            401,
            "invalid_client",
        ),
        (Some(basic(id, "wrong")), vec![], 401, "invalid_client"),
        (
            Some(right.clone()),
            vec![("client_id", public.as_str())],
            401,
            "invalid_client",
        ),
        (
            Some(right.clone()),
            vec![("client_secret", secret)],
            400,
            "invalid_request",
        ),
        (
            Some(format!("Bearer {}", tokens.access_token)),
            vec![],
            401,
            "invalid_client",
        ),
        (Some(right.clone()), vec![], 200, ""),
        (
            None,
            vec![("client_id", id.as_str()), ("client_secret", secret)],
            200,
            "",
        ),
    ] {
        let mut body = vec![("token", tokens.access_token.as_str())];
        body.extend(fields);
        let headers: Vec<_> = authorization
            .iter()
            .map(|value| ("authorization", value.as_str()))
            .collect();
        let answer = post(&server, "/revoke", &headers, encode(&body)).await;
        assert_eq!(answer.status, status, "{body:?}");
        assert_eq!(answer.header("cache-control"), "no-store");
        if status == 200 {
            assert_empty(&answer);
        } else {
            assert_eq!(answer.error(), error, "{body:?}");
            let challenged = answer.headers.contains_key("www-authenticate");
            assert_eq!(challenged, authorization.is_some() && status == 401);
        }
    }
    assert!(lives(&server, &tokens).await);
}

#[tokio::test]
async fn what_is_not_one_well_formed_request_is_refused_and_revokes_nothing() {
    let server = Server::start().await;
    let tokens = flow::connect(&server).await;
    let (token, id) = (tokens.access_token.as_str(), tokens.client.id.as_str());
    let whole = [
        ("token", token),
        ("client_id", id),
        ("token_type_hint", "access_token"),
    ];
    for twice in [
        ("token", "x"),
        ("client_id", id),
        ("token_type_hint", "x"),
        ("token", ""),
    ] {
        let body = encode(&[&whole[..], &[twice]].concat());
        let answer = post(&server, "/revoke", &[], body).await;
        assert_eq!(
            (answer.status.as_u16(), answer.error().as_str()),
            (400, "invalid_request")
        );
    }
    for (body, status) in [
        (encode(&[("client_id", id)]), 400),
        (encode(&[("client_id", id), ("token", "")]), 400),
        (format!("{}&x=%zz", encode(&whole)), 400),
        (
            encode(&[("client_id", id), ("token", &"x".repeat(70_000))]),
            413,
        ),
    ] {
        let answer = post(&server, "/revoke", &[], body).await;
        assert_eq!(answer.status, status);
        assert!(answer.json()["error"].is_string());
    }
    let json = serde_json::json!({ "token": token, "client_id": id }).to_string();
    let request = server.http.post(server.url("/revoke"));
    let request = request
        .header("Content-Type", "application/json")
        .body(json);
    assert_eq!(
        Answer::of(request.send().await.unwrap()).await.error(),
        "invalid_request"
    );
    for path in ["/revoke", "/oauth/revoke"] {
        let query = server.url(&format!("{path}?{}", encode(&whole)));
        let got = Answer::of(server.http.get(&query).send().await.unwrap()).await;
        assert_eq!(got.status, 405, "{path}");
        assert_eq!(got.header("allow"), "POST");
        let in_query = server.http.post(&query).body("").send().await.unwrap();
        assert_eq!(in_query.status(), 400);
    }
    assert!(lives(&server, &tokens).await);
}

#[tokio::test]
async fn revoking_at_the_moment_of_a_refresh_leaves_nothing_alive() {
    let server = Server::start().await;
    for _ in 0..20 {
        let tokens = flow::connect(&server).await;
        let (revoked, refreshed) = tokio::join!(
            revoke(&server, &tokens.client, &tokens.refresh_token),
            tokens.refresh(&server)
        );
        assert_empty(&revoked);
        if refreshed.status == 200 {
            assert!(is_over(&server, &Tokens::of(&refreshed, &tokens.client)).await);
        }
        assert!(is_over(&server, &tokens).await);
        server.clock.advance(Duration::from_secs(2));
    }
}
