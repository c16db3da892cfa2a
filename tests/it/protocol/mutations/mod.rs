//! Valid messages, mutated at random: each gets the answer that is specified, in bounded time, and harms nobody.

mod changes;
mod json;
mod messages;
mod oracle;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use intervals_mcp_server::clock::Clock;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use self::changes::Case;
use self::oracle::{Expected, Sent};
use crate::support::{Caller, NOW, ServerOptions, World, secrets};

/// Threads of the server under test, so that a panic of theirs can be told from one of another test.
const THREADS: &str = "mutated";
/// Every answer is there long before.
const PATIENCE: Duration = Duration::from_secs(20);
const CASES: u32 = 1_000;

#[expect(
    clippy::disallowed_methods,
    reason = "how long to look is no setting of the server"
)]
fn setting(name: &str) -> Option<u64> {
    Some(std::env::var(name).ok()?.parse().unwrap())
}

/// Counts panics on the threads of the server.
fn panics() -> Arc<AtomicUsize> {
    let count = Arc::new(AtomicUsize::new(0));
    let before = std::panic::take_hook();
    let counted = Arc::clone(&count);
    std::panic::set_hook(Box::new(move |info| {
        if std::thread::current().name() == Some(THREADS) {
            counted.fetch_add(1, Ordering::SeqCst);
        }
        before(info);
    }));
    count
}

struct Rig {
    runtime: Runtime,
    lenient: World,
    strict: World,
    /// Whose connections are used once: a server that refuses a request unread closes its connection.
    passing: reqwest::Client,
    tools: Vec<String>,
    panics: Arc<AtomicUsize>,
}

impl Rig {
    fn new() -> Self {
        let panics = panics();
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name(THREADS)
            .enable_all()
            .build()
            .unwrap();
        let world = |strict_protocol_headers| {
            World::with(ServerOptions {
                clock: Clock::manual(NOW.parse().unwrap()),
                strict_protocol_headers,
                ..ServerOptions::default()
            })
        };
        let (lenient, strict) = runtime.block_on(async { (world(false).await, world(true).await) });
        let listed = runtime.block_on(async { lenient.owner().list_tools().await });
        let tools = listed
            .iter()
            .map(|tool| tool["name"].as_str().unwrap().to_owned())
            .collect();
        Self {
            runtime,
            lenient,
            strict,
            passing: reqwest::Client::builder()
                .no_proxy()
                .pool_max_idle_per_host(0)
                .build()
                .unwrap(),
            tools,
            panics,
        }
    }

    fn check(&self, case: &Case) -> Result<(), String> {
        let (headers, body) = case.build();
        let expected = oracle::expected(&Sent {
            headers: &headers,
            body: &body,
            has_credential: case.has_credential,
            is_strict: case.is_strict,
            tools: &self.tools,
        });
        let world = if case.is_strict {
            &self.strict
        } else {
            &self.lenient
        };
        let told = |why: String| {
            format!(
                "{why}\nexpected: {expected:?}\nheaders: {:?}\nbody: {:.3000}",
                headers
                    .iter()
                    .map(|(name, value)| format!("{name}: {}", String::from_utf8_lossy(value)))
                    .collect::<Vec<_>>(),
                String::from_utf8_lossy(&body)
            )
        };
        let http = if case.has_credential {
            &world.server.http
        } else {
            &self.passing
        };
        let (said, ping) = self.runtime.block_on(async {
            let said = Said::to(http, world, case, &headers, &body).await;
            let ping =
                tokio::time::timeout(PATIENCE, world.owner().legacy("ping", json!({}))).await;
            (said, ping)
        });
        let said = said.map_err(&told)?;
        if !expected.iter().any(|one| said.is(one)) {
            return Err(told(format!("unexpected: {said:?}")));
        }
        said.check().map_err(&told)?;
        let ping = ping.map_err(|_| told("no answer to a ping afterwards".to_owned()))?;
        if (ping.status, &ping.body) != (200, &json!({ "jsonrpc": "2.0", "id": 7, "result": {} })) {
            return Err(told(format!("a ping afterwards got {ping:?}")));
        }
        if self.panics.load(Ordering::SeqCst) > 0 {
            return Err(told("the server panicked".to_owned()));
        }
        Ok(())
    }
}

#[derive(Debug)]
struct Said {
    status: u16,
    headers: HeaderMap,
    /// Of an event stream its last message; null when there is none.
    body: Value,
}

