//! Authorization requests: what is accepted, and where the refusal of the rest goes.

use crate::support::flow::{self, Answer, Browser, Client, REDIRECT, Request};
use crate::support::{Server, secrets};

async fn stays_local(server: &Server, request: &Request) -> Answer {
    let answer = Browser::new(server).get(&request.query()).await;
    assert_eq!(answer.status, 400, "{}", answer.body);
    assert_eq!(answer.location(), "");
    assert!(answer.has_no_code());
    assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
    assert_eq!(answer.header("cache-control"), "no-store");
    answer
}

#[tokio::test]
async fn an_unknown_client_is_told_on_a_page_of_ours() {
    let server = Server::start().await;
    let client = flow::register(&server).await;
    let id = &client.id;
    for unknown in [
        "",
        "unknown",
        &format!("{id}\0"),
        &format!("{id} "),
        "../../x",
        &"a".repeat(10_000),
        "https://evil.test/",
        "vxOwrOKlZZO40tGXzqeR0A",
        &id[..id.len() - 1],
        &id.to_uppercase(),
    ] {
        stays_local(
            &server,
            &Request::of(&server, &client).with("client_id", unknown),
        )
        .await;
    }
    stays_local(&server, &Request::of(&server, &client).without("client_id")).await;
    stays_local(&server, &Request::of(&server, &client).and("client_id", id)).await;
}

#[tokio::test]
async fn a_client_that_prefers_json_is_told_where_to_register() {
    let server = Server::start().await;
    let client = flow::register(&server).await;
    let browser = Browser::new(&server).with_header("accept", "application/json");
    let unknown = browser
        .get(
            &Request::of(&server, &client)
                .with("client_id", "unknown")
                .query(),
        )
        .await;
    assert_eq!(unknown.status, 400);
    assert_eq!(
        unknown.json(),
        serde_json::json!({
            "error": "invalid_client",
            "error_description": "Client ID is not registered with this server",
            "registration_endpoint": server.public_url.at("/register"),
        })
    );
    let other = browser
        .get(
            &Request::of(&server, &client)
                .with("redirect_uri", "https://evil.test/cb")
                .query(),
        )
        .await;
    assert!(other.status == 400 && other.error() == "invalid_request");
}

#[tokio::test]
async fn only_the_registered_redirect_uri_is_accepted() {
    let server = Server::start().await;
    let client = flow::register_with(&server, "https://client.test/cb", "none").await;
    for uri in [
        "https://client.test/cb/",
        "https://client.test/cb?x=1",
        "https://client.test/CB",
        "https://CLIENT.test/cb",
        "https://client.test:443/cb",
        "http://client.test/cb",
        "https://client.test/cb%2f",
        "https://client.test/cb#",
        "https://client.test/%63b",
        "https://client.test/cb/../x",
        "https://client.test.evil.test/cb",
        "https://client.test@evil.test/cb",
        "https://client.test/cb\r\nX:y",
        "https://evil.test/cb",
        "https://client.test/c",
        "javascript:alert(1)",
    ] {
        stays_local(
            &server,
            &Request::of(&server, &client).with("redirect_uri", uri),
        )
        .await;
    }
    let twice = Request::of(&server, &client).and("redirect_uri", "https://client.test/cb");
    stays_local(&server, &twice).await;
    Browser::new(&server)
        .open(&Request::of(&server, &client))
        .await;
    // The only one may be left out, as RFC 6749 has it.
    Browser::new(&server)
        .open(&Request::of(&server, &client).without("redirect_uri"))
        .await;
}

#[tokio::test]
async fn of_two_redirect_uris_one_must_be_named() {
    let server = Server::start().await;
    let body = serde_json::json!({"redirect_uris": ["https://client.test/a", "https://client.test/b"], "token_endpoint_auth_method": "none"});
    let id = flow::register_raw(&server, body.to_string()).await.json()["client_id"]
        .as_str()
        .unwrap()
        .to_owned();
    let client = Client {
        id,
        secret: None,
        redirect_uri: "https://client.test/b".to_owned(),
    };
    Browser::new(&server)
        .open(&Request::of(&server, &client))
        .await;
    stays_local(
        &server,
        &Request::of(&server, &client).without("redirect_uri"),
    )
    .await;
}

