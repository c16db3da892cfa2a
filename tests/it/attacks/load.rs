//! Too slow, too big, too deep, too many, and an Intervals.icu that does not answer.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use intervals_mcp_server::http::Limits;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use super::caller::{Caller, INITIALIZE, calling, mcp};
use super::client;
use super::message::Ask;
use super::policy::{
    ANSWERS_WITHIN, BODIES, BODY_READ, GROWTH, HEADER_READ, HEADERS, HEALTH_WITHIN,
    MCP_BODIES_AT_ONCE, MCP_BODY, TOKEN_BODY, UPSTREAM_DEADLINE, UPSTREAM_PER_SECOND,
};
use super::target::{Profile, Target};
use super::upstream::{Says, Upstream};
use crate::support::Said;
use crate::support::{Server, ServerOptions};

/// What a loaded machine may add to a deadline before the deadline counts as missed.
const SLACK: Duration = Duration::from_secs(10);
/// Load is measured without a line for every request, which would be most of it.
const QUIET: (&str, &str) = (
    "RUST_LOG",
    "info,intervals_mcp_server::http=warn,intervals_mcp_server::oauth=warn,intervals_mcp_server::mcp=warn",
);

/// One of many connections that say a byte now and then.
struct Slow {
    beginning: &'static str,
    /// When it must be over.
    within: Duration,
    /// The statuses with which it may be ended; a close without an answer is always right.
    statuses: &'static [u16],
}

const SLOW: [Slow; 8] = [
    Slow {
        beginning: "",
        within: HEADER_READ,
        statuses: &[],
    },
    Slow {
        beginning: "G",
        within: HEADER_READ,
        statuses: &[408],
    },
    Slow {
        beginning: "GET /health HTTP/1.1\r\nHost: mcp.test\r\nX-Slow: ",
        within: HEADER_READ,
        statuses: &[408],
    },
    Slow {
        beginning: "POST /mcp HTTP/1.1\r\nHost: mcp.test\r\nX-Slow: ",
        within: HEADER_READ,
        statuses: &[408],
    },
    Slow {
        beginning: "POST /oauth/register HTTP/1.1\r\nHost: mcp.test\r\nContent-Type: application/json\r\nContent-Length: 9000\r\n\r\n{",
        within: BODY_READ,
        // So many registrations at once are too many.
        statuses: &[408, 429],
    },
    Slow {
        beginning: "POST /oauth/token HTTP/1.1\r\nHost: mcp.test\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 9000\r\n\r\ng",
        within: BODY_READ,
        statuses: &[408],
    },
    Slow {
        beginning: "POST /oauth/authorize HTTP/1.1\r\nHost: mcp.test\r\nContent-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n\r\nfff\r\n",
        within: BODY_READ,
        statuses: &[400, 403, 408],
    },
    // Who has no token is told so before a body is waited for.
    Slow {
        beginning: "POST /mcp HTTP/1.1\r\nHost: mcp.test\r\nContent-Type: application/json\r\nContent-Length: 9000\r\n\r\n{",
        within: Duration::from_secs(5),
        statuses: &[401],
    },
];

/// How long it took until the server answered or closed, and with which status.
async fn drip(address: SocketAddr, slow: &Slow) -> (Duration, Option<u16>) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let started = Instant::now();
    let mut answer = Vec::new();
    let _ = stream.write_all(slow.beginning.as_bytes()).await;
    let most = slow.within + SLACK;
    while started.elapsed() < most {
        // Who has said nothing goes on saying nothing.
        if !slow.beginning.is_empty() && stream.write_all(b"a").await.is_err() {
            break;
        }
        match timeout(Duration::from_secs(3), stream.read_buf(&mut answer)).await {
            Ok(_) => break,
            Err(_) => continue,
        }
    }
    let status = String::from_utf8_lossy(&answer)
        .get(9..12)
        .and_then(|digits| digits.parse().ok());
    (started.elapsed(), status)
}

