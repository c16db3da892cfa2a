//! What becomes of a connection whose request was answered without its body.

use std::time::{Duration, Instant};

use axum::Router;
use axum::routing::post;
use futures_util::future::join_all;
use intervals_mcp_server::http::Limits;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

use super::raw::{PATIENCE, Shell, connect, exchange, status};
use crate::support::Server;

/// Requests that are refused for their head alone.
const REFUSED: [(&str, u16); 5] = [
    ("POST /mcp HTTP/1.1\r\nHost: localhost", 401),
    (
        "POST /mcp HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer x",
        401,
    ),
    ("POST /nowhere HTTP/1.1\r\nHost: localhost", 404),
    ("POST /mcp HTTP/1.1\r\nHost: elsewhere.test", 421),
    ("PUT /register HTTP/1.1\r\nHost: localhost", 405),
];

async fn read_head(stream: &mut TcpStream) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let byte = timeout(PATIENCE, stream.read_u8()).await;
        head.push(byte.expect("no answer").expect("the connection was closed"));
    }
    String::from_utf8(head).unwrap().to_lowercase()
}

/// The headers of the next answer; its body is thrown away.
async fn answer(stream: &mut TcpStream) -> String {
    let head = read_head(stream).await;
    let length = head.lines().find_map(|line| {
        let length = line.strip_prefix("content-length: ")?;
        length.parse().ok()
    });
    let mut body = vec![0; length.unwrap_or_default()];
    stream.read_exact(&mut body).await.unwrap();
    head
}

#[tokio::test]
async fn a_refusal_leaves_the_connection_to_the_next_request_though_the_body_comes_late() {
    let server = Server::start().await;
    for (head, refused) in REFUSED {
        let mut stream = connect(&server.address).await;
        let head = format!("{head}\r\nContent-Length: 6\r\n\r\n");
        stream.write_all(head.as_bytes()).await.unwrap();
        // As clients do that write head and body one after the other; a refusal is ready long before.
        sleep(Duration::from_millis(50)).await;
        stream.write_all(b"[1, 2]").await.unwrap();
        let first = answer(&mut stream).await;
        assert_eq!(status(&first), refused, "{head}");
        assert!(!first.contains("connection: close"), "{head} {first}");
        let next = b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n";
        stream.write_all(next).await.unwrap();
        assert_eq!(status(&answer(&mut stream).await), 200, "{head}");
    }
}

#[tokio::test]
async fn an_answer_that_ends_the_connection_says_so() {
    let server = &Server::start().await;
    let unread = [
        // Never sent.
        "Content-Length: 6",
        // Too much to wait for.
        "Content-Length: 600000",
        "Transfer-Encoding: chunked",
        // Sent when we ask for it, which we do not.
        "Content-Length: 6\r\nExpect: 100-continue",
    ];
    let asked = REFUSED.iter().flat_map(|&(head, refused)| {
        let requests = unread.map(|body| format!("{head}\r\n{body}\r\n\r\n"));
        requests.map(|request| (request, refused))
    });
    // All at once, since some are waited for.
    join_all(asked.map(|(request, refused)| async move {
        let answer = exchange(&server.address, &request).await.to_lowercase();
        // A path that takes less than was announced says so first.
        assert!(
            [refused, 413].contains(&status(&answer)),
            "{request} {answer}"
        );
        assert!(
            answer.contains("\r\nconnection: close\r\n"),
            "{request} {answer}"
        );
    }))
    .await;
}

#[tokio::test]
async fn who_sends_a_whole_body_that_nobody_reads_finds_the_answer_all_the_same() {
    let server = Server::start().await;
    for body in ["Content-Length: 1000000", "Transfer-Encoding: chunked"] {
        let mut stream = connect(&server.address).await;
        let head = format!("POST /mcp HTTP/1.1\r\nHost: localhost\r\n{body}\r\n\r\n");
        stream.write_all(head.as_bytes()).await.unwrap();
        // The refusal is ready, and the connection as good as closed.
        sleep(Duration::from_millis(300)).await;
        for _ in 0..5 {
            let piece = vec![b'a'; 200_000];
            let sent = timeout(PATIENCE, stream.write_all(&piece)).await;
            sent.expect("nobody takes it").expect("cut off");
            sleep(Duration::from_millis(20)).await;
        }
        assert_eq!(status(&answer(&mut stream).await), 401, "{body}");
    }
}

#[tokio::test]
async fn who_never_stops_sending_is_cut_off() {
    let server = Server::start().await;
    let mut stream = connect(&server.address).await;
    let head = "POST /mcp HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n";
    stream.write_all(head.as_bytes()).await.unwrap();
    let sending = async {
        let piece = vec![b'a'; 1_000_000];
        for _ in 0..1000 {
            if stream.write_all(&piece).await.is_err() {
                return;
            }
        }
        panic!("a gigabyte was taken");
    };
    timeout(PATIENCE, sending).await.expect("it goes on");
}

/// Also who was refused by the head alone, as soon as it was too large.
#[tokio::test]
async fn who_goes_on_with_headers_beyond_reason_finds_the_answer_all_the_same() {
    let server = Server::start().await;
    let mut stream = connect(&server.address).await;
    let beginning = format!(
        "GET / HTTP/1.1\r\nHost: localhost\r\nX: {}",
        "a".repeat(40_000)
    );
    stream.write_all(beginning.as_bytes()).await.unwrap();
    for _ in 0..5 {
        sleep(Duration::from_millis(50)).await;
        let more = stream.write_all(&[b'a'; 16 * 1024]).await;
        more.expect("the connection was reset under what was being sent");
    }
    assert_eq!(status(&read_head(&mut stream).await), 431);
}

/// Proxies in Go take an answer for a failure that begins before they have seen that they sent the whole body.
#[tokio::test]
async fn a_proxy_has_a_moment_between_a_body_and_an_answer_that_its_buffer_does_not_hold() {
    let router = Router::new()
        .route("/large", post(|_: String| async { "a".repeat(5_000) }))
        .route("/small", post(|_: String| async { "a" }));
    let shell = Shell::around(router, Limits::default()).await;
    let moment = Duration::from_millis(5);
    for (path, passed_on, waits) in [
        ("/large", "X-Forwarded-For: 192.0.2.1\r\n", true),
        ("/large", "Forwarded: for=192.0.2.1\r\n", true),
        ("/large", "Via: 1.1 proxy\r\n", true),
        ("/small", "X-Forwarded-For: 192.0.2.1\r\n", false),
        ("/large", "", false),
    ] {
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: localhost\r\n{passed_on}Content-Length: 4\r\n\r\n"
        );
        // The fastest of many: a loaded machine makes any of them slow.
        let mut fastest = Duration::MAX;
        for _ in 0..20 {
            let mut stream = connect(&shell.address).await;
            stream.write_all(head.as_bytes()).await.unwrap();
            sleep(Duration::from_millis(10)).await;
            let sent = Instant::now();
            stream.write_all(b"body").await.unwrap();
            assert_eq!(status(&read_head(&mut stream).await), 200);
            fastest = fastest.min(sent.elapsed());
        }
        assert_eq!(fastest >= moment, waits, "{path} {passed_on:?} {fastest:?}");
    }
}
