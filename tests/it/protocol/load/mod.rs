//! Many clients of both eras at a time, who ask for everything, some of it wrong, and sometimes hang up.

mod coming_and_going;
mod editor;
mod measure;
mod menu;
#[cfg(target_os = "linux")]
mod soak;

use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::wire::{Connection, ERAS, Era, Reply, Site};
use crate::support::process::{Room, Running, free_port, program, wait_for};
use crate::support::{LEGACY, Server, flow, secrets};
use measure::{Memory, Seen, growth};
use menu::{Expected, Item, Menu};

const MOST_GROWTH_KIB: u64 = 5 * 1024;
/// By then everything that is used again and again is there.
const WARM_SECONDS: usize = 15;
/// The digits of a request's id, in place of which each request has its own.
const DIGITS: &str = "00000000";

/// A number that is given from outside, for a longer or smaller run.
#[expect(
    clippy::disallowed_methods,
    reason = "how much load is made is no setting of the server"
)]
fn given(name: &str, otherwise: u64) -> u64 {
    let value = std::env::var(name).ok();
    value.map_or(otherwise, |value| value.parse().unwrap())
}

/// The whole server with the invented athlete, and nothing that slows it down.
fn process(port: u16, room: &Room) -> Running {
    start(port, program(&room.0).arg("demo"))
}

fn start(port: u16, command: &mut Command) -> Running {
    let child = command
        .env("PORT", port.to_string())
        .env("OWNER_PASSWORD", secrets::OWNER)
        .env("MCP_API_KEY", secrets::MCP_API_KEY)
        .env("INTERVALS_RATE", "0")
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    wait_for(port);
    Running(child)
}

/// How much is asked.
#[derive(Clone, Copy)]
struct Plan {
    clients: usize,
    time: Duration,
    /// Each asks this often, however long it takes.
    at_least: usize,
    /// One of so many requests is given up by its caller.
    one_hangs_up_of: u32,
}

/// One client: an era, a credential, and every request that it may send, without its number.
struct Client {
    site: Site,
    era: Era,
    menu: Arc<Menu>,
    requests: Requests,
    random: fastrand::Rng,
    sent: usize,
    seen: Seen,
}

impl Client {
    async fn connect(&mut self) -> Connection {
        let mut connection = Connection::open(&self.site).await.unwrap();
        if self.era == Era::Legacy {
            let params = json!({
                "protocolVersion": LEGACY,
                "capabilities": {},
                "clientInfo": { "name": "load", "version": "1" },
            });
            let hello = self
                .site
                .request(Era::Legacy, "hello", "initialize", params);
            match connection.ask(&hello).await {
                Ok(Reply { status: 200, .. }) => {}
                other => self.seen.mistake(format!("initialize: {other:?}")),
            }
        }
        connection
    }

    async fn run(mut self, plan: Plan) -> Seen {
        let started = Instant::now();
        let mut connection = self.connect().await;
        while started.elapsed() < plan.time || self.sent < plan.at_least {
            let place = self.menu.choose(self.era, &mut self.random);
            self.sent += 1;
            let number = format!("{:0width$}", self.sent, width = DIGITS.len());
            let mut request = self.requests[place].clone();
            let at = super::wire::position(&request, DIGITS.as_bytes()).unwrap();
            request[at..at + DIGITS.len()].copy_from_slice(number.as_bytes());
            if self.random.u32(0..plan.one_hangs_up_of) == 0 {
                let _ = connection.send(&request).await;
                sleep(Duration::from_millis(self.random.u64(0..30))).await;
                drop(connection);
                self.seen.hung_up += 1;
                connection = self.connect().await;
                continue;
            }
            let item = &self.menu.items[place];
            let started = Instant::now();
            let reply = connection.ask(&request).await;
            let took = started.elapsed();
            match reply.map_err(|error| error.to_string()).and_then(|reply| {
                self.seen.streamed += usize::from(reply.is_stream);
                judge(item, &number, &reply)
            }) {
                Ok(()) => self.seen.answered(&item.name, took),
                Err(why) => {
                    let era = self.era;
                    let params = &item.params;
                    self.seen
                        .mistake(format!("{era:?} {} {params}: {why}", item.method));
                    connection = self.connect().await;
                }
            }
        }
        self.seen
    }
}