#[tokio::test]
async fn dos_01_a_thousand_slow_connections_keep_nobody_waiting_and_end() {
    const SLOW_ONES: usize = 1_000;
    let target = Target::with(Profile::Default, &[QUIET]).await;
    let site = target.site.clone();
    target.send(&Ask::get("/health")).await;
    let before = target.descriptors();
    let dripping = join_all((0..SLOW_ONES).map(|n| drip(target.address, &SLOW[n % SLOW.len()])));
    let watching = async {
        sleep(Duration::from_secs(5)).await;
        let most = target.descriptors();
        for _ in 0..5 {
            let health = Ask::get("/health");
            let answered = timeout(HEALTH_WITHIN, site.send(&health)).await;
            assert_eq!(answered.expect("/health waits").status, 200);
            sleep(Duration::from_secs(1)).await;
        }
        most
    };
    let (ends, most) = tokio::join!(dripping, watching);
    for (n, (took, status)) in ends.into_iter().enumerate() {
        let slow = &SLOW[n % SLOW.len()];
        let what = format!("{:?}: {status:?} after {took:?}", slow.beginning);
        assert!(took < slow.within + SLACK, "{what}");
        assert!(
            status.is_none_or(|status| slow.statuses.contains(&status)),
            "{what}"
        );
    }
    // It was a load, and it is gone.
    assert!(most > before + SLOW_ONES / 2, "{most} descriptors");
    let emptied = timeout(SLACK, async {
        while target.descriptors() > before + 5 {
            sleep(Duration::from_millis(50)).await;
        }
    });
    assert!(
        emptied.await.is_ok(),
        "{} descriptors",
        target.descriptors()
    );
    target.finish().await;
}

