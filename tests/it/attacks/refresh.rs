//! Refresh tokens that were stolen, shared, confused or forgotten.

use std::time::Duration;

use futures_util::future::join_all;

use super::client::{
    self, Proof, approved, connected, is_let_in, public, redeem, refresh, register, renewal,
    request, token, tokens,
};
use super::forge::part;
use super::message::Reply;
use super::owner::Browser;
use super::policy::{REFRESH_IDLE, REFRESH_LONGEST, ROTATION_GRACE};
use super::site::Site;
use super::site::clocked;
use super::target::{Profile, Target, random};
use crate::support::flow::Tokens;

const SECOND: Duration = Duration::from_secs(1);

#[track_caller]
fn is_invalid(reply: &Reply, what: &str) {
    assert_eq!(reply.status, 400, "{what}: {}", reply.text());
    assert_eq!(reply.error(), "invalid_grant", "{what}");
    assert_eq!(reply.header("content-type"), "application/json", "{what}");
    assert_eq!(reply.header("cache-control"), "no-store", "{what}");
}

async fn next(site: &Site, current: &Tokens) -> Tokens {
    tokens(&refresh(site, current).await, &current.client)
}

#[tokio::test]
async fn ref_01_a_refresh_gives_a_new_refresh_token_and_nothing_more_than_before() {
    let target = Target::start().await;
    let first = connected(&target).await;
    let second = next(&target, &first).await;
    assert_ne!(first.refresh_token, second.refresh_token);
    assert_ne!(first.access_token, second.access_token);
    assert_eq!(first.scope, second.scope);
    let (before, after) = (part(&first.access_token, 1), part(&second.access_token, 1));
    for claim in ["iss", "sub", "aud", "scope", "client_id", "gid"] {
        assert_eq!(before[claim], after[claim], "{claim}");
    }
    assert!(is_let_in(&target, &second.access_token).await);
    target.finish().await;
}

#[tokio::test]
async fn ref_02_a_token_two_generations_old_ends_the_whole_grant() {
    let target = Target::start().await;
    let first = connected(&target).await;
    let second = next(&target, &first).await;
    let third = next(&target, &second).await;
    assert!(is_let_in(&target, &third.access_token).await);
    is_invalid(&refresh(&target, &first).await, "two generations old");
    for (n, tokens) in [first, second, third].iter().enumerate() {
        is_invalid(&refresh(&target, tokens).await, &format!("generation {n}"));
        assert!(
            !is_let_in(&target, &tokens.access_token).await,
            "generation {n}"
        );
    }
    target.finish().await;
}

#[tokio::test]
async fn ref_02_after_the_grace_a_superseded_token_ends_the_whole_grant() {
    let (server, site) = clocked().await;
    // Five minutes, and longer while nobody has used the successor: it may never have arrived.
    let first = connected(&site).await;
    let second = next(&site, &first).await;
    server.clock.advance(ROTATION_GRACE * 3);
    let again = next(&site, &first).await;
    assert!(is_let_in(&site, &again.access_token).await);
    is_invalid(
        &refresh(&site, &first).await,
        "its successor has been used since",
    );
    for tokens in [&second, &again] {
        assert!(!is_let_in(&site, &tokens.access_token).await);
        is_invalid(&refresh(&site, tokens).await, "of the same grant");
    }

    let first = connected(&site).await;
    let second = next(&site, &first).await;
    assert!(is_let_in(&site, &second.access_token).await);
    server.clock.advance(ROTATION_GRACE);
    let sibling = next(&site, &first).await;
    assert!(is_let_in(&site, &sibling.access_token).await);
    server.clock.advance(SECOND);
    is_invalid(&refresh(&site, &first).await, "after the grace");
    for tokens in [&second, &sibling] {
        assert!(!is_let_in(&site, &tokens.access_token).await);
        is_invalid(&refresh(&site, tokens).await, "of the same grant");
    }
    site.hold();
}

#[tokio::test]
async fn ref_03_ten_refreshes_at_once_leave_the_client_connected() {
    let target = Target::start().await;
    let first = connected(&target).await;
    let replies = join_all((0..10).map(|_| refresh(&target, &first))).await;
    let mut successors: Vec<Tokens> = replies
        .iter()
        .map(|reply| tokens(reply, &first.client))
        .collect();
    successors.dedup_by(|a, b| a.refresh_token == b.refresh_token);
    assert!(successors.len() <= 10);
    // Each of the ten believes that its token is the one, and each is right.
    for successor in &successors {
        assert!(is_let_in(&target, &successor.access_token).await);
    }
    let third = next(&target, &successors[0]).await;
    for successor in &successors {
        let late = next(&target, successor).await;
        assert!(is_let_in(&target, &late.access_token).await);
    }
    assert!(is_let_in(&target, &third.access_token).await);
    target.finish().await;
}

