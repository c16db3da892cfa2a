//! Requests for somebody else.

use super::raw::{exchange, status};
use crate::support::{Server, ServerOptions};

async fn answered(server: &Server, target: &str, hosts: &[&str]) -> u16 {
    let lines: String = hosts
        .iter()
        .map(|host| format!("Host: {host}\r\n"))
        .collect();
    let request = format!("GET {target} HTTP/1.1\r\n{lines}Connection: close\r\n\r\n");
    status(&exchange(&server.address, &request).await)
}

#[tokio::test]
async fn on_the_internet_only_the_host_of_base_url_is_answered() {
    let server = Server::with(ServerOptions {
        public_url: Some("https://mcp.test".to_owned()),
        ..ServerOptions::default()
    })
    .await;
    for right in ["mcp.test", "MCP.TEST", "mcp.test:443"] {
        assert_eq!(answered(&server, "/config", &[right]).await, 200, "{right}");
    }
    for wrong in [
        "evil.test",
        "mcp.test.evil.test",
        "mcp.test:9999",
        "user@mcp.test",
        "localhost",
        "127.0.0.1",
        "",
    ] {
        for path in [
            "/config",
            "/mcp",
            "/",
            "/.well-known/oauth-authorization-server",
            "/nope",
        ] {
            assert_eq!(
                answered(&server, path, &[wrong]).await,
                421,
                "{wrong} {path}"
            );
        }
    }
}

#[tokio::test]
async fn on_loopback_a_page_with_a_name_of_its_own_is_not_answered() {
    let server = Server::start().await;
    for right in ["localhost:9", "127.0.0.1", "[::1]:8000"] {
        assert_eq!(answered(&server, "/config", &[right]).await, 200, "{right}");
    }
    for wrong in ["evil.test", "localhost.evil.test", "192.168.0.1"] {
        assert_eq!(answered(&server, "/config", &[wrong]).await, 421, "{wrong}");
    }
}

#[tokio::test]
async fn a_request_names_exactly_one_host() {
    let server = Server::start().await;
    assert_eq!(answered(&server, "/mcp", &[]).await, 400);
    assert_eq!(
        answered(&server, "/mcp", &["localhost", "localhost"]).await,
        400
    );
    assert_eq!(
        answered(&server, "/mcp", &["localhost", "evil.test"]).await,
        400
    );
}

#[tokio::test]
async fn an_absolute_target_counts_as_a_host() {
    let server = Server::start().await;
    assert_eq!(
        answered(&server, "http://evil.test/config", &["localhost"]).await,
        421
    );
    assert_eq!(
        answered(&server, "http://localhost/config", &["localhost"]).await,
        200
    );
}

#[tokio::test]
async fn forwarded_headers_do_not_change_who_we_are() {
    let server = Server::start().await;
    let request = "GET /config HTTP/1.1\r\nHost: evil.test\r\nX-Forwarded-Host: localhost\r\nForwarded: host=localhost\r\nConnection: close\r\n\r\n";
    assert_eq!(status(&exchange(&server.address, request).await), 421);
}
