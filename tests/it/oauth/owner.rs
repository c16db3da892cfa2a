//! No code without the owner: everything that somebody who is not the owner might try.

use std::time::Duration;

use crate::support::flow::{self, Answer, Browser, Request, VERIFIER, encode};
use crate::support::process::{Room, Running, free_port, program, wait_for};
use crate::support::{Server, ServerOptions, secrets};

#[tokio::test]
async fn the_owner_connects_a_client_from_the_first_call_to_a_refresh() {
    let server = Server::start().await;
    let tokens = flow::connect(&server).await;
    assert_eq!(tokens.scope, "intervals:read intervals:write");
    assert!(flow::is_let_in(&server, &tokens.access_token).await);
    let refreshed = tokens.refresh(&server).await;
    let refreshed = flow::Tokens::of(&refreshed, &tokens.client);
    assert_ne!(refreshed.refresh_token, tokens.refresh_token);
    assert!(flow::is_let_in(&server, &refreshed.access_token).await);
}

#[tokio::test]
async fn asking_alone_yields_a_page_whatever_the_method_and_the_query() {
    let server = Server::start().await;
    let client = flow::register(&server).await;
    let browser = Browser::new(&server);
    let query = Request::of(&server, &client).query();
    let secret = encode(&[("secret", secrets::OWNER), ("decision", "approve")]);
    for query in [query.clone(), format!("{query}&{secret}")] {
        let answer = browser.get(&query).await;
        assert_eq!(answer.status, 200);
        assert!(answer.has_no_code());
        let url = server.url(&format!("/authorize?{query}"));
        let head = browser.send(server.http.head(&url)).await;
        assert!(head.status == 200 && head.has_no_code());
        let post = browser.send(server.http.post(&url).body("")).await;
        assert!(post.status.is_client_error() && post.has_no_code());
    }
}

#[tokio::test]
async fn no_answer_without_the_right_secret_yields_a_code() {
    let server = Server::start().await;
    let client = flow::register(&server).await;
    let browser = Browser::new(&server);
    for secret in [
        "",
        " ",
        "wrong",
        secrets::SIGNING,
        "0WNER PASSWORD OF THE TESTS",
        &format!("{}x", secrets::OWNER),
        "null",
    ] {
        let page = browser.open(&Request::of(&server, &client)).await;
        let answer = browser.approve(&page, secret).await;
        assert_eq!(answer.status, 403, "{secret:?}");
        assert!(answer.has_no_code(), "{secret:?}");
        assert!(
            secret.trim().is_empty() || !answer.body.contains(&format!("\"{secret}\"")),
            "the secret came back: {secret:?}"
        );
        server.clock.advance(Duration::from_secs(60));
    }
    let page = browser.open(&Request::of(&server, &client)).await;
    let only_transaction = [
        ("transaction", page.transaction.as_str()),
        ("decision", "approve"),
    ];
    let answer = browser.post(&only_transaction).await;
    assert!(answer.status == 403 && answer.has_no_code());
    let in_other_fields = [
        ("transaction", page.transaction.as_str()),
        ("decision", "approve"),
        ("password", secrets::OWNER),
        ("owner_secret", secrets::OWNER),
        ("approved", "true"),
    ];
    let answer = browser.post(&in_other_fields).await;
    assert!(answer.status == 403 && answer.has_no_code());
}

