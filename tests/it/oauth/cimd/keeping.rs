//! How long documents are kept, and what stands in for one that cannot be had.

use std::time::Duration;

use super::{REDIRECT, REFUSED, UNREACHABLE, URL, approve, assert_ended, client, one_site, server};
use crate::support::documents::{Body, DocumentServer, Reply};
use crate::support::flow::{self, Browser, Request, VERIFIER};

const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(86_400);

fn good() -> Reply {
    Reply::document(URL, &[REDIRECT])
}

#[tokio::test]
async fn a_document_is_kept_as_long_as_its_site_says_within_bounds() {
    for (cache_control, kept) in [
        ("no-store", 5 * MINUTE),
        ("max-age=0", 5 * MINUTE),
        ("max-age=1800", 30 * MINUTE),
        ("max-age=31536000", DAY),
    ] {
        let (sites, server) = one_site().await;
        sites.serve(URL, good().with_header("cache-control", cache_control));
        let approved = async || {
            let answer = approve(&server, &client(URL, REDIRECT)).await;
            assert!(answer.code().is_some(), "{cache_control}");
            sites.seen().len()
        };
        assert_eq!(approved().await, 1);
        server.clock.advance(kept - Duration::from_secs(1));
        assert_eq!(approved().await, 1, "{cache_control}");
        server.clock.advance(Duration::from_secs(1));
        assert_eq!(approved().await, 2, "{cache_control}");
    }
}

#[tokio::test]
async fn cimd_03_an_address_that_was_taken_out_of_the_document_gets_no_more_codes() {
    let (sites, server) = one_site().await;
    let (old, new) = (
        client(URL, REDIRECT),
        client(URL, "https://app.client.test/new"),
    );
    assert!(approve(&server, &old).await.code().is_some());
    sites.serve(URL, Reply::document(URL, &[&new.redirect_uri]));
    server.clock.advance(DAY);
    assert_ended(
        &approve(&server, &old).await,
        400,
        "This request was stopped",
    );
    assert!(approve(&server, &new).await.code().is_some());
}

#[tokio::test]
async fn errors_and_invalid_documents_are_not_kept() {
    let (sites, server) = one_site().await;
    for (reply, status, title) in [
        (good().with_status(500), 503, UNREACHABLE),
        (Reply::json("[]"), 400, REFUSED),
        (good().with_status(404), 400, REFUSED),
    ] {
        sites.serve(URL, reply);
        let answer = approve(&server, &client(URL, REDIRECT)).await;
        assert_ended(&answer, status, title);
    }
    sites.serve(URL, good());
    let answer = approve(&server, &client(URL, REDIRECT)).await;
    assert!(answer.code().is_some());
    assert_eq!(sites.seen().len(), 4);
}

#[tokio::test]
async fn an_old_document_stands_in_for_a_week_while_its_site_is_down() {
    let (sites, server) = one_site().await;
    let client = client(URL, REDIRECT);
    assert!(approve(&server, &client).await.code().is_some());
    sites.serve(URL, good().with_status(502));
    server.clock.advance(DAY);
    assert!(approve(&server, &client).await.code().is_some());
    assert_eq!(sites.seen().len(), 2, "it was asked all the same");
    sites.resolve("app.client.test", &[]);
    server.clock.advance(6 * DAY - MINUTE);
    assert!(approve(&server, &client).await.code().is_some());
    server.clock.advance(MINUTE);
    assert_ended(&approve(&server, &client).await, 503, UNREACHABLE);
}

#[tokio::test]
async fn an_old_document_does_not_stand_in_for_a_different_answer() {
    for different in [good().with_status(404), Reply::json("{}")] {
        let (sites, server) = one_site().await;
        let client = client(URL, REDIRECT);
        assert!(approve(&server, &client).await.code().is_some());
        server.clock.advance(DAY);
        sites.serve(URL, different);
        assert_ended(&approve(&server, &client).await, 400, REFUSED);
        // Nor does it come back when the site goes down afterwards.
        sites.serve(URL, good().with_status(500));
        assert_ended(&approve(&server, &client).await, 503, UNREACHABLE);
    }
}

#[tokio::test]
async fn what_must_not_be_stored_does_not_stand_in() {
    let (sites, server) = one_site().await;
    sites.serve(URL, good().with_header("cache-control", "no-store"));
    let client = client(URL, REDIRECT);
    assert!(approve(&server, &client).await.code().is_some());
    sites.serve(URL, good().with_status(500));
    server.clock.advance(5 * MINUTE);
    assert_ended(&approve(&server, &client).await, 503, UNREACHABLE);
}

