//! Too much of everything.

use std::time::Duration;

use serde_json::json;

use super::client::{self, CALLBACK, Proof, request};
use super::message::{Ask, Reply};
use super::owner::{Browser, target_of};
use super::page::Form;
use super::policy::{
    ANSWERS_WITHIN, GROWTH, MCP_BODY, REGISTER_BODY, REGISTRATIONS_OF_ONE, REGISTRATIONS_UNTIL_429,
    TOKEN_BODY,
};
use super::site::Site;
use super::target::{Profile, Target};
use crate::support::{Server, ServerOptions};

/// Refused as too large, or as not acceptable if it fits.
#[track_caller]
fn is_turned_away(reply: &Reply, what: &str) {
    assert!(
        [400, 413].contains(&reply.status),
        "{what}: {}",
        reply.status
    );
    assert_eq!(reply.header("content-type"), "application/json", "{what}");
}

#[track_caller]
fn has_not_grown(target: &Target, before: u64) {
    let grown = target.resident().saturating_sub(before);
    assert!(grown < GROWTH, "{grown} bytes more");
}

#[tokio::test]
async fn reg_06_oversized_metadata_is_refused_and_not_kept() {
    let target = Target::start().await;
    let before = target.resident();
    let many: Vec<String> = (0..2000)
        .map(|n| format!("https://client.test/{n}"))
        .collect();
    let contacts: Vec<String> = (0..10_000).map(|n| format!("{n}@client.test")).collect();
    let eleven: Vec<String> = many.iter().take(11).cloned().collect();
    for (what, body) in [
        (
            "one URI of 5,000 characters",
            json!({"redirect_uris": [format!("https://client.test/{}", "a".repeat(5000))]}),
        ),
        ("2,000 URIs", json!({"redirect_uris": many})),
        ("eleven URIs", json!({"redirect_uris": eleven})),
        (
            "a name of 100,000 characters",
            json!({"redirect_uris": [CALLBACK], "client_name": "n".repeat(100_000)}),
        ),
        (
            "10,000 contacts",
            json!({"redirect_uris": [CALLBACK], "contacts": contacts}),
        ),
        (
            "a software statement of a megabyte",
            json!({"redirect_uris": [CALLBACK], "software_statement": "s".repeat(1 << 20)}),
        ),
    ] {
        // The answer may come before the body has been taken, and the connection end with it.
        let mut connection = target.connect().await;
        let reply = connection
            .ask(&Ask::post("/oauth/register").json(body.to_string()))
            .await;
        if let Some(reply) = reply {
            is_turned_away(&reply, what);
        }
    }
    has_not_grown(&target, before);
    target.finish().await;
}

#[tokio::test]
async fn reg_06_a_body_is_refused_by_its_length_and_without_one_as_soon_as_it_is_too_long() {
    let target = Target::start().await;
    let before = target.resident();
    let announced = Ask::post("/oauth/register")
        .header("Content-Type", "application/json")
        .header("Content-Length", "10485760");
    let reply = target.send(&announced).await;
    assert_eq!(reply.status, 413);

    let mut connection = target.connect().await;
    let endless = Ask::post("/oauth/register")
        .header("Content-Type", "application/json")
        .header("Transfer-Encoding", "chunked");
    connection.write(&endless.bytes(&target.authority)).await;
    let piece = format!("400\r\n{}\r\n", " ".repeat(1024));
    // A little more than is taken: the answer must come although the body never ends.
    for _ in 0..=REGISTER_BODY / 1024 + 2 {
        connection.write(piece.as_bytes()).await;
    }
    let reply = connection.reply("POST").await.unwrap();
    is_turned_away(&reply, "an endless body");
    has_not_grown(&target, before);
    target.finish().await;
}

#[tokio::test]
async fn reg_11_a_flood_of_registrations_is_slowed_down_and_harms_no_connected_client() {
    // Rotating the header avoids nothing when nobody is trusted with it, nor behind a proxy that adds the true address.
    for (hops, own_proxy) in [("none", ""), ("1", ", 192.0.2.7")] {
        let target = Target::with(Profile::Default, &[("TRUST_PROXY", hops)]).await;
        let tokens = client::connected(&target).await;
        let before = target.resident();
        let body = json!({
            "client_name": "Suite",
            "redirect_uris": [CALLBACK],
            "token_endpoint_auth_method": "none",
        });
        let mut connection = target.connect().await;
        let mut first_wait = None;
        for n in 0..200 {
            let forwarded = format!("10.0.{}.{}{own_proxy}", n / 100, n % 100);
            let ask = Ask::post("/oauth/register")
                .header("X-Forwarded-For", &forwarded)
                .json(body.to_string());
            let reply = connection.ask(&ask).await.unwrap();
            assert!([201, 429].contains(&reply.status), "{}", reply.status);
            if reply.status == 429 {
                let wait: u64 = reply.header("retry-after").parse().unwrap();
                assert!((1..=60).contains(&wait));
                first_wait.get_or_insert(n + 1);
            }
        }
        let first_wait = first_wait.expect("200 registrations and nobody waits");
        assert!(first_wait <= REGISTRATIONS_UNTIL_429, "{first_wait}");
        assert_eq!(client::refresh(&target, &tokens).await.status, 200);
        assert!(client::is_let_in(&target, &tokens.access_token).await);
        has_not_grown(&target, before);
        target.finish().await;
    }
}

