//! The documents that clients read before anything else.

use serde_json::json;

use crate::support::flow::Answer;
use crate::support::{Server, ServerOptions};

async fn get(server: &Server, path: &str) -> Answer {
    Answer::of(server.http.get(server.url(path)).send().await.unwrap()).await
}

async fn public() -> Server {
    Server::with(ServerOptions {
        public_url: Some("https://mcp.example.com".to_owned()),
        ..ServerOptions::default()
    })
    .await
}

const SCOPES: [&str; 4] = [
    "intervals:read",
    "intervals:write",
    "intervals:delete",
    "intervals:settings",
];

#[tokio::test]
async fn each_resource_document_names_the_url_that_was_typed() {
    let server = public().await;
    let base = "/.well-known/oauth-protected-resource";
    for (path, resource) in [
        (base.to_owned(), "https://mcp.example.com"),
        (format!("{base}/mcp"), "https://mcp.example.com/mcp"),
        (format!("{base}/mcp/"), "https://mcp.example.com/mcp"),
    ] {
        let answer = get(&server, &path).await;
        assert_eq!(answer.status, 200, "{path}");
        assert_eq!(answer.header("content-type"), "application/json");
        assert_eq!(answer.header("cache-control"), "public, max-age=300");
        assert_eq!(
            answer.json(),
            json!({
                "resource": resource,
                "authorization_servers": ["https://mcp.example.com"],
                "scopes_supported": SCOPES,
                "bearer_methods_supported": ["header"],
                "resource_name": "Intervals.icu MCP",
            })
        );
    }
}

#[tokio::test]
async fn the_server_document_tells_what_is_there_and_nothing_else() {
    let server = public().await;
    for path in [
        "/.well-known/oauth-authorization-server",
        "/.well-known/oauth-authorization-server/mcp",
    ] {
        let answer = get(&server, path).await;
        assert_eq!(answer.header("cache-control"), "public, max-age=300");
        assert_eq!(
            answer.json(),
            json!({
                "issuer": "https://mcp.example.com",
                "authorization_endpoint": "https://mcp.example.com/authorize",
                "token_endpoint": "https://mcp.example.com/token",
                "registration_endpoint": "https://mcp.example.com/register",
                "revocation_endpoint": "https://mcp.example.com/revoke",
                "response_types_supported": ["code"],
                "response_modes_supported": ["query"],
                "grant_types_supported": ["authorization_code", "refresh_token"],
                "code_challenge_methods_supported": ["S256"],
                "token_endpoint_auth_methods_supported": ["none", "client_secret_post", "client_secret_basic"],
                "revocation_endpoint_auth_methods_supported": ["none", "client_secret_post", "client_secret_basic"],
                "scopes_supported": [SCOPES[0], SCOPES[1], SCOPES[2], SCOPES[3], "offline_access"],
                "authorization_response_iss_parameter_supported": true,
                "client_id_metadata_document_supported": true,
                "protected_resources": ["https://mcp.example.com", "https://mcp.example.com/mcp"],
            })
        );
    }
}

#[tokio::test]
async fn forwarded_headers_change_no_url() {
    let server = public().await;
    let response = server
        .http
        .get(server.url("/.well-known/oauth-authorization-server"))
        .header("X-Forwarded-Host", "evil.test")
        .header("X-Forwarded-Proto", "http")
        .header("Forwarded", "host=evil.test;proto=http")
        .send()
        .await
        .unwrap();
    let answer = Answer::of(response).await;
    assert_eq!(answer.status, 200);
    assert!(!answer.body.contains("evil.test") && !answer.body.contains("http://"));
}

#[tokio::test]
async fn there_is_no_openid_configuration_and_no_key_set() {
    let server = Server::start().await;
    for path in [
        "/.well-known/openid-configuration",
        "/.well-known/openid-configuration/mcp",
        "/.well-known/jwks.json",
    ] {
        assert_eq!(get(&server, path).await.status, 404, "{path}");
    }
}
