//! Nobody can make the server remember a label.

use std::collections::BTreeMap;

use reqwest::Method;
use serde_json::json;

use super::{TOKEN, Watched};
use crate::support::flow;
use crate::support::{Caller, secrets};

/// Everything that a stranger and a connected app may invent, under names with `n` in them.
async fn invent(watched: &Watched, token: &str, n: usize) {
    let (http, server) = (&watched.server.http, &watched.server);
    let odd = Method::from_bytes(format!("BREW{n}").as_bytes()).unwrap();
    let path = format!("/invented/{n}/%7Bid%7D\"x");
    let requests = [
        http.get(server.url(&path)),
        http.post(server.url(&format!("/mcp/{n}"))),
        http.get(server.url(&format!("/metrics/{n}"))),
        http.get(server.url(&format!("/.well-known/{n}"))),
        http.get(server.url(&format!("/authorize?client_id={n}"))),
        http.request(odd.clone(), server.url("/mcp")),
        http.request(odd, server.url(&path)),
        http.get(server.url("/health"))
            .header("Host", format!("host{n}.test")),
        http.get(server.url("/config"))
            .header("Host", format!("host{n}.test")),
        http.post(server.url("/mcp")).bearer_auth(format!("no{n}")),
        http.get(server.url("/metrics"))
            .bearer_auth(format!("no{n}")),
        http.post(server.url("/token"))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .body(format!("grant_type=grant{n}")),
    ];
    for request in requests {
        request.send().await.unwrap();
    }
    let app = Caller::with_token(server, token);
    app.legacy("tools/call", json!({"name": format!("tool{n}")}))
        .await;
    app.legacy(&format!("method{n}"), json!({})).await;
    app.modern(&format!("method{n}"), json!({})).await;
    app.legacy(&format!("notifications/{n}"), json!({})).await;
    app.legacy("resources/read", json!({"uri": format!("intervals://{n}")}))
        .await;
    app.legacy("prompts/get", json!({"name": format!("prompt{n}")}))
        .await;
    app.call_tool("get_activity", json!({"id": format!("i{n}99")}))
        .await;
}

#[tokio::test]
async fn a_flood_of_invented_names_adds_no_series() {
    let watched = Watched::start();
    let tokens = flow::connect(&watched.server).await;
    watched.text().await;
    for n in 0..2 {
        invent(&watched, &tokens.access_token, n).await;
    }
    let before = watched.scrape().await;
    for n in 2..40 {
        invent(&watched, &tokens.access_token, n).await;
    }
    let after = watched.scrape().await;
    let grown: Vec<_> = after
        .series()
        .difference(&before.series())
        .cloned()
        .collect();
    assert!(grown.is_empty(), "{grown:?}");
    let counted = |exposition: &super::Exposition| {
        exposition.value(
            "intervals_mcp_http_requests_total",
            &[("route", "none"), ("method", "GET"), ("status", "404")],
        )
    };
    assert_eq!(counted(&before), Some(6.0));
    assert_eq!(counted(&after), Some(120.0));
    let text = watched.text().await;
    for invented in ["invented", "BREW", "host3", "tool3", "method3", "prompt3"] {
        assert!(!text.contains(invented), "{invented}");
    }
}

/// Every route under its own name, and what is no route under one.
#[tokio::test]
async fn every_route_is_told_apart() {
    let watched = Watched::start();
    let routes = [
        "/",
        "/mcp",
        "/mcp/",
        "/health",
        "/config",
        "/metrics",
        "/connections",
        "/register",
        "/authorize",
        "/token",
        "/revoke",
        "/oauth/register",
        "/oauth/authorize",
        "/oauth/token",
        "/oauth/revoke",
        "/.well-known/oauth-protected-resource",
        "/.well-known/oauth-protected-resource/mcp",
        "/.well-known/oauth-protected-resource/mcp/",
        "/.well-known/oauth-authorization-server",
        "/.well-known/oauth-authorization-server/mcp",
    ];
    for route in routes {
        for _ in 0..2 {
            let url = watched.server.url(route);
            let answer = watched.server.http.get(url).send().await.unwrap();
            assert_ne!(answer.status(), 404, "{route}");
        }
    }
    let scraped = watched.scrape().await;
    let mut by_route: BTreeMap<String, f64> = BTreeMap::new();
    for (_, labels, value) in &scraped.0["intervals_mcp_http_requests"].samples {
        *by_route.entry(labels["route"].clone()).or_default() += value;
    }
    let expected: BTreeMap<String, f64> = routes
        .iter()
        .map(|route| ((*route).to_owned(), 2.0))
        .collect();
    assert_eq!(by_route, expected);
}

/// Neither what it counts about nor who is counted.
#[tokio::test]
async fn no_secret_and_no_athlete_is_in_it() {
    let watched = Watched::start();
    let tokens = flow::connect(&watched.server).await;
    let app = Caller::with_token(&watched.server, &tokens.access_token);
    app.call_tool("get_today", json!({})).await;
    let text = watched.text().await;
    for secret in [
        TOKEN,
        secrets::OWNER,
        secrets::MCP_API_KEY,
        &tokens.access_token,
        &tokens.refresh_token,
        &tokens.client.id,
        intervals_mcp_server::demo::ATHLETE_ID,
        intervals_mcp_server::demo::API_KEY,
        "127.0.0.1",
        watched.room.0.to_str().unwrap(),
    ] {
        assert!(!text.contains(secret), "{secret}");
    }
}
