//! What the server says of itself, and to whom.

use serde_json::{Value, json};

use super::client::{Proof, public, request};
use super::message::Ask;
use super::owner::target_of;
use super::page::Form;
use super::target::{Profile, Target};

#[tokio::test]
async fn auz_12_no_page_of_another_origin_can_read_the_authorization_endpoint() {
    let target = Target::start().await;
    let client = public(&target).await;
    let at = target_of(&request(&target, &client, &Proof::new(&target)));
    for origin in ["https://evil.test", "null", "https://claude.ai"] {
        let preflight = Ask::new("OPTIONS", "/oauth/authorize")
            .header("Origin", origin)
            .header("Access-Control-Request-Method", "POST");
        for ask in [
            preflight,
            Ask::get(&at).header("Origin", origin),
            Ask::post(&at).header("Origin", origin),
        ] {
            let reply = target.send(&ask).await;
            for (name, value) in &reply.headers {
                let name = name.to_ascii_lowercase();
                assert!(!name.starts_with("access-control-"), "{name}: {value}");
            }
        }
    }
    target.finish().await;
}

#[tokio::test]
async fn auz_14_what_a_proxy_or_a_stranger_forwards_changes_no_url_of_ours() {
    for hops in ["none", "1"] {
        let target = Target::with(Profile::Default, &[("TRUST_PROXY", hops)]).await;
        let client = public(&target).await;
        let asked = request(&target, &client, &Proof::new(&target));
        let forwarded = |ask: Ask| {
            ask.header("X-Forwarded-Host", "evil.test")
                .header("X-Forwarded-Proto", "http")
                .header("X-Forwarded-Port", "81")
                .header("X-Forwarded-Server", "evil.test")
                .header("X-Forwarded-Prefix", "/evil")
                .header("Forwarded", "host=evil.test;proto=http")
                .header("X-Original-URL", "/health")
                .header("X-Rewrite-URL", "/health")
                .header("X-Host", "evil.test")
        };
        for path in [
            "/.well-known/oauth-authorization-server",
            "/.well-known/oauth-authorization-server/mcp",
            "/.well-known/oauth-protected-resource",
            "/.well-known/oauth-protected-resource/mcp",
        ] {
            let reply = target.send(&forwarded(Ask::get(path))).await;
            assert_eq!(reply.status, 200, "{path}");
            let plain = target.send(&Ask::get(path)).await;
            assert_eq!(reply.text(), plain.text(), "{path}");
            assert!(reply.text().contains("https://mcp.test"), "{path}");
            assert!(!reply.text().contains("http://"), "{path}");
        }
        let refused = target.send(&forwarded(Ask::post("/mcp"))).await;
        assert_eq!(refused.status, 401);
        let challenge = refused.header("www-authenticate");
        assert!(challenge.contains("\"https://mcp.test/"), "{challenge}");
        let page = target.send(&forwarded(Ask::get(&target_of(&asked)))).await;
        assert_eq!(Form::of(&page).action, "/authorize");
        for reply in [refused, page] {
            let text = reply.everything();
            assert!(!text.contains("evil"), "{text}");
        }
        target.finish().await;
    }
}

#[tokio::test]
async fn jwt_10_no_key_is_published_and_nothing_is_announced_that_does_not_exist() {
    let target = Target::start().await;
    for path in [
        "/.well-known/jwks.json",
        "/.well-known/jwks",
        "/jwks.json",
        "/jwks",
        "/oauth/jwks",
        "/oauth/certs",
        "/.well-known/openid-configuration",
    ] {
        let reply = target.send(&Ask::get(path)).await;
        assert_eq!(reply.status, 404, "{path}");
        for part in ["\"oct\"", "\"k\":", "\"keys\""] {
            assert!(!reply.text().contains(part), "{path}");
        }
    }
    let reply = target
        .send(&Ask::get("/.well-known/oauth-authorization-server"))
        .await;
    let document = reply.json();
    assert_eq!(
        document["code_challenge_methods_supported"],
        json!(["S256"])
    );
    assert_eq!(document["response_types_supported"], json!(["code"]));
    let grants = ["authorization_code", "refresh_token"];
    assert_eq!(document["grant_types_supported"], json!(grants));
    assert_eq!(document["jwks_uri"], Value::Null);
    assert!(!reply.text().contains("\"alg\""), "{}", reply.text());
    // What is announced is there.
    for name in [
        "authorization_endpoint",
        "token_endpoint",
        "registration_endpoint",
    ] {
        let url = document[name].as_str().unwrap();
        let path = url.strip_prefix(&target.origin).unwrap();
        let reply = target.send(&Ask::new("PUT", path)).await;
        assert_eq!(reply.status, 405, "{name}");
    }
    target.finish().await;
}