impl Said {
    async fn to(
        http: &reqwest::Client,
        world: &World,
        case: &Case,
        headers: &[(String, Vec<u8>)],
        body: &[u8],
    ) -> Result<Self, String> {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            let value = HeaderValue::from_bytes(value).map_err(|_| "a header cannot be sent")?;
            map.append(HeaderName::from_bytes(name.as_bytes()).unwrap(), value);
        }
        if case.has_credential {
            let value = format!("Bearer {}", secrets::MCP_API_KEY);
            map.insert("authorization", value.parse().unwrap());
        }
        let request = http
            .post(world.server.url(case.path))
            .headers(map)
            .body(body.to_vec())
            .timeout(PATIENCE);
        let response = request
            .send()
            .await
            .map_err(|e| format!("no answer: {e:?}"))?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response
            .text()
            .await
            .map_err(|e| format!("no body: {e:?}"))?;
        let kind = headers.get("content-type").map(|v| v.to_str().unwrap());
        let last = match (kind, text.as_str()) {
            (None, "") => "null",
            (Some("application/json"), text) => text,
            (Some("text/event-stream"), text) => text
                .lines()
                .filter_map(|line| line.strip_prefix("data:"))
                .next_back()
                .unwrap_or_default(),
            _ => return Err(format!("a body of kind {kind:?}: {status} {text:.200}")),
        };
        let body = serde_json::from_str(last).map_err(|e| format!("{e}: {status} {text:.200}"))?;
        Ok(Self {
            status,
            headers,
            body,
        })
    }

    fn is(&self, expected: &Expected) -> bool {
        let body = &self.body;
        match expected {
            Expected::Challenge => {
                self.status == 401 && self.headers.contains_key("www-authenticate")
            }
            Expected::Accepted => self.status == 202 && body.is_null(),
            Expected::Error { status, id, code } => {
                self.status == *status
                    && changes::is_answer(body)
                    && body["id"] == *id
                    && body["error"]["code"] == *code
            }
            Expected::Miss { id, code, uri } => {
                self.status == 200
                    && changes::is_answer(body)
                    && body["id"] == *id
                    && body["error"]["code"] == *code
                    && body["error"]["data"]["uri"] == **uri
            }
            Expected::Result {
                id,
                method,
                is_modern,
            } => {
                let result = &body["result"];
                let knows = |name: &str| result.get(name).is_some();
                let of_help = result["contents"][0]["uri"]
                    .as_str()
                    .is_some_and(|uri| uri.starts_with("intervals://help/"));
                let is_personal = ["server/discover", "tools/list"].contains(&method.as_str())
                    || (method == "resources/read" && !of_help);
                let scope = result["cacheScope"].as_str();
                let has_hints = result["ttlMs"].is_u64()
                    && (scope == Some("private") || (scope == Some("public") && !is_personal));
                let may_be_kept = method.ends_with("list")
                    || ["server/discover", "resources/read"].contains(&method.as_str());
                let fits = match is_modern {
                    None => true,
                    Some(true) => result["resultType"] == "complete" && has_hints == may_be_kept,
                    Some(false) => !knows("resultType") && !knows("ttlMs") && !knows("cacheScope"),
                };
                self.status == 200
                    && changes::is_answer(body)
                    && result.is_object()
                    && body["id"] == *id
                    && fits
            }
        }
    }

    /// What holds of every answer.
    fn check(&self) -> Result<(), String> {
        if self.headers.contains_key("mcp-session-id") {
            return Err("a session id".to_owned());
        }
        if self.body.get("error").is_some_and(Value::is_object) {
            let says = self.body["error"]["message"].as_str().unwrap_or_default();
            if says.is_empty() || says.len() > 1_000 {
                return Err(format!("an error whose message says {says:?}"));
            }
        }
        if self.body["error"]["code"] == -32022 {
            let data = &self.body["error"]["data"];
            if data["supported"][0] != "2026-07-28" || !data["requested"].is_string() {
                return Err(format!("versions without a choice: {data}"));
            }
        }
        if self.body.to_string().contains("The server made a mistake") {
            return Err("a tool panicked".to_owned());
        }
        Ok(())
    }
}

#[test]
fn whatever_is_sent_gets_the_answer_that_is_specified() {
    let rig = Rig::new();
    let cases = setting("PROTOCOL_CASES").map_or(CASES, |cases| cases.try_into().unwrap());
    let seed = setting("PROTOCOL_SEED").unwrap_or_else(|| getrandom::u64().unwrap());
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let config = Config {
        cases,
        failure_persistence: None,
        max_shrink_iters: 2_000,
        ..Config::default()
    };
    let mut runner =
        TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &bytes));
    let outcome = runner.run(&changes::case(&messages::all()), |case| {
        rig.check(&case).map_err(TestCaseError::fail)
    });
    if let Err(error) = outcome {
        panic!("PROTOCOL_SEED={seed}: {error}");
    }
    rig.lenient.assert_well_behaved();
    rig.strict.assert_well_behaved();
}

#[test]
fn unchanged_messages_get_results() {
    let rig = Rig::new();
    for message in messages::all() {
        let case = Case {
            message,
            other: None,
            changes: Vec::new(),
            damages: Vec::new(),
            lies: Vec::new(),
            path: "/mcp",
            has_credential: true,
            is_strict: true,
        };
        rig.check(&case).unwrap();
        let (headers, body) = case.build();
        let owner = Caller::owner(&rig.strict.server);
        let headers: Vec<(&str, &str)> = headers
            .iter()
            .map(|(name, value)| (name.as_str(), std::str::from_utf8(value).unwrap()))
            .collect();
        let answer = rig.runtime.block_on(owner.post_raw("/mcp", &headers, body));
        assert!(
            answer.status == 202 || answer.body.get("result").is_some() || answer.body.is_string(),
            "{headers:?}: {answer:?}"
        );
    }
}