/// In process, so that the rest of a minute need not be waited for.
#[tokio::test]
async fn dos_01_a_connection_that_rests_for_too_long_is_closed() {
    let server = Server::with(ServerOptions {
        limits: Limits {
            keep_alive: Duration::from_millis(500),
            ..Limits::default()
        },
        ..ServerOptions::default()
    })
    .await;
    let address = server.address.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream
        .write_all(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
        .await
        .unwrap();
    let mut said = Vec::new();
    timeout(ANSWERS_WITHIN, stream.read_to_end(&mut said))
        .await
        .expect("it is still open")
        .unwrap();
    assert!(said.starts_with(b"HTTP/1.1 200"));
}

/// Writes `head` and then `piece` until 100 MiB are sent or nobody takes more: the status and how much was taken.
async fn pour(address: SocketAddr, head: &str, piece: &[u8]) -> (Option<u16>, usize) {
    const FLOOD: usize = 100 << 20;
    let (mut from, mut to) = TcpStream::connect(address).await.unwrap().into_split();
    let pouring = async {
        let mut taken = 0;
        if to.write_all(head.as_bytes()).await.is_ok() {
            while taken < FLOOD && to.write_all(piece).await.is_ok() {
                taken += piece.len();
            }
        }
        taken
    };
    let listening = async {
        let mut answer = Vec::new();
        while let Ok(1..) = from.read_buf(&mut answer).await {}
        answer
    };
    let (taken, answer) = timeout(ANSWERS_WITHIN, async { tokio::join!(pouring, listening) })
        .await
        .expect("the flood is drained for minutes");
    let text = String::from_utf8_lossy(&answer);
    let status = text.get(9..12).and_then(|digits| digits.parse().ok());
    (status, taken)
}

#[tokio::test]
async fn dos_02_a_flood_is_refused_and_not_drained() {
    let target = Target::with(Profile::Keyed, &[QUIET]).await;
    let key = target.mcp_api_key.clone();
    let credential = format!("X-API-Key: {key}\r\n");
    target.send(&Ask::get("/health")).await;
    let before = target.resident();
    let zeros = vec![b'a'; 64 * 1024];
    let chunk = [b"10000\r\n", &zeros[..], b"\r\n"].concat();
    let mut bomb = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    std::io::Write::write_all(&mut bomb, &vec![b' '; 8 << 20]).unwrap();
    let bomb = bomb.finish().unwrap();
    let flood = format!("Content-Length: {}\r\n", 100 << 20);
    let chunked = "Transfer-Encoding: chunked\r\n".to_owned();
    let packed = format!(
        "Content-Encoding: gzip\r\nContent-Length: {}\r\n",
        bomb.len()
    );
    let json = "Content-Type: application/json\r\n";
    let form = "Content-Type: application/x-www-form-urlencoded\r\n";
    for (path, kind, extra) in [
        ("/oauth/register", json, ""),
        ("/register", json, ""),
        ("/oauth/token", form, ""),
        ("/oauth/authorize", form, ""),
        ("/mcp", json, ""),
        ("/mcp", json, credential.as_str()),
        ("/", json, credential.as_str()),
        ("/health", json, ""),
        ("/nope", json, ""),
    ] {
        let head = |framing: &str| {
            format!("POST {path} HTTP/1.1\r\nHost: mcp.test\r\n{kind}{extra}{framing}\r\n")
        };
        let (status, taken) = pour(target.address, &head(&flood), &zeros).await;
        let what = format!(
            "{path} {} with a length: {status:?} {taken}",
            !extra.is_empty()
        );
        assert_eq!(status, Some(413), "{what}");
        assert!(taken < 32 << 20, "{what}");
        let (status, taken) = pour(target.address, &head(&chunked), &chunk).await;
        let what = format!("{path} {} in chunks: {status:?} {taken}", !extra.is_empty());
        assert!(
            matches!(status, Some(400 | 401 | 403 | 404 | 405 | 413)),
            "{what}"
        );
        assert!(taken < 32 << 20, "{what}");
        let (status, _) = pour(target.address, &head(&packed), &bomb).await;
        assert_eq!(status, Some(415), "{path} packed");
        for length in [
            "18446744073709551615",
            "18446744073709551616",
            "9223372036854775808",
        ] {
            let framing = format!("Content-Length: {length}\r\n");
            let (status, _) = pour(target.address, &head(&framing), &zeros).await;
            assert!(
                matches!(status, Some(400 | 413 | 431)),
                "{path} {length}: {status:?}"
            );
        }
    }
    let grown = target.resident().saturating_sub(before);
    assert!(grown < GROWTH, "{grown} bytes more");
    target.finish().await;
}

/// Begins `count` requests whose bodies lack their last byte.
async fn unfinished(target: &Target, count: usize, head: &str, size: usize) -> Vec<TcpStream> {
    let head = format!("{head}Host: mcp.test\r\nContent-Length: {size}\r\n\r\n");
    let body = vec![b'a'; size - 1];
    let mut streams = Vec::new();
    for _ in 0..count {
        let mut stream = TcpStream::connect(target.address).await.unwrap();
        // Where the server has refused it already there is nothing more to send.
        let sent = timeout(ANSWERS_WITHIN, async {
            let _ = stream.write_all(head.as_bytes()).await;
            let _ = stream.write_all(&body).await;
        });
        sent.await.expect("nobody takes the body");
        streams.push(stream);
    }
    streams
}

/// No request is complete, so that nobody has asked yet who sends them.
#[tokio::test]
async fn dos_02_many_headers_that_never_end_do_not_fill_the_memory() {
    let target = Target::with(Profile::Default, &[QUIET]).await;
    target.send(&Ask::get("/health")).await;
    let before = target.resident();
    for (size, is_refused) in [(60 * 1024, true), (31 * 1024, false)] {
        let half = format!(
            "GET / HTTP/1.1\r\nHost: mcp.test\r\nX-Half: {}",
            "a".repeat(size)
        );
        let mut streams = Vec::new();
        for _ in 0..900 {
            let mut stream = TcpStream::connect(target.address).await.unwrap();
            // Where the server has refused it already there is nothing more to send.
            let _ = stream.write_all(half.as_bytes()).await;
            streams.push(stream);
        }
        let answered = timeout(ANSWERS_WITHIN, target.send(&Ask::get("/health"))).await;
        assert_eq!(answered.expect("/health waits").status, 200);
        let grown = target.resident().saturating_sub(before);
        assert!(grown < HEADERS, "{size}: {grown} bytes more");
        let mut told = Vec::new();
        if is_refused {
            let _ = streams.swap_remove(0).read_to_end(&mut told).await;
            assert!(told.starts_with(b"HTTP/1.1 431"), "{told:?}");
        }
    }
    assert_eq!(target.send(&Ask::get("/health")).await.status, 200);
    target.finish().await;
}

/// Each of them is allowed, and all of them together would be a gigabyte.
#[tokio::test]
async fn dos_02_many_bodies_that_never_end_do_not_fill_the_memory() {
    let target = Target::with(Profile::Keyed, &[QUIET]).await;
    let key = target.mcp_api_key.clone();
    let call = mcp(INITIALIZE).bearer(&key);
    assert_eq!(target.send(&call).await.status, 200);
    let before = target.resident();
    let owned =
        format!("POST /mcp HTTP/1.1\r\nX-API-Key: {key}\r\nContent-Type: application/json\r\n");
    let calls = unfinished(&target, 300, &owned, MCP_BODY).await;
    let form = "POST /oauth/token HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\n";
    let redemptions = unfinished(&target, 1_500, form, TOKEN_BODY).await;
    let grown = target.resident().saturating_sub(before);
    assert!(grown < BODIES + GROWTH, "{grown} bytes more");
    // What honest clients send has room beside them.
    assert_eq!(target.send(&call).await.status, 200);
    let asked = Ask::post("/oauth/token").form(&[("grant_type", "refresh_token")]);
    assert_eq!(target.send(&asked).await.status, 400);
    // Whoever was one too many was told so: no more wait than there is room for, and which ones is a matter of chance.
    let told = JoinSet::from_iter(calls.into_iter().map(|mut call| async move {
        let mut told = Vec::new();
        let _ = timeout(ANSWERS_WITHIN, call.read_to_end(&mut told)).await;
        // 408 if this machine was so slow that one's time was over.
        told.starts_with(b"HTTP/1.1 503") || told.starts_with(b"HTTP/1.1 408")
    }));
    let told = told.join_all().await.into_iter().filter(|it| *it).count();
    assert!(told >= 300 - MCP_BODIES_AT_ONCE, "{told} of 300 told");
    drop(redemptions);
    // And when they are gone, so is what they held.
    let large = format!(
        r#"{{"jsonrpc":"2.0","id":1,"method":"ping","x":"{}"}}"#,
        "y".repeat(900_000)
    );
    let served = timeout(SLACK, async {
        while target.send(&mcp(large.clone()).bearer(&key)).await.status != 200 {
            sleep(Duration::from_millis(100)).await;
        }
    });
    served.await.expect("the room is not given back");
    target.finish().await;
}

/// A byte costs its sender a packet, and must not cost the server the buffer into which it was read.
#[tokio::test]
async fn dos_02_bodies_that_come_byte_by_byte_do_not_fill_the_memory() {
    let target = Target::with(Profile::Keyed, &[QUIET]).await;
    let key = target.mcp_api_key.clone();
    target.send(&mcp(INITIALIZE).bearer(&key)).await;
    let form = "application/x-www-form-urlencoded";
    let length = format!("Content-Length: {}\r\n", 8 * 1024);
    let chunked = "Transfer-Encoding: chunked\r\n";
    for (path, kind, framing, bytes) in [
        ("/oauth/token", form, length.as_str(), b"a".as_slice()),
        ("/register", "application/json", &length, b" "),
        ("/mcp", "application/json", &length, b" "),
        ("/mcp", "application/json", chunked, b"1\r\n \r\n"),
    ] {
        let before = target.resident();
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: mcp.test\r\nX-API-Key: {key}\r\nContent-Type: {kind}\r\n{framing}\r\n"
        );
        let mut streams = Vec::new();
        for _ in 0..30 {
            let mut stream = TcpStream::connect(target.address).await.unwrap();
            stream.set_nodelay(true).unwrap();
            stream.write_all(head.as_bytes()).await.unwrap();
            streams.push(stream);
        }
        // In turn, so that each has been read when the next comes.
        for _ in 0..6_000 {
            for stream in &mut streams {
                stream.write_all(bytes).await.unwrap();
            }
        }
        let grown = target.resident().saturating_sub(before);
        assert!(grown < GROWTH, "{path} {framing:?}: {grown} bytes more");
    }
    target.finish().await;
}

