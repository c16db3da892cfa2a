//! Web sites of clients: an HTTPS server for any host name, with answers that the test scripts and a journal of what was asked.
//!
//! Nothing here leaves the machine. A site exists once something is [served](DocumentServer::serve) on it: its name then leads to
//! this server's loopback address, which the settings of [`DocumentServer::outbound`] trust, as they trust its certificates. Every
//! other name leads nowhere, or where [`DocumentServer::resolve`] says, and what it says is not trusted.
//!
//! ```ignore
//! let sites = DocumentServer::start().await;
//! sites.serve("https://app.test/client.json", Reply::document("https://app.test/client.json", &["https://app.test/cb"]));
//! let server = Server::with(ServerOptions { outbound: sites.outbound(), ..ServerOptions::default() }).await;
//! // … the server fetches the document …
//! assert_eq!(sites.requests("https://app.test/client.json").len(), 1);
//! ```

use std::collections::HashMap;
use std::convert::Infallible;
use std::fmt;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use http::{HeaderMap, Request, Response};
use http_body::Frame;
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt as _, StreamBody};
use hyper_util::rt::TokioIo;
use intervals_mcp_server::oauth::outbound;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use tokio_rustls::rustls::server::{ClientHello, ResolvesServerCert};
use tokio_rustls::rustls::sign::CertifiedKey;
use tokio_util::sync::{CancellationToken, DropGuard};

/// An answer of a site.
#[derive(Debug, Clone)]
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: Body,
}

/// What follows the headers.
#[derive(Debug, Clone)]
pub enum Body {
    Whole(Bytes),
    /// The same again and again until the other side hangs up.
    Endless(Bytes),
    /// One byte at a time, with this much time between two.
    Drip(Bytes, Duration),
    /// These bytes, then silence with the connection open.
    Stalled(Bytes),
    /// Everything, headers too, only after this was cancelled.
    Held(CancellationToken, Bytes),
    /// Not even headers: the request is read and never answered.
    Silent,
}

impl Reply {
    /// Status 200 and `application/json`.
    pub fn json(text: impl Into<Bytes>) -> Self {
        Self {
            status: 200,
            headers: vec![("content-type", "application/json".to_owned())],
            body: Body::Whole(text.into()),
        }
    }

    /// A valid metadata document with these redirect URIs.
    pub fn document(url: &str, redirect_uris: &[&str]) -> Self {
        Self::json(document(url, redirect_uris).to_string())
    }

    pub fn with_status(self, status: u16) -> Self {
        Self { status, ..self }
    }

    /// Replaces or adds.
    pub fn with_header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.retain(|(known, _)| *known != name);
        self.headers.push((name, value.to_owned()));
        self
    }

    pub fn with_body(self, body: Body) -> Self {
        Self { body, ..self }
    }
}

/// A valid metadata document, to be changed by tests.
pub fn document(url: &str, redirect_uris: &[&str]) -> Value {
    json!({
        "client_id": url,
        "client_name": "Document client",
        "redirect_uris": redirect_uris,
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "token_endpoint_auth_method": "none",
    })
}

/// A request that arrived.
#[derive(Debug, Clone)]
pub struct Seen {
    pub method: String,
    /// `https://host/path`, with the name that the client asked for.
    pub url: String,
    pub headers: HeaderMap,
}

/// The sites, which stop with this value.
pub struct DocumentServer {
    pub address: SocketAddr,
    root: Vec<u8>,
    sites: Arc<Sites>,
    _stop: DropGuard,
}

#[derive(Default)]
struct Sites {
    replies: Mutex<HashMap<String, Reply>>,
    seen: Mutex<Vec<Seen>>,
    connections: AtomicUsize,
    /// What a name leads to, one entry for each look-up; the last one stays.
    names: Mutex<HashMap<String, Vec<Vec<SocketAddr>>>>,
    look_ups: Mutex<HashMap<String, usize>>,
}

