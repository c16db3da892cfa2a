//! The token endpoint and codes.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::support::flow::{
    self, Answer, Browser, REDIRECT, Request, Tokens, VERIFIER, encode, exchange, token_raw,
};
use crate::support::{Server, secrets};

const OTHER_VERIFIER: &str = "another-verifier-another-verifier-another-verifier";

async fn refused(answer: &Answer, status: u16, error: &str) {
    assert_eq!(answer.status, status, "{}", answer.body);
    assert_eq!(answer.error(), error);
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.header("cache-control"), "no-store");
}

async fn not_granted(server: &Server, client: &flow::Client, code: &str, verifier: &str) {
    let answer = exchange(server, client, code, verifier).await;
    refused(&answer, 400, "invalid_grant").await;
}

#[tokio::test]
async fn a_token_answer_has_the_shape_that_clients_expect() {
    let server = Server::start().await;
    let client = flow::register(&server).await;
    let code = flow::approved_code(&server, &client).await;
    let answer = exchange(&server, &client, &code, VERIFIER).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.header("pragma"), "no-cache");
    let document = answer.json();
    assert_eq!(document["token_type"], "Bearer");
    assert_eq!(document["expires_in"], 3600);
    assert_eq!(document["scope"], "intervals:read intervals:write");
    assert!(document["access_token"].as_str().unwrap().len() < 1024);
    assert!(document["refresh_token"].as_str().unwrap().len() < 1024);
}

#[tokio::test]
async fn a_replayed_code_revokes_its_grant() {
    let server = Server::start().await;
    let client = flow::register(&server).await;
    let code = flow::approved_code(&server, &client).await;
    let tokens = Tokens::of(&exchange(&server, &client, &code, VERIFIER).await, &client);
    assert!(flow::is_let_in(&server, &tokens.access_token).await);
    not_granted(&server, &client, &code, VERIFIER).await;
    assert!(!flow::is_let_in(&server, &tokens.access_token).await);
    refused(&tokens.refresh(&server).await, 400, "invalid_grant").await;
}

#[tokio::test]
async fn a_form_of_nearly_64_kib_is_read() {
    let server = Server::start().await;
    let client = flow::register(&server).await;
    let code = flow::approved_code(&server, &client).await;
    let padding = "p".repeat(60 * 1024);
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("client_id", client.id.as_str()),
        ("code_verifier", VERIFIER),
        ("padding", padding.as_str()),
    ];
    assert_eq!(flow::token_raw(&server, &fields).await.status, 200);
}

#[tokio::test]
async fn a_replay_is_recognised_for_a_quarter_of_an_hour_and_then_forgotten() {
    let server = Server::start().await;
    let client = flow::register(&server).await;
    for (seconds, revokes) in [(899, true), (900, false)] {
        let code = flow::approved_code(&server, &client).await;
        let tokens = Tokens::of(&exchange(&server, &client, &code, VERIFIER).await, &client);
        server.clock.advance(Duration::from_secs(seconds));
        not_granted(&server, &client, &code, VERIFIER).await;
        let lives = flow::is_let_in(&server, &tokens.access_token).await;
        assert_eq!(lives, !revokes, "{seconds}");
    }
}

#[tokio::test]
async fn a_replay_without_the_verifier_revokes_nothing() {
    let server = Server::start().await;
    let client = flow::register(&server).await;
    let other = flow::register(&server).await;
    let code = flow::approved_code(&server, &client).await;
    let tokens = Tokens::of(&exchange(&server, &client, &code, VERIFIER).await, &client);
    not_granted(&server, &client, &code, OTHER_VERIFIER).await;
    not_granted(&server, &other, &code, VERIFIER).await;
    let elsewhere = flow::Client {
        redirect_uri: "http://127.0.0.1:1/callback".to_owned(),
        ..client.clone()
    };
    not_granted(&server, &elsewhere, &code, VERIFIER).await;
    assert!(flow::is_let_in(&server, &tokens.access_token).await);
    assert_eq!(tokens.refresh(&server).await.status, 200);
}

