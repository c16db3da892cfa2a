//! Bodies reach the server whole, and it is the server that says which are too large.

use serde_json::Value;

use super::curl::{VERSIONS, curl};
use super::front::{Front, installed};
use crate::support::flow::Answer;
use crate::support::{Caller, LEGACY, secrets};

/// The largest body that the MCP endpoint takes.
const LARGEST: usize = 1 << 20;

/// A ping with as much white space behind it as it takes to be of this size.
fn ping(size: usize) -> String {
    let message = r#"{"jsonrpc":"2.0","id":7,"method":"ping"}"#;
    format!("{message}{}", " ".repeat(size - message.len()))
}

fn headers() -> [(&'static str, &'static str); 3] {
    [
        ("Content-Type", "application/json"),
        ("Accept", "application/json, text/event-stream"),
        ("MCP-Protocol-Version", LEGACY),
    ]
}

#[track_caller]
fn is_ours(body: &Value) {
    assert_eq!(body["error"], "invalid_request", "{body}");
    let why = body["error_description"].as_str().unwrap();
    assert!(why.contains("larger"), "{why}");
}

#[tokio::test]
async fn a_body_of_a_mebibyte_passes_and_a_larger_one_gets_the_answer_of_the_server() {
    for proxy in installed() {
        let front = Front::of(proxy).await;
        let caller = Caller::owner(&front.server);
        let answer = caller.post_raw("/mcp", &headers(), ping(LARGEST)).await;
        assert_eq!(answer.status, 200, "{proxy:?}: {:?}", answer.body);
        assert_eq!(answer.body["id"], 7);
        for size in [LARGEST + 1, 5 * LARGEST] {
            let answer = caller.post_raw("/mcp", &headers(), ping(size)).await;
            assert_eq!(answer.status, 413, "{proxy:?} {size}: {:?}", answer.body);
            is_ours(&answer.body);
        }
        let body = " ".repeat(17 * 1024);
        let answer = caller.post_raw("/register", &headers(), body).await;
        assert_eq!(answer.status, 413, "{proxy:?}");
        is_ours(&answer.body);
    }
}

#[tokio::test]
async fn a_body_whose_length_is_not_announced_is_measured_as_it_comes() {
    for proxy in installed() {
        let front = Front::of(proxy).await;
        let file = front.room.0.join("ping");
        for (size, expected) in [(LARGEST, 200), (LARGEST + 1, 413)] {
            std::fs::write(&file, ping(size)).unwrap();
            for http in VERSIONS {
                let mut command = curl(&front, http, "/mcp");
                for (name, value) in headers() {
                    command.args(["--header", &format!("{name}: {value}")]);
                }
                let key = format!("Authorization: Bearer {}", secrets::MCP_API_KEY);
                let output = command
                    .args(["--header", &key, "--header", "Transfer-Encoding: chunked"])
                    .args(["--header", "Expect:", "--write-out", "%{http_code}"])
                    .arg("--data-binary")
                    .arg(format!("@{}", file.display()))
                    .output();
                let said = String::from_utf8(output.unwrap().stdout).unwrap();
                let (body, status) = said.split_at(said.len() - 3);
                let body: Value = serde_json::from_str(body).unwrap_or_default();
                assert_eq!(status, expected.to_string(), "{proxy:?} {http:?} {body}");
                if expected == 413 {
                    is_ours(&body);
                }
            }
        }
    }
}

#[tokio::test]
async fn http_leads_to_https_without_turning_a_post_into_a_get() {
    for proxy in installed() {
        let front = Front::of(proxy).await;
        // Caddy 2.6, where it is told two addresses to keep to, listens for http at one of them.
        let asked = ["127.0.0.1", "[::1]"].map(|address| {
            let url = format!("http://{address}:{}/mcp?a=b%20c", front.ports.http);
            front.direct.http.post(url).send()
        });
        let asked = futures_util::future::select_ok(asked.map(Box::pin)).await;
        let answer = Answer::of(asked.unwrap().0).await;
        assert_eq!(answer.status, 308, "{proxy:?}");
        let public = front.server.url("/mcp?a=b%20c");
        assert_eq!(answer.location(), public, "{proxy:?}");
    }
}
