//! Clients whose id is the URL of a document: whose URL, whose document, and what a stranger makes this server do for it.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use serde_json::{Value, json};

use super::client::{CALLBACK, Proof, STATE, register_raw, request, token};
use super::message::{Ask, Reply};
use super::owner::{Browser, target_of};
use super::policy::{DOCUMENT, DOCUMENT_KEPT, DOCUMENT_KEPT_AT_LEAST, DOCUMENTS_PER_MINUTE};
use super::site::Site;
use super::target::Target;
use crate::support::documents::{self, Body, DocumentServer, document};
use crate::support::flow::{Client, Request, encode};
use crate::support::{Server, ServerOptions};

const DOCUMENT_URL: &str = "https://doc.test/client.json";
const LOOPBACK: &str = "http://localhost:7777/callback";
const MINUTE: Duration = Duration::from_secs(60);

fn described(url: &str) -> Client {
    Client {
        id: url.to_owned(),
        secret: None,
        redirect_uri: CALLBACK.to_owned(),
    }
}

fn good() -> documents::Reply {
    documents::Reply::document(DOCUMENT_URL, &[CALLBACK])
}

/// A server for which `sites` are the internet; every name that is not there leads nowhere.
async fn beside(sites: &DocumentServer, deadline: Duration) -> (Server, Site) {
    let mut outbound = sites.outbound();
    outbound.deadline = deadline;
    let server = Server::with(ServerOptions {
        public_url: Some("https://mcp.test".to_owned()),
        outbound,
        ..ServerOptions::default()
    })
    .await;
    let site = Site::of(&server);
    site.may_be_unavailable();
    (server, site)
}

/// Longer than any loaded machine takes, unless a case is about time.
const PATIENT: Duration = Duration::from_secs(20);

/// What the owner gets for typing his secret for `client`.
async fn approval(site: &Site, client: &Client) -> Reply {
    let browser = Browser::new(site);
    let form = browser
        .open(&request(site, client, &Proof::new(site)))
        .await;
    browser.approve(&form).await
}

/// Told on a page of ours, with nowhere to go from there.
#[track_caller]
fn stays_here(reply: &Reply, status: u16, what: &str) {
    assert_eq!(reply.status, status, "{what}: {}", reply.text());
    let kind = reply.header("content-type");
    assert!(kind.starts_with("text/html"), "{what}: {kind}");
    assert_eq!(reply.header("cache-control"), "no-store", "{what}");
    assert!(!reply.has("location"), "{what}");
    let text = reply.text();
    assert!(!text.contains("code=") && !text.contains("<form"), "{what}");
}

#[tokio::test]
async fn cimd_01_a_url_that_leads_inside_is_refused_at_the_page() {
    let target = Target::start().await;
    let port = target.canary.address.port();
    let own = target.address.port();
    let mut urls: Vec<String> = [
        "https://127.0.0.1/c.json",
        "https://localhost/c.json",
        "https://localhost./c.json",
        "https://app.localhost/c.json",
        "https://[::1]/c.json",
        "https://[::]/c.json",
        "https://[::ffff:127.0.0.1]/c.json",
        "https://[::ffff:7f00:1]/c.json",
        "https://169.254.169.254/latest/meta-data",
        "https://10.0.0.1/c",
        "https://172.16.0.1/c",
        "https://192.168.1.1/c",
        "https://100.64.0.1/c",
        "https://0.0.0.0/c",
        "https://0/c",
        "https://127.1/c",
        "https://[fd00::1]/c",
        "https://[fe80::1]/c",
        "https://[fe80::1%25lo]/c",
        "https://[64:ff9b::7f00:1]/c",
        "https://[2002:7f00:1::]/c",
        "https://2130706433/c",
        "https://0x7f.1/c",
        "https://0x7f000001/c",
        "https://0177.0.0.1/c",
        "https://127.0.0.1./c",
        "https://１２７.０.０.１/c",
        "https://127。0。0。1/c",
        "https://ⓛocalhost/c",
        "https://metadata.google.internal/c",
        "https://printer.local/c",
        "https://1.0.0.127.in-addr.arpa/c",
        "https://public.test:22/c",
        "https://public.test:6379/c",
        "https://public.test:443/c",
        "https://public.test@127.0.0.1/c",
        "https://127.0.0.1\\@public.test/c",
        "https://public.test#@127.0.0.1/c",
        "https:\\\\127.0.0.1\\c",
        "https:/127.0.0.1/c",
        "https:127.0.0.1/c",
        "//127.0.0.1/c",
        "file:///etc/passwd",
        "https://mcp.test/health",
    ]
    .map(str::to_owned)
    .into();
    for host in ["127.0.0.1", "localhost", "[::1]", "public.test", "0x7f.1"] {
        for scheme in ["http", "https", "HTTPS", "gopher", "ftp"] {
            urls.push(format!("{scheme}://{host}:{port}/c.json"));
        }
    }
    urls.push(format!("http://127.0.0.1:{own}/health"));
    urls.push(format!("https://127.0.0.1:{own}/health"));
    let proof = Proof::new(&target);
    for url in &urls {
        for redirect_uri in [CALLBACK, LOOPBACK] {
            let client = Client {
                redirect_uri: redirect_uri.to_owned(),
                ..described(url)
            };
            let asked = target_of(&request(&target, &client, &proof));
            stays_here(&target.send(&Ask::get(&asked)).await, 400, url);
        }
        let fields = [
            ("grant_type", "refresh_token"),
            ("refresh_token", "x"),
            ("client_id", url),
        ];
        let refused = token(&target, &fields).await;
        assert!(
            [400, 401].contains(&refused.status),
            "{url}: {}",
            refused.status
        );
    }
    // Nobody was called: `finish` counts who came to the canary.
    target.finish().await;
}

