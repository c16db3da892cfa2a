//! The owner's page: who is connected, and how that ends.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::json;

use crate::support::flow::{
    self, Answer, Browser, Client, Request, Tokens, VERIFIER, encode, is_let_in,
};
use crate::support::{Server, ServerOptions, secrets};

const NOT_VERIFIED: &str = "(not verified, chosen by the app)";

/// What a browser posts to the page.
async fn post(server: &Server, browser: &Browser<'_>, fields: &[(&str, &str)]) -> Answer {
    let request = server
        .http
        .post(server.url("/connections"))
        .header("Origin", server.public_url.origin())
        .header("Content-Type", "application/x-www-form-urlencoded")
        .body(encode(fields));
    browser.send(request).await
}

async fn get(server: &Server, browser: &Browser<'_>) -> Answer {
    browser
        .send(server.http.get(server.url("/connections")))
        .await
}

/// A browser in which the owner typed the secret, and the list that it showed.
async fn unlock<'s>(server: &'s Server) -> (Browser<'s>, Answer) {
    let browser = Browser::new(server);
    assert_eq!(get(server, &browser).await.status, 200);
    let list = post(server, &browser, &[("secret", secrets::OWNER)]).await;
    assert_eq!(list.status, 200, "{}", list.body);
    (browser, list)
}

/// The values of hidden fields with this name, in their order.
fn hidden(page: &Answer, name: &str) -> Vec<String> {
    let start = format!("<input type=\"hidden\" name=\"{name}\" value=\"");
    page.body
        .split(&start)
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap().to_owned())
        .collect()
}

fn ticket(list: &Answer) -> String {
    hidden(list, "ticket").remove(0)
}

/// The text of each entry of the list, by the host in its heading.
fn entry<'p>(list: &'p Answer, heading: &str) -> Option<&'p str> {
    list.body
        .split("<li>\n<h2")
        .skip(1)
        .map(|entry| entry.split("</form>").next().unwrap())
        .find(|entry| entry.contains(&format!(">{heading}</h2>")))
}

async fn connect_at(server: &Server, redirect_uri: &str) -> Tokens {
    let client = flow::register_with(server, redirect_uri, "none").await;
    let code = flow::approved_code(server, &client).await;
    Tokens::of(
        &flow::exchange(server, &client, &code, VERIFIER).await,
        &client,
    )
}

#[tokio::test]
async fn nothing_about_connections_is_told_before_the_secret() {
    let server = Server::start().await;
    let strip = |page: &Answer| {
        let policy = page.header("content-security-policy");
        let nonce = policy
            .split('\'')
            .find_map(|part| part.strip_prefix("nonce-"));
        page.body.replace(nonce.unwrap(), "")
    };
    let (stranger, early) = (Browser::new(&server), Browser::new(&server));
    let before = get(&server, &early).await;
    let tokens = flow::connect(&server).await;
    let after = get(&server, &stranger).await;
    assert_eq!(strip(&before), strip(&after));
    let wrong = post(&server, &stranger, &[("secret", "wrong")]).await;
    let empty = post(&server, &stranger, &[]).await;
    let athlete = ServerOptions::default().athlete_id;
    for (page, status) in [(&after, 200), (&wrong, 403), (&empty, 403)] {
        assert_eq!(page.status, status);
        for told in [
            athlete.as_str(),
            "Test client",
            "127.0.0.1:33419",
            "ticket",
            "session_id",
            "No app",
        ] {
            assert!(!page.body.contains(told), "{told}");
        }
    }
    for page in [&wrong, &empty] {
        assert!(page.body.contains("role=\"alert\"") && page.body.contains("aria-invalid"));
    }
    assert!(is_let_in(&server, &tokens.access_token).await);
}

