//! Requests that arrive at the same instant, over HTTP and on several threads, again and again.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use intervals_mcp_server::state::{Durability, MemoryStore, Store, StoreFuture};
use jiff::Timestamp;

use super::inside::Inside;
use crate::support::flow::{self, Answer, Client, REDIRECT, Tokens, VERIFIER, exchange, is_let_in};
use crate::support::process::Room;
use crate::support::{Server, ServerOptions};

const ROUNDS: usize = 200;
const PARALLEL: usize = 32;
const GRACE: Duration = Duration::from_secs(300);

/// Where the server keeps its grants.
enum Kept {
    InMemory,
    InSqlite(Room),
}

impl Kept {
    async fn start(&self) -> Server {
        let data_dir = match self {
            Self::InMemory => None,
            Self::InSqlite(room) => Some(room.0.clone()),
        };
        Server::with(ServerOptions {
            data_dir,
            ..ServerOptions::default()
        })
        .await
    }
}

async fn connect(server: &Server, client: &Client) -> Tokens {
    let code = flow::approved_code(server, client).await;
    Tokens::of(&exchange(server, client, &code, VERIFIER).await, client)
}

/// Sends all requests at once, each on a task of its own.
async fn at_once<F>(requests: impl Iterator<Item = F>) -> Vec<Answer>
where
    F: Future<Output = Answer> + Send + 'static,
{
    let tasks: Vec<_> = requests.map(tokio::spawn).collect();
    join_all(tasks)
        .await
        .into_iter()
        .map(Result::unwrap)
        .collect()
}

/// A request that owns what it needs.
fn refresh(server: &Server, tokens: &Tokens) -> impl Future<Output = Answer> + Send + use<> {
    let (http, url) = (server.http.clone(), server.url("/token"));
    let body = flow::encode(&[
        ("grant_type", "refresh_token"),
        ("refresh_token", &tokens.refresh_token),
        ("client_id", &tokens.client.id),
    ]);
    post(http, url, body)
}

fn redeem(
    server: &Server,
    client: &Client,
    code: &str,
) -> impl Future<Output = Answer> + Send + use<> {
    let (http, url) = (server.http.clone(), server.url("/token"));
    let body = flow::encode(&[
        ("grant_type", "authorization_code"),
        ("code", code),
        ("client_id", &client.id),
        ("code_verifier", VERIFIER),
    ]);
    post(http, url, body)
}

async fn post(http: reqwest::Client, url: String, body: String) -> Answer {
    let response = http
        .post(url)
        .header("Content-Type", "application/x-www-form-urlencoded")
        .body(body)
        .send()
        .await
        .unwrap();
    Answer::of(response).await
}

fn is_refused(answer: &Answer) -> bool {
    answer.status == 400 && answer.error() == "invalid_grant"
}

/// All of them are answered, and what they get is one rotation: any of the answers can go on, and when one has, all the others
/// are superseded with it.
async fn parallel_refreshes_leave_one_chain(kept: &Kept) {
    let server = kept.start().await;
    let client = flow::register(&server).await;
    for round in 0..ROUNDS {
        let first = connect(&server, &client).await;
        let answers = at_once((0..PARALLEL).map(|_| refresh(&server, &first))).await;
        let siblings: Vec<Tokens> = answers
            .iter()
            .map(|answer| {
                assert_eq!(answer.status, 200, "round {round}: {}", answer.body);
                Tokens::of(answer, &client)
            })
            .collect();
        let next = &siblings[round % PARALLEL];
        assert!(is_let_in(&server, &next.access_token).await);
        let third = Tokens::of(&next.refresh(&server).await, &client);
        assert!(is_let_in(&server, &third.access_token).await);
        server.clock.advance(GRACE + Duration::from_secs(1));
        // The one chain that survives.
        let fourth = Tokens::of(&third.refresh(&server).await, &client);
        assert!(is_let_in(&server, &fourth.access_token).await);
        // A sibling is not the beginning of another: it is as old as the one that went on.
        let other = &siblings[(round + 7) % PARALLEL];
        assert!(is_refused(&other.refresh(&server).await), "round {round}");
        assert!(!is_let_in(&server, &fourth.access_token).await);
    }
}

