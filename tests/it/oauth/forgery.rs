//! Access tokens that are not ours, made by somebody who knows how ours are made.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hkdf::Hkdf;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::support::flow::{self, call, is_let_in};
use crate::support::{Server, ServerOptions, secrets};

/// The key of one purpose, derived without the product's code.
fn key(server: &Server, purpose: &str) -> Vec<u8> {
    let hkdf = Hkdf::<Sha256>::new(
        Some(b"intervals-mcp-server/v1"),
        secrets::SIGNING.as_bytes(),
    );
    let info = format!(
        "{purpose}\0{}\0{}",
        server.public_url.origin(),
        ServerOptions::default().athlete_id
    );
    let mut key = vec![0; 64];
    hkdf.expand(info.as_bytes(), &mut key).unwrap();
    key
}

fn b64(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

fn sign(key: &[u8], signed: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(signed.as_bytes());
    format!(
        "{signed}.{}",
        URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
    )
}

fn part(token: &str, n: usize) -> Value {
    let bytes = URL_SAFE_NO_PAD
        .decode(token.split('.').nth(n).unwrap())
        .unwrap();
    serde_json::from_slice(&bytes).unwrap()
}

struct Forger {
    header: Value,
    claims: Value,
    key: Vec<u8>,
}

impl Forger {
    async fn new(server: &Server) -> Self {
        let token = flow::connect(server).await.access_token;
        Self {
            header: part(&token, 0),
            claims: part(&token, 1),
            key: key(server, "access"),
        }
    }

    fn with(&self, header: &Value, claims: &Value, key: &[u8]) -> String {
        sign(key, &format!("{}.{}", b64(header), b64(claims)))
    }

    fn with_header(&self, name: &str, value: Value) -> String {
        let mut header = self.header.clone();
        header[name] = value;
        self.with(&header, &self.claims, &self.key)
    }

    fn with_claim(&self, name: &str, value: Value) -> String {
        let mut claims = self.claims.clone();
        claims[name] = value;
        self.with(&self.header, &claims, &self.key)
    }
}

async fn is_refused(server: &Server, token: &str, what: &str) {
    let answer = call(server, "/mcp", token).await;
    assert_eq!(answer.status, 401, "{what}");
    assert!(
        answer
            .header("www-authenticate")
            .contains("error=\"invalid_token\""),
        "{what}"
    );
    for detail in ["jsonwebtoken", "HS256", "InvalidSignature", "crit", "aud"] {
        assert!(!answer.body.contains(detail), "{what}");
    }
}

#[tokio::test]
async fn the_forger_makes_tokens_exactly_as_the_server_does() {
    let server = Server::start().await;
    let forger = Forger::new(&server).await;
    assert_eq!(forger.header, json!({"typ": "at+jwt", "alg": "HS256"}));
    assert!(
        is_let_in(
            &server,
            &forger.with(&forger.header, &forger.claims, &forger.key)
        )
        .await
    );
    assert!(
        is_let_in(
            &server,
            &forger.with_claim("aud", json!(server.public_url.origin()))
        )
        .await
    );
    let mut names: Vec<&String> = forger.claims.as_object().unwrap().keys().collect();
    names.sort();
    assert_eq!(
        names,
        [
            "aud",
            "auth_time",
            "client_id",
            "exp",
            "gid",
            "iat",
            "iss",
            "jti",
            "scope",
            "seq",
            "sub"
        ]
    );
    assert_eq!(forger.claims["sub"], "owner");
    assert_eq!(forger.claims["iss"], server.public_url.origin());
    assert_eq!(forger.claims["aud"], server.public_url.mcp());
}

#[tokio::test]
async fn another_header_is_refused_even_with_the_right_key() {
    let server = Server::start().await;
    let forger = Forger::new(&server).await;
    for (name, value) in [
        ("alg", json!("none")),
        ("alg", json!("None")),
        ("alg", json!("nOnE")),
        ("alg", Value::Null),
        ("alg", json!(["HS256"])),
        ("alg", json!("")),
        ("alg", json!("HS384")),
        ("alg", json!("HS512")),
        ("alg", json!("RS256")),
        ("alg", json!("ES256")),
        ("typ", json!("JWT")),
        ("typ", json!("client+jwt")),
        ("typ", json!("refresh+jwt")),
        ("typ", Value::Null),
        ("crit", json!(["exp2"])),
        ("crit", json!([])),
        ("b64", json!(false)),
        ("zip", json!("DEF")),
        ("kid", json!("../../dev/null")),
        ("jku", json!("https://canary.test/k")),
        ("x5u", json!("https://canary.test/k")),
        ("jwk", json!({"kty": "oct", "k": "AA"})),
    ] {
        is_refused(
            &server,
            &forger.with_header(name, value.clone()),
            &format!("{name}={value}"),
        )
        .await;
    }
    let unsigned = format!("{}.{}.", b64(&json!({"alg": "none"})), b64(&forger.claims));
    is_refused(&server, &unsigned, "alg none without signature").await;
    let without_typ = forger.with(&json!({"alg": "HS256"}), &forger.claims, &forger.key);
    is_refused(&server, &without_typ, "typ absent").await;
}

#[tokio::test]
async fn every_claim_is_required_in_its_type() {
    let server = Server::start().await;
    let forger = Forger::new(&server).await;
    for name in forger.claims.as_object().unwrap().keys() {
        let mut claims = forger.claims.clone();
        claims.as_object_mut().unwrap().remove(name);
        is_refused(
            &server,
            &forger.with(&forger.header, &claims, &forger.key),
            &format!("{name} absent"),
        )
        .await;
        for value in [Value::Null, json!({"a": 1}), json!([]), json!(true)] {
            is_refused(
                &server,
                &forger.with_claim(name, value.clone()),
                &format!("{name}={value}"),
            )
            .await;
        }
    }
    let origin = server.public_url.origin();
    for (name, value) in [
        ("aud", json!("https://evil.test/mcp")),
        ("aud", json!([server.public_url.mcp()])),
        ("aud", json!([server.public_url.mcp(), "https://evil.test"])),
        ("aud", json!(1)),
        ("aud", json!(format!("{origin}/"))),
        ("iss", json!("https://evil.test")),
        ("iss", json!(format!("{origin}/"))),
        ("iss", json!([origin])),
        ("sub", json!("athlete")),
        ("scope", json!("")),
        ("scope", json!("openid")),
        ("exp", json!(0)),
        ("exp", json!(-1)),
        ("exp", json!("9999999999")),
        ("exp", json!(1e300)),
        ("iat", json!("1")),
        // Issued in the second in which it ends.
        ("iat", forger.claims["exp"].clone()),
        ("seq", json!(-1)),
        ("gid", json!("")),
        ("jti", json!("")),
    ] {
        is_refused(
            &server,
            &forger.with_claim(name, value.clone()),
            &format!("{name}={value}"),
        )
        .await;
    }
}

#[tokio::test]
async fn no_other_key_signs_an_access_token() {
    let server = Server::start().await;
    let forger = Forger::new(&server).await;
    let origin = server.public_url.origin().to_owned();
    let others = [
        b"".to_vec(),
        b"secret".to_vec(),
        origin.into_bytes(),
        ServerOptions::default().athlete_id.into_bytes(),
        b"your_jwt_secret_key_minimum_32_chars_long".to_vec(),
        b"a".repeat(32),
        secrets::SIGNING.as_bytes().to_vec(),
        key(&server, "refresh"),
        key(&server, "client-id"),
        key(&server, "txn"),
        key(&server, "csrf"),
        key(&server, "client-secret"),
    ];
    for other in others {
        let token = forger.with(&forger.header, &forger.claims, &other);
        is_refused(&server, &token, &format!("{other:?}")).await;
    }
}

#[tokio::test]
async fn a_damaged_token_is_refused() {
    let server = Server::start().await;
    let token = flow::connect(&server).await.access_token;
    let forger = Forger::new(&server).await;
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let edited = {
        let mut claims = part(&token, 1);
        claims["scope"] = json!("intervals:read intervals:write intervals:delete");
        format!("{}.{}.{signature}", b64(&forger.header), b64(&claims))
    };
    let last = if signature.ends_with('A') { 'B' } else { 'A' };
    for (what, token) in [
        (
            "last character changed",
            format!("{}{last}", &token[..token.len() - 1]),
        ),
        ("signature removed", format!("{signed}.")),
        ("two segments", signed.to_owned()),
        ("signature truncated", token[..token.len() - 2].to_owned()),
        ("padded", format!("{token}=")),
        ("four segments", format!("{token}.AA")),
        ("payload edited", edited),
    ] {
        is_refused(&server, &token, what).await;
    }
}
