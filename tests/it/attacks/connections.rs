//! The page that ends connections: worth a lure of its own, and it lists what nobody else may know.

use std::time::Duration;

use futures_util::future::join_all;
use intervals_mcp_server::demo::ATHLETE_ID;
use serde_json::json;

use super::apps::{Fields, PAGE, ending, ending_all, forms, press, pressed, type_secret, unlocked};
use super::client::{self, CALLBACK, Proof, is_let_in, public, refresh, register_as, request};
use super::message::{Ask, Reply};
use super::owner::Browser;
use super::policy::{CONNECTIONS_BODY, LIST_LIFETIME, WRONG_PER_MINUTE};
use super::site::{Site, clocked};
use super::target::{Profile, Target, random};
use crate::support::flow::{Tokens, encode};

const HOST: &str = "client.test";

/// An app of this name at `https://client.test/cb`, connected.
async fn app(site: &Site, name: &str) -> Tokens {
    let metadata = json!({
        "client_name": name,
        "redirect_uris": [CALLBACK],
        "token_endpoint_auth_method": "none",
    });
    let client = register_as(site, &metadata).await;
    client::connect(site, &client).await
}

/// Told to type the secret, and nothing about anybody.
#[track_caller]
fn tells_nothing(reply: &Reply, what: &str) {
    let text = reply.everything();
    for word in [
        HOST,
        ATHLETE_ID,
        "Suite",
        "session_id",
        "ticket",
        "datetime",
    ] {
        assert!(!text.contains(word), "{what}: {word}: {text}");
    }
    assert!(!reply.has("location"), "{what}");
}

#[tokio::test]
async fn leak_01_strangers_learn_nothing_of_who_is_connected() {
    let target = Target::start().await;
    let untouched = target.send(&Ask::get(PAGE)).await;
    let tokens = app(&target, "Suite").await;
    let (owner, list) = unlocked(&target).await;
    assert!(list.text().contains(HOST) && list.text().contains(ATHLETE_ID));
    // Whoever has the browser's cookies has typed nothing yet, and the page is the same as before anybody was connected.
    for ask in [
        Ask::get(PAGE),
        Ask::get(PAGE).header("Cookie", &owner.cookie_line()),
    ] {
        let reply = target.send(&ask).await;
        assert_eq!(reply.but_for_chance(), untouched.but_for_chance());
        tells_nothing(&reply, "GET");
    }
    let bearer = &tokens.access_token;
    for (what, ask, statuses) in [
        ("a token", Ask::get(PAGE).bearer(bearer), &[200][..]),
        ("HEAD", Ask::new("HEAD", PAGE), &[200][..]),
        (
            "JSON",
            Ask::get(PAGE).header("Accept", "application/json"),
            &[200][..],
        ),
        (
            "a query",
            Ask::get("/connections?secret=x&ticket=y&action=end-all&sure=yes"),
            &[200][..],
        ),
        ("below", Ask::get("/connections/"), &[404][..]),
        ("beside", Ask::get("/oauth/connections"), &[200, 404][..]),
        ("PUT", Ask::new("PUT", PAGE), &[405][..]),
        ("DELETE", Ask::new("DELETE", PAGE), &[405][..]),
        ("nothing posted", Ask::post(PAGE).form(&[]), &[403][..]),
        (
            "a token posted",
            Ask::post(PAGE)
                .bearer(bearer)
                .form(&[("action", "end-all"), ("sure", "yes")]),
            &[403][..],
        ),
    ] {
        let reply = target.send(&ask).await;
        assert!(statuses.contains(&reply.status), "{what}: {}", reply.status);
        tells_nothing(&reply, what);
    }
    for (what, field, value) in [
        ("no secret", "secret", ""),
        ("a token as the secret", "secret", bearer.as_str()),
        (
            "a refresh token as the secret",
            "secret",
            &tokens.refresh_token,
        ),
        ("a client as the ticket", "ticket", &tokens.client.id),
        ("a token as the ticket", "ticket", bearer),
        (
            "a refresh token as the ticket",
            "ticket",
            &tokens.refresh_token,
        ),
        ("an empty ticket", "ticket", ""),
    ] {
        let stranger = Browser::new(&target);
        stranger.send(Ask::get(PAGE)).await;
        let reply = press(&stranger, &[(field.to_owned(), value.to_owned())]).await;
        assert!(
            [200, 403].contains(&reply.status),
            "{what}: {}",
            reply.status
        );
        tells_nothing(&reply, what);
    }
    // What the other page seals in a form opens this one as little as a cookie does.
    let stranger = Browser::new(&target);
    let asked = request(&target, &tokens.client, &Proof::new(&target));
    let mut sealed: Vec<String> = stranger
        .open(&asked)
        .await
        .hidden()
        .into_iter()
        .map(|(_, value)| value)
        .collect();
    sealed.extend(owner.cookies().into_values());
    for value in sealed {
        let reply = press(&stranger, &[("ticket".to_owned(), value)]).await;
        assert_eq!(reply.status, 403);
        tells_nothing(&reply, "what is sealed for something else");
    }
    assert!(is_let_in(&target, bearer).await);
    target.finish().await;
}

