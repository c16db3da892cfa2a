//! The HTTP methods of the endpoint, with and without a credential, at each of its paths.

use reqwest::Method;
use serde_json::Value;

use super::server;
use crate::support::{Server, secrets};

const PATHS: [&str; 3] = ["/", "/mcp", "/mcp/"];

async fn send(
    server: &Server,
    method: &Method,
    path: &str,
    bearer: Option<&str>,
    accept: &str,
) -> reqwest::Response {
    let mut request = server
        .http
        .request(method.clone(), server.url(path))
        .header("Accept", accept);
    if let Some(bearer) = bearer {
        request = request.bearer_auth(bearer);
    }
    request.send().await.unwrap()
}

#[tokio::test]
async fn only_post_is_taken_and_only_of_somebody() {
    let server = server().await;
    for path in PATHS {
        for method in [
            Method::GET,
            Method::HEAD,
            Method::DELETE,
            Method::PUT,
            Method::PATCH,
        ] {
            for accept in ["text/event-stream", "*/*", "application/json"] {
                for bearer in [None, Some("wrong")] {
                    let answer = send(&server, &method, path, bearer, accept).await;
                    assert_eq!(answer.status(), 401, "{method} {path}");
                    let challenge = answer.headers()["www-authenticate"]
                        .to_str()
                        .unwrap()
                        .to_owned();
                    assert!(challenge.contains("resource_metadata="), "{challenge}");
                    let body = answer.bytes().await.unwrap();
                    assert_eq!(body.is_empty(), method == Method::HEAD, "{method} {path}");
                }
                let answer = send(&server, &method, path, Some(secrets::MCP_API_KEY), accept).await;
                assert_eq!(answer.status(), 405, "{method} {path}");
                assert_eq!(
                    answer.headers()["allow"],
                    "POST, OPTIONS",
                    "{method} {path}"
                );
                assert!(!answer.headers().contains_key("mcp-session-id"));
                let body = answer.bytes().await.unwrap();
                if method == Method::HEAD {
                    assert!(body.is_empty());
                } else {
                    let body: Value = serde_json::from_slice(&body).unwrap();
                    assert_eq!(
                        (&body["id"], &body["error"]["code"]),
                        (&Value::Null, &(-32600).into())
                    );
                }
            }
        }
    }
}

#[tokio::test]
async fn options_are_answered_before_anybody_is_asked_who_they_are() {
    let server = server().await;
    for path in PATHS {
        for bearer in [None, Some("wrong"), Some(secrets::MCP_API_KEY)] {
            let answer = send(&server, &Method::OPTIONS, path, bearer, "*/*").await;
            assert_eq!(answer.status(), 204, "{path}");
            assert!(answer.bytes().await.unwrap().is_empty());
        }
    }
}

#[tokio::test]
async fn there_is_no_stream_to_open_and_no_session_to_end() {
    let server = server().await;
    // The two endpoints of 2024-11-05.
    for (method, path) in [
        (Method::GET, "/sse"),
        (Method::POST, "/messages"),
        (Method::POST, "/mcp/messages"),
    ] {
        let answer = send(
            &server,
            &method,
            path,
            Some(secrets::MCP_API_KEY),
            "text/event-stream",
        )
        .await;
        assert_eq!(answer.status(), 404, "{path}");
        assert_eq!(answer.headers()["content-type"], "application/json");
    }
    for method in [Method::GET, Method::DELETE] {
        let answer = server
            .http
            .request(method, server.url("/mcp"))
            .bearer_auth(secrets::MCP_API_KEY)
            .header("Accept", "text/event-stream")
            .header("Mcp-Session-Id", "made-up")
            .header("Last-Event-ID", "7")
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 405);
    }
}

#[tokio::test]
async fn no_path_of_the_endpoint_redirects() {
    let server = server().await;
    for path in PATHS {
        for bearer in [None, Some(secrets::MCP_API_KEY)] {
            let answer = send(&server, &Method::POST, path, bearer, "*/*").await;
            assert!(!answer.status().is_redirection(), "{path}");
            assert!(!answer.headers().contains_key("location"));
        }
    }
}
