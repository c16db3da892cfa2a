//! Web pages, proxies, and requests that two readers would read differently.

use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::caller::{INITIALIZE, LIST, mcp};
use super::client;
use super::message::{Ask, Reply};
use super::target::{Profile, Target};

/// A server that has said nothing for so long has nothing to say.
const QUIET: Duration = Duration::from_secs(2);
const ALLOW_ORIGIN: &str = "access-control-allow-origin";
const ALLOW_CREDENTIALS: &str = "access-control-allow-credentials";

fn preflight(path: &str, origin: &str) -> Ask {
    Ask::new("OPTIONS", path)
        .header("Origin", origin)
        .header("Access-Control-Request-Method", "POST")
        .header(
            "Access-Control-Request-Headers",
            "authorization,content-type",
        )
}

#[tokio::test]
async fn web_01_only_a_listed_origin_may_call() {
    let target = Target::with(Profile::Origins, &[]).await;
    let token = client::connected(&target).await.access_token;
    let call = || mcp(LIST).bearer(&token);
    let listed = target
        .send(&call().header("Origin", "https://claude.ai"))
        .await;
    assert_eq!(listed.status, 200);
    assert_eq!(listed.header(ALLOW_ORIGIN), "https://claude.ai");
    let vary = listed.all("vary").join(", ").to_lowercase();
    assert!(vary.contains("origin"), "{vary}");
    let asked = target.send(&preflight("/mcp", "https://claude.ai")).await;
    assert_eq!(asked.header(ALLOW_ORIGIN), "https://claude.ai");
    let none = target.send(&call()).await;
    assert_eq!(none.status, 200);
    assert!(!none.has(ALLOW_ORIGIN));

    for origin in [
        "https://evil.test",
        "https://claude.ai.evil.test",
        "https://evilclaude.ai",
        "https://evil.test/claude.ai",
        "http://claude.ai",
        "https://claude.ai:8443",
        "https://claude.ai:443",
        "https://CLAUDE.AI",
        "https://claude.ai.",
        "https://user@claude.ai",
        "https://claude.ai@evil.test",
        "https://claude.a\u{456}",
        "null",
        "",
        "*",
        "file://",
        "https://claude.ai, https://evil.test",
        "https://claude.ai https://evil.test",
        "https://claude.ai/",
        "https://claude.ai%00.evil.test",
    ] {
        for path in ["/mcp", "/", "/mcp/"] {
            let mut ask = call().header("Origin", origin);
            ask.target = path.to_owned();
            refused(&target.send(&ask).await, origin);
            refused(&target.send(&preflight(path, origin)).await, origin);
        }
        // Elsewhere the page may ask and may not read what is answered.
        for path in [
            "/oauth/token",
            "/register",
            "/.well-known/oauth-authorization-server",
        ] {
            let reply = target.send(&Ask::post(path).header("Origin", origin)).await;
            assert!(!reply.has(ALLOW_ORIGIN), "{path} {origin}");
            let reply = target.send(&preflight(path, origin)).await;
            assert!(!reply.has(ALLOW_ORIGIN), "{path} {origin}");
        }
    }
    for lines in [
        ["https://claude.ai", "https://evil.test"],
        ["https://evil.test", "https://claude.ai"],
        ["https://claude.ai", "https://claude.ai"],
    ] {
        let ask = lines
            .iter()
            .fold(call(), |ask, origin| ask.header("Origin", origin));
        refused(&target.send(&ask).await, &lines.join(" and "));
    }
    target.finish().await;
}

#[track_caller]
fn refused(reply: &Reply, origin: &str) {
    assert_eq!(reply.status, 403, "{origin}");
    assert!(!reply.has(ALLOW_ORIGIN), "{origin}");
    assert!(!reply.text().contains("get_today"));
}

