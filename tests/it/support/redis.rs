//! A real redis-server on loopback.

use std::io::{BufRead, BufReader};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use intervals_mcp_server::state::{RedisUrl, Settings};

use super::environment::{is_ci, setting};
use super::process::{Room, Running, free_port};

/// A server of its own, which a test may stop, start again and change. It ends when it is dropped.
pub struct Redis {
    pub port: u16,
    arguments: Vec<String>,
    room: Room,
    running: Option<Running>,
}

impl Redis {
    /// One that writes everything to its disk at once; `None`, with a word about it, where there is no redis-server.
    pub fn start() -> Option<Self> {
        Self::with(&["--appendonly", "yes", "--appendfsync", "always"])
    }

    /// One with these arguments.
    pub fn with(arguments: &[&str]) -> Option<Self> {
        Self::listening("--port", arguments)
    }

    /// One that speaks TLS and nothing else, with a certificate and its key in PEM, which are kept in `room`.
    pub fn with_tls(certificate: &str, key: &str, room: &Room) -> Option<Self> {
        let path = |name: &str| room.0.join(name).to_str().unwrap().to_owned();
        let files = [path("certificate"), path("key")];
        std::fs::write(&files[0], certificate).unwrap();
        std::fs::write(&files[1], key).unwrap();
        let arguments = [
            ["--tls-cert-file", &files[0]],
            ["--tls-key-file", &files[1]],
            ["--tls-ca-cert-file", &files[0]],
            ["--tls-auth-clients", "no"],
            ["--port", "0"],
        ];
        Self::listening("--tls-port", arguments.as_flattened())
    }

    fn listening(port: &str, arguments: &[&str]) -> Option<Self> {
        is_installed().then(|| {
            let number = free_port();
            let mut redis = Self {
                port: number,
                arguments: [port, &number.to_string()]
                    .iter()
                    .chain(arguments)
                    .map(|&word| word.to_owned())
                    .collect(),
                room: Room::new(),
                running: None,
            };
            redis.start_again();
            redis
        })
    }

    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// Ends it at once, as a crash does.
    pub fn kill(&mut self) {
        self.running = None;
    }

    /// Stops it where it stands: connections stay open and nothing is answered.
    pub fn freeze(&self) {
        self.signal("-STOP");
    }

    pub fn thaw(&self) {
        self.signal("-CONT");
    }

    fn signal(&self, signal: &str) {
        let id = self.running.as_ref().unwrap().0.id().to_string();
        Command::new("kill").args([signal, &id]).status().unwrap();
    }

    /// Starts it at the same port with the files that are there.
    pub fn start_again(&mut self) {
        let mut child = Command::new("redis-server")
            .args(["--bind", "127.0.0.1", "--save", "", "--dir"])
            .arg(&self.room.0)
            .args(&self.arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        await_ready(&mut child);
        self.running = Some(Running(child));
    }

    /// Says something to it as its operator does.
    #[track_caller]
    pub fn operate(&self, words: &[&str]) -> String {
        let output = Command::new("redis-cli")
            .args(["-h", "127.0.0.1", "-p", &self.port.to_string()])
            .args(words)
            .output()
            .unwrap();
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }
}

/// Until it says so: a port that is open may still be loading.
fn await_ready(child: &mut Child) {
    let mut said = String::new();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    while output.read_line(&mut line).unwrap() > 0 {
        said.push_str(&line);
        if line.contains("Ready to accept connections") {
            // It must not stop for want of a reader.
            std::thread::spawn(move || std::io::copy(&mut output, &mut std::io::sink()));
            return;
        }
        line.clear();
    }
    panic!("redis-server does not start: {said}");
}

fn is_installed() -> bool {
    let version = Command::new("redis-server").arg("--version").output();
    if version.is_ok() {
        return true;
    }
    assert!(!is_ci(), "redis-server is not installed");
    println!("SKIPPED: Redis: redis-server is not installed");
    false
}

/// A server that all tests of this process share, each within a namespace of its own. It keeps nothing on a disk, and ends with
/// the process.
fn shared() -> Option<&'static str> {
    static SHARED: OnceLock<Option<String>> = OnceLock::new();
    let url = SHARED.get_or_init(|| {
        if let Some(url) = setting("TESTED_REDIS") {
            return Some(url);
        }
        is_installed().then(|| {
            let port = free_port();
            // Its standard input closes when this process is gone, however it went.
            let script = format!(
                "redis-server --bind 127.0.0.1 --port {port} --save '' --dir \"${{TMPDIR:-/tmp}}\" >/dev/null & \
                 read -r _; kill $!"
            );
            let guard = Command::new("sh")
                .args(["-c", &script])
                .stdin(Stdio::piped())
                .spawn()
                .unwrap();
            let started = Instant::now();
            while TcpStream::connect(("127.0.0.1", port)).is_err() {
                assert!(started.elapsed() < Duration::from_secs(10), "no Redis");
                std::thread::sleep(Duration::from_millis(10));
            }
            std::mem::forget(guard);
            format!("redis://127.0.0.1:{port}")
        })
    });
    url.as_deref()
}

/// The shared server and a namespace that nobody else has; `None`, with a word about it, where there is no redis-server.
pub fn namespace() -> Option<(RedisUrl, String)> {
    let url = RedisUrl::parse(shared()?).unwrap();
    Some((url, format!("test-{:016x}", fastrand::u64(..))))
}

/// Settings for state in a Redis of its own.
pub fn settings(redis: &Redis) -> Settings {
    Settings::Redis {
        url: RedisUrl::parse(&redis.url()).unwrap(),
        namespace: "test".to_owned(),
    }
}