#[tokio::test]
async fn fifty_redemptions_at_once_yield_one_token_at_most() {
    let server = Server::start().await;
    let client = flow::register(&server).await;
    let code = flow::approved_code(&server, &client).await;
    let answers = futures_util::future::join_all(
        (0..50).map(|_| exchange(&server, &client, &code, VERIFIER)),
    )
    .await;
    let issued = answers.iter().filter(|answer| answer.status == 200).count();
    let invalid = answers.iter().filter(|answer| answer.status == 400).count();
    assert!(issued <= 1 && issued + invalid == 50);
    // All of them knew the verifier, so the others were replays.
    for answer in answers.iter().filter(|answer| answer.status == 200) {
        let token = answer.json()["access_token"].as_str().unwrap().to_owned();
        assert!(!flow::is_let_in(&server, &token).await);
    }
}

#[tokio::test]
async fn a_failed_attempt_does_not_burn_the_code_and_the_fifth_does() {
    let server = Server::start().await;
    let client = flow::register(&server).await;
    let other = flow::register(&server).await;
    let code = flow::approved_code(&server, &client).await;
    not_granted(&server, &client, &code, OTHER_VERIFIER).await;
    not_granted(&server, &client, &code, "short").await;
    not_granted(&server, &other, &code, VERIFIER).await;
    let elsewhere = flow::Client {
        redirect_uri: "http://127.0.0.1:1/callback".to_owned(),
        ..client.clone()
    };
    not_granted(&server, &elsewhere, &code, VERIFIER).await;
    assert_eq!(
        exchange(&server, &client, &code, VERIFIER).await.status,
        200
    );
    let code = flow::approved_code(&server, &client).await;
    for _ in 0..5 {
        exchange(&server, &client, &code, OTHER_VERIFIER).await;
    }
    not_granted(&server, &client, &code, VERIFIER).await;
}

#[tokio::test]
async fn a_code_lives_two_minutes() {
    let server = Server::start().await;
    let client = flow::register(&server).await;
    let code = flow::approved_code(&server, &client).await;
    server.clock.advance(Duration::from_secs(119));
    assert_eq!(
        exchange(&server, &client, &code, VERIFIER).await.status,
        200
    );
    let code = flow::approved_code(&server, &client).await;
    server.clock.advance(Duration::from_secs(120));
    not_granted(&server, &client, &code, VERIFIER).await;
    not_granted(&server, &client, &"x".repeat(43), VERIFIER).await;
}

#[tokio::test]
async fn the_redirect_uri_may_be_left_out_at_the_exchange() {
    let server = Server::start().await;
    let client = flow::register(&server).await;
    let code = flow::approved_code(&server, &client).await;
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("client_id", &client.id),
        ("code_verifier", VERIFIER),
    ];
    assert_eq!(token_raw(&server, &fields).await.status, 200);
}

#[tokio::test]
async fn the_resource_must_be_ours_and_is_checked_before_the_code_is_spent() {
    let server = Server::start().await;
    let client = flow::register(&server).await;
    let code = flow::approved_code(&server, &client).await;
    let origin = server.public_url.origin();
    let with = |resource: String| {
        let body = encode(&[
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("client_id", &client.id),
            ("code_verifier", VERIFIER),
            ("resource", &resource),
        ]);
        server
            .http
            .post(server.url("/token"))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .body(body)
            .send()
    };
    for resource in [
        "https://evil.test/mcp".to_owned(),
        format!("{origin}/other"),
        format!("{origin}/mcp#x"),
    ] {
        refused(
            &Answer::of(with(resource).await.unwrap()).await,
            400,
            "invalid_target",
        )
        .await;
    }
    // Either name of the one resource server.
    assert_eq!(with(format!("{origin}/")).await.unwrap().status(), 200);
}