/// The old token arrives among refreshes with the right one. Whatever the order, in the end nothing of this connection is alive.
async fn a_reused_token_ends_the_connection(kept: &Kept) {
    let server = kept.start().await;
    let client = flow::register(&server).await;
    for round in 0..ROUNDS {
        let first = connect(&server, &client).await;
        let bystander = connect(&server, &client).await;
        let second = Tokens::of(&first.refresh(&server).await, &client);
        assert!(is_let_in(&server, &second.access_token).await);
        server.clock.advance(GRACE + Duration::from_secs(1));
        let old_among_new = (0..8).map(|n| {
            let tokens = if n == round % 8 { &first } else { &second };
            refresh(&server, tokens)
        });
        let answers = at_once(old_among_new).await;
        for (n, answer) in answers.iter().enumerate() {
            let old = n == round % 8;
            assert!(
                is_refused(answer) || (answer.status == 200 && !old),
                "round {round}: {}",
                answer.body
            );
            if answer.status == 200 {
                let tokens = Tokens::of(answer, &client);
                assert!(
                    !is_let_in(&server, &tokens.access_token).await,
                    "round {round}"
                );
                assert!(is_refused(&tokens.refresh(&server).await), "round {round}");
            }
        }
        for tokens in [&first, &second] {
            assert!(!is_let_in(&server, &tokens.access_token).await);
            assert!(is_refused(&tokens.refresh(&server).await));
        }
        assert!(is_let_in(&server, &bystander.access_token).await);
    }
}

