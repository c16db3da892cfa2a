//! Registering clients that should not be.

use serde_json::{Value, json};

use super::client::{
    self, CALLBACK, Proof, approved_as, is_let_in, public, register_as, register_raw, request,
};
use super::message::{Ask, Reply};
use super::target::{Profile, Target};

fn with_callback(uri: &str) -> String {
    json!({
        "client_name": "Suite",
        "redirect_uris": [uri],
        "token_endpoint_auth_method": "none",
    })
    .to_string()
}

#[track_caller]
fn is_refused(reply: &Reply, errors: &[&str], what: &str) {
    assert_eq!(reply.status, 400, "{what}: {}", reply.text());
    assert!(
        errors.contains(&reply.error().as_str()),
        "{what}: {}",
        reply.text()
    );
    assert_eq!(reply.header("content-type"), "application/json", "{what}");
    assert_eq!(reply.header("cache-control"), "no-store", "{what}");
    assert!(!reply.text().contains("client_id"), "{what}");
}

async fn none_is_registered(uris: &[&str]) {
    let target = Target::start().await;
    for uri in uris {
        let reply = register_raw(&target, with_callback(uri)).await;
        is_refused(&reply, &["invalid_redirect_uri"], uri);
    }
    target.finish().await;
}

#[tokio::test]
async fn every_profile_lets_the_owner_connect_a_client() {
    for profile in [
        Profile::Default,
        Profile::Keyed,
        Profile::Origins,
        Profile::Local,
    ] {
        let target = Target::with(profile, &[]).await;
        let tokens = client::connected(&target).await;
        assert!(is_let_in(&target, &tokens.access_token).await);
        let refreshed = client::refresh(&target, &tokens).await;
        assert_eq!(refreshed.status, 200);
        target.finish().await;
    }
}

#[tokio::test]
async fn reg_01_script_and_other_schemes_are_not_registered() {
    none_is_registered(&[
        "javascript:alert(document.domain)",
        "jAvAsCrIpT:alert(1)//",
        "java\tscript:alert(1)",
        "java\nscript:alert(1)",
        " javascript:alert(1)",
        "\u{1}javascript:alert(1)",
        "\u{feff}javascript:alert(1)",
        "javascript://client.test/%0aalert(1)",
        "javascript:/cb",
        "data:text/html,<script>alert(1)</script>",
        "data:/cb",
        "vbscript:msgbox(1)",
        "file:///etc/hostname",
        "blob:https://evil.test/0b7e",
        "filesystem:https://evil.test/x",
        "about:blank",
        "about:/cb",
        "view-source:https://client.test/cb",
        "ftp://client.test/cb",
        "ws://client.test/cb",
        "wss://client.test/cb",
        "mailto:someone@client.test",
        "tel:/0",
        "intent://scan/#Intent;end",
        "chrome-extension://abcdef/cb",
        "ms-settings:/cb",
        "schemewithoutdot:/cb",
        "com..example:/cb",
        ".com:/cb",
        "com.example.app:cb",
        "com.example.app://user@host/cb",
    ])
    .await;
}

#[tokio::test]
async fn reg_02_plain_http_and_hosts_that_only_look_like_loopback_are_not_registered() {
    none_is_registered(&[
        "http://evil.test/cb",
        "HTTP://EVIL.TEST/cb",
        "http://127.0.0.1.evil.test/cb",
        "http://localhost.evil.test/cb",
        "http://localhost-evil.test/cb",
        "http://localhost@evil.test/cb",
        "http://localhost:x@evil.test/cb",
        "http://localhost:80@evil.test/cb",
        "http://127.0.0.1\\@evil.test/cb",
        "http://localhost./cb",
        "http://localhost.:80/cb",
        "http://LOCALHOST/cb",
        "http://0.0.0.0/cb",
        "http://169.254.169.254/cb",
        "http://10.1.2.3/cb",
        "http://192.168.7.7/cb",
        "http://[::]/cb",
        "http://[::ffff:127.0.0.1]/cb",
        "http://[0:0:0:0:0:0:0:1]/cb",
        "http://[::1%25lo]/cb",
        "http://2130706433/cb",
        "http://127.1/cb",
        "http://0x7f.1/cb",
        "http://0177.0.0.1/cb",
        "http://127.0.0.1:99999/cb",
        "http://127.0.0.1:/cb",
        "http://127.0.0.1:080/cb",
        "http://ⅼocalhost/cb",
    ])
    .await;
}

