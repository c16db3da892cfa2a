//! Connecting and calling through a proxy, as Claude does.

use std::collections::BTreeMap;

use reqwest::header::HeaderMap;
use serde_json::json;

use super::front::{Front, installed};
use crate::support::flow::{self, Answer, Browser, Request, Tokens, VERIFIER};
use crate::support::{Caller, LEGACY, MODERN, Server, secrets};

async fn get(server: &Server, path: &str) -> Answer {
    Answer::of(server.http.get(server.url(path)).send().await.unwrap()).await
}

#[tokio::test]
async fn an_app_connects_calls_refreshes_and_is_disconnected_behind_either_proxy() {
    for proxy in installed() {
        let front = Front::of(proxy).await;
        let server = &front.server;
        let origin = server.public_url.origin();

        let stranger = Caller::anonymous(server)
            .legacy("tools/list", json!({}))
            .await;
        assert_eq!(stranger.status, 401);
        let challenge = stranger.headers["www-authenticate"].to_str().unwrap();
        let document = format!("{origin}/.well-known/oauth-protected-resource/mcp");
        assert!(challenge.contains(&document), "{challenge}");
        let resource = get(server, "/.well-known/oauth-protected-resource/mcp").await;
        assert_eq!(resource.json()["resource"], server.public_url.mcp());
        assert_eq!(resource.json()["authorization_servers"], json!([origin]));
        let metadata = get(server, "/.well-known/oauth-authorization-server").await;
        assert_eq!(metadata.json()["issuer"], origin);
        for endpoint in ["authorization", "token", "registration", "revocation"] {
            let url = metadata.json()[format!("{endpoint}_endpoint")].clone();
            let url = url.as_str().unwrap().to_owned();
            assert!(url.starts_with(&format!("{origin}/")), "{url}");
        }

        let client = flow::register(server).await;
        let browser = Browser::new(server);
        let page = browser.open(&Request::of(server, &client)).await;
        let cookies = page.answer.headers.get_all("set-cookie");
        let cookies: Vec<_> = cookies.iter().map(|c| c.to_str().unwrap()).collect();
        assert!(!cookies.is_empty(), "{proxy:?}");
        for cookie in cookies {
            assert!(cookie.starts_with("__Host-"), "{cookie}");
            assert!(cookie.contains("Secure"), "{cookie}");
        }
        let wrong = browser.approve(&page, "not the password").await;
        assert_eq!(wrong.status, 403, "{}", wrong.body);
        let page = browser.open(&Request::of(server, &client)).await;
        let answer = browser.approve(&page, secrets::OWNER).await;
        assert_eq!(answer.status, 303, "{}", answer.body);
        assert_eq!(answer.redirect_parameter("iss").as_deref(), Some(origin));
        let code = answer.code().unwrap();
        let redeemed = flow::exchange(server, &client, &code, VERIFIER).await;
        let tokens = Tokens::of(&redeemed, &client);
        let again = flow::exchange(server, &client, &code, "x".repeat(43).as_str()).await;
        assert_eq!(again.error(), "invalid_grant");

        // A code that is used again ends what it led to, so that the app has to be connected once more.
        drop(tokens);
        let tokens = flow::connect(server).await;
        calls_in_both_eras(server, &tokens).await;
        let refreshed = Tokens::of(&tokens.refresh(server).await, &tokens.client);
        assert!(flow::is_let_in(server, &refreshed.access_token).await);

        let fields = [
            ("token", refreshed.refresh_token.as_str()),
            ("client_id", &tokens.client.id),
        ];
        let revoked = server
            .http
            .post(server.url("/revoke"))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .body(flow::encode(&fields))
            .send();
        assert_eq!(revoked.await.unwrap().status(), 200);
        assert!(!flow::is_let_in(server, &refreshed.access_token).await);
        assert_eq!(refreshed.refresh(server).await.error(), "invalid_grant");
    }
}

async fn calls_in_both_eras(server: &Server, tokens: &Tokens) {
    let caller = Caller::with_token(server, &tokens.access_token);
    let hello = json!({
        "protocolVersion": LEGACY,
        "capabilities": {},
        "clientInfo": { "name": "tests", "version": "1" },
    });
    let hello = caller.legacy("initialize", hello).await;
    assert_eq!(hello.body["result"]["protocolVersion"], LEGACY);
    let found = caller.modern("server/discover", json!({})).await;
    let versions = &found.body["result"]["supportedVersions"];
    assert!(
        versions.as_array().unwrap().contains(&json!(MODERN)),
        "{found:?}"
    );
    for name in ["get_today", "list_activities"] {
        let params = json!({ "name": name, "arguments": {} });
        let legacy = caller.legacy("tools/call", params.clone()).await;
        let modern = caller.modern("tools/call", params).await;
        for answer in [legacy, modern] {
            assert_eq!(answer.status, 200, "{answer:?}");
            assert_eq!(answer.body["result"]["isError"], false, "{answer:?}");
        }
    }
}

/// The headers of an answer but for those that belong to a connection or to one answer alone.
fn lasting(headers: &HeaderMap) -> BTreeMap<String, Vec<String>> {
    let passing = [
        "alt-svc",
        "connection",
        "content-length",
        "date",
        "keep-alive",
        "server",
        "set-cookie",
        "transfer-encoding",
        "via",
        "x-request-id",
    ];
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, value) in headers {
        if !passing.contains(&name.as_str()) {
            let value = value.to_str().unwrap();
            // A nonce is another one each time.
            let parts = value.split('\'').map(|part| match part {
                nonce if nonce.starts_with("nonce-") => "nonce",
                part => part,
            });
            let values = found.entry(name.to_string()).or_default();
            values.push(parts.collect::<Vec<_>>().join("'"));
        }
    }
    found
}

#[tokio::test]
async fn what_the_server_says_about_its_answers_survives_the_proxy_once_and_unchanged() {
    for proxy in installed() {
        let front = Front::of(proxy).await;
        let client = flow::register(&front.server).await;
        let authorize = Request::of(&front.server, &client).query();
        for path in [
            "/",
            "/connections",
            "/.well-known/oauth-authorization-server",
            "/mcp",
            "/nothing/here",
            &format!("/authorize?{authorize}"),
        ] {
            let behind = get(&front.server, path).await;
            let direct = get(&front.direct, path).await;
            assert_eq!(behind.status, direct.status, "{proxy:?} {path}");
            assert_eq!(
                lasting(&behind.headers),
                lasting(&direct.headers),
                "{proxy:?} {path}"
            );
            let hsts = behind.header("strict-transport-security");
            assert_eq!(hsts, "max-age=31536000", "{proxy:?} {path}");
            assert!(behind.headers.contains_key("content-security-policy"));
        }
    }
}

#[tokio::test]
async fn a_request_for_another_host_is_refused_by_the_server_or_the_proxy() {
    for proxy in installed() {
        let front = Front::of(proxy).await;
        let asked = front.server.http.get(front.server.url("/"));
        let answer = asked.header("Host", "evil.example").send().await.unwrap();
        let answer = Answer::of(answer).await;
        // Caddy knows no such site and answers with nothing; nginx has no other site to give it to.
        assert_ne!(answer.body, get(&front.server, "/").await.body, "{proxy:?}");
        assert!(
            answer.status == 421 || answer.body.is_empty(),
            "{proxy:?}: {answer:?}"
        );
    }
}