#[tokio::test]
async fn only_so_many_documents_are_kept_and_the_oldest_goes_first() {
    let (sites, server) = one_site().await;
    let url = |number: usize| format!("https://site-{number}.test/client.json");
    let approved = async |number: usize| {
        let url = url(number);
        sites.serve(
            &url,
            Reply::document(&url, &[REDIRECT]).with_header("cache-control", "max-age=86400"),
        );
        let answer = approve(&server, &client(&url, REDIRECT)).await;
        assert!(answer.code().is_some(), "{number}");
        server.clock.advance(Duration::from_secs(10));
        sites.requests(&url).len()
    };
    for number in 0..=100 {
        assert_eq!(approved(number).await, 1);
    }
    assert_eq!(approved(1).await, 1);
    assert_eq!(approved(100).await, 1);
    assert_eq!(approved(0).await, 2);
}

#[tokio::test]
async fn built_in_clients_connect_while_their_sites_are_down() {
    for (url, redirect) in [
        (
            "https://claude.ai/oauth/mcp-oauth-client-metadata",
            "https://claude.ai/api/mcp/auth_callback",
        ),
        (
            "https://claude.ai/oauth/claude-code-client-metadata",
            "http://localhost:3118/callback",
        ),
        (
            "https://chatgpt.com/oauth/client.json",
            "https://chatgpt.com/connector_platform_oauth_redirect",
        ),
        (
            "https://vscode.dev/oauth/client-metadata.json",
            "http://127.0.0.1:49152/",
        ),
    ] {
        let sites = DocumentServer::start().await;
        let server = server(sites.outbound()).await;
        let client = client(url, redirect);
        let page = Browser::new(&server)
            .open(&Request::of(&server, &client))
            .await
            .answer
            .body;
        assert!(!page.contains("could be checked yet"), "{url}");
        let code = approve(&server, &client).await.code().unwrap();
        let issued = flow::exchange(&server, &client, &code, VERIFIER).await;
        assert!(issued.json()["refresh_token"].is_string(), "{url}");
        let host = url.split('/').nth(2).unwrap();
        assert_eq!(
            sites.look_ups(host),
            1,
            "its own document was asked for first"
        );
        // The copy is for these addresses and no others.
        let evil = Request::of(&server, &super::client(url, "https://evil.test/cb"));
        let answer = Browser::new(&server).get(&evil.query()).await;
        assert_eq!((answer.status.as_u16(), answer.location()), (400, ""));
    }
}

#[tokio::test]
async fn the_copy_serves_whatever_else_the_site_of_a_built_in_client_answers() {
    let url = "https://claude.ai/oauth/mcp-oauth-client-metadata";
    let client = client(url, "https://claude.ai/api/mcp/auth_callback");
    let html = Reply::json("<!doctype html>").with_header("content-type", "text/html");
    for reply in [
        html.clone(),
        html.with_status(403),
        Reply::json("{}"),
        Reply::json("").with_status(503),
    ] {
        let sites = DocumentServer::start().await;
        sites.serve(url, reply);
        let server = server(sites.outbound()).await;
        assert!(approve(&server, &client).await.code().is_some());
        assert_eq!(sites.seen().len(), 1);
    }
}

#[tokio::test]
async fn the_own_document_of_a_built_in_client_counts_more_than_the_copy() {
    let url = "https://vscode.dev/oauth/client-metadata.json";
    let sites = DocumentServer::start().await;
    let new = "https://vscode.dev/new-redirect";
    sites.serve(url, Reply::document(url, &[new]));
    let server = server(sites.outbound()).await;
    let page = Browser::new(&server)
        .open(&Request::of(&server, &client(url, new)))
        .await;
    assert!(page.answer.body.contains("Document client"));
    assert!(approve(&server, &client(url, new)).await.code().is_some());
    let gone = Request::of(&server, &client(url, "https://vscode.dev/redirect"));
    let answer = Browser::new(&server).get(&gone.query()).await;
    assert_eq!(answer.status, 400);
    assert_eq!(sites.seen().len(), 1);
}

#[tokio::test]
async fn a_slow_site_does_not_keep_the_page_of_its_client_waiting() {
    let url = "https://claude.ai/oauth/mcp-oauth-client-metadata";
    let sites = DocumentServer::start().await;
    sites.serve(url, Reply::json("").with_body(Body::Silent));
    let mut outbound = sites.outbound();
    outbound.deadline = Duration::from_secs(3600);
    outbound.page_patience = Duration::from_millis(50);
    let server = server(outbound).await;
    let request = Request::of(
        &server,
        &client(url, "https://claude.ai/api/mcp/auth_callback"),
    );
    let browser = Browser::new(&server);
    let opened = tokio::time::timeout(Duration::from_secs(20), browser.open(&request)).await;
    assert!(opened.unwrap().answer.body.contains("Claude"));
}
