//! What a site answers, and what comes of it.

use std::time::Duration;

use bytes::Bytes;
use serde_json::{Value, json};

use super::{REDIRECT, REFUSED, UNREACHABLE, URL, approve, assert_ended, client, one_site, server};
use crate::support::documents::{Body, Canary, DocumentServer, Reply, document};
use crate::support::flow::{Browser, Request};
use crate::support::secrets;

fn good() -> Reply {
    Reply::document(URL, &[REDIRECT])
}

/// A valid document of exactly `length` bytes.
fn padded(length: usize) -> Reply {
    let mut document = document(URL, &[REDIRECT]);
    document["padding"] = "".into();
    let room = length - document.to_string().len();
    document["padding"] = "x".repeat(room).into();
    assert_eq!(document.to_string().len(), length);
    Reply::json(document.to_string())
}

#[tokio::test]
async fn cimd_03_only_200_with_json_of_a_modest_size_is_a_document() {
    let (sites, server) = one_site().await;
    let html = "<!doctype html><title>hello</title>";
    // Begins like gzip; what it would be when inflated does not matter, since nobody inflates it.
    let bomb = Bytes::from_static(&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]);
    for (case, reply, status, title) in [
        ("of 6 KiB", padded(6 * 1024), 303, ""),
        ("of 64 KiB", padded(64 * 1024), 303, ""),
        ("a byte more", padded(64 * 1024 + 1), 400, REFUSED),
        ("of 1 MB", padded(1_000_000), 400, REFUSED),
        (
            "with an endless body",
            good().with_body(Body::Endless(vec![b' '; 4096].into())),
            400,
            REFUSED,
        ),
        (
            "said to be compressed",
            good().with_header("content-encoding", "gzip"),
            400,
            REFUSED,
        ),
        (
            "a bomb",
            Reply::json(bomb).with_header("content-encoding", "gzip"),
            400,
            REFUSED,
        ),
        ("201", good().with_status(201), 400, REFUSED),
        ("204", Reply::json("").with_status(204), 400, REFUSED),
        (
            "404 with a valid body",
            good().with_status(404),
            400,
            REFUSED,
        ),
        ("403", good().with_status(403), 400, REFUSED),
        ("408", good().with_status(408), 503, UNREACHABLE),
        ("429", good().with_status(429), 503, UNREACHABLE),
        (
            "500 with a valid body",
            good().with_status(500),
            503,
            UNREACHABLE,
        ),
        ("503", good().with_status(503), 503, UNREACHABLE),
        (
            "html",
            Reply::json(html).with_header("content-type", "text/html"),
            400,
            REFUSED,
        ),
        (
            "valid, said to be html",
            good().with_header("content-type", "text/html"),
            400,
            REFUSED,
        ),
        (
            "valid, said to be text about json",
            good().with_header("content-type", "text/json"),
            400,
            REFUSED,
        ),
        (
            "with a parameter",
            good().with_header("content-type", "Application/JSON; charset=utf-8"),
            303,
            "",
        ),
        (
            "of a type of its own",
            good().with_header("content-type", "application/cimd+json"),
            303,
            "",
        ),
        ("an array", Reply::json("[]"), 400, REFUSED),
        ("nothing", Reply::json(""), 400, REFUSED),
    ] {
        sites.serve(URL, reply);
        let answer = approve(&server, &client(URL, REDIRECT)).await;
        if status == 303 {
            assert!(answer.code().is_some(), "{case}: {}", answer.body);
        } else {
            assert_ended(&answer, status, title);
        }
        // Kept documents and limits are for other tests.
        server.clock.advance(Duration::from_secs(25 * 3600));
        if status == 303 {
            continue;
        }
        sites.serve(URL, good());
        let answer = approve(&server, &client(URL, REDIRECT)).await;
        assert!(answer.code().is_some(), "{case} was kept");
        server.clock.advance(Duration::from_secs(8 * 86_400));
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let (sites, server) = one_site().await;
    let target = "https://app.client.test/elsewhere.json";
    sites.serve(target, good());
    for status in [301, 302, 303, 307, 308] {
        let reply = good().with_status(status).with_header("location", target);
        sites.serve(URL, reply);
        let answer = approve(&server, &client(URL, REDIRECT)).await;
        assert_ended(&answer, 400, REFUSED);
    }
    assert_eq!(sites.requests(target).len(), 0);
    assert_eq!(sites.requests(URL).len(), 5);
}