#[tokio::test]
async fn cimd_01_a_name_that_leads_inside_looks_like_one_that_leads_nowhere() {
    let inside = documents::Canary::start().await;
    let sites = DocumentServer::start().await;
    let (server, site) = beside(&sites, PATIENT).await;
    let nowhere = approval(&site, &described("https://nobody.test/c")).await;
    stays_here(&nowhere, 503, "nowhere");
    let port = inside.address.port();
    let at = |ip: &str| SocketAddr::new(ip.parse().unwrap(), port);
    for (host, addresses) in [
        ("loopback.test", vec![inside.address]),
        ("mapped.test", vec![at("::ffff:127.0.0.1")]),
        ("unspecified.test", vec![at("0.0.0.0")]),
        ("mixed.test", vec![sites.address, inside.address]),
        ("other-way-round.test", vec![inside.address, sites.address]),
        ("other-port.test", vec![at(&sites.address.ip().to_string())]),
        ("private.test", vec![sites.address, at("10.0.0.1")]),
        ("metadata.test", vec![at("169.254.169.254")]),
        ("shared.test", vec![at("100.64.0.1")]),
        ("unique.test", vec![at("fd00::1")]),
        ("translated.test", vec![at("64:ff9b::7f00:1")]),
    ] {
        server.clock.advance(MINUTE);
        let url = format!("https://{host}/c");
        sites.serve(&url, documents::Reply::document(&url, &[CALLBACK]));
        sites.resolve(host, &addresses);
        let reply = approval(&site, &described(&url)).await;
        stays_here(&reply, 503, host);
        assert_eq!(reply.but_for_chance(), nowhere.but_for_chance(), "{host}");
    }
    assert_eq!((inside.connections(), sites.connections()), (0, 0));
    site.hold();
}

#[tokio::test]
async fn cimd_01_a_site_cannot_send_this_server_on() {
    let inside = documents::Canary::start().await;
    let sites = DocumentServer::start().await;
    let (server, site) = beside(&sites, PATIENT).await;
    sites.resolve("loopback.test", &[inside.address]);
    sites.serve("https://other.test/client.json", good());
    for status in [300, 301, 302, 303, 307, 308] {
        for location in [
            format!("https://{}/c", inside.address),
            format!("http://{}/c", inside.address),
            format!("https://loopback.test:{}/c", inside.address.port()),
            "https://other.test/client.json".to_owned(),
        ] {
            let moved = good()
                .with_status(status)
                .with_header("location", &location);
            sites.serve(DOCUMENT_URL, moved);
            let reply = approval(&site, &described(DOCUMENT_URL)).await;
            stays_here(&reply, 400, &format!("{status} {location}"));
            server.clock.advance(MINUTE);
        }
    }
    assert_eq!(inside.connections(), 0);
    assert_eq!(sites.look_ups("loopback.test"), 0);
    assert_eq!(sites.look_ups("other.test"), 0);
    site.hold();
}

