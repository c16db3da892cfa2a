//! The real binary as a process.

use std::ffi::OsString;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use intervals_mcp_server::demo::{API_KEY, ATHLETE_ID};

use super::secrets;

/// The binary that was built along with the tests, or the one that `TESTED_BINARY` names, such as the one that ships.
#[expect(
    clippy::disallowed_methods,
    reason = "which binary is tested is no setting of the server"
)]
fn binary() -> OsString {
    std::env::var_os("TESTED_BINARY")
        .unwrap_or_else(|| env!("CARGO_BIN_EXE_intervals-mcp-server").into())
}

/// The binary in an empty environment and an empty directory of its own.
pub fn program(directory: &Path) -> Command {
    let mut command = Command::new(binary());
    command.env_clear().current_dir(directory);
    command
}

/// The binary with all that it insists on: it is going to listen on `port` for the athlete of the demo.
pub fn serving(room: &Room, port: u16) -> Command {
    let mut command = program(&room.0);
    command
        .env("ATHLETE_ID", ATHLETE_ID)
        .env("API_KEY", API_KEY)
        .env("JWT_SECRET_KEY", secrets::SIGNING)
        .env("BASE_URL", format!("http://127.0.0.1:{port}"))
        .env("PORT", port.to_string())
        .stdout(Stdio::null());
    command
}

/// A directory that is removed when dropped.
pub struct Room(pub PathBuf);

impl Room {
    pub fn new() -> Self {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("icu-mcp-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

pub fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// A server that is stopped when dropped.
pub struct Running(pub Child);

impl Running {
    /// Asks the server to stop, as a container does.
    pub fn tell_to_stop(&self) {
        let id = self.0.id().to_string();
        Command::new("kill").args(["-TERM", &id]).status().unwrap();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

pub fn wait_for(port: u16) {
    let started = Instant::now();
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(
            started.elapsed() < Duration::from_secs(10),
            "nothing listens"
        );
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Resident memory of a process that runs here.
pub fn resident_kib(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find(|l| l.starts_with("VmRSS:")).unwrap();
    let number = line.split_ascii_whitespace().nth(1).unwrap();
    number.parse().unwrap()
}
