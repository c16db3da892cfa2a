//! Whom the server takes a visitor for: whoever the proxy saw, whatever the visitor claims.

use super::front::{Front, installed};
use crate::support::flow::{self, Browser, Request};
use crate::support::{Server, secrets};

/// An address of the internet, of which there are five guesses a minute; ten from everywhere.
const CLAIMED: &str = "203.0.113.7";
const FROM_ANYWHERE: usize = 10;

/// How many guesses are tried before the first is told to wait, each with a page of its own.
async fn guesses(server: &Server, headers: &[(&'static str, &str)]) -> usize {
    let client = flow::register(server).await;
    for tried in 0..=FROM_ANYWHERE {
        let mut browser = Browser::new(server);
        for (name, value) in headers {
            browser = browser.with_header(name, value);
        }
        let page = browser.open(&Request::of(server, &client)).await;
        let answer = browser.approve(&page, "a guess at the password").await;
        if answer.status == 429 {
            return tried;
        }
        assert_eq!(answer.status, 403, "{}", answer.body);
    }
    usize::MAX
}

#[tokio::test]
async fn a_forged_address_changes_nothing_for_who_guesses() {
    for proxy in installed() {
        for forged in [
            &[("X-Forwarded-For", CLAIMED)][..],
            &[("X-Forwarded-For", "198.51.100.1, 203.0.113.7")],
            &[("Forwarded", "for=203.0.113.7"), ("X-Real-IP", CLAIMED)],
        ] {
            let front = Front::of(proxy).await;
            // All visitors here come from loopback, which has no share of its own.
            let tried = guesses(&front.server, forged).await;
            assert_eq!(tried, FROM_ANYWHERE, "{proxy:?} {forged:?}");
        }
        // Past the proxy, where the same header counts, it does change something: else the above would prove nothing.
        let front = Front::of(proxy).await;
        let believed = guesses(&front.direct, &[("X-Forwarded-For", CLAIMED)]).await;
        assert!(believed < FROM_ANYWHERE, "{believed}");
    }
}

/// What the page of connected apps says of the only one.
async fn connections(server: &Server) -> String {
    let browser = Browser::new(server);
    let page = browser
        .send(server.http.get(server.url("/connections")))
        .await;
    assert_eq!(page.status, 200);
    let inputs = page.body.split("<input").skip(1);
    let mut fields: Vec<(String, String)> = inputs
        .map(|rest| flow::attributes(rest.split('>').next().unwrap()))
        .filter(|input| input.contains_key("name"))
        .map(|input| {
            let value = input.get("value").cloned().unwrap_or_default();
            (input["name"].clone(), value)
        })
        .collect();
    for (name, value) in &mut fields {
        if name == "secret" {
            secrets::OWNER.clone_into(value);
        }
    }
    let fields: Vec<_> = fields
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let request = server
        .http
        .post(server.url("/connections"))
        .header("Origin", server.public_url.origin())
        .header("Content-Type", "application/x-www-form-urlencoded")
        .body(flow::encode(&fields));
    let answer = browser.send(request).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.body
}

#[tokio::test]
async fn the_owner_is_told_how_an_app_came_to_the_proxy() {
    for proxy in installed() {
        for (is_ipv6, family, other) in [(true, "IPv6", "IPv4"), (false, "IPv4", "IPv6")] {
            let front = Front::of(proxy).await;
            let tokens = flow::connect(&front.server).await;
            let over_ipv6 = front.over_ipv6();
            let server = if is_ipv6 { &over_ipv6 } else { &front.server };
            assert!(flow::is_let_in(server, &tokens.access_token).await);
            let page = connections(&front.server).await;
            assert!(page.contains(family), "{proxy:?} {family}");
            assert!(!page.contains(other), "{proxy:?} {family}");
        }
    }
}
