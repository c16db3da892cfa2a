//! Codes in the wrong hands, at the wrong time, in the wrong form.

use futures_util::future::join_all;

use super::client::{
    self, CALLBACK, Proof, approved, approved_as, connect, is_let_in, public, redeem, redemption,
    refresh, register, request, token, tokens,
};
use super::forge::part;
use super::message::{Ask, Reply};
use super::owner::Browser;
use super::policy::{ACCESS_LIFETIME, CODE_LIFETIME, WRONG_PER_CODE};
use super::site::clocked;
use super::target::{Target, random};
use crate::support::flow::Client;

#[track_caller]
pub fn is_refused(reply: &Reply, status: u16, error: &str, what: &str) {
    assert_eq!(reply.status, status, "{what}: {}", reply.text());
    assert_eq!(reply.error(), error, "{what}");
    assert_eq!(reply.header("content-type"), "application/json", "{what}");
    assert_eq!(reply.header("cache-control"), "no-store", "{what}");
}

#[tokio::test]
async fn tok_01_a_replayed_code_takes_back_what_it_gave() {
    let target = Target::start().await;
    let client = public(&target).await;
    let (code, proof) = approved(&target, &client).await;
    let tokens = tokens(&redeem(&target, &client, &code, &proof).await, &client);
    assert!(is_let_in(&target, &tokens.access_token).await);
    let replayed = redeem(&target, &client, &code, &proof).await;
    is_refused(&replayed, 400, "invalid_grant", "the replay");
    assert!(!is_let_in(&target, &tokens.access_token).await);
    let refreshed = refresh(&target, &tokens).await;
    is_refused(
        &refreshed,
        400,
        "invalid_grant",
        "a refresh after the replay",
    );
    // The owner can connect the same client again.
    let again = connect(&target, &client).await;
    assert!(is_let_in(&target, &again.access_token).await);
    target.finish().await;
}

#[tokio::test]
async fn tok_02_who_saw_a_spent_code_but_not_the_verifier_ends_nothing() {
    let target = Target::start().await;
    let (client, other) = (public(&target).await, public(&target).await);
    let (code, proof) = approved(&target, &client).await;
    let tokens = tokens(&redeem(&target, &client, &code, &proof).await, &client);
    let wrong = Proof::new(&target);
    let elsewhere = Client {
        redirect_uri: "https://evil.test/cb".to_owned(),
        ..client.clone()
    };
    for reply in [
        redeem(&target, &client, &code, &wrong).await,
        redeem(&target, &other, &code, &proof).await,
        redeem(&target, &elsewhere, &code, &proof).await,
    ] {
        is_refused(&reply, 400, "invalid_grant", "a replay that does not fit");
    }
    assert!(is_let_in(&target, &tokens.access_token).await);
    assert_eq!(refresh(&target, &tokens).await.status, 200);
    target.finish().await;
}

#[tokio::test]
async fn tok_03_of_fifty_redemptions_at_once_one_succeeds_and_not_for_long() {
    let target = Target::start().await;
    let client = public(&target).await;
    let mut served = 0;
    for round in 0..20 {
        let (code, proof) = approved(&target, &client).await;
        let ask = Ask::post("/oauth/token").form(&redemption(&client, &code, &proof));
        let bytes = ask.bytes(&target.authority);
        let (last, most) = bytes.split_last().unwrap();
        // All connections wait with one byte left to send.
        let mut waiting = Vec::new();
        for _ in 0..50 {
            let mut connection = target.connect().await;
            connection.write(most).await;
            waiting.push(connection);
        }
        let replies = join_all(waiting.iter_mut().map(|connection| async move {
            connection.write(&[*last]).await;
            connection.reply("POST").await.unwrap()
        }))
        .await;
        let (given, refused): (Vec<&Reply>, Vec<&Reply>) =
            replies.iter().partition(|reply| reply.status == 200);
        // None at all when a replay overtakes the answer and takes back what was about to be given.
        assert!(given.len() <= 1, "round {round}");
        served += given.len();
        for reply in refused {
            is_refused(reply, 400, "invalid_grant", "one of the other 49");
        }
        // The others were replays, so what the one got is void as well.
        for reply in given {
            let void = tokens(reply, &client);
            let alive = is_let_in(&target, &void.access_token).await;
            assert!(!alive, "round {round}");
        }
    }
    assert!(served > 0, "nobody was served in twenty rounds");
    target.finish().await;
}

