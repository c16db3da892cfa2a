//! The refresh chain against a model of it, under random interleavings.

mod model;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use intervals_mcp_server::clock::Clock;
use intervals_mcp_server::state::{Durability, MemoryStore, Store, StoreFuture};
use jiff::Timestamp;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestRunner};

use self::model::{Connection, Keeping, Refresh, Token};
use super::inside::Inside;
use crate::support::flow::{Answer, Client, REDIRECT};
use crate::support::process::Room;
use crate::support::{NOW, ServerOptions};

/// One of the two connections that are open in every run: what happens to one must not touch the other.
#[derive(Debug, Clone, Copy)]
enum Whose {
    Hers,
    His,
}

/// `back` counts tokens from the newest one.
#[derive(Debug, Clone)]
enum Step {
    Refresh {
        whose: Whose,
        back: usize,
    },
    Call {
        whose: Whose,
        back: usize,
    },
    Wait {
        seconds: u32,
    },
    Replay {
        whose: Whose,
    },
    /// The client gives its grant back, with either kind of token, however old.
    GiveBack {
        whose: Whose,
        kind: Kind,
        back: usize,
    },
    Restart,
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    Refresh,
    Access,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let whose = || prop_oneof![3 => Just(Whose::Hers), 1 => Just(Whose::His)];
    let back = || prop_oneof![6 => Just(0_usize), 4 => Just(1), 2 => 2..5_usize];
    let seconds = prop_oneof![
        6 => 0..=30_u32,
        5 => 298..=302_u32,
        3 => 3598..=3602_u32,
        2 => Just(86_400),
        2 => (86_400 * 20)..=(86_400 * 91_u32),
    ];
    let step = prop_oneof![
        12 => (whose(), back()).prop_map(|(whose, back)| Step::Refresh { whose, back }),
        8 => (whose(), back()).prop_map(|(whose, back)| Step::Call { whose, back }),
        7 => seconds.prop_map(|seconds| Step::Wait { seconds }),
        1 => whose().prop_map(|whose| Step::Replay { whose }),
        1 => (whose(), back(), prop_oneof![Just(Kind::Refresh), Just(Kind::Access)])
            .prop_map(|(whose, back, kind)| Step::GiveBack { whose, kind, back }),
        2 => Just(Step::Restart),
    ];
    prop::collection::vec(step, 1..40)
}

/// A store that outlives the server: what is missing never was.
struct Disk(MemoryStore);

impl Store for Disk {
    fn durability(&self) -> Durability {
        Durability::Durable
    }
    fn get<'a>(&'a self, key: &'a str) -> StoreFuture<'a, Option<Vec<u8>>> {
        self.0.get(key)
    }
    fn put<'a>(&'a self, key: &'a str, value: Vec<u8>, at: Timestamp) -> StoreFuture<'a, ()> {
        self.0.put(key, value, at)
    }
    fn take<'a>(&'a self, key: &'a str) -> StoreFuture<'a, Option<Vec<u8>>> {
        self.0.take(key)
    }
    fn compare_and_swap<'a>(
        &'a self,
        key: &'a str,
        expected: Option<&'a [u8]>,
        new: Vec<u8>,
        at: Timestamp,
    ) -> StoreFuture<'a, bool> {
        self.0.compare_and_swap(key, expected, new, at)
    }
    fn list<'a>(&'a self, prefix: &'a str) -> StoreFuture<'a, Vec<(String, Vec<u8>)>> {
        self.0.list(prefix)
    }
}

#[derive(Debug, Clone, Copy)]
enum Place {
    Memory,
    Disk,
    Sqlite,
}

impl Place {
    fn medium(self, clock: &Clock) -> Medium {
        match self {
            Self::Memory => Medium::Memory,
            Self::Disk => Medium::Disk(Arc::new(Disk(MemoryStore::new(clock.clone())))),
            Self::Sqlite => Medium::Sqlite(Room::new()),
        }
    }
}

/// What there is to keep state in.
enum Medium {
    Memory,
    Disk(Arc<Disk>),
    Sqlite(Room),
}

/// A server that can be restarted.
struct Deployment {
    server: Inside,
    medium: Medium,
}

impl Deployment {
    fn new(medium: Medium, clock: Clock) -> Self {
        let server = Self::start(&medium, clock);
        Self { server, medium }
    }

    fn start(medium: &Medium, clock: Clock) -> Inside {
        let options = ServerOptions {
            clock,
            ..ServerOptions::default()
        };
        match medium {
            Medium::Memory => Inside::app(options),
            Medium::Disk(disk) => Inside::over(Arc::<Disk>::clone(disk), options),
            Medium::Sqlite(room) => Inside::app(ServerOptions {
                data_dir: Some(room.0.clone()),
                ..options
            }),
        }
    }

    fn restart(&mut self) {
        self.server = Self::start(&self.medium, self.server.clock.clone());
    }

    const fn keeping(&self) -> Keeping {
        match self.medium {
            Medium::Memory => Keeping::Nothing,
            Medium::Disk(_) | Medium::Sqlite(_) => Keeping::Everything,
        }
    }

