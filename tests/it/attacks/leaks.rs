//! What strangers can read, what the log tells, and what two different failures have in common.

use serde_json::{Value, json};

use super::caller::{Caller, LIST, mcp};
use super::client::{self, CALLBACK, Proof};
use super::message::{Ask, Reply};
use super::owner::Browser;
use super::page::Form;
use super::target::{Profile, Target, keeps_to_itself, random};
use super::upstream::{Upstream, basic};
use crate::support::process::Room;
use crate::support::{Server, ServerOptions};

/// Who the invented athlete is, in the service's own words.
async fn about_the_athlete(upstream: &Upstream) -> Vec<String> {
    let target = Target::with(
        Profile::Keyed,
        &[
            ("INTERVALS_BASE_URL", &upstream.base_url),
            ("RUST_LOG", "info"),
        ],
    )
    .await;
    let said = Caller::new(&target, &target.mcp_api_key)
        .call("get_athlete", json!({}))
        .await
        .ok();
    target.finish().await;
    let name = said.split(" · ").next().unwrap().to_owned();
    assert!(name.len() > 4, "{said}");
    let mut all: Vec<String> = name.split(' ').map(str::to_owned).collect();
    all.push(name);
    all
}

#[tokio::test]
async fn leak_01_strangers_learn_nothing_about_the_athlete_or_the_machine() {
    let upstream = Upstream::honest().await;
    let athlete = about_the_athlete(&upstream).await;
    upstream.forget();
    let target = Target::with(
        Profile::Keyed,
        &[
            ("INTERVALS_BASE_URL", &upstream.base_url),
            ("LOG_DIR", "logs-of-the-operator"),
        ],
    )
    .await;
    let mut forbidden = vec![
        basic(intervals_mcp_server::demo::API_KEY),
        "424242".to_owned(),
        "/app/".to_owned(),
        "/home/".to_owned(),
        "/root/".to_owned(),
        "/tmp/".to_owned(),
        "src/".to_owned(),
        ".rs:".to_owned(),
        "rustc".to_owned(),
        "panicked".to_owned(),
        "hyper".to_owned(),
        "logs-of-the-operator".to_owned(),
        upstream.base_url.clone(),
    ];
    forbidden.extend(target.seeded.iter().map(|noted| noted.value.clone()));
    forbidden.extend(athlete);
    for path in [
        "/health",
        "/config",
        "/",
        "/mcp",
        "/.well-known/oauth-authorization-server",
        "/.well-known/oauth-authorization-server/mcp",
        "/.well-known/oauth-protected-resource",
        "/.well-known/oauth-protected-resource/mcp",
        "/oauth/authorize",
        "/authorize?client_id=x&redirect_uri=https://x.test/",
        "/oauth/token",
        "/oauth/register",
        "/nope",
        "/health?verbose=1&debug=true",
    ] {
        for ask in [
            Ask::get(path),
            Ask::get(path)
                .header("Accept", "text/html")
                .header("Accept-Language", "ja"),
            Ask::post(path).json("{\"redirect_uris\":[1]}"),
            Ask::post(path).form(&[
                ("grant_type", "authorization_code"),
                ("transaction", "x"),
                ("secret", "y"),
            ]),
            Ask::post(path).bearer("wrong").json(LIST),
            Ask::post(path).header("X-API-Key", "wrong").json("{"),
        ] {
            let reply = target.send(&ask).await;
            let allowed = [200, 301, 302, 400, 401, 403, 404, 405, 415, 429];
            assert!(allowed.contains(&reply.status), "{path}: {}", reply.status);
            let everything = reply.everything();
            for word in &forbidden {
                assert!(
                    !everything.contains(word.as_str()),
                    "{word} at {path}: {everything}"
                );
            }
        }
    }
    let health = target.send(&Ask::get("/health")).await.json();
    assert_eq!(health["status"], "ok");
    let members: Vec<&String> = health.as_object().unwrap().keys().collect();
    assert_eq!(members, ["status", "version"]);
    // No counter, no path, no value: choices, and of secrets whether they are set.
    let config = target.send(&Ask::get("/config")).await.json();
    let numbers = count(&config, Value::is_number);
    assert_eq!(numbers, 0, "{config}");
    assert!(
        config["secrets_set"]
            .as_object()
            .unwrap()
            .values()
            .all(Value::is_boolean)
    );
    // And nobody was asked for it.
    assert!(upstream.journal().is_empty());
    target.finish().await;
}

