//! Every page in every look.

use std::time::Duration;

use super::chromium::Chromium;
use super::looks::{DARK, JAPANESE_LIGHT, JAPANESE_NARROW_DARK, LIGHT, Look, NARROW, accessible};
use super::site::consent_url;
use crate::support::flow::{self, Request, VERIFIER};
use crate::support::{Server, secrets};

/// What one does on the way to a page.
#[derive(Clone)]
enum Step {
    /// Open another address first, or again.
    Open(String),
    /// Fill in the secret.
    Type(&'static str),
    /// Press what this selector finds.
    Press(&'static str),
    Reload,
    ForgetCookies,
    Wait(Duration),
    /// Elsewhere, the owner connects this app.
    Connect(flow::Client),
}
use Step::{Connect, ForgetCookies, Open, Press, Reload, Type, Wait};

const APPROVE: Step = Press("button[value=approve]");
const DENY: Step = Press("button[value=deny]");
const SHOW: Step = Press("button.yes");
const WRONG: [Step; 2] = [Type("not the password at all"), APPROVE];

struct Page {
    name: &'static str,
    steps: Vec<Step>,
}

/// The pages, each with the way to it.
async fn pages(server: &Server) -> Vec<Page> {
    let app = async |uri: &str, name: &str| {
        let body = serde_json::json!({
            "client_name": name,
            "redirect_uris": [uri],
            "token_endpoint_auth_method": "none",
        });
        let answer = flow::register_raw(server, body.to_string()).await;
        flow::Client {
            id: answer.json()["client_id"].as_str().unwrap().to_owned(),
            secret: None,
            redirect_uri: uri.to_owned(),
        }
    };
    let known = app("https://claude.ai/api/mcp/auth_callback", "Claude").await;
    let unknown = app("https://training-app.test/oauth/callback", "Training app").await;
    let loopback = app("http://127.0.0.1:33419/callback", "Command line").await;
    let installed = app("cursor://anysphere.cursor-mcp/oauth/callback", "Cursor").await;
    let host = format!("claude.ai.{}.test", "verylonglabel".repeat(4));
    let long = app(
        &format!("https://{host}/{}", "callback/".repeat(30)),
        &"Claude".repeat(16),
    )
    .await;
    let url = |client| consent_url(server, client);
    let request = |client| Request::of(server, client);
    let at = |request: Request| server.url(&format!("/authorize?{}", request.query()));
    let page = |name, steps| Page { name, steps };
    let wrong = |times: usize| std::iter::repeat_n(WRONG, times).flatten();
    vec![
        page("landing", vec![Open(server.url("/"))]),
        page("consent", vec![Open(url(&known))]),
        page("consent-loopback", vec![Open(url(&loopback))]),
        page("consent-unknown", vec![Open(url(&unknown))]),
        page("consent-installed", vec![Open(url(&installed))]),
        page("consent-long", vec![Open(url(&long))]),
        page(
            "wrong-secret",
            std::iter::once(Open(url(&known))).chain(wrong(1)).collect(),
        ),
        page(
            "wait",
            std::iter::once(Open(url(&known)))
                .chain(wrong(4))
                .chain([Open(url(&known))])
                .chain(wrong(4))
                .chain([Open(url(&known))])
                .chain(wrong(3))
                .collect(),
        ),
        page(
            "notice-too-many-wrong",
            std::iter::once(Open(url(&known))).chain(wrong(5)).collect(),
        ),
        page("notice-denied", vec![Open(url(&unknown)), DENY]),
        page("notice-answered", vec![Open(url(&unknown)), DENY, Reload]),
        page(
            "notice-expired",
            vec![Open(url(&known)), Wait(Duration::from_secs(660)), DENY],
        ),
        page(
            "notice-forged",
            vec![Open(url(&known)), ForgetCookies, DENY],
        ),
        page(
            "notice-unknown-client",
            vec![Open(at(request(&known).with("client_id", "nobody")))],
        ),
        page(
            "notice-bad-redirect",
            vec![Open(at(
                request(&known).with("redirect_uri", "https://elsewhere.test/")
            ))],
        ),
        page(
            "notice-malformed",
            vec![Open(at(request(&known).and("client_id", "twice")))],
        ),
        page(
            "notice-request-error",
            vec![Open(at(request(&unknown).without("code_challenge")))],
        ),
        page("connections-ask", vec![Open(server.url("/connections"))]),
        page(
            "connections-wrong",
            vec![
                Open(server.url("/connections")),
                Type("not the password at all"),
                SHOW,
            ],
        ),
        page(
            "connections-empty",
            vec![Open(server.url("/connections")), Type(secrets::OWNER), SHOW],
        ),
        page(
            "connections",
            vec![
                Connect(known),
                Connect(loopback),
                Connect(long),
                Open(server.url("/connections")),
                Type(secrets::OWNER),
                SHOW,
            ],
        ),
        page("connections-closed", vec![Press("button.end")]),
        page(
            "connections-ended",
            vec![Type(secrets::OWNER), SHOW, Press("button.end")],
        ),
    ]
}

async fn walk(browser: &Chromium, server: &Server, steps: &[Step]) {
    for step in steps {
        match step {
            Open(url) => browser.open(url).await,
            Type(secret) => {
                let field = browser.find("input[type=password]").await;
                field.send_keys(*secret).await.unwrap();
            }
            Press(selector) => browser.follow(selector).await,
            Reload => browser.driver.refresh().await.unwrap(),
            ForgetCookies => browser.driver.delete_all_cookies().await.unwrap(),
            Wait(time) => server.clock.advance(*time),
            Connect(client) => {
                let code = flow::approved_code(server, client).await;
                let answer = flow::exchange(server, client, &code, VERIFIER).await;
                assert_eq!(answer.status, 200, "{}", answer.body);
            }
        }
    }
}

async fn is_sound_everywhere(look: Look) {
    let Some(browser) = Chromium::start().await else {
        return;
    };
    let server = Server::start().await;
    look.put_on(&browser).await;
    browser.requests().await;
    let mut faults = Vec::new();
    for page in pages(&server).await {
        walk(&browser, &server, &page.steps).await;
        faults.extend(look.faults(&browser, page.name).await);
        // Wrong secrets of one page must not delay the next.
        server.clock.advance(Duration::from_secs(7200));
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    let origins = browser.origins().await;
    let others: Vec<_> = origins
        .iter()
        .filter(|origin| **origin != server.address)
        .collect();
    assert!(others.is_empty(), "{others:?}");
}

#[tokio::test]
async fn every_page_is_sound_in_light() {
    is_sound_everywhere(LIGHT).await;
}

#[tokio::test]
async fn every_page_is_sound_in_the_dark() {
    is_sound_everywhere(DARK).await;
}

#[tokio::test]
async fn every_page_is_sound_at_320_pixels() {
    is_sound_everywhere(NARROW).await;
}

#[tokio::test]
async fn every_page_is_sound_in_japanese() {
    is_sound_everywhere(JAPANESE_LIGHT).await;
}

#[tokio::test]
async fn every_page_is_sound_in_japanese_on_a_small_screen_in_the_dark() {
    is_sound_everywhere(JAPANESE_NARROW_DARK).await;
}

/// The way to the page of this name.
async fn way_to(server: &Server, name: &str) -> Vec<Step> {
    let mut pages = pages(server).await;
    pages.retain(|page| page.name == name);
    pages.remove(0).steps
}

#[tokio::test]
async fn a_screen_reader_is_told_what_to_type_and_that_it_was_wrong() {
    let Some(browser) = Chromium::start().await else {
        return;
    };
    let server = Server::start().await;
    walk(&browser, &server, &way_to(&server, "consent").await).await;
    let tree = accessible(&browser).await;
    let secret = tree.iter().find(|node| node.role == "textbox").unwrap();
    assert_eq!(secret.name, "Owner password");
    assert!(secret.description.contains(server.public_url.origin()));
    assert_eq!(secret.property("required"), true);
    // Empty and required; what matters is that nothing is said to be wrong yet.
    assert!(!tree.iter().any(|node| node.role == "alert"));
    let boxes = tree.iter().filter(|node| node.role == "checkbox");
    assert_eq!(boxes.count(), 4);
    walk(&browser, &server, &way_to(&server, "wrong-secret").await).await;
    let tree = accessible(&browser).await;
    let secret = tree.iter().find(|node| node.role == "textbox").unwrap();
    assert_eq!(secret.property("invalid"), "true");
    assert!(secret.description.contains("That was not right."));
    assert_eq!(secret.property("focused"), true);
    assert!(tree.iter().any(|node| node.role == "alert"));
}

#[tokio::test]
async fn the_secret_is_hidden_and_a_password_manager_knows_what_it_is() {
    let Some(browser) = Chromium::start().await else {
        return;
    };
    let server = Server::start().await;
    walk(&browser, &server, &way_to(&server, "consent").await).await;
    browser.type_secret(secrets::OWNER).await;
    let field = browser.find("input[name=secret]").await;
    for (name, value) in [
        ("type", "password"),
        ("autocomplete", "current-password"),
        ("autocapitalize", "none"),
        ("spellcheck", "false"),
    ] {
        assert_eq!(field.attr(name).await.unwrap().as_deref(), Some(value));
    }
    assert!(!browser.text().await.contains(secrets::OWNER));
}