#[tokio::test]
async fn reg_03_uris_that_two_readers_could_read_differently_are_not_registered() {
    none_is_registered(&[
        "https://client.test/cb#",
        "https://client.test/cb#part",
        "https://*.client.test/cb",
        "https://client.test/*",
        "https://claude.ai@evil.test/cb",
        "https://claude.ai:443@evil.test/cb",
        "https://claude.ai\\@evil.test/cb",
        "https://claude.ai%40evil.test/cb",
        "https://client.test/a/../cb",
        "https://client.test/./cb",
        "https://client.test/%2e%2e/cb",
        "https://client.test/%2E./cb",
        "https://client.test/..;/cb",
        "https://client.test/a%2fb",
        "https://client.test/a%5cb",
        "https://client.test/a%zzb",
        "https:client.test/cb",
        "https:/client.test/cb",
        "https:///client.test/cb",
        "https:\\\\client.test\\cb",
        "//client.test/cb",
        "/cb",
        "cb",
        "",
        " ",
        "https://",
        "https://.client.test/cb",
        "https://client..test/cb",
        "https://client.test:0/cb",
        "https://client.test:99999/cb",
        "https://client.test:port/cb",
        "https://client.test/cb\n",
        "https://client.test/cb\r\nX: y",
        "https://client.test/cb%0d%0aX:y",
        "https://client.test/c b",
        "https://client.test/cb\u{0}",
        "https://cli\u{202e}ent.test/cb",
        "https://сlient.test/cb",
        "https://Client.test/cb",
        "https://3232235777/cb",
        "https://client.test/\"><script>alert(1)</script>",
    ])
    .await;
}

#[tokio::test]
async fn rule_03_one_bad_uri_among_good_ones_spoils_the_registration() {
    let target = Target::start().await;
    let uris = [CALLBACK, "https://client.test/other", "javascript:alert(1)"];
    for turn in 0..uris.len() {
        let mut uris = uris;
        uris.rotate_left(turn);
        let body = json!({"redirect_uris": uris, "token_endpoint_auth_method": "none"});
        let reply = register_raw(&target, body.to_string()).await;
        is_refused(&reply, &["invalid_redirect_uri"], "one of three is bad");
    }
    target.finish().await;
}

#[tokio::test]
async fn reg_05_a_callback_that_already_answers_is_not_registered() {
    let answering = [
        "https://client.test/cb?iss=https%3A%2F%2Fevil.test",
        "https://client.test/cb?code=chosen",
        "https://client.test/cb?c%6fde=chosen",
        "https://client.test/cb?a=1&state=chosen",
        "https://client.test/cb?error=access_denied",
        "https://client.test/cb?error_description=x",
    ];
    none_is_registered(&answering).await;

    // A query of its own is kept, and nothing of the answer is there twice.
    let target = Target::start().await;
    let client = client::register(&target, "https://client.test/cb?tenant=7&encoded", "none").await;
    let proof = Proof::new(&target);
    let code = approved_as(&target, &request(&target, &client, &proof)).await;
    let last = target.journal.exchanges().pop().unwrap().reply;
    assert!(
        last.location()
            .starts_with("https://client.test/cb?tenant=7&encoded&code=")
    );
    assert_eq!(last.parameters("code"), [code]);
    assert_eq!(last.parameters("state"), [client::STATE]);
    assert_eq!(last.parameters("iss"), [target.origin.as_str()]);
    assert!(last.parameters("error").is_empty());
    target.finish().await;
}

#[tokio::test]
async fn reg_08_a_malformed_body_is_refused_without_a_word_of_the_parser() {
    let bodies: [&[u8]; 18] = [
        b"{",
        b"[]",
        b"null",
        b"1",
        b"\"x\"",
        b"",
        b"{}",
        br#"{"redirect_uris":"https://client.test/cb"}"#,
        br#"{"redirect_uris":[1]}"#,
        br#"{"redirect_uris":[null]}"#,
        br#"{"redirect_uris":[["https://client.test/cb"]]}"#,
        br#"{"redirect_uris":[]}"#,
        br#"{"redirect_uris":null}"#,
        br#"{"redirect_uris":["https://client.test/cb"],"redirect_uris":["https://evil.test/cb"]}"#,
        br#"{"redirect_uris":["https://client.test/cb"],"redirect_\u0075ris":["https://evil.test/cb"]}"#,
        br#"{"redirect_uris":["https://client.test/cb\u0000"]}"#,
        b"\xff\xfe{\"redirect_uris\":[]}",
        br#"{"redirect_uris":["https://client.test/cb"]} {"redirect_uris":[]}"#,
    ];
    let target = Target::start().await;
    let errors = [
        "invalid_client_metadata",
        "invalid_redirect_uri",
        "invalid_request",
    ];
    for body in bodies {
        let what = String::from_utf8_lossy(body);
        let reply = register_raw(&target, body).await;
        is_refused(&reply, &errors, &what);
        for detail in ["line", "column", "expected", "EOF", "serde", "evil.test"] {
            assert!(!reply.text().contains(detail), "{what}: {}", reply.text());
        }
    }
    let deep = register_raw(&target, "[".repeat(16_000)).await;
    is_refused(&deep, &errors, "16,000 brackets");
    // Deeper than any parser needs to look: the size already tells (16 KiB is the largest registration).
    let deeper = register_raw(&target, "[".repeat(200_000)).await;
    assert_eq!(deeper.status, 413);
    target.finish().await;
}