fn count(value: &Value, is: fn(&Value) -> bool) -> usize {
    usize::from(is(value))
        + match value {
            Value::Array(items) => items.iter().map(|item| count(item, is)).sum(),
            Value::Object(members) => members.values().map(|member| count(member, is)).sum(),
            _ => 0,
        }
}

/// Everything that an honest client, a clumsy owner and a stranger do in a day.
async fn a_whole_run(target: &Target) {
    let site = &target.site;
    target.may_ask_upstream();
    site.note(
        "the credential of the service",
        &basic(intervals_mcp_server::demo::API_KEY),
    );
    for method in ["none", "client_secret_post", "client_secret_basic"] {
        let client = client::register(site, CALLBACK, method).await;
        let proof = Proof::new(site);
        let browser = Browser::new(site);
        let form = browser.open(&client::request(site, &client, &proof)).await;
        assert_ne!(
            browser
                .type_secret(&form, &format!("not it: {}", random(24)))
                .await
                .status,
            303
        );
        let approved = browser.approve(&form).await;
        let code = approved.code().unwrap();
        // Wrong in each of its parts before it is right.
        let mut fields = client::redemption(&client, &code, &proof);
        fields.retain(|(name, _)| *name != "client_secret");
        let mut ask = Ask::post("/oauth/token");
        match (method, &client.secret) {
            ("client_secret_post", Some(secret)) => fields.push(("client_secret", secret)),
            ("client_secret_basic", Some(secret)) => {
                use base64::Engine as _;
                let pair = format!(
                    "{}:{}",
                    &crate::support::flow::encode(&[("", &client.id)])[1..],
                    &crate::support::flow::encode(&[("", secret)])[1..]
                );
                let encoded = base64::engine::general_purpose::STANDARD.encode(pair);
                site.note("a client's credential", &encoded);
                ask = ask.header("Authorization", &format!("Basic {encoded}"));
                fields.retain(|(name, _)| *name != "client_id");
            }
            _ => {}
        }
        let other = Proof::new(site);
        let mistaken: Vec<(&str, &str)> = fields
            .iter()
            .map(|(name, value)| match *name {
                "code_verifier" => (*name, other.verifier.as_str()),
                _ => (*name, *value),
            })
            .collect();
        assert_eq!(site.send(&ask.clone().form(&mistaken)).await.status, 400);
        let redeemed = site.send(&ask.clone().form(&fields)).await;
        let tokens = client::tokens(&redeemed, &client);
        let caller = Caller::new(site, &tokens.access_token);
        for (tool, arguments) in [
            ("get_today", json!({})),
            ("get_athlete", json!({})),
            ("list_activities", json!({ "query": "hill" })),
            (
                "update_wellness",
                json!({ "entries": [{ "date": "today", "comments": "slept badly, dreamt of hills" }] }),
            ),
            ("get_activity", json!({ "id": "../../athlete" })),
            ("get_activity", json!({ "id": "i1" })),
            ("no_such_tool", json!({ "secret": tokens.access_token })),
        ] {
            caller.call(tool, arguments).await;
        }
        // Where credentials do not belong, clients put them all the same.
        for path in [
            format!("/mcp?access_token={}", tokens.access_token),
            format!(
                "/authorize?code={code}&client_secret={}",
                client.secret.clone().unwrap_or_default()
            ),
            format!("/nope?code={code}"),
        ] {
            site.send(&Ask::get(&path).bearer(&tokens.access_token))
                .await;
        }
        site.send(
            &mcp(format!("{{\"token\":\"{}\"", tokens.access_token)).bearer(&tokens.access_token),
        )
        .await;
        site.send(
            &Ask::post("/oauth/token")
                .json(json!({ "refresh_token": tokens.refresh_token }).to_string()),
        )
        .await;
        site.send(&Ask::post("/oauth/register").json(
            json!({ "redirect_uris": [CALLBACK], "client_name": tokens.access_token }).to_string(),
        ))
        .await;
        let mut renewal = client::renewal(&client, &tokens.refresh_token);
        renewal.retain(|(name, _)| method != "client_secret_basic" || !name.starts_with("client_"));
        let renewed = client::tokens(&site.send(&ask.clone().form(&renewal)).await, &client);
        assert!(client::is_let_in(site, &renewed.access_token).await);
        // The code again ends it all.
        site.send(&ask.form(&fields)).await;
        assert!(!client::is_let_in(site, &renewed.access_token).await);
        let denied = browser.open(&client::request(site, &client, &proof)).await;
        browser.deny(&denied).await;
    }
    let wrong = random(36);
    site.note("a wrong key", &wrong);
    site.send(&mcp(LIST).header("X-API-Key", &wrong)).await;
    site.send(&mcp(LIST).header("X-API-Key", &target.mcp_api_key))
        .await;
    let guess = format!("eyJhbGciOiJub25lIn0.{}.{}", random(40), random(40));
    site.note("a forged token", &guess);
    assert!(!client::is_let_in(site, &guess).await);
}

