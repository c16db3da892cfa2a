//! What stands before the MCP endpoint.

use std::time::Duration;

use axum::Router;
use axum::routing::post;
use intervals_mcp_server::clock::Clock;
use intervals_mcp_server::identity::{Caller, MissingScopes, Scope, Scopes};
use intervals_mcp_server::oauth::{OAuth, OwnerSecret, Settings};
use intervals_mcp_server::public_url::PublicUrl;
use intervals_mcp_server::state::MemoryStore;
use reqwest::Method;

use crate::support::flow::{self, Answer, is_let_in};
use crate::support::{Server, ServerOptions, secrets};

const SCOPES: &str = "scope=\"intervals:read intervals:write\"";

async fn public() -> Server {
    Server::with(ServerOptions {
        public_url: Some("https://mcp.example.com".to_owned()),
        mcp_api_key: Some(secrets::MCP_API_KEY.to_owned()),
        ..ServerOptions::default()
    })
    .await
}

async fn send(server: &Server, method: Method, path: &str, headers: &[(&str, &str)]) -> Answer {
    let mut request = server.http.request(method, server.url(path));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    Answer::of(request.send().await.unwrap()).await
}

async fn with(server: &Server, headers: &[(&str, &str)]) -> Answer {
    send(server, Method::POST, "/mcp", headers).await
}

#[tokio::test]
async fn without_a_credential_each_path_names_its_own_document() {
    let server = public().await;
    let document = "https://mcp.example.com/.well-known/oauth-protected-resource";
    for (path, metadata) in [
        ("/mcp", format!("{document}/mcp")),
        ("/mcp/", format!("{document}/mcp")),
        ("/", document.to_owned()),
    ] {
        for method in [
            Method::POST,
            Method::GET,
            Method::HEAD,
            Method::DELETE,
            Method::PUT,
            Method::PATCH,
        ] {
            let answer = send(&server, method.clone(), path, &[]).await;
            assert_eq!(answer.status, 401, "{method} {path}");
            assert_eq!(
                answer.header("www-authenticate"),
                format!("Bearer resource_metadata=\"{metadata}\", {SCOPES}")
            );
            assert_eq!(answer.headers.get_all("www-authenticate").iter().count(), 1);
            assert_eq!(answer.header("cache-control"), "no-store");
            assert_eq!(answer.header("content-type"), "application/json");
            if method != Method::HEAD {
                assert_eq!(answer.error(), "unauthorized");
            }
        }
    }
}

#[tokio::test]
async fn a_wrong_credential_is_named_as_such_and_never_reflected() {
    let server = public().await;
    let long = "x".repeat(8 * 1024);
    for token in ["garbage", "a\"b", "a.b.c", &long] {
        let answer = with(&server, &[("Authorization", &format!("Bearer {token}"))]).await;
        assert_eq!(answer.status, 401);
        assert_eq!(
            answer.header("www-authenticate"),
            format!(
                "Bearer error=\"invalid_token\", error_description=\"The access token is expired or invalid\", \
                 resource_metadata=\"https://mcp.example.com/.well-known/oauth-protected-resource/mcp\", {SCOPES}"
            )
        );
        assert!(!answer.body.contains(token));
    }
}

#[tokio::test]
async fn the_challenge_comes_before_the_body_is_read() {
    let server = public().await;
    let answer = server
        .http
        .post(server.url("/mcp"))
        .body("x".repeat(100_000))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 401);
}

#[tokio::test]
async fn a_bearer_is_one_word_after_one_space_in_one_header() {
    let server = public().await;
    let token = flow::connect(&server).await.access_token;
    for scheme in ["Bearer", "bearer", "BEARER", "bEaReR"] {
        assert_ne!(
            with(&server, &[("Authorization", &format!("{scheme} {token}"))])
                .await
                .status,
            401
        );
    }
    for value in [
        format!("Bearer  {token}"),
        format!("Bearer\t{token}"),
        "Bearer".to_owned(),
        "Bearer ".to_owned(),
        token.clone(),
        format!("Token {token}"),
        format!("Basic {token}"),
        format!("Digest {token}"),
        format!("Bearer {token}, Bearer x"),
        format!("Bearer {token} extra"),
        format!("Bearer {token}="),
        format!("Bearer {token}.x"),
    ] {
        assert_eq!(
            with(&server, &[("Authorization", &value)]).await.status,
            401,
            "{value}"
        );
    }
    let (good, bad) = (format!("Bearer {token}"), "Bearer bad".to_owned());
    for (first, second) in [(&good, &bad), (&bad, &good), (&good, &good)] {
        let twice = [
            ("Authorization", first.as_str()),
            ("Authorization", second.as_str()),
        ];
        assert_eq!(with(&server, &twice).await.status, 401);
    }
    for query in [
        format!("access_token={token}"),
        format!("token={token}"),
        format!("api_key={}", secrets::MCP_API_KEY),
    ] {
        assert_eq!(
            send(&server, Method::POST, &format!("/mcp?{query}"), &[])
                .await
                .status,
            401
        );
    }
}

