//! Where requests may go. A canary inside counts who came; nobody may.

use std::net::SocketAddr;
use std::time::Duration;

use super::{REDIRECT, UNREACHABLE, URL, approve, assert_ended, client, one_site, server};
use crate::support::documents::{Canary, DocumentServer, Reply};
use crate::support::flow::{Browser, Request};

const HOST: &str = "app.client.test";

fn address(ip: &str) -> SocketAddr {
    SocketAddr::new(ip.parse().unwrap(), 0)
}

#[tokio::test]
async fn cimd_01_addresses_of_the_inside_look_like_a_name_that_does_not_exist() {
    let canary = Canary::start().await;
    let (sites, server) = one_site().await;
    let nobody = client("https://nobody.test/client.json", REDIRECT);
    let unknown = approve(&server, &nobody).await;
    assert_ended(&unknown, 503, UNREACHABLE);
    let port = canary.address.port();
    let inside: Vec<Vec<SocketAddr>> = vec![
        vec![canary.address],
        vec![SocketAddr::new("::ffff:127.0.0.1".parse().unwrap(), port)],
        vec![SocketAddr::new("::1".parse().unwrap(), port)],
        vec![SocketAddr::new("0.0.0.0".parse().unwrap(), port)],
        vec![SocketAddr::new("::".parse().unwrap(), port)],
        // One address that may be reached beside one that may not, in either order.
        vec![sites.address, canary.address],
        vec![canary.address, sites.address],
        vec![sites.address, address("10.0.0.1")],
        // A trusted address with another port is another service.
        vec![SocketAddr::new(sites.address.ip(), port)],
        vec![address("10.0.0.1")],
        vec![address("172.16.0.1")],
        vec![address("192.168.1.1")],
        vec![address("100.64.0.1")],
        vec![address("169.254.169.254")],
        vec![address("fd00::1")],
        vec![address("fe80::1")],
        vec![address("64:ff9b::7f00:1")],
        vec![address("2002:7f00:1::")],
        vec![],
    ];
    for addresses in inside {
        sites.resolve(HOST, &addresses);
        let answer = approve(&server, &client(URL, REDIRECT)).await;
        assert_ended(&answer, 503, UNREACHABLE);
        assert_eq!(
            without_nonce(&answer.body),
            without_nonce(&unknown.body),
            "{addresses:?} can be told apart"
        );
        assert_eq!(sites.look_ups(HOST), 1, "{addresses:?}");
        server.clock.advance(Duration::from_secs(60));
    }
    assert_eq!((canary.connections(), sites.connections()), (0, 0));
}

fn without_nonce(page: &str) -> String {
    let (before, rest) = page.split_once("nonce=\"").unwrap();
    let (_, after) = rest.split_once('"').unwrap();
    format!("{before}{after}")
}

#[tokio::test]
async fn cimd_01_urls_that_lead_inside_are_refused_before_anything_is_asked() {
    let canary = Canary::start().await;
    let (sites, server) = one_site().await;
    let base = server.public_url.origin().to_owned();
    let port = canary.address.port();
    let own = [
        format!("{base}/health"),
        format!("https://127.0.0.1:{port}/c.json"),
        format!("https://localhost:{port}/c.json"),
        format!("https://app.client.test:{port}/c.json"),
    ];
    let spellings = [
        "https://127.0.0.1/c.json",
        "https://localhost/c.json",
        "https://[::1]/c.json",
        "https://[::ffff:127.0.0.1]/c.json",
        "https://169.254.169.254/latest/meta-data",
        "https://10.0.0.1/c",
        "https://100.64.0.1/c",
        "https://0.0.0.0/c",
        "https://[fd00::1]/c",
        "https://[64:ff9b::7f00:1]/c",
        "https://2130706433/c",
        "https://0x7f.1/c",
        "https://0177.0.0.1/c",
        "https://metadata.google.internal/c",
        "https://app.client.test:22/c",
        "https://app.client.test:443/c",
        "https://app.client.test@127.0.0.1/c",
        "https://app.client.test\\@127.0.0.1/c",
        "http://app.client.test/c",
        "file:///etc/passwd",
        "gopher://app.client.test/c",
    ]
    .map(str::to_owned);
    for id in own.iter().chain(&spellings) {
        let request = Request::of(&server, &client(id, REDIRECT));
        let answer = Browser::new(&server).get(&request.query()).await;
        assert_eq!(
            (answer.status.as_u16(), answer.location()),
            (400, ""),
            "{id}"
        );
    }
    assert_eq!(
        (
            canary.connections(),
            sites.connections(),
            sites.all_look_ups()
        ),
        (0, 0, 0)
    );
}

#[tokio::test]
async fn this_server_does_not_describe_its_own_clients() {
    let server = crate::support::Server::with(crate::support::ServerOptions {
        public_url: Some("https://mcp.example.com".to_owned()),
        ..Default::default()
    })
    .await;
    let request = Request::of(&server, &client("https://mcp.example.com/health", REDIRECT));
    let answer = Browser::new(&server).get(&request.query()).await;
    assert_eq!((answer.status.as_u16(), answer.location()), (400, ""));
}

#[tokio::test]
async fn a_name_that_changes_its_mind_after_the_check_gains_nothing() {
    let canary = Canary::start().await;
    let (sites, server) = one_site().await;
    // Whoever asks twice, once to check and once to connect, meets the canary.
    sites.resolve_in_turn(HOST, &[&[sites.address], &[canary.address]]);
    let answer = approve(&server, &client(URL, REDIRECT)).await;
    assert!(answer.code().is_some());
    assert_eq!(sites.look_ups(HOST), 1);
    // The next time it is inside from the beginning, with a connection and an answer from before.
    server.clock.advance(Duration::from_secs(9 * 86_400));
    let answer = approve(&server, &client(URL, REDIRECT)).await;
    assert_ended(&answer, 503, UNREACHABLE);
    assert_eq!(sites.look_ups(HOST), 2);
    assert_eq!((canary.connections(), sites.connections()), (0, 1));
}

#[tokio::test]
async fn no_connection_is_kept_for_later() {
    let (sites, server) = one_site().await;
    for _ in 0..3 {
        assert_eq!(approve(&server, &client(URL, REDIRECT)).await.status, 303);
        server.clock.advance(Duration::from_secs(25 * 3600));
    }
    assert_eq!((sites.connections(), sites.look_ups(HOST)), (3, 3));
}

#[tokio::test]
async fn a_certificate_of_nobody_is_not_believed() {
    let sites = DocumentServer::start().await;
    sites.serve(URL, Reply::document(URL, &[REDIRECT]));
    let mut outbound = sites.outbound();
    outbound.roots.clear();
    let server = server(outbound).await;
    let answer = approve(&server, &client(URL, REDIRECT)).await;
    assert_ended(&answer, 503, UNREACHABLE);
    assert_eq!((sites.connections(), sites.seen().len()), (1, 0));
}