    fn now(&self) -> i64 {
        self.server.clock.unix_seconds()
    }
}

/// A client with every token it was ever given, beside what it was promised.
struct Holder {
    client: Client,
    code: String,
    promised: Connection,
    refresh_tokens: Vec<(String, Token)>,
    access_tokens: Vec<(String, Token)>,
}

impl Holder {
    async fn connect(deployment: &Deployment, client: &Client) -> Self {
        let server = &deployment.server;
        let question = server.ask(client, "").await;
        let approved = server.approve(&question, &["intervals:write"]).await;
        let code = approved.code().unwrap();
        let answer = server.redeem(client, &code).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        let mut holder = Self {
            client: client.clone(),
            code,
            promised: Connection::begin(deployment.keeping(), deployment.now()),
            refresh_tokens: Vec::new(),
            access_tokens: Vec::new(),
        };
        holder.receive(&answer, 1, deployment.now());
        holder
    }

    fn receive(&mut self, answer: &Answer, rotation: u32, now: i64) {
        let document = answer.json();
        let text = |name: &str| document[name].as_str().unwrap().to_owned();
        let token = Token {
            rotation,
            issued_at: now,
        };
        self.refresh_tokens.push((text("refresh_token"), token));
        self.access_tokens.push((text("access_token"), token));
    }
}

fn back_from_newest<T: Clone>(all: &[T], back: usize) -> T {
    let newest = all.len() - 1;
    all[newest.saturating_sub(back)].clone()
}

/// How often each kind of thing happened in all runs together: a run in which nothing interesting happens proves nothing.
type Tally = RefCell<BTreeMap<&'static str, usize>>;

/// One run; the text of a failure tells the whole story.
struct Run<'t> {
    deployment: Deployment,
    hers: Holder,
    his: Holder,
    restarted: bool,
    story: String,
    tally: &'t Tally,
}

impl<'t> Run<'t> {
    async fn begin(place: Place, tally: &'t Tally) -> Self {
        let clock = Clock::manual(NOW.parse().unwrap());
        let deployment = Deployment::new(place.medium(&clock), clock);
        let client = deployment.server.client(REDIRECT).await;
        Self {
            hers: Holder::connect(&deployment, &client).await,
            his: Holder::connect(&deployment, &client).await,
            deployment,
            restarted: false,
            story: String::new(),
            tally,
        }
    }

    async fn through(steps: &[Step], place: Place, tally: &'t Tally) -> Result<(), TestCaseError> {
        let mut run = Run::begin(place, tally).await;
        for step in steps {
            run.take(step).await?;
        }
        run.take_stock().await
    }

    fn count(&self, what: &'static str) {
        *self.tally.borrow_mut().entry(what).or_default() += 1;
    }

    fn holder(&mut self, whose: Whose) -> &mut Holder {
        match whose {
            Whose::Hers => &mut self.hers,
            Whose::His => &mut self.his,
        }
    }

    fn tell(&mut self, event: &str, promised: &str, answered: &str) -> Result<(), TestCaseError> {
        let _ = writeln!(self.story, "  {event}: promised {promised}, got {answered}");
        if promised == answered {
            Ok(())
        } else {
            Err(TestCaseError::fail(format!("\n{}", self.story)))
        }
    }

    async fn take(&mut self, step: &Step) -> Result<(), TestCaseError> {
        match *step {
            Step::Refresh { whose, back } => self.refresh(whose, back).await,
            Step::Call { whose, back } => {
                let (text, token) = back_from_newest(&self.holder(whose).access_tokens, back);
                self.call(whose, &text, token).await
            }
            Step::Wait { seconds } => {
                let span = Duration::from_secs(seconds.into());
                self.deployment.server.clock.advance(span);
                let _ = writeln!(self.story, "  {seconds} s pass");
                Ok(())
            }
            Step::Replay { whose } => self.replay(whose).await,
            Step::GiveBack { whose, kind, back } => self.give_back(whose, kind, back).await,
            Step::Restart => {
                self.deployment.restart();
                self.hers.promised.restart();
                self.his.promised.restart();
                self.restarted = true;
                let _ = writeln!(self.story, "  the server restarts");
                Ok(())
            }
        }
    }

    async fn refresh(&mut self, whose: Whose, back: usize) -> Result<(), TestCaseError> {
        let now = self.deployment.now();
        let (text, token) = back_from_newest(&self.holder(whose).refresh_tokens, back);
        let client = self.holder(whose).client.clone();
        let answer = self.deployment.server.refresh(&client, &text).await;
        let promised = self.holder(whose).promised.refresh(token, now);
        self.count(match promised {
            Refresh::Rotates(_) if self.restarted => "rotated after a restart",
            Refresh::Rotates(_) => "rotated",
            Refresh::Repeats(_) => "repeated",
            Refresh::Expired => "expired",
            Refresh::Revoked => "revoked",
            Refresh::Reused => "reused",
        });
        if let (Some(rotation), true) = (promised.rotation(), answer.status == 200) {
            self.holder(whose).receive(&answer, rotation, now);
        }
        let answered = match answer.status.as_u16() {
            200 => "tokens".to_owned(),
            status => format!("{status} {}", answer.error()),
        };
        let event = format!("{whose:?} refresh token {} ({promised:?})", token.rotation);
        let expected = match promised.rotation() {
            Some(_) => "tokens",
            None => "400 invalid_grant",
        };
        self.tell(&event, expected, &answered)
    }