#[tokio::test]
async fn a_form_that_is_not_ours_yields_no_code_even_with_the_secret() {
    let server = Server::start().await;
    let client = flow::register(&server).await;
    let browser = Browser::new(&server);
    let page = browser.open(&Request::of(&server, &client)).await;
    let query = Request::of(&server, &client).query();
    let mut flipped = page.transaction.clone();
    let at = flipped.len() / 2;
    let other = if flipped.as_bytes()[at] == b'A' {
        "B"
    } else {
        "A"
    };
    flipped.replace_range(at..=at, other);
    for transaction in ["", "x", "txn1.e30.AAAA", &flipped, &client.id, &query] {
        let answer = browser
            .post(&[
                ("transaction", transaction),
                ("secret", secrets::OWNER),
                ("decision", "approve"),
            ])
            .await;
        assert_eq!(answer.status, 403, "{transaction}");
        assert!(answer.has_no_code());
    }
    for (name, extra) in [
        ("transaction", page.transaction.as_str()),
        ("decision", "approve"),
        ("secret", "x"),
    ] {
        let fields = [
            ("transaction", page.transaction.as_str()),
            ("secret", secrets::OWNER),
            ("decision", "approve"),
            (name, extra),
        ];
        let answer = browser.post(&fields).await;
        assert!(answer.status == 400 && answer.has_no_code(), "{name}");
    }
}

#[tokio::test]
async fn another_browser_cannot_answer_the_page() {
    let server = Server::start().await;
    let client = flow::register(&server).await;
    let (victim, attacker) = (Browser::new(&server), Browser::new(&server));
    let planted = attacker.open(&Request::of(&server, &client)).await;
    // Without any cookie, then with the cookie of another page.
    let answer = victim.approve(&planted, secrets::OWNER).await;
    assert!(answer.status == 403 && answer.has_no_code());
    victim.open(&Request::of(&server, &client)).await;
    let answer = victim.approve(&planted, secrets::OWNER).await;
    assert!(answer.status == 403 && answer.has_no_code());
}

#[tokio::test]
async fn a_form_from_another_site_is_refused() {
    let server = Server::start().await;
    let client = flow::register(&server).await;
    for (origin, site, accepted) in [
        (Some("https://evil.test"), None, false),
        (None, Some("cross-site"), false),
        (None, Some("same-site"), false),
        (Some("http://127.0.0.1:1"), None, false),
        (None, Some("same-origin"), true),
        (Some("null"), None, true),
        (None, None, true),
    ] {
        let browser = Browser::new(&server);
        let page = browser.open(&Request::of(&server, &client)).await;
        let mut request = server
            .http
            .post(server.url("/authorize"))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .body(encode(&[
                ("transaction", &page.transaction),
                ("secret", secrets::OWNER),
                ("decision", "approve"),
            ]));
        if let Some(origin) = origin {
            request = request.header("Origin", origin);
        }
        if let Some(site) = site {
            request = request.header("Sec-Fetch-Site", site);
        }
        let answer = browser.send(request).await;
        assert_eq!(answer.code().is_some(), accepted, "{origin:?} {site:?}");
    }
}

#[tokio::test]
async fn only_a_form_is_read_as_an_answer() {
    let server = Server::start().await;
    let client = flow::register(&server).await;
    let browser = Browser::new(&server);
    let page = browser.open(&Request::of(&server, &client)).await;
    let fields = [
        ("transaction", page.transaction.as_str()),
        ("secret", secrets::OWNER),
        ("decision", "approve"),
    ];
    let json = serde_json::json!({"transaction": page.transaction, "secret": secrets::OWNER, "decision": "approve"});
    for (content_type, body) in [
        ("application/json", json.to_string()),
        ("text/plain", encode(&fields)),
        ("multipart/form-data; boundary=x", encode(&fields)),
    ] {
        let request = server
            .http
            .post(server.url("/authorize"))
            .header("Content-Type", content_type)
            .body(body);
        let answer = browser.send(request).await;
        assert!(
            answer.status == 400 && answer.has_no_code(),
            "{content_type}"
        );
    }
    let huge = encode(&[
        ("transaction", &page.transaction),
        ("secret", &"x".repeat(70_000)),
    ]);
    let request = server
        .http
        .post(server.url("/authorize"))
        .header("Content-Type", "application/x-www-form-urlencoded")
        .body(huge);
    assert_eq!(browser.send(request).await.status, 413);
}