#[tokio::test]
async fn reg_12_an_answer_tells_what_was_registered_and_offers_nothing_to_manage_it_with() {
    let target = Target::start().await;
    let metadata = json!({
        "client_name": "Suite",
        "redirect_uris": [CALLBACK],
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "token_endpoint_auth_method": "none",
    });
    let reply = register_raw(&target, metadata.to_string()).await;
    assert_eq!(reply.status, 201);
    assert_eq!(reply.header("cache-control"), "no-store");
    let document = reply.json();
    for absent in [
        "client_secret",
        "client_secret_expires_at",
        "registration_client_uri",
        "registration_access_token",
    ] {
        assert_eq!(document[absent], Value::Null, "{absent}");
    }

    // 128 bits are 22 characters: two registrations are told apart by more than the time.
    let ids = [
        document["client_id"].clone(),
        json!(public(&target).await.id),
    ];
    let ids = ids.map(|id| id.as_str().unwrap().to_owned());
    let differing = ids[0].bytes().zip(ids[1].bytes()).filter(|(a, b)| a != b);
    assert!(differing.count() >= 22);
    assert!(ids.iter().all(|id| !id.starts_with("https://")));

    for method in ["client_secret_post", "client_secret_basic"] {
        let mut confidential = metadata.clone();
        confidential["token_endpoint_auth_method"] = json!(method);
        let document = register_raw(&target, confidential.to_string()).await.json();
        let secret = document["client_secret"].as_str().unwrap();
        assert!(secret.len() >= 22, "{} characters", secret.len());
        assert!(document["client_secret_expires_at"].is_i64());
    }

    // Nothing of RFC 7592, whatever is presented.
    let tokens = client::connected(&target).await;
    for path in ["/oauth/register", "/register"] {
        for method in ["GET", "PUT", "DELETE", "PATCH"] {
            for bearer in ["anything", &tokens.access_token, &tokens.refresh_token] {
                let of_a_client = format!("{path}?client_id={}", tokens.client.id);
                let one = format!("{path}/a-client");
                for (at, status) in [(path, 405), (&of_a_client, 405), (&one, 404)] {
                    let ask = Ask::new(method, at)
                        .bearer(bearer)
                        .json(metadata.to_string());
                    let reply = target.send(&ask).await;
                    assert_eq!(reply.status, status, "{method} {at}");
                    assert!(!reply.text().contains("redirect_uris"));
                }
            }
        }
    }
    target.finish().await;
}

#[tokio::test]
async fn rule_14_odd_metadata_is_neither_kept_nor_repeated() {
    let target = Target::start().await;
    let metadata = json!({
        "client_name": "<img src=x onerror=alert(1)>\u{202e}\u{7}",
        "redirect_uris": [CALLBACK],
        "token_endpoint_auth_method": "none",
        "logo_uri": target.canary.url("/logo"),
        "jwks_uri": target.canary.url("/keys"),
        "sector_identifier_uri": target.canary.url("/sector"),
        "software_statement": "eyJhbGciOiJub25lIn0.e30.",
        "client_id": "chosen-by-the-client",
        "client_secret": "chosen-by-the-client",
    });
    let reply = register_raw(&target, metadata.to_string()).await;
    assert_eq!(reply.status, 201);
    let text = reply.text();
    for own in [
        "chosen-by-the-client",
        "/logo",
        "/keys",
        "/sector",
        "eyJhbGciOiJub25lIn0",
    ] {
        assert!(!text.contains(own), "{text}");
    }
    assert!(
        !text.contains('\u{202e}') && !text.contains("\\u0007"),
        "{text}"
    );
    let client = register_as(&target, &metadata).await;
    assert_ne!(client.id, "chosen-by-the-client");
    target.finish().await;
}