#[tokio::test]
async fn auz_14_no_forwarded_header_changes_the_page_of_connections() {
    for hops in ["none", "1"] {
        let target = Target::with(Profile::Default, &[("TRUST_PROXY", hops)]).await;
        app(&target, "Suite").await;
        let forwarded = |ask: Ask| {
            ask.header("X-Forwarded-Host", "evil.test")
                .header("X-Forwarded-Proto", "http")
                .header("X-Forwarded-Port", "81")
                .header("X-Forwarded-Prefix", "/evil")
                .header("Forwarded", "host=evil.test;proto=http")
                .header("X-Original-URL", "/health")
                .header("X-Rewrite-URL", "/health")
        };
        let (owner, list) = unlocked(&target).await;
        let reload = forms(&list.text())
            .into_iter()
            .find(|form| form.len() == 1)
            .unwrap();
        for (plain, strange) in [
            (
                target.send(&Ask::get(PAGE)).await,
                target.send(&forwarded(Ask::get(PAGE))).await,
            ),
            (
                owner.send(pressed(&reload)).await,
                owner.send(forwarded(pressed(&reload))).await,
            ),
        ] {
            assert_eq!(plain.status, 200);
            assert_eq!(strange.but_for_chance(), plain.but_for_chance());
            let text = strange.text();
            assert!(text.contains("https://mcp.test") && !text.contains("evil"));
            for form in text.split("<form ").skip(1) {
                assert!(form.starts_with("method=\"post\" action=\"/connections\""));
            }
        }
        // The right origin is the configured one, whatever a proxy says it is.
        let lured = forwarded(pressed(&ending_all(&list))).header("Origin", "http://evil.test");
        assert_eq!(owner.send(lured).await.status, 403);
        target.finish().await;
    }
}

