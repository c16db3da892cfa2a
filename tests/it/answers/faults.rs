//! Every tool when Intervals.icu is having a bad day.

use std::time::{Duration, Instant};

use intervals_mcp_server::clock::Clock;
use intervals_mcp_server::demo::{Fault, FaultScope};
use serde_json::{Value, json};

use super::{Ids, calls as all_calls, ids};
use crate::support::{Server, ServerOptions, World};

/// The tools that ask the service.
fn calls(ids: &Ids) -> Vec<(&'static str, Value)> {
    all_calls(ids)
        .into_iter()
        // They answer without the service too.
        .filter(|(tool, _)| !["get_help", "validate_workout"].contains(tool))
        .collect()
}

/// Every tool against `fault`, each on a server that remembers nothing.
async fn said(fault: Fault, deadline: Duration) -> Vec<(&'static str, String)> {
    let world = World::start().await;
    let found = ids(&world).await;
    world.demo.faults().set(fault, FaultScope::default());
    let calls = calls(&found);
    let answers = calls.iter().map(|(tool, arguments)| {
        let (tool, arguments) = (*tool, arguments.clone());
        let upstream = world.upstream();
        async move {
            let server = Server::with(ServerOptions {
                clock: Clock::manual(crate::support::NOW.parse().unwrap()),
                upstream,
                mcp_api_key: Some(crate::support::secrets::MCP_API_KEY.to_owned()),
                deadline,
                ..ServerOptions::default()
            })
            .await;
            let started = Instant::now();
            let said = crate::support::Caller::owner(&server)
                .call_tool(tool, arguments)
                .await;
            assert!(started.elapsed() < Duration::from_secs(20), "{tool}");
            assert!(
                said.is_error,
                "{tool} took a fault for an answer: {}",
                said.text
            );
            assert_clean(tool, &said.text);
            (tool, said.text)
        }
    });
    futures_util::future::join_all(answers).await
}

/// No page of the edge, no key, no address.
#[track_caller]
fn assert_clean(tool: &str, text: &str) {
    for word in [
        "<html",
        "<!DOCTYPE",
        "<body",
        intervals_mcp_server::demo::API_KEY,
        "127.0.0.1",
        "API_KEY:",
        "panicked",
    ] {
        assert!(!text.contains(word), "{tool} says {word}: {text}");
    }
    assert!(text.len() < 600, "{tool}: {text}");
}

const DEADLINE: Duration = Duration::from_secs(15);

#[tokio::test]
async fn a_refused_key_is_the_owners_affair() {
    for (tool, text) in said(
        Fault::Status(401, Some("Unauthorized".to_owned())),
        DEADLINE,
    )
    .await
    {
        assert!(
            text.contains("API_KEY") && text.contains("Trying again does not help"),
            "{tool}: {text}"
        );
    }
}

#[tokio::test]
async fn what_the_service_says_is_passed_on() {
    for (status, words) in [
        (403, "denied access (403"),
        (404, "(404"),
        (422, "rejected the request (422"),
    ] {
        for (tool, text) in said(
            Fault::Status(status, Some("Words of the service".to_owned())),
            DEADLINE,
        )
        .await
        {
            assert!(
                text.contains(words) && text.contains("Words of the service"),
                "{tool}: {text}"
            );
        }
    }
}

#[tokio::test]
async fn a_long_wait_is_passed_on_with_its_length() {
    for (tool, text) in said(
        Fault::RateLimited {
            retry_after: Some("1800".to_owned()),
        },
        DEADLINE,
    )
    .await
    {
        assert!(
            text.contains("429") && text.contains("30 min"),
            "{tool}: {text}"
        );
    }
}

#[tokio::test]
async fn a_failing_service_is_said_to_fail() {
    for fault in [
        Fault::Status(500, None),
        Fault::Status(503, Some("x".to_owned())),
    ] {
        for (tool, text) in said(fault, DEADLINE).await {
            assert!(
                text.contains("failed to answer (50") && text.contains("Try again"),
                "{tool}: {text}"
            );
        }
    }
}