#[tokio::test]
async fn on_loopback_only_the_port_may_differ() {
    let server = Server::start().await;
    let client = flow::register_with(&server, "http://127.0.0.1:3000/callback", "none").await;
    for uri in [
        "http://127.0.0.1:51004/callback",
        "http://127.0.0.1:1/callback",
    ] {
        Browser::new(&server)
            .open(&Request::of(&server, &client).with("redirect_uri", uri))
            .await;
    }
    for uri in [
        "http://localhost:3000/callback",
        "http://[::1]:3000/callback",
        "http://127.0.0.2:3000/callback",
        "http://127.0.0.1:3000/callback?bar=foo",
        "http://127.0.0.1:3000/callback/",
        "https://127.0.0.1:3000/callback",
        "http://127.0.0.1:80@evil.test/callback",
        "http://127.0.0.1:0/callback",
        "http://127.0.0.1:65536/callback",
    ] {
        stays_local(
            &server,
            &Request::of(&server, &client).with("redirect_uri", uri),
        )
        .await;
    }
}

/// Changes to a request, each with the error that it must lead to.
fn mistakes(request: &Request) -> Vec<(Request, &'static str)> {
    let r = || request.clone();
    let mut all = vec![
        (r().without("code_challenge"), "invalid_request"),
        (r().with("code_challenge", ""), "invalid_request"),
        (
            r().with("code_challenge_method", "plain"),
            "invalid_request",
        ),
        (r().without("code_challenge_method"), "invalid_request"),
        (r().with("code_challenge_method", "s256"), "invalid_request"),
        (r().with("code_challenge_method", "S512"), "invalid_request"),
        (
            r().with("code_challenge", &"a".repeat(42)),
            "invalid_request",
        ),
        (
            r().with("code_challenge", &"a".repeat(129)),
            "invalid_request",
        ),
        (
            r().with("code_challenge", &format!("{}=", "a".repeat(42))),
            "invalid_request",
        ),
        (
            r().with("code_challenge", &format!("{}+/A", "a".repeat(40))),
            "invalid_request",
        ),
        (r().without("response_type"), "invalid_request"),
        (r().with("response_mode", "fragment"), "invalid_request"),
        (r().with("response_mode", "form_post"), "invalid_request"),
        (
            r().with("request_uri", "https://canary.test/r"),
            "request_uri_not_supported",
        ),
        (
            r().with("request", "eyJhbGciOiJub25lIn0.e30."),
            "request_not_supported",
        ),
        (r().with("state", &"s".repeat(5000)), "invalid_request"),
    ];
    for response_type in ["token", "code token", "code id_token", "none", "CODE"] {
        all.push((
            r().with("response_type", response_type),
            "unsupported_response_type",
        ));
    }
    for name in [
        "state",
        "code_challenge",
        "code_challenge_method",
        "scope",
        "response_type",
    ] {
        all.push((r().and(name, "x"), "invalid_request"));
    }
    for resource in [
        "https://evil.test/mcp",
        "http://127.0.0.1/other",
        "mcp.test/mcp",
        "https://evil.test/mcp#f",
    ] {
        all.push((r().with("resource", resource), "invalid_target"));
        all.push((r().and("resource", resource), "invalid_target"));
    }
    all
}

#[tokio::test]
async fn mistakes_of_a_loopback_client_go_back_to_it_with_state_and_issuer() {
    let server = Server::start().await;
    let client = flow::register(&server).await;
    let browser = Browser::new(&server);
    for (request, error) in mistakes(&Request::of(&server, &client)) {
        let answer = browser.get(&request.query()).await;
        assert_eq!(answer.status, 303, "{request:?}");
        assert!(
            answer
                .location()
                .starts_with(&format!("{REDIRECT}?error={error}&")),
            "{}",
            answer.location()
        );
        assert_eq!(
            answer.redirect_parameter("iss").as_deref(),
            Some(server.public_url.origin())
        );
        if request.query().matches("state=").count() == 1
            && !request.query().contains(&"s".repeat(5000))
        {
            assert_eq!(
                answer.redirect_parameter("state").as_deref(),
                Some(flow::STATE)
            );
        }
        assert!(
            answer.has_no_code() || answer.location().contains("code_challenge"),
            "{}",
            answer.location()
        );
    }
}

