//! The whole way of a client with a document, from the first 401 to a tool.

use std::time::Duration;

use serde_json::json;

use super::{REDIRECT, URL, approve, client, one_site};
use crate::support::documents::{DocumentServer, Reply, document};
use crate::support::flow::{self, Answer, Browser, Request, Tokens, VERIFIER, is_let_in};
use crate::support::{Caller, NOW, Server, ServerOptions, World, secrets};

async fn get(server: &Server, url: &str) -> Answer {
    Answer::of(server.http.get(url).send().await.unwrap()).await
}

#[tokio::test]
async fn a_modern_client_finds_its_way_from_the_challenge_to_a_tool() {
    let sites = DocumentServer::start().await;
    sites.serve(URL, Reply::document(URL, &[REDIRECT]));
    let world = World::with(ServerOptions {
        clock: intervals_mcp_server::clock::Clock::manual(NOW.parse().unwrap()),
        outbound: sites.outbound(),
        ..ServerOptions::default()
    })
    .await;
    let server = &world.server;
    let refused = Caller::anonymous(server)
        .modern("tools/list", json!({}))
        .await;
    assert_eq!(refused.status, 401);
    let challenge = refused.headers["www-authenticate"].to_str().unwrap();
    let resource_metadata = challenge
        .split("resource_metadata=\"")
        .nth(1)
        .and_then(|rest| rest.split('"').next())
        .unwrap();
    let resource = get(server, resource_metadata).await.json();
    let issuer = resource["authorization_servers"][0].as_str().unwrap();
    let metadata = get(
        server,
        &format!("{issuer}/.well-known/oauth-authorization-server"),
    )
    .await
    .json();
    assert_eq!(metadata["client_id_metadata_document_supported"], true);
    assert!(
        metadata["token_endpoint_auth_methods_supported"]
            .as_array()
            .unwrap()
            .contains(&json!("none"))
    );

    let client = client(URL, REDIRECT);
    let request = Request::of(server, &client)
        .with("resource", resource["resource"].as_str().unwrap())
        .with("scope", "intervals:read intervals:write offline_access");
    let browser = Browser::new(server);
    let page = browser.open(&request).await;
    assert_eq!(sites.connections(), 0, "nothing is fetched for the page");
    let answer = browser.approve(&page, secrets::OWNER).await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    assert!(answer.location().starts_with(&format!("{REDIRECT}?")));
    assert_eq!(
        answer.redirect_parameter("state").as_deref(),
        Some(flow::STATE)
    );
    assert_eq!(answer.redirect_parameter("iss").as_deref(), Some(issuer));
    let code = answer.code().unwrap();
    let issued = flow::exchange(server, &client, &code, VERIFIER).await;
    let tokens = Tokens::of(&issued, &client);
    assert_eq!(
        tokens.scope,
        "intervals:read intervals:write offline_access"
    );
    let said = Caller::with_token(server, &tokens.access_token)
        .call_tool("get_today", json!({}))
        .await;
    assert!(said.ok().contains("2026-03-18"));
    assert_eq!(sites.seen().len(), 1, "the token endpoint asks nobody");
    world.assert_well_behaved();
}

#[tokio::test]
async fn the_request_for_a_document_tells_nothing_but_who_asks() {
    let (sites, server) = one_site().await;
    assert_eq!(approve(&server, &client(URL, REDIRECT)).await.status, 303);
    let seen = sites.seen();
    assert_eq!(seen.len(), 1);
    assert_eq!(
        (seen[0].method.as_str(), seen[0].url.as_str()),
        ("GET", URL)
    );
    let mut names: Vec<&str> = seen[0].headers.keys().map(|name| name.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["accept", "accept-encoding", "host", "user-agent"]);
    assert_eq!(seen[0].headers["accept"], "application/json");
    assert_eq!(seen[0].headers["accept-encoding"], "identity");
    let user_agent = seen[0].headers["user-agent"].to_str().unwrap();
    assert!(user_agent.starts_with("intervals-mcp-server/"));
}

#[tokio::test]
async fn a_client_with_a_document_survives_restarts_and_refreshes() {
    let sites = DocumentServer::start().await;
    sites.serve(URL, Reply::document(URL, &[REDIRECT]));
    let start = || {
        Server::with(ServerOptions {
            public_url: Some("https://mcp.example.com".to_owned()),
            outbound: sites.outbound(),
            ..ServerOptions::default()
        })
    };
    let before = start().await;
    let client = client(URL, REDIRECT);
    let code = approve(&before, &client).await.code().unwrap();
    let tokens = Tokens::of(
        &flow::exchange(&before, &client, &code, VERIFIER).await,
        &client,
    );
    drop(before);
    let after = start().await;
    assert!(is_let_in(&after, &tokens.access_token).await);
    let refreshed = Tokens::of(&tokens.refresh(&after).await, &client);
    assert!(is_let_in(&after, &refreshed.access_token).await);
    assert_eq!(sites.seen().len(), 1, "a refresh asks nobody");
    assert_eq!(approve(&after, &client).await.status, 303);
}

#[tokio::test]
async fn a_page_that_was_open_during_a_restart_still_leads_to_the_document() {
    let sites = DocumentServer::start().await;
    sites.serve(URL, Reply::document(URL, &[REDIRECT]));
    let start = || {
        Server::with(ServerOptions {
            public_url: Some("https://mcp.example.com".to_owned()),
            outbound: sites.outbound(),
            ..ServerOptions::default()
        })
    };
    let before = start().await;
    let browser = Browser::new(&before);
    let page = browser
        .open(&Request::of(&before, &client(URL, REDIRECT)))
        .await;
    let cookie = browser.cookie("__Host-mcp_csrf").unwrap();
    drop(before);
    let after = start().await;
    let browser = Browser::new(&after).with_header("cookie", &format!("__Host-mcp_csrf={cookie}"));
    let answer = browser.approve(&page, secrets::OWNER).await;
    assert!(answer.code().is_some());
    assert_eq!(sites.seen().len(), 1);
}