#[tokio::test]
async fn dos_03_deep_and_wide_json_is_answered_like_any_other() {
    let target = Target::with(Profile::Keyed, &[QUIET]).await;
    target.may_ask_upstream();
    let caller = Caller::new(&target, &target.mcp_api_key);
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    let deep = |depth: usize| format!("{}1{}", "{\"a\":".repeat(depth), "}".repeat(depth));
    let keys: String = (0..90_000).map(|n| format!("\"{n}\":1,")).collect();
    let wide = format!("{{{}\"z\":1}}", &keys[..keys.len()]);
    let many: String = (0..1_000_000).map(|n| format!("\"{n}\":1,")).collect();
    let values = [
        ("brackets", "[".repeat(200_000)),
        ("objects", "{\"a\":".repeat(200_000)),
        ("whole brackets", nested(100_000)),
        ("whole objects", deep(150_000)),
        ("126 levels", deep(126)),
        ("127 levels", deep(127)),
        ("128 levels", nested(128)),
        ("a wide object", wide),
        ("a million keys", format!("{{{many}\"z\":1}}")),
        ("a wide list", format!("[{}0]", "0,".repeat(500_000))),
        (
            "escaped zeros",
            format!("\"{}\"", "\\u0000".repeat(150_000)),
        ),
        (
            "three megabytes of zeros",
            format!("\"{}\"", "\\u0000".repeat(524_288)),
        ),
        ("half a surrogate", "\"\\ud800\"".to_owned()),
        ("900,000 digits", "7".repeat(900_000)),
        ("a megabyte of digits", "7".repeat(1 << 20)),
        (
            "digits behind the point",
            format!("0.{}", "3".repeat(900_000)),
        ),
        ("a huge exponent", "1e999999".to_owned()),
        ("a tiny exponent", "1e-999999".to_owned()),
        ("a long exponent", format!("1e{}", "9".repeat(100_000))),
        ("minus zero", "-0".to_owned()),
        ("not a number", "NaN".to_owned()),
    ];
    let places = [
        ("alone", "@"),
        ("as id", r#"{"jsonrpc":"2.0","id":@,"method":"tools/list"}"#),
        ("as method", r#"{"jsonrpc":"2.0","id":1,"method":@}"#),
        (
            "as params",
            r#"{"jsonrpc":"2.0","id":1,"method":"tools/list","params":@}"#,
        ),
        (
            "as meta",
            r#"{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"_meta":@}}"#,
        ),
        (
            "as arguments",
            r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"get_help","arguments":@}}"#,
        ),
        (
            "as an argument",
            r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"get_help","arguments":{"topic":@}}}"#,
        ),
        (
            "as a list",
            r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"update_wellness","arguments":{"entries":@}}}"#,
        ),
        (
            "as a name",
            r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":@}}"#,
        ),
        (
            "as what the client is",
            r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":@,"clientInfo":{"name":"x","version":"0"}}}"#,
        ),
        ("as a result", r#"{"jsonrpc":"2.0","id":1,"result":@}"#),
        (
            "as something unknown",
            r#"{"jsonrpc":"2.0","id":1,"method":"ping","x":@}"#,
        ),
    ];
    for (what, value) in &values {
        for (place, frame) in places {
            let reply = caller.post(frame.replace('@', value)).await;
            let status = reply.status;
            assert!(
                matches!(status, 200 | 202 | 400 | 404 | 413),
                "{what} {place}: {status}"
            );
        }
    }
    // Lists may come as text with JSON in it, which is another parser's work.
    for (what, value) in &values {
        let arguments = json!({ "entries": value });
        let reply = caller.post(calling("update_wellness", &arguments)).await;
        assert!(
            matches!(reply.status, 200 | 413),
            "{what} in text: {}",
            reply.status
        );
        if reply.status == 200 {
            Said::of(&reply).error();
        }
    }
    assert!(
        target
            .demo
            .journal()
            .iter()
            .all(|asked| asked.method == "GET")
    );
    target.finish().await;
}

