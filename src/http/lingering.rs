//! The end of a connection whose peer is still sending.
//!
//! Whoever closes a socket before everything that arrived was read resets it, and a reset takes along what the other side has
//! not read yet: a client, or nginx on its behalf, that goes on with a large body would never see the answer that refuses it.
//! So the sending side is closed first, and what still comes is thrown away for a while (RFC 9112 section 9.6).

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio::time::timeout;

/// How long and how much is thrown away; who still sends then is cut off.
const LONGEST: Duration = Duration::from_secs(5);
const MOST: usize = 16 << 20;

/// Told by whoever answers without the body, asked by whoever closes.
#[derive(Clone, Default)]
pub(super) struct Unfinished(Arc<AtomicBool>);

impl Unfinished {
    pub(super) fn tell(&self) {
        self.0.store(true, Ordering::Release);
    }

    fn is_told(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

/// Ends when the peer has closed too, or has had its time.
pub(super) async fn close(mut stream: TcpStream, unfinished: &Unfinished) {
    let is_said = stream.shutdown().await.is_ok();
    if is_said && unfinished.is_told() {
        let _ = timeout(LONGEST, throw_away(&stream)).await;
    }
}

async fn throw_away(stream: &TcpStream) -> io::Result<()> {
    let mut left = MOST;
    while left > 0 {
        stream.readable().await?;
        // Not kept while waiting: this may be thousands of connections.
        match stream.try_read(&mut [0; 8 * 1024]) {
            Ok(0) => break,
            Ok(size) => left = left.saturating_sub(size),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
