//! The protocol, in both of its eras.

mod both_eras;
mod fixtures;
mod legacy;
mod modern;

use crate::support::{Server, ServerOptions, secrets};

/// A server whose owner holds an API key.
async fn server() -> Server {
    Server::with(ServerOptions {
        mcp_api_key: Some(secrets::MCP_API_KEY.to_owned()),
        ..ServerOptions::default()
    })
    .await
}
