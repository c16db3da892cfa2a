//! Ending without cutting anybody off.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::routing::get;
use intervals_mcp_server::http::Limits;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Notify;
use tokio::time::{sleep, timeout};

use super::raw::{PATIENCE, Shell, connect, rest, status};

/// Tells when a call has begun, and answers after `takes`.
fn slow(takes: Duration) -> (Router, Arc<Notify>) {
    let begun = Arc::new(Notify::new());
    let tell = Arc::clone(&begun);
    let router = Router::new().route(
        "/mcp",
        get(move || {
            let tell = Arc::clone(&tell);
            async move {
                tell.notify_one();
                sleep(takes).await;
                "done"
            }
        }),
    );
    (router, begun)
}

/// As in front of nobody who would go on sending.
fn at_once() -> Limits {
    Limits {
        linger: Duration::ZERO,
        ..Limits::default()
    }
}

const REQUEST: &[u8] = b"GET /mcp HTTP/1.1\r\nHost: localhost\r\n\r\n";

async fn call(shell: &Shell, begun: &Notify) -> TcpStream {
    let mut stream = connect(&shell.address).await;
    stream.write_all(REQUEST).await.unwrap();
    timeout(PATIENCE, begun.notified()).await.unwrap();
    stream
}

#[tokio::test]
async fn a_running_call_finishes_and_nobody_new_is_served() {
    let (router, begun) = slow(Duration::from_millis(700));
    let shell = Shell::around(router, at_once()).await;
    let mut stream = call(&shell, &begun).await;
    shell.stop.cancel();
    sleep(Duration::from_millis(200)).await;
    let address = shell.address.strip_prefix("http://").unwrap();
    assert!(TcpStream::connect(address).await.is_err());
    let answer = rest(&mut stream).await;
    assert_eq!(status(&answer), 200);
    assert!(answer.ends_with("done"));
    timeout(PATIENCE, shell.serving).await.unwrap().unwrap();
}

#[tokio::test]
async fn resting_connections_do_not_delay_the_end() {
    let (router, begun) = slow(Duration::ZERO);
    let shell = Shell::around(router, at_once()).await;
    let _resting = call(&shell, &begun).await;
    let _silent = connect(&shell.address).await;
    sleep(Duration::from_millis(100)).await;
    let started = Instant::now();
    shell.stop.cancel();
    timeout(PATIENCE, shell.serving).await.unwrap().unwrap();
    assert!(started.elapsed() < Duration::from_secs(3));
}

#[tokio::test]
async fn a_call_that_does_not_finish_is_left_behind_after_the_grace() {
    let (router, begun) = slow(Duration::from_secs(50));
    let limits = Limits {
        drain: Duration::from_millis(300),
        ..at_once()
    };
    let shell = Shell::around(router, limits).await;
    let _hanging = call(&shell, &begun).await;
    let started = Instant::now();
    shell.stop.cancel();
    timeout(PATIENCE, shell.serving).await.unwrap().unwrap();
    assert!(started.elapsed() < Duration::from_secs(5));
}

/// Proxies hear late that a server goes: what they still send is answered, and its connections end one by one.
#[tokio::test]
async fn who_still_comes_for_a_moment_is_answered_and_told_that_the_connection_ends() {
    let (router, begun) = slow(Duration::from_millis(20));
    let limits = Limits {
        linger: Duration::from_secs(1),
        ..Limits::default()
    };
    let shell = Shell::around(router, limits).await;
    let mut kept = call(&shell, &begun).await;
    let mut answer = vec![0; 4096];
    let read = timeout(PATIENCE, kept.read(&mut answer)).await.unwrap();
    let first = String::from_utf8(answer[..read.unwrap()].to_vec()).unwrap();
    assert!(first.ends_with("done") && !first.contains("connection: close"));
    shell.stop.cancel();
    sleep(Duration::from_millis(100)).await;
    let mut new = connect(&shell.address).await;
    for stream in [&mut kept, &mut new] {
        stream.write_all(REQUEST).await.unwrap();
        let answer = rest(stream).await;
        assert_eq!(status(&answer), 200);
        assert!(answer.contains("connection: close"), "{answer}");
        assert!(answer.ends_with("done"), "{answer}");
    }
    timeout(PATIENCE, shell.serving).await.unwrap().unwrap();
    let address = shell.address.strip_prefix("http://").unwrap();
    assert!(TcpStream::connect(address).await.is_err());
}

/// Connected before the word and heard only after it: the system had made the promise already.
#[tokio::test]
async fn a_request_of_a_connection_that_was_just_made_is_answered() {
    let (router, _begun) = slow(Duration::from_millis(20));
    let shell = Shell::around(router, at_once()).await;
    let mut streams = Vec::new();
    for _ in 0..20 {
        streams.push(connect(&shell.address).await);
    }
    shell.stop.cancel();
    sleep(Duration::from_millis(50)).await;
    for stream in &mut streams {
        stream.write_all(REQUEST).await.unwrap();
    }
    for stream in &mut streams {
        let answer = rest(stream).await;
        assert_eq!(status(&answer), 200);
        assert!(answer.contains("connection: close"), "{answer}");
    }
    timeout(PATIENCE, shell.serving).await.unwrap().unwrap();
}

/// Larger than what the sockets between take, so that most of it waits in the server.
const LARGE: usize = 64 << 20;

#[tokio::test]
async fn who_reads_slowly_gets_the_whole_answer_also_from_a_server_that_stops() {
    let router = Router::new().route("/mcp", get(|| async { vec![b'a'; LARGE] }));
    let shell = Shell::around(router, at_once()).await;
    let close = b"GET /mcp HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".as_slice();
    let mut streams = Vec::new();
    for request in [REQUEST, close] {
        let mut stream = connect(&shell.address).await;
        stream.write_all(request).await.unwrap();
        streams.push(stream);
    }
    sleep(Duration::from_millis(500)).await;
    shell.stop.cancel();
    sleep(Duration::from_secs(1)).await;
    for mut stream in streams {
        let mut answer = Vec::new();
        let read = timeout(PATIENCE, stream.read_to_end(&mut answer));
        read.await.unwrap().unwrap();
        assert!(answer.starts_with(b"HTTP/1.1 200 "));
        assert!(answer.len() > LARGE, "{} of {LARGE}", answer.len());
    }
    timeout(PATIENCE, shell.serving).await.unwrap().unwrap();
}
