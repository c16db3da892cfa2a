//! Clients whose id is the URL of their metadata document.

mod abuse;
mod connecting;
mod keeping;
mod network;
mod page;
mod reading;

use intervals_mcp_server::oauth::outbound;

use crate::support::documents::{DocumentServer, Reply};
use crate::support::flow::{Answer, Browser, Client, Request};
use crate::support::{Server, ServerOptions, secrets};

const URL: &str = "https://app.client.test/oauth/client.json";
const REDIRECT: &str = "https://app.client.test/cb";
/// What the owner reads when a document cannot be had now.
const UNREACHABLE: &str = "The app’s description is temporarily unavailable";
/// What the owner reads when there is something else.
const REFUSED: &str = "The app’s description is wrong";

/// The client at `url`, as it asks for `redirect_uri`.
fn client(url: &str, redirect_uri: &str) -> Client {
    Client {
        id: url.to_owned(),
        secret: None,
        redirect_uri: redirect_uri.to_owned(),
    }
}

async fn server(outbound: outbound::Settings) -> Server {
    Server::with(ServerOptions {
        outbound,
        ..ServerOptions::default()
    })
    .await
}

/// A good document at [`URL`] and a server that can read it.
async fn one_site() -> (DocumentServer, Server) {
    let sites = DocumentServer::start().await;
    sites.serve(URL, Reply::document(URL, &[REDIRECT]));
    let server = server(sites.outbound()).await;
    (sites, server)
}

/// What the owner's browser gets for approving `client` with the right secret.
async fn approve(server: &Server, client: &Client) -> Answer {
    let browser = Browser::new(server);
    let page = browser.open(&Request::of(server, client)).await;
    browser.approve(&page, secrets::OWNER).await
}

/// Ended here: no code, nobody is sent anywhere, and the owner reads `title`.
#[track_caller]
fn assert_ended(answer: &Answer, status: u16, title: &str) {
    assert_eq!(answer.status, status, "{}", answer.body);
    assert!(answer.body.contains(title), "{}", answer.body);
    assert_eq!(answer.location(), "");
    assert!(answer.has_no_code());
}