#[tokio::test]
async fn two_credentials_pass_only_when_they_are_one() {
    let server = public().await;
    let token = format!("Bearer {}", flow::connect(&server).await.access_token);
    let key = secrets::MCP_API_KEY;
    let key_as_bearer = format!("Bearer {key}");
    for (authorization, api_key, passes) in [
        (key_as_bearer.as_str(), key, true),
        (token.as_str(), key, false),
        (token.as_str(), "wrong", false),
        (token.as_str(), "", false),
        ("Bearer bad", key, false),
        (key_as_bearer.as_str(), "wrong", false),
    ] {
        let answer = with(
            &server,
            &[("Authorization", authorization), ("X-API-Key", api_key)],
        )
        .await;
        assert_eq!(answer.status != 401, passes, "{api_key}");
    }
}

#[tokio::test]
async fn the_api_key_works_in_both_headers_and_only_exactly() {
    let server = public().await;
    let key = secrets::MCP_API_KEY;
    assert_ne!(with(&server, &[("X-API-Key", key)]).await.status, 401);
    assert_ne!(with(&server, &[("x-api-key", key)]).await.status, 401);
    assert_ne!(
        with(&server, &[("Authorization", &format!("Bearer {key}"))])
            .await
            .status,
        401
    );
    for wrong in [
        &key[..10],
        &format!("{key}x"),
        &key.to_uppercase(),
        &key.replace('-', "%2D"),
        "",
    ] {
        assert_eq!(
            with(&server, &[("X-API-Key", wrong)]).await.status,
            401,
            "{wrong}"
        );
        assert_eq!(
            with(&server, &[("Authorization", &format!("Bearer {wrong}"))])
                .await
                .status,
            401,
            "{wrong}"
        );
    }
    assert_eq!(
        with(&server, &[("X-API-Key", "wrong"), ("X-API-Key", key)])
            .await
            .status,
        401
    );
    assert_eq!(
        with(&server, &[("Authorization", &format!("Basic {key}"))])
            .await
            .status,
        401
    );
}

#[tokio::test]
async fn an_unset_api_key_is_a_closed_door() {
    let server = Server::start().await;
    let api_key = ServerOptions::default().api_key;
    for key in [
        "",
        "undefined",
        "null",
        "your_secure_mcp_api_key_here",
        secrets::MCP_API_KEY,
        &api_key,
        secrets::SIGNING,
    ] {
        assert_eq!(
            with(&server, &[("X-API-Key", key)]).await.status,
            401,
            "{key}"
        );
        assert_eq!(
            with(&server, &[("Authorization", &format!("Bearer {key}"))])
                .await
                .status,
            401,
            "{key}"
        );
    }
}

#[tokio::test]
async fn wrong_api_keys_are_slowed_down_and_the_right_one_never() {
    let server = public().await;
    for _ in 0..20 {
        assert_eq!(with(&server, &[("X-API-Key", "wrong")]).await.status, 401);
    }
    let answer = with(&server, &[("X-API-Key", "wrong")]).await;
    assert_eq!(answer.status, 429);
    let wait: u64 = answer.header("retry-after").parse().unwrap();
    assert_ne!(
        with(&server, &[("X-API-Key", secrets::MCP_API_KEY)])
            .await
            .status,
        401
    );
    assert_eq!(with(&server, &[]).await.status, 401);
    server.clock.advance(Duration::from_secs(wait));
    assert_eq!(with(&server, &[("X-API-Key", "wrong")]).await.status, 401);
}

#[tokio::test]
async fn an_access_token_ends_with_its_time() {
    let server = Server::start().await;
    let tokens = flow::connect(&server).await;
    server.clock.advance(Duration::from_secs(3599));
    assert!(is_let_in(&server, &tokens.access_token).await);
    server.clock.advance(Duration::from_secs(1));
    assert!(!is_let_in(&server, &tokens.access_token).await);
}

