//! Two servers behind one address, which take turns: what one is asked first, the other is asked next.

use std::net::SocketAddr;

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

use super::environment::setting;

/// Whether every server of the tests is to be two.
pub fn are_wanted() -> bool {
    match setting("TESTED_REPLICAS").as_deref() {
        None => false,
        Some("2") => true,
        Some(_) => panic!("TESTED_REPLICAS can only be 2"),
    }
}

/// Sends the connections that `listener` accepts to one and the other until `stop`. A client that does not keep its connections
/// thereby asks the servers in turn, and everything else is as if there were nothing in between.
pub async fn take(listener: TcpListener, servers: [SocketAddr; 2], stop: CancellationToken) {
    for server in servers.into_iter().cycle() {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stop.cancelled() => return,
        };
        let Ok((mut client, _)) = accepted else {
            continue;
        };
        tokio::spawn(async move {
            let mut server = TcpStream::connect(server).await?;
            client.set_nodelay(true)?;
            server.set_nodelay(true)?;
            copy_bidirectional(&mut client, &mut server).await
        });
    }
}
