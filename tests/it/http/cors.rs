//! Which web pages may call.

use intervals_mcp_server::http::AllowedOrigins;
use reqwest::header::{HeaderMap, HeaderValue, ORIGIN};
use reqwest::{Method, Response};

use crate::support::{Server, ServerOptions};

const ENDPOINTS: [&str; 12] = [
    "/",
    "/mcp",
    "/mcp/",
    "/register",
    "/token",
    "/revoke",
    "/oauth/register",
    "/oauth/token",
    "/oauth/revoke",
    "/.well-known/oauth-protected-resource",
    "/.well-known/oauth-protected-resource/mcp",
    "/.well-known/oauth-authorization-server",
];

async fn public(allowed_origins: AllowedOrigins) -> Server {
    Server::with(ServerOptions {
        public_url: Some("https://mcp.test".to_owned()),
        allowed_origins,
        ..ServerOptions::default()
    })
    .await
}

async fn send(server: &Server, method: Method, path: &str, origin: Option<&str>) -> Response {
    let mut headers = HeaderMap::new();
    headers.insert(
        "host",
        HeaderValue::from_str(server.public_url.authority()).unwrap(),
    );
    if let Some(origin) = origin {
        headers.insert(ORIGIN, HeaderValue::from_str(origin).unwrap());
    }
    headers.insert("cookie", HeaderValue::from_static("a=b"));
    if method == Method::OPTIONS {
        headers.insert(
            "access-control-request-method",
            HeaderValue::from_static("POST"),
        );
        headers.insert(
            "access-control-request-headers",
            HeaderValue::from_static(
                "authorization,content-type,mcp-protocol-version,mcp-param-region",
            ),
        );
    }
    let request = server
        .http
        .request(method, server.url(path))
        .headers(headers);
    request.send().await.unwrap()
}

fn allow_origin(response: &Response) -> Option<&str> {
    let value = response.headers().get("access-control-allow-origin")?;
    Some(value.to_str().unwrap())
}

fn list(response: &Response, name: &str) -> Vec<String> {
    let all = response.headers().get_all(name).iter();
    all.flat_map(|v| v.to_str().unwrap().split(','))
        .map(|item| item.trim().to_ascii_lowercase())
        .collect()
}

#[tokio::test]
async fn a_preflight_is_answered_without_credentials_on_every_endpoint_of_clients() {
    let server = public(AllowedOrigins::Any).await;
    for path in ENDPOINTS {
        let answer = send(&server, Method::OPTIONS, path, Some("https://evil.test")).await;
        assert_eq!(answer.status(), 204, "{path}");
        assert_eq!(allow_origin(&answer), Some("*"), "{path}");
        assert_eq!(
            list(&answer, "access-control-allow-methods"),
            ["get", "post", "delete", "options"]
        );
        let headers = list(&answer, "access-control-allow-headers");
        for needed in [
            "authorization",
            "content-type",
            "accept",
            "mcp-protocol-version",
            "mcp-session-id",
            "mcp-method",
            "mcp-name",
            "mcp-param-region",
            "last-event-id",
            "x-api-key",
        ] {
            assert!(headers.iter().any(|h| h == needed), "{path} {needed}");
        }
        assert_eq!(list(&answer, "access-control-max-age"), ["86400"]);
        assert!(
            !answer
                .headers()
                .contains_key("access-control-allow-credentials")
        );
        assert!(!answer.headers().contains_key("www-authenticate"));
    }
}

#[tokio::test]
async fn a_star_is_a_literal_star_without_credentials_for_everybody() {
    let server = public(AllowedOrigins::Any).await;
    for origin in [
        None,
        Some("https://evil.test"),
        Some("null"),
        Some("https://claude.ai"),
    ] {
        for path in [
            "/mcp",
            "/",
            "/token",
            "/.well-known/oauth-authorization-server",
        ] {
            let answer = send(&server, Method::POST, path, origin).await;
            assert_ne!(answer.status(), 403, "{origin:?} {path}");
            assert_eq!(allow_origin(&answer), Some("*"), "{origin:?} {path}");
            let exposed = list(&answer, "access-control-expose-headers");
            for needed in ["www-authenticate", "mcp-protocol-version", "mcp-session-id"] {
                assert!(exposed.iter().any(|h| h == needed));
            }
            assert!(
                !answer
                    .headers()
                    .contains_key("access-control-allow-credentials")
            );
        }
    }
}

