//! The MCP endpoint before strangers, with half a credential, with two, with somebody else's.

use std::collections::HashSet;
use std::time::Duration;

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::caller::{Caller, INITIALIZE, LIST, calling, mcp};
use super::client;
use super::message::{Ask, Reply};
use super::policy::WRONG_API_KEYS_PER_MINUTE;
use super::target::{Profile, Target};
use super::upstream::{Says, Upstream};
use super::wire::Connection;
use crate::support::Said;

const SESSION: &str = "Mcp-Session-Id";

/// Nothing of what the endpoint is for is in the answer.
#[track_caller]
fn tells_nothing(reply: &Reply, what: &str) {
    let everything = reply.everything();
    for word in [
        "get_today",
        "list_activities",
        "inputSchema",
        "serverInfo",
        "424242",
    ] {
        assert!(
            !everything.contains(word),
            "{word} for {what}: {everything}"
        );
    }
    assert!(!reply.has(SESSION), "{what}");
}

#[tokio::test]
async fn rs_01_no_route_answers_without_a_credential() {
    let target = Target::start().await;
    for path in [
        "/mcp",
        "/",
        "/mcp/",
        "//mcp",
        "/MCP",
        "/./mcp",
        "/x/../mcp",
        "/mcp%2f",
        "/%6dcp",
        "/mcp;x",
        "/mcp?x=1",
        "/?mcp",
        "/mcp#x",
        "/mcp/../mcp",
        "/sse",
        "/messages/",
        "/messages/?session_id=x",
        "/message",
        "/api/v1/activities",
        "/oauth/mcp",
        "/.well-known/mcp",
    ] {
        for method in [
            "POST", "GET", "HEAD", "DELETE", "PUT", "PATCH", "OPTIONS", "SEARCH",
        ] {
            let mut ask = mcp(LIST);
            ask.method = method.to_owned();
            ask.target = path.to_owned();
            let reply = target.send(&ask).await;
            let what = format!("{method} {path}: {}", reply.status);
            tells_nothing(&reply, &what);
            let preflight = method == "OPTIONS" && matches!(reply.status, 200 | 204);
            assert!(
                preflight || matches!(reply.status, 400 | 401 | 404 | 405),
                "{what}"
            );
        }
    }
    target.finish().await;
}

#[tokio::test]
async fn rs_02_the_challenge_leads_to_the_metadata_and_repeats_no_token() {
    let target = Target::start().await;
    let nobody = target.send(&mcp(INITIALIZE)).await;
    assert_eq!(nobody.status, 401);
    assert!(!nobody.header("www-authenticate").contains("error="));

    let long = format!("x{}", "0123456789abcdef".repeat(512));
    for token in [
        "garbage-garbage",
        "a\"b-garbage",
        "a\\\"b,c=d",
        long.as_str(),
    ] {
        let reply = target.send(&mcp(INITIALIZE).bearer(token)).await;
        assert_eq!(reply.status, 401, "{}", reply.text());
        let challenge = reply.header("www-authenticate");
        assert!(challenge.contains("error=\"invalid_token\""), "{challenge}");
        assert!(!reply.everything().contains(token));
        leads_to_the_metadata(&reply, &target.origin);
    }
    leads_to_the_metadata(&nobody, &target.origin);
    // The answer does not wait for a body that is announced and never sent.
    let mut waiting = target.connect().await;
    waiting
        .write(b"POST /mcp HTTP/1.1\r\nHost: mcp.test\r\nContent-Length: 500\r\n\r\n")
        .await;
    assert_eq!(waiting.reply("POST").await.unwrap().status, 401);
    target.finish().await;
}

#[track_caller]
fn leads_to_the_metadata(reply: &Reply, origin: &str) {
    let challenge = reply.header("www-authenticate");
    let metadata = format!("{origin}/.well-known/oauth-protected-resource/mcp");
    assert!(challenge.starts_with("Bearer "), "{challenge}");
    assert_eq!(challenge.matches("Bearer").count(), 1, "{challenge}");
    assert!(
        challenge.contains(&format!("resource_metadata=\"{metadata}\"")),
        "{challenge}"
    );
    assert!(challenge.contains("scope=\"intervals:read"), "{challenge}");
    assert_eq!(challenge.matches('"').count() % 2, 0, "{challenge}");
}

