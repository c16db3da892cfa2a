//! Access tokens that are not ours, and some that nearly are.

use intervals_mcp_server::demo::ATHLETE_ID;
use serde_json::{Value, json};

use super::client::{self, Proof, call, connected, is_let_in, public, request};
use super::forge::{Forger, b64, json64, key, sign};
use super::message::Ask;
use super::owner::{Browser, target_of};
use super::site::Site;
use super::target::{Profile, Target, random};

/// The key of one purpose of a target.
fn key_of(target: &Target, purpose: &str) -> Vec<u8> {
    key(&target.signing_secret, purpose, &target.origin, ATHLETE_ID)
}

/// A target and a forger with a real token of it and the real key.
pub async fn forging() -> (Target, Forger) {
    let target = Target::start().await;
    let token = connected(&target).await.access_token;
    let forger = Forger::of(&token, key_of(&target, "access"));
    (target, forger)
}

pub async fn is_refused(site: &Site, token: &str, what: &str) {
    let reply = call(site, token).await;
    assert_eq!(reply.status, 401, "{what}");
    let challenge = reply.header("www-authenticate");
    assert!(challenge.starts_with("Bearer "), "{what}: {challenge}");
    assert!(
        challenge.contains("error=\"invalid_token\""),
        "{what}: {challenge}"
    );
    let text = reply.everything();
    for detail in [
        "jsonwebtoken",
        "HS256",
        "InvalidSignature",
        "signature",
        "crit",
        "alg",
    ] {
        assert!(!text.contains(detail), "{what}: {text}");
    }
    assert!(token.len() < 20 || !text.contains(token), "{what}");
}

#[tokio::test]
async fn the_forger_makes_tokens_exactly_as_the_server_does() {
    let target = Target::start().await;
    let token = connected(&target).await.access_token;
    let forger = Forger::of(&token, key_of(&target, "access"));
    assert_eq!(forger.token(), token);
    assert_eq!(forger.header, json!({"typ": "at+jwt", "alg": "HS256"}));
    let again = forger.claim("jti", "another");
    assert!(is_let_in(&target, &again.token()).await);
    target.finish().await;
}

#[tokio::test]
async fn jwt_01_a_token_without_an_algorithm_is_refused_in_every_spelling() {
    let (target, forger) = forging().await;
    let real = forger.token();
    let (_, signature) = real.rsplit_once('.').unwrap();
    for alg in [
        json!("none"),
        json!("None"),
        json!("NONE"),
        json!("nOnE"),
        json!("none "),
        json!(""),
        Value::Null,
        json!(["HS256"]),
        json!({"HS256": true}),
        json!(256),
    ] {
        let other = forger.header("alg", alg.clone());
        let signed = other.signed();
        let what = format!("alg {alg}");
        for token in [
            format!("{signed}."),
            format!("{signed}.{signature}"),
            other.token(),
            signed,
        ] {
            is_refused(&target, &token, &what).await;
        }
    }
    let absent = forger.without_header("alg");
    is_refused(&target, &absent.token(), "no alg").await;
    is_refused(
        &target,
        &format!("{}.", absent.signed()),
        "no alg, no signature",
    )
    .await;
    let claims = json64(&forger.claims);
    for head in [
        b64("not json"),
        b64("[]"),
        b64("\"HS256\""),
        String::new(),
        "!!!".to_owned(),
    ] {
        is_refused(
            &target,
            &sign(&forger.key, &format!("{head}.{claims}")),
            &head,
        )
        .await;
    }
    for token in [
        "a",
        "a.b",
        "a.b.c",
        "..",
        "...",
        &claims,
        &format!(".{claims}."),
    ] {
        is_refused(&target, token, token).await;
    }
    target.finish().await;
}

