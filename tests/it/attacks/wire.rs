//! HTTP/1.1 by hand: the bytes that are sent are the bytes that the case wrote down.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

use super::message::{Ask, Reply};
use super::policy::ANSWERS_WITHIN;

/// Of what was sent, this much is kept for the journal.
const KEPT: usize = 64 * 1024;

/// What was sent and what came back for it.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// The first bytes of all that was sent since the reply before.
    pub sent: Vec<u8>,
    pub reply: Reply,
}

/// Every exchange with one server, in the order of the replies.
#[derive(Clone, Debug, Default)]
pub struct Journal(Arc<Mutex<Vec<Exchange>>>);

impl Journal {
    pub fn exchanges(&self) -> Vec<Exchange> {
        self.0.lock().unwrap().clone()
    }

    fn add(&self, exchange: Exchange) {
        self.0.lock().unwrap().push(exchange);
    }
}

/// One connection.
pub struct Connection {
    stream: TcpStream,
    authority: String,
    journal: Journal,
    sent: Vec<u8>,
    received: Vec<u8>,
}

impl Connection {
    pub async fn open(address: SocketAddr, authority: &str, journal: &Journal) -> Self {
        let stream = TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Self {
            stream,
            authority: authority.to_owned(),
            journal: journal.clone(),
            sent: Vec::new(),
            received: Vec::new(),
        }
    }

    /// Sends bytes as they are; `false` when the server no longer takes any.
    pub async fn write(&mut self, bytes: &[u8]) -> bool {
        let room = KEPT.saturating_sub(self.sent.len()).min(bytes.len());
        self.sent.extend_from_slice(&bytes[..room]);
        let written = timeout(ANSWERS_WITHIN, self.stream.write_all(bytes)).await;
        matches!(written, Ok(Ok(())))
    }

    /// Sends `bytes` in pieces with a pause after each.
    pub async fn trickle(&mut self, bytes: &[u8], size: usize, pause: Duration) -> bool {
        for piece in bytes.chunks(size) {
            if !self.write(piece).await {
                return false;
            }
            sleep(pause).await;
        }
        true
    }

    /// Says that nothing more will be sent; answers can still be read.
    pub async fn half_close(&mut self) {
        let _ = self.stream.shutdown().await;
    }

    /// Sends a request and reads its answer; a connection can be used again.
    pub async fn ask(&mut self, ask: &Ask) -> Option<Reply> {
        let bytes = ask.bytes(&self.authority);
        self.write(&bytes).await;
        self.reply(&ask.method).await
    }

    /// Reads one answer to a request with `method`; `None` when the server closes without one.
    pub async fn reply(&mut self, method: &str) -> Option<Reply> {
        loop {
            let end = loop {
                if let Some(at) = find(&self.received, b"\r\n\r\n") {
                    break at + 4;
                }
                if !self.more().await {
                    return None;
                }
            };
            let head: Vec<u8> = self.received.drain(..end).collect();
            let mut reply = parse_head(&String::from_utf8_lossy(&head));
            if (100..200).contains(&reply.status) {
                continue;
            }
            let empty = method == "HEAD" || matches!(reply.status, 204 | 304);
            if !empty {
                reply.body = self.body(&reply).await;
            }
            self.journal.add(Exchange {
                sent: std::mem::take(&mut self.sent),
                reply: reply.clone(),
            });
            return Some(reply);
        }
    }

    /// Whether the server closes by itself within `patience`; what it sends until then is kept.
    pub async fn closes_within(&mut self, patience: Duration) -> bool {
        timeout(patience, async { while self.more().await {} })
            .await
            .is_ok()
    }

    async fn body(&mut self, reply: &Reply) -> Vec<u8> {
        if reply
            .header("transfer-encoding")
            .eq_ignore_ascii_case("chunked")
        {
            return self.chunks().await;
        }
        match reply.header("content-length").parse::<usize>() {
            Ok(length) => {
                while self.received.len() < length && self.more().await {}
                self.take(length)
            }
            Err(_) => {
                while self.more().await {}
                self.take(usize::MAX)
            }
        }
    }

    async fn chunks(&mut self) -> Vec<u8> {
        let mut body = Vec::new();
        loop {
            let line_end = loop {
                match find(&self.received, b"\r\n") {
                    Some(at) => break at,
                    None if self.more().await => {}
                    None => return body,
                }
            };
            let line = self.take(line_end + 2);
            let digits = String::from_utf8_lossy(&line);
            let digits = digits.trim_end().split(';').next().unwrap_or_default();
            let size = usize::from_str_radix(digits, 16).unwrap();
            while self.received.len() < size + 2 && self.more().await {}
            body.extend(self.take(size));
            self.take(2);
            if size == 0 {
                return body;
            }
        }
    }

    fn take(&mut self, size: usize) -> Vec<u8> {
        let size = size.min(self.received.len());
        self.received.drain(..size).collect()
    }

    /// Reads what is there; `false` at the end. A reset after an answer is as good as an end.
    async fn more(&mut self) -> bool {
        let mut buffer = [0; 16 * 1024];
        let read = timeout(ANSWERS_WITHIN, self.stream.read(&mut buffer))
            .await
            .expect("the server neither answers nor closes");
        let size = read.unwrap_or(0);
        self.received.extend_from_slice(&buffer[..size]);
        size > 0
    }
}

fn find(bytes: &[u8], needle: &[u8]) -> Option<usize> {
    bytes
        .windows(needle.len())
        .position(|window| window == needle)
}

fn parse_head(head: &str) -> Reply {
    let mut lines = head.split("\r\n");
    let first = lines.next().unwrap_or_default();
    let status = first
        .strip_prefix("HTTP/1.1 ")
        .or_else(|| first.strip_prefix("HTTP/1.0 "))
        .and_then(|rest| rest.get(..3)?.parse().ok())
        .unwrap_or_else(|| panic!("no answer: {first:?}"));
    let headers = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_owned(), value.trim().to_owned()))
        .collect();
    Reply {
        status,
        headers,
        body: Vec::new(),
    }
}
