//! Getting a yes that the owner did not say.

use std::collections::BTreeSet;
use std::time::Duration;

use futures_util::future::join_all;
use intervals_mcp_server::demo::API_KEY;

use super::client::{CALLBACK, Proof, STATE, is_let_in, public, redeem, register, request, tokens};
use super::message::{Ask, Reply};
use super::owner::{Browser, target_of};
use super::policy::{COOKIES, TRANSACTION_LIFETIME};
use super::site::clocked;
use super::target::{Target, random};

const LOOPBACK: &str = "http://127.0.0.1:3000/callback";

#[track_caller]
fn is_no_code(reply: &Reply, what: &str) {
    assert!(
        [400, 403, 405, 409, 413, 429].contains(&reply.status),
        "{what}: {}",
        reply.status
    );
    assert!(!reply.has("location"), "{what}");
}

#[tokio::test]
async fn rule_01_asking_alone_yields_no_code_whatever_is_put_into_the_address() {
    let target = Target::start().await;
    let client = public(&target).await;
    let asked = request(&target, &client, &Proof::new(&target));
    let form = Browser::new(&target).open(&asked).await;
    let at = target_of(&asked);
    let mut answered = asked.clone();
    for (name, value) in form.approval(&target.owner_secret) {
        answered = answered.and(&name, &value);
    }
    for extra in [
        "prompt=none",
        "approval_prompt=auto",
        "auto=1",
        "login_hint=owner",
    ] {
        let reply = target.send(&Ask::get(&format!("{at}&{extra}"))).await;
        assert_eq!(reply.status, 200, "{extra}");
        assert!(!reply.has("location"), "{extra}");
    }
    for method in ["GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS"] {
        for at in [target_of(&asked), target_of(&answered)] {
            let reply = target.send(&Ask::new(method, &at)).await;
            assert!(!reply.has("location"), "{method}");
        }
    }
    // The request and the answer to it in one, in the body and in the address.
    for at in [target_of(&asked), target_of(&answered)] {
        let reply = target.send(&Ask::post(&at).form(&[])).await;
        is_no_code(&reply, "a post without the form");
    }
    target.finish().await;
}

#[tokio::test]
async fn rule_01_no_wrong_secret_is_right_enough() {
    let target = Target::start().await;
    let client = public(&target).await;
    let owner = target.owner_secret.clone();
    let signing = target.signing_secret.clone();
    let wrong = [
        owner[..owner.len() - 1].to_owned(),
        format!("{owner}x"),
        owner.to_uppercase(),
        format!("{owner}\0"),
        // With a password set, neither the key of the account nor any other secret is one.
        API_KEY.to_owned(),
        signing,
        "a".repeat(60_000),
    ];
    for (n, typed) in wrong.iter().enumerate() {
        let browser = Browser::new(&target);
        let asked = request(&target, &client, &Proof::new(&target));
        let form = browser.open(&asked).await;
        let reply = browser.type_secret(&form, typed).await;
        is_no_code(&reply, &format!("wrong secret {n}"));
    }
    let browser = Browser::new(&target);
    let form = browser
        .open(&request(&target, &client, &Proof::new(&target)))
        .await;
    let field = form.secret_field().to_owned();
    let rest: Vec<_> = form
        .approval("")
        .into_iter()
        .filter(|(name, _)| *name != field)
        .collect();
    is_no_code(&browser.submit(&form, &rest).await, "no secret at all");
    is_no_code(&browser.type_secret(&form, "").await, "an empty secret");
    let twice = [form.approval(&owner), vec![(field, "x".to_owned())]].concat();
    is_no_code(&browser.submit(&form, &twice).await, "two secrets");
    target.finish().await;
}

#[tokio::test]
async fn rule_01_an_answer_from_another_page_browser_or_site_is_refused() {
    let target = Target::start().await;
    let client = public(&target).await;
    let asked = request(&target, &client, &Proof::new(&target));
    let owner = Browser::new(&target);
    let form = owner.open(&asked).await;
    let fields = form.approval(&target.owner_secret);

    let stranger = Browser::new(&target);
    is_no_code(&stranger.submit(&form, &fields).await, "no cookie");
    stranger.open(&asked).await;
    is_no_code(
        &stranger.submit(&form, &fields).await,
        "the cookie of another browser",
    );
    for (name, value) in [
        ("Origin", "https://evil.test"),
        ("Origin", "http://mcp.test"),
        ("Origin", "https://mcp.test.evil.test"),
        ("Sec-Fetch-Site", "cross-site"),
        ("Sec-Fetch-Site", "same-site"),
    ] {
        let mut ask = owner.filled(&form, &fields);
        ask.headers.retain(|(header, _)| header != name);
        let reply = owner.send(ask.header(name, value)).await;
        is_no_code(&reply, value);
    }
    for (field, value) in form.hidden() {
        let mut damaged = fields.clone();
        damaged.retain(|(name, _)| *name != field);
        is_no_code(
            &owner.submit(&form, &damaged).await,
            "a hidden field is missing",
        );
        let half = &value[..value.len() / 2];
        damaged.push((field, half.to_owned()));
        is_no_code(
            &owner.submit(&form, &damaged).await,
            "a hidden field is cut",
        );
    }
    // The owner himself is not kept from answering by any of this.
    assert!(owner.submit(&form, &fields).await.code().is_some());
    target.finish().await;
}

