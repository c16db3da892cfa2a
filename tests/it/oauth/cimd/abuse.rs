//! What strangers can make this server do to somebody else's site: nothing.

use std::time::Duration;

use futures_util::future::join_all;
use tokio_util::sync::CancellationToken;

use super::{REDIRECT, UNREACHABLE, URL, approve, assert_ended, client, one_site, server};
use crate::support::documents::{Body, DocumentServer, Reply, document};
use crate::support::flow::{Browser, Request};
use crate::support::{Server, ServerOptions, secrets};

#[tokio::test]
async fn without_the_secret_nothing_is_fetched_or_looked_up() {
    let (sites, server) = one_site().await;
    let browser = Browser::new(&server);
    let page = browser
        .open(&Request::of(&server, &client(URL, REDIRECT)))
        .await;
    for secret in ["", "wrong", "0wner password of the test"] {
        let answer = browser.approve(&page, secret).await;
        assert_eq!(answer.status, 403);
        assert!(
            answer
                .body
                .contains("Nothing about this app could be checked yet.")
        );
    }
    assert_eq!(browser.deny(&page).await.status, 200);
    assert_eq!(
        (sites.connections(), sites.all_look_ups()),
        (0, 0),
        "a wrong secret made this server ask"
    );
}

#[tokio::test]
async fn cimd_03_a_thousand_urls_of_a_stranger_cause_no_fetch() {
    let (sites, server) = one_site().await;
    let browser = Browser::new(&server);
    for number in 0..1000 {
        let id = format!("https://site-{number}.test/client.json");
        let query = Request::of(&server, &client(&id, REDIRECT)).query();
        assert_eq!(browser.get(&query).await.status, 200);
    }
    assert_eq!((sites.connections(), sites.all_look_ups()), (0, 0));
}

#[tokio::test]
async fn even_the_owner_causes_only_so_many_fetches_a_minute() {
    let (sites, server) = one_site().await;
    let urls: Vec<String> = (0..30)
        .map(|number| format!("https://site-{number}.test/client.json"))
        .collect();
    for url in &urls {
        sites.serve(url, Reply::document(url, &[REDIRECT]));
    }
    let mut approved = 0;
    for url in &urls {
        let answer = approve(&server, &client(url, REDIRECT)).await;
        match answer.status.as_u16() {
            303 => approved += 1,
            _ => assert_ended(&answer, 503, UNREACHABLE),
        }
    }
    assert_eq!((approved, sites.seen().len()), (10, 10));
    // What was read is not asked for again, and the limit passes.
    assert_eq!(
        approve(&server, &client(&urls[0], REDIRECT)).await.status,
        303
    );
    server.clock.advance(Duration::from_secs(60));
    assert_eq!(
        approve(&server, &client(&urls[29], REDIRECT)).await.status,
        303
    );
    assert_eq!(sites.seen().len(), 11);
}

#[tokio::test]
async fn many_addresses_together_have_a_limit_too() {
    let sites = DocumentServer::start().await;
    let server = Server::with(ServerOptions {
        outbound: sites.outbound(),
        trusted_proxy_hops: 1,
        ..ServerOptions::default()
    })
    .await;
    for number in 0..40 {
        let url = format!("https://site-{number}.test/client.json");
        sites.serve(&url, Reply::document(&url, &[REDIRECT]));
        let address = format!("192.0.2.{}", number % 4);
        let browser = Browser::new(&server).with_header("x-forwarded-for", &address);
        let request = Request::of(&server, &client(&url, REDIRECT));
        let page = browser.open(&request).await;
        browser.approve(&page, secrets::OWNER).await;
    }
    assert_eq!(sites.seen().len(), 20);
}

#[tokio::test]
async fn those_who_want_the_same_document_at_once_share_one_fetch() {
    let (sites, server) = one_site().await;
    // Slow enough that all of them are there before it is over.
    let text = document(URL, &[REDIRECT]).to_string();
    let slowly = Body::Drip(text.into(), Duration::from_millis(2));
    sites.serve(URL, Reply::json("").with_body(slowly));
    let client = client(URL, REDIRECT);
    let answers = join_all((0..8).map(|_| approve(&server, &client))).await;
    assert!(answers.iter().all(|answer| answer.code().is_some()));
    assert_eq!((sites.seen().len(), sites.connections()), (1, 1));
}

#[tokio::test]
async fn at_most_four_sites_are_asked_at_the_same_time() {
    let (sites, server) = one_site().await;
    let release = CancellationToken::new();
    let clients: Vec<_> = (0..8)
        .map(|number| {
            let url = format!("https://site-{number}.test/client.json");
            let text = document(&url, &[REDIRECT]).to_string();
            let held = Body::Held(release.clone(), text.into());
            sites.serve(&url, Reply::json("").with_body(held));
            client(&url, REDIRECT)
        })
        .collect();
    let approved = join_all(clients.iter().map(|client| approve(&server, client)));
    let watched = async {
        for _ in 0..1000 {
            if sites.seen().len() == 4 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        // Time enough for a fifth, if there were to be one.
        tokio::time::sleep(Duration::from_millis(300)).await;
        let at_once = sites.connections();
        release.cancel();
        at_once
    };
    let (answers, at_once) = futures_util::join!(approved, watched);
    assert_eq!(at_once, 4);
    assert!(answers.iter().all(|answer| answer.code().is_some()));
    assert_eq!(sites.connections(), 8);
}

#[tokio::test]
async fn the_page_of_a_built_in_client_asks_its_site_once_a_minute_at_most() {
    let sites = DocumentServer::start().await;
    let url = "https://claude.ai/oauth/mcp-oauth-client-metadata";
    sites.serve(url, Reply::json("").with_status(503));
    let server = server(sites.outbound()).await;
    let claude = client(url, "https://claude.ai/api/mcp/auth_callback");
    let open = async || {
        let request = Request::of(&server, &claude);
        Browser::new(&server).open(&request).await
    };
    for _ in 0..20 {
        open().await;
    }
    assert_eq!(sites.seen().len(), 1);
    server.clock.advance(Duration::from_secs(59));
    open().await;
    assert_eq!(sites.seen().len(), 1);
    server.clock.advance(Duration::from_secs(1));
    let browser = Browser::new(&server);
    let page = browser.open(&Request::of(&server, &claude)).await;
    assert_eq!(sites.seen().len(), 2);
    let answer = browser.approve(&page, secrets::OWNER).await;
    assert!(answer.code().is_some());
    assert_eq!(sites.seen().len(), 2);
}