#[tokio::test]
async fn ref_06_one_kind_of_value_is_never_taken_for_another() {
    let target = Target::with(Profile::Keyed, &[]).await;
    let client = public(&target).await;
    let first = client::connect(&target, &client).await;
    let (code, proof) = approved(&target, &client).await;
    let browser = Browser::new(&target);
    let form = browser
        .open(&request(&target, &client, &Proof::new(&target)))
        .await;
    browser.approve(&form).await;
    let key = target.mcp_api_key.clone();
    let grant = part(&first.access_token, 1)["gid"]
        .as_str()
        .unwrap()
        .to_owned();
    let mut values = vec![
        ("an access token", first.access_token.clone()),
        ("a refresh token", first.refresh_token.clone()),
        ("a code", code.clone()),
        ("a client id", client.id.clone()),
        ("the API key", key.clone()),
        ("the owner's password", target.owner_secret.clone()),
        ("the id of a grant", grant[..8].to_owned()),
        ("a grant", grant),
        ("a verifier", proof.verifier.clone()),
    ];
    values.extend(
        form.hidden()
            .into_iter()
            .map(|(_, value)| ("a transaction", value)),
    );
    values.extend(
        browser
            .cookies()
            .into_values()
            .map(|value| ("a cookie", value)),
    );
    let confidential = register(&target, client::CALLBACK, "client_secret_post").await;
    values.extend(
        confidential
            .secret
            .clone()
            .map(|value| ("a client secret", value)),
    );
    for (what, value) in &values {
        if *what != "a refresh token" {
            is_invalid(&token(&target, &renewal(&client, value)).await, what);
        }
        if *what != "a code" {
            is_invalid(&redeem(&target, &client, value, &proof).await, what);
        }
        if *what != "an access token" && *what != "the API key" {
            let bearer = target
                .send(&super::message::Ask::post("/mcp").bearer(value))
                .await;
            assert_eq!(bearer.status, 401, "{what} as a bearer");
        }
        if *what != "a client id" {
            let fields = [
                ("grant_type", "refresh_token"),
                ("refresh_token", &first.refresh_token),
                ("client_id", value),
            ];
            let reply = token(&target, &fields).await;
            assert_eq!(
                (reply.status, reply.error().as_str()),
                (401, "invalid_client"),
                "{what}"
            );
        }
        if *what != "the API key" {
            let header = target
                .send(&super::message::Ask::post("/mcp").header("X-API-Key", value))
                .await;
            assert_eq!(header.status, 401, "{what} as X-API-Key");
        }
    }
    // All of them are still good for what they are.
    assert!(is_let_in(&target, &key).await);
    assert!(is_let_in(&target, &first.access_token).await);
    assert_eq!(redeem(&target, &client, &code, &proof).await.status, 200);
    assert_eq!(refresh(&target, &first).await.status, 200);
    target.finish().await;
}

#[tokio::test]
async fn ref_07_an_idle_client_is_asked_again_and_a_busy_one_after_a_year() {
    let (server, site) = clocked().await;
    let idle = connected(&site).await;
    let mut busy = connected(&site).await;
    server.clock.advance(REFRESH_IDLE - SECOND);
    busy = next(&site, &busy).await;
    server.clock.advance(SECOND);
    is_invalid(&refresh(&site, &idle).await, "unused for ninety days");
    let mut passed = REFRESH_IDLE;
    while passed + REFRESH_IDLE / 2 < REFRESH_LONGEST {
        server.clock.advance(REFRESH_IDLE / 2);
        passed += REFRESH_IDLE / 2;
        busy = next(&site, &busy).await;
    }
    server.clock.advance(REFRESH_LONGEST - passed);
    is_invalid(
        &refresh(&site, &busy).await,
        "a year after the owner was asked",
    );
    site.hold();
}

/// Kept in memory, which grants were revoked is forgotten in a restart; the price is told when it starts, and a stolen token that was
/// rotated away is found out again as soon as the newest one has been seen.
#[tokio::test]
async fn ref_07_after_a_restart_a_rotated_token_is_found_out_again() {
    let mut target = Target::start().await;
    let first = connected(&target).await;
    let second = next(&target, &first).await;
    let third = next(&target, &second).await;
    target.restart(&[]).await;
    assert!(
        target
            .log()
            .contains("a restart keeps apps connected but forgets which were revoked")
    );
    assert!(is_let_in(&target, &third.access_token).await);
    is_invalid(&refresh(&target, &first).await, "two generations old");
    assert!(!is_let_in(&target, &third.access_token).await);
    is_invalid(
        &refresh(&target, &third).await,
        "the newest of a revoked grant",
    );
    target.finish().await;
}

