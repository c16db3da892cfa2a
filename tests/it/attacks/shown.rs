//! What the owner sees before he says yes: the only defence against a page that he was lured to.

use serde_json::json;

use super::client::{self, Proof, register_as, request};
use super::message::{Ask, Reply};
use super::owner::{Browser, target_of};
use super::page::Form;
use super::site::Site;
use super::target::{Profile, Target};
use intervals_mcp_server::demo::{API_KEY, ATHLETE_ID};

/// The consent page for a client of this name and callback.
async fn page(site: &Site, name: &str, callback: &str) -> Reply {
    let metadata = json!({
        "client_name": name,
        "redirect_uris": [callback],
        "token_endpoint_auth_method": "none",
    });
    let client = register_as(site, &metadata).await;
    let asked = request(site, &client, &Proof::new(site)).with(
        "scope",
        "intervals:read intervals:write intervals:delete intervals:settings",
    );
    let reply = site.send(&Ask::get(&target_of(&asked))).await;
    assert_eq!(reply.status, 200, "{callback}");
    assert!(!reply.has("location"), "{callback}");
    reply
}

/// The text that a reader sees, without tags and style.
fn visible(html: &str) -> String {
    let body = html.split("<body>").nth(1).unwrap();
    body.split('<')
        .map(|piece| piece.split_once('>').map_or(piece, |(_, text)| text))
        .collect()
}

#[tokio::test]
async fn con_11_the_page_says_first_where_access_goes() {
    let target = Target::start().await;
    for (callback, host, warning) in [
        (
            "https://evil.test/phish",
            "evil.test",
            "not on this server’s list of known apps",
        ),
        (
            "https://evil.test:8443/phish",
            "evil.test:8443",
            "not on this server’s list",
        ),
        // What looks like a well-known name is shown as the bytes that it is.
        (
            "https://xn--80ak6aa92e.com/cb",
            "xn--80ak6aa92e.com",
            "not on this server’s list",
        ),
        (
            "https://claude.ai.evil.test/cb",
            "claude.ai.evil.test",
            "not on this server’s list",
        ),
        (
            "https://claude.ai/api/mcp/auth_callback",
            "claude.ai",
            "address of Claude",
        ),
        // The right host with another path is somebody else's page on it.
        (
            "https://claude.ai/other",
            "claude.ai",
            "not on this server’s list",
        ),
        (
            "http://127.0.0.1:3000/callback",
            "127.0.0.1:3000",
            "a program on this computer",
        ),
        (
            "com.example.app:/cb",
            "com.example.app:",
            "an app installed on this device",
        ),
    ] {
        let reply = page(&target, "Claude", callback).await;
        let text = visible(&reply.text());
        let (at, name) = (text.find(host).unwrap(), text.find("Claude").unwrap());
        let known = warning.contains("Claude");
        assert!(known || at < name, "{callback}: {text}");
        assert!(text.contains(warning), "{callback}: {text}");
        assert!(text.contains(callback), "{callback}: {text}");
        assert!(text.contains("not verified"), "{callback}: {text}");
        for words in [
            "See your data",
            "Create and change",
            "Delete",
            "Change settings",
        ] {
            assert!(text.contains(words), "{words}");
        }
        assert!(text.contains("OWNER_PASSWORD"), "which secret is meant");
        assert!(text.contains("https://mcp.test"), "where it is typed");
    }
    target.finish().await;
}