#[tokio::test]
async fn the_body_must_be_one_plain_form() {
    let server = Server::start().await;
    let client = flow::register(&server).await;
    let code = flow::approved_code(&server, &client).await;
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", REDIRECT),
        ("client_id", &client.id),
        ("code_verifier", VERIFIER),
    ];
    let form = encode(&fields);
    let post = |content_type: Option<&'static str>, query: String, body: String| {
        let mut request = server
            .http
            .post(server.url(&format!("/token{query}")))
            .body(body);
        if let Some(content_type) = content_type {
            request = request.header("Content-Type", content_type);
        }
        request.send()
    };
    let form_type = Some("application/x-www-form-urlencoded");
    for content_type in [
        Some("application/json"),
        Some("multipart/form-data; boundary=x"),
        Some("text/plain"),
        Some("application/json, application/x-www-form-urlencoded"),
        None,
    ] {
        let answer = Answer::of(
            post(content_type, String::new(), form.clone())
                .await
                .unwrap(),
        )
        .await;
        refused(&answer, 400, "invalid_request").await;
    }
    for (name, value) in fields {
        let body = format!("{form}&{}", encode(&[(name, value)]));
        let answer = Answer::of(post(form_type, String::new(), body).await.unwrap()).await;
        refused(&answer, 400, "invalid_request").await;
    }
    for body in ["", "%zz=1", "grant_type=authorization_code&client_id=%ff"] {
        let answer = Answer::of(
            post(form_type, format!("?{form}"), body.to_owned())
                .await
                .unwrap(),
        )
        .await;
        refused(&answer, 400, "invalid_request").await;
    }
    let huge = format!("{form}&x={}", "x".repeat(70_000));
    let answer = Answer::of(post(form_type, String::new(), huge).await.unwrap()).await;
    refused(&answer, 413, "invalid_request").await;
    assert_eq!(
        server
            .http
            .get(server.url(&format!("/token?{form}")))
            .send()
            .await
            .unwrap()
            .status(),
        405
    );
    let with_charset = Some("Application/X-WWW-Form-Urlencoded; charset=UTF-8");
    assert_eq!(
        post(with_charset, String::new(), form)
            .await
            .unwrap()
            .status(),
        200
    );
}

#[tokio::test]
async fn other_grants_and_missing_parameters_are_named() {
    let server = Server::start().await;
    let client = flow::register(&server).await;
    let id = ("client_id", client.id.as_str());
    for (fields, error) in [
        (vec![id], "invalid_request"),
        (
            vec![id, ("grant_type", "client_credentials")],
            "unsupported_grant_type",
        ),
        (
            vec![id, ("grant_type", "password"), ("username", "x")],
            "unsupported_grant_type",
        ),
        (
            vec![("grant_type", "authorization_code"), ("code", "x")],
            "invalid_request",
        ),
        (
            vec![
                id,
                ("grant_type", "authorization_code"),
                ("code_verifier", VERIFIER),
            ],
            "invalid_request",
        ),
        (
            vec![id, ("grant_type", "authorization_code"), ("code", "x")],
            "invalid_request",
        ),
        (
            vec![
                id,
                ("grant_type", "authorization_code"),
                ("code", ""),
                ("code_verifier", VERIFIER),
            ],
            "invalid_request",
        ),
        (vec![id, ("grant_type", "refresh_token")], "invalid_request"),
        (
            vec![
                id,
                ("grant_type", "refresh_token"),
                ("refresh_token", "rt1.x.y"),
            ],
            "invalid_grant",
        ),
    ] {
        refused(&token_raw(&server, &fields).await, 400, error).await;
    }
}

fn basic(id: &str, secret: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")))
}

async fn redeem_with(
    server: &Server,
    authorization: Option<&str>,
    fields: &[(&str, &str)],
) -> Answer {
    let mut request = server
        .http
        .post(server.url("/token"))
        .header("Content-Type", "application/x-www-form-urlencoded")
        .body(encode(fields));
    if let Some(value) = authorization {
        request = request.header("Authorization", value);
    }
    Answer::of(request.send().await.unwrap()).await
}

#[tokio::test]
async fn a_secret_is_accepted_by_post_and_by_basic_whichever_was_registered() {
    let server = Server::start().await;
    for method in ["client_secret_post", "client_secret_basic"] {
        let client = flow::register_with(&server, REDIRECT, method).await;
        let secret = client.secret.clone().unwrap();
        for by_basic in [true, false] {
            let code = flow::approved_code(&server, &client).await;
            let grant = [
                ("grant_type", "authorization_code"),
                ("code", code.as_str()),
                ("code_verifier", VERIFIER),
            ];
            let answer = if by_basic {
                let escaped =
                    basic(&client.id.replace('.', "%2E"), &secret).replacen("Basic", "basic", 1);
                redeem_with(&server, Some(&escaped), &grant).await
            } else {
                let body = [
                    grant.as_slice(),
                    &[("client_id", &client.id), ("client_secret", &secret)],
                ]
                .concat();
                redeem_with(&server, None, &body).await
            };
            assert_eq!(answer.status, 200, "{method} {by_basic}: {}", answer.body);
        }
    }
}