#[tokio::test]
async fn cimd_01_no_other_url_that_a_stranger_names_is_fetched() {
    let sites = DocumentServer::start().await;
    sites.serve(DOCUMENT_URL, good());
    let (_server, site) = beside(&sites, PATIENT).await;
    let mut metadata = json!({ "redirect_uris": [CALLBACK], "token_endpoint_auth_method": "none" });
    for member in [
        "logo_uri",
        "client_uri",
        "jwks_uri",
        "tos_uri",
        "policy_uri",
        "sector_identifier_uri",
        "software_statement",
        "initiate_login_uri",
    ] {
        metadata[member] = DOCUMENT_URL.into();
        register_raw(&site, metadata.to_string()).await;
    }
    let client = described(DOCUMENT_URL);
    let asked = request(&site, &client, &Proof::new(&site));
    for name in ["request_uri", "request", "registration", "id_token_hint"] {
        let asked = asked.clone().with(name, DOCUMENT_URL);
        site.send(&Ask::get(&target_of(&asked))).await;
    }
    for path in ["/token", "/revoke"] {
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", "x"),
            ("token", "x"),
            ("code_verifier", "x"),
            ("redirect_uri", CALLBACK),
            ("client_id", DOCUMENT_URL),
        ];
        site.send(&Ask::post(path).form(&fields)).await;
    }
    // Neither a wrong secret nor a no is a reason to look.
    let browser = Browser::new(&site);
    let form = browser.open(&asked).await;
    assert_eq!(
        browser.type_secret(&form, "not the secret").await.status,
        403
    );
    stays_here(&browser.deny(&form).await, 200, "no");
    assert_eq!((sites.connections(), sites.all_look_ups()), (0, 0));
    site.hold();
}

/// A valid document of exactly this many bytes.
fn of_size(size: usize) -> documents::Reply {
    let mut text = document(DOCUMENT_URL, &[CALLBACK]);
    text["filler"] = "".into();
    let room = size - text.to_string().len();
    text["filler"] = "f".repeat(room).into();
    documents::Reply::json(text.to_string())
}

/// A gzip member (RFC 1952) around one stored block.
fn gzip(bytes: &[u8]) -> Vec<u8> {
    let checksum = !bytes.iter().fold(!0u32, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| {
            (sum >> 1) ^ (0xEDB8_8320 * (sum & 1))
        })
    });
    let length = u16::try_from(bytes.len()).unwrap();
    let mut packed = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255, 1];
    packed.extend(length.to_le_bytes());
    packed.extend((!length).to_le_bytes());
    packed.extend(bytes);
    packed.extend(checksum.to_le_bytes());
    packed.extend(u32::from(length).to_le_bytes());
    packed
}

#[tokio::test]
async fn cimd_03_only_a_small_document_that_comes_as_one_is_read() {
    let sites = DocumentServer::start().await;
    let (server, site) = beside(&sites, PATIENT).await;
    let client = described(DOCUMENT_URL);
    // Whoever inflates at all inflates bombs too.
    let packed = gzip(document(DOCUMENT_URL, &[CALLBACK]).to_string().as_bytes());
    let packed = documents::Reply::json(packed);
    for (what, reply, status) in [
        (
            "packed",
            packed.clone().with_header("content-encoding", "gzip"),
            400,
        ),
        ("packed without a word", packed, 400),
        ("one byte too many", of_size(DOCUMENT + 1), 400),
        (
            "no end",
            good().with_body(Body::Endless(Bytes::from_static(&[b' '; 4096]))),
            400,
        ),
        (
            "204",
            good().with_status(204).with_body(Body::Whole(Bytes::new())),
            400,
        ),
        ("404", good().with_status(404), 400),
        ("206", good().with_status(206), 400),
        ("500", good().with_status(500), 503),
        ("html", good().with_header("content-type", "text/html"), 400),
        (
            "an array",
            documents::Reply::json(format!("[{}]", document(DOCUMENT_URL, &[CALLBACK]))),
            400,
        ),
    ] {
        sites.serve(DOCUMENT_URL, reply);
        stays_here(&approval(&site, &client).await, status, what);
        // What was wrong is not remembered, and what is right is not asked of the site again at once.
        sites.serve(DOCUMENT_URL, good());
        assert!(approval(&site, &client).await.code().is_some(), "{what}");
        server.clock.advance(DOCUMENT_KEPT * 8);
    }
    for size in [6 * 1024, DOCUMENT] {
        sites.serve(DOCUMENT_URL, of_size(size));
        assert!(approval(&site, &client).await.code().is_some(), "{size}");
        server.clock.advance(DOCUMENT_KEPT * 8);
    }
    site.hold();
}

