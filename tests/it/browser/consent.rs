//! The consent page as a person uses it.

use std::time::Duration;

use serde_json::json;

use super::chromium::Chromium;
use super::site::{App, Site, Then, consent_url};
use crate::support::{Server, secrets};

const APPROVE: &str = "button[value=approve]";

/// Whether this is the question, unanswered.
async fn asks(browser: &Chromium) -> bool {
    let script = "const secret = document.querySelector('input[name=secret]');
                  return secret !== null && secret.value === '';";
    browser.evaluate(script).await == json!(true)
}

async fn approve(browser: &Chromium, server: &Server, app: &mut App) -> String {
    browser.type_secret(secrets::OWNER).await;
    browser.press("approve").await;
    app.code(server).await
}

#[tokio::test]
async fn the_owner_approves_with_one_more_box_ticked_and_the_app_connects() {
    let Some(browser) = Chromium::start().await else {
        return;
    };
    let site = Site::start();
    let server = &site.server;
    let mut app = App::at_loopback(server).await;
    browser.open(&consent_url(server, &app.client)).await;
    browser.toggle("intervals:delete").await;
    let code = approve(&browser, server, &mut app).await;
    assert!(browser.url().await.starts_with(&app.client.redirect_uri));
    let tokens = app.connect(server, &code).await;
    assert_eq!(
        tokens.scope,
        "intervals:read intervals:write intervals:delete"
    );
}

#[tokio::test]
async fn denying_needs_no_secret_and_is_told_to_a_program_on_this_computer() {
    let Some(browser) = Chromium::start().await else {
        return;
    };
    let site = Site::start();
    let mut app = App::at_loopback(&site.server).await;
    browser.open(&consent_url(&site.server, &app.client)).await;
    browser.press("deny").await;
    let callback = app.callback().await;
    assert_eq!(callback["error"], "access_denied");
    assert!(!callback.contains_key("code"));
}

#[tokio::test]
async fn denying_an_unknown_host_stays_on_this_site() {
    let Some(browser) = Chromium::start().await else {
        return;
    };
    let site = Site::start();
    let mut app = App::at_https(&site.server, Then::Page).await;
    browser.open(&consent_url(&site.server, &app.client)).await;
    browser.press("deny").await;
    assert_eq!(browser.find("h1").await.text().await.unwrap(), "Denied");
    assert!(browser.url().await.starts_with(&site.server.address));
    assert!(app.was_not_called());
}

#[tokio::test]
async fn after_a_wrong_secret_the_choices_are_kept_and_the_right_one_works() {
    let Some(browser) = Chromium::start().await else {
        return;
    };
    let site = Site::start();
    let server = &site.server;
    let mut app = App::at_loopback(server).await;
    browser.open(&consent_url(server, &app.client)).await;
    browser.toggle("intervals:write").await;
    browser.toggle("intervals:settings").await;
    browser.type_secret("not the password at all").await;
    browser.press("approve").await;
    let alert = browser.find("[role=alert]").await;
    assert!(alert.is_displayed().await.unwrap());
    assert!(alert.text().await.unwrap().contains("not right"));
    assert!(asks(&browser).await, "the wrong secret was sent back");
    let focused = browser
        .evaluate("return document.activeElement.name;")
        .await;
    assert_eq!(focused, "secret", "typing can go on at once");
    assert!(!browser.is_ticked("intervals:write").await);
    assert!(browser.is_ticked("intervals:settings").await);
    let code = approve(&browser, server, &mut app).await;
    let tokens = app.connect(server, &code).await;
    assert_eq!(tokens.scope, "intervals:read intervals:settings");
}

#[tokio::test]
async fn an_empty_secret_is_asked_for_before_anything_is_sent() {
    let Some(browser) = Chromium::start().await else {
        return;
    };
    let site = Site::start();
    let server = &site.server;
    let mut app = App::at_loopback(server).await;
    browser.open(&consent_url(server, &app.client)).await;
    browser.click(APPROVE).await;
    assert!(asks(&browser).await);
    let sent = browser.requests().await;
    assert!(sent.iter().all(|(method, _)| method == "GET"), "{sent:?}");
    let code = approve(&browser, server, &mut app).await;
    app.connect(server, &code).await;
}

#[tokio::test]
async fn a_double_click_on_approve_connects_the_app() {
    let Some(browser) = Chromium::start().await else {
        return;
    };
    let site = Site::start();
    let server = &site.server;
    let app = App::at_loopback(server).await;
    browser.open(&consent_url(server, &app.client)).await;
    browser.type_secret(secrets::OWNER).await;
    // Answers take longer than the second click, as they do over a real network.
    let slow = json!({
        "offline": false,
        "latency": 1500,
        "downloadThroughput": -1,
        "uploadThroughput": -1,
    });
    browser
        .devtools("Network.emulateNetworkConditions", slow)
        .await;
    let page = browser.find("html").await;
    let button = browser.find(APPROVE).await;
    browser
        .driver
        .action_chain_with_delay(None, Some(Duration::from_millis(150)))
        .move_to_element_center(&button)
        .click()
        .move_by_offset(1, 1)
        .click()
        .perform()
        .await
        .unwrap();
    browser.has_left(&page).await;
    let sent = browser.requests().await;
    let posts = sent.iter().filter(|(method, _)| method == "POST").count();
    assert_eq!(posts, 2, "the form was not sent twice: {sent:?}");
    // The app gets the code that the browser ended up with.
    let landed = browser.driver.current_url().await.unwrap();
    let (_, code) = landed
        .query_pairs()
        .find(|(name, _)| name == "code")
        .unwrap_or_else(|| panic!("{landed}"));
    app.connect(server, &code).await;
}