#[tokio::test]
async fn rule_04_the_answer_is_a_303_so_that_no_browser_posts_the_secret_on() {
    let target = Target::start().await;
    for callback in [CALLBACK, LOOPBACK, "com.example.app:/cb"] {
        let client = register(&target, callback, "none").await;
        let browser = Browser::new(&target);
        let form = browser
            .open(&request(&target, &client, &Proof::new(&target)))
            .await;
        let reply = browser.approve(&form).await;
        assert_eq!(reply.status, 303, "{callback}");
        assert!(reply.location().starts_with(callback), "{callback}");
        assert_eq!(reply.header("cache-control"), "no-store");
        assert_eq!(reply.header("referrer-policy"), "no-referrer");
    }
    target.finish().await;
}

#[tokio::test]
async fn con_04_what_is_posted_beside_the_form_changes_nothing() {
    let target = Target::start().await;
    let client = public(&target).await;
    let evil = register(&target, "https://evil.test/phish", "none").await;
    let other = Proof::new(&target);
    let additions = [
        ("client_id", evil.id.as_str()),
        ("redirect_uri", "https://evil.test/phish"),
        ("scope", "intervals:admin"),
        ("scope", "*"),
        ("code_challenge", &other.challenge),
        ("code_challenge_method", "plain"),
        ("state", "other"),
        ("resource", "https://evil.test"),
        ("response_type", "token"),
        ("response_mode", "fragment"),
        ("iss", "https://evil.test"),
    ];
    for (name, value) in additions {
        let browser = Browser::new(&target);
        let proof = Proof::new(&target);
        let asked = request(&target, &client, &proof).with("scope", "intervals:read");
        let form = browser.open(&asked).await;
        let mut fields = form.approval(&target.owner_secret);
        fields.push((name.to_owned(), value.to_owned()));
        let reply = browser.submit(&form, &fields).await;
        assert_eq!(reply.status, 303, "{name}");
        assert!(
            reply.location().starts_with("https://client.test/cb?code="),
            "{name}"
        );
        assert_eq!(reply.parameter("state").as_deref(), Some(STATE), "{name}");
        assert_eq!(
            reply.parameter("iss"),
            Some(target.origin.clone()),
            "{name}"
        );
        let code = reply.code().unwrap();
        assert_eq!(
            redeem(&target, &evil, &code, &proof).await.error(),
            "invalid_grant"
        );
        assert_eq!(
            redeem(&target, &client, &code, &other).await.error(),
            "invalid_grant"
        );
        let tokens = tokens(&redeem(&target, &client, &code, &proof).await, &client);
        assert_eq!(tokens.scope, "intervals:read", "{name}");
        assert!(is_let_in(&target, &tokens.access_token).await, "{name}");
    }
    let browser = Browser::new(&target);
    let form = browser
        .open(&request(&target, &client, &Proof::new(&target)))
        .await;
    let fields = form.approval(&target.owner_secret);
    let boxes: BTreeSet<String> = form.boxes().into_iter().map(|(name, _)| name).collect();
    // A box is a choice of several, and naming one is ticking it; of everything else there is one.
    let single: Vec<_> = fields
        .iter()
        .filter(|(name, _)| !boxes.contains(name))
        .collect();
    assert_eq!(
        single.len(),
        3,
        "the page itself, the secret and the decision"
    );
    for field in single {
        let twice = [fields.clone(), vec![field.clone()]].concat();
        is_no_code(&browser.submit(&form, &twice).await, &field.0);
    }
    target.finish().await;
}

#[tokio::test]
async fn con_05_of_one_approval_sent_again_and_again_one_code_works() {
    let target = Target::start().await;
    let client = public(&target).await;
    let proof = Proof::new(&target);
    let browser = Browser::new(&target);
    let form = browser.open(&request(&target, &client, &proof)).await;
    // A double click must work, and the browser shows the answer to the second: it gets a fresh code and the first is void.
    let first = browser.approve(&form).await.code().unwrap();
    let second = browser.approve(&form).await.code().unwrap();
    assert_ne!(first, second);
    assert_eq!(
        redeem(&target, &client, &first, &proof).await.error(),
        "invalid_grant"
    );
    assert_eq!(redeem(&target, &client, &second, &proof).await.status, 200);
    is_no_code(&browser.approve(&form).await, "after the code was redeemed");

    let form = browser.open(&request(&target, &client, &proof)).await;
    let replies = join_all((0..20).map(|_| browser.approve(&form))).await;
    let mut redeemed = 0;
    for reply in &replies {
        assert_eq!(reply.status, 303);
        let code = reply.code().unwrap();
        redeemed += usize::from(redeem(&target, &client, &code, &proof).await.status == 200);
    }
    assert_eq!(redeemed, 1);
    is_no_code(&browser.approve(&form).await, "after all that");
    target.finish().await;
}