#[tokio::test]
async fn a_client_may_name_itself_in_the_body_as_well_as_by_basic() {
    let server = Server::start().await;
    let client = flow::register_with(&server, REDIRECT, "client_secret_basic").await;
    let code = flow::approved_code(&server, &client).await;
    let grant = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("code_verifier", VERIFIER),
        ("client_id", client.id.as_str()),
    ];
    let header = basic(&client.id, client.secret.as_deref().unwrap());
    let answer = redeem_with(&server, Some(&header), &grant).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
}

#[tokio::test]
async fn client_authentication_fails_the_same_way_for_every_reason() {
    let server = Server::start().await;
    let public = flow::register(&server).await;
    let client = flow::register_with(&server, REDIRECT, "client_secret_post").await;
    let other = flow::register_with(&server, REDIRECT, "client_secret_post").await;
    let (secret, wrong) = (
        client.secret.clone().unwrap(),
        other.secret.clone().unwrap(),
    );
    let code = flow::approved_code(&server, &client).await;
    let grant = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("code_verifier", VERIFIER),
    ];
    let mut bodies = Vec::new();
    for fields in [
        vec![("client_id", "unknown")],
        vec![("client_id", client.id.as_str())],
        vec![("client_id", client.id.as_str()), ("client_secret", "")],
        vec![
            ("client_id", client.id.as_str()),
            ("client_secret", wrong.as_str()),
        ],
        vec![
            ("client_id", public.id.as_str()),
            ("client_secret", wrong.as_str()),
        ],
        vec![("client_id", "https://client.test/")],
    ] {
        let answer = redeem_with(&server, None, &[grant.as_slice(), &fields].concat()).await;
        refused(&answer, 401, "invalid_client").await;
        assert_eq!(answer.header("www-authenticate"), "");
        bodies.push(answer.body);
    }
    for authorization in [
        basic(&client.id, &wrong),
        basic("unknown", &secret),
        basic(&client.id, ""),
        "Basic !!!".to_owned(),
        format!("Basic {}", STANDARD.encode(&client.id)),
        "Basic".to_owned(),
        format!("Bearer {secret}"),
    ] {
        let answer = redeem_with(&server, Some(&authorization), &grant).await;
        refused(&answer, 401, "invalid_client").await;
        assert_eq!(answer.header("www-authenticate"), "Basic realm=\"token\"");
        bodies.push(answer.body);
    }
    let disagreeing = [grant.as_slice(), &[("client_id", public.id.as_str())]].concat();
    refused(
        &redeem_with(&server, Some(&basic(&client.id, &secret)), &disagreeing).await,
        401,
        "invalid_client",
    )
    .await;
    let twice = [grant.as_slice(), &[("client_secret", secret.as_str())]].concat();
    refused(
        &redeem_with(&server, Some(&basic(&client.id, &secret)), &twice).await,
        400,
        "invalid_request",
    )
    .await;
    bodies.dedup();
    assert_eq!(bodies.len(), 1);
    // None of it consumed the code.
    assert_eq!(
        redeem_with(&server, Some(&basic(&client.id, &secret)), &grant)
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn a_scope_at_the_exchange_adds_nothing() {
    let server = Server::start().await;
    let client = flow::register(&server).await;
    let browser = Browser::new(&server);
    let page = browser.open(&Request::of(&server, &client)).await;
    let code = browser
        .approve_scopes(&page, secrets::OWNER, &[])
        .await
        .code()
        .unwrap();
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("client_id", &client.id),
        ("code_verifier", VERIFIER),
        ("scope", "intervals:write intervals:delete"),
    ];
    assert_eq!(
        token_raw(&server, &fields).await.json()["scope"],
        "intervals:read"
    );
}

#[tokio::test]
async fn a_client_that_registered_without_refreshing_gets_no_refresh_token() {
    let server = Server::start().await;
    let body = serde_json::json!({
        "redirect_uris": [REDIRECT], "token_endpoint_auth_method": "none", "grant_types": ["authorization_code"],
    });
    let registered = flow::register_raw(&server, body.to_string()).await.json();
    assert_eq!(
        registered["grant_types"],
        serde_json::json!(["authorization_code"])
    );
    let client = flow::Client {
        id: registered["client_id"].as_str().unwrap().to_owned(),
        secret: None,
        redirect_uri: REDIRECT.to_owned(),
    };
    let code = flow::approved_code(&server, &client).await;
    let answer = exchange(&server, &client, &code, VERIFIER).await;
    assert_eq!(answer.status, 200);
    assert!(answer.json().get("refresh_token").is_none());
}
