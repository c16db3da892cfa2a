//! The built binary as its operator starts it, and what must be true of it when a case is over.

use std::collections::{BTreeMap, HashMap};
use std::io::Read;
use std::ops::Deref;
use std::process::{Child, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use intervals_mcp_server::clock::Clock;
use intervals_mcp_server::demo::{API_KEY, ATHLETE_ID, Demo};
use tokio::net::TcpListener;
use tokio::time::{sleep, timeout};

use super::canary::Canary;
use super::message::Ask;
use super::policy::HEALTH_WITHIN;
use super::site::{Noted, Site};
use crate::support::process::{Room, Running, free_port, program};

/// A part of a secret of this length is as bad as the secret.
const TELLING: usize = 16;

/// Variables whose values are in no answer and in no log.
const SECRETS: [&str; 4] = ["API_KEY", "JWT_SECRET_KEY", "OWNER_PASSWORD", "MCP_API_KEY"];

/// How the server is configured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Profile {
    /// `https://mcp.test` behind something that ends TLS, every origin allowed, no API key.
    Default,
    /// The same with `MCP_API_KEY`.
    Keyed,
    /// The same with `ALLOWED_ORIGINS=https://claude.ai`.
    Origins,
    /// `http://127.0.0.1:PORT`
    Local,
}

/// `bytes` unpredictable bytes as text.
pub fn random(bytes: usize) -> String {
    let mut buffer = vec![0; bytes];
    getrandom::fill(&mut buffer).unwrap();
    URL_SAFE_NO_PAD.encode(buffer)
}

/// A running server under attack, with the invented athlete's Intervals.icu behind it.
///
/// Every case ends with [`Target::finish`].
pub struct Target {
    pub site: Site,
    pub demo: Demo,
    /// Set in the profile that has one.
    pub mcp_api_key: String,
    pub signing_secret: String,
    pub canary: Canary,
    profile: Profile,
    environment: BTreeMap<String, String>,
    log: Log,
    process: Option<Process>,
    room: Room,
    upstream_may_be_asked: AtomicBool,
}

impl Deref for Target {
    type Target = Site;

    fn deref(&self) -> &Site {
        &self.site
    }
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned()
    }

    /// Reads while the process runs, because a full pipe would stop it.
    fn follow(&self, mut stream: impl Read + Send + 'static) -> JoinHandle<()> {
        let log = self.clone();
        std::thread::spawn(move || {
            let mut buffer = [0; 8192];
            while let Ok(size @ 1..) = stream.read(&mut buffer) {
                log.0.lock().unwrap().extend_from_slice(&buffer[..size]);
            }
        })
    }
}

struct Process {
    running: Running,
    readers: Vec<JoinHandle<()>>,
}

impl Target {
    pub async fn start() -> Self {
        Self::with(Profile::Default, &[]).await
    }