#[tokio::test]
async fn jwt_02_no_other_algorithm_and_no_key_that_can_be_guessed_is_taken() {
    let (target, forger) = forging().await;
    for alg in [
        "HS384", "HS512", "RS256", "PS256", "ES256", "EdDSA", "hs256",
    ] {
        let other = forger.header("alg", alg);
        is_refused(&target, &other.token(), &format!("{alg} under our key")).await;
        let public = other.token_by(target.origin.as_bytes());
        is_refused(&target, &public, &format!("{alg} under a public string")).await;
        let random = format!("{}.{}", other.signed(), random(64));
        is_refused(&target, &random, &format!("{alg} under nothing")).await;
    }
    let own = b"a key that the token brings along";
    let brought = forger.header("jwk", json!({"kty": "oct", "k": b64(own), "alg": "HS256"}));
    is_refused(&target, &brought.token_by(own), "its own key").await;
    let signing = target.signing_secret.clone();
    for guess in [
        "",
        "secret",
        "changeme",
        &target.origin,
        &target.resource(),
        ATHLETE_ID,
        "your_jwt_secret_key_minimum_32_chars_long",
        &"a".repeat(32),
        &"\0".repeat(64),
        // Every purpose has a key of its own: the secret itself signs nothing.
        &signing,
    ] {
        is_refused(
            &target,
            &forger.token_by(guess.as_bytes()),
            guess.get(..9).unwrap_or(guess),
        )
        .await;
    }
    for purpose in [
        "refresh",
        "client-id",
        "client-secret",
        "txn",
        "csrf",
        "device",
        "",
    ] {
        is_refused(
            &target,
            &forger.token_by(&key_of(&target, purpose)),
            purpose,
        )
        .await;
    }
    target.finish().await;
}

#[tokio::test]
async fn jwt_03_a_signature_holds_for_its_bytes_only() {
    let (target, forger) = forging().await;
    let token = forger.token();
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let (head, claims) = signed.split_once('.').unwrap();
    let edited = forger.claim("scope", "intervals:read intervals:write intervals:delete");
    let flipped = |text: &str| {
        let (most, last) = text.split_at(text.len() - 1);
        format!("{most}{}", if last == "A" { "Q" } else { "A" })
    };
    let unused = |text: &str| {
        // The last character of 32 bytes has bits to spare; a second spelling is a second token.
        let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        let (most, last) = text.split_at(text.len() - 1);
        let at = alphabet.find(last).unwrap() + 1;
        format!("{most}{}", &alphabet[at..=at])
    };
    for (what, damaged) in [
        (
            "last byte of the signature",
            format!("{signed}.{}", flipped(signature)),
        ),
        (
            "another spelling of the signature",
            format!("{signed}.{}", unused(signature)),
        ),
        ("no signature", format!("{signed}.")),
        ("half a signature", format!("{signed}.{}", &signature[..20])),
        ("other claims", format!("{}.{signature}", edited.signed())),
        ("padded", format!("{token}=")),
        ("padded claims", format!("{head}.{claims}=.{signature}")),
        ("four segments", format!("{token}.AA")),
        ("five segments", format!("{token}.{signature}.AA")),
        ("signature first", format!("{signature}.{signed}")),
        (
            "white space within",
            format!("{head}. {claims}.{signature}"),
        ),
        ("quoted", format!("\"{token}\"")),
        ("a comma", format!("{token},{token}")),
        ("another key", forger.token_by(random(48).as_bytes())),
    ] {
        is_refused(&target, &damaged, what).await;
    }
    // A line break cannot be part of a header: folded, it is no request at all.
    let folded = Ask::post("/mcp").header("Authorization", &format!("Bearer {token}\r\n x"));
    let reply = target.send(&folded).await;
    assert!([400, 401].contains(&reply.status), "{}", reply.status);
    assert!(is_let_in(&target, &token).await);
    target.finish().await;
}

