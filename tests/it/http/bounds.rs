//! How large and how slow.

use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Bytes;
use axum::routing::{get, post};
use intervals_mcp_server::http::Limits;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::{sleep, timeout};

use super::raw::{PATIENCE, Shell, connect, exchange, rest, status};
use crate::support::{Server, ServerOptions};

/// Reads its body, as the real endpoints do in ways of their own.
fn reader() -> Router {
    let endpoint = post(|body: Result<Bytes, _>| async move {
        match body {
            Ok(body) => Ok(body.len().to_string()),
            Err(axum::extract::rejection::BytesRejection::FailedToBufferBody(_)) => Err("failed"),
            Err(_) => Err("otherwise"),
        }
    });
    let mut router = Router::new();
    for path in [
        "/mcp",
        "/",
        "/token",
        "/oauth/register",
        "/register",
        "/authorize",
    ] {
        router = router.route(path, endpoint.clone());
    }
    router
}

fn limits() -> Limits {
    Limits {
        header_read: Duration::from_millis(500),
        keep_alive: Duration::from_secs(8),
        body_read: Duration::from_millis(500),
        request: Duration::from_secs(2),
        ..Limits::default()
    }
}

const SIZES: [(&str, usize); 5] = [
    ("/mcp", 1 << 20),
    ("/", 1 << 20),
    ("/token", 64 << 10),
    ("/authorize", 64 << 10),
    ("/oauth/register", 16 << 10),
];

#[tokio::test]
async fn a_body_of_the_largest_size_is_taken_and_one_byte_more_is_413() {
    let shell = Shell::around(reader(), Limits::default()).await;
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    for (path, most) in SIZES {
        let url = format!("{}{path}", shell.address);
        let taken = client
            .post(&url)
            .body(vec![b'a'; most])
            .send()
            .await
            .unwrap();
        assert_eq!(taken.status(), 200, "{path}");
        assert_eq!(taken.text().await.unwrap(), most.to_string());
    }
}

#[tokio::test]
async fn a_body_that_announces_too_much_is_refused_before_it_is_read() {
    let server = Server::start().await;
    for (path, most) in SIZES {
        for length in [most as u64 + 1, 100 << 20, 1 << 60] {
            let head = format!(
                "POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\nExpect: 100-continue\r\n\r\n"
            );
            let answer = exchange(&server.address, &head).await;
            assert_eq!(status(&answer), 413, "{path} {length}");
            assert!(answer.contains("larger than this path takes"), "{answer}");
        }
    }
}

#[tokio::test]
async fn a_chunked_body_without_end_is_413_as_soon_as_it_is_too_large() {
    let shell = Shell::around(reader(), Limits::default()).await;
    for (path, most) in SIZES {
        let mut stream = connect(&shell.address).await;
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        let chunk = format!("{:x}\r\n{}\r\n", 8192, "a".repeat(8192));
        for _ in 0..=most / 8192 {
            stream.write_all(chunk.as_bytes()).await.unwrap();
        }
        let mut answer = vec![0; 12];
        timeout(PATIENCE, stream.read_exact(&mut answer))
            .await
            .unwrap()
            .unwrap();
        assert_eq!(status(std::str::from_utf8(&answer).unwrap()), 413, "{path}");
    }
}

#[tokio::test]
async fn compressed_bodies_are_refused() {
    let server = Server::start().await;
    let request = server
        .http
        .post(server.url("/mcp"))
        .header("Content-Encoding", "gzip");
    let answer = request.body("x").send().await.unwrap();
    assert_eq!(answer.status(), 415);
}