#[tokio::test]
async fn cimd_03_a_slow_site_is_given_up() {
    let sites = DocumentServer::start().await;
    let (server, site) = beside(&sites, Duration::from_secs(1)).await;
    let client = described(DOCUMENT_URL);
    let text = Bytes::from(document(DOCUMENT_URL, &[CALLBACK]).to_string());
    for (what, body) in [
        (
            "a byte now and then",
            Body::Drip(text.clone(), Duration::from_millis(100)),
        ),
        (
            "all but the end",
            Body::Stalled(text.slice(..text.len() - 1)),
        ),
        ("headers only", Body::Stalled(Bytes::new())),
        ("nothing", Body::Silent),
    ] {
        sites.serve(DOCUMENT_URL, good().with_body(body));
        stays_here(&approval(&site, &client).await, 503, what);
        server.clock.advance(MINUTE);
    }
    site.hold();
}

#[tokio::test]
async fn cimd_03_a_document_is_kept_neither_too_briefly_nor_too_long() {
    for (said, kept) in [
        ("no-store", DOCUMENT_KEPT_AT_LEAST),
        ("max-age=0", DOCUMENT_KEPT_AT_LEAST),
        ("max-age=31536000", DOCUMENT_KEPT),
    ] {
        let sites = DocumentServer::start().await;
        let (server, site) = beside(&sites, PATIENT).await;
        let client = described(DOCUMENT_URL);
        sites.serve(DOCUMENT_URL, good().with_header("cache-control", said));
        assert!(approval(&site, &client).await.code().is_some(), "{said}");
        // The owner of the site has taken the address back.
        let elsewhere = documents::Reply::document(DOCUMENT_URL, &["https://client.test/new"]);
        sites.serve(DOCUMENT_URL, elsewhere);
        server.clock.advance(kept - Duration::from_secs(1));
        assert!(approval(&site, &client).await.code().is_some(), "{said}");
        assert_eq!(sites.seen().len(), 1, "{said}");
        server.clock.advance(Duration::from_secs(1));
        stays_here(&approval(&site, &client).await, 400, said);
        assert_eq!(sites.seen().len(), 2, "{said}");
        site.hold();
    }
}

#[tokio::test]
async fn cimd_03_nobody_makes_this_server_flood_others() {
    let sites = DocumentServer::start().await;
    let (server, site) = beside(&sites, PATIENT).await;
    let url = |number: usize| format!("https://site-{number}.test/client.json");
    for number in 0..1000 {
        let asked = request(&site, &described(&url(number)), &Proof::new(&site));
        let reply = site.send(&Ask::get(&target_of(&asked))).await;
        assert_eq!(reply.status, 200);
    }
    assert_eq!((sites.connections(), sites.all_look_ups()), (0, 0));
    // Nor does whoever stole the owner's secret.
    let mut codes = 0;
    for number in 0..50 {
        let url = url(number);
        sites.serve(&url, documents::Reply::document(&url, &[CALLBACK]));
        codes += usize::from(approval(&site, &described(&url)).await.code().is_some());
    }
    assert_eq!(
        (codes, sites.seen().len()),
        (DOCUMENTS_PER_MINUTE, DOCUMENTS_PER_MINUTE)
    );
    server.clock.advance(MINUTE);
    assert!(approval(&site, &described(&url(49))).await.code().is_some());
    site.hold();
}

