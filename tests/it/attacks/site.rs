//! A server under attack: where it is, what it must not tell, and everything that was said to it and by it.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use super::message::{Ask, Reply};
use super::wire::{Connection, Exchange, Journal};
use crate::support::{Server, ServerOptions, flow, secrets};

/// A value that has no business in the log.
#[derive(Clone, Debug)]
pub struct Noted {
    pub what: &'static str,
    pub value: String,
}

/// Clones share what was noted and what was said.
#[derive(Clone)]
pub struct Site {
    pub address: SocketAddr,
    /// The public origin, which is also the issuer.
    pub origin: String,
    /// What `Host` says.
    pub authority: String,
    /// What the owner types.
    pub owner_secret: String,
    /// All that were right at some time of the case.
    owner_secrets: Vec<String>,
    /// The configured secrets, which are in no answer at all.
    pub seeded: Vec<Noted>,
    pub journal: Journal,
    noted: Arc<Mutex<Vec<Noted>>>,
    unavailable: Arc<AtomicBool>,
}

impl Site {
    pub fn new(address: SocketAddr, origin: &str, owner_secret: &str, seeded: Vec<Noted>) -> Self {
        let mut site = Self {
            address,
            origin: String::new(),
            authority: String::new(),
            owner_secret: String::new(),
            owner_secrets: Vec::new(),
            seeded,
            journal: Journal::default(),
            noted: Arc::default(),
            unavailable: Arc::default(),
        };
        site.move_to(origin);
        site.owned_by(owner_secret);
        site
    }

    /// The server now goes by this origin.
    pub fn move_to(&mut self, origin: &str) {
        let (_, authority) = origin.split_once("://").unwrap();
        self.authority = authority.to_owned();
        self.origin = origin.to_owned();
    }

    /// The owner types this from now on.
    pub fn owned_by(&mut self, secret: &str) {
        self.owner_secret = secret.to_owned();
        self.owner_secrets.push(secret.to_owned());
    }

    /// A server inside the test, whose clock the test moves.
    pub fn of(server: &Server) -> Self {
        let seeded = [
            ("the owner's password", secrets::OWNER),
            ("the signing secret", secrets::SIGNING),
            ("the API key", intervals_mcp_server::demo::API_KEY),
        ];
        Self::new(
            server
                .address
                .strip_prefix("http://")
                .unwrap()
                .parse()
                .unwrap(),
            server.public_url.origin(),
            secrets::OWNER,
            seeded
                .map(|(what, value)| Noted {
                    what,
                    value: value.to_owned(),
                })
                .to_vec(),
        )
    }

    /// The resource that tokens are for.
    pub fn resource(&self) -> String {
        format!("{}/mcp", self.origin)
    }

    pub async fn connect(&self) -> Connection {
        Connection::open(self.address, &self.authority, &self.journal).await
    }

    /// Sends one request on a connection of its own; the server must answer.
    pub async fn send(&self, ask: &Ask) -> Reply {
        self.connect()
            .await
            .ask(ask)
            .await
            .unwrap_or_else(|| panic!("no answer to {} {}", ask.method, ask.target))
    }

    /// Remembers a value that must not be in the log; tokens, codes, cookies and client secrets are found in the answers.
    pub fn note(&self, what: &'static str, value: &str) {
        self.noted.lock().unwrap().push(Noted {
            what,
            value: value.to_owned(),
        });
    }

    /// The case takes something away that the server cannot do without, so that it may answer with 503.
    pub fn may_be_unavailable(&self) {
        self.unavailable.store(true, Ordering::SeqCst);
    }

    /// Everything that the log must not know.
    pub fn confidential(&self) -> Vec<Noted> {
        let mut all = self.seeded.clone();
        all.extend(self.noted.lock().unwrap().iter().cloned());
        for exchange in self.journal.exchanges() {
            all.extend(issued(&exchange.reply));
            all.extend(exchange.reply.all("set-cookie").iter().map(|cookie| Noted {
                what: "a cookie",
                value: cookie_value(cookie).to_owned(),
            }));
        }
        all
    }

    /// Holds every answer so far to what is true of all of them.
    #[track_caller]
    pub fn hold(&self) {
        let exchanges = self.journal.exchanges();
        for exchange in &exchanges {
            self.hold_one(exchange);
        }
        let answers: Vec<(String, Vec<Noted>)> = exchanges
            .iter()
            .map(|exchange| (exchange.reply.everything(), issued(&exchange.reply)))
            .collect();
        for noted in answers.iter().flat_map(|(_, own)| own) {
            // Two refreshes of one token within a second may be given the same successor.
            let stray = answers.iter().find(|(text, own)| {
                text.contains(&noted.value) && own.iter().all(|own| own.value != noted.value)
            });
            assert!(stray.is_none(), "{} is repeated: {stray:?}", noted.what);
        }
    }

    #[track_caller]
    fn hold_one(&self, exchange: &Exchange) {
        let reply = &exchange.reply;
        let asked = String::from_utf8_lossy(&exchange.sent);
        let line = asked.lines().next().unwrap_or_default();
        let unavailable = reply.status == 503 && self.unavailable.load(Ordering::SeqCst);
        assert!(
            reply.status < 500 || unavailable,
            "{} for {line}: {}",
            reply.status,
            reply.text()
        );
        let everything = reply.everything();
        for secret in &self.seeded {
            assert!(
                !everything.contains(&secret.value),
                "{} is in the answer to {line}",
                secret.what
            );
        }
        if !reply.parameters("code").is_empty() || reply.location().contains("code=") {
            let to_the_endpoint =
                line.starts_with("POST /authorize ") || line.starts_with("POST /oauth/authorize ");
            let typed = self
                .owner_secrets
                .iter()
                .filter(|secret| !secret.is_empty())
                .any(|secret| asked.contains(&flow::encode(&[("", secret)])));
            assert!(
                to_the_endpoint && typed,
                "a code without the owner's secret for {line}"
            );
        }
    }
}

/// What an answer hands out and no other may repeat.
fn issued(reply: &Reply) -> Vec<Noted> {
    let document = reply.json();
    let members = [
        ("an access token", "access_token"),
        ("a refresh token", "refresh_token"),
        ("a client secret", "client_secret"),
    ];
    let mut found: Vec<Noted> = members
        .into_iter()
        .filter_map(|(what, member)| {
            let value = document[member].as_str()?.to_owned();
            Some(Noted { what, value })
        })
        .collect();
    found.extend(reply.parameters("code").into_iter().map(|value| Noted {
        what: "a code",
        value,
    }));
    found
}

/// A server whose clock the test moves, under the name that the others have.
pub async fn clocked() -> (Server, Site) {
    let server = Server::with(ServerOptions {
        public_url: Some("https://mcp.test".to_owned()),
        ..ServerOptions::default()
    })
    .await;
    let site = Site::of(&server);
    (server, site)
}

/// What stands between the name and the attributes of a `Set-Cookie`.
pub fn cookie_value(cookie: &str) -> &str {
    let pair = cookie.split(';').next().unwrap_or_default();
    pair.split_once('=').map_or("", |(_, value)| value)
}