#[tokio::test]
async fn mistakes_of_a_stranger_stay_local() {
    let server = Server::start().await;
    let client = flow::register_with(&server, "https://evil.test/cb", "none").await;
    for (request, error) in mistakes(&Request::of(&server, &client)) {
        let answer = Browser::new(&server).get(&request.query()).await;
        assert_eq!(answer.status, 400);
        assert_eq!(answer.location(), "");
        assert!(answer.body.contains(error), "{error}");
    }
}

#[tokio::test]
async fn known_clients_hear_of_their_mistakes() {
    let server = Server::start().await;
    let client =
        flow::register_with(&server, "https://claude.ai/api/mcp/auth_callback", "none").await;
    let answer = Browser::new(&server)
        .get(
            &Request::of(&server, &client)
                .with("response_type", "token")
                .query(),
        )
        .await;
    assert_eq!(answer.status, 303);
    assert!(
        answer.location().starts_with(
            "https://claude.ai/api/mcp/auth_callback?error=unsupported_response_type&"
        )
    );
}

#[tokio::test]
async fn unknown_parameters_and_spellings_of_our_resource_are_fine() {
    let server = Server::start().await;
    let client = flow::register(&server).await;
    let browser = Browser::new(&server);
    let request = || Request::of(&server, &client);
    let origin = server.public_url.origin().to_owned();
    browser
        .open(
            &request()
                .and("nonce", "n")
                .and("prompt", "consent")
                .and("prompt", "login")
                .and("claims", "{}"),
        )
        .await;
    browser.open(&request().without("resource")).await;
    browser.open(&request().without("state")).await;
    browser.open(&request().and("resource", &origin)).await;
    for resource in [
        origin.clone(),
        format!("{origin}/"),
        format!("{origin}/mcp/"),
        origin.to_uppercase(),
    ] {
        browser.open(&request().with("resource", &resource)).await;
    }
}

#[tokio::test]
async fn the_redirect_keeps_its_query_and_carries_state_and_issuer_once() {
    let server = Server::start().await;
    let client = flow::register_with(&server, "https://client.test/cb?tenant=a%20b", "none").await;
    let browser = Browser::new(&server);
    let state = "a b+c&d=e%20f/日本#?\"'<";
    let page = browser
        .open(&Request::of(&server, &client).with("state", state))
        .await;
    let answer = browser.approve(&page, secrets::OWNER).await;
    assert_eq!(answer.status, 303);
    assert!(
        answer
            .location()
            .starts_with("https://client.test/cb?tenant=a%20b&code=")
    );
    assert_eq!(answer.redirect_parameter("state").as_deref(), Some(state));
    assert_eq!(
        answer.redirect_parameter("iss").as_deref(),
        Some(server.public_url.origin())
    );
    assert!(answer.code().unwrap().len() >= 43);
    assert_eq!(answer.header("cache-control"), "no-store");
    let page = browser
        .open(&Request::of(&server, &client).without("state"))
        .await;
    let answer = browser.approve(&page, secrets::OWNER).await;
    assert_eq!(answer.redirect_parameter("state"), None);
}

#[tokio::test]
async fn both_forms_of_each_path_work() {
    let server = Server::start().await;
    let client = flow::register(&server).await;
    let query = Request::of(&server, &client).query();
    let answer = server
        .http
        .get(server.url(&format!("/oauth/authorize?{query}")))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 200);
    for (path, status) in [("/oauth/register", 400), ("/oauth/token", 400)] {
        assert_eq!(
            server
                .http
                .post(server.url(path))
                .body("")
                .send()
                .await
                .unwrap()
                .status(),
            status
        );
        assert_eq!(
            server
                .http
                .get(server.url(path))
                .send()
                .await
                .unwrap()
                .status(),
            405
        );
    }
}
