//! An Intervals.icu that means harm: each request goes to a script that decides, byte by byte if need be, what comes back.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::Body;
use http::header::{AUTHORIZATION, CONTENT_TYPE, USER_AGENT};
use intervals_mcp_server::clock::Clock;
use intervals_mcp_server::demo::{API_KEY, ATHLETE_ID, Demo};
use serde_json::Value;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_util::task::AbortOnDropHandle;

use crate::support::asked::{self, Asked};
use tower::ServiceExt;

type Twist = Arc<dyn Fn(&mut Value) + Send + Sync>;

/// What the script has said.
#[derive(Clone)]
pub enum Says {
    /// What the invented athlete's service says.
    Honest,
    /// The same with its JSON changed.
    Twisted(Twist),
    Answer {
        status: u16,
        headers: Vec<(String, String)>,
        body: Vec<u8>,
    },
    /// Exactly these bytes, then the end of the connection.
    Raw(Vec<u8>),
    /// The head, then the piece over and over for as long as anybody reads.
    Endless {
        head: Vec<u8>,
        piece: Vec<u8>,
        pause: Duration,
    },
    /// Not a byte, for as long as the other side waits.
    Silence,
    /// The answer after a while.
    Late(Duration, Box<Says>),
}

impl Says {
    pub fn json(body: impl Into<Vec<u8>>) -> Self {
        Self::status(200, body)
    }

    pub fn status(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self::Answer {
            status,
            headers: vec![("content-type".to_owned(), "application/json".to_owned())],
            body: body.into(),
        }
    }

    pub fn twisted(twist: impl Fn(&mut Value) + Send + Sync + 'static) -> Self {
        Self::Twisted(Arc::new(twist))
    }

    /// Replaces or adds a header.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        if let Self::Answer { headers, .. } = &mut self {
            headers.retain(|(held, _)| held != name);
            headers.push((name.to_owned(), value.to_owned()));
        }
        self
    }
}

type Script = Arc<dyn Fn(&Asked) -> Says + Send + Sync>;

#[derive(Clone)]
struct Shared {
    script: Script,
    journal: Arc<Mutex<Vec<Asked>>>,
    left_waiting: Arc<AtomicUsize>,
    demo: Demo,
}

pub struct Upstream {
    pub base_url: String,
    shared: Shared,
    _server: AbortOnDropHandle<()>,
}

impl Upstream {
    pub async fn start(script: impl Fn(&Asked) -> Says + Send + Sync + 'static) -> Self {
        Self::on(None, script).await
    }

    /// Behind TLS, as `https://localhost:PORT`.
    pub async fn behind_tls(
        config: ServerConfig,
        script: impl Fn(&Asked) -> Says + Send + Sync + 'static,
    ) -> Self {
        Self::on(Some(TlsAcceptor::from(Arc::new(config))), script).await
    }

    async fn on(
        tls: Option<TlsAcceptor>,
        script: impl Fn(&Asked) -> Says + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let base_url = match tls {
            Some(_) => format!("https://localhost:{port}"),
            None => format!("http://127.0.0.1:{port}"),
        };
        let shared = Shared {
            script: Arc::new(script),
            journal: Arc::default(),
            left_waiting: Arc::default(),
            demo: Demo::new(Clock::system()),
        };
        let serving = shared.clone();
        let server = tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let _ = socket.set_nodelay(true);
                let (shared, tls) = (serving.clone(), tls.clone());
                tokio::spawn(async move {
                    let _ = match tls {
                        None => shared.serve(socket).await,
                        Some(tls) => match tls.accept(socket).await {
                            Ok(stream) => shared.serve(stream).await,
                            Err(refused) => Err(refused),
                        },
                    };
                });
            }
        });
        Self {
            base_url,
            shared,
            _server: AbortOnDropHandle::new(server),
        }
    }

    /// The invented athlete's service, unchanged.
    pub async fn honest() -> Self {
        Self::start(|_| Says::Honest).await
    }

    /// Everything that was asked so far.
    pub fn journal(&self) -> Vec<Asked> {
        self.shared.journal.lock().unwrap().clone()
    }

    pub fn forget(&self) {
        self.shared.journal.lock().unwrap().clear();
    }

    /// Requests that would change something.
    pub fn writes(&self) -> Vec<Asked> {
        let mut asked = self.journal();
        asked.retain(|asked| asked.method != "GET");
        asked
    }

    /// How many connections are open on which nothing is ever said.
    pub fn left_waiting(&self) -> usize {
        self.shared.left_waiting.load(Ordering::SeqCst)
    }
}

