//! A scripted HTTP server: each request goes to a closure that decides, byte by byte if need be, what comes back.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use intervals_mcp_server::clock::Clock;
use intervals_mcp_server::intervals::{Client, Settings};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::task::AbortOnDropHandle;

use crate::support::asked::{self, Asked};

pub const API_KEY: &str = "k3y-of-the-scripted-upstream";
pub const ATHLETE: &str = "i77";

#[derive(Clone)]
pub enum Reply {
    Answer {
        status: u16,
        headers: Vec<(&'static str, String)>,
        body: Vec<u8>,
        after: Duration,
    },
    /// Exactly these bytes, then the end of the connection.
    Raw(Vec<u8>),
    /// The head, then these bytes so many times.
    Flood {
        head: String,
        chunk: Vec<u8>,
        times: usize,
    },
    /// The connection ends without a byte.
    Close,
    /// These bytes and no more, for as long as the client waits.
    Stall(Vec<u8>),
}

impl Reply {
    pub fn json(body: impl Into<String>) -> Self {
        Self::status(200, body)
    }

    pub fn status(status: u16, body: impl Into<String>) -> Self {
        let headers = vec![("content-type", "application/json".to_owned())];
        Self::Answer {
            status,
            headers,
            body: body.into().into_bytes(),
            after: Duration::ZERO,
        }
    }

    pub fn html(status: u16) -> Self {
        Self::status(
            status,
            "<!DOCTYPE html><html><title>Just a moment</title>secret page</html>",
        )
        .with("content-type", "text/html; charset=utf-8")
    }

    pub fn with(mut self, name: &'static str, value: &str) -> Self {
        if let Self::Answer { headers, .. } = &mut self {
            headers.retain(|(held, _)| *held != name);
            headers.push((name, value.to_owned()));
        }
        self
    }

    pub fn after(mut self, delay: Duration) -> Self {
        if let Self::Answer { after, .. } = &mut self {
            *after = delay;
        }
        self
    }
}

pub struct Upstream {
    pub base_url: String,
    seen: Arc<Mutex<Vec<Asked>>>,
    _server: AbortOnDropHandle<()>,
}

impl Upstream {
    /// `script` gets the request and how many came before it.
    pub async fn start(script: impl Fn(&Asked, usize) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base_url = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let script = Arc::new(script);
        let record = Arc::clone(&seen);
        let server = tokio::spawn(async move {
            loop {
                let (socket, _) = listener.accept().await.unwrap();
                let (script, record) = (Arc::clone(&script), Arc::clone(&record));
                tokio::spawn(async move {
                    let _ = serve(socket, &*script, &record).await;
                });
            }
        });
        Self {
            base_url,
            seen,
            _server: AbortOnDropHandle::new(server),
        }
    }

    /// Always the same answer.
    pub async fn answering(reply: Reply) -> Self {
        Self::start(move |_, _| reply.clone()).await
    }

    /// These answers in turn, the last one for good.
    pub async fn saying(replies: Vec<Reply>) -> Self {
        Self::start(move |_, nth| replies[nth.min(replies.len() - 1)].clone()).await
    }

    pub fn requests(&self) -> Vec<Asked> {
        self.seen.lock().unwrap().clone()
    }

    pub fn targets(&self) -> Vec<String> {
        self.requests()
            .into_iter()
            .map(|request| request.target)
            .collect()
    }

    pub fn client(&self) -> Client {
        self.client_with(Duration::from_secs(15), clock())
    }

    pub fn client_with(&self, deadline: Duration, clock: Clock) -> Client {
        self.client_paced(None, deadline, clock)
    }

    pub fn client_paced(&self, rate: Option<u32>, deadline: Duration, clock: Clock) -> Client {
        let settings = Settings {
            base_url: self.base_url.parse().unwrap(),
            athlete_id: ATHLETE.parse().unwrap(),
            api_key: API_KEY.into(),
            rate: rate.map(|rate| rate.try_into().unwrap()),
            deadline,
        };
        Client::new(settings, clock).unwrap()
    }
}

pub fn clock() -> Clock {
    Clock::manual("2026-03-18T22:00:00Z".parse().unwrap())
}

async fn serve(
    mut socket: TcpStream,
    script: &(dyn Fn(&Asked, usize) -> Reply + Send + Sync),
    seen: &Mutex<Vec<Asked>>,
) -> std::io::Result<()> {
    let Some(request) = asked::read(&mut socket).await? else {
        return Ok(());
    };
    let reply = {
        let mut seen = seen.lock().unwrap();
        let reply = script(&request, seen.len());
        seen.push(request);
        reply
    };
    match reply {
        Reply::Answer {
            status,
            headers,
            body,
            after,
        } => {
            tokio::time::sleep(after).await;
            let mut head = format!("HTTP/1.1 {status} Scripted\r\nconnection: close\r\n");
            for (name, value) in headers {
                head += &format!("{name}: {value}\r\n");
            }
            head += &format!("content-length: {}\r\n\r\n", body.len());
            socket.write_all(head.as_bytes()).await?;
            socket.write_all(&body).await?;
        }
        Reply::Raw(bytes) => socket.write_all(&bytes).await?,
        Reply::Flood { head, chunk, times } => {
            socket.write_all(head.as_bytes()).await?;
            for _ in 0..times {
                socket.write_all(&chunk).await?;
            }
        }
        Reply::Close => {}
        Reply::Stall(bytes) => {
            socket.write_all(&bytes).await?;
            // Ends when the client hangs up.
            let _ = socket.read(&mut [0]).await?;
        }
    }
    socket.shutdown().await
}
