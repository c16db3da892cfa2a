//! A connected app's day, counted to the last call.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use super::Watched;
use super::exposition::Exposition;
use crate::support::Caller;
use crate::support::flow::{self, Answer, Browser, Request, encode};

async fn revoke(watched: &Watched, client: &flow::Client, token: &str) -> Answer {
    let fields = [("token", token), ("client_id", client.id.as_str())];
    let response = watched
        .server
        .http
        .post(watched.server.url("/revoke"))
        .header("Content-Type", "application/x-www-form-urlencoded")
        .body(encode(&fields))
        .send()
        .await
        .unwrap();
    Answer::of(response).await
}

/// Registers, is denied once and approved once after a wrong secret, calls, refreshes, is ended, and calls again.
async fn journey(watched: &Watched) {
    let server = &watched.server;
    let client = flow::register(server).await;
    let browser = Browser::new(server);
    let page = browser.open(&Request::of(server, &client)).await;
    browser.deny(&page).await;
    let page = browser.open(&Request::of(server, &client)).await;
    let wrong = browser.approve(&page, "not the owner's secret").await;
    assert_eq!(wrong.status, 403);
    let approved = browser.approve(&page, crate::support::secrets::OWNER).await;
    let code = approved.code().unwrap();
    let exchanged = flow::exchange(server, &client, &code, flow::VERIFIER).await;
    let tokens = flow::Tokens::of(&exchanged, &client);

    let app = Caller::with_token(server, &tokens.access_token);
    app.legacy("initialize", json!({"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}}))
        .await;
    app.legacy("tools/list", json!({})).await;
    app.modern("tools/list", json!({})).await;
    app.call_tool("list_activities", json!({})).await.ok();
    app.call_tool("list_activities", json!({})).await.ok();
    app.call_tool("get_activity", json!({"id": "i999999999"}))
        .await
        .error();
    app.call_tool("list_activities", json!({"limit": "many"}))
        .await
        .error();
    app.legacy("tools/call", json!({"name": "no_such_tool"}))
        .await;

    let refreshed = tokens.refresh(server).await;
    let tokens = flow::Tokens::of(&refreshed, &client);
    let anonymous = Caller::anonymous(server);
    assert_eq!(anonymous.legacy("ping", json!({})).await.status, 401);
    assert!(!flow::is_let_in(server, "not-a-token").await);
    assert_eq!(
        revoke(watched, &client, &tokens.refresh_token).await.status,
        200
    );
    assert!(!flow::is_let_in(server, &tokens.access_token).await);
    let replayed = flow::exchange(server, &client, &code, flow::VERIFIER).await;
    assert_eq!(replayed.status, 400);
}

#[tokio::test]
async fn a_journey_is_counted_exactly() {
    let watched = Watched::start();
    journey(&watched).await;
    let scraped = watched.scrape().await;
    let counts = |family: &str, label: &str| -> BTreeMap<String, f64> {
        let samples = &scraped.0[family].samples;
        samples
            .iter()
            .filter(|(_, _, value)| *value > 0.0)
            .map(|(_, labels, value)| (labels[label].clone(), *value))
            .collect()
    };
    let expected = |pairs: &[(&str, f64)]| -> BTreeMap<String, f64> {
        pairs
            .iter()
            .map(|(name, count)| ((*name).to_owned(), *count))
            .collect()
    };
    assert_eq!(
        counts("intervals_mcp_oauth_events", "event"),
        expected(&[
            ("registered", 1.0),
            ("denied", 1.0),
            ("wrong_secret", 1.0),
            ("approved", 1.0),
            ("code_redeemed", 1.0),
            ("token_refreshed", 1.0),
            ("given_back", 1.0),
            ("code_replayed", 1.0),
        ])
    );
    assert_eq!(
        counts("intervals_mcp_guard_refusals", "reason"),
        expected(&[("no_credential", 1.0), ("invalid", 1.0), ("revoked", 1.0)])
    );
    let tool = |tool: &str, outcome: &str| {
        scraped.value(
            "intervals_mcp_tool_calls_total",
            &[("tool", tool), ("outcome", outcome)],
        )
    };
    assert_eq!(tool("list_activities", "ok"), Some(2.0));
    assert_eq!(tool("list_activities", "invalid"), Some(1.0));
    assert_eq!(tool("get_activity", "upstream_error"), Some(1.0));
    assert_eq!(tool("unknown", "refused"), Some(1.0));
    assert_eq!(scraped.sum("intervals_mcp_tool_calls_total"), 5.0);
    assert_eq!(
        scraped.sum("intervals_mcp_tool_call_duration_seconds_count"),
        5.0
    );
    assert_eq!(
        scraped.value("intervals_mcp_tool_calls_in_flight", &[]),
        Some(0.0)
    );
    let rpc = |method: &str, era: &str| {
        scraped.value(
            "intervals_mcp_rpc_requests_total",
            &[("method", method), ("era", era)],
        )
    };
    assert_eq!(rpc("initialize", "legacy"), Some(1.0));
    assert_eq!(rpc("tools/list", "legacy"), Some(1.0));
    assert_eq!(rpc("tools/list", "modern"), Some(1.0));
    assert_eq!(rpc("tools/call", "legacy"), Some(5.0));
    assert_eq!(scraped.sum("intervals_mcp_rpc_requests_total"), 8.0);
    let http = |route: &str, method: &str, status: &str| {
        scraped.value(
            "intervals_mcp_http_requests_total",
            &[("route", route), ("method", method), ("status", status)],
        )
    };
    assert_eq!(http("/register", "POST", "201"), Some(1.0));
    assert_eq!(http("/authorize", "GET", "200"), Some(2.0));
    assert_eq!(http("/token", "POST", "200"), Some(2.0));
    assert_eq!(http("/token", "POST", "400"), Some(1.0));
    assert_eq!(http("/revoke", "POST", "200"), Some(1.0));
    assert_eq!(http("/mcp", "POST", "200"), Some(8.0));
    assert_eq!(http("/mcp", "POST", "401"), Some(3.0));
    let unknown = scraped.value(
        "intervals_mcp_upstream_requests_total",
        &[
            ("resource", "/activity/{id}"),
            ("method", "GET"),
            ("outcome", "not_found"),
        ],
    );
    assert_eq!(unknown, Some(1.0));
    let sent = scraped.sum("intervals_mcp_upstream_requests_total");
    assert_eq!(
        scraped.sum("intervals_mcp_upstream_request_duration_seconds_count"),
        sent
    );
    let looked_up =
        |result: &str| scraped.value("intervals_mcp_cache_lookups_total", &[("result", result)]);
    // Whatever was not remembered was asked for, and the second list needed nothing new.
    assert_eq!(looked_up("miss"), Some(sent));
    assert!(looked_up("hit") >= Some(1.0), "{:?}", looked_up("hit"));
    assert_eq!(
        scraped.value("intervals_mcp_upstream_wait_seconds_count", &[]),
        Some(sent)
    );
    let stored = scraped.sum("intervals_mcp_state_operations_total");
    assert!(stored > 0.0);
    for (_, labels, value) in &scraped.0["intervals_mcp_state_operations"].samples {
        assert_eq!(labels["backend"], "sqlite");
        // What may fail is there from the start, at zero.
        assert_eq!(*value > 0.0, labels["outcome"] == "ok", "{labels:?}");
    }
    let version = [("version", env!("CARGO_PKG_VERSION"))];
    assert_eq!(
        scraped.value("intervals_mcp_build_info", &version),
        Some(1.0)
    );
    let started = scraped.value("process_start_time_seconds", &[]).unwrap();
    let now = intervals_mcp_server::clock::Clock::system().unix_seconds() as f64;
    assert!((now - 600.0..=now).contains(&started), "{started}");
    assert!(scraped.value("intervals_mcp_http_connections_open", &[]) >= Some(1.0));
}

/// Names and labels are what dashboards and alarms hold on to.
#[tokio::test]
async fn every_family_and_its_labels_are_these_and_no_other() {
    let watched = Watched::start();
    journey(&watched).await;
    let scraped: Exposition = watched.scrape().await;
    let mut found: BTreeMap<String, (String, BTreeSet<String>)> = BTreeMap::new();
    for (name, family) in &scraped.0 {
        let (_, labels) = found
            .entry(name.clone())
            .or_insert_with(|| (family.kind.clone(), BTreeSet::new()));
        let names = family
            .samples
            .iter()
            .flat_map(|(_, labels, _)| labels.keys());
        labels.extend(names.filter(|name| *name != "le").cloned());
    }
    let list: Vec<String> = found
        .iter()
        .map(|(name, (kind, labels))| {
            let labels: Vec<&str> = labels.iter().map(String::as_str).collect();
            format!("{kind} {name} [{}]", labels.join(" "))
        })
        .collect();
    let mut expected = vec![
        "info intervals_mcp_build [version]",
        "counter intervals_mcp_cache_lookups [result]",
        "counter intervals_mcp_guard_refusals [reason]",
        "gauge intervals_mcp_http_connections_open []",
        "histogram intervals_mcp_http_request_duration_seconds [route]",
        "counter intervals_mcp_http_requests [method route status]",
        "counter intervals_mcp_limits_hit [limit]",
        "counter intervals_mcp_oauth_events [event]",
        "counter intervals_mcp_rpc_requests [era method]",
        "counter intervals_mcp_state_operations [backend operation outcome]",
        "histogram intervals_mcp_tool_call_duration_seconds [tool]",
        "counter intervals_mcp_tool_calls [outcome tool]",
        "gauge intervals_mcp_tool_calls_in_flight []",
        "counter intervals_mcp_upstream_held_back []",
        "histogram intervals_mcp_upstream_request_duration_seconds [method]",
        "counter intervals_mcp_upstream_requests [method outcome resource]",
        "counter intervals_mcp_upstream_retries []",
        "histogram intervals_mcp_upstream_wait_seconds []",
        "gauge process_start_time_seconds []",
    ];
    if cfg!(target_os = "linux") {
        expected.insert(18, "gauge process_open_fds []");
        expected.insert(19, "gauge process_resident_memory_bytes []");
    }
    assert_eq!(list, expected);
}

/// Alarms on the first occurrence of something need the zero before it.
#[tokio::test]
async fn what_is_rare_is_there_before_it_happens() {
    let watched = Watched::start();
    let scraped = watched.scrape().await;
    for (sample, label, values) in [
        (
            "intervals_mcp_oauth_events_total",
            "event",
            &[
                "registered",
                "approved",
                "denied",
                "wrong_secret",
                "code_redeemed",
                "code_replayed",
                "token_refreshed",
                "refresh_reused",
                "given_back",
                "ended",
                "all_ended",
            ][..],
        ),
        (
            "intervals_mcp_guard_refusals_total",
            "reason",
            &[
                "no_credential",
                "invalid",
                "revoked",
                "wrong_api_key",
                "missing_scope",
                "unknown",
            ],
        ),
        (
            "intervals_mcp_limits_hit_total",
            "limit",
            &[
                "registrations",
                "client_documents",
                "owner_secret",
                "api_key",
            ],
        ),
        (
            "intervals_mcp_cache_lookups_total",
            "result",
            &["hit", "miss", "shared"],
        ),
    ] {
        for value in values {
            let found = scraped.value(sample, &[(label, value)]);
            assert_eq!(found, Some(0.0), "{sample} {value}");
        }
        let family = sample.strip_suffix("_total").unwrap();
        assert_eq!(scraped.0[family].samples.len(), values.len(), "{family}");
    }
}
