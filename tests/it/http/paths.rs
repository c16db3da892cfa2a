//! Fixed paths, and what every answer carries.

use reqwest::header::{ACCEPT, ACCEPT_LANGUAGE, ALLOW, CONTENT_TYPE, VARY};
use reqwest::{Method, Response};
use serde_json::Value;

use super::raw::{exchange, status};
use crate::support::{Server, ServerOptions, secrets};

async fn json(response: Response) -> Value {
    assert_eq!(response.headers()[CONTENT_TYPE], "application/json");
    serde_json::from_str(&response.text().await.unwrap()).unwrap()
}

#[tokio::test]
async fn health_says_ok_and_the_version_and_nothing_else() {
    let server = Server::start().await;
    let answer = server.http.get(server.url("/health")).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(
        json(answer).await,
        serde_json::json!({"status": "ok", "version": env!("CARGO_PKG_VERSION")})
    );
    let head = server
        .http
        .head(server.url("/health"))
        .send()
        .await
        .unwrap();
    assert_eq!(head.status(), 200);
}

#[tokio::test]
async fn health_answers_whatever_the_host_header_says() {
    let server = Server::with(ServerOptions {
        public_url: Some("https://mcp.test".to_owned()),
        ..ServerOptions::default()
    })
    .await;
    for host in [
        "Host: healthcheck.railway.app\r\n",
        "Host: 10.0.0.1:8000\r\n",
        "Host:\r\n",
    ] {
        let request = format!("GET /health HTTP/1.1\r\n{host}Connection: close\r\n\r\n");
        assert_eq!(
            status(&exchange(&server.address, &request).await),
            200,
            "{host}"
        );
    }
    let old = exchange(&server.address, "GET /health HTTP/1.0\r\n\r\n").await;
    assert_eq!(status(&old), 200);
}

#[tokio::test]
async fn unknown_paths_are_json_404_and_never_401_or_html() {
    let server = Server::start().await;
    for path in [
        "/nope",
        "/.env",
        "/.git/config",
        "/info",
        "/metrics",
        "/admin",
        "/docs",
        "/openapi.json",
        "/favicon.ico",
        "/mcp/x",
        "/health/",
        "/.well-known/openid-configuration",
        "/..%2f..%2fetc/passwd",
        "/%00",
        "/<script>alert(1)</script>",
    ] {
        for method in [Method::GET, Method::POST, Method::DELETE] {
            let request = server
                .http
                .request(method.clone(), server.url(path))
                .header(ACCEPT, "text/html")
                .header("X-HTTP-Method-Override", "POST");
            let answer = request.send().await.unwrap();
            assert_eq!(answer.status(), 404, "{method} {path}");
            let text = json(answer).await.to_string();
            assert!(text.contains("not_found"), "{path}");
            assert!(
                !text.contains("<script") && !text.contains("athlete"),
                "{path}"
            );
        }
    }
}

#[tokio::test]
async fn a_method_that_a_path_does_not_take_is_json_405_with_allow() {
    let server = Server::start().await;
    for path in ["/health", "/config"] {
        let answer = server.http.post(server.url(path)).send().await.unwrap();
        assert_eq!(answer.status(), 405);
        assert_eq!(answer.headers()[ALLOW], "GET,HEAD");
        assert_eq!(json(answer).await["error"], "method_not_allowed");
    }
}

#[tokio::test]
async fn methods_that_no_path_takes_are_refused_before_anything_else() {
    let server = Server::start().await;
    for method in ["TRACE", "CONNECT", "PROPFIND", "get"] {
        let target = if method == "CONNECT" {
            "mcp.test:443"
        } else {
            "/mcp"
        };
        let request = format!(
            "{method} {target} HTTP/1.1\r\nHost: localhost\r\nX-Secret: echo-me\r\nConnection: close\r\n\r\n"
        );
        let answer = exchange(&server.address, &request).await;
        assert_eq!(status(&answer), 405, "{method}");
        assert!(
            answer.to_ascii_lowercase().contains("\r\nallow: "),
            "{answer}"
        );
        assert!(!answer.contains("echo-me"));
    }
}

#[tokio::test]
async fn config_serves_the_document_of_the_settings() {
    let server = Server::start().await;
    let answer = server.http.get(server.url("/config")).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let text = json(answer).await.to_string();
    for hidden in [secrets::SIGNING, secrets::OWNER, "i424242"] {
        assert!(!text.contains(hidden));
    }
}