#[tokio::test]
async fn what_the_form_carries_besides_changes_nothing() {
    let server = Server::start().await;
    let (client, evil) = (
        flow::register(&server).await,
        flow::register_with(&server, "https://evil.test/cb", "none").await,
    );
    let browser = Browser::new(&server);
    let page = browser.open(&Request::of(&server, &client)).await;
    let fields = [
        ("transaction", page.transaction.as_str()),
        ("secret", secrets::OWNER),
        ("decision", "approve"),
        ("client_id", &evil.id),
        ("redirect_uri", "https://evil.test/cb"),
        ("state", "other"),
        ("code_challenge", &flow::challenge("evil")),
        ("resource", "https://evil.test"),
        ("scope", "intervals:write intervals:admin"),
    ];
    let answer = browser.post(&fields).await;
    assert!(answer.location().starts_with(flow::REDIRECT));
    assert_eq!(
        answer.redirect_parameter("state").as_deref(),
        Some(flow::STATE)
    );
    let code = answer.code().unwrap();
    assert_eq!(
        flow::exchange(&server, &evil, &code, VERIFIER).await.status,
        400
    );
    let tokens = flow::exchange(&server, &client, &code, VERIFIER).await;
    assert_eq!(tokens.json()["scope"], "intervals:read");
}

#[tokio::test]
async fn a_page_is_valid_for_ten_minutes() {
    let server = Server::start().await;
    let client = flow::register(&server).await;
    let browser = Browser::new(&server);
    let page = browser.open(&Request::of(&server, &client)).await;
    server.clock.advance(Duration::from_secs(600));
    let answer = browser.approve(&page, secrets::OWNER).await;
    assert!(answer.status == 400 && answer.has_no_code());
}

#[tokio::test]
async fn what_was_denied_cannot_be_approved() {
    let server = Server::start().await;
    let client = flow::register(&server).await;
    let browser = Browser::new(&server);
    let page = browser.open(&Request::of(&server, &client)).await;
    let denied = browser.deny(&page).await;
    assert_eq!(denied.status, 303);
    assert!(denied.location().starts_with(flow::REDIRECT));
    assert_eq!(
        denied.redirect_parameter("error").as_deref(),
        Some("access_denied")
    );
    assert_eq!(
        denied.redirect_parameter("state").as_deref(),
        Some(flow::STATE)
    );
    assert_eq!(
        denied.redirect_parameter("iss").as_deref(),
        Some(server.public_url.origin())
    );
    let answer = browser.approve(&page, secrets::OWNER).await;
    assert!(answer.status == 409 && answer.has_no_code());
}

#[tokio::test]
async fn denying_a_stranger_sends_the_browser_nowhere() {
    let server = Server::start().await;
    let client = flow::register_with(&server, "https://evil.test/cb", "none").await;
    let browser = Browser::new(&server);
    let page = browser.open(&Request::of(&server, &client)).await;
    let denied = browser.deny(&page).await;
    assert_eq!(denied.status, 200);
    assert_eq!(denied.location(), "");
}

#[tokio::test]
async fn denying_after_approving_voids_the_code() {
    let server = Server::start().await;
    let client = flow::register(&server).await;
    let browser = Browser::new(&server);
    let page = browser.open(&Request::of(&server, &client)).await;
    let code = browser.approve(&page, secrets::OWNER).await.code().unwrap();
    assert_eq!(browser.deny(&page).await.status, 303);
    assert_eq!(
        flow::exchange(&server, &client, &code, VERIFIER)
            .await
            .status,
        400
    );
}

#[tokio::test]
async fn a_double_click_works_and_leaves_one_code() {
    let server = Server::start().await;
    let client = flow::register(&server).await;
    let browser = Browser::new(&server);
    let page = browser.open(&Request::of(&server, &client)).await;
    let first = browser.approve(&page, secrets::OWNER).await.code().unwrap();
    let second = browser.approve(&page, secrets::OWNER).await.code().unwrap();
    assert_ne!(first, second);
    assert_eq!(
        flow::exchange(&server, &client, &first, VERIFIER)
            .await
            .error(),
        "invalid_grant"
    );
    assert_eq!(
        flow::exchange(&server, &client, &second, VERIFIER)
            .await
            .status,
        200
    );
    let third = browser.approve(&page, secrets::OWNER).await;
    assert!(third.status == 409 && third.has_no_code());
}

