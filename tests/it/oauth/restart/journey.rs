//! From registration to the third refresh, with a restart on the way.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use intervals_mcp_server::clock::Clock;

use crate::support::flow::{self, Browser, Request, Tokens, VERIFIER, is_let_in};
use crate::support::process::{Room, Running, free_port, program, wait_for};
use crate::support::{NOW, Server, ServerOptions, secrets};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Registered,
    PageOpened,
    Approved,
    Exchanged,
    Accessed,
    Refreshed(u8),
}

const STEPS: [Step; 8] = [
    Step::Registered,
    Step::PageOpened,
    Step::Approved,
    Step::Exchanged,
    Step::Accessed,
    Step::Refreshed(1),
    Step::Refreshed(2),
    Step::Refreshed(3),
];

/// Where the server runs, and what of it outlives a restart.
enum Place {
    Memory {
        clock: Clock,
    },
    Sqlite {
        clock: Clock,
        data_dir: PathBuf,
    },
    /// The binary, ended by SIGKILL.
    Process {
        port: u16,
        room: PathBuf,
        running: Option<Running>,
    },
}

impl Place {
    fn memory() -> Self {
        let clock = Clock::manual(NOW.parse().unwrap());
        Self::Memory { clock }
    }

    fn sqlite(room: &Room) -> Self {
        let (clock, data_dir) = (Clock::manual(NOW.parse().unwrap()), room.0.clone());
        Self::Sqlite { clock, data_dir }
    }

    fn process(room: &Room) -> Self {
        let (port, room) = (free_port(), room.0.clone());
        let running = None;
        Self::Process {
            port,
            room,
            running,
        }
    }

    const fn remembers_revocations(&self) -> bool {
        !matches!(self, Self::Memory { .. })
    }

    /// A new server that knows nothing but what was stored; the one before is dead.
    async fn start(&mut self) -> Server {
        let options = |clock: &Clock, data_dir| ServerOptions {
            clock: clock.clone(),
            public_url: Some("https://mcp.example.com".to_owned()),
            data_dir,
            ..ServerOptions::default()
        };
        match self {
            Self::Memory { clock } => Server::with(options(clock, None)).await,
            Self::Sqlite { clock, data_dir } => {
                Server::with(options(clock, Some(data_dir.clone()))).await
            }
            Self::Process {
                port,
                room,
                running,
            } => {
                drop(running.take());
                let child = program(room)
                    .args(["demo", "--port", &port.to_string()])
                    .env("DATA_DIR", "data")
                    .env("JWT_SECRET_KEY", secrets::SIGNING)
                    .env("OWNER_PASSWORD", secrets::OWNER)
                    .stdout(Stdio::null())
                    .spawn()
                    .unwrap();
                *running = Some(Running(child));
                wait_for(*port);
                Server::elsewhere(*port)
            }
        }
    }
}

/// A grant that was revoked because a superseded token came again: its newest tokens.
async fn revoked(server: &Server) -> Tokens {
    let first = flow::connect(server).await;
    let second = Tokens::of(&first.refresh(server).await, &first.client);
    let third = Tokens::of(&second.refresh(server).await, &first.client);
    assert_eq!(first.refresh(server).await.error(), "invalid_grant");
    third
}

async fn assert_dead(server: &Server, tokens: &Tokens) {
    assert!(!is_let_in(server, &tokens.access_token).await);
    assert_eq!(tokens.refresh(server).await.error(), "invalid_grant");
}

/// Connects an app while the server is restarted after each step that `restarts` names.
async fn travel(mut place: Place, restarts: impl Fn(Step) -> bool) {
    let mut server = place.start().await;
    let gone = revoked(&server).await;
    let bystander = flow::connect(&server).await;
    macro_rules! reached {
        ($step:expr) => {
            if restarts($step) {
                drop(server);
                server = place.start().await;
                assert!(is_let_in(&server, &bystander.access_token).await);
                if place.remembers_revocations() {
                    assert_dead(&server, &gone).await;
                }
            }
        };
    }

    let client = flow::register(&server).await;
    reached!(Step::Registered);

    let browser = Browser::new(&server);
    let page = browser.open(&Request::of(&server, &client)).await;
    let cookie = ["__Host-mcp_csrf", "mcp_csrf"]
        .into_iter()
        .find_map(|name| Some(format!("{name}={}", browser.cookie(name)?)))
        .unwrap();
    drop(browser);
    reached!(Step::PageOpened);

    let browser = Browser::new(&server).with_header("cookie", &cookie);
    let mut code = browser.approve(&page, secrets::OWNER).await.code().unwrap();
    drop(browser);
    reached!(Step::Approved);

    if restarts(Step::Approved) {
        // A code in flight dies, and the app asks again.
        let answer = flow::exchange(&server, &client, &code, VERIFIER).await;
        assert_eq!(answer.error(), "invalid_grant");
        code = flow::approved_code(&server, &client).await;
    }
    let answer = flow::exchange(&server, &client, &code, VERIFIER).await;
    let mut issued = vec![Tokens::of(&answer, &client)];
    reached!(Step::Exchanged);

    assert!(is_let_in(&server, &issued[0].access_token).await);
    reached!(Step::Accessed);

    for number in 1..=3 {
        server.clock.advance(Duration::from_secs(600));
        let newest = issued.last().unwrap();
        issued.push(Tokens::of(&newest.refresh(&server).await, &client));
        reached!(Step::Refreshed(number));
        for tokens in &issued {
            assert!(is_let_in(&server, &tokens.access_token).await, "{number}");
        }
    }
    // What is two generations old is over, whatever was restarted in between.
    assert_eq!(issued[0].refresh(&server).await.error(), "invalid_grant");
    for tokens in &issued {
        assert_dead(&server, tokens).await;
    }
    assert!(is_let_in(&server, &bystander.access_token).await);
    assert_eq!(bystander.refresh(&server).await.status, 200);
}

#[tokio::test]
async fn without_a_disk_a_restart_after_any_step_loses_the_code_in_flight_and_nothing_else() {
    for step in STEPS {
        println!("restarted after {step:?}");
        travel(Place::memory(), |reached| reached == step).await;
    }
    travel(Place::memory(), |_| true).await;
}

#[tokio::test]
async fn with_a_disk_a_restart_after_any_step_loses_the_code_in_flight_and_nothing_else() {
    for step in STEPS {
        println!("restarted after {step:?}");
        let room = Room::new();
        travel(Place::sqlite(&room), |reached| reached == step).await;
    }
    let room = Room::new();
    travel(Place::sqlite(&room), |_| true).await;
}

#[tokio::test]
async fn a_process_that_is_killed_after_every_step_keeps_what_it_promised() {
    let room = Room::new();
    travel(Place::process(&room), |_| true).await;
}