#[tokio::test]
async fn leak_03_the_loudest_log_holds_no_secret_in_any_format_or_file() {
    for format in ["text", "json"] {
        let directory = Room::new();
        let target = Target::with(
            Profile::Keyed,
            &[
                ("RUST_LOG", "trace"),
                ("LOG_FORMAT", format),
                ("LOG_DIR", directory.0.to_str().unwrap()),
            ],
        )
        .await;
        a_whole_run(&target).await;
        let log = target.log();
        for expected in [
            "JWT decoded successfully",
            "Processing request of type tools/call",
            "session_id",
        ] {
            assert!(log.contains(expected), "{expected} is not in the log");
        }
        for private in ["slept badly", "hill", "tannwald", "@"] {
            let line = log.lines().find(|line| line.contains(private));
            assert!(line.is_none(), "{private}: {line:?}");
        }
        if format == "json" {
            for line in log.lines().filter(|line| !line.trim().is_empty()) {
                let parsed: Result<Value, _> = serde_json::from_str(line);
                assert!(parsed.is_ok(), "{line}");
            }
        }
        let site = target.site.clone();
        target.finish().await;
        let written: String = std::fs::read_dir(&directory.0)
            .unwrap()
            .map(|entry| std::fs::read_to_string(entry.unwrap().path()).unwrap())
            .collect();
        assert!(written.contains("JWT decoded successfully"));
        keeps_to_itself(&written, &site.confidential());
    }
}

/// A page without what is drawn anew for each: its hidden fields and its nonce.
fn without_what_is_drawn(page: &Reply, form: &Form) -> String {
    let mut html = page.text();
    let nonce = html
        .split("nonce=\"")
        .nth(1)
        .and_then(|rest| rest.split('"').next());
    let nonce = nonce.unwrap_or_default().to_owned();
    assert!(nonce.len() > 16, "{html}");
    html = html.replace(&nonce, "");
    for (_, value) in form.hidden() {
        html = html.replace(&value, "");
    }
    html
}

/// Status and body, and the headers that are not of the moment.
fn face(reply: &Reply) -> (u16, String, Vec<(String, String)>) {
    let mut headers = reply.headers.clone();
    headers.retain(|(name, _)| !matches!(name.as_str(), "date" | "x-request-id" | "set-cookie"));
    (reply.status, reply.text(), headers)
}

#[track_caller]
fn look_alike(replies: &[(&str, Reply)]) {
    let (first, rest) = replies.split_first().unwrap();
    for (what, reply) in rest {
        assert_eq!(face(reply), face(&first.1), "{what} against {}", first.0);
    }
}