#[tokio::test]
async fn twenty_approvals_at_once_leave_one_code_that_works() {
    let server = Server::start().await;
    let client = flow::register(&server).await;
    let browser = Browser::new(&server);
    let page = browser.open(&Request::of(&server, &client)).await;
    let answers =
        futures_util::future::join_all((0..20).map(|_| browser.approve(&page, secrets::OWNER)))
            .await;
    let mut redeemed = 0;
    for code in answers.iter().filter_map(Answer::code) {
        redeemed += usize::from(
            flow::exchange(&server, &client, &code, VERIFIER)
                .await
                .status
                == 200,
        );
    }
    assert_eq!(redeemed, 1);
}

#[tokio::test]
async fn an_approval_is_not_remembered() {
    let server = Server::start().await;
    let client = flow::register(&server).await;
    let browser = Browser::new(&server);
    let page = browser.open(&Request::of(&server, &client)).await;
    assert_eq!(browser.approve(&page, secrets::OWNER).await.status, 303);
    let again = browser.open(&Request::of(&server, &client)).await;
    assert_eq!(again.answer.location(), "");
    assert_eq!(browser.approve(&again, "").await.status, 403);
}

#[tokio::test]
async fn two_open_pages_do_not_disturb_each_other_and_cookies_stay_small() {
    let server = Server::start().await;
    let client = flow::register(&server).await;
    let other = flow::register_with(&server, "http://localhost/other", "none").await;
    let browser = Browser::new(&server);
    let first = browser.open(&Request::of(&server, &client)).await;
    let cookie = browser.cookie("mcp_csrf").unwrap();
    for _ in 0..49 {
        browser.open(&Request::of(&server, &other)).await;
    }
    assert_eq!(browser.cookie("mcp_csrf").unwrap(), cookie);
    let answer = browser.approve(&first, secrets::OWNER).await;
    assert!(answer.location().starts_with(flow::REDIRECT));
}

#[tokio::test]
async fn a_transaction_dies_after_five_wrong_secrets() {
    let server = Server::start().await;
    let client = flow::register(&server).await;
    let browser = Browser::new(&server);
    let page = browser.open(&Request::of(&server, &client)).await;
    for _ in 0..5 {
        assert_eq!(browser.approve(&page, "wrong").await.status, 403);
    }
    let answer = browser.approve(&page, secrets::OWNER).await;
    assert!(answer.status == 403 && answer.has_no_code());
    let fresh = browser.open(&Request::of(&server, &client)).await;
    assert!(
        browser
            .approve(&fresh, secrets::OWNER)
            .await
            .code()
            .is_some()
    );
}

#[tokio::test]
async fn guessing_is_delayed_over_all_pages_cookies_and_addresses_together() {
    let server = Server::start().await;
    let tokens = flow::connect(&server).await;
    for n in 0..10 {
        let client = flow::register(&server).await;
        let browser = Browser::new(&server).with_header("X-Forwarded-For", &format!("10.0.0.{n}"));
        let page = browser.open(&Request::of(&server, &client)).await;
        assert_eq!(
            browser.approve(&page, &format!("guess-{n}")).await.status,
            403
        );
    }
    let browser = Browser::new(&server).with_header("X-Forwarded-For", "10.9.9.9");
    let page = browser.open(&Request::of(&server, &tokens.client)).await;
    let answer = browser.approve(&page, secrets::OWNER).await;
    assert!(answer.status == 429 && answer.has_no_code());
    let wait: u64 = answer.header("retry-after").parse().unwrap();
    assert!((1..=60).contains(&wait));
    assert!(flow::is_let_in(&server, &tokens.access_token).await);
    server.clock.advance(Duration::from_secs(wait));
    assert!(
        browser
            .approve(&page, secrets::OWNER)
            .await
            .code()
            .is_some()
    );
}