/// Many requests over a few connections, one after the other on each.
async fn many(target: &Target, ask: &Ask, connections: usize, each: usize) -> Vec<u16> {
    let one = || async {
        let mut connection = target.connect().await;
        let mut statuses = Vec::new();
        for _ in 0..each {
            let reply = connection.ask(ask).await.unwrap();
            assert!(!reply.has("mcp-session-id"));
            statuses.push(reply.status);
        }
        statuses
    };
    join_all((0..connections).map(|_| one())).await.concat()
}

#[tokio::test]
async fn dos_04_handshakes_leave_nothing_behind() {
    let target = Target::with(Profile::Keyed, &[QUIET]).await;
    let handshake = mcp(INITIALIZE);
    let known = handshake.clone().bearer(&target.mcp_api_key);
    // Once over, so that what every process needs at first is there.
    many(&target, &known, 20, 10).await;
    let (memory, descriptors) = (target.resident(), target.descriptors());
    let statuses = many(&target, &known, 20, 250).await;
    assert!(statuses.iter().all(|status| *status == 200));
    let strangers = many(&target, &handshake, 20, 500).await;
    assert!(strangers.iter().all(|status| *status == 401));
    let mut listening = known.clone();
    listening.method = "GET".to_owned();
    let streams = many(&target, &listening, 20, 20).await;
    assert!(streams.iter().all(|status| *status == 405));
    let grown = target.resident().saturating_sub(memory);
    assert!(grown < GROWTH, "{grown} bytes more");
    let emptied = timeout(SLACK, async {
        while target.descriptors() > descriptors + 5 {
            sleep(Duration::from_millis(50)).await;
        }
    });
    assert!(
        emptied.await.is_ok(),
        "{} descriptors",
        target.descriptors()
    );
    target.finish().await;
}