/// What is wrong with the answer to `item`.
fn judge(item: &Item, id: &str, reply: &Reply) -> Result<(), String> {
    let Some((last, news)) = reply.messages.split_last() else {
        return Err(format!("{} without a message", reply.status));
    };
    let read = |message: &[u8]| -> Result<Value, String> {
        let text = std::str::from_utf8(message).map_err(|error| error.to_string())?;
        text.parse().map_err(|_| format!("not JSON: {text:.300}"))
    };
    for message in news {
        let message = read(message)?;
        if message["method"] != "notifications/progress" {
            return Err(format!("not news of progress: {message}"));
        }
    }
    let answer = read(last)?;
    let short = || format!("{} {:.300}", reply.status, answer.to_string());
    if answer["id"] != id {
        return Err(format!("the answer to another request: {}", short()));
    }
    let result = &answer["result"];
    let fits = match item.expected {
        Expected::Result => reply.status == 200 && result.is_object() && result["isError"] != true,
        Expected::ToolError => reply.status == 200 && result["isError"] == true,
        Expected::Error(code) => {
            matches!(reply.status, 200 | 400 | 404) && answer["error"]["code"] == code
        }
    };
    if fits { Ok(()) } else { Err(short()) }
}

/// As they go over the wire.
type Requests = Arc<Vec<Vec<u8>>>;

/// Everything that can be asked of a server, as it goes over the wire.
struct Offer {
    /// One with a token of its own, one with the key that the server was given.
    sites: [Site; 2],
    menu: Arc<Menu>,
    /// For each who and how: every request of the menu.
    requests: Vec<(Site, Era, Requests)>,
}

impl Offer {
    async fn of(port: u16) -> Self {
        let server = Server::elsewhere(port);
        let authority = format!("127.0.0.1:{port}");
        let tokens = [
            flow::connect_with(&server, &["intervals:write", "intervals:delete"])
                .await
                .access_token,
            secrets::MCP_API_KEY.to_owned(),
        ];
        let sites = tokens.map(|token| Site {
            authority: authority.clone(),
            token,
        });
        let menu = Arc::new(Menu::read(&sites[0]).await);
        let mut requests = Vec::new();
        for site in &sites {
            for era in ERAS {
                let all = menu
                    .items
                    .iter()
                    .map(|item| site.request(era, DIGITS, item.method, item.params.clone()));
                requests.push((site.clone(), era, Arc::new(all.collect::<Vec<_>>())));
            }
        }
        Self {
            sites,
            menu,
            requests,
        }
    }

    /// What the clients of `plan` saw.
    async fn asked(&self, plan: Plan) -> Seen {
        let mut running = JoinSet::new();
        for n in 0..plan.clients {
            let (site, era, requests) = self.requests[n % self.requests.len()].clone();
            let client = Client {
                site,
                era,
                menu: Arc::clone(&self.menu),
                requests,
                random: fastrand::Rng::with_seed(n as u64),
                sent: 0,
                seen: Seen::default(),
            };
            running.spawn(client.run(plan));
        }
        let mut seen = Seen::default();
        while let Some(client) = running.join_next().await {
            seen.add(client.unwrap());
        }
        seen
    }
}

/// What the clients of `plan` saw.
async fn load(port: u16, plan: Plan) -> Seen {
    Offer::of(port).await.asked(plan).await
}

#[track_caller]
fn assert_right(seen: &Seen) {
    assert_eq!(seen.wrong, 0, "{:#?}", seen.mistakes);
}

#[tokio::test]
async fn many_clients_of_both_eras_all_get_their_own_right_answers() {
    let (port, room) = (free_port(), Room::new());
    let _running = process(port, &room);
    let plan = Plan {
        clients: 32,
        time: Duration::from_secs(3),
        at_least: 10,
        one_hangs_up_of: 10,
    };
    let seen = load(port, plan).await;
    println!("{seen}");
    assert_right(&seen);
    assert!(seen.hung_up > 0 && seen.streamed > 0);
}

#[cfg(target_os = "linux")]
#[tokio::test]
#[ignore = "a minute long and with the machine for itself; by hand, with TESTED_BINARY naming the one that ships"]
async fn a_minute_of_many_clients_raises_memory_by_less_than_5_megabytes() {
    let clients = usize::try_from(given("LOAD_CLIENTS", 256)).unwrap();
    let seconds = given("LOAD_SECONDS", 60);
    let (port, room) = (free_port(), Room::new());
    let running = process(port, &room);
    let memory = Memory::of(running.0.id());
    let plan = Plan {
        clients,
        time: Duration::from_secs(seconds),
        at_least: 0,
        one_hangs_up_of: 100,
    };
    let seen = load(port, plan).await;
    let samples = memory.samples();
    let warm = WARM_SECONDS.min(samples.len() / 2);
    let grown = growth(&samples, warm);
    let calls = seen.calls();
    println!(
        "{clients} clients for {seconds} s: {calls} calls, {} a second",
        calls as u64 / seconds
    );
    println!(
        "{} streamed, {} given up, {} wrong",
        seen.streamed, seen.hung_up, seen.wrong
    );
    print!("{seen}");
    println!("resident KiB at each second: {samples:?}");
    println!(
        "resident KiB after {warm} s: {}, most: {}, grown since: {grown}",
        samples[warm],
        samples.iter().max().unwrap()
    );
    assert_right(&seen);
    assert!(grown < MOST_GROWTH_KIB, "{grown} KiB");
}
