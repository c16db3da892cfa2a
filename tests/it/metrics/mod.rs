//! `/metrics`: who may read it, what it says, and that nobody can make it say more.

mod bounded;
mod door;
mod exposition;
mod journey;

use std::process::{Command, Stdio};

use exposition::Exposition;

use crate::support::process::{Room, Running, free_port, program, wait_for};
use crate::support::{Server, secrets};

const TOKEN: &str = "a-Token-of-the-m0nitor-4711";

/// The demo with a monitor.
struct Watched {
    server: Server,
    _running: Running,
    room: Room,
}

impl Watched {
    fn start() -> Self {
        Self::with(&[("METRICS_TOKEN", TOKEN)])
    }

    fn with(changes: &[(&str, &str)]) -> Self {
        let (room, port) = (Room::new(), free_port());
        let mut command: Command = program(&room.0);
        let child = command
            .arg("demo")
            .env("PORT", port.to_string())
            .env("OWNER_PASSWORD", secrets::OWNER)
            .env("MCP_API_KEY", secrets::MCP_API_KEY)
            .env("DATA_DIR", room.0.join("data"))
            .envs(changes.iter().copied())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let running = Running(child);
        wait_for(port);
        Self {
            server: Server::elsewhere(port),
            _running: running,
            room,
        }
    }

    async fn text(&self) -> String {
        let response = self
            .server
            .http
            .get(self.server.url("/metrics"))
            .bearer_auth(TOKEN)
            .send()
            .await
            .unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(
            response.headers()["content-type"],
            "application/openmetrics-text; version=1.0.0; charset=utf-8"
        );
        response.text().await.unwrap()
    }

    async fn scrape(&self) -> Exposition {
        Exposition::parse(&self.text().await)
    }
}