#[tokio::test]
async fn web_02_every_origin_is_a_star_without_credentials() {
    let target = Target::start().await;
    let token = client::connected(&target).await.access_token;
    for origin in ["https://evil.test", "null", "https://claude.ai"] {
        for path in [
            "/mcp",
            "/",
            "/oauth/token",
            "/token",
            "/register",
            "/.well-known/oauth-protected-resource/mcp",
            "/.well-known/oauth-authorization-server",
        ] {
            let asked = preflight(path, origin).header("Cookie", "a=b");
            let reply = target.send(&asked).await;
            assert!(matches!(reply.status, 200 | 204), "{path}");
            assert_eq!(reply.header(ALLOW_ORIGIN), "*", "{path} {origin}");
            assert!(!reply.has(ALLOW_CREDENTIALS));
            let methods: Vec<&str> = reply
                .header("access-control-allow-methods")
                .split(", ")
                .collect();
            assert_eq!(methods, ["GET", "POST", "DELETE", "OPTIONS"]);
            let headers = reply.header("access-control-allow-headers");
            assert!(!headers.contains('*'), "{headers}");
            for method in ["GET", "POST"] {
                let ask = Ask::new(method, path)
                    .header("Origin", origin)
                    .header("Cookie", "a=b");
                star(&target.send(&ask).await, path);
            }
        }
        let read = mcp(LIST).bearer(&token).header("Origin", origin);
        let reply = target.send(&read).await;
        assert_eq!(reply.status, 200);
        star(&reply, "a call");
        // The owner types a secret there: no page has any business on these.
        for path in [
            "/authorize",
            "/oauth/authorize",
            "/connections",
            "/health",
            "/config",
            "/nope",
        ] {
            for ask in [
                preflight(path, origin),
                Ask::get(path).header("Origin", origin),
                Ask::post(path).header("Origin", origin),
            ] {
                let reply = target.send(&ask).await;
                assert!(!reply.has(ALLOW_ORIGIN), "{} {path}", ask.method);
                assert!(!reply.has(ALLOW_CREDENTIALS));
            }
        }
    }
    target.finish().await;
}

#[track_caller]
fn star(reply: &Reply, what: &str) {
    assert_eq!(reply.header(ALLOW_ORIGIN), "*", "{what}");
    assert!(!reply.has(ALLOW_CREDENTIALS), "{what}");
}

const FOREIGN_HOSTS: [&str; 13] = [
    "evil.test",
    "mcp.test.evil.test",
    "evilmcp.test",
    "mcp.test:9999",
    "mcp.test:80",
    "mcp.test:",
    "mcp.test.",
    "user@mcp.test",
    "mcp.test@evil.test",
    "localhost",
    "127.0.0.1",
    "mcp.test, evil.test",
    "",
];

#[tokio::test]
async fn web_03_a_foreign_host_is_not_ours() {
    let target = Target::start().await;
    let token = client::connected(&target).await.access_token;
    for host in FOREIGN_HOSTS {
        for path in [
            "/mcp",
            "/",
            "/token",
            "/authorize",
            "/.well-known/oauth-authorization-server",
        ] {
            let ask = Ask::post(path)
                .header("Host", host)
                .bearer(&token)
                .json(INITIALIZE);
            misdirected(&target.send(&ask).await, host);
        }
    }
    let port = target.address.port();
    for head in [
        "POST /mcp HTTP/1.1\r\n".to_owned(),
        "POST /mcp HTTP/1.1\r\nHost: mcp.test\r\nHost: evil.test\r\n".to_owned(),
        "POST /mcp HTTP/1.1\r\nHost: evil.test\r\nHost: mcp.test\r\n".to_owned(),
        "POST /mcp HTTP/1.1\r\nHost: mcp.test\r\nHost: mcp.test\r\n".to_owned(),
        "POST http://evil.test/mcp HTTP/1.1\r\nHost: mcp.test\r\n".to_owned(),
        "POST http://mcp.test/mcp HTTP/1.1\r\nHost: evil.test\r\n".to_owned(),
        format!("POST http://127.0.0.1:{port}/mcp HTTP/1.1\r\nHost: mcp.test\r\n"),
    ] {
        let mut connection = target.connect().await;
        let body = format!(
            "{head}Authorization: Bearer {token}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{INITIALIZE}",
            INITIALIZE.len()
        );
        connection.write(body.as_bytes()).await;
        misdirected(&connection.reply("POST").await.unwrap(), &head);
    }
    for host in ["mcp.test", "MCP.test", "mcp.test:443"] {
        let right = mcp(INITIALIZE).header("Host", host);
        assert_eq!(target.send(&right).await.status, 401, "{host}");
        assert_eq!(
            target.send(&right.bearer(&token)).await.status,
            200,
            "{host}"
        );
    }
    let probe = Ask::get("/health").header("Host", "10.1.2.3:8000");
    assert_eq!(target.send(&probe).await.status, 200);
    target.finish().await;
}