#[tokio::test]
async fn jwt_06_a_token_of_another_type_purpose_or_deployment_is_refused() {
    let (target, forger) = forging().await;
    for typ in [
        json!("JWT"),
        json!("jwt"),
        json!("AT+JWT"),
        json!("application/at+jwt"),
        json!("client+jwt"),
        json!("code+jwt"),
        json!("refresh+jwt"),
        json!("txn+jwt"),
        json!(""),
        json!(["at+jwt"]),
        Value::Null,
    ] {
        let token = forger.header("typ", typ.clone()).token();
        is_refused(&target, &token, &format!("typ {typ}")).await;
    }
    is_refused(&target, &forger.without_header("typ").token(), "no typ").await;

    // Everything else that the server signs, as it is.
    let tokens = connected(&target).await;
    let browser = Browser::new(&target);
    let client = public(&target).await;
    let form = browser
        .open(&request(&target, &client, &Proof::new(&target)))
        .await;
    browser.approve(&form).await;
    let mut signed = vec![tokens.refresh_token, client.id];
    signed.extend(form.hidden().into_iter().map(|(_, value)| value));
    signed.extend(browser.cookies().into_values());
    for value in &signed {
        is_refused(&target, value, "something else of ours").await;
    }

    // The same secret at another address, or for another athlete, is another deployment.
    let secret = target.signing_secret.clone();
    let elsewhere = [
        ("BASE_URL", "https://other.test"),
        ("JWT_SECRET_KEY", &secret),
    ];
    let other = Target::with(Profile::Default, &elsewhere).await;
    let tokens = connected(&other).await;
    let foreign = tokens.access_token.clone();
    assert!(is_let_in(&other, &foreign).await);
    is_refused(&target, &foreign, "of another address").await;
    // What names no issuer is told apart by its key.
    let refreshed = client::refresh(&target, &tokens).await;
    assert_eq!(refreshed.error(), "invalid_client");
    let asked = request(&target, &tokens.client, &Proof::new(&target));
    let unknown = target.send(&Ask::get(&target_of(&asked))).await;
    assert_eq!(unknown.status, 400, "a client of another address");
    let renamed = Forger::of(&foreign, key_of(&other, "access"))
        .claim("iss", target.origin.clone())
        .claim("aud", target.resource());
    is_refused(
        &target,
        &renamed.token(),
        "under the key of another address",
    )
    .await;
    let athlete = key(&secret, "access", &target.origin, "i1");
    is_refused(
        &target,
        &forger.token_by(&athlete),
        "under the key of another athlete",
    )
    .await;
    other.finish().await;
    target.finish().await;
}

#[tokio::test]
async fn jwt_07_nothing_in_the_header_is_followed_or_passed_over() {
    let (target, forger) = forging().await;
    let canary = target.canary.url("/keys");
    for (name, value) in [
        ("kid", json!("../../../../dev/null")),
        ("kid", json!("' OR 1=1--")),
        ("kid", json!("k".repeat(10_000))),
        ("kid", json!("1")),
        ("jku", json!(canary)),
        ("x5u", json!(canary)),
        ("x5c", json!(["AA"])),
        ("jwk", json!({"kty": "oct", "k": "AA"})),
        ("crit", json!(["exp2"])),
        ("crit", json!(["exp"])),
        ("crit", json!([])),
        ("b64", json!(false)),
        ("zip", json!("DEF")),
        ("cty", json!("JWT")),
        ("enc", json!("A128GCM")),
    ] {
        let token = forger.header(name, value).token();
        is_refused(&target, &token, name).await;
    }
    let unencoded = forger.header("b64", false).header("crit", json!(["b64"]));
    is_refused(&target, &unencoded.token(), "b64 in crit").await;
    // The same header in another order, with a space, or with a member twice is not the header that we write.
    let claims = json64(&forger.claims);
    for head in [
        r#"{"alg":"HS256","typ":"at+jwt"}"#,
        r#"{"typ":"at+jwt", "alg":"HS256"}"#,
        r#"{"typ":"at+jwt","alg":"none","alg":"HS256"}"#,
        r#"{"typ":"at+jwt","alg":"HS256","alg":"HS256"}"#,
    ] {
        is_refused(
            &target,
            &sign(&forger.key, &format!("{}.{claims}", b64(head))),
            head,
        )
        .await;
    }
    target.finish().await;
}