#[tokio::test]
async fn tok_05_a_code_is_of_no_use_to_another_client_and_stays_good_for_its_own() {
    let target = Target::start().await;
    let (client, other) = (public(&target).await, public(&target).await);
    let thief = register(&target, "https://evil.test/cb", "client_secret_post").await;
    let (code, proof) = approved(&target, &client).await;
    for stranger in [&other, &thief] {
        let reply = redeem(&target, stranger, &code, &proof).await;
        is_refused(&reply, 400, "invalid_grant", "another client");
    }
    assert_eq!(redeem(&target, &client, &code, &proof).await.status, 200);
    target.finish().await;
}

#[tokio::test]
async fn rule_05_the_verifier_must_be_the_one_and_guessing_it_ends_the_code() {
    let target = Target::start().await;
    let client = public(&target).await;
    let (code, proof) = approved(&target, &client).await;
    let with = |verifier: &str| Proof {
        verifier: verifier.to_owned(),
        ..proof.clone()
    };
    let missing: Vec<_> = redemption(&client, &code, &proof)
        .into_iter()
        .filter(|(name, _)| *name != "code_verifier")
        .collect();
    is_refused(
        &token(&target, &missing).await,
        400,
        "invalid_request",
        "no verifier",
    );
    let empty = redeem(&target, &client, &code, &with("")).await;
    is_refused(&empty, 400, "invalid_request", "an empty verifier");
    let wrong = [
        // What a server without S256 would take.
        proof.challenge.clone(),
        format!("{}x", proof.verifier),
        proof.verifier.to_lowercase(),
        "short".to_owned(),
        "v".repeat(129),
    ];
    assert_eq!(wrong.len(), WRONG_PER_CODE);
    for verifier in &wrong[1..] {
        let reply = redeem(&target, &client, &code, &with(verifier)).await;
        is_refused(&reply, 400, "invalid_grant", verifier);
    }
    assert_eq!(redeem(&target, &client, &code, &proof).await.status, 200);
    let (code, proof) = approved(&target, &client).await;
    for verifier in &wrong {
        let proof = Proof {
            verifier: verifier.clone(),
            ..proof.clone()
        };
        redeem(&target, &client, &code, &proof).await;
    }
    let late = redeem(&target, &client, &code, &proof).await;
    is_refused(&late, 400, "invalid_grant", "after five wrong verifiers");
    target.finish().await;
}

#[tokio::test]
async fn rule_05_the_redirect_uri_of_the_exchange_is_the_one_of_the_request() {
    let target = Target::start().await;
    let client = register(&target, "http://127.0.0.1:3000/callback", "none").await;
    let proof = Proof::new(&target);
    let asked =
        request(&target, &client, &proof).with("redirect_uri", "http://127.0.0.1:5100/callback");
    let code = approved_as(&target, &asked).await;
    for uri in [
        "http://127.0.0.1:3000/callback",
        "http://127.0.0.1:5101/callback",
        CALLBACK,
    ] {
        let other = Client {
            redirect_uri: uri.to_owned(),
            ..client.clone()
        };
        let reply = redeem(&target, &other, &code, &proof).await;
        is_refused(&reply, 400, "invalid_grant", uri);
    }
    let right = Client {
        redirect_uri: "http://127.0.0.1:5100/callback".to_owned(),
        ..client.clone()
    };
    assert_eq!(redeem(&target, &right, &code, &proof).await.status, 200);
    target.finish().await;
}

#[tokio::test]
async fn tok_07_a_code_ends_after_two_minutes() {
    let (server, site) = clocked().await;
    let client = public(&site).await;
    let (code, proof) = approved(&site, &client).await;
    server.clock.advance(CODE_LIFETIME);
    let late = redeem(&site, &client, &code, &proof).await;
    is_refused(&late, 400, "invalid_grant", "after its time");
    let (code, proof) = approved(&site, &client).await;
    server
        .clock
        .advance(CODE_LIFETIME - std::time::Duration::from_secs(1));
    assert_eq!(redeem(&site, &client, &code, &proof).await.status, 200);
    site.hold();
}

