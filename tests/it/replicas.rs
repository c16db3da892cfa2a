//! Two replicas on a real Redis that is killed and comes back, with clocks that run.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::future::join_all;
use intervals_mcp_server::clock::Clock;
use intervals_mcp_server::demo::Demo;
use intervals_mcp_server::state::RedisUrl;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::time::{Instant, sleep};

use crate::support::flow::{self, Answer, Browser, Client, ConsentPage, Request, Tokens, VERIFIER};
use crate::support::redis::Redis;
use crate::support::{Caller, Server, ServerOptions, secrets};

/// Two servers of one origin, and what they share.
struct Deployment {
    redis: Redis,
    here: Server,
    there: Server,
}

impl Deployment {
    async fn start() -> Option<Self> {
        let redis = Redis::start()?;
        let clock = Clock::system();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let upstream = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(Demo::new(clock.clone()).serve(listener));
        let url = RedisUrl::parse(&redis.url()).unwrap();
        let replica = |public_url| {
            Server::with(ServerOptions {
                clock: clock.clone(),
                upstream: upstream.clone(),
                redis: Some((url.clone(), "test".to_owned())),
                public_url,
                ..ServerOptions::default()
            })
        };
        let here = replica(None).await;
        let there = replica(Some(here.address.clone())).await;
        Some(Self { redis, here, there })
    }

    const fn both(&self) -> [&Server; 2] {
        [&self.here, &self.there]
    }

    /// A page that one opens, and the other's answer to it.
    async fn code(&self, client: &Client) -> String {
        let mut browser = Browser::new(&self.here);
        let page = browser.open(&Request::of(&self.here, client)).await;
        browser.turn_to(&self.there);
        let answer = browser.approve(&page, secrets::OWNER).await;
        assert_eq!(answer.status, 303, "{}", answer.body);
        answer.code().unwrap()
    }

    async fn connect(&self) -> Tokens {
        let client = flow::register(&self.there).await;
        let code = self.code(&client).await;
        let answer = flow::exchange(&self.here, &client, &code, VERIFIER).await;
        Tokens::of(&answer, &client)
    }

    /// Until each of them answers a call with this status; for two seconds at most.
    async fn both_answer(&self, tokens: &Tokens, status: u16) {
        let since = Instant::now();
        for server in self.both() {
            while flow::call(server, "/mcp", &tokens.access_token)
                .await
                .status
                != status
            {
                assert!(since.elapsed() < Duration::from_secs(2), "never {status}");
                sleep(Duration::from_millis(20)).await;
            }
        }
    }
}

async fn ask_for_the_athlete(server: &Server, tokens: &Tokens) {
    let caller = Caller::with_token(server, &tokens.access_token);
    caller.call_tool("get_athlete", json!({})).await.ok();
}

async fn give_back(server: &Server, tokens: &Tokens) -> Answer {
    let fields = [
        ("token", tokens.refresh_token.as_str()),
        ("client_id", &tokens.client.id),
    ];
    let request = server.http.post(server.url("/revoke"));
    let request = request.header("Content-Type", "application/x-www-form-urlencoded");
    Answer::of(request.body(flow::encode(&fields)).send().await.unwrap()).await
}

