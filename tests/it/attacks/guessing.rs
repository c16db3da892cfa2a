//! Trying out the owner's secret.

use std::time::Duration;

use futures_util::future::join_all;

use super::client::{self, Proof, is_let_in, public, redeem, request, tokens};
use super::message::Reply;
use super::owner::Browser;
use super::policy::{WRONG_PER_HOUR, WRONG_PER_MINUTE, WRONG_PER_TRANSACTION};
use super::site::clocked;
use super::target::{Profile, Target};

#[track_caller]
fn is_no_code(reply: &Reply, what: &str) {
    assert!(
        [403, 429].contains(&reply.status),
        "{what}: {}",
        reply.status
    );
    assert!(!reply.has("location"), "{what}");
}

/// How long one is told to wait, if so.
fn wait_of(reply: &Reply) -> Option<Duration> {
    let told = (reply.status == 429).then(|| reply.header("retry-after").parse().unwrap());
    told.map(Duration::from_secs)
}

#[tokio::test]
async fn con_02_guessing_is_slowed_down_for_everybody_together_and_cuts_off_nobody() {
    for hops in ["none", "1"] {
        let target = Target::with(Profile::Default, &[("TRUST_PROXY", hops)]).await;
        let owner = Browser::new(&target);
        let mut clients = Vec::new();
        for _ in 0..5 {
            clients.push(public(&target).await);
        }
        let proof = Proof::new(&target);
        let form = owner.open(&request(&target, &clients[0], &proof)).await;
        let code = owner.approve(&form).await.code().unwrap();
        let connected = tokens(
            &redeem(&target, &clients[0], &code, &proof).await,
            &clients[0],
        );

        let mut seen = Vec::new();
        for round in 0..20 {
            let guesses = (0..5).map(|lane| {
                let (target, client) = (&target, &clients[lane]);
                async move {
                    let n = round * 5 + lane;
                    let browser = Browser::new(target)
                        .with_header("X-Forwarded-For", &format!("10.7.{round}.{lane}"))
                        .with_header("User-Agent", &format!("browser/{n}"));
                    let asked = request(target, client, &Proof::new(target));
                    let form = browser.open(&asked).await;
                    browser.type_secret(&form, &format!("guess-{n}")).await
                }
            });
            seen.extend(join_all(guesses).await);
        }
        let (tried, waits) = seen.split_at(WRONG_PER_MINUTE);
        assert!(tried.iter().all(|reply| reply.status == 403));
        assert_eq!(waits[0].status, 429, "the eleventh guess");
        // As long as the minute lasts; who waits it out gets ten more.
        let tried_later = waits.iter().filter(|reply| reply.status == 403).count();
        assert!(tried_later <= WRONG_PER_MINUTE, "{tried_later}");
        let waits = waits.iter().filter(|reply| reply.status != 403);
        for reply in waits {
            let wait = wait_of(reply).unwrap().as_secs();
            assert!((1..=60).contains(&wait), "{wait}");
        }
        // A stranger who has the right secret now waits too; who is connected, or approved before in this browser, does not.
        let stranger = Browser::new(&target);
        let form = stranger.open(&request(&target, &clients[1], &proof)).await;
        is_no_code(&stranger.approve(&form).await, "while everybody waits");
        assert!(is_let_in(&target, &connected.access_token).await);
        assert_eq!(client::refresh(&target, &connected).await.status, 200);
        let form = owner.open(&request(&target, &clients[1], &proof)).await;
        assert!(owner.approve(&form).await.code().is_some());
        target.finish().await;
    }
}

#[tokio::test]
async fn con_02_after_the_wait_the_right_secret_works_and_a_page_dies_after_five_wrong_ones() {
    let (server, site) = clocked().await;
    let client = public(&site).await;
    let proof = Proof::new(&site);
    let burnt = Browser::new(&site);
    let form = burnt.open(&request(&site, &client, &proof)).await;
    for n in 0..WRONG_PER_TRANSACTION {
        is_no_code(
            &burnt.type_secret(&form, &format!("guess-{n}")).await,
            "a wrong secret",
        );
    }
    is_no_code(&burnt.approve(&form).await, "after five wrong ones");
    // Somebody who tries again whenever he may, for two hours.
    let (mut tried, mut waited) = (0, Duration::ZERO);
    let (mut browser, mut form) = (burnt, form);
    while waited < Duration::from_secs(7200) && tried <= 2 * WRONG_PER_HOUR {
        if tried % (WRONG_PER_TRANSACTION - 1) == 0 {
            browser = Browser::new(&site);
            form = browser.open(&request(&site, &client, &proof)).await;
        }
        let reply = browser.type_secret(&form, &format!("guess-{tried}")).await;
        match wait_of(&reply) {
            None => tried += 1,
            Some(wait) => {
                waited += wait;
                server.clock.advance(wait);
                browser = Browser::new(&site);
                form = browser.open(&request(&site, &client, &proof)).await;
            }
        }
    }
    assert!(
        (WRONG_PER_HOUR..=2 * WRONG_PER_HOUR).contains(&tried),
        "{tried}"
    );
    // The owner, in a browser that was never here, waits as long as he is told and no longer.
    let owner = Browser::new(&site);
    let form = owner.open(&request(&site, &client, &proof)).await;
    let mut reply = owner.approve(&form).await;
    if let Some(wait) = wait_of(&reply) {
        server.clock.advance(wait);
        let form = owner.open(&request(&site, &client, &proof)).await;
        reply = owner.approve(&form).await;
    }
    assert!(reply.code().is_some(), "{}", reply.status);
    site.hold();
}
