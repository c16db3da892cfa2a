//! A good deployment, and one that has not started yet.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::extract::Request;
use intervals_mcp_server::demo::API_KEY;

use super::proxy;
use super::site::{Site, check_alone};
use crate::support::process::free_port;
use crate::support::secrets;

#[tokio::test(flavor = "multi_thread")]
async fn a_good_deployment_is_well_where_it_runs_and_from_elsewhere() {
    let site = Site::well().await;
    for said in [site.check().await, site.check_from_elsewhere().await] {
        assert_eq!(said.code, Some(0), "{}", said.text);
        assert_eq!(said.count("warning"), 0, "{}", said.text);
        assert_eq!(said.count("problem"), 0, "{}", said.text);
        for words in [
            "valid certificate",
            "Apps find the login",
            "shown the way to the login",
            "Registration, consent page and tokens",
            "piece by piece",
            "Intervals.icu knows the key",
            "The clock is right",
            "State is kept in memory",
        ] {
            assert!(said.has("ok", &[words], &[]), "{words}: {}", said.text);
        }
        assert!(
            said.text.contains("Claude can connect; 1 warning"),
            "{}",
            said.text
        );
        let url = format!("{}/mcp", site.base_url);
        assert!(said.text.contains(&url), "{}", said.text);
        assert_eq!(said.complaint, "");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn state_on_a_disk_is_well_too() {
    let mut site = Site::new().await;
    let data = site.room.0.join("data");
    let data = [("DATA_DIR", data.to_str().unwrap())];
    site.start(&data);
    site.put_in_front(proxy::passing_to(site.port));
    let said = site.check_with(&data).await;
    assert_eq!(said.code, Some(0), "{}", said.text);
    // In a container the room of the test is no volume, which is worth a warning.
    assert_eq!(said.count("problem"), 0, "{}", said.text);
    assert!(said.has("ok", &["piece by piece"], &[]), "{}", said.text);
    assert!(
        said.has("ok", &["DATA_DIR", "can be used"], &[]),
        "{}",
        said.text
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn before_the_first_start_nothing_is_wrong_yet() {
    let mut site = Site::new().await;
    // No proxy, and then a proxy without a server behind it.
    site.leave_without_front();
    let said = site.check().await;
    said.only_warns(
        &["accepts no connection", "expected before the first start"],
        &["Start the server"],
    );
    assert!(!said.text.contains("can connect; "), "{}", said.text);
    assert!(
        said.text
            .contains("Start the server, then run the check again"),
        "{}",
        said.text
    );

    let mut site = Site::new().await;
    site.put_in_front(proxy::passing_to(site.port));
    let said = site.check().await;
    let port = format!("PORT={}", site.port);
    said.only_warns(
        &["502", "expected before the first start"],
        &["Start the server", &port],
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_on_loopback_needs_no_https() {
    let mut site = Site::new().await;
    site.leave_without_front();
    site.base_url = format!("http://localhost:{}", site.port);
    site.start(&[]);
    let said = site.check().await;
    assert_eq!(said.code, Some(0), "{}", said.text);
    assert!(
        said.has("ok", &["only apps on it can connect"], &[]),
        "{}",
        said.text
    );
    assert!(
        said.text.contains("Apps on this machine can connect; "),
        "{}",
        said.text
    );
}

/// The ticket for the stream is no secret: it is checked elsewhere that it opens nothing.
#[tokio::test(flavor = "multi_thread")]
async fn no_secret_is_said_or_sent_to_the_public_url() {
    let heard = Arc::new(Mutex::new(String::new()));
    let ear = Arc::clone(&heard);
    let site = Site::behind(|router| {
        proxy::changing_requests(router, move |request: &mut Request| {
            let all = format!("{} {:?}\n", request.uri(), request.headers());
            ear.lock().unwrap().push_str(&all);
        })
    })
    .await;
    let said = site
        .check_with(&[("MCP_API_KEY", secrets::MCP_API_KEY)])
        .await;
    let heard = heard.lock().unwrap().clone();
    assert!(heard.contains("Bearer prb1."), "{heard}");
    for text in [&heard, &said.text, &said.complaint] {
        for secret in [
            API_KEY,
            secrets::SIGNING,
            secrets::OWNER,
            secrets::MCP_API_KEY,
        ] {
            assert!(!text.contains(secret), "{text}");
        }
    }
}

/// What is there and says nothing costs a few seconds, not for ever.
#[tokio::test(flavor = "multi_thread")]
async fn a_site_that_never_answers_is_given_up_on() {
    let mut site = Site::new().await;
    site.put_in_front(proxy::changing_answers(
        axum::Router::new().fallback(std::future::pending::<()>),
        |_| {},
    ));
    let started = Instant::now();
    let said = site.check().await;
    assert!(started.elapsed() < Duration::from_secs(60));
    said.only_warns(&["does not answer in time"], &["firewall"]);
}

#[tokio::test]
async fn a_configuration_that_cannot_start_is_refused_before_anything_is_asked() {
    let key = secrets::SIGNING;
    let port = free_port().to_string();
    let said = check_alone(&[
        ("ATHLETE_ID", "i1"),
        ("API_KEY", "3v8q1m5x7k2b9d4f6h0j"),
        ("JWT_SECRET_KEY", key),
        ("BASE_URL", "http://mcp.example.com"),
        ("PORT", &port),
    ])
    .await;
    assert_eq!(said.code, Some(2));
    assert_eq!(said.text, "");
    assert!(
        said.complaint
            .starts_with("BASE_URL: must start with https://"),
        "{}",
        said.complaint
    );
}
