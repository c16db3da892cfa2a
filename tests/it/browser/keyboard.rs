//! The consent page without a mouse.

use serde_json::Value;
use thirtyfour::Key;

use super::chromium::Chromium;
use super::site::{App, Site, consent_url};
use crate::support::secrets;

async fn key(browser: &Chromium, keys: impl Into<thirtyfour::TypingData>) {
    let chain = browser.driver.action_chain().send_keys(keys);
    chain.perform().await.unwrap();
}

/// What has the focus, as `name=value`, and whether one can see that it has.
async fn focused(browser: &Chromium) -> (String, bool) {
    let script = "const e = document.activeElement, style = getComputedStyle(e);
        const outline = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
        const box = e.getBoundingClientRect();
        const onScreen = box.top >= 0 && box.bottom <= innerHeight && box.width > 0;
        return [e.name ? `${e.name}=${e.type === 'password' ? '' : e.value}` : e.tagName, outline && onScreen];";
    let answer: Value = browser.evaluate(script).await;
    (
        answer[0].as_str().unwrap().to_owned(),
        answer[1].as_bool().unwrap(),
    )
}

#[tokio::test]
async fn the_form_is_walked_in_its_order_and_one_sees_where_one_is() {
    let Some(browser) = Chromium::start().await else {
        return;
    };
    let site = Site::start();
    let app = App::at_loopback(&site.server).await;
    browser.open(&consent_url(&site.server, &app.client)).await;
    let mut order = Vec::new();
    for _ in 0..6 {
        key(&browser, Key::Tab).await;
        let (name, visible) = focused(&browser).await;
        assert!(visible, "one cannot see that {name} has the focus");
        order.push(name);
    }
    assert_eq!(
        order,
        [
            "scope=intervals:write",
            "scope=intervals:delete",
            "scope=intervals:settings",
            "secret=",
            "decision=approve",
            "decision=deny",
        ]
    );
}

#[tokio::test]
async fn space_ticks_and_enter_in_the_secret_approves() {
    let Some(browser) = Chromium::start().await else {
        return;
    };
    let site = Site::start();
    let server = &site.server;
    let mut app = App::at_loopback(server).await;
    browser.open(&consent_url(server, &app.client)).await;
    key(&browser, Key::Tab).await;
    key(&browser, Key::Space).await;
    key(&browser, Key::Tab).await;
    key(&browser, Key::Space).await;
    key(&browser, Key::Tab + Key::Tab).await;
    key(&browser, secrets::OWNER).await;
    key(&browser, Key::Enter).await;
    let code = app.code(server).await;
    let tokens = app.connect(server, &code).await;
    assert_eq!(tokens.scope, "intervals:read intervals:delete");
}

#[tokio::test]
async fn enter_on_deny_denies() {
    let Some(browser) = Chromium::start().await else {
        return;
    };
    let site = Site::start();
    let mut app = App::at_loopback(&site.server).await;
    browser.open(&consent_url(&site.server, &app.client)).await;
    for _ in 0..6 {
        key(&browser, Key::Tab).await;
    }
    key(&browser, Key::Enter).await;
    assert_eq!(app.callback().await["error"], "access_denied");
}
