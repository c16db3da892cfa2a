//! Asking for more, or for somewhere else, than there is to give.

use std::collections::BTreeSet;

use super::client::{
    self, Proof, approved_as, call, connected_with, is_let_in, public, redeem, request, tokens,
};
use super::forge::part;
use super::message::Ask;
use super::owner::{Browser, target_of};
use super::page::Form;
use super::site::Site;
use super::target::Target;
use crate::support::flow::{Client, Request};

/// What the page shows to somebody who only looks, and the scopes of the tokens of somebody who leaves it as it is.
async fn granted(
    site: &Site,
    client: &Client,
    proof: &Proof,
    asked: &Request,
) -> (Form, BTreeSet<String>) {
    let browser = Browser::new(site);
    let form = browser.open(asked).await;
    let code = browser.approve(&form).await.code().unwrap();
    let tokens = tokens(&redeem(site, client, &code, proof).await, client);
    assert_eq!(part(&tokens.access_token, 1)["scope"], tokens.scope);
    (form, tokens.scope.split(' ').map(str::to_owned).collect())
}

fn set(scopes: &[&str]) -> BTreeSet<String> {
    scopes.iter().map(|scope| (*scope).to_owned()).collect()
}

#[tokio::test]
async fn auz_08_a_resource_that_is_not_ours_gets_no_token() {
    let target = Target::start().await;
    let client = public(&target).await;
    let proof = Proof::new(&target);
    let asked = request(&target, &client, &proof);
    let ours = &target.origin;
    for resource in [
        "https://evil.test/mcp".to_owned(),
        format!("{ours}/other"),
        format!("{ours}/mcp#f"),
        format!("{ours}/mcp?x=1"),
        format!("{ours}/mcp/x"),
        format!("{ours}/mcp-evil"),
        format!("{ours}/MCP"),
        format!("{ours}//mcp"),
        format!("{ours}/x/../mcp"),
        format!("{ours}/%6dcp"),
        format!("{ours}.evil.test/mcp"),
        format!("{ours}@evil.test/mcp"),
        "https://user@mcp.test/mcp".to_owned(),
        "http://mcp.test/mcp".to_owned(),
        format!("{ours}:444/mcp"),
        "mcp.test/mcp".to_owned(),
        "//mcp.test/mcp".to_owned(),
        "*".to_owned(),
    ] {
        let foreign = asked.clone().with("resource", &resource);
        let reply = target.send(&Ask::get(&target_of(&foreign))).await;
        assert_eq!(reply.status, 400, "{resource}");
        assert!(!reply.has("location"), "{resource}");
        assert!(reply.text().contains("invalid_target"), "{resource}");
        // Nor as a second one.
        let second = asked.clone().and("resource", &resource);
        let reply = target.send(&Ask::get(&target_of(&second))).await;
        assert_eq!(reply.status, 400, "{resource} beside ours");
    }
    target.finish().await;
}

#[tokio::test]
async fn auz_08_the_audience_is_one_of_our_two_names_whatever_the_spelling() {
    let target = Target::start().await;
    let client = public(&target).await;
    let mcp = target.resource();
    for (resource, audience) in [
        (None, mcp.as_str()),
        (Some(mcp.as_str()), &mcp),
        (Some("https://mcp.test/mcp/"), &mcp),
        (Some("HTTPS://MCP.TEST/mcp"), &mcp),
        (Some("https://mcp.test:443/mcp"), &mcp),
        // The root is an endpoint of its own here; a token for either is good for both.
        (Some("https://mcp.test"), "https://mcp.test"),
        (Some("https://mcp.test/"), "https://mcp.test"),
    ] {
        let proof = Proof::new(&target);
        let mut asked = request(&target, &client, &proof).without("resource");
        if let Some(resource) = resource {
            asked = asked.with("resource", resource);
        }
        let code = approved_as(&target, &asked).await;
        let tokens = tokens(&redeem(&target, &client, &code, &proof).await, &client);
        assert_eq!(
            part(&tokens.access_token, 1)["aud"],
            audience,
            "{resource:?}"
        );
        assert!(
            is_let_in(&target, &tokens.access_token).await,
            "{resource:?}"
        );
    }
    target.finish().await;
}