#[tokio::test]
async fn the_owner_sees_who_is_connected_since_when_and_with_what() {
    let server = Server::start().await;
    let (_, none) = unlock(&server).await;
    assert!(none.body.contains("No app has come since"));
    let claude = connect_at(&server, "https://claude.ai/api/mcp/auth_callback").await;
    server.clock.advance(Duration::from_secs(90 * 60));
    connect_at(&server, "https://client.test:8443/cb").await;
    let (_, list) = unlock(&server).await;
    assert!(list.body.contains(&ServerOptions::default().athlete_id));
    let one = entry(&list, "claude.ai").unwrap();
    for told in [
        "<bdi>Test client</bdi> <small class=\"tag\">(not verified, chosen by the app)</small>",
        "See your data",
        "Create and change",
        "18 March 2026, 09:30 UTC",
        "about an hour ago",
        "over IPv4",
    ] {
        assert!(one.contains(told), "{told}: {one}");
    }
    assert!(!one.contains("Delete") && !one.contains("Change settings"));
    let other = entry(&list, "client.test:8443").unwrap();
    assert!(other.contains("11:00 UTC") && other.contains("within the last hour"));
    // The one used last comes first, and a use is noted.
    server.clock.advance(Duration::from_secs(60));
    assert!(list.body.find("client.test").unwrap() < list.body.find("claude.ai").unwrap());
    assert!(
        is_let_in(
            &server,
            &Tokens::of(&claude.refresh(&server).await, &claude.client).access_token
        )
        .await
    );
    server.clock.advance(Duration::from_secs(3600));
    let (_, list) = unlock(&server).await;
    assert!(list.body.find("claude.ai").unwrap() < list.body.find("client.test").unwrap());
    for secret in [
        secrets::OWNER,
        secrets::SIGNING,
        "127.0.0.1:",
        &claude.access_token,
    ] {
        assert!(
            !entry(&list, "claude.ai").unwrap().contains(secret),
            "{secret}"
        );
    }
}

#[tokio::test]
async fn a_use_is_noted_once_an_hour() {
    let server = Server::with(ServerOptions {
        access_token_ttl: Duration::from_secs(86_400),
        ..ServerOptions::default()
    })
    .await;
    let tokens = flow::connect(&server).await;
    let told = |list: &Answer, text: &str| {
        let entry = entry(list, "127.0.0.1:33419").unwrap();
        entry.contains(text)
    };
    assert!(is_let_in(&server, &tokens.access_token).await);
    server.clock.advance(Duration::from_secs(3599));
    assert!(is_let_in(&server, &tokens.access_token).await);
    server.clock.advance(Duration::from_secs(1));
    assert!(told(&unlock(&server).await.1, "about an hour ago"));
    assert!(is_let_in(&server, &tokens.access_token).await);
    assert!(told(&unlock(&server).await.1, "within the last hour"));
    server.clock.advance(Duration::from_secs(3 * 86_400));
    assert!(told(&unlock(&server).await.1, "3 days ago"));
    let tokens = Tokens::of(&tokens.refresh(&server).await, &tokens.client);
    assert!(told(&unlock(&server).await.1, "within the last hour"));
    // The first use of a new token is written anyway, so it is noted too.
    server.clock.advance(Duration::from_secs(3599));
    assert!(is_let_in(&server, &tokens.access_token).await);
    server.clock.advance(Duration::from_secs(3599));
    assert!(told(&unlock(&server).await.1, "within the last hour"));
}

#[tokio::test]
async fn ending_one_ends_it_at_once_and_no_other() {
    let server = Server::start().await;
    let one = connect_at(&server, "https://one.test/cb").await;
    let other = connect_at(&server, "https://other.test/cb").await;
    let (browser, list) = unlock(&server).await;
    let at = hidden(&list, "grant");
    let position = usize::from(list.body.find(">one.test<") > list.body.find(">other.test<"));
    let fields = [
        ("ticket", ticket(&list)),
        ("action", "end".to_owned()),
        ("grant", at[position].clone()),
    ];
    let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (*n, v.as_str())).collect();
    let after = post(&server, &browser, &fields).await;
    assert_eq!(after.status, 200);
    assert!(
        after.body.contains("role=\"status\"")
            && after.body.contains("The connection to one.test has ended")
    );
    assert!(entry(&after, "one.test").is_none() && entry(&after, "other.test").is_some());
    assert!(!is_let_in(&server, &one.access_token).await);
    assert_eq!(one.refresh(&server).await.error(), "invalid_grant");
    assert!(is_let_in(&server, &other.access_token).await);
    // Pressed twice, and pressed for something that never was.
    for grant in [at[position].as_str(), "x", "../epoch"] {
        let fields = [("ticket", ticket(&after)), ("grant", grant.to_owned())];
        let fields = [
            ("action", "end"),
            ("ticket", &fields[0].1),
            ("grant", &fields[1].1),
        ];
        let again = post(&server, &browser, &fields).await;
        assert!(again.status == 200 && again.body.contains("had ended already"));
    }
    assert!(is_let_in(&server, &other.access_token).await);
}