#[tokio::test]
async fn a_document_without_the_refresh_grant_gets_no_refresh_token() {
    let (sites, server) = one_site().await;
    let mut once = document(URL, &[REDIRECT]);
    once["grant_types"] = json!(["authorization_code"]);
    sites.serve(URL, Reply::json(once.to_string()));
    let client = client(URL, REDIRECT);
    let request = Request::of(&server, &client).with("scope", "intervals:read offline_access");
    let browser = Browser::new(&server);
    let page = browser.open(&request).await;
    let code = browser.approve(&page, secrets::OWNER).await.code().unwrap();
    let issued = flow::exchange(&server, &client, &code, VERIFIER).await;
    assert_eq!(issued.status, 200);
    assert_eq!(issued.json().get("refresh_token"), None);
    assert_eq!(issued.json()["scope"], "intervals:read");
}

#[tokio::test]
async fn codes_and_refresh_tokens_belong_to_the_url_that_they_were_made_for() {
    let (sites, server) = one_site().await;
    let other = "https://app.client.test/oauth/other.json";
    sites.serve(other, Reply::document(other, &[REDIRECT]));
    let (one, other) = (client(URL, REDIRECT), client(other, REDIRECT));
    let registered = flow::register(&server).await;
    let code = approve(&server, &one).await.code().unwrap();
    for stranger in [&other, &registered] {
        let mut stranger = stranger.clone();
        stranger.redirect_uri = REDIRECT.to_owned();
        let answer = flow::exchange(&server, &stranger, &code, VERIFIER).await;
        assert_eq!(answer.error(), "invalid_grant");
    }
    let tokens = Tokens::of(&flow::exchange(&server, &one, &code, VERIFIER).await, &one);
    for stranger in [&other, &registered] {
        let answer = flow::refresh(&server, stranger, &tokens.refresh_token).await;
        assert_eq!(answer.error(), "invalid_grant");
    }
    server.clock.advance(Duration::from_secs(1));
    assert_eq!(tokens.refresh(&server).await.status, 200);
}

#[tokio::test]
async fn a_client_with_a_document_has_no_secret_to_show() {
    let (_sites, server) = one_site().await;
    let client = client(URL, REDIRECT);
    let code = approve(&server, &client).await.code().unwrap();
    let with_secret = flow::Client {
        secret: Some("s1.anything".to_owned()),
        ..client.clone()
    };
    let answer = flow::exchange(&server, &with_secret, &code, VERIFIER).await;
    assert_eq!(
        (answer.status.as_u16(), answer.error().as_str()),
        (401, "invalid_client")
    );
    for id in [
        "https://app.client.test/",
        "https://127.0.0.1/c",
        "http://app.client.test/c",
    ] {
        let no_client = flow::Client {
            id: id.to_owned(),
            ..client.clone()
        };
        let answer = flow::exchange(&server, &no_client, &code, VERIFIER).await;
        assert_eq!(answer.error(), "invalid_client", "{id}");
    }
    let answer = flow::exchange(&server, &client, &code, VERIFIER).await;
    assert_eq!(answer.status, 200, "the code was not spent on them");
}

#[tokio::test]
async fn any_port_of_a_loopback_address_is_covered_by_the_document() {
    let (sites, server) = one_site().await;
    sites.serve(
        URL,
        Reply::document(URL, &["http://127.0.0.1/cb", "http://localhost:4000/cb"]),
    );
    for (redirect, covered) in [
        ("http://127.0.0.1:51234/cb", true),
        ("http://localhost:51234/cb", true),
        ("http://[::1]:51234/cb", false),
        ("http://127.0.0.1:51234/other", false),
    ] {
        let answer = approve(&server, &client(URL, redirect)).await;
        assert_eq!(answer.code().is_some(), covered, "{redirect}");
        assert!(covered || answer.status == 400);
    }
}

#[tokio::test]
async fn two_answers_to_one_page_end_in_one_live_code() {
    let (sites, server) = one_site().await;
    let client = client(URL, REDIRECT);
    let browser = Browser::new(&server);
    let page = browser.open(&Request::of(&server, &client)).await;
    let first = browser.approve(&page, secrets::OWNER).await.code().unwrap();
    let second = browser.approve(&page, secrets::OWNER).await.code().unwrap();
    let answer = flow::exchange(&server, &client, &first, VERIFIER).await;
    assert_eq!(answer.error(), "invalid_grant");
    let answer = flow::exchange(&server, &client, &second, VERIFIER).await;
    assert_eq!(answer.status, 200);
    assert_eq!(sites.seen().len(), 1);
}

#[tokio::test]
async fn a_client_with_a_document_gives_back_what_it_was_given() {
    let (sites, server) = one_site().await;
    let client = client(URL, REDIRECT);
    let code = approve(&server, &client).await.code().unwrap();
    let issued = flow::exchange(&server, &client, &code, VERIFIER).await;
    let tokens = Tokens::of(&issued, &client);
    let revoke = async |id: &str| {
        let fields = [("token", tokens.refresh_token.as_str()), ("client_id", id)];
        let request = server
            .http
            .post(server.url("/revoke"))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .body(flow::encode(&fields));
        Answer::of(request.send().await.unwrap()).await
    };
    revoke("https://other.test/client.json").await;
    assert!(is_let_in(&server, &tokens.access_token).await);
    assert_eq!(revoke(URL).await.status, 200);
    assert!(!is_let_in(&server, &tokens.access_token).await);
    assert_eq!(sites.seen().len(), 1);
}
