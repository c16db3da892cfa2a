//! A deployment: Intervals.icu (the demo's), a server as a process, room for a proxy, and what `check` says about it all.

use std::path::PathBuf;
use std::process::Command;

use axum::Router;
use intervals_mcp_server::clock::Clock;
use intervals_mcp_server::demo::Demo;
use tokio::net::TcpListener;
use tokio_rustls::rustls::ServerConfig;

use super::proxy;
use crate::support::certificates::Authority;
use crate::support::process::{Room, Running, free_port, program, serving, wait_for};
use crate::support::secrets;

/// A public name for the server, but one that leads to this machine.
pub const HOST: &str = "mcp.localhost";

pub struct Site {
    pub room: Room,
    pub authority: Authority,
    roots: PathBuf,
    /// Of the server.
    pub port: u16,
    api: u16,
    /// Where the proxy is going to listen.
    front: Option<TcpListener>,
    pub base_url: String,
    server: Option<Running>,
}

impl Site {
    /// Nothing but Intervals.icu is there yet.
    pub async fn new() -> Self {
        Self::with_api(Demo::new(Clock::system()).router()).await
    }

    pub async fn with_api(api: Router) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let api_port = listener.local_addr().unwrap().port();
        proxy::serve(listener, None, api);
        let front = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let authority = Authority::new();
        let room = Room::new();
        Self {
            roots: authority.write(&room.0),
            room,
            authority,
            port: free_port(),
            api: api_port,
            base_url: format!("https://{HOST}:{}", front.local_addr().unwrap().port()),
            front: Some(front),
            server: None,
        }
    }

    /// With the server behind a proxy that does all as it should.
    pub async fn well() -> Self {
        let mut site = Self::new().await;
        site.start(&[]);
        site.put_in_front(proxy::passing_to(site.port));
        site
    }

    /// With the server behind a proxy that is not as it should be.
    pub async fn behind(twist: impl FnOnce(Router) -> Router) -> Self {
        let mut site = Self::new().await;
        site.start(&[]);
        site.put_in_front(twist(proxy::passing_to(site.port)));
        site
    }

    fn settings(&self, command: &mut Command) {
        command
            .env("BASE_URL", &self.base_url)
            .env(
                "INTERVALS_BASE_URL",
                format!("http://127.0.0.1:{}", self.api),
            )
            .env("ALLOWED_ORIGINS", "https://claude.ai")
            .env("TRUST_PROXY", "1")
            .env("OWNER_PASSWORD", secrets::OWNER);
    }

    /// Starts the server, with these variables on top of the right ones.
    pub fn start(&mut self, changes: &[(&str, &str)]) {
        let mut command = serving(&self.room, self.port);
        self.settings(&mut command);
        let child = command.envs(changes.iter().copied()).spawn().unwrap();
        self.server = Some(Running(child));
        wait_for(self.port);
    }

    pub fn put_in_front(&mut self, router: Router) {
        let tls = self.authority.certify(HOST, |_| {});
        self.put_in_front_with(Some(tls), router);
    }

    pub fn put_in_front_with(&mut self, tls: Option<ServerConfig>, router: Router) {
        proxy::serve(self.front.take().unwrap(), tls, router);
    }

    /// Nothing is going to listen there.
    pub fn leave_without_front(&mut self) {
        self.front = None;
    }

    /// What `check` says, with these variables on top of the right ones.
    pub async fn check_with(&self, changes: &[(&str, &str)]) -> Said {
        let mut command = serving(&self.room, self.port);
        self.settings(&mut command);
        command
            .env("SSL_CERT_FILE", &self.roots)
            .envs(changes.iter().copied())
            .arg("check");
        said(command).await
    }

    pub async fn check(&self) -> Said {
        self.check_with(&[]).await
    }

    /// What `check` says on another machine, where no server runs.
    pub async fn check_from_elsewhere(&self) -> Said {
        self.check_with(&[("PORT", &free_port().to_string())]).await
    }
}

/// What `check` says in an empty environment but for these variables.
pub async fn check_alone(variables: &[(&str, &str)]) -> Said {
    let room = Room::new();
    let mut command = program(&room.0);
    command.envs(variables.iter().copied()).arg("check");
    said(command).await
}

async fn said(mut command: Command) -> Said {
    let output =
        tokio::task::spawn_blocking(move || command.stdout(std::process::Stdio::piped()).output());
    let output = output.await.unwrap().unwrap();
    Said {
        code: output.status.code(),
        text: String::from_utf8(output.stdout).unwrap(),
        complaint: String::from_utf8(output.stderr).unwrap(),
    }
}

/// The words of `check`.
#[derive(Debug)]
pub struct Said {
    pub code: Option<i32>,
    pub text: String,
    /// On standard error.
    pub complaint: String,
}

impl Said {
    /// Whether one finding has this severity, all the words, and all the words of the remedy.
    pub fn has(&self, severity: &str, words: &[&str], remedy: &[&str]) -> bool {
        let lines: Vec<&str> = self.text.lines().collect();
        lines.iter().enumerate().any(|(at, line)| {
            let told = lines
                .get(at + 1)
                .and_then(|next| next.trim_start().strip_prefix("What to do: "))
                .unwrap_or_default();
            line.starts_with(severity)
                && words.iter().all(|word| line.contains(word))
                && remedy.iter().all(|word| told.contains(word))
        })
    }

    /// One problem is found, with its remedy, and the code says so.
    #[track_caller]
    pub fn finds(&self, words: &[&str], remedy: &[&str]) {
        assert!(self.has("problem", words, remedy), "{}", self.text);
        assert_eq!(self.code, Some(1), "{}", self.text);
        assert!(self.complaint.contains(" found."), "{}", self.complaint);
        assert!(!self.text.contains("can connect;"), "{}", self.text);
    }

    /// As [`Self::finds`], and nothing else is said to be wrong.
    #[track_caller]
    pub fn finds_only(&self, words: &[&str], remedy: &[&str]) {
        self.finds(words, remedy);
        assert_eq!(self.count("problem"), 1, "{}", self.text);
        assert_eq!(self.count("warning"), 0, "{}", self.text);
    }

    /// A warning with its remedy, and nothing is wrong.
    #[track_caller]
    pub fn only_warns(&self, words: &[&str], remedy: &[&str]) {
        assert!(self.has("warning", words, remedy), "{}", self.text);
        assert_eq!(self.count("warning"), 1, "{}", self.text);
        assert_eq!(self.count("problem"), 0, "{}", self.text);
        assert_eq!(self.code, Some(0), "{}", self.text);
    }

    /// Without the one warning that every test here deserves: it does not ask the real Intervals.icu.
    pub fn count(&self, severity: &str) -> usize {
        let start = format!("{severity:<9}");
        let invented = "INTERVALS_BASE_URL is not Intervals.icu";
        self.text
            .lines()
            .filter(|line| line.starts_with(&start) && !line.contains(invented))
            .count()
    }
}
