//! The real binary as a process.

use std::ffi::OsString;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
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

/// A port that nobody listens at, nor is given one by the system: those are handed to outgoing connections too, and whoever
/// asks again and again whether such a port is open is connected with itself one day.
pub fn free_port() -> u16 {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let first = std::process::id().wrapping_mul(997);
    loop {
        let next = first.wrapping_add(NEXT.fetch_add(1, Ordering::Relaxed));
        let port = 10_000 + (next % 20_000) as u16;
        let v4 = TcpListener::bind((Ipv4Addr::LOCALHOST, port));
        let v6 = TcpListener::bind((Ipv6Addr::LOCALHOST, port));
        // A machine may have no IPv6.
        let is_taken = |error: &io::Error| error.kind() == io::ErrorKind::AddrInUse;
        if v4.is_ok() && !v6.as_ref().is_err_and(is_taken) {
            return port;
        }
    }
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