#[tokio::test]
async fn a_browser_that_approved_before_is_not_kept_waiting_by_strangers() {
    let server = Server::start().await;
    let client = flow::register(&server).await;
    let known = Browser::new(&server);
    let page = known.open(&Request::of(&server, &client)).await;
    known.approve(&page, secrets::OWNER).await.code().unwrap();
    for _ in 0..2 {
        let stranger = Browser::new(&server);
        let page = stranger.open(&Request::of(&server, &client)).await;
        for _ in 0..5 {
            stranger.approve(&page, "wrong").await;
        }
    }
    let stranger = Browser::new(&server);
    let page = stranger.open(&Request::of(&server, &client)).await;
    assert_eq!(stranger.approve(&page, secrets::OWNER).await.status, 429);
    let page = known.open(&Request::of(&server, &client)).await;
    // The cookie buys attempts and nothing else.
    assert_eq!(known.approve(&page, "wrong").await.status, 403);
    assert!(known.approve(&page, secrets::OWNER).await.code().is_some());
}

/// A different stranger's address for every `n`, of both families.
fn address(n: usize) -> String {
    match n % 3 {
        0 => format!("198.51.100.{}", n % 256),
        1 => format!("203.0.113.{}, 192.0.2.{}", n % 7, n % 256),
        _ => format!("2001:db8:{n:x}::1"),
    }
}

/// Answers a page of its own with a wrong secret, on one of the two pages that ask for it.
async fn guess(server: &Server, client: &flow::Client, n: usize) -> Answer {
    let browser = Browser::new(server).with_header("X-Forwarded-For", &address(n));
    if n.is_multiple_of(5) {
        let url = server.url("/connections");
        browser.send(server.http.get(&url)).await;
        let form = server
            .http
            .post(&url)
            .header("Content-Type", "application/x-www-form-urlencoded")
            .body(encode(&[("secret", &format!("guess-{n}"))]));
        return browser.send(form).await;
    }
    let page = browser.open(&Request::of(server, client)).await;
    browser.approve(&page, &format!("guess-{n}")).await
}

#[tokio::test]
async fn of_500_wrong_secrets_in_a_minute_from_many_addresses_ten_are_evaluated() {
    let server = Server::with(ServerOptions {
        trusted_proxy_hops: 1,
        ..ServerOptions::default()
    })
    .await;
    let owner = Browser::new(&server);
    let client = flow::register(&server).await;
    let page = owner.open(&Request::of(&server, &client)).await;
    let code = owner.approve(&page, secrets::OWNER).await.code().unwrap();
    let mut tokens = flow::Tokens::of(
        &flow::exchange(&server, &client, &code, VERIFIER).await,
        &client,
    );
    let mut evaluated = 0;
    for n in 0..500 {
        let answer = guess(&server, &client, n).await;
        assert!(answer.has_no_code());
        match answer.status.as_u16() {
            403 => evaluated += 1,
            429 => {
                let wait: u64 = answer.header("retry-after").parse().unwrap();
                assert!((1..=60).contains(&wait), "{wait}");
            }
            other => panic!("{other}"),
        }
        server.clock.advance(Duration::from_millis(118));
        if n % 50 == 0 {
            assert!(flow::is_let_in(&server, &tokens.access_token).await);
            let refreshed = tokens.refresh(&server).await;
            tokens = flow::Tokens::of(&refreshed, &tokens.client);
        }
    }
    assert_eq!(evaluated, 10);
    let page = owner.open(&Request::of(&server, &client)).await;
    assert!(owner.approve(&page, secrets::OWNER).await.code().is_some());
    let stranger = Browser::new(&server).with_header("X-Forwarded-For", "192.0.2.250");
    let page = stranger.open(&Request::of(&server, &client)).await;
    assert_eq!(stranger.approve(&page, secrets::OWNER).await.status, 429);
}