#[tokio::test]
async fn headers_that_never_end_are_cut_off() {
    let server = Server::with(ServerOptions {
        limits: limits(),
        ..ServerOptions::default()
    })
    .await;
    for beginning in ["", "G", "GET /health HTTP/1.1\r\nHost: localhost\r\n"] {
        let mut stream = connect(&server.address).await;
        let started = Instant::now();
        let mut byte = [0];
        stream.write_all(beginning.as_bytes()).await.unwrap();
        // A byte now and then must not buy time.
        loop {
            let more = if beginning.is_empty() {
                &b""[..]
            } else {
                &b"X"[..]
            };
            let written = stream.write_all(more).await;
            let read = timeout(Duration::from_millis(100), stream.read(&mut byte)).await;
            if written.is_err() || matches!(read, Ok(Ok(0) | Err(_))) {
                break;
            }
            assert!(
                started.elapsed() < Duration::from_secs(5),
                "{beginning:?} is still open"
            );
        }
        assert!(started.elapsed() >= Duration::from_millis(400));
    }
}

#[tokio::test]
async fn a_connection_may_rest_between_requests_longer_than_headers_may_take() {
    let server = Server::with(ServerOptions {
        limits: limits(),
        ..ServerOptions::default()
    })
    .await;
    let mut stream = connect(&server.address).await;
    for _ in 0..2 {
        stream
            .write_all(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
            .await
            .unwrap();
        let mut answer = vec![0; 4096];
        let read = timeout(PATIENCE, stream.read(&mut answer))
            .await
            .unwrap()
            .unwrap();
        assert_eq!(status(std::str::from_utf8(&answer[..read]).unwrap()), 200);
        sleep(Duration::from_millis(900)).await;
    }
    // And a second request's headers are no more patiently waited for than the first's.
    stream.write_all(b"GET /he").await.unwrap();
    let started = Instant::now();
    let _ = timeout(Duration::from_secs(4), rest(&mut stream))
        .await
        .expect("is still open");
    assert!(started.elapsed() >= Duration::from_millis(400));
}

#[tokio::test]
async fn a_body_that_trickles_is_408() {
    let shell = Shell::around(reader(), limits()).await;
    let mut stream = connect(&shell.address).await;
    stream
        .write_all(b"POST /token HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nabc")
        .await
        .unwrap();
    let answer = rest(&mut stream).await;
    assert_eq!(status(&answer), 408);
    assert!(answer.contains("request_timeout"));
}

#[tokio::test]
async fn an_answer_that_does_not_come_is_504_and_the_server_lives() {
    let router = Router::new().route(
        "/mcp",
        get(|| async {
            sleep(Duration::from_secs(60)).await;
        }),
    );
    let shell = Shell::around(router, limits()).await;
    let request = "GET /mcp HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    let answer = exchange(&shell.address, request).await;
    assert_eq!(status(&answer), 504);
    assert!(answer.contains("\"timeout\""));
}

#[tokio::test]
async fn a_stream_that_has_begun_may_go_on_beyond_the_deadline() {
    let router = Router::new().route(
        "/mcp",
        get(|| async {
            let lines = futures_util::stream::unfold(0, |n| async move {
                sleep(Duration::from_millis(500)).await;
                (n < 6).then(|| (Ok::<_, std::io::Error>(format!("line {n}\n")), n + 1))
            });
            axum::body::Body::from_stream(lines)
        }),
    );
    let shell = Shell::around(router, limits()).await;
    let request = "GET /mcp HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    let answer = exchange(&shell.address, request).await;
    assert_eq!(status(&answer), 200);
    assert!(answer.contains("line 5"));
}

#[tokio::test]
async fn headers_beyond_reason_are_431() {
    let server = Server::start().await;
    let request = format!(
        "GET /health HTTP/1.1\r\nHost: localhost\r\nX-Big: {}\r\n\r\n",
        "a".repeat(200 * 1024)
    );
    let answer = exchange(&server.address, &request).await;
    assert_eq!(status(&answer), 431);
}

/// The longest of everything at once: a client id, a state of which each byte is escaped, a token and cookies.
#[tokio::test]
async fn the_longest_request_that_is_honest_passes() {
    let server = Server::start().await;
    let request = format!(
        "GET /authorize?response_type=code&client_id={}&state={}&resource={} HTTP/1.1\r\nHost: {}\r\n\
         Authorization: Bearer {}\r\nCookie: a={}\r\nConnection: close\r\n\r\n",
        "c".repeat(1_200),
        "%2F".repeat(4_096),
        "r".repeat(1_000),
        server.address.strip_prefix("http://").unwrap(),
        "t".repeat(2_048),
        "c".repeat(8_192),
    );
    assert!(request.len() > 24 * 1024);
    let answer = exchange(&server.address, &request).await;
    assert_eq!(status(&answer), 400, "{answer}");
    assert!(answer.contains("text/html"), "{answer}");
}

#[tokio::test]
async fn a_length_beside_chunks_ends_the_connection() {
    let server = Server::start().await;
    for framing in [
        "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
        "Transfer-Encoding: xchunked\r\n",
        "Transfer-Encoding : chunked\r\n",
        "Content-Length: 2\r\nContent-Length: 3\r\n",
        "Content-Length: +5\r\n",
    ] {
        let request = format!(
            "POST /token HTTP/1.1\r\nHost: localhost\r\n{framing}\r\n0\r\n\r\nGET /config HTTP/1.1\r\nHost: localhost\r\n\r\n"
        );
        let answer = exchange(&server.address, &request).await;
        assert_eq!(
            answer.matches("HTTP/1.1 ").count(),
            1,
            "{framing}: {answer}"
        );
    }
}

#[tokio::test]
async fn a_panic_is_a_json_500_and_the_server_lives() {
    async fn panics() -> &'static str {
        panic!("a mistake of ours")
    }
    let shell = Shell::around(Router::new().route("/mcp", get(panics)), Limits::default()).await;
    let request = "GET /mcp HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    for _ in 0..2 {
        let answer = exchange(&shell.address, request).await;
        assert_eq!(status(&answer), 500);
        assert!(answer.contains("server_error") && !answer.contains("mistake of ours"));
        assert!(answer.contains("x-request-id"));
    }
}

