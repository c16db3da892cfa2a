//! What the owner reads before the document was read, and what strangers get.

use super::{REDIRECT, URL, client, one_site, server};
use crate::support::documents::{DocumentServer, Reply};
use crate::support::flow::{self, Browser, Request};
use crate::support::secrets;

const UNREAD: &str = "Nothing about this app could be checked yet.";
const ELSEWHERE: &str = "Access would not go to the site that describes the app";
const NO_VOUCHER: &str = "cannot vouch for the one that answers on this computer";

#[tokio::test]
async fn the_page_says_that_nothing_was_checked_and_where_access_would_go() {
    let (sites, server) = one_site().await;
    let page = Browser::new(&server)
        .open(&Request::of(&server, &client(URL, REDIRECT)))
        .await
        .answer
        .body;
    assert!(page.contains("<strong dir=\"ltr\">app.client.test</strong>"));
    assert!(page.contains(&format!("<code dir=\"ltr\">{REDIRECT}</code>")));
    assert!(page.contains(UNREAD));
    assert!(page.contains("<dd><b dir=\"ltr\">app.client.test</b>"));
    assert!(page.contains(URL));
    assert!(page.contains("not read yet"));
    assert!(!page.contains("Document client"));
    assert!(!page.contains(ELSEWHERE) && !page.contains(NO_VOUCHER));
    assert!(page.find("<strong").unwrap() < page.find(URL).unwrap());
    assert_eq!((sites.connections(), sites.all_look_ups()), (0, 0));
}

#[tokio::test]
async fn cimd_06_a_program_on_this_computer_is_nobody_that_a_site_can_vouch_for() {
    let (_sites, server) = one_site().await;
    let request = Request::of(&server, &client(URL, "http://localhost:7777/callback"));
    let page = Browser::new(&server).open(&request).await.answer.body;
    assert!(page.contains("<strong dir=\"ltr\">localhost:7777</strong>"));
    assert!(page.contains("a program on this computer"));
    assert!(page.contains(NO_VOUCHER));
    assert!(page.contains("app.client.test"));
    // Not even for those that are built in.
    let claude_code = "https://claude.ai/oauth/claude-code-client-metadata";
    let request = Request::of(
        &server,
        &client(claude_code, "http://localhost:7777/callback"),
    );
    let page = Browser::new(&server).open(&request).await.answer.body;
    assert!(page.contains("Claude Code") && page.contains(NO_VOUCHER));
    assert!(!page.contains(UNREAD));
}

#[tokio::test]
async fn an_address_of_another_site_is_pointed_out() {
    let (_sites, server) = one_site().await;
    for (redirect, elsewhere) in [
        ("https://evil.test/cb", true),
        ("https://claude.ai/api/mcp/auth_callback", true),
        ("https://client.test/cb", true),
        (REDIRECT, false),
        ("https://app.client.test:8443/cb", false),
        ("http://127.0.0.1:1/cb", false),
    ] {
        let request = Request::of(&server, &client(URL, redirect));
        let page = Browser::new(&server).open(&request).await.answer.body;
        assert_eq!(page.contains(ELSEWHERE), elsewhere, "{redirect}");
        assert!(page.contains(UNREAD), "{redirect}");
    }
}

#[tokio::test]
async fn the_page_speaks_japanese_about_it_too() {
    let (_sites, server) = one_site().await;
    let request = Request::of(&server, &client(URL, "http://localhost:7777/callback"));
    let browser = Browser::new(&server).with_header("accept-language", "ja");
    let page = browser.open(&request).await.answer.body;
    for words in [
        "まだ何も確認できていません",
        "保証できません",
        "アプリの説明元",
        "まだ読んでいません",
    ] {
        assert!(page.contains(words), "{words}");
    }
}

#[tokio::test]
async fn a_registered_client_has_no_describing_site_to_show() {
    let (_sites, server) = one_site().await;
    let registered = flow::register(&server).await;
    let request = Request::of(&server, &registered);
    let page = Browser::new(&server).open(&request).await.answer.body;
    assert!(!page.contains("Described by"));
    assert!(!page.contains(UNREAD) && !page.contains(NO_VOUCHER));
}

#[tokio::test]
async fn no_error_is_sent_to_an_address_that_no_document_has_proved() {
    let (_sites, server) = one_site().await;
    // Registered clients get their errors on loopback; here not even that is proved.
    for redirect in [
        REDIRECT,
        "http://127.0.0.1:33419/callback",
        "https://claude.ai/api/mcp/auth_callback",
    ] {
        let good = Request::of(&server, &client(URL, redirect));
        for bad in [
            good.clone().without("code_challenge"),
            good.clone().with("response_type", "token"),
            good.clone().with("resource", "https://other.test/mcp"),
            good.clone().without("redirect_uri"),
            good.clone().with("redirect_uri", "javascript:alert(1)"),
        ] {
            let answer = Browser::new(&server).get(&bad.query()).await;
            assert_eq!(answer.status, 400, "{redirect} {}", bad.query());
            assert_eq!(answer.location(), "");
        }
        let browser = Browser::new(&server);
        let page = browser.open(&good).await;
        let denied = browser.deny(&page).await;
        assert_eq!((denied.status.as_u16(), denied.location()), (200, ""));
        assert!(denied.body.contains("The app got nothing."));
        let late = browser.approve(&page, secrets::OWNER).await;
        assert_eq!(late.status, 409, "what was denied stays denied");
    }
}

#[tokio::test]
async fn a_built_in_client_hears_its_errors() {
    let (_sites, server) = one_site().await;
    let claude = client(
        "https://claude.ai/oauth/mcp-oauth-client-metadata",
        "https://claude.ai/api/mcp/auth_callback",
    );
    let request = Request::of(&server, &claude);
    let bad = request.clone().without("code_challenge");
    let answer = Browser::new(&server).get(&bad.query()).await;
    assert_eq!(answer.status, 303);
    assert_eq!(
        answer.redirect_parameter("error").as_deref(),
        Some("invalid_request")
    );
    let browser = Browser::new(&server);
    let page = browser.open(&request).await;
    let denied = browser.deny(&page).await;
    assert_eq!(
        denied.redirect_parameter("error").as_deref(),
        Some("access_denied")
    );
}

#[tokio::test]
async fn a_page_does_not_tell_a_stranger_which_apps_the_owner_uses() {
    let (_sites, server) = one_site().await;
    let request = Request::of(&server, &client(URL, REDIRECT));
    assert_eq!(
        super::approve(&server, &client(URL, REDIRECT)).await.status,
        303
    );
    let page = Browser::new(&server).open(&request).await.answer.body;
    assert!(page.contains(UNREAD) && !page.contains("Document client"));
}

#[tokio::test]
async fn what_a_site_calls_itself_is_escaped_and_cleaned() {
    let sites = DocumentServer::start().await;
    let url = "https://claude.ai/oauth/mcp-oauth-client-metadata";
    let redirect = "https://claude.ai/api/mcp/auth_callback";
    let mut document = crate::support::documents::document(url, &[redirect]);
    document["client_name"] = "<script>alert(1)</script>\u{202e}\"'".into();
    sites.serve(url, Reply::json(document.to_string()));
    let server = server(sites.outbound()).await;
    let request = Request::of(&server, &client(url, redirect));
    let page = Browser::new(&server).open(&request).await.answer.body;
    assert!(page.contains("&#60;script&#62;alert(1)"), "{page}");
    assert!(!page.contains("<script") && !page.contains('\u{202e}'));
}
