//! The approval arrives, wherever the app's callback is and whatever it does next.

use super::chromium::Chromium;
use super::site::{App, Site, Then, consent_url};
use crate::support::secrets;

/// Approves as a person does; the app must then be connected, and no policy in the way.
async fn arrives(browser: &Chromium, site: &Site, mut app: App) {
    let server = &site.server;
    browser.open(&consent_url(server, &app.client)).await;
    browser.type_secret(secrets::OWNER).await;
    // Not waiting for a page: after a custom scheme none comes.
    browser.click("button[value=approve]").await;
    let code = app.code(server).await;
    app.connect(server, &code).await;
    assert_eq!(browser.violations().await, Vec::<String>::new());
}

#[tokio::test]
async fn con_08_the_approval_arrives_over_https_on_loopback_and_through_a_custom_scheme() {
    let Some(browser) = Chromium::start().await else {
        return;
    };
    let site = Site::start();
    let server = &site.server;
    arrives(&browser, &site, App::at_https(server, Then::Page).await).await;
    arrives(&browser, &site, App::at_loopback(server).await).await;
    let app = App::at_https(server, Then::CustomScheme).await;
    arrives(&browser, &site, app).await;
}

/// Proves that the test above could fail: this browser does stop what a policy forbids, and the console says so.
#[tokio::test]
async fn a_policy_for_forms_would_stop_the_approval_and_be_seen_in_the_console() {
    let Some(browser) = Chromium::start().await else {
        return;
    };
    let site = Site::start();
    let mut app = App::at_loopback(&site.server).await;
    let page = format!(
        "data:text/html,<meta http-equiv=Content-Security-Policy content=\"form-action 'self'\">\
         <form action={}><input name=code value=1><button>Go</button></form>",
        app.client.redirect_uri
    );
    browser.open(&page).await;
    browser.click("button").await;
    let mut violations = Vec::new();
    for _ in 0..200 {
        violations = browser.violations().await;
        if !violations.is_empty() {
            break;
        }
        // The browser gets to the form only after the click.
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert_eq!(violations.len(), 1, "{violations:?}");
    assert!(app.was_not_called());
}
