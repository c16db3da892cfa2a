//! A deployment that replaces one process by the next: whoever calls meanwhile does not notice.

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU16, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use intervals_mcp_server::clock::Clock;
use intervals_mcp_server::demo::{API_KEY, ATHLETE_ID, Demo, Fault, FaultScope};
use intervals_mcp_server::public_url::PublicUrl;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{sleep, timeout};

use crate::support::flow::{self, Tokens};
use crate::support::process::{Room, Running, free_port, program};
use crate::support::{Server, secrets};

const HOST: &str = "mcp.example.com";
/// For what must happen, however loaded the machine is.
const PATIENCE: Duration = Duration::from_secs(30);
/// Callers at the same time, each with a connection that it keeps.
const CALLERS: usize = 8;

/// A process of the same deployment as every other with this room.
fn start(room: &Room, upstream: &str) -> (Running, u16) {
    let port = free_port();
    let mut command: Command = program(Path::new(&room.0));
    let child = command
        .env("ATHLETE_ID", ATHLETE_ID)
        .env("API_KEY", API_KEY)
        .env("JWT_SECRET_KEY", secrets::SIGNING)
        .env("OWNER_PASSWORD", secrets::OWNER)
        .env("BASE_URL", format!("https://{HOST}"))
        .env("HOST", "127.0.0.1")
        .env("PORT", port.to_string())
        .env("DATA_DIR", room.0.join("data"))
        .env("INTERVALS_BASE_URL", upstream)
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    (Running(child), port)
}

/// The process at `port` as its proxy sees it.
fn behind_the_proxy(port: u16) -> Server {
    let mut server = Server::elsewhere(port);
    server.public_url = PublicUrl::parse(&format!("https://{HOST}")).unwrap();
    let host = reqwest::header::HeaderValue::from_static(HOST);
    server.http = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .default_headers(std::iter::once((reqwest::header::HOST, host)).collect())
        .build()
        .unwrap();
    server
}

/// A connection of a proxy to a process.
struct Connection {
    stream: BufReader<TcpStream>,
    port: u16,
}

#[derive(Debug)]
struct Answer {
    status: u16,
    /// Whether the connection ends with it.
    closes: bool,
    body: String,
}

impl Connection {
    async fn to(port: u16) -> std::io::Result<Self> {
        let stream = TcpStream::connect(("127.0.0.1", port)).await?;
        Ok(Self {
            stream: BufReader::new(stream),
            port,
        })
    }

    async fn send(&mut self, method: &str, params: &Value, token: &str) -> std::io::Result<()> {
        let body = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
        let body = body.to_string();
        let head = format!(
            "POST /mcp HTTP/1.1\r\nHost: {HOST}\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n\
             Accept: application/json\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        self.stream
            .write_all((head + body.as_str()).as_bytes())
            .await
    }

    /// The whole answer, or what kept it from coming.
    async fn answer(&mut self) -> std::io::Result<Answer> {
        let (mut status, mut closes, mut length) = (0, false, 0);
        loop {
            let mut line = String::new();
            if self.stream.read_line(&mut line).await? == 0 {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
            let line = line.trim_end().to_ascii_lowercase();
            if line.is_empty() {
                break;
            } else if let Some(rest) = line.strip_prefix("http/1.1 ") {
                status = rest[..3].parse().unwrap();
            } else if let Some(bytes) = line.strip_prefix("content-length: ") {
                length = bytes.parse().unwrap();
            } else if line == "connection: close" {
                closes = true;
            }
        }
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body).await?;
        Ok(Answer {
            status,
            closes,
            body: String::from_utf8(body).unwrap(),
        })
    }

    async fn ask(&mut self, method: &str, params: &Value, token: &str) -> std::io::Result<Answer> {
        self.send(method, params, token).await?;
        timeout(PATIENCE, self.answer()).await?
    }
}

/// A proxy that never sends anything twice. It prefers the new process from when that answers its health check, and keeps
/// the connections that it has until an answer ends them.
struct Proxy {
    old: u16,
    /// 0 until it is healthy.
    new: AtomicU16,
    token: String,
    is_over: AtomicBool,
    answered_by_old: AtomicUsize,
    answered_by_new: AtomicUsize,
}

impl Proxy {
    fn preferred(&self) -> u16 {
        match self.new.load(Ordering::SeqCst) {
            0 => self.old,
            new => new,
        }
    }