impl DocumentServer {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let certificates = Certificates::new();
        let root = certificates.root.clone();
        let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_cert_resolver(Arc::new(certificates));
        let sites = Arc::new(Sites::default());
        let stop = CancellationToken::new();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        tokio::spawn(stop.clone().run_until_cancelled_owned(accept(
            listener,
            acceptor,
            Arc::clone(&sites),
        )));
        Self {
            address,
            root,
            sites,
            _stop: stop.drop_guard(),
        }
    }

    /// Settings of a server for which these sites are the internet.
    pub fn outbound(&self) -> outbound::Settings {
        let sites = Arc::clone(&self.sites);
        outbound::Settings {
            names: outbound::Names::Table(Arc::new(move |name| sites.look_up(name))),
            trusted: vec![self.address],
            roots: vec![self.root.clone()],
            ..outbound::Settings::default()
        }
    }

    /// Answers `url` like this from now on, and lets its host lead here unless a test said otherwise.
    pub fn serve(&self, url: &str, reply: Reply) {
        let host = url.split('/').nth(2).unwrap().to_owned();
        let mut names = self.sites.names.lock().unwrap();
        names
            .entry(host)
            .or_insert_with(|| vec![vec![self.address]]);
        let mut replies = self.sites.replies.lock().unwrap();
        replies.insert(url.to_owned(), reply);
    }

    /// Lets `host` lead to these addresses, all of them in one look-up.
    pub fn resolve(&self, host: &str, addresses: &[SocketAddr]) {
        self.resolve_in_turn(host, &[addresses]);
    }

    /// One entry for each look-up in turn; the last one stays.
    pub fn resolve_in_turn(&self, host: &str, turns: &[&[SocketAddr]]) {
        let turns = turns.iter().map(|turn| turn.to_vec()).collect();
        self.sites.look_ups.lock().unwrap().remove(host);
        let mut names = self.sites.names.lock().unwrap();
        names.insert(host.to_owned(), turns);
    }

    /// Everything that was asked, in order.
    pub fn seen(&self) -> Vec<Seen> {
        self.sites.seen.lock().unwrap().clone()
    }

    /// What was asked of one URL.
    pub fn requests(&self, url: &str) -> Vec<Seen> {
        let mut seen = self.seen();
        seen.retain(|seen| seen.url == url);
        seen
    }

    /// How many TCP connections arrived, whatever came of them.
    pub fn connections(&self) -> usize {
        self.sites.connections.load(Ordering::SeqCst)
    }

    /// How often the address of `host` was asked for.
    pub fn look_ups(&self, host: &str) -> usize {
        let look_ups = self.sites.look_ups.lock().unwrap();
        look_ups.get(host).copied().unwrap_or_default()
    }

    /// How often any name was asked for.
    pub fn all_look_ups(&self) -> usize {
        self.sites.look_ups.lock().unwrap().values().sum()
    }
}

impl Sites {
    fn look_up(&self, name: &str) -> Vec<SocketAddr> {
        let mut look_ups = self.look_ups.lock().unwrap();
        let count = look_ups.entry(name.to_owned()).or_default();
        let turn = *count;
        *count += 1;
        let names = self.names.lock().unwrap();
        let turns = names.get(name).map(Vec::as_slice).unwrap_or_default();
        let turn = turns.get(turn).or(turns.last());
        turn.cloned().unwrap_or_default()
    }