#[tokio::test]
async fn ending_all_takes_a_tick_and_then_ends_everything() {
    let server = Server::start().await;
    let tokens = [flow::connect(&server).await, flow::connect(&server).await];
    let client = flow::register(&server).await;
    let in_flight = flow::approved_code(&server, &client).await;
    let (browser, list) = unlock(&server).await;
    let ticket = ticket(&list);
    for sure in ["", "no", "on"] {
        let fields = [
            ("ticket", ticket.as_str()),
            ("action", "end-all"),
            ("sure", sure),
        ];
        let asked = post(&server, &browser, &fields).await;
        assert!(asked.status == 400 && asked.body.contains("Tick this box first"));
        assert!(is_let_in(&server, &tokens[0].access_token).await);
    }
    let fields = [
        ("ticket", ticket.as_str()),
        ("action", "end-all"),
        ("sure", "yes"),
    ];
    let done = post(&server, &browser, &fields).await;
    assert!(done.status == 200 && done.body.contains("All connections have ended"));
    // Memory forgets, but not this: whatever came before is over.
    assert!(done.body.contains("No app is connected"));
    for tokens in &tokens {
        assert!(!is_let_in(&server, &tokens.access_token).await);
        assert_eq!(tokens.refresh(&server).await.error(), "invalid_grant");
    }
    // What was approved before and not yet fetched is over too.
    let late = flow::exchange(&server, &client, &in_flight, VERIFIER).await;
    assert_eq!(late.error(), "invalid_grant");
    server.clock.advance(Duration::from_secs(1));
    let code = flow::approved_code(&server, &client).await;
    let again = flow::exchange(&server, &client, &code, VERIFIER).await;
    let again = Tokens::of(&again, &client);
    assert!(is_let_in(&server, &again.access_token).await);
    server.clock.advance(Duration::from_secs(3600));
    assert_eq!(again.refresh(&server).await.status, 200);
}

fn same_place() -> ServerOptions {
    ServerOptions {
        public_url: Some("https://mcp.example.com".to_owned()),
        ..ServerOptions::default()
    }
}

#[tokio::test]
async fn an_app_from_before_a_restart_appears_when_it_is_used_and_is_ended_with_all() {
    let before = Server::with(same_place()).await;
    let tokens = connect_at(&before, "https://client.test/cb").await;
    let quiet = connect_at(&before, "https://quiet.test/cb").await;
    drop(before);
    let after = Server::with(same_place()).await;
    after.clock.advance(Duration::from_secs(60));
    let (_, list) = unlock(&after).await;
    assert!(list.body.contains("No app has come since"));
    assert!(is_let_in(&after, &tokens.access_token).await);
    let (_, list) = unlock(&after).await;
    let unknown = entry(&list, "Unknown app").unwrap();
    // An access token knows its scopes and since when; the rest stays unknown.
    assert!(
        unknown.contains("Create and change")
            && unknown.contains("09:30 UTC")
            && !unknown.contains("Test client")
    );
    let tokens = Tokens::of(&tokens.refresh(&after).await, &tokens.client);
    let (browser, list) = unlock(&after).await;
    let known = entry(&list, "client.test").unwrap();
    assert!(known.contains("Test client") && known.contains("09:30 UTC"));
    let ticket = ticket(&list);
    let fields = [
        ("ticket", ticket.as_str()),
        ("action", "end-all"),
        ("sure", "yes"),
    ];
    post(&after, &browser, &fields).await;
    for tokens in [&tokens, &quiet] {
        assert!(!is_let_in(&after, &tokens.access_token).await);
        assert_eq!(tokens.refresh(&after).await.error(), "invalid_grant");
    }
}