#[tokio::test]
async fn apps_outlive_a_crash_of_redis_during_which_nobody_is_served() {
    let Some(mut deployment) = Deployment::start().await else {
        return;
    };
    let tokens = deployment.connect().await;
    for server in deployment.both() {
        ask_for_the_athlete(server, &tokens).await;
    }
    let leaving = deployment.connect().await;
    let waiting = flow::register(&deployment.here).await;
    let code = deployment.code(&waiting).await;

    deployment.redis.kill();
    // An answer of a moment ago may still be believed, and no longer.
    deployment.both_answer(&tokens, 503).await;
    for server in deployment.both() {
        for answer in [
            flow::call(server, "/mcp", &tokens.access_token).await,
            tokens.refresh(server).await,
            flow::exchange(server, &waiting, &code, VERIFIER).await,
            give_back(server, &leaving).await,
        ] {
            assert_eq!(answer.status, 503, "{}", answer.body);
            assert!(answer.header("retry-after").parse::<u64>().unwrap() <= 60);
            assert_eq!(answer.header("www-authenticate"), "");
        }
        let health = server.http.get(server.url("/health")).send().await;
        assert_eq!(health.unwrap().status(), 200);
    }

    deployment.redis.start_again();
    deployment.both_answer(&tokens, 200).await;
    // Whoever left meanwhile was told to come again, and is out all the same.
    deployment.both_answer(&leaving, 401).await;
    for server in deployment.both() {
        ask_for_the_athlete(server, &tokens).await;
    }
    let [here, there] = deployment.both();
    let next = Tokens::of(&tokens.refresh(there).await, &tokens.client);
    ask_for_the_athlete(here, &next).await;
    // What was approved before the crash is redeemed after it.
    let answer = flow::exchange(there, &waiting, &code, VERIFIER).await;
    let other = Tokens::of(&answer, &waiting);
    ask_for_the_athlete(here, &other).await;

    assert_eq!(give_back(here, &next).await.status, 200);
    let since = Instant::now();
    while flow::is_let_in(there, &next.access_token).await {
        assert!(since.elapsed() < Duration::from_secs(1), "it never hears");
        sleep(Duration::from_millis(20)).await;
    }
    assert!(flow::is_let_in(there, &other.access_token).await);
    // That it was ended is not forgotten by a crash either.
    deployment.redis.kill();
    deployment.redis.start_again();
    deployment.both_answer(&other, 200).await;
    deployment.both_answer(&next, 401).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_redemptions_at_both_before_and_after_a_crash_of_redis_one_is_answered() {
    let Some(mut deployment) = Deployment::start().await else {
        return;
    };
    let client = flow::register(&deployment.here).await;
    for round in 0..6 {
        let code = deployment.code(&client).await;
        if round % 3 == 2 {
            deployment.redis.kill();
            deployment.redis.start_again();
        }
        let answered = AtomicUsize::new(0);
        let redeem = async |number: usize| {
            let server = deployment.both()[number % 2];
            let since = Instant::now();
            loop {
                let answer = flow::exchange(server, &client, &code, VERIFIER).await;
                match answer.status.as_u16() {
                    200 => answered.fetch_add(1, Ordering::SeqCst),
                    400 => 0,
                    // As a client does that was told to come again.
                    503 if since.elapsed() < Duration::from_secs(3) => {
                        sleep(Duration::from_millis(50)).await;
                        continue;
                    }
                    _ => panic!("{answer:?}"),
                };
                return;
            }
        };
        join_all((0..8).map(redeem)).await;
        assert_eq!(answered.into_inner(), 1, "round {round}");
    }
}

#[tokio::test]
async fn a_limit_that_was_used_up_at_one_replica_holds_at_the_other_beyond_a_crash_of_redis() {
    let Some(mut deployment) = Deployment::start().await else {
        return;
    };
    let client = flow::register(&deployment.here).await;
    for _ in 0..2 {
        let browser = Browser::new(&deployment.here);
        let mut page = browser.open(&Request::of(&deployment.here, &client)).await;
        for wrong in 0..5 {
            let answer = browser.approve(&page, "a wrong secret").await;
            assert_eq!(answer.status, 403);
            if wrong < 4 {
                page = ConsentPage::read(answer);
            }
        }
    }
    for crash in [false, true] {
        if crash {
            deployment.redis.kill();
            deployment.redis.start_again();
            // Twice as long as the pause between two attempts to connect.
            sleep(Duration::from_secs(1)).await;
        }
        for server in deployment.both() {
            let browser = Browser::new(server);
            let page = browser.open(&Request::of(server, &client)).await;
            let answer = browser.approve(&page, secrets::OWNER).await;
            assert_eq!(answer.status, 429, "{}", answer.body);
        }
    }
}
