//! Dynamic client registration (RFC 7591).

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::flow::{self, Answer, register_raw};
use crate::support::{Server, ServerOptions};

async fn with_redirect(server: &Server, uri: &str) -> Answer {
    let body = json!({"client_name": "Suite", "redirect_uris": [uri], "token_endpoint_auth_method": "none"});
    register_raw(server, body.to_string()).await
}

#[tokio::test]
async fn a_public_client_gets_an_id_and_no_secret() {
    let server = Server::start().await;
    let body = json!({
        "client_name": "Claude",
        "redirect_uris": ["https://claude.ai/api/mcp/auth_callback"],
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "token_endpoint_auth_method": "none",
        "application_type": "web",
        "scope": "intervals:read intervals:write offline_access openid",
    });
    let answer = register_raw(&server, body.to_string()).await;
    assert_eq!(answer.status, 201);
    assert_eq!(answer.header("cache-control"), "no-store");
    let mut document = answer.json();
    let id = document["client_id"].as_str().unwrap().to_owned();
    assert!(id.starts_with("dcr1.") && id.len() < 1100);
    assert!(
        id.bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"._~-".contains(&b))
    );
    document.as_object_mut().unwrap().remove("client_id");
    assert_eq!(
        document,
        json!({
            "client_id_issued_at": server.clock.unix_seconds(),
            "client_name": "Claude",
            "redirect_uris": ["https://claude.ai/api/mcp/auth_callback"],
            "grant_types": ["authorization_code", "refresh_token"],
            "response_types": ["code"],
            "token_endpoint_auth_method": "none",
            "application_type": "web",
            "scope": "intervals:read intervals:write offline_access",
        })
    );
}

#[tokio::test]
async fn a_confidential_client_gets_a_secret_that_never_expires() {
    let server = Server::start().await;
    for (asked, given) in [
        (json!("client_secret_post"), "client_secret_post"),
        (json!("client_secret_basic"), "client_secret_basic"),
        (Value::Null, "client_secret_basic"),
    ] {
        let body = json!({"redirect_uris": [flow::REDIRECT], "token_endpoint_auth_method": asked});
        let document = register_raw(&server, body.to_string()).await.json();
        assert_eq!(document["token_endpoint_auth_method"], given);
        assert_eq!(document["client_secret_expires_at"], 0);
        let secret = document["client_secret"].as_str().unwrap();
        assert!(
            secret.len() > 40
                && secret
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b"._~-".contains(&b))
        );
    }
}

#[tokio::test]
async fn two_equal_registrations_are_two_clients() {
    let server = Server::start().await;
    let (one, other) = (flow::register(&server).await, flow::register(&server).await);
    assert_ne!(one.id, other.id);
}

#[tokio::test]
async fn optional_members_of_any_type_are_ignored() {
    let server = Server::start().await;
    let body = json!({
        "redirect_uris": [flow::REDIRECT], "client_name": null, "client_uri": "", "logo_uri": null, "contacts": 7, "scope": [],
        "grant_types": null, "response_types": "", "token_endpoint_auth_method": "private_key_jwt", "jwks": {"keys": []},
        "application_type": 3, "software_statement": "x",
    });
    let answer = register_raw(&server, body.to_string()).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    let document = answer.json();
    assert_eq!(document["token_endpoint_auth_method"], "none");
    for (name, value) in document.as_object().unwrap() {
        assert!(!value.is_null() && value != "", "{name}");
    }
}