#[tokio::test]
async fn the_page_says_that_memory_forgets_and_it_is_true() {
    let before = Server::with(same_place()).await;
    let tokens = flow::connect(&before).await;
    let (browser, list) = unlock(&before).await;
    assert!(
        list.body
            .contains("What you end here stays ended until the next restart only.")
    );
    assert!(list.body.contains(
        "<code class=\"line\" dir=\"ltr\">TOKENS_NOT_BEFORE=2026-03-18T09:30:00Z</code>"
    ));
    let ticket = ticket(&list);
    let fields = [
        ("ticket", ticket.as_str()),
        ("action", "end-all"),
        ("sure", "yes"),
    ];
    post(&before, &browser, &fields).await;
    assert!(!is_let_in(&before, &tokens.access_token).await);
    let after = Server::with(same_place()).await;
    assert!(is_let_in(&after, &tokens.access_token).await);
    let line = Some("2026-03-18T09:30:01Z".parse().unwrap());
    let for_good = Server::with(ServerOptions {
        tokens_not_before: line,
        ..same_place()
    })
    .await;
    assert!(!is_let_in(&for_good, &tokens.access_token).await);
}

#[tokio::test]
async fn servers_that_share_a_disk_neither_show_nor_end_what_belongs_to_another() {
    let room = crate::support::process::Room::new();
    let at = |host: &str, athlete: &str| ServerOptions {
        public_url: Some(format!("https://{host}.example.com")),
        athlete_id: athlete.to_owned(),
        data_dir: Some(room.0.clone()),
        ..ServerOptions::default()
    };
    let ours = Server::with(at("one", "i1")).await;
    let tokens = flow::connect(&ours).await;
    for other in [at("two", "i1"), at("one", "i2")] {
        let other = Server::with(other).await;
        let (browser, list) = unlock(&other).await;
        assert!(!list.body.contains(NOT_VERIFIED));
        let ticket = ticket(&list);
        let fields = [
            ("ticket", ticket.as_str()),
            ("action", "end-all"),
            ("sure", "yes"),
        ];
        post(&other, &browser, &fields).await;
    }
    ours.clock.advance(Duration::from_secs(2));
    assert!(is_let_in(&ours, &tokens.access_token).await);
    let (_, list) = unlock(&ours).await;
    assert!(list.body.contains(NOT_VERIFIED));
}

#[tokio::test]
async fn the_page_says_that_a_disk_remembers_and_it_is_true() {
    let room = crate::support::process::Room::new();
    let on_disk = || ServerOptions {
        data_dir: Some(room.0.clone()),
        ..same_place()
    };
    let before = Server::with(on_disk()).await;
    let (ended, other) = (flow::connect(&before).await, flow::connect(&before).await);
    let after = Server::with(on_disk()).await;
    let (browser, list) = unlock(&after).await;
    assert!(list.body.contains("outlasts restarts"));
    assert_eq!(list.body.matches(NOT_VERIFIED).count(), 2);
    let ticket = ticket(&list);
    let fields = [
        ("ticket", ticket.as_str()),
        ("action", "end-all"),
        ("sure", "yes"),
    ];
    post(&after, &browser, &fields).await;
    let again = Server::with(on_disk()).await;
    for tokens in [&ended, &other] {
        assert!(!is_let_in(&again, &tokens.access_token).await);
        assert_eq!(tokens.refresh(&again).await.error(), "invalid_grant");
    }
    again.clock.advance(Duration::from_secs(1));
    let tokens = flow::connect(&again).await;
    assert!(is_let_in(&again, &tokens.access_token).await);
}