#[tokio::test]
async fn rule_11_what_strangers_send_in_thousands_is_not_kept() {
    let target = Target::start().await;
    let tokens = client::connected(&target).await;
    let proof = Proof::new(&target);
    let asked = request(&target, &tokens.client, &proof);
    let at = target_of(&asked);
    let browser = Browser::new(&target);
    browser.open(&asked).await;
    let before = target.resident();
    let open_before = target.descriptors();
    let mut connection = target.connect().await;
    for n in 0..1000 {
        // A page of its own for each, and a no to it: all that a stranger can have remembered.
        let page = Ask::get(&at).header("Cookie", &browser.cookie_line());
        let form = Form::of(&connection.ask(&page).await.unwrap());
        let denial = browser.filled(&form, &form.denial());
        let denial = denial.header("Cookie", &browser.cookie_line());
        assert_eq!(connection.ask(&denial).await.unwrap().status, 200);
        let code = format!("code-{n}-of-nobody");
        let redemption = client::redemption(&tokens.client, &code, &proof);
        let redemption = Ask::post("/oauth/token").form(&redemption);
        assert_eq!(connection.ask(&redemption).await.unwrap().status, 400);
        let bearer = Ask::post("/mcp").bearer(&format!("token-{n}-of-nobody"));
        assert_eq!(connection.ask(&bearer).await.unwrap().status, 401);
    }
    drop(connection);
    has_not_grown(&target, before);
    assert!(target.descriptors() <= open_before + 2);
    assert!(client::is_let_in(&target, &tokens.access_token).await);
    target.finish().await;
}

#[tokio::test]
async fn rule_11_each_endpoint_stops_reading_at_its_size() {
    let target = Target::start().await;
    let bearer = client::connected(&target).await.access_token;
    let form = "application/x-www-form-urlencoded";
    for (path, kind, most) in [
        ("/oauth/register", "application/json", REGISTER_BODY),
        ("/register", "application/json", REGISTER_BODY),
        ("/oauth/token", form, TOKEN_BODY),
        ("/token", form, TOKEN_BODY),
        ("/oauth/authorize", form, TOKEN_BODY),
        ("/authorize", form, TOKEN_BODY),
        ("/mcp", "application/json", MCP_BODY),
        ("/", "application/json", MCP_BODY),
    ] {
        let mut ask = Ask::post(path).header("Content-Type", kind);
        if most == MCP_BODY {
            ask = ask.bearer(&bearer);
        }
        let largest = target.send(&ask.clone().body("a".repeat(most))).await;
        assert!(
            [400, 403].contains(&largest.status),
            "{path}: {}",
            largest.status
        );
        // The answer may come before the last byte is taken, and the connection end with it.
        let larger = ask.body("a".repeat(most + 1));
        if let Some(reply) = target.connect().await.ask(&larger).await {
            assert_eq!(reply.status, 413, "{path}");
        }
        let announced = Ask {
            body: None,
            ..larger.header("Content-Length", &(most + 1).to_string())
        };
        assert_eq!(target.send(&announced).await.status, 413, "{path}");
    }
    target.finish().await;
}

#[tokio::test]
async fn rule_11_a_form_that_comes_in_pieces_is_the_same_form() {
    let target = Target::start().await;
    let client = client::public(&target).await;
    let (code, proof) = client::approved(&target, &client).await;
    let ask = Ask::post("/oauth/token").form(&client::redemption(&client, &code, &proof));
    let mut connection = target.connect().await;
    let bytes = ask.bytes(&target.authority);
    assert!(
        connection
            .trickle(&bytes, 100, Duration::from_millis(1))
            .await
    );
    let reply = connection.reply("POST").await.unwrap();
    assert_eq!(reply.status, 200, "{}", reply.text());
    // One that breaks off is none, and the code in it stays unspent.
    let (code, proof) = client::approved(&target, &client).await;
    let ask = Ask::post("/oauth/token").form(&client::redemption(&client, &code, &proof));
    let bytes = ask.bytes(&target.authority);
    let mut connection = target.connect().await;
    connection.write(&bytes[..bytes.len() - 1]).await;
    connection.half_close().await;
    let reply = connection.reply("POST").await;
    assert!(reply.is_none_or(|reply| reply.status == 400));
    assert!(connection.closes_within(ANSWERS_WITHIN).await);
    assert_eq!(
        client::redeem(&target, &client, &code, &proof).await.status,
        200
    );
    target.finish().await;
}

#[tokio::test]
async fn reg_11_behind_a_proxy_the_address_is_what_our_proxy_wrote_and_not_what_the_stranger_did() {
    let server = Server::with(ServerOptions {
        trusted_proxy_hops: 1,
        ..ServerOptions::default()
    })
    .await;
    let site = Site::of(&server);
    let body = json!({"redirect_uris": [CALLBACK], "token_endpoint_auth_method": "none"});
    let from = |forwarded: String| {
        Ask::post("/oauth/register")
            .header("X-Forwarded-For", &forwarded)
            .json(body.to_string())
    };
    // Slowly enough for the limit on what comes at once.
    for n in 0..REGISTRATIONS_OF_ONE {
        let reply = site.send(&from(format!("10.0.0.{n}, 192.0.2.7"))).await;
        assert_eq!(reply.status, 201, "{n}");
        server.clock.advance(Duration::from_secs(1));
    }
    let own = site.send(&from("10.0.1.1, 192.0.2.7".to_owned())).await;
    assert_eq!(own.status, 429);
    let other = site.send(&from("10.0.1.1, 192.0.2.8".to_owned())).await;
    assert_eq!(other.status, 201);
    let claimed = site.send(&from("192.0.2.7, 192.0.2.9".to_owned())).await;
    assert_eq!(claimed.status, 201);
    site.hold();
}
