//! A headless Chromium of the test's own, with an empty profile, that can reach nothing but this machine.

use std::collections::BTreeSet;
use std::io::Write;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use serde_json::{Value, json};
use thirtyfour::prelude::*;
use thirtyfour::{BrowserLogEntry, ChromeCapabilities, LoggingPrefsLogLevel};

use crate::support::process::{Room, free_port, wait_for};

const BROWSERS: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];
const DRIVER: &str = "chromedriver";

/// Every name ending in `.test` is this machine, every other name does not exist.
const ARGUMENTS: [&str; 12] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-breakpad",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--no-proxy-server",
    "--ignore-certificate-errors",
    "--host-resolver-rules=MAP *.test 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
];

/// The major version that `program --version` tells.
fn major(program: &str) -> Option<u32> {
    let output = Command::new(program).arg("--version").output().ok()?;
    let said = String::from_utf8(output.stdout).ok()?;
    said.split_whitespace()
        .find_map(|word| word.split_once('.')?.0.parse().ok())
}

/// The name of a browser that the installed driver can drive.
fn browser() -> Result<&'static str, String> {
    let version = major(DRIVER).ok_or(format!("{DRIVER} is not installed"))?;
    BROWSERS
        .into_iter()
        .find(|name| major(name) == Some(version))
        .ok_or(format!(
            "none of {} is installed in version {version}, which {DRIVER} needs",
            BROWSERS.join(", ")
        ))
}

/// The same, asked once.
fn installed() -> &'static Result<&'static str, String> {
    static FOUND: OnceLock<Result<&'static str, String>> = OnceLock::new();
    FOUND.get_or_init(|| {
        let found = browser();
        if let Err(reason) = &found {
            // Past the capture of the test harness, which swallows what passing tests print.
            let _ = writeln!(std::io::stderr(), "No browser tests: {reason}");
        }
        found
    })
}

#[expect(
    clippy::disallowed_methods,
    reason = "nothing may be skipped where everything is installed"
)]
fn is_ci() -> bool {
    std::env::var("CI").is_ok_and(|value| value == "true")
}

/// chromedriver in a process group of its own, which the browser joins. The shell ends the whole group when nobody holds its
/// input any longer, however this process ends.
struct Driver {
    shell: Child,
    port: u16,
}

impl Driver {
    fn start(room: &Room) -> Self {
        let port = free_port();
        let shell = Command::new("sh")
            .args(["-c", "\"$@\" & read -r _; kill -s KILL -- -$$"])
            .args(["sh", DRIVER, &format!("--port={port}")])
            .env("TMPDIR", &room.0)
            .env("HOME", &room.0)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .unwrap();
        let driver = Self { shell, port };
        wait_for(port);
        driver
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        drop(self.shell.stdin.take());
        let _ = self.shell.wait();
    }
}

/// A running browser; it ends when this value is dropped.
pub struct Chromium {
    pub driver: WebDriver,
    _process: Driver,
    _room: Room,
}

impl Drop for Chromium {
    fn drop(&mut self) {
        // The driver ends with its process; by itself it would block until the browser has closed.
        let _ = self.driver.clone().leak();
    }
}

impl Chromium {
    /// `None` where no browser is installed.
    ///
    /// # Panics
    /// When none is installed and `CI=true`.
    pub async fn start() -> Option<Self> {
        let name = match installed() {
            Ok(name) => name,
            Err(reason) => {
                assert!(!is_ci(), "{reason}");
                return None;
            }
        };
        let room = Room::new();
        let process = Driver::start(&room);
        let mut capabilities = ChromeCapabilities::new();
        // The driver alone would look for Google Chrome.
        capabilities.set_binary(&path_of(name)).unwrap();
        for argument in ARGUMENTS {
            capabilities.add_arg(argument).unwrap();
        }
        let profile = room.0.join("profile");
        capabilities
            .add_arg(&format!("--user-data-dir={}", profile.display()))
            .unwrap();
        for log in ["browser", "performance"] {
            capabilities
                .set_logging_prefs(log, LoggingPrefsLogLevel::All)
                .unwrap();
        }
        let client = loopback_client();
        let driver = WebDriver::builder(format!("http://127.0.0.1:{}", process.port), capabilities)
            .client(client)
            .connect()
            .await
            .unwrap();
        driver
            .set_page_load_timeout(Duration::from_secs(30))
            .await
            .unwrap();
        Some(Self {
            driver,
            _process: process,
            _room: room,
        })
    }

    pub async fn open(&self, url: &str) {
        self.driver.goto(url).await.unwrap();
    }

    pub async fn url(&self) -> String {
        self.driver.current_url().await.unwrap().to_string()
    }