/// What a page that the owner was lured to, or another browser, can do with forms of this page.
#[tokio::test]
async fn con_04_only_the_owners_own_page_ends_a_connection() {
    let target = Target::start().await;
    let tokens = app(&target, "Suite").await;
    let (owner, list) = unlocked(&target).await;
    let cookies = owner.cookie_line();
    for fields in [ending(&list, HOST), ending_all(&list)] {
        let with_cookies = || pressed(&fields).header("Cookie", &cookies);
        let foreign: Vec<Ask> = [
            "https://evil.test",
            "http://mcp.test",
            "https://mcp.test.evil.test",
            "https://mcp.test:8443",
            "https://claude.ai",
            "HTTPS://MCP.TEST",
            "",
        ]
        .map(|origin| with_cookies().header("Origin", origin))
        .into();
        let sites = ["cross-site", "same-site"].map(|site| {
            with_cookies()
                .header("Origin", "null")
                .header("Sec-Fetch-Site", site)
        });
        let cookieless = [
            pressed(&fields),
            pressed(&fields).header("Origin", &target.origin),
            pressed(&fields).header("Cookie", "__Host-mcp_csrf="),
            pressed(&fields).header("Cookie", &cookies.replace("__Host-", "")),
        ];
        for ask in foreign.into_iter().chain(sites).chain(cookieless) {
            let reply = target.send(&ask).await;
            assert_eq!(reply.status, 403, "{:?}", ask.headers);
            tells_nothing(&reply, "foreign");
        }
        // Another browser, with a page of its own open.
        let other = Browser::new(&target);
        other.send(Ask::get(PAGE)).await;
        let reply = press(&other, &fields).await;
        assert_eq!(reply.status, 403);
        tells_nothing(&reply, "another browser");
        // Not a form at all, as another site's page can send without asking.
        let body = encode(
            &fields
                .iter()
                .map(|(n, v)| (n.as_str(), v.as_str()))
                .collect::<Vec<_>>(),
        );
        for kind in [
            "text/plain",
            "multipart/form-data; boundary=x",
            "application/json",
        ] {
            let ask = Ask::post(PAGE)
                .header("Content-Type", kind)
                .body(body.clone());
            assert_eq!(owner.send(ask).await.status, 400, "{kind}");
        }
        let query = Ask::post(&format!("{PAGE}?{body}")).form(&[]);
        assert_eq!(owner.send(query).await.status, 403);
    }
    assert!(is_let_in(&target, &tokens.access_token).await);
    // Nothing of this stood in the owner's way.
    let reply = press(&owner, &ending(&list, HOST)).await;
    assert_eq!(reply.status, 200);
    assert!(!is_let_in(&target, &tokens.access_token).await);
    target.finish().await;
}

/// A field replaced, or put in once more.
fn tampered(fields: &Fields, name: &str, value: &str, twice: bool) -> Fields {
    let mut fields = fields.clone();
    if !twice {
        fields.retain(|(known, _)| known != name);
    }
    fields.push((name.to_owned(), value.to_owned()));
    fields
}

#[tokio::test]
async fn con_04_a_form_that_was_tampered_with_ends_nothing() {
    let target = Target::start().await;
    let tokens = app(&target, "Suite").await;
    let (owner, list) = unlocked(&target).await;
    let (one, all) = (ending(&list, HOST), ending_all(&list));
    let ticket = &one.iter().find(|(name, _)| name == "ticket").unwrap().1;
    let cut = &ticket[..ticket.len() - 1];
    let longer = format!("{ticket}A");
    for (fields, status) in [
        (tampered(&one, "ticket", ticket, true), 400),
        (tampered(&one, "ticket", "", false), 403),
        (tampered(&one, "ticket", cut, false), 403),
        (tampered(&one, "ticket", &longer, false), 403),
        (tampered(&one, "ticket", &"x".repeat(9000), false), 403),
        (tampered(&one, "grant", "x", true), 400),
        (tampered(&one, "grant", "x", false), 200),
        (tampered(&one, "grant", "%", false), 200),
        (tampered(&one, "grant", "", false), 200),
        (tampered(&one, "action", "end", true), 400),
        (tampered(&one, "action", "END", false), 400),
        (tampered(&one, "action", "drop", false), 400),
        (tampered(&all, "sure", "no", false), 400),
        (tampered(&all, "sure", "YES", false), 400),
        (tampered(&all, "sure", "yes", true), 400),
    ] {
        let reply = press(&owner, &fields).await;
        assert_eq!(reply.status, status, "{fields:?}: {}", reply.text());
    }
    assert!(is_let_in(&target, &tokens.access_token).await);
    assert_eq!(refresh(&target, &tokens).await.status, 200);
    target.finish().await;
}

