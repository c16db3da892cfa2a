//! The protocol, in both of its eras.

mod ask;
mod both_eras;
mod cancellation;
mod completion;
mod envelope;
mod eras;
mod fixtures;
mod headers;
mod legacy;
mod load;
mod log_lines;
mod methods;
mod modern;
mod mutations;
mod order;
mod progress;
mod prompts;
mod replicas;
mod resources;
mod results;
mod wire;

use crate::support::{Server, ServerOptions, secrets};

/// A server whose owner holds an API key.
async fn server() -> Server {
    Server::with(ServerOptions {
        mcp_api_key: Some(secrets::MCP_API_KEY.to_owned()),
        ..ServerOptions::default()
    })
    .await
}