#[tokio::test]
async fn con_11_the_page_tells_a_stranger_nothing_and_loads_nothing() {
    for variables in [&[][..], &[("OWNER_PASSWORD", "")][..]] {
        let target = Target::with(Profile::Default, variables).await;
        let reply = page(&target, "Suite", "https://client.test/cb").await;
        let html = reply.text();
        for private in [ATHLETE_ID, API_KEY, "intervals.icu/athlete"] {
            assert!(!html.contains(private), "{private}");
        }
        let lower = html.to_lowercase();
        for never in [
            "http-equiv",
            "<script",
            "<iframe",
            "<img",
            "<link",
            "<base",
            "<object",
            " src=",
            " href=",
            "url(",
            "@import",
            "javascript:",
        ] {
            assert!(!lower.contains(never), "{never}");
        }
        assert!(!has_handler(&lower));
        let form = Form::of(&reply);
        assert!(
            form.action.starts_with('/') && !form.action.starts_with("//"),
            "{}",
            form.action
        );
        let secret = html
            .split("<input")
            .find(|tag| tag.contains("\"password\""))
            .unwrap();
        assert!(
            secret.contains("autocomplete=\"current-password\""),
            "{secret}"
        );
        let policy = reply.header("content-security-policy");
        for part in [
            "default-src 'none'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        ] {
            assert!(policy.contains(part), "{policy}");
        }
        assert!(
            !policy.contains("unsafe") && !policy.contains("http"),
            "{policy}"
        );
        assert_eq!(reply.header("x-frame-options"), "DENY");
        assert_eq!(reply.header("x-content-type-options"), "nosniff");
        assert_eq!(reply.header("cache-control"), "no-store");
        target.finish().await;
    }
}

/// Whether an attribute such as `onclick=` stands in a tag.
fn has_handler(html: &str) -> bool {
    html.split('<')
        .filter_map(|tag| tag.split('>').next())
        .flat_map(str::split_whitespace)
        .filter_map(|word| word.split_once('='))
        .any(|(name, _)| name.starts_with("on"))
}

#[tokio::test]
async fn rule_01_no_name_or_address_becomes_markup_or_hides_the_truth() {
    let target = Target::start().await;
    for name in [
        "<script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "</title><script>alert(1)</script>",
        "</form><form action=https://evil.test>",
        "{{ 7 * 7 }}",
        "&lt;script&gt;",
        "Cl\u{202e}edua\u{202c}",
        "Claude\u{200b}\u{2066}\u{feff}",
        "Claude\r\n\r\naccess goes to claude.ai",
        "verified",
    ] {
        let reply = page(&target, name, "https://evil.test/cb?a=%3Cscript%3E").await;
        let html = reply.text();
        assert_eq!(html.matches("<form").count(), 1, "{name:?}");
        assert!(
            !html.contains("<script") && !html.contains("<img"),
            "{name:?}"
        );
        assert!(
            !html.contains(['\u{202e}', '\u{200b}', '\u{2066}', '\u{feff}', '\r']),
            "{name:?}"
        );
        let text = visible(&html);
        assert!(
            text.contains("evil.test") && text.contains("not verified"),
            "{name:?}"
        );
    }
    target.finish().await;
}

#[tokio::test]
async fn rule_01_boxes_of_weight_are_never_ticked_beforehand() {
    let target = Target::start().await;
    let reply = page(&target, "Suite", "https://client.test/cb").await;
    let browser = Browser::new(&target);
    let form = Form::of(&reply);
    let untouched = browser.filled(&form, &form.approval("x"));
    let sent = String::from_utf8(untouched.body.unwrap()).unwrap();
    assert!(sent.contains("intervals%3Awrite"), "{sent}");
    for weighty in ["intervals%3Adelete", "intervals%3Asettings"] {
        assert!(!sent.contains(weighty), "{sent}");
    }
    target.finish().await;
}

#[tokio::test]
async fn rule_14_a_name_cannot_write_a_line_of_the_log() {
    let target = Target::start().await;
    let metadata = json!({
        "client_name": "Suite\nFORGED level=info JWT decoded successfully\u{1b}[31m\u{85}FORGED\u{2028}FORGED",
        "redirect_uris": ["https://client.test/cb"],
        "token_endpoint_auth_method": "none",
    });
    let client = register_as(&target, &metadata).await;
    let tokens = client::connect(&target, &client).await;
    assert!(client::is_let_in(&target, &tokens.access_token).await);
    let odd = Ask::new("GET", "/oauth/%0aFORGED").header("User-Agent", "x\u{85}FORGED");
    assert_eq!(target.send(&odd).await.status, 404);
    let log = target.log();
    assert!(log.contains("the owner approved an app"), "{log}");
    assert!(!log.contains('\u{1b}'), "{log}");
    let forged = log
        .lines()
        .find(|line| line.trim_start().starts_with("FORGED"));
    assert_eq!(forged, None);
    target.finish().await;
}
