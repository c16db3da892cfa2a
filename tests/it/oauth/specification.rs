//! Sentences of the specifications that are held nowhere else; `requirements` lists all of them.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use crate::support::flow::{
    self, Answer, Browser, Client, Request, Tokens, VERIFIER, challenge, exchange, token_raw,
};
use crate::support::{Server, secrets};

/// A code for a request that differs from the usual one by `change`.
async fn code_for(server: &Server, client: &Client, change: impl Fn(Request) -> Request) -> String {
    let browser = Browser::new(server);
    let page = browser.open(&change(Request::of(server, client))).await;
    let answer = browser.approve(&page, secrets::OWNER).await;
    answer.code().unwrap()
}

fn claims(access_token: &str) -> Value {
    let payload = access_token.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

#[tokio::test]
async fn codes_are_long_random_and_never_the_same() {
    let server = Server::start().await;
    let client = flow::register(&server).await;
    let mut codes = BTreeSet::new();
    let mut bytes = BTreeSet::new();
    for _ in 0..40 {
        let code = flow::approved_code(&server, &client).await;
        let random = URL_SAFE_NO_PAD.decode(&code).unwrap();
        assert_eq!(random.len(), 32);
        bytes.extend(random);
        assert!(codes.insert(code));
    }
    // 1,280 random bytes leave almost none of the 256 values out.
    assert!(bytes.len() > 240, "{}", bytes.len());
}

#[tokio::test]
async fn a_verifier_has_the_length_and_the_characters_of_the_specification() {
    let server = Server::start().await;
    let client = flow::register(&server).await;
    let all = "-._~09AZaz".repeat(13);
    for (verifier, accepted) in [
        (&all[..42], false),
        (&all[..43], true),
        (&all[..128], true),
        (&all[..129], false),
        (&format!("{}+", &all[..60]), false),
        (&format!("{} ", &all[..60]), false),
        (&format!("{}é", &all[..60]), false),
        (&format!("{}%2E", &all[..60]), false),
    ] {
        // The digest fits, so only the form can be what is wrong.
        let code = code_for(&server, &client, |request| {
            request.with("code_challenge", &challenge(verifier))
        })
        .await;
        let answer = exchange(&server, &client, &code, verifier).await;
        assert_eq!(
            answer.status == 200,
            accepted,
            "{verifier}: {}",
            answer.body
        );
        assert!(
            accepted || answer.error() == "invalid_grant",
            "{}",
            answer.body
        );
    }
}

#[tokio::test]
async fn parameters_that_the_token_endpoint_does_not_know_change_nothing() {
    let server = Server::start().await;
    let client = flow::register(&server).await;
    let code = flow::approved_code(&server, &client).await;
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("client_id", &client.id),
        ("code_verifier", VERIFIER),
        ("audience", "https://evil.test"),
        ("expires_in", "999999"),
        ("nonce", "1"),
        ("nonce", "2"),
        ("scope", ""),
    ];
    let answer = token_raw(&server, &fields).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let document = answer.json();
    assert_eq!(document["expires_in"], 3600);
    assert_eq!(document["scope"], "intervals:read intervals:write");
    let token = claims(document["access_token"].as_str().unwrap());
    assert_eq!(token["aud"], server.public_url.mcp());
}

#[tokio::test]
async fn the_audience_is_the_resource_that_was_asked_for_and_stays_it() {
    let server = Server::start().await;
    let client = flow::register(&server).await;
    let (root, mcp) = (
        server.public_url.origin().to_owned(),
        server.public_url.mcp(),
    );
    for (asked, audience) in [(Some(&root), &root), (Some(&mcp), &mcp), (None, &mcp)] {
        let code = code_for(&server, &client, |request| match asked {
            Some(resource) => request.with("resource", resource),
            None => request.without("resource"),
        })
        .await;
        let tokens = Tokens::of(&exchange(&server, &client, &code, VERIFIER).await, &client);
        assert_eq!(claims(&tokens.access_token)["aud"], **audience);
        let refreshed = Tokens::of(&tokens.refresh(&server).await, &client);
        assert_eq!(claims(&refreshed.access_token)["aud"], **audience);
    }
}

#[tokio::test]
async fn an_access_token_names_its_times_and_is_unique() {
    let server = Server::start().await;
    let first = flow::connect(&server).await;
    let second = Tokens::of(&first.refresh(&server).await, &first.client);
    let (one, other) = (claims(&first.access_token), claims(&second.access_token));
    let now = server.clock.unix_seconds();
    for claims in [&one, &other] {
        assert_eq!(claims["iat"], now);
        assert_eq!(claims["exp"], now + 3600);
        assert_eq!(claims["scope"], "intervals:read intervals:write");
        assert_eq!(claims["sub"], "owner");
    }
    assert_ne!(one["jti"], other["jti"]);
    // The same client, whatever becomes of its tokens; and no other.
    assert_eq!(one["client_id"], other["client_id"]);
    let stranger = flow::connect(&server).await;
    assert_ne!(
        claims(&stranger.access_token)["client_id"],
        one["client_id"]
    );
}

