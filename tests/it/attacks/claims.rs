//! Tokens under the right key that say the wrong things.

use serde_json::{Value, json};

use super::client::is_let_in;
use super::forge::{b64, json64, part, sign};
use super::jwt::{forging, is_refused};
use super::message::Ask;

#[tokio::test]
async fn jwt_04_a_token_of_another_issuer_or_for_another_audience_is_refused() {
    let (target, forger) = forging().await;
    let (ours, mcp) = (target.origin.clone(), target.resource());
    for claim in ["aud", "iss"] {
        is_refused(
            &target,
            &forger.without_claim(claim).token(),
            &format!("no {claim}"),
        )
        .await;
        for value in [
            Value::Null,
            json!(1),
            json!(true),
            json!(""),
            json!([]),
            json!({"a": 1}),
            json!("https://evil.test/mcp"),
            json!("https://evil.test"),
            json!([mcp]),
            json!([ours]),
            json!([mcp, "https://evil.test"]),
            json!(format!("{ours}/")),
            json!(format!("{mcp}/")),
            json!(format!("{ours}.evil.test")),
            json!("http://mcp.test"),
            json!("HTTPS://MCP.TEST"),
        ] {
            let token = forger.claim(claim, value.clone()).token();
            is_refused(&target, &token, &format!("{claim} {value}")).await;
        }
    }
    is_refused(
        &target,
        &forger.claim("iss", mcp).token(),
        "iss is the resource",
    )
    .await;
    // The bare origin is an endpoint of ours too.
    assert!(is_let_in(&target, &forger.claim("aud", ours).token()).await);
    target.finish().await;
}

#[tokio::test]
async fn rule_07_every_claim_is_needed_once_in_its_type_and_no_other_is_taken() {
    let (target, forger) = forging().await;
    for name in forger.claims.as_object().unwrap().keys() {
        let token = forger.without_claim(name).token();
        is_refused(&target, &token, &format!("no {name}")).await;
        for value in [Value::Null, json!({"a": 1}), json!([]), json!(true)] {
            let token = forger.claim(name, value.clone()).token();
            is_refused(&target, &token, &format!("{name} {value}")).await;
        }
        let text = forger.claims.to_string();
        let twice = format!("{{\"{name}\":{},{}", forger.claims[name], &text[1..]);
        let token = sign(
            &forger.key,
            &format!("{}.{}", json64(&forger.header), b64(twice)),
        );
        is_refused(&target, &token, &format!("{name} twice")).await;
    }
    let now = forger.claims["iat"].as_i64().unwrap();
    for (name, value) in [
        ("exp", json!(0)),
        ("exp", json!(-1)),
        ("exp", json!(now - 1)),
        ("exp", json!("9999999999")),
        ("exp", json!(1e300)),
        ("exp", json!(9_999_999_999.5)),
        ("iat", json!("1")),
        ("iat", json!(9_999_999_999_i64)),
        // Issued in the second in which it ends.
        ("iat", forger.claims["exp"].clone()),
        ("sub", json!("athlete")),
        ("sub", json!("")),
        ("scope", json!("")),
        ("scope", json!("openid")),
        ("seq", json!(-1)),
        ("seq", json!("1")),
        ("gid", json!("")),
        ("jti", json!("")),
        ("client_id", json!("")),
        ("nbf", json!(9_999_999_999_i64)),
        ("nbf", json!("soon")),
    ] {
        let token = forger.claim(name, value.clone()).token();
        is_refused(&target, &token, &format!("{name} {value}")).await;
    }
    for body in ["", "null", "[]", "{}", "1", "\"x\"", "{", &"[".repeat(900)] {
        let token = sign(
            &forger.key,
            &format!("{}.{}", json64(&forger.header), b64(body)),
        );
        is_refused(&target, &token, body).await;
    }
    let long = forger.claim("jti", "j".repeat(100_000)).token();
    let reply = target.send(&Ask::post("/mcp").bearer(&long)).await;
    assert!([400, 401, 431].contains(&reply.status), "{}", reply.status);
    assert_eq!(part(&forger.token(), 1), forger.claims);
    assert!(is_let_in(&target, &forger.token()).await);
    target.finish().await;
}