/// The invented athlete's service, but for the details of activities.
fn silent_about_activities(asked: &crate::support::asked::Asked) -> Says {
    if asked.path().starts_with("/api/v1/activity/") {
        Says::Silence
    } else {
        Says::Honest
    }
}

async fn before(upstream: &Upstream, variables: &[(&str, &str)]) -> Target {
    let mut all = vec![("INTERVALS_BASE_URL", upstream.base_url.as_str()), QUIET];
    all.extend(variables);
    Target::with(Profile::Keyed, &all).await
}

#[tokio::test]
async fn dos_07_a_dead_upstream_holds_up_nobody_else() {
    let upstream = Upstream::start(silent_about_activities).await;
    let target = before(&upstream, &[]).await;
    let client = client::public(&target).await;
    let tokens = client::connect(&target, &client).await;
    let caller = Caller::new(&target, &tokens.access_token);
    let calls = join_all((0..100).map(|n| {
        let caller = caller.clone();
        async move {
            let id = format!("i{}", 1_000 + n);
            caller.call("get_activity", json!({ "id": id })).await
        }
    }));
    let others = async {
        timeout(UPSTREAM_DEADLINE, async {
            while upstream.left_waiting() < 100 {
                sleep(Duration::from_millis(20)).await;
            }
        })
        .await
        .expect("not all calls reach the service");
        let refreshed = client::refresh(&target, &tokens).await;
        assert_eq!(refreshed.status, 200);
        assert_eq!(target.send(&Ask::get("/health")).await.status, 200);
        let profile = caller.call("get_athlete", json!({})).await;
        profile.ok();
        upstream.left_waiting()
    };
    let started = Instant::now();
    let (said, still_waiting) = tokio::join!(calls, others);
    assert_eq!(
        still_waiting, 100,
        "the others were served while nobody was answered"
    );
    assert!(started.elapsed() < UPSTREAM_DEADLINE + SLACK);
    for said in said {
        let sentence = said.error();
        assert!(sentence.contains("did not answer in time"), "{sentence}");
    }
    target.finish().await;
}