/// Exactly one answer carries tokens. The other request was a replay of the code, so these tokens are dead as soon as both are
/// answered.
async fn of_parallel_redemptions_one_is_answered(kept: &Kept, parallel: usize) {
    let server = kept.start().await;
    let client = flow::register(&server).await;
    for round in 0..ROUNDS {
        let code = flow::approved_code(&server, &client).await;
        let answers = at_once((0..parallel).map(|_| redeem(&server, &client, &code))).await;
        let (given, refused): (Vec<_>, Vec<_>) =
            answers.iter().partition(|answer| answer.status == 200);
        assert_eq!(given.len(), 1, "round {round}: {answers:?}");
        assert!(
            refused.into_iter().all(is_refused),
            "round {round}: {answers:?}"
        );
        let tokens = Tokens::of(given[0], &client);
        assert!(
            !is_let_in(&server, &tokens.access_token).await,
            "round {round}"
        );
        assert!(is_refused(&tokens.refresh(&server).await), "round {round}");
        // The tables that this fills are emptied by time.
        server.clock.advance(Duration::from_secs(60));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn thirty_two_refreshes_at_once_all_succeed_and_leave_one_chain() {
    parallel_refreshes_leave_one_chain(&Kept::InMemory).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_old_token_after_the_grace_ends_its_grant_even_among_right_ones() {
    a_reused_token_ends_the_connection(&Kept::InMemory).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_redemptions_at_once_exactly_one_is_answered_with_tokens() {
    of_parallel_redemptions_one_is_answered(&Kept::InMemory, 2).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_sixteen_redemptions_at_once_exactly_one_is_answered_with_tokens() {
    of_parallel_redemptions_one_is_answered(&Kept::InMemory, 16).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn in_sqlite_too_thirty_two_refreshes_at_once_leave_one_chain() {
    parallel_refreshes_leave_one_chain(&Kept::InSqlite(Room::new())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn in_sqlite_too_an_old_token_ends_its_grant_even_among_right_ones() {
    a_reused_token_ends_the_connection(&Kept::InSqlite(Room::new())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn in_sqlite_too_one_of_two_redemptions_is_answered_with_tokens() {
    of_parallel_redemptions_one_is_answered(&Kept::InSqlite(Room::new()), 2).await;
}

/// A store in which everybody else may come first between any two steps.
struct Slow {
    entries: MemoryStore,
    turns: std::sync::Mutex<fastrand::Rng>,
}

impl Slow {
    async fn wait(&self) {
        let turns = self.turns.lock().unwrap().u8(..6);
        for _ in 0..turns {
            tokio::task::yield_now().await;
        }
    }
}

impl Store for Slow {
    fn durability(&self) -> Durability {
        Durability::Durable
    }
    fn get<'a>(&'a self, key: &'a str) -> StoreFuture<'a, Option<Vec<u8>>> {
        Box::pin(async move {
            self.wait().await;
            self.entries.get(key).await
        })
    }
    fn put<'a>(&'a self, key: &'a str, value: Vec<u8>, at: Timestamp) -> StoreFuture<'a, ()> {
        Box::pin(async move {
            self.wait().await;
            self.entries.put(key, value, at).await
        })
    }
    fn take<'a>(&'a self, key: &'a str) -> StoreFuture<'a, Option<Vec<u8>>> {
        self.entries.take(key)
    }
    fn compare_and_swap<'a>(
        &'a self,
        key: &'a str,
        expected: Option<&'a [u8]>,
        new: Vec<u8>,
        at: Timestamp,
    ) -> StoreFuture<'a, bool> {
        Box::pin(async move {
            self.wait().await;
            let done = self.entries.compare_and_swap(key, expected, new, at).await;
            self.wait().await;
            done
        })
    }
    fn list<'a>(&'a self, prefix: &'a str) -> StoreFuture<'a, Vec<(String, Vec<u8>)>> {
        self.entries.list(prefix)
    }
}

#[tokio::test]
async fn a_slow_store_lets_no_second_redemption_through_and_loses_no_first() {
    let options = ServerOptions::default();
    let store = Slow {
        entries: MemoryStore::new(options.clock.clone()),
        turns: fastrand::Rng::with_seed(20).into(),
    };
    let server = Inside::over(Arc::new(store), options);
    let client = server.client(REDIRECT).await;
    for round in 0..ROUNDS {
        let question = server.ask(&client, "").await;
        let code = server.approve(&question, &[]).await.code().unwrap();
        let answers = join_all((0..3).map(|_| server.redeem(&client, &code))).await;
        let given: Vec<&Answer> = answers.iter().filter(|a| a.status == 200).collect();
        assert_eq!(given.len(), 1, "round {round}: {answers:?}");
        assert_eq!(answers.iter().filter(|a| is_refused(a)).count(), 2);
        let tokens = Tokens::of(given[0], &client);
        assert_eq!(server.call(&tokens.access_token).await.status, 401);
        assert!(is_refused(
            &server.refresh(&client, &tokens.refresh_token).await
        ));
        server.clock.advance(Duration::from_secs(60));
    }
}

#[tokio::test]
async fn a_slow_store_fails_none_of_thirty_two_refreshes() {
    let options = ServerOptions::default();
    let store = Slow {
        entries: MemoryStore::new(options.clock.clone()),
        turns: fastrand::Rng::with_seed(21).into(),
    };
    let server = Inside::over(Arc::new(store), options);
    let client = server.client(REDIRECT).await;
    for round in 0..ROUNDS {
        let question = server.ask(&client, "").await;
        let code = server.approve(&question, &[]).await.code().unwrap();
        let first = Tokens::of(&server.redeem(&client, &code).await, &client);
        let refreshes = (0..PARALLEL).map(|_| server.refresh(&client, &first.refresh_token));
        for answer in join_all(refreshes).await {
            assert_eq!(answer.status, 200, "round {round}: {}", answer.body);
            let tokens = Tokens::of(&answer, &client);
            assert_eq!(server.call(&tokens.access_token).await.status, 200);
        }
        server.clock.advance(Duration::from_secs(60));
    }
}
