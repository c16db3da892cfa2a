//! A client without manners: bytes to a socket, bytes back.

use std::time::Duration;

use axum::Router;
use intervals_mcp_server::http::{self, AllowedOrigins, Limits};
use intervals_mcp_server::public_url::PublicUrl;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

/// Long enough for a loaded machine, short enough for a hanging test to be noticed.
pub const PATIENCE: Duration = Duration::from_secs(20);

pub async fn connect(address: &str) -> TcpStream {
    let address = address.strip_prefix("http://").unwrap();
    TcpStream::connect(address).await.unwrap()
}

/// Everything that the server sends until it closes the connection.
pub async fn rest(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    // A reset after the answer is as good as a close.
    let _ = timeout(PATIENCE, stream.read_to_end(&mut bytes))
        .await
        .expect("the server neither answers nor closes");
    String::from_utf8(bytes).unwrap()
}

/// Sends `request` and reads until the server closes, which it is asked for only if `request` asks.
pub async fn exchange(address: &str, request: &str) -> String {
    let mut stream = connect(address).await;
    stream.write_all(request.as_bytes()).await.unwrap();
    rest(&mut stream).await
}

/// The status of an answer that begins with one.
pub fn status(answer: &str) -> u16 {
    answer
        .get(9..12)
        .and_then(|digits| digits.parse().ok())
        .unwrap_or_else(|| panic!("no status: {answer:?}"))
}

/// The layers and the socket around routes that the real server has not.
pub struct Shell {
    pub address: String,
    pub stop: CancellationToken,
    pub serving: JoinHandle<()>,
}

impl Shell {
    pub async fn around(router: Router, limits: Limits) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let settings = http::Settings {
            metrics_token: None,
            public_url: PublicUrl::parse(&address).unwrap(),
            allowed_origins: AllowedOrigins::Any,
            server_config: serde_json::json!({}),
            limits,
        };
        let stop = CancellationToken::new();
        let router = http::layered(router, settings);
        let serving = tokio::spawn(http::serve(listener, router, limits, stop.clone()));
        Self {
            address,
            stop,
            serving,
        }
    }
}