#[tokio::test]
async fn con_05_a_list_that_was_left_open_ends_with_its_time_and_ends_nothing_twice() {
    let (server, site) = clocked().await;
    let (first, list_of_first) = (app(&site, "Suite").await, unlocked(&site).await);
    let (owner, list) = list_of_first;
    // Pressed ten times at once, and again, it ends one connection and no other.
    let fields = ending(&list, HOST);
    let second = app(&site, "Suite").await;
    for reply in join_all((0..10).map(|_| press(&owner, &fields))).await {
        assert_eq!(reply.status, 200, "{}", reply.text());
    }
    assert!(!is_let_in(&site, &first.access_token).await);
    assert!(is_let_in(&site, &second.access_token).await);
    // What is done with it does not prolong it, and a sibling is worth no more.
    server.clock.advance(LIST_LIFETIME - Duration::from_secs(1));
    let list = press(&owner, &fields).await;
    assert_eq!(list.status, 200);
    let renewed = ending_all(&list);
    server.clock.advance(Duration::from_secs(1));
    for fields in [&fields, &renewed] {
        let reply = press(&owner, fields).await;
        assert_eq!(reply.status, 403);
        tells_nothing(&reply, "over");
    }
    // Nor does its owner's next visit with the same browser revive it.
    assert_eq!(type_secret(&owner, &site.owner_secret).await.status, 200);
    assert_eq!(press(&owner, &renewed).await.status, 403);
    assert!(is_let_in(&site, &second.access_token).await);
    site.hold();
}

#[tokio::test]
async fn con_02_guesses_here_and_on_the_consent_page_are_one_budget() {
    for here_first in [true, false] {
        let target = Target::with(Profile::Default, &[("TRUST_PROXY", "1")]).await;
        let tokens = app(&target, "Suite").await;
        let owner = unlocked(&target).await;
        let client = public(&target).await;
        let guess = async |here: bool, number: usize| {
            // Always somebody else from somewhere else.
            let browser =
                Browser::new(&target).with_header("X-Forwarded-For", &format!("198.51.{number}.7"));
            if here {
                return type_secret(&browser, &random(9)).await;
            }
            let asked = request(&target, &client, &Proof::new(&target));
            let form = browser.open(&asked).await;
            browser.type_secret(&form, &random(9)).await
        };
        let mut told = Vec::new();
        for number in 0..=WRONG_PER_MINUTE {
            let here = (number < WRONG_PER_MINUTE / 2) == here_first;
            told.push(guess(here, number).await);
        }
        assert!(told[0].status == 403);
        for (number, here) in [(100, true), (101, false)] {
            told.push(guess(here, number).await);
        }
        let waits = told.split_off(WRONG_PER_MINUTE);
        for reply in &waits {
            assert_eq!(reply.status, 429, "{}", reply.text());
            assert!(reply.header("retry-after").parse::<u64>().unwrap() > 0);
            tells_nothing_of_apps(reply);
        }
        // Whoever is connected does not notice, nor does the list that is open; a right secret of a stranger's browser waits too.
        assert!(is_let_in(&target, &tokens.access_token).await);
        let right = type_secret(&Browser::new(&target), &target.owner_secret).await;
        assert_eq!(right.status, 429);
        tells_nothing(&right, "the right secret during the wait");
        let (owner, list) = owner;
        assert_eq!(press(&owner, &ending(&list, HOST)).await.status, 200);
        assert!(!is_let_in(&target, &tokens.access_token).await);
        target.finish().await;
    }
}

/// The consent page names its own client's host.
#[track_caller]
fn tells_nothing_of_apps(reply: &Reply) {
    for word in [ATHLETE_ID, "session_id=", "name=\"ticket\""] {
        assert!(!reply.text().contains(word), "{word}");
    }
}

#[tokio::test]
async fn con_11_a_hostile_app_cannot_speak_on_the_owners_page() {
    let target = Target::start().await;
    let names = [
        "</bdi></dd><script>alert(1)</script>",
        "\"><form action=https://evil.test><input name=secret>",
        "' onmouseover='x",
        "{{ ticket }} {% include \"style.css\" %} ${ticket}",
        "&lt;b&gt; &amp;#60;",
        "Claude\u{202e}\u{200b}\u{0}\r\nSet-Cookie: a=b",
        "--></style><style>*{display:none}",
    ];
    for name in names {
        app(&target, name).await;
    }
    let (_, list) = unlocked(&target).await;
    let html = list.text();
    assert_eq!(html.matches("<h2 id=\"app-").count(), names.len());
    // One form for each, one to look again, one for all of them.
    assert_eq!(html.matches("<form ").count(), names.len() + 2);
    let lower = html.to_lowercase();
    for never in [
        "<script",
        "<form action=https://evil.test",
        "<style>",
        "' onmouseover='",
        "--></style>",
        " src=",
        " href=",
        "http-equiv",
        "\u{202e}",
        "\u{200b}",
        "\u{0}",
    ] {
        assert!(!lower.contains(never), "{never}: {html}");
    }
    assert!(html.contains("{{ ticket }} {% include"), "{html}");
    assert!(
        list.all("set-cookie")
            .iter()
            .all(|cookie| cookie.starts_with("__Host-mcp_"))
    );
    target.finish().await;
}