#[tokio::test]
async fn rs_04_only_one_well_formed_bearer_line_is_a_credential() {
    let target = Target::with(Profile::Keyed, &[]).await;
    let token = client::connected(&target).await.access_token;
    let key = target.mcp_api_key.clone();
    let bearer = format!("Bearer {token}");
    for scheme in ["bearer", "BEARER", "bEaReR"] {
        let ask = mcp(LIST).header("Authorization", &format!("{scheme} {token}"));
        assert_eq!(target.send(&ask).await.status, 200, "{scheme}");
    }
    let basic = super::upstream::basic(intervals_mcp_server::demo::API_KEY);
    for value in [
        format!("Bearer  {token}"),
        format!("Bearer\t{token}"),
        "Bearer".to_owned(),
        "Bearer ".to_owned(),
        token.clone(),
        format!("Token {token}"),
        basic,
        format!("Bearer {token}, Bearer x"),
        format!("Bearer {token} extra"),
        format!("Bearer {token},"),
        format!("Bearer \"{token}\""),
        format!("Bearer {key}x"),
        format!("Bearer:{token}"),
        format!("DPoP {token}"),
    ] {
        let reply = target
            .send(&mcp(LIST).header("Authorization", &value))
            .await;
        assert!(
            matches!(reply.status, 400 | 401),
            "{value}: {}",
            reply.status
        );
        tells_nothing(&reply, &value);
    }
    let mixed: [&[(&str, &str)]; 8] = [
        &[("Authorization", &bearer), ("Authorization", "Bearer bad")],
        &[("Authorization", "Bearer bad"), ("Authorization", &bearer)],
        &[("Authorization", &bearer), ("Authorization", &bearer)],
        &[("Authorization", "Bearer bad"), ("X-API-Key", &key)],
        &[("X-API-Key", &key), ("Authorization", "Bearer bad")],
        &[("Authorization", &bearer), ("X-API-Key", "wrong")],
        &[("Authorization", &bearer), ("X-API-Key", &key)],
        &[("Authorization", ""), ("X-API-Key", &key)],
    ];
    for headers in mixed {
        let ask = headers
            .iter()
            .fold(mcp(LIST), |ask, (name, value)| ask.header(name, value));
        let reply = target.send(&ask).await;
        assert!(
            matches!(reply.status, 400 | 401),
            "{headers:?}: {}",
            reply.status
        );
    }
    // A credential anywhere but in its header is none.
    for place in [
        Ask::post(&format!("/mcp?access_token={token}")),
        Ask::post(&format!("/mcp?api_key={key}")),
        Ask::post("/mcp").header("Cookie", &format!("access_token={token}; mcp={key}")),
        Ask::post("/mcp").header("Proxy-Authorization", &bearer),
        Ask::post("/mcp").header("X-Forwarded-Authorization", &bearer),
        Ask::post("/mcp").header("Authorization_", &bearer),
    ] {
        assert_eq!(target.send(&place.json(LIST)).await.status, 401);
    }
    target.finish().await;
}

#[tokio::test]
async fn rs_07_without_an_api_key_that_door_is_bricked_up() {
    for variables in [&[][..], &[("MCP_API_KEY", "")], &[("MCP_API_KEY", "   ")]] {
        let target = Target::with(Profile::Default, variables).await;
        let (signing, owner) = (target.signing_secret.clone(), target.owner_secret.clone());
        for key in [
            "",
            " ",
            "undefined",
            "null",
            "None",
            "optional_fallback_api_key",
            "your_secure_mcp_api_key_here",
            intervals_mcp_server::demo::API_KEY,
            &signing,
            &owner,
        ] {
            let reply = target.send(&mcp(LIST).header("X-API-Key", key)).await;
            assert_eq!(reply.status, 401, "{variables:?} {key:?}");
            let reply = target.send(&mcp(LIST).bearer(key)).await;
            assert_eq!(reply.status, 401, "{variables:?} {key:?} as bearer");
        }
        assert_eq!(target.send(&mcp(LIST)).await.status, 401);
        target.finish().await;
    }
}