#[tokio::test]
async fn the_back_button_after_an_approval_asks_again_and_takes_nothing_back() {
    let Some(browser) = Chromium::start().await else {
        return;
    };
    let site = Site::start();
    let server = &site.server;
    let mut app = App::at_loopback(server).await;
    browser.open(&consent_url(server, &app.client)).await;
    let first = approve(&browser, server, &mut app).await;
    browser.driver.back().await.unwrap();
    assert!(asks(&browser).await, "the secret is still in the page");
    browser.click(APPROVE).await;
    assert!(
        asks(&browser).await,
        "nothing is approved without the secret"
    );
    assert!(app.was_not_called());
    app.connect(server, &first).await;
    let second = approve(&browser, server, &mut app).await;
    assert_ne!(first, second);
    app.connect(server, &second).await;
}

#[tokio::test]
async fn the_way_back_to_a_page_with_a_wrong_secret_and_a_reload_end_in_a_question() {
    let Some(browser) = Chromium::start().await else {
        return;
    };
    let site = Site::start();
    let server = &site.server;
    let mut app = App::at_loopback(server).await;
    browser.open(&consent_url(server, &app.client)).await;
    browser.type_secret("not the password at all").await;
    browser.press("approve").await;
    browser.driver.back().await.unwrap();
    assert!(asks(&browser).await);
    browser.driver.refresh().await.unwrap();
    assert!(asks(&browser).await);
    let code = approve(&browser, server, &mut app).await;
    app.connect(server, &code).await;
}

#[tokio::test]
async fn two_tabs_for_two_apps_are_answered_in_any_order() {
    let Some(browser) = Chromium::start().await else {
        return;
    };
    let site = Site::start();
    let server = &site.server;
    let mut one = App::at_loopback(server).await;
    let mut two = App::at_https(server, Then::Page).await;
    browser.open(&consent_url(server, &one.client)).await;
    let first_tab = browser.driver.window().await.unwrap();
    let second_tab = browser.driver.new_tab().await.unwrap();
    browser
        .driver
        .switch_to_window(second_tab.clone())
        .await
        .unwrap();
    browser.open(&consent_url(server, &two.client)).await;
    browser.driver.switch_to_window(first_tab).await.unwrap();
    browser.toggle("intervals:write").await;
    let code_of_one = approve(&browser, server, &mut one).await;
    browser.driver.switch_to_window(second_tab).await.unwrap();
    let code_of_two = approve(&browser, server, &mut two).await;
    let tokens = one.connect(server, &code_of_one).await;
    assert_eq!(tokens.scope, "intervals:read");
    let tokens = two.connect(server, &code_of_two).await;
    assert_eq!(tokens.scope, "intervals:read intervals:write");
}

#[tokio::test]
async fn the_same_request_in_two_tabs_can_be_approved_in_both() {
    let Some(browser) = Chromium::start().await else {
        return;
    };
    let site = Site::start();
    let server = &site.server;
    let mut app = App::at_loopback(server).await;
    let url = consent_url(server, &app.client);
    browser.open(&url).await;
    let first_tab = browser.driver.window().await.unwrap();
    let second_tab = browser.driver.new_tab().await.unwrap();
    browser.driver.switch_to_window(second_tab).await.unwrap();
    browser.open(&url).await;
    let newer = approve(&browser, server, &mut app).await;
    browser.driver.switch_to_window(first_tab).await.unwrap();
    let older = approve(&browser, server, &mut app).await;
    app.connect(server, &newer).await;
    app.connect(server, &older).await;
}

#[tokio::test]
async fn the_whole_way_works_without_script() {
    let Some(browser) = Chromium::start().await else {
        return;
    };
    let site = Site::start();
    let server = &site.server;
    let mut app = App::at_loopback(server).await;
    browser
        .devtools(
            "Emulation.setScriptExecutionDisabled",
            json!({ "value": true }),
        )
        .await;
    browser
        .open("data:text/html,<title>off</title><script>document.title='on'</script>")
        .await;
    assert_eq!(browser.driver.title().await.unwrap(), "off");
    browser.open(&consent_url(server, &app.client)).await;
    browser.type_secret("not the password at all").await;
    browser.press("approve").await;
    browser.find("[role=alert]").await;
    browser.toggle("intervals:delete").await;
    let code = approve(&browser, server, &mut app).await;
    let tokens = app.connect(server, &code).await;
    assert_eq!(
        tokens.scope,
        "intervals:read intervals:write intervals:delete"
    );
}

#[tokio::test]
async fn the_cookies_are_out_of_reach_of_scripts_and_of_other_sites() {
    let Some(browser) = Chromium::start().await else {
        return;
    };
    let site = Site::start();
    let server = &site.server;
    let mut app = App::at_loopback(server).await;
    browser.open(&consent_url(server, &app.client)).await;
    approve(&browser, server, &mut app).await;
    let urls = json!({ "urls": [server.url("/")] });
    let answer = browser.devtools("Network.getCookies", urls).await;
    let cookies = answer["cookies"].as_array().unwrap();
    let names: Vec<&str> = cookies.iter().filter_map(|c| c["name"].as_str()).collect();
    assert!(names.contains(&"mcp_csrf") && names.contains(&"mcp_device"));
    for cookie in cookies {
        assert_eq!(cookie["httpOnly"], true, "{cookie}");
        assert_eq!(cookie["sameSite"], "Lax", "{cookie}");
    }
}
