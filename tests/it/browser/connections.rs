//! The owner's page as a person uses it.

use serde_json::json;

use super::chromium::Chromium;
use super::site::{App, Site, Then};
use crate::support::flow::{Browser, Request, Tokens, is_let_in};
use crate::support::{Server, secrets};

/// What the app may use after the owner approved it elsewhere.
async fn connected(server: &Server, app: &App) -> Tokens {
    let browser = Browser::new(server);
    let page = browser.open(&Request::of(server, &app.client)).await;
    let code = browser.approve(&page, secrets::OWNER).await.code().unwrap();
    app.connect(server, &code).await
}

async fn show(browser: &Chromium, server: &Server) {
    browser.open(&server.url("/connections")).await;
    browser.type_secret(secrets::OWNER).await;
    browser.follow("form button").await;
}

#[tokio::test]
async fn the_owner_ends_one_connection_and_the_others_stay() {
    let Some(browser) = Chromium::start().await else {
        return;
    };
    let site = Site::start();
    let server = &site.server;
    let one = App::at_https(server, Then::Page).await;
    let two = App::at_loopback(server).await;
    let (of_one, of_two) = (connected(server, &one).await, connected(server, &two).await);
    show(&browser, server).await;
    let host = url::Url::parse(&one.client.redirect_uri).unwrap();
    let host = format!("{}:{}", host.host_str().unwrap(), host.port().unwrap());
    // The button that a screen reader would announce with this host.
    let label = browser
        .evaluate(&format!(
            "const buttons = [...document.querySelectorAll('button[aria-labelledby]')];
             const named = (button) => button.getAttribute('aria-labelledby').split(' ')
               .map((id) => document.getElementById(id).textContent);
             return buttons.find((button) => named(button).includes({})).id;",
            json!(host)
        ))
        .await;
    browser
        .follow(&format!("#{}", label.as_str().unwrap()))
        .await;
    assert!(!is_let_in(server, &of_one.access_token).await);
    assert_eq!(of_one.refresh(server).await.error(), "invalid_grant");
    assert!(is_let_in(server, &of_two.access_token).await);
    assert!(
        browser
            .find("[role=status]")
            .await
            .is_displayed()
            .await
            .unwrap()
    );
    let refreshed = Tokens::of(&of_two.refresh(server).await, &two.client);
    // Reloading sends the form again, which ends nothing else.
    browser.driver.refresh().await.unwrap();
    assert!(is_let_in(server, &refreshed.access_token).await);
}

#[tokio::test]
async fn ending_everything_needs_a_tick_and_no_script() {
    let Some(browser) = Chromium::start().await else {
        return;
    };
    let site = Site::start();
    let server = &site.server;
    let app = App::at_loopback(server).await;
    let tokens = connected(server, &app).await;
    let off = json!({ "value": true });
    browser
        .devtools("Emulation.setScriptExecutionDisabled", off)
        .await;
    show(&browser, server).await;
    browser.click(".danger button").await;
    assert!(is_let_in(server, &tokens.access_token).await);
    browser.click("input[name=sure]").await;
    browser.follow(".danger button").await;
    assert!(!is_let_in(server, &tokens.access_token).await);
    assert_eq!(tokens.refresh(server).await.error(), "invalid_grant");
    assert_eq!(browser.violations().await, Vec::<String>::new());
}
