//! Ending without cutting anybody off.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::routing::get;
use intervals_mcp_server::http::Limits;
use tokio::io::AsyncWriteExt;
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

async fn call(shell: &Shell, begun: &Notify) -> TcpStream {
    let mut stream = connect(&shell.address).await;
    let request = b"GET /mcp HTTP/1.1\r\nHost: localhost\r\n\r\n";
    stream.write_all(request).await.unwrap();
    timeout(PATIENCE, begun.notified()).await.unwrap();
    stream
}

#[tokio::test]
async fn a_running_call_finishes_and_nobody_new_is_served() {
    let (router, begun) = slow(Duration::from_millis(700));
    let shell = Shell::around(router, Limits::default()).await;
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
    let shell = Shell::around(router, Limits::default()).await;
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
        ..Limits::default()
    };
    let shell = Shell::around(router, limits).await;
    let _hanging = call(&shell, &begun).await;
    let started = Instant::now();
    shell.stop.cancel();
    timeout(PATIENCE, shell.serving).await.unwrap().unwrap();
    assert!(started.elapsed() < Duration::from_secs(5));
}
