//! Replicas that share a store are one server to every client, and none of them serves anybody without it.

use std::time::Duration;

use futures_util::future::join_all;
use intervals_mcp_server::state::Store as _;
use reqwest::Method;

use crate::support::flow::{
    self, Answer, Browser, ConsentPage, Request, Tokens, VERIFIER, call, exchange,
};
use crate::support::{Replicas, Server, ServerOptions, secrets};

const READ_WRITE: [&str; 2] = ["intervals:read", "intervals:write"];

fn with_api_key() -> ServerOptions {
    ServerOptions {
        mcp_api_key: Some(secrets::MCP_API_KEY.to_owned()),
        ..ServerOptions::default()
    }
}

async fn send(server: &Server, method: Method, path: &str, headers: &[(&str, &str)]) -> Answer {
    let mut request = server.http.request(method, server.url(path));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    Answer::of(request.send().await.unwrap()).await
}

/// The page is opened at one replica and answered at the other.
async fn approved_elsewhere(replicas: &Replicas, client: &flow::Client) -> String {
    let mut browser = Browser::new(&replicas.here);
    let page = browser.open(&Request::of(&replicas.here, client)).await;
    browser.turn_to(&replicas.there);
    let answer = browser.approve(&page, secrets::OWNER).await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    answer.code().unwrap()
}

async fn connections(server: &Server, browser: &Browser<'_>, secret: &str) -> Answer {
    let request = server
        .http
        .post(server.url("/connections"))
        .header("Origin", server.public_url.origin())
        .header("Content-Type", "application/x-www-form-urlencoded")
        .body(flow::encode(&[("secret", secret)]));
    browser.send(request).await
}

async fn gave_back(server: &Server, client: &flow::Client, token: &str) -> Answer {
    let response = server
        .http
        .post(server.url("/revoke"))
        .header("Content-Type", "application/x-www-form-urlencoded")
        .body(flow::encode(&[("token", token), ("client_id", &client.id)]))
        .send();
    Answer::of(response.await.unwrap()).await
}

