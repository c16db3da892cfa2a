//! The line that a request leaves in the log: one, and at its end.

use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use intervals_mcp_server::demo::{Fault, FaultScope};
use serde_json::json;
use tracing::subscriber::DefaultGuard;

use crate::support::World;

/// What is logged on this thread, where a test's whole server runs.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Log {
    fn listen(&self) -> DefaultGuard {
        let log = self.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_ansi(false)
            .with_writer(move || log.clone())
            .finish();
        tracing::subscriber::set_default(subscriber)
    }

    /// A server whose lines arrive here. The place in the code that writes them is asked once and for all threads whether
    /// anybody listens; another thread may have had the answer just before this one began to.
    async fn world(&self) -> World {
        let world = World::start().await;
        world.owner().legacy("ping", json!({})).await;
        tracing::callsite::rebuild_interest_cache();
        self.0.lock().unwrap().clear();
        world
    }

    fn calls(&self) -> Vec<String> {
        self.lines("Processing request of type tools/call")
    }

    fn lines(&self, with: &str) -> Vec<String> {
        let log = String::from_utf8(self.0.lock().unwrap().clone()).unwrap();
        log.lines()
            .filter(|line| line.contains(with))
            .map(str::to_owned)
            .collect()
    }
}

#[tokio::test]
async fn a_call_answered_as_a_stream_leaves_one_line_when_the_stream_ends() {
    let log = Log::default();
    let _listening = log.listen();
    let world = log.world().await;
    let meta = json!({ "progressToken": 1 });
    let params = json!({ "name": "get_today", "arguments": {}, "_meta": meta });
    let answer = world.owner().legacy("tools/call", params).await;
    assert_eq!(answer.headers["content-type"], "text/event-stream");
    let calls = log.calls();
    assert_eq!(calls.len(), 1, "{calls:?}");
    assert!(calls[0].contains("tool=get_today outcome=ok"), "{calls:?}");
}

#[tokio::test]
async fn a_call_whose_caller_hangs_up_leaves_a_line_that_says_so() {
    let log = Log::default();
    let _listening = log.listen();
    let world = log.world().await;
    world.demo.faults().set(Fault::Hang, FaultScope::default());
    let owner = world.owner();
    let params = json!({ "name": "list_activities", "arguments": {} });
    let call = owner.legacy("tools/call", params);
    tokio::time::timeout(Duration::from_millis(200), call)
        .await
        .unwrap_err();
    for _ in 0..100 {
        if !log.calls().is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let calls = log.calls();
    assert_eq!(calls.len(), 1, "{calls:?}");
    assert!(
        calls[0].contains("tool=list_activities outcome=cancelled"),
        "{calls:?}"
    );
}

#[tokio::test]
async fn what_became_of_a_change_whose_caller_hung_up_is_told_later() {
    let log = Log::default();
    let _listening = log.listen();
    let world = log.world().await;
    let held = FaultScope {
        path_contains: Some("/wellness/2026".to_owned()),
        times: None,
    };
    world.demo.faults().set(Fault::Held, held);
    let owner = world.owner();
    let entry = json!({ "date": "2026-03-18", "weight": 71.25 });
    let arguments = json!({ "entries": [entry] });
    let params = json!({ "name": "update_wellness", "arguments": arguments });
    let call = owner.legacy("tools/call", params);
    tokio::time::timeout(Duration::from_millis(500), call)
        .await
        .unwrap_err();
    let later = || log.lines("a change went on without its caller");
    assert!(later().is_empty());
    world.demo.faults().clear();
    for _ in 0..100 {
        if !later().is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let later = later();
    assert_eq!(later.len(), 1, "{later:?}");
    assert!(
        later[0].contains("tool=update_wellness outcome=ok"),
        "{later:?}"
    );
}

#[tokio::test]
async fn what_is_refused_is_never_logged_as_done() {
    let log = Log::default();
    let _listening = log.listen();
    let world = log.world().await;
    for (method, params) in [
        ("tools/call", json!({ "name": "get_moon" })),
        ("tools/call", json!({ "name": "get_today", "arguments": 5 })),
        ("prompts/get", json!({ "name": "no_such_prompt" })),
        ("resources/read", json!({ "uri": "intervals://no/such" })),
        ("completion/complete", json!({})),
        ("tools/destroy", json!({})),
    ] {
        let answer = world.owner().legacy(method, params).await;
        assert!(answer.body["error"].is_object(), "{method}");
    }
    let lines = log.lines("Processing request of type");
    assert_eq!(lines.len(), 6);
    for line in lines {
        assert!(line.contains("outcome=refused"), "{line}");
    }
}
