//! Two things at the same time, of which only one may happen.

use futures_util::future::{join, join_all};

use super::client::{self, Proof, connected, is_let_in, public, redeem, refresh, request, tokens};
use super::owner::Browser;
use super::policy::{WRONG_PER_MINUTE, WRONG_PER_TRANSACTION};
use super::site::clocked;
use super::target::Target;

#[tokio::test]
async fn rule_02_one_approval_never_becomes_two_grants() {
    let target = Target::start().await;
    let client = public(&target).await;
    for round in 0..20 {
        let proof = Proof::new(&target);
        let browser = Browser::new(&target);
        let form = browser.open(&request(&target, &client, &proof)).await;
        let first = browser.approve(&form).await.code().unwrap();
        // The client redeems what the first click gave while the second click is on its way.
        let again = async {
            match browser.approve(&form).await.code() {
                Some(code) => redeem(&target, &client, &code, &proof).await.status,
                None => 409,
            }
        };
        let (one, two) = join(redeem(&target, &client, &first, &proof), again).await;
        let granted = [one.status, two].iter().filter(|s| **s == 200).count();
        assert_eq!(granted, 1, "round {round}: {} and {two}", one.status);
    }
    target.finish().await;
}

#[tokio::test]
async fn rule_02_yes_and_no_at_once_is_no() {
    let target = Target::start().await;
    let client = public(&target).await;
    for round in 0..20 {
        let proof = Proof::new(&target);
        let browser = Browser::new(&target);
        let form = browser.open(&request(&target, &client, &proof)).await;
        let (yes, no) = join(browser.approve(&form), browser.deny(&form)).await;
        assert_eq!(no.status, 200, "round {round}");
        if let Some(code) = yes.code() {
            let refused = redeem(&target, &client, &code, &proof).await;
            assert_eq!(refused.error(), "invalid_grant", "round {round}");
        }
        assert_eq!(browser.approve(&form).await.status, 409, "round {round}");
    }
    target.finish().await;
}

#[tokio::test]
async fn rule_09_a_thief_and_a_client_at_once_leave_nothing_alive() {
    let target = Target::start().await;
    let client = public(&target).await;
    for round in 0..10 {
        let first = client::connect(&target, &client).await;
        let second = tokens(&refresh(&target, &first).await, &client);
        let third = tokens(&refresh(&target, &second).await, &client);
        let (stolen, honest) = join(refresh(&target, &first), refresh(&target, &third)).await;
        assert_eq!(stolen.error(), "invalid_grant", "round {round}");
        let mut family = vec![first, second, third];
        if honest.status == 200 {
            family.push(tokens(&honest, &client));
        }
        for (n, member) in family.iter().enumerate() {
            let alive = is_let_in(&target, &member.access_token).await;
            assert!(!alive, "round {round}, generation {n}");
            let refused = refresh(&target, member).await;
            assert_eq!(
                refused.error(),
                "invalid_grant",
                "round {round}, generation {n}"
            );
        }
    }
    // Nobody else's connection was touched.
    let other = connected(&target).await;
    assert!(is_let_in(&target, &other.access_token).await);
    target.finish().await;
}

#[tokio::test]
async fn con_02_guesses_at_the_same_moment_are_counted_one_by_one() {
    let (_server, site) = clocked().await;
    let client = public(&site).await;
    let proof = Proof::new(&site);
    let mut pages = Vec::new();
    for _ in 0..WRONG_PER_MINUTE {
        let browser = Browser::new(&site);
        let form = browser.open(&request(&site, &client, &proof)).await;
        pages.push((browser, form));
    }
    // Few on each page, so that no page ends before the minute's allowance does.
    let guesses = pages.iter().flat_map(|(browser, form)| {
        (1..WRONG_PER_TRANSACTION).map(move |n| async move {
            let guess = format!("a guess of many {n}");
            browser.type_secret(form, &guess).await.status
        })
    });
    let statuses = join_all(guesses).await;
    let tried = statuses.iter().filter(|status| **status == 403).count();
    assert_eq!(tried, WRONG_PER_MINUTE);
    assert!(statuses.iter().all(|status| [403, 429].contains(status)));
    site.hold();
}
