//! MCP over HTTP/1.1 by hand, for whoever must decide when a connection ends and what it costs.

use std::io;
use std::time::Duration;

use serde::Serialize;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::support::{LEGACY, MODERN, meta};

/// Longer than any call may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// Which of the two forms a request has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Era {
    Legacy,
    Modern,
}

pub const ERAS: [Era; 2] = [Era::Legacy, Era::Modern];

/// Who asks whom.
#[derive(Clone, Debug)]
pub struct Site {
    /// `127.0.0.1:PORT`
    pub authority: String,
    pub token: String,
}

/// The head of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    pub status: u16,
    /// Whether messages follow one by one (`text/event-stream`).
    pub is_stream: bool,
}

/// What is still to come of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rest {
    Nothing,
    Bytes(usize),
    Chunks,
    Events,
}

/// A whole answer: its messages in their order, the answer proper last.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub is_stream: bool,
    pub messages: Vec<Vec<u8>>,
}

impl Site {
    /// A JSON-RPC request as it goes over the wire.
    pub fn request(
        &self,
        era: Era,
        id: impl Serialize,
        method: &str,
        mut params: Value,
    ) -> Vec<u8> {
        let mut described = String::new();
        let version = match era {
            Era::Legacy => LEGACY,
            Era::Modern => {
                let mut complete = meta(MODERN);
                if let Some(given) = params.get("_meta").and_then(Value::as_object) {
                    for (key, value) in given {
                        complete[key] = value.clone();
                    }
                }
                params["_meta"] = complete;
                described = format!("Mcp-Method: {method}\r\n");
                let name = params.get("name").or(params.get("uri"));
                if let Some(name) = name.and_then(Value::as_str) {
                    described += &format!("Mcp-Name: {name}\r\n");
                }
                MODERN
            }
        };
        let Self { authority, token } = self;
        let body = json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params });
        let body = body.to_string();
        let length = body.len();
        format!(
            "POST /mcp HTTP/1.1\r\nHost: {authority}\r\nAuthorization: Bearer {token}\r\n\
             Content-Type: application/json\r\nAccept: application/json, text/event-stream\r\n\
             MCP-Protocol-Version: {version}\r\n{described}Content-Length: {length}\r\n\r\n{body}"
        )
        .into_bytes()
    }
}

/// A connection that stays open until it is dropped.
pub struct Connection {
    stream: TcpStream,
    received: Vec<u8>,
    rest: Rest,
    /// The beginning of an event whose end is not there yet.
    event: Vec<u8>,
}

impl Connection {
    pub async fn open(site: &Site) -> io::Result<Self> {
        let stream = TcpStream::connect(&site.authority).await?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            received: Vec::new(),
            rest: Rest::Nothing,
            event: Vec::new(),
        })
    }

    pub async fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write_all(bytes).await
    }

    /// Says that nothing more will be sent; answers can still be read.
    pub async fn half_close(&mut self) -> io::Result<()> {
        self.stream.shutdown().await
    }

    /// Sends a request and reads its whole answer.
    pub async fn ask(&mut self, request: &[u8]) -> io::Result<Reply> {
        self.send(request).await?;
        self.reply().await
    }

    /// Reads a whole answer.
    pub async fn reply(&mut self) -> io::Result<Reply> {
        let Head { status, is_stream } = self.head().await?;
        let mut messages = Vec::new();
        while let Some(message) = self.message().await? {
            messages.push(message);
        }
        Ok(Reply {
            status,
            is_stream,
            messages,
        })
    }

    /// Reads the head of the next answer.
    pub async fn head(&mut self) -> io::Result<Head> {
        let end = self.find(b"\r\n\r\n").await?;
        let bytes = self.take(end + 4);
        let text = String::from_utf8_lossy(&bytes);
        let header = |name: &str| {
            text.lines().find_map(|line| {
                let (key, value) = line.split_once(':')?;
                key.eq_ignore_ascii_case(name).then(|| value.trim())
            })
        };
        let status = text.get(9..12).and_then(|digits| digits.parse().ok());
        let is_stream = header("content-type").is_some_and(|v| v.starts_with("text/event-stream"));
        let rest = match header("content-length") {
            Some(length) => length.parse().ok().map(Rest::Bytes),
            None if is_stream => Some(Rest::Events),
            None => header("transfer-encoding").map(|_| Rest::Chunks),
        };
        let (Some(status), Some(rest)) = (status, rest) else {
            return Err(io::Error::other(format!("not an answer: {text}")));
        };
        self.rest = rest;
        Ok(Head { status, is_stream })
    }

    /// Reads the next message of the answer whose head was read; `None` at its end.
    pub async fn message(&mut self) -> io::Result<Option<Vec<u8>>> {
        match self.rest {
            Rest::Nothing => Ok(None),
            Rest::Bytes(length) => {
                self.rest = Rest::Nothing;
                self.fill(length).await?;
                Ok((length > 0).then(|| self.take(length)))
            }
            Rest::Chunks => {
                let mut body = Vec::new();
                while let Some(chunk) = self.chunk().await? {
                    body.extend(chunk);
                }
                self.rest = Rest::Nothing;
                Ok(Some(body))
            }
            Rest::Events => loop {
                while let Some(end) = position(&self.event, b"\n\n") {
                    let event: Vec<u8> = self.event.drain(..end + 2).collect();
                    let text = String::from_utf8_lossy(&event);
                    let data = text.lines().find_map(|line| line.strip_prefix("data:"));
                    if let Some(data) = data.map(str::trim).filter(|data| !data.is_empty()) {
                        return Ok(Some(data.as_bytes().to_vec()));
                    }
                }
                let Some(chunk) = self.chunk().await? else {
                    self.rest = Rest::Nothing;
                    return Ok(None);
                };
                self.event.extend(chunk);
            },
        }
    }

    /// Reads the next chunk as it was sent; `None` for the last one.
    pub async fn chunk(&mut self) -> io::Result<Option<Vec<u8>>> {
        let end = self.find(b"\r\n").await?;
        let line = self.take(end + 2);
        let digits = String::from_utf8_lossy(&line);
        let size = usize::from_str_radix(digits.trim(), 16).map_err(io::Error::other)?;
        self.fill(size + 2).await?;
        let chunk = self.take(size);
        self.take(2);
        Ok((size > 0).then_some(chunk))
    }

    async fn find(&mut self, needle: &[u8]) -> io::Result<usize> {
        loop {
            if let Some(at) = position(&self.received, needle) {
                return Ok(at);
            }
            self.more().await?;
        }
    }

    async fn fill(&mut self, size: usize) -> io::Result<()> {
        while self.received.len() < size {
            self.more().await?;
        }
        Ok(())
    }

    fn take(&mut self, size: usize) -> Vec<u8> {
        self.received.drain(..size).collect()
    }

    async fn more(&mut self) -> io::Result<()> {
        let reading = self.stream.read_buf(&mut self.received);
        match timeout(PATIENCE, reading).await {
            Ok(Ok(0)) => Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(read) => read.map(drop),
            Err(_) => Err(io::ErrorKind::TimedOut.into()),
        }
    }
}

/// Where `needle` begins for the first time.
pub fn position(bytes: &[u8], needle: &[u8]) -> Option<usize> {
    bytes
        .windows(needle.len())
        .position(|window| window == needle)
}
