//! curl, a client that nobody here has written, in either version of HTTP.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, ChildStdout, Command, Stdio};

use serde_json::{Value, json};

use super::front::Front;
use super::site_files::HOST;
use crate::support::{LEGACY, MODERN, meta, secrets};

/// What curl is told and how it names the version that was spoken.
#[derive(Clone, Copy, Debug)]
pub struct Http {
    flag: &'static str,
    pub spoken: &'static str,
}

pub const VERSIONS: [Http; 2] = [
    Http {
        flag: "--http1.1",
        spoken: "1.1",
    },
    Http {
        flag: "--http2",
        spoken: "2",
    },
];

/// curl, asking for `path`; it prints answers as they arrive.
pub fn curl(front: &Front, http: Http, path: &str) -> Command {
    let mut command = Command::new("curl");
    command
        .args(["--silent", "--show-error", "--no-buffer", http.flag])
        .args(["--max-time", "60", "--noproxy", "*"])
        .arg("--cacert")
        .arg(front.authority_file())
        .arg("--resolve")
        .arg(format!("{HOST}:{}:127.0.0.1", front.ports.https))
        .arg(front.server.url(path))
        .env_clear()
        .env("PATH", "/usr/local/bin:/usr/bin:/bin")
        .stdin(Stdio::null())
        .stdout(Stdio::piped());
    command
}

/// The same with a call of `get_today` that wants to hear how far it is.
pub fn calling(front: &Front, http: Http, version: &str) -> Command {
    let mut command = curl(front, http, "/mcp");
    let mut headers = vec![
        format!("Authorization: Bearer {}", secrets::MCP_API_KEY),
        "Content-Type: application/json".to_owned(),
        "Accept: application/json, text/event-stream".to_owned(),
        format!("MCP-Protocol-Version: {version}"),
    ];
    let mut meta = json!({});
    if version == MODERN {
        meta = self::meta(MODERN);
        headers.push("Mcp-Method: tools/call".to_owned());
        headers.push("Mcp-Name: get_today".to_owned());
    } else {
        assert_eq!(version, LEGACY);
    }
    meta["progressToken"] = json!("p");
    let params = json!({ "name": "get_today", "arguments": {}, "_meta": meta });
    let body = json!({ "jsonrpc": "2.0", "id": "a", "method": "tools/call", "params": params });
    for header in headers {
        command.args(["--header", &header]);
    }
    command.args(["--data", &body.to_string()]);
    command
}

/// A call whose answer is read as it arrives.
pub struct Stream {
    child: Child,
    output: BufReader<ChildStdout>,
}

impl Stream {
    pub fn open(mut command: Command) -> Self {
        let mut child = command.spawn().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        Self { child, output }
    }

    /// Waits for the next message, which must come; other tasks go on meanwhile.
    pub async fn message(self) -> (Self, Value) {
        let reading = tokio::task::spawn_blocking(move || {
            let mut this = self;
            loop {
                let mut line = String::new();
                let read = this.output.read_line(&mut line).unwrap();
                assert!(read > 0, "the stream has ended");
                if let Some(data) = line.strip_prefix("data:").map(str::trim)
                    && !data.is_empty()
                {
                    return (this, serde_json::from_str(data).unwrap());
                }
                assert!(!line.starts_with('{'), "no stream: {line}");
            }
        });
        reading.await.unwrap()
    }

    /// What is left, and that curl is content.
    pub async fn end(self) -> String {
        let reading = tokio::task::spawn_blocking(move || {
            let mut this = self;
            let mut rest = String::new();
            this.output.read_to_string(&mut rest).unwrap();
            let status = this.child.wait().unwrap();
            assert!(status.success(), "{status}");
            rest
        });
        reading.await.unwrap()
    }
}

/// Whoever drops it hangs up.
impl Drop for Stream {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