#[tokio::test]
async fn every_answer_carries_an_id_and_the_security_headers() {
    let server = Server::start().await;
    let mut seen = std::collections::HashSet::new();
    for path in ["/health", "/config", "/nope", "/mcp", "/"] {
        let request = server
            .http
            .get(server.url(path))
            .header("X-Request-Id", "mine");
        let answer = request.send().await.unwrap();
        let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
        assert!(seen.insert(header("x-request-id")));
        assert_eq!(header("x-content-type-options"), "nosniff");
        assert_eq!(header("referrer-policy"), "no-referrer");
        assert_eq!(header("x-frame-options"), "DENY");
        assert!(header("content-security-policy").contains("frame-ancestors 'none'"));
        assert!(!answer.headers().contains_key("strict-transport-security"));
        assert!(!answer.headers().contains_key("server"));
    }
    assert!(!seen.contains("mine"));
    let config = server.http.get(server.url("/config")).send().await.unwrap();
    assert_eq!(config.headers()["cache-control"], "no-store");
}

#[tokio::test]
async fn a_server_on_https_says_so_for_good() {
    let server = Server::with(ServerOptions {
        public_url: Some("https://mcp.test".to_owned()),
        ..ServerOptions::default()
    })
    .await;
    let answer = server.http.get(server.url("/health")).send().await.unwrap();
    assert!(answer.headers().contains_key("strict-transport-security"));
}

#[tokio::test]
async fn a_browser_at_the_root_sees_the_url_to_paste() {
    let server = Server::start().await;
    let url = format!("{}/mcp", server.address);
    for (languages, language, word) in [
        ("de, en;q=0.8, ja;q=0.5", "en", "Connectors"),
        ("", "en", "Connectors"),
        ("ja-JP,ja;q=0.9,en;q=0.8", "ja", "コネクタ"),
        ("fr,ja;q=0.5", "ja", "コネクタ"),
    ] {
        let answer = server
            .http
            .get(server.url("/"))
            .header(ACCEPT, "text/html,application/xhtml+xml,*/*;q=0.8")
            .header(ACCEPT_LANGUAGE, languages)
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 200);
        let headers = answer.headers().clone();
        assert_eq!(headers[CONTENT_TYPE], "text/html; charset=utf-8");
        assert_eq!(headers["content-language"], language);
        let vary: Vec<_> = headers
            .get_all(VARY)
            .iter()
            .map(|v| v.to_str().unwrap())
            .collect();
        let vary = vary.join(",").to_ascii_lowercase();
        assert!(
            vary.contains("accept,") || vary.ends_with("accept"),
            "{vary}"
        );
        let policy = headers["content-security-policy"].to_str().unwrap();
        assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"));
        assert!(!policy.contains("unsafe"));
        let page = answer.text().await.unwrap();
        assert!(page.contains(&format!("<code>{url}</code>")), "{page}");
        assert!(page.contains(word) && !page.contains("<script"), "{page}");
        assert!(!page.contains("i424242"));
    }
}

#[tokio::test]
async fn the_style_of_the_page_is_the_one_that_its_policy_allows() {
    use base64::Engine;
    use sha2::{Digest, Sha256};

    let server = Server::start().await;
    let request = server.http.get(server.url("/")).header(ACCEPT, "text/html");
    let answer = request.send().await.unwrap();
    let policy = answer.headers()["content-security-policy"]
        .to_str()
        .unwrap()
        .to_owned();
    let page = answer.text().await.unwrap();
    let (_, rest) = page.split_once("<style>").unwrap();
    let (style, _) = rest.split_once("</style>").unwrap();
    let hash = base64::engine::general_purpose::STANDARD.encode(Sha256::digest(style));
    assert!(policy.contains(&format!("'sha256-{hash}'")), "{policy}");
}

#[tokio::test]
async fn only_browsers_get_the_page_and_only_at_the_root() {
    let server = Server::start().await;
    for (method, path, accept) in [
        (Method::GET, "/", "*/*"),
        (Method::GET, "/", "application/json"),
        (Method::GET, "/", "text/event-stream"),
        (Method::GET, "/", "text/html, text/event-stream"),
        (Method::POST, "/", "text/html"),
        (Method::GET, "/mcp", "text/html"),
    ] {
        let request = server.http.request(method.clone(), server.url(path));
        let answer = request.header(ACCEPT, accept).send().await.unwrap();
        let kind = answer.headers().get(CONTENT_TYPE).cloned();
        assert!(
            kind.is_none_or(|kind| !kind.to_str().unwrap().contains("html")),
            "{method} {path} {accept}"
        );
    }
    let head = server
        .http
        .head(server.url("/"))
        .header(ACCEPT, "text/html");
    let head = head.send().await.unwrap();
    assert_eq!(head.status(), 200);
    assert_eq!(head.headers()[CONTENT_TYPE], "text/html; charset=utf-8");
}