#[tokio::test]
async fn dos_07_who_hangs_up_waits_for_nothing() {
    let upstream = Upstream::start(silent_about_activities).await;
    let target = before(&upstream, &[]).await;
    let mut connection = target.connect().await;
    let call = mcp(calling("get_activity", &json!({ "id": "i77" }))).bearer(&target.mcp_api_key);
    connection.write(&call.bytes(&target.authority)).await;
    let arrived = timeout(ANSWERS_WITHIN, async {
        while upstream.left_waiting() == 0 {
            sleep(Duration::from_millis(10)).await;
        }
    });
    arrived.await.expect("the call does not reach the service");
    drop(connection);
    // Well before the deadline, which would end it too.
    let left = timeout(UPSTREAM_DEADLINE / 3, async {
        while upstream.left_waiting() > 0 {
            sleep(Duration::from_millis(10)).await;
        }
    });
    left.await.expect("the service is still asked");
    target.finish().await;
}

#[tokio::test]
async fn dos_07_no_client_can_use_up_the_pace_that_the_service_allows() {
    let upstream = Upstream::start(|asked| {
        if asked.path().starts_with("/api/v1/activity/") {
            Says::json(r#"{"id":"i1","type":"Ride","name":"x","moving_time":60}"#)
        } else {
            Says::Honest
        }
    })
    .await;
    let target = before(&upstream, &[("INTERVALS_RATE", "8")]).await;
    let caller = Caller::new(&target, &target.mcp_api_key);
    // More than can be had within the deadline of one.
    let calls = (0..200).map(|n| {
        let caller = caller.clone();
        async move {
            let id = format!("i{}", 2_000 + n);
            caller.call("get_activity", json!({ "id": id })).await
        }
    });
    let said = join_all(calls).await;
    let refused = said.iter().filter(|said| said.is_error).count();
    assert!((1..200).contains(&refused), "{refused}");
    let unhelpful = said
        .iter()
        .find(|said| said.is_error && !said.text.contains("Try again"));
    assert!(unhelpful.is_none(), "{unhelpful:?}");
    let times: Vec<Instant> = upstream.journal().iter().map(|asked| asked.at).collect();
    // They are noted when they arrive, which may be a little closer together than when they left.
    let window = Duration::from_millis(900);
    let most = times
        .iter()
        .map(|from| {
            times
                .iter()
                .filter(|at| **at >= *from && **at < *from + window)
                .count()
        })
        .max();
    assert!(most <= Some(UPSTREAM_PER_SECOND), "{most:?}");
    target.finish().await;
}

#[tokio::test]
async fn dos_07_a_wait_that_the_service_asks_for_is_kept() {
    let upstream = Upstream::start(|asked| {
        if asked.path().ends_with("/activities") {
            Says::status(429, r#"{"status":429,"error":"Too many requests"}"#)
                .with("retry-after", "3600")
        } else {
            Says::Honest
        }
    })
    .await;
    let target = before(&upstream, &[]).await;
    let caller = Caller::new(&target, &target.mcp_api_key);
    caller.call("get_athlete", json!({})).await.ok();
    let first = caller.call("list_activities", json!({})).await.error();
    assert!(first.contains("Try again in 60 min"), "{first}");
    upstream.forget();
    for tool in [
        "list_activities",
        "get_today",
        "list_events",
        "get_wellness",
    ] {
        let sentence = caller.call(tool, json!({})).await.error();
        assert!(sentence.contains("min"), "{tool}: {sentence}");
    }
    assert!(upstream.journal().is_empty(), "{:?}", upstream.journal());
    target.finish().await;
}
