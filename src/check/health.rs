//! Is the server of this machine alive? What containers ask every few seconds.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// How long a container waits before it calls a server dead.
const PATIENCE: Duration = Duration::from_secs(3);

/// Whether the server that listens at `listen` answers `/health` with 200.
///
/// By hand on a socket: a health check runs every few seconds for ever, and setting up TLS for it would cost more than the
/// check.
///
/// # Errors
/// What went wrong, for people.
pub async fn health(listen: SocketAddr) -> Result<(), String> {
    let address = here(listen);
    let exchange = async {
        let mut stream = TcpStream::connect(address).await?;
        stream
            .write_all(b"GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            .await?;
        let mut status = [0; 12];
        stream.read_exact(&mut status).await?;
        Ok::<_, std::io::Error>(status)
    };
    match timeout(PATIENCE, exchange).await {
        Ok(Ok(status)) if &status == b"HTTP/1.1 200" => Ok(()),
        Ok(Ok(_)) => Err(format!("the server at {address} is not healthy")),
        Ok(Err(error)) => Err(format!("no server answers at {address} ({error})")),
        Err(_) => Err(format!("the server at {address} does not answer in time")),
    }
}

/// Where this machine reaches what listens at `listen`.
pub(super) fn here(listen: SocketAddr) -> SocketAddr {
    let here = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    SocketAddr::new(here, listen.port())
}