#[tokio::test]
async fn con_11_no_other_site_can_frame_read_or_keep_the_page_of_connections() {
    for profile in [Profile::Default, Profile::Origins] {
        let target = Target::with(profile, &[]).await;
        app(&target, "Suite").await;
        let (owner, list) = unlocked(&target).await;
        let reload = forms(&list.text())
            .into_iter()
            .find(|form| form.len() == 1)
            .unwrap();
        for origin in ["https://evil.test", "null", "https://claude.ai"] {
            let preflight = Ask::new("OPTIONS", PAGE)
                .header("Access-Control-Request-Method", "POST")
                .header("Access-Control-Request-Headers", "content-type");
            for ask in [preflight, Ask::get(PAGE), pressed(&reload)] {
                let reply = owner.send(ask.header("Origin", origin)).await;
                for (name, value) in &reply.headers {
                    let name = name.to_ascii_lowercase();
                    assert!(!name.starts_with("access-control-"), "{name}: {value}");
                }
            }
        }
        let refused = owner
            .send(pressed(&reload).header("Origin", "https://evil.test"))
            .await;
        for reply in [target.send(&Ask::get(PAGE)).await, list, refused] {
            assert_eq!(reply.header("x-frame-options"), "DENY");
            assert_eq!(reply.header("cache-control"), "no-store");
            assert_eq!(reply.header("x-content-type-options"), "nosniff");
            let policy = reply.header("content-security-policy");
            for part in [
                "default-src 'none'",
                "frame-ancestors 'none'",
                "base-uri 'none'",
            ] {
                assert!(policy.contains(part), "{policy}");
            }
            assert!(
                !policy.contains("unsafe") && !policy.contains('*'),
                "{policy}"
            );
            for cookie in reply.all("set-cookie") {
                for part in ["__Host-", "; Secure", "; HttpOnly", "; SameSite=Lax"] {
                    assert!(cookie.contains(part), "{cookie}");
                }
            }
        }
        target.finish().await;
    }
}

#[tokio::test]
async fn dos_02_a_form_of_connections_has_its_size() {
    let target = Target::start().await;
    let tokens = app(&target, "Suite").await;
    let (owner, list) = unlocked(&target).await;
    let mut fields = ending(&list, HOST);
    fields.push(("filler".to_owned(), String::new()));
    let size = pressed(&fields).body.unwrap().len();
    fields.last_mut().unwrap().1 = "f".repeat(CONNECTIONS_BODY + 1 - size);
    assert_eq!(press(&owner, &fields).await.status, 413);
    let chunked = |fields: &Fields| {
        let whole = pressed(fields);
        let body = whole.body.clone().unwrap();
        let head = format!("{:x}\r\n", body.len());
        let chunks = [head.as_bytes(), &body, b"\r\n0\r\n\r\n"].concat();
        whole.header("Transfer-Encoding", "chunked").body(chunks)
    };
    assert_eq!(owner.send(chunked(&fields)).await.status, 413);
    assert!(is_let_in(&target, &tokens.access_token).await);
    fields.last_mut().unwrap().1.pop();
    let packed = pressed(&fields).header("Content-Encoding", "gzip");
    assert_eq!(owner.send(packed).await.status, 415);
    assert!(is_let_in(&target, &tokens.access_token).await);
    assert_eq!(owner.send(chunked(&fields)).await.status, 200);
    assert!(!is_let_in(&target, &tokens.access_token).await);
    target.finish().await;
}
