//! What a huge answer of the service costs the real process.

use intervals_mcp_server::clock::Clock;
use intervals_mcp_server::demo::{API_KEY, ATHLETE_ID, Demo, Fault, FaultScope};
use serde_json::json;
use tokio::net::TcpListener;

use crate::support::process::{Room, Running, free_port, program, wait_for};
use crate::support::{Caller, Server, secrets};

/// Peak resident memory of a process in KiB.
fn peak_kib(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find(|l| l.starts_with("VmHWM:")).unwrap();
    line.split_ascii_whitespace()
        .nth(1)
        .unwrap()
        .parse()
        .unwrap()
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_body_of_50_megabytes_does_not_raise_memory_by_40() {
    let demo = Demo::new(Clock::system());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let upstream = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(demo.clone().serve(listener));
    let (port, room) = (free_port(), Room::new());
    let child = program(&room.0)
        .env("ATHLETE_ID", ATHLETE_ID)
        .env("API_KEY", API_KEY)
        .env("JWT_SECRET_KEY", secrets::SIGNING)
        .env("MCP_API_KEY", secrets::MCP_API_KEY)
        .env("BASE_URL", format!("http://127.0.0.1:{port}"))
        .env("PORT", port.to_string())
        .env("INTERVALS_BASE_URL", upstream)
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let running = Running(child);
    wait_for(port);
    let server = Server::elsewhere(port);
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