#[track_caller]
fn misdirected(reply: &Reply, what: &str) {
    assert!(
        matches!(reply.status, 400 | 403 | 421),
        "{what}: {}",
        reply.status
    );
    let everything = reply.everything();
    assert!(!everything.contains("evil.test"), "{what}: {everything}");
    assert!(!everything.contains("serverInfo"), "{what}");
}

#[tokio::test]
async fn web_03_on_loopback_only_loopback_names_and_pages_may_call() {
    let target = Target::with(Profile::Local, &[]).await;
    let token = client::connected(&target).await.access_token;
    let port = target.address.port();
    for host in [
        format!("evil.test:{port}"),
        format!("localhost.evil.test:{port}"),
        format!("127.0.0.1.evil.test:{port}"),
        format!("0.0.0.0:{port}"),
        format!("user@127.0.0.1:{port}"),
        String::new(),
    ] {
        let ask = mcp(INITIALIZE).bearer(&token).header("Host", &host);
        misdirected(&target.send(&ask).await, &host);
    }
    for origin in [
        "http://evil.test",
        "null",
        "https://claude.ai",
        "http://localhost.evil.test",
        "http://127.0.0.1.evil.test",
        "http://localhost@evil.test",
        "",
    ] {
        let ask = mcp(INITIALIZE).bearer(&token).header("Origin", origin);
        refused(&target.send(&ask).await, origin);
        refused(&target.send(&preflight("/mcp", origin)).await, origin);
    }
    for origin in ["http://localhost:6274", "http://127.0.0.1:3000"] {
        let ask = mcp(INITIALIZE).bearer(&token).header("Origin", origin);
        let reply = target.send(&ask).await;
        assert_eq!(reply.status, 200, "{origin}");
        assert!(!reply.has(ALLOW_CREDENTIALS));
    }
    target.finish().await;
}

/// Issuer, endpoints, audience and challenge come from `BASE_URL`, whatever a stranger says about us.
#[tokio::test]
async fn web_03_forwarded_headers_do_not_rename_the_server() {
    let target = Target::start().await;
    for path in [
        "/.well-known/oauth-authorization-server",
        "/.well-known/oauth-authorization-server/mcp",
        "/.well-known/oauth-protected-resource",
        "/.well-known/oauth-protected-resource/mcp",
        "/config",
        "/mcp",
    ] {
        let plain = target.send(&Ask::get(path)).await;
        let forwarded = Ask::get(path)
            .header("X-Forwarded-Host", "evil.test")
            .header("X-Forwarded-Proto", "http")
            .header("X-Forwarded-Port", "666")
            .header("X-Forwarded-Prefix", "/evil")
            .header("X-Original-URL", "/health")
            .header("X-Rewrite-URL", "/health")
            .header("Forwarded", "host=evil.test;proto=http")
            .header("X-Host", "evil.test");
        let reply = target.send(&forwarded).await;
        assert_eq!(
            (reply.status, reply.text()),
            (plain.status, plain.text()),
            "{path}"
        );
        assert_eq!(
            reply.header("www-authenticate"),
            plain.header("www-authenticate")
        );
        assert!(!reply.everything().contains("evil"), "{path}");
    }
    target.finish().await;
}

/// Everything that comes back for `bytes` until the server closes or has no more to say.
async fn everything(target: &Target, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(target.address).await.unwrap();
    let _ = stream.write_all(bytes).await;
    let mut answer = Vec::new();
    // Whoever half-closes may get no answer at all, and a second answer would follow the first at once.
    while let Ok(Ok(1..)) = timeout(QUIET, stream.read_buf(&mut answer)).await {}
    String::from_utf8_lossy(&answer).into_owned()
}

