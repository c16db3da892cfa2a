//! What other sites may do with the pages from within the owner's browser: nothing.

use std::time::Duration;

use serde_json::json;

use super::chromium::Chromium;
use super::site::{App, Site, Then, consent_url};
use crate::support::secrets;

/// Where the frame of this number has got to.
async fn address_of_frame(browser: &Chromium, number: u16) -> String {
    for _ in 0..200 {
        browser.driver.enter_frame(number).await.unwrap();
        let script = "return document.readyState === 'complete' ? location.href : 'about:blank';";
        let address = browser.evaluate(script).await;
        browser.driver.enter_default_frame().await.unwrap();
        if address != "about:blank" {
            return address.as_str().unwrap().to_owned();
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("frame {number} loads nothing");
}

#[tokio::test]
async fn no_other_page_can_frame_the_question() {
    let Some(browser) = Chromium::start().await else {
        return;
    };
    let site = Site::start();
    let stranger = App::at_https(&site.server, Then::Page).await;
    let own = format!("{}?own", stranger.client.redirect_uri);
    browser.open(&own).await;
    // The second frame shows that frames as such work here.
    let frames = [consent_url(&site.server, &stranger.client), own.clone()]
        .map(|url| format!("<iframe src='{}'></iframe>", url.replace('&', "&amp;")))
        .concat();
    browser
        .evaluate(&format!("document.body.innerHTML = {};", json!(frames)))
        .await;
    assert_eq!(address_of_frame(&browser, 1).await, own);
    let blocked = "chrome-error://chromewebdata/";
    assert_eq!(address_of_frame(&browser, 0).await, blocked);
}

/// The owner has a page of ours open, so the browser holds its cookie; the stranger knows a transaction and even the secret.
#[tokio::test]
async fn a_form_that_another_page_sends_approves_nothing() {
    let Some(browser) = Chromium::start().await else {
        return;
    };
    let site = Site::start();
    let mut app = App::at_loopback(&site.server).await;
    browser.open(&consent_url(&site.server, &app.client)).await;
    let transaction = browser
        .evaluate("return document.querySelector('input[name=transaction]').value;")
        .await;
    let form = format!(
        "<form method=post action='{}'><input name=transaction value='{}'><input name=secret value='{}'>\
         <button name=decision value=approve>Win a bicycle</button></form>",
        site.server.url("/authorize"),
        transaction.as_str().unwrap(),
        secrets::OWNER
    );
    let encoded: String = url::form_urlencoded::byte_serialize(form.as_bytes()).collect();
    browser
        .open(&format!("data:text/html,{}", encoded.replace('+', "%20")))
        .await;
    browser.press("approve").await;
    let title = browser.find("h1").await.text().await.unwrap();
    assert_eq!(title, "This page does not belong to this browser");
    assert!(app.was_not_called());
    // The owner's own page still works.
    browser.driver.back().await.unwrap();
    browser.driver.back().await.unwrap();
    browser.type_secret(secrets::OWNER).await;
    browser.press("approve").await;
    let code = app.code(&site.server).await;
    app.connect(&site.server, &code).await;
}

#[tokio::test]
async fn the_page_loads_nothing_from_anywhere_else_and_its_policy_is_not_in_its_own_way() {
    let Some(browser) = Chromium::start().await else {
        return;
    };
    let site = Site::start();
    let app = App::at_loopback(&site.server).await;
    browser.requests().await;
    browser.open(&consent_url(&site.server, &app.client)).await;
    let styled = browser
        .evaluate("return getComputedStyle(document.querySelector('main')).maxWidth;")
        .await;
    assert_ne!(styled, json!("none"), "the style is not applied");
    let origins = browser.origins().await;
    assert_eq!(
        origins.into_iter().collect::<Vec<_>>(),
        [site.server.address.as_str()]
    );
    assert_eq!(browser.violations().await, Vec::<String>::new());
}