#[tokio::test]
async fn a_ticket_opens_the_page_for_ten_minutes_in_one_browser_and_nothing_prolongs_it() {
    let server = Server::start().await;
    let tokens = flow::connect(&server).await;
    let (browser, list) = unlock(&server).await;
    let ticket = ticket(&list);
    let end_all = |ticket: &str| {
        [("ticket", ticket), ("action", "end-all"), ("sure", "yes")]
            .map(|(n, v)| (n.to_owned(), v.to_owned()))
    };
    let consent = Browser::new(&server);
    let page = consent.open(&Request::of(&server, &tokens.client)).await;
    let mut flipped = ticket.clone().into_bytes();
    flipped[8] = if flipped[8] == b'A' { b'B' } else { b'A' };
    let flipped = String::from_utf8(flipped).unwrap();
    let device = browser.cookie("mcp_device").unwrap();
    let nonce = browser.cookie("mcp_csrf").unwrap();
    for forged in [
        "x",
        &flipped,
        &ticket[1..],
        &device,
        &nonce,
        &page.transaction,
        &tokens.client.id,
        &tokens.refresh_token,
    ] {
        let fields = end_all(forged);
        let fields: Vec<_> = fields
            .iter()
            .map(|(n, v)| (n.as_str(), v.as_str()))
            .collect();
        let answer = post(&server, &browser, &fields).await;
        assert_eq!(answer.status, 403, "{forged}");
        assert!(!answer.body.contains("127.0.0.1:33419"));
    }
    let fields = end_all(&ticket);
    let fields: Vec<_> = fields
        .iter()
        .map(|(n, v)| (n.as_str(), v.as_str()))
        .collect();
    // A browser without the cookie, and one with a cookie of its own.
    let other = Browser::new(&server);
    assert_eq!(post(&server, &other, &fields).await.status, 403);
    get(&server, &other).await;
    assert_eq!(post(&server, &other, &fields).await.status, 403);
    assert!(is_let_in(&server, &tokens.access_token).await);
    server.clock.advance(Duration::from_secs(599));
    let again = post(&server, &browser, &[("ticket", &ticket)]).await;
    assert!(again.status == 200 && entry(&again, "127.0.0.1:33419").is_some());
    assert!(hidden(&again, "ticket").iter().all(|same| *same == ticket));
    server.clock.advance(Duration::from_secs(1));
    let late = post(&server, &browser, &fields).await;
    assert!(late.status == 403 && late.body.contains("open for ten minutes"));
    assert!(is_let_in(&server, &tokens.access_token).await);
}

#[tokio::test]
async fn no_cookie_stands_for_the_secret() {
    let server = Server::start().await;
    flow::connect(&server).await;
    let (browser, _) = unlock(&server).await;
    assert!(browser.cookie("mcp_device").is_some());
    let page = get(&server, &browser).await;
    assert!(page.status == 200 && !page.body.contains("ticket"));
    for fields in [
        vec![],
        vec![("action", "end-all"), ("sure", "yes")],
        vec![("ticket", "")],
    ] {
        let answer = post(&server, &browser, &fields).await;
        assert!(
            answer.status == 403 && !answer.body.contains("ticket"),
            "{fields:?}"
        );
    }
}

#[tokio::test]
async fn a_form_from_another_site_ends_and_guesses_nothing() {
    let server = Server::start().await;
    let tokens = flow::connect(&server).await;
    let (browser, list) = unlock(&server).await;
    let ticket = ticket(&list);
    let secret = [("secret", secrets::OWNER)];
    let end = [
        ("ticket", ticket.as_str()),
        ("action", "end-all"),
        ("sure", "yes"),
    ];
    for (header, value) in [
        ("Origin", "https://evil.test"),
        ("Origin", "http://127.0.0.1:1"),
        ("Sec-Fetch-Site", "cross-site"),
        ("Sec-Fetch-Site", "same-site"),
    ] {
        for fields in [&secret[..], &end[..]] {
            let request = server
                .http
                .post(server.url("/connections"))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .header(header, value)
                .body(encode(fields));
            let answer = browser.send(request).await;
            assert!(
                answer.status == 403 && !answer.body.contains("ticket"),
                "{header}: {value}"
            );
        }
    }
    assert!(is_let_in(&server, &tokens.access_token).await);
    // A page that could not have been ours does not even make a guess, so nobody's browser burns the owner's.
    for _ in 0..20 {
        let stranger = Browser::new(&server);
        let answer = post(&server, &stranger, &[("secret", "wrong")]).await;
        assert_eq!(answer.status, 403);
    }
    let owner = Browser::new(&server);
    get(&server, &owner).await;
    assert_eq!(post(&server, &owner, &secret).await.status, 200);
}