#[tokio::test]
async fn a_web_page_instead_of_data_is_never_shown() {
    for fault in [Fault::Html(200), Fault::Html(403), Fault::Html(503)] {
        for (tool, text) in said(fault, DEADLINE).await {
            assert!(
                text.contains("web page instead of data") || text.contains("failed to answer"),
                "{tool}: {text}"
            );
        }
    }
}

#[tokio::test]
async fn a_service_that_hangs_is_given_up_in_time() {
    for (tool, text) in said(Fault::Hang, Duration::from_secs(2)).await {
        assert!(text.contains("did not answer in time"), "{tool}: {text}");
    }
}

#[tokio::test]
async fn a_broken_answer_is_said_to_be_broken() {
    for fault in [Fault::TruncatedJson, Fault::EmptyBody, Fault::Reset] {
        for (tool, text) in said(fault.clone(), DEADLINE).await {
            assert!(text.contains("Try again"), "{fault:?} {tool}: {text}");
        }
    }
}

#[tokio::test]
async fn an_endless_answer_is_not_read() {
    for (tool, text) in said(Fault::HugeBody(50 << 20), DEADLINE).await {
        assert!(text.contains("larger than 16 MiB"), "{tool}: {text}");
    }
}

#[tokio::test]
async fn nulls_everywhere_are_gaps_and_not_an_error() {
    let world = World::start().await;
    let found = ids(&world).await;
    // The athlete is known already; everything else comes without a value.
    world.owner().call_tool("get_athlete", json!({})).await.ok();
    for path in ["wellness", "activit", "events"] {
        let scope = FaultScope {
            path_contains: Some(path.to_owned()),
            times: None,
        };
        world.demo.faults().set(Fault::AllNulls, scope);
    }
    // What has no day is neither moved nor deleted, and what is written cannot be read back.
    let writes = ["save_events", "move_events", "delete_events", "apply_plan"];
    for (tool, arguments) in calls(&found) {
        if writes.contains(&tool) {
            continue;
        }
        let said = world.owner().call_tool(tool, arguments).await;
        // Of an activity without sport and time nothing is known, and what is not known is not written; nor is an event of
        // no category done.
        let text = match tool {
            "update_activity" | "add_activity_message" | "complete_event" => said.error(),
            _ => said.ok(),
        };
        assert!(
            !text.contains("NaN") && !text.contains("null"),
            "{tool}: {text}"
        );
    }
}

#[tokio::test]
async fn an_athlete_without_a_profile_is_said_to_be_unreadable() {
    for (tool, text) in said(Fault::AllNulls, DEADLINE).await {
        assert!(text.contains("cannot be read"), "{tool}: {text}");
    }
}

#[tokio::test]
async fn a_short_failure_is_bridged() {
    let world = World::start().await;
    for fault in [
        Fault::Status(503, None),
        Fault::RateLimited {
            retry_after: Some("1".to_owned()),
        },
    ] {
        world.demo.faults().set(
            fault,
            FaultScope {
                path_contains: Some("wellness".to_owned()),
                times: Some(1),
            },
        );
        let arguments = json!({ "oldest": "-20d", "fields": ["hrv"] });
        world
            .owner()
            .call_tool("get_wellness", arguments)
            .await
            .ok();
        world.server.clock.advance(Duration::from_secs(60));
    }
}

#[tokio::test]
async fn a_write_is_never_sent_twice() {
    let world = World::start().await;
    world.owner().call_tool("get_today", json!({})).await.ok();
    let only_writes = FaultScope {
        path_contains: Some("/wellness/2026".to_owned()),
        times: None,
    };
    world
        .demo
        .faults()
        .set(Fault::Status(503, None), only_writes);
    world.demo.clear_journal();
    let arguments = json!({ "entries": [{ "date": "today", "mood": "good" }] });
    world
        .owner()
        .call_tool("update_wellness", arguments)
        .await
        .error();
    assert_eq!(
        world
            .demo
            .journal()
            .iter()
            .filter(|r| r.method == "PUT")
            .count(),
        1
    );
}