#[tokio::test]
async fn redirect_uris_that_a_browser_would_repair_run_or_misread_are_refused() {
    let server = Server::start().await;
    for uri in [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)//",
        "java\tscript:alert(1)",
        " javascript:alert(1)",
        "\u{1}javascript:alert(1)",
        "javascript://client.test/%0aalert(1)",
        "data:text/html,<script>alert(1)</script>",
        "vbscript:msgbox(1)",
        "file:///etc/passwd",
        "blob:https://evil.test/1",
        "about:blank",
        "view-source:https://client.test/cb",
        "ftp://client.test/cb",
        "ws://client.test/cb",
        "mailto:a@b.test",
        "intent://x#Intent;end",
        "chrome-extension://abc/x",
        "nodotscheme:/cb",
        "http://evil.test/cb",
        "http://127.0.0.1.evil.test/cb",
        "http://localhost.evil.test/cb",
        "http://localhost@evil.test/callback",
        "http://localhost:x@evil.test/callback",
        "http://localhost:80@evil.test/callback",
        "http://localhost.:80/cb",
        "http://0.0.0.0/cb",
        "http://169.254.169.254/cb",
        "http://10.0.0.1/cb",
        "http://[::ffff:127.0.0.1]/cb",
        "http://2130706433/cb",
        "http://127.1/cb",
        "http://0x7f.1/cb",
        "http://127.0.0.1:99999/cb",
        "HTTP://EVIL.TEST/cb",
        "https://client.test/cb#",
        "https://client.test/cb#frag",
        "https://*.client.test/cb",
        "https://client.test/*",
        "https://claude.ai@evil.test/cb",
        "https://claude.ai:443@evil.test/cb",
        "https://claude.ai\\@evil.test/cb",
        "https://client.test/a/../cb",
        "https://client.test/%2e%2e/cb",
        "https://client.test/..;/cb",
        "https:client.test/cb",
        "https:///client.test/cb",
        "//client.test/cb",
        "/cb",
        "cb",
        "",
        " ",
        "https://",
        "https://client.test:0/cb",
        "https://client.test:99999/cb",
        "https://client.test/cb\n",
        "https://client.test/cb\r\nX: y",
        "https://client.test/c b",
        "https://client.test/cb\u{0}",
        "https://клиент.test/cb",
        "https://client.test/cb%0d%0aX:y",
        "https://127.1/cb",
        "https://client.test/cb?iss=https%3A%2F%2Fevil.test",
        "https://client.test/cb?code=attacker",
        "https://client.test/cb?state=x",
        "https://client.test/cb?error=access_denied",
        "https://client.test/cb?%63ode=x",
        "com.example.app:cb",
        "com..example:/cb",
    ] {
        let answer = with_redirect(&server, uri).await;
        assert_eq!(answer.status, 400, "{uri:?}");
        assert_eq!(answer.error(), "invalid_redirect_uri", "{uri:?}");
        assert_eq!(answer.header("content-type"), "application/json");
        assert_eq!(answer.header("cache-control"), "no-store");
        assert!(!answer.body.contains("client_id"));
    }
}

#[tokio::test]
async fn redirect_uris_of_clients_in_the_field_are_accepted_as_written() {
    let server = Server::start().await;
    for uri in [
        "https://claude.ai/api/mcp/auth_callback",
        "https://claude.com/api/mcp/auth_callback",
        "http://localhost/callback",
        "http://127.0.0.1:33418/",
        "http://[::1]:6274/oauth/callback/debug",
        "https://vscode.dev/redirect",
        "cursor://anysphere.cursor-mcp/oauth/callback",
        "vscode-insiders://ms-vscode.mcp/cb",
        "com.raycast.app:/oauth",
        "claude://x/y",
        "https://chatgpt.com/connector_platform_oauth_redirect",
        "https://chat.example:8443/api/oauth/callback?tenant=a%20b",
    ] {
        let answer = with_redirect(&server, uri).await;
        assert_eq!(answer.status, 201, "{uri}: {}", answer.body);
        assert_eq!(answer.json()["redirect_uris"], json!([uri]));
    }
}

#[tokio::test]
async fn malformed_registrations_are_refused_in_json() {
    let server = Server::start().await;
    for body in [
        "{",
        "[]",
        "null",
        "1",
        "\"x\"",
        "{}",
        "",
        r#"{"redirect_uris":"https://client.test/cb"}"#,
        r#"{"redirect_uris":[1]}"#,
        r#"{"redirect_uris":[null]}"#,
        r#"{"redirect_uris":[]}"#,
        r#"{"redirect_uris":null}"#,
        r#"{"redirect_uris":["https://client.test/cb"],"redirect_uris":["https://evil.test/cb"]}"#,
    ] {
        let answer = register_raw(&server, body).await;
        assert_eq!(answer.status, 400, "{body}");
        assert!(
            ["invalid_client_metadata", "invalid_redirect_uri"].contains(&answer.error().as_str()),
            "{body}"
        );
    }
    let deep = register_raw(&server, "[".repeat(10_000)).await;
    assert_eq!(deep.status, 400);
}