impl Shared {
    async fn serve(&self, mut socket: impl AsyncRead + AsyncWrite + Unpin) -> std::io::Result<()> {
        let Some(asked) = asked::read(&mut socket).await? else {
            return Ok(());
        };
        self.journal.lock().unwrap().push(asked.clone());
        let mut says = (self.script)(&asked);
        while let Says::Late(wait, then) = says {
            tokio::time::sleep(wait).await;
            says = *then;
        }
        match says {
            Says::Honest => socket.write_all(&self.honest(&asked, None).await).await?,
            Says::Twisted(twist) => {
                let answer = self.honest(&asked, Some(&twist)).await;
                socket.write_all(&answer).await?;
            }
            Says::Answer {
                status,
                headers,
                body,
            } => {
                socket.write_all(&answer(status, &headers, &body)).await?;
            }
            Says::Raw(bytes) => socket.write_all(&bytes).await?,
            Says::Endless { head, piece, pause } => {
                socket.write_all(&head).await?;
                loop {
                    socket.write_all(&piece).await?;
                    socket.flush().await?;
                    tokio::time::sleep(pause).await;
                }
            }
            Says::Silence => {
                self.left_waiting.fetch_add(1, Ordering::SeqCst);
                let _ = socket.read(&mut [0]).await;
                self.left_waiting.fetch_sub(1, Ordering::SeqCst);
            }
            Says::Late(..) => unreachable!(),
        }
        socket.shutdown().await
    }

    /// What the invented athlete's service says to the same question, whoever it was asked about.
    async fn honest(&self, asked: &Asked, twist: Option<&Twist>) -> Vec<u8> {
        let mut segments: Vec<&str> = asked.target.split('/').collect();
        if let Some(at) = segments.iter().position(|segment| *segment == "athlete")
            && let Some(id) = segments.get_mut(at + 1)
        {
            *id = ATHLETE_ID;
        }
        let request = http::Request::builder()
            .method(asked.method.as_str())
            .uri(segments.join("/"))
            .header(USER_AGENT, "tests")
            .header(CONTENT_TYPE, "application/json")
            .header(AUTHORIZATION, basic(API_KEY))
            .body(Body::from(asked.body.clone()))
            .unwrap();
        let response = self.demo.router().oneshot(request).await.unwrap();
        let status = response.status().as_u16();
        let body = axum::body::to_bytes(response.into_body(), usize::MAX)
            .await
            .unwrap();
        let headers = [("content-type".to_owned(), "application/json".to_owned())];
        let Some(twist) = twist else {
            return answer(status, &headers, &body);
        };
        let mut document: Value = serde_json::from_slice(&body).unwrap_or_default();
        twist(&mut document);
        answer(status, &headers, document.to_string().as_bytes())
    }
}

/// The credential as Intervals.icu wants it.
pub fn basic(api_key: &str) -> String {
    use base64::Engine as _;
    let pair = format!("API_KEY:{api_key}");
    format!(
        "Basic {}",
        base64::engine::general_purpose::STANDARD.encode(pair)
    )
}

fn answer(status: u16, headers: &[(String, String)], body: &[u8]) -> Vec<u8> {
    let mut bytes = format!("HTTP/1.1 {status} Scripted\r\nconnection: close\r\n").into_bytes();
    for (name, value) in headers {
        bytes.extend(format!("{name}: {value}\r\n").as_bytes());
    }
    let told = headers.iter().any(|(name, _)| name == "content-length");
    if !told {
        bytes.extend(format!("content-length: {}\r\n", body.len()).as_bytes());
    }
    bytes.extend(b"\r\n");
    bytes.extend(body);
    bytes
}