    pub async fn find(&self, css: &str) -> WebElement {
        let found = self.driver.find(By::Css(css)).await;
        match found {
            Ok(element) => element,
            Err(_) => panic!("no {css} in {}", self.driver.source().await.unwrap()),
        }
    }

    pub async fn text(&self) -> String {
        self.find("body").await.text().await.unwrap()
    }

    pub async fn click(&self, css: &str) {
        self.find(css).await.click().await.unwrap();
    }

    /// Clicks, and waits for the page that comes of it.
    pub async fn follow(&self, css: &str) {
        let page = self.find("html").await;
        self.click(css).await;
        self.has_left(&page).await;
    }

    /// Presses the button of the consent page with this value, and waits for the page that comes of it.
    pub async fn press(&self, decision: &str) {
        self.follow(&format!("button[value={decision}]")).await;
    }

    /// Waits until `page`, the root element of a document, is gone and the next document is complete.
    pub async fn has_left(&self, page: &WebElement) {
        for _ in 0..400 {
            if page.tag_name().await.is_err() {
                let script = "return document.readyState;";
                let state = self.driver.execute(script, Vec::new()).await;
                if state.is_ok_and(|state| *state.json() == "complete") {
                    return;
                }
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("no other page came after {}", self.url().await);
    }

    pub async fn type_secret(&self, secret: &str) {
        self.find("input[name=secret]")
            .await
            .send_keys(secret)
            .await
            .unwrap();
    }

    pub async fn toggle(&self, scope: &str) {
        self.scope(scope).await.click().await.unwrap();
    }

    pub async fn is_ticked(&self, scope: &str) -> bool {
        self.scope(scope).await.is_selected().await.unwrap()
    }

    async fn scope(&self, scope: &str) -> WebElement {
        self.find(&format!("input[name=scope][value='{scope}']"))
            .await
    }

    /// Evaluates `return …` in the page, past its policy.
    pub async fn evaluate(&self, script: &str) -> Value {
        let answer = self.driver.execute(script, Vec::new()).await.unwrap();
        answer.json().clone()
    }

    /// A command of the DevTools protocol.
    pub async fn devtools(&self, method: &str, parameters: Value) -> Value {
        self.driver
            .cdp()
            .send_raw(method, parameters)
            .await
            .unwrap_or_else(|error| panic!("{method}: {error}"))
    }

    /// Sends this language with every request from now on.
    pub async fn speak(&self, language: &str) {
        let version = self.devtools("Browser.getVersion", json!({})).await;
        let parameters = json!({
            "userAgent": version["userAgent"],
            "acceptLanguage": language,
        });
        self.devtools("Emulation.setUserAgentOverride", parameters)
            .await;
    }

    /// What the console said since it was last asked.
    pub async fn console(&self) -> Vec<String> {
        self.log("browser")
            .await
            .into_iter()
            .map(|entry| entry.message)
            .collect()
    }

    /// Lines of the console about something that a policy stopped.
    pub async fn violations(&self) -> Vec<String> {
        let mut lines = self.console().await;
        lines.retain(|line| {
            let line = line.to_lowercase();
            [
                "content security policy",
                "form-action",
                "content-security-policy",
            ]
            .iter()
            .any(|words| line.contains(words))
        });
        lines
    }

    /// Method and URL of everything that was fetched since it was last asked.
    pub async fn requests(&self) -> Vec<(String, String)> {
        self.log("performance")
            .await
            .iter()
            .filter_map(|entry| {
                let event: Value = serde_json::from_str(&entry.message).unwrap();
                let message = &event["message"];
                if message["method"] != "Network.requestWillBeSent" {
                    return None;
                }
                let request = &message["params"]["request"];
                let text = |name: &str| request[name].as_str().unwrap_or_default().to_owned();
                Some((text("method"), text("url")))
            })
            // Not the browser's own pages, and nothing that is in the URL itself.
            .filter(|(_, url)| url.starts_with("http") || url.starts_with("ws"))
            .collect()
    }

    /// The origins of everything that was asked for since it was last asked.
    pub async fn origins(&self) -> BTreeSet<String> {
        self.requests()
            .await
            .iter()
            .map(|(_, url)| url::Url::parse(url).unwrap().origin().ascii_serialization())
            .collect()
    }

    async fn log(&self, name: &str) -> Vec<BrowserLogEntry> {
        self.driver.get_log(name).await.unwrap()
    }
}

fn loopback_client() -> reqwest::Client {
    reqwest::Client::builder()
        .no_proxy()
        .timeout(Duration::from_secs(60))
        .build()
        .unwrap()
}

/// Where the shell would find `name`.
fn path_of(name: &str) -> String {
    let output = Command::new("sh")
        .args(["-c", &format!("command -v {name}")])
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}