    /// One caller after another on kept connections; what was sent and not answered is the error.
    async fn forward(self: Arc<Self>, caller: usize) -> Result<(), String> {
        let mut kept: Option<Connection> = None;
        for number in caller.. {
            if self.is_over.load(Ordering::SeqCst) {
                return Ok(());
            }
            let mut connection = match kept.take() {
                Some(connection) => connection,
                None => Connection::to(self.preferred())
                    .await
                    .map_err(|error| format!("not let in: {error}"))?,
            };
            let (method, params) = match number % 3 {
                0 => ("tools/list", json!({})),
                1 => ("ping", json!({})),
                _ => (
                    "tools/call",
                    json!({"name": "list_activities", "arguments": {}}),
                ),
            };
            let answer = connection.ask(method, &params, &self.token).await;
            let answer = answer.map_err(|error| format!("{method} got no answer: {error}"))?;
            if answer.status != 200 || !answer.body.contains("\"result\"") {
                return Err(format!("{method} was answered with {answer:?}"));
            }
            let count = if connection.port == self.old {
                &self.answered_by_old
            } else {
                &self.answered_by_new
            };
            count.fetch_add(1, Ordering::SeqCst);
            if !answer.closes {
                kept = Some(connection);
            }
            sleep(Duration::from_millis(2)).await;
        }
        Ok(())
    }
}

async fn is_healthy(port: u16) -> bool {
    let server = behind_the_proxy(port);
    let asked = server.http.get(server.url("/health")).send().await;
    asked.is_ok_and(|answer| answer.status() == 200)
}

async fn healthy(port: u16) {
    let started = Instant::now();
    while !is_healthy(port).await {
        assert!(started.elapsed() < PATIENCE, "nobody is healthy");
        sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_process_takes_over_and_no_request_is_lost() {
    let demo = Demo::new(Clock::system());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let upstream = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(demo.clone().serve(listener));
    let room = Room::new();
    let (mut old_process, old) = start(&room, &upstream);
    healthy(old).await;
    let tokens = flow::connect(&behind_the_proxy(old)).await;
    let proxy = Arc::new(Proxy {
        old,
        new: AtomicU16::new(0),
        token: tokens.access_token.clone(),
        is_over: AtomicBool::new(false),
        answered_by_old: AtomicUsize::new(0),
        answered_by_new: AtomicUsize::new(0),
    });
    let callers: Vec<_> = (0..CALLERS)
        .map(|caller| tokio::spawn(Arc::clone(&proxy).forward(caller)))
        .collect();
    sleep(Duration::from_millis(500)).await;

    let (_new_process, new) = start(&room, &upstream);
    healthy(new).await;
    proxy.new.store(new, Ordering::SeqCst);
    let held = FaultScope {
        path_contains: Some("/wellness".to_owned()),
        times: None,
    };
    demo.faults().set(Fault::Held, held);
    demo.clear_journal();
    let mut running = Connection::to(old).await.unwrap();
    let params = json!({"name": "get_wellness", "arguments": {}});
    running
        .send("tools/call", &params, &tokens.access_token)
        .await
        .unwrap();
    while !demo.journal().iter().any(|r| r.path.contains("/wellness")) {
        sleep(Duration::from_millis(5)).await;
    }

    let told = Instant::now();
    old_process.tell_to_stop();
    // Others hear of it late: they still make new connections to the process that goes.
    let (mut late, nothing) = (0, json!({}));
    while told.elapsed() < Duration::from_millis(1500) {
        let mut connection = Connection::to(old).await.expect("is let in");
        let asked = connection.ask("ping", &nothing, &tokens.access_token);
        let answer = asked.await.expect("is answered");
        assert_eq!(answer.status, 200);
        late += usize::from(answer.closes);
        sleep(Duration::from_millis(20)).await;
    }
    assert!(late > 10, "{late}");
    demo.faults().clear();
    let answer = timeout(PATIENCE, running.answer()).await.unwrap().unwrap();
    assert_eq!(answer.status, 200);
    assert!(
        answer.closes && answer.body.contains("\"isError\":false"),
        "{answer:?}"
    );
    let status = tokio::task::spawn_blocking(move || old_process.0.wait().unwrap());
    let status = timeout(PATIENCE, status).await.unwrap().unwrap();
    assert_eq!(status.code(), Some(0));
    assert!(
        told.elapsed() < Duration::from_secs(11),
        "{:?}",
        told.elapsed()
    );

    sleep(Duration::from_millis(300)).await;
    proxy.is_over.store(true, Ordering::SeqCst);
    for caller in callers {
        assert_eq!(caller.await.unwrap(), Ok(()));
    }
    let count = |counter: &AtomicUsize| counter.load(Ordering::SeqCst);
    assert!(count(&proxy.answered_by_old) > CALLERS);
    assert!(count(&proxy.answered_by_new) > CALLERS);
}

/// Both processes have the one file open for as long as the deployment lasts.
#[tokio::test]
async fn an_app_stays_connected_at_both_processes_and_is_ended_at_both() {
    let room = Room::new();
    let nobody = "http://127.0.0.1:9";
    let (_old_process, old) = start(&room, nobody);
    healthy(old).await;
    let (_new_process, new) = start(&room, nobody);
    healthy(new).await;
    let (old, new) = (behind_the_proxy(old), behind_the_proxy(new));
    let tokens = flow::connect(&old).await;
    assert!(flow::is_let_in(&new, &tokens.access_token).await);
    let at_new = Tokens::of(&tokens.refresh(&new).await, &tokens.client);
    assert!(flow::is_let_in(&old, &at_new.access_token).await);
    let at_old = Tokens::of(&at_new.refresh(&old).await, &tokens.client);
    for server in [&old, &new] {
        assert!(flow::is_let_in(server, &at_old.access_token).await);
    }
    let fields = [
        ("token", at_old.refresh_token.as_str()),
        ("client_id", tokens.client.id.as_str()),
    ];
    let revoked = new
        .http
        .post(new.url("/revoke"))
        .header("Content-Type", "application/x-www-form-urlencoded")
        .body(flow::encode(&fields))
        .send()
        .await
        .unwrap();
    assert_eq!(revoked.status(), 200);
    assert!(!flow::is_let_in(&new, &at_old.access_token).await);
    // What another process did is seen within a second.
    let started = Instant::now();
    while flow::is_let_in(&old, &at_old.access_token).await {
        assert!(
            started.elapsed() < PATIENCE,
            "the old process never hears of it"
        );
        sleep(Duration::from_millis(100)).await;
    }
}