#[tokio::test]
async fn a_token_for_either_path_is_good_for_both() {
    let server = Server::start().await;
    let tokens = flow::connect(&server).await;
    for path in ["/", "/mcp", "/mcp/"] {
        assert_ne!(
            flow::call(&server, path, &tokens.access_token).await.status,
            401,
            "{path}"
        );
    }
}

/// A guarded router of the test's own, to see what passes.
async fn own(inner: Router) -> (String, reqwest::Client) {
    let settings = Settings {
        public_url: PublicUrl::parse("https://mcp.example.com").unwrap(),
        signing_secret: secrets::SIGNING.into(),
        previous_signing_secret: None,
        athlete_id: "i1".to_owned(),
        owner_secret: OwnerSecret::Password(secrets::OWNER.into()),
        mcp_api_key: Some(secrets::MCP_API_KEY.into()),
        access_token_ttl: Duration::from_secs(3600),
        refresh_token_ttl: Duration::from_secs(3600),
        tokens_not_before: None,
        trusted_proxy_hops: 0,
        outbound: intervals_mcp_server::oauth::outbound::Settings::default(),
    };
    let clock = Clock::manual("2026-03-18T09:30:00Z".parse().unwrap());
    let store = std::sync::Arc::new(MemoryStore::new(clock.clone()));
    let oauth = OAuth::new(settings, store, clock).unwrap();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let router = oauth.guarded(inner);
    tokio::spawn(async move { axum::serve(listener, router).await });
    (
        address,
        reqwest::Client::builder().no_proxy().build().unwrap(),
    )
}

#[tokio::test]
async fn what_lies_behind_sees_a_caller_and_no_credential() {
    async fn tell(request: axum::extract::Request) -> String {
        let caller = request.extensions().get::<Caller>().unwrap().clone();
        let headers = request.headers();
        let seen = headers.contains_key("authorization") || headers.contains_key("x-api-key");
        format!("{} [{}] {seen}", caller.session_id, caller.scopes)
    }
    let (address, http) = own(Router::new().route("/mcp", post(tell))).await;
    let answer = http
        .post(format!("{address}/mcp"))
        .header("X-API-Key", secrets::MCP_API_KEY)
        .send()
        .await
        .unwrap();
    assert_eq!(
        answer.text().await.unwrap(),
        "api-key [intervals:read intervals:write intervals:delete intervals:settings] false"
    );
}

#[tokio::test]
async fn the_guard_stands_before_every_method_of_its_paths_and_before_nothing_else() {
    let (address, http) = own(Router::new().route("/mcp", post(|| async { "in" }))).await;
    for method in [Method::GET, Method::HEAD, Method::DELETE, Method::PUT] {
        let answer = http
            .request(method.clone(), format!("{address}/mcp"))
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 401, "{method}");
        let answer = http
            .request(method.clone(), format!("{address}/mcp"))
            .header("X-API-Key", secrets::MCP_API_KEY)
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 405, "{method}");
    }
    let options = http
        .request(Method::OPTIONS, format!("{address}/mcp"))
        .send()
        .await
        .unwrap();
    assert_eq!(options.status(), 204);
    assert_eq!(
        http.get(format!("{address}/else"))
            .send()
            .await
            .unwrap()
            .status(),
        404
    );
}

#[tokio::test]
async fn a_refusal_for_lack_of_scopes_becomes_a_challenge() {
    async fn refuse() -> axum::response::Response {
        let mut response = axum::response::Response::new("{\"jsonrpc\":\"2.0\"}".into());
        let missing = Scopes::of(Scope::Settings);
        response.extensions_mut().insert(MissingScopes(missing));
        response
    }
    let (address, http) = own(Router::new().route("/", post(refuse))).await;
    let answer = http
        .post(&address)
        .header("X-API-Key", secrets::MCP_API_KEY)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 403);
    let challenge = answer.headers()["www-authenticate"].to_str().unwrap();
    assert_eq!(
        challenge,
        "Bearer error=\"insufficient_scope\", \
         scope=\"intervals:read intervals:write intervals:delete intervals:settings\", \
         resource_metadata=\"https://mcp.example.com/.well-known/oauth-protected-resource\", \
         error_description=\"The owner has not given this app the permission for it\""
    );
    assert_eq!(answer.text().await.unwrap(), "{\"jsonrpc\":\"2.0\"}");
}