#[tokio::test]
async fn con_06_fifty_open_pages_do_not_disturb_one_another() {
    let target = Target::start().await;
    let (one, two) = (public(&target).await, public(&target).await);
    let browser = Browser::new(&target);
    let proofs = [Proof::new(&target), Proof::new(&target)];
    let first = browser.open(&request(&target, &one, &proofs[0])).await;
    browser.open(&request(&target, &one, &proofs[0])).await;
    for _ in 0..48 {
        browser.open(&request(&target, &two, &proofs[1])).await;
    }
    let size = browser.cookie_line().len();
    assert!(size <= COOKIES, "{size} bytes of cookies");
    let code = browser.approve(&first).await.code().unwrap();
    assert_eq!(
        redeem(&target, &two, &code, &proofs[1]).await.error(),
        "invalid_grant"
    );
    assert_eq!(redeem(&target, &one, &code, &proofs[0]).await.status, 200);
    target.finish().await;
}

#[tokio::test]
async fn con_09_an_approval_is_asked_for_again_every_time() {
    let target = Target::start().await;
    let client = public(&target).await;
    let proof = Proof::new(&target);
    let browser = Browser::new(&target);
    let asked = request(&target, &client, &proof);
    let form = browser.open(&asked).await;
    browser.approve(&form).await.code().unwrap();
    assert!(!browser.cookies().is_empty());
    for _ in 0..2 {
        let again = browser.send(Ask::get(&target_of(&asked))).await;
        assert_eq!(again.status, 200);
        assert!(!again.has("location"));
    }
    // The page asks for the secret, and every cookie of the first approval does not stand in for it.
    let form = browser.open(&asked).await;
    let reply = browser.submit(&form, &form.approval("")).await;
    is_no_code(&reply, "cookies instead of the secret");
    target.finish().await;
}

#[tokio::test]
async fn con_10_a_no_is_final_and_needs_no_secret() {
    let target = Target::start().await;
    for (callback, tells) in [
        // A browser is not sent to a stranger's address by somebody who proved nothing.
        (CALLBACK, false),
        (LOOPBACK, true),
        ("https://claude.ai/api/mcp/auth_callback", true),
    ] {
        let client = register(&target, callback, "none").await;
        let browser = Browser::new(&target);
        let form = browser
            .open(&request(&target, &client, &Proof::new(&target)))
            .await;
        let reply = browser.deny(&form).await;
        assert!(reply.code().is_none(), "{callback}");
        if tells {
            assert_eq!(reply.status, 303, "{callback}");
            let (address, _) = reply.location().split_once('?').unwrap();
            assert_eq!(address, callback);
            assert_eq!(reply.parameter("error").as_deref(), Some("access_denied"));
            assert_eq!(reply.parameter("state").as_deref(), Some(STATE));
            assert_eq!(reply.parameter("iss"), Some(target.origin.clone()));
        } else {
            assert_eq!(reply.status, 200, "{callback}");
            assert!(!reply.has("location"));
        }
        is_no_code(&browser.approve(&form).await, "after a no");
    }
    target.finish().await;
}

#[tokio::test]
async fn rule_11_a_page_ends_with_its_time() {
    let (server, site) = clocked().await;
    let client = public(&site).await;
    let browser = Browser::new(&site);
    let asked = request(&site, &client, &Proof::new(&site));
    let early = browser.open(&asked).await;
    server
        .clock
        .advance(TRANSACTION_LIFETIME - Duration::from_secs(1));
    assert!(browser.approve(&early).await.code().is_some());
    let late = browser.open(&asked).await;
    server.clock.advance(TRANSACTION_LIFETIME);
    is_no_code(&browser.approve(&late).await, "a page of ten minutes ago");
    site.hold();
}

#[tokio::test]
async fn rule_14_a_typed_secret_is_in_no_page_of_the_answer() {
    let target = Target::start().await;
    let client = public(&target).await;
    let browser = Browser::new(&target);
    let form = browser
        .open(&request(&target, &client, &Proof::new(&target)))
        .await;
    let typed = random(20);
    let reply = browser.type_secret(&form, &typed).await;
    assert_eq!(reply.status, 403);
    assert!(!reply.everything().contains(&typed));
    target.finish().await;
}