#[tokio::test]
async fn more_connections_than_slots_wait_for_their_turn() {
    let server = Server::with(ServerOptions {
        limits: Limits {
            connections: 2,
            ..limits()
        },
        ..ServerOptions::default()
    })
    .await;
    let _idle = [
        connect(&server.address).await,
        connect(&server.address).await,
    ];
    let request = "GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    assert_eq!(status(&exchange(&server.address, request).await), 200);
}

/// An answer in two writes waits 40 ms for the delayed acknowledgement unless the socket has TCP_NODELAY.
#[tokio::test]
async fn no_answer_waits_for_an_acknowledgement() {
    let router = Router::new().route(
        "/mcp",
        get(|| async {
            let parts = futures_util::stream::unfold(0, |n| async move {
                if n > 0 {
                    sleep(Duration::from_millis(1)).await;
                }
                (n < 2).then(|| (Ok::<_, std::io::Error>("part"), n + 1))
            });
            axum::body::Body::from_stream(parts)
        }),
    );
    let shell = Shell::around(router, Limits::default()).await;
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let url = format!("{}/mcp", shell.address);
    let mut times = Vec::new();
    for _ in 0..21 {
        let started = Instant::now();
        client
            .get(&url)
            .send()
            .await
            .unwrap()
            .bytes()
            .await
            .unwrap();
        times.push(started.elapsed());
    }
    times.sort();
    assert!(times[10] < Duration::from_millis(30), "{times:?}");
}

#[tokio::test]
async fn a_peer_that_does_not_read_loses_its_place() {
    // More than any socket buffer takes, in one answer.
    let router = Router::new().route("/big", get(|| async { vec![b'x'; 64 << 20] }));
    let limits = Limits {
        write_stall: Duration::from_millis(300),
        connections: 1,
        ..limits()
    };
    let shell = Shell::around(router, limits).await;
    let mut deaf = connect(&shell.address).await;
    deaf.write_all(b"GET /big HTTP/1.1\r\nHost: localhost\r\n\r\n")
        .await
        .unwrap();
    // The only place is taken until the stalled write is given up.
    let next = exchange(
        &shell.address,
        "GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
    );
    let answer = timeout(Duration::from_secs(10), next).await.unwrap();
    assert_eq!(status(&answer), 200);
    drop(deaf);
}