    /// A profile with further variables.
    pub async fn with(profile: Profile, variables: &[(&str, &str)]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let upstream = format!("http://{}", listener.local_addr().unwrap());
        let demo = Demo::new(Clock::system());
        tokio::spawn(demo.clone().serve(listener));
        let mut environment: BTreeMap<String, String> = [
            ("ATHLETE_ID", ATHLETE_ID.to_owned()),
            ("API_KEY", API_KEY.to_owned()),
            ("JWT_SECRET_KEY", random(48)),
            ("OWNER_PASSWORD", format!("owner {}", random(18))),
            ("BASE_URL", "https://mcp.test".to_owned()),
            ("HOST", "127.0.0.1".to_owned()),
            ("INTERVALS_BASE_URL", upstream),
            ("RUST_LOG", "trace".to_owned()),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into();
        let (name, value) = match profile {
            Profile::Default | Profile::Local => ("ALLOWED_ORIGINS", "*".to_owned()),
            Profile::Keyed => ("MCP_API_KEY", random(36)),
            Profile::Origins => ("ALLOWED_ORIGINS", "https://claude.ai".to_owned()),
        };
        environment.insert(name.to_owned(), value);
        let mut target = Self {
            site: Site::new(
                ([127, 0, 0, 1], 0).into(),
                "https://mcp.test",
                "",
                Vec::new(),
            ),
            demo,
            mcp_api_key: random(36),
            signing_secret: String::new(),
            canary: Canary::start().await,
            profile,
            environment,
            log: Log::default(),
            process: None,
            room: Room::new(),
            upstream_may_be_asked: AtomicBool::new(false),
        };
        target.configure(variables);
        target.run().await;
        target
    }

    /// Sets variables for the next start; what was secret before stays so.
    fn configure(&mut self, variables: &[(&str, &str)]) {
        for (name, value) in variables {
            self.environment
                .insert((*name).to_owned(), (*value).to_owned());
        }
        self.site.move_to(&self.environment["BASE_URL"]);
        for what in SECRETS {
            let value = self.set(what).unwrap_or_default().to_owned();
            if !value.is_empty() {
                self.site.seeded.push(Noted { what, value });
            }
        }
        let typed = self.set("OWNER_PASSWORD").unwrap_or(API_KEY).to_owned();
        self.site.owned_by(&typed);
        self.signing_secret = self.set("JWT_SECRET_KEY").unwrap().to_owned();
        if let Some(key) = self.set("MCP_API_KEY") {
            self.mcp_api_key = key.to_owned();
        }
    }

    /// The value of a variable; one that is blank is not set.
    fn set(&self, name: &str) -> Option<&str> {
        let value = self.environment.get(name)?;
        (!value.trim().is_empty()).then_some(value)
    }

    /// Starts the binary and waits until it answers. Another test may take a free port first, hence more than one attempt.
    async fn run(&mut self) {
        for _ in 0..5 {
            let port = free_port();
            self.site.address.set_port(port);
            if self.profile == Profile::Local {
                self.configure(&[("BASE_URL", &format!("http://127.0.0.1:{port}"))]);
            }
            let said = self.log().len();
            let mut child = program(&self.room.0)
                .env("PORT", port.to_string())
                .envs(&self.environment)
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap();
            let readers = vec![
                self.log.follow(child.stdout.take().unwrap()),
                self.log.follow(child.stderr.take().unwrap()),
            ];
            let mut process = Process {
                running: Running(child),
                readers,
            };
            if self.answers(&mut process.running.0, port, said).await {
                self.process = Some(process);
                return;
            }
        }
        panic!("the server does not start: {}", self.log.text());
    }

    /// Whether the process says that it listens, in what it says after `said`, and does.
    async fn answers(&self, child: &mut Child, port: u16, said: usize) -> bool {
        let started = Instant::now();
        let address = format!("127.0.0.1:{port}");
        while started.elapsed() < Duration::from_secs(30) {
            let listens = tokio::net::TcpStream::connect(&address).await.is_ok();
            if child.try_wait().unwrap().is_some() {
                return false;
            }
            if listens && self.log()[said..].contains("listening;") {
                return true;
            }
            sleep(Duration::from_millis(10)).await;
        }
        false
    }

    /// What a platform does on a redeploy: stops the process and starts another with changed variables.
    pub async fn restart(&mut self, changes: &[(&str, &str)]) {
        self.stop().await;
        self.configure(changes);
        self.run().await;
    }

    /// What a crash or a power cut does: nothing is said to the process, and another one is started.
    pub async fn crash(&mut self) {
        let mut process = self.process.take().unwrap();
        process.running.0.kill().unwrap();
        process.running.0.wait().unwrap();
        for reader in process.readers {
            reader.join().unwrap();
        }
        self.run().await;
    }

    /// The case has the server ask Intervals.icu something.
    pub fn may_ask_upstream(&self) {
        self.upstream_may_be_asked.store(true, Ordering::SeqCst);
    }

    /// All that the process wrote so far, both streams.
    pub fn log(&self) -> String {
        self.log.text()
    }

    pub fn pid(&self) -> u32 {
        self.process.as_ref().unwrap().running.0.id()
    }

    /// Resident memory in bytes.
    pub fn resident(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS:"));
        let kib: u64 = line
            .and_then(|line| line.split_whitespace().nth(1)?.parse().ok())
            .unwrap();
        kib * 1024
    }

    /// Open file descriptors, sockets included.
    pub fn descriptors(&self) -> usize {
        let folder = format!("/proc/{}/fd", self.pid());
        std::fs::read_dir(folder).unwrap().count()
    }

    /// Fails the test unless the process lives and answers.
    pub async fn is_well(&mut self) {
        let child = &mut self.process.as_mut().unwrap().running.0;
        let ended = child.try_wait().unwrap();
        assert!(
            ended.is_none(),
            "the process ended: {ended:?}\n{}",
            self.log()
        );
        let health = timeout(HEALTH_WITHIN, self.site.send(&Ask::get("/health")))
            .await
            .expect("/health does not answer");
        assert_eq!(health.status, 200);
    }

    async fn stop(&mut self) {
        let Some(mut process) = self.process.take() else {
            return;
        };
        // Told again it lets nobody else in, for whom it would stay open a while.
        let asked = Instant::now();
        while process.running.0.try_wait().unwrap().is_none() {
            assert!(
                asked.elapsed() < Duration::from_secs(30),
                "it does not stop"
            );
            process.running.tell_to_stop();
            sleep(Duration::from_millis(50)).await;
        }
        for reader in process.readers {
            reader.join().unwrap();
        }
    }

    /// Holds the server to what is true after every case.
    pub async fn finish(mut self) {
        self.is_well().await;
        self.stop().await;
        self.site.hold();
        assert_eq!(self.canary.hits(), 0, "somebody called the canary");
        assert_eq!(self.demo.violations(), Vec::<String>::new());
        if !self.upstream_may_be_asked.load(Ordering::SeqCst) {
            assert_eq!(self.demo.journal(), Vec::new(), "Intervals.icu was asked");
        }
        let log = self.log();
        for sign in ["panicked at", "a panic", "RUST_BACKTRACE"] {
            assert!(!log.contains(sign), "{sign} is in the log:\n{log}");
        }
        keeps_to_itself(&log, &self.site.confidential());
    }
}

impl Drop for Target {
    fn drop(&mut self) {
        let unfinished = self.process.is_some();
        assert!(
            !unfinished || std::thread::panicking(),
            "the case ended without finish()"
        );
    }
}

/// Fails when a part of a confidential value is in the log.
#[track_caller]
pub fn keeps_to_itself(log: &str, confidential: &[Noted]) {
    let mut parts: HashMap<&[u8], &'static str> = HashMap::new();
    for noted in confidential {
        let bytes = noted.value.as_bytes();
        if bytes.len() < TELLING {
            assert!(!log.contains(&noted.value), "{} is in the log", noted.what);
        }
        parts.extend(bytes.windows(TELLING).map(|part| (part, noted.what)));
    }
    for part in log.as_bytes().windows(TELLING) {
        if let Some(what) = parts.get(part) {
            panic!("a part of {what} is in the log");
        }
    }
}

fn noted(value: &str) -> Vec<Noted> {
    vec![Noted {
        what: "a value",
        value: value.to_owned(),
    }]
}

#[test]
fn a_log_with_fifteen_characters_of_a_value_passes() {
    keeps_to_itself("a line about 0123456789abcde", &noted("0123456789abcdef0"));
}

#[test]
#[should_panic(expected = "a part of a value is in the log")]
fn sixteen_characters_of_a_value_are_found_wherever_they_stand() {
    keeps_to_itself(
        "token=...456789abcdefghijk...",
        &noted("0123456789abcdefghijkl"),
    );
}

#[test]
#[should_panic(expected = "a value is in the log")]
fn a_short_value_is_found_whole() {
    keeps_to_itself("a code 8231 was used", &noted("8231"));
}