    async fn answer(&self, name: Option<String>, request: Request<impl Sized>) -> Answered {
        let (parts, _) = request.into_parts();
        let url = format!("https://{}{}", name.unwrap_or_default(), parts.uri);
        self.seen.lock().unwrap().push(Seen {
            method: parts.method.to_string(),
            url: url.clone(),
            headers: parts.headers,
        });
        let reply = self.replies.lock().unwrap().get(&url).cloned();
        let reply = reply.unwrap_or_else(|| Reply::json("{}").with_status(404));
        let mut response = Response::builder().status(reply.status);
        for (name, value) in &reply.headers {
            response = response.header(*name, value);
        }
        let frame = |bytes: Bytes| Ok::<_, Infallible>(Frame::data(bytes));
        let body = match reply.body {
            Body::Silent => std::future::pending().await,
            Body::Held(release, bytes) => {
                release.cancelled().await;
                http_body_util::Full::new(bytes).boxed()
            }
            Body::Whole(bytes) => http_body_util::Full::new(bytes).boxed(),
            Body::Endless(bytes) => boxed(stream::repeat(bytes).map(frame)),
            Body::Stalled(bytes) => {
                boxed(stream::iter([bytes]).chain(stream::pending()).map(frame))
            }
            Body::Drip(bytes, pause) => boxed(stream::unfold(0, move |at| {
                let byte = (at < bytes.len()).then(|| bytes.slice(at..=at));
                async move {
                    tokio::time::sleep(pause).await;
                    Some((frame(byte?), at + 1))
                }
            })),
        };
        response.body(body).unwrap()
    }
}

type Answered = Response<BoxBody<Bytes, Infallible>>;

fn boxed(
    stream: impl futures_util::Stream<Item = Result<Frame<Bytes>, Infallible>> + Send + Sync + 'static,
) -> BoxBody<Bytes, Infallible> {
    BoxBody::new(StreamBody::new(stream))
}

async fn accept(listener: TcpListener, acceptor: TlsAcceptor, sites: Arc<Sites>) {
    while let Ok((socket, _)) = listener.accept().await {
        sites.connections.fetch_add(1, Ordering::SeqCst);
        let (acceptor, sites) = (acceptor.clone(), Arc::clone(&sites));
        tokio::spawn(async move {
            let Ok(secured) = acceptor.accept(socket).await else {
                return;
            };
            let name = secured.get_ref().1.server_name().map(str::to_owned);
            let service = hyper::service::service_fn(move |request| {
                let (name, sites) = (name.clone(), Arc::clone(&sites));
                async move { Ok::<_, Infallible>(sites.answer(name, request).await) }
            });
            let _ = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(secured), service)
                .await;
        });
    }
}

/// A certificate for whatever name is asked for, by an authority that only the test's settings believe.
struct Certificates {
    root: Vec<u8>,
    issuer: Issuer<'static, KeyPair>,
    key: KeyPair,
}

impl Certificates {
    fn new() -> Self {
        let mut authority = CertificateParams::new(Vec::new()).unwrap();
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority_key = KeyPair::generate().unwrap();
        let root = authority.self_signed(&authority_key).unwrap();
        Self {
            root: root.der().to_vec(),
            issuer: Issuer::new(authority, authority_key),
            key: KeyPair::generate().unwrap(),
        }
    }
}

impl fmt::Debug for Certificates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Certificates")
    }
}

impl ResolvesServerCert for Certificates {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let leaf = CertificateParams::new(vec![hello.server_name()?.to_owned()]).ok()?;
        let leaf = leaf.signed_by(&self.key, &self.issuer).ok()?;
        let key = PrivateKeyDer::Pkcs8(self.key.serialize_der().into());
        let key = aws_lc_rs::sign::any_supported_type(&key).ok()?;
        Some(Arc::new(CertifiedKey::new(vec![leaf.der().clone()], key)))
    }
}

/// Something inside that nothing from outside may reach: it counts who connects, and never says a word.
pub struct Canary {
    pub address: SocketAddr,
    connections: Arc<AtomicUsize>,
    _stop: DropGuard,
}

impl Canary {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let connections = Arc::new(AtomicUsize::new(0));
        let stop = CancellationToken::new();
        let count = Arc::clone(&connections);
        tokio::spawn(stop.clone().run_until_cancelled_owned(async move {
            let mut open = Vec::new();
            while let Ok(socket) = listener.accept().await {
                count.fetch_add(1, Ordering::SeqCst);
                open.push(socket);
            }
        }));
        Self {
            address,
            connections,
            _stop: stop.drop_guard(),
        }
    }

    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}