#[tokio::test]
async fn cimd_04_a_document_that_is_not_quite_right_is_none() {
    let sites = DocumentServer::start().await;
    let (server, site) = beside(&sites, PATIENT).await;
    let client = described(DOCUMENT_URL);
    let with = |member: &str, value: Value| {
        let mut text = document(DOCUMENT_URL, &[CALLBACK]);
        text[member] = value;
        text.to_string()
    };
    let without = |member: &str| {
        let mut text = document(DOCUMENT_URL, &[CALLBACK]);
        text.as_object_mut().unwrap().remove(member);
        text.to_string()
    };
    let fine = document(DOCUMENT_URL, &[CALLBACK]).to_string();
    let again = |member: &str| fine.replacen('{', &format!("{{{member},"), 1);
    let key = json!({ "keys": [{ "kty": "OKP", "crv": "Ed25519", "x": "eA", "d": "ZA" }] });
    let documents = [
        with("client_id", format!("{DOCUMENT_URL}/").into()),
        with("client_id", "https://doc.test:443/client.json".into()),
        with("client_id", "https://DOC.test/client.json".into()),
        with("client_id", "https://doc.test/Client.json".into()),
        with("client_id", "https://doc.test/%63lient.json".into()),
        with("client_id", "https://doc.test/./client.json".into()),
        with("client_id", format!(" {DOCUMENT_URL}").into()),
        with("client_id", format!("{DOCUMENT_URL}#").into()),
        with("client_id", json!([DOCUMENT_URL])),
        with(
            "client_id",
            "https://claude.ai/oauth/claude-code-client-metadata".into(),
        ),
        without("client_id"),
        again("\"client_id\":\"https://evil.test/c\""),
        without("client_name"),
        with("client_name", "".into()),
        with("client_name", " \u{200b}\u{202e}".into()),
        with("client_name", json!({ "a": 1 })),
        without("redirect_uris"),
        with("redirect_uris", json!([])),
        with("redirect_uris", json!([1])),
        with("redirect_uris", json!([CALLBACK, 1])),
        with("redirect_uris", CALLBACK.into()),
        with("redirect_uris", json!([CALLBACK, "javascript:alert(1)"])),
        with("redirect_uris", json!([CALLBACK, "data:text/html,x"])),
        with("redirect_uris", json!([CALLBACK, "http://evil.test/cb"])),
        with(
            "redirect_uris",
            json!([CALLBACK, "https://*.client.test/cb"]),
        ),
        with("redirect_uris", json!(["https://client.test/CB"])),
        with(
            "redirect_uris",
            json!(["https://client.test/cb/", "https://client.test"]),
        ),
        again("\"redirect_uris\":[\"https://evil.test/cb\"]"),
        with("client_secret", "shared".into()),
        with("client_secret_expires_at", 0.into()),
        with("token_endpoint_auth_method", "client_secret_basic".into()),
        with("token_endpoint_auth_method", "client_secret_post".into()),
        with("token_endpoint_auth_method", "client_secret_jwt".into()),
        with("token_endpoint_auth_method", "private_key_jwt".into()),
        with("token_endpoint_auth_method", json!(["none"])),
        with("jwks", key),
        with("logo_uri", "http://doc.test/logo.png".into()),
        with("logo_uri", "javascript:alert(1)".into()),
        with("grant_types", json!(["client_credentials"])),
        format!("{fine}{fine}"),
        fine[..fine.len() - 1].to_owned(),
    ];
    for (number, text) in documents.into_iter().enumerate() {
        sites.serve(DOCUMENT_URL, documents::Reply::json(text.clone()));
        stays_here(&approval(&site, &client).await, 400, &text);
        assert_eq!(sites.seen().len(), number + 1, "{text} was not read");
        server.clock.advance(DOCUMENT_KEPT);
    }
    // A document counts for its own callbacks only.
    sites.serve(DOCUMENT_URL, good());
    for callback in ["https://evil.test/cb", "https://client.test/cb?x", LOOPBACK] {
        let asked = Client {
            redirect_uri: callback.to_owned(),
            ..client.clone()
        };
        stays_here(&approval(&site, &asked).await, 400, callback);
    }
    let approved = approval(&site, &client).await;
    assert!(approved.code().is_some(), "{}", approved.text());
    site.hold();
}