#[tokio::test]
async fn ref_07_another_signing_secret_ends_everything_unless_the_former_one_is_kept() {
    let mut target = Target::start().await;
    let former = target.signing_secret.clone();
    let first = connected(&target).await;
    let latter = random(48);
    let rotation = [
        ("JWT_SECRET_KEY", latter.as_str()),
        ("JWT_SECRET_KEY_PREVIOUS", &former),
    ];
    target.restart(&rotation).await;
    assert!(is_let_in(&target, &first.access_token).await);
    let second = next(&target, &first).await;
    target.restart(&[("JWT_SECRET_KEY_PREVIOUS", "")]).await;
    assert!(!is_let_in(&target, &first.access_token).await);
    let refused = refresh(&target, &first).await;
    // The client's own registration was signed with the former secret.
    assert_eq!(
        (refused.status, refused.error().as_str()),
        (401, "invalid_client")
    );
    assert!(is_let_in(&target, &second.access_token).await);
    let known = public(&target).await;
    let moved = Tokens {
        client: known,
        ..first
    };
    is_invalid(
        &refresh(&target, &moved).await,
        "a token of the former secret",
    );
    target.finish().await;
}

#[tokio::test]
async fn ref_07_another_owner_password_asks_for_itself_and_disconnects_nobody() {
    let mut target = Target::start().await;
    let former = target.owner_secret.clone();
    let first = connected(&target).await;
    let latter = random(18);
    target.restart(&[("OWNER_PASSWORD", &latter)]).await;
    assert!(is_let_in(&target, &first.access_token).await);
    let browser = Browser::new(&target);
    let asked = request(&target, &first.client, &Proof::new(&target));
    let form = browser.open(&asked).await;
    assert_eq!(browser.type_secret(&form, &former).await.status, 403);
    assert!(browser.approve(&form).await.code().is_some());
    // A line in time is what ends all that was given under the former one.
    let line =
        intervals_mcp_server::clock::Clock::system().now() + jiff::SignedDuration::from_mins(2);
    target
        .restart(&[("TOKENS_NOT_BEFORE", &line.to_string())])
        .await;
    assert!(!is_let_in(&target, &first.access_token).await);
    is_invalid(&refresh(&target, &first).await, "from before the line");
    target.finish().await;
}

#[tokio::test]
async fn rule_09_a_refresh_token_is_of_no_use_to_another_client() {
    let target = Target::start().await;
    let first = connected(&target).await;
    let confidential = register(&target, client::CALLBACK, "client_secret_post").await;
    for thief in [&public(&target).await, &confidential] {
        is_invalid(
            &token(&target, &renewal(thief, &first.refresh_token)).await,
            "another client",
        );
    }
    let own = client::connect(&target, &confidential).await;
    let mut without_secret = renewal(&confidential, &own.refresh_token);
    without_secret.retain(|(name, _)| *name != "client_secret");
    let refused = token(&target, &without_secret).await;
    assert_eq!(
        (refused.status, refused.error().as_str()),
        (401, "invalid_client")
    );
    // Neither attempt is a reason to end the grant.
    assert_eq!(refresh(&target, &first).await.status, 200);
    assert_eq!(refresh(&target, &own).await.status, 200);
    target.finish().await;
}

#[tokio::test]
async fn rule_09_a_refresh_token_that_was_touched_is_none() {
    let target = Target::start().await;
    let first = connected(&target).await;
    let token_text = &first.refresh_token;
    let (signed, tag) = token_text.rsplit_once('.').unwrap();
    let (prefix, payload) = signed.split_once('.').unwrap();
    for damaged in [
        signed.to_owned(),
        format!("{signed}."),
        format!("{token_text}="),
        format!("{token_text}.AA"),
        format!("{prefix}.{payload}A.{tag}"),
        format!("rt2.{payload}.{tag}"),
        format!("{payload}.{tag}"),
        format!("{signed}.{}", &tag[..tag.len() - 1]),
        token_text.to_lowercase(),
        format!("{token_text} "),
        token_text.repeat(10),
    ] {
        is_invalid(
            &token(&target, &renewal(&first.client, &damaged)).await,
            &damaged,
        );
    }
    assert_eq!(refresh(&target, &first).await.status, 200);
    target.finish().await;
}
