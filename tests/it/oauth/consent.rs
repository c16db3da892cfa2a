//! What the consent page says and how it is protected.

use std::collections::BTreeMap;

use serde_json::json;

use crate::support::flow::{self, Browser, Client, Request, VERIFIER};
use crate::support::{Server, ServerOptions, secrets};

#[tokio::test]
async fn the_page_is_protected_and_its_policy_does_not_block_the_redirect() {
    let server = Server::start().await;
    let client = flow::register(&server).await;
    let page = Browser::new(&server)
        .open(&Request::of(&server, &client))
        .await
        .answer;
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    assert_eq!(page.header("cache-control"), "no-store");
    assert_eq!(page.header("x-frame-options"), "DENY");
    assert_eq!(page.header("x-content-type-options"), "nosniff");
    assert_eq!(page.header("referrer-policy"), "same-origin");
    let policy = page.header("content-security-policy");
    let nonce = policy
        .split("'nonce-")
        .nth(1)
        .unwrap()
        .split('\'')
        .next()
        .unwrap();
    assert_eq!(
        policy,
        format!(
            "default-src 'none'; style-src 'nonce-{nonce}'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'"
        )
    );
    assert!(page.body.contains(&format!("<style nonce=\"{nonce}\">")));
    assert!(!page.headers.contains_key("cross-origin-opener-policy"));
    for header in page.headers.keys() {
        assert!(!header.as_str().starts_with("access-control-"), "{header}");
    }
    let again = Browser::new(&server)
        .open(&Request::of(&server, &client))
        .await
        .answer;
    assert_ne!(again.header("content-security-policy"), policy);
}

#[tokio::test]
async fn the_cookie_is_bound_to_the_host_over_https() {
    let https = Server::with(ServerOptions {
        public_url: Some("https://mcp.example.com".to_owned()),
        ..ServerOptions::default()
    })
    .await;
    let client = flow::register(&https).await;
    let page = Browser::new(&https)
        .open(&Request::of(&https, &client))
        .await
        .answer;
    let cookie = page.header("set-cookie");
    assert!(cookie.starts_with("__Host-mcp_csrf="));
    assert!(cookie.ends_with("; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=900"));
    let loopback = Server::start().await;
    let client = flow::register(&loopback).await;
    let page = Browser::new(&loopback)
        .open(&Request::of(&loopback, &client))
        .await
        .answer;
    let cookie = page.header("set-cookie");
    assert!(cookie.starts_with("mcp_csrf="));
    assert!(cookie.ends_with("; Path=/; HttpOnly; SameSite=Lax; Max-Age=900"));
}

#[tokio::test]
async fn the_page_tells_where_access_goes_and_what_it_allows() {
    let server = Server::start().await;
    for (uri, host, note) in [
        (
            "http://127.0.0.1:33419/callback",
            "127.0.0.1:33419",
            "a program on this computer",
        ),
        (
            "https://evil.test:8443/cb",
            "evil.test:8443",
            "not on this server’s list of known apps",
        ),
        (
            "https://claude.ai/api/mcp/auth_callback",
            "claude.ai",
            "This is the address of Claude.",
        ),
        (
            "https://xn--80ak6aa92e.com/cb",
            "xn--80ak6aa92e.com",
            "not on this server’s list",
        ),
        (
            "cursor://anysphere.cursor-mcp/oauth/callback",
            "cursor:",
            "an app installed on this device",
        ),
    ] {
        let client = flow::register_with(&server, uri, "none").await;
        let page = Browser::new(&server)
            .open(&Request::of(&server, &client))
            .await
            .answer
            .body;
        assert!(
            page.contains(&format!("<strong dir=\"ltr\">{host}</strong>")),
            "{page}"
        );
        assert!(page.contains(&format!("<code dir=\"ltr\">{uri}</code>")));
        assert!(page.contains(note), "{uri}");
        assert!(
            page.find("<strong").unwrap() < page.find("Test client").unwrap(),
            "the host comes first"
        );
        let body = &page[page.find("<body>").unwrap()..];
        let first_address = body.find("dir=\"ltr\">").unwrap();
        assert_eq!(
            first_address,
            body.find(&format!("dir=\"ltr\">{host}<")).unwrap()
        );
        assert!(page.contains("not verified, chosen by the app"));
        for words in [
            "See your data",
            "Create and change",
            "Delete",
            "Change settings",
        ] {
            assert!(page.contains(words), "{words}");
        }
        assert!(page.contains("OWNER_PASSWORD"));
        assert!(page.contains(&format!(
            "only ever typed here, on <b dir=\"ltr\">{}</b>",
            server.public_url.origin()
        )));
        assert!(page.contains("autocomplete=\"current-password\""));
        assert!(page.contains("<label for=\"secret\">"));
    }
}

#[tokio::test]
async fn the_page_knows_no_secret_no_athlete_and_no_other_place() {
    let server = Server::start().await;
    let client = flow::register(&server).await;
    let browser = Browser::new(&server);
    let page = browser.open(&Request::of(&server, &client)).await;
    let refused = browser.approve(&page, "wrong").await;
    let options = ServerOptions::default();
    for body in [&page.answer.body, &refused.body] {
        for secret in [
            secrets::OWNER,
            secrets::SIGNING,
            &options.api_key,
            &options.athlete_id,
        ] {
            assert!(!body.contains(secret));
        }
        flow::is_only_text(body);
    }
}