#[tokio::test]
async fn cimd_03_a_site_that_never_ends_is_given_up_on() {
    let sites = DocumentServer::start().await;
    let mut outbound = sites.outbound();
    outbound.deadline = Duration::from_secs(1);
    let server = server(outbound).await;
    let text = document(URL, &[REDIRECT]).to_string();
    for body in [
        Body::Silent,
        Body::Stalled(Bytes::new()),
        Body::Stalled(Bytes::copy_from_slice(&text.as_bytes()[..20])),
        Body::Drip(text.clone().into(), Duration::from_millis(50)),
    ] {
        sites.serve(URL, good().with_body(body.clone()));
        let client = client(URL, REDIRECT);
        let waited = approve(&server, &client);
        let answer = tokio::time::timeout(Duration::from_secs(20), waited).await;
        assert_ended(&answer.unwrap(), 503, UNREACHABLE);
    }
    assert_eq!(sites.requests(URL).len(), 4);
}

#[tokio::test]
async fn a_host_that_does_not_even_begin_with_tls_is_given_up_on() {
    let silent = Canary::start().await;
    let sites = DocumentServer::start().await;
    let mut outbound = sites.outbound();
    outbound.deadline = Duration::from_secs(1);
    outbound.trusted.push(silent.address);
    sites.resolve("app.client.test", &[silent.address]);
    let server = server(outbound).await;
    let client = client(URL, REDIRECT);
    let waited = approve(&server, &client);
    let answer = tokio::time::timeout(Duration::from_secs(20), waited).await;
    assert_ended(&answer.unwrap(), 503, UNREACHABLE);
    assert_eq!(silent.connections(), 1);
}

#[tokio::test]
async fn cimd_04_a_document_that_says_the_wrong_thing_is_refused_with_the_reason() {
    let (sites, server) = one_site().await;
    let with = |name: &str, value: Value| {
        let mut document = document(URL, &[REDIRECT]);
        document[name] = value;
        document
    };
    let without = |name: &str| {
        let mut document = document(URL, &[REDIRECT]);
        document.as_object_mut().unwrap().remove(name);
        document
    };
    for (document, reason) in [
        (with("client_id", json!(format!("{URL}/"))), "client_id"),
        (
            with(
                "client_id",
                json!("https://app.client.test:443/oauth/client.json"),
            ),
            "client_id",
        ),
        (
            with(
                "client_id",
                json!("https://APP.client.test/oauth/client.json"),
            ),
            "client_id",
        ),
        (without("client_id"), "client_id"),
        (without("client_name"), "client_name"),
        (with("client_name", json!("")), "client_name"),
        (without("redirect_uris"), "redirect_uris"),
        (with("redirect_uris", json!([])), "redirect_uris"),
        (with("redirect_uris", json!([REDIRECT, 1])), "redirect URI"),
        (
            with("redirect_uris", json!([REDIRECT, "javascript:alert(1)"])),
            "redirect URI",
        ),
        (
            with("redirect_uris", json!([REDIRECT, "http://evil.test/cb"])),
            "redirect URI",
        ),
        (with("client_secret", json!("x")), "client_secret"),
        (
            with("token_endpoint_auth_method", json!("client_secret_basic")),
            "shared secret",
        ),
        (
            with("token_endpoint_auth_method", json!("private_key_jwt")),
            "private_key_jwt",
        ),
        (
            with("jwks", json!({ "keys": [{ "kty": "EC", "d": "private" }] })),
            "private key",
        ),
        (
            with("logo_uri", json!("http://app.client.test/l")),
            "logo_uri",
        ),
        (with("logo_uri", json!("javascript:alert(1)")), "logo_uri"),
    ] {
        sites.serve(URL, Reply::json(document.to_string()));
        let answer = approve(&server, &client(URL, REDIRECT)).await;
        assert_ended(&answer, 400, REFUSED);
        assert!(answer.body.contains(reason), "{document} {}", answer.body);
        server.clock.advance(Duration::from_secs(60));
    }
    sites.serve(URL, good());
    let answer = approve(&server, &client(URL, "https://app.client.test/other")).await;
    assert_ended(&answer, 400, "This request was stopped");
}

#[tokio::test]
async fn a_logo_is_never_fetched() {
    let (sites, server) = one_site().await;
    let logo = "https://app.client.test/logo.png";
    let mut document = document(URL, &[REDIRECT]);
    document["logo_uri"] = logo.into();
    document["jwks_uri"] = "https://app.client.test/jwks.json".into();
    sites.serve(URL, Reply::json(document.to_string()));
    sites.serve(logo, Reply::json("{}"));
    let answer = approve(&server, &client(URL, REDIRECT)).await;
    assert!(answer.code().is_some());
    assert_eq!(sites.seen().len(), 1);
}

#[tokio::test]
async fn an_owner_who_failed_may_try_the_same_page_again() {
    let (sites, server) = one_site().await;
    sites.serve(URL, good().with_status(503));
    let browser = Browser::new(&server);
    let page = browser
        .open(&Request::of(&server, &client(URL, REDIRECT)))
        .await;
    let answer = browser.approve(&page, secrets::OWNER).await;
    assert_ended(&answer, 503, UNREACHABLE);
    sites.serve(URL, good());
    let answer = browser.approve(&page, secrets::OWNER).await;
    assert!(answer.code().is_some());
}