fn statuses(answer: &str) -> Vec<u16> {
    answer
        .split("HTTP/1.1 ")
        .skip(1)
        .map(|rest| rest[..3].parse().unwrap())
        .collect()
}

#[tokio::test]
async fn web_05_no_request_hides_in_another() {
    let target = Target::start().await;
    let hidden = "GET /config HTTP/1.1\r\nHost: mcp.test\r\n\r\n";
    let chunked = format!("{:x}\r\n{hidden}\r\n0\r\n\r\n", hidden.len());
    let length = hidden.len();
    let framings = [
        (
            "length and chunks",
            format!("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{hidden}"),
        ),
        (
            "chunks and length",
            format!(
                "Transfer-Encoding: chunked\r\nContent-Length: {}\r\n\r\n{chunked}",
                chunked.len()
            ),
        ),
        (
            "an unknown coding",
            format!("Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n{hidden}"),
        ),
        (
            "chunked is not last",
            format!("Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n{hidden}"),
        ),
        (
            "a blank before the colon",
            format!("Transfer-Encoding : chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n{hidden}"),
        ),
        (
            "chunked by another name",
            format!("Transfer-Encoding: \"chunked\"\r\nContent-Length: 5\r\n\r\n0\r\n\r\n{hidden}"),
        ),
        (
            "a tab in the value",
            format!("Transfer-Encoding:\tchunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n{hidden}"),
        ),
        (
            "a vertical tab in the value",
            format!("Transfer-Encoding:\x0bchunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n{hidden}"),
        ),
        (
            "two codings",
            format!(
                "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n{hidden}"
            ),
        ),
        (
            "two lengths",
            format!("Content-Length: 0\r\nContent-Length: {length}\r\n\r\n{hidden}"),
        ),
        (
            "a list of lengths",
            format!("Content-Length: 0, {length}\r\n\r\n{hidden}"),
        ),
        (
            "a length with a sign",
            format!("Content-Length: +0\r\n\r\n{hidden}"),
        ),
        (
            "a negative length",
            format!("Content-Length: -1\r\n\r\n{hidden}"),
        ),
        (
            "a length in hex",
            format!("Content-Length: 0x0\r\n\r\n{hidden}"),
        ),
        (
            "a folded header",
            format!("X-A: b\r\n Content-Length: 0\r\nContent-Length: {length}\r\n\r\n{hidden}"),
        ),
        (
            "a bare carriage return",
            format!("X-A: b\rContent-Length: 0\r\nContent-Length: {length}\r\n\r\n{hidden}"),
        ),
        (
            "a NUL in a value",
            format!("X-A: b\0c\r\nContent-Length: {length}\r\n\r\n{hidden}"),
        ),
        (
            "a chunk size in hex notation",
            format!("Transfer-Encoding: chunked\r\n\r\n0x5\r\nabcde\r\n0\r\n\r\n{hidden}"),
        ),
        (
            "a chunk size beyond 64 bits",
            format!(
                "Transfer-Encoding: chunked\r\n\r\n10000000000000005\r\nabcde\r\n0\r\n\r\n{hidden}"
            ),
        ),
        (
            "a negative chunk",
            format!("Transfer-Encoding: chunked\r\n\r\n-1\r\n\r\n{hidden}"),
        ),
        (
            "a chunk longer than it says",
            format!("Transfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n0\r\n\r\n{hidden}"),
        ),
    ];
    let mut told = Vec::new();
    for (what, rest) in &framings {
        let request = format!(
            "POST /oauth/token HTTP/1.1\r\nHost: mcp.test\r\nContent-Type: application/x-www-form-urlencoded\r\n{rest}"
        );
        let answer = everything(&target, request.as_bytes()).await;
        let statuses = statuses(&answer);
        let refused = statuses.iter().all(|status| *status == 400);
        if statuses.len() > 1 || !refused || answer.contains("mcp_url") {
            told.push(format!("{what}: {statuses:?}"));
        }
    }
    assert_eq!(told, Vec::<String>::new());
    target.finish().await;
}