#[tokio::test]
async fn auz_09_no_scope_is_granted_that_does_not_exist_or_was_not_shown() {
    let target = Target::start().await;
    let client = public(&target).await;
    let many: Vec<String> = (0..3000).map(|n| format!("s{n}")).collect();
    let default = set(&["intervals:read", "intervals:write"]);
    let read = set(&["intervals:read"]);
    // Unknown names are ignored, since clients send `openid email` unasked. When nothing known is left, or nothing was asked,
    // reading and writing are asked for, as in the challenge of the endpoint: the page names both and the owner unticks.
    for (scope, expected) in [
        ("intervals:admin", &default),
        ("*", &default),
        ("intervals:*", &default),
        ("INTERVALS:WRITE", &default),
        ("", &default),
        ("intervals:read", &read),
        ("intervals:read intervals:admin", &read),
        ("intervals:read intervals:write intervals:admin", &default),
        ("intervals:read\0intervals:write", &default),
        ("intervals:read,intervals:write", &default),
        ("intervals:read\u{a0}intervals:write", &default),
        ("intervals:delete", &read),
        ("intervals:settings", &read),
        (
            "intervals:read intervals:write intervals:delete intervals:settings",
            &default,
        ),
        (&many.join(" "), &default),
    ] {
        let proof = Proof::new(&target);
        let asked = request(&target, &client, &proof).with("scope", scope);
        let (form, scopes) = granted(&target, &client, &proof, &asked).await;
        let shown: BTreeSet<String> = form.boxes().into_iter().map(|(_, value)| value).collect();
        assert!(scopes.is_subset(&shown), "{scope}: {scopes:?}");
        assert_eq!(&scopes, expected, "{:.60}", scope);
        assert!(!form.html.contains("admin"), "{:.60}", scope);
    }
    // Beyond what a request line holds, the door is shut before anybody counts.
    let proof = Proof::new(&target);
    let endless = vec!["intervals:write"; 5000].join(" ");
    let asked = request(&target, &client, &proof).with("scope", &endless);
    let reply = target
        .connect()
        .await
        .ask(&Ask::get(&target_of(&asked)))
        .await;
    assert!(reply.is_none_or(|reply| [400, 414, 431].contains(&reply.status)));
    target.finish().await;
}

#[tokio::test]
async fn rule_08_a_token_for_reading_is_never_good_for_writing() {
    let target = Target::start().await;
    let reading = connected_with(&target, "intervals:read").await;
    let listed = call(&target, &reading.access_token).await;
    assert_eq!(listed.status, 200);
    assert!(!listed.text().contains("update_wellness"));
    let body = serde_json::json!({
        "jsonrpc": "2.0", "id": 3, "method": "tools/call",
        "params": { "name": "update_wellness", "arguments": { "entries": [{ "date": "today", "weight": 70 }] } },
    });
    let refused = target
        .send(&Ask::rpc("/mcp", &body).bearer(&reading.access_token))
        .await;
    assert_eq!(refused.status, 403, "{}", refused.text());
    let challenge = refused.header("www-authenticate");
    assert!(challenge.contains("insufficient_scope"), "{challenge}");
    // Asking for more when refreshing does not help.
    let wider: Vec<(&str, &str)> = client::renewal(&reading.client, &reading.refresh_token)
        .into_iter()
        .chain([("scope", "intervals:read intervals:write")])
        .collect();
    let again = tokens(&client::token(&target, &wider).await, &reading.client);
    assert_eq!(again.scope, "intervals:read");
    let refused = target
        .send(&Ask::rpc("/mcp", &body).bearer(&again.access_token))
        .await;
    assert_eq!(refused.status, 403);
    // What it may do it can, and of the rest nothing reached Intervals.icu.
    assert_eq!(target.demo.journal(), Vec::new());
    target.may_ask_upstream();
    let body = serde_json::json!({
        "jsonrpc": "2.0", "id": 4, "method": "tools/call",
        "params": { "name": "get_wellness", "arguments": {} },
    });
    let read = target
        .send(&Ask::rpc("/mcp", &body).bearer(&again.access_token))
        .await;
    assert_eq!(read.status, 200, "{}", read.text());
    let journal = target.demo.journal();
    assert!(!journal.is_empty());
    assert!(journal.iter().all(|asked| asked.method == "GET"));
    target.finish().await;
}