#[tokio::test]
async fn leak_05_failures_of_one_kind_look_alike() {
    let target = Target::with(Profile::Keyed, &[]).await;
    let site = &target.site;
    // A key that is nearly right is as wrong as any other.
    let key = target.mcp_api_key.clone();
    let replaced = |at: usize, text: &str| {
        let mut characters: Vec<char> = text.chars().collect();
        characters[at] = if characters[at] == 'A' { 'B' } else { 'A' };
        characters.into_iter().collect::<String>()
    };
    let (first, last) = (replaced(0, &key), replaced(key.len() - 1, &key));
    let mut replies = Vec::new();
    for (what, value) in [
        ("empty", ""),
        ("first wrong", &first),
        ("last wrong", &last),
    ] {
        replies.push((what, site.send(&mcp(LIST).header("X-API-Key", value)).await));
    }
    look_alike(&replies);

    // The owner's secret, each guess on a page of its own.
    let client = client::public(site).await;
    let secret = site.owner_secret.clone();
    let mut replies = Vec::new();
    for (what, typed) in [
        ("one letter", "x".to_owned()),
        ("first wrong", replaced(0, &secret)),
        ("last wrong", replaced(secret.len() - 1, &secret)),
        ("longer", format!("{secret}x")),
    ] {
        let proof = Proof::new(site);
        let browser = Browser::new(site);
        let form = browser.open(&client::request(site, &client, &proof)).await;
        let mut reply = browser.type_secret(&form, &typed).await;
        reply.body = without_what_is_drawn(&reply, &form).into_bytes();
        reply
            .headers
            .retain(|(name, _)| name != "content-length" && name != "content-security-policy");
        replies.push((what, reply));
    }
    look_alike(&replies);

    // Codes.
    let other = client::register(site, "https://other.test/cb", "none").await;
    let (code, proof) = client::approved(site, &client).await;
    let (others, others_proof) = client::approved(site, &other).await;
    let spent = {
        let (code, proof) = client::approved(site, &client).await;
        client::redeem(site, &client, &code, &proof).await;
        (code, proof)
    };
    let replies = [
        (
            "unknown",
            client::redeem(site, &client, &random(32), &proof).await,
        ),
        (
            "of another client",
            client::redeem(site, &client, &others, &others_proof).await,
        ),
        (
            "spent",
            client::redeem(site, &client, &spent.0, &spent.1).await,
        ),
        ("garbage", client::redeem(site, &client, "x", &proof).await),
    ];
    look_alike(&replies);
    drop(code);

    // Refresh tokens.
    let mine = client::connect(site, &client).await;
    let theirs = client::connect(site, &other).await;
    let revoked = {
        let (code, proof) = client::approved(site, &client).await;
        let tokens = client::tokens(&client::redeem(site, &client, &code, &proof).await, &client);
        client::redeem(site, &client, &code, &proof).await;
        tokens
    };
    let mut replies = Vec::new();
    for (what, token) in [
        ("unknown", random(48)),
        ("revoked", revoked.refresh_token),
        ("of another client", theirs.refresh_token),
        ("an access token", mine.access_token),
    ] {
        let fields = client::renewal(&client, &token);
        replies.push((what, client::token(site, &fields).await));
    }
    look_alike(&replies);
    target.finish().await;
}

/// On a clock that the test moves.
#[tokio::test]
async fn leak_05_an_expired_code_looks_like_an_unknown_one() {
    let server = Server::with(ServerOptions {
        public_url: Some("https://mcp.test".to_owned()),
        ..ServerOptions::default()
    })
    .await;
    let site = super::site::Site::of(&server);
    let client = client::public(&site).await;
    let (code, proof) = client::approved(&site, &client).await;
    server
        .clock
        .advance(super::policy::CODE_LIFETIME + std::time::Duration::from_secs(1));
    let replies = [
        (
            "unknown",
            client::redeem(&site, &client, &random(32), &proof).await,
        ),
        (
            "expired",
            client::redeem(&site, &client, &code, &proof).await,
        ),
    ];
    look_alike(&replies);
}

#[tokio::test]
async fn leak_05_the_page_does_not_tell_whether_an_app_was_here_before() {
    let target = Target::start().await;
    let site = &target.site;
    let client = client::public(site).await;
    let proof = Proof::new(site);
    let request = client::request(site, &client, &proof);
    let seen = |page: Reply| (page.status, without_what_is_drawn(&page, &Form::of(&page)));
    let page = Ask::get(&super::owner::target_of(&request));
    let open = || site.send(&page);
    let before = seen(open().await);
    client::connect(site, &client).await;
    assert_eq!(seen(open().await), before);
    // Neither does the token endpoint tell a stranger which clients exist.
    let stranger = crate::support::flow::Client {
        id: "somebody-else".to_owned(),
        ..client.clone()
    };
    let unknown = client::redeem(site, &stranger, &random(32), &proof).await;
    assert!(matches!(unknown.status, 400 | 401), "{}", unknown.text());
    assert!(!unknown.text().contains("somebody-else"));
    target.finish().await;
}