#[tokio::test]
async fn tok_07_no_code_survives_a_restart_a_no_or_its_invention() {
    let mut target = Target::start().await;
    let client = public(&target).await;
    let proof = Proof::new(&target);
    for invented in [random(32), "x".to_owned(), random(40_000)] {
        let reply = redeem(&target, &client, &invented, &proof).await;
        is_refused(&reply, 400, "invalid_grant", "an invented code");
    }
    // A megabyte is more than any form here may have, so it is refused as such before anybody looks for the code.
    let ask = Ask::post("/oauth/token").form(&redemption(&client, &random(800_000), &proof));
    if let Some(reply) = target.connect().await.ask(&ask).await {
        is_refused(&reply, 413, "invalid_request", "a code of a megabyte");
    }

    let browser = Browser::new(&target);
    let form = browser.open(&request(&target, &client, &proof)).await;
    let code = browser.approve(&form).await.code().unwrap();
    browser.deny(&form).await;
    let denied = redeem(&target, &client, &code, &proof).await;
    is_refused(&denied, 400, "invalid_grant", "after a no");

    let (code, proof) = approved(&target, &client).await;
    target.restart(&[]).await;
    let lost = redeem(&target, &client, &code, &proof).await;
    is_refused(&lost, 400, "invalid_grant", "after a restart");
    target.finish().await;
}

#[tokio::test]
async fn tok_11_the_exchange_widens_nothing() {
    let target = Target::start().await;
    let client = public(&target).await;
    let proof = Proof::new(&target);
    let asked = request(&target, &client, &proof).with("scope", "intervals:read");
    let code = approved_as(&target, &asked).await;
    let fields = redemption(&client, &code, &proof);
    for resource in [
        "https://evil.test/mcp",
        "https://mcp.test/other",
        "https://mcp.test/mcp#x",
        "https://mcp.test.evil.test/mcp",
        "http://mcp.test/mcp",
    ] {
        let foreign: Vec<_> = fields
            .iter()
            .copied()
            .chain([("resource", resource)])
            .collect();
        is_refused(
            &token(&target, &foreign).await,
            400,
            "invalid_target",
            resource,
        );
    }
    // A scope has no meaning at the exchange of a code (RFC 6749 section 4.1.3): ignored, and never granted.
    let wider: Vec<_> = fields
        .iter()
        .copied()
        .chain([("scope", "intervals:read intervals:write intervals:delete")])
        .collect();
    let tokens = tokens(&token(&target, &wider).await, &client);
    assert_eq!(tokens.scope, "intervals:read");
    let claims = part(&tokens.access_token, 1);
    assert_eq!(claims["scope"], "intervals:read");
    assert_eq!(claims["aud"], target.resource());
    target.finish().await;
}

#[tokio::test]
async fn rule_01_no_other_grant_type_hands_out_a_token() {
    let target = Target::start().await;
    let client = register(&target, CALLBACK, "client_secret_post").await;
    let secret = client.secret.as_deref().unwrap();
    let owner = target.owner_secret.as_str();
    let password = [("username", "owner"), ("password", owner)];
    for kind in [
        "client_credentials",
        "password",
        "implicit",
        "urn:ietf:params:oauth:grant-type:jwt-bearer",
        "urn:ietf:params:oauth:grant-type:token-exchange",
        "urn:ietf:params:oauth:grant-type:device_code",
        "AUTHORIZATION_CODE",
        " authorization_code",
    ] {
        let mut fields = vec![
            ("grant_type", kind),
            ("client_id", &client.id),
            ("client_secret", secret),
        ];
        fields.extend(password);
        let reply = token(&target, &fields).await;
        is_refused(&reply, 400, "unsupported_grant_type", kind);
    }
    target.finish().await;
}

#[tokio::test]
async fn rule_07_the_answer_says_how_long_the_token_really_lives() {
    let (server, site) = clocked().await;
    let client = public(&site).await;
    let (code, proof) = approved(&site, &client).await;
    let reply = redeem(&site, &client, &code, &proof).await;
    let document = reply.json();
    let tokens = tokens(&reply, &client);
    let claims = part(&tokens.access_token, 1);
    let lives = claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap();
    assert_eq!(document["expires_in"], lives);
    assert_eq!(u64::try_from(lives).unwrap(), ACCESS_LIFETIME.as_secs());
    server
        .clock
        .advance(ACCESS_LIFETIME - std::time::Duration::from_secs(1));
    assert!(is_let_in(&site, &tokens.access_token).await);
    server.clock.advance(std::time::Duration::from_secs(1));
    assert!(!is_let_in(&site, &tokens.access_token).await);
    assert_eq!(client::refresh(&site, &tokens).await.status, 200);
    site.hold();
}