#[tokio::test]
async fn every_step_of_an_authorization_may_arrive_at_another_replica() {
    let replicas = Replicas::start().await;
    let client = flow::register(&replicas.there).await;
    let code = approved_elsewhere(&replicas, &client).await;
    let answer = exchange(&replicas.here, &client, &code, VERIFIER).await;
    let first = Tokens::of(&answer, &client);
    for server in replicas.both() {
        assert_eq!(call(server, "/mcp", &first.access_token).await.status, 200);
    }
    let second = Tokens::of(&first.refresh(&replicas.there).await, &client);
    let third = Tokens::of(&second.refresh(&replicas.here).await, &client);
    assert_eq!(
        call(&replicas.there, "/mcp", &third.access_token)
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn a_code_outlives_the_replica_that_issued_it() {
    let replicas = Replicas::start().await;
    let client = flow::register(&replicas.here).await;
    let code = flow::approved_code(&replicas.here, &client).await;
    let Replicas { here, there, .. } = replicas;
    drop(here);
    let answer = exchange(&there, &client, &code, VERIFIER).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
}

#[tokio::test]
async fn a_code_lives_for_120_seconds_at_every_replica() {
    let replicas = Replicas::start().await;
    let client = flow::register(&replicas.here).await;
    let (first, second) = (
        approved_elsewhere(&replicas, &client).await,
        approved_elsewhere(&replicas, &client).await,
    );
    replicas.clock.advance(Duration::from_secs(119));
    let answer = exchange(&replicas.here, &client, &first, VERIFIER).await;
    assert_eq!(answer.status, 200);
    replicas.clock.advance(Duration::from_secs(1));
    let answer = exchange(&replicas.here, &client, &second, VERIFIER).await;
    assert_eq!(
        (answer.status.as_u16(), answer.error().as_str()),
        (400, "invalid_grant")
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_redemptions_at_both_replicas_at_once_one_is_answered_and_the_others_end_the_grant() {
    let replicas = Replicas::start().await;
    let client = flow::register(&replicas.here).await;
    for _ in 0..20 {
        let code = approved_elsewhere(&replicas, &client).await;
        let redemptions =
            (0..8).map(|n| exchange(replicas.both()[n % 2], &client, &code, VERIFIER));
        let answers = join_all(redemptions).await;
        let granted: Vec<_> = answers
            .iter()
            .filter(|answer| answer.status == 200)
            .collect();
        assert_eq!(granted.len(), 1);
        replicas.clock.advance(Duration::from_secs(1));
        let tokens = Tokens::of(granted[0], &client);
        for server in replicas.both() {
            assert_eq!(call(server, "/mcp", &tokens.access_token).await.status, 401);
        }
    }
}

#[tokio::test]
async fn a_code_that_comes_again_at_another_replica_ends_its_grant() {
    let replicas = Replicas::start().await;
    let client = flow::register(&replicas.here).await;
    let code = flow::approved_code(&replicas.here, &client).await;
    let tokens = Tokens::of(
        &exchange(&replicas.here, &client, &code, VERIFIER).await,
        &client,
    );
    replicas.clock.advance(Duration::from_secs(600));
    let again = exchange(&replicas.there, &client, &code, VERIFIER).await;
    assert_eq!(again.error(), "invalid_grant");
    assert_eq!(
        call(&replicas.here, "/mcp", &tokens.access_token)
            .await
            .status,
        401
    );
    assert_eq!(
        tokens.refresh(&replicas.here).await.error(),
        "invalid_grant"
    );
}

#[tokio::test]
async fn a_double_click_that_reaches_two_replicas_leaves_one_code() {
    let replicas = Replicas::start().await;
    let client = flow::register(&replicas.here).await;
    let mut browser = Browser::new(&replicas.here);
    let page = browser.open(&Request::of(&replicas.here, &client)).await;
    let first = browser.approve(&page, secrets::OWNER).await.code().unwrap();
    browser.turn_to(&replicas.there);
    let second = browser.approve(&page, secrets::OWNER).await.code().unwrap();
    let void = exchange(&replicas.there, &client, &first, VERIFIER).await;
    assert_eq!(void.error(), "invalid_grant");
    let answer = exchange(&replicas.here, &client, &second, VERIFIER).await;
    assert_eq!(answer.status, 200);
    let third = browser.approve(&page, secrets::OWNER).await;
    assert_eq!(third.status, 409);
    assert!(third.has_no_code());
}

#[tokio::test]
async fn what_was_denied_at_one_replica_is_answered_at_the_other() {
    let replicas = Replicas::start().await;
    let client = flow::register(&replicas.here).await;
    let mut browser = Browser::new(&replicas.here);
    let page = browser.open(&Request::of(&replicas.here, &client)).await;
    browser.deny(&page).await;
    browser.turn_to(&replicas.there);
    let answer = browser.approve(&page, secrets::OWNER).await;
    assert_eq!(answer.status, 409);
    assert!(answer.has_no_code());
}

#[tokio::test]
async fn wrong_secrets_are_counted_over_all_replicas() {
    let replicas = Replicas::start().await;
    let client = flow::register(&replicas.here).await;
    let mut looked_at = 0;
    for _ in 0..3 {
        let mut browser = Browser::new(&replicas.here);
        let mut page = browser.open(&Request::of(&replicas.here, &client)).await;
        for wrong in 0..5 {
            browser.turn_to(replicas.both()[wrong % 2]);
            let answer = browser.approve(&page, "a wrong secret").await;
            if answer.status == 429 {
                assert_eq!(looked_at, 10);
                assert!(!answer.header("retry-after").is_empty());
                continue;
            }
            looked_at += 1;
            assert_eq!(answer.status, 403);
            if wrong < 4 {
                page = ConsentPage::read(answer);
            }
        }
    }
    assert_eq!(looked_at, 10);
    // Not even the right one is looked at now, wherever it is typed.
    for server in replicas.both() {
        let browser = Browser::new(server);
        let page = browser.open(&Request::of(server, &client)).await;
        assert_eq!(browser.approve(&page, secrets::OWNER).await.status, 429);
        assert_eq!(
            connections(server, &browser, secrets::OWNER).await.status,
            429
        );
    }
}

#[tokio::test]
async fn a_fifth_wrong_secret_at_another_replica_ends_the_transaction() {
    let replicas = Replicas::start().await;
    let client = flow::register(&replicas.here).await;
    let mut browser = Browser::new(&replicas.here);
    let page = browser.open(&Request::of(&replicas.here, &client)).await;
    for wrong in 0..5 {
        browser.turn_to(replicas.both()[wrong % 2]);
        browser.approve(&page, "a wrong secret").await;
    }
    replicas.clock.advance(Duration::from_secs(61));
    for server in replicas.both() {
        browser.turn_to(server);
        let answer = browser.approve(&page, secrets::OWNER).await;
        assert_eq!(answer.status, 403);
        assert!(answer.has_no_code());
    }
}

#[tokio::test]
async fn registrations_and_wrong_api_keys_are_counted_over_all_replicas() {
    let replicas = Replicas::with(with_api_key).await;
    let mut registered = 0;
    for n in 0..40 {
        let body = format!(r#"{{"redirect_uris":["{}"]}}"#, flow::REDIRECT);
        let answer = flow::register_raw(replicas.both()[n % 2], body).await;
        match answer.status.as_u16() {
            201 => registered += 1,
            429 => assert!(!answer.header("retry-after").is_empty()),
            other => panic!("{other}"),
        }
    }
    assert_eq!(registered, 25);
    let mut challenged = 0;
    for n in 0..30 {
        let key = [("X-API-Key", "a wrong key")];
        let answer = send(replicas.both()[n % 2], Method::POST, "/mcp", &key).await;
        match answer.status.as_u16() {
            401 => challenged += 1,
            429 => assert_eq!(answer.header("www-authenticate"), ""),
            other => panic!("{other}"),
        }
    }
    assert_eq!(challenged, 20);
    for server in replicas.both() {
        let key = [("X-API-Key", secrets::MCP_API_KEY)];
        let answer = send(server, Method::POST, "/mcp", &key).await;
        assert!(!matches!(answer.status.as_u16(), 401 | 429 | 503));
    }
}

#[tokio::test]
async fn what_one_replica_revokes_the_other_refuses_within_a_second() {
    let replicas = Replicas::start().await;
    let tokens = flow::connect(&replicas.here).await;
    assert_eq!(
        call(&replicas.there, "/mcp", &tokens.access_token)
            .await
            .status,
        200
    );
    let answer = gave_back(&replicas.here, &tokens.client, &tokens.refresh_token).await;
    assert_eq!(answer.status, 200);
    replicas.clock.advance(Duration::from_secs(1));
    for server in replicas.both() {
        assert_eq!(call(server, "/mcp", &tokens.access_token).await.status, 401);
        assert_eq!(tokens.refresh(server).await.error(), "invalid_grant");
    }
}

#[tokio::test]
async fn a_superseded_refresh_token_ends_the_grant_whichever_replica_rotated_it() {
    let replicas = Replicas::start().await;
    let first = flow::connect(&replicas.here).await;
    let second = Tokens::of(&first.refresh(&replicas.there).await, &first.client);
    // In time a copy of the first is the same request again.
    assert_eq!(first.refresh(&replicas.here).await.status, 200);
    assert_eq!(
        call(&replicas.here, "/mcp", &second.access_token)
            .await
            .status,
        200
    );
    replicas.clock.advance(Duration::from_secs(301));
    assert_eq!(
        first.refresh(&replicas.there).await.error(),
        "invalid_grant"
    );
    for server in replicas.both() {
        assert_eq!(second.refresh(server).await.error(), "invalid_grant");
    }
}

#[tokio::test]
async fn without_the_store_nobody_is_served_and_everything_public_goes_on() {
    let replicas = Replicas::with(with_api_key).await;
    let server = &replicas.here;
    let tokens = flow::connect(server).await;
    let code = flow::approved_code(server, &tokens.client).await;
    let browser = Browser::new(server);
    let page = browser.open(&Request::of(server, &tokens.client)).await;
    assert_eq!(call(server, "/mcp", &tokens.access_token).await.status, 200);
    let key = [("X-API-Key", secrets::MCP_API_KEY)];
    let refused = |answer: &Answer| {
        assert_eq!(answer.status, 503, "{}", answer.body);
        let wait: u64 = answer.header("retry-after").parse().unwrap();
        assert!((1..=60).contains(&wait));
        // A challenge would make a client throw its tokens away and begin a new login.
        assert_eq!(answer.header("www-authenticate"), "");
        assert_eq!(answer.header("cache-control"), "no-store");
        assert!(answer.has_no_code());
    };
    let refused_in_json = |answer: &Answer| {
        refused(answer);
        assert_eq!(answer.error(), "temporarily_unavailable");
    };

    replicas.hub.unplug();
    replicas.clock.advance(Duration::from_secs(1));
    for _ in 0..3 {
        refused_in_json(&call(server, "/mcp", &tokens.access_token).await);
        refused_in_json(&send(server, Method::POST, "/mcp", &key).await);
        refused_in_json(&tokens.refresh(server).await);
        refused_in_json(&exchange(server, &tokens.client, &code, VERIFIER).await);
        refused_in_json(&gave_back(&replicas.there, &tokens.client, &tokens.refresh_token).await);
        refused_in_json(
            &flow::register_raw(server, r#"{"redirect_uris":["https://a.example/cb"]}"#).await,
        );
        let wrong = [("X-API-Key", "a wrong key")];
        refused_in_json(&send(server, Method::POST, "/mcp", &wrong).await);
        for answer in [
            browser.approve(&page, secrets::OWNER).await,
            browser.deny(&page).await,
            connections(server, &browser, secrets::OWNER).await,
        ] {
            refused(&answer);
            assert!(answer.header("content-type").starts_with("text/html"));
            flow::is_only_text(&answer.body);
        }
        replicas.clock.advance(Duration::from_millis(400));
    }
    // Nothing that needs no credential needs the store.
    for path in [
        "/health",
        "/.well-known/oauth-authorization-server",
        "/.well-known/oauth-protected-resource/mcp",
        "/connections",
    ] {
        let answer = send(server, Method::GET, path, &[]).await;
        assert_eq!(answer.status, 200, "{path}");
    }
    let missing = send(server, Method::POST, "/mcp", &[]).await;
    assert_eq!(missing.status, 401);
    assert_eq!(call(server, "/mcp", "no token of ours").await.status, 401);
    browser.open(&Request::of(server, &tokens.client)).await;

    replicas.hub.plug_in();
    assert_eq!(call(server, "/mcp", &tokens.access_token).await.status, 200);
    assert_eq!(tokens.refresh(server).await.status, 200);
    let answer = exchange(server, &tokens.client, &code, VERIFIER).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let answer = browser
        .approve_scopes(&page, secrets::OWNER, &READ_WRITE)
        .await;
    assert_eq!(answer.status, 303, "{}", answer.body);
}

#[tokio::test]
async fn the_shared_store_holds_no_credential_and_no_address() {
    let replicas = Replicas::start().await;
    let client = flow::register(&replicas.here).await;
    let code = approved_elsewhere(&replicas, &client).await;
    let redeemed = approved_elsewhere(&replicas, &client).await;
    let answer = exchange(&replicas.here, &client, &redeemed, VERIFIER).await;
    let tokens = Tokens::of(&answer, &client);
    let browser = Browser::new(&replicas.here);
    let page = browser.open(&Request::of(&replicas.here, &client)).await;
    browser.approve(&page, "a wrong secret").await;
    let rows = replicas.hub.entries.list("").await.unwrap();
    assert!(rows.len() >= 6, "{}", rows.len());
    for (key, value) in rows {
        let text = format!("{key} {}", String::from_utf8_lossy(&value));
        for secret in [
            &code,
            &redeemed,
            &tokens.access_token,
            &tokens.refresh_token,
            VERIFIER,
            secrets::OWNER,
            secrets::SIGNING,
            "a wrong secret",
            "127.0.0.1:33419/callback",
        ] {
            assert!(!text.contains(secret), "{text}");
        }
    }
}

#[tokio::test]
async fn ending_all_connections_at_one_replica_ends_them_at_the_other_within_a_second() {
    let replicas = Replicas::start().await;
    let tokens = flow::connect(&replicas.here).await;
    assert_eq!(
        call(&replicas.there, "/mcp", &tokens.access_token)
            .await
            .status,
        200
    );
    replicas.clock.advance(Duration::from_secs(1));
    let mut browser = Browser::new(&replicas.there);
    browser
        .send(replicas.there.http.get(replicas.there.url("/connections")))
        .await;
    let list = connections(&replicas.there, &browser, secrets::OWNER).await;
    assert!(list.body.contains("Test client"));
    let ticket = list.body.split("name=\"ticket\" value=\"").nth(1).unwrap();
    let ticket = ticket.split('"').next().unwrap();
    // The page was opened at one replica, its button pressed at the other.
    browser.turn_to(&replicas.here);
    let fields = [("ticket", ticket), ("action", "end-all"), ("sure", "yes")];
    let request = replicas
        .here
        .http
        .post(replicas.here.url("/connections"))
        .header("Origin", replicas.here.public_url.origin())
        .header("Content-Type", "application/x-www-form-urlencoded")
        .body(flow::encode(&fields));
    assert_eq!(browser.send(request).await.status, 200);
    replicas.clock.advance(Duration::from_secs(1));
    for server in replicas.both() {
        assert_eq!(call(server, "/mcp", &tokens.access_token).await.status, 401);
        assert_eq!(tokens.refresh(server).await.error(), "invalid_grant");
    }
}

/// What the owner ended at one replica while nothing could be stored must not live on at the other.
#[tokio::test]
async fn an_end_that_could_not_be_stored_is_stored_as_soon_as_it_can_be() {
    for action in ["end", "end-all"] {
        let replicas = Replicas::start().await;
        let tokens = flow::connect(&replicas.here).await;
        let others = flow::connect(&replicas.here).await;
        replicas.clock.advance(Duration::from_secs(1));
        let browser = Browser::new(&replicas.here);
        browser
            .send(replicas.here.http.get(replicas.here.url("/connections")))
            .await;
        let list = connections(&replicas.here, &browser, secrets::OWNER).await;
        let hidden = |name: &str| {
            let start = format!("name=\"{name}\" value=\"");
            let value = list.body.split(&start).nth(1).unwrap();
            value.split('"').next().unwrap().to_owned()
        };
        let (ticket, grant) = (hidden("ticket"), hidden("grant"));
        let fields = [
            ("ticket", ticket.as_str()),
            ("action", action),
            ("grant", &grant),
            ("sure", "yes"),
        ];
        replicas.hub.make_read_only();
        let request = replicas
            .here
            .http
            .post(replicas.here.url("/connections"))
            .header("Origin", replicas.here.public_url.origin())
            .header("Content-Type", "application/x-www-form-urlencoded")
            .body(flow::encode(&fields));
        let answer = browser.send(request).await;
        assert_eq!(answer.status, 503, "{action}");
        assert!(answer.body.contains("other copies"), "{}", answer.body);
        replicas.hub.plug_in();
        replicas.clock.advance(Duration::from_secs(1));
        // Anybody's call at the replica that owes it.
        call(&replicas.here, "/mcp", &others.access_token).await;
        let both = [&tokens.access_token, &others.access_token];
        let mut refused = 0;
        for token in both {
            let [here, there] = [
                call(&replicas.here, "/mcp", token).await.status,
                call(&replicas.there, "/mcp", token).await.status,
            ];
            assert_eq!(here, there, "{action}: the replicas disagree");
            refused += usize::from(there == 401);
        }
        assert_eq!(refused, if action == "end" { 1 } else { 2 }, "{action}");
    }
}