#[tokio::test]
async fn rs_08_the_api_key_is_right_as_a_whole_or_wrong() {
    let target = Target::with(Profile::Keyed, &[]).await;
    let key = target.mcp_api_key.clone();
    for ask in [
        mcp(LIST).header("X-API-Key", &key),
        mcp(LIST).header("x-api-key", &key),
        mcp(LIST).bearer(&key),
    ] {
        assert_eq!(target.send(&ask).await.status, 200);
    }
    let flipped: String = key
        .chars()
        .map(|c| {
            if c.is_ascii_lowercase() {
                c.to_ascii_uppercase()
            } else {
                c.to_ascii_lowercase()
            }
        })
        .collect();
    let encoded = format!("%{:02X}{}", key.as_bytes()[0], &key[1..]);
    let digest: String = Sha256::digest(&key)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let wrong = [
        &key[..key.len() / 2],
        &key[..key.len() - 1],
        &format!("{key}x"),
        &format!("{key} {key}"),
        &flipped,
        &encoded,
        &digest,
        intervals_mcp_server::demo::API_KEY,
    ];
    for value in wrong {
        let reply = target.send(&mcp(LIST).header("X-API-Key", value)).await;
        assert_eq!(reply.status, 401, "{value}");
        assert_eq!(target.send(&mcp(LIST).bearer(value)).await.status, 401);
    }
    let twice = mcp(LIST)
        .header("X-API-Key", "wrong")
        .header("X-API-Key", &key);
    assert_eq!(target.send(&twice).await.status, 401);
    let basic = super::upstream::basic(&key);
    let in_basic = mcp(LIST).header("Authorization", &basic);
    assert_eq!(target.send(&in_basic).await.status, 401);
    let in_query = Ask::post(&format!("/mcp?X-API-Key={key}")).json(LIST);
    assert_eq!(target.send(&in_query).await.status, 401);
    let two_spaces = mcp(LIST).header("Authorization", &format!("Bearer  {key}"));
    assert_eq!(target.send(&two_spaces).await.status, 401);

    // Guessing ends long before it could lead anywhere, and the owner of the key never notices.
    let mut until_told = wrong.len();
    let told = loop {
        let reply = target.send(&mcp(LIST).header("X-API-Key", "a guess")).await;
        if reply.status == 429 {
            break reply;
        }
        assert_eq!(reply.status, 401);
        until_told += 1;
        assert!(until_told <= WRONG_API_KEYS_PER_MINUTE, "{until_told}");
    };
    assert_eq!(until_told, WRONG_API_KEYS_PER_MINUTE);
    let wait: u64 = told.header("retry-after").parse().unwrap();
    assert!((1..=60).contains(&wait), "{wait}");
    assert_eq!(
        target
            .send(&mcp(LIST).header("X-API-Key", &key))
            .await
            .status,
        200
    );
    target.finish().await;
}

#[tokio::test]
async fn rs_09_a_session_id_is_worth_nothing() {
    let target = Target::start().await;
    target.may_ask_upstream();
    let a = client::connected(&target).await;
    let b = client::connected_with(&target, "intervals:read").await;
    let initialized = target.send(&mcp(INITIALIZE).bearer(&a.access_token)).await;
    assert_eq!(initialized.status, 200);
    assert!(!initialized.has(SESSION), "a session has begun");

    let chosen = "3f1c0a52-0000-4000-8000-5a5a5a5a5a5a";
    let adopted = target
        .send(
            &mcp(INITIALIZE)
                .bearer(&a.access_token)
                .header(SESSION, chosen),
        )
        .await;
    assert!(!adopted.everything().contains(chosen));

    // Without a token it opens nothing, whatever is asked.
    for method in ["POST", "GET", "DELETE"] {
        let mut ask = mcp(LIST).header(SESSION, chosen);
        ask.method = method.to_owned();
        assert_eq!(target.send(&ask).await.status, 401, "{method}");
    }
    // With another's token it is that token's rights that count.
    let as_b = |body: &str| mcp(body).bearer(&b.access_token).header(SESSION, chosen);
    let hidden = calling("get_help", &json!({ "topic": "hidden" }));
    let told = Said::of(&target.send(&as_b(&hidden)).await).ok();
    assert!(told.contains("has the scopes: intervals:read."), "{told}");
    let write = calling(
        "update_wellness",
        &json!({ "entries": [{ "date": "today", "mood": "good" }] }),
    );
    assert_eq!(target.send(&as_b(&write)).await.status, 403);
    for method in ["GET", "DELETE"] {
        let mut ask = as_b(LIST);
        ask.method = method.to_owned();
        let reply = target.send(&ask).await;
        assert_eq!(reply.status, 405, "{method}");
        assert!(!reply.header("content-type").contains("event-stream"));
    }
    target.finish().await;
}

