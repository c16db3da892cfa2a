//! The real binary in demo mode, and apps whose callbacks listen.

use std::collections::BTreeMap;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::AbortHandle;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

use crate::support::flow::{self, Client, Request, Tokens, VERIFIER};
use crate::support::process::{Room, Running, free_port, program, wait_for};
use crate::support::{Server, secrets};

/// A name that the browsers of these tests take for this machine.
pub const APP_HOST: &str = "training-app.test";

/// The server as it ships.
pub struct Site {
    pub server: Server,
    _running: Running,
    _room: Room,
}

impl Site {
    pub fn start() -> Self {
        let room = Room::new();
        let port = free_port();
        let child = program(&room.0)
            .env("PORT", port.to_string())
            .env("OWNER_PASSWORD", secrets::OWNER)
            .arg("demo")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let running = Running(child);
        wait_for(port);
        Self {
            server: Server::elsewhere(port),
            _running: running,
            _room: room,
        }
    }
}

/// The address of the consent page for this client.
pub fn consent_url(server: &Server, client: &Client) -> String {
    let query = Request::of(server, client).query();
    server.url(&format!("/authorize?{query}"))
}

/// What an app's callback answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Then {
    /// A page of the app.
    Page,
    /// A redirect on to an installed program.
    CustomScheme,
}

/// An app that is registered and listens at its redirect URI.
pub struct App {
    pub client: Client,
    callbacks: UnboundedReceiver<String>,
    listening: AbortHandle,
}

impl App {
    /// A program on the owner's computer.
    pub async fn at_loopback(server: &Server) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let uri = format!("http://{}/callback", listener.local_addr().unwrap());
        Self::listen(server, listener, uri, None, Then::Page).await
    }

    /// A service on the web.
    pub async fn at_https(server: &Server, then: Then) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let uri = format!("https://{APP_HOST}:{port}/callback");
        Self::listen(server, listener, uri, Some(tls()), then).await
    }

    async fn listen(
        server: &Server,
        listener: TcpListener,
        uri: String,
        tls: Option<TlsAcceptor>,
        then: Then,
    ) -> Self {
        let client = flow::register_with(server, &uri, "none").await;
        let (sender, callbacks) = unbounded_channel();
        let accepting = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (sender, tls) = (sender.clone(), tls.clone());
                tokio::spawn(async move {
                    match tls {
                        None => answer(stream, &sender, then).await,
                        Some(tls) => match tls.accept(stream).await {
                            Ok(stream) => answer(stream, &sender, then).await,
                            Err(_) => None,
                        },
                    }
                });
            }
        });
        Self {
            client,
            callbacks,
            listening: accepting.abort_handle(),
        }
    }

    /// The parameters with which the browser came to the callback.
    pub async fn callback(&mut self) -> BTreeMap<String, String> {
        let target = tokio::time::timeout(Duration::from_secs(20), self.callbacks.recv())
            .await
            .expect("the browser never came to the callback")
            .unwrap();
        let url = url::Url::parse(&self.client.redirect_uri)
            .unwrap()
            .join(&target)
            .unwrap();
        url.query_pairs().into_owned().collect()
    }

    /// The code with which the browser came to the callback, after the rest of the answer was checked.
    pub async fn code(&mut self, server: &Server) -> String {
        let callback = self.callback().await;
        assert_eq!(callback["state"], flow::STATE);
        assert_eq!(callback["iss"], server.public_url.origin());
        assert!(!callback.contains_key("error"), "{callback:?}");
        callback["code"].clone()
    }

    pub fn was_not_called(&mut self) -> bool {
        self.callbacks.try_recv().is_err()
    }

    /// Redeems the code, and calls the server with what it gets.
    pub async fn connect(&self, server: &Server, code: &str) -> Tokens {
        let answer = flow::exchange(server, &self.client, code, VERIFIER).await;
        let tokens = Tokens::of(&answer, &self.client);
        assert!(flow::is_let_in(server, &tokens.access_token).await);
        tokens
    }
}

impl Drop for App {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

fn tls() -> TlsAcceptor {
    let certified = rcgen::generate_simple_self_signed([APP_HOST.to_owned()]).unwrap();
    let key = PrivateKeyDer::try_from(certified.signing_key.serialize_der()).unwrap();
    let config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![certified.cert.der().clone()], key)
        .unwrap();
    TlsAcceptor::from(Arc::new(config))
}

/// Answers one request. Browsers also ask for an icon, which is nothing to report.
async fn answer(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    sender: &UnboundedSender<String>,
    then: Then,
) -> Option<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") && head.len() < 16 * 1024 {
        head.push(stream.read_u8().await.ok()?);
    }
    let head = String::from_utf8(head).ok()?;
    let target = head.split(' ').nth(1)?.to_owned();
    let is_callback = target.starts_with("/callback?");
    let page = "<!doctype html><title>The app</title><h1>Back in the app</h1>";
    let start = match then {
        _ if !is_callback => "HTTP/1.1 404 Not Found",
        Then::Page => "HTTP/1.1 200 OK",
        Then::CustomScheme => "HTTP/1.1 302 Found\r\nLocation: training-app://connected",
    };
    let answer = format!(
        "{start}\r\nContent-Type: text/html\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{page}",
        page.len()
    );
    stream.write_all(answer.as_bytes()).await.ok()?;
    stream.shutdown().await.ok()?;
    if is_callback {
        sender.send(target).ok()?;
    }
    Some(())
}
