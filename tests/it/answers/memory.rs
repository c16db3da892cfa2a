//! What a huge answer of the service costs the real process.

use intervals_mcp_server::clock::Clock;
use intervals_mcp_server::demo::{Demo, Fault, FaultScope};
use serde_json::json;
use tokio::net::TcpListener;

use crate::support::process::{Room, Running, free_port, serving, wait_for};
use crate::support::{Caller, Server, secrets};

/// Peak resident memory of a process in KiB.
fn peak_kib(pid: u32) -> u64 {
    kib(pid, "VmHWM:")
}

fn kib(pid: u32, what: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find(|l| l.starts_with(what)).unwrap();
    line.split_ascii_whitespace()
        .nth(1)
        .unwrap()
        .parse()
        .unwrap()
}

/// The real program in front of a demo, and what keeps them alive.
async fn start() -> (Demo, Server, Running, Room) {
    let demo = Demo::new(Clock::system());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let upstream = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(demo.clone().serve(listener));
    let (port, room) = (free_port(), Room::new());
    let child = serving(&room, port)
        .env("MCP_API_KEY", secrets::MCP_API_KEY)
        .env("INTERVALS_BASE_URL", upstream)
        .spawn()
        .unwrap();
    let running = Running(child);
    wait_for(port);
    (demo, Server::elsewhere(port), running, room)
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_body_of_50_megabytes_does_not_raise_memory_by_40() {
    let (demo, server, running, _room) = start().await;
    let owner = Caller::owner(&server);
    owner.call_tool("get_today", json!({})).await.ok();
    let before = peak_kib(running.0.id());
    demo.faults()
        .set(Fault::HugeBody(50 << 20), FaultScope::default());
    for (tool, arguments) in [
        ("list_activities", json!({ "oldest": "-9d" })),
        ("get_wellness", json!({ "oldest": "-9d" })),
        ("list_events", json!({ "oldest": "-9d" })),
        ("get_today", json!({ "days_ahead": 9 })),
    ] {
        let said = owner.call_tool(tool, arguments).await.error();
        assert!(said.contains("larger than 16 MiB"), "{tool}: {said}");
    }
    let grown = peak_kib(running.0.id()) - before;
    println!("peak memory grew by {grown} KiB from {before} KiB");
    assert!(grown < 40 * 1024, "{grown} KiB");
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_recording_of_ten_hours_does_not_raise_memory_by_40_megabytes() {
    let (demo, server, running, _room) = start().await;
    let owner = Caller::owner(&server);
    owner.call_tool("get_today", json!({})).await.ok();
    let list = owner.call_tool(
        "list_activities",
        json!({ "oldest": "-60d", "sport": "Ride" }),
    );
    let list = list.await.ok();
    let id = list.lines().find_map(|line| {
        line.split('|')
            .next()
            .filter(|id| id.starts_with('i') && id.len() > 2)
    });
    demo.record_for(36_000);
    let before = kib(running.0.id(), "VmRSS:");
    let types = [
        "power",
        "hr",
        "cadence",
        "speed",
        "altitude",
        "distance",
        "raw_power",
        "fixed_watts",
        "grade",
        "gap",
    ];
    for max_points in [20, 1000] {
        let arguments = json!({ "id": id.unwrap(), "types": types, "max_points": max_points });
        let said = owner
            .call_tool("get_activity_streams", arguments)
            .await
            .ok();
        assert!(said.contains(" · 10:00:00 recorded"), "{said}");
    }
    let grown = peak_kib(running.0.id()) - before;
    println!("peak memory grew by {grown} KiB from {before} KiB");
    assert!(grown < 40 * 1024, "{grown} KiB");
}