#[tokio::test]
async fn cimd_06_a_document_vouches_for_no_program_on_the_owners_computer() {
    let sites = DocumentServer::start().await;
    let mut famous = document(DOCUMENT_URL, &[LOOPBACK, CALLBACK]);
    famous["client_name"] = "Claude".into();
    sites.serve(DOCUMENT_URL, documents::Reply::json(famous.to_string()));
    let (_server, site) = beside(&sites, PATIENT).await;
    let client = Client {
        redirect_uri: LOOPBACK.to_owned(),
        ..described(DOCUMENT_URL)
    };
    let browser = Browser::new(&site);
    // Asked again, with the same warning, however often the owner said yes in this browser.
    for _ in 0..3 {
        let asked = request(&site, &client, &Proof::new(&site));
        let page = browser.send(Ask::get(&target_of(&asked))).await;
        assert_eq!(page.status, 200);
        assert!(!page.has("location"));
        let text = page.text();
        for words in [
            "doc.test",
            "localhost:7777",
            "a program on this computer",
            "cannot vouch for the one that answers on this computer",
        ] {
            assert!(text.contains(words), "{words}: {text}");
        }
        // The name that it gives itself is not shown before anything was checked.
        assert!(!text.contains("Claude"), "{text}");
        let form = browser.open(&asked).await;
        assert!(browser.deny(&form).await.code().is_none());
        let form = browser.open(&asked).await;
        let empty = browser.submit(&form, &form.approval("")).await;
        assert_eq!(empty.status, 403, "the cookies of the last yes are no yes");
        let approved = browser.approve(&form).await;
        assert!(approved.code().is_some(), "{}", approved.text());
        assert!(approved.location().starts_with(&format!("{LOOPBACK}?")));
    }
    // The famous one itself gets the same warning.
    let client = Client {
        redirect_uri: LOOPBACK.to_owned(),
        ..described("https://claude.ai/oauth/claude-code-client-metadata")
    };
    let form = browser
        .open(&request(&site, &client, &Proof::new(&site)))
        .await;
    assert!(form.html.contains("cannot vouch for the one that answers"));
    site.hold();
}

#[tokio::test]
async fn auz_02_a_url_as_client_id_leads_nowhere_before_the_owner_spoke() {
    let target = Target::start().await;
    let proof = Proof::new(&target);
    let rest = |redirect_uri: &str| {
        encode(&[
            ("response_type", "code"),
            ("redirect_uri", redirect_uri),
            ("code_challenge", &proof.challenge),
            ("code_challenge_method", "S256"),
            ("state", STATE),
        ])
    };
    for id in [
        "https://evil.test",
        "https://evil.test/",
        "https://evil.test/client.json%00",
        "https://evil.test/client.json%20",
        "%20https://evil.test/client.json",
        "https://evil.test/client.json%23x",
        "https://evil.test/client.json?x=1",
        "https://evil.test/../client.json",
        "https://evil.test/%252e%252e/client.json",
        "https://evil.test//..%252fclient.json",
        "https://evil.test%0d%0aLocation:%20https://evil.test/",
        "https://EVIL.test/client.json",
        "https://user:secret@evil.test/client.json",
        "http://evil.test/client.json",
        "https://xn--a.test/client.json",
    ] {
        for redirect_uri in ["https://evil.test/cb", LOOPBACK] {
            let at = format!("/oauth/authorize?client_id={id}&{}", rest(redirect_uri));
            stays_here(&target.send(&Ask::get(&at)).await, 400, id);
        }
    }
    // A well-formed one is a question to the owner, whose mistakes and whose noes nobody else hears of.
    let client = described("https://evil.test/client.json");
    for redirect_uri in ["https://evil.test/cb", LOOPBACK] {
        let client = Client {
            redirect_uri: redirect_uri.to_owned(),
            ..client.clone()
        };
        let asked = request(&target, &client, &proof);
        let mistakes: [fn(Request) -> Request; 3] = [
            |asked| asked.without("code_challenge"),
            |asked| asked.with("response_type", "token"),
            |asked| asked.with("resource", "https://evil.test/mcp"),
        ];
        for (number, mistake) in mistakes.into_iter().enumerate() {
            let at = target_of(&mistake(asked.clone()));
            let what = format!("{redirect_uri} {number}");
            stays_here(&target.send(&Ask::get(&at)).await, 400, &what);
        }
        let browser = Browser::new(&target);
        let page = browser.send(Ask::get(&target_of(&asked))).await;
        assert_eq!(page.status, 200);
        assert!(!page.has("location"));
        let form = browser.open(&asked).await;
        let refused = browser.type_secret(&form, "not the secret").await;
        assert_eq!(refused.status, 403);
        assert!(!refused.has("location"));
        stays_here(&browser.deny(&form).await, 200, "no");
    }
    target.finish().await;
}