    async fn call(&mut self, whose: Whose, text: &str, token: Token) -> Result<(), TestCaseError> {
        let now = self.deployment.now();
        let answer = self.deployment.server.call(text).await;
        let promised = self.holder(whose).promised.call(token, now);
        self.count(if promised { "let in" } else { "turned away" });
        let answered = match answer.status.as_u16() {
            200 => "200".to_owned(),
            status => format!("{status} {}", answer.error()),
        };
        let event = format!("{whose:?} access token {}", token.rotation);
        let expected = if promised { "200" } else { "401 invalid_token" };
        self.tell(&event, expected, &answered)
    }

    async fn replay(&mut self, whose: Whose) -> Result<(), TestCaseError> {
        let now = self.deployment.now();
        let (client, code) = {
            let holder = self.holder(whose);
            (holder.client.clone(), holder.code.clone())
        };
        let answer = self.deployment.server.redeem(&client, &code).await;
        self.holder(whose).promised.replay(now);
        let answered = format!("{} {}", answer.status.as_u16(), answer.error());
        self.tell(
            &format!("{whose:?} code again"),
            "400 invalid_grant",
            &answered,
        )
    }

    async fn give_back(
        &mut self,
        whose: Whose,
        kind: Kind,
        back: usize,
    ) -> Result<(), TestCaseError> {
        let holder = self.holder(whose);
        let client = holder.client.clone();
        let held = match kind {
            Kind::Refresh => &holder.refresh_tokens,
            Kind::Access => &holder.access_tokens,
        };
        let (text, token) = back_from_newest(held, back);
        let answer = self.deployment.server.revoke(&client, &text).await;
        self.holder(whose).promised.revoke();
        self.count("given back");
        let event = format!("{whose:?} {kind:?} token {} given back", token.rotation);
        let answered = answer.status.as_u16().to_string();
        self.tell(&event, "200", &answered)
    }

    /// Every token that was ever handed out, once more.
    async fn take_stock(&mut self) -> Result<(), TestCaseError> {
        for whose in [Whose::Hers, Whose::His] {
            for (text, token) in self.holder(whose).access_tokens.clone() {
                self.call(whose, &text, token).await?;
            }
            self.refresh(whose, 0).await?;
            if self.holder(whose).promised.is_revoked() {
                self.count("ended revoked");
            }
        }
        // And when nobody has used any of them for long enough.
        let seconds = 91 * 86_400;
        self.take(&Step::Wait { seconds }).await?;
        self.refresh(Whose::Hers, 0).await?;
        self.refresh(Whose::His, 0).await
    }
}

fn the_chain_keeps_its_promise(place: Place, cases: u32) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let tally = Tally::default();
    let config = Config {
        cases,
        failure_persistence: None,
        ..Config::default()
    };
    let outcome = TestRunner::new(config).run(&steps(), |steps| {
        runtime.block_on(Run::through(&steps, place, &tally))
    });
    if let Err(failure) = outcome {
        panic!("{failure}");
    }
    let tally = tally.into_inner();
    for what in [
        "rotated",
        "rotated after a restart",
        "repeated",
        "expired",
        "revoked",
        "reused",
        "given back",
        "let in",
        "turned away",
        "ended revoked",
    ] {
        assert!(tally.contains_key(what), "never {what}: {tally:?}");
    }
}

#[test]
fn in_memory_the_chain_keeps_its_promise_under_any_interleaving() {
    the_chain_keeps_its_promise(Place::Memory, 300);
}

#[test]
fn on_a_disk_the_chain_keeps_its_promise_under_any_interleaving() {
    the_chain_keeps_its_promise(Place::Disk, 300);
}

#[test]
fn in_sqlite_the_chain_keeps_its_promise_under_any_interleaving() {
    the_chain_keeps_its_promise(Place::Sqlite, 40);
}

/// The answer to a refresh is lost, and asked for again weeks later: what is issued then outlives what was stored before.
#[tokio::test]
async fn a_connection_is_remembered_as_long_as_its_last_token_lives() {
    let whose = Whose::Hers;
    let week = Step::Wait {
        seconds: 7 * 86_400,
    };
    let mut steps = vec![Step::Refresh { whose, back: 0 }];
    steps.extend(std::iter::repeat_n(week.clone(), 12));
    steps.push(Step::Refresh { whose, back: 1 });
    steps.extend(std::iter::repeat_n(week, 12));
    steps.push(Step::Refresh { whose, back: 0 });
    for place in [Place::Memory, Place::Disk, Place::Sqlite] {
        Run::through(&steps, place, &Tally::default())
            .await
            .unwrap_or_else(|failure| panic!("{failure}"));
    }
}
