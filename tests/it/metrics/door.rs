//! Who may read it.

use intervals_mcp_server::config::{Config, Sources};
use reqwest::Method;

use super::{TOKEN, Watched};
use crate::configuration::GOOD;
use crate::support::flow::{self, Answer};
use crate::support::secrets;

async fn ask(watched: &Watched, headers: &[(&str, &str)]) -> Answer {
    let mut request = watched.server.http.get(watched.server.url("/metrics"));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    Answer::of(request.send().await.unwrap()).await
}

#[tokio::test]
async fn without_a_token_in_the_configuration_there_is_no_such_path() {
    let watched = Watched::with(&[]);
    let elsewhere = watched
        .server
        .http
        .get(watched.server.url("/no-such-path"))
        .send()
        .await
        .unwrap();
    let elsewhere = Answer::of(elsewhere).await;
    let credential = format!("Bearer {TOKEN}");
    for headers in [&[][..], &[("Authorization", credential.as_str())]] {
        let answer = ask(&watched, headers).await;
        assert_eq!(
            (answer.status.as_u16(), &answer.body),
            (404, &elsewhere.body)
        );
    }
}

#[tokio::test]
async fn whoever_has_not_the_token_is_told_what_is_missing_and_nothing_else() {
    let watched = Watched::start();
    let nothing = ask(&watched, &[]).await;
    assert_eq!(nothing.status, 401);
    assert_eq!(
        nothing.header("www-authenticate"),
        "Bearer realm=\"metrics\""
    );
    let tokens = flow::connect(&watched.server).await;
    let wrong = [
        format!("Bearer {}", &TOKEN[1..]),
        format!("Bearer {TOKEN}x"),
        format!("Bearer {}", TOKEN.to_uppercase()),
        format!("Bearer  {TOKEN}"),
        format!("Basic {TOKEN}"),
        TOKEN.to_owned(),
        "Bearer ".to_owned(),
        "Bearer".to_owned(),
        // What opens other doors.
        format!("Bearer {}", tokens.access_token),
        format!("Bearer {}", secrets::MCP_API_KEY),
    ];
    for wrong in &wrong {
        let answer = ask(&watched, &[("Authorization", wrong)]).await;
        assert_eq!(answer.status, 401, "{wrong}");
        assert_eq!(
            answer.header("www-authenticate"),
            "Bearer realm=\"metrics\", error=\"invalid_token\"",
            "{wrong}"
        );
        assert!(!answer.body.contains("intervals_mcp_"), "{wrong}");
    }
    let right = format!("Bearer {TOKEN}");
    let both = [("Authorization", right.as_str()), ("Authorization", "x y")];
    assert_eq!(ask(&watched, &both).await.status, 401);
    assert_eq!(ask(&watched, &both[..1]).await.status, 200);
    let query = format!("/metrics?token={TOKEN}&access_token={TOKEN}");
    let asked = watched.server.http.get(watched.server.url(&query));
    assert_eq!(asked.send().await.unwrap().status(), 401);
}

#[tokio::test]
async fn the_token_opens_nothing_else() {
    let watched = Watched::start();
    assert!(!flow::is_let_in(&watched.server, TOKEN).await);
}

#[tokio::test]
async fn it_is_one_of_our_paths_as_any_other_and_none_for_web_pages() {
    let watched = Watched::start();
    let right = format!("Bearer {TOKEN}");
    let credential = ("Authorization", right.as_str());
    let foreign = ask(&watched, &[credential, ("Host", "evil.test")]).await;
    assert_eq!(foreign.status, 421);
    let page = ask(&watched, &[credential, ("Origin", "https://evil.test")]).await;
    assert_eq!(page.header("access-control-allow-origin"), "");
    assert_eq!(page.header("cache-control"), "no-store");
    for method in [Method::POST, Method::DELETE, Method::OPTIONS] {
        let url = watched.server.url("/metrics");
        let answer = watched.server.http.request(method.clone(), url);
        let answer = answer.bearer_auth(TOKEN).send().await.unwrap();
        assert_eq!(answer.status(), 405, "{method}");
    }
}

#[test]
fn a_token_that_is_short_or_another_secret_too_is_refused() {
    let problems = |token: &str| {
        let mut sources = Sources::default();
        for (name, value) in GOOD {
            sources
                .environment
                .insert(name.to_owned(), value.to_owned());
        }
        let mut set = |name: &str, value: &str| {
            sources
                .environment
                .insert(name.to_owned(), value.to_owned());
        };
        set("MCP_API_KEY", secrets::MCP_API_KEY);
        set("METRICS_TOKEN", token);
        let problems = Config::load(&sources).err().unwrap_or_default();
        problems
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<String>>()
    };
    assert_eq!(problems(TOKEN), [""; 0]);
    let short = problems("kX9#tiny");
    assert!(short[0].starts_with("METRICS_TOKEN: must have at least 24"));
    assert!(!short[0].contains("kX9#tiny"));
    let twin = problems(secrets::MCP_API_KEY);
    assert!(twin[0].starts_with("METRICS_TOKEN: is the same as MCP_API_KEY"));
}