#[tokio::test]
async fn it_asks_for_the_api_key_when_there_is_no_password() {
    let options = ServerOptions {
        owner_password: None,
        ..ServerOptions::default()
    };
    let key = options.api_key.clone();
    let server = Server::with(options).await;
    let client = flow::register(&server).await;
    let browser = Browser::new(&server);
    let page = browser.open(&Request::of(&server, &client)).await;
    assert!(
        page.answer.body.contains("Intervals.icu API key") && page.answer.body.contains("API_KEY")
    );
    assert!(!page.answer.body.contains("OWNER_PASSWORD"));
    assert_eq!(browser.approve(&page, secrets::OWNER).await.status, 403);
    assert!(
        browser
            .approve(&page, &format!(" {key} "))
            .await
            .code()
            .is_some()
    );
}

#[tokio::test]
async fn a_password_switches_the_api_key_off() {
    let server = Server::start().await;
    let client = flow::register(&server).await;
    let browser = Browser::new(&server);
    let page = browser.open(&Request::of(&server, &client)).await;
    let key = ServerOptions::default().api_key;
    assert_eq!(browser.approve(&page, &key).await.status, 403);
}

#[tokio::test]
async fn a_name_cannot_become_markup_or_hide() {
    let server = Server::start().await;
    let name = "</title><script>alert(1)</script>\"'&\u{202e}\u{200b}<b>";
    let body = json!({"client_name": name, "redirect_uris": [flow::REDIRECT], "token_endpoint_auth_method": "none"});
    let id = flow::register_raw(&server, body.to_string()).await.json()["client_id"]
        .as_str()
        .unwrap()
        .to_owned();
    let client = Client {
        id,
        secret: None,
        redirect_uri: flow::REDIRECT.to_owned(),
    };
    let request = Request::of(&server, &client).with("state", "\"><script>alert(2)</script>");
    let page = Browser::new(&server).open(&request).await.answer.body;
    assert!(
        !page.contains("<script")
            && !page.contains("<b>\"")
            && !page.contains('\u{202e}')
            && !page.contains('\u{200b}')
    );
    assert!(page.contains("&#60;script&#62;alert(1)&#60;/script&#62;"));
}

#[tokio::test]
async fn writing_is_ticked_when_asked_for_and_the_rest_never() {
    let server = Server::start().await;
    let client = flow::register(&server).await;
    let browser = Browser::new(&server);
    let every = "intervals:read intervals:write intervals:delete intervals:settings offline_access";
    for (scope, ticked) in [
        ("intervals:read", vec![]),
        ("intervals:write", vec!["intervals:write"]),
        (every, vec!["intervals:write"]),
        ("openid email profile", vec!["intervals:write"]),
        ("intervals:admin", vec!["intervals:write"]),
        ("", vec!["intervals:write"]),
    ] {
        let page = browser
            .open(&Request::of(&server, &client).with("scope", scope))
            .await;
        assert_eq!(page.ticked, ticked, "{scope}");
        assert!(
            page.answer
                .body
                .contains("value=\"intervals:read\" checked disabled")
        );
    }
}

#[tokio::test]
async fn the_owner_decides_and_the_token_says_what_was_granted() {
    let server = Server::start().await;
    let client = flow::register(&server).await;
    let browser = Browser::new(&server);
    for (asked, ticked, granted) in [
        ("intervals:read intervals:write", vec![], "intervals:read"),
        (
            "intervals:read",
            vec!["intervals:settings"],
            "intervals:read intervals:settings",
        ),
        (
            "intervals:read offline_access",
            vec![
                "intervals:write",
                "intervals:delete",
                "intervals:admin",
                "offline_access",
            ],
            "intervals:read intervals:write intervals:delete offline_access",
        ),
    ] {
        let page = browser
            .open(&Request::of(&server, &client).with("scope", asked))
            .await;
        let answer = browser.approve_scopes(&page, secrets::OWNER, &ticked).await;
        let code = answer.code().unwrap();
        let answer = flow::exchange(&server, &client, &code, VERIFIER).await;
        assert_eq!(answer.json()["scope"], granted);
    }
}

#[tokio::test]
async fn a_wrong_secret_keeps_the_boxes_as_the_owner_left_them() {
    let server = Server::start().await;
    let client = flow::register(&server).await;
    let browser = Browser::new(&server);
    let page = browser.open(&Request::of(&server, &client)).await;
    let answer = browser
        .approve_scopes(&page, "wrong", &["intervals:delete"])
        .await;
    assert!(answer.body.contains("value=\"intervals:delete\" checked"));
    assert!(!answer.body.contains("value=\"intervals:write\" checked"));
    assert!(answer.body.contains("role=\"alert\""));
    assert!(answer.body.contains(&page.transaction));
}

#[tokio::test]
async fn the_page_speaks_japanese_to_those_who_prefer_it() {
    let server = Server::start().await;
    let client = flow::register(&server).await;
    let browser = Browser::new(&server).with_header("accept-language", "ja-JP,ja;q=0.9,en;q=0.8");
    let page = browser.open(&Request::of(&server, &client)).await;
    assert!(
        page.answer.body.contains("<html lang=\"ja\">") && page.answer.body.contains("許可する")
    );
    assert_eq!(page.answer.header("vary"), "Accept-Language");
    let wrong = browser.approve(&page, "wrong").await;
    assert!(wrong.body.contains("正しくありません"));
    let unknown = browser.get("client_id=unknown").await;
    assert!(unknown.body.contains("登録されていません"));
}

#[tokio::test]
async fn every_label_belongs_to_a_field_and_ids_are_unique() {
    let server = Server::start().await;
    let client = flow::register(&server).await;
    let page = Browser::new(&server)
        .open(&Request::of(&server, &client))
        .await
        .answer
        .body;
    let mut ids = BTreeMap::new();
    for id in page
        .split(" id=\"")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap())
    {
        *ids.entry(id).or_insert(0) += 1;
    }
    assert!(ids.values().all(|count| *count == 1), "{ids:?}");
    for target in page
        .split(" for=\"")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap())
    {
        assert!(ids.contains_key(target), "{target}");
    }
}