#[tokio::test]
async fn what_is_not_one_well_formed_form_changes_nothing() {
    let server = Server::start().await;
    let tokens = flow::connect(&server).await;
    let (browser, list) = unlock(&server).await;
    let ticket = ticket(&list);
    let all = [
        ("ticket", ticket.as_str()),
        ("action", "end-all"),
        ("sure", "yes"),
    ];
    for twice in [
        ("ticket", "x"),
        ("action", "end"),
        ("sure", "yes"),
        ("secret", "a"),
    ] {
        let mut fields = [&all[..], &[twice]].concat();
        if twice.0 == "secret" {
            fields.push(twice);
        }
        assert_eq!(
            post(&server, &browser, &fields).await.status,
            400,
            "{twice:?}"
        );
    }
    let odd = [("ticket", ticket.as_str()), ("action", "drop")];
    assert_eq!(post(&server, &browser, &odd).await.status, 400);
    let huge = [("secret", "x".repeat(70_000))];
    assert_eq!(
        post(&server, &browser, &[("secret", &huge[0].1)])
            .await
            .status,
        413
    );
    let url = server.url(&format!("/connections?{}", encode(&all)));
    let got = browser.send(server.http.get(&url)).await;
    assert!(got.status == 200 && !got.body.contains("ticket"));
    let json = server
        .http
        .post(server.url("/connections"))
        .header("Content-Type", "application/json");
    let body = json!({ "secret": secrets::OWNER }).to_string();
    assert_eq!(browser.send(json.body(body)).await.status, 400);
    assert_eq!(
        browser
            .send(server.http.put(server.url("/connections")))
            .await
            .status,
        405
    );
    assert_eq!(
        browser
            .send(server.http.head(server.url("/connections")))
            .await
            .status,
        200
    );
    assert!(is_let_in(&server, &tokens.access_token).await);
}