#[tokio::test]
async fn oversized_registrations_are_refused() {
    let server = Server::start().await;
    let long_uri = format!("https://client.test/{}", "a".repeat(5000));
    assert_eq!(with_redirect(&server, &long_uri).await.status, 400);
    let many = json!({"redirect_uris": vec!["https://client.test/cb"; 11]});
    assert_eq!(register_raw(&server, many.to_string()).await.status, 400);
    let huge =
        json!({"redirect_uris": ["https://client.test/cb"], "client_name": "x".repeat(100_000)});
    let answer = register_raw(&server, huge.to_string()).await;
    assert_eq!(answer.status, 413);
    assert_eq!(answer.header("content-type"), "application/json");
    let uris: Vec<String> = (0..4)
        .map(|n| format!("https://client.test/{n}/{}", "a".repeat(300)))
        .collect();
    let together = register_raw(&server, json!({"redirect_uris": uris}).to_string()).await;
    assert_eq!(together.error(), "invalid_client_metadata");
}

#[tokio::test]
async fn a_flood_of_registrations_is_delayed_and_nobody_is_locked_out() {
    let server = Server::start().await;
    let tokens = flow::connect(&server).await;
    let body = json!({"redirect_uris": [flow::REDIRECT]}).to_string();
    let mut refused = None;
    for n in 0..30 {
        let response = server
            .http
            .post(server.url("/register"))
            .header("X-Forwarded-For", format!("10.0.0.{n}"))
            .body(body.clone())
            .send()
            .await
            .unwrap();
        let answer = Answer::of(response).await;
        if answer.status == 429 {
            refused = Some(answer);
            break;
        }
    }
    let refused = refused.expect("no limit within 30 registrations");
    let wait: u64 = refused.header("retry-after").parse().unwrap();
    assert_eq!(refused.header("content-type"), "application/json");
    assert_eq!(tokens.refresh(&server).await.status, 200);
    server.clock.advance(Duration::from_secs(wait));
    assert_eq!(register_raw(&server, body).await.status, 201);
}

fn registration() -> String {
    json!({"redirect_uris": [flow::REDIRECT]}).to_string()
}

/// Registers from an address as our proxy writes it.
async fn register_from(server: &Server, address: &str) -> Answer {
    let request = server.http.post(server.url("/register"));
    let request = request.header("X-Forwarded-For", address);
    Answer::of(request.body(registration()).send().await.unwrap()).await
}

#[tokio::test]
async fn what_is_no_registration_counts_as_none() {
    let server = Server::start().await;
    let bad = json!({"redirect_uris": ["http://evil.test/cb"]}).to_string();
    let long = json!({"redirect_uris": [format!("https://client.test/{}", "a".repeat(900))]});
    let large = "x".repeat(20_000);
    for n in 0..50 {
        for junk in ["{", &bad, &long.to_string()] {
            assert_eq!(register_raw(&server, junk).await.status, 400, "{n}");
        }
        assert_eq!(register_raw(&server, large.as_str()).await.status, 413);
    }
    assert_eq!(register_raw(&server, registration()).await.status, 201);
}

#[tokio::test]
async fn a_few_addresses_cannot_use_up_the_registrations_of_the_others() {
    let server = Server::with(ServerOptions {
        trusted_proxy_hops: 1,
        ..ServerOptions::default()
    })
    .await;
    let mut accepted = 0;
    for round in 0..12 {
        for _ in 0..15 {
            for address in ["198.51.100.1", "2001:db8:1::1"] {
                let answer = register_from(&server, address).await;
                accepted += usize::from(answer.status == 201);
            }
        }
        let honest = register_from(&server, "192.0.2.7").await;
        assert_eq!(honest.status, 201, "round {round}");
        server.clock.advance(Duration::from_secs(5));
    }
    assert_eq!(accepted, 2 * 40);
}

#[tokio::test]
async fn behind_an_undeclared_proxy_everybody_is_one_address_and_waits_for_seconds_only() {
    let server = Server::start().await;
    for round in 0..6 {
        let mut accepted = 0;
        let refused = loop {
            let answer = register_from(&server, &format!("192.0.2.{accepted}")).await;
            if answer.status != 201 {
                break answer;
            }
            accepted += 1;
            assert!(accepted < 30, "round {round}");
        };
        assert_eq!(accepted, 25, "round {round}");
        assert_eq!(refused.status, 429);
        let wait: u64 = refused.header("retry-after").parse().unwrap();
        assert!((1..=10).contains(&wait), "{wait}");
        server.clock.advance(Duration::from_secs(wait));
    }
}