#[tokio::test]
async fn over_hours_of_guessing_fifty_an_hour_are_evaluated() {
    let server = Server::with(ServerOptions {
        trusted_proxy_hops: 1,
        ..ServerOptions::default()
    })
    .await;
    let client = flow::register(&server).await;
    let (mut evaluated, mut longest) = (0, 0);
    for n in 0..360 {
        let answer = guess(&server, &client, n).await;
        evaluated += usize::from(answer.status == 403);
        longest = longest.max(answer.header("retry-after").parse().unwrap_or(0));
        server.clock.advance(Duration::from_secs(20));
    }
    assert_eq!(evaluated, 100);
    // The wait grows with the guesses, and ends.
    assert!((2000..=3600).contains(&longest), "{longest}");
}

#[tokio::test]
async fn one_address_cannot_use_up_the_guesses_of_the_others() {
    let server = Server::with(ServerOptions {
        trusted_proxy_hops: 1,
        ..ServerOptions::default()
    })
    .await;
    let client = flow::register(&server).await;
    for host in 1..=9 {
        // One customer: the rest of an IPv6 network, with all its subnets, is the same stranger.
        let from = format!("10.0.0.{host}, 2001:db8:1:{host:x}::{host}");
        let burner = Browser::new(&server).with_header("X-Forwarded-For", &from);
        let page = burner.open(&Request::of(&server, &client)).await;
        let status = burner.approve(&page, "wrong").await.status;
        assert_eq!(status, if host <= 5 { 403 } else { 429 }, "{host}");
    }
    let owner = Browser::new(&server).with_header("X-Forwarded-For", "192.0.2.7");
    let page = owner.open(&Request::of(&server, &client)).await;
    assert_eq!(owner.approve(&page, "wrong").await.status, 403);
    assert!(owner.approve(&page, secrets::OWNER).await.code().is_some());
}

#[tokio::test]
async fn the_program_itself_evaluates_ten_guesses_a_minute_and_its_clients_notice_nothing() {
    let (port, room) = (free_port(), Room::new());
    let child = program(&room.0)
        .args(["demo", "--port", &port.to_string()])
        .env("JWT_SECRET_KEY", secrets::SIGNING)
        .env("OWNER_PASSWORD", secrets::OWNER)
        .env("TRUST_PROXY", "1")
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    wait_for(port);
    let _running = Running(child);
    let server = Server::elsewhere(port);
    let client = flow::register(&server).await;
    let owner = Browser::new(&server);
    let page = owner.open(&Request::of(&server, &client)).await;
    let code = owner.approve(&page, secrets::OWNER).await.code().unwrap();
    let tokens = flow::exchange(&server, &client, &code, VERIFIER).await;
    let tokens = flow::Tokens::of(&tokens, &client);
    let started = std::time::Instant::now();
    let mut evaluated = 0;
    for batch in 0..10 {
        let guesses = (0..20).map(|n| guess(&server, &client, batch * 20 + n));
        let (answers, let_in) = tokio::join!(
            futures_util::future::join_all(guesses),
            flow::is_let_in(&server, &tokens.access_token)
        );
        assert!(let_in);
        assert!(answers.iter().all(Answer::has_no_code));
        evaluated += answers.iter().filter(|answer| answer.status == 403).count();
    }
    let minutes = usize::try_from(started.elapsed().as_secs() / 60).unwrap();
    assert!(
        (10..=10 * (minutes + 1)).contains(&evaluated),
        "{evaluated} in {minutes} min"
    );
    let page = owner.open(&Request::of(&server, &client)).await;
    assert!(owner.approve(&page, secrets::OWNER).await.code().is_some());
    assert_eq!(tokens.refresh(&server).await.status, 200);
}
