//! The port.

use std::io;
use std::net::SocketAddr;

use tokio::net::{TcpListener, TcpSocket};

use super::failure::Failure;

/// Connections that may wait to be accepted, as far as the system allows. The usual 128 overflow when many come at once, and
/// who was turned away tries again only after seconds.
const BACKLOG: u32 = 4096;

fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = match address {
        SocketAddr::V4(_) => TcpSocket::new_v4()?,
        SocketAddr::V6(_) => TcpSocket::new_v6()?,
    };
    // A restart must not wait for the connections of the process before; on Windows the option means another thing.
    #[cfg(not(windows))]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// Listens on `address`, or tells what stands in the way and the remedy.
pub fn listen(address: SocketAddr) -> Result<TcpListener, Failure> {
    bind(address).map_err(|error| {
        Failure::Listening(match error.kind() {
            io::ErrorKind::AddrInUse => format!(
                "another program already listens on {address}: stop it, or choose another port, for example with PORT={}",
                address.port().checked_add(1).unwrap_or(8000)
            ),
            io::ErrorKind::PermissionDenied => {
                format!("this user may not listen on {address}: choose a PORT above 1023")
            }
            io::ErrorKind::AddrNotAvailable => {
                format!("this machine has no address {}: set HOST=0.0.0.0", address.ip())
            }
            _ => format!("cannot listen on {address}: {error}; check HOST and PORT"),
        })
    })
}