#[tokio::test]
async fn guesses_here_and_on_the_consent_page_are_counted_together() {
    let server = Server::start().await;
    let client = flow::register(&server).await;
    let browser = Browser::new(&server);
    get(&server, &browser).await;
    for n in 0..10 {
        if n % 2 == 0 {
            assert_eq!(
                post(&server, &browser, &[("secret", "wrong")]).await.status,
                403
            );
        } else {
            let page = browser.open(&Request::of(&server, &client)).await;
            assert_eq!(browser.approve(&page, "wrong").await.status, 403);
        }
    }
    let here = post(&server, &browser, &[("secret", secrets::OWNER)]).await;
    assert!(here.status == 429 && !here.body.contains("ticket"));
    let wait: u64 = here.header("retry-after").parse().unwrap();
    assert!((1..=60).contains(&wait) && here.body.contains(&format!("Try again in {wait} s")));
    let page = browser.open(&Request::of(&server, &client)).await;
    assert_eq!(browser.approve(&page, secrets::OWNER).await.status, 429);
    server.clock.advance(Duration::from_secs(wait));
    assert_eq!(
        post(&server, &browser, &[("secret", secrets::OWNER)])
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn the_page_is_protected_like_the_consent_page() {
    let server = Server::start().await;
    flow::connect(&server).await;
    let (browser, list) = unlock(&server).await;
    let asked = get(&server, &browser).await;
    for page in [&list, &asked] {
        assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
        assert_eq!(page.header("cache-control"), "no-store");
        assert_eq!(page.header("x-frame-options"), "DENY");
        assert_eq!(page.header("x-content-type-options"), "nosniff");
        assert_eq!(page.header("referrer-policy"), "same-origin");
        let policy = page.header("content-security-policy");
        let nonce = policy
            .split('\'')
            .find_map(|part| part.strip_prefix("nonce-"))
            .unwrap();
        assert_eq!(
            policy,
            format!(
                "default-src 'none'; style-src 'nonce-{nonce}'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'"
            )
        );
        assert!(page.body.contains(&format!("<style nonce=\"{nonce}\">")));
        assert!(
            page.headers
                .keys()
                .all(|name| !name.as_str().starts_with("access-control-"))
        );
        flow::is_only_text(&page.body);
    }
    let cookies: Vec<_> = list
        .headers
        .get_all("set-cookie")
        .iter()
        .map(|c| c.to_str().unwrap())
        .collect();
    assert_eq!(cookies.len(), 2);
    for cookie in cookies {
        assert!(cookie.contains("; HttpOnly; SameSite=Lax;") && !cookie.contains(&ticket(&list)));
    }
}

#[tokio::test]
async fn a_hostile_name_cannot_become_markup_or_hide() {
    let server = Server::start().await;
    let name = "</bdi></li><script>alert(1)</script>\"'&\u{202e}\u{200b}<h2>";
    let body = json!({"client_name": name, "redirect_uris": [flow::REDIRECT], "token_endpoint_auth_method": "none"});
    let document = flow::register_raw(&server, body.to_string()).await.json();
    let client = Client {
        id: document["client_id"].as_str().unwrap().to_owned(),
        secret: None,
        redirect_uri: flow::REDIRECT.to_owned(),
    };
    let code = flow::approved_code(&server, &client).await;
    let tokens = Tokens::of(
        &flow::exchange(&server, &client, &code, VERIFIER).await,
        &client,
    );
    // Known from the approval, and from nothing but the token after a restart.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let options = ServerOptions {
        public_url: Some(server.public_url.origin().to_owned()),
        ..ServerOptions::default()
    };
    let restarted = Server::on(listener, options).await;
    assert_eq!(tokens.refresh(&restarted).await.status, 200);
    for server in [&server, &restarted] {
        let (_, list) = unlock(server).await;
        let entry = entry(&list, "127.0.0.1:33419").unwrap();
        assert!(entry.contains("&#60;script&#62;alert(1)&#60;/script&#62;"));
        for never in ["<script", "\u{202e}", "\u{200b}", "<h2>"] {
            assert!(!list.body.contains(never), "{never}");
        }
    }
}

#[tokio::test]
async fn every_field_has_a_label_every_button_a_name_of_its_own_and_ids_are_unique() {
    let server = Server::start().await;
    for host in ["one", "two", "three"] {
        connect_at(&server, &format!("https://{host}.test/cb")).await;
    }
    let (browser, list) = unlock(&server).await;
    let ticket = ticket(&list);
    let unsure = post(
        &server,
        &browser,
        &[("ticket", &ticket), ("action", "end-all")],
    )
    .await;
    let asked = get(&server, &browser).await;
    let wrong = post(&server, &browser, &[("secret", "wrong")]).await;
    for page in [&list, &unsure, &asked, &wrong] {
        let values = |name: &str| -> Vec<String> {
            let start = format!(" {name}=\"");
            let all = page.body.split(&start).skip(1);
            all.map(|rest| rest.split('"').next().unwrap().to_owned())
                .collect()
        };
        let ids: BTreeSet<String> = values("id").into_iter().collect();
        assert_eq!(ids.len(), values("id").len());
        for name in ["for", "aria-labelledby", "aria-describedby"] {
            for target in values(name).iter().flat_map(|list| list.split(' ')) {
                assert!(ids.contains(target), "{name} {target}");
            }
        }
        assert_eq!(page.body.matches("<main").count(), 1);
        assert_eq!(page.body.matches("<h1").count(), 1);
        assert!(page.body.contains("<html lang=\"en\">"));
    }
    let names: BTreeSet<&str> = list
        .body
        .split("<button class=\"end\" type=\"submit\" id=\"")
        .skip(1)
        .map(|rest| rest.split('>').next().unwrap())
        .collect();
    assert_eq!(names.len(), 3);
}

#[tokio::test]
async fn the_page_speaks_japanese_to_those_who_prefer_it() {
    let server = Server::start().await;
    flow::connect(&server).await;
    let browser = Browser::new(&server).with_header("accept-language", "ja");
    let asked = get(&server, &browser).await;
    assert!(asked.body.contains("<html lang=\"ja\">") && asked.body.contains("接続を表示する"));
    assert_eq!(asked.header("vary"), "Accept-Language");
    let wrong = post(&server, &browser, &[("secret", "wrong")]).await;
    assert!(wrong.body.contains("正しくありません"));
    let list = post(&server, &browser, &[("secret", secrets::OWNER)]).await;
    assert!(list.body.contains("2026年3月18日 09:30（UTC）") && list.body.contains("データを見る"));
    assert!(!list.body.contains("Last used"));
}