#[tokio::test]
async fn web_05_a_body_is_a_body_even_where_none_is_wanted() {
    let target = Target::start().await;
    let hidden = "GET /config HTTP/1.1\r\nHost: mcp.test\r\n\r\n";
    let last = "GET /nope HTTP/1.1\r\nHost: mcp.test\r\nConnection: close\r\n\r\n";
    for head in [
        "GET /health",
        "HEAD /health",
        "POST /mcp",
        "DELETE /mcp",
        "OPTIONS /mcp",
        "GET /nope",
    ] {
        let request = format!(
            "{head} HTTP/1.1\r\nHost: mcp.test\r\nContent-Length: {}\r\n\r\n{hidden}{last}",
            hidden.len()
        );
        let answer = everything(&target, request.as_bytes()).await;
        assert!(matches!(statuses(&answer).len(), 1 | 2), "{head}: {answer}");
        assert!(!answer.contains("mcp_url"), "{head}: {answer}");
    }
    target.finish().await;
}

#[tokio::test]
async fn web_05_odd_protocols_get_one_answer_or_none() {
    let target = Target::start().await;
    let oddities: [(&str, &[u8], &[u16]); 8] = [
        ("HTTP/0.9", b"GET /config\r\n\r\n", &[400]),
        ("HTTP/2 by prior knowledge", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0", &[400]),
        ("HTTP/3.0", b"GET /health HTTP/3.0\r\nHost: mcp.test\r\n\r\n", &[400]),
        (
            "an upgrade to h2c",
            b"GET /health HTTP/1.1\r\nHost: mcp.test\r\nConnection: Upgrade, HTTP2-Settings, close\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n",
            &[200],
        ),
        (
            "an upgrade to a web socket",
            b"GET /mcp HTTP/1.1\r\nHost: mcp.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n",
            &[401],
        ),
        ("TLS where none is", b"\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00", &[400]),
        ("nothing but line ends", b"\r\n\r\n\r\n", &[400]),
        ("line feeds only", b"GET /health HTTP/1.1\nHost: mcp.test\nConnection: close\n\n", &[200, 400]),
    ];
    for (what, bytes, allowed) in oddities {
        let answer = everything(&target, bytes).await;
        let statuses = statuses(&answer);
        assert!(statuses.len() <= 1, "{what}: {answer}");
        assert!(
            statuses.iter().all(|status| allowed.contains(status)),
            "{what}: {answer}"
        );
        assert!(
            !answer.contains("mcp_url") && !answer.contains("101 "),
            "{what}: {answer}"
        );
    }
    target.finish().await;
}

#[tokio::test]
async fn web_05_pipelined_requests_are_judged_one_by_one() {
    let target = Target::start().await;
    let token = client::connected(&target).await.access_token;
    let authority = target.authority.clone();
    let mine = mcp(LIST).bearer(&token).bytes(&authority);
    let theirs = mcp(LIST).bytes(&authority);
    let wrong = mcp(LIST).bearer("somebody-else").bytes(&authority);
    let mut connection = target.connect().await;
    for _ in 0..50 {
        connection
            .write(&[&mine[..], &theirs, &mine, &wrong, &theirs].concat())
            .await;
        let mut statuses = Vec::new();
        for _ in 0..5 {
            statuses.push(connection.reply("POST").await.unwrap().status);
        }
        assert_eq!(statuses, [200, 401, 200, 401, 401]);
    }
    target.finish().await;
}

#[tokio::test]
async fn web_06_guessed_paths_and_methods_find_nothing() {
    let target = Target::start().await;
    let token = client::connected(&target).await.access_token;
    for path in [
        "/.env",
        "/.git/config",
        "/..%2f..%2fetc/passwd",
        "/../../../etc/passwd",
        "/static/../Cargo.toml",
        "/metrics",
        "/debug/pprof",
        "/docs",
        "/openapi.json",
        "/openapi.yaml",
        "/swagger-ui/",
        "/info",
        "/test/ttl",
        "/admin",
        "/actuator/env",
        "/status",
        "/%00",
        "/%0d%0aSet-Cookie:x=y",
        "/<script>alert(1)</script>",
        "/%3Cscript%3Ealert(1)%3C/script%3E",
        "/.well-known/",
        "/.well-known/openid-configuration",
        "/.well-known/jwks.json",
        "/oauth",
        "/oauth/",
        "/oauth/introspect",
        "/oauth/userinfo",
    ] {
        for method in ["GET", "POST", "DELETE"] {
            let ask = Ask::new(method, path)
                .header("X-HTTP-Method-Override", "POST")
                .header("X-HTTP-Method", "POST")
                .header("X-Method-Override", "POST")
                .bearer(&token);
            let reply = target.send(&ask).await;
            let what = format!("{method} {path}: {}", reply.everything());
            assert!(
                matches!(reply.status, 400 | 401 | 404 | 405 | 501),
                "{what}"
            );
            let bare = reply.body.is_empty() && !reply.has("content-type");
            assert!(
                bare || reply.header("content-type") == "application/json",
                "{what}"
            );
            let text = reply.text();
            for word in [
                "AKIA",
                "API_KEY",
                "root:",
                "[core]",
                "swagger",
                "athlete",
                "alert(1)",
                "[package]",
            ] {
                assert!(!text.contains(word), "{word} in {what}");
            }
            assert!(!reply.has("set-cookie"), "{what}");
        }
    }
    let overridden = Ask::get("/mcp")
        .bearer(&token)
        .header("X-HTTP-Method-Override", "POST")
        .json(LIST);
    assert_eq!(target.send(&overridden).await.status, 405);
    for method in ["TRACE", "TRACK", "DEBUG", "PROPFIND"] {
        let ask = Ask::new(method, "/mcp")
            .header("X-Echo", "is this said again")
            .bearer(&token);
        let reply = target.send(&ask).await;
        assert!(matches!(reply.status, 400 | 405 | 501), "{method}");
        assert!(!reply.everything().contains("said again"));
    }
    let tunnel = everything(
        &target,
        b"CONNECT mcp.test:443 HTTP/1.1\r\nHost: mcp.test:443\r\n\r\n",
    )
    .await;
    assert!(
        statuses(&tunnel).iter().all(|status| *status >= 400),
        "{tunnel}"
    );
    target.finish().await;
}

/// No page, document or refusal goes without what tells browsers how to take it.
#[tokio::test]
async fn every_answer_says_how_browsers_are_to_take_it() {
    let target = Target::start().await;
    for (method, path) in [
        ("GET", "/health"),
        ("GET", "/config"),
        ("GET", "/"),
        ("GET", "/mcp"),
        ("POST", "/mcp"),
        ("GET", "/authorize"),
        ("POST", "/authorize"),
        ("POST", "/token"),
        ("POST", "/register"),
        ("GET", "/.well-known/oauth-authorization-server"),
        ("GET", "/nope"),
        ("TRACE", "/"),
    ] {
        for accept in ["application/json", "text/html"] {
            let reply = target
                .send(&Ask::new(method, path).header("Accept", accept))
                .await;
            let what = format!("{method} {path} {accept}");
            assert_eq!(reply.header("x-content-type-options"), "nosniff", "{what}");
            // The consent page's own form has to say where it comes from.
            let referrer = reply.header("referrer-policy");
            let own = path == "/authorize" && referrer == "same-origin";
            assert!(own || referrer == "no-referrer", "{what}: {referrer}");
            assert_eq!(reply.header("x-frame-options"), "DENY", "{what}");
            let policy = reply.header("content-security-policy");
            assert!(policy.contains("default-src 'none'"), "{what}: {policy}");
            assert!(
                policy.contains("frame-ancestors 'none'"),
                "{what}: {policy}"
            );
            assert!(reply.has("strict-transport-security"), "{what}");
            assert!(!reply.has("server") && !reply.has("x-powered-by"), "{what}");
            let kind = reply.header("content-type");
            if kind.starts_with("application/json") {
                let parsed: Result<Value, _> = serde_json::from_slice(&reply.body);
                assert!(parsed.is_ok(), "{what}");
            }
        }
    }
    target.finish().await;
}