#[tokio::test]
async fn rs_09_a_revoked_grant_has_no_session_to_live_on_in() {
    let target = Target::start().await;
    let client = client::public(&target).await;
    let (code, proof) = client::approved(&target, &client).await;
    let redeemed = client::redeem(&target, &client, &code, &proof).await;
    let tokens = client::tokens(&redeemed, &client);
    let session = "0b9d7e8a-0000-4000-8000-1c1c1c1c1c1c";
    let with_session = || {
        mcp(LIST)
            .bearer(&tokens.access_token)
            .header(SESSION, session)
    };
    // One connection for all of it: the connection is no session either.
    let mut connection = target.connect().await;
    let before = connection.ask(&with_session()).await.unwrap();
    assert_eq!(before.status, 200);
    // A code that comes back ends what it began.
    let again = client::redeem(&target, &client, &code, &proof).await;
    assert_eq!(again.error(), "invalid_grant");
    let after = connection.ask(&with_session()).await.unwrap();
    assert_eq!(after.status, 401);
    target.finish().await;
}

/// An activity of which only the name matters, and that is the id.
fn named_after_its_id(path: &str) -> Says {
    let id = path.rsplit('/').next().unwrap();
    Says::json(format!(
        r#"{{"id":"{id}","type":"Ride","name":"marker of {id}","moving_time":3600,
            "start_date_local":"2026-03-17T08:00:00","source":"GARMIN_CONNECT"}}"#
    ))
}

#[tokio::test]
async fn rs_10_parallel_answers_never_cross() {
    let upstream = Upstream::start(|asked| {
        if asked.path().starts_with("/api/v1/activity/") {
            let late = Duration::from_millis(u64::from(asked.target.len() as u8 % 7) * 20);
            Says::Late(late, Box::new(named_after_its_id(asked.path())))
        } else {
            Says::Honest
        }
    })
    .await;
    let target = Target::with(
        Profile::Default,
        &[("INTERVALS_BASE_URL", &upstream.base_url)],
    )
    .await;
    let a = client::connected(&target).await.access_token;
    let b = client::connected_with(&target, "intervals:read")
        .await
        .access_token;
    let calls = (0..200).map(|n| {
        let caller = Caller::new(&target, if n % 2 == 0 { &a } else { &b });
        async move {
            let id = format!("i{}", 70_000 + n * 13);
            let body = calling("get_activity", &json!({ "id": id }));
            let reply = caller.post(body).await;
            assert_eq!(reply.json()["id"], 3);
            (id, Said::of(&reply).ok())
        }
    });
    let answers = futures_util::future::join_all(calls).await;
    let mut seen = HashSet::new();
    for (id, text) in answers {
        assert!(text.contains(&format!("marker of {id}")), "{id}: {text}");
        assert_eq!(text.matches("marker of ").count(), 1, "{text}");
        assert!(seen.insert(id));
    }
    target.finish().await;
}

#[tokio::test]
async fn rs_10_no_stream_outlives_the_call_that_it_answers() {
    let target = Target::start().await;
    target.may_ask_upstream();
    let token = client::connected(&target).await.access_token;
    let modern = |method: &str| {
        let body = json!({ "jsonrpc": "2.0", "id": 4, "method": method, "params": {
            "_meta": crate::support::meta(crate::support::MODERN), "notifications": { "toolsListChanged": true } } });
        Ask::post("/mcp")
            .bearer(&token)
            .header("Accept", "application/json, text/event-stream")
            .header("MCP-Protocol-Version", crate::support::MODERN)
            .header("Mcp-Method", method)
            .json(body.to_string())
    };
    let with_progress = json!({ "jsonrpc": "2.0", "id": 5, "method": "tools/call", "params": {
        "name": "get_today", "arguments": {}, "_meta": { "progressToken": "p" } } });
    let mut stream = mcp("");
    stream.method = "GET".to_owned();
    stream.body = None;
    for ask in [
        modern("subscriptions/listen"),
        modern("tools/list"),
        mcp(with_progress.to_string()).bearer(&token),
        mcp(INITIALIZE).bearer(&token),
        stream.bearer(&token).header("Last-Event-ID", "0"),
    ] {
        let mut connection: Connection = target.connect().await;
        let reply = connection.ask(&ask).await.unwrap();
        match reply.header("content-type") {
            "application/json" => {}
            // News of how far a call is; the answer to it is the end.
            "text/event-stream" => {
                let last = reply.text();
                let last = last.lines().rfind(|line| line.starts_with("data:"));
                let last: Value = serde_json::from_str(&last.unwrap()["data:".len()..]).unwrap();
                assert_eq!(
                    (&last["id"], &last["result"]["isError"]),
                    (&json!(5), &json!(false))
                );
            }
            kind => panic!("{kind}: {}", ask.method),
        }
        // The answer is over: the next one on this connection is judged by itself.
        assert_eq!(connection.ask(&mcp(LIST)).await.unwrap().status, 401);
    }
    target.finish().await;
}
