//! What the server itself depends on, wrong in one way at a time.

use axum::middleware::map_response;
use axum::response::Response;
use http::{HeaderValue, header};
use intervals_mcp_server::clock::Clock;
use intervals_mcp_server::demo::{Demo, Fault, FaultScope};
use jiff::SignedDuration;

use super::proxy;
use super::site::Site;
use crate::support::process::free_port;
use crate::support::redis::Redis;

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_intervals_icu_does_not_know() {
    let site = Site::well().await;
    site.check_with(&[("API_KEY", "8h2j5k7m9n1p3q6r4s0t")])
        .await
        .finds_only(
            &["does not accept the API key"],
            &["Copy API_KEY again", "Developer Settings"],
        );
}

/// A Redis that went away, and one that was never meant for this.
#[tokio::test(flavor = "multi_thread")]
async fn a_redis_that_is_away() {
    let Some(mut redis) = Redis::start() else {
        return;
    };
    let url = redis.url();
    let shared = [("REDIS_URL", url.as_str())];
    let mut site = Site::new().await;
    site.start(&shared);
    site.put_in_front(proxy::passing_to(site.port));
    let said = site.check_with(&shared).await;
    assert_eq!(said.code, Some(0), "{}", said.text);
    assert!(
        said.has("ok", &["Redis, which answers"], &[]),
        "{}",
        said.text
    );
    assert!(said.has("ok", &["piece by piece"], &[]), "{}", said.text);
    redis.kill();
    site.check_with(&shared)
        .await
        .finds(&["Redis", "503"], &["Start Redis", "REDIS_URL"]);
}

/// The server runs with the right id, so the check's ticket is a stranger's to it.
#[tokio::test(flavor = "multi_thread")]
async fn an_athlete_who_is_not_the_owner_of_the_key() {
    let mut site = Site::new().await;
    let other = [("ATHLETE_ID", "i999999")];
    site.start(&other);
    site.put_in_front(proxy::passing_to(site.port));
    site.check_with(&other)
        .await
        .finds_only(&["Intervals.icu"], &["ATHLETE_ID, now i999999"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_intervals_icu_that_cannot_be_reached_or_asks_to_wait() {
    let site = Site::well().await;
    let nobody = format!("http://127.0.0.1:{}", free_port());
    let said = site.check_with(&[("INTERVALS_BASE_URL", &nobody)]).await;
    said.finds_only(&["cannot be reached"], &["internet", &nobody]);

    let demo = Demo::new(Clock::system());
    let always = FaultScope {
        path_contains: Some("/profile".to_owned()),
        times: None,
    };
    let limit = Fault::RateLimited {
        retry_after: Some("30".to_owned()),
    };
    demo.faults().set(limit, always);
    let mut site = Site::with_api(demo.router()).await;
    site.start(&[]);
    site.put_in_front(proxy::passing_to(site.port));
    site.check()
        .await
        .finds_only(&["request limit"], &["Wait a minute"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_is_wrong() {
    for (minutes, way) in [(-7, "7 minutes ahead"), (7, "7 minutes behind")] {
        let router = Demo::new(Clock::system()).router();
        let api = router.layer(map_response(move |mut response: Response| async move {
            let there = Clock::system().now() + SignedDuration::from_mins(minutes);
            let date = there.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
            let date = HeaderValue::from_str(&date).unwrap();
            response.headers_mut().insert(header::DATE, date);
            response
        }));
        let mut site = Site::with_api(api).await;
        site.start(&[]);
        site.put_in_front(proxy::passing_to(site.port));
        site.check()
            .await
            .finds_only(&["clock of this machine", way], &["NTP"]);
    }
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn a_directory_for_state_that_cannot_be_written() {
    let site = Site::well().await;
    let said = site.check_with(&[("DATA_DIR", "/proc")]).await;
    said.finds(&["DATA_DIR", "cannot be kept there"], &["does not start"]);
    assert_eq!(said.count("problem"), 1, "{}", said.text);
    // The machine of somebody who looks from elsewhere need not have the directory.
    let elsewhere = free_port().to_string();
    let said = site
        .check_with(&[("DATA_DIR", "/proc"), ("PORT", &elsewhere)])
        .await;
    assert_eq!(said.code, Some(0), "{}", said.text);
    assert!(
        said.has("warning", &["DATA_DIR"], &["another machine"]),
        "{}",
        said.text
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_runs_with_other_settings() {
    let site = Site::well().await;
    let elsewhere = free_port().to_string();
    let changed = ("READ_ONLY", "true");
    site.check_with(&[changed])
        .await
        .only_warns(&["on port", "read_only"], &["Restart"]);
    site.check_with(&[changed, ("PORT", &elsewhere)])
        .await
        .only_warns(&["at https://", "read_only"], &["Restart"]);
    let said = site
        .check_with(&[("JWT_SECRET_KEY", "k7Zq0y3V5n8B1w4T6m9C2x5L8s1D4f7G0hJ")])
        .await;
    said.only_warns(&["another JWT_SECRET_KEY"], &["where the server runs"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_program_on_the_port() {
    let mut site = Site::new().await;
    site.leave_without_front();
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", site.port))
        .await
        .unwrap();
    let other = axum::Router::new().fallback(|| async { proxy::page(200, "<h1>Mine</h1>") });
    proxy::serve(listener, None, other);
    let said = site.check().await;
    let port = format!("port {}", site.port);
    assert!(
        said.has("warning", &["Another program", &port], &["another PORT"]),
        "{}",
        said.text
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_that_are_a_risk() {
    let site = Site::well().await;
    let said = site.check_with(&[("OWNER_PASSWORD", "")]).await;
    assert!(
        said.has(
            "warning",
            &["OWNER_PASSWORD is not set"],
            &["A password of its own"]
        ),
        "{}",
        said.text
    );
    assert_eq!(said.code, Some(0), "{}", said.text);
}