#[tokio::test]
async fn pages_never_read_the_consent_page_or_what_is_not_theirs() {
    let server = public(AllowedOrigins::Any).await;
    for path in [
        "/authorize",
        "/oauth/authorize",
        "/connections",
        "/config",
        "/health",
        "/nope",
    ] {
        for method in [Method::GET, Method::OPTIONS, Method::POST] {
            let answer = send(&server, method.clone(), path, Some("https://claude.ai")).await;
            assert_ne!(answer.status(), 204, "{method} {path}");
            let cors = answer
                .headers()
                .keys()
                .any(|k| k.as_str().starts_with("access-control"));
            assert!(!cors, "{method} {path}");
        }
    }
}

#[tokio::test]
async fn on_loopback_a_star_means_loopback_pages_only() {
    let server = Server::start().await;
    for origin in [
        "http://localhost:6274",
        "http://127.0.0.1",
        "https://[::1]:1",
        &server.address,
    ] {
        for method in [Method::POST, Method::OPTIONS] {
            let answer = send(&server, method.clone(), "/mcp", Some(origin)).await;
            assert_ne!(answer.status(), 403, "{method} {origin}");
            assert_eq!(allow_origin(&answer), Some("*"), "{method} {origin}");
            assert!(list(&answer, "vary").iter().any(|v| v == "origin"));
        }
    }
    for origin in [
        "https://evil.test",
        "http://localhost.evil.test",
        "http://evil.test:8000",
        "null",
        "",
        "file://localhost",
    ] {
        for method in [Method::POST, Method::OPTIONS, Method::GET] {
            let answer = send(&server, method.clone(), "/mcp", Some(origin)).await;
            assert_eq!(answer.status(), 403, "{method} {origin}");
            assert_eq!(allow_origin(&answer), None);
        }
    }
    let no_page = send(&server, Method::POST, "/mcp", None).await;
    assert_ne!(no_page.status(), 403);
}

#[tokio::test]
async fn a_list_is_compared_whole_and_refuses_every_other_origin() {
    let server = public(AllowedOrigins::Listed(vec!["https://claude.ai".to_owned()])).await;
    for method in [Method::POST, Method::OPTIONS, Method::GET] {
        for path in ["/mcp", "/mcp/", "/"] {
            for origin in ["https://claude.ai", "https://mcp.test"] {
                let answer = send(&server, method.clone(), path, Some(origin)).await;
                assert_ne!(answer.status(), 403);
                assert_eq!(allow_origin(&answer), Some(origin));
                assert!(list(&answer, "vary").iter().any(|v| v == "origin"));
            }
            for origin in [
                "https://evil.test",
                "https://claude.ai.evil.test",
                "https://evilclaude.ai",
                "http://claude.ai",
                "https://claude.ai:8443",
                "https://CLAUDE.AI",
                "null",
                "",
                "https://claude.ai, https://evil.test",
                "https://claude.ai/",
            ] {
                let answer = send(&server, method.clone(), path, Some(origin)).await;
                assert_eq!(answer.status(), 403, "{method} {path} {origin}");
                assert_eq!(allow_origin(&answer), None);
            }
            let none = send(&server, method.clone(), path, None).await;
            assert_ne!(none.status(), 403);
            assert_eq!(allow_origin(&none), None);
        }
    }
    let elsewhere = send(
        &server,
        Method::GET,
        ENDPOINTS[9],
        Some("https://evil.test"),
    )
    .await;
    assert_ne!(elsewhere.status(), 403);
    assert_eq!(allow_origin(&elsewhere), None);
}

#[tokio::test]
async fn two_origins_are_no_origin() {
    let server = public(AllowedOrigins::Listed(vec!["https://claude.ai".to_owned()])).await;
    let mut headers = HeaderMap::new();
    headers.insert("host", HeaderValue::from_static("mcp.test"));
    headers.append(ORIGIN, HeaderValue::from_static("https://claude.ai"));
    headers.append(ORIGIN, HeaderValue::from_static("https://claude.ai"));
    let request = server.http.post(server.url("/mcp")).headers(headers);
    assert_eq!(request.send().await.unwrap().status(), 403);
}
