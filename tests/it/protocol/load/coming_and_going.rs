//! Who connects anew and goes away again, and strangers who are not let in.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

use super::measure::Seen;
use crate::support::flow::{self, Tokens};
use crate::support::{Server, secrets};

/// One address of a network of our own may register 25 times in ten seconds.
const BETWEEN_LOGINS: Duration = Duration::from_millis(450);
const BETWEEN_FLOODS: Duration = Duration::from_millis(4);
/// One of so many connections is kept.
const ONE_STAYS_OF: usize = 16;

/// Connects, refreshes and disconnects until `stop`; how many connections it left standing.
pub async fn logins(port: u16, stop: Arc<AtomicBool>) -> (Seen, usize) {
    let server = Server::elsewhere(port);
    let mut seen = Seen::default();
    let mut standing = 0;
    let mut number = 0;
    while !stop.load(Ordering::Relaxed) {
        number += 1;
        match visit(&server, number, &mut seen).await {
            Ok(true) => standing += 1,
            Ok(false) => {}
            Err(why) => seen.mistake(why),
        }
        sleep(BETWEEN_LOGINS).await;
    }
    (seen, standing)
}

/// Whether the connection still stands in the end.
async fn visit(server: &Server, number: usize, seen: &mut Seen) -> Result<bool, String> {
    let started = Instant::now();
    let client = flow::register(server).await;
    let browser = flow::Browser::new(server);
    let page = browser.open(&flow::Request::of(server, &client)).await;
    if number.is_multiple_of(10) {
        let answer = browser.deny(&page).await;
        seen.answered("a connection that is denied", started.elapsed());
        let denied = answer.redirect_parameter("error").as_deref() == Some("access_denied");
        return if denied { Ok(false) } else { Err(answer.body) };
    }
    let answer = browser.approve(&page, secrets::OWNER).await;
    let code = answer.code().ok_or(answer.body)?;
    let answer = flow::exchange(server, &client, &code, flow::VERIFIER).await;
    let mut tokens = Tokens::of(&answer, &client);
    seen.answered("a new connection", started.elapsed());
    for _ in 0..3 {
        let started = Instant::now();
        tokens = Tokens::of(&tokens.refresh(server).await, &client);
        seen.answered("a refresh", started.elapsed());
    }
    if !flow::is_let_in(server, &tokens.access_token).await {
        return Err("a new token is not let in".to_owned());
    }
    if number.is_multiple_of(ONE_STAYS_OF) {
        return Ok(true);
    }
    let started = Instant::now();
    let fields = [
        ("token", tokens.refresh_token.as_str()),
        ("client_id", client.id.as_str()),
    ];
    let revoking = server.http.post(server.url("/revoke"));
    let revoking = revoking
        .header("Content-Type", "application/x-www-form-urlencoded")
        .body(flow::encode(&fields));
    let status = revoking
        .send()
        .await
        .map_err(|error| error.to_string())?
        .status();
    seen.answered("a revocation", started.elapsed());
    if status != 200 || flow::is_let_in(server, &tokens.access_token).await {
        return Err(format!("revoked with {status}, and perhaps let in"));
    }
    Ok(false)
}

/// Asks for what it must not have until `stop`.
pub async fn strangers(port: u16, stop: Arc<AtomicBool>) -> Seen {
    let mut seen = Seen::default();
    let message = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/list" }).to_string();
    let ask = |head: &str, body: &str| {
        format!(
            "{head} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n\
             Accept: application/json, text/event-stream\r\nContent-Length: {}\r\nConnection: close\r\n",
            body.len()
        )
    };
    let whole =
        |head: &str, extra: &str, body: &str| format!("{}{extra}\r\n{body}", ask(head, body));
    // What is sent, and what may be answered; nothing where nobody waits for an answer.
    let floods: Vec<(String, &[u16])> = vec![
        (whole("POST /mcp", "", &message), &[401]),
        // Wrong keys are slowed down.
        (
            whole("POST /mcp", "Authorization: Bearer not-a-key\r\n", &message),
            &[401, 429],
        ),
        (
            whole(
                "POST /mcp",
                "Authorization: Bearer eyJhbGciOiJIUzI1NiJ9.e30.AAAA\r\n",
                &message,
            ),
            &[401, 429],
        ),
        (whole("GET /.env", "", ""), &[404]),
        (whole("GET /authorize?client_id=nobody", "", ""), &[400]),
        (whole("POST /token", "", "{}"), &[400]),
        (
            whole("GET /.well-known/oauth-protected-resource", "", ""),
            &[200],
        ),
        (whole("POST /mcp", "", &"x".repeat(200_000)), &[401, 413]),
        ("NONSENSE\r\n\r\n".to_owned(), &[400]),
        (
            "POST /mcp HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nhalf of".to_owned(),
            &[],
        ),
        ("GET /health HTTP/1.1\r\nHos".to_owned(), &[]),
        (String::new(), &[]),
    ];
    let mut number = 0;
    while !stop.load(Ordering::Relaxed) {
        let (bytes, expected) = &floods[number % floods.len()];
        number += 1;
        let started = Instant::now();
        match intrude(port, bytes.as_bytes(), !expected.is_empty()).await {
            Ok(None) => seen.hung_up += 1,
            Ok(Some(status)) if expected.contains(&status) => {
                seen.answered("a stranger", started.elapsed());
            }
            // The server may close on what it does not want to read, and the answer is lost with that.
            Err(_) if bytes.len() > 100_000 => seen.hung_up += 1,
            wrong => seen.mistake(format!("{wrong:?} to {bytes:.60}")),
        }
        sleep(BETWEEN_FLOODS).await;
    }
    seen
}

/// The status of the answer, if somebody waits for it.
async fn intrude(port: u16, bytes: &[u8], waits: bool) -> std::io::Result<Option<u16>> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await?;
    stream.write_all(bytes).await?;
    if !waits {
        return Ok(None);
    }
    let mut answer = Vec::new();
    let reading = timeout(Duration::from_secs(30), stream.read_to_end(&mut answer));
    reading.await.map_err(std::io::Error::other)??;
    let status = answer
        .get(9..12)
        .and_then(|digits| str::from_utf8(digits).ok());
    let status = status.and_then(|digits| digits.parse().ok());
    status
        .map(Some)
        .ok_or_else(|| std::io::Error::other("no status"))
}