#[tokio::test]
async fn a_client_cannot_pass_for_the_owner_by_its_name_or_its_id() {
    let server = Server::start().await;
    let body = serde_json::json!({
        "client_id": "owner", "client_name": "owner", "sub": "owner", "redirect_uris": [flow::REDIRECT],
        "token_endpoint_auth_method": "none",
    });
    let document = flow::register_raw(&server, body.to_string()).await.json();
    let id = document["client_id"].as_str().unwrap();
    assert!(id.starts_with("dcr1."), "{id}");
    let answer = token_raw(
        &server,
        &[("grant_type", "client_credentials"), ("client_id", id)],
    )
    .await;
    assert_eq!(answer.error(), "unsupported_grant_type");
}

#[tokio::test]
async fn the_metadata_is_plain_json_at_the_place_itself() {
    let server = Server::start().await;
    for path in [
        "/.well-known/oauth-authorization-server",
        "/.well-known/oauth-protected-resource",
        "/.well-known/oauth-protected-resource/mcp",
    ] {
        let response = server.http.get(server.url(path)).send().await.unwrap();
        let answer = Answer::of(response).await;
        assert_eq!(answer.status, 200, "{path}");
        assert_eq!(answer.header("content-type"), "application/json");
        let document = answer.json();
        for (name, value) in document.as_object().unwrap() {
            let empty =
                value.is_null() || *value == "" || value.as_array().is_some_and(Vec::is_empty);
            assert!(!empty, "{path}: {name}");
        }
        let posted = server.http.post(server.url(path)).send().await.unwrap();
        assert_eq!(posted.status(), 405, "{path}");
    }
}

/// What leaves for the client's site carries neither the request nor the page's address, and stays in no cache.
#[tokio::test]
async fn the_way_back_to_the_client_gives_nothing_away() {
    let server = Server::start().await;
    let client = flow::register(&server).await;
    let browser = Browser::new(&server);
    let page = browser.open(&Request::of(&server, &client)).await;
    let approved = browser.approve(&page, secrets::OWNER).await;
    let other = browser.open(&Request::of(&server, &client)).await;
    let denied = browser.deny(&other).await;
    let refused = browser
        .get(
            &Request::of(&server, &client)
                .with("response_type", "token")
                .query(),
        )
        .await;
    for answer in [approved, denied, refused] {
        // Not 307, which would send the secret on to the client.
        assert_eq!(answer.status, 303);
        assert_eq!(answer.header("referrer-policy"), "no-referrer");
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(answer.body, "");
        assert!(!answer.location().contains('#'));
    }
}

#[tokio::test]
async fn no_token_travels_in_an_address() {
    let server = Server::start().await;
    let client = flow::register(&server).await;
    let browser = Browser::new(&server);
    for response_type in ["token", "id_token", "code token", "id_token token"] {
        let answer = browser
            .get(
                &Request::of(&server, &client)
                    .with("response_type", response_type)
                    .query(),
            )
            .await;
        assert_eq!(
            answer.redirect_parameter("error").as_deref(),
            Some("unsupported_response_type")
        );
        assert!(!answer.location().contains("access_token"));
    }
    let page = browser.open(&Request::of(&server, &client)).await;
    let answer = browser.approve(&page, secrets::OWNER).await;
    assert!(!answer.location().contains("token="));
}

/// A character that is not `c` but could stand where it stands.
fn another(c: char) -> char {
    if c == 'A' { 'B' } else { 'A' }
}

/// `text` with one character changed, at each place, and a little longer and shorter.
fn changed(text: &str) -> impl Iterator<Item = String> + '_ {
    let one = text.char_indices().map(|(at, c)| {
        let after = at + c.len_utf8();
        format!("{}{}{}", &text[..at], another(c), &text[after..])
    });
    one.chain([
        text[1..].to_owned(),
        text[..text.len() - 1].to_owned(),
        format!("{text}A"),
        format!("{text}="),
        format!("{text}.A"),
    ])
}

#[tokio::test]
async fn no_character_of_what_we_signed_can_be_changed() {
    let server = Server::start().await;
    let tokens = flow::connect(&server).await;
    for refresh_token in changed(&tokens.refresh_token) {
        let answer = flow::refresh(&server, &tokens.client, &refresh_token).await;
        assert_eq!(answer.error(), "invalid_grant", "{refresh_token}");
    }
    for access_token in changed(&tokens.access_token) {
        assert!(
            !flow::is_let_in(&server, &access_token).await,
            "{access_token}"
        );
    }
    let browser = Browser::new(&server);
    for id in changed(&tokens.client.id) {
        let request = Request::of(&server, &tokens.client).with("client_id", &id);
        let answer = browser.get(&request.query()).await;
        assert_eq!(
            (answer.status.as_u16(), answer.location()),
            (400, ""),
            "{id}"
        );
    }
    let page = browser.open(&Request::of(&server, &tokens.client)).await;
    for transaction in changed(&page.transaction) {
        let fields = [
            ("transaction", transaction.as_str()),
            ("secret", secrets::OWNER),
            ("decision", "approve"),
        ];
        let answer = browser.post(&fields).await;
        assert!(
            answer.status == 403 && answer.has_no_code(),
            "{transaction}"
        );
    }
    // None of it did any harm.
    assert!(flow::is_let_in(&server, &tokens.access_token).await);
    assert_eq!(tokens.refresh(&server).await.status, 200);
}
