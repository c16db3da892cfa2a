//! Answers that take their time: seen as they happen, given up by whoever hangs up, and never cut by the proxy.

use std::time::{Duration, Instant};

use intervals_mcp_server::demo::{Fate, Fault, FaultScope};
use tokio::time::sleep;

use super::curl::{Http, Stream, VERSIONS, calling, curl};
use super::front::{Front, PATIENCE, Proxy, installed};
use crate::support::{LEGACY, MODERN};

/// The server by itself gives up after 15 s what Intervals.icu has not answered.
const BEFORE_THE_DEADLINE: Duration = Duration::from_secs(8);

/// A call that has told how far it is while Intervals.icu keeps the rest of it waiting.
async fn waiting(front: &Front, http: Http, version: &str) -> Stream {
    let scope = FaultScope {
        path_contains: Some("/events".to_owned()),
        times: None,
    };
    front.demo.faults().set(Fault::Held, scope);
    let stream = Stream::open(calling(front, http, version));
    let (stream, news) = stream.message().await;
    assert_eq!(news["method"], "notifications/progress", "{news}");
    assert_eq!(news["params"]["progressToken"], "p");
    stream
}

#[tokio::test]
async fn news_of_a_call_arrives_while_it_still_runs() {
    for proxy in installed() {
        for (http, version) in VERSIONS.into_iter().zip([LEGACY, MODERN]) {
            let front = Front::of(proxy).await;
            let mut stream = waiting(&front, http, version).await;
            // Only now, so that no news could have waited for the answer.
            front.demo.faults().clear();
            let result = loop {
                let (next, message) = stream.message().await;
                stream = next;
                if message["id"] == "a" {
                    break message;
                }
                assert_eq!(message["method"], "notifications/progress", "{message}");
            };
            assert_eq!(result["result"]["isError"], false, "{result}");
            stream.end().await;
        }
    }
}

#[tokio::test]
async fn who_hangs_up_behind_a_proxy_ends_what_was_asked_of_intervals_icu() {
    for proxy in installed() {
        for (http, version) in VERSIONS.into_iter().zip([MODERN, LEGACY]) {
            let front = Front::of(proxy).await;
            let stream = waiting(&front, http, version).await;
            let fates = |of: fn(&Fate) -> bool| {
                let journal = front.demo.journal();
                journal.iter().filter(|r| of(&r.fate)).count()
            };
            let open = || fates(|fate| *fate == Fate::Open);
            let since = Instant::now();
            while open() == 0 {
                assert!(since.elapsed() < PATIENCE, "nothing was asked");
                sleep(Duration::from_millis(5)).await;
            }
            drop(stream);
            let since = Instant::now();
            while open() > 0 {
                let took = since.elapsed();
                assert!(took < BEFORE_THE_DEADLINE, "{proxy:?} {http:?}");
                sleep(Duration::from_millis(5)).await;
            }
            let given_up = fates(|fate| matches!(fate, Fate::Abandoned { .. }));
            assert!(given_up > 0, "{proxy:?} {http:?}");
        }
    }
}

#[tokio::test]
async fn clients_get_the_version_of_http_that_they_ask_for() {
    for proxy in installed() {
        let front = Front::of(proxy).await;
        for http in VERSIONS {
            let mut command = curl(&front, http, "/.well-known/oauth-authorization-server");
            let output = command
                .args([
                    "--output",
                    "/dev/null",
                    "--write-out",
                    "%{http_version} %{http_code}",
                ])
                .output()
                .unwrap();
            let said = String::from_utf8(output.stdout).unwrap();
            assert_eq!(said, format!("{} 200", http.spoken), "{proxy:?}");
        }
    }
}

#[tokio::test]
async fn caddy_lets_callers_wait_for_a_server_that_is_being_restarted() {
    if !installed().contains(&Proxy::Caddy) {
        return;
    }
    let mut front = Front::of(Proxy::Caddy).await;
    front.stop_server();
    let url = front.server.url("/.well-known/oauth-authorization-server");
    let asked = tokio::spawn(front.server.http.get(url).send());
    // Long enough for a proxy that does not wait to have said so.
    sleep(Duration::from_millis(500)).await;
    assert!(!asked.is_finished());
    front.start_server();
    assert_eq!(asked.await.unwrap().unwrap().status(), 200);
}
